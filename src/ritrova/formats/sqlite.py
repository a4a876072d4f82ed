"""Evidence databases (SQLite), read without trusting them and without writing.

The bytes come from an item, never from a path; the committed pages of a `-wal` beside it are laid over them. Only real
tables are seen: views, virtual tables and triggers of a hostile schema are never run. What is damaged is walked around,
row by row, and what is lost is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ritrova.formats import wal as logs
from ritrova.formats.pages import Pages
from ritrova.formats.salvage import Damaged, Lost, quoted
from ritrova.model.shapes import Item

if TYPE_CHECKING:
    from ritrova.formats.database import Database
else:
    Database = object  # readers name it in annotations; loading it would load SQLite before it is needed

__all__ = ["Damaged", "Database", "Lost", "apart", "blank", "looks_like_sqlite", "opened", "quoted"]

MAGIC = b"SQLite format 3\x00"
JOURNAL = bytes.fromhex("d9d505f920a163d7")


def looks_like_sqlite(item: Item) -> bool:
    """True where the item begins with SQLite's sixteen magic bytes."""
    return item.head(16) == MAGIC


def blank(item: Item) -> bool:
    """True where an item holds no byte, or begins with zeros where a database names itself."""
    return not any(item.head(100))


@contextmanager
def opened(item: Item, *, wal: bool = True) -> Iterator[Database]:
    """The database of an item, read-only. With `wal`, committed pages of ``<name>-wal`` beside it are laid over it."""
    from ritrova.formats.database import Database

    side = item.sibling(item.name + "-wal") if wal else None
    journal = item.sibling(item.name + "-journal")
    with item.open() as stream:
        log = side.open() if side is not None and side.size else None
        try:
            overlay = logs.overlay(log) if log is not None else logs.NOTHING
            database = Database(Pages(stream, item.size, log, overlay), overlay.frames)
            database.wal_remark = overlay.remark
            database.hot_journal = journal is not None and journal.head(8) == JOURNAL
            try:
                yield database
            finally:
                database.close()
        finally:
            if log is not None:
                log.close()


def apart(a: Database, b: Database, table: str) -> tuple[int, int]:
    """How many rows of a table, by their number, only `a` holds and only `b` holds."""
    one, two = a.rowids(table) if a.has(table) else iter(()), b.rowids(table) if b.has(table) else iter(())
    only_a = only_b = 0
    x, y = next(one, None), next(two, None)
    while x is not None or y is not None:
        if y is None or (x is not None and x < y):
            only_a += 1
            x = next(one, None)
        elif x is None or y < x:
            only_b += 1
            y = next(two, None)
        else:
            x, y = next(one, None), next(two, None)
    return only_a, only_b
