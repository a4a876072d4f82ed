"""What leaves a case: files that are hashed while they are written, under names that every file system takes.

`Folder` implements `model.shapes.Out`.
"""

from __future__ import annotations

import io
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

from ritrova.custody import names
from ritrova.model.errors import NotFound, WrongUse
from ritrova.model.shapes import Manifest

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Hashing(io.RawIOBase):
    """A stream that hashes and counts what goes through it."""

    def __init__(self, under: BinaryIO) -> None:
        self._under = under
        self._digest = sha256()
        self.size = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        """Writes all of it."""
        self._digest.update(content)
        self.size += len(content)
        self._under.write(content)
        return len(content)

    def sha256(self) -> str:
        """Of what was written so far."""
        return self._digest.hexdigest()


def safe(name: str) -> str:
    """The name, if every file system and `sha256sum -c` can take it. Raises WrongUse otherwise."""
    parts = name.split("/")
    for part in parts:
        bad = (
            not part
            or part.startswith((".", "-", "~", " "))
            or part.endswith((".", " "))
            or len(part.encode("utf-8", "surrogatepass")) > 200
            or _RESERVED.fullmatch(part) is not None
            or any(c in '\\%<>:"|?*' or names.deceives(c) for c in part)
        )
        if bad:
            raise WrongUse(f"{names.shown(name)!r} is no name for an exported file.", "Give it a plain name.")
    return name


def usable(out: Path) -> None:
    """Raises WrongUse unless `out` is new or an empty folder."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise WrongUse(f"{names.shown(str(out))} is not a folder.", "Name a new folder.")
    if out.is_dir() and any(out.iterdir()):
        raise WrongUse(f"{names.shown(str(out))} is not empty.", "Name a new or an empty folder.")


class Folder:
    """A folder that an exporter fills. It must be new or empty; a file is there under its name only when it is whole."""

    def __init__(self, out: Path) -> None:
        usable(out)
        out.mkdir(parents=True, exist_ok=True)
        self.out = out
        self._written: dict[str, Manifest] = {}
        self._taken: set[str] = set()

    @contextmanager
    def write(self, name: str) -> Iterator[BinaryIO]:
        """A new file. When the caller fails half way, nothing is left under the name."""
        safe(name)
        key = unicodedata.normalize("NFKC", name).casefold()
        if key in self._taken:
            raise WrongUse(f"{name!r} is already written.", "Give each exported file its own name.")
        self._taken.add(key)
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name("." + path.name + ".part")
        try:
            with open(part, "xb", buffering=1 << 20) as stream:
                hashing = Hashing(stream)
                yield cast(BinaryIO, hashing)
                stream.flush()
                os.fsync(stream.fileno())
            os.rename(part, path)
        finally:
            part.unlink(missing_ok=True)
        self._written[name] = Manifest(name, hashing.sha256(), hashing.size, 0)

    def written(self, name: str, records: int) -> Manifest:
        """Hash and size of a finished file."""
        if name not in self._written:
            raise NotFound(f"{name!r} was not written.")
        made = self._written[name]
        self._written[name] = made = Manifest(name, made.sha256, made.size, records)
        return made

    def manifests(self) -> list[Manifest]:
        """All finished files in the order of their names."""
        return [self._written[name] for name in sorted(self._written)]


def digest(content: bytes) -> str:
    """SHA-256 (hex) of a small content."""
    return sha256(content).hexdigest()
