"""Rows of a table into records, one message a row; the header and rows without content are said to be left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, get_args

from ritrova.formats.clock import assumed
from ritrova.formats.printed import Order, Seen, clean, moment, order_of, seen
from ritrova.model.ids import account_id, conversation_id
from ritrova.model.records import (
    Account,
    App,
    Attachment,
    Conversation,
    Locator,
    Message,
    MessageKind,
    Moment,
    Native,
    Problem,
    Read,
    Reply,
)
from ritrova.model.shapes import Ask, Item, at
from ritrova.readers.table.columns import Map, plain

_PHONE = re.compile(r"(?:\+|00)?[0-9][0-9\s().-]{5,20}[0-9]$")


def phone_of(written: str, country: str | None) -> tuple[str | None, str]:
    """A number in normal form with its ground; None where it is not international and no country helps."""
    text = clean(written)
    if not _PHONE.match(text):
        return None, "no number"
    bare = re.sub(r"[^0-9+]", "", text)
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if bare.startswith("+") and 8 <= len(bare) <= 16:
        return bare, "international number as written"
    if country:
        import phonenumbers

        try:
            parsed = phonenumbers.parse(bare, country.upper())
        except phonenumbers.NumberParseException:
            return None, "not a number of the given country"
        if phonenumbers.is_possible_number(parsed):
            form = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
            return str(form), f"national number, country {country.upper()} assumed"
    return None, "national number, country not known"


class Rows:
    """One table on its way through: who and which chat was met, how dates are to be read."""

    def __init__(self, item: Item, ask: Ask, map: Map, order: Order, width: int) -> None:
        self.item = item
        self.map = map
        self.order = order
        self.zone = map.zone or ask.zone
        self.country = map.country or ask.country
        self.scope = f"{item.source}/{item.path}"
        self.accounts: dict[tuple[str, str], Account] = {}
        self.chats: dict[tuple[str, str], Conversation] = {}
        self.undated: list[str] = []
        self.unsided: dict[str, int] = {}
        self.width = width

    def row(self, spot: str, cells: list[Any], flags: tuple[str, ...] = ()) -> Iterator[Read]:
        """The message of a row, preceded by the account and the conversation that it names first."""
        places = self.map.at
        where = Locator(self.item.source, self.item.path, spot)

        def cell(role: str) -> Any:
            place = places.get(role)
            return cells[place] if place is not None and place < len(cells) else None

        def word(role: str) -> str:
            value = cell(role)
            return "" if value is None else str(value)

        detail: dict[str, Any] = {}
        app: App = self.map.app
        if "app" in places:
            named = plain(word("app"))
            app = next((a for a in get_args(App) if a in named), app)
            if named != app:
                detail["app"] = word("app")
        direction = plain(word("direction"))
        out: bool | None = None
        if direction:
            out = True if direction in self.map.out else False if direction in self.map.into else None
            if out is None:
                self.unsided[direction] = self.unsided.get(direction, 0) + 1
                detail["direction"] = word("direction")
        sender = self.sender(app, word("sender").strip(), word("phone").strip(), out, where)
        other = (
            self.account(app, word("recipient").strip(), "", False, where)
            if word("recipient").strip()
            else None
        )
        for account in (sender, other):
            if account is not None and account.at.spot == spot:
                yield account
        conversation, new = self.conversation(app, word("conversation").strip(), sender, other, where)
        if new:
            yield conversation
        text = word("text")
        sent = self.when(cell("time"), cell("date"), cell("clock"))
        if sent.utc is None and sent.local is None and sent.written:
            self.undated.append(spot)
        name = word("attachment").strip()
        attachments = (self.attachment(name),) if name else ()
        kind: MessageKind = "media" if attachments else "text"
        if sender is None:
            detail["sender_ground"] = (
                "the row names nobody" if out is not False else "incoming, the row names nobody"
            )
        if other is not None:
            detail["to"] = other.id
        used = set(places.values())
        rest = {str(i + 1): str(v) for i, v in enumerate(cells) if i not in used and v not in (None, "")}
        if rest:
            detail["other_columns"] = rest
        reply = word("reply_to").strip()
        weak = sender is not None and sender.phone is None and not sender.owner
        yield Message(
            at=where,
            app=app,
            conversation=conversation.id,
            sender=None if sender is None else sender.id,
            sender_name=word("sender").strip() or (sender.name if sender is not None else None),
            kind=kind,
            text=text,
            sent=sent,
            reply_to=Reply(reply) if reply else None,
            native=Native(word("id").strip() or None, word("kind").strip() or None),
            flags=(*flags, "weak_identity") if weak or sender is None else flags,
            attachments=attachments,
            detail=detail or None,
        )

    def sender(self, app: App, name: str, phone: str, out: bool | None, where: Locator) -> Account | None:
        """Who wrote: the name and number of the row; the owner where an outgoing row names nobody."""
        if name or phone:
            own = out is True or (bool(self.map.owner) and self.map.owner in (name, phone))
            return self.account(app, name, phone, own, where)
        if out is True:
            return self.account(app, "", self.map.owner or "", True, where)
        return None

    def account(self, app: App, name: str, phone: str, owner: bool, where: Locator) -> Account:
        """The account of a name and number: known by number where there is one, else by name in this table only."""
        number, ground = phone_of(phone, self.country) if phone else (None, "")
        if number is None and not phone:
            number, ground = phone_of(name, self.country)
        key = number or phone or name or "owner of this table"
        known = self.accounts.get((app, key))
        if known is not None:
            return known
        if number is None:
            ground = (
                "number as written in a table"
                if phone
                else "name as written in a table"
                if name
                else "an outgoing row"
            )
        made = self.accounts[(app, key)] = Account(
            at=where,
            id=account_id(app, key, "" if number else self.scope),
            app=app,
            name=name or None,
            phone=number,
            native=phone or None,
            owner=owner,
            ground=ground,
        )
        return made

    def conversation(
        self, app: App, name: str, sender: Account | None, other: Account | None, where: Locator
    ) -> tuple[Conversation, bool]:
        """The conversation that a row names; where no column does, the whole table is one."""
        if not name and "conversation" not in self.map.at and sender is not None and other is not None:
            key = "between " + " ".join(sorted((sender.id, other.id)))
            title = " / ".join(a.name or a.phone or "?" for a in (sender, other))
        else:
            key = name or "the whole table"
            title = name or self.map.conversation or self.item.name.rpartition(".")[0] or self.item.name
        known = self.chats.get((app, key))
        if known is not None:
            return known, False
        made = self.chats[(app, key)] = Conversation(
            at=where,
            id=conversation_id(app, key, self.scope),
            app=app,
            name=title,
            kind="direct" if key.startswith("between ") else "unknown",
            native=name or None,
        )
        return made, True

    def attachment(self, name: str) -> Attachment:
        """A file that a row names: beside the table, or missing."""
        path = name.replace("\\", "/").lstrip("./")
        parts = path.split("/")
        found = None
        if path and ".." not in parts and ":" not in path:
            found = self.item.sibling(path)
        return Attachment(
            name=parts[-1] or name,
            present=found is not None,
            sha256=None if found is None else found.sha256(),
            missing=None if found is not None else "not beside the table",
            size=None if found is None else found.size,
            path=None if found is None else found.path,
            detail={"as_written": name},
        )

    def when(self, whole: Any, day: Any, clock: Any) -> Moment:
        """The moment of a row, out of one column or two."""
        if isinstance(whole, datetime):
            return self.of_sheet(whole)
        if isinstance(day, datetime | date):
            at_day = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
            if isinstance(clock, time):
                at_day = datetime.combine(at_day.date(), clock)
            elif clock not in (None, ""):
                found = seen(f"{at_day:%Y-%m-%d} {clock}")
                if found is not None:
                    return moment(f"{at_day:%Y-%m-%d} {clock}", self.order, self.zone)
            return self.of_sheet(at_day)
        if whole is not None and whole != "":
            written = str(whole).strip()
        else:
            written = " ".join(str(part).strip() for part in (day, clock) if part not in (None, ""))
        if self.map.format and written:
            try:
                parsed = datetime.strptime(clean(written), self.map.format)
            except ValueError as error:
                return Moment(written, None, None, f"does not fit the format of the column map: {error}")
            if parsed.tzinfo is not None:
                return Moment(
                    written, None, parsed.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z", "format"
                )
            found_moment = self.of_sheet(parsed)
            return Moment(written, found_moment.local, found_moment.utc, found_moment.ground)
        number = re.fullmatch(r"(\d{9,10}|\d{13}|\d{16})(?:\.\d+)?", clean(written))
        if number:
            scale = {9: 1, 10: 1, 13: 1000, 16: 1_000_000}[len(number[1])]
            utc = datetime.fromtimestamp(int(number[1]) / scale, UTC).replace(tzinfo=None)
            return Moment(
                written, None, utc.isoformat() + "Z", f"a number: 1/{scale} seconds since 1970, UTC"
            )
        return moment(written, self.order, self.zone)

    def of_sheet(self, local: datetime) -> Moment:
        """A time that the sheet itself holds as a time: without zone."""
        if self.zone:
            utc, ground = assumed(local, self.zone)
            return Moment(local.isoformat(), local.isoformat(), utc, ground)
        return Moment(local.isoformat(), local.isoformat(), None, "local time of an unknown clock")

    def remarks(self) -> Iterator[Problem]:
        """Problems that cost no row."""
        if self.undated:
            what = f"{len(self.undated)} rows whose time cannot be read for certain ({self.order.ground}); first: "
            yield Problem(at(self.item, self.undated[0]), "RTV-U023", what + ", ".join(self.undated[:3]))
        if self.unsided:
            words = ", ".join(f"«{word}» ({n})" for word, n in sorted(self.unsided.items())[:5])
            yield Problem(at(self.item), "RTV-U024", f"words for a direction that are not known: {words}")


def order_in(rows: Iterator[list[Any]], map: Map, asked: str | None) -> Order:
    """Day and month as the printed times of a table show them."""
    sample: list[Seen] = []
    for cells in rows:
        for role in ("time", "date"):
            place = map.at.get(role)
            value = cells[place] if place is not None and place < len(cells) else None
            if isinstance(value, str) and (found := seen(value)) is not None:
                sample.append(found)
    return order_of(sample, map.order or asked)
