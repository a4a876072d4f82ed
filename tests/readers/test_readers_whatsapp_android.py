"""WhatsApp for Android: invented databases for every odd state, and the public ones."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Account, Call, Contact, Conversation, Event, Message, Problem, Read, Skip
from ritrova.model.shapes import Ask
from ritrova.readers.whatsapp_android import PROBLEMS, READER
from shared_files import shared
from writers.whatsapp_db import BOOK, DAY, MORE, NOW, OLD, Builder, dump, people

R = TypeVar("R")


def read(content: bytes, beside: dict[str, bytes] | None = None, name: str = "msgstore.db") -> list[Read]:
    """Everything the reader says; the sum must add up and what is named must come first."""
    item = MemoryItem(name, content, folder=beside or {})
    assert READER.sniff(item)
    records = list(READER.read(item, Ask()))
    counted = READER.count(item, Ask())
    assert isinstance(counted, dict)
    contacts = counted.get("contacts", 0)
    assert contacts == len(only(Contact, records))
    skipped = sum(r.entries for r in records if isinstance(r, Skip | Problem))
    assert counted.get("messages", 0) == sum(isinstance(r, Message) for r in records) + skipped
    assert counted.get("calls", 0) == sum(isinstance(r, Call) for r in records)
    known: set[str] = set()
    spots: set[str] = set()
    for r in records:
        if isinstance(r, Account | Conversation):
            assert r.id not in known
            known.add(r.id)
        elif isinstance(r, Message):
            assert r.conversation in known and (r.sender is None or r.sender in known)
            assert r.at.spot not in spots
            spots.add(r.at.spot)
        elif isinstance(r, Event):
            assert r.account is None or r.account in known
    return records


def only(kind: type[R], records: Sequence[Read]) -> list[R]:
    """The records of one kind."""
    return [r for r in records if isinstance(r, kind)]


def sender(m: Message, records: Sequence[Read]) -> Account:
    """The account of a message's sender."""
    return next(a for a in only(Account, records) if a.id == m.sender)


@pytest.fixture
def now(tmp_path: Path) -> Builder:
    b = Builder(tmp_path / "msgstore.db", NOW, MORE)
    people(b)
    return b


def test_plain_messages_have_sender_time_and_key(now: Builder) -> None:
    now.message(1, 1, "salaam", sender=0)
    now.message(2, 1, "marhaba", mine=1)
    now.message(3, 2, "for sale: a table", sender=2)
    records = read(now.bytes())
    a, b, c = only(Message, records)
    assert (a.text, sender(a, records).phone, a.sent.utc) == (
        "salaam",
        "+9647700000011",
        "2024-05-01T08:01:00Z",
    )
    assert sender(b, records).owner
    assert sender(c, records).phone == "+9647700000012"
    assert c.native is not None and c.native.key == "K3" and c.at.spot == "table message row 3"
    chats = {x.id: x for x in only(Conversation, records)}
    assert (chats[c.conversation].name, chats[c.conversation].kind) == ("Tea and tables", "group")
    assert chats[a.conversation].kind == "direct"


def test_a_lid_is_resolved_and_both_are_kept(now: Builder) -> None:
    now.put("jid_map", lid_row_id=4, jid_row_id=1)
    now.put("lid_display_name", lid_row_id=5, display_name="Sam")
    now.message(1, 1, "by number")
    now.message(2, 3, "by hidden number")
    now.message(3, 2, "in the group", sender=4)
    now.message(4, 2, "nobody knows me", sender=5)
    records = read(now.bytes())
    a, b, c, d = only(Message, records)
    assert a.sender == b.sender == c.sender
    assert a.conversation == b.conversation
    assert (sender(a, records).detail or {})["lid"] == "77700000000001@lid"
    unknown = sender(d, records)
    assert (unknown.phone, unknown.native, unknown.name) == (None, "77700000000002@lid", "Sam")
    assert [p.code for p in only(Problem, records)] == ["RTV-W108"]


def test_a_card_in_a_lid_chat(now: Builder) -> None:
    now.message(1, 3, None, kind=4)
    now.put(
        "message_vcard",
        message_row_id=1,
        vcard="BEGIN:VCARD\nFN:Dana K\nTEL;waid=96477:+964 770 000 0013\nEND:VCARD",
    )
    (m,) = only(Message, read(now.bytes()))
    assert m.kind == "contact" and m.detail is not None
    assert (
        m.detail["contacts"][0]["phones"] == ["+964 770 000 0013"]
        and m.detail["contacts"][0]["name"] == "Dana K"
    )


