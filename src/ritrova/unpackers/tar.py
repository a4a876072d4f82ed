"""Tar archives, also those inside .tar.gz and the like. Links and devices are not followed but listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from ritrova.model.records import ItemSeen, Locator, Problem, Read
from ritrova.model.shapes import Ask, Item, Unpacker, at

PROBLEMS: dict[str, str] = {
    "RTV-C130": "The tar archive is damaged or cut. The files before the damage are read.",
    "RTV-C131": "An entry of a tar archive is a link, a device or of an unknown kind; it holds no content of its own.",
}


def sniff(item: Item) -> bool:
    """By the mark in the first header, or for the oldest tars by name and the header's sum."""
    head = item.head(512)
    if len(head) < 512:
        return False
    if head[257:262] == b"ustar":
        return True
    stated = head[148:156].strip(b"\x00 ")
    total = sum(head[:148]) + 8 * 32 + sum(head[156:])
    return item.name.lower().endswith(".tar") and stated.isdigit() and int(stated, 8) == total


def unpack(item: Item, ask: Ask) -> Iterator[Item | Read]:
    """The files in order; nothing is copied, each is a part of the archive."""
    import tarfile

    from ritrova.formats.shelf import Shelf, harmless
    from ritrova.formats.slices import part

    shelf = Shelf(item)
    with item.open() as stream:
        try:
            archive = tarfile.TarFile(fileobj=stream, errors="surrogateescape")
            for member in archive:
                where = Locator(item.source, f"{item.path}!{harmless(member.name)}")
                if member.isdir():
                    continue
                if not member.isreg() or member.issparse():
                    kind = "a sparse file" if member.issparse() else "a link, a device or of an unknown kind"
                    yield ItemSeen(where, member.size, parent=item.path, note=f"{kind}, not opened")
                    yield Problem(where, "RTV-C131", f"{kind}; it was not opened")
                    continue
                there = max(0, min(member.size, item.size - member.offset_data))
                if there < member.size:
                    what = f"the archive was cut: {there} of the file's {member.size} bytes are there"
                    yield Problem(where, "RTV-C130", what)
                yield shelf.put(
                    member.name,
                    there,
                    _chunks(item, member.offset_data, there),
                    direct=_direct(part, item, member.offset_data, there),
                    modified=float(member.mtime),
                )
        except (tarfile.TarError, EOFError, ValueError, OSError, OverflowError) as error:
            yield Problem(at(item), "RTV-C130", f"the archive cannot be read further: {error}")
            return
        rest = item.size - archive.offset
        if rest > 0:
            stream.seek(archive.offset)
            if any(piece.strip(b"\x00") for piece in iter(lambda: stream.read(1 << 18), b"")):
                yield Problem(
                    at(item, f"bytes {archive.offset}-{item.size}"), "RTV-C130", "bytes after the end"
                )


def _chunks(item: Item, start: int, size: int) -> Callable[[], Iterator[bytes]]:
    def chunks() -> Iterator[bytes]:
        left = size
        with item.open() as stream:
            stream.seek(start)
            while left and (piece := stream.read(min(1 << 18, left))):
                left -= len(piece)
                yield piece

    return chunks


def _direct(
    part: Callable[[BinaryIO, int, int], BinaryIO], item: Item, start: int, size: int
) -> Callable[[], BinaryIO]:
    return lambda: part(item.open(), start, size)


UNPACKER = Unpacker("tar", "Tar archive", sniff, unpack)
