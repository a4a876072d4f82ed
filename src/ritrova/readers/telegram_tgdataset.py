"""Channels in the dictionary form of TGDataset: channel id -> fields, `text_messages` and `generic_media` by message id.

The dataset is a MongoDB dump of public channels (arXiv 2303.05345). Names of fields are recalled from its description, not
verified against the dump: whatever a message holds is kept under the name it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ritrova.formats.clock import utc_text
from ritrova.formats.jsonframe import Cut, TooLarge, Twice, Window, loads, plain
from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Attachment,
    Conversation,
    Message,
    Moment,
    Native,
    Problem,
    Read,
    Reply,
)
from ritrova.model.shapes import Ask, Counted, Item, Reader, at

PROBLEMS = {
    "RTV-T351": "The file ends, or breaks, inside this message or channel; everything before was read.",
    "RTV-T352": "A message of the dataset could not be decoded; it stands at the place named.",
    "RTV-T353": "A message's date is not a time; it is kept as written.",
}

_PARTS = ("text_messages", "generic_media")
_SHAPE = re.compile(rb'"(?:text_messages|generic_media)"\s*:\s*\{')


def sniff(item: Item) -> bool:
    """True for a JSON object in whose first bytes a channel with messages by id begins."""
    head = item.head(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"{") and bool(_SHAPE.search(head))


def count(item: Item, ask: Ask) -> Counted:
    """Objects inside `text_messages` and `generic_media`, by ijson's events."""
    import ijson
    from ijson.common import IncompleteJSONError, JSONError

    n = depth = inside = 0
    key = ""
    with item.open() as stream:
        try:
            for event, value in ijson.basic_parse(stream, use_float=True):
                if event == "map_key":
                    key = str(value)
                elif event in ("start_map", "start_array"):
                    depth += 1
                    if inside and depth == inside + 1 and event == "start_map":
                        n += 1
                    elif not inside and key in _PARTS and event == "start_map":
                        inside = depth
                elif event in ("end_map", "end_array"):
                    depth -= 1
                    if depth < inside:
                        inside = 0
        except (IncompleteJSONError, JSONError):
            pass
    return {"messages": n}


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Channels and their messages in the file's order."""
    with item.open() as stream:
        window = Window(stream)
        try:
            start = (window.peek(), window.offset)[1]
            first = next(window.members(), "")
            window.seek(start)
            if first in _PARTS or _is_channel(item):
                yield from _channel(item, window, "")
                return
            for key in window.members():
                if window.peek() == 0x7B:
                    yield from _channel(item, window, key)
                else:
                    window.skip_value()
        except Cut:
            here = at(item, f"bytes {window.offset}-{item.size}")
            yield Problem(here, "RTV-T351", "the file ends inside a channel")
        except ValueError as error:
            here = at(item, f"bytes {window.offset}-{item.size}")
            yield Problem(here, "RTV-T351", f"the rest was not read: {error}")


