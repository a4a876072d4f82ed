"""Passages: up to 40 consecutive messages of one conversation, the unit of analysis.

Cut points depend only on the conversation's content and order, so that any order and any split of the same evidence
gives the same passages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from ritrova.model.records import App, Attachment, ConversationKind, MessageKind, Observable
from ritrova.model.text import Folded, Hit

LENGTH = 40
"""Messages in a passage, at most."""
OVERLAP = 8
"""Messages that two neighbouring passages share."""
LOT = 2_000
"""Messages that are loaded and looked at together."""
SILENCE = 6 * 3600.0
"""Seconds of silence that end a passage."""


class PassageMessage(msgspec.Struct, frozen=True, gc=False):
    """One message as a detector sees it. `seconds` is its place in time (epoch, of UTC or else of the local clock)."""

    id: str
    text: str
    sender: str | None = None
    sender_name: str | None = None
    kind: MessageKind = "text"
    seconds: float | None = None
    local: str | None = None
    reply_to: str | None = None
    forwarded_from: str | None = None
    attachments: tuple[Attachment, ...] = ()
    roles: tuple[str, ...] = ()
    """Roles that reviewers gave the sender's account (rescuer, journalist, survivor ...)."""
    folded: Folded | None = None
    hits: tuple[Hit, ...] = ()
    observables: tuple[Observable, ...] = ()


class Passage(msgspec.Struct, frozen=True):
    """Consecutive messages, and the replied-to messages from outside as `context`.

    `market` counts the kinds of goods that the conversation offers elsewhere (concept group -> messages), so that a channel
    that mixes goods and people is seen as such.
    """

    conversation: str
    app: App
    messages: tuple[PassageMessage, ...]
    context: tuple[PassageMessage, ...] = ()
    name: str | None = None
    kind: ConversationKind = "unknown"
    country: str | None = None
    market: dict[str, int] = {}


def cut(seconds: Sequence[float | None]) -> Iterator[tuple[int, int]]:
    """Half-open ranges of positions, one a passage, over the times of one conversation in order.

    A message without time stays with its predecessor. A silence of six hours or more ends a passage; inside a stretch
    without such silence, passages of 40 follow one another with 8 in common.
    """
    breaks = []
    last: float | None = None
    for i, t in enumerate(seconds):
        if t is not None:
            if last is not None and t - last >= SILENCE:
                breaks.append(i)
            last = t
    return cut_at(breaks, len(seconds))


def cut_at(breaks: Iterable[int], count: int) -> Iterator[tuple[int, int]]:
    """The same for `count` messages of which those at `breaks`, in order, come after a silence."""
    start = 0
    for i in (*breaks, count):
        yield from _windows(start, i)
        start = i


def _windows(start: int, end: int) -> Iterator[tuple[int, int]]:
    step = LENGTH - OVERLAP
    at = start
    while at < end:
        yield at, min(at + LENGTH, end)
        if at + LENGTH >= end:
            return
        at += step


def in_lots(stretches: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Stretches (half-open ranges) in lots of about `LOT` messages, to be loaded and looked at together."""
    some: list[tuple[int, int]] = []
    held = 0
    for start, end in stretches:
        some.append((start, end))
        held += end - start
        if held >= LOT:
            yield some
            some, held = [], 0
    if some:
        yield some
