"""The same wording: adverts that differ in price, number or name, and share their words.

Sketches of the texts (`sketches.py`) give candidates, recall first; then a comparison of the words confirms. What depends on a
text alone is kept in the case from one run to the next. It speaks of who wrote, never of the person offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ritrova.linkers.sketches import (
    Rows,
    Sketches,
    candidates,
    distinct,
    joined,
    long_enough,
    sketched,
    unpacked,
)
from ritrova.model.records import Link, Observable, Template
from ritrova.model.shapes import Linker
from ritrova.model.view import StoredMessage, TextBatch, View

HALF = 0.6
"""Share of the weight of the shorter text that both must have."""
TOGETHER = 0.72
"""What members of two clusters must share on average to become one: a chain of half likenesses is no wording."""
BESIDE = 0.65
"""The same, where one cluster has at most half as many members as the other: one or two versions edited more than the rest."""
ASKED = 4
"""Members of each cluster that are asked."""
EVIDENCE = 22.0
"""How surprising the shared words must be together, in nats: words that everybody uses prove nothing, however many they are."""
SHARED = 5
"""Words, numbers left out, that both must have as they are."""
SURE = 0.45
"""Share of what is needed that exact words must give before slips of the hand are looked for."""
NEAR = 78
"""Letters that two words must share (rapidfuzz ratio) to count as one word with a slip of the hand."""
ENOUGH = 0.95
"""Share of the shorter text above which nothing more is looked for."""
REPLACED, BY = 2, 3
"""Words next to each other that may be replaced, and by how many."""
LEAST = 1_000
"""Texts that a case is taken to have at least, so that words of a small one count as rare too."""
AT_ONCE = 500
"""Clusters whose messages are asked for together."""

DIGITS = re.compile(r"\d+")
LETTERS = re.compile(r"[^\w]+|_+")
Floats = npt.NDArray[np.float64]


def masked(folded: str) -> str:
    """The words that stay the same when a price or a number changes: digits become 0, punctuation a space."""
    return LETTERS.sub(" ", DIGITS.sub("0", folded)).strip()


def prepare(view: View, batch: TextBatch) -> bytes:
    """The sketches of a batch, as the case keeps them."""
    kept = [n for n, text in enumerate(batch.texts) if long_enough(text)]
    folded = view.fold([batch.texts[n] for n in kept])
    return sketched([batch.rows[n] for n in kept], folded).packed()


class Wordings:
    """The different wordings of a case and how much each of their words says: the logarithm of how rarely it is used.

    A wording is known by its number; `twins` are the rows of each. Words are asked for in the texts only where two wordings are
    near enough to be compared.
    """

    def __init__(self, view: View, sketches: Sketches) -> None:
        self._view = view
        order = np.argsort(sketches.keys, kind="stable")
        keys = sketches.keys[order]
        begin = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        by_place = np.argsort(order[begin])
        self.first: Rows = order[begin][by_place]
        """Place among the sketches of each wording's first message."""
        self.copies: Rows = np.diff(np.concatenate((begin, [len(keys)])))[by_place]
        self._begin, self._order, self._rows = begin[by_place], order, sketches.rows
        counts = sketches.counts.astype(np.int64)
        starts = np.cumsum(counts) - counts
        counts = counts[self.first]
        self.starts = np.cumsum(counts) - counts
        within = np.arange(int(counts.sum())) - np.repeat(self.starts, counts)
        said = sketches.words[within + np.repeat(starts[self.first], counts)]
        known = distinct(said)
        words = np.searchsorted(known, said)
        self.words: Rows = words
        self.counts = counts
        owner = np.repeat(np.arange(len(counts)), counts)
        self._vocabulary = len(known)
        self._pairs: Rows = distinct(owner * len(known) + words)
        copies = self.copies.astype(np.float64)
        used: npt.NDArray[Any] = np.bincount(
            self._pairs % len(known), weights=copies[self._pairs // len(known)], minlength=len(known)
        )
        self.weight: Floats = np.log(max(float(self.copies.sum()), LEAST) / used)
        number = sketched([0], [" ".join("0" * 7)]).words[0]
        self._number = int(np.searchsorted(known, number)) if number in known else -1
        self._pairs = self._pairs[self._pairs % len(known) != self._number]
        self._from = np.searchsorted(self._pairs, np.arange(len(counts) + 1) * len(known))
        self.whole: npt.NDArray[Any] = np.bincount(
            self._pairs // len(known),
            weights=self.weight[self._pairs % len(known)],
            minlength=len(counts),
        )
        """What the words of a wording say together, numbers left out."""
        self._of: dict[str, float] = {}
        self._text: dict[int, str] = {}
        self._bags: dict[int, frozenset[str]] = {}

    def twins(self, n: int) -> list[int]:
        """Rows of the messages with this wording."""
        begin = int(self._begin[n])
        return [int(row) for row in self._rows[self._order[begin : begin + int(self.copies[n])]]]

    def promising(self, pairs: Rows) -> Rows:
        """Those of the pairs that may be like each other: exact words alone, with room for slips of the hand."""
        kept = []
        for n in range(0, len(pairs), 50_000):
            a, b = pairs[n : n + 50_000].T
            lengths = self._from[a + 1] - self._from[a]
            which = np.repeat(np.arange(len(a)), lengths)
            place = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            words = self._pairs[place + np.repeat(self._from[a], lengths)] % self._vocabulary
            asked = b[which] * self._vocabulary + words
            at = np.minimum(np.searchsorted(self._pairs, asked), len(self._pairs) - 1)
            there = self._pairs[at] == asked
            both = np.bincount(which[there], weights=self.weight[words[there]], minlength=len(a))
            common = np.bincount(which[there], minlength=len(a))
            least = np.minimum(self.whole[a], self.whole[b])
            need = np.maximum(EVIDENCE, HALF * least)
            fit = (common >= SHARED) & (least > need - 1e-6) & (both > SURE * need - 1e-6)
            kept.append(pairs[n : n + 50_000][fit])
        return np.concatenate(kept) if kept else pairs

    def read(self, wordings: Iterable[int]) -> None:
        """Have the words of these wordings at hand."""
        rows = {self.twins(n)[0]: n for n in wordings if n not in self._text}
        for batch in self._view.texts(only=sorted(rows)):
            for row, folded in zip(batch.rows, self._view.fold(batch.texts), strict=True):
                n = rows[row]
                self._text[n] = masked(folded)
                words = self._text[n].split()
                start = int(self.starts[n])
                weights = self.weight[self.words[start : start + len(words)]].tolist()
                self._of.update(zip(words, weights, strict=True))
                self._bags[n] = frozenset(w for w in words if w != "0")

    def text(self, n: int) -> str:
        """The words of a wording that was read."""
        return self._text[n]

    def of(self, words: Iterable[str]) -> float:
        """What words say together; added up in one order, so that each run gives the same."""
        weights = self._of
        return sum(sorted(weights.get(w, 0.0) for w in words))

    def likeness(self, one: int, two: int) -> float:
        """The share of the shorter one that both say, in any order; 0 when that is too little or not surprising enough.

        A slip of the hand in a longer word does not make it another word, and one or two words that others replace between the
        same neighbours part nothing (though they prove nothing either). Only pairs that are near enough are asked for that.
        """
        a, b = self._bags[one], self._bags[two]
        common = a & b
        if len(common) < SHARED:
            return 0.0
        both = self.of(common)
        least = float(min(self.whole[one], self.whole[two]))
        need = max(EVIDENCE, HALF * least)
        if least < need or both < SURE * need:
            return 0.0
        instead = 0.0
        mine, theirs = a - b, b - a
        if both < ENOUGH * least:
            short, long = (one, two) if self.whole[one] <= self.whole[two] else (two, one)
            replaced, by = _replaced(self._text[short].split(), self._text[long].split(), common)
            instead = self.of(replaced)
            mine, theirs = mine - replaced - by, theirs - replaced - by
        if both + instead < ENOUGH * least:
            both += self._near(mine, theirs, least - both - instead)
        if both < EVIDENCE or both + instead < need:
            return 0.0
        return min((both + instead) / least, 1.0)

    def _near(self, mine: frozenset[str], theirs: frozenset[str], missing: float) -> float:
        rest = [w for w in theirs if len(w) > 3]
        loose = sorted((w for w in mine if len(w) > 3), key=lambda w: (-self._of.get(w, 0.0), w))
        if not rest or not loose:
            return 0.0
        from rapidfuzz import fuzz
        from rapidfuzz.process import extractOne

        gained = 0.0
        for word in loose:
            best = extractOne(word, rest, scorer=fuzz.ratio, score_cutoff=NEAR)
            if best is not None:
                rest.remove(best[0])
                gained += min(self._of.get(word, 0.0), self._of.get(best[0], 0.0))
                if gained >= missing or not rest:
                    break
        return gained


def _replaced(
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


def link(view: View) -> Iterator[Link | Template]:
    """Chains of messages that share a wording, and a template for each chain."""
    sketches: list[Sketches] = []
    after = 0
    for last, blob in view.prepared(LINKER.name):
        sketches.append(unpacked(blob))
        after = last
    for batch in view.texts(since_row=after):
        sketches.append(unpacked(prepare(view, batch)))
    every = joined(sketches)
    if not len(every.rows):
        return
    wordings = Wordings(view, every)
    near = wordings.promising(candidates(every.marks[wordings.first])).tolist()
    several = [int(n) for n in np.flatnonzero(wordings.copies > 1)]
    wordings.read({n for pair in near for n in pair})
    found = [(-like, a, b) for a, b in near if (like := wordings.likeness(a, b)) >= HALF]
    groups = _agglomerated(sorted(found), wordings)
    grouped = {n for members in groups for n in members}
    alone = [n for n in several if n not in grouped]
    wordings.read(alone)
    groups += [[n] for n in alone if wordings.of(wordings.text(n).split()) >= EVIDENCE]
    groups.sort()
    for start in range(0, len(groups), AT_ONCE):
        some = groups[start : start + AT_ONCE]
        rows = sorted({row for members in some for n in members for row in wordings.twins(n)})
        stored = {m.row: m for m in view.rows(rows)}
        values = view.observables_of(rows)
        for members in some:
            yield from _cluster(wordings, members, stored, values)


def _agglomerated(found: Sequence[tuple[float, int, int]], wordings: Wordings) -> list[list[int]]:
    """Clusters from pairs, the likest first; two become one when their members agree on average."""
    members: dict[int, list[int]] = {}
    home: dict[int, int] = {}
    refused: set[tuple[int, int, int, int]] = set()
    for unlike, a, b in found:
        one, two = home.get(a, a), home.get(b, b)
        if one == two:
            continue
        left, right = members.get(one, [one]), members.get(two, [two])
        state = (one, two, len(left), len(right))
        if state in refused:
            continue
        if len(left) > 1 or len(right) > 1:
            few, many = sorted((len(left), len(right)))
            enough = BESIDE if 2 * few <= many else TOGETHER
            asked = [(x, y) for x in _spread(left) for y in _spread(right)]
            if sum(wordings.likeness(x, y) for x, y in asked) < enough * len(asked):
                refused.add(state)
                continue
        elif -unlike < TOGETHER:
            continue
        if len(left) < len(right):
            one, two, left, right = two, one, right, left
        joined = left + right
        members[one] = joined
        members.pop(two, None)
        for n in right:
            home[n] = one
        home[one] = one
    return [sorted(some) for some in members.values()]


def _spread(members: Sequence[int]) -> Sequence[int]:
    return (
        members
        if len(members) <= ASKED
        else [members[n * (len(members) - 1) // (ASKED - 1)] for n in range(ASKED)]
    )


def _cluster(
    wordings: Wordings,
    members: Sequence[int],
    found: dict[int, StoredMessage],
    observed: dict[int, list[Observable]],
) -> Iterator[Link | Template]:
    wording: dict[int, str] = {}
    for n in members:
        for row in wordings.twins(n):
            wording[row] = wordings.text(n)
    stored = sorted((found[row] for row in wording), key=lambda m: m.id)
    words = {m.id: set(wording[m.row].split()) for m in stored}
    if len({m.message.sender or m.id for m in stored}) < 2 and len({m.conversation.id for m in stored}) < 2:
        return
    constant = set.intersection(*words.values())
    first = min(stored, key=lambda m: (len(m.message.text), m.id))
    kept = [w for w in wording[first.row].split() if w in constant]
    for a, b in pairwise(stored):
        same = len(words[a.id] & words[b.id])
        why = (
            f"{same} of {max(len(words[a.id]), len(words[b.id]))} words are the same: «{' '.join(kept[:12])}»"
        )
        yield Link("same_wording", a.id, b.id, (why,), "strong" if same >= 8 else "weak", "same_wording")
    yield Template(
        tuple(m.id for m in stored), " ".join(kept), _slots([observed.get(m.row, []) for m in stored])
    )


def _slots(observed: Sequence[Sequence[Observable]]) -> tuple[dict[str, object], ...]:
    values: dict[str, list[str]] = {}
    for some in observed:
        for o in some:
            said = (
                f"{o.amount:g} {o.currency or ''}".strip() if o.amount is not None else (o.value or o.written)
            )
            known = values.setdefault(o.kind, [])
            if said not in known:
                known.append(said)
    return tuple({"kind": kind, "values": found} for kind, found in sorted(values.items()))


LINKER = Linker("same_wording", link, prepare=prepare, prepares=1)
