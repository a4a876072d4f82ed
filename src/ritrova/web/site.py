"""What all pages share: the case behind them, the words, the templates."""

from __future__ import annotations

import secrets
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from ritrova.case.network import Charts
from ritrova.case.opening import Case
from ritrova.model.network import LINKS
from ritrova.web.drawing import SHAPES
from ritrova.web.words import LANGUAGES, Words
from ritrova.web.written import label, reason, written

PLACES = (
    ("/", "home"),
    ("/conversations", "conversations"),
    ("/network", "network"),
    ("/sources", "sources"),
    ("/problems", "problems"),
)


class Site:
    """The review site of one case. `form` is the secret that every form of this session carries."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.charts = Charts(case)
        self.held: dict[str, bytes] = {}
        self.form = secrets.token_urlsafe(24)
        self.name = str(case.view().info().get("name") or case.folder.name)
        self._templates = Environment(
            loader=PackageLoader("ritrova.web", "templates"), autoescape=True, undefined=StrictUndefined
        )
        self._templates.globals["written"] = written
        self._templates.globals["reason"] = reason
        self._templates.globals["label"] = label
        self._templates.globals["shapes"] = SHAPES
        self._templates.globals["links"] = LINKS

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page in the language of the session."""
        query = f"?{request.url.query}" if request.url.query else ""
        html = self._templates.get_template(template).render(
            w=Words(request.cookies.get("ritrova_language", "en")),
            case_name=self.name,
            places=PLACES,
            here=request.url.path,
            back=request.url.path + query,
            form=self.form,
            languages=list(LANGUAGES.items()),
            **values,
        )
        return HTMLResponse(html, status)


def site_of(request: Request) -> Site:
    """The site that serves this request."""
    site: Site = request.app.state.site
    return site
