"""What was found, linked and decided: the part of a Writer that keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ritrova.model import ids
from ritrova.model.errors import WrongUse
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
from ritrova.store.merging import same_claim
from ritrova.store.packing import packed
from ritrova.store.writing import Keeping

Linked = Link | Template | Sighting | Trace | Difference


class Said(msgspec.Struct):
    """What a linker said before and has not said anew: (kind of record, id) -> its row."""

    rows: dict[tuple[str, str], int]
    anew: set[tuple[str, str]] = set()


def linked_id(one: Linked) -> str:
    """The id of what linkers say; of a difference, a digest of its kind and ends."""
    if isinstance(one, Link):
        return ids.link_id(one)
    if isinstance(one, Template):
        return ids.template_id(one)
    if isinstance(one, Sighting):
        return ids.sighting_id(one)
    if isinstance(one, Trace):
        return ids.trace_id(one)
    return f"d-{ids.digest(one.kind, one.a or '', one.b or '', *one.why)}"


def linked_ends(one: Linked) -> set[str]:
    """The ids that a link, template, sighting, trace or difference speaks of."""
    if isinstance(one, Link):
        return {one.a, one.b}
    if isinstance(one, Template):
        return set(one.messages)
    if isinstance(one, Sighting):
        return {*one.messages, *one.observables, *([one.photo] if one.photo else [])}
    if isinstance(one, Trace):
        return set(one.sightings)
    return {end for end in (one.a, one.b) if end}


def judged(d: Decision) -> list[tuple[str, list[str]]]:
    """(category, anchor messages) of every finding in a decision's snapshot, which is one snapshot or one for each id."""
    snapshot = d.snapshot or {}
    found = []
    for one in (snapshot, *snapshot.values()):
        if isinstance(one, dict) and one.get("category") and isinstance(one.get("messages"), list | tuple):
            found.append((str(one["category"]), [str(message) for message in one["messages"]]))
    return found


