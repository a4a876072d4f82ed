"""Viber Desktop: every row comes out, and nobody is made to say what another wrote."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model.ids import message_id
from ritrova.model.records import (
    Account,
    Call,
    Contact,
    Conversation,
    Event,
    Message,
    Problem,
    Read,
    Skip,
)
from ritrova.model.shapes import Ask
from ritrova.readers.viber_desktop import PROBLEMS, READER
from writers.viber_desktop import START, DesktopWriter, small

R = TypeVar("R")


def item(writer: DesktopWriter, path: str = "viber.db") -> MemoryItem:
    return MemoryItem(path.rpartition("/")[2], writer.content(), path=path)


def read(writer: DesktopWriter, path: str = "viber.db") -> list[Read]:
    """All records, after checking what must hold of every reading."""
    return checked(item(writer, path))


def checked(source: MemoryItem) -> list[Read]:
    assert READER.sniff(source)
    records = list(READER.read(source, Ask()))
    found = READER.count(source, Ask())
    assert isinstance(found, dict)
    failed = sum(r.entries for r in records if isinstance(r, Problem | Skip))
    assert found["messages"] == len(only(Message, records)) + failed
    assert found.get("calls", 0) == len(only(Call, records))
    assert found.get("contacts", 0) == len(only(Contact, records))
    known = {r.id for r in records if isinstance(r, Account | Conversation)}
    seen: set[str] = set()
    for r in records:
        if isinstance(r, Account | Conversation):
            seen.add(r.id)
        if isinstance(r, Message):
            assert r.conversation in seen
            assert r.sender is None or r.sender in seen
    for r in only(Event, records):
        assert r.account is None or r.account in known
    ids = [message_id(m.at) for m in only(Message, records)]
    assert len(ids) == len(set(ids))
    assert all(p.code in PROBLEMS for p in only(Problem, records))
    return records


def only(kind: type[R], records: list[Read]) -> list[R]:
    return [r for r in records if isinstance(r, kind)]


def texts(records: list[Read]) -> list[str]:
    return [m.text for m in only(Message, records)]


def account_of(records: list[Read], message: Message) -> Account:
    return next(a for a in only(Account, records) if a.id == message.sender)


def test_a_direct_chat_comes_out_with_names_times_and_direction() -> None:
    writer = small()
    writer.message("طاولة للبيع")
    writer.message("how much?", out=1, contact=1)
    records = read(writer)
    first, second = only(Message, records)
    assert (first.text, second.text) == ("طاولة للبيع", "how much?")
    assert account_of(records, first).phone == "+9647700000021"
    assert account_of(records, second).owner
    assert first.sent.utc == "2024-09-15T11:34:20Z"
    assert first.sent.written == str(START + 60_000)
    assert first.at.spot == "table Messages row 1"
    assert first.native is not None and first.native.key == "9001"
    chat = next(c for c in only(Conversation, records) if c.id == first.conversation)
    assert chat.kind == "direct" and chat.name == "Sami K"
    assert len(chat.members) == 2


def test_messages_without_event_chat_or_contact_are_kept() -> None:
    writer = small()
    writer.message("whole")
    lost = writer.message("no envelope")
    writer.run(f"DELETE FROM Events WHERE EventID={lost}")
    writer.message("unknown chat", chat=77)
    writer.message("unknown contact", contact=88)
    writer.message("no chat, no contact", chat=None, contact=None)
    records = read(writer)
    assert len(texts(records)) == 5
    _, envelope, chat, contact, neither = only(Message, records)
    assert envelope.sender is None and envelope.sent.utc is None
    assert chat.sent.utc is not None
    assert "weak_identity" in contact.flags
    assert account_of(records, contact).ground == "no row in Contact"
    assert neither.sender is None
    assert [p.code for p in only(Problem, records)] == ["RTV-V005"]


def test_an_outgoing_row_that_names_the_peer_is_the_owners() -> None:
    writer = small()
    writer.message("mine", out=1, contact=2)
    records = read(writer)
    assert account_of(records, only(Message, records)[0]).owner


def test_an_incoming_row_that_names_the_owner_is_marked() -> None:
    writer = small()
    writer.message("odd", out=0, contact=1)
    (message,) = only(Message, read(writer))
    assert "weak_identity" in message.flags


def test_a_group_is_known_by_its_token_everywhere() -> None:
    one, two = small(), small()
    two.contact(9, "Extra")
    one.message("a", chat=2)
    two.message("b", chat=2, contact=3)
    first, second = only(Message, read(one))[0], only(Message, read(two))[0]
    assert first.conversation == second.conversation


def test_unknown_types_are_shown_with_their_code() -> None:
    writer = small()
    writer.message("a future thing", type=77)
    writer.message(None, type="odd")
    first, second = only(Message, read(writer))
    assert (first.kind, first.text) == ("unsupported", "a future thing")
    assert first.native is not None and first.native.type == 77
    assert second.native is not None and second.native.type == "odd"


@pytest.mark.parametrize(
    ("time", "utc", "ground"),
    [
        (1_726_400_000_123, "2024-09-15T11:33:20.123Z", "milliseconds"),
        (1_726_400_000, "2024-09-15T11:33:20Z", "seconds"),
        ("1726400000000", "2024-09-15T11:33:20Z", "milliseconds"),
        (748_092_800, None, "no plausible"),
        (0, None, "no time"),
        (-5, None, "no plausible"),
        ("yesterday", None, "no plausible"),
        (2**62, None, "no plausible"),
    ],
)
def test_times_are_read_by_what_they_can_be(time: Any, utc: str | None, ground: str) -> None:
    writer = small()
    writer.message("x", time=time, token=0)
    (message,) = only(Message, read(writer))
    assert message.sent.utc == utc
    assert ground in message.sent.ground
    assert message.sent.written == str(time)


def test_a_missing_time_is_reckoned_from_the_token_and_says_so() -> None:
    writer = small()
    token = (1_726_400_000_000 - 292_057_776_050) << 22
    writer.message("x", time=0, token=token)
    (message,) = only(Message, read(writer))
    assert message.sent.utc == "2024-09-15T11:33:20Z"
    assert "token" in message.sent.ground


def test_info_gives_reply_edit_forward_and_reactions() -> None:
    writer = small()
    writer.message("chair, 40", info={})
    writer.message(
        "still there?",
        contact=3,
        chat=2,
        info={"quote": {"token": 9001, "text": "chair, 40", "name": "Sami"}, "edit": {"token": 5}},
    )
    writer.message("fwd", info={"generalFwdInfo": {"origName": "Market", "numForwards": 2}})
    writer.message("liked", info={"messageReactions": [{"type": 1, "count": 2}, {"type": 9, "count": 1}]})
    records = read(writer)
    _, answer, forward, _ = only(Message, records)
    assert answer.reply_to is not None
    assert (answer.reply_to.key, answer.reply_to.snapshot) == ("9001", "chair, 40")
    assert answer.edited is not None
    assert forward.forwarded_from == "Market"
    reactions = [e for e in only(Event, records) if e.kind == "reaction"]
    assert [e.detail for e in reactions] == [{"emoji": "❤️", "code": 1, "count": 2}, {"code": 9, "count": 1}]


def test_broken_info_costs_no_message() -> None:
    writer = small()
    writer.message("kept", info='{"quote": {"tok')
    writer.message("kept too", info="[1, 2]")
    writer.message("kept also", info="[" * 50_000)
    records = read(writer)
    assert texts(records) == ["kept", "kept too", "kept also"]
    (problem,) = only(Problem, records)
    assert problem.code == "RTV-V004" and "3 messages" in problem.what


def test_a_reaction_event_names_the_message_it_is_about() -> None:
    writer = small()
    writer.message("chair")
    writer.row(
        "Events",
        EventID=50,
        TimeStamp=START,
        Direction=0,
        Type=3,
        ChatID=2,
        ContactID=3,
        Token=9050,
    )
    writer.row("LikeRelation", MessageToken=9001, LikeEventID=50)
    writer.row("Events", EventID=51, TimeStamp=START, Direction=0, Type=0, ChatID=2, ContactID=3, Token=1)
    like, lone = only(Event, read(writer))
    assert (like.kind, like.message_key) == ("reaction", "9001")
    assert lone.kind == "unknown"


def test_media_stickers_locations_and_contacts() -> None:
    writer = small()
    writer.message(
        None,
        type=2,
        Subject="the sofa",
        PayloadPath="C:\\Users\\x\\ViberDownloads\\sofa.jpg",
        info={"fileInfo": {"FileName": "sofa.jpg", "FileSize": 812}},
    )
    writer.message(None, type=4, StickerID=40133)
    writer.message(None, type=5, event={"ContactLatitude": 363_450_000, "ContactLongitude": 431_300_000})
    writer.message(None, type=10, info={"Name": "Shop", "PhoneNumber": "+15550100001"})
    photo, sticker, place, card = only(Message, read(writer))
    assert photo.text == "the sofa" and photo.attachments[0].name == "sofa.jpg"
    assert photo.attachments[0].size == 812 and not photo.attachments[0].present
    assert sticker.detail is not None and sticker.attachments[0].detail is not None
    assert sticker.attachments[0].detail["sticker"] == 40133
    assert place.detail is not None and place.detail["location"] == {"lat": 36.345, "lon": 43.13}
    assert card.detail is not None and card.detail["contact"]["phone"] == "+15550100001"


def test_a_file_near_the_database_is_joined_when_its_name_is_the_only_one() -> None:
    writer = small()
    for name in ("sofa.jpg", "twice.jpg", "gone.jpg"):
        writer.message(None, type=2, PayloadPath=f"C:\\x\\{name}")
    folder = {"Media/sofa.jpg": b"abc", "a/twice.jpg": b"1", "b/twice.jpg": b"2"}
    records = checked(MemoryItem("viber.db", writer.content(), folder=folder))
    sofa, twice, gone = (m.attachments[0] for m in only(Message, records))
    assert sofa.present and sofa.size == 3 and sofa.sha256 and sofa.path == "Media/sofa.jpg"
    assert not twice.present and not gone.present and gone.missing


def test_a_text_row_without_body_is_a_deleted_message() -> None:
    writer = small()
    writer.message(None)
    writer.message("message_deleted/abc")
    assert [m.kind for m in only(Message, read(writer))] == ["deleted", "deleted"]


def test_an_encrypted_database_is_recognised_and_said() -> None:
    source = MemoryItem("viber.db", bytes(range(256)) * 64)
    (problem,) = checked(source)
    assert isinstance(problem, Problem) and problem.code == "RTV-V001"


def test_other_databases_are_not_claimed() -> None:
    import sqlite3

    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE messages (_id integer primary key, body text)")
    assert not READER.sniff(MemoryItem("viber_messages", db.serialize()))
    assert not READER.sniff(MemoryItem("notes.txt", b"viber.db"))


def test_the_oldest_known_columns_are_enough() -> None:
    writer = DesktopWriter(
        """
        CREATE TABLE Events (EventID INTEGER PRIMARY KEY, timestamp INTEGER, ContactID INTEGER, ChatID INTEGER,
          Direction INTEGER);
        CREATE TABLE Messages (EventID INTEGER, Type INTEGER, Subject TEXT, Body TEXT, Info TEXT, Duration INTEGER,
          StickerID INTEGER);
        CREATE TABLE Contact (ContactID INTEGER PRIMARY KEY, Name TEXT, ClientName TEXT, Number TEXT);
        CREATE TABLE ChatInfo (ChatID INTEGER PRIMARY KEY, Name TEXT);
        CREATE TABLE ChatRelation (ChatID INTEGER, ContactID INTEGER);
        INSERT INTO Contact VALUES (1, '', 'me', ''), (2, NULL, 'Sami', '9647700000021');
        INSERT INTO ChatInfo VALUES (1, NULL);
        INSERT INTO ChatRelation VALUES (1, 1), (1, 2);
        INSERT INTO Events VALUES (5, 1726400000000, 2, 1, 0), (6, 1726400000001, 1, 1, 1);
        INSERT INTO Messages VALUES (5, 1, NULL, 'one', NULL, 0, 0), (6, 1, NULL, 'two', NULL, 0, 0),
          (5, 1, NULL, 'one again', NULL, 0, 0);
        """
    )
    records = read(writer, "ViberPC/9647700000001/viber.db")
    assert texts(records) == ["one", "two", "one again"]
    owner = next(a for a in only(Account, records) if a.owner)
    assert owner.phone == "+9647700000001" and "folder" in owner.ground


LOOSE = """
CREATE TABLE contact (ContactID, Name, ClientName, Number, MID);
CREATE TABLE chatinfo (ChatID, Name, Token, Flags, PGType);
CREATE TABLE chatrelation (ChatID, ContactID);
CREATE TABLE events (EventID, TimeStamp, Direction, Type, ChatID, ContactID, Token);
CREATE TABLE messages (EventID, Type, Body, Info, Subject);
INSERT INTO contact VALUES ('1', NULL, NULL, NULL, 'me'), ('2', 'Sami', NULL, '+964 770 000 00 21', NULL), (2, 'Twin', 0, 1, '');
INSERT INTO chatinfo VALUES ('1', '', '', NULL, NULL);
INSERT INTO chatrelation VALUES ('1', '1'), (1, 2), (1, 2), (NULL, 'x');
"""


@pytest.mark.parametrize(
    ("event", "content", "text", "owner"),
    [
        ("5, '1726400000000', '1', 0, '1', '2', '9'", "5, '1', 'mine', NULL, NULL", "mine", True),
        ("5, 1726400000000, 1, 0, 1, 2, 9", "5, 1, 'mine', NULL, NULL", "mine", True),
        ("5, 1726400000000, '0', 0, 1, 2, 9", "5, 1, 'theirs', NULL, NULL", "theirs", False),
        ("5, 1726400000000.0, 0, 0, 1, 2, 9", "5, 1.0, 'theirs', NULL, NULL", "theirs", False),
        ("5, 1726400000000, 0, 0, 1, 2, 9", "5, 1, CAST('bytes' AS BLOB), NULL, NULL", "bytes", False),
        ("5, 1726400000000, 0, 0, 1, 2, 9", "5, 1, 4711, NULL, NULL", "4711", False),
        ("5, 1726400000000, 0, 0, 1, 2, 9", "5, 1, 'a', CAST('{\"edit\":1}' AS BLOB), NULL", "a", False),
        (
            "5, 1726400000000, 0, 0, 1, 2, 9",
            "5, 1, char(0x202E) || 'b' || char(0), NULL, NULL",
            "\u202eb\x00",
            False,
        ),
        ("5, 1726400000000, 0, 0, 1, 2, 9", "5, NULL, 'no type', NULL, NULL", "no type", False),
        ("5, 1726400000000, 0, 0, 1, 2, 9", "NULL, 1, 'no number', NULL, NULL", "no number", None),
        ("NULL, 1726400000000, 0, 0, 1, 2, 9", "NULL, 1, 'both without', NULL, NULL", "both without", None),
        ("5, 1726400000000, NULL, 0, 1, 2, 9", "5, 1, 'no side', NULL, NULL", "no side", False),
        ("5, 1726400000000, 7, 0, 1, 2, 9", "5, 1, 'odd side', NULL, NULL", "odd side", False),
        ("5, 1726400000000, 0, 0, 1, NULL, 9", "5, 1, 'nobody', NULL, NULL", "nobody", None),
        ("5, 1726400000000, 0, 0, 1, 2, -9", "5, 1, 'token below', NULL, NULL", "token below", False),
        ("5, 1726400000000, 0, 0, -4, 2, 9", "5, 1, 'chat below', NULL, NULL", "chat below", False),
        ("5, x'00', x'00', x'00', x'00', x'00', x'00'", "5, x'00', 'blobs', x'00', x'00'", "blobs", None),
        ("5, 1e300, 1e300, 1e300, 1e300, 1e300, 1e300", "5, 1e300, 'huge', NULL, NULL", "huge", None),
    ],
)
def test_columns_of_any_type_put_no_words_into_another_mouth(
    event: str, content: str, text: str, owner: bool | None
) -> None:
    writer = DesktopWriter(LOOSE)
    writer.run(f"INSERT INTO events VALUES ({event})")
    writer.run(f"INSERT INTO messages VALUES ({content})")
    records = read(writer)
    (message,) = only(Message, records)
    assert message.text == text
    if owner is None:
        assert message.sender is None
    else:
        assert account_of(records, message).owner is owner
        if not owner:
            assert account_of(records, message).phone == "+9647700000021"


def test_a_view_called_messages_is_no_table() -> None:
    writer = DesktopWriter(
        "CREATE TABLE Events (EventID INTEGER PRIMARY KEY); CREATE TABLE ChatInfo (ChatID INTEGER PRIMARY KEY);"
        "CREATE VIEW Messages AS WITH RECURSIVE r(EventID) AS (SELECT 1 UNION ALL SELECT EventID+1 FROM r) SELECT * FROM r;"
    )
    assert not READER.sniff(item(writer))
