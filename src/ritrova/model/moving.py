"""A trace in time: where and when its sightings stand, and from whom to whom the offers of it went.

Both are readings of what is written. Nothing here says that somebody was sold, or who did it: a step says that an offer of what
may be one person stands with another account than the offer before it, and what speaks against reading it so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec

from ritrova.model import ids
from ritrova.model.records import OFFER_ACTS, Finding, Link, Observable, Sighting, Trace
from ritrova.model.view import StoredMessage, View


class Stop(msgspec.Struct, frozen=True):
    """A sighting in time. `place` is None where none is named; `note` says what to think of before it is believed."""

    sighting: str
    when: str | None
    ground: str
    place: str | None
    lat: float | None
    lon: float | None
    described: tuple[str, ...]
    conversation: str
    messages: tuple[str, ...]
    note: tuple[str, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """From one offer of a trace to the next. `kind` is another_account, same_account, or open where the evidence does not say."""

    earlier: str
    later: str
    kind: str
    from_account: str | None
    to_account: str | None
    prices: tuple[str, ...]
    why: tuple[str, ...]
    against: tuple[str, ...]


class Moves(msgspec.Struct, frozen=True):
    """The timeline of a trace and its chain of offers. `aside` are sightings that are no step, each with the reason."""

    trace: str
    stops: tuple[Stop, ...]
    chain: tuple[Step, ...]
    aside: dict[str, str]


OFFERS = OFFER_ACTS - {"request", "bounty"}
"""Acts that may be a step of a chain: who asks for somebody, or for somebody's return, hands nobody on."""
ZONES = 14
"""Hours by which a clock of an unknown zone may be off."""


class _Seen(msgspec.Struct):
    """A sighting, and who tells of the person in it: not who answers, bids or asks."""

    id: str
    record: Sighting
    stored: list[StoredMessage]
    findings: list[Finding]
    writer: str | None
    numbers: set[str]
    prices: list[str]


def moves(view: View, trace: Trace, findings: Iterable[Finding] | None = None) -> Moves:
    """Timeline and chain of offers of a trace."""
    wanted = set(trace.sightings)
    records = {id: s for s in view.sightings() if (id := ids.sighting_id(s)) in wanted}
    about: dict[str, list[Finding]] = {}
    of_interest = {m for s in records.values() for m in s.messages}
    for f in view.findings() if findings is None else findings:
        for m in of_interest & set(f.messages):
            about.setdefault(m, []).append(f)
    seen = [_look(view, id, s, about) for id, s in records.items()]
    dated = sorted((s for s in seen if _when(s.record)), key=lambda s: (str(_when(s.record)), s.id))
    undated = sorted((s for s in seen if not _when(s.record)), key=lambda s: s.id)
    stops = _stops([*dated, *undated])
    aside = {s.id: "no time is known, so it stands nowhere in the order" for s in undated}
    chain = _chain(view, dated, aside)
    return Moves(ids.trace_id(trace), tuple(stops), tuple(chain), aside)


def _look(view: View, id: str, s: Sighting, about: dict[str, list[Finding]]) -> _Seen:
    stored = list(view.messages(ids=list(s.messages)))
    values = {m.id: list(view.observables(message=m.id)) for m in stored}
    findings = {ids.finding_id(f): f for m in s.messages for f in about.get(m, ())}
    telling = [m for m in stored if _tells(m, values[m.id], s)]
    writer = telling[0].message.sender if telling else None
    own = [
        o for m in stored if writer is not None and m.message.sender == writer for o in values[m.id]
    ]  # fmt: skip
    prices = [
        f"{o.amount:g} {o.currency or ''}".strip() for o in own if o.kind == "price" and o.amount is not None
    ]
    return _Seen(
        id,
        s,
        stored,
        list(findings.values()),
        writer,
        {o.value for o in own if o.kind == "phone" and o.value},
        list(dict.fromkeys(prices)),
    )


def _tells(m: StoredMessage, values: Sequence[Observable], s: Sighting) -> bool:
    """Whether a message describes the person, or carries the photo."""
    return any(
        o.kind in ("age", "name") and o.written in s.described for o in values
    ) or s.photo in [ids.attachment_id(m.id, n) for n in range(len(m.message.attachments))]  # fmt: skip


def _when(s: Sighting) -> str | None:
    return (s.when.utc or s.when.local) if s.when is not None else None


# ------------------------------------------------------------------ where and when


def _stops(seen: Sequence[_Seen]) -> list[Stop]:
    stops: list[Stop] = []
    last: tuple[str, str, tuple[float, float] | None] | None = None
    earlier: str | None = None
    for s in seen:
        place = s.record.place or {}
        name = str(place["name"]) if place.get("name") else None
        at = _point(place)
        when = _when(s.record)
        note = []
        if name is None:
            note.append("no place is named")
        elif last is not None and when is not None:
            note += _apart(last, name, at, when)
        if _order_open(earlier, when):
            note.append(
                "whether it came before the one above is not sure: one of the two clocks has no known zone"
            )
        earlier = when
        if name is not None and when is not None:
            last = (name, when, at)
        stops.append(
            Stop(
                s.id,
                when,
                s.record.when.ground if s.record.when is not None else "",
                name,
                at[0] if at else None,
                at[1] if at else None,
                s.record.described,
                s.stored[0].conversation.id if s.stored else "",
                s.record.messages,
                tuple(note),
            )
        )
    return stops