class Concluding(Keeping):
    """Keeps observables, findings, links and decisions."""

    def wake(
        self,
        rows: Sequence[int],
        topics: Sequence[int],
        conversations: Sequence[int],
        awake: Sequence[int] | None = None,
    ) -> None:
        """Messages whose text hit the matcher: a mask of the market topics that did, and one of what gates ask for.

        A mask has 63 bits at most. Messages whose `awake` is 0 count for the topics of their conversation only. All their
        conversations become dirty.
        """
        if max((*topics, *(awake or ())), default=0) >= 1 << 63:
            raise WrongUse("A mask has at most 63 bits.")
        self._many(
            "INSERT OR REPLACE INTO wake(row, topics, conversation, awake) VALUES (?, ?, ?, ?)",
            zip(rows, topics, conversations, [True] * len(rows) if awake is None else awake, strict=True),
        )
        self._many(
            "UPDATE conversation SET dirty = 1 WHERE row = ?", ((row,) for row in sorted(set(conversations)))
        )

    def clear_dirty(self, conversations: Sequence[int]) -> None:
        """These conversations were looked through."""
        self._many("UPDATE conversation SET dirty = 0 WHERE row = ?", ((row,) for row in conversations))

    def set_dirty(self, conversations: Sequence[int] | None = None) -> None:
        """Look through these conversations again; None for all that have a hit."""
        if conversations is None:
            self._do("UPDATE conversation SET dirty = 1 WHERE row IN (SELECT conversation FROM wake)")
        else:
            self._many("UPDATE conversation SET dirty = 1 WHERE row = ?", ((row,) for row in conversations))

    def languages(self, rows: Sequence[int], codes: Sequence[str | None]) -> None:
        """A hint of language a message; None where there is none. At most 255 different codes in a case."""
        names = (self._value("SELECT value FROM meta WHERE name = 'languages'") or "").split(" ")
        known = {name: n for n, name in enumerate(names)}
        chunks: dict[int, bytearray] = {}
        for row, code in zip(rows, codes, strict=True):
            chunk = chunks.get(row >> 10)
            if chunk is None:
                there = self._value("SELECT codes FROM language WHERE chunk = ?", (row >> 10,))
                chunk = chunks[row >> 10] = bytearray(there or 1024)
            number = known.get(code or "")
            if number is None:
                number = known[code or ""] = len(known)
                if number > 255:
                    raise WrongUse("More than 255 languages in one case.")
            chunk[row & 1023] = number
        self._many(
            "INSERT OR REPLACE INTO language VALUES (?, ?)", ((n, bytes(c)) for n, c in chunks.items())
        )
        if len(known) > len(names):
            self.set_meta("languages", " ".join(known))

    def conversation_language(self, conversation: int, code: str | None) -> None:
        """The language that most of a conversation's messages are in."""
        self._do("UPDATE conversation SET language = ? WHERE row = ?", (code, conversation))

    def observables(self, batch: Sequence[tuple[int, Observable]]) -> None:
        """Values found in texts, each with the row key of its message; one with the same kind and span is replaced.

        An observable that does not name its message gets the name from the row.
        """
        nameless = sorted({row for row, o in batch if not o.message})
        names = dict(zip(nameless, self.store.message_ids(nameless), strict=True)) if nameless else {}
        rows = []
        for row, o in batch:
            if not o.message:
                o = msgspec.structs.replace(o, message=names[row])
            blob = packed(msgspec.structs.replace(o, message=""))
            rows.append((ids.observable_id(o), row, o.kind, o.value, blob))
        self._many(
            "INSERT OR REPLACE INTO observable(id, message, kind, value, record) VALUES (?, ?, ?, ?, ?)", rows
        )

    def forget_observables(self, gone: Sequence[Observable]) -> None:
        """Take these values away again: what stood around their message says something else. Each names its message."""
        self._many("DELETE FROM observable WHERE id = ?", [(ids.observable_id(o),) for o in gone])

    def clear_found(self, conversations: Sequence[int] | None = None, observables: bool = False) -> None:
        """Forget findings (of these conversations, or all); with `observables` also observables and hits, for a new scan."""
        if conversations is None:
            self._do("DELETE FROM finding_message")
            self._do("DELETE FROM finding")
            if observables:
                self._do("DELETE FROM observable")
                self._do("DELETE FROM wake")
                self._do("DELETE FROM prepared WHERE linker LIKE '% kept'")  # it rests on the observables
                self.set_meta("scanned", None)
            return
        for row in conversations:
            self._do(
                "DELETE FROM finding_message WHERE finding IN (SELECT row FROM finding WHERE conversation = ?)",
                (row,),
            )
            self._do("DELETE FROM finding WHERE conversation = ?", (row,))
            if observables:
                self._do(
                    "DELETE FROM observable WHERE message IN (SELECT row FROM message WHERE conversation = ?)",
                    (row,),
                )
                self._do("DELETE FROM wake WHERE conversation = ?", (row,))

    def findings(self, conversation: int, findings: Sequence[Finding]) -> None:
        """Replace a conversation's findings. Two of one category over the same anchors become one with both reasons."""
        self.clear_found([conversation])
        by_id: dict[str, Finding] = {}
        for f in findings:
            id = ids.finding_id(f)
            by_id[id] = same_claim(by_id[id], f) if id in by_id else f
        for id, f in by_id.items():
            row = self._do(
                "INSERT INTO finding(id, conversation, category, act, rank, record) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT(id) DO UPDATE SET conversation = excluded.conversation, act = excluded.act,"
                " rank = excluded.rank, record = excluded.record RETURNING row",
                (id, conversation, f.category, f.act, f.rank, packed(f)),
            ).fetchone()[0]
            self._many(
                "INSERT OR IGNORE INTO finding_message(message, finding) VALUES (?, ?)",
                [(message, row) for message in f.messages],
            )

    def links(self, linker: str, items: Sequence[Linked]) -> None:
        """Keep what a linker says; the same thing said again by the same linker is replaced."""
        for one in items:
            row = self._do(
                "INSERT INTO linked(linker, record_kind, id, kind, record) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT(record_kind, id, linker) DO UPDATE SET record = excluded.record RETURNING row",
                (linker, type(one).__name__, linked_id(one), getattr(one, "kind", None), packed(one)),
            ).fetchone()[0]
            self._many(
                "INSERT OR IGNORE INTO linked_about VALUES (?, ?)",
                [(end, row) for end in sorted(linked_ends(one))],
            )

    def said_before(self, linker: str) -> Said:
        """What a linker has said so far."""
        return Said(
            {
                (kind, id): row
                for row, kind, id in self._rows(
                    "SELECT row, record_kind, id FROM linked WHERE linker = ?", (linker,)
                )
            }
        )

    def links_anew(self, linker: str, items: Sequence[Linked], before: Said) -> None:
        """Keep what a linker says this time: what it had said in the same words stays untouched, and leaves `before`."""
        fresh: list[tuple[Any, ...]] = []
        ends: list[tuple[str, int]] = []
        changed: list[int] = []
        again: list[Linked] = []
        next_row = int(self._value("SELECT max(row) FROM linked") or 0) + 1
        for one in items:
            kind, id, record = type(one).__name__, linked_id(one), packed(one)
            if (kind, id) in before.anew:
                again.append(one)
                continue
            before.anew.add((kind, id))
            row = before.rows.pop((kind, id), 0)
            if row:
                if self._value("SELECT record FROM linked WHERE row = ?", (row,)) == record:
                    continue
                changed.append(row)
            fresh.append((next_row, linker, kind, id, getattr(one, "kind", None), record))
            ends += [(end, next_row) for end in linked_ends(one)]
            next_row += 1
        self._drop_rows_linked(changed)
        self._many(
            "INSERT INTO linked(row, linker, record_kind, id, kind, record) VALUES (?, ?, ?, ?, ?, ?)", fresh
        )
        self._many("INSERT OR IGNORE INTO linked_about VALUES (?, ?)", sorted(ends))
        self.links(linker, again)

    def clear_links(self, linker: str, before: Said | None = None) -> None:
        """Forget what a linker said: everything, or what is left in `before`."""
        if before is not None:
            self._drop_rows_linked(list(before.rows.values()))
            before.rows.clear()
            return
        self._do(
            "DELETE FROM linked_about WHERE linked IN (SELECT row FROM linked WHERE linker = ?)", (linker,)
        )
        self._do("DELETE FROM linked WHERE linker = ?", (linker,))

    def _drop_rows_linked(self, rows: Sequence[int]) -> None:
        self._many("DELETE FROM linked_about WHERE linked = ?", [(row,) for row in rows])
        self._many("DELETE FROM linked WHERE row = ?", [(row,) for row in rows])

    def prepared(self, linker: str, last: int, made: bytes, part: str = "") -> None:
        """What a linker made of the texts up to this row key, after those it had done before."""
        name = f"{linker}: {part}" if part else linker
        self._do("INSERT OR REPLACE INTO prepared VALUES (?, ?, ?)", (name, last, made))

    def clear_prepared(self, linker: str) -> None:
        """Forget what a linker made of texts."""
        self._do(
            "DELETE FROM prepared WHERE linker = ?1 OR substr(linker, 1, length(?1) + 2) = ?1 || ': '",
            (linker,),
        )

    def decision(self, d: Decision) -> None:
        """Append a decision. It is never changed; another decision may undo it."""
        if self._rows("SELECT 1 FROM decision WHERE id = ?", (d.id,)):
            raise WrongUse(f"Decision {d.id} is already kept; decisions are never changed.")
        if d.undoes is not None and not self._rows("SELECT 1 FROM decision WHERE id = ?", (d.undoes,)):
            raise WrongUse(f"There is no decision {d.undoes} to undo.")
        n = self._do(
            "INSERT INTO decision(id, undoes, role, record) VALUES (?, ?, ?, ?)",
            (d.id, d.undoes, d.role, packed(d)),
        ).lastrowid
        self._many("INSERT OR IGNORE INTO decision_about VALUES (?, ?)", [(about, n) for about in d.about])
        self._many(
            "INSERT OR IGNORE INTO decision_message VALUES (?, ?, ?)",
            [(message, category, n) for category, messages in judged(d) for message in messages],
        )

    def scanned(self, packs: str, up_to_row: int) -> None:
        """Messages up to this row key were matched with these packs."""
        self.set_meta("scanned", f"{up_to_row} {packs}")
