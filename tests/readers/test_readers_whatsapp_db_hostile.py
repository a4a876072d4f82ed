"""WhatsApp databases written to hurt: from the format facts alone, on both phones. Nothing may vanish or change hands."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model import ids
from ritrova.model.records import Account, Call, Conversation, Event, Message, Problem, Read, Skip
from ritrova.model.shapes import Ask, Reader
from ritrova.readers.whatsapp_android import PROBLEMS, READER
from ritrova.readers.whatsapp_ios import PROBLEMS as IPROBLEMS
from ritrova.readers.whatsapp_ios import READER as IREADER
from writers.whatsapp_db import DAY, IOS, MORE, NOW, OLD, Builder, people

R = TypeVar("R")
DANA, SAM, GROUP = "9647700000011@s.whatsapp.net", "9647700000012@s.whatsapp.net", "120363000000000001@g.us"
DEAD = "2024-05-01T08:00:00Z"


def only(kind: type[R], records: Sequence[Read]) -> list[R]:
    """The records of one kind."""
    return [r for r in records if isinstance(r, kind)]


def read(
    content: bytes,
    beside: dict[str, bytes] | None = None,
    name: str = "msgstore.db",
    reader: Reader = READER,
) -> list[Read]:
    """Everything the reader says, after the sum and every reference between the records were checked."""
    item = MemoryItem(name, content, folder=beside or {})
    assert reader.sniff(item)
    records = list(reader.read(item, Ask()))
    counted = reader.count(item, Ask())
    assert isinstance(counted, dict)
    gone = sum(r.entries for r in records if isinstance(r, Skip | Problem))
    assert counted.get("messages", 0) == len(only(Message, records)) + gone
    assert counted.get("calls", 0) == len(only(Call, records))
    assert {p.code for p in only(Problem, records)} <= {*PROBLEMS, *IPROBLEMS}
    known: set[str] = set()
    made = {ids.message_id(m.at) for m in only(Message, records)}
    assert len(made) == len(only(Message, records))
    for r in records:
        if isinstance(r, Account | Conversation):
            assert r.id not in known
            known.add(r.id)
        elif isinstance(r, Message):
            assert r.conversation in known and (r.sender is None or r.sender in known)
            target = (r.reply_to.detail or {}).get("message") if r.reply_to is not None else None
            assert target is None or target in made, "a quote leads to no record"
        elif isinstance(r, Event):
            assert r.account is None or r.account in known
            assert r.message is None or r.message in made, "an event leads to no record"
    return records


def by_row(records: Sequence[Read]) -> dict[int, Message]:
    """Messages by the number of their row."""
    return {int(m.at.spot.rpartition(" ")[2]): m for m in only(Message, records)}


def phone(account: str | None, records: Sequence[Read]) -> str | None:
    """The number of an account, "me" for the owner."""
    found = next((a for a in only(Account, records) if a.id == account), None)
    return None if found is None else "me" if found.owner else found.phone


def codes(records: Sequence[Read]) -> set[str]:
    """The codes of the problems."""
    return {p.code for p in only(Problem, records)}


@pytest.fixture
def now(tmp_path: Path) -> Builder:
    b = Builder(tmp_path / "msgstore.db", NOW, MORE)
    people(b)
    return b


@pytest.fixture
def both(tmp_path: Path) -> Builder:
    b = Builder(tmp_path / "msgstore.db", NOW, MORE, OLD)
    people(b)
    return b


@pytest.fixture
def old(tmp_path: Path) -> Builder:
    return Builder(tmp_path / "msgstore.db", OLD)


def was(
    b: Builder, n: int, text: str | None, *, chat: str | None = DANA, key: Any = None, **more: Any
) -> None:
    """A row of the old table."""
    values = {"key_from_me": 0, "timestamp": DAY, "media_wa_type": "0", **more}
    b.put("messages", _id=n, key_remote_jid=chat, key_id=f"K{n}" if key is None else key, data=text, **values)


# Android, current schema: rows, order, sides


def test_rows_out_of_order_keep_what_stands_around_them(now: Builder) -> None:
    now.message(1, 1, None, kind=1, sort_id=30)
    now.message(2, 1, "edited", sort_id=20)
    now.message(3, 1, "third", sort_id=10)
    now.put("message_media", message_row_id=1, mime_type="image/jpeg", media_caption="a table")
    now.put("message_edit_info", message_row_id=2, edited_timestamp=DAY)
    now.put("message_forwarded", message_row_id=3, forward_score=1)
    m = by_row(read(now.bytes()))
    assert m[1].attachments and m[1].text == "a table"
    assert m[2].edited is not None and m[3].forwarded_from == "forwarded"


def test_far_rows_between_near_ones_keep_their_sides(now: Builder) -> None:
    now.message(5, 1, "a", sort_id=1)
    now.message(900_000, 1, "b", sort_id=2)
    now.message(6, 1, "c", sort_id=3)
    now.put("message_forwarded", message_row_id=900_000, forward_score=2)
    assert by_row(read(now.bytes()))[900_000].forwarded_from == "forwarded"


@pytest.mark.parametrize(
    ("stored", "utc"),
    [
        (None, None), (0, None), (-1, None), (-1_714_550_400_000, None), (1_714_550_400, DEAD), (DAY, DEAD), (str(DAY), DEAD),
        (float(DAY), DEAD), (b"x", None), (2**63 - 1, None), ("", None),
    ],
)  # fmt: skip
def test_times_of_every_kind(now: Builder, stored: Any, utc: str | None) -> None:
    now.message(1, 1, "x", timestamp=stored)
    (m,) = only(Message, read(now.bytes()))
    assert m.sent.utc == utc and m.text == "x" and m.sent.ground


def test_nulls_in_every_column_around(now: Builder) -> None:
    for table in ("message_media", "message_quoted", "message_edit_info", "message_revoked", "message_forwarded", "message_vcard",
                  "message_location", "message_product", "message_poll", "message_view_once_media", "message_ephemeral",
                  "message_system", "message_poll_option", "message_system_chat_participant", "message_system_value_change"):  # fmt: skip
        now.put(table, message_row_id=1)
    now.put("chat", _id=9, jid_row_id=None, hidden=None, subject=None)
    now.message(1, 9, None, sender=None, status=None, timestamp=None, kind=None)
    now.put("message_add_on", _id=1)
    now.put("receipt_user", _id=1)
    now.put("call_log", _id=1)
    now.put("group_participant_user", _id=1)
    now.put("group_past_participant_user", _id=1)
    now.put("jid_map", lid_row_id=5, jid_row_id=0)
    records = read(now.bytes())
    assert len(only(Message, records)) == 1 and len(only(Call, records)) == 1
    assert only(Call, records)[0].caller is None


@pytest.mark.parametrize("hidden", [None, 0, 1, "1", -1])
def test_a_hidden_chat_is_read(now: Builder, hidden: Any) -> None:
    now.db.execute("UPDATE chat SET hidden = ?", (hidden,))
    now.message(1, 1, "kept")
    assert [m.text for m in only(Message, read(now.bytes()))] == ["kept"]


def test_a_row_with_words_is_no_sentinel(now: Builder) -> None:
    now.message(1, -1, None, key_id="-1", kind=None)
    now.message(2, -1, "I was here", key_id="-1", kind=None)
    records = read(now.bytes())
    assert [m.text for m in only(Message, records)] == ["I was here"] and len(only(Skip, records)) == 1


@pytest.mark.parametrize("mine", [None, 7, "x"])
def test_without_direction_nobody_is_named(tmp_path: Path, mine: Any) -> None:
    b = Builder(tmp_path / "m.db", NOW.replace("from_me INTEGER NOT NULL", "from_me"), MORE)
    people(b)
    b.message(1, 1, "who?", mine=mine)
    b.message(2, 2, "named", mine=mine, sender=2)
    records = read(b.bytes())
    m = by_row(records)
    assert m[1].sender is None and phone(m[2].sender, records) == "+9647700000012"


def test_a_status_without_sender_is_of_nobody(now: Builder) -> None:
    now.put("chat", _id=6, jid_row_id=6)
    now.message(1, 6, "status")
    now.message(2, 6, "status of Sam", sender=2)
    records = read(now.bytes())
    m = by_row(records)
    assert m[1].sender is None and phone(m[2].sender, records) == "+9647700000012"


def test_orphans_of_chat_and_jid_stay_apart(now: Builder) -> None:
    now.message(1, 41, "no chat")
    now.message(2, 42, "another no chat")
    now.put("chat", _id=43, jid_row_id=999)
    now.message(3, 43, "no jid")
    now.message(4, 2, "a", sender=500)
    now.message(5, 2, "b", sender=501)
    m = by_row(read(now.bytes()))
    assert len({m[1].conversation, m[2].conversation, m[3].conversation, m[4].conversation}) == 4
    assert m[4].sender != m[5].sender and m[1].sender is m[3].sender is None


def test_parts_of_messages_that_are_gone_are_counted(now: Builder) -> None:
    now.message(1, 1, "there")
    now.put("message_media", message_row_id=77, file_path="Media/gone.jpg")
    now.put("message_quoted", message_row_id=78, key_id="K1", text_data="was said")
    now.put("message_vcard", message_row_id=79, vcard="BEGIN:VCARD")
    now.put("message_add_on_reaction", message_add_on_row_id=80, reaction="x")
    said = " ".join(p.what for p in only(Problem, read(now.bytes())) if p.code == "RTV-W105")
    for table in ("message_media", "message_quoted", "message_vcard", "message_add_on_reaction"):
        assert f"in {table}:" in said


@pytest.mark.parametrize("kind", [999, -3, "abc", 2**40, 7.0, 6])
def test_unknown_types_keep_their_words_and_people(now: Builder, kind: Any) -> None:
    now.message(1, 2, "said", kind=kind, sender=2)
    (m,) = only(Message, read(now.bytes()))
    assert m.text == "said" and (m.sender is not None or m.kind == "system")


# Android: who


def test_a_lid_with_a_device_has_the_name_of_its_person(now: Builder) -> None:
    now.jids([(20, "77700000000002:5@lid"), (21, "9647700000012.0:7@s.whatsapp.net")])
    now.put("lid_display_name", lid_row_id=5, display_name="Rana")
    now.message(1, 2, "from a second device", sender=20)
    now.message(2, 2, "from the first", sender=5)
    now.message(3, 2, "a", sender=21)
    now.message(4, 2, "b", sender=2)
    m = by_row(read(now.bytes()))
    assert m[1].sender == m[2].sender and m[1].sender_name == m[2].sender_name == "Rana"
    assert m[3].sender == m[4].sender


def test_tables_whose_key_is_not_the_row_number(tmp_path: Path) -> None:
    """As left by tools that copy tables: the numbers stand in a column, the rows are counted anew."""
    script = (
        NOW.replace("jid (_id INTEGER PRIMARY KEY", "jid (_id INT")
        .replace("chat (_id INTEGER PRIMARY KEY", "chat (_id INT")
    )  # fmt: skip
    b = Builder(
        tmp_path / "m.db", script, "CREATE TABLE jid_map (lid_row_id INT, jid_row_id INT);"
        "CREATE TABLE lid_display_name (lid_row_id INT, display_name TEXT);",
    )  # fmt: skip
    b.jids([(12, SAM), (11, DANA), (13, GROUP), (15, "77700000000002@lid"), (14, "77700000000001@lid")])
    b.put("chat", _id=8, jid_row_id=13, subject="Tea")
    b.put("chat", _id=7, jid_row_id=11)
    b.put("jid_map", lid_row_id=14, jid_row_id=12)
    b.put("lid_display_name", lid_row_id=15, display_name="Rana")
    b.message(1, 7, "from Dana")
    b.message(2, 8, "from Sam", sender=14)
    b.message(3, 8, "from Rana", sender=15)
    records = read(b.bytes())
    m = by_row(records)
    assert phone(m[1].sender, records) == "+9647700000011"
    assert phone(m[2].sender, records) == "+9647700000012"
    assert m[3].sender_name == "Rana"


def test_messages_whose_key_is_not_the_row_number(tmp_path: Path) -> None:
    b = Builder(
        tmp_path / "m.db",
        NOW.replace("message (_id INTEGER PRIMARY KEY AUTOINCREMENT", "message (_id INT"),
        MORE,
    )
    people(b)
    b.message(500, 1, "first")
    b.message(501, 1, "forwarded")
    b.put("message_forwarded", message_row_id=501, forward_score=3)
    b.put("message_forwarded", message_row_id=2, forward_score=0)
    b.put("message_media", message_row_id=1, file_path="Media/of_another.jpg")
    first, second = only(Message, read(b.bytes()))
    assert second.forwarded_from == "forwarded" and not first.attachments


def test_groups_known_only_by_their_members(now: Builder) -> None:
    now.jids([(30, "120363000000000009@g.us")])
    now.put("group_participant_user", group_jid_row_id=30, user_jid_row_id=2, rank=0)
    groups = {c.native: c for c in only(Conversation, read(now.bytes()))}
    assert len(groups["120363000000000009@g.us"].members) == 1


# Android: quotes


def quote(b: Builder, row: int, key: str, text: str | None, **more: Any) -> None:
    """A row of message_quoted."""
    values = {"chat_row_id": 1, "parent_message_chat_row_id": 1, "from_me": 0, "message_type": 0, **more}
    b.put("message_quoted", message_row_id=row, key_id=key, text_data=text, timestamp=DAY, **values)


def held(m: Message) -> dict[str, Any]:
    """What is known about a quote."""
    assert m.reply_to is not None
    return m.reply_to.detail or {}


def test_a_quote_names_the_message_of_its_direction(now: Builder) -> None:
    now.message(1, 1, "theirs", key_id="SAME")
    now.message(2, 1, "mine", mine=1, key_id="SAME")
    now.message(3, 1, "re", mine=1)
    quote(now, 3, "SAME", "theirs")
    m = by_row(read(now.bytes()))
    assert held(m[3])["message"] == ids.message_id(m[1].at) and "recovered" not in m[3].flags


def test_a_quote_of_an_edit_finds_it_by_its_first_key(now: Builder) -> None:
    now.message(1, 1, "price 90", key_id="NEW")
    now.put("message_edit_info", message_row_id=1, original_key_id="FIRST", edited_timestamp=DAY)
    now.message(2, 1, "too much", mine=1)
    quote(now, 2, "FIRST", "price 70")
    m = by_row(read(now.bytes()))
    assert held(m[2])["message"] == ids.message_id(m[1].at) and "edited" in held(m[2])["original"]
    assert "recovered" in m[2].flags


def test_a_quote_of_a_deletion_finds_it_by_its_first_key(now: Builder) -> None:
    now.message(1, 1, None, key_id="NEW", kind=15)
    now.put("message_revoked", message_row_id=1, revoked_key_id="FIRST")
    now.message(2, 1, "too much", mine=1)
    quote(now, 2, "FIRST", "price 70")
    m = by_row(read(now.bytes()))
    assert held(m[2]).get("message") == ids.message_id(m[1].at) and "deleted" in held(m[2])["original"]


def test_a_quoted_caption_is_no_edit(now: Builder) -> None:
    now.message(1, 1, None, kind=1)
    now.put("message_media", message_row_id=1, media_caption="a table", mime_type="image/jpeg")
    now.message(2, 1, "re", mine=1)
    quote(now, 2, "K1", "a table", message_type=1)
    m = by_row(read(now.bytes()))
    assert "original" not in held(m[2]) and "recovered" not in m[2].flags


def test_a_quote_across_both_chats_of_one_person(now: Builder) -> None:
    now.put("jid_map", lid_row_id=4, jid_row_id=1)
    now.message(1, 1, "by number")
    now.message(2, 3, "re", mine=1)
    quote(now, 2, "K1", "by number", chat_row_id=3, parent_message_chat_row_id=3)
    m = by_row(read(now.bytes()))
    assert held(m[2]).get("message") == ids.message_id(m[1].at) and "recovered" not in m[2].flags


def test_an_admin_of_row_zero_is_nobody(now: Builder) -> None:
    now.message(1, 2, None, kind=15, sender=2)
    now.put("message_revoked", message_row_id=1, revoked_key_id="x", admin_jid_row_id=0, revoke_timestamp=DAY)
    now.message(2, 2, None, kind=64, sender=2)
    now.put("message_revoked", message_row_id=2, revoked_key_id="y", admin_jid_row_id=1, revoke_timestamp=DAY)
    records = read(now.bytes())
    one, two = (e for e in only(Event, records) if e.kind == "revocation")
    assert ((one.detail or {})["by_admin"], phone(one.account, records)) == (False, "+9647700000012")
    assert ((two.detail or {})["by_admin"], phone(two.account, records)) == (True, "+9647700000011")


# Android: around


@pytest.mark.parametrize("action", [4, 7, 12, 14, 15, 16])
def test_who_adds_is_not_who_is_added(now: Builder, action: int) -> None:
    now.message(1, 2, None, kind=7, sender=2)
    now.put("message_system", message_row_id=1, action_type=action)
    (e,) = only(Event, read(now.bytes()))
    assert e.kind == "membership" and e.account is None and (e.detail or {})["by"] is not None


@pytest.mark.parametrize("action", [5, 13, 20, 52])
def test_who_leaves_or_joins_is_the_sender(now: Builder, action: int) -> None:
    now.message(1, 2, None, kind=7, sender=2)
    now.put("message_system", message_row_id=1, action_type=action)
    records = read(now.bytes())
    (e,) = only(Event, records)
    assert phone(e.account, records) == "+9647700000012"


def test_votes_reactions_and_receipts_of_odd_form(now: Builder) -> None:
    now.put("jid_map", lid_row_id=4, jid_row_id=1)
    now.message(1, 2, "poll?", kind=66, sender=2)
    now.put("message_poll_option", _id=8, message_row_id=1, option_name="yes")
    rows: list[dict[str, Any]] = [
        {"sender_jid_row_id": 4, "message_add_on_type": 67}, {"sender_jid_row_id": 5, "message_add_on_type": 67},
        {"sender_jid_row_id": None, "message_add_on_type": 56}, {"sender_jid_row_id": 999, "message_add_on_type": 4711},
    ]  # fmt: skip
    for n, more in enumerate(rows, 1):
        now.put(
            "message_add_on", _id=n, chat_row_id=2, from_me=0, parent_message_row_id=1, timestamp=DAY, **more
        )
    now.put("message_add_on_poll_vote_selected_option", message_add_on_row_id=1, message_poll_option_id=8)
    now.put("message_add_on_poll_vote_selected_option", message_add_on_row_id=1, message_poll_option_id=99)
    now.put("message_add_on_reaction", message_add_on_row_id=3, reaction=None)
    now.put(
        "receipt_user", message_row_id=None, receipt_user_jid_row_id=4, read_timestamp=-1, receipt_timestamp=0
    )
    now.put(
        "receipt_user", message_row_id=1, receipt_user_jid_row_id=4, read_timestamp=DAY, receipt_timestamp="0"
    )
    records = read(now.bytes())
    events = only(Event, records)
    assert [e.kind for e in events] == ["vote", "vote", "reaction", "unknown", "receipt", "receipt"]
    assert (events[0].detail or {})["options"] == ["yes", "option 99"] and "options" not in (
        events[1].detail or {}
    )
    assert phone(events[0].account, records) == "+9647700000011" and events[2].account is None
    assert events[5].when is not None and events[5].when.utc == DEAD and events[5].detail == {"read": DEAD}


def test_calls_of_odd_form(now: Builder) -> None:
    now.db.execute("ALTER TABLE call_log ADD COLUMN bytes_transferred INTEGER")
    now.put("jid_map", lid_row_id=4, jid_row_id=1)
    now.put("call_log", _id=1, jid_row_id=4, from_me=0, timestamp=DAY, duration=-1, bytes_transferred=None)
    now.put("call_log", _id=2, jid_row_id=1, from_me=None, timestamp=0, duration=None, call_result=77)
    now.put("call_log", _id=3, jid_row_id=777, from_me=1, timestamp=1_714_550_400, bytes_transferred="many")
    records = read(now.bytes())
    a, b, c = only(Call, records)
    assert phone(a.caller, records) == "+9647700000011" and a.when.utc == DEAD
    assert b.caller is None and b.when.utc is None and b.result == "77"
    assert phone(c.caller, records) == "me" and c.when.utc == DEAD


# Android: old schema and transition


def test_the_old_table_keeps_rows_without_chat_or_words(old: Builder) -> None:
    old.db.execute("DROP TABLE messages")
    old.db.executescript(OLD.replace("NOT NULL", "").replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
    was(old, 1, None, chat="-1", key="-1")
    was(old, 2, None, chat=None, media_wa_type="1", media_caption="of nobody", media_mime_type="image/jpeg")
    was(old, 3, "to minus one", chat="-1")
    was(old, 4, "whose?", key_from_me=None)
    records = read(old.bytes())
    m = by_row(records)
    assert set(m) == {2, 3, 4} and m[2].text == "of nobody" and m[4].sender is None


def test_an_old_quote_whose_row_is_gone_is_still_a_reply(old: Builder) -> None:
    was(old, 1, "re", quoted_row_id=99)
    (m,) = only(Message, read(old.bytes()))
    assert m.reply_to is not None


def test_an_old_caption_quoted_after_its_deletion(old: Builder) -> None:
    old.db.execute("ALTER TABLE messages_quotes ADD COLUMN media_caption TEXT")
    was(old, 1, None, media_wa_type="15")
    old.put(
        "messages_quotes",
        _id=5,
        key_remote_jid=DANA,
        key_from_me=0,
        key_id="K1",
        media_caption="a table",
        media_wa_type="1",
    )
    was(old, 2, "re", key_from_me=1, quoted_row_id=5)
    m = by_row(read(old.bytes()))
    assert held(m[2]).get("recovered")


def test_old_groups_without_messages_are_there(old: Builder) -> None:
    was(old, 1, "x")
    old.put("chat_list", key_remote_jid=GROUP, subject="Silent")
    assert "Silent" in [c.name for c in only(Conversation, read(old.bytes()))]


def test_what_the_old_table_said_otherwise_is_kept(both: Builder) -> None:
    both.message(1, 1, "price 90")
    both.message(2, 1, None, kind=15)
    both.message(3, 1, "same")
    was(both, 11, "price 70", key="K1")
    was(both, 12, "was deleted", key="K2")
    was(both, 13, "same", key="K3")
    records = read(both.bytes())
    texts = [m.text for m in only(Message, records)]
    assert texts == ["price 90", "", "same", "price 70", "was deleted"]
    assert all("recovered" in m.flags for m in only(Message, records)[3:])
    assert len(only(Skip, records)) == 1


def test_one_message_under_lid_and_number_is_one(both: Builder) -> None:
    both.put("jid_map", lid_row_id=4, jid_row_id=1)
    both.message(1, 3, "hello")
    was(both, 1, "hello")
    records = read(both.bytes())
    assert len(only(Message, records)) == 1 and len(only(Skip, records)) == 1


def test_rows_without_key_are_never_the_same(tmp_path: Path) -> None:
    b = Builder(
        tmp_path / "m.db",
        NOW.replace("key_id TEXT NOT NULL", "key_id TEXT"),
        MORE,
        OLD.replace("NOT NULL", ""),
    )
    people(b)
    b.message(1, 1, "one", key_id=None)
    b.put("messages", key_remote_jid=DANA, key_from_me=0, key_id=None, data="one", timestamp=DAY)
    b.message(2, 1, "two", key_id="")
    b.put("messages", key_remote_jid=DANA, key_from_me=0, key_id="", data="two", timestamp=DAY)
    assert len(only(Message, read(b.bytes()))) == 4


def test_quotes_lead_from_one_table_to_the_other(both: Builder) -> None:
    was(both, 1, "only before", key="OLD")
    both.message(2, 1, "re", mine=1)
    quote(both, 2, "OLD", "only before")
    both.message(3, 1, "in both", key_id="BOTH")
    was(both, 3, "in both", key="BOTH")
    both.put(
        "messages_quotes",
        _id=5,
        key_remote_jid=DANA,
        key_from_me=0,
        key_id="BOTH",
        data="in both",
        media_wa_type="0",
    )
    was(both, 4, "old re", key_from_me=1, quoted_row_id=5)
    records = read(both.bytes())
    m = {m.text: m for m in only(Message, records)}
    assert held(m["re"]).get("message") == ids.message_id(m["only before"].at)
    assert "recovered" not in m["re"].flags
    assert held(m["old re"]).get("message") == ids.message_id(m["in both"].at)


# Android: the file


@pytest.mark.parametrize("reader", [READER, IREADER])
def test_everything_stands_only_in_the_log(tmp_path: Path, reader: Reader) -> None:
    db = sqlite3.connect(tmp_path / "m.db")
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;")
    if reader is READER:
        db.executescript(
            NOW + "INSERT INTO message VALUES (1,1,0,'K',0,0,1714550400000,0,0,0,'in the log',0,1);"
        )
    else:
        db.executescript(
            IOS + "INSERT INTO ZWAMESSAGE (ZISFROMME, ZCHATSESSION, ZTEXT) VALUES (1, 1, 'in the log');"
        )
    content, log = (tmp_path / "m.db").read_bytes(), (tmp_path / "m.db-wal").read_bytes()
    db.close()
    name = "msgstore.db" if reader is READER else "ChatStorage.sqlite"
    records = read(content, {name + "-wal": log}, name, reader)
    assert [m.text for m in only(Message, records)] == ["in the log"]
    assert codes(records) & {"RTV-W107", "RTV-W207"}


@pytest.mark.parametrize("page", range(2, 40, 3))
def test_any_damaged_page_adds_up(now: Builder, page: int) -> None:
    for n in range(1, 300):
        now.message(n, 1 + n % 2, f"line {n} " + "x" * 150, sender=2, sort_id=300 - n)
        now.put("message_forwarded", message_row_id=n, forward_score=1)
    now.put("call_log", _id=1, jid_row_id=1, from_me=0, timestamp=DAY)
    content = bytearray(now.bytes())
    at = min(page - 1, len(content) // 4096 - 1) * 4096
    content[at : at + 4096] = b"\xaa" * 4096
    item = MemoryItem("msgstore.db", bytes(content))
    records = list(READER.read(item, Ask()))
    lost = sum(r.entries for r in only(Problem, records))
    if len(only(Message, records)) < 299:
        assert codes(records) & {"RTV-W101", "RTV-W102"}
    counted = READER.count(item, Ask())
    assert isinstance(counted, dict)
    if counted.get("messages"):
        assert counted["messages"] == len(only(Message, records)) + lost


# iPhone


@pytest.fixture
def ios(tmp_path: Path) -> Builder:
    b = Builder(tmp_path / "ChatStorage.sqlite", IOS)
    b.db.execute("ALTER TABLE ZWAMEDIAITEM ADD COLUMN ZMESSAGE INTEGER")
    b.db.execute("ALTER TABLE ZWAMEDIAITEM ADD COLUMN ZTITLE VARCHAR")
    b.db.execute("ALTER TABLE ZWAMESSAGE ADD COLUMN ZSENTDATE TIMESTAMP")
    b.put("ZWACHATSESSION", Z_PK=1, ZCONTACTJID=DANA, ZPARTNERNAME="Dana", ZSESSIONTYPE=0)
    b.put("ZWACHATSESSION", Z_PK=2, ZCONTACTJID=GROUP, ZPARTNERNAME="Tea", ZSESSIONTYPE=1)
    b.put("ZWAGROUPMEMBER", Z_PK=1, ZMEMBERJID=SAM, ZCONTACTNAME="Sam", ZCHATSESSION=2)
    return b


def line(b: Builder, n: int, chat: int | None, text: str | None, **more: Any) -> None:
    """A row of ZWAMESSAGE."""
    values = {
        "ZISFROMME": 0,
        "ZMESSAGETYPE": 0,
        "ZMESSAGEDATE": 736_243_200 + n,
        "ZSTANZAID": f"S{n}",
        **more,
    }
    b.put("ZWAMESSAGE", Z_PK=n, ZCHATSESSION=chat, ZTEXT=text, **values)


def iread(b: Builder) -> list[Read]:
    """Everything the iPhone's reader says."""
    return read(b.bytes(), name="ChatStorage.sqlite", reader=IREADER)


