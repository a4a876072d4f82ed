"""The files that a report lists (taggedFiles), and which of them lie beside the report.

A report can list millions of files: what is needed of each is packed into one stretch of bytes, found by the hash of its id.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b
from typing import Any

from ritrova.model.shapes import Item


def _hashed(id: str) -> int:
    return int.from_bytes(blake2b(id.casefold().encode(), digest_size=8).digest(), "big")


class Tagged:
    """Local path, device path, size and hashes of listed files by id."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ids = array("Q")
        self._offsets = array("Q")
        self._sorted: Any = None

    def add(self, file: dict[str, str]) -> None:
        """Remember a listed file: its tag's attributes, and its items as ``item:<name>``."""
        parts = [
            file.get("item:Local Path", ""),
            file.get("path", ""),
            file.get("size", ""),
            file.get("item:SHA256", "") or file.get("item:SHA-256", ""),
            file.get("item:MD5", ""),
            file.get("deleted", ""),
        ]
        self._ids.append(_hashed(file.get("id", "")))
        self._offsets.append(len(self._bytes))
        packed = "\x00".join(part.replace("\x00", " ") for part in parts) + "\x00"
        self._bytes += packed.encode("utf-8", "surrogatepass")
        self._sorted = None

    def find(self, id: str) -> dict[str, str] | None:
        """What is known of a file; None where the report does not list it."""
        if not self._ids:
            return None
        import numpy as np

        if self._sorted is None:
            ids = np.frombuffer(self._ids, dtype=np.uint64).copy()
            order = np.argsort(ids, kind="stable")
            self._sorted = (ids[order], order)
        ids, order = self._sorted
        wanted = np.uint64(_hashed(id))
        place = int(np.searchsorted(ids, wanted))
        if place >= len(ids) or ids[place] != wanted:
            return None
        at = self._offsets[int(order[place])]
        found = []
        for _ in range(6):
            end = self._bytes.index(0, at)
            found.append(self._bytes[at:end].decode("utf-8", "surrogatepass"))
            at = end + 1
        names = ("local", "path", "size", "sha256", "md5", "deleted")
        return {name: value for name, value in zip(names, found, strict=True) if value}


def safe(path: str) -> str | None:
    """A path of the report as a name beside it: forward slashes; None for one that leads elsewhere."""
    path = path.replace("\\", "/").strip()
    while path.startswith("./"):
        path = path[2:]
    parts = path.split("/")
    if not path or path.startswith("/") or ":" in path or any(part in ("..", "") for part in parts):
        return None
    return path


class Beside:
    """Finds the items beside a report, by exact name first, then without regard to case."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self._folded: dict[str, str] | None = None

    def find(self, path: str) -> Item | None:
        """The item at a safe path, if there is one."""
        found = self.item.sibling(path)
        if found is not None:
            return found
        if self._folded is None:
            self._folded = {}
            for name in self.item.siblings():
                self._folded.setdefault(name.replace("\\", "/").casefold(), name)
        near = self._folded.get(path.casefold())
        return self.item.sibling(near) if near is not None else None
