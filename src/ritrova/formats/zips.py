"""Zip archives as evidence: entries in order, nothing trusted, whatever is broken given as far as it goes and said.

Facts: PKWARE APPNOTE 6.3.10 (records, zip64, Unicode path field), WinZip's AES note (AE-1, AE-2). Names without the UTF-8
flag are UTF-8 all the same from Android; else they are taken for code page 437, which is a guess that is said.
"""

from __future__ import annotations

import calendar
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from ritrova.formats.shelf import Shelf, ShelfItem, harmless
from ritrova.formats.slices import part
from ritrova.formats.zip_bytes import METHODS, Coded, Unreadable, content, extra_field
from ritrova.model.records import ItemSeen, Locator, Problem, Read
from ritrova.model.shapes import Item, at

PROBLEMS: dict[str, str] = {
    "RTV-C101": "The zip archive has no readable directory: it was cut, or damaged at its end. Its entries were read one "
    "after another from the beginning, up to the cut. Ask whether a whole copy exists.",
    "RTV-C102": "An entry of the archive is encrypted, and no password or a wrong one was given. Supply it with "
    "--password-file. ritrova never tries to find a password.",
    "RTV-C103": "An entry of the archive could not be unpacked whole: it is damaged, cut, or packed by a method that is not "
    "read. What came out before the damage is used.",
    "RTV-C104": "An entry's checksum is not the one that the archive states, so its content was changed or damaged after it "
    "was packed. It is read all the same.",
    "RTV-C105": "Entries of the archive share the same bytes or have the same name. No usual program writes such archives. "
    "All of them are kept under names of their own.",
    "RTV-C106": "Names in the archive are not in a known encoding; they are shown as well as they can be.",
    "RTV-C107": "The archive holds entries that its directory does not list. They are read as well.",
    "RTV-C108": "An entry's name points outside the archive or holds control characters. It is read under a harmless name.",
}

LOCAL, CENTRAL, END, END64, LOCATOR64, DESCRIPTOR = (
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PK\x06\x06",
    b"PK\x06\x07",
    b"PK\x07\x08",
)
MOST = 1_000_000
"""Entries of one archive, at most."""


class Entry(msgspec.Struct):
    """One entry as the directory, or its own header, describes it. Sizes and offsets are bytes."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    stamp: int
    extra: bytes
    start: int = -1
    listed: bool = True
    symlink: bool = False
    name: str = ""
    exact_name: bool = True


def entries(item: Item, password: str | None = None) -> Iterator[Item | Read]:
    """Every file of the archive, in the directory's order, and problems for what is wrong with it."""
    with item.open() as stream:
        try:
            found = directory(stream, item.size)
            remark = None
        except Unreadable as error:
            found = list(scanned(stream, 0, item.size))
            remark = Problem(at(item), "RTV-C101", f"{error}; {len(found)} entries found from the beginning")
        if remark is not None:
            yield remark
        else:
            found += unlisted(stream, found)
        hidden = [entry for entry in found if not entry.listed]
        if hidden and remark is None:
            yield Problem(at(item), "RTV-C107", f"{len(hidden)} entries are not in the archive's directory")
        for entry in found:
            located(stream, entry)
    for entry in found:
        entry.name, entry.exact_name = decoded(entry)
    shared = overlapping(found)
    if shared:
        yield Problem(at(item), "RTV-C105", f"{shared} entries share bytes with another entry")
    vague = [entry.name for entry in found if not entry.exact_name]
    if vague:
        what = f"{len(vague)} names are not UTF-8 and were taken for code page 437, the first is {vague[0]!r}"
        yield Problem(at(item), "RTV-C106", what)
    shelf = Shelf(item)
    twice: list[str] = []
    for entry in found:
        if entry.name.endswith(("/", "\\")) and entry.size == 0:
            continue
        safe = harmless(entry.name)
        if safe in shelf.entries:
            twice.append(safe)
        if safe != entry.name.replace("\\", "/").removeprefix("./"):
            what = f"an entry named {entry.name[:200]!r} is read as {safe[:200]!r}"
            yield Problem(at(item), "RTV-C108", what)
        refused = reason_against(entry, password)
        if refused is None:
            yield put(shelf, item, entry, password)
            continue
        where = Locator(item.source, f"{item.path}!{safe}")
        yield ItemSeen(where, entry.size, parent=item.path, note=refused[1])
        yield Problem(where, *refused)
    if twice:
        what = f"{len(twice)} names are used again and numbered (#2 ...), the first is {twice[0]!r}"
        yield Problem(at(item), "RTV-C105", what)


