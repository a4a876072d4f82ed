"""PDQ, the perceptual hash for pictures that ThreatExchange published (Facebook, 2019; hashing/pdq of that repository).

256 bits that stay nearly the same when a picture is made smaller or compressed again. Own implementation in NumPy, so that
it installs without a compiler; `tests/media` hold hashes that the published implementation gives for the same pixels.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

RADIUS = 31
"""Bits of difference up to which the publishers of PDQ call two pictures the same."""
QUALITY = 50
"""Quality below which a hash says nothing: a nearly empty picture resembles every other."""
GRID = 64
SIDE = 16


@cache
def _cosines() -> Floats:
    """Rows 1 to 16 of the discrete cosine transform of 64 values."""
    import numpy as np

    rows = np.arange(1, SIDE + 1)[:, None]
    columns = 2 * np.arange(GRID)[None, :] + 1
    made: Floats = np.sqrt(2 / GRID) * np.cos(np.pi / (2 * GRID) * rows * columns)
    return made


def _window(length: int) -> int:
    """Width of the box over which a side of this length is averaged."""
    return (length + 2 * GRID - 1) // (2 * GRID)


def _averaged(grid: Floats, width: int, axis: int) -> Floats:
    """The mean over a box of `width` along one axis; at the edges over what of the box lies inside."""
    import numpy as np

    if width <= 1:
        return grid
    length = grid.shape[axis]
    half = (width + 2) // 2
    here = np.arange(length)
    first = np.maximum(here - (width - half), 0)
    past = np.minimum(here + half, length)
    shape = list(grid.shape)
    shape[axis] = 1
    sums = np.concatenate((np.zeros(shape), np.cumsum(grid, axis=axis)), axis=axis)
    counts = (past - first).reshape((-1, 1) if axis == 0 else (1, -1))
    made: Floats = (np.take(sums, past, axis=axis) - np.take(sums, first, axis=axis)) / counts
    return made


def small(luma: Floats) -> Floats:
    """The picture's brightness as 64 x 64 means: two passes of a box along rows and columns, then every n-th value."""
    import numpy as np

    rows, columns = luma.shape
    if (rows, columns) != (GRID, GRID):
        for _ in range(2):
            luma = _averaged(luma, _window(columns), 1)
            luma = _averaged(luma, _window(rows), 0)
    down = ((np.arange(GRID) + 0.5) * rows / GRID).astype(int)
    across = ((np.arange(GRID) + 0.5) * columns / GRID).astype(int)
    return luma[np.ix_(down, across)]


def quality(grid: Floats) -> int:
    """How much there is to see in 64 x 64 means, 0 to 100: the sum of the steps between neighbours."""
    import numpy as np

    steps = 0
    for axis in (0, 1):
        steps += int(np.abs(np.trunc(np.diff(grid, axis=axis) * 100 / 255)).sum())
    return min(steps // 90, 100)


def pdq(pixels: Any) -> tuple[str, int]:
    """64 hex digits and the quality (0 to 100) of a picture: an array of rows x columns (grey) or rows x columns x 3 (RGB),
    values 0 to 255. Raises ValueError for any other shape or an empty picture."""
    import numpy as np

    array = np.asarray(pixels, dtype=np.float64)
    if array.ndim == 3 and array.shape[2] == 3:
        array = array @ np.array([0.299, 0.587, 0.114])
    if array.ndim != 2 or not array.size:
        raise ValueError(f"not the pixels of a picture: {array.shape}")
    grid = small(array)
    cosines = _cosines()
    waves = (cosines @ grid @ cosines.T).ravel()
    middle = np.partition(waves, SIDE * SIDE // 2 - 1)[SIDE * SIDE // 2 - 1]
    bits = (waves > middle)[::-1]
    return np.packbits(bits).tobytes().hex(), quality(grid)


def distance(a: str, b: str) -> int:
    """Bits in which two hashes differ."""
    return (int(a, 16) ^ int(b, 16)).bit_count()
