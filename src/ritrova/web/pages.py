"""The pages that show: case home, finding, conversation, message, account, search, sources, problems."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ritrova.case.decide import ROLES
from ritrova.case.problems import problems as list_problems
from ritrova.case.queue import queue
from ritrova.case.search import Searched, search
from ritrova.case.show import window
from ritrova.model import ids
from ritrova.model.errors import RitrovaError
from ritrova.model.records import OFFER_ACTS, Finding
from ritrova.model.view import SearchHit
from ritrova.web.site import Site, site_of

PAGE = 100
"""Messages on one page of a conversation."""
CONTEXT = 10
"""Messages before and after those of a finding."""
HITS = 100
"""Search hits on a page."""


def home(request: Request) -> HTMLResponse:
    """What needs eyes first, what came in."""
    site = site_of(request)
    return site.page(
        request,
        "home.html",
        waiting=queue(site.case, limit=50),
        rescue=queue(site.case, rescue=True, limit=20),
        sources=source_rows(site),
        conversations=list(site.case.view().conversations())[:50],
    )


def conversations(request: Request) -> HTMLResponse:
    """All conversations."""
    site = site_of(request)
    return site.page(request, "conversations.html", conversations=list(site.case.view().conversations()))


def finding(request: Request) -> Response:
    """The conversation around a finding, with the hit marked and the reason in words."""
    site = site_of(request)
    view = site.case.view()
    id = request.path_params["id"]
    f = view.finding(id)
    if f is None:
        return fault(request, f"no finding {id}")
    waiting = [w for w in queue(site.case, acts=(f.act,)) if w.id == id] if f.act in OFFER_ACTS else []
    messages = window(view, f, CONTEXT)
    links: list[dict[str, Any]] = []
    for m in f.messages:
        for x in view.links(of=m):
            links.append({"kind": x.kind, "why": x.why, "other": x.b if x.a == m else x.a})
        for o in view.observables(message=m):
            for x in view.links(of=ids.observable_id(o)):
                links.append({"kind": x.kind, "why": x.why, "other": None})
    return site.page(
        request,
        "finding.html",
        id=id,
        finding=f,
        chat=messages[0].conversation.name if messages else None,
        messages=messages,
        marks=marks_of(site, f),
        anchors=set(f.messages),
        urgency=waiting[0].urgency if waiting else f.urgency,
        offer=offer_lines(f),
        links=links,
        **decisions_about(site, id),
    )


def conversation(request: Request) -> Response:
    """A page of a conversation; `message` opens the page on which that message stands."""
    site = site_of(request)
    view = site.case.view()
    id = request.path_params["id"]
    chat = view.conversation(id)
    if chat is None:
        return fault(request, f"no conversation {id}")
    wanted = request.query_params.get("message")
    start = number(request.query_params.get("start"))
    if wanted and view.message(wanted) is not None:
        start = max(0, view.position(wanted) - PAGE // 2)
    start = min(start, max(0, chat.messages - 1))
    return site.page(
        request,
        "conversation.html",
        chat=chat,
        start=start,
        count=PAGE,
        messages=view.page(id, start, PAGE),
        marks={},
        anchors={wanted} if wanted else set(),
    )


def message(request: Request) -> Response:
    """One message: where it stands, what is written in it, what was decided."""
    site = site_of(request)
    view = site.case.view()
    m = view.message(request.path_params["id"])
    if m is None:
        return fault(request, f"no message {request.path_params['id']}")
    observables = list(view.observables(message=m.id))
    return site.page(
        request,
        "message.html",
        m=m,
        messages=view.around(m.id, 5, 5),
        marks={m.id: [o.span for o in observables]},
        anchors={m.id},
        observables=observables,
        pictures=[
            ids.attachment_id(m.id, n)
            for n, a in enumerate(m.message.attachments)
            if a.present and (a.mime or "image/").startswith("image/")
        ],
        **decisions_about(site, m.id),
    )


def account(request: Request) -> Response:
    """An account: a name or number on one app, not a person."""
    site = site_of(request)
    view = site.case.view()
    id = request.path_params["id"]
    a = view.account(id)
    if a is None:
        return fault(request, f"no account {id}")
    return site.page(
        request,
        "account.html",
        a=a,
        given=view.roles().get(id, ()),
        roles=ROLES,
        links=list(view.links(of=id)),
        **decisions_about(site, id),
    )


def search_page(request: Request) -> HTMLResponse:
    """Hits with their context."""
    site = site_of(request)
    query = request.query_params.get("q", "").strip()
    hits: list[SearchHit] = []
    done: Searched | None = None
    wrong = ""
    if query:
        try:
            for one in search(site.case, query, limit=HITS):
                if isinstance(one, Searched):
                    done = one
                else:
                    hits.append(one)
        except RitrovaError as error:
            wrong = str(error)
    return site.page(request, "search.html", query=query, hits=hits, done=done, fault=wrong)


def sources(request: Request) -> HTMLResponse:
    """What was received, whether it adds up, and the log of what was done with it."""
    site = site_of(request)
    return site.page(
        request,
        "sources.html",
        sources=source_rows(site),
        actions=list(site.case.view().actions()),
        agrees=not site.case.log_faults(),
    )


def source(request: Request) -> Response:
    """One source."""
    site = site_of(request)
    rows = [r for r in source_rows(site) if r["source"].sha256 == request.path_params["sha256"]]
    if not rows:
        return fault(request, "no such source")
    about = rows[0]["source"].sha256
    actions = [a for a in site.case.view().actions() if about in a.about]
    return site.page(
        request, "sources.html", sources=rows, actions=actions, agrees=not site.case.log_faults()
    )


def problems(request: Request) -> HTMLResponse:
    """What could not be read."""
    site = site_of(request)
    return site.page(request, "problems.html", problems=list(list_problems(site.case)))


def fault(request: Request, what: str, status: int = 404) -> HTMLResponse:
    """A page that says what cannot be shown."""
    return site_of(request).page(request, "fault.html", status, what=what)


def to_home(request: Request) -> Response:
    """Back to the case."""
    return RedirectResponse("/", 303)


def number(text: str | None) -> int:
    """A number of a query, or 0."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else 0


