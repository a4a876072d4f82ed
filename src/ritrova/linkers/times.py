"""When somebody was seen: years for ages, and "last seen" with what is not known about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ritrova.model.records import Moment, Sighting
from ritrova.model.view import View

WEST, EAST = timedelta(hours=12), timedelta(hours=14)
"""A local clock of unknown zone is between these from UTC."""


def year_of(moment: Moment | None) -> int | None:
    """The year, by UTC or else by the local clock; None without a time."""
    said = "" if moment is None else (moment.utc or moment.local or "")
    return int(said[:4]) if said[:4].isdigit() else None


def last_seen(view: View, sightings: Sequence[Sighting]) -> dict[str, Any] | None:
    """{"earliest", "latest", "ground"}: between which times (UTC) the last sighting lies; None when no sighting has a time.

    A message tells when it was sent, not when the person was there: a forward may be older, so its earliest is None.
    """
    spans: list[tuple[datetime | None, datetime, str]] = []
    for one in sightings:
        span = _span(one.when)
        if span is None:
            continue
        first, last, ground = span
        if any(m.message.forwarded_from is not None for m in view.messages(ids=list(one.messages))):
            spans.append((None, last, f"{ground}; forwarded, so what it shows may be older"))
        else:
            spans.append((first, last, ground))
    if not spans:
        return None
    earliest = max((first for first, _, _ in spans if first is not None), default=None)
    _, latest, ground = max(spans, key=lambda span: (span[1], span[2]))
    return {
        "earliest": None if earliest is None else _iso(earliest),
        "latest": _iso(latest),
        "ground": f"the times of the messages about the person; of the latest: {ground}",
    }


def _span(moment: Moment | None) -> tuple[datetime, datetime, str] | None:
    if moment is None:
        return None
    try:
        if moment.utc:
            at = datetime.fromisoformat(moment.utc.replace("Z", "+00:00"))
            return at, at, moment.ground or "UTC is known"
        if moment.local:
            at = datetime.fromisoformat(moment.local).replace(tzinfo=UTC)
            return (
                at - EAST,
                at + WEST,
                "the clock's zone is not known, so the day before or after is possible",
            )
    except (ValueError, OverflowError):
        return None
    return None


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
