"""Table b-trees of SQLite, read without SQLite: for what it refuses to read on because a page is damaged.

Every pointer is checked and no page is visited twice. Ground: sqlite.org "Database File Format", sections 1.5 and 2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import msgspec

from ritrova.formats.pages import Pages

LEAF, INTERIOR = 0x0D, 0x05
LOWEST, HIGHEST = -(2**63), 2**63 - 1
_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


class Broken(ValueError):
    """A page, cell or record that cannot be what it should be."""


class Leaf(msgspec.Struct, frozen=True):
    """A leaf page of a table with the rowids it may hold (both ends included)."""

    page: int
    first: int
    last: int


class Hole(msgspec.Struct, frozen=True):
    """A stretch of rowids whose pages cannot be read, and why."""

    first: int
    last: int
    why: str


def varint(raw: bytes, at: int) -> tuple[int, int]:
    """SQLite's variable-length integer (signed 64 bits) and where it ends."""
    value = 0
    for i in range(8):
        if at + i >= len(raw):
            raise Broken("a number is cut")
        byte = raw[at + i]
        value = value << 7 | byte & 127
        if byte < 128:
            return value, at + i + 1
    if at + 8 >= len(raw):
        raise Broken("a number is cut")
    value = value << 8 | raw[at + 8]
    return (value - (1 << 64) if value >> 63 else value), at + 9


def pointers(raw: bytes, number: int) -> tuple[int, list[int], int]:
    """The kind of a page, the offsets of its cells, and its rightmost child (interior pages)."""
    start = 100 if number == 1 else 0
    if len(raw) < start + 12:
        raise Broken("the page is missing")
    kind = raw[start]
    if kind not in (LEAF, INTERIOR):
        raise Broken(f"the page is of kind {kind}, not of a table")
    n = int.from_bytes(raw[start + 3 : start + 5], "big")
    body = start + (12 if kind == INTERIOR else 8)
    if body + 2 * n > len(raw):
        raise Broken(f"the page claims {n} cells")
    cells = list(struct.unpack(f">{n}H", raw[body : body + 2 * n]))
    return kind, cells, int.from_bytes(raw[start + 8 : start + 12], "big")


def leaves(pages: Pages, root: int, seen: set[int]) -> Iterator[Leaf | Hole]:
    """The leaves of the table at `root` in order of rowid, and holes where a page cannot be read. Fills `seen`."""
    stack: list[tuple[int, int, int]] = [(root, LOWEST, HIGHEST)]
    while stack:
        number, first, last = stack.pop()
        if not 1 <= number <= pages.count:
            yield Hole(first, last, f"page {number} lies outside the file")
            continue
        if number in seen:
            yield Hole(first, last, f"page {number} is pointed at twice")
            continue
        seen.add(number)
        try:
            raw = pages.number(number)
            kind, cells, right = pointers(raw, number)
            if kind == LEAF:
                yield Leaf(number, first, last)
                continue
            below: list[tuple[int, int, int]] = []
            low = first
            for cell in cells:
                key, _ = varint(raw, cell + 4)
                if not low - 1 <= key <= last or cell + 4 > len(raw):
                    raise Broken("the page's keys are out of order")
                below.append((int.from_bytes(raw[cell : cell + 4], "big"), low, key))
                low = key + 1
            below.append((right, low, last))
            stack += reversed(below)
        except Broken as error:
            yield Hole(first, last, f"page {number}: {error}")


def entries(pages: Pages, root: int, *, table: bool) -> tuple[int, bool]:
    """How many rows a table's tree, or entries an index's tree, holds by its pages' own counts; and whether it is whole.

    A table is not whole where a leaf holds rowids that its parent does not give it, or none: a page of another table, or an
    older copy of one, was written in its place.
    """
    total, whole = 0, True
    kinds = (LEAF, INTERIOR) if table else (2, 10)
    seen: set[int] = set()
    stack: list[tuple[int, int, int]] = [(root, LOWEST, HIGHEST)]
    while stack:
        number, low, high = stack.pop()
        start = 100 if number == 1 else 0
        if number in seen or not 1 <= number <= pages.count:
            whole = False
            continue
        seen.add(number)
        raw = pages.number(number)
        kind = raw[start] if len(raw) > start + 12 else 0
        n = int.from_bytes(raw[start + 3 : start + 5], "big")
        body = start + (12 if kind in (INTERIOR, 2) else 8)
        if kind not in kinds or body + 2 * n > len(raw):
            whole = False
            continue
        if kind == LEAF:
            whole = whole and (number == root or _ends_within(raw, body, n, low, high))
        total += n if kind != INTERIOR else 0
        if kind in (INTERIOR, 2):
            for cell in struct.unpack(f">{n}H", raw[body : body + 2 * n]):
                child = int.from_bytes(raw[cell : cell + 4], "big")
                if kind == INTERIOR:
                    try:
                        key, _ = varint(raw, cell + 4)
                    except Broken:
                        whole, key = False, low
                    stack.append((child, low, key))
                    low = key + 1
                else:
                    stack.append((child, low, high))
            stack.append((int.from_bytes(raw[start + 8 : start + 12], "big"), low, high))
    return total, whole


def _ends_within(raw: bytes, body: int, n: int, low: int, high: int) -> bool:
    """Whether the last rowid of a leaf with `n` cells is one of the parent's; who reads the rows sees whether they rise."""
    try:
        last = body + 2 * (n - 1)
        rowid, _ = varint(raw, varint(raw, raw[last] << 8 | raw[last + 1])[1])
    except Broken:
        return False
    return n > 0 and low <= rowid <= high


