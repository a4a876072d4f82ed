"""Offers of people, their bargaining, and what is sold beside them; and rescue talk, which is never an offer.

Three stages: concepts at a glance (most passages end there), threads with their parts, and the act. The detector knows no
language: it sees concepts of the packs and observables of the extractors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ritrova.detectors.claims import Claim
from ritrova.detectors.gates import GATES, HERS, JOINING
from ritrova.detectors.journeys import crossings, lures
from ritrova.detectors.reading import Said, present, read
from ritrova.detectors.registers import bounties, registers
from ritrova.detectors.rescue import near_rescue, negotiations
from ritrova.detectors.sales import sales
from ritrova.detectors.telling import finding
from ritrova.detectors.threads import threads
from ritrova.detectors.transfers import transfers
from ritrova.detectors.wares import arms, organs, papers
from ritrova.model.passages import Passage
from ritrova.model.records import Finding
from ritrova.model.shapes import Detector
from ritrova.model.text import Cue

NAME = "offers"
VERSION = 1

PEOPLE = frozenset(
    [
        "captive",
        "slave",
        "girl",
        "woman",
        "man",
        "child",
        "person_by_origin",
        "maid",
        "household_driver",
        "worker",
        "traded_worker",
        "bride",
        "lot_with_children",
        "her_age",
        "marital_state",
        "obedience",
        "healthy",
        "@age",
        "slave_market",
    ]
)
CONDUCT = frozenset(["obedience", "healthy", "household_skill", "marital_state"])
"""What is told of people as of goods; of a ware or a beast mostly one of them."""
SKILLS = frozenset(["work_skill", "household_skill", "transfer_person"])
"""Words that say of somebody what an advert lists, without naming a person."""
TRADE = frozenset(
    [
        "for_sale",
        "sells",
        "who_wants",
        "exchange",
        "as_gift",
        "auction",
        "slave_market",
        "buys",
        "price_question",
        "last_price",
        "price_reached",
        "bid",
        "still_there",
        "reserved",
        "sold",
        "transfer_person",
        "return_to_office",
        "passport_held",
        "no_phone",
        "registry",
        "deposit",
        "handover",
        "deal",
        "deed",
        "@price",
        "as_lot",
        "figure",
    ]
)
BOUNTY = frozenset(["runaway", "reward", "bring_back", "do_not_employ"])
RESCUE = frozenset(
    [
        "bring_home",
        "rescue_word",
        "ransom",
        "family_pays",
        "mediator",
        "holder_demands",
        "rescue_office",
        "proof_of_life",
        "safe_arrival",
    ]
)
CROSSING = frozenset(
    [
        "smuggling",
        "route",
        "border_crossing",
        "transport",
        "departure",
        "arrival_guarantee",
        "passenger",
        "destination",
        "no_papers",
        "@place",
    ]
)
LURE = frozenset(
    [
        "high_salary",
        "no_experience",
        "travel_paid",
        "housing_free",
        "work_abroad",
        "vague_work",
        "hurry_lure",
        "visit_visa",
        "compound_country",
    ]
)
WARES = frozenset(["organ", "weapon", "explosive", "tactical", "document"])
DEALS = frozenset(
    [
        "for_sale",
        "sells",
        "who_wants",
        "buys",
        "available",
        "price_question",
        "last_price",
        "price_reached",
        "bid",
        "still_there",
        "sold",
        "reserved",
        "price_word",
        "forged",
        "issue_papers",
        "donor",
        "blood_group",
        "wanted",
        "contact",
        "call_me",
        "on_app",
        "@phone",
        "@handle",
        "@age",
        "@price",
    ]
)


FREED = frozenset(
    ["person_sale", "domestic_worker_transfer", "captive_registry", "runaway_bounty", "smuggling"]
)
"""Categories that rescue talk speaks of too."""


def detect(passage: Passage) -> Iterator[Finding]:
    """The findings of a passage, in the order of their first anchors. Pure: the same passage gives the same findings."""
    seen = present(passage)
    people = bool(seen & (PEOPLE | SKILLS) and seen & TRADE) or (
        {"checkpoint", "owner"} <= seen and bool(seen & {"deed", "registry"})
    )
    people = (
        people
        or len(seen & CONDUCT) >= 2
        or ("registry" in seen and bool(seen & {"work_skill", "@age", "checkpoint"}))
    )
    people = (
        people
        or ({"owner", "@age"} <= seen and bool(seen & PEOPLE))
        or ("@name" in seen and bool(seen & {"owner", "registry", "captive!", "deed"}))
    )
    people = people or (bool(seen & HERS) and len(seen & (TRADE | {"runs_debt"})) >= 2)
    people = people or {"deed", "exchange"} <= seen
    people = people or ({"still_there", "handover"} <= seen and bool(seen & {"sold", "reserved"}))
    bounty = len(seen & BOUNTY) >= 2 or (bool(seen & BOUNTY) and bool(seen & {"@price", "checkpoint"}))
    rescue = len(seen & RESCUE) >= 2 or (bool(seen & RESCUE) and "@price" in seen)
    crossing = len(seen & CROSSING) >= 2
    lure = len(seen & LURE) >= 2
    wares = bool(seen & WARES) and bool(seen & DEALS)
    if not (people or bounty or rescue or crossing or lure or wares):
        return
    told = read(passage)
    claims = _claims(passage, told, people, bounty, rescue, crossing, lure, wares)
    for claim in sorted(_settled(claims), key=lambda c: (c.anchors[0].at, c.category)):
        found = finding(passage, claim, f"{NAME}@{VERSION}")
        if found is not None:
            yield found


def _claims(
    passage: Passage,
    told: Sequence[Said],
    people: bool,
    bounty: bool,
    rescue: bool,
    crossing: bool,
    lure: bool,
    wares: bool,
) -> list[Claim]:
    claims: list[Claim] = []
    if rescue:
        claims += negotiations(told)
    if people or wares:
        for thread in threads(told):
            if people:
                before = [s for s in told if thread.opener.at - 5 <= s.at < thread.opener.at]
                claims += registers(thread)
                moved = list(transfers(thread))
                claims += moved
                if not moved:
                    claims += sales(thread, passage.market, before)
            if wares:
                claims += organs(thread)
                claims += arms(thread)
                claims += papers(thread)
    if bounty:
        for i, s in enumerate(told):
            if s.has("bounty"):
                said = [s] + [t for t in told[i + 1 : i + 3] if t.sender == s.sender]
                claims += bounties(said)
    if crossing:
        claims += crossings(told)
    if lure:
        claims += lures(told)
    claims = [c for c in claims if _speaks(c) and not _own_family(c, told) and not _condemned(c)]
    return [_without_rescue(c, told) for c in claims] if not rescue else _kept(claims, told)


def _kept(claims: list[Claim], told: Sequence[Said]) -> list[Claim]:
    """Claims that no rescue talk around them turns into something else."""
    return [c for c in claims if not (c.category in FREED and near_rescue(told, c.anchors))]


def _own_family(claim: Claim, told: Sequence[Said]) -> bool:
    """Whether those who speak of a price speak of their own: family words beside what a holder demands, smugglers who bring out,
    offices that help. No seller's number or address stands there, and no word of the captors."""
    if claim.category not in FREED or {"contact", "detail", "sell"} <= claim.kinds.keys():
        return False
    if any(
        p.alone and p.concept in ("captive", "traded_worker", "maid") for p in claim.kinds.get("person", [])
    ):
        return False
    first, last = claim.anchors[0].at, claim.anchors[-1].at
    around = [s for s in told if first - 4 <= s.at <= last + 4]
    helped = {
        p.concept
        for s in around
        for p in s.parts
        if p.group == "rescue" or p.concept in ("smuggling", "organisation", "licensed_agency", "authority")
    }
    return any(s.has("kin") for s in around) and (len(helped) >= 2 or "smuggling" in helped)


