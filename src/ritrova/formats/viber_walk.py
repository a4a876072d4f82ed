"""Walking through a Viber database: side tables around damage, remarks gathered, and what the file held before its -wal.

A `-wal` beside a database holds what was written last. The tables are read with it; what the file alone still holds, rows
deleted since and texts changed since, is compared row by row and given beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from ritrova.formats.sqlite import Damaged, Database, Lost, opened, quoted
from ritrova.model.ids import message_id
from ritrova.model.records import Attachment, Event, Message, Problem, Read
from ritrova.model.shapes import Item, at

SAMPLE = 20_000
"""Rows by which it is told whether a table stands in the order of time."""


class Codes(msgspec.Struct, frozen=True):
    """A reader's codes: for rows lost to damage, for text of a wrong encoding, for a -wal, and its remarks in words."""

    lost: str
    text: str
    wal: str
    said: dict[str, str]


class Walk:
    """One database on its way through a reader."""

    def __init__(self, item: Item, db: Database, codes: Codes) -> None:
        self.item = item
        self.db = db
        self.codes = codes
        self.notes: dict[str, list[str]] = {}
        self.problems: list[Problem] = []
        self.gone: list[Lost] = []
        self.media = "hashes"
        self._files: dict[str, list[str]] | None = None

    def table(self, table: str, columns: Sequence[str]) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Rows of a side table; what is lost to damage becomes a Problem that `remarks` gives out."""
        for step in self.db.walk(table, columns):
            if isinstance(step, Lost):
                self.problems.append(self.lost(table, step))
            else:
                yield step

    def lost(self, table: str, lost: Lost) -> Problem:
        """The Problem for rows that damage took."""
        what = f"rows {lost.first} to {lost.last} of {table} cannot be read: {lost.why}"
        return Problem(at(self.item, f"table {table} row {lost.first}"), self.codes.lost, what)

    def missed(self, table: str, given: int) -> Iterator[Problem]:
        """The Problem for rows of the table of messages that were found and could not be read, once all others were."""
        missing = total(self.db, table) - given
        if missing > 0 or self.gone:
            spot = f"table {table} row {self.gone[0].first}" if self.gone else f"table {table} row 0"
            where = "; ".join(f"rows {one.first} to {one.last}: {one.why}" for one in self.gone[:3])
            what = f"{max(missing, 0)} rows of {table} cannot be read: {where or 'rows stand twice or out of order'}"
            yield Problem(at(self.item, spot), self.codes.lost, what, max(missing, 0))

    def with_file(self, found: Attachment) -> Attachment:
        """The attachment with its file, where exactly one file of that name lies near the database."""
        if not found.name:
            return found
        if self._files is None:
            self._files = {}
            for path in self.item.siblings():
                self._files.setdefault(path.replace("\\", "/").rpartition("/")[2].casefold(), []).append(path)
        paths = self._files.get(found.name.casefold(), [])
        file = self.item.sibling(paths[0]) if len(paths) == 1 else None
        if file is None or file.path == self.item.path:
            return found
        sha256 = None if self.media == "none" else file.sha256()
        detail = {**(found.detail or {}), "file_ground": "the only file of that name near the database"}
        return replace(
            found, present=True, sha256=sha256, missing=None, size=file.size, path=file.path, detail=detail
        )

    def note(self, code: str, spot: str) -> None:
        """Remember a remark for the end."""
        self.notes.setdefault(code, []).append(spot)

    def remarks(self) -> Iterator[Problem]:
        """Problems that cost no entry: one a kind, with how many and where the first ones stand."""
        yield from self.problems
        for code, spots in sorted(self.notes.items()):
            what = f"{len(spots)} {self.codes.said[code]}; first: {', '.join(spots[:3])}"
            yield Problem(at(self.item, spots[0]), code, what)
        if self.db.bad_text:
            what = f"{self.db.bad_text} texts are not valid {self.db.encoding}"
            yield Problem(at(self.item), self.codes.text, what)

    def earlier(
        self, table: str, column: str, again: Callable[[Database, list[int]], Iterator[Read]]
    ) -> Iterator[Read]:
        """What only the file without its -wal holds: rows deleted since as recovered messages, earlier texts as edits."""
        if not self.db.wal_frames:
            return
        try:
            with opened(self.item, wal=False) as file:
                found = before_wal(self.db, file, table, column)
                yield Problem(
                    at(self.item),
                    self.codes.wal,
                    f"{self.db.wal_frames} pages lie in the -wal; the file alone holds {found.rows} rows of {table}: "
                    f"{found.only_wal} are only in the -wal, {len(found.gone)} only in the file (deleted since), "
                    f"{len(found.texts)} had another text",
                )
                for record in again(file, found.gone):
                    if type(record) is Message:
                        detail = {
                            **(record.detail or {}),
                            "recovered_ground": "deleted in the -wal, still in the file",
                        }
                        flags = tuple(dict.fromkeys((*record.flags, "recovered")))
                        yield replace(record, flags=flags, detail=detail)
                    else:
                        yield record
                for rowid, text in found.texts.items():
                    spot = at(self.item, f"table {table} row {rowid}")
                    ground = "the file without its -wal holds this earlier text"
                    yield Event(
                        spot, "edit", message=message_id(spot), detail={"text_before": text, "ground": ground}
                    )
        except Damaged as error:
            yield Problem(
                at(self.item), self.codes.wal, f"the file without its -wal cannot be compared: {error}"
            )

    def by_time(self, table: str, column: str) -> bool:
        """True where the rows do not stand in the order of time, as after a history was synchronised backwards."""
        if not self.db.has(table, column):
            return False
        sql = (
            f"SELECT sum(b < a), count(*) FROM (SELECT {quoted(column)} AS b, lag({quoted(column)}) OVER (ORDER BY rowid) "
            f"AS a FROM (SELECT rowid, {quoted(column)} FROM {quoted(table)} ORDER BY rowid LIMIT {SAMPLE}))"
        )
        try:
            for falls, rows in self.db.rows(sql):
                return bool(falls) and falls * 10 > rows
        except Damaged:
            return False
        return False


def once(rows: Iterator[tuple[Any, ...]], done: set[int]) -> Iterator[tuple[Any, ...]]:
    """Rows whose rowid was not seen before; `done` gathers the rowids."""
    for row in rows:
        if row[0] not in done:
            done.add(row[0])
            yield row


def total(db: Database, table: str) -> int:
    """Rows of a table by ``count(*)`` over the table itself; where damage forbids it, those that can be walked to."""
    name = next((t for t in db.tables if t.casefold() == table.casefold()), None)
    if name is None:
        return 0
    try:
        for (n,) in db.rows(f"SELECT count(*) FROM {quoted(name)} NOT INDEXED"):
            return int(n)
    except Damaged:
        return sum(step.rows if isinstance(step, Lost) else 1 for step in db.walk(name, db.tables[name][:1]))
    return 0


def walkable(db: Database, table: str) -> int:
    """Rows of a side table that `Database.walk` gives: all of them, unless the table is damaged."""
    name = next((t for t in db.tables if t.casefold() == table.casefold()), None)
    if name is None:
        return 0
    return sum(not isinstance(step, Lost) for step in db.walk(name, db.tables[name]))


def counted(item: Item, db: Database, table: str, *, messages: bool = False) -> int:
    """Rows of a table without the reader: of the table of messages also those that only the file without its -wal holds."""
    if not messages:
        found = total(db, table)
        return found if found < 1 or not db.damaged else walkable(db, table)
    found = total(db, table)
    if db.wal_frames and db.has(table):
        try:
            with opened(item, wal=False) as before:
                found += len(set(before.rowids(table)) - set(db.rowids(table)))
        except Damaged:
            return found
    return found


class Before(msgspec.Struct, frozen=True):
    """What the file without its -wal holds otherwise: rows that are gone since, and earlier texts by row."""

    gone: list[int]
    texts: dict[int, str]
    only_wal: int
    rows: int


def before_wal(db: Database, before: Database, table: str, column: str) -> Before:
    """Compares a table with and without the -wal, row by row. `Damaged` where either cannot be read."""
    column_sql = quoted(column) if before.has(table, column) and db.has(table, column) else "NULL"
    sql = f"SELECT rowid, {column_sql} FROM {quoted(table)} ORDER BY rowid"
    now = iter(db.rows(sql))
    current = next(now, None)
    gone: list[int] = []
    texts: dict[int, str] = {}
    only_wal = rows = 0
    for rowid, text in before.rows(sql) if before.has(table) else ():
        rows += 1
        while current is not None and current[0] < rowid:
            only_wal += 1
            current = next(now, None)
        if current is None or current[0] > rowid:
            gone.append(rowid)
            continue
        if current[1] != text and text:
            texts[rowid] = str(text)
        current = next(now, None)
    while current is not None:
        only_wal += 1
        current = next(now, None)
    return Before(gone, texts, only_wal, rows)
