"""Domestic workers handed on: for transfer, sold, lent on trial, or asked for so."""

from __future__ import annotations

from collections.abc import Iterator

from ritrova.detectors.claims import BARGAINING, Claim, frames_of, outweighed
from ritrova.detectors.persons import BESIDE, TRADE, act, core, plain_people, signs
from ritrova.detectors.reading import Part, Said, distance, near
from ritrova.detectors.threads import GOODS, Thread


def _handed_rather(maid: Part, s: Said) -> bool:
    """Whether a word of transfer stands closer to the person than to the goods beside."""
    handed = s.of("transfer_person")
    mine = min(distance(maid, h) for h in handed)
    return mine <= min(distance(g, h) for g in s.of(*GOODS) for h in handed)


def _swapped(thread: Thread, people: list[Part]) -> bool:
    """One worker of a house for another: two words for such people, or of origin, and a word for a swap in one short message."""
    for s in thread.said:
        here = [p for p in people if p.at == s.at and p.concept in ("maid", "person_by_origin")]
        swap = s.of("exchange")
        if s.length <= 120 and any(p.concept == "maid" for p in here) and len(here) >= 2 and swap:
            return not thread.has(*GOODS, "food", "joke")
    return False


def transfers(thread: Thread) -> Iterator[Claim]:
    """A domestic worker handed on, sold, lent on trial, or asked for so."""
    said = thread.said
    maids = []
    for s in said:
        goods = {p.segment for p in s.of(*GOODS)}
        handing = s.has("transfer_person")
        maids += [
            p
            for p in s.of("maid", "household_driver")
            if p.alone and (p.segment not in goods or (handing and _handed_rather(p, s)))
        ]
    plain = [p for p in plain_people(said) if p not in maids]
    plain += [p for s in said for p in s.of("household_driver") if not p.alone]
    told = [p for s in said for p in s.of("transfer_person") if p.alone]  # "housemaid transfer" is one term
    if not maids and not plain and not told:
        return
    swapped = _swapped(thread, [*maids, *plain])
    kinds = signs(thread, maids or plain or told, TRADE)
    handed = kinds.get("transfer", [])
    direct = [k for k in ("price", "age", "attribute", "detail", "control", *BARGAINING) if k in kinds]
    fits = False
    if maids:
        kept = thread.has("salary", "licensed_agency", "service", "application", "job_offer")
        sold = near([p for k in ("sell", "buy", "give") for p in kinds.get(k, [])], maids, 40)
        plainly = any(p.alone for p in handed) or bool(
            {"control", "price", "age", "attribute"} & kinds.keys()
        )
        works = thread.has("application", "salary", "licensed_agency", "job_offer") and "control" not in kinds
        fits = (bool(handed) and plainly and not (works and not sold and "price" not in kinds)) or bool(
            [p for p in sold if p.concept != "as_gift"]
        )
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
        staff = all(p.concept == "worker" for p in people)  # a shop changes hands with its staff
        heads = near(kinds.get("price", []), [p for s in said for p in s.of("passenger")], BESIDE)
        if staff and not heads and not {"age", "attribute", "control"} & kinds.keys():
            return
        fits = bool(beside) and bool(people) and (bool(direct) or {"have", "contact"} <= kinds.keys())
    fits = fits or swapped
    held = any(p.concept in ("passport_held", "no_phone", "locked_in") for p in kinds.get("control", []))
    hired = thread.has("job_offer", "application") and thread.has("salary", "application", "licensed_agency")
    if hired and not held and not handed and not {"sell", "returned"} & kinds.keys():
        return
    advert = {"age", "attribute", "sell", "have", "contact", "detail", "control", "returned"}
    if thread.has("licensed_agency") and not advert & kinds.keys():
        return  # what the office charges for a transfer
    if thread.has("realty") and not {"age", "attribute", "control"} & kinds.keys():
        return  # a flat or a shop with somebody in it
    family = {p.words.casefold() for s in said for p in s.of("kin")}
    if not fits or (len(family) > 1 and not {"control", "attribute", "transfer"} & kinds.keys()):
        return  # her father, her mother: somebody is brought home
    nucleus = core(thread, maids or plain or told, kinds)
    frames = frames_of(nucleus)
    if outweighed(frames, len(kinds) + 1, "detail" in kinds, margin=1.0):
        return
    named = {"person": maids + plain} if maids or plain else {}
    yield Claim("domestic_worker_transfer", act(thread, kinds), {**named, **kinds}, said, frames)
