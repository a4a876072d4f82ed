"""Files that are built to hurt: nested, overlapping, endless. And folders, containers and companions as they come."""

from __future__ import annotations

import io
import os
import sqlite3
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from ritrova import plugins
from ritrova.model.records import ItemSeen, Message, Problem
from ritrova.model.shapes import Ask
from toys.reading import GOOD, adds_up, given, of, read, texts

UNPACKERS = tuple(plugins.where("unpackers"))


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def paths(records: list[Any]) -> list[str]:
    return [s.at.path for s in of(ItemSeen, records)]


def test_a_chat_in_a_zip_is_read_with_its_media() -> None:
    whole = zipped({"chat.txt": GOOD, "a.jpg": b"\xff\xd8\xff" + bytes(100)})
    records = read({"export.zip": whole}, "RELATED", unpackers=UNPACKERS)
    assert paths(records) == ["export.zip", "export.zip!chat.txt", "export.zip!a.jpg"]
    assert texts(records) == ["one", "two", "three"] and adds_up(records) and not of(Problem, records)
    seen = of(ItemSeen, records)
    assert (seen[0].unpacker, seen[1].parent) == ("zip", "export.zip")
    assert seen[2].note == "read with export.zip!chat.txt" and seen[2].sha256
    assert all(r.at.source == seen[0].at.source for r in records)


def test_a_large_entry_goes_through_the_parents_scratch() -> None:
    """More than a child keeps in memory: 36 MB of text that packs to little."""
    line = b"the same words again and again; " * 63 + b"end\n"
    body = b"LINES\n" + line * 18_000
    folder = tempfile.mkdtemp()
    try:
        before = os.listdir(folder)
        whole = zipped({"chat.txt": body})
        records = read({"export.zip": whole}, "COUNTING", unpackers=UNPACKERS, memory=700 << 20)
        assert not of(Problem, records) and adds_up(records)
        assert len(of(Message, records)) == 18_000
        assert os.listdir(folder) == before
    finally:
        os.rmdir(folder)


def test_containers_nest_three_deep_and_no_deeper() -> None:
    whole = GOOD
    for n in range(5):
        whole = zipped({f"level{n}.zip" if n else "chat.txt": whole})
    records = read({"outer.zip": whole}, unpackers=UNPACKERS)
    assert "RTV-R009" in [p.code for p in of(Problem, records)] and not texts(records)
    inner = zipped({"b.zip": zipped({"a.zip": zipped({"chat.txt": GOOD})})})
    records = read({"outer.zip": inner}, unpackers=UNPACKERS)
    assert texts(records) == ["one", "two", "three"] and not of(Problem, records)


def test_a_bomb_is_a_problem_and_the_chat_beside_it_is_read() -> None:
    whole = zipped({"bomb.bin": bytes(150 << 20), "chat.txt": GOOD})
    records = read({"a.zip": whole, "b.txt": GOOD}, unpackers=UNPACKERS)
    assert [p.code for p in of(Problem, records)] == ["RTV-R004"]
    assert [m.text for m in of(Message, records) if m.at.path == "b.txt"] == ["one", "two", "three"]


def test_bombs_in_bombs_share_one_budget() -> None:
    bomb = zipped({f"{n}.bin": bytes(30 << 20) for n in range(4)})
    whole = zipped({f"{n}.zip": bomb for n in range(8)}, zipfile.ZIP_STORED)
    records = read({"a.zip": whole}, unpackers=UNPACKERS)
    assert of(Problem, records)
    kept = [s for s in of(ItemSeen, records) if s.at.path.endswith(".bin") and s.sha256]
    assert len(kept) <= 5


def test_a_line_of_a_hundred_megabytes_is_one_message() -> None:
    body = b"LINES\nfirst\n" + b"x" * (100 << 20) + b"\nlast\n"
    records = read({"a.txt": body}, "COUNTING")
    got = [len(m.text) for m in of(Message, records)]
    if of(Problem, records):
        assert adds_up(records) and got[0] == 5
    else:
        assert got == [5, 100 << 20, 4] and adds_up(records)


def test_a_picture_of_twenty_thousand_by_twenty_thousand_is_not_decoded() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    size = (20_000).to_bytes(4, "big")
    pack = zlib.compressobj(9)
    rows = b"".join(pack.compress(bytes(60_001)) for _ in range(2_000)) + pack.flush()
    picture = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + size + b"\x08\x02\0\0\0") + chunk(b"IDAT", rows)
    records = read({"chat.txt": GOOD, "big.png": picture}, unpackers=UNPACKERS)
    assert not of(Problem, records) and len(texts(records)) == 3
    assert {s.mime for s in of(ItemSeen, records)} == {None, "image/png"}


