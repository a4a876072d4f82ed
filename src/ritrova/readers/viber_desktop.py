"""Viber Desktop database (`ViberPC/<phone>/viber.db`).

Times are milliseconds since 1970 in UTC. `Events` holds the envelope (time, chat, contact, direction), `Messages` the
content by `EventID`; either row may outlive the other, so everything is joined outward from `Messages`. Contact 1 is the
owner. Direction decides who wrote: on outgoing rows of older versions the contact is the one written to. Facts: the SQL
of ViberExtractor (2019), the notes of the "everysaid" archive (2026); no real database could be had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ritrova.formats.sqlite import Damaged, Database, Lost, looks_like_sqlite, opened, quoted
from ritrova.formats.viber import (
    FIRST,
    LAST,
    MILLISECONDS,
    base_name,
    direct_key,
    fields,
    inner,
    moment,
    phone,
    utc,
    whole,
    words,
)
from ritrova.formats.viber_info import NOTHING, Said, lowered, said
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
    Moment,
    Native,
    Problem,
    Read,
)
from ritrova.model.shapes import Ask, Counted, Item, Reader, at

PROBLEMS: dict[str, str] = {
    "RTV-V001": "A viber.db that is not plain SQLite. Newer builds of Viber Desktop encrypt it with a key that the running "
    "app keeps to itself. Nothing was read. Ask for the phone's own database (Android viber_messages, iOS Contacts.data), "
    "a forensic extraction, or the app's message history export.",
    "RTV-V002": "The database has no table of messages that this reader knows, or its schema cannot be read. If it is "
    "damaged, a better copy may help; if it is of a new version, report its table names.",
    "RTV-V003": "Part of a table could not be read: the file is damaged there. What stands before and behind was read. "
    "Compare the number of lost rows, and ask for another copy.",
    "RTV-V004": "A JSON column beside messages does not decode. The message was read; what that column says of replies, "
    "edits or files was not.",
    "RTV-V005": "Messages without the row that says when, where and by whom they were sent. They were kept, without time "
    "and sender.",
    "RTV-V006": "Messages whose stored time is no plausible time. The number as stored was kept; no time was made up.",
    "RTV-V007": "Text that is not valid in the database's own encoding. The bytes that fit no letter are shown as "
    "replacement characters.",
    "RTV-V009": "Part of the database lives only in its -wal file. Both readings were counted: with the -wal and without.",
}

MESSAGE_TYPES: dict[int, tuple[MessageKind, str]] = {
    1: ("text", "text"),
    2: ("media", "image"),
    3: ("media", "video"),
    4: ("media", "sticker"),
    5: ("location", "location"),
    6: ("media", "voice"),
    7: ("media", "instant video"),
    9: ("text", "link"),
    10: ("contact", "contact"),
    11: ("media", "file"),
    15: ("text", "pin"),
}
"""Messages.Type, as ViberExtractor and everysaid name them. Codes beyond these are kept and shown, never guessed."""

CONTENT = ("EventID", "Type", "Body")
ENVELOPE = ("TimeStamp", "Direction", "ChatID", "ContactID", "Token", "EventID")
MORE_CONTENT = (
    "Subject",
    "Info",
    "StickerID",
    "Duration",
    "PayloadPath",
    "ThumbnailPath",
    "SelfReaction",
    "MembersReactions",
    "AdminsReactions",
)
MORE_ENVELOPE = ("Type", "ContactLatitude", "ContactLongitude")
RARE = 1 + len(CONTENT) + len(ENVELOPE)
"""Where the columns begin that are empty in a row of plain text."""
DELETED = "message_deleted"
TIMED = ("timebomb", "selfdestruct", "ttl")
OWNER = 1
NOTES_FLAG = 1 << 19
CHANNEL = 3


def nulls(names: Sequence[str]) -> str:
    """As many NULLs as there are names, for a select list."""
    return ", ".join("NULL" for _ in names)


def sniff(item: Item) -> bool:
    """Claims a SQLite file with the three tables, and a file called viber.db whatever is in it."""
    if looks_like_sqlite(item):
        head = item.head(1 << 18).lower()
        if b"eventid" in head and b"messages" in head and b"events" in head:
            with opened(item) as db:
                return db.has("Messages", "EventID") and (db.has("Events", "EventID") or db.has("ChatInfo"))
        return False
    return item.name.casefold() == "viber.db" and item.size > 0


def related(item: Item) -> Iterable[str]:
    """The write-ahead log and its index."""
    return (item.name + "-wal", item.name + "-shm", item.name + "-journal")


def count(item: Item, ask: Ask) -> Counted:
    """Rows of Messages, Calls and Contact by ``count(*)``; where damage forbids it, by walking the rowids."""
    if not looks_like_sqlite(item):
        return {"messages": 0}
    with opened(item) as db:
        return {
            "messages": _counted(db, "Messages"),
            "calls": _counted(db, "Calls"),
            "contacts": _counted(db, "Contact"),
        }


def _counted(db: Database, table: str) -> int:
    try:
        return db.count(table)
    except Damaged:
        return sum(step.rows if isinstance(step, Lost) else 1 for step in db.walk(table, ()))


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Accounts, conversations, then messages in the order of their rows, each with its events; then calls and contacts."""
    if not looks_like_sqlite(item):
        what = "viber.db is not plain SQLite: most likely encrypted by Viber Desktop, else overwritten"
        yield Problem(at(item), "RTV-V001", what)
        return
    with opened(item) as db:
        if not db.has("Messages", "EventID"):
            yield Problem(
                at(item), "RTV-V002", f"no table Messages with EventID; tables: {sorted(db.tables)}"
            )
            return
        reading = _Reading(item, ask, db)
        yield from reading.people()
        yield from reading.chats()
        yield from reading.messages()
        yield from reading.lone_events()
        yield from reading.calls()
        yield from reading.contacts()
        yield from reading.remarks()


