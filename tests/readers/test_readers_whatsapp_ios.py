"""WhatsApp for iPhone: the public reference phone, and invented rows of the odd kinds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Account, Call, Contact, Conversation, Event, Message, Problem, Read
from ritrova.model.shapes import Ask
from ritrova.readers.whatsapp_ios import PROBLEMS, READER
from shared_files import shared
from writers.whatsapp_db import IOS, Builder

R = TypeVar("R")


def read(name: str, content: bytes, beside: dict[str, bytes] | None = None) -> list[Read]:
    """Everything the reader says about a database."""
    item = MemoryItem(name, content, folder=beside or {})
    assert READER.sniff(item)
    records = list(READER.read(item, Ask()))
    counted = READER.count(item, Ask())
    assert isinstance(counted, dict)
    assert counted.get("messages", 0) == len(only(Message, records))
    return records


def only(kind: type[R], records: list[Read]) -> list[R]:
    """The records of one kind."""
    return [r for r in records if isinstance(r, kind)]


def public(name: str) -> list[Read]:
    """A database of the public reference phone, with what lies beside it."""
    folder = shared("fixtures", "whatsapp", "ios")
    beside = {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix != ".json"}
    return read(name, (folder / name).read_bytes(), beside)


def test_the_public_phone_gives_the_expected_messages() -> None:
    expected = json.loads(shared("fixtures", "whatsapp", "ios", "expected_messages.json").read_text("utf-8"))[
        "data"
    ]
    records = public("ChatStorage.sqlite")
    accounts = {a.id: a for a in only(Account, records)}
    chats = {c.id: c for c in only(Conversation, records)}
    seen = []
    for m in only(Message, records):
        assert m.sent.utc is not None
        when = datetime.fromisoformat(m.sent.utc.replace("Z", "+00:00")).astimezone(UTC)
        place = (m.detail or {}).get("location", {})
        mine = m.sender is not None and accounts[m.sender].owner
        seen.append(
            (
                int(when.timestamp()),
                "Local User" if mine else chats[m.conversation].name,
                m.text or None,
                (m.attachments[0].name or "") if m.attachments else "",
                place.get("latitude", ""),
                place.get("longitude", ""),
            )
        )
    wanted = [(r[0], r[1], r[5], r[6].removeprefix("mock_hash_for_"), r[11], r[12]) for r in expected]
    assert len(seen) == 32
    assert sorted(seen, key=repr) == sorted(wanted, key=repr)


def test_the_public_phone_gives_reply_reaction_calls_and_contacts() -> None:
    records = public("ChatStorage.sqlite")
    reply = next(m for m in only(Message, records) if m.reply_to is not None)
    assert (
        reply.reply_to is not None
        and reply.reply_to.snapshot == "Makes sense with all the test data you generate."
    )
    assert "recovered" not in reply.flags
    (reaction,) = only(Event, records)
    assert (reaction.detail or {})["reaction"] == "👍" and reaction.message == (reply.reply_to.detail or {})[
        "message"
    ]
    owner = next(a for a in only(Account, records) if a.owner)
    calls = only(Call, public("CallHistory.sqlite"))
    assert [c.video for c in calls] == [False, False, True, True]
    assert [c.caller == owner.id for c in calls] == [True, False, True, False]
    assert [round(c.seconds or 0) for c in calls] == [95, 101, 105, 104]
    contacts = only(Contact, public("ContactsV2.sqlite"))
    assert len(contacts) == 9
    known = {a.id for a in only(Account, records)}
    assert sum(c.account in known for c in contacts) == 1


def built(path: Path) -> Builder:
    """A direct chat and a group with one member."""
    b = Builder(path, IOS)
    b.put(
        "ZWACHATSESSION",
        Z_PK=1,
        ZCONTACTJID="9647700000011@s.whatsapp.net",
        ZPARTNERNAME="Dana",
        ZSESSIONTYPE=0,
    )
    b.put("ZWACHATSESSION", Z_PK=2, ZCONTACTJID="120363000000000001@g.us", ZPARTNERNAME="Tea", ZSESSIONTYPE=1)
    b.put("ZWAGROUPMEMBER", Z_PK=1, ZMEMBERJID="77700000000002@lid", ZCONTACTNAME="Sam", ZCHATSESSION=2)
    return b


def test_odd_rows_are_kept(tmp_path: Path) -> None:
    b = built(tmp_path / "ChatStorage.sqlite")
    b.put(
        "ZWAMESSAGE",
        Z_PK=1,
        ZCHATSESSION=1,
        ZMESSAGETYPE=777,
        ZISFROMME=0,
        ZTEXT="new",
        ZMESSAGEDATE="736000000.5",
        ZSTANZAID="a",
    )
    b.put("ZWAMESSAGE", Z_PK=2, ZCHATSESSION=99, ZMESSAGETYPE=0, ZTEXT="lost chat", ZMESSAGEDATE=None)
    b.put(
        "ZWAMESSAGE",
        Z_PK=3,
        ZCHATSESSION=2,
        ZMESSAGETYPE=0,
        ZTEXT=b"\xff\xfe",
        ZMESSAGEDATE=1e30,
        ZGROUPMEMBER=1,
    )
    b.put(
        "ZWAMESSAGE",
        Z_PK=4,
        ZCHATSESSION=2,
        ZMESSAGETYPE=14,
        ZTEXT=None,
        ZMESSAGEDATE=736000000,
        ZGROUPMEMBER=1,
    )
    b.put("ZWAMEDIAITEM", Z_PK=1, ZMETADATA=b"\x2a\x04lost\x9a\x01\x0b\x0a\x09was here!")
    b.put(
        "ZWAMESSAGE",
        Z_PK=5,
        ZCHATSESSION=2,
        ZMESSAGETYPE=0,
        ZTEXT="why?",
        ZISFROMME=1,
        ZMEDIAITEM=1,
        ZMESSAGEDATE=736000001,
    )
    b.put(
        "ZWAMEDIAITEM",
        Z_PK=2,
        ZVCARDNAME="Dana K",
        ZVCARDSTRING="BEGIN:VCARD\nTEL:+964 770 000 0013\nEND:VCARD",
    )
    b.put("ZWAMESSAGE", Z_PK=6, ZCHATSESSION=1, ZMESSAGETYPE=4, ZMEDIAITEM=2, ZMESSAGEDATE=736000002)
    b.put("ZWAMEDIAITEM", Z_PK=3, ZMEDIALOCALPATH="Media/x/pic.jpg", ZVCARDSTRING="image/jpeg", ZFILESIZE=4)
    b.put("ZWAMESSAGE", Z_PK=7, ZCHATSESSION=1, ZMESSAGETYPE=1, ZMEDIAITEM=3, ZMESSAGEDATE=736000003)
    b.put("ZWAMESSAGE", Z_PK=8, ZCHATSESSION=1, ZMESSAGETYPE=10, ZGROUPEVENTTYPE=1, ZMESSAGEDATE=736000004)
    records = read("ChatStorage.sqlite", b.bytes(), {"Message/Media/x/pic.jpg": b"four"})
    m = {int(x.at.spot.rpartition(" ")[2]): x for x in only(Message, records)}
    assert (m[1].kind, m[1].sent.utc, m[1].sender_name) == ("unsupported", "2024-04-28T12:26:40.500Z", "Dana")
    assert (m[2].text, m[2].sender, m[2].sent.utc) == ("lost chat", None, None)
    assert m[3].sent.utc is None and m[3].sender_name == "Sam" and m[4].kind == "deleted"
    assert m[5].reply_to is not None and m[5].reply_to.snapshot == "was here!" and "recovered" in m[5].flags
    assert (m[6].detail or {})["contacts"][0]["phones"] == ["+964 770 000 0013"]
    assert m[7].attachments[0].present and m[7].attachments[0].size == 4
    assert m[8].kind == "call"
    assert {p.code for p in only(Problem, records)} == {"RTV-W204", "RTV-W208"}
    assert {p.code for p in only(Problem, records)} <= set(PROBLEMS)


def test_without_the_tables_around_it(tmp_path: Path) -> None:
    b = Builder(
        tmp_path / "c.sqlite",
        "CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZTEXT VARCHAR)",
    )
    b.put("ZWAMESSAGE", Z_PK=1, ZCHATSESSION=1, ZTEXT="alone")
    (m,) = only(Message, read("ChatStorage.sqlite", b.bytes()))
    assert (m.text, m.sender) == ("alone", None)
