"""Viber for Android: count out equals count in, whichever rows around a message are gone."""

from __future__ import annotations

from typing import Any

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Account, Call, Conversation, Event, Message, Problem, Read
from ritrova.readers.viber_android import PROBLEMS, READER
from writers.reading import account_of, only, texts
from writers.reading import read as checked
from writers.viber_android import START, AndroidWriter, small


def read(writer: AndroidWriter, name: str = "viber_messages") -> list[Read]:
    source = MemoryItem(name, writer.content())
    assert READER.sniff(source)
    return checked(READER, source, codes=PROBLEMS)


def test_a_direct_chat_with_both_directions() -> None:
    writer = small()
    writer.message("السلام عليكم")
    writer.message("hello", send_type=1, participant_id=101)
    records = read(writer)
    first, second = only(Message, records)
    assert account_of(records, first).name == "Sami K"
    assert account_of(records, second).owner
    assert first.sent.utc == "2024-09-15T11:34:20Z"
    assert first.at.spot == "table messages row 1"
    chat = next(c for c in only(Conversation, records) if c.id == first.conversation)
    assert (chat.kind, chat.name) == ("direct", "Sami K")


def test_the_five_messages_of_which_the_known_sql_returns_two() -> None:
    writer = small()
    writer.chat(3, (2,), type=1, group=5, name="left by all")
    writer.message("ordinary")
    writer.message("in a chat of one", conversation_id=3, participant_id=302)
    writer.message("no participant", participant_id=None)
    writer.message("participant row gone", participant_id=999)
    writer.message("note to self", conversation_id=4, participant_id=0, send_type=1)
    records = read(writer)
    assert len(texts(records)) == 5
    _, _, none, gone, note = only(Message, records)
    assert none.sender is None and "weak_identity" in none.flags
    assert none.detail is not None and none.detail["inferred_sender"]
    assert account_of(records, gone).ground == "its row is gone"
    assert account_of(records, note).owner
    assert [p.code for p in only(Problem, records)] == ["RTV-V023"]


def test_a_participant_without_person_is_one_unknown_account() -> None:
    writer = small()
    writer.run("DELETE FROM participants_info WHERE _id=3")
    writer.message("a", conversation_id=2, participant_id=203)
    writer.message("b", conversation_id=2, participant_id=203)
    first, second = only(Message, read(writer))
    assert first.sender == second.sender is not None


def test_a_member_without_number_is_known_by_member_id() -> None:
    writer = small()
    writer.message("a", conversation_id=2, participant_id=203)
    records = read(writer)
    account = account_of(records, only(Message, records)[0])
    assert (account.native, account.phone) == ("mid-dilan", None)


def test_outgoing_is_the_owners_even_if_the_row_names_another() -> None:
    writer = small()
    writer.message("mine", send_type=1, participant_id=102)
    records = read(writer)
    assert account_of(records, only(Message, records)[0]).owner


def test_no_owner_row_still_gives_an_owner() -> None:
    writer = small()
    writer.run("DELETE FROM participants_info WHERE _id=1")
    writer.message("mine", send_type=1, participant_id=101)
    records = read(writer)
    assert account_of(records, only(Message, records)[0]).owner


@pytest.mark.parametrize(
    ("mime", "kind"),
    [
        (0, "text"),
        ("0", "text"),
        (None, "text"),
        ("text", "text"),
        (1, "media"),
        ("image", "media"),
        ("image/jpeg", "media"),
        (2, "media"),
        (3, "media"),
        (4, "media"),
        (5, "location"),
        (1000, "system"),
        (1002, "call"),
        (1007, "unsupported"),
        (4242, "unsupported"),
        ("hologram", "unsupported"),
    ],
)
def test_type_codes_and_words(mime: Any, kind: str) -> None:
    writer = small()
    writer.message("body kept", extra_mime=mime)
    (message,) = only(Message, read(writer))
    assert message.kind == kind
    assert message.text == "body kept"


def test_a_caption_is_the_text_and_the_address_is_not() -> None:
    writer = small()
    writer.message(
        "content://com.viber.voip/1", extra_mime=1, description="the sofa", extra_uri="file:///x/a.jpg"
    )
    writer.message("IMG-0011aabbccddeeff-V.jpg", extra_mime=1)
    photo, bare = only(Message, read(writer))
    assert photo.text == "the sofa" and photo.attachments[0].name == "a.jpg"
    assert bare.text == "" and bare.detail is not None and bare.detail["body"].startswith("IMG-")


