"""Observing: which extractor wakes for which hit, and which observable keeps a stretch of text that several claim."""

from __future__ import annotations

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
_RANK = {kind: i for i, kind in enumerate(PRIORITY)}


class Observer:
    """The extractors of a run, by the hits that wake them. `group_of` gives the group of a concept."""

    def __init__(self, extractors: Iterable[Extractor], group_of: Callable[[str], str]) -> None:
        self.extractors = tuple(extractors)
        self._group_of = group_of
        self._cues: dict[str, tuple[int, ...]] = {}
        self._known: dict[str, tuple[int, ...]] = {}
        for i, e in enumerate(self.extractors):
            for cue in e.cues:
                self._cues[cue.name] = (*self._cues.get(cue.name, ()), i)

    def _woken(self, hit: Hit) -> tuple[int, ...]:
        if hit.term is None:
            return self._cues.get(hit.cue, ())
        known = self._known.get(hit.cue)
        if known is None:
            wanted = {hit.cue, f"group:{self._group_of(hit.cue)}"}
            known = tuple(i for i, e in enumerate(self.extractors) if wanted.intersection(e.concepts))
            self._known[hit.cue] = known
        return known

    def observe(self, folded: Folded, hits: Sequence[Hit], ask: Ask) -> list[Observable]:
        """The observables of one text, settled, in the order in which they stand."""
        woken: set[int] = set()
        for hit in hits:
            known = self._woken(hit)
            if known:
                woken.update(known)
        if not woken:
            return []
        found: list[Observable] = []
        for i in sorted(woken):
            found += self.extractors[i].extract(folded, hits, ask)
        return settle(found) if found else found


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
