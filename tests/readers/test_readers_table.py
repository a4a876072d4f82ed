"""Tables: every row a message with its bytes, whatever the encoding, the delimiter or the quotes."""

from __future__ import annotations

import io
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Account, Conversation, Message, Problem, Read
from ritrova.model.shapes import Ask
from ritrova.readers.table import PROBLEMS, READER, explain_columns
from writers.reading import account_of, only, texts
from writers.reading import read as checked

HEAD = "Date,Time,Sender,Message\n"
MAP: dict[str, Any] = {
    "app": "viber",
    "columns": {"date": 1, "clock": 2, "sender": 3, "text": 4},
    "header": False,
}


def read(
    content: bytes | str, map: dict[str, Any] | None = None, name: str = "chat.csv", **ask: Any
) -> list[Read]:
    raw = content.encode() if isinstance(content, str) else content
    item = MemoryItem(name, raw)
    records = checked(READER, item, Ask(column_map=map, **ask), codes=PROBLEMS)
    for m in only(Message, records):
        if m.at.spot.startswith("bytes "):
            start, end = (int(x) for x in m.at.spot[6:].split("-"))
            assert 0 <= start < end <= len(raw)
    return records


def problems(records: list[Read]) -> list[str]:
    return [p.code for p in only(Problem, records)]


def test_unmistakable_headers_need_no_map() -> None:
    content = HEAD + "2024-09-13,18:20:01,Sami,table\n2024-09-13,18:21:00,+9647700000021,chair\n"
    item = MemoryItem("chat.csv", content.encode())
    assert READER.sniff(item)
    records = read(content)
    assert texts(records) == ["table", "chair"]
    first, second = only(Message, records)
    assert first.sent.local == "2024-09-13T18:20:01" and first.sent.utc is None
    assert account_of(records, second).phone == "+9647700000021"
    assert only(Conversation, records)[0].name == "chat"
    assert problems(records) == []


@pytest.mark.parametrize(
    "head",
    [
        "Date;Time;From;Message",
        "التاريخ;الوقت;المرسل;الرسالة",
        "Tarih;Saat;Gönderen;Mesaj",
        "Дата;Время;Отправитель;Сообщение",
        "Data;Ora;Mittente;Messaggio",
        "Datum;Uhrzeit;Absender;Nachricht",
        "DATE ; TIME ; Sender Name ; Message_Text",
    ],
)
def test_headers_in_several_languages(head: str) -> None:
    content = f"{head}\n2024-09-13;18:20;Sami;table\n"
    assert READER.sniff(MemoryItem("a.csv", content.encode()))
    assert texts(read(content)) == ["table"]


def test_other_tables_are_not_claimed_and_say_why_when_forced() -> None:
    content = "Item,Price\nchair,40\n"
    assert not READER.sniff(MemoryItem("a.csv", content.encode()))
    assert not READER.sniff(MemoryItem("a.csv", b""))
    assert not READER.sniff(MemoryItem("a.csv", b"\x00\x01\x02binary,\x00"))
    records = read(content)
    assert problems(records) == ["RTV-U020"] and texts(records) == []


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters_and_quoted_line_breaks(mark: str) -> None:
    content = HEAD.replace(",", mark) + mark.join(["2024-09-13", "18:20", "Sami", '"a\nb, ""c"""']) + "\n"
    assert texts(read(content)) == ['a\nb, "c"']


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "طاولة للبيع"),
        ("utf-8-sig", "طاولة للبيع"),
        ("utf-16", "طاولة للبيع"),
        ("utf-16-le", "table طاولة"),
        ("utf-16-be", "table طاولة"),
        ("cp1256", "الطاولة للبيع والسعر أربعون دينارا"),
        ("cp1251", "стол продаётся, цена сорок"),
        ("cp1254", "masa satılık, şu fiyat güzel değil"),
    ],
)
def test_encodings_are_found(encoding: str, text: str) -> None:
    content = (HEAD + f'2024-09-13,18:20,A,"{text}"\n' * 3).encode(encoding)
    assert READER.sniff(MemoryItem("a.csv", content))
    records = read(content)
    assert texts(records) == [text] * 3


def test_an_encoding_asked_for_is_taken() -> None:
    content = (HEAD + "2024-09-13,18:20,A,سعر\n").encode("cp1256")
    assert texts(read(content, {**MAP, "encoding": "cp1256", "header": True})) == ["سعر"]
    assert problems(read(content, {**MAP, "encoding": "klingon"})) == ["RTV-U027"]


