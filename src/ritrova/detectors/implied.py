"""Bargaining over somebody without any word for a person: an age, attributes, "is she still there", a sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ritrova.detectors.claims import BARGAINING, Claim, frames_of, outweighed
from ritrova.detectors.haggle import haggled, of_rescue
from ritrova.detectors.persons import SUM, TRADE, act, signs
from ritrova.detectors.reading import AGE, AMOUNT, PHOTO, PRICE, Part, Said
from ritrova.detectors.threads import GOODS, Thread, is_prose


def implied(thread: Thread, before: Sequence[Said]) -> Iterator[Claim]:
    """Bargaining about somebody of an age, without any word for a person."""
    if thread.has(*GOODS, "job", "realty", "sport") or any(s.has(*GOODS) for s in before):
        return
    kinds = signs(thread, [], TRADE)
    bargaining = [k for k in BARGAINING if k in kinds]
    years = [p for s in thread.said for p in s.of(AGE) if p.amount is not None and 5 <= p.amount <= 70]
    bound = [p for s in thread.said for p in s.of("attribute", "lot_with_children", PHOTO)]
    her = {(p.at, p.concept) for s in thread.said for p in s.of("bargain") if p.alone}
    her |= {(p.at, p.concept) for s in thread.said for p in s.of("sells") if p.alone}
    if _left_over(thread, kinds) or haggled(thread, [], kinds):
        yield Claim("person_sale", act(thread, kinds), kinds, thread.said, frames_of(thread.said))
        return
    if thread.has("kin") and len(her) < 2:
        return  # an appointment for a mother, a present for a brother
    if (
        len(her) < 2
        and not _is_advert(thread, kinds, bool(years))
        and (not bound or not (years or her or len({p.concept for p in bound}) >= 3))
    ):
        return
    senders = {s.sender for s in thread.said}
    trade = len(bargaining) + len({"price", "sell", "buy", "give"} & kinds.keys())
    if "price" not in kinds and thread.has(AMOUNT):
        trade += 1
    adult = any(p.amount is not None and 12 <= p.amount <= 50 for p in years)
    described = len([k for k in ("attribute", "photo", "control", "terms", "contact", "deal") if k in kinds])
    skilled = thread.has("household_skill", "marital_state", "work_skill", "lot_with_children")
    alone = adult and skilled and "price" in kinds and bool({"sell", "buy"} & kinds.keys())
    hers = any(p.alone for p in kinds.get("sell", [])) and "price" in kinds and (adult or skilled)
    advert = _is_advert(thread, kinds, adult)
    alone = alone or advert
    if not (alone or hers) and (not bargaining or len(senders) < 2 or trade < 2):
        return
    several = len({p.concept for p in kinds.get("attribute", [])}) >= 2
    told = adult and (described >= 2 or several or ("attribute" in kinds and thread.has("her_age")))
    if (
        not (alone or hers)
        and trade < 3
        and not told
        and not (her and "price" in kinds and (adult or len(her) >= 2))
    ):
        return
    frames = frames_of(thread.said)
    if outweighed(frames, len(kinds), "detail" in kinds):
        return
    claim = Claim("person_sale", act(thread, kinds), kinds, thread.said, frames)
    claim.remarks.append("bargaining over somebody of a stated age, and no goods are named")
    yield claim


def _left_over(thread: Thread, kinds: dict[str, list[Part]]) -> bool:
    """A picture or a few words, "this one is left", attributes that no goods have, and somebody else who asks for the price or
    keeps her for himself: the whole haggle without one word for what is sold."""
    if (
        any(is_prose(s) for s in thread.said)
        or frames_of(thread.said)
        or thread.has("kin", "@link")
        or of_rescue(thread)
    ):
        return False
    senders = {s.sender for s in thread.said}
    bargaining = [k for k in BARGAINING if k in kinds]
    conduct = [p for p in kinds.get("attribute", []) if p.concept != "her_age"]
    if len(senders) < 2 or not bargaining:
        return False
    pictured = any(p.concept == PHOTO for p in kinds.get("photo", []))
    sums = bool({"price", "bid"} & kinds.keys()) or thread.has(AMOUNT)
    asked = {s.sender for s in thread.said for k in bargaining for p in kinds[k] if p.at == s.at}
    if (
        conduct
        and (pictured or len(conduct) >= 2)
        and asked - {thread.opener.sender}
        and (sums or len(bargaining) >= 2)
    ):
        return True
    gone = {"there", "closed"} <= kinds.keys()  # the one before went yesterday - is this one still there
    return (pictured or thread.has("handover")) and gone and "ask" in kinds and sums


def _is_advert(thread: Thread, kinds: dict[str, list[Part]], adult: bool) -> bool:
    """An advert that lists what is said of people only, with a sum or a swap: an age and attributes, or skills and a sum in
    the money of the compounds."""
    if any(is_prose(s) for s in thread.said) or thread.has("marriage", "salary", "application", "job_offer"):
        return False
    for s in thread.said:
        said = {p.concept for p in s.of("attribute") if p.concept != "her_age"}
        sums = [p for p in s.of(PRICE) if (p.amount or 0) >= SUM]
        if adult and s.has(AGE) and len(said) >= 2 and (sums or s.has("exchange")):
            return True
        more = bool({"contact", "detail", "have", "terms", "give", "deal"} & kinds.keys()) or s.has("owner")
        if adult and s.has(AGE) and said and sums and more:
            return True
        if s.has("work_skill") and any(p.words.casefold().rstrip().endswith(("u", "usdt")) for p in sums):
            return True
        if len(said) >= 2 and sums and s.has("handover", "for_sale", "exchange", "still_there"):
            return True
    return False
