"""Running plugins over items: who claims what, reading, and adding up. Used in the child and by the reader contract.

Nothing here is trusted with the user's machine: in a case it runs in a limited child (`workers/child.py`).
"""

from __future__ import annotations

import hashlib
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from ritrova.formats.kinds import mime
from ritrova.formats.scratch import TooMuch
from ritrova.model.errors import KeyRefused, RitrovaError
from ritrova.model.records import ItemSeen, Locator, PictureSeen, Problem, Read
from ritrova.model.shapes import Ask, Counted, Item, Reader, Tiles, Unpacker, at
from ritrova.workers.tally import Sum, reconciled
from ritrova.workers.wire import Limits, Step, Tally

UNKNOWN = (
    "not evidence of a known kind",
    "a table of unknown columns: ritrova add --explain-columns shows how to have it read",
)
"""What an ItemSeen notes of a file that nobody claimed: of any file, of a table."""

PROBLEMS: dict[str, str] = {
    "RTV-R001": "What was found in the file and what was read do not add up. Something was lost or read twice; the "
    "difference is named. Keep the original, and report the case to the project with an invented file of the same shape.",
    "RTV-R002": "More than one reader claims this file, so none read it. Say which is right with --as NAME.",
    "RTV-R003": "The reader stopped at something it did not expect. What it had read before is kept; the rest of this file "
    "is not read. The other files are not affected.",
    "RTV-R004": "Reading this file took more memory, time or output than a file of its size may take. What had been read "
    "is kept. A damaged or hostile file does that, rarely a very unusual one.",
    "RTV-R005": "The reading process died at this file. What had been read is kept, and the other files were read by a "
    "new process.",
    "RTV-R006": "A reader or unpacker failed while it looked whether this file is of its kind.",
    "RTV-R007": "A text held half a character (a lone surrogate), which no text can carry; U+FFFD stands in its place.",
    "RTV-R008": "A reader gave something that is not a valid record. It is not in the case.",
    "RTV-R009": "Containers are nested deeper than the limit; what lies deeper was not opened.",
    "RTV-R010": "The file's bytes were not the ones that were received: it changed while it was read, or cannot be read.",
    "RTV-R011": "The container could not be opened, or only in part.",
    "RTV-R012": "A key or password is needed, or the one given does not fit. Supply the right one with --key or "
    "--password-file. ritrova never tries to find a key.",
    "RTV-R013": "A plugin could not be loaded, so it took no part in reading.",
    "RTV-R014": "The reading process died too often on this source; the files named were not read.",
}


class TimeUp(BaseException):
    """The item's time is up. Not an Exception, so that a plugin which catches those does not catch this."""


STOPS = (
    TimeUp,
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    StopAsyncIteration,
    SyntaxError,
    SystemError,
    SystemExit,
    TypeError,
    ValueError,
    RitrovaError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)
"""What a plugin may raise at a file that it does not understand; anything else ends the child, which is noticed too."""

CHUNK = 256


class Unavailable(OSError):
    """The parent cannot give a file of the source: it is gone, or its bytes are not those that were received."""


class Clock:
    """Limits time; this one does not. The child has one that does."""

    def start(self, seconds: float) -> None:
        """An item begins."""

    def resume(self) -> None:
        """A plugin runs from here."""

    def pause(self) -> None:
        """The plugin does not run any more."""


class Plugs(msgspec.Struct, frozen=True):
    """The plugins that take part, by name."""

    readers: dict[str, Reader]
    unpackers: dict[str, Unpacker]


class Batch(msgspec.Struct, frozen=True):
    """Records in order, and the sums after them."""

    records: list[Read]
    tally: Tally


class Claims(msgspec.Struct):
    """Who says an item is of its kind."""

    readers: list[str] = []
    unpackers: list[str] = []


