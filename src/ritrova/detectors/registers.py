"""Lists and deeds of captives with their owners, and bounties on those who ran away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ritrova.detectors.claims import Claim, frames_of, kinds_of, outweighed
from ritrova.detectors.frames import weight
from ritrova.detectors.persons import ONE, PLAIN, captors_words, plain_people
from ritrova.detectors.reading import AGE, PHOTO, Part, Said
from ritrova.detectors.threads import GOODS, Thread, is_prose

KEPT = ("kin", "appeal", "job", "sport", "rescue", "medical", "marriage")
"""Groups of talk in which lists of people are ordinary."""
REGISTER = {"photo": (PHOTO, "photo_request", "photo_word"), "bring_back": ("bring_back",)}


def registers(thread: Thread) -> Iterator[Claim]:
    """A list of captives with owners, deeds, or for checkpoints."""
    said = [s for s in thread.said if s.has("record", "owner", "person", AGE, "@name")]
    kinds = kinds_of(
        said, ("registry", "deed", "owner", "checkpoint", "age", "photo", "price", "bring_back"), REGISTER
    )
    strong = captors_words(said)
    plain = [p for p in plain_people(said) if p.concept != "slave"]
    slaves = [p for s in said if s.has("deed") for p in s.of("slave", "captive", "traded_worker")]
    if not strong and len({p.words.casefold() for p in kinds.get("deed", [])}) >= 2:
        strong = [p for s in said if s.has("deed") for p in s.of("slave", "captive")]
    if (
        not strong
        and {"registry", "checkpoint", "deed"} & kinds.keys()
        and not any(is_prose(s) for s in said)
    ):
        strong = slaves_listed(said, kinds)
    kunyas = [p for s in said for p in s.of("@name")] if strong or plain else []
    if kunyas:
        kinds["owner"] = [*kinds.get("owner", []), *kunyas]
    typists = "registry" in kinds and any(s.has("work_skill") for s in said)
    listed = _listed(thread, kinds)
    if not (strong or plain or typists) and not listed:
        return
    held = "owner" in kinds and "age" in kinds and "price" not in kinds
    one = [p for p in plain if p.concept in ONE]
    held = held and (
        bool(strong) or (bool(one) and ("photo" in kinds or "registry" in kinds) and not thread.has(*KEPT))
    )
    rostered = (
        "registry" in kinds
        and any(s.has("work_skill") for s in said)
        and bool({"price", "owner"} & kinds.keys() or any(s.has("document", "control") for s in said))
        and not any(s.has("salary", "application", "licensed_agency") for s in said)
    ) or (
        "registry" in kinds
        and bool(one or strong)
        and len([p for s in said for p in s.of("attribute") if p.concept != "her_age"]) >= 2
        and not thread.has(*KEPT)
    )
    if not {"registry", "deed", "checkpoint"} & kinds.keys() and not held and not listed:
        return
    if "price" in kinds and thread.has("for_sale", "sells") and "deed" not in kinds:
        return
    rest = [
        k for k in ("registry", "deed", "owner", "checkpoint", "age", "photo", "bring_back") if k in kinds
    ]
    written = len({p.words.casefold() for p in kinds.get("deed", [])})
    signed = bool(one) and "owner" in kinds and written >= 2
    passed = (
        "deed" in kinds
        and bool(strong or slaves)
        and (
            "price" in kinds
            or len([p for s in said for p in s.of("@name")]) >= 2
            or any(s.has("court") for s in said)
        )
    )  # a paper by which one man's captive becomes another's
    enough = (
        signed or len(rest) >= 2 or written >= 3
        if strong or not plain
        else ("owner" in kinds and len(rest) >= 3)
    )
    if not (enough or passed or held or rostered or listed) or (
        strong and not {"registry", "deed", "owner"} & kinds.keys()
    ):
        return
    past = [p for s in said for p in s.of("history")]
    if (any(p.alone for p in past) or len(past) > 1 or (past and "owner" not in kinds)) and not any(
        s.has("contact", "detail", "photo") for s in said
    ):
        return  # a chronicle; a record of today says how to come to somebody
    nucleus = [s for s in said if s.has("record", "person")]
    frames = frames_of(nucleus, ignore=("law",) if "deed" in kinds else ())
    if outweighed(frames, len(kinds) + 1, False, margin=1.0):
        return
    named = strong + plain
    yield Claim(
        "captive_registry", "record", {"person": named, **kinds} if named else kinds, thread.said, frames
    )


def slaves_listed(said: Sequence[Said], kinds: dict[str, list[Part]]) -> list[Part]:
    """Slaves and captives in a list that gives owners or ages, where no history or scripture is told."""
    if weight(frames_of(said)) >= 0.5:
        return []
    if not {"owner", "age", "photo"} & kinds.keys() and not any(s.has("@name") for s in said):
        return []
    return [p for s in said for p in s.of("slave", "captive", "traded_worker")]


def _listed(thread: Thread, kinds: dict[str, list[Part]]) -> bool:
    """A list for checkpoints that gives each entry an owner, and names no goods: its entries are people."""
    owners = len(kinds.get("owner", []))
    names = [p for s in thread.said for p in s.of("@name")]
    told = len({p.words.casefold() for k in ("registry", "owner") for p in kinds.get(k, [])})
    if names and not thread.has(*GOODS, *KEPT) and not any(is_prose(s) for s in thread.said):
        many = len(names) >= 2 and len(kinds.get("age", [])) >= 2
        if "registry" in kinds and "age" in kinds and (told >= 2 or many or "photo" in kinds):
            return True  # number, name, age, and with whom
        if {"registry", "checkpoint"} <= kinds.keys() and (told >= 2 or "photo" in kinds):
            return True
    if (
        len({p.words for p in kinds.get("deed", [])}) >= 2
        and "price" in kinds
        and thread.has("worker")
        and thread.has("document", "passport_held")
        and not thread.has(*GOODS, "salary", "job", "news", "law")
    ):
        return True  # an agreement by which a company's worker and his passport become another's
    if (
        len({p.words.casefold() for p in kinds.get("deed", [])}) >= 3
        and names
        and not thread.has(*GOODS, *KEPT, "salary")
    ):
        return True  # certified, bought, paid in full, signed
    told_of = {thread.said[0].message.text[p.span[0] : p.span[1]] for p in names if p.at == thread.said[0].at}
    if (
        "registry" in kinds
        and len(told_of) >= 2
        and (thread.has("lot_with_children") or "deed" in kinds)
        and not thread.has(*GOODS, "sport", "rescue", "appeal", "marriage")
    ):
        return True  # given out: one to each man, one with her son
    if (
        "registry" in kinds
        and owners >= 2
        and thread.has("worker", "traded_worker", "work_skill")
        and not thread.has(*GOODS, "job", "salary", "kin", "sport")
    ):
        return True  # who types, whose they are, and at what sum
    entries = len(kinds.get("age", []))
    if (
        (entries >= 2 or "registry" in kinds)
        and owners >= 2
        and len([p for s in thread.said for p in s.of("@name")]) >= 2
        and not thread.has(*GOODS, "job", "kin", "appeal", "sport")
    ):
        return True  # each entry an age and a holder
    if thread.has(*GOODS) or not owners:
        return False
    if "checkpoint" in kinds:
        return "registry" in kinds or (owners >= 2 and "deed" in kinds)
    return owners >= 2 and "registry" in kinds and "deed" in kinds


def _belongs(said: Sequence[Said], kinds: dict[str, list[Part]]) -> bool:
    """Whether somebody who is to be held at a checkpoint is called another's: an owner, or a kunya beside a word for a person."""
    if any(s.has("kin", "authority", "rescue") for s in said):
        return False
    if (
        any(s.has("captive", "slave") for s in said)
        and len({p.words for p in kinds.get("bring_back", [])}) > 1
    ):
        return True
    named = any(s.has("@name") for s in said)
    if named and (any(s.has("person") for s in said) or {"price", "reward", "runaway"} & kinds.keys()):
        return True
    return "owner" in kinds or (named and len({p.words for p in kinds["bring_back"]}) > 1)


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
    if not gone and any(s.length > 400 for s in said) and not captors_words(said):
        return  # a post that happens to speak of catching and of money
    if any(s.has("realty") for s in said) and not gone and not captors_words(said):
        return  # a find, a flat, a key
    lost = [p for s in said for p in s.of("kin", "appeal")]
    missed = len({p.words.casefold() for p in lost}) > (1 if gone else 0)
    paid = "reward" in kinds or ("bring_back" in kinds and "price" in kinds)
    back = "bring_back" in kinds or "do_not_employ" in kinds
    held = bool(captors_words(said)) or any(
        s.has("maid", "owner", "traded_worker", "control", "worker", "household_driver") for s in said
    )
    if missed and not (captors_words(said) or {"owner", "control", "do_not_employ"} & kinds.keys()):
        held = any(s.has("maid") for s in said) and paid
        if not held:
            return  # a family that looks for somebody
    if not (
        (back and "price" in kinds and "checkpoint" in kinds)
        or (gone and held and (paid or back))
        or (gone and back and paid and not missed and (people or "do_not_employ" in kinds))
        or (paid and back and held)
        or (gone and back and paid and not any(s.has("kin", "appeal") for s in said))
    ) and not ((gone or _belongs(said, kinds)) and back and "checkpoint" in kinds):
        return
    missing = gone and paid and any(s.has("maid", "traded_worker", "control") for s in said)
    frames = frames_of(said, ignore=("appeal",) if missing else ())
    if outweighed(frames, len(kinds) + (1 if held else 0), "detail" in kinds, margin=1.0):
        return
    yield Claim(
        "runaway_bounty", "bounty", {"person": people, **kinds} if people else kinds, tuple(said), frames
    )
