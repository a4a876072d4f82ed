"""Single files packed by gzip, bzip2 or xz (an archive of a channel as ``.jsonl.gz``, a ``.tar.gz``)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ritrova.model.records import Problem, Read
from ritrova.model.shapes import Ask, Item, Unpacker, at

if TYPE_CHECKING:
    from ritrova.formats.shelf import ShelfItem

PROBLEMS: dict[str, str] = {
    "RTV-C120": "A compressed file is damaged or cut. What came out before the damage is read.",
}

ENDINGS = {"gzip": (".gz", ".tgz"), "bzip2": (".bz2", ".tbz2", ".tbz"), "xz": (".xz", ".txz")}
STARTS = {"gzip": b"\x1f\x8b\x08", "bzip2": b"BZh", "xz": b"\xfd7zXZ\x00"}


def sniffer(kind: str) -> Callable[[Item], bool]:
    """By magic; an animated sticker (``.tgs``, gzip too) is a picture and stays one."""

    def sniff(item: Item) -> bool:
        return item.head(6).startswith(STARTS[kind]) and not item.name.lower().endswith(".tgs")

    return sniff


def inner_name(item: Item, kind: str) -> str:
    """The name without the packing's ending; ``.tgz`` and its kin become ``.tar``."""
    name = item.name
    for ending in ENDINGS[kind]:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)] + (".tar" if ending.startswith(".t") else "")
    return posixpath.basename(name) + ".unpacked"


def members(item: Item, kind: str) -> Iterator[bytes]:
    """All members of the file, one after another; `Unreadable` at damage."""
    import bz2
    import lzma
    import zlib

    from ritrova.formats.zip_bytes import PIECE, Unreadable

    make: dict[str, Callable[[], object]] = {
        "bzip2": bz2.BZ2Decompressor,
        "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=1 << 28),
    }
    with item.open() as stream:
        left = b""
        first = True
        while left or (left := stream.read(PIECE)):
            if not first and not left.startswith(STARTS[kind]):
                if left.strip(b"\x00"):
                    raise Unreadable("bytes after the packed ones belong to no packing", "RTV-C120")
                left = b""
                continue
            first = False
            try:
                if kind == "gzip":
                    inflate = zlib.decompressobj(31)
                    while not inflate.eof:
                        out = inflate.decompress(left, PIECE)
                        left = inflate.unconsumed_tail
                        if out:
                            yield out
                        if not inflate.eof and not left and not (left := stream.read(PIECE)):
                            raise Unreadable("the file was cut", "RTV-C120")
                    left = inflate.unused_data
                else:
                    machine = make[kind]()
                    yield from _run(machine, left, stream.read)
                    left = machine.unused_data  # type: ignore[attr-defined]
            except (zlib.error, OSError, EOFError, lzma.LZMAError) as error:
                raise Unreadable(f"the file is damaged: {error}", "RTV-C120") from error
            if len(left) < 6:
                left += stream.read(PIECE)


def _run(machine: object, left: bytes, more: Callable[[int], bytes]) -> Iterator[bytes]:
    from ritrova.formats.zip_bytes import PIECE, Unreadable

    while not machine.eof:  # type: ignore[attr-defined]
        out = machine.decompress(left, PIECE)  # type: ignore[attr-defined]
        left = b""
        if out:
            yield out
        if machine.eof:  # type: ignore[attr-defined]
            return
        if machine.needs_input and not (left := more(PIECE)):  # type: ignore[attr-defined]
            raise Unreadable("the file was cut", "RTV-C120")


def unpacker(kind: str, title: str) -> Unpacker:
    """The unpacker of one packing."""

    def unpack(item: Item, ask: Ask) -> Iterator[Item | Read]:
        from ritrova.formats.shelf import Shelf
        from ritrova.formats.zip_bytes import Unreadable

        box: list[ShelfItem] = []

        def chunks() -> Iterator[bytes]:
            try:
                yield from members(item, kind)
            except Unreadable as error:
                box[0].remarks.append(Problem(at(box[0]), "RTV-C120", str(error)))

        box.append(Shelf(item).put(inner_name(item, kind), None, chunks, modified=item.modified))
        yield box[0]

    return Unpacker(kind, title, sniffer(kind), unpack)


UNPACKERS = (
    unpacker("gzip", "gzip"),
    unpacker("bzip2", "bzip2"),
    unpacker("xz", "xz"),
)
