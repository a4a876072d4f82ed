"""A WhatsApp msgstore.db read by our reader against WhatsApp-Chat-Exporter, same file, CPU seconds of one run.

    python benchmarks/whatsapp_db.py [--messages 300000] [--runs 2]

The database is generated in the current schema: groups and direct chats, media, quotes, reactions, receipts, hidden
identities. The peer runs as its users run it (to JSON, no HTML); ours is measured as records alone, and as records written
out as JSON lines, which is the like work. Promised: half of the peer's CPU at most (aim a third), under 200 MiB.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inside import Inside, floor, inside
from measure import peer, run
from talk import ARABIC, ENGLISH

SCHEMA = """
CREATE TABLE jid (_id INTEGER PRIMARY KEY, user TEXT, server TEXT, agent INTEGER, device INTEGER, type INTEGER, raw_string TEXT);
CREATE TABLE jid_map (lid_row_id INTEGER PRIMARY KEY NOT NULL, jid_row_id INTEGER NOT NULL, sort_id INTEGER);
CREATE TABLE chat (_id INTEGER PRIMARY KEY, jid_row_id INTEGER UNIQUE, hidden INTEGER, subject TEXT,
  created_timestamp INTEGER, archived INTEGER, sort_timestamp INTEGER, group_type INTEGER);
CREATE TABLE message (_id INTEGER PRIMARY KEY, chat_row_id INTEGER NOT NULL, from_me INTEGER NOT NULL, key_id TEXT NOT NULL,
  sender_jid_row_id INTEGER, status INTEGER, broadcast INTEGER, timestamp INTEGER, received_timestamp INTEGER,
  receipt_server_timestamp INTEGER, message_type INTEGER, text_data TEXT, starred INTEGER, sort_id INTEGER NOT NULL);
CREATE TABLE message_media (message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, file_path TEXT, file_size INTEGER,
  mime_type TEXT, media_name TEXT, media_caption TEXT, media_key BLOB, message_url TEXT, file_hash TEXT,
  enc_file_hash TEXT, width INTEGER, height INTEGER, media_duration INTEGER, raw_transcription_text TEXT);
CREATE TABLE media_hash_thumbnail (media_hash TEXT PRIMARY KEY, thumbnail BLOB);
CREATE TABLE message_thumbnail (message_row_id INTEGER PRIMARY KEY, thumbnail BLOB);
CREATE TABLE message_future (message_row_id INTEGER PRIMARY KEY, version INTEGER, data BLOB);
CREATE TABLE message_quoted (message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, parent_message_chat_row_id INTEGER,
  from_me INTEGER, sender_jid_row_id INTEGER, key_id TEXT, timestamp INTEGER, message_type INTEGER, text_data TEXT);
CREATE TABLE message_location (message_row_id INTEGER PRIMARY KEY, latitude REAL, longitude REAL, place_name TEXT);
CREATE TABLE message_vcard (_id INTEGER PRIMARY KEY, message_row_id INTEGER, vcard TEXT);
CREATE TABLE message_system (message_row_id INTEGER PRIMARY KEY, action_type INTEGER);
CREATE TABLE message_system_group (message_row_id INTEGER PRIMARY KEY, is_me_joined INTEGER);
CREATE TABLE message_system_number_change (message_row_id INTEGER PRIMARY KEY, old_jid_row_id INTEGER, new_jid_row_id INTEGER);
CREATE TABLE missed_call_logs (_id INTEGER PRIMARY KEY, message_row_id INTEGER, video_call INTEGER);
CREATE TABLE message_add_on (_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT,
  sender_jid_row_id INTEGER, parent_message_row_id INTEGER, timestamp INTEGER, status INTEGER, message_add_on_type INTEGER);
CREATE TABLE message_add_on_reaction (message_add_on_row_id INTEGER PRIMARY KEY, reaction TEXT, sender_timestamp INTEGER);
CREATE TABLE receipt_user (_id INTEGER PRIMARY KEY, message_row_id INTEGER, receipt_user_jid_row_id INTEGER,
  receipt_timestamp INTEGER, read_timestamp INTEGER, played_timestamp INTEGER);
CREATE INDEX receipt_message ON receipt_user (message_row_id);
CREATE INDEX add_on_parent ON message_add_on (parent_message_row_id);
CREATE TABLE call_log (_id INTEGER PRIMARY KEY, jid_row_id INTEGER, from_me INTEGER, call_id TEXT, timestamp INTEGER,
  video_call INTEGER, duration INTEGER, call_result INTEGER, bytes_transferred INTEGER);
