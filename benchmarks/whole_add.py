"""The whole `add` (hash, read, encrypt, index, extract, detect, link) against chat-miner merely parsing the same file."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from measure import Run, peer, run
from talk import write

FLOOR = """
import hashlib, sys
h = hashlib.sha256()
with open(sys.argv[1], "rb") as f:
    while chunk := f.read(1 << 20):
        h.update(chunk)
print(h.hexdigest())
"""
CHAT_MINER = """
import sys
from chatminer.chatparsers import WhatsAppParser
p = WhatsAppParser(sys.argv[1])
p.parse_file()
print(len(p.parsed_messages.get_df()))
"""
WHATSTK = """
import sys
from whatstk import WhatsAppChat
print(len(WhatsAppChat.from_source(sys.argv[1], hformat="%d/%m/%Y, %H:%M - %name:").df))
"""


def add(file: Path, folder: Path, messages: int) -> Run:
    """A new case and one file; checks that every message arrived."""
    ritrova = str(Path(sys.executable).with_name("ritrova"))
    env = {"RITROVA_PASSPHRASE": "benchmark"}
    run(
        [ritrova, "new", str(folder), "--by", "bench", "--basis", "benchmark", "--country", "IQ", "--json"],
        env,
    )
    done = run([ritrova, "add", "--case", str(folder), "--json", "--quiet", str(file)], env)
    counts = json.loads(done.out)["sources"][0]["counts"]
    if counts["message"] != messages:
        raise RuntimeError(f"{counts['message']} of {messages} messages arrived")
    return done


def main() -> None:
    """Print the table of one run."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--messages", type=int, default=200_000)
    ask.add_argument(
        "--large", type=int, default=0, help="also add so many, to see whether memory stays flat"
    )
    said = ask.parse_args()
    with tempfile.TemporaryDirectory() as name:
        tmp = Path(name)
        file = tmp / "WhatsApp Chat with Market.txt"
        write(file, said.messages)
        floor = run([sys.executable, "-c", FLOOR, str(file)])
        ours = add(file, tmp / "case", said.messages)
        print(f"{said.messages:,} messages, {file.stat().st_size / 1e6:.1f} MB")
        print(f"  floor (read and SHA-256)   {floor.cpu:7.2f} CPU s")
        print(
            f"  ritrova add, everything    {ours.cpu:7.2f} CPU s  {ours.wall:6.1f} s  peak {ours.peak:5.0f} MiB"
            f"  {ours.cpu / said.messages * 1e6:.0f} us a message  {ours.cpu / floor.cpu:.0f} x floor"
        )
        for label, script, packages in (
            ("chat-miner 0.6.0, parse only", CHAT_MINER, ("chat-miner==0.6.0",)),
            ("whatstk, format given, parse only", WHATSTK, ("whatstk",)),
        ):
            python = peer(label.split(",")[0].replace(" ", "-"), *packages)
            if python is None:
                continue
            other = run([str(python), "-c", script, str(file)])
            print(
                f"  {label:34} {other.cpu:7.2f} CPU s  {other.wall:6.1f} s  peak {other.peak:5.0f} MiB"
                f"  ratio ritrova/{label.split()[0]} {ours.cpu / other.cpu:.2f}"
            )
        if said.large:
            file.unlink()
            write(file, said.large)
            large = add(file, tmp / "large", said.large)
            print(
                f"  ritrova add, {said.large:,} messages  {large.cpu:7.2f} CPU s  peak {large.peak:5.0f} MiB"
                f"  ({large.peak / ours.peak:.2f} x the peak of {said.messages:,})"
            )


if __name__ == "__main__":
    main()
