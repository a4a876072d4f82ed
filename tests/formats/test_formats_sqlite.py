"""Evidence databases: whole, damaged, cut and hostile. SQLite writes them; the tests bend their bytes."""

from __future__ import annotations

import io
import os
import random
import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.formats.scratch import Scratch
from ritrova.formats.sqlite import Damaged, Database, Lost, looks_like_sqlite, opened
from shared_files import shared

COLUMNS = ("_id", "text_data", "timestamp", "media")


def database(rows: int = 3000, *, page: int = 1024, index: bool = True, encoding: str = "UTF-8") -> bytes:
    """Messages of varied length, some of them over several pages, with a second table like them."""
    db = sqlite3.connect(":memory:")
    db.execute(f"PRAGMA page_size={page}")
    db.execute(f"PRAGMA encoding='{encoding}'")
    db.execute("CREATE TABLE message(_id INTEGER PRIMARY KEY, text_data TEXT, timestamp REAL, media BLOB)")
    db.execute("CREATE TABLE other(_id INTEGER PRIMARY KEY, name TEXT)")
    if index:
        db.execute("CREATE INDEX message_time ON message(timestamp)")
    db.executemany("INSERT INTO message VALUES(?, ?, ?, ?)", (row(n) for n in range(1, rows + 1)))
    db.executemany("INSERT INTO other VALUES(?, ?)", ((n, f"name {n}") for n in range(1, 300)))
    db.execute("ALTER TABLE message ADD COLUMN starred INTEGER DEFAULT 7")
    db.commit()
    return db.serialize()


def row(n: int) -> tuple[int, str, float, bytes | None]:
    text = f"رسالة {n} " + "word " * (n % 40 if n % 97 else 900)
    return n, text, float(n), bytes([n % 256]) * (n % 5) if n % 3 else None


@pytest.fixture(scope="module")
def whole() -> bytes:
    return database()


def walk(content: bytes, table: str = "message", columns: tuple[str, ...] = COLUMNS) -> list[Any]:
    with opened(MemoryItem("m.db", content)) as db:
        return list(db.walk(table, columns))


def split(rows: list[Any]) -> tuple[list[tuple[int, tuple[Any, ...]]], list[Lost]]:
    return [r for r in rows if not isinstance(r, Lost)], [r for r in rows if isinstance(r, Lost)]