class _Reading:
    """One database on its way through `read`: who is who, and what has to be remarked at the end."""

    def __init__(self, item: Item, ask: Ask, db: Database) -> None:
        self.item = item
        self.ask = ask
        self.db = db
        self.scope = f"{item.source}/{item.path}"
        self.accounts: dict[int, Account] = {}
        self.conversations: dict[int | None, str] = {}
        self.members: dict[int, list[int]] = {}
        self.notes: dict[str, list[str]] = {}
        self.late: list[Read] = []
        self.problems: list[Problem] = []

    # -- people and chats

    def table(self, table: str, columns: Iterable[str]) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Rows of a side table; what is lost to damage becomes a Problem that `remarks` gives out."""
        for step in self.db.walk(table, tuple(columns)):
            if isinstance(step, Lost):
                self.problems.append(self.lost(table, step, 0))
            else:
                yield step

    def lost(self, table: str, lost: Lost, entries: int) -> Problem:
        spot = f"table {table} row {lost.first}"
        return Problem(
            at(self.item, spot),
            "RTV-V003",
            f"rows {lost.first} to {lost.last} of {table} cannot be read: {lost.why}",
            entries,
        )

    def people(self) -> Iterator[Account]:
        """An account for each row of Contact and for the owner, who is contact 1."""
        columns = ("ContactID", "Name", "ClientName", "Number", "MID")
        best: dict[str, Account] = {}
        for rowid, (contact, name, client, number, mid) in self.table("Contact", columns):
            key = whole(contact)
            key = rowid if key is None else key
            account = self.account(f"table Contact row {rowid}", key, name or client, number, mid)
            if key in self.accounts:
                continue
            self.accounts[key] = account
            known = best.get(account.id)
            if known is None or (known.name is None and account.name):
                best[account.id] = account
        if OWNER not in self.accounts:
            owner = self.account("", OWNER, None, None, None)
            self.accounts[OWNER] = best[owner.id] = owner
        yield from best.values()

    def account(self, spot: str, contact: int, name: Any, number: Any, mid: Any) -> Account:
        """The account of a contact, known by member id, else by number, else only inside this database."""
        owner = contact == OWNER
        ground = "member id (Contact.MID)"
        tel = phone(number)
        mid = words(mid) or None
        if owner and tel is None:
            tel = self.folder_phone()
            if tel:
                ground = "number that the database's folder is named after"
        if mid:
            key, scope = mid, ""
        elif tel:
            key, scope = tel, ""
            if not (owner and ground.startswith("number that")):
                ground = "number (Contact.Number)"
        else:
            key, scope = f"contact {contact}", self.scope
            ground = "row of Contact in this database only" if spot else "no row in Contact"
        return Account(
            at=at(self.item, spot),
            id=account_id("viber", key, scope),
            app="viber",
            name=words(name) or None,
            phone=tel,
            native=mid or (words(number) or None),
            owner=owner,
            ground=ground,
            detail={"contact": contact},
        )

    def folder_phone(self) -> str | None:
        """The owner's number where the folder around viber.db is named after it, as the app does."""
        parts = self.item.path.replace("\\", "/").replace("!", "/").split("/")
        return phone(parts[-2]) if len(parts) > 1 and len(parts[-2]) >= 7 else None

    def chats(self) -> Iterator[Conversation]:
        """A conversation for each row of ChatInfo."""
        for _, (chat, contact) in self.table("ChatRelation", ("ChatID", "ContactID")):
            chat, contact = whole(chat), whole(contact)
            if chat is not None and contact is not None:
                self.members.setdefault(chat, []).append(contact)
        for rowid, (chat, name, token, flags, group) in self.table(
            "ChatInfo", ("ChatID", "Name", "Token", "Flags", "PGType")
        ):
            number = whole(chat)
            number = rowid if number is None else number
            if number not in self.conversations:
                spot = f"table ChatInfo row {rowid}"
                yield self.conversation(spot, number, words(name), words(token), whole(flags), whole(group))

    def conversation(
        self, spot: str, chat: int | None, name: str, token: str, flags: int | None, group: int | None
    ) -> Conversation:
        """The conversation of a chat. A group is known by its token everywhere, a direct chat by its two accounts."""
        members = self.members.get(chat, []) if chat is not None else []
        others = [m for m in dict.fromkeys(members) if m != OWNER]
        kind: ConversationKind = "unknown"
        if token == "0":
            token = ""
        if flags is not None and flags & NOTES_FLAG:
            kind = "self"
        elif group == CHANNEL:
            kind = "channel"
        elif token or len(others) > 1:
            kind = "group"
        elif len(others) == 1 and not name:
            kind = "direct"
        key, scope = f"chat {chat}", self.scope
        detail: dict[str, Any] = {"chat": chat}
        title: str | None = name or None
        if token:
            key, scope = f"group:{token}", ""
        elif kind == "direct":
            peer = self.accounts.get(others[0])
            pair = direct_key(self.accounts[OWNER], peer) if peer is not None else None
            if pair:
                key, scope = pair, ""
            if peer is not None and (peer.name or peer.phone):
                title = peer.name or peer.phone
                detail["name_ground"] = "the other member's name"
        if flags:
            detail["flags"] = flags
        if group is not None and group not in (0, 255):
            detail["type"] = group
        found = Conversation(
            at=at(self.item, spot),
            id=conversation_id("viber", key, scope),
            app="viber",
            name=title,
            kind=kind,
            native=token or (None if chat is None else str(chat)),
            members=tuple(self.accounts[m].id for m in dict.fromkeys(members) if m in self.accounts),
            detail=detail,
        )
        self.conversations[chat] = found.id
        return found

    # -- messages

    def timed_columns(self) -> list[str]:
        """Columns of Messages or Events whose name speaks of self-destruction, as select expressions."""
        found = []
        for table, alias in (("Messages", "m"), ("Events", "e")):
            name = next((t for t in self.db.tables if t.casefold() == table.casefold()), None)
            for column in self.db.tables[name] if name else ():
                if any(word in column.casefold() for word in TIMED):
                    found.append(f"{alias}.{quoted(column)}")
        return found[:2]

    def joined(self) -> str:
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
            return f"{select} ORDER BY m.rowid"
        on = "e.EventID = m.EventID"
        for _ in self.db.rows("SELECT 1 FROM Events WHERE EventID IS NOT rowid LIMIT 1"):
            on = "e.rowid = (SELECT min(x.rowid) FROM Events x WHERE x.EventID = m.EventID)"
        return f"{select} LEFT JOIN Events e ON {on} ORDER BY m.rowid"

    def messages(self) -> Iterator[Read]:
        """Every row of Messages as one record. Plain text in a known chat, nearly all rows, takes the short way."""
        source, path = self.item.source, self.item.path
        conversations = self.conversations
        senders = {key: (account.id, account.name) for key, account in self.accounts.items()}
        owner = senders.pop(OWNER)
        last = None
        try:
            for row in self.db.rows(self.joined()):
                last, _, code, body, stamp, direction, chat, contact, token, envelope = row[:RARE]
                if (
                    (code == 1 or code == 9)
                    and body
                    and type(body) is str
                    and envelope is not None
                    and type(stamp) is int
                    and FIRST <= stamp < LAST
                    and type(token) is int
                    and body[:15] != DELETED
                    and not any(row[RARE:])
                ):
                    sender = owner if direction == 1 else senders.get(contact)
                    conversation = conversations.get(chat)
                    if conversation is not None and sender is not None:
                        yield Message(
                            Locator(source, path, f"table Messages row {last}"),
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
            yield from self.walked_messages(last)

    def walked_messages(self, last: int | None) -> Iterator[Read]:
        """The same where the database is damaged: both tables walked around the damage, joined here."""
        envelopes: dict[Any, tuple[Any, ...]] = {}
        width = len(ENVELOPE)
        for _, values in self.table("Events", (*ENVELOPE, *MORE_ENVELOPE)):
            envelopes.setdefault(values[width - 1], values)
        none = (None,) * (width + len(MORE_ENVELOPE))
        for step in self.db.walk("Messages", (*CONTENT, *MORE_CONTENT)):
            if isinstance(step, Lost):
                yield self.lost("Messages", step, step.rows)
            elif last is None or step[0] > last:
                rowid, values = step
                envelope = envelopes.get(values[0], none)
                plain, rare = values[: len(CONTENT)], values[len(CONTENT) :]
                yield from self.message((rowid, *plain, *envelope[:width], *rare, *envelope[width:]))

    def message(self, row: tuple[Any, ...]) -> Iterator[Read]:
        """One message, preceded by accounts and conversations that only it names, followed by its events."""
        rowid, _, kind_code, body, stamp, direction, chat, contact, token, envelope = row[:RARE]
        subject, info_text, sticker, duration, payload, _thumbnail, own, by_members, by_admins = row[
            RARE : RARE + 9
        ]
        event_type, latitude, longitude, *timed = row[RARE + 9 :]
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
        return Attachment(
            name=name,
            present=False,
            missing="a sticker of the app, no file" if what == "sticker" else "not in the database",
            size=whole(about.get("filesize")),
            detail=more,
        )

    # -- what has no message

    def lone_events(self) -> Iterator[Read]:
        """Rows of Events without a row in Messages or Calls: reactions, and envelopes whose content is gone."""
        if not self.db.has("Events", "EventID"):
            return
        targets: dict[int, int] = {}
        for _, (token, event) in self.table("LikeRelation", ("MessageToken", "LikeEventID")):
            if event is not None:
                targets[event] = token
        calls = "AND NOT EXISTS (SELECT 1 FROM Calls c WHERE c.EventID = e.EventID)"
        sql = (
            f"SELECT e.rowid, {self.db.pick('Events', (*ENVELOPE, 'Type'), 'e')} FROM Events e "
            "WHERE NOT EXISTS (SELECT 1 FROM Messages m WHERE m.EventID = e.EventID) "
            f"{calls if self.db.has('Calls', 'EventID') else ''} ORDER BY e.rowid"
        )
        try:
            for rowid, stamp, direction, chat, contact, token, event, kind in self.db.rows(sql):
                account = self.accounts.get(OWNER if whole(direction) == 1 else whole(contact) or -1)
                target = targets.get(event)
                yield Event(
                    at=at(self.item, f"table Events row {rowid}"),
                    kind="reaction" if target is not None else "unknown",
                    conversation=self.conversations.get(whole(chat)),
                    message_key=None if target is None else str(target),
                    account=None if account is None else account.id,
                    when=moment(stamp, whole(token)),
                    detail={"event_type": kind, "token": token}
                    if target is not None
                    else {"event_type": kind, "token": token, "ground": "a row in Events without content"},
                )
        except Damaged as error:
            yield Problem(at(self.item, "table Events row 0"), "RTV-V003", f"Events cannot be read: {error}")

    def calls(self) -> Iterator[Read]:
        """Rows of Calls with the envelope of their event."""
        if not self.db.has("Calls"):
            return
        name = next(t for t in self.db.tables if t.casefold() == "calls")
        columns = self.db.tables[name]
        envelopes: dict[Any, tuple[Any, ...]] = {}
        for _, values in self.table("Events", ENVELOPE):
            envelopes[values[-1]] = values
        none = (None,) * len(ENVELOPE)
        for rowid, values in self.table(name, columns):
            row = {c.casefold(): v for c, v in zip(columns, values, strict=True)}
            envelope = envelopes.get(row.get("eventid"), none)
            stamp, direction, chat, contact, token, _ = envelope
            tel = phone(row.get("number"))
            owner = self.accounts[OWNER]
            other = self.accounts.get(whole(contact) or -1)
            if other is None and tel:
                other = self.account(f"table {name} row {rowid}", -1, None, tel, None)
                yield other
            out = whole(direction) == 1
            kind = row.get("type")
            yield Call(
                at=at(self.item, f"table {name} row {rowid}"),
                app="viber",
                conversation=self.conversations.get(whole(chat)) if chat is not None else None,
                caller=owner.id if out else other.id if other else None,
                participants=tuple(a.id for a in (owner, other) if a is not None),
                when=moment(stamp if stamp is not None else row.get("timestamp"), whole(token)),
                seconds=float(row["duration"]) if isinstance(row.get("duration"), int | float) else None,
                video=None,
                result=None if row.get("status") is None else words(row["status"]),
                native=Native(None if not token else str(token), kind),
                detail={c: v for c, v in row.items() if v is not None and not isinstance(v, bytes)},
            )

    def contacts(self) -> Iterator[Read]:
        """Rows of Contact as address book entries; the app keeps there everybody it has heard of."""
        columns = ("ContactID", "Name", "ClientName", "Number", "MID")
        for rowid, (contact, name, client, number, mid) in self.table("Contact", columns):
            account = self.accounts.get(whole(contact) if contact is not None else rowid)  # type: ignore[arg-type]
            tel = phone(number)
            detail = {"client_name": words(client)} if client else {}
            if mid:
                detail["member_id"] = words(mid)
            yield Contact(
                at=at(self.item, f"table Contact row {rowid}"),
                app="viber",
                account=None if account is None else account.id,
                name=words(name) or words(client) or None,
                phones=(tel,) if tel else (),
                detail=detail or None,
            )

    # -- remarks

    def note(self, code: str, spot: str) -> None:
        self.notes.setdefault(code, []).append(spot)

    def remarks(self) -> Iterator[Problem]:
        """Problems that cost no entry: one a kind, with how many and where the first ones stand."""
        yield from self.problems
        said = {
            "RTV-V004": "messages whose Info does not decode as JSON",
            "RTV-V005": "messages without a row in Events: no time, chat or sender",
            "RTV-V006": "messages whose time is no plausible time",
        }
        for code, spots in sorted(self.notes.items()):
            yield Problem(
                at(self.item, spots[0]), code, f"{len(spots)} {said[code]}; first: {', '.join(spots[:3])}"
            )
        if self.db.bad_text:
            yield Problem(
                at(self.item), "RTV-V007", f"{self.db.bad_text} texts are not valid {self.db.encoding}"
            )


READER = Reader(
    name="viber.desktop",
    title="Viber Desktop (viber.db)",
    sniff=sniff,
    read=read,
    count=count,
    related=related,
    facts={
        "versions": "tables as read by ViberExtractor (2019) and as documented by the everysaid archive (2026); "
        "written from these, not from a real database",
        "read": [
            "messages with text, captions, links, quotes, edits, forwards, pins",
            "reactions (single and counted), stickers, locations, shared contacts, media references",
            "contacts, members of chats, calls where the table holds any",
            "messages whose event, chat or contact row is gone",
        ],
        "lost": [
            "media files (they lie elsewhere)",
            "who gave a reaction in a group, where only counts are kept",
        ],
        "recalled": [
            "that the app clears the body of a message deleted for everyone",
            "columns of Calls, of timed messages; the shape of `edit`, `pin` and `generalFwdInfo` beyond their presence",
            "that newer builds encrypt viber.db (seen by two public projects, 2024 and 2026)",
        ],
    },
)
