"""Archives of public channels: Telethon's lines and TGDataset's dictionary."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from typing import Any

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model import ids
from ritrova.model.records import Conversation, Event, Message, Problem, Read, Skip
from ritrova.model.shapes import Ask, Reader
from ritrova.readers import telegram_telethon, telegram_tgdataset
from writers.reading import only
from writers.reading import read as checked


def line(number: int, text: str = "hello", **more: Any) -> dict[str, Any]:
    """A channel post as Telethon's to_dict gives it."""
    peer = {"_": "PeerChannel", "channel_id": 1700}
    base = {
        "_": "Message",
        "id": number,
        "peer_id": peer,
        "date": "2022-09-24T06:14:20+00:00",
        "message": text,
    }
    return {**base, "post": True, "from_id": None, "fwd_from": None, "entities": [], "media": None, **more}


def lines(*messages: Any) -> bytes:
    return b"".join(json.dumps(m, ensure_ascii=False).encode() + b"\n" for m in messages)


def read(content: bytes, name: str = "a.jsonl", ask: Ask | None = None) -> list[Read]:
    reader: Reader = telegram_telethon.READER
    item = MemoryItem(name, content)
    assert reader.sniff(item)
    return checked(reader, item, ask, telegram_telethon.PROBLEMS)


def one(message: dict[str, Any], ask: Ask | None = None) -> Message:
    return only(Message, read(lines(message), ask=ask))[0]


def test_lines_are_messages_and_their_bytes_resolve() -> None:
    content = b"\xef\xbb\xbf" + lines(line(1, "سلام"), line(2)) + b"\n  \n" + lines(line(3)).rstrip()
    found = only(Message, read(content))
    assert [m.text for m in found] == ["سلام", "hello", "hello"]
    for m in found[1:]:
        first, last = map(int, m.at.spot[6:].split("-"))
        assert json.loads(content[first:last])["id"] == int(m.native.key or 0) if m.native else False


def test_offsets_of_entities_are_utf16_units() -> None:
    mark = {"_": "MessageEntityPhone", "offset": 8, "length": 8}
    m = one(line(1, "🙂🙂 كم +9647700", entities=[mark]))
    assert m.detail is not None
    found = m.detail["entities"][0]
    assert m.text[found["start"] : found["end"]] == "+9647700" and found["type"] == "phone"


@pytest.mark.parametrize("offset,length", [(0, 999), (999, 5), (-1, 2), (None, None), (1, 0), ("a", 1)])
def test_offsets_past_the_text_do_not_raise(offset: Any, length: Any) -> None:
    one(line(1, "🙂x", entities=[{"_": "MessageEntityBold", "offset": offset, "length": length}, None, 5]))


