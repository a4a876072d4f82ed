"""Comparing personal names across Arabic, Sorani, Kurmanji and Latin spellings.

A name is read as consonants with what vowels are written between them. Arabic writes long vowels only, so a vowel that it does
not write agrees with anything, and one that it writes must be found again: Salma, Salim and Salam share their consonants and
are three names. The weakest token decides, else brothers and cousins would be one person. Nothing here merges anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import msgspec

LIKE = 0.8
"""Tokens below this likeness are different names."""

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`´][^\W\d_]+)*")
_ARTICLE = re.compile(r"^(?:ال(?=..)|(?:al|el|ul|ed|es|er|as|ad|ar|an|ash|esh|az|at)[-‐])")
_DIGRAPHS = (
    ("sh", "S"),
    ("zh", "J"),
    ("ch", "J"),
    ("kh", "K"),
    ("gh", "K"),
    ("dh", "Z"),
    ("th", "s"),
    ("ph", "f"),
    ("ck", "K"),
    ("qu", "K"),
)
_CONSONANTS = {
    **dict.fromkeys("qkgxقكکگخغ", "K"),
    **dict.fromkeys("şšشš", "S"),
    **dict.fromkeys("çjcجچžژ", "J"),
    **dict.fromkeys("zذظز", "Z"),
    **dict.fromkeys("sسصث", "s"),
    **dict.fromkeys("tطت", "t"),
    **dict.fromkeys("dدض", "d"),
    **dict.fromkeys("pbبپ", "b"),
    **dict.fromkeys("fفڤ", "f"),
    **dict.fromkeys("lلڵ", "l"),
    **dict.fromkeys("mم", "m"),
    **dict.fromkeys("nنñ", "n"),
    **dict.fromkeys("rرڕ", "r"),
}  # fmt: skip
_VOWELS = {
    **dict.fromkeys("aâāáàä", "A"),
    **dict.fromkeys("eêێ", "E"),
    **dict.fromkeys("iîīíìıïy", "I"),
    **dict.fromkeys("oöôōóۆ", "O"),
    **dict.fromkeys("uûūúùüw", "U"),
    **dict.fromkeys("اآىﺍ", "A"),
    "ە": "E",
    **dict.fromkeys("يیئ", "I"),
    **dict.fromkeys("وۇ", "U"),
}
_NEAR = frozenset(("AA", "EE", "II", "OO", "UU", "AE", "EA", "EI", "IE", "OU", "UO"))
_SILENT = frozenset("عءأإؤ'’ʼ`´hهحھ")
_SPELLED = {"é": "e", "è": "e", "ë": "e", "ё": "e"}


class Reading(msgspec.Struct, frozen=True):
    """One way to read a token. `slots[n]` are the vowel classes written before consonant n; the last slot ends the word.

    An empty slot of Arabic script (`short` is True) may hide a short vowel.
    """

    consonants: str
    slots: tuple[frozenset[str], ...]
    short: bool


def tokens(text: str) -> list[str]:
    """The words of a text or name, lower case, without marks."""
    return [m.group() for m in words(text)]


def words(text: str) -> list[re.Match[str]]:
    """The words of a cleaned text, with their places in it."""
    return list(_WORD.finditer(cleaned(text)))


def cleaned(text: str) -> str:
    """Lower case, compatibility forms resolved, Arabic marks and tatweel gone; letters of other alphabets keep their marks."""
    text = unicodedata.normalize("NFKC", text).replace("İ", "i").replace("ـ", "").lower()
    return "".join(
        c
        for c in unicodedata.normalize("NFC", text)
        if unicodedata.category(c) not in ("Mn", "Cf") or c in "\u200c"
    ).replace("\u200c", "")


@lru_cache(maxsize=200_000)
def readings(token: str) -> tuple[Reading, ...]:
    """The ways to read a cleaned token: a v may be an f or a w, a final ة may be spoken as t or not at all."""
    token = "".join(_SPELLED.get(c, c) for c in token)
    bare = _ARTICLE.sub("", token)
    forms = [bare, token] if bare != token and bare[:1] in "يو" else [bare]
    if re.search("[vڤۋ]", token):
        forms = [
            one for f in forms for one in (f.replace("v", "f"), re.sub("[ڤۋ]", "و", f.replace("v", "w")))
        ]
    if token.endswith("ة"):
        forms = [f[:-1] + end for f in forms for end in ("ا", "ت")]
    elif token.endswith("ه") and len(token) > 2:
        forms = [f[:-1] + end for f in forms for end in ("ا", "ه")]
    for one, other in (("dh", "d"), ("ض", "ظ")):
        forms += [f.replace(one, other) for f in forms if one in f]
    if token.startswith(("yu", "yû", "يو", "یو")):
        forms += ["ا" + f[2:] if f[1] == "و" else f[1:] for f in forms]
    return tuple(dict.fromkeys(_read(f) for f in forms))


def _read(token: str) -> Reading:
    arabic = any("\u0600" <= c <= "\u06ff" for c in token)
    short = arabic and "ە" not in token and "ێ" not in token and "ۆ" not in token
    if not arabic:
        for written, one in _DIGRAPHS:
            token = token.replace(written, one)
    consonants: list[str] = []
    slots: list[set[str]] = [set()]
    for n, c in enumerate(token):
        if n == 0 and c in "hهحھ":
            consonants.append("h")
            slots.append(set())
            continue
        if n == 0 and c in "yيیwو" and len(token) > 1:
            consonants.append("y" if c in "yيی" else "w")
            slots.append(set())
            continue
        if c in "KSJZ" and not arabic:
            key: str | None = c
        else:
            key = _CONSONANTS.get(c)
        if key is not None:
            if consonants and consonants[-1] == key and not slots[-1]:
                continue
            consonants.append(key)
            slots.append(set())
        elif c in _VOWELS:
            slots[-1].add(_VOWELS[c])
        elif c in "عءأإؤ":
            slots[-1].add("*")
        elif c not in _SILENT:
            consonants.append(c)
            slots.append(set())
    return Reading("".join(consonants), tuple(frozenset(s) for s in slots), short)


@lru_cache(maxsize=400_000)
def alike(a: str, b: str) -> float:
    """How alike two cleaned tokens are as names: 1 the same, 0 different; `LIKE` and above may be the same name."""
    if a == b:
        return 1.0
    return max((_alike(x, y) for x in readings(a) for y in readings(b)), default=0.0)


def _alike(a: Reading, b: Reading) -> float:
    if not a.consonants or not b.consonants:
        return 0.0
    if a.consonants == b.consonants:
        return _vowels(a, b)
    longer = max(len(a.consonants), len(b.consonants))
    if min(len(a.consonants), len(b.consonants)) < 4 or a.consonants[0] != b.consonants[0]:
        return 0.0
    from rapidfuzz.distance import Levenshtein

    moved = Levenshtein.distance(a.consonants, b.consonants, score_cutoff=1)
    return 0.86 if moved == 1 and longer >= 5 and _ends(a, b) else 0.0


def _ends(a: Reading, b: Reading) -> bool:
    return bool(a.slots[-1]) == bool(b.slots[-1])


def _vowels(a: Reading, b: Reading) -> float:
    cost = 0.25 if bool(a.slots[0]) != bool(b.slots[0]) else 0.0
    last = len(a.slots) - 1
    for n in range(1, last + 1):
        cost += _apart(a, b, a.slots[n], b.slots[n], n == last)
    return max(1.0 - cost, 0.0)


def _apart(a: Reading, b: Reading, x: frozenset[str], y: frozenset[str], final: bool) -> float:
    """What two slots cost: 0 they agree, 0.2 and more they are of different names."""
    loose = "*" in x or "*" in y
    x, y = x - {"*"}, y - {"*"}
    if not x and not y:
        return 0.0
    if not x or not y:
        there, unwritten, wrote = (x, b, a) if x else (y, a, b)
        if final and not loose:
            return 0.3
        if not unwritten.short:
            return 0.0 if loose else 0.12
        # Arabic script leaves out short vowels only: two vowels in a row, or one that Arabic script writes, are long.
        return 0.25 if wrote.short or len(there) > 1 else 0.0
    if (final and any(all(p + q not in _NEAR for q in y) for p in x)) or (
        final and any(all(p + q not in _NEAR for q in x) for p in y)
    ):
        return 0.25
    if any(p + q in _NEAR for p in x for q in y) or (loose and not (a.short and b.short)):
        return 0.0
    if a.short or b.short:
        return 0.3
    return 0.14 if "U" in x | y and x | y & frozenset("EI") else 0.22


def chain(wanted: Sequence[str], written: Sequence[str]) -> float:
    """Likeness of two names token by token in their order; the weakest token decides. Surplus tokens of the longer are left out."""
    if not wanted or not written:
        return 0.0
    return min(alike(a, b) for a, b in zip(wanted, written, strict=False))
