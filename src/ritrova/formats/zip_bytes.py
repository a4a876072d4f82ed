"""The bytes of one zip entry: decrypted with a given password, unpacked, and held against size and checksum."""

from __future__ import annotations

import bz2
import hmac
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from hashlib import pbkdf2_hmac
from typing import Any

import msgspec

from ritrova.model.shapes import Item

METHODS = {0: "stored", 8: "deflated", 12: "bzip2", 14: "lzma", 95: "xz", 99: "AES"}
PIECE = 1 << 18
STEP = 512


class Unreadable(ValueError):
    """What came out is not all, or not what the archive states; `code` says which."""

    def __init__(self, what: str, code: str = "RTV-C103") -> None:
        super().__init__(what)
        self.code = code


class Refused(Unreadable):
    """The password does not fit."""

    def __init__(self, what: str) -> None:
        super().__init__(what, "RTV-C102")


class Coded(msgspec.Struct, frozen=True):
    """Where an entry's bytes lie in the archive and how they are coded; sizes in bytes, `crc` -1 where unknown."""

    start: int
    packed: int
    size: int
    method: int
    flags: int
    crc: int
    stamp: int
    extra: bytes


def extra_field(extra: bytes, wanted: int) -> bytes | None:
    """A field of the extra data by its number."""
    here = 0
    while here + 4 <= len(extra):
        number, n = struct.unpack("<2H", extra[here : here + 4])
        if number == wanted:
            return extra[here + 4 : here + 4 + n]
        here += 4 + n
    return None


def content(item: Item, coded: Coded, password: str | None) -> Iterator[bytes]:
    """The entry's own bytes in pieces. At the end `Unreadable` where they are not whole or not the stated ones."""
    raw = raw_pieces(item, coded)
    method, crc = coded.method, coded.crc
    if coded.flags & 1:
        secret = (password or "").encode()
        if method == 99:
            raw, method, crc = aes_pieces(raw, coded, secret)
        else:
            raw = old_pieces(raw, coded, secret)
    size = 0
    check = 0
    for piece in unpacked(raw, method, coded):
        size += len(piece)
        check = zlib.crc32(piece, check)
        yield piece
    if crc not in (-1, check):
        raise Unreadable("its checksum is not the one that the archive states", "RTV-C104")
    if size != coded.size and coded.crc != -1:
        raise Unreadable(f"it holds {size} bytes, the archive states {coded.size}", "RTV-C104")


def raw_pieces(item: Item, coded: Coded) -> Iterator[bytes]:
    """The coded bytes, as they lie in the archive."""
    left = coded.packed
    with item.open() as stream:
        stream.seek(coded.start)
        while left:
            piece = stream.read(min(PIECE, left))
            if not piece:
                return
            left -= len(piece)
            yield piece


def unpacked(raw: Iterator[bytes], method: int, coded: Coded) -> Iterator[bytes]:
    """Undo the packing; output comes in bounded pieces however small the input is."""
    if method == 0 or (not coded.packed and not coded.size):
        yield from raw
        return
    if method == 8:
        yield from inflated(raw)
        return
    machine: Any
    if method == 12:
        machine = bz2.BZ2Decompressor()
    elif method == 95:
        machine = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=1 << 28)
    elif method == 14:
        raw, machine = lzma_machine(raw)
    else:
        raise Unreadable(f"packed by method {method}, which is not read")
    yield from run(raw, machine, coded.size if method == 14 and not coded.flags & 2 else -1)


def run(raw: Iterator[bytes], machine: Any, until: int = -1) -> Iterator[bytes]:
    """Feed a decompressor of the standard library (bz2, lzma) piece by piece; `until` ends a stream without an end mark."""
    total = 0
    try:
        for piece in raw:
            while True:
                out = machine.decompress(piece, PIECE)
                total += len(out)
                if out:
                    yield out
                piece = b""
                if machine.eof or total == until:
                    return
                if machine.needs_input or not out:
                    break
    except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
        raise Unreadable(f"it is damaged: {error}") from error
    raise Unreadable("it ends before its packed bytes do: the entry was cut")


def inflated(raw: Iterator[bytes], wbits: int = -15) -> Iterator[bytes]:
    """Inflate; `Unreadable` at damage or a cut, after everything that came out before it."""
    inflate = zlib.decompressobj(wbits)
    before, piece = inflate.copy(), b""
    try:
        for piece in raw:
            while piece:
                before = inflate.copy()
                out = inflate.decompress(piece, PIECE)
                if out:
                    yield out
                piece = inflate.unconsumed_tail
                if inflate.eof:
                    return
        while out := inflate.decompress(inflate.unconsumed_tail, PIECE):
            yield out
    except zlib.error as error:
        yield from _up_to_damage(before, piece)
        raise Unreadable(f"it is damaged: {error}") from error
    if not inflate.eof:
        raise Unreadable("it ends before its packed bytes do: the entry was cut")


def _up_to_damage(inflate: Any, piece: bytes, step: int = STEP) -> Iterator[bytes]:
    """What a piece gives before the place where zlib stops: zlib itself throws away what it had of the call that fails."""
    while piece:
        before = inflate.copy()
        try:
            out = inflate.decompress(piece, step)
        except zlib.error:
            if step > 1:
                yield from _up_to_damage(before, piece, 1)
            return
        if not out:
            return
        yield out
        piece = inflate.unconsumed_tail


