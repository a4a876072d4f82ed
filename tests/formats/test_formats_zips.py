"""Zip archives: the usual, the damaged, the hostile. Written by the standard library and then bent byte by byte."""

from __future__ import annotations

import io
import random
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.formats.scratch import TooMuch
from ritrova.formats.shelf import ShelfItem, harmless
from ritrova.formats.zips import entries
from ritrova.model.records import ItemSeen, Problem, Read
from ritrova.model.shapes import Item

CHAT = b"3/2/16, 9:05 - Sam: the bus leaves at six\n" * 200


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def streamed(files: dict[str, bytes]) -> bytes:
    """An archive written to a pipe: sizes stand after the bytes, in descriptors."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.content = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: object) -> int:
            raw = bytes(piece)  # type: ignore[call-overload]
            self.content += raw
            return len(raw)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return pipe.content


def unpack(content: bytes, password: str | None = None) -> tuple[dict[str, ShelfItem], list[Read]]:
    items: dict[str, ShelfItem] = {}
    rest: list[Read] = []
    for each in entries(MemoryItem("a.zip", content), password):
        if isinstance(each, ShelfItem):
            items[each.path.partition("!")[2]] = each
        else:
            assert isinstance(each, Problem | ItemSeen)
            rest.append(each)
    return items, rest


def text(item: Item) -> bytes:
    with item.open() as stream:
        return stream.read()


def codes(records: list[Read]) -> list[str]:
    return [r.code for r in records if isinstance(r, Problem)]


METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


@pytest.mark.parametrize("method", METHODS)
def test_entries_come_in_order_with_their_bytes(method: int) -> None:
    files = {"_chat.txt": CHAT, "media/a.jpg": b"\xff\xd8" + bytes(70_000), "empty": b"", "ملف.txt": b"x"}
    items, rest = unpack(zipped(files, method))
    assert list(items) == list(files) and not rest
    for name, content in files.items():
        assert items[name].head(10) == content[:10]
        assert items[name].size == len(content)
        assert items[name].sha256() == MemoryItem("x", content).sha256()
        assert text(items[name]) == content
        assert not items[name].remarks
    chat = items["_chat.txt"]
    assert chat.sibling("media/a.jpg") is items["media/a.jpg"]
    assert items["media/a.jpg"].sibling("../_chat.txt") is chat
    assert list(chat.siblings()) == sorted(files)
    assert items["media/a.jpg"].siblings() == ["a.jpg"]


def test_sizes_that_stand_after_the_bytes() -> None:
    items, rest = unpack(streamed({"a.txt": CHAT, "b.txt": b"two"}))
    assert text(items["a.txt"]) == CHAT and text(items["b.txt"]) == b"two" and not rest


@pytest.mark.parametrize("make", [zipped, streamed])
def test_a_cut_archive_gives_its_entries_up_to_the_cut(make: object) -> None:
    noise = random.Random(1).randbytes(40_000)
    files = {"a.txt": CHAT, "b.bin": noise, "c.txt": b"three" * 100}
    whole = make(files)  # type: ignore[operator]
    items, rest = unpack(whole[: len(whole) - 200])
    assert codes(rest) == ["RTV-C101"]
    assert text(items["a.txt"]) == CHAT and text(items["b.bin"]) == noise
    items, rest = unpack(whole[:20_000])
    assert list(items) == ["a.txt", "b.bin"]
    assert text(items["a.txt"]) == CHAT
    got = text(items["b.bin"])
    assert noise.startswith(got) and len(got) > 15_000
    assert [r.code for r in items["b.bin"].remarks] == ["RTV-C103"]


def test_no_cut_of_an_archive_raises_or_invents() -> None:
    whole = streamed({"a.txt": CHAT, "b.txt": b"two" * 50}) + zipped({"c.txt": CHAT})
    for cut in range(0, len(whole), 7):
        items, _ = unpack(whole[:cut])
        for name, item in items.items():
            got = text(item)
            assert CHAT.startswith(got) or got == b"two" * 50 or name == "b.txt"


def test_a_wrong_checksum_is_said_and_the_content_given() -> None:
    whole = bytearray(zipped({"a.txt": CHAT}, zipfile.ZIP_STORED))
    place = whole.index(b"bus")
    whole[place] ^= 1
    items, _ = unpack(bytes(whole))
    items["a.txt"].sha256()
    assert [r.code for r in items["a.txt"].remarks] == ["RTV-C104"]
    assert len(text(items["a.txt"])) == len(CHAT)


def test_damage_inside_packed_bytes_gives_what_came_before_it() -> None:
    noise = random.Random(2).randbytes(100_000)
    whole = bytearray(zipped({"a.bin": noise, "b.txt": CHAT}))
    for i in range(60_000, 60_400):
        whole[i] ^= 0x55
    items, _ = unpack(bytes(whole))
    got = text(items["a.bin"])
    assert got[:50_000] == noise[:50_000]
    assert items["a.bin"].remarks
    assert text(items["b.txt"]) == CHAT


def test_equal_names_are_both_kept() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning):
        archive.writestr("a.txt", b"first")
        archive.writestr("a.txt", b"second")
    items, rest = unpack(out.getvalue())
    assert [text(i) for i in items.values()] == [b"first", b"second"]
    assert list(items) == ["a.txt", "a.txt#2"]
    assert codes(rest) == ["RTV-C105"]


@pytest.mark.parametrize(
    "name,safe",
    [
        ("../../etc/passwd", "__/__/etc/passwd"),
        ("/abs/a.txt", "abs/a.txt"),
        ("..\\..\\a.txt", "__/__/a.txt"),
        ("a\x00b.txt", "a�b.txt"),
        ("a/./b//c.txt", "a/b/c.txt"),
        ("", "unnamed"),
        ("a\nb", "a�b"),
        ("دردشة واتساب مع سامي.txt", "دردشة واتساب مع سامي.txt"),
        ("IMG at 10.00\u202fAM!.jpg", "IMG at 10.00\u202fAM!.jpg"),
    ],
)
def test_names_are_made_harmless_and_no_more(name: str, safe: str) -> None:
    assert harmless(name) == safe


def test_an_unsafe_name_is_said() -> None:
    items, rest = unpack(zipped({"../a.txt": b"x", "b.txt": b"y"}))
    assert list(items) == ["__/a.txt", "b.txt"]
    assert codes(rest) == ["RTV-C108"]


def test_names_without_the_utf8_flag() -> None:
    """Android writes UTF-8 without saying so; old Windows writes a code page that nobody names."""
    whole = zipped({"aaaaaaaa.txt": b"1", "bbbbbbbb.txt": b"2"})
    whole = whole.replace(b"aaaaaaaa", "دردش".encode()).replace(
        b"bbbbbbbb", b"\xc7\xe1\xd3\xe1\xc7\xe3\xe1\xc7"
    )
    items, rest = unpack(whole)
    assert next(iter(items)) == "دردش.txt"
    assert codes(rest) == ["RTV-C106"]
    assert [text(i) for i in items.values()] == [b"1", b"2"]


def test_a_bomb_is_stopped_and_the_rest_goes_on() -> None:
    huge = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(huge.compress(bytes(1 << 20)) for _ in range(200)) + huge.flush()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"x" * 1000)
        archive.writestr("chat.txt", CHAT)
    whole = out.getvalue()
    old = zlib.compressobj(6, zlib.DEFLATED, -15)
    small = old.compress(b"x" * 1000) + old.flush()
    start = whole.index(small)
    grown = whole[:start] + packed + whole[start + len(small) :]
    grown = grown.replace(struct.pack("<I", len(small)), struct.pack("<I", len(packed)))
    end = grown.rindex(b"PK\x05\x06")
    shift = len(packed) - len(small)
    offset = struct.unpack("<I", grown[end + 16 : end + 20])[0]
    grown = grown[: end + 16] + struct.pack("<I", offset + shift) + grown[end + 20 :]
    second = grown.rindex(b"PK\x01\x02")
    where = struct.unpack("<I", grown[second + 42 : second + 46])[0]
    grown = grown[: second + 42] + struct.pack("<I", where + shift) + grown[second + 46 :]
    items, _ = unpack(grown)
    assert items["bomb"].head(10) == bytes(10)
    assert text(items["chat.txt"]) == CHAT
    with pytest.raises(TooMuch):
        items["bomb"].sha256()


def test_overlapping_entries_are_said_and_bounded() -> None:
    """Many directory records over one local entry: the shape of a bomb without nesting."""
    whole = zipped({"a.txt": CHAT})
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    record = whole[start:end]
    many = b"".join(record.replace(b"a.txt", b"%05d" % n) for n in range(50))
    tail = bytearray(whole[end:])
    struct.pack_into("<2H2I", tail, 8, 50, 50, len(many), start)
    items, rest = unpack(whole[:start] + many + bytes(tail))
    assert len(items) == 50 and "RTV-C105" in codes(rest)
    assert text(items["00049"]) == CHAT


def test_an_entry_that_the_directory_leaves_out_is_read_too() -> None:
    whole = zipped({"kept.txt": b"kept", "hidden.txt": CHAT, "last.txt": b"last"})
    start = whole.index(b"PK\x01\x02")
    places = [start]
    while (n := whole.find(b"PK\x01\x02", places[-1] + 4)) > 0:
        places.append(n)
    end = whole.index(b"PK\x05\x06")
    without = whole[: places[1]] + whole[places[2] : end]
    tail = bytearray(whole[end:])
    struct.pack_into("<2H2I", tail, 8, 2, 2, len(without) - start, start)
    items, rest = unpack(without + bytes(tail))
    assert set(items) == {"kept.txt", "hidden.txt", "last.txt"}
    assert text(items["hidden.txt"]) == CHAT and codes(rest) == ["RTV-C107"]


def test_bytes_before_and_after_the_archive() -> None:
    items, rest = unpack(b"#!/bin/sh stub\n" + zipped({"a.txt": CHAT}) + b"a few bytes after")
    assert text(items["a.txt"]) == CHAT and not rest


def test_a_method_that_is_not_read_is_said() -> None:
    whole = bytearray(zipped({"a.txt": CHAT}))
    whole[8:10] = b"\x62\x00"
    start = whole.index(b"PK\x01\x02")
    whole[start + 10 : start + 12] = b"\x62\x00"
    items, rest = unpack(bytes(whole))
    assert not items and codes(rest) == ["RTV-C103"]
    assert [r.note for r in rest if isinstance(r, ItemSeen)] == ["packed by method 98, which is not read"]


def test_a_link_is_not_followed() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    items, rest = unpack(out.getvalue())
    assert not items and codes(rest) == ["RTV-C103"]


@pytest.fixture
def seven_zip() -> str:
    found = shutil.which("7z") or shutil.which("7za")
    if found is None:
        pytest.skip("needs 7z to write an encrypted archive by other hands")
    return found


@pytest.mark.parametrize("kind", ["AES256", "AES128", "ZipCrypto"])
def test_an_encrypted_archive_of_another_program(tmp_path: Path, seven_zip: str, kind: str) -> None:
    (tmp_path / "a.txt").write_bytes(CHAT)
    subprocess.run(
        [seven_zip, "a", "-tzip", f"-mem={kind}", "-psecret", "a.zip", "a.txt"],
        cwd=tmp_path,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    encrypted_entry((tmp_path / "a.zip").read_bytes())


def test_an_encrypted_entry_by_the_first_weak_method() -> None:
    encrypted_entry(weakly_encrypted("a.txt", CHAT, b"secret"))


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("strength", [1, 2, 3])
def test_an_encrypted_entry_by_aes(version: int, strength: int) -> None:
    encrypted_entry(aes_encrypted("a.txt", CHAT, b"secret", strength, version))


def encrypted_entry(whole: bytes) -> None:
    items, rest = unpack(whole)
    assert not items and codes(rest) == ["RTV-C102"]
    assert "password is needed" in next(r.what for r in rest if isinstance(r, Problem))
    items, rest = unpack(whole, "wrong")
    (item,) = items.values()
    assert text(item) != CHAT
    assert item.remarks and {r.code for r in item.remarks} <= {"RTV-C102", "RTV-C103", "RTV-C104"}
    items, rest = unpack(whole, "secret")
    (item,) = items.values()
    assert text(item) == CHAT and not item.remarks and not rest


def one_entry(
    name: bytes, packed: bytes, size: int, crc: int, flags: int, method: int, extra: bytes
) -> bytes:
    """A zip of one entry, put together by hand."""
    fields = struct.pack(
        "<3H2HL2L2H", 51, flags, method, 0, 0x21, crc, len(packed), size, len(name), len(extra)
    )
    local = b"PK\x03\x04" + fields + name + extra + packed
    central = b"PK\x01\x02\x33\x00" + fields + struct.pack("<3H2L", 0, 0, 0, 0, 0) + name + extra
    return local + central + b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local), 0)


def weakly_encrypted(name: str, content: bytes, password: bytes) -> bytes:
    """PKWARE's traditional encryption, from the text of the APPNOTE (6.1), with zlib's CRC for its key steps."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc32(key: int, byte: int) -> int:
        return zlib.crc32(bytes([byte]), key ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def update(byte: int) -> None:
        keys[0] = crc32(keys[0], byte)
        keys[1] = (keys[1] + (keys[0] & 0xFF)) % 2**32
        keys[1] = (keys[1] * 134775813 + 1) % 2**32
        keys[2] = crc32(keys[2], keys[1] >> 24)

    for byte in password:
        update(byte)
    crc = zlib.crc32(content)
    out = bytearray()
    for byte in bytes(range(11)) + bytes([crc >> 24]) + content:
        temp = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ ((temp * (temp ^ 1)) >> 8 & 0xFF))
        update(byte)
    return one_entry(name.encode(), bytes(out), len(content), crc, 1, 0, b"")


