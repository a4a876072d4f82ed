"""Times as people's programs print them: any digit system, AM and PM in several languages, day before month or after.

The order of day and month is never guessed: it follows from what is asked for, from numbers that only one order allows,
or from the entries being nearly sorted in one order and not in the other; the ground says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from ritrova.formats.clock import assumed
from ritrova.model.records import Moment

MARKS = dict.fromkeys([0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
"""Invisible marks of direction and joining, which programs put into printed times."""
_DIGITS = {base + i: str(i) for base in (0x660, 0x6F0, 0x966, 0xFF10) for i in range(10)}
_CLEAN = {**MARKS, **_DIGITS, 0xA0: " ", 0x202F: " ", 0x2009: " ", 0x60C: ",", 0x2013: "-", 0x2F: "/"}
HALVES = {
    "am": 0, "a.m.": 0, "a.m": 0, "ص": 0, "صباحا": 0, "صباحًا": 0, "ق.ظ": 0, "ق.ظ.": 0, "öö": 0, "پ.ن": 0, "上午": 0,
    "pm": 12, "p.m.": 12, "p.m": 12, "م": 12, "مساء": 12, "مساءً": 12, "ب.ظ": 12, "ب.ظ.": 12, "ös": 12, "د.ن": 12, "下午": 12,
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january януари января يناير ocak janvier gennaio januar",
            "feb february февраля فبراير şubat février febbraio februar",
            "mar march марта مارس mart mars marzo märz",
            "apr april апреля أبريل ابريل nisan avril aprile",
            "may мая مايو mayıs mai maggio",
            "jun june июня يونيو haziran juin giugno juni",
            "jul july июля يوليو temmuz juillet luglio juli",
            "aug august августа أغسطس اغسطس ağustos août agosto",
            "sep sept september сентября سبتمبر eylül septembre settembre",
            "oct october октября أكتوبر اكتوبر ekim octobre ottobre oktober",
            "nov november ноября نوفمبر kasım novembre",
            "dec december декабря ديسمبر aralık décembre dicembre dezember",
        ),
        1,
    )
    for name in names.split()
}
_DATE = re.compile(r"(?<!\d)(\d{1,4})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{1,4})(?!\d)")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})[.\s-]+([^\W\d_]{3,})\.?[,\s-]+(\d{4}|\d{2})(?!\d)")
_NAMED_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2}),?\s+(\d{4})(?!\d)")
_TIME = re.compile(r"(?<!\d)(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,6}))?)?(?!\d)")
_ZONE = re.compile(r"(?:(?:UTC|GMT)\s*)?([+-])(\d{1,2}):?(\d{2})\b|(?<=[\d\s])(Z)\b|\b(UTC|GMT)\b")


class Seen(msgspec.Struct, frozen=True):
    """A printed time taken apart. `order` is "ymd", "dmy", "mdy" where it is certain, else None with `a` and `b` as they stand."""

    a: int
    b: int
    year: int
    order: str | None
    hour: int
    minute: int
    second: int
    micro: int
    offset: int | None
    """Minutes east of UTC, where an offset is printed."""


def clean(text: str) -> str:
    """Without marks, with ASCII digits."""
    return text.translate(_CLEAN).strip()


def seen(written: str) -> Seen | None:
    """The parts of a printed time, or None where there is no date in it."""
    text = clean(written)
    date = _DATE.search(text)
    order: str | None = None
    if date:
        first, second, third = date[1], date[2], date[3]
        if len(first) >= 3:
            a, b, year, order = int(second), int(third), int(first), "ymd"
        else:
            a, b, year = int(first), int(second), int(third)
            if len(third) <= 2:
                year += 2000
        rest = text[: date.start()] + " " + text[date.end() :]
    else:
        named = _NAMED.search(text)
        if named and named[2].casefold() in _MONTHS:
            a, b, year, order = _MONTHS[named[2].casefold()], int(named[1]), int(named[3]), "ymd"
        else:
            named = _NAMED_FIRST.search(text)
            if not named or named[1].casefold() not in _MONTHS:
                return None
            a, b, year, order = _MONTHS[named[1].casefold()], int(named[2]), int(named[3]), "ymd"
        year += 2000 if year < 100 else 0
        rest = text[: named.start()] + " " + text[named.end() :]
    time = _TIME.search(rest)
    hour = minute = second_ = micro = 0
    offset: int | None = None
    if time:
        hour, minute, second_ = int(time[1]), int(time[2]), int(time[3] or 0)
        micro = int((time[4] or "0").ljust(6, "0"))
        around = (rest[: time.start()] + " " + rest[time.end() :]).casefold()
        half = next((HALVES[word] for word in re.split(r"[\s,()]+", around) if word in HALVES), None)
        if half is not None and hour <= 12:
            hour = hour % 12 + half
        zone = _ZONE.search(rest, time.end())
        if zone:
            offset = 0 if zone[4] or zone[5] else int(zone[2]) * 60 + int(zone[3])
            offset = -offset if zone[1] == "-" else offset
    return Seen(a, b, year, order, hour, minute, second_, micro, offset)


class Order(msgspec.Struct, frozen=True):
    """Day and month: "dmy" or "mdy", or None where nothing decides; `ground` says how it was reached."""

    order: str | None
    ground: str


def order_of(sample: Iterable[Seen], asked: str | None = None) -> Order:
    """The order of day and month that a file's printed times show."""
    if asked in ("dmy", "mdy", "ymd"):
        return Order(asked if asked != "ymd" else None, f"order {asked} as asked for")
    day_first = month_first = 0
    pairs: list[Seen] = []
    for one in sample:
        if one.order is None:
            pairs.append(one)
            day_first += one.a > 12 >= one.b
            month_first += one.b > 12 >= one.a
    if day_first and not month_first:
        return Order("dmy", "day first: some first numbers are above 12")
    if month_first and not day_first:
        return Order("mdy", "month first: some second numbers are above 12")
    if day_first and month_first:
        return Order(None, "day and month stand in both orders in this file")
    if len(pairs) >= 3:
        falls = {"dmy": 0, "mdy": 0}
        for order in falls:
            last = None
            for one in pairs:
                day, month = (one.a, one.b) if order == "dmy" else (one.b, one.a)
                now = (one.year, month, day, one.hour, one.minute, one.second)
                falls[order] += last is not None and now < last
                last = now
        low, high = sorted(falls, key=falls.__getitem__)
        if falls[high] >= 2 and falls[low] * 5 < falls[high]:
            word = "day first" if low == "dmy" else "month first"
            return Order(low, f"{word}: only so the entries are nearly sorted")
    return Order(None, "ambiguous: day and month cannot be told apart; --date-order settles it")


