"""Viber on Android: messages (`databases/viber_messages`).

Times are milliseconds since 1970 in UTC. The known SQL of two forensic tools joins inward and loses messages whose
participant row is gone; here everything is joined outward from `messages`. Facts: the app's own CREATE statements (public
decompilation, about version 9), ALEAPP, Autopsy; type codes marked as recalled could not be verified.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ritrova.formats.sqlite import Database, looks_like_sqlite, opened
from ritrova.formats.viber_walk import counted
from ritrova.model.records import (
    Problem,
    Read,
)
from ritrova.model.shapes import Ask, Counted, Item, Reader, at
from ritrova.readers.viber_android.rest import Reading

PROBLEMS: dict[str, str] = {
    "RTV-V020": "The database has no table messages with the columns this reader needs, or its schema cannot be read. If "
    "it is damaged, a better copy may help; if it is of a new version, report its table names.",
    "RTV-V021": "Part of a table of viber_messages could not be read: the file is damaged there. What stands before and "
    "behind was read. Compare the number of lost rows, and ask for another copy.",
    "RTV-V022": "A JSON column beside messages (msg_info, quoted_message_data) does not decode. The message was read; what "
    "that column says of replies or edits was not, and is kept as stored.",
    "RTV-V023": "Messages that name a participant whose row is gone (somebody left the group, or the app cleaned up). They "
    "were kept; who wrote them is known only by that row's number, or not at all.",
    "RTV-V024": "Messages whose stored time is no plausible time. The number as stored was kept; no time was made up.",
    "RTV-V025": "Text that is not valid in the database's own encoding. The bytes that fit no letter are shown as "
    "replacement characters.",
    "RTV-V026": "Part of the database lives only in its -wal file. Both readings were counted: with the -wal and without. Rows that only "
    "the file itself still holds were deleted since; they were read and flagged as recovered. Earlier texts of a row stand beside it as an edit.",
}


def sniff(item: Item) -> bool:
    """Claims a SQLite file with `messages` and the table of participants, by its tables and not by its name."""
    if not looks_like_sqlite(item):
        return False
    head = item.head(1 << 18)
    if b"messages" not in head or b"participants_info" not in head:
        return False
    with opened(item) as db:
        return has_messages(db) and db.has("participants_info", "_id")


def has_messages(db: Database) -> bool:
    """True where the table of messages has what every version has."""
    return db.has("messages", "_id", "conversation_id", "body")


def related(item: Item) -> Iterable[str]:
    """The write-ahead log and its index."""
    return (item.name + "-wal", item.name + "-shm", item.name + "-journal")


def count(item: Item, ask: Ask) -> Counted:
    """Rows of messages and messages_calls by ``count(*)``; where damage forbids it, by walking the rowids."""
    with opened(item) as db:
        return {
            "messages": counted(item, db, "messages", messages=True),
            "calls": counted(item, db, "messages_calls"),
        }


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Accounts, conversations, then messages in the order of their rows with their events; then likes and calls."""
    with opened(item) as db:
        if not has_messages(db):
            yield Problem(at(item), "RTV-V020", f"no readable table messages; tables: {sorted(db.tables)}")
            return
        reading = Reading(item, db)
        reading.media = ask.media
        yield from reading.people()
        yield from reading.chats()
        yield from reading.messages()
        yield from reading.before()
        yield from reading.likes()
        yield from reading.calls()
        yield from reading.remarks()


READER = Reader(
    name="viber.android",
    title="Viber for Android, messages (viber_messages)",
    sniff=sniff,
    read=read,
    count=count,
    related=related,
    facts={
        "versions": "tables as created by the app of about 2018 (public decompilation), numeric and worded type codes; "
        "columns probed one by one; written from these, not from a real database",
        "read": [
            "messages with captions, quotes, edits, forwards, pins, deletions, timed messages, locations",
            "likes with who and when, calls in messages_calls",
            "messages whose participant, participants_info or conversation row is gone",
        ],
        "lost": ["media files (they lie elsewhere)", "msg_info_bin (kept as hex, not decoded)"],
        "recalled": [
            "type codes 7, 8, 9, 10, 1008, 1010; conversation types 4 and 6",
            "names of keys in msg_info and quoted_message_data",
        ],
    },
)
