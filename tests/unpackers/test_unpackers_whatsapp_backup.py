"""Encrypted WhatsApp backups: the public ones open byte for byte, invented ones show every way of failing."""

from __future__ import annotations

import hashlib
import hmac
import os
import random
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ritrova.formats.items import MemoryItem
from ritrova.formats.shelf import ShelfItem
from ritrova.model.records import Problem, Read
from ritrova.model.shapes import Ask, Item
from ritrova.unpackers.whatsapp_backup import UNPACKER
from shared_files import shared

DATABASE = b"SQLite format 3\x00" + random.Random(3).randbytes(3000) * 300


def unpack(item: Item, key: bytes | None) -> tuple[list[ShelfItem], list[Read]]:
    found = list(UNPACKER.unpack(item, Ask(key=key)))
    return [i for i in found if isinstance(i, ShelfItem)], [r for r in found if isinstance(r, Problem)]


def content(item: ShelfItem) -> bytes:
    with item.open() as stream:
        return stream.read()


@pytest.mark.parametrize(
    "name,key",
    [
        ("msgstore.db.crypt12", "key"),
        ("msgstore.db.crypt14", "key"),
        ("msgstore-noexpiry.db.crypt14", "key"),
        ("msgstore.db.crypt15", "encrypted_backup.key"),
    ],
)
def test_the_public_backups_open_byte_for_byte(name: str, key: str) -> None:
    folder = shared("fixtures", "whatsapp", "crypt")
    item = MemoryItem(name, (folder / name).read_bytes())
    assert UNPACKER.sniff(item)
    (inside,), problems = unpack(item, (folder / key).read_bytes())
    assert inside.name == name.rpartition(".")[0] and not problems
    assert content(inside) == (folder / "msgstore.db").read_bytes()
    assert inside.sha256() == hashlib.sha256((folder / "msgstore.db").read_bytes()).hexdigest()
    assert not inside.remarks
    wrong = folder / ("key" if key != "key" else "encrypted_backup.key")
    items, problems = unpack(item, wrong.read_bytes())
    assert not items and [p.code for p in problems if isinstance(p, Problem)] == ["RTV-C111"]


def test_the_64_digits_open_a_crypt15_as_the_holder_wrote_them_down() -> None:
    folder = shared("fixtures", "whatsapp", "crypt")
    digits = (folder / "encrypted_backup.key").read_bytes()[27:].hex()
    item = MemoryItem("msgstore.db.crypt15", (folder / "msgstore.db.crypt15").read_bytes())
    grouped = " ".join(digits[i : i + 4] for i in range(0, 64, 4)).upper()
    for given in (digits, grouped, digits + "\r\n"):
        (inside,), _ = unpack(item, given.encode())
        assert content(inside)[:6] == b"SQLite"


def field(number: int, body: bytes) -> bytes:
    return bytes([number << 3 | 2, len(body)]) + body


def crypt15(root: bytes, database: bytes = DATABASE, flag: bytes = b"\x01") -> bytes:
    """A backup written by hand from the description of the format."""
    middle = hmac.new(bytes(32), root, hashlib.sha256).digest()
    key = hmac.new(middle, b"backup encryption" + b"\x01", hashlib.sha256).digest()
    iv = bytes(range(16))
    sealed = AESGCM(key).encrypt(iv, zlib.compress(database), None)
    header = b"\x08\x01" + field(3, field(1, iv)) + field(4, field(1, b"2.25.1.77"))
    whole = bytes([len(header)]) + flag + header + sealed
    return whole + hashlib.md5(whole).digest()


ROOT = bytes(range(32))


@pytest.mark.parametrize("flag", [b"\x01", b""])
def test_an_invented_backup_opens(flag: bytes) -> None:
    item = MemoryItem("msgstore.db.crypt15", crypt15(ROOT, flag=flag))
    (inside,), problems = unpack(item, ROOT.hex().encode())
    assert content(inside) == DATABASE and not inside.remarks and not problems
    assert inside.size == len(DATABASE)


def test_a_backup_is_known_by_its_header_under_another_name_too() -> None:
    assert UNPACKER.sniff(MemoryItem("copy of backup", crypt15(ROOT)))
    for junk in (b"", bytes(5000), os.urandom(5000), b"PK\x03\x04" + bytes(500), DATABASE):
        assert not UNPACKER.sniff(MemoryItem("a.bin", junk))


@pytest.mark.parametrize(
    "key,code",
    [
        (None, "RTV-C110"),
        (b"", "RTV-C111"),
        (b"not a key", "RTV-C111"),
        (bytes(32), "RTV-C111"),
        (b"0" * 64, "RTV-C111"),
        (b"0" * 63, "RTV-C111"),
    ],
)
def test_no_key_or_a_wrong_one_is_said_clearly(key: bytes | None, code: str) -> None:
    items, problems = unpack(MemoryItem("msgstore.db.crypt15", crypt15(ROOT)), key)
    assert not items
    assert [p.code for p in problems if isinstance(p, Problem)] == [code]


def test_a_changed_backup_gives_its_content_and_says_so() -> None:
    bad = bytearray(crypt15(ROOT))
    bad[-20] ^= 1  # the seal
    (inside,), _ = unpack(MemoryItem("msgstore.db.crypt15", bytes(bad)), ROOT)
    assert content(inside) == DATABASE
    assert [r.code for r in inside.remarks] == ["RTV-C112"]


def test_a_cut_backup_gives_what_came_before_the_cut() -> None:
    noise = b"SQLite format 3\x00" + random.Random(5).randbytes(900_000)
    whole = crypt15(ROOT, noise)
    (inside,), _ = unpack(MemoryItem("msgstore.db.crypt15", whole[:600_000]), ROOT)
    got = content(inside)
    assert noise.startswith(got) and len(got) > 500_000
    assert [r.code for r in inside.remarks] == ["RTV-C112"]


def test_no_cut_raises() -> None:
    whole = crypt15(ROOT, DATABASE[:5000])
    for cut in range(0, len(whole), 13):
        item = MemoryItem("msgstore.db.crypt15", whole[:cut])
        if UNPACKER.sniff(item):
            for inside in unpack(item, ROOT)[0]:
                content(inside)


def test_nothing_in_clear_reaches_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database too large for memory goes to the scratch, which has no name and holds no readable byte."""
    import tempfile

    from ritrova.formats import scratch

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    canary = b"canary-canary-canary" * 1000
    with scratch.Scratch() as place:
        extent = place.append(iter([canary, canary]))
        assert list(tmp_path.iterdir()) == []
        assert b"canary" not in os.pread(place.fd, place.size, 0)
        with place.open(extent) as stream:
            stream.seek(19)
            assert stream.read(8) == (canary + canary)[19:27]
            stream.seek(0)
            assert stream.read() == canary + canary
