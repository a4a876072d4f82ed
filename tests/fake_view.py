"""A case in memory: a complete `model.view.View` over a plain list of records, for tests of linkers, exporters and pages.

    view = FakeView(records, sources=[...], findings=[...])

Order, reply resolution and search follow the rules of the encrypted store in their simplest form. `fold` may be passed to make
search fold letters; without it case is folded only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Action,
    Attachment,
    Call,
    Contact,
    Conversation,
    Decision,
    Difference,
    Event,
    Finding,
    ItemSeen,
    Link,
    Message,
    Moment,
    Observable,
    PictureSeen,
    Problem,
    Reconciliation,
    Record,
    Sighting,
    Source,
    Template,
    Trace,
)
from ritrova.model.view import ConversationSummary, SearchHit, StoredMessage, TextBatch

R = TypeVar("R", bound=Record)


def seconds_of(moment: Moment) -> float | None:
    """Epoch seconds of UTC, else of the local clock read as if it were UTC; None without a time."""
    iso = moment.utc or moment.local
    if iso is None:
        return None
    try:
        stamp = datetime.fromisoformat(iso.replace("Z", "+00:00"))
    except ValueError:
        return None
    if stamp.tzinfo is None:
        stamp = datetime.fromisoformat(iso + "+00:00")
    return stamp.timestamp()


class FakeView:
    """Implements `model.view.View` over records in memory. Rows are 1, 2, 3 ... in the order the messages were given."""

    def __init__(
        self,
        records: Iterable[Record] = (),
        *,
        name: str = "case of the tests",
        country: str | None = "IQ",
        languages: dict[str, str] | None = None,
        fold: Callable[[str], str] = str.casefold,
    ) -> None:
        self._records: list[Record] = list(records)
        self._name = name
        self._country = country
        self._languages = languages or {}
        self._fold = fold
        self._accounts: dict[str, Account] = {}
        self._conversations: dict[str, Conversation] = {}
        for account in self._of(Account):
            self._accounts.setdefault(account.id, account)
        for conversation in self._of(Conversation):
            self._conversations.setdefault(conversation.id, conversation)
        self._index()

    def _of(self, kind: type[R]) -> list[R]:
        return [r for r in self._records if type(r) is kind]

    def _index(self) -> None:
        messages = self._of(Message)
        self._row_of = {ids.id_of(m): row for row, m in enumerate(messages, 1)}
        running: dict[tuple[str, str], float] = {}
        keyed: dict[str, list[tuple[float, str, str, int, Message]]] = {}
        for row, m in enumerate(messages, 1):
            item = (m.at.source, m.at.path)
            seconds = seconds_of(m.sent)
            before = running.get(item, float("-inf"))
            now = before if seconds is None else max(before, seconds)
            running[item] = now
            keyed.setdefault(m.conversation, []).append((now, *item, row, m))
        native: dict[tuple[str, str], str] = {}
        for m in messages:
            if m.native is not None and m.native.key is not None:
                native.setdefault((m.conversation, m.native.key), ids.id_of(m))
        self._by_conversation: dict[str, list[StoredMessage]] = {}
        self._by_id: dict[str, StoredMessage] = {}
        for conversation in sorted(keyed):
            entries = sorted(keyed[conversation], key=lambda k: k[:4])
            listed: list[StoredMessage] = []
            for position, (_, _, _, row, m) in enumerate(entries):
                reply = None
                if m.reply_to is not None and m.reply_to.key is not None:
                    reply = native.get((m.reply_to.conversation or m.conversation, m.reply_to.key))
                id = ids.id_of(m)
                stored = StoredMessage(
                    row=row,
                    id=id,
                    message=m,
                    conversation=self._conversations[m.conversation],
                    sender=self._accounts.get(m.sender) if m.sender else None,
                    language=self._languages.get(id),
                    reply_to=reply,
                    position=position,
                )
                listed.append(stored)
                self._by_id[id] = stored
            self._by_conversation[conversation] = listed
        self._by_row = {s.row: s for s in self._by_id.values()}

    # the case

    def info(self) -> dict[str, Any]:
        """Name, country, counts by record."""
        counts = Counter(type(r).__name__ for r in self._records)
        return {
            "name": self._name,
            "id": "case-0000",
            "created": "2026-01-01T00:00:00Z",
            "country": self._country,
            "format": 1,
            "counts": dict(sorted(counts.items())),
        }

    def sources(self) -> list[Source]:
        """In the order received."""
        return self._of(Source)

    def _at_source(self, records: list[R], source: str | None) -> Iterator[R]:
        return (r for r in records if source is None or r.at.source == source)  # type: ignore[attr-defined]

    def items(self, source: str | None = None) -> Iterator[ItemSeen]:
        """Items, of one source if named."""
        return self._at_source(self._of(ItemSeen), source)

    def problems(self, source: str | None = None) -> Iterator[Problem]:
        """Problems, of one source if named."""
        return self._at_source(self._of(Problem), source)

    def reconciliations(self, source: str | None = None) -> Iterator[Reconciliation]:
        """Sums, of one source if named."""
        return self._at_source(self._of(Reconciliation), source)

    def actions(self) -> Iterator[Action]:
        """The custody actions in order."""
        return iter(sorted(self._of(Action), key=lambda a: a.n))

    # accounts, conversations, messages

    def accounts(self) -> Iterator[Account]:
        """By id, each once."""
        return iter(sorted(self._accounts.values(), key=lambda a: a.id))

    def account(self, id: str) -> Account | None:
        """One account."""
        return self._accounts.get(id)

    def conversations(self) -> Iterator[ConversationSummary]:
        """By id, each once."""
        for id in sorted(self._conversations):
            summary = self.conversation(id)
            if summary is not None:
                yield summary

    def conversation(self, id: str) -> ConversationSummary | None:
        """One conversation with its counts."""
        found = self._conversations.get(id)
        if found is None:
            return None
        messages = self._by_conversation.get(id, [])
        times = sorted(t for m in messages if (t := m.message.sent.utc or m.message.sent.local))
        return ConversationSummary(
            conversation=found,
            messages=len(messages),
            first=times[0] if times else None,
            last=times[-1] if times else None,
            findings=sum(f.conversation == id for f in self._of(Finding)),
            sources=tuple(sorted({m.message.at.source for m in messages})),
        )

    def message(self, id: str) -> StoredMessage | None:
        """One message."""
        return self._by_id.get(id)

    def messages(
        self, *, ids: Sequence[str] | None = None, source: str | None = None, conversation: str | None = None
    ) -> Iterator[StoredMessage]:
        """In canonical order."""
        wanted = None if ids is None else set(ids)
        for id, listed in self._by_conversation.items():
            if conversation is not None and id != conversation:
                continue
            for stored in listed:
                if wanted is not None and stored.id not in wanted:
                    continue
                if source is None or stored.message.at.source == source:
                    yield stored

    def page(self, conversation: str, start: int, count: int) -> list[StoredMessage]:
        """A window by position."""
        return self._by_conversation.get(conversation, [])[max(start, 0) : max(start, 0) + count]

    def position(self, message: str) -> int:
        """Place in its conversation, -1 if unknown."""
        stored = self._by_id.get(message)
        return -1 if stored is None else stored.position

    def around(self, message: str, before: int, after: int) -> list[StoredMessage]:
        """The message and its neighbours."""
        stored = self._by_id.get(message)
        if stored is None:
            return []
        listed = self._by_conversation[stored.message.conversation]
        return listed[max(stored.position - before, 0) : stored.position + after + 1]

    def prepared(self, linker: str, part: str = "", *, since_row: int = -1) -> Iterator[tuple[int, bytes]]:
        """Nothing is ever prepared here."""
        return iter(())

    def texts(
        self, since_row: int = 0, batch: int = 20_000, *, only: Sequence[int] | None = None
    ) -> Iterator[TextBatch]:
        """Columns by row."""
        wanted = None if only is None else set(only)
        conversation_rows = {id: n for n, id in enumerate(sorted(self._conversations), 1)}
        account_rows = {id: n for n, id in enumerate(sorted(self._accounts), 1)}
        rows = [row for row in sorted(self._by_row) if row > since_row and (wanted is None or row in wanted)]
        for first in range(0, len(rows), batch):
            part = [self._by_row[row] for row in rows[first : first + batch]]
            yield TextBatch(
                rows=[s.row for s in part],
                texts=[s.message.text for s in part],
                conversations=[conversation_rows[s.message.conversation] for s in part],
                senders=[account_rows.get(s.message.sender) if s.message.sender else None for s in part],
                seconds=[seconds_of(s.message.sent) for s in part],
            )

    def wrote(self) -> Iterator[tuple[str, str, int]]:
        """How many messages each account wrote in each conversation."""
        count = Counter(
            (m.message.sender, m.conversation.id) for m in self.messages() if m.message.sender is not None
        )
        for (sender, chat), n in sorted(count.items()):
            yield sender, chat, n

    def fold(self, texts: Sequence[str]) -> list[str]:
        """Lower case: enough for tests."""
        return [text.casefold() for text in texts]

    def rows(self, rows: Sequence[int]) -> list[StoredMessage]:
        """Messages by row key, in the same order."""
        return [self._by_row[row] for row in rows if row in self._by_row]

    def events(self, message: str | None = None) -> Iterator[Event]:
        """Events, of one message if named (by id, or by native key in its conversation)."""
        if message is None:
            return iter(self._of(Event))
        stored = self._by_id.get(message)
        native = stored.message.native if stored else None
        key = native.key if native else None
        return (
            e
            for e in self._of(Event)
            if e.message == message
            or (
                e.message is None
                and key is not None
                and e.message_key == key
                and stored is not None
                and e.conversation == stored.message.conversation
            )
        )

    def calls(self) -> Iterator[Call]:
        """All calls."""
        return iter(self._of(Call))

    def contacts(self) -> Iterator[Contact]:
        """All address book entries."""
        return iter(self._of(Contact))

    def pictures(self) -> Iterator[PictureSeen]:
        """All pictures."""
        return iter(self._of(PictureSeen))

    def attachments(self) -> Iterator[tuple[str, str, Attachment]]:
        """(attachment id, message id, attachment) of every attachment."""
        for message in self._of(Message):
            owner = ids.message_id(message.at)
            for n, one in enumerate(message.attachments):
                yield ids.attachment_id(owner, n), owner, one

    # what was found

    def observables(self, kind: str | None = None, message: str | None = None) -> Iterator[Observable]:
        """Observables by kind or message."""
        for o in self._of(Observable):
            if (kind is None or o.kind == kind) and (message is None or o.message == message):
                yield o

    def observables_of(self, rows: Sequence[int]) -> dict[int, list[Observable]]:
        """Observables by row key."""
        found: dict[int, list[Observable]] = {}
        for o in self._of(Observable):
            row = self._row_of.get(o.message)
            if row is not None and row in rows:
                found.setdefault(row, []).append(o)
        return {row: sorted(some, key=lambda o: (o.span, o.kind)) for row, some in found.items()}

    def findings(self, *, acts: Sequence[str] | None = None) -> Iterator[Finding]:
        """In the order of the queue."""
        ordered = sorted(self._of(Finding), key=lambda f: (-f.rank, ids.finding_id(f)))
        return (f for f in ordered if acts is None or f.act in acts)

    def finding(self, id: str) -> Finding | None:
        """One finding."""
        return next((f for f in self._of(Finding) if ids.finding_id(f) == id), None)

    def links(self, of: str | None = None, kind: str | None = None) -> Iterator[Link]:
        """Links by an end or kind."""
        for link in self._of(Link):
            if (of is None or of in (link.a, link.b)) and (kind is None or link.kind == kind):
                yield link

    def templates(self) -> Iterator[Template]:
        """All templates."""
        return iter(self._of(Template))

    def differences(self) -> Iterator[Difference]:
        """All differences."""
        return iter(self._of(Difference))

    def sightings(self) -> Iterator[Sighting]:
        """All sightings."""
        return iter(self._of(Sighting))

    def traces(self) -> Iterator[Trace]:
        """All traces."""
        return iter(self._of(Trace))

    def decisions(self, about: str | None = None) -> Iterator[Decision]:
        """Decisions, about one thing if named."""
        return (d for d in self._of(Decision) if about is None or about in d.about)

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Account id -> roles, undone decisions left out."""
        undone = {d.undoes for d in self._of(Decision) if d.undoes}
        given: dict[str, list[str]] = {}
        for d in self._of(Decision):
            if d.role and d.id not in undone:
                for about in d.about:
                    if about in self._accounts and d.role not in given.setdefault(about, []):
                        given[about].append(d.role)
        return {id: tuple(roles) for id, roles in given.items()}

    # search

    def search(self, query: str, *, limit: int | None = None, context: int = 2) -> Iterator[SearchHit]:
        """Words, `prefix*`, `"a phrase"` and the filters app: from: chat: before: after:, all of which must hold."""
        words, filters = _parse(query)
        given = 0
        for stored in self.messages():
            if not self._passes(stored, filters):
                continue
            spans = self._spans(stored.message.text, words)
            if spans is None:
                continue
            if limit is not None and given >= limit:
                return
            given += 1
            near = self.around(stored.id, context, context)
            yield SearchHit(
                message=stored,
                spans=tuple(spans),
                before=tuple(m for m in near if m.position < stored.position),
                after=tuple(m for m in near if m.position > stored.position),
            )

    def _passes(self, stored: StoredMessage, filters: list[tuple[str, str]]) -> bool:
        m = stored.message
        when = m.sent.local or m.sent.utc or ""
        for name, wanted in filters:
            folded = self._fold(wanted)
            sender = stored.sender
            writer = [
                m.sender_name,
                *((sender.name, sender.phone, sender.handle, sender.id) if sender else ()),
            ]
            chat = [stored.conversation.name, stored.conversation.id]
            if name == "app" and m.app != wanted:
                return False
            if name == "from" and not any(w and folded in self._fold(w) for w in writer):
                return False
            if name == "chat" and not any(c and folded in self._fold(c) for c in chat):
                return False
            if name == "before" and not (when and when[: len(wanted)] < wanted):
                return False
            if name == "after" and not (when and when[: len(wanted)] > wanted):
                return False
        return True

    def _spans(self, text: str, words: list[str]) -> list[tuple[int, int]] | None:
        folded = self._fold(text)
        spans: list[tuple[int, int]] = []
        for word in words:
            wanted = self._fold(word.removesuffix("*"))
            here: list[tuple[int, int]] = []
            at = folded.find(wanted)
            while at >= 0 and wanted:
                end = at + len(wanted)
                starts = at == 0 or not folded[at - 1].isalnum()
                ends = word.endswith("*") or end == len(folded) or not folded[end].isalnum()
                if starts and ends:
                    here.append((at, end))
                at = folded.find(wanted, end)
            if not here:
                return None
            spans += here
        return sorted(spans) if len(folded) == len(text) else []


def _parse(query: str) -> tuple[list[str], list[tuple[str, str]]]:
    words: list[str] = []
    filters: list[tuple[str, str]] = []
    for n, part in enumerate(query.split('"')):
        if n % 2:
            if filters and filters[-1][1] == "":
                filters[-1] = (filters[-1][0], part)
            elif part.strip():
                words.append(part.strip())
            continue
        for token in part.split():
            name, colon, wanted = token.partition(":")
            if colon and name in ("app", "from", "chat", "before", "after"):
                filters.append((name, wanted))
            else:
                words.append(token)
    return words, filters
