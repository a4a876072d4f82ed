"""A picture on the page: closed until a form opens it, shown once, described once, two side by side with the years between."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pictures_made import shapes
from ritrova.case.add import AddAsk, add
from ritrova.case.opening import new
from web.conftest import serving
from web.test_web_screens import CHROMIUM, axe

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium; .ci/run installs it")


@pytest.fixture
def album(tmp_path: Path) -> Iterator[tuple[Any, str, list[str], list[str]]]:
    """A page that has entered a case with two pictures: page, root, attachment ids, message ids."""
    from playwright.sync_api import sync_playwright

    folder = tmp_path / "export"
    folder.mkdir()
    messages = []
    for n, year in ((1, 2014), (2, 2021)):
        out = io.BytesIO()
        Image.fromarray(shapes(n, 900, 1300)).save(out, "JPEG")
        (folder / f"{n}.jpg").write_bytes(out.getvalue())
        messages.append({"id": n, "type": "message", "date": f"{year}-08-03T10:00:00", "from": "Mira", "from_id": "user1", "photo": f"{n}.jpg", "text": "one"})  # fmt: skip
    (folder / "result.json").write_text(
        json.dumps({"name": "chat", "type": "private_group", "id": 7, "messages": messages}), encoding="utf-8"
    )
    case, _ = new(tmp_path / "case", "web", by="Reviewer", basis="Invented", country="IQ")
    with case:
        add(case, [folder], AddAsk())
        found = [(id, m) for id, m, a in case.view().attachments() if a.present]
    with serving(tmp_path / "case") as address, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(address)
        yield page, address.split("/enter", 1)[0], [id for id, _ in found], [m for _, m in found]
        browser.close()


def test_a_picture_is_closed_until_a_form_opens_it_and_words_take_its_place(
    album: tuple[Any, str, list[str], list[str]],
) -> None:
    page, root, ids, messages = album
    page.goto(f"{root}/message/{messages[0]}")
    assert page.locator("main img").count() == 0
    page.click(f"a[href='/picture/{ids[0]}']")
    page.wait_for_url("**/picture/*")
    assert page.locator("main img, button[value=large]").count() == 0
    assert axe(page) == []
    page.click("button[value=small]")
    page.wait_for_selector("main img")
    assert axe(page) == []
    assert page.evaluate("document.querySelector('main img').naturalWidth") == 160
    shown = page.get_attribute("main img", "src")
    assert page.request.get(root + shown).status == 404
    page.fill("input[name=words]", "coloured shapes")
    page.click("form[action='/picture/describe'] button")
    page.wait_for_url(f"**/picture/{ids[0]}")
    assert page.locator("main img").count() == 0
    assert "coloured shapes" in page.inner_text("section[aria-labelledby=said]")
    page.goto(root + "/sources")
    assert "open picture" in page.inner_text("main")


def test_two_pictures_stand_side_by_side_with_the_years_between_them(
    album: tuple[Any, str, list[str], list[str]],
) -> None:
    page, root, ids, _ = album
    page.goto(f"{root}/picture/{ids[0]}")
    page.fill("input[name=beside]", ids[1])
    page.click("button[value=small]")
    page.wait_for_selector("main img")
    assert page.locator("main img").count() == 2
    assert page.inner_text("[role=status]").endswith("7.0")
    assert axe(page) == []


def test_no_picture_opens_without_the_secret_of_the_session_or_by_an_address(
    album: tuple[Any, str, list[str], list[str]],
) -> None:
    page, root, ids, _ = album
    form = {"form": "wrong", "attachment": ids[0], "look": "small"}
    for path in ("/picture/open", "/picture/describe"):
        assert page.request.post(root + path, form=form).status == 403
    assert page.request.get(f"{root}/picture/open?attachment={ids[0]}&look=small").status == 404
    page.goto(root + "/sources")
    assert "open picture" not in page.inner_text("main")
