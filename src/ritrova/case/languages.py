"""Languages: what each pack covers, in figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ritrova import plugins
from ritrova.languages import packs as packing


def languages(folders: Sequence[Path] = ()) -> Iterator[dict[str, Any]]:
    """One row a pack: code, name, concepts, terms, sentences, and who reviewed it."""
    yield from packing.coverage((*plugins.packs()[0], *folders))
