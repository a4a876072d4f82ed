"""A conversation as columns: in what order its messages stand, when they were sent, and what gates see of each."""

from __future__ import annotations

from typing import TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from ritrova.case.gates import Masks
from ritrova.case.opening import Case
from ritrova.model.passages import SILENCE

Rows: TypeAlias = npt.NDArray[np.int64]
Seconds: TypeAlias = npt.NDArray[np.float64]


class Sifted(msgspec.Struct, frozen=True):
    """The columns of one conversation, a place for each message in order. A time that is not known is NaN."""

    rows: Rows
    seconds: Seconds
    told: Masks

    @classmethod
    def of(cls, case: Case, key: int) -> Sifted:
        """Of a conversation of the case, by row key."""
        awake, mask, sender, more = case.store.wake_columns(key)
        if not len(awake):  # most conversations of a large case: their order need not be known
            nothing = np.zeros(0, dtype=np.int64)
            return cls(nothing, nothing.astype(np.float64), Masks(nothing, nothing, nothing.astype(np.bool_)))
        rows, seconds = case.store.order_columns(key)
        masks = np.zeros(len(rows), dtype=np.int64)
        senders = np.full(len(rows), -1, dtype=np.int64)
        tied = np.zeros(len(rows), dtype=np.bool_)
        by_row = np.argsort(rows)
        at = np.searchsorted(rows, awake, sorter=by_row)
        known = at < len(rows)
        place = by_row[at[known]]
        same = rows[place] == awake[known]  # what was added since the order was made is judged the next time
        place = place[same]
        masks[place] = mask[known][same]
        senders[place] = sender[known][same]
        tied[place] = more[known][same]
        return cls(rows, seconds, Masks(masks, senders, tied))

    def with_bit(self, bit: int) -> list[int]:
        """The places of messages whose mask has a bit."""
        places: list[int] = np.flatnonzero(np.asarray(self.told.masks) & np.int64(bit)).tolist()
        return places

    def breaks(self) -> list[int]:
        """The places of messages that come after a silence that ends a passage (see `passages.cut`)."""
        timed = np.flatnonzero(~np.isnan(self.seconds))
        late = np.diff(self.seconds[timed]) >= SILENCE
        places: list[int] = timed[1:][late].tolist()
        return places
