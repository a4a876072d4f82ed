"""The child that reads: started empty, told what to do through a pipe, locked in before it looks at evidence.

Descriptors: 0 orders from the parent, 1 and 2 a captured pipe that nobody prints, 3 frames to the parent, 4 the encrypted
scratch, read only. It can ask the parent for files of its own source and for room in the scratch, and for nothing else.
"""

from __future__ import annotations

import os
import posixpath
import signal
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, BinaryIO

import msgspec

from ritrova.formats.scratch import Extent, TooMuch, Window, spilling_to, window
from ritrova.formats.shelf import Budget
from ritrova.model.records import Message, Problem, Read
from ritrova.model.shapes import Item, Reader, Unpacker, at
from ritrova.workers import isolation, wire
from ritrova.workers.harness import Batch, Clock, Harness, Plugs, TimeUp, Unavailable

ORDERS, FRAMES, SCRATCH = 0, 3, 4


class Desk:
    """The child's line to its parent."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    def _answer(self) -> Any:
        letter, body = wire.receive(ORDERS)
        if letter == b"X":
            raise Unavailable(body.decode())
        if letter == b"M":
            raise TooMuch(body.decode())
        return wire.plain(body)

    def want(self, index: int) -> Extent:
        """Have a file copied into the scratch."""
        wire.send(FRAMES, b"W", wire.pack(index))
        return msgspec.convert(self._answer(), Extent)

    def head(self, index: int, n: int) -> bytes:
        """The first bytes of a file, without copying it."""
        wire.send(FRAMES, b"H", wire.pack((index, n)))
        return bytes(self._answer())

    def listed(self, sha256: str, sha1: str, md5: str) -> bool:
        """True where a hash list names this file."""
        wire.send(FRAMES, b"L", wire.pack((sha256, sha1, md5)))
        return bool(self._answer())

    def append(self, chunks: Iterable[bytes], *, limit: int | None = None) -> Extent:
        """Keep unpacked bytes in the parent's scratch."""
        wire.send(FRAMES, b"K", b"")
        total = 0
        try:
            for chunk in chunks:
                total += len(chunk)
                if limit is not None and total > limit:
                    raise TooMuch(f"more than {limit} bytes came out")
                for start in range(0, len(chunk), wire.PIECE):
                    wire.send(FRAMES, b"k", chunk[start : start + wire.PIECE])
        finally:
            wire.send(FRAMES, b"e", b"")
            extent = msgspec.convert(self._answer(), Extent)
        return extent

    def open(self, extent: Extent) -> BinaryIO:
        """A stream over a copy in the scratch."""
        return window(SCRATCH, self.key, extent.start, extent.length)


class Folder:
    """The files of the source, and the companions that the user gave with them."""

    def __init__(self, order: wire.Order, desk: Desk) -> None:
        self.desk = desk
        self.items = [FileItem(self, i, each, order.source) for i, each in enumerate(order.files)]
        n = len(order.files)
        self.companions = [
            FileItem(self, n + i, each, each.sha256) for i, each in enumerate(order.companions)
        ]
        self.by_path = {item.path: item for item in self.items}
        self.by_name = {item.name: item for item in reversed(self.companions)}
        self.output = order.limits.output_for
        self._below: dict[str, list[str]] = {}

    def below(self, folder: str) -> list[str]:
        """Paths of all files in a folder, relative to it."""
        found = self._below.get(folder)
        if found is None:
            before = folder + "/" if folder else ""
            found = [path[len(before) :] for path in sorted(self.by_path) if path.startswith(before)]
            self._below[folder] = found
        return found


