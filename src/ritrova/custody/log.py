"""The custody log: who did what with evidence, as a chain of commitments.

A line is ``{"commit":...,"n":...,"prev":...}``. `prev` is the SHA-256 of the previous line's bytes (its line break included), zeros
for the first. `commit` is the SHA-256 of a salt and the *plain* action, which both stay encrypted in the case. So the log
can lie in the open: it names nobody, and yet no line can be changed, left out or moved.

A line can be shown to others piece by piece. The plain action holds number, time, author, verb and tool in clear, and one
commitment each for `about`, `basis` and `detail`, which may name a witness; each has its own salt. `disclose` gives what the
reader needs to check a line, and of the three only those asked for.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Collection, Iterable
from hashlib import sha256
from typing import Any

import msgspec

from ritrova.model.errors import CustodyBroken
from ritrova.model.records import Action

FIRST = "0" * 64
"""`prev` of the first line."""
CLOSED = ("about", "basis", "detail")
"""Fields of an action that a disclosed line shows only when asked to."""


class Entry(msgspec.Struct, frozen=True):
    """A line of the log and what opens it. `line` ends with a line break; `salt` (32 bytes) must never leave the case."""

    n: int
    line: bytes
    salt: bytes
    plain: bytes


def canonical(value: object) -> bytes:
    """JSON with sorted keys, without spaces, in UTF-8: one value, one spelling."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def entry(previous_line: bytes | None, action: Action) -> Entry:
    """The next line of the log for an action. Raises CustodyBroken when the action's number is not the next one."""
    salt = secrets.token_bytes(32)
    plain = plain_of(action, salt)
    n = 0 if previous_line is None else int(json.loads(previous_line)["n"]) + 1
    if action.n != n:
        raise CustodyBroken(f"the custody log expects entry {n}, not {action.n}", "Open the case again.")
    prev = FIRST if previous_line is None else sha256(previous_line).hexdigest()
    commit = sha256(_salt(salt, "line") + plain).hexdigest()
    return Entry(n, canonical({"n": n, "prev": prev, "commit": commit}) + b"\n", salt, plain)


def plain_of(action: Action, salt: bytes) -> bytes:
    """The bytes that a line commits to: the action, with the closed fields as commitments of their own."""
    plain: dict[str, Any] = {
        "n": action.n,
        "t": action.t,
        "by": action.by,
        "what": action.what,
        "tool": action.tool,
    }
    for name, value in _closed(action).items():
        plain[name] = sha256(_salt(salt, name) + canonical(value)).hexdigest()
    return canonical(plain)


def agrees(line: bytes, action: Action, salt: bytes) -> bool:
    """True when this line of the log commits to this action."""
    try:
        said = json.loads(line)
    except ValueError:
        return False
    commit = sha256(_salt(salt, "line") + plain_of(action, salt)).hexdigest()
    return isinstance(said, dict) and said.get("commit") == commit and said.get("n") == action.n


def disclose(action: Action, salt: bytes, fields: Collection[str] = CLOSED) -> bytes:
    """One line that lets anyone check a line of the log: ``{"n","open":{field:[salt,value]},"plain","salt"}``.

    ``commit == sha256(salt + plain)``, and for every opened field ``plain[field] == sha256(salt + canonical value)``.
    `plain` and the opened values are strings of canonical JSON, hashed as they stand.
    """
    opened = {
        name: [_salt(salt, name).hex(), canonical(value).decode()]
        for name, value in _closed(action).items()
        if name in fields
    }
    line = {
        "n": action.n,
        "salt": _salt(salt, "line").hex(),
        "plain": plain_of(action, salt).decode(),
        "open": opened,
    }
    return canonical(line) + b"\n"


def replay(lines: Iterable[bytes]) -> list[str]:
    """What is wrong with a chain, one sentence a fault; an empty list when it holds."""
    faults: list[str] = []
    prev = FIRST
    for number, line in enumerate(lines):
        fault = _fault(line, number, prev)
        if fault:
            faults.append(fault)
        prev = sha256(line).hexdigest()
        if len(faults) >= 20:
            faults.append("Further faults of the custody log are not listed.")
            break
    return faults


def _fault(line: bytes, number: int, prev: str) -> str:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return f"Line {number} of the custody log is not JSON."
    if not isinstance(said, dict) or set(said) != {"n", "prev", "commit"}:
        return f"Line {number} of the custody log does not have the fields n, prev and commit."
    if type(said["n"]) is not int or said["n"] != number:
        return f"Line {number} of the custody log says that it is line {said['n']!r}."
    if said["prev"] != prev:
        return f"Line {number} of the custody log does not follow from the line before it."
    commit = said["commit"]
    if not isinstance(commit, str) or len(commit) != 64 or canonical(said) + b"\n" != line:
        return f"Line {number} of the custody log is not written as ritrova writes it."
    return ""


def _closed(action: Action) -> dict[str, Any]:
    return {"about": list(action.about), "basis": action.basis, "detail": action.detail}


def _salt(salt: bytes, name: str) -> bytes:
    """One salt for the line and one for each closed field, so that opening one opens no other."""
    return hmac.new(salt, b"ritrova custody " + name.encode(), sha256).digest()
