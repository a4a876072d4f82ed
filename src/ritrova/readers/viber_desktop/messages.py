"""Rows of Messages into records, with the envelope that Events holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any

from ritrova.formats.sqlite import Damaged, Database, Lost, quoted
from ritrova.formats.viber import (
    FIRST,
    LAST,
    MILLISECONDS,
    base_name,
    fields,
    inner,
    moment,
    utc,
    whole,
    words,
)
from ritrova.formats.viber_info import NOTHING, Said, lowered, said
from ritrova.formats.viber_walk import once
from ritrova.model.ids import message_id
from ritrova.model.records import (
    Account,
    Attachment,
    Event,
    Locator,
    Message,
    MessageKind,
    Moment,
    Native,
    Read,
)
from ritrova.readers.viber_desktop.codes import (
    CONTENT,
    DELETED,
    ENVELOPE,
    MESSAGE_TYPES,
    MORE_CONTENT,
    MORE_ENVELOPE,
    OWNER,
    RARE,
    TIMED,
)
from ritrova.readers.viber_desktop.people import People


def nulls(names: Sequence[str]) -> str:
    """As many NULLs as there are names, for a select list."""
    return ", ".join("NULL" for _ in names)


BEFORE_ALL = -(2**63) - 1
"""Less than any rowid."""


class Messages(People):
    """Every row of Messages as one record."""

    def timed_columns(self) -> list[str]:
        """Columns of Messages or Events whose name speaks of self-destruction, as select expressions."""
        found = []
        for table, alias in (("Messages", "m"), ("Events", "e")):
            name = next((t for t in self.db.tables if t.casefold() == table.casefold()), None)
            for column in self.db.tables[name] if name else ():
                if any(word in column.casefold() for word in TIMED):
                    found.append(f"{alias}.{quoted(column)}")
        return found[:2]

    def joined(self, where: str = "", order: str = "m.rowid") -> str:
        """The select that reads every row of Messages once, with its envelope where there is one."""
        timed = self.timed_columns()
        has = self.db.has("Events", "EventID")
        parts = ["m.rowid", self.db.pick("Messages", CONTENT, "m")]
        parts.append(self.db.pick("Events", ENVELOPE, "e") if has else nulls(ENVELOPE))
        more = self.db.pick("Messages", MORE_CONTENT, "m")
        parts.append(more.replace('"m"."Info"', "nullif(m.\"Info\", '{}')"))
        parts.append(self.db.pick("Events", MORE_ENVELOPE, "e") if has else nulls(MORE_ENVELOPE))
        parts += timed if has else [t for t in timed if t.startswith("m.")]
        select = f"SELECT {', '.join(parts)} FROM Messages m"
        if not has:
            return f"{select} {where} ORDER BY m.rowid"
        on = "e.EventID = m.EventID"
        for _ in self.db.rows("SELECT 1 FROM Events WHERE EventID IS NOT rowid LIMIT 1"):
            on = "e.rowid = (SELECT min(x.rowid) FROM Events x WHERE x.EventID = m.EventID)"
        return f"{select} LEFT JOIN Events e ON {on} {where} ORDER BY {order}"

    def messages(self) -> Iterator[Read]:
        """Every row of Messages as one record. Plain text in a known chat, nearly all rows, takes the short way."""
        source, path = self.item.source, self.item.path
        conversations = self.conversations
        senders = {key: (account.id, account.name) for key, account in self.accounts.items()}
        owner = senders.pop(OWNER)
        by_time = self.by_time("Events", "TimeStamp")
        hurt = False
        given = 0
        done: set[int] = set()
        last = BEFORE_ALL
        try:
            rows = self.db.rows(self.joined(order="e.TimeStamp, m.rowid" if by_time else "m.rowid"))
            for row in once(rows, done) if by_time else rows:
                rowid, _, code, body, stamp, direction, chat, contact, token, envelope, *rare = row
                if rowid <= last and not by_time:
                    hurt = True
                    continue
                last = rowid
                given += 1
                if (
                    (code == 1 or code == 9)
                    and body
                    and not any(rare)
                    and envelope is not None
                    and type(stamp) is int
                    and FIRST <= stamp < LAST
                    and type(body) is str
                    and type(token) is int
                    and (body[0] != "m" or body[:15] != DELETED)
                ):
                    sender = owner if direction == 1 else senders.get(contact) if direction == 0 else None
                    conversation = conversations.get(chat)
                    if conversation is not None and sender is not None:
                        yield Message(
                            Locator(source, path, f"table Messages row {rowid}"),
                            "viber",
                            conversation,
                            sender[0],
                            sender[1],
                            "text",
                            body,
                            Moment(str(stamp), None, utc(stamp), MILLISECONDS),
                            native=Native(str(token) if token else None, code),
                        )
                        continue
                yield from self.message(row)
        except Damaged:
            hurt = True
            for rowid, values in self.walked_messages():
                if rowid not in done if by_time else rowid > last:
                    last = max(last, rowid)
                    done.add(rowid)
                    given += 1
                    yield from self.message(values)
        if hurt:
            yield from self.missed("Messages", given)

    def walked_messages(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Joined rows where the database is damaged: both tables walked around the damage, joined here."""
        envelopes: dict[Any, tuple[Any, ...]] = {}
        width = len(ENVELOPE)
        for _, values in self.table("Events", (*ENVELOPE, *MORE_ENVELOPE)):
            envelopes.setdefault(values[width - 1], values)
        none = (None,) * (width + len(MORE_ENVELOPE))
        for step in self.db.walk("Messages", (*CONTENT, *MORE_CONTENT)):
            if isinstance(step, Lost):
                self.gone.append(step)
                continue
            rowid, values = step
            envelope = envelopes.get(values[0], none)
            plain, rare = values[: len(CONTENT)], values[len(CONTENT) :]
            yield rowid, (rowid, *plain, *envelope[:width], *rare, *envelope[width:])

    def before(self) -> Iterator[Read]:
        """What only the file without its -wal holds."""
        yield from self.earlier("Messages", "Body", self.again)

    def again(self, db: Database, rowids: list[int]) -> Iterator[Read]:
        """Rows of another state of the same database."""
        other = copy(self)
        other.db = db
        for rowid in rowids:
            for row in db.rows(other.joined("WHERE m.rowid = ?"), (rowid,)):
                yield from other.message(row)

    def message(self, row: tuple[Any, ...]) -> Iterator[Read]:
        """One message, preceded by accounts and conversations that only it names, followed by its events."""
        rowid, _, kind_code, body, stamp, direction, chat, contact, token, envelope = row[:RARE]
        subject, info_text, sticker, duration, payload, own, by_members, by_admins = row[RARE : RARE + 8]
        event_type, latitude, longitude, *timed = row[RARE + 8 :]
        spot = Locator(self.item.source, self.item.path, f"table Messages row {rowid}")
        chat = whole(chat)
        conversation = self.conversations.get(chat)
        if conversation is None:
            made = self.conversation("", chat, "", "", None, None)
            yield made
            conversation = made.id
        flags: list[str] = []
        detail: dict[str, Any] = {}
        # who wrote
        direction = whole(direction)
        contact = whole(contact)
        sender: Account | None = None
        if direction == 1:
            sender = self.accounts[OWNER]
        elif contact is not None:
            sender = self.accounts.get(contact)
            if sender is None:
                sender = self.accounts[contact] = self.account("", contact, None, None, None)
                yield sender
                flags.append("weak_identity")
            elif contact == OWNER and direction == 0:
                flags.append("weak_identity")
                detail["sender_ground"] = "the row says incoming, and names the owner's own contact"
        if direction not in (0, 1) and envelope is not None:
            if "weak_identity" not in flags:
                flags.append("weak_identity")
            detail["sender_ground"] = "the row does not say whether it came in or went out"
        if envelope is None:
            self.note("RTV-V005", spot.spot)
        number = token if type(token) is int else whole(token)
        sent = moment(stamp, number)
        if sent.utc is None and sent.written is not None:
            self.note("RTV-V006", spot.spot)
        # what
        code = kind_code if type(kind_code) is int else whole(kind_code)
        known = MESSAGE_TYPES.get(code) if code is not None else None
        kind: MessageKind = known[0] if known else "unsupported"
        text = body if type(body) is str else words(body)
        if subject and not text:
            text = words(subject)
            detail["text_from"] = "Subject"
        elif subject:
            detail["subject"] = words(subject)
        info = fields(info_text)
        if info is None:
            self.note("RTV-V004", spot.spot)
            detail["info_as_stored"] = words(info_text)
            info = {}
        attachments: tuple[Attachment, ...] = ()
        if known is None:
            detail["type_unknown"] = kind_code
            if text:
                detail["kind_ground"] = "the type code is not known; the body is shown as stored"
        elif kind == "media":
            detail["media"] = known[1]
            attachments = (self.attachment(known[1], info, payload, sticker, duration),)
        if text.startswith("message_deleted"):
            kind = "deleted"
        elif code == 1 and not text and not info and envelope is not None:
            kind = "deleted"
            detail["kind_ground"] = (
                "a text row whose body is gone: the app clears it when a message is deleted"
            )
        note = said(info)
        if note.deleted is not None and not text:
            kind = "deleted"
        elif note.pin is not None:
            kind = "system"
        if info:
            detail["info"] = info
        if note.forward is not None:
            detail["forward"] = note.forward
        if code == 10 and note.contact:
            detail["contact"] = note.contact
        if latitude or longitude:
            place: dict[str, Any] = {
                "lat": (whole(latitude) or 0) / 1e7,
                "lon": (whole(longitude) or 0) / 1e7,
            }
            if note.address:
                place["address"] = note.address
            detail["location" if kind == "location" else "sender_position"] = place
        if any(timed) or note.timed is not None:
            flags.append("ttl")
            detail["timed"] = next((value for value in timed if value), note.timed)
        for label, value in (("self", own), ("members", by_members), ("admins", by_admins)):
            if value:
                detail.setdefault("reactions", {})[label] = value
        if event_type:
            detail["event_type"] = event_type
        key = None if not number else str(number)
        yield Message(
            at=spot,
            app="viber",
            conversation=conversation,
            sender=None if sender is None else sender.id,
            sender_name=None if sender is None else sender.name,
            kind=kind,
            text=text,
            sent=sent,
            edited=note.edited,
            reply_to=note.reply,
            forwarded_from=note.forwarded_from,
            native=Native(key, code if code is not None else kind_code),
            flags=tuple(flags),
            attachments=attachments,
            detail=detail or None,
        )
        if note is not NOTHING:
            yield from self.events(note, spot, conversation)

    def events(self, note: Said, spot: Locator, conversation: str) -> Iterator[Event]:
        """What happened to the message, as far as its own row tells: reactions, deletion for all, a pin."""
        me = message_id(spot)
        for one in note.reactions:
            owner = self.accounts[OWNER].id if one.get("by") == "owner" else None
            yield Event(spot, "reaction", conversation, me, account=owner, detail=one)
        if note.deleted is not None:
            yield Event(spot, "revocation", conversation, me, detail={"as_stored": note.deleted})
        if note.pin is not None:
            yield Event(spot, "pin", conversation, me, detail=note.pin)

    def attachment(
        self, what: str, info: dict[str, Any], payload: Any, sticker: Any, duration: Any
    ) -> Attachment:
        """The file of a media row. It lies outside the database and counts as present only when it lies beside it."""
        about = lowered(inner(info, "fileInfo") or inner(info, "FileInfo"))
        path = words(payload)
        name = words(about.get("filename")) or (base_name(path) if path else None) or None
        more: dict[str, Any] = {"media": what}
        if path:
            more["path_as_stored"] = path
        if sticker:
            more["sticker"] = sticker
        length = duration or about.get("duration")
        if length:
            more["duration"] = length
        found = Attachment(
            name=name,
            present=False,
            missing="a sticker of the app, no file" if what == "sticker" else "not in the database",
            size=whole(about.get("filesize")),
            detail=more,
        )
        return self.with_file(found)
