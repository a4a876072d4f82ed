"""WhatsApp's encrypted backups crypt12, crypt14 and crypt15, opened with the key that their lawful holder supplies.

AES-256-GCM around zlib around a database (wallpapers and stickers: around a zip, without zlib). Ground: framing and key
derivation as verified on public backups of 2022 (app version 2.22.5.13) with their key files; backups in several files (a
tag without MD5) are only known from hearsay, so the MD5 is believed in only where it fits. Nothing here searches for a key.
"""

from __future__ import annotations

import codecs
import hmac
import re
import zlib
from collections.abc import Iterator
from hashlib import md5
from itertools import chain

import msgspec

from ritrova.formats.protobuf import field
from ritrova.formats.zip_bytes import PIECE, Unreadable, inflated
from ritrova.model.errors import KeyRefused
from ritrova.model.shapes import Item

JAVA = bytes.fromhex("aced0005")
"""Java-serialised byte arrays, as both key files are, begin so; 27 bytes go before the array's content."""
OLD_HEAD = 67
OLD_TAIL = 20
"""After the tag of a crypt12 backup: an MD5 and the last four digits of the number."""
NAMED = re.compile(r"\.crypt1[245]$", re.IGNORECASE)
CONTENTS = (b"SQLite format 3\0", b"PK\x03\x04")
"""What is inside begins so: a database, or a zip."""


class Frame(msgspec.Struct, frozen=True):
    """Where the parts of a backup lie: `start` of the coded bytes, the initial vector, and what the header tells.

    `tail` is how many bytes follow the 16-byte tag where the backup is whole and closed by an MD5. `key_salt` lets a wrong
    key file be named as such.
    """

    form: str
    start: int
    iv: bytes
    tail: int
    app: str = ""
    key_salt: bytes = b""


def framed(item: Item) -> Frame | None:
    """The frame of a backup, or None where the item is none. The name's number is not believed: people rename backups."""
    head = item.head(512)
    if item.size < 100:
        return None
    if head[:2] == b"\x00\x01" and head[2] in (1, 2, 3) and NAMED.search(item.name):
        return Frame("crypt12", OLD_HEAD, head[51:67], OLD_TAIL, key_salt=head[3:35])
    for flag in (1, 0):
        start = 1 + flag + head[0]
        body = head[1 + flag : start]
        if flag and head[1:2] != b"\x01":
            continue
        try:
            old = field(body, 2, 5)
            new = field(body, 3, 1)
            salt = field(body, 2, 3)
            app = field(body, 4, 1)
        except ValueError:
            continue
        name = app.decode("ascii", "replace") if isinstance(app, bytes) else ""
        known = salt if isinstance(salt, bytes) else b""
        if isinstance(old, bytes) and len(old) == 16:
            return Frame("crypt14", start, old, 16, name, known)
        if isinstance(new, bytes) and len(new) == 16:
            return Frame("crypt15", start, new, 16, name)
    return None


def secret(supplied: bytes) -> tuple[bytes, bytes]:
    """The 32 secret bytes of what the user supplied, and the salt of a `key` file (empty for others).

    A `key` file (158 bytes), an `encrypted_backup.key` (59), 64 hexadecimal digits with or without spaces, or 32 raw bytes.
    KeyRefused where it is none of these.
    """
    if supplied.startswith(JAVA) and len(supplied) >= 59:
        content = supplied[27:]
        return content[-32:], content[3:35] if len(content) >= 131 else b""
    digits = re.sub(r"[\s:\u2010-\u2015-]", "", _typed(supplied))
    if re.fullmatch(r"[0-9a-fA-F]{64}", digits):
        return bytes.fromhex(digits), b""
    if len(supplied) == 32:
        return supplied, b""
    raise KeyRefused(
        "what was given is no WhatsApp key",
        "Give the file `key` or `encrypted_backup.key`, or a file with the 64 digits.",
    )


