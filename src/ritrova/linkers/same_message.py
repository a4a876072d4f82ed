"""One chat in two forms: a text export and a database, two phones of one group, two extractions of one phone.

Two forms are recognised by messages that share text and time, whatever the names say: clocks may stand in different zones, one
form may know minutes only, and either may miss messages. Their messages are linked one to one, so that they never count as two
witnesses, and where the forms disagree a Difference says so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from ritrova.linkers.said import PREPARED, PREPARES, columns, prepare, said
from ritrova.model.records import Difference, Link
from ritrova.model.shapes import Linker
from ritrova.model.view import StoredMessage, View

QUARTER = 900.0
"""Zones differ by quarters of an hour."""
MINUTE = 61.0
"""Seconds by which one moment may differ where a form knows minutes only."""
FEW = 6
"""Texts that stand in more forms than this are no sign of one chat."""
VOTES = 4
"""Different texts that two forms must share at one shift of the clock."""
SHARE = 0.6
"""Share of the shorter form's messages, within the time both cover, that must be in the other."""
BOTH = 0.3
"""Share of the longer form's."""
EDGE = 3600.0
TWICE = frozenset({"ufdr"})
"""Readers of containers that may give one message several times: in its chat, outside it, and once more for each extraction."""


class Entry(msgspec.Struct):
    """A message of one form: its row, when it was, and what it says (a digest; 0 for a message without text)."""

    row: int
    seconds: float
    said: int


def link(view: View) -> Iterator[Link | Difference]:
    """Copies within one report; pairs of forms, the messages they share, and where they disagree."""
    for source in sorted({i.at.source for i in view.items() if i.reader in TWICE}):
        yield from _copies(view, source)
    if sum(max(1, len(c.sources)) for c in view.conversations()) < 2:
        return  # one form of one chat
    forms = Forms(view)
    for a, b, shift in twins(forms):
        yield from _aligned(view, forms.entries(a), forms.entries(b), shift)


class Forms:
    """Messages by conversation and source, in order of time. Those without a time cannot be compared."""

    def __init__(self, view: View) -> None:
        every = columns(view)
        sources: dict[str, int] = {"": 0}
        double: dict[int, int] = {}
        for chat in [c.conversation.id for c in view.conversations() if len(c.sources) > 1]:
            for stored in view.messages(conversation=chat):
                double[stored.row] = sources.setdefault(stored.message.at.source, len(sources))
        order = {
            n: place for place, n in enumerate(sorted(range(len(sources)), key=list(sources).__getitem__))
        }
        source = np.zeros(len(every.rows), np.int64)
        if double:
            at = np.searchsorted(every.rows, np.array(sorted(double)))
            source[at] = [order[double[row]] for row in sorted(double)]
        timed = np.flatnonzero(~np.isnan(every.seconds))
        place = np.lexsort((every.rows[timed], every.seconds[timed], source[timed], every.chats[timed]))
        chosen = timed[place]
        self.rows, self.seconds, self.said = (
            every.rows[chosen],
            every.seconds[chosen],
            every.said[chosen],
        )
        chats, source = every.chats[chosen], source[chosen]
        anew = np.ones(len(chosen), bool)
        anew[1:] = (chats[1:] != chats[:-1]) | (source[1:] != source[:-1])
        self.form = np.cumsum(anew) - 1
        self.begin = np.append(np.flatnonzero(anew), len(chosen))
        self._entries: dict[int, list[Entry]] = {}

    def entries(self, n: int) -> list[Entry]:
        """The messages of a form."""
        if n not in self._entries:
            some = slice(int(self.begin[n]), int(self.begin[n + 1]))
            self._entries[n] = [
                Entry(*each)
                for each in zip(
                    self.rows[some].tolist(),
                    self.seconds[some].tolist(),
                    self.said[some].tolist(),
                    strict=True,
                )
            ]
        return self._entries[n]


