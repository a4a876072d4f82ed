"""The common message, straight from typed decoding to a record.

Only what is certain takes this way: every field known, none doubled (each colon in the bytes belongs to a key or a string
that was decoded), text and entities in agreement. Anything else goes the careful way in `message.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from ritrova.formats.jsonframe import colons, hides_colons
from ritrova.formats.telegram import peer_key
from ritrova.model import ids
from ritrova.model.records import Attachment, Locator, Message, Moment, Native, Read, Reply
from ritrova.readers.telegram_json.message import Chat, Maker
from ritrova.readers.telegram_json.times import WITHIN_HOUR

Careful: TypeAlias = Callable[[int, int, bytes], Generator[Read, None, bool]]
"""Gives the records of a message (its range and bytes) the careful way; False where what follows it is not certain."""


class Entity(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A piece of text; `plain` or marked."""

    type: str
    text: str
    href: str | UnsetType = UNSET
    user_id: int | UnsetType = UNSET
    language: str | UnsetType = UNSET
    document_id: str | UnsetType = UNSET


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
_DECODE = msgspec.json.Decoder(Talk).decode
_BARE = 10 + 2
"""Colons of a message of words alone: eight keys, two in its one entity; two in its date."""


class Fast:
    """The fast way for the messages of one chat."""

    __slots__ = ("chat", "make", "path", "senders", "source")

    def __init__(self, make: Maker, chat: Chat) -> None:
        self.make = make
        self.chat = chat
        self.source = make.item.source
        self.path = make.item.path
        self.senders: dict[tuple[str | int, str | None], tuple[str | None, int]] = {}
        """Senders met so far: the account, and the colons in key and name."""

    def run(
        self, start: int, pieces: Iterable[bytes], apart: int, careful: Careful
    ) -> Generator[Read, None, bool]:
        """The records of messages `apart` bytes from each other, of which the bytes after the brace are given.

        Names are local and the plainest messages are made here, without a call: this is done for every message.
        """
        chat, source, path, senders = self.chat, self.source, self.path, self.senders
        hours, within, decode, finish = self.make.clock.hours, WITHIN_HOUR, _DECODE, self.finish
        numbered, conversation, bare = chat.numbered, chat.id, _BARE
        for piece in pieces:
            raw = b"{" + piece
            end = start + len(raw)
            try:
                talk = decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError):
                if not (yield from careful(start, end, raw)):
                    return False
                start = end + apart
                continue
            text = talk.text
            entities = talk.text_entities
            name = talk.from_
            sender = senders.get((talk.from_id, name))
            number = talk.id
            if (
                type(text) is str
                and entities is not UNSET
                and len(entities) == 1
                and sender is not None
                and (entity := entities[0]).text == text
                and entity.type == "plain"
                and talk.type == "message"
                and number >= 0
            ):
                more = raw.count(b":") - bare - sender[1]
                if ":" in text:
                    more -= 2 * text.count(":")
                reply: Reply | None = None
                if more == 1 and talk.reply_to_message_id is not UNSET:
                    more = 0
                    reply = Reply(str(talk.reply_to_message_id))
                date = talk.date
                unixtime = talk.date_unixtime
                hour = hours.get(date[:13])
                # No colon is left, so that no other key is there.
                if more == 0 and hour is not None and unixtime is not None and unixtime.isdecimal():
                    tail = date[13:]
                    if int(unixtime) - hour[0] == within.get(tail) and not hides_colons(raw):
                        if numbered:
                            if number - 1 == chat.last:
                                chat.last = number
                            else:
                                chat.seen(number)
                        yield Message(
                            Locator(source, path, f"bytes {start}-{end}"),
                            "telegram",
                            conversation,
                            sender[0],
                            name,
                            "text",
                            text,
                            Moment(date, date, f"{hour[1]}{tail}Z", hour[2]),
                            None,
                            reply,
                            None,
                            Native(str(number), "message"),
                        )
                        start = end + apart
                        continue
            quick = finish(talk, start, end, raw)
            if quick is None:
                if not (yield from careful(start, end, raw)):
                    return False
            elif type(quick) is Message:
                yield quick
            elif isinstance(quick, list):
                yield from quick
            start = end + apart
        return True

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
