"""Verify a bundle, made by this case or any other: is it whole, unchanged, in order, and who signed it?

Stricter than the script inside the bundle (links, devices, spelling of the lists, names that differ in case only), and it
trusts nothing in the bundle: sizes are bounded, names are shown harmlessly, nothing is opened that is not a plain file.
"""

from __future__ import annotations

import json
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from ritrova.custody import log, mirror, names, sealing, signing

LIST_LIMIT = 512 << 20
"""Bytes of a list or log that are read into memory, at most."""
FAULTS = 200
"""Faults that are listed, at most."""
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_TAGS = (
    "VERIFY.txt",
    "bag-info.txt",
    "bagit.txt",
    "custody.head",
    "custody.jsonl",
    "manifest-sha256.txt",
    "signer.pem",
    "verify.py",
)


class Verdict(msgspec.Struct, frozen=True):
    """`ok` when no fault was found. `signer` is the fingerprint of the key in the bundle if its signature holds.

    `statement` is one sentence for a report. Without a known signer it can only say "consistent, signer not established".
    """

    ok: bool
    faults: list[str]
    signer: str | None
    statement: str


class _Stop(Exception):
    """Too broken to go on; the faults are listed."""


def verify(bundle: Path, signer: str | None = None) -> Verdict:
    """Checks a bundle. `signer` is the fingerprint that the signer gave by another way (WrongUse when it is none)."""
    wanted = None if signer is None else signing.ungrouped(signer)
    check = _Check(bundle)
    try:
        check.run()
    except _Stop:
        pass
    except OSError as error:
        check.fault(f"The bundle could not be read: {error.strerror}.")
    if wanted is not None and check.signer is not None and check.signer != wanted:
        check.fault(f"It is signed by another key: {signing.grouped(check.signer)}.")
    if check.faults:
        return Verdict(False, check.faults, check.signer, f"Not verified: {check.faults[0]}")
    shown = signing.grouped(check.signer or "")
    if wanted is None:
        return Verdict(True, [], check.signer, f"Consistent, signer not established (key {shown}).")
    return Verdict(True, [], check.signer, f"Verified: whole, unchanged, and signed by {shown}.")


