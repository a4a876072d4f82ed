"""WhatsApp text exports that a hostile tester made from the facts of the format, and what must be read from each.

Where the evidence does not decide, the expected time is empty and a problem says so: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Message, Problem, Read
from ritrova.model.shapes import Ask
from ritrova.readers.whatsapp_text import READER
from writers.whatsapp_cases import LRM, NBSP, NNBSP, RLM, Row, tiles

D = "2024-05-13T"


@dataclass
class Hard:
    """An export, its rows, the codes of its problems and the kinds of its messages where they matter."""

    text: str | bytes
    rows: Sequence[Row]
    codes: Sequence[str] = ()
    kinds: Sequence[str] | None = None
    name: str = "_chat.txt"


def read(text: str | bytes, name: str = "_chat.txt", ask: Ask | None = None) -> list[Read]:
    """Everything the reader says, after checking that it claims the file and that the ranges cover it."""
    item = MemoryItem(name, text.encode() if isinstance(text, str) else text)
    assert READER.sniff(item)
    records = list(READER.read(item, ask or Ask()))
    tiles(item, records)
    return records


def messages(records: Sequence[Read]) -> list[Message]:
    """The messages."""
    return [r for r in records if isinstance(r, Message)]


def day(*lines: str) -> str:
    """An Android export of 13 May 2024, a minute a line from 10:00."""
    return "".join(f"13/05/2024, 10:{n:02d} - {line}\n" for n, line in enumerate(lines))


def phone(*lines: str) -> str:
    """The same from an iPhone."""
    return "".join(f"[13/05/2024, 10:{n:02d}:00] {line}\r\n" for n, line in enumerate(lines))


def rows(*told: tuple[str | None, str]) -> list[Row]:
    """Rows of `day` or `phone`."""
    return [(f"{D}10:{n:02d}:00", who, text) for n, (who, text) in enumerate(told)]


NAME_OF_120 = "Market " * 17 + "X"

HARD: dict[str, Hard] = {
    # languages of header and body, digits, markers
    "sorani under a turkish iphone": Hard(
        "[13.05.2024 15:07:22] ئازاد: سڵاو: چۆنی؟\r\n[13.05.2024 15:08:01] Dilan: baş im\r\n",
        [(D + "15:07:22", "ئازاد", "سڵاو: چۆنی؟"), (D + "15:08:01", "Dilan", "baş im")],
    ),
    "kurmanji under an arabic header with arabic digits": Hard(
        f"{RLM}١٣{RLM}/٥{RLM}/٢٠٢٤، ١٢:٣٠ ص - Azad: Şev baş\n{RLM}١٣{RLM}/٥{RLM}/٢٠٢٤، ١٢:٣٠ م - Azad: Rojbaş\n",
        [(D + "00:30:00", "Azad", "Şev baş"), (D + "12:30:00", "Azad", "Rojbaş")],
    ),
    "turkish twelve o'clock before the time": Hard(
        "13.05.2024 ÖS 12:30 - Azad: a\n13.05.2024 ÖÖ 12:30 - Azad: b\n",
        [(D + "12:30:00", "Azad", "a"), (D + "00:30:00", "Azad", "b")],
    ),
    "persian iphone at midnight": Hard(
        f"[۲۰۲۴/۵/۱۳،{RLM} ۱۲:۰۴:۱۰{NNBSP}ق.ظ.] سارا: سلام\r\n[۲۰۲۴/۵/۱۳،{RLM} ۱۲:۰۴:۱۱{NNBSP}ب.ظ.] سارا: خوبی\r\n",
        [(D + "00:04:10", "سارا", "سلام"), (D + "12:04:11", "سارا", "خوبی")],
    ),
    "chinese, korean and japanese noon 1": Hard(
        "2024/5/13 下午12:05 - 小明: 你好\n", [(D + "12:05:00", "小明", "你好")]
    ),
    "chinese, korean and japanese noon 2": Hard(
        "2024. 5. 13. 오전 12:05 - 지민: 안녕\n2024. 5. 13. 오후 12:05 - 지민: 네\n",
        [(D + "00:05:00", "지민", "안녕"), (D + "12:05:00", "지민", "네")],
    ),
    "chinese, korean and japanese noon 3": Hard(
        "2024/05/13 午前0:05 - 花: あ\n2024/05/13 午後0:05 - 花: い\n2024/05/13 午後11:05 - 花: う\n",
        [(D + "00:05:00", "花", "あ"), (D + "12:05:00", "花", "い"), (D + "23:05:00", "花", "う")],
    ),
    "spanish twelve with narrow spaces": Hard(
        f"13/5/2024, 12:05{NNBSP}a.{NBSP}m. - Ana: a\n13/5/2024, 12:05{NNBSP}p.{NBSP}m. - Ana: b\n",
        [(D + "00:05:00", "Ana", "a"), (D + "12:05:00", "Ana", "b")],
    ),
    "greek and vietnamese and hebrew twelve 1": Hard(
        "13/5/2024, 12:05 π.μ. - Νίκος: α\n13/5/2024, 12:06 μ.μ. - Νίκος: β\n",
        [(D + "00:05:00", "Νίκος", "α"), (D + "12:06:00", "Νίκος", "β")],
    ),
    "greek and vietnamese and hebrew twelve 2": Hard(
        "13/5/2024, 12:05 SA - Lan: a\n13/5/2024, 12:06 CH - Lan: b\n",
        [(D + "00:05:00", "Lan", "a"), (D + "12:06:00", "Lan", "b")],
    ),
    "greek and vietnamese and hebrew twelve 3": Hard(
        "13.5.2024, 12:05 אחה״צ - דנה: א\n", [(D + "12:05:00", "דנה", "א")]
    ),
    "danish": Hard("13.05.2024 kl. 10.07 - Ida: hej\n", [(D + "10:07:00", "Ida", "hej")]),
    "bulgarian year word": Hard("13.05.2024 г., 10:07 - Иво: здравей\n", [(D + "10:07:00", "Иво", "здравей")]),
    "hungarian": Hard("2024. 05. 13. 10:07 - Éva: szia\n", [(D + "10:07:00", "Éva", "szia")]),
    "slovenian": Hard("13. 5. 2024, 10:07 - Ana: zdravo\n", [(D + "10:07:00", "Ana", "zdravo")]),
    "croatian, dot behind the year": Hard("13.05.2024. 10:07 - Ana: bok\n", [(D + "10:07:00", "Ana", "bok")]),
    "swedish": Hard("2024-05-13 kl. 10:07 - Ida: hej\n", [(D + "10:07:00", "Ida", "hej")]),
    "french": Hard("13/05/2024 à 10:07 - Léa: salut\n", [(D + "10:07:00", "Léa", "salut")]),
    "bengali digits": Hard("১৩/৫/২০২৪, ১০:০৭ - রাম: নমস্কার\n", [(D + "10:07:00", "রাম", "নমস্কার")]),
    "android with seconds": Hard("13/05/2024, 10:07:33 - Ali: x\n", [(D + "10:07:33", "Ali", "x")]),
    "iphone without seconds": Hard("[13/05/2024, 10:07] Ali: x\r\n", [(D + "10:07:00", "Ali", "x")]),
    "iso date in brackets": Hard("[2024-05-13, 10:07:33] Ali: x\r\n", [(D + "10:07:33", "Ali", "x")]),
    "clock going back with markers": Hard(
        f"10/27/2024, 1:59{NNBSP}AM - Sam: a\n10/27/2024, 1:01{NNBSP}AM - Lina: b\n",
        [("2024-10-27T01:59:00", "Sam", "a"), ("2024-10-27T01:01:00", "Lina", "b")],
    ),
    # names
    "comma in a name": Hard(day("Hassan, Ali: hi", "Sam: ok"), rows(("Hassan, Ali", "hi"), ("Sam", "ok"))),
    "hours in a name": Hard(
        day("Team 10:00 - 11:00: hi", "Sam: ok"), rows(("Team 10:00 - 11:00", "hi"), ("Sam", "ok"))
    ),
    "a name that is a time": Hard(day("12:30: hi", "Sam: ok"), rows(("12:30", "hi"), ("Sam", "ok"))),
    "names that are numbers": Hard(
        day("100: two: three", "7: x", "100: y"), rows(("100", "two: three"), ("7", "x"), ("100", "y"))
    ),
    "a name of emoji, and one of a dot": Hard(
        day("🌹🌹: hi", ".: ok", "🌹🌹: yes"), rows(("🌹🌹", "hi"), (".", "ok"), ("🌹🌹", "yes"))
    ),
    "isolates around a name": Hard(
        day("\u2068Ali\u2069: a", "Ali: b", "Sam: c"), rows(("Ali", "a"), ("Ali", "b"), ("Sam", "c"))
    ),
    "a long name": Hard(
        day(f"{NAME_OF_120}: a", "Sam: ok", f"{NAME_OF_120}: b"),
        rows((NAME_OF_120, "a"), ("Sam", "ok"), (NAME_OF_120, "b")),
    ),
    "an inch sign in a name": Hard(
        day('5" Pipes: a', "Sam: ok", '5" Pipes: b: c'),
        rows(('5" Pipes', "a"), ("Sam", "ok"), ('5" Pipes', "b: c")),
    ),
    "colon in a name, in the file's name another sign": Hard(
        day("Shop: Ali: one", "Sam: ok"),
        rows(("Shop: Ali", "one"), ("Sam", "ok")),
        name="WhatsApp Chat with Shop_ Ali.txt",
    ),
    "one who always speaks to a participant": Hard(
        day("Ali: Sam: come", "Sam: yes", "Ali: Sam: where", "Ali: Sam: when"),
        rows(("Ali", "Sam: come"), ("Sam", "yes"), ("Ali", "Sam: where"), ("Ali", "Sam: when")),
    ),
    "a name with a colon in a system line": Hard(
        day("Shop: Ali: one", "Shop: Ali: two", "Shop: Ali: three", "Sam: ok", "Shop: Ali left"),
        rows(
            ("Shop: Ali", "one"), ("Shop: Ali", "two"), ("Shop: Ali", "three"), ("Sam", "ok"), (None, "Shop: Ali left")
        ),
    ),
    # system lines with a colon
    **{
        f"system line with a colon, {lang}": Hard(day(line, "Ali: hi", "Sam: ok"), rows((None, line), ("Ali", "hi"), ("Sam", "ok")))
        for lang, line in {
            "english, you": 'You changed the group name to "Market: cars"',
            "english, curly": "Ali changed the group name from “A” to “Market: cars”",
            "english, added": "Ali added Shop: Omar",
            "english, code": "Your security code with Shop: Omar changed. Tap to learn more.",
            "english, unquoted subject": "Ali changed the subject to Market: cars",
            "turkish": 'Ali, grubun adını "A" yerine "Pazar: arabalar" olarak değiştirdi',
            "persian": "Ali نام گروه را از «الف» به «بازار: ماشین» تغییر داد",
            "german": "Ali hat den Gruppennamen von „A“ zu „Markt: Autos“ geändert",
            "french": f"Ali a changé le nom du groupe «{NBSP}A{NBSP}» en «{NBSP}Marché: voitures{NBSP}»",
            "russian": "Ali изменил(а) название группы с «А» на «Рынок: авто»",
            "chinese": "Ali将群组名称从“A”更改为“市场: 车”",
            "arabic, owner": "لقد غيّرت اسم المجموعة من \"أ\" إلى \"سوق: سيارات\"",
            "arabic, added": "أضاف Ali متجر: عمر",
            "spanish": 'Ali cambió el nombre del grupo de "A" a "Mercado: coches"',
            "italian, added": "Ali ha aggiunto Negozio: Omar",
        }.items()
    },
    # iphone system lines
    "iphone, somebody's own departure": Hard(
        phone("Ali: hi", f"Ali: {LRM}Ali left", "Sam: ok"),
        rows(("Ali", "hi"), (None, f"{LRM}Ali left"), ("Sam", "ok")),
    ),
    "iphone, arabic mark of the other direction": Hard(
        phone(f"السوق: {RLM}الرسائل والمكالمات مشفرة تمامًا بين الطرفين.", "علي: أهلا", "سالم: نعم"),
        rows((None, f"{RLM}الرسائل والمكالمات مشفرة تمامًا بين الطرفين."), ("علي", "أهلا"), ("سالم", "نعم")),
    ),
    "iphone, renamed with a colon": Hard(
        phone(
            f"Rescue: {LRM}Messages and calls are end-to-end encrypted.", "Ali: hi",
            f"Rescue: {LRM}Ali changed the group name to “Market: cars”", "Sam: ok",
        ),
        rows(
            (None, f"{LRM}Messages and calls are end-to-end encrypted."), ("Ali", "hi"),
            (None, f"{LRM}Ali changed the group name to “Market: cars”"), ("Sam", "ok"),
        ),
    ),
    # dates
    **{
        f"open date, {what}": Hard(text, [(None, "Ali", "x")], codes)
        for what, text, codes in (
            ("us form alone does not decide", f"5/6/24, 10:00{NNBSP}AM - Ali: x\n", ["RTV-W002"]),
            ("iphone", "[05/06/2024, 10:00:00] Ali: x\r\n", ["RTV-W002"]),
            ("two-digit year first or last", "13-05-17 10:07 - Ali: x\n", ["RTV-W002"]),
            ("persian digits, two-digit solar year", "۹۹/۱۲/۰۵، ۱۸:۴۴ - Ali: x\n", ["RTV-W002"]),
            ("year of the republic of china", "113/5/13 下午3:05 - Ali: x\n", ["RTV-W006"]),
            ("hijri year first", "١٤٤٦/١/٧، ٨:٤٦ م - Ali: x\n", ["RTV-W006"]),
            ("jalali year last", "۲۳/۴/۱۴۰۳، ۱۸:۴۴ - Ali: x\n", ["RTV-W006"]),
        )
    },
    "canadian french, year first": Hard("17-05-13 10 h 07 - Ali: x\n", [("2017-05-13T10:07:00", "Ali", "x")]),
    "two-digit year first by a media name": Hard(
        "13-05-17 10:07 - Ali: IMG-20130517-WA0001.jpg (file attached)\n13-05-17 10:08 - Ali: x\n",
        [("2013-05-17T10:07:00", "Ali", "IMG-20130517-WA0001.jpg (file attached)"), ("2013-05-17T10:08:00", "Ali", "x")],
    ),
    "order by an iphone's media name": Hard(
        f"{LRM}[05/06/2024, 10:00:00] Ali: {LRM}<attached: 00000003-PHOTO-2024-06-05-10-00-00.jpg>\r\n"
        "[05/06/2024, 10:01:00] Sam: x\r\n",
        [
            ("2024-06-05T10:00:00", "Ali", f"{LRM}<attached: 00000003-PHOTO-2024-06-05-10-00-00.jpg>"),
            ("2024-06-05T10:01:00", "Sam", "x"),
        ],
    ),
    # bodies
    "blank lines at the start of a body": Hard(day("Ali: \n\nhello", "Sam: ok"), rows(("Ali", "\n\nhello"), ("Sam", "ok"))),
    "a body of blanks": Hard(day("Ali:    ", "Sam: ok"), rows(("Ali", "   "), ("Sam", "ok"))),
    "windows line ends inside a body": Hard(
        day("Ali: one\r\ntwo\r\n\r\nthree", "Sam: ok").replace("hree\n", "hree\r\n"),
        rows(("Ali", "one\r\ntwo\r\n\r\nthree"), ("Sam", "ok")),
    ),
    "a copied selection of a phone": Hard(
        day("Ali: look\n[12/05, 09:00] Omar: ok\n[09:01, 12/05/2024] Omar: yes", "Sam: ok"),
        rows(("Ali", "look\n[12/05, 09:00] Omar: ok\n[09:01, 12/05/2024] Omar: yes"), ("Sam", "ok")),
        ["RTV-W008"],
    ),
    "a transcript of the same morning": Hard(
        "13/05/2024, 15:00 - Ali: look\n13/05/2024, 09:00 - Omar: ok\n13/05/2024, 15:05 - Sam: I see\n"
        "13/05/2024, 15:06 - Ali: yes\n",
        [
            (D + "15:00:00", "Ali", "look\n13/05/2024, 09:00 - Omar: ok"),
            (D + "15:05:00", "Sam", "I see"),
            (D + "15:06:00", "Ali", "yes"),
        ],
        ["RTV-W009"],
    ),
    "a body of many lines": Hard(
        day("Ali: " + "\n".join(f"line {n}: 5 - 6" for n in range(5000)), "Sam: ok"),
        rows(("Ali", "\n".join(f"line {n}: 5 - 6" for n in range(5000))), ("Sam", "ok")),
    ),
    "zero bytes at the end": Hard(
        day("Ali: a", "Sam: b").encode() + b"\x00" * 300, rows(("Ali", "a"), ("Sam", "b\n" + "\x00" * 300)),
        ["RTV-W005"],
    ),
    "unsafe names": Hard(
        day(
            "Ali: ../../x.jpg (file attached)", "Ali: C:\\x.jpg (file attached)", "Sam: /x.jpg (file attached)",
            "Sam: a\x01b.jpg (file attached)",
        ),
        rows(
            ("Ali", "../../x.jpg (file attached)"), ("Ali", "C:\\x.jpg (file attached)"),
            ("Sam", "/x.jpg (file attached)"), ("Sam", "a\x01b.jpg (file attached)"),
        ),
        ["RTV-W010"], ["media"] * 4,
    ),
    "arabic document": Hard(
        day("Ali: تقرير نهائي (1).pdf (الملف مرفق)", "Sam: ok"),
        rows(("Ali", "تقرير نهائي (1).pdf (الملف مرفق)"), ("Sam", "ok")), kinds=["media", "text"],
    ),
    "talk that holds the application's words": Hard(
        day("Ali: he said you changed the group", "Sam: This message was deleted by him", "Ali: Ali added Sam"),
        rows(("Ali", "he said you changed the group"), ("Sam", "This message was deleted by him"), ("Ali", "Ali added Sam")),
        kinds=["text"] * 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_a_hostile_export_is_read_from_the_facts(name: str) -> None:
    case = HARD[name]
    records = read(case.text, case.name)
    told = messages(records)
    assert [(m.sent.local, m.sender_name, m.text) for m in told] == list(case.rows)
    assert sorted({r.code for r in records if isinstance(r, Problem)}) == sorted(case.codes)
    if case.kinds is not None:
        assert [m.kind for m in told] == list(case.kinds)
    for m in told:
        assert (m.sender is None) == (m.sender_name is None) == (m.kind == "system")
        if m.sent.local is None:
            assert m.sent.utc is None and m.sent.ground and m.sent.written
        if "RTV-W002" in case.codes:
            assert "ambiguous" in m.sent.ground or "none of the dates exists" in m.sent.ground


def test_a_line_of_somebody_who_writes_nothing_else_and_steps_back_is_marked() -> None:
    text = (
        "13/05/2024, 15:00 - Ali: look\n13/05/2024, 14:50 - Omar: ok\n13/05/2024, 15:05 - Sam: I see\n"
        "13/05/2024, 15:06 - Ali: yes\n13/05/2024, 15:07 - Sam: yes\n"
    )
    records = read(text)
    flagged = [m for m in messages(records) if "quoted_transcript" in m.flags]
    assert len(flagged) == 1 and "Omar" in (flagged[0].sender_name or flagged[0].text)
    assert "RTV-W009" in {r.code for r in records if isinstance(r, Problem)}


def test_the_same_name_with_and_without_marks_is_one_account() -> None:
    a, b, c = messages(read(day("\u2068Ali\u2069: a", "Ali: b", "Sam: c")))
    assert a.sender == b.sender != c.sender


def test_names_that_are_no_utf_8_stay_apart() -> None:
    content = day("AA: a", "BB: b", "AA: c", "BB: d").encode()
    content = content.replace(b"AA", "دن".encode("cp1256")).replace(b"BB", "سع".encode("cp1256"))
    a, b, c, d = messages(read(content))
    assert a.sender is not None and a.sender == c.sender and b.sender == d.sender and a.sender != b.sender
    assert a.sender_name != b.sender_name


def test_a_file_cut_inside_a_letter_keeps_what_is_there() -> None:
    records = read(day("Ali: a").encode() + "13/05/2024, 10:01 - Sam: سلا".encode()[:-1])
    assert [(m.sender_name, m.flags) for m in messages(records)] == [("Ali", ()), ("Sam", ("repaired",))]


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_utf_16_file_cut_inside_a_letter_is_still_covered(cut: int) -> None:
    content = ("\ufeff" + day("Ali: a", "Sam: سلام 😀")).encode("utf-16-le").rstrip(b"\n\x00")[:-cut]
    assert [m.sender_name for m in messages(read(content))] == ["Ali", "Sam"]


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"\r\n\r\n", b"\xff\xfe", b"\x00\x00\x00"])
def test_a_file_that_says_nothing_is_a_problem(content: bytes) -> None:
    item = MemoryItem("_chat.txt", content)
    records = list(READER.read(item, Ask()))
    tiles(item, records)
    assert {r.code for r in records if isinstance(r, Problem)} == {"RTV-W001"}


def test_the_same_file_named_twice_is_found_twice() -> None:
    text = day("Ali: x.jpg (file attached)", "Sam: x.jpg (file attached)")
    item = MemoryItem("_chat.txt", text.encode(), folder={"x.jpg": b"1"})
    files = [m.attachments[0] for m in messages(list(READER.read(item, Ask())))]
    assert [f.present for f in files] == [True, True] and files[0].sha256 == files[1].sha256 is not None
