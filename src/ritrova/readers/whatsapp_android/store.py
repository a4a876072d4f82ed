"""The message database as a whole: which tables hold messages, in which order they are read, and what is remarked."""

from __future__ import annotations

from collections.abc import Iterator

from ritrova.formats.sqlite import Damaged, Database, apart, opened
from ritrova.model.records import Problem, Read
from ritrova.model.shapes import Ask, Item, at
from ritrova.readers.whatsapp_android.around import Around
from ritrova.readers.whatsapp_android.current import Current
from ritrova.readers.whatsapp_android.legacy import Legacy
from ritrova.readers.whatsapp_android.people import People


def records(item: Item, db: Database, ask: Ask) -> Iterator[Read]:
    """Everything in a msgstore.db, messages first."""
    people = People(item, db)
    people.rest()
    yield from people.waiting
    people.waiting.clear()
    now, before = _count(db, "message"), _count(db, "messages")
    both = db.has("message", "chat_row_id") and db.has("messages", "key_remote_jid")
    unknown: dict[int, int] = {}
    mismatches = 0
    keys = None
    if db.has("message", "chat_row_id"):
        current = Current(people, ask)
        if both and before:
            current.keys = {}
        yield from current.records()
        keys, unknown = current.keys, current.unknown
        mismatches += current.media.mismatches
    if db.has("messages", "key_remote_jid"):
        legacy = Legacy(people, ask, keys)
        yield from legacy.records()
        for code, n in legacy.unknown.items():
            unknown[code] = unknown.get(code, 0) + n
        mismatches += legacy.media.mismatches
        if both and before and now:
            what = f"{before} rows in messages (old), {now} in message (current), {legacy.both} in both and read once"
            if legacy.otherwise:
                what += f", but for {legacy.otherwise} whose words differ: both versions are kept"
            yield Problem(at(item), "RTV-W103", what)
    yield from Around(people).records()
    people.empty()
    yield from people.waiting
    people.waiting.clear()
    if unknown:
        named = ", ".join(f"{code} ({n})" for code, n in sorted(unknown.items())[:20])
        yield Problem(at(item), "RTV-W104", f"messages of unknown types are kept as they are: {named}")
    if people.unmapped:
        yield Problem(
            at(item), "RTV-W108", f"{len(people.unmapped)} LIDs have no phone number in this database"
        )
    if mismatches:
        yield Problem(at(item), "RTV-W109", f"{mismatches} media files are not those that the database names")
    yield from _only_in_wal(item, db, now, before)


def _count(db: Database, table: str) -> int:
    try:
        return db.count(table)
    except Damaged:
        return 0


def _only_in_wal(item: Item, db: Database, now: int, before: int) -> Iterator[Problem]:
    """Both readings, with the write-ahead log and without, where they differ."""
    if db.wal_remark:
        yield Problem(at(item), "RTV-W107", db.wal_remark)
    if not db.wal_frames:
        return
    try:
        with opened(item, wal=False) as bare:
            there = _count(bare, "message") + _count(bare, "messages")
            pairs = [apart(db, bare, table) for table in ("message", "messages")]
    except Damaged as error:
        what = f"{now + before} rows of messages with the -wal ({db.wal_frames} frames), without it unreadable: {error}"
        yield Problem(at(item), "RTV-W107", what)
        return
    more, fewer = sum(p[0] for p in pairs), sum(p[1] for p in pairs)
    if more or fewer or there != now + before:
        what = f"{now + before} rows of messages with the -wal ({db.wal_frames} frames), {there} without"
        if fewer:
            what += f"; {fewer} stand only in the file and are deleted in the -wal: they are not in the case"
        yield Problem(at(item), "RTV-W107", what)