TOLD_OF = ("condemnation", "named_crime", "campaign", "warning", "survey", "exhibit")
"""Words by which others speak of such offers: to condemn them, warn of them, count them or show them."""


def _condemned(claim: Claim) -> bool:
    """Whether the words around a claim themselves call it a crime, warn of it, count such cases or announce a film about them."""
    return claim.category in FREED and any(p.alone and p.concept in TOLD_OF for p in claim.frames)


def _without_rescue(claim: Claim, told: Sequence[Said]) -> Claim:
    words = near_rescue(told, claim.anchors) if claim.category != "rescue_negotiation" else []
    claim.frames = [*claim.frames, *words]
    return claim


def _speaks(claim: Claim) -> bool:
    """False where every sender of the nucleus was given the role of a rescuer, journalist or survivor by a reviewer."""
    if not claim.anchors:
        return False
    if claim.category == "rescue_negotiation":
        return True
    return not all(set(s.message.roles) & {"rescuer", "journalist", "survivor"} for s in claim.anchors)


def _settled(claims: Sequence[Claim]) -> list[Claim]:
    """One claim a category for overlapping anchors: the one that rests on more kinds; a register before a sale."""
    kept: list[Claim] = []
    order = sorted(claims, key=lambda c: (-len(c.kinds), c.anchors[0].at, c.category))
    for claim in order:
        mine = {s.at for s in claim.anchors}
        clash = [
            k
            for k in kept
            if mine & {s.at for s in k.anchors}
            and (k.category == claim.category or {k.category, claim.category} in _ONE_OF)
        ]
        if not clash:
            kept.append(claim)
    return kept


_ONE_OF = (
    {"person_sale", "domestic_worker_transfer"},
    {"person_sale", "captive_registry"},
    {"domestic_worker_transfer", "runaway_bounty"},
    {"person_sale", "runaway_bounty"},
    {"smuggling", "document_sale"},
    {"job_lure", "smuggling"},
)
"""Pairs of categories of which one thread shows only the better founded one."""

FIGURE_CUE = Cue(
    "figure", r"^\W{0,3}\d[\d.,]{1,7}\s?k?(?:\W{0,3}$|[,;.!?]? ?\D)|^\d(?:\W{1,2}\w{1,3}\W)?\d?\W{0,2}$"
)
"""A message that is nothing but a number: no word hits it, and in a group it is a bid."""

ROW_CUE = Cue("row", r"^\s{0,2}\d{1,3}\s?[).:\-–]\s?\D")
"""A numbered line, as a list has."""

DETECTOR = Detector(NAME, VERSION, detect, cues=(FIGURE_CUE, ROW_CUE), gates=GATES, joining=JOINING)
