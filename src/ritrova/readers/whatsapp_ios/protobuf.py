"""Just enough of protobuf's wire format to read the small blobs that WhatsApp keeps in its database."""

from __future__ import annotations

from collections.abc import Iterator


class NotProtobuf(ValueError):
    """The bytes do not follow the wire format."""


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(raw) and shift < 70:
        byte = raw[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise NotProtobuf("a number does not end")


def fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) in order; NotProtobuf where the bytes are something else."""
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise NotProtobuf("a field has no number")
        if wire == 0:
            value: int | bytes
            value, at = _varint(raw, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
            value, at = raw[at : at + size], at + size
        elif wire == 2:
            size, at = _varint(raw, at)
            value, at = raw[at : at + size], at + size
            if len(value) != size:
                raise NotProtobuf("a field is cut off")
        else:
            raise NotProtobuf(f"wire type {wire}")
        yield number, value


def tree(raw: bytes) -> dict[int, list[int | bytes]]:
    """All fields by number; empty where the bytes are not protobuf."""
    found: dict[int, list[int | bytes]] = {}
    try:
        for number, value in fields(raw):
            found.setdefault(number, []).append(value)
    except NotProtobuf:
        return {}
    return found


def text(values: list[int | bytes] | None) -> str | None:
    """The first value as UTF-8 text, None where it is none."""
    if not values or not isinstance(values[0], bytes):
        return None
    try:
        return values[0].decode() or None
    except UnicodeDecodeError:
        return None
