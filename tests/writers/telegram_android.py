"""Writes small cache4.db files with an encoder of its own, after core.telegram.org/schema. Shares no code with the readers."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence
from typing import Any

DATE = 1_664_000_060


def i(n: int) -> bytes:
    """32 bits."""
    return struct.pack("<I", n & 0xFFFFFFFF)


def q(n: int) -> bytes:
    """64 bits."""
    return struct.pack("<q", n)


def s(text: str | bytes) -> bytes:
    """A string with its length and padding."""
    raw = text.encode() if isinstance(text, str) else text
    head = bytes([len(raw)]) if len(raw) < 254 else b"\xfe" + len(raw).to_bytes(3, "little")
    whole = head + raw
    return whole + bytes(-len(whole) % 4)


def vector(*parts: bytes) -> bytes:
    """A boxed vector."""
    return i(0x1CB5C415) + i(len(parts)) + b"".join(parts)


def user(n: int) -> bytes:
    """peerUser."""
    return i(0x59511722) + q(n)


def channel(n: int) -> bytes:
    """peerChannel."""
    return i(0xA2A5371E) + q(n)


def message(
    mid: int,
    text: str | bytes,
    peer: bytes,
    *,
    sender: bytes = b"",
    date: int = DATE,
    flags: int = 0,
    reply: bytes = b"",
    forward: bytes = b"",
    media: bytes = b"",
    entities: bytes = b"",
    views: bytes = b"",
    layer: int = 181,
) -> bytes:
    """A message of layer 140 to 158, 181 or 229 (they differ in a second word of flags)."""
    flags |= (0x100 if sender else 0) | (8 if reply else 0) | (4 if forward else 0)
    flags |= (0x200 if media else 0) | (0x80 if entities else 0) | (0x400 if views else 0)
    number = {140: 0x38116EE0, 181: 0x94345242, 229: 0x7600B9D3}[layer]
    second = b"" if layer == 140 else i(0)
    head = i(number) + i(flags) + second + i(mid) + sender + peer
    return head + forward + reply + i(date) + s(text) + media + entities + views


def reply(mid: int) -> bytes:
    """messageReplyHeader of layer 181."""
    return i(0xAFBC09DB) + i(16) + i(mid)


def forward(name: str) -> bytes:
    """messageFwdHeader with a name only."""
    return i(0x4E4DF4BB) + i(32) + s(name) + i(DATE - 500)


def service(mid: int, peer: bytes, action: bytes, *, sender: bytes = b"", date: int = DATE) -> bytes:
    """messageService."""
    return i(0x2B085862) + i(0x100 if sender else 0) + i(mid) + sender + peer + i(date) + action


PIN = i(0x94BD38ED)


def added(*users: int) -> bytes:
    """messageActionChatAddUser."""
    return i(0x15CEFD00) + vector(*(q(n) for n in users))


def contact(phone: str, first: str) -> bytes:
    """messageMediaContact."""
    return i(0x70322949) + s(phone) + s(first) + s("") + s("") + q(0)


def phone_entity(offset: int, length: int) -> bytes:
    """messageEntityPhone."""
    return i(0x9B69E34B) + i(offset) + i(length)


def secret(mid: int, text: str, sender: int, *, date: int = DATE) -> bytes:
    """A secret chat's message in the app's own form."""
    return (
        i(0x555555FA) + i(0) + i(mid) + i(30) + user(sender) + user(900) + i(date) + s(text) + i(0x3DED6320)
    )


def database(
    rows: Sequence[tuple[int, int, int, int, bytes | None]],
    *,
    table: str = "messages_v2",
    users: list[tuple[int, str]] | None = None,
    chats: list[tuple[int, str, bytes | None]] | None = None,
    secrets: list[tuple[int, int, str]] | None = None,
    contacts: list[tuple[int, int, str, str, str]] | None = None,
    columns: str = "mid INTEGER, uid INTEGER, read_state INTEGER, send_state INTEGER, date INTEGER, data BLOB, out INTEGER, "
    "ttl INTEGER, media INTEGER",
) -> bytes:
    """A database with rows (mid, uid, date, out, data)."""
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE TABLE {table} ({columns}, PRIMARY KEY(mid, uid))")
    db.execute("CREATE TABLE users (uid INTEGER PRIMARY KEY, name TEXT, status INTEGER, data BLOB)")
    db.execute("CREATE TABLE chats (uid INTEGER PRIMARY KEY, name TEXT, data BLOB)")
    db.execute("CREATE TABLE enc_chats (uid INTEGER PRIMARY KEY, user INTEGER, name TEXT, data BLOB)")
    db.execute(
        "CREATE TABLE user_contacts_v7 (key TEXT PRIMARY KEY, uid INTEGER, fname TEXT, sname TEXT, imported INTEGER)"
    )
    db.execute("CREATE TABLE user_phones_v7 (key TEXT, phone TEXT, sphone TEXT, deleted INTEGER)")
    for row in rows:
        db.execute(f"INSERT INTO {table} (mid, uid, date, out, data) VALUES (?,?,?,?,?)", row)
    many: list[tuple[str, list[Any]]] = [
        ("INSERT INTO users (uid, name) VALUES (?,?)", users or []),
        ("INSERT INTO chats (uid, name, data) VALUES (?,?,?)", chats or []),
        ("INSERT INTO enc_chats (uid, user, name) VALUES (?,?,?)", secrets or []),
    ]
    for sql, values in many:
        db.executemany(sql, values)
    for key, uid, first, last, phone in contacts or []:
        db.execute("INSERT INTO user_contacts_v7 VALUES (?,?,?,?,0)", (str(key), uid, first, last))
        db.execute("INSERT INTO user_phones_v7 VALUES (?,?,?,0)", (str(key), phone, phone))
    db.commit()
    content = db.serialize()
    db.close()
    return content