def _typed(supplied: bytes) -> str:
    """The text of a file with digits, in any encoding that an editor gives it (some save UTF-16, or begin with a mark)."""
    if supplied.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return supplied.decode("utf-16", "replace")
    return supplied.decode("utf-8-sig", "replace")


def key_for(frame: Frame, supplied: bytes) -> bytes:
    """The AES key for a backup. Whether it fits is seen only when it opens the backup (`plain`)."""
    root, _ = secret(supplied)
    if frame.form != "crypt15":
        return root
    private = hmac.digest(bytes(32), root, "sha256")
    return hmac.digest(private, b"backup encryption\x01", "sha256")


def refusal(frame: Frame, supplied: bytes) -> KeyRefused:
    """What to say of a key that did not open a backup: a `key` file with another salt is of another account or time."""
    _, salt = secret(supplied)
    if frame.form != "crypt15" and salt and frame.key_salt and salt != frame.key_salt:
        return KeyRefused("the key file belongs to another backup", "Give the `key` of the same phone.")
    what = f"the key does not open this {frame.form} backup, or its beginning is damaged"
    return KeyRefused(what, "Give the key of this very backup.")


def plain(item: Item, frame: Frame, key: bytes) -> Iterator[bytes]:
    """What is inside, in pieces, up to any damage. At the end `Unreadable` where the backup was altered or cut."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    end = ending(item, frame)
    with item.open() as stream:
        stream.seek(end)
        tag = stream.read(16)
        machine = Cipher(algorithms.AES(key), modes.GCM(frame.iv, tag)).decryptor()
        stream.seek(frame.start)

        def pieces() -> Iterator[bytes]:
            left = end - frame.start
            while left > 0 and (piece := stream.read(min(PIECE, left))):
                left -= len(piece)
                yield machine.update(piece)

        whole = pieces()
        first = next(whole, b"")
        if first.startswith(CONTENTS):
            yield from chain((first,), whole)
        else:  # without zlib's head and checksum: the tag says more, and a checksum that fails costs the bytes before it
            yield from inflated(chain((first[2:],), whole))
        for _ in whole:  # the tag covers what lies after the packed bytes too
            pass
        try:
            machine.finalize()
        except InvalidTag as error:
            raise Unreadable("the backup's seal does not fit: it was changed, or cut", "RTV-C112") from error


def ending(item: Item, frame: Frame) -> int:
    """Where the coded bytes end and the tag begins.

    An MD5 of all before it may follow the tag. A backup in several files has none, and a cut one has lost it: 16 bytes
    taken for an MD5 there would be 16 bytes of evidence lost.
    """
    if frame.tail != 16:
        return max(frame.start, item.size - frame.tail - 16)
    digest = md5(usedforsecurity=False)
    left = item.size - 16
    with item.open() as stream:
        while left > 0 and (piece := stream.read(min(PIECE, left))):
            digest.update(piece)
            left -= len(piece)
        sealed = stream.read(16) == digest.digest()
    return max(frame.start, item.size - (32 if sealed else 16))


def opens(item: Item, frame: Frame, key: bytes) -> bool:
    """True where the key is the backup's: what it decrypts begins as a database or a zip does, packed or not.

    Looking at the beginning only lets damage further on cost no more than what lies behind it. Other content must inflate
    for a whole piece: only the right key gives that.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    with item.open() as stream:
        stream.seek(frame.start)
        coded = stream.read(min(PIECE, max(0, ending(item, frame) - frame.start)))
    # The tag is not looked at here, so any will do.
    first = Cipher(algorithms.AES(key), modes.GCM(frame.iv, bytes(16))).decryptor().update(coded)
    if first.startswith(CONTENTS):
        return True
    if len(first) < 2 or first[0] & 15 != 8 or int.from_bytes(first[:2], "big") % 31:
        return False
    try:
        if zlib.decompressobj(15).decompress(first, 16).startswith(CONTENTS):
            return True
        return bool(next(inflated(iter([first]), 15), b""))
    except (Unreadable, zlib.error):
        return False