def lzma_machine(raw: Iterator[bytes]) -> tuple[Iterator[bytes], lzma.LZMADecompressor]:
    """The decompressor for zip's form of LZMA: four bytes, then the properties, then the stream."""
    head = b""
    while len(head) < 9 and (piece := next(raw, b"")):
        head += piece
    n = int.from_bytes(head[2:4], "little")
    if len(head) < 4 + n or n != 5:
        raise Unreadable("its LZMA properties are missing")
    bits, dictionary = head[4], int.from_bytes(head[5:9], "little")
    if bits >= 225 or dictionary > 1 << 28:
        raise Unreadable("its LZMA properties make no sense")
    chain = [
        {
            "id": lzma.FILTER_LZMA1,
            "dict_size": max(dictionary, 4096),
            "lc": bits % 9,
            "lp": bits // 9 % 5,
            "pb": bits // 45,
        }
    ]
    rest = head[4 + n :]

    def pieces() -> Iterator[bytes]:
        yield rest
        yield from raw

    return pieces(), lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)


def aes_pieces(raw: Iterator[bytes], coded: Coded, secret: bytes) -> tuple[Iterator[bytes], int, int]:
    """WinZip's AES (AE-1 and AE-2): the decrypted pieces, the true method, and the checksum (-1 where AE-2 has none)."""
    field = extra_field(coded.extra, 0x9901)
    if field is None or len(field) < 7 or field[4] not in (1, 2, 3):
        raise Unreadable("its encryption is not described")
    version, method = int.from_bytes(field[:2], "little"), int.from_bytes(field[5:7], "little")
    key_length = 8 + 8 * field[4]
    salt_length = key_length // 2
    head = b""
    while len(head) < salt_length + 2 and (piece := next(raw, b"")):
        head += piece
    keys = pbkdf2_hmac("sha1", secret, head[:salt_length], 1000, 2 * key_length + 2)
    if keys[-2:] != head[salt_length : salt_length + 2]:
        raise Refused("the password given does not open this entry")
    rest = head[salt_length + 2 :]

    def pieces() -> Iterator[bytes]:
        seal = hmac.new(keys[key_length : 2 * key_length], digestmod="sha1")
        decrypt = counting(keys[:key_length])
        held = rest
        for piece in raw:
            held += piece
            ready = (len(held) - 10) // 16 * 16
            if ready > 0:
                seal.update(held[:ready])
                yield decrypt(held[:ready])
                held = held[ready:]
        last = held[:-10]
        seal.update(last)
        yield decrypt(last)
        if not hmac.compare_digest(seal.digest()[:10], held[-10:]):
            raise Unreadable("its seal does not fit: it was changed, or cut", "RTV-C104")

    return pieces(), method, coded.crc if version == 1 else -1


def counting(key: bytes) -> Callable[[bytes], bytes]:
    """AES in counter mode with a counter that begins at one and has its low byte first, as WinZip has it."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    machine = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    block = 1

    def decrypt(piece: bytes) -> bytes:
        nonlocal block
        blocks = (len(piece) + 15) // 16
        counters = b"".join(n.to_bytes(16, "little") for n in range(block, block + blocks))
        block += blocks
        stream = machine.update(counters)[: len(piece)]
        mixed = int.from_bytes(piece, "big") ^ int.from_bytes(stream, "big")
        return mixed.to_bytes(len(piece), "big")

    return decrypt


def old_pieces(raw: Iterator[bytes], coded: Coded, secret: bytes) -> Iterator[bytes]:
    """The archive's first, weak encryption. The password check is one byte, so a wrong one may show only at the end."""
    table = [crc_step(n) for n in range(256)]
    a, b, c = 0x12345678, 0x23456789, 0x34567890
    for byte in secret:
        a = (a >> 8) ^ table[(a ^ byte) & 255]
        b = ((b + (a & 255)) * 134775813 + 1) & 0xFFFFFFFF
        c = (c >> 8) ^ table[(c ^ (b >> 24)) & 255]
    check = coded.stamp >> 8 & 255 if coded.flags & 8 else coded.crc >> 24 & 255
    skip = 12
    for piece in raw:
        out = bytearray(len(piece))
        for i, coded_byte in enumerate(piece):
            k = c | 2
            byte = coded_byte ^ ((k * (k ^ 1)) >> 8 & 255)
            out[i] = byte
            a = (a >> 8) ^ table[(a ^ byte) & 255]
            b = ((b + (a & 255)) * 134775813 + 1) & 0xFFFFFFFF
            c = (c >> 8) ^ table[(c ^ (b >> 24)) & 255]
        if skip:
            if len(out) >= skip and out[skip - 1] != check:
                raise Refused("the password given does not open this entry")
            out, skip = out[skip:], max(0, skip - len(out))
        yield bytes(out)


def crc_step(n: int) -> int:
    """One entry of the CRC-32 table."""
    for _ in range(8):
        n = (n >> 1) ^ 0xEDB88320 if n & 1 else n >> 1
    return n
