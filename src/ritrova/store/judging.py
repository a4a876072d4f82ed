"""The questions about what was found, linked and decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ritrova.model.records import (
    Decision,
    Difference,
    Finding,
    Link,
    Observable,
    Sighting,
    Template,
    Trace,
)
from ritrova.store.connecting import in_our_words
from ritrova.store.decoding import listed
from ritrova.store.viewing import SLICE, Viewing

_observable = msgspec.msgpack.Decoder(Observable).decode
_finding = msgspec.msgpack.Decoder(Finding).decode
_decision = msgspec.msgpack.Decoder(Decision).decode
_LINKED = ("l-", "w-", "s-", "p-")


class Judging(Viewing):
    """The found, linked and decided part of `model.view.View`. Part of `Store`."""

    def observables(self, kind: str | None = None, message: str | None = None) -> Iterator[Observable]:
        """Values in texts, of one kind or one message or all: in the order of the evidence, then of place in the text."""
        stretches = self._stretches()
        if message is not None:
            row = self.row_of(message)
            stretches = [] if row is None else [(row, row, 0)]
        for first, last, _ in stretches:
            after = first - 1
            while rows := self._rows(
                "SELECT message, record FROM observable WHERE message > ?1 AND message <= ?2"
                " AND (?3 IS NULL OR kind = ?3) ORDER BY message LIMIT ?4",
                (after, last, kind, SLICE),
            ):
                if len(rows) == SLICE and rows[0][0] != rows[-1][0]:
                    rows = [row for row in rows if row[0] != rows[-1][0]]
                elif len(rows) == SLICE:
                    rows = self._rows(
                        "SELECT message, record FROM observable WHERE message = ?1 AND (?2 IS NULL OR kind = ?2)",
                        (rows[0][0], kind),
                    )
                after = rows[-1][0]
                pairs = list(zip(rows, self._observed(rows), strict=True))
                pairs.sort(key=lambda pair: (pair[0][0], pair[1].span, pair[1].kind))
                for _, one in pairs:
                    yield one

    def _observed(self, rows: Sequence[tuple[int, bytes]]) -> list[Observable]:
        names = self._ids({row for row, _ in rows})
        return [msgspec.structs.replace(_observable(blob), message=names[row]) for row, blob in rows]

    def observables_of(self, rows: Sequence[int]) -> dict[int, list[Observable]]:
        """Row key → its observables in the order of the text; rows without any are left out."""
        found: dict[int, list[Observable]] = defaultdict(list)
        for start in range(0, len(rows), SLICE):
            some = self._rows(
                "SELECT message, record FROM observable WHERE message IN (SELECT value FROM json_each(?)) ORDER BY message, row",
                (listed(rows[start : start + SLICE]),),
            )
            for (row, _), observable in zip(some, self._observed(some), strict=True):
                found[row].append(observable)
        for some_observables in found.values():
            some_observables.sort(key=lambda o: (o.span, o.kind))
        return dict(found)

    def answered(self, conversation: int) -> dict[int, list[Observable]]:
        """Row key → the sums of a message of this conversation that only what was said before it makes one."""
        rows = self._rows(
            "SELECT o.message, o.record FROM observable o JOIN message m ON m.row = o.message"
            " WHERE o.kind = 'price' AND m.conversation = ? AND instr(o.record, ?) ORDER BY o.message, o.row",
            (conversation, b"answers"),
        )
        found: dict[int, list[Observable]] = defaultdict(list)
        for (row, _), observable in zip(rows, self._observed(rows), strict=True):
            if (observable.detail or {}).get("answers"):
                found[row].append(observable)
        return dict(found)

    def observable(self, id: str) -> Observable | None:
        """One observable."""
        rows = self._rows("SELECT message, record FROM observable WHERE id = ?", (id,))
        return self._observed(rows)[0] if rows else None

    def findings(self, *, acts: Sequence[str] | None = None) -> Iterator[Finding]:
        """Findings in the order of the queue: the highest rank first, then by id."""
        wanted = None if acts is None else set(acts)
        rows = self._rows("SELECT row, act FROM finding ORDER BY rank DESC, id")
        chosen = [row for row, act in rows if wanted is None or act in wanted]
        for start in range(0, len(chosen), SLICE):
            some = chosen[start : start + SLICE]
            blobs: dict[int, bytes] = dict(
                self._rows(
                    "SELECT row, record FROM finding WHERE row IN (SELECT value FROM json_each(?))",
                    (listed(some),),
                )
            )
            for row in some:
                if row in blobs:
                    yield _finding(blobs[row])

    def finding(self, id: str) -> Finding | None:
        """One finding."""
        row = self._one("SELECT record FROM finding WHERE id = ?", (id,))
        return _finding(row[0]) if row else None

    def findings_in(self, conversation: str) -> list[Finding]:
        """Findings of one conversation, in the order of the queue."""
        return [
            _finding(blob)
            for (blob,) in self._rows(
                "SELECT f.record FROM finding f JOIN conversation c ON c.row = f.conversation WHERE c.id = ?"
                " ORDER BY f.rank DESC, f.id",
                (conversation,),
            )
        ]

    def findings_of(self, messages: Sequence[str]) -> list[Finding]:
        """Findings that are anchored in any of these messages."""
        import json

        return [
            _finding(blob)
            for (blob,) in self._rows(
                "SELECT record FROM finding WHERE row IN (SELECT finding FROM finding_message"
                " WHERE message IN (SELECT value FROM json_each(?))) ORDER BY rank DESC, id",
                (json.dumps(list(messages)),),
            )
        ]

    # ------------------------------------------------------------------ links

    def links(self, of: str | None = None, kind: str | None = None) -> Iterator[Link]:
        """Links by id; two linkers that say the same are one link with both reasons."""
        for group in self._linked(Link, of, kind):
            yield group[0] if len(group) == 1 else _joined(group)

    def templates(self) -> Iterator[Template]:
        """Shared wordings by id."""
        return (group[0] for group in self._linked(Template))

    def differences(self) -> Iterator[Difference]:
        """Where two forms of one chat disagree."""
        return (group[0] for group in self._linked(Difference))

    def sightings(self) -> Iterator[Sighting]:
        """Sightings by id."""
        return (group[0] for group in self._linked(Sighting))

    def traces(self) -> Iterator[Trace]:
        """Traces by id."""
        return (group[0] for group in self._linked(Trace))

    def _linked(
        self, which: type[Any], of: str | None = None, kind: str | None = None
    ) -> Iterator[list[Any]]:
        decode = msgspec.msgpack.Decoder(which).decode
        after = ""
        while rows := self._rows(
            "SELECT id, record FROM linked WHERE record_kind = ?1 AND id IN (SELECT DISTINCT id FROM linked"
            " WHERE record_kind = ?1 AND id > ?2 AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR row IN"
            " (SELECT linked FROM linked_about WHERE about = ?4)) ORDER BY id LIMIT ?5) ORDER BY id, linker",
            (which.__name__, after, kind, of, SLICE),
        ):
            after = rows[-1][0]
            groups: dict[str, list[Any]] = defaultdict(list)
            for id, blob in rows:
                groups[id].append(decode(blob))
            yield from groups.values()

    def said_of(self, id: str) -> list[Link | Template | Sighting | Trace | Difference]:
        """Everything that linkers say of one message, account, observable, attachment or sighting."""
        decoders: dict[str, Any] = {
            one.__name__: msgspec.msgpack.Decoder(one).decode
            for one in (Link, Template, Sighting, Trace, Difference)
        }
        return [
            decoders[kind](blob)
            for kind, blob in self._rows(
                "SELECT l.record_kind, l.record FROM linked_about a JOIN linked l ON l.row = a.linked WHERE a.about = ?"
                " ORDER BY l.record_kind, l.id, l.linker",
                (id,),
            )
        ]

    # ------------------------------------------------------------------ decisions

    def decisions(self, about: str | None = None) -> Iterator[Decision]:
        """Decisions in the order made; about one id: also those that re-attach to it, and those that undo any of these."""
        if about is None:
            rows = self._rows("SELECT record FROM decision ORDER BY n")
        else:
            rows = self._rows(
                "WITH near(n) AS (SELECT n FROM decision_about WHERE about = ?1 UNION SELECT d.n FROM finding f"
                " JOIN finding_message m ON m.finding = f.row JOIN decision_message d ON d.message = m.message"
                " AND d.category = f.category WHERE f.id = ?1)"
                " SELECT record FROM decision WHERE n IN near OR undoes IN (SELECT id FROM decision WHERE n IN near)"
                " ORDER BY n",
                (about,),
            )
        for (blob,) in rows:
            yield _decision(blob)

    def decision(self, id: str) -> Decision | None:
        """One decision."""
        row = self._one("SELECT record FROM decision WHERE id = ?", (id,))
        return _decision(row[0]) if row else None

    def standing(self, about: str | None = None) -> list[Decision]:
        """Decisions that stand: neither undone nor undoing (an undone undo counts again)."""
        decisions = list(self.decisions())
        undone: set[str] = set()
        for d in reversed(decisions):
            if d.undoes is not None and d.id not in undone:
                undone.add(d.undoes)
        near = None if about is None else {d.id for d in self.decisions(about)}
        return [
            d for d in decisions if d.undoes is None and d.id not in undone and (near is None or d.id in near)
        ]

    def unattached_decisions(self) -> list[Decision]:
        """Standing decisions about findings, links or traces of which none is there any more, nor one that overlaps."""
        lost = []
        for d in self.standing():
            judged = [id for id in d.about if id[:2] == "f-" or id[:2] in _LINKED]
            if judged and not any(self._there(id) for id in judged) and not self._attaches(d):
                lost.append(d)
        return lost

    def _there(self, id: str) -> bool:
        if id[:2] == "f-":
            return self._one("SELECT 1 FROM finding WHERE id = ?", (id,)) is not None
        return self._one("SELECT 1 FROM linked WHERE id = ?", (id,)) is not None

    def _attaches(self, d: Decision) -> bool:
        return (
            self._one(
                "SELECT 1 FROM decision e JOIN decision_message m ON m.n = e.n JOIN finding_message o ON o.message = m.message"
                " JOIN finding f ON f.row = o.finding AND f.category = m.category WHERE e.id = ? LIMIT 1",
                (d.id,),
            )
            is not None
        )

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Account id → roles given by reviewers, undone decisions left out."""
        given: dict[str, dict[str, None]] = defaultdict(dict)
        if self._one("SELECT 1 FROM decision WHERE role IS NOT NULL LIMIT 1") is None:
            return {}
        for d in self.standing():
            if d.role:
                for about in d.about:
                    if about.startswith("a-"):
                        given[about][d.role] = None
        return {account: tuple(sorted(roles)) for account, roles in given.items()}

    # ------------------------------------------------------------------ what the search for offers asks

    def dirty(self) -> list[int]:
        """Conversations to look through again, by row key."""
        return [row for (row,) in self._rows("SELECT row FROM conversation WHERE dirty = 1 ORDER BY row")]

    def wake_rows(self, conversation: int) -> list[int]:
        """Rows of a conversation whose text hit the matcher."""
        return [
            row
            for (row,) in self._rows(
                "SELECT row FROM wake WHERE conversation = ? AND awake ORDER BY row", (conversation,)
            )
        ]

    def wake_columns(self, conversation: int) -> tuple[Any, Any, Any, Any]:
        """Of the messages of a conversation that have a mask of what gates ask for, by row, as columns: row keys, masks, keys of
        their senders (-1 where unknown), and whether they carry more than words (a reply, a forward, media)."""
        import numpy as np

        connection = self._taken()
        parts = []
        try:
            with in_our_words(self.folder):
                cursor = connection.execute(
                    "SELECT w.row, w.awake, coalesce(m.sender, -1), m.rest IS NOT NULL"
                    " FROM wake w JOIN message m ON m.row = w.row WHERE w.conversation = ? AND w.awake",
                    (conversation,),
                )
                while some := cursor.fetchmany(20_000):
                    parts.append(np.array(some, dtype=np.int64))
        finally:
            self._give_back(connection)
        held = np.concatenate(parts) if parts else np.zeros((0, 4), dtype=np.int64)
        held = held[np.argsort(held[:, 0])]
        rows, masks, senders, more = held.T
        return rows, masks, senders, more.astype(np.bool_)

    def topics(self, conversation: int) -> dict[int, int]:
        """Bit of a market topic → messages of the conversation that hit it."""
        counts: Counter[int] = Counter()
        for mask, n in self._rows(
            "SELECT topics, count(*) FROM wake WHERE conversation = ? GROUP BY topics", (conversation,)
        ):
            for bit in range(63):
                if mask >> bit & 1:
                    counts[bit] += n
        return dict(counts)

    def conversation_language(self, conversation: int) -> str | None:
        """The language that most of a conversation's messages are in, as kept."""
        row = self._one("SELECT language FROM conversation WHERE row = ?", (conversation,))
        return row[0] if row else None

    def scanned(self) -> tuple[str, int]:
        """(packs, row key): up to where messages were matched, and with which packs; ("", 0) at first."""
        row, _, packs = (self.meta("scanned") or "0 ").partition(" ")
        return packs, int(row)


def _joined(links: Sequence[Link]) -> Link:
    return msgspec.structs.replace(
        links[0],
        why=tuple(dict.fromkeys(reason for link in links for reason in link.why)),
        strength="strong" if any(link.strength == "strong" for link in links) else "weak",
        linker="+".join(dict.fromkeys(link.linker for link in links if link.linker)),
    )