@pytest.mark.parametrize("state", ["revoked", "edited", "gone", "same"])
def test_a_quote_keeps_what_its_original_lost(now: Builder, state: str) -> None:
    if state != "gone":
        text = {"revoked": None, "edited": "price 90", "same": "price 70"}[state]
        now.message(1, 1, text, kind=15 if state == "revoked" else 0)
    now.message(2, 1, "too much", mine=1)
    now.put("message_quoted", message_row_id=2, chat_row_id=1, parent_message_chat_row_id=1, from_me=0, key_id="K1",
            timestamp=DAY, message_type=0, text_data="price 70", sender_jid_row_id=1)  # fmt: skip
    m = only(Message, read(now.bytes()))[-1]
    assert m.reply_to is not None and m.reply_to.snapshot == "price 70" and m.reply_to.key == "K1"
    assert ("recovered" in m.flags) == (state != "same")
    assert ("message" in (m.reply_to.detail or {})) == (state != "gone")


def test_without_any_optional_table_or_column(tmp_path: Path) -> None:
    b = Builder(tmp_path / "msgstore.db", "CREATE TABLE message (_id INTEGER PRIMARY KEY, chat_row_id INTEGER, key_id TEXT, text_data TEXT)")  # fmt: skip
    b.put("message", _id=1, chat_row_id=7, key_id="a", text_data="hello")
    b.put("message", _id=2, chat_row_id=None, key_id=None, text_data=None)
    records = read(b.bytes())
    a, c = only(Message, records)
    assert a.text == "hello" and a.sender is None and a.sent.utc is None
    assert c.kind == "unsupported"


def test_rows_that_stand_only_in_the_log(now: Builder, tmp_path: Path) -> None:
    now.message(1, 1, "in the file")
    now.db.commit()
    now.db.close()
    db = sqlite3.connect(now.path)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute(
        "INSERT INTO message (_id, chat_row_id, from_me, key_id, text_data, sort_id) VALUES (2,1,0,'K2','in the log',2)"
    )
    db.commit()
    content, log = now.path.read_bytes(), Path(str(now.path) + "-wal").read_bytes()
    db.close()
    records = read(content, {"msgstore.db-wal": log})
    assert [m.text for m in only(Message, records)] == ["in the file", "in the log"]
    assert "RTV-W107" in [p.code for p in only(Problem, records)]
    assert [m.text for m in only(Message, read(content))] == ["in the file"]


def test_an_unknown_type_is_kept(now: Builder) -> None:
    now.message(1, 1, "new thing", kind=999)
    records = read(now.bytes())
    (m,) = only(Message, records)
    assert (m.kind, m.text, m.native and m.native.type) == ("unsupported", "new thing", 999)
    assert (m.detail or {})["shown"] == "type 999"
    assert [p.code for p in only(Problem, records)] == ["RTV-W104", "RTV-W108"]


def test_old_and_current_table_are_united(tmp_path: Path) -> None:
    b = Builder(tmp_path / "msgstore.db", NOW, MORE, OLD)
    people(b)
    b.put("message", _id=1, chat_row_id=-1, from_me=0, key_id="-1", sort_id=0)
    b.message(2, 1, "in both")
    b.message(3, 1, "only now", mine=1)
    jid = "9647700000011@s.whatsapp.net"
    b.put("messages", _id=1, key_remote_jid="-1", key_from_me=0, key_id="-1", media_wa_type="-1")
    b.put(
        "messages",
        _id=2,
        key_remote_jid=jid,
        key_from_me=0,
        key_id="K2",
        data="in both",
        timestamp=DAY,
        media_wa_type="0",
    )
    b.put(
        "messages",
        _id=3,
        key_remote_jid=jid,
        key_from_me=1,
        key_id="K2",
        data="same key, other way",
        timestamp=DAY,
    )
    b.put("messages", _id=4, key_remote_jid="120363000000000001@g.us", key_from_me=0, key_id="K9", data="only before",
          timestamp=DAY, media_wa_type="0", remote_resource="9647700000012@s.whatsapp.net")  # fmt: skip
    records = read(b.bytes())
    assert [m.text for m in only(Message, records)] == [
        "in both",
        "only now",
        "same key, other way",
        "only before",
    ]
    assert len(only(Skip, records)) == 3
    both = next(p for p in only(Problem, records) if p.code == "RTV-W103")
    assert "4 rows in messages (old), 3 in message (current), 1 in both" in both.what
    old = only(Message, records)[-1]
    assert sender(old, records).phone == "+9647700000012" and old.at.spot == "table messages row 4"