def moment(written: str, order: Order, zone: str | None = None) -> Moment:
    """The moment of a printed time under a known order; UTC where an offset is printed or a zone assumed."""
    found = seen(written)
    if found is None:
        return Moment(written or None, None, None, "no date in it" if written else "no time is given")
    if found.order == "ymd" or found.a == found.b:
        month, day, how = found.a, found.b, ""
    elif found.a > 12 >= found.b:
        month, day, how = found.b, found.a, "day first: only that is valid"
    elif found.b > 12 >= found.a:
        month, day, how = found.a, found.b, "month first: only that is valid"
    elif order.order == "dmy":
        month, day, how = found.b, found.a, order.ground
    elif order.order == "mdy":
        month, day, how = found.a, found.b, order.ground
    else:
        return Moment(written, None, None, order.ground)
    try:
        local = datetime(found.year, month, day, found.hour, found.minute, found.second, found.micro)
    except ValueError:
        return Moment(written, None, None, "no such time in the calendar")
    utc, ground = None, "local time of an unknown clock"
    if found.offset is not None:
        utc = (local - timedelta(minutes=found.offset)).isoformat() + "Z"
        ground = "offset as printed"
    elif zone:
        utc, ground = assumed(local, zone)
    return Moment(written, local.isoformat(), utc, f"{ground}; {how}" if how else ground)