def pages_of(content: bytes, kind: int, page: int = 1024) -> list[int]:
    """Page numbers (from 1) of a kind, page 1 left out."""
    return [n for n in range(2, len(content) // page + 1) if content[(n - 1) * page] == kind]


def test_a_whole_database_is_read_as_sqlite_reads_it(whole: bytes) -> None:
    got, lost = split(walk(whole))
    assert got == [(n, row(n)) for n in range(1, 3001)] and not lost
    with opened(MemoryItem("m.db", whole)) as db:
        assert looks_like_sqlite(MemoryItem("m.db", whole))
        assert db.tables == {"message": (*COLUMNS, "starred"), "other": ("_id", "name")}
        assert db.page_size == 1024 and not db.damaged and db.bad_text == 0 and db.wal_frames == 0
        assert db.has("MESSAGE", "Text_Data") and not db.has("message", "nothing") and not db.has("nothing")
        assert db.count("message") == 3000 and db.count("nothing") == 0
        assert list(db.rowids("other")) == list(range(1, 300))
        sql = f"SELECT {db.pick('message', ['text_data', 'gone', 'starred'], 'm')} FROM message m WHERE _id=?"
        assert list(db.rows(sql, (5,))) == [(row(5)[1], None, 7)]


@pytest.mark.parametrize("encoding", ["UTF-16le", "UTF-16be"])
def test_databases_in_utf16(encoding: str) -> None:
    content = database(300, encoding=encoding)
    assert split(walk(content))[0] == [(n, row(n)) for n in range(1, 301)]
    bad = bytearray(content)
    leaf = pages_of(content, 13)[3]
    bad[(leaf - 1) * 1024 : leaf * 1024] = bytes(1024)
    got, lost = split(walk(bytes(bad)))
    assert lost and all(values == row(n) for n, values in got)


@pytest.mark.parametrize("index", [True, False])
def test_a_lost_leaf_costs_its_own_rows_and_no_more(index: bool) -> None:
    content = database(index=index)
    victim = pages_of(content, 13)[20]
    bad = bytearray(content)
    bad[(victim - 1) * 1024 : victim * 1024] = os.urandom(1) * 1024
    bad[(victim - 1) * 1024] = 0xFF
    got, lost = split(walk(bytes(bad)))
    assert got == sorted(got) and all(values == row(n) for n, values in got)
    assert 2900 <= len(got) < 3000
    assert len(lost) == 1
    assert not {n for n, _ in got} & set(range(lost[0].first, lost[0].last + 1))
    assert {n for n, _ in got} | set(range(lost[0].first, lost[0].last + 1)) == set(range(1, 3001))
    with opened(MemoryItem("m.db", bytes(bad))) as db:
        assert db.count("message") == len(got) + sum(each.rows for each in lost)
        if index:
            assert db.count("message") == 3000
        list(db.walk("message", ()))
        assert db.damaged
        with pytest.raises(Damaged):
            list(db.rows("SELECT * FROM message NOT INDEXED"))


def test_leaves_whose_parent_is_gone_are_found_again(whole: bytes) -> None:
    inner = pages_of(whole, 5)
    assert len(inner) >= 3
    for victim in inner[1:3]:
        bad = bytearray(whole)
        bad[(victim - 1) * 1024 : victim * 1024] = bytes(1024)
        got, lost = split(walk(bytes(bad)))
        assert all(values == row(n) for n, values in got)
        assert len(got) == 3000, lost
        assert sum(each.rows for each in lost) == 0


def test_without_the_root_the_leaves_are_found_where_no_other_table_fits(whole: bytes) -> None:
    with sqlite3.connect(":memory:") as db:
        db.deserialize(whole)
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name='message'").fetchone()
    bad = bytearray(whole)
    bad[(root - 1) * 1024 : root * 1024] = bytes(1024)
    got, lost = split(walk(bytes(bad)))
    assert all(values == row(n) for n, values in got)
    assert len(got) == 3000 and sum(each.rows for each in lost) == 0
    others, none = split(walk(bytes(bad), "other", ("name",)))
    assert len(others) == 299 and not none


def test_rows_of_one_table_are_never_given_to_another(whole: bytes) -> None:
    """Two tables of the same shape lose their roots: nobody can say whose the leaves are, so nobody gets them."""
    db = sqlite3.connect(":memory:")
    db.execute("PRAGMA page_size=1024")
    for name in ("a", "b"):
        db.execute(f"CREATE TABLE {name}(id INTEGER PRIMARY KEY, text TEXT)")
        db.executemany(f"INSERT INTO {name}(text) VALUES(?)", ((f"{name} {n} " * 9,) for n in range(500)))
    db.commit()
    bad = bytearray(db.serialize())
    for _, root in db.execute("SELECT name, rootpage FROM sqlite_master").fetchall():
        bad[(root - 1) * 1024 : root * 1024] = bytes(1024)
    for name in ("a", "b"):
        got, lost = split(walk(bytes(bad), name, ("text",)))
        assert not got and lost


def test_rows_that_were_deleted_do_not_come_back(whole: bytes) -> None:
    db = sqlite3.connect(":memory:")
    db.deserialize(whole)
    db.execute("DELETE FROM message WHERE _id BETWEEN 500 AND 1500")
    db.commit()
    content = db.serialize()
    inner = pages_of(content, 5)
    for victim in inner[:3]:
        bad = bytearray(content)
        bad[(victim - 1) * 1024 : victim * 1024] = bytes(1024)
        got, _ = split(walk(bytes(bad)))
        assert not [n for n, _ in got if 500 <= n <= 1500]


def test_a_lost_overflow_page_costs_one_row(whole: bytes) -> None:
    with opened(MemoryItem("m.db", whole)) as db:
        assert db.count("message") == 3000
    reached = (
        set(pages_of(whole, 13))
        | set(pages_of(whole, 5))
        | set(pages_of(whole, 10))
        | set(pages_of(whole, 2))
    )
    overflow = [n for n in range(3, len(whole) // 1024) if n not in reached]
    bad = bytearray(whole)
    victim = overflow[len(overflow) // 2]
    bad[(victim - 1) * 1024 : victim * 1024] = b"\xff" * 1024
    got, lost = split(walk(bytes(bad)))
    assert len(got) + sum(each.rows for each in lost) == 3000
    assert len(got) >= 2999
    wrong = [n for n, values in got if values != row(n)]
    assert len(wrong) <= 1  # the last page of a chain has no pointer that could be seen to be wrong


def test_a_cut_database_gives_its_first_pages(whole: bytes) -> None:
    for part in (0.2, 0.5, 0.9, 0.999):
        cut = whole[: int(len(whole) * part)]
        got, lost = split(walk(cut))
        assert all(values == row(n) for n, values in got)
        with opened(MemoryItem("m.db", cut)) as db:
            assert db.damaged
            assert db.count("message") == len(got) + sum(each.rows for each in lost)
        assert len(got) > 3000 * part * 0.5


def test_every_cut_and_flip_is_survived_and_adds_up() -> None:
    content = database(200, page=512)
    dice = random.Random(11)
    whole_rows = {n: row(n) for n in range(1, 201)}
    for turn in range(150):
        bad = bytearray(content)
        if turn % 3 == 0:
            bad = bad[: dice.randrange(len(bad))]
        else:
            for _ in range(dice.choice((1, 3, 50))):
                bad[dice.randrange(100, len(bad))] = dice.randrange(256)
        with opened(MemoryItem("m.db", bytes(bad))) as db:
            if not db.has("message", *COLUMNS):
                continue
            got, lost = split(list(db.walk("message", COLUMNS)))
            accounted = len(got) + sum(each.rows for each in lost)
            assert accounted >= db.count("message"), turn  # more only where inner keys are wrong
            if turn % 3 == 0:
                assert all(whole_rows[n] == values for n, values in got)


def test_one_senseless_entry_of_the_schema_does_not_hide_the_others(whole: bytes) -> None:
    bad = whole.replace(b"CREATE TABLE other(_id INTEGER", b"CREATE TABLE other(_id INT(((R")
    assert bad != whole
    got, _ = split(walk(bad))
    assert len(got) == 3000


HOSTILE = [
    "CREATE VIEW evil AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT x AS text_data FROM n",
    "CREATE VIEW evil AS SELECT a.* FROM message a, message b, message c, message d, message e, message f",
    "CREATE VIEW evil AS SELECT randomblob(1000000000) AS text_data",
]


@pytest.mark.parametrize("sql", HOSTILE)
def test_views_are_not_tables_and_never_run(sql: str, whole: bytes) -> None:
    db = sqlite3.connect(":memory:")
    db.deserialize(whole)
    db.execute(sql)
    db.execute("CREATE TRIGGER t AFTER INSERT ON message BEGIN DELETE FROM message; END")
    db.commit()
    with opened(MemoryItem("m.db", db.serialize())) as out:
        assert "evil" not in out.tables and out.views == ("evil",)
        assert not out.has("evil")
        with pytest.raises(Damaged, match=r"not authorized|prohibited"):
            next(out.rows("SELECT * FROM evil"))
        assert out.count("evil") == 0 and list(out.walk("evil", ["text_data"])) == []
        assert out.count("message") == 3000


def test_a_table_that_is_really_a_recursive_view_is_not_there() -> None:
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE VIEW message AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n"
    )
    db.commit()
    with opened(MemoryItem("m.db", db.serialize())) as out:
        assert out.tables == {} and not out.has("message")


def test_virtual_tables_are_left_out() -> None:
    db = sqlite3.connect(":memory:")
    try:
        db.execute("CREATE VIRTUAL TABLE message USING fts4(content)")
    except sqlite3.OperationalError:
        pytest.skip("this Python's SQLite has no FTS4")
    db.commit()
    with opened(MemoryItem("m.db", db.serialize())) as out:
        assert "message" not in out.tables


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM message",
        "ATTACH '/etc/passwd' AS x",
        "PRAGMA writable_schema=ON",
        "CREATE TABLE x(y)",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT x FROM n",
        "SELECT load_extension('x')",
        "VACUUM",
    ],
)
def test_queries_may_only_read(sql: str, whole: bytes) -> None:
    with opened(MemoryItem("m.db", whole)) as db, pytest.raises(Damaged):
        list(db.rows(sql))


def test_a_generated_column_and_one_without_rowid() -> None:
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE TABLE g(id INTEGER PRIMARY KEY, a TEXT, v AS (a || '!') VIRTUAL, s AS (a || '?') STORED, z)"
    )
    db.executemany("INSERT INTO g(a, z) VALUES(?, ?)", ((f"a{n}" * 20, n) for n in range(200)))
    db.execute("CREATE TABLE w(k TEXT PRIMARY KEY, x) WITHOUT ROWID")
    db.executemany("INSERT INTO w VALUES(?, ?)", ((f"k{n:04}", n) for n in range(200)))
    db.execute('CREATE TABLE "odd ""name"(rowid TEXT, "a b" TEXT)')
    db.execute("INSERT INTO \"odd \"\"name\" VALUES('x', 'y')")
    db.commit()
    content = db.serialize()
    assert walk(content, "g", ("a", "s", "z"))[7] == (8, ("a7" * 20, "a7" * 20 + "?", 7))
    assert walk(content, "w", ("x",))[:2] == [(1, (0,)), (2, (1,))]
    assert walk(content, 'odd "name', ("rowid", "a b")) == [(1, ("x", "y"))]
    bad = bytearray(content)
    leaf = pages_of(content, 13, 4096)[1]
    bad[(leaf - 1) * 4096 : leaf * 4096] = bytes(4096)
    got, _ = split(walk(bytes(bad), "g", ("a", "s", "z")))
    assert got and all(values == (f"a{n - 1}" * 20, f"a{n - 1}" * 20 + "?", n - 1) for n, values in got)


def test_negative_and_huge_rowids() -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE m(id INTEGER PRIMARY KEY, t TEXT)")
    ids = [-(2**63), -5, 0, 1, 2**40, 2**63 - 1]
    db.executemany("INSERT INTO m VALUES(?, ?)", ((n, f"row {n}") for n in ids))
    db.commit()
    got, lost = split(walk(db.serialize(), "m", ("id", "t")))
    assert [n for n, _ in got] == ids and not lost


def test_damage_shows_in_a_wal_database_too(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("CREATE TABLE m(id INTEGER PRIMARY KEY, t TEXT)")
    db.executemany("INSERT INTO m(t) VALUES(?)", ((f"row {n} " * 50,) for n in range(500)))
    main, log = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    db.close()
    with opened(MemoryItem("w.db", main, folder={"w.db": main, "w.db-wal": log})) as out:
        assert out.count("m") == 500 and len(list(out.walk("m", ("t",)))) == 500
    with opened(MemoryItem("w.db", b"", folder={"w.db": b"", "w.db-wal": log})) as out:
        assert out.count("m") == 500  # everything is in the log


def test_an_empty_file_and_junk_have_no_tables() -> None:
    for content in (
        b"",
        b"x",
        b"SQLite format 3\x00",
        b"SQLite format 3\x00" + bytes(5000),
        os.urandom(9000),
    ):
        with opened(MemoryItem("j.db", content)) as db:
            assert db.tables == {} and db.count("message") == 0


def test_a_hot_journal_is_noticed(whole: bytes) -> None:
    journal = bytes.fromhex("d9d505f920a163d7") + bytes(600)
    item = MemoryItem("m.db", whole, folder={"m.db": whole, "m.db-journal": journal})
    with opened(item) as db:
        assert db.hot_journal
    with opened(MemoryItem("m.db", whole)) as db:
        assert not db.hot_journal


class ScratchItem(MemoryItem):
    """An item whose bytes lie in the encrypted scratch."""

    def __init__(self, scratch: Scratch, content: bytes) -> None:
        super().__init__("m.db", content[:4096])
        self._scratch = scratch
        self._extent = scratch.append(iter([content]))

    @property
    def size(self) -> int:
        return self._extent.length

    def open(self) -> BinaryIO:
        return self._scratch.open(self._extent)


def test_a_database_in_the_scratch_is_read_page_by_page(whole: bytes) -> None:
    with Scratch() as scratch, opened(ScratchItem(scratch, whole)) as db:
        assert split(list(db.walk("message", COLUMNS)))[0] == [(n, row(n)) for n in range(1, 3001)]
        assert list(db.rows("SELECT count(*) FROM message a JOIN other b ON a._id=b._id")) == [(299,)]


def test_the_public_databases() -> None:
    folder = shared("fixtures", "whatsapp")
    content = (folder / "crypt" / "msgstore.db").read_bytes()
    with opened(MemoryItem("msgstore.db", content)) as db:
        assert db.count("messages") == 10 and db.count("message") == 1
        assert not db.damaged
    content = (folder / "ios" / "ChatStorage.sqlite").read_bytes()
    with opened(MemoryItem("ChatStorage.sqlite", content)) as db:
        assert db.count("ZWAMESSAGE") == 32


def test_a_record_that_points_at_itself_ends() -> None:
    """Loops in the tree and in overflow chains."""
    content = bytearray(database(400, page=512))
    inner = pages_of(bytes(content), 5, 512)[0]
    start = (inner - 1) * 512
    content[start + 8 : start + 12] = struct.pack(">I", inner)
    got, lost = split(walk(bytes(content)))
    assert got and lost


def test_reading_closes_what_it_opens(whole: bytes) -> None:
    streams: list[io.BytesIO] = []

    class Watched(MemoryItem):
        def open(self) -> BinaryIO:
            streams.append(io.BytesIO(whole))
            return streams[-1]

    def first(db: Database) -> Iterator[Any]:
        yield from db.rows("SELECT 1")

    with opened(Watched("m.db", whole)) as db:
        assert list(first(db)) == [(1,)]
    assert streams and all(s.closed for s in streams)
