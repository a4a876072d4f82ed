"""The pages in headless Chromium: accessible, by keyboard alone, in both reading directions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from web.conftest import Served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium; .ci/run installs it")


@pytest.fixture
def page(served: Served) -> Iterator[Any]:
    """A page that has entered; errors of the console fail the test."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1366, "height": 768})
        said: list[str] = []
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        outside: list[str] = []
        opened.on("request", lambda r: outside.append(r.url) if not r.url.startswith(served.root) else None)
        opened.goto(served.address)
        yield opened
        browser.close()
    assert said == []
    assert outside == []


def axe(page: Any) -> list[str]:
    """Violations of WCAG 2.2 A and AA, in words."""
    from axe_core_python.sync_playwright import Axe

    axe_runner = Axe()
    page.evaluate(axe_runner.axe_script)
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']})"
    )
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found["violations"]]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_are_accessible_in_both_directions(served: Served, page: Any, language: str) -> None:
    if language == "ar":
        page.click("button[name=language][value=ar]")
        assert page.get_attribute("html", "dir") == "rtl"
    paths = [
        "/",
        f"/finding/{served.finding}",
        f"/conversation/{served.conversation}",
        "/sources",
        "/problems",
    ]
    for path in [*paths, "/search?q=message", "/conversations"]:
        page.goto(served.root + path)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_a_finding_is_opened_and_decided_by_keyboard_alone(served: Served, page: Any) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/finding/*")
    assert page.locator("li.anchor mark").count() >= 1
    assert page.locator("#why + ul li").count() >= 1
    where = page.url
    with page.expect_navigation():
        page.keyboard.press("r")
    assert page.url == where
    assert "Reviewer" in page.inner_text("section[aria-labelledby=decide]")


def test_every_control_is_reached_by_tab(served: Served, page: Any) -> None:
    page.goto(f"{served.root}/finding/{served.finding}")
    wanted = page.evaluate(
        "Array.from(document.querySelectorAll('a[href],button,input:not([type=hidden]),select')).length"
    )
    reached = set()
    for _ in range(wanted + 80):
        page.keyboard.press("Tab")
        tag = page.evaluate(
            "(() => { const e = document.activeElement; if (!e || e === document.body) return null;"
            " const all = Array.from(document.querySelectorAll('a[href],button,input:not([type=hidden]),select'));"
            " return all.indexOf(e); })()"
        )
        if tag is not None and tag >= 0:
            reached.add(tag)
    assert len(reached) == wanted


def test_hostile_text_stays_text(served: Served, page: Any) -> None:
    page.goto(f"{served.root}/search?q=number")
    assert page.locator("span.code", has_text="RLO").count() >= 1
    page.goto(f"{served.root}/search?q=alert")
    assert page.locator("main script").count() == 0
    assert "<script>" in page.inner_text("main")
    for text in page.locator("p.text").all():
        assert text.get_attribute("dir") == "auto"
