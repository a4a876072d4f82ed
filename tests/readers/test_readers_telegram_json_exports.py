"""Whole exports that the team did not write: every message comes out, in order, with its words and its bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model import ids
from ritrova.model.records import Account, Contact, Conversation, Event, Message, Problem, Read
from ritrova.model.shapes import Ask
from ritrova.readers.telegram_json import READER
from shared_files import shared

EXPORTS = [
    "telegram_2020-01",
    "telegram_2021-05",
    "telegram_2021-06_supergroup",
    "telegram_2021-07",
    "telegram_2023-01",
    "telegram_2023-08",
    "telegram_2023-10_audio-video",
    "telegram_2024-01_inline-bot-buttons",
]


def export(name: str) -> tuple[MemoryItem, bytes]:
    """An export as an item, with what lies beside it."""
    folder: Path = shared("fixtures", "telegram", name)
    content = (folder / "result.json").read_bytes()
    beside = {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name != "result.json"
    }
    return MemoryItem("result.json", content, folder=beside), content


def words(text: Any) -> str:
    """Plain text of a string or array, by the shortest way."""
    return text if isinstance(text, str) else "".join(p if isinstance(p, str) else p["text"] for p in text)


def chats(content: bytes) -> list[dict[str, Any]]:
    """The chats of an account export."""
    whole = json.loads(content)
    return [chat for part in ("chats", "left_chats") for chat in whole.get(part, {}).get("list", [])]


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_read_whole(name: str) -> None:
    item, content = export(name)
    assert READER.sniff(item)
    records: list[Read] = list(READER.read(item, Ask()))
    written = [message for chat in chats(content) for message in chat["messages"]]
    read = [r for r in records if isinstance(r, Message)]
    assert [r for r in records if isinstance(r, Problem)] == []
    assert READER.count(item, Ask()) == {"messages": len(written)}
    assert len(read) == len(written)
    known: set[str] = set()
    places: set[str] = set()
    for record in records:
        if isinstance(record, Account | Conversation):
            known.add(record.id)
        if not isinstance(record, Message):
            continue
        message = written[len(places)]
        assert record.at.spot not in places
        places.add(record.at.spot)
        first, last = map(int, record.at.spot.removeprefix("bytes ").split("-"))
        assert json.loads(content[first:last]) == message
        assert record.native is not None and record.native.key == str(message["id"])
        assert record.conversation in known and (record.sender is None or record.sender in known)
        if message["type"] == "message" and "poll" not in message:
            assert record.text == words(message["text"])
            assert record.sender_name == message["from"]
        assert record.sent.local == message["date"]
        assert (record.sent.utc is not None) == ("date_unixtime" in message)
        real_edit = "edited" in message and not message["edited"].startswith("1970")
        assert (record.edited is not None) == real_edit
    assert len(places) == len(written)


def test_contacts_and_the_owner_come_out() -> None:
    item, content = export("telegram_2023-08")
    records = list(READER.read(item, Ask()))
    assert sum(isinstance(r, Contact) for r in records) == len(json.loads(content)["contacts"]["list"])
    owner = next(r for r in records if isinstance(r, Account) and r.owner)
    assert owner.id == ids.account_id("telegram", "user11111111")
    assert owner.handle == "@frozenspider"


def test_media_beside_are_joined_and_sentences_are_no_paths() -> None:
    item, _ = export("telegram_2020-01")
    found = [a for r in READER.read(item, Ask()) if isinstance(r, Message) for a in r.attachments]
    voice = next(a for a in found if a.name == "test.mp3")
    assert (
        voice.present and voice.sha256 is not None and voice.path == "chats/chat_01/voice_messages/test.mp3"
    )
    absent = [a for a in found if a.missing == "not included in the export"]
    assert absent and all(a.path is None and not a.present for a in absent)


def test_old_and_new_ids_of_one_person_are_one_account() -> None:
    old, _ = export("telegram_2020-01")
    new, _ = export("telegram_2023-01")
    mine = ids.account_id("telegram", "user11111111")
    for item in (old, new):
        assert mine in {r.sender for r in READER.read(item, Ask()) if isinstance(r, Message)}


def test_an_empty_edit_is_none_and_betrays_the_clock() -> None:
    item, _ = export("telegram_2020-01")
    messages = [r for r in READER.read(item, Ask()) if isinstance(r, Message)]
    assert "+05:00" in messages[-1].sent.ground


def test_ids_from_before_a_migration_are_explained() -> None:
    item, _ = export("telegram_2021-06_supergroup")
    first = next(r for r in READER.read(item, Ask()) if isinstance(r, Message))
    assert first.detail is not None and first.detail["id_before_migration"] == 318908
    event = next(r for r in READER.read(item, Ask()) if isinstance(r, Event))
    assert event.kind == "membership"
