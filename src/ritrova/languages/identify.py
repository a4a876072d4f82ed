"""The language of a message, from its letters and small words, and from what its conversation mostly speaks.

A hint for readers and for the choice between readings; no message is ever left out because of it. Arabic in Latin letters
counts as Arabic. Where letters do not decide and a hit needs to know, `py3langid`, restricted to the packs' languages, is
asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np

_SORANI: Final = "ەێۆڕڵڤ"
_PERSIAN: Final = "پچژگ"
_ARABIC: Final = "ضظةىأإؤثذ"
_KURMANJI: Final = "êîû"
_TURKISH: Final = "ığöü"
_ITALIAN: Final = "àèìòù"
_WORDS: Final = {
    "ar": "في من على الى عن هذا هذه شلون شنو وين ليش مو اكو هاي الله كان التي الذي بس يا لا اذا عشان انا انت هو هي كيف شو",
    "fa": "از به در را این که است رو می با برای آن هم یه چی تو شما نیست خوب کن بود شد سلام داره باشه دارم هست کجا چند",
    "ckb": "لە بۆ ئەم ئەو هەیە دەکات وەک نییە زۆر دەبێت سڵاو بەڵام چۆنی باشە",
    "kmr": "li ji bo ku ez tu ew em ne ji min te we wi ci heye bas ev bi xwe cawa niha dixwazim kes her spas rojbas",
    "tr": "ve bir bu da de icin ne ben sen mi cok var yok ama gibi daha su degil olarak ile tamam nasil kadar evet hayir kac nerede satilik",
    "it": "di che il la un una per non con sono ho mi ti si ma come anche del della ci lo le gli nel piu questo ciao hai quanto vendo dove",
    "en": "the and you is to of in for it that this have are was with not what my me your be on at i we can do how if just so but will call",
}
_ARABIZI: Final = frozenset(
    [
        "ana",
        "enta",
        "enti",
        "enti",
        "inta",
        "shu",
        "shou",
        "wen",
        "wein",
        "leish",
        "lesh",
        "mish",
        "mesh",
        "mu",
        "kifak",
        "kifek",
        "keefak",
        "yalla",
        "walla",
        "wallah",
        "habibi",
        "7abibi",
        "inshallah",
        "nshallah",
        "hala2",
        "halla2",
        "bass",
        "bas",
        "3ala",
        "3an",
        "3ndi",
        "3indi",
        "fi",
        "min",
        "ma",
        "la",
        "shlonak",
        "shlonek",
        "shlon",
        "hassa",
        "akid",
        "tayeb",
        "tayyib",
        "sho",
        "kteer",
        "ktir",
        "hay",
        "hal",
        "el",
        "al",
        "bil",
        "lal",
        "ili",
        "illi",
        "hek",
        "heik",
        "lik",
        "ya",
    ]
)
_DIGIT_INSIDE: Final = re.compile(
    r"(?<![^\W_])(?=[a-z0-9]*[a-z])[a-z]*[235679](?=[a-z])[a-z0-9]*|[a-z]{2,}[2379](?![^\W_])"
)
_VOTERS: Final = {w: c for c, ws in _WORDS.items() for w in ws.split() if c in ("kmr", "tr", "it", "en")}
_ARABIC_VOTERS: Final = {w: c for c, ws in _WORDS.items() for w in ws.split() if c in ("ar", "fa", "ckb")}
_SHARED: Final = Counter(w for ws in _WORDS.values() for w in set(ws.split()))
_CLASSES: Final = (
    "",
    "latin",
    "arabic",
    "cyrillic",
    "han",
    "sorani",
    "persian",
    "kmr",
    "tr",
    "it",
    "arabonly",
)


@lru_cache(maxsize=1)
def _classes() -> Any:
    table = np.zeros(0x110000, dtype=np.uint8)
    for o in (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x250)):
        table[o] = 1
    table[0x620:0x660] = 2
    table[0x66E:0x6D4] = 2
    table[0xFB50:0xFE00] = 2
    table[0xFE70:0xFF00] = 2
    table[0x400:0x530] = 3
    table[0x3400:0xA000] = 4
    for letters, k in (
        (_SORANI, 5),
        (_PERSIAN, 6),
        (_KURMANJI + _KURMANJI.upper(), 7),
        (_TURKISH + "İĞÖÜ", 8),
        (_ITALIAN, 9),
        (_ARABIC, 10),
    ):
        for c in letters:
            table[ord(c)] = k
    return table


def identify(texts: Sequence[str], majority: str | None = None, sure: bool = False) -> list[str | None]:
    """The language of each text (a pack's code), or None where it holds no letters or says too little.

    `majority` is what the conversation mostly speaks: it decides where the text does not. `sure` asks py3langid for what
    is still open (slower: only for messages with a hit).
    """
    if not texts:
        return []
    joined = "\n".join(t.replace("\n", " ") if "\n" in t else t for t in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    classes = _classes()[codes]
    starts = np.zeros(len(texts), dtype=np.int64)
    starts[1:] = np.flatnonzero(codes == 10) + 1
    tallies = [
        np.add.reduceat(classes == k, starts) if codes.size else np.zeros(len(texts)) for k in range(1, 11)
    ]
    counts = np.stack(tallies, axis=1).tolist()
    return [_language(t, c, majority, sure) for t, c in zip(texts, counts, strict=True)]


def _language(text: str, counts: Sequence[int], majority: str | None, sure: bool) -> str | None:
    latin, arabic, cyrillic, han, sorani, persian, kurmanji, turkish, italian, arabonly = counts
    arab = arabic + sorani + persian + arabonly
    roman = latin + kurmanji + turkish + italian
    if not arab + roman + cyrillic + han:
        return None
    if han * 2 >= max(arab, roman, cyrillic):
        return "zh"
    if cyrillic > max(arab, roman):
        return "ru"
    if arab >= roman:
        if sorani:
            return "ckb" if sorani * 14 >= arab - sorani else "ar" if arabonly else majority or "ckb"
        if arabonly and not persian:
            return "ar"
        votes = Counter(_ARABIC_VOTERS[w] for w in text.split()[:24] if w in _ARABIC_VOTERS)
        votes["ar"] += 2 * arabonly
        votes["fa"] += 2 * persian if not arabonly else 0
        best = votes.most_common(2)
        if best[0][1] > 0 and (len(best) < 2 or best[0][1] > best[1][1]):
            return best[0][0]
        if majority in ("ar", "fa", "ckb"):
            return majority
        return _asked(text, ("ar", "fa", "ckb")) if sure else "ar"
    return _roman(text, counts, majority, sure)


def _roman(text: str, counts: Sequence[int], majority: str | None, sure: bool) -> str | None:
    kurmanji, turkish, italian = counts[6], counts[7], counts[8]
    if kurmanji >= 2 and not turkish and not italian:
        return "kmr"
    words = text.lower().split()[:24]
    votes: dict[str, int] = {"kmr": 2 * kurmanji, "tr": 2 * turkish, "it": 2 * italian, "en": 0}
    for w in words:
        voter = _VOTERS.get(w if w.isascii() else w.translate(_PLAIN))
        if voter:
            votes[voter] += 1
    best = max(votes, key=lambda c: votes[c])
    if votes[best] < 3 or votes[best] * 4 < len(words):
        arabizi = sum(w in _ARABIZI for w in words)
        if not text.isalpha():
            arabizi += 2 * len(_DIGIT_INSIDE.findall(text.lower()))
        if arabizi >= 2 and arabizi * 10 >= 3 * len(words) and arabizi > votes[best]:
            return "ar"
    if votes[best] and sum(v == votes[best] for v in votes.values()) == 1:
        return best
    if majority in ("en", "tr", "kmr", "it"):
        return majority
    return _asked(text, ("en", "tr", "kmr", "it")) if sure else None


_PLAIN: Final = str.maketrans("çğıöşüêîûàèéìòù", "cgiosueiuaeeiou")


@lru_cache(maxsize=1)
def _model() -> Any:
    import py3langid

    py3langid.set_languages(["ar", "fa", "ku", "en", "tr", "ru", "it", "zh"])
    return py3langid


def _asked(text: str, allowed: Sequence[str]) -> str | None:
    names = {"ku": "kmr"}
    for code, _ in _model().rank(text):
        code = names.get(code, code)
        if code in allowed:
            return str(code)
    return None


def majority(languages: Sequence[str | None]) -> str | None:
    """What most messages of a conversation speak, of those that say."""
    counted = Counter(x for x in languages if x)
    return min(counted, key=lambda c: (-counted[c], c)) if counted else None
