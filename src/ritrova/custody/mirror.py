"""The custody log beside the case: `custody.jsonl`, and `custody.head`, which signs how far it goes.

The case is the log; these two files mirror it, so that it can be checked without opening the case. A crash may leave them
behind the case, or half a line at their end: `sync` puts that right, and never lets them say something else than the case.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from ritrova.custody import log, signing

LOG = "custody.jsonl"
HEAD = "custody.head"


def sync(folder: Path, lines: Iterable[bytes], key: bytes) -> None:
    """Makes both files say what `lines` say. Appends where the file is a true beginning of them; rewrites it otherwise."""
    whole = list(lines)
    text = b"".join(whole)
    path = folder / LOG
    there = _read(path)
    if there is not None and there != text and text.startswith(there):
        with open(path, "ab") as stream:
            stream.write(text[len(there) :])
            stream.flush()
            os.fsync(stream.fileno())
    elif there != text:
        replace(path, text)
    signed = head(whole, key)
    if _read(folder / HEAD) != signed:
        replace(folder / HEAD, signed)


def head(lines: Sequence[bytes], key: bytes) -> bytes:
    """The signed head of a log: ``{"head","key","n","signature"}``; the signature is over the canonical JSON of the other three.

    `n` is the number of lines, `head` the SHA-256 of the last line (zeros when there is none), `key` the public key as PEM.
    """
    said: dict[str, Any] = {
        "n": len(lines),
        "head": sha256(lines[-1]).hexdigest() if lines else log.FIRST,
        "key": signing.public_pem(key).decode(),
    }
    said["signature"] = signing.sign(key, log.canonical(said)).hex()
    return log.canonical(said) + b"\n"


def check(folder: Path, lines: Iterable[bytes], signer: str | None = None) -> list[str]:
    """Where the files disagree with the case, as sentences. `signer` is the fingerprint of the key that must have signed."""
    whole = list(lines)
    there = _read(folder / LOG)
    if there is None:
        return [f"{LOG} is missing." if not (folder / LOG).is_symlink() else f"{LOG} is a link."]
    text = b"".join(whole)
    faults: list[str] = []
    if there != text:
        if text.startswith(there):
            faults.append(f"{LOG} is behind the case: it ends before line {there.count(bytes([10]))}.")
        elif there.startswith(text):
            faults.append(f"{LOG} has lines that the case does not know.")
        else:
            ours, theirs = whole, there.splitlines(keepends=True)
            first = next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), 0)
            faults.append(f"{LOG} disagrees with the case from line {first} on.")
    signed = _read(folder / HEAD)
    if signed is None:
        return [*faults, f"{HEAD} is missing."]
    return faults + head_faults(signed, whole, signer)[0]


def head_faults(
    signed: bytes, lines: Sequence[bytes], signer: str | None = None
) -> tuple[list[str], str | None]:
    """What is wrong with a signed head for these lines, and the fingerprint of the key that signed it."""
    try:
        said = json.loads(signed)
        n, digest, pem = said["n"], said["head"], str(said["key"]).encode()
        signature = bytes.fromhex(said.pop("signature"))
        finger = signing.fingerprint(pem)
        proper = set(said) == {"n", "head", "key"}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [f"{HEAD} is not a signed head."], None
    faults: list[str] = []
    if not proper or not signing.verify(pem, log.canonical(said), signature):
        faults.append(f"The signature of {HEAD} does not hold.")
    if signer is not None and finger != signer:
        faults.append(f"{HEAD} is signed by another key: {signing.grouped(finger)}.")
    if n != len(lines):
        faults.append(f"{HEAD} signs {n} lines of the custody log, and there are {len(lines)}.")
    elif digest != (sha256(lines[-1]).hexdigest() if lines else log.FIRST):
        faults.append(f"{HEAD} signs another last line of the custody log.")
    return faults, finger


def replace(path: Path, content: bytes) -> None:
    """Writes a file so that after a crash the old or the new one is there, whole."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with open(new, "xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(new, path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes | None:
    if path.is_symlink() or not path.is_file():
        return None
    return path.read_bytes()
