"""Pictures as people send them (JPEG, PNG, WebP, GIF, BMP, TIFF), opened carefully and always in one way.

The header says how large a picture is; one that is too large is never decoded. Perceptual hashes are only comparable when
every picture goes the same way: turned as its EXIF says, transparent parts on white, made to fit 512 x 512 by averaging.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import Any, BinaryIO

import msgspec

SIDE = 512
"""Pixels on the longer side, at most, of what is hashed."""
PIXELS = 64_000_000
"""Pixels of the largest picture that is decoded: above any phone's ordinary camera (Pillow needs 4 bytes for each)."""
BYTES = 50 << 20
"""Size of the largest picture file that is decoded."""
KINDS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
}
"""Media types that are decoded, and what Pillow calls them. No other decoder of Pillow is ever tried."""


class Unreadable(ValueError):
    """The picture is not decoded; the reason is in words that hold no evidence."""


class Hashed(msgspec.Struct, frozen=True):
    """A picture's size in pixels as its header says, its PDQ hash (64 hex digits), the hash's quality (0 to 100),
    and its details (see `landmarks`)."""

    width: int
    height: int
    pdq: str
    quality: int
    marks: bytes = b""


def decoded(stream: BinaryIO, mime: str, side: int = SIDE) -> tuple[Any, int, int]:
    """(RGB picture that fits `side` x `side`, width, height as the header says). Raises `Unreadable`."""
    picture, width, height = _loaded(stream, mime, side)
    return _fitted(picture, side), width, height


def _fitted(picture: Any, side: int) -> Any:
    from PIL import Image

    longer = max(picture.size)
    if longer <= side:
        return picture
    fit = (max(1, picture.width * side // longer), max(1, picture.height * side // longer))
    return picture.resize(fit, Image.Resampling.BOX)


def _loaded(stream: BinaryIO, mime: str, side: int) -> tuple[Any, int, int]:
    """(RGB picture, of about twice `side` where the format allows to decode less, width, height as the header says)."""
    from PIL import Image, ImageOps

    kind = KINDS.get(mime)
    if kind is None:
        raise Unreadable(f"pictures of the kind {mime} are not decoded")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.MAX_IMAGE_PIXELS = 2 * PIXELS
            with Image.open(stream, formats=[kind]) as opened:
                width, height = opened.size
                if width * height > PIXELS:
                    raise Unreadable(f"{width} x {height} pixels are too many to decode")
                if kind == "JPEG":
                    opened.draft("RGB", (2 * side, 2 * side))
                picture: Any = opened
                picture.load()
                picture = ImageOps.exif_transpose(picture)
                if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
                    above = picture.convert("RGBA")
                    picture = Image.new("RGBA", above.size, "white")
                    picture.alpha_composite(above)
                return picture.convert("RGB"), width, height
    except Unreadable:
        raise
    except (
        OSError,
        ValueError,
        ArithmeticError,
        SyntaxError,
        LookupError,
        TypeError,
        AttributeError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        Image.DecompressionBombError,
    ) as error:
        raise Unreadable(f"it does not decode as {kind} ({type(error).__name__})") from error


def _numbers() -> Any:
    """NumPy and OpenCV, told to start no threads: a reading process may not, and OpenBLAS would end it over that."""
    import os

    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    try:
        import numpy

        with suppress(ImportError):
            import cv2  # noqa: F401
    finally:
        os.environ.pop("OPENBLAS_NUM_THREADS", None)
    return numpy


def ready() -> None:
    """Load what `hashed` needs, for a process that may open no file afterwards."""
    _numbers()
    import ritrova.formats.landmarks
    import ritrova.formats.pdq  # noqa: F401


def hashed(stream: BinaryIO, mime: str) -> Hashed:
    """The perceptual hash of a picture file. Raises `Unreadable`."""
    np = _numbers()
    from ritrova.formats.landmarks import marks
    from ritrova.formats.pdq import pdq

    picture, width, height = _loaded(stream, mime, SIDE)
    code, quality = pdq(np.asarray(_fitted(picture, SIDE)))
    return Hashed(width, height, code, quality, marks(picture))