def test_a_recursive_view_runs_for_nobody() -> None:
    """Every reader of the house looks at the database, and none of them is caught by it."""
    db = sqlite3.connect(":memory:")
    loop = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT x AS _id FROM n"
    for name in ("message", "messages", "chat", "jid", "Events", "ZWAMESSAGE", "ZVIBERMESSAGE"):
        db.execute(f"CREATE VIEW {name} AS {loop}")
    db.commit()
    content = db.serialize()
    from ritrova.workers.reading import Plugged, read_source

    g = given("msgstore.db", content)
    plugged = Plugged(plugins.where("readers"), UNPACKERS)
    records = [r for b in read_source("s" * 64, "file", [g], [], plugged, Ask()) for r in b]
    assert not [p for p in of(Problem, records) if p.code in ("RTV-R004", "RTV-R005", "RTV-R014")]


def test_a_companion_is_found_by_its_name_from_a_file_and_from_inside_a_zip() -> None:
    code = (
        "from ritrova.model.shapes import Reader\n"
        "from ritrova.model.records import Problem\n"
        "from ritrova.model.shapes import at\n"
        "def read(item, ask):\n"
        "    beside = item.sibling('wa.db')\n"
        "    yield Problem(at(item), 'RTV-X002', 'none' if beside is None else beside.head(4).decode() + beside.source)\n"
        "READER = Reader('toy.beside', 'Beside', lambda item: item.head(5) == b'LINES', read, lambda i, a: {'messages': 0})\n"
    )
    folder = tempfile.mkdtemp()
    Path(folder, "toy_beside.py").write_text(code)
    sys.path.insert(0, folder)
    try:
        from ritrova.workers.reading import Plugged, read_source

        companion = given("wa.db", b"COMP")
        for name, content in (("a.txt", GOOD), ("a.zip", zipped({"x/a.txt": GOOD}))):
            batches = read_source(
                "s" * 64,
                "file",
                [given(name, content)],
                [companion],
                Plugged(("toy_beside:READER",), UNPACKERS),
                Ask(),
            )
            (problem,) = [p for b in batches for p in of(Problem, b)]
            assert problem.what == "COMP" + companion.sha256
    finally:
        sys.path.remove(folder)
        Path(folder, "toy_beside.py").unlink()
        assert os.listdir(folder) == []  # the child writes nothing, compiled modules included
        os.rmdir(folder)


def test_one_reader_that_dies_again_and_again_stops_nothing_else() -> None:
    files = {f"{n:02}.txt": b"LINES\n!kill\n" for n in range(5)} | {"z.txt": GOOD}
    records = read(files)
    assert [p.code for p in of(Problem, records)] == ["RTV-R005"] * 5
    assert texts(records)[-3:] == ["one", "two", "three"] and adds_up(records)
    assert sorted(paths(records)) == sorted(files)


def test_a_zip_entry_that_kills_the_child_does_not_stop_the_others_and_nothing_comes_twice() -> None:
    whole = zipped({"a.txt": GOOD, "b.txt": b"LINES\nx\n!kill\n", "c.txt": GOOD})
    records = read({"e.zip": whole}, unpackers=UNPACKERS)
    assert paths(records) == ["e.zip", "e.zip!a.txt", "e.zip!b.txt", "e.zip!c.txt"]
    assert len([m for m in of(Message, records) if "!b" not in m.at.path]) == 6
    assert [p.code for p in of(Problem, records)] == ["RTV-R005"] and adds_up(records)


def test_a_reader_that_cannot_be_loaded_is_said_and_the_others_read() -> None:
    records = read({"a.txt": GOOD}, "READER", "NOT_THERE")
    assert [p.code for p in of(Problem, records)] == ["RTV-R013"]
    assert len(texts(records)) == 3


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"LINES", b"PK\x05\x06" + bytes(18), b"SQLite format 3\x00"]
)
def test_tiny_files_raise_nothing(content: bytes) -> None:
    records = read({"a": content}, "COUNTING", unpackers=UNPACKERS)
    assert len(of(ItemSeen, records)) == 1


def test_no_files_at_all() -> None:
    assert read([]) == []
