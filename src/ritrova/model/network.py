"""A case as a graph: accounts, conversations, adverts, numbers, photos, places, sightings, traces, and typed edges that say why.

Kinds of edges are never mixed: the same wording speaks of who wrote, the same photo of who is shown. Nothing is one node
because it is called the same: accounts and conversations are nodes by their id, a place by its name and where it lies, and
the node of a number, handle or link is the written value, not somebody who has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from ritrova.model import ids
from ritrova.model.pseudonyms import Hide
from ritrova.model.records import Account, Attachment, Link, Observable
from ritrova.model.selection import Chosen
from ritrova.model.view import StoredMessage

LINKS = (
    "same_account",
    "same_number",
    "same_wording",
    "same_photo",
    "same_person_described",
    "same_message",
    "forward",
)
"""Kinds of edges that are hypotheses of a linker. All others say what stands in the evidence."""


class Node(msgspec.Struct, frozen=True):
    """`kind` is account, conversation, finding, message, number, handle, link, place, photo, wording, sighting or trace."""

    id: str
    kind: str
    label: str
    detail: str = ""


class Edge(msgspec.Struct, frozen=True):
    """`kind` is a link's kind, or writes, stands_in, part_of, names, shows, carries, worded. `weight` counts what it stands for."""

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
        self._photos: dict[str, str] = {}
        self._files: dict[tuple[str, str], str] = {}
        self._listed: set[str] = set()
        for picture in self._view.pictures():
            self._files[picture.at.source[:16], picture.at.path] = picture.sha256
            if picture.state == "listed":
                self._listed.add(picture.sha256)
        self._talk()
        self._findings()
        self._wordings()
        self._people()
        self._links()
        self._carried()

    @property
    def edges(self) -> list[Edge]:
        """In the order of their ends; both ends are nodes, and each says why it is there."""
        return [
            e if e.why else msgspec.structs.replace(e, why=words_of(e, self.nodes[e.b].kind))
            for _, e in sorted(self._edges.items())
            if e.a in self.nodes and e.b in self.nodes
        ]

    def sorted_nodes(self) -> list[Node]:
        """By id."""
        return [self.nodes[id] for id in sorted(self.nodes)]

    def node_of(self, id: str) -> str | None:
        """The node that a record's id stands for: itself, the value of an observable, the photo of an attachment."""
        shown = self._hide.id(id)
        if shown in self.nodes:
            return shown
        return self._observables.get(id) or self._photos.get(id)

    def bring(self, message: str) -> bool:
        """Put a message that nothing speaks of into the graph, with what it names and shows. False if it is not there."""
        m = self._view.message(message) if self._shown(message) else None
        if m is None:
            return False
        node = self._message(m)
        for o in self._view.observables(message=m.id):
            if (value := self._value(o)) is not None:
                self._observables[ids.observable_id(o)] = value
                self._edge(node, value, "names")
        self._shows(node, m)
        return True

    def _node(self, id: str, kind: str, label: str | None, detail: str = "") -> str:
        if id not in self.nodes:
            self.nodes[id] = Node(id, kind, label or id, detail)
        return id

    def _edge(
        self, a: str, b: str, kind: str, weight: int = 1, why: Iterable[str] = (), strength: str = ""
    ) -> None:
        if kind in LINKS and b < a:
            a, b = b, a
        said = dict.fromkeys(self._hide.texts(why))
        known = self._edges.get((a, b, kind))
        if known is not None:
            weight += known.weight
            said = dict.fromkeys([*(known.why.split("; ") if known.why else ()), *said])
            strength = "strong" if "strong" in (known.strength, strength) else strength or known.strength
        self._edges[a, b, kind] = Edge(a, b, kind, weight, "; ".join(said), strength)

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
        if chosen.everything:
            for sender, chat, n in self._view.wrote():
                self._edge(hide.id(sender), hide.id(chat), "writes", n)
        else:
            wrote: Counter[tuple[str, str]] = Counter()
            for stored in self._view.messages(ids=sorted(chosen.messages)):
                if stored.message.sender is not None:
                    wrote[stored.message.sender, stored.conversation.id] += 1
            for (sender, chat), n in wrote.items():
                self._edge(hide.id(sender), hide.id(chat), "writes", n)

    def _findings(self) -> None:
        hide = self._hide
        for f in self._view.findings():
            id = ids.finding_id(f)
            if not self._chosen.finding(f, id):
                continue
            node = self._node(
                hide.id(id),
                "finding",
                f"{f.category.replace('_', ' ')} ({f.act})",
                "; ".join(hide.texts(f.why)),
            )
            self._edge(node, hide.id(f.conversation), "stands_in")
            for m in self._view.messages(ids=list(f.messages)):
                if m.message.sender is not None:
                    self._edge(hide.id(m.message.sender), node, "writes")
                for o in self._view.observables(message=m.id):
                    if (value := self._value(o)) is not None:
                        self._observables[ids.observable_id(o)] = value
                        self._edge(node, value, "names")
                self._shows(node, m)

    def _shows(self, node: str, m: StoredMessage) -> None:
        for n, a in enumerate(m.message.attachments):
            if (photo := self._photo(ids.attachment_id(m.id, n), m.id, a)) is not None:
                self._edge(node, photo, "shows")

    def _wordings(self) -> None:
        """A wording that several messages share. It hangs on who wrote it, and on the adverts written so."""
        of_message: dict[str, list[str]] = {}
        for f in self._view.findings():
            if self._hide.id(id := ids.finding_id(f)) in self.nodes:
                for message in f.messages:
                    of_message.setdefault(message, []).append(self._hide.id(id))
        for t in self._view.templates():
            if not self._chosen.inside(t.messages):
                continue
            constant = self._hide.record(t).constant
            node = self._node(
                self._hide.id(ids.template_id(t)), "wording", constant, f"{len(t.messages)} messages"
            )
            for m in self._view.messages(ids=list(t.messages)):
                if m.message.sender is not None:
                    self._edge(self._hide.id(m.message.sender), node, "writes")
                for finding in of_message.get(m.id, ()):
                    self._edge(finding, node, "worded")

    def _value(self, o: Observable) -> str | None:
        """The node of a value: one for all places where it is written."""
        if o.kind not in ("phone", "handle", "link", "place") or not o.value:
            return None
        shown = self._hide.record(o)
        label = shown.value or shown.written
        if o.kind == "place":
            return self._place(label, o.detail or {})
        kind = "number" if o.kind == "phone" else o.kind
        return self._node(f"v-{ids.digest(kind, label)}", kind, label)

    def _place(self, name: str, detail: dict[str, Any]) -> str:
        """The node of a place; two places of one name are two."""
        lat, lon = detail.get("lat"), detail.get("lon")
        if not isinstance(lat, int | float) or not isinstance(lon, int | float):
            return self._node(f"v-{ids.digest('place', name)}", "place", name)
        where = f"{lat:.2f} {lon:.2f}"
        country = str(detail.get("country") or "")
        return self._node(
            f"v-{ids.digest('place', name, where)}", "place", name, f"{country} {where}".strip()
        )

    def _photo(self, id: str, message: str, a: Attachment) -> str | None:
        """The node of a picture; files of one content are one. None for what is no picture."""
        file = a.sha256 or self._files.get((message[2:18], a.path or ""))
        if not (a.mime or "image/").startswith("image/"):
            return None
        if file:
            detail = "named by a hash list, never shown" if file in self._listed else a.mime or ""
            node = self._node(f"v-{ids.digest('photo', file)}", "photo", file[:16], detail)
        else:
            node = self._node(self._hide.id(id), "photo", self._hide.id(id), a.mime or "")
        self._photos[id] = node
        return node

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
                for n, a in enumerate(m.message.attachments):
                    here = ids.attachment_id(m.id, n)
                    if here == s.photo and (photo := self._photo(here, m.id, a)) is not None:
                        self._edge(node, photo, "shows")
            if s.place and s.place.get("name"):
                self._edge(node, self._place(str(s.place["name"]), s.place), "names")
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
        links = list(self._view.links())
        self._know_ends(links)
        for link in links:
            a, b = self._end(link.a), self._end(link.b)
            if a is not None and b is not None and a != b:
                self._edge(a, b, link.kind, 1, link.why, link.strength)

    def _know_ends(self, links: list[Link]) -> None:
        """The nodes of the observables and attachments that links speak of."""
        ends = {end for x in links for end in (x.a, x.b)}
        wanted = {end for end in ends if end.startswith("o-")} - set(self._observables)
        for kind in ("phone", "handle", "link") if wanted else ():
            for o in self._view.observables(kind=kind):
                if (id := ids.observable_id(o)) in wanted and self._chosen.observable(o):
                    value = self._value(o)
                    if value is not None:
                        self._observables[id] = value
        if pictures := {end for end in ends if end.startswith("t-")} - set(self._photos):
            for id, message, attachment in self._view.attachments():
                if id in pictures and self._shown(message):
                    self._photo(id, message, attachment)

    def _end(self, id: str) -> str | None:
        known = self.node_of(id)
        if known is None and id.startswith("m-") and self._shown(id):
            m = self._view.message(id)
            return self._message(m) if m is not None else None
        return known

    def _message(self, m: StoredMessage) -> str:
        shown = self._hide.id(m.id)
        if shown not in self.nodes:
            self._node(shown, "message", m.message.kind, m.message.sent.utc or m.message.sent.local or "")
            self._edge(shown, self._hide.id(m.conversation.id), "stands_in")
            if m.message.sender is not None:
                self._edge(self._hide.id(m.message.sender), shown, "writes")
        return shown

    def _carried(self) -> None:
        """An account and the number it is known by, where that number is written somewhere too."""
        numbers = {n.label: n.id for n in self.nodes.values() if n.kind == "number"}
        for a in self._view.accounts() if numbers else ():
            account = self._hide.id(a.id)
            number = numbers.get(_number(self._hide.record(a)))
            if number is not None and account in self.nodes:
                self._edge(account, number, "carries")


