"""Rows of damaged tables: the leaves that are still reachable, and those that only their damaged parents knew.

A leaf without a parent is given to a table only where its records fit that table's columns and rowids, where no other
damaged table could claim it, and where it is not free space: a row is lost rather than attributed wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from ritrova.formats import btree
from ritrova.formats.btree import Broken, Hole, Leaf
from ritrova.formats.pages import Pages


class Damaged(ValueError):
    """The database could not be read at this place; `str()` is SQLite's own reason."""


class Lost(msgspec.Struct, frozen=True):
    """Rows that `walk` could not read: rowids `first` to `last`, the reason, and how many rows that are known of."""

    first: int
    last: int
    why: str
    rows: int = 0


class Stored(msgspec.Struct, frozen=True):
    """How a table's rows lie in its records. `order` are the stored columns, `alias` the one that is the rowid itself."""

    root: int
    order: tuple[str, ...]
    defaults: tuple[Any, ...]
    real: tuple[bool, ...]
    alias: int

    @staticmethod
    def declared(root: int, columns: Sequence[Sequence[Any]]) -> Stored:
        """From (name, type, default, place in the primary key, hidden) of every column; virtual ones are not stored."""
        kept = [column for column in columns if column[4] != 2]
        keys = [i for i, column in enumerate(kept) if column[3]]
        alias = keys[0] if len(keys) == 1 and str(kept[keys[0]][1]).upper() == "INTEGER" else -1
        return Stored(
            root,
            tuple(str(column[0]).casefold() for column in kept),
            tuple(literal(column[2]) for column in kept),
            tuple(bool(re.search("REAL|FLOA|DOUB", str(column[1]).upper())) for column in kept),
            alias,
        )

    def places(self, columns: Sequence[str]) -> list[int]:
        """Where the wanted columns stand, -1 for those that there are not."""
        return [
            self.order.index(column.casefold()) if column.casefold() in self.order else -1
            for column in columns
        ]

    def fits(self, values: Sequence[Any]) -> bool:
        """True where a record may be a row of this table: no more columns, and an empty place for the rowid's alias."""
        if len(values) > len(self.order) or not values:
            return False
        return not 0 <= self.alias < len(values) or values[self.alias] is None

    def values(
        self, row: tuple[int, list[Any]], places: Sequence[int], text: Callable[[bytes], str]
    ) -> tuple[Any, ...]:
        """The wanted values of a record, as SQLite would give them."""
        rowid, record = row
        out: list[Any] = []
        for place in places:
            if place < 0:
                out.append(None)
            elif place == self.alias:
                out.append(rowid)
            elif place >= len(record):
                out.append(self.defaults[place])
            else:
                value = record[place]
                if type(value) is bytes:
                    value = text(value)
                elif type(value) is memoryview:
                    value = bytes(value)
                elif type(value) is int and self.real[place]:
                    value = float(value)
                out.append(value)
        return tuple(out)


def literal(default: Any) -> Any:
    """The value of a plain default (number, quoted text); None for expressions, which are not run."""
    if not isinstance(default, str):
        return None
    if re.fullmatch(r"[+-]?\d+", default):
        return int(default)
    if re.fullmatch(r"[+-]?\d*\.\d+([eE][+-]?\d+)?", default):
        return float(default)
    if len(default) >= 2 and default[0] == default[-1] and default[0] in "'\"":
        return default[1:-1].replace(default[0] * 2, default[0])
    return {"true": 1, "false": 0}.get(default.lower())


class Found(msgspec.Struct):
    """What is left of a damaged table: its leaves and holes in order of rowid, and rows found without a parent."""

    parts: list[Leaf | Hole]
    orphans: dict[int, list[Any]]
    stored: Stored
    rows: int = 0
    holes: int = 0


