"""Writes the three bundled evidence files of the fictional case. Invented from end to end; numbers belong to nobody.

Run ``python tests/writers/demo_story.py`` after a change; a test compares what is bundled with what this writes.
"""

from __future__ import annotations

import io
import json
import sqlite3
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "src" / "ritrova" / "case" / "demo_story"
WHATSAPP = "WhatsApp Chat - سوق الحي.zip"
TELEGRAM = "result.json"
VIBER = "viber.db"

RLM = "\u200f"
NUMBER_A = "+964 770 000 0142"
NUMBER_B = "+964 750 000 0177"

GROUP: list[tuple[str, str | None, str]] = [
    (
        "2016-03-01 18:02",
        None,
        "الرسائل والمكالمات مشفرة تمامًا بين الطرفين. لا يمكن لأحد خارج هذه الدردشة قراءتها.",
    ),
    ("2016-03-01 18:02", None, 'قام أبو سامر بإنشاء المجموعة "سوق الحي"'),
    ("2016-03-01 18:05", "أبو سامر", "السلام عليكم، هذه مجموعة للبيع والشراء"),
    ("2016-03-01 18:11", "كريم", "وعليكم السلام"),
    ("2016-03-01 18:40", "كريم", "عندي قطط صغيرة للبيع، السعر ٢٥ ألف"),
    ("2016-03-01 19:03", NUMBER_B, "هل يوجد براد مستعمل؟"),
    ("2016-03-02 09:15", "كريم", "صباح الخير، القطط راحت كلها"),
    (
        "2016-03-02 21:05",
        NUMBER_A,
        "للبيع سبية، العمر ٢٥ سنة، السعر ٣٧٠٠ دولار، المكان الموصل، التواصل ٠٧٧٠٠٠٠٠١٤٢",
    ),
    ("2016-03-02 21:07", NUMBER_A, "IMG-20160302-WA0003.jpg (الملف مرفق)"),
    ("2016-03-02 21:20", "أبو سامر", "كم آخر سعر؟"),
    ("2016-03-02 21:22", NUMBER_A, "وصلت ٣٥٠٠"),
    ("2016-03-02 21:31", "أبو سامر", "هل ما زالت موجودة؟"),
    ("2016-03-02 21:33", NUMBER_A, "نعم موجودة، التسليم غدا الساعة ٥ مساء"),
    ("2016-03-03 10:00", "كريم", "الجو بارد اليوم في الموصل"),
    ("2016-03-03 11:30", "أبو سامر", "عندي غسالة وبراد للبيع، السعر ١٥٠ ألف"),
    ("2016-03-03 12:10", NUMBER_B, "بندقية للبيع، السعر ٩٠٠ دولار، خاص"),
]

