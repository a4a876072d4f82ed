"""Connections to case.db: keyed, checked to be really encrypted, one per thread, errors in the words of `model.errors`.

A `Connected` may be used from many threads: a question takes an idle connection and gives it back, and writing goes through
one more connection that a lock guards. Questions are asked in slices (no cursor stays open), so that a slow reader never keeps
the write-ahead log from being folded back.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ritrova.model.errors import CaseDamaged, CaseLocked, WrongUse
from ritrova.model.text import Folded

FILE = "case.db"
PLAIN_HEADER = b"SQLite format 3\x00"
FoldMany = Callable[[Sequence[str]], list[str]]
FoldOne = Callable[[str], Folded]
Row = tuple[Any, ...]


def database_error() -> type[Exception]:
    """What the database module raises."""
    from sqlcipher3 import dbapi2

    error: type[Exception] = dbapi2.DatabaseError
    return error


@contextmanager
def in_our_words(folder: Path) -> Iterator[None]:
    """Turn the database's errors into ours: locked → CaseLocked, anything unreadable → CaseDamaged."""
    from sqlcipher3 import dbapi2

    try:
        yield
    except dbapi2.DatabaseError as error:
        ours = translated(folder, error)
        if ours is None:
            raise
        raise ours from error


_SAID_OF_DAMAGE = (
    "malformed",
    "not a database",
    "disk i/o",
    "unable to open",
    "readonly",
    "encrypted",
    "no such table",
    "vtable constructor failed",
)


def translated(folder: Path, error: BaseException) -> CaseDamaged | CaseLocked | None:
    """The error of ours that says what this database error means for a user; None for a fault in our own statements."""
    said = str(error).lower()
    if "locked" in said or "busy" in said:
        return CaseLocked(
            f"Another process holds {folder / FILE} ({said}).",
            "Wait for it to end, or stop it, and try again.",
        )
    if "full" in said:
        return CaseDamaged(
            f"{folder / FILE}: {said}.", "Free space on the disk; nothing half-written was kept."
        )
    if not any(words in said for words in _SAID_OF_DAMAGE):
        return None
    return CaseDamaged(
        f"{folder / FILE} is damaged or not what it should be ({said}).",
        "Restore the case folder from a backup, or make a new case from the originals.",
    )


