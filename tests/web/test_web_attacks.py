"""The review page against an opponent on the same machine, and against the oddest of browsers."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest

from ritrova.case.opening import Case, open_case
from ritrova.web.guard import HEADERS
from ritrova.web.serving import guarded

PORT = 4321
HOST = f"127.0.0.1:{PORT}"
FORM = "application/x-www-form-urlencoded"


class Answer(NamedTuple):
    """Status, headers and text of an answer."""

    status: int
    headers: dict[str, str]
    text: str


class Browser:
    """Asks the guarded site directly, with exactly the bytes that are wanted."""

    def __init__(self, case: Case) -> None:
        self.app = guarded(case, PORT, "the-token")
        self.cookie = ""

    def ask(
        self, method: str, path: str, query: bytes = b"", body: bytes = b"", type_: str = FORM,
        headers: list[tuple[bytes, bytes]] | None = None, host: str | None = HOST,
        receive: Callable[[], Any] | None = None,
    ) -> Answer:  # fmt: skip
        """One request."""
        sent = list(headers) if headers is not None else [(b"cookie", self.cookie.encode())]
        sent += [(b"host", host.encode())] if host is not None else []
        sent += [(b"content-type", type_.encode())] if body else []
        got: list[dict[str, Any]] = []

        async def whole() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            got.append(dict(message))

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": quote(path, errors="replace").encode(), "query_string": query, "headers": sent, "root_path": "",
            "server": ("127.0.0.1", PORT), "client": ("127.0.0.1", 5),
        }  # fmt: skip
        asyncio.run(self.app(scope, receive or whole, send))
        head = {k.decode("latin-1"): v.decode("latin-1") for k, v in got[0]["headers"]}
        return Answer(
            got[0]["status"], head, b"".join(m.get("body", b"") for m in got[1:]).decode("utf-8", "replace")
        )

    def enter(self) -> Browser:
        """Use the one-time address."""
        answer = self.ask("GET", "/enter", b"token=the-token")
        assert answer.status == 303
        self.cookie = answer.headers["set-cookie"].split(";")[0]
        return self

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form."""
        return self.ask("POST", path, body=urlencode(fields).encode())


@pytest.fixture
def case(site_case: Path, tmp_path: Path) -> Iterator[Case]:
    """A copy of the case of the site's tests."""
    shutil.copytree(site_case, tmp_path / "case")
    with open_case(tmp_path / "case", "web") as opened:
        yield opened


def test_tokens_and_cookies_of_any_bytes_are_refused_and_break_nothing(case: Case) -> None:
    browser = Browser(case)
    for query in (
        b"",
        b"token=",
        b"token=\xe9",
        b"token=the-token&x=1",
        b"x=1&token=the-token",
        b"TOKEN=the-token",
    ):
        assert browser.ask("GET", "/enter", query).status == 403
    for method in ("HEAD", "POST", "PUT", "OPTIONS"):
        assert browser.ask(method, "/enter", b"token=the-token").status == 403
    own = browser.enter().cookie
    assert browser.ask("GET", "/enter", b"token=the-token").status == 403
    name, _, value = own.partition("=")
    for wrong in (
        f"{name}=",
        f"{name}=é",
        f'{name}="{value}x"',
        f'{name}="\\351"',
        value,
        f"x{own}",
        f"{name.upper()}={value}",
    ):
        assert browser.ask("GET", "/", headers=[(b"cookie", wrong.encode("latin-1"))]).status == 403, wrong
    for others in ("bad key=1", '{"a":"b"}=1', 'x="', "[x]=\x01", "=", ";;", name):
        for pair in (f"{others}; {own}", f"{own}; {others}"):
            assert browser.ask("GET", "/", headers=[(b"cookie", pair.encode())]).status == 200, others
    split = [(b"cookie", b"other=1"), (b"cookie", own.encode())]
    assert browser.ask("GET", "/", headers=split).status == 200


def test_two_reviews_in_one_browser_do_not_push_each_other_out(case: Case) -> None:
    first, second = Browser(case).enter(), Browser(case).enter()
    both = [(b"cookie", f"{first.cookie}; {second.cookie}".encode())]
    assert first.cookie.partition("=")[0] != second.cookie.partition("=")[0]
    assert first.ask("GET", "/", headers=both).status == 200
    assert second.ask("GET", "/", headers=both).status == 200
    assert second.ask("GET", "/", headers=[(b"cookie", first.cookie.encode())]).status == 403


@pytest.mark.parametrize(
    "host",
    [
        None, "", "localhost", "127.0.0.1", f"127.0.0.1.:{PORT}", f"localhost.:{PORT}", f"127.0.0.1:0{PORT}", f"127.1:{PORT}",
        f"[::1]:{PORT}", f"0.0.0.0:{PORT}", f"127.0.0.1:{PORT}@evil.example", f"evil.example#127.0.0.1:{PORT}", f"2130706433:{PORT}",
        f"127.0.0.1:{PORT},evil.example", f"127.0.0.1:{PORT}.evil.example",
    ],
)  # fmt: skip
def test_no_other_name_of_this_machine_is_answered(case: Case, host: str | None) -> None:
    browser = Browser(case).enter()
    assert browser.ask("GET", "/", host=host).status == 403
    assert browser.ask("GET", "/static/site.css", host=host).status == 403
    assert (
        browser.ask("GET", "/", headers=[(b"host", b"evil"), (b"cookie", browser.cookie.encode())]).status
        == 403
    )