@pytest.mark.parametrize("stored", [None, 0, 0.0, "0", -1, -62_135_769_600, 1e30, "soon", b"\x00"])
def test_iphone_times_that_are_none(ios: Builder, stored: Any) -> None:
    line(ios, 1, 1, "x", ZMESSAGEDATE=stored)
    (m,) = only(Message, iread(ios))
    assert m.sent.utc is None and m.text == "x"


def test_an_iphone_time_taken_from_elsewhere_says_so(ios: Builder) -> None:
    line(ios, 1, 1, "x", ZMESSAGEDATE=None, ZSENTDATE=736_243_200)
    (m,) = only(Message, iread(ios))
    assert m.sent.utc == DEAD and "ZSENTDATE" in m.sent.ground


def test_iphone_without_direction_nobody_is_named(ios: Builder) -> None:
    line(ios, 1, 1, "who?", ZISFROMME=None)
    line(ios, 2, 1, "Dana", ZISFROMME=None, ZFROMJID=DANA)
    records = iread(ios)
    m = by_row(records)
    assert m[1].sender is None and phone(m[2].sender, records) == "+9647700000011"


def test_iphone_orphans(ios: Builder) -> None:
    ios.put("ZWAGROUPMEMBER", Z_PK=9, ZMEMBERJID="9647700000099@s.whatsapp.net", ZCHATSESSION=77)
    ios.put("ZWAGROUPMEMBER", Z_PK=8, ZMEMBERJID=None, ZCHATSESSION=2)
    line(ios, 1, 2, "by a member of nowhere", ZGROUPMEMBER=9)
    line(ios, 2, 2, "by a member that is gone", ZGROUPMEMBER=55, ZFROMJID=GROUP)
    line(ios, 3, 2, "by a member without id", ZGROUPMEMBER=8)
    line(ios, 4, 70, "no session")
    line(ios, 5, None, "null session")
    line(ios, 6, 1, "odd", ZMESSAGETYPE=4711)
    line(ios, 7, 1, "no type", ZMESSAGETYPE=None)
    records = iread(ios)
    m = by_row(records)
    assert (
        phone(m[1].sender, records) == "+9647700000099" and m[2].sender is m[3].sender is m[4].sender is None
    )
    assert m[4].conversation != m[5].conversation and m[6].kind == "unsupported" and m[7].text == "no type"


