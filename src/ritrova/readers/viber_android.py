"""Viber on Android: messages (`databases/viber_messages`).

Times are milliseconds since 1970 in UTC. The known SQL of two forensic tools joins inward and loses messages whose
participant row is gone; here everything is joined outward from `messages`. Facts: the app's own CREATE statements (public
decompilation, about version 9), ALEAPP, Autopsy; type codes marked as recalled could not be verified.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ritrova.formats.sqlite import Damaged, Database, Lost, looks_like_sqlite, opened
from ritrova.formats.viber import (
    FIRST,
    LAST,
    MILLISECONDS,
    base_name,
    direct_key,
    fields,
    moment,
    phone,
    reaction,
    utc,
    whole,
    words,
)
from ritrova.formats.viber_info import NOTHING, Said, reply_from, said
from ritrova.model.ids import account_id, conversation_id, message_id
from ritrova.model.records import (
    Account,
    Attachment,
    Call,
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
    "RTV-V020": "The database has no table messages with the columns this reader needs, or its schema cannot be read. If "
    "it is damaged, a better copy may help; if it is of a new version, report its table names.",
    "RTV-V021": "Part of a table of viber_messages could not be read: the file is damaged there. What stands before and "
    "behind was read. Compare the number of lost rows, and ask for another copy.",
    "RTV-V022": "A JSON column beside messages (msg_info, quoted_message_data) does not decode. The message was read; what "
    "that column says of replies or edits was not, and is kept as stored.",
    "RTV-V023": "Messages that name a participant whose row is gone (somebody left the group, or the app cleaned up). They "
    "were kept; who wrote them is known only by that row's number, or not at all.",
    "RTV-V024": "Messages whose stored time is no plausible time. The number as stored was kept; no time was made up.",
    "RTV-V025": "Text that is not valid in the database's own encoding. The bytes that fit no letter are shown as "
    "replacement characters.",
}

TYPES: dict[int, tuple[MessageKind, str]] = {
    0: ("text", "text"),
    1: ("media", "image"),
    2: ("media", "voice"),
    3: ("media", "video"),
    4: ("media", "sticker"),
    5: ("location", "location"),
    1000: ("system", "notification"),
    1002: ("call", "call"),
    1005: ("media", "animated"),
    1009: ("media", "voice"),
}
"""messages.extra_mime. 1 and 3 (pictures, videos), 2 and 1009 (voice), 1000, 1002 and 1005 stand in the app's own SQL."""
RECALLED: dict[int, tuple[MessageKind, str]] = {
    7: ("text", "formatted"),
    8: ("text", "link"),
    9: ("contact", "contact"),
    10: ("media", "file"),
    1008: ("deleted", "deleted"),
    1010: ("media", "instant video"),
}
"""Codes from memory; a message read by one of them says so in its detail."""
WORDS: dict[str, tuple[MessageKind, str]] = {
    "text": ("text", "text"),
    "image": ("media", "image"),
    "video": ("media", "video"),
    "sound": ("media", "voice"),
    "voice": ("media", "voice"),
    "audio": ("media", "voice"),
    "sticker": ("media", "sticker"),
    "animated_message": ("media", "animated"),
    "location": ("location", "location"),
    "share_location": ("location", "location"),
    "notif": ("system", "notification"),
    "call": ("call", "call"),
    "file": ("media", "file"),
    "application": ("media", "file"),
}
"""The words that versions before numeric codes stored, and the first halves of MIME types."""
CHAT_KINDS: dict[int, ConversationKind] = {
    0: "direct",
    1: "group",
    2: "channel",
    4: "broadcast",
    5: "group",
    6: "self",
}
"""conversations.conversation_type: 0, 1, 2 and 5 stand in the app's own SQL; 4 and 6 are recalled."""

PLAIN = ("_id", "extra_mime", "body", "msg_date", "send_type", "conversation_id", "participant_id", "token")
RARE = (
    "date",
    "description",
    "msg_info",
    "quoted_message_data",
    "extra_uri",
    "destination_uri",
    "extra_duration",
    "location_lat",
    "location_lng",
    "timebomb",
    "deleted",
    "likes_count",
    "msg_info_bin",
    "my_reaction",
)
KEPT = (
    "user_id",
    "conversation_type",
    "group_id",
    "status",
    "extra_flags",
    "flag",
    "read_message_time",
    "address",
    "type",
)
"""Columns that only the long way looks at; they are filled in ordinary rows as well."""
DELETED = "message_deleted"


