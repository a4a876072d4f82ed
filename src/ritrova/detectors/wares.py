"""Wares that channels of this kind offer beside people: organs, weapons, explosives, military equipment, papers.

Who sells an organ is most likely a victim: the finding is about the offer, and no account is ranked by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ritrova.detectors.claims import BARGAINING, Claim, frames_of, kinds_of, outweighed
from ritrova.detectors.persons import TRADE, phrase, plain_people
from ritrova.detectors.reading import Part, Said, near
from ritrova.detectors.threads import GOODS, Thread, is_prose
from ritrova.model.records import Act, Category

MORE = {
    "donor": ("donor",),
    "blood_group": ("blood_group",),
    "organ": ("organ",),
    "forged": ("forged",),
    "issue": ("issue_papers",),
    "document": ("document",),
}
BESIDE = 90
BRIEF = 160
"""A message that names a ware and a price and is no longer than this is an advert, not a story."""


def _beside(
    said: Sequence[Said], subject: Sequence[Part], kinds: dict[str, list[Part]]
) -> dict[str, list[Part]]:
    prose = {s.at for s in said if is_prose(s)}
    if not prose:
        return kinds
    kept = {}
    for kind, parts in kinds.items():
        left = [p for p in parts if p.at not in prose] + near(
            [p for p in parts if p.at in prose], subject, BESIDE
        )
        if left:
            kept[kind] = left
    return kept


def _act(thread: Thread, kinds: dict[str, list[Part]]) -> Act:
    if "sell" in kinds or "have" in kinds or "issue" in kinds:
        return "offer"
    if "buy" in kinds or "wanted" in kinds:
        return "request"
    if any(k in kinds for k in BARGAINING):
        return "bargain"
    return "offer"


def arms(thread: Thread) -> Iterator[Claim]:
    """Weapons, explosives and military equipment offered or asked for."""
    for category, concept in (
        ("weapon_sale", "weapon"),
        ("explosive_sale", "explosive"),
        ("tactical_gear", "tactical"),
    ):
        yield from _arm(thread, category, concept)  # type: ignore[arg-type]


def _arm(thread: Thread, category: Category, concept: str) -> Iterator[Claim]:
    parts = []
    for s in thread.said:
        mine = {p.span for p in s.of(concept)}
        goods = [g for g in s.of(*GOODS) if g.span not in mine]  # a word with two readings explains nothing
        brands = {p.span for p in near(s.of(concept), goods, 12)}  # a drink, a toy, a baby monitor
        parts += [p for p in s.of(concept) if p.span not in brands]
    if (
        category == "tactical_gear"
        and any(s.has("phone") for s in thread.said)
        and not len({p.words.casefold() for p in parts}) > 1
    ):
        return  # a telephone's protection, a camera's night mode
    if not parts:
        return
    strong = [p for p in parts if p.alone] or _together(parts)
    said = thread.said
    kinds = _beside(said, parts, kinds_of(said, TRADE))
    if not _touch(parts, kinds.get("give", []), 30):
        kinds.pop("give", None)
    trade = [k for k in ("sell", "buy", "price", "ask", "there", "bid", "closed", "give") if k in kinds]
    reached = [k for k in ("contact", "detail", "photo", "terms", "deal", "have", "wanted") if k in kinds]
    if strong:
        fits = (
            len(trade) >= 2
            or (bool(trade) and bool(reached))
            or ("sell" in kinds and _touch(strong, kinds["sell"], 40))
        )
        fits = fits or ("buy" in kinds and _touch(strong, kinds["buy"], 30))
        asked = _touch(strong, kinds.get("wanted", []), 25)
        fits = fits or (asked and bool({"deal", "contact", "detail", "price"} & kinds.keys()))
        brief = all(s.length <= BRIEF for s in said if s.has(concept)) and not any(
            s.has(*GOODS) for s in said
        )
        fits = fits or (brief and _touch(strong, kinds.get("price", []), 60))
        fits = fits or (brief and "price_word" in kinds and bool({"contact", "detail"} & kinds.keys()))
        fits = fits or (brief and "terms" in kinds and bool({"contact", "detail", "have"} & kinds.keys()))
    else:
        fits = len(trade) >= 2 and bool(reached) and _touch(parts, [p for k in trade for p in kinds[k]], 40)
        if any(s.has("animal", "vehicle", "realty", "phone", "household", "clothing", "food") for s in said):
            fits = False
    if not fits:
        return
    core = [s for s in said if s.has(concept)]
    frames = frames_of(core)
    if outweighed(frames, len(kinds), "detail" in kinds, margin=1.5):
        return
    yield Claim(category, _act(thread, kinds), {concept: parts, **kinds}, said, frames)


def _together(parts: Sequence[Part]) -> list[Part]:
    """Two different words that each may mean something else, close together, name the ware ("AK ... mags")."""
    return [
        p
        for p in parts
        if any(q.words.casefold() != p.words.casefold() and near([q], [p], 25) for q in parts)
    ]


def _touch(a: Sequence[Part], b: Sequence[Part], reach: int) -> bool:
    return bool(near(a, b, reach))


def organs(thread: Thread) -> Iterator[Claim]:
    """An organ offered or asked for against money."""
    parts = [p for s in thread.said for p in s.of("organ")]
    if not parts and thread.has("blood_group") and thread.has("@price", "bid", "sells", "buys", "reward"):
        parts = [p for s in thread.said for p in s.of("donor")]  # "kidney donor" is one term
    if not parts:
        return
    strong = [p for p in parts if p.alone]
    said = thread.said
    kinds = _beside(said, parts, kinds_of(said, (*TRADE, "donor", "blood_group"), MORE))
    money = [k for k in ("sell", "buy", "price", "ask", "bid", "closed") if k in kinds]
    detail = [k for k in ("blood_group", "detail", "contact", "age", "attribute", "price") if k in kinds]
    if strong:
        fits = bool(detail)
    else:
        fits = (
            bool(money)
            and bool(detail)
            and _touch(parts, [p for k in (*money, "donor", "wanted") for p in kinds.get(k, [])], 40)
        )
        if "sell" not in kinds and "buy" not in kinds:
            fits = (
                fits and bool({"donor", "wanted", "blood_group", "bid"} & kinds.keys()) and "price" in kinds
            )
        paid = [p for s in said for p in s.of("reward", "price_word")]
        fits = fits or (
            "donor" in kinds and bool(paid) and bool({"blood_group", "contact", "detail"} & kinds.keys())
        )
        fits = fits or (_touch(parts, paid, 40) and "blood_group" in kinds)
        agreed = any(s.has("negotiable") for s in said) and "blood_group" in kinds
        owes = any(s.has("runs_debt") for s in said) and bool({"attribute", "blood_group"} & kinds.keys())
        fits = fits or ("detail" in kinds and (agreed or owes))  # a sum to be agreed, debts to pay
    if any(s.has("food", "animal") for s in said):
        fits = False
    if not fits:
        return
    core = [s for s in said if s.has("body")]
    frames = [p for p in frames_of(core) if p.concept != "transplant"]
    if outweighed(frames, len(kinds) + len(strong[:1]), "detail" in kinds, margin=1.5):
        return
    yield Claim("organ_sale", _act(thread, kinds), {"organ": parts, **kinds}, said, frames)


def papers(thread: Thread) -> Iterator[Claim]:
    """Passports, cards and diplomas made, forged or sold."""
    parts = [p for s in thread.said for p in s.of("document")]
    if not parts:
        return
    said = thread.said
    kinds = _beside(said, parts, kinds_of(said, (*TRADE, "forged", "issue"), MORE))
    if "forged" not in kinds and phrase(plain_people(said), kinds):
        return  # the papers of somebody who is sold
    trade = [k for k in ("sell", "price", "ask", "buy", "bid", "closed") if k in kinds]
    reached = [k for k in ("contact", "detail", "have", "terms", "deal") if k in kinds]
    made = kinds.get("forged", []) + kinds.get("issue", [])
    forged = "forged" in kinds and (_touch(parts, kinds["forged"], 60) or _touch(parts, made, 30))
    lost = any(s.has("lost_document", "licensed_agency", "ticket") for s in said)
    several = len({p.words.casefold() for p in parts}) >= 3
    if forged:
        fits = (bool(trade) or len(reached) >= 2) and (bool(reached) or len(trade) >= 2)
        fits = fits or ("issue" in kinds and bool(trade or reached)) or ("price" in kinds and not lost)
        twice = len({p.words.casefold() for p in kinds["forged"]}) >= 2
        fits = fits or (
            not lost and bool(reached) and (twice or len({p.words.casefold() for p in parts}) >= 2)
        )
    else:
        fits = (
            not lost
            and _touch(parts, kinds.get("sell", []) + kinds.get("buy", []), 40)
            and bool(trade)
            and bool(reached)
        )
        fits = fits or (
            not lost
            and len({p.words.casefold() for p in parts}) >= 2
            and {"price", "deal"} <= kinds.keys()
            and not any(s.has("service", "job_offer") for s in said)
        )
        made_here = _touch(parts, kinds.get("issue", []), 30) and not any(s.has("service") for s in said)
        fits = fits or (
            not lost and (several or made_here) and "issue" in kinds and bool(reached) and bool(trade)
        )
    if any(s.has("animal", "vehicle", "phone", "realty") for s in said) and not forged:
        fits = False
    if not fits:
        return
    core = [s for s in said if s.has("document")]
    frames = frames_of(core)
    if outweighed(frames, len(kinds), "detail" in kinds, margin=1.5):
        return
    yield Claim("document_sale", _act(thread, kinds), {"document": parts, **kinds}, said, frames)
