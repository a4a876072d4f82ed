"""Pairs of wordings that may be alike: those with the same two neighbouring marks, one band, at the same place.

Each is paired with the one before it in its bucket. What stands in many adverts of different goods (a closing line, a greeting)
puts many wordings into one bucket, and then the one before is seldom a version of the same advert: so each is paired too with
the last `BACK` before it in the bucket of three neighbouring marks, where strangers are fewer. What comes later adds pairs and
takes none away, so for new wordings only the buckets they fall into are looked up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ritrova.linkers.sketches import MARKS, Rows, Stock, bands_of, distinct, marks_of

BACK = 4
"""Wordings before it in a bucket of three marks with which each is paired."""
ESTIMATE = 0.2
"""Pairs whose marks agree less than this are not looked at."""
AT_ONCE = 2_000_000
"""Pairs that are compared in one go: most of them do not agree, and none of those is kept."""
BITS = 18
"""Of a band, for telling quickly which buckets have nothing new."""
_LOW = np.uint64(0xFFFFFFFF)
_HIGH = np.uint64(32)
_MIX, _STIR = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)


def fresh_pairs(stock: Stock, first: Rows, since: int) -> Rows:
    """Pairs (shape n x 2, first below second) of wordings by number, whose second is not below `since`. `first` gives the place
    of each wording's first sketch, rising."""
    if since >= len(first):
        return np.zeros((0, 2), np.int64)
    start = int(first[since])
    fresh = _columns(stock, first[since:], start)
    numbers = np.arange(since, len(first))
    if not since:
        return candidates(fresh)
    known = _Known(stock, first[:since], start, bands_of(fresh))
    numbers = np.concatenate((np.searchsorted(first, known.places), numbers))
    pairs: Rows = numbers[candidates(fresh, known)]
    return pairs


def _columns(stock: Stock, places: Rows, start: int) -> npt.NDArray[np.uint16]:
    """The marks of the sketches at these places, none of them below `start`."""
    found = [np.zeros((0, MARKS), np.uint16)]
    for at, bands in stock.bands(start):
        here = places[np.searchsorted(places, at) : np.searchsorted(places, at + bands.shape[1])] - at
        found.append(marks_of(bands[:, here]))
    return np.concatenate(found)


class _Known:
    """The wordings below `start` that stand in a bucket with any of `fresh` (bands by texts), and a few that do not: their places
    and marks, and by band which of them do."""

    def __init__(self, stock: Stock, first: Rows, start: int, fresh: npt.NDArray[np.uint32]) -> None:
        shift = (np.arange(len(fresh), dtype=np.uint32) << np.uint32(BITS))[:, None]
        wanted = np.zeros(len(fresh) << BITS, bool)
        wanted[(_short(fresh) + shift).ravel()] = True
        leads = np.zeros(len(stock), bool)
        leads[first] = True
        places, marks = [np.zeros(0, np.int64)], [np.zeros((0, MARKS), np.uint16)]
        met_band, met_place = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for at, bands in stock.bands():
            if at >= start:
                break
            near = np.flatnonzero(wanted[(_short(bands) + shift).ravel()])
            band, column = np.divmod(near, max(bands.shape[1], 1))
            met = leads[at + column] & (at + column < start)
            band, column = band[met], column[met]
            here = np.zeros(bands.shape[1], bool)
            here[column] = True
            met_band.append(band)
            met_place.append(at + column)
            columns = np.flatnonzero(here)
            places.append(at + columns)
            marks.append(marks_of(bands[:, columns]))
        self.places: Rows = np.concatenate(places)
        self.marks = np.concatenate(marks)
        which = np.searchsorted(self.places, np.concatenate(met_place))
        of_band = np.concatenate(met_band)
        order = np.argsort(of_band, kind="stable")
        self.by_band = np.split(which[order], np.searchsorted(of_band[order], np.arange(1, len(fresh))))


def candidates(fresh: npt.NDArray[np.uint16], known: _Known | None = None) -> Rows:
    """Pairs (shape n x 2, first below second) that agree in neighbouring marks, and in enough of them all: of the texts with these
    marks, and of them with known ones, which are numbered before them."""
    since = 0 if known is None else len(known.places)
    marks = fresh if known is None else np.concatenate((known.marks, fresh))
    found = np.zeros(0, np.uint64)
    some: list[npt.NDArray[np.uint64]] = []
    here = np.arange(since, len(marks))
    for n in range(MARKS // 2):
        those = here if known is None else np.concatenate((known.by_band[n], here))
        band, after = _band(marks, n)[those], _band(marks, n + 1)[those]
        closer = (band * _MIX) ^ ((after & np.uint32(0xFFFF)) * _STIR)
        for bucket, most in ((band, 1), (closer, BACK)):
            order = np.sort((bucket.astype(np.uint64) << _HIGH) | those.astype(np.uint64))
            for back in range(1, most + 1):
                same = np.flatnonzero((order[back:] ^ order[:-back]) <= _LOW)
                low, high = order[same] & _LOW, order[same + back] & _LOW
                later = high >= np.uint64(since)
                some.append((low[later] << _HIGH) | high[later])
        if sum(map(len, some)) > AT_ONCE:
            found, some = distinct(np.concatenate((found, _agreeing(marks, some)))), []
    coded = distinct(np.concatenate((found, _agreeing(marks, some))))
    return np.stack((coded >> _HIGH, coded & _LOW), axis=1).astype(np.int64)


def _band(marks: npt.NDArray[np.uint16], n: int) -> npt.NDArray[np.uint32]:
    """The n-th band of texts, going round."""
    band: npt.NDArray[np.uint32] = np.ascontiguousarray(marks, "<u2").view("<u4")[:, n % (MARKS // 2)]
    return band


def _agreeing(
    marks: npt.NDArray[np.uint16], pairs: Sequence[npt.NDArray[np.uint64]]
) -> npt.NDArray[np.uint64]:
    """Of pairs (two numbers in one), each once, those whose marks agree enough."""
    coded = distinct(np.concatenate((np.zeros(0, np.uint64), *pairs)))
    kept = [coded[:0]]
    for n in range(0, len(coded), 100_000):
        part = coded[n : n + 100_000]
        agree = (marks[part >> _HIGH] == marks[part & _LOW]).sum(axis=1)
        kept.append(part[agree >= ESTIMATE * MARKS])
    return np.concatenate(kept)


def _short(bands: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """A few bits of each, for telling quickly what cannot be equal."""
    return (bands * _MIX) >> np.uint32(32 - BITS)
