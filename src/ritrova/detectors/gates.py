"""What a stretch of messages must hold before the rules are asked: the weakest form of what each of them needs.

Every condition here is asked again, more narrowly, by a rule. A rule that is widened needs its gate widened too; a test runs all
labelled sets with and without gates and wants the same findings.
"""

from __future__ import annotations

from ritrova.detectors.threads import lone
from ritrova.model.shapes import Gate, Joining, Kind, Need


def _kind(*concepts: str) -> Kind:
    return frozenset(concepts)


CAPTIVE = _kind("captive", "traded_worker", "slave_market")
CAPTIVE_SURE = _kind("captive!", "traded_worker!", "slave_market")
MAID = _kind("maid", "household_driver")
PERSON = _kind(
    "girl", "woman", "man", "child", "person_by_origin", "worker", "bride", "slave", "lot_with_children",
    "maid", "household_driver", "captive", "traded_worker",
)  # fmt: skip
SLAVE = _kind("slave")
SELL = _kind("for_sale", "sells", "auction", "slave_market", "who_wants", "as_lot")
BUY = _kind("buys", "exchange", "as_gift")
WANTED = _kind("wanted")
PRICE = _kind("@price")
PRICE_WORD = _kind("price_word")
ASK = _kind("price_question", "last_price")
THERE = _kind("still_there")
BID = _kind("price_reached", "bid", "figure")
CLOSED = _kind("reserved", "sold")
DEAL = _kind("deal", "deposit", "handover")
AGE = _kind("@age", "her_age")
ATTRIBUTE = _kind(
    "household_skill", "obedience", "marital_state", "healthy", "work_skill", "lot_with_children", "photo_request",
    "blood_group",
)  # fmt: skip
CONTACT = _kind("contact", "call_me", "on_app", "@phone", "@handle", "@link")
TRANSFER = _kind("transfer_person")
CONTROL = _kind("passport_held", "no_phone", "no_papers", "runs_debt", "locked_in", "return_to_office")
HAVE = _kind("available", "negotiable", "urgent_sale", "trusted_seller")
HERS = _kind(
    *(
        f"{c}!"
        for c in ("price_question", "last_price", "still_there", "price_reached", "bid", "reserved", "sold")
    ),
    "sells!",
    "exchange!",
    "return_to_office!",
    "runs_debt!",
    "deal!",
    "buys!",
)  # fmt: skip: skip
OWNER, DEED, CHECKPOINT = (_kind(c) for c in ("owner", "deed", "checkpoint"))
REGISTRY = _kind("registry", "row")
RUNAWAY, REWARD, BACK = _kind("runaway"), _kind("reward"), _kind("bring_back", "do_not_employ")
FREED = _kind("bring_home", "ransom", "family_pays")
RESCUE = (FREED, _kind("mediator", "holder_demands"), _kind("rescue_office", "proof_of_life", "safe_arrival"))
RESCUE_SURE = (
    _kind("rescue_word!"),
    _kind("mediator!"),
    _kind("holder_demands!"),
    _kind("rescue_office!", "bring_home!", "ransom!", "family_pays!"),
    _kind("proof_of_life!"),
    _kind("safe_arrival!"),
)
SMUGGLING, SURE = _kind("smuggling"), _kind("smuggling!")
BORDER, GUARANTEE = _kind("border_crossing", "no_papers"), _kind("arrival_guarantee")
ROUTE, TRANSPORT = _kind("route", "destination", "work_abroad"), _kind("transport")
DEPARTURE, HEAD = _kind("departure"), _kind("passenger")
WAY = (SMUGGLING, BORDER, GUARANTEE, ROUTE, TRANSPORT, DEPARTURE, HEAD)
ABROAD = (_kind("work_abroad"), _kind("travel_paid"), _kind("visit_visa", "compound_country"))
LURE = (
    *ABROAD,
    _kind("high_salary"),
    _kind("no_experience"),
    _kind("housing_free"),
    _kind("vague_work"),
    _kind("hurry_lure"),
)
ARMS = _kind("weapon", "explosive", "tactical")
ARMS_SURE = _kind("weapon!", "explosive!", "tactical!")
ORGAN = _kind("organ", "donor")
DOCUMENT, FORGED = _kind("document"), _kind("forged", "issue_papers")

BARGAIN = (ASK, THERE, BID, CLOSED)
TRADE = (SELL, BUY, PRICE, *BARGAIN)
TOLD = (AGE, ATTRIBUTE, CONTROL)
REACHED = (CONTACT, HAVE, DEAL, CONTROL)


