"""The bytes of an export, in blocks that begin at a message, with their places in the file.

UTF-16 exports (a file re-saved by an old editor) are turned into UTF-8 on the way; places stay those of the file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec

from ritrova.model.shapes import Item

BLOCK = 1 << 20
"""Bytes read at a time."""
LONGEST = 4 << 20
"""Bytes of one message that are kept as text; WhatsApp itself allows 65,536 characters."""


def encoding(head: bytes) -> str:
    """ "utf-8", "utf-16-le" or "utf-16-be", from the first bytes."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    if len(head) >= 16:
        even, odd = head[0:200:2], head[1:200:2]
        if odd.count(0) > len(odd) * 0.6 and even.count(0) < len(even) * 0.2:
            return "utf-16-le"
        if even.count(0) > len(even) * 0.6 and odd.count(0) < len(odd) * 0.2:
            return "utf-16-be"
    return "utf-8"


class Block(msgspec.Struct, frozen=True):
    """Whole messages as UTF-8. `text[0]` is the byte before them (a line end), `first` the place of `text[1]` in the file.

    `goes_on` is True where the block begins inside a message that was too long to be held.
    """

    text: bytes
    first: int
    goes_on: bool = False
    last: bool = False


def whole_messages(
    stream: BinaryIO, code: str, rule: re.Pattern[bytes], avoid: Sequence[tuple[int, int]] = ()
) -> Iterator[Block]:
    """The file in blocks that end where a message ends. `rule` finds headers and begins with the line end before them.

    No block ends inside one of the byte ranges to `avoid`, where a header may belong to a quotation.
    """
    decoder = codecs.getincrementaldecoder(code)(errors="replace") if code != "utf-8" else None
    rest, first, floor, goes_on = b"\n", 0, 1, False
    while True:
        raw = stream.read(max(BLOCK, len(rest)))
        more = raw if decoder is None else decoder.decode(raw, final=not raw).encode("utf-8", "replace")
        text = rest + more
        if not raw:
            if len(text) > 1:
                yield Block(text, first, goes_on, last=True)
            return
        cut = _last_header(text, rule, floor)
        while cut and avoid and _within(first + width(text[1 : cut + 1], code), avoid):
            cut = _last_header(text, rule, floor, cut)
        if cut:
            following = False
        elif len(text) <= LONGEST:
            rest, floor = text, max(1, len(text) - 512)
            continue
        else:
            cut = len(text) - 512
            while text[cut + 1] & 0xC0 == 0x80:
                cut -= 1
            following = True
        yield Block(text[: cut + 1], first, goes_on)
        first += width(text[1 : cut + 1], code)
        rest, floor, goes_on = text[cut:], 1, following


def _within(place: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(a <= place < b for a, b in ranges)


def _last_header(text: bytes, rule: re.Pattern[bytes], floor: int, end: int | None = None) -> int:
    """Where the line end before the last complete header stands, 0 where there is none behind `floor`."""
    at = len(text) if end is None else end
    while True:
        at = max(text.rfind(b"\n", floor, at), text.rfind(b"\r", floor, at))
        if at < 0:
            return 0
        m = rule.match(text, at)
        if m is not None and m.end() < len(text):
            return at


def width(piece: bytes, code: str) -> int:
    """Bytes that a piece takes in the file."""
    if code == "utf-8":
        return len(piece)
    return len(piece.decode("utf-8", "replace").encode(code, "surrogatepass"))


def first_lines(item: Item, n: int = 65536) -> list[str]:
    """The first lines of an item as text, the cut-off last one left out unless it is the only one."""
    head = item.head(n)
    code = encoding(head)
    if code != "utf-8":
        head = head[: len(head) // 2 * 2]
    lines = re.split("\r\n|\n|\r", head.decode(code, "replace"))
    if len(lines) > 1 and item.size > len(head):
        lines.pop()
    return lines
