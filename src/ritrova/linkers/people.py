"""Sightings of persons described or shown, and traces: the sightings that may be one person.

A trace is proposed from a photo, from a number with what was said of the person, or from two rare attributes; never from one
common one. What people decided (`trace join`, `trace split`, `undo`) is applied again on each run, to the sightings named or,
when evidence has moved them, to those that share their messages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import Any, Literal

import msgspec

from ritrova.linkers.names import LIKE, alike, tokens
from ritrova.linkers.sources import Sources
from ritrova.linkers.times import last_seen, year_of
from ritrova.model import ids
from ritrova.model.records import OFFER_ACTS, Decision, Finding, Link, Observable, Sighting, Trace
from ritrova.model.shapes import Linker
from ritrova.model.view import StoredMessage, View

ABOUT_PEOPLE = (
    "person_sale",
    "domestic_worker_transfer",
    "captive_registry",
    "runaway_bounty",
    "rescue_negotiation",
)
AGREE, CONTRADICT = 1, 4
"""Years between two birth years (date less age said) that may be one person's, and that cannot well be."""
RARE = 3
"""An attribute that more sightings than this carry, and more than a twentieth of all, is common."""
BUCKET = 200
"""Sightings with one value beyond this are not compared with each other: the value is common."""


class Seen(msgspec.Struct):
    """A sighting with what joins and parts it. `names` are folded tokens; `birth` is the year of the message less the age."""

    id: str
    record: Sighting
    names: tuple[str, ...] = ()
    kunya: tuple[str, ...] = ()
    birth: int | None = None
    places: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()
    day: str | None = None


def link(view: View) -> Iterator[Sighting | Link | Trace]:
    """Sightings, the pairs of them that may show one person, and the traces these make."""
    seen = list(sightings(view))
    for one in seen:
        yield one.record
    proposed = list(pairs(seen, _same_pictures(view)))
    yield from proposed
    yield from traces(view, seen, proposed)


# ------------------------------------------------------------------ sightings


def sightings(view: View) -> Iterator[Seen]:
    """A sighting for each person described or shown in a passage about people; overlapping findings give it once."""
    made: set[str] = set()
    for f in view.findings():
        if f.category not in ABOUT_PEOPLE or not (f.act in OFFER_ACTS or f.act == "rescue"):
            continue
        for one in _of_finding(view, f):
            if one.id not in made:
                made.add(one.id)
                yield one


def _of_finding(view: View, f: Finding) -> Iterator[Seen]:
    stored = list(view.messages(ids=list(f.messages)))
    groups: list[list[tuple[StoredMessage, list[Observable]]]] = []
    told: set[str] = set()
    for one in stored:
        values = list(view.observables(message=one.id))
        says = {
            f"{o.kind} {o.amount if o.kind == 'age' else o.value}"
            for o in values
            if o.kind in ("age", "name")
        }
        other = any(a.partition(" ")[0] == b.partition(" ")[0] and a != b for a in says for b in told)
        if not groups or (other and not says & told):
            groups.append([])
            told = set()
        told |= says
        groups[-1].append((one, values))
    for group in groups:
        found = _seen(group)
        if found is not None:
            yield found