def _one(*kinds: Kind) -> Need:
    return Need(kinds, 1)


def _two(*kinds: Kind) -> Need:
    return Need(kinds, 2)


WEIGHED = (*TRADE, TRANSFER, CONTROL, AGE, ATTRIBUTE, DEAL, HAVE, WANTED)
JOINING = Joining(
    answers=_kind(
        "price_question", "last_price", "price_reached", "bid", "negotiable", "still_there", "reserved", "sold", "deal",
        "deposit", "handover", "photo_request", "buys", "wanted", "figure", "price_word", "@price", "deed",
    ),
    trade=SELL,
    lone=lone,
    talks=_kind(
        "@price", "@age", "@phone", "@handle", "@link", "her_age", "household_skill", "obedience", "marital_state",
        "work_skill", "healthy", "contact", "call_me", "on_app", "for_sale", "sells", "available", "who_wants", "exchange",
        "as_gift", "auction", "slave_market", "urgent_sale", "trusted_seller", "passport_held", "no_phone", "no_papers",
        "runs_debt", "locked_in",
    ),
)  # fmt: skip
"""As `threads` joins messages."""


def _thread(*needs: Need, core: tuple[Need, ...] = (), core_within: int = 1, within: int = 10) -> Gate:
    return Gate(needs, within, core, core_within, thread=True)