def sniff(item: Item) -> bool:
    """Claims a SQLite file with `messages` and the table of participants, by its tables and not by its name."""
    if not looks_like_sqlite(item):
        return False
    head = item.head(1 << 18)
    if b"messages" not in head or b"participants_info" not in head:
        return False
    with opened(item) as db:
        return has_messages(db) and db.has("participants_info", "_id")


def has_messages(db: Database) -> bool:
    """True where the table of messages has what every version has."""
    return db.has("messages", "_id", "conversation_id", "body")


def related(item: Item) -> Iterable[str]:
    """The write-ahead log and its index."""
    return (item.name + "-wal", item.name + "-shm", item.name + "-journal")


def count(item: Item, ask: Ask) -> Counted:
    """Rows of messages and messages_calls by ``count(*)``; where damage forbids it, by walking the rowids."""
    with opened(item) as db:
        return {"messages": counted(db, "messages"), "calls": counted(db, "messages_calls")}


def counted(db: Database, table: str) -> int:
    """Rows of a table, and what is lost of it where it is damaged."""
    try:
        return db.count(table)
    except Damaged:
        return sum(step.rows if isinstance(step, Lost) else 1 for step in db.walk(table, ()))


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Accounts, conversations, then messages in the order of their rows with their events; then likes and calls."""
    with opened(item) as db:
        if not has_messages(db):
            yield Problem(at(item), "RTV-V020", f"no readable table messages; tables: {sorted(db.tables)}")
            return
        reading = Reading(item, db)
        yield from reading.people()
        yield from reading.chats()
        yield from reading.messages()
        yield from reading.likes()
        yield from reading.calls()
        yield from reading.remarks()


class Reading:
    """One database on its way through `read`: who is who, and what has to be remarked at the end."""

    def __init__(self, item: Item, db: Database) -> None:
        self.item = item
        self.db = db
        self.scope = f"{item.source}/{item.path}"
        self.by_info: dict[int, Account] = {}
        self.participants: dict[int, Account] = {}
        self.members: dict[int, list[Account]] = {}
        self.by_key: dict[str, Account] = {}
        self.owner: Account
        self.conversations: dict[int | None, str] = {}
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
        return Problem(at(self.item, f"table {table} row {lost.first}"), "RTV-V021", what, entries)

    # -- people and chats

    def people(self) -> Iterator[Account]:
        """An account for each row of participants_info; type 0 is the owner of the phone."""
        columns = (
            "_id",
            "number",
            "member_id",
            "display_name",
            "contact_name",
            "viber_name",
            "participant_type",
        )
        best: dict[str, Account] = {}
        owner = None
        for rowid, (id, number, member, *rest) in self.table("participants_info", columns):
            key = whole(id)
            account = self.account(rowid, number, member, rest)
            self.by_info[rowid if key is None else key] = account
            known = best.get(account.id)
            if known is None or (known.name is None and account.name is not None):
                best[account.id] = account
            if account.owner and owner is None:
                owner = account
            for value in (words(number), words(member)):
                if value:
                    self.by_key.setdefault(value, account)
        if owner is None:
            owner = Account(
                at(self.item),
                account_id("viber", "owner", self.scope),
                "viber",
                owner=True,
                ground="the owner of this database, whom no row names",
            )
            best[owner.id] = owner
        self.owner = owner
        yield from best.values()
        for rowid, (id, chat, info) in self.table(
            "participants", ("_id", "conversation_id", "participant_info_id")
        ):
            number = whole(info)
            found = self.by_info.get(number) if number is not None else None
            if found is None:
                if number is None:
                    continue
                found = self.by_info[number] = self.unknown(f"participant info {number}")
                yield found
            key = whole(id)
            self.participants[rowid if key is None else key] = found
            conversation = whole(chat)
            if conversation is not None:
                self.members.setdefault(conversation, []).append(found)

    def account(self, rowid: int, number: Any, member: Any, rest: Sequence[Any]) -> Account:
        """The account of a row of participants_info: by member id, else by number, else only inside this database."""
        display, contact, viber, kind = rest
        tel = phone(number)
        native = words(member) or None
        if native:
            key, scope, ground = native, "", "member id (participants_info.member_id)"
        elif tel:
            key, scope, ground = tel, "", "number (participants_info.number)"
        else:
            key, scope = f"participant info {rowid}", self.scope
            ground = "row of participants_info in this database only"
        names = {k: words(v) for k, v in (("display", display), ("contact", contact), ("viber", viber)) if v}
        return Account(
            at=at(self.item, f"table participants_info row {rowid}"),
            id=account_id("viber", key, scope),
            app="viber",
            name=words(contact or display or viber) or None,
            phone=tel,
            native=native or (words(number) or None),
            owner=whole(kind) == 0 and kind is not None,
            ground=ground,
            detail={"names": names} if len(set(names.values())) > 1 else None,
        )

    def unknown(self, key: str) -> Account:
        """An account that is known only by the number of a row that is gone."""
        return Account(
            at(self.item), account_id("viber", key, self.scope), "viber", native=key, ground="its row is gone"
        )

    def chats(self) -> Iterator[Conversation]:
        """A conversation for each row of conversations."""
        columns = (
            "_id",
            "conversation_type",
            "group_id",
            "name",
            "deleted",
            "flags",
            "timebomb_time",
            "recipient_number",
        )
        for rowid, (id, kind, group, name, deleted, _flags, timed, recipient) in self.table(
            "conversations", columns
        ):
            key = whole(id)
            detail = {k: v for k, v in (("deleted", deleted), ("timebomb_time", timed)) if v}
            yield self.conversation(
                rowid if key is None else key, rowid, kind, group, name, recipient, detail
            )

    def conversation(
        self,
        chat: int | None,
        rowid: int | None,
        kind_code: Any,
        group: Any,
        name: Any,
        recipient: Any = None,
        detail: dict[str, Any] | None = None,
    ) -> Conversation:
        """The conversation of a chat. A group is known by its group id everywhere, a direct chat by its two accounts."""
        members = list({a.id: a for a in self.members.get(chat, [])}.values()) if chat is not None else []
        others = [a for a in members if a.id != self.owner.id]
        code = whole(kind_code)
        kind: ConversationKind = CHAT_KINDS.get(code, "unknown") if code is not None else "unknown"
        token = words(group)
        token = "" if token == "0" else token
        if kind == "unknown" and code is None:
            kind = "group" if token or len(others) > 1 else "direct" if len(others) == 1 else "unknown"
        title = words(name) or None
        detail = dict(detail or {})
        if code is not None:
            detail["conversation_type"] = code
        key, scope = f"conversation {chat}", self.scope
        if token:
            key, scope = f"group:{token}", ""
        elif kind == "direct" and len(others) == 1:
            pair = direct_key(self.owner, others[0])
            if pair:
                key, scope = pair, ""
            if title is None:
                title = others[0].name or others[0].phone
                detail["name_ground"] = "the other member's name"
        elif kind == "direct" and recipient:
            detail["recipient_number"] = words(recipient)
        found = Conversation(
            at=at(self.item, "" if rowid is None else f"table conversations row {rowid}"),
            id=conversation_id("viber", key, scope),
            app="viber",
            name=title,
            kind=kind,
            native=token or (None if chat is None else str(chat)),
            members=tuple(a.id for a in members),
            detail=detail or None,
        )
        self.conversations[chat] = found.id
        return found

    # -- messages

    def messages(self) -> Iterator[Read]:
        """Every row of messages as one record. Plain text of somebody known, nearly all rows, takes the short way."""
        source, path = self.item.source, self.item.path
        conversations = self.conversations
        senders = {k: (a.id, a.name) for k, a in self.participants.items() if a.id != self.owner.id}
        owner = (self.owner.id, self.owner.name)
        rare = len(PLAIN) + 1
        kept = rare + len(RARE)
        picked = ", ".join(self.db.pick("messages", names) for names in (PLAIN, RARE, KEPT))
        last = None
        try:
            for row in self.db.rows(f"SELECT rowid, {picked} FROM messages ORDER BY rowid"):
                last, _, code, body, stamp, direction, chat, participant, token = row[:rare]
                if (
                    code == 0
                    and body
                    and type(body) is str
                    and type(stamp) is int
                    and FIRST <= stamp < LAST
                    and (type(token) is int or token is None)
                    and body[:15] != DELETED
                    and not any(row[rare:kept])
                ):
                    sender = owner if direction == 1 else senders.get(participant) if direction == 0 else None
                    conversation = conversations.get(chat)
                    if conversation is not None and sender is not None:
                        yield Message(
                            Locator(source, path, f"table messages row {last}"),
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
                yield from self.message(last, dict(zip((*PLAIN, *RARE, *KEPT), row[1:], strict=True)))
        except Damaged:
            for step in self.db.walk("messages", (*PLAIN, *RARE, *KEPT)):
                if isinstance(step, Lost):
                    yield self.lost("messages", step, step.rows)
                elif last is None or step[0] > last:
                    yield from self.message(step[0], dict(zip((*PLAIN, *RARE, *KEPT), step[1], strict=True)))

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
        return Attachment(
            name=words(note.file.get("filename")) or (base_name(uri) if uri else None) or None,
            present=False,
            mime=mime if "/" in mime else None,
            missing="a sticker of the app, no file" if what == "sticker" else "not in the database",
            size=whole(note.file.get("filesize")),
            detail=more,
        )

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

    # -- likes and calls

    def likes(self) -> Iterator[Event]:
        """Rows of messages_likes: who liked which message, and when."""
        for name in ("messages_likes", "messages_reactions"):
            columns = (
                "message_token",
                "participant_number",
                "member_id",
                "date",
                "type",
                "reaction",
                "like_token",
            )
            for rowid, (token, number, member, date, kind, other, like) in self.table(name, columns):
                account = self.by_key.get(words(member)) or self.by_key.get(words(number))
                yield Event(
                    at=at(self.item, f"table {name} row {rowid}"),
                    kind="reaction",
                    message_key=words(token) or None,
                    account=None if account is None else account.id,
                    when=moment(date, whole(like)),
                    detail={**reaction(kind or other or 1), "by_as_stored": words(number) or words(member)},
                )

    def calls(self) -> Iterator[Call]:
        """Rows of messages_calls: calls that a message stands for."""
        columns = (
            *("conversation_id", "message_id", "canonized_number", "viber_call_type", "date", "duration"),
            *("type", "end_reason", "start_reason", "token"),
        )
        for rowid, values in self.table("messages_calls", columns):
            row = dict(zip(columns, values, strict=True))
            kind = whole(row["type"])
            number = words(row["canonized_number"])
            other = self.by_key.get(number) or self.by_key.get(number.removeprefix("+"))
            ends = [self.owner.id] + ([other.id] if other else [])
            yield Call(
                at=at(self.item, f"table messages_calls row {rowid}"),
                app="viber",
                conversation=self.conversations.get(whole(row["conversation_id"])),
                caller=self.owner.id if kind == 2 else other.id if other and kind in (1, 3) else None,
                participants=tuple(ends),
                when=moment(row["date"], whole(row["token"])),
                seconds=float(row["duration"]) if isinstance(row["duration"], int | float) else None,
                video={1: False, 4: True}.get(whole(row["viber_call_type"]) or 0),
                result={1: "incoming", 2: "outgoing", 3: "missed"}.get(kind or 0)
                or words(row["type"])
                or None,
                native=Native(words(row["token"]) or None, row["type"]),
                detail={k: v for k, v in row.items() if v is not None},
            )

    # -- remarks

    def note(self, code: str, spot: str) -> None:
        """Remember a remark for the end."""
        self.notes.setdefault(code, []).append(spot)

    def remarks(self) -> Iterator[Problem]:
        """Problems that cost no entry: one a kind, with how many and where the first ones stand."""
        yield from self.problems
        said_once = {
            "RTV-V022": "JSON columns beside messages that do not decode",
            "RTV-V023": "incoming messages whose participant row is gone",
            "RTV-V024": "messages whose time is no plausible time",
        }
        for code, spots in sorted(self.notes.items()):
            what = f"{len(spots)} {said_once[code]}; first: {', '.join(spots[:3])}"
            yield Problem(at(self.item, spots[0]), code, what)
        if self.db.bad_text:
            what = f"{self.db.bad_text} texts are not valid {self.db.encoding}"
            yield Problem(at(self.item), "RTV-V025", what)


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


READER = Reader(
    name="viber.android",
    title="Viber for Android, messages (viber_messages)",
    sniff=sniff,
    read=read,
    count=count,
    related=related,
    facts={
        "versions": "tables as created by the app of about 2018 (public decompilation), numeric and worded type codes; "
        "columns probed one by one; written from these, not from a real database",
        "read": [
            "messages with captions, quotes, edits, forwards, pins, deletions, timed messages, locations",
            "likes with who and when, calls in messages_calls",
            "messages whose participant, participants_info or conversation row is gone",
        ],
        "lost": ["media files (they lie elsewhere)", "msg_info_bin (kept as hex, not decoded)"],
        "recalled": [
            "type codes 7, 8, 9, 10, 1008, 1010; conversation types 4 and 6",
            "names of keys in msg_info and quoted_message_data",
        ],
    },
)
