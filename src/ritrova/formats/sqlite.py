"""Evidence databases (SQLite), read without trusting them and without writing.

The bytes come from an item, never from a path; the committed pages of a `-wal` beside it are laid over them. Only real
tables are seen: views, virtual tables and triggers of a hostile schema are never run. What is damaged is walked around.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import apsw
import msgspec

from ritrova.formats.wal import overlay
from ritrova.model.shapes import Item

MAGIC = b"SQLite format 3\x00"


class Damaged(ValueError):
    """The database could not be read at this place; `str()` is SQLite's own reason."""


class Lost(msgspec.Struct, frozen=True):
    """Rows that `walk` could not read: rowids `first` to `last`, the reason, and how many rows that are known of."""

    first: int
    last: int
    why: str
    rows: int = 0


def looks_like_sqlite(item: Item) -> bool:
    """True where the item begins with SQLite's sixteen magic bytes."""
    return item.head(16) == MAGIC


@contextmanager
def opened(item: Item, *, wal: bool = True) -> Iterator[Database]:
    """The database of an item, read-only. With `wal`, committed pages of ``<name>-wal`` beside it are laid over it."""
    with item.open() as stream:
        content = bytearray(stream.read())
    frames = 0
    side = item.sibling(item.name + "-wal") if wal else None
    if side is not None:
        with side.open() as stream:
            found = overlay(stream)
            frames = found.frames
            if frames:
                page = found.page
                del content[found.size * page :]
                content.extend(bytes(found.size * page - len(content)))
                for number, at in found.pages.items():
                    if number <= found.size:
                        stream.seek(at)
                        content[(number - 1) * page : number * page] = stream.read(page)
    database = Database(content, frames)
    try:
        yield database
    finally:
        database.close()


class Database:
    """An open evidence database.

    `tables` maps each real table to its columns as declared; `page_size` is in bytes; `wal_frames` counts the committed
    frames laid over the file; `damaged` turns true as soon as something could not be read; `bad_text` counts values whose
    text was not valid in the database's encoding and was decoded with replacement characters.
    """

    def __init__(self, content: bytearray, wal_frames: int) -> None:
        self.wal_frames = wal_frames
        self.damaged = False
        self.bad_text = 0
        size = int.from_bytes(content[16:18], "big")
        self.page_size = 65536 if size == 1 else size
        if content[18:20] == b"\x02\x02":
            content[18:20] = b"\x01\x01"  # else SQLite looks for a -wal of its own
        self._db = apsw.Connection(":memory:")
        self._db.deserialize("main", bytes(content))
        self._db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        self._db.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        self.tables: dict[str, tuple[str, ...]] = {}
        try:
            self._db.execute("PRAGMA cell_size_check=ON")
            self.encoding = str(next(iter(self._db.execute("PRAGMA encoding")))[0])
            names = [
                str(name)
                for (name,) in self._db.execute(
                    "SELECT name FROM sqlite_master WHERE type='table' AND rootpage>0 AND typeof(name)='text'"
                )
            ]
            for name in names:
                columns = self._db.execute("SELECT name FROM pragma_table_xinfo(?)", (name,))
                self.tables[name] = tuple(str(column) for (column,) in columns)
        except apsw.Error:
            self.encoding = "UTF-8"
            self.damaged = True
        self._folded = {name.casefold(): name for name in self.tables}

    def close(self) -> None:
        """Let go of the memory."""
        self._db.close()

    def has(self, table: str, *columns: str) -> bool:
        """True where the table exists and has all these columns (names compared without case, as SQLite does)."""
        name = self._folded.get(table.casefold())
        if name is None:
            return False
        there = {column.casefold() for column in self.tables[name]}
        return all(column.casefold() in there for column in columns)

    def pick(self, table: str, wanted: Sequence[str], alias: str = "") -> str:
        """A select list in the order of `wanted`: columns that exist as they are, the others as ``NULL AS name``."""
        before = f"{quoted(alias)}." if alias else ""
        return ", ".join(
            f"{before}{quoted(column)}" if self.has(table, column) else f"NULL AS {quoted(column)}"
            for column in wanted
        )

    def rows(self, sql: str, params: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query. Text that is not valid arrives with replacement characters; damage raises `Damaged`."""
        done = 0
        try:
            cursor = self._db.execute(sql, tuple(params))
            for row in cursor:
                yield row
                done += 1
            return
        except UnicodeDecodeError:
            pass
        except apsw.Error as error:
            raise self._damage(error) from error
        yield from self._rows_as_bytes(sql, params, done)

    def _rows_as_bytes(self, sql: str, params: Sequence[object], done: int) -> Iterator[tuple[Any, ...]]:
        """The same rows from the `done`-th on, with every text fetched as bytes and decoded here."""
        codec = {"UTF-16le": "utf-16-le", "UTF-16be": "utf-16-be"}.get(self.encoding, "utf-8")
        try:
            width = len(self._db.execute(sql, tuple(params)).get_description())
            names = ", ".join(f"c{i}" for i in range(width))
            picked = ", ".join(
                f"typeof(c{i})='text', iif(typeof(c{i})='text', CAST(c{i} AS BLOB), c{i})"
                for i in range(width)
            )
            wrapped = f"WITH q({names}) AS ({sql}) SELECT {picked} FROM q"
            for at, row in enumerate(self._db.execute(wrapped, tuple(params))):
                if at >= done:
                    yield tuple(
                        self._decoded(row[i + 1], codec) if row[i] else row[i + 1]
                        for i in range(0, 2 * width, 2)
                    )
        except apsw.Error as error:
            raise self._damage(error) from error

    def _decoded(self, raw: Any, codec: str) -> str:
        try:
            return str(raw, codec)
        except UnicodeDecodeError:
            self.bad_text += 1
            return str(raw, codec, "replace")

    def _damage(self, error: apsw.Error) -> Damaged:
        if isinstance(error, apsw.CorruptError | apsw.NotADBError | apsw.IOError | apsw.FullError):
            self.damaged = True
        return Damaged(str(error))

    def count(self, table: str) -> int:
        """Rows of a table, by ``count(*)``; 0 where there is no such table."""
        name = self._folded.get(table.casefold())
        if name is None:
            return 0
        for (n,) in self.rows(f"SELECT count(*) FROM {quoted(name)}"):
            return int(n)
        return 0

    def rowids(self, table: str) -> Iterator[int]:
        """The rowids of a table in order."""
        name = self._folded.get(table.casefold())
        if name is not None:
            for (n,) in self.rows(f"SELECT rowid FROM {quoted(name)} ORDER BY rowid"):
                yield int(n)

    def walk(self, table: str, columns: Sequence[str]) -> Iterator[tuple[int, tuple[Any, ...]] | Lost]:
        """Rows of a table in order of rowid as ``(rowid, values)``; missing columns are None; damage gives `Lost`."""
        name = self._folded.get(table.casefold())
        if name is None:
            return
        sql = f"SELECT rowid, {self.pick(name, columns)} FROM {quoted(name)} ORDER BY rowid"
        last = -(2**63)
        try:
            for row in self.rows(sql):
                last = row[0]
                yield last, row[1:]
        except Damaged as error:
            yield Lost(last + 1, 2**63 - 1, str(error))


def quoted(name: str) -> str:
    """A name as SQL wants it, quoted."""
    return '"' + name.replace('"', '""') + '"'
