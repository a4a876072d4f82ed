"""Protocol buffers without a schema: the fields of one message, as far as their wire types tell.

Ground: protobuf.dev "Encoding".
"""

from __future__ import annotations

from collections.abc import Iterator


def varint(raw: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer and where it ends; ValueError where it is cut or too long."""
    value = shift = 0
    while True:
        if at >= len(raw) or shift > 63:
            raise ValueError("a number is cut")
        byte = raw[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) in order: integers for varints, bytes for everything else. ValueError where it is no message."""
    at = 0
    while at < len(raw):
        key, at = varint(raw, at)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise ValueError("field number 0")
        if wire == 0:
            value, at = varint(raw, at)
            yield number, value
            continue
        if wire == 2:
            size, at = varint(raw, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if at + size > len(raw):
            raise ValueError("a field is cut")
        yield number, raw[at : at + size]
        at += size


def field(raw: bytes, *path: int) -> int | bytes | None:
    """The value at a path of field numbers, or None; the last one wins where a field is repeated."""
    value: int | bytes | None = raw
    for number in path:
        if not isinstance(value, bytes):
            return None
        found = None
        for each, content in fields(value):
            if each == number:
                found = content
        value = found
    return value
