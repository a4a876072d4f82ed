"""Search: words, phrases and filters over everything that was read. Each run is an action in the log."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import msgspec

from ritrova.case.opening import Case
from ritrova.model.view import SearchHit


class Searched(msgspec.Struct, frozen=True):
    """How many hits, and how long it took in milliseconds of wall time."""

    hits: int
    took_ms: float


def search(
    case: Case, query: str, *, limit: int | None = None, context: int = 2
) -> Iterator[SearchHit | Searched]:
    """The hits in the order of the evidence, and last a `Searched`."""
    started = perf_counter()
    hits = 0
    for hit in case.view().search(query, limit=limit, context=context):
        hits += 1
        yield hit
    took = round((perf_counter() - started) * 1000, 1)
    with case.change(urgent=True) as change:
        change.act("search", detail={"query": query, "hits": hits})
    yield Searched(hits, took)
