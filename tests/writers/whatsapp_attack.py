"""Writers of hard WhatsApp evidence: encrypted backups, iPhone backups, databases and exports of one invented talk."""

from __future__ import annotations

import hashlib
import hmac
import plistlib
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ritrova import plugins
from ritrova.formats.items import MemoryItem
from ritrova.model.records import Read
from ritrova.model.shapes import Ask
from ritrova.workers.harness import Batch, Harness, Plugs

JAVA = bytes.fromhex("aced0005757200025b42acf317f8060854e00200007870000000")
ROOT = bytes(range(32))
"""The secret of every backup here."""
START = 1_720_864_800_000
"""13 July 2024, 10:00 UTC, in milliseconds."""
SHARED = "AppDomainGroup-group.net.whatsapp.WhatsApp.shared"
BUSINESS = "AppDomainGroup-group.net.whatsapp.WhatsAppSMB.shared"
KARIM, OMAR = "9647505550101@s.whatsapp.net", "9647505550102@s.whatsapp.net"
TALK = (
    "the shop opens at nine today", "bring the blue folder along", "the bus leaves from the old gate", "the price of rice went up",
    "send me the list again please", "the door was painted green", "who has the second key now", "rain is expected on friday",
    "the call did not go through", "we meet near the bakery",
)  # fmt: skip
Said = tuple[float, int, str]
"""Minutes after the start, who (0, 1, ...), what."""


def read_all(
    name: str, content: bytes, folder: Mapping[str, bytes] | None = None, ask: Ask | None = None
) -> list[Read]:
    """All records of a file, read as the product does: every reader and unpacker takes part."""
    plugs = Plugs(plugins.load("readers"), plugins.load("unpackers"))
    item = MemoryItem(name, content, folder={**(folder or {}), name: content})
    return [
        r
        for step in Harness(plugs, ask or Ask()).run([item])
        if isinstance(step, Batch)
        for r in step.records
    ]


def talk(n: int = 20, gap: float = 7) -> list[Said]:
    """A talk of two people."""
    return [(i * gap, i % 2, f"{TALK[i % 10]} {i}") for i in range(n)]


def export(
    said: Sequence[Said],
    names: Sequence[str] = ("Ali", "Bana"),
    hours: float = 3,
    form: str = "%d/%m/%Y, %H:%M - ",
    end: str = "\n",
) -> bytes:
    """An exported text on a clock `hours` east of UTC."""
    start = datetime(2024, 7, 13, 10) + timedelta(hours=hours)
    return "".join(
        f"{(start + timedelta(minutes=m)).strftime(form)}{names[w]}: {text}{end}" for m, w, text in said
    ).encode()


MSGSTORE = f"""
create table jid(_id integer primary key, user text, server text, raw_string text);
create table chat(_id integer primary key, jid_row_id integer, subject text);
create table message(_id integer primary key, chat_row_id integer, from_me integer, key_id text, sender_jid_row_id integer,
 timestamp integer, message_type integer, text_data text, sort_id integer);
create table message_media(message_row_id integer primary key, file_path text, mime_type text, file_hash text,
 media_name text, media_caption text);
insert into jid values(1,'9647505550101','s.whatsapp.net','{KARIM}'),(2,'120363000','g.us','120363000@g.us'),
 (3,'9647505550102','s.whatsapp.net','{OMAR}'),(4,'777','lid','777@lid');
insert into chat values(1,1,null),(2,2,'Market');
"""


def database(sql: str) -> bytes:
    """A database made by statements."""
    db = sqlite3.connect(":memory:")
    db.executescript(sql)
    db.commit()
    return bytes(db.serialize())


def msgstore(
    said: Sequence[Said] = (),
    chat: int = 1,
    owner: int = 0,
    senders: Mapping[int, int] | None = None,
    more: str = "",
    late: int = 0,
    key: str = "K",
) -> bytes:
    """A current msgstore.db with a talk in one chat; `senders` maps people to rows of jid (else the partner, row 1)."""
    rows = "".join(
        f"insert into message values({i + 2},{chat},{int(w == owner)},'{key}{i}',"
        f"{'null' if w == owner else (senders or {}).get(w, 1)},{START + round(m * 60000) + late},0,'{text}',{i + 2});"
        for i, (m, w, text) in enumerate(said)
    )
    return database(MSGSTORE + rows + more)


