"""Telling: a claim becomes a finding whose every reason is a short sentence quoting the words it rests on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

import msgspec

from ritrova.detectors.claims import BARGAINING, SAYS, Claim
from ritrova.detectors.reading import AGE, PHOTO, Said
from ritrova.model.passages import Passage, PassageMessage
from ritrova.model.records import Finding, Observable, Sign

CONTACTS = ("phone", "handle", "link")


class Indicator(msgspec.Struct, frozen=True):
    """An entry of the catalogue (languages/indicators.toml)."""

    id: str
    name: str
    description: str
    element: str
    source: str
    status: Literal["tested", "expert", "refuted"]
    kinds: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def catalogue() -> tuple[Indicator, ...]:
    """The catalogue of indicators, in its own order."""
    text = resources.files("ritrova").joinpath("languages/indicators.toml").read_text("utf-8")
    return msgspec.convert(tuple(tomllib.loads(text)["indicator"]), tuple[Indicator, ...])


def finding(passage: Passage, claim: Claim, detector: str) -> Finding | None:
    """The finding of a claim; None when all its parts lie in messages from outside the passage."""
    anchors = claim.anchors
    if not anchors:
        return None
    urgency, rank = _urgency(claim, anchors)
    return Finding(
        category=claim.category,
        act=claim.act,
        conversation=passage.conversation,
        messages=tuple(s.message.id for s in anchors),
        indicators=tuple(_signs(claim, anchors)),
        why=tuple(_why(claim)),
        counter=tuple(claim.counter()),
        urgency=tuple(urgency),
        offer=_offer(anchors),
        detector=detector,
        rank=rank,
    )


def _why(claim: Claim) -> list[str]:
    """One sentence a kind, quoting every part that was counted."""
    told = []
    for kind, parts in claim.kinds.items():
        words: list[str] = []
        for p in parts:
            if p.words and p.words not in words:
                words.append(p.words)
        sentence = SAYS.get(kind, kind.replace("_", " "))
        photos = sum(1 for p in parts if p.concept == PHOTO)
        if photos and not words:
            told.append("a photo or video is attached")
        elif words:
            told.append(f"{sentence}: " + ", ".join(f"«{w}»" for w in words))
    bidders = {
        s.sender for s in claim.said for k in BARGAINING for p in claim.kinds.get(k, []) if p.at == s.at
    }
    if len(bidders) > 1:
        told.append(f"{len(bidders)} accounts take part in the bargaining")
    return told + claim.remarks


def _signs(claim: Claim, anchors: Sequence[Said]) -> Iterable[Sign]:
    ids = {s.at: s.message.id for s in anchors}
    for entry in catalogue():
        if entry.status == "refuted" or (entry.categories and claim.category not in entry.categories):
            continue
        for kind in entry.kinds:
            for p in claim.kinds.get(kind, []):
                if p.at in ids and (not entry.concepts or p.concept in entry.concepts):
                    yield Sign(entry.id, entry.source, entry.status, ids[p.at], p.span)
    for s in anchors:
        for o in s.message.observables:
            if o.kind == "phone" and o.detail and o.detail.get("trick"):
                tested = next(e for e in catalogue() if e.id == "obscured_number")
                yield Sign(tested.id, tested.source, tested.status, s.message.id, o.span)


def _offer(anchors: Sequence[Said]) -> dict[str, Any]:
    """The parts of the offer, from the observables of the anchor messages."""
    offer: dict[str, list[dict[str, Any]]] = {"prices": [], "ages": [], "places": [], "contacts": []}
    for s in anchors:
        for o in s.message.observables:
            entry = _entry(s.message, o)
            if o.kind == "price":
                offer["prices"].append({"amount": o.amount, "currency": o.currency, **entry})
            elif o.kind == "age":
                offer["ages"].append({"age": o.amount, **entry})
            elif o.kind == "place":
                detail = o.detail or {}
                offer["places"].append(
                    {"name": o.value, "lat": detail.get("lat"), "lon": detail.get("lon"), **entry}
                )
            elif o.kind in CONTACTS:
                offer["contacts"].append({"kind": o.kind, "value": o.value, **entry})
        said = {tuple(e["span"]) for e in offer["ages"] if e["message"] == s.message.id}
        for p in s.of(AGE):  # a bare age after a word for a person, which no extractor can know
            if p.span not in said:
                offer["ages"].append(
                    {"age": p.amount, "written": p.words, "message": s.message.id, "span": list(p.span)}
                )
    return offer


def _entry(message: PassageMessage, o: Observable) -> dict[str, Any]:
    return {"written": o.written, "message": message.id, "span": list(o.span)}


BASE: dict[str, float] = {
    "person_sale": 6.0,
    "captive_registry": 6.0,
    "runaway_bounty": 6.0,
    "domestic_worker_transfer": 4.0,
    "organ_sale": 4.0,
    "smuggling": 3.0,
    "job_lure": 3.0,
    "explosive_sale": 3.0,
    "weapon_sale": 2.0,
    "document_sale": 2.0,
    "tactical_gear": 1.0,
    "rescue_negotiation": 5.0,
}
"""The order of the queue among categories, before urgency."""


def _urgency(claim: Claim, anchors: Sequence[Said]) -> tuple[list[str], float]:
    """Reasons for looking at this first, most urgent first, and the order they give. Recency is the case's to add."""
    lines: list[tuple[float, str]] = []
    sold = [p for p in claim.kinds.get("closed", []) if p.concept == "sold"]
    ages = [
        o
        for s in anchors
        for o in s.message.observables
        if o.kind == "age" and o.amount is not None and 0 < o.amount < 18
    ]
    people = claim.category not in ("weapon_sale", "explosive_sale", "tactical_gear", "document_sale")
    children = [p for s in anchors for p in s.of("child")]
    if people and (ages or children):
        words = _quote([o.written for o in ages] + [p.words for p in children])
        lines.append((4.0, f"a minor may be meant: {words}"))
    soon = [p for s in anchors for p in s.of("tomorrow", "today")]
    meet = [p for s in anchors for p in s.of("meeting", "handover", "departure", "hurry_lure")]
    if soon and meet:
        lines.append(
            (3.0, f"a meeting or departure is named for soon: {_quote([p.words for p in [*soon, *meet]])}")
        )
    bids = claim.kinds.get("bid", [])
    if bids and not sold:
        lines.append((2.5, f"the sale is running: {_quote([p.words for p in bids])}"))
    reserved = [p for p in claim.kinds.get("closed", []) if p.concept == "reserved"]
    if reserved and not sold:
        lines.append((2.0, f"reserved, not yet handed over: {_quote([p.words for p in reserved])}"))
    alive = [p for s in anchors for p in s.of("alive")]
    if people and alive:
        lines.append((2.0, f"the person is there now: {_quote([p.words for p in alive])}"))
    elif people and "photo" in claim.kinds and any(p.concept == PHOTO for p in claim.kinds["photo"]):
        lines.append((1.5, "a photo shows who is meant"))
    if sold:
        lines.append((-1.0, f"said to be sold: {_quote([p.words for p in sold])}"))
    lines.sort(key=lambda x: -x[0])
    rank = BASE.get(claim.category, 1.0) + sum(w for w, _ in lines)
    rank += 0.1 * len(claim.kinds) - 0.3 * len(claim.counter())
    return [text for _, text in lines], round(rank, 3)


def _quote(words: Sequence[str]) -> str:
    seen: list[str] = []
    for w in words:
        if w and w not in seen:
            seen.append(w)
    return ", ".join(f"«{w}»" for w in seen[:3])
