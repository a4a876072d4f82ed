"""iPhone backups, invented: plain ones, and encrypted ones written from the description with other calls than the reader's.

No real backup was at hand; what Apple's own programs write may differ.
"""

from __future__ import annotations

import hashlib
import os
import plistlib
import sqlite3
import struct
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from ritrova.formats.items import MemoryItem
from ritrova.formats.shelf import ShelfItem
from ritrova.model.records import Problem
from ritrova.model.shapes import Ask
from ritrova.unpackers.itunes_backup import UNPACKER

DOMAIN = "AppDomainGroup-group.net.whatsapp.WhatsApp.shared"
FILES = {
    (DOMAIN, "ChatStorage.sqlite"): b"SQLite format 3\x00" + os.urandom(5000),
    (DOMAIN, "ChatStorage.sqlite-wal"): b"",
    (DOMAIN, "Message/Media/1@g.us/a.jpg"): b"\xff\xd8\xff" + os.urandom(4093),
    ("HomeDomain", "Library/x.plist"): b"x" * 16,
}
PASSWORD = "a long password, ünïcode"


def encrypt(key: bytes, content: bytes) -> bytes:
    pad = 16 - len(content) % 16
    machine = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return machine.update(content + bytes([pad]) * pad) + machine.finalize()


def name_of(domain: str, path: str) -> str:
    return hashlib.sha1(f"{domain}-{path}".encode()).hexdigest()


def backup(password: str | None = None, *, leave_out: str = "", rounds2: int = 30) -> MemoryItem:
    """A whole backup folder; the item is its Manifest.db."""
    classes = {n: os.urandom(32) for n in range(1, 5)}
    folder: dict[str, bytes] = {}
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE TABLE Files(fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB)"
    )
    db.execute("INSERT INTO Files VALUES(?, ?, '', 2, NULL)", (name_of(DOMAIN, ""), DOMAIN))
    for n, ((domain, path), content) in enumerate(FILES.items()):
        name = name_of(domain, path)
        key, place = os.urandom(32), 1 + n % 4
        root: dict[str, Any] = {
            "Size": len(content),
            "ProtectionClass": place,
            "EncryptionKey": plistlib.UID(2),
        }
        wrapped = struct.pack("<I", place) + aes_key_wrap(classes[place], key)
        archive = {
            "$archiver": "NSKeyedArchiver",
            "$top": {"root": plistlib.UID(1)},
            "$objects": ["$null", root, {"NS.data": wrapped}],
        }
        blob = plistlib.dumps(archive, fmt=plistlib.FMT_BINARY)
        db.execute("INSERT INTO Files VALUES(?, ?, ?, 1, ?)", (name, domain, path, blob))
        if path != leave_out:
            folder[f"{name[:2]}/{name}"] = encrypt(key, content) if password else content
    db.commit()
    content = db.serialize()
    plist: dict[str, Any] = {"IsEncrypted": bool(password)}
    if password:
        salt, salt2 = os.urandom(20), os.urandom(20)
        first = (
            hashlib.pbkdf2_hmac("sha256", password.encode(), salt2, rounds2) if rounds2 else password.encode()
        )
        secret = hashlib.pbkdf2_hmac("sha1", first, salt, 20, 32)

        def tag(name: bytes, value: bytes | int) -> bytes:
            raw = value.to_bytes(4, "big") if isinstance(value, int) else value
            return name + len(raw).to_bytes(4, "big") + raw

        bag = tag(b"VERS", 5) + tag(b"TYPE", 1) + tag(b"UUID", bytes(16)) + tag(b"WRAP", 0)
        bag += tag(b"SALT", salt) + tag(b"ITER", 20)
        bag += tag(b"DPSL", salt2) + tag(b"DPIC", rounds2) if rounds2 else b""
        for place, key in classes.items():
            bag += tag(b"UUID", bytes(16)) + tag(b"CLAS", place) + tag(b"WRAP", 2) + tag(b"KTYP", 0)
            bag += tag(b"WPKY", aes_key_wrap(secret, key))
        manifest_key = os.urandom(32)
        plist["BackupKeyBag"] = bag
        plist["ManifestKey"] = struct.pack("<I", 3) + aes_key_wrap(classes[3], manifest_key)
        content = (
            encrypt(manifest_key, content)[:-16] if len(content) % 16 == 0 else encrypt(manifest_key, content)
        )
    folder |= {"Manifest.plist": plistlib.dumps(plist, fmt=plistlib.FMT_BINARY), "Manifest.db": content}
    return MemoryItem("Manifest.db", content, folder=folder)


