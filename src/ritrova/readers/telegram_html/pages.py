"""The pages of one chat, in order: messages, who wrote the joined ones, and a JSON copy beside to check against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ritrova.formats.clock import utc_text
from ritrova.formats.telegram import last_name, unsafe
from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Attachment,
    Conversation,
    Event,
    Locator,
    Message,
    MessageKind,
    Moment,
    Native,
    Problem,
    Read,
    Reply,
)
from ritrova.model.shapes import Ask, Counted, Item, at
from ritrova.readers.telegram_html.block import Block
from ritrova.readers.telegram_html.times import clock, moment

_PAGE = re.compile(r"messages(\d*)\.html\Z")
_START = re.compile(rb'<div\s+class="message (default|service)[^"]*"\s+id="message(-?\d+)"')
_IDS = re.compile(rb'\bid="message(-?\d+)"')
_TITLE = re.compile(rb'class="page_header".*?class="text bold">\s*(.*?)\s*</div>', re.DOTALL)
_DATES = -1_000_000
"""Ids of date lines count down from -1; messages from before a migration have far lower ones."""
_JSON = re.compile(
    rb'"id":\s*(-?\d+),\s*"type":\s*"(?:message|service)",\s*"date":\s*"([^"]+)",\s*"date_unixtime":\s*"(\d+)"'
)
LARGEST = 128 << 20
NAME_ONLY = "only the name as printed; HTML pages give no id"


def _number(name: str) -> int | None:
    found = _PAGE.search(name.rpartition("/")[2])
    if not found:
        return None
    return int(found[1]) if found[1] else 1


def _pages(item: Item) -> list[tuple[int, str]]:
    """Numbers and names of the pages beside (and of) the item, in order."""
    found = {item.name: _number(item.name) or 1}
    for name in item.siblings():
        number = _number(name)
        if number is not None and "/" not in name:
            found[name] = number
    return sorted((number, name) for name, number in found.items())


def sniff(item: Item) -> bool:
    """True for the first page of a chat; later pages are read with it."""
    head = item.head(1 << 16)
    if b"<html" not in head[:2048].lower() or b"page_header" not in head or b"message" not in head:
        return False
    if not (_START.search(head) or b'class="history"' in head) or b"export" not in head[:4096].lower():
        return False
    number = _number(item.name)
    return number is None or _pages(item)[0][1] == item.name


_BESIDE = ("css/", "js/", "images/", "photos/", "files/", "video_files/", "voice_messages/", "stickers/",
           "round_video_messages/", "contacts/")  # fmt: skip


def related(item: Item) -> Iterable[str]:
    """Later pages, the export's style files and media."""
    others = {name for _, name in _pages(item)} - {item.name}
    return [name for name in item.siblings() if name in others or name.startswith(_BESIDE)]


def count(item: Item, ask: Ask) -> Counted:
    """Ids of messages over all pages, date lines left out."""
    n = 0
    for _, name in _pages(item):
        page = item if name == item.name else item.sibling(name)
        if page is not None:
            with page.open() as stream:
                content = stream.read(LARGEST)
            n += sum(not _DATES < int(found[1]) < 0 for found in _IDS.finditer(content))
    return {"messages": n}


@dataclass
class _Chat:
    """What is carried from message to message."""

    item: Item
    ask: Ask
    id: str
    name: str | None = None
    sender: str | None = None
    known: dict[str, str] = field(default_factory=dict)
    copy: dict[int, tuple[str, int]] = field(default_factory=dict)


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """The messages of all pages in order."""
    pages = _pages(item)
    scope = f"{item.source}/{item.path}"
    chat: _Chat | None = None
    last = 0
    for number, name in pages:
        page = item if name == item.name else item.sibling(name)
        if page is None:
            continue
        if last and number > last + 1:
            missing = f"messages{last + 1}.html"
            yield Problem(at(page), "RTV-T101", f"{missing} is not there before {name}")
            if chat is not None:
                chat.name = chat.sender = None
        elif not last and number > 1:
            yield Problem(at(page), "RTV-T101", f"the first page is {name}; those before it are not there")
        last = number
        with page.open() as stream:
            content = stream.read(LARGEST)
        if chat is None:
            title = _TITLE.search(content)
            shown = (
                Block(f'<div class="text">{title[1].decode("utf-8", "replace")}</div>').text
                if title
                else None
            )
            made = ids.conversation_id("telegram", shown or "", scope)
            chat = _Chat(item, ask, made)
            detail = {"pages": [each for _, each in pages]}
            yield Conversation(at(item, "bytes 0-" + str(title.end() if title else 0)), made, "telegram", shown,
                               detail=detail)  # fmt: skip
            chat.copy = _json_copy(item)
        yield from _page(page, content, chat)


