"""Who is who in a report: parties to accounts, source names to apps, time stamps to moments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from ritrova.model.ids import account_id
from ritrova.model.records import Account, App, Moment
from ritrova.model.shapes import Item, at

Model = dict[str, Any]

APPS: tuple[tuple[str, App], ...] = (
    ("whatsapp", "whatsapp"),
    ("telegram", "telegram"),
    ("viber", "viber"),
    ("signal", "signal"),
    ("instagram", "instagram"),
    ("messenger", "messenger"),
    ("facebook", "messenger"),
    ("native messages", "sms"),
    ("sms", "sms"),
    ("mms", "sms"),
)
"""Words in a Source field, and the app they stand for; the field itself is kept in every record's detail."""
_NOTHING = timedelta(0)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?(?:\.(\d{1,9}))?\s*(Z|[+-]\d\d:?\d\d)?$"
)
_PRINTED = re.compile(
    r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})\s+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.(\d+))?\s*(AM|PM)?\s*"
    r"(?:\(UTC\s*([+-]\d{1,2})(?::?(\d\d))?\))?$",
    re.IGNORECASE,
)
_JID = re.compile(r"(\d{6,15})@(?:s\.whatsapp\.net|c\.us)$")


@lru_cache(maxsize=1024)
def app_of(source: str, kind: str = "") -> App:
    """The app that a Source field names, as far as ritrova knows it; SMS models are sms whatever they name."""
    low = source.casefold()
    for word, app in APPS:
        if word in low:
            return app
    return "sms" if kind in ("SMS", "MMS") else "other"


def text(model: Model, name: str) -> str:
    """The text of a field; of a field with several values the first; "" where there is none."""
    value = model["fields"].get(name, "")
    return value if isinstance(value, str) else (value[0] if value else "")


def true(model: Model, name: str) -> bool:
    """Whether a Boolean field says True."""
    return text(model, name).casefold() == "true"


def one(model: Model, name: str) -> Model | None:
    """The first model under a field, if any."""
    found = model["models"].get(name)
    return found[0] if found else None


def many(model: Model, *names: str) -> list[Model]:
    """All models under these fields, each model once."""
    held = model["models"]
    found: list[Model] = []
    for name in names:
        if name in held:
            found += held[name]
    if len(found) < 2:
        return found
    unique: dict[tuple[str, int], Model] = {}
    for inner in found:
        unique.setdefault((inner.get("id") or "", 0 if inner.get("id") else inner["start"]), inner)
    return list(unique.values())


def attached(model: Model) -> list[Model]:
    """The attachments of a message and those within them (an album, a card with its picture), outermost first."""
    waiting = many(model, "Attachment", "Attachments")
    if not any("models" in one and one["models"] for one in waiting):
        return waiting
    found: list[Model] = []
    waiting = waiting[::-1]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += reversed([a for a in many(one, *one["models"]) if a["type"] == "Attachment"])
    return found


