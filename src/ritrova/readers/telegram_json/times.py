"""Times of a Telegram export: clock time as written, UTC from the unixtime beside it, and what the two say of each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ritrova.formats.clock import assumed, offset_text
from ritrova.model.records import Moment

_EPOCH = datetime(1970, 1, 1)
_QUARTER = timedelta(minutes=15)
_FARTHEST = timedelta(hours=15)
WITHIN_HOUR: dict[str, int] = {f":{n // 60:02d}:{n % 60:02d}": n for n in range(3600)}
_NO_UTC = (
    "clock time of the exporting computer; this version of Telegram Desktop (before 3.7.6) states no offset"
)
_NO_TIME = Moment(None, None, None, "the export states no time for this message")


class Clock:
    """Makes moments; remembers the grounds, and the offset that an old export betrays by its `edited` of 1970."""

    def __init__(self, zone: str | None) -> None:
        self.zone = zone
        self.betrayed: timedelta | None = None
        self.conflict = False
        """True when the last moment's two times cannot both be true, or one of them is none."""
        self._grounds: dict[timedelta, tuple[str, bool]] = {}
        self.hours: dict[str, tuple[int, str, str]] = {}
        """Hours of the clock seen: unixtime at their start, the UTC hour as text, the ground."""

    def moment(self, written: object, unixtime: object = None) -> Moment:
        """The moment of a `date` and a `date_unixtime`; sets `conflict`. Never raises."""
        self.conflict = False
        if unixtime is None or unixtime == "":
            return self._local_only(written)
        if type(written) is str and type(unixtime) is str:
            # Within one hour of the clock only minutes and seconds change, alike in both times.
            hour = self.hours.get(written[:13])
            if hour is not None and unixtime.isdecimal():
                tail = written[13:]
                if WITHIN_HOUR.get(tail) == int(unixtime) - hour[0]:
                    return Moment(written, written, f"{hour[1]}{tail}Z", hour[2])
        try:
            utc = datetime.fromtimestamp(int(unixtime), UTC).replace(tzinfo=None)  # type: ignore[call-overload]
        except (ValueError, OverflowError, OSError, TypeError):
            self.conflict = True
            only = self._local_only(written)
            self.conflict = True
            return Moment(
                only.written, only.local, only.utc, f"unixtime {unixtime!r} is not a time; {only.ground}"
            )
        if not isinstance(written, str):
            return Moment(
                f"unixtime {unixtime}", None, utc.isoformat() + "Z", "unixtime of the export, no clock time"
            )
        try:
            local = datetime.fromisoformat(written)
            apart = local - utc
        except (ValueError, TypeError):
            self.conflict = True
            return Moment(
                written, None, utc.isoformat() + "Z", "UTC from unixtime; the clock time is not a time"
            )
        known = self._grounds.get(apart)
        if known is None:
            known = self._grounds[apart] = _ground(apart)
        self.conflict = known[1]
        shown = utc.isoformat()
        if len(written) == 19 and not known[1] and shown[13:] == written[13:]:
            if len(self.hours) > 4096:
                self.hours.clear()
            into = local.minute * 60 + local.second
            hour = (int(str(unixtime)) - into, shown[:13], known[0])
            self.hours[written[:13]] = hour
        return Moment(written, written, shown + "Z", known[0])

    def _local_only(self, written: object) -> Moment:
        if written is None:
            return _NO_TIME
        try:
            local = datetime.fromisoformat(str(written))
        except ValueError:
            self.conflict = True
            return Moment(str(written), None, None, "not a time")
        if local.tzinfo is not None:
            utc = local.astimezone(UTC).replace(tzinfo=None)
            clock = local.replace(tzinfo=None).isoformat()
            return Moment(
                str(written), clock, utc.isoformat() + "Z", "the offset stands in the time as written"
            )
        if self.zone is not None:
            known, ground = assumed(local, self.zone)
            return Moment(str(written), local.isoformat(), known, ground)
        ground = _NO_UTC
        if self.betrayed is not None:
            ground += f"; an empty `edited` shows that its clock stood at {offset_text(self.betrayed)} in January 1970"
        return Moment(str(written), local.isoformat(), None, ground)

    def edited(self, written: object, unixtime: object = None) -> Moment | None:
        """The moment of an edit, or None where there was none (before 2.1.9 every message has an `edited` of 1970)."""
        self.conflict = False
        if written is None and unixtime is None:
            return None
        if unixtime in (None, "", "0", 0):
            try:
                local = datetime.fromisoformat(str(written))
                apart = local.replace(tzinfo=None) - _EPOCH
            except ValueError:
                self.conflict = True
                return Moment(str(written), None, None, "not a time")
            if abs(apart) <= timedelta(days=1):
                if self.betrayed is None and abs(apart) <= _FARTHEST:
                    self.betrayed = apart
                return None
        return self.moment(written, unixtime)


def _ground(apart: timedelta) -> tuple[str, bool]:
    if apart % _QUARTER or abs(apart) > _FARTHEST:
        return (
            f"UTC from unixtime; clock time and unixtime are {apart} apart, which no time zone explains",
            True,
        )
    return f"UTC from unixtime; the exporting computer's clock stood at {offset_text(apart)}", False
