"""The short way through a report gives what the XML parser alone gives, whatever stands in the report."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Message, Read
from ritrova.model.shapes import Ask
from ritrova.readers.ufdr import READER
from ritrova.readers.ufdr.lane import MARK, Lane
from shared_files import shared
from writers.reading import only

TAIL = "</modelType></decodedData></project>"
HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<project id="1" name="r"><decodedData><modelType type="Chat">\n'
)


def value(name: str, text: str, extra: str = "") -> str:
    return (
        f'  <field name="{name}" type="String">\n   <value type="String"{extra}>{text}</value>\n  </field>\n'
    )


def message(n: int, body: str = "table for sale", more: str = "", attributes: str = "") -> str:
    return (
        f'<model type="InstantMessage" id="m{n}" deleted_state="Intact" extractionId="0"{attributes}>\n'
        + value("Source", "<![CDATA[WhatsApp]]>")
        + ' <modelField name="From" type="Party">\n'
        + f'  <model type="Party" id="p{n}" deleted_state="Intact">\n'
        + value("Identifier", f"<![CDATA[96477000000{n % 7}@s.whatsapp.net]]>")
        + value("Name", f"<![CDATA[Name {n % 7}]]>")
        + "  </model>\n </modelField>\n"
        + value("Body", body)
        + value("Identifier", f"<![CDATA[K{n}]]>")
        + value("TimeStamp", f"2024-02-1{n % 9}T10:20:3{n % 9}+00:00", ' format="TimeStampKnown"')
        + more
        + "</model>\n"
    )


def chat(*messages: str, name: str = "1") -> str:
    return (
        f'<model type="Chat" id="c{name}" extractionId="0">\n'
        + value("Source", "<![CDATA[WhatsApp]]>")
        + value("Id", f"<![CDATA[{name}@g.us]]>")
        + '<multiModelField name="Messages" type="InstantMessage">\n'
        + "".join(messages)
        + "</multiModelField>\n</model>\n"
    )


def both(content: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Read], list[Read], int]:
    """Records with the short way and without it, and how many messages took it."""
    taken = 0
    sweep = Lane.sweep

    def counting(self: Lane, part: bytes, at: int) -> bytes:
        nonlocal taken
        out = sweep(self, part, at)
        taken += out.count(f"<{MARK}/>".encode())
        return out

    monkeypatch.setattr(Lane, "sweep", counting)
    short = list(READER.read(MemoryItem("report.xml", content), Ask()))
    monkeypatch.setattr(Lane, "sweep", lambda _, part, __: part)
    long = list(READER.read(MemoryItem("report.xml", content), Ask()))
    return short, long, taken


PLAIN = [message(n, f"<![CDATA[word {n}]]>") for n in range(12)]
HARD: dict[str, tuple[str, int]] = {
    "all of one shape": (chat(*PLAIN), 12),
    "a body that holds a message": (chat(*PLAIN, message(20, f"<![CDATA[{message(21, 'plain')}]]>")), 13),
    "a body that holds a closing tag": (chat(*PLAIN, message(20, "<![CDATA[</value></field></model>]]>")), 13),
    "an entity": (chat(*PLAIN, message(20, "salt &amp; sugar"), *PLAIN[:1]), 13),
    "two sections of one value": (chat(*PLAIN, message(20, "<![CDATA[one]]>, <![CDATA[two]]>")), 12),
    "a bracket in a section": (chat(*PLAIN, message(20, "<![CDATA[a] b]] c]>]]>")), 13),
    "line ends of another system": (chat(*PLAIN, message(20, "<![CDATA[one\r\ntwo\rthree]]>")), 13),
    "a comment around a message": (chat(*PLAIN[:3], f"<!-- {PLAIN[4]} -->", *PLAIN[5:]), 0),
    "a message in a message": (
        chat(*PLAIN, message(20, "<![CDATA[outer]]>", f' <modelField name="Quoted" type="InstantMessage">{message(21)}</modelField>')),
        13,
    ),
    "a field twice": (chat(*PLAIN, message(20, more=value("Body", "<![CDATA[other]]>")), *PLAIN[:2]), 15),
    "three times the same field twice": (
        chat(*(message(n, "<![CDATA[a]]>", value("Body", f"<![CDATA[b{n}]]>")) for n in range(9))), 9
    ),
    "an attribute with an entity": (chat(*PLAIN, message(20, attributes=' note="a &lt; b"')), 12),
    "an empty field": (chat(*PLAIN, message(20, more=' <field name="Label" type="String"><empty /></field>')), 13),
    "an unknown element": (chat(*PLAIN, message(20, more="<other>text</other>")), 12),
    "a field of several values": (
        chat(*PLAIN, message(20, more='<multiField name="Urls" type="String"><value type="String">x</value></multiField>')),
        12,
    ),
    "the mark itself": (chat(*PLAIN, f"<{MARK}/>", message(20, f"<![CDATA[<{MARK} />]]>")), 14),
    "messages outside any chat": ("".join(PLAIN), 12),
    "a value without section": (chat(*(message(n, f"word {n}") for n in range(9))), 9),
    "another chat within": (chat(*PLAIN[:4], chat(*PLAIN[4:8], name="2"), *PLAIN[8:]), 12),
}  # fmt: skip


@pytest.mark.parametrize("what", HARD)
def test_it_gives_what_the_parser_gives(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body, expected = HARD[what]
    short, long, taken = both((HEAD + body + TAIL).encode(), monkeypatch)
    assert short == long
    assert taken == expected
    assert only(Message, short)


@pytest.mark.parametrize("encoding", ["windows-1252", "ISO-8859-6"])
def test_another_encoding_is_left_to_the_parser(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (HEAD.replace("utf-8", encoding) + chat(*PLAIN) + TAIL).encode("ascii")
    short, long, taken = both(content, monkeypatch)
    assert short == long and taken == 0


def _cut(dice: random.Random, raw: bytearray) -> None:
    del raw[dice.randrange(len(raw)) :]


def _drop(dice: random.Random, raw: bytearray) -> None:
    at = dice.randrange(300, len(raw))
    del raw[at : at + dice.randrange(1, 40)]


def _write(dice: random.Random, raw: bytearray) -> None:
    at = dice.randrange(300, len(raw))
    raw[at : at + 1] = dice.choice([b"<", b"&", b"]]>", b'"', b"\x01", b"\xff", b"<![CDATA[", b"<!--", b">"])


@pytest.mark.parametrize("damage", [_cut, _drop, _write])
def test_what_it_takes_in_a_damaged_report_is_what_the_file_says(
    damage: Callable[[random.Random, bytearray], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No message of a damaged report is lost or changed by it; it may read one that the parser gives up."""
    whole = (HEAD + chat(*(message(n, f"<![CDATA[word {n} كرسي]]>") for n in range(40))) + TAIL).encode()
    dice = random.Random(11)
    for _ in range(40):
        raw = bytearray(whole)
        damage(dice, raw)
        with monkeypatch.context() as patch:
            short, long, _ = both(bytes(raw), patch)
        ours = {m.at.spot: m for m in only(Message, short)}
        for m in only(Message, long):
            assert ours[m.at.spot].text == m.text and ours[m.at.spot].sender == m.sender


def test_the_public_fragment_is_the_same_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in sorted(shared("fixtures/ufdr").rglob("*.xml")):
        short, long, _ = both(path.read_bytes(), monkeypatch)
        assert short == long
