"""The numbers of WhatsApp for iPhone, and what is known about them.

Ground: IPED and iLEAPP as of 2026, a public iOS 15 database. A code that is not here is kept and shown as such.
"""

from __future__ import annotations

from typing import Any

from ritrova.model.records import MessageKind, Moment

APPLE = 978_307_200
"""Seconds from 1970 to 2001-01-01, where Apple's clock begins."""

KINDS: dict[int, MessageKind] = {
    0: "text", 1: "media", 2: "media", 3: "media", 4: "contact", 5: "location", 6: "system", 7: "text", 8: "media",
    10: "system", 11: "media", 12: "unsupported", 14: "deleted", 15: "media", 25: "text", 26: "text", 27: "text", 28: "system",
    31: "text", 34: "text", 38: "media", 39: "media", 46: "poll",
}  # fmt: skip
SHOWN: dict[int, str] = {
    1: "image", 2: "video", 3: "audio", 4: "contact card", 5: "location", 8: "document", 11: "GIF",
    12: "waiting for this message (not decrypted on this phone)", 14: "deleted", 15: "sticker", 26: "product", 27: "group invitation",
    38: "view-once image", 39: "view-once video", 46: "poll",
}  # fmt: skip
ONCE = frozenset({38, 39})
CALLS: dict[int, str] = {
    1: "missed voice call",
    45: "missed voice call",
    4: "missed video call",
    46: "missed video call",
}
"""``ZGROUPEVENTTYPE`` of a message of type 10 that tells of a call."""
NOTICES: dict[int, str] = {
    1: "missed voice call", 45: "missed voice call", 4: "missed video call", 46: "missed video call", 2: "notice of encryption",
    3: "security code changed", 36: "security code changed", 26: "notice about a business", 34: "contact blocked", 35: "contact unblocked",
}  # fmt: skip
GROUP: dict[int, str] = {
    1: "subject changed", 56: "subject changed", 2: "added", 50: "added", 3: "left", 4: "picture changed", 5: "picture changed",
    7: "removed", 9: "number changed", 10: "made administrator", 11: "no longer administrator", 12: "group created", 15: "joined by link",
    17: "description changed", 18: "permissions changed", 19: "permissions changed", 20: "permissions changed",
    21: "permissions changed", 23: "joined by invitation", 26: "disappearing messages changed",
}  # fmt: skip
MEMBERSHIP = frozenset({2, 50, 3, 7, 10, 11, 15, 23})
BY_ONESELF = frozenset({3, 15, 23})
"""Changes that a person makes alone: who did it is whom it is about."""
OUTCOMES: dict[int, str] = {0: "ended", 1: "missed", 4: "rejected"}
NONE = Moment(None, None, None, "no time is stored")


def direction(value: Any) -> bool | None:
    """True for sent from this phone, False for received, None where the database does not say."""
    n = whole(value)
    return n == 1 if n in (0, 1) else None


def whole(value: Any) -> int | None:
    """A number that may be stored as text or as a float."""
    n = real(value)
    return int(n) if n is not None and abs(n) < 1e18 else None


def real(value: Any) -> float | None:
    """A number with a fraction that may be stored as text."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if value == value else None
    if isinstance(value, str):
        try:
            n = float(value.strip())
        except ValueError:
            return None
        return n if n == n else None
    return None


def words(value: Any) -> str | None:
    """Text that may be stored as bytes or a number; None and emptiness are None."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace") or None
    return str(value)


def moment(value: Any) -> Moment:
    """The moment of seconds since 2001 in UTC, with the fraction to the millisecond."""
    if value is None:
        return NONE
    n = real(value)
    if n is None or abs(n) > 2e11:
        return Moment(str(value), None, None, "the stored time is not a number of seconds")
    if n <= 0:
        return Moment(
            str(value), None, None, "no time is stored (nothing before 2001 was sent with WhatsApp)"
        )
    from datetime import UTC, datetime, timedelta

    thousandths = round(n * 1000)
    try:
        when = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(milliseconds=thousandths)
    except OverflowError:
        return Moment(str(value), None, None, "the stored time lies outside the calendar")
    text = when.replace(tzinfo=None).isoformat(timespec="milliseconds" if thousandths % 1000 else "seconds")
    return Moment(str(value), None, text + "Z", "stored in seconds of UTC since 2001")
