"""Messages in the exporter's layout: decoded many at a time, and straight to records.

Only what is certain goes this way. A run of messages (a stretch of the file's own bytes) is decoded in one go, by types
that name every field and forbid all others. What is decoded is the messages themselves, byte for byte, because

* each of them begins with its `id` behind the line break and white space that stand before every element, where no string
  can be (JSON has no raw line break in one), and no object inside a message may have an `id`;
* there are as many such beginnings as messages, so that each is one and ends with the brace before the next;
* every colon of the bytes belongs to a key or a string that was decoded (none is written as an escape): no key stands twice.

Text and entities must agree, senders have been met, times be sound. Anything else goes the careful way in `message.py`,
message by message, in the same file, and both ways give the same records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from ritrova.formats.jsonframe import hides_colons
from ritrova.model import ids
from ritrova.model.records import Attachment, Event, Locator, Message, Moment, Native, Read, Reply
from ritrova.readers.telegram_json.message import Chat, Maker
from ritrova.readers.telegram_json.times import WITHIN_HOUR

Out: TypeAlias = Read | list[Read]
"""A record, or several in order."""
Careful: TypeAlias = Callable[[int, int, bytes], Generator[Out, None, bool]]
"""Gives the records of a message (its range and bytes) the careful way; False where what follows it is not certain."""
Whole: TypeAlias = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
"""An integer that can be sent on."""


class Entity(msgspec.Struct, forbid_unknown_fields=True, gc=False, kw_only=True):
    """A piece of text; `plain` or marked."""

    type: str
    text: str
    href: str | UnsetType = UNSET
    user_id: Whole | UnsetType = UNSET
    language: str | UnsetType = UNSET
    document_id: str | UnsetType = UNSET


_BARE = frozenset(
    {"phone", "link", "mention", "hashtag", "bot_command", "email", "bold", "italic", "code", "underline"}
)
"""Types of pieces that come without more: where one has more, its colons do not add up."""
_MORE = ("href", "user_id", "language", "document_id")


class Giver(msgspec.Struct, forbid_unknown_fields=True, gc=False, kw_only=True):
    """Who reacted, and when."""

    from_: str | None = msgspec.field(name="from")
    from_id: str
    date: str


class Reaction(msgspec.Struct, forbid_unknown_fields=True, gc=False, kw_only=True):
    """How often a message got one sort of reaction, and from whom."""

    type: str
    count: Whole
    emoji: str | UnsetType = UNSET
    document_id: str | UnsetType = UNSET
    recent: list[Giver] | UnsetType = UNSET


class Talk(msgspec.Struct, forbid_unknown_fields=True, gc=False, kw_only=True):
    """A message of words, perhaps with a photo or file. Fields stand as the exporter orders them: so they are found at once."""

    id: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
    type: Literal["message"]
    date: str
    date_unixtime: str | UnsetType = UNSET
    edited: str | UnsetType = UNSET
    edited_unixtime: str | UnsetType = UNSET
    from_: str | None = msgspec.field(name="from")
    from_id: str | Whole
    forwarded_from: str | UnsetType = UNSET
    reply_to_message_id: Whole | UnsetType = UNSET
    photo: str | UnsetType = UNSET
    photo_file_size: Whole | UnsetType = UNSET
    file: str | UnsetType = UNSET
    file_name: str | UnsetType = UNSET
    file_size: Whole | UnsetType = UNSET
    thumbnail: str | UnsetType = UNSET
    thumbnail_file_size: Whole | UnsetType = UNSET
    media_type: str | UnsetType = UNSET
    sticker_emoji: str | UnsetType = UNSET
    mime_type: str | UnsetType = UNSET
    duration_seconds: Whole | UnsetType = UNSET
    width: Whole | UnsetType = UNSET
    height: Whole | UnsetType = UNSET
    text: str | list[str | Entity]
    text_entities: list[Entity] | UnsetType = UNSET
    reactions: list[Reaction] | UnsetType = UNSET


_MEDIA = (
    "photo", "photo_file_size", "file", "file_name", "file_size", "thumbnail", "thumbnail_file_size",
    "media_type", "sticker_emoji", "mime_type", "duration_seconds", "width", "height",
)  # fmt: skip
_DECODE = msgspec.json.Decoder(list[Talk]).decode
_SPAN = re.Match.span
_FORWARDED = ("forwarded",)
_MOST = 100_000
"""Senders remembered with the colons of their lines."""
_LONGEST, _SHORTEST = 256, 8
"""Messages decoded in one go, at most; and at least, where many cannot be."""


@cache
def bounds(between: bytes) -> Callable[[bytes, int, int], Iterable[re.Match[bytes]]]:
    """Finds where one element ends and another begins, `between` and its closing brace being there.

    A match is a byte longer where the other does not begin as a message does.
    """
    begins = rb'\s++"id": [0-9]++,\s++"type": "message",'
    return re.compile(rb"\}" + re.escape(between) + rb"(?:(?=" + begins + rb")|\s)").finditer


class Fast:
    """The fast way for the messages of one chat."""

    __slots__ = ("chat", "make", "most", "senders")

    def __init__(self, make: Maker, chat: Chat) -> None:
        self.make = make
        self.chat = chat
        self.senders: dict[tuple[str | int, str | None], tuple[str, int]] = {}
        """Senders met so far: the account, and the colons in key and name."""
        self.most = _LONGEST
        """Messages to decode in one go: fewer where some were found that go the careful way."""

    def run(
        self, buf: bytes, pos: int, last: int, base: int, between: bytes, careful: Careful
    ) -> Generator[Out, None, bool]:
        """The records of the messages of which the first's brace is `buf[pos]` and after the last `between` begins at `last`.

        `base` is the offset of `buf[0]`. False where the careful way moved elsewhere.
        """
        lead = len(between) - 1
        regular = len(between) + 1
        spans = list(map(_SPAN, bounds(between)(buf, pos, last)))
        ends = [start + 1 for start, _ in spans]
        ends.append(last)
        stops: list[int] = []
        for n, (start, past) in enumerate(spans, 1):
            if past - start != regular:
                # Element n does not begin as a message does: it is looked at alone.
                stops += (n, n + 1)
        stops.append(len(ends))
        here = 0
        for stop in stops:
            while here < stop:
                if ends[here] <= pos:
                    here += 1
                    continue
                beyond = min(stop, here + self.most)
                whole = ends[beyond - 1]
                talks = _decoded(buf[pos:whole])
                if len(talks) == beyond - here:
                    self.most = min(self.most * 2, _LONGEST)
                    while talks:
                        made, taken = self.take(talks, ends[here:beyond], buf, pos, base, lead)
                        if made:
                            yield made
                        if taken < 0:
                            break
                        here += taken
                        if taken:
                            pos = ends[here - 1] + lead
                        talks = talks[taken + 1 :]
                        if here < beyond:
                            end = ends[here]
                            if not (yield from careful(base + pos, base + end, buf[pos:end])):
                                return False
                            pos = end + lead
                            here += 1
                elif beyond - here > 1:
                    self.most = max(self.most // 4, _SHORTEST)
                while pos < whole:
                    # What cannot be decoded together, message by message.
                    end = buf.find(between, pos)
                    raw = buf[pos:end]
                    quick = self.message(base + pos, base + end, raw)
                    if quick is not None:
                        yield quick
                    elif not (yield from careful(base + pos, base + end, raw)):
                        return False
                    pos = end + lead
                here = beyond
        return True

    def message(self, start: int, end: int, raw: bytes) -> list[Read] | None:
        """The records of one message by itself, or None where it must go the careful way."""
        talks = _decoded(raw)
        if len(talks) != 1:
            return None
        made, taken = self.take(talks, [end - start], raw, 0, start, 0)
        return made if taken == 1 else None

    def take(
        self, talks: list[Talk], ends: list[int], buf: bytes, pos: int, base: int, lead: int
    ) -> tuple[list[Read], int]:
        """The records of the first of these messages, and of how many: up to one that must go the careful way.

        The first begins at `buf[pos]`, each ends before `ends` and the next begins `lead` further. Less than none where a
        key stands twice among them.
        """
        make, chat, senders = self.make, self.chat, self.senders
        clock, source, path, conversation = make.clock, make.item.source, make.item.path, chat.id
        hours, within = clock.hours, WITHIN_HOUR
        made: list[Read] = []
        put = made.append
        begun = pos
        taken = 0
        there = 0
        """Colons that keys and strings of the messages taken account for."""
        for talk, end in zip(talks, ends, strict=False):
            name = talk.from_
            sender = senders.get((talk.from_id, name)) or self._met(talk.from_id, name)
            if sender is None:
                break
            date = talk.date
            unixtime = talk.date_unixtime
            tail = date[13:]
            hour = hours.get(date[:13])
            if hour is not None and tail in within and unixtime == str(hour[0] + within[tail]):
                sent = Moment(date, date, f"{hour[1]}{tail}Z", hour[2])
                colons = 9 + sender[1]
            else:
                sent = clock.moment(date, None if unixtime is UNSET else unixtime)
                if clock.conflict:
                    break
                colons = 6 + date.count(":") + (unixtime is not UNSET) + sender[1]
            said = talk.text
            entities = talk.text_entities
            detail = None
            if type(said) is str:
                if entities is UNSET:
                    colons += said.count(":")
                elif len(entities) == 1 and (only := entities[0]).text == said and only.type == "plain":
                    colons += 3 + (2 * said.count(":") if ":" in said else 0)
                elif entities or said:
                    break
                else:
                    colons += 1
            else:
                marked = _pieces(said, entities)  # type: ignore[arg-type]
                if marked is None:
                    break
                said, detail, more = marked
                colons += more
            edited = reply = forwarded = None
            if talk.edited is not UNSET:
                stamp = talk.edited_unixtime
                if stamp is UNSET or stamp in {"", "0"}:
                    # Perhaps no edit at all, but what betrays the clock of an old version.
                    break
                edited = clock.moment(talk.edited, stamp)
                if clock.conflict:
                    break
                colons += 2 + talk.edited.count(":")
            if talk.reply_to_message_id is not UNSET:
                reply = Reply(str(talk.reply_to_message_id))
                colons += 1
            if talk.forwarded_from is not UNSET:
                forwarded = talk.forwarded_from
                colons += 1 + forwarded.count(":")
            at = Locator(source, path, f"bytes {base + pos}-{base + end}")
            attachments: tuple[Attachment, ...] = ()
            remarks: list[Read] = []
            if talk.photo is not UNSET or talk.file is not UNSET:
                media = {key: value for key in _MEDIA if (value := getattr(talk, key)) is not UNSET}
                colons += len(media) + sum(v.count(":") for v in media.values() if type(v) is str)
                attachments = make.attachments(media, at, remarks)
                if media:
                    break
            native = Native(str(talk.id), "message")
            events: list[Event] = []
            if talk.reactions is not UNSET:
                more = self._reactions(talk.reactions, native.key, at, events)
                if more < 0:
                    break
                colons += 1 + more
            if remarks:
                # Only now: what came before may have left the message to the careful way.
                made += remarks
            put(
                Message(
                    at,
                    "telegram",
                    conversation,
                    sender[0],
                    name,
                    "media" if attachments else "text",
                    said,
                    sent,
                    edited,
                    reply,
                    forwarded,
                    native,
                    () if forwarded is None else _FORWARDED,
                    attachments,
                    detail,
                )
            )
            if events:
                made += events
            there += colons
            taken += 1
            pos = end + lead
        if not taken:
            return [], 0
        if there != buf.count(b":", begun, pos - lead):
            return [], -1
        if chat.numbered:
            numbers = [talk.id for talk in talks[:taken]]
            if chat.last is not None and numbers == list(range(chat.last + 1, chat.last + 1 + taken)):
                chat.last += taken
            else:
                for number in numbers:
                    chat.seen(number)
        return made, taken

    def _met(self, key: str | int, name: str | None) -> tuple[str, int] | None:
        """The account of a sender whom the careful way has met, and the colons in key and name."""
        known = self.make.known.get((key, name or None))
        if known is None:
            return None
        met = known, (key.count(":") if type(key) is str else 0) + (name.count(":") if name else 0)
        if len(self.senders) < _MOST:
            self.senders[key, name] = met
        return met

    def _reactions(self, reactions: list[Reaction], key: str | None, at: Locator, events: list[Event]) -> int:
        """Adds the events of reactions; gives the colons of the list, or less than none where it must go another way."""
        chat, clock = self.chat.id, self.make.clock
        mid = ids.message_id(at)
        colons = 0
        for reaction in reactions:
            colons += 2 + reaction.type.count(":")
            what: dict[str, Any] = {"type": reaction.type}
            if reaction.emoji is not UNSET:
                what["emoji"] = reaction.emoji
                colons += 1 + reaction.emoji.count(":")
            elif reaction.document_id is not UNSET:
                what["document_id"] = reaction.document_id
                colons += 1 + reaction.document_id.count(":")
            named: list[Giver] = []
            if reaction.recent is not UNSET:
                named = reaction.recent
                colons += 1
            for one in named:
                giver = self.senders.get((one.from_id, one.from_)) or self._met(one.from_id, one.from_)
                if giver is None:
                    return -1
                when = clock.moment(one.date)
                colons += 3 + giver[1] + one.date.count(":")
                events.append(Event(at, "reaction", chat, mid, key, giver[0], when, {**what, "count": 1}))
            left = reaction.count - len(named)
            if left > 0 or not named:
                what |= {"count": max(left, 0), "unnamed": True}
                events.append(Event(at, "reaction", chat, mid, key, None, None, what))
        return colons


def _decoded(raw: bytes) -> list[Talk]:
    """The messages that stand in these bytes, a comma between them; none where they are not that, or not sure to be."""
    if hides_colons(raw):
        return []
    try:
        return _DECODE(b"[%b]" % raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def _pieces(
    text: list[str | Entity], entities: list[Entity] | UnsetType
) -> tuple[str, dict[str, Any] | None, int] | None:
    """Text, detail and colons of the two arrays of pieces; None where they disagree or a piece is not a common one."""
    colons = here = 0
    if entities is UNSET:
        same: list[Any] = text
        twice = 1
    elif len(text) == len(entities):
        same = entities
        twice = 2
        colons = 1
    else:
        return None
    said = []
    marks = []
    for part, entity in zip(text, same, strict=True):
        if type(part) is str:
            if twice == 2:
                if part != entity.text or entity.type != "plain":
                    return None
                colons += 2
            said.append(part)
            here += len(part)
            continue
        if part != entity or not isinstance(part, Entity):
            return None
        kind, words = part.type, part.text
        past = here + len(words)
        own = 2
        if kind != "plain":
            mark: dict[str, Any] = {"type": kind, "start": here, "end": past}
            marks.append(mark)
            if kind not in _BARE:
                own += kind.count(":")
                for name in _MORE:
                    if (value := getattr(part, name)) is not UNSET:
                        mark[name] = value
                        own += 1 + (value.count(":") if type(value) is str else 0)
                if len(mark) > 4:
                    # In which order these were written is not known.
                    return None
        colons += own * twice
        said.append(words)
        here = past
    whole = "".join(said)
    return (
        whole,
        {"entities": marks} if marks else None,
        colons + (twice * whole.count(":") if ":" in whole else 0),
    )
