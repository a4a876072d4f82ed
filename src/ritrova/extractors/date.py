"""Dates and hours that a text names: full dates, day and month, tomorrow, weekdays, the hour of a meeting.

A date that may be read two ways stays without a normal form, unless the date order is known. "Tomorrow" is kept as a
number of days from the message's own day.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from typing import Final

from ritrova.extractors.quantities import longest
from ritrova.model.records import Observable
from ritrova.model.shapes import Ask, Extractor
from ritrova.model.text import Cue, Folded, Hit

_ISO: Final = re.compile(
    r"(?<![\d.,/\-])((?:19|20)\d\d)([-/.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?![\d]|[./-]\d)"
)
_DMY: Final = re.compile(r"(?<![\d.,/\-])([0-3]?\d)([-/.])([0-3]?\d)\2((?:19|20)\d\d|\d\d)(?![\d]|[./-]\d)")
_CLOCK: Final = re.compile(r"(?<![\d.,:/])([01]?\d|2[0-4]):([0-5]\d)(?![\d:]|\.\d)")
_CHINESE: Final = re.compile(
    r"(?:((?:19|20)\d\d) ?年 ?)?(1[0-2]|0?[1-9]) ?月 ?([12]\d|3[01]|0?[1-9]) ?[日号]"
)
_DAY: Final = re.compile(
    r"(?<![\d.,/:])([0-3]?\d)(?:st|nd|rd|th|\.|º|°|-?го|e|i|ا?م)?(?: of|ي|ى|an| de| di|\.)? ?(?:شهر )?$"
)
_DAY_AFTER: Final = re.compile(r" ?([0-3]?\d)(?:st|nd|rd|th)?(?![\d.,:/]\d|\d)(?:,? ?((?:19|20)\d\d))?")
_YEAR: Final = re.compile(
    r"[^\W\d]{0,2},? ?(?:سنه |عام |year |de |del |г\. ?)?((?:19|20)\d\d|1[34]\d\d)(?!\d)"
)
_HOUR: Final = re.compile(r"[^\w\n]{0,2}(?:ال)?([01]?\d|2[0-4])(?:[:.]([0-5]\d))?(?![\d]|[.,/]\d)")
_HOUR_BEFORE: Final = re.compile(r"(?<![\d.,:/])([01]?\d|2[0-4])(?:[:.]([0-5]\d))? ?$")


def extract(folded: Folded, hits: Sequence[Hit], ask: Ask) -> Iterator[Observable]:
    """Dates as ISO days (or None), hours as ``T17:30``; a day named from today has `detail["days"]`.

    A mere "tomorrow" without any number is a term that detectors see; it is no date by itself.
    """
    text = folded.text
    for m in _ISO.finditer(text):
        yield _date(folded, m.span(), _day(int(m[1]), int(m[3]), int(m[4])), "year, month, day")
    for m in _CHINESE.finditer(text):
        written = _day(int(m[1]), int(m[2]), int(m[3])) if m[1] else f"--{int(m[2]):02}-{int(m[3]):02}"
        yield _date(folded, m.span(), written, "year, month, day")
    for m in _DMY.finditer(text):
        first, second = int(m[1]), int(m[3])
        if not (1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12) or (
            len(m[4]) == 2 and m[2] == "." and len(m[1]) == 1
        ):
            continue
        year = int(m[4]) if len(m[4]) == 4 else 2000 + int(m[4]) if int(m[4]) < 50 else 1900 + int(m[4])
        if first > 12 or first == second:
            yield _date(folded, m.span(), _day(year, second, first), "only day, month, year is possible")
        elif second > 12:
            yield _date(folded, m.span(), _day(year, first, second), "only month, day, year is possible")
        elif ask.date_order in ("dmy", "mdy"):
            by_order = (second, first) if ask.date_order == "dmy" else (first, second)
            yield _date(folded, m.span(), _day(year, *by_order), f"read as {ask.date_order}")
        else:
            yield _date(folded, m.span(), None, "day and month cannot be told apart")
    for h in longest(h for h in hits if h.cue == "month" and h.term is not None):
        yield from _named(folded, h)
    for h in longest(h for h in hits if h.cue in ("day_offset", "weekday") and h.term is not None):
        assert h.term is not None and h.term.value is not None
        if text[max(0, h.start - 2) : h.start].strip().isdigit():
            continue
        if any(n.cue == "number" and 0 <= h.start - n.end <= 1 for n in hits):
            continue  # "yek salî" is a year old, and no Tuesday
        detail: dict[str, object] = {"days" if h.cue == "day_offset" else "weekday": int(h.term.value)}
        span = folded.original(h.start, h.end)
        yield Observable(
            "date",
            "",
            folded.written[span[0] : span[1]],
            span,
            ground="named from the day of the message",
            detail=detail,
        )
    seen: set[int] = set()
    for m in _CLOCK.finditer(text):
        seen.add(m.start())
        yield _date(folded, m.span(), f"T{int(m[1]):02}:{m[2]}", "an hour and minutes")
    for h in hits:
        if h.cue != "clock" or h.term is None:
            continue
        half = h.term.unit
        after = _HOUR.match(text, h.end) if half != "after" and half not in ("am", "pm") else None
        before = _HOUR_BEFORE.search(text, max(0, h.start - 7), h.start)
        if after and after.start(1) not in seen:
            seen.add(after.start(1))
            yield _date(
                folded,
                (h.start, after.end()),
                _hour(after[1], after[2], ""),
                "a word for the hour is beside it",
            )
        elif before and half in ("am", "pm", "after") and before.start() not in seen:
            seen.add(before.start())
            yield _date(
                folded,
                (before.start(), h.end),
                _hour(before[1], before[2], half),
                "a word for the hour is beside it",
            )


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def _hour(hour: str, minute: str | None, half: str) -> str | None:
    value = int(hour)
    if half == "pm" and value < 12:
        value += 12
    if half == "am" and value == 12:
        value = 0
    return f"T{value:02}:{minute or '00'}" if value <= 24 else None


def _named(folded: Folded, h: Hit) -> Iterator[Observable]:
    """A month by its name, with the day before or after it and the year after it."""
    assert h.term is not None and h.term.value is not None
    text = folded.text
    month = int(h.term.value)
    before = _DAY.search(text, max(0, h.start - 12), h.start)
    start, end = h.start, h.end
    day: int | None = None
    year: int | None = None
    if before and 1 <= int(before[1]) <= 31:
        day, start = int(before[1]), before.start()
    if y := _YEAR.match(text, h.end):
        year, end = int(y[1]), y.end()
    elif day is None and (a := _DAY_AFTER.match(text, h.end)) and 1 <= int(a[1]) <= 31:
        day, end = int(a[1]), a.end()
        year = int(a[2]) if a[2] else None
    if day is None and year is None:
        return
    if h.term.unit != "gregorian":
        value: str | None = None
        ground = f"a date of the {h.term.unit} calendar, not converted"
    elif day is None:
        value, ground = f"{year}-{month:02}", "month and year"
    elif year is None:
        value, ground = f"--{month:02}-{day:02}", "day and month without a year"
    else:
        value, ground = _day(year, month, day), "the month is named"
    yield _date(folded, (start, end), value, ground)


def _date(folded: Folded, at: tuple[int, int], value: str | None, ground: str) -> Observable:
    span = folded.original(*at)
    return Observable("date", "", folded.written[span[0] : span[1]], span, value=value, ground=ground)


EXTRACTOR = Extractor(
    "date",
    (
        Cue("date.iso", _ISO.pattern.replace(r"\2", "[-/.]")),
        Cue("date.dmy", _DMY.pattern.replace(r"\2", "[-/.]")),
        Cue("date.clock", _CLOCK.pattern),
        Cue("date.chinese", _CHINESE.pattern),
    ),
    extract,
    ("month", "day_offset", "weekday", "clock"),
    counts=True,
)
