"""Toy readers for the tests of reading: lines of text as messages, and readers that misbehave on a word in the file."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from ritrova.model import ids
from ritrova.model.records import Account, Conversation, Message, Moment, Problem, Read, Skip
from ritrova.model.shapes import Ask, Item, Reader, Tiles, at


def sniff(item: Item) -> bool:
    return item.head(5) == b"LINES"


def lines(item: Item, ask: Ask) -> Iterator[Read]:
    """Each line is a message; the first is skipped; a line may hold a command for this toy."""
    conversation = ids.conversation_id("other", item.path, item.source)
    sender = ids.account_id("other", "toy")
    yield Account(at(item), sender, "other", name="toy")
    yield Conversation(at(item), conversation, "other")
    here = 0
    with item.open() as stream:
        for n, line in enumerate(stream):
            spot = f"bytes {here}-{here + len(line)}"
            here += len(line)
            text = line.decode("utf-8", "surrogateescape").rstrip("\n")
            if n == 0:
                yield Skip(at(item, spot), "first line", 0)
                continue
            if text.startswith("!"):
                act(text[1:])
            if text == "drop":
                continue
            if text == "bad":
                yield Problem(at(item, spot), "RTV-X001", "a bad line", 1)
                continue
            body: Any = 17 if text == "number" else "\ud800 half" if text == "surrogate" else text
            yield Message(
                at(item, spot), "other", conversation, sender, "toy", "text", body, Moment(written=None)
            )


def act(order: str) -> None:
    """Misbehave."""
    if order == "fork":
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    elif order == "loop":
        while True:
            pass
    elif order == "sleep":
        time.sleep(10_000)
    elif order == "deaf":
        while True:
            with suppress(BaseException):
                time.sleep(1000)
    elif order == "socket":
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    elif order == "environment":
        raise ValueError(f"environment {sorted(os.environ)} {sys.argv}")
    elif order == "allocate":
        bytearray(4 << 30)
    elif order == "print":
        print("evidence on stdout")
        sys.stderr.write("evidence on stderr " * 100_000)
    elif order == "exit":
        os._exit(0)
    elif order == "sysexit":
        sys.exit(0)
    elif order == "kill":
        os.abort()
    elif order == "write":
        with open(os.path.join(tempfile.gettempdir(), "ritrova-toy-was-here"), "w") as stream:
            stream.write("x")
    elif order == "exec":
        os.execv("/bin/true", ["/bin/true"])
    elif order == "raise":
        raise ZeroDivisionError("toy")
    elif order == "strange":
        raise Exception("evidence text in a strange error")
    elif order == "recurse":
        act_forever(1)


def act_forever(n: int) -> int:
    return act_forever(n + 1) + 1


def tiles(item: Item, ask: Ask) -> Tiles:
    return Tiles(item.size)


def numbers(item: Item, ask: Ask) -> dict[str, int]:
    with item.open() as stream:
        return {"messages": max(0, sum(1 for _ in stream) - 1)}


READER = Reader("toy.lines", "Lines", sniff, lines, tiles)
COUNTING = Reader("toy.counted", "Lines, counted", sniff, lines, numbers)
OTHER = Reader("toy.other", "Also lines", sniff, lines, numbers)


def bad_sniff(item: Item) -> bool:
    if b"sniff me" in item.head(100):
        raise KeyError("sniff")
    return False


BAD_SNIFF = Reader("toy.sniffer", "Cannot look", bad_sniff, lines, tiles)


def media(item: Item) -> list[str]:
    return [name for name in item.siblings() if name.endswith(".jpg")]


RELATED = Reader("toy.related", "Lines with media", sniff, lines, tiles, related=media)
