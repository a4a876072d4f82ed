"""The shape of a haggle over somebody, whatever the words: two accounts name sums in turn, or one asks and another closes.

An advert has no dialogue, and wording is easily changed; who answers whom with what sum is not. The shape counts only where
somebody is spoken of and nothing ordinary explains it (goods, rent, a salary, a service, tickets, sport, a wedding, family, news).
"""

from __future__ import annotations

from collections.abc import Sequence

from ritrova.detectors.claims import BARGAINING, frames_of
from ritrova.detectors.frames import weight
from ritrova.detectors.persons import ONE, cheap
from ritrova.detectors.reading import AGE, AMOUNT, FIGURE, PRICE, Part
from ritrova.detectors.threads import GOODS, TURN, Thread, is_prose

ORDINARY = (
    *GOODS,
    "salary",
    "application",
    "licensed_agency",
    "marriage_talk",
    "sport",
    "ticket",
    "rate",
    "organ",
    "weapon",
    "explosive",
    "tactical",
    "forged",
)
"""Groups and concepts that explain talk of money and people as something else."""
TWICE = ("rescue", "kin", "journey", "job_offer")
"""The same, where one of the words may count alone or two different ones stand: single ones are everyday words."""
QUIET = 0.85
"""From this weight on, news, testimony, jokes and the like are too loud for the shape alone to count."""


def of_rescue(thread: Thread) -> bool:
    """Whether a thread speaks of a release: a word that may count alone, or two different ones ("he wants" is said of any seller)."""
    parts = [p for s in thread.said for p in s.of("rescue")]
    return any(p.alone for p in parts) or len({p.concept for p in parts}) > 1


def ordinary(thread: Thread) -> bool:
    """Whether something ordinary explains a thread, or frames speak loudly against it."""
    if any(is_prose(s) or s.length > 4 * TURN for s in thread.said) or thread.has(*ORDINARY):
        return True
    for group in TWICE:
        parts = [p for s in thread.said for p in s.of(group)]
        if any(p.alone for p in parts if p.group != "kin") or len({p.words.casefold() for p in parts}) > 1:
            return True
    return weight(frames_of(thread.said)) >= QUIET


def sums(thread: Thread) -> list[Part]:
    """What is named as a sum in short messages: a price, a bare figure, number words that open an answer."""
    return [p for s in thread.said if s.length <= TURN for p in s.of(PRICE, FIGURE, AMOUNT)]


def asked_or_sold(kinds: dict[str, list[Part]]) -> bool:
    """Whether somebody asks for a price or keeps one for himself."""
    return bool({"ask", "closed", "there"} & kinds.keys())


def haggled(thread: Thread, people: Sequence[Part], kinds: dict[str, list[Part]]) -> bool:
    """Whether two accounts haggle over somebody who is named, or of whom age, conduct or skills are told."""
    if len(thread.senders) < 2 or ordinary(thread):
        return False
    named = sums(thread) or [
        p for s in thread.said if s.has("number") for p in s.of("last_price")
    ]  # five hundred less
    if not named or (
        all(cheap(p) for p in named if p.concept == PRICE) and any(p.concept == PRICE for p in named)
    ):
        return False
    by = {s.at: s.sender for s in thread.said}
    sides = {by[p.at] for p in named}
    told = [p for p in kinds.get("attribute", []) if p.concept != "her_age"]
    if all(p.concept == "healthy" for p in told):
        told = []  # an engine is sound too
    one = [p for p in people if p.concept in ONE or p.concept in ("maid", "traded_worker", "captive")]
    hers = [p for s in thread.said for p in s.of("bargain", "sells", "buys") if p.alone]
    ages = [p.at for p in kinds.get("age", []) if p.concept == AGE and 14 <= (p.amount or 0) <= 55]
    pair = any(ages.count(at) > 1 for at in ages)
    if pair and asked_or_sold(kinds):
        return True  # one of nineteen, one of twenty-seven: the younger, how much?
    someone = bool(one or told or hers or "control" in kinds) or ("age" in kinds and bool(people))
    if not someone:
        return False
    asked = {by[p.at] for k in BARGAINING for p in kinds.get(k, [])} - {thread.opener.sender}
    asked |= {by[p.at] for p in kinds.get("buy", [])} - {thread.opener.sender}
    if one and thread.has("owner") and {"buy", "price_word"} <= kinds.keys():
        return True  # the one at Abu's: he asks five - tell him four, I come and take her
    closes = bool({"deal", "closed"} & kinds.keys())
    signs = len(
        {
            k
            for k in (
                *BARGAINING,
                "deal",
                "age",
                "attribute",
                "control",
                "photo",
                "transfer",
                "sell",
                "price_word",
            )
            if k in kinds
        }
    )
    if (
        told
        and signs >= 2
        and (len({p.concept for p in told}) >= 2 or {"photo", "age", *BARGAINING} & kinds.keys())
    ):
        return True
    if one and thread.has("auction", "deed", "slave_market"):
        return True
    if len(sides) >= 2:
        return signs >= 2 or bool(hers)
    answered = any(
        by[p.at] != side for k in BARGAINING for p in kinds.get(k, []) for side in sides
    )  # the opener asks, another names the sum
    return (bool(asked) or answered) and ((closes and signs >= 2) or signs >= 3)
