"""Hard cases of Telegram Desktop's JSON: what its writer, other programs, crashes and people do to a file."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model import ids
from ritrova.model.records import Account, Call, Contact, Conversation, Event, Message, Problem, Read
from ritrova.model.shapes import Ask
from ritrova.readers.telegram_json import PROBLEMS, READER
from ritrova.workers.tally import Sum, reconciled
from writers.reading import only
from writers.telegram_desktop import account, chat, laid_out, message, minified, service


def read(content: bytes, ask: Ask | None = None, folder: dict[str, bytes] | None = None) -> list[Read]:
    """All records; the sum must add up, codes be explained, names come before who names them."""
    item = MemoryItem("result.json", content, folder=folder)
    assert READER.sniff(item)
    records = list(READER.read(item, ask or Ask()))
    total = Sum(None)
    total.add(records)
    off = [
        p.what
        for p in reconciled(item, "telegram.json", READER.count(item, Ask()), total)
        if isinstance(p, Problem)
    ]
    assert off == []
    known: set[str] = set()
    for r in records:
        if isinstance(r, Account | Conversation):
            assert r.id not in known
            known.add(r.id)
        if isinstance(r, Message):
            assert r.conversation in known
            assert r.sender is None or r.sender in known
        if isinstance(r, Event | Contact):
            assert r.account is None or r.account in known
        if isinstance(r, Problem):
            assert r.code in PROBLEMS
    spots = [m.at.spot for m in only(Message, records)]
    assert len(set(spots)) == len(spots)
    return records


def messages(content: bytes, ask: Ask | None = None, folder: dict[str, bytes] | None = None) -> list[Message]:
    return only(Message, read(content, ask, folder))


def one(m: dict[str, Any], **how: Any) -> Message:
    found = messages(laid_out(chat(m)), **how)
    assert len(found) == 1
    return found[0]


def codes(records: list[Read]) -> list[str]:
    return [p.code for p in only(Problem, records)]


@pytest.mark.parametrize("write", [laid_out, minified, lambda v: json.dumps(v, indent=4).encode()])
def test_any_layout_gives_the_same_words_and_resolving_bytes(write: Any) -> None:
    whole = chat(*(message(n, f"كرسي {n} 🙂 {{[") for n in range(1, 40)))
    content = write(whole)
    found = messages(content)
    assert [m.text for m in found] == [m["text"] for m in whole["messages"]]
    for m, written in zip(found, whole["messages"], strict=True):
        first, last = map(int, m.at.spot[6:].split("-"))
        assert json.loads(content[first:last]) == written


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    content = b"\xef\xbb\xbf" + laid_out(account(chat(message(1), message(2)))).replace(b"\n", b"\r\n")
    assert len(messages(content)) == 2


def test_mixed_indentation() -> None:
    lines = laid_out(chat(message(1, "a"), message(2, "b"), message(3, "c"))).split(b"\n")
    mixed = b"\n".join(b"   " + line if i % 5 == 0 else line for i, line in enumerate(lines))
    assert [m.text for m in messages(mixed)] == ["a", "b", "c"]


def test_keys_in_another_order() -> None:
    whole = {
        "messages": [dict(reversed(message(n).items())) for n in (1, 2)],
        "id": 1700,
        "type": "public_channel",
    }
    records = read(laid_out(whole))
    assert only(Conversation, records)[0].native == "channel1700"
    assert len(only(Message, records)) == 2


def test_hex_escapes_are_repaired_by_the_parity_of_backslashes() -> None:
    raw = laid_out(chat(message(1, "A@B"))).replace(b"A@B", rb"A\x0BB \\x41 \\\x0C")
    m = messages(raw)[0]
    assert m.text == "A\x0bB \\x41 \\\x0c"
    assert "repaired" in m.flags
    typed = messages(laid_out(chat(message(1, r"typed \x41"))))[0]
    assert typed.text == r"typed \x41" and "repaired" not in typed.flags


def test_an_unquoted_document_id_is_repaired() -> None:
    path = "chats/chat_004/stickers/sticker (62).webp"
    m = message(1, [{"type": "custom_emoji", "text": "😁", "document_id": path}, " ok"])
    raw = laid_out(chat(m, message(2))).replace(b'"' + path.encode() + b'"', path.encode())
    found = messages(raw)
    assert found[0].text == "😁 ok" and "repaired" in found[0].flags
    assert found[0].detail is not None and found[0].detail["entities"][0]["document_id"] == path
    assert found[1].flags == ()


def test_a_doubled_key_loses_nothing() -> None:
    raw = laid_out(chat(service(1, "send_webview_data"))).replace(
        b'"text": ""', b'"text": "button pressed",\n   "text": ""'
    )
    m = messages(raw)[0]
    assert m.text == "button pressed" and "doubled_key" in m.flags
    assert m.detail is not None and m.detail["doubled"] == {"text": ["button pressed"]}


@pytest.mark.parametrize("write", [laid_out, minified])
def test_a_doubled_key_in_a_plain_message_loses_nothing(write: Any) -> None:
    raw = write(chat(message(1, "second")))
    first = b'"from_id": "user501"' if b'"from_id": ' in raw else b'"from_id":"user501"'
    raw = raw.replace(first, first + b"," + first.replace(b"501", b"502"))
    m = messages(raw)[0]
    assert m.detail is not None and m.detail["doubled"] == {"from_id": ["user501"]}


def test_ids_and_replies_from_before_a_migration_meet() -> None:
    first, second = messages(
        laid_out(chat(message(-999999990), message(-999999989, reply_to_message_id=-999999990)))
    )
    assert second.reply_to is not None and first.native is not None
    assert second.reply_to.key == first.native.key == "-999999990"
    assert first.detail == {"id_before_migration": 10}


def test_a_reply_into_another_chat_names_it() -> None:
    m = one(message(5, reply_to_message_id=3, reply_to_peer_id="channel44"))
    assert m.reply_to is not None
    assert m.reply_to.conversation == ids.conversation_id("telegram", "channel44")


def test_unsupported_is_a_message_that_existed() -> None:
    m = messages(laid_out(chat(message(1), {"id": 2, "type": "unsupported"})))[1]
    assert m.kind == "unsupported" and m.sender is None and m.sent.utc is None and m.sent.ground


def test_a_deleted_account_keeps_its_id() -> None:
    m = one({**message(1), "from": None})
    assert m.sender == ids.account_id("telegram", "user501") and m.sender_name is None


def test_a_name_without_id_is_weak_and_never_meets_the_same_name_elsewhere() -> None:
    nameless = {k: v for k, v in message(1).items() if k != "from_id"}
    a, b = messages(laid_out(chat(nameless, message(2))))
    assert "weak_identity" in a.flags and a.sender != b.sender
    other = messages(minified(chat(nameless)))[0]
    assert other.sender != a.sender


def test_zero_and_empty_ids_are_none() -> None:
    for nobody in (0, "", "user0", None):
        m = one({**message(1), "from_id": nobody})
        assert "weak_identity" in m.flags
        assert m.sender_name == "Samir"


def test_old_typed_chat_numbers_are_the_new_bare_ones() -> None:
    old = {**message(1), "from_id": 501}
    number = (2 << 32) + 1700
    first = only(Conversation, read(laid_out(chat(old, id=number))))[0]
    second = only(Conversation, read(laid_out(chat(message(1)))))[0]
    assert first.id == second.id and first.native == "channel1700"


def test_private_chats_of_two_accounts_with_one_person_stay_apart() -> None:
    mine = account(chat(message(1), kind="personal_chat", id=501))
    yours = account(chat(message(1), kind="personal_chat", id=501))
    yours["personal_information"]["user_id"] = 901
    first = only(Conversation, read(laid_out(mine)))[0]
    second = only(Conversation, read(laid_out(yours)))[0]
    assert first.native == second.native and first.id != second.id


def test_the_single_chat_and_the_account_export_of_one_chat_are_one() -> None:
    talk = [message(1), message(2, **{"from": "Owner", "from_id": "user900"})]
    single = only(Conversation, read(laid_out(chat(*talk, kind="personal_chat", id=501))))[0]
    whole = only(Conversation, read(laid_out(account(chat(*talk, kind="personal_chat", id=501)))))[0]
    assert single.id == whole.id


def test_time_without_offset_stays_local_and_a_zone_is_an_assumption() -> None:
    old = {k: v for k, v in message(1).items() if k not in {"date_unixtime", "text_entities"}}
    assert one(old).sent.utc is None
    sent = one({**old, "date": "2020-07-14T14:00:00"}, ask=Ask(zone="Europe/Rome")).sent
    assert sent.utc == "2020-07-14T12:00:00Z" and "assumed" in sent.ground
    twice = one({**old, "date": "2020-10-25T02:30:00"}, ask=Ask(zone="Europe/Rome")).sent
    assert twice.utc is None and "2020-10-25T00:30:00Z or 2020-10-25T01:30:00Z" in twice.ground
    never = one({**old, "date": "2020-03-29T02:30:00"}, ask=Ask(zone="Europe/Rome")).sent
    assert never.utc is None and "never" in never.ground


def test_edited_of_1970_is_no_edit_but_an_edit_is() -> None:
    assert one({**message(1), "edited": "1970-01-01T03:00:00"}).edited is None
    assert one({**message(1), "edited": "1969-12-31T19:00:00"}).edited is None
    real = one({**message(1), "edited": "2022-09-24T09:20:00", "edited_unixtime": "1664000400"}).edited
    assert real is not None and real.utc == "2022-09-24T06:20:00Z"


def test_times_that_cannot_both_be_true_are_said() -> None:
    records = read(laid_out(chat({**message(1), "date": "2022-09-24T09:21:07"}, message(2))))
    assert codes(records) == ["RTV-T007"]
    m = only(Message, records)[0]
    assert "time_conflict" in m.flags and m.sent.utc == "2022-09-24T06:14:20Z"


@pytest.mark.parametrize("odd", ["yesterday", "", None, 17, "2022-13-45T99:00:00"])
def test_a_time_that_is_none_is_kept_as_written(odd: Any) -> None:
    m = one({**message(1), "date": odd})
    assert m.sent.utc == "2022-09-24T06:14:20Z"
    m = one({**message(1), "date": odd, "date_unixtime": "soon"})
    assert m.sent.utc is None
    m = one({**message(1), "date_unixtime": "99999999999999999999"})
    assert m.sent.utc is None and m.sent.local is not None


@pytest.mark.parametrize("write", [laid_out, minified])
def test_a_file_cut_anywhere_gives_all_before_the_cut(write: Any) -> None:
    content = write(
        account(chat(message(1, 'a "{" b'), message(2)), chat(message(3), id=8), contacts={"list": []})
    )
    ends = [int(m.at.spot[6:].split("-")[1]) for m in messages(content)]
    start = content.index(b'"chats"') + 80
    for cut in range(start, len(content), 7):
        records = read(content[:cut])
        assert len(only(Message, records)) == sum(end <= cut for end in ends)
        assert any(code == "RTV-T001" for code in codes(records))


def test_a_broken_message_costs_only_itself() -> None:
    content = laid_out(account(chat(*(message(n, f"t{n}") for n in range(1, 8))), chat(message(9), id=8)))
    spoiled = content.replace(b'"t3"', b'"t3')
    records = read(spoiled)
    assert [m.text for m in only(Message, records)] == ["t1", "t2", "t4", "t5", "t6", "t7", "hello"]
    assert codes(records) == ["RTV-T002"]
    assert len(only(Conversation, records)) == 2


def test_overwritten_bytes_cost_only_what_they_cover() -> None:
    content = bytearray(laid_out(chat(*(message(n, f"t{n}") for n in range(1, 8)))))
    first = content.index(b'"id": 3')
    content[first : first + 60] = bytes(60)
    records = list(READER.read(MemoryItem("r.json", bytes(content)), Ask()))
    assert [m.text for m in only(Message, records)] == ["t1", "t2", "t4", "t5", "t6", "t7"]
    assert codes(records) == ["RTV-T002"]


def test_a_lost_closing_brace_does_not_move_messages_into_another_chat() -> None:
    whole = account(chat(message(1, "a"), message(2, "b")), chat(message(3, "c"), id=8, name="{[Other"))
    content = laid_out(whole)
    end = content.index(b'"b"', content.index(b'"text_entities"'))
    other = content.index(b'"name": "{[Other"')
    torn = content[: end + 3] + content[other - 10 :]
    records = list(READER.read(MemoryItem("r.json", torn), Ask()))
    by_name = {c.id: c.native for c in only(Conversation, records)}
    assert {m.text: by_name[m.conversation] for m in only(Message, records)} == {
        "a": "channel1700",
        "c": "channel8",
    }
    assert "RTV-T002" in codes(records)


def test_a_raw_line_break_that_looks_like_the_end_of_a_message() -> None:
    content = laid_out(chat(message(1, "a@b"), message(2))).replace(b"a@b", b"a\n  }b")
    found = only(Message, list(READER.read(MemoryItem("r.json", content), Ask())))
    assert [m.text for m in found] == ["a\n  }b", "hello"]
    assert "repaired" in found[0].flags


def test_bytes_that_are_not_utf8_and_lone_surrogates() -> None:
    content = laid_out(chat(message(1, "a@b"), message(2, "c@d"))).replace(b"a@b", b"a\xff\xfeb")
    content = content.replace(b"c@d", rb"c\ud83dd \ud83d\ude42")
    first, second = messages(content)
    assert first.text == "a\ufffd\ufffdb" and "repaired" in first.flags
    assert second.text == "c\ufffdd 🙂" and "repaired" in second.flags


def test_numbers_beyond_64_bits_and_nan_do_not_stop_a_message() -> None:
    content = laid_out(chat({**message(1), "odd": 7})).replace(
        b'"odd": 7', b'"odd": [123456789012345678901234, NaN]'
    )
    m = messages(content)[0]
    assert m.detail is not None and m.detail["odd"] == ["123456789012345678901234", "nan"]


def test_a_file_sentence_is_a_state_and_a_path_that_leaves_is_not_followed() -> None:
    sentence = "(File exceeds maximum size. Change data exporting settings to download.)"
    m = one(message(1, "", file=sentence, mime_type="video/mp4", file_name="a.mp4"))
    assert (
        m.attachments[0].missing == "larger than the export's size limit" and m.attachments[0].name == "a.mp4"
    )
    assert m.attachments[0].path is None and m.kind == "media"
    for bad in ("../../x.jpg", "/etc/x", "C:\\x", "a\\..\\b", "a/\x00b", "files/con.txt", "http://x/y"):
        records = read(laid_out(chat(message(1, "", file=bad))), folder={bad: b"x", "x": b"y"})
        found = only(Message, records)[0].attachments[0]
        assert not found.present and found.path is None and codes(records) == ["RTV-T006"]


def test_a_file_beside_is_joined_once_for_many_messages() -> None:
    folder = {"files/(File 1).pdf": b"abc"}
    found = messages(laid_out(chat(*(message(n, file="files/(File 1).pdf") for n in (1, 2)))), folder=folder)
    assert all(m.attachments[0].present and m.attachments[0].size == 3 for m in found)
    assert found[0].attachments[0].sha256 == found[1].attachments[0].sha256 is not None


def test_json_inside_a_string_is_decoded_again() -> None:
    inner = json.dumps({"title": "Chair", "amount": 500, "currency": "USD"})
    m = one(message(1, invoice_information=inner))
    assert m.detail is not None and m.detail["invoice_information"]["amount"] == 500


def test_a_poll_reads_in_both_forms() -> None:
    for question in ("Which day?", [{"type": "plain", "text": "Which "}, "day?"]):
        poll = {
            "question": question,
            "closed": False,
            "total_voters": 2,
            "answers": [{"text": ["Mon", "day"]}],
        }
        m = one(message(1, "", poll=poll))
        assert m.kind == "poll" and m.text == "Which day?"
        assert m.detail is not None and m.detail["poll"]["answers"][0]["text"] == "Monday"


def test_contact_location_and_time_to_live() -> None:
    card = {"first_name": "Ali", "last_name": "H", "phone_number": "+964 770 000 00 22"}
    m = one(message(1, "", contact_information=card))
    assert m.kind == "contact" and m.detail is not None
    assert m.detail["contact"] == {"name": "Ali H", "phones": ["+964 770 000 00 22"]}
    place = {"latitude": 36.3, "longitude": 43.1}
    m = one(message(1, "", location_information=place, place_name="Cafe", live_location_period_seconds=60))
    assert m.kind == "location" and m.detail is not None and m.detail["location"]["latitude"] == 36.3
    assert one(message(1, "", location_information=None)).kind == "location"
    assert "ttl" in one(message(1, "", photo="p.jpg", self_destruct_period_seconds=10)).flags


def test_entities_stand_at_code_points() -> None:
    m = one(message(1, ["🙂 call ", {"type": "phone", "text": "+9647700000001"}, " now"]))
    assert m.detail is not None
    mark = m.detail["entities"][0]
    assert m.text[mark["start"] : mark["end"]] == "+9647700000001" and mark["start"] == 7


def test_text_and_entities_that_differ_are_both_kept() -> None:
    records = read(laid_out(chat({**message(1, "for sale"), "text": "not for sale"})))
    m = only(Message, records)[0]
    assert m.text == "for sale" and m.detail is not None and m.detail["text_as_written"] == "not for sale"
    assert codes(records) == ["RTV-T008"]


def test_forwards_keep_their_name_or_say_there_is_none() -> None:
    assert one(message(1, forwarded_from="News")).forwarded_from == "News"
    hidden = one(message(1, forwarded_from=None))
    assert hidden.forwarded_from is None and "forwarded" in hidden.flags


def test_reactions_are_counted_once() -> None:
    recent = [{"from": "Noor", "from_id": "user7", "date": "2022-09-24T10:00:00"}]
    m = message(1, reactions=[{"type": "emoji", "count": 5, "emoji": "👍", "recent": recent}])
    events = [e for e in only(Event, read(laid_out(chat(m)))) if e.kind == "reaction"]
    assert sum(e.detail["count"] for e in events if e.detail) == 5
    assert events[0].account == ids.account_id("telegram", "user7")


@pytest.mark.parametrize(
    "action,kind", [("clear_history", "revocation"), ("remove_members", "membership"), ("new_one", "unknown")]
)
def test_service_lines_are_messages_and_events(action: str, kind: str) -> None:
    records = read(laid_out(chat(service(1, action, members=["Noor", None]))))
    event = next(e for e in only(Event, records))
    assert event.kind == kind and event.detail is not None and event.detail["action"] == action
    assert event.detail["members"] == ["Noor", None]
    assert only(Message, records)[0].kind == "system"


def test_calls_pins_and_custom_actions() -> None:
    records = read(laid_out(chat(service(1, "phone_call", duration_seconds=77, discard_reason="hangup"))))
    call = only(Call, records)[0]
    assert call.seconds == 77 and call.result == "hangup" and only(Message, records)[0].kind == "call"
    pin = only(Event, read(laid_out(chat(service(9, "pin_message", message_id=4)))))[0]
    assert pin.kind == "pin" and pin.message_key == "4"
    custom = {k: v for k, v in service(1, "x", information_text="Words").items() if k != "action"}
    assert one(custom).text == "Words"


def test_gaps_mean_something_only_where_a_chat_numbers_its_own() -> None:
    group = only(Event, read(laid_out(chat(message(1), message(5), message(6)))))
    assert group[0].detail is not None and group[0].detail["missing"] == 3
    assert only(Event, read(laid_out(chat(message(1), message(5), kind="private_group")))) == []


def test_what_is_no_message_is_said() -> None:
    content = laid_out(chat(message(1), message(2))).replace(
        b'  {\n   "id": 2', b'  17, null, "x", [1],\n  {\n   "id": 2'
    )
    records = read(content)
    assert codes(records) == ["RTV-T003"] * 4 and len(only(Message, records)) == 2


def test_a_chat_twice_in_one_file_is_one_conversation() -> None:
    records = read(laid_out(account(chat(message(1)), left=(chat(message(2)),))))
    assert len(only(Conversation, records)) == 1 and len(only(Message, records)) == 2


def test_empty_chats_and_saved_messages() -> None:
    records = read(laid_out(account(chat(), chat(message(1), kind="saved_messages", id=900), chat(id=3))))
    assert [c.kind for c in only(Conversation, records)] == ["group", "self", "group"]


def test_a_chat_without_id_and_type_stays_apart() -> None:
    records = read(laid_out(account({"messages": [message(1)]}, {"messages": [message(2)]})))
    assert len({c.id for c in only(Conversation, records)}) == 2 and codes(records) == ["RTV-T009"] * 2


def test_sections_of_an_account_are_records() -> None:
    sessions = {
        "about": "x",
        "list": [{"last_active": "2022-09-24T10:00:00", "last_ip": "192.0.2.7", "device_model": "M"}],
    }
    contacts = {
        "list": [
            {
                "user_id": 7,
                "first_name": "N",
                "last_name": "",
                "phone_number": "00",
                "date": "2022-01-01T00:00:00",
            },
            {"date": "2022-01-01T00:00:00"},
        ]
    }
    whole = account(chat(message(1)), sessions=sessions, contacts=contacts, other_data={"help": {"a": [1]}})
    records = read(laid_out(whole))
    session = next(e for e in only(Event, records) if e.kind == "session")
    assert session.detail is not None and session.detail["last_ip"] == "192.0.2.7"
    assert session.account == ids.account_id("telegram", "user900")
    assert len(only(Contact, records)) == 2
    assert any(e.detail and e.detail.get("section") == "other_data" for e in only(Event, records))


def test_deep_nesting_and_hostile_shapes_do_not_stop_the_file() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    content = laid_out(chat({**message(1), "odd": 7}, message(2))).replace(b'"odd": 7', b'"odd": ' + deep)
    records = read(content)
    assert len(only(Message, records)) == 1 and codes(records) == ["RTV-T002"]
    odds: tuple[Any, ...] = (
        [],
        {},
        7,
        "x",
        None,
        [[]],
        [None],
        [{"text": 5}],
        {"text": ["a", {"text": None}]},
    )
    for odd in odds:
        for key in (
            "text",
            "text_entities",
            "reactions",
            "poll",
            "from",
            "from_id",
            "file",
            "photo",
            "type",
            "id",
            "reply_to_message_id",
            "contact_information",
            "location_information",
            "forwarded_from",
            "edited",
        ):
            found = messages(laid_out(chat({**message(1), key: odd}, message(2))))
            assert len(found) == 2


def test_other_apps_are_not_claimed() -> None:
    meta = {
        "participants": [{"name": "a"}],
        "messages": [{"sender_name": "a", "type": "Generic", "content": "x"}],
    }
    for other in (
        laid_out(meta),
        b"",
        b"{}",
        b"[1]",
        b'{"chats": 1}',
        b"SQLite format 3\x00",
        b'{"about": "x"}',
    ):
        assert not READER.sniff(MemoryItem("result.json", other))


def test_a_very_long_message_and_a_long_minified_file() -> None:
    long = "كلمة " * 400_000
    assert one(message(1, long)).text == long
    content = minified(chat(*(message(n, "x" * 300) for n in range(1, 6000))))
    assert len(messages(content)) == 5999


def test_text_after_the_end_and_nul_padding_are_said() -> None:
    records = read(laid_out(chat(message(1))) + b"\x00" * 100)
    assert codes(records) == ["RTV-T005"] and len(only(Message, records)) == 1


def test_damage_anywhere_is_never_silent_and_moves_nothing_into_another_chat() -> None:
    first = chat(*(message(n, f"t{n}") for n in range(1, 20)))
    second = chat(*(message(n, f"u{n}") for n in range(1, 20)), id=9)
    whole = laid_out(account(first, second))
    rng = random.Random(5)
    for turn in range(120):
        spoiled = bytearray(whole)
        place = rng.randrange(len(spoiled) - 50)
        if turn % 2:
            spoiled[place : place + 20] = bytes(20)
        else:
            spoiled[place] = rng.choice(b'"{}[],\\\n')
        item = MemoryItem("result.json", bytes(spoiled))
        if not READER.sniff(item):
            continue
        records = list(READER.read(item, Ask()))
        chats = {c.id: c.native for c in only(Conversation, records)}
        for m in only(Message, records):
            # A spoiled header may leave a chat nameless, but never make it the other one.
            other = {"t": "channel9", "u": "channel1700"}.get(m.text[:1])
            assert other is None or chats[m.conversation] != other
        total = Sum(None)
        total.add(records)
        off = reconciled(item, "telegram.json", READER.count(item, Ask()), total)
        lost = len(only(Message, records)) < 38
        assert not lost or codes(records) or any(isinstance(p, Problem) for p in off)


def test_a_broken_section_does_not_take_the_chats_with_it() -> None:
    content = laid_out(account(chat(message(1)))).replace(b'"user_id": 900', b'"user_id: 900')
    records = read(content)
    assert len(only(Message, records)) == 1 and "RTV-T005" in codes(records)
