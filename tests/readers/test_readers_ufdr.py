"""UFDR: every message model is one record, with the bytes it stands in, whatever the report looks like."""

from __future__ import annotations

import random

import pytest

from ritrova.formats.items import MemoryItem
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
from ritrova.readers.ufdr import PROBLEMS, READER
from shared_files import shared
from writers.reading import account_of, only, texts
from writers.reading import read as checked
from writers.ufdr import (
    attachment,
    chat,
    field,
    held,
    message,
    model,
    party,
    report,
    single,
    stamp,
    tagged,
)

OWNER = party("15550100000@s.whatsapp.net", "Me", owner=True, role="To")
SAMI = party("9647700000021@s.whatsapp.net", "Sami K")


def read(content: bytes, name: str = "report.xml", folder: dict[str, bytes] | None = None) -> list[Read]:
    source = MemoryItem(name, content, folder=folder)
    assert READER.sniff(source)
    records = checked(READER, source, codes=PROBLEMS)
    for m in only(Message, records):
        start, end = (int(x) for x in m.at.spot[6:].split("-"))
        assert content[start : start + 6] == b"<model" and content[end - 8 : end] == b"</model>"
        if "repaired" not in m.flags:
            assert m.text.encode() in content[start:end]
    return records


def problems(records: list[Read]) -> list[str]:
    return [p.code for p in only(Problem, records)]


def test_the_public_fragment_gives_its_fourteen_messages() -> None:
    content = shared("fixtures", "ufdr", "ufed-model-chat.xml").read_bytes()
    records = read(content, "ufed-model-chat.xml")
    messages = only(Message, records)
    assert len(messages) == 14
    assert problems(records) == []
    assert sum(len(m.attachments) for m in messages) == 7
    replies = [m.reply_to for m in messages if m.reply_to is not None]
    assert [r.key for r in replies if r.snapshot] == ["1654984910:14433"]
    assert "9cfcb1df-26e3-4ebf-a3e4-da45ad5587fc" in [r.key for r in replies]
    assert len([m for m in messages if m.forwarded_from]) == 1
    assert len(only(Contact, records)) == 1
    assert [a.name for a in only(Account, records) if a.owner] == ["Clefable", "Pikachu"]
    assert len([e for e in only(Event, records) if e.kind == "receipt"]) == 6


def test_a_chat_with_people_times_and_the_owner() -> None:
    records = read(report(chat("c1", message("m1", "طاولة & <كرسي>", identifier="K1"), people=[SAMI, OWNER])))
    (m,) = only(Message, records)
    assert m.app == "whatsapp"
    assert m.sent.utc == "2024-09-15T11:34:20Z"
    assert m.native is not None and m.native.key == "K1"
    sender = account_of(records, m)
    assert (sender.name, sender.phone, sender.owner) == ("Sami K", "+9647700000021", False)
    (conversation,) = only(Conversation, records)
    assert (conversation.kind, conversation.name) == ("group", "Furniture")
    assert len(conversation.members) == 2


def test_deleted_and_doubtful_messages_say_so() -> None:
    records = read(
        report(
            chat(
                "c1",
                message("m1", "a", state="Deleted", confidence="Low"),
                message("m2", "b", state="Unknown"),
                message("m3", "c"),
            )
        )
    )
    deleted, unknown, intact = only(Message, records)
    assert deleted.flags == ("recovered",)
    assert deleted.detail is not None and deleted.detail["decoding_confidence"] == "Low"
    assert unknown.flags == () and unknown.detail is not None
    assert unknown.detail["deleted_state"] == "Unknown"
    assert intact.detail is not None and "deleted_state" not in intact.detail


def test_the_same_message_in_a_chat_at_top_level_and_in_two_extractions_keeps_one_key() -> None:
    inside = message("g1", "same", identifier="K1")
    lone = message("g2", "same", identifier="K1", sender=SAMI)
    other = message("g3", "same", identifier="K1", extraction="1")
    text = report(chat("c1", inside), chat("c2", other)).decode()
    text = text.replace(
        "</decodedData>", f'<modelType type="InstantMessage">{lone}</modelType></decodedData>'
    )
    records = read(text.encode())
    messages = only(Message, records)
    assert [m.native and m.native.key for m in messages] == ["K1", "K1", "K1"]
    assert messages[0].conversation == messages[1].conversation
    assert messages[2].detail is not None and messages[2].detail["outside_chat"]
    assert messages[1].detail is not None and messages[1].detail["extractionId"] == "1"


