"""Which number is the day, and what moment a header names.

An export does not say in which order it writes day and month, nor in which zone. The order is decided by evidence: dates
that exist in one order only, a sequence that stays sorted in one order only, dates in the names of media, the form of the
headers, the date of the file. Where the evidence does not decide, nothing is guessed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from ritrova.model.errors import WrongUse
from ritrova.model.records import Moment
from ritrova.readers.whatsapp_text.frames import Frame
from ritrova.readers.whatsapp_text.words import quiet, words

FIRST_YEAR = 2009
"""WhatsApp began in 2009: an earlier date is a misreading or a wrong clock."""
LAST_SHORT = 40
"""A two-digit year above this is not of our century: another calendar, or not a year."""
SAID = {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year/month/day", "ydm": "year/day/month"}
_NUMBER = re.compile(r"\d+")
_TIME = re.compile(r"(\d{1,2})\D{1,3}?(\d{2})(?:\D{1,3}?(\d{2}))?")


class Order(msgspec.Struct, frozen=True):
    """The decision: `order` is None where the evidence does not decide; `why` says how it was reached."""

    order: str | None
    why: str
    hint: str = ""
    against: str = ""
    """What the file's own dates say against the order that the user gave."""


def numbers(written: str) -> tuple[int, int, int] | None:
    """The three numbers of a date as written, in any digits."""
    found = _NUMBER.findall(written)
    if len(found) != 3:
        return None
    return int(found[0]), int(found[1]), int(found[2])


def year_of(written: int) -> tuple[int | None, str]:
    """The Gregorian year behind a written one, and the calendar if it is another: "buddhist", "jalali", "hijri", or
    "unknown" for two digits that are no year of this century."""
    if written < 100:
        return (2000 + written, "") if written <= LAST_SHORT else (None, "unknown")
    if 2540 <= written <= 2650:
        return written - 543, "buddhist"
    if 1340 <= written <= 1425:
        return None, "jalali"
    if 1426 <= written <= 1500:
        return None, "hijri"
    if not 1970 <= written <= 2200:
        return None, "unknown"
    return written, ""


def day_of(three: tuple[int, int, int], order: str) -> date | None:
    """The day that three numbers name in an order, None where there is no such day (or the calendar is not converted)."""
    y, _ = year_of(three[order.index("y")])
    if y is None:
        return None
    try:
        return date(y, three[order.index("m")], three[order.index("d")])
    except ValueError:
        return None


def _candidates(days: Sequence[tuple[int, int, int]]) -> list[str]:
    firsts = sum(1 for d in days if d[0] > 99)
    if firsts * 2 > len(days):
        return ["ymd", "ydm"]
    if any(d[2] > 99 for d in days):
        return ["dmy", "mdy"]
    return ["dmy", "mdy", "ymd"]


def _plausible(three: tuple[int, int, int], order: str) -> bool:
    y, calendar = year_of(three[order.index("y")])
    if calendar == "unknown":
        return False
    if calendar in ("jalali", "hijri"):
        longest = 32 if calendar == "jalali" else 31
        return 1 <= three[order.index("m")] <= 12 and 1 <= three[order.index("d")] < longest
    d = day_of(three, order)
    return d is not None and y is not None and y >= FIRST_YEAR


def _changing(days: Sequence[tuple[int, int, int]], place: int, still: int) -> int:
    """How many different numbers stand at one place of a month's two-digit dates while another place never changes, else 0.

    24/07/13, 24/07/14, 24/07/15 are days of one month: nobody writes on the 24th of July of three years only.
    """
    if any(max(d) > 99 for d in days) or len({d[still] for d in days}) != 1:
        return 0
    months: dict[int, set[int]] = {}
    for d in days:
        months.setdefault(d[1], set()).add(d[place])
    most = max(map(len, months.values()))
    return most if most > 1 else 0


def _key(three: tuple[int, int, int], order: str) -> tuple[int, int, int]:
    return three[order.index("y")], three[order.index("m")], three[order.index("d")]


