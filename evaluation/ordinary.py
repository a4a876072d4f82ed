"""False alarms on ordinary talk: findings per 10,000 messages of corpora in which nobody is offered.

    .venv/bin/python evaluation/ordinary.py ../shared/corpora [--list]

Each corpus is read twice: every message as a conversation of its own, and as one long conversation (messages a minute apart,
senders taking turns), which is harder because look-alikes of neighbours add up. Runs what `find` runs. The corpora are not part
of the project; other ones of the same shapes can be named file by file.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from ritrova.case.analysis import Analyst, Talked
from ritrova.case.evaluate import passage_message
from ritrova.model.records import OFFER_ACTS, Finding
from ritrova.model.scoring import wilson

STRETCH = 200
"""Messages after which the long conversation pauses for a day."""


def texts(file: Path) -> Iterator[str]:
    """The messages of a corpus file: CSV with a column tweet or text, label-tab-text, JSON lines, or plain lines."""
    if file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                yield row.get("tweet") or row.get("text") or ""
    elif file.suffix == ".jsonl":
        for line in file.open(encoding="utf-8"):
            one = json.loads(line)
            yield str(one.get("text") or one.get("message") or "")
    elif file.suffix == ".tsv":
        for line in file.open(encoding="utf-8"):
            yield line.rstrip("\n").partition("\t")[2]
    else:
        for line in file.open(encoding="utf-8"):
            yield line.rstrip("\n")


def found(analyst: Analyst, messages: list[str], name: str) -> list[Finding]:
    """Findings of some messages taken as one conversation."""
    start = datetime(2020, 1, 1)
    item = {"id": name, "messages": []}
    told = [
        passage_message(
            item,
            n,
            {
                "text": text,
                "sender": f"A{n % 7}",
                "at": (start + timedelta(minutes=n, days=n // STRETCH)).isoformat(),
            },
        )
        for n, text in enumerate(messages)
    ]
    talked = Talked(name, "other", None, "group", "IQ", {})
    return analyst.detect(talked, told)


def main() -> None:
    listed = "--list" in sys.argv
    given = [Path(a) for a in sys.argv[1:] if not a.startswith("--")]
    files = [f for p in given for f in (sorted(p.iterdir()) if p.is_dir() else [p])]
    analyst = Analyst(country="IQ")
    print(f"{'corpus':26}{'messages':>9}  {'how':8}{'offers':>7}{'rescue':>7}  per 10,000 (95 %)")
    for file in files:
        if file.suffix not in (".csv", ".jsonl", ".tsv", ".txt"):
            continue
        messages = [t for t in texts(file) if t.strip()]
        for how in ("alone", "together"):
            if how == "alone":
                findings = [
                    (f, messages[n])
                    for n in range(len(messages))
                    for f in found(analyst, messages[n : n + 1], f"c/{n}")
                ]
            else:
                findings = [
                    (f, " | ".join(messages[int(m.rpartition("/")[2])] for m in f.messages))
                    for f in found(analyst, messages, "c")
                ]
            offers = [(f, t) for f, t in findings if f.act in OFFER_ACTS]
            rescue = sum(f.act == "rescue" for f, _ in findings)
            share = wilson(len(offers), len(messages))
            low, high = share.low, share.high
            rate = 1e4 * len(offers) / len(messages)
            print(
                f"{file.name:26}{len(messages):9}  {how:8}{len(offers):7}{rescue:7}"
                f"  {rate:.1f} ({1e4 * low:.1f}-{1e4 * high:.1f})",
                flush=True,
            )
            if listed:
                for f, t in offers:
                    print(f"    {f.category}: {'; '.join(f.why)}\n        {t[:400]!r}")


if __name__ == "__main__":
    main()