def _apart(
    last: tuple[str, str, tuple[float, float] | None], name: str, at: tuple[float, float] | None, when: str
) -> list[str]:
    before, then, point = last
    if (before, point) == (name, at):
        return []
    km = round(_km(point, at)) if point and at else None
    away = f"about {km:,} km from {before}" if km is not None else f"another place than {before}"
    said = [f"{away}, the place named before"]
    hours = _hours(then, when)
    if km is not None and hours is not None and km > 30 and hours * 110 < km:
        said.append(
            f"{hours:.0f} hours between them are too few for that way by road: it may not be one person, or a place is not where "
            "the person was"
        )
    return said


def _point(place: dict[str, Any]) -> tuple[float, float] | None:
    lat, lon = place.get("lat"), place.get("lon")
    return (float(lat), float(lon)) if isinstance(lat, int | float) and isinstance(lon, int | float) else None


def _km(a: tuple[float, float], b: tuple[float, float]) -> float:
    one, two = math.radians(a[0]), math.radians(b[0])
    half = (
        math.sin((two - one) / 2) ** 2
        + math.cos(one) * math.cos(two) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    )
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def _hours(a: str, b: str) -> float | None:
    """Hours between two times; None where one is of a known zone and the other is not."""
    if a.endswith("Z") != b.endswith("Z"):
        return None
    try:
        return (
            datetime.fromisoformat(b.rstrip("Z")) - datetime.fromisoformat(a.rstrip("Z"))
        ).total_seconds() / 3600
    except (ValueError, TypeError):
        return None


# ------------------------------------------------------------------ from whom to whom


def _chain(view: View, dated: Sequence[_Seen], aside: dict[str, str]) -> list[Step]:
    offers: list[_Seen] = []
    for s in dated:
        acts = {f.act for f in s.findings}
        if not acts & OFFERS:
            what = f"it reads as {', '.join(sorted(acts))}" if acts else "nothing says what its passage is"
            aside[s.id] = f"no offer: {what}"
        elif (twin := _again(view, s, offers)) is not None:
            aside[s.id] = twin
        else:
            offers.append(s)
    return [_step(view, a, b) for a, b in pairwise(offers)]


def _again(view: View, s: _Seen, offers: Sequence[_Seen]) -> str | None:
    """Why this is an earlier offer over again: the same message in another form of the chat, or passed on."""
    for kind, words in (
        ("same_message", "the same message in another form of the chat as"),
        ("forward", "passed on from, not offered anew:"),
    ):
        for m in s.record.messages:
            for x in view.links(of=m, kind=kind):
                other = x.b if x.a == m else x.a
                for earlier in offers:
                    if other in earlier.record.messages:
                        return f"{words} {earlier.id}"
    return None


def _step(view: View, a: _Seen, b: _Seen) -> Step:
    why: list[str] = []
    against: list[str] = []
    kind = "open"
    if a.writer is None or b.writer is None:
        why.append("who writes it is not known for both")
    elif a.writer == b.writer:
        kind = "same_account"
        why.append("the same account writes both")
    elif links := _between(view, a.writer, b.writer):
        kind = "same_account"
        why += [f"the accounts may be one: {w}" for x in links for w in x.why]
    else:
        kind = "another_account"
        why.append("another account writes it")
    numbers = sorted(a.numbers & b.numbers)
    if numbers and kind != "same_account":
        against.append(f"both name the number {numbers[0]}")
        kind = "open"
    elif a.numbers and b.numbers:
        why.append("another number is named")
    worded = any(
        set(t.messages) & set(a.record.messages) and set(t.messages) & set(b.record.messages)
        for t in view.templates()
    )
    if worded and kind != "same_account":
        against.append(
            "both are worded alike, so that one may have written both; this says nothing of the person"
        )
    if any("recovered" in m.message.flags for m in (*a.stored, *b.stored)):
        against.append("a message was recovered, and its time may be wrong")
    if _order_open(_when(a.record), _when(b.record)):
        against.append(
            "which came first is not sure: one time is of a known zone and the other of a clock whose zone is not known"
        )
    return Step(
        a.id,
        b.id,
        kind,
        a.writer,
        b.writer,
        tuple(f"{' / '.join(s.prices) or 'no price'}" for s in (a, b)),
        tuple(why),
        tuple(against),
    )


def _between(view: View, one: str, other: str) -> list[Link]:
    return [
        x for kind in ("same_account", "same_number") for x in view.links(of=one, kind=kind) if other in (x.a, x.b)
    ]  # fmt: skip


def _order_open(a: str | None, b: str | None) -> bool:
    """Whether two times may stand in the other order: one has no zone, and they are less than a zone apart."""
    if a is None or b is None or a.endswith("Z") == b.endswith("Z"):
        return False
    hours = _hours(a.rstrip("Z"), b.rstrip("Z"))
    return hours is None or abs(hours) <= ZONES
