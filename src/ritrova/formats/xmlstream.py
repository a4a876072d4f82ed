"""XML evidence of any size, with the byte offset of every element.

Reports by forensic tools are now and then not well-formed: control characters, character references that XML forbids,
bytes that are no UTF-8. They are replaced by as many harmless bytes, so that offsets stay those of the file; every place
is remembered. A document type declaration is refused: it is how XML bombs are made, and no report needs one.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

CHUNK = 1 << 18
_CONTROLS = bytes(c for c in range(32) if c not in (9, 10, 13))
_TABLE = bytes(32 if c in _CONTROLS else c for c in range(256))
_CONTROL = re.compile(b"[" + re.escape(_CONTROLS) + b"]")
_REFERENCE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)(?:#(?:[0-9]{1,9}|[xX][0-9a-fA-F]{1,8});)?")
_FORBIDDEN = re.compile(rb"\xef\xbf[\xbe\xbf]")
_OPEN = b"<![CDATA["
_CLOSE = b"]]>"
_OPAQUE = re.compile(rb"<!\[CDATA\[|<!--|<\?")
_CLOSES = {_OPEN: _CLOSE, b"<!--": b"-->", b"<?": b"?>"}
_HELD = 16
"""Bytes that may be held back for the next chunk: the longest thing that must not be cut (a reference, an opening)."""


class Refused(ValueError):
    """The document declares a document type."""


class Sanitiser:
    """Makes bytes well-formed without changing their number. `repairs` are the offsets of bytes that were replaced."""

    def __init__(self) -> None:
        self.repairs = array("Q")
        self._kept = b""
        self._at = 0
        self._inside = False

    def starts(self, at: int) -> None:
        """Where in the file the next byte stands, when reading goes on after damage."""
        self._at = at
        self._kept = b""
        self._inside = False

    def feed(self, chunk: bytes, last: bool = False) -> bytes:
        """The next bytes, harmless; a few are held back until more follow."""
        given = self._kept + chunk if self._kept else chunk
        if last:
            cut = len(given)
        else:
            cut = len(given) - _HELD
            if cut <= 0:
                self._kept = given
                return b""
            while cut < len(given) and given[cut] & 0xC0 == 0x80:
                cut += 1
            near = max(0, cut - _HELD)
            found = max(given.rfind(b"&", near, cut), given.rfind(b"<!", near, cut))
            if found >= 0:
                cut = found
            elif given[cut - 1] == 0x3C:
                cut -= 1
            for _ in range(2):
                cut -= cut > 0 and given[cut - 1] == 0x5D
        self._kept = given[cut:]
        out = self._clean(given[:cut])
        self._at += cut
        return out

    def _clean(self, part: bytes) -> bytes:
        plain = part.translate(_TABLE)
        if plain != part:
            self.repairs.extend(self._at + m.start() for m in _CONTROL.finditer(part))
            part = plain
        if not part.isascii():
            part = self._encoded(part)
        if b"&" in part:
            part = self._references(part)
        elif self._inside or _OPEN in part:
            self._inside = self._state(part, len(part))
        return part

    def _encoded(self, part: bytes) -> bytes:
        try:
            part.decode("utf-8")
        except UnicodeDecodeError:
            fixed = bytearray(part)
            start = 0
            while start < len(fixed):
                try:
                    fixed[start:].decode("utf-8")
                    break
                except UnicodeDecodeError as error:
                    for i in range(start + error.start, start + error.end):
                        fixed[i] = 0x3F
                        self.repairs.append(self._at + i)
                    start += error.end
            part = bytes(fixed)
        if b"\xef\xbf" in part and _FORBIDDEN.search(part):
            self.repairs.extend(self._at + m.start() for m in _FORBIDDEN.finditer(part))
            part = _FORBIDDEN.sub(b"???", part)
        return part

    def _state(self, part: bytes, end: int) -> bool:
        """Whether the byte at `end` of this part stands inside a CDATA section."""
        opened, closed = part.rfind(_OPEN, 0, end), part.rfind(_CLOSE, 0, end)
        if opened == closed:
            return self._inside
        if self._inside and closed < 0:
            return True
        return opened > closed

    def _references(self, part: bytes) -> bytes:
        """Forbidden references, and ampersands that begin none, outside CDATA; inside it every byte is a letter."""
        fixed: bytearray | None = None
        for found in _REFERENCE.finditer(part):
            if len(found[0]) > 1 and _allowed(found[0]):
                continue
            if self._inside_at(part, found.start()):
                continue
            fixed = bytearray(part) if fixed is None else fixed
            fixed[found.start() : found.end()] = b"?" * len(found[0])
            self.repairs.append(self._at + found.start())
        self._inside = self._inside_at(part, len(part))
        return part if fixed is None else bytes(fixed)

    def _inside_at(self, part: bytes, end: int) -> bool:
        """Walks the sections of this part in order: an opening inside a section is only text."""
        at, inside = 0, self._inside
        while True:
            found = part.find(_CLOSE if inside else _OPEN, at, end)
            if found < 0:
                return inside
            at = found + (3 if inside else 9)
            inside = not inside


def _allowed(reference: bytes) -> bool:
    """True for a character reference to a character that XML 1.0 has."""
    digits = reference[2:-1]
    number = int(digits[1:], 16) if digits[:1] in b"xX" else int(digits)
    return (
        number in (9, 10, 13)
        or 32 <= number < 0xD800
        or 0xE000 <= number < 0xFFFE
        or 0x10000 <= number < 0x110000
    )


class Broken(ValueError):
    """The document stops being XML at a byte; `at` is its offset in the file, `str()` expat's reason."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(why)
        self.at = at


