"""Seek: where the people on a list of the missing may have been seen. Possible sightings, with what speaks for and against each.

Nothing is merged and nobody is identified: a person looks at each. The list lies encrypted in the case and is in no export;
each run is logged.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec

from ritrova.case import hashes, missing
from ritrova.case.clock import now
from ritrova.case.missing import Missing
from ritrova.case.opening import Case
from ritrova.case.talk import SILENT, Talk
from ritrova.formats.kinds import mime
from ritrova.formats.pdq import QUALITY, RADIUS
from ritrova.formats.pictures import Unreadable
from ritrova.linkers.names import tokens
from ritrova.linkers.naming import FROM, Index, Named, Wanted, common, find, stands
from ritrova.linkers.same_photo import file_of
from ritrova.linkers.times import year_of
from ritrova.model.errors import WrongUse
from ritrova.model.ids import sighting_id, trace_id
from ritrova.model.records import Observable, Sighting
from ritrova.model.view import StoredMessage
from ritrova.workers.showing import fingerprinted

LIST = "people sought"
NEAR = 3
"""Messages before and after, of the same sender, whose ages and places may belong to a name."""
MINUTES = 30
AGREE, CONTRADICT = 1, 3
"""Years between the birth year on the list and that of an age said: agree, and cannot well be."""
SHOWN = 20
"""Candidates listed a person that are possible, and half as many that are not."""


class Candidate(msgspec.Struct, frozen=True):
    """Messages that may speak of a person on the list. `possible` means: worth a person's look, and nothing more."""

    messages: tuple[str, ...]
    sightings: tuple[str, ...]
    trace: str | None
    possible: bool
    why: tuple[str, ...]
    against: tuple[str, ...]


class Sought(msgspec.Struct, frozen=True):
    """One person of the list and the candidates, best first. `more` counts weaker ones that are not listed."""

    id: str
    row: int
    candidates: tuple[Candidate, ...]
    more: int = 0
    requested_by: str = ""
    basis: str = ""
    consent: str = ""
    refused: str | None = None
    unread: tuple[str, ...] = ()


class Weighed(msgspec.Struct):
    """A place in the evidence and what speaks for and against it being about one person."""

    stored: list[StoredMessage]
    points: float
    possible: bool
    why: list[str]
    against: list[str]


def seek(case: Case, path: Path | None = None, *, talk: Talk = SILENT) -> list[Sought]:
    """Look for the people on a list; without a list, for those on the one kept in the case."""
    if path is None:
        blob = case.store.secret(LIST)
        if not blob:
            raise WrongUse("no list is kept in this case", "Say ritrova seek LIST.csv.")
        people = missing.unpacked(blob)
    else:
        people = missing.missing(path, _looks(case))
        blob = missing.packed(people)
    wanted = [p for p in people if p.refused is None]
    with case.change() as change:
        change.writer.set_secret(LIST, blob)
        change.act(
            "seek",
            detail={"list": hashlib.sha256(blob).hexdigest(), "people": len(wanted), "at": now()},
        )
    found = _Search(case, wanted, talk).run()
    return [
        Sought(
            p.id,
            p.row,
            *found.get(p.row, ((), 0)),
            **missing.fields(p),
            refused=p.refused,
            unread=p.unread,
        )
        for p in people
    ]


def _looks(case: Case) -> Callable[[bytes], missing.Look | str]:
    """How a family's photo is looked at: hash lists first, then decoded in a locked child; nobody sees it."""
    lists = hashes.listed(case)

    def look(raw: bytes) -> missing.Look | str:
        digests = [
            hashlib.new(each, raw, usedforsecurity=False).hexdigest() for each in ("sha256", "sha1", "md5")
        ]
        if lists is not None and lists.names(*digests):
            return "a hash list names it, so it was not decoded"
        kind = mime(raw[:4096])
        if kind is None or not kind.startswith("image/"):
            return "it is no picture"
        try:
            seen = fingerprinted(raw, kind)
        except Unreadable as error:
            return str(error)
        if lists is not None and lists.looks_like(seen.pdq, seen.quality):
            return "it looks like one that a hash list names"
        return missing.Look(digests[0], seen.pdq, seen.quality, seen.marks)

    return look


