"""Text exports in forms and states that exports really have, and what each must give.

Grounds: header grammar of the reference (order, digits, joints, words for the half of the day), and the promise that a time is
known by evidence or empty with a problem, that a line belongs to who wrote it, and that bytes tile the file.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from ritrova import plugins
from ritrova.model.records import Conversation, Message, Problem, Read, Reconciliation
from ritrova.model.shapes import Ask
from ritrova.testing import check_reader
from writers.reading import only, texts
from writers.whatsapp_attack import read_all

NAME = "WhatsApp Chat with Bana.txt"
A, B, C = "13/07/2024, 10:00 - ", "14/07/2024, 10:01 - ", "15/07/2024, 10:02 - "
BASE = f"{A}Ali: one\n{B}Bana: two\n"
LRM = "\u200e"


def read(
    content: str | bytes, name: str = NAME, ask: Ask | None = None, folder: dict[str, bytes] | None = None
) -> list[Read]:
    """The records, after checking that everything adds up."""
    raw = content.encode() if isinstance(content, str) else content
    records = read_all(name, raw, folder, ask)
    sums = only(Reconciliation, records)
    assert sums and all(r.adds_up for r in sums)
    return records


def told(records: list[Read]) -> list[tuple[str | None, str | None, str]]:
    """Local time, sender and text of every message."""
    return [(m.sent.local, m.sender_name, m.text) for m in only(Message, records)]


def codes(records: list[Read]) -> set[str]:
    """The codes of all problems."""
    return {p.code for p in only(Problem, records)}


def contract(tmp_path: Path, content: bytes, ask: Ask | None = None) -> None:
    """The public contract over one export."""
    (tmp_path / "input.txt").write_bytes(content)
    check_reader(plugins.load("readers")["whatsapp.text"], tmp_path, ask)


FORMS = {
    "Arabic words, midnight and noon": ("١٣/٧/٢٠٢٤، ١٢:٠٥ ص", "١٤/٧/٢٠٢٤، ١٢:٣٠ م", "00:05", "12:30"),
    "Arabic words in full": ("13/7/2024، 12:10 صباحًا", "14/7/2024، 1:10 مساءً", "00:10", "13:10"),
    "Persian": ("۲۰۲۴/۷/۱۳،\u200f ۱۲:۱۰ ق.ظ.", "۲۰۲۴/۷/۱۴،\u200f ۱:۱۰ ب.ظ.", "00:10", "13:10"),
    "Persian in full": ("۲۰۲۴/۷/۱۳، ۱۲:۱۰ قبل‌ازظهر", "۲۰۲۴/۷/۱۴، ۱:۱۰ بعدازظهر", "00:10", "13:10"),
    "Sorani": ("٢٠٢٤/٧/١٣, ١٢:١٠ ب.ن", "٢٠٢٤/٧/١٤, ١:١٠ د.ن", "00:10", "13:10"),
    "Kurmanji": ("13.07.2024, 12:10 BN", "14.07.2024, 1:10 PN", "00:10", "13:10"),
    "Urdu": ("13/7/2024، 12:10 قبل دوپہر", "14/7/2024، 1:10 بعد دوپہر", "00:10", "13:10"),
    "Turkish, before the time": ("13.07.2024 ÖÖ 12:10", "14.07.2024 ÖS 1:10", "00:10", "13:10"),
    "Hebrew": ("13.7.2024, 12:10 לפנה״צ", "14.7.2024, 1:10 אחה״צ", "00:10", "13:10"),
    "Greek": ("13/7/24, 12:10 π.μ.", "14/7/24, 1:10 μ.μ.", "00:10", "13:10"),
    "Albanian": ("13.7.24, 12:10 e paradites", "14.7.24, 1:10 e pasdites", "00:10", "13:10"),
    "Korean": ("2024. 7. 13. 오전 12:05", "2024. 7. 14. 오후 3:05", "00:05", "15:05"),
    "Chinese, night": ("2024/7/13 凌晨1:05", "2024/7/14 晚上8:05", "01:05", "20:05"),
    "Chinese, year in words": ("2024年7月13日 15:05", "2024年7月14日 16:05", "15:05", "16:05"),
    "Bulgarian": ("13.07.24 г., 15:05 ч.", "14.07.24 г., 16:05 ч.", "15:05", "16:05"),
    "Canadian French": ("2024-07-13, 15 h 05", "2024-07-14, 16 h 05", "15:05", "16:05"),
    "Hungarian": ("2024. 07. 13. 15:05", "2024. 07. 14. 16:05", "15:05", "16:05"),
    "Slovak": ("13. 7. 2024, 15:05", "14. 7. 2024, 16:05", "15:05", "16:05"),
    "Finnish": ("13.7.2024 klo 15.05", "14.7.2024 klo 16.05", "15:05", "16:05"),
    "Bengali digits": ("১৩/৭/২০২৪, ৩:০৫ PM", "১৪/৭/২০২৪, ১২:০৫ AM", "15:05", "00:05"),
    "spaces inside the word": ("13/07/24, 12:05\u00a0a.\u00a0m.", "14/07/24, 1:05\u202fp.\u00a0m.", "00:05", "13:05"),
    "the time first": ("15:05, 13/07/2024", "16:05, 14/07/2024", "15:05", "16:05"),
    "the time first, with words": ("3:05 PM, 7/13/2024", "12:05 AM, 7/14/2024", "15:05", "00:05"),
    "the time first, no comma": ("15:05 13/07/2024", "16:05 14/07/2024", "15:05", "16:05"),
    "the time first, Arabic digits": ("١٥:٠٥، ١٣/٧/٢٠٢٤", "١٦:٠٥، ١٤/٧/٢٠٢٤", "15:05", "16:05"),
    "marks everywhere": ("\u200f13\u200f/\u200f7\u200f/\u200f2024\u200f، \u200f3:05\u200f م\u200f", "\u200f14\u200f/7\u200f/2024، 12:05 ص", "15:05", "00:05"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dash", [" - ", " – "])
def test_every_form_of_header_gives_the_moment(form: str, dash: str, tmp_path: Path) -> None:
    first, second, at_first, at_second = FORMS[form]
    content = f"{first}{dash}Ali: one\n{second}{dash}Bana: two\nmore\n"
    records = read(content)
    assert told(records) == [
        (f"2024-07-13T{at_first}:00", "Ali", "one"),
        (f"2024-07-14T{at_second}:00", "Bana", "two\nmore"),
    ]
    assert not codes(records)
    written = [m.sent.written for m in only(Message, records)]
    assert all(w and w in line for w, line in zip(written, (first, second), strict=True))
    contract(tmp_path, content.encode())


@pytest.mark.parametrize(
    ("first", "second"),
    [("[15:05, 13/7/2024]", "[16:05, 14/7/2024]"), ("[3:05 PM, 7/13/2024]", "[4:05 PM, 7/14/2024]")],
)
def test_messages_copied_out_of_a_browser_are_read(first: str, second: str, tmp_path: Path) -> None:
    content = f"{first} Ali: one\n{second} Bana: two\n{second} Ali: [15:05] no header\n"
    assert told(read(content, "copied.txt")) == [
        ("2024-07-13T15:05:00", "Ali", "one"),
        ("2024-07-14T16:05:00", "Bana", "two"),
        ("2024-07-14T16:05:00", "Ali", "[15:05] no header"),
    ]
    contract(tmp_path, content.encode())


def test_a_word_for_the_half_of_the_day_that_is_not_known_leaves_the_time_open() -> None:
    records = read("13/07/2024, 12:10 zzqq - Ali: one\n14/07/2024, 1:10 qqzz - Bana: two\n")
    assert [x[0] for x in told(records)] == [None, None] and codes(records) == {"RTV-W004"}
    assert [m.sent.written for m in only(Message, records)] == [
        "13/07/2024, 12:10 zzqq",
        "14/07/2024, 1:10 qqzz",
    ]


@pytest.mark.parametrize(
    "name", [NAME, "Chat WhatsApp con Bana.txt", "دردشة واتساب مع أحمد.txt", "_chat.txt", "_CHAT.TXT"]
)
@pytest.mark.parametrize("content", ["", "words without any header\nat all\n", "\n\n"])
def test_what_is_named_as_an_export_is_never_passed_over(name: str, content: str) -> None:
    records = read(content, name)
    assert codes(records) == {"RTV-W001"} and not texts(records)


def test_other_text_is_no_evidence() -> None:
    records = read_all("notes.txt", b"words without any header\nat all\n")
    assert not only(Problem, records) and not only(Reconciliation, records)


@pytest.mark.parametrize("code", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_of_editors_change_nothing(code: str, end: str, tmp_path: Path) -> None:
    content = (BASE * 3).replace("\n", end).encode(code)
    assert [x[1:] for x in told(read(content))] == [("Ali", "one"), ("Bana", "two")] * 3
    contract(tmp_path, content)


@pytest.mark.parametrize(
    ("lines", "senders"),
    [
        ([f"{h}Shop: Karim: text {i}" for i, h in enumerate((A, B, C))], ["Shop: Karim"] * 3),
        ([f"{A}12/05/2024: hi", f"{B}12/05/2024: yo"], ["12/05/2024"] * 2),
        ([f"{A}10:30: hi", f"{B}10:30: yo"], ["10:30"] * 2),
        ([f"{A}Ali - Work 🚗: hi", f"{B}🙂: yo"], ["Ali - Work 🚗", "🙂"]),
        ([f"{A}~\u202fNaz: hi", f"{B}\u202a+964\u00a0750\u00a0555\u00a00102\u202c: yo"], ["~\u202fNaz", "+964\u00a0750\u00a0555\u00a00102"]),
        ([f"{A}Ali: hi", f"{A}Bana: hi", f"{B}Ali changed the group name from \"A\" to \"Market: cars\""], ["Ali", "Bana", None]),
        ([f"{A}Ali: hi", f"{A}Bana: hi", f"{B}Bana added Ali: the driver"], ["Ali", "Bana", None]),
    ],
)  # fmt: skip
def test_a_line_belongs_to_who_wrote_it(lines: list[str], senders: list[str | None]) -> None:
    assert [x[1] for x in told(read("\n".join(lines) + "\n"))] == senders


TALK = f"{A}Ali: hi\n{A}Bana: yo\n{A}Ali: so\n{A}Bana: well\n{B}Ali: look\n"


@pytest.mark.parametrize(("day", "where"), [("10/07/2024", "past"), ("20/09/2024", "future")])
@pytest.mark.parametrize("lines", [1, 2, 3])
def test_a_pasted_transcript_of_strangers_stays_in_the_message_it_stands_in(
    day: str, where: str, lines: int
) -> None:
    pasted = "".join(f"{day}, 09:0{i} - Omar: old {i}\n" for i in range(lines))
    records = read(f"{TALK}{pasted}{C}Bana: two\n{C}Ali: three\n")
    messages = only(Message, records)
    assert [m.sender_name for m in messages] == ["Ali", "Bana", "Ali", "Bana", "Ali", "Bana", "Ali"], where
    assert messages[4].text == "look\n" + pasted.rstrip("\n")
    assert [m.flags for m in messages] == [()] * 4 + [("quoted_transcript",)] + [()] * 2
    assert "RTV-W009" in codes(records)


@pytest.mark.parametrize("day", ["10/07/2024", "20/09/2024"])
def test_a_pasted_transcript_of_participants_is_marked_and_what_follows_is_not(day: str) -> None:
    records = read(f"{TALK}{day}, 09:00 - Bana: old\n{C}Bana: two\n{C}Ali: three\n{C}Bana: four\n")
    messages = only(Message, records)
    assert [m.sender_name for m in messages][4:] == ["Ali", "Bana", "Bana", "Ali", "Bana"]
    assert [m.flags for m in messages][5:] == [("quoted_transcript",), (), (), ()]


def test_a_clock_that_was_wrong_for_long_hides_nobody() -> None:
    right = "".join(f"{A}Ali: a{i}\n{A}Bana: b{i}\n" for i in range(40))
    wrong = "".join(f"20/09/2024, 09:00 - Omar: c{i}\n20/09/2024, 09:01 - Zed: d{i}\n" for i in range(150))
    after = "".join(f"{C}Ali: e{i}\n{C}Bana: f{i}\n" for i in range(400))
    records = read(right + wrong + after)
    assert len(texts(records)) == 80 + 300 + 800
    assert {m.sender_name for m in only(Message, records)} == {"Ali", "Bana", "Omar", "Zed"}


def test_an_order_that_the_file_denies_is_obeyed_and_told() -> None:
    content = f"05/06/2024, 10:00 - Ali: a\n{A}Bana: b\n{B}Ali: c\n"
    records = read(content, ask=Ask(date_order="mdy"))
    assert [x[0] for x in told(records)] == ["2024-05-06T10:00:00", None, None]
    assert codes(records) == {"RTV-W004", "RTV-W011"}
    assert not codes(read(content, ask=Ask(date_order="dmy")))
    assert next(x[0] for x in told(read(content))) == "2024-06-05T10:00:00"


def test_dates_that_fit_no_single_order_are_left_open() -> None:
    records = read(f"{A}Ali: a\n07/14/2024, 10:05 - Bana: b\n05/06/2024, 10:05 - Bana: c\n")
    assert [x[0] for x in told(records)][2] is None and codes(records) & {"RTV-W002", "RTV-W004"}


def test_the_hour_that_occurs_twice_stays_in_the_files_order_and_without_utc() -> None:
    content = (
        "27/10/2024, 02:59 - Ali: a\n27/10/2024, 02:01 - Bana: b\n27/10/2024, 03:01 - Ali: c\n"
        "30/03/2025, 02:30 - Bana: d\n"
    )
    records = read(content, ask=Ask(zone="Europe/Rome"))
    assert texts(records) == ["a", "b", "c", "d"]
    assert [m.sent.utc for m in only(Message, records)] == [None, None, "2024-10-27T02:01:00Z", None]
    assert all("Europe/Rome" in m.sent.ground for m in only(Message, records))


def packed(files: dict[str, str | bytes]) -> bytes:
    """A zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, content in files.items():
            z.writestr(name, content)
    return out.getvalue()