def test_iphone_media_that_only_names_its_message(ios: Builder) -> None:
    line(ios, 1, 1, None, ZMESSAGETYPE=1)
    ios.put("ZWAMEDIAITEM", Z_PK=4, ZMESSAGE=1, ZMEDIALOCALPATH="Media/a.jpg", ZTITLE="a table")
    (m,) = only(Message, iread(ios))
    assert m.text == "a table" and m.attachments and m.attachments[0].name == "a.jpg"


def test_iphone_rows_that_nothing_holds_are_counted(ios: Builder) -> None:
    line(ios, 1, 1, "x")
    ios.put("ZWAMEDIAITEM", Z_PK=4, ZMESSAGE=99, ZMEDIALOCALPATH="Media/gone.jpg")
    ios.put("ZWAGROUPMEMBER", Z_PK=9, ZMEMBERJID="9647700000099@s.whatsapp.net", ZCHATSESSION=77)
    ios.db.executescript(
        "CREATE TABLE ZWAGROUPMEMBERSCHANGE (Z_PK INTEGER PRIMARY KEY); INSERT INTO ZWAGROUPMEMBERSCHANGE VALUES (1);"
    )
    said = " ".join(p.what for p in only(Problem, iread(ios)))
    for table in ("ZWAMEDIAITEM", "ZWAGROUPMEMBER:", "ZWAGROUPMEMBERSCHANGE"):
        assert table in said


