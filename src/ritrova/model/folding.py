"""How names are compared: without marks, case, letter variants and signs that are not seen; and which of their words count."""

from __future__ import annotations

import re
import unicodedata

from ritrova.model import looks

_NO_DIGIT = re.compile(r"[^0-9]+")
_LETTERS = str.maketrans("ىةکیەھےہ", "يهكيههيه")
_PREFIXES = frozenset(
    (
        "و",
        "ف",
        "ب",
        "ل",
        "ك",
        "يا",
        "ال",
        "لل",
        "وال",
        "فال",
        "بال",
        "كال",
        "ولل",
        "ول",
        "وب",
        "وك",
        "فل",
        "هال",
        "عال",
        "يال",
    )
)
_SUFFIXES = frozenset(
    ("ي", "ه", "ها", "هم", "نا", "ك", "كم", "ات", "ين", "ان", "كان", "يان", "م", "مان", "تان")
)

STOP_WORDS: frozenset[str] = frozenset(
    [
        "abu",
        "abo",
        "umm",
        "oum",
        "bin",
        "bint",
        "ibn",
        "ben",
        "the",
        "and",
        "von",
        "van",
        "der",
        "den",
        "dos",
        "del",
        "las",
        "los",
        "mrs",
        "miss",
        "doctor",
        "haji",
        "hajji",
        "hadji",
        "sheikh",
        "shaikh",
        "mullah",
        "mala",
        "sayyid",
        "mam",
        "kak",
        "uncle",
        "aunt",
        "brother",
        "sister",
        "mother",
        "father",
        "mom",
        "dad",
        "mama",
        "baba",
        "son",
        "daughter",
        "wife",
        "husband",
        "friend",
        "family",
        "new",
        "old",
        "my",
        "home",
        "work",
        "office",
        "mobile",
        "phone",
        "number",
        "tel",
        "whatsapp",
        "telegram",
        "viber",
        "signal",
        "group",
        "channel",
        "admin",
        "support",
        "news",
        "info",
        "test",
        "user",
        "account",
        "contact",
        "deleted",
        "unknown",
        "you",
        "car",
        "cars",
        "taxi",
        "driver",
        "shop",
        "store",
        "market",
        "sale",
        "sales",
        "buy",
        "sell",
        "trade",
        "company",
        "service",
        "services",
        "import",
        "export",
        "the",
        "with",
        "for",
        "from",
        "ابو",
        "ابي",
        "ام",
        "ابن",
        "بن",
        "بنت",
        "اخ",
        "اخت",
        "عم",
        "خال",
        "خاله",
        "عمه",
        "الحاج",
        "حاج",
        "حجي",
        "الشيخ",
        "شيخ",
        "السيد",
        "سيد",
        "استاذ",
        "الاستاذ",
        "دكتور",
        "دكتوره",
        "مهندس",
        "محل",
        "محلات",
        "شركه",
        "مكتب",
        "سوق",
        "مجموعه",
        "قناه",
        "اخبار",
        "رقم",
        "جديد",
        "قديم",
        "هاتف",
        "تلفون",
        "موبايل",
        "واتساب",
        "تلغرام",
        "تليجرام",
        "فايبر",
        "سياره",
        "سيارات",
        "تكسي",
        "سايق",
        "سائق",
        "بيع",
        "شراء",
        "للبيع",
        "البيع",
        "من",
        "الي",
        "علي",
        "في",
        "مع",
        "عن",
        "هذا",
        "هذه",
        "كاك",
        "مام",
        "خوشك",
        "برا",
        "دايه",
        "باوك",
    ]
)
"""Words in names that say nothing about who it is; they are not replaced when they stand alone."""


class _Folds(dict[int, str | None]):
    """A table for `str.translate`: letters without marks, case and variants; signs that are not seen are dropped."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        kept = "".join(
            c
            for c in unicodedata.normalize("NFKD", char)
            if unicodedata.category(c) not in ("Mn", "Cf", "Me") and c != "ـ"
        )
        if kept.isdecimal() and not kept.isascii():
            kept = "".join(str(unicodedata.decimal(c)) for c in kept)
        folded = kept.casefold().translate(_LETTERS)
        if folded and folded.isspace():
            folded = " "
        self[code] = found = folded or None
        return found


_FOLDS = _Folds()


def fold(text: str) -> str:
    """The form in which names are compared."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def way_back(text: str) -> list[int]:
    """For each character of the folded text, and for its end, the place in the text as written."""
    back: list[int] = []
    for at, char in enumerate(text):
        folded = _FOLDS[ord(char)]
        if folded:
            back += [at] * len(folded)
    back.append(len(text))
    return back


def digits(text: str) -> str:
    """The decimal digits of a text in ASCII, whatever system and dress they are written in."""
    if text.isascii():
        return _NO_DIGIT.sub("", text)
    return "".join(str(unicodedata.digit(c)) for c in text if unicodedata.digit(c, None) is not None)


def card_names(card: str) -> list[str]:
    """Names in a contact card (vCard)."""
    return [
        part.strip()
        for line in looks.CARD_NAME.findall(card)
        for part in (line.replace(";", " "),)
        if part.strip()
    ]


def words(name: str) -> list[str]:
    """The words of a name that may stand for the person alone, folded."""
    found = re.findall(r"[^\W\d_]+", fold(name))
    return [
        w for w in found if w not in STOP_WORDS and (len(w) >= 3 or (len(w) == 2 and ord(w[0]) >= 0x2E80))
    ]


def stands_alone(folded: str, start: int, end: int) -> bool:
    """A word of its own, or one with Arabic letters written to it (and, with, the, my ...)."""
    before = start
    while before > 0 and folded[before - 1].isalpha() and start - before <= 4:
        before -= 1
    after = end
    while after < len(folded) and folded[after].isalpha() and after - end <= 4:
        after += 1
    if before == start and after == end:
        return True
    if folded[start] >= "\u2e80" or "\u0e00" <= folded[start] <= "\u109f":
        return True
    prefix, suffix = folded[before:start], folded[end:after]
    return (not prefix or prefix in _PREFIXES) and (not suffix or suffix in _SUFFIXES)