def test_the_old_schema_alone(tmp_path: Path) -> None:
    b = Builder(tmp_path / "msgstore.db", OLD)
    jid, group = "9647700000011@s.whatsapp.net", "9647700000011-1400000000@g.us"
    b.put("chat_list", key_remote_jid=group, subject="Old friends")
    b.put(
        "messages_quotes",
        _id=5,
        key_remote_jid=jid,
        key_from_me=0,
        key_id="lost",
        data="was here",
        media_wa_type="0",
    )
    b.put(
        "messages",
        key_remote_jid=jid,
        key_from_me=1,
        key_id="a",
        data="hi",
        timestamp=str(DAY),
        media_wa_type="0",
        quoted_row_id=5,
    )
    b.put("messages", key_remote_jid=group, key_from_me=0, key_id="b", data=None, timestamp=DAY, media_wa_type="1",
          media_caption="a table", media_mime_type="image/jpeg", remote_resource=jid)  # fmt: skip
    b.put(
        "messages",
        key_remote_jid=group,
        key_from_me=0,
        key_id="c",
        data="Old friends",
        timestamp=DAY,
        media_wa_type="0",
        status=6,
    )
    b.put(
        "messages",
        key_remote_jid=jid,
        key_from_me=0,
        key_id="d",
        timestamp=DAY,
        media_wa_type="5",
        latitude=36.3,
        longitude=43.1,
    )
    records = read(b.bytes())
    a, c, s, place = only(Message, records)
    assert (
        a.sent.utc == "2024-05-01T08:00:00Z" and a.reply_to is not None and a.reply_to.snapshot == "was here"
    )
    assert (c.kind, c.text, len(c.attachments)) == ("media", "a table", 1)
    assert (s.kind, s.sender) == ("system", None)
    assert place.kind == "location" and (place.detail or {})["location"]["latitude"] == 36.3
    assert "Old friends" in [x.name for x in only(Conversation, records)]


def test_media_are_joined_by_path_and_checked_by_hash(now: Builder) -> None:
    right, wrong = b"picture one", b"picture two"
    told = base64.b64encode(hashlib.sha256(right).digest()).decode()
    for n, path in enumerate(("Media/WhatsApp Images/IMG-1.jpg", "Media/IMG-2.jpg", "../IMG-3.jpg", None), 1):
        now.message(n, 1, "caption" if n == 1 else None, kind=1)
        now.put("message_media", message_row_id=n, file_path=path, mime_type="image/jpeg", file_hash=told)
    records = read(
        now.bytes(),
        {"Media/WhatsApp Images/IMG-1.jpg": right, "Media/IMG-2.jpg": wrong, "../IMG-3.jpg": right},
    )
    one, two, three, four = (m.attachments[0] for m in only(Message, records))
    assert (
        one.present
        and one.sha256 == hashlib.sha256(right).hexdigest()
        and "hash_mismatch" not in (one.detail or {})
    )
    assert two.present and "hash_mismatch" in (two.detail or {})
    assert not three.present and not four.present and four.sha256 == hashlib.sha256(right).hexdigest()
    assert "RTV-W109" in [p.code for p in only(Problem, records)]


