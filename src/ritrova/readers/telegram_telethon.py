"""Archives of Telegram channels as Telethon writes them: one message object a line (`to_dict`), plain or compressed.

Offsets of entities are UTF-16 code units. Times are UTC, but only some writers keep the offset. Tools that write this:
telegram-tracker, 4CAT, tg_history_dumper, Pushshift's dump (layout recalled, not verified against the dump itself).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from ritrova.formats.clock import assumed, utc_text
from ritrova.formats.jsonframe import Twice, loads, plain
from ritrova.formats.telegram import utf16_marks
from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Attachment,
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
    Skip,
)
from ritrova.model.shapes import Ask, Counted, Item, Reader, at

PROBLEMS = {
    "RTV-T301": (
        "A line of the archive is no message that could be read (not JSON, cut, or an object of another kind). It stands at "
        "the place named. A broken last line means that the archive was cut."
    ),
    "RTV-T302": (
        "The compressed archive could not be unpacked to its end: it is cut or damaged, or is of a kind (zstandard) that "
        "must be unpacked by hand first (zstd -d FILE). What came before was read."
    ),
    "RTV-T303": "A message's time is not a time; it is kept as written.",
}

LARGEST = 32 << 20
"""Bytes: a longer line is not decoded."""

_MESSAGE = re.compile(rb'"_"\s*:\s*"[Mm]essage(?:Service|Empty)?"')
_PEER = re.compile(rb'"(?:peer_id|to_id|from_id)"\s*:\s*(?:\{|null|\d)')
_ZSTD = b"\x28\xb5\x2f\xfd"
_PEERS = {"user_id": "user", "chat_id": "chat", "channel_id": "channel"}


def _kind_of(head: bytes) -> str:
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if head.startswith(b"BZh"):
        return "bz2"
    if head.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    return "zst" if head.startswith(_ZSTD) else ""


def _unpacked(stream: BinaryIO, kind: str) -> BinaryIO:
    """The bytes inside, streamed; reading from it may raise OSError, EOFError or ValueError where it is damaged."""
    if kind == "gz":
        import gzip

        return cast(BinaryIO, gzip.GzipFile(fileobj=stream))
    if kind == "bz2":
        import bz2

        return cast(BinaryIO, bz2.BZ2File(stream))
    if kind == "xz":
        import lzma

        return cast(BinaryIO, lzma.LZMAFile(stream))
    return stream


def _damage() -> tuple[type[Exception], ...]:
    import lzma
    import zlib

    return (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error)


def sniff(item: Item) -> bool:
    """True where the first line is a JSON object that calls itself a message, also inside gz, bz2 and xz."""
    head = item.head(1 << 16)
    kind = _kind_of(head)
    if kind == "zst":
        return item.name.lower().endswith((".jsonl.zst", ".ndjson.zst", ".json.zst"))
    if kind:
        try:
            with item.open() as stream:
                head = _unpacked(stream, kind).read(1 << 16)
        except _damage():
            return False
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
    if not line.startswith(b"{"):
        return False
    return bool(_MESSAGE.search(line) and (_PEER.search(line) or b'"message"' in line))


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines with their offsets; of one longer than `LARGEST` the rest is passed over and only its beginning given."""
    here = 0
    while line := stream.readline(LARGEST):
        start = here
        here += len(line)
        if len(line) == LARGEST and not line.endswith(b"\n"):
            while rest := stream.readline(LARGEST):
                here += len(rest)
                if rest.endswith(b"\n"):
                    break
        yield start, line


