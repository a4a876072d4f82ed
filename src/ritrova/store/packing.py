"""How records become columns and back: spots as numbers, instants as seconds, the rare rest of a message as one value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, get_args

import msgspec

from ritrova.model.ids import spot_code
from ritrova.model.records import App, Attachment, Message, MessageKind, Moment, Reply

APPS: tuple[str, ...] = get_args(App)
KINDS: tuple[str, ...] = get_args(MessageKind)
# Written into case files: append only, never reorder.
KIND_CODES: dict[tuple[str, str], int] = {
    (app, kind): 32 * a + k for a, app in enumerate(APPS) for k, kind in enumerate(KINDS)
}
KIND_NAMES: dict[int, tuple[str, str]] = {code: names for names, code in KIND_CODES.items()}

BYTES = 0
OTHER = -1
_NUMBER = r"(0|-?[1-9][0-9]{0,17})"
_COUNT = r"(0|[1-9][0-9]{0,17})"
SPOT = re.compile(rf"bytes {_COUNT}-{_COUNT}|table (.+) row {_NUMBER}")


class Rest(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What most messages do not have. Written into case files: append fields only."""

    spot: str | None = None
    edited: Moment | None = None
    reply_to: Reply | None = None
    forwarded_from: str | None = None
    flags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    detail: dict[str, Any] | None = None
    has_native: bool = False


packed = msgspec.msgpack.Encoder().encode
_rest = msgspec.msgpack.Decoder(Rest).decode
PLAIN = Rest()


def rest_of(blob: bytes | None) -> Rest:
    """The rare parts of a message row."""
    return PLAIN if blob is None else _rest(blob)


def rest_from(m: Message, odd: str | None) -> Rest:
    """The rare parts of a message; `odd` is its spot where that is no usual one."""
    return Rest(
        odd, m.edited, m.reply_to, m.forwarded_from, m.flags, m.attachments, m.detail, m.native is not None
    )


def odd_spot(code: str) -> int:
    """A 63-bit number for a spot that is neither a byte range nor a row, from its code as it stands in the message id."""
    return int.from_bytes(blake2b(code.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1


def spot_text(tab: int, table: str | None, first: int, past: int | None, odd: str | None) -> str:
    """The spot behind the numbers, exactly as it was given."""
    if tab == BYTES:
        return f"bytes {first}-{past}"
    if tab == OTHER:
        return odd or ""
    return f"table {table} row {first}"


def code_numbers(code: str) -> list[tuple[str | None, int, int]]:
    """The (table or None, tab, first) that a message id's last part may speak of, the likeliest first."""
    odd = (None, OTHER, odd_spot(code))
    if code.startswith("b") and re.fullmatch(_COUNT, code[1:]):
        return [(None, BYTES, int(code[1:])), odd]
    if code.startswith("r"):
        row, dot, table = code[1:].partition(".")
        if dot and re.fullmatch(_NUMBER, row):
            return [(table, 1, int(row)), odd]
    return [odd]


def odd_first(spot: str) -> int:
    """What stands in `first` for an odd spot."""
    return odd_spot(spot_code(spot))


def native_key(key: str | None) -> int | str | None:
    """A native key as stored: whole numbers as integers, so that they are small and in order."""
    if (
        key is not None
        and len(key) < 19
        and key.isascii()
        and key.isdigit()
        and (key[0] != "0" or key == "0")
    ):
        return int(key)
    return key


def instants(moments: Sequence[Moment]) -> list[float | None]:
    """Epoch seconds of each moment: of UTC where known, else of the local clock read as if it were UTC; None where neither."""
    import numpy as np

    texts = [(m.utc or m.local or "NaT") for m in moments]
    cut = [text[:-1] if text[-1:] == "Z" else text for text in texts]
    if all((len(text) == 19 and text[4] == "-") or text == "NaT" for text in cut):
        try:
            seconds = np.array(cut, dtype="datetime64[s]").astype("int64").tolist()
        except ValueError:
            return [instant(text) for text in texts]
        missing = -(2**63)
        return [None if value == missing else float(value) for value in seconds]
    return [instant(text) for text in texts]


def instant(text: str | None) -> float | None:
    """Epoch seconds of one ISO text, None if it is none."""
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    try:
        return when.timestamp()
    except (OverflowError, ValueError):
        return None
