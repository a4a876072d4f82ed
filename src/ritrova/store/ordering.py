"""The order of a conversation, whatever the order in which its sources came.

Within one item messages keep the item's own order. Items are interleaved by the running maximum of time within the item, so
that a message without a time, or with an odd one, stays beside its neighbours; ties go by source, item and place in it.
Computed when first asked for, kept in memory, and written down in pieces when nobody else is writing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ritrova.store.connecting import Connected, Row, in_our_words
from ritrova.store.doors import desk_if_free

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Seconds = NDArray[np.float64]

PIECE = 4096
"""Messages in one written-down piece of an order."""
WORTH_WRITING = 2000
"""Shorter conversations are put in order anew: that takes less than a millisecond or two."""
REMEMBERED = 3_000_000
"""Messages whose order stays in memory, over all conversations."""


class Order(msgspec.Struct):
    """Row keys of a conversation's messages in order, and their times (NaN where there is none)."""

    stamp: int
    rows: Any
    seconds: Any


def in_order(rows: Rows, ranks: Rows, seconds: Seconds) -> NDArray[np.intp]:
    """The permutation that puts messages in order. `ranks` is the place of each one's item among all items."""
    import numpy as np

    if not len(rows):
        return np.zeros(0, dtype=np.intp)
    by_item = np.lexsort((rows, ranks))
    ordered_ranks = ranks[by_item]
    times = seconds[by_item].copy()
    starts = np.flatnonzero(np.r_[True, ordered_ranks[1:] != ordered_ranks[:-1]]).tolist()
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        part = times[start:end]
        known = np.flatnonzero(~np.isnan(part))
        if not len(known):
            part[:] = -np.inf
            continue
        part[: known[0]] = part[known[0]]
        np.fmax.accumulate(part, out=part)
    return by_item[np.lexsort((np.arange(len(rows)), times))]