class People:
    """Gives each party its account, and yields the record of an account the first time, or when more is learned of it."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.scope = f"{item.source}/{item.path}"
        self.known: dict[str, Account] = {}
        self.new: list[Account] = []
        self._keys: dict[tuple[App, str, str], tuple[str, str | None, str]] = {}

    def fresh(self) -> Iterator[Account]:
        """Accounts that were not given out yet."""
        yield from self.new
        self.new.clear()

    def party(self, model: Model | None, app: App) -> Account | None:
        """The account of a party; None for a party that says nothing."""
        if model is None:
            return None
        identifier, name = text(model, "Identifier").strip(), text(model, "Name")
        if (not identifier and not name) or identifier.casefold() == "system message":
            return None
        return self.account(app, identifier, name, true(model, "IsPhoneOwner"), model["start"], model["end"])

    def account(self, app: App, identifier: str, name: str, owner: bool, start: int, end: int) -> Account:
        """The account of an identifier, or of a name where there is no identifier."""
        known = self._keys.get((app, identifier, name if not identifier else ""))
        if known is None:
            known = self._keys[(app, identifier, name if not identifier else "")] = self._key(
                app, identifier, name
            )
        id, phone, ground = known
        account = self.known.get(id)
        if account is None:
            account = Account(
                at=at(self.item, f"bytes {start}-{end}"),
                id=id,
                app=app,
                name=name or None,
                phone=phone,
                native=identifier or None,
                owner=owner,
                ground=ground,
            )
        elif (owner and not account.owner) or (name and account.name is None):
            account = Account(
                at=account.at,
                id=id,
                app=app,
                name=account.name or name or None,
                phone=phone,
                native=account.native or identifier or None,
                owner=owner or account.owner,
                ground=ground,
            )
        else:
            return account
        self.known[id] = account
        self.new.append(account)
        return account

    def _key(self, app: App, identifier: str, name: str) -> tuple[str, str | None, str]:
        """Id, phone and ground. Numbers are made E.164 only where the form says that they are international."""
        if not identifier:
            return account_id(app, name, self.scope), None, "name only, in this report"
        jid = _JID.match(identifier)
        bare = re.sub(r"[\s().-]", "", identifier)
        digits = bare.removeprefix("+")
        international = digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15 and digits[0] != "0"
        if jid:
            number = "+" + jid[1]
            return account_id(app, number), number, "WhatsApp address in the report"
        if international and (bare.startswith("+") or app in ("whatsapp", "viber")):
            return account_id(app, "+" + digits), "+" + digits, "number in the report"
        if app == "telegram" and digits.isdigit():
            return account_id(app, f"user{digits}"), None, "Telegram id in the report"
        return account_id(app, identifier), None, "identifier in the report"


def moment(model: Model, name: str, order: str | None = None) -> Moment:
    """The moment of a TimeStamp field. UTC only where an offset is printed; an order of day and month is never guessed."""
    value = model["fields"].get(name)
    format = model.get("formats", {}).get(name, {})
    if not isinstance(value, str) or not value:
        return Moment(None, None, None, "the report gives no time")
    kind = format.get("format", "")
    if "unknown" in kind.casefold():
        return Moment(value, None, None, f"the report marks the time as {kind}")
    if len(value) > 18 and value[10] == "T":
        try:
            when = datetime.fromisoformat(value)
        except ValueError:
            when = None
        if when is not None and when.utcoffset() == _NOTHING:
            return Moment(
                value, None, when.replace(tzinfo=None).isoformat() + "Z", "UTC, as the report prints it"
            )
    for written in (value.strip(), format.get("formattedTimestamp", "").strip()):
        found = _ISO.match(written)
        if found:
            year, month, day, hour, minute = (int(found[i]) for i in range(1, 6))
            return _made(
                value, (year, month, day, hour, minute, int(found[6] or 0)), (found[7] or "")[:6], found[8]
            )
    found = _PRINTED.match(value.strip())
    if found is None:
        return Moment(value, None, None, "a time in a form that is not known")
    return _printed(value, found, order)


def _made(
    written: str, parts: tuple[int, int, int, int, int, int], fraction: str, zone: str | None
) -> Moment:
    try:
        when = datetime(*parts, microsecond=int(fraction.ljust(6, "0")) if fraction else 0)
    except ValueError:
        return Moment(written, None, None, "no such time in the calendar")
    if zone is None:
        return Moment(written, when.isoformat(), None, "the report prints no offset")
    if zone == "Z":
        minutes = 0
    else:
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        minutes = -minutes if zone[0] == "-" else minutes
    try:
        utc = (when - timedelta(minutes=minutes)).isoformat() + "Z"
    except OverflowError:
        return Moment(written, None, None, "no such time in the calendar")
    if minutes == 0:
        return Moment(written, None, utc, "UTC, as the report prints it")
    return Moment(written, when.isoformat(), utc, f"offset {zone} as the report prints it")


def _printed(value: str, found: re.Match[str], order: str | None) -> Moment:
    """A time as the tool prints it for people, such as 24/09/2018 18:02:33(UTC+3)."""
    a, b, c = int(found[1]), int(found[2]), int(found[3])
    if len(found[1]) == 4:
        year, month, day, how = a, b, c, ""
    elif order == "mdy" or (a <= 12 < b):
        year, month, day, how = (
            c,
            a,
            b,
            "month first" + (" (asked for)" if order == "mdy" else " (only that is valid)"),
        )
    elif order == "dmy" or (b <= 12 < a):
        year, month, day, how = (
            c,
            b,
            a,
            "day first" + (" (asked for)" if order == "dmy" else " (only that is valid)"),
        )
    elif a == b:
        year, month, day, how = c, a, b, ""
    else:
        return Moment(
            value, None, None, "ambiguous: day and month cannot be told apart; --date-order settles it"
        )
    if year < 100:
        year += 2000
    hour = int(found[4])
    half = (found[8] or "").upper()
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    zone = f"{found[9][0]}{int(found[9][1:]):02}:{found[10] or '00'}" if found[9] else None
    made = _made(
        value, (year, month, day, hour, int(found[5]), int(found[6] or 0)), (found[7] or "")[:6], zone
    )
    return Moment(value, made.local, made.utc, f"{made.ground}; {how}" if how else made.ground)
