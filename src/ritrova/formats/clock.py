"""Local clock times and time zones: what follows from a zone that somebody assumed, and where it does not decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ritrova.model.errors import WrongUse


@lru_cache(maxsize=16)
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name; `WrongUse` where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WrongUse(f"«{name}» is not a time zone.", "Give an IANA name such as Asia/Baghdad.") from error


def utc_text(moment: datetime) -> str:
    """An aware time as ISO 8601 in UTC with ``Z``, seconds or finer as given."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def offset_text(offset: timedelta) -> str:
    """``+05:30`` for an offset from UTC."""
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def assumed(local: datetime, name: str) -> tuple[str | None, str]:
    """UTC of a clock time under an assumed zone, with the ground in words.

    None where the zone does not decide: the hour that a clock shows twice in autumn, and the one it skips in spring.
    """
    zone = zone_named(name)
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset():
        back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
        if back != local:
            return None, f"the zone {name} was assumed (--zone), whose clock never showed this time"
        return None, (
            f"the zone {name} was assumed (--zone), whose clock showed this time twice: "
            f"{utc_text(first)} or {utc_text(second)}"
        )
    return utc_text(first), f"the zone {name} was assumed (--zone); the source does not state it"
