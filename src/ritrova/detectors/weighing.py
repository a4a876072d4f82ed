"""Weighing: several weak signs that a person is offered, none of which a rule asks for in this combination.

Each sign of a thread adds to one side: a person, a price, an age, a question whether she is still there on the one; news, goods,
a salary on the other. The weights were fitted once by `evaluation/weigh.py` (logistic regression over the labelled sets and
ordinary talk) and stand below as plain numbers. They decide whether a thread is shown; every sign that was counted is quoted, and
the sum is shown nowhere: it is no probability and says nothing about a person.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources

from ritrova.detectors.claims import frames_of
from ritrova.detectors.frames import weight
from ritrova.detectors.reading import Part
from ritrova.detectors.threads import GOODS, Thread, is_prose

BARGAINING = ("ask", "there", "bid", "closed")
COMMERCE = ("sell", "buy", "give", "price", *BARGAINING, "transfer", "returned", "control")
"""Kinds of which at least one must stand in a thread, whatever the sum."""
EXPLAINED = ("goods", "salary", "licensed", "marriage", "job", "sport")
"""Signs beside which nothing is weighed: something ordinary is spoken of, and only a rule may say otherwise."""
LOUD = 0.45
"""From this on (in halves of a direct sign) news, testimony, scripture, jokes and the like are too loud for weighing."""
_WORDS = {
    "owner": ("owner",),
    "goods": GOODS,
    "job": ("job_offer", "application"),
    "salary": ("salary",),
    "licensed": ("licensed_agency",),
    "marriage": ("marriage",),
    "kin": ("kin",),
    "rescue": ("rescue",),
    "travel": ("journey", "passenger", "ticket"),
    "sport": ("sport",),
}
"""Signs that are there when one of their concepts or groups is."""


def signs_of(thread: Thread, kinds: Mapping[str, Sequence[Part]]) -> dict[str, float]:
    """The signs of a thread, most of them 1.0; `kinds` are those of people as goods (`claims.KINDS`)."""
    people = [p for s in thread.said for p in s.of("person")]
    signs: dict[str, float] = dict.fromkeys(kinds, 1.0)
    signs.update((f"a {p.concept}", 1.0) for p in people)
    signs.update((name, 1.0) for name, concepts in _WORDS.items() if thread.has(*concepts))
    at = {p.at for p in people}
    told = {
        "somebody": bool(people),
        "two accounts": len({s.sender for s in thread.said}) > 1,
        "bargaining twice": len([k for k in BARGAINING if k in kinds]) >= 2,
        "price beside": any(p.at in at for p in kinds.get("price", ())),
        "age beside": any(p.at in at for p in kinds.get("age", ())),
        "sale beside": any(p.at in at for p in kinds.get("sell", ())),
        "several attributes": len({p.concept for p in kinds.get("attribute", ())}) >= 2,
        "prose": any(is_prose(s) for s in thread.said),
        "long": any(s.length > 160 for s in thread.said),
        "asks for her": any(p.alone for s in thread.said for p in s.of("bargain")),
        "sells her": any(p.alone for s in thread.said for p in s.of("sells", "buys")),
        "captors' word": any(p.alone for p in people if p.concept in ("captive", "traded_worker")),
        "maid plainly": any(p.alone for p in people if p.concept == "maid"),
        "transfer plainly": any(p.alone for p in kinds.get("transfer", ())),
        "swap": any(p.concept == "exchange" for p in kinds.get("give", ())),
        "gift": any(p.concept == "as_gift" for p in kinds.get("give", ())),
    }
    signs.update((name, 1.0) for name, is_so in told.items() if is_so)
    count = len([k for k in kinds if k != "detail"])
    signs.update((f"{n} kinds", 1.0) for n in (2, 3, 4, 5, 6) if count >= n)
    heavy = weight(frames_of(thread.said))
    if heavy:
        signs["frames"] = min(heavy, 6.0) / 2
    return signs


def may_weigh(signs: Mapping[str, float]) -> bool:
    """Whether a thread holds what every offer of a person does: commerce, somebody it can be about, and more than that."""
    if any(k in signs for k in EXPLAINED) or signs.get("frames", 0.0) > LOUD:
        return False
    about = ("somebody", "attribute", "age", "transfer")
    plainly = (
        "captors' word",
        "transfer plainly",
        "maid plainly",
        "asks for her",
        "sells her",
        "swap",
        "control",
    )
    several = "3 kinds" in signs or ("2 kinds" in signs and any(p in signs for p in plainly))
    return several and any(k in signs for k in COMMERCE) and any(k in signs for k in about)


@lru_cache(maxsize=1)
def weights() -> dict[str, float]:
    """Sign -> weight, with "threshold" among them."""
    text = resources.files("ritrova").joinpath("detectors/weights.toml").read_text("utf-8")
    return {name: float(value) for name, value in tomllib.loads(text)["weights"].items()}


def outweighs(thread: Thread, kinds: Mapping[str, Sequence[Part]]) -> bool:
    """Whether the signs of a thread together speak for an offer of a person."""
    signs = signs_of(thread, kinds)
    table = weights()
    return may_weigh(signs) and sum(table.get(s, 0.0) * v for s, v in signs.items()) > table["threshold"]
