"""A second model of how adverts for goods are edited, made without regard to the first (`near_duplicates.py --edits second`).

An advert is an opener, a sentence of its goods with three traits, and two closers; openers and closers are shared by many adverts.
Who posts it again pastes it: as a quoted or numbered list, behind a greeting, with a tail of hashtags, or with the first words
lost; typed on another keyboard (neighbouring keys, letters of another alphabet that look alike, no marks on letters, capitals),
with spaces lost or put in, tatweel or a stretched vowel, invisible joiners, digits as keycaps, and sentences moved to the front.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple


class Stock(NamedTuple):
    """What adverts of a language are made of."""

    openers: tuple[str, ...]
    goods: tuple[str, ...]
    traits: tuple[str, ...]
    closers: tuple[str, ...]
    greetings: tuple[str, ...]
    alike: dict[str, str]
    """Words and what stands for them."""


STOCK = {
    "ar": Stock(
        (
            "للبيع من المالك مباشرة بدون وسيط",
            "معروض اليوم في السوق لمن يرغب",
            "عاجل بسبب الانتقال الى بيت آخر",
        ),
        (
            "كنبة زاوية قماشها رمادي",
            "هاتف شاشته سليمة مع علبته",
            "دراجة نارية موديل قديم",
            "خيمة تخييم تكفي عائلة",
            "عود موسيقي صناعة بغداد",
            "لابتوب للدراسة بطاريته جيدة",
            "ساعة حائط من الخشب",
            "ماطور ماء ألماني",
            "طقم صحون مزخرفة",
            "كاميرا تصوير مع عدستين",
        ),
        (
            "لم يفتح ابدا",
            "وزنه خفيف وسهل النقل",
            "فيه خدش صغير من الخلف",
            "مع كافة الملحقات والكفالة",
            "يعمل على البطارية والكهرباء",
            "نظيف جدا كأنه من الوكالة",
            "تم تبديل القطع التالفة كلها",
            "اشتريته قبل ثلاثة شهور",
            "لونه ما زال زاهيا",
            "مخزون في غرفة جافة",
        ),
        (
            "التواصل على الواتساب حصرا",
            "لا يوجد تبديل والدفع نقدا",
            "الفحص قبل الشراء متاح",
            "الموقع قرب الجسر القديم",
            "خصم لمن يأخذه اليوم",
        ),
        ("السلام عليكم اخوان", "مساء الخير للجميع", "هلا شباب شوفوا هذا"),
        {
            "جدا": "كلش",
            "سليمة": "بدون كسر",
            "صغير": "بسيط",
            "اليوم": "هسه",
            "كافة": "كل",
            "متاح": "ممكن",
            "تكفي": "تسع",
        },
    ),
    "ckb": Stock(
        (
            "بۆ فرۆشتن لە خاوەنەکەیەوە بێ دەڵاڵ",
            "ئەمڕۆ لە بازاڕ دانراوە بۆ هەر کەسێک",
            "بەپەلە لەبەر گواستنەوەی ماڵ",
        ),
        (
            "قەنەفەی سووچ قوماشی خۆڵەمێشی",
            "مۆبایلێک شاشەکەی ساغە بە قوتووەوە",
            "ماتۆڕسکیلی کۆن مۆدێلی پێشوو",
            "خێوەتی گەشت جێگەی خێزانێک",
            "تەمبووری دەستی وەستای سلێمانی",
            "لاپتۆپی خوێندن پاترییەکەی باشە",
            "کاتژمێری دیوار لە تەختە",
            "ماتۆڕی ئاوی ئەڵمانی",
            "دەستێک قاپی نەخشێنراو",
            "کامێرای وێنە بە دوو هاوێنە",
        ),
        (
            "هەرگیز نەکراوەتەوە",
            "سووکە و گواستنەوەی ئاسانە",
            "خەتێکی بچووکی لە پشتەوە هەیە",
            "لەگەڵ هەموو پارچەکانی و گەرەنتی",
            "بە پاتری و کارەبا ئیش دەکات",
            "زۆر خاوێنە وەک ئی کۆمپانیا",
            "پارچە خراپەکانی گۆڕدراون",
            "سێ مانگ لەمەوبەر کڕیومە",
            "ڕەنگەکەی هێشتا جوانە",
            "لە ژووری وشک هەڵگیراوە",
        ),
        (
            "تەنیا لە واتسئاپ نامە بنێرە",
            "ئاڵوگۆڕ نییە پارەکە کاش",
            "پێش کڕین دەتوانیت تاقی بکەیتەوە",
            "شوێن نزیک پردی کۆن",
            "داشکان بۆ ئەوەی ئەمڕۆ بیبات",
        ),
        ("سڵاو برایان", "ئێوارەتان باش هەمووان", "گەنجینە سەیری ئەمە بکەن"),
        {
            "زۆر": "گەلێک",
            "ساغە": "نەشکاوە",
            "بچووکی": "کەمی",
            "ئەمڕۆ": "ئێستا",
            "هەموو": "گشت",
            "باشە": "چاکە",
        },
    ),
    "kmr": Stock(
        (
            "ji bo firotanê ji xwediyê rasterast bê navgîn",
            "îro li sûkê ye ji bo kesê bixwaze",
            "lezgîn ji ber guhastina malê",
        ),
        (
            "qenepeya goşeyê qumaşê wê gewr",
            "telefonek ekran saxlem bi qutiya xwe",
            "motorsîkleta kevn modela berê",
            "kona gerê têra malbatekê dike",
            "tembûra destan çêkirina hostayê Amedê",
            "laptopa xwendinê bateriya wê baş",
            "saeta dîwar ji textê gûzê",
            "motora avê ya almanî",
            "komek firax bi nexş",
            "kameraya wêneyan bi du lensan",
        ),
        (
            "qet nehatiye vekirin",
            "sivik e û hêsan tê birin",
            "xêzeke biçûk li paş heye",
            "bi hemû parçe û garantî",
            "bi baterî û ceyranê dimeşe",
            "pir pak wek ya şirketê",
            "parçeyên xirab hatin guhertin",
            "berî sê mehan min kirî",
            "rengê wê hê geş e",
            "li odeya hişk hatiye parastin",
        ),
        (
            "tenê li whatsappê binivîse",
            "guhertin tune dayîn bi destan",
            "beriya kirînê ceribandin heye",
            "cih nêzî pira kevn",
            "erzanî ji kesê îro bibe",
        ),
        ("silav birano", "êvar baş hemûyan", "xort lê binêrin"),
        {
            "pir": "zaf",
            "saxlem": "neşikestî",
            "biçûk": "hûr",
            "îro": "niha",
            "hemû": "tev",
            "baş": "rind",
            "cih": "der",
        },
    ),
    "en": Stock(
        (
            "selling straight from the owner no middleman",
            "listed today for whoever wants it",
            "must go because we are moving house",
        ),
        (
            "corner sofa covered in grey cloth",
            "phone with an intact display and its box",
            "older motorbike previous model",
            "camping tent that sleeps a family",
            "wooden lute built by a local maker",
            "laptop for studying with a healthy battery",
            "wall clock carved from walnut",
            "german pump for the well",
            "set of painted dishes",
            "camera together with two lenses",
        ),
        (
            "never opened since purchase",
            "light and easy to carry away",
            "a small scratch on the back",
            "all accessories and warranty come along",
            "runs on batteries or mains",
            "very clean as if from the dealer",
            "worn parts were replaced by new ones",
            "bought three months ago",
            "its colour is still bright",
            "kept in a dry room",
        ),
        (
            "write on whatsapp only",
            "no swaps and cash on collection",
            "you may test before buying",
            "find us near the old bridge",
            "discount if taken today",
        ),
        ("hello brothers", "good evening everyone", "guys look at this"),
        {
            "very": "really",
            "intact": "unbroken",
            "small": "tiny",
            "today": "now",
            "all": "every",
            "light": "not heavy",
        },
    ),
}
NEAR_KEYS = {
    **dict(zip("ضصثقفغعهخحجشسيبلاتنمكطئءؤرىةوزظ", "صثقفغعهخحجدسيبلاتنمكطشءؤرىةوزظض", strict=True)),
    **dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuioplsdfghjkmxcvbnmq"+"a", strict=True)),
}  # fmt: skip
LOOK_ALIKE = str.maketrans(
    {"a": "а", "e": "е", "o": "о", "ه": "ە", "ي": "ی", "ك": "ک", "ە": "ه", "ی": "ي", "ک": "ك"}
)
NO_MARKS = str.maketrans("şçêîûŞÇÊÎÛأإآةێۆڕڵڤ", "scelusceiuاااهيورلف".replace("l", "i", 1))
HARAKAT = "\u064b\u064e\u064f\u0650\u0651"
KEYCAPS = {str(n): f"{n}\ufe0f\u20e3" for n in range(10)}
PICTURES = ("🏷️", "👇👇", "💯", "🚚", "⚡", "🛒", "✨")
WRAPS = ("», «", " | ", "\n• ", "\n\n", "; ", " // ", ".\n")


def version(rng: random.Random, language: str, advert: list[str]) -> str:
    """The advert as somebody pastes it again."""
    stock = STOCK[language]
    parts = list(advert)
    if rng.random() < 0.3:  # the goods first, or the way to pay
        parts.insert(0, parts.pop(rng.randrange(1, len(parts))))
    if rng.random() < 0.15:
        parts = parts[::-1]
    if rng.random() < 0.12:
        parts.pop(rng.randrange(len(parts)))
    parts.append(
        f"{rng.choice(('سعر', 'السوم') if language in ('ar', 'ckb') else ('asking', 'only'))} {rng.randrange(10, 900)}"
    )
    words = [w for part in parts for w in [*part.split(), ""]]
    if rng.random() < 0.3:
        words = [stock.alike.get(w, w) for w in words]
    words = _typed(rng, words)
    text = " ".join(words)
    wrap = rng.choice((". ", ", ", *WRAPS))
    lines = [line.strip() for line in text.split("  ") if line.strip()]
    if rng.random() < 0.15:
        text = "\n".join(f"{n}) {line}" for n, line in enumerate(lines, 1))
    elif rng.random() < 0.15:
        text = "\n".join(f"> {line}" for line in lines)
    else:
        text = wrap.join(lines)
    text = _lettered(rng, language, text)
    if rng.random() < 0.15:
        text = text[rng.randrange(5, max(6, len(text) // 5)) :]
    elif rng.random() < 0.15:
        text = text[: int(len(text) * rng.uniform(0.72, 0.95))] + rng.choice(("...", "… read more", "…"))
    if rng.random() < 0.3:
        text = rng.choice(stock.greetings) + rng.choice((" ", "\n", "،\n")) + text
    if rng.random() < 0.15:
        text = f"[Forwarded from {rng.choice(('Souk', 'بازار'))} {rng.randrange(9)}]\n" + text
    if rng.random() < 0.2:
        text += "\n#" + rng.choice(("سوق", "bazar", "sale")) + rng.choice((" #ad", "\n@market_page", ""))
    return text + f"\n{rng.choice(('+964 771 000', '0750-000', '٠٧٨٠ ٠٠٠'))} {rng.randrange(1000, 9999)}"


def _typed(rng: random.Random, words: list[str]) -> list[str]:
    """Slips: neighbouring keys, spaces lost or put in, stretched vowels, pictures between words."""
    words = list(words)
    full = [n for n, w in enumerate(words) if len(w) > 4]
    if rng.random() < 0.3:
        for n in rng.sample(full, 2):
            k = rng.randrange(1, len(words[n]))
            words[n] = words[n][:k] + NEAR_KEYS.get(words[n][k], "") + words[n][k + 1 :]
    if rng.random() < 0.15:
        n = rng.choice(full)
        k = rng.randrange(2, len(words[n]) - 1)
        words[n] = words[n][:k] + " " + words[n][k:]
    if rng.random() < 0.15:
        n = rng.choice([n for n in range(len(words) - 1) if words[n] and words[n + 1]])
        words[n : n + 2] = [words[n] + words[n + 1]]
    if rng.random() < 0.25:
        n = rng.choice([n for n, w in enumerate(words) if len(w) > 3])
        k = rng.randrange(1, len(words[n]) - 1)
        words[n] = words[n][:k] + words[n][k] * rng.randrange(2, 6) + words[n][k + 1 :]
    if rng.random() < 0.3:
        for _ in range(3):
            words.insert(rng.randrange(len(words)), rng.choice(PICTURES))
    return words


def _lettered(rng: random.Random, language: str, text: str) -> str:
    """Other letters: no marks, look-alikes, harakat, tatweel, invisible joiners, capitals, digits as keycaps."""
    if rng.random() < 0.25:
        text = text.translate(NO_MARKS)
    if rng.random() < 0.15:
        text = "".join(c.translate(LOOK_ALIKE) if rng.random() < 0.7 else c for c in text)
    if language in ("ar", "ckb"):
        if language == "ar" and rng.random() < 0.1:
            text = "".join(c + rng.choice(HARAKAT) if c.isalpha() and rng.random() < 0.3 else c for c in text)
        if rng.random() < 0.15:
            text = "".join(
                c + "ـ" * rng.randrange(1, 4) if c in "بسشصنحج" and rng.random() < 0.4 else c for c in text
            )
    elif rng.random() < 0.2:
        text = text.upper() if rng.random() < 0.5 else text.title()
    if rng.random() < 0.1:
        text = "".join(c + rng.choice("\u200b\u200d\u2060") if rng.random() < 0.1 else c for c in text)
    if rng.random() < 0.1:
        text = "".join(KEYCAPS.get(c, c) for c in text)
    return text


def planted(language: str, adverts: int, versions: int, rng: random.Random) -> Iterator[tuple[int, str]]:
    """Versions of adverts, each with the number of its advert. Two adverts share at most half of their sentences."""
    stock = STOCK[language]
    chosen: list[list[str]] = []
    while len(chosen) < adverts:
        some = [
            rng.choice(stock.openers),
            rng.choice(stock.goods),
            *rng.sample(stock.traits, 3),
            *rng.sample(stock.closers, 2),
        ]
        if all(len(set(some) & set(other)) <= 3 for other in chosen):
            chosen.append(some)
    for n, advert in enumerate(chosen):
        for _ in range(versions):
            yield n, version(rng, language, advert)
