"""A case as a graph: accounts, conversations, adverts, numbers, photos, places, sightings, traces, and typed edges that say why.

Kinds of edges are never mixed: the same wording speaks of who wrote, the same photo of who is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from ritrova.model import ids
from ritrova.model.pseudonyms import Hide
from ritrova.model.records import Attachment, Observable
from ritrova.model.selection import Chosen
from ritrova.model.view import StoredMessage


class Node(msgspec.Struct, frozen=True):
    """`kind` is account, conversation, finding, message, number, handle, link, place, photo, sighting or trace."""

    id: str
    kind: str
    label: str
    detail: str = ""


class Edge(msgspec.Struct, frozen=True):
    """`kind` is a link's kind, or writes, stands_in, part_of, names, shows. `weight` counts what it stands for."""

    a: str
    b: str
    kind: str
    weight: int = 1
    why: str = ""
    strength: str = ""


class Network:
    """Nodes by id and edges, with everything private already replaced by `hide`."""

    def __init__(self, chosen: Chosen, hide: Hide) -> None:
        self.nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str, str], Edge] = {}
        self._chosen, self._view, self._hide = chosen, chosen.view, hide
        self._observables: dict[str, str] = {}
        self._talk()
        self._findings()
        self._people()
        self._links()

    @property
    def edges(self) -> list[Edge]:
        """In the order of their ends; both ends are nodes."""
        return [
            self._edges[key] for key in sorted(self._edges) if key[0] in self.nodes and key[1] in self.nodes
        ]

    def sorted_nodes(self) -> list[Node]:
        """By id."""
        return [self.nodes[id] for id in sorted(self.nodes)]

    def _node(self, id: str, kind: str, label: str | None, detail: str = "") -> str:
        if id not in self.nodes:
            self.nodes[id] = Node(id, kind, label or id, detail)
        return id

    def _edge(
        self, a: str, b: str, kind: str, weight: int = 1, why: Iterable[str] = (), strength: str = ""
    ) -> None:
        known = self._edges.get((a, b, kind))
        if known is not None:
            weight += known.weight
        self._edges[a, b, kind] = Edge(
            a, b, kind, weight, "; ".join(self._hide.texts(why)) or (known.why if known else ""), strength
        )

    def _shown(self, message: str) -> bool:
        return self._chosen.everything or message in self._chosen.messages

    def _talk(self) -> None:
        chosen, hide = self._chosen, self._hide
        for a in self._view.accounts():
            if chosen.everything or a.id in chosen.accounts:
                shown = hide.record(a)
                self._node(hide.id(a.id), "account", shown.name or shown.phone or shown.handle, a.app)
        for c in self._view.conversations():
            if chosen.everything or c.conversation.id in chosen.conversations:
                talk = hide.record(c.conversation)
                self._node(hide.id(c.conversation.id), "conversation", talk.name, c.conversation.kind)
        wrote: Counter[tuple[int, int]] = Counter()
        first: dict[tuple[int, int], int] = {}
        if chosen.everything:
            for batch in self._view.texts():
                for row, sender, chat in zip(batch.rows, batch.senders, batch.conversations, strict=True):
                    if sender is not None:
                        wrote[sender, chat] += 1
                        first.setdefault((sender, chat), row)
            rows = {m.row: m for m in self._view.rows(sorted(first.values()))}
            for pair, n in wrote.items():
                self._writes(rows[first[pair]], n)
        else:
            for stored in self._view.messages(ids=sorted(chosen.messages)):
                self._writes(stored, 1)

    def _writes(self, m: StoredMessage, n: int) -> None:
        if m.message.sender is not None:
            self._edge(self._hide.id(m.message.sender), self._hide.id(m.conversation.id), "writes", n)

    def _findings(self) -> None:
        hide = self._hide
        for f in self._view.findings():
            id = ids.finding_id(f)
            if not self._chosen.finding(f, id):
                continue
            node = self._node(hide.id(id), "finding", f"{f.category} ({f.act})", "; ".join(hide.texts(f.why)))
            self._edge(node, hide.id(f.conversation), "stands_in")
            for m in self._view.messages(ids=list(f.messages)):
                if m.message.sender is not None:
                    self._edge(hide.id(m.message.sender), node, "writes")
                for o in self._view.observables(message=m.id):
                    if (value := self._value(o)) is not None:
                        self._edge(node, value, "names")
                for n, a in enumerate(m.message.attachments):
                    self._edge(node, self._photo(ids.attachment_id(m.id, n), a), "shows")

    def _value(self, o: Observable) -> str | None:
        """The node of a value: one for all places where it is written."""
        if o.kind not in ("phone", "handle", "link", "place") or not o.value:
            return None
        shown = self._hide.record(o)
        kind = "number" if o.kind == "phone" else o.kind
        label = shown.value or shown.written
        return self._node(f"v-{ids.digest(kind, label)}", kind, label)

    def _photo(self, id: str, a: Attachment) -> str:
        if a.sha256:
            return self._node(f"v-{ids.digest('photo', a.sha256)}", "photo", a.sha256[:16], a.mime or "")
        return self._node(self._hide.id(id), "photo", self._hide.id(id), a.mime or "")

    def _people(self) -> None:
        hide = self._hide
        shown: set[str] = set()
        for s in self._view.sightings():
            if not self._chosen.inside(s.messages):
                continue
            id = ids.sighting_id(s)
            shown.add(id)
            told = hide.record(s)
            when = (s.when.utc or s.when.local or "") if s.when else ""
            node = self._node(hide.id(id), "sighting", "; ".join(told.described) or "photo", when)
            for m in self._view.messages(ids=list(s.messages)):
                self._edge(node, hide.id(m.conversation.id), "stands_in")
            if s.place and s.place.get("name"):
                name = str(s.place["name"])
                self._edge(node, self._node(f"v-{ids.digest('place', name)}", "place", name), "names")
        for t in self._view.traces():
            if all(s in shown for s in t.sightings):
                node = self._node(
                    hide.id(ids.trace_id(t)),
                    "trace",
                    f"{len(t.sightings)} sightings, {t.strength}, {t.state}",
                )
                for seen in t.sightings:
                    self._edge(hide.id(seen), node, "part_of")

    def _links(self) -> None:
        for o in self._view.observables():
            if o.kind in ("phone", "handle", "link") and self._chosen.observable(o):
                value = self._value(o)
                if value is not None:
                    self._observables[ids.observable_id(o)] = value
        for link in self._view.links():
            a, b = self._end(link.a), self._end(link.b)
            if a is not None and b is not None and a != b:
                self._edge(a, b, link.kind, 1, link.why, link.strength)

    def _end(self, id: str) -> str | None:
        if id.startswith("o-"):
            return self._observables.get(id)
        shown = self._hide.id(id)
        if shown in self.nodes:
            return shown
        if id.startswith("m-") and self._shown(id):
            m = self._view.message(id)
            if m is None:
                return None
            self._node(shown, "message", m.message.kind, m.message.sent.utc or m.message.sent.local or "")
            self._edge(shown, self._hide.id(m.conversation.id), "stands_in")
            if m.message.sender is not None:
                self._edge(self._hide.id(m.message.sender), shown, "writes")
            return shown
        return None


def legal(text: str) -> str:
    """Text that XML 1.0 can hold: other characters become U+FFFD."""
    return "".join(
        c
        if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
        else "\ufffd"
        for c in text
    )