def _json_copy(item: Item) -> dict[int, tuple[str, int]]:
    """Clock time and unixtime by id from a single-chat result.json beside; empty where there is none."""
    beside = item.sibling("result.json")
    if beside is None or b'"chats"' in beside.head(1 << 16):
        return {}
    found: dict[int, tuple[str, int]] = {}
    with beside.open() as stream:
        rest = b""
        while fresh := stream.read(1 << 20):
            piece = rest + fresh
            end = 0
            for m in _JSON.finditer(piece):
                found[int(m[1])] = (m[2].decode("utf-8", "replace"), int(m[3]))
                end = m.end()
            rest = piece[max(end, len(piece) - 4096) :]
    return found


def _page(page: Item, content: bytes, chat: _Chat) -> Iterator[Read]:
    starts = list(_START.finditer(content))
    for n, found in enumerate(starts):
        number = int(found[2])
        service = found[1] == b"service"
        if service and _DATES < number < 0:
            continue
        end = starts[n + 1].start() if n + 1 < len(starts) else len(content)
        raw = content[found.start() : end]
        if n + 1 == len(starts):
            # The page goes on after the last message: the link to the next page, the closing tags.
            for tail in (b'<a class="pagination', b"</body>"):
                place = raw.find(tail)
                if place >= 0:
                    end = found.start() + place
                    raw = raw[:place]
            if end == len(content) and raw.rfind(b"<") > raw.rfind(b">"):
                raw = raw[: raw.rfind(b"<")]  # a tag that the cut goes through is no text
        yield from _message(at(page, f"bytes {found.start()}-{end}"), raw, number, service, chat)
    if b"</html>" not in content[-256:]:
        yield Problem(
            at(page, f"bytes 0-{len(content)}"),
            "RTV-T104",
            "the page has no end; the last message may be cut",
        )