class Ordering(Connected):
    """Orders of conversations by row key. Part of `Store`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._orders: OrderedDict[int, Order] = OrderedDict()
        self._orders_lock = threading.Lock()
        self._ranked: tuple[list[Row], Any, Any] | None = None

    def _stamp(self, conversation: int) -> tuple[int, int]:
        row = self._one("SELECT stamp, messages FROM conversation WHERE row = ?", (conversation,))
        return (row[0], row[1]) if row else (0, 0)

    def _order(self, conversation: int) -> Order:
        """The whole order of a conversation."""
        import numpy as np

        stamp, messages = self._stamp(conversation)
        order = self._orders.get(conversation)
        if order is not None and order.stamp == stamp:
            return order
        pieces = []
        if messages >= WORTH_WRITING:
            pieces = self._rows(
                "SELECT o.rows, o.seconds FROM ordering o JOIN conversation c ON c.row = o.conversation"
                " WHERE o.conversation = ? AND c.stamp = ? ORDER BY o.chunk",
                (conversation, stamp),
            )
        if pieces:
            order = Order(
                stamp,
                np.frombuffer(b"".join(piece[0] for piece in pieces), dtype="<i8"),
                np.frombuffer(b"".join(piece[1] for piece in pieces), dtype="<f8"),
            )
        else:
            order = self._put_in_order(conversation, stamp, messages)
            if messages >= WORTH_WRITING:
                self._write_down(conversation, order)
        with self._orders_lock:
            self._orders.pop(conversation, None)
            self._orders[conversation] = order
            total = sum(len(one.rows) for one in self._orders.values())
            while (total > REMEMBERED or len(self._orders) > 2000) and len(self._orders) > 1:
                total -= len(self._orders.popitem(last=False)[1].rows)
        return order

    def _put_in_order(self, conversation: int, stamp: int, messages: int) -> Order:
        import numpy as np

        connection = self._taken()
        rows: list[Any] = []
        seconds: list[Any] = []
        try:
            with in_our_words(self.folder):
                cursor = connection.execute(
                    "SELECT row, seconds FROM message INDEXED BY message_key WHERE conversation = ?",
                    (conversation,),
                )
                while some := cursor.fetchmany(20_000):
                    columns = list(zip(*some, strict=True))
                    rows.append(np.array(columns[0], dtype="<i8"))
                    seconds.append(np.array(columns[1], dtype="<f8"))
        finally:
            self._give_back(connection)
        if not rows:
            return Order(stamp, np.zeros(0, dtype="<i8"), np.zeros(0, dtype="<f8"))
        all_rows, all_seconds = np.concatenate(rows), np.concatenate(seconds)
        order = in_order(all_rows, self._ranks_of(all_rows), all_seconds)
        return Order(stamp, all_rows[order], all_seconds[order])

    def _ranks_of(self, rows: Rows) -> Rows:
        """The place of each row's item when items stand by source and path."""
        import numpy as np

        token = self._rows("SELECT value FROM meta WHERE name IN ('epoch', 'next_row') ORDER BY name")
        known = self._ranked
        if known is None or known[0] != token:
            stretches = np.array(self._stretches(), dtype="<i8").reshape(-1, 3)
            by_row = stretches[np.argsort(stretches[:, 0])]
            known = self._ranked = (token, by_row[:, 0].copy(), by_row[:, 2].copy())
        ranks: Rows = known[2][np.searchsorted(known[1], rows, side="right") - 1]
        return ranks

    def _stretches(self) -> list[tuple[int, int, int]]:
        """(first, last, rank) of stretches of row keys of one item, in the order of the evidence; rank counts the items."""
        return [
            (first, last, rank)
            for first, last, rank in self._rows(
                "SELECT g.first, g.last, dense_rank() OVER (ORDER BY s.sha256, t.path) AS rank FROM segment g"
                " JOIN item t ON t.row = g.item JOIN source s ON s.row = t.source ORDER BY rank, g.first"
            )
        ]

    def _write_down(self, conversation: int, order: Order) -> None:
        """Keep an order in the case file, unless somebody is writing or the conversation changed meanwhile."""
        if not self._writing.acquire(blocking=False):
            return
        try:
            with desk_if_free(self.folder) as free:
                if free:
                    self._write_pieces(conversation, order)
        finally:
            self._writing.release()

    def _write_pieces(self, conversation: int, order: Order) -> None:
        connection = self._write_connection_now()
        with in_our_words(self.folder):
            connection.execute("BEGIN IMMEDIATE")
            try:
                found = connection.execute(
                    "SELECT stamp FROM conversation WHERE row = ?", (conversation,)
                ).fetchone()
                if found is not None and found[0] == order.stamp:
                    connection.execute("DELETE FROM ordering WHERE conversation = ?", (conversation,))
                    connection.executemany(
                        "INSERT INTO ordering(conversation, chunk, low, high, rows, seconds) VALUES (?, ?, ?, ?, ?, ?)",
                        _pieces(conversation, order),
                    )
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    def _forget(self) -> None:
        """Forget what was remembered of rows: a transaction that others may have asked in was taken back."""
        with self._orders_lock:
            self._orders.clear()
        self._ranked = None

    def _write_connection_now(self) -> Any:
        if self._write_connection is None:
            self._write_connection = self._new_connection(cache_mib=64)
        return self._write_connection

    def _slice(self, conversation: int, start: int, count: int) -> list[int]:
        """Row keys at positions start..start+count, from the written-down piece where there is one."""
        import numpy as np

        stamp, _ = self._stamp(conversation)
        order = self._orders.get(conversation)
        if order is not None and order.stamp == stamp:
            rows: list[int] = order.rows[start : start + count].tolist()
            return rows
        first, last = start // PIECE, (start + max(count, 1) - 1) // PIECE
        pieces = self._rows(
            "SELECT chunk, rows FROM ordering WHERE conversation = ? AND chunk BETWEEN ? AND ? ORDER BY chunk",
            (conversation, first, last),
        )
        if not pieces or pieces[0][0] != first:
            rows = self._order(conversation).rows[start : start + count].tolist()
            return rows
        joined = np.frombuffer(b"".join(piece[1] for piece in pieces), dtype="<i8")
        rows = joined[start - first * PIECE : start - first * PIECE + count].tolist()
        return rows

    def _place(self, conversation: int, row: int) -> int:
        """Position of a row in its conversation's order, -1 if it is not there."""
        import numpy as np

        stamp, _ = self._stamp(conversation)
        order = self._orders.get(conversation)
        if order is None or order.stamp != stamp:
            for chunk, blob in self._rows(
                "SELECT chunk, rows FROM ordering WHERE conversation = ?1 AND low <= ?2 AND high >= ?2",
                (conversation, row),
            ):
                found = np.flatnonzero(np.frombuffer(blob, dtype="<i8") == row)
                if len(found):
                    return int(chunk) * PIECE + int(found[0])
            order = self._order(conversation)
        found = np.flatnonzero(order.rows == row)
        return int(found[0]) if len(found) else -1

    def order(self, conversation: int) -> tuple[list[int], list[float | None]]:
        """Row keys and times of a conversation's messages in order (for cutting passages)."""
        order = self._order(conversation)
        rows: list[int] = order.rows.tolist()
        return rows, [None if s != s else s for s in order.seconds.tolist()]

    def order_columns(self, conversation: int) -> tuple[Rows, Seconds]:
        """The same as columns, times as NaN where there is none."""
        order = self._order(conversation)
        return order.rows, order.seconds


def _pieces(conversation: int, order: Order) -> Sequence[tuple[int, int, int, int, bytes, bytes]]:
    pieces = []
    for chunk, start in enumerate(range(0, len(order.rows), PIECE)):
        rows, seconds = order.rows[start : start + PIECE], order.seconds[start : start + PIECE]
        pieces.append(
            (conversation, chunk, int(rows.min()), int(rows.max()), rows.tobytes(), seconds.tobytes())
        )
    return pieces
