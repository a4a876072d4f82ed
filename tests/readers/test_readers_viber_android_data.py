"""Viber for Android, calls and address book: the right file by its tables, one account a number."""

from __future__ import annotations

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Account, Call, Contact, Problem
from ritrova.readers.viber_android_data import PROBLEMS, READER
from writers.reading import only
from writers.reading import read as checked
from writers.viber_android import CONTACTS, START, AndroidWriter
from writers.viber_android import small as messages


def filled() -> AndroidWriter:
    writer = AndroidWriter(CONTACTS)
    writer.row("calls", canonized_number="+9647700000021", viber_call_type=1, date=START, duration=61, type=1)
    writer.row("calls", canonized_number="+9647700000021", viber_call_type=4, date=START, duration=0, type=2)
    writer.row("calls", canonized_number="+15550100777", viber_call_type=9, date=START, duration=0, type=3)
    writer.row("calls", canonized_number="", viber_call_type=1, date=None, duration=None, type=8)
    writer.row("phonebookcontact", _id=1, display_name="Sami")
    writer.row("phonebookcontact", _id=2, display_name="no number")
    writer.row("phonebookdata", contact_id=1, data1="0770 000 0021", data2="+9647700000021")
    writer.row("phonebookdata", contact_id=9, data2="+15550100999")
    return writer


def test_calls_and_contacts_add_up() -> None:
    item = MemoryItem("viber_data", filled().content())
    assert READER.sniff(item)
    records = checked(READER, item, codes=PROBLEMS)
    first, second, third, fourth = only(Call, records)
    assert (first.result, first.seconds, first.video) == ("incoming", 61.0, False)
    assert (second.result, second.video) == ("outgoing", True)
    assert (third.result, third.video) == ("missed", None)
    assert fourth.caller is None and fourth.result == "8"
    contact, empty = only(Contact, records)
    assert contact.phones[0] == "+9647700000021" and empty.phones == ()
    assert [p.code for p in only(Problem, records)] == ["RTV-V031"]


def test_a_number_is_tied_to_the_member_in_the_messages_beside() -> None:
    item = MemoryItem("viber_data", filled().content(), folder={"viber_messages": messages().content()})
    records = checked(READER, item)
    assert "mid-sami" in [a.native for a in only(Account, records)]
    assert only(Call, records)[1].caller == next(a.id for a in only(Account, records) if a.owner)


def test_other_databases_that_end_in_data_are_not_claimed() -> None:
    other = AndroidWriter("CREATE TABLE payments (_id INTEGER PRIMARY KEY, amount TEXT)")
    assert not READER.sniff(MemoryItem("viberpay_data", other.content()))
    assert not READER.sniff(MemoryItem("viber_messages", messages().content()))
