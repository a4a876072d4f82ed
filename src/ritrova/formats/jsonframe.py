"""Walking through a large JSON file with byte offsets, in bounded memory.

Elements of an array are framed by the writer's own indentation where it has one (fast: a `bytes.find` an element), and by
a string-aware scan of brackets where it has not. A frame is only a claim about where an element ends: JSON is prefix-free,
so a slice that decodes is the element. What does not decode, or never ends, is handed on as such with its offsets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Literal, TypeAlias

import msgspec

CHUNK = 1 << 20
STRETCH = 1 << 16
"""Bytes: about how much of an array `Window.stretch` hands out at a time."""
LARGEST = 64 << 20
"""Bytes: a single value longer than this is not decoded (the memory of the reading child is limited)."""

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]|"', re.DOTALL)
_BLANK = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb"[^,\]}\s]*+")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_OPEN = re.compile(rb"\n([ \t]*+)\{\n")


class Cut(ValueError):
    """The bytes ended inside a value."""


class TooLarge(ValueError):
    """A single value is longer than `LARGEST`."""


How: TypeAlias = Literal["framed", "scanned", "cut", "bare"]

Frame: TypeAlias = tuple[int, int, bytes, How]
"""An array element: its half-open byte range (first two), its bytes, and how its end was found.

``framed`` by the indentation, ``scanned`` by brackets, ``cut`` where the file ends inside it (the bytes are then what is
left), ``bare`` for an element that is no object.
"""


class Window:
    """A moving window over a binary stream; `buf[pos]` is the byte at offset `base + pos`."""

    __slots__ = ("base", "buf", "ended", "pos", "stream")

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.buf = b""
        self.base = 0
        self.pos = 0
        self.ended = False

    @property
    def offset(self) -> int:
        """The absolute offset of the next byte."""
        return self.base + self.pos

    def seek(self, offset: int) -> None:
        """Go to an absolute offset."""
        if self.base <= offset <= self.base + len(self.buf):
            self.pos = offset - self.base
            return
        self.stream.seek(offset)
        self.buf, self.base, self.pos, self.ended = b"", offset, 0, False

    def more(self) -> bool:
        """Read on, dropping what lies before `pos`; False at the end of the stream. At least doubles what is held."""
        if self.ended:
            return False
        keep = self.buf[self.pos :]
        fresh = self.stream.read(max(CHUNK, len(keep)))
        self.base += self.pos
        self.pos = 0
        if not fresh:
            self.ended = True
            self.buf = keep
            return False
        self.buf = keep + fresh
        return True

    def peek(self) -> int:
        """The next byte that is not white space (a leading byte order mark is passed over), or -1 at the end."""
        while True:
            if self.base == 0 and self.pos == 0:
                while len(self.buf) < 3 and self.more():
                    pass
                if self.buf.startswith(b"\xef\xbb\xbf"):
                    self.pos = 3
            found = _BLANK.match(self.buf, self.pos)
            self.pos = found.end() if found else self.pos
            if self.pos < len(self.buf):
                return self.buf[self.pos]
            if not self.more():
                return -1

    def string(self) -> str:
        """The string at the next byte, which must be a quote; raises `Cut` or ValueError."""
        _, _, raw = self.value()
        text = json.loads(raw, strict=False)
        if not isinstance(text, str):
            raise ValueError("not a string")
        return text

    def end_of_value(self, largest: int = LARGEST) -> int:
        """Index in `buf` just past the value that starts at `pos`, found by brackets outside strings.

        Raises `Cut` where the stream ends first and `TooLarge` beyond `largest` bytes. Reads on as needed; `pos` stays on
        the same byte.
        """
        first = self.peek()
        if first == -1:
            raise Cut("nothing here")
        if first not in b'{["':
            while True:
                found = _SCALAR.match(self.buf, self.pos)
                end = found.end() if found else self.pos
                if end < len(self.buf) or not self.more():
                    return end
        depth = 0
        seen = 0
        while True:
            again = False
            for token in _TOKEN.finditer(self.buf, self.pos + seen):
                start, end = token.span()
                byte = self.buf[start]
                if byte == 0x22:
                    if end - start == 1:
                        seen, again = start - self.pos, True
                        break
                    if depth == 0:
                        return end
                elif byte in b"{[":
                    depth += 1
                else:
                    depth -= 1
                    if depth <= 0:
                        return end
            if not again:
                seen = len(self.buf) - self.pos
            if len(self.buf) - self.pos > largest:
                raise TooLarge(f"a value of more than {largest} bytes")
            if not self.more():
                raise Cut("the file ends inside a value")

    def value(self, largest: int = LARGEST) -> tuple[int, int, bytes]:
        """The value at the next byte as (start, end, bytes); moves past it. Raises as `end_of_value`."""
        self.peek()
        end = self.end_of_value(largest)
        start = self.pos
        raw = self.buf[start:end]
        self.pos = end
        return self.base + start, self.base + end, raw

    def skip_value(self) -> None:
        """Pass over the value at the next byte without holding it. Raises `Cut`."""
        first = self.peek()
        if first not in b"{[":
            self.pos = self.end_of_value()
            return
        depth = 0
        while True:
            again = False
            for token in _TOKEN.finditer(self.buf, self.pos):
                start, end = token.span()
                byte = self.buf[start]
                if byte == 0x22:
                    if end - start == 1:
                        self.pos, again = start, True
                        break
                elif byte in b"{[":
                    depth += 1
                else:
                    depth -= 1
                    if depth <= 0:
                        self.pos = end
                        return
            if not again:
                self.pos = len(self.buf)
            if len(self.buf) - self.pos > LARGEST:
                raise TooLarge(f"a string of more than {LARGEST} bytes")
            if not self.more():
                raise Cut("the file ends inside a value")

    def members(self) -> Iterator[str]:
        """The keys of the object at the next byte, each with `pos` before its value; the caller must move past the value.

        Missing or doubled commas are passed over. Raises `Cut` where the stream ends, ValueError where no key stands.
        """
        if self.peek() != 0x7B:
            raise ValueError("no object here")
        self.pos += 1
        while True:
            byte = self.peek()
            if byte == 0x2C:
                self.pos += 1
                continue
            if byte == 0x7D:
                self.pos += 1
                return
            if byte == -1:
                raise Cut("the file ends inside an object")
            if byte != 0x22:
                raise ValueError(f"no key at byte {self.offset}")
            key = self.string()
            if self.peek() == -1:
                raise Cut("the file ends after a key")
            if self.peek() != 0x3A:
                raise ValueError(f"no colon at byte {self.offset}")
            self.pos += 1
            yield key

    def elements(self) -> Iterator[Frame]:
        """The elements of the array at the next byte. `pos` must not be moved between frames, except by `seek` to resume
        elsewhere. Ends after the closing bracket, or after a frame with ``how="cut"``."""
        if self.peek() != 0x5B:
            raise ValueError("no array here")
        self.pos += 1
        while True:
            opening = self._opening()
            if opening:
                yield from self._framed(opening)
            byte = self.peek()
            if byte == 0x2C:
                self.pos += 1
                continue
            if byte == 0x5D:
                self.pos += 1
                return
            if byte == -1:
                return
            if byte == 0x7D:
                # A closing brace where an element is due: the array was never closed. The caller sees it again.
                return
            start = self.offset
            try:
                end = self.end_of_value()
            except (Cut, TooLarge):
                yield start, self.base + len(self.buf), self.buf[self.pos :], "cut"
                if self.offset == start:
                    return
                continue
            raw = self.buf[self.pos : end]
            if not raw:
                self.pos += 1
                continue
            self.pos = end
            yield start, start + len(raw), raw, "scanned" if byte == 0x7B else "bare"
            if self.offset == start + len(raw) and self.peek() == 0x2C:
                self.pos += 1

    def _opening(self) -> bytes:
        """The white space before an element that opens on its own line, or nothing."""
        if len(self.buf) - self.pos < 256:
            self.more()
        found = _OPEN.match(self.buf, self.pos)
        return b"\n" + found[1] if found else b""

    def _framed(self, indent: bytes) -> Iterator[Frame]:
        """Elements that open and close at `indent`, as long as the layout holds exactly."""
        opening = indent + b"{\n"
        closing = indent + b"}"
        lead = len(indent)
        width = len(closing)
        buf, pos, base = self.buf, self.pos, self.base
        while True:
            if not buf.startswith(opening, pos):
                if len(buf) - pos < len(opening) and self.more():
                    buf, pos, base = self.buf, self.pos, self.base
                    continue
                return
            end = buf.find(closing, pos + lead)
            if end < 0 or end + width + 1 > len(buf):
                if len(buf) - pos <= LARGEST and self.more():
                    buf, pos, base = self.buf, self.pos, self.base
                    continue
                return
            end += width
            follower = buf[end]
            pos += lead
            if follower == 0x2C:
                self.pos = after = end + 1
                yield base + pos, base + end, buf[pos:end], "framed"
                if self.pos != after or self.buf is not buf:
                    return
                pos = after
            elif follower == 0x0A:
                self.pos = end
                yield base + pos, base + end, buf[pos:end], "framed"
                return
            else:
                return

    def stretch(self, indent: bytes) -> tuple[int, int] | None:
        """Elements ahead that seem to follow one another at `indent`: where in `buf` the first's brace stands, and the comma
        after the last; None where none do. `pos`, past the comma before them, moves past the comma after them.

        Between two stand a comma, `indent` and an opening brace. That alone makes no end certain: only bytes that decode
        whole are an element, and then the next begins where it seems to.
        """
        opening = indent + b"{"
        if len(self.buf) - self.pos < STRETCH:
            self.more()
        buf, pos = self.buf, self.pos
        if not buf.startswith(opening, pos):
            return None
        first = pos + len(opening)
        last = buf.rfind(b"," + opening, first, pos + STRETCH)
        if last < 0:
            return None
        self.pos = last + 1
        return first - 1, last


def plain(value: Any) -> Any:
    """A decoded value made safe to send on: no lone surrogates, no integers beyond 64 bits, no NaN; else unchanged."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, dict):
        clean = {whole(str(k)): plain(v) for k, v in value.items()}
        if isinstance(value, Twice):
            twice = Twice(clean)
            twice.earlier = [(whole(k), plain(v)) for k, v in value.earlier]
            return twice
        return clean
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        return str(value)
    if isinstance(value, float) and not -1e308 < value < 1e308:
        return str(value)
    return value


