"""The pages of a database file, read through an item: the file's own, and those that its `-wal` puts over them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, BinaryIO

from ritrova.formats.wal import Overlay

BLOCK = 1 << 16
HELD = 256
"""Blocks of the file that are kept (16 MiB)."""


class Pages:
    """Byte ranges of a database as it stood after its last commit. `size` is bytes, `page` the page size, `count` how many
    pages there really are.

    `cut` counts bytes that the header promises and the file does not have: they read as zeros, so that the rest of the
    database can still be read.
    """

    def __init__(self, stream: BinaryIO, length: int, wal: BinaryIO | None, overlay: Overlay) -> None:
        self._stream = stream
        self._wal = wal
        self._over = overlay.pages
        raw: Any = getattr(stream, "raw", None)
        self._at = raw.read_at if hasattr(raw, "read_at") else None
        self._held: OrderedDict[int, bytes] = OrderedDict()
        self._length = length
        head = self._file(0, 100)
        stated = int.from_bytes(head[16:18], "big")
        stated = 65536 if stated == 1 else stated
        lawful = 512 <= stated <= 65536 and stated & (stated - 1) == 0
        self.page = overlay.page or (stated if lawful else 4096)
        self.cut = 0
        self.size = length
        if overlay.frames:
            self.size = overlay.size * self.page
        elif head[24:28] == head[92:96] and lawful:
            promised = int.from_bytes(head[28:32], "big") * self.page
            if length < promised:
                self.cut = promised - length
                self.size = promised
        self.count = (self.size - self.cut + self.page - 1) // self.page

    def _file(self, offset: int, n: int) -> bytes:
        """Bytes of the file itself, through a small cache of blocks."""
        block, inside = divmod(offset, BLOCK)
        if inside + n > BLOCK:
            return self._file(offset, BLOCK - inside) + self._file((block + 1) * BLOCK, n - BLOCK + inside)
        held = self._held.get(block)
        if held is None:
            if self._at is not None:
                held = self._at(block * BLOCK, BLOCK)
            else:
                self._stream.seek(block * BLOCK)
                held = self._stream.read(BLOCK)
            self._held[block] = held
            if len(self._held) > HELD:
                self._held.popitem(last=False)
        return held[inside : inside + n]

    def read(self, n: int, offset: int) -> bytes:
        """`n` bytes from `offset`, fewer at the end. The header says "no WAL", or SQLite would look for one itself."""
        number, inside = divmod(offset, self.page)
        place = self._over.get(number + 1)
        if place is not None and self._wal is not None and inside + n <= self.page:
            self._wal.seek(place + inside)
            piece = self._wal.read(n)
        else:
            piece = self._file(offset, n)
        if offset < 20 and piece[18 - offset : 20 - offset] == b"\x02\x02"[: max(0, 20 - offset)]:
            piece = piece[: 18 - offset] + b"\x01\x01" + piece[20 - offset :]
        return piece

    def number(self, n: int) -> bytes:
        """Page `n`, counted from 1; shorter where the file was cut."""
        return self.read(self.page, (n - 1) * self.page)