CHANNEL: list[tuple[str, str]] = [
    ("2016-03-02T22:10:00", "للبيع سبيه ، العمر 25 سنه ، السعر 3600 $ ، المكان الموصل ، التواصل 07700000142"),
    ("2016-03-03T08:00:00", "سيارة كيا ٢٠١٢ للبيع، السعر ٦٥٠٠ دولار"),
    ("2016-03-03T20:30:00", "Kittens for sale, two months old, 20 USD each"),
    ("2016-03-05T19:00:00", "قالت وكالة الأنباء إن المحكمة نظرت في قضية بيع سبايا في الموصل"),
]
CHAT_RESCUE: list[tuple[str, str, str, str]] = [
    ("2016-03-04T09:00:00", "Nadia H.", "user700000001", "سلام، العائلة تريد إرجاع ابنتها، كم يطلبون؟"),
    ("2016-03-04T09:12:00", "Salim R.", "user700000002", "الوسيط يقول خمسة آلاف دولار لتحريرها"),
    (
        "2016-03-04T09:15:00",
        "Nadia H.",
        "user700000001",
        "العائلة جمعت ثلاثة آلاف، نريد أن ترجع إلى أهلها سالمة",
    ),
    ("2016-03-04T09:20:00", "Salim R.", "user700000002", "سأكلم الوسيط، وأخبر المكتب"),
]
CHAT_ENGLISH: list[tuple[str, str, str, str]] = [
    ("2016-03-06T14:00:00", "Omar T.", "user700000003", "Did you get the generator?"),
    ("2016-03-06T14:03:00", "Lana K.", "user700000004", "Yes, 300 USD, it works fine"),
    (
        "2016-03-06T15:10:00",
        "Omar T.",
        "user700000003",
        "Maid for transfer, age 31, 1200 USD, call +964 770 000 0142",
    ),
    ("2016-03-06T15:12:00", "Lana K.", "user700000004", "No, and please do not send me such things"),
]
VIBER_TALK: list[tuple[str, int, str]] = [
    ("2016-03-02 22:40", 2, "مرحبا"),
    ("2016-03-02 22:41", 2, "للبيع سبية العمر ٢٥ السعر ٣٦٠٠ دولار الموصل 0770 000 0142"),
    ("2016-03-02 22:44", 1, "من أين هذا الرقم؟"),
    ("2016-03-02 22:50", 3, "كم السعر الأخير؟"),
    ("2016-03-02 22:52", 2, "٣٥٠٠ وآخر كلام"),
]

ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def whatsapp() -> bytes:
    """The zip of "Export chat" from an Android phone in Arabic."""
    lines = []
    for when, sender, text in GROUP:
        t = datetime.fromisoformat(when)
        half = "م" if t.hour >= 12 else "ص"
        stamp = (
            f"{t.day}{RLM}/{t.month}{RLM}/{t.year}، {(t.hour % 12) or 12}:{t.minute:02d} {half}".translate(
                ARABIC_DIGITS
            )
        )
        body = text if sender is None else f"{sender}: {text}"
        lines.append(f"{stamp} - {body}\n")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, content in (
            ("دردشة واتساب مع سوق الحي.txt", "".join(lines).encode()),
            ("IMG-20160302-WA0003.jpg", picture()),
        ):
            entry = zipfile.ZipInfo(name, (2016, 3, 6, 12, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            z.writestr(entry, content)
    return out.getvalue()


def picture() -> bytes:
    """A drawing of squares: a picture that shows nobody."""
    from PIL import Image

    image = Image.new("RGB", (160, 120), (205, 200, 190))
    for n in range(12):
        shade = 60 + 14 * n
        image.paste((shade, 120, 230 - shade), (10 + 12 * n, 8 + 7 * n, 30 + 12 * n, 28 + 7 * n))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def telegram() -> bytes:
    """A `result.json` of a whole account: a channel and two chats, in the layout of Telegram Desktop."""

    def message(n: int, when: str, name: str, key: str, text: str) -> dict[str, Any]:
        at = datetime.fromisoformat(when)
        unix = int((at - timedelta(hours=3) - datetime(1970, 1, 1)).total_seconds())
        return {
            "id": n,
            "type": "message",
            "date": when,
            "date_unixtime": str(unix),
            "from": name,
            "from_id": key,
            "text": text,
            "text_entities": [{"type": "plain", "text": text}],
        }

    def chat(name: str, kind: str, key: int, messages: list[dict[str, Any]]) -> dict[str, Any]:
        return {"name": name, "type": kind, "id": key, "messages": messages}

    channel = [
        message(n, when, "سوق عام", "channel1700000001", text) for n, (when, text) in enumerate(CHANNEL, 101)
    ]
    rescue = [message(n, *line) for n, line in enumerate(CHAT_RESCUE, 11)]
    english = [message(n, *line) for n, line in enumerate(CHAT_ENGLISH, 51)]
    whole = {
        "about": "An invented export for the demonstration of ritrova.",
        "chats": {
            "about": "Invented.",
            "list": [
                chat("سوق عام", "public_channel", 1700000001, channel),
                chat("Salim R.", "personal_chat", 700000002, rescue),
                chat("Lana K.", "personal_chat", 700000004, english),
            ],
        },
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


VIBER_TABLES = """
CREATE TABLE ChatInfo (ChatID INTEGER PRIMARY KEY, Name TEXT, Token TEXT, TimeStamp INTEGER);
CREATE TABLE Contact (ContactID INTEGER PRIMARY KEY, Name TEXT, ClientName TEXT, Number TEXT, MID TEXT);
CREATE TABLE ChatRelation (ChatID INTEGER, ContactID INTEGER);
CREATE TABLE Events (EventID INTEGER PRIMARY KEY, TimeStamp INTEGER, ContactID INTEGER, ChatID INTEGER, Direction INTEGER, Token TEXT);
CREATE TABLE Messages (EventID INTEGER PRIMARY KEY, Type INTEGER, Subject TEXT, Body TEXT, Info TEXT, Duration INTEGER, StickerID INTEGER);
"""


def viber(path: Path) -> None:
    """A Viber Desktop database with one group."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(VIBER_TABLES)
    connection.execute("INSERT INTO ChatInfo VALUES (1, 'أصدقاء السوق', '5000000001', 0)")
    people = [
        (1, "", "Lana K.", "+964 750 000 0188"),
        (2, "", "M 142", NUMBER_A),
        (3, "", "Abu Samer", "+964 770 000 0163"),
    ]
    for key, name, client, number in people:
        connection.execute(
            "INSERT INTO Contact VALUES (?, ?, ?, ?, NULL)", (key, name, client, number.replace(" ", ""))
        )
        connection.execute("INSERT INTO ChatRelation VALUES (1, ?)", (key,))
    for n, (when, who, text) in enumerate(VIBER_TALK, 1):
        at = datetime.fromisoformat(when) - timedelta(hours=3)
        ms = int((at - datetime(1970, 1, 1)).total_seconds() * 1000)
        connection.execute(
            "INSERT INTO Events VALUES (?, ?, ?, 1, ?, ?)",
            (n, ms, who, 1 if who == 1 else 0, str(5300000000 + n)),
        )
        connection.execute("INSERT INTO Messages VALUES (?, 1, NULL, ?, NULL, 0, 0)", (n, text))
    connection.commit()
    connection.execute("VACUUM")
    connection.close()


def write(folder: Path) -> None:
    """All three files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WHATSAPP).write_bytes(whatsapp())
    (folder / TELEGRAM).write_bytes(telegram())
    viber(folder / VIBER)


if __name__ == "__main__":
    write(FOLDER)
    sys.stdout.write(f"{len(list(FOLDER.iterdir()))} files\n")