class _Search:
    def __init__(self, case: Case, people: Sequence[Missing], talk: Talk) -> None:
        self.case, self.view, self.people, self.talk = case, case.view(), people, talk
        self.names = [_wanted(p) for p in people]
        self.others = sorted({t for w in self.names for t in (*w.given, *(k for g in w.kin for k in g))})
        self.sightings: dict[str, list[tuple[str, Sighting]]] = defaultdict(list)
        for s in self.view.sightings():
            for message in s.messages:
                self.sightings[message].append((sighting_id(s), s))
        self.traces = {s: trace_id(t) for t in self.view.traces() for s in t.sightings}
        self.values: dict[str, list[Observable]] = {}

    def run(self) -> dict[int, tuple[tuple[Candidate, ...], int]]:
        weighed: dict[int, list[Weighed]] = defaultdict(list)
        for n, stored in self._hits():
            for one in self._weigh(n, stored):
                weighed[n].append(one)
        for n, one in self._photos():
            weighed[n].append(one)
        for n, one in self._unnamed({m.id for some in weighed.values() for w in some for m in w.stored}):
            weighed[n].append(one)
        return {self.people[n].row: self._candidates(some) for n, some in weighed.items()}

    # -------------------------------------------------------------- where a name stands

    def _hits(self) -> Iterator[tuple[int, StoredMessage]]:
        index = Index([(*w.given, *w.kunya[1:]) for w in self.names])
        pending: list[tuple[int, int]] = []
        done = 0
        for batch in self.view.texts():
            for row, text in zip(batch.rows, batch.texts, strict=True):
                if text:
                    for n in {n for word in text.split() for n in index.people(word)}:
                        pending.append((row, n))
            done += len(batch.rows)
            self.talk.progress("looking for names", done, None, "messages")
            yield from self._loaded(pending)
            pending = []

    def _loaded(self, pending: Sequence[tuple[int, int]]) -> Iterator[tuple[int, StoredMessage]]:
        rows = sorted({row for row, _ in pending})
        for start in range(0, len(rows), 2000):
            some = rows[start : start + 2000]
            stored = {m.row: m for m in self.view.rows(some)}
            for row, n in pending:
                if some[0] <= row <= some[-1] and row in stored:
                    yield n, stored[row]

    def _photos(self) -> Iterator[tuple[int, Weighed]]:
        """Messages with a photo of the list: the same file, a copy that looks the same, or a part of it or more around it."""
        wanted: dict[str, list[int]] = defaultdict(list)
        for n, p in enumerate(self.people):
            for photo in p.photos:
                wanted[photo].append(n)
        if not wanted:
            return
        like_photos = self._look_alike()
        paths = {(p.at.source[:16], p.at.path): p.sha256 for p in self.view.pictures()}
        for _, message, a in self.case.store.attachments():
            sha256 = (file_of(paths, message, a) or "").lower()
            same = wanted.get(sha256, ())
            like = {n: how for n, how in like_photos.get(sha256, {}).items() if n not in same}
            if not same and not like:
                continue
            stored = self.view.message(message)
            if stored is None:
                continue
            for n in same:
                why = ["a picture in the message is, byte for byte, a photo on the list"]
                yield n, Weighed([stored], 20.0, True, why, [])
            for n, (points, how) in sorted(like.items()):
                against = ["the two files are not the same bytes; a person must compare the pictures"]
                yield n, Weighed([stored], points, True, [how], against)

    def _look_alike(self) -> dict[str, dict[int, tuple[float, str]]]:
        """SHA-256 of a picture of the case -> who on the list has a photo that looks like it, how strongly, in words."""
        looks = [(n, look) for n, p in enumerate(self.people) for look in p.looks]
        found: dict[str, dict[int, tuple[float, str]]] = defaultdict(dict)
        if not looks:
            return found
        pictures = {p.sha256: p for p in self.view.pictures() if p.pdq and p.state == "hashed"}
        hashed = [(s, p) for s, p in sorted(pictures.items()) if p.quality >= QUALITY]
        asked = [(n, look) for n, look in looks if look.quality >= QUALITY]
        if asked and hashed:
            from ritrova.formats.hamming import Index as Hashes
            from ritrova.formats.hamming import packed

            index = Hashes(packed([p.pdq or "" for _, p in hashed]))
            for a, b, apart in zip(
                *(
                    column.tolist()
                    for column in index.all_near(packed([look.pdq for _, look in asked]), RADIUS)
                ),
                strict=True,
            ):
                how = (
                    "a picture in the message looks much like a photo on the list: their perceptual hashes (PDQ) differ in "
                    f"{apart} of 256 bits, and up to {RADIUS} is taken for a copy"
                )
                found[hashed[b][0]].setdefault(asked[a][0], (12.0, how))
        marked = [(s, p) for s, p in sorted(pictures.items()) if p.marks]
        detailed = [(n, look) for n, look in looks if look.marks]
        if detailed and marked:
            from ritrova.formats.landmarks import alike

            every = [*(k.marks for _, k in detailed), *(p.marks for _, p in marked)]
            for a, b, agreeing in alike(every, len(detailed)):
                if b >= len(detailed):
                    how = (
                        f"{agreeing} small details of a photo on the list stand in a picture of the message in the same "
                        "arrangement: one may be a part of the other, framed, or written over"
                    )
                    found[marked[b - len(detailed)][0]].setdefault(detailed[a][0], (9.0, how))
        return found

    # -------------------------------------------------------------- what speaks for and against

    def _weigh(self, n: int, stored: StoredMessage) -> Iterator[Weighed]:
        person, wanted = self.people[n], self.names[n]
        ordinary = {t for o in self._observed(stored.id) if o.kind != "name" for t in tokens(o.written)}
        for named in find(stored.message.text, wanted, self.others, ordinary):
            yield self._one(person, wanted, stored, named)

    def _one(self, person: Missing, wanted: Wanted, stored: StoredMessage, named: Named) -> Weighed:
        why, against = [f"the name agrees: «{named.written}»"], []
        points, wrong = 1.0, False
        if named.kunya:
            why, points = [f"the kunya agrees: «{named.written}»"], 1.5
        if named.agree:
            why.append(f"father's or family name follows: «{' '.join(named.agree)}»")
            points += 3.0 * len(named.agree)
        if named.loose:
            why.append(f"a name of the family stands in the message: «{' '.join(named.loose)}»")
            points += 1.5
        if named.other is not None:
            against.append(f"another name follows: «{named.other}»")
            wrong = True
        if named.wrong is not None:
            against.append(named.wrong)
            wrong = True
        group = self._group(stored)
        age = self._age(person, stored, named, group, why, against)
        wrong = wrong or age < 0
        places = self._places(person, group, why, against)
        if places < 0:
            wrong = wrong or not (named.agree and len(named.agree) > 1)
        points += max(age, 0) + max(places, 0)
        if stored.id in self.sightings:
            why.append("it stands in a passage about a person offered, listed or sought")
            points += 1.0
        if self._before_birth(person, stored):
            against.append("the message is older than the person")
            wrong = True
        rare = not named.kunya and not any(common(g) for g in wanted.given)
        known = bool(named.agree) or places >= 2 or (bool(named.loose) and (age > 0 or places > 0))
        known = known or (age > 0 and places > 0) or (age >= 2 and rare and not places and not against)
        if named.kunya and not named.agree:
            known = (age > 0 and places > 0) or bool(named.loose and age > 0)
        if not known and not wrong:
            against.append(
                "only a name that others bear too speaks for it"
                if age <= 0
                else "only name and age speak for it"
            )
        possible = known and not wrong
        kept = [stored, *(m for m in group if m.id != stored.id and self._told(m, age, places))]
        return Weighed(kept, points, possible, why, against)

    def _told(self, m: StoredMessage, age: float, places: float) -> bool:
        return any(
            (o.kind == "age" and age > 0) or (o.kind == "place" and places > 0) for o in self._observed(m.id)
        )

    def _observed(self, message: str) -> list[Observable]:
        found = self.values.get(message)
        if found is None:
            if len(self.values) > 20_000:
                self.values.clear()
            found = self.values[message] = list(self.view.observables(message=message))
        return found

    def _group(self, stored: StoredMessage) -> list[StoredMessage]:
        """The message first, then those of its sighting, or of the same sender close by."""
        if stored.id in self.sightings:
            ids = {m for _, s in self.sightings[stored.id] for m in s.messages}
            return [stored, *(m for m in self.view.messages(ids=sorted(ids)) if m.id != stored.id)]
        near = self.view.around(stored.id, NEAR, NEAR)
        mine = [
            m
            for m in near
            if m.id != stored.id and m.message.sender == stored.message.sender and m.message.sender
        ]
        return [stored, *(m for m in mine if _minutes(stored, m) <= MINUTES)]

    def _age(
        self,
        person: Missing,
        stored: StoredMessage,
        named: Named,
        group: Sequence[StoredMessage],
        why: list[str],
        against: list[str],
    ) -> float:
        """2 and 1 where an age said agrees, -1 where it cannot be, 0 where none is said."""
        year = year_of(stored.message.sent)
        if person.birth_year is None or year is None:
            return 0.0
        ages = [o for o in self._observed(stored.id) if o.kind == "age" and o.amount is not None]
        if ages:
            after = [o for o in ages if o.span[0] >= named.start]
            nearest = min(after or ages, key=lambda o: abs(o.span[0] - named.end))
            ages = [nearest]
        else:
            ages = [
                o for m in group[1:] for o in self._observed(m.id) if o.kind == "age" and o.amount is not None
            ]
            if len({o.amount for o in ages}) > 1:
                return 0.0
        if not ages or ages[0].amount is None:
            return 0.0
        age = ages[0]
        off = abs(year - round(age.amount or 0) - person.birth_year)
        said = f"«{age.written}» in {year} is born about {year - round(age.amount or 0)}, the list says {person.birth_year}"
        if off >= CONTRADICT:
            against.append(f"the age differs: {said}")
            return -1.0
        why.append(f"the age agrees: {said}" if off <= AGREE else f"the age is near: {said}")
        return 2.0 if off <= AGREE else 1.0

    def _places(
        self, person: Missing, group: Sequence[StoredMessage], why: list[str], against: list[str]
    ) -> float:
        """2 for the village, 1 for district or place last seen, -1 for another origin, 0 where no place is named."""
        points = 0.0
        for what, place, worth in (
            ("the village", person.village, 2.0),
            ("the district", person.district, 1.0),
            ("the place last seen", person.last_seen_place, 1.0),
        ):
            wanted = tokens(place)
            written = next((m for m in group if stands(m.message.text, wanted)), None)
            named = any(
                o.kind == "place" and o.value and place and stands(o.value, wanted)
                for m in group
                for o in self._observed(m.id)
            )
            if wanted and (written is not None or named):
                why.append(f"{what} is named: {place}")
                points += worth
        if points == 0 and (person.village or person.district):
            for m in group:
                for o in self._observed(m.id):
                    if o.kind == "place" and _origin(m.message.text, o):
                        against.append(f"another origin is named: «{o.written}»")
                        return -1.0
        return points

    def _before_birth(self, person: Missing, stored: StoredMessage) -> bool:
        year = year_of(stored.message.sent)
        return person.birth_year is not None and year is not None and year < person.birth_year

    def _unnamed(self, known: set[str]) -> Iterator[tuple[int, Weighed]]:
        """Sightings that name nobody, where village and age both agree and the date is not before the person was last seen."""
        listed = [(n, p) for n, p in enumerate(self.people) if p.village and p.birth_year is not None]
        if not listed:
            return
        done: set[str] = set()
        for _, some in sorted(self.sightings.items()):
            for id, s in some:
                if id in done or known & set(s.messages):
                    continue
                done.add(id)
                group = list(self.view.messages(ids=list(s.messages)))
                if not group or any(o.kind == "name" for m in group for o in self._observed(m.id)):
                    continue
                for n, p in listed:
                    if not any(stands(m.message.text, tokens(p.village)) for m in group):
                        continue
                    why: list[str] = []
                    against = ["nobody is named"]
                    first = group[0]
                    aged = next(
                        (m for m in group if any(o.kind == "age" for o in self._observed(m.id))), first
                    )
                    age = self._age(p, aged, Named(0, 0, ""), [aged], why, against)
                    self._places(p, group, why, against)
                    late = _not_before(p.last_seen_date, first)
                    yield n, Weighed(group, 1.5 + age, age >= 2 and late, why, against)

    # -------------------------------------------------------------- the list of candidates

    def _candidates(self, weighed: list[Weighed]) -> tuple[tuple[Candidate, ...], int]:
        best: list[Weighed] = []
        held: dict[str, Weighed] = {}
        for one in sorted(weighed, key=lambda w: (not w.possible, -w.points, w.stored[0].id)):
            met = next((held[m] for m in self._forms(one) if m in held), None)
            if met is not None and met.possible == one.possible:
                met.stored += [m for m in one.stored if m.id not in {x.id for x in met.stored}]
                met.why += [w for w in one.why if w not in met.why]
                met.against += [a for a in one.against if a not in met.against]
            elif met is None or not met.possible:
                best.append(one)
                met = one
            for m in self._forms(met):
                held.setdefault(m, met)
        possible = [w for w in best if w.possible][:SHOWN]
        rest = [w for w in best if not w.possible][: SHOWN // 2]
        listed = tuple(self._candidate(w) for w in possible + rest)
        return listed, len(best) - len(listed)

    def _forms(self, one: Weighed) -> list[str]:
        """The message that names the person, and the same message in another form of the chat."""
        id = one.stored[0].id
        return [id, *(x.b if x.a == id else x.a for x in self.view.links(of=id, kind="same_message"))]

    def _candidate(self, one: Weighed) -> Candidate:
        messages = tuple(dict.fromkeys(m.id for m in one.stored))
        sightings = tuple(dict.fromkeys(id for m in messages for id, _ in self.sightings.get(m, ())))
        trace = next((self.traces[s] for s in sightings if s in self.traces), None)
        return Candidate(messages, sightings, trace, one.possible, tuple(one.why), tuple(one.against))


def _wanted(p: Missing) -> Wanted:
    given: dict[str, None] = {}
    kin: list[dict[str, None]] = [{}, {}, {}]
    for name in (p.name, *p.other_names):
        some = [
            t for t in tokens(name) if t not in ("bin", "ibn", "bint", "ben", "al", "el", "بن", "بنت", "ابن")
        ]
        if not some:
            continue
        given[some[0]] = None
        for n, token in enumerate(some[1:4]):
            kin[n][token] = None
    for n, one in enumerate((p.father, p.grandfather)):
        for token in tokens(one)[:1]:
            kin[n][token] = None
    kunya = tuple(tokens(p.kunya))
    sex: Literal["f", "m", ""] = {"f": "f", "w": "f", "m": "m"}.get(p.sex.strip().lower()[:1], "")  # type: ignore[assignment]
    while kin and not kin[-1]:
        kin.pop()
    if kin and not kin[0]:
        kin[0] = kin[1]
    return Wanted(tuple(given), tuple(tuple(k) for k in kin), kunya, sex)


def _minutes(a: StoredMessage, b: StoredMessage) -> float:
    from datetime import datetime

    one, two = (m.message.sent.utc or m.message.sent.local for m in (a, b))
    if not one or not two or bool(a.message.sent.utc) != bool(b.message.sent.utc):
        return 0.0 if one is two else float("inf")
    apart = datetime.fromisoformat(one.rstrip("Z")) - datetime.fromisoformat(two.rstrip("Z"))
    return abs(apart.total_seconds()) / 60


def _origin(text: str, place: Observable) -> bool:
    before = tokens(text[max(0, place.span[0] - 14) : place.span[0]])
    return bool(before) and before[-1] in FROM


def _not_before(said: str, stored: StoredMessage) -> bool:
    """True unless the message is before the day the person was last seen."""
    sent = (stored.message.sent.utc or stored.message.sent.local or "")[:10]
    try:
        return not said or not sent or date.fromisoformat(sent) >= date.fromisoformat(said[:10])
    except ValueError:
        return True


def sought_json(one: Sought) -> dict[str, Any]:
    """One person as `seek --json` prints it."""
    shown: dict[str, Any] = msgspec.to_builtins(one)
    shown["candidates"] = list(shown["candidates"])
    return {name: value for name, value in shown.items() if value or name in ("candidates", "id", "row")}
