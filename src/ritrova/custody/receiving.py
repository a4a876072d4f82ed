"""Receive evidence: hash what was brought, in place, without changing a byte, a name or a time.

A file is one source. A folder is one source too: its bytes are its manifest, one JSON array a line
``["path",size,"sha256"]`` in the order of the paths, so that the same folder is the same source on any machine.
Nothing here follows a link or opens what is not a plain file.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import msgspec

from ritrova.custody import names
from ritrova.custody.log import canonical
from ritrova.model.errors import CustodyBroken, WrongUse
from ritrova.model.records import Locator, Problem, Source

CHUNK = 1 << 20
"""Bytes read at a time."""

PROBLEMS: dict[str, str] = {
    "RTV-C501": "A symbolic link stands in the received folder. ritrova never follows links, because they may lead out of "
    "the evidence. If what it points to is evidence, add that file or folder itself.",
    "RTV-C502": "Something in the received folder is no plain file (a pipe, a socket or a device). It holds no bytes that "
    "could be hashed and is left out.",
    "RTV-C503": "A file could not be read, so it is not part of the source. The text of the problem gives the reason that the "
    "system gave. Make the file readable (work on a copy made by an examiner) and add it again.",
    "RTV-C504": "A file name is not valid UTF-8. The file is received; the bytes of its name that are no text are shown as "
    "\\xNN. This happens with archives packed on old systems.",
    "RTV-C505": "A file name holds control characters or characters that turn the direction of text. The file is received "
    "under its name as it is; on screens these characters are shown as boxed codes. Such names can make an extension look "
    "like another.",
    "RTV-C506": "A file changed while it was hashed (its size or its time of modification). What was received is what the "
    "hash says. Find out who writes to the evidence, and add it again from a copy that stands still.",
    "RTV-C507": "A folder inside the received folder could not be listed, so whatever is in it is not part of the source. "
    "Make it readable (work on a copy made by an examiner) and add it again.",
    "RTV-C508": "Two things would have the same path inside the source; the second is received under a path that was made "
    "different (`#2`, or `%21` for an exclamation mark, which ritrova uses between a container and what is in it).",
}


class ReceivedFile(msgspec.Struct, frozen=True):
    """A received file: `path` inside the source, size in bytes, SHA-256 (hex) and time of modification (epoch seconds).

    `where` is the place on this machine, as bytes; it never leaves the case.
    """

    path: str
    size: int
    sha256: str
    modified: float
    where: bytes
    mark: tuple[int, int, int, int]
    """Device, inode, size, and modification time in nanoseconds when it was hashed."""

    def open(self) -> BinaryIO:
        """The original, read-only, for copying from. Raises CustodyBroken when it is not the file that was hashed."""
        try:
            stream, status = _open(self.where)
        except OSError as error:
            raise CustodyBroken(
                f"{names.shown(self.path)} was received and cannot be opened any more: {error.strerror}.",
                "Bring the original back, or add the evidence again.",
            ) from error
        if _mark(status) != self.mark:
            stream.close()
            raise CustodyBroken(
                f"{names.shown(self.path)} changed after it was received.",
                "Compare it with the copy it came from; add the evidence again if the change is explained.",
            )
        return stream


class Received(msgspec.Struct, frozen=True):
    """What `receive` found: the source, its files in the order of their paths, and what could not be received."""

    source: Source
    files: tuple[ReceivedFile, ...]
    problems: tuple[Problem, ...]


def receive(
    path: Path,
    *,
    by: str,
    basis: str,
    from_whom: str | None,
    t: str,
    progress: Callable[[int], None] | None = None,
) -> Received:
    """Hash a file or a folder. `t` is the time of receipt (ISO 8601, UTC); `progress` is told the bytes hashed since last told.

    Raises WrongUse when `path` itself is missing, a link, or neither file nor folder, and when it cannot be read at all.
    Everything that goes wrong inside a folder is a Problem, and the rest is received.
    """
    raw = os.fsencode(path.absolute())
    try:
        status = os.lstat(raw)
    except OSError as error:
        raise WrongUse(f"{names.shown(str(path))}: {error.strerror}.", "Check the path.") from error
    if stat.S_ISLNK(status.st_mode):
        raise WrongUse(f"{names.shown(str(path))} is a link.", "Add what it points to.")
    told: list[tuple[str, str, str]] = []
    if stat.S_ISREG(status.st_mode):
        try:
            file = _hashed(raw, _named(os.path.basename(raw), "", told), told, progress)
        except OSError as error:
            raise WrongUse(
                f"{names.shown(str(path))} cannot be read: {error.strerror}.", "Make it readable, on a copy."
            ) from error
        files = [file]
        identity, size = file.sha256, file.size
    elif stat.S_ISDIR(status.st_mode):
        files = list(_folder(raw, told, progress))
        files.sort(key=lambda f: f.path)
        identity = sha256(manifest((f.path, f.size, f.sha256) for f in files)).hexdigest()
        size = sum(f.size for f in files)
    else:
        raise WrongUse(f"{names.shown(str(path))} is neither a file nor a folder.", "Add a file or a folder.")
    folder = stat.S_ISDIR(status.st_mode)
    source = Source(
        sha256=identity,
        name=names.text_of(path.absolute().name),
        kind="folder" if folder else "file",
        size=size,
        received_at=t,
        by=by,
        basis=basis,
        from_whom=from_whom,
        path=names.text_of(path.absolute()),
        manifest=tuple((f.path, f.size, f.sha256) for f in files) if folder else (),
    )
    problems = tuple(Problem(Locator(identity, where), code, what) for code, where, what in sorted(told))
    return Received(source, tuple(files), problems)


def manifest(entries: Iterable[tuple[str, int, str]]) -> bytes:
    """The bytes that stand for a folder; their SHA-256 is the folder's source id. `entries` in the order of their paths."""
    return b"".join(canonical([path, size, digest]) + b"\n" for path, size, digest in entries)


