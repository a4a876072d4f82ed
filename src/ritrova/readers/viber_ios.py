"""Viber on iOS: messages, calls and contacts (`com.viber/database/Contacts.data`, Core Data) with `Settings.data`.

Times are seconds since 2001 in UTC. `ZPHONENUMINDEX` names a row of ZMEMBER, whatever its name says; it is empty for the
owner, who has no row. Calls outlive their message in ZRECENT. Facts: iLEAPP (2025), DFIR_SQL_Queries (iOS 11, 14), the
notes of the "everysaid" archive, which read a real database field by field (2026).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ritrova.formats.sqlite import Damaged, Database, Lost, looks_like_sqlite, opened
from ritrova.formats.viber import (
    base_name,
    core_data_moment,
    direct_key,
    fields,
    inner,
    phone,
    reaction,
    whole,
    words,
)
from ritrova.formats.viber_info import NOTHING, Said, said
from ritrova.model.ids import account_id, conversation_id, message_id
from ritrova.model.records import (
    Account,
    Attachment,
    Call,
    Contact,
    Conversation,
    ConversationKind,
    Event,
    Locator,
    Message,
    MessageKind,
    Native,
    Problem,
    Read,
)
from ritrova.model.shapes import Ask, Counted, Item, Reader, at

PROBLEMS: dict[str, str] = {
    "RTV-V040": "Contacts.data has no table ZVIBERMESSAGE with the columns this reader needs, or its schema cannot be read.",
    "RTV-V041": "Part of a table of Contacts.data could not be read: the file is damaged there. What stands before and "
    "behind was read. Compare the number of lost rows, and ask for another copy.",
    "RTV-V042": "A JSON column beside messages (ZMETADATA, ZCLIENTMETADATA) does not decode. The message was read; the column "
    "is kept as stored.",
    "RTV-V043": "Received messages that do not say from whom, or name a member whose row is gone. They were kept without a "
    "sender, or under that row's number.",
    "RTV-V044": "Messages whose stored time is no plausible time. The number as stored was kept; no time was made up.",
    "RTV-V045": "Text that is not valid in the database's own encoding; bytes that fit no letter are shown as replacement "
    "characters.",
}

PLAIN = (
    "Z_PK",
    "ZTEXT",
    "ZDATE",
    "ZSTATE",
    "ZCONVERSATION",
    "ZPHONENUMINDEX",
    "ZTOKEN",
    "ZSYSTEMTYPE",
)
RARE = (
    "ZMETADATA",
    "ZCLIENTMETADATA",
    "ZATTACHMENT",
    "ZLOCATION",
    "ZCALLTYPE",
    "ZTIMEBOMBDURATION",
    "ZTIMEBOMBTIMESTAMP",
    "ZBEINGDELETED",
    "ZLIKESCOUNT",
    "ZLIKESTYPE",
    "ZFORWARDTYPE",
    "ZGALLERYTYPE",
    "ZCALLSCOUNT",
)
KEPT = ("ZSTATEDATE", "ZSEQ")
SYSTEM: dict[str, MessageKind] = {
    "": "text",
    "url": "text",
    "formatted": "text",
    "customLocation": "location",
    "systemCallLog": "call",
    "systemGeneralMessageRemoved": "deleted",
}
"""ZSYSTEMTYPE; other values that begin with "system" are system lines, anything else is shown as unknown."""
OUTGOING = frozenset({"send", "sent", "delivered", "seen", "pending", "sending", "failed"})
NOTES_SUBTYPE = 5
CHANNEL_SUBTYPE = 3
SETTINGS = ("Settings.data", "../settings/Settings.data", "settings/Settings.data")


def sniff(item: Item) -> bool:
    """Claims a SQLite file with ZVIBERMESSAGE."""
    if not looks_like_sqlite(item) or b"ZVIBERMESSAGE" not in item.head(1 << 19):
        return False
    with opened(item) as db:
        return db.has("ZVIBERMESSAGE", "Z_PK")


def related(item: Item) -> Iterable[str]:
    """The write-ahead log and its index, and the settings that name the owner."""
    return (
        item.name + "-wal",
        item.name + "-shm",
        *(s + tail for s in SETTINGS for tail in ("", "-wal", "-shm")),
    )


def count(item: Item, ask: Ask) -> Counted:
    """Rows of ZVIBERMESSAGE, ZRECENT and ZABCONTACT by ``count(*)``; where damage forbids it, by walking the rowids."""
    with opened(item) as db:
        return {
            "messages": counted(db, "ZVIBERMESSAGE"),
            "calls": counted(db, "ZRECENT"),
            "contacts": counted(db, "ZABCONTACT"),
        }


def counted(db: Database, table: str) -> int:
    """Rows of a table, and what is lost of it where it is damaged."""
    try:
        return db.count(table)
    except Damaged:
        return sum(step.rows if isinstance(step, Lost) else 1 for step in db.walk(table, ()))


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Accounts, conversations, messages in the order of their rows with their events; then calls and contacts."""
    with opened(item) as db:
        if not db.has("ZVIBERMESSAGE", "Z_PK"):
            yield Problem(
                at(item), "RTV-V040", f"no readable table ZVIBERMESSAGE; tables: {sorted(db.tables)}"
            )
            return
        reading = Reading(item, db)
        yield from reading.people()
        yield from reading.chats()
        yield from reading.messages()
        yield from reading.calls()
        yield from reading.contacts()
        yield from reading.remarks()


