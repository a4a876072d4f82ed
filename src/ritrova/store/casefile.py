"""Opening and making a case: folder, key, doors, and the Store that answers."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from ritrova.model.errors import CaseDamaged, CaseLocked, WrongUse
from ritrova.store import keys
from ritrova.store.connecting import (
    FILE,
    FoldMany,
    FoldOne,
    connect,
    in_our_words,
    settle,
    verify_encrypted,
    verify_header,
)
from ritrova.store.doors import desk
from ritrova.store.schema import FORMAT, PREPARED, TABLES
from ritrova.store.searching import Searching
from ritrova.store.transaction import Known
from ritrova.store.withdrawing import Writer


class Store(Searching):
    """An open case file: answers every question of `model.view.View`, and hands out writers.

    May be used from many threads: each question takes a connection of its own; one at a time writes. Readers, here and in other
    processes, work while one writes. Close it, or use it as a context manager.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = Known()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def writer(self, urgent: bool = False) -> Iterator[Writer]:
        """One transaction, kept whole or not at all. Keep it short (some thousand messages): others wait for it.

        Whoever comes while a batch is written gets in before the next one. Raises CaseLocked after `wait` seconds, and
        WrongUse when this thread writes already.
        """
        if self._writer_thread == threading.get_ident():
            raise WrongUse("This thread is already writing to the case.")
        with self._writing, desk(self.folder, self.wait, urgent):
            connection = self._write_connection_now()
            with in_our_words(self.folder):
                connection.execute("BEGIN IMMEDIATE")
            self._writer_thread = threading.get_ident()
            try:
                yield Writer(self, connection, self._known)
                with in_our_words(self.folder):
                    connection.execute("COMMIT")
            except BaseException:
                self._known.forget()
                self._forget()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                self._writer_thread = None

    def thin_source(self, sha256: str, progress: Callable[[int], None] | None = None) -> int:
        """Delete a source's messages in many short transactions, before the `drop_source` that ends it.

        A million messages take some ten seconds to delete; in steps, a decision gets in between. From the first step on the
        source counts as half read, so that after a crash it is read or withdrawn again. Says how many messages went.
        """
        gone = 0
        while True:
            with self.writer() as writer:
                n = writer.thin_source(sha256)
            if not n:
                return gone
            gone += n
            if progress is not None:
                progress(gone)

    def shred(self) -> None:
        """After a source was dropped: rewrite the search index and the file, so that nothing of it lingers in free pages."""
        with self._writing, desk(self.folder, self.wait):
            connection = self._write_connection_now()
            with in_our_words(self.folder):
                connection.execute("INSERT INTO words(words) VALUES('optimize')")
                connection.execute("VACUUM")
            if not self._checkpoint(connection):
                raise CaseLocked(
                    f"Another process is reading {self.folder / FILE}: what was deleted still stands in it, encrypted.",
                    "Close the review page and other commands on this case, and withdraw the source again.",
                )
            with in_our_words(self.folder):
                connection.execute("DELETE FROM meta WHERE name = 'shred due'")

    def shred_due(self) -> bool:
        """True after a source was dropped, until `shred` ran to its end."""
        return self.meta("shred due") is not None

    def fold_back(self) -> None:
        """Fold the write-ahead log back into case.db; after a long `add`."""
        with self._writing, desk(self.folder, self.wait):
            self._checkpoint(self._write_connection_now())

    def _checkpoint(self, connection: Any) -> bool:
        with in_our_words(self.folder):
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not (busy and busy[0])


def create(
    folder: Path,
    passphrase: str,
    *,
    name: str,
    country: str | None,
    fold: FoldMany,
    fold_one: FoldOne | None = None,
) -> tuple[Store, str]:
    """Make a case in an empty or new folder. Returns the store and the recovery key, which is kept nowhere: print it once.

    Raises WrongUse when the folder holds anything already: a case must not change the listing of a folder of evidence.
    """
    if not passphrase:
        raise WrongUse("The passphrase is empty.", "Choose one of several words.")
    folder = folder.absolute()
    if (folder / FILE).exists() or (folder / keys.NAME).exists():
        raise WrongUse(f"{folder} already holds a case.", "Choose another folder, or add to that case.")
    if folder.is_dir() and any(folder.iterdir()):
        raise WrongUse(
            f"{folder} holds other files.", "Name a new or an empty folder: a case lies by itself."
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise WrongUse(f"{folder} cannot hold a case: {error.strerror}.", "Choose another folder.") from None
    case, key = secrets.token_hex(8), secrets.token_bytes(32)
    recovery = keys.new_recovery()
    with in_our_words(folder):
        connection = connect(folder, key, 10.0, create=True)
        try:
            settle(connection)
            connection.executescript("BEGIN;" + TABLES)
            for what, value in (
                ("case", case),
                ("name", name),
                ("country", country),
                ("format", str(FORMAT)),
                ("created", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
            ):
                if value is not None:
                    connection.execute("INSERT INTO meta VALUES (?, ?)", (what, value))
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
    keys.write_new(folder, case, key, passphrase, recovery)
    return _opened(folder, keys.Opened(case, key), fold, fold_one, 10.0), recovery


def open_case(
    folder: Path,
    secret: str,
    *,
    fold: FoldMany,
    recovery: bool = False,
    wait: float = 10.0,
    fold_one: FoldOne | None = None,
) -> Store:
    """Open a case by passphrase, or by recovery key.

    `fold` is how texts were folded for search; `fold_one` gives a folded text that knows the way back to the words as
    written. Raises NoCase, WrongPassphrase, CaseLocked (after `wait` seconds), CaseDamaged.
    """
    folder = folder.absolute()
    return _opened(folder, keys.unlock(folder, secret, recovery=recovery), fold, fold_one, wait)


def _opened(
    folder: Path, opened: keys.Opened, fold: FoldMany, fold_one: FoldOne | None, wait: float
) -> Store:
    verify_header(folder)
    with in_our_words(folder):
        connection = connect(folder, opened.key, wait)
        try:
            verify_encrypted(folder, connection, opened.case)
            stated = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'prepared'").fetchone():
                connection.execute(PREPARED)  # the case was made before linkers kept anything
        finally:
            connection.close()
    if stated is None or stated[0] != str(FORMAT):
        raise CaseDamaged(
            f"{folder / FILE} has format {stated[0] if stated else None}, this ritrova knows {FORMAT}.",
            "Open the case with a newer ritrova.",
        )
    return Store(folder, opened.case, opened.key, fold=fold, fold_one=fold_one, wait=wait)


def change_passphrase(folder: Path, secret: str, new: str, *, recovery: bool = False) -> None:
    """Give a case a new passphrase. Raises as `open_case` does."""
    folder = folder.absolute()
    opened = keys.unlock(folder, secret, recovery=recovery)
    with desk(folder, 10.0):
        keys.rewrap(folder, opened, new)


__all__ = ["Store", "Writer", "change_passphrase", "create", "open_case"]
