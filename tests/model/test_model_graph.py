"""The shape of a network: what is near, what hangs together, what stands between, checked against slow and plain counting."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from ritrova.model.graph import (
    LAYERS,
    LIMIT,
    SHOWN,
    WRITERS,
    Graph,
    between,
    communities,
    components,
    ego,
)
from ritrova.model.network import Edge, Node


def accounts(*names: str) -> list[Node]:
    """Accounts that are called what their ids are."""
    return [Node(n, "account", n) for n in names]


def tied(*pairs: str, kind: str = "same_account", strength: str = "strong") -> list[Edge]:
    """Ties between nodes of one letter each."""
    return [Edge(p[0], p[1], kind, 1, "because", strength) for p in pairs]


def random_graph(seed: int, count: int, ties: int) -> Graph:
    """Accounts with ties drawn by chance."""
    chance = random.Random(seed)
    names = [f"a-{n:03}" for n in range(count)]
    pairs = chance.sample(list(combinations(names, 2)), ties)
    return Graph(accounts(*names), [Edge(a, b, "same_number", chance.randint(1, 9)) for a, b in pairs])


def shuffled(graph: Graph, seed: int) -> Graph:
    """The same graph, told in another order."""
    chance = random.Random(seed)
    nodes, edges = list(graph.nodes.values()), list(graph.edges)
    chance.shuffle(nodes)
    chance.shuffle(edges)
    return Graph(nodes, edges)


# ------------------------------------------------------------------ what is near


def test_a_large_network_is_cut_at_the_limit_and_what_is_left_out_is_counted_by_step_and_kind() -> None:
    hub = Node("hub", "conversation", "hub")
    others = [Node(f"a-{n:04}", "account", str(n)) for n in range(400)]
    far = [Node(f"n-{n:04}", "number", str(n)) for n in range(30)]
    edges = [Edge(a.id, "hub", "writes", n + 1) for n, a in enumerate(others)]
    edges += [Edge(others[399 - n].id, f.id, "carries") for n, f in enumerate(far)]
    found = ego(Graph([hub, *others, *far], edges), "hub")
    assert found is not None
    assert len(found.nodes) == LIMIT
    assert found.left_out == {"1": {"account": 400 - (LIMIT - 1)}, "2": {"number": 30}}
    assert found.missing == 400 - (LIMIT - 1) + 30
    assert str(LIMIT) in found.rule
    # Those that stand for the most messages are kept.
    assert {n.node.id for n in found.nodes if n.step == 1} == {a.id for a in others[-(LIMIT - 1) :]}


@pytest.mark.parametrize("seed", range(20))
def test_nothing_within_reach_is_lost_without_being_counted(seed: int) -> None:
    graph = random_graph(seed, 60, 110)
    for limit in (1, 5, 17, 150):
        found = ego(graph, "a-000", limit=limit)
        assert found is not None
        inside = {n.node.id for n in found.nodes}
        near = graph.neighbours()
        reached = {"a-000"}
        for _ in range(2):
            reached |= {o for id in reached for o in near[id]}
        assert inside <= reached
        assert len(inside) <= limit
        if limit == 150:
            assert inside == reached
            assert not found.missing
        kept_first = {n.node.id for n in found.nodes if n.step <= 1}
        seen = set(inside) | {o for id in kept_first for o in near[id]}
        assert found.missing == len(seen) - len(inside)
        assert {(e.a, e.b) for e in found.edges} == {
            (e.a, e.b) for e in graph.edges if e.a in inside and e.b in inside
        }


def test_strong_links_come_before_weak_ones_and_both_before_mere_talk() -> None:
    edges = [
        Edge("m", "z", "same_account", 1, "", "strong"),
        Edge("m", "y", "same_account", 1, "", "weak"),
        Edge("m", "a", "writes", 9000),
    ]
    graph = Graph(accounts(*"amyz"), edges)
    for limit, expected in ((2, {"m", "z"}), (3, {"m", "y", "z"})):
        found = ego(graph, "m", limit=limit)
        assert found is not None
        assert {n.node.id for n in found.nodes} == expected


def test_only_ties_of_one_kind_are_followed_when_asked() -> None:
    graph = Graph(accounts(*"abcd"), [*tied("ab", kind="same_number"), *tied("bc", kind="same_wording")])
    found = ego(graph, "a", kinds=("same_number",))
    assert found is not None
    assert {n.node.id for n in found.nodes} == {"a", "b"}
    assert ego(graph, "nobody") is None


# ------------------------------------------------------------------ layers are not mixed


def mixed() -> Graph:
    """Two adverts of one wording by two accounts, each with a sighting and a photo of its own."""
    nodes = [
        *accounts("a1", "a2"),
        Node("f1", "finding", "f1"),
        Node("f2", "finding", "f2"),
        Node("w", "wording", "w"),
        Node("s1", "sighting", "s1"),
        Node("s2", "sighting", "s2"),
        Node("s3", "sighting", "s3"),
        Node("t1", "photo", "t1"),
        Node("t2", "photo", "t2"),
        Node("p", "trace", "p"),
        Node("v", "place", "v"),
    ]
    edges = [
        Edge("a1", "f1", "writes"),
        Edge("a2", "f2", "writes"),
        Edge("f1", "w", "worded"),
        Edge("f2", "w", "worded"),
        Edge("f1", "t1", "shows"),
        Edge("f2", "t2", "shows"),
        Edge("s1", "t1", "shows"),
        Edge("s2", "t2", "shows"),
        Edge("s1", "p", "part_of"),
        Edge("s3", "p", "part_of"),
        Edge("f1", "v", "names"),
        Edge("s1", "v", "names"),
        Edge("s2", "v", "names"),
        Edge("s2", "w", "same_wording"),
    ]
    return Graph(nodes, edges)


def test_the_same_wording_joins_those_who_write_and_never_those_who_are_shown() -> None:
    writers = components(mixed(), "who writes")
    assert [g.nodes for g in writers] == [("a1", "a2", "f1", "f2", "w")]
    shown = components(mixed(), "who is shown")
    assert {g.nodes for g in shown} == {("p", "s1", "s3", "t1"), ("s2", "t2")}


def test_no_kind_of_tie_is_in_both_layers() -> None:
    assert not WRITERS & SHOWN
    assert "same_wording" in WRITERS
    assert {"same_photo", "same_person_described"} <= SHOWN


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_no_group_holds_both_an_account_and_a_person_shown(layer: str) -> None:
    for g in [*components(mixed(), layer), *communities(mixed(), layer)]:
        assert not (set(g.kinds) & {"account", "finding", "wording"} and set(g.kinds) & {"sighting", "photo"})


# ------------------------------------------------------------------ communities


def test_two_circles_with_one_tie_between_them_are_two_communities() -> None:
    pairs = ["".join(p) for four in ("abcde", "vwxyz") for p in combinations(four, 2)]
    graph = Graph(accounts(*"abcdevwxyz"), tied(*pairs, "ev"))
    found = communities(graph, "who writes")
    assert sorted("".join(g.nodes) for g in found) == ["abcde", "vwxyz"]
    assert len(components(graph, "who writes")) == 1


@pytest.mark.parametrize("seed", range(8))
def test_communities_do_not_depend_on_the_order_and_part_the_nodes(seed: int) -> None:
    graph = random_graph(seed, 80, 160)
    once = communities(graph, "who writes")
    assert communities(shuffled(graph, seed + 1), "who writes") == once
    held = [id for g in once for id in g.nodes]
    assert len(held) == len(set(held)) == len(graph.layer(WRITERS).nodes)
    parts = components(graph, "who writes")
    for g in once:
        assert any(set(g.nodes) <= set(p.nodes) for p in parts)


# ------------------------------------------------------------------ what stands between


def plain_shares(graph: Graph) -> dict[str, float]:
    """Betweenness by walking every shortest way there is, one by one."""
    near = graph.layer(WRITERS).neighbours()
    share = dict.fromkeys(near, 0.0)
    pairs = 0
    for a in near:
        ways = {a: [[a]]}
        ring = [a]
        while ring:
            later: dict[str, list[list[str]]] = {}
            for id in ring:
                for other in near[id]:
                    if other not in ways:
                        later.setdefault(other, []).extend([*w, other] for w in ways[id])
            ways.update(later)
            ring = list(later)
        for b, some in ways.items():
            if b == a:
                continue
            pairs += 1
            for w in some:
                for id in w[1:-1]:
                    share[id] += 1 / len(some)
    return {id: s / pairs for id, s in share.items()}


@pytest.mark.parametrize("seed", range(12))
def test_who_stands_between_agrees_with_walking_every_way(seed: int) -> None:
    graph = random_graph(seed, 25, 34)
    found, how = between(graph, "who writes", most=100)
    expected = plain_shares(graph)
    assert "every shortest way" in how
    assert {b.node.id for b in found} == {id for id, s in expected.items() if s > 1e-12}
    for b in found:
        assert b.of_hundred == max(1, round(100 * expected[b.node.id]))
    assert between(shuffled(graph, seed), "who writes", most=100) == (found, how)


def test_what_falls_apart_without_a_node_is_said() -> None:
    graph = Graph(accounts(*"abcxyz"), tied("ab", "bc", "ac", "cx", "xy", "yz", "xz"))
    found, _ = between(graph, "who writes")
    assert {b.node.id: b.parts for b in found} == {"c": 2, "x": 2}
    assert "2 parts" in found[0].why


def test_some_are_listed_nowhere_and_still_lie_on_the_ways() -> None:
    graph = Graph(accounts(*"abcd"), tied("ab", "bc", "cd"))
    whole, _ = between(graph, "who writes")
    less, _ = between(graph, "who writes", without={"b"})
    assert [b.node.id for b in whole] == ["b", "c"]
    assert less == [b for b in whole if b.node.id != "b"]


def test_a_large_network_is_sampled_with_a_fixed_seed_and_says_so() -> None:
    names = [f"a-{n:04}" for n in range(900)]
    bridge = [Edge(names[n], names[n + 1], "same_number") for n in range(448, 451)]
    edges = [Edge(names[n], names[449], "same_number") for n in range(448)]
    edges += [Edge(names[450], names[n], "same_number") for n in range(452, 900)]
    graph = Graph(accounts(*names), edges + bridge)
    found, how = between(graph, "who writes", most=2)
    assert {b.node.id for b in found} == {names[449], names[450]}
    assert "drawn with the fixed seed" in how
    assert between(shuffled(graph, 3), "who writes", most=2) == (found, how)
