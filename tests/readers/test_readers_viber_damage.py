"""Viber databases that are cut, overwritten, or live partly in a -wal: what can be read is, and the sum holds."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model.ids import message_id
from ritrova.model.records import Event, Message, Problem, Read
from ritrova.model.shapes import Reader
from ritrova.readers.viber_android import READER as ANDROID
from ritrova.readers.viber_desktop import READER as DESKTOP
from ritrova.readers.viber_ios import READER as IOS
from writers import viber_android, viber_desktop, viber_ios
from writers.reading import only, texts
from writers.reading import read as checked

FORMS = {
    "desktop": (viber_desktop.small, DESKTOP, "viber.db", "Messages", "Body"),
    "android": (viber_android.small, ANDROID, "viber_messages", "messages", "body"),
    "ios": (viber_ios.small, IOS, "Contacts.data", "ZVIBERMESSAGE", "ZTEXT"),
}


@pytest.fixture(params=sorted(FORMS))
def form(request: pytest.FixtureRequest) -> Any:
    return FORMS[request.param]


def test_rows_only_in_the_wal_rows_deleted_in_it_and_texts_changed_in_it(form: Any, tmp_path: Path) -> None:
    small, reader, name, table, column = form
    writer = small()
    for text in ("first", "second", "third"):
        writer.message(text)
    path = tmp_path / name
    path.write_bytes(writer.content())
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute(f"DELETE FROM {table} WHERE rowid=2")
    db.execute(f"UPDATE {table} SET {column}='third, new' WHERE rowid=3")
    db.commit()
    content, wal = path.read_bytes(), (tmp_path / (name + "-wal")).read_bytes()
    db.close()
    source = MemoryItem(name, content, folder={name + "-wal": wal})
    records = checked(reader, source)
    assert sorted(texts(records)) == ["first", "second", "third, new"]
    (recovered,) = [m for m in only(Message, records) if "recovered" in m.flags]
    assert recovered.text == "second"
    third = next(m for m in only(Message, records) if m.text == "third, new")
    edits = [e for e in only(Event, records) if e.kind == "edit"]
    assert [(e.message, e.detail and e.detail["text_before"]) for e in edits] == [
        (message_id(third.at), "third")
    ]
    (problem,) = only(Problem, records)
    assert "1 only in the file" in problem.what and problem.entries == 0
    alone = checked(reader, MemoryItem(name, content))
    assert sorted(texts(alone)) == ["first", "second", "third"]


def test_a_database_whose_rows_all_live_in_the_wal(form: Any, tmp_path: Path) -> None:
    small, reader, name, _, _ = form
    writer = small()
    writer.message("only here")
    path = tmp_path / name
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("CREATE TABLE first (x)")
    writer.db.commit()
    for sql in writer.db.iterdump():
        if not sql.startswith(("BEGIN", "COMMIT")) and "sqlite_sequence" not in sql:
            db.execute(sql)
    db.commit()
    content, wal = path.read_bytes(), (tmp_path / (name + "-wal")).read_bytes()
    db.close()
    source = MemoryItem(name, content, folder={name + "-wal": wal})
    if reader.sniff(source):
        assert texts(checked(reader, source)) == ["only here"]


def many(form: Any, n: int) -> tuple[Reader, str, bytes]:
    small, reader, name, _, _ = form
    writer = small()
    for i in range(n):
        writer.message(f"message number {i} " + "x" * 60)
    return reader, name, writer.content()


def read(reader: Reader, name: str, content: bytes) -> list[Read] | None:
    source = MemoryItem(name, content)
    return checked(reader, source) if reader.sniff(source) else None


def test_a_cut_database_gives_what_is_left_and_counts_the_rest(form: Any) -> None:
    reader, name, content = many(form, 400)
    for share in (0.95, 0.8, 0.5, 0.2):
        cut = int(len(content) * share) // 512 * 512 + 100
        records = read(reader, name, content[:cut])
        if records is not None:
            assert len(texts(records)) <= 400


def test_overwritten_pages_cost_only_what_stood_in_them(form: Any) -> None:
    reader, name, content = many(form, 400)
    page = int.from_bytes(content[16:18], "big")
    dice = random.Random(3)
    got = []
    for _ in range(12):
        hurt = bytearray(content)
        number = dice.randrange(2, len(content) // page)
        hurt[number * page : (number + 1) * page] = dice.randbytes(page)
        records = read(reader, name, bytes(hurt))
        if records is not None:
            got.append(len(texts(records)))
    assert len(got) > 6 and max(got) >= 300


def test_random_bytes_never_end_in_an_error(form: Any) -> None:
    reader, name, content = many(form, 60)
    dice = random.Random(4)
    for _ in range(25):
        hurt = bytearray(content)
        for _ in range(dice.randrange(1, 40)):
            hurt[dice.randrange(4 * 4096, len(hurt))] = dice.randrange(256)
        read(reader, name, bytes(hurt))


def test_a_history_synchronised_backwards_comes_out_in_the_order_of_time(form: Any) -> None:
    small, reader, name, _, _ = form
    writer = small()
    column = {"viber.db": "time", "viber_messages": "msg_date", "Contacts.data": "ZDATE"}[name]
    start = viber_ios.START if name == "Contacts.data" else viber_desktop.START
    for i in range(50):
        writer.message(f"{50 - i}", **{column: start + (50 - i) * 100})
    records = read(reader, name, writer.content())
    assert records is not None and texts(records) == [str(i + 1) for i in range(50)]


def test_a_history_in_order_keeps_the_order_of_its_rows(form: Any) -> None:
    small, reader, name, _, _ = form
    writer = small()
    column = {"viber.db": "time", "viber_messages": "msg_date", "Contacts.data": "ZDATE"}[name]
    start = viber_ios.START if name == "Contacts.data" else viber_desktop.START
    for i in range(50):
        writer.message(str(i), **{column: start + (i * 100 if i != 25 else 0)})
    records = read(reader, name, writer.content())
    assert records is not None and texts(records) == [str(i) for i in range(50)]