def aes_encrypted(name: str, content: bytes, password: bytes, strength: int, version: int) -> bytes:
    """AE-1 and AE-2 after WinZip's note, block by block."""
    import hashlib
    import hmac

    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    length = {1: 16, 2: 24, 3: 32}[strength]
    salt = bytes(range(length // 2))
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 2 * length + 2)
    machine = Cipher(algorithms.AES(keys[:length]), modes.ECB()).encryptor()
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    plain = deflate.compress(content) + deflate.flush()
    coded = bytearray()
    for n, start in enumerate(range(0, len(plain), 16), 1):
        pad = machine.update(n.to_bytes(16, "little"))
        coded += bytes(a ^ b for a, b in zip(plain[start : start + 16], pad, strict=False))
    seal = hmac.new(keys[length : 2 * length], bytes(coded), "sha1").digest()[:10]
    packed = salt + keys[-2:] + bytes(coded) + seal
    extra = (
        struct.pack("<2H", 0x9901, 7) + struct.pack("<H", version) + b"AE" + bytes([strength]) + b"\x08\x00"
    )
    crc = zlib.crc32(content) if version == 1 else 0
    return one_entry(name.encode(), packed, len(content), crc, 1, 99, extra)


def test_flipped_bits_anywhere_never_raise() -> None:
    whole = zipped({"a.txt": CHAT, "b/c.txt": b"two"}, zipfile.ZIP_DEFLATED)
    dice = random.Random(7)
    for _ in range(400):
        bad = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            bad[dice.randrange(len(bad))] = dice.randrange(256)
        items, _ = unpack(bytes(bad))
        for item in items.values():
            text(item)


def test_what_is_no_zip_at_all() -> None:
    for junk in (b"", b"PK", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), bytes(100_000)):
        items, _ = unpack(junk)
        assert not items


def generator_of_many(n: int) -> Iterator[str]:
    for i in range(n):
        yield f"media/IMG-{i:05}.jpg"


def test_more_entries_than_a_small_count_can_say() -> None:
    files = dict.fromkeys(generator_of_many(65_600), b"")
    whole = zipped(files, zipfile.ZIP_STORED)
    items, rest = unpack(whole)
    assert len(items) == 65_600 and not rest
