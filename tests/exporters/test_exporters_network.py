"""The graph of a case is read back by libraries that know nothing of ritrova, and shows no name unless asked."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from fake_view import FakeView
from ritrova.exporters import csv_table, gexf, graphml
from ritrova.model import ids
from ritrova.model.network import Network, legal
from ritrova.model.pseudonyms import Hide
from ritrova.model.records import (
    Account,
    Conversation,
    Finding,
    Link,
    Locator,
    Message,
    Moment,
    Observable,
    Record,
)
from ritrova.model.selection import Chosen, Selection
from ritrova.model.shapes import Exporter, Manifest

AT = Locator("ab" * 32, "chat.txt")
NAME = '=Ranîm <&\x01> "Karwan"'
NUMBER = "+9647700000142"


class Memory:
    """An Out in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    @contextmanager
    def write(self, name: str) -> Iterator[BinaryIO]:
        """A file."""
        stream = io.BytesIO()
        yield stream
        self.files[name] = stream.getvalue()

    def written(self, name: str, records: int) -> Manifest:
        """What was written."""
        return Manifest(name, "0" * 64, len(self.files[name]), records)


def small() -> FakeView:
    """Two accounts in one chat, a finding, a number, links."""
    chat = Conversation(AT, "c-" + "1" * 20, "whatsapp", "A family chat", "group")
    people = [
        Account(AT, f"a-{n}" + "0" * 19, "whatsapp", NAME if n else "Sozdar Bakir", phone=NUMBER)
        for n in range(2)
    ]
    messages = [
        Message(
            Locator(AT.source, AT.path, f"bytes {n * 10}-{n * 10 + 9}"), "whatsapp", chat.id, people[n].id, people[n].name,
            "text", f"call {NUMBER}", Moment("x", "2016-03-02T10:00:00"),
        )
        for n in range(2)
    ]  # fmt: skip
    values = [Observable("phone", ids.id_of(m), NUMBER, (5, 18), NUMBER) for m in messages]
    finding = Finding("person_sale", "offer", chat.id, (ids.id_of(messages[0]),), why=("names a price",))
    low, high = sorted(ids.id_of(m) for m in messages)
    links: list[Record] = [
        Link("same_wording", low, high, ("9 of 10 words",), "strong"),
        Link("same_account", people[0].id, people[1].id, (f"its number is {NUMBER}",), "strong"),
    ]
    return FakeView([chat, *people, *messages, *values, finding, *links])


def written(exporter: Exporter, hide: Hide) -> bytes:
    """What an exporter writes."""
    out = Memory()
    (made,) = exporter.export(small(), out, hide)
    assert made.records > 0
    return out.files[made.name]


@pytest.mark.parametrize(
    "exporter", [gexf.EXPORTER, graphml.EXPORTER, csv_table.EXPORTER], ids=lambda e: e.name
)
def test_nothing_names_anybody_unless_asked(exporter: Exporter) -> None:
    text = written(exporter, Hide(b"k" * 32)).decode()
    for private in ("Ranîm", "Karwan", "Sozdar", "Bakir", "7700000142"):
        assert private not in text
    assert "Karwan" in written(exporter, Hide.none()).decode()


@pytest.mark.parametrize(
    ("exporter", "space"), [(gexf.EXPORTER, "{http://www.gexf.net/1.2draft}"), (graphml.EXPORTER, "{http://graphml.graphdrawing.org/xmlns}")]
)  # fmt: skip
def test_the_graph_reads_back_whole(exporter: Exporter, space: str) -> None:
    network = Network(Chosen(small(), Selection()), Hide.none())
    root = ET.fromstring(written(exporter, Hide.none()))
    nodes = {n.attrib["id"] for n in root.iter(f"{space}node")}
    edges = list(root.iter(f"{space}edge"))
    assert nodes == set(network.nodes)
    assert len(edges) == len(network.edges)
    assert all(e.attrib["source"] in nodes and e.attrib["target"] in nodes for e in edges)


def test_edges_of_different_kinds_between_two_nodes_stay_apart_and_say_why() -> None:
    network = Network(Chosen(small(), Selection()), Hide.none())
    kinds = {e.kind for e in network.edges}
    assert {"writes", "same_wording", "same_account", "names", "stands_in"} <= kinds
    assert all(e.why for e in network.edges if e.kind.startswith("same_"))
    assert {n.kind for n in network.nodes.values()} == {
        "account",
        "conversation",
        "finding",
        "message",
        "number",
    }


def test_the_table_reads_back_and_no_cell_is_a_formula() -> None:
    rows = list(
        csv.DictReader(io.StringIO(written(csv_table.EXPORTER, Hide.none()).decode("utf-8-sig"), newline=""))
    )
    network = Network(Chosen(small(), Selection()), Hide.none())
    assert len(rows) == len(network.edges)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@", "-"))]


def test_a_selection_takes_only_what_it_rests_on() -> None:
    view = small()
    (finding,) = view.findings()
    network = Network(Chosen(view, Selection((ids.finding_id(finding),))), Hide.none())
    assert "finding" in {n.kind for n in network.nodes.values()}


def test_characters_that_xml_cannot_hold_become_a_mark() -> None:
    assert legal("a\x00b\ud800c\uffff\t") == "a\ufffdb\ufffdc\ufffd\t"
