"""A part of a stream as a stream of its own."""

from __future__ import annotations

import io
from typing import BinaryIO


class Slice(io.RawIOBase):
    """`length` bytes of a seekable stream from `start` on; closing it closes the stream."""

    def __init__(self, stream: BinaryIO, start: int, length: int) -> None:
        super().__init__()
        self._stream = stream
        self._start = start
        self._length = length
        self._at = 0

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
        place = (0, self._at, self._length)[whence] + offset
        if place < 0:
            raise ValueError("a position cannot be negative")
        self._at = place
        return place

    def readinto(self, buffer: object) -> int:
        """Fill the buffer."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        n = min(len(view), self._length - self._at)
        if n <= 0:
            return 0
        self._stream.seek(self._start + self._at)
        piece = self._stream.read(n)
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the stream below too."""
        if not self.closed:
            self._stream.close()
        super().close()


def part(stream: BinaryIO, start: int, length: int) -> BinaryIO:
    """A buffered stream over a part of another."""
    return io.BufferedReader(Slice(stream, start, length), 1 << 16)