def put(shelf: Shelf, item: Item, entry: Entry, password: str | None) -> ShelfItem:
    """Lay an entry on the shelf; nothing is unpacked yet."""
    coded = Coded(
        entry.start, entry.packed, entry.size, entry.method, entry.flags, entry.crc, entry.stamp, entry.extra
    )

    def chunks() -> Iterator[bytes]:
        try:
            yield from content(item, coded, password)
        except Unreadable as error:
            entry_item.remarks.append(Problem(at(entry_item), error.code, str(error)))

    whole = entry.method == 0 and not entry.flags & 1 and entry.packed == entry.size
    direct = (lambda: part(item.open(), entry.start, entry.size)) if whole else None
    entry_item = shelf.put(entry.name, entry.size, chunks, direct=direct, modified=modified(entry))
    return entry_item


def reason_against(entry: Entry, password: str | None) -> tuple[str, str] | None:
    """Why an entry cannot be opened at all: a problem's code and words."""
    if entry.symlink:
        return "RTV-C103", "a symbolic link; links are not followed"
    if entry.flags & 0x41 == 0x41:
        return "RTV-C102", "encrypted in a way that is not read (PKWARE strong encryption)"
    if entry.flags & 1 and password is None:
        return "RTV-C102", "encrypted; the archive's password is needed (--password-file)"
    if entry.start < 0:
        return "RTV-C103", "the entry's own header is missing or lies outside the archive"
    if entry.method not in METHODS:
        return "RTV-C103", f"packed by method {entry.method}, which is not read"
    return None


def directory(stream: BinaryIO, size: int) -> list[Entry]:
    """The central directory; `Unreadable` where there is none or it makes no sense."""
    tail_start = max(0, size - 65557)
    stream.seek(tail_start)
    tail = stream.read(65557)
    at_end = tail.rfind(END)
    while at_end >= 0 and len(tail) - at_end < 22:
        at_end = tail.rfind(END, 0, at_end)
    if at_end < 0:
        raise Unreadable("the archive ends without its directory")
    end = tail_start + at_end
    disk, _, _, count, length, start, _ = struct.unpack("<4H2IH", tail[at_end + 4 : at_end + 22])
    if disk not in (0, 0xFFFF):
        raise Unreadable("one part of an archive in several parts")
    if 0xFFFF in (count, disk) or 0xFFFFFFFF in (length, start):
        stream.seek(max(0, end - 20))
        locator = stream.read(20)
        if locator[:4] == LOCATOR64:
            stream.seek(struct.unpack("<Q", locator[8:16])[0])
            record = stream.read(56)
            if record[:4] != END64:
                stream.seek(max(0, end - 76))
                record = stream.read(56)
            if record[:4] == END64:
                count, length, start = struct.unpack("<3Q", record[32:56])
                end = min(end, stream.tell() - 56)
    shift = end - length - start  # bytes before the archive, as a self-extracting one has
    if length > size or start + shift < 0:
        raise Unreadable("the archive's directory lies outside the file")
    stream.seek(start + shift if shift > 0 else start)
    raw = stream.read(length)
    out: list[Entry] = []
    here = 0
    while here + 46 <= len(raw) and raw[here : here + 4] == CENTRAL and len(out) < MOST:
        out.append(listed_entry(raw, here, max(shift, 0)))
        n, m, k = struct.unpack("<3H", raw[here + 28 : here + 34])
        here += 46 + n + m + k
    if len(out) < min(count, MOST) or (not out and count):
        raise Unreadable(f"the archive's directory is damaged after {len(out)} of {count} entries")
    return out


def listed_entry(raw: bytes, here: int, shift: int) -> Entry:
    """One record of the central directory."""
    (made, _, flags, method, stamp, crc, packed, size, n, m, _, _, _, outside, offset) = struct.unpack(
        "<4HL3L5H2L", raw[here + 4 : here + 46]
    )
    name = raw[here + 46 : here + 46 + n]
    extra = raw[here + 46 + n : here + 46 + n + m]
    size, packed, offset = wide(extra, size, packed, offset)
    mode = outside >> 16 if made >> 8 == 3 else 0
    entry = Entry(name, flags, method, crc, packed, size, offset + shift, stamp, extra)
    entry.symlink = mode & 0o170000 == 0o120000
    return entry


def wide(extra: bytes, *values: int) -> tuple[int, ...]:
    """Values that the zip64 field replaces where they are all ones."""
    field = extra_field(extra, 1) or b""
    out = []
    for value in values:
        if value == 0xFFFFFFFF and len(field) >= 8:
            value = int.from_bytes(field[:8], "little")
            field = field[8:]
        out.append(value)
    return tuple(out)


def located(stream: BinaryIO, entry: Entry) -> None:
    """Find where an entry's bytes begin, from its own header."""
    if entry.start >= 0 or entry.offset < 0:
        return
    stream.seek(entry.offset)
    head = stream.read(30)
    if len(head) == 30 and head[:4] == LOCAL:
        n, m = struct.unpack("<2H", head[26:30])
        entry.start = entry.offset + 30 + n + m


