"""Whether two names mean one place: by their letters without marks and article, or by where the gazetteer has them.

GeoNames writes `Ar Raqqah`, a newspaper `Raqqa`, a map `ar-Raqqa`. Labels of a test set and answers of the extractor are
compared by the place that they mean, never by the spelling of one of them.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

NEAR: Final = 1.5
"""Kilometres between two entries of the gazetteer that are taken for one place."""
_ARTICLE: Final = re.compile(
    r"^(?:al|el|ar|as|ash|at|ad|az|an|ath|adh|ال)[ \-]+|^ال(?=\w{3})|(?<=[ \-])(?:al|ar|as|ash|at|ad|az|an|el|ez|ath|adh)[ \-]"
)
_PLAIN: Final = str.maketrans({"ı": "i", "ə": "a", "ø": "o", "ł": "l", "đ": "d", "ß": "s"})


def bare(name: str) -> str:
    """A name without capitals, marks, article, blanks, and the silent h at its end."""
    lowered = name.casefold().translate(_PLAIN)
    letters = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    letters = _ARTICLE.sub("", letters.strip())
    kept = re.sub(r"[\W_]", "", letters)
    return kept[:-1] if len(kept) > 4 and kept.endswith("ah") else kept


@lru_cache(maxsize=1)
def _gazetteer() -> dict[str, tuple[tuple[float, float], ...]]:
    """Bare name -> where the gazetteer has places of that name."""
    from ritrova.languages.packs import load

    found: dict[str, set[tuple[float, float]]] = {}
    for term in load().terms:
        if term.concept == "place":
            lat, lon, _, _ = term.note.split(",")
            for name in (term.gloss, term.text):
                found.setdefault(bare(name), set()).add((float(lat), float(lon)))
    return {name: tuple(spots) for name, spots in found.items()}


def same_place(
    one: str, other: str, known: Callable[[], dict[str, tuple[tuple[float, float], ...]]] = _gazetteer
) -> bool:
    """Whether two names mean one place: the same letters, or entries of the gazetteer at most `NEAR` kilometres apart."""
    a, b = bare(one), bare(other)
    if a == b:
        return True
    spots = known()
    return _close(spots.get(a, ()), spots.get(b, ()))


def _close(some: Iterable[tuple[float, float]], others: Iterable[tuple[float, float]]) -> bool:
    there = tuple(others)
    return any(
        111.2 * math.hypot(lat - y, (lon - x) * math.cos(math.radians(lat))) <= NEAR
        for lat, lon in some
        for y, x in there
    )
