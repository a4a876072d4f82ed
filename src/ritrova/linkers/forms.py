"""Which conversations of a case are forms of one chat, and by how much their clocks differ.

The sign is messages that share text and time. It lies where one account sends the same words to several chats at once, as
adverts are sent: so chats of one database are never one chat, several voices must agree or the names, and a form belongs to
one chat of another database at most.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import overload

import msgspec
import numpy as np
import numpy.typing as npt

from ritrova.linkers.said import Columns

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


class Entry(msgspec.Struct):
    """A message of one form: its row, when it was, what it says (a digest; 0 for a message without text), and whose it is."""

    row: int
    seconds: float
    said: int
    sender: int | None = None


class Forms(Sequence[Sequence[Entry]]):
    """The messages of a case by the form they stand in, each form in order of time. Columns until somebody asks for a form."""

    def __init__(
        self, every: Columns, source: npt.NDArray[np.int64]
    ) -> None:  # messages without a time cannot be compared
        timed = np.flatnonzero(~np.isnan(every.seconds))
        place = np.lexsort((every.rows[timed], every.seconds[timed], source[timed], every.chats[timed]))
        chosen = timed[place]
        self._columns = [
            every.rows[chosen],
            every.seconds[chosen],
            every.said[chosen],
            every.senders[chosen],
        ]
        chats, source = every.chats[chosen], source[chosen]
        anew = np.ones(len(chosen), bool)
        anew[1:] = (chats[1:] != chats[:-1]) | (source[1:] != source[:-1])
        self._form = np.cumsum(anew) - 1
        self._begin = np.append(np.flatnonzero(anew), len(chosen))
        self._entries: dict[int, list[Entry]] = {}

    def __len__(self) -> int:
        return len(self._begin) - 1

    @overload
    def __getitem__(self, n: int) -> list[Entry]: ...
    @overload
    def __getitem__(self, n: slice) -> list[list[Entry]]: ...
    def __getitem__(self, n: int | slice) -> list[Entry] | list[list[Entry]]:
        if isinstance(n, slice):
            return [self[k] for k in range(*n.indices(len(self)))]
        if not 0 <= n < len(self):
            raise IndexError(n)
        if n not in self._entries:
            some = slice(int(self._begin[n]), int(self._begin[n + 1]))
            self._entries[n] = [
                Entry(row, seconds, said, None if sender < 0 else sender)
                for row, seconds, said, sender in zip(
                    *(column[some].tolist() for column in self._columns), strict=True
                )
            ]
        return self._entries[n]

    @property
    def first(self) -> list[int]:
        """The row of the first message of each form."""
        rows: list[int] = self._columns[0][self._begin[:-1]].tolist()
        return rows

    def shared(self) -> dict[int, dict[int, Entry]]:
        """What 2 to `FEW` forms say, each of them once: digest -> form -> its message."""
        said = self._columns[2]
        order = np.argsort(
            said, kind="stable"
        )  # and with it by form: the columns stand in the order of forms
        texts, form = said[order], self._form[order]
        same = np.zeros(len(order) + 1, bool)
        same[1:-1] = (texts[1:] == texts[:-1]) & (form[1:] == form[:-1])
        once = (texts != 0) & ~same[1:] & ~same[:-1]
        order, texts, form = order[once], texts[once], form[once]
        begin = np.flatnonzero(np.concatenate(([True], texts[1:] != texts[:-1]))) if len(texts) else order
        spread = np.append(begin[1:], len(texts)) - begin if len(texts) else begin
        few = np.repeat((spread >= 2) & (spread <= FEW), spread)
        order, form = order[few], form[few]
        columns = [column[order].tolist() for column in self._columns]
        held: dict[int, dict[int, Entry]] = defaultdict(dict)
        for n, row, seconds, text, sender in zip(form.tolist(), *columns, strict=True):
            held[text][n] = Entry(row, seconds, text, None if sender < 0 else sender)
        return held


class Chat(msgspec.Struct, frozen=True):
    """What is known of a form's chat: the item it was read from (None where an item may give one chat twice), its id, its name
    as compared (empty where the name is a number or missing), the app's key of a group, and the app's key of any chat."""

    item: tuple[str, str] | None
    id: str
    name: str = ""
    group: str | None = None
    native: str | None = None


Voters = tuple[tuple[Entry, Entry], ...]
"""Messages of two forms that share text and time."""


class Twin(msgspec.Struct, frozen=True):
    """Forms `a` and `b` of one chat; `shift` is added to the times of b to give those of a. `voters` say so."""

    a: int
    b: int
    shift: float
    voters: Voters


def twins(forms: Forms, chats: Sequence[Chat], one_key: Callable[[Voters], bool]) -> list[Twin]:
    """Pairs of forms of one chat. `one_key` says whether the app gives the same key to the messages of each pair: then a few
    of them prove a chat that is too short for votes."""
    rising = sorted(
        _alike(forms, chats, one_key), key=lambda t: (not _named(chats, t), -len(t.voters), t.a, t.b)
    )
    kept: list[Twin] = []
    claimed: dict[tuple[int, tuple[str, str]], dict[int, Twin]] = defaultdict(dict)
    undecided: set[tuple[int, int]] = set()
    for twin in rising:
        fine = True
        sides = [(twin.a, chats[twin.b].item, 0), (twin.b, chats[twin.a].item, 1)]
        for form, item, side in sides:
            if item is None:
                continue
            before = claimed[form, item]
            rivals = [before[v[side].row] for v in twin.voters if v[side].row in before]
            if 2 * len(rivals) > len(twin.voters):
                fine = False
                best = rivals[0]
                if _named(chats, best) == _named(chats, twin) and len(best.voters) == len(twin.voters):
                    undecided.add((best.a, best.b))
        if not fine:
            continue
        kept.append(twin)
        for form, item, side in sides:
            if item is not None:
                claimed[form, item].update((v[side].row, twin) for v in twin.voters)
    return sorted((t for t in kept if (t.a, t.b) not in undecided), key=lambda t: (t.a, t.b))


def _named(chats: Sequence[Chat], twin: Twin) -> bool:
    a, b = chats[twin.a], chats[twin.b]
    return a.id == b.id or (a.name != "" and a.name == b.name) or (a.group is not None and a.group == b.group)


def _alike(forms: Forms, chats: Sequence[Chat], one_key: Callable[[Voters], bool]) -> Iterator[Twin]:
    """Pairs of forms that share texts at one shift of the clock and may be one chat."""
    holding = forms.shared()
    votes: dict[tuple[int, int], Counter[float]] = defaultdict(Counter)
    for places in holding.values():
        for a, b in combinations(sorted(places), 2):
            rounded = _shift(places[a], places[b])
            if rounded is not None and _may_be_one(chats[a], chats[b]):
                votes[a, b][rounded] += 1
    for (a, b), counted_votes in sorted(votes.items()):
        shift, n = min(counted_votes.items(), key=lambda kv: (-kv[1], abs(kv[0])))
        sure = chats[a].group is not None and chats[a].group == chats[b].group
        short = n < (1 if sure else VOTES)
        if (short and shift) or not _covers(forms[a], forms[b], shift):
            continue
        voters = tuple(
            (mine, places[b])
            for mine in forms[a]
            if b in (places := holding.get(mine.said, {}))
            and a in places
            and _shift(mine, places[b]) == shift
        )
        twin = Twin(a, b, shift, voters)
        if short:
            # a message sent to a list has one key in many chats: only an exchange with one partner is a chat
            same = chats[a].native is not None and chats[a].native == chats[b].native
            if same and _several(voters, 0) and one_key(voters):
                yield twin
            continue
        voices = _several(voters, 0) and _several(voters, 1)
        if voices or _named(chats, twin) or not _told_apart(chats, twin):
            yield twin


def _shift(a: Entry, b: Entry) -> float | None:
    off = a.seconds - b.seconds
    rounded = round(off / QUARTER) * QUARTER
    return rounded if abs(off - rounded) <= MINUTE and abs(rounded) <= 26 * 3600 else None


def _may_be_one(a: Chat, b: Chat) -> bool:
    """False for two chats of one database, and for two groups that the app itself keeps apart."""
    if a.item is not None and a.item == b.item:
        return False
    return a.group is None or b.group is None or a.group == b.group


def _several(voters: Sequence[tuple[Entry, Entry]], side: int) -> bool:
    """True where more than one account wrote the texts that both forms have."""
    return len({v[side].sender for v in voters} - {None}) > 1


def _told_apart(chats: Sequence[Chat], twin: Twin) -> bool:
    """True where both chats have names, and these differ. Asked only where one account wrote all that the forms share."""
    a, b = chats[twin.a].name, chats[twin.b].name
    return bool(a) and bool(b) and a != b


def _covers(a: Sequence[Entry], b: Sequence[Entry], shift: float) -> bool:
    low = max(a[0].seconds, b[0].seconds + shift) - MINUTE
    high = min(a[-1].seconds, b[-1].seconds + shift) + MINUTE
    mine = Counter(e.said for e in a if e.said and low <= e.seconds <= high)
    theirs = Counter(e.said for e in b if e.said and low <= e.seconds + shift <= high)
    both = sum((mine & theirs).values())
    few, many = sorted((mine.total(), theirs.total()))
    return few > 0 and both >= SHARE * few and both >= BOTH * many
