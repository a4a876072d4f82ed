"""Who may talk to the site: this machine, by its own name, with the cookie that the one-time address gave."""

from __future__ import annotations

import hmac
import secrets

from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "ritrova_session"
HEADERS = {
    b"content-security-policy": (
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cache-control": b"no-store",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"x-frame-options": b"DENY",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Host and Origin check, one-time token, session cookie, and the headers of every answer."""

    def __init__(self, app: ASGIApp, token: str, hosts: frozenset[str]) -> None:
        self._app = app
        self._token: str | None = token
        self._hosts = hosts
        self._session = secrets.token_urlsafe(32)
        # Browsers share cookies between the ports of a host: the reviews of two cases must not push each other out.
        self._cookie = f"{COOKIE}_{secrets.token_hex(4)}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(k, v) for k, v in message["headers"] if k.lower() not in HEADERS]
                message = {**message, "headers": [*own, *HEADERS.items()]}
            await send(message)

        await self._answer(scope, receive, headed)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {k.lower(): v.decode("latin-1") for k, v in scope["headers"]}
        cookies = ";".join(v.decode("latin-1") for k, v in scope["headers"] if k.lower() == b"cookie")
        hosts = [v for k, v in scope["headers"] if k.lower() == b"host"]
        if len(hosts) != 1 or headers.get(b"host", "").lower() not in self._hosts:
            await PlainTextResponse("wrong host", 403)(scope, receive, send)
            return
        origin = headers.get(b"origin")
        if origin is not None and origin.lower() not in {f"http://{h}" for h in self._hosts}:
            await PlainTextResponse("wrong origin", 403)(scope, receive, send)
            return
        if scope["path"] == "/enter":
            await self._enter(scope, receive, send)
            return
        if not scope["path"].startswith("/static/") and not self._known(cookies):
            await PlainTextResponse("open the address that ritrova printed; it works once", 403)(
                scope, receive, send
            )
            return
        await self._app(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        given: bytes = scope["query_string"].removeprefix(b"token=")
        known = self._token is not None and hmac.compare_digest(given, self._token.encode())
        if scope["method"] != "GET" or not known:
            await PlainTextResponse("this address was used or never was one", 403)(scope, receive, send)
            return
        self._token = None
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._cookie, self._session, httponly=True, samesite="strict", path="/")
        await answer(scope, receive, send)

    def _known(self, cookies: str) -> bool:
        """Whether our cookie is among them. Others on this host may set cookies that no strict parser would take."""
        for one in cookies.split(";"):
            name, _, value = one.strip().partition("=")
            if name == self._cookie and hmac.compare_digest(value.encode(), self._session.encode()):
                return True
        return False
