"""WhatsApp for Android: the message database ``msgstore.db`` in its old, current and transition form, and ``wa.db``.

Times are milliseconds since 1970 in UTC. Columns come and go with versions, so every optional one is asked for first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ritrova.model.records import Problem, Read
from ritrova.model.shapes import Ask, Counted, Item, Reader, at

PROBLEMS = {
    "RTV-W101": "The file is a WhatsApp database by its name or first bytes, but its schema could not be read or is not "
    "known. It may be cut off or damaged at its beginning, or of a version that nobody has seen.",
    "RTV-W102": "Part of a table could not be read because the database is damaged there. Everything before and, where the "
    "table can be walked around the damage, after it is in the case; the rows named are not.",
    "RTV-W103": "The database holds messages in the old table and in the current one. Both were read; messages that stand in "
    "both are counted once. Both counts are named.",
    "RTV-W104": "Messages have a type number that is not known. They are kept with their text and marked as unsupported, with "
    "the number as stored.",
    "RTV-W105": "Rows belong to a message that is not in this database, or are of a form that the phone itself could not show. "
    "They are counted here and not decoded.",
    "RTV-W106": "The address book wa.db beside the database could not be read. Messages are read; people appear by number.",
    "RTV-W107": "Part of the rows stands only in the write-ahead log (-wal), not yet in the database file. They were read. A "
    "copy of the database without its -wal would lack them, so other tools may show fewer. Rows that the -wal deletes stand in "
    "the file still: add a copy of the file without its -wal to see them. Or the -wal is damaged, cut, or holds a change that was "
    "not finished.",
    "RTV-W108": "Some people are known only by a hidden identity (LID): this database does not say which phone number it "
    "stands for. They are kept as accounts of their own.",
    "RTV-W109": "A media file beside the database is not the file that the database names by its hash. It was replaced, edited "
    "or damaged. Both hashes stand at the attachment.",
    "RTV-W110": "Text in the database is not valid in its encoding; it is kept with replacement characters.",
}


NAMES = re.compile(r"(?:msgstore.*|wa)\.db", re.IGNORECASE)


def sniff(item: Item) -> bool:
    """True for a SQLite database with WhatsApp's message tables, or its address book; or with the name of one, so that a
    schema nobody has seen is not passed over in silence."""
    from ritrova.formats.sqlite import blank, looks_like_sqlite, opened

    if not looks_like_sqlite(item):
        return NAMES.fullmatch(item.name) is not None and blank(item)
    with opened(item) as db:
        return (
            db.has("message", "chat_row_id", "key_id")
            or db.has("messages", "key_remote_jid", "key_id")
            or db.has("wa_contacts", "jid")
            or NAMES.fullmatch(item.name) is not None
        )


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Accounts, conversations, messages, events and calls of a msgstore.db; contacts of a wa.db."""
    from ritrova.formats.sqlite import blank, opened
    from ritrova.readers.whatsapp_android.around import contacts

    if blank(item):
        yield Problem(
            at(item), "RTV-W101", "the database is empty, or its first page is: nothing can be read"
        )
        return
    with opened(item) as db:
        if not db.tables:
            yield Problem(at(item), "RTV-W101", "the schema of the database could not be read")
            return
        if db.has("wa_contacts", "jid"):
            yield from contacts(item, db)
        if db.has("message", "chat_row_id") or db.has("messages", "key_remote_jid"):
            from ritrova.readers.whatsapp_android.store import records

            yield from records(item, db, ask)
        elif not db.has("wa_contacts", "jid"):
            what = f"none of its {len(db.tables)} tables is one of WhatsApp's that is known; nothing was read"
            yield Problem(at(item), "RTV-W101", what)
        if db.bad_text:
            yield Problem(at(item), "RTV-W110", f"{db.bad_text} values are not valid text")


def count(item: Item, ask: Ask) -> Counted:
    """``count(*)`` of the tables that hold messages and contacts, and the calls whose rows can be found."""
    from ritrova.formats.sqlite import Damaged, blank, opened

    found: dict[str, int] = {}
    if blank(item):
        return found
    with opened(item) as db:
        for table, column in (("message", "chat_row_id"), ("messages", "key_remote_jid")):
            if db.has(table, column):
                try:
                    found["messages"] = found.get("messages", 0) + db.count(table)
                except Damaged:
                    continue
        if db.has("wa_contacts", "jid"):
            found["contacts"] = db.count("wa_contacts")
        if db.has("call_log", "_id"):
            # rows lost to damage are named by a problem, which counts for messages only
            from ritrova.readers.whatsapp_android.around import CALL

            found["calls"] = sum(isinstance(row, tuple) for row in db.walk("call_log", CALL))
    return found


def related(item: Item) -> Iterable[str]:
    """The write-ahead log and the index file beside the database."""
    return [item.name + end for end in ("-wal", "-shm", "-journal")]


READER = Reader(
    name="whatsapp.android",
    title="WhatsApp for Android (msgstore.db, wa.db)",
    sniff=sniff,
    read=read,
    count=count,
    related=related,
    facts={
        "versions": "schemas of 2016 to 2021 (messages), 2021 to 2026 (message), and databases that hold both",
        "read": [
            "messages with sender, UTC time, kind, quotes as snapshots, edits, deletions, forward score, view-once, ephemeral",
            "media by name, path and SHA-256, joined with files beside the database",
            "reactions, poll votes, pins, receipts, membership, calls, contacts",
            "places, contact cards, polls, products, orders, payments and invitations with their structured values",
            "rows that stand only in the -wal; rows around damage",
        ],
        "lost": [
            "the text before an edit, unless somebody quoted it",
            "deleted rows in free pages",
            "orphaned rows and messages the phone could not show are counted, not decoded",
        ],
        "recalled": [
            "group ranks, forward scores of 4 and more, statuses 6 and 8",
            "call results 2 and 4 are contested and stay numbers",
        ],
    },
)
