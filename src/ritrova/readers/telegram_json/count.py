"""How many messages a Telegram JSON file holds, found without the reader: brackets are counted over the bytes in columns.

No string of valid JSON holds a line break, so quotes pair up within each line; that keeps the count right after a damaged
line. Depth says which objects are elements of an array that stands under the key ``messages``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ritrova.model.shapes import Ask, Counted, Item

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHUNK = 1 << 20
_ARRAYS = re.compile(rb'"messages"\s*:\s*\[')


_HEAD = re.compile(rb'\{\s*"id"\s*:\s*-?\d+\s*,\s*"type"\s*:\s*"(?:message|service|unsupported)"')


def count(item: Item, ask: Ask) -> Counted:
    """Messages found: objects that open directly inside an array under ``messages``; the last may be cut."""
    total = _Depth()
    with item.open() as stream:
        rest = b""
        while True:
            fresh = stream.read(max(_CHUNK, len(rest)))
            piece = rest + fresh
            if fresh:
                # Cut where no string is open and no key is parted from its array.
                cut = piece.rfind(b",\n") + 2
                if cut == 1:
                    cut = _quiet(piece)
                rest = piece[cut:]
                piece = piece[:cut]
            if piece:
                total.feed(piece)
            if not fresh:
                break
    found = total.messages
    if total.depth or total.lowest < 0:
        # Cut or damaged. A cut alone leaves the brackets right, save that the last message may lack its type.
        heads = _heads(item)
        if not 0 <= found - heads <= 1:
            found = heads
    return {"messages": found}


def _heads(item: Item) -> int:
    """How many messages begin as the exporter begins them, whatever lies between."""
    n = 0
    with item.open() as stream:
        rest = b""
        while fresh := stream.read(_CHUNK):
            piece = rest + fresh
            end = 0
            for found in _HEAD.finditer(piece):
                n += 1
                end = found.end()
            rest = piece[max(end, len(piece) - 256) :]
    return n


def _quiet(piece: bytes) -> int:
    """Where a piece without line ends can be cut: just after a comma outside strings, so that no token is split."""
    inside = False
    last = 0
    for found in re.finditer(rb'[",]|\\.', piece, re.DOTALL):
        mark = found[0]
        if mark == b'"':
            inside = not inside
        elif mark == b"," and not inside:
            last = found.end()
    return last


class _Depth:
    """Brackets seen so far: how deep we are, and at which depth the messages of the open array stand."""

    def __init__(self) -> None:
        self.depth = 0
        self.lowest = 0
        self.inside = -1
        self.messages = 0
        self.tail = b""

    def feed(self, piece: bytes) -> None:
        """Add the brackets of a piece that begins and ends outside strings."""
        import numpy as np

        raw = np.frombuffer(piece, dtype=np.uint8)
        quotes = np.flatnonzero(raw == 0x22)
        if quotes.size and b"\\" in piece:
            quotes = quotes[~_escaped(raw, quotes)]
        brackets = np.flatnonzero(((raw | 0x20) == 0x7B) | ((raw | 0x20) == 0x7D))
        if not brackets.size:
            return
        before = np.searchsorted(quotes, brackets)
        if quotes.size and b"\n" in piece:
            # Pair quotes within the line: an odd number on a damaged line must not turn the rest inside out.
            lines = np.flatnonzero(raw == 0x0A)
            at_line = np.searchsorted(quotes, np.concatenate(([0], lines)))
            before = before - at_line[np.searchsorted(lines, brackets)]
        brackets = brackets[(before & 1) == 0]
        if not brackets.size:
            return
        kinds = raw[brackets]
        steps = np.where((kinds | 0x20) == 0x7B, 1, -1)
        after = self.depth + np.cumsum(steps)
        openings = [found.end() - 1 for found in _ARRAYS.finditer(piece)]
        opened = (kinds == 0x7B) & (steps == 1)
        here = 0
        if self.inside >= 0:
            here = self._until_closed(after, opened, 0)
        for place in openings:
            index = int(np.searchsorted(brackets, place))
            if index < here or index >= len(brackets) or brackets[index] != place:
                continue
            self.inside = int(after[index])
            here = self._until_closed(after, opened, index + 1)
        self.depth = int(after[-1])
        self.lowest = min(self.lowest, int(after.min()))

    def _until_closed(self, after: NDArray[Any], opened: NDArray[Any], start: int) -> int:
        """Count the objects that open at the array's depth from `start` until it closes; the index past it."""
        import numpy as np

        closed = np.flatnonzero(after[start:] < self.inside)
        end = start + int(closed[0]) if closed.size else len(after)
        self.messages += int(np.count_nonzero(opened[start:end] & (after[start:end] == self.inside + 1)))
        if closed.size:
            self.inside = -1
        return end


def _escaped(raw: NDArray[Any], quotes: NDArray[Any]) -> NDArray[Any]:
    """Which quotes stand behind an odd number of backslashes."""
    import numpy as np

    odd = np.zeros(quotes.shape, dtype=bool)
    place = quotes - 1
    alive = place >= 0
    alive[alive] = raw[place[alive]] == 0x5C
    while alive.any():
        odd[alive] = ~odd[alive]
        place = place - 1
        alive &= place >= 0
        alive[alive] = raw[place[alive]] == 0x5C
    return odd
