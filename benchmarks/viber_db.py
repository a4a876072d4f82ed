"""Records out of a Viber Desktop database, against a plain joined SELECT of the same rows, in CPU seconds of one run.

    python benchmarks/viber_db.py [messages]        (default 500000)

The database is generated: half of the messages short Arabic text, one in twenty with a JSON Info, one in a hundred media.
"""

from __future__ import annotations

import json
import random
import resource
import sqlite3
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Message
from ritrova.model.shapes import Ask
from ritrova.readers import viber_android, viber_desktop, viber_ios

WORDS = [
    "طاولة",
    "كرسي",
    "سعر",
    "اليوم",
    "غدا",
    "بيت",
    "سيارة",
    "table",
    "chair",
    "price",
    "today",
    "where",
    "house",
    "car",
    "number",
    "send",
    "later",
]
AIM = 3.0


def text(dice: random.Random) -> str:
    """A short line of ordinary talk."""
    return " ".join(dice.choices(WORDS, k=dice.randint(2, 12)))


def desktop(path: Path, n: int) -> str:
    """Writes a Viber Desktop database; gives the SELECT that one would write by hand."""
    dice = random.Random(7)
    db = sqlite3.connect(path)
    db.executescript(
        """
        CREATE TABLE Contact (ContactID integer primary key, Name text, ClientName text, Number text, MID text);
        CREATE TABLE ChatInfo (ChatID integer primary key, Name text, Token text, Flags integer, PGType integer);
        CREATE TABLE ChatRelation (ChatID integer, ContactID integer, primary key (ChatID, ContactID));
        CREATE TABLE Events (EventID integer primary key, TimeStamp integer, Direction integer, Type integer,
          ContactLongitude integer, ContactLatitude integer, ChatID integer, ContactID integer, Token integer);
        CREATE TABLE Messages (EventID integer primary key, Type integer, Subject text, Body text, PayloadPath text,
          StickerID integer, Duration integer, Info text);
        """
    )
    db.executemany(
        "INSERT INTO Contact VALUES (?,?,NULL,?,?)",
        [(i, f"Name {i}", f"+1555{i:07}", f"mid{i}") for i in range(1, 400)],
    )
    db.executemany(
        "INSERT INTO ChatInfo VALUES (?,?,?,0,255)", [(i, f"Group {i}", str(i)) for i in range(1, 200)]
    )
    db.executemany(
        "INSERT INTO ChatRelation VALUES (?,?)", [(c, p) for c in range(1, 200) for p in range(1, 400, 40)]
    )
    start = 1_700_000_000_000
    events = (
        (i, start + i * 20_000, i % 2, 0, 0, 0, 1 + i % 199, 1 + i % 399, 10_000 + i) for i in range(1, n + 1)
    )
    db.executemany("INSERT INTO Events VALUES (?,?,?,?,?,?,?,?,?)", events)

    def rows() -> object:
        for i in range(1, n + 1):
            info = None
            if i % 20 == 0:
                info = json.dumps({"quote": {"token": 9_999 + i, "text": text(dice)}})
            if i % 100 == 0:
                yield i, 2, "caption", None, f"C:\\pics\\{i}.jpg", 0, 0, '{"fileInfo": {"FileSize": 1000}}'
            else:
                yield i, 1, None, text(dice), None, 0, 0, info

    db.executemany("INSERT INTO Messages VALUES (?,?,?,?,?,?,?,?)", rows())  # type: ignore[arg-type]
    db.commit()
    db.close()
    return (
        "SELECT m.EventID, m.Type, m.Body, m.Subject, m.Info, e.TimeStamp, e.Direction, e.Token, c.Name, c.Number, h.Name "
        "FROM Messages m LEFT JOIN Events e ON e.EventID = m.EventID LEFT JOIN Contact c ON c.ContactID = e.ContactID "
        "LEFT JOIN ChatInfo h ON h.ChatID = e.ChatID"
    )


def android(path: Path, n: int) -> str:
    """Writes an Android viber_messages database; gives the SELECT."""
    dice = random.Random(7)
    db = sqlite3.connect(path)
    db.executescript(
        """
        CREATE TABLE conversations (_id integer primary key, conversation_type integer, group_id integer, name text);
        CREATE TABLE participants (_id integer primary key, conversation_id integer, participant_info_id integer);
        CREATE TABLE participants_info (_id integer primary key, number text, display_name text, contact_name text,
          viber_name text, member_id text, participant_type integer);
        CREATE TABLE messages (_id integer primary key, conversation_id integer, msg_date integer, token integer,
          participant_id integer, send_type integer, extra_mime integer, user_id text, body text, description text,
          msg_info text, extra_uri text, timebomb integer, deleted integer, quoted_message_data text);
        """
    )
    db.executemany(
        "INSERT INTO conversations VALUES (?,1,?,?)", [(i, 5000 + i, f"Group {i}") for i in range(1, 200)]
    )
    db.executemany(
        "INSERT INTO participants_info VALUES (?,?,?,NULL,NULL,?,?)",
        [(i, f"+1555{i:07}", f"Name {i}", f"mid{i}", int(i > 1)) for i in range(1, 400)],
    )
    db.executemany(
        "INSERT INTO participants VALUES (?,?,?)", [(i, 1 + i % 199, 1 + i % 399) for i in range(1, 4000)]
    )

    def rows() -> object:
        start = 1_700_000_000_000
        for i in range(1, n + 1):
            quote = '{"token": 123456, "text": "older"}' if i % 20 == 0 else None
            mime = 1 if i % 100 == 0 else 0
            uri = "content://media/external/images/77" if mime else None
            yield (
                *(i, 1 + i % 199, start + i * 20_000, 10_000 + i, 1 + i % 3999, i % 2, mime, "u", text(dice)),
                *(None, None, uri, 0, 0, quote),
            )

    db.executemany("INSERT INTO messages VALUES (" + ",".join("?" * 15) + ")", rows())  # type: ignore[arg-type]
    db.commit()
    db.close()
    return (
        "SELECT m._id, m.body, m.msg_date, m.send_type, m.extra_mime, m.token, m.msg_info, m.quoted_message_data, "
        "i.number, i.display_name, c.name FROM messages m LEFT JOIN participants p ON p._id = m.participant_id "
        "LEFT JOIN participants_info i ON i._id = p.participant_info_id "
        "LEFT JOIN conversations c ON c._id = m.conversation_id"
    )


