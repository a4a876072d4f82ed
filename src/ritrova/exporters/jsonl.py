"""The canonical form as JSON lines: everything a case holds, or what a selection rests on.

Order is the same however the evidence came in: sources, items, accounts, conversations and contacts by id, messages by
conversation and place in it, then everything else by id, custody actions last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ritrova.model import canonical, ids
from ritrova.model.forms import ChatForm, SenderForm
from ritrova.model.pseudonyms import Hide
from ritrova.model.records import Record
from ritrova.model.selection import Chosen, Selection
from ritrova.model.shapes import Exporter, Manifest, Out
from ritrova.model.view import View

NAME = "records.jsonl"
SCHEMA = "records.schema.json"
_FLUSH = 1 << 20


def export(
    view: View,
    out: Out,
    hide: Hide,
    *,
    findings: Sequence[str] = (),
    conversations: Sequence[str] = (),
    sources: Sequence[str] = (),
    name: str = NAME,
    schema: bool = False,
) -> list[Manifest]:
    """Writes the records as one file of lines, pseudonymised unless `hide` is `Hide.none()`.

    Nothing selected means everything; a finding brings ten messages before and after its anchors. With `schema` the JSON
    Schema is written beside. Raises NotFound for an id that the case does not have.
    """
    chosen = Chosen(view, Selection(tuple(findings), tuple(conversations), tuple(sources)))
    count = 0
    with out.write(name) as stream:
        kept = bytearray()
        for line in lines(chosen, hide.knowing(view)):
            kept += line
            count += 1
            if len(kept) > _FLUSH:
                stream.write(bytes(kept))
                kept.clear()
        stream.write(bytes(kept))
    made = [out.written(name, count)]
    if schema:
        import json

        with out.write(SCHEMA) as stream:
            stream.write(json.dumps(canonical.schema(), indent=1, sort_keys=True).encode() + b"\n")
        made.append(out.written(SCHEMA, 0))
    return made


def lines(chosen: Chosen, hide: Hide) -> Iterator[bytes]:
    """The lines, in order."""
    view = chosen.view
    show = _Shown(hide)
    every = chosen.everything
    yield from show.sorted(s for s in view.sources() if every or s.sha256 in chosen.sources)
    yield from show.sorted(i for i in view.items() if chosen.item(i.at.source, i.at.path))
    yield from show.sorted(a for a in view.accounts() if every or a.id in chosen.accounts)
    yield from show.sorted(
        c.conversation for c in view.conversations() if every or c.conversation.id in chosen.conversations
    )
    yield from show.sorted(
        c
        for c in view.contacts()
        if every
        or c.at.source in chosen.sources_whole
        or (c.account is not None and c.account in chosen.accounts)
    )
    yield from show.messages(chosen)
    yield from show.sorted(
        e
        for e in view.events()
        if every
        or e.at.source in chosen.sources_whole
        or e.message in chosen.messages
        or e.conversation in chosen.conversations_whole
        or (e.conversation, e.message_key) in show.keys
    )
    yield from show.sorted(
        c
        for c in view.calls()
        if every or c.at.source in chosen.sources_whole or c.conversation in chosen.conversations_whole
    )
    yield from show.sorted(p for p in view.problems() if chosen.item(p.at.source, p.at.path))
    yield from show.sorted(r for r in view.reconciliations() if chosen.item(r.at.source, r.at.path))
    yield from show.sorted(o for o in view.observables() if chosen.observable(o))
    yield from _conclusions(chosen, show)


def _conclusions(chosen: Chosen, show: _Shown) -> Iterator[bytes]:
    """What was found, linked and decided, and the custody of it."""
    view, every = chosen.view, chosen.everything
    known = show.shown
    yield from show.sorted(f for f in view.findings() if chosen.finding(f, ids.finding_id(f)))
    yield from show.sorted(t for t in view.templates() if chosen.inside(t.messages))
    yield from show.sorted(
        d
        for d in view.differences()
        if every or all(end is None or end in chosen.messages for end in (d.a, d.b))
    )
    yield from show.sorted(s for s in view.sightings() if chosen.inside(s.messages))
    yield from show.sorted(t for t in view.traces() if every or all(s in known for s in t.sightings))
    yield from show.sorted(x for x in view.links() if every or (x.a in known and x.b in known))
    decisions = list(view.decisions())
    about = {d.id for d in decisions if every or any(a in known for a in d.about)}
    yield from show.sorted(d for d in decisions if d.id in about or d.undoes in about)
    for action in sorted(view.actions(), key=lambda a: a.n):
        if chosen.action(action, known):
            yield show.line(action)


class _Shown:
    """Turns records into lines, and remembers what was shown (of a selection, so that links can be judged)."""

    def __init__(self, hide: Hide) -> None:
        self.hide = hide
        self.shown: set[str] = set()
        self.keys: set[tuple[str | None, str | None]] = set()

    def line(self, record: Record) -> bytes:
        """One record."""
        id = canonical.id_of(record)
        self.shown.add(id)
        return canonical.line(canonical.form(self.hide.record(record), self.hide.id(id)))

    def sorted(self, records: Iterable[Record]) -> list[bytes]:
        """Lines in their own order, which is that of the ids."""
        return sorted(self.line(record) for record in records)

    def messages(self, chosen: Chosen) -> Iterator[bytes]:
        """The messages, one conversation after another."""
        hide = self.hide
        rename = hide.id if hide.on else None
        chats: dict[str, ChatForm] = {}
        senders: dict[tuple[str, str | None], SenderForm] = {}
        for stored in chosen.stored():
            m = stored.message
            if not chosen.everything:
                self._remember(stored.id, m)
            shown = hide.stored(stored)
            if (chat := chats.get(m.conversation)) is None:
                chats[m.conversation] = chat = canonical.chat_form(shown.conversation)
            sender: SenderForm | None = None
            if m.sender is not None and (sender := senders.get((m.sender, m.sender_name))) is None:
                senders[(m.sender, m.sender_name)] = sender = canonical.sender_form(
                    shown.message, shown.sender
                )
            yield canonical.line(canonical.message_form(shown, chat, sender, rename))

    def _remember(self, id: str, m: Any) -> None:
        self.shown.add(id)
        self.shown.update(ids.attachment_id(id, n) for n in range(len(m.attachments)))
        if m.native is not None and m.native.key is not None:
            self.keys.add((m.conversation, m.native.key))


EXPORTER = Exporter("jsonl", "The canonical form, one record a line", export)
