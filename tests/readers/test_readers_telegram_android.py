"""Telegram for Android: columns, contents of several layers, contents of kinds that nobody here knows."""

from __future__ import annotations

import random

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.formats.tl import decoded
from ritrova.model import ids
from ritrova.model.records import Account, Contact, Conversation, Event, Message, Problem, Read
from ritrova.readers.telegram_android import PROBLEMS, READER
from writers import telegram_android as w
from writers.reading import only
from writers.reading import read as checked


def read(content: bytes, folder: dict[str, bytes] | None = None) -> list[Read]:
    item = MemoryItem("cache4.db", content, folder=folder)
    assert READER.sniff(item)
    return checked(READER, item, None, PROBLEMS)


def one(raw: bytes | None, *, mid: int = 5, uid: int = 501, out: int = 0, date: int = w.DATE) -> Message:
    found = only(Message, read(w.database([(mid, uid, date, out, raw)], users=[(501, "Samir;;;samir")])))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("layer", [140, 181, 229])
def test_words_time_and_sender_of_three_layers(layer: int) -> None:
    m = one(w.message(5, "كم السعر 🙂", w.user(501), sender=w.user(501), layer=layer))
    assert m.text == "كم السعر 🙂" and m.sender_name == "Samir" and m.flags == ()
    assert m.sent.utc == "2022-09-24T06:14:20Z" and m.at.spot == "table messages_v2 row 1"
    assert m.sender == ids.account_id("telegram", "user501")


@pytest.mark.parametrize("size", [0, 1, 3, 253, 254, 255, 256, 70000])
def test_strings_of_every_length_form(size: int) -> None:
    text = "x" * size
    entity = w.vector(w.phone_entity(0, 1))
    m = one(w.message(5, text, w.user(501), entities=entity))
    assert m.text == text and m.flags == () and m.detail is not None and m.detail["entities"]


def test_entities_are_utf16_units() -> None:
    m = one(w.message(5, "🙂 +964770", w.user(501), entities=w.vector(w.phone_entity(3, 7))))
    assert m.detail is not None
    mark = m.detail["entities"][0]
    assert m.text[mark["start"] : mark["end"]] == "+964770" and mark["type"] == "phone"


def test_replies_forwards_and_cards() -> None:
    raw = w.message(5, "x", w.user(501), reply=w.reply(4), forward=w.forward("News"))
    m = one(raw)
    assert m.reply_to is not None and m.reply_to.key == "4" and m.forwarded_from == "News"
    m = one(w.message(5, "", w.user(501), media=w.contact("+9647700000001", "Ali")))
    assert (
        m.kind == "contact" and m.detail is not None and m.detail["contact"]["phones"] == ["+9647700000001"]
    )


def test_who_sent_follows_direction_where_the_content_does_not_say() -> None:
    assert one(w.message(5, "x", w.user(501))).sender == ids.account_id("telegram", "user501")
    mine = one(w.message(5, "x", w.user(501)), out=1)
    assert "weak_identity" in mine.flags and mine.detail is not None and "out" in mine.detail["sender_ground"]
    rows = [
        (5, 501, w.DATE, 1, w.message(5, "x", w.user(501), sender=w.user(900))),
        (6, 501, w.DATE, 1, None),
    ]
    found = only(Message, read(w.database(rows)))
    assert {m.sender for m in found} == {ids.account_id("telegram", "user900")}


def test_channels_meet_their_desktop_export() -> None:
    raw = w.message(5, "x", w.channel(1700), flags=1 << 14)
    records = read(w.database([(5, -1700, w.DATE, 0, raw)], chats=[(1700, "Market", None)]))
    chat = only(Conversation, records)[0]
    assert chat.id == ids.conversation_id("telegram", "channel1700") and chat.name == "Market"
    assert only(Message, records)[0].sender == ids.account_id("telegram", "channel1700")


def test_a_group_that_nothing_describes_is_not_guessed() -> None:
    chat = only(Conversation, read(w.database([(5, -1700, w.DATE, 0, None)])))[0]
    assert chat.native == "peer1700" and chat.kind == "unknown"


def test_service_lines_are_messages_and_events() -> None:
    for action, name in ((w.PIN, "PinMessage"), (w.added(7, 8), "ChatAddUser")):
        rows = [(5, -1700, w.DATE, 0, w.service(5, w.channel(1700), action, sender=w.user(501)))]
        records = read(w.database(rows))
        assert only(Message, records)[0].kind == "system"
        event = only(Event, records)[0]
        assert event.detail is not None and event.detail["action"] == f"messageAction{name}"


def test_an_unknown_part_costs_only_itself_and_is_named_and_counted() -> None:
    odd = w.i(0x0BADF00D) + w.s("whatever")
    rows = [(n, 501, w.DATE, 0, w.message(n, f"words {n}", w.user(501), media=odd)) for n in (5, 6)]
    records = read(w.database(rows))
    found = only(Message, records)
    assert [m.text for m in found] == ["words 5", "words 6"]
    assert all("partly_read" in m.flags for m in found)
    problem = only(Problem, records)
    assert [p.code for p in problem] == ["RTV-T202"] and "2 messages" in problem[0].what
    assert "0x0badf00d" in problem[0].what