def decide(
    days: Sequence[tuple[int, int, int]],
    weights: Sequence[int],
    frame: Frame,
    *,
    media: Sequence[tuple[tuple[int, int, int], date]] = (),
    modified: float | None = None,
    asked: str | None = None,
    marked: bool = False,
) -> Order:
    """The order of day, month and year of a file, from its dates in file order (repeats left out; `weights` messages each).

    `media` pairs the date of a message with the date in the name of the media it carries.
    """
    if asked is not None:
        if asked not in SAID:
            raise WrongUse(f"date order {asked!r} is not known.", "Use dmy, mdy or ymd.")
        against = _against(asked, days, weights)
        return Order(asked, f"{SAID[asked]}, as given with --date-order", against=against)
    if not days:
        return Order(None, "no date was found")
    candidates = _candidates(days)
    total = sum(weights)
    if candidates[0] == "ymd":
        good = {c: sum(w for d, w in zip(days, weights, strict=True) if _plausible(d, c)) for c in candidates}
        if good["ymd"] >= total * 0.5 or good["ymd"] >= good["ydm"]:
            return Order("ymd", "year/month/day: the year stands first (certain)")
        return Order(
            "ydm", "year/day/month: the year stands first and no month is above 12 in this order (likely)"
        )
    valid = {c: sum(w for d, w in zip(days, weights, strict=True) if _plausible(d, c)) for c in candidates}
    short = valid.get("ymd", 0) == total
    if short:
        last, first = _changing(days, 2, 0), _changing(days, 0, 2)
        if last > 2:
            why = "only the last number changes from day to day, and the first stays (likely)"
            return Order("ymd", f"year/month/day: {why}")
        if first > 2 and valid["dmy"] == total > valid["mdy"]:
            why = "only the first number changes from day to day, and the last stays (likely)"
            return Order("dmy", f"day/month/year: {why}")
        if last == 2 and valid["dmy"] == total:
            return Order(None, "ambiguous: day and year cannot be told apart")
    if (
        "ymd" in valid
        and frame.separator
        != "-"  # with hyphens, two digits of the year stand first (fr-CA) as well as last (nl)
        and max(valid["dmy"], valid["mdy"]) > 0
        and valid["ymd"] <= max(valid["dmy"], valid["mdy"])
    ):
        del valid["ymd"]
    # (a) dates that exist in one order only
    order = _by_validity(valid, total, [c for c in candidates if _plausible(days[0], c)])
    if order is not None:
        others = total - max((v for c, v in valid.items() if c != order), default=0)
        sure = "certain" if valid[order] == total and not (short and order != "ymd") else "likely"
        return Order(
            order, f"{SAID[order]}: {others} of {total} messages have no date in another order ({sure})"
        )
    left = [c for c in valid if valid[c] > 0]
    if not left:
        return Order(None, "none of the dates exists in any order of day, month and year")
    # (c) dates in the names of media
    order = _by_media(left, media)
    if order is not None:
        return Order(order, f"{SAID[order]}: agrees with the dates in the names of media files (certain)")
    # (b) exports are nearly sorted
    order = _by_sorting(left, days)
    if order is not None:
        return Order(
            order, f"{SAID[order]}: only in this order do the messages follow one another in time (likely)"
        )
    # (f) not after the file's own date
    order = _by_file_date(left, days, modified)
    if order is not None:
        return Order(
            order, f"{SAID[order]}: in any other order messages are later than the file itself (likely)"
        )
    order = _by_density(left, days)
    if order is not None:
        return Order(
            order,
            f"{SAID[order]}: in another order every message would fall on one day of the month (likely)",
        )
    # (d) forms that only one order has
    if "ymd" in left and frame.colon == "h" and frame.separator == "-":
        return Order("ymd", "year/month/day: the form of the headers is Canadian French (likely)")
    if "dmy" in left and frame.separator == ".":
        return Order(
            "dmy",
            "day/month/year: dates with dots are written day first in every locale that has them (likely)",
        )
    if "dmy" in left and (frame.digits == "arabic" or marked or frame.joint.startswith("،")):
        return Order(
            "dmy", "day/month/year: the form of the headers is Arabic, which writes the day first (likely)"
        )
    return Order(None, "ambiguous: day and month cannot be told apart", _hint(frame, days))


def _against(asked: str, days: Sequence[tuple[int, int, int]], weights: Sequence[int]) -> str:
    """A sentence where more dates of the file exist in another order than in the one asked for, else nothing."""
    fits = {
        order: sum(w for d, w in zip(days, weights, strict=True) if _plausible(d, order))
        for order in (asked, "dmy", "mdy", "ymd")
    }
    best = max(fits, key=lambda order: fits[order])
    if fits[best] <= fits[asked]:
        return ""
    return (
        f"{SAID[asked]} was asked for, but only {fits[asked]} of {sum(weights)} messages have a date in this order; "
        f"{fits[best]} have one as {SAID[best]}"
    )


