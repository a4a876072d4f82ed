"""Items inside a container: each knows its parent and what lies beside it, and unpacks only when asked.

All that comes out of one received file is charged to one budget, however deep the containers nest.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import BinaryIO

from ritrova.formats.scratch import Kept, TooMuch, allowance, kept
from ritrova.model.records import Problem
from ritrova.model.shapes import Item


class Budget:
    """Bytes that may still come out of a source."""

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        self.left = allowed

    def charge(self, n: int) -> None:
        """Take `n` bytes; `TooMuch` where they are not there."""
        if n > self.left:
            raise TooMuch(
                f"more than {self.allowed} bytes came out of this file; it may be built to fill the disk"
            )
        self.left -= n


class Shelf:
    """The entries of one container, by their harmless names."""

    def __init__(self, parent: Item) -> None:
        self.parent = parent
        self.entries: dict[str, ShelfItem] = {}
        budget = getattr(parent, "budget", None)
        self.budget = budget if isinstance(budget, Budget) else Budget(allowance(parent.size))
        self._below: dict[str, list[str]] = {}

    def put(
        self,
        inner: str,
        size: int | None,
        chunks: Callable[[], Iterator[bytes]],
        *,
        direct: Callable[[], BinaryIO] | None = None,
        modified: float | None = None,
        digest: Callable[[], str] | None = None,
        borrowed: str | None = None,
    ) -> ShelfItem:
        """Add an entry under a harmless name; where the name is taken it becomes ``name#2`` and so on.

        `size` is None where only unpacking tells. `chunks` unpacks from the start each time it is called. `direct` gives a seekable stream where nothing needs to be
        unpacked, `digest` the SHA-256 where it is known. `borrowed` is the path of another item of the source whose bytes
        these are (an iTunes backup keeps its files so).
        """
        wanted = name = harmless(inner)
        n = 2
        while name in self.entries:
            name = f"{wanted}#{n}"
            n += 1
        item = ShelfItem(self, name, size, chunks, direct, modified, digest, borrowed)
        self.entries[name] = item
        self._below.clear()
        return item

    def below(self, folder: str) -> list[str]:
        """Names of all entries in a folder of the container, relative to it."""
        found = self._below.get(folder)
        if found is None:
            before = folder + "/" if folder else ""
            found = sorted(name[len(before) :] for name in self.entries if name.startswith(before))
            self._below[folder] = found
        return found


class ShelfItem:
    """One entry of a container. `remarks` gathers what unpacking it showed to be wrong."""

    def __init__(
        self,
        shelf: Shelf,
        inner: str,
        size: int | None,
        chunks: Callable[[], Iterator[bytes]],
        direct: Callable[[], BinaryIO] | None,
        modified: float | None,
        digest: Callable[[], str] | None,
        borrowed: str | None,
    ) -> None:
        self._shelf = shelf
        self._inner = inner
        self._size = size
        self._unpack = chunks
        self._direct = direct
        self._digest = digest
        self._kept: Kept | None = None
        self._sha256: str | None = None
        self._start = b""
        self._charged = 0
        self.borrowed = borrowed
        self.modified = modified
        self.remarks: list[Problem] = []

    @property
    def source(self) -> str:
        """SHA-256 of the received bytes."""
        return self._shelf.parent.source

    @property
    def path(self) -> str:
        """``outer.zip!inner/name.txt``."""
        return f"{self._shelf.parent.path}!{self._inner}"

    @property
    def name(self) -> str:
        """The last part of the path."""
        return posixpath.basename(self._inner)

    @property
    def parent(self) -> Item | None:
        """The container."""
        return self._shelf.parent

    @property
    def budget(self) -> Budget:
        """What may still come out of the source."""
        return self._shelf.budget

    @property
    def size(self) -> int:
        """Bytes: as the container states, or as they came out once the entry was unpacked."""
        if self._kept is None and self._size is None:
            self.open().close()
        if self._kept is not None:
            self._size = self._kept.size
        return self._size or 0

    def _chunks(self) -> Iterator[bytes]:
        """The entry's bytes from the start, charged to the budget the first time they come out."""
        out = 0
        for piece in self._unpack():
            out += len(piece)
            if out > self._charged:
                self._shelf.budget.charge(out - self._charged)
                self._charged = out
            yield piece

    def head(self, n: int = 4096) -> bytes:
        """The first bytes; unpacks no more than it must."""
        if self._kept is not None or self._direct is not None:
            with self.open() as stream:
                return stream.read(n)
        if self._size is None or len(self._start) < min(n, self._size):
            start = b""
            for piece in self._chunks():
                start += piece
                if len(start) >= n:
                    break
            self._start = start[: max(n, 4096)]
        return self._start[:n]

    def open(self) -> BinaryIO:
        """A seekable stream of the whole entry."""
        if self._direct is not None:
            return self._direct()
        if self._kept is None:
            self._kept = kept(self._chunks())
            self._sha256 = self._kept.sha256
        return self._kept.open()

    def let_go(self) -> None:
        """Forget the unpacked bytes; the next `open` unpacks again."""
        self._kept = None

    def sha256(self) -> str:
        """Hex SHA-256 of the entry's bytes."""
        if self._sha256 is None:
            if self._digest is not None:
                self._sha256 = self._digest()
            else:
                digest = sha256()
                size = 0
                for piece in self._chunks():
                    digest.update(piece)
                    size += len(piece)
                self._sha256 = digest.hexdigest()
                self._size = size
        return self._sha256

    def sibling(self, name: str) -> Item | None:
        """What lies beside it in the container, else a file given with ``--with`` by its bare name."""
        folder = posixpath.dirname(self._inner)
        found = self._shelf.entries.get(posixpath.normpath(posixpath.join(folder, name)))
        return found if found is not None else self.companion(name)

    def companion(self, name: str) -> Item | None:
        """A file given with ``--with``, by its bare name."""
        ask = getattr(self._shelf.parent, "companion", None)
        answer: Item | None = ask(name) if ask is not None else None
        return answer

    def siblings(self) -> Sequence[str]:
        """Names of what lies in the same folder of the container, subfolders included."""
        return self._shelf.below(posixpath.dirname(self._inner))


def harmless(name: str) -> str:
    """An entry's name as a relative path that stays inside: no root, no ``..``, no control characters, no lone surrogates."""
    parts = []
    for part in name.replace("\\", "/").split("/"):
        if part not in ("", "."):
            clean = "".join(
                "\ufffd" if c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" else c for c in part
            )
            parts.append("__" if part == ".." else clean)
    return "/".join(parts) or "unnamed"
