"""The outline of a Telegram JSON export: an account's sections, its chats, and the messages of each, in the file's order."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import Any

from ritrova.formats.jsonframe import Cut, Frame, TooLarge, Window, loads, loads_noted
from ritrova.formats.telegram import CHAT_KINDS, chat_key, peer_key
from ritrova.model import ids
from ritrova.model.records import Conversation, Event, Problem, Read
from ritrova.model.shapes import Ask, Item
from ritrova.readers.telegram_json import sections
from ritrova.readers.telegram_json.fast import Fast, Out
from ritrova.readers.telegram_json.message import Chat, Maker
from ritrova.readers.telegram_json.repair import mend

_OLD_PEERS = re.compile(rb'"(?:from_id|actor_id)"\s*:\s*\d')
_NEW_PEERS = re.compile(rb'"(?:from_id|actor_id)"\s*:\s*"(user\d+)"')
_HEAD = re.compile(rb'\{\s*"id"\s*:\s*-?\d+\s*,\s*"type"\s*:\s*"(?:message|service|unsupported)"')
_CHAT_HEAD = re.compile(
    rb'(?:\{\s*(?:"(?:name|type|id)"\s*:\s*(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|null|-?\d+)\s*,\s*)+)?"messages"\s*:\s*\['
)
"""The beginning of a chat; where only its array can be recognised, that."""


_CHAT_KEYS = frozenset({"name", "type", "id", "messages"})


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Records of an export, in the file's order. Damage becomes Problems; see `problems.PROBLEMS`."""
    with item.open() as stream:
        for out in _Export(item, ask, Window(stream)).root():
            if type(out) is list:
                yield from out
            else:
                yield out  # type: ignore[misc]