def _is_channel(item: Item) -> bool:
    """True where the file is one channel by itself, not a dictionary of channels."""
    head = item.head(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip()
    return bool(re.match(rb'\{\s*"(?:_id|channel_id|username|title|creation_date)"\s*:\s*(?!\{\s*")', head))


def _channel(item: Item, window: Window, key: str) -> Iterator[Read]:
    window.peek()
    start = window.offset
    fields: dict[str, Any] = {}
    try:
        for part in window.members():
            if part in _PARTS:
                window.skip_value()
            else:
                _, _, raw = window.value()
                fields[part] = loads(raw)
    except ValueError:
        # Cut or broken further on: the messages before that are read all the same.
        pass
    end = window.offset
    window.seek(start)
    number = str(fields.get("channel_id") or fields.get("_id") or key)
    number = number.removeprefix("-100") if number.startswith("-100") else number.removeprefix("-")
    native = f"channel{number}"
    conversation = ids.conversation_id("telegram", native)
    title = fields.get("title")
    name = title if isinstance(title, str) else None
    handle = fields.get("username")
    here = at(item, f"bytes {start}-{max(end, start)}")
    shown = f"@{handle}" if isinstance(handle, str) and handle else None
    account = ids.account_id("telegram", native)
    yield Account(here, account, "telegram", name, None, shown, native, ground="Telegram id")
    yield Conversation(here, conversation, "telegram", name, "channel", native, (), plain(fields) or None)
    for part in window.members():
        if part not in _PARTS or window.peek() != 0x7B:
            window.skip_value()
            continue
        for post in window.members():
            window.peek()
            first = window.offset
            try:
                _, last, raw = window.value()
            except (Cut, TooLarge):
                rest = at(item, f"bytes {first}-{item.size}")
                entries = 1 if window.peek() == 0x7B else 0
                yield Problem(rest, "RTV-T351", "the file ends inside this message", entries)
                return
            spot = at(item, f"bytes {first}-{last}")
            try:
                value = loads(raw)
            except ValueError as error:
                yield Problem(spot, "RTV-T352", str(error), 1)
                continue
            if isinstance(value, dict):
                yield from _message(spot, value, post, part, conversation, account, name)
            else:
                yield Problem(spot, "RTV-T352", f"no message but {value!r}")


def _message(
    spot: Any, d: dict[str, Any], number: str, part: str, conversation: str, account: str, name: str | None
) -> Iterator[Read]:
    text = d.get("message") if isinstance(d.get("message"), str) else d.get("text")
    sent = _moment(d.get("date"))
    if sent.ground == "not a time":
        yield Problem(spot, "RTV-T353", f"the date {sent.written!r} is not a time")
    attachments: tuple[Attachment, ...] = ()
    if part == "generic_media":
        title = d.get("title")
        shown = title if isinstance(title, str) else None
        known: dict[str, Any] = {k: d[k] for k in ("media_id", "extension") if k in d}
        attachments = (Attachment(shown, False, missing="not in the dataset", detail=known or None),)
    detail = {k: v for k, v in d.items() if k not in {"message", "text", "date", "reply_to"}}
    flags: tuple[str, ...] = ()
    if isinstance(d, Twice):
        detail["doubled"] = [[key, value] for key, value in d.earlier]
        flags = ("doubled_key",)
    origin = next((d[k] for k in ("forwarded_from_id", "forwarded_from", "fwd_from_id") if d.get(k)), None)
    if origin is not None or d.get("is_forwarded"):
        flags = (*flags, "forwarded")
    reply = d.get("reply_to")
    yield Message(
        spot,
        "telegram",
        conversation,
        account,
        name,
        "media" if attachments else "text",
        text if isinstance(text, str) else "",
        sent,
        None,
        Reply(str(reply)) if isinstance(reply, int | str) else None,
        None if origin is None else str(origin),
        Native(number, part),
        flags,
        attachments,
        detail or None,
    )


def _moment(written: object) -> Moment:
    if isinstance(written, dict) and "$date" in written:
        written = written["$date"]
    if written is None:
        return Moment(None, None, None, "no time stated")
    try:
        if isinstance(written, int | float):
            seconds = written / 1000 if written > 100_000_000_000 else written
            return Moment(
                str(written), None, utc_text(datetime.fromtimestamp(seconds, UTC)), "seconds since 1970, UTC"
            )
        known = datetime.fromisoformat(str(written))
    except (ValueError, OverflowError, OSError):
        return Moment(str(written), None, None, "not a time")
    if known.tzinfo is not None:
        return Moment(str(written), None, utc_text(known), "the offset stands in the time as written")
    return Moment(str(written), known.isoformat(), None, "the dataset states no offset")


READER = Reader(
    name="telegram.tgdataset",
    title="Archive of Telegram channels, TGDataset's dictionary form",
    sniff=sniff,
    read=read,
    count=count,
    facts={
        "versions": "TGDataset (2023 to 2025), from its description",
        "read": [
            "channels with their fields, text messages, media as absent files, byte range of every message"
        ],
        "lost": ["the dataset has no senders: a channel's posts are its own"],
        "recalled": ["all names of fields"],
    },
)
