"""The network pages: what stands around one record, drawn and as a table; and the whole network by its layers."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ritrova.model.errors import NotFound
from ritrova.model.graph import LAYERS, STEPS
from ritrova.model.network import LINKS, Node
from ritrova.web.drawing import sheet
from ritrova.web.pages import fault
from ritrova.web.site import site_of

KINDS = tuple(sorted({k for kinds in LAYERS.values() for k in kinds}, key=lambda k: (k not in LINKS, k)))
PLACES = {"account": "/account/", "conversation": "/conversation/", "finding": "/finding/", "message": "/message/"}  # fmt: skip
"""Where the page of a node's record is."""
GROUPS = 12
"""Groups on the page of the whole network; the rest is counted."""


def around(request: Request) -> Response:
    """The network around a record."""
    site = site_of(request)
    only = request.query_params.get("tie", "")
    steps = 1 if request.query_params.get("steps") == "1" else STEPS
    try:
        found = site.charts.around(
            request.path_params["id"], steps=steps, kinds=(only,) if only in KINDS else ()
        )
    except NotFound as error:
        return fault(request, str(error))
    nodes = {n.node.id: n.node for n in found.ego.nodes}
    step = {n.node.id: n.step for n in found.ego.nodes}
    rows = sorted(
        found.ego.edges,
        key=lambda e: (step[e.a] + step[e.b], e.kind not in LINKS, e.strength != "strong", e.a, e.b),
    )
    return site.page(
        request,
        "network.html",
        center=nodes[found.id],
        own=own_page(nodes[found.id]),
        found=found,
        nodes=nodes,
        labels=site.charts.graph()[0].nodes,
        rows=rows,
        sheet=sheet(found.ego),
        tie=only if only in KINDS else "",
        steps=steps,
        kinds=KINDS,
        most=STEPS,
    )


def whole(request: Request) -> HTMLResponse:
    """The whole network: counts, parts, communities, who stands between."""
    site = site_of(request)
    overview = site.charts.overview()
    labels = site.charts.graph()[0].nodes
    layers: list[dict[str, Any]] = [
        {
            "layer": one,
            "lists": [
                ("parts", one.components[:GROUPS], len(one.components)),
                ("communities", (one.communities or ())[:GROUPS], len(one.communities or ())),
            ],
        }
        for one in overview.layers
    ]
    return site.page(request, "networks.html", overview=overview, layers=layers, nodes=labels)


def own_page(node: Node) -> str | None:
    """The page of a node's record, where it has one."""
    place = PLACES.get(node.kind)
    return place + node.id if place else None
