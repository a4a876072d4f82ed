"""WhatsApp text exports: what was tried after the reader was written, sizes, blocks, files beside the text, public samples."""

from __future__ import annotations

import hashlib
import json
import time

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model.errors import WrongUse
from ritrova.model.records import Account, Conversation, Message, Problem, Read
from ritrova.model.shapes import Ask
from ritrova.readers.whatsapp_text import READER, blocks
from shared_files import shared
from writers.whatsapp_cases import CASES, LRM, NNBSP, RLM, Row, tiles


def android(*lines: str) -> str:
    """An export of one day, a minute a line."""
    return "".join(f"13/05/2024, 10:{n:02d} - {line}\n" for n, line in enumerate(lines))


def iphone(*lines: str) -> str:
    """The same from an iPhone."""
    return "".join(f"[13/05/24, 10:{n:02d}:00] {line}\r\n" for n, line in enumerate(lines))


def read(text: str | bytes, ask: Ask | None = None, **more: object) -> list[Read]:
    """Everything the reader says, after checking that the ranges cover the file."""
    content = text.encode() if isinstance(text, str) else text
    item = MemoryItem("_chat.txt", content, **more)  # type: ignore[arg-type]
    assert READER.sniff(item)
    records = list(READER.read(item, ask or Ask()))
    tiles(item, records)
    return records


def messages(records: list[Read]) -> list[Message]:
    """The messages."""
    return [r for r in records if isinstance(r, Message)]


def codes(records: list[Read]) -> set[str]:
    """The codes of the problems."""
    return {r.code for r in records if isinstance(r, Problem)}