def test_two_chats_of_one_zip_keep_apart_and_each_finds_its_own_media() -> None:
    picture = "00000001-PHOTO-2024-07-13-10-00-05.jpg"
    chat = f"[13/07/2024, 10:00:05] Ali: {LRM}<attached: {picture}>\r\n[14/07/2024, 10:00:05] Bana: hi\r\n"
    records = read(
        packed(
            {
                "WhatsApp Chat - Ali/_chat.txt": chat,
                f"WhatsApp Chat - Ali/{picture}": b"AAA",
                "WhatsApp Chat - Bana/_chat.txt": chat,
                f"WhatsApp Chat - Bana/{picture}": b"BBB",
                "WhatsApp Chat - Omar/_chat.txt": chat,
                "__MACOSX/WhatsApp Chat - Ali/._chat.txt": b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X"
                + bytes(90),
            }
        ),
        "chats.zip",
    )
    pictures = [m.attachments[0] for m in only(Message, records) if m.attachments]
    assert [p.present for p in pictures] == [True, True, False]
    assert len({p.sha256 for p in pictures}) == 3 and pictures[2].missing
    assert {c.name for c in only(Conversation, records)} == {"Ali", "Bana", "Omar"}
    assert not codes(records)


def test_a_chat_named_in_arabic_keeps_its_name() -> None:
    records = read(packed({"دردشة واتساب مع أحمد.txt": BASE}), "دردشة واتساب مع أحمد.zip")
    assert [c.name for c in only(Conversation, records)] == ["أحمد"] and len(texts(records)) == 2