@pytest.mark.parametrize(
    "bad",
    ["&#x0;", "&#0;", "&#11;", "&#xFFFE;", "&", "& b", "\x0b", "\x00", "&#xD800;", "&nbsp;"],
)
def test_forbidden_characters_are_replaced_and_the_message_is_flagged(bad: str) -> None:
    content = report(chat("c1", message("m1", "one"), message("m2", "two@@x"), message("m3", "three")))
    content = content.replace(b"<![CDATA[two@@x]]>", b"two" + bad.encode() + b"x")
    records = read(content)
    assert texts(records)[0] == "one" and texts(records)[2] == "three"
    repaired = only(Message, records)[1]
    assert repaired.text.startswith("two") and repaired.text.endswith("x")
    assert "repaired" in repaired.flags
    assert [m.flags for m in only(Message, records)].count(()) == 2
    assert problems(records) == ["RTV-U004"]


@pytest.mark.parametrize(
    "odd", ["&#x0;", "a & b", "&amp;", "<model type=\"InstantMessage\" id='x'>", "]] >", "<![CDATA[", "]"]
)
def test_what_stands_in_cdata_is_text_and_stays(odd: str) -> None:
    records = read(report(chat("c1", message("m1", odd), message("m2", "next & <b>"))))
    assert texts(records) == [odd, "next & <b>"]
    assert problems(records) == []


