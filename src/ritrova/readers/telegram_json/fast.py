"""The common message, straight from typed decoding to a record.

Only what is certain takes this way. Messages of words alone are recognised by their bytes, which must have the layout of
the exporter exactly (`shape`). Others are decoded: every field known, none doubled (each colon in the bytes belongs to a
key or a string that was decoded), text and entities in agreement. Anything else goes the careful way in `message.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from functools import cache
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from ritrova.formats.jsonframe import colons, hides_colons
from ritrova.formats.telegram import peer_key
from ritrova.model import ids
from ritrova.model.records import Attachment, Locator, Message, Moment, Native, Read, Reply
from ritrova.readers.telegram_json.message import Chat, Maker
from ritrova.readers.telegram_json.times import WITHIN_HOUR, WITHIN_HOUR_BYTES

Out: TypeAlias = Read | list[Read]
"""A record, or several in order."""
Careful: TypeAlias = Callable[[int, int, bytes], Generator[Out, None, bool]]
"""Gives the records of a message (its range and bytes) the careful way; False where what follows it is not certain."""
Fits: TypeAlias = Callable[[bytes, int], re.Match[bytes] | None]
"""Recognises a message at a position; see `shape`."""


class Entity(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A piece of text; `plain` or marked."""

    type: str
    text: str
    href: str | UnsetType = UNSET
    user_id: int | UnsetType = UNSET
    language: str | UnsetType = UNSET
    document_id: str | UnsetType = UNSET


_MORE = ("href", "user_id", "language", "document_id")