def named(pages: Pages, root: int) -> set[int] | None:
    """The rowids that an index names; None where a page or an entry of it cannot be read whole."""
    found: set[int] = set()
    seen: set[int] = set()
    stack = [root]
    most = (pages.page - reserved(pages) - 12) * 64 // 255 - 23
    try:
        while stack:
            number = stack.pop()
            if number in seen or not 1 <= number <= pages.count:
                return None
            seen.add(number)
            raw = pages.number(number)
            kind, n = raw[0], int.from_bytes(raw[3:5], "big")
            if kind not in (2, 10):
                return None
            body = 12 if kind == 2 else 8
            if kind == 2:
                stack.append(int.from_bytes(raw[8:12], "big"))
            for cell in struct.unpack(f">{n}H", raw[body : body + 2 * n]):
                if kind == 2:
                    stack.append(int.from_bytes(raw[cell : cell + 4], "big"))
                    cell += 4
                size, at = varint(raw, cell)
                if size > most or at + size > len(raw):
                    return None
                found.add(_last_number(raw[at : at + size]))
    except (Broken, struct.error, IndexError):
        return None
    return found


def _last_number(record: bytes) -> int:
    """The last value of a record, which in an index is the rowid."""
    size, at = varint(record, 0)
    kind = 0
    while at < size:
        kind, at = varint(record, at)
    if kind in (8, 9):
        return kind - 8
    if not 1 <= kind <= 6:
        raise Broken("an index entry that ends in no rowid")
    return int.from_bytes(record[-_SIZES[kind] :], "big", signed=True)


def cells_of(pages: Pages, number: int) -> Iterator[tuple[int, bytes | Broken]]:
    """(rowid, record) of every cell of a leaf; a cell that cannot be read whole gives its reason."""
    raw = pages.number(number)
    kind, cells, _ = pointers(raw, number)
    if kind != LEAF:
        raise Broken("no leaf")
    usable = pages.page - reserved(pages)
    for cell in cells:
        size, at = varint(raw, cell)
        rowid, at = varint(raw, at)
        try:
            yield rowid, payload(pages, raw, at, size, usable)
        except Broken as error:
            yield rowid, error


def reserved(pages: Pages) -> int:
    """Bytes at the end of each page that SQLite does not use."""
    return pages.read(1, 20)[0] if pages.size else 0


def payload(pages: Pages, raw: bytes, at: int, size: int, usable: int) -> bytes:
    """A record's bytes, gathered from its page and its overflow pages."""
    if not 0 <= size <= pages.count * pages.page:
        raise Broken(f"a record of {size} bytes in a file of {pages.count} pages")
    most = usable - 35
    if size <= most:
        local = size
    else:
        least = (usable - 12) * 32 // 255 - 23
        local = least + (size - least) % (usable - 4)
        if local > most:
            local = least
    if at + local > len(raw):
        raise Broken("a record runs over its page")
    parts = [raw[at : at + local]]
    left = size - local
    following = int.from_bytes(raw[at + local : at + local + 4], "big") if left else 0
    visited = 0
    while left:
        visited += 1
        if not 2 <= following <= pages.count or visited > pages.count:
            raise Broken(f"its overflow page {following} lies outside the file")
        page = pages.number(following)
        piece = page[4 : 4 + min(left, usable - 4)]
        if len(piece) < min(left, usable - 4):
            raise Broken(f"its overflow page {following} is missing")
        parts.append(piece)
        left -= len(piece)
        following = int.from_bytes(page[:4], "big")
    return b"".join(parts)


def record(raw: bytes) -> list[Any]:
    """The values of a record: None, int, float, blobs as memoryview, text as bytes (its encoding is the database's)."""
    head, at = varint(raw, 0)
    if not at <= head <= len(raw):
        raise Broken("the record's header is longer than the record")
    out: list[Any] = []
    body = head
    while at < head:
        kind, at = varint(raw, at)
        if kind < 0 or kind in (10, 11):
            raise Broken(f"a value of kind {kind}")
        size = _SIZES[kind] if kind < 12 else (kind - 12) // 2
        if body + size > len(raw):
            raise Broken("a value runs over its record")
        piece = raw[body : body + size]
        body += size
        if kind == 0:
            out.append(None)
        elif kind <= 6:
            out.append(int.from_bytes(piece, "big", signed=True))
        elif kind == 7:
            out.append(struct.unpack(">d", piece)[0])
        elif kind < 10:
            out.append(kind - 8)
        else:
            out.append(piece if kind & 1 else memoryview(piece))
    return out


def free_pages(pages: Pages) -> set[int]:
    """Pages of the free list: what lies in them was deleted and belongs to no table any more."""
    out: set[int] = set()
    head = pages.read(40, 0)
    trunk = int.from_bytes(head[32:36], "big")
    while 2 <= trunk <= pages.count and trunk not in out:
        out.add(trunk)
        raw = pages.number(trunk)
        n = min(int.from_bytes(raw[4:8], "big"), len(raw) // 4 - 2)
        if n > 0:
            out.update(struct.unpack(f">{n}I", raw[8 : 8 + 4 * n]))
        trunk = int.from_bytes(raw[:4], "big")
    return out
