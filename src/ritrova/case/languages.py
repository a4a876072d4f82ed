"""Languages: what each pack covers, in figures."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ritrova import plugins
from ritrova.languages import packs as packing


def languages(folders: Sequence[Path] = ()) -> Iterator[dict[str, Any]]:
    """One row a pack: code, name, varieties, concepts, terms, sentences, and who reviewed it."""
    outside = (*plugins.packs()[0], *folders)
    lexicon = packing.load(outside)
    for code, pack in sorted(lexicon.packs.items()):
        own = [t for t in lexicon.terms if t.language == code]
        must, must_not = _sentences(code, outside)
        yield {
            "code": code,
            "name": pack.name,
            "varieties": list(pack.varieties),
            "concepts": len({t.concept for t in own}),
            "terms": len(own),
            "must": must,
            "must_not": must_not,
            "reviewed": "constructed text only: not yet reviewed by a native speaker who did not write the rules",
        }


def _sentences(code: str, outside: Sequence[Path]) -> tuple[int, int]:
    must = must_not = 0
    for root in (packing.HOME / "packs", *outside):
        file = root / code / "sentences.toml"
        if file.is_file():
            told = tomllib.loads(file.read_text("utf-8"))
            must += len(told.get("must", ()))
            must_not += len(told.get("must_not", ()))
    return must, must_not