class Talk(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A message of words, perhaps with a photo or file."""

    id: int
    type: str
    date: str
    from_: str | None = msgspec.field(name="from")
    from_id: str | int
    text: str | list[str | Entity]
    text_entities: list[Entity] | UnsetType = UNSET
    date_unixtime: str | None = None
    reply_to_message_id: int | UnsetType = UNSET
    edited: str | UnsetType = UNSET
    edited_unixtime: str | None = None
    forwarded_from: str | UnsetType = UNSET
    reactions: list[dict[str, Any]] | UnsetType = UNSET
    photo: str | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    photo_file_size: int | UnsetType = UNSET
    file: str | UnsetType = UNSET
    file_name: str | UnsetType = UNSET
    file_size: int | UnsetType = UNSET
    thumbnail: str | UnsetType = UNSET
    thumbnail_file_size: int | UnsetType = UNSET
    media_type: str | UnsetType = UNSET
    mime_type: str | UnsetType = UNSET
    duration_seconds: int | UnsetType = UNSET
    sticker_emoji: str | UnsetType = UNSET


_MEDIA = Talk.__struct_fields__[Talk.__struct_fields__.index("photo") :]
_MEDIA_KEYS = frozenset(_MEDIA)


@cache
def shape(indent: bytes, unit: bytes) -> Fits:
    """What recognises a message at a position by its bytes, in a layout exactly, when another follows it.

    `indent` stands before the element's braces (a line break and white space), and `unit` more before each level within.
    Keys are in the order in which Telegram Desktop 3.7.6 to 5 writes them, each once and none that is not named here, so
    that what fits is JSON and needs no further look (but for the lines of files, and text in pieces). Groups: id, hour,
    rest of the clock time, unixtime, edited, its unixtime, sender (both lines), reply, forwarded from, reply (after it),
    lines about files, text if it is one plain piece, else text and entities.
    """
    field = indent + unit
    entity = field + unit
    inner = entity + unit
    string = rb'[^"]*+(?:(?<=\\)"[^"]*+)*+'
    whole = rb"(0|[1-9][0-9]{0,17}+)"
    day = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}"
    lines = rb"(\[" + entity + rb".*+(?:" + entity + rb".*+)*+" + field + rb"\])"

    def key(name: bytes) -> bytes:
        return field + b'"' + name + b'": '

    reply = rb"(?:" + key(b"reply_to_message_id") + whole + rb",)?+"
    files = b"|".join(name.encode() for name in _MEDIA)
    pattern = (
        rb"\{" + key(b"id") + whole + b"," + key(b"type") + b'"message",'
        + key(b"date") + rb'"(' + day + rb')(:[0-5][0-9]:[0-5][0-9])",'
        + key(b"date_unixtime") + b'"([0-9]{1,18})",'
        + rb"(?:" + key(b"edited") + rb'"(' + day + rb':[0-9]{2}:[0-9]{2})",'
        + key(b"edited_unixtime") + b'"([0-9]{1,18})",)?+'
        + rb"(" + key(b"from") + rb'(?:"' + string + rb'"|null),' + key(b"from_id") + rb'"[a-z]++[0-9]++"),'
        + reply + rb"(?:" + key(b"forwarded_from") + rb'"(' + string + rb')",)?+' + reply
        + rb"((?:" + field + rb'"(?:' + files + rb')": .*+(?<=,))++)?+'
        + key(b"text") + rb'(?:"(' + string + rb')",' + key(b"text_entities")
        + rb"\[" + entity + rb"\{" + inner + rb'"type": "plain",' + inner + rb'"text": "\12"' + entity + rb"\}" + field + rb"\]"
        + rb"|" + lines + b"," + key(b"text_entities") + lines + rb")"
        + indent + rb"\}(?=," + indent + rb"\{)"
    )  # fmt: skip
    return re.compile(pattern).match


_DECODE = msgspec.json.Decoder(Talk).decode
_STRING = msgspec.json.Decoder(str).decode
_PARTS = msgspec.json.Decoder(list[str | Entity]).decode
_ENTITIES = msgspec.json.Decoder(list[Entity]).decode
_LINES = msgspec.json.Decoder(dict[str, str | int]).decode
_FORWARDED = ("forwarded",)
_MOST = 100_000
"""Senders remembered by the bytes of their lines."""


class Fast:
    """The fast way for the messages of one chat."""

    __slots__ = ("chat", "make", "path", "senders", "source", "written")

    def __init__(self, make: Maker, chat: Chat) -> None:
        self.make = make
        self.chat = chat
        self.source = make.item.source
        self.path = make.item.path
        self.senders: dict[tuple[str | int, str | None], tuple[str | None, int]] = {}
        """Senders met so far: the account, and the colons in key and name."""
        self.written: dict[bytes, tuple[str | None, str | None]] = {}
        """The account and name of a sender, by the bytes of the two lines that state them."""

    def run(
        self, buf: bytes, pos: int, last: int, base: int, between: bytes, careful: Careful, fits: Fits
    ) -> Generator[Out, None, bool]:
        """The records of the messages of which the first's brace is `buf[pos]` and after the last `between` begins at `last`.

        `base` is the offset of `buf[0]`. Plain messages are made here, in one list and without a call: this is done for
        every message. False where the careful way moved elsewhere.
        """
        chat, source, path, written = self.chat, self.source, self.path, self.written
        clock, within, finish, media, piecewise = (
            self.make.clock, WITHIN_HOUR_BYTES, self.finish, self._media, _piecewise,
        )  # fmt: skip
        hours, numbered, conversation, lead = clock.hours_bytes, chat.numbered, chat.id, len(between) - 1
        made: list[Read] = []
        put = made.append
        while pos < last:
            found = fits(buf, pos)
            who = None
            if found is not None:
                (number, hour_written, tail, unixtime, edit, stamp, who, reply, origin, later, files, words, text,
                 entities) = found.groups()  # fmt: skip
                sender = written.get(who)
                if sender is not None:
                    end = found.end()
                    here = base + pos
                    hour = hours.get(hour_written)
                    local = (hour_written + tail).decode()
                    if hour is not None and int(unixtime) - hour[0] == within[tail]:
                        sent = Moment(local, local, f"{hour[1]}{local[13:]}Z", hour[2])
                        sure = True
                    else:
                        sent = clock.moment(local, unixtime.decode())
                        sure = not clock.conflict
                    try:
                        if words is not None:
                            said = words.decode()
                            if b"\\" in words or not said.isprintable():
                                said = _STRING(b'"' + words + b'"')
                            detail = None
                        else:
                            marked = piecewise(text, entities)
                            if marked is None:
                                sure = False
                            else:
                                said, detail = marked
                        forwarded = None if origin is None else _STRING(b'"' + origin + b'"')
                    except (msgspec.DecodeError, UnicodeDecodeError):
                        sure = False
                    edited = None
                    if edit is not None and sure:
                        edited = clock.edited(edit.decode(), stamp.decode())
                        sure = not clock.conflict
                    if sure:
                        at = Locator(source, path, f"bytes {here}-{base + end}")
                        if reply is None:
                            reply = later
                        attachments = () if files is None else media(files, at, made)
                        if attachments is not None:
                            if numbered:
                                if (place := int(number)) - 1 == chat.last:
                                    chat.last = place
                                else:
                                    chat.seen(place)
                            put(
                                Message(
                                    at,
                                    "telegram",
                                    conversation,
                                    sender[0],
                                    sender[1],
                                    "media" if attachments else "text",
                                    said,
                                    sent,
                                    edited,
                                    None if reply is None else Reply(reply.decode()),
                                    forwarded,
                                    Native(number.decode(), "message"),
                                    () if origin is None else _FORWARDED,
                                    attachments,
                                    detail,
                                )
                            )
                            pos = end + lead
                            continue
            end = buf.find(between, pos)
            raw = buf[pos:end]
            try:
                talk = _DECODE(raw)
            except (msgspec.DecodeError, UnicodeDecodeError):
                quick = None
            else:
                quick = finish(talk, base + pos, base + end, raw)
                if who is not None and quick is not None and len(written) < _MOST:
                    known = self.senders.get((talk.from_id, talk.from_))
                    if known is not None:
                        written[who] = (known[0], talk.from_)
            if quick is None:
                if made:
                    yield made
                    made = []
                    put = made.append
                if not (yield from careful(base + pos, base + end, raw)):
                    return False
            elif type(quick) is Message:
                put(quick)
            elif isinstance(quick, list):
                made += quick
            pos = end + lead
        if made:
            yield made
        return True

    def _media(self, lines: bytes, at: Locator, new: list[Read]) -> tuple[Attachment, ...] | None:
        """The attachments that lines of keys name; None where they must go another way."""
        try:
            named = _LINES(b"{" + lines[:-1] + b"}")
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        # A line a key: none stands twice.
        if len(named) != lines.count(b"\n") or ("photo" not in named and "file" not in named):
            return None
        return self.make.attachments(named, at, new) if not named.keys() - _MEDIA_KEYS else None

    def message(self, start: int, end: int, raw: bytes) -> list[Read] | Message | None:
        """The records of a common message, or None where it must go the careful way."""
        try:
            talk = _DECODE(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return self.finish(talk, start, end, raw)

    def finish(self, talk: Talk, start: int, end: int, raw: bytes) -> list[Read] | Message | None:
        """The records of a decoded message, or None where it must go the careful way."""
        number = talk.id
        if number < 0 or talk.type != "message" or hides_colons(raw):
            return None
        text = talk.text
        entities = talk.text_entities
        name = talk.from_
        detail: dict[str, Any] | None = None
        known = self.senders.get((talk.from_id, name))
        if known is not None:
            there = known[1]
        else:
            there = colons(talk.from_id) + colons(name)
        # Colons there must be if no key is doubled: of six keys, then of those that may be absent, and in the strings.
        date = talk.date
        unixtime = talk.date_unixtime
        there += 6 + date.count(":")
        if unixtime is not None:
            there += 1
        if entities is UNSET:
            if not isinstance(text, str):
                return None
            there += text.count(":")
        elif isinstance(text, str):
            if len(entities) == 1 and entities[0].text == text and entities[0].type == "plain":
                there += 3 + 2 * text.count(":")
            elif entities or text:
                return None
            else:
                there += 1
        else:
            marked = _marked(text, entities)
            if marked is None:
                return None
            text, marks, more = marked
            there += 1 + more
            detail = {"entities": marks} if marks else None
        make = self.make
        clock = make.clock
        flags: tuple[str, ...] = ()
        edited = reply = forwarded = None
        if talk.reply_to_message_id is not UNSET:
            there += 1
            reply = Reply(str(talk.reply_to_message_id))
        if talk.edited is not UNSET:
            there += talk.edited.count(":") + (1 if talk.edited_unixtime is None else 2)
            edited = clock.edited(talk.edited, talk.edited_unixtime)
            if clock.conflict:
                return None
        if talk.forwarded_from is not UNSET:
            forwarded = talk.forwarded_from
            there += 1 + forwarded.count(":")
            flags = ("forwarded",)
        media = None
        if talk.photo is not UNSET or talk.file is not UNSET:
            media = {key: value for key in _MEDIA if (value := getattr(talk, key)) is not UNSET}
            there += colons(media)
        reactions = talk.reactions
        if reactions is not UNSET:
            there += 1 + colons(reactions)
        if there != raw.count(b":"):
            return None
        hour = clock.hours.get(date[:13])
        tail = date[13:]
        if (
            hour is not None
            and unixtime is not None
            and unixtime.isdecimal()
            and int(unixtime) - hour[0] == WITHIN_HOUR.get(tail)
        ):
            sent = Moment(date, date, f"{hour[1]}{tail}Z", hour[2])
        else:
            sent = clock.moment(date, unixtime)
            if clock.conflict:
                return None
        at = Locator(self.source, self.path, f"bytes {start}-{end}")
        new: list[Read] = []
        if known is not None:
            sender = known[0]
        else:
            if peer_key(talk.from_id) is None:
                return None
            sender = make.account(talk.from_id, name, at, new)
            self.senders[(talk.from_id, name)] = (sender, colons(talk.from_id) + colons(name))
        attachments: tuple[Attachment, ...] = ()
        if media is not None:
            attachments = make.attachments(media, at, new)
        chat = self.chat
        if chat.numbered:
            if number - 1 == chat.last:
                chat.last = number
            else:
                chat.seen(number)
        native = Native(str(number), "message")
        events: list[Read] = []
        if reactions is not UNSET:
            events.extend(make.reactions(reactions, chat, native, ids.message_id(at), at, new, {}))
        message = Message(
            at,
            "telegram",
            chat.id,
            sender,
            name,
            "media" if attachments else "text",
            text,
            sent,
            edited,
            reply,
            forwarded,
            native,
            flags,
            attachments,
            detail,
        )
        if new or events:
            return [*new, message, *events]
        return message


def _colons(entity: Entity) -> int:
    """Colons of an entity's keys, and in what it carries beside type and text."""
    n = 2
    for more in (entity.href, entity.user_id, entity.language, entity.document_id):
        if more is not UNSET:
            n += 1 + colons(more)
    return n


def _piecewise(text: bytes, entities: bytes) -> tuple[str, dict[str, Any] | None] | None:
    """Text and detail of the two arrays of pieces; None where they disagree or a key may stand twice.

    Raises what decoding raises.
    """
    parts = _PARTS(text)
    marked = _ENTITIES(entities)
    if len(parts) != len(marked) or hides_colons(text) or hides_colons(entities):
        return None
    keys = here = 0
    said = []
    marks = []
    for part, entity in zip(parts, marked, strict=True):
        words = entity.text
        past = here + len(words)
        if type(part) is str:
            if part != words or entity.type != "plain":
                return None
            keys += 2
        elif part != entity:
            return None
        else:
            mark: dict[str, Any] = {"type": entity.type, "start": here, "end": past}
            marks.append(mark)
            if (
                entity.href is UNSET
                and entity.user_id is UNSET
                and entity.language is UNSET
                and entity.document_id is UNSET
            ):
                keys += 4
            else:
                keys += 2 * _colons(entity)
                for name in _MORE:
                    if (value := getattr(entity, name)) is not UNSET:
                        mark[name] = value
            if ":" in entity.type:
                return None
        said.append(words)
        here = past
    whole = "".join(said)
    if ":" in whole:
        keys += 2 * whole.count(":")
    if keys != text.count(b":") + entities.count(b":"):
        return None
    return whole, {"entities": marks} if marks else None


def _marked(
    text: list[str | Entity], entities: list[Entity]
) -> tuple[str, list[dict[str, object]], int] | None:
    """Plain text, marks with code-point offsets and colons in the two arrays; None where they disagree."""
    there = 0
    here = 0
    parts: list[str] = []
    marks: list[dict[str, object]] = []
    for entity in entities:
        words = entity.text
        past = here + len(words)
        if entity.type == "plain":
            there += 2
        else:
            there += _colons(entity) + entity.type.count(":")
            mark: dict[str, object] = {"type": entity.type, "start": here, "end": past}
            marks.append(mark)
            if entity.href is not UNSET:
                mark["href"] = entity.href
            if entity.user_id is not UNSET:
                mark["user_id"] = entity.user_id
            if entity.language is not UNSET:
                mark["language"] = entity.language
            if entity.document_id is not UNSET:
                mark["document_id"] = entity.document_id
        here = past
        parts.append(words)
    other: list[str] = []
    for part in text:
        if type(part) is str:
            other.append(part)
        elif isinstance(part, Entity):
            there += _colons(part) + part.type.count(":")
            other.append(part.text)
    whole = "".join(parts)
    if whole != "".join(other):
        return None
    return whole, marks, there + 2 * whole.count(":")
