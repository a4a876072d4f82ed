"""The numbers of WhatsApp for Android, and what is known about them.

Ground: IPED and WhatsApp-Chat-Exporter as of 2026, public schema dumps of 2022 to 2026. A code that is not here is kept as
it is and shown as such.
"""

from __future__ import annotations

from typing import Any

from ritrova.model.records import MessageKind, Moment

KINDS: dict[int, MessageKind] = {
    0: "text", 1: "media", 2: "media", 3: "media", 4: "contact", 5: "location", 7: "system", 8: "call", 9: "media",
    10: "call", 11: "unsupported", 13: "media", 14: "contact", 15: "deleted", 16: "location", 20: "media", 23: "text",
    24: "text", 25: "text", 26: "text", 27: "text", 28: "text", 32: "text", 36: "system", 42: "media", 43: "media",
    44: "text", 45: "text", 46: "text", 49: "text", 55: "text", 56: "system", 57: "text", 64: "deleted", 66: "poll",
    81: "text", 82: "media", 103: "text", 106: "poll",
}  # fmt: skip
"""``message_type`` -> kind."""

SHOWN: dict[int, str] = {
    1: "image", 2: "audio", 3: "video", 4: "contact card", 5: "location", 8: "call", 9: "document", 10: "missed call",
    11: "waiting for this message (not decrypted on this phone)", 13: "GIF", 14: "contact cards", 15: "deleted", 16: "live location",
    20: "sticker", 23: "product", 24: "group invitation", 42: "view-once image", 43: "view-once video", 44: "order",
    64: "deleted by an administrator", 66: "poll", 106: "poll",
}  # fmt: skip
ONCE = frozenset({42, 43, 82})
"""Types that can be opened once."""

ACTIONS: dict[int, str] = {
    1: "subject changed", 4: "added", 5: "left", 6: "picture changed", 7: "removed", 10: "number changed", 11: "group created",
    12: "added", 13: "left", 14: "removed", 15: "made administrator", 16: "no longer administrator", 18: "security code changed",
    19: "notice of encryption", 20: "joined by link", 21: "invitation link reset", 27: "description changed", 28: "number changed",
    29: "who may edit changed", 30: "who may edit changed", 31: "who may send changed", 32: "who may send changed", 33: "who may send changed",
    46: "notice about a business", 47: "notice about a business", 50: "notice about a business", 52: "joined by invitation",
    56: "disappearing messages changed", 57: "devices changed", 58: "contact blocked or unblocked", 59: "disappearing messages changed",
    67: "notice of encryption", 68: "disappearing messages changed", 70: "group call", 75: "community changed", 78: "community changed",
    79: "community changed", 80: "message kept", 90: "community changed", 91: "who may add changed", 92: "who may add changed",
    108: "community changed", 118: "message pinned", 120: "asked to join", 129: "sender is in the contacts", 132: "channel created",
    136: "joined WhatsApp",
}  # fmt: skip
"""``message_system.action_type`` in words."""

MEMBERSHIP = frozenset({4, 5, 7, 12, 13, 14, 15, 16, 20, 52})
"""Actions that change who is in a group, or as what."""
BY_ONESELF = frozenset({5, 13, 20, 52})
"""Those that a person does alone: who did it is whom it is about."""

CALL_RESULTS: dict[int, str] = {3: "unavailable", 5: "connected"}
"""``call_result``: 2 and 4 are contested between tools (missed, refused) and stay bare numbers."""

NONE = Moment(None, None, None, "no time is stored")


def direction(value: Any) -> bool | None:
    """True for sent from this phone, False for received, None where the database does not say."""
    n = whole(value)
    return n == 1 if n in (0, 1) else None


def whole(value: Any) -> int | None:
    """A number that may be stored as text; None where it is none."""
    if type(value) is int:
        return value
    if isinstance(value, float):
        return int(value) if value == value and abs(value) < 1e18 else None
    if isinstance(value, str):
        try:
            return int(value.strip())
        except ValueError:
            return None
    return None


def words(value: Any) -> str | None:
    """Text that may be stored as a number or as bytes; None and emptiness are None."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace") or None
    return str(value)


def moment(value: Any) -> Moment:
    """The moment of a time as stored: milliseconds since 1970 in UTC (seconds where the number is that small)."""
    n = whole(value)
    if n is None:
        if value is None:
            return NONE
        return Moment(str(value), None, None, "the stored time is not a number")
    if n <= 0:
        return Moment(str(n), None, None, "no time is stored") if n else NONE
    seconds, rest, ground = n // 1000, n % 1000, "stored in milliseconds of UTC"
    if n < 100_000_000_000:
        seconds, rest, ground = n, 0, "stored in seconds of UTC (too small for milliseconds)"
    text = iso(seconds)
    if text is None:
        return Moment(str(n), None, None, "the stored time lies outside the calendar")
    return Moment(str(n), None, f"{text}.{rest:03d}Z" if rest else f"{text}Z", ground)


_days: dict[int, str] = {}


def iso(seconds: int) -> str | None:
    """ISO 8601 of seconds since 1970 without zone sign, None outside the years 1 to 9999."""
    day, rest = divmod(seconds, 86400)
    text = _days.get(day)
    if text is None:
        from datetime import date

        try:
            text = date.fromordinal(day + 719163).isoformat()
        except (ValueError, OverflowError):
            return None
        if len(_days) > 20_000:
            _days.clear()
        _days[day] = text
    minutes, second = divmod(rest, 60)
    return f"{text}T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
