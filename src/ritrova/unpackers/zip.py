"""Zip archives: chat exports with their media, UFDR containers, zipped folders."""

from __future__ import annotations

from collections.abc import Iterator

from ritrova.model.records import Read
from ritrova.model.shapes import Ask, Item, Unpacker

STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def sniff(item: Item) -> bool:
    """Zip's magic, but no office document (a reader of tables takes those)."""
    head = item.head(4096)
    return head[:4] in STARTS and b"[Content_Types].xml" not in head


def unpack(item: Item, ask: Ask) -> Iterator[Item | Read]:
    """The entries in their order; what is wrong with the archive as problems."""
    from ritrova.formats.zips import entries

    yield from entries(item, ask.password)


UNPACKER = Unpacker("zip", "Zip archive", sniff, unpack)
