"""Small details of a picture (ORB) and where they stand: what still tells a copy that was cropped, framed or written over.

The details are taken when a source is added, if OpenCV is installed (the `media` extra); comparing them needs NumPy alone. Two
pictures are alike when enough details of one stand in the other in the same arrangement: moved, turned and scaled together.
Details are taken of what lies on a plain ground, not of the ground: of the photo in a screenshot, not of the app around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

MOST = 300
"""Details taken of a picture."""
ENOUGH = 20
"""Details that must agree. Of 1,325 pairs of different generated pictures that had any, the most that agreed was 12."""
VOTES = 8
SMALLEST = 64
"""Pixels of the shorter side below which no details are taken."""
TRIES = 100
SIDE = 512
"""Pixels of the longer side, at most, of what details are taken of."""
FLAT = 6
"""Difference of grey within 5 x 5 pixels up to which a place is plain."""
GROUND = 0.03
"""Share of the picture that one plain grey must cover to be ground."""
FRAME = 0.15
"""Share of ground below which a picture has no frame worth speaking of."""
AROUND = 0.5
"""Share of the picture's edge that ground must make up: a frame goes around."""
PART = 0.2
"""Share of the largest thing on the ground above which another thing is taken for a part of it."""
LETTERS = 19
"""Pixels (of 512) that a thing must have in width and height to be no line of words."""
LEAST = 0.03
"""Share of the whole below which a thing on a ground is too small to be told."""
SLACK = 6.0
"""Pixels by which a detail may miss its place (pictures are at most 512 pixels wide)."""
BLOCK = 64
_SCALE = 64
_ONE = np.dtype([("x", "<u2"), ("y", "<u2"), ("bits", "u1", (32,))])


