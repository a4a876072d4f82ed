"""What is done to texts, the same for a case and for a labelled set: match, extract, cut into passages, detect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from copy import copy
from pathlib import Path
from typing import TypeVar

import msgspec

from ritrova import plugins
from ritrova.case.gates import Gates, Masks
from ritrova.extractors.answers import Said, answers
from ritrova.languages import fold as folding
from ritrova.languages import packs as packing
from ritrova.languages.beside import Beside
from ritrova.languages.matcher import Matcher
from ritrova.model.observing import Observer, numbered
from ritrova.model.passages import Passage, PassageMessage, cut
from ritrova.model.records import App, ConversationKind, Finding, Observable
from ritrova.model.shapes import Ask, Detector, Extractor
from ritrova.model.text import Folded, Hit

T = TypeVar("T")


class Looked(msgspec.Struct, frozen=True):
    """What one text gave: its hits, its values, the mask of its market topics and that of gates (see `case.gates`)."""

    folded: Folded
    hits: tuple[Hit, ...]
    observables: tuple[Observable, ...]
    topics: int
    mask: int


class Trouble(msgspec.Struct, frozen=True):
    """A message on which a detector raised: a fault of the rule, told and passed over so that the run goes on."""

    detector: str
    message: str
    what: str


REMEMBERED = 40_000
"""Distinct texts whose words and values are remembered: greetings, answers and forwarded adverts come again and again."""


COUNTING = 1 << 62
"""Beside the extractors that a hit wakes: its words mean what they stand for only where a number is named."""


class Talked(msgspec.Struct, frozen=True):
    """What a passage needs to know of its conversation."""

    id: str
    app: App
    name: str | None = None
    kind: ConversationKind = "unknown"
    country: str | None = None
    market: dict[str, int] = {}


class Analyst:
    """Packs, matcher, extractors and detectors, loaded once. Keeps no state between texts."""

    def __init__(
        self,
        folders: Sequence[Path] = (),
        *,
        country: str | None = None,
        cache: MutableMapping[str, bytes] | None = None,
    ) -> None:
        if not folders:
            cache = Beside()  # the shipped packs are the same in every case
        self.lexicon = packing.load((*plugins.packs()[0], *folders), cache)
        self.ask = Ask(country=country)
        self.extractors: list[Extractor] = list(plugins.load("extractors").values())
        self.detectors: list[Detector] = list(plugins.load("detectors").values())
        cues = {cue.name: cue for e in self.extractors for cue in e.cues}
        cues.update((cue.name, cue) for d in self.detectors for cue in d.cues)
        self.matcher = Matcher.build(self.lexicon, tuple(cues.values()), cache)
        self.observer = Observer(self.extractors, self.lexicon.group_of)
        self.gates = Gates(self.lexicon.topics, self.detectors)
        self._counting = frozenset(c.id for c in self.lexicon.concepts.values() if c.counts)
        self._learnt: dict[str | int, tuple[int, int, int]] = {}
        self._seen: dict[str, Looked | None] = {}

    def elsewhere(self, country: str | None) -> Analyst:
        """The same packs, matcher and rules for another country, without compiling anything again."""
        other = copy(self)
        other.ask = Ask(country=country)
        other._seen = {}
        return other

    @property
    def packs(self) -> str:
        """SHA-256 of all packs that are loaded: findings name it."""
        return self.lexicon.sha256

    def look(self, texts: Sequence[str], folded: Sequence[str] | None = None) -> Iterator[tuple[int, Looked]]:
        """Every text in which something hit, by its place in the list."""
        columns = folded if folded is not None else folding.fold_column(texts)
        for n, hits in self.matcher.scan(columns):
            yield n, self._looked(folding.known(texts[n], columns[n]), hits)

    def known(
        self, texts: Sequence[str], folded: Sequence[str] | None = None
    ) -> Iterator[tuple[int, Looked]]:
        """As `look`, but a text that comes again is not looked at again: the same words give the same hits and values."""
        seen = self._seen
        if len(seen) > REMEMBERED:
            seen.clear()
        fresh = {text: n for n, text in enumerate(texts) if text not in seen}
        columns = [folded[n] for n in fresh.values()] if folded is not None else None
        words = list(fresh)
        seen.update(dict.fromkeys(words))
        for n, looked in self.look(words, columns):
            seen[words[n]] = looked
        for n, text in enumerate(texts):
            looked_at = seen[text]
            if looked_at is not None:
                yield n, looked_at

    def _looked(self, folded: Folded, hits: Sequence[Hit]) -> Looked:
        topics = mask = woken = 0
        learnt = self._learnt
        for hit in hits:
            term = hit.term
            topic, gate, wakes = learnt.get(hit.cue if term is None else id(term)) or self._learn(hit)
            topics |= topic
            mask |= gate
            woken |= wakes
        if woken & COUNTING:
            woken &= ~COUNTING
            if not numbered(folded.text, hits):
                counting = self._counting
                return self._looked(folded, [h for h in hits if h.term is None or h.cue not in counting])
        observed = tuple(self.observer.observe(folded, hits, self.ask, woken)) if woken else ()
        for o in observed:
            mask |= self.gates.of("@" + o.kind)
        hits = tuple(hits)
        if mask:
            mask |= self.gates.brief(folded.written)
            if mask & self.gates.trades:
                told = PassageMessage("", folded.written, folded=folded, hits=hits, observables=observed)
                mask |= self.gates.lone(told)
        return Looked(folded, hits, observed, topics, mask)

    def _learn(self, hit: Hit) -> tuple[int, int, int]:
        """The bits of topics, gates and extractors of a hit, kept by its term (which lives as long as the packs) or cue."""
        topic = self.gates.topics.get(self.lexicon.group_of(hit.cue), 0)
        gate = self.gates.of(hit.cue, hit.term is not None and hit.term.alone)
        counts = COUNTING if hit.term is not None and hit.cue in self._counting else 0
        known = topic, gate, self.observer.wakes(hit) | counts
        self._learnt[hit.cue if hit.term is None else id(hit.term)] = known
        return known

    def mask(self, message: PassageMessage) -> int:
        """The gate bits of a prepared message."""
        mask = 0
        for hit in message.hits:
            mask |= (self._learnt.get(hit.cue if hit.term is None else id(hit.term)) or self._learn(hit))[1]
        for o in message.observables:
            mask |= self.gates.of("@" + o.kind)
        if not mask:
            return 0
        return (
            mask
            | self.gates.brief(message.text)
            | (self.gates.lone(message) if mask & self.gates.trades else 0)
        )

    def prepared(self, messages: Sequence[PassageMessage]) -> list[PassageMessage]:
        """Messages with their hits, folded texts and values, ready for a passage."""
        ready = list(messages)
        for n, looked in self.known([m.text for m in messages]):
            message = ready[n]
            ready[n] = msgspec.structs.replace(
                message,
                folded=looked.folded,
                hits=looked.hits,
                observables=tuple(msgspec.structs.replace(o, message=message.id) for o in looked.observables),
            )
        return ready

    def answered(self, messages: Sequence[PassageMessage]) -> list[tuple[int, Observable, Observable | None]]:
        """Sums that prepared messages of a run say in answer to one another: number of the message, the sum, and the value
        whose place it takes."""
        run = [
            Said(m.folded if m.folded is not None else folding.fold(m.text), m.hits, m.observables)
            for m in messages
        ]
        return [
            (a.message, msgspec.structs.replace(a.observable, message=messages[a.message].id), a.instead)
            for a in answers(run, self.ask.country)
        ]

    def detect(
        self, talked: Talked, messages: Sequence[PassageMessage], troubles: list[Trouble] | None = None
    ) -> list[Finding]:
        """The findings of a whole conversation that is at hand: cut, sifted and judged as one in a case is."""
        ready = self.prepared(messages)
        found: list[Finding] = []
        numbers: dict[str | None, int] = {None: -1}
        told = Masks(
            [self.mask(m) for m in ready],
            [numbers.setdefault(m.sender, len(numbers)) for m in ready],
            [m.reply_to is not None for m in ready],
        )
        for start, end in self.gates.stretches(told, cut([m.seconds for m in messages])):
            found += self.judged(talked, ready[start:end], (), troubles)
        return merged(found)

    def judged(
        self,
        talked: Talked,
        ready: Sequence[PassageMessage],
        context: Sequence[PassageMessage],
        troubles: list[Trouble] | None = None,
    ) -> Iterator[Finding]:
        """What the detectors say of one stretch of prepared messages. Where one raises, the fault is added to `troubles` and
        the messages beside it are still judged; without such a list it is raised."""
        passage = Passage(
            conversation=talked.id,
            app=talked.app,
            messages=tuple(ready),
            context=tuple(context),
            name=talked.name,
            kind=talked.kind,
            country=talked.country,
            market=talked.market,
        )
        for detector in self.detectors:
            for finding in _asked(detector, passage, troubles):
                yield msgspec.structs.replace(
                    finding, packs=self.packs, detector=f"{detector.name}@{detector.version}"
                )


def _asked(detector: Detector, passage: Passage, troubles: list[Trouble] | None) -> list[Finding]:
    """What a detector says of a passage; where it raises, of its halves, down to the message that it cannot take."""
    try:
        return list(detector.detect(passage))
    except Exception as error:
        if troubles is None:
            raise
        some, what = passage.messages, f"{type(error).__name__}: {error}"
        if len(some) <= 1:
            troubles += [Trouble(detector.name, m.id, what) for m in some]
            return []
    halves = (some[: len(some) // 2], some[len(some) // 2 :])
    parts = [msgspec.structs.replace(passage, messages=half) for half in halves]
    known = len(troubles)
    found = [f for part in parts for f in _asked(detector, part, troubles)]
    if len(troubles) == known:  # only together do they make it raise
        troubles.append(Trouble(detector.name, some[0].id, f"{what} (judged in two halves)"))
    return found


def merged(findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one conversation with those of the same category and overlapping anchors made one, in stable order."""
    groups: list[list[Finding]] = []
    for finding in sorted(findings, key=lambda f: (f.category, f.messages)):
        anchors = set(finding.messages)
        touching = [
            g
            for g in groups
            if g[0].category == finding.category and any(anchors & set(f.messages) for f in g)
        ]
        fused = [f for g in touching for f in g] + [finding]
        groups = [g for g in groups if all(g is not t for t in touching)] + [fused]
    return sorted((_one(g) for g in groups), key=lambda f: (f.category, f.messages))


def _one(group: Sequence[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    ordered = sorted(group, key=lambda f: (-f.rank, f.messages))
    first = ordered[0]
    offer: dict[str, list[object]] = {}
    for finding in ordered:
        for part, values in finding.offer.items():
            known = offer.setdefault(part, [])
            known.extend(v for v in values if v not in known)
    return msgspec.structs.replace(
        first,
        messages=_joined(f.messages for f in ordered),
        indicators=_joined(f.indicators for f in ordered),
        why=_joined(f.why for f in ordered),
        counter=_joined(f.counter for f in ordered),
        urgency=_joined(f.urgency for f in ordered),
        offer=offer,
        rank=max(f.rank for f in ordered),
    )


def _joined(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    seen: list[T] = []
    for part in parts:
        seen.extend(x for x in part if x not in seen)
    return tuple(seen)