def connect(folder: Path, key: bytes, wait: float, *, create: bool = False, cache_mib: int = 16) -> Any:
    """A keyed connection. Verifies nothing; `verify_encrypted` does."""
    from sqlcipher3 import dbapi2

    path = folder / FILE
    uri = f"file:{_quoted(path)}?mode={'rwc' if create else 'rw'}"
    connection = dbapi2.connect(uri, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute(f"PRAGMA cache_size = -{cache_mib * 1024}")
    return connection


def settle(connection: Any) -> None:
    """Pragmas that need the key to be right: WAL, so that readers work while one writes."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute("PRAGMA journal_size_limit = 67108864")


def verify_header(folder: Path) -> None:
    """The file on disk exists and does not start like a plain SQLite file. Raises CaseDamaged."""
    path = folder / FILE
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise CaseDamaged(f"{path} is no plain file.", "Restore it from a backup.")
    try:
        with path.open("rb") as file:
            head = file.read(len(PLAIN_HEADER))
            size = file.seek(0, 2)
    except FileNotFoundError:
        raise CaseDamaged(f"{path} is missing.", "Restore it from a backup.") from None
    except OSError as error:
        raise CaseDamaged(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from None
    if head.startswith(PLAIN_HEADER[:15]):
        raise CaseDamaged(
            f"{path} is not encrypted: somebody put a plain database in its place.",
            "Do not use it; restore the case folder from a backup.",
        )
    if size < 4096:
        raise CaseDamaged(f"{path} is cut: {size} bytes.", "Restore it from a backup.")


def verify_encrypted(folder: Path, connection: Any, case: str) -> None:
    """The cipher is there, the file on disk is encrypted, its key is really needed, and it is this case's file.

    Raises CaseDamaged. A build of SQLite without the cipher accepts `PRAGMA key` in silence and writes in clear: this is
    the check against it.
    """
    from sqlcipher3 import dbapi2

    version = connection.execute("PRAGMA cipher_version").fetchone()
    if not version or not version[0]:
        raise CaseDamaged(
            "This build of SQLite has no cipher: the case would be written in clear.",
            "Reinstall the package sqlcipher3.",
        )
    verify_header(folder)
    path = folder / FILE
    for probe in (dbapi2, sqlite3):
        bare = probe.connect(f"file:{_quoted(path)}?mode=ro&immutable=1", uri=True)
        try:
            bare.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except probe.DatabaseError:
            continue
        finally:
            bare.close()
        raise CaseDamaged(f"{path} opens without its key.", "Do not use it; restore it from a backup.")
    found = connection.execute("SELECT value FROM meta WHERE name = 'case'").fetchone()
    if found is None or found[0] != case:
        raise CaseDamaged(
            f"{path} and case.key belong to different cases.", "Restore both files from the same backup."
        )
    wal = path.with_name(FILE + "-wal")
    if not (wal.exists() and wal.stat().st_size):
        pages, size = (
            int(connection.execute(f"PRAGMA {what}").fetchone()[0]) for what in ("page_count", "page_size")
        )
        if path.stat().st_size < pages * size:
            raise CaseDamaged(
                f"{path} is cut: {path.stat().st_size} of {pages * size} bytes.", "Restore it from a backup."
            )


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(os.fsencode(path.absolute()))


class Connected:
    """An open case file: connections and nothing else. Base of `Store`."""

    def __init__(
        self,
        folder: Path,
        case: str,
        key: bytes,
        *,
        fold: FoldMany,
        fold_one: FoldOne | None = None,
        wait: float = 10.0,
    ) -> None:
        self.folder = folder
        self.case = case
        self.wait = wait
        self.fold = fold
        self.fold_one = fold_one
        self._key = key
        self._closed = False
        self._fault = database_error()
        self._idle: deque[Any] = deque()
        self._all: list[Any] = []
        self._all_lock = threading.Lock()
        self._writing = threading.RLock()
        self._write_connection: Any = None
        self._writer_thread: int | None = None

    def _taken(self) -> Any:
        """A connection that nobody reads through just now, until `_give_back`; inside a writer, the writer's own, so that
        what was just kept can be asked for."""
        if self._writer_thread == threading.get_ident():
            return self._write_connection
        try:
            return self._idle.pop()
        except IndexError:
            return self._new_connection()

    def _give_back(self, connection: Any) -> None:
        if connection is not self._write_connection:
            self._idle.append(connection)

    def _new_connection(self, cache_mib: int = 16) -> Any:
        if self._closed:
            raise WrongUse("The case is closed.", "Open it again.")
        with in_our_words(self.folder):
            connection = connect(self.folder, self._key, self.wait, cache_mib=cache_mib)
            try:
                settle(connection)
            except BaseException:
                connection.close()
                raise
        with self._all_lock:
            self._all.append(connection)
        return connection

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of one question."""
        connection = self._taken()
        try:
            rows: list[Row] = connection.execute(sql, parameters).fetchall()
            return rows
        except self._fault as error:
            raise translated(self.folder, error) or error from error
        finally:
            self._give_back(connection)

    def _one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        rows = self._rows(sql, parameters)
        return rows[0] if rows else None

    def meta(self, name: str) -> str | None:
        """A named text of the case."""
        row = self._one("SELECT value FROM meta WHERE name = ?", (name,))
        return row[0] if row else None

    def secret(self, name: str) -> bytes | None:
        """A named secret (signing key, key of a preserved copy)."""
        row = self._one("SELECT value FROM secret WHERE name = ?", (name,))
        return row[0] if row else None

    def close(self) -> None:
        """Close every connection, once a writer of another thread is done. Safe to call twice."""
        with self._writing:
            self._closed = True
            self._write_connection = None
            with self._all_lock:
                self._idle.clear()
                for connection in self._all:
                    connection.close()
                self._all.clear()
