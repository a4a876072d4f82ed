"""Claims: what a rule says about a thread, with the parts it rests on, sorted by kind.

A kind is one sort of sign (a price, an answer that bids, an age). Rules count kinds, never words, so that a long message
does not outweigh a clear one; and every part of every kind that was counted is quoted in the reasons, so that a finding
falls when its words are taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ritrova.detectors.frames import against, names, weight
from ritrova.detectors.reading import AGE, FIGURE, PHOTO, PRICE, Part, Said
from ritrova.model.records import Act, Category

KINDS: dict[str, tuple[str, ...]] = {
    "sell": ("for_sale", "sells", "auction", "slave_market", "who_wants"),
    "give": ("exchange", "as_gift"),
    "have": ("available",),
    "buy": ("buys",),
    "wanted": ("wanted",),
    "price": (PRICE,),
    "price_word": ("price_word",),
    "ask": ("price_question", "last_price"),
    "there": ("still_there",),
    "bid": ("price_reached", "bid", FIGURE),
    "closed": ("reserved", "sold"),
    "deal": ("deal", "deposit", "handover"),
    "terms": ("negotiable", "urgent_sale", "trusted_seller", "as_lot"),
    "age": (AGE, "her_age"),
    "attribute": (
        "household_skill",
        "obedience",
        "marital_state",
        "healthy",
        "work_skill",
        "lot_with_children",
    ),
    "photo": (PHOTO, "photo_request"),
    "contact": ("contact", "call_me", "on_app"),
    "detail": ("detail",),
    "transfer": ("transfer_person",),
    "returned": ("return_to_office",),
    "control": ("passport_held", "no_phone", "no_papers", "runs_debt", "locked_in"),
    "owner": ("owner",),
    "registry": ("registry",),
    "deed": ("deed",),
    "checkpoint": ("checkpoint",),
}
"""Kind -> the concepts and groups that show it."""

SAYS: dict[str, str] = {
    "person": "names a person",
    "sell": "says it is for sale",
    "give": "offers a swap or a gift",
    "have": "says it is available",
    "buy": "wants to buy",
    "wanted": "is looking for one",
    "price": "states a price",
    "price_word": "speaks of a price",
    "ask": "asks for the price",
    "there": "asks whether it is still there",
    "bid": "names a bid",
    "closed": "says reserved or sold",
    "deal": "settles deposit, deal or handover",
    "terms": "states terms of sale",
    "age": "states an age",
    "attribute": "lists attributes as of goods",
    "photo": "shows or asks for a photo",
    "contact": "asks to be contacted",
    "detail": "gives a number or address to write to",
    "transfer": "speaks of transfer of sponsorship",
    "returned": "speaks of a return or trial as of goods",
    "control": "states control over papers or movement",
    "owner": "names an owner",
    "registry": "is a list or register",
    "deed": "names a deed or stamped contract",
    "checkpoint": "names a checkpoint",
    "runaway": "says that somebody ran away",
    "reward": "promises a reward",
    "bring_back": "asks to bring the person back or stop them",
    "do_not_employ": "warns against sheltering or employing the person",
    "smuggling": "speaks of smuggling",
    "route": "names a route or destination",
    "border": "speaks of crossing a border unseen",
    "transport": "names a means of transport",
    "departure": "announces a departure",
    "guarantee": "promises payment after arrival",
    "head": "counts people as passengers",
    "high_salary": "promises unusually high pay",
    "no_experience": "asks for no experience or papers",
    "travel_paid": "pays the travel",
    "housing_free": "gives housing and food",
    "abroad": "speaks of work abroad",
    "vague": "names vague work",
    "hurry": "urges to leave at once or tell nobody",
    "visit_visa": "sends people to work on a visit visa",
    "compound": "names a country or place of scam compounds",
    "organ": "names an organ",
    "donor": "speaks of donating",
    "blood_group": "states a blood group",
    "weapon": "names a weapon",
    "explosive": "names an explosive",
    "tactical": "names military equipment",
    "document": "names a document",
    "forged": "says it is forged or made without appearing",
    "issue": "says that papers are made or issued",
    "bring_home": "speaks of bringing somebody home",
    "rescue": "speaks of freeing somebody",
    "ransom": "speaks of a ransom",
    "family_pays": "says that the family pays or waits",
    "mediator": "names a mediator",
    "holder": "says what the holder demands",
    "office": "names a rescue office or shelter",
    "life": "asks for proof of life",
    "safe": "says that somebody is safe",
}
"""How a kind is told in a reason."""

BARGAINING = ("ask", "there", "bid", "closed")
COMMERCE = ("sell", "buy", "give", "price", *BARGAINING)


class Claim(msgspec.Struct):
    """What a rule says. `kinds` holds the parts it counted; `frames` what speaks against it."""

    category: Category
    act: Act
    kinds: dict[str, list[Part]]
    said: tuple[Said, ...]
    frames: list[Part] = []
    remarks: list[str] = []
    """Further reasons without words of their own (the conversation's market, two people bargaining)."""

    @property
    def anchors(self) -> list[Said]:
        """The messages that carry the parts, in order."""
        at = {p.at for parts in self.kinds.values() for p in parts}
        return [s for s in self.said if s.at in at and s.at >= 0]

    def counter(self) -> list[str]:
        return names(self.frames)


def kinds_of(
    said: Iterable[Said], wanted: Sequence[str], more: Mapping[str, tuple[str, ...]] | None = None
) -> dict[str, list[Part]]:
    """The parts of some messages by kind; kinds without parts are left out."""
    table: Mapping[str, tuple[str, ...]] = KINDS if more is None else {**KINDS, **more}
    found: dict[str, list[Part]] = {}
    messages = list(said)
    for kind in wanted:
        parts = [p for s in messages for p in s.of(*table[kind])]
        if parts:
            found[kind] = parts
    return found


def outweighed(frames: Sequence[Part], direct: int, detail: bool, margin: float = 2.0) -> bool:
    """True when frames speak louder than the direct signs of an offer. A number or address to write to carries two signs."""
    heavy = weight(frames)
    if heavy < 0.85:
        return False
    return heavy * 1.5 + margin > direct + (2.0 if detail else 0.0)


def frames_of(said: Iterable[Said], ignore: Sequence[str] = ()) -> list[Part]:
    """Frames in the messages that carry the nucleus of a claim."""
    return against(said, ignore)