class FileItem:
    """A received file, as the child sees it: its bytes come into the scratch when somebody opens it."""

    def __init__(self, folder: Folder, index: int, listed: wire.Listed, source: str) -> None:
        self._folder = folder
        self._index = index
        self._listed = listed
        self._extent: Extent | None = None
        self._start: bytes | None = None
        self._budget: Budget | None = None
        self.source = source
        self.path = listed.path
        self.name = posixpath.basename(listed.path)
        self.size = listed.size
        self.modified = listed.modified
        self.parent: Item | None = None

    @property
    def budget(self) -> Budget:
        """What may come out of this file."""
        if self._budget is None:
            self._budget = Budget(self._folder.output(self.size))
        return self._budget

    def head(self, n: int = 4096) -> bytes:
        """The first bytes; the file is not copied for them."""
        if self._extent is None and n <= 1 << 16:
            if self._start is None or len(self._start) < min(n, self.size):
                self._start = self._folder.desk.head(self._index, max(n, 4096))
            return self._start[:n]
        with self.open() as stream:
            return stream.read(n)

    def open(self) -> BinaryIO:
        """A seekable stream of the file."""
        if self._extent is None:
            self._extent = self._folder.desk.want(self._index)
        return self._folder.desk.open(self._extent)

    def sha256(self) -> str:
        """Hex SHA-256, as received."""
        return self._listed.sha256

    def sibling(self, name: str) -> Item | None:
        """A file of the same folder by relative path, else a companion by its bare name."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), name))
        return self._folder.by_path.get(path) or self.companion(name)

    def companion(self, name: str) -> Item | None:
        """A file given with ``--with``."""
        return self._folder.by_name.get(name)

    def siblings(self) -> Sequence[str]:
        """Files of the same folder and below, relative to it."""
        return self._folder.below(posixpath.dirname(self.path))


class Alarm(Clock):
    """Ends a plugin that uses more CPU seconds than it may, or three times as many by the clock on the wall."""

    def __init__(self) -> None:
        self._cpu = 0.0
        self._wall = 0.0
        self._allowed = 0.0
        self._armed = False
        signal.signal(signal.SIGPROF, self._ring)
        signal.signal(signal.SIGALRM, self._ring)

    def _ring(self, *_: object) -> None:
        if self._armed:
            raise TimeUp(f"it took more than {self._allowed:.0f} s of work, which is the limit for its size")

    def start(self, seconds: float) -> None:
        """An item begins."""
        self._allowed = self._cpu = seconds
        self._wall = 3 * seconds

    def resume(self) -> None:
        """The plugin runs from here. The alarm rings again each second if nobody listens."""
        self._armed = True
        signal.setitimer(signal.ITIMER_PROF, max(self._cpu, 0.01), 1.0)
        signal.setitimer(signal.ITIMER_REAL, max(self._wall, 0.01), 1.0)

    def pause(self) -> None:
        """The plugin does not run any more."""
        self._armed = False
        left, every = signal.setitimer(signal.ITIMER_PROF, 0)
        self._cpu = left if every else 0.0
        left, every = signal.setitimer(signal.ITIMER_REAL, 0)
        self._wall = left if every else 0.0


def plugged(names: Sequence[str]) -> tuple[list[Any], list[str]]:
    """The constants behind ``module:CONSTANT`` texts, and those that could not be had."""
    found: list[Any] = []
    missing: list[str] = []
    for name in names:
        module, _, constant = name.partition(":")
        try:
            value = getattr(import_module(module), constant)
        except (ImportError, AttributeError, SyntaxError, ValueError, TypeError, NameError) as error:
            missing.append(f"{name}: {type(error).__name__}: {error}")
            continue
        found += value if isinstance(value, tuple) else [value]
    return found, missing


def put(batch: Batch) -> None:
    """Send a batch; what cannot be sent as it is is mended and said."""
    if not batch.records:
        return
    head = wire.pack(batch.tally)
    try:
        body = wire.pack(batch.records)
        if len(body) > wire.LARGEST:
            raise OverflowError(len(body))
    except (UnicodeEncodeError, TypeError, MemoryError, OverflowError, RecursionError, ValueError):
        body = mended(batch.records)
    wire.send(FRAMES, b"T", head)
    wire.send(FRAMES, b"R", body)


def mended(records: Sequence[Read]) -> bytes:
    """The records one by one: lone surrogates replaced, what is no record turned into a problem."""
    parts: list[bytes] = []
    size = 0
    for record in records:
        try:
            raw = [wire.pack(record)]
        except UnicodeEncodeError:
            what = "a text held half a character; U+FFFD stands in its place"
            raw = [wire.pack(whole(msgspec.to_builtins(record)))]
            raw.append(wire.pack(Problem(record.at, "RTV-R007", what)))
        except (TypeError, MemoryError, OverflowError, RecursionError, ValueError) as error:
            what = f"a record could not be passed on: {type(error).__name__}"
            where = getattr(record, "at", None)
            raw = (
                [wire.pack(Problem(where, "RTV-R008", what, int(isinstance(record, Message))))]
                if where
                else []
            )
        if size + sum(map(len, raw)) > wire.LARGEST - 16:
            what = "a record is too large to pass on"
            raw = [wire.pack(Problem(record.at, "RTV-R004", what, int(isinstance(record, Message))))]
        parts += raw
        size += sum(map(len, raw))
    return b"\xdd" + len(parts).to_bytes(4, "big") + b"".join(parts)


def whole(value: Any) -> Any:
    """Plain values with every lone surrogate replaced and every pair of surrogates joined."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | tuple):
        return [whole(each) for each in value]
    if isinstance(value, dict):
        return {whole(k): whole(v) for k, v in value.items()}
    return value


def main() -> None:
    """Take the order, lock the door, read."""
    letter, body = wire.receive(ORDERS)
    if letter != b"O":
        raise SystemExit("no order")
    order = wire.order_in.decode(body)
    readers, missing = plugged(order.plugged.readers)
    unpackers, more = plugged(order.plugged.unpackers)
    plugs = Plugs(
        {each.name: each for each in readers if isinstance(each, Reader)},
        {each.name: each for each in unpackers if isinstance(each, Unpacker)},
    )
    if order.lock:
        isolation.lock(order.limits.memory)
    desk = Desk(order.key)
    folder = Folder(order, desk)
    harness = Harness(
        plugs,
        order.ask,
        order.limits,
        clock=Alarm(),
        skip=frozenset(order.skip),
        done=frozenset(order.done),
        position=lambda: Window.total,
        pictures=order.ask.media != "none",
        listed=desk.listed if order.listed else None,
    )
    if (missing or more) and folder.items and not order.done and not order.skip:
        where = at(folder.items[0])
        put(Batch([Problem(where, "RTV-R013", each) for each in missing + more], wire.Tally({})))
    with spilling_to(desk):
        for each in harness.run(folder.items):
            if isinstance(each, Batch):
                put(each)
            else:
                wire.send(FRAMES, b"S", wire.pack(each))
    wire.send(FRAMES, b"D", b"")
    os.close(FRAMES)
    sys.stdout.flush()
    os._exit(0)
