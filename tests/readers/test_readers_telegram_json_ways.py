"""The short way of Telegram Desktop's JSON and the careful one give the same records, byte for byte, whatever the file says."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import msgspec
import pytest

from ritrova.formats.items import MemoryItem
from ritrova.formats.jsonframe import Window
from ritrova.model.records import Message, Problem, Read
from ritrova.model.shapes import Ask
from ritrova.readers.telegram_json import READER
from ritrova.readers.telegram_json.fast import Fast
from writers.telegram_desktop import chat, laid_out, message, service

ODD: list[Any] = [
    None, True, -1, 0, 7, 1.0, 1e300, 1 << 70, -(1 << 65), "", ":", "5", "1664000000", "0", "user0", "user501", "\ud800",
    "a\"b\\c", "\x7f\u2028", "\u200f\u0639:", [], {}, ["a", {"type": "bold", "text": "b"}], {"id": 3, "type": "message"},
    [{"type": "plain", "text": "hello"}], [{"id": 3}], "(File not included. Change.)", "../a", "a.jpg",
]  # fmt: skip


def some(rng: random.Random, number: int) -> dict[str, Any]:
    """A message as the exporter might write it."""
    if rng.random() < 0.08:
        return service(number, rng.choice(["pin_message", "join_group_by_link", "new"]), message_id=3)
    more: dict[str, Any] = {
        "from": (who := rng.choice(["A", "B:", None])),
        "from_id": f"user{ord(who[0]) if who else 9}",
    }
    date = message(number)["date"]
    if rng.random() < 0.2:
        more["edited"], more["edited_unixtime"] = date, message(number)["date_unixtime"]
    if rng.random() < 0.2:
        more["reply_to_message_id"] = number - 1
    if rng.random() < 0.2:
        more["forwarded_from"] = "C: d"
    if rng.random() < 0.2:
        more |= {"photo": rng.choice(["a.jpg", "(File not included. x)"]), "width": 3, "height": 4}
    if rng.random() < 0.1:
        more |= {"file": "../b", "file_name": "b", "mime_type": "a/b", "duration_seconds": 5}
    link = {"type": "text_link", "text": "x:y", "href": "https://example.org"}
    text = rng.choice(
        [
            "hello",
            "",
            "a: \u0633\u0644\u0627\u0645",
            ["a", {"type": "bold", "text": "b:"}, ""],
            [link],
            [link, " z"],
        ]
    )
    made = message(number, text, **more)
    if rng.random() < 0.2:
        recent = [
            {"from": "A", "from_id": "user65", "date": date},
            {"from": "New", "from_id": "user1", "date": date},
        ]
        made["reactions"] = [
            {"type": "emoji", "count": 3, "emoji": "+", "recent": recent[: rng.randrange(3)]}
        ]
    return made


def spoil(rng: random.Random, made: Any) -> Any:
    """The same with one thing in it that no exporter writes."""
    inner = [
        v for v in (made.values() if isinstance(made, dict) else made) if isinstance(v, dict | list) and v
    ]
    if inner and rng.random() < 0.5:
        spoil(rng, rng.choice(inner))
        return made
    if isinstance(made, list):
        made[rng.randrange(len(made))] = rng.choice(ODD)
        return made
    key = rng.choice(list(made))
    turn = rng.randrange(5)
    if turn == 0:
        del made[key]
    elif turn == 1:
        made[rng.choice([*made, "thumbnail", "file_name", "id", "unknown", "poll", "href", "emoji"])] = (
            rng.choice(ODD)
        )
    elif turn == 2:
        keys = list(made)
        rng.shuffle(keys)
        old = dict(made)
        made.clear()
        made.update((k, old[k]) for k in keys)
    else:
        made[key] = rng.choice(ODD)
    return made


def both(content: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[list[bytes], list[bytes]]:
    """The records, each as it travels, by the short way and by the careful way alone.

    How far a message reaches that nobody can decode is a guess, which may differ by what was read before it: of such a
    problem only its beginning is compared.
    """
    item = MemoryItem("result.json", content, folder={"a.jpg": b"x"})

    def encode(r: Read) -> bytes:
        if isinstance(r, Problem) and r.code == "RTV-T002":
            return f"{r.code} {r.at.spot.partition('-')[0]} {r.entries}".encode()
        return msgspec.msgpack.encode(r)

    short = [encode(r) for r in READER.read(item, Ask())]
    with monkeypatch.context() as patched:
        patched.setattr(Fast, "message", lambda *_: None)
        patched.setattr(Window, "stretch", lambda *_: None)
        careful = [encode(r) for r in READER.read(item, Ask())]
    return short, careful


@pytest.mark.parametrize("seed", range(40))
def test_both_ways_give_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    every = [some(rng, n) for n in range(1, 60)]
    for _ in range(rng.randrange(8)):
        spoil(rng, rng.choice(every))
    content = json.dumps(chat(*every), ensure_ascii=seed % 3 == 0, indent=1).encode("utf-8", "surrogatepass")
    if seed % 2:
        # A line twice, or a line of another message in its place; a colon as an escape.
        lines = content.split(b"\n")
        for _ in range(3):
            n = rng.randrange(8, len(lines) - 3)
            if lines[n].endswith(b","):
                lines.insert(
                    n, rng.choice([lines[n], lines[n].replace(b": ", b" :"), rng.choice(lines[8:-3])])
                )
        content = b"\n".join(lines)
        content = re.sub(rb"b:", lambda m: rng.choice([b"b:", b"b\\u003a", b"b\\/"]), content)
    short, careful = both(content, monkeypatch)
    assert short == careful


@pytest.mark.parametrize(
    "doubled",
    [b'"text": "one",', b'"from_id": "user501",', b'"id": 3,', b'"type": "message",', b'"date": "x",'],
)
def test_a_key_twice_among_many_is_seen(doubled: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = laid_out(chat(*(message(n, "one") for n in range(1, 40)))).split(b"\n")
    spot = [n for n, line in enumerate(lines) if b'"from":' in line][20]
    lines.insert(spot, b"   " + doubled)
    short, careful = both(b"\n".join(lines), monkeypatch)
    assert short == careful
    assert sum(b"doubled_key" in r for r in short) == 1


def test_regular_messages_go_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(3)
    seen = 0
    take = Fast.take

    def counted(*given: Any) -> Any:
        nonlocal seen
        made, taken = take(*given)
        seen += max(taken, 0)
        return made, taken

    monkeypatch.setattr(Fast, "take", counted)
    content = laid_out(chat(*(m for n in range(1, 300) if (m := some(rng, n))["type"] == "message")))
    records = list(READER.read(MemoryItem("result.json", content), Ask()))
    found = sum(isinstance(r, Message) for r in records)
    assert seen > 0.9 * found - 20
