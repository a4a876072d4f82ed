"""Pairs of wordings that may be alike: those with the same two neighbouring marks, one band, at the same place.

Each is paired with the one before it in its bucket. What stands in many adverts of different goods (a closing line, a greeting)
puts many wordings into one bucket, and then the one before is seldom a version of the same advert: so each is paired too with
the last `BACK` before it in the bucket of three neighbouring marks, where strangers are fewer. What comes later adds pairs and
takes none away, so for new wordings only the buckets they fall into are looked up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ritrova.linkers.sketches import MARKS, Rows, Stock, bands_of, distinct, marks_of

BACK = 4
"""Wordings before it in a bucket of three marks with which each is paired."""
ESTIMATE = 0.2
"""Pairs whose marks agree less than this are not looked at."""
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
    places, known = _known(stock, first[:since], start, bands_of(fresh))
    numbers = np.concatenate((np.searchsorted(first, places), numbers))
    pairs: Rows = numbers[candidates(np.concatenate((known, fresh)), len(known))]
    return pairs


def _columns(stock: Stock, places: Rows, start: int) -> npt.NDArray[np.uint16]:
    """The marks of the sketches at these places, none of them below `start`."""
    found = [np.zeros((0, MARKS), np.uint16)]
    for at, bands in stock.bands(start):
        here = places[np.searchsorted(places, at) : np.searchsorted(places, at + bands.shape[1])] - at
        found.append(marks_of(bands[:, here]))
    return np.concatenate(found)


def _known(
    stock: Stock, first: Rows, start: int, fresh: npt.NDArray[np.uint32]
) -> tuple[Rows, npt.NDArray[np.uint16]]:
    """Places below `start` of wordings that share a band with any of `fresh`, and their marks."""
    ordered = np.sort(fresh, axis=1)
    wanted = np.zeros((len(fresh), 1 << 16), bool)
    for flags, band in zip(wanted, fresh, strict=True):
        flags[_short(band)] = True
    leads = np.zeros(len(stock), bool)
    leads[first] = True
    places, marks = [np.zeros(0, np.int64)], [np.zeros((0, MARKS), np.uint16)]
    for at, bands in stock.bands():
        if at >= start:
            break
        met = np.zeros(bands.shape[1], bool)
        for flags, band, known in zip(wanted, bands, ordered, strict=True):
            near = np.flatnonzero(flags[_short(band)])
            place = np.minimum(np.searchsorted(known, band[near]), len(known) - 1)
            met[near[known[place] == band[near]]] = True
        here = np.flatnonzero(met & leads[at : at + len(met)])
        here = here[here + at < start]
        places.append(here + at)
        marks.append(marks_of(bands[:, here]))
    return np.concatenate(places), np.concatenate(marks)


def candidates(marks: npt.NDArray[np.uint16], since: int = 0) -> Rows:
    """Pairs (shape n x 2, first below second) that agree in two neighbouring marks, and in enough of them all. Only pairs whose
    second is not below `since` are given."""
    found = np.zeros(0, np.uint64)
    here = np.arange(len(marks), dtype=np.uint64)
    some: list[npt.NDArray[np.uint64]] = []
    bands = bands_of(marks)
    for band, next_one in zip(bands, np.roll(bands, -1, axis=0), strict=True):
        closer = (band * _MIX) ^ ((next_one & np.uint32(0xFFFF)) * _STIR)
        for bucket, most in ((band, 1), (closer, BACK)):
            order = np.sort((bucket.astype(np.uint64) << _HIGH) | here)
            for back in range(1, most + 1):
                same = np.flatnonzero((order[back:] ^ order[:-back]) <= _LOW)
                low, high = order[same] & _LOW, order[same + back] & _LOW
                later = high >= np.uint64(since)
                some.append((low[later] << _HIGH) | high[later])
        if sum(map(len, some)) > 2_000_000:
            found, some = distinct(np.concatenate((found, *some))), []
    coded = distinct(np.concatenate((found, *some)))
    pairs = np.stack((coded >> _HIGH, coded & _LOW), axis=1).astype(np.int64)
    kept: list[npt.NDArray[Any]] = [pairs[:0]]
    for n in range(0, len(pairs), 100_000):
        part = pairs[n : n + 100_000]
        agree = (marks[part[:, 0]] == marks[part[:, 1]]).mean(axis=1)
        kept.append(part[agree >= ESTIMATE])
    return np.concatenate(kept)


def _short(bands: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """16 bits of each, for telling quickly what cannot be equal."""
    return (bands * np.uint32(0x9E3779B1)) >> np.uint32(16)
