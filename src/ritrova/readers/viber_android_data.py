"""Viber on Android: calls and address book (`databases/viber_data`).

Times are milliseconds since 1970 in UTC, durations seconds. Recognised by its tables and not by its name: other files of
the app end in `_data` as well. Numbers are tied to member ids where `viber_messages` lies beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ritrova.formats.sqlite import Lost, looks_like_sqlite, opened
from ritrova.formats.viber import moment, phone, whole, words
from ritrova.formats.viber_walk import counted
from ritrova.model.ids import account_id
from ritrova.model.records import Account, Call, Contact, Native, Problem, Read
from ritrova.model.shapes import Ask, Counted, Item, Reader, at

PROBLEMS: dict[str, str] = {
    "RTV-V030": "Part of a table of viber_data could not be read: the file is damaged there. What stands before and behind "
    "was read. Compare the number of lost rows, and ask for another copy.",
    "RTV-V031": "Numbers in viber_data that belong to no contact of the address book. They were kept as written.",
}

CALL = (
    "call_id",
    "number",
    "canonized_number",
    "viber_call_type",
    "date",
    "duration",
    "type",
    "end_reason",
    "token",
)
RESULTS = {1: "incoming", 2: "outgoing", 3: "missed"}
VIDEO = {1: False, 4: True}


def sniff(item: Item) -> bool:
    """Claims a SQLite file with Viber's calls or its copy of the address book."""
    if not looks_like_sqlite(item):
        return False
    head = item.head(1 << 18)
    if b"phonebookcontact" not in head and b"viber_call" not in head:
        return False
    with opened(item) as db:
        return not db.has("messages") and (
            db.has("phonebookcontact", "_id") or db.has("calls", "canonized_number", "date")
        )


def related(item: Item) -> Iterable[str]:
    """The write-ahead log and its index."""
    return (item.name + "-wal", item.name + "-shm", item.name + "-journal")


def count(item: Item, ask: Ask) -> Counted:
    """Rows of calls and phonebookcontact by ``count(*)``; there are no messages."""
    with opened(item) as db:
        return {
            "messages": 0,
            "calls": counted(item, db, "calls"),
            "contacts": counted(item, db, "phonebookcontact"),
        }


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """An account a number, then the calls, then the contacts."""
    accounts: dict[str, Account] = {}
    known = members(item)
    problems: list[Problem] = []
    with opened(item) as db:
        owner = next((a for a in known.values() if a.owner), None) or Account(
            at(item),
            account_id("viber", "owner", f"{item.source}/{item.path}"),
            "viber",
            owner=True,
            ground="the owner of this database, whom no row names",
        )
        yield owner

        def walked(table: str, columns: tuple[str, ...]) -> Iterator[tuple[int, tuple[Any, ...]]]:
            for step in db.walk(table, columns):
                if isinstance(step, Lost):
                    what = f"rows {step.first} to {step.last} of {table} cannot be read: {step.why}"
                    problems.append(Problem(at(item, f"table {table} row {step.first}"), "RTV-V030", what))
                else:
                    yield step

        def account(written: str, spot: str) -> Iterator[Account]:
            tel = phone(written) or written
            if tel and tel not in accounts:
                found = known.get(tel) or Account(
                    at(item, spot),
                    account_id("viber", tel, "" if phone(tel) else f"{item.source}/{item.path}"),
                    "viber",
                    phone=phone(tel),
                    native=written,
                    ground="number in viber_data",
                )
                accounts[tel] = found
                yield found

        for rowid, values in walked("calls", CALL):
            row = dict(zip(CALL, values, strict=True))
            spot = f"table calls row {rowid}"
            number = words(row["canonized_number"]) or words(row["number"])
            yield from account(number, spot)
            other = accounts.get(phone(number) or number)
            kind = whole(row["type"])
            duration = row["duration"]
            yield Call(
                at(item, spot),
                "viber",
                None,
                owner.id if kind == 2 else other.id if other is not None and kind in (1, 3) else None,
                tuple(a.id for a in (owner, other) if a is not None),
                moment(row["date"], whole(row["token"])),
                float(duration) if isinstance(duration, int | float) else None,
                VIDEO.get(whole(row["viber_call_type"]) or 0),
                RESULTS.get(kind or 0) or words(row["type"]) or None,
                Native(words(row["call_id"]) or None, row["type"]),
                {k: v for k, v in row.items() if v is not None and not isinstance(v, bytes)},
            )
        numbers: dict[int, list[str]] = {}
        for _, (contact, *columns) in walked("phonebookdata", ("contact_id", "data2", "data1", "data3")):
            key = whole(contact)
            found = [words(value) for value in columns if value]
            if key is not None:
                numbers.setdefault(key, []).extend(
                    n for n in found if phone(n.replace(" ", "").replace("-", ""))
                )
        used: set[int] = set()
        for rowid, (id, native, name) in walked("phonebookcontact", ("_id", "native_id", "display_name")):
            key = whole(id)
            key = rowid if key is None else key
            used.add(key)
            own = [n.replace(" ", "").replace("-", "") for n in numbers.get(key, [])]
            spot = f"table phonebookcontact row {rowid}"
            for number in own[:1]:
                yield from account(number, spot)
            first = accounts.get(phone(own[0]) or own[0]) if own else None
            yield Contact(
                at(item, spot),
                "viber",
                None if first is None else first.id,
                words(name) or None,
                tuple(dict.fromkeys(phone(n) or n for n in own)),
                detail=None if native is None else {"native_id": native},
            )
        lone = sorted({n for key, own in numbers.items() if key not in used for n in own})
        if lone:
            what = f"{len(lone)} numbers in phonebookdata belong to no row of phonebookcontact: {', '.join(lone[:20])}"
            problems.append(Problem(at(item, "table phonebookdata row 0"), "RTV-V031", what))
    yield from problems


def members(item: Item) -> dict[str, Account]:
    """Accounts by number out of `viber_messages` beside this file, so that a call and a message name the same account."""
    found: dict[str, Account] = {}
    for name in ("viber_messages", "viber_messages.db"):
        side = item.sibling(name)
        if side is None or not looks_like_sqlite(side):
            continue
        with opened(side) as db:
            columns = ("number", "member_id", "contact_name", "display_name", "participant_type")
            for step in db.walk("participants_info", columns):
                if isinstance(step, Lost):
                    continue
                number, member, contact, display, kind = step[1]
                tel, native = phone(number), words(member)
                if tel:
                    found.setdefault(
                        tel,
                        Account(
                            at(side, f"table participants_info row {step[0]}"),
                            account_id("viber", native or tel),
                            "viber",
                            name=words(contact or display) or None,
                            phone=tel,
                            native=native or words(number),
                            owner=kind is not None and whole(kind) == 0,
                            ground="number, as viber_messages beside it ties it to a member",
                        ),
                    )
    return found


READER = Reader(
    name="viber.android_data",
    title="Viber for Android, calls and address book (viber_data)",
    sniff=sniff,
    read=read,
    count=count,
    related=related,
    facts={
        "versions": "tables as created by the app of about 2018 (public decompilation) and as read by ALEAPP and Autopsy; "
        "written from these, not from a real database",
        "read": ["calls with direction, duration, audio or video", "the address book with all numbers"],
        "lost": [],
        "recalled": ["which of data1, data2, data3 holds the number: all are looked at"],
    },
)
