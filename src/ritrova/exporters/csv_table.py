"""CSV: the graph of a case as one table of edges with both ends named, for spreadsheets and Maltego."""

from __future__ import annotations

from collections.abc import Sequence

from ritrova.model.network import Network
from ritrova.model.pseudonyms import Hide
from ritrova.model.selection import Chosen, Selection
from ritrova.model.shapes import Exporter, Manifest, Out
from ritrova.model.view import View

NAME = "network.csv"
COLUMNS = (
    "from", "from_kind", "from_label", "to", "to_kind", "to_label", "edge", "weight", "strength", "why", "from_detail", "to_detail",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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

    import csv
    import io

    made = 0
    with out.write(NAME) as stream:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        alone = set(network.nodes)
        for e in network.edges:
            a, b = network.nodes[e.a], network.nodes[e.b]
            alone -= {a.id, b.id}
            row = (
                a.id,
                a.kind,
                a.label,
                b.id,
                b.kind,
                b.label,
                e.kind,
                e.weight,
                e.strength,
                e.why,
                a.detail,
                b.detail,
            )
            writer.writerow([cell(v) for v in row])
            made += 1
        for id in sorted(alone):
            n = network.nodes[id]
            writer.writerow(
                [cell(v) for v in (n.id, n.kind, n.label, "", "", "", "", "", "", "", n.detail, "")]
            )
            made += 1
        stream.write(b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace"))
    return [out.written(NAME, made)]


def cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value).replace("\x00", "\ufffd")
    return "'" + text if text.startswith(_FORMULA) else text


EXPORTER = Exporter("csv", "The graph of a case as a table of edges", export)
