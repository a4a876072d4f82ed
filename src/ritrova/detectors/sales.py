"""Offers, requests and bargaining for a person who is named by a word.

The bargaining of others (how much, still there, a bid, sold) counts as much as the advert, also when no single message is an
offer. Where no rule fits, weak signs are weighed together (`weighing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ritrova.detectors.claims import BARGAINING, COMMERCE, Claim, frames_of, kinds_of, outweighed
from ritrova.detectors.haggle import haggled, of_rescue
from ritrova.detectors.haggle import ordinary as explained
from ritrova.detectors.handed import handed
from ritrova.detectors.implied import implied
from ritrova.detectors.persons import (
    BARTER,
    CLOSE,
    ONE,
    SUM,
    TRADE,
    act,
    aged,
    captors_words,
    core,
    phrase,
    plain_people,
    signs,
)
from ritrova.detectors.reading import AGE, FIGURE, Part, Said, near
from ritrova.detectors.threads import GOODS, Thread, is_prose
from ritrova.detectors.weighing import outweighs

LONG = 400
"""Characters from which on a message is a post, not a turn or an advert."""
BRIEF = 220
"""Characters of an advert of a few lines."""


def sales(thread: Thread, market: dict[str, int], before: Sequence[Said]) -> Iterator[Claim]:
    """Offers, requests and bargaining for a person."""
    strong = captors_words(thread.said)
    plain = plain_people(thread.said)
    if strong:
        claims = list(_captors(thread, strong, plain, market))
    elif plain:
        claims = list(_plain(thread, plain, market))
    else:
        claims = list(implied(thread, before))
    claims = claims or list(_handed(thread, plain, before))
    yield from claims or _weighed(thread, before)


def _handed(thread: Thread, plain: Sequence[Part], before: Sequence[Said]) -> Iterator[Claim]:
    """Somebody handed on, told by what is done with her (`handed`)."""
    kinds = signs(thread, plain, TRADE)
    if not handed(thread, plain, kinds, before):
        return
    more = kinds_of(thread.said, ("deed",))
    named = {"person": list(plain)} if plain else {}
    yield Claim(
        "person_sale", act(thread, kinds), {**named, **kinds, **more}, thread.said, frames_of(thread.said)
    )


def _weighed(thread: Thread, before: Sequence[Said]) -> Iterator[Claim]:
    """Several weak signs together (`weighing`), where no rule fits."""
    if any(s.has(*GOODS) for s in before):
        return
    people = [p for s in thread.said for p in s.of("person")]
    kinds = signs(thread, people, TRADE)
    if "price" in kinds and all((p.amount or 0) < SUM for p in kinds["price"]):
        return  # a small thing or service
    slang = people and all(p.concept == "traded_worker" and not p.alone for p in people)
    if (slang and not {"attribute", "control"} & kinds.keys()) or not outweighs(thread, kinds):
        return
    moved = "transfer" in kinds or any(p.concept in ("maid", "household_driver") for p in people)
    named = {"person": people} if people else {}
    yield Claim(
        "domestic_worker_transfer" if moved else "person_sale",
        act(thread, kinds),
        {**named, **kinds},
        thread.said,
        frames_of(thread.said),
    )


def _captors(
    thread: Thread, strong: list[Part], plain: list[Part], market: dict[str, int]
) -> Iterator[Claim]:
    kinds = signs(thread, strong, TRADE)
    trade = [k for k in (*COMMERCE, "transfer") if k in kinds]
    if "deal" in kinds and not any(is_prose(s) for s in thread.said):
        trade.append("deal")  # cash, a deposit, a handover
    told = [k for k in ("have", "age", "attribute", "photo") if k in kinds] + ["photo"] * thread.has(
        "photo_word"
    )
    if (
        not trade
        and told
        and {"contact", "detail"} & kinds.keys()
        and not any(is_prose(s) for s in thread.said)
    ):
        trade.append(
            "contact" if "contact" in kinds else "detail"
        )  # somebody held, described, and a way to write
    if not trade:
        return
    if all(p.concept == "slave_market" for p in (*strong, *(q for k in trade for q in kinds[k]))) and not (
        {"contact", "detail", "price_word", "have", "photo"} & kinds.keys()
        or thread.has("time", "@date", "photo_word")
    ):
        return  # history and news name the market; an advert says what is on it, when, or how to come to it
    if trade == ["give"] and len(kinds) < 3 and not any(p.concept == "exchange" for p in kinds["give"]):
        return
    nucleus = core(thread, strong, kinds)
    frames = frames_of(nucleus)
    market_only = all(p.concept == "slave_market" for p in strong)
    if outweighed(frames, len(kinds) + 1, "detail" in kinds, margin=0.5) or (market_only and frames):
        return
    yield Claim("person_sale", act(thread, kinds), {"person": strong + plain, **kinds}, thread.said, frames)


def _plain(thread: Thread, plain: list[Part], market: dict[str, int]) -> Iterator[Claim]:
    kinds = signs(thread, plain, TRADE)
    commerce = [k for k in COMMERCE if k in kinds]
    if not commerce and not _handed_on(thread, plain, kinds):
        return
    if thread.has(*GOODS) and not phrase(plain, kinds) and not _wanted_home(thread, plain, kinds):
        return
    nucleus = core(thread, plain, kinds)
    ordinary = thread.has("job_offer", "salary", "application", "licensed_agency", "marriage")
    bargaining = [k for k in BARGAINING if k in kinds]
    described = [k for k in ("age", "attribute", "photo", "control") if k in kinds]
    reached = [k for k in ("contact", "detail", "terms", "deal", "control") if k in kinds]
    years = aged(thread, plain, kinds.get("age", []))
    together = phrase(plain, kinds)
    two = len({s.sender for s in thread.said if s.has("bargain", FIGURE)} | {thread.opener.sender}) > 1
    wanted = near(kinds.get("wanted", []), plain, 25)
    fits = False
    if together:
        fits = bool(described or bargaining or {"price", "detail", "deal"} & kinds.keys())
        held = [p for p in plain if p.concept in ("slave", "captive")]
        fits = fits or bool(
            near(held, kinds.get("sell", []), CLOSE)
            and ("terms" in kinds or thread.has("@date"))
            and not thread.has("fiction")
        )
        fits = fits or (
            bool(near(plain, kinds.get("give", []), BARTER)) and thread.has(*GOODS, "contact", "transport")
        )
    elif ordinary:
        fits = False
    elif thread.has("passport_held", "no_phone") and ("price" in kinds or "sell" in kinds):
        fits = True
    elif _singled_out(plain, kinds) and "price" in kinds and (reached or bargaining):
        fits = not wanted
    elif (
        "sell" in kinds
        and described
        and (
            "price" in kinds
            or bargaining
            or (len(described) >= 2 and any(p.concept != "who_wants" for p in kinds["sell"]))
        )
    ) or (wanted and "bid" in kinds and "price" in kinds and reached and "attribute" not in kinds):
        fits = True
    elif years and ("price" in kinds or "bid" in kinds) and (reached or bargaining or "attribute" in kinds):
        fits = not wanted or bool({"bid", "closed", "sell", "ask"} & kinds.keys())
        if thread.has("kin") and not {"sell", "closed", "there", "control", "detail"} & kinds.keys():
            fits = False  # her brother asks so much: a dowry
    elif two and len(bargaining) >= 2 and described:
        fits = bool({"price", "closed", "there"} & kinds.keys()) and _described(plain, kinds)
    elif two and len(bargaining) >= 3 and {"price", "deal"} <= kinds.keys():
        fits = not wanted and any(p.concept in ("girl", "woman", "person_by_origin") for p in plain)
    elif _unlawful(market) and described and (bargaining or "price" in kinds):
        fits = True
    elif len(thread.senders) > 1 and bargaining and "price" in kinds:
        fits = any(p.concept == "slave" for p in plain)
    if not fits and not (ordinary and not thread.has("who_wants", "passport_held", "compound_country")):
        fits = _told_of_one(thread, plain, kinds, wanted) or _handed_on(thread, plain, kinds)
    fits = fits or haggled(thread, plain, kinds) or _brief_advert(thread, plain, kinds)
    if not fits:
        return
    frames = frames_of(nucleus)
    if outweighed(frames, len(kinds), "detail" in kinds):
        return
    claim = Claim("person_sale", act(thread, kinds), {"person": plain, **kinds}, thread.said, frames)
    if _unlawful(market):
        claim.remarks.append("the conversation also trades in " + ", ".join(_unlawful(market)))
    yield claim


def _wanted_home(thread: Thread, plain: Sequence[Part], kinds: dict[str, list[Part]]) -> bool:
    """Somebody is looked for, for the house: the house is no ware here."""
    others = [g for g in GOODS if g != "realty"]
    return not thread.has(*others) and bool(near(plain, kinds.get("wanted", []), 25))


def _told_of_one(
    thread: Thread, plain: Sequence[Part], kinds: dict[str, list[Part]], wanted: Sequence[Part]
) -> bool:
    """Several signs together, none of which says much alone: a person, a sum, and what is said of goods."""
    if any(is_prose(s) for s in thread.said) or thread.has("rate", "service", "ticket"):
        return False
    one = [p for p in plain if p.concept in ONE]
    sums = [p for k in ("price", "bid") for p in kinds.get(k, []) if (p.amount or 0) >= SUM]
    bargaining = [k for k in BARGAINING if k in kinds]
    two = len(thread.senders) > 1
    if one and two and "there" in kinds and sums and not thread.has("kin") and not of_rescue(thread):
        return bool({"ask", "deal", "closed"} & kinds.keys())
    years = aged(thread, plain, kinds.get("age", []))
    if (
        one
        and two
        and len(bargaining) >= 2
        and not thread.has("kin")
        and not of_rescue(thread)
        and ({"deal", "closed"} & kinds.keys() or sums)
    ):
        return True  # still there? - last? - 2900
    if (
        sums
        and any(p.concept == "lot_with_children" and p.alone for p in plain)
        and {"sell", "give", "have", "deal", "terms", "control", "age", "contact", "detail", *BARGAINING}
        & kinds.keys()
        and not thread.has("ticket", "realty")
    ):
        return True
    if one and years and sums and ({"have", "give", "deal", "terms"} & kinds.keys() or thread.has("owner")):
        return True
    if wanted and sums and any(p.concept in ONE for p in near(plain, wanted, 25)):
        return True  # need a young woman, budget 4000
    asked = near(plain, kinds.get("ask", []), 20)
    if asked and two and sums and {"bid", "deal", "closed", "control"} & kinds.keys():
        return True  # how much for the one in your dorm? - 11k - I can do 9
    heads = [p for s in thread.said for p in s.of("passenger")]
    many = [p for p in plain if p.concept in ("worker", "traded_worker", "man", "woman", "girl")]
    return bool(
        sums and many and near(heads, sums, 12) and (thread.has("document") or "control" in kinds)
    )  # so much a head, papers handed over


def _handed_on(thread: Thread, plain: Sequence[Part], kinds: dict[str, list[Part]]) -> bool:
    """Ways in which people are passed on without any word of sale: a slave asked for, a debt that goes with her, workers by
    the head who speak and type and whose passports are held."""
    if any(is_prose(s) or s.length > LONG for s in thread.said) or thread.has("rescue", "application"):
        return False
    reached = bool({"contact", "detail"} & kinds.keys())
    sums = [p for k in ("price", "bid") for p in kinds.get(k, []) if p.amount is None or p.amount >= SUM]
    slaves = [p for p in plain if p.concept in ("slave", "captive", "traded_worker")]
    asked = near(slaves, kinds.get("wanted", []) + kinds.get("buy", []), BARTER)
    if asked and (sums or (reached and ({"age", "have"} & kinds.keys()))):
        return True
    two = len(thread.senders) > 1
    debt = any(p.concept == "runs_debt" for p in kinds.get("control", []))
    one = [p for p in plain if p.concept in ONE]
    taken = {"handover", "buys", "transfer_person", "sells", "passport_held", "deal"}
    if (
        debt
        and one
        and (sums or two)
        and len(taken & {p.concept for s in thread.said for p in s.parts}) >= (1 if two else 2)
    ):
        return True  # she owes nine, pay and she is yours
    many = [
        p
        for p in plain
        if p.concept in ("worker", "traded_worker", "man", "woman", "girl", "person_by_origin")
    ]
    skilled = thread.has("work_skill") or "control" in kinds or thread.has("document")
    if thread.has("authority", "report_verb", "news_outlet"):
        return False
    offered = bool({"have", "sell", "give", "buy", "transfer", "deal", "control"} & kinds.keys())
    offered = offered or thread.has("who_wants")
    if (
        many
        and sums
        and skilled
        and offered
        and (
            thread.has("compound_country", "passport_held")
            or near(
                [p for s in thread.said for p in s.of("passenger", "price_word", "negotiable", "as_lot")],
                sums,
                BARTER,
            )
        )
    ):
        return True
    return bool(one and sums and two and "control" in kinds and {"deal", "have", "closed"} & kinds.keys())


def _brief_advert(thread: Thread, plain: Sequence[Part], kinds: dict[str, list[Part]]) -> bool:
    """One account's few lines: somebody, a sum that no small thing costs, and two of what adverts add (age, attributes, control
    over papers, that she is there, terms, a way to write)."""
    if len(thread.senders) > 1 or sum(s.length for s in thread.said) > BRIEF or explained(thread):
        return False
    one = [p for p in plain if p.concept in ONE or p.concept == "maid"]
    if (
        one
        and thread.has("auction")
        and ({"deal", "price", "contact", "detail"} & kinds.keys() or thread.has("@date"))
    ):
        return True
    if plain and "price" in kinds and len({p.concept for p in kinds.get("control", [])}) >= 2:
        return True
    big = [p for p in kinds.get("price", []) if (p.amount or 0) >= SUM]
    more = [
        k
        for k in (
            "age",
            "attribute",
            "control",
            "have",
            "terms",
            "deal",
            "sell",
            "give",
            "transfer",
            "closed",
        )
        if k in kinds
    ]
    reach = bool({"contact", "detail"} & kinds.keys())
    if not one or not big or near(kinds.get("wanted", []), plain, 25):
        return False
    return len(more) + reach >= 3 or (len(more) >= 2 and not thread.has("@date", "time"))


def _unlawful(market: dict[str, int]) -> list[str]:
    """What else of this kind the conversation trades in, when it does so more than by chance."""
    return [
        name for name in ("weapon", "explosive", "tactical", "papers", "body") if market.get(name, 0) >= 3
    ]


def _singled_out(plain: Sequence[Part], kinds: dict[str, list[Part]]) -> bool:
    """Attributes that only an advert for a person lists: conduct, marital state, health, children as part of a lot."""
    return any(p.concept != "man" for p in plain) and any(
        p.concept in ("obedience", "marital_state", "healthy", "lot_with_children")
        for p in kinds.get("attribute", [])
    )


def _described(plain: Sequence[Part], kinds: dict[str, list[Part]]) -> bool:
    """More than a vague "people" or "guy": a word that is told of one person, or an age that is written out."""
    if any(p.concept != "man" for p in plain):
        return True
    return any(p.concept == AGE for p in kinds.get("age", [])) or "attribute" in kinds
