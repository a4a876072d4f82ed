"""What travels between ritrova and the child that reads: frames of one letter, a length and msgpack.

The child sends records and steps and asks for files; it can ask for nothing else. Evidence itself goes through the
encrypted scratch, never through an argument or the environment.
"""

from __future__ import annotations

import os
from typing import Any

import msgspec

from ritrova.formats.scratch import allowance
from ritrova.model.records import Read
from ritrova.model.shapes import Ask

LARGEST = 1 << 29
"""Bytes of one frame, at most."""
PIECE = 1 << 18


class Limits(msgspec.Struct, frozen=True):
    """What the reading of one source may use.

    `memory` bytes of address space for the child; `seconds` of CPU for one item (None: 60 and 2 for each MB of it);
    `output` bytes that a container or an item may give (None: 20 times its own and 64 MiB); `nesting` of containers.
    """

    memory: int = 1 << 30
    seconds: float | None = None
    output: int | None = None
    nesting: int = 3

    def seconds_for(self, size: int) -> float:
        """CPU seconds for an item of `size` bytes."""
        return self.seconds if self.seconds is not None else 60 + 2 * size / 1_000_000

    def output_for(self, size: int) -> int:
        """Bytes that may come out of an item of `size` bytes."""
        return self.output if self.output is not None else allowance(size)


class Plugged(msgspec.Struct, frozen=True):
    """Which plugins the child shall load, as ``module:CONSTANT``."""

    readers: tuple[str, ...]
    unpackers: tuple[str, ...]


class Listed(msgspec.Struct, frozen=True):
    """A file of the source as the child knows it before it asks for its bytes."""

    path: str
    size: int
    sha256: str
    modified: float | None


class Order(msgspec.Struct, frozen=True):
    """All that the child is told: the source, its files, how to read, what to leave out, and the scratch's key.

    `listed` where the user has a hash list: the child asks about each picture before it decodes it.
    """

    source: str
    kind: str
    files: tuple[Listed, ...]
    companions: tuple[Listed, ...]
    plugged: Plugged
    ask: Ask
    limits: Limits
    key: bytes
    skip: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    lock: bool = True
    listed: bool = False


class Step(msgspec.Struct, frozen=True, array_like=True):
    """Where the child is. `stage` is sniff, unpack, count, read or done; `found` what was counted (with "count")."""

    path: str
    stage: str
    reader: str = ""
    found: dict[str, int] | None = None
    size: int = 0


class Tally(msgspec.Struct, frozen=True, array_like=True):
    """Goes before each batch of records: entries of the item so far, by unit and fate, and the bytes the child has read."""

    read: dict[str, int]
    skipped: int = 0
    failed: int = 0
    tiled: int = 0
    position: int = 0


class Broken(EOFError):
    """The other end is gone."""


def send(fd: int, letter: bytes, body: bytes) -> None:
    """Write one frame."""
    head = letter + len(body).to_bytes(4, "big")
    if len(body) < 1 << 16:
        head += body
        body = b""
    for part in (head, body):
        left = memoryview(part)
        while left:
            left = left[os.write(fd, left) :]


def exactly(fd: int, n: int) -> bytes:
    """Read `n` bytes or raise `Broken`."""
    parts: list[bytes] = []
    while n:
        piece = os.read(fd, min(n, 1 << 20))
        if not piece:
            raise Broken("the other end closed the pipe")
        parts.append(piece)
        n -= len(piece)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def receive(fd: int) -> tuple[bytes, bytes]:
    """Read one frame: its letter and its body."""
    head = exactly(fd, 5)
    n = int.from_bytes(head[1:], "big")
    if n > LARGEST:
        raise Broken(f"a frame of {n} bytes is larger than the protocol allows")
    return head[:1], exactly(fd, n)


pack = msgspec.msgpack.Encoder().encode
records_in = msgspec.msgpack.Decoder(list[Read])
order_in = msgspec.msgpack.Decoder(Order)
step_in = msgspec.msgpack.Decoder(Step)
tally_in = msgspec.msgpack.Decoder(Tally)
plain: Any = msgspec.msgpack.Decoder().decode
