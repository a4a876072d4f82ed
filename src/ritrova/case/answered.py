"""Keeps the sums that messages of a conversation say in answer to one another, beside the values of each message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ritrova.case.analysis import Analyst
from ritrova.case.gates import SUMS
from ritrova.case.opening import Case, Change
from ritrova.case.sifted import Seconds, Sifted
from ritrova.extractors.answers import WITHIN
from ritrova.model.passages import SILENCE, PassageMessage, in_lots
from ritrova.model.records import Observable


def answered_in(
    case: Case, analyst: Analyst, key: int, sifted: Sifted
) -> tuple[list[tuple[int, Observable]], list[Observable]]:
    """Of one conversation: values to keep, each with the row of its message, and values of an earlier look to forget.

    Only what follows a price or a question for one within a few messages is read again, and messages in which an earlier
    look found an answer: where what they answered is gone, they say again what their own words do. The result depends on
    the conversation's messages and their order alone.
    """
    anchors = sifted.with_bit(SUMS)
    earlier = case.store.answered(key)
    if not anchors and not earlier:
        return [], []
    rows = sifted.rows
    keep: list[tuple[int, Observable]] = []
    forget: list[Observable] = []
    left = set(earlier)
    for runs in in_lots(list(_runs(anchors, sifted.seconds))):
        some = [rows[a:b].tolist() for a, b in runs]
        stored, ready = _looked(case, analyst, [row for part in some for row in part])
        sums: dict[int, list[tuple[Observable, Observable | None]]] = {}
        for part in some:
            there = [row for row in part if row in stored]
            for n, o, instead in analyst.answered([ready[stored[row]] for row in there]):
                sums.setdefault(there[n], []).append((o, instead))
        left -= stored.keys()
        for row in sums.keys() | (earlier.keys() & stored.keys()):
            _compare(row, ready[stored[row]], sums.get(row, ()), earlier.get(row, ()), keep, forget)
    if left:
        stored, ready = _looked(case, analyst, sorted(left))
        for row in sorted(stored):
            _compare(row, ready[stored[row]], (), earlier[row], keep, forget)
    return keep, forget


def _looked(
    case: Case, analyst: Analyst, rows: Sequence[int]
) -> tuple[dict[int, str], dict[str, PassageMessage]]:
    """The ids of some rows, and their messages looked at alone."""
    stored = {m.row: m for m in case.view().rows(rows)}
    ready = analyst.prepared([PassageMessage(id=m.id, text=m.message.text) for m in stored.values()])
    return {row: m.id for row, m in stored.items()}, {m.id: m for m in ready}


def _compare(
    row: int,
    said: PassageMessage,
    sums: Sequence[tuple[Observable, Observable | None]],
    earlier: Sequence[Observable],
    keep: list[tuple[int, Observable]],
    forget: list[Observable],
) -> None:
    """What to keep and forget so that a message has its own prices, but for those in whose place an answer stands, and its
    answers."""
    gone = [instead for _, instead in sums if instead is not None]
    own = [o for o in said.observables if o.kind == "price" and o not in gone]
    forget += gone
    forget += [o for o in earlier if all(o != new for new, _ in sums)]
    if earlier:  # one of its own may have had to stand back
        keep += [(row, o) for o in own]
    keep += [(row, o) for o, _ in sums if o not in earlier]


def keep_answers(
    change: Change, keep: Sequence[tuple[int, Observable]], forget: Sequence[Observable]
) -> None:
    """Write what `answered_in` found."""
    if forget:
        change.writer.forget_observables(forget)
    if keep:
        change.writer.observables(keep)


def _runs(anchors: Sequence[int], seconds: Seconds) -> Iterator[tuple[int, int]]:
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


def _unbroken(start: int, end: int, seconds: Seconds) -> Iterator[tuple[int, int]]:
    """The stretch, cut where the conversation is silent for hours."""
    first = start
    for i in range(start + 1, end):
        if seconds[i] - seconds[i - 1] >= SILENCE:  # never where a time is unknown (NaN)
            yield first, i
            first = i
    if first < end:
        yield first, end
