"""Message databases with odd rows, odd schemas and pages in the wrong place.

Grounds: columns and types of the reference; SQLite's file format; the promise that what cannot be read is counted and that no
row is given twice, given to the wrong person or dropped in silence.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from ritrova import plugins
from ritrova.model.records import Account, Conversation, Event, Message, Problem, Read, Reconciliation, Skip
from ritrova.testing import check_reader
from writers.reading import only, texts
from writers.whatsapp_attack import (
    KARIM,
    START,
    chatstorage,
    database,
    msgstore,
    read_all,
    talk,
)

ROW = (
    "insert into message(_id,chat_row_id,from_me,key_id,sender_jid_row_id,timestamp,message_type,text_data,sort_id) "
    "values"
)


def read(content: bytes, name: str = "msgstore.db", folder: dict[str, bytes] | None = None) -> list[Read]:
    """The records, after checking that everything adds up and that nothing is given twice."""
    records = read_all(name, content, folder)
    assert all(r.adds_up for r in only(Reconciliation, records))
    spots = Counter((m.at.path, m.at.spot) for m in only(Message, records))
    assert not spots or max(spots.values()) == 1
    assert not codes(records) & {"RTV-R001", "RTV-R003", "RTV-R008"}
    return records


def codes(records: list[Read]) -> set[str]:
    """The codes of all problems."""
    return {p.code for p in only(Problem, records)}


def senders(records: list[Read]) -> list[str | None]:
    """Number or key of each message's sender."""
    known = {a.id: a.phone or a.native for a in only(Account, records)}
    return [known[m.sender] if m.sender else None for m in only(Message, records)]


def contract(tmp_path: Path, reader: str, content: bytes, suffix: str) -> None:
    """The public contract over one database."""
    (tmp_path / f"input{suffix}").write_bytes(content)
    check_reader(plugins.load("readers")[reader], tmp_path)


@pytest.mark.parametrize(
    "stored", ["0", "-1", "null", "9999999999999999", "'abc'", "4611686018427387904", "x'00ff'"]
)
def test_a_time_that_cannot_be_is_left_open_with_its_ground(stored: str) -> None:
    records = read(msgstore(more=f"{ROW}(2,1,0,'K',1,{stored},0,'hello',2)"))
    sent = only(Message, records)[0].sent
    assert texts(records) == ["hello"] and (sent.utc, sent.local) == (None, None) and sent.ground


def test_rows_without_key_or_with_one_key_are_all_messages() -> None:
    rows = ",".join(f"({i},1,{me},{key},1,{START},0,'same',{i})" for i, me, key in
                    [(2, 0, "null"), (3, 0, "null"), (4, 0, "'D'"), (5, 0, "'D'"), (6, 1, "'D'")])  # fmt: skip
    assert len(texts(read(msgstore(more=ROW + rows)))) == 5


@pytest.mark.parametrize(
    ("stored", "text"),
    [("x'D8B3D984D8A7D985'", "سلام"), ("123", "123"), ("1.5", "1.5"), ("x'6F006B'", "o\0k"), ("''", "")],
)
def test_text_stored_as_something_else_is_text(stored: str, text: str) -> None:
    assert texts(read(msgstore(more=f"{ROW}(2,1,0,'K',1,{START},0,{stored},2)"))) == [text]


def test_rows_without_a_chat_or_direction_belong_to_nobody_they_do_not_name() -> None:
    more = (
        f"{ROW}(2,99,0,'a',1,{START},0,'x',2),(3,null,0,'b',1,{START},0,'x',3),(4,1,null,'c',null,{START},0,'x',4),"
        f"(5,2,0,'d',null,{START},0,'x',5),(6,2,null,'e',0,{START},0,'x',6),(7,2,0,'f',98,{START},0,'x',7)"
    )
    records = read(msgstore(more=more))
    assert senders(records)[:2] == ["+9647505550101"] * 2
    assert senders(records)[2:5] == [None] * 3
    assert senders(records)[5] == "jid row 98"
    messages = only(Message, records)
    assert len({m.conversation for m in messages[:3]}) == 3
    assert (messages[2].detail or {}).get("direction") and (messages[3].detail or {}).get("sender")