def scanned(stream: BinaryIO, start: int, stop: int) -> Iterator[Entry]:
    """Entries by their own headers from `start` on, up to `stop` or the first bytes that are no header."""
    here = start
    for _ in range(MOST):
        stream.seek(here)
        head = stream.read(30)
        if here + 30 > stop or len(head) < 30 or head[:4] != LOCAL:
            return
        (_, flags, method, stamp, crc, packed, size, n, m) = struct.unpack("<3HL3L2H", head[4:30])
        name, extra = stream.read(n), stream.read(m)
        size, packed = wide(extra, size, packed)
        entry = Entry(name, flags, method, crc, packed, size, here, stamp, extra, here + 30 + n + m, False)
        here = entry.start + packed
        if flags & 8 and not packed:
            here = self_ending(stream, entry, stop)
        entry.packed = min(entry.packed, max(0, stop - entry.start))
        yield entry


def self_ending(stream: BinaryIO, entry: Entry, stop: int) -> int:
    """Sizes of an entry that states them only after its bytes; gives where the next header may be."""
    wide_sizes = extra_field(entry.extra, 1) is not None
    end = -1
    stream.seek(entry.start)
    if entry.method == 8 and not entry.flags & 1:
        inflate = zlib.decompressobj(-15)
        here = entry.start
        try:
            while not inflate.eof and (piece := stream.read(1 << 16)):
                here += len(piece)
                while piece:
                    entry.size += len(inflate.decompress(piece, 1 << 20))
                    piece = inflate.unconsumed_tail
            if inflate.eof:
                end = here - len(inflate.unused_data)
        except zlib.error:
            end = -1
    if end < 0:
        end = next_signature(stream, entry.start, stop)
        entry.size = entry.size or end - entry.start
    entry.packed = end - entry.start
    stream.seek(end)
    tail = stream.read(24)
    if tail[:4] == DESCRIPTOR:
        entry.crc = int.from_bytes(tail[4:8], "little")
        return end + (24 if wide_sizes else 16)
    if len(tail) >= 16 and tail[12:16] in (LOCAL, CENTRAL):
        entry.crc = int.from_bytes(tail[:4], "little")
        return end + 12
    entry.crc = -1
    return end


def next_signature(stream: BinaryIO, start: int, stop: int) -> int:
    """Where the next descriptor or header begins; `stop` if nowhere."""
    here, before = start, b""
    stream.seek(start)
    while here < stop and (piece := stream.read(1 << 18)):
        joined = before + piece
        places = [joined.find(mark) for mark in (DESCRIPTOR, LOCAL, CENTRAL)]
        places = [place for place in places if place >= 0]
        if places:
            return here - len(before) + min(places)
        here += len(piece)
        before = joined[-3:]
    return stop


def unlisted(stream: BinaryIO, found: list[Entry]) -> list[Entry]:
    """Entries that lie between the listed ones and that the directory leaves out."""
    for entry in found:
        located(stream, entry)
    known = sorted((e.offset, e.start + e.packed) for e in found if e.start >= 0)
    out: list[Entry] = []
    here = 0
    for start, end in known:
        if start >= here + 30:
            out += gap(stream, here, start)
        here = max(here, end)
    return out


def gap(stream: BinaryIO, start: int, stop: int) -> list[Entry]:
    """Entries in the bytes between two listed ones (a descriptor of the first may come before them)."""
    stream.seek(start)
    head = stream.read(min(stop - start, 28))
    for skip in (0, 12, 16, 20, 24):
        if head[skip : skip + 4] == LOCAL:
            return list(scanned(stream, start + skip, stop))
    return []


def overlapping(found: list[Entry]) -> int:
    """How many entries share bytes with an earlier one."""
    reached = -1
    n = 0
    for start, end in sorted((e.offset, e.start + e.packed) for e in found if e.start >= 0):
        n += start < reached
        reached = max(reached, end)
    return n


def decoded(entry: Entry) -> tuple[str, bool]:
    """An entry's name, and whether its encoding is sure."""
    raw = entry.raw_name
    field = extra_field(entry.extra, 0x7075)
    fits = field is not None and field[:1] == b"\1" and field[1:5] == zlib.crc32(raw).to_bytes(4, "little")
    for each in (field[5:] if field and fits else raw, raw):
        try:
            return each.decode("utf-8"), True
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437"), False


def modified(entry: Entry) -> float | None:
    """The stated time of change: the extended one in UTC, else the DOS one, whose zone nobody knows."""
    field = extra_field(entry.extra, 0x5455)
    if field is not None and len(field) >= 5 and field[0] & 1:
        return float(int.from_bytes(field[1:5], "little", signed=True))
    day, clock = entry.stamp >> 16, entry.stamp & 0xFFFF
    month, date = day >> 5 & 15, day & 31
    if not 1 <= month <= 12 or not date:
        return None
    return float(
        calendar.timegm(
            (1980 + (day >> 9), month, date, clock >> 11, clock >> 5 & 63, 2 * (clock & 31), 0, 0, 0)
        )
    )
