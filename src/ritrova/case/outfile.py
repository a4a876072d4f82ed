"""The one file that `export FORMAT --out FILE` writes, hashed while it is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from ritrova.custody.outgoing import Folder, Hashing
from ritrova.model.errors import NotFound, WrongUse
from ritrova.model.shapes import Manifest


class OneFile:
    """Implements `model.shapes.Out` for exports of one file; a second file goes into a folder beside it."""

    def __init__(self, out: Path) -> None:
        if out.is_dir():
            raise WrongUse(f"{out} is a folder.", "Name the file to write.")
        if out.exists():
            raise WrongUse(f"{out} exists.", "Name a new file; nothing is overwritten.")
        self.out = out
        self._done: dict[str, tuple[str, int]] = {}
        self._folder: Folder | None = None

    @contextmanager
    def _single(self, name: str) -> Iterator[BinaryIO]:
        self.out.parent.mkdir(parents=True, exist_ok=True)
        part = self.out.with_name(self.out.name + ".part")
        try:
            with part.open("wb") as under:
                stream = Hashing(under)
                yield cast(BinaryIO, stream)
                under.flush()
                os.fsync(under.fileno())
            os.replace(part, self.out)
        finally:
            part.unlink(missing_ok=True)
        self._done[name] = (stream.sha256(), stream.size)

    @contextmanager
    def write(self, name: str) -> Iterator[BinaryIO]:
        """The file itself the first time; files of a folder beside it after that."""
        if not self._done:
            with self._single(name) as stream:
                yield stream
            return
        if self._folder is None:
            self._folder = Folder(self.out.with_name(self.out.name + ".files"))
        with self._folder.write(name) as more:
            yield more

    def written(self, name: str, records: int) -> Manifest:
        """Hash and size of a finished file."""
        if name in self._done:
            return Manifest(self.out.name, *self._done[name], records)
        if self._folder is None:
            raise NotFound(f"{name} was not written.", "")
        return self._folder.written(name, records)
