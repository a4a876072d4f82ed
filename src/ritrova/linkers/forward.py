"""Forward chains: a message that says it was forwarded, and the message it may come from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ritrova.linkers.before import Before, kept_of, key_of
from ritrova.linkers.said import columns
from ritrova.model.records import Link
from ritrova.model.shapes import Kept, Linker
from ritrova.model.view import StoredMessage, View

LETTERS = 16
"""Texts shorter than this are written anew by many."""
MOST = 2000
"""Copies of one text that are compared; a text with more is a greeting or an app's own words."""


def link(view: View) -> Iterator[Link | Kept]:
    """Each forwarded message with the one it may come from: the named origin where the case holds it, else the copy before."""
    every = columns(view)
    long = every.letters >= LETTERS
    order = np.argsort(every.said[long], kind="stable")
    rows, said = every.rows[long][order], every.said[long][order]
    if not len(said):
        return
    begin = np.flatnonzero(np.concatenate(([True], said[1:] != said[:-1])))
    end = np.append(begin[1:], len(said))
    copies = end - begin
    several = (copies > 1) & (copies <= MOST) & (said[begin] != 0)
    nothing = Before(kept_of(view, LINKER.name).get(0, b""))
    """Groups in which nothing is forwarded: that does not change, while what is known of an origin may."""
    for first, past in zip(begin[several].tolist(), end[several].tolist(), strict=True):
        some = rows[first:past]
        key = key_of(some.tobytes())
        if nothing.again(key) is not None:
            continue
        stored = view.rows(some.tolist())
        if any(m.message.forwarded_from is not None for m in stored):
            yield from _chain(stored)
        else:
            nothing.nothing(key)
    yield nothing.kept()


def _chain(copies: list[StoredMessage]) -> Iterator[Link]:
    ordered = sorted(copies, key=lambda m: (_time(m), m.id))
    for n, one in enumerate(ordered):
        origin = one.message.forwarded_from
        if origin is None:
            continue
        named = next(
            (m for m in ordered if m.id != one.id and m.message.forwarded_from is None and _is(m, origin)),
            None,
        )
        source = named or (ordered[n - 1] if n else None)
        if source is None or (_time(source) > _time(one) and named is None):
            continue
        a, b = sorted((source.id, one.id))
        why = (
            f"«{one.id}» says it is forwarded from «{origin}»"
            if origin
            else f"«{one.id}» says it is forwarded",
            "the other is by that account and has the same words"
            if named
            else "the other came before it with the same words",
        )
        yield Link("forward", a, b, why, "strong" if named else "weak", "forward")


def _is(m: StoredMessage, origin: str) -> bool:
    account = m.sender
    names = {m.message.sender, m.message.sender_name, m.conversation.name, m.conversation.native}
    if account is not None:
        names |= {account.name, account.native, account.handle, account.phone}
    return bool(origin) and origin in names


def _time(m: StoredMessage) -> str:
    return m.message.sent.utc or m.message.sent.local or "9"


LINKER = Linker("forward", link)
