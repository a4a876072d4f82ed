"""One transaction on a case: statements in our words of error, named texts and secrets, custody rows, rows of ids."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from ritrova.model import ids
from ritrova.model.errors import WrongUse
from ritrova.model.records import Action, Locator, Problem, Source
from ritrova.store.connecting import database_error, translated
from ritrova.store.packing import packed
from ritrova.store.viewing import Viewing


class Known:
    """What a store remembers between transactions: row keys of ids. Emptied when another process deletes rows."""

    LIMIT = 400_000

    def __init__(self) -> None:
        self.epoch = ""
        self.forget()

    def forget(self) -> None:
        """Drop everything (after a rollback, or rows deleted elsewhere)."""
        self.sources: dict[str, int] = {}
        self.items: dict[tuple[str, str], int] = {}
        self.strings: dict[str, int] = {}
        self.accounts: dict[str, int] = {}
        self.conversations: dict[str, int] = {}
        self.said: set[tuple[int, bytes]] = set()

    def trim(self) -> None:
        """Keep memory flat however many ids a case has."""
        if len(self.strings) + len(self.accounts) + len(self.conversations) + len(self.items) > self.LIMIT:
            self.forget()
        if len(self.said) > self.LIMIT // 8:
            self.said.clear()


class Transaction:
    """The part of a Writer that everything else stands on: statements, names, custody rows, and rows of ids."""

    def __init__(self, store: Viewing, connection: Any, known: Known) -> None:
        self.store = store
        self.known = known
        self._connection = connection
        self._fault = database_error()
        epoch = self._value("SELECT value FROM meta WHERE name = 'epoch'") or ""
        if epoch != known.epoch:
            known.forget()
            known.epoch = epoch
        known.trim()
        self._next: int = int(self._value("SELECT value FROM meta WHERE name = 'next_row'") or 1)

    def _do(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        try:
            return self._connection.execute(sql, parameters)
        except self._fault as error:
            raise translated(self.store.folder, error) or error from error

    def _many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        try:
            self._connection.executemany(sql, parameters)
        except self._fault as error:
            raise translated(self.store.folder, error) or error from error

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            rows: list[tuple[Any, ...]] = self._connection.execute(sql, parameters).fetchall()
        except self._fault as error:
            raise translated(self.store.folder, error) or error from error
        return rows

    def _value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        rows = self._rows(sql, parameters)
        return rows[0][0] if rows else None

    def set_meta(self, name: str, value: str | None) -> None:
        """Keep a named text; None removes it."""
        if value is None:
            self._do("DELETE FROM meta WHERE name = ?", (name,))
        else:
            self._do("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def set_secret(self, name: str, value: bytes | None) -> None:
        """Keep a named secret; None destroys it."""
        if value is None:
            self._do("DELETE FROM secret WHERE name = ?", (name,))
        else:
            self._do("INSERT OR REPLACE INTO secret VALUES (?, ?)", (name, value))

    def append_action(self, action: Action, salt: bytes, line: bytes) -> None:
        """A custody row: the plain action, its salt, and the line that mirrors it. Numbers must not repeat."""
        if self._rows("SELECT 1 FROM action WHERE n = ?", (action.n,)):
            raise WrongUse(f"Action {action.n} is already in the custody log.")
        self._do("INSERT INTO action VALUES (?, ?, ?, ?)", (action.n, packed(action), salt, line))

    def last_line(self) -> tuple[int, bytes] | None:
        """Number and line of the last action of the custody log."""
        rows = self._rows("SELECT n, line FROM action ORDER BY n DESC LIMIT 1")
        return (rows[0][0], rows[0][1]) if rows else None

    def source(self, source: Source, state: Literal["reading", "complete"]) -> None:
        """Keep a received source, or replace what is known of it."""
        self._do(
            "INSERT INTO source(sha256, state, record) VALUES (?, ?, ?)"
            " ON CONFLICT(sha256) DO UPDATE SET state = excluded.state, record = excluded.record",
            (source.sha256, state, packed(source)),
        )

    def source_state(self, sha256: str, state: Literal["reading", "complete"]) -> None:
        """Say how far a source is read."""
        if not self._do("UPDATE source SET state = ? WHERE sha256 = ?", (state, sha256)).rowcount:
            raise WrongUse(f"No source {sha256} was received.")

    # ------------------------------------------------------------------ rows of ids

    def source_row(self, sha256: str) -> int:
        """Row of a received source. Raises WrongUse when it was never received."""
        row = self.known.sources.get(sha256)
        if row is None:
            row = self._value("SELECT row FROM source WHERE sha256 = ?", (sha256,))
            if row is None:
                raise WrongUse(f"A record speaks of source {sha256}, which was never received.")
            self.known.sources[sha256] = row
        return row

    def item_row(self, sha256: str, path: str) -> int:
        """Row of an item, made on first mention."""
        row = self.known.items.get((sha256, path))
        if row is None:
            source = self.source_row(sha256)
            row = self._value("SELECT row FROM item WHERE source = ? AND path = ?", (source, path))
            if row is None:
                code = ids.item_code(path)
                twin = self._value("SELECT path FROM item WHERE source = ? AND code = ?", (source, code))
                row = self._do(
                    "INSERT INTO item(source, path, code) VALUES (?, ?, ?)", (source, path, code)
                ).lastrowid
                if twin is not None:
                    what = f"its short code {code} is that of {twin!r} too: message ids of the two items may coincide"
                    self._do(
                        "INSERT INTO other(item, kind, record) VALUES (?, 'Problem', ?)",
                        (row, packed(Problem(Locator("", ""), "RTV-S002", what))),
                    )
            self.known.items[sha256, path] = row
        return int(row)

    def string_row(self, text: str) -> int:
        """Row of a text that many messages share (a ground, a sender's name, a table)."""
        row = self.known.strings.get(text)
        if row is None:
            row = self._value("SELECT row FROM string WHERE text = ?", (text,))
            if row is None:
                row = self._do("INSERT INTO string(text) VALUES (?)", (text,)).lastrowid
            self.known.strings[text] = row
        return int(row)

    def account_row(self, id: str) -> int:
        """Row of an account, made on first mention."""
        return self._named_row(self.known.accounts, "account", id)

    def conversation_row(self, id: str) -> int:
        """Row of a conversation, made on first mention."""
        return self._named_row(self.known.conversations, "conversation", id)

    def named_rows(self, table: Literal["account", "conversation"], ids_: Iterable[str]) -> dict[str, int]:
        """Rows of many accounts or conversations, made on first mention."""
        known = self.known.accounts if table == "account" else self.known.conversations
        wanted = list(dict.fromkeys(ids_))
        missing = [id for id in wanted if id not in known]
        if missing:
            self._many(f"INSERT OR IGNORE INTO {table}(id) VALUES (?)", ((id,) for id in missing))
            known.update(
                self._rows(
                    f"SELECT id, row FROM {table} WHERE id IN (SELECT value FROM json_each(?))",
                    (json.dumps(missing, ensure_ascii=False),),
                )
            )
        return {id: known[id] if id in known else self._named_row(known, table, id) for id in wanted}

    def _named_row(self, known: dict[str, int], table: str, id: str) -> int:
        row = known.get(id)
        if row is None:
            row = self._value(f"SELECT row FROM {table} WHERE id = ?", (id,))
            if row is None:
                row = self._do(f"INSERT INTO {table}(id) VALUES (?)", (id,)).lastrowid
            known[id] = row
        return int(row)
