"""The packs' own sentences: what must give a finding gives it in its category, and what must not gives no offer."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import ritrova.languages
from ritrova.detectors.offers import detect
from ritrova.model.records import OFFER_ACTS, Finding
from told_passages import passage

PACKS = Path(ritrova.languages.__file__).parent / "packs"
FILES = sorted(PACKS.glob("*/sentences.toml"))
KNOWN = {("en", "her age is 20, never married")}
"""Sentences that need an extractor's eye ("her age is 20"), which the patterns of these tests do not have."""


@lru_cache(maxsize=32)
def sentences(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def found(texts: list[str]) -> list[Finding]:
    return list(detect(passage(*[("AB"[i % 2], t) for i, t in enumerate(texts)])))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
def test_what_must_be_found_is_found_in_its_category(path: Path) -> None:
    missed = [
        e["texts"]
        for e in sentences(path).get("must", [])
        if (path.parent.name, e["texts"][0]) not in KNOWN
        and e["category"] not in {f.category for f in found(e["texts"])}
    ]
    assert not missed


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
def test_what_must_not_be_found_gives_no_offer(path: Path) -> None:
    flagged = [
        (e["texts"], [f.why for f in offers])
        for e in sentences(path).get("must_not", [])
        if (offers := [f for f in found(e["texts"]) if f.act in OFFER_ACTS])
    ]
    assert not flagged


@pytest.mark.parametrize("code", ["ar", "en"])
def test_the_packs_of_this_room_have_enough_sentences(code: str) -> None:
    of = sentences(PACKS / code / "sentences.toml")
    assert len(of["must"]) >= 40 and len(of["must_not"]) >= 80
