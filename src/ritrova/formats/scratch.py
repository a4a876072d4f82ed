"""Encrypted scratch: copies of evidence that are too large for memory, on a disk that never sees them in clear.

One unlinked temporary file, AES-256 in counter mode under a key that exists only in memory. Extents begin on a block of
sixteen bytes, so that any byte of any extent can be decrypted by itself.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from typing import BinaryIO, Protocol

import msgspec

BLOCK = 16
CHUNK = 1 << 18
IN_MEMORY = 32 << 20
"""Bytes of one unpacked item that may stay in memory."""


def allowance(size: int) -> int:
    """Bytes that may come out of `size` received bytes: twenty times as many, and 64 MiB."""
    return 20 * size + (64 << 20)


class Extent(msgspec.Struct, frozen=True, array_like=True):
    """Where a copy lies in the scratch: first byte, number of bytes, and the SHA-256 (hex) of what was copied."""

    start: int
    length: int
    sha256: str


class TooMuch(ValueError):
    """More bytes came out than the limit allows."""


class Window(io.RawIOBase):
    """A readable, seekable view of one extent, decrypted as it is read. `total` counts bytes read by all."""

    total = 0

    def __init__(self, fd: int, key: bytes, start: int, length: int) -> None:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        super().__init__()
        self._fd = fd
        self._start = start
        self._length = length
        self._at = 0
        self._next = -1
        self._aes = algorithms.AES(key)
        self._cipher = Cipher
        self._mode = modes.CTR
        self._stream = Cipher(self._aes, modes.CTR(bytes(16))).decryptor()

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Position in bytes."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, as for any stream."""
        base = (0, self._at, self._length)[whence]
        if base + offset < 0:
            raise ValueError("a position cannot be negative")
        self._at = base + offset
        return self._at

    def read_at(self, offset: int, n: int) -> bytes:
        """`n` bytes from `offset` of the extent, fewer at its end."""
        n = min(n, self._length - offset)
        if n <= 0:
            return b""
        place = self._start + offset
        if place != self._next:
            self._stream = self._cipher(
                self._aes, self._mode((place // BLOCK).to_bytes(16, "big"))
            ).decryptor()
            self._stream.update(bytes(place % BLOCK))
        raw = os.pread(self._fd, n, place)
        while 0 < len(raw) < n:
            more = os.pread(self._fd, n - len(raw), place + len(raw))
            if not more:
                break
            raw += more
        self._next = place + len(raw)
        Window.total += len(raw)
        return self._stream.update(raw)

    def readinto(self, buffer: object) -> int:
        """Fill the buffer."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        got = self.read_at(self._at, len(view))
        view[: len(got)] = got
        self._at += len(got)
        return len(got)


def window(fd: int, key: bytes, start: int, length: int) -> BinaryIO:
    """A buffered stream over one extent of a scratch file."""
    return io.BufferedReader(Window(fd, key, start, length), CHUNK)


class Scratch:
    """An unlinked, encrypted temporary file. Append copies, read them back; closing leaves nothing behind."""

    def __init__(self, folder: str | None = None) -> None:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        self._write, name = tempfile.mkstemp(prefix="ritrova-", dir=folder)
        try:
            self.fd = os.open(name, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        finally:
            os.unlink(name)
        self.key = os.urandom(32)
        self.size = 0
        self._cipher = Cipher
        self._aes = algorithms.AES(self.key)
        self._mode = modes.CTR

    def append(self, chunks: Iterable[bytes], *, limit: int | None = None) -> Extent:
        """Copy the chunks in; `TooMuch` where they exceed `limit` bytes (what came before stays unused)."""
        start = self.size
        stream = self._cipher(self._aes, self._mode((start // BLOCK).to_bytes(16, "big"))).encryptor()
        length = 0
        digest = sha256()
        for chunk in chunks:
            length += len(chunk)
            if limit is not None and length > limit:
                raise TooMuch(f"more than {limit} bytes came out")
            digest.update(chunk)
            coded = memoryview(stream.update(chunk))
            while coded:
                coded = coded[os.write(self._write, coded) :]
            self.size = start + length
        padding = -self.size % BLOCK
        os.write(self._write, bytes(padding))
        self.size += padding
        return Extent(start, length, digest.hexdigest())

    def open(self, extent: Extent) -> BinaryIO:
        """A stream over a copy."""
        return window(self.fd, self.key, extent.start, extent.length)

    def close(self) -> None:
        """Let go; the file has had no name since it was made."""
        os.close(self._write)
        os.close(self.fd)

    def __enter__(self) -> Scratch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Sink(Protocol):
    """Where large unpacked items go."""

    def append(self, chunks: Iterable[bytes], *, limit: int | None = None) -> Extent: ...
    def open(self, extent: Extent) -> BinaryIO: ...


_sink: ContextVar[Sink | None] = ContextVar("sink", default=None)


@contextmanager
def spilling_to(sink: Sink) -> Iterator[None]:
    """Within this block, `kept` puts what is too large for memory into `sink` (a reading child passes it to its parent)."""
    token = _sink.set(sink)
    try:
        yield
    finally:
        _sink.reset(token)


class Kept:
    """Unpacked bytes, in memory or in the scratch; `open()` as often as wanted."""

    def __init__(self, content: bytes | None, extent: Extent, sink: Sink | None) -> None:
        self._content = content
        self._extent = extent
        self._sink = sink
        self.size = extent.length
        self.sha256 = extent.sha256

    def open(self) -> BinaryIO:
        """A seekable stream over the bytes."""
        if self._content is not None:
            return io.BytesIO(self._content)
        assert self._sink is not None
        return self._sink.open(self._extent)


def kept(chunks: Iterable[bytes], *, limit: int | None = None, in_memory: int = IN_MEMORY) -> Kept:
    """Keep what `chunks` gives: up to `in_memory` bytes in memory, else encrypted. `TooMuch` beyond `limit` bytes."""
    source = iter(chunks)
    first: list[bytes] = []
    held = 0
    for chunk in source:
        first.append(chunk)
        held += len(chunk)
        if limit is not None and held > limit:
            raise TooMuch(f"more than {limit} bytes came out")
        if held > in_memory:
            break
    else:
        content = b"".join(first)
        return Kept(content, Extent(0, len(content), sha256(content).hexdigest()), None)
    sink = _sink.get() or Scratch()
    return Kept(None, sink.append(_both(first, source), limit=limit), sink)


def _both(first: list[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    while first:
        yield first.pop(0)
    yield from rest


def chunks_of(stream: BinaryIO, size: int = CHUNK) -> Iterator[bytes]:
    """A stream in pieces."""
    while piece := stream.read(size):
        yield piece
