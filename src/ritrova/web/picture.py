"""One picture at a time: a form opens it, the page shows it once, and what the first viewer says of it takes its place."""

from __future__ import annotations

import secrets
from typing import Literal

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ritrova.case.picture import Opened, describe, open_picture, picture, years_between
from ritrova.model.errors import RitrovaError
from ritrova.web.forms import fields
from ritrova.web.pages import fault
from ritrova.web.site import site_of

HELD = 4
"""Pictures made anew that wait to be fetched by the page that shows them, at most."""


def closed(request: Request) -> Response:
    """The page of a picture, unopened: what is known of it without seeing it."""
    site = site_of(request)
    try:
        one = picture(site.case, request.path_params["id"])
    except RitrovaError as error:
        return fault(request, str(error))
    return site.page(request, "picture.html", one=one, shown=[], years=None, look="")


async def opened(request: Request) -> Response:
    """Open a picture, and beside it another where one is named. Both openings are logged."""
    known = await fields(request)
    if known is None:
        return fault(request, "this form is not of this session", 403)
    site = site_of(request)
    look: Literal["small", "large"] = "large" if known.get("look") == "large" else "small"
    wanted = [known.get("attachment", ""), *([known["beside"]] if known.get("beside", "").strip() else [])]
    try:
        for id in wanted:
            picture(site.case, id.strip())
        made = [open_picture(site.case, id.strip(), look, basis=known.get("basis", "")) for id in wanted]
    except RitrovaError as error:
        return fault(request, str(error), 400)
    return site.page(
        request,
        "picture.html",
        one=picture(site.case, wanted[0].strip()),
        shown=[(m, _held(request, m)) for m in made],
        years=years_between([m.picture for m in made]) if len(made) > 1 else None,
        look=look,
    )


def _held(request: Request, made: Opened) -> str:
    held = site_of(request).held
    token = secrets.token_urlsafe(24)
    held[token] = made.jpeg
    while len(held) > HELD:
        held.pop(next(iter(held)))
    return token


def fetched(request: Request) -> Response:
    """The bytes of a picture just opened: once, then they are gone."""
    jpeg = site_of(request).held.pop(request.path_params["token"], None)
    if jpeg is None:
        return fault(request, "this picture was shown already; open it again if it must be")
    return Response(jpeg, media_type="image/jpeg")


async def described(request: Request) -> Response:
    """Keep what the first viewer says of a picture."""
    known = await fields(request)
    if known is None:
        return fault(request, "this form is not of this session", 403)
    id = known.get("attachment", "")
    try:
        describe(site_of(request).case, id, known.get("words", ""))
    except RitrovaError as error:
        return fault(request, str(error), 400)
    return RedirectResponse(f"/picture/{id}", 303)
