"""Viber for iOS: state says who wrote, every row comes out, calls outlive their messages."""

from __future__ import annotations

from typing import Any

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Account, Call, Contact, Conversation, Event, Message, Problem, Read
from ritrova.readers.viber_android import READER as ANDROID
from ritrova.readers.viber_ios import PROBLEMS, READER
from writers.reading import account_of, only, texts
from writers.reading import read as checked
from writers.viber_android import small as android
from writers.viber_ios import START, IosWriter, settings, small


def read(writer: IosWriter, own: bytes | None = None) -> list[Read]:
    folder = {} if own is None else {"../settings/Settings.data": own}
    source = MemoryItem("Contacts.data", writer.content(), folder=folder)
    assert READER.sniff(source)
    return checked(READER, source, codes=PROBLEMS)


def test_both_directions_times_and_the_owner_out_of_settings() -> None:
    writer = small()
    writer.message("السلام عليكم")
    writer.mine("hello")
    records = read(writer, settings())
    first, second = only(Message, records)
    assert account_of(records, first).phone == "+9647700000021"
    owner = account_of(records, second)
    assert owner.owner and (owner.name, owner.phone) == ("Owner", "+15550100000")
    assert first.sent.utc == "2024-09-15T11:34:20Z"
    assert first.at.spot == "table ZVIBERMESSAGE row 1"
    chat = next(c for c in only(Conversation, records) if c.id == first.conversation)
    assert (chat.kind, chat.name) == ("direct", "Sami K")


def test_without_settings_the_owner_is_still_one_account() -> None:
    writer = small()
    writer.mine("a")
    records = read(writer)
    assert account_of(records, only(Message, records)[0]).owner


def test_received_without_member_has_no_sender() -> None:
    writer = small()
    writer.message("who?", ZPHONENUMINDEX=None)
    writer.message("gone member", ZPHONENUMINDEX=99)
    records = read(writer)
    who, gone = only(Message, records)
    assert who.sender is None and "weak_identity" in who.flags
    assert who.detail is not None and "inferred_sender" in who.detail
    assert account_of(records, gone).ground == "its row is gone"
    assert [p.code for p in only(Problem, records)] == ["RTV-V043"]


def test_messages_without_chat_row_attachment_row_or_location_row() -> None:
    writer = small()
    writer.message("a", ZCONVERSATION=77)
    writer.message("b", ZCONVERSATION=None)
    writer.message("c", ZATTACHMENT=5)
    writer.message("d", ZLOCATION=6, ZSYSTEMTYPE="customLocation")
    records = read(writer)
    assert texts(records) == ["a", "b", "c", "d"]
    assert "gone" in (only(Message, records)[2].attachments[0].missing or "")


@pytest.mark.parametrize(
    ("system", "kind"),
    [
        (None, "text"),
        ("", "text"),
        ("url", "text"),
        ("formatted", "text"),
        ("systemCallLog", "call"),
        ("systemGeneralMessageRemoved", "deleted"),
        ("systemSomethingNew", "system"),
        ("hologram", "unsupported"),
    ],
)
def test_system_types(system: str | None, kind: str) -> None:
    writer = small()
    writer.message("kept", ZSYSTEMTYPE=system)
    (message,) = only(Message, read(writer))
    assert (message.kind, message.text) == (kind, "kept")


@pytest.mark.parametrize(
    ("date", "utc"),
    [
        (START, "2024-09-15T11:33:20Z"),
        (START + 0.25, "2024-09-15T11:33:20.250Z"),
        (int(START), "2024-09-15T11:33:20Z"),
        (str(START), "2024-09-15T11:33:20Z"),
        (1_726_400_000, "2024-09-15T11:33:20Z"),
        (1_726_400_000_000, "2024-09-15T11:33:20Z"),
        (12.0, None),
        ("soon", None),
        (float("inf"), None),
    ],
)
def test_times_by_what_they_can_be(date: Any, utc: str | None) -> None:
    writer = small()
    writer.message("x", ZDATE=date, ZTOKEN=None)
    (message,) = only(Message, read(writer))
    assert message.sent.utc == utc