def test_nothing_but_the_static_files_is_served_from_static(case: Case) -> None:
    browser = Browser(case)
    up = (
        "..",
        "../serving.py",
        "../../cli/__init__.py",
        "/etc/passwd",
        "%2e%2e/serving.py",
        "..\\serving.py",
        "\x00",
        "",
        "a/../../serving.py",
    )
    for path in up:
        answer = browser.ask("GET", "/static/" + path)
        assert answer.status in (404, 405) and "import" not in answer.text, path
    for path in ("//static/", "/STATIC/x", "/static", "/./static/../"):
        assert browser.ask("GET", path).status in (403, 404, 307), path


def test_odd_ids_queries_and_numbers_get_a_page(case: Case) -> None:
    browser = Browser(case).enter()
    chat = max(case.view().conversations(), key=lambda c: c.messages).conversation.id
    ids = [
        "m-",
        "m-x",
        "\x00",
        "é",
        "\U0001f600",
        "'; DROP TABLE message;--",
        "<script>alert(1)</script>",
        "m-" + "f" * 5000,
        "%",
        "..",
    ]
    for kind in ("message", "conversation", "finding", "account", "source"):
        for id in ids:
            answer = browser.ask("GET", f"/{kind}/{id}")
            assert answer.status == 404 and "<script>alert" not in answer.text, (kind, id)
            assert HEADERS[b"content-security-policy"].decode() == answer.headers["content-security-policy"]
    for query in (
        b"start=-1",
        b"start=abc",
        b"start=" + b"9" * 400,
        b"start=%D9%A3",
        b"message=m-x",
        b"message=%00",
        b"start=1&start=2",
    ):
        assert browser.ask("GET", f"/conversation/{chat}", query).status == 200, query
    for words in (
        "a" * 50_000,
        '"' * 301,
        "a " * 3000,
        "\x00",
        "app:",
        "before:0000-00-00",
        "after:99999-01-01",
        "* OR NOT (",
        "سبية*",
        "<b>",
    ):
        answer = browser.ask("GET", "/search", urlencode({"q": words}).encode())
        assert answer.status == 200 and "<b>" not in answer.text, words[:20]
    assert browser.ask("GET", "/search", b"q=%ff%fe&q=%ED%A0%80").status == 200


def test_who_leaves_in_the_middle_of_a_form_raises_nothing(case: Case) -> None:
    browser = Browser(case).enter()

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    assert browser.ask("POST", "/decide", body=b"about=x", receive=gone).status == 403
    assert list(case.view().decisions()) == []


def test_only_the_methods_that_are_meant_do_anything(case: Case) -> None:
    browser = Browser(case).enter()
    before = len(list(case.view().actions()))
    for path in ("/", "/sources", "/problems", "/conversations"):
        assert browser.ask("HEAD", path).status == 200
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO"):
            assert browser.ask(method, path).status == 405
    for path in ("/decide", "/undo", "/language"):
        for method in ("GET", "HEAD", "PUT", "DELETE"):
            assert browser.ask(method, path).status == 405
    assert len(list(case.view().actions())) == before


def test_forms_that_are_wrong_change_nothing_and_say_so(case: Case) -> None:
    browser = Browser(case).enter()
    chat = next(iter(case.view().conversations())).conversation.id
    secret = re.search(r'name="form" value="([^"]+)"', browser.ask("GET", "/conversations").text)
    assert secret is not None
    form = secret[1]
    good = {"about": chat, "verdict": "relevant"}
    for wrong in ({}, {"form": ""}, {"form": "é"}, {"form": form + "x"}, {"FORM": form}):
        assert browser.post("/decide", **good, **wrong).status == 403
    for body, kind in (
        (b"\xff\xfe" * 9, FORM), (b"--x\r\nbroken", "multipart/form-data; boundary=x"), (b"{}", "application/json"),
        (b"--x\r\nbroken", "multipart/form-data"),
    ):  # fmt: skip
        assert browser.ask("POST", "/decide", body=body, type_=kind).status in (400, 403)
    for fields in (
        {"about": "m-nope", "verdict": "relevant"}, {"about": "", "verdict": "relevant"}, {"about": chat, "verdict": ""},
        {"about": chat, "verdict": "no <such> verdict!"}, {"about": chat, "verdict": "relevant", "role": "anything"},
        {"about": "\x00", "verdict": "relevant"},
    ):  # fmt: skip
        assert browser.post("/decide", form=form, **fields).status == 400, fields
    assert browser.post("/undo", form=form, decision="d-x").status == 400
    assert list(case.view().decisions()) == []
    for back in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil",
        "/\r\nX: y",
    ):
        answer = browser.post("/decide", form=form, **good, back=back, note="<script>\x00")
        assert answer.status == 303
        place = answer.headers["location"]
        assert (
            place.startswith("/")
            and not place.startswith(("//", "/\\"))
            and "\n" not in place
            and "\t" not in place
        )
    assert "<script>" not in browser.ask("GET", f"/conversation/{chat}").text.replace('<script src="', "")
