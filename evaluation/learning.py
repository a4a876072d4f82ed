"""Would a queue that learns from decisions find what matters sooner? Average precision of the queue's own order and of learned ones.

    .venv/bin/python evaluation/learning.py evaluation/*.jsonl

The queue is made of all findings of offers in the labelled sets; a reviewer, simulated by the labels, decides the first 50 of it.
From their words (runs of 3 to 5 characters, naive Bayes with one count more than seen) the others are ordered anew: by what was
learned alone, and by what was learned among equals of the queue's order. Repeated over random halves of the sets. Items held out in
blind sets (even numbers) are left out.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from halves import half

from ritrova.case.analysis import Analyst, Talked
from ritrova.case.evaluate import market, passage_message, read_set
from ritrova.languages.fold import fold_column
from ritrova.model.records import OFFER_ACTS

DECIDED = 50
ROUNDS = 40


class Queued(NamedTuple):
    """A finding of the queue: its text, the rank it has there, and whether it is an offer by its label."""

    text: str
    rank: float
    offer: bool


def runs(text: str) -> Counter[str]:
    """The runs of 3 to 5 characters of a folded text, each once."""
    return Counter({text[i : i + n] for n in (3, 4, 5) for i in range(len(text) - n + 1)})


def learned(decided: Sequence[Queued]) -> Callable[[Queued], float]:
    """The log odds, by naive Bayes, that a text is like those of offers rather than like the others."""
    seen = {True: Counter[str](), False: Counter[str]()}
    for one in decided:
        seen[one.offer].update(runs(one.text))
    count = Counter(one.offer for one in decided)

    def odds(one: Queued) -> float:
        return sum(
            math.log((seen[True][r] + 1) / (count[True] + 2))
            - math.log((seen[False][r] + 1) / (count[False] + 2))
            for r in runs(one.text)
        )

    return odds


def precision(ordered: Sequence[Queued]) -> float:
    """Average precision: 1 where all offers stand before all others."""
    found, parts = 0, []
    for n, one in enumerate(ordered, 1):
        if one.offer:
            found += 1
            parts.append(found / n)
    return mean(parts) if parts else 0.0


def queued(paths: Sequence[Path]) -> list[Queued]:
    """The findings of offers in the sets, one an item: the first of it."""
    analyst = Analyst()
    elsewhere: dict[str, Analyst] = {}
    out = []
    for path in paths:
        for item in read_set(path):
            if path.stem.startswith("blind") and half(item) == "even":
                continue
            country = str(item.get("country") or "IQ")
            here = elsewhere.setdefault(country, analyst.elsewhere(country))
            messages = [passage_message(item, n, m) for n, m in enumerate(item["messages"])]
            talked = Talked(str(item["id"]), item.get("app") or "other", market=market(here, messages))
            found = [f for f in here.detect(talked, messages, []) if f.act in OFFER_ACTS]
            if found:
                first = max(found, key=lambda f: f.rank)
                words = " ".join(m.text for m in messages if m.id in first.messages)
                out.append(Queued(fold_column([words])[0], first.rank, bool(item["positive"])))
    return out


def main() -> None:
    """Print how good each order is over the same random halves."""
    pool = queued([Path(p) for p in sys.argv[1:]])
    others = sum(not one.offer for one in pool)
    print(f"{len(pool)} findings, {others} of them no offers by their labels")
    chance = random.Random(1)
    totals: dict[str, list[float]] = {"as the queue is": [], "learned alone": [], "learned among equals": []}
    for _ in range(ROUNDS):
        some = sorted(chance.sample(pool, len(pool) // 2), key=lambda one: -one.rank)
        decided, rest = some[:DECIDED], some[DECIDED:]
        odds = learned(decided)
        totals["as the queue is"].append(precision(rest))
        totals["learned alone"].append(precision(sorted(rest, key=odds, reverse=True)))
        totals["learned among equals"].append(
            precision(sorted(rest, key=lambda one: (-one.rank, -odds(one))))
        )
    plain = totals["as the queue is"]
    for name, values in totals.items():
        better = sum(v > p for v, p in zip(values, plain, strict=True))
        print(f"  {name:22} average precision {mean(values):.4f}  better in {better} of {ROUNDS}")


if __name__ == "__main__":
    main()
