"""The -wal beside a database: SQLite itself writes it, our own parser reads it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.formats.sqlite import Damaged, opened


def written(folder: Path, *, rows: int, page: int = 4096) -> tuple[bytes, bytes]:
    """A database with one row in the file and `rows` more only in its -wal."""
    path = folder / "chat.db"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(f"PRAGMA page_size={page}")
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("CREATE TABLE message(_id INTEGER PRIMARY KEY, text_data TEXT)")
    db.execute("INSERT INTO message(text_data) VALUES('in the file')")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for n in range(rows):
        db.execute("INSERT INTO message(text_data) VALUES(?)", (f"only in the wal {n} " + "x" * 3000,))
    both = path.read_bytes(), (folder / "chat.db-wal").read_bytes()
    db.close()
    return both


def item(main: bytes, wal: bytes | None) -> MemoryItem:
    folder = {"chat.db": main}
    if wal is not None:
        folder["chat.db-wal"] = wal
    return MemoryItem("chat.db", main, folder=folder)


@pytest.mark.parametrize("page", [512, 4096, 65536])
def test_rows_that_live_only_in_the_wal_are_read_and_both_readings_can_be_counted(
    tmp_path: Path, page: int
) -> None:
    main, wal = written(tmp_path, rows=20, page=page)
    with opened(item(main, wal)) as db:
        assert db.count("message") == 21
        assert db.wal_frames >= 20
        assert [row[1][:15] for row in db.rows("SELECT * FROM message")][-1] == "only in the wal"
    with opened(item(main, wal), wal=False) as db:
        assert db.count("message") == 1
        assert db.wal_frames == 0


def test_a_cut_wal_gives_what_was_committed_before_the_cut(tmp_path: Path) -> None:
    main, wal = written(tmp_path, rows=20)
    counts = []
    for cut in range(0, len(wal), 1777):
        with opened(item(main, wal[:cut])) as db:
            counts.append(db.count("message"))
    assert counts == sorted(counts)
    assert counts[0] == 1 and counts[-1] >= 20


def test_a_flipped_bit_in_a_frame_ends_the_log_there(tmp_path: Path) -> None:
    main, wal = written(tmp_path, rows=20)
    bad = bytearray(wal)
    bad[len(bad) // 2] ^= 1
    with opened(item(main, bytes(bad))) as db:
        assert 1 < db.count("message") < 21


def test_a_wal_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    main, _ = written(tmp_path, rows=3)
    for wal in (b"", b"short", b"\0" * 5000, b"not a log" * 1000):
        with opened(item(main, wal)) as db:
            assert db.count("message") == 1


def test_text_that_is_not_utf8_arrives_with_replacements_and_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE m(a, b)")
    db.executemany(
        "INSERT INTO m VALUES(?, CAST(? AS TEXT))", [(1, b"fine"), (2, b"caf\xe9"), (3, b"after\x00nul")]
    )
    db.commit()
    with opened(MemoryItem("t.db", path.read_bytes())) as out:
        assert list(out.rows("SELECT a, b FROM m ORDER BY a")) == [
            (1, "fine"),
            (2, "caf�"),
            (3, "after\x00nul"),
        ]
        assert out.bad_text == 1


def test_a_file_that_only_looks_like_a_database_is_damaged_and_has_no_tables() -> None:
    with opened(MemoryItem("t.db", b"SQLite format 3\x00" + b"\xff" * 500)) as db:
        assert db.tables == {}
        assert db.damaged
        with pytest.raises(Damaged):
            list(db.rows("SELECT 1 FROM message"))