class _Check:
    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle
        self.faults: list[str] = []
        self.signer: str | None = None
        self.there: dict[str, Path] = {}

    def fault(self, sentence: str) -> None:
        if len(self.faults) < FAULTS:
            self.faults.append(sentence)
        elif len(self.faults) == FAULTS:
            self.faults.append("Further faults are not listed.")

    def run(self) -> None:
        self._walk()
        tags = self._list(sealing.TAGMANIFEST)
        payload = self._list("manifest-sha256.txt")
        self._signature()
        for name in tags:
            if name.startswith("data/") or name in (sealing.TAGMANIFEST, sealing.SIGNATURE, sealing.STAMP):
                self.fault(f"{sealing.TAGMANIFEST} lists {_shown(name)}, which has no place there.")
        for name in payload:
            if not name.startswith("data/"):
                self.fault(f"manifest-sha256.txt lists {_shown(name)}, which is no payload.")
        for name in _TAGS:
            if name not in tags:
                self.fault(f"{sealing.TAGMANIFEST} does not list {name}.")
        self._compare({**payload, **tags})
        self._bagit(payload)
        self._custody()

    def _walk(self) -> None:
        root = os.fspath(self.bundle)
        if os.path.islink(root) or not os.path.isdir(root):
            self.fault("It is not a folder." if os.path.lexists(root) else "It is not there.")
            raise _Stop
        seen: dict[str, str] = {}
        pending = [""]
        while pending:
            here = pending.pop()
            with os.scandir(os.path.join(root, here)) as entries:
                inside = sorted(entries, key=lambda e: e.name)
            for entry in inside:
                name = f"{here}/{entry.name}" if here else entry.name
                key = unicodedata.normalize("NFKC", name).casefold()
                if key in seen:
                    self.fault(f"{_shown(name)} and {_shown(seen[key])} differ only in spelling.")
                seen[key] = name
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    pending.append(name)
                    if not os.listdir(entry.path):
                        self.fault(f"{_shown(name)} is an empty folder that was added.")
                elif stat.S_ISREG(mode):
                    self.there[name] = Path(entry.path)
                else:
                    kind = "a link" if stat.S_ISLNK(mode) else "no plain file"
                    self.fault(f"{_shown(name)} is {kind}.")
        for name in (sealing.TAGMANIFEST, sealing.SIGNATURE, *_TAGS, "data/" + sealing.DISCLOSED):
            if name not in self.there:
                self.fault(f"{name} is missing.")
        if sealing.TAGMANIFEST not in self.there or "manifest-sha256.txt" not in self.there:
            raise _Stop

    def _read(self, name: str) -> bytes:
        path = self.there[name]
        if path.stat().st_size > LIST_LIMIT:
            self.fault(f"{name} is larger than any that ritrova writes.")
            raise _Stop
        return path.read_bytes()

    def _list(self, name: str) -> dict[str, str]:
        try:
            lines = self._read(name).decode("utf-8").split("\n")
        except UnicodeDecodeError:
            self.fault(f"{name} is not UTF-8.")
            raise _Stop from None
        if lines[-1] != "":
            self.fault(f"{name} does not end with a line break.")
        else:
            lines.pop()
        listed: dict[str, str] = {}
        before = ""
        for number, line in enumerate(lines, 1):
            match = _LINE.fullmatch(line)
            if match is None:
                self.fault(f"{name} line {number} is not a SHA-256, two spaces and a path.")
                continue
            digest, path = match.groups()
            parts = path.split("/")
            if path.startswith("/") or "\\" in path or any(p in ("", ".", "..") for p in parts):
                self.fault(f"{name} line {number} leads out of the bundle: {_shown(path)}.")
            if path in listed:
                self.fault(f"{name} lists {_shown(path)} twice.")
            elif path < before:
                self.fault(f"{name} is not in order at line {number}: {_shown(path)}.")
            before = path
            listed[path] = digest
        return listed

    def _signature(self) -> None:
        if "signer.pem" not in self.there or sealing.SIGNATURE not in self.there:
            return
        pem = self._read("signer.pem")
        try:
            good = signing.verify(pem, self._read(sealing.TAGMANIFEST), self._read(sealing.SIGNATURE))
            finger = signing.fingerprint(pem)
        except (ValueError, TypeError):
            self.fault("signer.pem is not an Ed25519 public key.")
            return
        if good:
            self.signer = finger
        else:
            self.fault("The signature of the bundle does not hold: a list was changed after signing.")

    def _compare(self, listed: dict[str, str]) -> None:
        allowed = {sealing.TAGMANIFEST, sealing.SIGNATURE, sealing.STAMP}
        added = [name for name in self.there if name not in listed and name not in allowed]
        missing = {name: digest for name, digest in listed.items() if name not in self.there}
        for name, digest in listed.items():
            if name in self.there and _sha256(self.there[name]) != digest:
                self.fault(f"{_shown(name)} was changed.")
        gone = {digest: name for name, digest in missing.items()}
        for name in sorted(added):
            was = gone.get(_sha256(self.there[name])) if gone else None
            if was is not None and was in missing:
                del missing[was]
                self.fault(f"{_shown(was)} was renamed to {_shown(name)}.")
            else:
                self.fault(f"{_shown(name)} was added.")
        for name in sorted(missing):
            if name not in _TAGS and name != "data/" + sealing.DISCLOSED:
                self.fault(f"{_shown(name)} is missing.")

    def _bagit(self, payload: dict[str, str]) -> None:
        if "bagit.txt" in self.there and not self._read("bagit.txt").startswith(b"BagIt-Version: "):
            self.fault("bagit.txt is not the declaration of a bag.")
        if "bag-info.txt" in self.there:
            size = sum(self.there[n].stat().st_size for n in payload if n in self.there)
            oxum = f"Payload-Oxum: {size}.{len(payload)}".encode()
            if oxum not in self._read("bag-info.txt").split(b"\n"):
                self.fault("bag-info.txt gives another size or number of files.")

    def _custody(self) -> None:
        if "custody.jsonl" not in self.there or "custody.head" not in self.there:
            return
        text = self._read("custody.jsonl")
        lines = [line + b"\n" for line in text.split(b"\n")]
        last = lines.pop()
        if last != b"\n":
            self.fault("custody.jsonl does not end with a line break.")
            lines.append(last[:-1])
        for sentence in log.replay(lines):
            self.fault(sentence)
        faults, finger = mirror.head_faults(self._read("custody.head"), lines)
        for sentence in faults:
            self.fault(sentence)
        if finger is not None and self.signer is not None and finger != self.signer:
            self.fault("The custody log is signed by another key than the bundle.")
        name = "data/" + sealing.DISCLOSED
        if name in self.there:
            before = -1
            for number, line in enumerate(_lines(self._read(name)), 1):
                n, sentence = _disclosed(line, lines)
                if sentence:
                    self.fault(f"{name} line {number} {sentence}.")
                elif n <= before:
                    self.fault(f"{name} is not in order at line {number}.")
                before = max(before, n)


def _lines(text: bytes) -> Iterator[bytes]:
    return (line for line in text.split(b"\n") if line)


def _disclosed(line: bytes, lines: list[bytes]) -> tuple[int, str]:
    """The number of the log line that a disclosed line opens, and what is wrong with it."""
    try:
        said: dict[str, Any] = json.loads(line)
        n, plain = said["n"], json.loads(said["plain"])
        if type(n) is not int or not 0 <= n < len(lines) or plain["n"] != n:
            return -1, "opens no line of the custody log"
        commit = json.loads(lines[n])["commit"]
        if sha256(bytes.fromhex(said["salt"]) + said["plain"].encode()).hexdigest() != commit:
            return n, f"is not what line {n} of the custody log commits to"
        for field, (salt, value) in said["open"].items():
            if field not in log.CLOSED:
                return n, f"opens {field!r}, which is not a closed field"
            if sha256(bytes.fromhex(salt) + value.encode()).hexdigest() != plain[field]:
                return n, f"gives another {field} than line {n} of the custody log commits to"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return -1, "is not a disclosed line"
    return n, ""


def _shown(name: str) -> str:
    return names.shown(name)


def _sha256(path: Path) -> str:
    digest = sha256()
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
