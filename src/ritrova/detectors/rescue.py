"""Rescue and ransom talk: people who negotiate to bring somebody home.

They use the sellers' words and the sellers' prices. What tells them apart is for whom they speak: a family that pays, a
mediator, a holder who demands, a home to go to. Where such words stand, talk of prices around them is never an offer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ritrova.detectors.claims import Claim, frames_of, kinds_of
from ritrova.detectors.frames import weight
from ritrova.detectors.reading import Part, Said

KINDS = {
    "bring_home": ("bring_home",),
    "rescue": ("rescue_word",),
    "ransom": ("ransom",),
    "family_pays": ("family_pays",),
    "mediator": ("mediator",),
    "holder": ("holder_demands",),
    "office": ("rescue_office",),
    "life": ("proof_of_life",),
    "safe": ("safe_arrival",),
}
SPEAKS_FOR = ("bring_home", "ransom", "family_pays", "rescue")
"""Kinds that show for whom the speaker speaks."""
NEGOTIATES = ("ransom", "family_pays", "holder", "mediator")
_SURE = ("bring_home", "ransom", "family_pays")
CLOSE = 4
"""Messages between rescue words of one negotiation."""
REACH = 8
"""Messages around rescue words in which talk of prices belongs to them."""


def rescue_words(said: Sequence[Said]) -> list[Part]:
    """Rescue parts of some messages, those that count alone."""
    return [p for s in said for p in s.of("rescue") if p.alone]


def near_rescue(told: Sequence[Said], said: Sequence[Said]) -> list[Part]:
    """Rescue parts in or around some messages of a passage: two kinds of them, or one that shows for whom the speaker speaks."""
    first, last = said[0].at, said[-1].at
    around = [s for s in told if first - REACH <= s.at <= last + REACH]
    found = [p for s in around for p in s.of("rescue")]
    kinds = {p.concept for p in found if p.alone}
    weak = {p.concept for p in found}
    if kinds & {"bring_home", "ransom", "family_pays", "rescue_office"} or len(weak) >= 3:
        return found
    if "rescue_word" in kinds and len(weak) >= 2:
        return found
    inside = [p for s in said for p in s.of("rescue_word") if p.alone]
    return found if inside else []


def negotiations(told: Sequence[Said]) -> Iterator[Claim]:
    """Stretches of a passage in which a release is negotiated."""
    run: list[Said] = []
    for s in told:
        if s.has("rescue"):
            if run and s.at - run[-1].at > CLOSE:
                yield from _negotiation(told, run)
                run = []
            run.append(s)
    if run:
        yield from _negotiation(told, run)


def _negotiation(told: Sequence[Said], run: list[Said]) -> Iterator[Claim]:
    first, last = run[0].at, run[-1].at
    said = [
        s
        for s in told
        if first - 3 <= s.at <= last + 3 and (s.has("rescue", "person", "kin", "bargain", "@price", "@age"))
    ]
    kinds = kinds_of(said, (*KINDS, "price", "ask", "bid"), KINDS)
    shown = [k for k in KINDS if k in kinds]
    strong = [k for k in shown if any(p.alone for p in kinds[k])]
    money = bool({"price", "ask", "bid", "ransom", "family_pays"} & kinds.keys())
    speaks = [k for k in SPEAKS_FOR if k in strong]
    people = any(s.has("person", "kin") for s in run)
    fits = len(strong) >= 2 and (money or bool({"mediator", "holder", "life", "office"} & set(shown)))
    fits = fits or (bool(speaks) and len(shown) >= 3 and money)
    fits = fits or (bool(speaks) and "holder" in kinds and money and people)
    fits = fits or any(
        s.has("@price")
        and s.has("person", "kin", "her_age")
        and any(p.alone and p.concept in _SURE for p in s.parts)
        for s in run
    )
    if not fits:
        return
    frames = frames_of(run, ignore=("appeal", "marriage", "religion"))
    talk = 1.0 if len({s.sender for s in said}) > 1 else 0.0
    if weight(frames) > 1.2 * len(shown) + 1.5 * talk:
        return
    named = [p for s in said for p in s.of("person")]
    yield Claim(
        "rescue_negotiation", "rescue", {**({"person": named} if named else {}), **kinds}, tuple(said), frames
    )