def test_what_is_cut_or_empty_still_counts(tmp_path: Path) -> None:
    content = f"{A}Ali: null\n{B}Bana: \n{B}Bana:\n{C}Ali: سلام".encode()[:-1]
    records = read(content)
    assert [m.kind for m in only(Message, records)] == ["unsupported", "text", "text", "text"]
    assert only(Message, records)[3].flags == ("repaired",) and codes(records) == {"RTV-W005"}
    cut = read(f"{BASE}15/07/2024, 1")
    assert texts(cut) == ["one", "two\n15/07/2024, 1"]
    contract(tmp_path, content)


def test_lines_that_stand_twice_are_two_messages_with_places_of_their_own() -> None:
    records = read(f"{A}Ali: ok\n" * 3)
    assert len({m.at.spot for m in only(Message, records)}) == 3


def test_the_second_part_of_a_split_export_tells_what_it_begins_with() -> None:
    records = read(f"tail of a message\nmore of it\n{A}Ali: one\n{B}Ali: two\n", "part 2.txt")
    problem = only(Problem, records)[0]
    assert (problem.code, problem.at.spot, problem.entries) == ("RTV-W003", "bytes 0-29", 1)
    assert texts(records) == ["one", "two"]


def test_zero_bytes_at_the_end_are_told_and_part_of_the_last_message() -> None:
    records = read(BASE + "\0" * 300)
    assert codes(records) == {"RTV-W005"} and texts(records)[0] == "one"


