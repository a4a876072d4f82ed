"""Records out of a WhatsApp text export against whatstk with its format given, same file, CPU seconds of one run.

    python benchmarks/whatsapp_text.py [--messages 500000] [--runs 3]

Both stand alone in a process, imports not counted; of several runs the fastest of each counts. Promised: no more CPU than
whatstk (aim 0.75 of it), under 200 MiB whatever the size (a file of a fifth is read beside it).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from inside import Inside, floor, inside
from measure import peer
from talk import write

OURS = (
    "from ritrova.readers.whatsapp_text import READER, reading\n"
    "from ritrova.model.records import Message\nfrom ritrova.model.shapes import Ask",
    "n = sum(1 for r in READER.read(OnDisk(), Ask()) if type(r) is Message)",
)
WHATSTK = (
    "from whatstk import WhatsAppChat",
    'n = len(WhatsAppChat.from_source(path, hformat="%d/%m/%Y, %H:%M - %name:").df)',
)
PROMISE, AIM, MEMORY = 1.0, 0.75, 200.0


def turns(file: Path, ways: list[tuple[str | Path, tuple[str, str]]], runs: int) -> list[Inside]:
    """The run with the least CPU of each way; they take turns, because a busy machine is not equally fast all the time."""
    told = [[inside(python, file, *way) for python, way in ways] for _ in range(runs)]
    return [min(column, key=lambda r: r.cpu) for column in zip(*told, strict=True)]


def main() -> None:
    """Print the table of one run; a broken promise is an error."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--messages", type=int, default=500_000)
    ask.add_argument("--runs", type=int, default=3)
    said = ask.parse_args()
    broken = []
    with tempfile.TemporaryDirectory() as name:
        small, file = Path(name) / "small" / "_chat.txt", Path(name) / "_chat.txt"
        small.parent.mkdir()
        write(small, said.messages // 5)
        write(file, said.messages)
        size = file.stat().st_size / 1e6
        least = min(floor(sys.executable, file).cpu for _ in range(said.runs))
        fifth = inside(sys.executable, small, *OURS)
        python = peer("whatstk", "whatstk")
        ways: list[tuple[str | Path, tuple[str, str]]] = [(sys.executable, OURS)]
        if python is not None:
            ways.append((python, WHATSTK))
        ours, *others = turns(file, ways, said.runs)
        print(f"{said.messages:,} messages, {size:.1f} MB")
        print(f"  floor (read and SHA-256)   {least:6.2f} CPU s")
        _row("ritrova, records", ours, said.messages, least)
        print(f"    a fifth of the messages: peak {fifth.peak:.0f} MiB")
        if ours.n != said.messages:
            broken.append(f"{ours.n} of {said.messages} messages were read")
        if ours.peak > MEMORY:
            broken.append(f"{ours.peak:.0f} MiB")
        for other in others:
            _row("whatstk, format given", other, said.messages, least)
            ratio = ours.cpu / other.cpu
            print(f"  ritrova / whatstk: {ratio:.2f} of its CPU (promised {PROMISE}, aim {AIM})")
            if ratio > PROMISE:
                broken.append(f"{ratio:.2f} times the CPU of whatstk")
    if broken:
        sys.exit(f"promise not kept: {'; '.join(broken)}")


def _row(label: str, r: Inside, messages: int, least: float) -> None:
    print(
        f"  {label:26} {r.cpu:6.2f} CPU s  {messages / r.cpu:9,.0f} msg/s  {r.cpu / least:5.1f} x floor"
        f"  peak {r.peak:4.0f} MiB  n={r.n}"
    )


if __name__ == "__main__":
    main()