def settings(item: Item) -> dict[str, str]:
    """What Settings.data says of the owner: the values of its table Data by key."""
    names = [*SETTINGS, *(n for n in item.siblings() if n.endswith("Settings.data") and n not in SETTINGS)]
    for name in names:
        side = item.sibling(name)
        if side is not None and looks_like_sqlite(side):
            with opened(side) as db:
                if db.has("Data", "key", "value"):
                    try:
                        return {words(k): words(v) for k, v in db.rows("SELECT key, value FROM Data")}
                    except Damaged:
                        return {}
    return {}


class Reading:
    """One database on its way through `read`: who is who, and what has to be remarked at the end."""

    def __init__(self, item: Item, db: Database) -> None:
        self.item = item
        self.db = db
        self.scope = f"{item.source}/{item.path}"
        self.people_by_pk: dict[int, Account] = {}
        self.by_number: dict[str, Account] = {}
        self.owner: Account
        self.members: dict[int, list[Account]] = {}
        self.conversations: dict[int | None, str] = {}
        self.interlocutors: dict[int, Account] = {}
        self.attachments: dict[int, tuple[Any, ...]] = {}
        self.locations: dict[int, tuple[Any, ...]] = {}
        self.notes: dict[str, list[str]] = {}
        self.problems: list[Problem] = []

    def table(self, table: str, columns: Sequence[str]) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Rows of a side table; what is lost to damage becomes a Problem that `remarks` gives out."""
        for step in self.db.walk(table, columns):
            if isinstance(step, Lost):
                self.problems.append(self.lost(table, step, 0))
            else:
                yield step

    def lost(self, table: str, lost: Lost, entries: int) -> Problem:
        """The Problem for rows that damage took."""
        what = f"rows {lost.first} to {lost.last} of {table} cannot be read: {lost.why}"
        return Problem(at(self.item, f"table {table} row {lost.first}"), "RTV-V041", what, entries)

    # -- people and chats

    def people(self) -> Iterator[Account]:
        """The owner out of Settings.data, and an account for each row of ZMEMBER."""
        own = settings(self.item)
        tel = next(
            (p for k in ("_myCanonizedPhoneNumber", "_myPhoneNumber") if (p := phone(own.get(k)))),
            None,
        )
        ground = "Settings.data beside it" if tel else "the owner of this database, whom no row names"
        self.owner = Account(
            at(self.item),
            account_id("viber", tel, "") if tel else account_id("viber", "owner", self.scope),
            "viber",
            name=own.get("_myUserName") or None,
            phone=tel,
            native=own.get("_uid") or None,
            owner=True,
            ground=ground,
        )
        numbers: dict[int, list[str]] = {}
        for _, (member, canonized, written) in self.table(
            "ZPHONENUMBER", ("ZMEMBER", "ZCANONIZEDPHONENUM", "ZPHONE")
        ):
            key = whole(member)
            if key is not None:
                numbers.setdefault(key, []).extend(words(n) for n in (canonized, written) if n)
        best: dict[str, Account] = {self.owner.id: self.owner}
        columns = ("Z_PK", "ZMEMBERID", "ZDISPLAYFULLNAME", "ZDISPLAYSHORTNAME", "ZNAME")
        for rowid, (pk, member, full, short, name) in self.table("ZMEMBER", columns):
            key = whole(pk)
            key = rowid if key is None else key
            account = self.account(
                rowid, key, words(member), words(full or name or short), numbers.get(key, [])
            )
            self.people_by_pk[key] = account
            for number in numbers.get(key, []):
                self.by_number.setdefault(number.removeprefix("+"), account)
            known = best.get(account.id)
            if known is None or (known.name is None and account.name):
                best[account.id] = account
        yield from best.values()

    def account(self, rowid: int, pk: int, member: str, name: str, numbers: Sequence[str]) -> Account:
        """The account of a member: by member id, else by number, else only inside this database."""
        tel = next((p for n in numbers if (p := phone(n))), None)
        if member and not phone(member):
            key, scope, ground = member, "", "member id (ZMEMBER.ZMEMBERID)"
        elif tel or phone(member):
            tel = tel or phone(member)
            key, scope, ground = str(tel), "", "number (ZPHONENUMBER)"
        else:
            key, scope, ground = f"member {pk}", self.scope, "row of ZMEMBER in this database only"
        return Account(
            at(self.item, f"table ZMEMBER row {rowid}"),
            account_id("viber", key, scope),
            "viber",
            name=name or None,
            phone=tel,
            native=member or (numbers[0] if numbers else None),
            ground=ground,
            detail={"numbers": sorted(set(numbers))} if len(set(numbers)) > 1 else None,
        )

    def unknown(self, pk: int) -> Account:
        """An account that is known only by the number of a row that is gone."""
        key = f"member {pk}"
        return Account(
            at(self.item), account_id("viber", key, self.scope), "viber", native=key, ground="its row is gone"
        )

    def chats(self) -> Iterator[Conversation]:
        """A conversation for each row of ZCONVERSATION, with the members that the join table names."""
        for table, columns in self.db.tables.items():
            if re.fullmatch(r"Z_\d+PHONENUMINDEXES", table):
                pair = [
                    next((c for c in columns if re.fullmatch(rf"Z_\d+{tail}", c)), "")
                    for tail in ("CONVERSATIONS", "PHONENUMINDEXES")
                ]
                for _, (chat, member) in self.table(table, pair) if all(pair) else ():
                    found = self.people_by_pk.get(whole(member) or -1)
                    if found is not None and whole(chat) is not None:
                        self.members.setdefault(whole(chat) or 0, []).append(found)
        columns = (
            *("Z_PK", "ZGROUPID", "ZNAME", "ZINTERLOCUTOR", "ZSUBTYPE", "ZBEINGDELETED", "ZTIMEBOMBDURATION"),
            *("ZFAVORITE", "ZTYPE"),
        )
        for rowid, (pk, group, name, peer, subtype, deleted, timed, favorite, kind) in self.table(
            "ZCONVERSATION", columns
        ):
            key = whole(pk)
            detail = {
                k: v
                for k, v in (("deleted", deleted), ("timed", timed), ("favorite", favorite), ("type", kind))
                if v
            }
            yield self.conversation(
                rowid if key is None else key,
                rowid,
                words(group),
                words(name),
                whole(peer),
                whole(subtype),
                detail,
            )

    def conversation(
        self,
        chat: int | None,
        rowid: int | None,
        group: str,
        name: str,
        peer: int | None,
        subtype: int | None,
        detail: dict[str, Any],
    ) -> Conversation:
        """The conversation of a chat. A group is known by its group id everywhere, a direct chat by its two accounts."""
        members = list({a.id: a for a in self.members.get(chat, [])}.values()) if chat is not None else []
        group = "" if group == "0" else group
        other = self.people_by_pk.get(peer) if peer is not None else None
        if other is None and not group and len(members) == 1:
            other = members[0]
        kind: ConversationKind = "unknown"
        if subtype == NOTES_SUBTYPE:
            kind = "self"
        elif subtype == CHANNEL_SUBTYPE:
            kind = "channel"
        elif group or len(members) > 1:
            kind = "group"
        elif other is not None:
            kind = "direct"
            if chat is not None:
                self.interlocutors[chat] = other
        key, scope = f"conversation {chat}", self.scope
        title: str | None = name or None
        if group:
            key, scope = f"group:{group}", ""
        elif kind == "direct" and other is not None:
            pair = direct_key(self.owner, other)
            if pair:
                key, scope = pair, ""
            if title is None and (other.name or other.phone):
                title = other.name or other.phone
                detail = {**detail, "name_ground": "the other member's name"}
        if subtype:
            detail = {**detail, "subtype": subtype}
        everybody = members if other is None or other in members else [*members, other]
        found = Conversation(
            at(self.item, "" if rowid is None else f"table ZCONVERSATION row {rowid}"),
            conversation_id("viber", key, scope),
            "viber",
            title,
            kind,
            group or (None if chat is None else str(chat)),
            (self.owner.id, *(a.id for a in everybody)),
            detail or None,
        )
        self.conversations[chat] = found.id
        return found

    # -- messages

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
        rare = len(PLAIN) + 1
        kept = rare + len(RARE)
        picked = ", ".join(self.db.pick("ZVIBERMESSAGE", names) for names in (PLAIN, RARE, KEPT))
        last = None
        try:
            for row in self.db.rows(f"SELECT rowid, {picked} FROM ZVIBERMESSAGE ORDER BY rowid"):
                last, _, text, stamp, state, chat, member, token, system = row[:rare]
                if (
                    text
                    and not system
                    and type(text) is str
                    and type(stamp) is float
                    and (type(token) is int or token is None)
                    and not any(row[rare:kept])
                ):
                    sender = (
                        senders.get(member)
                        if state == "received" and member is not None
                        else owner
                        if state in OUTGOING and member is None
                        else None
                    )
                    conversation = conversations.get(chat)
                    sent = core_data_moment(stamp)
                    if conversation is not None and sender is not None and sent.utc is not None:
                        yield Message(
                            Locator(source, path, f"table ZVIBERMESSAGE row {last}"),
                            "viber",
                            conversation,
                            sender[0],
                            sender[1],
                            "text",
                            text,
                            sent,
                            native=Native(str(token) if token else None, None),
                        )
                        continue
                yield from self.message(last, dict(zip((*PLAIN, *RARE, *KEPT), row[1:], strict=True)))
        except Damaged:
            for step in self.db.walk("ZVIBERMESSAGE", (*PLAIN, *RARE, *KEPT)):
                if isinstance(step, Lost):
                    yield self.lost("ZVIBERMESSAGE", step, step.rows)
                elif last is None or step[0] > last:
                    yield from self.message(step[0], dict(zip((*PLAIN, *RARE, *KEPT), step[1], strict=True)))

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
        if number is None and state != "received":
            detail["sender_ground"] = f"no member named, state {state or 'empty'}: the owner's rows name none"
            return self.owner
        flags.append("weak_identity")
        self.note("RTV-V043", spot.spot)
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
        return Attachment(
            name=base_name(path) or None,
            missing="a sticker of the app, no file" if kind == "sticker" else "not in the database",
            size=whole(size),
            detail=more,
        )

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

    # -- calls and contacts

    def calls(self) -> Iterator[Read]:
        """Rows of ZRECENT: every call, also those whose message was deleted (no ZCALLLOGMESSAGE)."""
        lines: dict[int, tuple[Any, ...]] = {}
        for rowid, row in self.table("ZRECENTSLINE", ("Z_PK", "ZPHONENUMBER", "ZPHONENUMINDEX")):
            lines[rowid] = row
        columns = ("Z_PK", "ZDATE", "ZDURATION", "ZCALLTYPE", "ZRECENTSLINE", "ZCALLLOGMESSAGE")
        for rowid, (_, date, duration, kind, line, message) in self.table("ZRECENT", columns):
            _, written, member = lines.get(whole(line) or -1, (None, None, None))
            number = words(written)
            other = self.by_number.get(number.removeprefix("+")) or self.people_by_pk.get(whole(member) or -1)
            tel = phone(number)
            if other is None and tel:
                spot = at(self.item, f"table ZRECENT row {rowid}")
                other = Account(
                    spot,
                    account_id("viber", tel),
                    "viber",
                    phone=tel,
                    native=number,
                    ground="number in ZRECENTSLINE",
                )
                self.by_number[number.removeprefix("+")] = other
                yield other
            word = words(kind)
            outgoing = word.startswith("outgoing")
            incoming = word.startswith(("incoming", "missed"))
            yield Call(
                at(self.item, f"table ZRECENT row {rowid}"),
                "viber",
                None,
                self.owner.id if outgoing else other.id if other is not None and incoming else None,
                tuple(a.id for a in (self.owner, other) if a is not None),
                core_data_moment(date),
                float(duration) if isinstance(duration, int | float) else None,
                word.endswith("with_video") if word else None,
                word or None,
                Native(None, word or None),
                {
                    "number_as_stored": number or None,
                    "message_row": message,
                    "message_gone": message is None,
                },
            )

    def contacts(self) -> Iterator[Contact]:
        """Rows of ZABCONTACT with their numbers; members of chats are not among them by themselves."""
        numbers: dict[int, list[str]] = {}
        names = [t for t in self.db.tables if t.upper() in ("ZABCONTACTNUMBER", "ZPHONENUMBERINDEX")]
        for table in names:
            for _, (contact, written, canonized) in self.table(
                table, ("ZCONTACT", "ZPHONE", "ZCANONIZEDPHONENUM")
            ):
                key = whole(contact)
                if key is not None:
                    numbers.setdefault(key, []).extend(words(n) for n in (canonized, written) if n)
        columns = ("Z_PK", "ZMAINNAME", "ZPREFIXNAME", "ZSUFFIXNAME", "ZCONTACTID")
        for rowid, (pk, main, prefix, suffix, _) in self.table("ZABCONTACT", columns):
            key = whole(pk)
            own = numbers.get(rowid if key is None else key, [])
            phones = tuple(dict.fromkeys(phone(n) or n for n in own))
            account = next((a for n in own if (a := self.by_number.get(n.removeprefix("+")))), None)
            parts = [words(part) for part in (main, prefix, suffix) if part]
            yield Contact(
                at(self.item, f"table ZABCONTACT row {rowid}"),
                "viber",
                None if account is None else account.id,
                " ".join(parts) or None,
                phones,
            )

    # -- remarks

    def note(self, code: str, spot: str) -> None:
        """Remember a remark for the end."""
        self.notes.setdefault(code, []).append(spot)

    def remarks(self) -> Iterator[Problem]:
        """Problems that cost no entry: one a kind, with how many and where the first ones stand."""
        yield from self.problems
        said_once = {
            "RTV-V042": "JSON columns beside messages that do not decode",
            "RTV-V043": "received messages that do not say from whom",
            "RTV-V044": "messages whose time is no plausible time",
        }
        for code, spots in sorted(self.notes.items()):
            what = f"{len(spots)} {said_once[code]}; first: {', '.join(spots[:3])}"
            yield Problem(at(self.item, spots[0]), code, what)
        if self.db.bad_text:
            what = f"{self.db.bad_text} texts are not valid {self.db.encoding}"
            yield Problem(at(self.item), "RTV-V045", what)


READER = Reader(
    name="viber.ios",
    title="Viber for iOS (Contacts.data)",
    sniff=sniff,
    read=read,
    count=count,
    related=related,
    facts={
        "versions": "columns as read by iLEAPP (2025), DFIR_SQL_Queries (iOS 11 and 14) and everysaid (2026); written from "
        "these, not from a real database",
        "read": [
            "messages, quotes, edits, forwards, reactions by side or count, polls, locations, attachments by name",
            "calls in ZRECENT, also those whose message was deleted; address book; the owner out of Settings.data",
        ],
        "lost": ["media files (they lie elsewhere)"],
        "recalled": [
            "keys of ZMETADATA beyond quote, edit, generalFwdInfo, textMetaInfo",
            "subtypes of chats but 3 and 5",
        ],
    },
)