def twins(forms: Forms) -> Iterator[tuple[int, int, float]]:
    """(a, b, shift): two forms of one chat; `shift` is added to the times of b to give those of a.

    A vote is a text that each form has once and few others have, at times that differ by what zones differ by.
    """
    order = np.lexsort((forms.form, forms.said))
    texts, form, seconds = forms.said[order], forms.form[order], forms.seconds[order]
    same = np.zeros(len(order) + 1, bool)
    same[1:-1] = (texts[1:] == texts[:-1]) & (form[1:] == form[:-1])
    once = (texts != 0) & ~same[1:] & ~same[:-1]
    texts, form, seconds = texts[once], form[once], seconds[once]
    _, which, spread = np.unique(texts, return_inverse=True, return_counts=True)
    few = (spread[which] >= 2) & (spread[which] <= FEW)
    texts, form, seconds = texts[few], form[few], seconds[few]
    votes: Counter[tuple[int, int, float]] = Counter()
    for away in range(1, FEW):
        a, b = slice(None, -away), slice(away, None)
        rounded = np.round((seconds[a] - seconds[b]) / QUARTER) * QUARTER
        counts = (texts[a] == texts[b]) & (np.abs(seconds[a] - seconds[b] - rounded) <= MINUTE)
        counts &= np.abs(rounded) <= 26 * 3600
        cast = np.stack((form[a][counts], form[b][counts], rounded[counts].astype(np.int64)), axis=1)
        ballots, numbers = np.unique(cast, axis=0, return_counts=True)
        for (one, two, shift), n in zip(ballots.tolist(), numbers.tolist(), strict=True):
            votes[one, two, float(shift)] += n
    best: dict[tuple[int, int], tuple[int, float, float]] = {}
    for (one, two, shift), n in votes.items():
        best[one, two] = min(best.get((one, two), (0, 0.0, 0.0)), (-n, abs(shift), shift))
    for (one, two), (n, _, shift) in sorted(best.items()):
        if -n >= VOTES and _covers(forms.entries(one), forms.entries(two), shift):
            yield one, two, shift


def _covers(a: Sequence[Entry], b: Sequence[Entry], shift: float) -> bool:
    low = max(a[0].seconds, b[0].seconds + shift) - MINUTE
    high = min(a[-1].seconds, b[-1].seconds + shift) + MINUTE
    mine = Counter(e.said for e in a if e.said and low <= e.seconds <= high)
    theirs = Counter(e.said for e in b if e.said and low <= e.seconds + shift <= high)
    both = sum((mine & theirs).values())
    few, many = sorted((mine.total(), theirs.total()))
    return few > 0 and both >= SHARE * few and both >= BOTH * many


def paired(a: Sequence[Entry], b: Sequence[Entry], shift: float) -> list[tuple[int, int]]:
    """Positions in both that are one message: the same text within a minute; without text, the same moment."""
    by_text: dict[int, list[int]] = defaultdict(list)
    for n, e in enumerate(b):
        by_text[e.said].append(n)
    times = {key: [b[n].seconds + shift for n in some] for key, some in by_text.items()}
    taken: set[int] = set()
    found = []
    for n, e in enumerate(a):
        some = by_text.get(e.said)
        if not some:
            continue
        at = bisect_left(times[e.said], e.seconds - MINUTE)
        near = []
        while at < len(some) and times[e.said][at] <= e.seconds + MINUTE:
            if some[at] not in taken:
                near.append((abs(times[e.said][at] - e.seconds) >= MINUTE - 1, some[at]))
            at += 1
        if near:
            m = min(near)[1]
            taken.add(m)
            found.append((n, m))
    return found


def _copies(view: View, source: str) -> Iterator[Link | Difference]:
    """Copies of one message in one report: the app's own key, the text and the time are the same.

    An app may use one key in several chats (a message sent to a list), so copies are joined within one conversation; those
    that stand outside any chat belong to the conversation that has the key, if it is the only one.
    """
    first: dict[int, int | list[int]] = {}
    for stored in view.messages(source=source):
        m = stored.message
        if m.native is None or not m.native.key:
            continue
        when = m.sent.utc or m.sent.local or m.sent.written or ""
        key = said("\x00".join((m.app, m.native.key, when, m.text)))
        before = first.setdefault(key, stored.row)
        if isinstance(before, list):
            before.append(stored.row)
        elif before != stored.row:
            first[key] = [before, stored.row]
    why = ("one report gives the message more than once", "the same key of the app, text and time")
    for rows in first.values():
        if isinstance(rows, list):
            for one, *others in _together(view.rows(rows)):
                for other in others:
                    low, high = sorted((one.id, other.id))
                    yield Link("same_message", low, high, why, "strong", "same_message")
                    if None not in (a := (_sender(one), _sender(other))) and a[0] != a[1]:
                        what = (f"one copy names «{a[0]}», the other «{a[1]}»",)
                        yield Difference("sender", one.id, other.id, what)


