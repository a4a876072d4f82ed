"""The write-ahead log of SQLite (`-wal`): which pages were committed in it.

A frame counts only when its salts are the header's and its running checksum fits; of those, only frames up to the last
one that commits. Ground: sqlite.org "WAL-mode File Format".
"""

from __future__ import annotations

import struct
from operator import mul
from typing import BinaryIO

import msgspec

HEADER = 32
FRAME = 24


class Overlay(msgspec.Struct, frozen=True):
    """The committed pages of a WAL.

    `pages` maps a page number to the byte offset of its newest committed body in the WAL; `frames` counts committed
    frames, `size` is the database's size in pages after the last commit, `page` the page size in bytes. `left_out` counts
    whole frames after the last commit whose checksum fits (a transaction that never ended). `remark` says in words what of
    the log could not be used: damage, a cut, an unended transaction; empty where it was used whole. Frames of an earlier
    round of the log (other salts) are in the database already and no loss.
    """

    pages: dict[int, int]
    frames: int
    size: int
    page: int
    left_out: int = 0
    remark: str = ""


NOTHING = Overlay({}, 0, 0, 0)
NO_LOG = Overlay(
    {}, 0, 0, 0, remark="the -wal beside it is no log, or its header is damaged: nothing of it was read"
)


class RunningSum:
    """The WAL's checksum: ``a += x0 + b; b += x1 + a`` over pairs of 32-bit words, modulo 2**32.

    Each word's share in the two sums is a Fibonacci number, so a page is two weighted sums instead of a Python loop.
    """

    def __init__(self, big: bool) -> None:
        self._order = ">" if big else "<"
        self._shapes: dict[int, tuple[struct.Struct, list[int]]] = {}

    def after(self, a: int, b: int, stretch: bytes) -> tuple[int, int]:
        """The two sums after `stretch`, whose length is a multiple of eight bytes."""
        n = len(stretch) // 4
        shape = self._shapes.get(n)
        if shape is None:
            fib = [0, 1]
            while len(fib) < n + 2:
                fib.append((fib[-1] + fib[-2]) & 0xFFFFFFFF)
            fib.reverse()
            shape = self._shapes[n] = (struct.Struct(f"{self._order}{n}I"), fib)
        words = shape[0].unpack(stretch)
        weights = shape[1]  # F[n+1], F[n], ..., F[0]
        first = weights[2] * a + weights[1] * b + sum(map(mul, weights[2:], words))
        second = weights[1] * a + weights[0] * b + sum(map(mul, weights[1:], words))
        return first & 0xFFFFFFFF, second & 0xFFFFFFFF


def overlay(stream: BinaryIO) -> Overlay:
    """Read a WAL from its start. A WAL that is empty, cut or of another database gives what its committed part holds."""
    head = stream.read(HEADER)
    if len(head) < HEADER:
        return NO_LOG if head else NOTHING
    magic, _version, page, _checkpoint, salt1, salt2, want_a, want_b = struct.unpack(">8I", head)
    if magic not in (0x377F0682, 0x377F0683) or not 512 <= page <= 65536 or page & (page - 1):
        return NO_LOG if any(head) else NOTHING
    running = RunningSum(big=bool(magic & 1))
    a, b = running.after(0, 0, head[:24])
    if (a, b) != (want_a, want_b):
        return NO_LOG
    salts = struct.pack(">2I", salt1, salt2)
    pages: dict[int, int] = {}
    pending: dict[int, int] = {}
    frames = seen = size = 0
    remark = ""
    at = HEADER
    while True:
        frame = stream.read(FRAME + page)
        if frame[8:16] != salts:
            break
        if len(frame) < FRAME + page:
            remark = f"the -wal is cut in frame {seen + 1}"
            break
        number, after, _s1, _s2, want_a, want_b = struct.unpack(">6I", frame[:FRAME])
        a, b = running.after(*running.after(a, b, frame[:8]), frame[FRAME:])
        if (a, b) != (want_a, want_b) or number == 0:
            remark = f"the -wal is damaged at frame {seen + 1}; what it holds from there on was not read"
            break
        seen += 1
        pending[number] = at + FRAME
        if after:
            pages.update(pending)
            pending.clear()
            frames, size = seen, after
        at += FRAME + page
    if seen > frames:
        unended = (
            f"{seen - frames} frames at its end belong to a change that was not finished and were not applied"
        )
        remark = f"{remark}; {unended}" if remark else unended
    return Overlay(pages, frames, size, page, seen - frames, remark)