def test_what_stands_around_messages(now: Builder) -> None:
    now.message(1, 2, "who comes?", sender=2, kind=66)
    now.put("message_poll", message_row_id=1, selectable_options_count=1)
    now.put("message_poll_option", _id=8, message_row_id=1, option_name="me", vote_total=1)
    now.message(2, 2, "new price", sender=2)
    now.put(
        "message_edit_info",
        message_row_id=2,
        original_key_id="K2old",
        edited_timestamp=DAY,
        sender_timestamp=DAY,
    )
    now.put("message_forwarded", message_row_id=2, forward_score=5)
    now.put("message_ephemeral", message_row_id=2, duration=86400, expire_timestamp=DAY)
    now.message(3, 2, None, sender=2, kind=15)
    now.put(
        "message_revoked", message_row_id=3, revoked_key_id="K3x", admin_jid_row_id=1, revoke_timestamp=DAY
    )
    now.message(4, 1, None, kind=42)
    now.put("message_view_once_media", message_row_id=4, state=0)
    now.message(5, 1, None, kind=23)
    now.put("message_product", message_row_id=5, title="Table", currency_code="USD", amount_1000=3700000)
    now.message(6, 2, "Market: cars", sender=2, kind=7)
    now.put("message_system", message_row_id=6, action_type=1)
    now.put("message_system_value_change", message_row_id=6, old_data="Tea and tables")
    now.message(7, 2, None, sender=2, kind=7)
    now.put("message_system", message_row_id=7, action_type=12)
    now.put("message_system_chat_participant", message_row_id=7, user_jid_row_id=1)
    now.put(
        "message_add_on",
        _id=1,
        chat_row_id=2,
        from_me=1,
        key_id="R1",
        parent_message_row_id=2,
        timestamp=DAY,
        message_add_on_type=56,
    )
    now.put("message_add_on_reaction", message_add_on_row_id=1, reaction="👍", sender_timestamp=DAY)
    now.put(
        "message_add_on",
        _id=2,
        chat_row_id=2,
        from_me=0,
        key_id="V1",
        sender_jid_row_id=1,
        parent_message_row_id=1,
        timestamp=DAY,
        message_add_on_type=67,
    )
    now.put("message_add_on_poll_vote", message_add_on_row_id=2, sender_timestamp=DAY)
    now.put("message_add_on_poll_vote_selected_option", message_add_on_row_id=2, message_poll_option_id=8)
    now.put(
        "message_add_on",
        _id=3,
        chat_row_id=2,
        from_me=0,
        key_id="R2",
        sender_jid_row_id=1,
        parent_message_row_id=999,
        timestamp=DAY,
    )
    now.put("message_add_on_reaction", message_add_on_row_id=3, reaction="❤", sender_timestamp=DAY)
    now.put(
        "receipt_user",
        message_row_id=2,
        receipt_user_jid_row_id=1,
        receipt_timestamp=DAY,
        read_timestamp=DAY + 1000,
        played_timestamp=0,
    )
    now.put("group_participant_user", group_jid_row_id=3, user_jid_row_id=2, rank=1)
    now.put("group_past_participant_user", group_jid_row_id=3, user_jid_row_id=1, is_leave=1, timestamp=DAY)
    now.put(
        "call_log",
        _id=1,
        jid_row_id=1,
        from_me=0,
        call_id="C1",
        timestamp=DAY,
        video_call=1,
        duration=61,
        call_result=5,
    )
    now.put(
        "call_log",
        _id=2,
        jid_row_id=1,
        from_me=1,
        call_id="C2",
        timestamp=DAY,
        video_call=0,
        duration=0,
        call_result=2,
    )
    now.put("message_orphaned_edit", key_id="zz")
    records = read(now.bytes())
    m = {int(x.at.spot.rpartition(" ")[2]): x for x in only(Message, records)}
    poll = m[1].detail or {}
    assert m[1].kind == "poll" and poll["poll"]["options"] == [{"text": "me", "votes": 1}]
    assert m[2].edited is not None and m[2].edited.utc == "2024-05-01T08:00:00Z"
    assert (m[2].detail or {})["forward_score"] == 5 and m[2].forwarded_from and "ttl" in m[2].flags
    assert m[3].kind == "deleted" and "view_once" in m[4].flags
    product = m[5].detail or {}
    assert (product["product"]["amount"], product["product"]["currency_code"]) == (3700.0, "USD")
    subject = (m[6].detail or {})["system"]
    assert m[6].sender is None and (subject["before"], subject["said"]) == (
        "Tea and tables",
        "subject changed",
    )
    events = only(Event, records)
    kinds = [e.kind for e in events]
    assert sorted(kinds) == [
        "membership",
        "membership",
        "reaction",
        "reaction",
        "receipt",
        "revocation",
        "vote",
    ]
    reaction = next(e for e in events if e.kind == "reaction")
    assert (
        reaction.message is not None
        and reaction.message.endswith("r2.message")
        and (reaction.detail or {})["reaction"] == "👍"
    )
    assert [e.message for e in events if e.kind == "reaction"][1] is None
    vote = next(e for e in events if e.kind == "vote")
    assert (vote.detail or {})["options"] == ["me"]
    receipt = next(e for e in events if e.kind == "receipt")
    assert receipt.detail == {"received": "2024-05-01T08:00:00Z", "read": "2024-05-01T08:00:01Z"}
    one, two = only(Call, records)
    assert (one.seconds, one.video, one.result) == (61.0, True, "5 (connected)")
    assert (two.result, two.seconds) == ("2", 0.0)
    assert next(a for a in only(Account, records) if a.id == one.caller).phone == "+9647700000011"
    assert "RTV-W105" in [p.code for p in only(Problem, records)]
    group = next(c for c in only(Conversation, records) if c.kind == "group")
    assert len(group.members) == 1 and (group.detail or {})["admins"] == list(group.members)