def _together(copies: Sequence[StoredMessage]) -> list[list[StoredMessage]]:
    """Copies by conversation; those outside any chat with the only one there is, else with each other."""
    inside: dict[str, list[StoredMessage]] = defaultdict(list)
    outside: list[StoredMessage] = []
    for copy in copies:
        if (copy.message.detail or {}).get("outside_chat"):
            outside.append(copy)
        else:
            inside[copy.message.conversation].append(copy)
    groups = list(inside.values())
    if len(groups) == 1:
        groups[0] += outside
    elif outside:
        groups.append(outside)
    return groups


def _aligned(view: View, a: Sequence[Entry], b: Sequence[Entry], shift: float) -> Iterator[Link | Difference]:
    pairs = paired(a, b, shift)
    hours = f"{shift / 3600:+g} hours" if shift else "none"
    first, second = _stored(view, a), _stored(view, b)
    known: dict[str | None, Counter[str | None]] = defaultdict(Counter)
    for n, m in pairs:
        known[_sender(first[a[n].row])][_sender(second[b[m].row])] += 1
    for n, m in pairs:
        one, two = first[a[n].row], second[b[m].row]
        low, high = sorted((one.id, two.id))
        why = ("two forms of one chat: the same text at the same time", f"difference of the clocks: {hours}")
        yield Link("same_message", low, high, why, "strong", "same_message")
        usual = known[_sender(one)].most_common(1)[0][0]
        if _sender(two) != usual:
            yield Difference(
                "sender",
                one.id,
                two.id,
                (
                    f"the first names «{_sender(one)}», elsewhere the second's «{usual}»; here it is «{_sender(two)}»",
                ),
            )
        mine, theirs = ({x.sha256 for x in m.message.attachments if x.sha256} for m in (one, two))
        if mine and theirs and mine != theirs:
            yield Difference("media", one.id, two.id, ("the files are different, byte for byte",))
    yield from _apart(a, b, shift, pairs, first, second)


def _apart(
    a: Sequence[Entry],
    b: Sequence[Entry],
    shift: float,
    pairs: Sequence[tuple[int, int]],
    first: dict[int, StoredMessage],
    second: dict[int, StoredMessage],
) -> Iterator[Difference]:
    """Messages that one form has and the other has not, within the time that both cover."""
    low = max(a[0].seconds, b[0].seconds + shift) - MINUTE
    high = min(a[-1].seconds, b[-1].seconds + shift) + MINUTE
    paired_a = {n for n, _ in pairs}
    rest_a = [e for n, e in enumerate(a) if n not in paired_a and low <= e.seconds <= high]
    paired_b = {m for _, m in pairs}
    rest_b = [e for m, e in enumerate(b) if m not in paired_b and low <= e.seconds + shift <= high]
    times = [e.seconds for e in rest_b]
    by_text = defaultdict(list)
    for e in rest_b:
        by_text[e.said].append(e)
    used: set[int] = set()
    for e in rest_a:
        one = first[e.row]
        moved = next(
            (
                x
                for x in by_text.get(e.said, ())
                if e.said and x.row not in used and abs(x.seconds + shift - e.seconds) < EDGE * 48
            ),
            None,
        )
        other = moved or next(
            (x for x in _near(rest_b, times, e.seconds - shift) if x.row not in used),
            None,
        )
        if other is None:
            yield Difference(
                "only_in_a", one.id, None, ("the other form covers this time and does not have it",)
            )
            continue
        used.add(other.row)
        kind = "time" if moved else "text"
        said_so = "the same text stands at another time" if moved else "at the same time the texts differ"
        yield Difference("time" if kind == "time" else "text", one.id, second[other.row].id, (said_so,))
    for e in rest_b:
        if e.row not in used:
            yield Difference(
                "only_in_b", None, second[e.row].id, ("the other form covers this time and does not have it",)
            )


def _near(form: Sequence[Entry], times: Sequence[float], seconds: float) -> Iterator[Entry]:
    at = bisect_left(times, seconds - MINUTE)
    while at < len(form) and times[at] < seconds + MINUTE:
        yield form[at]
        at += 1


def _stored(view: View, form: Sequence[Entry]) -> dict[int, StoredMessage]:
    return {m.row: m for m in view.rows([e.row for e in form])}


def _sender(m: StoredMessage) -> str | None:
    return m.message.sender


LINKER = Linker(PREPARED, link, prepare=prepare, prepares=PREPARES)
