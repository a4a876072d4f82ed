"""Reading out: a shown record as lines for people, and as the canonical form for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ritrova.case.network import Around, Overview, network_json
from ritrova.case.opening import Case
from ritrova.case.show import Shown
from ritrova.model import ids
from ritrova.model.canonical import form, message_form
from ritrova.model.graph import Group
from ritrova.model.moving import Moves
from ritrova.model.network import LINKS, Edge, Node
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
    if isinstance(record, Node):
        return {"record": "node", **msgspec.to_builtins(record)}
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
        **({"network": network_json(found.network)} if found.network is not None else {}),
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
    if found.network is not None:
        yield from network_text(found.network)


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
    elif isinstance(r, Node):
        yield f"{r.kind} {r.id}: {r.label}{' (' + r.detail + ')' if r.detail else ''}"
    elif isinstance(r, Observable):
        yield f"{r.kind} «{r.written}» in {r.message}: {r.value} {r.amount or ''} {r.currency or ''} ({r.ground})"


def _message_line(m: StoredMessage) -> str:
    when = m.message.sent.local or m.message.sent.utc or m.message.sent.written or ""
    who = m.message.sender_name or (m.sender.name if m.sender else None) or "(system)"
    media = "".join(f" [{a.mime or 'file'}]" for a in m.message.attachments)
    return f"{when} {who}: {m.message.text}{media}  ({m.id})"


def _at(at: Locator) -> str:
    return f"stands at {at.path} {at.spot} of {at.source[:16]}"


EDGES = 25
"""Edges of a network that are read out; `--json` and the page have all."""
GROUPS = 8
"""Groups of the whole network that are read out."""


def network_text(found: Around) -> Iterator[str]:
    """The network around a record: its edges with their reasons, nearest first, and what is left out."""
    ego = found.ego
    if not ego.edges:
        yield "network: nothing is tied to it"
        return
    nodes = {n.node.id: n.node for n in ego.nodes}
    step = {n.node.id: n.step for n in ego.nodes}
    kinds: dict[str, int] = {}
    for n in ego.nodes:
        kinds[n.node.kind] = kinds.get(n.node.kind, 0) + 1
    yield f"network: {len(ego.nodes)} nodes ({_counts(kinds)}), {len(ego.edges)} ties"
    ordered = sorted(
        ego.edges,
        key=lambda e: (step[e.a] + step[e.b], e.kind not in LINKS, e.strength != "strong", e.a, e.b),
    )
    for e in ordered[:EDGES]:
        yield f"    {_edge(e, nodes)}"
    if len(ordered) > EDGES:
        yield f"    and {len(ordered) - EDGES} more ties (all with --json, or on the page /network/{found.id})"
    yield f"    {ego.rule}"
    if ego.missing:
        left = "; ".join(f"at step {step}: {_counts(kinds)}" for step, kinds in ego.left_out.items())
        yield f"    left out: {ego.missing} nodes ({left})"
    else:
        yield "    left out: none within these steps"
    if ego.beyond:
        yield f"    further away: {ego.beyond} nodes one step on"
    for b in found.between:
        yield f"    stands between, in this part: {b.node.kind} {b.node.label} ({b.node.id}): {b.why}"
    if found.between:
        yield f"    {found.counted}"
    if found.unlisted:
        yield f"    {found.unlisted} accounts stand in no such list (rescue, organ offers, or a role a person gave)"
    for one in found.moves:
        yield from moves_text(one)


def _edge(e: Edge, nodes: dict[str, Node]) -> str:
    a, b = nodes[e.a], nodes[e.b]
    weight = f" x{e.weight}" if e.weight > 1 else ""
    strength = f" ({e.strength})" if e.strength else ""
    return f"{_named(a)} {e.kind.replace('_', ' ')}{strength}{weight} {_named(b)}: {e.why}"


def _named(n: Node) -> str:
    label = n.label if len(n.label) <= 40 else n.label[:39] + "…"
    return f"{n.kind} «{label}» [{n.id}]"


def _spaced(kind: str) -> str:
    return kind.replace("_", " ")


def _counts(kinds: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {kind}{'' if n == 1 else 's'}" for kind, n in kinds.items())


def moves_text(found: Moves) -> Iterator[str]:
    """A trace in time, and from whom to whom its offers went."""
    yield f"in time, trace {found.trace}:"
    for stop in found.stops:
        place = stop.place or "no place"
        yield f"    {stop.when or 'no time':<20} {place}  {', '.join(stop.described) or 'photo'}  [{stop.sighting}]"
        yield from (f"        {n}" for n in stop.note if n != "no place is named")
    if found.chain:
        yield "    from one offer to the next (a reading of who wrote, not a proof of who did what):"
    for step in found.chain:
        ends = f"{step.from_account or '?'} -> {step.to_account or '?'}"
        yield f"    {step.kind.replace('_', ' ')}: {ends}; asked: {' -> '.join(step.prices)}"
        yield from (f"        {w}" for w in step.why)
        yield from (f"        but {w}" for w in step.against)
    for id, why in found.aside.items():
        yield f"    aside: {id}: {why}"


def overview_text(found: Overview) -> Iterator[str]:
    """The whole network: what it holds, and each layer by itself."""
    yield f"network of the case: {_counts(found.kinds) or 'nothing'}"
    yield f"ties: {', '.join(f'{n:,} {_spaced(kind)}' for kind, n in found.edges.items()) or 'none'}"
    for layer in found.layers:
        yield f"{layer.name}: {layer.nodes:,} nodes, {layer.edges:,} ties, {len(layer.components):,} parts with no way between them"
        yield from _groups("part", layer.components)
        if layer.communities is None:
            yield "    too many ties for communities; look at the network around one record"
        else:
            yield f"    {len(layer.communities):,} communities (more ties inside than out)"
            yield from _groups("community", layer.communities)
        for b in layer.between:
            yield f"    stands between: {b.node.kind} {b.node.label} ({b.node.id}): {b.why}"
        if layer.between:
            yield f"    {layer.counted}"
        if layer.unlisted:
            yield f"    {layer.unlisted} accounts stand in no list (rescue, organ offers, or a role a person gave)"


def _groups(word: str, groups: tuple[Group, ...]) -> Iterator[str]:
    for n, g in enumerate(groups[:GROUPS], 1):
        yield f"    {word} {n}: {_counts(g.kinds)}; with {', '.join(g.nodes[:3])}"
    if len(groups) > GROUPS:
        yield f"    and {len(groups) - GROUPS:,} more"
