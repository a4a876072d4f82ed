"""The network pages in headless Chromium: drawn without script or inline style, accessible, right in both directions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from ritrova.model.graph import Ego, Near
from ritrova.model.network import Edge, Node
from ritrova.web.drawing import COLUMN, sheet
from ritrova.web.written import label
from web.conftest import Served
from web.test_web_screens import CHROMIUM, axe, page  # noqa: F401

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium; .ci/run installs it")


def large() -> Ego:
    """150 nodes, the most that is drawn."""
    nodes = [Near(Node("m", "conversation", "m"), 0)]
    nodes += [Near(Node(f"a{n:03}", "account", "ا" * 60), 1) for n in range(60)]
    nodes += [Near(Node(f"f{n:03}", "finding", f"f{n}"), 2) for n in range(89)]
    edges = [Edge("m", f"a{n:03}", "writes", 3, "w") for n in range(60)]
    edges += [Edge(f"a{n % 60:03}", f"f{n:03}", "writes", 1, "w") for n in range(89)]
    return Ego("m", tuple(nodes), tuple(edges), {}, 0, "")


def test_no_two_nodes_lie_on_each_other_and_every_tie_is_drawn() -> None:
    drawn = sheet(large())
    assert len(drawn.nodes) == 150
    assert len(drawn.lines) == 149
    places = sorted((n.x, n.y) for n in drawn.nodes)
    for (x, y), (other, below) in pairwise(places):
        assert other - x >= COLUMN or below - y >= 40
    assert all(0 < n.y < drawn.height - 26 and 0 < n.x < drawn.width for n in drawn.nodes)
    assert all(len(n.label) <= 26 for n in drawn.nodes)
    assert sheet(large()) == drawn


def test_a_label_is_isolated_and_hides_no_control() -> None:
    assert label("a\u202eb\u2069\nc") == "\u2068a[RLO]b[PDI] c\u2069"


@needs_browser
@pytest.mark.parametrize("language", ["en", "ar"])
def test_network_pages_are_accessible_in_both_directions(served: Served, page: Any, language: str) -> None:  # noqa: F811
    if language == "ar":
        page.click("button[name=language][value=ar]")
    paths = ["/network", f"/network/{served.finding}", f"/network/{served.conversation}"]
    for path in [*paths, f"/network/{served.finding}?tie=writes&steps=1"]:
        page.goto(served.root + path)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


@needs_browser
def test_the_drawing_and_the_table_say_the_same(served: Served, page: Any) -> None:  # noqa: F811
    page.goto(f"{served.root}/finding/{served.finding}")
    page.click(f"main a[href='/network/{served.finding}']")
    page.wait_for_url("**/network/*")
    drawn = set(page.eval_on_selector_all("svg.network a.node", "all => all.map(a => a.getAttribute('href'))"))  # fmt: skip
    listed = set(page.eval_on_selector_all("#ties ~ .scroll td a", "all => all.map(a => a.getAttribute('href'))"))  # fmt: skip
    assert drawn == listed
    rows = page.locator("#ties ~ .scroll tbody tr")
    assert rows.count() == page.locator("svg.network path.tie").count() - page.locator(".legend path.tie").count()  # fmt: skip
    reasons = page.eval_on_selector_all("#ties ~ .scroll tbody tr td:last-child", "all => all.map(c => c.innerText.trim())")  # fmt: skip
    assert all(reasons)
    assert page.locator("[style], main script, style").count() == 0
    for one in page.eval_on_selector_all("svg.network text", "all => all.map(t => t.textContent)"):
        assert one.startswith("\u2068")
        assert one.endswith("\u2069")


@needs_browser
def test_nodes_are_reached_and_opened_by_keyboard(served: Served, page: Any) -> None:  # noqa: F811
    page.goto(f"{served.root}/network/{served.finding}")
    for _ in range(40):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.closest('svg') ? document.activeElement.getAttribute('href') : ''")  # fmt: skip
        if here and here != f"/network/{served.finding}":
            break
    assert here
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(here)


@needs_browser
def test_an_id_that_is_not_there_is_said(served: Served, page: Any) -> None:  # noqa: F811
    answer = page.request.get(f"{served.root}/network/a-nobody")
    assert answer.status == 404
    assert "<svg" not in answer.text()
