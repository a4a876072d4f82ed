"""Finding perceptual hashes within a distance, exactly: no pair is lost, whatever the hashes are.

A 256-bit hash is sixteen words of 16 bits. Two hashes at most 31 bits apart have a word that differs in at most one bit
(16 words of two bits would make 32), so it is enough to look up each word and its sixteen neighbours, and to count the bits
of what is found there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

WORDS = 16
REACH = 2 * WORDS - 1
"""The largest distance that the look-up covers: 31."""
_NEAR = np.array([0, *(1 << bit for bit in range(16))], dtype=np.uint16)


class Index:
    """Hashes (32 bytes each) that can be asked for their neighbours. Building is one counting sort for each word."""

    def __init__(self, hashes: npt.NDArray[np.uint8]) -> None:
        if hashes.ndim != 2 or hashes.shape[1] != 2 * WORDS:
            raise ValueError(f"not 32 bytes a hash: {hashes.shape}")
        self.hashes = np.ascontiguousarray(hashes, dtype=np.uint8)
        self._longs = self.hashes.view(np.uint64)
        words = self.hashes.view(np.uint16)
        n = len(words)
        self._order = np.empty((WORDS, n), dtype=np.uint32)
        self._start = np.empty((WORDS, 65537), dtype=np.int64)
        for w in range(WORDS):
            column = np.ascontiguousarray(words[:, w])
            self._order[w] = np.argsort(column, kind="stable")
            self._start[w, 0] = 0
            np.cumsum(np.bincount(column, minlength=65536), out=self._start[w, 1:])

    def __len__(self) -> int:
        return len(self.hashes)

    def near(
        self, query: npt.NDArray[np.uint8], radius: int = REACH
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Rows within `radius` (at most 31) of a hash of 32 bytes, rising, and their distances."""
        if not 0 <= radius <= REACH:
            raise ValueError(f"the look-up is exact up to {REACH} bits, not {radius}")
        asked = np.ascontiguousarray(query, dtype=np.uint8)
        found: list[npt.NDArray[np.uint32]] = []
        for w, word in enumerate(asked.view(np.uint16)):
            keys = (_NEAR ^ word).astype(np.int64)
            start = self._start[w]
            order = self._order[w]
            found += [order[a:b] for a, b in zip(start[keys].tolist(), start[keys + 1].tolist(), strict=True)]
        rows = np.concatenate(found)
        apart = np.bitwise_count(self._longs[rows] ^ asked.view(np.uint64)).sum(axis=1, dtype=np.int64)
        kept = apart <= radius
        chosen, first = np.unique(rows[kept], return_index=True)
        return chosen.astype(np.int64), apart[kept][first]


def packed(hexes: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Hashes of 64 hex digits as rows of 32 bytes."""
    return np.frombuffer(bytes.fromhex("".join(hexes)), dtype=np.uint8).reshape(-1, 2 * WORDS)


def pairs(hexes: Sequence[str], radius: int = REACH) -> list[tuple[int, int, int]]:
    """(first, second, distance) of all hashes within `radius` of one another, first below second."""
    if len(hexes) < 2:
        return []
    index = Index(packed(hexes))
    out: list[tuple[int, int, int]] = []
    for n, one in enumerate(index.hashes):
        rows, apart = index.near(one, radius)
        later = rows > n
        out += [(n, b, d) for b, d in zip(rows[later].tolist(), apart[later].tolist(), strict=True)]
    return out
