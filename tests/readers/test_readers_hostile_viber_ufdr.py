"""Hard files for Viber, UFDR and Telegram's pages, made from the facts of the formats by someone who had not read the readers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fake_view import FakeView
from ritrova.formats.items import MemoryItem
from ritrova.linkers import same_message
from ritrova.linkers.sources import Sources
from ritrova.model import ids
from ritrova.model.records import Account, Conversation, Event, ItemSeen, Link, Message, Problem, Read
from ritrova.model.shapes import Ask
from ritrova.readers import telegram_html, ufdr, viber_android, viber_desktop, viber_ios
from writers import telegram_pages as pages
from writers import ufdr as xml
from writers import viber_android as android
from writers import viber_desktop as desktop
from writers import viber_ios as ios
from writers.reading import account_of, only, texts
from writers.reading import read as checked

BROKEN = ["{", "[1,2]", "null", '"words"', "{'a':1}", '{"quote": 5, "edit": []}', "\x00\x01", "[" * 3000]
OTHER_TYPES: list[Any] = [b"\xff\xfe\x00", 7, 2.5, b'{"Edit": 1}', 1 << 60]


def droid(writer: android.AndroidWriter) -> list[Read]:
    return checked(
        viber_android.READER, MemoryItem("viber_messages", writer.content()), codes=viber_android.PROBLEMS
    )


def desk(writer: desktop.DesktopWriter) -> list[Read]:
    return checked(
        viber_desktop.READER, MemoryItem("viber.db", writer.content()), codes=viber_desktop.PROBLEMS
    )


def apple(writer: ios.IosWriter, folder: dict[str, bytes] | None = None) -> list[Read]:
    item = MemoryItem("Contacts.data", writer.content(), folder=folder or {})
    return checked(viber_ios.READER, item, codes=viber_ios.PROBLEMS)


def cell(content: bytes, folder: dict[str, bytes] | None = None, name: str = "report.xml") -> list[Read]:
    """All records of a report; every text stands in the bytes of its spot."""
    item = MemoryItem(name, content, folder=folder)
    assert ufdr.READER.sniff(item)
    records = checked(ufdr.READER, item, codes=ufdr.PROBLEMS)
    for m in only(Message, records):
        start, end = (int(x) for x in m.at.spot[6:].split("-"))
        raw = content[start:end]
        assert raw.startswith(b"<") and raw.endswith(b">")
        if "repaired" not in m.flags:
            assert m.text.encode() in raw
    return records


def gram(*found: bytes, ask: Ask | None = None) -> list[Read]:
    names = ["messages.html"] + [f"messages{n}.html" for n in range(2, len(found) + 1)]
    beside = dict(zip(names, found, strict=True))
    item = MemoryItem("messages.html", found[0], folder=beside)
    records = checked(telegram_html.READER, item, ask, telegram_html.PROBLEMS)
    for m in only(Message, records):
        start, end = (int(x) for x in m.at.spot[6:].split("-"))
        raw = beside[m.at.path][start:end]
        assert m.native is not None and f'id="message{m.native.key}"'.encode() in raw
    return records


# -- Viber ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [*BROKEN, *OTHER_TYPES])
def test_android_json_that_does_not_decode_costs_nothing(bad: Any) -> None:
    writer = android.small()
    writer.message("before")
    writer.message("held", msg_info=bad, quoted_message_data=bad, description=bad, extra_uri=bad)
    writer.message("after")
    records = droid(writer)
    assert [m.text for m in only(Message, records)][0::2] == ["before", "after"]
    assert "held" in texts(records)[1]
    assert {account_of(records, m).name for m in only(Message, records)} == {"Sami K"}


@pytest.mark.parametrize("bad", [*BROKEN, *OTHER_TYPES])
def test_ios_json_that_does_not_decode_costs_nothing(bad: Any) -> None:
    writer = ios.small()
    writer.message("before")
    writer.message("held", ZMETADATA=bad, ZCLIENTMETADATA=bad, ZTIMEBOMBTIMESTAMP=bad, ZSTATEDATE=bad)
    writer.message("after")
    records = apple(writer)
    assert texts(records) == ["before", "held", "after"]
    assert {account_of(records, m).name for m in only(Message, records)} == {"Sami K"}


@pytest.mark.parametrize("bad", [*BROKEN, *OTHER_TYPES])
def test_desktop_json_that_does_not_decode_costs_nothing(bad: Any) -> None:
    writer = desktop.small()
    writer.message("before")
    writer.message("held", info=bad, AdminsReactions=bad, MembersReactions=bad, SelfReaction=bad)
    writer.message("after")
    records = desk(writer)
    assert texts(records) == ["before", "held", "after"]
    assert {account_of(records, m).name for m in only(Message, records)} == {"Sami K"}


@pytest.mark.parametrize("body", [None, "", b"\xff\xfe", 5, 2.5, "a\x00b", "\u202eabc", "x" * 200_000])
def test_bodies_of_every_kind_are_messages(body: Any) -> None:
    one, two, three = android.small(), ios.small(), desktop.small()
    one.message(body)
    one.message("next", send_type=1)
    two.message(body)
    two.mine("next")
    three.message(body)
    three.message("next", out=1, contact=1)
    for records in (droid(one), apple(two), desk(three)):
        first, second = only(Message, records)
        assert second.text == "next" and account_of(records, second).owner
        assert first.sent.utc == "2024-09-15T11:34:20Z"
        if isinstance(body, str):
            assert first.text == body
        elif isinstance(body, int | float):
            assert str(body) in first.text


def test_groups_of_one_name_stay_apart_in_every_form() -> None:
    one = android.small()
    one.chat(3, (1, 3), type=1, group=770200, name="Furniture")
    one.message("in one", conversation_id=2, participant_id=203)
    one.message("in the other", conversation_id=3, participant_id=303)
    two = ios.small()
    two.row("ZCONVERSATION", Z_PK=30, ZGROUPID=770200, ZNAME="Furniture")
    two.message("in one", ZCONVERSATION=20)
    two.message("in the other", ZCONVERSATION=30)
    three = desktop.small()
    three.chat(3, (1, 3), "Furniture", "770200")
    three.message("in one", chat=2, contact=3)
    three.message("in the other", chat=3, contact=3)
    found = []
    for records in (droid(one), apple(two), desk(three)):
        first, second = only(Message, records)
        assert first.conversation != second.conversation
        assert {
            c.name for c in only(Conversation, records) if c.id in (first.conversation, second.conversation)
        } == {"Furniture"}
        found.append((first.conversation, second.conversation))
    assert found[0] == found[1] == found[2]


def test_groups_without_id_and_of_one_name_stay_apart() -> None:
    one = android.small()
    one.chat(3, (1, 3), type=1, group=0, name="Same")
    one.chat(4, (1, 2), type=1, group=0, name="Same")
    one.message("a", conversation_id=3, participant_id=303)
    one.message("b", conversation_id=4, participant_id=402)
    two = ios.small()
    for pk in (30, 31):
        two.row("ZCONVERSATION", Z_PK=pk, ZNAME="Same")
        two.message("a", ZCONVERSATION=pk)
    three = desktop.small()
    for pk in (3, 4):
        three.chat(pk, (1, 2, 3), "Same", None)
        three.message("a", chat=pk)
    for records in (droid(one), apple(two), desk(three)):
        assert len({m.conversation for m in only(Message, records)}) == 2


def test_orphans_of_two_lost_chats_stay_apart_and_so_do_two_lost_people() -> None:
    one = android.small()
    for lost in (71, 72):
        one.message("a", conversation_id=lost, participant_id=lost * 100)
    one.message("c", conversation_id=None, participant_id=None, send_type=None)
    two = ios.small()
    for lost in (71, 72):
        two.message("a", ZCONVERSATION=lost, ZPHONENUMINDEX=lost)
    two.message("c", ZCONVERSATION=None, ZPHONENUMINDEX=None, ZSTATE=None)
    three = desktop.small()
    for lost in (71, 72):
        three.message("a", chat=lost, contact=lost)
    three.message("c", chat=None, contact=None, out=None)
    for records in (droid(one), apple(two), desk(three)):
        messages = only(Message, records)
        assert len({m.conversation for m in messages}) == 3
        first, second, third = (m.sender for m in messages)
        assert first != second and first is not None
        assert third is None


def test_two_people_of_one_name_are_two_accounts() -> None:
    one = android.small()
    one.person(8, None, "Sami K", "mid-8")
    one.chat(5, (1, 8))
    one.message("a")
    one.message("b", conversation_id=5, participant_id=508)
    two = ios.small()
    two.member(8, "mid-8", "Sami K", None)
    two.message("a")
    two.message("b", ZPHONENUMINDEX=8)
    three = desktop.small()
    three.contact(8, "Sami K", None, "mid-8")
    three.message("a")
    three.message("b", contact=8)
    for records in (droid(one), apple(two), desk(three)):
        first, second = only(Message, records)
        assert first.sender != second.sender
        assert account_of(records, second).native == "mid-8" or account_of(records, second).phone is None


@pytest.mark.parametrize("code", [-1, 99, 1 << 40, "", "nonsense", b"\x00", None, 1.5])
def test_codes_of_direction_and_type_that_nobody_knows(code: Any) -> None:
    one, two, three = android.small(), ios.small(), desktop.small()
    one.message("kept", send_type=code, extra_mime=code)
    two.message("kept", ZSTATE=code, ZSYSTEMTYPE=code)
    three.message("kept", out=code, type=code)
    for records in (droid(one), apple(two), desk(three)):
        (m,) = only(Message, records)
        assert m.text == "kept"
        if m.sender is not None and account_of(records, m).owner:
            raise AssertionError("an unknown direction is made the owner's words")


def test_android_time_in_seconds_zero_and_far_away() -> None:
    writer = android.small()
    for when in (1_726_400_000, 0, None, -5, 1 << 62, "soon", 1_726_400_000_000_000):
        writer.message("t", msg_date=when, token=None)
    found = [m.sent.utc for m in only(Message, droid(writer))]
    seconds, *rest = found
    assert seconds in (None, "2024-09-15T11:33:20Z")
    assert all(u is None or u.startswith("2024-09-15") for u in rest)


def test_android_the_same_token_twice_is_two_rows() -> None:
    writer = android.small()
    writer.message("a", token=5)
    writer.message("a", token=5)
    writer.message("b", token=5, conversation_id=2, participant_id=203)
    assert texts(droid(writer)) == ["a", "a", "b"]


def test_android_a_reaction_to_a_token_in_two_chats_and_by_a_stranger() -> None:
    writer = android.small()
    writer.message("a")
    writer.row(
        "messages_likes", message_token=9001, participant_number="+9647999999999", date=1_726_400_000_000
    )
    writer.row("messages_likes", message_token=777, participant_number="", date=0)
    records = droid(writer)
    assert len([e for e in only(Event, records) if e.kind == "reaction"]) == 2


def test_a_participant_of_another_chat_is_said_as_the_row_says() -> None:
    writer = android.small()
    writer.message("by Dilan's row of the group, in the direct chat", conversation_id=1, participant_id=203)
    records = droid(writer)
    assert account_of(records, only(Message, records)[0]).native == "mid-dilan"


# -- UFDR -------------------------------------------------------------------------------------------------------------


def bare(kind: str, id: str, **more: str) -> str:
    extra = "".join(f' {k}="{v}"' for k, v in more.items())
    return f'<model type="{kind}" id="{id}" deleted_state="Intact" decoding_confidence="High"{extra}/>\n'


def test_a_message_of_one_tag_is_a_message_and_a_chat_of_one_tag_harms_none() -> None:
    content = xml.report(
        bare("Chat", "c0"),
        xml.chat("c1", xml.message("m1", "one"), bare("InstantMessage", "m2"), xml.message("m3", "three")),
        bare("InstantMessage", "m4", extractionId="1"),
        xml.chat("c2", bare("InstantMessage", "m5"), native="b@g.us"),
    )
    records = cell(content)
    assert texts(records) == ["one", "", "three", "", ""]
    ms = only(Message, records)
    assert ms[0].conversation == ms[1].conversation == ms[2].conversation
    assert len({m.conversation for m in ms}) == 3
    assert ms[1].sender is None


def test_empty_party_attachment_and_fields_of_one_tag() -> None:
    content = xml.report(
        xml.chat(
            "c1",
            xml.message(
                "m1",
                "one",
                '<multiModelField name="Attachments" type="Attachment"/>',
                sender=bare("Party", "p1"),
            ),
            xml.message(
                "m2",
                "two",
                xml.held("Attachments", "Attachment", bare("Attachment", "a1")),
                '<field name="Status"/>',
            ),
        )
    )
    records = cell(content)
    assert texts(records) == ["one", "two"]
    assert len(only(Message, records)[1].attachments) == 1


def test_attachments_within_attachments_and_in_embedded_messages_stay_with_their_own() -> None:
    inner = xml.attachment("a2", "inner.jpg")
    outer = xml.model(
        "Attachment", "a1", xml.field("Filename", "outer.jpg"), xml.held("Attachments", "Attachment", inner)
    )
    quoted = xml.message(
        "e1", "quoted words", xml.held("Attachments", "Attachment", xml.attachment("a3", "old.jpg"))
    )
    content = xml.report(
        xml.chat(
            "c1",
            xml.message("m1", "one", xml.held("Attachments", "Attachment", outer)),
            xml.message("m2", "two", xml.single("EmbeddedMessage", "InstantMessage", quoted)),
            xml.message(
                "m3", "three", xml.single("Attachment", "Attachment", xml.attachment("a4", "single.jpg"))
            ),
        )
    )
    records = cell(content)
    by = {m.text: m for m in only(Message, records)}
    assert [a.name for a in by["one"].attachments][:1] == ["outer.jpg"]
    assert "inner.jpg" in json.dumps([by["one"].detail, [str(a) for a in by["one"].attachments]])
    assert by["two"].attachments == ()
    assert [a.name for a in by["quoted words"].attachments] == ["old.jpg"]
    assert [a.name for a in by["three"].attachments] == ["single.jpg"]


@pytest.mark.parametrize("state", ["Deleted", "Unknown", "Trash", "", "deleted"])
def test_any_state_reaches_the_record(state: str) -> None:
    inside = xml.chat("c1", xml.message("m1", "x", state=state, confidence="Medium"))
    (m,) = only(Message, cell(xml.report(inside)))
    assert m.detail is not None and m.detail["decoding_confidence"] == "Medium"
    if state:
        assert m.detail["deleted_state"] == state
    assert ("recovered" in m.flags) == (state.lower() == "deleted")


def test_messages_of_a_deleted_chat_keep_their_own_state() -> None:
    records = cell(xml.report(xml.chat("c1", xml.message("m1", "x"), state="Deleted")))
    (m,) = only(Message, records)
    assert m.text == "x" and "recovered" not in m.flags


def copies(count: int = 1) -> bytes:
    """Each message inside a chat, at top level and in the chat of a second extraction."""

    def some(prefix: str, **more: str) -> list[str]:
        return [
            xml.message(
                f"{prefix}{n}",
                f"message {n}",
                identifier=f"K{n}",
                time=f"2024-09-15T11:{n:02d}:20.000+00:00",
                **more,
            )
            for n in range(count)
        ]

    whole = xml.report(
        xml.chat("c1", *some("a")), xml.chat("c2", *some("b", extraction="1"), extraction="1")
    ).decode()
    lone = f'<modelType type="InstantMessage">{"".join(some("t"))}</modelType></decodedData>'
    return whole.replace("</decodedData>", lone).encode()


def linked(records: list[Read]) -> list[Link]:
    seen = ItemSeen(records[0].at, 1, reader="ufdr")
    return [x for x in same_message.link(FakeView([seen, *records])) if isinstance(x, Link)]


@pytest.mark.parametrize("count", [1, 3, 12])
def test_a_message_in_its_chat_at_top_level_and_in_two_extractions_is_one_witness(count: int) -> None:
    records = cell(copies(count))
    assert len(texts(records)) == 3 * count
    links = linked(records)
    by_text: dict[str, list[str]] = {}
    for m in only(Message, records):
        by_text.setdefault(m.text, []).append(ids.id_of(m))
    joined = Sources(FakeView([*records, *links]))
    for group in by_text.values():
        assert len(group) == 3
        assert joined.independent([[each] for each in group]) == 1
        edges = [(x.a, x.b) for x in links if x.a in group or x.b in group]
        assert len(edges) == 2 and {e for pair in edges for e in pair} == set(group)


def test_two_messages_of_one_text_and_time_with_keys_of_their_own_are_not_joined() -> None:
    twice = xml.chat("c1", xml.message("m1", "ok", identifier="K1"), xml.message("m2", "ok", identifier="K2"))
    records = cell(xml.report(twice))
    assert linked(records) == []


def test_a_message_sent_to_a_list_under_one_key_stays_one_in_each_chat() -> None:
    sent = "to all", "K1"
    content = xml.report(
        xml.chat("c1", xml.message("m1", sent[0], identifier=sent[1]), native="a"),
        xml.chat("c2", xml.message("m2", sent[0], identifier=sent[1]), native="b"),
        xml.message("m3", sent[0], identifier=sent[1]),
    )
    assert linked(cell(content)) == []


@pytest.mark.parametrize("tag", [b"<!DOCTYPE project>", b"<!DOCTYPE project SYSTEM 'file:///etc/passwd'>"])
def test_any_document_type_is_refused_with_the_count(tag: bytes) -> None:
    content = xml.report(xml.chat("c1", xml.message("m1", "a"), xml.message("m2", "b")))
    (problem,) = only(Problem, cell(content.replace(b"<project", tag + b"<project", 1)))
    assert problem.entries == 2


def test_a_document_type_in_a_body_is_text() -> None:
    odd = "<!DOCTYPE x [<!ENTITY a 'b'>]> <model type=\"InstantMessage\"/> </decodedData></project>"
    assert texts(cell(xml.report(xml.chat("c1", xml.message("m1", odd), xml.message("m2", "n"))))) == [
        odd,
        "n",
    ]


def test_comments_hide_nothing_that_is_a_message() -> None:
    inside = xml.chat("c1", xml.message("m1", "a <!-- b"), "<!-- x -->", xml.message("m2", "c --> <? d"))
    assert texts(cell(xml.report(inside))) == ["a <!-- b", "c --> <? d"]
    long = "<!-- " + '<model type="InstantMessage" id="z"> ' * 5_000 + "-->"
    inside = xml.chat("c1", xml.message("m1", "a"), long, xml.message("m2", "b"))
    assert texts(cell(xml.report(inside))) == ["a", "b"]
    open_one = xml.chat("c1", xml.message("m1", "a"), "<!-- " * 3, xml.message("m2", "b"))
    assert sum(p.entries for p in only(Problem, cell(xml.report(open_one)))) <= 1


def test_cdata_in_several_pieces_and_entities_give_one_text() -> None:
    content = xml.report(xml.chat("c1", xml.message("m1", "@@")))
    content = content.replace(b"<![CDATA[@@]]>", b"a<![CDATA[ ]]]]><![CDATA[> ]]>&lt;&#1587;&#x1F600;&amp;")
    (m,) = only(Message, checked(ufdr.READER, MemoryItem("report.xml", content)))
    assert m.text == "a ]]> <\u0633\U0001f600&"


@pytest.mark.parametrize("step", [37])
def test_cut_anywhere_the_sum_holds_and_nothing_is_invented(step: int) -> None:
    whole = copies(3)
    full = texts(cell(whole))
    for cut in range(200, len(whole), step):
        item = MemoryItem("report.xml", whole[:cut])
        if ufdr.READER.sniff(item):
            got = texts(checked(ufdr.READER, item, codes=ufdr.PROBLEMS))
            assert got == full[: len(got)]


def test_names_of_fields_in_attributes_with_greater_than_and_single_quotes() -> None:
    content = xml.report(xml.chat("c1", xml.message("m1", "one", xml.field("Sub>ject", "v"))))
    content = content.replace(b'id="m1"', b"id='m>1' note=\"a > b\"")
    assert texts(cell(content)) == ["one"]


def test_the_owner_is_the_one_of_the_message_and_two_owners_are_not_merged() -> None:
    me, other = xml.party("1@s.whatsapp.net", "A", owner=True), xml.party("2@s.whatsapp.net", "B", owner=True)
    records = cell(
        xml.report(xml.chat("c1", xml.message("m1", "a", sender=me), xml.message("m2", "b", sender=other)))
    )
    first, second = only(Message, records)
    assert first.sender != second.sender
    assert account_of(records, second).name == "B"


def test_chats_of_one_name_without_id_stay_apart() -> None:
    content = xml.report(
        xml.chat("c1", xml.message("m1", "a"), native=None, name="Family"),
        xml.chat("c2", xml.message("m2", "b"), native=None, name="Family"),
    )
    assert len({m.conversation for m in only(Message, cell(content))}) == 2


def test_one_identifier_in_two_apps_is_two_people_and_two_chats() -> None:
    who = xml.party("9647700000021", "Sami")
    content = xml.report(
        xml.chat("c1", xml.message("m1", "a", sender=who), native="7"),
        xml.chat("c2", xml.message("m2", "b", sender=who, source="Viber"), native="7", source="Viber"),
        xml.chat(
            "c3", xml.message("m3", "c", sender=who, source="Frobnicator"), native="7", source="Frobnicator"
        ),
    )
    ms = only(Message, cell(content))
    assert len({m.conversation for m in ms}) == 3 and len({m.sender for m in ms}) == 3
    assert [m.app for m in ms][:2] == ["whatsapp", "viber"]


def test_bodies_of_control_characters_and_marks_of_direction() -> None:
    odd = "a\tb\nc\u202e\u2066d\u200f \u0000"
    content = xml.report(xml.chat("c1", xml.message("m1", odd), xml.message("m2", "next")))
    records = cell(content)
    assert texts(records)[0].startswith("a\tb\nc\u202e\u2066d\u200f") and texts(records)[1] == "next"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings_are_read_or_said(encoding: str) -> None:
    text = xml.report(xml.chat("c1", xml.message("m1", "\u0633\u0644\u0627\u0645"))).decode()
    content = text.replace('encoding="utf-8"', f'encoding="{encoding[:6].rstrip("-")}"').encode(encoding)
    item = MemoryItem("report.xml", content)
    if ufdr.READER.sniff(item):
        records = checked(ufdr.READER, item, codes=ufdr.PROBLEMS)
        assert texts(records) == ["\u0633\u0644\u0627\u0645"] or only(Problem, records)
    else:
        assert encoding == "utf-16"


# -- Telegram's pages -------------------------------------------------------------------------------------------------


def test_joined_over_three_pages_and_over_lines_of_service() -> None:
    records = gram(
        pages.page(pages.message(1, "a"), more="messages2.html"),
        pages.page(
            pages.service(-2, "25 September 2022"), pages.message(2, "b", name=None), more="messages3.html"
        ),
        pages.page(pages.message(3, "c", name=None), pages.message(4, "d", name="Deleted Account")),
    )
    assert [(m.text, m.sender_name) for m in only(Message, records) if m.kind == "text"][:3] == [
        ("a", "Samir"), ("b", "Samir"), ("c", "Samir")]  # fmt: skip


def test_joined_at_the_very_start_has_nobody() -> None:
    records = gram(pages.page(pages.message(1, "a", name=None), pages.message(2, "b")))
    first, second = only(Message, records)
    assert first.sender is None and second.sender_name == "Samir"


def test_joined_after_a_forward_is_the_forwarders_not_the_authors() -> None:
    wrap = pages.forwarded("News", "01.02.2020 10:00:00 UTC+03:00")
    records = gram(
        pages.page(pages.message(1, "a", wrap=wrap), more="messages2.html"),
        pages.page(pages.message(2, "b", name=None), pages.message(3, "c", name=None, wrap=wrap)),
    )
    assert [m.sender_name for m in only(Message, records)] == ["Samir"] * 3
    assert [m.forwarded_from for m in only(Message, records)] == ["News", None, "News"]


def test_a_body_that_looks_like_markup_is_text() -> None:
    odd = "&lt;div class=&quot;message default&quot; id=&quot;message9&quot;&gt;&lt;/div&gt; &lt;!--"
    records = gram(pages.page(pages.message(1, odd), pages.message(2, "b", name=None)))
    assert texts(records)[0] == '<div class="message default" id="message9"></div> <!--'
    assert only(Message, records)[1].sender_name == "Samir"


def test_names_of_markup_of_nothing_and_of_another_script() -> None:
    for name, want in (("A &amp; B &lt;x&gt;", "A & B <x>"), ("\u202eevil", "\u202eevil"), ("سامي", "سامي")):
        (m,) = only(Message, gram(pages.page(pages.message(1, "x", name=name))))
        assert m.sender_name == want
    (m,) = only(Message, gram(pages.page(pages.message(1, "x", name=""))))
    assert m.text == "x"


def test_one_number_twice_on_two_pages_is_two_messages() -> None:
    records = gram(
        pages.page(pages.message(1, "a"), more="messages2.html"),
        pages.page(pages.message(1, "a2", name="Noor")),
    )
    assert texts(records) == ["a", "a2"]


@pytest.mark.parametrize("step", [61])
def test_pages_cut_anywhere_add_up(step: int) -> None:
    whole = pages.page(
        pages.message(1, "one"), pages.message(2, "two", name=None), pages.message(3, "three", name="Noor")
    )
    want = {"one": "Samir", "two": "Samir", "three": "Noor"}
    for cut in range(400, len(whole), step):
        item = MemoryItem("messages.html", whole[:cut])
        if telegram_html.READER.sniff(item):
            records = checked(telegram_html.READER, item, codes=telegram_html.PROBLEMS)
            for m in only(Message, records):
                assert "<" not in m.text
                assert m.text == "" or any(
                    t.startswith(m.text) and n == m.sender_name for t, n in want.items()
                )


def test_the_repeated_hour_of_autumn_is_not_settled_by_a_zone() -> None:
    records = gram(
        pages.page(pages.message(1, "x", date="26.10.2025 02:30:00 UTC+01:00")), ask=Ask(zone="Europe/Rome")
    )
    (m,) = only(Message, records)
    assert (
        m.sent.utc is None
        or "twice" in m.sent.ground
        or "repeat" in m.sent.ground
        or "ambig" in m.sent.ground
    )


def test_accounts_by_name_are_marked_as_weak() -> None:
    records = gram(pages.page(pages.message(1, "x")))
    assert only(Account, records)
    assert all("weak_identity" in m.flags for m in only(Message, records))


def test_comments_and_instructions_that_look_like_messages_count_for_nothing() -> None:
    odd = '<!-- <model type="InstantMessage" id="z"></model> --><?x <model type="InstantMessage"/> ?>'
    assert texts(cell(xml.report(xml.chat("c1", odd, xml.message("m1", "one"))))) == ["one"]
