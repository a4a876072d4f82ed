"""The forms that change something: decide, undo, language. Each carries the secret of this session."""

from __future__ import annotations

import hmac

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from ritrova.case.decide import decide, undo
from ritrova.model.errors import RitrovaError
from ritrova.web.pages import fault
from ritrova.web.site import site_of
from ritrova.web.words import LANGUAGES


async def fields(request: Request) -> dict[str, str] | None:
    """The fields of a form, or None when its secret is not that of this session."""
    try:
        form = await request.form()
    except ClientDisconnect:  # whoever sent half a form is gone; nobody reads the answer
        return None
    known = {key: value for key, value in form.items() if isinstance(value, str)}
    if not hmac.compare_digest(known.get("form", "").encode(), site_of(request).form.encode()):
        return None
    return known


def back(known: dict[str, str]) -> str:
    """Where to go after; only places of this site."""
    where = known.get("back", "/")
    return where if where.startswith("/") and not where.startswith(("//", "/\\")) else "/"


async def decide_form(request: Request) -> Response:
    """Keep a decision."""
    known = await fields(request)
    if known is None:
        return fault(request, "this form is not of this session", 403)
    try:
        decide(
            site_of(request).case,
            [a for a in known.get("about", "").split() if a],
            known.get("verdict", ""),
            role=known.get("role") or None,
            note=known.get("note") or None,
        )
    except RitrovaError as error:
        return fault(request, str(error), 400)
    return RedirectResponse(back(known), 303)


async def undo_form(request: Request) -> Response:
    """Take a decision back."""
    known = await fields(request)
    if known is None:
        return fault(request, "this form is not of this session", 403)
    try:
        undo(site_of(request).case, known.get("decision", ""))
    except RitrovaError as error:
        return fault(request, str(error), 400)
    return RedirectResponse(back(known), 303)


async def language_form(request: Request) -> Response:
    """Show the pages in another language."""
    known = await fields(request)
    if known is None:
        return fault(request, "this form is not of this session", 403)
    answer = RedirectResponse(back(known), 303)
    code = known.get("language", "en")
    answer.set_cookie(
        "ritrova_language", code if code in LANGUAGES else "en", samesite="strict", httponly=True
    )
    return answer
