"""Somebody handed from one to another, told by what is done with her instead of what she is: kept for a buyer, taken back, swapped,
let go for a sum, several given together only.

Such words ("hold her for you", "take her back", "mine for yours") name no person and few sums, but hardly anybody says them of
goods. One of them, a sum and one further sign, or two of them, carry a claim where nothing ordinary explains the talk.
"""

from __future__ import annotations

from collections.abc import Sequence

from ritrova.detectors.claims import BARGAINING, frames_of
from ritrova.detectors.frames import weight
from ritrova.detectors.haggle import QUIET, ordinary
from ritrova.detectors.persons import ONE, SUM
from ritrova.detectors.reading import AMOUNT, FIGURE, PRICE, Part, Said, near
from ritrova.detectors.threads import GOODS, TURN, Thread, is_prose

DONE = ("bargain", "sells", "buys", "exchange", "return_to_office", "runs_debt", "deed")
"""Groups and concepts whose words, where they may count alone, say what is done with a person."""
FURTHER = (
    "age", "attribute", "deed", "owner", "control", "photo", "terms", "deal", "give", "price_word", "contact", "detail",
    "have", "returned", "wanted", "transfer",
)  # fmt: skip
"""Kinds that are one further sign beside such words."""
FAMILY = ("kin", "rescue", "appeal", "medical", "education", "ticket", "rate")
SWAPPED = ("vehicle", "phone", "weapon")
"""What somebody is swapped for."""
BESIDE = 30


def hers(said: Sequence[Said]) -> list[Part]:
    """Words that say what is done with somebody."""
    return [p for s in said for p in s.of(*DONE) if p.alone]


def cheap(part: Part) -> bool:
    """Whether a sum is that of a small thing. A bare number below a hundred is none: its thousands may be left out."""
    return part.amount is not None and part.amount < SUM and not (part.amount < 100 and part.words.isdigit())


def _sums(thread: Thread) -> list[Part]:
    return [p for s in thread.said for p in s.of(PRICE) or s.of(FIGURE, AMOUNT)]


def handed(
    thread: Thread, people: Sequence[Part], kinds: dict[str, list[Part]], before: Sequence[Said] = ()
) -> bool:
    """Whether somebody is handed on in a thread, by what is done with her."""
    if any(is_prose(s) for s in thread.said) or thread.has(*FAMILY) or any(s.has(*GOODS) for s in before):
        return False
    done = hers(thread.said)
    if _swapped(thread, done, kinds):
        return True
    if ordinary(thread):
        return False
    sums = _sums(thread)
    if sums and all(cheap(p) for p in sums):
        return False
    one = [p for p in people if p.concept in ONE]
    if thread.has("as_lot") and one and not thread.has("salary"):
        counted = any(any(c.isdigit() for c in s.message.text) for s in thread.said if s.has("as_lot"))
        return bool(sums) or counted
    if "child" in {p.concept for s in thread.said for p in s.of("child")} and not (
        thread.has("as_lot") or thread.has("lot_with_children")
    ):
        return False
    sorts = {p.concept for p in done}
    if thread.has("as_lot") and any(p.concept == "lot_with_children" for p in people) and sums:
        return True
    if _auctioned(thread, sorts):
        return True
    back = [p for s in thread.said for p in s.of("return_to_office")]
    if one and len(back) >= 2:
        return True
    if "return_to_office" in sorts and ({"closed", "price_word", "price", "buy", "sell"} & kinds.keys()):
        return True
    if "runs_debt" in sorts and sums:
        return True
    if kinds.get("buy") and sums and thread.has("household_skill") and not thread.has("service", "job"):
        return True  # wants to buy one who cooks and cleans
    if "deed" in sorts and "sell" in kinds and sums:
        return True
    if "sells" in sorts and {p.concept for p in kinds.get("age", [])} & {"@age"}:
        return True  # he sells his, she is 26
    if "reserved" in sorts and thread.has("deposit"):
        return True
    if "sells" in sorts and sums and len({p.words.casefold() for p in done if p.concept == "sells"}) > 1:
        return True
    if "runs_debt" in sorts and len({p.words for s in thread.said for p in s.of("runs_debt")}) > 1:
        return True
    if "sells" in sorts and thread.has("as_gift") and ({"price_word", "ask"} & kinds.keys() or sums):
        return True  # had her as a gift, has no use for her
    two = len(thread.senders) > 1
    bargained = [k for k in BARGAINING if k in kinds]
    more = {k for k in FURTHER if k in kinds} - {"give"} | ({"give"} if "exchange" not in sorts else set())
    if thread.has("deed"):
        more.add("deed")
    if one:
        more.add("person")
    if _batch(thread):
        return True
    if not sorts:
        return False
    priced = bool(sums) or {"ask", "price_word", "deal"} <= kinds.keys()
    if len(sorts) >= 2 and (sums or (two and "ask" in kinds)):
        return True
    if priced and two and len(bargained) >= 2 and ({"deal", "closed"} & kinds.keys()):
        return True
    return bool(sums) and bool(more) and (len(more) >= 2 or two or bool({"deal", "person", "deed"} & more))


def _batch(thread: Thread) -> bool:
    """Several who came and are there, at a sum in the money of the compounds that others raise; no goods are named."""
    said = [s for s in thread.said if s.length <= TURN]
    bids = [p for s in said for p in s.of(FIGURE, PRICE) if s.sender != thread.opener.sender]
    money = any(p.words.casefold().rstrip().endswith(("u", "usdt", "يو", "تتر", "یو")) for p in _sums(thread))
    return thread.opener.has("available") and len(bids) >= 2 and money


def _auctioned(thread: Thread, sorts: set[str]) -> bool:
    """Sums of others that rise, and a man known by his kunya who takes her."""
    bids = [p for s in thread.said for p in s.of(FIGURE, PRICE) if s.sender != thread.opener.sender]
    named = {s.message.text[p.span[0] : p.span[1]] for s in thread.said for p in s.of(FIGURE, PRICE)}
    running = thread.has("price_reached", "auction", "bid", "sold") or "deal" in sorts
    return len(bids) >= 2 and len(named) >= 2 and running and "deal" in sorts and thread.has("@name")


def _swapped(thread: Thread, done: Sequence[Part], kinds: dict[str, list[Part]]) -> bool:
    """Somebody is swapped for another, or for a car: the car explains nothing here."""
    swaps = [p for p in done if p.concept == "exchange"]
    others = [g for g in GOODS if g not in SWAPPED]
    if not swaps or thread.has(*others, "play", "sport", "joke", "marriage"):
        return False
    goods = [p for s in thread.said for p in s.of(*GOODS)]
    if goods and not near(goods, swaps, BESIDE):
        return False
    if weight(frames_of(thread.said)) >= QUIET:
        return False
    people = any(s.has("girl", "woman", "captive", "slave", "maid", "person_by_origin") for s in thread.said)
    told = {"age", "attribute", "price", "control", "photo", "deal", "there"} & kinds.keys()
    return people or bool(told) or thread.has("alive", "document")