GATES = (
    # people: the captors' words, domestic workers, then ordinary words for people
    _thread(_one(CAPTIVE_SURE), _one(*TRADE, TRANSFER, DEAL, CONTACT)),
    _thread(_one(CAPTIVE), _two(OWNER, DEED, AGE, PRICE, TRANSFER)),
    _thread(_one(MAID), _one(TRANSFER, SELL, BUY, CONTROL)),
    _thread(_one(MAID), _one(PRICE), _one(*BARGAIN, *REACHED, AGE, ATTRIBUTE)),
    _thread(_one(PERSON), _one(TRANSFER)),
    Gate(core=(_one(PERSON), _one(SELL, BUY)), within=1),
    _thread(_one(PERSON), _one(CONTROL), _one(PRICE, SELL)),
    _thread(_one(PERSON), _one(ATTRIBUTE), _one(PRICE), _one(*BARGAIN, *REACHED)),
    _thread(_one(PERSON), _one(SELL), _one(PRICE, *BARGAIN, *TOLD)),
    _thread(_one(PRICE), _one(BID), core=(_one(PERSON), _one(WANTED))),
    _thread(_one(PRICE, *BARGAIN), core=(_one(PERSON), _one(*TOLD)), core_within=4),
    _thread(_two(*BARGAIN), core=(_one(PERSON),)),
    _thread(_one(*BARGAIN), _one(PRICE), core=(_one(SLAVE),)),
    _thread(core=(_one(PERSON), _one(WANTED), _one(PRICE))),
    _thread(_one(PRICE, BID), _one(ASK, DEAL, CLOSED), core=(_one(PERSON), _one(THERE))),
    _thread(core=(_one(AGE), _one(ATTRIBUTE), _one(PRICE, BUY))),
    _thread(core=(_one(ATTRIBUTE), _one(PRICE))),
    _thread(_one(HEAD), core=(_one(PERSON), _one(PRICE))),
    _thread(core=(_one(MAID), _one(PRICE))),
    _thread(_one(PRICE, AGE, ATTRIBUTE, CONTROL), core=(_one(TRANSFER),)),
    _thread(_one(PRICE), _one(BID, DEAL, CLOSED), core=(_one(PERSON), _one(ASK))),
    _thread(_one(HERS), _two(SELL, BUY, PRICE, *BARGAIN)),
    _thread(_two(SELL, PRICE, *BARGAIN), _one(*BARGAIN), core=(_one(AGE, ATTRIBUTE),), core_within=6),
    _thread(_one(PERSON, AGE, PRICE, CLOSED), core=(_one(HERS), _one(CONTROL))),
    _thread(_one(BUY, DEAL), _one(AGE, ATTRIBUTE, PERSON, DEAL), core=(_one(HERS),)),
    _thread(_one(AGE, CONTROL), core=(_one(HERS),)),
    _thread(_one(DEED), core=(_one(HERS),)),
    _thread(_one(ASK), _one(PERSON), core=(_one(HERS),)),
    _thread(_one(PRICE), core=(_one(DEED), _one(BUY))),
    _thread(_one(ASK), _one(PRICE, BID), core=(_one(THERE), _one(CLOSED), _one(DEAL))),
    _thread(_one(SELL), _one(PRICE), core=(_one(DEED),)),
    _thread(_one(SELL, BUY), _one(PRICE), _one(AGE), _one(ATTRIBUTE)),
    # several weak signs, which are weighed
    _thread(Need(WEIGHED, 3), _one(*TRADE, TRANSFER, CONTROL), core=(_one(PERSON),)),
    _thread(Need(WEIGHED, 3), _one(*TRADE, TRANSFER, CONTROL), core=(Need((AGE, ATTRIBUTE), 2),)),
    # registers and bounties
    _thread(_one(CAPTIVE), _one(REGISTRY, DEED, CHECKPOINT)),
    _thread(core=(_one(CAPTIVE_SURE), _one(OWNER, ATTRIBUTE))),
    _thread(core=(_one(PERSON), _one(CONTROL), _one(ATTRIBUTE))),
    _thread(_one(PERSON), _one(OWNER), _two(REGISTRY, DEED, CHECKPOINT, AGE, BACK)),
    _thread(_one(CHECKPOINT), _one(OWNER), _one(DEED, REGISTRY)),
    _thread(core=(_one(PERSON), _one(DEED))),
    _thread(core=(_one(PERSON), _one(REGISTRY), _one(ATTRIBUTE))),
    _thread(core=(_one(PERSON), _one(OWNER), _one(AGE))),
    _thread(core=(_one(OWNER), _one(REGISTRY))),
    _thread(core=(_one(REGISTRY), _one(AGE, CHECKPOINT, ATTRIBUTE))),
    # the shape of a haggle
    _thread(_one(PRICE, *BARGAIN), core=(_one(ATTRIBUTE),)),
    _thread(_one(PRICE, BID), core=(_one(PERSON), _one(SELL, DEED, *BARGAIN))),
    _thread(_one(PRICE, BID), _one(DEAL, *BARGAIN), core=(_one(PERSON), _one(HAVE, DEAL, PRICE))),
    Gate((_two(RUNAWAY, REWARD, BACK),), within=3),
    Gate((_one(BACK), _one(PRICE)), within=3),
    Gate((_one(BACK), _one(CHECKPOINT), _one(PERSON, OWNER)), within=3),
    # rescue
    Gate((_one(FREED),), within=1),
    Gate((_two(*RESCUE_SURE),), within=8),
    Gate((_one(RESCUE_SURE[0]), _one(*RESCUE)), within=8),
    # journeys and lures
    _thread(
        _one(SMUGGLING, BORDER, GUARANTEE),
        _one(PRICE, ASK, BID, GUARANTEE, CONTACT, WANTED, HAVE, DEAL),
        core=(_two(*WAY),),
    ),
    Gate((_one(SURE), _two(*WAY), _one(PRICE, ASK, BID, GUARANTEE, CONTACT, WANTED, HAVE, DEAL))),
    Gate((_one(GUARANTEE), _one(ROUTE, TRANSPORT), _one(PRICE, ASK, CONTACT))),
    Gate((_one(TRANSPORT), _one(HEAD, DEPARTURE), Need(WAY, 2), _one(PRICE), _one(CONTACT, ASK, BID, HAVE))),
    Gate((_one(TRANSPORT), _one(HEAD), Need(WAY, 4), _one(PRICE, ASK, BID, CONTACT))),
    Gate((_one(PRICE, ASK), _one(SMUGGLING, BORDER, GUARANTEE), Need(WAY, 3)), within=7),
    Gate((_one(*ABROAD), _two(*LURE)), within=4),
    Gate((_one(CONTROL), _two(*LURE)), within=4),
    # wares
    _thread(
        _one(*TRADE, WANTED, PRICE_WORD), _two(*TRADE, WANTED, PRICE_WORD, *REACHED), core=(_one(ARMS_SURE),)
    ),
    _thread(_two(*TRADE), _one(WANTED, *REACHED), core=(_one(ARMS),)),
    _thread(_one(ARMS), _one(SELL, BUY, PRICE, WANTED), within=2),
    _thread(_one(SELL, BUY, PRICE, ASK, BID, CLOSED, REWARD, CONTACT, AGE, ATTRIBUTE), core=(_one(ORGAN),)),
    _thread(_one(FORGED, SELL, BUY, PRICE), core=(_one(DOCUMENT),)),
)
