"""`find` over a case that has been read: matching with all packs, extraction and detection, in messages per CPU second.

    benchmarks/find.py [--messages N] [--corpora FOLDER]

Without corpora the talk is invented (see `talk`). With a folder of corpora (text, tab-separated, CSV with a column tweet, JSON
lines with text), messages are drawn from them by chance: closer to real talk, of which much comes again.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from measure import run
from talk import write

SHORT = 400
"""Longer messages (news posts) are left out: the aim is stated for talk."""


def pool(folder: Path) -> list[str]:
    """All messages of the corpora that are no longer than `SHORT`, each on one line."""
    return [
        line
        for file in sorted(folder.iterdir())
        for t in _texts(file)
        if 0 < len(line := " ".join(t.split())) <= SHORT
    ]


def _texts(file: Path) -> Iterator[str]:
    if file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as lines:
            yield from (row.get("tweet") or "" for row in csv.DictReader(lines))
    elif file.suffix == ".tsv":
        yield from (line.partition("\t")[2] for line in file.open(encoding="utf-8"))
    elif file.suffix == ".jsonl":
        yield from (str(json.loads(line).get("text") or "") for line in file.open(encoding="utf-8"))
    elif file.suffix == ".txt":
        yield from file.open(encoding="utf-8")


def write_drawn(file: Path, messages: int, texts: list[str]) -> None:
    """A WhatsApp export of one group whose messages are drawn from the texts."""
    chance = random.Random(7)
    at = datetime(2020, 1, 1)
    with file.open("w", encoding="utf-8") as out:
        for n in range(messages):
            at += timedelta(seconds=chance.randint(5, 120))
            out.write(f"{at:%d/%m/%Y, %H:%M} - Person {n % 40}: {chance.choice(texts)}\n")


def main() -> None:
    """Print the table of one run."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--messages", type=int, default=200_000)
    ask.add_argument("--corpora", type=Path)
    said = ask.parse_args()
    ritrova = str(Path(sys.executable).with_name("ritrova"))
    env = {"RITROVA_PASSPHRASE": "benchmark"}
    with tempfile.TemporaryDirectory() as name:
        tmp = Path(name)
        file = tmp / "WhatsApp Chat with Market.txt"
        if said.corpora:
            texts = pool(said.corpora)
            write_drawn(file, said.messages, texts)
            print(f"{said.messages:,} messages drawn from {len(texts):,}, {file.stat().st_size / 1e6:.0f} MB")
        else:
            write(file, said.messages)
            print(f"{said.messages:,} messages of invented talk, {file.stat().st_size / 1e6:.0f} MB")
        new = [
            ritrova,
            "new",
            str(tmp / "case"),
            "--by",
            "bench",
            "--basis",
            "benchmark",
            "--country",
            "IQ",
            "--json",
        ]
        run(new, env)
        case = ["--case", str(tmp / "case"), "--json", "--quiet"]
        run([ritrova, "add", *case, "--only-read", "--date-order", "dmy", str(file)], env)
        found = run([ritrova, "find", *case], env)
        idle = run([ritrova, "find", *case], env)
        cpu = found.cpu - idle.cpu
        print(
            f"  find  {found.cpu:7.2f} CPU s  {found.wall:6.1f} s  peak {found.peak:5.0f} MiB"
            f"  {said.messages / cpu:,.0f} messages a CPU second (start of {idle.cpu:.2f} s taken off)"
        )
        print(f"  {found.out[:400]}")


if __name__ == "__main__":
    main()
