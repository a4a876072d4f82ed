"""What all of Telegram's exports share: peers and their keys, kinds of chat, sentences in the place of files."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from ritrova.model.records import ConversationKind

CHAT_KINDS: dict[str, ConversationKind] = {
    "saved_messages": "self",
    "replies": "direct",
    "verification_codes": "direct",
    "personal_chat": "direct",
    "bot_chat": "direct",
    "private_group": "group",
    "private_supergroup": "group",
    "public_supergroup": "group",
    "private_channel": "channel",
    "public_channel": "channel",
}
"""`type` of a chat in a Desktop export (export_output_json.cpp, 2025-08) -> kind of conversation."""

_PEER_PREFIX = {
    "private_group": "chat",
    "private_supergroup": "channel",
    "public_supergroup": "channel",
    "private_channel": "channel",
    "public_channel": "channel",
}

MIGRATED_SHIFT = 1_000_000_000
"""A message of the basic group from before its migration is exported with its id minus this."""

_OLD_CHAT = 1 << 32
_OLD_CHANNEL = 2 << 32
_OLD_END = 3 << 32

_PEER = re.compile(r"(user|chat|channel)(\d+)\Z")
_PLACEHOLDER = re.compile(r"\((?:File|Photo|Video|Story|Thumbnail|Sticker)[ ,].*\)\Z", re.DOTALL)


def old_peer(number: int) -> str:
    """The key of a peer written as one number (Telegram Desktop up to 2.7.1): the type stands in bits 32 and 33."""
    if number >= _OLD_END or number < 0:
        return f"user{number}"
    if number >= _OLD_CHANNEL:
        return f"channel{number - _OLD_CHANNEL}"
    if number >= _OLD_CHAT:
        return f"chat{number - _OLD_CHAT}"
    return f"user{number}"


def peer_key(written: object) -> str | None:
    """``user123`` for what an export writes as ``"user123"``, ``123`` (old versions) or ``"123"``; None for nothing.

    A text of another shape is kept as it is: it still names one peer.
    """
    if written is None or written == "" or isinstance(written, bool) or written == 0:
        return None
    if isinstance(written, int):
        return old_peer(written)
    if isinstance(written, str):
        if _PEER.match(written):
            return None if written in {"user0", "chat0", "channel0"} else written
        return old_peer(int(written)) if written.isdecimal() and written.isascii() else written
    return None


def chat_key(number: object, chat_type: object, old: bool) -> str | None:
    """The key of a chat's peer from its `id` and `type`; `old` where the file writes peers as typed numbers."""
    if isinstance(number, str) and not number.lstrip("-").isdecimal():
        return peer_key(number)
    if isinstance(number, bool) or not isinstance(number, int | str) or number in ("", 0, "0"):
        return None
    value = int(number)
    prefix = _PEER_PREFIX.get(str(chat_type), "user")
    if old and _OLD_CHAT <= value < _OLD_END:
        return f"{prefix}{value & 0xFFFFFFFF}"
    if chat_type is None or str(chat_type) not in CHAT_KINDS:
        return f"peer{value}"
    return f"{prefix}{value}"


def placeholder(written: str) -> str | None:
    """Why a file is absent, where an export writes a sentence instead of a path; None for a path.

    The sentences are English in every interface language (export_output_json.cpp); an unknown one is kept as written.
    """
    if not written.startswith("(") or not _PLACEHOLDER.match(written):
        return None
    if "not included" in written:
        return "not included in the export"
    if "exceeds maximum size" in written:
        return "larger than the export's size limit"
    if "unavailable" in written:
        return "unavailable when the export was made"
    return written.strip("()")


_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)


def unsafe(path: str) -> str | None:
    """Why a written path must not be followed (it leaves the folder, is absolute, or no plain file name), or None."""
    if not path or len(path) > 1024:
        return "empty or longer than any path"
    if any(ord(c) < 32 or c == "\x7f" for c in path):
        return "holds control characters"
    if path.startswith(("/", "\\", "~")) or _DRIVE.match(path):
        return "is absolute"
    if "://" in path:
        return "is an address"
    parts = path.replace("\\", "/").split("/")
    if ".." in parts:
        return "leaves the export's folder"
    if "\\" in path:
        return "uses backslashes"
    if any(_RESERVED.match(part) or part.endswith((" ", ".")) for part in parts if part not in {"", "."}):
        return "is a name that Windows reserves"
    return None


def last_name(path: str) -> str:
    """The file's own name at the end of a written path, for showing only."""
    return PurePosixPath(path.replace("\\", "/")).name


def code_points(text: str) -> list[int] | None:
    """For each UTF-16 unit of a text the code point it belongs to, and one past the end; None where the two agree."""
    if not text or max(text) < "\U00010000":
        return None
    table: list[int] = []
    for n, c in enumerate(text):
        table += [n, n] if c >= "\U00010000" else [n]
    table.append(len(text))
    return table


def utf16_marks(written: object, text: str) -> list[dict[str, Any]]:
    """Entities with UTF-16 `offset` and `length` as marks with half-open code-point `start` and `end`.

    Offsets past the text are brought back to its end; an entity without offsets is kept without them.
    """
    if not isinstance(written, list):
        return []
    table = code_points(text)
    marks: list[dict[str, Any]] = []
    for entity in written:
        if not isinstance(entity, dict):
            continue
        more = {k: v for k, v in entity.items() if k not in {"_", "offset", "length"} and v is not None}
        kind = str(entity.get("_", "")).removeprefix("MessageEntity").removeprefix("messageEntity")
        mark = {"type": kind.lower(), **more}
        first, length = entity.get("offset"), entity.get("length")
        if isinstance(first, int) and isinstance(length, int) and first >= 0 and length >= 0:
            last = first + length
            if table is not None:
                first, last = table[min(first, len(table) - 1)], table[min(last, len(table) - 1)]
            mark["start"], mark["end"] = min(first, len(text)), min(last, len(text))
        marks.append(mark)
    return marks
