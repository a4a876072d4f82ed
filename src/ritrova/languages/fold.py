"""Folding: one written form of a text for matching and searching, and the exact way back.

What is folded: compatibility forms (NFKD: presentation forms, ligatures, full width, circled and mathematical letters), case,
accents and harakat, tatweel, zero-width and direction controls, Arabic, Persian and Kurdish letter variants, digits of every
script and keycap emoji, quotation marks, dashes and Arabic punctuation, letters stretched to three or more, and letters of
another script slipped into a word (Cyrillic or Greek look-alikes in a Latin word, Latin ones in a Cyrillic word).

A character folds by itself, whatever stands beside it; only stretching and look-alikes look at neighbours. So the way back is
exact: each folded character knows the written characters it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from ritrova.model.text import Folded

VERSION: Final = 1
"""Raised when the same text folds otherwise than before: stored folded texts and cached matchers are then made anew."""

Codes = npt.NDArray[np.uint32]

_DROP: Final = 0xFFFFFFFF
_MANY: Final = 0xFFFFFFFE
_SEPARATOR: Final = "\x1e"
_TOP: Final = 0x110000
_TABLED: Final = ((0, 0x3400), (0xA000, 0xAC00), (0xD800, 0xE000), (0xF900, 0x10000), (0x1F000, 0x1FB00))
_KEPT: Final = ((0x3400, 0xA000), (0xAC00, 0xD7A4), (0xE000, 0xF900), (0x20000, 0x2F800))

_LETTERS: Final = {
    # Arabic, Persian, Kurdish, Urdu letters that people and keyboards interchange
    **dict.fromkeys("ٱٲٳٵ", "ا"),
    **dict.fromkeys("ىیۍێېےۓىئ", "ي"),
    **dict.fromkeys("ةەہھۀہۂۃۿ", "ه"),
    **dict.fromkeys("كکڪګڬڭڮ", "ك"),
    **dict.fromkeys("ۆۇۈۉۊۋٶٷؤ", "و"),
    **dict.fromkeys("ڕړڔڒ", "ر"),
    **dict.fromkeys("ڵڶڷڸ", "ل"),
    **dict.fromkeys("ڤڥڨ", "ڤ"),
    **dict.fromkeys("ءٴـۥۦ", ""),
    # Latin letters without a decomposition
    **dict.fromkeys("ıɪᴵ", "i"),
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ħ": "h",
    "ə": "e",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    # marks that people type for one another
    **dict.fromkeys("‘’‚‛′ʼʻ`´ʹ՚＇", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−⁃－➖", "-"),
    **dict.fromkeys("،、٬", ","),
    **dict.fromkeys("؛", ";"),
    **dict.fromkeys("؟", "?"),
    **dict.fromkeys("٪", "%"),
    **dict.fromkeys("٫۔。．…", "."),
    "⁄": "/",
    "➕": "+",
    "〜": "~",
    "\u2028": "\n",
    "\u2029": "\n",
    "\u0085": "\n",
    "😃": "😃",
}
_CAPS: Final = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"
_LETTERS.update(zip(_CAPS, "abcdefghijklmnoprstuvwyz", strict=True))
# Squared and negative circled letters, in which numbers and words are hidden.
for _first in (0x1F130, 0x1F150, 0x1F170):
    _LETTERS.update({chr(_first + i): chr(97 + i) for i in range(26)})

_LATIN_OF: Final = dict(
    zip("абсԁеһіјкӏмонрԛгѕтѵԝхуαβεηικνορτυχγ", "a6cdehijklmohpqrstvwxyabenikvoptuxy", strict=True)
)
_LATIN_OF.update({"в": "b", "н": "h", "м": "m", "т": "t", "к": "k", "б": "6", "з": "3", "г": "r"})
_CYRILLIC_OF: Final = dict(zip("abcehikmoprtxyju", "авсенікмортхуји", strict=False))
_BLOCK: Final = 512
"""Texts folded at a time, so that the arrays stay in the processor's cache."""
_TWICE: Final = frozenset("lل")
"""Letters that stay double when stretched: they are often double in the word itself."""


def _fold_one(c: str) -> str:
    """What one character folds to, alone: usually one character, sometimes none or several."""
    if c == "\u0130":
        return "i"
    known = _LETTERS.get(c)
    if known is not None:
        return known
    o = ord(c)
    if 0xD800 <= o < 0xE000:
        return "\ufffd"
    if any(a <= o < b for a, b in _KEPT):
        return c
    out: list[str] = []
    for d in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", c).casefold()):
        known = _LETTERS.get(d)
        if known is not None:
            out.append(known)
            continue
        kind = unicodedata.category(d)
        if kind in ("Mn", "Me", "Cf"):
            continue
        if kind == "Zs":
            d = " "
        elif kind == "Cc":
            d = "\n" if d == "\n" else " "
        elif kind in ("Nd", "No"):
            digit = unicodedata.digit(d, None)
            d = d if digit is None else str(digit)
        out.append(d)
    folded = "".join(out)
    return " " if folded.isspace() and folded != "\n" else folded


