"""Recall, false alarms and extraction over labelled sets, apart for items with odd and even running numbers.

    .venv/bin/python evaluation/halves.py evaluation/blind_*.jsonl [--show odd.txt]

Rules are mended looking at odd items only; even items are held out, and nothing but their totals is ever printed. Figures of the
even half say what the mended rules do on texts that nobody looked at, though written by the same hands as the odd ones.
`--show` writes the missed and flagged items of the odd half, with the parts the detectors saw.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ritrova.case.analysis import Analyst, Trouble
from ritrova.case.evaluate import passage_message, predict, read_set
from ritrova.detectors.reading import read
from ritrova.languages.placing import same_place
from ritrova.model.passages import Passage
from ritrova.model.records import OFFER_ACTS
from ritrova.model.scoring import EXTRACTS, Predicted, Scores, Share, offers, score

HALVES = ("even", "odd")


def half(item: dict[str, Any]) -> str:
    """Which half an item belongs to, by the running number at the end of its id."""
    return HALVES[int(str(item["id"]).rpartition("-")[2]) % 2]


def told(share: Share) -> str:
    return "-" if share.share is None else f"{share.k}/{share.n} {share.share:.2f}"


def lines(name: str, scores: Scores) -> list[str]:
    """One line a language."""
    values = {(v.lang, v.kind): v.f1 for v in scores.values}
    out = []
    for f in scores.families:
        if f.family != "all":
            continue
        f1 = (values.get((f.lang, kind)) for kind in EXTRACTS)
        shown = " ".join("    -" if v is None else f"{v:5.2f}" for v in f1)
        out.append(
            f"{name:5} {f.lang:5} {told(f.recall):14} {told(f.category):14} {told(f.false_alarms):14} {shown}"
        )
    return out


def seen(analyst: Analyst, item: dict[str, Any]) -> list[str]:
    """What detectors saw in an item: its messages with the concepts of their parts."""
    ready = analyst.prepared([passage_message(item, n, m) for n, m in enumerate(item["messages"])])
    out = []
    for s in read(Passage("c", "other", tuple(ready))):
        parts = " ".join(f"{p.concept}{'!' if p.alone else ''}«{p.words}»" for p in s.parts)
        out.append(f"    {s.sender}: {s.message.text}\n        {parts}")
    return out


def main() -> None:
    given = sys.argv[1:]
    show = Path(given.pop(given.index("--show") + 1)) if "--show" in given else None
    analyst = Analyst()
    elsewhere: dict[str, Analyst] = {}
    items: dict[str, list[dict[str, Any]]] = {h: [] for h in HALVES}
    predicted: dict[str, list[Predicted]] = {h: [] for h in HALVES}
    failed = dict.fromkeys(HALVES, 0)
    looked: list[str] = []
    rescues = dict.fromkeys(HALVES, 0)
    for path in (Path(a) for a in given if not a.startswith("--")):
        for item in read_set(path):
            country = str(item.get("country") or "IQ")
            here = elsewhere.setdefault(country, analyst.elsewhere(country))
            one = half(item)
            troubles: list[Trouble] = []
            said = predict(here, item, troubles)
            failed[one] += bool(troubles)
            items[one].append(item)
            predicted[one].append(said)
            hit = bool(offers(said))
            rescues[one] += hit and not item["positive"] and "rescue" in str(item.get("family"))
            if one == "odd" and hit != bool(item["positive"]) and show is not None:
                looked.append(
                    f"{'MISSED' if item['positive'] else 'FLAGGED'} {item['id']} {item.get('family')} {item.get('note') or ''}"
                )
                looked += seen(here, item)
                looked += [
                    f"    -> {f['category']}: {'; '.join(f['why'])}"
                    for f in said.findings
                    if f["act"] in (*OFFER_ACTS, "rescue")
                ]
    print(
        f"{'half':5} {'lang':5} {'recall':14} {'category':14} {'false alarms':14} "
        + " ".join(f"{k[:5]:>5}" for k in EXTRACTS)
    )
    for one in ("odd", "even"):
        print("\n".join(lines(one, score(items[one], predicted[one], {"places": same_place}))))
        print(f"{one:5} rescues among offers: {rescues[one]}; items on which a rule raised: {failed[one]}\n")
    if show is not None:
        show.write_text("\n".join(looked) + "\n", "utf-8")


if __name__ == "__main__":
    main()
