"""Recognising a Telegram Desktop export by its first bytes, and what lies beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ritrova.model.shapes import Item

HEAD = 1 << 16

_CHAT_TYPE = re.compile(
    rb'"type"\s*:\s*"(?:saved_messages|replies|verification_codes|personal_chat|bot_chat|private_group|'
    rb'private_supergroup|public_supergroup|private_channel|public_channel)"'
)
_MESSAGES = re.compile(rb'"messages"\s*:\s*\[')
_MESSAGE_TYPE = re.compile(rb'"type"\s*:\s*"(?:message|service|unsupported)"')
_MESSAGE_ID = re.compile(rb'"id"\s*:\s*-?\d')
_ACCOUNT = re.compile(
    rb'"(?:personal_information|frequent_contacts|left_chats|web_sessions|other_data)"\s*:\s*\{'
)
_CHATS = re.compile(rb'"(?:chats|left_chats)"\s*:\s*\{\s*(?:"about"\s*:\s*"[^"]*"\s*,\s*)?"list"\s*:\s*\[')


def sniff(item: Item) -> bool:
    """True for a JSON object with the outline of an export: a chat with messages, or an account's sections."""
    head = item.head(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"{"):
        return False
    if _ACCOUNT.search(head) or _CHATS.search(head):
        return True
    if not _MESSAGES.search(head):
        return False
    return bool(_CHAT_TYPE.search(head) or (_MESSAGE_TYPE.search(head) and _MESSAGE_ID.search(head)))


_MEDIA_FOLDERS = (
    "chats/",
    "photos/",
    "files/",
    "video_files/",
    "voice_messages/",
    "round_video_messages/",
    "stickers/",
    "contacts/",
    "profile_pictures/",
    "stories/",
    "images/",
    "css/",
    "js/",
    "lists/",
)


def related(item: Item) -> Iterable[str]:
    """The media folders that Telegram Desktop writes beside the file (names as of 2025-08)."""
    return [
        name for name in item.siblings() if name.startswith(_MEDIA_FOLDERS) and not name.endswith(".html")
    ]
