"""What the Viber databases of all platforms share: times, message tokens, reactions, and the JSON beside a message.

Times are milliseconds since 1970 in UTC on Android and Desktop, seconds since 2001 on iOS. A message token is the same on
every device that holds the message. Facts: shared SQL of ALEAPP, iLEAPP and ViberExtractor; the public importer notes of
the "everysaid" archive (October 2026), which read Viber Desktop and iOS databases field by field.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ritrova.model.records import Account, Moment

FIRST = 1_290_000_000_000
"""Milliseconds: November 2010, before Viber existed. Nothing earlier is a plausible time of a message."""
LAST = 4_102_444_800_000
"""Milliseconds: the year 2100."""
COCOA = 978_307_200
"""Seconds from 1970 to 2001, where Core Data counts from."""
COCOA_MS = 978_307_200_000.5
"""The same in milliseconds, and half of one: added before cutting to a whole number."""
FIRST_COCOA = FIRST / 1000 - COCOA
LAST_COCOA = FIRST / 1000
"""Seconds since 2001 that are plausible, up to where the number could as well be seconds since 1970 (2041)."""
TOKEN_START = 292_057_776_050
"""A token shifted right by 22 bits, plus this, is its time of sending in milliseconds (within about two seconds)."""

MILLISECONDS = "milliseconds since 1970, UTC, as the app stores them"
SECONDS = "seconds since 1970, UTC: the column holds milliseconds elsewhere, this value fits only seconds"
MICROSECONDS = (
    "microseconds since 1970, UTC: the column holds milliseconds elsewhere, this value fits only microseconds"
)
CORE_DATA = "seconds since 2001, UTC (Core Data)"
BY_TOKEN = "no time is stored; reckoned from the message token, good to about two seconds"
IMPLAUSIBLE = "the stored number is no plausible time of a Viber message"
ABSENT = "no time is stored"

REACTIONS = {1: "❤️", 2: "😂", 3: "😮", 4: "😢", 5: "😡"}
"""Reaction codes as the apps show them (everysaid, 2026). Codes from 6 on are kept as codes."""

_MINUTES = tuple(f"T{m // 60:02}:{m % 60:02}:" for m in range(1440))
_SECONDS = tuple(f"{s:02}" for s in range(60))
_THOUSANDTHS = ("Z", *(f".{i:03}Z" for i in range(1, 1000)))
_days: dict[int, str] = {}


def utc(ms: int) -> str:
    """ISO 8601 in UTC for milliseconds since 1970; the fraction is written only when there is one."""
    second = ms // 1000
    day = second // 86400
    date = _days.get(day)
    if date is None:
        if len(_days) > 40_000:
            _days.clear()
        date = _days[day] = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).strftime("%Y-%m-%d")
    minute = second // 60
    return f"{date}{_MINUTES[minute % 1440]}{_SECONDS[second - 60 * minute]}{_THOUSANDTHS[ms % 1000]}"


def whole(value: Any) -> int | None:
    """An integer of 64 bits out of what SQLite stored: an int, a whole float, or digits kept as text; else None."""
    if type(value) is int:
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value == int(value) and abs(value) < 2**63 else None
    if isinstance(value, str | bytes) and len(value) < 24:
        try:
            found = int(value)
        except ValueError:
            return None
        return found if abs(found) < 2**63 else None
    return None


def moment(value: Any, token: int | None = None) -> Moment:
    """The moment of a column in milliseconds. A value that only fits seconds or microseconds is read so and says so.

    With no value, or zero, the token's own time is taken and the ground says that it was.
    """
    number = value if type(value) is int else whole(value)
    if number is not None:
        if FIRST <= number < LAST:
            return Moment(str(number), None, utc(number), MILLISECONDS)
        if FIRST <= number * 1000 < LAST:
            return Moment(str(number), None, utc(number * 1000), SECONDS)
        if FIRST <= number // 1000 < LAST:
            return Moment(str(number), None, utc(number // 1000), MICROSECONDS)
    written = None if value is None else str(value)
    if not number and (value is None or number == 0 or value == ""):
        sent = token_time(token)
        if sent is not None:
            return Moment(written, None, utc(sent), BY_TOKEN)
        return Moment(written, None, None, ABSENT)
    return Moment(written, None, None, IMPLAUSIBLE)


def core_data_moment(value: Any, token: int | None = None) -> Moment:
    """The moment of a Core Data column: seconds since 2001 as a float. Values that only fit 1970 say so."""
    if type(value) is float and FIRST_COCOA <= value < LAST_COCOA:
        return Moment(str(value), None, utc(int(value * 1000 + COCOA_MS)), CORE_DATA)
    try:
        number = float(value) if value is not None else None
    except (TypeError, ValueError):
        return Moment(str(value), None, None, IMPLAUSIBLE)
    if number is not None and number != 0 and math.isfinite(number):
        ms = round((number + COCOA) * 1000)
        if FIRST <= ms < LAST and number < FIRST / 1000:
            return Moment(str(value), None, utc(ms), CORE_DATA)
        if FIRST <= number < LAST:
            return Moment(str(value), None, utc(int(number)), MILLISECONDS)
        if FIRST <= number * 1000 < LAST:
            return Moment(str(value), None, utc(round(number * 1000)), SECONDS)
        return Moment(str(value), None, None, IMPLAUSIBLE)
    written = None if value is None else str(value)
    sent = token_time(token)
    if sent is not None:
        return Moment(written, None, utc(sent), BY_TOKEN)
    return Moment(written, None, None, ABSENT)


def token_time(token: int | None) -> int | None:
    """Milliseconds since 1970 that a message token carries, or None where it carries no plausible time."""
    if not token or token < 0:
        return None
    ms = (token >> 22) + TOKEN_START
    return ms if FIRST <= ms < LAST else None


def fields(value: Any) -> dict[str, Any] | None:
    """The object of a JSON column: {} for an empty one, None where it does not decode to an object."""
    if not value or value == "{}":
        return {}
    if isinstance(value, bytes):
        value = value.strip(b"\x00")
    try:
        found = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def inner(info: dict[str, Any], key: str) -> dict[str, Any]:
    """An object inside an object; {} where it is absent or something else."""
    found = info.get(key)
    return found if isinstance(found, dict) else {}


def reaction(code: Any) -> dict[str, Any]:
    """A reaction as {"emoji", "code"}: the emoji where its code is known, else only what was stored."""
    number = whole(code)
    if number is None:
        return {"emoji": str(code)} if code else {}
    emoji = REACTIONS.get(number)
    return {"emoji": emoji, "code": number} if emoji else {"code": number}


_PUNCTUATION = dict.fromkeys(map(ord, " -().\u00a0\u200e\u200f\u202a\u202c"))


def phone(value: Any) -> str | None:
    """A number as Viber stores it: digits with or without a plus. Member ids and service ids are not numbers."""
    if isinstance(value, int):
        value = str(value)
    if not isinstance(value, str):
        return None
    bare = value.strip().translate(_PUNCTUATION)
    if bare.startswith("00"):
        bare = bare[2:]
    bare = bare.removeprefix("+")
    if bare.isascii() and bare.isdigit() and 5 <= len(bare) <= 15:
        return "+" + bare if not bare.startswith("0") else value.strip()
    return None


def words(value: Any) -> str:
    """Text out of a column that may hold text, bytes, a number or nothing."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)


def base_name(path: str) -> str:
    """The last part of a Windows or POSIX path, or of a content:// address."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def direct_key(owner: Account, peer: Account) -> str | None:
    """The key of a chat of two that holds on both phones; None where one of them is known only inside a database."""
    ends = [
        account.native if account.native and not phone(account.native) else account.phone
        for account in (owner, peer)
    ]
    if any(end is None for end in ends) or "gone" in owner.ground + peer.ground:
        return None
    return "direct:" + "|".join(sorted(str(end) for end in ends))