def ios(path: Path, n: int) -> str:
    """Writes an iOS Contacts.data database; gives the SELECT."""
    dice = random.Random(7)
    db = sqlite3.connect(path)
    db.executescript(
        """
        CREATE TABLE ZMEMBER (Z_PK integer primary key, ZMEMBERID text, ZDISPLAYFULLNAME text);
        CREATE TABLE ZPHONENUMBER (Z_PK integer primary key, ZMEMBER integer, ZCANONIZEDPHONENUM text, ZPHONE text);
        CREATE TABLE ZCONVERSATION (Z_PK integer primary key, ZGROUPID integer, ZNAME text, ZINTERLOCUTOR integer);
        CREATE TABLE ZVIBERMESSAGE (Z_PK integer primary key, ZSTATE text, ZSYSTEMTYPE text, ZATTACHMENT integer,
          ZCONVERSATION integer, ZDATE real, ZSTATEDATE real, ZTOKEN integer, ZPHONENUMINDEX integer, ZTEXT text,
          ZMETADATA text, ZLOCATION integer, ZTIMEBOMBDURATION integer, ZBEINGDELETED integer);
        """
    )
    db.executemany("INSERT INTO ZMEMBER VALUES (?,?,?)", [(i, f"mid{i}", f"Name {i}") for i in range(1, 400)])
    db.executemany(
        "INSERT INTO ZPHONENUMBER VALUES (?,?,?,NULL)", [(i, i, f"+1555{i:07}") for i in range(1, 400)]
    )
    db.executemany(
        "INSERT INTO ZCONVERSATION VALUES (?,?,?,NULL)", [(i, 5000 + i, f"Group {i}") for i in range(1, 200)]
    )

    def rows() -> object:
        for i in range(1, n + 1):
            sender = None if i % 2 else 1 + i % 399
            meta = '{"quote": {"token": 123456, "text": "older"}}' if i % 20 == 0 else None
            date = 720_000_000.5 + i * 20
            yield (
                *(
                    i,
                    "received" if sender else "delivered",
                    "",
                    None,
                    1 + i % 199,
                    date,
                    date,
                    10_000 + i,
                    sender,
                ),
                *(text(dice), meta, None, 0, 0),
            )

    db.executemany("INSERT INTO ZVIBERMESSAGE VALUES (" + ",".join("?" * 14) + ")", rows())  # type: ignore[arg-type]
    db.commit()
    db.close()
    return (
        "SELECT m.Z_PK, m.ZTEXT, m.ZDATE, m.ZSTATE, m.ZTOKEN, m.ZSYSTEMTYPE, m.ZMETADATA, p.ZCANONIZEDPHONENUM, "
        "b.ZDISPLAYFULLNAME, c.ZNAME FROM ZVIBERMESSAGE m LEFT JOIN ZPHONENUMBER p ON p.Z_PK = m.ZPHONENUMINDEX "
        "LEFT JOIN ZMEMBER b ON b.Z_PK = p.ZMEMBER LEFT JOIN ZCONVERSATION c ON c.Z_PK = m.ZCONVERSATION"
    )


FORMS = {
    "desktop": (desktop, viber_desktop.READER),
    "android": (android, viber_android.READER),
    "ios": (ios, viber_ios.READER),
}


def measure(form: str, n: int) -> dict[str, object]:
    """CPU seconds of the floor, the SELECT and the reader for one generated database."""
    write, reader = FORMS[form]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "db"
        select = write(path, n)
        content = path.read_bytes()
        start = time.process_time()
        sha256(path.read_bytes()).hexdigest()
        floor = time.process_time() - start

        start = time.process_time()
        db = sqlite3.connect(path)
        rows = sum(1 for _ in db.execute(select))
        db.close()
        plain = time.process_time() - start
    item = MemoryItem(
        {"desktop": "viber.db", "android": "viber_messages", "ios": "Contacts.data"}[form], content
    )
    start = time.process_time()
    read = sum(1 for record in reader.read(item, Ask()) if isinstance(record, Message))
    ours = time.process_time() - start
    assert rows == read == n
    return {
        "form": form,
        "messages": n,
        "MB": round(len(content) / 1e6, 1),
        "read_and_sha256_s": round(floor, 2),
        "joined_select_s": round(plain, 2),
        "reader_s": round(ours, 2),
        "ratio": round(ours / plain, 2),
        "aim": AIM,
        "peak_MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    for name in sys.argv[2:] or FORMS:
        print(json.dumps(measure(name, count)))