def still_the_same(received: Received, path: Path) -> list[str]:
    """Hash again and compare content, times of modification and listing. Each difference is one sentence; none is good news."""
    source = received.source
    try:
        again = receive(
            path, by=source.by, basis=source.basis, from_whom=source.from_whom, t=source.received_at
        )
    except WrongUse as error:
        return [error.what]
    before = {f.path: f for f in received.files}
    after = {f.path: f for f in again.files}
    said: list[str] = []
    for name in sorted(before.keys() | after.keys()):
        was, now, known = before.get(name), after.get(name), names.shown(name)
        if now is None:
            said.append(f"{known} is gone or cannot be read any more.")
        elif was is None:
            said.append(f"{known} was not there when the evidence was received.")
        elif was.sha256 != now.sha256:
            said.append(f"{known} has other bytes: SHA-256 was {was.sha256} and is {now.sha256}.")
        elif was.mark[3] != now.mark[3]:
            said.append(f"{known} has the same bytes and another time of modification.")
    unread = {(p.code, p.at.path) for p in received.problems} ^ {(p.code, p.at.path) for p in again.problems}
    said += [f"{names.shown(where)} is not what it was ({code})." for code, where in sorted(unread)]
    if again.source.kind != source.kind:
        said.append(f"It was a {source.kind} and is a {again.source.kind}.")
    return said


def _folder(
    root: bytes, told: list[tuple[str, str, str]], progress: Callable[[int], None] | None
) -> Iterator[ReceivedFile]:
    listed = sorted(_walk(root, b"", told))
    plain = {names.written(relative)[0] for relative in listed}
    taken: set[str] = set()
    for relative in listed:
        path = _distinct(_named(relative, "", told), plain, taken, told)
        try:
            yield _hashed(root + b"/" + relative, path, told, progress)
        except OSError as error:
            if error.errno == errno.ELOOP:
                told.append(("RTV-C501", path, "is a symbolic link and was not followed"))
            else:
                told.append(("RTV-C503", path, f"could not be read: {error.strerror}"))