def unpack(item: MemoryItem, password: str | None = None) -> tuple[dict[str, ShelfItem], list[Problem]]:
    assert UNPACKER.sniff(item)
    found = list(UNPACKER.unpack(item, Ask(password=password)))
    items = {i.path.partition("!")[2]: i for i in found if isinstance(i, ShelfItem)}
    return items, [r for r in found if isinstance(r, Problem)]


def text(item: ShelfItem) -> bytes:
    with item.open() as stream:
        return stream.read()


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_files_come_under_their_own_names(password: str | None) -> None:
    items, problems = unpack(backup(password), password)
    assert {name: text(i) for name, i in items.items()} == {f"{d}/{p}": c for (d, p), c in FILES.items()}
    assert not problems
    chat = items[f"{DOMAIN}/ChatStorage.sqlite"]
    assert chat.name == "ChatStorage.sqlite"
    assert chat.sibling("Message/Media/1@g.us/a.jpg") is items[f"{DOMAIN}/Message/Media/1@g.us/a.jpg"]
    assert (
        chat.size == 5016
        and chat.sha256() == hashlib.sha256(FILES[(DOMAIN, "ChatStorage.sqlite")]).hexdigest()
    )
    assert (
        chat.borrowed
        == f"{name_of(DOMAIN, 'ChatStorage.sqlite')[:2]}/{name_of(DOMAIN, 'ChatStorage.sqlite')}"
    )


def test_an_older_keybag_with_one_round() -> None:
    items, problems = unpack(backup(PASSWORD, rounds2=0), PASSWORD)
    assert len(items) == len(FILES) and not problems


@pytest.mark.parametrize("password,code", [(None, "RTV-C140"), ("wrong", "RTV-C141"), ("", "RTV-C141")])
def test_no_password_or_a_wrong_one_is_said_clearly(password: str | None, code: str) -> None:
    items, problems = unpack(backup(PASSWORD), password)
    assert not items and [p.code for p in problems] == [code]


def test_a_file_that_is_not_there_is_a_problem() -> None:
    items, problems = unpack(backup(leave_out="ChatStorage.sqlite"))
    assert len(items) == len(FILES) - 1
    assert [p.code for p in problems] == ["RTV-C142"] and "ChatStorage.sqlite" in problems[0].what
    items, problems = unpack(backup(leave_out="Library/x.plist"))
    assert [p.code for p in problems] == ["RTV-C142"] and "1 files of 1 other" in problems[0].what


def test_damaged_manifests_never_raise() -> None:
    import random

    dice = random.Random(13)
    for password in (None, PASSWORD):
        whole = backup(password)
        beside = {name: whole.sibling(name) for name in whole.siblings()}
        folder = {name: text_of(item) for name, item in beside.items() if item is not None}
        for _ in range(40):
            bad = dict(folder)
            name = dice.choice(["Manifest.plist", "Manifest.db"])
            raw = bytearray(bad[name])
            for _ in range(dice.choice((1, 20))):
                raw[dice.randrange(len(raw))] = dice.randrange(256)
            bad[name] = bytes(raw[: dice.choice((len(raw), len(raw), len(raw) // 2))])
            item = MemoryItem("Manifest.db", bad["Manifest.db"], folder=bad)
            if UNPACKER.sniff(item):
                for each in UNPACKER.unpack(item, Ask(password=password)):
                    if isinstance(each, ShelfItem):
                        text(each)


def text_of(item: Any) -> bytes:
    with item.open() as stream:
        content: bytes = stream.read()
    return content