def _by_validity(valid: dict[str, int], total: int, at_first: Sequence[str]) -> str | None:
    ranked = sorted(valid, key=lambda c: -valid[c])
    best = ranked[0]
    if len(ranked) == 1:
        return best
    second = valid[ranked[1]]
    if valid[best] == 0 or valid[best] == second:
        return None
    # A few impossible dates may come from quoted lines: they do not outvote the rest. The first line quotes nobody.
    wrong_best, wrong_second = total - valid[best], total - second
    ratio = 2 if list(at_first) == [best] else 8
    return best if wrong_second > ratio * wrong_best else None


def _by_media(left: Sequence[str], media: Sequence[tuple[tuple[int, int, int], date]]) -> str | None:
    votes = dict.fromkeys(left, 0)
    for three, named in media:
        near = [c for c in left if (d := day_of(three, c)) is not None and abs((d - named).days) <= 1]
        if len(near) == 1:
            votes[near[0]] += 1
    ranked = sorted(left, key=lambda c: -votes[c])
    if votes[ranked[0]] == 0 or (len(ranked) > 1 and votes[ranked[1]] * 4 > votes[ranked[0]]):
        return None
    return ranked[0]


def _by_sorting(left: Sequence[str], days: Sequence[tuple[int, int, int]]) -> str | None:
    if len(left) == 1:
        return left[0]
    back = {c: sum(1 for a, b in itertools.pairwise(days) if _key(b, c) < _key(a, c)) for c in left}
    ranked = sorted(left, key=lambda c: back[c])
    a, b = back[ranked[0]], back[ranked[1]]
    return ranked[0] if b > 3 * a else None


def _by_file_date(
    left: Sequence[str], days: Sequence[tuple[int, int, int]], modified: float | None
) -> str | None:
    if modified is None or modified < datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp():
        return None
    limit = datetime.fromtimestamp(modified, UTC).date() + timedelta(days=1)
    fits = [c for c in left if all((d := day_of(t, c)) is None or d <= limit for t in days)]
    return fits[0] if len(fits) == 1 else None


def _by_density(left: Sequence[str], days: Sequence[tuple[int, int, int]]) -> str | None:
    """Five different dates that all share one number: that number is the month, for nobody writes only on the 5th."""
    if set(left) != {"dmy", "mdy"}:
        return None
    different = set(days)
    if len(different) < 5:
        return None
    if len({d[0] for d in different}) == 1:
        return "mdy"
    if len({d[1] for d in different}) == 1:
        return "dmy"
    return None


def _hint(frame: Frame, days: Sequence[tuple[int, int, int]]) -> str:
    if frame.half == "after" and all(d[2] < 100 for d in days) and frame.separator == "/":
        return "The form (two-digit year, AM/PM) is usual on phones set to US English, which write the month first."
    return ""


