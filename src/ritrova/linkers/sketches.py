"""Sketches of texts: what of a wording can be compared by the million, in NumPy columns.

A sketch depends on its text alone, so it is made once and kept in the case. It holds the words as 64-bit hashes and, for finding
candidates, a MinHash of the character 6-grams: each gram is hashed once and falls into one of a row of bins, the least of a bin
is its mark (one permutation hashing; an empty bin borrows from the next). The same text gives the same sketch on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from ritrova.model.view import TextBatch, View

GRAM = 6
BINS = 32
ROUNDS = 2
MARKS = BINS * ROUNDS
WORDS = 7
"""Messages with fewer words than this share their wording by chance."""

Rows = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_STEP = np.uint64(1_000_003)
_NONE = np.uint32(0xFFFFFFFF)
LONGEST = 15
"""Letters of a word that its hash can tell; one with more says so many."""
LETTERS = 24
"""Marks for letters in the hash of a word."""
_LENGTH_AT, _LETTERS_AT = np.uint64(60), np.uint64(36)


class Sketches(msgspec.Struct, frozen=True):
    """Columns of the texts that are long enough: row key, hash of the whole wording, marks, how many words, and their hashes
    one text after the other."""

    rows: Rows
    keys: Hashes
    marks: npt.NDArray[np.uint16]
    counts: npt.NDArray[np.uint16]
    words: Hashes

    def parts(self) -> dict[str, bytes]:
        """As bytes, little-endian, in three parts that are not needed together; `Stock` reads them."""
        head = b"".join(
            column.astype(kind, copy=False).tobytes()
            for column, kind in ((self.rows, "<i8"), (self.keys, "<u8"), (self.counts, "<u2"))
        )
        return {
            "": head,
            "marks": bands_of(self.marks).tobytes(),
            "words": self.words.astype("<u8").tobytes(),
        }


def bands_of(marks: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint32]:
    """Two neighbouring marks as one number: bands by texts."""
    whole = np.ascontiguousarray(marks, "<u2").view("<u4")
    return np.ascontiguousarray(whole.T)


def marks_of(bands: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16]:
    """The way back: texts by marks."""
    return np.ascontiguousarray(bands.T).view("<u2").reshape(-1, MARKS)


class Stock:
    """The sketches of a case. What depends on all of them is at hand; marks and words are read where they are asked for."""

    def __init__(self, view: View, linker: str, make: Callable[[View, TextBatch], Sketches]) -> None:
        self._view, self._linker = view, linker
        heads: list[tuple[Any, ...]] = []
        self._first: dict[int, int] = {}
        """Place of the first sketch of each batch, by the last row key that it covers."""
        self._made: list[tuple[int, Sketches]] = []
        after = place = 0
        for after, blob in view.prepared(linker):
            n = len(blob) // 18
            heads.append(
                tuple(np.frombuffer(blob, k, n, at * n) for k, at in (("<i8", 0), ("<u8", 8), ("<u2", 16)))
            )
            self._first[after] = place
            place += n
        for batch in view.texts(since_row=after):
            made = make(view, batch)
            heads.append((made.rows, made.keys, made.counts))
            self._made.append((place, made))
            place += len(made.rows)
        columns = [np.concatenate(some) for some in zip(*heads, strict=True)] or [np.zeros(0, np.int64)] * 3
        self.rows: Rows = columns[0]
        self.keys: Hashes = columns[1].astype(np.uint64, copy=False)
        self.counts: Rows = columns[2].astype(np.int64)

    def __len__(self) -> int:
        return len(self.rows)

    def _before(self, place: int) -> int:
        """A row key below that of the sketch at this place, and not below that of the one before it."""
        return int(self.rows[place]) - 1 if place < len(self) else int(self.rows[-1])

    def words(self, place: int) -> Hashes:
        """The words of all sketches from this place on."""
        found = [np.zeros(0, np.uint64)]
        if place < len(self):
            for last, blob in self._view.prepared(self._linker, "words", since_row=self._before(place)):
                found.append(self._from(np.frombuffer(blob, "<u8"), self._first[last], place))
        for first, made in self._made:
            if first + len(made.rows) > place:
                found.append(self._from(made.words, first, place))
        return np.concatenate(found)

    def _from(self, words: Hashes, first: int, place: int) -> Hashes:
        return words[int(self.counts[first:place].sum()) :] if first < place else words

    def bands(self, place: int = 0) -> Iterator[tuple[int, npt.NDArray[np.uint32]]]:
        """(place of its first sketch, bands by texts) of each batch that reaches beyond this place."""
        if place < len(self):
            for last, blob in self._view.prepared(self._linker, "marks", since_row=self._before(place)):
                yield self._first[last], np.frombuffer(blob, "<u4").reshape(MARKS // 2, -1)
        for first, made in self._made:
            if first + len(made.rows) > place:
                yield first, bands_of(made.marks)


def long_enough(text: str) -> bool:
    """Whether a text as written may have so many words, told without looking closely."""
    return text.count(" ") + text.count("\n") >= WORDS - 1 or len(text.split()) >= WORDS


def sketched(rows: Sequence[int], folded: Sequence[str]) -> Sketches:
    """Sketches of folded texts; those with too few words are left out. Digits become one 0, what is no letter a space."""
    letters, kinds, owner = _letters(folded)
    inside = kinds > 0
    starts = np.flatnonzero(inside[1:] & ~inside[:-1]) + 1
    ends = np.flatnonzero(inside[:-1] & ~inside[1:]) + 1
    of_text = np.bincount(owner[starts], minlength=len(folded)) if len(folded) else np.zeros(0, np.int64)
    enough = (of_text >= WORDS) & (of_text < 1 << 16)
    kept = enough[owner[starts]]
    starts, ends = starts[kept], ends[kept]
    counts = of_text[enough]
    if not len(counts):
        empty = np.zeros(0, np.uint64)
        return Sketches(
            np.zeros(0, np.int64), empty, np.zeros((0, MARKS), np.uint16), np.zeros(0, np.uint16), empty
        )
    first = np.concatenate(([0], np.cumsum(counts)[:-1]))
    words = _runs(letters, starts, ends - starts)
    keys = np.add.reduceat(words * _powers(int(counts.max()))[_within(counts)], first)
    marks = _marks(letters, starts[first] - 1, ends[first + counts - 1] + 1)
    return Sketches(
        np.asarray(rows, np.int64)[enough], _stirred(keys), marks, counts.astype(np.uint16), words
    )


def _letters(
    folded: Sequence[str],
) -> tuple[Hashes, npt.NDArray[np.uint8], Rows]:
    """The letters of all texts with one space between words, their kinds (0 none, 1 letter, 2 digit), and whose they are."""
    whole = "\x00" + "\x00".join(text.replace("\x00", " ") for text in folded) + "\x00"
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32)
    present = np.zeros(0x110000, bool)
    present[codes] = True
    table = np.zeros(0x110000, np.uint8)
    for code in np.flatnonzero(present).tolist():
        one = chr(code)
        table[code] = 2 if one.isdecimal() else one.isalnum()
    kinds = table[codes]
    kept = np.ones(len(codes), bool)
    kept[1:] = (kinds[1:] == 1) | (kinds[1:] != kinds[:-1])
    owner = (np.cumsum(codes == 0) - 1)[kept]
    kinds = kinds[kept]
    letters = codes[kept].astype(np.uint64)
    letters[kinds == 0] = 32
    letters[kinds == 2] = 48
    return letters, kinds, owner


def _stirred(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(30))) * _MIX
    return values ^ (values >> np.uint64(27))


def _powers(count: int) -> Hashes:
    return np.cumprod(np.full(count, _ODD, np.uint64), dtype=np.uint64)


def _within(counts: Rows) -> Rows:
    """0, 1, 2 ... anew for each count."""
    before = np.cumsum(counts) - counts
    return np.arange(int(counts.sum())) - np.repeat(before, counts)


def _runs(letters: Hashes, starts: Rows, lengths: Rows) -> Hashes:
    """A hash of each run of letters: its length in the highest 4 bits, then a mark for each of its letters, then 36 bits of a hash."""
    place = _within(lengths)
    first = np.cumsum(lengths) - lengths
    letters = letters[place + np.repeat(starts, lengths)]
    marks = np.bitwise_or.reduceat(np.uint64(1) << (letters % np.uint64(LETTERS)), first)
    taken = _stirred(letters * _STEP)
    taken *= _powers(int(lengths.max()))[place]
    hashed = _stirred(np.add.reduceat(taken, first)) >> (np.uint64(64) - _LETTERS_AT)
    words: Hashes = hashed | (marks << _LETTERS_AT)
    words |= np.minimum(lengths, LONGEST).astype(np.uint64) << _LENGTH_AT
    return words


def length_of(words: Hashes) -> Rows:
    """How many letters words have, by their hashes; `LONGEST` for all that have as many or more."""
    return (words >> _LENGTH_AT).astype(np.int64)


def letters_of(words: Hashes) -> npt.NDArray[np.uint32]:
    """A mark for each letter of words, by their hashes. Different letters may have the same mark."""
    return ((words >> _LETTERS_AT) & np.uint64((1 << LETTERS) - 1)).astype(np.uint32)


def _marks(letters: Hashes, begins: Rows, ends: Rows) -> npt.NDArray[np.uint16]:
    """The marks of each stretch of letters, a space at both ends included."""
    lengths = ends - begins - GRAM + 1
    hashes = np.zeros(max(len(letters) - GRAM + 1, 0), np.uint64)
    for k in range(GRAM):
        hashes *= _STEP
        hashes += letters[k : len(letters) - GRAM + 1 + k]
    hashes = _stirred(hashes[_within(lengths) + np.repeat(begins, lengths)])
    owner = np.repeat(np.arange(len(lengths)) * BINS, lengths)
    out = np.empty((len(lengths), MARKS), np.uint16)
    for n in range(ROUNDS):
        mixed = hashes * (_ODD + np.uint64(2 * n * 0x632BE5AB))
        least = np.full(len(lengths) * BINS, _NONE, np.uint32)
        np.minimum.at(
            least,
            owner + (mixed >> np.uint64(59)).astype(np.int64),
            (mixed >> np.uint64(26)).astype(np.uint32),
        )
        filled = _borrowed(least.reshape(-1, BINS)).astype(np.uint64) * _ODD
        out[:, n * BINS : (n + 1) * BINS] = filled >> np.uint64(48)
    return out


def _borrowed(least: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Empty bins filled with what the next bin that is not empty holds, changed by how far that is."""
    out = least.copy()
    for away in range(1, BINS):
        empty = out == _NONE
        if not empty.any():
            break
        lent = np.roll(least, -away, axis=1)
        out = np.where(empty & (lent != _NONE), lent + np.uint32(away * 0x9E3779B1 & 0xFFFFFFFF), out)
    return out


def distinct(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Each value once, in rising order. (`numpy.unique` hashes, which takes ten times as long on millions.)"""
    ordered = np.sort(values)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered
