"""What a linker said of each group the last time, so that nothing is made again of a group that is the same.

The key of a group holds everything that what is said of it depends on; nothing else may change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TypeVar

import msgspec

from ritrova.model import ids
from ritrova.model.records import Link, Template
from ritrova.model.shapes import Again, Kept
from ritrova.model.view import View

One = TypeVar("One", Link, Template, Link | Template)
_Said = dict[bytes, list[tuple[str, str, str]]]


class Before:
    """By the digest of a group's key: type, id and kind of each record that was said of it. Groups not asked for are forgotten."""

    def __init__(self, made: bytes = b"", number: int = 0) -> None:
        self._number = number
        self._before: _Said = msgspec.msgpack.decode(made, type=_Said) if made else {}
        self._said: _Said = {}

    def again(self, key: bytes) -> list[Again] | None:
        """What was said of the group, to be said again; None for a group that is new."""
        said = self._before.get(key)
        if said is None:
            return None
        self._said[key] = said
        return [Again(record, id, kind) for record, id, kind in said]

    def said(self, key: bytes, records: Iterable[One]) -> Iterator[One]:
        """Pass on what is said of a group, and remember it."""
        known = self._said[key] = []
        for one in records:
            if isinstance(one, Link):
                known.append(("Link", ids.link_id(one), one.kind))
            else:
                known.append(("Template", ids.template_id(one), ""))
            yield one

    def nothing(self, key: bytes) -> None:
        """There is nothing to say of a group."""
        self._said[key] = []

    def kept(self) -> Kept:
        """For the next time."""
        return Kept(self._number, msgspec.msgpack.encode(self._said))


def kept_of(view: View, linker: str) -> dict[int, bytes]:
    """By number, what a linker kept the last time."""
    return dict(view.prepared(f"{linker} kept"))


def key_of(what: bytes) -> bytes:
    """A digest of everything that what is said of a group depends on."""
    return blake2b(what, digest_size=16).digest()
