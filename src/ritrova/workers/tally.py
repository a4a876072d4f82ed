"""Counting what a reader gives against what was found without it: the sum that shows a loss."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from ritrova.model.records import Call, Contact, Event, Message, Problem, Read, Reconciliation, Skip
from ritrova.model.shapes import Item, Tiles, at

UNITS: dict[type, str] = {Message: "messages", Call: "calls", Contact: "contacts", Event: "events"}
NAMED = 5
"""Gaps and overlaps that a problem names one by one."""


class Sum:
    """Adds up the records of one item, a chunk at a time. `tiles` is given where byte ranges must cover the item."""

    def __init__(self, tiles: Tiles | None) -> None:
        self.read: Counter[str] = Counter()
        self.skipped = 0
        self.failed = 0
        self.reasons: Counter[str] = Counter()
        self.tiling = Tiling(tiles.size) if tiles is not None else None

    def add(self, chunk: Sequence[Read]) -> None:
        """Count a chunk."""
        kinds = Counter(map(type, chunk))
        for kind, n in kinds.items():
            unit = UNITS.get(kind)
            if unit is not None:
                self.read[unit] += n
        if Skip in kinds or Problem in kinds:
            for record in chunk:
                if type(record) is Skip and record.entries:
                    self.skipped += record.entries
                    self.reasons[record.reason] += record.entries
                elif type(record) is Problem and record.entries:
                    self.failed += record.entries
                    self.reasons[record.code] += record.entries
        if self.tiling is not None:
            self.tiling.add(chunk)


class Tiling:
    """Byte ranges that must cover 0 to `size` exactly, each byte once."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.ranges: list[tuple[int, int]] = []
        self.remarks: list[tuple[int, int]] = []
        self.unplaced = 0

    @property
    def end(self) -> int:
        """Where the last range ends."""
        return self.ranges[-1][1] if self.ranges else 0

    def add(self, chunk: Sequence[Read]) -> None:
        """Take the spots of a chunk."""
        spots = [r.at.spot for r in chunk if type(r) is Message]
        if len(spots) == len(chunk):
            if self._in_line(spots):
                return
        else:
            spots = [
                r.at.spot
                for r in chunk
                if type(r) is Message or type(r) is Skip or (type(r) is Problem and r.entries)
            ]
            self.remarks += filter(
                None, (bytes_of(r.at.spot) for r in chunk if type(r) is Problem and not r.entries)
            )
            if self._in_line(spots):
                return
        for spot in spots:
            found = bytes_of(spot)
            if found is None:
                self.unplaced += 1
            elif self.ranges and self.ranges[-1][1] == found[0]:
                self.ranges[-1] = (self.ranges[-1][0], found[1])
            else:
                self.ranges.append(found)

    def _in_line(self, spots: list[str]) -> bool:
        """True, and taken, where the spots follow one another without gap: the ordinary case, at column speed."""
        if not spots:
            return True
        numbers = "-".join(spots).replace("bytes ", "").split("-")
        if len(numbers) != 2 * len(spots):
            return False
        try:
            flat = list(map(int, numbers))
        except ValueError:
            return False
        starts, ends = flat[::2], flat[1::2]
        if starts[1:] != ends[:-1] or min(map(int.__sub__, ends, starts)) < 0:
            return False
        if self.ranges and self.ranges[-1][1] == starts[0]:
            self.ranges[-1] = (self.ranges[-1][0], ends[-1])
        else:
            self.ranges.append((starts[0], ends[-1]))
        return True

    def faults(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Gaps and overlaps. A remark's range may fill a gap but not overlap anything."""
        gaps: list[tuple[int, int]] = []
        overlaps: list[tuple[int, int]] = []
        here = 0
        for start, end in sorted(self.ranges):
            if start > here:
                gaps.append((here, start))
            elif start < here:
                overlaps.append((start, min(end, here)))
            if end > self.size:
                overlaps.append((max(start, self.size), end))
            here = max(here, end)
        if here < self.size:
            gaps.append((here, self.size))
        remarks = sorted(self.remarks)
        return [gap for gap in gaps if not _filled(gap, remarks)], overlaps


def _filled(gap: tuple[int, int], remarks: list[tuple[int, int]]) -> bool:
    """True when remarks that lie within the gap fill it, one after the other, to its last byte."""
    here, stop = gap
    for start, end in remarks[bisect_left(remarks, (here, 0)) :]:
        if start > here or here == stop:
            break
        if start == here and end <= stop:
            here = end
    return here == stop


def bytes_of(spot: str) -> tuple[int, int] | None:
    """``bytes 120-188`` as (120, 188); None for any other spot."""
    if not spot.startswith("bytes "):
        return None
    first, _, last = spot[6:].partition("-")
    if not (first.isdecimal() and last.isdecimal()) or int(last) < int(first):
        return None
    return int(first), int(last)


def reconciled(
    item: Item, reader: str, counted: dict[str, int] | Tiles, total: Sum
) -> list[Problem | Reconciliation]:
    """One Reconciliation for each unit, after a Problem for each that does not add up."""
    out: list[Problem | Reconciliation] = []
    if isinstance(counted, Tiles):
        assert total.tiling is not None
        gaps, overlaps = total.tiling.faults()
        accounted = total.read["messages"] + total.skipped + total.failed
        found = accounted + len(gaps) - len(overlaps) - total.tiling.unplaced
        if gaps or overlaps or total.tiling.unplaced:
            parts = [f"bytes {a}-{b} belong to no message" for a, b in gaps[:NAMED]]
            parts += [f"bytes {a}-{b} were read twice or lie outside" for a, b in overlaps[:NAMED]]
            if total.tiling.unplaced:
                parts.append(f"{total.tiling.unplaced} records do not say which bytes they came from")
            more = len(gaps) + len(overlaps) - len(gaps[:NAMED]) - len(overlaps[:NAMED])
            parts += [f"and {more} more"] if more else []
            out.append(Problem(at(item), "RTV-R001", f"{reader}: {'; '.join(parts)}"))
        counted = {"messages": found}
        method = "the byte ranges of messages, skips and problems must cover the file, each byte once"
    else:
        method = "counted without the reader's own output"
    for unit, found in counted.items():
        mine = unit == "messages" or ("messages" not in counted and unit == next(iter(counted)))
        sum_of = Reconciliation(
            at(item),
            reader,
            found,
            total.read[unit],
            total.skipped if mine else 0,
            total.failed if mine else 0,
            dict(total.reasons) if mine else {},
            unit,
            method,
        )
        if not sum_of.adds_up and total.tiling is None:
            out.append(
                Problem(
                    at(item),
                    "RTV-R001",
                    f"{reader}: {found} {unit} found, {sum_of.read} read, {sum_of.skipped} skipped, "
                    f"{sum_of.failed} failed: {abs(found - sum_of.read - sum_of.skipped - sum_of.failed)} "
                    f"{'unaccounted for' if found > sum_of.read + sum_of.skipped + sum_of.failed else 'too many'}",
                )
            )
        out.append(sum_of)
    return out
