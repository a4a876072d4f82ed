"""Encrypted iTunes-style backups, opened with the password that their owner supplies.

The keybag of Manifest.plist: two rounds of PBKDF2 (since iOS 10.2; one round before), AES key wrap (RFC 3394), AES-CBC over
files. Ground: Apple Platform Security guide, "Keybags for Data Protection", and the published work on backup keybags; held
against an invented backup that another writer made, not yet against a real one. Nothing here searches for a password.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import pbkdf2_hmac
from typing import BinaryIO

import msgspec

from ritrova.model.errors import KeyRefused

PIECE = 1 << 18


class Keybag(msgspec.Struct):
    """What a keybag says: how the password becomes a key, and the wrapped keys of the protection classes."""

    salt: bytes = b""
    rounds: int = 0
    salt2: bytes = b""
    rounds2: int = 0
    wrapped: dict[int, bytes] = {}


def parsed(raw: bytes) -> Keybag:
    """Tags of four letters, big-endian lengths. ValueError where it is cut."""
    bag = Keybag(wrapped={})
    at = 0
    place = -1
    by_password = False
    inside = False
    while at + 8 <= len(raw):
        tag, size = raw[at : at + 4], int.from_bytes(raw[at + 4 : at + 8], "big")
        value = raw[at + 8 : at + 8 + size]
        if len(value) < size:
            raise ValueError("the keybag is cut")
        at += 8 + size
        number = int.from_bytes(value, "big") if size <= 8 else -1
        if tag == b"SALT":
            bag.salt = value
        elif tag == b"ITER":
            bag.rounds = number
        elif tag == b"DPSL":
            bag.salt2 = value
        elif tag == b"DPIC":
            bag.rounds2 = number
        elif tag == b"CLAS":
            place, inside = number, True
        elif tag == b"WRAP" and inside:
            by_password = bool(number & 2)
        elif tag == b"WPKY" and place >= 0 and by_password:
            bag.wrapped[place] = value
    if not bag.salt or bag.rounds < 1 or not bag.wrapped:
        raise ValueError("the keybag holds no key that a password opens")
    if bag.rounds > 10_000_000 or bag.rounds2 > 50_000_000:
        raise ValueError("the keybag asks for more work than any real one")
    return bag


def unlocked(bag: Keybag, password: str) -> dict[int, bytes]:
    """The keys of the protection classes. KeyRefused where the password does not fit."""
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

    secret = password.encode()
    if bag.rounds2 > 0:
        secret = pbkdf2_hmac("sha256", secret, bag.salt2, bag.rounds2, 32)
    key = pbkdf2_hmac("sha1", secret, bag.salt, bag.rounds, 32)
    try:
        return {place: aes_key_unwrap(key, wrapped) for place, wrapped in bag.wrapped.items()}
    except (InvalidUnwrap, ValueError) as error:
        raise KeyRefused(
            "the password does not open this backup", "Give the backup's password with --password-file."
        ) from error


def unwrapped(classes: dict[int, bytes], place: int, wrapped: bytes) -> bytes:
    """A file's own key. ValueError where its class is unknown or the wrapping is damaged."""
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

    if place not in classes:
        raise ValueError(f"its protection class {place} is not in the keybag")
    try:
        return aes_key_unwrap(classes[place], wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise ValueError("its key cannot be unwrapped") from error


def decrypted(stream: BinaryIO, key: bytes, size: int | None) -> Iterator[bytes]:
    """AES-256-CBC from a zero vector; `size` is the file's own, else the padding tells."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    machine = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).decryptor()
    left = size
    held = b""
    while piece := stream.read(PIECE):
        piece = piece[: len(piece) // 16 * 16]
        plain = held + machine.update(piece)
        if left is not None:
            if plain[:left]:
                yield plain[:left]
            left -= min(left, len(plain))
            continue
        held, plain = plain[-16:], plain[:-16]
        if plain:
            yield plain
    if left is None and held:
        pad = held[-1]
        yield held[:-pad] if 1 <= pad <= 16 else held