def test_a_quote_that_never_closes_costs_no_other_row() -> None:
    content = HEAD + '2024-09-13,18:20,A,"open\n2024-09-13,18:21,B,next\n2024-09-13,18:22,C,last\n'
    records = read(content)
    assert len(texts(records)) == 3 and texts(records)[1:] == ["next", "last"]
    assert problems(records) == ["RTV-U022"]


def test_quotes_inside_words_are_letters() -> None:
    content = HEAD + '2024-09-13,18:20,A,5" pipe\n2024-09-13,18:21,B,say "hi"\n'
    assert texts(read(content)) == ['5" pipe', 'say "hi"']


def test_short_long_and_blank_rows() -> None:
    content = HEAD + "\n2024-09-13,18:20,A\n,,,\n2024-09-13,18:21,B,x\n\n   \n"
    records = read(content)
    assert texts(records) == ["", "x"]


def test_rows_without_line_break_at_the_end_and_old_breaks() -> None:
    assert texts(read(HEAD + "2024-09-13,18:20,A,x")) == ["x"]
    assert texts(read((HEAD + "2024-09-13,18:20,A,x\n").replace("\n", "\r\n"))) == ["x"]
    assert texts(read((HEAD + "2024-09-13,18:20,A,x\n2024-09-13,18:20,A,y\n").replace("\n", "\r"))) == [
        "x",
        "y",
    ]


@pytest.mark.parametrize(
    ("date", "local"),
    [
        ("13/09/2024", "2024-09-13T18:20:00"),
        ("09/13/2024", "2024-09-13T18:20:00"),
        ("2024.09.13", "2024-09-13T18:20:00"),
        ("13 Sep 2024", "2024-09-13T18:20:00"),
        ("September 13, 2024", "2024-09-13T18:20:00"),
        ("13 eylül 2024", "2024-09-13T18:20:00"),
        ("١٣/٩/٢٠٢٤", "2024-09-13T18:20:00"),
        ("۱۳/۹/۲۰۲۴", "2024-09-13T18:20:00"),
        ("9/9/24", "2024-09-09T18:20:00"),
        ("04/05/2024", None),
        ("31/31/2024", None),
        ("soon", None),
    ],
)
def test_dates_as_printed(date: str, local: str | None) -> None:
    records = read(f"{date};18:20;A;x\n", {**MAP, "delimiter": ";"})
    (m,) = only(Message, records)
    assert m.sent.local == local
    assert m.sent.written == f"{date} 18:20"
    assert ("RTV-U023" in problems(records)) == (local is None)


def test_day_and_month_by_another_row_by_order_and_by_asking() -> None:
    rows = "04/05/2024,18:20,A,x\n13/05/2024,18:20,A,y\n"
    assert only(Message, read(rows, MAP))[0].sent.local == "2024-05-04T18:20:00"
    falling = "".join(f"{d:02}/{m:02}/2024,18:20,A,x\n" for m in (5, 6, 7, 8) for d in range(1, 12))
    moment = only(Message, read(falling, MAP))[3].sent
    assert moment.local == "2024-05-04T18:20:00" and "sorted" in moment.ground
    asked = only(Message, read("04/05/2024,18:20,A,x\n", MAP, date_order="mdy"))[0].sent
    assert asked.local == "2024-04-05T18:20:00"


def test_zone_epoch_offset_and_format() -> None:
    assert (
        only(Message, read("13/09/2024,18:20,A,x\n", MAP, zone="Asia/Baghdad"))[0].sent.utc
        == "2024-09-13T15:20:00Z"
    )
    one = {"columns": {"time": 1, "text": 2}, "header": False}
    assert only(Message, read("1726400000,x\n", one))[0].sent.utc == "2024-09-15T11:33:20Z"
    assert only(Message, read("1726400000123,x\n", one))[0].sent.utc == "2024-09-15T11:33:20.123000Z"
    assert only(Message, read("2024-09-13T18:20:00+03:00,x\n", one))[0].sent.utc == "2024-09-13T15:20:00Z"
    assert only(Message, read("2024-09-13T18:20:00Z,x\n", one))[0].sent.utc == "2024-09-13T18:20:00Z"
    form = {**one, "format": "%Y%m%d-%H%M"}
    assert only(Message, read("20240913-1820,x\n", form))[0].sent.local == "2024-09-13T18:20:00"


