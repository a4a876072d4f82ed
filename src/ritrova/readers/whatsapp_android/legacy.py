"""The table ``messages`` (until 2021, and left behind in databases that were migrated since) as messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ritrova.formats.sqlite import Damaged
from ritrova.model import ids
from ritrova.model.records import Attachment, Locator, Message, Native, Problem, Read, Reply, Skip
from ritrova.model.shapes import Ask, at
from ritrova.readers.whatsapp_android.codes import KINDS, ONCE, SHOWN, moment, whole, words
from ritrova.readers.whatsapp_android.current import card
from ritrova.readers.whatsapp_android.media import Media
from ritrova.readers.whatsapp_android.people import People

COLUMNS = (
    "key_remote_jid", "key_from_me", "key_id", "status", "data", "timestamp", "media_url", "media_mime_type",
    "media_wa_type", "media_size", "media_name", "media_caption", "media_hash", "media_duration", "latitude", "longitude",
    "remote_resource", "received_timestamp", "edit_version", "quoted_row_id", "starred", "forwarded", "send_timestamp",
)  # fmt: skip
QUOTE = ("key_remote_jid", "key_from_me", "key_id", "data", "timestamp", "media_wa_type", "media_caption", "remote_resource", "media_name")  # fmt: skip


class Legacy:
    """Reads the table. `keys` are the messages of the current table: what is there already is counted, not repeated."""

    def __init__(self, people: People, ask: Ask, keys: set[tuple[str | None, int, str]] | None) -> None:
        self.people, self.item, self.db = people, people.item, people.db
        self.keys = keys or set()
        self.media = Media(self.item, ask)
        self.cards: dict[int, list[str]] = {}
        self.unknown: dict[int, int] = {}
        self.both = 0
        self.problems: list[Problem] = []
        for found in (
            self.db.walk("messages_vcards", ("message_row_id", "vcard"))
            if self.db.has("messages_vcards")
            else ()
        ):
            if isinstance(found, tuple) and words(found[1][1]) and whole(found[1][0]):
                self.cards.setdefault(whole(found[1][0]) or 0, []).append(str(words(found[1][1])))
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
        if raw == "-1" or (raw is None and not v["data"]):
            return Skip(spot, "the row that WhatsApp itself puts first: no message")
        raw = raw or f"unknown chat of row {row}"
        from_me = whole(v["key_from_me"]) == 1
        if (raw, 1 if from_me else 0, str(key)) in self.keys:
            self.both += 1
            return Skip(spot, "also in the table message, where it is read")
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
                if kind in ("direct", "channel", "broadcast")
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
            files = (self.media.attachment(_as_media(v), code in ONCE),)
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
        flags = ("view_once",) if code in ONCE else ()
        return Message(
            spot, "whatsapp", conversation, who, shown, shape, said, moment(v["timestamp"]), None, self._reply(v),
            None, Native(None if key is None else str(key), code if code is not None else words(v["media_wa_type"])), flags,
            files, detail or None,
        )  # fmt: skip

    def _reply(self, v: dict[str, Any]) -> Reply | None:
        n = whole(v["quoted_row_id"])
        if not n or not self.db.has("messages_quotes"):
            return None
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
                if original is None:
                    detail["original"] = "the quoted message is not in the database"
                    detail["recovered"] = snapshot is not None
                else:
                    detail["message"] = ids.message_id(at(self.item, f"table messages row {original[0]}"))
                    if words(q["data"]) is not None and words(q["data"]) != words(original[1]):
                        detail["original"] = "the quoted message now has another text"
                        detail["recovered"] = True
                return Reply(words(q["key_id"]), chat, snapshot, detail)
        except Damaged as error:
            what = f"part of the table messages_quotes could not be read: {error}"
            self.problems.append(Problem(at(self.item), "RTV-W102", what))
        return None

    def _original(self, q: dict[str, Any]) -> tuple[int, Any] | None:
        sql = (
            f"SELECT rowid, {self.db.pick('messages', ('data',))} FROM messages "
            "WHERE key_remote_jid = ? AND key_from_me = ? AND key_id = ?"
        )
        for row in self.db.rows(sql, (q["key_remote_jid"], q["key_from_me"], q["key_id"])):
            return row[0], row[1]
        return None


def _as_media(v: dict[str, Any]) -> dict[str, Any]:
    return {
        "media_name": v["media_name"], "mime_type": v["media_mime_type"], "file_size": v["media_size"],
        "file_hash": v["media_hash"], "media_duration": v["media_duration"], "message_url": v["media_url"],
        "file_path": None,
    }  # fmt: skip
