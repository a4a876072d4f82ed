"""Reads a sentence as `find` does: fold, match, extract, settle."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ritrova.extractors import age, crypto, date, handle, iban, name, phone, place, price
from ritrova.languages.fold import fold
from ritrova.languages.matcher import Matcher
from ritrova.languages.packs import load
from ritrova.model.observing import Observer
from ritrova.model.records import Observable
from ritrova.model.shapes import Ask

MODULES = (phone, price, age, place, handle, date, crypto, iban, name)
EXTRACTORS = tuple(m.EXTRACTOR for m in MODULES)


@lru_cache(maxsize=1)
def matcher() -> Matcher:
    """All packs and the cues of all extractors."""
    return Matcher.build(load(), [c for e in EXTRACTORS for c in e.cues])


@lru_cache(maxsize=1)
def observer() -> Observer:
    """The extractors, woken by concept groups."""
    return Observer(EXTRACTORS, matcher().lexicon.group_of)


def read(text: str, country: str | None = "IQ", **more: Any) -> list[Observable]:
    """All observables of a text."""
    folded = fold(text)
    hits = next((h for _, h in matcher().scan([folded.text])), [])
    return observer().observe(folded, hits, Ask(country=country, **more))


def values(text: str, kind: str, country: str | None = "IQ", **more: Any) -> list[Any]:
    """The normal forms of one kind: numbers for ages, (amount, currency) for prices, else the value."""
    out: list[Any] = []
    for o in read(text, country, **more):
        if o.kind == kind:
            assert text[o.span[0] : o.span[1]] == o.written
            if kind == "age":
                out.append(int(o.amount) if o.amount is not None else o.value)
            elif kind == "price":
                out.append((o.amount, o.currency))
            else:
                out.append(o.value)
    return out
