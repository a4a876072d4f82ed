"""Gates: which stretches of a conversation a detector can say something about, told from one number a message.

Every message with a hit keeps a mask: a bit for each kind of words or values that gates ask for. Whole conversations are sifted
by their masks as columns; only the stretches that open a gate, and what stands around them, are loaded and read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from ritrova.model.shapes import Detector, Gate, Kind, Need

BITS: Final = 62
"""Bits that a mask has, so that it fits an integer of the case file."""
AROUND: Final = 8
"""Messages before and after an open stretch that are read with it: what a thread may take in."""

_Sifted = list[tuple[list[tuple[list[int], int]], int, list[tuple[list[int], int]], int]]


class Gates:
    """The bits of topics and kinds, for the detectors that are loaded."""

    def __init__(self, topics: Sequence[str], detectors: Sequence[Detector]) -> None:
        self.topics = {name: 1 << bit for bit, name in enumerate(topics)} if len(topics) <= BITS else {}
        self._kinds: dict[Kind, int] = {}
        self._bits: dict[str, int] = {}
        self._gates: _Sifted = []
        self._always = any(not d.gates for d in detectors)
        for detector in detectors:
            self._gates += [self._sift(gate) for gate in detector.gates]
        if len(self._kinds) > BITS:
            self._always = True
        for n, kind in enumerate(self._kinds):
            for concept in kind:
                self._bits[concept] = self._bits.get(concept, 0) | (1 << n if n < BITS else 0)

    def _sift(self, gate: Gate) -> tuple[list[tuple[list[int], int]], int, list[tuple[list[int], int]], int]:
        return (
            [self._need(n) for n in gate.needs],
            gate.within,
            [self._need(n) for n in gate.core],
            gate.core_within,
        )

    def _need(self, need: Need) -> tuple[list[int], int]:
        bits = []
        for kind in need.kinds:
            self._kinds.setdefault(kind, len(self._kinds))
            bits.append(1 << self._kinds[kind] if self._kinds[kind] < BITS else 0)
        return bits, need.least

    def of(self, concept: str, alone: bool = False) -> int:
        """The bits of a concept (or ``@kind`` of an observable), and those of its words that may count alone."""
        return self._bits.get(concept, 0) | (self._bits.get(concept + "!", 0) if alone else 0)

    def stretches(self, masks: Sequence[int], passages: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """The stretches of some passages (half-open ranges of one conversation) that are worth reading, in order.

        `masks` has one number a message, 0 where nothing hit. What is near two open stretches joins them; no stretch
        reaches beyond its passage.
        """
        if self._always:
            return [(start, end) for start, end in passages if any(masks[start:end])]
        column = np.array(masks, dtype=np.int64)
        if not column.any():
            return []
        starts = self._open(column)
        found: list[tuple[int, int]] = []
        for start, end in passages:
            spans: list[tuple[int, int]] = []
            for within, opened in starts.items():
                if end - start >= within:
                    at = np.flatnonzero(opened[start : end - within + 1])
                    spans += [(start + int(a), start + int(a) + within) for a in at]
            spans += self._short(column[start:end], start, max(starts, default=0))
            found += _around(spans, start, end)
        return found

    def _open(self, column: npt.NDArray[np.int64]) -> dict[int, npt.NDArray[np.bool_]]:
        """For each width of a gate: at which message a stretch of that width begins that opens one."""
        rolled: dict[int, npt.NDArray[np.int64]] = {}
        opened: dict[int, npt.NDArray[np.bool_]] = {}
        for needs, within, core, core_within in self._gates:
            if within not in opened:
                opened[within] = np.zeros(max(column.size - within + 1, 0), dtype=np.bool_)
            if column.size < within:
                continue
            fits = _met(_rolled(column, within, rolled), needs)
            if core:
                dense = _met(_rolled(column, core_within, rolled), core)
                fits &= _any(dense, within - core_within + 1)
            opened[within] |= fits
        return opened

    def _short(self, column: npt.NDArray[np.int64], start: int, widest: int) -> list[tuple[int, int]]:
        """A passage shorter than a gate is wide opens it when it holds all that it asks for."""
        n = column.size
        if n >= widest or not column.any():
            return []
        for needs, within, core, core_within in self._gates:
            if n >= within:
                continue
            if needs and not _met(np.bitwise_or.reduce(column, keepdims=True), needs)[0]:
                continue
            if core and not _met(_rolled(column, min(core_within, n), {}), core).any():
                continue
            return [(start, start + n)]
        return []


def _rolled(
    column: npt.NDArray[np.int64], within: int, known: dict[int, npt.NDArray[np.int64]]
) -> npt.NDArray[np.int64]:
    """What `within` messages from each one on hold together."""
    if within not in known:
        wide, width = column, 1
        while width < within:
            step = min(width, within - width)
            wide = wide[: wide.size - step] | wide[step:]
            width += step
        known[within] = wide
    return known[within]


def _met(column: npt.NDArray[np.int64], needs: Sequence[tuple[list[int], int]]) -> npt.NDArray[np.bool_]:
    fits = np.ones(column.size, dtype=np.bool_)
    for bits, least in needs:
        if least == 1:
            fits &= (column & np.int64(sum(set(bits)))) != 0
            continue
        held = np.zeros(column.size, dtype=np.int8)
        for bit in bits:
            held += (column & np.int64(bit)) != 0
        fits &= held >= least
    return fits


def _any(flags: npt.NDArray[np.bool_], width: int) -> npt.NDArray[np.bool_]:
    """Whether any of `width` flags in a row is set, for each place where so many stand."""
    sums = np.concatenate(([0], np.cumsum(flags)))
    out: npt.NDArray[np.bool_] = sums[width:] > sums[: sums.size - width]
    return out


def _around(spans: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Spans with what stands around them, within a passage; those that touch are one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        first, last = max(start, first - AROUND), min(end, last + AROUND)
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined
