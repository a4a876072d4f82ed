"""Telegram Desktop's HTML pages: one conversation over several files, names without ids, a clock that lies in summer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Account, Conversation, Event, Message, Problem, Read
from ritrova.model.shapes import Ask
from ritrova.readers.telegram_html import PROBLEMS, READER
from writers.reading import only
from writers.reading import read as checked
from writers.telegram_pages import forwarded, message, page, service


def read(*pages: bytes, ask: Ask | None = None, folder: dict[str, bytes] | None = None) -> list[Read]:
    names = ["messages.html"] + [f"messages{n}.html" for n in range(2, len(pages) + 1)]
    beside = {**dict(zip(names, pages, strict=True)), **(folder or {})}
    item = MemoryItem("messages.html", pages[0], folder=beside)
    assert READER.sniff(item)
    return checked(READER, item, ask, PROBLEMS)


def one(*args: Any, ask: Ask | None = None, folder: dict[str, bytes] | None = None, **how: Any) -> Message:
    return only(Message, read(page(message(1, *args, **how)), ask=ask, folder=folder))[0]


def test_pages_are_one_conversation_in_order_and_joined_messages_carry_over() -> None:
    first = page(
        service(-1, "24 September 2022"), message(1, "a"), message(2, "b", name=None), more="messages2.html"
    )
    second = page(message(3, "c", name=None), message(4, "d", name="Noor"), message(5, "e", name=None))
    records = read(first, second)
    found = only(Message, records)
    assert [(m.text, m.sender_name) for m in found] == [
        ("a", "Samir"), ("b", "Samir"), ("c", "Samir"), ("d", "Noor"), ("e", "Noor")]  # fmt: skip
    assert all("weak_identity" in m.flags for m in found)
    assert len(only(Conversation, records)) == 1 and only(Conversation, records)[0].name == "Market"
    assert [m.at.path for m in found] == ["messages.html"] * 2 + ["messages2.html"] * 3
    for m in found:
        content = first if m.at.path == "messages.html" else second
        start, end = map(int, m.at.spot[6:].split("-"))
        assert f'id="message{m.native.key if m.native else ""}"'.encode() in content[start:end]
        assert m.text.encode() in content[start:end]


def test_ten_pages_are_ordered_by_number() -> None:
    pages = [page(message(n, f"t{n}")) for n in range(1, 13)]
    assert [m.text for m in only(Message, read(*pages))] == [f"t{n}" for n in range(1, 13)]


def test_later_pages_are_not_read_twice() -> None:
    pages = {"messages.html": page(message(1, "a")), "messages2.html": page(message(2, "b"))}
    assert not READER.sniff(MemoryItem("messages2.html", pages["messages2.html"], folder=pages))
    first = MemoryItem("messages.html", pages["messages.html"], folder=pages)
    assert READER.related is not None and list(READER.related(first)) == ["messages2.html"]


def test_a_missing_page_is_said_and_no_sender_is_carried_over_it() -> None:
    pages = {"messages.html": page(message(1, "a")), "messages3.html": page(message(3, "c", name=None))}
    item = MemoryItem("messages.html", pages["messages.html"], folder=pages)
    records = checked(READER, item)
    assert [p.code for p in only(Problem, records)] == ["RTV-T101"]
    last = only(Message, records)[-1]
    assert last.sender is None and last.sender_name is None and "weak_identity" in last.flags
    alone = {"messages2.html": page(message(9, "x"))}
    records = checked(READER, MemoryItem("messages2.html", alone["messages2.html"], folder=alone))
    assert [p.code for p in only(Problem, records)] == ["RTV-T101"] and len(only(Message, records)) == 1


def test_the_printed_offset_is_not_trusted_in_summer() -> None:
    sent = one("x", date="14.07.2025 14:00:00 UTC+01:00").sent
    assert sent.local == "2025-07-14T14:00:00" and sent.utc is None
    assert "2025-07-14T13:00:00Z, or an hour earlier" in sent.ground
    rome = one("x", date="14.07.2025 14:00:00 UTC+01:00", ask=Ask(zone="Europe/Rome")).sent
    assert rome.utc == "2025-07-14T12:00:00Z" and "assumed" in rome.ground
    winter = one("x", date="14.01.2025 14:00:00 UTC+01:00", ask=Ask(zone="Europe/Rome")).sent
    assert winter.utc == "2025-01-14T13:00:00Z"


def test_a_zone_that_cannot_be_is_refused() -> None:
    records = read(page(message(1, "x")), ask=Ask(zone="America/New_York"))
    assert [p.code for p in only(Problem, records)] == ["RTV-T107"]
    assert only(Message, records)[0].sent.utc is None


def test_old_pages_without_offset_and_times_that_are_none() -> None:
    assert one("x", date="14.07.2020 14:00:00").sent.local == "2020-07-14T14:00:00"
    for bad in ("yesterday", "99.99.2020 10:00:00", ""):
        records = read(page(message(1, "x", date=bad)))
        assert only(Message, records)[0].sent.utc is None
        assert bad == "" or [p.code for p in only(Problem, records)] == ["RTV-T103"]


def copy(number: int, local: str, unixtime: int) -> bytes:
    entry = {"id": number, "type": "message", "date": local, "date_unixtime": str(unixtime), "text": "x"}
    return json.dumps(
        {"name": "Market", "type": "private_group", "id": 5, "messages": [entry]}, indent=1
    ).encode()


def test_a_json_copy_beside_settles_the_time() -> None:
    date = "14.07.2025 14:00:00 UTC+01:00"
    beside = {"result.json": copy(1, "2025-07-14T14:00:00", 1752494400)}
    assert one("x", date=date, folder=beside).sent.utc == "2025-07-14T12:00:00Z"
    for other in (copy(1, "2025-07-14T15:00:00", 1752494400), copy(2, "2025-07-14T14:00:00", 1752494400)):
        records = read(page(message(1, "x", date=date)), folder={"result.json": other})
        assert [p.code for p in only(Problem, records)] == ["RTV-T105"]
        assert only(Message, records)[0].sent.utc is None


def test_forwards_keep_their_name_and_date() -> None:
    m = one("words", wrap=forwarded("News", "01.02.2020 10:00:00 UTC+03:00"))
    assert m.forwarded_from == "News" and m.text == "words" and m.sender_name == "Samir"
    assert m.detail is not None and m.detail["forwarded_date"]["local"] == "2020-02-01T10:00:00"


def test_a_joined_forward_keeps_the_sender_of_the_message_before() -> None:
    records = read(
        page(message(1, "a"), message(2, "b", name=None, wrap=forwarded("News", "01.02.2020 10:00:00")))
    )
    assert [m.sender_name for m in only(Message, records)] == ["Samir", "Samir"]
    assert len(only(Account, records)) == 1


def test_replies_into_this_and_another_page() -> None:
    here = '<div class="reply_to details">In reply to <a href="#go_to_message7">this message</a></div>'
    m = one("x", extra=here)
    assert m.reply_to is not None and m.reply_to.key == "7" and m.text == "x"
    m = one("x", extra=here.replace("#go", "messages3.html#go"))
    assert m.reply_to is not None and m.reply_to.detail == {"page": "messages3.html"}


def test_text_with_markup_escapes_and_line_breaks() -> None:
    html = 'a &lt;div class="message default"&gt; 🙂<br>call <a href="tel:+9647700000001">+9647700000001</a> <strong>now</strong>'
    m = one(html)
    assert m.text == 'a <div class="message default"> 🙂\ncall +9647700000001 now'
    assert m.detail is not None
    marks = {e["type"]: m.text[e["start"] : e["end"]] for e in m.detail["entities"]}
    assert marks == {"text_link": "+9647700000001", "bold": "now"}


def test_service_lines_and_date_lines() -> None:
    records = read(
        page(service(-1, "24 September 2022"), service(5, "Samir invited Noor"), service(-999999990, "old"))
    )
    assert [(m.kind, m.text) for m in only(Message, records)] == [
        ("system", "Samir invited Noor"),
        ("system", "old"),
    ]
    assert len(only(Event, records)) == 2


def media(href: str) -> str:
    return (
        '<div class="media_wrap clearfix"><a class="media clearfix pull_left block_link media_file" '
        f'href="{href}"><div class="body"><div class="title bold">a.pdf</div></div></a></div>'
    )


def test_files_beside_absent_and_dangerous() -> None:
    m = one("", extra=media("files/a.pdf"), folder={"files/a.pdf": b"abc"})
    assert m.kind == "media" and m.attachments[0].present and m.attachments[0].size == 3
    assert one("", extra=media("files/a.pdf")).attachments[0].missing == "not beside the export"
    records = read(page(message(1, "", extra=media("../../x"))), folder={"../../x": b"x"})
    assert [p.code for p in only(Problem, records)] == ["RTV-T106"]
    gone = media("x").replace('<a class="', '<div class="').replace(' href="x"', "").replace("</a>", "</div>")
    gone = gone.replace("a.pdf", "Not included, change data exporting settings to download.")
    assert one("", extra=gone).attachments[0].missing == "not included in the export"


def test_via_bots_reactions_and_signatures() -> None:
    extra = '<div class="signature details">Editor</div><div class="reactions"><div class="reaction">'
    extra += '<span class="emoji">👍</span><span class="count">3</span></div></div>'
    records = read(page(message(1, "x", name='Samir <span class="details">via @bot</span>', extra=extra)))
    m = only(Message, records)[0]
    assert m.sender_name == "Samir" and m.detail is not None
    assert m.detail["via_bot"] == "@bot" and m.detail["author"] == "Editor" and m.text == "x"
    event = only(Event, records)[0]
    assert event.kind == "reaction" and event.detail == {"emoji": "👍", "count": "3", "names": []}


def test_deleted_accounts_of_two_exports_never_meet() -> None:
    a = one("x", name="Deleted Account")
    b = one("y", name="Deleted Account")
    assert a.sender != b.sender


@pytest.mark.parametrize("cut", range(300, 2400, 97))
def test_a_cut_page_is_said_and_adds_up(cut: int) -> None:
    whole = page(message(1, "a"), message(2, "b"), message(3, "c"))
    item = MemoryItem("messages.html", whole[:cut])
    if cut < len(whole) - 1 and READER.sniff(item):
        records = checked(READER, item)
        assert "RTV-T104" in [p.code for p in only(Problem, records)]


def test_an_empty_message_block_is_a_problem_not_a_loss() -> None:
    records = read(page('<div class="message default clearfix" id="message1"></div>', message(2, "b")))
    assert [p.code for p in only(Problem, records)] == ["RTV-T102"] and len(only(Message, records)) == 1


def test_bytes_that_are_not_utf8() -> None:
    content = page(message(1, "a@b")).replace(b"a@b", b"a\xffb")
    m = only(Message, read(content))[0]
    assert m.text == "a\ufffdb" and "repaired" in m.flags


def test_other_pages_are_not_claimed() -> None:
    for other in (
        b"<html><body>hi</body></html>",
        b"",
        b'{"messages": []}',
        b"<html><head><title>WhatsApp</title>",
    ):
        assert not READER.sniff(MemoryItem("messages.html", other))
