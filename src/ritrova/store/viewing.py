"""The questions about what came in: sources, accounts, conversations, messages, and what stands beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ritrova.model.errors import NotFound
from ritrova.model.records import (
    Account,
    Action,
    Attachment,
    Call,
    Contact,
    Event,
    ItemSeen,
    PictureSeen,
    Problem,
    Reconciliation,
    Skip,
    Source,
)
from ritrova.model.view import ConversationSummary, StoredMessage, TextBatch
from ritrova.store.decoding import Decoding, account_of, conversation_of, listed
from ritrova.store.packing import rest_of

SLICE = 2000
_source = msgspec.msgpack.Decoder(Source).decode
_action = msgspec.msgpack.Decoder(Action).decode
_event = msgspec.msgpack.Decoder(Event).decode
_seen = msgspec.msgpack.Decoder(ItemSeen).decode


class Viewing(Decoding):
    """The received and read part of `model.view.View`. Part of `Store`."""

    def info(self) -> dict[str, Any]:
        """Case name, id, created, country, format version, counts by record."""
        meta: dict[str, str] = dict(self._rows("SELECT name, value FROM meta"))
        counts: dict[str, int] = {
            name: (self._one(f"SELECT count(*) FROM {table}") or (0,))[0]
            for name, table in (
                ("sources", "source"),
                ("accounts", "account"),
                ("conversations", "conversation"),
                ("events", "event"),
                ("attachments", "attachment"),
                ("observables", "observable"),
                ("findings", "finding"),
                ("decisions", "decision"),
                ("actions", "action"),
            )
        }
        counts["messages"] = (self._one("SELECT coalesce(sum(messages), 0) FROM conversation") or (0,))[0]
        counts["items"] = (self._one("SELECT count(*) FROM item WHERE seen IS NOT NULL") or (0,))[0]
        for kind, n in self._rows("SELECT kind, count(*) FROM other GROUP BY kind"):
            counts[kind.lower() + "s"] = n
        for kind, n in self._rows("SELECT record_kind, count(DISTINCT id) FROM linked GROUP BY record_kind"):
            counts[kind.lower() + "s"] = n
        return {
            "name": meta.get("name"),
            "id": self.case,
            "created": meta.get("created"),
            "country": meta.get("country"),
            "format": int(meta.get("format") or 0),
            "counts": counts,
        }

    def sources(self) -> list[Source]:
        """Received sources in the order received; withdrawn ones are tombstones."""
        return [_source(blob) for (blob,) in self._rows("SELECT record FROM source ORDER BY row")]

    def source_state(self, sha256: str) -> str | None:
        """ "reading", "complete" or "withdrawn"; None for a source that was never received."""
        row = self._one("SELECT state FROM source WHERE sha256 = ?", (sha256,))
        return row[0] if row else None

    def source_states(self) -> dict[str, str]:
        """SHA-256 → "reading", "complete" or "withdrawn"."""
        return dict(self._rows("SELECT sha256, state FROM source ORDER BY row"))

    def items(self, source: str | None = None) -> Iterator[ItemSeen]:
        """Items by source and path."""
        for sha256, path, blob in self._rows(
            "SELECT s.sha256, t.path, t.seen FROM item t JOIN source s ON s.row = t.source"
            " WHERE t.seen IS NOT NULL AND (?1 IS NULL OR s.sha256 = ?1) ORDER BY s.sha256, t.path",
            (source,),
        ):
            one = _seen(blob)
            yield msgspec.structs.replace(one, at=msgspec.structs.replace(one.at, source=sha256, path=path))

    def _items_in_order(self, source: str | None = None) -> list[int]:
        rows = self._rows(
            "SELECT t.row FROM item t JOIN source s ON s.row = t.source WHERE ?1 IS NULL OR s.sha256 = ?1"
            " ORDER BY s.sha256, t.path",
            (source,),
        )
        return [row for (row,) in rows]

    def _others(self, kind: type[Any], source: str | None = None) -> Iterator[Any]:
        decode = msgspec.msgpack.Decoder(kind).decode
        for item in self._items_in_order(source):
            after = 0
            while rows := self._rows(
                "SELECT row, record FROM other WHERE kind = ? AND item = ? AND row > ? ORDER BY row LIMIT ?",
                (kind.__name__, item, after, SLICE),
            ):
                after = rows[-1][0]
                yield from self._located(decode, [(item, blob) for _, blob in rows])

    def problems(self, source: str | None = None) -> Iterator[Problem]:
        """What could not be read, by source, item and place."""
        return self._others(Problem, source)

    def skips(self, source: str | None = None) -> Iterator[Skip]:
        """What readers left out on purpose."""
        return self._others(Skip, source)

    def reconciliations(self, source: str | None = None) -> Iterator[Reconciliation]:
        """The sums, by source and item."""
        return self._others(Reconciliation, source)

    def calls(self) -> Iterator[Call]:
        """Calls by source and item."""
        return self._others(Call)

    def contacts(self) -> Iterator[Contact]:
        """Address book entries by source and item."""
        return self._others(Contact)

    def pictures(self) -> Iterator[PictureSeen]:
        """Pictures by source and item."""
        return self._others(PictureSeen)

    def actions(self) -> Iterator[Action]:
        """The custody log in plain words."""
        for action, _, _ in self.action_rows():
            yield action

    def action_rows(self, since: int = -1) -> Iterator[tuple[Action, bytes, bytes]]:
        """Actions numbered above `since`, each with its salt and its line of custody.jsonl."""
        for blob, salt, line in self._rows(
            "SELECT action, salt, line FROM action WHERE n > ? ORDER BY n", (since,)
        ):
            yield _action(blob), salt, line

    def lines(self) -> Iterator[bytes]:
        """The lines of the custody log."""
        for _, _, line in self.action_rows():
            yield line

    def disclosures(self) -> Iterator[tuple[Action, bytes]]:
        """Every action with its salt."""
        for action, salt, _ in self.action_rows():
            yield action, salt

    def accounts(self) -> Iterator[Account]:
        """Accounts by id."""
        after = ""
        while rows := self._rows(
            "SELECT id, record FROM account WHERE id > ? AND record IS NOT NULL ORDER BY id LIMIT ?",
            (after, SLICE),
        ):
            after = rows[-1][0]
            for _, blob in rows:
                yield account_of(blob)

    def account(self, id: str) -> Account | None:
        """One account."""
        row = self._one("SELECT record FROM account WHERE id = ? AND record IS NOT NULL", (id,))
        return account_of(row[0]) if row else None

    def conversations(self) -> Iterator[ConversationSummary]:
        """Conversations by id."""
        after = ""
        while rows := self._rows(
            "SELECT row FROM conversation WHERE id > ? ORDER BY id LIMIT ?", (after, SLICE)
        ):
            summaries = self._summaries([row for (row,) in rows])
            after = summaries[-1].conversation.id
            yield from summaries

    def conversation(self, id: str) -> ConversationSummary | None:
        """One conversation."""
        row = self.conversation_row(id)
        return None if row is None else self._summaries([row])[0]

    def conversation_row(self, id: str) -> int | None:
        """Row key of a conversation id."""
        row = self._one("SELECT row FROM conversation WHERE id = ?", (id,))
        return row[0] if row else None

    def conversation_rows(self) -> list[int]:
        """Row keys of all conversations, by id."""
        return [row for (row,) in self._rows("SELECT row FROM conversation ORDER BY id")]

    def conversation_by_key(self, row: int) -> ConversationSummary:
        """The conversation of a row key. Raises NotFound."""
        found = self._summaries([row])
        if not found:
            raise NotFound(f"No conversation has row {row}.")
        return found[0]

    def count_since(self, row: int) -> int:
        """How many messages have a row key above this one."""
        counted = self._one("SELECT count(*) FROM message WHERE row > ?", (row,))
        return counted[0] if counted else 0

    def conversations_at(self, rows: Sequence[int]) -> list[ConversationSummary]:
        """Conversations of these row keys, by id."""
        return self._summaries(rows)

    def _summaries(self, rows: Sequence[int]) -> list[ConversationSummary]:
        from ritrova.model.records import Conversation, Locator

        wanted = listed(rows)
        sources: dict[int, list[str]] = defaultdict(list)
        for row, sha256 in self._rows(
            "SELECT DISTINCT i.conversation, s.sha256 FROM conversation_in i JOIN item t ON t.row = i.item"
            " JOIN source s ON s.row = t.source WHERE i.conversation IN (SELECT value FROM json_each(?))"
            " ORDER BY s.sha256",
            (wanted,),
        ):
            sources[row].append(sha256)
        findings: dict[int, int] = dict(
            self._rows(
                "SELECT conversation, count(*) FROM finding WHERE conversation IN (SELECT value FROM json_each(?))"
                " GROUP BY conversation",
                (wanted,),
            )
        )
        made = []
        for row, id, blob, messages, first, last in self._rows(
            "SELECT row, id, record, messages, first, last FROM conversation"
            " WHERE row IN (SELECT value FROM json_each(?)) ORDER BY id",
            (wanted,),
        ):
            one = conversation_of(blob) if blob else Conversation(Locator("", ""), id, "other")
            made.append(
                ConversationSummary(
                    one, messages, first, last, findings.get(row, 0), tuple(sources.get(row, ()))
                )
            )
        return made

    # ------------------------------------------------------------------ messages

    def message(self, id: str) -> StoredMessage | None:
        """One message, with its position."""
        row = self.row_of(id)
        if row is None:
            return None
        stored = self._stored([row])
        if not stored:
            return None
        chat = self.conversation_row(stored[0].conversation.id)
        return msgspec.structs.replace(stored[0], position=self._place(chat or 0, row))

    def messages(
        self, *, ids: Sequence[str] | None = None, source: str | None = None, conversation: str | None = None
    ) -> Iterator[StoredMessage]:
        """Messages in canonical order: conversation id, then the conversation's order. Filters add up."""
        import numpy as np

        only: Any = None
        chats: list[int]
        if ids is not None:
            rows = {row for row in map(self.row_of, ids) if row is not None}
            only = np.array(sorted(rows), dtype="<i8")
            chats = [
                row
                for (row,) in self._rows(
                    "SELECT DISTINCT c.row FROM message m JOIN conversation c ON c.row = m.conversation"
                    " WHERE m.row IN (SELECT value FROM json_each(?)) ORDER BY c.id",
                    (listed(rows),),
                )
            ]
        elif conversation is None:
            chats = self.conversation_rows()
        else:
            chats = [row for row in [self.conversation_row(conversation)] if row is not None]
        if ids is not None and conversation is not None:
            row = self.conversation_row(conversation)
            chats = [chat for chat in chats if chat == row]
        segments = None
        if source is not None:
            segments = np.array(
                self._rows(
                    "SELECT g.first, g.last FROM segment g JOIN item t ON t.row = g.item JOIN source s"
                    " ON s.row = t.source WHERE s.sha256 = ? ORDER BY g.first",
                    (source,),
                ),
                dtype="<i8",
            ).reshape(-1, 2)
            if not len(segments):
                return
        for chat in chats:
            order = self._order(chat).rows
            places = np.arange(len(order))
            if only is not None:
                kept = np.isin(order, only)
                order, places = order[kept], places[kept]
            if segments is not None and len(order):
                at = np.searchsorted(segments[:, 0], order, side="right") - 1
                kept = (at >= 0) & (order <= segments[at, 1])
                order, places = order[kept], places[kept]
            for start in range(0, len(order), SLICE):
                end = start + SLICE
                yield from self._stored(order[start:end].tolist(), places[start:end].tolist())

    def page(self, conversation: str, start: int, count: int) -> list[StoredMessage]:
        """A window of a conversation by position. Raises NotFound for an unknown conversation."""
        row = self.conversation_row(conversation)
        if row is None:
            raise NotFound(f"No conversation is called {conversation}.")
        start = max(start, 0)
        rows = self._slice(row, start, max(count, 0))
        return self._stored(rows, range(start, start + len(rows)))

    def _spot(self, message: str) -> tuple[int, int]:
        row = self.row_of(message)
        chat = (
            self._one("SELECT conversation FROM message WHERE row = ?", (row,)) if row is not None else None
        )
        if row is None or chat is None:
            raise NotFound(f"No message is called {message}.")
        return chat[0], row

    def position(self, message: str) -> int:
        """Place of a message in its conversation's order. Raises NotFound."""
        return self._place(*self._spot(message))

    def around(self, message: str, before: int, after: int) -> list[StoredMessage]:
        """A message with its neighbours. Raises NotFound."""
        chat, row = self._spot(message)
        return self._neighbours(chat, row, before, after)

    def _neighbours(self, chat: int, row: int, before: int, after: int) -> list[StoredMessage]:
        place = self._place(chat, row)
        start = max(place - before, 0)
        rows = self._slice(chat, start, place - start + 1 + after)
        return self._stored(rows, range(start, start + len(rows)))

    def rows(self, rows: Sequence[int]) -> list[StoredMessage]:
        """Stored messages for row keys, in the same order."""
        stored = []
        for start in range(0, len(rows), SLICE):
            stored += self._stored(rows[start : start + SLICE])
        return stored

    def texts(
        self, since_row: int = 0, batch: int = 20_000, *, only: Sequence[int] | None = None
    ) -> Iterator[TextBatch]:
        """Columns of all messages with row key above `since_row`, or of `only` these rows, in the order of row keys."""
        columns = "SELECT row, text, conversation, sender, seconds FROM message WHERE row"
        wanted = None if only is None else sorted(row for row in only if row > since_row)
        after = since_row
        while True:
            if wanted is None:
                rows = self._rows(f"{columns} > ? ORDER BY row LIMIT ?", (after, batch))
                if not rows:
                    return
                after = rows[-1][0]
            else:
                some, wanted = wanted[:batch], wanted[batch:]
                if not some:
                    return
                rows = self._rows(
                    f"{columns} IN (SELECT value FROM json_each(?)) ORDER BY row", (listed(some),)
                )
                if not rows:
                    continue
            turned: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
            yield TextBatch(*turned)

    def prepared(self, linker: str, part: str = "", *, since_row: int = -1) -> Iterator[tuple[int, bytes]]:
        """(last row key covered, that part of what the linker prepared) of each batch of texts that it did and that reaches beyond
        `since_row`, in the order of row keys."""
        after = since_row
        name = f"{linker}: {part}" if part else linker
        while rows := self._rows(
            "SELECT last, made FROM prepared WHERE linker = ? AND last > ? ORDER BY last LIMIT 8",
            (name, after),
        ):
            after = rows[-1][0]
            yield from rows

    def prepared_up_to(self, linker: str) -> int:
        """The last row key that a linker's prepared batches cover; 0 for none."""
        return int((self._one("SELECT max(last) FROM prepared WHERE linker = ?", (linker,)) or (0,))[0] or 0)

    def wrote(self) -> Iterator[tuple[str, str, int]]:
        """(account id, conversation id, how many messages it wrote there), by account and conversation."""
        yield from self._rows(
            "SELECT a.id, c.id, n FROM (SELECT sender, conversation, count(*) n FROM message"
            " WHERE sender IS NOT NULL GROUP BY sender, conversation) t"
            " JOIN account a ON a.row = t.sender JOIN conversation c ON c.row = t.conversation ORDER BY a.id, c.id"
        )

    def message_ids(self, rows: Sequence[int]) -> list[str]:
        """Message ids of row keys, in the same order. Raises NotFound for a row that is gone."""
        found: dict[int, str] = {}
        for start in range(0, len(rows), 10 * SLICE):
            found.update(self._ids(rows[start : start + 10 * SLICE]))
        try:
            return [found[row] for row in rows]
        except KeyError as error:
            raise NotFound(f"No message has row {error}.") from None

    def events(self, message: str | None = None) -> Iterator[Event]:
        """Events of one message (by its id or its native key), or all in the order of the evidence."""
        if message is not None:
            yield from self._events_of(message)
            return
        for item in self._items_in_order():
            after = 0
            while rows := self._rows(
                "SELECT row, record FROM event WHERE item = ? AND row > ? ORDER BY row LIMIT ?",
                (item, after, SLICE),
            ):
                after = rows[-1][0]
                yield from self._located(_event, [(item, blob) for _, blob in rows])

    def _events_of(self, message: str) -> Iterator[Event]:
        rows = self._rows("SELECT row, item, record FROM event WHERE message = ?", (message,))
        row = self.row_of(message)
        if row is not None:
            rows += self._rows(
                "SELECT e.row, e.item, e.record FROM message m JOIN event e ON e.key = CAST(m.key AS TEXT)"
                " WHERE m.row = ? AND m.key IS NOT NULL AND (e.conversation IS NULL AND e.item = m.item"
                " OR e.conversation = m.conversation)",
                (row,),
            )
        rows.sort()
        yield from self._located(_event, [(item, blob) for _, item, blob in rows])

    def attachments(self) -> Iterator[tuple[str, str, Attachment]]:
        """(attachment id, message id, attachment) of every attachment, in the order of the evidence."""
        for first, last, _ in self._stretches():
            after, after_n = first, -1
            while rows := self._rows(
                "SELECT a.id, a.message, a.n, m.rest FROM attachment a JOIN message m ON m.row = a.message"
                " WHERE (a.message, a.n) > (?, ?) AND a.message <= ? ORDER BY a.message, a.n LIMIT ?",
                (after, after_n, last, SLICE),
            ):
                after, after_n = rows[-1][1], rows[-1][2]
                made = self._ids({row[1] for row in rows})
                for id, message, n, blob in rows:
                    yield id, made[message], rest_of(blob).attachments[n]

    def attachment(self, id: str) -> tuple[str, Attachment] | None:
        """(message id, attachment) of an attachment id."""
        row = self._one(
            "SELECT a.message, a.n, m.rest FROM attachment a JOIN message m ON m.row = a.message WHERE a.id = ?",
            (id,),
        )
        return None if row is None else (self._ids([row[0]])[row[0]], rest_of(row[2]).attachments[row[1]])
