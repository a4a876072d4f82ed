"""Reading a source in a limited child, and going on when the child does not.

The parent copies evidence into an encrypted scratch when the child asks for it, and checks that the bytes are those that
were received. If the child dies at an item, that becomes a Problem and a new child goes on with the others.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import msgspec

from ritrova.formats.scratch import Extent, Scratch, TooMuch, allowance, chunks_of
from ritrova.model.records import ItemSeen, Locator, Problem, Read, Reconciliation
from ritrova.model.shapes import Ask
from ritrova.workers import wire
from ritrova.workers.wire import Limits, Listed, Order, Plugged, Step, Tally

__all__ = ["Given", "Limits", "Plugged", "read_source"]

BOOT = (
    "import os,sys\n"
    "def r(n):\n"
    "    b=b''\n"
    "    while len(b)<n:\n"
    "        p=os.read(0,n-len(b))\n"
    "        if not p: sys.exit(3)\n"
    "        b+=p\n"
    "    return b\n"
    "sys.path[:]=r(int.from_bytes(r(4),'big')).decode('utf-8','surrogateescape').split('\\0')\n"
    "from ritrova.workers.child import main\n"
    "main()\n"
)
BATCH = 2000
RESTARTS = 20
GRACE = 15.0
STARTING = 120.0
LONGEST = 1_000_000.0


class Given(msgspec.Struct, frozen=True):
    """A received file: its path inside the source, its size and SHA-256 as received, and how to open the original."""

    path: str
    size: int
    sha256: str
    modified: float | None
    open: Callable[[], BinaryIO]


class Died(Exception):
    """The child ended before it was done."""

    def __init__(self, how: str, slow: bool) -> None:
        super().__init__(how)
        self.how = how
        self.slow = slow


def read_source(
    source: str,
    kind: str,
    files: Sequence[Given],
    companions: Sequence[Given],
    plugged: Plugged,
    ask: Ask,
    limits: Limits | None = None,
    progress: Callable[[int, int], None] | None = None,
    path: Sequence[str] = (),
    listed: Callable[[str, str, str], bool] | None = None,
) -> Iterator[list[Read]]:
    """Read the files of one source (`kind` "file" or "folder") and yield batches of records in order.

    Every item gives an ItemSeen, every item that was read its Reconciliations, and whatever was not read a Problem.
    `companions` are files that help to read (``--with``); `path` are further folders of Python modules for plugins;
    `progress` is told the bytes done and the bytes there are. `listed` says of the SHA-256, SHA-1 and MD5 (hex, "" where not
    known yet) of a picture's file whether a hash list names it; such a picture is not decoded.
    """
    limits = limits or Limits()
    with Scratch() as scratch:
        run = Run(source, kind, files, companions, plugged, ask, limits, progress, path, scratch, listed)
        while not run.finished:
            child = Child(run)
            try:
                yield from child.batches()
            except Died as death:
                yield run.after(death)
            finally:
                child.end()


class Run:
    """The reading of one source over as many children as it takes."""

    def __init__(
        self,
        source: str,
        kind: str,
        files: Sequence[Given],
        companions: Sequence[Given],
        plugged: Plugged,
        ask: Ask,
        limits: Limits,
        progress: Callable[[int, int], None] | None,
        path: Sequence[str],
        scratch: Scratch,
        listed: Callable[[str, str, str], bool] | None = None,
    ) -> None:
        self.listed = listed
        self.source = source
        self.kind = kind
        self.given = [*files, *companions]
        self.own = len(files)
        self.plugged = plugged
        self.ask = ask
        self.limits = limits
        self.progress = progress
        self.path = [os.path.abspath(each) for each in (*path, *sys.path) if each]
        self.scratch = scratch
        self.copies: dict[int, Extent] = {}
        self.room = (
            sum(limits.output_for(each.size) for each in files)
            if limits.output
            else allowance(sum(each.size for each in files))
        )
        self.sizes = {each.path: each.size for each in files}
        self.total = sum(self.sizes.values())
        self.finished = False
        self.skip: list[str] = []
        self.done: list[str] = []
        self.seen: set[str] = set()
        self.deaths = 0
        self.step: Step | None = None
        self.tally = Tally({})
        self.bad = 0
        self.finished_bytes = 0
        self.base = 0

    def order(self) -> Order:
        """What the next child is told."""
        listed = [Listed(g.path, g.size, g.sha256, g.modified) for g in self.given]
        return Order(
            self.source,
            self.kind,
            tuple(listed[: self.own]),
            tuple(listed[self.own :]),
            self.plugged,
            self.ask,
            self.limits,
            self.scratch.key,
            tuple(self.skip),
            tuple(self.done),
            listed=self.listed is not None,
        )

    def stepped(self, step: Step) -> None:
        """The child went on to another item or stage."""
        if step.stage == "done":
            self.done.append(step.path)
            self.finished_bytes += self.sizes.get(step.path, 0)
            self.tell(0)
        elif self.step is None or step.path != self.step.path or step.stage == "sniff":
            self.tally, self.bad, self.base = Tally({}), 0, self.tally.position
        self.step = step

    def tell(self, position: int) -> None:
        """Report progress: whole items, and what has been read of the present one."""
        if self.progress is not None:
            inside = 0
            if self.step is not None and self.step.stage == "read":
                inside = min(max(position - self.base, 0), self.sizes.get(self.step.path, 0))
            self.progress(min(self.finished_bytes + inside, self.total), self.total)

    def copy(self, index: int) -> Extent:
        """Copy a file into the scratch, once, and check that its bytes are those received."""
        extent = self.copies.get(index)
        if extent is None:
            given = self.given[index]
            with given.open() as stream:
                extent = self.scratch.append(chunks_of(stream))
            if extent.sha256 != given.sha256 or extent.length != given.size:
                raise OSError("its bytes are not those that were received: it changed in between")
            self.copies[index] = extent
        return extent

    def after(self, death: Died) -> list[Read]:
        """What to say about the item at which a child died, and what the next one leaves out."""
        self.deaths += 1
        step = self.step
        self.step = None
        if step is None or step.stage == "done":
            if self.deaths > 3 or not self.done:
                return self.give_up(death)
            return []
        code = "RTV-R004" if death.slow else "RTV-R005"
        where = Locator(self.source, step.path)
        out: list[Read] = []
        if step.path not in self.seen:
            self.seen.add(step.path)
            digest = next((g.sha256 for g in self.given[: self.own] if g.path == step.path), None)
            out.append(ItemSeen(where, step.size, digest, note="the reading process died at it"))
        self.skip.append(step.path)
        what = f"{step.reader or 'a plugin'} ended the reading process at this file: {death.how}"
        tally = self.tally
        if step.reader and step.stage == "read":
            if step.found is None:
                rest = f"bytes {tally.tiled}-{step.size}" if tally.tiled < step.size else ""
                out.append(Problem(Locator(self.source, step.path, rest), code, what, 1))
                read = tally.read.get("messages", 0)
                found = read + tally.skipped + tally.failed + 1
                out.append(
                    Reconciliation(
                        where, step.reader, found, read, tally.skipped, tally.failed + 1, {code: 1}
                    )
                )
            else:
                first = "messages" if "messages" in step.found else next(iter(step.found), "")
                for unit, found in step.found.items():
                    read = tally.read.get(unit, 0)
                    skipped, failed = (tally.skipped, tally.failed) if unit == first else (0, 0)
                    lost = max(0, found - read - skipped - failed)
                    if unit == first:
                        out.append(Problem(where, code, f"{what}; {lost} {unit} were not read", lost))
                    out.append(
                        Reconciliation(
                            where, step.reader, found, read, skipped, failed + lost, {code: lost}, unit
                        )
                    )
        else:
            out.append(Problem(where, code, what, 1 if step.reader else 0))
        if self.deaths >= RESTARTS:
            out += self.give_up(death)
        return out

    def give_up(self, death: Died) -> list[Read]:
        """Say which files were not read because children kept dying."""
        self.finished = True
        out: list[Read] = []
        left = [g for g in self.given[: self.own] if g.path not in self.done and g.path not in self.skip]
        for given in left:
            where = Locator(self.source, given.path)
            if given.path not in self.seen:
                out.append(ItemSeen(where, given.size, given.sha256, note="not looked at"))
            out.append(
                Problem(where, "RTV-R014", f"not read: the reading process keeps dying ({death.how})", 1)
            )
        return out


class Child:
    """One child process and the pipes to it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        orders_in, self.orders = os.pipe()
        self.frames, frames_out = os.pipe()
        self.talk, talk_out = os.pipe()
        widen(self.frames)
        self.heard: deque[bytes] = deque(maxlen=16)
        self.buffer = bytearray()
        self.killed = ""
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", LAUNCH, str(frames_out), str(run.scratch.fd), BOOT],
                stdin=orders_in,
                stdout=talk_out,
                stderr=talk_out,
                env={},
                close_fds=True,
                pass_fds=(frames_out, run.scratch.fd),
                start_new_session=True,
                cwd="/",
            )
        finally:
            os.close(orders_in)
            os.close(frames_out)
            os.close(talk_out)
        self.poll = select.poll()
        self.poll.register(self.frames, select.POLLIN | select.POLLHUP)
        self.poll.register(self.talk, select.POLLIN | select.POLLHUP)

    def batches(self) -> Iterator[list[Read]]:
        """Do what the child asks and yield the records that it gives, about two thousand at a time."""
        run = self.run
        held: list[Read] = []
        try:
            self.say_first()
            while True:
                letter, body = self.receive()
                if letter == b"R":
                    held += self.records(body)
                    if len(held) >= BATCH:
                        yield held
                        held = []
                elif letter == b"T":
                    run.tally = wire.tally_in.decode(body)
                    run.tell(run.tally.position)
                elif letter == b"S":
                    run.stepped(wire.step_in.decode(body))
                elif letter == b"W":
                    self.answer(lambda body=body: run.copy(wire.plain(body)))  # type: ignore[misc]
                elif letter == b"H":
                    self.answer(lambda body=body: self.head(*wire.plain(body)))  # type: ignore[misc]
                elif letter == b"L" and run.listed is not None:
                    self.answer(lambda body=body: run.listed(*wire.plain(body)))  # type: ignore[misc]
                elif letter == b"K":
                    self.answer(self.keep)
                elif letter == b"D":
                    run.finished = True
                    break
        except Died:
            if held:
                yield held
            raise
        if held:
            yield held

    def say_first(self) -> None:
        """Send where modules are, then the order."""
        path = "\0".join(self.run.path).encode("utf-8", "surrogateescape")
        try:
            os.write(self.orders, len(path).to_bytes(4, "big"))
            left = memoryview(path)
            while left:
                left = left[os.write(self.orders, left) :]
            wire.send(self.orders, b"O", wire.pack(self.run.order()))
        except BrokenPipeError as error:
            raise self.death() from error

    def answer(self, do: Callable[[], object]) -> None:
        """Send what `do` gives, or why not."""
        try:
            try:
                body = wire.pack(do())
            except TooMuch as error:
                wire.send(self.orders, b"M", str(error).encode())
            except OSError as error:
                wire.send(self.orders, b"X", str(error).encode("utf-8", "replace"))
            else:
                wire.send(self.orders, b"A", body)
        except BrokenPipeError as error:
            raise self.death() from error

    def head(self, index: int, n: int) -> bytes:
        """The first bytes of an original."""
        with self.run.given[index].open() as stream:
            return stream.read(min(n, 1 << 16))

    def keep(self) -> Extent:
        """Take unpacked bytes into the scratch until the child says that they end."""
        extent: Extent | None = None
        pieces = self.pieces()
        try:
            extent = self.run.scratch.append(pieces, limit=self.run.room)
        finally:
            for _ in pieces:
                pass
        self.run.room -= extent.length
        return extent

    def pieces(self) -> Iterator[bytes]:
        while True:
            letter, body = self.receive()
            if letter != b"k":
                return
            yield body

    def records(self, body: bytes) -> list[Read]:
        """Decode a batch; what is no valid record becomes a problem."""
        try:
            records = wire.records_in.decode(body)
        except (msgspec.ValidationError, msgspec.DecodeError):
            records = self.checked(body)
        for record in records:
            kind = type(record)
            if kind is ItemSeen:
                self.run.seen.add(record.at.path)
        if self.run.bad:
            records = [self.corrected(record) for record in records]
        return records

    def checked(self, body: bytes) -> list[Read]:
        """Decode record by record."""
        out: list[Read] = []
        path = self.run.step.path if self.run.step is not None else ""
        for raw in msgspec.msgpack.decode(body, type=list[msgspec.Raw]):
            try:
                out.append(msgspec.msgpack.decode(raw, type=Read))
            except (msgspec.ValidationError, msgspec.DecodeError) as error:
                lost = int(b"Message" in bytes(raw)[:16])
                self.run.bad += lost
                what = f"not a valid record: {error}"
                out.append(Problem(Locator(self.run.source, path), "RTV-R008", what, lost))
        return out

    def corrected(self, record: Read) -> Read:
        """A sum that counted records which turned out not to be valid."""
        bad = self.run.bad
        if type(record) is Reconciliation and record.what == "messages":
            self.run.bad = 0
            return msgspec.structs.replace(
                record,
                read=record.read - bad,
                failed=record.failed + bad,
                reasons={**record.reasons, "RTV-R008": bad},
            )
        return record

    def receive(self) -> tuple[bytes, bytes]:
        """The next frame; raises `Died` where there is none."""
        step = self.run.step
        allowed = STARTING
        if step is not None:
            allowed = min(4 * self.run.limits.seconds_for(step.size) + GRACE, LONGEST)
        while True:
            buffer = self.buffer
            if len(buffer) >= 5:
                n = int.from_bytes(buffer[1:5], "big")
                if n > wire.LARGEST:
                    self.process.kill()
                    raise Died("it sent what is not of the protocol", False)
                if len(buffer) >= 5 + n:
                    letter, body = bytes(buffer[:1]), bytes(buffer[5 : 5 + n])
                    del buffer[: 5 + n]
                    return letter, body
            ready = self.poll.poll(allowed * 1000)
            if not ready:
                self.process.kill()
                self.process.wait()
                raise Died(f"it did not answer for {allowed:.0f} s", True)
            ended = False
            for fd, _ in ready:
                piece = os.read(fd, 1 << 20)
                if fd == self.talk:
                    if piece:
                        self.heard.append(piece[-2000:])
                    else:
                        self.poll.unregister(fd)
                elif piece:
                    buffer += piece
                else:
                    ended = True
            if ended:
                raise self.death()

    def death(self) -> Died:
        """How the child ended, in words that hold no evidence."""
        try:
            code = self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        if code < 0:
            try:
                name = signal.Signals(-code).name
            except ValueError:
                name = f"signal {-code}"
            return Died(f"stopped by {name}", -code in (signal.SIGXCPU,))
        kind = ""
        if code == 1:
            last = b"".join(self.heard).decode("utf-8", "replace").strip().rpartition("\n")[2]
            word = last.partition(":")[0]
            kind = f", {word}" if word.isascii() and word.replace(".", "").replace("_", "").isalnum() else ""
        return Died(f"exit code {code}{kind}", False)

    def end(self) -> None:
        """Close the pipes; make sure that the child is gone."""
        for fd in (self.orders, self.frames, self.talk):
            os.close(fd)
        if self.process.poll() is None:
            try:
                self.process.wait(1 if self.run.finished else 0)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


LAUNCH = (
    "import os,sys\n"
    "f,s=int(sys.argv[1]),int(sys.argv[2])\n"
    "a=os.dup2(f,250,False),os.dup2(s,251,False)\n"
    "os.dup2(250,3,False);os.dup2(251,4,False)\n"
    "os.closerange(5,256)\n"
    "b=sys.argv[3];sys.argv[1:]=[]\n"
    "exec(b)\n"
)


def widen(fd: int) -> None:
    """Give a pipe a megabyte where the system lets us, so that both sides can work at once."""
    try:
        import fcntl

        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, 1 << 20)
    except (ImportError, AttributeError, OSError):
        return
