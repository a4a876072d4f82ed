"""Faults that Telegram's own writer puts into a message, and the least that makes it readable again."""

from __future__ import annotations

import re
from typing import Any

from ritrova.formats.jsonframe import loads_all, plain

_HEX = re.compile(rb"(?<!\\)((?:\\\\)*)\\x([0-9A-Fa-f]{2})")
_UNQUOTED = re.compile(rb'("document_id"\s*:[ \t]*)([^"\s\d\-,{}\[\]][^"\r\n]*?)([ \t]*\r?\n|,\s*"|\s*\})')


def mend(raw: bytes) -> tuple[Any, list[str]]:
    """The decoded message and, in words, what had to be repaired; raises ValueError where it stays unreadable.

    `\\xNN` (written for control characters, tdesktop #27571) is told from a user's own typed text by backslash parity. An
    unquoted `document_id` was written from 4.0.4 to before 4.1.2 (tdesktop #24961).
    """
    notes: list[str] = []
    fixed, n = _HEX.subn(rb"\1\\u00\2", raw)
    if n:
        notes.append(f"{n} control character(s) written as \\xNN")
    bare, n = _UNQUOTED.subn(_quoted, fixed)
    if n:
        fixed = bare
        notes.append(f"{n} unquoted document_id")
    try:
        text = fixed.decode("utf-8")
    except UnicodeDecodeError as error:
        text = fixed.decode("utf-8", "replace")
        notes.append(f"bytes that are not UTF-8 (first at byte {error.start} of the message)")
    try:
        value = loads_all(text)
    except ValueError:
        value = loads_all(text, strict=False)
        notes.append("raw control characters inside text")
    clean = plain(value)
    if not notes:
        notes.append("characters or numbers that JSON cannot carry")
    return clean, notes


def _quoted(found: re.Match[bytes]) -> bytes:
    inner = found[2].replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return found[1] + b'"' + inner + b'"' + found[3]