def test_quotes_edits_and_deletions_in_json() -> None:
    writer = small()
    writer.message("chair")
    writer.message("yes", quoted_message_data={"token": 9001, "textOrBody": "chair", "memberId": "mid-sami"})
    writer.message("table", msg_info={"edit": {"token": 12}})
    writer.message("", msg_info={"delete": {"token": 9001}})
    writer.message("message_deleted/mid-sami", extra_mime=1008)
    writer.message("odd json", msg_info="{not json")
    records = read(writer)
    _, answer, edited, deleted, removed, odd = only(Message, records)
    assert answer.reply_to is not None
    assert (answer.reply_to.key, answer.reply_to.snapshot) == ("9001", "chair")
    assert edited.edited is not None and edited.edited.utc is None
    assert deleted.kind == removed.kind == "deleted"
    assert [e.kind for e in only(Event, records)] == ["revocation"]
    assert odd.detail is not None and odd.detail["msg_info_as_stored"] == "{not json"
    assert [p.code for p in only(Problem, records)] == ["RTV-V022"]


def test_timed_and_hidden_messages_are_flagged() -> None:
    writer = small()
    writer.message("gone soon", timebomb=60, read_message_time=START)
    writer.message("hidden", deleted=1)
    timed, hidden = only(Message, read(writer))
    assert timed.flags == ("ttl",) and timed.detail is not None and timed.detail["timed"] == 60
    assert hidden.flags == ("recovered",)


def test_likes_and_calls_name_who_and_when() -> None:
    writer = small()
    writer.message("chair")
    writer.row("messages_likes", message_token=9001, participant_number="mid-sami", date=START, type=2)
    writer.row(
        "messages_calls",
        conversation_id=1,
        message_id=1,
        canonized_number="+9647700000021",
        viber_call_type=4,
        date=START,
        duration=12,
        type=1,
        token=77,
    )
    records = read(writer)
    (like,) = only(Event, records)
    assert like.message_key == "9001" and like.detail is not None and like.detail["emoji"] == "😂"
    sami = next(a for a in only(Account, records) if a.native == "mid-sami")
    assert like.account == sami.id
    (call,) = only(Call, records)
    assert (call.caller, call.seconds, call.video, call.result) == (sami.id, 12.0, True, "incoming")


def test_a_group_and_a_direct_chat_keep_their_ids_across_databases() -> None:
    one, two = small(), small()
    one.message("a", conversation_id=2, participant_id=203)
    two.person(9, "+15550100009")
    two.run("UPDATE conversations SET _id = 20 WHERE _id = 2")
    two.message("b", conversation_id=20, participant_id=203)
    one.message("c")
    two.message("d")
    first, second = only(Message, read(one)), only(Message, read(two))
    assert [m.conversation for m in first] == [m.conversation for m in second]


def test_a_minimal_old_schema_reads() -> None:
    writer = AndroidWriter(
        """
        CREATE TABLE messages (_id INTEGER PRIMARY KEY, conversation_id INT, participant_id INT, body TEXT, msg_date INT,
          send_type INT, unread INT, extra_uri TEXT, extra_mime TEXT, msg_info TEXT);
        CREATE TABLE participants (_id INTEGER PRIMARY KEY, conversation_id INT, participant_info_id INT);
        CREATE TABLE participants_info (_id INTEGER PRIMARY KEY, number TEXT, display_name TEXT, contact_name TEXT);
        CREATE TABLE conversations (_id INTEGER PRIMARY KEY);
        INSERT INTO participants_info VALUES (1, '9647700000021', 'Sami', NULL);
        INSERT INTO participants VALUES (5, 1, 1);
        INSERT INTO conversations VALUES (1);
        INSERT INTO messages VALUES (1, 1, 5, 'in', 1726400000000, 0, 0, NULL, NULL, NULL);
        INSERT INTO messages VALUES (2, 1, NULL, 'out', 1726400001000, 1, 0, NULL, NULL, NULL);
        INSERT INTO messages VALUES (3, NULL, NULL, 'nowhere', NULL, NULL, 0, NULL, NULL, NULL);
        """
    )
    records = read(writer)
    assert texts(records) == ["in", "out", "nowhere"]
    incoming, outgoing, nowhere = only(Message, records)
    assert account_of(records, incoming).phone == "+9647700000021"
    assert account_of(records, outgoing).owner
    assert nowhere.sender is None and nowhere.sent.utc is None


def test_text_of_wrong_encoding_is_kept_and_remarked() -> None:
    writer = small()
    writer.message("fine")
    writer.run("UPDATE messages SET body = CAST(X'C3287A' AS TEXT)")
    writer.message("after")
    records = read(writer)
    assert texts(records)[1] == "after" and "z" in texts(records)[0]
    assert "RTV-V025" in [p.code for p in only(Problem, records)]


def test_desktop_databases_are_not_claimed() -> None:
    from writers.viber_desktop import small as desktop

    assert not READER.sniff(MemoryItem("viber_messages", desktop().content()))
    assert not READER.sniff(MemoryItem("viber_messages", b"not a database"))
