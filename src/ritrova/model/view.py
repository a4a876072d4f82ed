"""The View: what may be asked of a case. `store/` implements it; linkers, exporters, pages and `case/` use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import msgspec

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
    Observable,
    PictureSeen,
    Problem,
    Reconciliation,
    Sighting,
    Source,
    Template,
    Trace,
)


class StoredMessage(msgspec.Struct, frozen=True):
    """A message with everything a screen or an export shows beside it."""

    row: int
    id: str
    message: Message
    conversation: Conversation
    sender: Account | None
    language: str | None = None
    reply_to: str | None = None
    """Message id that `message.reply_to` resolves to inside the case, if it does."""
    position: int = -1
    """Place in its conversation's order, -1 if not asked for."""


class ConversationSummary(msgspec.Struct, frozen=True):
    """A line of the list of conversations. `first` and `last` are ISO times as far as known."""

    conversation: Conversation
    messages: int
    first: str | None
    last: str | None
    findings: int = 0
    sources: tuple[str, ...] = ()


class TextBatch(msgspec.Struct, frozen=True):
    """Columns of consecutive messages of the case by row key: for matching and linking at column speed."""

    rows: list[int]
    texts: list[str]
    conversations: list[int]
    senders: list[int | None]
    seconds: list[float | None]


class SearchHit(msgspec.Struct, frozen=True):
    """A hit of `search`: spans are in the text as written, `before` and `after` are the messages around it."""

    message: StoredMessage
    spans: tuple[tuple[int, int], ...]
    before: tuple[StoredMessage, ...] = ()
    after: tuple[StoredMessage, ...] = ()


class View(Protocol):
    """Questions a case answers. Everything that can be long is an iterator; nothing here writes."""

    def info(self) -> dict[str, Any]:
        """Case name, id, created, country, format version, counts by record."""
        ...

    def sources(self) -> list[Source]: ...
    def items(self, source: str | None = None) -> Iterator[ItemSeen]: ...
    def problems(self, source: str | None = None) -> Iterator[Problem]: ...
    def reconciliations(self, source: str | None = None) -> Iterator[Reconciliation]: ...
    def actions(self) -> Iterator[Action]: ...
    def accounts(self) -> Iterator[Account]: ...
    def account(self, id: str) -> Account | None: ...
    def conversations(self) -> Iterator[ConversationSummary]: ...
    def conversation(self, id: str) -> ConversationSummary | None: ...
    def message(self, id: str) -> StoredMessage | None: ...
    def messages(
        self, *, ids: Sequence[str] | None = None, source: str | None = None, conversation: str | None = None
    ) -> Iterator[StoredMessage]:
        """Messages in canonical order (conversation id, then the conversation's order)."""
        ...

    def page(self, conversation: str, start: int, count: int) -> list[StoredMessage]:
        """A window of a conversation by position."""
        ...

    def position(self, message: str) -> int:
        """Place of a message in its conversation's order."""
        ...

    def around(self, message: str, before: int, after: int) -> list[StoredMessage]: ...
    def texts(
        self, since_row: int = 0, batch: int = 20_000, *, only: Sequence[int] | None = None
    ) -> Iterator[TextBatch]:
        """Columns of all messages with row key above `since_row`, or of `only` these rows, in the order of row keys."""
        ...

    def prepared(self, linker: str, part: str = "", *, since_row: int = -1) -> Iterator[tuple[int, bytes]]:
        """(last row key covered, that part of what the linker prepared) of each batch of texts that it did and that reaches beyond
        `since_row`, in the order of row keys."""
        ...

    def wrote(self) -> Iterator[tuple[str, str, int]]:
        """(account id, conversation id, how many messages it wrote there), by account and conversation."""
        ...

    def fold(self, texts: Sequence[str]) -> list[str]:
        """Texts folded for comparison, as the search index folds them."""
        ...

    def rows(self, rows: Sequence[int]) -> list[StoredMessage]:
        """Stored messages for row keys, in the same order."""
        ...

    def events(self, message: str | None = None) -> Iterator[Event]: ...
    def calls(self) -> Iterator[Call]: ...
    def contacts(self) -> Iterator[Contact]: ...
    def pictures(self) -> Iterator[PictureSeen]:
        """Pictures of the sources by source and item, with what can be compared without seeing them."""
        ...

    def attachments(self) -> Iterator[tuple[str, str, Attachment]]:
        """(attachment id, message id, attachment) of every attachment, in the order of the evidence."""
        ...

    def observables(self, kind: str | None = None, message: str | None = None) -> Iterator[Observable]: ...
    def observables_of(self, rows: Sequence[int]) -> dict[int, list[Observable]]:
        """Row key of a message -> its observables in the order of the text; rows without any are left out."""
        ...

    def findings(self, *, acts: Sequence[str] | None = None) -> Iterator[Finding]:
        """Findings in the order of the queue (most urgent first, then id)."""
        ...

    def finding(self, id: str) -> Finding | None: ...
    def links(self, of: str | None = None, kind: str | None = None) -> Iterator[Link]: ...
    def templates(self) -> Iterator[Template]: ...
    def differences(self) -> Iterator[Difference]: ...
    def sightings(self) -> Iterator[Sighting]: ...
    def traces(self) -> Iterator[Trace]: ...
    def decisions(self, about: str | None = None) -> Iterator[Decision]: ...
    def roles(self) -> dict[str, tuple[str, ...]]:
        """Account id -> roles given by reviewers, undone decisions left out."""
        ...

    def search(self, query: str, *, limit: int | None = None, context: int = 2) -> Iterator[SearchHit]:
        """Full text search with filters, in the order of the evidence."""
        ...
