"""What each message says, as a digest beside its time and chat: columns for linkers that look for the same text again.

A digest depends on its text alone, so it is made once and kept in the case.
"""

from __future__ import annotations

import re
from hashlib import blake2b

import msgspec
import numpy as np
import numpy.typing as npt

from ritrova.model.view import TextBatch, View

MARKS = re.compile("[\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff]")
PREPARED = "same_message"
"""The linker under whose name the case keeps the columns."""
PREPARES = 2
_KINDS = ("<i8", "<i8", "<i8", "<f8", "<u8", "<u2")
_WIDTH = sum(np.dtype(kind).itemsize for kind in _KINDS)


class Columns(msgspec.Struct, frozen=True):
    """By message: row keys of it, of its conversation and of its sender (-1 for none), seconds (NaN without a time), digest (0
    for no text), letters."""

    rows: npt.NDArray[np.int64]
    chats: npt.NDArray[np.int64]
    senders: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.float64]
    said: npt.NDArray[np.uint64]
    letters: npt.NDArray[np.uint16]


def said(text: str) -> int:
    """What a text says, whatever marks of direction and spaces an export puts in; 0 for nothing."""
    plain = " ".join(MARKS.sub("", text).split())
    if not plain:
        return 0
    return int.from_bytes(blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def prepare(view: View, batch: TextBatch) -> dict[str, bytes]:
    """The columns of a batch, as the case keeps them."""
    seconds = [np.nan if each is None else each for each in batch.seconds]
    made = (
        np.array(batch.rows, "<i8"),
        np.array(batch.conversations, "<i8"),
        np.array([-1 if each is None else each for each in batch.senders], "<i8"),
        np.array(seconds, "<f8"),
        np.array([said(text) for text in batch.texts], "<u8"),
        np.array([min(len(text), 0xFFFF) for text in batch.texts], "<u2"),
    )
    return {"": b"".join(each.tobytes() for each in made)}


def columns(view: View) -> Columns:
    """Of every message of the case, in the order of row keys."""
    blobs = []
    after = 0
    for last, blob in view.prepared(PREPARED):
        blobs.append(blob)
        after = last
    for batch in view.texts(since_row=after):
        blobs.append(prepare(view, batch)[""])
    parts = []
    for blob in blobs:
        n = len(blob) // _WIDTH
        some = []
        at = 0
        for kind in _KINDS:
            some.append(np.frombuffer(blob, kind, n, at))
            at += n * some[-1].itemsize
        parts.append(some)
    if not parts:
        parts.append([np.zeros(0, kind) for kind in _KINDS])
    return Columns(*(np.concatenate(column) for column in zip(*parts, strict=True)))