def test_directions_owner_numbers_and_chats() -> None:
    content = "When;Who;Number;Way;Chat;What;Extra\n2024-09-13 18:20;;;صادر;C1;a;e\n2024-09-13 18:21;Sami;07700000021;incoming;C1;b;\n2024-09-13 18:22;;;in;C2;c;\n2024-09-13 18:23;D;;sideways;C2;d;\n"
    map = {
        "app": "viber",
        "owner": "+15550100000",
        "columns": {
            "time": "When",
            "sender": "Who",
            "phone": "number",
            "direction": "WAY",
            "conversation": "Chat",
            "text": "What",
        },
    }
    records = read(content, map, country="IQ")
    a, b, c, d = only(Message, records)
    assert account_of(records, a).owner and account_of(records, a).phone == "+15550100000"
    assert account_of(records, b).phone == "+9647700000021"
    assert "assumed" in account_of(records, b).ground
    assert c.sender is None and "weak_identity" in c.flags
    assert a.detail == {"other_columns": {"7": "e"}}
    assert [x.name for x in only(Conversation, records)] == ["C1", "C2"]
    assert d.app == "viber" and problems(records) == ["RTV-U024"]


def test_the_same_name_is_one_weak_account_and_two_tables_do_not_share_it() -> None:
    content = HEAD + "2024-09-13,18:20,Sami,x\n2024-09-13,18:20,Sami,y\n"
    records = read(content)
    assert len(only(Account, records)) == 1
    other = read(content + "2024-09-13,18:20,Sami,z\n")
    assert only(Account, records)[0].id != only(Account, other)[0].id


@pytest.mark.parametrize(
    "map",
    [
        {"columns": {"text": "Nope", "time": "Date"}},
        {"columns": {"text": 9}},
        {"columns": {"txt": "Message"}},
        {"columns": {"sender": "Sender"}},
        {},
    ],
)
def test_a_map_that_does_not_fit_reads_nothing_and_says_why(map: dict[str, Any]) -> None:
    records = read(HEAD + "2024-09-13,18:20,A,x\n", map)
    assert problems(records) == ["RTV-U027"] and texts(records) == []


def test_the_starter_map_is_toml_and_reads_the_table() -> None:
    content = 'تاريخ;الوقت;"مرسل ""x""";نص\n13/09/2024;18:20;Sami;طاولة\n'.encode("utf-8-sig")
    item = MemoryItem("a.csv", content)
    starter = explain_columns(item)
    map = tomllib.loads(starter)
    assert map["delimiter"] == ";" and map["columns"]["text"] == "نص"
    assert "طاولة" in starter
    assert texts(read(content, map)) == ["طاولة"]


def test_the_starter_of_odd_tables_is_still_toml() -> None:
    for content in (b"", b"\n", b"a", b'"', b"a,a,a\n1,2,3\n", b'x"y,\\z,\x07\n1,2,3\n', "٫,٫\n".encode()):
        tomllib.loads(explain_columns(MemoryItem("a.csv", content)))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='a,;"\n\r\t é١', max_size=60))
def test_any_text_tiles(text: str) -> None:
    read(text, {"columns": {"text": 1}, "header": False, "delimiter": ","})


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_tile(raw: bytes) -> None:
    read(raw, {"columns": {"text": 1}, "header": False, "delimiter": ","})


def workbook(rows: list[list[Any]], second: list[list[Any]] | None = None) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Chat"
    for row in rows:
        book.active.append(row)
    if second is not None:
        sheet = book.create_sheet("Other")
        for row in second:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_reads_row_by_row_with_its_own_times() -> None:
    from datetime import datetime

    content = workbook(
        [
            ["Time", "Sender", "Message"],
            [datetime(2024, 9, 13, 18, 20), "Sami", "طاولة"],
            [],
            ["13/09/2024 18:21", "Me", 40],
        ],
        [["Item", "Price"], ["chair", 40]],
    )
    item = MemoryItem("chat.xlsx", content)
    assert READER.sniff(item)
    records = read(content, name="chat.xlsx")
    assert texts(records) == ["طاولة", "40"]
    first, second = only(Message, records)
    assert first.at.spot == "table Chat row 2" and second.at.spot == "table Chat row 4"
    assert first.sent.local == "2024-09-13T18:20:00"
    assert problems(records) == ["RTV-U020"]
    named = read(content, {"sheet": "Chat", "columns": {"time": "Time", "text": "Message"}}, "chat.xlsx")
    assert len(texts(named)) == 2 and problems(named) == []
    assert tomllib.loads(explain_columns(item))["columns"]["text"] == "Message"


def test_a_broken_workbook_is_a_problem() -> None:
    content = workbook([["Time", "Sender", "Message"], ["2024-09-13 18:20", "a", "b"]])
    assert problems(read(content[: len(content) // 2], name="chat.xlsx")) == ["RTV-U026"]


def test_without_openpyxl_the_rows_are_counted_as_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    content = workbook([["Time", "Sender", "Message"], ["2024-09-13 18:20", "a", "b"]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    records = read(content, name="chat.xlsx")
    assert [(p.code, p.entries) for p in only(Problem, records)] == [("RTV-U021", 1)]