@pytest.mark.parametrize("pack,end", [(gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")])
def test_compressed_lines_are_read_and_a_cut_is_said(pack: Any, end: str) -> None:
    plain = lines(*(line(n, f"text {n * 7919}") for n in range(1, 5000)))
    records = read(pack(plain), f"a.jsonl.{end}")
    found = only(Message, records)
    assert len(found) == 4999 and found[2].at.spot == "line 3"
    half = pack(plain)
    records = list(telegram_telethon.READER.read(MemoryItem("a", half[: len(half) // 2]), Ask()))
    assert any(p.code == "RTV-T302" for p in only(Problem, records))


def test_zstandard_is_named() -> None:
    records = list(telegram_telethon.READER.read(MemoryItem("a.jsonl.zst", b"\x28\xb5\x2f\xfd123"), Ask()))
    assert [p.code for p in only(Problem, records)] == ["RTV-T302"]


@pytest.mark.parametrize(
    "date,utc",
    [
        ("2022-09-24T06:14:20+00:00", "2022-09-24T06:14:20Z"),
        ("2022-09-24 09:14:20+03:00", "2022-09-24T06:14:20Z"),
        (1664000060, "2022-09-24T06:14:20Z"),
        (1664000060000, "2022-09-24T06:14:20Z"),
        ({"$date": "2022-09-24T06:14:20Z"}, "2022-09-24T06:14:20Z"),
        ("2022-09-24T06:14:20", None),
        ("soon", None),
        (None, None),
        (10**30, None),
    ],
)
def test_times(date: Any, utc: str | None) -> None:
    assert one(line(1, date=date)).sent.utc == utc


def test_a_time_without_offset_takes_an_assumption() -> None:
    sent = one(line(1, date="2022-09-24T06:14:20"), Ask(zone="UTC")).sent
    assert sent.utc == "2022-09-24T06:14:20Z" and "assumed" in sent.ground


def test_who_speaks() -> None:
    post = one(line(1))
    assert post.sender == ids.account_id("telegram", "channel1700")
    user = one(line(1, post=False, from_id={"_": "PeerUser", "user_id": 501}))
    assert user.sender == ids.account_id("telegram", "user501")
    mine = one(line(1, post=False, peer_id={"_": "PeerUser", "user_id": 7}, out=True))
    assert mine.sender is None and "weak_identity" in mine.flags
    theirs = one(line(1, post=False, peer_id={"_": "PeerUser", "user_id": 7}))
    assert theirs.sender == ids.account_id("telegram", "user7")


def test_the_channel_is_the_one_of_the_desktop_export() -> None:
    chat = only(Conversation, read(lines(line(1))))[0]
    assert chat.id == ids.conversation_id("telegram", "channel1700") and chat.kind == "channel"


def test_forwards_replies_reactions_media() -> None:
    forward = {"_": "MessageFwdHeader", "from_id": {"_": "PeerChannel", "channel_id": 9}, "channel_post": 4}
    m = one(line(2, fwd_from=forward, reply_to={"reply_to_msg_id": 1}))
    assert (
        m.forwarded_from == "channel9" and m.detail is not None and m.detail["forward"]["channel_post"] == 4
    )
    assert m.reply_to is not None and m.reply_to.key == "1"
    hidden = one(line(2, fwd_from={"from_name": "Ali"}))
    assert hidden.forwarded_from == "Ali"
    records = read(lines(line(1, reactions={"results": [{"reaction": {"emoticon": "👍"}, "count": 3}]})))
    assert only(Event, records)[0].kind == "reaction"
    document = {"mime_type": "application/pdf", "size": 5, "attributes": [{"file_name": "a.pdf"}]}
    m = one(line(1, "", media={"_": "MessageMediaDocument", "document": document}))
    assert m.attachments[0].name == "a.pdf" and not m.attachments[0].present and m.kind == "media"
    contact = {"_": "MessageMediaContact", "first_name": "A", "phone_number": "+9647700000001"}
    m = one(line(1, "", media=contact))
    assert (
        m.kind == "contact" and m.detail is not None and m.detail["contact"]["phones"] == ["+9647700000001"]
    )
    poll = {"_": "MessageMediaPoll", "poll": {"question": {"text": "When?"}}}
    assert one(line(1, "", media=poll)).text == "When?"
    assert one(line(1, "", media={"_": "MessageMediaGeo", "geo": None})).kind == "location"


def test_other_lines_are_counted() -> None:
    channel = {"_": "Channel", "id": 1700, "title": "Market", "username": "mkt", "broadcast": True}
    service = line(2, _="MessageService", action={"_": "MessageActionPinMessage"})
    empty = {"_": "MessageEmpty", "id": 3, "peer_id": {"channel_id": 1700}}
    content = lines(line(1), channel, service, empty, {"_": "Odd"}, [1]) + b'{"_": "Message", "id": 9'
    records = read(content)
    assert [m.kind for m in only(Message, records)] == ["text", "system", "deleted"]
    assert len(only(Skip, records)) == 1 and len(only(Problem, records)) == 3


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, [[]], True])
def test_odd_values_anywhere_do_not_stop_a_line(odd: Any) -> None:
    for key in line(1):
        if key != "_":
            list(telegram_telethon.READER.read(MemoryItem("a", lines({**line(1), key: odd}, line(2))), Ask()))
    for tag in ("Photo", "Document", "Contact", "Geo", "Poll", "WebPage"):
        media = {
            "_": f"MessageMedia{tag}",
            "photo": odd,
            "document": odd,
            "geo": odd,
            "poll": odd,
            "phone_number": odd,
        }
        assert len(only(Message, read(lines(line(1, media=media))))) == 1


def test_json_of_other_tools_is_not_claimed() -> None:
    for other in (b'{"id": 1, "type": "message"}', b"[]", b"{}", b"", b'{"message": "x"}\n', b"\x1f\x8bxx"):
        assert not telegram_telethon.READER.sniff(MemoryItem("a.jsonl", other))


def dataset(*, late: bool = False) -> dict[str, Any]:
    parts = {
        "text_messages": {
            "5": {"message": "chair for sale", "date": 1664000060, "author": 1700},
            "6": {"message": "سلام", "date": 1664000120, "is_forwarded": True, "forwarded_from_id": 9},
        },
        "generic_media": {"7": {"title": "a.jpg", "media_id": 3, "date": 1664000180, "extension": ".jpg"}},
    }
    fields = {"creation_date": 1600000000, "username": "mkt", "title": "Market", "n_subscribers": 5}
    return {
        "1700": {**parts, **fields} if late else {**fields, **parts},
        "1800": {"title": "Empty", "text_messages": {}},
    }


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("indent", [None, 2])
def test_the_dictionary_form(late: bool, indent: int | None) -> None:
    content = json.dumps(dataset(late=late), ensure_ascii=False, indent=indent).encode()
    item = MemoryItem("channels.json", content)
    assert telegram_tgdataset.READER.sniff(item)
    records = checked(telegram_tgdataset.READER, item, None, telegram_tgdataset.PROBLEMS)
    found = only(Message, records)
    assert [m.text for m in found] == ["chair for sale", "سلام", ""]
    assert found[0].sent.utc == "2022-09-24T06:14:20Z" and found[1].forwarded_from == "9"
    assert [c.name for c in only(Conversation, records)] == ["Market", "Empty"]
    assert found[0].conversation == ids.conversation_id("telegram", "channel1700")
    first, last = map(int, found[1].at.spot[6:].split("-"))
    assert json.loads(content[first:last])["message"] == "سلام"


def test_a_cut_dictionary_adds_up() -> None:
    content = json.dumps(dataset(), ensure_ascii=False).encode()
    for cut in range(40, len(content), 11):
        item = MemoryItem("channels.json", content[:cut])
        if telegram_tgdataset.READER.sniff(item):
            records = checked(telegram_tgdataset.READER, item)
            assert only(Problem, records)