def _message(here: Locator, raw: bytes, number: int, service: bool, chat: _Chat) -> Iterator[Read]:
    block = Block(raw.decode("utf-8", "replace"))
    native = Native(str(number), "service" if service else "message")
    if service:
        text = block.sentence
        sent = Moment(None, None, None, "service lines of HTML pages carry no time")
        if not text:
            yield Problem(here, "RTV-T102", "a service line without words", 1)
            return
        yield Message(here, "telegram", chat.id, None, None, "system", text, sent, native=native)
        mid = ids.message_id(here)
        yield Event(here, "unknown", chat.id, mid, native.key, None, sent, {"sentence": text})
        return
    if block.date is None and not block.text and not block.files:
        yield Problem(here, "RTV-T102", "no time, text or file", 1)
        return
    flags = ["weak_identity"]
    detail: dict[str, Any] = {"sender_ground": NAME_ONLY}
    if b"\xef\xbf\xbd" not in raw and "\ufffd" in block.text:
        flags.append("repaired")
        detail["repaired"] = ["bytes that are not UTF-8"]
    joined = re.match(rb'<div\s+class="message default[^"]*\bjoined\b', raw) is not None
    if block.name is not None or not joined:
        chat.name = block.name
        chat.sender = None
        if block.name is not None:
            chat.sender = chat.known.get(block.name)
            if chat.sender is None:
                scope = f"{chat.item.source}/{chat.item.path}"
                chat.sender = chat.known[block.name] = ids.account_id("telegram", block.name, scope)
                yield Account(here, chat.sender, "telegram", block.name, ground=NAME_ONLY)
    elif chat.sender is not None:
        detail["sender_ground"] = f"{NAME_ONLY}; joined to the message before, which names the sender"
    else:
        detail["sender_ground"] = "joined to a message that is not there: who wrote it is not known"
    sent, wrong = moment(block.date, chat.ask.zone) if block.date else (Moment(ground="no time printed"), "")
    if wrong:
        code = "RTV-T103" if wrong == "time" else "RTV-T107"
        yield Problem(here, code, f"{block.date!r}: {sent.ground}")
    if chat.copy:
        sent, problem = _checked(here, number, sent, chat)
        if problem is not None:
            flags.append("time_conflict")
            yield problem
    if block.via:
        detail["via_bot"] = block.via
    if block.is_forwarded:
        flags.append("forwarded")
        if block.forward_date:
            original, _ = moment(block.forward_date, chat.ask.zone)
            detail["forwarded_date"] = {
                "written": original.written,
                "local": original.local,
                "utc": original.utc,
            }
    if block.entities:
        size = len(block.text)
        detail["entities"] = [{**m, "end": min(m["end"], size)} for m in block.entities if m["start"] <= size]
    if block.signature:
        detail["author"] = "".join(block.signature).strip()
    if block.buttons:
        detail["inline_bot_buttons"] = block.buttons
    attachments = []
    for file in block.files:
        made, problem = _attachment(here, file, chat)
        attachments.append(made)
        if problem is not None:
            yield problem
    kind: MessageKind = "media" if attachments else "text"
    kinds = {c for file in block.files for c in file["classes"]}
    if kinds & {"media_location", "media_venue", "media_live_location"}:
        kind = "location"
    elif "media_contact" in kinds:
        kind = "contact"
    elif "media_call" in kinds:
        kind = "call"
    elif "media_poll" in kinds or b'class="media_poll"' in raw:
        kind = "poll"
    reply = None
    if block.reply is not None:
        page, key = block.reply
        reply = Reply(key, None, None, {"page": page} if page else None)
    yield Message(
        here,
        "telegram",
        chat.id,
        chat.sender,
        chat.name,
        kind,
        block.text,
        sent,
        None,
        reply,
        block.forwarded if block.is_forwarded else None,
        native,
        tuple(flags),
        tuple(attachments),
        detail,
    )
    mid = ids.message_id(here)
    for reaction in block.reactions:
        yield Event(here, "reaction", chat.id, mid, native.key, None, None, reaction)


def _checked(here: Locator, number: int, sent: Moment, chat: _Chat) -> tuple[Moment, Problem | None]:
    """The moment as the JSON copy settles it, and a problem where the two do not agree."""
    from datetime import UTC, datetime

    other = chat.copy.get(number)
    if other is None:
        return sent, Problem(here, "RTV-T105", f"message {number} is not in result.json")
    written, unixtime = other
    known = clock(sent.written or "")
    if known is None or known[0].isoformat() != written:
        return sent, Problem(
            here, "RTV-T105", f"the page says {sent.written!r}, result.json says {written!r}"
        )
    utc = utc_text(datetime.fromtimestamp(unixtime, UTC))
    return Moment(
        sent.written, sent.local, utc, "UTC from result.json beside, whose clock time is the same"
    ), None


def _attachment(here: Locator, file: dict[str, Any], chat: _Chat) -> tuple[Attachment, Problem | None]:
    detail = {"shown": " · ".join(file["words"]), "classes": file["classes"]}
    href = file["href"]
    if href is None:
        words = " ".join(file["words"]).lower()
        missing = "the page names no file"
        for sign, reason in (
            ("not included", "not included in the export"),
            ("exceeds maximum size", "larger than the export's size limit"),
            ("unavailable", "unavailable when the export was made"),
        ):
            if sign in words:
                missing = reason
        return Attachment(missing=missing, detail=detail), None
    danger = unsafe(href)
    if danger is not None:
        made = Attachment(
            last_name(href), missing=f"the path as written {danger}", detail={**detail, "written": href}
        )
        if "://" in href or href.startswith(("tel:", "mailto:", "tg:")):
            return made, None
        return made, Problem(here, "RTV-T106", f"the path {href!r} {danger}; it was not followed")
    beside = chat.item.sibling(href)
    if beside is None:
        return Attachment(
            last_name(href), missing="not beside the export", detail={**detail, "written": href}
        ), None
    digest = beside.sha256() if chat.ask.media != "none" else None
    return Attachment(last_name(href), True, digest, None, None, beside.size, beside.path, detail), None
