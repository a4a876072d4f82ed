"""Finding perceptual hashes within a distance, exactly: no pair is lost, whatever the hashes are.

A 256-bit hash is a ring of sixteen words of 16 bits. Where two hashes differ in at most `r` bits, the ring has a word from
which on every stretch of `l` words differs in at most `l * r / 16` bits (the cycle lemma: begin after the largest partial sum
of what is above the mean; as "pigeonring" in Qin and Xiao, VLDB 2018). For `r` up to 31 that first word differs in at most one
bit, and five words in at most nine. So each word and its sixteen neighbours are looked up, the four words behind it are kept
beside it in the order of the look-up and compared at once, and hardly anything but true pairs is left to be counted whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

WORDS = 16
REACH = 2 * WORDS - 1
"""The largest distance that the look-up covers: 31."""
BEHIND = 4
TOGETHER = 256
"""Queries that are looked up at once."""
_NEAR = np.array([0, *(1 << bit for bit in range(16))], dtype=np.uint16)

Bytes = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]


def _behind(hashes: Bytes, word: int) -> npt.NDArray[np.uint64]:
    """The four words of each hash that come after a word of the ring."""
    columns = [(2 * (word + 1) + k) % (2 * WORDS) for k in range(2 * BEHIND)]
    return np.ascontiguousarray(hashes[:, columns]).view(np.uint64).ravel()


class Index:
    """Hashes (32 bytes each) that can be asked for their neighbours. It takes about 240 bytes of memory a hash."""

    def __init__(self, hashes: Bytes) -> None:
        self.hashes = _rows(hashes)
        words = self.hashes.view(np.uint16)
        n = len(words)
        self._order = np.empty((WORDS, n), dtype=np.uint32)
        self._start = np.empty((WORDS, 65537), dtype=np.int64)
        self._behind = np.empty((WORDS, n), dtype=np.uint64)
        for w in range(WORDS):
            column = np.ascontiguousarray(words[:, w])
            self._order[w] = np.argsort(column, kind="stable")
            self._start[w, 0] = 0
            np.cumsum(np.bincount(column, minlength=65536), out=self._start[w, 1:])
            self._behind[w] = _behind(self.hashes, w)[self._order[w]]

    def __len__(self) -> int:
        return len(self.hashes)

    def near(self, query: Bytes, radius: int = REACH) -> tuple[Rows, Rows]:
        """Rows within `radius` (at most 31) of a hash of 32 bytes, rising, and their distances."""
        _, rows, apart = self.all_near(query.reshape(1, -1), radius)
        return rows, apart

    def all_near(self, queries: Bytes, radius: int = REACH) -> tuple[Rows, Rows, Rows]:
        """(row of `queries`, row of the index, distance) of all within `radius`, sorted by the first two."""
        if not 0 <= radius <= REACH:
            raise ValueError(f"the look-up is exact up to {REACH} bits, not {radius}")
        asked = _rows(queries)
        parts = [self._some(asked[n : n + TOGETHER], radius, n) for n in range(0, len(asked), TOGETHER)]
        if not parts:
            nothing = np.empty(0, dtype=np.int64)
            return nothing, nothing, nothing
        whose, rows, apart = (np.concatenate(column) for column in zip(*parts, strict=True))
        return whose, rows, apart

    def _some(self, asked: Bytes, radius: int, first: int) -> tuple[Rows, Rows, Rows]:
        most = (BEHIND + 1) * radius // WORDS
        words = asked.view(np.uint16)
        found: list[Rows] = []
        for w in range(WORDS):
            keys = (words[:, w, None] ^ _NEAR).ravel().astype(np.int64)
            begin = self._start[w][keys]
            length = self._start[w][keys + 1] - begin
            ends = np.cumsum(length)
            places = np.repeat(begin - (ends - length), length)
            places += np.arange(len(places))
            each = length.reshape(len(asked), -1).sum(axis=1)
            apart = np.bitwise_count(self._behind[w][places] ^ np.repeat(_behind(asked, w), each))
            hit = np.flatnonzero(apart <= most)
            if len(hit):
                whose = np.searchsorted(np.cumsum(each), hit, side="right")
                found.append(whose * len(self) + self._order[w][places[hit]])
        pairs = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
        whose, rows = np.divmod(pairs, max(len(self), 1))
        differing = self.hashes.view(np.uint64)[rows] ^ asked.view(np.uint64)[whose]
        apart = np.bitwise_count(differing).sum(axis=1, dtype=np.int64)
        kept = apart <= radius
        return whose[kept] + first, rows[kept], apart[kept]


def _rows(hashes: Bytes) -> Bytes:
    if hashes.ndim != 2 or hashes.shape[1] != 2 * WORDS:
        raise ValueError(f"not 32 bytes a hash: {hashes.shape}")
    return np.ascontiguousarray(hashes, dtype=np.uint8)


def packed(hexes: Sequence[str]) -> Bytes:
    """Hashes of 64 hex digits as rows of 32 bytes."""
    return np.frombuffer(bytes.fromhex("".join(hexes)), dtype=np.uint8).reshape(-1, 2 * WORDS)


def pairs(hexes: Sequence[str], radius: int = REACH) -> list[tuple[int, int, int]]:
    """(first, second, distance) of all hashes within `radius` of one another, first below second."""
    if len(hexes) < 2:
        return []
    index = Index(packed(hexes))
    first, second, apart = index.all_near(index.hashes, radius)
    later = second > first
    return list(zip(first[later].tolist(), second[later].tolist(), apart[later].tolist(), strict=True))