KINDS: dict[str, tuple[str, str, str]] = {
    "video note": (iphone(f"Ali: {LRM}video note omitted"), "media", "Ali"),
    "document with its name": (iphone(f"Ali: Plan.pdf • {LRM}3 pages {LRM}document omitted"), "media", "Ali"),
    "contact card left out": (iphone("Sam: hi", f"Ali: {LRM}Contact card omitted"), "contact", "Ali"),
    "words in angles, unknown language": (android("Ali: <Bilda forta>"), "media", "Ali"),
    "a bare tag is text": (android("Ali: <b>"), "text", "Ali"),
    "a comparison is text": (android("Ali: 3 < 5 > 4"), "text", "Ali"),
    "bare media name": (android("Ali: IMG-20240513-WA0001.jpg"), "media", "Ali"),
    "media name with an unknown suffix": (
        android("Ali: IMG-20240513-WA0001.jpg (bilda ligita)"),
        "media",
        "Ali",
    ),
    "a file somebody mentions": (android("Ali: see file.txt (yesterday)"), "text", "Ali"),
    "spanish poll": (android("Ali: ENCUESTA:\n¿Dónde?\nOPCIÓN: Aquí (1 voto)\n"), "poll", "Ali"),
    "poll of an unknown language": (
        iphone(f"Ali: {LRM}VOTULO:\r\nKie?\r\n{LRM}ELEKTO: Tie (2 voĉoj)"),
        "poll",
        "Ali",
    ),
    "place of an unknown language": (
        iphone("Ali: x", f"Ali: {LRM}Loko: https://maps.google.com/?q=36.1,43.2"),
        "location",
        "Ali",
    ),
    "live location": (iphone("Ali: x", f"Ali: {LRM}Live location shared"), "location", "Ali"),
    "call with its length": (iphone("Ali: x", f"Ali: {LRM}Video call, {LRM}5 min"), "call", "Ali"),
    "talk about a call": (iphone("Ali: x", "Ali: video call me later"), "text", "Ali"),
    "a mark that somebody typed": (android(f"Ali: {RLM}مرحبا كيف الحال"), "text", "Ali"),
    "caption under left-out media": (android("Ali: <Media omitted>\ncaption"), "media", "Ali"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_body_is_what_its_form_says(name: str) -> None:
    text, kind, sender = KINDS[name]
    m = messages(read(text))[-1]
    assert (m.kind, m.sender_name) == (kind, sender)


ROWS: dict[str, tuple[str, list[Row]]] = {
    "noon and midnight": (
        "13/05/2024, 12:00 pm - Ali: a\n13/05/2024, 12:00 am - Ali: b\n",
        [("2024-05-13T12:00:00", "Ali", "a"), ("2024-05-13T00:00:00", "Ali", "b")],
    ),
    "uhr": ("13.05.24, 10:07 Uhr - Ali: x\n", [("2024-05-13T10:07:00", "Ali", "x")]),
    "canadian hours": ("2024-05-13, 10 h 07 - Ali: x\n", [("2024-05-13T10:07:00", "Ali", "x")]),
    "iphone in the us": (f"[5/13/24, 10:07:11{NNBSP}PM] Ali: x\n", [("2024-05-13T22:07:11", "Ali", "x")]),
    "kurdish markers": ("13/5/2024، 10:08 د.ن - ئازاد: سڵاو\n", [("2024-05-13T22:08:00", "ئازاد", "سڵاو")]),
    "hindi digits": ("१३/५/२०२४, १०:०७ - राम: नमस्ते\n", [("2024-05-13T10:07:00", "राम", "नमस्ते")]),
    "chinese words for date parts": ("[2024年7月13日 下午3:05:01] 小明: 你好\n", [("2024-07-13T15:05:01", "小明", "你好")]),
    "zero-width space first": ("\u200b13/05/2024, 10:07 - Ali: x\n", [("2024-05-13T10:07:00", "Ali", "x")]),
    "two byte order marks": ("\ufeff\ufeff13/05/2024, 10:07 - Ali: x\n", [("2024-05-13T10:07:00", "Ali", "x")]),
    "isolates around the date": (
        "\u206613/05/2024\u2069, 10:07 - Ali: x\n",
        [("2024-05-13T10:07:00", "Ali", "x")],
    ),
    "no blank between date and time": ("13/05/2024,10:07 - Ali: x\n", [("2024-05-13T10:07:00", "Ali", "x")]),
    "a two-digit year of no century": ("13/5/67, 10:07 - Ali: x\n", [(None, "Ali", "x")]),
    "body that begins with a date": (
        android("Ali: 14/05/2024, 10:00 - meet"),
        [("2024-05-13T10:00:00", "Ali", "14/05/2024, 10:00 - meet")],
    ),
    "system line with a link": (
        android("Sam: ok", "Sam joined using this group's invite link: https://x.example/a"),
        [
            ("2024-05-13T10:00:00", "Sam", "ok"),
            ("2024-05-13T10:01:00", None, "Sam joined using this group's invite link: https://x.example/a"),
        ],
    ),
    "another name that begins with a name": (
        android("Ali: ok", "Ali Hassan: I am another"),
        [("2024-05-13T10:00:00", "Ali", "ok"), ("2024-05-13T10:01:00", "Ali Hassan", "I am another")],
    ),
    "the same label under a number": (
        android(*["+964 770 000 0011: x: y"] * 3),
        [(f"2024-05-13T10:0{n}:00", "+964 770 000 0011", "x: y") for n in range(3)],
    ),
    "no-break space behind the colon": (
        android("Ali:\u00a0x", "Ali: y"),
        [("2024-05-13T10:00:00", "Ali", "\u00a0x"), ("2024-05-13T10:01:00", "Ali", "y")],
    ),
    "late delivery over new year": (
        "01/01/2024, 00:01 - Ali: x\n31/12/2023, 23:59 - Sam: late\n01/01/2024, 00:03 - Ali: y\n",
        [
            ("2024-01-01T00:01:00", "Ali", "x"),
            ("2023-12-31T23:59:00", "Sam", "late"),
            ("2024-01-01T00:03:00", "Ali", "y"),
        ],
    ),
    "newest first": (
        "".join(f"{d}/05/2024, 10:00 - P{d}: x\n" for d in range(28, 22, -1)),
        [(f"2024-05-{d}T10:00:00", f"P{d}", "x") for d in range(28, 22, -1)],
    ),
    "quote of the other order": (
        "5/13/24, 10:07 - Ali: x\n5/14/24, 10:08 - Sam: y\n14/5/24, 10:01 - Bob: there\n5/14/24, 10:09 - Ali: y\n",
        [
            ("2024-05-13T10:07:00", "Ali", "x"),
            ("2024-05-14T10:08:00", "Sam", "y"),
            (None, "Bob", "there"),
            ("2024-05-14T10:09:00", "Ali", "y"),
        ],
    ),
    "edited, in an unknown language": (
        iphone("Sam: hi", f"Ali: bilo {LRM}<Bila mesava ediba>"),
        [("2024-05-13T10:00:00", "Sam", "hi"), ("2024-05-13T10:01:00", "Ali", "bilo")],
    ),
    "a zero byte in a body": (android("Ali: a\x00b"), [("2024-05-13T10:00:00", "Ali", "a\x00b")]),
    "carriage returns doubled": (
        android("Ali: a", "Sam: b").replace("\n", "\r\r\n"),
        [("2024-05-13T10:00:00", "Ali", "a"), ("2024-05-13T10:01:00", "Sam", "b")],
    ),
    "notice under a contact's name, unknown language": (
        iphone(f"Ali: {LRM}Vunda gorka telmi.", "Ali: x", "Sam: y"),
        [
            ("2024-05-13T10:00:00", None, f"{LRM}Vunda gorka telmi."),
            ("2024-05-13T10:01:00", "Ali", "x"),
            ("2024-05-13T10:02:00", "Sam", "y"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_later_case_is_read_exactly(name: str) -> None:
    text, rows = ROWS[name]
    assert [(m.sent.local, m.sender_name, m.text) for m in messages(read(text))] == rows


@pytest.mark.parametrize("size", [1, 7, 64, 300])
def test_the_size_of_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    whole = {n: _all(n) for n in CASES}
    monkeypatch.setattr(blocks, "BLOCK", size)
    for name, records in whole.items():
        assert _all(name) == records, name


def _all(name: str) -> list[Read]:
    case = CASES[name]
    item = MemoryItem(case.name, case.text.encode(case.encoding), path=case.path, modified=case.modified)
    return list(READER.read(item, case.ask))


@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be"])
def test_utf_16_gives_what_utf_8_gives(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 200)
    text = "\ufeff" + android(*(f"دانة {n}: سلام 😀 {n}" for n in range(40)))
    a, b = read(text), read(text.encode(code))
    assert [(m.text, m.sender_name, m.sent) for m in messages(a)] == [
        (m.text, m.sender_name, m.sent) for m in messages(b)
    ]


def test_a_gigantic_message_keeps_its_beginning_and_names_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1000)
    monkeypatch.setattr(blocks, "LONGEST", 5000)
    records = read(
        android("Ali: short") + "13/05/2024, 11:00 - Sam: " + "é" * 20000 + "\n13/05/2024, 11:01 - Ali: end\n"
    )
    a, b, c = messages(records)
    assert (a.text, c.text, c.sender_name) == ("short", "end", "Ali")
    assert b.sender_name == "Sam" and 2000 < len(b.text) <= 20000 and set(b.text) == {"é"}
    assert codes(records) == {"RTV-W007"}


def test_hostile_lines_cost_little() -> None:
    flood = (
        " " * 200000
        + "\n"
        + LRM * 100000
        + "\n"
        + "1/" * 50000
        + "\n["
        + "1" * 50000
        + "\n"
        + "13/05/2024, " * 20000
    )
    begin = time.process_time()
    assert len(messages(read(android("Ali: x") + flood + "\n" + android("Ali: y")))) == 2
    assert time.process_time() - begin < 3


def test_an_empty_export_is_a_problem() -> None:
    assert codes(read(b"")) == {"RTV-W001"}
    item = MemoryItem("WhatsApp Chat with Dana.txt", b"")
    assert READER.sniff(item)


@pytest.mark.parametrize(
    "text", ["just a note\n", "a;b;c\n1;2;3\n", "13/05/2024\n", "[1] Ali: hi\n", "\x00\x01\x02\x03"]
)
def test_other_texts_are_not_claimed(text: str) -> None:
    assert not READER.sniff(MemoryItem("note.txt", text.encode()))


def test_a_zone_is_an_assumption_and_knows_the_clock_change() -> None:
    text = "13/10/2024, 12:00 - Ali: a\n27/10/2024, 02:30 - Ali: b\n31/03/2024, 02:30 - Ali: c\n"
    a, b, c = messages(read(text, Ask(zone="Europe/Rome")))
    assert (a.sent.utc, b.sent.utc, c.sent.utc) == ("2024-10-13T10:00:00Z", None, None)
    assert "assumed" in a.sent.ground and "twice" in b.sent.ground and "does not exist" in c.sent.ground
    with pytest.raises(WrongUse):
        read(text, Ask(zone="Nowhere/Town"))
    with pytest.raises(WrongUse):
        read(text, Ask(date_order="xyz"))


def test_media_beside_the_text_are_joined_and_fingerprinted() -> None:
    text = android(
        "Ali: IMG-20240513-WA0001.jpg (file attached)\ncaption", "Ali: IMG-20240513-WA0002.jpg (file attached)",
        "Ali: ../IMG-20240513-WA0003.jpg (file attached)", "Sam: ok",
    )  # fmt: skip
    picture = b"not really a picture"
    beside = {"IMG-20240513-WA0001.jpg": picture, "../IMG-20240513-WA0003.jpg": picture}
    item = MemoryItem("WhatsApp Chat with Ali.txt", text.encode(), folder=beside)
    records = list(READER.read(item, Ask()))
    one, two, three = (m.attachments[0] for m in messages(records)[:3])
    assert (one.present, one.sha256, one.size) == (True, hashlib.sha256(picture).hexdigest(), len(picture))
    assert one.mime == "image/jpeg" and (messages(records)[0].detail or {})["caption"] == "caption"
    assert not two.present and two.missing and not three.present
    assert codes(records) == {"RTV-W010"}
    assert READER.related is not None and list(READER.related(item)) == list(beside)[::-1]
    none = list(READER.read(item, Ask(media="none")))
    assert messages(none)[0].attachments[0].sha256 is None and messages(none)[0].attachments[0].present


TITLES = {
    "WhatsApp Chat with Dana.txt": "Dana",
    "WhatsApp Chat with Dana(1).txt": "Dana",
    "محادثة واتساب مع دانة.txt": "دانة",
    "Dana ile WhatsApp Sohbeti.txt": "Dana",
    "WhatsApp Chat mit Dana.txt": "Dana",
    "notes.txt": None,
}


@pytest.mark.parametrize("name", TITLES)
def test_a_chat_is_named_after_its_file(name: str) -> None:
    item = MemoryItem(name, android("Dana: hi", "دانة: hi", "Sam: ho").encode())
    (c,) = (r for r in READER.read(item, Ask()) if isinstance(r, Conversation))
    assert c.name == TITLES[name]


def test_a_chat_is_named_after_its_zip_and_its_partner_is_known() -> None:
    path = "case/WhatsApp Chat - Dana.zip!_chat.txt"
    records = list(
        READER.read(MemoryItem("_chat.txt", iphone("Dana: hi", "Sam: ho").encode(), path=path), Ask())
    )
    (c,) = (r for r in records if isinstance(r, Conversation))
    assert (c.name, c.kind) == ("Dana", "direct")
    owner = [a for a in records if isinstance(a, Account) and a.owner]
    assert [a.name for a in owner] == ["Sam"]


def test_numbers_are_identities_and_names_are_not() -> None:
    records = read(android("\u202a+964 770 000 0011\u202c: a", "+964 770 000 00 11: b", "Dana: c"))
    a, b, c = messages(records)
    assert a.sender == b.sender
    accounts = {x.id: x for x in records if isinstance(x, Account)}
    assert accounts[a.sender or ""].phone == "+9647700000011"
    other = [x for x in read(android("Dana: something else")) if isinstance(x, Account)]
    assert other[0].name == "Dana" and other[0].id != c.sender


def test_bytes_that_are_not_utf_8_are_kept_and_told() -> None:
    records = read(android("Ali: a", "Sam: b").encode().replace(b"Ali: a", b"Ali: a\xff\x80z"))
    assert messages(records)[0].flags == ("repaired",) and codes(records) == {"RTV-W005"}


PUBLIC = [
    "test_[mmddyy]_24hrs",
    "test_ddmmyy_24hrs",
    "test_mmddyy_24hrs",
    "test_mmddyyyy_12hrs",
    "test_yyyymmdd_24hrs",
]


@pytest.mark.parametrize("name", PUBLIC)
def test_the_public_date_orders_equal_their_target(name: str) -> None:
    folder = shared("fixtures", "whatsapp", "text")
    target = json.loads((folder / "target.json").read_text("utf-8"))
    records = read((folder / f"{name}.txt").read_bytes())
    said = [m for m in messages(records) if m.sender is not None]
    wanted = [(t["timestamp"], t["author"], t["message"]) for t in reversed(target)]
    assert [(m.sent.local, m.sender_name, " ".join(m.text.split("\n"))) for m in said] == wanted
    assert len(messages(records)) == 9
