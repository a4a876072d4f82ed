"""A list of the missing (LIST.csv): who is looked for, who asked, on what basis, and who may see it."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ritrova.linkers.names import tokens
from ritrova.model.errors import WrongUse

COLUMNS = (
    "id", "name", "other_names", "father", "grandfather", "kunya", "birth_year", "sex", "village", "district",
    "last_seen_date", "last_seen_place", "photos", "requested_by", "basis", "consent", "note",
)  # fmt: skip
CONSENT = ("case", "organisation", "authorities")
_HASH = re.compile(r"[0-9a-f]{64}")
_MAX_BYTES = 64 << 20


class Look(msgspec.Struct, frozen=True):
    """A family's photo as it is compared: SHA-256 of its file, PDQ hash and its quality, details (`formats/landmarks.py`)."""

    sha256: str
    pdq: str
    quality: int
    marks: bytes = b""


class Missing(msgspec.Struct, frozen=True):
    """One person on the list, as written. `row` is the row of the file, where the line of column names is row 1."""

    id: str
    row: int
    name: str
    other_names: tuple[str, ...] = ()
    father: str = ""
    grandfather: str = ""
    kunya: str = ""
    birth_year: int | None = None
    sex: str = ""
    village: str = ""
    district: str = ""
    last_seen_date: str = ""
    last_seen_place: str = ""
    photos: tuple[str, ...] = ()
    """SHA-256 of each photo."""
    looks: tuple[Look, ...] = ()
    """What can be compared of those that were given as files."""
    requested_by: str = ""
    basis: str = ""
    consent: str = ""
    note: str = ""
    more: dict[str, str] = {}
    refused: str | None = None
    """Why this entry is not looked for: it does not say who asked or on what basis, or names nobody."""
    unread: tuple[str, ...] = ()
    """What of the entry could not be used, in words."""


def missing(path: Path, look: Callable[[bytes], Look | str] | None = None) -> list[Missing]:
    """The people on a list. Raises WrongUse for a file that is no such list.

    `look` is given the bytes of each photo that is a file, and gives what can be compared, or in words why nothing can.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise WrongUse(f"{path} is larger than a list of names can be", "Split it.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror}", "Name a CSV file.") from error
    except UnicodeDecodeError as error:
        raise WrongUse(f"{path} is not UTF-8 (byte {error.start})", "Save it as CSV UTF-8.") from error
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise WrongUse(f"{path} is not CSV: {error}", "Save it as CSV UTF-8, comma separated.") from error
    head = [c.strip().lower().replace(" ", "_") for c in rows[0]] if rows else []
    if "name" not in head:
        raise WrongUse(f"{path} has no column «name»", f"Columns: {', '.join(COLUMNS)}.")
    if len(set(filter(None, head))) != len([c for c in head if c]):
        raise WrongUse(f"{path} names a column twice", "Each column once.")
    found = []
    for n, cells in enumerate(rows[1:], 2):
        if any(c.strip() for c in cells):
            found.append(_entry(n, head, cells, path.parent, look))
    ids = [p.id for p in found]
    twice = sorted({i for i in ids if ids.count(i) > 1}) if len(set(ids)) < len(ids) else []
    if twice:
        raise WrongUse(f"{path} has the id {twice[0]!r} twice", "Give each person an id of their own.")
    return found


def _entry(
    row: int,
    head: list[str],
    cells: list[str],
    folder: Path,
    look: Callable[[bytes], Look | str] | None,
) -> Missing:
    said = {c: v.strip() for c, v in zip(head, cells, strict=False) if c}
    unread: list[str] = []
    if len(cells) > len(head):
        unread.append(f"{len(cells) - len(head)} cells stand beyond the last column")
    year = _year(said.get("birth_year", ""), unread)
    photos, looks = _photos(_listed(said.get("photos", "")), folder, look, unread)
    more = {c: v for c, v in said.items() if c not in COLUMNS and v}
    consent = said.get("consent", "").lower()
    if consent and consent not in CONSENT:
        unread.append(f"consent {consent!r} is none of {', '.join(CONSENT)}: treated as case")
    names = (said.get("name", ""), *_listed(said.get("other_names", "")), said.get("kunya", ""))
    refused = None
    if not said.get("requested_by") or not said.get("basis"):
        refused = "the entry does not state who asked (requested_by) and on what basis (basis)"
    elif not any(tokens(n) for n in names) and not photos:
        refused = "the entry names nobody and has no photo"
    return Missing(
        id=said.get("id") or f"row {row}",
        row=row,
        name=said.get("name", ""),
        other_names=_listed(said.get("other_names", "")),
        birth_year=year,
        photos=photos,
        looks=looks,
        consent=consent if consent in CONSENT else "case",
        more=more,
        refused=refused,
        unread=tuple(unread),
        **{c: said.get(c, "") for c in _PLAIN},
    )


_PLAIN = (
    "father", "grandfather", "kunya", "sex", "village", "district", "last_seen_date", "last_seen_place",
    "requested_by", "basis", "note",
)  # fmt: skip


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(p.strip() for p in re.split("[;؛]", text) if p.strip()))


def _year(text: str, unread: list[str]) -> int | None:
    if not text:
        return None
    plain = "".join(str(_digit(c)) if c.isdecimal() else c for c in text)
    years = {int(y) for y in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", plain)}
    if len(years) == 1:
        return years.pop()
    unread.append(f"birth_year {text!r} is not one year")
    return None


def _digit(c: str) -> int:
    import unicodedata

    return unicodedata.decimal(c)


def _photos(
    written: Sequence[str], folder: Path, look: Callable[[bytes], Look | str] | None, unread: list[str]
) -> tuple[tuple[str, ...], tuple[Look, ...]]:
    """SHA-256 of photos, written as such or of the files named (beside the list, or by their whole path), and how these look."""
    found: list[str] = []
    looks: list[Look] = []
    for one in written:
        plain = one.lower().removeprefix("sha256:")
        if _HASH.fullmatch(plain):
            found.append(plain)
            continue
        try:
            if (folder / one).stat().st_size > _MAX_BYTES:
                raise ValueError("too large")
            raw = (folder / one).read_bytes()
        except (OSError, ValueError) as error:
            unread.append(
                f"photo {one!r} is neither a SHA-256 nor a file that can be read: {type(error).__name__}"
            )
            continue
        found.append(hashlib.sha256(raw).hexdigest())
        seen = look(raw) if look is not None else "nobody asked how it looks"
        if isinstance(seen, Look):
            looks.append(seen)
        elif look is not None:
            unread.append(f"photo {one!r} is compared as a file only: {seen}")
    return tuple(found), tuple(looks)


def packed(people: list[Missing]) -> bytes:
    """The list as it lies encrypted in the case."""
    return msgspec.msgpack.encode(people)


def unpacked(blob: bytes) -> list[Missing]:
    """The list that `packed` made."""
    return msgspec.msgpack.decode(blob, type=list[Missing])


def fields(person: Missing) -> dict[str, Any]:
    """What is shown beside the candidates: who asked, on what basis, who may see it."""
    return {"requested_by": person.requested_by, "basis": person.basis, "consent": person.consent}