@pytest.mark.parametrize("event", [2, 50, 7, 10, 11])
def test_iphone_who_adds_is_not_who_is_added(ios: Builder, event: int) -> None:
    line(ios, 1, 2, None, ZMESSAGETYPE=6, ZGROUPEVENTTYPE=event, ZISFROMME=1)
    (e,) = only(Event, iread(ios))
    assert e.account is None


def test_an_iphone_status_without_sender_is_of_nobody(ios: Builder) -> None:
    ios.put("ZWACHATSESSION", Z_PK=3, ZCONTACTJID="status@broadcast", ZSESSIONTYPE=3)
    line(ios, 1, 3, "status", ZFROMJID="status@broadcast")
    assert only(Message, iread(ios))[0].sender is None


# A second round


def test_old_messages_take_their_file_from_the_table_of_media(both: Builder) -> None:
    was(both, 40, None, media_wa_type="1", media_mime_type="image/jpeg")
    both.put("message_media", message_row_id=40, file_path="Media/IMG-40.jpg", mime_type="image/jpeg")
    (m,) = only(Message, read(both.bytes(), {"Media/IMG-40.jpg": b"picture"}))
    assert m.attachments[0].present and m.attachments[0].name == "IMG-40.jpg"


def test_two_lids_of_one_number_are_one_person(now: Builder) -> None:
    now.put("jid_map", lid_row_id=4, jid_row_id=2)
    now.put("jid_map", lid_row_id=5, jid_row_id=2)
    for n, who in enumerate((2, 4, 5), 1):
        now.message(n, 2, "x", sender=who)
    records = read(now.bytes())
    assert {phone(m.sender, records) for m in only(Message, records)} == {"+9647700000012"}