def dated(form: str, days: list[int]) -> str:
    """Messages on some days after 13 July 2024."""
    start = date(2024, 7, 13)
    return "".join(
        f"{(start + timedelta(days=n)).strftime(form)}, 10:0{i} - {'Ali' if i % 2 else 'Bana'}: t{i}\n"
        for i, n in enumerate(days)
    )


@pytest.mark.parametrize(
    "form", ["%y/%m/%d", "%y. %m. %d.", "%y-%m-%d", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y", "%m/%d/%y"]
)
@pytest.mark.parametrize("days", [[0, 1, 2, 3], [0, 1, 5, 17], [0, 5, 20, 40, 60]])
def test_the_number_that_changes_within_a_month_is_the_day(form: str, days: list[int]) -> None:
    wanted = [f"{date(2024, 7, 13) + timedelta(days=n)}T10:0{i}:00" for i, n in enumerate(days)]
    assert [x[0] for x in told(read(dated(form, days)))] == wanted


@pytest.mark.parametrize("form", ["%y/%m/%d", "%y. %m. %d.", "%y-%m-%d"])
def test_two_dates_that_may_be_days_or_years_are_left_open(form: str) -> None:
    records = read(dated(form, [0, 1]))
    assert [x[0] for x in told(records)] == [None, None] and codes(records) == {"RTV-W002"}


def test_an_order_that_only_habit_decides_is_not_called_certain() -> None:
    ground = only(Message, read(dated("%d/%m/%y", [0])))[0].sent.ground
    assert "likely" in ground and "certain" not in ground