def test_a_content_of_unknown_kind_gives_its_words_by_the_rows_date() -> None:
    raw = w.i(0x0BADF00D) + w.i(0) + w.i(5) + w.user(501) + w.i(w.DATE) + w.s("سعر الكرسي") + w.i(7)
    m = one(raw)
    assert m.text == "سعر الكرسي" and {"recovered", "partly_read"} <= set(m.flags)
    for bad in (w.s(b"\xff\xfe\xfa\xfb"), w.s(b"\x01\x02\x03"), b"\xff", b""):
        m = one(w.i(0x0BADF00D) + w.i(0) + w.i(5) + w.i(w.DATE) + bad)
        assert m.text == "" and "recovered" not in m.flags


def test_columns_and_content_that_disagree_are_said() -> None:
    records = read(w.database([(5, 501, w.DATE, 0, w.message(5, "x", w.user(501), date=w.DATE + 9))]))
    assert [p.code for p in only(Problem, records)] == ["RTV-T203"]
    assert only(Message, records)[0].sent.utc == "2022-09-24T06:14:20Z"
    assert "column_conflict" in only(Message, records)[0].flags


@pytest.mark.parametrize("uid", [77 << 32, (1 << 62) | 77])
def test_secret_chats_are_listed_and_read(uid: int) -> None:
    rows = [(-5, uid, w.DATE, 0, w.secret(-5, "hidden", 501))]
    records = read(
        w.database(rows, secrets=[(77, 501, "Samir"), (78, 502, "Noor")], users=[(501, "Samir;;;")])
    )
    chats = only(Conversation, records)
    assert [c.name for c in chats] == ["Samir", "Noor"] and all(
        c.detail and c.detail["secret"] for c in chats
    )
    m = only(Message, records)[0]
    assert m.text == "hidden" and "secret_chat" in m.flags and m.conversation == chats[0].id


def test_contacts_carry_their_numbers() -> None:
    records = read(w.database([], contacts=[(1, 501, "Ali", "H", "9647700000001"), (2, 0, "Shop", "", "99")]))
    found = only(Contact, records)
    assert [c.phones for c in found] == [("9647700000001",), ("99",)]
    assert found[0].name == "Ali H" and found[1].account is None


def test_users_have_names_and_handles() -> None:
    records = read(w.database([], users=[(501, "Samir A;;;samir"), (502, "Noor"), (503, ";;;"), (504, "")]))
    assert [(a.name, a.handle) for a in only(Account, records)] == [
        ("Samir A", "@samir"), ("Noor", None), (None, None), (None, None)]  # fmt: skip


def test_an_older_table_and_missing_columns() -> None:
    columns = "mid INTEGER, uid INTEGER, date INTEGER, out INTEGER, data BLOB"
    content = w.database(
        [(5, 501, w.DATE, 0, w.message(5, "x", w.user(501)))], table="messages", columns=columns
    )
    assert [m.text for m in only(Message, read(content))] == ["x"]


def test_rows_with_nothing_or_odd_values() -> None:
    m = one(None)
    assert m.text == "" and m.sender == ids.account_id("telegram", "user501")
    content = w.database([(5, 501, w.DATE, 0, None)]).replace(b"", b"")
    assert len(only(Message, read(content))) == 1
    m = one(b"", date=-(10**15))
    assert m.sent.utc is None and m.sent.written == str(-(10**15))
    assert one(b"\x00").text == "" and one(w.i(0x90A6CA84) + w.i(0) + w.i(5)).kind == "deleted"


def test_bytes_after_the_object_belong_to_the_app() -> None:
    assert one(w.message(5, "x", w.user(501)) + w.s("/storage/x.jpg") + b"\x00" * 9).flags == ()


def test_cut_and_shuffled_contents_never_raise() -> None:
    whole = w.message(
        5, "words", w.user(501), sender=w.user(7), reply=w.reply(1), entities=w.vector(w.phone_entity(0, 5))
    )
    for end in range(len(whole)):
        value, broken = decoded(whole[:end])
        assert broken is not None
        assert value.get("message", "words") == "words"
    rng = random.Random(3)
    for _ in range(2000):
        spoiled = bytearray(whole)
        for _ in range(3):
            spoiled[rng.randrange(len(spoiled))] = rng.randrange(256)
        decoded(bytes(spoiled))
    huge = (
        w.i(0x94345242)
        + w.i(0x80)
        + w.i(0)
        + w.i(5)
        + w.user(1)
        + w.i(1)
        + w.s("x")
        + w.i(0x1CB5C415)
        + w.i(2**31 - 1)
    )
    assert decoded(huge)[1] is not None


def test_other_databases_are_not_claimed() -> None:
    assert not READER.sniff(MemoryItem("x.db", b""))
    assert not READER.sniff(MemoryItem("x.db", b"SQLite format 3\x00" + bytes(200)))