@pytest.mark.parametrize("target", [4, 5, 999, 3])
def test_a_map_that_leads_nowhere(now: Builder, target: int) -> None:
    now.put("jid_map", lid_row_id=4, jid_row_id=target)
    now.message(1, 3, "x")
    now.message(2, 2, "y", sender=4)
    m = by_row(read(now.bytes()))
    assert m[1].sender == m[2].sender is not None and m[1].conversation != m[2].conversation


def test_sides_of_a_message_twice_in_one_table(now: Builder) -> None:
    now.db.executescript(
        "DROP TABLE message_media; CREATE TABLE message_media (message_row_id INTEGER, file_path TEXT);"
    )
    now.message(1, 1, None, kind=1)
    now.put("message_media", message_row_id=1, file_path="Media/a.jpg")
    now.put("message_media", message_row_id=1, file_path="Media/b.jpg")
    (m,) = only(Message, read(now.bytes()))
    assert {a.name for a in m.attachments} == {"a.jpg", "b.jpg"}


def test_votes_and_reactions_whose_table_has_no_names(now: Builder) -> None:
    now.db.executescript(
        "DROP TABLE message_add_on_reaction; DROP TABLE message_poll_option; DROP TABLE jid_map;"
    )
    now.message(1, 2, "x", sender=2)
    now.put(
        "message_add_on",
        _id=1,
        chat_row_id=2,
        from_me=0,
        sender_jid_row_id=1,
        parent_message_row_id=1,
        message_add_on_type=56,
    )
    now.put("message_add_on_poll_vote_selected_option", message_add_on_row_id=1, message_poll_option_id=3)
    (e,) = only(Event, read(now.bytes()))
    assert e.message is not None


