"""Times printed on HTML pages: the clock follows summer time, the offset beside it does not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ritrova.formats.clock import assumed, offset_text, utc_text, zone_named
from ritrova.model.records import Moment

_TITLE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})\s+(\d\d):(\d\d):(\d\d)(?:\s+UTC([+-])(\d\d):?(\d\d))?")


def clock(title: str) -> tuple[datetime, timedelta | None] | None:
    """The clock time and the printed offset (since 3.7.6, June 2022) of a title; None where it is no time."""
    found = _TITLE.search(title)
    if not found:
        return None
    try:
        local = datetime.fromisoformat(f"{found[3]}-{found[2]}-{found[1]}T{found[4]}:{found[5]}:{found[6]}")
    except ValueError:
        return None
    if not found[7]:
        return local, None
    offset = timedelta(hours=int(found[8]), minutes=int(found[9]))
    return local, -offset if found[7] == "-" else offset


def moment(title: str, zone: str | None) -> tuple[Moment, str]:
    """The moment of a printed time, and what is wrong with it ("" for nothing, else "time" or "zone").

    The printed offset is the zone's standard one, also in summer (measured with Qt, Europe/Rome, July: the clock is
    then an hour ahead of it). UTC is therefore left open unless a zone is given that has the printed offset.
    """
    known = clock(title)
    if known is None:
        return Moment(title, None, None, "not a time"), "time"
    local, printed = known
    if zone is not None:
        if printed is not None and not _has(zone, local, printed):
            ground = f"the assumed zone {zone} does not have the printed offset {offset_text(printed)}"
            return Moment(title, local.isoformat(), None, ground), "zone"
        utc, ground = assumed(local, zone)
        return Moment(title, local.isoformat(), utc, ground), ""
    if printed is None:
        ground = "clock time of the exporting computer; this version prints no offset"
        return Moment(title, local.isoformat(), None, ground), ""
    standard = (local - printed).replace(tzinfo=UTC)
    ground = (
        f"the offset {offset_text(printed)} is printed without regard to summer time: {utc_text(standard)}, or an hour "
        f"earlier if summer time was in force; give --zone to settle it"
    )
    return Moment(title, local.isoformat(), None, ground), ""


def _has(zone: str, local: datetime, printed: timedelta) -> bool:
    """True where the zone's standard offset around that time is the printed one."""
    there = local.replace(tzinfo=zone_named(zone))
    offset, summer = there.utcoffset(), there.dst()
    if offset is None:
        return False
    return printed in (offset, offset - (summer or timedelta(0)))
