"""Threads: which messages of a passage speak about the same thing.

An offer is often split: a photo, then an age, then a price in a reply, then "is she still there". A thread begins with a
message that names something (a person, goods, a document) or shows a photo, takes in what its sender adds soon after,
and the bargaining of others that answers it or follows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ritrova.detectors.reading import AMOUNT, FIGURE, PHOTO, Said, by_itself
from ritrova.model.passages import PassageMessage

REACH = 8
"""Messages after the last one of a thread within which bargaining still belongs to it."""
TALK_REACH = 4
"""The same for talk that is not plainly bargaining."""
PLAIN_TALK = ("price_question", "still_there", "price_reached", "bid", "reserved", "sold", "last_price")
SHORT = 60
"""An answer that says no more than a price is at most this long."""
TURN = 100
"""Somebody's turn in a haggle is short; a longer text that happens to hold such a word is about something else."""
OWN = 6
"""Messages within which the sender's own additions belong to the thread."""

GOODS = ("animal", "vehicle", "realty", "phone", "household", "clothing", "food", "service")
"""Groups of ordinary goods."""
TOPICS = (*GOODS, "person", "body", "weapon", "explosive", "tactical", "papers", "passenger", "journey")
"""Groups of things that a thread can be about."""
TALK = ("offer", "request", "bargain", "contact", "detail", "attribute", "transfer", "control", "record")
"""Groups of words that carry a trade on without naming its object."""


PROSE = 280
"""A message longer than this is prose unless its lines are short."""
LINE = 60


def is_prose(s: Said) -> bool:
    """Long running text, as opposed to the short lines of an advert."""
    return s.length > PROSE and s.length / s.segments > LINE


class Thread(msgspec.Struct, frozen=True):
    """Messages about one thing, in order. The first is the one that opened it."""

    said: tuple[Said, ...]

    @property
    def opener(self) -> Said:
        return self.said[0]

    def has(self, *names: str) -> bool:
        return any(s.has(*names) for s in self.said)

    @property
    def senders(self) -> frozenset[str]:
        return frozenset(s.sender for s in self.said if s.sender is not None)


def threads(told: Sequence[Said]) -> Iterator[Thread]:
    """The threads of a passage, in the order of their openers."""
    by_id = {s.message.id: s for s in told}
    members: list[list[Said]] = []
    owner: dict[int, int] = {}
    for s in told:
        talks = s.has(*TALK, "@price", "@age", FIGURE, AMOUNT)
        home = -1
        target = by_id.get(s.message.reply_to) if s.message.reply_to else None
        if target is not None and target.at in owner:
            home = owner[target.at]
        names_something = _names(s)
        if home < 0 and is_prose(s):
            if names_something:  # a post of its own: it goes on with nothing before it
                members.append([])
                home = len(members) - 1
        elif home < 0 and (names_something or s.has(PHOTO)):
            home = _continues(s, members) if not (names_something and s.has("offer")) else -1
            if home < 0:
                home = _asked(s, members)
            if home < 0:
                members.append([])
                home = len(members) - 1
        elif home < 0 and talks:
            home = _latest(s, members)
            if home < 0:
                members.append([])
                home = len(members) - 1
        if home >= 0:
            members[home].append(s)
            owner[s.at] = home
    for group in members:
        yield Thread(tuple(group))


def _names(s: Said) -> bool:
    """True when a message names what a thread can be about; a mere "guys" or "girls" in a greeting does not."""
    topics = [p for p in s.parts if p.group in TOPICS]
    if any(p.group != "person" or p.alone for p in topics):
        return True
    return bool(topics) and s.has(*TALK, "@price", "@age", AMOUNT, PHOTO)


def lone(message: PassageMessage) -> bool:
    """Whether a message begins a thread wherever it stands, unless it is a reply: an advert of ordinary goods alone."""
    s = by_itself(message)
    if s is None or not s.has("offer"):
        return False
    topics = {g for g in TOPICS if g in s.groups}
    return bool(topics) and topics.issubset(GOODS)


def _continues(s: Said, members: list[list[Said]]) -> int:
    """The thread that a message naming something goes on with: the same sender adding to what he just began, or an answer
    that asks or bids."""
    for i in range(len(members) - 1, max(-1, len(members) - 4), -1):
        last = members[i][-1]
        opener = members[i][0]
        if s.at - last.at > OWN or is_prose(opener):
            continue
        if _clash(s, members[i]):
            continue
        if opener.sender == s.sender and s.at - last.at <= OWN:
            return i
        if s.has("bargain", "request") and opener.sender != s.sender:
            return i
        if last.has("price_question") and s.length <= SHORT and s.has("@price", FIGURE, AMOUNT):
            return i  # how much is she? - only the mother is left, three and a half
    return -1


def _asked(s: Said, members: list[list[Said]]) -> int:
    """The thread of a short question that a message answers by naming the same kind of thing ("any rifle?" - "one here")."""
    if not members or s.length > SHORT:
        return -1
    last = members[-1]
    opener = last[0]
    if len(last) > 1 or opener.sender == s.sender or s.at - opener.at > 3 or opener.length > SHORT:
        return -1
    if opener.has("offer", "@price") and not opener.has("request"):
        return -1
    same = {g for g in TOPICS if g in s.groups and g in opener.groups} - {"person"}
    return len(members) - 1 if same else -1


def _answers(s: Said) -> bool:
    """What somebody else says about a thing under discussion: a question, a bid, or a few words with a price. An offer with
    words of its own is not about the other's."""
    if s.has("bargain", "request", FIGURE, AMOUNT):
        return s.length <= TURN or any(p.alone for p in s.of("bargain", "request"))
    return s.length <= SHORT and s.has("@price", "attribute", "contact", "@age", "offer", "control", "deed")


def _clash(s: Said, members: list[Said]) -> bool:
    """True when a message names another kind of thing than the thread has."""
    mine = {g for g in TOPICS if g in s.groups}
    theirs = {g for m in members for g in TOPICS if g in m.groups}
    if "papers" in mine and mine <= {"papers", "person", "passenger"} and theirs & {"person", "passenger"}:
        return False  # the passport of whom they speak about
    return bool(mine and theirs and not mine & theirs)


def _latest(s: Said, members: list[list[Said]]) -> int:
    """The thread that talk without an object belongs to: the latest one within reach, one of the same sender first."""
    best = -1
    for i in range(len(members) - 1, -1, -1):
        gap = s.at - members[i][-1].at
        if gap > REACH or (is_prose(members[i][0]) and (gap > 1 or s.length > SHORT)):
            continue
        if gap > TALK_REACH and not s.has(*PLAIN_TALK):
            continue
        if members[i][0].sender != s.sender and not _answers(s):
            continue
        if best < 0:
            best = i
        if s.sender is not None and members[i][0].sender == s.sender and gap <= 2:
            return i
    return best