def test_a_call_from_a_chat_by_lid_stands_in_the_same_conversation(now: Builder) -> None:
    now.put("jid_map", lid_row_id=4, jid_row_id=1)
    now.message(1, 1, "x")
    now.put("call_log", _id=1, jid_row_id=4, from_me=0, timestamp=DAY)
    records = read(now.bytes())
    assert only(Call, records)[0].conversation == only(Message, records)[0].conversation


def test_a_group_call_names_the_group_and_no_false_caller(now: Builder) -> None:
    now.db.executescript(
        "CREATE TABLE call_log_participant_v2 (_id INTEGER PRIMARY KEY, call_log_row_id INTEGER, jid_row_id INTEGER, call_result INTEGER);"
    )
    now.put("call_log", _id=1, jid_row_id=3, from_me=0, timestamp=DAY)
    now.put("call_log_participant_v2", call_log_row_id=1, jid_row_id=2, call_result=5)
    now.put("call_log_participant_v2", call_log_row_id=77, jid_row_id=1, call_result=5)
    records = read(now.bytes())
    (c,) = only(Call, records)
    assert c.caller is None and len(c.participants) == 1
    assert "in call_log_participant_v2:" in " ".join(p.what for p in only(Problem, records))


def test_members_that_nothing_resolves_are_counted(now: Builder) -> None:
    now.put("group_participant_user", group_jid_row_id=3, user_jid_row_id=4711)
    now.put("group_participant_user", group_jid_row_id=4712, user_jid_row_id=2)
    records = read(now.bytes())
    assert "2 rows in group_participant_user" in " ".join(p.what for p in only(Problem, records))


