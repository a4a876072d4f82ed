"""Rows of ZVIBERMESSAGE into records."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any

from ritrova.formats.sqlite import Damaged, Database, Lost
from ritrova.formats.viber import (
    COCOA_MS,
    CORE_DATA,
    FIRST_COCOA,
    LAST_COCOA,
    base_name,
    core_data_moment,
    fields,
    inner,
    reaction,
    utc,
    whole,
    words,
)
from ritrova.formats.viber_info import NOTHING, Said, said
from ritrova.formats.viber_walk import once
from ritrova.model.ids import message_id
from ritrova.model.records import (
    Account,
    Attachment,
    Event,
    Locator,
    Message,
    Moment,
    Native,
    Read,
)
from ritrova.readers.viber_ios.codes import (
    KEPT,
    OUTGOING,
    PLAIN,
    RARE,
    SYSTEM,
)
from ritrova.readers.viber_ios.people import People

BEFORE_ALL = -(2**63) - 1
"""Less than any rowid."""


class Messages(People):
    """Every row of ZVIBERMESSAGE as one record."""

    def messages(self) -> Iterator[Read]:
        """Every row of ZVIBERMESSAGE as one record. Plain text of somebody known takes the short way."""
        for rowid, row in self.table("ZATTACHMENT", ("Z_PK", "ZTYPE", "ZNAME", "ZFILESIZE", "ZID", "ZURL")):
            self.attachments[rowid] = row
        for rowid, row in self.table("ZVIBERLOCATION", ("Z_PK", "ZLATITUDE", "ZLONGITUDE", "ZADDRESS")):
            self.locations[rowid] = row
        source, path = self.item.source, self.item.path
        conversations = self.conversations
        senders = {k: (a.id, a.name) for k, a in self.people_by_pk.items()}
        owner = (self.owner.id, self.owner.name)
        names = (*PLAIN, *KEPT, *RARE)
        picked = self.db.pick("ZVIBERMESSAGE", names)
        by_time = self.by_time("ZVIBERMESSAGE", "ZDATE")
        hurt = False
        given = 0
        done: set[int] = set()
        last = BEFORE_ALL
        try:
            order = "ZDATE, rowid" if by_time else "rowid"
            rows = self.db.rows(f"SELECT rowid, {picked} FROM ZVIBERMESSAGE ORDER BY {order}")
            for row in once(rows, done) if by_time else rows:
                rowid, _, text, stamp, state, chat, member, token, system, _, _, *others = row
                if rowid <= last and not by_time:
                    hurt = True
                    continue
                last = rowid
                given += 1
                if (
                    text
                    and not system
                    and not any(others)
                    and type(stamp) is float
                    and FIRST_COCOA <= stamp < LAST_COCOA
                    and type(text) is str
                    and (type(token) is int or token is None)
                ):
                    if state == "received":
                        sender = senders.get(member)
                    else:
                        sender = owner if member is None and state in OUTGOING else None
                    conversation = conversations.get(chat)
                    if conversation is not None and sender is not None:
                        yield Message(
                            Locator(source, path, f"table ZVIBERMESSAGE row {rowid}"),
                            "viber",
                            conversation,
                            sender[0],
                            sender[1],
                            "text",
                            text,
                            Moment(str(stamp), None, utc(int(stamp * 1000 + COCOA_MS)), CORE_DATA),
                            native=Native(str(token) if token else None, None),
                        )
                        continue
                yield from self.message(rowid, dict(zip(names, row[1:], strict=True)))
        except Damaged:
            hurt = True
            for step in self.db.walk("ZVIBERMESSAGE", names):
                if isinstance(step, Lost):
                    self.gone.append(step)
                elif step[0] not in done if by_time else step[0] > last:
                    last = max(last, step[0])
                    done.add(step[0])
                    given += 1
                    yield from self.message(step[0], dict(zip(names, step[1], strict=True)))
        if hurt:
            yield from self.missed("ZVIBERMESSAGE", given)

    def before(self) -> Iterator[Read]:
        """What only the file without its -wal holds."""
        yield from self.earlier("ZVIBERMESSAGE", "ZTEXT", self.again)

    def again(self, db: Database, rowids: list[int]) -> Iterator[Read]:
        """Rows of another state of the same database."""
        other = copy(self)
        other.db = db
        names = (*PLAIN, *RARE, *KEPT)
        for rowid in rowids:
            for row in db.rows(
                f"SELECT {db.pick('ZVIBERMESSAGE', names)} FROM ZVIBERMESSAGE WHERE rowid = ?", (rowid,)
            ):
                yield from other.message(rowid, dict(zip(names, row, strict=True)))

    def message(self, rowid: int, row: dict[str, Any]) -> Iterator[Read]:
        """One message with all its columns, preceded by what only it names, followed by its events."""
        spot = Locator(self.item.source, self.item.path, f"table ZVIBERMESSAGE row {rowid}")
        chat = whole(row["ZCONVERSATION"])
        conversation = self.conversations.get(chat)
        if conversation is None:
            made = self.conversation(chat, None, "", "", None, None, {})
            yield made
            conversation = made.id
        flags: list[str] = []
        detail: dict[str, Any] = {}
        sender = self.sender(row, chat, spot, flags, detail)
        if sender is not None and sender.ground == "its row is gone":
            yield sender
        token = whole(row["ZTOKEN"])
        sent = core_data_moment(row["ZDATE"] if row["ZDATE"] else row["ZSTATEDATE"] or row["ZDATE"], token)
        if sent.utc is None and sent.written is not None:
            self.note("RTV-V044", spot.spot)
        if row["ZSTATEDATE"] and row["ZSTATEDATE"] != row["ZDATE"]:
            detail["state_date"] = core_data_moment(row["ZSTATEDATE"]).utc or row["ZSTATEDATE"]
        system = words(row["ZSYSTEMTYPE"])
        kind = SYSTEM.get(system) or ("system" if system.startswith("system") else "unsupported")
        if system:
            detail["system_type"] = system
        if row["ZSTATE"]:
            detail["state"] = words(row["ZSTATE"])
        meta = self.json(row["ZMETADATA"], "ZMETADATA", spot, detail)
        client = self.json(row["ZCLIENTMETADATA"], "ZCLIENTMETADATA", spot, detail)
        note = said(meta) if meta else NOTHING
        own = said(client) if client else NOTHING
        text = words(row["ZTEXT"])
        attachments: tuple[Attachment, ...] = ()
        number = whole(row["ZATTACHMENT"])
        if number:
            found = self.attachment(number)
            attachments = (found,)
            if kind in ("text", "unsupported"):
                kind = (
                    "location"
                    if found.mime is None and found.detail == {"media": "customLocation"}
                    else "media"
                )
        place = self.place(row, meta)
        if place is not None:
            detail["location" if kind == "location" else "sender_position"] = place
        poll = client.get("Poll")
        if isinstance(poll, list) and poll:
            kind = "poll"
            detail["poll"] = poll
        if system == "formatted":
            card = self.card(text)
            if card is not None:
                kind = "contact"
                detail["contact"] = card
        edits = note.edit_token if note.edit_token and note.edit_token != str(token) else None
        if edits:
            detail["edits"] = edits
        if (note.deleted is not None or own.deleted is not None) and not text:
            kind = "deleted"
        timed = whole(row["ZTIMEBOMBDURATION"]) or note.timed
        if timed:
            flags.append("ttl")
            detail["timed"] = timed
            if row["ZTIMEBOMBTIMESTAMP"]:
                detail["timed_at"] = (
                    core_data_moment(row["ZTIMEBOMBTIMESTAMP"]).utc or row["ZTIMEBOMBTIMESTAMP"]
                )
        if whole(row["ZBEINGDELETED"]):
            flags.append("recovered")
            detail["deleted_ground"] = "the row is marked as being deleted"
        for name in ("ZCALLTYPE", "ZCALLSCOUNT", "ZGALLERYTYPE", "ZLIKESCOUNT", "ZLIKESTYPE"):
            if row[name]:
                detail[name] = row[name] if isinstance(row[name], int) else words(row[name])
        if meta:
            detail["metadata"] = meta
        if client:
            detail["client_metadata"] = client
        forward = note.forwarded_from or ("not said by whom" if row["ZFORWARDTYPE"] else None)
        if kind == "system" and sender is not None:
            detail["member"] = sender.id
            sender = None
        yield Message(
            at=spot,
            app="viber",
            conversation=conversation,
            sender=None if sender is None else sender.id,
            sender_name=None if sender is None else sender.name,
            kind=kind,
            text=text,
            sent=sent,
            edited=own.edited or (None if edits else note.edited),
            reply_to=note.reply or own.reply,
            forwarded_from=forward,
            native=Native(str(token) if token else None, system or None),
            flags=tuple(flags),
            attachments=attachments,
            detail=detail or None,
        )
        yield from self.events(row, note, own, edits, text, spot, chat, conversation)

    def sender(
        self, row: dict[str, Any], chat: int | None, spot: Locator, flags: list[str], detail: dict[str, Any]
    ) -> Account | None:
        """Who wrote: the state says in or out; a received row without member has no sender, whoever it may have been."""
        state = words(row["ZSTATE"]).casefold()
        number = whole(row["ZPHONENUMINDEX"])
        member = self.people_by_pk.get(number) if number is not None else None
        if state in OUTGOING:
            if member is not None:
                detail["member"] = member.id
            return self.owner
        if member is not None:
            return member
        if number is None and state and state != "received":
            detail["sender_ground"] = f"no member named, state {state}: the owner's rows name none"
            return self.owner
        flags.append("weak_identity")
        self.note("RTV-V043", spot.spot)
        if number is None and not state:
            detail["inferred_sender"] = self.owner.id
            detail["sender_ground"] = "no member and no state named; the owner's rows name no member"
            return None
        if number is None:
            peer = self.interlocutors.get(chat) if chat is not None else None
            if peer is not None:
                detail["inferred_sender"] = peer.id
                detail["sender_ground"] = "received, no member named; the other member of a chat of two"
            return None
        found = self.people_by_pk[number] = self.unknown(number)
        return found

    def json(self, value: Any, column: str, spot: Locator, detail: dict[str, Any]) -> dict[str, Any]:
        """The object of a JSON column; what does not decode is kept as stored and remarked once."""
        found = fields(value)
        if found is None:
            self.note("RTV-V042", spot.spot)
            detail[column + "_as_stored"] = value.hex() if isinstance(value, bytes) else words(value)
            return {}
        return found

    def attachment(self, number: int) -> Attachment:
        """The file of a row of ZATTACHMENT; it lies in the app's Documents, outside the database."""
        row = self.attachments.get(number)
        if row is None:
            return Attachment(missing=f"its row {number} in ZATTACHMENT is gone")
        _, kind, name, size, download, url = row
        more = {
            k: words(v)
            for k, v in (("media", kind), ("download_id", download), ("url", url))
            if v is not None and v != ""
        }
        path = words(name)
        found = Attachment(
            name=base_name(path) or None,
            missing="a sticker of the app, no file" if kind == "sticker" else "not in the database",
            size=whole(size),
            detail=more,
        )
        return self.with_file(found)

    def place(self, row: dict[str, Any], meta: dict[str, Any]) -> dict[str, Any] | None:
        """Where: the row of ZVIBERLOCATION that the message names, or the map button of a formatted message."""
        number = whole(row["ZLOCATION"])
        if number:
            found = self.locations.get(number)
            if found is None:
                return {"missing": f"its row {number} in ZVIBERLOCATION is gone"}
            _, latitude, longitude, address = found
            place = {"lat": latitude, "lon": longitude}
            return {**place, "address": words(address)} if address else place
        buttons = inner(inner(meta, "pa_message_data"), "rich_media").get("Buttons")
        for button in buttons if isinstance(buttons, list) else ():
            spot = inner(button, "Map") if isinstance(button, dict) else {}
            if "Latitude" in spot and "Longitude" in spot:
                return {"lat": spot["Latitude"], "lon": spot["Longitude"]}
        return None

    def card(self, text: str) -> dict[str, Any] | None:
        """The contact that the JSON text of a formatted message shares, where it is one."""
        found = fields(text) if text.startswith("{") else None
        return said(found).contact if found else None

    def events(
        self,
        row: dict[str, Any],
        note: Said,
        own: Said,
        edits: str | None,
        text: str,
        spot: Locator,
        chat: int | None,
        conversation: str,
    ) -> Iterator[Event]:
        """What happened to the message, or what the row says of another one (an edit is a row of its own)."""
        me = message_id(spot)
        reactions = (*note.reactions, *own.reactions)
        peer = self.interlocutors.get(chat) if chat is not None else None
        for one in reactions:
            by = {"owner": self.owner, "peer": peer}.get(one.get("by", ""))
            yield Event(spot, "reaction", conversation, me, account=None if by is None else by.id, detail=one)
        likes = whole(row["ZLIKESCOUNT"])
        if likes and not reactions:
            detail = {**reaction(row["ZLIKESTYPE"] or 1), "count": likes}
            yield Event(spot, "reaction", conversation, me, detail=detail)
        if edits:
            yield Event(spot, "edit", conversation, message_key=edits, detail={"text": text})
        for one_note in (note, own):
            if one_note.deleted is not None:
                yield Event(spot, "revocation", conversation, me, detail={"as_stored": one_note.deleted})
            if one_note.pin is not None:
                yield Event(spot, "pin", conversation, me, detail=one_note.pin)
