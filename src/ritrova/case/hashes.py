"""Hash lists of a case: brought in once, kept encrypted, asked before anything is copied or decoded.

Nothing that a list names is shown or exported. What is said of matches is how many there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from ritrova.case.opening import Case
from ritrova.custody.receiving import ReceivedFile
from ritrova.formats.kinds import mime
from ritrova.media.listed import WIDTHS, Listed, read
from ritrova.model.errors import WrongUse
from ritrova.model.records import ItemSeen, Locator, PictureSeen, Problem, Read

SECRET = "hash list "
"""Secrets under this name and a kind of hash hold the digests, sorted and joined."""
LARGEST = 1 << 30


class HashesReport(msgspec.Struct, frozen=True):
    """What a list brought, by kind of hash; and how much of the case is named by all lists together. Counts only.

    `files` are different files among the items and attachments, `attachments` the messages' attachments that carry them,
    `preserved` the preserved originals in which they lie.
    """

    brought: dict[str, int]
    new: int
    unread: tuple[int, ...]
    files: int
    attachments: int
    preserved: int


def listed(case: Case) -> Listed | None:
    """The hashes of this case's lists; None where it has none."""
    made = Listed({kind: case.store.secret(SECRET + kind) or b"" for kind in WIDTHS})
    return made if len(made) else None


def bring(case: Case, path: Path) -> HashesReport:
    """Bring in a list (TXT or CSV), keep it encrypted, log it, and count what it names in this case."""
    try:
        if path.stat().st_size > LARGEST:
            raise WrongUse(f"{path.name} is too large for a hash list", "Bring it in parts of at most 1 GiB.")
        raw = path.read_bytes()
    except OSError as error:
        raise WrongUse(f"{path.name} cannot be read: {error.strerror}", "Name a TXT or CSV file.") from error
    brought = read(raw)
    counts = {kind: len(some) for kind, some in brought.hashes.items() if some}
    if not counts:
        raise WrongUse(
            f"{path.name} holds no MD5, SHA-1, SHA-256 or PDQ hash",
            "One hash a line, or a CSV with a column named after the kind of hash.",
        )
    before = listed(case) or Listed({})
    after = before.with_more(brought.hashes)
    with case.change() as change:
        for kind, run in after.runs.items():
            change.writer.set_secret(SECRET + kind, run)
        files, attachments, preserved = _matches(case, after)
        report = HashesReport(
            counts, len(after) - len(before), tuple(brought.unread), files, attachments, preserved
        )
        change.act(
            "hashes",
            detail={
                "list": hashlib.sha256(raw).hexdigest(),
                "brought": counts,
                "files": files,
                "attachments": attachments,
            },
        )
    return report


def names(lists: Listed, picture: PictureSeen) -> bool:
    """True where the lists name this picture, or it was found to be listed when it came in."""
    return (
        picture.state == "listed"
        or lists.names(picture.sha256, picture.sha1, picture.md5)
        or lists.looks_like(picture.pdq, picture.quality)
    )


def quarantined(case: Case, lists: Listed | None = None) -> dict[str, set[str]]:
    """SHA-256 of every file of the case that may not be opened, and the sources in which it lies."""
    lists = lists or listed(case) or Listed({})
    out: dict[str, set[str]] = {}
    for picture in case.view().pictures():
        if names(lists, picture):
            out.setdefault(picture.sha256, set()).add(picture.at.source)
    if len(lists):
        for item in case.view().items():
            if item.sha256 and lists.names(item.sha256):
                out.setdefault(item.sha256, set()).add(item.at.source)
    return out


def _matches(case: Case, lists: Listed) -> tuple[int, int, int]:
    held = quarantined(case, lists)
    files = set(held)
    attachments = 0
    for _, _, attachment in case.view().attachments():
        if attachment.sha256 and (attachment.sha256 in held or lists.names(attachment.sha256)):
            files.add(attachment.sha256)
            attachments += 1
    sources = {source for some in held.values() for source in some}
    preserved = sum(1 for s in case.view().sources() if s.preserved and s.sha256 in sources)
    return len(files), attachments, preserved


def set_aside(
    lists: Listed, files: Iterable[ReceivedFile], source: str
) -> tuple[list[ReceivedFile], list[Read]]:
    """Received files that may be opened, and what to say of those that a list names. Nothing is copied or decoded for it."""
    kept: list[ReceivedFile] = []
    said: list[Read] = []
    deep = bool(lists.runs["sha1"] or lists.runs["md5"])
    for file in files:
        sha1 = md5 = ""
        if deep and not lists.names(file.sha256):
            sha1, md5 = _digests(file)
        if not lists.names(file.sha256, sha1, md5):
            kept.append(file)
            continue
        where = Locator(source, file.path)
        said += [
            ItemSeen(where, file.size, file.sha256, note="named by a hash list, not opened"),
            PictureSeen(where, file.sha256, sha1, md5, state="listed"),
        ]
    return kept, said


def _digests(file: ReceivedFile) -> tuple[str, str]:
    """SHA-1 and MD5 of a received picture or video; "" for what is neither."""
    both = (hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False))
    with file.open() as stream:
        piece = stream.read(1 << 20)
        if not (mime(piece[:64]) or "").startswith(("image/", "video/")):
            return "", ""
        while piece:
            for one in both:
                one.update(piece)
            piece = stream.read(1 << 20)
    return both[0].hexdigest(), both[1].hexdigest()


def checked(lists: Listed | None, batch: Sequence[Read]) -> list[Read]:
    """A batch with every picture that a list names marked and its perceptual hash forgotten, and a Problem beside it."""
    out: list[Read] = []
    for record in batch:
        if type(record) is PictureSeen and (
            record.state == "listed" or (lists is not None and names(lists, record))
        ):
            out.append(
                msgspec.structs.replace(
                    record, state="listed", pdq=None, quality=0, width=0, height=0, marks=b""
                )
            )
            out.append(Problem(record.at, "RTV-M001", "a hash list names this file; it is not shown"))
            continue
        out.append(record)
    return out


def holds(lists: Listed, batch: Sequence[Read]) -> bool:
    """True where something in a batch is named by a list."""
    return any(
        (type(r) is PictureSeen and r.state == "listed")
        or (type(r) is ItemSeen and r.sha256 is not None and lists.names(r.sha256))
        for r in batch
    )
