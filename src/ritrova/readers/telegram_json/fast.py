"""The common message, straight from typed decoding to a record.

Only what is certain takes this way: every field known, none doubled (keys are counted in the bytes: a quote and a colon,
where inside a string the quote would be escaped), text and entities in agreement. Anything else goes the careful way in `message.py`.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from ritrova.formats.telegram import peer_key
from ritrova.model.records import Attachment, Locator, Message, Moment, Native, Read, Reply
from ritrova.readers.telegram_json.message import Chat, Maker
from ritrova.readers.telegram_json.times import WITHIN_HOUR


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


class Fast:
    """The fast way for the messages of one chat."""

    __slots__ = ("chat", "make", "path", "source")

    def __init__(self, make: Maker, chat: Chat) -> None:
        self.make = make
        self.chat = chat
        self.source = make.item.source
        self.path = make.item.path

    def message(self, start: int, end: int, raw: bytes) -> list[Read] | Message | None:
        """The records of a plain message, or None where it must go the careful way."""
        try:
            talk = _DECODE(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        text = talk.text
        entities = talk.text_entities
        detail = None
        # Keys there must be if none is doubled: six, then those that may be absent and those of the entities.
        keys = 6
        if talk.date_unixtime is not None:
            keys = 7
        if entities is UNSET:
            if not isinstance(text, str):
                return None
        elif isinstance(text, str):
            if len(entities) == 1 and entities[0].text == text and entities[0].type == "plain":
                keys += 3
            elif entities or text:
                return None
            else:
                keys += 1
        else:
            keys += 1
            marked = _marked(text, entities)
            if marked is None:
                return None
            text, marks, more = marked
            keys += more
            detail = {"entities": marks} if marks else None
        make = self.make
        clock = make.clock
        flags: tuple[str, ...] = ()
        edited = reply = forwarded = None
        if talk.reply_to_message_id is not UNSET:
            keys += 1
            reply = Reply(str(talk.reply_to_message_id))
        if talk.edited is not UNSET:
            keys += 1 if talk.edited_unixtime is None else 2
            edited = clock.edited(talk.edited, talk.edited_unixtime)
            if clock.conflict:
                return None
        if talk.forwarded_from is not UNSET:
            keys += 1
            forwarded = talk.forwarded_from
            flags = ("forwarded",)
        number = talk.id
        media = None
        if talk.photo is not UNSET or talk.file is not UNSET:
            media = {name: value for name in _MEDIA if (value := getattr(talk, name)) is not UNSET}
            keys += len(media)
        there = raw.count(b'":')
        if b"\\" in raw:
            there -= raw.count(b'\\":')
        if there != keys or number < 0 or talk.type != "message":
            return None
        date = talk.date
        unixtime = talk.date_unixtime
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
        name = talk.from_
        sender = make.known.get((talk.from_id, name))
        new: list[Read] = []
        if sender is None:
            if peer_key(talk.from_id) is None:
                return None
            sender = make.account(talk.from_id, name, at, new)
        attachments: tuple[Attachment, ...] = ()
        if media is not None:
            attachments = make.attachments(media, at, new)
        chat = self.chat
        if chat.numbered:
            if number - 1 == chat.last:
                chat.last = number
            else:
                chat.seen(number)
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
            Native(str(number), "message"),
            flags,
            attachments,
            detail,
        )
        if new:
            new.append(message)
            return new
        return message


def _keys_of(entity: Entity) -> int:
    """Keys of an entity."""
    return (
        2
        + (entity.href is not UNSET)
        + (entity.user_id is not UNSET)
        + (entity.language is not UNSET)
        + (entity.document_id is not UNSET)
    )


def _marked(
    text: list[str | Entity], entities: list[Entity]
) -> tuple[str, list[dict[str, object]], int] | None:
    """Plain text, marks with code-point offsets and keys in the two arrays; None where they disagree."""
    keys = 2 * len(entities)
    here = 0
    parts: list[str] = []
    marks: list[dict[str, object]] = []
    for entity in entities:
        words = entity.text
        there = here + len(words)
        if entity.type != "plain":
            mark: dict[str, object] = {"type": entity.type, "start": here, "end": there}
            marks.append(mark)
            extra = _keys_of(entity) - 2
            if extra:
                keys += extra
                if entity.href is not UNSET:
                    mark["href"] = entity.href
                if entity.user_id is not UNSET:
                    mark["user_id"] = entity.user_id
                if entity.language is not UNSET:
                    mark["language"] = entity.language
                if entity.document_id is not UNSET:
                    mark["document_id"] = entity.document_id
        here = there
        parts.append(words)
    other: list[str] = []
    for part in text:
        if type(part) is str:
            other.append(part)
        elif isinstance(part, Entity):
            keys += _keys_of(part)
            other.append(part.text)
    whole = "".join(parts)
    return (whole, marks, keys) if whole == "".join(other) else None