def _seen(group: Sequence[tuple[StoredMessage, list[Observable]]]) -> Seen | None:
    values = [o for _, some in group for o in some]
    ages = {o.amount for o in values if o.kind == "age" and o.amount is not None}
    names = [o for o in values if o.kind == "name" and o.value]
    picture = next(
        (
            (ids.attachment_id(m.id, n), m)
            for m, _ in group
            for n, a in enumerate(m.message.attachments)
            if (a.mime or "").startswith("image/")
            or (a.mime is None and m.message.kind == "media" and a.sha256)
        ),
        None,
    )
    if not ages and not names and picture is None:
        return None
    messages = tuple(sorted({m.id for m, _ in group}))
    at = picture[1] if picture else next((m for m, some in group if some), group[0][0])
    places = [o for o in values if o.kind == "place" and o.value]
    record = Sighting(
        messages=messages,
        observables=tuple(
            ids.observable_id(o)
            for o in values
            if o.kind in ("age", "name", "place", "phone", "photo", "date")
        ),
        when=at.message.sent,
        place={"name": places[0].value, **(places[0].detail or {})} if places else None,
        described=tuple(dict.fromkeys(o.written for o in values if o.kind in ("age", "name"))),
        photo=picture[0] if picture else None,
    )
    year = year_of(at.message.sent)
    called = [tokens(o.value or "") for o in names if "kunya" not in o.ground]
    kunyas = [tokens(o.value or "") for o in names if "kunya" in o.ground]
    return Seen(
        ids.sighting_id(record),
        record,
        names=tuple(called[0]) if len(called) == 1 else (),
        kunya=tuple(kunyas[0]) if len(kunyas) == 1 else (),
        birth=year - round(next(iter(ages))) if len(ages) == 1 and year is not None else None,
        places=frozenset(str(o.value) for o in places),
        phones=frozenset(o.value for o in values if o.kind == "phone" and o.value),
        pictures=frozenset(
            [a.sha256 for m, _ in group for a in m.message.attachments if a.sha256]
            + [ids.attachment_id(m.id, n) for m, _ in group for n in range(len(m.message.attachments))]
        ),
        day=(at.message.sent.utc or at.message.sent.local or "")[:10] or None,
    )


def _same_pictures(view: View) -> list[tuple[str, str]]:
    return [(x.a, x.b) for x in view.links(kind="same_photo")]


# ------------------------------------------------------------------ pairs


def pairs(seen: Sequence[Seen], pictures: Sequence[tuple[str, str]] = ()) -> Iterator[Link]:
    """Pairs of sightings that may show one person, each with the reasons for it and against it."""
    buckets: dict[tuple[str, str], list[int]] = defaultdict(list)
    root: dict[str, str] = {}
    for one_picture, another in sorted(pictures):
        root[_root(root, another)] = _root(root, one_picture)
    for n, one in enumerate(seen):
        keys = {("photo", _root(root, p)) for p in one.pictures} | {("phone", p) for p in one.phones}
        keys |= {("place", p) for p in one.places}
        if one.birth is not None:
            keys |= {("birth", str(one.birth + d)) for d in (0, 1)}
        for key in sorted(keys):
            buckets[key].append(n)
    for a, b in _names_alike(seen):
        buckets[("name", f"{a} {b}")] += [a, b]
    met: set[tuple[int, int]] = set()
    for (kind, _), members in sorted(buckets.items()):
        if len(members) <= BUCKET or kind == "photo":
            near = combinations(members, 2) if len(members) <= BUCKET else pairwise(members)
            met.update((a, b) for a, b in near if a != b)
    common = _Common(seen)
    for a, b in sorted(met):
        link = _pair(seen[a], seen[b], root, common)
        if link is not None:
            yield link


def _names_alike(seen: Sequence[Seen]) -> Iterator[tuple[int, int]]:
    named: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for n, one in enumerate(seen):
        for name in (one.names, one.kunya):
            if name:
                named[name].append(n)
    some = sorted(named)
    for i, name in enumerate(some[:3000]):
        yield from pairwise(named[name])
        for other in some[i + 1 : 3000]:
            if _same_name(name, other):
                yield named[name][0], named[other][0]


def _same_name(a: Sequence[str], b: Sequence[str]) -> bool:
    return bool(a and b) and min(alike(x, y) for x, y in zip(a, b, strict=False)) >= LIKE


def _root(root: dict[str, str], id: str) -> str:
    while root.get(id, id) != id:
        id = root[id]
    return id


