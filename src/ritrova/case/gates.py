"""Gates: which stretches of a conversation a detector can say something about, told from one number a message.

Every message with a hit keeps a mask: a bit for each kind of words or values that gates ask for. Whole conversations are sifted
by their masks as columns; only the stretches that open a gate, and what stands around them, are loaded and read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from ritrova.model.passages import PassageMessage
from ritrova.model.shapes import Detector, Kind, Need

BITS: Final = 62
"""Bits that gates have in a mask. With the one of `SUMS` it fits a signed integer of the case file."""
SUMS: Final = 1 << BITS
"""The bit of a message after which a bare number may be a sum: it names a price or asks for one (see `case.answered`)."""
LONE: Final = -1 << 63
"""The sign of a mask: the message goes on with nothing that stands before it unless it is tied to it (`Joining.lone`)."""
_SUMS: Final = ("@price", "price_question", "last_price")
BEFORE: Final = 6
AFTER: Final = 4
"""Messages before and after an open stretch that are read with it: what a thread may take in."""
OWN: Final = 6
"""Messages before a message within which what its sender said counts with it."""

BLOCK: Final = 100_000
"""Messages whose columns are sifted at a time, so that memory does not grow with a conversation."""

_Needs = list[tuple[list[int], int]]
_Column: TypeAlias = npt.NDArray[np.int64]


class Masks(msgspec.Struct):
    """The messages of a conversation in order, as gates see them: masks (0 where nothing hit), senders (equal numbers for
    equal senders; negative where unknown), and whether a message is tied to an earlier one, as a reply is."""

    masks: Sequence[int] | _Column
    senders: Sequence[int] | _Column
    tied: Sequence[bool] | npt.NDArray[np.bool_]


class Gates:
    """The bits of topics and kinds, for the detectors that are loaded."""

    def __init__(self, topics: Sequence[str], detectors: Sequence[Detector]) -> None:
        self.topics = {name: 1 << bit for bit, name in enumerate(topics)} if len(topics) <= BITS else {}
        self._kinds: dict[Kind, int] = {}
        self._bits: dict[str, int] = {}
        self._gates: list[tuple[_Needs, int, _Needs, int, bool]] = []
        self._always = any(not d.gates for d in detectors)
        joining = [d.joining for d in detectors]
        self._answers, self._talks = (
            self._need(Need((kind,)))[0][0]
            for kind in (
                frozenset(c for j in joining for c in j.answers),
                frozenset(c for j in joining for c in j.talks),
            )
        )
        self._brief = self._need(Need((frozenset(("@short",)),)))[0][0]
        self._lone = [j.lone for j in joining if j.lone is not None]
        self.short = max((j.short for j in joining), default=0)
        for detector in detectors:
            for g in detector.gates:
                needs, core = [self._need(n) for n in g.needs], [self._need(n) for n in g.core]
                self._gates.append((needs, g.within, core, g.core_within, g.thread))
        if len(self._kinds) > BITS:
            self._always = True
        for n, kind in enumerate(self._kinds):
            for concept in kind:
                self._bits[concept] = self._bits.get(concept, 0) | (1 << n if n < BITS else 0)
        for concept in _SUMS:
            self._bits[concept] = self._bits.get(concept, 0) | SUMS
        if len(self._lone) < len(joining):
            self._lone = []  # a detector that does not say so may go on with anything
        trade: Kind = frozenset().union(*(j.trade for j in joining))
        self.trades = sum(1 << n for n, kind in enumerate(self._kinds) if n < BITS and kind <= trade)
        """The bits of a message that `lone` is asked about."""

    def _need(self, need: Need) -> tuple[list[int], int]:
        bits = []
        for kind in need.kinds:
            self._kinds.setdefault(kind, len(self._kinds))
            bits.append(1 << self._kinds[kind] if self._kinds[kind] < BITS else 0)
        return bits, need.least

    def of(self, concept: str, alone: bool = False) -> int:
        """The bits of a concept (or ``@kind`` of an observable), and those of its words that may count alone."""
        return self._bits.get(concept, 0) | (self._bits.get(concept + "!", 0) if alone else 0)

    def brief(self, text: str) -> int:
        """The bit of a text that is short enough to go on with another's thread."""
        return self._brief if len(text) <= self.short else 0

    def lone(self, message: PassageMessage) -> int:
        """`LONE` for a message with some of the bits `trades` that no detector takes for the continuation of another."""
        return LONE if self._lone and all(one(message) for one in self._lone) else 0

    def stretches(self, told: Masks, passages: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """The stretches of some passages (half-open ranges of one conversation) that are worth reading, in order.

        What is near two open stretches joins them; no stretch reaches beyond its passage.
        """
        if self._always:
            return [(start, end) for start, end in passages if any(told.masks[start:end])]
        column = np.asarray(told.masks, dtype=np.int64)
        if not column.any():
            return []
        senders = np.asarray(told.senders, dtype=np.int64)
        tied = np.asarray(told.tied, dtype=np.bool_)
        # What stands so near to a block still counts for the messages at its ends.
        edge = OWN + max((max(within, core) for _, within, _, core, _ in self._gates), default=0)
        found: list[tuple[int, int]] = []
        for block in _blocks(passages):
            low = max(0, block[0][0] - edge)
            high = block[-1][1] + edge
            starts = self._open(column[low:high], senders[low:high], tied[low:high])
            for start, end in block:
                spans: list[tuple[int, int]] = []
                for within, opened in starts.items():
                    at = np.flatnonzero(opened[start - low : end - low])
                    spans += [(start + int(a), min(start + int(a) + within, end)) for a in at]
                found += _around(spans, start, end)
        return found

    def _open(
        self, column: _Column, senders: _Column, tied: npt.NDArray[np.bool_]
    ) -> dict[int, npt.NDArray[np.bool_]]:
        """For each width of a gate: at which message a stretch of that width begins that opens one."""
        rolled: dict[int, _Column] = {}
        widths = {
            w for _, within, _, core_within, thread in self._gates if thread for w in (within, core_within)
        }
        joined = self._joined(column, senders, tied, widths)
        opened: dict[int, npt.NDArray[np.bool_]] = {}
        for needs, within, core, core_within, thread in self._gates:
            if within not in opened:
                opened[within] = np.zeros(column.size, dtype=np.bool_)
            fits = _met(joined[within] if thread else _rolled(column, within, rolled), needs)
            if core and thread:
                fits &= _met(joined[core_within], core)
            elif core:
                fits &= _any(_met(_rolled(column, core_within, rolled), core), within - core_within + 1)
            opened[within] |= fits
        return opened

    def _joined(
        self, column: _Column, senders: _Column, tied: npt.NDArray[np.bool_], widths: set[int]
    ) -> dict[int, _Column]:
        """What each message holds together with the next ones that go on with it and the last ones of its sender, for some
        widths."""
        answers = (column & np.int64(self._answers)) != 0
        answers |= ((column & np.int64(self._brief)) != 0) & ((column & np.int64(self._talks)) != 0)
        answers |= tied
        apart = (column < 0) & ~tied
        answers &= ~apart
        column = column & np.int64(~LONE)
        joining = np.where(answers, column, 0)
        together = column.copy()
        out: dict[int, _Column] = {}
        for width in range(1, max(widths, default=0) + 1):
            step = width - 1
            if 0 < step < column.size:
                own = (senders[step:] == senders[:-step]) & (senders[step:] >= 0) & ~apart[step:]
                after = np.where(own, column[step:], joining[step:])
                if step <= OWN:
                    together[step:] |= np.where(own, column[:-step], 0)
                together[:-step] |= after
            if width in widths:
                out[width] = together.copy()
        return out


def _blocks(passages: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Consecutive passages that together reach over about `BLOCK` messages."""
    some: list[tuple[int, int]] = []
    for start, end in passages:
        some.append((start, end))
        if end - some[0][0] >= BLOCK:
            yield some
            some = []
    if some:
        yield some


def _rolled(column: _Column, within: int, known: dict[int, _Column]) -> _Column:
    """What `within` messages from each one on hold together; fewer at the end of the column."""
    if within not in known:
        wide, width = column.copy(), 1
        while width < within:
            step = min(width, within - width)
            if step < wide.size:
                wide[:-step] |= wide[step:].copy()
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
    """Whether any of `width` flags in a row is set, from each place on."""
    sums = np.concatenate(([0], np.cumsum(flags)))
    ends = np.minimum(np.arange(flags.size) + width, flags.size)
    out: npt.NDArray[np.bool_] = sums[ends] > sums[:-1]
    return out


def _around(spans: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Spans with what stands around them, within a passage; those that touch are one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        first, last = max(start, first - BEFORE), min(end, last + AFTER)
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined
