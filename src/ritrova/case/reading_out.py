"""Reading out: a shown record as lines for people, and as the canonical form for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ritrova.case.opening import Case
from ritrova.case.show import Shown
from ritrova.model import ids
from ritrova.model.canonical import form, message_form
from ritrova.model.records import (
    Account,
    Decision,
    Finding,
    Link,
    Locator,
    Observable,
    Sighting,
    Source,
    Template,
    Trace,
)
from ritrova.model.view import ConversationSummary, StoredMessage


def canonical(record: Any) -> dict[str, Any]:
    """A record as `export jsonl` writes it, as an object."""
    made = message_form(record) if isinstance(record, StoredMessage) else form(record)
    told: dict[str, Any] = msgspec.to_builtins(made)
    return told


def shown_json(found: Shown) -> dict[str, Any]:
    """One object: the record in its canonical form, and what stands around it."""
    record = found.record
    one = record.conversation if isinstance(record, ConversationSummary) else record
    return {
        **canonical(one),
        "around": [canonical(m) for m in found.around],
        "observables": [canonical(o) for o in found.observables],
        "links": [canonical(x) for x in found.links],
        "decisions": [canonical(d) for d in found.decisions],
        "more": {
            key: [canonical(v) if hasattr(v, "__struct_fields__") else v for v in value]
            if isinstance(value, list)
            else value
            for key, value in found.more.items()
        },
    }


def case_text(case: Case) -> Iterator[str]:
    """The case itself: sources and counts."""
    info = case.view().info()
    yield f"{info.get('name')}  (made {info.get('created')}, basis: {case.basis})"
    for name, n in dict(info.get("counts") or {}).items():
        yield f"    {n:,} {name}"
    for s in case.view().sources():
        yield f"source {s.sha256[:16]}  {s.name}  {s.state}  received {s.received_at} by {s.by}"
    for c in case.view().conversations():
        name = c.conversation.name or "(no name)"
        yield f"{c.conversation.id}  {name}  {c.messages:,} messages, {c.findings} findings"


def shown_text(found: Shown) -> Iterator[str]:
    """Lines for people."""
    yield from _record(found)
    if found.around:
        yield "around it:"
        own = (
            set(found.record.messages)
            if isinstance(found.record, Finding | Template | Sighting)
            else {found.id}
        )
        for m in found.around:
            yield f"  {'>' if m.id in own else ' '} {_message_line(m)}"
    if found.observables:
        yield "values in it:"
        for o in found.observables:
            value = o.value if o.value is not None else o.amount
            yield f"    {o.kind}: «{o.written}» = {value}{' ' + o.currency if o.currency else ''} ({o.ground})"
    if found.links:
        yield "linked:"
        for link in found.links:
            other = link.b if link.a == found.id else link.a
            yield f"    {link.kind} ({link.strength}) with {other}: {'; '.join(link.why)}"
    if found.decisions:
        yield "decided:"
        for d in found.decisions:
            yield f"    {d.at_time} {d.by}: {d.verdict}{' as ' + d.role if d.role else ''} ({d.id}) {d.note or ''}"


def _record(found: Shown) -> Iterator[str]:
    r = found.record
    if isinstance(r, StoredMessage):
        yield f"message {r.id} in {r.conversation.name or r.conversation.id} ({r.message.app})"
        yield f"    sent: {r.message.sent.written}  local {r.message.sent.local}  utc {r.message.sent.utc}"
        if r.message.sent.ground:
            yield f"    time: {r.message.sent.ground}"
        yield f"    {_at(r.message.at)}"
        for n, a in enumerate(r.message.attachments):
            yield f"    attachment {ids.attachment_id(r.id, n)}: {a.name} {a.mime or ''} {a.sha256 or a.missing or ''}"
    elif isinstance(r, Finding):
        yield f"finding {found.id}: {r.category.replace('_', ' ')} ({r.act})"
        yield from (f"    {w}" for w in r.why)
        yield from (f"    but {c}" for c in r.counter)
        yield from (f"    urgent: {u}" for u in r.urgency)
    elif isinstance(r, Account):
        yield f"account {r.id} on {r.app}: {r.name or '(no name)'} {r.phone or ''} {r.handle or ''}"
        yield f"    {r.ground}"
        yield from (f"    a reviewer said: {role}" for role in found.more.get("roles", ()))
        yield f"    {_at(r.at)}"
    elif isinstance(r, ConversationSummary):
        c = r.conversation
        yield f"conversation {c.id} on {c.app}: {c.name or '(no name)'} ({c.kind})"
        yield f"    {r.messages:,} messages from {r.first} to {r.last}, {r.findings} findings"
    elif isinstance(r, Source):
        yield f"source {r.sha256}: {r.name} ({r.kind}, {r.size:,} bytes), {r.state}"
        yield f"    received {r.received_at} by {r.by} from {r.from_whom or 'nobody named'}; basis: {r.basis}"
        for one in found.more.get("reconciliations", ()):
            yield f"    {one.reader}: found {one.found} = {one.read} + {one.skipped} + {one.failed}"
        for one in found.more.get("problems", ()):
            yield f"    {one.code}: {one.what}"
    elif isinstance(r, Link):
        yield f"link {found.id}: {r.kind} ({r.strength}) between {r.a} and {r.b}"
        yield from (f"    {w}" for w in r.why)
    elif isinstance(r, Template):
        yield f"wording shared by {len(r.messages)} messages: {r.constant}"
        for slot in r.slots:
            yield f"    varies: {slot.get('kind')}: {', '.join(str(v) for v in slot.get('values', ()))}"
    elif isinstance(r, Sighting):
        where = (r.place or {}).get("name")
        yield f"possible sighting {found.id}: {', '.join(r.described)}; {r.when.local if r.when else 'no time'}; {where}"
    elif isinstance(r, Trace):
        yield f"trace {found.id}: {len(r.sightings)} sightings, strength {r.strength}, {r.state}"
        yield from (f"    for: {w}" for w in r.for_)
        yield from (f"    against: {w}" for w in r.against)
    elif isinstance(r, Decision):
        yield f"decision {r.id}: {r.verdict} by {r.by} at {r.at_time} about {', '.join(r.about)}"
    elif isinstance(r, Observable):
        yield f"{r.kind} «{r.written}» in {r.message}: {r.value} {r.amount or ''} {r.currency or ''} ({r.ground})"


def _message_line(m: StoredMessage) -> str:
    when = m.message.sent.local or m.message.sent.utc or m.message.sent.written or ""
    who = m.message.sender_name or (m.sender.name if m.sender else None) or "(system)"
    media = "".join(f" [{a.mime or 'file'}]" for a in m.message.attachments)
    return f"{when} {who}: {m.message.text}{media}  ({m.id})"


def _at(at: Locator) -> str:
    return f"stands at {at.path} {at.spot} of {at.source[:16]}"