class Salvage:
    """The damaged tables of one database."""

    def __init__(self, pages: Pages, tables: Sequence[Stored]) -> None:
        self._pages = pages
        self._tables = tables
        self._found: dict[int, Found] = {}
        self._surveyed = False

    def found(self, stored: Stored) -> Found:
        """What is left of a table."""
        if not self._surveyed:
            self._survey()
        return self._found[stored.root]

    def _survey(self) -> None:
        """Walk every table's tree, then look at leaves that none of them reaches."""
        self._surveyed = True
        seen: set[int] = set()
        for stored in self._tables:
            parts: list[Leaf | Hole] = []
            for part in btree.leaves(self._pages, stored.root, seen):
                parts.append(part)
            self._found[stored.root] = Found(parts, {}, stored)
        broken = [t for t in self._tables if any(isinstance(p, Hole) for p in self._found[t.root].parts)]
        if broken:
            free = btree.free_pages(self._pages)
            for number in range(2, self._pages.count + 1):
                if (
                    number not in seen
                    and number not in free
                    and self._pages.read(1, (number - 1) * self._pages.page) == b"\x0d"
                ):
                    self._adopt(number, broken)
        for stored in self._tables:
            found = self._found[stored.root]
            found.rows, found.holes = self._count(found)

    def _adopt(self, number: int, broken: Sequence[Stored]) -> None:
        """Give a leaf without a parent to the one damaged table that it fits, if there is just one."""
        rows: dict[int, list[Any]] = {}
        try:
            for rowid, raw in btree.cells_of(self._pages, number):
                if isinstance(raw, bytes):
                    rows[rowid] = btree.record(raw)
        except Broken:
            return
        if not rows:
            return
        claims = [
            stored
            for stored in broken
            if all(stored.fits(values) for values in rows.values())
            and all(self._in_hole(stored, rowid) for rowid in rows)
        ]
        longest = max(map(len, rows.values()))
        exact = [stored for stored in claims if len(stored.order) == longest]
        claims = exact or claims
        if len(claims) == 1:
            orphans = self._found[claims[0].root].orphans
            if not orphans.keys() & rows.keys():
                orphans.update(rows)

    def _in_hole(self, stored: Stored, rowid: int) -> bool:
        return any(
            isinstance(part, Hole) and part.first <= rowid <= part.last
            for part in self._found[stored.root].parts
        )

    def _count(self, found: Found) -> tuple[int, int]:
        rows = holes = 0
        for each in self.walk(found, None):
            if isinstance(each, Lost):
                holes += 1
            else:
                rows += 1
        return rows, holes

    def rows_after(self, found: Found, last: int | None) -> int:
        """How many rows after rowid `last` can be read."""
        return sum(not isinstance(each, Lost) for each in self.walk(found, last))

    def walk(self, found: Found, last: int | None) -> Iterator[tuple[int, list[Any]] | Lost]:
        """Rows after rowid `last` (None: all) in order, as (rowid, record), and what is lost."""
        low = btree.LOWEST if last is None else last + 1
        for part in found.parts:
            if part.last < low:
                continue
            if isinstance(part, Hole):
                yield from self._through(found, part, low)
                continue
            yield from self._leaf(found.stored, part, low)

    def _leaf(self, stored: Stored, leaf: Leaf, low: int) -> Iterator[tuple[int, list[Any]] | Lost]:
        """The rows of a leaf. One that holds rowids of another place was written over: of its rows only those that are the
        table's own by their columns are given."""
        foreign = False
        try:
            for rowid, raw in btree.cells_of(self._pages, leaf.page):
                if not leaf.first <= rowid <= leaf.last:
                    if not foreign:
                        yield Lost(max(low, leaf.first), leaf.last, f"page {leaf.page}: a rowid out of place")
                    foreign = True
                    continue
                if rowid < low:
                    continue
                try:
                    if isinstance(raw, Broken):
                        raise raw
                    values = btree.record(raw)
                    if foreign and not stored.fits(values):
                        continue
                    yield rowid, values
                except Broken as error:
                    yield Lost(rowid, rowid, f"page {leaf.page}: {error}")
        except Broken as error:
            yield Lost(max(low, leaf.first), leaf.last, f"page {leaf.page}: {error}")

    def _through(self, found: Found, hole: Hole, low: int) -> Iterator[tuple[int, list[Any]] | Lost]:
        """The rows found inside a hole, and the stretches between them that stay lost."""
        first = max(low, hole.first)
        here = first
        for rowid in sorted(r for r in found.orphans if first <= r <= hole.last):
            if rowid > here:
                yield Lost(here, rowid - 1, hole.why)
            yield rowid, found.orphans[rowid]
            here = rowid + 1
        if here <= hole.last:
            yield Lost(here, hole.last, hole.why)


def quoted(name: str) -> str:
    """A name as SQL wants it, quoted."""
    return '"' + name.replace('"', '""') + '"'
