"""One chat in two forms: a text export and a database, two phones of one group, two extractions of one phone.

Two forms are recognised by messages that share text and time, whatever the names say: clocks may stand in different zones, one
form may know minutes only, and either may miss messages. Their messages are linked one to one, so that they never count as two
witnesses, and where the forms disagree a Difference says so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from ritrova.linkers.forms import MINUTE, Chat, Entry, Forms, Voters, twins
from ritrova.linkers.said import PREPARED, PREPARES, columns, prepare, said
from ritrova.model.records import Account, Difference, Link
from ritrova.model.shapes import Linker
from ritrova.model.view import StoredMessage, View

EDGE = 3600.0
TWICE = frozenset({"ufdr"})
"""Readers of containers that may give one message several times: in its chat, outside it, and once more for each extraction."""


def link(view: View) -> Iterator[Link | Difference]:
    """Copies within one report; pairs of forms, the messages they share, and where they disagree."""
    for source in sorted({i.at.source for i in view.items() if i.reader in TWICE}):
        yield from _copies(view, source)
    if sum(max(1, len(c.sources)) for c in view.conversations()) < 2:
        return  # one form of one chat
    forms = _forms(view)

    def one_key(voters: Voters) -> bool:
        keys = [
            (m.message.app, m.message.native.key if m.message.native is not None else None)
            for m in view.rows([e.row for pair in voters for e in pair])
        ]
        return all(a == b and a[1] for a, b in zip(keys[::2], keys[1::2], strict=True))

    for twin in twins(forms, _chats(view, forms), one_key):
        yield from _aligned(view, forms[twin.a], forms[twin.b], twin.shift)


def _forms(view: View) -> Forms:
    """Messages by conversation and source, in order of time."""
    every = columns(view)
    double: dict[int, str] = {}
    for chat in [c.conversation.id for c in view.conversations() if len(c.sources) > 1]:
        for stored in view.messages(conversation=chat):
            double[stored.row] = stored.message.at.source
    source = np.zeros(len(every.rows), np.int64)
    if double:
        number = {name: n for n, name in enumerate(sorted(set(double.values())), 1)}
        rows = sorted(double)
        source[np.searchsorted(every.rows, np.array(rows))] = [number[double[row]] for row in rows]
    return Forms(every, source)


def _chats(view: View, forms: Forms) -> list[Chat]:
    """What is known of the chat of each form."""
    twice = {(i.at.source, i.at.path) for i in view.items() if i.reader in TWICE}
    found = []
    for stored in view.rows(forms.first):
        chat, at = stored.conversation, stored.message.at
        item = (at.source, at.path)
        name = " ".join((chat.name or "").replace("\u200e", "").replace("\u200f", "").casefold().split())
        number = not any(c.isalpha() for c in name)
        group = chat.native if chat.native is not None and chat.native.endswith("@g.us") else None
        found.append(
            Chat(None if item in twice else item, chat.id, "" if number else name, group, chat.native)
        )
    return found


def paired(
    a: Sequence[Entry],
    b: Sequence[Entry],
    shift: float,
    same: dict[int | None, int | None] | None = None,
) -> list[tuple[int, int]]:
    """Positions in both that are one message: the same text within a minute; without text, the same moment.

    Where several would do, as with a short answer that two people give in one minute, `same` (the sender in b for the sender
    in a) decides before the order does.
    """
    by_text: dict[int, list[int]] = defaultdict(list)
    for n, e in enumerate(b):
        by_text[e.said].append(n)
    times = {key: [b[n].seconds + shift for n in some] for key, some in by_text.items()}
    known = same or {}
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
                other = known.get(e.sender, b[some[at]].sender) != b[some[at]].sender
                near.append((other, abs(times[e.said][at] - e.seconds) >= MINUTE - 1, some[at]))
            at += 1
        if near:
            m = min(near)[2]
            taken.add(m)
            found.append((n, m))
    return found


def _same_senders(
    a: Sequence[Entry], b: Sequence[Entry], pairs: Sequence[tuple[int, int]]
) -> dict[int | None, int | None]:
    """The account in b that stands for an account in a, by the pairs whose text stands but once in either form."""
    one, two = Counter(e.said for e in a), Counter(e.said for e in b)
    seen: dict[int | None, Counter[int | None]] = defaultdict(Counter)
    for n, m in pairs:
        if a[n].said and one[a[n].said] == two[b[m].said] == 1:
            seen[a[n].sender][b[m].sender] += 1
    return {mine: others.most_common(1)[0][0] for mine, others in seen.items()}


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
    same = _same_senders(a, b, pairs)
    pairs = paired(a, b, shift, same)
    first, second = _stored(view, a), _stored(view, b)
    files = _files(a, b, shift, pairs, first, second, same)
    known: dict[str | None, Counter[str | None]] = defaultdict(Counter)
    for n, m in pairs:
        known[_sender(first[a[n].row])][_sender(second[b[m].row])] += 1
    for how, some in (("the same text at the same time", pairs), ("a file at the same time", files)):
        for n, m in some:
            one, two = first[a[n].row], second[b[m].row]
            low, high = sorted((one.id, two.id))
            why = (f"two forms of one chat: {how}", _clocks(shift))
            yield Link("same_message", low, high, why, "strong", "same_message")
            usual = known[_sender(one)].most_common(1)
            if usual and _sender(two) != usual[0][0]:
                yield Difference("sender", one.id, two.id, (_other_sender(view, one, two, usual[0][0]),))
            if some is files and said(_words(one, _named(two))) != said(_words(two, _named(one))):
                yield Difference(
                    "text", one.id, two.id, ("one form has words with the file, the other none",)
                )
            mine, theirs = ({x.sha256 for x in m.message.attachments if x.sha256} for m in (one, two))
            if mine and theirs and mine != theirs:
                yield Difference("media", one.id, two.id, ("the files are different, byte for byte",))
    yield from _apart(a, b, shift, [*pairs, *files], first, second, same)


def _other_sender(view: View, one: StoredMessage, two: StoredMessage, usual: str | None) -> str:
    """In words: the sender is another than elsewhere in the two forms."""
    expected = view.account(usual) if usual is not None else None
    names = [_name(one.sender), _name(expected), _name(two.sender)]
    return f"the first names «{names[0]}», elsewhere the second's «{names[1]}»; here it is «{names[2]}»"


def _name(account: Account | None) -> str:
    """How an account is called where people read it."""
    if account is None:
        return "nobody"
    told = account.name or account.phone or account.handle or account.native
    return told or ("the phone's owner" if account.owner else account.id)


def _files(
    a: Sequence[Entry],
    b: Sequence[Entry],
    shift: float,
    pairs: Sequence[tuple[int, int]],
    first: dict[int, StoredMessage],
    second: dict[int, StoredMessage],
    same: dict[int | None, int | None],
) -> list[tuple[int, int]]:
    """Positions of messages that are one file: an export writes «left out» or the file's name where a database has no text.

    They are one message where each is the only file of its sender in that minute, and their names do not speak against it.
    """
    mine = [n for n in _left(a, {n for n, _ in pairs}) if first[a[n].row].message.attachments]
    theirs = [m for m in _left(b, {m for _, m in pairs}) if second[b[m].row].message.attachments]
    times = [b[m].seconds + shift for m in theirs]
    wanted: dict[int, list[int]] = {}
    for n in mine:
        at = bisect_left(times, a[n].seconds - MINUTE)
        wanted[n] = []
        while at < len(theirs) and times[at] <= a[n].seconds + MINUTE:
            m = theirs[at]
            sender = same.get(a[n].sender, b[m].sender)
            if sender == b[m].sender and _one_file(first[a[n].row], second[b[m].row]):
                wanted[n].append(m)
            at += 1
    asked = Counter(m for some in wanted.values() for m in some)
    return [(n, some[0]) for n, some in wanted.items() if len(some) == 1 and asked[some[0]] == 1]


def _left(form: Sequence[Entry], taken: set[int]) -> list[int]:
    return [n for n in range(len(form)) if n not in taken]


def _one_file(one: StoredMessage, two: StoredMessage) -> bool:
    """False where both forms name their file and the names differ, or where both have words of people and these differ."""
    names = [_named(one), _named(two)]
    if all(names) and not names[0] & names[1]:
        return False
    words = [_words(one, names[1]), _words(two, names[0])]
    return not all(words) or said(words[0]) == said(words[1])


def _named(m: StoredMessage) -> set[str]:
    return {x.name.casefold() for x in m.message.attachments if x.name}


def _words(m: StoredMessage, names: set[str]) -> str:
    """What a person wrote to a file: the text without the line in which an export names the file or says it is left out."""
    text = m.message.text
    if any(x.missing and x.missing.startswith("left out") for x in m.message.attachments):
        return "\n".join(text.splitlines()[1:])
    own = _named(m) | names
    lines = text.splitlines()
    return "\n".join(line for line in lines if not any(name in line.casefold() for name in own))


def _apart(
    a: Sequence[Entry],
    b: Sequence[Entry],
    shift: float,
    pairs: Sequence[tuple[int, int]],
    first: dict[int, StoredMessage],
    second: dict[int, StoredMessage],
    same: dict[int | None, int | None],
) -> Iterator[Link | Difference]:
    """Messages that one form has and the other has not, within the time that both cover.

    A message whose text differs is one message all the same (edited, deleted, cut) where its sender wrote no other in that
    minute that is left over in either form: linked weakly, so that it never counts as two witnesses.
    """
    low = max(a[0].seconds, b[0].seconds + shift) - MINUTE
    high = min(a[-1].seconds, b[-1].seconds + shift) + MINUTE
    paired_a = {n for n, _ in pairs}
    rest_a = [e for n, e in enumerate(a) if n not in paired_a and low <= e.seconds <= high]
    paired_b = {m for _, m in pairs}
    rest_b = [e for m, e in enumerate(b) if m not in paired_b and low <= e.seconds + shift <= high]
    times = [e.seconds for e in rest_b]
    times_a = [e.seconds for e in rest_a]
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
        if kind == "text" and other.sender == same.get(e.sender, -1) and e.sender is not None:
            alone = [x for x in _near(rest_a, times_a, e.seconds) if x.sender == e.sender]
            only = [x for x in _near(rest_b, times, e.seconds - shift) if x.sender == other.sender]
            if len(alone) == len(only) == 1:
                low_id, high_id = sorted((one.id, second[other.row].id))
                why = (
                    "two forms of one chat: the only message of its sender at this time, with another text",
                    _clocks(shift),
                )
                yield Link("same_message", low_id, high_id, why, "weak", "same_message")
    for e in rest_b:
        if e.row not in used:
            yield Difference(
                "only_in_b", None, second[e.row].id, ("the other form covers this time and does not have it",)
            )


def _clocks(shift: float) -> str:
    return f"difference of the clocks: {f'{shift / 3600:+g} hours' if shift else 'none'}"


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
