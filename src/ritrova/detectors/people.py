"""People as goods: offers, requests and bargaining, transfers of domestic workers, registers of captives, bounties.

A word for a person is everywhere, so it counts only beside trade that is about it. The captors' own words count at once;
a girl, a woman, a worker only with several signs of trade that no ordinary goods explain. The bargaining of others (how
much, still there, a bid, sold) counts as much as the advert, also when no single message is an offer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ritrova.detectors.claims import (
    BARGAINING,
    COMMERCE,
    Claim,
    frames_of,
    kinds_of,
    outweighed,
)
from ritrova.detectors.reading import AGE, FIGURE, PHOTO, PRICE, Part, Said, distance, near
from ritrova.detectors.threads import GOODS, Thread, is_prose
from ritrova.detectors.weighing import outweighs
from ritrova.model.records import Act

PLAIN = ("girl", "woman", "man", "child", "person_by_origin", "worker", "bride", "slave", "lot_with_children")
"""Ordinary words for people: they need several signs of trade."""
CLOSE = 14
"""Characters within which a person word and an offer word are one phrase."""
BARTER = 24
"""Characters within which a word for somebody held and a word for a swap are one phrase: what stands behind is the price."""
_HELD = ("slave", "captive", "maid", "traded_worker")
BESIDE = 70
"""Characters within which a sign is about a person word in running prose."""


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
            swapped = p.concept in _HELD and near([p], barter, BARTER)
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


def sales(thread: Thread, market: dict[str, int], before: Sequence[Said]) -> Iterator[Claim]:
    """Offers, requests and bargaining for a person."""
    strong = captors_words(thread.said)
    plain = plain_people(thread.said)
    if strong:
        claims = list(_captors(thread, strong, plain, market))
    elif plain:
        claims = list(_plain(thread, plain, market))
    else:
        claims = list(_implied(thread, before))
    yield from claims or _weighed(thread, before)


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
        _act(thread, kinds),
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
        trade.append("contact")  # somebody held, described, and a way to write
    if not trade:
        return
    if all(p.concept == "slave_market" for p in (*strong, *(q for k in trade for q in kinds[k]))) and not (
        {"contact", "detail", "price_word", "have", "photo"} & kinds.keys()
        or thread.has("time", "@date", "photo_word")
    ):
        return  # history and news name the market; an advert says what is on it, when, or how to come to it
    if trade == ["give"] and len(kinds) < 3 and not any(p.concept == "exchange" for p in kinds["give"]):
        return
    core = _core(thread, strong, kinds)
    frames = frames_of(core)
    market_only = all(p.concept == "slave_market" for p in strong)
    if outweighed(frames, len(kinds) + 1, "detail" in kinds, margin=0.5) or (market_only and frames):
        return
    yield Claim("person_sale", _act(thread, kinds), {"person": strong + plain, **kinds}, thread.said, frames)


def _plain(thread: Thread, plain: list[Part], market: dict[str, int]) -> Iterator[Claim]:
    kinds = signs(thread, plain, TRADE)
    commerce = [k for k in COMMERCE if k in kinds]
    if not commerce:
        return
    if thread.has(*GOODS) and not phrase(plain, kinds) and not _wanted_home(thread, plain, kinds):
        return
    core = _core(thread, plain, kinds)
    ordinary = thread.has("job_offer", "salary", "application", "licensed_agency", "marriage")
    bargaining = [k for k in BARGAINING if k in kinds]
    described = [k for k in ("age", "attribute", "photo", "control") if k in kinds]
    reached = [k for k in ("contact", "detail", "terms", "deal", "control") if k in kinds]
    aged = _aged(thread, plain, kinds.get("age", []))
    together = phrase(plain, kinds)
    two = len({s.sender for s in thread.said if s.has("bargain", FIGURE)} | {thread.opener.sender}) > 1
    wanted = near(kinds.get("wanted", []), plain, 25)
    fits = False
    if together:
        fits = bool(described or bargaining or {"price", "detail", "deal"} & kinds.keys())
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
    elif aged and ("price" in kinds or "bid" in kinds) and (reached or bargaining or "attribute" in kinds):
        fits = not wanted or bool({"bid", "closed", "sell", "ask"} & kinds.keys())
    elif two and len(bargaining) >= 2 and described:
        fits = bool({"price", "closed", "there"} & kinds.keys()) and _described(plain, kinds)
    elif two and len(bargaining) >= 3 and {"price", "deal"} <= kinds.keys():
        fits = not wanted and any(p.concept in ("girl", "woman", "person_by_origin") for p in plain)
    elif _unlawful(market) and described and (bargaining or "price" in kinds):
        fits = True
    elif len(thread.senders) > 1 and bargaining and "price" in kinds:
        fits = any(p.concept == "slave" for p in plain)
    if not fits and not ordinary:
        fits = _told_of_one(thread, plain, kinds, wanted)
    if not fits:
        return
    frames = frames_of(core)
    if outweighed(frames, len(kinds), "detail" in kinds):
        return
    claim = Claim("person_sale", _act(thread, kinds), {"person": plain, **kinds}, thread.said, frames)
    if _unlawful(market):
        claim.remarks.append("the conversation also trades in " + ", ".join(_unlawful(market)))
    yield claim


def _wanted_home(thread: Thread, plain: Sequence[Part], kinds: dict[str, list[Part]]) -> bool:
    """Somebody is looked for, for the house: the house is no ware here."""
    others = [g for g in GOODS if g != "realty"]
    return not thread.has(*others) and bool(near(plain, kinds.get("wanted", []), 25))


ONE = ("girl", "woman", "person_by_origin", "bride", "slave", "captive", "lot_with_children")
"""Words for one person whom somebody may have, as against a guy, people, staff."""
SUM = 500
"""From this sum on, in whatever money, a price is none of a small thing or service."""


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
    if one and two and "there" in kinds and sums and not thread.has("rescue", "kin"):
        return bool({"ask", "deal", "closed"} & kinds.keys())
    aged = _aged(thread, plain, kinds.get("age", []))
    if (
        one
        and two
        and len(bargaining) >= 2
        and not thread.has("rescue", "kin")
        and ({"deal", "closed"} & kinds.keys() or sums)
    ):
        return True  # still there? - last? - 2900
    if (
        sums
        and any(p.concept == "lot_with_children" and p.alone for p in plain)
        and not thread.has("ticket", "realty")
    ):
        return True
    if one and aged and sums and ({"have", "give", "deal", "terms"} & kinds.keys() or thread.has("owner")):
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


def _implied(thread: Thread, before: Sequence[Said]) -> Iterator[Claim]:
    """Bargaining about somebody of an age, without any word for a person."""
    if thread.has(*GOODS, "job", "realty", "sport") or any(s.has(*GOODS) for s in before):
        return
    kinds = signs(thread, [], TRADE)
    bargaining = [k for k in BARGAINING if k in kinds]
    years = [p for s in thread.said for p in s.of(AGE) if p.amount is not None and 5 <= p.amount <= 70]
    bound = [p for s in thread.said for p in s.of("attribute", "lot_with_children", PHOTO)]
    her = {(p.at, p.concept) for s in thread.said for p in s.of("bargain") if p.alone}
    her |= {(p.at, p.concept) for s in thread.said for p in s.of("sells") if p.alone}
    if thread.has("kin") and len(her) < 2:
        return  # an appointment for a mother, a present for a brother
    if (
        len(her) < 2
        and not _advert(thread, kinds, bool(years))
        and (not bound or not (years or her or len({p.concept for p in bound}) >= 3))
    ):
        return
    senders = {s.sender for s in thread.said}
    trade = len(bargaining) + ("price" in kinds) + ("sell" in kinds)
    adult = any(p.amount is not None and 12 <= p.amount <= 50 for p in years)
    described = len([k for k in ("attribute", "photo", "control", "terms", "contact", "deal") if k in kinds])
    skilled = thread.has("household_skill", "marital_state", "work_skill", "lot_with_children")
    alone = adult and skilled and "price" in kinds and bool({"sell", "buy"} & kinds.keys())
    hers = any(p.alone for p in kinds.get("sell", [])) and "price" in kinds and (adult or skilled)
    advert = _advert(thread, kinds, adult)
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
    claim = Claim("person_sale", _act(thread, kinds), kinds, thread.said, frames)
    claim.remarks.append("bargaining over somebody of a stated age, and no goods are named")
    yield claim


def _advert(thread: Thread, kinds: dict[str, list[Part]], adult: bool) -> bool:
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


def _aged(thread: Thread, people: Sequence[Part], ages: Sequence[Part]) -> bool:
    """An age that may be of the person named: in the same message, or by the same sender close by."""
    by = {s.at: s.sender for s in thread.said}
    return any(
        p.concept == AGE and (p.at == q.at or (by[p.at] == by[q.at] and abs(p.at - q.at) <= 3))
        for p in ages
        for q in people
    )


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


def phrase(people: Sequence[Part], kinds: dict[str, list[Part]]) -> bool:
    """A person word and an offer or request word in one phrase ("girl for sale", "I want to buy a woman", "swap my slave")."""
    trade = [p for p in kinds.get("sell", []) if p.concept != "who_wants"] + kinds.get("buy", [])
    trade += [p for p in kinds.get("give", []) if p.concept == "exchange" and p.alone]
    swaps = [p for p in kinds.get("give", []) if p.concept == "exchange"]
    if near([p for p in people if p.concept in _HELD], swaps, BARTER):
        return True
    return any(
        p.segment == o.segment and distance(p, o) <= CLOSE and p.concept in _HUMAN
        for p in people
        for o in trade
    )


_HUMAN = (
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


def _core(thread: Thread, people: Sequence[Part], kinds: dict[str, list[Part]]) -> list[Said]:
    """The messages that carry the nucleus: those that name the person or offer; their frames count."""
    at = {p.at for p in people} | {
        p.at for k in ("sell", "buy", "transfer", "give") for p in kinds.get(k, [])
    }
    return [s for s in thread.said if s.at in at] or list(thread.said)


def _act(thread: Thread, kinds: dict[str, list[Part]]) -> Act:
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


def transfers(thread: Thread) -> Iterator[Claim]:
    """A domestic worker handed on, sold, lent on trial, or asked for so."""
    said = thread.said
    maids = []
    for s in said:
        goods = {p.segment for p in s.of(*GOODS)}
        handing = s.has("transfer_person")
        maids += [
            p for p in s.of("maid", "household_driver") if p.alone and (handing or p.segment not in goods)
        ]
    plain = [p for p in plain_people(said) if p not in maids]
    plain += [p for s in said for p in s.of("household_driver") if not p.alone]
    told = [p for s in said for p in s.of("transfer_person") if p.alone]  # "housemaid transfer" is one term
    if not maids and not plain and not told:
        return
    kinds = signs(thread, maids or plain or told, TRADE)
    handed = kinds.get("transfer", [])
    direct = [k for k in ("price", "age", "attribute", "detail", "control", *BARGAINING) if k in kinds]
    fits = False
    if maids:
        kept = thread.has("salary", "licensed_agency", "service", "application")
        sold = near([p for k in ("sell", "buy", "give") for p in kinds.get(k, [])], maids, 40)
        fits = bool(handed) or bool([p for p in sold if p.concept != "as_gift"])
        fits = fits or (
            "control" in kinds and bool({"price", "have", "sell", "contact", "detail"} & kinds.keys())
        )
        fits = fits or ("returned" in kinds and "price" in kinds) or ("control" in kinds and "age" in kinds)
        fits = fits or len({p.words.casefold() for p in kinds.get("control", [])}) >= 2
        fits = fits or (not kept and "price" in kinds and "wanted" in kinds and thread.has("owner"))
        fits = fits or (not kept and "price" in kinds and bool({"deal", "have", "terms"} & kinds.keys()))
        brief = len(said) == 1 and said[0].length <= 120 and not thread.has("kin", "wanted")
        dear = any((p.amount or 0) >= 300 for p in kinds.get("price", []))
        fits = fits or (brief and dear and not kept and not frames_of(said))
        fits = fits or (len([k for k in BARGAINING if k in kinds]) >= 2 and "price" in kinds)
    elif not plain:
        fits = bool({"price", "age", "attribute", "control"} & kinds.keys()) and not thread.has(*GOODS)
    elif handed:
        beside = near(handed, plain, BESIDE) or any(p.at != q.at for p in handed for q in plain)
        people = [
            p
            for p in plain
            if p.concept in ("person_by_origin", "worker", "woman", "girl", "household_driver", "maid")
        ]
        fits = bool(beside) and bool(people) and (bool(direct) or {"have", "contact"} <= kinds.keys())
    if not fits:
        return
    core = _core(thread, maids or plain or told, kinds)
    frames = frames_of(core)
    if outweighed(frames, len(kinds) + 1, "detail" in kinds, margin=1.0):
        return
    named = {"person": maids + plain} if maids or plain else {}
    yield Claim("domestic_worker_transfer", _act(thread, kinds), {**named, **kinds}, said, frames)


REGISTER = {"photo": (PHOTO, "photo_request", "photo_word"), "bring_back": ("bring_back",)}


def registers(thread: Thread) -> Iterator[Claim]:
    """A list of captives with owners, deeds, or for checkpoints."""
    said = [s for s in thread.said if s.has("record", "owner", "person", AGE, "@name")]
    kinds = kinds_of(
        said, ("registry", "deed", "owner", "checkpoint", "age", "photo", "price", "bring_back"), REGISTER
    )
    strong = captors_words(said)
    plain = [p for p in plain_people(said) if p.concept != "slave"]
    if not strong and len({p.words.casefold() for p in kinds.get("deed", [])}) >= 2:
        strong = [p for s in said if s.has("deed") for p in s.of("slave", "captive")]
    if not (strong or plain) and not _listed(thread, kinds):
        return
    if not {"registry", "deed", "checkpoint"} & kinds.keys():
        return
    if "price" in kinds and thread.has("for_sale", "sells"):
        return
    rest = [
        k for k in ("registry", "deed", "owner", "checkpoint", "age", "photo", "bring_back") if k in kinds
    ]
    written = len({p.words.casefold() for p in kinds.get("deed", [])})
    enough = len(rest) >= 2 or written >= 3 if strong or not plain else ("owner" in kinds and len(rest) >= 3)
    if not enough or (strong and not {"registry", "deed", "owner"} & kinds.keys()):
        return
    core = [s for s in said if s.has("record", "person")]
    frames = frames_of(core)
    if outweighed(frames, len(kinds) + 1, False, margin=1.0):
        return
    named = strong + plain
    yield Claim(
        "captive_registry", "record", {"person": named, **kinds} if named else kinds, thread.said, frames
    )


def _listed(thread: Thread, kinds: dict[str, list[Part]]) -> bool:
    """A list for checkpoints that gives each entry an owner, and names no goods: its entries are people."""
    owners = len(kinds.get("owner", []))
    if thread.has(*GOODS) or not owners:
        return False
    if "checkpoint" in kinds:
        return "registry" in kinds or (owners >= 2 and "deed" in kinds)
    return owners >= 2 and "registry" in kinds and "deed" in kinds


BOUNTY = {
    "runaway": ("runaway",),
    "reward": ("reward",),
    "bring_back": ("bring_back",),
    "do_not_employ": ("do_not_employ",),
}


def bounties(said: Sequence[Said]) -> Iterator[Claim]:
    """Somebody ran away, and whoever brings them back is paid. `said` is one sender's message and what he adds to it."""
    kinds = kinds_of(
        said,
        (
            "runaway",
            "reward",
            "bring_back",
            "do_not_employ",
            "price",
            "checkpoint",
            "owner",
            "age",
            "control",
            "detail",
            "contact",
        ),
        BOUNTY,
    )
    people = captors_words(said) + [
        p for s in said for p in s.of("maid", *PLAIN, "household_driver", "traded_worker")
    ]
    if any(s.has("animal", "vehicle", "phone") for s in said):
        return
    gone = "runaway" in kinds
    paid = "reward" in kinds or ("bring_back" in kinds and "price" in kinds)
    back = "bring_back" in kinds or "do_not_employ" in kinds
    held = bool(captors_words(said)) or any(
        s.has("maid", "owner", "traded_worker", "control", "worker", "household_driver") for s in said
    )
    if not (
        (gone and held and (paid or back))
        or (gone and back and paid and (people or "do_not_employ" in kinds))
        or (paid and back and held)
        or (gone and back and paid and not any(s.has("kin", "appeal") for s in said))
    ) and not (gone and back and "checkpoint" in kinds):
        return
    frames = frames_of(said)
    if outweighed(frames, len(kinds) + (1 if held else 0), "detail" in kinds, margin=1.0):
        return
    yield Claim(
        "runaway_bounty", "bounty", {"person": people, **kinds} if people else kinds, tuple(said), frames
    )


def money(parts: Sequence[Part]) -> bool:
    """Whether any part is a price."""
    return any(p.concept == PRICE for p in parts)