"""
BOOK = "CREATE TABLE wa_contacts (_id INTEGER PRIMARY KEY, jid TEXT, display_name TEXT, wa_name TEXT, status TEXT)"
SELECT = """
n = sum(1 for _ in sqlite3.connect(path).execute(
  "SELECT m._id, m.text_data, m.timestamp, m.from_me, m.key_id, m.message_type, c.subject, g.raw_string, s.raw_string, "
  "p.raw_string, d.file_path, d.file_hash, q.text_data, q.key_id FROM message m LEFT JOIN chat c ON c._id = m.chat_row_id "
  "LEFT JOIN jid g ON g._id = c.jid_row_id LEFT JOIN jid s ON s._id = m.sender_jid_row_id "
  "LEFT JOIN jid_map x ON x.lid_row_id = m.sender_jid_row_id LEFT JOIN jid p ON p._id = x.jid_row_id "
  "LEFT JOIN message_media d ON d.message_row_id = m._id LEFT JOIN message_quoted q ON q.message_row_id = m._id"))
"""
IMPORTS = (
    "from ritrova.readers.whatsapp_android import READER, store\n"
    "from ritrova.model.records import Message\nfrom ritrova.model.shapes import Ask"
)
RECORDS = "n = sum(1 for r in READER.read(OnDisk(), Ask()) if type(r) is Message)"
WRITTEN = """
n = 0
encode = msgspec.json.Encoder().encode
with open(path + ".jsonl", "wb") as out:
    for r in READER.read(OnDisk(), Ask()):
        n += type(r) is Message
        out.write(encode(r) + b"\\n")
