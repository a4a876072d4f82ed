"""How alike two wordings are: the share of the shorter one's words, by what each word says, that both have.

What two texts have in common is looked at once and kept (`Alike`): words that others replace between the same neighbours, and
words that differ by a slip of the hand. It depends on the two texts alone. What a word says, and with it the likeness, depends
on the whole case: it is reckoned anew each time, in columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from ritrova.linkers.sketches import Hashes, Rows

NEAR = 78
"""Letters that two words must share (rapidfuzz ratio) to count as one word with a slip of the hand."""
NOT, FIRST, CLOSE = 0, 1, 2
"""How a pair was looked at: not, without reading its texts (`comparing.py`), or letter by letter."""
SHORT = 3
"""A word with no more letters than this is another word where one letter differs."""
REPLACED, BY = 2, 3
"""Words next to each other that may be replaced, and by how many."""

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.uint8]
_KINDS = (
    *("<i8", "<i8", "u1", "u1"),
    *("<i8", "<u8"),
    *("<i8", "<u8"),
    *("<i8", "<u8", "<u8"),
    *("<u8", "<i8"),
    *("<i8", "<i8", "<u8"),
)


class Alike(msgspec.Struct, frozen=True):
    """Columns of pairs of wordings, and of what was seen when they were looked at; and how many messages use each word."""

    one: Rows
    """Row key of the first message with the wording."""
    two: Rows
    candidate: Flags
    """1 for a pair that its sketches gave, 0 for one that was asked for while clusters were made."""
    looked: Flags
    """`NOT`, `FIRST` or `CLOSE`: how it was looked at."""
    replaced: Rows
    """Place of the pair in which a word of the shorter text is replaced,"""
    replaced_word: Hashes
    maybe: Rows
    """Place of the pair in which a word of the shorter text may be one of the longer with a slip, told without reading it,"""
    maybe_word: Hashes
    near: Rows
    """Place of the pair in which two words differ by a slip,"""
    near_one: Hashes
    near_two: Hashes
    words: Hashes
    """Every word of the case in rising order,"""
    used: Rows
    """and in how many messages it stands."""
    held: Rows
    """Row key of the first message of each wording that stands in pairs or in several messages,"""
    lengths: Rows
    """how many words it has,"""
    said: Hashes
    """and these words, one wording after the other."""
    last: int = 0
    """Sketches up to this row key are in these columns,"""
    messages: int = 0
    """so many of them."""

    def packed(self) -> bytes:
        """As bytes, little-endian."""
        columns = self.columns()
        head = np.array([self.last, self.messages, *map(len, columns)], "<i8").tobytes()
        parts = [np.ascontiguousarray(c, k) for c, k in zip(columns, _KINDS, strict=True)]
        return b"".join((head, *(part.data for part in parts)))

    def columns(self) -> list[npt.NDArray[Any]]:
        """The columns in one order."""
        return [getattr(self, name) for name in self.__struct_fields__[: len(_KINDS)]]


def unpacked(blob: bytes) -> Alike:
    """Columns from bytes that `packed` gave; empty ones from none."""
    if not blob:
        blob = np.zeros(2 + len(_KINDS), "<i8").tobytes()
    last, messages, *lengths = np.frombuffer(blob, "<i8", 2 + len(_KINDS)).tolist()
    at = 8 * (2 + len(_KINDS))
    columns: list[Any] = []
    for kind, n in zip(_KINDS, lengths, strict=True):
        columns.append(np.frombuffer(blob, kind, n, at))
        at += columns[-1].nbytes
    one, two, *others = columns
    return msgspec.structs.replace(Alike(one, two, *others), last=last, messages=messages)


def look(short: Sequence[str], long: Sequence[str]) -> tuple[frozenset[str], list[tuple[str, str]]]:
    """Words of the shorter text that others replace, and words of both that differ by a slip of the hand."""
    a, b = frozenset(short) - {"0"}, frozenset(long) - {"0"}
    common = a & b
    gone, come = replaced(short, long, common)
    return gone, _near(a - common - gone - come, b - common - gone - come)


def _near(mine: Iterable[str], theirs: Iterable[str]) -> list[tuple[str, str]]:
    rest = sorted(w for w in theirs if len(w) > SHORT)
    loose = sorted((w for w in mine if len(w) > SHORT), key=lambda w: (-len(w), w))
    if not rest or not loose:
        return []
    from rapidfuzz import fuzz
    from rapidfuzz.process import extractOne

    found = []
    for word in loose:
        best = extractOne(word, rest, scorer=fuzz.ratio, score_cutoff=NEAR)
        if best is not None:
            rest.remove(best[0])
            found.append((word, best[0]))
            if not rest:
                break
    return found


def replaced(
    short: Sequence[str], long: Sequence[str], common: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Words of the first text in whose place, between the same neighbours, the second has others; and those others."""
    places: dict[str, list[int]] = {}
    for n, word in enumerate(long):
        if word in common:
            places.setdefault(word, []).append(n)
    gone: set[str] = set()
    come: set[str] = set()
    known = [n for n, word in enumerate(short) if word in common]
    for left, right in pairwise(known):
        if not 1 < right - left <= REPLACED + 1:
            continue
        for n in places[short[left]]:
            for m in range(n + 2, min(n + BY + 2, len(long))):
                if long[m] == short[right] and not common.intersection(long[n + 1 : m]):
                    gone.update(w for w in short[left + 1 : right] if w != "0")
                    come.update(w for w in long[n + 1 : m] if w != "0")
    return frozenset(gone), frozenset(come)
