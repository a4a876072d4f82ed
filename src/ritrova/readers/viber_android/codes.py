"""Columns and type codes of viber_messages."""

from __future__ import annotations

from ritrova.formats.viber_walk import Codes
from ritrova.model.records import (
    ConversationKind,
    MessageKind,
)

TYPES: dict[int, tuple[MessageKind, str]] = {
    0: ("text", "text"),
    1: ("media", "image"),
    2: ("media", "voice"),
    3: ("media", "video"),
    4: ("media", "sticker"),
    5: ("location", "location"),
    1000: ("system", "notification"),
    1002: ("call", "call"),
    1005: ("media", "animated"),
    1009: ("media", "voice"),
}
"""messages.extra_mime. 1 and 3 (pictures, videos), 2 and 1009 (voice), 1000, 1002 and 1005 stand in the app's own SQL."""
RECALLED: dict[int, tuple[MessageKind, str]] = {
    7: ("text", "formatted"),
    8: ("text", "link"),
    9: ("contact", "contact"),
    10: ("media", "file"),
    1008: ("deleted", "deleted"),
    1010: ("media", "instant video"),
}
"""Codes from memory; a message read by one of them says so in its detail."""
WORDS: dict[str, tuple[MessageKind, str]] = {
    "text": ("text", "text"),
    "image": ("media", "image"),
    "video": ("media", "video"),
    "sound": ("media", "voice"),
    "voice": ("media", "voice"),
    "audio": ("media", "voice"),
    "sticker": ("media", "sticker"),
    "animated_message": ("media", "animated"),
    "location": ("location", "location"),
    "share_location": ("location", "location"),
    "notif": ("system", "notification"),
    "call": ("call", "call"),
    "file": ("media", "file"),
    "application": ("media", "file"),
}
"""The words that versions before numeric codes stored, and the first halves of MIME types."""
CHAT_KINDS: dict[int, ConversationKind] = {
    0: "direct",
    1: "group",
    2: "channel",
    4: "broadcast",
    5: "group",
    6: "self",
}
"""conversations.conversation_type: 0, 1, 2 and 5 stand in the app's own SQL; 4 and 6 are recalled."""
PLAIN = ("_id", "extra_mime", "body", "msg_date", "send_type", "conversation_id", "participant_id", "token")
RARE = (
    "date",
    "description",
    "msg_info",
    "quoted_message_data",
    "extra_uri",
    "destination_uri",
    "extra_duration",
    "location_lat",
    "location_lng",
    "timebomb",
    "deleted",
    "likes_count",
    "msg_info_bin",
    "my_reaction",
)
KEPT = (
    "user_id",
    "conversation_type",
    "group_id",
    "status",
    "extra_flags",
    "flag",
    "read_message_time",
    "address",
    "type",
)
"""Columns that only the long way looks at; they are filled in ordinary rows as well."""
DELETED = "message_deleted"
CODES = Codes(
    lost="RTV-V021",
    text="RTV-V025",
    wal="RTV-V026",
    said={
        "RTV-V022": "JSON columns beside messages that do not decode",
        "RTV-V023": "incoming messages whose participant row is gone",
        "RTV-V024": "messages whose time is no plausible time",
    },
)
