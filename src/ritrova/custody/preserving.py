"""Preserved copies: the bytes of a source, encrypted under a key of their own.

The key is kept as a secret of the case. To destroy the copy is to forget the key; the file left behind says nothing, not even
by its name. A folder's files stand one after another in the order of its manifest.

Layout: 8 bytes of mark, then chunks of 1 MiB, each AES-256-GCM with the chunk's number as nonce and "last" or "more" as
associated data, so that nothing can be cut off, swapped or changed unseen.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ritrova.custody.receiving import Received
from ritrova.model.errors import CustodyBroken
from ritrova.model.records import Source

CHUNK = 1 << 20
"""Bytes of evidence in a chunk."""
MARK = b"RTVCOPY1"
_TAG = 16


def preserve(
    received: Received, originals: Path, progress: Callable[[int], None] | None = None
) -> tuple[Path, bytes]:
    """Copies what was received into `originals` (a folder of the case), and gives the file and its key (32 bytes).

    Each original is hashed again while it is copied; CustodyBroken when it is not what was received, and nothing is left.
    `progress` is told the bytes copied since last told.
    """
    key = secrets.token_bytes(32)
    originals.mkdir(parents=True, exist_ok=True)
    path = path_of(originals, key)
    part = path.with_suffix(".part")
    try:
        with open(part, "xb") as out:
            out.write(MARK)
            _encrypt(_bytes(received, progress), out, AESGCM(key))
            out.flush()
            os.fsync(out.fileno())
        os.rename(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path, key


def path_of(originals: Path, key: bytes) -> Path:
    """Where the copy with this key lies."""
    return originals / (sha256(b"ritrova preserved copy" + key).hexdigest()[:16] + ".enc")


def slices(source: Source) -> dict[str, tuple[int, int]]:
    """Offset and size of each file of a source inside its preserved copy, by path."""
    if source.kind == "file":
        return {source.name: (0, source.size)}
    found: dict[str, tuple[int, int]] = {}
    at = 0
    for path, size, _ in source.manifest:
        found[path] = (at, size)
        at += size
    return found


def open_preserved(path: Path, key: bytes, part: tuple[int, int] | None = None) -> BinaryIO:
    """A seekable stream of the copy, or of a part of it (offset, size). Nothing decrypted touches a disk.

    Raises CustodyBroken, also while reading, when the copy was changed or cut, or the key is another one's.
    """
    raw = _Decrypted(path, key)
    if part is not None:
        raw.narrow(*part)
    return io.BufferedReader(raw, CHUNK)


def _bytes(received: Received, progress: Callable[[int], None] | None) -> Iterator[bytes]:
    for file in received.files:
        digest = sha256()
        with file.open() as stream:
            while block := stream.read(CHUNK):
                digest.update(block)
                yield block
                if progress is not None:
                    progress(len(block))
        if digest.hexdigest() != file.sha256:
            raise CustodyBroken(
                f"{file.path} changed while it was copied.",
                "Compare it with the copy it came from, then add it again.",
            )


def _encrypt(blocks: Iterator[bytes], out: BinaryIO, cipher: AESGCM) -> None:
    kept = bytearray()
    number = 0
    for block in blocks:
        kept += block
        while len(kept) > CHUNK:
            out.write(cipher.encrypt(number.to_bytes(12, "big"), bytes(kept[:CHUNK]), b"more"))
            del kept[:CHUNK]
            number += 1
    out.write(cipher.encrypt(number.to_bytes(12, "big"), bytes(kept), b"last"))


class _Decrypted(io.RawIOBase):
    def __init__(self, path: Path, key: bytes) -> None:
        self._stream = open(path, "rb")  # noqa: SIM115 - closed by close()
        self._cipher = AESGCM(key)
        body = os.fstat(self._stream.fileno()).st_size - len(MARK)
        if self._stream.read(len(MARK)) != MARK or body < _TAG:
            self._stream.close()
            raise CustodyBroken(
                f"{path.name} is not a preserved copy.", "Restore it from a backup of the case."
            )
        self._last = max(0, (body - 1) // (CHUNK + _TAG))
        self._size = body - (self._last + 1) * _TAG
        self._number = -1
        self._chunk = b""
        self._first, self._end, self._at = 0, self._size, 0
        self._decrypt(self._last)

    def narrow(self, offset: int, size: int) -> None:
        """Shows a part only."""
        if offset + size > self._size:
            raise CustodyBroken("A preserved copy is shorter than its manifest.", "Restore it from a backup.")
        self._first, self._end, self._at = offset, offset + size, offset

    def _decrypt(self, number: int) -> bytes:
        if number != self._number:
            self._stream.seek(len(MARK) + number * (CHUNK + _TAG))
            said = b"last" if number == self._last else b"more"
            try:
                self._chunk = self._cipher.decrypt(
                    number.to_bytes(12, "big"), self._stream.read(CHUNK + _TAG), said
                )
            except InvalidTag as error:
                raise CustodyBroken(
                    "A preserved copy was changed or cut, or its key is another one's.",
                    "Restore it from a backup.",
                ) from error
            self._number = number
        return self._chunk

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: self._first, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        self._at = max(self._first, base + offset)
        return self._at - self._first

    def tell(self) -> int:
        return self._at - self._first

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        room = min(len(buffer), self._end - self._at)
        if room <= 0:
            return 0
        number, inside = divmod(self._at, CHUNK)
        found = self._decrypt(number)[inside : inside + room]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        self._stream.close()
        super().close()