def test_json_columns_give_quotes_edits_reactions_and_polls() -> None:
    writer = small()
    writer.message("chair")
    writer.mine("mine", ZMETADATA={"quote": {"token": 9001, "text": "chair"}})
    writer.message("chair, new", ZMETADATA={"edit": {"token": 9001}})
    writer.message("edited", ZCLIENTMETADATA={"EditDate": 1_726_400_000_000, "EditToken": 5})
    writer.message("react", ZCLIENTMETADATA={"Reactions": {"reactions": {"1": 2, "7": 1}}})
    writer.message(
        "pair", ZCLIENTMETADATA={"Reactions1on1OnMessageMetadata": {"interlocutorReaction": {"type": 2}}}
    )
    writer.message("vote", ZCLIENTMETADATA={"Poll": [{"title": "yes", "count": 1}]}.copy())
    writer.message("odd", ZMETADATA="{odd")
    writer.message("blob", ZMETADATA=b'{"quote": {"token": 9001, "text": "chair"}}')
    records = read(writer)
    messages = only(Message, records)
    assert messages[1].reply_to is not None and messages[1].reply_to.key == "9001"
    assert messages[2].edited is None
    assert messages[3].edited is not None and messages[3].edited.utc == "2024-09-15T11:33:20Z"
    assert messages[6].kind == "poll"
    assert messages[8].reply_to is not None
    events = only(Event, records)
    assert [(e.kind, e.message_key) for e in events if e.kind == "edit"] == [("edit", "9001")]
    assert len([e for e in events if e.kind == "reaction"]) == 3
    assert [e.account for e in events if e.detail and e.detail.get("by") == "peer"] == [messages[0].sender]
    assert [p.code for p in only(Problem, records)] == ["RTV-V042"]


def test_attachments_places_and_timed_messages() -> None:
    writer = small()
    writer.row("ZATTACHMENT", Z_PK=1, ZTYPE="picture", ZNAME="a/b.jpg", ZFILESIZE=77, ZID="0-02")
    writer.row("ZVIBERLOCATION", Z_PK=1, ZLATITUDE=36.3, ZLONGITUDE=43.1, ZADDRESS="Market street")
    writer.message("look", ZATTACHMENT=1)
    writer.message(None, ZLOCATION=1, ZSYSTEMTYPE="customLocation")
    writer.message("timed", ZTIMEBOMBDURATION=60)
    writer.message("going", ZBEINGDELETED=1)
    photo, place, timed, going = only(Message, read(writer))
    assert photo.kind == "media" and photo.attachments[0].name == "b.jpg" and photo.attachments[0].size == 77
    assert place.detail is not None and place.detail["location"]["address"] == "Market street"
    assert timed.flags == ("ttl",) and going.flags == ("recovered",)


def test_calls_outlive_their_message_and_unknown_numbers_get_accounts() -> None:
    writer = small()
    writer.row("ZRECENTSLINE", Z_PK=1, ZPHONENUMBER="+9647700000021")
    writer.row("ZRECENTSLINE", Z_PK=2, ZPHONENUMBER="+15550100777")
    for pk, kind, line in (
        (1, "incoming", 1),
        (2, "outgoing_viber_with_video", 2),
        (3, "missed", None),
        (4, None, 1),
    ):
        writer.row("ZRECENT", Z_PK=pk, ZDATE=START, ZDURATION=5, ZCALLTYPE=kind, ZRECENTSLINE=line)
    records = read(writer)
    first, second, third, fourth = only(Call, records)
    sami = next(a for a in only(Account, records) if a.native == "mid-sami")
    assert first.caller == sami.id and first.video is False
    assert second.video and len(second.participants) == 2
    assert third.caller is None and fourth.result is None


def test_contacts_are_not_members() -> None:
    writer = small()
    writer.row("ZABCONTACT", Z_PK=1, ZMAINNAME="Sami", ZSUFFIXNAME="K")
    writer.row(
        "ZABCONTACTNUMBER", Z_PK=1, ZCONTACT=1, ZPHONE="07700000021", ZCANONIZEDPHONENUM="+9647700000021"
    )
    writer.row("ZABCONTACT", Z_PK=2, ZMAINNAME="Nobody")
    records = read(writer)
    known, lone = only(Contact, records)
    assert known.name == "Sami K" and known.account is not None
    assert known.phones == ("+9647700000021", "07700000021")
    assert lone.account is None


def test_a_group_is_the_same_conversation_on_android_and_ios() -> None:
    phone, tablet = small(), android()
    phone.message("a", ZCONVERSATION=20)
    tablet.message("a", conversation_id=2, participant_id=202)
    ios_message = only(Message, read(phone))[0]
    other = only(Message, checked(ANDROID, MemoryItem("viber_messages", tablet.content())))[0]
    assert ios_message.conversation == other.conversation
    assert ios_message.sender == other.sender
    assert ios_message.native is not None and other.native is not None
    assert ios_message.native.key == other.native.key


def test_a_bare_message_table_is_enough() -> None:
    writer = IosWriter("CREATE TABLE ZVIBERMESSAGE (Z_PK INTEGER PRIMARY KEY, ZDATE, ZTEXT, ZSTATE)")
    writer.run(
        "INSERT INTO ZVIBERMESSAGE VALUES (1, 748092800.0, 'in', 'received'), (2, NULL, 'out', 'send')"
    )
    assert texts(read(writer)) == ["in", "out"]
