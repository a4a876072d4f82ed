"""The network of a case: what stands around one record, and what hangs together over all. Nothing is merged, nobody is typed."""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import Any

import msgspec

from ritrova.case.opening import Case
from ritrova.model import graph as shape
from ritrova.model import ids
from ritrova.model.errors import NotFound
from ritrova.model.moving import Moves, moves
from ritrova.model.network import Network, Node
from ritrova.model.pseudonyms import Hide
from ritrova.model.records import OFFER_ACTS, Link
from ritrova.model.selection import Chosen, Selection

UNRANKED = frozenset({"rescuer", "journalist", "survivor", "witness", "family", "official", "researcher"})
"""Roles a reviewer gave that keep an account out of every list of accounts."""
TIES = 300_000
"""Ties of a layer up to which communities are sought: some seconds in plain Python."""


class Around(msgspec.Struct, frozen=True):
    """The network around one record: what is in it, what is not, what hangs together in it and who stands between."""

    id: str
    ego: shape.Ego
    groups: tuple[shape.Group, ...]
    between: tuple[shape.Between, ...]
    counted: str
    unlisted: int
    moves: tuple[Moves, ...]


class Layer(msgspec.Struct, frozen=True):
    """One layer of the whole network. `communities` is None where the layer is too large for them."""

    name: str
    nodes: int
    edges: int
    components: tuple[shape.Group, ...]
    communities: tuple[shape.Group, ...] | None
    between: tuple[shape.Between, ...]
    counted: str
    unlisted: int


class Overview(msgspec.Struct, frozen=True):
    """The whole network: how many of each kind, and each layer by itself."""

    kinds: dict[str, int]
    edges: dict[str, int]
    layers: tuple[Layer, ...]


class Charts:
    """The network of a case, kept as long as nothing is done to the case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._lock = threading.Lock()
        self._state = -1
        self._network: Network | None = None
        self._graph: shape.Graph | None = None
        self._overview: Overview | None = None

    def graph(self, of: str = "") -> tuple[shape.Graph, str]:
        """The graph, and the node that a record's id stands for. Raises NotFound for an id the case does not have."""
        with self._lock:
            network = self._fresh()
            node = network.node_of(of) if of else ""
            if node is None:
                node = self._brought(network, of)
            if self._graph is None:
                self._graph = shape.Graph.of(network)
            return self._graph, node

    def _fresh(self) -> Network:
        state = int(self.case.view().info()["counts"]["actions"])
        if self._network is None or state != self._state:
            self._network = Network(Chosen(self.case.view(), Selection()), Hide.none())
            self._graph = self._overview = None
            self._state = state
        return self._network

    def _brought(self, network: Network, id: str) -> str:
        """The node of a record that nothing speaks of so far: a message, a value in it, a picture of it."""
        store = self.case.store
        message: str | None = id if id.startswith("m-") else None
        if id.startswith("o-") and (value := store.observable(id)) is not None:
            message = value.message
        if id.startswith("t-") and (found := store.attachment(id)) is not None:
            message = found[0]
        if message is not None and network.bring(message):
            self._graph = self._overview = None
            node = network.node_of(id) or network.node_of(message)
            if node is not None:
                return node
        raise NotFound(
            f"nothing in the network has the id {id}", "Ids of nodes stand in `ritrova show network` and in exports."
        )  # fmt: skip

    def around(self, id: str, *, steps: int = shape.STEPS, kinds: Collection[str] = ()) -> Around:
        """The network around a record. Raises NotFound."""
        graph, node = self.graph(id)
        ego = shape.ego(graph, node, steps=steps, kinds=kinds)
        if ego is None:
            raise NotFound(f"nothing in the network has the id {id}", "")
        small = shape.Graph([n.node for n in ego.nodes], ego.edges)
        unlisted = unranked(self.case)
        groups = [g for layer in shape.LAYERS for g in shape.communities(small, layer)]
        between, counted = shape.between(small, "who writes", without=unlisted)
        hidden = len(unlisted & set(small.nodes))
        return Around(
            node, ego, tuple(groups), tuple(between), counted, hidden, tuple(self._moves(node))
        )  # fmt: skip

    def _moves(self, node: str) -> list[Moves]:
        view = self.case.view()
        return [
            moves(view, t) for t in view.traces() if node == ids.trace_id(t) or node in t.sightings
        ]  # fmt: skip

    def overview(self) -> Overview:
        """The whole network by layers."""
        graph, _ = self.graph()
        with self._lock:
            if self._overview is None:
                self._overview = _overview(graph, unranked(self.case))
            return self._overview


def _overview(graph: shape.Graph, unlisted: set[str]) -> Overview:
    kinds: dict[str, int] = {}
    edges: dict[str, int] = {}
    for node in graph.nodes.values():
        kinds[node.kind] = kinds.get(node.kind, 0) + 1
    for edge in graph.edges:
        edges[edge.kind] = edges.get(edge.kind, 0) + 1
    layers = []
    for name, of in shape.LAYERS.items():
        part = graph.layer(of)
        between, counted = (
            shape.between(graph, name, without=unlisted) if name == "who writes" else ([], "not counted here")
        )
        layers.append(
            Layer(
                name,
                len(part.nodes),
                len(part.edges),
                tuple(shape.components(graph, name)),
                tuple(shape.communities(graph, name)) if len(part.edges) <= TIES else None,
                tuple(between),
                counted,
                len(unlisted & set(part.nodes)),
            )
        )
    return Overview(dict(sorted(kinds.items())), dict(sorted(edges.items())), tuple(layers))


def unranked(case: Case) -> set[str]:
    """Accounts that stand in no list of accounts: who offers an organ is most likely a victim, who only negotiates a release may
    be a rescuer, and some a person gave a role such as rescuer or survivor."""
    view = case.view()
    found = {id for id, roles in view.roles().items() if UNRANKED & set(roles)}
    rescue: set[str] = set()
    offers: set[str] = set()
    for f in view.findings():
        kept = (
            found
            if f.category == "organ_sale"
            else rescue
            if f.category == "rescue_negotiation"
            else offers
            if f.act in OFFER_ACTS
            else None
        )
        if kept is not None:
            for m in view.messages(ids=list(f.messages)):
                if m.message.sender is not None:
                    kept.add(m.message.sender)
    return found | (rescue - offers)


def around_record(case: Case, record: object, id: str) -> Around | None:
    """The network around a shown record; a link shows that around its first end. None for what is in no network."""
    wanted = record.a if isinstance(record, Link) else id
    if wanted[:2] not in ("a-", "c-", "f-", "m-", "o-", "s-", "t-", "w-", "p-", "v-"):
        return None
    try:
        return Charts(case).around(wanted)
    except NotFound:
        return None


def node_of(case: Case, id: str) -> Node | None:
    """A node that is no record of its own: a number, handle, link, place or photo."""
    graph, node = Charts(case).graph(id)
    return graph.nodes.get(node)


def network_json(found: Around) -> dict[str, Any]:
    """The network around a record, as an object."""
    ego = found.ego
    return {
        "center": found.id,
        "rule": ego.rule,
        "nodes": [{**msgspec.to_builtins(n.node), "step": n.step} for n in ego.nodes],
        "edges": [msgspec.to_builtins(e) for e in ego.edges],
        "left_out": ego.left_out,
        "beyond": ego.beyond,
        "communities": [msgspec.to_builtins(g) for g in found.groups],
        "between": [msgspec.to_builtins(b) for b in found.between],
        "between_counted": found.counted,
        "unlisted_accounts": found.unlisted,
        "moves": [msgspec.to_builtins(m) for m in found.moves],
    }
