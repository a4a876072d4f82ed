"""Compiled packs kept beside the packs themselves, as Python keeps compiled modules beside theirs.

Only what is made from the shipped packs comes here: they are public, so nothing of a case can be read from it. What is made
with a user's own packs stays in the case. Whoever can write here could also change the code; where nobody may (a read-only
installation), nothing is kept and all is compiled anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "__pycache__"
KEPT: Final = 24
"""Files that stay: a few versions of the packs. The oldest go when there are more."""
_SEAL: Final = 32


class Beside(MutableMapping[str, bytes]):
    """A mapping of names to bytes as files of a folder. A file that is not whole counts as absent."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    def __getitem__(self, key: str) -> bytes:
        try:
            raw = self._file(key).read_bytes()
        except OSError:
            raise KeyError(key) from None
        value = raw[_SEAL:]
        if sha256(value).digest() != raw[:_SEAL]:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: bytes) -> None:
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            fresh = self._folder / f"{self._file(key).name}.{os.getpid()}"
            fresh.write_bytes(sha256(value).digest() + value)
            os.replace(fresh, self._file(key))
            self._prune()

    def __delitem__(self, key: str) -> None:
        with suppress(OSError):
            self._file(key).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[str]:
        return (f.stem.removeprefix("ritrova-") for f in self._files())

    def __len__(self) -> int:
        return len(self._files())

    def _file(self, key: str) -> Path:
        kind, _, _ = key.partition("-")
        return self._folder / f"ritrova-{kind}-{sha256(key.encode()).hexdigest()[:32]}.packs"

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("ritrova-*.packs")) if self._folder.is_dir() else []

    def _prune(self) -> None:
        by_age = sorted(self._files(), key=lambda f: f.stat().st_mtime, reverse=True)
        for old in by_age[KEPT:]:
            old.unlink(missing_ok=True)
