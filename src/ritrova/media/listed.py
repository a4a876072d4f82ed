"""Hash lists: files and pictures that must never be shown, named by digests and perceptual hashes and never by content.

Lists come as text (one hash a line) or as CSV with a head line. MD5, SHA-1 and SHA-256 name a file; PDQ names a picture
and all that looks like it. Such lists are given to those who may hold them; none comes with this program.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from ritrova.formats.pdq import QUALITY, RADIUS

if TYPE_CHECKING:
    from ritrova.formats.hamming import Index

PROBLEMS: dict[str, str] = {
    "RTV-M001": "A hash list of this case names this file. It was not opened, it is never shown and never leaves the case; its "
    "digests, its place and the message that carries it stay. Follow the rules of your office for such material; where "
    "holding it may itself be an offence, stop and ask counsel or the police before you go on.",
    "RTV-M002": "The original was not preserved, because a hash list of this case names something in it and a copy may not be "
    "made. The source is in the case by reference.",
}

WIDTHS = {"md5": 16, "sha1": 20, "sha256": 32, "pdq": 32}
"""Kinds of hashes and how many bytes each has."""
_HEX = re.compile(r"[0-9a-fA-F]+")
_NOT_LETTERS = re.compile(r"[^a-z0-9]")
_KIND_COLUMNS = {"type", "kind", "algorithm", "hashtype", "indicatortype", "signaltype"}


class Brought(msgspec.Struct):
    """What stands in a list: digests by kind, and the numbers of lines in which there is none."""

    hashes: dict[str, set[bytes]]
    unread: list[int] = []


def read(raw: bytes) -> Brought:
    """The hashes of a list (TXT or CSV; UTF-8, or UTF-16 with its mark). Lines without one are named, not dropped silently."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = raw.decode("utf-16", "replace")
    else:
        text = raw.decode("utf-8-sig", "replace")
    lines = text.splitlines()
    made = Brought({kind: set() for kind in WIDTHS}, [])
    kinds: list[str] | None = None
    first = True
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith(("#", "//")):
            continue
        cells = _cells(line)
        if first:
            first = False
            kinds = _head(cells)
            if kinds is not None:
                continue
        if not _take(made, cells, kinds):
            made.unread.append(number)
    return made


def _cells(line: str) -> list[str]:
    cut = max(",;\t|", key=line.count)
    if cut not in line:
        return (
            line.strip().split(None, 1)[:1] if not line.lower().lstrip().startswith("pdq") else line.split()
        )
    try:
        return [cell.strip().strip('"') for cell in next(csv.reader([line], delimiter=cut))]
    except (csv.Error, StopIteration):
        return [cell.strip() for cell in line.split(cut)]


def _plain(cell: str) -> str:
    return _NOT_LETTERS.sub("", cell.lower())


def _head(cells: list[str]) -> list[str] | None:
    """Kinds of the columns where this is a head line: no cell of it is a hash."""
    if any(_digest(cell) for cell in cells):
        return None
    out = []
    for cell in map(_plain, cells):
        if cell in _KIND_COLUMNS:
            out.append("named by")
        elif "pdq" in cell:
            out.append("pdq")
        else:
            out.append(next((k for k in ("sha256", "sha1", "md5") if k in cell), ""))
    return out if len(cells) > 1 or out[0] or _plain(cells[0]) in ("hash", "hashes", "value") else None


def _digest(cell: str) -> tuple[str, bytes] | None:
    """(kind, digest) of a cell. 64 digits are SHA-256 unless it says ``pdq:`` before them."""
    said, _, rest = cell.rpartition(":")
    name = _plain(said)
    body = rest.strip()
    if body[:2].lower() == "0x":
        body = body[2:]
    if not _HEX.fullmatch(body) or len(body) % 2:
        return None
    digest = bytes.fromhex(body)
    kinds = [k for k, width in WIDTHS.items() if width == len(digest)]
    if name:
        kinds = [k for k in kinds if k == name]
    return (kinds[0], digest) if kinds else None


def _take(made: Brought, cells: list[str], kinds: list[str] | None) -> bool:
    """Take the hashes of a line; False where there is none."""
    taken = False
    said = ""
    for n, cell in enumerate(cells):
        column = kinds[n] if kinds is not None and n < len(kinds) else ""
        if column == "named by" or _plain(cell) in WIDTHS:
            said = _plain(cell)
    for n, cell in enumerate(cells):
        found = _digest(cell)
        if found is None:
            continue
        kind, digest = found
        column = kinds[n] if kinds is not None and n < len(kinds) else ""
        for other in (column, said):
            if other in WIDTHS and WIDTHS[other] == len(digest):
                kind = other
                break
        made.hashes[kind].add(digest)
        taken = True
    return taken


class Listed:
    """All hashes of a case's lists, as sorted runs of bytes: asked a few times for each picture, held once."""

    def __init__(self, runs: Mapping[str, bytes]) -> None:
        self.runs = {kind: runs.get(kind) or b"" for kind in WIDTHS}

    def __len__(self) -> int:
        return sum(len(run) // WIDTHS[kind] for kind, run in self.runs.items())

    def with_more(self, hashes: Mapping[str, set[bytes]]) -> Listed:
        """These and more."""
        out = {}
        for kind, width in WIDTHS.items():
            run = self.runs[kind]
            all_ = {run[i : i + width] for i in range(0, len(run), width)} | hashes.get(kind, set())
            out[kind] = b"".join(sorted(all_))
        return Listed(out)

    def has(self, kind: str, hexes: str) -> bool:
        """True where a list names exactly this digest."""
        run, width = self.runs[kind], WIDTHS[kind]
        try:
            digest = bytes.fromhex(hexes)
        except ValueError:
            return False
        if len(digest) != width:
            return False
        low, high = 0, len(run) // width
        while low < high:
            middle = (low + high) // 2
            here = run[middle * width : (middle + 1) * width]
            if here == digest:
                return True
            if here < digest:
                low = middle + 1
            else:
                high = middle
        return False

    def names(self, sha256: str, sha1: str = "", md5: str = "") -> bool:
        """True where a list names a file by any of its digests (hex; "" where not known)."""
        return self.has("sha256", sha256) or self.has("sha1", sha1) or self.has("md5", md5)

    def looks_like(self, pdq: str | None, quality: int) -> bool:
        """True where a list names a picture that looks like this one. One with little in it must be exactly the same."""
        if not pdq or not self.runs["pdq"]:
            return False
        if quality < QUALITY:
            return self.has("pdq", pdq)
        from ritrova.formats.hamming import packed

        rows, _ = self._near.near(packed([pdq])[0], RADIUS)
        return bool(len(rows))

    @cached_property
    def _near(self) -> Index:
        from ritrova.formats.hamming import Index, packed

        return Index(packed([self.runs["pdq"].hex()]))
