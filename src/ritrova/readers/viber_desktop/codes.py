"""Columns and type codes of viber.db."""

from __future__ import annotations

from ritrova.formats.viber_walk import Codes
from ritrova.model.records import (
    MessageKind,
)

MESSAGE_TYPES: dict[int, tuple[MessageKind, str]] = {
    1: ("text", "text"),
    2: ("media", "image"),
    3: ("media", "video"),
    4: ("media", "sticker"),
    5: ("location", "location"),
    6: ("media", "voice"),
    7: ("media", "instant video"),
    9: ("text", "link"),
    10: ("contact", "contact"),
    11: ("media", "file"),
    15: ("text", "pin"),
}
"""Messages.Type, as ViberExtractor and everysaid name them. Codes beyond these are kept and shown, never guessed."""
CONTENT = ("EventID", "Type", "Body")
ENVELOPE = ("TimeStamp", "Direction", "ChatID", "ContactID", "Token", "EventID")
MORE_CONTENT = (
    "Subject",
    "Info",
    "StickerID",
    "Duration",
    "PayloadPath",
    "SelfReaction",
    "MembersReactions",
    "AdminsReactions",
)
MORE_ENVELOPE = ("Type", "ContactLatitude", "ContactLongitude")
RARE = 1 + len(CONTENT) + len(ENVELOPE)
"""Where the columns begin that are empty in a row of plain text."""
DELETED = "message_deleted"
TIMED = ("timebomb", "selfdestruct", "ttl")
OWNER = 1
NOTES_FLAG = 1 << 19
CHANNEL = 3
CODES = Codes(
    lost="RTV-V003",
    text="RTV-V007",
    wal="RTV-V009",
    said={
        "RTV-V004": "messages whose Info does not decode as JSON",
        "RTV-V005": "messages without a row in Events: no time, chat or sender",
        "RTV-V006": "messages whose time is no plausible time",
    },
)
