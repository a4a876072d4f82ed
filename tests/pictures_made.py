"""Generated pictures with texture, and models of what messengers do to a picture when it is sent. Nothing is shown in them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Pixels = npt.NDArray[np.uint8]
SENT: dict[str, tuple[int, tuple[int, ...]]] = {
    "whatsapp": (1600, (70, 80)),
    "whatsapp, twice": (1600, (70, 70)),
    "whatsapp, thumbnail": (320, (60,)),
    "telegram": (1280, (87,)),
    "telegram, small": (800, (80,)),
    "viber": (1280, (60,)),
    "viber, forwarded through telegram": (960, (60, 87)),
}
"""What an app does, as a model: longest side in pixels, and the JPEG quality of each saving. Recalled values, not measured."""


def shapes(seed: int, height: int, width: int) -> Pixels:
    """Overlapping ellipses of many tints over a slope, from integers alone: the same bytes on every machine."""
    state = seed * 2654435761 % 2**32
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    out = np.zeros((height, width, 3), np.int64)
    for _ in range(24):
        numbers = []
        for _ in range(7):
            state = (state * 1664525 + 1013904223) % 2**32
            numbers.append(state >> 8)
        across, down, radius = numbers[0] % width, numbers[1] % height, 8 + numbers[2] % (height // 3)
        inside = ((x - across) ** 2 * (1 + numbers[6] % 3) + (y - down) ** 2) < radius * radius
        for tint in range(3):
            out[..., tint] += np.where(inside, (numbers[3 + tint] % 200) - 100, 0)
    out += (128 + ((x * 3 + y * 5) // 8) % 17)[..., None]
    return np.clip(out, 0, 255).astype(np.uint8)


def saved(picture: Image.Image, quality: int) -> bytes:
    """As JPEG."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def sent(original: bytes, app: str) -> bytes:
    """What arrives after an app of `SENT` has sent it."""
    side, qualities = SENT[app]
    made = original
    for quality in qualities:
        with Image.open(io.BytesIO(made)) as opened:
            picture: Any = opened.convert("RGB")
        picture.thumbnail((side, side), Image.Resampling.BILINEAR)
        made = saved(picture, quality)
    return made


def photo(seed: int, side: int = 720) -> bytes:
    """A generated picture as a JPEG file of good quality."""
    return saved(Image.fromarray(shapes(seed, side * 3 // 4, side)), 92)


def cropped(original: bytes, share: float) -> bytes:
    """What is left when this share of each side is cut away, half from each end."""
    picture = _opened(original)
    across, down = int(picture.width * share / 2), int(picture.height * share / 2)
    return saved(picture.crop((across, down, picture.width - across, picture.height - down)), 70)


def bannered(original: bytes) -> bytes:
    """With a dark band over the lowest 15 % and words on it."""
    picture = _opened(original)
    draw = ImageDraw.Draw(picture)
    top = picture.height * 85 // 100
    draw.rectangle((0, top, picture.width, picture.height), fill="black")
    draw.text((10, top + 10), "neutral words", fill="white")
    return saved(picture, 70)


def screenshot(original: bytes) -> bytes:
    """Inside the window of a chat on a telephone."""
    screen = Image.new("RGB", (720, 1280), (17, 27, 33))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 720, 90), fill=(32, 44, 51))
    draw.text((40, 40), "12:30  a chat", fill="white")
    screen.paste(_opened(original).resize((640, 480)), (40, 400))
    return saved(screen, 85)


def _opened(raw: bytes) -> Image.Image:
    with Image.open(io.BytesIO(raw)) as opened:
        return opened.convert("RGB")
