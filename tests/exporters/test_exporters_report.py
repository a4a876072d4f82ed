"""The printed page against texts that want to be more than text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import BinaryIO

import pytest

from fake_view import FakeView
from ritrova.exporters import report
from ritrova.model import ids
from ritrova.model.errors import WrongUse
from ritrova.model.pseudonyms import Hide
from ritrova.model.records import Account, Conversation, Finding, Locator, Message, Moment, Sign, Source
from ritrova.model.shapes import Manifest

SOURCE = "33" * 32
CHAT = ids.conversation_id("viber", "g")
WRITER = ids.account_id("viber", "w")
HOSTILE = [
    "<script>alert(1)</script>", "</bdi></article><h1>x", "<img src=x onerror=alert(1)>", "\"'><svg/onload=1>", "&lt;b&gt; &amp;amp;",
    "a\u202egpj.exe", "\u2066x\u2069\u200f", "\x00\x01\x1b[31m\x7f", "line\r\nline\u2028line", "{{ 7*7 }} ${x} <%= y %>", "<!--", "]]>",
    "<style>*{display:none}</style>", "javascript:alert(1)", "\ufeff\u00ad\u200b", "\U000e0041\U000e0042", "می\u200cخواهم", "x" * 1_000_000,
    "<" * 100_000, "\u202e" * 30_000, "https://example.org/<b>", "سلام <b>bold</b> 123",
]  # fmt: skip


class Memory:
    """An `Out` in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    @contextmanager
    def write(self, name: str) -> Iterator[BinaryIO]:
        stream = io.BytesIO()
        yield stream
        self.files[name] = stream.getvalue()

    def written(self, name: str, records: int) -> Manifest:
        return Manifest(name, "", len(self.files[name]), records)


class Tags(HTMLParser):
    """What a browser would see of a page: its elements, whether they close, and its text."""

    VOID = ("meta", "br", "link", "img", "input", "hr")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def case(text: str) -> tuple[FakeView, str]:
    where = Locator(SOURCE, text[:200], "bytes 0-1")
    messages = [
        Message(
            Locator(SOURCE, text[:200], f"bytes {n}-{n + 1}"), "viber", CHAT, WRITER, text[:300], "text", text, Moment(written=text[:50]),
            forwarded_from=text[:100], flags=(text[:30],),
        )
        for n in range(1, 4)
    ]  # fmt: skip
    anchor = ids.id_of(messages[1])
    finding = Finding(
        "smuggling", "offer", CHAT, (anchor,), (Sign(text[:40], text[:40], "expert", anchor, (0, min(len(text), 5))),),
        why=(text[:500],), counter=(text[:500],), urgency=(text[:100],),
        offer={"prices": [{"amount": 1, "message": anchor, "span": [1, 2], "note": text[:100]}], "odd": text[:50], "list": [1, None]},
        detector=text[:20], packs=text[:20],
    )  # fmt: skip
    view = FakeView(
        [
            Source(SOURCE, text[:100], "file", 1, "t", text[:100], text[:100], text[:100]),
            Account(where, WRITER, "viber", text[:100]),
            Conversation(where, CHAT, "viber", text[:100], "group"),
            *messages,
            finding,
        ],
        name=text[:100],
        languages={anchor: 'en" onload="x'},
    )
    return view, ids.finding_id(finding)


@pytest.mark.parametrize("hide", [Hide.none(), Hide(b"k" * 32)], ids=["shown", "hidden"])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_text_stays_a_text(text: str, hide: Hide) -> None:
    view, id = case(text)
    out = Memory()
    [made] = report.export(view, out, hide, finding=id, t="t", by=text[:100], tool=text[:100])
    page = out.files[made.name].decode()
    tags = Tags(page)
    assert tags.open == []
    assert tags.seen <= {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "ul", "li",
        "p", "b", "bdi", "code", "span", "div", "article", "section", "mark",
    }  # fmt: skip
    assert tags.attributes <= {"lang", "dir", "charset", "http-equiv", "content", "name", "class", "scope"}
    for control in "\u202e\u2066\u2069\u200f\x00\x1b\u2028\u200b\U000e0041\r":
        assert control not in page
    assert len(page) < 3_000_000


def test_what_turns_the_direction_is_shown_and_what_belongs_to_the_script_stays() -> None:
    assert '<span class="code">U+202E</span>' in report.marked("a\u202eb", ())
    assert "\u200c" in report.marked("می\u200cخواهم", ())
    assert (
        report.marked("abcdef", [(1, 3), (2, 4), (9, 12), (3, 1), (-4, 1)])
        == '<bdi dir="auto"><mark>abcd</mark>ef</bdi>'
    )
    assert "980000 more characters" in report.marked("x" * 1_000_000, ())


def test_a_report_needs_a_finding() -> None:
    view, _ = case("x")
    with pytest.raises(WrongUse):
        report.export(view, Memory(), Hide.none(), finding="")