@pytest.mark.parametrize(
    "raw", [b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\xef\xbf\xbe", b"\xf8\x88\x80\x80\x80"]
)
def test_bytes_that_are_no_utf8_cost_nothing_but_themselves(raw: bytes) -> None:
    content = report(chat("c1", message("m1", "one@@"), message("m2", "دو"))).replace(b"@@", raw)
    records = read(content)
    assert texts(records)[0].startswith("one?") and texts(records)[1] == "دو"
    assert problems(records) == ["RTV-U004"]


def test_a_protected_report_says_what_to_ask_for() -> None:
    source = MemoryItem("report.xml", b"\x2d\x06\x52\x6d" + bytes(range(256)))
    assert READER.sniff(source)
    (problem,) = checked(READER, source)
    assert isinstance(problem, Problem) and problem.code == "RTV-U001"


def test_a_document_type_is_refused_and_what_is_lost_is_counted() -> None:
    content = report(chat("c1", message("m1", "&a;"), message("m2", "b")))
    bomb = b'<!DOCTYPE r [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]>\n<project'
    records = read(content.replace(b"<project", bomb, 1))
    (problem,) = only(Problem, records)
    assert (problem.code, problem.entries) == ("RTV-U002", 2)
    assert texts(records) == []


def test_a_cut_report_gives_what_stands_before_the_cut() -> None:
    whole = report(chat("c1", *(message(f"m{i}", f"text {i}") for i in range(20))))
    for cut in range(600, len(whole) - 40, 917):
        records = read(whole[:cut])
        assert texts(records) == [f"text {i}" for i in range(len(texts(records)))]
        assert problems(records) == ["RTV-U003"]


def test_a_broken_message_costs_itself_and_not_its_neighbours() -> None:
    content = report(chat("c1", message("m1", "one"), message("m2", "two@@"), message("m3", "three")))
    content = content.replace(b"<![CDATA[two@@]]>", b"two < three <x")
    records = read(content)
    assert texts(records) == ["one", "three"]
    assert len({m.conversation for m in only(Message, records)}) == 1
    (problem,) = only(Problem, records)
    assert (problem.code, problem.entries) == ("RTV-U003", 1)


def test_a_broken_message_at_the_end_of_a_chat_does_not_move_the_next_chat() -> None:
    content = report(
        chat("c1", message("m1", "one"), message("m2", "two@@"), native="a@g.us"),
        chat("c2", message("m3", "three"), native="b@g.us", name="Other"),
    ).replace(b"<![CDATA[two@@]]>", b"two <")
    records = read(content)
    assert texts(records) == ["one", "three"]
    first, last = only(Message, records)
    assert first.conversation != last.conversation
    names = {c.id: c.name for c in only(Conversation, records)}
    assert names[last.conversation] == "Other"


def test_a_broken_model_of_another_type_costs_no_message() -> None:
    password = model("Password", "w1", field("Data", "x@@"))
    content = report(password, chat("c1", message("m1", "one"))).replace(b"<![CDATA[x@@]]>", b"a<b>&")
    records = read(content)
    assert texts(records) == ["one"]


def test_namespaces_and_prefixes_do_not_matter() -> None:
    plain = report(chat("c1", message("m1", "one")), namespace="http://example.org/report")
    assert texts(read(plain)) == ["one"]
    content = plain.replace(b"xmlns=", b"xmlns:u=").replace(b"</", b"</u:")
    for tag in (
        b"<project",
        b"<source",
        b"<extraction",
        b"<tagged",
        b"<decoded",
        b"<model",
        b"<multi",
        b"<field",
        b"<value",
        b"<empty",
    ):
        content = content.replace(tag, b"<u:" + tag[1:])
    source = MemoryItem("report.xml", content)
    records = checked(READER, source)
    assert texts(records) == ["one"] and problems(records) == []


def test_attachments_lie_beside_by_path_or_by_listed_file() -> None:
    content = report(
        chat(
            "c1",
            message(
                "m1",
                None,
                held("Attachments", "Attachment", attachment("a1", "x.jpg", "files\\Image\\x.jpg")),
            ),
            message("m2", None, held("Attachments", "Attachment", attachment("a2", "y.jpg", file_id="F2"))),
            message("m3", None, held("Attachments", "Attachment", attachment("a3", "z.jpg", file_id="F9"))),
            message("m4", None, held("Attachments", "Attachment", attachment("a4", "e", "..\\..\\etc\\x"))),
            message("m5", None, held("Attachments", "Attachment", attachment("a5", "e", "C:\\x\\y"))),
            message("m6", None, held("Attachments", "Attachment", attachment("a6", "w", "files/gone.jpg"))),
        ),
        files=[tagged("F1", "files\\Image\\q.jpg"), tagged("F2", "files\\Image\\Y.JPG", 9)],
    )
    folder = {"files/Image/x.jpg": b"xxx", "files/Image/y.jpg": b"yyyy"}
    records = read(content, folder=folder)
    x, y, z, up, drive, gone = (m.attachments[0] for m in only(Message, records))
    assert x.present and x.size == 3 and x.sha256 and x.path == "files/Image/x.jpg"
    assert y.present and y.detail is not None and y.detail["path_as_listed"] == "/device/F2"
    assert not z.present and z.missing == "its file is not listed in the report"
    assert not up.present and not drive.present and gone.missing == "not beside the report"
    assert problems(records) == ["RTV-U005"]
    assert set(
        READER.related(MemoryItem("report.xml", content, folder=folder)) if READER.related else ()
    ) == set(folder)


def test_nobody_is_made_up_as_sender() -> None:
    records = read(
        report(
            chat(
                "c1",
                message("m1", "empty", sender=None),
                message("m2", "blank", sender=party(None, None)),
                message("m3", "named", sender=party(None, "Only Name")),
                message(
                    "m4",
                    "sys",
                    held(
                        "MessageExtraData", "X", model("MessageLabel", "l", field("Label", "System", "Label"))
                    ),
                    sender=party("System message", "System message"),
                ),
                people=[party("a", "A", owner=True), party("b", "B", owner=True)],
            )
        )
    )
    empty, blank, named, system = only(Message, records)
    assert empty.sender is None and blank.sender is None
    assert "weak_identity" in named.flags
    assert system.kind == "system" and system.sender is None
    assert len([a for a in only(Account, records) if a.owner]) == 2


@pytest.mark.parametrize(
    ("value", "format", "local", "utc"),
    [
        ("2024-09-15T14:34:20.000+03:00", "TimeStampKnown", "2024-09-15T14:34:20", "2024-09-15T11:34:20Z"),
        ("2024-09-15T14:34:20", "TimeStampKnown", "2024-09-15T14:34:20", None),
        ("2024-09-15T11:34:20Z", "TimeStampKnown", None, "2024-09-15T11:34:20Z"),
        ("2024-09-15T11:34:20+00:00", "TimeStampUnknown", None, None),
        ("15/09/2024 14:34:20(UTC+3)", "TimeStampKnown", "2024-09-15T14:34:20", "2024-09-15T11:34:20Z"),
        ("09/15/2024 02:34:20 PM(UTC+3)", "TimeStampKnown", "2024-09-15T14:34:20", "2024-09-15T11:34:20Z"),
        ("04/05/2024 14:34:20(UTC+3)", "TimeStampKnown", None, None),
        ("2024-13-45T99:00:00Z", "TimeStampKnown", None, None),
        ("0001-01-01T00:00:00+05:00", "TimeStampKnown", None, None),
        ("soon", "TimeStampKnown", None, None),
    ],
)
def test_times_as_the_report_prints_them(value: str, format: str, local: str | None, utc: str | None) -> None:
    records = read(report(chat("c1", message("m1", "x", stamp(value, "TimeStamp", format), time=None))))
    (m,) = only(Message, records)
    assert (m.sent.written, m.sent.local, m.sent.utc) == (value, local, utc)
    assert m.sent.ground


def test_an_asked_for_date_order_settles_a_printed_time() -> None:
    content = report(chat("c1", message("m1", "x", stamp("04/05/2024 14:34:20(UTC+3)"), time=None)))
    (m,) = only(Message, checked(READER, MemoryItem("report.xml", content), Ask(date_order="dmy")))
    assert m.sent.local == "2024-05-04T14:34:20"


def test_calls_contacts_activity_and_other_models() -> None:
    call = model(
        "Call",
        "k1",
        field("Source", "Viber"),
        field("Direction", "Incoming"),
        stamp("2024-09-15T11:34:20+00:00"),
        field("Duration", "00:01:02", "TimeSpan"),
        field("VideoCall", "False", "Boolean"),
        held(
            "Parties",
            "Party",
            party("+9647700000021", "Sami", role="From"),
            party("+15550100000", None, owner=True, role="To"),
        ),
    )
    phone = model("PhoneNumber", "n1", field("Value", "+964 770 000 0021"), field("Category", "Mobile"))
    contact = model(
        "Contact",
        "t1",
        field("Source", "Phone"),
        field("Name", "Sami"),
        held("Entries", "ContactEntry", phone),
    )
    added = model(
        "ChatActivity",
        "v1",
        single("Participant", "Party", SAMI),
        field("Action", "ParticipantAdded"),
        stamp("2024-09-15T11:34:20+00:00"),
    )
    records = read(
        report(call, contact, model("Location", "x1"), chat("c1", message("m1", "a"), activity=[added]))
    )
    (k,) = only(Call, records)
    assert (k.app, k.seconds, k.video, k.result) == ("viber", 62.0, False, "Incoming")
    assert k.caller == next(
        a.id for a in only(Account, records) if a.app == "viber" and a.phone == "+9647700000021"
    )
    (t,) = only(Contact, records)
    assert (t.name, t.phones) == ("Sami", ("+9647700000021",))
    assert [e.kind for e in only(Event, records)] == ["membership"]
    assert ["1 models of type Location" in s.reason for s in only(Skip, records)] == [True]


def test_sms_models_are_messages() -> None:
    sms = model(
        "SMS",
        "s1",
        field("Source", None),
        field("Body", "hello"),
        stamp("2024-09-15T11:34:20+00:00"),
        held(
            "Parties",
            "Party",
            party("+9647700000021", None, role="From"),
            party("+15550100000", None, role="To"),
        ),
    )
    (m,) = only(Message, read(report(sms, kind="SMS")))
    assert (m.app, m.text) == ("sms", "hello")
    assert m.sender is not None and m.detail is not None and len(m.detail["to"]) == 1


def test_messages_before_participants_still_get_the_whole_chat() -> None:
    late = model(
        "Chat",
        "c1",
        field("Source", "WhatsApp"),
        held("Messages", "InstantMessage", message("m1", "early")),
        field("Id", "group-9@g.us"),
        field("Name", "Late"),
        held("Participants", "Party", SAMI, OWNER),
    )
    records = read(report(late))
    conversations = only(Conversation, records)
    assert {c.id for c in conversations} == {m.conversation for m in only(Message, records)}
    assert (conversations[-1].name, len(conversations[-1].members)) == ("Late", 2)


def test_an_embedded_message_is_a_record_of_its_own_and_the_snapshot_of_the_reply() -> None:
    inner = message("in", "chair, 40", identifier="77", sender=party("9647700000022@s.whatsapp.net", "Dilan"))
    extra = model(
        "ReplyMessageData",
        "r1",
        field("Label", "Reply", "Label"),
        field("OriginalMessageID", "77"),
        single("InstantMessage", "InstantMessage", inner),
    )
    records = read(report(chat("c1", message("m1", "yes", held("MessageExtraData", "X", extra)))))
    quoted, answer = only(Message, records)
    assert "quoted_transcript" in quoted.flags and quoted.conversation == answer.conversation
    assert answer.reply_to is not None
    assert (answer.reply_to.key, answer.reply_to.snapshot) == ("77", "chair, 40")
    assert account_of(records, quoted).name == "Dilan" and account_of(records, answer).name == "Sami K"


def test_one_chat_of_many_messages_is_given_out_before_it_closes() -> None:
    content = report(chat("c1", *(message(f"m{i}", "x" * 50) for i in range(3000))))
    reading = READER.read(MemoryItem("report.xml", content), Ask())
    for record in reading:
        if isinstance(record, Message):
            assert int(record.at.spot[6:].split("-")[0]) < 5000
            break


def test_fields_that_no_rule_reads_are_kept_by_name() -> None:
    records = read(report(chat("c1", message("m1", "a", field("ForensicOddity", "kept")))))
    (m,) = only(Message, records)
    assert m.detail is not None and m.detail["fields"] == {"ForensicOddity": "kept"}


def test_byte_order_mark_crlf_and_single_quotes() -> None:
    content = report(chat("c1", message("m1", "one"), message("m2", "two")))
    assert texts(read(b"\xef\xbb\xbf" + content)) == ["one", "two"]
    assert texts(read(content.replace(b"\n", b"\r\n"))) == ["one", "two"]
    quoted = content.replace(b'type="InstantMessage"', b"type='InstantMessage'")
    assert texts(read(quoted)) == ["one", "two"]


ODD = (
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"\x00",
    b"\xff",
    b"</model>",
    b'<model type="InstantMessage">',
    b'"',
)
ODDER = (
    b"<!--",
    b"-->",
    b"<?x ?>",
    b"&#x0;",
    b"</multiModelField>",
    b'<model type="Chat">',
    b"\xef\xbf\xbf",
    b"<modelType ",
)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_to_a_report_the_sum_holds(seed: int) -> None:
    dice = random.Random(seed)
    extra = model("ReplyMessageData", "r", single("InstantMessage", "InstantMessage", message("in", "inner")))
    messages = [message(f"m{i}", f"text {i} & <b> دو", identifier=f"K{i}") for i in range(5)]
    messages.append(message("m9", "yes", held("MessageExtraData", "X", extra)))
    whole = report(chat("c1", *messages), chat("c2", *messages[:2], native="z@g.us"))
    for _ in range(60):
        hurt = bytearray(whole)
        for _ in range(dice.randrange(1, 4)):
            place = dice.randrange(len(hurt))
            if dice.random() < 0.5:
                hurt[place:place] = dice.choice(ODD + ODDER)
            else:
                del hurt[place : place + dice.randrange(1, 60)]
        source = MemoryItem("report.xml", bytes(hurt))
        if READER.sniff(source):
            checked(READER, source, codes=PROBLEMS)


def test_other_xml_is_not_claimed() -> None:
    assert not READER.sniff(MemoryItem("report.xml", b"<html><body>x</body></html>"))
    assert not READER.sniff(MemoryItem("a.xml", b"<project><x/></project>"))
    assert not READER.sniff(MemoryItem("report.txt", report(chat("c1"))))
    assert READER.sniff(MemoryItem("Report.XML", report(chat("c1"))))
