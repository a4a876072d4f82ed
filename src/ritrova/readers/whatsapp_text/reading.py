"""The second pass over an export: records, in the order of the file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Attachment,
    Conversation,
    ConversationKind,
    Locator,
    Message,
    Moment,
    Problem,
    Read,
)
from ritrova.model.shapes import Ask, Item, at
from ritrova.readers.whatsapp_text import blocks
from ritrova.readers.whatsapp_text.bodies import classify, ordinary
from ritrova.readers.whatsapp_text.survey import Survey, file_title, survey
from ritrova.readers.whatsapp_text.words import MARKS, plain, unmarked, words

_PHONE = re.compile(
    r"\+?[\d\u0660-\u0669\u06f0-\u06f9][\d\u0660-\u0669\u06f0-\u06f9 ()\u00a0\u202f\u2010-\u2014.\-/]{5,24}"
)
_UNSAFE = re.compile(r"[\x00-\x1f/\\]|^\.\.?$|^[A-Za-z]:")


def phone_of(name: str) -> str | None:
    """E.164 where a name is nothing but an international number (with any marks, blanks and hyphens in it)."""
    bare = unmarked(name).strip(" \u00a0\u202f~")
    if not bare.startswith("+") or _PHONE.fullmatch(bare) is None:
        return None
    digits = "".join(str(int(c)) for c in bare if c.isdigit())
    return "+" + digits if 7 <= len(digits) <= 15 else None


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Accounts, the conversation and the messages of one export."""
    if item.size == 0:
        yield Problem(at(item), "RTV-W001", "the export is empty: it holds no bytes")
        return
    found = survey(item, ask)
    if found is None:
        yield Problem(
            at(item, f"bytes 0-{item.size}"), "RTV-W001", "no line begins like a message of an export", 1
        )
        return
    yield from _Reading(item, ask, found).records()


