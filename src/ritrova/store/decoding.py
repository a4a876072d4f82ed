"""Rows back into records, many at a time: what repeats (items, chats, accounts, shared texts) is read once and remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Conversation,
    Locator,
    Message,
    Moment,
    Native,
    Record,
)
from ritrova.model.view import StoredMessage
from ritrova.store.ordering import Ordering
from ritrova.store.packing import KIND_NAMES, OTHER, PLAIN, code_numbers, native_key, rest_of, spot_text

T = TypeVar("T", bound=Record)

account_of = msgspec.msgpack.Decoder(Account).decode
conversation_of = msgspec.msgpack.Decoder(Conversation).decode
_MANY = 200_000


class Remembered:
    """Read-side memory of one store, valid for one `token`."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.items: dict[int, tuple[str, str]] = {}
        self.strings: dict[int, str] = {}
        self.accounts: dict[int, Account] = {}
        self.conversations: dict[int, Conversation] = {}


def listed(rows: Iterable[int]) -> str:
    """Row keys as the JSON list that `json_each` takes."""
    return json.dumps(list(rows))


class Decoding(Ordering):
    """From row keys to records. Part of `Store`."""

    _remembered_rows: Remembered | None = None

    def _forget(self) -> None:
        super()._forget()
        self._remembered_rows = None

    def _memory(self) -> Remembered:
        rows = self._rows("SELECT name, value FROM meta WHERE name IN ('epoch', 'people') ORDER BY name")
        token = repr(rows)
        memory = self._remembered_rows
        if memory is None or memory.token != token or len(memory.strings) + len(memory.accounts) > _MANY:
            memory = Remembered(token)
            self._remembered_rows = memory
        return memory

    def _fill(self, known: dict[int, Any], wanted: Iterable[int], sql: str, make: Callable[..., Any]) -> None:
        missing = {row for row in wanted if row is not None and row not in known}
        if missing:
            for row, *rest in self._rows(sql, (listed(missing),)):
                known[row] = make(*rest)

    def _items(self, memory: Remembered, rows: Iterable[int]) -> None:
        self._fill(
            memory.items,
            rows,
            "SELECT t.row, s.sha256, t.path FROM item t JOIN source s ON s.row = t.source"
            " WHERE t.row IN (SELECT value FROM json_each(?))",
            lambda source, path: (source, path),
        )

    def _accounts(self, memory: Remembered, rows: Iterable[int]) -> None:
        self._fill(
            memory.accounts,
            rows,
            "SELECT row, id, record FROM account WHERE row IN (SELECT value FROM json_each(?))",
            lambda id, blob: account_of(blob) if blob else Account(Locator("", ""), id, "other"),
        )

    def _conversations(self, memory: Remembered, rows: Iterable[int]) -> None:
        self._fill(
            memory.conversations,
            rows,
            "SELECT row, id, record FROM conversation WHERE row IN (SELECT value FROM json_each(?))",
            lambda id, blob: conversation_of(blob) if blob else Conversation(Locator("", ""), id, "other"),
        )

    def _strings(self, memory: Remembered, rows: Iterable[int]) -> None:
        self._fill(
            memory.strings,
            rows,
            "SELECT row, text FROM string WHERE row IN (SELECT value FROM json_each(?))",
            lambda text: text,
        )

    def _stored(self, rows: Sequence[int], positions: Sequence[int] | None = None) -> list[StoredMessage]:
        """Messages of these rows, in this order; rows that are gone are left out."""
        found = self._rows(
            "SELECT * FROM message WHERE row IN (SELECT value FROM json_each(?))", (listed(rows),)
        )
        memory = self._memory()
        self._items(memory, {r[1] for r in found})
        self._conversations(memory, {r[5] for r in found})
        self._accounts(memory, {r[8] for r in found})
        shared = {s for r in found for s in (r[2], r[9], r[15]) if s is not None and s > 0}
        self._strings(memory, shared)
        languages = self._languages([r[0] for r in found])
        by_row = {r[0]: r for r in found}
        stored = []
        for n, row in enumerate(rows):
            columns = by_row.get(row)
            if columns is not None:
                position = -1 if positions is None else positions[n]
                stored.append(self._one_stored(memory, columns, languages.get(row), position))
        return stored

    def _one_stored(
        self, memory: Remembered, columns: tuple[Any, ...], language: str | None, position: int
    ) -> StoredMessage:
        (
            row,
            item,
            tab,
            first,
            past,
            chat,
            key,
            code,
            sender,
            name,
            kind,
            _,
            written,
            local,
            utc,
            ground,
            text,
            blob,
        ) = columns
        rest = PLAIN if blob is None else rest_of(blob)
        source, path = memory.items[item]
        at = Locator(source, path, spot_text(tab, memory.strings.get(tab), first, past, rest.spot))
        conversation = memory.conversations[chat]
        account = memory.accounts.get(sender) if sender is not None else None
        native = None
        if key is not None or code is not None or rest.has_native:
            native = Native(None if key is None else str(key), code)
        app, message_kind = KIND_NAMES[kind]
        message = Message(
            at,
            app,  # type: ignore[arg-type]
            conversation.id,
            account.id if account else None,
            memory.strings[name] if name is not None else None,
            message_kind,  # type: ignore[arg-type]
            text,
            Moment(written, local, utc, memory.strings[ground] if ground is not None else ""),
            rest.edited,
            rest.reply_to,
            rest.forwarded_from,
            native,
            rest.flags,
            rest.attachments,
            rest.detail,
        )
        reply = rest.reply_to
        answered = None
        if reply is not None and reply.key is not None:
            answered = self._answered(memory, chat, reply.conversation, reply.key, item)
        return StoredMessage(
            row, ids.message_id(at), message, conversation, account, language, answered, position
        )

    def _answered(
        self, memory: Remembered, conversation: int, elsewhere: str | None, key: str, item: int
    ) -> str | None:
        """Id of the message with this native key: in the same item if it is there, else in the first source that has it."""
        if elsewhere is not None:
            rows = self._rows(
                "SELECT row FROM conversation WHERE id = ?1 OR native = ?1 ORDER BY id", (elsewhere,)
            )
            if not rows:
                return None
            conversation = rows[0][0]
        found = self._rows(
            "SELECT m.row FROM message m JOIN item t ON t.row = m.item JOIN source s ON s.row = t.source"
            " WHERE m.conversation = ? AND m.key = ? ORDER BY m.item <> ?, s.sha256, t.path, m.row LIMIT 1",
            (conversation, native_key(key), item),
        )
        return self._ids([found[0][0]])[found[0][0]] if found else None

    def _ids(self, rows: Iterable[int]) -> dict[int, str]:
        """Message ids of row keys."""
        found = self._rows(
            "SELECT row, item, tab, first, past, CASE WHEN tab = -1 THEN rest END FROM message"
            " WHERE row IN (SELECT value FROM json_each(?))",
            (listed(rows),),
        )
        memory = self._memory()
        self._items(memory, {r[1] for r in found})
        self._strings(memory, {r[2] for r in found if r[2] > 0})
        made = {}
        for row, item, tab, first, past, blob in found:
            source, path = memory.items[item]
            odd = rest_of(blob).spot if tab == OTHER else None
            spot = spot_text(tab, memory.strings.get(tab), first, past, odd)
            made[row] = ids.message_id(Locator(source, path, spot))
        return made

    def row_of(self, message: str) -> int | None:
        """Row key of a message id, None when the case has no such message."""
        letter, _, rest = message.partition("-")
        source, _, rest = rest.partition("-")
        item, _, code = rest.partition("-")
        if letter != "m" or len(source) != 16 or len(item) != 8:
            return None
        for table, tab, first in code_numbers(code):
            if table is not None:
                known = self._one("SELECT row FROM string WHERE text = ?", (table,))
                if known is None:
                    continue
                tab = known[0]
            row = self._row_at(source, item, tab, first)
            if row is not None:
                return row
        return None

    def _row_at(self, source: str, item: str, tab: int, first: int) -> int | None:
        rows = self._rows(
            "SELECT m.row FROM source s JOIN item t ON t.source = s.row JOIN message m ON m.item = t.row"
            " WHERE s.sha256 >= ?1 AND s.sha256 < ?1 || 'g' AND t.code = ?2 AND m.tab = ?3 AND m.first = ?4"
            " ORDER BY s.sha256, t.path",
            (source, item, tab, first),
        )
        return rows[0][0] if rows else None

    def _languages(self, rows: Sequence[int]) -> dict[int, str]:
        chunks: dict[int, bytes] = dict(
            self._rows(
                "SELECT chunk, codes FROM language WHERE chunk IN (SELECT value FROM json_each(?))",
                (listed({row >> 10 for row in rows}),),
            )
        )
        if not chunks:
            return {}
        names = (self.meta("languages") or "").split(" ")
        found = {}
        for row in rows:
            codes = chunks.get(row >> 10)
            if codes is not None and codes[row & 1023]:
                found[row] = names[codes[row & 1023]]
        return found

    def _located(self, decode: Callable[[bytes], Any], rows: Sequence[tuple[int, bytes]]) -> list[Any]:
        """Records of (item, blob) pairs, with their locators put back."""
        memory = self._memory()
        self._items(memory, {item for item, _ in rows})
        made = []
        for item, blob in rows:
            one = decode(blob)
            source, path = memory.items[item]
            made.append(msgspec.structs.replace(one, at=Locator(source, path, one.at.spot)))
        return made
