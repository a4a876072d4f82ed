"""Show: one record by its id, with what stands around it."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from ritrova.case.network import Around, around_record, node_of
from ritrova.case.opening import Case
from ritrova.model import ids
from ritrova.model.errors import NotFound
from ritrova.model.network import Node
from ritrova.model.records import (
    Account,
    Decision,
    Finding,
    Link,
    Observable,
    Sighting,
    Source,
    Template,
    Trace,
)
from ritrova.model.view import ConversationSummary, StoredMessage, View

Known: TypeAlias = (
    StoredMessage
    | ConversationSummary
    | Account
    | Finding
    | Link
    | Observable
    | Template
    | Sighting
    | Trace
    | Decision
    | Source
    | Node
)


class Shown(msgspec.Struct, frozen=True):
    """A record and what belongs to it: the messages around, the values in them, links, decisions, the network."""

    id: str
    record: Known
    around: tuple[StoredMessage, ...] = ()
    observables: tuple[Observable, ...] = ()
    links: tuple[Link, ...] = ()
    decisions: tuple[Decision, ...] = ()
    more: dict[str, Any] = {}
    network: Around | None = None


def find_record(case: Case, id: str) -> Known:
    """The record with this id; a source is named by its SHA-256 or the beginning of it."""
    view = case.view()
    letter, dash, _ = id.partition("-")
    found: Known | None = None
    if dash and letter == "m":
        found = view.message(id)
    elif dash and letter == "c":
        found = view.conversation(id)
    elif dash and letter == "a":
        found = view.account(id)
    elif dash and letter == "f":
        found = view.finding(id)
    elif dash and letter in "olwspdt":
        found = _other(case, letter, id)
    elif dash and letter == "v":
        found = node_of(case, id)
    elif len(id) >= 8 and all(c in "0123456789abcdef" for c in id.lower()):
        matching = [s for s in view.sources() if s.sha256.startswith(id.lower())]
        found = matching[0] if len(matching) == 1 else None
    if found is None:
        raise NotFound(
            f"nothing in this case has the id {id}", "Ids stand in `ritrova search --json` and on every page."
        )
    return found


def _other(case: Case, letter: str, id: str) -> Known | None:
    store = case.store
    if letter == "o":
        return store.observable(id)
    if letter == "d":
        return store.decision(id)
    if letter == "t":
        found = store.attachment(id)
        return store.message(found[0]) if found is not None else None
    if letter == "l":
        return next((x for x in store.links() if ids.link_id(x) == id), None)
    if letter == "w":
        return next((t for t in store.templates() if ids.template_id(t) == id), None)
    if letter == "s":
        return next((s for s in store.sightings() if ids.sighting_id(s) == id), None)
    return next((t for t in store.traces() if ids.trace_id(t) == id), None)


def show(case: Case, id: str, *, context: int = 5, network: bool = False) -> Shown:
    """The record with this id and what belongs to it; with `network` also what stands around it in the graph of the case."""
    view = case.view()
    record = find_record(case, id)
    around: tuple[StoredMessage, ...] = ()
    observables: tuple[Observable, ...] = ()
    links = list(view.links(of=id))
    more: dict[str, Any] = {}
    if isinstance(record, StoredMessage):
        around = tuple(view.around(record.id, context, context))
        observables = tuple(view.observables(message=record.id))
    elif isinstance(record, Finding):
        around = window(view, record, context)
        observables = tuple(o for m in record.messages for o in view.observables(message=m))
        links += [x for m in record.messages for x in view.links(of=m)]
    elif isinstance(record, ConversationSummary):
        around = tuple(view.page(record.conversation.id, 0, 2 * context))
        more = {"messages": record.messages, "findings": record.findings}
    elif isinstance(record, Account):
        more = {"roles": list(view.roles().get(record.id, ()))}
    elif isinstance(record, Template | Sighting):
        around = tuple(view.messages(ids=list(record.messages)))
    elif isinstance(record, Source):
        more = {
            "reconciliations": list(view.reconciliations(record.sha256)),
            "problems": list(view.problems(record.sha256)),
        }
    return Shown(
        id,
        record,
        around,
        observables,
        tuple(links),
        tuple(view.decisions(about=id)),
        more,
        around_record(case, record, id) if network else None,
    )


def window(view: View, finding: Finding, context: int) -> tuple[StoredMessage, ...]:
    """The messages of a finding with those around them, in the order of the conversation."""
    positions = sorted(view.position(m) for m in finding.messages if view.message(m) is not None)
    if not positions:
        return ()
    start = max(0, positions[0] - context)
    return tuple(
        view.page(finding.conversation, start, min(positions[-1], start + 200) + context + 1 - start)
    )
