"""What must hold of every reading, for the tests of several readers."""

from __future__ import annotations

from typing import TypeVar

from ritrova.model.ids import message_id
from ritrova.model.records import Account, Call, Contact, Conversation, Event, Message, Problem, Read, Skip
from ritrova.model.shapes import Ask, Item, Reader, Tiles

R = TypeVar("R")


def only(kind: type[R], records: list[Read]) -> list[R]:
    """The records of one kind."""
    return [r for r in records if isinstance(r, kind)]


def texts(records: list[Read]) -> list[str]:
    """The texts of all messages."""
    return [m.text for m in only(Message, records)]


def account_of(records: list[Read], message: Message) -> Account:
    """The account that sent a message."""
    return next(a for a in only(Account, records) if a.id == message.sender)


def read(
    reader: Reader, item: Item, ask: Ask | None = None, codes: dict[str, str] | None = None
) -> list[Read]:
    """All records of an item, after checking the sums, the order of records and the ids."""
    ask = ask or Ask()
    records = list(reader.read(item, ask))
    found = reader.count(item, ask)
    left = sum(r.entries for r in records if isinstance(r, Problem | Skip))
    if isinstance(found, Tiles):
        spans = sorted(
            tuple(int(x) for x in r.at.spot[6:].split("-"))
            for r in records
            if isinstance(r, Message | Skip | Problem) and r.at.spot.startswith("bytes ") and _tiles(r)
        )
        at = 0
        for start, end in spans:
            assert start == at, f"bytes {at}-{start} belong to no record"
            at = end
        assert at == found.size
    else:
        assert found["messages"] == len(only(Message, records)) + left
        assert found.get("calls", 0) == len(only(Call, records))
        assert found.get("contacts", 0) == len(only(Contact, records))
    seen: set[str] = set()
    known = {r.id for r in records if isinstance(r, Account | Conversation)}
    for r in records:
        if isinstance(r, Account | Conversation):
            seen.add(r.id)
        elif isinstance(r, Message):
            assert r.conversation in seen
            assert r.sender is None or r.sender in seen
    for e in only(Event, records):
        assert e.account is None or e.account in known
    for c in only(Call, records):
        assert c.caller is None or c.caller in known
        assert all(p in known for p in c.participants)
    ids = [message_id(m.at) for m in only(Message, records)]
    assert len(ids) == len(set(ids))
    if codes is not None:
        assert {p.code for p in only(Problem, records)} <= set(codes)
    return records


def _tiles(record: Read) -> bool:
    return not isinstance(record, Problem) or record.entries > 0