CHATSTORAGE = """
create table ZWAMESSAGE(Z_PK integer primary key, ZISFROMME integer, ZMESSAGETYPE integer, ZSORT integer, ZCHATSESSION integer,
 ZGROUPMEMBER integer, ZMEDIAITEM integer, ZMESSAGEDATE timestamp, ZFROMJID text, ZPUSHNAME text, ZSTANZAID text, ZTEXT text);
create index ZI on ZWAMESSAGE(ZCHATSESSION, ZSORT);
create table ZWACHATSESSION(Z_PK integer primary key, ZCONTACTJID text, ZPARTNERNAME text, ZSESSIONTYPE integer);
create table ZWAMEDIAITEM(Z_PK integer primary key, ZMESSAGE integer, ZMEDIALOCALPATH text, ZTITLE text);
"""


def chatstorage(said: Sequence[Said], owner: int = 1, jid: str = KARIM, more: str = "") -> bytes:
    """A ChatStorage.sqlite with a talk in one direct chat."""
    rows = "".join(
        f"insert into ZWAMESSAGE(Z_PK,ZISFROMME,ZMESSAGETYPE,ZSORT,ZCHATSESSION,ZMESSAGEDATE,ZFROMJID,ZSTANZAID,ZTEXT) values("
        f"{i + 1},{int(w == owner)},0,{i + 1},1,{START / 1000 + m * 60 - 978307200},{'null' if w == owner else repr(jid)},"
        f"'K{i}','{text}');"
        for i, (m, w, text) in enumerate(said)
    )
    return database(CHATSTORAGE + f"insert into ZWACHATSESSION values(1,'{jid}','Bana',0);" + rows + more)


def key_file(secret: bytes = ROOT, salt: bytes = b"S" * 32) -> bytes:
    """The file ``key`` of 158 bytes."""
    return JAVA + b"\x83\x00\x01\x01" + salt + b"G" * 16 + b"H" * 32 + b"I" * 16 + secret


def root_file(secret: bytes = ROOT) -> bytes:
    """The file ``encrypted_backup.key`` of 59 bytes."""
    return JAVA + b"\x20" + secret


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2, len(content))) + content


def backup(
    content: bytes,
    form: int = 15,
    *,
    secret: bytes = ROOT,
    flag: bool = True,
    md5: bool = True,
    packed: bool = True,
    salt: bytes = b"S" * 32,
) -> bytes:
    """An encrypted backup crypt12, crypt14 or crypt15. Without `md5` as in a backup of several files."""
    iv = b"I" * 16
    inside = zlib.compress(content) if packed else content
    if form == 12:
        whole = b"\x00\x01\x01" + salt + b"G" * 16 + iv + AESGCM(secret).encrypt(iv, inside, None)
        return whole + hashlib.md5(whole).digest() + b"5101"
    if form == 14:
        key = secret
        named = _field(2, _field(1, b"0") + _field(2, b"1") + _field(3, salt) + _field(5, iv))
    else:
        private = hmac.new(bytes(32), secret, hashlib.sha256).digest()
        key = hmac.new(private, b"backup encryption\x01", hashlib.sha256).digest()
        named = _field(3, _field(1, iv))
    head = b"\x08\x01" + named + _field(4, _field(1, b"2.24.13.77"))
    whole = bytes([len(head)]) + (b"\x01" if flag else b"") + head + AESGCM(key).encrypt(iv, inside, None)
    return whole + (hashlib.md5(whole).digest() if md5 else b"")


def iphone_backup(
    files: Mapping[tuple[str, str], bytes], manifest: bytes | None = None, *, without: Sequence[str] = ()
) -> dict[str, bytes]:
    """The folder of an unencrypted iPhone backup: {(domain, path): content}. `manifest` replaces Manifest.db; `without` names
    paths that the manifest names and the folder lacks."""
    out: dict[str, bytes] = {}
    db = sqlite3.connect(":memory:")
    db.execute("create table Files(fileID text, domain text, relativePath text, flags integer, file blob)")
    for (domain, path), content in files.items():
        name = hashlib.sha1(f"{domain}-{path}".encode()).hexdigest()
        db.execute("insert into Files values(?,?,?,1,null)", (name, domain, path))
        if path not in without:
            out[f"{name[:2]}/{name}"] = content
    db.commit()
    out["Manifest.db"] = bytes(db.serialize()) if manifest is None else manifest
    out["Manifest.plist"] = plistlib.dumps({"IsEncrypted": False, "Version": "10.0"})
    return out