def test_rows_that_only_a_number_names_are_not_the_same_in_two_databases() -> None:
    one = read(msgstore(more=f"{ROW}(2,99,0,'a',98,{START},0,'x',2)"))
    two = read(msgstore(more=f"{ROW}(2,99,0,'a',98,{START},0,'y',2)"))
    kept = [
        {r.id for r in records if isinstance(r, Account | Conversation) and "row" in (r.native or "")}
        for records in (one, two)
    ]
    assert len(kept[0]) == len(kept[1]) == 2 and not kept[0] & kept[1]


@pytest.mark.parametrize(
    ("kind", "shape"),
    [("999", "unsupported"), ("-1", "unsupported"), ("'x'", "unsupported"), ("x'01'", "unsupported"), ("null", "text"),
     ("15", "deleted"), ("64", "deleted"), ("7", "system"), ("66", "poll"), ("5", "location"), ("42", "media")],
)  # fmt: skip
def test_a_type_is_what_is_known_of_it(kind: str, shape: str) -> None:
    records = read(msgstore(more=f"{ROW}(2,1,0,'K',1,{START},{kind},'hello',2)"))
    message = only(Message, records)[0]
    assert (message.kind, message.text) == (shape, "hello")
    if kind in ("999", "-1"):
        assert "RTV-W104" in codes(records)


@pytest.mark.parametrize("kind", ["null", "0", "-1", "''"])
def test_the_row_that_the_app_puts_first_is_no_message(kind: str) -> None:
    records = read(msgstore(talk(1), more=f"{ROW}(1,-1,0,'-1',0,0,{kind},null,0)"))
    assert len(texts(records)) == 1 and [s.entries for s in only(Skip, records)] == [1]


def test_lids_are_mapped_where_the_map_says_and_kept_where_it_does_not() -> None:
    rows = (
        f"{ROW}(2,3,0,'a',4,{START},0,'x',2),(3,2,0,'b',5,{START},0,'y',3);insert into chat values(3,4,null);"
    )
    rows += "insert into jid values(5,'888','lid','888@lid');create table jid_map(lid_row_id integer, jid_row_id integer);"
    assert senders(read(msgstore(more=rows + "insert into jid_map values(4,3)"))) == [
        "+9647505550102",
        "888@lid",
    ]
    dangling = read(msgstore(more=rows + "insert into jid_map values(4,99)"))
    assert senders(dangling) == ["777@lid", "888@lid"] and "RTV-W108" in codes(dangling)


SMALL = (
    "create table jid(_id integer primary key,raw_string text);create table chat(_id integer primary key,jid_row_id integer);"
    "create table message(_id integer primary key,chat_row_id integer,from_me integer,key_id text,timestamp integer,text_data text);"
    f"insert into jid values(1,'{KARIM}');insert into chat values(1,1);"
    f"insert into message values(2,1,0,'K',{START},'hi'),(3,1,1,'L',{START},'yo');"
)


@pytest.mark.parametrize("drop", ["", "drop table jid", "drop table chat", "drop table jid;drop table chat"])
def test_few_columns_and_no_tables_around_are_enough(drop: str, tmp_path: Path) -> None:
    content = database(SMALL + drop)
    records = read(content, "evidence.sqlite")
    assert texts(records) == ["hi", "yo"]
    assert senders(records)[0] == ("+9647505550101" if not drop else None)
    contract(tmp_path, "whatsapp.android", content, ".sqlite")


@pytest.mark.parametrize(
    ("name", "code"),
    [("msgstore.db", "RTV-W101"), ("msgstore-2024-07-13.1.db", "RTV-W101"), ("wa.db", "RTV-W101"),
     ("ChatStorage.sqlite", "RTV-W201"), ("ContactsV2.sqlite", "RTV-W201")],
)  # fmt: skip
def test_a_database_with_its_name_and_a_schema_nobody_has_seen_is_told(name: str, code: str) -> None:
    assert codes(read(database("create table messages_v9(id integer, body text)"), name)) == {code}
    assert not codes(read(database("create table messages_v9(id integer, body text)"), "other.db"))


