"""Thirty invented people who are looked for, the messages that are about them, and sixty that are not. All names are fictional
combinations; no message is taken from anywhere."""

from __future__ import annotations

from typing import Any, NamedTuple


class Person(NamedTuple):
    """A row of the list, and other spellings of the name (given, father) that chats use."""

    name: str
    father: str
    grandfather: str
    born: int
    sex: str
    village: str
    district: str
    spelled: tuple[tuple[str, str], ...]
    village_ar: str


PEOPLE = (
    Person("Salma Khalaf", "Khalaf", "Murad", 1998, "f", "Solagh", "Sinjar", (("سلمى", "خلف"), ("Selma", "Xelef"), ("سەلما", "خەلەف")), "صولاغ"),
    Person("Nadra Elias", "Elias", "Haji", 1996, "f", "Kocho", "Sinjar", (("نادرة", "الياس"), ("Nadira", "Ilyas")), "كوجو"),
    Person("Zozan Barakat", "Barakat", "Saeed", 2001, "f", "Hardan", "Sinjar", (("زوزان", "بركات"), ("Zozan", "Berekat")), "حردان"),
    Person("خولة مراد", "مراد", "حسن", 1994, "f", "Tal Banat", "Sinjar", (("Khawla", "Murad"), ("Xewla", "Mirad")), "تل بنات"),
    Person("Şîrîn Xidir", "Xidir", "Qasim", 1999, "f", "Rambusi", "Sinjar", (("شيرين", "خضر"), ("Shirin", "Khidr")), "رمبوسي"),
    Person("Wadha Dakhil", "Dakhil", "Sulayman", 1990, "f", "Hatimiya", "Qahtaniya", (("وضحة", "دخيل"), ("Wadha", "Dexîl")), "حاتمية"),
    Person("Saman Rasho", "Rasho", "Jundo", 2003, "m", "Siba", "Sinjar", (("سامان", "رشو"), ("Saman", "Reşo")), "سيبا"),
    Person("Faris Hamo", "Hamo", "Darwish", 2004, "m", "Gohbal", "Sinoni", (("فارس", "حمو"), ("Faris", "Hemo")), "كوهبل"),
    Person("ليلى شمدين", "شمدين", "عزيز", 1997, "f", "Tel Qasab", "Sinjar", (("Layla", "Shamdin"), ("Leyla", "Şemdîn")), "تل قصب"),
    Person("Dalal Nawaf", "Nawaf", "Ismail", 1995, "f", "Kojo", "Sinjar", (("دلال", "نواف"), ("Delal", "Newaf")), "كوجو"),
    Person("Hêvî Sileman", "Sileman", "Elî", 2000, "f", "Khana Sor", "Sinoni", (("هيفي", "سليمان"), ("Hevi", "Sulaiman")), "خانصور"),
    Person("Jamila Qasim", "Qasim", "Yusuf", 1992, "f", "Dugure", "Sinoni", (("جميلة", "قاسم"), ("Cemîle", "Qasim")), "دوكري"),
    Person("Basma Jardo", "Jardo", "Khero", 1998, "f", "Zorava", "Sinoni", (("بسمة", "جردو"), ("Basma", "Jerdo")), "زورافا"),
    Person("Rezan Faqir", "Faqir", "Mirza", 2005, "m", "Borek", "Sinoni", (("ريزان", "فقير"), ("Rêzan", "Feqîr")), "بورك"),
    Person("أمينة حسين", "حسين", "جمعة", 1993, "f", "Ba'aj", "Ninawa", (("Amina", "Hussein"), ("Emîne", "Hisên")), "بعاج"),
    Person("Ghazal Yazdin", "Yazdin", "Saydo", 2002, "f", "Wardiya", "Sinjar", (("غزال", "يزدين"), ("Xezal", "Yezdîn")), "وردية"),
    Person("Khayri Shivan", "Shivan", "Bakir", 2001, "m", "Adika", "Sinjar", (("خيري", "شفان"), ("Xeyrî", "Şivan")), "عديكا"),
    Person("Nasrin Mahlo", "Mahlo", "Tamir", 1999, "f", "Karse", "Sinjar", (("نسرين", "محلو"), ("Nesrîn", "Mehlo")), "كرسي"),
    Person("Suham Zedo", "Zedo", "Hussein", 1996, "f", "Ashti", "Sinjar", (("سهام", "زيدو"), ("Siham", "Zêdo")), "اشتي"),
    Person("Bashar Talib", "Talib", "Khalid", 2000, "m", "Majnuniya", "Sinjar", (("بشار", "طالب"), ("Bashar", "Talib")), "مجنونية"),
    Person("ڤیان ئاکرەیی", "ئاکرەیی", "حەسەن", 1997, "f", "Girzerik", "Sinjar", (("Vian", "Akreyi"), ("فيان", "اكريي")), "كرزرك"),
    Person("Rojîn Pîr", "Pîr", "Xelîl", 1995, "f", "Duhola", "Sinoni", (("روجين", "بير"), ("Rozhin", "Pir")), "دهولا"),
    Person("Hadla Kamal", "Kamal", "Matto", 1994, "f", "Jidala", "Sinjar", (("هدلة", "كمال"), ("Hedla", "Kemal")), "جدالا"),
    Person("Aziz Tahlo", "Tahlo", "Shero", 2002, "m", "Bahrava", "Sinoni", (("عزيز", "تحلو"), ("Ezîz", "Tehlo")), "بهرافا"),
    Person("Marwa Sabri", "Sabri", "Osman", 2000, "f", "Gabara", "Sinjar", (("مروة", "صبري"), ("Merwe", "Sebrî")), "كابارا"),
    Person("Samya Fandi", "Fandi", "Jasim", 1991, "f", "Ain Ghazal", "Sinjar", (("سامية", "فندي"), ("Samiya", "Fendî")), "عين غزال"),
    Person("Thuraya Bozo", "Bozo", "Rafo", 1998, "f", "Nisiriya", "Sinjar", (("ثريا", "بوزو"), ("Sureya", "Bozo")), "نصرية"),
    Person("Qaidar Simo", "Simo", "Nimr", 2003, "m", "Tuirkan", "Sinjar", (("قيدار", "سيمو"), ("Qeydar", "Sîmo")), "تويركان"),
    Person("Berfîn Derwêş", "Derwêş", "Keto", 1999, "f", "Sharaf", "Sinoni", (("برفين", "درويش"), ("Barfin", "Darwish")), "شرف"),
    Person("Lamia Hajjo", "Hajjo", "Basso", 1997, "f", "Sikeniya", "Sinjar", (("لمياء", "حجو"), ("Lemya", "Heco")), "سكينية"),
)  # fmt: skip