class _Reading:
    """One export being read: its accounts by name, its conversation, and the remarks that stand at the end."""

    def __init__(self, item: Item, ask: Ask, found: Survey) -> None:
        self.item, self.ask, self.found = item, ask, found
        self.scope = f"{item.source}:{item.path}"
        self.conversation = ids.conversation_id("whatsapp", file_title(item) or "", self.scope)
        self.accounts: dict[bytes, tuple[str, str]] = {}
        self.bad_utf8 = 0
        self.no_time: dict[str, int] = {}
        self.quoted = 0
        self.unsafe = 0
        self.media: dict[str, Attachment] = {}

    def records(self) -> Iterator[Read]:
        """Everything, in order."""
        title = file_title(self.item)
        people = list(self._people(title))
        yield from people
        group = self.found.group_name
        name = title or (_shown(group) if group is not None else None)
        kind, why = self._kind(title, people)
        detail: dict[str, Any] = {"kind_ground": why}
        if title is None and group is not None:
            detail["name_ground"] = "the name under which the phone writes system lines"
        elif title is not None:
            detail["name_ground"] = "name of the file, container or folder"
        yield Conversation(
            at(self.item),
            self.conversation,
            "whatsapp",
            name,
            kind,
            None,
            tuple(p.id for p in people),
            detail,
        )
        yield from self._messages()
        yield from self._remarks()

    def _people(self, title: str | None) -> Iterator[Account]:
        names = self.found.names
        self.shown_names = frozenset(plain(shown) for shown in names.values())
        partner = None
        if title is not None and len(names) == 2:
            partner = next((raw for raw, shown in names.items() if _loose(shown) == _loose(title)), None)
        made: dict[str, Account] = {}
        for raw, shown in names.items():
            phone = phone_of(shown)
            key, scope = (phone, "") if phone else (plain(shown), self.scope)
            id = ids.account_id("whatsapp", key, scope)
            owner, ground = (
                False,
                "name as written in an export" if not phone else "number written as the name",
            )
            if plain(shown) in words().you:
                owner, ground = True, "the export writes a pronoun for the phone's owner"
            elif partner is not None and raw != partner and self.found.group_name is None:
                owner, ground = (
                    True,
                    f"{ground}; the other one of two in a chat that is named after its partner",
                )
            self.accounts[raw] = (id, shown)
            if id not in made:
                made[id] = Account(
                    at(self.item), id, "whatsapp", None if phone else shown, phone, None, None, owner, ground
                )
        return iter(made.values())

    def _kind(self, title: str | None, people: list[Account]) -> tuple[ConversationKind, str]:
        if self.found.group_name is not None:
            return "group", "the phone writes system lines under a name that writes nothing else"
        if len(people) > 2:
            return "group", f"{len(people)} participants write"
        if title is not None and any(_loose(a.name or a.phone or "") == _loose(title) for a in people):
            return "direct", "named after one of at most two participants"
        return "unknown", "at most two participants write, and the name of the chat is neither's"

    def _messages(self) -> Iterator[Read]:
        found, item = self.found, self.item
        rule, code, suspects, lone = found.pattern, found.code, found.suspects, found.lone
        source, path, conversation = item.source, item.path, self.conversation
        accounts = self.accounts
        moment = found.clock.moment
        wide = code != "utf-8"
        begins, ends = (2, 1) if found.frame.time_first else (1, 2)  # groups of the date and the time
        size = item.size
        before: float | None = None
        blank_from: int | None = None
        header = b""
        sent, seconds = Moment("", None, None, ""), None
        with item.open() as stream:
            for block in blocks.whole_messages(stream, code, rule, suspects):
                text, first = block.text, block.first
                heads: Iterator[re.Match[bytes]] = rule.finditer(text)
                quotations: set[int] = set()
                if suspects and suspects[0][0] < first + len(text) * (2 if wide else 1):
                    heads, quotations = self._without_quotations(block, heads)
                if wide:
                    place = _Places(block, code).of
                    stop = size if block.last else place(len(text) - 1)
                else:
                    place, stop = None, first + len(text) - 1
                m = next(heads, None)
                begin = stop if m is None else place(m.start()) if place else first + m.start()
                if begin > first:
                    head = text[1:] if m is None else text[1 : m.start() + 1]
                    if block.goes_on:
                        what = (
                            f"the message before goes on for {begin - first} bytes more than are kept as text"
                        )
                        yield Problem(Locator(source, path, f"bytes {first}-{begin}"), "RTV-W007", what)
                    elif _says_something(head):
                        what = (
                            "text before the first message: perhaps of a message whose beginning is missing"
                        )
                        yield Problem(Locator(source, path, f"bytes {first}-{begin}"), "RTV-W003", what, 1)
                    else:
                        blank_from = first
                if blank_from is not None and m is not None:
                    begin, blank_from = blank_from, None
                while m is not None:
                    following = next(heads, None)
                    # one header ahead instead of a list of them: nothing piles up for the garbage collector to walk
                    if following is None:
                        end, body_end = stop, len(text)
                    else:
                        body_end = following.start()
                        end = place(body_end) if place else first + body_end
                    body_at = m.end()
                    if m[0] != header:
                        header = m[0]
                        sent, seconds = moment(text[m.start(begins) : m.end(ends)], m[1], m[2])
                    flags: tuple[str, ...] = ()
                    stepped = False
                    if seconds is None:
                        self.no_time[sent.ground] = self.no_time.get(sent.ground, 0) + 1
                    else:
                        now = seconds
                        if before is not None and now < before:
                            stepped = before - now < 7200.0
                            if before - now >= 1800.0:
                                flags = ("clock_back",)
                                if suspects and _inside(begin, suspects):
                                    flags = ("quoted_transcript",)
                                    self.quoted += 1
                                    now = before
                                    stepped = False
                        elif suspects and before is not None and _inside(begin, suspects):
                            flags = ("quoted_transcript",)
                            self.quoted += 1
                            now = before
                    if quotations and m.start() in quotations:
                        flags = (*flags, "quoted_transcript")
                        self.quoted += 1
                        stepped = False
                    while body_end > body_at and text[body_end - 1] in b"\r\n":
                        body_end -= 1
                    spot = Locator(source, path, f"bytes {begin}-{end}")
                    colon = text.find(b": ", body_at, body_end)
                    name = text[body_at:colon]
                    who = accounts.get(name) if colon >= 0 else None
                    if stepped and following is not None and name in lone and before is not None:
                        back = moment(
                            text[following.start(begins) : following.end(ends)], following[1], following[2]
                        )[1]
                        if back is not None and back >= before:
                            flags = (*flags, "quoted_transcript")
                            self.quoted += 1
                            now = before
                    if seconds is not None:
                        before = now
                    plainly = None
                    if who is not None:
                        try:
                            plainly = text[colon + 2 : body_end].decode()
                        except UnicodeDecodeError:
                            who = None
                    if who is not None and plainly is not None and ordinary(plainly):
                        yield Message(
                            spot, "whatsapp", conversation, who[0], who[1], "text", plainly, sent,
                            None, None, None, None, flags,
                        )  # fmt: skip
                    else:
                        yield self._other(spot, text[body_at:body_end], sent, flags)
                    begin, m = end, following

    def _without_quotations(
        self, block: blocks.Block, heads: Iterator[re.Match[bytes]]
    ) -> tuple[Iterator[re.Match[bytes]], set[int]]:
        """Leaves out headers inside the suspect ranges that no known participant heads; says which messages hold them."""
        kept: list[re.Match[bytes]] = []
        holders: set[int] = set()
        text, code = block.text, self.found.code
        place = _Places(block, code).of
        for m in heads:
            if kept and _inside(place(m.start()), self.found.suspects):
                colon = text.find(b": ", m.end(), m.end() + 400)
                if colon < 0 or not self._known(text[m.end() : m.end() + 400]):
                    holders.add(kept[-1].start())
                    continue
            kept.append(m)
        return iter(kept), holders

    def _known(self, body: bytes) -> bool:
        return self._sender(body) is not None

    def _sender(self, body: bytes) -> tuple[bytes, str, str] | None:
        """The longest known name that begins the first line and is followed by a colon: (bytes, account, name)."""
        line = re.split(b"[\r\n]", body, maxsplit=1)[0]
        best = None
        at_colon = line.find(b":")
        while at_colon >= 0:
            name = line[:at_colon]
            if (
                line[at_colon + 1 : at_colon + 2] in (b" ", b"")
                or line[at_colon + 1 : at_colon + 3] == b"\xc2\xa0"
            ):
                who = self.accounts.get(name)
                if who is not None:
                    best = (name, *who)
            at_colon = line.find(b":", at_colon + 1)
        return best

    def _other(self, spot: Locator, body: bytes, sent: Moment, flags: tuple[str, ...]) -> Message:
        """A message that is not plainly somebody's words: a system line, a file, a poll, an empty body, broken bytes."""
        known = self._sender(body)
        group = self.found.group_name
        if known is None:
            under = None
            if group is not None and body.startswith(group + b": "):
                under, body = _shown(group), body[len(group) + 2 :]
            text, flags = self._decoded(body, flags)
            detail: dict[str, Any] | None = {"written_under": under} if under is not None else None
            return Message(
                spot,
                "whatsapp",
                self.conversation,
                None,
                None,
                "system",
                text,
                sent,
                flags=flags,
                detail=detail,
            )
        raw, account, name = known
        rest = body[len(raw) + 1 :]
        text, flags = self._decoded(rest[1:] if rest[:1] == b" " else rest, flags)
        b = classify(text)
        first = self.found.frame.bracket and spot.spot.startswith("bytes 0-") and text[:1] == "\u200e"
        first = first and text.encode()[:69] not in self.found.marked_phrases
        if b.kind == "text" and "marked" in b.flags and (first or self._told_by_app(text)):
            detail = {"written_under": name}
            return Message(
                spot,
                "whatsapp",
                self.conversation,
                None,
                None,
                "system",
                text,
                sent,
                flags=flags,
                detail=detail,
            )
        kind, detail = b.kind, b.detail
        if kind == "text" and "marked" in b.flags and text.encode()[:69] in self.found.marked_phrases:
            kind = "media"
            detail = {"ground": "a marked line that several participants have in the same words"}
        files = tuple(self._joined(f) for f in b.files)
        return Message(
            spot, "whatsapp", self.conversation, account, name, kind, b.text, sent, b.edited,
            None, None, None, (*flags, *b.flags), files, detail,
        )  # fmt: skip

    def _told_by_app(self, text: str) -> bool:
        """Whether a marked line under a person's name is the application's own sentence."""
        if text[:1] != "\u200e":
            return False
        if words().system.search(text) is not None:
            return True
        # "<mark>Ali left": the application speaks of a participant by name, in any language
        said = plain(text).split(" ")
        return any(" ".join(said[:n]) in self.shown_names for n in range(1, min(len(said), 8)))

    def _decoded(self, raw: bytes, flags: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        try:
            return raw.decode(), flags
        except UnicodeDecodeError:
            self.bad_utf8 += 1
            return raw.decode("utf-8", "replace"), (*flags, "repaired")

    def _joined(self, a: Attachment) -> Attachment:
        """The attachment with the file that lies beside the export, if it does."""
        name = a.name
        if name is None or a.missing is not None:
            return a
        name = name.strip(MARKS + " ")
        known = self.media.get(name)
        if known is None:
            if _UNSAFE.search(name):
                self.unsafe += 1
                known = Attachment(missing="its name is not safe to look up as a file")
            else:
                beside = self.item.sibling(name)
                if beside is None:
                    known = Attachment(missing="named, but not beside the export")
                else:
                    digest = beside.sha256() if self.ask.media != "none" else None
                    known = Attachment(present=True, sha256=digest, size=beside.size, path=beside.path)
            if len(self.media) < 100_000:
                self.media[name] = known
        return Attachment(
            name, known.present, known.sha256, a.mime, known.missing, known.size, known.path, a.detail
        )

    def _remarks(self) -> Iterator[Read]:
        """What a person should know about the whole file; none of these costs an entry."""
        here = at(self.item)
        order = self.found.clock.order
        if order.against:
            yield Problem(here, "RTV-W011", order.against)
        if order.order is None:
            text = f"{order.why}; --date-order dmy (or mdy, ymd) settles it. {order.hint}".strip()
            yield Problem(here, "RTV-W002", text)
        for calendar, n in sorted(self.found.clock.calendars.items()):
            done = (
                "read as year less 543" if calendar == "buddhist" else "not converted, local time left open"
            )
            told = "a calendar that is not known" if calendar == "unknown" else f"the {calendar} calendar"
            yield Problem(here, "RTV-W006", f"{n} different dates are in {told}: {done}")
        if order.order is not None:
            for why, n in sorted(self.no_time.items())[:20]:
                if "calendar" not in why:
                    yield Problem(here, "RTV-W004", f"{n} messages have no readable time: {why}")
        if self.bad_utf8:
            yield Problem(
                here, "RTV-W005", f"{self.bad_utf8} messages are not valid UTF-8; marked as repaired"
            )
        if self.found.code == "utf-8" and _zeros_at_end(self.item):
            yield Problem(here, "RTV-W005", "the file ends in zero bytes: its writing was interrupted")
        if self.found.other_frames:
            n = self.found.other_frames
            what = f"{n} lines near the beginning look like headers of another form; they are kept inside messages"
            yield Problem(here, "RTV-W008", what)
        if self.quoted:
            what = f"{self.quoted} messages hold or may be quoted lines of another transcript (flag quoted_transcript)"
            yield Problem(here, "RTV-W009", what)
        if self.unsafe:
            yield Problem(
                here, "RTV-W010", f"{self.unsafe} attachments have names that are not safe to look up"
            )


def _zeros_at_end(item: Item) -> bool:
    """Whether a file ends in zero bytes, as it does where a phone or a disk stopped while it was written."""
    with item.open() as stream:
        stream.seek(max(0, item.size - 16))
        return stream.read().rstrip(b"\r\n").endswith(b"\0" * 8)


def _shown(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace").strip(MARKS + " \u00a0")


def _loose(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _says_something(head: bytes) -> bool:
    return bool(plain(head.decode("utf-8", "replace").strip()))


def _inside(place: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    n = bisect_right(ranges, (place, 1 << 63)) - 1
    return n >= 0 and ranges[n][0] <= place < ranges[n][1]


class _Places:
    """Places in the file of ascending places in a block's text."""

    def __init__(self, block: blocks.Block, code: str) -> None:
        self.block, self.code = block, code
        self.done, self.here = 1, block.first

    def of(self, at: int) -> int:
        """The place of the byte behind `at`."""
        if self.code == "utf-8":
            return self.block.first + at
        if at + 1 < self.done:
            self.done, self.here = 1, self.block.first
        self.here += blocks.width(self.block.text[self.done : at + 1], self.code)
        self.done = at + 1
        return self.here
