"""Telegram's binary serialisation (TL), decoded by the public schema in `telegram.tl`.

A value that cannot be decoded to its end gives what was read before, and the reason: text stands before media, so a
constructor that is not in the schema rarely costs the words.
"""

from __future__ import annotations

import re
import struct
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec

_VECTOR = 0x1CB5C415
_TRUE = 0x997275B5
_FALSE = 0xBC799737
_LINE = re.compile(r"(\w+)#([0-9a-f]{1,8})((?:\s+\S+:\S+)*)\s*=\s*(\w+);")
_FIELD = re.compile(r"(\w+):(?:(flags\d?)\.(\d+)\?)?(\S+)")
_VECTOR_OF = re.compile(r"[Vv]ector<(%?\w+)>")
_INT = struct.Struct("<i")
_UINT = struct.Struct("<I")
_LONG = struct.Struct("<q")
_DOUBLE = struct.Struct("<d")
DEEPEST = 40


class Broken(ValueError):
    """The bytes cannot be decoded further; `constructor` is set where it is one that the schema does not have."""

    def __init__(self, why: str, constructor: int | None = None) -> None:
        super().__init__(why)
        self.constructor = constructor


class Field(msgspec.Struct, frozen=True):
    """A field: its name, the flags word and bit it depends on, its type, and what a vector holds."""

    name: str
    flags: str
    bit: int
    kind: str
    of: str


class Constructor(msgspec.Struct, frozen=True):
    """A constructor of the schema."""

    name: str
    kind: str
    fields: tuple[Field, ...]


def parsed(text: str) -> dict[int, Constructor]:
    """The constructors of a schema by number; lines that are no constructor are passed over."""
    found: dict[int, Constructor] = {}
    for line in text.splitlines():
        m = _LINE.fullmatch(line.strip())
        if m is None:
            continue
        fields = []
        for part in m[3].split():
            f = _FIELD.fullmatch(part)
            if f is not None:
                inner = _VECTOR_OF.fullmatch(f[4])
                fields.append(
                    Field(
                        f[1],
                        f[2] or "",
                        int(f[3] or 0),
                        "vector" if inner else f[4],
                        inner[1] if inner else "",
                    )
                )
        found[int(m[2], 16)] = Constructor(m[1], m[4], tuple(fields))
    return found


@lru_cache(maxsize=1)
def schema() -> dict[int, Constructor]:
    """The public schema of the layers named in `telegram.tl`."""
    return parsed(files("ritrova.formats").joinpath("telegram.tl").read_text("utf-8"))


def decoded(raw: bytes) -> tuple[dict[str, Any], Broken | None]:
    """The object that `raw` begins with, as ``{"_": name, field: value}``; with the reason where it stops early.

    Bytes after the object are left alone (the Android app writes fields of its own there).
    """
    reader = _Reader(raw)
    value: dict[str, Any] = {}
    try:
        number = reader.unsigned()
        value["#"] = number
        made = schema().get(number)
        if made is None:
            raise Broken(f"constructor {number:#010x} is not in the schema", number)
        reader.fill(value, made, 0)
    except Broken as error:
        return value, error
    return value, None


class _Reader:
    __slots__ = ("at", "raw")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0

    def take(self, size: int) -> bytes:
        end = self.at + size
        if size < 0 or end > len(self.raw):
            raise Broken(f"the bytes end at {len(self.raw)}, {size} are wanted at {self.at}")
        piece = self.raw[self.at : end]
        self.at = end
        return piece

    def number(self) -> int:
        found: int = _INT.unpack(self.take(4))[0]
        return found

    def unsigned(self) -> int:
        found: int = _UINT.unpack(self.take(4))[0]
        return found

    def string(self) -> bytes:
        size = self.take(1)[0]
        if size == 255:
            raise Broken("a string of an unknown length form")
        head = 1
        if size == 254:
            size, head = int.from_bytes(self.take(3), "little"), 4
        piece = self.take(size)
        self.take(-(size + head) % 4)
        return piece

    def value(self, kind: str, of: str, depth: int) -> Any:
        if kind in {"int", "#"}:
            return self.number()
        if kind == "long":
            return _LONG.unpack(self.take(8))[0]
        if kind == "double":
            return _DOUBLE.unpack(self.take(8))[0]
        if kind == "string":
            return self.string().decode("utf-8", "replace")
        if kind == "bytes":
            return self.string().hex()
        if kind == "true":
            return True
        if kind in {"int128", "int256"}:
            return self.take(16 if kind == "int128" else 32).hex()
        if kind == "vector":
            number = self.unsigned()
            if number != _VECTOR:
                raise Broken(f"{number:#010x} where a vector is due", number)
            n = self.number()
            if not 0 <= n <= len(self.raw) - self.at:
                raise Broken(f"a vector of {n} elements")
            return [self.value(of, "", depth + 1) for _ in range(n)]
        number = self.unsigned()
        if kind == "Bool":
            if number not in (_TRUE, _FALSE):
                raise Broken(f"{number:#010x} where a Bool is due", number)
            return number == _TRUE
        made = schema().get(number)
        if made is None or (made.kind != kind and kind not in {"!X", "X"}):
            raise Broken(f"constructor {number:#010x} where {kind} is due is not in the schema", number)
        inner: dict[str, Any] = {}
        self.fill(inner, made, depth + 1)
        return inner

    def fill(self, into: dict[str, Any], made: Constructor, depth: int) -> None:
        """Read the fields into a dictionary, so that what was read stays when a later one breaks."""
        if depth > DEEPEST:
            raise Broken("nested too deeply")
        into["_"] = made.name
        words: dict[str, int] = {}
        for field in made.fields:
            if field.kind == "#":
                words[field.name] = self.unsigned()
                continue
            if field.flags and not words.get(field.flags, 0) >> field.bit & 1:
                continue
            if field.kind == "true":
                into[field.name] = True
            else:
                into[field.name] = self.value(field.kind, field.of, depth)