@lru_cache(maxsize=8192)
def _fold_rare(c: str) -> str:
    return _fold_one(c)


@lru_cache(maxsize=1)
def _table() -> Codes:
    """Code point -> folded code point, `_DROP`, or `_MANY` for what is looked up one by one."""
    table = np.full(_TOP, _MANY, dtype=np.uint32)
    for first, end in _KEPT:
        table[first:end] = np.arange(first, end, dtype=np.uint32)
    for first, end in _TABLED:
        for o in range(first, end):
            folded = _fold_one(chr(o))
            if len(folded) == 1:
                table[o] = ord(folded)
            elif not folded:
                table[o] = _DROP
    return table


@lru_cache(maxsize=1)
def _stretchable() -> npt.NDArray[np.bool_]:
    """Which folded code points are letters that may be stretched (no digits, no Han)."""
    letters = np.zeros(_TOP, dtype=np.bool_)
    for first, end in ((0x41, 0x3000), (0xA000, 0xAC00), (0xF900, 0x10000)):
        letters[first:end] = [chr(o).isalpha() for o in range(first, end)]
    return letters


def fold_column(texts: Sequence[str]) -> list[str]:
    """The folded form of each text, at column speed (about a microsecond a message)."""
    if len(texts) <= _BLOCK:
        return _fold_block(texts)
    out: list[str] = []
    for i in range(0, len(texts), _BLOCK):
        out += _fold_block(texts[i : i + _BLOCK])
    return out


def _fold_block(texts: Sequence[str], spread_out: bool = False) -> list[str]:
    if not texts:
        return []
    joined = _SEPARATOR.join(texts)
    if joined.count(_SEPARATOR) != len(texts) - 1:
        return [_fold_slowly(t)[0] for t in texts]
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    table = _table()
    folded = table[codes]
    # The separator is a control character and would fold to a blank: put it back.
    ends = np.flatnonzero(codes == 0x1E)
    folded[ends] = 0x1E
    special = folded >= _MANY
    alone: set[int] = set()
    spread: list[int] = []
    if special.any():
        many = np.flatnonzero(folded == _MANY)
        if many.size:
            spread = np.unique(np.searchsorted(ends, many)).tolist()
            folded[many] = 0x20
        folded = folded[folded != _DROP]
    alone.update(_mixed(folded))
    folded = _unstretched(folded)
    result = folded.tobytes().decode("utf-32-le").split(_SEPARATOR)
    if spread and spread_out:
        alone.update(spread)  # rare characters that stand for themselves
    elif spread:
        for i, text in zip(spread, _fold_block([_spread(texts[i]) for i in spread], True), strict=True):
            result[i] = text
        alone.difference_update(spread)
    for i in alone:
        result[i] = _fold_slowly(texts[i])[0]
    return result


def _spread(text: str) -> str:
    """The text with ligatures and other characters that fold to several put in their folded form."""
    table = _table()
    return "".join([_fold_rare(c) if table[ord(c)] == _MANY else c for c in text])


def _unstretched(folded: Codes) -> Codes:
    """Letters standing three times or more in a row are kept once (l and lam twice)."""
    if folded.size < 3:
        return folded
    same = folded[1:] == folded[:-1]
    thrice = same[1:] & same[:-1]
    if not thrice.any():
        return folded
    at = np.flatnonzero(thrice)
    at = at[_stretchable()[folded[at]]]
    if not at.size:
        return folded
    drop = np.zeros(folded.size, dtype=np.bool_)
    twice = np.isin(folded[at], [ord(c) for c in _TWICE])
    drop[at + 2] = True
    drop[at[~twice] + 1] = True
    return folded[~drop]


def _mixed(folded: Codes) -> list[int]:
    """Texts in which a Latin letter stands directly beside a Cyrillic or Greek one."""
    foreign = (folded >= 0x370) & (folded < 0x530)
    if not foreign.any():
        return []
    latin = (folded >= 0x61) & (folded < 0x250)
    touch = (foreign[1:] & latin[:-1]) | (latin[1:] & foreign[:-1])
    at = np.flatnonzero(touch)
    if not at.size:
        return []
    texts: list[int] = np.unique(np.searchsorted(np.flatnonzero(folded == 0x1E), at)).tolist()
    return texts


def _fold_slowly(text: str) -> tuple[str, list[int]]:
    """The folded text and its map (pairs of first and past-last written positions), for one text."""
    chars: list[str] = []
    back: list[int] = []
    table = _table()
    for i, c in enumerate(text):
        code = int(table[ord(c)])
        if code == _DROP:
            # A mark or tatweel belongs to the letter before it; a control belongs to nothing.
            if back and unicodedata.category(c) != "Cf":
                _extend(back, i)
            continue
        folded = chr(code) if code != _MANY else _fold_rare(c)
        if not folded and back and unicodedata.category(c) != "Cf":
            _extend(back, i)
        for d in folded:
            chars.append(d)
            back += (i, i + 1)
    _unmix(chars)
    return _squeeze(chars, back)


