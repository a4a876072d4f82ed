"""Words for people in a thread, and what in it may be about them: what all rules about people as goods share.

A word for a person is everywhere, so it counts only beside trade that is about it. The captors' own words count at once; a girl,
a woman, a worker only where no ordinary goods explain the trade.
"""

from __future__ import annotations

from collections.abc import Sequence

from ritrova.detectors.claims import kinds_of
from ritrova.detectors.reading import AGE, PRICE, Part, Said, distance, near
from ritrova.detectors.threads import GOODS, Thread, is_prose
from ritrova.model.records import Act

PLAIN = ("girl", "woman", "man", "child", "person_by_origin", "worker", "bride", "slave", "lot_with_children")
"""Ordinary words for people: they need several signs of trade."""
CLOSE = 14
"""Characters within which a person word and an offer word are one phrase."""
BARTER = 24
"""Characters within which a word for somebody held and a word for a swap are one phrase: what stands behind is the price."""
HELD = ("slave", "captive", "maid", "traded_worker")
BESIDE = 70
"""Characters within which a sign is about a person word in running prose."""


HUMAN = (
    "girl",
    "woman",
    "child",
    "person_by_origin",
    "bride",
    "lot_with_children",
    "slave",
    "worker",
    "captive",
    "man",
    "maid",
    "household_driver",
)


ONE = ("girl", "woman", "person_by_origin", "bride", "slave", "captive", "lot_with_children")
"""Words for one person whom somebody may have, as against a guy, people, staff."""
SUM = 500
"""From this sum on, in whatever money, a price is none of a small thing or service."""


def cheap(part: Part) -> bool:
    """Whether a sum is that of a small thing. A bare number below a hundred is none: its thousands may be left out."""
    return part.amount is not None and part.amount < SUM and not (part.amount < 100 and part.words.isdigit())


TRADE = (
    "sell",
    "give",
    "have",
    "buy",
    "wanted",
    "price",
    "price_word",
    "ask",
    "there",
    "bid",
    "closed",
    "deal",
    "terms",
    "age",
    "attribute",
    "photo",
    "contact",
    "detail",
    "transfer",
    "returned",
    "control",
)


def captors_words(said: Sequence[Said]) -> list[Part]:
    """Words that name a person as property wherever they stand; the mere word captive where an advert's details stand by."""
    loose = [
        p
        for s in said
        if len([k for k in ("owner", "deed", AGE, PRICE, "lot_with_children", "transfer_person") if s.has(k)])
        >= 2
        for p in s.of("captive")
        if not p.alone
    ]
    return (
        loose
        + [p for s in said for p in s.of("captive", "traded_worker") if p.alone and not _of_the_farm(p, s)]
        + [p for s in said for p in s.of("slave_market")]
    )


def _of_the_farm(p: Part, s: Said) -> bool:
    """Whether a slang word that is also an animal's stands where animals are spoken of."""
    return p.concept == "traded_worker" and any(a.span != p.span for a in s.of("animal"))


def plain_people(said: Sequence[Said]) -> list[Part]:
    """Ordinary person words that are not explained by ordinary goods in the same message."""
    found = []
    for s in said:
        goods = s.of(*GOODS)
        told = {p.segment for p in s.of(PRICE, AGE, "attribute", "owner")}
        offered = {p.segment for p in s.of("offer", "request", "transfer") if p.segment in told}
        with_goods = {p.segment for p in goods}
        barter = list(s.of("exchange")) if goods else []
        for p in s.of(*PLAIN, "maid", "captive", "traded_worker"):
            if p.group != "person":
                continue
            swapped = p.concept in HELD and near([p], barter, BARTER)
            if goods and not swapped and (p.segment in with_goods or p.segment not in offered):
                continue
            found.append(p)
    return found


def about(subject: Sequence[Part], parts: list[Part], said: Sequence[Said]) -> list[Part]:
    """Parts that may be about the subject: in prose only those beside it."""
    prose = {s.at for s in said if is_prose(s)}
    if not prose:
        return parts
    beside = near([p for p in parts if p.at in prose], subject, BESIDE)
    return [p for p in parts if p.at not in prose] + beside


def signs(thread: Thread, subject: Sequence[Part], kinds: Sequence[str]) -> dict[str, list[Part]]:
    """Kinds of a thread that may be about the subject."""
    found = kinds_of(thread.said, kinds)
    kept = {k: about(subject, parts, thread.said) for k, parts in found.items()}
    return {k: v for k, v in kept.items() if v}


def aged(thread: Thread, people: Sequence[Part], ages: Sequence[Part]) -> bool:
    """An age that may be of the person named: in the same message, or by the same sender close by."""
    by = {s.at: s.sender for s in thread.said}
    return any(
        p.concept == AGE and (p.at == q.at or (by[p.at] == by[q.at] and abs(p.at - q.at) <= 3))
        for p in ages
        for q in people
    )


def phrase(people: Sequence[Part], kinds: dict[str, list[Part]]) -> bool:
    """A person word and an offer or request word in one phrase ("girl for sale", "I want to buy a woman", "swap my slave")."""
    trade = [p for p in kinds.get("sell", []) if p.concept != "who_wants"] + kinds.get("buy", [])
    trade += [p for p in kinds.get("give", []) if p.concept == "exchange" and p.alone]
    swaps = [p for p in kinds.get("give", []) if p.concept == "exchange"]
    if near([p for p in people if p.concept in HELD], swaps, BARTER):
        return True
    return any(
        p.segment == o.segment and distance(p, o) <= CLOSE and p.concept in HUMAN
        for p in people
        for o in trade
    )


def core(thread: Thread, people: Sequence[Part], kinds: dict[str, list[Part]]) -> list[Said]:
    """The messages that carry the nucleus: those that name the person or offer; their frames count."""
    at = {p.at for p in people} | {
        p.at for k in ("sell", "buy", "transfer", "give") for p in kinds.get(k, [])
    }
    return [s for s in thread.said if s.at in at] or list(thread.said)


def act(thread: Thread, kinds: dict[str, list[Part]]) -> Act:
    opener = thread.opener
    if "sell" in kinds or "transfer" in kinds or "give" in kinds:
        asks = opener.has("buys", "wanted") and not opener.has(
            "for_sale", "sells", "auction", "available", PRICE
        )
        return "request" if asks else "offer"
    if "buy" in kinds or ("wanted" in kinds and opener.has("wanted")):
        return "request"
    if any(k in kinds for k in ("ask", "there", "bid", "closed")):
        return "bargain"
    return "offer"
