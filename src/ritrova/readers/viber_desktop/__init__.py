"""Viber Desktop database (`ViberPC/<phone>/viber.db`).

Times are milliseconds since 1970 in UTC. `Events` holds the envelope (time, chat, contact, direction), `Messages` the
content by `EventID`; either row may outlive the other, so everything is joined outward from `Messages`. Contact 1 is the
owner. Direction decides who wrote: on outgoing rows of older versions the contact is the one written to. Facts: the SQL
of ViberExtractor (2019), the notes of the "everysaid" archive (2026); no real database could be had.
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
from ritrova.readers.viber_desktop.rest import Reading

PROBLEMS: dict[str, str] = {
    "RTV-V001": "A viber.db that is not plain SQLite. Newer builds of Viber Desktop encrypt it with a key that the running "
    "app keeps to itself. Nothing was read. Ask for the phone's own database (Android viber_messages, iOS Contacts.data), "
    "a forensic extraction, or the app's message history export.",
    "RTV-V002": "The database has no table of messages that this reader knows, or its schema cannot be read. If it is "
    "damaged, a better copy may help; if it is of a new version, report its table names.",
    "RTV-V003": "Part of a table could not be read: the file is damaged there. What stands before and behind was read. "
    "Compare the number of lost rows, and ask for another copy.",
    "RTV-V004": "A JSON column beside messages does not decode. The message was read; what that column says of replies, "
    "edits or files was not.",
    "RTV-V005": "Messages without the row that says when, where and by whom they were sent. They were kept, without time "
    "and sender.",
    "RTV-V006": "Messages whose stored time is no plausible time. The number as stored was kept; no time was made up.",
    "RTV-V007": "Text that is not valid in the database's own encoding. The bytes that fit no letter are shown as "
    "replacement characters.",
    "RTV-V009": "Part of the database lives only in its -wal file. Both readings were counted: with the -wal and without. Rows that only "
    "the file itself still holds were deleted since; they were read and flagged as recovered. Earlier texts of a row stand beside it as an edit.",
}


def sniff(item: Item) -> bool:
    """Claims a SQLite file with the three tables, and a file called viber.db whatever is in it."""
    if looks_like_sqlite(item):
        head = item.head(1 << 18).lower()
        if b"eventid" in head and b"messages" in head and b"events" in head:
            with opened(item) as db:
                return db.has("Messages", "EventID") and (db.has("Events", "EventID") or db.has("ChatInfo"))
        return False
    return item.name.casefold() == "viber.db" and item.size > 0


def related(item: Item) -> Iterable[str]:
    """The write-ahead log and its index."""
    return (item.name + "-wal", item.name + "-shm", item.name + "-journal")


def count(item: Item, ask: Ask) -> Counted:
    """Rows of Messages, Calls and Contact by ``count(*)``; where damage forbids it, by walking the rowids."""
    if not looks_like_sqlite(item):
        return {"messages": 0}
    with opened(item) as db:
        return {
            "messages": counted(item, db, "Messages", messages=True),
            "calls": counted(item, db, "Calls"),
            "contacts": counted(item, db, "Contact"),
        }


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Accounts, conversations, then messages in the order of their rows, each with its events; then calls and contacts."""
    if not looks_like_sqlite(item):
        what = "viber.db is not plain SQLite: most likely encrypted by Viber Desktop, else overwritten"
        yield Problem(at(item), "RTV-V001", what)
        return
    with opened(item) as db:
        if not db.has("Messages", "EventID"):
            yield Problem(
                at(item), "RTV-V002", f"no table Messages with EventID; tables: {sorted(db.tables)}"
            )
            return
        reading = Reading(item, db)
        reading.media = ask.media
        yield from reading.people()
        yield from reading.chats()
        yield from reading.messages()
        yield from reading.before()
        yield from reading.lone_events()
        yield from reading.calls()
        yield from reading.contacts()
        yield from reading.remarks()


READER = Reader(
    name="viber.desktop",
    title="Viber Desktop (viber.db)",
    sniff=sniff,
    read=read,
    count=count,
    related=related,
    facts={
        "versions": "tables as read by ViberExtractor (2019) and as documented by the everysaid archive (2026); "
        "written from these, not from a real database",
        "read": [
            "messages with text, captions, links, quotes, edits, forwards, pins",
            "reactions (single and counted), stickers, locations, shared contacts, media references",
            "contacts, members of chats, calls where the table holds any",
            "messages whose event, chat or contact row is gone",
        ],
        "lost": [
            "media files (they lie elsewhere)",
            "who gave a reaction in a group, where only counts are kept",
        ],
        "recalled": [
            "that the app clears the body of a message deleted for everyone",
            "columns of Calls, of timed messages; the shape of `edit`, `pin` and `generalFwdInfo` beyond their presence",
            "that newer builds encrypt viber.db (seen by two public projects, 2024 and 2026)",
        ],
    },
)
