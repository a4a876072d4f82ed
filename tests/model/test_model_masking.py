"""Names and numbers that try not to be found, and sums, dates and words that must stay."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_view import FakeView
from ritrova.model import ids
from ritrova.model.folding import digits, fold
from ritrova.model.masking import Known, Masked, Masker
from ritrova.model.pseudonyms import Hide
from ritrova.model.records import Account, Contact, Conversation, Locator, Message, Moment, Observable, Span

KNOWN = Known(
    people={
        "Zerdana Quill",
        "زردانة كويل",
        "Tolbarek",
        "Иванова Мирна",
        "王小明",
        "李雷",
        "Kák Hêlîn",
        "A",
        "🌹",
        "Admin",
        "+964 770 000 017",
    },
    titles={"Friends of Lumbrek", "Market"},
    phones={"+964770000017", "+15550142233"},
    handles={"@AlbaHandle"},
    written={"zero seven seven dot": ("phone", "+964770000017")},
)
MASKER = Masker(KNOWN, lambda kind, key: f"<{kind}:{key}>")
PHONE = "<phone:964770000017>"


def mask(text: str, *observables: Observable) -> str:
    return MASKER.mask(text, observables).text


@pytest.mark.parametrize(
    "text",
    [
        "Zerdana", "zerdana's", "ZERDANA", "#zerdana_quill", "zerdana.quill", "Zer\u200bdana", "Ｚｅｒｄａｎａ", "Zérdana", "ZerdanaQuill",
        "Quill,", "Zerdana\u202equill", "xzerdanax", "𝐙𝐞𝐫𝐝𝐚𝐧𝐚", "Ze\u0301rdana",
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_dressed(text: str) -> None:
    masked = mask(f"ask {text} now")
    assert "<name:" in masked and "zerdana" not in fold(masked).replace("<name:zerdana quill>", "").replace(
        "<name:zerdana>", ""
    )
    assert masked.startswith("ask ") and masked.endswith(" now")


@pytest.mark.parametrize(
    "text",
    ["زردانة", "وزردانه", "لزردانة", "زَرْدَانَة", "زرـدانة", "كويل", "وكويل", "لكويل", "Ивановой", "И\u0301ванова", "我是王小明吗", "李雷说", "Hêlîn", "helin"],
)  # fmt: skip
def test_a_name_is_found_in_other_scripts_and_with_letters_written_to_it(text: str) -> None:
    assert "<name:" in mask(text)


@pytest.mark.parametrize(
    "text", ["A man", "🌹 here", "the admin said", "supermarket Market", "kakao", "Quillon quills", "مكويلات"]
)
def test_what_only_looks_like_a_name_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "+964770000017", "00964 770 000 017", "964-770-000-017", "0770 000 017", "(0770) 000-017", "0770.000.017", "0770/000/017",
        "0770|000|017", "٠٧٧٠٠٠٠٠١٧", "۰۷۷۰ ۰۰۰ ۰۱۷", "０７７０００００１７", "0️⃣7️⃣7️⃣0️⃣0️⃣0️⃣0️⃣0️⃣1️⃣7️⃣", "07\u200f70\u200e000017", "0770\u2060000017",
        "⓪⑦⑦⓪⓪⓪⓪⓪①⑦", "𝟎𝟕𝟕𝟎𝟎𝟎𝟎𝟎𝟏𝟕", "0-7-7-0-0-0-0-0-1-7", "0770\n000017", "٠٧٧٠ 000 ۰۱۷", "0 7 7 0 0 0 0 0 1 7", "770000017", "0_7_7_0_0_0_0_0_1_7",
        "964770000017@s.whatsapp.net", "@964770000017", "zero seven seven dot", "+ 964 770000017", "0770—000—017", "0770,000,017",
    ],
)  # fmt: skip
def test_a_known_number_is_found_however_it_is_written(text: str) -> None:
    masked = mask(f"call {text}!")
    assert PHONE in masked and not any(len(digits(part)) >= 4 for part in masked.replace(PHONE, "").split())


def test_neighbours_of_a_number_are_not_swallowed() -> None:
    assert mask("0770000017 25 years") == f"{PHONE} 25 years"
    assert mask("age 25 0770000017") == f"age 25 {PHONE}"
    assert mask("0770 000 017 555-014-2233") == f"{PHONE} <phone:15550142233>"
    assert mask("0770000017/0750000018") == f"{PHONE}/<phone:750000018>"
    assert mask("0750000018 0750000019") == "<phone:750000018> <phone:750000019>"
    assert mask("900$ 0770000017") == f"900$ {PHONE}"


@pytest.mark.parametrize(
    "text",
    [
        "15/09/2024", "2024-09-15 20:46:10", "on 15.9.2024 at 10:30", "25,000,000 IQD", "1.500.000", "2500000 dinar", "25000000",
        "1 500 000", "٢٥٬٠٠٠٬٠٠٠", "room 12 of 34", "123456", "100\n200\n300\n400", "2015-2016", "10:30 11:45 12:15",
    ],
)  # fmt: skip
def test_sums_dates_and_small_numbers_stay(text: str) -> None:
    assert mask(text) == text


def test_what_an_extractor_took_for_a_price_or_age_stays_unless_it_is_a_number_of_somebody() -> None:
    text = "prices 1234567 and 0770000017"
    price = Observable("price", "m", "1234567", (7, 14), amount=1234567.0)
    wrong = Observable("price", "m", "0770000017", (19, 29), amount=770000017.0)
    assert mask(text, price, wrong) == f"prices 1234567 and {PHONE}"
    assert mask(text) == f"prices <phone:1234567> and {PHONE}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@albahandle", "@<handle:albahandle>"),
        ("ask @AlbaHandle.", "ask @<handle:albahandle>."),
        ("https://T.me/AlbaHandle/12?x=1", "t.me/<handle:albahandle>"),
        ("t.me/s/albahandle", "t.me/<handle:albahandle>"),
        ("t.me/+AbCdEf", "t.me/<handle:abcdef>"),
        ("t.me/joinchat/AbCdEf", "t.me/<handle:abcdef>"),
        ("tg://resolve?domain=albahandle", "tg://<handle:albahandle>"),
        ("wa.me/964770000017", f"wa.me/{PHONE}"),
        ("https://api.whatsapp.com/send?phone=964770000017&text=a", f"api.whatsapp.com/{PHONE}"),
        ("www.instagram.com/albahandle/", "instagram.com/<handle:albahandle>"),
        ("viber://chat?number=%2B964770000017", f"viber://{PHONE}"),
        ("albahandle is here", "<handle:albahandle> is here"),
        ("a.b+c@example.org", "<email:a.b+c@example.org>"),
        ("a@b", "a@b"),
        ("https://example.org/page", "https://example.org/page"),
    ],
)
def test_handles_links_and_addresses(text: str, shown: str) -> None:
    assert mask(text) == shown


@given(
    st.text(alphabet="ab Zerdana0770017+@.\n/ـ٠٧", max_size=60),
    st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
@settings(max_examples=300, deadline=None)
def test_spans_outside_replacements_keep_their_words(text: str, ends: tuple[int, int]) -> None:
    start, end = sorted(min(e, len(text)) for e in ends)
    masked = MASKER.mask(text)
    now = masked.span((start, end))
    assert 0 <= now[0] <= now[1] <= len(masked.text)
    if all(end <= s or start >= e for s, e, _, _ in masked.moves):
        assert masked.text[now[0] : now[1]] == text[start:end]
    for s, e, new_start, new_end in masked.moves:
        assert masked.span((s, e)) == (new_start, new_end)


def test_a_span_that_touches_a_replacement_covers_it() -> None:
    masked = MASKER.mask("to Zerdana now")
    assert masked.text == "to <name:zerdana> now"
    for span in ((0, 6), (4, 6), (6, 14)):
        start, end = masked.span(span)
        assert "<name:zerdana>" in masked.text[start:end]
    assert masked.span((0, 3)) == (0, 3) and masked.span((0, 2)) == (0, 2)
    assert Masked("ab").span((1, 2)) == (1, 2)


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "1" * 1_000_000, "a@" * 300_000, "1 " * 400_000, "a" * 500_000 + "@", "t.me/" * 150_000, "@a." * 200_000,
             "1-" * 400_000, "ab." * 300_000 + "/", "12:" * 300_000, "1\n" * 300_000, "AB12" * 200_000]
)  # fmt: skip
def test_a_hostile_megabyte_takes_no_time(text: str) -> None:
    start = time.process_time()
    MASKER.mask(text)
    assert time.process_time() - start < 5


def case(*messages: Message, people: tuple[tuple[str, str | None], ...] = ()) -> FakeView:
    where = Locator("11" * 32, "x.txt", "")
    accounts = [
        Account(where, ids.account_id("viber", f"{n}"), "viber", name, phone)
        for n, (name, phone) in enumerate(people)
    ]
    return FakeView([*accounts, Conversation(where, "c-" + "0" * 20, "viber", "g", "group"), *messages])


def hide(view: FakeView) -> Hide:
    return Hide(b"k" * 32).knowing(view)


@pytest.mark.parametrize(
    "detail",
    [
        {"a": {"b": [{"c": "Zerdana"}]}}, {"Zerdana": 1}, {"id": 964770000017}, {"n": 964770000017.0}, {"date": 964770000017},
        {"x": ["0770000017"]}, {"peer": {"user_id": 5550142233}}, {"phone": "0770 000 017"}, {"text": b"Zerdana"},
        {"jid": "964770000017@s.whatsapp.net"}, {"964770000017": True}, {"file": "Zerdana.pdf"}, {"kind": "name", "values": ["Newname"]},
        {"kind": "phone", "value": "0770000017"}, {"kind": "iban", "value": "zerdana"}, {1: "Zerdana"}, {"t": ("Zerdana",)},
    ],
    ids=str,
)  # fmt: skip
def test_nothing_stays_in_a_structured_rest(detail: dict[str, Any]) -> None:
    shown = str(
        hide(case(people=(("Zerdana Quill", "+964770000017"), ("x", "+15550142233")))).anything(detail)
    )
    for canary in ("erdana", "770000017", "5550142233", "Newname", "770 000"):
        assert canary not in shown


def test_a_rest_nested_without_end_is_withheld() -> None:
    deep: Any = "Zerdana"
    for _ in range(5000):
        deep = [deep]
    assert "withheld" in str(hide(case()).anything({"a": deep}))


def test_times_sizes_and_coordinates_of_a_structured_rest_stay() -> None:
    rest = {
        "timestamp": 1706781600,
        "file_size": 123456789,
        "lat": 36.34,
        "count": 12,
        "duration": 1234567,
        "ok": True,
        "none": None,
    }
    assert hide(case()).anything(rest) == rest


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("result.json", "result.json"), ("chats/chat_001/messages2.html", "chats/chat_001/messages2.html"), ("a.zip!_chat.txt", None),
        ("photos/photo_1@15-09-2024_20-46-00.jpg", "photos/photo_1@15-09-2024_20-46-00.jpg"), ("IMG-20240201-WA0001.jpg", "IMG-20240201-WA0001.jpg"),
        ("Zerdana.zip", None), ("../Zerdana", None), ("Zerdana/result.json", None), ("0770000017.opus", None), ("msgstore.db", "msgstore.db"),
    ],
)  # fmt: skip
def test_paths_keep_what_an_app_names_and_the_extension(path: str, kept: str | None) -> None:
    shown = hide(case()).path(path)
    assert shown == kept if kept else "erdana" not in shown and "0770" not in shown
    assert shown.rpartition(".")[2] == path.rpartition(".")[2] or "." not in path.rpartition("/")[2]
    assert hide(case()).path(path) == shown


def test_two_numbers_that_end_alike_are_not_made_one() -> None:
    view = case(people=(("x", "+9647701234567"), ("y", "+9647501234567"), ("z", "+966511234567")))
    shown = hide(view)
    numbers = {shown.phone(p) for p in ("+9647701234567", "+9647501234567", "+966511234567")}
    assert len(numbers) == 3
    assert shown.phone("07701234567") == shown.phone("+964 770 123 4567")
    two = hide(case(people=(("x", "+9647701234567"), ("z", "+967701234567"))))
    assert two.phone("07701234567") not in (two.phone("+9647701234567"), two.phone("+967701234567")), (
        "it may be either"
    )


def test_ids_of_every_kind_are_keyed_and_sources_stay() -> None:
    shown = hide(case())
    message = f"m-{'1' * 16}-0a0b0c0d-b120"
    assert (
        shown.id(message).startswith(f"m-{'1' * 16}-")
        and shown.id(message).endswith("-b120")
        and shown.id(message) != message
    )
    for letter in "acotflspwevki":
        assert shown.id(f"{letter}-{'0' * 20}") not in (
            f"{letter}-{'0' * 20}",
            shown.id(f"{letter}-{'1' * 20}"),
        )
    assert shown.id("ab" * 32) == "ab" * 32
    assert message not in shown.text(f"see {message}, and a-{'0' * 20}.") and "a-000" not in shown.text(
        f"a-{'0' * 20}"
    )


def test_keys_of_messages_stay_unless_they_are_numbers_of_somebody() -> None:
    shown = hide(case(people=(("x", "+964770000017"),)))
    for key in ("12", "-100", "3EB0AAAAAAAAAAAAAAAA", "5123456789012345678"):
        assert shown.key(key) == key
    for key in (
        "964770000017",
        "964770000017@s.whatsapp.net",
        "call:770000017",
        "7700000",
        "false_964770000017@c.us_3EB0",
    ):
        assert "7700000" not in shown.key(key) or key == "7700000"


def test_contact_cards_teach_names() -> None:
    where = Locator("11" * 32, "x.txt", "bytes 0-1")
    card = "BEGIN:VCARD\nVERSION:3.0\nN:Ilvandor;Gravi;;;\nitem1.FN:Gravi Ilvandor\nTEL;type=CELL:+1 555 014 2233\nEND:VCARD"
    message = Message(
        where, "viber", "c-" + "0" * 20, None, None, "contact", "Ilvandor", Moment(), detail={"vcard": card}
    )
    shown = hide(case(message))
    [stored] = case(message).messages()
    hidden = shown.stored(stored).message
    assert "lvandor" not in str(hidden) and "555" not in str(hidden)


def test_contacts_and_nothing_hidden() -> None:
    where = Locator("11" * 32, "x.txt", "bytes 0-1")
    contact = Contact(where, "viber", None, "Zerdana", ("+964770000017",))
    assert Hide.none().record(contact) is contact
    assert "Zerdana" not in str(hide(case()).record(contact))


def test_a_span_type_is_a_pair() -> None:
    span: Span = MASKER.mask("x").span((0, 1))
    assert span == (0, 1)
