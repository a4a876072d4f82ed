"""What the shape of a network says: who stands around one thing, what hangs together, who stands between.

Two layers are never mixed. `WRITERS` holds what speaks of who writes (accounts, their numbers, wordings, chats); `SHOWN` what
speaks of who is described or shown (sightings, traces, photos). No group and no path goes from one into the other. Everything is
deterministic: nodes are visited in the order of their ids, and samples are drawn with a fixed seed.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from ritrova.model.network import LINKS, Edge, Network, Node

LIMIT = 150
"""Nodes of an ego network, the one in the middle counted."""
STEPS = 2
"""Steps from the middle that are looked at."""
EXACT = 600
"""Nodes up to which every shortest way is counted; above, those from a sample of the nodes."""
SEED = 2014
BUDGET = 10_000_000
"""Edges walked, about, for a sample: at least 16 nodes, at most 300."""

_PEOPLE = frozenset({"sighting", "trace", "photo"})
SHOWN = frozenset({"part_of", "shows", "same_photo", "same_person_described"})
WRITERS = frozenset({"writes", "stands_in", "names", "carries", "worded", *LINKS}) - SHOWN
LAYERS = {"who writes": WRITERS, "who is shown": SHOWN}


class Near(msgspec.Struct, frozen=True):
    """A node of an ego network and how many steps it is away."""

    node: Node
    step: int


class Ego(msgspec.Struct, frozen=True):
    """What stands around one node. `left_out` counts, by step and kind, the nodes that were reached and are not here."""

    center: str
    nodes: tuple[Near, ...]
    edges: tuple[Edge, ...]
    left_out: dict[str, dict[str, int]]
    beyond: int
    rule: str

    @property
    def missing(self) -> int:
        """How many nodes within the steps are not here."""
        return sum(n for kinds in self.left_out.values() for n in kinds.values())


class Group(msgspec.Struct, frozen=True):
    """Nodes that hang together in one layer, and what they are."""

    layer: str
    nodes: tuple[str, ...]
    kinds: dict[str, int]


class Between(msgspec.Struct, frozen=True):
    """A node on the shortest ways between others: how many of them in every hundred, and what would fall apart without it."""

    node: Node
    of_hundred: int
    parts: int
    why: str


class Graph:
    """A network as it stands, with neighbours at hand. Later changes of the network do not show."""

    def __init__(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        self.nodes = {n.id: n for n in nodes}
        self.edges = [e for e in edges if e.a in self.nodes and e.b in self.nodes and e.a != e.b]
        self._at: dict[str, list[int]] = {id: [] for id in self.nodes}
        for n, e in enumerate(self.edges):
            self._at[e.a].append(n)
            self._at[e.b].append(n)

    @classmethod
    def of(cls, network: Network) -> Graph:
        """The graph of a network."""
        return cls(network.sorted_nodes(), network.edges)

    def touching(self, id: str) -> list[Edge]:
        """Edges at a node."""
        return [self.edges[n] for n in self._at.get(id, ())]

    def layer(self, kinds: Collection[str]) -> Graph:
        """Only edges of these kinds, and the nodes that have one. A place joins nobody; a photo or sighting joins no writers."""
        edges = [e for e in self.edges if e.kind in kinds]
        if kinds == WRITERS:
            apart = _PEOPLE | {"place"}
            edges = [e for e in edges if not {self.nodes[e.a].kind, self.nodes[e.b].kind} & apart]
        elif kinds == SHOWN:
            edges = [e for e in edges if {self.nodes[e.a].kind, self.nodes[e.b].kind} <= _PEOPLE]
        kept = sorted({e.a for e in edges} | {e.b for e in edges})
        return Graph([self.nodes[id] for id in kept], edges)

    def neighbours(self) -> dict[str, list[str]]:
        """Neighbours of each node, once each, by id."""
        return {
            id: sorted({self.edges[n].b if self.edges[n].a == id else self.edges[n].a for n in at})
            for id, at in self._at.items()
        }


# ------------------------------------------------------------------ what stands around one node


def ego(
    graph: Graph, center: str, *, limit: int = LIMIT, steps: int = STEPS, kinds: Collection[str] = ()
) -> Ego | None:
    """The network around a node, ring by ring. None for a node that is not there.

    `kinds` keeps to edges of these kinds.
    """
    if center not in graph.nodes:
        return None
    taken = {center: 0}
    rest: set[str] = set()
    left_out: dict[str, dict[str, int]] = {}
    ring = [center]
    for step in range(1, steps + 1):
        found: dict[str, list[Edge]] = {}
        for id in ring:
            for e in _kept(graph, id, kinds):
                other = e.b if e.a == id else e.a
                if other not in taken:
                    found.setdefault(other, []).append(e)
        ordered = sorted(found, key=lambda id: (*_nearness(graph.nodes[id], found[id]), id))
        ring = ordered[: max(0, limit - len(taken))]
        taken.update(dict.fromkeys(ring, step))
        if over := [id for id in ordered[len(ring) :] if id not in rest]:
            rest.update(over)
            left_out[str(step)] = dict(sorted(Counter(graph.nodes[id].kind for id in over).items()))
    last = [id for id, step in taken.items() if step == steps]
    beyond = {
        other
        for id in last
        for e in _kept(graph, id, kinds)
        if (other := e.b if e.a == id else e.a) not in taken and other not in rest
    }
    edges = [
        e
        for e in graph.edges
        if e.a in taken and e.b in taken and (not kinds or e.kind in kinds)
    ]  # fmt: skip
    return Ego(
        center,
        tuple(Near(graph.nodes[id], step) for id, step in taken.items()),
        tuple(edges),
        left_out,
        len(beyond),
        rule(limit, steps),
    )


def rule(limit: int, steps: int) -> str:
    """What is in an ego network and what is left out, in words."""
    return (
        f"At most {limit} nodes, and at most {steps} steps from the one in the middle. Nearer ones come first; of one ring first those "
        "a strong link leads to, then those a weak link leads to, then adverts, sightings and traces, then what has the most ties "
        "to the nodes already there, then what stands for the most messages."
    )


def _kept(graph: Graph, id: str, kinds: Collection[str]) -> list[Edge]:
    return [e for e in graph.touching(id) if not kinds or e.kind in kinds]


def _nearness(node: Node, edges: Sequence[Edge]) -> tuple[int, int, int]:
    linked = [e for e in edges if e.kind in LINKS]
    first = 3
    if any(e.strength == "strong" for e in linked):
        first = 0
    elif linked:
        first = 1
    elif node.kind in ("finding", "sighting", "trace"):
        first = 2
    return (first, -len(edges), -sum(e.weight for e in edges))


# ------------------------------------------------------------------ what hangs together


def components(graph: Graph, layer: str) -> list[Group]:
    """The parts of a layer between which there is no way, largest first."""
    part = graph.layer(LAYERS[layer])
    near = part.neighbours()
    done: set[str] = set()
    found = []
    for start in sorted(near):
        if start in done:
            continue
        members = _reached(near, start)
        done |= members
        found.append(_group(part, layer, members))
    return sorted(found, key=lambda g: (-len(g.nodes), g.nodes))


def _reached(near: dict[str, list[str]], start: str, without: str = "") -> set[str]:
    members = {start}
    waiting = [start]
    while waiting:
        for other in near[waiting.pop()]:
            if other not in members and other != without:
                members.add(other)
                waiting.append(other)
    return members


def _group(graph: Graph, layer: str, members: Collection[str]) -> Group:
    kinds = Counter(graph.nodes[id].kind for id in members)
    return Group(layer, tuple(sorted(members)), dict(sorted(kinds.items())))


def communities(graph: Graph, layer: str) -> list[Group]:
    """Nodes with more ties among each other than to others (the Louvain method, always the same way), largest first."""
    part = graph.layer(LAYERS[layer])
    names = sorted(part.nodes)
    number = {id: n for n, id in enumerate(names)}
    ties: list[dict[int, float]] = [{} for _ in names]
    for e in part.edges:
        a, b = number[e.a], number[e.b]
        tie = 1.0 + math.log(max(1, e.weight))
        ties[a][b] = ties[a].get(b, 0.0) + tie
        ties[b][a] = ties[b].get(a, 0.0) + tie
    members: dict[int, list[str]] = {}
    for n, home in enumerate(_louvain(ties)):
        members.setdefault(home, []).append(names[n])
    groups = [_group(part, layer, some) for some in members.values()]
    return sorted(groups, key=lambda g: (-len(g.nodes), g.nodes))


def _louvain(ties: list[dict[int, float]]) -> list[int]:
    """The community of each node: nodes move where they gain most, then communities become nodes, until nothing moves."""
    home = list(range(len(ties)))
    loops = [0.0] * len(ties)
    while True:
        moved, where = _moved(ties, loops)
        if not moved:
            return home
        order = {old: n for n, old in enumerate(sorted(set(where)))}
        home = [order[where[h]] for h in home]
        merged: list[dict[int, float]] = [{} for _ in order]
        inner = [0.0] * len(order)
        for a, some in enumerate(ties):
            one = order[where[a]]
            inner[one] += loops[a]
            for b, tie in some.items():
                two = order[where[b]]
                if one == two:
                    inner[one] += tie
                else:
                    merged[one][two] = merged[one].get(two, 0.0) + tie
        ties, loops = merged, inner


def _moved(ties: list[dict[int, float]], loops: list[float]) -> tuple[bool, list[int]]:
    where = list(range(len(ties)))
    degree = [sum(some.values()) + loops[n] for n, some in enumerate(ties)]
    total = sum(degree)
    if not total:
        return False, where
    sums = list(degree)
    ever = False
    for _ in range(50):
        moved = False
        for n, some in enumerate(ties):
            here = where[n]
            sums[here] -= degree[n]
            into: dict[int, float] = {here: 0.0}
            for other, tie in some.items():
                into[where[other]] = into.get(where[other], 0.0) + tie
            gain = {c: tie - sums[c] * degree[n] / total for c, tie in into.items()}
            best = max(sorted(gain), key=lambda c: gain[c])
            if gain[best] <= gain[here] + 1e-9:
                best = here
            sums[best] += degree[n]
            where[n] = best
            moved = moved or best != here
        ever = ever or moved
        if not moved:
            break
    return ever, where


# ------------------------------------------------------------------ who stands between


def between(
    graph: Graph, layer: str, *, without: Collection[str] = (), most: int = 10
) -> tuple[list[Between], str]:
    """Accounts, numbers, handles and conversations on the shortest ways between others, and how that was counted, in words.

    `without` are nodes that are listed nowhere: they lie on ways, and no row is made of them.
    """
    part = graph.layer(LAYERS[layer])
    near = part.neighbours()
    if not near:
        return [], "nothing is tied"
    pivots = _pivots(near, len(part.edges))
    share = _betweenness(near, pivots)
    how = (
        "every shortest way between two nodes is counted"
        if len(pivots) == len(near)
        else f"shortest ways from {len(pivots):,} of {len(near):,} nodes are counted, drawn with the fixed seed {SEED}"
    )
    listed = [
        id
        for id in sorted(near, key=lambda id: (-share[id], id))
        if share[id] > 0 and id not in without and part.nodes[id].kind in ("account", "number", "handle", "conversation")
    ][:most]  # fmt: skip
    found = []
    for id in listed:
        hundred = max(1, round(100 * share[id]))
        parts = _parts_without(near, id)
        why = f"about {hundred} in 100 of the shortest ways between others that can be reached go through it"
        if parts > 1:
            why += f"; without it, {parts} parts that now hang together have no way to each other"
        found.append(Between(part.nodes[id], hundred, parts, why))
    return found, how


def _pivots(near: dict[str, list[str]], edges: int) -> list[str]:
    names = sorted(near)
    if len(names) <= EXACT:
        return names
    count = max(16, min(300, BUDGET // max(1, edges)))
    return sorted(random.Random(SEED).sample(names, min(count, len(names))))


def _betweenness(near: dict[str, list[str]], pivots: Sequence[str]) -> dict[str, float]:
    """Brandes' way, ring by ring in columns: of all shortest ways from the pivots to other nodes, the share through each node."""
    import numpy as np

    names = sorted(near)
    number = {id: n for n, id in enumerate(names)}
    counts = np.array([len(near[id]) for id in names])
    ends = np.array([number[other] for id in names for other in near[id]], dtype=np.int64)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    through = np.zeros(len(names))
    pairs = 0
    for pivot in pivots:
        far = np.full(len(names), -1)
        ways = np.zeros(len(names))
        ring = np.array([number[pivot]])
        far[ring], ways[ring] = 0, 1.0
        walked: list[tuple[Any, Any]] = []
        while len(ring):
            many = counts[ring]
            a = np.repeat(ring, many)
            at = np.arange(len(a)) + np.repeat(starts[ring] - (np.cumsum(many) - many), many)
            b = ends[at]
            step = len(walked) + 1
            ring = np.unique(b[far[b] < 0])
            far[ring] = step
            down = far[b] == step
            a, b = a[down], b[down]
            ways += np.bincount(b, ways[a], len(names))
            walked.append((a, b))
        credit = np.zeros(len(names))
        for a, b in reversed(walked):
            credit += np.bincount(a, ways[a] / ways[b] * (1.0 + credit[b]), len(names))
        credit[number[pivot]] = 0.0
        through += credit
        pairs += int((far >= 0).sum()) - 1
    return {id: float(some) / pairs if pairs else 0.0 for id, some in zip(names, through, strict=True)}


def _parts_without(near: dict[str, list[str]], id: str) -> int:
    done: set[str] = set()
    parts = 0
    for other in near[id]:
        if other not in done:
            parts += 1
            done |= _reached(near, other, id)
    return parts
