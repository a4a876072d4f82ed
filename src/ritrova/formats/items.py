"""Items that live in memory: for tests, small container entries and the public reader contract."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import BinaryIO

from ritrova.model.shapes import Item


class MemoryItem:
    """An item whose bytes are in memory. `folder` maps the names beside it to their bytes."""

    def __init__(
        self,
        name: str,
        content: bytes,
        *,
        source: str | None = None,
        path: str | None = None,
        parent: Item | None = None,
        folder: Mapping[str, bytes] | None = None,
        modified: float | None = None,
    ) -> None:
        self._content = content
        self._folder = folder or {}
        self._name = name
        self._sha256: str | None = None
        self.source = source if source is not None else sha256(content).hexdigest()
        self.path = path if path is not None else name
        self.parent = parent
        self.modified = modified

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self._name

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self._content)

    def head(self, n: int = 4096) -> bytes:
        """The first `n` bytes."""
        return self._content[:n]

    def open(self) -> BinaryIO:
        """A seekable stream."""
        return io.BytesIO(self._content)

    def sha256(self) -> str:
        """Hex SHA-256 of the bytes."""
        if self._sha256 is None:
            self._sha256 = sha256(self._content).hexdigest()
        return self._sha256

    def sibling(self, name: str) -> Item | None:
        """What lies beside, by exact relative name."""
        content = self._folder.get(name)
        if content is None:
            return None
        base = self.path[: len(self.path) - len(self._name)]
        return MemoryItem(
            name, content, source=self.source, path=base + name, parent=self.parent, folder=self._folder
        )

    def siblings(self) -> Sequence[str]:
        """Names of what lies beside."""
        return sorted(self._folder)
