"""Journeys: people carried across borders for money, and work that lures people away.

One word says little here: many people travel and look for work. A claim needs several kinds of signs that the field's
indicator lists name, at least one of which lawful travel or work does not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ritrova.detectors.claims import Claim, frames_of, kinds_of, outweighed
from ritrova.detectors.reading import Said, near
from ritrova.detectors.threads import GOODS, is_prose
from ritrova.model.records import Act

CROSSING = {
    "smuggling": ("smuggling",),
    "route": ("route", "destination", "work_abroad", "@place"),
    "border": ("border_crossing", "no_papers"),
    "transport": ("transport",),
    "departure": ("departure",),
    "guarantee": ("arrival_guarantee",),
    "head": ("passenger",),
}
"""Kinds of a smuggler's advert."""
LURE = {
    "high_salary": ("high_salary",),
    "no_experience": ("no_experience",),
    "travel_paid": ("travel_paid",),
    "housing_free": ("housing_free",),
    "abroad": ("work_abroad",),
    "vague": ("vague_work",),
    "hurry": ("hurry_lure",),
    "visit_visa": ("visit_visa",),
    "compound": ("compound_country",),
}
REACH = 8
"""Messages after its nucleus within which answers belong to a crossing."""
PAY = 1000
"""A month's pay that an advert without asking for skills does not carry."""
FARE = 1000
"""From this sum a head on, whatever the currency in use on the routes (euro, dollar), nobody sells a lawful seat in a car or boat."""
OWN = 5
"""Messages within which additions and unaddressed answers belong to it."""


def crossings(told: Sequence[Said]) -> Iterator[Claim]:
    """Stretches of a passage in which a crossing is offered, asked for or bargained over."""
    last = -REACH
    for i, s in enumerate(told):
        if s.at - last < OWN:
            continue
        early = []
        if not _nucleus(s):
            early = [t for t in told[max(0, i - 4) : i] if t.has("route", "destination", "transport")]
            if not (early and s.has("arrival_guarantee")) and not _told_in_turns(s, told[i + 1 :]):
                continue
        run = [*early, s] + [t for t in told[i + 1 :] if t.at - s.at <= REACH and _adds(t, s)]
        claims = list(_crossing(run))
        if claims:
            last = run[-1].at
        yield from claims


def _nucleus(s: Said) -> bool:
    """A message that by itself speaks of a crossing: two kinds of it, or the plain word."""
    shown = [k for k, concepts in CROSSING.items() if s.has(*(c for c in concepts if c != "@place"))]
    return len(shown) >= 2 or any(p.alone for p in s.of("smuggling"))


def _told_in_turns(s: Said, after: Sequence[Said]) -> bool:
    """A crossing of which each message tells a little: a question, a departure, a boat, a price by the head."""
    if not s.has("journey", "passenger") or is_prose(s):
        return False
    turns = [s] + [t for t in after if t.at - s.at <= OWN and not is_prose(t)]
    shown = [
        k for k, names in CROSSING.items() if any(t.has(*(c for c in names if c != "@place")) for t in turns)
    ]
    return (
        len(shown) >= 3
        and len({t.sender for t in turns if t.has("journey", "passenger", "@price", "bargain")}) > 1
        and any(t.has("@price", "price_question") for t in turns)
    )


def _adds(t: Said, s: Said) -> bool:
    """What belongs to a crossing after its nucleus: an answer, the sender's own addition, talk of it close by."""
    if t.message.reply_to is not None and t.message.reply_to == s.message.id:
        return True
    if (
        t.sender == s.sender
        and t.at - s.at <= OWN
        and t.has("journey", "passenger", "@price", "contact", "detail", "papers")
    ):
        return True
    if t.at - s.at <= OWN and t.has("bargain", "@price") and not t.has(*GOODS):
        return True
    return t.at - s.at <= OWN and _nucleus(t)


