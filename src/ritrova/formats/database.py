"""An open evidence database: SQLite over our own pages, refused everything but reading, and what it cannot read besides.

Readers come in through `formats/sqlite.py`, which loads this only when a database is opened.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

import apsw
import msgspec

from ritrova.formats import btree
from ritrova.formats.btree import Hole
from ritrova.formats.pages import Pages
from ritrova.formats.salvage import Damaged, Lost, Salvage, Stored, quoted

LONGEST = 1 << 28
"""Bytes of one value, at most."""
MOST = 20_000
"""Entries of a schema, or columns of a table, at most."""
TICK = 20_000
"""Steps of SQLite's machine between two looks at the clock."""
CACHE = 24 << 20
"""Bytes of pages that SQLite keeps."""
_numbers = itertools.count()


class _File:
    """What SQLite sees as its file."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._size = pages.size
        if not pages.cut:
            self.xRead = pages.read  # type: ignore[method-assign]

    def xRead(self, n: int, offset: int) -> bytes:
        """Bytes of the file; what was cut off is an error, because SQLite would take it for zeros."""
        piece = self._pages.read(n, offset)
        if len(piece) < n and offset >= 100:
            raise apsw.IOError("the file was cut before this page")
        return piece

    def xFileSize(self) -> int:
        """Bytes."""
        return self._size

    def xClose(self) -> None:
        """Nothing to close: the stream belongs to the caller."""

    def xLock(self, level: int) -> None:
        """Nobody else is there."""

    def xUnlock(self, level: int) -> None:
        """Nobody else is there."""

    def xCheckReservedLock(self) -> bool:
        """Nobody else is there."""
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:
        """Nothing is known."""
        return False

    def xSectorSize(self) -> int:
        """Bytes."""
        return 4096

    def xDeviceCharacteristics(self) -> int:
        """The file never changes."""
        return apsw.SQLITE_IOCAP_IMMUTABLE

    def xSync(self, flags: int) -> None:
        """Nothing is ever written."""

    def xWrite(self, piece: bytes, offset: int) -> None:
        """Nothing is ever written."""
        raise apsw.ReadOnlyError("evidence is never written")

    def xTruncate(self, size: int) -> None:
        """Nothing is ever written."""
        raise apsw.ReadOnlyError("evidence is never written")


class _Place(apsw.VFS):
    """A file system with one file in it."""

    def __init__(self, name: str, pages: Pages) -> None:
        self._pages = pages
        super().__init__(name, base="")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> Any:
        """The one file; SQLite gets no temporary ones."""
        if name is None or not flags[0] & apsw.SQLITE_OPEN_MAIN_DB:
            raise apsw.CantOpenError("only the evidence itself is there")
        flags[1] = flags[0]
        return _File(self._pages)

    def xFullPathname(self, name: str) -> str:
        """As it is."""
        return name

    def xAccess(self, name: str, flags: int) -> bool:
        """Neither a journal nor a WAL: ours is laid over the pages."""
        return False

    def xDelete(self, name: str, sync: bool) -> None:
        """Nothing is ever deleted."""
        raise apsw.ReadOnlyError("evidence is never written")


class Database:
    """An open evidence database.

    `tables` maps each real table to its columns as declared; `page_size` is in bytes; `wal_frames` counts the committed
    frames laid over the file, `wal_remark` says what of the log was not used; `damaged` turns true as soon as something could not be read; `bad_text` counts values whose
    text was not valid in the database's encoding and was decoded with replacement characters; `views` are names that the
    schema gives to queries, which are never run; `hot_journal` says that a rollback journal lies beside it, which holds
    the state before a change that was not finished.
    """

    def __init__(self, pages: Pages, wal_frames: int) -> None:
        self.wal_frames = wal_frames
        self.wal_remark = ""
        self.damaged = pages.cut > 0
        self.bad_text = 0
        self.hot_journal = False
        self.page_size = pages.page
        self.encoding = "UTF-8"
        self.tables: dict[str, tuple[str, ...]] = {}
        self.views: tuple[str, ...] = ()
        self._pages = pages
        self._stored: dict[str, Stored] = {}
        self._salvage: Salvage | None = None
        self._counts: dict[str, int] = {}
        self._roots: dict[str, int] = {}
        self._indexes: dict[str, list[int]] = {}
        self._broken: set[str] = set()
        self._steps: int | None = None
        name = f"ritrova-evidence-{next(_numbers)}"
        self._place = _Place(name, pages)
        self._db = apsw.Connection(
            "file:evidence?immutable=1",
            flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
            vfs=name,
        )
        self._lock_in()
        self._db.set_progress_handler(self._tick, TICK)
        try:
            self._read_schema()
        except (apsw.Error, Damaged):
            self.damaged = True
            try:  # one entry that makes no sense must not hide the others
                self._db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
                self._db.execute("PRAGMA writable_schema=ON")
                self._read_schema()
            except (apsw.Error, Damaged):
                self.tables.clear()
        self._folded = {name.casefold(): name for name in self.tables}
        self._db.authorizer = self._allow

    def _lock_in(self) -> None:
        db = self._db
        db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        db.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        db.config(apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0)
        for limit, most in (
            (apsw.SQLITE_LIMIT_LENGTH, LONGEST),
            (apsw.SQLITE_LIMIT_ATTACHED, 0),
            (apsw.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
            (apsw.SQLITE_LIMIT_EXPR_DEPTH, 200),
            (apsw.SQLITE_LIMIT_COMPOUND_SELECT, 60),
        ):
            db.limit(limit, most)

    def _tick(self) -> bool:
        """Called by SQLite now and then, so that a time limit can strike; ends a query that has used up its steps."""
        if self._steps is None:
            return False
        self._steps -= TICK
        return self._steps < 0

    def _bounded(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query of our own, with no more steps and rows than a file of this size can honestly need."""
        self._steps = 2 * self._pages.count * self._pages.page + 100_000
        try:
            return list(itertools.islice(self.rows(sql, params), MOST))
        finally:
            self._steps = None

    def _read_schema(self) -> None:
        db = self._db
        db.execute("PRAGMA cell_size_check=ON")
        db.execute("PRAGMA temp_store=MEMORY")
        db.execute(f"PRAGMA cache_size=-{CACHE >> 10}")
        self.encoding = str(next(iter(db.execute("PRAGMA encoding")))[0])
        views: list[str] = []
        self.tables.clear()
        if any(isinstance(p, Hole) and "twice" in p.why for p in btree.leaves(self._pages, 1, set())):
            raise Damaged("the schema's pages point at one another")
        entries = self._bounded(
            "SELECT type, name, rootpage, sql LIKE '%WITHOUT%ROWID%', tbl_name, sql LIKE '%WHERE%' "
            "FROM sqlite_master"
        )
        for kind, name, root, keyed, owner, partial in entries:
            if kind == "view":
                views.append(str(name))
            if kind == "index" and isinstance(root, int) and not partial:
                self._indexes.setdefault(str(owner).casefold(), []).append(root)
            if kind != "table" or not isinstance(name, str) or not isinstance(root, int) or root < 1:
                continue
            columns = self._bounded(
                "SELECT name, type, dflt_value, pk, hidden FROM pragma_table_xinfo(?)", (name,)
            )
            self.tables[name] = tuple(str(column[0]) for column in columns)
            self._roots[name] = root
            if not keyed:
                self._stored[name] = Stored.declared(root, columns)
        self.views = tuple(views)

    def _allow(
        self, op: int, first: str | None, second: str | None, db: str | None, inner: str | None
    ) -> int:
        """What a query may do: read real tables and call functions. Views and recursion are refused."""
        fine = op in (apsw.SQLITE_SELECT, apsw.SQLITE_READ, apsw.SQLITE_FUNCTION) and inner not in self.views
        if op == apsw.SQLITE_READ and first in self.views:
            fine = False
        if op == apsw.SQLITE_FUNCTION and second in ("load_extension", "readfile", "writefile"):
            fine = False
        return apsw.SQLITE_OK if fine else apsw.SQLITE_DENY

    def close(self) -> None:
        """Let go of the memory."""
        self._db.close()
        self._place.unregister()

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
            for row in self._db.execute(sql, tuple(params)):
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
        codec = self._codec()
        try:
            width = self._width(sql, params)
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
        except UnicodeDecodeError as error:
            self.damaged = True
            raise Damaged("a name in the schema is not text") from error

    def _width(self, sql: str, params: Sequence[object]) -> int:
        """Columns of a query, without fetching a row of it."""
        try:
            for _ in self._db.execute(f"WITH q(c0) AS ({sql}) SELECT 1 FROM q LIMIT 0", tuple(params)):
                pass
        except apsw.SQLError as error:
            told = re.search(r"has (\d+) values for 1 columns", str(error))
            if told is None:
                raise
            return int(told[1])
        return 1

    def _codec(self) -> str:
        return {"UTF-16le": "utf-16-le", "UTF-16be": "utf-16-be"}.get(self.encoding, "utf-8")

    def _decoded(self, raw: Any, codec: str) -> str:
        try:
            return str(raw, codec)
        except UnicodeDecodeError:
            self.bad_text += 1
            return str(raw, codec, "replace")

    def _damage(self, error: apsw.Error) -> Damaged:
        if isinstance(error, apsw.CorruptError | apsw.NotADBError | apsw.IOError | apsw.TooBigError):
            self.damaged = True
        return Damaged(str(error))

    def count(self, table: str) -> int:
        """Rows of a table, by its pages' own counts and without SQLite; 0 where there is no such table.

        Where pages of it cannot be read, or were replaced, an index that is whole may still tell; else the rows that can be
        found and one for each hole.
        """
        name = self._folded.get(table.casefold())
        if name is None:
            return 0
        if name not in self._counts:
            total, whole = btree.entries(self._pages, self._roots[name], table=name in self._stored)
            if not whole:
                self.damaged = True
                self._broken.add(name)
                total = self._count_damaged(name, total)
            elif missing := self._only_indexed(name, total):
                self.damaged = True
                total += missing
            self._counts[name] = total
        return self._counts[name]

    def _only_indexed(self, name: str, total: int) -> int:
        """How many rows an index names that the table, whole by its own pages, does not hold."""
        for root in self._indexes.get(name.casefold(), ())[:20] if name in self._stored else ():
            n, whole = btree.entries(self._pages, root, table=False)
            if not whole:
                continue
            if n == total:
                return 0
            named = btree.named(self._pages, root)
            if named is not None:
                try:
                    sql = f"SELECT {self._rowid(name)} FROM {quoted(name)} NOT INDEXED"
                    return len(named.difference(row[0] for row in self.rows(sql)))
                except Damaged:
                    return 0
        return 0

    def _count_damaged(self, name: str, total: int) -> int:
        found = self._salvaged().found(self._stored[name]) if name in self._stored else None
        least = total if found is None else found.rows
        for root in self._indexes.get(name.casefold(), ())[:20]:
            n, whole = btree.entries(self._pages, root, table=False)
            if whole and n >= least:
                named = btree.named(self._pages, root)
                if named is None or len(named) == n:  # a page that stands twice names its rows twice
                    return n
        return total + 1 if found is None else found.rows + found.holes

    def _salvaged(self) -> Salvage:
        if self._salvage is None:
            self._salvage = Salvage(self._pages, list(self._stored.values()))
        return self._salvage

    def _rowid(self, name: str) -> str:
        taken = {column.casefold() for column in self.tables[name]}
        return next((word for word in ("rowid", "_rowid_", "oid") if word not in taken), "rowid")

    def rowids(self, table: str) -> Iterator[int]:
        """The rowids of a table in order; of a damaged table those that can be read."""
        for row in self.walk(table, ()):
            if not isinstance(row, Lost):
                yield row[0]

    def walk(self, table: str, columns: Sequence[str]) -> Iterator[tuple[int, tuple[Any, ...]] | Lost]:
        """Rows of a table in order of rowid as ``(rowid, values)``; missing columns are None; damage gives `Lost`.

        Behind a damaged page the leaves are read without SQLite. The `rows` of all `Lost` add up to `count` less the rows
        given. A table without rowids is numbered from 1.
        """
        name = self._folded.get(table.casefold())
        if name is None:
            return
        stored = self._stored.get(name)
        picked = self.pick(name, columns) if columns else "NULL"
        if stored is None:
            yield from self._numbered(name, picked, bool(columns))
            return
        rowid = self._rowid(name)
        last: int | None = None
        given = 0
        total = self.count(name)
        try:
            if name in self._broken:
                raise Damaged("pages of the table cannot be read")
            for row in self.rows(
                f"SELECT {rowid}, {picked} FROM {quoted(name)} NOT INDEXED ORDER BY {rowid}"
            ):
                if last is not None and row[0] <= last:
                    raise Damaged("rowids run backwards: pages point at one another")
                last = row[0]
                given += 1
                yield last, row[1:] if columns else ()
            unseen = total - given
            if unseen > 0:
                self.damaged = True
                yield Lost(
                    stored_after(last),
                    2**63 - 1,
                    "the table's pages or an index name rows that SQLite does not reach",
                    unseen,
                )
            return
        except Damaged:
            self.damaged = True
        codec = self._codec()
        salvage = self._salvaged()
        places = stored.places(columns)
        found = salvage.found(stored)
        missing: int | None = total - given - salvage.rows_after(found, last)
        for each in salvage.walk(found, last):
            if isinstance(each, Lost):
                yield msgspec.structs.replace(each, rows=max(0, missing or 0))
                missing = None
            else:
                yield each[0], stored.values(each, places, lambda raw: self._decoded(raw, codec))
        if missing:
            yield Lost(
                stored_after(last), 2**63 - 1, "rows that an index names and that are nowhere", missing
            )

    def _numbered(self, name: str, picked: str, wanted: bool) -> Iterator[tuple[int, tuple[Any, ...]] | Lost]:
        n = 0
        try:
            for n, row in enumerate(self.rows(f"SELECT {picked} FROM {quoted(name)}"), 1):
                yield n, row if wanted else ()
        except Damaged as error:
            self.damaged = True
            yield Lost(n + 1, 2**63 - 1, str(error), max(1, self.count(name) - n))


def stored_after(last: int | None) -> int:
    """The first rowid after `last`."""
    return -(2**63) if last is None else last + 1
