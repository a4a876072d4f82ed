"""Fits the weights of `detectors/weighing.py` over labelled sets and ordinary talk, and says what they give.

    .venv/bin/python evaluation/weigh.py --sets evaluation/*.jsonl --corpora ../shared/corpora [--leave fresh_tr fresh_fa] [--write]

Sets named after --leave are kept out of the fit and measured: that is the figure for text that the weights have not seen.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Any

import numpy as np
from ordinary import texts

from ritrova.case.analysis import Analyst
from ritrova.case.evaluate import passage_message, predict, read_set
from ritrova.detectors import sales
from ritrova.detectors.persons import TRADE, signs
from ritrova.detectors.reading import read
from ritrova.detectors.threads import Thread, threads
from ritrova.detectors.weighing import may_weigh, signs_of
from ritrova.model.passages import Passage
from ritrova.model.records import OFFER_ACTS

OURS = ("person_sale", "domestic_worker_transfer")
OUT = Path(__file__).resolve().parents[1] / "src/ritrova/detectors/weights.toml"
THRESHOLD = 1.0


def of_item(analyst: Analyst, item: dict[str, Any]) -> list[dict[str, float]]:
    """The signs of each thread of an item."""
    ready = analyst.prepared([passage_message(item, n, m) for n, m in enumerate(item["messages"])])
    told = read(Passage(conversation="c", app="other", messages=tuple(ready), context=()))
    return [signs_of(t, kinds(t)) for t in threads(told)]


def kinds(thread: Thread) -> dict[str, Any]:
    """The kinds of a thread about whoever is named in it."""
    return dict(signs(thread, [p for s in thread.said for p in s.of("person")], TRADE))


def fit(x: np.ndarray, y: np.ndarray, w: np.ndarray, rounds: int = 3000) -> tuple[np.ndarray, float]:
    """Logistic regression with a quadratic penalty, by Adam."""
    beta, first, second = (np.zeros(x.shape[1] + 1) for _ in range(3))
    beta[-1] = -3.0
    for t in range(1, rounds + 1):
        p = 1 / (1 + np.exp(-(x @ beta[:-1] + beta[-1])))
        g = (p - y) * w
        slope = np.append(x.T @ g + beta[:-1], g.sum()) / w.sum()
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        beta -= 0.05 * (first / (1 - 0.9**t)) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)
    return beta[:-1], float(beta[-1])


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--sets", nargs="+", type=Path, required=True)
    ask.add_argument("--corpora", type=Path, required=True)
    ask.add_argument("--leave", nargs="*", default=[])
    ask.add_argument("--write", action="store_true")
    said = ask.parse_args()
    analyst = Analyst(country="IQ")
    sales.outweighs = lambda thread, kinds: False  # what the rules alone give
    rows: list[tuple[dict[str, float], bool, float, str, str, bool]] = []
    for path in said.sets:
        for item in read_set(path):
            positive = bool(item["positive"])
            if positive and item.get("category") not in OURS:
                continue
            found = sorted(of_item(analyst, item), key=len, reverse=True)
            rule = any(f["act"] in OFFER_ACTS for f in predict(analyst, item).findings)
            for one in found[:1] if positive else found:
                rows.append((one, positive, 2.0 if positive else 1.0, path.stem, str(item["id"]), rule))
    chance = random.Random(1)
    for file in sorted(said.corpora.iterdir()):
        if file.suffix not in (".csv", ".jsonl", ".tsv", ".txt"):
            continue
        talk = [t for t in texts(file) if t.strip()]
        chance.shuffle(talk)
        for n in range(0, min(len(talk), 5000), 10):
            messages = [
                {"sender": f"A{k % 4}", "text": t, "at": f"2020-01-01T10:{k:02}:00"}
                for k, t in enumerate(talk[n : n + 10])
            ]
            for one in of_item(analyst, {"id": "c", "messages": messages}):
                if len(one) > 3:
                    rows.append((one, False, 0.3, "talk", file.name, False))
    names = sorted({name for row in rows for name in row[0]})
    place = {name: i for i, name in enumerate(names)}
    x = np.zeros((len(rows), len(names)))
    for i, row in enumerate(rows):
        for name, value in row[0].items():
            x[i, place[name]] = value
    y = np.array([row[1] for row in rows], dtype=float)
    w = np.array([row[2] for row in rows])
    stems = np.array([row[3] for row in rows])
    left = np.isin(stems, said.leave)
    beta, base = fit(x[~left], y[~left], w[~left])
    may = np.array([may_weigh(row[0]) for row in rows])
    z = np.where(may, x @ beta + base, -99.0)
    rule = np.array([row[5] for row in rows])
    for threshold in (-0.5, 0.0, 0.3, 0.5, 1.0):
        over = z > threshold
        seen, unseen = ~left & (stems != "talk"), left
        parts = []
        for label, where in (("seen", seen), ("left out", unseen)):
            positives, others = where & (y > 0), where & (y == 0)
            if positives.any():
                parts.append(
                    f"{label}: rules {rule[positives].mean():.2f} with weights {(over | rule)[positives].mean():.2f},"
                    f" threads flagged by weights {int(over[others].sum())}/{int(others.sum())}"
                )
        talk_count = int(over[stems == "talk"].sum())
        print(f"threshold {threshold:4}: {'; '.join(parts)}; ordinary talk {talk_count} threads")
    if said.write:
        lines = [
            "# Weights of detectors/weighing.py, written by evaluation/weigh.py. No probability; shown nowhere.",
            "",
            "[weights]",
        ]
        lines += [f'"{n}" = {b:.2f}' for n, b in zip(names, beta, strict=True) if abs(b) >= 0.05]
        lines.append(f"threshold = {THRESHOLD - base:.2f}")
        OUT.write_text("\n".join(lines) + "\n", "utf-8")
        print(f"written: {OUT.name}, {len(lines) - 4} weights")


if __name__ == "__main__":
    main()
