"""Telegram Desktop JSON: messages per CPU second, ours beside json.load, ijson and (where installed) chat-miner.

    python benchmarks/telegram_json.py [--messages 500000] [--file result.json] [--miner PYTHON]

Each way runs in a process of its own; CPU seconds are that process's user and system time, less an empty start. The file
is generated: 45 % Arabic, 20 % with an entity, replies, forwards, files, service lines and reactions as in a busy group.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ARABIC = [
    "السلام",
    "عليكم",
    "كم",
    "سعر",
    "الكرسي",
    "الخشب",
    "هل",
    "ما",
    "زال",
    "موجودا",
    "نعم",
    "تفضل",
    "العنوان",
    "قرب",
    "السوق",
    "الكبير",
    "غدا",
    "صباحا",
    "ان",
    "شاء",
    "الله",
]
ENGLISH = [
    "the",
    "chair",
    "is",
    "still",
    "here",
    "please",
    "call",
    "before",
    "noon",
    "and",
    "bring",
    "the",
    "keys",
    "we",
    "meet",
    "near",
    "the",
    "old",
    "market",
    "tomorrow",
]

WAYS = {
    "floor: read + sha256": """
import hashlib
h = hashlib.sha256()
with open(path, "rb") as f:
    while piece := f.read(1 << 20):
        h.update(piece)
n = 0
""",
    "json.load": """
import json
with open(path, encoding="utf-8") as f:
    whole = json.load(f)
n = 0
length = 0
for m in whole["messages"]:
    t = m["text"]
    length += len(t) if isinstance(t, str) else sum(len(p if isinstance(p, str) else p["text"]) for p in t)
    n += 1
""",
    "json.load, gc off": """
import gc, json
gc.disable()
with open(path, encoding="utf-8") as f:
    whole = json.load(f)
n = len(whole["messages"])
""",
    "ijson": """
import ijson
n = 0
with open(path, "rb") as f:
    for m in ijson.items(f, "messages.item", use_float=True):
        n += 1
""",
    "ours: framing": """
from ritrova.formats.jsonframe import Window
n = 0
with open(path, "rb") as f:
    w = Window(f)
    for key in w.members():
        if key != "messages":
            w.skip_value()
            continue
        for frame in w.elements():
            n += 1
""",
    "ours: count": """
from ritrova.readers.telegram_json import READER
from ritrova.model.shapes import Ask
n = READER.count(item(), Ask())["messages"]
""",
    "ours: records": """
from ritrova.readers.telegram_json import READER
from ritrova.model.records import Message
from ritrova.model.shapes import Ask
n = sum(1 for r in READER.read(item(), Ask()) if type(r) is Message)
""",
}

MINER = """
from chatminer.chatparsers import TelegramJsonParser
p = TelegramJsonParser(path)
p.parse_file()
n = len(p.parsed_messages.df) if hasattr(p.parsed_messages, "df") else 0
"""

FRAME = """
import resource, sys, time
path = {path!r}
class OnDisk:
    source, name, modified, parent = "0" * 64, "result.json", None, None
    path = "result.json"
    def __init__(self):
        import os
        self.size = os.path.getsize(path)
    def head(self, n=4096):
        with open(path, "rb") as f:
            return f.read(n)
    def open(self):
        return open(path, "rb")
    def sha256(self):
        return self.source
    def sibling(self, name):
        return None
    def siblings(self):
        return []
