"""Telegram for Android (cache4.db): columns for time and direction, the app's binary blobs for words and media.

The app never rewrites old rows, so one database mixes many layers of the schema. What the schema here does not have is
named and counted; the columns of such a row are read all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ritrova.formats.jsonframe import plain
from ritrova.formats.telegram import utf16_marks
from ritrova.formats.tl import decoded
from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Attachment,
    Contact,
    Conversation,
    ConversationKind,
    Event,
    Message,
    MessageKind,
    Moment,
    Native,
    Problem,
    Read,
    Reply,
)
from ritrova.model.shapes import Ask, Counted, Item, Reader, at

if TYPE_CHECKING:
    from ritrova.formats.sqlite import Database

PROBLEMS = {
    "RTV-T201": (
        "Rows of the database could not be read because it is damaged there. How many were lost is known only where the "
        "database says so."
    ),
    "RTV-T202": (
        "Messages carry a part of a kind that the schema known here does not have (a newer or much older version of the "
        "app). Their time and direction are read, and their words where they stand before that part; each such message is "
        "flagged `partly_read`."
    ),
    "RTV-T203": (
        "A message's columns and its own content disagree about its number or its time. Both are kept; the columns are "
        "used. The row may have been altered, or the content is of a kind that was misread."
    ),
    "RTV-T204": "A row's time is not a time, or its number is none; it is kept as written.",
}

_TABLES = ("messages_v2", "messages")
_COLUMNS = ("mid", "uid", "date", "out", "data", "read_state", "send_state", "ttl", "media")
_SECRET = 1 << 62
OWNER_GROUND = "the owner of this phone; the database does not say who that is"


def sniff(item: Item) -> bool:
    """True for a database with Telegram's tables."""
    from ritrova.formats.sqlite import looks_like_sqlite, opened

    if not looks_like_sqlite(item):
        return False
    with opened(item) as db:
        return any(db.has(t, "mid", "uid", "data") for t in _TABLES) and (
            db.has("users") or db.has("dialogs")
        )


def related(item: Item) -> Iterable[str]:
    """What SQLite writes beside."""
    return [
        name
        for name in (f"{item.name}-wal", f"{item.name}-shm", f"{item.name}-journal")
        if name in item.siblings()
    ]


def count(item: Item, ask: Ask) -> Counted:
    """``count(*)`` of each table of messages, and of the contacts."""
    from ritrova.formats.sqlite import opened

    with opened(item) as db:
        return {
            "messages": sum(_rows(db, t) for t in _TABLES if db.has(t, "mid", "uid")),
            "contacts": _walked(db, "user_contacts_v7"),
        }


def _rows(db: Database, table: str) -> int:
    from ritrova.formats.sqlite import Damaged

    try:
        return db.count(table)
    except Damaged:
        return _walked(db, table)


def _walked(db: Database, table: str) -> int:
    """Rows up to where the table is damaged (an index beside it may know of more)."""
    from ritrova.formats.sqlite import Damaged

    n = 0
    try:
        for _ in db.rowids(table):
            n += 1
    except Damaged:
        pass
    return n


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Accounts and chats, then each table's messages in the order of its rows."""
    from ritrova.formats.sqlite import opened

    with opened(item) as db:
        yield from _Cache(item, db).records()


