"""A name in a running text: where it stands, which of its parts agree, and whether another person's name stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from ritrova.linkers.names import LIKE, alike, cleaned, readings, tokens, words

SON = frozenset(
    ["bin", "ibn", "ben", "son", "kurê", "kure", "oğlu", "بن", "ابن", "إبن", "کوڕی", "كوري", "کوری"]
)
DAUGHTER = frozenset(
    [
        "bint",
        "bnt",
        "binti",
        "daughter",
        "keça",
        "keca",
        "qîza",
        "kızı",
        "بنت",
        "ابنة",
        "إبنة",
        "کچی",
        "كجي",
        "دختر",
    ]
)
BETWEEN = frozenset(["of", "the", "al", "el", "ul", "ال"])
FROM = frozenset(
    ["from", "of", "village", "ji", "gundê", "من", "قرية", "قريه", "لە", "گوندی", "خەڵکی", "اهل", "أهل"]
)
_CLITIC = re.compile(r"^(?:وب|ول|ف|و|ب|ل|ك)(?=..)")
_TAILS = (("یە", ""), ("ای", "ا"), ("ەی", "ە"), ("yê", ""), ("ê", ""))

COMMON = [
    "ahmad",
    "mahmud",
    "muhammad",
    "ali",
    "hasan",
    "hussein",
    "ibrahim",
    "ismail",
    "yusuf",
    "khalid",
    "omar",
    "mustafa",
    "karim",
    "jamal",
    "jamil",
    "salim",
    "salam",
    "samir",
    "said",
    "nasir",
    "rashid",
    "majid",
    "hamid",
    "adil",
    "amir",
    "tariq",
    "walid",
    "ziyad",
    "bashar",
    "sami",
    "rami",
    "khalil",
    "murad",
    "khalaf",
    "khidr",
    "elias",
    "haji",
    "dakhil",
    "qasim",
    "hadi",
    "saad",
    "sulayman",
    "dawud",
    "musa",
    "isa",
    "zakariya",
    "barakat",
    "hajji",
    "shamo",
    "rasho",
    "khudeda",
    "mirza",
    "sharif",
    "hamo",
    "darwish",
    "azad",
    "dilshad",
    "maryam",
    "fatima",
    "zaynab",
    "amina",
    "khadija",
    "aisha",
    "nadia",
    "layla",
    "salma",
    "samira",
    "huda",
    "suad",
    "nur",
    "rana",
    "rima",
    "hana",
    "shirin",
    "gule",
    "kulizar",
    "xezal",
    "jamila",
    "badia",
    "warda",
    "hanan",
    "iman",
    "amal",
    "sara",
    "rozhin",
    "vian",
    "berivan",
    "dalal",
    "ghazala",
    "nasrin",
    "parwin",
    "aziz",
    "faris",
    "fahd",
    "jasim",
    "hashim",
]
"""Names that many people carry. They say less, and beside another name they show that a second name stands there."""


class Wanted(msgspec.Struct, frozen=True):
    """The names of one person who is looked for, as tokens. `kin` are the names that may follow the given name."""

    given: tuple[str, ...]
    kin: tuple[tuple[str, ...], ...]
    kunya: tuple[str, ...] = ()
    sex: Literal["f", "m", ""] = ""


class Named(msgspec.Struct, frozen=True):
    """A given name found in a text. `agree` are the names after it that agree, `other` one that does not, `loose` names of kin
    elsewhere in the text. `wrong` says why it cannot be the person."""

    start: int
    end: int
    written: str
    agree: tuple[str, ...] = ()
    other: str | None = None
    loose: tuple[str, ...] = ()
    wrong: str | None = None
    kunya: bool = False


def forms(token: str) -> tuple[str, ...]:
    """A word of a text as it stands, and without the small words and endings that are written onto names."""
    found = [token]
    if (bare := _CLITIC.sub("", token)) != token:
        found.append(bare)
    for tail, kept in _TAILS:
        if token.endswith(tail) and len(token) > len(tail) + 2:
            found.append(token.removesuffix(tail) + kept)
    if token[-2:] in ("'s", "’s"):
        found.append(token[:-2])
    elif "'" in token[2:] or "’" in token[2:]:
        found.append(re.split("['’]", token)[0])
    return tuple(dict.fromkeys(found))


def like(written: str, wanted: str) -> float:
    """How alike a word of a text and a name on the list are."""
    return max(alike(form, wanted) for form in forms(written))


def keys(token: str) -> Iterator[str]:
    """What names that may be alike have in common, for an index: consonants, and consonants with one left out."""
    for one in readings(token):
        yield one.consonants
        if len(one.consonants) >= 4:
            for n in range(len(one.consonants)):
                yield one.consonants[:n] + one.consonants[n + 1 :]


class Index:
    """Which people a word may name. Asked once a distinct word."""

    def __init__(self, people: Sequence[Sequence[str]]) -> None:
        self._at: dict[str, dict[tuple[int, str], None]] = {}
        self._known: dict[str, tuple[int, ...]] = {}
        for n, some in enumerate(people):
            for token in some:
                for key in keys(token):
                    self._at.setdefault(key, {})[(n, token)] = None

    def people(self, raw: str) -> tuple[int, ...]:
        """Numbers of the people whose names a raw word of a text may be."""
        found = self._known.get(raw)
        if found is None:
            if len(self._known) > 1_000_000:
                self._known.clear()
            found = self._known[raw] = tuple(sorted(self._look(raw)))
        return found

    def _look(self, raw: str) -> set[int]:
        found: set[int] = set()
        for token in tokens(raw[:200]):
            for form in forms(token):
                near = {one for key in keys(form) for one in self._at.get(key, ())}
                found |= {n for n, wanted in near if n not in found and alike(form, wanted) >= LIKE}
        return found


ORDINARY = frozenset(
    [
        "العمر",
        "عمرها",
        "عمره",
        "عمر",
        "سنة",
        "سنه",
        "عام",
        "من",
        "في",
        "على",
        "الى",
        "إلى",
        "عن",
        "مع",
        "كان",
        "كانت",
        "هو",
        "هي",
        "اسمها",
        "اسمه",
        "واسمها",
        "هناك",
        "قبل",
        "بعد",
        "عند",
        "قرية",
        "قريه",
        "رقم",
        "age",
        "aged",
        "was",
        "is",
        "has",
        "had",
        "and",
        "with",
        "in",
        "at",
        "on",
        "from",
        "the",
        "who",
        "she",
        "he",
        "her",
        "his",
        "old",
        "year",
        "years",
        "name",
        "called",
        "last",
        "seen",
        "salî",
        "sali",
        "li",
        "ji",
        "bi",
        "û",
        "ye",
        "bû",
        "navê",
        "temenê",
        "تەمەنی",
        "تەمەن",
        "ساڵ",
        "لە",
        "و",
        "بوو",
        "ناوی",
    ]
)
"""Words that follow a name and are none, though some are written like one."""


def find(text: str, wanted: Wanted, others: Iterable[str] = (), ordinary: Iterable[str] = ()) -> list[Named]:
    """Every place where the person's given name, or kunya, stands in a text.

    `others` are further names that people bear, `ordinary` words of this text that are known to be no names (those of an age
    or a price). Places are in the cleaned text (`names.cleaned`).
    """
    found = words(text)
    plain = [m.group() for m in found]
    raw = text.split()
    capital = {w.lower() for token in raw for w in re.findall(r"[^\W\d_]+", token) if w[0].isupper()}
    if len(capital) > 3 and len(capital) > 0.8 * len(set(plain)):
        capital = set()
    capital -= ORDINARY | set(ordinary)
    known = _Names(capital, frozenset(ordinary) | ORDINARY, tuple(others))
    whole = cleaned(text)
    named: list[Named] = []
    kin = [k for group in wanted.kin for k in group]
    for n, word in enumerate(plain):
        if any(like(word, g) >= LIKE for g in wanted.given):
            before = plain[n - 1] if n else ""
            if (
                before in SON
                or before in DAUGHTER
                or (before in BETWEEN and n > 1 and plain[n - 2] in SON | DAUGHTER)
            ):
                continue
            if n and _is_kunya(before):
                continue
            named.append(_at(n, plain, found, whole, wanted, kin, known))
        if wanted.kunya and _kunya(plain, n, wanted.kunya):
            end = min(n + len(wanted.kunya), len(found)) - 1
            named.append(
                Named(
                    found[n].start(), found[end].end(), whole[found[n].start() : found[end].end()], kunya=True
                )
            )
    return named


def _at(
    n: int,
    plain: Sequence[str],
    found: Sequence[re.Match[str]],
    whole: str,
    wanted: Wanted,
    kin: Sequence[str],
    known: _Names,
) -> Named:
    agree: list[str] = []
    other = wrong = None
    at, last, place = n + 1, n, 0
    while at < len(plain) and place < 3:
        marked = False
        while at < len(plain) and plain[at] in SON | DAUGHTER | BETWEEN:
            if wanted.sex == "m" and plain[at] in DAUGHTER and not agree:
                wrong = "the text says daughter, the list says male"
            if wanted.sex == "f" and plain[at] in SON and not agree:
                wrong = "the text says son, the list says female"
            marked = marked or plain[at] not in BETWEEN
            at += 1
        if at >= len(plain) or not (marked or _beside(whole, found, last, at)):
            break
        word = plain[at]
        expected = wanted.kin[place:] if place < len(wanted.kin) else ()
        if any(like(word, k) >= LIKE for group in expected for k in group):
            agree.append(word)
        elif wanted.kin and (place == 0 or place < len(wanted.kin)) and (marked or known.holds(word)):
            other = word
            break
        else:
            break
        last, at, place = at, at + 1, place + 1
    used = set(range(n, last + 1))
    loose = tuple(
        dict.fromkeys(
            w for i, w in enumerate(plain) if i not in used and any(like(w, k) >= LIKE for k in kin)
        )
    )
    start, end = found[n].start(), found[last].end()
    return Named(start, end, whole[start:end], tuple(agree), other, loose if other is None else (), wrong)


def _beside(whole: str, found: Sequence[re.Match[str]], last: int, at: int) -> bool:
    between = whole[found[last].end() : found[at].start()]
    return len(between) <= 2 + (at - last - 1) * 5 and not re.search(r"[.,،؛;:!?؟\n\d()]", between)


class _Names(msgspec.Struct, frozen=True):
    """Tells whether a word of a text is a name: by its capital, or because people on the list or many people bear it."""

    capital: set[str]
    ordinary: frozenset[str]
    others: tuple[str, ...]

    def holds(self, word: str) -> bool:
        """True when the word may be a name."""
        if word in FROM or word in self.ordinary:
            return False
        if word in self.capital:
            return True
        if self.capital and word.isascii():
            return False
        return any(like(word, o) >= LIKE for o in (*COMMON, *self.others))


_FATHER = frozenset(["abu", "abo", "ebu", "ابو", "أبو", "ابي", "أبي", "ئەبو", "bavê"])
_MOTHER = frozenset(["umm", "um", "oum", "ام", "أم", "ئوم", "dayika"])


def _is_kunya(word: str) -> bool:
    return word in _FATHER or word in _MOTHER


def _kunya(plain: Sequence[str], n: int, wanted: Sequence[str]) -> bool:
    if len(wanted) < 2 or n + len(wanted) > len(plain) or not _is_kunya(plain[n]):
        return False
    if (plain[n] in _MOTHER) != (wanted[0] in _MOTHER):
        return False
    return all(like(plain[n + i], wanted[i]) >= LIKE for i in range(1, len(wanted)))


def common(token: str) -> bool:
    """True for a name that many people carry."""
    return any(alike(token, one) >= LIKE for one in COMMON)


def stands(text: str, place: Sequence[str]) -> tuple[int, int] | None:
    """Where a place's name stands in a text, whatever script each is in: (start, end) in the cleaned text."""
    if not place:
        return None
    found = words(text)
    for n in range(len(found) - len(place) + 1):
        if all(like(found[n + i].group(), place[i]) >= LIKE for i in range(len(place))):
            return found[n].start(), found[n + len(place) - 1].end()
    return None
