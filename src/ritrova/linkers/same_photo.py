"""The same photo: the same file, or a copy that was made smaller or compressed again, told by its perceptual hash.

No picture is opened here: files are compared by SHA-256, pictures by PDQ, both taken when the source was added; cropped,
framed and written-over copies by their details, where the `media` extra took them. A nearly empty picture links only as the
same file. Mirrored copies are not found.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ritrova.formats.pdq import QUALITY, RADIUS
from ritrova.model.records import Attachment, Link, PictureSeen
from ritrova.model.shapes import Linker
from ritrova.model.view import View

NAME = "same_photo"
CLOSE = 16
"""Bits of difference up to which the words say "nearly the same": what one recompression leaves."""

MANY = 2_000
"""Different pictures up to which details are compared: about 50 ms each. In larger cases only files and hashes are."""


def link(view: View) -> Iterator[Link]:
    """Chains of attachments that are one file, then one link between files for each step that joins their pictures."""
    seen: dict[str, PictureSeen] = {}
    paths: dict[tuple[str, str], str] = {}  # by the start of the source's SHA-256, as message ids hold it
    for picture in view.pictures():
        paths[picture.at.source[:16], picture.at.path] = picture.sha256
        known = seen.get(picture.sha256)
        if known is None or known.pdq is None:
            seen[picture.sha256] = picture
    carriers: dict[str, list[str]] = {}
    for id, message, attachment in view.attachments():
        sha256 = file_of(paths, message, attachment)
        if sha256 is not None and (sha256 in seen or (attachment.mime or "").startswith("image/")):
            carriers.setdefault(sha256.lower(), []).append(id)
    for sha256 in sorted(carriers):
        for a, b in pairwise(sorted(carriers[sha256])):
            why = f"both carry the same file (SHA-256 {sha256[:16]}…)"
            yield Link("same_photo", a, b, (why,), "strong", NAME)
    yield from _copies(seen, carriers)


def file_of(paths: dict[tuple[str, str], str], message: str, attachment: Attachment) -> str | None:
    """SHA-256 of an attachment's file: as the reader says, else of the item at its path in the same source."""
    if attachment.sha256 or not attachment.path:
        return attachment.sha256
    return paths.get((message[2:18], attachment.path))


def _copies(seen: dict[str, PictureSeen], carriers: dict[str, list[str]]) -> Iterator[Link]:
    """Links between different files that look the same. Nearest first, so that the reason shown is the best there is."""
    known = sorted(
        (sha256, picture.pdq, picture.marks)
        for sha256, picture in seen.items()
        if picture.pdq and picture.quality >= QUALITY and picture.state == "hashed" and sha256 in carriers
    )
    if len(known) < 2:
        return
    from ritrova.formats.hamming import pairs

    parent = list(range(len(known)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for a, b, apart in sorted(pairs([each[1] for each in known], RADIUS), key=lambda p: (p[2], p[0], p[1])):
        if root(a) == root(b):
            continue
        parent[max(root(a), root(b))] = min(root(a), root(b))
        ends = sorted((min(carriers[known[a][0]]), min(carriers[known[b][0]])))
        close = "nearly the same" if apart <= CLOSE else "much alike"
        why = (
            f"the pictures look {close}: their perceptual hashes (PDQ) differ in {apart} of 256 bits, "
            f"and up to {RADIUS} is taken for a copy",
            "the two files are not the same bytes; a person must compare the pictures",
        )
        yield Link("same_photo", ends[0], ends[1], why, "strong" if apart <= CLOSE else "weak", NAME)
    firsts = [n for n in range(len(known)) if known[n][2]]
    if not 2 <= len(firsts) <= MANY:
        return
    from ritrova.formats.landmarks import alike

    for a, b, agreeing in alike([known[n][2] for n in firsts]):
        a, b = firsts[a], firsts[b]
        if root(a) == root(b):
            continue
        parent[max(root(a), root(b))] = min(root(a), root(b))
        ends = sorted((min(carriers[known[a][0]]), min(carriers[known[b][0]])))
        why = (
            f"{agreeing} small details of one picture stand in the other in the same arrangement: one may be a part of the "
            "other, framed, or written over",
            "the pictures as a whole are not alike, and two screenshots of one app share its frame; a person must compare them",
        )
        yield Link("same_photo", ends[0], ends[1], why, "weak", NAME)


LINKER = Linker(NAME, link)
