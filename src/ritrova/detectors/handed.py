"""Somebody handed from one to another, told by what is done with her instead of what she is: kept for a buyer, taken back, swapped,
let go for a sum, several given together only.

Such words ("hold her for you", "take her back", "mine for yours") name no person and few sums, but hardly anybody says them of
goods. One of them, a sum and one further sign, or two of them, carry a claim where nothing ordinary explains the talk.
"""

from __future__ import annotations

from collections.abc import Sequence

from ritrova.detectors.claims import BARGAINING, frames_of
from ritrova.detectors.frames import weight
from ritrova.detectors.haggle import QUIET, of_rescue, ordinary
from ritrova.detectors.persons import ONE, cheap
from ritrova.detectors.reading import AMOUNT, FIGURE, PRICE, Part, Said, near
from ritrova.detectors.threads import GOODS, TURN, Thread, is_prose

DONE = ("bargain", "sells", "buys", "exchange", "return_to_office", "runs_debt", "deed", "as_gift")
"""Groups and concepts whose words, where they may count alone, say what is done with a person."""
FURTHER = (
    "age", "attribute", "deed", "owner", "control", "photo", "terms", "deal", "give", "price_word", "contact", "detail",
    "have", "returned", "wanted", "transfer",
)  # fmt: skip
"""Kinds that are one further sign beside such words."""
FAMILY = ("kin", "appeal", "medical", "education", "ticket", "rate")
SWAPPED = ("vehicle", "phone", "weapon")
"""What somebody is swapped for."""
BESIDE = 30


def hers(said: Sequence[Said]) -> list[Part]:
    """Words that say what is done with somebody."""
    return [p for s in said for p in s.of(*DONE) if p.alone]


def _sums(thread: Thread) -> list[Part]:
    return [p for s in thread.said for p in s.of(PRICE) or s.of(FIGURE, AMOUNT)]


def handed(
    thread: Thread, people: Sequence[Part], kinds: dict[str, list[Part]], before: Sequence[Said] = ()
) -> bool:
    """Whether somebody is handed on in a thread, by what is done with her."""
    if any(is_prose(s) for s in thread.said) or thread.has(*FAMILY) or any(s.has(*GOODS) for s in before):
        return False
    if of_rescue(thread):
        return False
    done = hers(thread.said)
    if _swapped(thread, done, kinds):
        return True
    if ordinary(thread):
        return False
    sums = _sums(thread)
    if any(p.concept == "return_to_office" for p in done) and {"price", "closed"} & kinds.keys():
        return True  # taken back or not, for a sum or after a sale
    if sums and all(cheap(p) for p in sums):
        return False
    one = [p for p in people if p.concept in ONE]
    if thread.has("as_lot") and one and not thread.has("salary"):
        counted = any(any(c.isdigit() for c in s.message.text) for s in thread.said if s.has("as_lot"))
        return bool(sums) or counted
    if thread.has("child") and not thread.has("as_lot", "lot_with_children"):
        return False
    return _plainly(thread, people, done, kinds, sums) or _together(thread, one, done, kinds, sums)


def _plainly(
    thread: Thread,
    people: Sequence[Part],
    done: Sequence[Part],
    kinds: dict[str, list[Part]],
    sums: Sequence[Part],
) -> bool:
    """One plain way of handing somebody on: each line is one that people use, told in words of at most two concepts."""
    sorts = {p.concept for p in done}
    lots = [p for s in thread.said for p in s.of("lot_with_children") if p.alone]
    back = [p for s in thread.said for p in s.of("return_to_office")]
    sold = {p.words.casefold() for p in done if p.concept == "sells"}
    debts = {p.words for s in thread.said for p in s.of("runs_debt")}
    return bool(
        # a mother and her children, not to be parted; or somebody who pays for such
        (thread.has("as_lot") and any(p.concept == "lot_with_children" for p in people) and sums)
        or (
            lots
            and thread.has("wanted", "buys")
            and ("bid" in kinds or sums)
            and not thread.has("job", "rate")
        )
        or _auctioned(thread, sorts)
        or _batch(thread)
        # taken back, another one instead
        or (len(back) >= 2 and any(p.concept in ONE for p in people))
        or ("return_to_office" in sorts and {"closed", "price_word", "price", "buy", "sell"} & kinds.keys())
        # who pays her debt takes her
        or ("runs_debt" in sorts and (sums or len(debts) > 1))
        # wants to buy one who cooks and cleans
        or ("buy" in kinds and sums and thread.has("household_skill") and not thread.has("service", "job"))
        # he sells his: she is 26, with the court's paper, he has no use for her, had her as a gift
        or ("deed" in sorts and "sell" in kinds and sums)
        # whose name is on the paper? stamped
        or (
            len(thread.senders) > 1
            and "sell" in kinds
            and len({p.at for s in thread.said for p in s.of("deed")}) >= 2
        )
        # he gives so much in exchange, the paper is written at the judge's
        or (
            thread.has("deed")
            and thread.has("exchange")
            and {"deal", "handover"} & {p.concept for s in thread.said for p in s.parts}
            and sums
        )
        or (sold and any(p.concept == "@age" for p in kinds.get("age", [])))
        or (len(sold) > 1 and sums)
        or (sold and thread.has("as_gift") and ({"price_word", "ask"} & kinds.keys() or sums))
        or ("reserved" in sorts and thread.has("deposit"))
    )


def _together(
    thread: Thread,
    one: Sequence[Part],
    done: Sequence[Part],
    kinds: dict[str, list[Part]],
    sums: Sequence[Part],
) -> bool:
    """Two ways of handing on, or one with a sum and further signs."""
    sorts = {p.concept for p in done}
    if not sorts:
        return False
    two = len(thread.senders) > 1
    bargained = [k for k in BARGAINING if k in kinds]
    more = {k for k in FURTHER if k in kinds}
    if "exchange" in sorts:
        more -= {"give"}
    more |= {k for k in ("deed", "owner") if thread.has(k)}
    if one:
        more.add("person")
    if len(sorts) >= 2 and (sums or (two and "ask" in kinds)):
        return True
    priced = bool(sums) or {"ask", "price_word", "deal"} <= kinds.keys()
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