def _walk(root: bytes, prefix: bytes, told: list[tuple[str, str, str]]) -> Iterator[bytes]:
    """Relative paths of the plain files below; everything else is told."""
    pending = [prefix]
    while pending:
        here = pending.pop()
        try:
            inside = _listing(root + b"/" + here if here else root)
        except OSError as error:
            told.append(("RTV-C507", names.written(here)[0], f"could not be listed: {error.strerror}"))
            continue
        for name, mode in inside:
            relative = here + b"/" + name if here else name
            if stat.S_ISDIR(mode):
                pending.append(relative)
            elif stat.S_ISREG(mode):
                yield relative
            elif stat.S_ISLNK(mode):
                target = "is a symbolic link and was not followed"
                told.append(("RTV-C501", names.written(relative)[0], target))
            elif mode == 0:
                told.append(("RTV-C503", names.written(relative)[0], "could not be looked at"))
            else:
                told.append(("RTV-C502", names.written(relative)[0], f"is {_kind(mode)} and was left out"))


def _listing(path: bytes) -> list[tuple[bytes, int]]:
    """Names in a folder with their file modes (0 where the system would not say)."""
    descriptor = _descriptor(path, os.O_DIRECTORY)
    try:
        found = []
        with os.scandir(descriptor) as entries:
            for entry in entries:
                try:
                    mode = entry.stat(follow_symlinks=False).st_mode
                except OSError:
                    mode = 0
                found.append((os.fsencode(entry.name), mode))
        return found
    finally:
        os.close(descriptor)


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"


def _named(relative: bytes, prefix: str, told: list[tuple[str, str, str]]) -> str:
    text, proper = names.written(relative)
    if not proper:
        told.append(("RTV-C504", prefix + text, "its name is not UTF-8"))
    if odd := sorted({c for c in text if names.deceives(c)}):
        codes = ", ".join(f"U+{ord(c):04X}" for c in odd)
        told.append(("RTV-C505", prefix + text, f"its name holds characters that deceive the eye: {codes}"))
    return prefix + text


def _distinct(path: str, plain: set[str], taken: set[str], told: list[tuple[str, str, str]]) -> str:
    """A path that no other file of the source has, and that no entry of a container in it could have."""
    made = path
    parts = path.split("!")
    if any("!".join(parts[:n]) in plain for n in range(1, len(parts))):
        made = path.replace("!", "%21")
    number = 2
    base = made
    while made in taken or (made != path and made in plain):
        made = f"{base}#{number}"
        number += 1
    taken.add(made)
    if made != path:
        told.append(
            ("RTV-C508", made, f"is named {names.shown(path)}, which could be taken for something else")
        )
    return made


def _hashed(
    where: bytes, path: str, told: list[tuple[str, str, str]], progress: Callable[[int], None] | None
) -> ReceivedFile:
    stream, status = _open(where)
    with stream:
        digest = sha256()
        size = 0
        buffer = memoryview(bytearray(CHUNK))
        while size <= status.st_size and (n := stream.readinto(buffer)):  # type: ignore[attr-defined]
            digest.update(buffer[:n])
            size += n
            if progress is not None:
                progress(n)
        after = os.fstat(stream.fileno())
    if _mark(after) != _mark(status) or size != status.st_size:
        told.append(
            (
                "RTV-C506",
                path,
                f"changed while it was hashed: {status.st_size} bytes before, {after.st_size} after, {size} hashed",
            )
        )
    return ReceivedFile(path, size, digest.hexdigest(), status.st_mtime, where, _mark(status))


def _mark(status: os.stat_result) -> tuple[int, int, int, int]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _descriptor(path: bytes, flags: int) -> int:
    """Opens read-only, never through a link, never waiting for a pipe, without touching the time of access if allowed."""
    flags |= (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    quiet = getattr(os, "O_NOATIME", 0)
    try:
        return os.open(path, flags | quiet)
    except PermissionError:
        if not quiet:
            raise
        return os.open(path, flags)


def _open(where: bytes) -> tuple[BinaryIO, os.stat_result]:
    descriptor = _descriptor(where, 0)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a plain file")
    return io.FileIO(descriptor, "rb", closefd=True), status
