"""Observing: which extractor wakes for which hit, and which observable keeps a stretch of text that several claim."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from ritrova.model.records import Observable
from ritrova.model.shapes import Ask, Extractor
from ritrova.model.text import Folded, Hit

PRIORITY: tuple[str, ...] = (
    "phone",
    "iban",
    "crypto",
    "link",
    "handle",
    "date",
    "price",
    "age",
    "place",
    "name",
    "photo",
)
"""Whose claim stands where two observables overlap: the kind with the strictest form first."""
NUMBER = "number"
"""The concept of words for numbers."""
_DIGIT = re.compile(r"\d")
_RANK = {kind: i for i, kind in enumerate(PRIORITY)}


class Observer:
    """The extractors of a run, by the hits that wake them. `group_of` gives the group of a concept."""

    def __init__(self, extractors: Iterable[Extractor], group_of: Callable[[str], str]) -> None:
        self.extractors = tuple(extractors)
        self._group_of = group_of
        self._cues: dict[str, int] = {}
        self._counting = 0
        """The extractors that ask for a number, a bit each."""
        for i, e in enumerate(self.extractors):
            self._counting |= e.counts << i
            for cue in e.cues:
                self._cues[cue.name] = self._cues.get(cue.name, 0) | 1 << i

    def wakes(self, hit: Hit) -> int:
        """The extractors that a hit of this cue or term wakes, a bit each in their order."""
        if hit.term is None:
            return self._cues.get(hit.cue, 0)
        wanted = {hit.cue, f"group:{self._group_of(hit.cue)}"}
        return sum(1 << i for i, e in enumerate(self.extractors) if wanted.intersection(e.concepts))

    def observe(
        self, folded: Folded, hits: Sequence[Hit], ask: Ask, woken: int | None = None
    ) -> list[Observable]:
        """The observables of one text, settled, in the order in which they stand. `woken` are the extractors that its hits
        wake, where that is known."""
        if woken is None:
            woken = 0
            for hit in hits:
                woken |= self.wakes(hit)
        counting = woken & self._counting
        if counting and not numbered(folded.text, hits):
            woken &= ~counting
        if not woken:
            return []
        found: list[Observable] = []
        for i, e in enumerate(self.extractors):
            if woken >> i & 1:
                found += e.extract(folded, hits, ask)
        return settle(found) if len(found) > 1 else found


def numbered(folded: str, hits: Iterable[Hit]) -> bool:
    """Whether a text names a number, in digits or in words."""
    if _DIGIT.search(folded) is not None:
        return True
    return any(h.cue == NUMBER for h in hits)


def settle(observables: Iterable[Observable]) -> list[Observable]:
    """Of observables whose spans overlap, the one of the stricter kind stays, and of one kind the longer.

    Two of the same kind over the very same span both stay (the two ends of a range may share one).
    """
    kept: list[Observable] = []
    for o in sorted(observables, key=lambda o: (_RANK[o.kind], o.span[0] - o.span[1], o.span)):
        if all(_apart(o, k) for k in kept):
            kept.append(o)
    kept.sort(key=lambda o: (o.span, _RANK[o.kind], o.value or ""))
    return kept


def _apart(a: Observable, b: Observable) -> bool:
    if a.span[1] <= b.span[0] or b.span[1] <= a.span[0]:
        return True
    if a.kind != b.kind:
        return False
    return a.span == b.span and (a.value, a.amount) != (b.value, b.amount)
