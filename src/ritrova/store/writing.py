"""Keeping records: one short transaction at a time, one bulk path for whatever readers yield."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Literal

import msgspec

from ritrova.model import ids
from ritrova.model.errors import WrongUse
from ritrova.model.records import (
    Account,
    Attachment,
    Call,
    Contact,
    Conversation,
    Event,
    ItemSeen,
    Locator,
    Message,
    PictureSeen,
    Problem,
    Read,
    Reconciliation,
    Skip,
)
from ritrova.store.connecting import in_our_words
from ritrova.store.mending import mended_record
from ritrova.store.merging import merged
from ritrova.store.packing import (
    KIND_CODES,
    OTHER,
    SPOT,
    instants,
    native_key,
    odd_first,
    packed,
    rest_from,
)
from ritrova.store.transaction import Transaction
from ritrova.store.words import apart

PROBLEMS: dict[str, str] = {
    "RTV-S001": (
        "Two different messages claim the same bytes or row of one item. The first was kept, the second is quoted here and "
        "counts as failed. Either the reader names its spots wrongly or the file repeats a row; report it with the file."
    ),
    "RTV-S002": (
        "Two items of one source have the same short code, which stands in the ids of their messages. Both are kept whole; but "
        "an id may name a message of either. Add one of the two files by itself to tell them apart."
    ),
}

_account = msgspec.msgpack.Decoder(Account).decode
_conversation = msgspec.msgpack.Decoder(Conversation).decode
_NOWHERE = Locator("", "", "")


class Kept(msgspec.Struct):
    """What `keep` did: the new messages in order (row keys, texts, conversation rows), and counts by kind of record.

    `repeated` messages were there already, word for word; `clashes` are Problems for messages whose spot another message
    holds (they are stored too).
    """

    rows: list[int] = []
    texts: list[str] = []
    conversations: list[int] = []
    counts: dict[str, int] = {}
    repeated: int = 0
    clashes: list[Problem] = []


class Keeping(Transaction):
    """The part of a Writer that takes in what readers yield."""

    def keep(self, records: Sequence[Read]) -> Kept:
        """Keep what a reader yielded. Sources must have been received; accounts and conversations may come in any order.

        Half characters (lone surrogates), which no file can hold, become U+FFFD, and the message is flagged ``repaired``.
        """
        self._do("SAVEPOINT keep")
        try:
            kept = self._keep(records)
        except UnicodeEncodeError:
            self._do("ROLLBACK TO keep")
            self.known.forget()
            kept = self._keep([mended_record(record) for record in records])
        self._do("RELEASE keep")
        return kept

    def _keep(self, records: Sequence[Read]) -> Kept:
        messages: list[Message] = []
        people: list[Account] = []
        chats: list[Conversation] = []
        events: list[Event] = []
        others: list[Problem | Skip | Call | Contact | Reconciliation | PictureSeen] = []
        counts: Counter[str] = Counter()
        for record in records:
            if isinstance(record, Message):
                messages.append(record)
            elif isinstance(record, Account):
                people.append(record)
            elif isinstance(record, Conversation):
                chats.append(record)
            elif isinstance(record, Event):
                events.append(record)
            elif isinstance(record, ItemSeen):
                self._item_seen(record)
                counts["ItemSeen"] += 1
            else:
                others.append(record)
        self._said("account", people)
        self._said("conversation", chats)
        self._events(events)
        self._others(others)
        for what, some in (("Account", people), ("Conversation", chats), ("Event", events)):
            if some:
                counts[what] = len(some)
        for other in others:
            counts[type(other).__name__] += 1
        kept = self._messages(messages) if messages else Kept([], [], [], {}, 0, [])
        if kept.rows:
            counts["Message"] = len(kept.rows)
        if kept.clashes:
            self._others(kept.clashes)
        kept.counts = dict(counts)
        return kept

    def _item_seen(self, seen: ItemSeen) -> None:
        row = self.item_row(seen.at.source, seen.at.path)
        stripped = msgspec.structs.replace(seen, at=Locator("", "", seen.at.spot))
        self._do("UPDATE item SET seen = ? WHERE row = ?", (packed(stripped), row))

    def _said(
        self, table: Literal["account", "conversation"], said: Sequence[Account | Conversation]
    ) -> None:
        news: list[tuple[str, int, bytes, str]] = []
        for one in said:
            item = self.item_row(one.at.source, one.at.path)
            blob = packed(msgspec.structs.replace(one, at=_NOWHERE))
            if (item, blob) in self.known.said:
                continue
            self.known.said.add((item, blob))
            news.append((one.id, item, blob, one.at.spot))
        if not news:
            return
        rows = self.named_rows(table, (id for id, _, _, _ in news))
        fresh = [(rows[id], item, bytearray(blob), spot) for id, item, blob, spot in news]
        self._many(
            f"INSERT OR IGNORE INTO {table}_in({table}, item, record, spot) VALUES (?, ?, ?, ?)", fresh
        )
        self._remerge(table, set(rows.values()))

    def _remerge(self, table: str, rows: Iterable[int]) -> None:
        """Say again what all sources together say of these accounts or conversations."""
        decode = _account if table == "account" else _conversation
        wanted = sorted(rows)
        said: dict[int, list[Any]] = {row: [] for row in wanted}
        for row, blob, source, path, spot in self._rows(
            f"SELECT i.{table}, i.record, s.sha256, t.path, i.spot FROM {table}_in i JOIN item t ON t.row = i.item"
            f" JOIN source s ON s.row = t.source WHERE i.{table} IN (SELECT value FROM json_each(?))"
            " ORDER BY s.sha256, t.path, i.row",
            (json.dumps(wanted),),
        ):
            said[row].append(msgspec.structs.replace(decode(blob), at=Locator(source, path, spot)))
        changes: list[tuple[Any, ...]] = []
        for row, some in said.items():
            one: Any = merged(some) if some else None
            changes.append((bytearray(packed(one)) if one else None, getattr(one, "native", None), row))
        if table == "account":
            self._many("UPDATE account SET record = ? WHERE row = ?", ((c[0], c[2]) for c in changes))
        else:
            self._many("UPDATE conversation SET record = ?, native = ? WHERE row = ?", changes)
        self._do(
            "INSERT INTO meta VALUES ('people', '1') ON CONFLICT(name) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
        )

    def _events(self, events: Sequence[Event]) -> None:
        if not events:
            return
        rows = []
        for event in events:
            at = event.at
            rows.append(
                (
                    self.item_row(at.source, at.path),
                    None if event.conversation is None else self.conversation_row(event.conversation),
                    event.message,
                    None if event.message else event.message_key,
                    packed(msgspec.structs.replace(event, at=Locator("", "", at.spot))),
                )
            )
        self._many("INSERT INTO event(item, conversation, message, key, record) VALUES (?, ?, ?, ?, ?)", rows)

    def _others(
        self, others: Sequence[Problem | Skip | Call | Contact | Reconciliation | PictureSeen]
    ) -> None:
        if not others:
            return
        rows = []
        for other in others:
            at = other.at
            stripped = msgspec.structs.replace(other, at=Locator("", "", at.spot))
            rows.append((self.item_row(at.source, at.path), type(other).__name__, packed(stripped)))
        self._many("INSERT INTO other(item, kind, record) VALUES (?, ?, ?)", rows)

    def _columns(self, messages: Sequence[Message]) -> list[tuple[Any, ...]]:
        """The columns of the message table, one tuple a message; `row` is counted up from the next free one."""
        known = self.known
        strings, conversations, accounts = known.strings, known.conversations, known.accounts
        source = path = None
        item = 0
        row = self._next
        columns = []
        for m, seconds in zip(messages, instants([m.sent for m in messages]), strict=True):
            at = m.at
            if at.path != path or at.source != source:
                source, path = at.source, at.path
                item = self.item_row(source, path)
            spot = at.spot
            match = SPOT.fullmatch(spot)
            odd = None
            past: int | str
            if match is None:
                tab, first, past, odd = OTHER, odd_first(spot), NO_NUMBER, spot
            elif match.lastindex == 2:
                tab, first, past = 0, int(match[1]), int(match[2])
            else:
                table = match[3]
                tab, first, past = strings.get(table) or self.string_row(table), int(match[4]), NO_NUMBER
            conversation = conversations.get(m.conversation) or self.conversation_row(m.conversation)
            sender = m.sender
            name = m.sender_name
            sent = m.sent
            ground = sent.ground
            native = m.native
            key: int | str | float | None = NO_VALUE
            code: int | str | float | None = NO_VALUE
            if native is not None:
                if native.key is not None:
                    key = native_key(native.key)
                code = native.type
                if code is None:
                    code = NO_VALUE
                elif isinstance(code, int) and not -(2**63) <= code < 2**63:
                    code = str(code)
            rest: bytearray | int = NO_TEXT
            if (
                odd is not None
                or m.attachments
                or m.flags
                or m.detail is not None
                or m.reply_to is not None
                or m.edited is not None
                or m.forwarded_from is not None
                or (native is not None and key == NO_VALUE and code == NO_VALUE)
            ):
                rest = bytearray(packed(rest_from(m, odd)))
            try:
                kind = KIND_CODES[m.app, m.kind]
            except KeyError:
                raise WrongUse(f"No app or kind of message is called {m.app!r}, {m.kind!r}.") from None
            columns.append(
                (
                    row,
                    item,
                    tab,
                    first,
                    past,
                    conversation,
                    key,
                    code,
                    NO_NUMBER if sender is None else accounts.get(sender) or self.account_row(sender),
                    NO_NUMBER if name is None else strings.get(name) or self.string_row(name),
                    kind,
                    NO_NUMBER if seconds is None else seconds,
                    NO_TEXT if sent.written is None else sent.written,
                    NO_TEXT if sent.local is None else sent.local,
                    NO_TEXT if sent.utc is None else sent.utc,
                    strings.get(ground) or self.string_row(ground) if ground else NO_NUMBER,
                    m.text,
                    rest,
                )
            )
            row += 1
        return columns

    def _messages(self, messages: Sequence[Message]) -> Kept:
        from sqlcipher3 import dbapi2

        columns = self._columns(messages)
        repeated = 0
        clashes: list[Problem] = []
        self._do("SAVEPOINT messages")
        try:
            self._connection.executemany(_INSERT_MESSAGE, columns)
        except dbapi2.IntegrityError:
            self._do("ROLLBACK TO messages")
            columns, repeated, clashes, messages = self._sorted_out(columns, messages)
            self._many(_INSERT_MESSAGE, columns)
        except dbapi2.DatabaseError:
            with in_our_words(self.store.folder):
                raise
        self._do("RELEASE messages")
        if not columns:
            return Kept([], [], [], {}, repeated, clashes)
        self._next = columns[-1][0] + 1
        self._do("INSERT OR REPLACE INTO meta VALUES ('next_row', ?)", (str(self._next),))
        self._segments(columns[0][0], [column[1] for column in columns])
        self._attachments(columns, messages)
        talked = [column[5] for column in columns]
        self._touched(Counter(talked))
        self._stretch(columns)
        rows = list(range(columns[0][0], self._next))
        return Kept(rows, [m.text for m in messages], talked, {}, repeated, clashes)

    def _touched(self, conversations: Counter[int]) -> None:
        """Messages came or went: count them, forget the order, look again where something was found before."""
        self._many(
            "UPDATE conversation SET messages = messages + ?1, stamp = stamp + 1, dirty = max(dirty,"
            " EXISTS(SELECT 1 FROM wake WHERE conversation = ?2)) WHERE row = ?2",
            ((n, row) for row, n in conversations.items()),
        )
        self._many("DELETE FROM ordering WHERE conversation = ?", ((row,) for row in conversations))

    def _stretch(self, columns: Sequence[tuple[Any, ...]]) -> None:
        """Keep the first and last known time of every conversation that got messages."""
        ends: dict[int, list[Any]] = {}
        for column in columns:
            seconds = column[11]
            if seconds == NO_NUMBER:
                continue
            end = ends.get(column[5])
            if end is None:
                when = column[14] or column[13]
                ends[column[5]] = [seconds, when, seconds, when]
            elif seconds >= end[2]:
                end[2], end[3] = max((end[2], end[3]), (seconds, column[14] or column[13]))
            elif seconds <= end[0]:
                end[0], end[1] = min((end[0], end[1]), (seconds, column[14] or column[13]))
        for row, (first, first_text, last, last_text) in ends.items():
            self._do(
                "UPDATE conversation SET first_at = ?2, first = ?3 WHERE row = ?1"
                " AND (first_at IS NULL OR (first_at, first) > (?2, ?3))",
                (row, first, first_text),
            )
            self._do(
                "UPDATE conversation SET last_at = ?2, last = ?3 WHERE row = ?1"
                " AND (last_at IS NULL OR (last_at, last) < (?2, ?3))",
                (row, last, last_text),
            )

    def _segments(self, first: int, items: Sequence[int]) -> None:
        """Keep which stretches of rows belong to which item; rows count up from `first`."""
        runs: list[list[int]] = []
        at = first
        for item, run in groupby(items):
            n = sum(1 for _ in run)
            runs.append([at, at + n - 1, item])
            at += n
        last = self._rows("SELECT first, last, item FROM segment ORDER BY first DESC LIMIT 1")
        if last and last[0][2] == runs[0][2] and last[0][1] + 1 == runs[0][0]:
            runs[0][0] = last[0][0]
        self._many("INSERT OR REPLACE INTO segment(first, last, item) VALUES (?, ?, ?)", runs)

    def _attachments(self, columns: Sequence[tuple[Any, ...]], messages: Sequence[Message]) -> None:
        rows: list[tuple[str, int, int, str | None]] = []
        for column, m in zip(columns, messages, strict=True):
            if m.attachments:
                id = ids.message_id(m.at)
                one: Attachment
                for n, one in enumerate(m.attachments):
                    rows.append((ids.attachment_id(id, n), column[0], n, one.sha256))
        if rows:
            self._many("INSERT INTO attachment(id, message, n, sha256) VALUES (?, ?, ?, ?)", rows)

    def _sorted_out(
        self, columns: Sequence[tuple[Any, ...]], messages: Sequence[Message]
    ) -> tuple[list[tuple[Any, ...]], int, list[Problem], list[Message]]:
        """Some spot is taken: leave out what is already there word for word, make Problems of what is not the same."""
        here: dict[tuple[int, int, int], tuple[Any, ...]] = {}
        fresh: list[tuple[Any, ...]] = []
        new: list[Message] = []
        repeated = 0
        clashes: list[Problem] = []
        for column, m in zip(columns, messages, strict=True):
            spot = (column[1], column[2], column[3])
            there = here.get(spot)
            if there is None:
                rows = self._rows("SELECT * FROM message WHERE item = ? AND tab = ? AND first = ?", spot)
                there = rows[0] if rows else None
            if there is None:
                column = (self._next + len(fresh), *column[1:])
                here[spot] = column
                fresh.append(column)
                new.append(m)
            elif _same(there, column):
                repeated += 1
            else:
                what = f"another message already stands here; this one says {m.text[:200]!r}"
                clashes.append(Problem(m.at, "RTV-S001", what, 1))
        return fresh, repeated, clashes, new

    def index(self, rows: Sequence[int], folded: Sequence[str]) -> None:
        """Make messages searchable, by their folded texts."""
        self._many(
            "INSERT INTO words(rowid, text) VALUES (?, ?)",
            [pair for pair in zip(rows, apart(folded), strict=True) if pair[1]],
        )


# Binding a None costs the database module about a microsecond each, binding a number or text a tenth of that: what is
# absent travels as a value that its column never holds, and the statement turns it into NULL.
NO_NUMBER = ""
NO_TEXT = 0
NO_VALUE = -1.5
_ABSENT = {
    4: NO_NUMBER, 6: NO_VALUE, 7: NO_VALUE, 8: NO_NUMBER, 9: NO_NUMBER, 11: NO_NUMBER, 12: NO_TEXT, 13: NO_TEXT,
    14: NO_TEXT, 15: NO_NUMBER, 17: NO_TEXT,
}  # fmt: skip
_INSERT_MESSAGE = "INSERT INTO message VALUES ({})".format(
    ", ".join(f"nullif(?, {_ABSENT[n]!r})" if n in _ABSENT else "?" for n in range(18))
)


def _same(there: Sequence[Any], column: Sequence[Any]) -> bool:
    """Whether two messages are alike in all but their row; either may come from the database or be on its way to it."""
    return all(
        a == b or (n in _ABSENT and ((a is None and b == _ABSENT[n]) or (b is None and a == _ABSENT[n])))
        for n, (a, b) in enumerate(zip(there, column, strict=True))
        if n
    )
