"""Taking a source out again: every record of it, everything that rests on it, and then its traces in free pages.

`drop` runs inside a writer's transaction. `shred`, after the commit, rewrites the search index and the file, because a
deleted row's words may otherwise linger in the index's old segments and in pages that are free.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from ritrova.model.records import Decision, Source
from ritrova.store.concluding import Concluding
from ritrova.store.packing import packed

_source = msgspec.msgpack.Decoder(Source).decode
_decision = msgspec.msgpack.Decoder(Decision).decode


class Writer(Concluding):
    """One short transaction. Got from `Store.writer()`; nothing is kept unless the `with` block ends without an error."""

    def drop_source(self, sha256: str, tombstone: bool = False) -> dict[str, int]:
        """Delete every record of a source and what rests on it: for reading it again, or for `withdraw`.

        The source's own row stays; with `tombstone` it is marked as withdrawn and says no more than its hash and custody.
        Accounts and conversations that other sources name lose what this one
        said of them; the others go. Decisions stay, but a snapshot that quotes the source is emptied of its words. Returns
        counts of what was deleted, by kind.
        """
        source = self.source_row(sha256)
        prefix = f"m-{sha256[:16]}-"
        counts: dict[str, int] = {}
        self._do("CREATE TEMP TABLE IF NOT EXISTS gone(row INTEGER PRIMARY KEY)")
        self._do("DELETE FROM temp.gone")
        self._do(
            "INSERT INTO temp.gone SELECT row FROM message WHERE item IN (SELECT row FROM item WHERE source = ?)",
            (source,),
        )
        lost = self._ids_that_go(source)
        chats = [
            row
            for (row,) in self._rows(
                "SELECT conversation FROM message WHERE row IN temp.gone UNION SELECT conversation FROM conversation_in"
                " WHERE item IN (SELECT row FROM item WHERE source = ?)",
                (source,),
            )
        ]
        counts["findings"] = self._drop_findings(prefix)
        lost |= self._drop_linked(prefix, lost)
        for name, table, condition in (
            ("observables", "observable", "message IN temp.gone"),
            ("", "wake", "row IN temp.gone"),
            ("", "words", "rowid IN temp.gone"),
            ("attachments", "attachment", "message IN temp.gone"),
            ("messages", "message", "row IN temp.gone"),
            ("events", "event", "item IN (SELECT row FROM item WHERE source = ?1)"),
            ("others", "other", "item IN (SELECT row FROM item WHERE source = ?1)"),
            ("", "segment", "item IN (SELECT row FROM item WHERE source = ?1)"),
        ):
            parameters = (source,) if "?1" in condition else ()
            n = self._do(f"DELETE FROM {table} WHERE {condition}", parameters).rowcount
            if name:
                counts[name] = n
        self._do("DELETE FROM prepared")
        self._drop_said(source)
        self._recount(chats)
        self._drop_languages()
        counts["accounts"] = self._drop_unsaid("account")
        counts["conversations"] = self._drop_unsaid("conversation")
        counts["items"] = self._do("DELETE FROM item WHERE source = ?", (source,)).rowcount
        self._do(
            "DELETE FROM string WHERE row NOT IN (SELECT name FROM message WHERE name IS NOT NULL UNION"
            " SELECT ground FROM message WHERE ground IS NOT NULL UNION SELECT tab FROM message WHERE tab > 0)"
        )
        self._blank_snapshots(prefix)
        self._do("DELETE FROM temp.gone")
        self.set_meta("shred due", "1")
        if tombstone:
            self._tombstone(sha256)
        for name in ("epoch", "people"):
            self._do(
                "INSERT INTO meta VALUES (?, '1') ON CONFLICT(name) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
                (name,),
            )
        self.known.forget()
        return counts

    def thin_source(self, sha256: str, most: int = 5000) -> int:
        """Delete up to `most` of a source's messages with what stands on them; says how many went. For `Store.thin_source`."""
        source = self.source_row(sha256)
        self._do("CREATE TEMP TABLE IF NOT EXISTS gone(row INTEGER PRIMARY KEY)")
        self._do("DELETE FROM temp.gone")
        self._do(
            "INSERT INTO temp.gone SELECT m.row FROM item t JOIN message m ON m.item = t.row WHERE t.source = ? LIMIT ?",
            (source, most),
        )
        self._do("UPDATE source SET state = 'reading' WHERE row = ?", (source,))
        self._do("DELETE FROM prepared")
        self._drop_findings(f"m-{sha256[:16]}-")
        chats = self._rows(
            "SELECT count(*), conversation FROM message WHERE row IN temp.gone GROUP BY conversation"
        )
        self._drop_languages()
        for table, column in (
            ("observable", "message"),
            ("wake", "row"),
            ("words", "rowid"),
            ("attachment", "message"),
            ("message", "row"),
        ):
            self._do(f"DELETE FROM {table} WHERE {column} IN temp.gone")
        self._many("UPDATE conversation SET messages = messages - ?, stamp = stamp + 1 WHERE row = ?", chats)
        self._many("DELETE FROM ordering WHERE conversation = ?", ((row,) for _, row in chats))
        self._do("DELETE FROM temp.gone")
        self.set_meta("shred due", "1")
        return int(sum(n for n, _ in chats))

    def _tombstone(self, sha256: str) -> None:
        """Mark a dropped source as withdrawn: its name, path and manifest go, its hash and who brought it stay."""
        blob = self._value("SELECT record FROM source WHERE sha256 = ?", (sha256,))
        kept = msgspec.structs.replace(
            _source(blob), name="", path=None, manifest=(), detail=None, state="withdrawn", preserved=False
        )
        self._do("UPDATE source SET state = 'withdrawn', record = ? WHERE sha256 = ?", (packed(kept), sha256))

    def _ids_that_go(self, source: int) -> set[str]:
        """Ids of accounts, observables and attachments that exist only through this source."""
        lost = {id for (id,) in self._rows("SELECT id FROM observable WHERE message IN temp.gone")}
        lost |= {id for (id,) in self._rows("SELECT id FROM attachment WHERE message IN temp.gone")}
        for table in ("account", "conversation"):
            lost |= {
                id
                for (id,) in self._rows(
                    f"SELECT id FROM {table} WHERE row IN (SELECT {table} FROM {table}_in WHERE item IN"
                    f" (SELECT row FROM item WHERE source = ?1)) AND row NOT IN (SELECT {table} FROM {table}_in"
                    " WHERE item NOT IN (SELECT row FROM item WHERE source = ?1))",
                    (source,),
                )
            }
        return lost

    def _drop_findings(self, prefix: str) -> int:
        rows = self._rows(
            "SELECT DISTINCT finding FROM finding_message WHERE message >= ?1 AND message < ?1 || '~'"
            " UNION SELECT row FROM finding WHERE instr(record, CAST(?1 AS BLOB)) > 0",
            (prefix,),
        )
        self._many(
            "UPDATE conversation SET dirty = 1 WHERE row = (SELECT conversation FROM finding WHERE row = ?)",
            rows,
        )
        self._many("DELETE FROM finding_message WHERE finding = ?", rows)
        self._many("DELETE FROM finding WHERE row = ?", rows)
        return len(rows)

    def _drop_linked(self, prefix: str, lost: set[str]) -> set[str]:
        """Delete what linkers said of ids that go; sightings that go take their traces with them."""
        gone: set[str] = set()
        wanted = lost
        while True:
            rows = {
                (row, id)
                for end in wanted
                for row, id in self._rows(
                    "SELECT l.row, l.id FROM linked_about a JOIN linked l ON l.row = a.linked WHERE a.about = ?",
                    (end,),
                )
            }
            if not gone:
                rows |= set(
                    self._rows(
                        "SELECT DISTINCT l.row, l.id FROM linked_about a JOIN linked l ON l.row = a.linked"
                        " WHERE a.about >= ?1 AND a.about < ?1 || '~'"
                        " UNION SELECT row, id FROM linked WHERE instr(record, CAST(?1 AS BLOB)) > 0",
                        (prefix,),
                    )
                )
            if not rows:
                return gone
            self._many("DELETE FROM linked_about WHERE linked = ?", [(row,) for row, _ in rows])
            self._many("DELETE FROM linked WHERE row = ?", [(row,) for row, _ in rows])
            wanted = {id for _, id in rows}
            gone |= wanted

    def _drop_said(self, source: int) -> None:
        for table in ("account", "conversation"):
            touched = [
                row
                for (row,) in self._rows(
                    f"SELECT DISTINCT {table} FROM {table}_in WHERE item IN (SELECT row FROM item WHERE source = ?)",
                    (source,),
                )
            ]
            self._do(
                f"DELETE FROM {table}_in WHERE item IN (SELECT row FROM item WHERE source = ?)", (source,)
            )
            self._remerge(table, touched)

    def _recount(self, chats: Iterable[int]) -> None:
        for row in chats:
            n, first, last = self._rows(
                "SELECT count(*), min(seconds), max(seconds) FROM message WHERE conversation = ?", (row,)
            )[0]
            ends: list[Any] = [
                self._value(
                    f"SELECT {which}(coalesce(utc, local)) FROM message WHERE conversation = ? AND seconds = ?",
                    (row, end),
                )
                for end, which in ((first, "min"), (last, "max"))
            ]
            self._do(
                "UPDATE conversation SET messages = ?, first_at = ?, last_at = ?, first = ?, last = ?, language = NULL,"
                " stamp = stamp + 1, dirty = 1 WHERE row = ?",
                (n, first, last, *ends, row),
            )
            self._do("DELETE FROM ordering WHERE conversation = ?", (row,))

    def _drop_languages(self) -> None:
        for (chunk,) in self._rows("SELECT DISTINCT row >> 10 FROM temp.gone"):
            codes = self._value("SELECT codes FROM language WHERE chunk = ?", (chunk,))
            if codes is not None:
                left = bytearray(codes)
                for (row,) in self._rows(
                    "SELECT row FROM temp.gone WHERE row BETWEEN ? AND ?", (chunk << 10, (chunk << 10) + 1023)
                ):
                    left[row & 1023] = 0
                self._do("UPDATE language SET codes = ? WHERE chunk = ?", (bytes(left), chunk))

    def _drop_unsaid(self, table: str) -> int:
        """Accounts or conversations that no source names any more and no message or event uses."""
        used = "sender" if table == "account" else "conversation"
        rows = self._rows(
            f"SELECT row FROM {table} WHERE row NOT IN (SELECT {table} FROM {table}_in)"
            f" AND row NOT IN (SELECT {used} FROM message WHERE {used} IS NOT NULL)"
        )
        if table == "conversation":
            rows = [
                row
                for row in rows
                if not self._rows("SELECT 1 FROM event WHERE conversation = ? LIMIT 1", row)
            ]
        self._many(f"DELETE FROM {table} WHERE row = ?", rows)
        return len(rows)

    def _blank_snapshots(self, prefix: str) -> None:
        """Decisions stay; what their snapshots quote of the source goes."""
        for n, blob in self._rows(
            "SELECT n, record FROM decision WHERE instr(record, CAST(? AS BLOB)) > 0", (prefix,)
        ):
            d = _decision(blob)
            if d.snapshot is None:
                continue
            blank = msgspec.structs.replace(d, snapshot=_without_words(d.snapshot))
            self._do("UPDATE decision SET record = ? WHERE n = ?", (packed(blank), n))


def _without_words(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A decision's snapshot (one, or one for each id) with what re-attaches it, and without anything that was written."""
    kept: dict[str, Any] = {}
    for name, value in snapshot.items():
        if name in _KEPT_OF_SNAPSHOTS:
            kept[name] = value
        elif isinstance(value, dict):
            kept[name] = _without_words(value)
    return {**kept, "withdrawn": True}


_KEPT_OF_SNAPSHOTS = ("category", "act", "messages", "conversation", "kind")
