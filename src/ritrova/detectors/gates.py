"""What a stretch of messages must hold before the rules are asked: the weakest form of what each of them needs.

Every condition here is asked again, more narrowly, by a rule. A rule that is widened needs its gate widened too; a test runs all
labelled sets with and without gates and wants the same findings.
"""

from __future__ import annotations

from ritrova.model.shapes import Gate, Kind, Need


def _kind(*concepts: str) -> Kind:
    return frozenset(concepts)


CAPTIVE = _kind("captive", "traded_worker", "slave_market")
MAID = _kind("maid", "household_driver")
PERSON = _kind(
    "girl", "woman", "man", "child", "person_by_origin", "worker", "bride", "slave", "lot_with_children",
    "maid", "household_driver", "captive", "traded_worker",
)  # fmt: skip
SELL = _kind("for_sale", "sells", "auction", "slave_market", "who_wants")
GIVE = _kind("exchange", "as_gift")
BUY = _kind("buys")
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
    "household_skill", "obedience", "marital_state", "healthy", "work_skill", "lot_with_children", "photo_request"
)  # fmt: skip
CONTACT = _kind("contact", "call_me", "on_app", "@phone", "@handle", "@link")
TRANSFER = _kind("transfer_person")
CONTROL = _kind("passport_held", "no_phone", "no_papers", "runs_debt", "locked_in", "return_to_office")
HAVE = _kind("available", "negotiable", "urgent_sale", "trusted_seller")
HERS = _kind(
    *(f"{c}!" for c in ("price_question", "last_price", "still_there", "price_reached", "bid", "reserved", "sold")),
    "sells!",
)  # fmt: skip
OWNER, REGISTRY, DEED, CHECKPOINT = (_kind(c) for c in ("owner", "registry", "deed", "checkpoint"))
RUNAWAY, REWARD, BACK = _kind("runaway"), _kind("reward"), _kind("bring_back", "do_not_employ")
FREED = _kind("bring_home", "ransom", "family_pays")
RESCUE = (
    FREED,
    _kind("rescue_word"),
    _kind("mediator"),
    _kind("holder_demands"),
    _kind("rescue_office"),
    _kind("proof_of_life"),
    _kind("safe_arrival"),
)
SMUGGLING, SURE = _kind("smuggling"), _kind("smuggling!")
BORDER, GUARANTEE = _kind("border_crossing"), _kind("arrival_guarantee")
ROUTE, TRANSPORT = _kind("route", "destination"), _kind("transport")
DEPARTURE, HEAD = _kind("departure"), _kind("passenger")
WAY = (SMUGGLING, BORDER, GUARANTEE, ROUTE, TRANSPORT, DEPARTURE, HEAD)
ABROAD = (_kind("work_abroad"), _kind("travel_paid"), _kind("visit_visa"))
LURE = (
    *ABROAD,
    _kind("high_salary"),
    _kind("no_experience"),
    _kind("housing_free"),
    _kind("vague_work"),
    _kind("hurry_lure"),
)
ARMS = _kind("weapon", "explosive", "tactical")
ORGAN, DONOR = _kind("organ"), _kind("donor", "blood_group")
DOCUMENT, FORGED = _kind("document"), _kind("forged", "issue_papers")

BARGAIN = (ASK, THERE, BID, CLOSED)
TRADE = (SELL, GIVE, BUY, PRICE, *BARGAIN)
TOLD = (AGE, ATTRIBUTE, CONTROL)
REACHED = (CONTACT, HAVE, DEAL, CONTROL)


def _one(*kinds: Kind) -> Need:
    return Need(kinds, 1)


def _two(*kinds: Kind) -> Need:
    return Need(kinds, 2)


GATES = (
    # people: the captors' words, domestic workers, then ordinary words for people
    Gate((_one(CAPTIVE), _one(*TRADE, TRANSFER, DEAL))),
    Gate((_one(MAID), _one(TRANSFER, SELL, GIVE, BUY, CONTROL))),
    Gate((_one(MAID), _one(PRICE), _one(*BARGAIN, *REACHED, AGE, ATTRIBUTE))),
    Gate((_one(PERSON), _one(TRANSFER))),
    Gate(core=(_one(PERSON), _one(SELL, GIVE, BUY))),
    Gate((_one(PERSON), _one(CONTROL), _one(PRICE, SELL))),
    Gate((_one(PERSON), _one(ATTRIBUTE), _one(PRICE), _one(*BARGAIN, *REACHED))),
    Gate((_one(PERSON), _one(SELL), _one(PRICE, *BARGAIN, *TOLD))),
    Gate((_one(PRICE), _one(BID)), core=(_one(PERSON), _one(WANTED))),
    Gate((_one(PRICE, *BARGAIN),), core=(_one(PERSON), _one(*TOLD)), core_within=4),
    Gate((_one(PERSON), _two(*BARGAIN))),
    Gate((_one(HERS), _two(SELL, BUY, PRICE, *BARGAIN))),
    Gate((_two(SELL, PRICE, *BARGAIN), _one(*BARGAIN)), core=(_one(AGE, ATTRIBUTE),), core_within=6),
    Gate((_one(SELL, BUY), _one(PRICE), _one(AGE), _one(ATTRIBUTE))),
    # registers and bounties
    Gate((_one(CAPTIVE), _one(REGISTRY, DEED, CHECKPOINT))),
    Gate((_one(PERSON), _one(OWNER), _two(REGISTRY, DEED, CHECKPOINT, AGE, BACK))),
    Gate((_one(CHECKPOINT), _one(OWNER), _one(DEED))),
    Gate((_one(PERSON),), core=(_one(DEED),)),
    Gate((_two(RUNAWAY, REWARD, BACK),), within=3),
    Gate((_one(BACK), _one(PRICE)), within=3),
    # rescue
    Gate((_one(FREED),), within=1),
    Gate((_two(*RESCUE),)),
    # journeys and lures
    Gate(
        (_one(SMUGGLING, BORDER, GUARANTEE), _one(PRICE, ASK, BID, GUARANTEE, CONTACT, WANTED)),
        core=(_two(*WAY),),
    ),
    Gate((_one(SURE), _two(*WAY), _one(PRICE, ASK, BID, GUARANTEE, CONTACT, WANTED))),
    Gate((_one(GUARANTEE), _one(ROUTE, TRANSPORT), _one(PRICE, ASK, CONTACT))),
    Gate((_one(TRANSPORT), _one(HEAD), Need(WAY, 4), _one(PRICE, ASK, BID, CONTACT))),
    Gate((_one(PRICE, ASK), _one(SMUGGLING, BORDER, GUARANTEE), Need(WAY, 3)), within=7),
    Gate((_one(*ABROAD), Need(LURE, 3)), within=4),
    Gate((_one(CONTROL), _two(*LURE)), within=4),
    # wares
    Gate(
        (_one(ARMS), _one(*TRADE, WANTED, PRICE_WORD), _two(*TRADE, WANTED, PRICE_WORD, *REACHED)), within=6
    ),
    Gate((_one(ARMS), _one(SELL, BUY, PRICE, WANTED)), within=2),
    Gate((_one(ORGAN), _one(SELL, BUY, PRICE, ASK, BID, CLOSED, DONOR, CONTACT, AGE, ATTRIBUTE)), within=3),
    Gate((_one(DOCUMENT), _one(FORGED, SELL, BUY)), within=3),
)
