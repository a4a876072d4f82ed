"""The table ``ZWAMESSAGE`` and what hangs on it as messages."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from ritrova.formats.sqlite import Damaged, Lost
from ritrova.model import ids
from ritrova.model.records import Attachment, Event, Locator, Message, Moment, Native, Problem, Read, Reply
from ritrova.model.shapes import Ask, Item, at
from ritrova.readers.whatsapp_ios import protobuf
from ritrova.readers.whatsapp_ios.codes import (
    BY_ONESELF,
    CALLS,
    GROUP,
    KINDS,
    MEMBERSHIP,
    NOTICES,
    ONCE,
    SHOWN,
    direction,
    moment,
    real,
    whole,
    words,
)
from ritrova.readers.whatsapp_ios.people import People

COLUMNS = (
    "ZISFROMME", "ZMESSAGETYPE", "ZGROUPEVENTTYPE", "ZMESSAGESTATUS", "ZFLAGS", "ZSTARRED", "ZSORT", "ZCHATSESSION",
    "ZGROUPMEMBER", "ZMEDIAITEM", "ZMESSAGEINFO", "ZPARENTMESSAGE", "ZMESSAGEDATE", "ZSENTDATE", "ZFROMJID", "ZTOJID",
    "ZPUSHNAME", "ZSTANZAID", "ZTEXT",
)  # fmt: skip
MEDIA = (
    "ZMEDIALOCALPATH", "ZFILESIZE", "ZMOVIEDURATION", "ZLATITUDE", "ZLONGITUDE", "ZTITLE", "ZVCARDNAME", "ZVCARDSTRING",
    "ZMEDIAURL", "ZMETADATA", "ZXMPPTHUMBPATH", "ZAUTHORNAME",
)  # fmt: skip
_MIME = re.compile(r"^[a-z]+/[\w.+-]+$")
_UNSAFE = re.compile(r"[\x00-\x1f\\]|(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:")
_TEL = re.compile(r"^(?:[\w-]+\.)?TEL[^:\r\n]*:([^\r\n]+)", re.MULTILINE | re.IGNORECASE)


class Messages:
    """Reads the table in the order of the rows; the app's own order (``ZSORT``) decides inside a chat where it differs."""

    def __init__(self, people: People, ask: Ask) -> None:
        self.people, self.item, self.db, self.ask = people, people.item, people.db, ask
        self.unknown: dict[int, int] = {}
        self.problems: list[Problem] = []
        self.mismatches = 0
        self.beside = {name.rpartition("/")[2]: name for name in self.item.siblings()}
        self.stanzas = self._quoted_stanzas()
        self.media_of = self._named_from_media()

    def _side(self, table: str, columns: tuple[str, ...], rows: list[int]) -> dict[int, tuple[Any, ...]]:
        found: dict[int, tuple[Any, ...]] = {}
        if not rows or not self.db.has(table):
            return found
        marks = ",".join("?" * len(rows))
        try:
            sql = f"SELECT rowid, {self.db.pick(table, columns)} FROM {table} WHERE rowid IN ({marks})"
            for row in self.db.rows(sql, rows):
                found[row[0]] = row[1:]
        except Damaged as error:
            what = f"part of the table {table} could not be read: {error}"
            if not any(p.what == what for p in self.problems):
                self.problems.append(Problem(at(self.item), "RTV-W202", what))
        return found

    def _named_from_media(self) -> dict[int, int]:
        """Message -> media item, where only the item names the message and not the message the item."""
        if not self.db.has("ZWAMEDIAITEM", "ZMESSAGE"):
            return {}
        lacks = "m.ZMEDIAITEM IS NULL OR m.ZMEDIAITEM NOT IN (SELECT rowid FROM ZWAMEDIAITEM)"
        if not self.db.has("ZWAMESSAGE", "ZMEDIAITEM"):
            lacks = "1"
        sql = f"SELECT m.rowid, i.rowid FROM ZWAMEDIAITEM i JOIN ZWAMESSAGE m ON m.rowid = i.ZMESSAGE WHERE {lacks}"
        try:
            return {whole(row[0]) or 0: whole(row[1]) or 0 for row in self.db.rows(sql)}
        except Damaged as error:
            what = f"files could not be joined to their messages: {error}"
            self.problems.append(Problem(at(self.item), "RTV-W202", what))
            return {}

    def _media_row(self, row: int, named: Any) -> int | None:
        return self.media_of.get(row, whole(named)) if self.media_of else whole(named)

    def _quoted_stanzas(self) -> dict[str, tuple[int, Any, Any]]:
        """For every quoted stanza id: the row, session and text of the message that has it."""
        wanted: set[str] = set()
        if not self.db.has("ZWAMEDIAITEM", "ZMETADATA") or not self.db.has("ZWAMESSAGE", "ZSTANZAID"):
            return {}
        found: dict[str, tuple[int, Any, Any]] = {}
        try:
            for (raw,) in self.db.rows("SELECT ZMETADATA FROM ZWAMEDIAITEM WHERE ZMETADATA IS NOT NULL"):
                key = protobuf.text(protobuf.tree(raw).get(5)) if isinstance(raw, bytes) else None
                if key:
                    wanted.add(key)
            if wanted:
                pick = self.db.pick("ZWAMESSAGE", ("ZSTANZAID", "ZCHATSESSION", "ZTEXT", "ZMESSAGETYPE"))
                for row, key, chat, text, kind in self.db.rows(f"SELECT rowid, {pick} FROM ZWAMESSAGE"):
                    if key in wanted:
                        found[key] = (row, chat, None if whole(kind) == 14 else text)
        except Damaged as error:
            self.problems.append(Problem(at(self.item), "RTV-W202", f"quotes could not be compared: {error}"))
        return found

    def records(self) -> Iterator[Read]:
        """Messages, each after the accounts and the conversation it names, and the events at them."""
        batch: list[Any] = []
        order = self._order()
        source = self.db.walk("ZWAMESSAGE", COLUMNS) if order is None else self._in_order(order)
        for each in source:
            batch.append(each)
            if len(batch) == 400:
                yield from self._batch(batch)
                batch = []
        yield from self._batch(batch)
        yield from self.problems

    def _order(self) -> list[int] | None:
        if not self.db.has("ZWAMESSAGE", "ZSORT", "ZCHATSESSION"):
            return None
        self.db.count("ZWAMESSAGE")
        if self.db.damaged:
            return None  # rows that cannot be found by their number must be walked, or some come twice and others never
        try:
            keys = [
                (whole(chat) or 0, real(sort) if real(sort) is not None else float(row), row)
                for row, chat, sort in self.db.rows(
                    "SELECT rowid, ZCHATSESSION, ZSORT FROM ZWAMESSAGE NOT INDEXED ORDER BY rowid"
                )
            ]
        except Damaged:
            return None
        last: dict[int, float] = {}
        for chat, sort, _ in keys:
            if sort is not None and sort < last.get(chat, sort):
                return [row for _, _, row in sorted(keys, key=lambda k: (k[0], k[1] or 0.0, k[2]))]
            last[chat] = sort or 0.0
        return None

    def _in_order(self, order: list[int]) -> Iterator[Any]:
        sql = f"SELECT {self.db.pick('ZWAMESSAGE', COLUMNS)} FROM ZWAMESSAGE WHERE rowid = ?"
        for row in order:
            found = False
            try:
                for values in self.db.rows(sql, (row,)):
                    found = True
                    yield row, values
            except Damaged as error:
                yield Lost(row, row, str(error), 1)
                continue
            if not found:
                yield Lost(row, row, "met in the table, not found by its number", 1)

    def _batch(self, batch: list[Any]) -> Iterator[Read]:
        rows = [each for each in batch if isinstance(each, tuple)]
        n = {c: i for i, c in enumerate(COLUMNS)}
        media = self._side(
            "ZWAMEDIAITEM", MEDIA, [m for r in rows if (m := self._media_row(r[0], r[1][n["ZMEDIAITEM"]]))]
        )
        info = self._side(
            "ZWAMESSAGEINFO", ("ZRECEIPTINFO",), [m for r in rows if (m := whole(r[1][n["ZMESSAGEINFO"]]))]
        )
        for each in batch:
            if not isinstance(each, tuple):
                what = f"rows {each.first} to {each.last} of ZWAMESSAGE could not be read: {each.why}"
                spot = at(self.item, f"table ZWAMESSAGE row {each.first}")
                yield Problem(spot, "RTV-W202", what, getattr(each, "rows", 0))
                continue
            v = dict(zip(COLUMNS, each[1], strict=True))
            record, events = self._message(each[0], v, media.get(self._media_row(each[0], v["ZMEDIAITEM"]) or -1), info.get(whole(v["ZMESSAGEINFO"]) or -1))  # fmt: skip
            yield from self._waiting()
            yield record
            yield from events

    def _waiting(self) -> Iterator[Read]:
        yield from self.people.waiting
        self.people.waiting.clear()

    def _message(
        self, row: int, v: dict[str, Any], media: tuple[Any, ...] | None, info: tuple[Any, ...] | None
    ) -> tuple[Message, list[Event]]:
        item, people = self.item, self.people
        spot = Locator(item.source, item.path, f"table ZWAMESSAGE row {row}")
        conversation, raw, sort_of = people.chat(v["ZCHATSESSION"])
        code = whole(v["ZMESSAGETYPE"])
        mine = direction(v["ZISFROMME"])
        kind = KINDS.get(code) if code is not None else "unsupported"
        if kind is None:
            self.unknown[code or 0] = self.unknown.get(code or 0, 0) + 1
            kind = "unsupported"
        event = whole(v["ZGROUPEVENTTYPE"]) or 0
        detail: dict[str, Any] = {}
        flags: tuple[str, ...] = ("view_once",) if code in ONCE else ()
        if mine is None:
            detail["direction"] = "the database does not say whether this phone sent or received it"
        who, named = self._sender(v, raw, sort_of, mine)
        shown = people.name(named) if named else None
        if code == 10 and event in CALLS:
            kind = "call"
            detail["said"] = CALLS[event]
        text = words(v["ZTEXT"]) or ""
        if kind == "system":
            said = (GROUP if code == 6 else NOTICES).get(event, f"event {event}")
            detail["system"] = {"type": code, "action": event, "said": said, "by": who}
            who = shown = None
        elif who is None:
            detail["sender"] = "the database names no sender"
        if code in SHOWN or kind == "unsupported":
            detail["shown"] = SHOWN.get(code or -1, f"type {v['ZMESSAGETYPE']}")
        if whole(v["ZSTARRED"]):
            detail["starred"] = True
        if whole(v["ZMESSAGESTATUS"]) is not None:
            detail["status"] = whole(v["ZMESSAGESTATUS"])
        if v["ZSENTDATE"] is not None and v["ZSENTDATE"] != v["ZMESSAGEDATE"]:
            detail["sent_date"] = moment(v["ZSENTDATE"]).utc
        push = words(v["ZPUSHNAME"])
        if push and who is not None and shown is None and not mine and _readable(push):
            shown = push
        files: tuple[Attachment, ...] = ()
        reply = None
        if media is not None:
            m = dict(zip(MEDIA, media, strict=True))
            caption, files = self._media(m, kind, code, detail)
            text = text or caption
            reply = self._reply(m, conversation)
            if reply is not None and reply.detail is not None and reply.detail.get("recovered"):
                flags = (*flags, "recovered")
        sent = moment(v["ZMESSAGEDATE"])
        if sent.utc is None and (other := moment(v["ZSENTDATE"])).utc is not None:
            sent = Moment(
                other.written, None, other.utc, f"{other.ground}, from ZSENTDATE: ZMESSAGEDATE holds no time"
            )
        record = Message(
            spot, "whatsapp", conversation, who, shown, kind, text, sent, None, reply, None,
            Native(words(v["ZSTANZAID"]), code if code is not None else words(v["ZMESSAGETYPE"])), flags, files, detail or None,
        )  # fmt: skip
        events = self._events(record, row, info, event if code == 6 else 0, v, sent)
        return record, events

    def _sender(
        self, v: dict[str, Any], raw: str | None, kind: str, mine: bool | None
    ) -> tuple[str | None, str | None]:
        people = self.people
        if mine:
            return people.me(), people.owner_jid
        member = people.members.get(whole(v["ZGROUPMEMBER"]) or -1)
        if member is not None and words(member[0]):
            return people.account(str(member[0])), words(member[0])
        sender = words(v["ZFROMJID"])
        if sender and "@" in sender and not sender.endswith(("@g.us", "@broadcast")):
            return people.account(sender), sender
        if kind == "direct" and raw and mine is False:
            return people.account(raw), raw
        return None, None

    def _media(
        self, m: dict[str, Any], kind: str, code: int | None, detail: dict[str, Any]
    ) -> tuple[str, tuple[Attachment, ...]]:
        """Caption and attachment; a place and a card are kept structured. Columns mean other things by kind of message."""
        title = words(m["ZTITLE"]) or ""
        card = words(m["ZVCARDSTRING"])
        if kind == "location":
            held = {"latitude": real(m["ZLATITUDE"]), "longitude": real(m["ZLONGITUDE"])}
            detail["location"] = {
                **held,
                **({"name": title} if title else {}),
                **({"url": m["ZMEDIAURL"]} if m["ZMEDIAURL"] else {}),
            }
            return "", ()
        if kind == "contact":
            phones = [n.strip() for n in _TEL.findall(card or "")]
            detail["contacts"] = [{"name": words(m["ZVCARDNAME"]), "phones": phones, "vcard": card}]
            return "", ()
        path = words(m["ZMEDIALOCALPATH"])
        if path is None and not words(m["ZMEDIAURL"]) and kind != "media":
            return title, ()
        if kind != "media" and path is None:
            detail["link"] = {k: v for k, v in (("url", words(m["ZMEDIAURL"])), ("title", title)) if v}
            return "", ()
        mime = card if card and _MIME.match(card) else None
        told = _sha(m["ZVCARDNAME"])
        about = {
            k: v
            for k, v in (
                ("path", path), ("url", words(m["ZMEDIAURL"])), ("seconds", whole(m["ZMOVIEDURATION"])),
                ("thumbnail", words(m["ZXMPPTHUMBPATH"])),
            )
            if v
        }  # fmt: skip
        name = path.rpartition("/")[2] if path else (title if code == 8 else None)
        size = whole(m["ZFILESIZE"]) or None
        beside = self._find(path)
        if beside is None:
            why = (
                "its file is not beside the database"
                if path
                else "the database names no file: never downloaded, or removed"
            )
            return title, (Attachment(name, False, told, mime, why, size, None, about or None),)
        digest = beside.sha256() if self.ask.media != "none" else told
        if told and digest != told:
            self.mismatches += 1
            about["hash_mismatch"] = f"the database names {told}, the file beside it is {digest}"
        return title, (Attachment(name, True, digest, mime, None, beside.size, beside.path, about or None),)

    def _find(self, path: str | None) -> Item | None:
        if path is None or _UNSAFE.search(path):
            return None
        for each in (path, "Message/" + path, self.beside.get(path.rpartition("/")[2])):
            found = self.item.sibling(each) if each else None
            if found is not None:
                return found
        return None

    def _reply(self, m: dict[str, Any], conversation: str) -> Reply | None:
        """The quoted message: its stanza id, author and words stand in the metadata of the media item (fields 5, 6, 19)."""
        if not isinstance(m["ZMETADATA"], bytes):
            return None
        found = protobuf.tree(m["ZMETADATA"])
        key = protobuf.text(found.get(5))
        if key is None:
            return None
        detail: dict[str, Any] = {}
        author = protobuf.text(found.get(6))
        if author and "@" in author:
            detail["sender"] = self.people.account(author)
        snapshot = None
        quoted = found.get(19)
        if quoted and isinstance(quoted[0], bytes):
            inner = protobuf.tree(quoted[0])
            snapshot = protobuf.text(inner.get(1))
            if snapshot is None and inner.get(6):
                held = inner[6][0]
                snapshot = protobuf.text(protobuf.tree(held).get(1)) if isinstance(held, bytes) else None
        original = self.stanzas.get(key)
        if original is None:
            detail["original"] = "the quoted message is not in the database"
        else:
            detail["message"] = ids.message_id(at(self.item, f"table ZWAMESSAGE row {original[0]}"))
            if snapshot is not None and words(original[2]) != snapshot:
                detail["original"] = "the quoted message now has another text, or none"
        if snapshot is not None and "original" in detail:
            detail["recovered"] = True
        return Reply(key, None, snapshot, detail or None)

    def _events(
        self, m: Message, row: int, info: tuple[Any, ...] | None, group: int, v: dict[str, Any], sent: Moment
    ) -> list[Event]:
        events: list[Event] = []
        made = ids.message_id(m.at)
        if group in MEMBERSHIP:
            held = dict((m.detail or {})["system"])
            member = self.people.members.get(whole(v["ZGROUPMEMBER"]) or -1)
            about = (
                self.people.account(str(member[0]))
                if member is not None and words(member[0])
                else held.get("by")
                if group in BY_ONESELF
                else None
            )
            if about is not None or held.get("by") is not None:
                events.append(Event(m.at, "membership", m.conversation, made, None, about, sent, held))
        if info is None or not isinstance(info[0], bytes):
            return events
        found = protobuf.tree(info[0])
        number = whole(v["ZMESSAGEINFO"])
        for holder in found.get(7, []):
            if not isinstance(holder, bytes):
                continue
            n = 0
            for field, value in _safe(holder):
                if field not in (1, 2) or not isinstance(value, bytes):
                    continue
                one = protobuf.tree(value)
                texts = [t for f in sorted(one) if f > 1 and (t := protobuf.text(one[f])) is not None]
                who = next((t for t in texts if "@" in t), None)
                emoji = next((t for t in texts if "@" not in t), None)
                when = next(
                    (x for f in sorted(one) for x in one[f] if isinstance(x, int) and x > 10**12), None
                )
                account = (
                    self.people.account(who)
                    if who and "@" in who
                    else self.people.me()
                    if field == 2
                    else None
                )
                here = at(self.item, f"table ZWAMESSAGEINFO row {number}" + (f" reaction {n}" if n else ""))
                n += 1
                events.append(
                    Event(
                        here,
                        "reaction",
                        m.conversation,
                        made,
                        None,
                        account,
                        _milliseconds(when),
                        {"reaction": emoji},
                    )
                )
        return events


def _safe(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    try:
        yield from protobuf.fields(raw)
    except protobuf.NotProtobuf:
        return


def _milliseconds(n: int | None) -> Moment | None:
    if n is None:
        return None
    m = moment(n / 1000 - 978_307_200)
    return Moment(str(n), None, m.utc, "stored in milliseconds of UTC since 1970")


def _sha(value: Any) -> str | None:
    text = words(value)
    if text is None:
        return None
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == 32 else None


def _readable(push: str) -> bool:
    """A push name, not the coded blob (base64 of protobuf) that newer versions put into the same column."""
    try:
        raw = base64.b64decode(push, validate=True)
    except (binascii.Error, ValueError):
        return True
    return not protobuf.tree(raw)
