"""Crops, banners and screenshots: told by the arrangement of details, and no two different pictures."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from pictures_made import bannered, cropped, photo, screenshot
from ritrova.formats import landmarks, pictures

cv2 = pytest.importorskip("cv2")
CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "crop 5 %": lambda raw: cropped(raw, 0.05),
    "crop 15 %": lambda raw: cropped(raw, 0.15),
    "banner": bannered,
    "screenshot": screenshot,
}


def of(raw: bytes) -> bytes:
    return landmarks.marks(pictures.decoded(io.BytesIO(raw), "image/jpeg")[0])


def test_every_change_is_told_and_no_two_different_pictures_are() -> None:
    count = 50
    originals = [photo(seed, 640) for seed in range(1, count + 1)]
    made = [of(raw) for raw in originals]
    for change in CHANGES.values():
        made += [of(change(raw)) for raw in originals]
    found: Counter[str] = Counter()
    for a, b, agreeing in landmarks.alike(made):
        assert agreeing >= landmarks.ENOUGH
        assert a % count == b % count, "two different pictures"
        if a < count:
            found[list(CHANGES)[b // count - 1]] += 1
    assert {name: found[name] / count >= 0.98 for name in CHANGES} == dict.fromkeys(CHANGES, True)


def test_nothing_stands_out() -> None:
    assert landmarks.marks(Image.new("RGB", (300, 300), "grey")) == b""
    assert landmarks.marks(Image.new("RGB", (1, 1))) == b""
    assert landmarks.marks(Image.new("RGB", (65, 512))) == b""
    assert list(landmarks.alike([])) == list(landmarks.alike([b"", b""])) == []


def test_noise_is_like_no_other_noise() -> None:
    rng = np.random.default_rng(5)
    noise = [Image.fromarray(rng.integers(0, 255, (300, 300, 3), dtype=np.uint8)) for _ in range(6)]
    assert list(landmarks.alike([landmarks.marks(each) for each in noise])) == []