class _Cache:
    """What is known of one database while it is read."""

    def __init__(self, item: Item, db: Database) -> None:
        self.item = item
        self.db = db
        self.scope = f"{item.source}/{item.path}"
        self.users: dict[int, tuple[str | None, str | None]] = {}
        self.chats: dict[int, tuple[str | None, dict[str, Any]]] = {}
        self.secret: dict[int, tuple[int | None, str | None]] = {}
        self.accounts: set[str] = set()
        self.conversations: set[str] = set()
        self.unknown: Counter[str] = Counter()
        self.owner: str | None = None

    def records(self) -> Iterator[Read]:
        """Everything, in the order of the house."""
        yield from self._people()
        self.owner = self._owner()
        yield from self._contacts()
        yield from self._secret_chats()
        for table in _TABLES:
            if self.db.has(table, "mid", "uid"):
                yield from self._messages(table)
        for why, n in sorted(self.unknown.items()):
            yield Problem(at(self.item), "RTV-T202", f"{n} messages: {why}")

    def _walk(self, table: str, *columns: str) -> Iterator[tuple[int, tuple[Any, ...]] | Problem]:
        from ritrova.formats.sqlite import Lost

        for row in self.db.walk(table, columns):
            if isinstance(row, Lost):
                here = at(self.item, f"table {table} rows {row.first}-{row.last}")
                entries = row.rows if table in _TABLES else 0
                yield Problem(here, "RTV-T201", f"{table}: {row.why}", entries)
            else:
                yield row

    def _people(self) -> Iterator[Read]:
        if self.db.has("users", "uid"):
            for row in self._walk("users", "uid", "name", "data"):
                if isinstance(row, Problem):
                    yield row
                elif isinstance(row[1][0], int):
                    name, handle = _named(row[1][1])
                    self.users[row[1][0]] = (name, handle)
                    value = decoded(row[1][2])[0] if isinstance(row[1][2], bytes) else {}
                    phone = value.get("phone")
                    shown = f"+{phone}" if isinstance(phone, str) and phone.isdecimal() else None
                    here = at(self.item, f"table users row {row[0]}")
                    yield from self._account(
                        f"user{row[1][0]}", here, name, handle, shown, bool(value.get("self"))
                    )
                    if value.get("self"):
                        self.owner = f"user{row[1][0]}"
        if self.db.has("chats", "uid"):
            for row in self._walk("chats", "uid", "name", "data"):
                if isinstance(row, Problem):
                    yield row
                elif isinstance(row[1][0], int):
                    value = decoded(row[1][2])[0] if isinstance(row[1][2], bytes) else {}
                    self.chats[row[1][0]] = (_text(row[1][1]), value)

    def _account(
        self,
        key: str,
        here: Any,
        name: str | None = None,
        handle: str | None = None,
        phone: str | None = None,
        owner: bool = False,
    ) -> Iterator[Read]:
        made = self.account_id(key)
        if made not in self.accounts:
            self.accounts.add(made)
            weak = key == "owner"
            yield Account(
                here,
                made,
                "telegram",
                name,
                phone,
                handle,
                None if weak else key,
                owner or weak,
                OWNER_GROUND if weak else "Telegram id",
            )

    def account_id(self, key: str) -> str:
        """An account by key; the unnamed owner is one of this database only."""
        return ids.account_id("telegram", key, self.scope if key == "owner" else "")

    def _owner(self) -> str | None:
        """Who sent the outgoing messages, where one of them says so."""
        from ritrova.formats.sqlite import Damaged

        if self.owner is not None:
            return self.owner
        for table in _TABLES:
            if self.db.has(table, "out", "data"):
                try:
                    for (raw,) in self.db.rows(f'SELECT data FROM "{table}" WHERE out = 1 LIMIT 200'):
                        value = decoded(raw)[0] if isinstance(raw, bytes) else {}
                        key = _peer(value.get("from_id"))
                        if key is not None and key.startswith("user"):
                            return key
                except Damaged:
                    continue
        return None

    def _contacts(self) -> Iterator[Read]:
        phones: dict[str, list[str]] = {}
        if self.db.has("user_phones_v7", "key", "phone"):
            for row in self._walk("user_phones_v7", "key", "phone"):
                if not isinstance(row, Problem) and row[1][1]:
                    phones.setdefault(str(row[1][0]), []).append(str(row[1][1]))
        for row in self._walk("user_contacts_v7", "key", "uid", "fname", "sname", "imported"):
            if isinstance(row, Problem):
                yield row
                continue
            key, uid, first, last, imported = row[1]
            here = at(self.item, f"table user_contacts_v7 row {row[0]}")
            account = None
            if isinstance(uid, int) and uid > 0:
                yield from self._account(f"user{uid}", here)
                account = self.account_id(f"user{uid}")
            name = " ".join(str(part) for part in (first, last) if part) or None
            numbers = tuple(phones.get(str(key), ()))
            detail = {"key": str(key), "imported": imported if isinstance(imported, int) else None}
            yield Contact(here, "telegram", account, name, numbers, detail=detail)

    def _secret_chats(self) -> Iterator[Read]:
        if not self.db.has("enc_chats", "uid"):
            return
        for row in self._walk("enc_chats", "uid", "user", "name"):
            if isinstance(row, Problem):
                yield row
            elif isinstance(row[1][0], int):
                uid, user, name = row[1]
                self.secret[uid] = (user if isinstance(user, int) else None, _text(name))
                here = at(self.item, f"table enc_chats row {row[0]}")
                yield from self._conversation(_SECRET | (uid & 0xFFFFFFFF), None, here)

    def _conversation(self, uid: int, said: str | None, here: Any) -> Iterator[Read]:
        key, kind, name, detail = self._chat(uid, said)
        made = self.conversation_id(key)
        if made in self.conversations:
            return
        self.conversations.add(made)
        members: tuple[str, ...] = ()
        if detail.get("user"):
            yield from self._account(f"user{detail['user']}", here)
            members = (self.account_id(f"user{detail['user']}"),)
        yield Conversation(here, made, "telegram", name, kind, key, members, {**detail, "dialog": uid})

    def conversation_id(self, key: str) -> str:
        """Groups and channels are one everywhere; private and secret chats belong to the phone's owner."""
        if key.startswith(("channel", "chat")):
            return ids.conversation_id("telegram", key)
        return ids.conversation_id("telegram", key, self.owner or self.scope)

    def _chat(self, uid: int, said: str | None) -> tuple[str, ConversationKind, str | None, dict[str, Any]]:
        """Key, kind, name and detail of a dialog. `said` is the peer that a message of it names."""
        if uid > 0 and (uid & _SECRET or (uid >> 32 and not uid & 0xFFFFFFFF)):
            number = uid & 0xFFFFFFFF if uid & _SECRET else uid >> 32
            signed = number - (1 << 32) if number >> 31 else number
            user, name = self.secret.get(number, self.secret.get(signed, (None, None)))
            return f"secret{number}", "direct", name, {"secret": True, "user": user}
        if uid > 0:
            name, _ = self.users.get(uid, (None, None))
            return f"user{uid}", "self" if self.owner == f"user{uid}" else "direct", name, {"user": uid}
        name, value = self.chats.get(-uid, (None, {}))
        made = str(value.get("_", ""))
        if (said or "").startswith("channel") or made.startswith("channel"):
            kind: ConversationKind = "channel" if value.get("broadcast") else "group"
            if not made:
                kind = "unknown"
            return f"channel{-uid}", kind, name, {}
        if (said or "").startswith("chat") or made.startswith("chat"):
            return f"chat{-uid}", "group", name, {}
        return (
            f"peer{-uid}",
            "unknown",
            name,
            {"ground": "neither a group's nor a channel's record tells which it is"},
        )

    def _messages(self, table: str) -> Iterator[Read]:
        for row in self._walk(table, *_COLUMNS):
            if isinstance(row, Problem):
                yield row
            else:
                yield from self._message(table, row[0], row[1])

    def _message(self, table: str, rowid: int, row: tuple[Any, ...]) -> Iterator[Read]:
        mid, uid, date, out, raw, read_state, send_state, ttl, _ = row
        here = at(self.item, f"table {table} row {rowid}")
        flags: list[str] = []
        detail: dict[str, Any] = {"read_state": read_state, "send_state": send_state}
        value, broken = decoded(raw) if isinstance(raw, bytes) else ({}, None)
        sent, wrong = _moment(date)
        number = uid if isinstance(uid, int) else 0
        if wrong or not isinstance(uid, int):
            yield Problem(here, "RTV-T204", f"mid {mid!r}, uid {uid!r}, date {date!r}")
        known = "date" in value and value.get("_") in {"message", "messageService", "messageSecret"}
        if known and (value["date"] != date or value.get("id") != mid):
            flags.append("column_conflict")
            detail["in_the_content"] = {"id": value.get("id"), "date": value.get("date")}
            yield Problem(
                here, "RTV-T203", f"columns {mid!r}, {date!r}; content {value.get('id')!r}, {value['date']!r}"
            )
        peer = _peer(value.get("peer_id"))
        yield from self._conversation(number, peer, here)
        key, kind, _, _ = self._chat(number, peer)
        text = value.get("message")
        text = text if isinstance(text, str) else ""
        if broken is not None:
            flags.append("partly_read")
            detail["unread"] = str(broken)
            self.unknown[
                str(broken)[:120] if broken.constructor else "content cut short or of another form"
            ] += 1
            if "message" not in value and isinstance(raw, bytes) and isinstance(date, int):
                found = _after_date(raw, date)
                if found is not None:
                    text = found
                    flags.append("recovered")
                    detail["text_ground"] = (
                        "the words that stand after the row's own date in a content of unknown kind"
                    )
        sender = _peer(value.get("from_id"))
        if sender is None and value.get("_") != "messageEmpty":
            if out == 1:
                sender = self.owner or "owner"
                detail["sender_ground"] = "outgoing (column out)"
            elif kind in {"direct", "self"} and key.startswith("user"):
                sender = key
                detail["sender_ground"] = "incoming in a private chat: the other side"
            elif key.startswith("secret") and self._chat(number, peer)[3].get("user"):
                sender = f"user{self._chat(number, peer)[3]['user']}"
                detail["sender_ground"] = "incoming in a secret chat: the other side"
            elif key.startswith("channel") and value.get("post"):
                sender = key
                detail["sender_ground"] = "posted in the name of the channel"
        name = None
        who = None
        if sender is not None:
            user = int(sender[4:]) if sender.startswith("user") else None
            name, handle = self.users.get(user, (None, None)) if user is not None else (None, None)
            yield from self._account(sender, here, name, handle, None, sender == self.owner)
            who = self.account_id(sender)
        if sender == "owner" or sender is None:
            flags.append("weak_identity")
        what, text, attachments = _content(value, text, detail)
        if ttl or value.get("ttl_period"):
            flags.append("ttl")
            detail["ttl"] = ttl or value.get("ttl_period")
        if key.startswith("secret"):
            flags.append("secret_chat")
        forwarded = None
        if isinstance(value.get("fwd_from"), dict):
            flags.append("forwarded")
            header = value["fwd_from"]
            origin = _peer(header.get("from_id"))
            forwarded = _text(header.get("from_name")) or origin
            detail["forward"] = plain({**header, "from": origin})
        edited = _moment(value["edit_date"])[0] if value.get("edit_date") else None
        message = Message(
            here,
            "telegram",
            self.conversation_id(key),
            who,
            name,
            what,
            text,
            sent,
            edited,
            _reply(value.get("reply_to"), self),
            forwarded,
            Native(str(mid), str(value.get("_") or "unknown")),
            tuple(flags),
            attachments,
            {k: v for k, v in detail.items() if v is not None} or None,
        )
        yield message
        yield from self._events(value, message)

    def _events(self, value: dict[str, Any], message: Message) -> Iterator[Read]:
        mid = ids.message_id(message.at)
        key = message.native.key if message.native else None
        action = value.get("action")
        if isinstance(action, dict):
            said = plain({**action, "action": action.get("_")})
            yield Event(
                message.at, "unknown", message.conversation, mid, key, message.sender, message.sent, said
            )
        reactions = value.get("reactions")
        for one in reactions.get("results", []) if isinstance(reactions, dict) else []:
            if isinstance(one, dict):
                what = one.get("reaction")
                shown = what.get("emoticon") if isinstance(what, dict) else what
                said = {"emoji": shown, "count": one.get("count"), "unnamed": True}
                yield Event(message.at, "reaction", message.conversation, mid, key, None, None, said)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _named(written: object) -> tuple[str | None, str | None]:
    """Name and handle of ``display;;;username``."""
    if not isinstance(written, str):
        return None, None
    name, _, handle = written.partition(";;;")
    handle = handle.split(";;;")[0]
    return name or None, f"@{handle}" if handle else None