class Clock:
    """Turns headers into moments by one file's order and the zone the user assumes.

    `moment(header, date, time)` gives the Moment and seconds on a line without zone (None where the time is not known).
    """

    def __init__(self, order: Order, zone: str | None) -> None:
        self.order = order
        self.calendars: dict[str, int] = {}
        self.unread: int = 0
        self.strange: dict[str, str] = {}
        self._zone: ZoneInfo | None = None
        self._zone_name = zone or ""
        if zone:
            try:
                self._zone = ZoneInfo(zone)
            except (ZoneInfoNotFoundError, ValueError) as error:
                raise WrongUse(
                    f"time zone {zone!r} is not known.", "Use an IANA name such as Asia/Baghdad."
                ) from error
        self._days: dict[bytes, tuple[date | None, str]] = {}
        self._times: dict[bytes, tuple[tuple[int, int, int] | None, str]] = {}
        self._shown_day: tuple[bytes, str, float, str] = (b"", "", 0.0, "")
        self._shown_times: dict[bytes, tuple[str, float]] = {}

    def moment(self, written: bytes, day: bytes, time: bytes) -> tuple[Moment, float | None]:
        """The moment of a header and its seconds since 1970 on the local clock."""
        if self._zone is None:
            same, date_text, midnight, ground = self._shown_day
            at = self._shown_times.get(time)
            if same == day and at is not None:
                return Moment(
                    written.decode("utf-8", "replace"), date_text + at[0], None, ground
                ), midnight + at[1]
        d, why_d = self._day(day)
        t, why_t = self._time(time)
        text = written.decode("utf-8", "replace")
        why = why_t or why_d
        if d is None or t is None:
            return Moment(text, None, None, why), None
        local = datetime(d.year, d.month, d.day, *t)
        seconds = (d.toordinal() - 719163) * 86400.0 + t[0] * 3600 + t[1] * 60 + t[2]
        utc, why_zone = self._utc(local)
        ground = f"{why_d}; {why_t}" if why_t else why_d
        ground = f"{ground}; {why_zone}"
        if not why_t:
            # nearly every header is of the day before it and at a minute that another day had too
            if len(self._shown_times) > 100_000:
                self._shown_times.clear()
            midnight = (d.toordinal() - 719163) * 86400.0
            self._shown_times[time] = (local.isoformat()[10:], seconds - midnight)
            self._shown_day = (day, local.isoformat()[:10], midnight, ground)
        return Moment(text, local.isoformat(), utc, ground), seconds

    def seconds(self, day: bytes, time: bytes) -> float | None:
        """Seconds since 1970 on the local clock, None where unknown."""
        d, _ = self._day(day)
        t, _ = self._time(time)
        if d is None or t is None:
            return None
        return (d.toordinal() - 719163) * 86400.0 + t[0] * 3600 + t[1] * 60 + t[2]

    def _utc(self, local: datetime) -> tuple[str | None, str]:
        zone = self._zone
        if zone is None:
            return None, "local clock of the exporting phone, the export names no zone"
        first = local.replace(tzinfo=zone, fold=0)
        second = local.replace(tzinfo=zone, fold=1)
        if first.utcoffset() != second.utcoffset():
            if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
                return None, f"this local time does not exist in {self._zone_name}, the zone assumed"
            return (
                None,
                f"this local time occurred twice in {self._zone_name}, the zone assumed (clock set back)",
            )
        return (
            first.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z",
            f"zone {self._zone_name} assumed (--zone), the export names none",
        )

    def _day(self, written: bytes) -> tuple[date | None, str]:
        known = self._days.get(written)
        if known is None:
            if len(self._days) > 20_000:
                self._days.clear()
            known = self._days[written] = self._read_day(written)
        return known

    def _read_day(self, written: bytes) -> tuple[date | None, str]:
        three = numbers(written.decode("utf-8", "replace"))
        if three is None:
            return None, "the date has not three numbers"
        order = self.order.order
        for n in three if max(three) > 99 else ():
            calendar = year_of(n)[1]
            if calendar == "unknown" and n > 99:
                self.calendars["unknown"] = self.calendars.get("unknown", 0) + 1
                return None, f"the year {n} is of no calendar known here, so it is not converted"
            if calendar in ("jalali", "hijri"):
                self.calendars[calendar] = self.calendars.get(calendar, 0) + 1
                name = "Solar Hijri (Jalali)" if calendar == "jalali" else "Hijri"
                return None, f"the year {n} looks like the {name} calendar, which is not converted"
        if order is None:
            return None, self.order.why
        d = day_of(three, order)
        if d is None:
            short = three[order.index("y")]
            if year_of(short)[1] == "unknown":
                return None, f"the two-digit year {short} is not of this century: perhaps another calendar"
            return None, f"no such day when read as {SAID[order]}"
        if year_of(three[order.index("y")])[1]:
            self.calendars["buddhist"] = self.calendars.get("buddhist", 0) + 1
            return d, f"{self.order.why}; the year {three[order.index('y')]} is Buddhist, less 543 years"
        return d, self.order.why

    def _time(self, written: bytes) -> tuple[tuple[int, int, int] | None, str]:
        known = self._times.get(written)
        if known is None:
            if len(self._times) > 100_000:
                self._times.clear()
            known = self._times[written] = read_time(written.decode("utf-8", "replace"))
        return known


def read_time(written: str) -> tuple[tuple[int, int, int] | None, str]:
    """Hours, minutes and seconds of a time as written with its markers; the second part says what is odd about it."""
    m = _TIME.search(written)
    if m is None:
        return None, f"the time {written!r} is not hours and minutes"
    h, minute, s = int(m[1]), int(m[2]), int(m[3] or 0)
    if h > 24 or minute > 59 or s > 60:
        return None, f"no such time: {written!r}"
    s = min(s, 59)
    half = ""
    for part in (written[m.end() :], written[: m.start()]):
        word = quiet(part).strip(",،、")
        if not word:
            continue
        half = words().half.get(word, "")
        if half:
            break
        if word not in words().joints:
            return None, f"before or after noon is not known: the word {part.strip()!r} is new"
    if not half:
        if h == 24:
            return (0, minute, s), "hour 24 read as 0"
        return (h, minute, s), ""
    if half == "noon":
        return ((h + 12) % 24 if h < 10 else h, minute, s), ""
    if h > 12:
        if half == "am":
            return None, f"the hour {h} cannot be before noon"
        return (h % 24, minute, s), "hour above 12 with a marker, read as written"
    h %= 12
    return (h + 12 if half == "pm" else h, minute, s), ""