def source_rows(site: Site) -> list[dict[str, Any]]:
    """Sources with their sums."""
    view = site.case.view()
    rows = []
    for s in view.sources():
        sums = list(view.reconciliations(s.sha256))
        rows.append(
            {
                "source": s,
                "reconciliations": sums,
                "messages": sum(r.read for r in sums if r.what == "messages"),
                "adds_up": all(r.adds_up for r in sums),
                "problems": sum(1 for _ in view.problems(s.sha256)),
            }
        )
    return rows


def marks_of(site: Site, f: Finding) -> dict[str, list[tuple[int, int]]]:
    """The spans that a finding explains itself with, by message."""
    marks: dict[str, list[tuple[int, int]]] = {}
    for sign in f.indicators:
        marks.setdefault(sign.message, []).append(sign.span)
    for values in f.offer.values():
        for value in values if isinstance(values, list) else ():
            if isinstance(value, dict) and value.get("span") and value.get("message"):
                marks.setdefault(str(value["message"]), []).append(tuple(value["span"]))
    return marks


def offer_lines(f: Finding) -> list[tuple[str, list[str]]]:
    """The parts of an offer as lines."""
    out = []
    for part, values in f.offer.items():
        lines = []
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, dict):
                shown = value.get("written") or value.get("name") or value.get("value") or value.get("amount")
                lines.append(f"{shown} {value.get('currency') or ''}".strip())
            else:
                lines.append(str(value))
        if lines:
            out.append((part, lines))
    return out


def decisions_about(site: Site, id: str) -> dict[str, Any]:
    """What was decided about a record, and which of it was taken back."""
    decisions = list(site.case.view().decisions(about=id))
    return {"decisions": decisions, "undone": {d.undoes for d in decisions if d.undoes}}
