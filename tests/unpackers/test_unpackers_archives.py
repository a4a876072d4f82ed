"""Compressed files and tar archives."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
from collections.abc import Callable

import pytest

from ritrova import plugins
from ritrova.formats.items import MemoryItem
from ritrova.formats.shelf import ShelfItem
from ritrova.model.records import ItemSeen, Problem
from ritrova.model.shapes import Ask, Unpacker

UNPACKERS: dict[str, Unpacker] = plugins.load("unpackers")
NOISE = random.Random(4).randbytes(700_000)
PACKED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "gzip": (gzip.compress, ".gz"),
    "bzip2": (bz2.compress, ".bz2"),
    "xz": (lzma.compress, ".xz"),
}


def inside(kind: str, name: str, content: bytes) -> ShelfItem:
    item = MemoryItem(name, content)
    assert UNPACKERS[kind].sniff(item)
    (found,) = UNPACKERS[kind].unpack(item, Ask())
    assert isinstance(found, ShelfItem)
    return found


def text(item: ShelfItem) -> bytes:
    with item.open() as stream:
        return stream.read()


@pytest.mark.parametrize("kind", PACKED)
def test_a_compressed_file_gives_its_content_under_its_name(kind: str) -> None:
    pack, ending = PACKED[kind]
    item = inside(kind, "channel.jsonl" + ending, pack(NOISE))
    assert item.name == "channel.jsonl"
    assert item.head(100) == NOISE[:100]
    assert text(item) == NOISE and item.size == len(NOISE) and not item.remarks


@pytest.mark.parametrize("kind", PACKED)
def test_members_one_after_another_are_one_file(kind: str) -> None:
    pack, ending = PACKED[kind]
    whole = pack(b"first ") + pack(b"") + pack(NOISE) + bytes(512)
    item = inside(kind, "a" + ending, whole)
    assert text(item) == b"first " + NOISE and not item.remarks


@pytest.mark.parametrize("kind", PACKED)
def test_a_cut_file_gives_what_came_before_the_cut(kind: str) -> None:
    pack, ending = PACKED[kind]
    whole = pack(NOISE[:200_000]) + pack(NOISE)
    item = inside(kind, "a" + ending, whole[:-1000])
    got = text(item)
    assert (NOISE[:200_000] + NOISE).startswith(got) and len(got) >= 200_000
    assert [r.code for r in item.remarks] == ["RTV-C120"]


@pytest.mark.parametrize("kind", PACKED)
def test_foreign_bytes_after_the_end_are_said(kind: str) -> None:
    pack, ending = PACKED[kind]
    item = inside(kind, "a" + ending, pack(b"content") + b"something else")
    assert text(item) == b"content"
    assert [r.code for r in item.remarks] == ["RTV-C120"]


def test_a_sticker_is_a_picture_and_no_container() -> None:
    assert not UNPACKERS["gzip"].sniff(MemoryItem("sticker.tgs", gzip.compress(b"{}")))


def tarred(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def unpack(content: bytes, name: str = "a.tar") -> tuple[dict[str, ShelfItem], list[object]]:
    item = MemoryItem(name, content)
    assert UNPACKERS["tar"].sniff(item)
    items: dict[str, ShelfItem] = {}
    rest: list[object] = []
    for each in UNPACKERS["tar"].unpack(item, Ask()):
        if isinstance(each, ShelfItem):
            items[each.path.partition("!")[2]] = each
        else:
            rest.append(each)
    return items, rest


def test_a_tar_gives_its_files() -> None:
    files = {"chat/result.json": b"{}", "chat/" + "long" * 60 + ".bin": NOISE, "دردشة.txt": b"x"}
    items, rest = unpack(tarred(files))
    assert {name: text(i) for name, i in items.items()} == files and not rest
    assert items["chat/result.json"].sibling("long" * 60 + ".bin") is not None


def test_links_and_devices_of_a_tar_are_listed_and_not_followed() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            member = tarfile.TarInfo(f"x{kind.decode()}")
            member.type = kind
            member.linkname = "/etc/passwd"
            archive.addfile(member)
        member = tarfile.TarInfo("../../up.txt")
        member.size = 2
        archive.addfile(member, io.BytesIO(b"up"))
    items, rest = unpack(out.getvalue())
    assert list(items) == ["__/__/up.txt"]
    assert [r.code for r in rest if isinstance(r, Problem)] == ["RTV-C131"] * 4
    assert sum(isinstance(r, ItemSeen) for r in rest) == 4


def test_a_cut_tar_gives_the_files_before_the_cut_and_part_of_the_last() -> None:
    whole = tarred({"a.txt": b"one", "b.bin": NOISE})
    items, rest = unpack(whole[:100_000])
    assert text(items["a.txt"]) == b"one"
    assert NOISE.startswith(text(items["b.bin"])) and items["b.bin"].size > 90_000
    assert "RTV-C130" in [r.code for r in rest if isinstance(r, Problem)]


def test_flipped_bits_in_a_tar_never_raise() -> None:
    whole = tarred({"a.txt": b"one" * 400, "b.txt": b"two"})
    dice = random.Random(9)
    for _ in range(300):
        bad = bytearray(whole)
        bad[dice.randrange(512, len(bad))] = dice.randrange(256)
        for item in unpack(bytes(bad))[0].values():
            text(item)
