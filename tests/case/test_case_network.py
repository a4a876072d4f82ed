"""The network in a real case: read out, as an object, and with those left out of lists whom a list would harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ritrova.case.add import AddAsk, add
from ritrova.case.decide import ROLES, decide
from ritrova.case.network import UNRANKED, Charts, unranked
from ritrova.case.opening import Case, new
from ritrova.case.reading_out import overview_text, shown_json, shown_text
from ritrova.case.show import show
from ritrova.model import ids
from ritrova.model.errors import NotFound

STORY = Path(__file__).resolve().parents[2] / "src" / "ritrova" / "case" / "demo_story"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """The fictional case."""
    case, _ = new(
        tmp_path_factory.mktemp("network") / "case", "n", by="Reviewer", basis="Invented", country="IQ"
    )
    with case:
        add(case, sorted(STORY.iterdir()), AddAsk())
        yield case


def test_whatever_has_an_id_has_a_network_around_it(story: Case) -> None:
    view = story.view()
    charts = Charts(story)
    wanted = [a.id for a in view.accounts()] + [c.conversation.id for c in view.conversations()]
    wanted += [ids.finding_id(f) for f in view.findings()] + [ids.sighting_id(s) for s in view.sightings()]
    wanted += [ids.trace_id(t) for t in view.traces()] + [ids.template_id(t) for t in view.templates()]
    wanted += [m.id for m in view.messages()] + [id for id, _, _ in view.attachments()]
    wanted += [ids.observable_id(o) for kind in ("phone", "place") for o in view.observables(kind=kind)]
    assert len(wanted) > 40
    for id in wanted:
        found = charts.around(id)
        assert found.ego.nodes[0].step == 0
        assert all(e.why for e in found.ego.edges)
    for node in charts.graph()[0].nodes:
        assert charts.around(node).id == node
    with pytest.raises(NotFound):
        charts.around("a-00000000000000000000")


def test_show_reads_out_the_network_and_json_only_gains_a_key(story: Case) -> None:
    (trace,) = story.view().traces()
    id = ids.trace_id(trace)
    plain, more = shown_json(show(story, id)), shown_json(show(story, id, network=True))
    assert set(more) - set(plain) == {"network"}
    assert {k: v for k, v in more.items() if k != "network"} == plain
    told = json.loads(json.dumps(more["network"]))
    inside = {n["id"] for n in told["nodes"]}
    assert all(e["a"] in inside and e["b"] in inside and e["why"] for e in told["edges"])
    assert len(told["moves"][0]["stops"]) == len(trace.sightings)
    text = "\n".join(shown_text(show(story, id, network=True)))
    assert "left out: none" in text
    assert "in time, trace" in text
    number = next(n for n in told["nodes"] if n["kind"] == "place")
    assert number["label"] in "\n".join(shown_text(show(story, number["id"], network=True)))


def test_the_whole_network_is_told_by_layers(story: Case) -> None:
    overview = Charts(story).overview()
    assert [layer.name for layer in overview.layers] == ["who writes", "who is shown"]
    text = "\n".join(overview_text(overview))
    for layer in overview.layers:
        assert sum(len(g.nodes) for g in layer.components) == layer.nodes
        assert layer.communities is not None
        assert sum(len(g.nodes) for g in layer.communities) == layer.nodes
    assert "who is shown:" in text


def test_rescuers_and_those_given_a_role_stand_in_no_list_of_accounts(tmp_path: Path) -> None:
    case, _ = new(tmp_path / "case", "n", by="Reviewer", basis="Invented", country="IQ")
    with case:
        add(case, sorted(STORY.iterdir()), AddAsk())
        view = case.view()
        rescue = next(f for f in view.findings() if f.category == "rescue_negotiation")
        offers = {
            m.message.sender
            for f in view.findings()
            if f.category != "rescue_negotiation"
            for m in view.messages(ids=list(f.messages))
        }
        talking = {m.message.sender for m in view.messages(ids=list(rescue.messages))} - offers
        assert talking <= unranked(case)
        assert not offers & unranked(case)
        charts = Charts(case)
        listed = [b.node.id for b in charts.overview().layers[0].between if b.node.kind == "account"]
        assert listed
        assert not set(listed) & talking
        decide(case, [listed[0]], "relevant", role="rescuer")
        assert listed[0] not in [b.node.id for b in charts.overview().layers[0].between]


def test_every_role_but_that_of_offering_keeps_an_account_out() -> None:
    assert set(ROLES) - {"offers"} == UNRANKED


def test_findings_are_named_in_words_not_by_their_code(story: Case) -> None:
    nodes = Charts(story).graph()[0].nodes.values()
    labels = {n.label for n in nodes if n.kind == "finding"}
    assert "person sale (offer)" in labels
    assert not [label for label in labels if "_" in label]
