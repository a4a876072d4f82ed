"""Names across scripts: what may be one name, what is another, and where a name stands in a text."""

from __future__ import annotations

import pytest

from ritrova.linkers.names import LIKE, alike, tokens
from ritrova.linkers.naming import Wanted, find, stands

ONE_NAME = (
    "سلمى Salma|سلمى Selma|خلف Khalaf|خلف Xelef|خەلەف Xelef|مراد Murad|مراد Mirad|نوفل Nawfal|زينب Zaynab|زينب Zeynep|زەینەب زينب|حيدر Haydar"
    "|Heyder حيدر|خضر Khidr|خضر Kheder|Xidir خدر|شيرين Shirin|Şîrîn شيرين|شیرین Shireen|بركات Barakat|Berekat بركات|ليلى Leyla|لەیلا Layla"
    "|حجي Haji|Hecî حجي|الياس Elias|Ilyas إلياس|إسماعيل Ismail|سعيد Said|قاسم Qasim|Qasem قاسم|Kasım قاسم|نادية Nadia|نادیە Nadia|حسن Hesen"
    "|حسين Hussein|Huseyn حسين|یوسف Yusuf|Ûsiv يوسف|جميل Jamil|Cemîl جميل|روژین Rojîn|Rozhin روژین|ڤیان Vian|فيان Vian|أمينة Amina|Emîne أمينة"
    "|فاطمة Fatima|Fatma فاطمة|مريم Maryam|Meryem مريم|عائشة Aisha|دخيل Dakhil|Dexîl دخيل|رشو Reşo|شمدين Shamdin|علي Ali|Elî علي|عمر Omar"
    "|وضحة Wadha|هدى Huda|سعاد Suad|Samira سميرة"
)
TWO_NAMES = (
    "Salma Salim|سلمى سليم|سلمى Salim|سلام Salma|سلام سالم|Khalaf Khalifa|خلف خليفة|Nadia Nada|مراد مريد|حسن Hussein|حسن حسين|Samir سميرة"
    "|سمير Samira|جميل Jamila|جمال Jamil|جمال جميل|Amin أمينة|ليلى Lala|علي Alia|Zaynab Zina|رشيد Rashad|رشيد Rasho|Karim Karam|سعد Said"
    "|سعد سعيد|سعد سعاد|خالد Khalil|خالد خلود|نوري Nora|بشار Bashir|مريم Maram"
)


def one(text: str) -> str:
    """The only token of a text."""
    (token,) = tokens(text)
    return token


@pytest.mark.parametrize("pair", ONE_NAME.split("|"))
def test_spellings_of_one_name_agree(pair: str) -> None:
    a, b = pair.split()
    assert alike(one(a), one(b)) >= LIKE
    assert alike(one(a), one(b)) == alike(one(b), one(a))


@pytest.mark.parametrize("pair", TWO_NAMES.split("|"))
def test_two_names_with_the_same_consonants_stay_two(pair: str) -> None:
    a, b = pair.split()
    assert alike(one(a), one(b)) < LIKE


SALMA = Wanted(("salma",), (("khalaf",), ("murad",)), ("umm", "dilan"), "f")


@pytest.mark.parametrize(
    ("text", "agree", "other"),
    [
        ("her name is Salma Khalaf", 1, False),
        ("SALMA KHALAF MURAD", 2, False),
        ("Salma Khalaf Age 17", 1, False),
        ("Salma, Khalaf said no", 0, False),
        ("Salma Hassan is here", 0, True),
        ("Salma Khalaf Hussein", 1, True),
        ("salma bint khalaf", 1, False),
        ("salma bint hassan", 0, True),
        ("Salma al-Khalaf", 1, False),
        ("سلمى خلف", 1, False),
        ("وسلمى بنت خلف", 1, False),
        ("سَلْمَى خَلَف", 1, False),
        ("سلمـــى خلف مراد", 2, False),
        ("سلمى حسين", 0, True),
        ("سلمى العمر ١٧", 0, False),
        ("Selmayê Xelef", 1, False),
        ("سەلمای خەلەف", 1, False),
        ("سەلما کچی خەلەف", 1, False),
        ("Salma's phone", 0, False),
        ("S\u200dalma\u200f Khalaf", 1, False),
        ("Selma keça Xelef", 1, False),
    ],
)
def test_what_follows_a_given_name_decides(text: str, agree: int, other: bool) -> None:
    (found,) = [n for n in find(text, SALMA) if not n.kunya]
    assert len(found.agree) == agree
    assert (found.other is not None) is other


@pytest.mark.parametrize(
    "text",
    [
        "Khalaf bint Salma",
        "أبو سلمى وصل",
        "Umm Salma came",
        "خلف بن سلمى",
        "Salim Khalaf",
        "سليم خلف",
        "Salman Khalaf",
        "السلام عليكم",
        "سلام خلف",
        "salmon for sale",
        "",
        "12345 !!!",
    ],
)
def test_a_name_that_is_not_the_given_name_is_not_found(text: str) -> None:
    assert find(text, SALMA) == []


def test_a_daughter_cannot_be_a_person_listed_as_male() -> None:
    (found,) = find("نور بنت خلف", Wanted(("nur",), (("khalaf",),), (), "m"))
    assert found.wrong is not None


def test_a_kunya_is_found_and_the_fathers_is_not_the_mothers() -> None:
    assert [n.written for n in find("رأيت أم ديلان هناك", SALMA)] == ["أم ديلان"]
    assert find("رأيت أبو ديلان هناك", SALMA) == []


@pytest.mark.parametrize(
    ("text", "place", "there"),
    [
        ("من قرية صولاغ", "Solagh", True),
        ("li gundê Hardan", "حردان", True),
        ("من تل بنات", "Tal Banat", True),
        ("من تل قصب", "Tal Banat", False),
        ("Mosul", "", False),
    ],
)
def test_a_place_is_known_in_any_script(text: str, place: str, there: bool) -> None:
    assert (stands(text, tokens(place)) is not None) is there
