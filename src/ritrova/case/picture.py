"""One picture, opened by one person: hash lists first, made anew in the child, small and grey before large, every opening logged.

Whoever opens a picture first describes it in neutral words; the words stand in its place for everyone after.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal

import msgspec

from ritrova.case import hashes
from ritrova.case.add import ORIGINALS, PRESERVED
from ritrova.case.clock import now
from ritrova.case.opening import Case
from ritrova.custody import preserving
from ritrova.formats.kinds import mime
from ritrova.formats.pictures import BYTES, Unreadable
from ritrova.model.errors import NotFound, WrongUse
from ritrova.model.ids import digest
from ritrova.model.records import Decision, PictureSeen, Source
from ritrova.workers.showing import made_anew

SIDES = {"small": 160, "large": 1024}
DESCRIBED = "described"
OPENED = "open picture"


class Picture(msgspec.Struct, frozen=True):
    """A picture of the case, unopened: whose message, when, and what the first viewer said of it."""

    attachment: str
    message: str
    seen: PictureSeen
    when: str | None
    description: Decision | None


class Opened(msgspec.Struct, frozen=True):
    """A picture made anew for one look."""

    picture: Picture
    look: str
    jpeg: bytes


def picture(case: Case, attachment: str) -> Picture:
    """A picture that may be opened. Raises NotFound, and WrongUse for one that a hash list names or that was not compared."""
    found = case.store.attachment(attachment)
    stored = case.view().message(found[0]) if found is not None else None
    if found is None or stored is None:
        raise NotFound(
            f"no attachment has the id {attachment}", "Ids stand in `ritrova show` of the message."
        )
    file = found[1]
    source = stored.message.at.source
    seen = [
        p
        for p in case.view().pictures()
        if (file.sha256 and p.sha256 == file.sha256) or (p.at.source == source and file.path == p.at.path)
    ]
    lists = hashes.listed(case)
    if (lists is not None and file.sha256 and lists.names(file.sha256)) or any(
        p.state == "listed" or (lists is not None and hashes.names(lists, p)) for p in seen
    ):
        raise WrongUse("a hash list names this picture; it is never shown", "ritrova explain RTV-M001")
    if not seen:
        raise NotFound(
            "this file was not taken in as a picture, so it was compared with no hash list", "Add the source again with --media hashes."
        )  # fmt: skip
    if lists is not None and lists.runs["pdq"] and any(p.pdq is None for p in seen):
        raise WrongUse("this picture could not be compared with the hash lists; it is not shown")
    first = seen[0]
    when = stored.message.sent.utc or stored.message.sent.local
    return Picture(attachment, found[0], first, when, description(case, first.sha256))


def description(case: Case, sha256: str) -> Decision | None:
    """What the first viewer said of this picture, where nobody took it back."""
    undone = {d.undoes for d in case.view().decisions() if d.undoes}
    return next(
        (
            d
            for d in case.view().decisions()
            if d.verdict == DESCRIBED and d.id not in undone and (d.snapshot or {}).get("sha256") == sha256
        ),
        None,
    )


def open_picture(
    case: Case, attachment: str, look: Literal["small", "large"] = "small", *, basis: str = ""
) -> Opened:
    """Open one picture, once, and log it. A described one opens again only with a reason (`basis`); large only after small."""
    one = picture(case, attachment)
    if one.description is not None and not basis.strip():
        raise WrongUse("somebody described this picture, so that nobody need open it", "Say why it must be opened again.")  # fmt: skip
    before = [
        a
        for a in case.view().actions()
        if a.what == OPENED and a.by == case.by and one.seen.sha256 in a.about
    ]  # fmt: skip
    if look == "large" and not before:
        raise WrongUse("a picture is opened small and grey before it is opened large")
    raw = _bytes(case, one.seen)
    try:
        jpeg = made_anew(raw, mime(raw[:64]) or "", SIDES[look], look == "small")
    except Unreadable as error:
        raise WrongUse(f"the picture cannot be shown: {error}") from error
    with case.change(urgent=True) as change:
        change.act(
            OPENED,
            [attachment, one.message, one.seen.sha256],
            basis=basis.strip() or None,
            detail={"look": look},
        )
    return Opened(one, look, jpeg)


def describe(case: Case, attachment: str, words: str) -> Decision:
    """Keep the neutral description of the first viewer. Only who opened the picture can describe it, and only once."""
    one = picture(case, attachment)
    if not words.strip():
        raise WrongUse("the description is empty", "Say in neutral words what is to be seen.")
    if one.description is not None:
        raise WrongUse("this picture is described already", "Take that description back first: ritrova undo.")
    if not any(
        a.what == OPENED and a.by == case.by and one.seen.sha256 in a.about for a in case.view().actions()
    ):
        raise WrongUse("only who opened a picture can describe it")
    with case.change(urgent=True) as change:
        t = now()
        last = change.writer.last_line()
        made = Decision(
            id=f"d-{digest(str(last[0] if last else 0), t, DESCRIBED, attachment)}",
            about=(attachment, one.message),
            verdict=DESCRIBED,
            by=case.by,
            at_time=t,
            note=words.strip()[:2000],
            snapshot={"sha256": one.seen.sha256},
        )
        change.writer.decision(made)
        change.act("describe picture", [made.id, attachment, one.seen.sha256])
    return made


def years_between(pictures: Sequence[Picture]) -> float | None:
    """Years between the messages of two pictures, to a tenth; None where a time is not known."""
    try:
        times = [datetime.fromisoformat((p.when or "").rstrip("Z")) for p in pictures]
    except ValueError:
        return None
    return round(abs((times[0] - times[-1]).days) / 365.25, 1)


def _bytes(case: Case, seen: PictureSeen) -> bytes:
    """The picture's bytes as received, checked. Raises WrongUse where they cannot be had."""
    source = next((s for s in case.view().sources() if s.sha256 == seen.at.source), None)
    if source is None or source.state == "withdrawn":
        raise WrongUse("the source of this picture is not in the case any more")
    part = preserving.slices(source).get(seen.at.path)
    if part is None:
        raise WrongUse(
            "this picture lies inside a container, from which none is shown yet", "Unpack it and add the folder."
        )  # fmt: skip
    if part[1] > BYTES:
        raise WrongUse("the file is too large to decode")
    raw = _original(case, source, seen.at.path, part)
    if sha256(raw).hexdigest() != seen.sha256:
        raise WrongUse("the original changed after it was received; it is not shown")
    return raw


def _original(case: Case, source: Source, path: str, part: tuple[int, int]) -> bytes:
    key = case.store.secret(PRESERVED + source.sha256)
    if source.preserved and key:
        copy = preserving.path_of(case.folder / ORIGINALS, key)
        with preserving.open_preserved(copy, key, part) as stream:
            return stream.read(part[1])
    where = source.path or ""
    try:
        with open(where if source.kind == "file" else os.path.join(where, *path.split("/")), "rb") as stream:
            return stream.read(part[1] + 1)
    except (OSError, ValueError) as error:
        raise WrongUse("the original cannot be opened where it lay", "Bring it back, or preserve it.") from error  # fmt: skip
