"""One account or conversation out of what several sources say about it: a union, with disagreements kept in `detail`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from ritrova.model.records import Account, Conversation, Finding

R = TypeVar("R", Account, Conversation)

_PLURALS = {"name": "names", "phone": "phones", "handle": "handles", "native": "natives"}


def merged(said: Sequence[R]) -> R:
    """The first source's record (in the order given), completed from the others.

    Where two sources name a thing differently, the first name stands and `detail` lists all of them ("names", "phones",
    "handles", "natives") in that order. Raises ValueError on an empty sequence.
    """
    if not said:
        raise ValueError("nothing was said")
    first = said[0]
    if len(said) == 1:
        return first
    changes: dict[str, Any] = {}
    detail: dict[str, Any] = {}
    for one in said:
        for name, value in (one.detail or {}).items():
            detail.setdefault(name, value)
    for name, plural in _PLURALS.items():
        values = list(dict.fromkeys(v for v in (getattr(one, name, None) for one in said) if v is not None))
        if values:
            changes[name] = values[0]
        if len(values) > 1:
            detail[plural] = values
    if isinstance(first, Account):
        changes["owner"] = any(getattr(one, "owner", False) for one in said)
        changes["ground"] = "; ".join(
            dict.fromkeys(g for g in (getattr(one, "ground", "") for one in said) if g)
        )
    else:
        kinds = [k for k in (getattr(one, "kind", "unknown") for one in said) if k != "unknown"]
        changes["kind"] = kinds[0] if kinds else "unknown"
        changes["members"] = tuple(dict.fromkeys(m for one in said for m in getattr(one, "members", ())))
    changes["detail"] = detail or None
    return msgspec.structs.replace(first, **changes)


def same_claim(a: Finding, b: Finding) -> Finding:
    """Two findings of one category over the same anchors: one claim with the reasons of both, at the higher rank."""
    first, second = (a, b) if a.rank >= b.rank else (b, a)
    return msgspec.structs.replace(
        first,
        indicators=tuple(dict.fromkeys(first.indicators + second.indicators)),
        why=tuple(dict.fromkeys(first.why + second.why)),
        counter=tuple(dict.fromkeys(first.counter + second.counter)),
        urgency=tuple(dict.fromkeys(first.urgency + second.urgency)),
    )