def whole(text: str) -> str:
    """Text without lone surrogates (each becomes U+FFFD); pairs written as two escapes are joined."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class Twice(dict[str, Any]):
    """An object in which a key stood more than once: the last value is the key's, `earlier` has the others in order."""

    earlier: list[tuple[str, Any]]


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    once = dict(pairs)
    if len(once) == len(pairs):
        return once
    twice = Twice(once)
    last: dict[str, int] = {key: n for n, (key, _) in enumerate(pairs)}
    twice.earlier = [(key, value) for n, (key, value) in enumerate(pairs) if last[key] != n]
    return twice


def loads_all(raw: bytes | str, *, strict: bool = True) -> Any:
    """Decode one value; an object with doubled keys becomes a `Twice`. Raises ValueError (RecursionError is turned into one).

    Unlike msgspec this takes lone surrogates and large integers; pass the result through `plain` before sending it on.
    """
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
        return json.loads(text, object_pairs_hook=_pairs, strict=strict)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def loads(raw: bytes) -> Any:
    """Decode one value, fast where that loses nothing; safe to send on. Raises ValueError.

    An object with doubled keys becomes a `Twice`; lone surrogates and numbers beyond 64 bits are replaced (`plain`).
    """
    return loads_noted(raw)[0]


def loads_noted(raw: bytes) -> tuple[Any, bool]:
    """As `loads`, with True where something had to be replaced."""
    try:
        value = msgspec.json.decode(raw)
        # A doubled key leaves a colon that no key and no string of the value accounts for.
        if colons(value) == raw.count(b":") and not hides_colons(raw):
            return value, False
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    value = loads_all(raw)
    try:
        clean = plain(value)
        return clean, bool(clean != value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def hides_colons(raw: bytes) -> bool:
    """True where a colon may be written as an escape, so that counting the bytes would miss it."""
    return b"\\" in raw and b"\\u003" in raw


def colons(value: Any) -> int:
    """How many colons a decoded value takes in JSON; -1 or less where a number cannot be sent on, or became a float."""
    kind = type(value)
    if kind is str:
        return int(value.count(":"))
    if kind is int:
        return 0 if -(1 << 63) <= value < 1 << 64 else -(1 << 40)
    n = 0
    if kind is dict:
        n = len(value)
        for key in value:
            if ":" in key:
                n += key.count(":")
        value = value.values()
    elif kind is not list:
        return -(1 << 40) if kind is float and abs(value) >= 1e15 else 0
    for inner in value:
        kind = type(inner)
        if kind is str:
            n += inner.count(":")
        elif kind is dict or kind is list:
            n += colons(inner)
        elif (kind is float and abs(inner) >= 1e15) or (kind is int and not -(1 << 63) <= inner < 1 << 64):
            return -(1 << 40)
    return n
