"""Addresses of cryptocurrencies whose checksum can be verified: Bitcoin (base58, bech32, bech32m), Tron, Ethereum's form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

from ritrova.model.records import Observable
from ritrova.model.shapes import Ask, Extractor
from ritrova.model.text import Cue, Folded, Hit

_FORM: Final = re.compile(
    r"(?<![^\W_])(?:0x[0-9a-f]{40}|bc1[02-9ac-hj-np-z]{11,71}|[13t][1-9a-z]{25,34})(?![^\W_])"
)
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def extract(folded: Folded, hits: Sequence[Hit], ask: Ask) -> Iterator[Observable]:
    """Addresses as written; `detail["chain"]` names the currency."""
    for m in _FORM.finditer(folded.text):
        span = folded.original(*m.span())
        written = folded.written[span[0] : span[1]]
        chain, ground = _chain(written)
        if chain:
            yield Observable(
                "crypto", "", written, span, value=written, ground=ground, detail={"chain": chain}
            )


def _chain(written: str) -> tuple[str, str]:
    if re.fullmatch(r"0x[0-9a-fA-F]{40}", written):
        return "ethereum", "forty hexadecimal digits after 0x"
    if written.lower().startswith("bc1"):
        one_case = written in (written.lower(), written.upper())
        return ("bitcoin", "the checksum is right") if one_case and bech32(written.lower()) else ("", "")
    version = base58(written)
    if version in (0, 5):
        return "bitcoin", "the checksum is right"
    if version == 0x41:
        return "tron", "the checksum is right"
    return "", ""


def base58(text: str) -> int | None:
    """The version byte of a base58check text of 21 bytes, or None where the checksum is wrong."""
    number = 0
    for c in text:
        at = _BASE58.find(c)
        if at < 0:
            return None
        number = number * 58 + at
    try:
        raw = number.to_bytes(25, "big")
    except OverflowError:
        return None
    if sha256(sha256(raw[:21]).digest()).digest()[:4] != raw[21:]:
        return None
    return raw[0]


def bech32(text: str) -> bool:
    """Whether a segwit address of Bitcoin has a right checksum (BIP 173, BIP 350)."""
    prefix, _, rest = text.rpartition("1")
    if not prefix or len(rest) < 8 or any(c not in _BECH32 for c in rest):
        return False
    values = (
        [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + [_BECH32.index(c) for c in rest]
    )
    check = 1
    for v in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ v
        for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> i & 1:
                check ^= g
    return check in (1, 0x2BC830A3)


EXTRACTOR = Extractor("crypto", (Cue("crypto.form", _FORM.pattern),), extract)