def _number(a: Account) -> str:
    return a.phone or ""


def words_of(e: Edge, kind: str) -> str:
    """Why an edge that no linker made is there. `kind` is that of the node it goes to."""
    what = {"number": "number", "handle": "handle", "link": "link", "place": "place"}.get(kind, kind)
    n = e.weight
    if e.kind == "writes" and kind == "conversation":
        return f"it wrote {n:,} message{'s' if n != 1 else ''} in this conversation"
    if e.kind == "writes" and kind == "wording":
        return f"it wrote {n:,} message{'s' if n != 1 else ''} in these words; this speaks of who wrote"
    if e.kind == "writes":
        return f"it wrote {n:,} message{'s' if n != 1 else ''} of it" if kind == "finding" else "it wrote it"
    if e.kind == "stands_in":
        return "it is written in this conversation"
    if e.kind == "names":
        return f"the {what} is written in it" + (f", {n:,} times" if n > 1 else "")
    if e.kind == "shows":
        return "the picture is attached to it" + (f", {n:,} times" if n > 1 else "")
    if e.kind == "carries":
        return "the account is known by this number"
    if e.kind == "worded":
        return "it is written in this wording; this speaks of who wrote, not of who is offered"
    if e.kind == "part_of":
        return "it is one of the sightings that may be of one person"
    return e.kind.replace("_", " ")


def legal(text: str) -> str:
    """Text that XML 1.0 can hold: other characters become U+FFFD."""
    return "".join(
        c
        if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
        else "\ufffd"
        for c in text
    )