def test_what_stands_around_a_message_that_is_gone_is_kept_or_counted() -> None:
    more = f"""
    {ROW}(2,1,0,'K2',1,{START},0,'answer',2),(3,1,0,'K3',1,{START},15,null,3);
    create table message_quoted(message_row_id integer primary key,chat_row_id integer,from_me integer,sender_jid_row_id integer,
     key_id text,timestamp integer,message_type integer,text_data text);
    insert into message_quoted values(2,1,0,1,'GONE',1719999990000,0,'the words before'),(99,1,0,1,'K9',1,0,'orphan');
    create table message_add_on(_id integer primary key,chat_row_id integer,from_me integer,key_id text,sender_jid_row_id integer,
     parent_message_row_id integer,timestamp integer,status integer,message_add_on_type integer);
    insert into message_add_on values(1,1,0,'R1',55,2,{START},0,56),(2,1,0,'R3',1,77,{START},0,56),(3,1,0,'Q',3,2,{START},0,4242);
    create table message_add_on_reaction(message_add_on_row_id integer primary key,reaction text,sender_timestamp integer);
    insert into message_add_on_reaction values(1,'+',1),(2,'-',1);
    """
    records = read(msgstore(more=more))
    reply = only(Message, records)[0].reply_to
    assert reply is not None and (reply.key, reply.snapshot) == ("GONE", "the words before")
    assert "recovered" in only(Message, records)[0].flags
    assert Counter(e.kind for e in only(Event, records)) == {"reaction": 2, "unknown": 1}
    assert any("message_quoted" in p.what for p in only(Problem, records) if p.code == "RTV-W105")


def test_a_cut_address_book_beside_the_database_costs_names_only_and_is_told() -> None:
    book = database(
        "create table wa_contacts(_id integer primary key,jid text,display_name text);"
        f"insert into wa_contacts values(1,'{KARIM}','Karim')"
    )
    whole = read(msgstore(talk(2), owner=1), folder={"wa.db": book})
    assert only(Message, whole)[0].sender_name == "Karim" and not codes(whole)
    assert codes(read(book[:5000], "wa.db")) == {"RTV-W102"}
    assert len(texts(read(msgstore(talk(2)), folder={"wa.db": book[:5000]}))) == 2


@pytest.mark.parametrize("stored", ["0", "-1", "null", "1720000000000", "'x'", "9e99"])
def test_an_iphones_time_that_cannot_be_is_left_open(stored: str) -> None:
    content = chatstorage(talk(1), more=f"update ZWAMESSAGE set ZMESSAGEDATE={stored}")
    sent = only(Message, read(content, "ChatStorage.sqlite"))[0].sent
    assert (sent.utc, sent.local) == (None, None) and sent.ground


def test_an_iphones_group_without_its_members_names_nobody(tmp_path: Path) -> None:
    more = (
        "insert into ZWACHATSESSION values(2,'1203630@g.us','Market',1);"
        "insert into ZWAMESSAGE(Z_PK,ZISFROMME,ZMESSAGETYPE,ZSORT,ZCHATSESSION,ZGROUPMEMBER,ZMESSAGEDATE,ZFROMJID,ZTEXT) values"
        "(10,0,0,10,2,5,742000000,'1203630@g.us','x'),(11,null,0,11,2,null,742000000,null,'y')"
    )
    content = chatstorage(talk(2), more=more)
    records = read(content, "ChatStorage.sqlite")
    assert senders(records)[2:] == [None, None]
    contract(tmp_path, "whatsapp.ios", content, ".sqlite")


