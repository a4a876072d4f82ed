"""WhatsApp's encrypted backups crypt12, crypt14 and crypt15, opened with the key that their lawful holder supplies.

AES-256-GCM around zlib around a database. Ground: framing and key derivation as verified on public backups of 2022 (app
version 2.22.5.13) with their key files; backups in several files (a tag without MD5) are only known from hearsay.
Nothing here searches for a key.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator

import msgspec

from ritrova.formats.protobuf import field
from ritrova.formats.zip_bytes import PIECE, Unreadable, inflated
from ritrova.model.errors import KeyRefused
from ritrova.model.shapes import Item

JAVA = bytes.fromhex("aced0005")
"""Java-serialised byte arrays, as both key files are, begin so; 27 bytes go before the array's content."""
OLD_HEAD = 67
OLD_TAIL = 36


class Frame(msgspec.Struct, frozen=True):
    """Where the parts of a backup lie: `start` of the coded bytes, the initial vector, and what the header tells.

    `tail` is how many bytes follow the 16-byte tag. `server_salt`, `version_of_key` and `iv` let a wrong key file be named
    as such.
    """

    form: str
    start: int
    iv: bytes
    tail: int
    app: str = ""
    key_salt: bytes = b""


def framed(item: Item) -> Frame | None:
    """The frame of a backup, or None where the item is none."""
    head = item.head(512)
    if item.size < 100:
        return None
    if head[:2] == b"\x00\x01" and head[2] in (1, 2, 3) and re.search(r"\.crypt12$", item.name.lower()):
        return Frame("crypt12", OLD_HEAD, head[51:67], OLD_TAIL - 16, key_salt=head[3:35])
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
    digits = re.sub(rb"[\s:-]", b"", supplied)
    if re.fullmatch(rb"[0-9a-fA-F]{64}", digits):
        return bytes.fromhex(digits.decode()), b""
    if len(supplied) == 32:
        return supplied, b""
    raise KeyRefused(
        "what was given is no WhatsApp key",
        "Give the file `key` or `encrypted_backup.key`, or a file with the 64 digits.",
    )


def key_for(frame: Frame, supplied: bytes) -> bytes:
    """The AES key for a backup. KeyRefused where the key file is of another account or kind, as far as that shows."""
    root, salt = secret(supplied)
    if frame.form != "crypt15":
        if salt and frame.key_salt and salt != frame.key_salt:
            raise KeyRefused("the key file belongs to another backup", "Give the `key` of the same phone.")
        return root
    private = hmac.digest(bytes(32), root, "sha256")
    return hmac.digest(private, b"backup encryption\x01", "sha256")


def plain(item: Item, frame: Frame, key: bytes) -> Iterator[bytes]:
    """The database in pieces. KeyRefused where the key does not fit; at the end `Unreadable` where the backup was altered."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    end = item.size - frame.tail - 16
    with item.open() as stream:
        stream.seek(end)
        tag = stream.read(16)
        machine = Cipher(algorithms.AES(key), modes.GCM(frame.iv, tag)).decryptor()
        stream.seek(frame.start)
        first = machine.update(stream.read(min(PIECE, end - frame.start)))
        if not packed_by_zlib(first):
            raise KeyRefused(
                f"the key does not open this {frame.form} backup", "Give the key of this very backup."
            )

        def pieces() -> Iterator[bytes]:
            yield first
            left = end - frame.start - PIECE
            while left > 0 and (piece := stream.read(min(PIECE, left))):
                left -= len(piece)
                yield machine.update(piece)

        whole = pieces()
        yield from inflated(whole, 15)
        for _ in whole:  # the tag covers what lies after the packed bytes too
            pass
        try:
            machine.finalize()
        except InvalidTag as error:
            raise Unreadable("the backup's seal does not fit: it was changed, or cut", "RTV-C112") from error


def packed_by_zlib(first: bytes) -> bool:
    """True where decrypted bytes begin as zlib's do and inflate: only the right key gives that."""
    if len(first) < 2 or first[0] & 15 != 8 or int.from_bytes(first[:2], "big") % 31:
        return False
    try:
        start = next(inflated(iter([first]), 15), b"")
    except Unreadable:
        return False
    return bool(start)
