"""The table ``messages`` (until 2021, and left behind in databases that were migrated since) as messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ritrova.formats.sqlite import Damaged
from ritrova.model import ids
from ritrova.model.records import Attachment, Locator, Message, Native, Problem, Read, Reply, Skip
from ritrova.model.shapes import Ask, at
from ritrova.readers.whatsapp_android.codes import KINDS, ONCE, SHOWN, direction, moment, whole, words
from ritrova.readers.whatsapp_android.current import Keys, card
from ritrova.readers.whatsapp_android.media import Media
from ritrova.readers.whatsapp_android.people import People
from ritrova.readers.whatsapp_android.sides import KEYED

COLUMNS = (
    "key_remote_jid", "key_from_me", "key_id", "status", "data", "timestamp", "media_url", "media_mime_type",
    "media_wa_type", "media_size", "media_name", "media_caption", "media_hash", "media_duration", "latitude", "longitude",
    "remote_resource", "received_timestamp", "edit_version", "quoted_row_id", "starred", "forwarded", "send_timestamp",
)  # fmt: skip
QUOTE = ("key_remote_jid", "key_from_me", "key_id", "data", "timestamp", "media_wa_type", "media_caption", "remote_resource", "media_name")  # fmt: skip


class Legacy:
    """Reads the table. `keys` are the messages of the current table: what is there already is counted, not repeated."""

    def __init__(self, people: People, ask: Ask, keys: Keys | None) -> None:
        self.people, self.item, self.db = people, people.item, people.db
        self.keys: Keys = keys or {}
        self.media = Media(self.item, ask)
        self.cards: dict[int, list[str]] = {}
        self.unknown: dict[int, int] = {}
        self.both = 0
        self.otherwise = 0
        self.problems: list[Problem] = []
        for found in (
            self.db.walk("messages_vcards", ("message_row_id", "vcard"))
            if self.db.has("messages_vcards")
            else ()
        ):
            if isinstance(found, tuple) and words(found[1][1]) and whole(found[1][0]):
                self.cards.setdefault(whole(found[1][0]) or 0, []).append(str(words(found[1][1])))
        self.files: str | None = None
        if self.db.has("message_media", "message_row_id"):
            pick = self.db.pick("message_media", KEYED["message_media"])
            self.files = f"SELECT {pick} FROM message_media WHERE message_row_id = ?1"
            if self.db.has("message", "_id"):
                self.files += " AND NOT EXISTS (SELECT 1 FROM message WHERE _id = ?1)"
        self.quotes = f"SELECT {self.db.pick('messages_quotes', QUOTE)} FROM messages_quotes WHERE rowid = ?"

    def records(self) -> Iterator[Read]:
        """Messages of the old table that the current one does not hold."""
        for found in self.db.walk("messages", COLUMNS):
            if not isinstance(found, tuple):
                what = f"rows {found.first} to {found.last} of messages could not be read: {found.why}"
                yield Problem(
                    at(self.item, f"table messages row {found.first}"),
                    "RTV-W102",
                    what,
                    getattr(found, "rows", 0),
                )
                continue
            record = self._message(found[0], found[1])
            if self.people.waiting:
                yield from self.people.waiting
                self.people.waiting.clear()
            yield record
        yield from self.problems

    def _message(self, row: int, values: tuple[Any, ...]) -> Message | Skip:
        v = dict(zip(COLUMNS, values, strict=True))
        spot = Locator(self.item.source, self.item.path, f"table messages row {row}")
        raw, key = words(v["key_remote_jid"]), v["key_id"]
        if raw == "-1" and str(key) == "-1" and not words(v["data"]) and not words(v["media_caption"]):
            return Skip(spot, "the row that WhatsApp itself puts first: no message")
        raw = raw or f"unknown chat of row {row}"
        ours = direction(v["key_from_me"])
        from_me = ours is True
        now = self._now(raw, v["key_from_me"], key)
        if now is not None:
            self.both += 1
            held = words(v["data"]) or words(v["media_caption"])
            plain = whole(v["media_wa_type"]) in (None, 0, 1, 2, 3, 9, 13) and whole(v["status"]) != 6
            if held is None or not plain or hash(held) == now[1]:
                return Skip(spot, "also in the table message, where it is read")
            self.otherwise += 1
        conversation, _, kind = self.people.chat_of(raw)
        code = whole(v["media_wa_type"])
        if code is None and v["media_wa_type"] in (None, ""):
            code = 0
        if code == 0 and whole(v["status"]) == 6:
            code = 7
        shape = KINDS.get(code) if code is not None else "unsupported"
        if shape is None:
            self.unknown[code or 0] = self.unknown.get(code or 0, 0) + 1
            shape = "unsupported"
        detail: dict[str, Any] = {}
        if ours is None:
            detail["direction"] = "the database does not say whether this phone sent or received it"
        if now is not None:
            detail["now"] = ids.message_id(at(self.item, f"table message row {now[0]}"))
            detail["original"] = "the table message holds this message with other words, or none"
        who: str | None
        shown: str | None = None
        resource = words(v["remote_resource"])
        if from_me:
            who, shown = self.people.me(), self.people.owner_name
        else:
            named = (
                resource
                if resource and "@" in resource
                else raw
                if ours is False and kind in ("direct", "channel")
                else None
            )
            who = self.people.account(named) if named else None
            shown = self.people.name(named)
        if code == 7:
            detail["system"] = {"action": whole(v["media_size"]), "by": who, "resource": resource}
            who = shown = None
        elif who is None:
            detail["sender"] = "the database names no sender"
        files: tuple[Attachment, ...] = ()
        if shape == "media" or v["media_hash"] or v["media_url"]:
            files = (self.media.attachment({**_as_media(v), **self._file(row)}, code in ONCE),)
        if shape == "location":
            detail["location"] = {
                "latitude": v["latitude"],
                "longitude": v["longitude"],
                "name": words(v["media_name"]),
            }
        cards = self.cards.get(row) or ([str(v["data"])] if shape == "contact" and v["data"] else [])
        if cards and shape == "contact":
            detail["contacts"] = [card(c) for c in cards]
        if whole(v["edit_version"]):
            detail["edit_version"] = whole(v["edit_version"])
        if whole(v["starred"]):
            detail["starred"] = True
        if not from_me and whole(v["received_timestamp"]):
            detail["received"] = moment(v["received_timestamp"]).utc
        score = whole(v["forwarded"]) or 0
        if score:
            detail["forwarded_flags"] = score
        if code in SHOWN or shape == "unsupported":
            detail["shown"] = SHOWN.get(code or -1, f"type {v['media_wa_type']}")
        said = words(v["data"]) or ""
        if shape in ("media", "contact") or not said:
            said = words(v["media_caption"]) or (said if shape not in ("contact", "media") else "")
        flags: tuple[str, ...] = ("view_once",) if code in ONCE else ()
        if now is not None:
            flags = (*flags, "recovered")
        return Message(
            spot, "whatsapp", conversation, who, shown, shape, said, moment(v["timestamp"]), None, self._reply(v),
            None, Native(None if key is None else str(key), code if code is not None else words(v["media_wa_type"])), flags,
            files, detail or None,
        )  # fmt: skip

    def _file(self, row: int) -> dict[str, Any]:
        """What ``message_media`` says: before the current table came it went by the rows of the old one."""
        if self.files is None:
            return {}
        try:
            for found in self.db.rows(self.files, (row,)):
                return {k: v for k, v in zip(KEYED["message_media"], found, strict=True) if v is not None}
        except Damaged as error:
            what = f"part of the table message_media could not be read: {error}"
            if not any(p.what == what for p in self.problems):
                self.problems.append(Problem(at(self.item), "RTV-W102", what))
        return {}

    def _now(self, raw: str | None, mine: Any, key: Any) -> tuple[int, int] | None:
        """Row and hash of the words of the same message in the current table. Without a key nothing is the same."""
        if not self.keys or not raw or key in (None, "") or "@" not in raw:
            return None
        return self.keys.get((self.people.main(raw), 1 if direction(mine) else 0, str(key)))

    def _reply(self, v: dict[str, Any]) -> Reply | None:
        n = whole(v["quoted_row_id"])
        if not n:
            return None
        gone = Reply(
            None,
            None,
            None,
            {"original": f"the quoted text (row {n} of messages_quotes) is not in the database"},
        )
        if not self.db.has("messages_quotes"):
            return gone
        try:
            for row in self.db.rows(self.quotes, (n,)):
                q = dict(zip(QUOTE, row, strict=True))
                there = words(q["key_remote_jid"])
                chat = self.people.chat_of(there)[0] if there and there != v["key_remote_jid"] else None
                snapshot = words(q["data"]) or words(q["media_caption"])
                detail: dict[str, Any] = {
                    "sent": moment(q["timestamp"]).utc,
                    "type": whole(q["media_wa_type"]),
                }
                resource = words(q["remote_resource"])
                if whole(q["key_from_me"]) == 1:
                    detail["sender"] = self.people.me()
                elif resource and "@" in resource:
                    detail["sender"] = self.people.account(resource)
                original = self._original(q)
                now = self._now(there, q["key_from_me"], q["key_id"])
                if now is not None:
                    detail["message"] = ids.message_id(at(self.item, f"table message row {now[0]}"))
                    if snapshot is not None and hash(snapshot) != now[1]:
                        detail["original"] = "the quoted message now has another text, or none"
                        detail["recovered"] = True
                elif original is None:
                    detail["original"] = "the quoted message is not in the database"
                    detail["recovered"] = snapshot is not None
                else:
                    detail["message"] = ids.message_id(at(self.item, f"table messages row {original[0]}"))
                    if snapshot is not None and snapshot != (words(original[1]) or words(original[2])):
                        detail["original"] = "the quoted message now has another text"
                        detail["recovered"] = True
                return Reply(words(q["key_id"]), chat, snapshot, detail)
        except Damaged as error:
            what = f"part of the table messages_quotes could not be read: {error}"
            self.problems.append(Problem(at(self.item), "RTV-W102", what))
        return gone

    def _original(self, q: dict[str, Any]) -> tuple[int, Any, Any] | None:
        sql = (
            f"SELECT rowid, {self.db.pick('messages', ('data', 'media_caption'))} FROM messages "
            "WHERE key_remote_jid = ? AND key_from_me = ? AND key_id = ?"
        )
        for row in self.db.rows(sql, (q["key_remote_jid"], q["key_from_me"], q["key_id"])):
            return row[0], row[1], row[2]
        return None


def _as_media(v: dict[str, Any]) -> dict[str, Any]:
    return {
        "media_name": v["media_name"], "mime_type": v["media_mime_type"], "file_size": v["media_size"],
        "file_hash": v["media_hash"], "media_duration": v["media_duration"], "message_url": v["media_url"],
        "file_path": None,
    }  # fmt: skip
