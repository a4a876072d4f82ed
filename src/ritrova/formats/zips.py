"""Zip archives as evidence: entries in order, nothing trusted, what is broken said."""

from __future__ import annotations

import calendar
import zipfile
import zlib
from collections.abc import Iterator

from ritrova.formats.shelf import Shelf
from ritrova.model.records import Problem, Read
from ritrova.model.shapes import Item, at


def entries(item: Item, password: str | None = None) -> Iterator[Item | Read]:
    """Every file of the archive as an item beside the others."""
    shelf = Shelf(item)
    try:
        archive = zipfile.ZipFile(item.open())
    except (zipfile.BadZipFile, ValueError) as error:
        yield Problem(at(item), "RTV-C101", f"the zip cannot be opened: {error}")
        return
    for entry in archive.infolist():
        if entry.is_dir():
            continue

        def chunks(entry: zipfile.ZipInfo = entry) -> Iterator[bytes]:
            try:
                with archive.open(entry) as stream:
                    while piece := stream.read(1 << 18):
                        yield piece
            except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
                raise ValueError(f"the zip entry cannot be unpacked: {error}") from error

        yield shelf.put(
            entry.filename, entry.file_size, chunks, modified=calendar.timegm((*entry.date_time, 0, 0, 0))
        )