def count(item: Item, ask: Ask) -> Counted:
    """Lines that are not blank."""
    kind = _kind_of(item.head(16))
    n = 0
    if kind == "zst":
        return {"messages": 0}
    blank = True
    with item.open() as raw:
        stream = _unpacked(raw, kind)
        try:
            while piece := stream.read(1 << 20):
                parts = piece.split(b"\n")
                for part in parts[:-1]:
                    if not blank or part.strip(b" \t\r\xef\xbb\xbf"):
                        n += 1
                    blank = True
                blank = blank and not parts[-1].strip(b" \t\r\xef\xbb\xbf")
        except _damage():
            pass
    return {"messages": n + (not blank)}


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Messages in the order of the lines; lines that are no messages are kept, skipped with a reason, or a Problem."""
    kind = _kind_of(item.head(16))
    if kind == "zst":
        yield Problem(at(item), "RTV-T302", "compressed with zstandard: unpack it first (zstd -d)")
        return
    archive = _Archive(item, ask)
    number = 0
    with item.open() as raw:
        stream = _unpacked(raw, kind)
        lines = _lines(stream)
        while True:
            try:
                found = next(lines, None)
            except _damage() as error:
                yield Problem(at(item), "RTV-T302", f"the archive could not be unpacked to its end: {error}")
                return
            if found is None:
                return
            number += 1
            start, line = found
            if not line.strip(b" \t\r\n\xef\xbb\xbf"):
                continue
            # Inside a compressed archive bytes have no place of their own; lines have.
            place = f"line {number}" if kind else f"bytes {start}-{start + len(line.rstrip())}"
            yield from archive.line(line, place)


class _Archive:
    """What has been yielded of one archive so far."""

    def __init__(self, item: Item, ask: Ask) -> None:
        self.item = item
        self.ask = ask
        self.chats: set[str] = set()
        self.accounts: set[str] = set()

    def line(self, line: bytes, place: str) -> Iterator[Read]:
        here = at(self.item, place)
        try:
            value = loads(line.strip().removeprefix(b"\xef\xbb\xbf"))
        except ValueError as error:
            yield Problem(here, "RTV-T301", f"not JSON: {error}", 1)
            return
        if not isinstance(value, dict):
            yield Problem(here, "RTV-T301", f"no object but {str(value)[:40]!r}", 1)
            return
        tag = str(value.get("_", "")).lower()
        if tag in {"channel", "chat", "user", "channelforbidden", "chatforbidden", "userempty", "chatempty"}:
            yield from self._peer(value, tag, place)
        elif tag in {"message", "messageservice", "messageempty"} or (
            not tag and isinstance(value.get("message"), str) and "id" in value
        ):
            yield from self._message(value, tag, place)
        else:
            yield Problem(here, "RTV-T301", f"an object of kind {value.get('_')!r}", 1)

    def _peer(self, value: dict[str, Any], tag: str, place: str) -> Iterator[Read]:
        here = at(self.item, place)
        kind = "user" if tag.startswith("user") else "channel" if tag.startswith("channel") else "chat"
        key = f"{kind}{value.get('id')}"
        if kind == "user":
            names = [value.get("first_name"), value.get("last_name")]
            name = " ".join(n for n in names if isinstance(n, str) and n) or None
        else:
            name = _text(value.get("title"))
        handle = _text(value.get("username"))
        yield from self._account(key, name, here, _text(value.get("phone")), handle)
        if kind != "user":
            shape: ConversationKind = "channel" if value.get("broadcast") else "group"
            yield from self._conversation(key, shape, here, name, value)
        yield Skip(here, f"a {tag}, not a message; kept as account or conversation", 1)

    def _account(
        self, key: str, name: str | None, here: Any, phone: str | None = None, handle: str | None = None
    ) -> Iterator[Read]:
        made = ids.account_id("telegram", key)
        if made not in self.accounts:
            self.accounts.add(made)
            shown = f"@{handle.lstrip('@')}" if handle else None
            yield Account(here, made, "telegram", name, phone, shown, key, ground="Telegram id")

    def _conversation(
        self, key: str, kind: ConversationKind, here: Any, name: str | None, detail: dict[str, Any] | None
    ) -> Iterator[Read]:
        made = self.conversation_id(key)
        if made not in self.chats:
            self.chats.add(made)
            yield Conversation(here, made, "telegram", name, kind, key, (), plain(detail))

    def conversation_id(self, key: str) -> str:
        """Channels and groups are one everywhere; a private chat belongs to the account that was archived."""
        scope = f"{self.item.source}/{self.item.path}" if key.startswith(("user", "unknown")) else ""
        return ids.conversation_id("telegram", key, scope)

    def _message(self, d: dict[str, Any], tag: str, place: str) -> Iterator[Read]:
        here = at(self.item, place)
        peer = _peer_key(d.get("peer_id")) or _peer_key(d.get("to_id")) or "unknown"
        sender = _peer_key(d.get("from_id"))
        post = bool(d.get("post"))
        kind: ConversationKind = "unknown"
        if peer.startswith("user"):
            kind = "direct"
        elif peer.startswith("chat") and not peer.startswith("channel"):
            kind = "group"
        elif peer.startswith("channel"):
            kind = "channel" if post else "group" if sender else "unknown"
        yield from self._conversation(peer, kind, here, None, None)
        flags: list[str] = []
        detail: dict[str, Any] = {}
        if isinstance(d, Twice):
            flags.append("doubled_key")
            detail["doubled"] = [[key, value] for key, value in d.earlier]
        if sender is None and tag != "messageempty":
            if peer.startswith(("channel", "chat")):
                sender = peer
                detail["sender_ground"] = "no sender stated: posted in the name of the chat"
            elif peer.startswith("user") and not d.get("out"):
                sender = peer
                detail["sender_ground"] = "incoming in a private chat: the other side"
        who = None
        if sender is not None:
            yield from self._account(sender, None, here)
            who = ids.account_id("telegram", sender)
        elif tag != "messageempty":
            flags.append("weak_identity")
        sent, bad = _moment(d.get("date"), self.ask.zone)
        if bad:
            yield Problem(here, "RTV-T303", f"the time {d.get('date')!r} is not a time")
        edited = _moment(d["edit_date"], self.ask.zone)[0] if d.get("edit_date") else None
        text = d.get("message") if isinstance(d.get("message"), str) else d.get("text")
        text = text if isinstance(text, str) else ""
        marks = utf16_marks(d.get("entities"), text)
        if marks:
            detail["entities"] = marks
        forwarded = _forward(d.get("fwd_from"), detail)
        if forwarded is not None or "forward" in detail:
            flags.append("forwarded")
        attachments, what, text = _media(d.get("media"), text, detail)
        if d.get("ttl_period") is not None or (
            isinstance(d.get("media"), dict) and d["media"].get("ttl_seconds")
        ):
            flags.append("ttl")
        if tag == "messageservice":
            what = "system"
        elif tag == "messageempty":
            what = "deleted"
        number = d.get("id")
        native = Native(None if number is None else str(number), str(d.get("_", "")) or None)
        taken = {"_", "id", "peer_id", "to_id", "from_id", "date", "edit_date", "message", "text", "entities",
                 "fwd_from", "media", "reply_to", "reply_to_msg_id"}  # fmt: skip
        for key, value in d.items():
            if key not in taken and value not in (None, False, [], {}):
                detail[key] = value
        message = Message(
            here,
            "telegram",
            self.conversation_id(peer),
            who,
            _text(d.get("post_author")),
            what,
            text,
            sent,
            edited,
            self._reply(d),
            forwarded,
            native,
            tuple(flags),
            attachments,
            detail or None,
        )
        yield message
        if tag == "messageservice":
            action = d.get("action")
            said = action if isinstance(action, dict) else {"written": action}
            mid = ids.message_id(here)
            yield Event(
                here,
                "unknown",
                message.conversation,
                mid,
                native.key,
                who,
                sent,
                {"action": said.get("_"), **said},
            )
        yield from _reactions(d.get("reactions"), message, native)

    def _reply(self, d: dict[str, Any]) -> Reply | None:
        inner = d.get("reply_to")
        if isinstance(inner, dict) and inner.get("reply_to_msg_id") is not None:
            peer = _peer_key(inner.get("reply_to_peer_id"))
            conversation = self.conversation_id(peer) if peer else None
            return Reply(str(inner["reply_to_msg_id"]), conversation, _text(inner.get("quote_text")))
        if d.get("reply_to_msg_id") is not None:
            return Reply(str(d["reply_to_msg_id"]))
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _peer_key(value: object) -> str | None:
    if isinstance(value, dict):
        for key, prefix in _PEERS.items():
            if isinstance(value.get(key), int):
                return f"{prefix}{value[key]}"
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value:
        if value < -1_000_000_000_000:
            return f"channel{-value - 1_000_000_000_000}"
        return f"chat{-value}" if value < 0 else f"user{value}"
    return None


def _moment(written: object, zone: str | None) -> tuple[Moment, bool]:
    """A time, and True where it is none."""
    if isinstance(written, dict) and "$date" in written:
        written = written["$date"]
    if isinstance(written, int | float) and not isinstance(written, bool):
        seconds = written / 1000 if written > 100_000_000_000 else written
        try:
            known = datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return Moment(str(written), None, None, "not a time"), True
        return Moment(str(written), None, utc_text(known), "seconds since 1970, UTC"), False
    if not isinstance(written, str):
        return Moment(None, None, None, "no time stated"), False
    try:
        known = datetime.fromisoformat(written)
    except ValueError:
        return Moment(written, None, None, "not a time"), True
    if known.tzinfo is not None:
        return Moment(written, None, utc_text(known), "the offset stands in the time as written"), False
    if zone is not None:
        utc, ground = assumed(known, zone)
        return Moment(written, known.isoformat(), utc, ground), False
    ground = "Telethon keeps UTC, but this writer left out the offset (--zone UTC assumes it)"
    return Moment(written, known.isoformat(), None, ground), False


def _forward(written: object, detail: dict[str, Any]) -> str | None:
    if not isinstance(written, dict):
        return None
    origin = _peer_key(written.get("from_id")) or _peer_key(written)
    detail["forward"] = {**{k: v for k, v in written.items() if v is not None}, "from": origin}
    return _text(written.get("from_name")) or origin


def _media(
    written: object, text: str, detail: dict[str, Any]
) -> tuple[tuple[Attachment, ...], MessageKind, str]:
    if not isinstance(written, dict):
        return (), "text", text
    tag = str(written.get("_", ""))
    short = tag.removeprefix("MessageMedia").removeprefix("messageMedia").lower()
    if short == "contact":
        names = [_text(written.get("first_name")), _text(written.get("last_name"))]
        phone = _text(written.get("phone_number"))
        name = " ".join(n for n in names if n) or None
        more = {k: v for k, v in written.items() if k in {"vcard", "user_id"} and v}
        detail["contact"] = {"name": name, "phones": [phone] if phone else [], **more}
        return (), "contact", text
    if short in {"geo", "geolive", "venue"}:
        geo = written.get("geo") if isinstance(written.get("geo"), dict) else {}
        assert isinstance(geo, dict)
        more = {k: written[k] for k in ("title", "address", "period") if written.get(k)}
        detail["location"] = {"latitude": geo.get("lat"), "longitude": geo.get("long"), **more}
        return (), "location", text
    if short == "poll":
        poll = written.get("poll") if isinstance(written.get("poll"), dict) else {}
        assert isinstance(poll, dict)
        question = poll.get("question")
        words = question.get("text") if isinstance(question, dict) else question
        detail["poll"] = {**poll, "results": written.get("results")}
        return (), "poll", text or (words if isinstance(words, str) else "")
    if short in {"photo", "document"}:
        inner = written.get(short) if isinstance(written.get(short), dict) else {}
        assert isinstance(inner, dict)
        listed = inner.get("attributes")
        names = (
            [a.get("file_name") for a in listed if isinstance(a, dict)] if isinstance(listed, list) else []
        )
        name = next((n for n in names if isinstance(n, str)), None)
        mime = _text(inner.get("mime_type")) or ("image/jpeg" if short == "photo" else None)
        size = inner.get("size") if isinstance(inner.get("size"), int) else None
        known = {"media_type": short, "id": inner.get("id")}
        return (Attachment(name, False, None, mime, "not in the archive", size, None, known),), "media", text
    detail["media"] = written
    return (), "text", text


def _reactions(written: object, message: Message, native: Native) -> Iterator[Event]:
    results = written.get("results") if isinstance(written, dict) else None
    for one in results if isinstance(results, list) else []:
        if isinstance(one, dict):
            what = one.get("reaction")
            shown = what.get("emoticon") if isinstance(what, dict) else what
            said = {"emoji": shown, "count": one.get("count"), "unnamed": True}
            mid = ids.message_id(message.at)
            yield Event(message.at, "reaction", message.conversation, mid, native.key, None, None, said)


READER = Reader(
    name="telegram.telethon",
    title="Archive of Telegram channels, Telethon's JSON lines (plain, gz, bz2, xz)",
    sniff=sniff,
    read=read,
    count=count,
    facts={
        "versions": "Telethon 1.x `to_dict`; written from its public schema, no archive of others at hand",
        "read": [
            "messages, service messages, users and channels among the lines",
            "text with entities (UTF-16 offsets turned into code points), forwards with their origin, replies, reactions",
            "contacts, locations, polls; photos and documents as absent files",
            "lines by byte range; by line number inside a compressed archive",
        ],
        "lost": ["zstandard archives must be unpacked first", "media are not in such archives"],
        "recalled": ["the layout of Pushshift's dump"],
    },
)
