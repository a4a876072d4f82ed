"""Gates: which passages a detector can say something about, told from one small number a message.

Every message with a hit keeps a mask of bits: the market topics of its words, and the parts of gates that it holds. The masks of
a passage together say whether it is worth loading. Nothing is lost by it: a gate is a condition that the detector itself asks first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ritrova.model.shapes import Detector

BITS = 62
"""Bits that a mask has, so that it fits an integer of the case file."""

NEAR = 10
"""Messages within which the parts of a gate must stand: what is further apart belongs to one thread only through others."""
STEP = 2


class Gates:
    """The bits of topics and gates, for the detectors that are loaded."""

    def __init__(self, topics: Sequence[str], detectors: Sequence[Detector]) -> None:
        self._bits: dict[str, int] = {}
        self._gates: list[list[tuple[int, int]]] = []
        self._open = any(not d.gates for d in detectors)
        used = len(topics)
        together: dict[frozenset[str], int] = {}
        singly: dict[str, int] = {}
        for detector in detectors:
            for gate in detector.gates:
                needs: list[tuple[int, int]] = []
                for concepts, least in gate.needs:
                    if least <= 1:
                        if concepts not in together:
                            together[concepts] = 1 << used
                            used += 1
                        mask = together[concepts]
                        for concept in concepts:
                            self._bits[concept] = self._bits.get(concept, 0) | mask
                    else:
                        mask = 0
                        for concept in sorted(concepts):
                            if concept not in singly:
                                singly[concept] = 1 << used
                                used += 1
                                self._bits[concept] = self._bits.get(concept, 0) | singly[concept]
                            mask |= singly[concept]
                    needs.append((mask, max(least, 1)))
                self._gates.append(needs)
        if used > BITS:
            self._open = True
            self._gates = []
        self.topics = {name: 1 << bit for bit, name in enumerate(topics)} if len(topics) <= BITS else {}

    def of(self, concepts: Iterable[str]) -> int:
        """The gate bits of the concepts (and ``@kind`` of observables) of one message."""
        mask = 0
        for concept in concepts:
            mask |= self._bits.get(concept, 0)
        return mask

    def near(self, masks: Sequence[int]) -> bool:
        """True when messages near one another (in order, 0 where a message holds nothing) open a gate."""
        if not self.open(masks):
            return False
        return len(masks) <= NEAR or any(
            self.open(masks[start : start + NEAR]) for start in range(0, len(masks) - NEAR + STEP, STEP)
        )

    def open(self, masks: Iterable[int]) -> bool:
        """True when the messages with these masks together open a gate."""
        together = 0
        for mask in masks:
            together |= mask
        if self._open:
            return True
        return any(
            all((together & mask).bit_count() >= least for mask, least in gate) for gate in self._gates
        )
