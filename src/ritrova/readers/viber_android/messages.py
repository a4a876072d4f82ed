"""Rows of messages into records."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any

from ritrova.formats.sqlite import Damaged, Database, Lost
from ritrova.formats.viber import (
    FIRST,
    LAST,
    MILLISECONDS,
    base_name,
    fields,
    moment,
    utc,
    whole,
    words,
)
from ritrova.formats.viber_info import NOTHING, Said, reply_from, said
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
from ritrova.readers.viber_android.codes import DELETED, KEPT, PLAIN, RARE, RECALLED, TYPES, WORDS
from ritrova.readers.viber_android.people import People


def by_machine(body: str) -> bool:
    """True for a body that the app wrote for itself: an address, a path, JSON, a file name or an id without spaces."""
    if body.startswith(("content://", "file://", "http://viber-fake", "/", "{", "[{")):
        return True
    return (
        " " not in body
        and "\n" not in body
        and body.isascii()
        and len(body) > 12
        and any(c.isdigit() for c in body)
    )


BEFORE_ALL = -(2**63) - 1
"""Less than any rowid."""


class Messages(People):
    """Every row of messages as one record."""

    def messages(self) -> Iterator[Read]:
        """Every row of messages as one record. Plain text of somebody known, nearly all rows, takes the short way."""
        source, path = self.item.source, self.item.path
        conversations = self.conversations
        senders = {k: (a.id, a.name) for k, a in self.participants.items() if a.id != self.owner.id}
        owner = (self.owner.id, self.owner.name)
        names = (*PLAIN, *RARE, *KEPT)
        rare = len(PLAIN) + 1
        kept = rare + len(RARE)
        picked = self.db.pick("messages", names)
        by_time = self.by_time("messages", "msg_date")
        hurt = False
        given = 0
        done: set[int] = set()
        last = BEFORE_ALL
        try:
            order = "msg_date, rowid" if by_time else "rowid"
            rows = self.db.rows(f"SELECT rowid, {picked} FROM messages ORDER BY {order}")
            for row in once(rows, done) if by_time else rows:
                rowid, _, code, body, stamp, direction, chat, participant, token = row[:rare]
                if rowid <= last and not by_time:
                    hurt = True
                    continue
                last = rowid
                given += 1
                if (
                    code == 0
                    and body
                    and not any(row[rare:kept])
                    and type(stamp) is int
                    and FIRST <= stamp < LAST
                    and type(body) is str
                    and (type(token) is int or token is None)
                    and (body[0] != "m" or body[:15] != DELETED)
                ):
                    sender = owner if direction == 1 else senders.get(participant) if direction == 0 else None
                    conversation = conversations.get(chat)
                    if conversation is not None and sender is not None:
                        yield Message(
                            Locator(source, path, f"table messages row {rowid}"),
                            "viber",
                            conversation,
                            sender[0],
                            sender[1],
                            "text",
                            body,
                            Moment(str(stamp), None, utc(stamp), MILLISECONDS),
                            native=Native(str(token) if token else None, 0),
                        )
                        continue
                yield from self.message(rowid, dict(zip(names, row[1:], strict=True)))
        except Damaged:
            hurt = True
            for step in self.db.walk("messages", names):
                if isinstance(step, Lost):
                    self.gone.append(step)
                elif step[0] not in done if by_time else step[0] > last:
                    last = max(last, step[0])
                    done.add(step[0])
                    given += 1
                    yield from self.message(step[0], dict(zip(names, step[1], strict=True)))
        if hurt:
            yield from self.missed("messages", given)

    def before(self) -> Iterator[Read]:
        """What only the file without its -wal holds."""
        yield from self.earlier("messages", "body", self.again)

    def again(self, db: Database, rowids: list[int]) -> Iterator[Read]:
        """Rows of another state of the same database."""
        other = copy(self)
        other.db = db
        names = (*PLAIN, *RARE, *KEPT)
        for rowid in rowids:
            for row in db.rows(
                f"SELECT {db.pick('messages', names)} FROM messages WHERE rowid = ?", (rowid,)
            ):
                yield from other.message(rowid, dict(zip(names, row, strict=True)))

    def message(self, rowid: int, row: dict[str, Any]) -> Iterator[Read]:
        """One message with all its columns, preceded by what only it names, followed by its events."""
        spot = Locator(self.item.source, self.item.path, f"table messages row {rowid}")
        chat = whole(row["conversation_id"])
        conversation = self.conversations.get(chat)
        if conversation is None:
            made = self.conversation(chat, None, row["conversation_type"], row["group_id"], None)
            yield made
            conversation = made.id
        flags: list[str] = []
        detail: dict[str, Any] = {}
        kind, what = self.kind(row["extra_mime"], detail)
        sender = None
        for found in self.sender(row, spot, flags, detail):
            if found.id != self.owner.id and found.ground == "its row is gone":
                yield found
            sender = found
        token = whole(row["token"])
        stamp = row["msg_date"] if row["msg_date"] is not None else row["date"]
        sent = moment(stamp, token)
        if sent.utc is None and sent.written is not None:
            self.note("RTV-V024", spot.spot)
        info = self.json(row["msg_info"], "msg_info", spot, detail)
        quote = self.json(row["quoted_message_data"], "quoted_message_data", spot, detail)
        note = said(info) if info else NOTHING
        body = words(row["body"])
        caption = words(row["description"])
        text = body
        attachments: tuple[Attachment, ...] = ()
        if kind in ("media", "location"):
            text = caption
            if body and not caption and not by_machine(body):
                text = body
            elif body:
                detail["body"] = body
            if kind == "media":
                attachments = (self.attachment(what, row, note),)
        elif caption:
            detail["description"] = caption
        if body.startswith(DELETED):
            kind, text = "deleted", body
        elif note.deleted is not None and not text:
            kind = "deleted"
        elif note.pin is not None:
            kind = "system"
        if kind == "system":
            if sender is not None:
                detail["participant"] = sender.id
            sender = None
        latitude, longitude = whole(row["location_lat"]), whole(row["location_lng"])
        if latitude or longitude:
            place: dict[str, Any] = {"lat": (latitude or 0) / 1e7, "lon": (longitude or 0) / 1e7}
            if note.address:
                place["address"] = note.address
            detail["location" if kind == "location" else "sender_position"] = place
        if kind == "contact" and note.contact:
            detail["contact"] = note.contact
        timed = whole(row["timebomb"]) or note.timed
        if timed:
            flags.append("ttl")
            detail["timed"] = timed
            if row["read_message_time"]:
                detail["read_at"] = row["read_message_time"]
        if row["deleted"]:
            flags.append("recovered")
            detail["deleted"] = row["deleted"]
            detail["deleted_ground"] = "the row is marked deleted: the app no longer showed it"
        for name in ("likes_count", "my_reaction", "status", "extra_flags", "user_id"):
            if row[name]:
                detail[name] = row[name] if not isinstance(row[name], bytes) else row[name].hex()
        if info:
            detail["msg_info"] = info
        if isinstance(row["msg_info_bin"], bytes):
            detail["msg_info_bin"] = row["msg_info_bin"].hex()
        if note.forward is not None:
            detail["forward"] = note.forward
        code = whole(row["extra_mime"])
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
            reply_to=(reply_from(quote) if quote else None) or note.reply,
            forwarded_from=note.forwarded_from,
            native=Native(str(token) if token else None, code if code is not None else row["extra_mime"]),
            flags=tuple(flags),
            attachments=attachments,
            detail=detail or None,
        )
        if note is not NOTHING:
            yield from self.events(note, spot, conversation)

    def kind(self, mime: Any, detail: dict[str, Any]) -> tuple[MessageKind, str]:
        """What sort of message a type code or word stands for; what is not known is said to be unknown."""
        code = whole(mime)
        if mime is None or mime == "":
            return "text", "text"
        if code in TYPES:
            found = TYPES[code]
        elif code in RECALLED:
            found = RECALLED[code]
            detail["kind_ground"] = "this type code is from memory, not verified"
        else:
            found = WORDS.get(words(mime).casefold().partition("/")[0], ("unsupported", "unknown"))
            if found[0] == "unsupported":
                detail["type_unknown"] = words(mime)
        if found[0] == "media":
            detail["media"] = found[1]
        return found

    def sender(
        self, row: dict[str, Any], spot: Locator, flags: list[str], detail: dict[str, Any]
    ) -> Iterator[Account]:
        """Who wrote: the owner on outgoing rows, else the participant named. Nobody is put in for a missing one."""
        direction = whole(row["send_type"])
        number = whole(row["participant_id"])
        named = self.participants.get(number) if number else None
        if direction == 1:
            if named is not None and named.id != self.owner.id:
                detail["participant"] = named.id
            yield self.owner
            return
        if named is not None:
            if named.id == self.owner.id and direction == 0:
                flags.append("weak_identity")
                detail["sender_ground"] = "the row says incoming, and names the owner's own participant"
            yield named
            return
        flags.append("weak_identity")
        self.note("RTV-V023", spot.spot)
        written = words(row["user_id"]) or words(row["address"])
        known = self.by_key.get(written)
        others = {
            a.id: a
            for a in self.members.get(whole(row["conversation_id"]) or -1, [])
            if a.id != self.owner.id
        }
        if known is not None:
            detail["inferred_sender"] = known.id
            detail["sender_ground"] = "no participant row; user_id names this account"
        elif len(others) == 1:
            detail["inferred_sender"] = next(iter(others))
            detail["sender_ground"] = "no participant row; the only other member of the chat"
        if number:
            found = self.unknown(f"participant {number}")
            self.participants[number] = found
            detail["participant_id"] = number
            yield found

    def json(self, value: Any, column: str, spot: Locator, detail: dict[str, Any]) -> dict[str, Any]:
        """The object of a JSON column; what does not decode is kept as stored and remarked once."""
        found = fields(value)
        if found is None:
            self.note("RTV-V022", spot.spot)
            detail[column + "_as_stored"] = words(value)
            return {}
        return found

    def attachment(self, what: str, row: dict[str, Any], note: Said) -> Attachment:
        """The file of a media row; it lies in the phone's storage, outside the database."""
        uri = words(row["extra_uri"]) or words(row["destination_uri"])
        more: dict[str, Any] = {"media": what}
        if uri:
            more["uri"] = uri
        if row["extra_duration"]:
            more["duration"] = row["extra_duration"]
        mime = words(row["extra_mime"])
        found = Attachment(
            name=words(note.file.get("filename")) or (base_name(uri) if uri else None) or None,
            present=False,
            mime=mime if "/" in mime else None,
            missing="a sticker of the app, no file" if what == "sticker" else "not in the database",
            size=whole(note.file.get("filesize")),
            detail=more,
        )
        return self.with_file(found)

    def events(self, note: Said, spot: Locator, conversation: str) -> Iterator[Event]:
        """What happened to the message, as far as its own row tells."""
        me = message_id(spot)
        for one in note.reactions:
            owner = self.owner.id if one.get("by") == "owner" else None
            yield Event(spot, "reaction", conversation, me, account=owner, detail=one)
        if note.deleted is not None:
            yield Event(spot, "revocation", conversation, me, detail={"as_stored": note.deleted})
        if note.pin is not None:
            yield Event(spot, "pin", conversation, me, detail=note.pin)