def _peer(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    for field, prefix in (("user_id", "user"), ("chat_id", "chat"), ("channel_id", "channel")):
        if isinstance(value.get(field), int):
            return f"{prefix}{value[field]}"
    return None


def _moment(written: object) -> tuple[Moment, bool]:
    try:
        seconds = int(str(written))
        known = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return Moment(None if written is None else str(written), None, None, "not a time"), True
    return Moment(
        str(written), None, known.isoformat() + "Z", "seconds since 1970, UTC (server's time)"
    ), False


def _after_date(raw: bytes, date: int) -> str | None:
    """The words after the row's own date in a content of unknown kind: strictly valid and printable, or nothing."""
    mark = (date & 0xFFFFFFFF).to_bytes(4, "little")
    place = raw.find(mark, 8)
    while place >= 0:
        here = place + 4
        if here % 4 == 0 and here < len(raw):
            size, head = raw[here], 1
            if size == 254:
                size, head = int.from_bytes(raw[here + 1 : here + 4], "little"), 4
            piece = raw[here + head : here + head + size]
            if 0 < size == len(piece) and raw[here] != 255:
                try:
                    words = piece.decode("utf-8")
                except UnicodeDecodeError:
                    words = ""
                if words and all(c.isprintable() or c in "\n\t\u200c\u200d\u200e\u200f\ufe0f" for c in words):
                    return words
        place = raw.find(mark, place + 1)
    return None


def _reply(value: object, cache: _Cache) -> Reply | None:
    if not isinstance(value, dict) or value.get("reply_to_msg_id") is None:
        return None
    peer = _peer(value.get("reply_to_peer_id"))
    conversation = cache.conversation_id(peer) if peer else None
    return Reply(str(value["reply_to_msg_id"]), conversation, _text(value.get("quote_text")))


def _content(
    value: dict[str, Any], text: str, detail: dict[str, Any]
) -> tuple[MessageKind, str, tuple[Attachment, ...]]:
    """Kind, text and attachments of a decoded message; structured parts go into `detail`."""
    if value.get("_") == "messageEmpty":
        return "deleted", text, ()
    if value.get("_") == "messageService":
        action = value.get("action")
        called = isinstance(action, dict) and action.get("_") == "messageActionPhoneCall"
        return ("call" if called else "system"), text, ()
    marks = utf16_marks(value.get("entities"), text)
    if marks:
        detail["entities"] = marks
    for field in ("post_author", "views", "forwards", "via_bot_id", "grouped_id", "post"):
        if value.get(field):
            detail[field] = value[field]
    media = value.get("media")
    if not isinstance(media, dict):
        return "text", text, ()
    short = str(media.get("_", "")).removeprefix("messageMedia")
    if short == "Contact":
        name = " ".join(str(media[k]) for k in ("first_name", "last_name") if media.get(k)) or None
        phone = _text(media.get("phone_number"))
        detail["contact"] = {
            "name": name,
            "phones": [phone] if phone else [],
            "user_id": media.get("user_id"),
        }
        return "contact", text, ()
    if short in {"Geo", "GeoLive", "Venue"}:
        geo = media.get("geo") if isinstance(media.get("geo"), dict) else {}
        assert isinstance(geo, dict)
        more = {k: media[k] for k in ("title", "address", "period") if media.get(k)}
        detail["location"] = {"latitude": geo.get("lat"), "longitude": geo.get("long"), **more}
        return "location", text, ()
    if short == "Poll":
        poll = media.get("poll") if isinstance(media.get("poll"), dict) else {}
        assert isinstance(poll, dict)
        question = poll.get("question")
        words = question.get("text") if isinstance(question, dict) else question
        detail["poll"] = plain({**poll, "results": media.get("results")})
        return "poll", text or (words if isinstance(words, str) else ""), ()
    if short in {"Photo", "Document"}:
        inner = media.get(short.lower())
        known = inner if isinstance(inner, dict) else {}
        names = [a.get("file_name") for a in known.get("attributes", []) if isinstance(a, dict)]
        name = next((n for n in names if isinstance(n, str)), None)
        mime = _text(known.get("mime_type")) or ("image/jpeg" if short == "Photo" else None)
        size = known.get("size") if isinstance(known.get("size"), int) else None
        if media.get("ttl_seconds"):
            detail["ttl"] = media["ttl_seconds"]
        more = {"media_type": short.lower(), "id": str(known.get("id", ""))}
        return "media", text, (Attachment(name, False, None, mime, "not in the database", size, None, more),)
    if short not in {"Empty", ""}:
        detail["media"] = plain(media)
    return "text", text, ()


READER = Reader(
    name="telegram.android",
    title="Telegram for Android (cache4.db)",
    sniff=sniff,
    read=read,
    count=count,
    facts={
        "versions": "schema layers 140 (2022), 146, 158, 181, 187, 195, 198, 201, 216, 222, 229; databases of our own only",
        "read": [
            "every row of messages_v2 and messages: time, direction, chat; words, entities, replies, forwards, media "
            "references, service actions and reactions from the content",
            "users, chats, contacts with their numbers, secret chats as such; the -wal beside",
            "words of a content of unknown kind, by the row's own date (flagged `recovered`)",
        ],
        "lost": [
            "parts of kinds that the schema here does not have are named and counted",
            "drafts, stickers, web pages",
        ],
        "recalled": ["the form of secret messages (0x555555fa)", "how dialog numbers mark secret chats"],
    },
    related=related,
)
