"""GraphML: the graph of a case for Gephi, yEd, Maltego and others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from ritrova.model.network import Network, legal
from ritrova.model.pseudonyms import Hide
from ritrova.model.selection import Chosen, Selection
from ritrova.model.shapes import Exporter, Manifest, Out
from ritrova.model.view import View

NAME = "network.graphml"
_KEYS = (
    ("kind", "node", "string"), ("label", "node", "string"), ("detail", "node", "string"),
    ("type", "edge", "string"), ("weight", "edge", "int"), ("why", "edge", "string"), ("strength", "edge", "string"),
)  # fmt: skip


def export(
    view: View,
    out: Out,
    hide: Hide,
    *,
    findings: Sequence[str] = (),
    conversations: Sequence[str] = (),
    sources: Sequence[str] = (),
) -> list[Manifest]:
    """Writes the graph of a case or selection, pseudonymised unless `hide` is `Hide.none()`. Raises NotFound for an unknown id."""
    chosen = Chosen(view, Selection(tuple(findings), tuple(conversations), tuple(sources)))
    network = Network(chosen, hide.knowing(view))

    with out.write(NAME) as stream:
        _write(stream, network)
    return [out.written(NAME, len(network.nodes) + len(network.edges))]


def _write(stream: BinaryIO, network: Network) -> None:
    from xml.sax.saxutils import escape, quoteattr

    def told(key: str, value: object) -> str:
        return f'<data key="{key}">{escape(legal(str(value)))}</data>'

    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ]
    lines += [f'<key id="{k}" for="{f}" attr.name="{k}" attr.type="{t}"/>' for k, f, t in _KEYS]
    lines.append('<graph id="case" edgedefault="undirected">')
    for n in network.sorted_nodes():
        lines.append(
            f"<node id={quoteattr(n.id)}>{told('kind', n.kind)}{told('label', n.label)}{told('detail', n.detail)}</node>"
        )
    for at, e in enumerate(network.edges):
        lines.append(
            f'<edge id="e{at}" source={quoteattr(e.a)} target={quoteattr(e.b)}>{told("type", e.kind)}'
            f"{told('weight', e.weight)}{told('why', e.why)}{told('strength', e.strength)}</edge>"
        )
    lines += ["</graph>", "</graphml>", ""]
    stream.write("\n".join(lines).encode("utf-8", "replace"))


EXPORTER = Exporter("graphml", "The graph of a case (GraphML)", export)