def marks(picture: Any) -> bytes:
    """The details of a Pillow picture, 36 bytes each; empty where OpenCV is not installed or nothing stands out."""
    try:
        import cv2 as opencv
    except ImportError:
        return b""
    if min(picture.size) < SMALLEST:
        return b""
    cv2: Any = opencv
    cv2.setNumThreads(1)
    grey = np.asarray(picture.convert("L"))
    box = _on_plain_ground(cv2, grey)
    if box is None:
        return b""
    left, top, right, below = box
    grey = grey[top:below, left:right]
    shrunk = SIDE / max(grey.shape)
    if shrunk < 1:
        size = (max(1, round(grey.shape[1] * shrunk)), max(1, round(grey.shape[0] * shrunk)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    if min(grey.shape) < SMALLEST // 2:
        return b""
    try:
        points, bits = cv2.ORB_create(nfeatures=MOST, fastThreshold=10).detectAndCompute(grey, None)
    except cv2.error:  # very long and narrow pictures leave nothing at its smaller scales
        return b""
    if bits is None:
        return b""
    out = np.zeros(len(points), dtype=_ONE)
    places = np.array([point.pt for point in points]).reshape(-1, 2) * _SCALE
    out["x"], out["y"] = np.clip(places, 0, 65535).astype(np.uint16).T
    out["bits"] = bits
    return out.tobytes()


def _on_plain_ground(cv2: Any, grey: npt.NDArray[np.uint8]) -> tuple[int, int, int, int] | None:
    """Left, top, right and lower edge of the largest thing on a plain ground; of the whole where there is no such ground, and
    None where there is little else than ground (the words of a screenshot would be alike in every screenshot)."""
    height, width = grey.shape
    whole = (0, 0, width, height)
    shrunk = min(1.0, SIDE / max(height, width))
    small = cv2.resize(
        grey, (max(8, int(width * shrunk)), max(8, int(height * shrunk))), interpolation=cv2.INTER_AREA
    )
    square = np.ones((5, 5), np.uint8)
    flat = cv2.dilate(small, square).astype(np.int16) - cv2.erode(small, square) <= FLAT
    often = np.convolve(np.bincount(small[flat], minlength=256), np.ones(5, np.int64), "same")
    ground = flat & (often >= GROUND * small.size)[small]
    edge = np.concatenate((ground[2], ground[-3], ground[:, 2], ground[:, -3]))
    if ground.mean() < FRAME or edge.mean() < AROUND:
        return whole
    thing = cv2.morphologyEx(
        (~ground).astype(np.uint8), cv2.MORPH_OPEN, np.ones((LETTERS, LETTERS), np.uint8)
    )
    count, _, found, _ = cv2.connectedComponentsWithStats(thing)
    if count < 2:
        return None
    areas = found[1:, cv2.CC_STAT_AREA]
    parts = found[1:][areas >= PART * areas.max()]
    left, top = (int(parts[:, n].min()) for n in (0, 1))
    across, down = (int((parts[:, n] + parts[:, n + 2]).max()) - (left, top)[n] for n in (0, 1))
    if across * down < LEAST * small.size:
        return None
    back = (width / small.shape[1], height / small.shape[0])
    return (
        int(left * back[0]),
        int(top * back[1]),
        min(width, int((left + across) * back[0]) + 1),
        min(height, int((top + down) * back[1]) + 1),
    )


def alike(pictures: Sequence[bytes], asked: int | None = None) -> Iterator[tuple[int, int, int]]:
    """(first, second, details that agree) of all pictures that share an arrangement of details, first below second; of those
    pairs alone whose first is one of the `asked` ones at the head, where given."""
    from ritrova.formats.hamming import Index

    every = [np.frombuffer(each, dtype=_ONE) for each in pictures]
    if sum(map(len, every)) < 2 * ENOUGH:
        return
    joined = np.concatenate(every)
    owner = np.repeat(np.arange(len(every)), [len(each) for each in every])
    places = (joined["x"].astype(float) + 1j * joined["y"].astype(float)) / _SCALE
    bits = np.ascontiguousarray(joined["bits"])
    index = Index(bits)
    begin = np.concatenate(([0], np.cumsum([len(each) for each in every])))
    last = len(every) if asked is None else min(asked, len(every))
    for block in range(0, last, BLOCK):
        start, end = int(begin[block]), int(begin[min(block + BLOCK, last)])
        mine, theirs, _ = index.all_near(bits[start:end])
        mine = mine + start
        kept = owner[mine] < owner[theirs]
        mine, theirs = mine[kept], theirs[kept]
        key = owner[mine] * len(every) + owner[theirs]
        order = np.argsort(key, kind="stable")
        mine, theirs, key = mine[order], theirs[order], key[order]
        chosen, first, votes = np.unique(key, return_index=True, return_counts=True)
        for pair, at, n in zip(chosen.tolist(), first.tolist(), votes.tolist(), strict=True):
            if n < VOTES:
                continue
            agreeing = _arranged(places[mine[at : at + n]], places[theirs[at : at + n]])
            if agreeing >= ENOUGH:
                yield *divmod(pair, len(every)), agreeing


def _arranged(a: npt.NDArray[np.complex128], b: npt.NDArray[np.complex128]) -> int:
    """How many points agree on one way to move, turn and scale `a` onto `b` (RANSAC; the same answer each time)."""
    rng = np.random.default_rng(len(a))
    one, two = rng.integers(0, len(a), (2, TRIES))
    apart = np.abs(a[one] - a[two]) > 20
    one, two = one[apart], two[apart]
    if not len(one):
        return 0
    turn = (b[one] - b[two]) / (a[one] - a[two])
    sane = (np.abs(turn) > 0.2) & (np.abs(turn) < 5)
    turn, one = turn[sane], one[sane]
    if not len(turn):
        return 0
    fits = np.abs(turn[:, None] * (a[None] - a[one][:, None]) + b[one][:, None] - b[None]) < SLACK
    best = fits[fits.sum(axis=1).argmax()]
    return min(len(np.unique(np.round(a[best] / 4))), len(np.unique(np.round(b[best] / 4))))