def test_words_with_nul_and_broken_text(now: Builder) -> None:
    now.message(1, 1, "a\x00b")
    now.message(2, 1, None)
    now.db.execute("UPDATE message SET text_data = CAST(x'61ff62' AS TEXT) WHERE _id = 2")
    m = by_row(read(now.bytes()))
    assert m[1].text == "a\x00b" and m[2].text.startswith("a") and m[2].text.endswith("b")


def test_an_empty_chat_is_there(now: Builder) -> None:
    now.message(1, 2, "x", sender=2)
    assert DANA in [c.native for c in only(Conversation, read(now.bytes()))]


def test_iphone_lid_and_number_are_one(ios: Builder) -> None:
    ios.db.execute("ALTER TABLE ZWACHATSESSION ADD COLUMN ZCONTACTIDENTIFIER VARCHAR")
    ios.put(
        "ZWACHATSESSION", Z_PK=3, ZCONTACTJID="77700000000001@lid", ZCONTACTIDENTIFIER=DANA, ZSESSIONTYPE=0
    )
    line(ios, 1, 3, "hidden")
    line(ios, 2, 1, "open")
    line(ios, 3, 2, "in the group", ZFROMJID="77700000000001:2@lid")
    m = by_row(iread(ios))
    assert m[1].sender == m[2].sender == m[3].sender and m[1].conversation == m[2].conversation
    assert m[3].sender_name == "Dana"


