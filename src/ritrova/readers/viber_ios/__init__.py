"""Viber on iOS: messages, calls and contacts (`com.viber/database/Contacts.data`, Core Data) with `Settings.data`.

Times are seconds since 2001 in UTC. `ZPHONENUMINDEX` names a row of ZMEMBER, whatever its name says; it is empty for the
owner, who has no row. Calls outlive their message in ZRECENT. Facts: iLEAPP (2025), DFIR_SQL_Queries (iOS 11, 14), the
notes of the "everysaid" archive, which read a real database field by field (2026).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ritrova.formats.sqlite import looks_like_sqlite, opened
from ritrova.formats.viber_walk import counted
from ritrova.model.records import (
    Problem,
    Read,
)
from ritrova.model.shapes import Ask, Counted, Item, Reader, at
from ritrova.readers.viber_ios.codes import (
    SETTINGS,
)
from ritrova.readers.viber_ios.rest import Reading

PROBLEMS: dict[str, str] = {
    "RTV-V040": "Contacts.data has no table ZVIBERMESSAGE with the columns this reader needs, or its schema cannot be read.",
    "RTV-V041": "Part of a table of Contacts.data could not be read: the file is damaged there. What stands before and "
    "behind was read. Compare the number of lost rows, and ask for another copy.",
    "RTV-V042": "A JSON column beside messages (ZMETADATA, ZCLIENTMETADATA) does not decode. The message was read; the column "
    "is kept as stored.",
    "RTV-V043": "Received messages that do not say from whom, or name a member whose row is gone. They were kept without a "
    "sender, or under that row's number.",
    "RTV-V044": "Messages whose stored time is no plausible time. The number as stored was kept; no time was made up.",
    "RTV-V045": "Text that is not valid in the database's own encoding; bytes that fit no letter are shown as replacement "
    "characters.",
    "RTV-V046": "Part of the database lives only in its -wal file. Both readings were counted: with the -wal and without. Rows that only "
    "the file itself still holds were deleted since; they were read and flagged as recovered. Earlier texts of a row stand beside it as an edit.",
}


def sniff(item: Item) -> bool:
    """Claims a SQLite file with ZVIBERMESSAGE."""
    if not looks_like_sqlite(item) or b"ZVIBERMESSAGE" not in item.head(1 << 19):
        return False
    with opened(item) as db:
        return db.has("ZVIBERMESSAGE", "Z_PK")


def related(item: Item) -> Iterable[str]:
    """The write-ahead log and its index, and the settings that name the owner."""
    return (
        item.name + "-wal",
        item.name + "-shm",
        *(s + tail for s in SETTINGS for tail in ("", "-wal", "-shm")),
    )


def count(item: Item, ask: Ask) -> Counted:
    """Rows of ZVIBERMESSAGE, ZRECENT and ZABCONTACT by ``count(*)``; where damage forbids it, by walking the rowids."""
    with opened(item) as db:
        return {
            "messages": counted(item, db, "ZVIBERMESSAGE", messages=True),
            "calls": counted(item, db, "ZRECENT"),
            "contacts": counted(item, db, "ZABCONTACT"),
        }


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Accounts, conversations, messages in the order of their rows with their events; then calls and contacts."""
    with opened(item) as db:
        if not db.has("ZVIBERMESSAGE", "Z_PK"):
            yield Problem(
                at(item), "RTV-V040", f"no readable table ZVIBERMESSAGE; tables: {sorted(db.tables)}"
            )
            return
        reading = Reading(item, db)
        reading.media = ask.media
        yield from reading.people()
        yield from reading.chats()
        yield from reading.messages()
        yield from reading.before()
        yield from reading.calls()
        yield from reading.contacts()
        yield from reading.remarks()


READER = Reader(
    name="viber.ios",
    title="Viber for iOS (Contacts.data)",
    sniff=sniff,
    read=read,
    count=count,
    related=related,
    facts={
        "versions": "columns as read by iLEAPP (2025), DFIR_SQL_Queries (iOS 11 and 14) and everysaid (2026); written from "
        "these, not from a real database",
        "read": [
            "messages, quotes, edits, forwards, reactions by side or count, polls, locations, attachments by name",
            "calls in ZRECENT, also those whose message was deleted; address book; the owner out of Settings.data",
        ],
        "lost": ["media files (they lie elsewhere)"],
        "recalled": [
            "keys of ZMETADATA beyond quote, edit, generalFwdInfo, textMetaInfo",
            "subtypes of chats but 3 and 5",
        ],
    },
)