class Harness:
    """Reads items with plugins. `skip` holds paths that must not be touched, `done` paths that are read already."""

    def __init__(
        self,
        plugs: Plugs,
        ask: Ask,
        limits: Limits | None = None,
        *,
        clock: Clock | None = None,
        skip: frozenset[str] = frozenset(),
        done: frozenset[str] = frozenset(),
        position: Callable[[], int] = lambda: 0,
        pictures: bool = False,
        listed: Callable[[str, str, str], bool] | None = None,
    ) -> None:
        self.plugs = plugs
        self.ask = ask
        self.limits = limits or Limits()
        self.clock = clock or Clock()
        self.skip = skip
        self.done = done
        self.position = position
        self.pictures = pictures
        self.listed = listed

    def run(self, items: Sequence[Item], depth: int = 0) -> Iterator[Step | Batch]:
        """Read all items of one folder or container, and what they contain."""
        claims: dict[str, Claims] = {}
        opened: dict[str, list[Item]] = {}
        taken: dict[str, str] = {}
        for item in items:
            if item.path in self.skip:
                continue
            yield Step(item.path, "sniff", size=item.size)
            claim, problems = self._claims(item)
            claims[item.path] = claim
            if problems:
                yield self._plain(problems)
            if len(claim.unpackers) == 1 and not claim.readers:
                yield Step(item.path, "unpack", size=item.size)
                entries, found = self._unpacked(item, claim.unpackers[0], depth)
                opened[item.path] = entries
                for entry in entries:
                    borrowed = getattr(entry, "borrowed", None)
                    if isinstance(borrowed, str):
                        taken[borrowed] = item.path
                if found and item.path not in self.done:
                    yield self._plain(found)
        for item in items:
            if item.path in claims and item.path not in taken:
                self._take_related(item, claims, taken)
        for item in items:
            if item.path in self.skip:
                continue
            if item.path not in self.done:
                yield Step(item.path, "read", size=item.size)
                yield from self._one(item, claims[item.path], taken)
                yield Step(item.path, "done", size=item.size)
            if item.path in opened:
                yield from self.run(opened[item.path], depth + 1)
            let_go = getattr(item, "let_go", None)
            if let_go is not None:
                let_go()

    def _guarded(self, do: Callable[[], Any]) -> tuple[Any, Problem | None]:
        """What `do` gives, or the reason why not."""
        try:
            self.clock.resume()
            return do(), None
        except STOPS as error:
            return None, reason(Locator("", ""), "", error)
        finally:
            self.clock.pause()

    def _claims(self, item: Item) -> tuple[Claims, list[Problem]]:
        """Ask every plugin whether the item is of its kind."""
        claim = Claims([], [])
        problems: list[Problem] = []
        self.clock.start(self.limits.seconds_for(item.size))
        for names, plugins in (
            (claim.readers, self.plugs.readers),
            (claim.unpackers, self.plugs.unpackers),
        ):
            for name, plugin in plugins.items():
                sniff: Callable[[Item], bool] = plugin.sniff
                yes, problem = self._guarded(lambda sniff=sniff: sniff(item))  # type: ignore[misc]
                if problem is not None:
                    what = f"{name} could not look at it: {problem.what}"
                    problems.append(Problem(at(item), "RTV-R006", what))
                elif yes:
                    names.append(name)
        forced = self.ask.reader
        if forced is not None and forced in self.plugs.readers:
            nothing = not claim.readers and not claim.unpackers
            if forced in claim.readers or (nothing and mime(item.head(64)) is None):
                claim.readers[:] = [forced]
                claim.unpackers.clear()
        return claim, problems

    def _unpacked(self, item: Item, name: str, depth: int) -> tuple[list[Item], list[Read]]:
        """The entries of a container and what went wrong; entries found before a failure are kept."""
        entries: list[Item] = []
        records: list[Read] = []
        if depth >= self.limits.nesting:
            what = f"a container inside {depth} others was not opened"
            return entries, [Problem(at(item), "RTV-R009", what)]
        found: list[Item | Read] = []
        _, problem = self._guarded(lambda: found.extend(self.plugs.unpackers[name].unpack(item, self.ask)))
        for each in found:
            if isinstance(each, msgspec.Struct):
                records.append(each)
            else:
                entries.append(each)
        if problem is not None:
            code = problem.code if problem.code != "RTV-R003" else "RTV-R011"
            records.append(Problem(at(item), code, f"{name}: {problem.what}"))
        return entries, records

    def _take_related(self, item: Item, claims: dict[str, Claims], taken: dict[str, str]) -> None:
        """Mark what is read together with an item, so that it is neither unknown nor read twice."""
        claim = claims[item.path]
        if len(claim.readers) != 1 or claim.unpackers:
            return
        reader = self.plugs.readers[claim.readers[0]]
        if reader.related is None:
            return
        related = reader.related
        names, _ = self._guarded(lambda: list(related(item)))
        for name in names or ():
            beside = item.sibling(name)
            if beside is None or beside.path == item.path or beside.path not in claims:
                continue
            other = claims[beside.path]
            if other.unpackers or (other.readers and self._holds_messages(beside, other, reader.name)):
                continue
            taken.setdefault(beside.path, item.path)

    def _holds_messages(self, item: Item, claim: Claims, owner: str) -> bool:
        """True where an item that another one names holds messages of its own, and so must be read by itself."""
        if claim.readers == [owner] or len(claim.readers) > 1:
            return True
        counted, problem = self._guarded(lambda: self.plugs.readers[claim.readers[0]].count(item, self.ask))
        return problem is not None or not isinstance(counted, dict) or counted.get("messages", 0) > 0

    def _one(self, item: Item, claim: Claims, taken: dict[str, str]) -> Iterator[Step | Batch]:
        """Say that the item was seen, and read it if one reader claims it."""
        self.clock.start(self.limits.seconds_for(item.size))
        problems: list[Read] = []
        owner = taken.get(item.path)
        reader = claim.readers[0] if len(claim.readers) == 1 and not claim.unpackers else None
        unpacker = claim.unpackers[0] if len(claim.unpackers) == 1 and not claim.readers else None
        note = None
        if owner is not None:
            reader, note = None, f"read with {owner}"
        elif len(claim.readers) + len(claim.unpackers) > 1:
            names = ", ".join(claim.readers + claim.unpackers)
            note = f"claimed by {names}"
            what = f"{names} all claim this file; say which with --as {(claim.readers or claim.unpackers)[0]}"
            problems.append(Problem(at(item), "RTV-R002", what))
        elif reader is None and unpacker is None:
            note = unknown(item)
        digest, problem = self._guarded(item.sha256)
        if problem is not None:
            problems.append(Problem(at(item), problem.code, f"could not be read whole: {problem.what}"))
        head, _ = self._guarded(lambda: item.head(64))
        parent = item.parent
        seen = ItemSeen(
            at(item),
            item.size,
            digest,
            mime(head or b""),
            reader,
            unpacker,
            parent.path if parent is not None else None,
            note,
        )
        yield self._plain([seen, *problems])
        if self.pictures and digest and seen.mime is not None and seen.mime.startswith("image/"):
            yield self._plain([self._picture(item, digest, seen.mime)])
        if reader is not None:
            yield from self._read(item, self.plugs.readers[reader])
        remarks = getattr(item, "remarks", None)
        if remarks:
            yield self._plain(list(dict.fromkeys(remarks)))

    def _picture(self, item: Item, sha256: str, kind: str) -> PictureSeen:
        """What can be compared of a picture. One that a hash list names is not decoded."""
        from ritrova.formats import pictures

        def digests() -> tuple[str, str]:
            both = (hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False))
            with item.open() as stream:
                while piece := stream.read(1 << 20):
                    for one in both:
                        one.update(piece)
            return both[0].hexdigest(), both[1].hexdigest()

        def hashed() -> pictures.Hashed:
            if item.size > pictures.BYTES:
                raise pictures.Unreadable(f"{item.size} bytes are too many to decode")
            with item.open() as stream:
                return pictures.hashed(stream, kind)

        if self.listed is not None and self.listed(sha256, "", ""):
            return PictureSeen(at(item), sha256, "", "", state="listed")
        both, problem = self._guarded(digests)
        sha1, md5 = both or ("", "")
        if problem is None and self.listed is not None and self.listed(sha256, sha1, md5):
            return PictureSeen(at(item), sha256, sha1, md5, state="listed")
        if problem is None:
            found, problem = self._guarded(hashed)
        if problem is not None:
            note = problem.what.removeprefix("Unreadable: ")
            return PictureSeen(at(item), sha256, sha1, md5, state="not decoded", note=note)
        return PictureSeen(
            at(item),
            sha256,
            sha1,
            md5,
            found.pdq,
            found.quality,
            found.width,
            found.height,
            marks=found.marks,
        )

    def _read(self, item: Item, reader: Reader) -> Iterator[Step | Batch]:
        """Count, read, add up."""
        yield Step(item.path, "count", reader.name, size=item.size)
        counted: Counted | None
        counted, problem = self._guarded(lambda: reader.count(item, self.ask))
        if problem is not None:
            what = f"{reader.name} could not count what is in it: {problem.what}"
            yield self._plain([Problem(at(item), problem.code, what)])
            counted = None
        tiles = counted if isinstance(counted, Tiles) else None
        known = counted if isinstance(counted, dict) else None
        yield Step(item.path, "read", reader.name, known, tiles.size if tiles else item.size)
        total = Sum(tiles)
        stopped: Problem | None = None
        chunks = self._chunks(reader.read(item, self.ask))
        for chunk, problem in chunks:
            total.add(chunk)
            if chunk:
                yield Batch(chunk, self._tally(total))
            if problem is not None:
                stopped = problem
        rest: list[Read] = []
        if stopped is not None:
            rest.append(self._stopped(item, reader, stopped, counted, total))
            total.add(rest)
        if counted is None:
            counted = {"messages": total.read["messages"] + total.skipped + total.failed + 1}
            rest.append(Problem(at(item), "RTV-R001", "the sum cannot be checked: nothing was counted"))
        rest += reconciled(item, reader.name, counted, total)
        yield Batch(rest, self._tally(total))

    def _chunks(self, records: Iterator[Read]) -> Iterator[tuple[list[Read], Problem | None]]:
        """The reader's records in pieces; after a failure, what came before it and the reason."""
        source = iter(records)
        while True:
            chunk: list[Read] = []
            problem = None
            try:
                self.clock.resume()
                chunk.extend(islice(source, CHUNK))
            except STOPS as error:
                problem = reason(Locator("", ""), "", error)
            finally:
                self.clock.pause()
            yield chunk, problem
            if problem is not None or len(chunk) < CHUNK:
                return

    def _stopped(
        self, item: Item, reader: Reader, problem: Problem, counted: Counted | None, total: Sum
    ) -> Problem:
        """The problem that stands for all that a stopped reader did not read."""
        entries, spot, rest = 0, "", ""
        if isinstance(counted, Tiles) and total.tiling is not None and total.tiling.end < counted.size:
            spot, entries = f"bytes {total.tiling.end}-{counted.size}", 1
            rest = f"; the last {counted.size - total.tiling.end} bytes were not read"
        elif isinstance(counted, dict) and counted:
            unit = "messages" if "messages" in counted else next(iter(counted))
            entries = max(0, counted[unit] - total.read[unit] - total.skipped - total.failed)
            rest = f"; {entries} {unit} were not read" if entries else ""
        return Problem(at(item, spot), problem.code, f"{reader.name} stopped: {problem.what}{rest}", entries)

    def _tally(self, total: Sum) -> Tally:
        end = total.tiling.end if total.tiling is not None else 0
        return Tally(dict(total.read), total.skipped, total.failed, end, self.position())

    def _plain(self, records: Sequence[Read]) -> Batch:
        """A batch that belongs to no sum."""
        return Batch(list(records), Tally({}, position=self.position()))


def reason(where: Locator, who: str, error: BaseException) -> Problem:
    """A failure in words, with the code it falls under."""
    if isinstance(error, RitrovaError):
        return Problem(where, "RTV-R012" if isinstance(error, KeyRefused) else "RTV-R003", error.what)
    if isinstance(error, TimeUp):
        return Problem(where, "RTV-R004", str(error))
    if isinstance(error, Unavailable):
        return Problem(where, "RTV-R010", str(error))
    if isinstance(error, MemoryError):
        return Problem(where, "RTV-R004", "it needs more memory than a reading process may use")
    if isinstance(error, TooMuch):
        return Problem(where, "RTV-R004", str(error))
    if isinstance(error, SystemExit):
        return Problem(where, "RTV-R003", f"it tried to end the program (exit code {error.code})")
    text = str(error)
    if len(text) > 300:
        text = text[:300] + " ..."
    return Problem(where, "RTV-R003", f"{type(error).__name__}: {text}" if text else type(error).__name__)


def unknown(item: Item) -> str:
    """What to say of an item that nobody claims."""
    if item.name.lower().endswith((".csv", ".tsv", ".xlsx")):
        return UNKNOWN[1]
    return UNKNOWN[0]