item = OnDisk
before = time.process_time()
{way}
after = time.process_time()
print(n, after - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def generate(path: Path, messages: int) -> None:
    """Write a single-chat export of that many messages in the exporter's layout."""
    rng = random.Random(7)
    with path.open("w", encoding="utf-8") as out:
        head = {"name": "Market", "type": "private_supergroup", "id": 1234567890}
        out.write("{\n")
        for key, value in head.items():
            out.write(f" {json.dumps(key)}: {json.dumps(value)},\n")
        out.write(' "messages": [\n')
        moment = 1_660_000_000
        for n in range(messages):
            moment += rng.randrange(1, 120)
            message = _message(rng, n + 1, moment)
            lines = json.dumps(message, ensure_ascii=False, indent=1).splitlines()
            out.write("\n".join("  " + line for line in lines))
            out.write(",\n" if n + 1 < messages else "\n")
        out.write(" ]\n}\n")


def _message(rng: random.Random, number: int, moment: int) -> dict[str, object]:
    import time

    who = rng.randrange(200)
    bank = ARABIC if rng.random() < 0.45 else ENGLISH
    words = " ".join(rng.choices(bank, k=rng.randrange(4, 26)))
    local = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment + 10800))
    message: dict[str, object] = {
        "id": number,
        "type": "message",
        "date": local,
        "date_unixtime": str(moment),
    }
    dice = rng.random()
    if dice < 0.02:
        message |= {"type": "service", "actor": f"Member {who}", "actor_id": f"user{1000 + who}"}
        message |= {"action": "join_group_by_link", "inviter": "Group", "text": "", "text_entities": []}
        return message
    if rng.random() < 0.04:
        message |= {"edited": local, "edited_unixtime": str(moment)}
    message |= {"from": f"Member {who}", "from_id": f"user{1000 + who}"}
    if rng.random() < 0.25 and number > 10:
        message["reply_to_message_id"] = number - rng.randrange(1, 10)
    if rng.random() < 0.05:
        message["forwarded_from"] = "Some channel"
    if dice < 0.08:
        message |= {"photo": "(File not included. Change data exporting settings to download.)"}
        message |= {"width": 960, "height": 1280}
    if dice > 0.8:
        number_text = f"+964770000{rng.randrange(10000):04d}"
        parts: list[dict[str, str]] = [
            {"type": "plain", "text": words + " "},
            {"type": "phone", "text": number_text},
            {"type": "plain", "text": ""},
        ]
        message["text"] = [parts[0]["text"], parts[1], ""]
        message["text_entities"] = parts
    else:
        message |= {"text": words, "text_entities": [{"type": "plain", "text": words}]}
    if 0.3 < dice < 0.33:
        message["reactions"] = [
            {
                "type": "emoji",
                "count": 1,
                "emoji": "👍",
                "recent": [{"from": "Member 3", "from_id": "user1003", "date": local}],
            }
        ]
    return message


def run(python: str, path: Path, way: str) -> tuple[int, float, float]:
    """Messages, CPU seconds and peak MiB of one way in its own process."""
    script = FRAME.format(path=str(path), way=way)
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed")
    count, seconds, peak = done.stdout.split()
    return int(count), float(seconds), float(peak)


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--messages", type=int, default=500_000)
    ask.add_argument("--file", type=Path)
    ask.add_argument("--miner", help="a Python that has chat-miner installed")
    ask.add_argument("--only", nargs="*")
    said = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = said.file or Path(folder) / "result.json"
        if not path.exists():
            generate(path, said.messages)
        size = path.stat().st_size / 1e6
        print(f"{said.messages} messages, {size:.1f} MB")
        ways = {name: (sys.executable, way) for name, way in WAYS.items()}
        if said.miner:
            ways["chat-miner"] = (said.miner, MINER)
        base: float | None = None
        for name, (python, way) in ways.items():
            if said.only and not any(word in name for word in said.only):
                continue
            try:
                n, seconds, peak = run(python, path, way)
            except RuntimeError as error:
                print(f"{name:24} failed: {error}")
                continue
            rate = said.messages / seconds
            if name == "json.load":
                base = rate
            ratio = f"{rate / base:6.2f} x json.load" if base else ""
            counted = f"n={n}" if n else ""
            print(
                f"{name:24} {seconds:7.2f} CPU s {size / seconds:7.0f} MB/s {rate:10.0f} msg/s {peak:6.0f} MiB {ratio} {counted}"
            )


if __name__ == "__main__":
    main()
