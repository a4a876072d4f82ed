"""An ego network as places on a sheet: the middle, and around it one column a step on either side. The same network is always
drawn the same way, labels never lie on each other, and nothing is scripted."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ritrova.model.graph import Ego, Near
from ritrova.model.network import LINKS, Edge

COLUMN = 250
ROW = 46
WIDTH = 5 * COLUMN
LABEL = 26
SHAPES = {
    "account": "M-11 0a11 11 0 1 0 22 0a11 11 0 1 0 -22 0z",
    "conversation": "M-12 -8h24v13h-13l-6 6v-6h-5z",
    "finding": "M0 -12L12 0L0 12L-12 0z",
    "message": "M-12 -8h24v16h-24z",
    "number": "M-7 -11h14l6 11l-6 11h-14l-6 -11z",
    "handle": "M-7 -11h14l6 11l-6 11h-14l-6 -11z",
    "link": "M-7 -11h14l6 11l-6 11h-14l-6 -11z",
    "place": "M0 12L-10 -5L-5 -11L5 -11L10 -5z",
    "photo": "M-11 -11h22v22h-22zM-7 7l5 -8l4 5l3 -3l3 6z",
    "wording": "M-12 -9h24v3h-24zM-12 -1h24v3h-24zM-12 7h16v3h-16z",
    "sighting": "M-12 0Q0 -15 12 0Q0 15 -12 0z",
    "trace": "M0 -12L4 -4L12 -3L6 3L8 12L0 7L-8 12L-6 3L-12 -3L-4 -4z",
}


class Placed(msgspec.Struct, frozen=True):
    """A node on the sheet. `label` is cut to fit; `title` is whole."""

    id: str
    kind: str
    label: str
    title: str
    x: int
    y: int
    step: int
    shape: str


class Line(msgspec.Struct, frozen=True):
    """A tie on the sheet, as an SVG path."""

    path: str
    kind: str
    linked: bool
    strong: bool
    title: str


class Sheet(msgspec.Struct, frozen=True):
    """What is drawn."""

    width: int
    height: int
    nodes: tuple[Placed, ...]
    lines: tuple[Line, ...]
    kinds: tuple[str, ...]
    ties: tuple[str, ...]


def sheet(ego: Ego) -> Sheet:
    """Where each node and tie of an ego network stands."""
    columns = _columns(ego)
    height = max(4, max(len(c) for c in columns.values())) * ROW + ROW
    nodes: dict[str, Placed] = {}
    for column, members in columns.items():
        gap = height / (len(members) + 1)
        for n, one in enumerate(members, 1):
            whole = one.node.detail[:16] if one.node.kind == "message" else one.node.label
            label = whole if len(whole) <= LABEL else whole[: LABEL - 1] + "…"
            nodes[one.node.id] = Placed(
                one.node.id,
                one.node.kind,
                label,
                one.node.label,
                COLUMN // 2 + (column + 2) * COLUMN,
                round(n * gap) - 8,
                one.step,
                SHAPES.get(one.node.kind, SHAPES["message"]),
            )
    lines = []
    beside: dict[tuple[str, str], int] = {}
    for e in ego.edges:
        pair = (min(e.a, e.b), max(e.a, e.b))
        beside[pair] = beside.get(pair, 0) + 1
        lines.append(_line(e, nodes[e.a], nodes[e.b], beside[pair] - 1))
    drawn = sorted({n.kind for n in nodes.values()})
    ties = sorted({e.kind for e in ego.edges}, key=lambda k: (k not in LINKS, k))
    return Sheet(WIDTH, height, tuple(nodes.values()), tuple(lines), tuple(drawn), tuple(ties))


def _columns(ego: Ego) -> dict[int, list[Near]]:
    """Nodes by column: 0 the middle, 1 and -1 the first step, 2 and -2 the rest, those near their neighbours."""
    columns: dict[int, list[Near]] = {0: [], -1: [], 1: [], -2: [], 2: []}
    columns[0] = [n for n in ego.nodes if n.step == 0]
    first = sorted((n for n in ego.nodes if n.step == 1), key=lambda n: (n.node.kind, n.node.id))
    half = (len(first) + 1) // 2
    columns[1], columns[-1] = first[:half], first[half:]
    place = {n.node.id: (side, at) for side in (1, -1) for at, n in enumerate(columns[side])}
    near = _neighbours(ego.edges)
    later = []
    for n in ego.nodes:
        if n.step >= 2:
            met = sorted(place[id] for id in near.get(n.node.id, ()) if id in place)
            side = 1 if sum(s for s, _ in met) >= 0 else -1
            rows = [at for s, at in met if s == side] or [0]
            later.append((side, sum(rows) / len(rows), n.node.kind, n.node.id, n))
    for side, _, _, _, n in sorted(later, key=lambda one: one[:4]):
        columns[2 * side].append(n)
    while abs(len(columns[2]) - len(columns[-2])) > max(6, len(later) // 3):
        more, less = (2, -2) if len(columns[2]) > len(columns[-2]) else (-2, 2)
        columns[less].append(columns[more].pop())
    return columns


def _neighbours(edges: Sequence[Edge]) -> dict[str, set[str]]:
    near: dict[str, set[str]] = {}
    for e in edges:
        near.setdefault(e.a, set()).add(e.b)
        near.setdefault(e.b, set()).add(e.a)
    return near


def _line(e: Edge, a: Placed, b: Placed, beside: int) -> Line:
    if a.x == b.x:
        out = (1 if a.x > WIDTH // 2 else -1) * (40 + min(60, abs(a.y - b.y) // 6) + 14 * beside)
        path = f"M{a.x} {a.y}Q{a.x + out} {(a.y + b.y) // 2} {b.x} {b.y}"
    else:
        bend = 14 * beside
        path = f"M{a.x} {a.y}Q{(a.x + b.x) // 2} {(a.y + b.y) // 2 + bend} {b.x} {b.y}"
    return Line(path, e.kind, e.kind in LINKS, e.strength == "strong", e.why)
