"""Viber message history: tolerant, with every byte accounted for and no time made up."""

from __future__ import annotations

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Account, Conversation, Message, Problem, Read
from ritrova.model.shapes import Ask
from ritrova.readers.viber_history import PROBLEMS, READER
from writers.reading import account_of, only, texts
from writers.reading import read as checked

PLAIN = (
    "13/09/2024,18:20:01,Sami K,+964 770 000 0021,good evening\n"
    "13/09/2024,18:21:40,Me,+15550100000,hello, how much is the chair?\n"
    "14/09/2024,09:00:00,Sami K,+964 770 000 0021,forty\nor thirty five\n"
)


def read(text: str | bytes, name: str = "Sami K (+9647700000021).csv", ask: Ask | None = None) -> list[Read]:
    content = text.encode() if isinstance(text, str) else text
    item = MemoryItem(name, content, path="Viber messages.zip!" + name)
    assert READER.sniff(item)
    return checked(READER, item, ask, codes=PROBLEMS)


def test_rows_with_numbers_and_bodies_of_several_lines() -> None:
    records = read(PLAIN)
    assert texts(records) == ["good evening", "hello, how much is the chair?", "forty\nor thirty five"]
    first, second, _ = only(Message, records)
    assert account_of(records, first).phone == "+9647700000021"
    assert account_of(records, second).owner
    assert first.sent.local == "2024-09-13T18:20:01" and first.sent.utc is None
    assert "day first" in first.sent.ground
    (chat,) = only(Conversation, records)
    assert (chat.name, chat.kind) == ("Sami K", "direct")


def test_without_the_word_viber_numbers_must_show_what_it_is() -> None:
    assert READER.sniff(MemoryItem("chat.csv", PLAIN.encode()))
    assert not READER.sniff(
        MemoryItem("chat.csv", b"13/09/2024,18:20,lunch,12 EUR\n14/09/2024,18:20,fuel,40 EUR\n")
    )
    assert not READER.sniff(
        MemoryItem("chat.txt", b"13/09/2024, 18:20 - Sami: hello\n14/09/2024, 18:20 - Me: hi\n")
    )


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_any_delimiter(mark: str) -> None:
    text = PLAIN.replace(",", mark).replace("hello" + mark, "hello,")
    assert texts(read(text))[1] == "hello, how much is the chair?"


def test_quoted_bodies_lose_their_quotes_and_nothing_else() -> None:
    records = read('13/09/2024,18:20:01,"K, Sami",+9647700000021,"a ""b"", c\nd"\n13/09/2024,18:21,Me,,x\n')
    assert texts(records) == ['a "b", c\nd', "x"]
    assert only(Account, records)[0].name == "K, Sami"


def test_arabic_digits_marks_and_halves_of_the_day() -> None:
    records = read("\u200f١٣/٩/٢٠٢٤,٦:٢٠ م,سامي,+9647700000021,السعر ٤٠\n")
    (m,) = only(Message, records)
    assert m.sent.local == "2024-09-13T18:20:00"
    assert m.text == "السعر ٤٠"


def test_arabic_windows_encoding_is_found_by_its_letters() -> None:
    text = "13/09/2024,18:20:01,سامي,+9647700000021,الطاولة للبيع والسعر أربعون\n" * 3
    records = read(text.encode("cp1256"))
    assert texts(records)[0] == "الطاولة للبيع والسعر أربعون"


def test_an_order_that_nothing_decides_stays_open() -> None:
    text = "04/05/2024,18:20,Sami,+9647700000021,a\n"
    records = read(text)
    assert only(Message, records)[0].sent.local is None
    assert [p.code for p in only(Problem, records)] == ["RTV-V061"]
    asked = read(text, ask=Ask(date_order="dmy", zone="Asia/Baghdad"))
    moment = only(Message, asked)[0].sent
    assert (moment.local, moment.utc) == ("2024-05-04T18:20:00", "2024-05-04T15:20:00Z")
    assert "assumed" in moment.ground


def test_text_form_with_colons() -> None:
    records = read("[13/09/2024 18:20:01] Sami K: hello: there\n[13/09/2024 18:21:01] Me: hi\n", "chat.txt")
    assert texts(records) == ["hello: there", "hi"]


def test_a_title_before_the_first_message_is_left_out_and_said() -> None:
    records = read("Chat with Sami\n\n" + PLAIN)
    assert len(texts(records)) == 3
    assert [p.code for p in only(Problem, records)] == ["RTV-V060"]


def test_a_folder_far_above_named_viber_says_nothing() -> None:
    whatsapp = b"13/09/2024, 18:20 - Sami: hello\n14/09/2024, 18:20 - Me: hi\n"
    assert not READER.sniff(MemoryItem("chat.txt", whatsapp, path="viber and more/export/phone/chat.txt"))