HEAD = "id,name,other_names,father,grandfather,kunya,birth_year,sex,village,district,last_seen_date,last_seen_place,photos,requested_by,basis,consent,note"


def listed() -> str:
    """The list as CSV."""
    rows = [HEAD]
    for n, p in enumerate(PEOPLE, 1):
        rows.append(
            f"p{n:02d},{p.name},,{p.father},{p.grandfather},,{p.born},{p.sex},{p.village},{p.district},2014-08-03,Sinjar,,"
            "a family (invented),request 7 (invented),case,"
        )
    return "\n".join(rows) + "\n"


def _arabic(text: str) -> bool:
    return any("\u0600" <= c <= "\u06ff" for c in text)


def true_messages() -> list[tuple[str, str]]:
    """(person id, text) of messages that are about somebody on the list; all are of the year 2015."""
    found = []
    for n, p in enumerate(PEOPLE, 1):
        age = 2015 - p.born
        for k, (given, father) in enumerate(p.spelled):
            if _arabic(given):
                some = (
                    f"اسمها {given} {father} العمر {age}",
                    f"رأيت {given} {'بنت' if p.sex == 'f' else 'بن'} {father} من {p.village_ar}",
                    f"{given} عمرها {age} سنة من قرية {p.village_ar}",
                )
            else:
                some = (
                    f"her name is {given} {father}, age {age}",
                    f"{given} {father} was there last week",
                    f"navê wê {given} {father}, {age} salî",
                )
            found.append((f"p{n:02d}", some[(n + k) % 3]))
    return found


def near_misses() -> list[tuple[str, str]]:
    """(person id, text) of sixty messages about somebody else who shares something with a person of the list."""
    found = []
    for n, p in enumerate(PEOPLE, 1):
        age = 2015 - p.born
        other = PEOPLE[(n + 7) % len(PEOPLE)]
        given, father = p.spelled[0]
        alien = next((s for s in other.spelled if _arabic(s[0]) == _arabic(given)), other.spelled[0])
        if _arabic(given):
            first = f"اسمها {given} {alien[1]} العمر {age}"
            second = (
                f"{given} {father} العمر {age + 9}" if n % 3 == 0
                else f"رأيت {alien[0]} {father} من {p.village_ar}" if n % 3 == 1
                else f"{given} عمرها {age + 6} سنة من قرية {p.village_ar}"
            )  # fmt: skip
        else:
            first = f"her name is {given} {alien[1]}, age {age}"
            second = (
                f"{given} {father}, age {age + 9}" if n % 3 == 0
                else f"I saw {alien[0]} {father} of {p.village}" if n % 3 == 1
                else f"{given}, age {age + 6}, from {p.village}"
            )  # fmt: skip
        found += [(f"p{n:02d}", first), (f"p{n:02d}", second)]
    return found


def telegram(texts: list[str]) -> dict[str, Any]:
    """A Telegram export of a group in which nine people write these texts, hours apart."""
    return {
        "name": "A group of the tests",
        "type": "private_supergroup",
        "id": 700100,
        "messages": [
            {
                "id": n,
                "type": "message",
                "date": f"2015-{1 + n // 28 % 12:02d}-{1 + n % 28:02d}T{n * 5 % 24:02d}:15:00",
                "date_unixtime": str(1420070400 + n * 40_000),
                "from": f"Writer {n % 9}",
                "from_id": f"user{9000 + n % 9}",
                "text": text,
                "text_entities": [{"type": "plain", "text": text}],
            }
            for n, text in enumerate(texts, 1)
        ],
    }
