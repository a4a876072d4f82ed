"""Keeps the sums that messages of a conversation say in answer to one another, beside the values of each message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ritrova.case.analysis import Analyst
from ritrova.case.opening import Case, Change
from ritrova.extractors.answers import WITHIN
from ritrova.model.passages import SILENCE, PassageMessage, in_lots
from ritrova.model.records import Observable

_ASKING = ("price_question", "last_price")


def answered_in(
    case: Case, analyst: Analyst, key: int
) -> tuple[list[tuple[int, Observable]], list[Observable]]:
    """Of one conversation: sums to keep, each with the row of its message, and values of an earlier look to forget.

    Only what follows a price or a question for one within a few messages is read again. The result depends on the
    conversation's messages and their order alone.
    """
    masks = case.store.wake_masks(key)
    bits = analyst.gates.of("@price")
    asking = 0
    for cue in _ASKING:
        asking |= analyst.gates.of(cue)
    rows, seconds = case.store.order(key)
    maybe = [
        (i, row, masks[row][0])
        for i, row in enumerate(rows)
        if row in masks and masks[row][0] & (bits | asking)
    ]
    if not maybe:
        return [], []
    values = case.store.observables_of([row for _, row, _ in maybe])
    anchors = [i for i, row, mask in maybe if mask & asking or any(map(_anchors, values.get(row, ())))]
    if not anchors:
        return [], []
    keep: list[tuple[int, Observable]] = []
    forget: list[Observable] = []
    for runs in in_lots(list(_runs(anchors, seconds))):
        wanted = [row for a, b in runs for row in rows[a:b]]
        stored = {m.row: m for m in case.view().rows(wanted)}
        ready = {
            m.id: m
            for m in analyst.prepared([PassageMessage(id=m.id, text=m.message.text) for m in stored.values()])
        }
        for a, b in runs:
            part = [stored[row] for row in rows[a:b] if row in stored]
            found = analyst.answered([ready[m.id] for m in part])
            forget += [instead for _, _, instead in found if instead is not None]
            keep += [(part[n].row, o) for n, o, _ in found]
        known = case.store.observables_of(wanted)
        forget += [o for there in known.values() for o in there if (o.detail or {}).get("answers")]
    return keep, forget


def keep_answers(
    change: Change, keep: Sequence[tuple[int, Observable]], forget: Sequence[Observable]
) -> None:
    """Write what `answered_in` found."""
    if forget:
        change.writer.forget_observables(forget)
    if keep:
        change.writer.observables(keep)


def _anchors(o: Observable) -> bool:
    """Whether a value is a price of its own message, also one that an answer has since taken the place of."""
    detail = o.detail or {}
    return o.kind == "price" and (not detail.get("answers") or bool(detail.get("instead")))


def _runs(anchors: Sequence[int], seconds: Sequence[float | None]) -> Iterator[tuple[int, int]]:
    """Half-open stretches of positions that begin with an anchor and end `WITHIN` messages after the last one."""
    start = end = -1
    for at in anchors:
        if start < 0:
            start = at
        elif at > end + 1:
            yield from _unbroken(start, min(end + 1, len(seconds)), seconds)
            start = at
        end = at + WITHIN
    if start >= 0:
        yield from _unbroken(start, min(end + 1, len(seconds)), seconds)


def _unbroken(start: int, end: int, seconds: Sequence[float | None]) -> Iterator[tuple[int, int]]:
    """The stretch, cut where the conversation is silent for hours."""
    first = start
    for i in range(start + 1, end):
        before, now = seconds[i - 1], seconds[i]
        if before is not None and now is not None and now - before >= SILENCE:
            yield first, i
            first = i
    if first < end:
        yield first, end
