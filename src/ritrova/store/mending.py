"""Half characters: JSON may hold one half of a surrogate pair, and neither a database nor a packed value can."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from ritrova.model.records import Message, Record

R = TypeVar("R", bound=Record)


def mended(text: str) -> str:
    """A text with halves that belong together joined, and lone ones replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def mended_record(record: R) -> R:
    """The record with every text in it mended; a message that changed is flagged ``repaired``."""
    changes = {}
    for name in record.__struct_fields__:
        value = getattr(record, name)
        better = _mended(value)
        if better != value:
            changes[name] = better
    if not changes:
        return record
    if isinstance(record, Message) and "repaired" not in record.flags:
        changes["flags"] = (*changes.get("flags", record.flags), "repaired")
    return msgspec.structs.replace(record, **changes)


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return mended(value)
    if isinstance(value, tuple | list):
        return type(value)(_mended(one) for one in value)
    if isinstance(value, dict):
        return {_mended(name): _mended(one) for name, one in value.items()}
    if isinstance(value, msgspec.Struct):
        changes = {name: _mended(getattr(value, name)) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **changes)
    return value