class _Common:
    """How many sightings carry a value: what many carry joins nothing."""

    def __init__(self, seen: Sequence[Seen]) -> None:
        self.most = max(RARE, len(seen) // 20)
        self.count: dict[tuple[str, Any], int] = defaultdict(int)
        for one in seen:
            for value in [
                *(("phone", p) for p in one.phones),
                *(("place", p) for p in one.places),
                *([("birth", one.birth)] if one.birth is not None else []),
                *([("name", one.names[0])] if one.names else []),
                *([("name", one.kunya)] if one.kunya else []),
            ]:
                self.count[value] += 1

    def rare(self, kind: str, *values: Any) -> bool:
        """True when none of these values is common."""
        return all(self.count[(kind, value)] <= self.most for value in values)


def _pair(a: Seen, b: Seen, root: dict[str, str], common: _Common) -> Link | None:
    if set(a.record.messages) & set(b.record.messages):
        return None
    why: list[str] = []
    rare = 0
    photo = {_root(root, p) for p in a.pictures} & {_root(root, p) for p in b.pictures}
    if photo:
        why.append("the same photo stands with both")
    phones = a.phones & b.phones
    if phones:
        why.append(f"the same number stands with both: {sorted(phones)[0]}")
    said = 0
    if a.names and b.names and _same_name(a.names, b.names):
        both = min(len(a.names), len(b.names))
        why.append(f"the names agree: «{' '.join(a.names)}» and «{' '.join(b.names)}»")
        said += 1
        rare += common.rare("name", a.names[0], b.names[0]) * (2 if both > 1 else 1)
    if a.kunya and b.kunya and _same_name(a.kunya, b.kunya):
        why.append(f"the kunyas agree: «{' '.join(a.kunya)}» and «{' '.join(b.kunya)}»")
        said += 1
        rare += common.rare("name", a.kunya, b.kunya)
    if a.birth is not None and b.birth is not None and abs(a.birth - b.birth) <= AGREE:
        why.append(f"the ages agree: born about {min(a.birth, b.birth)}")
        said += 1
        rare += common.rare("birth", a.birth, b.birth)
    places = sorted(a.places & b.places)
    if places:
        why.append(f"both name {places[0]}")
        said += 1
        rare += common.rare("place", *places)
    contra = against(a, b)
    enough = bool(photo) or (bool(phones) and said >= 2) or (said >= 2 and rare >= 2)
    if not enough or (contra and not photo):
        return None
    strong = bool(photo) or (bool(phones) and rare >= 2)
    low, high = sorted((a.id, b.id))
    return Link(
        "same_person_described",
        low,
        high,
        (*why, *(f"against: {c}" for c in contra)),
        "strong" if strong and not contra else "weak",
        "people",
    )


def against(a: Seen, b: Seen) -> list[str]:
    """What speaks against two sightings being of one person."""
    found = []
    if a.birth is not None and b.birth is not None and abs(a.birth - b.birth) >= CONTRADICT:
        found.append(f"the ages differ: born about {a.birth}, and about {b.birth}")
    if a.names and b.names and not _same_name(a.names, b.names):
        found.append(f"the names differ: «{' '.join(a.names)}» and «{' '.join(b.names)}»")
    if a.day and a.day == b.day and a.places and b.places and not a.places & b.places:
        found.append(f"on one day in two places: {sorted(a.places)[0]} and {sorted(b.places)[0]}")
    return found


# ------------------------------------------------------------------ traces


def traces(view: View, seen: Sequence[Seen], proposed: Sequence[Link]) -> Iterator[Trace]:
    """Traces from the proposed pairs and what people decided. Each sighting is in one trace at most."""
    by_id = {one.id: one for one in seen}
    must, apart = decided(view, by_id)
    group = {id: {id} for id in by_id}

    def join(a: str, b: str, *, ask: bool) -> None:
        one, two = group[a], group[b]
        if one is two or any((min(x, y), max(x, y)) in apart for x in one for y in two):
            return
        if ask and any(against(by_id[x], by_id[y]) for x in one for y in two):
            return
        one |= two
        for id in two:
            group[id] = one

    for a, b in sorted(must):
        join(a, b, ask=False)
    reasons: dict[frozenset[str], tuple[str, ...]] = {frozenset((x.a, x.b)): x.why for x in proposed}
    for x in sorted(proposed, key=lambda x: (x.strength != "strong", x.a, x.b)):
        join(x.a, x.b, ask=not any(why.startswith("the same photo") for why in x.why))
    sources = Sources(view)
    torn = {id for pair in apart for id in pair}
    done: set[int] = set()
    for id in sorted(group):
        members = group[id]
        if id_of(members) in done or (len(members) == 1 and id not in torn):
            continue
        done.add(id_of(members))
        yield _trace(view, [by_id[m] for m in members], reasons, must, torn, sources)


def id_of(members: set[str]) -> int:
    """The identity of a shared set."""
    return id(members)


def _trace(
    view: View,
    members: Sequence[Seen],
    reasons: dict[frozenset[str], tuple[str, ...]],
    must: set[tuple[str, str]],
    torn: set[str],
    sources: Sources,
) -> Trace:
    ordered = sorted(members, key=lambda s: (_time(s), s.id))
    named = {s.id for s in ordered}
    why = dict.fromkeys(
        w
        for a, b in combinations(ordered, 2)
        for w in reasons.get(frozenset((a.id, b.id)), ())
        if not w.startswith("against: ")
    )
    contra = dict.fromkeys(c for a, b in combinations(ordered, 2) for c in against(a, b))
    joined = any(a in named and b in named for a, b in must)
    if joined:
        why["a person joined them"] = None
    if named & torn:
        contra["a person kept other sightings apart from these"] = None
    independent = sources.independent([s.record.messages for s in ordered])
    strength: Literal["A", "B", "C"] = "C"
    if independent >= 3 and not contra:
        strength = "A"
    elif independent >= 2:
        strength = "B"
    return Trace(
        sightings=tuple(s.id for s in ordered),
        strength=strength,
        independent_sources=independent,
        for_=tuple(why),
        against=tuple(contra),
        last_seen=last_seen(view, [s.record for s in ordered]),
        state="joined" if joined else "split" if named & torn else "proposed",
    )


def _time(s: Seen) -> str:
    when = s.record.when
    return "9" if when is None else (when.utc or when.local or "9")


# ------------------------------------------------------------------ what people decided


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions that are neither undone nor undoing; an undone undo counts again."""
    listed = list(decisions)
    undone: set[str] = set()
    for d in reversed(listed):
        if d.undoes is not None and d.id not in undone:
            undone.add(d.undoes)
    return [d for d in listed if d.undoes is None and d.id not in undone]


def decided(view: View, by_id: dict[str, Seen]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Pairs of sightings that a person joined, and that a person set apart; the later decision holds."""
    must: set[tuple[str, str]] = set()
    apart: set[tuple[str, str]] = set()
    holding: dict[str, set[str]] = defaultdict(set)
    for one in by_id.values():
        for message in one.record.messages:
            holding[message].add(one.id)
    for d in standing(view.decisions()):
        snapshot = d.snapshot or {}
        if d.verdict not in ("joined", "split") or "groups" not in snapshot:
            continue
        groups = [
            sorted({now for id in group for now in _now(id, snapshot, by_id, holding)})
            for group in snapshot["groups"]
        ]
        inside = {(a, b) for group in groups for a, b in combinations(group, 2)}
        across = {
            (min(a, b), max(a, b)) for one, two in combinations(groups, 2) for a in one for b in two if a != b
        }
        if d.verdict == "joined":
            must |= inside
            apart -= inside
        else:
            apart |= across
            must -= across
    return must, apart


def _now(
    id: str, snapshot: dict[str, Any], by_id: dict[str, Seen], holding: dict[str, set[str]]
) -> Iterator[str]:
    if id in by_id:
        yield id
        return
    for message in snapshot.get("messages", {}).get(id, ()):
        yield from holding.get(message, ())


LINKER = Linker("people", link, after=2)