def _extend(back: list[int], i: int) -> None:
    if back[-1] == i:
        start = back[-2]
        at = len(back) - 1
        while at > 0 and back[at - 1] == start:
            back[at] = i + 1
            at -= 2


def _squeeze(chars: list[str], back: list[int]) -> tuple[str, list[int]]:
    out: list[str] = []
    spans: list[int] = []
    letters = _stretchable()
    i = 0
    n = len(chars)
    while i < n:
        j = i + 1
        while j < n and chars[j] == chars[i]:
            j += 1
        c = chars[i]
        if j - i >= 3 and letters[ord(c)]:
            end = back[2 * j - 1]
            if j < n and back[2 * j] < end:
                # The last one is part of a ligature, which the next letter keeps.
                end = max(back[2 * j], back[2 * i + 3 if c in _TWICE else 2 * i + 1])
            start = back[2 * i]
            if spans and spans[-1] > start:
                # The first one is part of a ligature, which the letter before it keeps.
                start = next((back[2 * k] for k in range(i, j) if back[2 * k] != start), start)
            if c in _TWICE:
                out += (c, c)
                spans += (back[2 * i], back[2 * i + 1], back[2 * i + 2], end)
            else:
                out.append(c)
                spans += (start, end)
        else:
            out += chars[i:j]
            spans += back[2 * i : 2 * j]
        i = j
    return "".join(out), spans


def _script(c: str) -> str:
    if "a" <= c <= "ɏ":
        return "latin" if c.isalpha() else ""
    if "\u0370" <= c < "\u0530":
        return "foreign"
    return ""


def _unmix(chars: list[str]) -> None:
    """In a run of Latin and foreign letters, gives look-alikes the script of the rest, when that explains every letter."""
    i = 0
    n = len(chars)
    while i < n:
        if not _script(chars[i]):
            i += 1
            continue
        j = i
        while j < n and _script(chars[j]):
            j += 1
        word = chars[i:j]
        latin = [c for c in word if _script(c) == "latin"]
        foreign = [c for c in word if _script(c) == "foreign"]
        if latin and foreign:
            to_latin = all(c in _LATIN_OF for c in foreign)
            to_cyrillic = all(c in _CYRILLIC_OF for c in latin) and any(c >= "\u0400" for c in foreign)
            if to_latin and (len(latin) >= len(foreign) or not to_cyrillic):
                chars[i:j] = [_LATIN_OF.get(c, c) for c in word]
            elif to_cyrillic:
                chars[i:j] = [_CYRILLIC_OF.get(c, c) for c in word]
        i = j


def _back(written: str, folded: str) -> list[int]:
    """The map of a text, given what it folds to; empty where every character stayed in its place."""
    moved = [m.start() for m in _moving().finditer(written)]
    if not moved and len(written) == len(folded):
        return []
    quick = _shifted(written, moved)
    return quick if len(quick) == 2 * len(folded) else _fold_slowly(written)[1]


def _shifted(written: str, moved: Sequence[int]) -> list[int]:
    """The map of a text in which the characters at these places vanish or become several signs, and all others become one: the
    true one where it is as long as the folded text, for then nothing was squeezed."""
    table = _table()
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for i in moved:
        starts += range(last, i)
        ends += range(last + 1, i + 1)
        last = i + 1
        c = written[i]
        signs = 0 if table[ord(c)] == _DROP else len(_fold_rare(c))
        if signs:
            starts += [i] * signs
            ends += [last] * signs
        elif ends and ends[-1] == i and unicodedata.category(c) != "Cf":
            # A mark or tatweel belongs to the letter before it; a control belongs to nothing.
            at, first = len(ends) - 1, starts[-1]
            while at >= 0 and starts[at] == first:
                ends[at] = last
                at -= 1
    starts += range(last, len(written))
    ends += range(last + 1, len(written) + 1)
    out = [0] * (2 * len(starts))
    out[0::2] = starts
    out[1::2] = ends
    return out


@lru_cache(maxsize=1)
def _moving() -> re.Pattern[str]:
    """Characters that do not fold to exactly one: without them (and without stretching) every character stays in its place."""
    table = _table()
    odd = np.flatnonzero(table >= _MANY)
    runs = np.split(odd, np.flatnonzero(np.diff(odd) != 1) + 1)
    inside = "".join(f"\\U{run[0]:08x}-\\U{run[-1]:08x}" for run in runs if run.size)
    return re.compile(f"[{inside}]")


def known(text: str, folded: str) -> Folded:
    """A text whose folded form is already known from a column; the map back is built when somebody asks for it."""
    return Folded(text, folded, _back)


def fold(text: str) -> Folded:
    """One text folded; the map back to the written positions is built when somebody asks for it."""
    return Folded(text, fold_column((text,))[0], _back)