def _crossing(run: list[Said]) -> Iterator[Claim]:
    dense = [s for s in run if not is_prose(s) or len([k for k in CROSSING if s.has(*CROSSING[k])]) >= 4]
    if not any(s in dense for s in run):
        return
    names = (*CROSSING, "price", "ask", "bid", "contact", "detail", "terms", "wanted", "have", "deal")
    kinds = kinds_of(dense, names, CROSSING)
    lawful = any(s.has("ticket", "service") or any(p.alone for p in s.of("football")) for s in run)
    if lawful and "smuggling" not in kinds and not any(p.alone for p in kinds.get("guarantee", [])):
        return
    sure = [p for p in kinds.get("smuggling", []) if p.alone]
    unseen = (
        bool(sure)
        or bool({"border", "guarantee"} & kinds.keys())
        or ("smuggling" in kinds and bool({"transport", "departure", "head"} & kinds.keys()))
    )
    deal = [k for k in ("price", "ask", "bid", "guarantee", "contact", "detail", "terms") if k in kinds]
    way = [k for k in CROSSING if k in kinds]
    fits = unseen and len(way) >= 3 and bool(deal)
    fits = fits or (unseen and len(way) >= 2 and len([k for k in deal if k != "guarantee"]) >= 2)
    fits = fits or (len(way) >= 4 and len(deal) >= 2 and "transport" in kinds and "head" in kinds)
    held = any(p.alone for p in kinds.get("guarantee", []))
    fits = fits or (held and "route" in kinds and ("price" in kinds or "ask" in kinds))
    afar = {p.words.casefold() for p in kinds.get("route", [])}
    dear = any(FARE <= (p.amount or 0) <= 10 * FARE for p in kinds.get("price", []))
    fits = fits or (
        dear
        and {"transport", "departure", "route"} <= kinds.keys()
        and bool({"contact", "detail"} & kinds.keys())
    )
    fits = fits or (dear and len(afar) >= 2 and {"transport", "head"} <= kinds.keys() and len(deal) >= 2)
    needs = near(kinds.get("wanted", []), kinds.get("smuggling", []), 15)
    fits = fits or bool(needs and ({"ask", "price", "route", "head"} & kinds.keys()))
    if not fits or not ({"route", "border", "smuggling", "transport"} & kinds.keys()):
        return
    frames = frames_of([s for s in run if s in dense])
    if outweighed(frames, len(kinds), "detail" in kinds, margin=2.5):
        return
    yield Claim("smuggling", _way(dense), kinds, tuple(dense), frames)


def _way(said: Sequence[Said]) -> Act:
    opener = said[0]
    if opener.has("price_question", "wanted", "buys") and not opener.has(
        "@price", "contact", "detail", "arrival_guarantee"
    ):
        return (
            "offer"
            if any(s.has("@price", "arrival_guarantee") and s.sender != opener.sender for s in said)
            else "request"
        )
    return "offer"


def lures(told: Sequence[Said]) -> Iterator[Claim]:
    """Job adverts with the signs of known lures. One sender's messages, close together."""
    for i, s in enumerate(told):
        if not s.has("lure", "job"):
            continue
        if any(t.sender == s.sender and t.has("lure", "job") for t in told[max(0, i - 3) : i]):
            continue
        said = [s] + [t for t in told[i + 1 : i + 4] if t.sender == s.sender]
        yield from _lure(said)


def _lure(said: Sequence[Said]) -> Iterator[Claim]:
    kinds = kinds_of(said, (*LURE, "control", "contact", "detail", "price"), LURE)
    shown = [k for k in LURE if k in kinds and k != "compound"]
    paid = any(s.has("salary") for s in said) and any((p.amount or 0) >= PAY for p in kinds.get("price", []))
    if paid and "high_salary" not in kinds:
        shown.append("price")
    job = any(s.has("job", "work_abroad", "vague_work") for s in said)
    grave = [k for k in ("control", "visit_visa", "hurry", "compound") if k in kinds]
    fits = job and (
        (len(shown) >= 3 and bool(grave))
        or (len(shown) >= 4 and "abroad" in kinds and "travel_paid" in kinds)
        or ("control" in kinds and len(shown) >= 2)
    )
    fits = fits or ("control" in kinds and len(shown) >= 3)
    away = {"abroad", "travel_paid", "visit_visa", "compound"} & kinds.keys() or "control" in kinds
    if not fits or not away:
        return
    frames = frames_of(said)
    lawful = [p for s in said for p in s.of("licensed_agency")]
    if outweighed(
        frames, len(kinds) + len(grave) - len({p.words for p in lawful}), "detail" in kinds, margin=1.5
    ):
        return
    yield Claim("job_lure", "offer", kinds, tuple(said), frames)
