"""Who may talk to the site, and what every answer carries."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from ritrova.web.words import missing
from ritrova.web.written import written
from web.conftest import Served


def ask(
    served: Served, method: str, path: str, headers: Mapping[str, str] | None = None, body: str | None = None
) -> http.client.HTTPResponse:
    """One request, with exactly these headers."""
    parts = urlsplit(served.root)
    deadline = time.monotonic() + 10
    while True:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=10)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
            continue
        return connection.getresponse()


def enter(served: Served) -> str:
    """The cookie that the address gives, once."""
    answer = ask(served, "GET", served.address.removeprefix(served.root))
    assert answer.status == 303
    return (answer.getheader("set-cookie") or "").split(";")[0]


def test_the_address_works_once(served: Served) -> None:
    path = served.address.removeprefix(served.root)
    assert ask(served, "GET", path).status == 303
    assert ask(served, "GET", path).status == 403


def test_a_wrong_token_opens_nothing_and_does_not_use_up_the_right_one(served: Served) -> None:
    assert ask(served, "GET", "/enter?token=guess").status == 403
    assert ask(served, "GET", "/enter").status == 403
    assert enter(served)


def test_without_the_cookie_nothing_is_shown(served: Served) -> None:
    for path in ("/", "/sources", f"/finding/{served.finding}", "/search?q=a"):
        assert ask(served, "GET", path).status == 403
        assert ask(served, "GET", path, {"Cookie": "ritrova_session=guess"}).status == 403


def test_another_host_or_origin_is_refused(served: Served) -> None:
    cookie = enter(served)
    port = urlsplit(served.root).port
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", ""):
        assert ask(served, "GET", "/", {"Host": host, "Cookie": cookie}).status in (400, 403)
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{port}"):
        assert ask(served, "GET", "/", {"Cookie": cookie, "Origin": origin}).status == 403
    assert ask(served, "GET", "/", {"Cookie": cookie}).status == 200


def test_a_form_without_the_secret_of_the_session_changes_nothing(served: Served) -> None:
    cookie = enter(served)
    body = urlencode({"about": served.finding, "verdict": "spam", "form": "guess"})
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    assert ask(served, "POST", "/decide", headers, body).status == 403
    page = ask(served, "GET", f"/finding/{served.finding}", {"Cookie": cookie}).read().decode()
    assert "Nobody has decided" in page


def test_every_answer_carries_a_strict_policy(served: Served) -> None:
    cookie = enter(served)
    for path in (
        "/",
        "/static/style.css",
        "/nothing/here",
        f"/finding/{served.finding}",
        "/conversation/c-none",
    ):
        answer = ask(served, "GET", path, {"Cookie": cookie})
        policy = answer.getheader("content-security-policy") or ""
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.getheader("x-content-type-options") == "nosniff"
        assert answer.getheader("cache-control") == "no-store"


def test_a_long_conversation_comes_in_pages(served: Served) -> None:
    cookie = enter(served)
    page = ask(served, "GET", f"/conversation/{served.long}?start=19950", {"Cookie": cookie}).read().decode()
    assert page.count("data-stop") == 50 and "message 19999" in page and len(page) < 200_000
    for start in ("-5", "99999999999999999999", "x", "1e5"):
        assert (
            ask(served, "GET", f"/conversation/{served.long}?start={start}", {"Cookie": cookie}).status == 200
        )


def test_words_are_shown_as_written_and_controls_as_codes() -> None:
    html = written("<b>&\u202eabc\u202c\u200d\x00\ud800", [(3, 4), (5, 8)])
    assert "&lt;b&gt;" in html and "<b>" not in html
    assert '<span class="code" dir="ltr">RLO</span>' in html and "\u202e" not in html
    assert "<mark>abc</mark>" in html and "\u200d" in html
    assert ">00</span>" in html and ">D800</span>" in html
    assert written("abc", [(5, 9), (2, 1), (-3, 2)]) == "<mark>ab</mark>c"


def test_no_word_is_missing_in_arabic() -> None:
    assert missing("ar") == []