def test_iphone_order_and_sides(ios: Builder) -> None:
    line(ios, 1, 1, None, ZMESSAGETYPE=1, ZMEDIAITEM=2, ZSORT=9)
    line(ios, 2, 1, "first", ZSORT=None)
    line(ios, 3, 1, "second", ZSORT=1)
    ios.put("ZWAMEDIAITEM", Z_PK=2, ZTITLE="a table", ZMEDIALOCALPATH="Media/a.jpg")
    m = by_row(iread(ios))
    assert set(m) == {1, 2, 3} and m[1].text == "a table"


@pytest.mark.parametrize("page", range(2, 30, 3))
def test_any_damaged_page_of_an_iphone_adds_up(ios: Builder, page: int) -> None:
    for n in range(1, 300):
        line(ios, n, 1 + n % 2, f"line {n} " + "x" * 150, ZGROUPMEMBER=1, ZMEDIAITEM=n, ZSORT=300 - n)
        ios.put("ZWAMEDIAITEM", Z_PK=n, ZMEDIALOCALPATH="Media/a.jpg" + "y" * 50)
    content = bytearray(ios.bytes())
    at = min(page - 1, len(content) // 4096 - 1) * 4096
    content[at : at + 4096] = b"\xaa" * 4096
    item = MemoryItem("ChatStorage.sqlite", bytes(content))
    records = list(IREADER.read(item, Ask()))
    counted = IREADER.count(item, Ask())
    lost = sum(r.entries for r in only(Problem, records))
    assert isinstance(counted, dict)
    if counted.get("messages"):
        assert counted["messages"] == len(only(Message, records)) + lost
    assert only(Problem, records)


def test_a_call_whose_row_is_damaged_adds_up(now: Builder) -> None:
    now.message(1, 1, "x")
    for n in range(1, 4):
        now.put("call_log", _id=n, jid_row_id=1, from_me=0, call_id=f"CALLMARK{n}", timestamp=DAY)
    whole = now.bytes()
    mark = whole.index(b"CALLMARK2")
    for back in range(1, 16):
        content = bytearray(whole)
        content[mark - back] = 0x7F
        item = MemoryItem("msgstore.db", bytes(content))
        counted = READER.count(item, Ask())
        assert isinstance(counted, dict)
        records = list(READER.read(item, Ask()))
        calls = len(only(Call, records))
        assert counted["calls"] == calls and (calls == 3 or "RTV-W102" in codes(records))


def test_a_log_that_was_never_committed_is_not_read(now: Builder, tmp_path: Path) -> None:
    now.message(1, 1, "in the file")
    now.bytes()
    db = sqlite3.connect(now.path, isolation_level=None)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=1;")
    sql = "INSERT INTO message (chat_row_id, from_me, key_id, text_data, sort_id) VALUES (1, 0, ?, ?, 5)"
    db.execute(sql, ("C", "committed"))
    db.execute("BEGIN")
    for n in range(300):
        db.execute(sql, (f"U{n}", "never " + "x" * 500))
    content, log = now.path.read_bytes(), Path(f"{now.path}-wal").read_bytes()
    db.execute("ROLLBACK")
    db.close()
    assert len(log) > 40_000
    records = read(content, {"msgstore.db-wal": log})
    assert [m.text for m in only(Message, records)] == ["in the file", "committed"]


def test_the_old_table_in_the_log(old: Builder) -> None:
    was(old, 1, "in the file")
    old.bytes()
    db = sqlite3.connect(old.path)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;")
    db.execute(
        "INSERT INTO messages (key_remote_jid, key_from_me, key_id, data) VALUES (?, 0, 'W', 'in the log')",
        (DANA,),
    )
    db.execute("DELETE FROM messages WHERE _id = 1")
    db.commit()
    content, log = old.path.read_bytes(), Path(f"{old.path}-wal").read_bytes()
    db.close()
    records = read(content, {"msgstore.db-wal": log})
    assert "in the log" in [m.text for m in only(Message, records)]


def test_a_row_deleted_in_the_log_is_said(now: Builder) -> None:
    """As many rows with the log as without, but not the same: the count alone would hide it."""
    now.message(1, 1, "deleted in the log")
    now.message(2, 1, "stays")
    now.bytes()
    db = sqlite3.connect(now.path)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;")
    db.execute("DELETE FROM message WHERE _id = 1")
    db.execute(
        "INSERT INTO message (chat_row_id, from_me, key_id, text_data, sort_id) VALUES (1, 0, 'W', 'new', 5)"
    )
    db.commit()
    content, log = now.path.read_bytes(), Path(f"{now.path}-wal").read_bytes()
    db.close()
    assert "RTV-W107" in codes(read(content, {"msgstore.db-wal": log}))