"""
HALF, AIM, MEMORY = 0.5, 0.33, 200.0
START = 1_700_000_000_000
PEOPLE, GROUPS = 400, 60


def _jids() -> Iterator[tuple[int, str, str, int, str]]:
    for i in range(1, PEOPLE + 1):
        yield i, f"9647700{i:06d}", "s.whatsapp.net", 0, f"9647700{i:06d}@s.whatsapp.net"
        yield 1000 + i, f"777000{i:06d}", "lid", 18, f"777000{i:06d}@lid"
    for i in range(1, GROUPS + 1):
        yield 2000 + i, f"1203630{i:08d}", "g.us", 1, f"1203630{i:08d}@g.us"


def generate(path: Path, book: Path, messages: int) -> None:
    """Write the database and its address book."""
    rng = random.Random(7)
    db = sqlite3.connect(path)
    db.executescript(SCHEMA)
    db.executemany("INSERT INTO jid (_id, user, server, type, raw_string) VALUES (?,?,?,?,?)", _jids())
    db.executemany("INSERT INTO jid_map VALUES (?,?,1)", [(1000 + i, i) for i in range(1, PEOPLE, 2)])
    db.executemany(
        "INSERT INTO chat (_id, jid_row_id, subject, created_timestamp, hidden, archived) VALUES (?,?,?,?,0,0)",
        [(i, 2000 + i, f"Group {i}", START) for i in range(1, GROUPS + 1)]
        + [(GROUPS + i, i, None, START) for i in range(1, GROUPS + 1)],
    )
    many: dict[str, list[tuple[Any, ...]]] = {
        "media": [],
        "quoted": [],
        "add_on": [],
        "reaction": [],
        "receipt": [],
    }

    def rows() -> Iterator[tuple[Any, ...]]:
        for n in range(1, messages + 1):
            chat = 1 + int(rng.random() ** 2 * GROUPS * 2)
            mine = rng.random() < 0.3
            sender = rng.randrange(1, PEOPLE) + (1000 if rng.random() < 0.3 else 0) if chat <= GROUPS else 0
            at = START + n * 20_000
            words = ARABIC if rng.random() < 0.6 else ENGLISH
            text = " ".join(rng.choices(words, k=rng.choice((1, 2, 3, 5, 8, 11, 15, 22))))
            kind = rng.choice((1, 2, 3, 9)) if rng.random() < 0.155 else 0
            if kind:
                digest = hashlib.sha256(str(n).encode()).digest()
                told = base64.b64encode(digest).decode()
                many["media"].append(
                    (n, chat, f"Media/WhatsApp Images/IMG-2024-WA{n:06d}.jpg", 90_000 + n, "image/jpeg", None,
                     "https://mmg.example/x", told, 900, 1200)
                )  # fmt: skip
            if rng.random() < 0.063 and n > 200:
                back = n - rng.randrange(1, 200)
                many["quoted"].append((n, chat, chat, 0, sender, f"3EB0{back:016X}", at - 60_000, 0, text))
            if rng.random() < 0.05:
                one = len(many["add_on"]) + 1
                many["add_on"].append((one, chat, 0, f"AD{one}", rng.randrange(1, PEOPLE), n, at + 9000, 56))
                many["reaction"].append((one, "👍", at + 9000))
            for _ in range(5 if mine and rng.random() < 0.3 else 0):
                many["receipt"].append((n, rng.randrange(1, PEOPLE), at + 2000, at + 90_000))
            yield (
                n, chat, int(mine), f"3EB0{n:016X}", 0 if mine else sender, 13 if mine else 0, 0, at,
                0 if mine else at + 700, -1, kind, None if kind and rng.random() < 0.7 else text, 0, n,
            )  # fmt: skip

    db.executemany("INSERT INTO message VALUES (" + ",".join("?" * 14) + ")", rows())
    for table, columns in (
        ("media", "message_media (message_row_id, chat_row_id, file_path, file_size, mime_type, media_name, message_url, file_hash, width, height)"),
        ("quoted", "message_quoted (message_row_id, chat_row_id, parent_message_chat_row_id, from_me, sender_jid_row_id, key_id, timestamp, message_type, text_data)"),
        ("add_on", "message_add_on (_id, chat_row_id, from_me, key_id, sender_jid_row_id, parent_message_row_id, timestamp, message_add_on_type)"),
        ("reaction", "message_add_on_reaction (message_add_on_row_id, reaction, sender_timestamp)"),
        ("receipt", "receipt_user (message_row_id, receipt_user_jid_row_id, receipt_timestamp, read_timestamp)"),
    ):  # fmt: skip
        marks = ",".join("?" * (columns.count(",") + 1))
        db.executemany(f"INSERT INTO {columns} VALUES ({marks})", many[table])
    calls = [
        (i, 1 + i % PEOPLE, i % 2, f"call{i}", START + i * 3_600_000, 0, i % 300, 5) for i in range(1, 500)
    ]
    db.executemany(
        "INSERT INTO call_log (_id, jid_row_id, from_me, call_id, timestamp, video_call, duration, call_result, bytes_transferred)"
        " VALUES (?,?,?,?,?,?,?,?,5000)",
        calls,
    )
    db.commit()
    db.close()
    names = sqlite3.connect(book)
    names.execute(BOOK)
    names.executemany(
        "INSERT INTO wa_contacts (jid, display_name, wa_name) VALUES (?,?,?)",
        [(f"9647700{i:06d}@s.whatsapp.net", f"Name {i}", f"name{i}") for i in range(1, PEOPLE, 3)],
    )
    names.commit()
    names.close()


def main() -> None:
    """Print the table of one run; a broken promise is an error."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--messages", type=int, default=300_000)
    ask.add_argument("--runs", type=int, default=2)
    said = ask.parse_args()
    broken = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, book = folder / "msgstore.db", folder / "wa.db"
        generate(file, book, said.messages)
        python = sys.executable
        least = min(floor(python, file).cpu for _ in range(said.runs))
        print(f"{said.messages:,} messages, {file.stat().st_size / 1e6:.1f} MB")
        print(f"  floor (read and SHA-256)   {least:6.2f} CPU s")
        plain = _best(file, "import sqlite3", SELECT, said.runs)
        _row("one joined SELECT", plain, said.messages, least)
        ours = _best(file, IMPORTS, RECORDS, said.runs)
        _row("ritrova, records", ours, said.messages, least)
        written = _best(file, IMPORTS + "\nimport msgspec", WRITTEN, said.runs)
        _row("ritrova, to JSON lines", written, said.messages, least)
        if ours.n != said.messages:
            broken.append(f"{ours.n} of {said.messages} messages were read")
        if ours.peak > MEMORY:
            broken.append(f"{ours.peak:.0f} MiB")
        exporter = peer("whatsapp-chat-exporter", "whatsapp-chat-exporter")
        if exporter is not None:
            # whole process, less an empty start with its imports, as with ours
            tool = str(exporter.with_name("wtsexporter"))
            start = run([tool, "--help"])
            command = [
                tool,
                "-a",
                "-d",
                str(file),
                "--wa",
                str(book),
                "--no-html",
                "-j",
                str(folder / "result.json"),
            ]
            done = min(
                (run([*command, "-o", str(folder / "out")]) for _ in range(said.runs)), key=lambda r: r.cpu
            )
            whole = json.loads((folder / "result.json").read_text("utf-8"))
            there = sum(len(chat["messages"]) for chat in whole.values())
            if there < said.messages:
                raise RuntimeError(f"WhatsApp-Chat-Exporter wrote {there} messages: {done.out[-500:]}")
            other = Inside(there, done.cpu - start.cpu, done.peak)
            _row("WhatsApp-Chat-Exporter", other, said.messages, least)
            for label, one in (("records", ours), ("to JSON lines", written)):
                print(
                    f"  ritrova {label} / WhatsApp-Chat-Exporter: {one.cpu / other.cpu:.2f} (promised {HALF}, aim {AIM})"
                )
            if ours.cpu / other.cpu > HALF:
                broken.append(f"{ours.cpu / other.cpu:.2f} of the CPU of WhatsApp-Chat-Exporter")
    if broken:
        sys.exit(f"promise not kept: {'; '.join(broken)}")


def _best(file: Path, imports: str, way: str, runs: int) -> Inside:
    return min((inside(sys.executable, file, imports, way) for _ in range(runs)), key=lambda r: r.cpu)


def _row(label: str, r: Inside, messages: int, least: float) -> None:
    print(
        f"  {label:26} {r.cpu:6.2f} CPU s  {messages / r.cpu:9,.0f} msg/s  {r.cpu / least:5.1f} x floor"
        f"  peak {r.peak:4.0f} MiB"
    )


if __name__ == "__main__":
    main()