class _Export:
    """One pass over one file."""

    def __init__(self, item: Item, ask: Ask, window: Window) -> None:
        self.item = item
        self.window = window
        self.make = Maker(item, ask)
        self.owner: str | None = None
        self.chats: set[str] = set()

    def problem(self, code: str, what: str, start: int, end: int, entries: int = 0) -> Problem:
        """A problem that stands at a byte range."""
        return Problem(self.make.at(start, end), code, what, entries)

    def root(self) -> Iterator[Out]:
        """The whole file: a chat by itself, or an account with sections."""
        window = self.window
        try:
            window.peek()
            start = window.offset
            first = next(window.members(), "")
            window.seek(start)
            yield from self.chat("chats") if first in _CHAT_KEYS else self._account(start)
            if window.peek() != -1:
                raise ValueError("bytes follow after the end of the export")
        except Cut:
            yield from self._go_on("the file ends inside the export's outline", "RTV-T001")
        except ValueError as error:
            yield from self._go_on(str(error))

    def _account(self, start: int) -> Iterator[Out]:
        window = self.window
        for key in window.members():
            if key in {"chats", "left_chats"} and window.peek() == 0x7B:
                yield from self._chats(key)
            elif key == "messages" and window.peek() == 0x5B:
                # A chat whose other keys come late.
                window.seek(start)
                yield from self.chat("chats")
                return
            else:
                yield from self._section(key)

    def _go_on(self, why: str, code: str = "RTV-T005") -> Iterator[Out]:
        """Outside any chat and no key in sight: go on at the next chat, as long as there is one."""
        window = self.window
        while why:
            start = window.offset
            resume = self._next(_CHAT_HEAD, start, self.item.size)
            if resume is not None:
                code = "RTV-T005"
            yield self.problem(code, why, start, self.item.size if resume is None else resume)
            if resume is None:
                return
            window.seek(resume)
            try:
                yield from self.chat("chats")
                while window.peek() in (0x2C, 0x5D, 0x7D):
                    window.pos += 1
                while window.peek() == 0x7B:
                    yield from self.chat("chats")
                    while window.peek() in (0x2C, 0x5D, 0x7D):
                        window.pos += 1
                why = "no chat where one is due" if window.peek() != -1 else ""
            except Cut:
                why, code = "the file ends inside the export's outline", "RTV-T001"
            except ValueError as error:
                why = str(error)
            if window.offset <= resume:
                window.seek(resume + 1)

    def _chats(self, section: str) -> Iterator[Out]:
        window = self.window
        for key in window.members():
            if key == "list" and window.peek() == 0x5B:
                window.pos += 1
                while True:
                    byte = window.peek()
                    if byte == 0x2C:
                        window.pos += 1
                    elif byte == 0x5D:
                        window.pos += 1
                        break
                    elif byte == 0x7B:
                        yield from self.chat(section)
                    elif byte == -1:
                        raise Cut("the file ends inside the list of chats")
                    else:
                        raise ValueError("no chat where one is due")
            elif key == "about":
                window.skip_value()
            else:
                yield from self._section(f"{section}.{key}")

    def _section(self, key: str) -> Iterator[Read]:
        start = self.window.offset
        try:
            start, end, raw = self.window.value()
        except TooLarge as error:
            self.window.skip_value()
            yield self.problem("RTV-T004", f"section {key}: {error}", start, self.window.offset)
            return
        try:
            value = loads(raw)
        except ValueError:
            try:
                value, _ = mend(raw)
            except ValueError as error:
                if _CHAT_HEAD.search(raw):
                    # Its end was not found where it is: chats must not be lost with it.
                    self.window.seek(start)
                    raise ValueError(f"section {key} is damaged") from error
                yield self.problem("RTV-T004", f"section {key}: {error}", start, end)
                return
        if key == "personal_information" and isinstance(value, dict):
            self.owner = peer_key(value.get("user_id"))
        yield from sections.records(self.make, key, value, start, end, self.owner)

    def chat(self, section: str) -> Iterator[Out]:
        """A chat: its header, then its messages."""
        window = self.window
        window.peek()
        start = window.offset
        header: dict[str, Any] = {}
        done = False
        if window.peek() == 0x22:
            # Only the array was recognised: what chat it belongs to is not known.
            window.string()
            window.peek()
            window.pos += 1
            window.peek()
            chat = yield from self._conversation({}, section, start, window.offset)
            yield from self._messages(chat)
            yield from self._gaps(chat, start)
            return
        for key in window.members():
            if key == "messages" and window.peek() == 0x5B:
                if not done:
                    array = window.offset
                    if "id" not in header or "type" not in header:
                        header.update(self._rest_of_header())
                        window.seek(array)
                    chat = yield from self._conversation(header, section, start, array)
                    done = True
                yield from self._messages(chat)
                yield from self._gaps(chat, start)
                if window.peek() not in (0x2C, 0x7D):
                    # The array was not closed as it should be: whoever called goes on from here.
                    return
            else:
                value_start, value_end, raw = window.value()
                try:
                    value = loads(raw)
                except ValueError:
                    try:
                        value, _ = mend(raw)
                    except ValueError as error:
                        yield self.problem("RTV-T004", f"chat, {key}: {error}", value_start, value_end)
                        continue
                header[key] = value
        if not done:
            yield from self._conversation(header, section, start, window.offset)

    def _rest_of_header(self) -> dict[str, Any]:
        """Keys of the chat that stand after its messages (an exporter never does this; other programs do)."""
        window = self.window
        found: dict[str, Any] = {}
        try:
            window.skip_value()
            while window.peek() == 0x2C:
                window.pos += 1
                if window.peek() != 0x22:
                    break
                key = window.string()
                if window.peek() != 0x3A:
                    break
                window.pos += 1
                _, _, raw = window.value()
                if key != "messages":
                    found[key] = loads(raw)
        except (Cut, ValueError):
            pass
        return found

    def _conversation(self, header: dict[str, Any], section: str, start: int, end: int) -> Any:
        window = self.window
        if len(window.buf) - window.pos < 1 << 16:
            window.more()
        ahead = window.buf[window.pos : window.pos + (1 << 18)]
        old = bool(_OLD_PEERS.search(ahead))
        written_type = header.get("type")
        key = chat_key(header.get("id"), written_type, old)
        kind = CHAT_KINDS.get(str(written_type), "unknown")
        owner = self.owner
        detail: dict[str, Any] = {k: v for k, v in header.items() if k not in {"name", "id"}}
        if section == "left_chats":
            detail["left"] = True
        if kind == "direct" and owner is None and key is not None:
            others = {found.decode() for found in _NEW_PEERS.findall(ahead)} - {key}
            if len(others) == 1:
                owner = others.pop()
                detail["owner_ground"] = "the only other account among the first messages"
        detail["layout"] = "telegram desktop" if re.match(rb'\[\n +\{\n +"id": ', ahead) else "other"
        at = self.make.at(start, end)
        apart = f"{self.item.source}/{self.item.path}"
        if key is None:
            scope = f"{apart}/{start}"
            made = ids.conversation_id("telegram", str(header.get("name")), scope)
            if written_type is None:
                yield Problem(at, "RTV-T009", "a chat without id and type")
        elif kind in {"direct", "unknown"}:
            made = ids.conversation_id("telegram", key, owner or apart)
        else:
            made = ids.conversation_id("telegram", key)
        name = header.get("name")
        numbered = kind in {"group", "channel"} and key is not None and key.startswith("channel")
        if made in self.chats:
            return Chat(made, key, owner, numbered)
        self.chats.add(made)
        yield Conversation(
            at,
            made,
            "telegram",
            name if isinstance(name, str) else None,
            kind,
            key,
            (),
            detail or None,
        )
        return Chat(made, key, owner, numbered)

    def _gaps(self, chat: Chat, start: int) -> Iterator[Read]:
        if chat.missing:
            yield Event(
                self.make.at(start, self.window.offset),
                "unknown",
                chat.id,
                detail={
                    "action": "id_gaps",
                    "meaning": "ids that this chat gave out and the export does not have: deleted, or not exported",
                    "first": chat.first,
                    "last": chat.last,
                    "missing": chat.missing,
                    "gaps": [list(gap) for gap in chat.gaps],
                    "gaps_listed": len(chat.gaps),
                },
            )

    def _messages(self, chat: Chat) -> Iterator[Out]:
        window = self.window
        fast = Fast(self.make, chat)
        for frame in window.elements():
            start, end, raw, how = frame
            if how == "bare":
                yield self.problem("RTV-T003", f"no message but {raw[:40]!r}", start, end)
                continue
            quick = fast.message(start, end, raw) if how == "framed" else None
            if quick is not None:
                yield quick
            elif (yield from self._careful(frame, chat)):
                return
            if how == "framed" and (yield from self._stretches(fast, chat, raw)):
                return

    def _careful(self, frame: Frame, chat: Chat) -> Generator[Read, None, bool]:
        """The records of one message that is not plain; True where the messages of this chat end with it."""
        start, end, _, _ = frame
        decoded = self._decode(frame)
        if decoded is not None:
            value, notes, real = decoded
            yield from self.make.records(value, chat, start, real, notes)
            if real != end:
                self.window.seek(real)
            return False
        resume, leaves, lost = self._after(frame)
        yield lost
        self.window.seek(self.item.size if resume is None else resume)
        return leaves or resume is None

    def _stretches(self, fast: Fast, chat: Chat, before: bytes) -> Generator[Out, None, bool]:
        """The records of the messages that follow `before` in its layout, as long as it holds; True as `_careful`."""
        window = self.window
        closing = before[before.rfind(b"\n") :]
        indent = closing[:-1]
        left = False

        def careful(start: int, end: int, raw: bytes) -> Generator[Out, None, bool]:
            nonlocal left
            if raw.find(closing) + len(closing) != len(raw):
                # Its end may be another: it is framed anew.
                window.seek(start - len(indent))
                return False
            window.seek(end + 1)
            left = yield from self._careful((start, end, raw, "framed"), chat)
            return window.offset == end + 1 and not left

        between = b"," + indent + b"{"
        while True:
            ahead = window.stretch(indent)
            if ahead is None:
                return left
            past = window.offset
            if not (yield from fast.run(window.buf, *ahead, window.base, between, careful)):
                return left
            window.seek(past)

    def _decode(self, frame: Frame) -> tuple[dict[str, Any], list[str], int] | None:
        """The message in a frame, what was repaired, and where it ends; None where it cannot be decoded."""
        start, claimed, raw, how = frame
        if how == "cut":
            return None
        made = _object(raw)
        if made is not None:
            return *made, claimed
        if how == "framed":
            # A raw line break inside a text may look like the end of the object.
            window = self.window
            here = window.offset
            window.seek(start)
            try:
                _, end, raw = window.value(1 << 20)
            except (Cut, TooLarge):
                end, raw = claimed, b""
            window.seek(here)
            if end != claimed and not _HEAD.search(raw, 1):
                made = _object(raw)
                if made is not None:
                    return *made, end
        return None

    def _next(self, pattern: re.Pattern[bytes], start: int, stop: int) -> int | None:
        """The offset of the next match that starts in `start`..`stop`, reading on in bounded memory."""
        window = self.window
        window.seek(start)
        while True:
            found = pattern.search(window.buf, window.pos)
            if found:
                place = window.base + found.start()
                return place if place < stop else None
            window.pos = max(window.pos, len(window.buf) - 65536)
            if window.offset >= stop or not window.more():
                return None

    def _after(self, frame: Frame) -> tuple[int | None, bool, Problem]:
        """Where to go on after a frame that could not be decoded, whether that is another chat, and the problem."""
        start, end, _, how = frame
        stop = self.item.size if how == "cut" else end
        head = self._next(_HEAD, start + 1, stop)
        chat = self._next(_CHAT_HEAD, start + 1, stop if head is None else head)
        resume = head if chat is None else chat
        if resume is not None:
            what = (
                "this message could not be decoded and its end is not clear; reading goes on at the next one"
            )
            return resume, chat is not None, self.problem("RTV-T002", what, start, resume, 1)
        if how == "cut":
            what = "the file ends inside this message; all before it was read"
            return None, True, self.problem("RTV-T001", what, start, self.item.size, 1)
        return end, False, self.problem("RTV-T002", "this message could not be decoded", start, end, 1)


def _object(raw: bytes) -> tuple[dict[str, Any], list[str]] | None:
    """A decoded object and what was repaired in it, or None."""
    notes: list[str] = []
    try:
        value, replaced = loads_noted(raw)
        if replaced:
            notes.append("characters or numbers that JSON cannot carry")
    except ValueError:
        try:
            value, notes = mend(raw)
        except ValueError:
            return None
    return (value, notes) if isinstance(value, dict) else None
