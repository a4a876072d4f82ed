"""GEXF 1.2: the graph of a case for Gephi."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from ritrova.model.network import Network, legal
from ritrova.model.pseudonyms import Hide
from ritrova.model.selection import Chosen, Selection
from ritrova.model.shapes import Exporter, Manifest, Out
from ritrova.model.view import View

NAME = "network.gexf"


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
    from xml.sax.saxutils import quoteattr

    def q(text: object) -> str:
        return quoteattr(legal(str(text)))

    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">',
        "<meta><creator>ritrova</creator><description>Edges are hypotheses, each with its reason</description></meta>",
        '<graph mode="static" defaultedgetype="undirected">',
        '<attributes class="node"><attribute id="kind" title="kind" type="string"/>'
        '<attribute id="detail" title="detail" type="string"/></attributes>',
        '<attributes class="edge"><attribute id="kind" title="kind" type="string"/>'
        '<attribute id="why" title="why" type="string"/><attribute id="strength" title="strength" type="string"/></attributes>',
        "<nodes>",
    ]
    for n in network.sorted_nodes():
        lines.append(
            f'<node id={q(n.id)} label={q(n.label)}><attvalues><attvalue for="kind" value={q(n.kind)}/>'
            f'<attvalue for="detail" value={q(n.detail)}/></attvalues></node>'
        )
    lines += ["</nodes>", "<edges>"]
    for at, e in enumerate(network.edges):
        lines.append(
            f'<edge id="e{at}" source={q(e.a)} target={q(e.b)} weight="{e.weight}" label={q(e.kind)}><attvalues>'
            f'<attvalue for="kind" value={q(e.kind)}/><attvalue for="why" value={q(e.why)}/>'
            f'<attvalue for="strength" value={q(e.strength)}/></attvalues></edge>'
        )
    lines += ["</edges>", "</graph>", "</gexf>", ""]
    stream.write("\n".join(lines).encode("utf-8", "replace"))


EXPORTER = Exporter("gexf", "The graph of a case, for Gephi (GEXF 1.2)", export)
