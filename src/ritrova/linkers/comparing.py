"""A first look at many pairs of wordings at once, in columns: which words others replace, and which may differ by a slip.

It is given the hashes of words alone, no text. A hash carries how long its word is and a mark for each of its letters
(`sketches.py`), so that two words which cannot be one with a slip are told apart without being read; only pairs that the words
left over could bring together are read and looked at letter by letter (`likeness.look`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ritrova.linkers.likeness import BY, NEAR, REPLACED, SHORT
from ritrova.linkers.sketches import LONGEST, Hashes, Rows, distinct, length_of, letters_of


class Said(NamedTuple):
    """Texts as hashes of their words in the order in which they stand, one text after the other: where each begins, how many
    words it has."""

    words: Hashes
    begins: Rows
    lengths: Rows


class First(NamedTuple):
    """What a first look shows: places of pairs with a word of their shorter text that others replace; and with one that may be a
    word of the longer with a slip. In the order of the pairs, and of the hashes within each."""

    replaced: Rows
    replaced_word: Hashes
    maybe: Rows
    maybe_word: Hashes


def first_look(short: Rows, long: Rows, said: Said, number: np.uint64) -> First:
    """Compare the texts `short` with the texts `long`, pair by pair. `number` is the hash of what stands for a number."""
    one, mine = _tokens(short, said)
    two, theirs = _tokens(long, said)
    vocabulary = distinct(np.concatenate((mine, theirs)))
    many = len(vocabulary)
    a = one * many + np.searchsorted(vocabulary, mine)
    b = two * many + np.searchsorted(vocabulary, theirs)
    counted_a, counted_b = mine != number, theirs != number
    common_a = counted_a & _among(a, b)
    common_b = counted_b & _among(b, a)
    runs_a, runs_b = _runs(one, common_a, REPLACED), _runs(two, common_b, BY)
    between_a = a[runs_a[:, 0]] * many + np.searchsorted(vocabulary, mine[runs_a[:, 1]])
    between_b = b[runs_b[:, 0]] * many + np.searchsorted(vocabulary, theirs[runs_b[:, 1]])
    gone = _inside(runs_a[_among(between_a, between_b)], len(a)) & counted_a
    come = _inside(runs_b[_among(between_b, between_a)], len(b)) & counted_b
    replaced = distinct(a[gone])
    rest_a = distinct(a[counted_a & ~common_a])
    rest_b = distinct(b[counted_b & ~common_b])
    rest_a = rest_a[~_among(rest_a, replaced)]
    rest_b = rest_b[~_among(rest_b, distinct(b[come]))]
    maybe = _maybe(rest_a, rest_b, vocabulary)
    return First(
        *(replaced // max(many, 1), vocabulary[replaced % max(many, 1)]),
        *(maybe // max(many, 1), vocabulary[maybe % max(many, 1)]),
    )


def _tokens(texts: Rows, said: Said) -> tuple[Rows, Hashes]:
    """The words of these texts, one text after the other: the place of the text of each, and the words."""
    lengths = said.lengths[texts]
    which = np.repeat(np.arange(len(texts)), lengths)
    within = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return which, said.words[within + np.repeat(said.begins[texts], lengths)]


def _among(some: Rows, others: Rows) -> npt.NDArray[np.bool_]:
    """Which of some numbers are among others."""
    if not len(others):
        return np.zeros(len(some), np.bool_)
    ordered = np.sort(others)
    found: npt.NDArray[np.bool_] = (
        ordered[np.minimum(np.searchsorted(ordered, some), len(ordered) - 1)] == some
    )
    return found


def _runs(text: Rows, common: npt.NDArray[np.bool_], most: int) -> Rows:
    """Where up to `most` words, at least one, stand between two that both texts have: places of these two (shape n x 2)."""
    at = np.flatnonzero(common)
    apart = np.diff(at)
    here = np.flatnonzero((apart > 1) & (apart <= most + 1) & (text[at[1:]] == text[at[:-1]]))
    return np.stack((at[here], at[here + 1]), axis=1)


def _inside(runs: Rows, count: int) -> npt.NDArray[np.bool_]:
    """Which places stand between the two of a run."""
    steps = np.zeros(count + 1, np.int64)
    np.add.at(steps, runs[:, 0] + 1, 1)
    np.add.at(steps, runs[:, 1], -1)
    inside: npt.NDArray[np.bool_] = np.cumsum(steps)[:count] > 0
    return inside


def _maybe(mine: Rows, theirs: Rows, vocabulary: Hashes) -> Rows:
    """Those of the first words (text and word in one number, in rising order) that may be one of the second in the same pair, with
    a slip. No pair of words is left out that `likeness.look` takes; some are left in that it does not take."""
    many = max(len(vocabulary), 1)
    length = length_of(vocabulary)
    mine, theirs = mine[length[mine % many] > SHORT], theirs[length[theirs % many] > SHORT]
    begin = np.searchsorted(theirs, mine // many * many)
    count = np.searchsorted(theirs, (mine // many + 1) * many) - begin
    which = np.repeat(np.arange(len(mine)), count)
    within = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    one, two = mine[which] % many, theirs[within + np.repeat(begin, count)] % many
    letters = letters_of(vocabulary)
    n, m = length[one], length[two]
    alike = np.minimum(n - _count(letters[one] & ~letters[two]), m - _count(letters[two] & ~letters[one]))
    near = (200 * alike >= NEAR * (n + m)) | (n >= LONGEST) | (m >= LONGEST)
    met = np.zeros(len(mine), np.bool_)
    met[which[near]] = True
    return mine[met]


def _count(letters: npt.NDArray[Any]) -> Rows:
    counted: Rows = np.bitwise_count(letters).astype(np.int64)
    return counted
