"""Adverts for goods that share phrases stay apart; the edits that people make of one advert do not part it."""

from __future__ import annotations

import random
from collections import Counter

from fake_view import FakeView
from ritrova.linkers import same_wording
from ritrova.model import ids
from ritrova.model.records import Account, Conversation, Link, Locator, Message, Moment, Record

PHRASES = [
    "bicycle frame almost new",
    "red steel fork",
    "tyres changed last month",
    "hand brakes work well",
    "garage kept since spring",
    "with a lamp and a bell",
    "selling because we move",
    "washing machine seven kilos",
    "wooden table with six chairs",
    "small crack on one corner",
    "delivery possible on friday",
    "gas heater with hose",
    "carpet three by four metres",
    "sewing machine with pedal",
    "never repaired before",
    "two burner cooker",
    "generator runs quietly",
    "water tank thousand litres",
    "ladder of aluminium",
    "fan with three speeds",
    "curtains for two windows",
]


def edited(rng: random.Random, parts: list[str]) -> str:
    """One advert as somebody posts it again."""
    parts = list(parts)
    if rng.random() < 0.3:
        rng.shuffle(parts)
    text = (
        rng.choice([" ", "\n", ", ", " ✅ "]).join(parts)
        + f" price {rng.choice([90, 150, 310])} call 0770 000 {rng.randrange(1000, 9999)}"
    )
    words = text.split(" ")
    if rng.random() < 0.3:
        for _ in range(3):
            n = rng.randrange(len(words))
            words[n] = words[n][:2] + words[n][3:] if len(words[n]) > 4 else words[n]
    if rng.random() < 0.3:
        words = words[: int(len(words) * 0.75)]
    return ("Forwarded message:\n" if rng.random() < 0.3 else "") + " ".join(words)


def test_edited_adverts_are_found_and_adverts_that_share_phrases_stay_apart() -> None:
    rng = random.Random(3)
    at = Locator("cd" * 32, "x")
    people = [Account(at, f"a-{n}", "telegram", str(n)) for n in range(20)]
    records: list[Record] = [Conversation(at, "c-1", "telegram", "x", "group"), *people]
    advert: dict[str, int] = {}
    for n in range(30 * 6):
        parts = random.Random(n // 6).sample(PHRASES, 6)
        m = Message(
            Locator(at.source, "x", f"bytes {n}-{n + 1}"), "telegram", "c-1", people[n % 20].id, "x", "text", edited(rng, parts), Moment()
        )  # fmt: skip
        records.append(m)
        advert[ids.id_of(m)] = n // 6
    home = {id: id for id in advert}

    def root(id: str) -> str:
        while home[id] != id:
            id = home[id]
        return id

    for link in same_wording.link(FakeView(records)):
        if isinstance(link, Link):
            home[root(link.a)] = root(link.b)
    clusters: dict[str, Counter[int]] = {}
    for id, which in advert.items():
        clusters.setdefault(root(id), Counter())[which] += 1
    right = sum(n * (n - 1) // 2 for c in clusters.values() for n in c.values())
    said = sum(c.total() * (c.total() - 1) // 2 for c in clusters.values())
    assert right / (30 * 15) >= 0.95
    assert right / said >= 0.9
