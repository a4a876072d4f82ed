"""Serve the review site on loopback, for one person, at an address that works once."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from collections.abc import Callable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ritrova.case.opening import Case
from ritrova.web import forms, network, pages, picture
from ritrova.web.guard import Guard
from ritrova.web.site import Site

HOST = "127.0.0.1"


def make_app(case: Case) -> Starlette:
    """The site without its guard."""
    app = Starlette(
        routes=[
            Route("/", pages.home),
            Route("/conversations", pages.conversations),
            Route("/conversation/{id}", pages.conversation),
            Route("/finding/{id}", pages.finding),
            Route("/message/{id}", pages.message),
            Route("/account/{id}", pages.account),
            Route("/network", network.whole),
            Route("/network/{id}", network.around),
            Route("/picture/open", picture.opened, methods=["POST"]),
            Route("/picture/describe", picture.described, methods=["POST"]),
            Route("/picture/{id}", picture.closed),
            Route("/shown/{token}", picture.fetched),
            Route("/search", pages.search_page),
            Route("/sources", pages.sources),
            Route("/source/{sha256}", pages.source),
            Route("/problems", pages.problems),
            Route("/decide", forms.decide_form, methods=["POST"]),
            Route("/undo", forms.undo_form, methods=["POST"]),
            Route("/language", forms.language_form, methods=["POST"]),
            Mount("/static", StaticFiles(directory=str(files("ritrova.web") / "static"))),
        ]
    )
    app.state.site = Site(case)
    return app


def guarded(case: Case, port: int, token: str) -> Guard:
    """The site behind its guard."""
    hosts = frozenset({f"{HOST}:{port}", f"localhost:{port}"})
    return Guard(make_app(case), token, hosts)


def serve(case: Case, *, port: int = 0, browser: bool = True, announce: Callable[[str], None]) -> None:
    """Serve until Ctrl-C. `announce` gets the address, which lets one browser in, once."""
    import uvicorn

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    actual = listener.getsockname()[1]
    token = secrets.token_urlsafe(32)
    address = f"http://{HOST}:{actual}/enter?token={token}"
    config = uvicorn.Config(
        guarded(case, actual, token),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
    )
    announce(f"Review page (works once, Ctrl-C ends it): {address}")
    if browser:
        webbrowser.open(address)
    uvicorn.Server(config).run(sockets=[listener])
