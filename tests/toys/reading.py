"""Reading toy files in the child, for tests: give names and bytes, get records."""

from __future__ import annotations

import io
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from ritrova.model.records import Message, Read, Reconciliation
from ritrova.model.shapes import Ask
from ritrova.workers.reading import Given, Limits, Plugged, read_source

HERE = str(Path(__file__).parents[1])
T = TypeVar("T")


def given(path: str, content: bytes) -> Given:
    return Given(path, len(content), sha256(content).hexdigest(), 0.0, lambda: io.BytesIO(content))


def read(
    files: dict[str, bytes] | Sequence[Given],
    *readers: str,
    ask: Ask | None = None,
    companions: Sequence[Given] = (),
    unpackers: Sequence[str] = ("ritrova.unpackers.zip:UNPACKER",),
    **limits: Any,
) -> list[Read]:
    listed = [given(k, v) for k, v in files.items()] if isinstance(files, dict) else list(files)
    plugged = Plugged(tuple(f"toys.plugins:{name}" for name in readers or ("READER",)), tuple(unpackers))
    source = sha256(b"".join(g.sha256.encode() for g in listed)).hexdigest()
    batches = read_source(
        source,
        "folder" if len(listed) > 1 else "file",
        listed,
        companions,
        plugged,
        ask or Ask(),
        Limits(**limits),
        path=[HERE],
    )
    return [record for batch in batches for record in batch]


def of(kind: type[T], records: Sequence[Read]) -> list[T]:
    return [record for record in records if isinstance(record, kind)]


def texts(records: Sequence[Read]) -> list[str]:
    return [m.text for m in of(Message, records)]


def adds_up(records: Sequence[Read]) -> bool:
    sums = of(Reconciliation, records)
    return bool(sums) and all(each.adds_up for each in sums)


GOOD = b"LINES\none\ntwo\nthree\n"