def hurt(whole: bytes, how: str, seed: int) -> bytes:
    """A database with one page changed: noise, zeros, or another page in its place."""
    rnd = random.Random(seed)
    out = bytearray(whole)
    page, other = (rnd.randrange(1, len(out) // 4096) * 4096 for _ in range(2))
    new = {"noise": rnd.randbytes(4096), "zeros": bytes(4096), "other": whole[other : other + 4096]}[how]
    out[page : page + 4096] = new
    return bytes(out)


N = 900
INDEX = "create index mi on message(chat_row_id, sort_id);create index mk on message(key_id)"
WHOLE = {
    "msgstore.db": msgstore(talk(N), chat=2, senders={1: 3}, more=INDEX),
    "ChatStorage.sqlite": chatstorage(talk(N)),
}
WORDS = {text for _, _, text in talk(N)}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("how", ["noise", "zeros", "other"])
def test_a_page_that_is_wrong_gives_no_row_twice_and_loses_none_in_silence(name: str, how: str) -> None:
    lost = 0
    for seed in range(25):
        records = read(hurt(WHOLE[name], how, seed), name)
        words = Counter(texts(records))
        assert set(words) <= WORDS | {""}, "no words of another place"
        assert max(words.values(), default=1) == 1
        found = sum(r.found for r in only(Reconciliation, records) if r.what == "messages")
        if words.total() < N:
            lost += 1
            assert codes(records) & {"RTV-W101", "RTV-W102", "RTV-W201", "RTV-W202"}, seed
        assert found <= N
    assert lost


def logged(tmp_path: Path) -> tuple[bytes, bytes]:
    """A database and its -wal, in which a row is added, one is changed and one deleted."""
    place = tmp_path / "m.db"
    place.write_bytes(msgstore(talk(2)))
    db = sqlite3.connect(place)
    db.execute("pragma journal_mode=wal")
    db.execute("pragma wal_autocheckpoint=0")
    for statement in (
        f"{ROW}(9,1,0,'K9',1,{START},0,'only in the log',9)",
        "update message set text_data='changed in the log' where _id=2",
        "delete from message where _id=3",
    ):
        db.execute(statement)
        db.commit()
    whole, log = place.read_bytes(), Path(f"{place}-wal").read_bytes()
    db.close()
    return whole, log


def test_a_log_is_laid_over_the_file_and_both_readings_are_told(tmp_path: Path) -> None:
    whole, log = logged(tmp_path)
    records = read(whole, folder={"msgstore.db-wal": log})
    assert texts(records) == ["changed in the log", "only in the log"]
    told = [p.what for p in only(Problem, records) if p.code == "RTV-W107"]
    assert len(told) == 1 and "deleted in the -wal" in told[0]


@pytest.mark.parametrize(
    ("how", "word", "messages"),
    [
        ("cut", "is cut", 3),
        ("damaged", "is damaged", 3),
        ("no log", "is no log", 2),
        ("other salts", "is no log", 2),
    ],
)
def test_a_log_that_cannot_be_used_whole_is_told(tmp_path: Path, how: str, word: str, messages: int) -> None:
    whole, log = logged(tmp_path)
    hurt = bytearray(log)
    hurt[-100] ^= 1
    made = {
        "cut": log[:-2000],
        "damaged": bytes(hurt),
        "no log": b"garbage" * 100,
        "other salts": log[:16] + bytes(8) + log[24:],
    }
    records = read(whole, folder={"msgstore.db-wal": made[how]})
    assert any(word in p.what for p in only(Problem, records) if p.code == "RTV-W107")
    assert len(texts(records)) == messages


def test_an_empty_log_and_one_of_an_earlier_round_are_no_loss(tmp_path: Path) -> None:
    whole, log = logged(tmp_path)
    for harmless in (b"", bytes(4096), log[:32]):
        assert "RTV-W107" not in codes(read(whole, folder={"msgstore.db-wal": harmless}))


@pytest.mark.parametrize(
    ("name", "code"), [("msgstore.db", "RTV-W101"), ("wa.db", "RTV-W101"), ("ChatStorage.sqlite", "RTV-W201")]
)
@pytest.mark.parametrize("content", [b"", bytes(8192)])
def test_a_database_that_is_empty_or_begins_with_zeros_is_told(name: str, code: str, content: bytes) -> None:
    assert codes(read(content, name)) == {code}
