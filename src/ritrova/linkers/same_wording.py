"""The same wording: adverts that differ in price, number or name, and share their words.

Sketches of the texts (`sketches.py`) give candidates, recall first; then a comparison of the words confirms (`wordings.py`).
What depends on a text, or on a pair of texts, alone is kept in the case from one run to the next, and what was said of a cluster
of messages that is the same as before is not made again. It speaks of who wrote, never of the person offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from ritrova.linkers.before import Before, kept_of, key_of
from ritrova.linkers.likeness import unpacked as alike
from ritrova.linkers.sketches import Sketches, Stock, long_enough, sketched
from ritrova.linkers.wordings import EVIDENCE, HALF, Wordings
from ritrova.model.records import Link, Observable, Template
from ritrova.model.shapes import Again, Kept, Linker
from ritrova.model.view import StoredMessage, TextBatch, View

TOGETHER = 0.72
"""What members of two clusters must share on average to become one: a chain of half likenesses is no wording."""
BESIDE, FEW = 0.65, 2
"""The same, where one cluster has at most so many members and half as many as the other: versions edited more than the rest."""
ASKED = 4
"""Members of each cluster that are asked."""
AT_ONCE = 500
"""Clusters whose messages are asked for together."""
PAIRS, CLUSTERS = 0, 1
"""Numbers of what is kept: pairs of wordings, and what was said of each cluster."""


def make(view: View, batch: TextBatch) -> Sketches:
    """The sketches of a batch."""
    kept = [n for n, text in enumerate(batch.texts) if long_enough(text)]
    return sketched([batch.rows[n] for n in kept], view.fold([batch.texts[n] for n in kept]))


def prepare(view: View, batch: TextBatch) -> dict[str, bytes]:
    """The sketches of a batch, as the case keeps them."""
    return make(view, batch).parts()


def link(view: View) -> Iterator[Link | Template | Again | Kept]:
    """Chains of messages that share a wording, and a template for each chain."""
    stock = Stock(view, LINKER.name, make)
    if not len(stock):
        return
    kept = kept_of(view, LINKER.name)
    wordings = Wordings(view, stock, alike(kept.get(PAIRS, b"")))
    groups = grouped(wordings)
    yield from _clusters(view, wordings, groups, Before(kept.get(CLUSTERS, b""), CLUSTERS))
    yield Kept(PAIRS, wordings.kept().packed())


def grouped(wordings: Wordings) -> list[list[int]]:
    """Wordings, by number, that are versions of one; and those that several messages have, alone."""
    like = np.round(wordings.reckon(), 6)
    found = np.flatnonzero((like >= HALF) & (wordings.candidate == 1))
    # Where the share is the same, the pair that has more in common goes first.
    a, b = wordings.pairs[found].T
    found = found[np.lexsort((b, a, -np.round(wordings.both[found], 6), -like[found]))]
    ordered = [
        (share, a, b)
        for share, (a, b) in zip(like[found].tolist(), wordings.pairs[found].tolist(), strict=True)
    ]
    groups = _agglomerated(ordered, wordings)
    several = np.flatnonzero(wordings.copies > 1)
    alone = several[wordings.whole(several) >= EVIDENCE].tolist()
    grouped = {n for members in groups for n in members}
    groups += [[n] for n in alone if n not in grouped]
    return sorted(groups)


def _clusters(
    view: View, wordings: Wordings, groups: Sequence[list[int]], before: Before
) -> Iterator[Link | Template | Again | Kept]:
    """What is said of each cluster; a cluster of the same messages as before is the same."""
    fresh: list[tuple[bytes, list[int], list[int]]] = []
    for members in groups:
        rows = sorted(row for n in members for row in wordings.twins(n))
        key = key_of(np.array(rows, "<i8").tobytes())
        again = before.again(key)
        if again is None:
            fresh.append((key, members, rows))
        else:
            yield from again
    for start in range(0, len(fresh), AT_ONCE):
        some = fresh[start : start + AT_ONCE]
        wordings.read(n for _, members, _ in some for n in members)
        wanted = sorted(row for _, _, rows in some for row in rows)
        stored = {m.row: m for m in view.rows(wanted)}
        values = view.observables_of(wanted)
        for key, members, _ in some:
            yield from before.said(key, _cluster(wordings, members, stored, values))
    yield before.kept()


def _agglomerated(found: Sequence[tuple[float, int, int]], wordings: Wordings) -> list[list[int]]:
    """Clusters from pairs, the likest first; two become one when their members agree on average."""
    members: dict[int, list[int]] = {}
    home: dict[int, int] = {}
    refused: set[tuple[int, int, int, int]] = set()
    for share, a, b in found:
        one, two = home.get(a, a), home.get(b, b)
        if one == two:
            continue
        left, right = members.get(one, [one]), members.get(two, [two])
        state = (one, two, len(left), len(right))
        if state in refused:
            continue
        if len(left) > 1 or len(right) > 1:
            few, many = sorted((len(left), len(right)))
            enough = BESIDE if few <= FEW and 2 * few <= many else TOGETHER
            asked = [(x, y) for x in _spread(left) for y in _spread(right)]
            if sum(wordings.likeness(x, y) for x, y in asked) < enough * len(asked):
                refused.add(state)
                continue
        elif share < TOGETHER:
            continue
        if len(left) < len(right):
            one, two, left, right = two, one, right, left
        joined = left + right
        members[one] = joined
        members.pop(two, None)
        for n in right:
            home[n] = one
        home[one] = one
    return [sorted(some) for some in members.values()]


def _spread(members: Sequence[int]) -> Sequence[int]:
    return (
        members
        if len(members) <= ASKED
        else [members[n * (len(members) - 1) // (ASKED - 1)] for n in range(ASKED)]
    )


def _cluster(
    wordings: Wordings,
    members: Sequence[int],
    found: dict[int, StoredMessage],
    observed: dict[int, list[Observable]],
) -> Iterator[Link | Template]:
    wording: dict[int, str] = {}
    for n in members:
        for row in wordings.twins(n):
            wording[row] = wordings.text(n)
    stored = sorted((found[row] for row in wording), key=lambda m: m.id)
    words = {m.id: set(wording[m.row].split()) for m in stored}
    if len({m.message.sender or m.id for m in stored}) < 2 and len({m.conversation.id for m in stored}) < 2:
        return
    constant = set.intersection(*words.values())
    first = min(stored, key=lambda m: (len(m.message.text), m.id))
    kept = [w for w in wording[first.row].split() if w in constant]
    for a, b in pairwise(stored):
        same = len(words[a.id] & words[b.id])
        why = (
            f"{same} of {max(len(words[a.id]), len(words[b.id]))} words are the same: «{' '.join(kept[:12])}»"
        )
        yield Link("same_wording", a.id, b.id, (why,), "strong" if same >= 8 else "weak", "same_wording")
    yield Template(
        tuple(m.id for m in stored), " ".join(kept), _slots([observed.get(m.row, []) for m in stored])
    )


def _slots(observed: Sequence[Sequence[Observable]]) -> tuple[dict[str, object], ...]:
    values: dict[str, list[str]] = {}
    for some in observed:
        for o in some:
            said = (
                f"{o.amount:g} {o.currency or ''}".strip() if o.amount is not None else (o.value or o.written)
            )
            known = values.setdefault(o.kind, [])
            if said not in known:
                known.append(said)
    return tuple({"kind": kind, "values": found} for kind, found in sorted(values.items()))


LINKER = Linker("same_wording", link, prepare=prepare, prepares=3)