def test_the_order_is_the_apps(now: Builder) -> None:
    now.message(1, 1, "second", sort_id=20)
    now.message(2, 1, "first", sort_id=10)
    now.message(3, 2, "other chat", sender=2, sort_id=5)
    assert [m.text for m in only(Message, read(now.bytes()))] == ["first", "second", "other chat"]


def test_values_of_the_wrong_kind(now: Builder) -> None:
    now.message(1, 1, None, timestamp="not a time")
    now.put(
        "message",
        _id=3,
        chat_row_id="1",
        from_me="0",
        key_id=b"\x01\x02",
        timestamp=1714550400,
        message_type="0",
        text_data=12345,
    )
    now.put(
        "message",
        _id=4,
        chat_row_id=77,
        from_me=2,
        key_id="",
        timestamp=-5,
        message_type="x",
        text_data="kept",
    )
    now.put(
        "message",
        _id=5,
        chat_row_id=2,
        from_me=0,
        key_id="z",
        sender_jid_row_id=4711,
        timestamp=2**62,
        message_type=0,
        text_data="who",
    )
    records = read(now.bytes())
    m = {int(x.at.spot.rpartition(" ")[2]): x for x in only(Message, records)}
    assert m[1].sent.utc is None and m[1].sent.written == "not a time"
    assert m[3].text == "12345" and m[3].sent.utc == "2024-05-01T08:00:00Z" and "seconds" in m[3].sent.ground
    assert m[4].text == "kept" and m[4].sent.utc is None
    assert m[5].sent.utc is None and "missing" in sender(m[5], records).ground


def test_names_come_from_the_address_book(now: Builder, tmp_path: Path) -> None:
    book = Builder(tmp_path / "wa.db", BOOK)
    book.put(
        "wa_contacts",
        jid="9647700000011@s.whatsapp.net",
        number="+964 770 000 0011",
        display_name="Dana",
        wa_name="dd",
    )
    book.put("wa_contacts", jid="9647700000012@s.whatsapp.net", display_name=None, wa_name="Sam")
    book.put("wa_contacts", jid=None, display_name="only a card")
    content = book.bytes()
    now.message(1, 1, "hi")
    now.message(2, 2, "ho", sender=2)
    records = read(now.bytes(), {"wa.db": content})
    a, b = only(Message, records)
    assert (a.sender_name, b.sender_name) == ("Dana", "Sam")
    alone = read(content, name="wa.db")
    assert [(c.name, c.phones) for c in only(Contact, alone)] == [
        ("Dana", ("+964 770 000 0011", "+9647700000011")), ("Sam", ("+9647700000012",)), ("only a card", ()),
    ]  # fmt: skip
    assert len(only(Account, alone)) == 2


def test_a_damaged_database_gives_what_can_be_read(now: Builder) -> None:
    for n in range(1, 2001):
        now.message(n, 1, f"line {n} " + "x" * 60)
    content = bytearray(now.bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xaa" * 4096
    item = MemoryItem("msgstore.db", bytes(content))
    records = list(READER.read(item, Ask()))
    assert len(only(Message, records)) > 100
    assert "RTV-W102" in [p.code for p in only(Problem, records)]


def test_the_public_database_of_2022_loses_nothing() -> None:
    content = shared("fixtures", "whatsapp", "crypt", "msgstore.db").read_bytes()
    records = read(content)
    assert (len(only(Message, records)), len(only(Skip, records))) == (9, 2)
    assert {m.attachments[0].mime for m in only(Message, records)} == {"image/jpeg", "video/mp4"}
    assert "10 rows in messages (old), 1 in message (current)" in only(Problem, records)[0].what


def test_the_public_sql_dump_reads(tmp_path: Path) -> None:
    folder = shared("fixtures", "whatsapp", "android_sql")
    content = dump([(folder / "msgstore.sql").read_text("utf-8")], tmp_path / "m.db")
    book = dump([(folder / "wa.sql").read_text("utf-8")], tmp_path / "w.db")
    records = read(content, {"wa.db": book})
    system, last, place, deleted = only(Message, records)
    assert (system.kind, last.text, place.kind, deleted.kind) == (
        "system",
        "Last group message",
        "location",
        "deleted",
    )
    assert last.edited is not None and last.reply_to is not None and last.reply_to.key == "GROUPMSG00100"
    assert len(only(Contact, read(book, name="wa.db"))) == 2


def test_every_code_is_explained(now: Builder) -> None:
    assert all(code.startswith("RTV-W1") and len(text) > 60 for code, text in PROBLEMS.items())