class Stream:
    """One pass of expat over a stream. `offset()` inside a handler is where its element or tag begins in the file.

    `began` is where the pass begins in the file, `before` opens the elements in which it begins (after damage).
    """

    def __init__(
        self, stream: BinaryIO, sanitiser: Sanitiser, *, began: int = 0, before: bytes = b""
    ) -> None:
        self.stream = stream
        self.sanitiser = sanitiser
        self.began = began
        self.before = before
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.buffer_size = 1 << 16
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.shift = began - len(before)
        self.position = began
        self.sweep: Callable[[bytes, int], bytes] | None = None
        """Sees the harmless bytes and their offset before the parser does; gives as many bytes in their stead."""

    def _refuse(self, *_: Any) -> None:
        raise Refused("the document declares a document type")

    def offset(self) -> int:
        """Where the element or tag that a handler is called for begins in the file."""
        return self.parser.CurrentByteIndex + self.shift

    def run(self) -> Iterator[None]:
        """Parses, and yields after each chunk so that what the handlers gathered can be handed on."""
        try:
            if self.before:
                self.parser.Parse(self.before, False)
            self.stream.seek(self.began)
            fed = self.began
            while True:
                chunk = self.stream.read(CHUNK)
                self.position += len(chunk)
                part = self.sanitiser.feed(chunk, last=not chunk)
                if self.sweep is not None and part:
                    part = self.sweep(part, fed)
                fed += len(part)
                self.parser.Parse(part, not chunk)
                yield
                if not chunk:
                    return
        except expat.ExpatError as error:
            at = self.parser.ErrorByteIndex + self.shift
            raise Broken(expat.errors.messages.get(error.code, str(error)), max(at, self.began)) from error


def tags(
    stream: BinaryIO, start: int, end: int | None, wanted: bytes, word: bytes
) -> Iterator[tuple[int, bytes]]:
    """Start tags outside CDATA that match `wanted` from their ``<`` on, found by scanning for the bytes of `word`.

    Gives (offset, tag). Independent of any XML parser, for counting. `word` must stand in every tag that is wanted.
    """
    tag = re.compile(wanted, re.DOTALL)
    size = 1 << 20
    stream.seek(start)
    held = b""
    base = start
    inside = False
    while True:
        room = size if end is None else min(size, end - base - len(held))
        chunk = stream.read(room) if room > 0 else b""
        text = held + chunk
        limit = len(text)
        if chunk:
            limit = max(0, len(text) - 4096)
            limit = max(text.rfind(b"<", max(0, limit - (1 << 16)), limit), 0) or limit
        unseen = _comments(text, inside) if b"<!--" in text or b"<?" in text else []
        for first, last in unseen:
            if chunk and 0 < first < limit < last:
                limit = first
        at = 0
        while True:
            found = text.find(word, at)
            if found < 0:
                break
            opened = text.rfind(b"<", 0, found)
            if opened < 0:
                at = found + 1
                continue
            if opened >= limit and chunk:
                break
            match = tag.match(text, opened)
            at = found + 1
            if unseen:
                before = bisect_left(unseen, (opened, 0)) - 1
                if before >= 0 and opened < unseen[before][1]:
                    continue
            if match and match.end() > found and not _within(text, opened, inside):
                yield base + opened, match[0]
                at = match.end()
        if not chunk:
            return
        inside = _within(text, limit, inside)
        held = text[limit:]
        base += limit


def _comments(text: bytes, inside: bool) -> list[tuple[int, int]]:
    """Where comments and processing instructions stand that are closed here; an open one is damage, and hides nothing."""
    spans: list[tuple[int, int]] = []
    at = 0
    if inside:
        at = text.find(_CLOSE) + len(_CLOSE)
        if at < len(_CLOSE):
            return spans
    open_for_ever: set[bytes] = set()
    while found := _OPAQUE.search(text, at):
        at = found.end()
        kind = found[0]
        if kind in open_for_ever:
            continue
        close = _CLOSES[kind]
        end = text.find(close, at)
        if end >= 0:
            at = end + len(close)
            if kind != _OPEN:
                spans.append((found.start(), at))
        elif kind == _OPEN:
            break
        else:
            open_for_ever.add(kind)
    return spans


def _within(text: bytes, end: int, inside: bool) -> bool:
    """Whether `end` stands inside a CDATA section, by the last opening or closing before it."""
    opened, closed = text.rfind(_OPEN, 0, end), text.rfind(_CLOSE, 0, end)
    if opened < 0 and closed < 0:
        return inside
    if opened > closed and not (inside and closed < 0):
        return True
    return inside and closed < 0
