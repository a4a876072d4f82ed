"""Hard WhatsApp text exports: for each, what must be read, exactly. All names, numbers and sentences are invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Message, Problem, Read, Skip
from ritrova.model.shapes import Ask

LRM, RLM, NNBSP, NBSP = "\u200e", "\u200f", "\u202f", "\u00a0"
Row = tuple[str | None, str | None, str]
"""Local time, sender's name (None: nobody), text."""


@dataclass
class Case:
    """An export and the rows that it holds."""

    text: str
    rows: Sequence[Row]
    name: str = "_chat.txt"
    path: str | None = None
    ask: Ask = field(default_factory=Ask)
    codes: Sequence[str] = ()
    kinds: Sequence[str] | None = None
    flagged: dict[int, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    modified: float | None = None


CASES: dict[str, Case] = {
    "arabic android, marks in the date, afternoon": Case(
        f"15{RLM}/9{RLM}/2024، 8:46 م - دانة: السلام عليكم\n15{RLM}/9{RLM}/2024، 12:05 ص - سالم: وعليكم\n",
        [("2024-09-15T20:46:00", "دانة", "السلام عليكم"), ("2024-09-15T00:05:00", "سالم", "وعليكم")],
    ),
    "arabic iphone, arabic digits, seconds": Case(
        f"[١٥{RLM}/٩{RLM}/٢٠٢٤، ٨:٤٦:٠٠ م] دانة: السلام عليكم\r\n[١٥{RLM}/٩{RLM}/٢٠٢٤، ٨:٤٧:٠١ م] سالم: كم السعر\r\n",
        [("2024-09-15T20:46:00", "دانة", "السلام عليكم"), ("2024-09-15T20:47:01", "سالم", "كم السعر")],
    ),
    "arabic iphone without marks": Case(
        "[١٥/٩/٢٠٢٤، ٨:٤٦:٠٠ م] دانة: السلام عليكم\r\n",
        [("2024-09-15T20:46:00", "دانة", "السلام عليكم")],
    ),
    "persian android, persian digits": Case(
        "۲۰۲۱/۵/۳۰، ۱۸:۴۴ - سارا: سلام\n۲۰۲۱/۵/۳۰، ۱۸:۴۵ - امید: خوبی؟\n",
        [("2021-05-30T18:44:00", "سارا", "سلام"), ("2021-05-30T18:45:00", "امید", "خوبی؟")],
    ),
    "us narrow space before the marker, and midnight": Case(
        f"2/13/23, 12:07{NNBSP}AM - Sam: two\n2/13/23, 12:07{NNBSP}PM - Sam: noon\n",
        [("2023-02-13T00:07:00", "Sam", "two"), ("2023-02-13T12:07:00", "Sam", "noon")],
    ),
    "spanish p. m. with no-break spaces": Case(
        f"13/2/23, 8:28 p.{NBSP}m. - Ana: hola\n13/2/23 8:29 a.{NBSP}m. - Ana: no header of this file\n",
        [("2023-02-13T20:28:00", "Ana", f"hola\n13/2/23 8:29 a.{NBSP}m. - Ana: no header of this file")],
        codes=["RTV-W008"],
    ),
    "order by sorting only": Case(
        "5/9/24, 10:00 - A: 1\n5/10/24, 10:00 - B: 2\n5/11/24, 10:00 - A: 3\n5/12/24, 10:00 - B: 4\n"
        "6/1/24, 10:00 - A: 5\n6/2/24, 10:00 - B: 6\n",
        [
            ("2024-05-09T10:00:00", "A", "1"),
            ("2024-05-10T10:00:00", "B", "2"),
            ("2024-05-11T10:00:00", "A", "3"),
            ("2024-05-12T10:00:00", "B", "4"),
            ("2024-06-01T10:00:00", "A", "5"),
            ("2024-06-02T10:00:00", "B", "6"),
        ],
    ),
    "order by a media name only": Case(
        "5/9/24, 10:00 - A: IMG-20240509-WA0001.jpg (file attached)\n5/9/24, 10:01 - B: ok\n",
        [
            ("2024-05-09T10:00:00", "A", "IMG-20240509-WA0001.jpg (file attached)"),
            ("2024-05-09T10:01:00", "B", "ok"),
        ],
        kinds=["media", "text"],
    ),
    "order by the file's own date": Case(
        "5/9/24, 10:00 - A: x\n5/9/24, 10:01 - B: ok\n",
        [("2024-05-09T10:00:00", "A", "x"), ("2024-05-09T10:01:00", "B", "ok")],
        modified=1716000000.0,
    ),
    "ambiguous stays open": Case(
        "05/09/2024, 10:00 - A: x\n06/09/2024, 10:01 - B: ok\n",
        [(None, "A", "x"), (None, "B", "ok")],
        codes=["RTV-W002"],
    ),
    "ambiguous, settled by the user": Case(
        "05/09/2024, 10:00 - A: x\n",
        [("2024-05-09T10:00:00", "A", "x")],
        ask=Ask(date_order="mdy"),
    ),
    "dots are day first": Case("05.09.24, 10:00 - A: x\n", [("2024-09-05T10:00:00", "A", "x")]),
    "colon in a system line": Case(
        "13/05/2024, 10:00 - Messages and calls are end-to-end encrypted. Tap to learn more.\n"
        '13/05/2024, 10:00 - Ali changed the group name from "A" to "Market: cars"\n'
        "13/05/2024, 10:01 - Ali: hi\n13/05/2024, 10:02 - Omar: price: 200\n",
        [
            ("2024-05-13T10:00:00", None, "Messages and calls are end-to-end encrypted. Tap to learn more."),
            ("2024-05-13T10:00:00", None, 'Ali changed the group name from "A" to "Market: cars"'),
            ("2024-05-13T10:01:00", "Ali", "hi"),
            ("2024-05-13T10:02:00", "Omar", "price: 200"),
        ],
        kinds=["system", "system", "text", "text"],
    ),
    "colon in a system line of an unknown language": Case(
        "13/05/2024, 10:00 - Ali vundu gorka “A” “Market: cars”\n13/05/2024, 10:01 - Ali: hi\n",
        [
            ("2024-05-13T10:00:00", None, "Ali vundu gorka “A” “Market: cars”"),
            ("2024-05-13T10:01:00", "Ali", "hi"),
        ],
    ),
    "arabic system line with a colon": Case(
        '13/05/2024, 10:00 - غيّر علي اسم المجموعة من "أ" إلى "سوق: سيارات"\n13/05/2024, 10:01 - علي: أهلا\n',
        [
            ("2024-05-13T10:00:00", None, 'غيّر علي اسم المجموعة من "أ" إلى "سوق: سيارات"'),
            ("2024-05-13T10:01:00", "علي", "أهلا"),
        ],
    ),
    "name with a colon": Case(
        "13/05/2024, 10:00 - Shop: Ali: one\n13/05/2024, 10:01 - Shop: Ali: two: three\n"
        "13/05/2024, 10:02 - Shop: Ali: four\n13/05/2024, 10:03 - Sam: five\n",
        [
            ("2024-05-13T10:00:00", "Shop: Ali", "one"),
            ("2024-05-13T10:01:00", "Shop: Ali", "two: three"),
            ("2024-05-13T10:02:00", "Shop: Ali", "four"),
            ("2024-05-13T10:03:00", "Sam", "five"),
        ],
    ),
    "somebody who always writes the same label": Case(
        "13/05/2024, 10:00 - Ali: price: 100\n13/05/2024, 10:01 - Ali: price: 200\n13/05/2024, 10:02 - Ali: price: 300\n",
        [
            ("2024-05-13T10:00:00", "Ali", "price: 100"),
            ("2024-05-13T10:01:00", "Ali", "price: 200"),
            ("2024-05-13T10:02:00", "Ali", "price: 300"),
        ],
    ),
    "name with a dash, and a dash in a continuation": Case(
        "13/05/2024, 10:00 - Ali - Work: one\nprice - 200\n13/05/2024, 10:01 - Sam: two\n",
        [
            ("2024-05-13T10:00:00", "Ali - Work", "one\nprice - 200"),
            ("2024-05-13T10:01:00", "Sam", "two"),
        ],
    ),
    "iphone system lines under the group's name": Case(
        f"[13/07/2024, 10:00:00] Rescue Team: {LRM}Messages and calls are end-to-end encrypted.\r\n"
        f"[13/07/2024, 10:00:05] Rescue Team: {LRM}Ali created this group\r\n"
        f"[13/07/2024, 10:01:00] Ali: hello\r\n{LRM}[13/07/2024, 10:02:00] Sam: {LRM}image omitted\r\n",
        [
            ("2024-07-13T10:00:00", None, f"{LRM}Messages and calls are end-to-end encrypted."),
            ("2024-07-13T10:00:05", None, f"{LRM}Ali created this group"),
            ("2024-07-13T10:01:00", "Ali", "hello"),
            ("2024-07-13T10:02:00", "Sam", f"{LRM}image omitted"),
        ],
        kinds=["system", "system", "text", "media"],
    ),
    "iphone group, unknown language": Case(
        f"[13/07/2024, 10:00:00] Rescue: {LRM}Vunda gorka telmi.\r\n[13/07/2024, 10:01:00] Ali: hello\r\n"
        f"[13/07/2024, 10:02:00] Sam: hi\r\n{LRM}[13/07/2024, 10:02:00] Sam: {LRM}bilda forta\r\n"
        f"{LRM}[13/07/2024, 10:02:00] Ali: {LRM}bilda forta\r\n",
        [
            ("2024-07-13T10:00:00", None, f"{LRM}Vunda gorka telmi."),
            ("2024-07-13T10:01:00", "Ali", "hello"),
            ("2024-07-13T10:02:00", "Sam", "hi"),
            ("2024-07-13T10:02:00", "Sam", f"{LRM}bilda forta"),
            ("2024-07-13T10:02:00", "Ali", f"{LRM}bilda forta"),
        ],
        kinds=["system", "text", "text", "media", "media"],
    ),
    "transcript pasted into a body": Case(
        "01/05/2024, 10:00 - Ali: look what they said\n30/04/2024, 09:00 - Omar: ok\n30/04/2024, 09:01 - Lina: when\n"
        "13/05/2024, 10:05 - Sam: I see\n13/05/2024, 10:06 - Ali: yes\n",
        [
            (
                "2024-05-01T10:00:00",
                "Ali",
                "look what they said\n30/04/2024, 09:00 - Omar: ok\n30/04/2024, 09:01 - Lina: when",
            ),
            ("2024-05-13T10:05:00", "Sam", "I see"),
            ("2024-05-13T10:06:00", "Ali", "yes"),
        ],
        codes=["RTV-W009"],
        flagged={0: "quoted_transcript"},
    ),
    "transcript of a participant pasted into a body": Case(
        "01/05/2024, 10:00 - Ali: look\n30/04/2024, 09:00 - Sam: ok\n"
        "13/05/2024, 10:05 - Sam: I see\n13/05/2024, 10:06 - Ali: yes\n",
        [
            ("2024-05-01T10:00:00", "Ali", "look"),
            ("2024-04-30T09:00:00", "Sam", "ok"),
            ("2024-05-13T10:05:00", "Sam", "I see"),
            ("2024-05-13T10:06:00", "Ali", "yes"),
        ],
        codes=["RTV-W009"],
        flagged={1: "quoted_transcript"},
    ),
    "transcript of the other kind of phone in a body": Case(
        "13/05/2024, 10:00 - Ali: look\n[12/05/24, 09:00:11] Sam: ok\n13/05/2024, 10:06 - Ali: yes\n",
        [
            ("2024-05-13T10:00:00", "Ali", "look\n[12/05/24, 09:00:11] Sam: ok"),
            ("2024-05-13T10:06:00", "Ali", "yes"),
        ],
        codes=["RTV-W008"],
    ),
    "quoted with a sign": Case(
        "13/05/2024, 10:00 - Ali: look\n> 12/05/2024, 09:00 - Sam: ok\n13/05/2024, 10:06 - Ali: yes\n",
        [
            ("2024-05-13T10:00:00", "Ali", "look\n> 12/05/2024, 09:00 - Sam: ok"),
            ("2024-05-13T10:06:00", "Ali", "yes"),
        ],
    ),
    "chinese marker before the time": Case(
        "2024/7/13 下午3:05 - 小明: 你好\n2024/7/13 上午12:05 - 小明: 早\n2024/7/13 中午12:30 - 小明: 饭\n",
        [
            ("2024-07-13T15:05:00", "小明", "你好"),
            ("2024-07-13T00:05:00", "小明", "早"),
            ("2024-07-13T12:30:00", "小明", "饭"),
        ],
    ),
    "korean dots and marker before": Case(
        "2024. 7. 13. 오후 3:05, 지민 : 안녕\n2024. 7. 13. 오후 3:06 - 지민: 안녕\n",
        [("2024-07-13T15:06:00", "지민", "안녕")],
        codes=["RTV-W003"],
    ),
    "buddhist year": Case(
        "13/7/2567 10:00 - สมชาย: สวัสดี\n",
        [("2024-07-13T10:00:00", "สมชาย", "สวัสดี")],
        codes=["RTV-W006"],
    ),
    "jalali year is not converted": Case(
        "۱۴۰۳/۴/۲۳، ۱۸:۴۴ - سارا: سلام\n", [(None, "سارا", "سلام")], codes=["RTV-W006"]
    ),
    "hijri year is not converted": Case(
        "٧/١/١٤٤٦، ٨:٤٦ م - دانة: سلام\n", [(None, "دانة", "سلام")], codes=["RTV-W006"]
    ),
    "separators of other systems in a body": Case(
        "13/05/2024, 10:00 - Ali: a\u2028b\u0085c\x0bd\x0ce\n13/05/2024, 10:01 - Ali: z\n",
        [("2024-05-13T10:00:00", "Ali", "a\u2028b\u0085c\x0bd\x0ce"), ("2024-05-13T10:01:00", "Ali", "z")],
    ),
    "iphone poll": Case(
        f"{LRM}[13/07/2024, 10:00:00] Ali: {LRM}POLL:\r\nWhere to meet?\r\n{LRM}OPTION: Bazaar (2 votes)\r\n"
        f"{LRM}OPTION: Station (0 votes)\r\n\r\n[13/07/2024, 10:01:00] Sam: ok\r\n",
        [
            (
                "2024-07-13T10:00:00",
                "Ali",
                f"{LRM}POLL:\r\nWhere to meet?\r\n{LRM}OPTION: Bazaar (2 votes)\r\n{LRM}OPTION: Station (0 votes)",
            ),
            ("2024-07-13T10:01:00", "Sam", "ok"),
        ],
        kinds=["poll", "text"],
    ),
    "iphone document with blanks and caption": Case(
        f"{LRM}[13/07/2024, 10:00:00] Ali: Plan v2.pdf • 3 pages {LRM}<attached: 00000007-Plan v2.pdf>\r\n",
        [
            (
                "2024-07-13T10:00:00",
                "Ali",
                f"Plan v2.pdf • 3 pages {LRM}<attached: 00000007-Plan v2.pdf>",
            )
        ],
        kinds=["media"],
    ),
    "clock going back": Case(
        "27/10/2024, 02:59 - Ali: a\n27/10/2024, 02:01 - Sam: b\n27/10/2024, 02:05 - Ali: \n27/10/2024, 02:06 - Ali: null\n",
        [
            ("2024-10-27T02:59:00", "Ali", "a"),
            ("2024-10-27T02:01:00", "Sam", "b"),
            ("2024-10-27T02:05:00", "Ali", ""),
            ("2024-10-27T02:06:00", "Ali", "null"),
        ],
        flagged={1: "clock_back"},
    ),
    "byte order mark and CRLF": Case(
        "\ufeff13/05/2024, 10:00 - Ali: a\r\n13/05/2024, 10:01 - Sam: b\r\n",
        [("2024-05-13T10:00:00", "Ali", "a"), ("2024-05-13T10:01:00", "Sam", "b")],
    ),
    "mixed line ends": Case(
        "13/05/2024, 10:00 - Ali: a\r13/05/2024, 10:01 - Sam: b\r\n13/05/2024, 10:02 - Sam: c\n",
        [
            ("2024-05-13T10:00:00", "Ali", "a"),
            ("2024-05-13T10:01:00", "Sam", "b"),
            ("2024-05-13T10:02:00", "Sam", "c"),
        ],
    ),
    "utf-16 file": Case(
        "\ufeff13/05/2024, 10:00 - دانة: سلام 😀\r\n13/05/2024, 10:01 - Sam: b\r\n",
        [("2024-05-13T10:00:00", "دانة", "سلام 😀"), ("2024-05-13T10:01:00", "Sam", "b")],
        encoding="utf-16-le",
    ),
    "finnish klo and dots": Case("13.5.2024 klo 10.07 - Ali: moi\n", [("2024-05-13T10:07:00", "Ali", "moi")]),
    "old android without dash": Case(
        "13/05/2014 10:07: Ali: hi\n13/05/2014 10:08: Sam: hello\n",
        [("2014-05-13T10:07:00", "Ali", "hi"), ("2014-05-13T10:08:00", "Sam", "hello")],
    ),
    "en dash": Case("13/05/2024, 10:07 – Ali: hi\n", [("2024-05-13T10:07:00", "Ali", "hi")]),
    "brackets without a blank": Case(
        "[13/05/2024, 10:07:00]Ali: hi\n[13/05/2024, 10:08:00]Sam: ok\n",
        [("2024-05-13T10:07:00", "Ali", "hi"), ("2024-05-13T10:08:00", "Sam", "ok")],
    ),
    "kurdish body under a turkish header": Case(
        "13.05.2024 ÖS 3:07 - Azad: Rojbaş, çawa yî?\n13.05.2024 ÖÖ 12:01 - Azad: baş im\n",
        [("2024-05-13T15:07:00", "Azad", "Rojbaş, çawa yî?"), ("2024-05-13T00:01:00", "Azad", "baş im")],
    ),
    "kurdish body under an arabic header": Case(
        "13/5/2024، 3:07 م - ئازاد: سڵاو، چۆنی؟\n", [("2024-05-13T15:07:00", "ئازاد", "سڵاو، چۆنی؟")]
    ),
    "persian markers": Case(
        "۲۰۲۴/۵/۱۳، ۳:۰۷ ب.ظ - سارا: سلام\n۲۰۲۴/۵/۱۳، ۳:۰۷ ق.ظ. - سارا: سلام\n",
        [("2024-05-13T15:07:00", "سارا", "سلام"), ("2024-05-13T03:07:00", "سارا", "سلام")],
    ),
    "hebrew markers": Case(
        "13.5.2024, 3:07 אחה״צ - דנה: שלום\n13.5.2024, 3:08 לפנה״צ - דנה: שלום\n",
        [("2024-05-13T15:07:00", "דנה", "שלום"), ("2024-05-13T03:08:00", "דנה", "שלום")],
    ),
    "an unknown marker leaves the time open": Case(
        "13/05/2024, 3:07 qq - Ali: hi\n", [(None, "Ali", "hi")], codes=["RTV-W004"]
    ),
    "hour zero and hour twenty-four": Case(
        "13/05/2024, 0:07 - Ali: a\n13/05/2024, 24:09 - Ali: b\n",
        [("2024-05-13T00:07:00", "Ali", "a"), ("2024-05-13T00:09:00", "Ali", "b")],
    ),
    "number names with marks": Case(
        f"13/05/2024, 10:00 - \u202a+964 770 000 0011\u202c: a\n13/05/2024, 10:01 - {LRM}+964\u00a0770\u00a0000\u20110012: b\n",
        [
            ("2024-05-13T10:00:00", "+964 770 000 0011", "a"),
            ("2024-05-13T10:01:00", "+964\u00a0770\u00a0000\u20110012", "b"),
        ],
    ),
    "unsaved members": Case(
        f"[13/05/2024, 10:00:00] ~{NNBSP}Ali: a\r\n[13/05/2024, 10:00:01] ~{NBSP}Sam: b\r\n",
        [
            ("2024-05-13T10:00:00", f"~{NNBSP}Ali", "a"),
            ("2024-05-13T10:00:01", f"~{NBSP}Sam", "b"),
        ],
    ),
    "truncated last line": Case(
        "13/05/2024, 10:00 - Ali: a\n13/05/2024, 10:0",
        [("2024-05-13T10:00:00", "Ali", "a\n13/05/2024, 10:0")],
    ),
    "truncated behind the name": Case(
        "13/05/2024, 10:00 - Ali: a\n13/05/2024, 10:01 - Ali:",
        [("2024-05-13T10:00:00", "Ali", "a"), ("2024-05-13T10:01:00", "Ali", "")],
    ),
    "head cut off": Case(
        "end of something\n13/05/2024, 10:00 - Ali: a\n",
        [("2024-05-13T10:00:00", "Ali", "a")],
        codes=["RTV-W003"],
    ),
    "blank lines and marks before the first message": Case(
        f"\n\n{LRM}\n13/05/2024, 10:00 - Ali: a\n\n\n", [("2024-05-13T10:00:00", "Ali", "a")]
    ),
    "not a date": Case(
        "31/12/2023, 10:00 - Ali: a\n31/02/2024, 10:00 - Ali: b\n13/05/2024, 10:00 - Ali: c\n",
        [("2023-12-31T10:00:00", "Ali", "a"), (None, "Ali", "b"), ("2024-05-13T10:00:00", "Ali", "c")],
        codes=["RTV-W004"],
    ),
    "edited and deleted": Case(
        f"13/05/2024, 10:00 - Ali: meet at six {LRM}<This message was edited>\n13/05/2024, 10:01 - Ali: This message was deleted\n"
        "13/05/2024, 10:02 - Ali: You deleted this message\n13/05/2024, 10:02 - دانة: تم حذف هذه الرسالة\n",
        [
            ("2024-05-13T10:00:00", "Ali", "meet at six"),
            ("2024-05-13T10:01:00", "Ali", "This message was deleted"),
            ("2024-05-13T10:02:00", "Ali", "You deleted this message"),
            ("2024-05-13T10:02:00", "دانة", "تم حذف هذه الرسالة"),
        ],
        kinds=["text", "deleted", "deleted", "deleted"],
    ),
    "places, cards, calls": Case(
        "13/05/2024, 10:00 - Ali: location: https://maps.google.com/?q=36.34,43.13\n"
        "13/05/2024, 10:01 - Ali: Dana.vcf (file attached)\n13/05/2024, 10:02 - Ali: Missed voice call\n"
        "13/05/2024, 10:03 - Ali: Tea House (Old Street 1): https://foursquare.com/v/5a1\n"
        "13/05/2024, 10:04 - Ali: https://maps.google.com/?q=36.34,43.13\n",
        [
            ("2024-05-13T10:00:00", "Ali", "location: https://maps.google.com/?q=36.34,43.13"),
            ("2024-05-13T10:01:00", "Ali", "Dana.vcf (file attached)"),
            ("2024-05-13T10:02:00", "Ali", "Missed voice call"),
            ("2024-05-13T10:03:00", "Ali", "Tea House (Old Street 1): https://foursquare.com/v/5a1"),
            ("2024-05-13T10:04:00", "Ali", "https://maps.google.com/?q=36.34,43.13"),
        ],
        kinds=["location", "contact", "call", "location", "text"],
    ),
    "turkish iphone attachment, name first": Case(
        f"{LRM}[13.05.2024 10:00:00] Azad: {LRM}<00000003-PHOTO-2024-05-13-10-00-00.jpg eklendi>\r\n",
        [("2024-05-13T10:00:00", "Azad", f"{LRM}<00000003-PHOTO-2024-05-13-10-00-00.jpg eklendi>")],
        kinds=["media"],
    ),
    "caption below an attachment": Case(
        "13/05/2024, 10:00 - Ali: IMG-20240513-WA0001.jpg (الملف مرفق)\nfor sale: table\n",
        [("2024-05-13T10:00:00", "Ali", "IMG-20240513-WA0001.jpg (الملف مرفق)\nfor sale: table")],
        kinds=["media"],
    ),
}


def tiles(item: MemoryItem, records: Sequence[Read]) -> None:
    """The byte ranges of messages, skips and problems cover the item exactly."""
    end = 0
    for r in records:
        if isinstance(r, Message | Skip | Problem) and r.at.spot:
            a, b = map(int, r.at.spot.removeprefix("bytes ").split("-"))
            assert a == end and b > a
            end = b
    assert end == item.size
