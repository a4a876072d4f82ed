"""WhatsApp for iPhone: ``ChatStorage.sqlite``, ``ContactsV2.sqlite`` and ``CallHistory.sqlite``.

Times are seconds since 2001-01-01 in UTC, with a fraction. The columns of a media item mean other things by kind of message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ritrova.model.records import Problem, Read
from ritrova.model.shapes import Ask, Counted, Item, Reader, at

if TYPE_CHECKING:
    from ritrova.formats.sqlite import Database

PROBLEMS = {
    "RTV-W201": "The schema of the database could not be read or is not known; it may be cut off, damaged at its beginning, "
    "or of a version that nobody has seen.",
    "RTV-W202": "Part of a table could not be read because the database is damaged there. The rows named are not in the case; "
    "everything that could be read is.",
    "RTV-W203": "The address book beside the database could not be read. Messages are read; people appear by number.",
    "RTV-W204": "Messages have a type number that is not known. They are kept with their text and marked as unsupported, with "
    "the number as stored.",
    "RTV-W205": "Rows of a table that is not decoded yet, or that belong to a message or chat that is not in this database, are "
    "counted here.",
    "RTV-W207": "Part of the rows stands only in the write-ahead log (-wal), not yet in the database file. They were read. A "
    "copy of the database without its -wal would lack them. Rows that the -wal deletes stand in the file still: add a copy of "
    "the file without its -wal to see them. Or the -wal is damaged, cut, or holds a change that was not finished.",
    "RTV-W208": "Some people are known only by a hidden identity (LID) whose phone number these databases do not say. They are "
    "kept as accounts of their own.",
    "RTV-W209": "A media file beside the database is not the file that the database names by its hash. Both hashes stand at "
    "the attachment.",
    "RTV-W210": "Text in the database is not valid in its encoding; it is kept with replacement characters.",
}


UNITS = (
    ("messages", "ZWAMESSAGE", "ZCHATSESSION"),
    ("contacts", "ZWAADDRESSBOOKCONTACT", "ZWHATSAPPID"),
    ("calls", "ZWACDCALLEVENT", "ZDATE"),
)
NAMES = ("ChatStorage.sqlite", "ContactsV2.sqlite", "CallHistory.sqlite")


def sniff(item: Item) -> bool:
    """True for a SQLite database with the tables of WhatsApp for iPhone, or with the name of one."""
    from ritrova.formats.sqlite import blank, looks_like_sqlite, opened

    if not looks_like_sqlite(item):
        return item.name in NAMES and blank(item)
    with opened(item) as db:
        return (
            db.has("ZWAMESSAGE", "ZCHATSESSION")
            or db.has("ZWAADDRESSBOOKCONTACT", "ZWHATSAPPID")
            or db.has("ZWACDCALLEVENT", "ZDATE")
            or item.name in NAMES
        )


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Messages of a ChatStorage, contacts of a ContactsV2, calls of a CallHistory."""
    from ritrova.formats.sqlite import blank, opened
    from ritrova.readers.whatsapp_ios.lists import calls, contacts, left_over

    if blank(item):
        yield Problem(
            at(item), "RTV-W201", "the database is empty, or its first page is: nothing can be read"
        )
        return
    with opened(item) as db:
        if not db.tables:
            yield Problem(at(item), "RTV-W201", "the schema of the database could not be read")
            return
        if db.has("ZWAADDRESSBOOKCONTACT", "ZWHATSAPPID"):
            yield from contacts(item, db)
        if db.has("ZWACDCALLEVENT", "ZDATE"):
            yield from calls(item, db)
        if db.has("ZWAMESSAGE", "ZCHATSESSION"):
            from ritrova.readers.whatsapp_ios.messages import Messages
            from ritrova.readers.whatsapp_ios.people import People

            people = People(item, db)
            for row in people.sessions:
                people.chat(row)
            yield from people.waiting
            people.waiting.clear()
            messages = Messages(people, ask)
            yield from messages.records()
            yield from people.waiting
            yield from left_over(item, db)
            if messages.unknown:
                named = ", ".join(f"{code} ({n})" for code, n in sorted(messages.unknown.items())[:20])
                yield Problem(
                    at(item), "RTV-W204", f"messages of unknown types are kept as they are: {named}"
                )
            if people.unmapped:
                what = f"{len(people.unmapped)} LIDs have no phone number in these databases"
                yield Problem(at(item), "RTV-W208", what)
            if messages.mismatches:
                what = f"{messages.mismatches} media files are not those that the database names"
                yield Problem(at(item), "RTV-W209", what)
        if not any(db.has(t, c) for _, t, c in UNITS):
            what = f"none of its {len(db.tables)} tables is one of WhatsApp's that is known; nothing was read"
            yield Problem(at(item), "RTV-W201", what)
        if db.wal_remark:
            yield Problem(at(item), "RTV-W207", db.wal_remark)
        if db.wal_frames:
            yield from _in_log(item, ask, db)
        if db.bad_text:
            yield Problem(at(item), "RTV-W210", f"{db.bad_text} values are not valid text")


def _in_log(item: Item, ask: Ask, db: Database) -> Iterator[Problem]:
    """Both readings, with the write-ahead log and without, where they differ."""
    from ritrova.formats.sqlite import Damaged, apart, opened

    with_log, without = _total(count(item, ask)), _total(_count(item, wal=False))
    fewer = 0
    try:
        with opened(item, wal=False) as bare:
            fewer = sum(
                apart(db, bare, t)[1] for t in ("ZWAMESSAGE", "ZWAADDRESSBOOKCONTACT", "ZWACDCALLEVENT")
            )
    except Damaged:
        pass
    if fewer or with_log != without:
        what = f"{with_log} rows with the -wal ({db.wal_frames} frames), {without} without"
        if fewer:
            what += f"; {fewer} stand only in the file and are deleted in the -wal: they are not in the case"
        yield Problem(at(item), "RTV-W207", what)


def _total(counted: Counted) -> int:
    return sum(counted.values()) if isinstance(counted, dict) else 0


def count(item: Item, ask: Ask) -> Counted:
    """``count(*)`` of the tables that hold messages, calls and contacts."""
    return _count(item, wal=True)


def _count(item: Item, *, wal: bool) -> Counted:
    from ritrova.formats.sqlite import Damaged, blank, opened

    found: dict[str, int] = {}
    if blank(item):
        return found
    with opened(item, wal=wal) as db:
        for unit, table, column in UNITS:
            if db.has(table, column):
                try:
                    found[unit] = db.count(table)
                except Damaged:
                    continue
    return found


def related(item: Item) -> Iterable[str]:
    """The write-ahead log and the index file beside the database."""
    return [item.name + end for end in ("-wal", "-shm", "-journal")]


READER = Reader(
    name="whatsapp.ios",
    title="WhatsApp for iPhone (ChatStorage, ContactsV2, CallHistory)",
    sniff=sniff,
    read=read,
    count=count,
    related=related,
    facts={
        "versions": "written against a public iOS 15 database; columns of newer versions as published by other tools",
        "read": [
            "messages with sender, UTC time, kind, captions, quotes as snapshots, system events",
            "media by path and SHA-256, places, contact cards, reactions",
            "groups with members, calls, contacts, rows that stand only in the -wal",
        ],
        "lost": [
            "the text before an edit (where iOS keeps edits is not confirmed)",
            "receipts and poll votes inside ZRECEIPTINFO",
            "calls that one could join (counted)",
        ],
        "recalled": [
            "field numbers of other people's reactions",
            "session types 2, 3 and 5",
            "ZLID in the address book",
        ],
    },
)
