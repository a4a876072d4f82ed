"""Columns and system types of Contacts.data."""

from __future__ import annotations

from ritrova.formats.viber_walk import Codes
from ritrova.model.records import (
    MessageKind,
)

PLAIN = (
    "Z_PK",
    "ZTEXT",
    "ZDATE",
    "ZSTATE",
    "ZCONVERSATION",
    "ZPHONENUMINDEX",
    "ZTOKEN",
    "ZSYSTEMTYPE",
)
RARE = (
    "ZMETADATA",
    "ZCLIENTMETADATA",
    "ZATTACHMENT",
    "ZLOCATION",
    "ZCALLTYPE",
    "ZTIMEBOMBDURATION",
    "ZTIMEBOMBTIMESTAMP",
    "ZBEINGDELETED",
    "ZLIKESCOUNT",
    "ZLIKESTYPE",
    "ZFORWARDTYPE",
    "ZGALLERYTYPE",
    "ZCALLSCOUNT",
)
KEPT = ("ZSTATEDATE", "ZSEQ")
SYSTEM: dict[str, MessageKind] = {
    "": "text",
    "url": "text",
    "formatted": "text",
    "customLocation": "location",
    "systemCallLog": "call",
    "systemGeneralMessageRemoved": "deleted",
}
"""ZSYSTEMTYPE; other values that begin with "system" are system lines, anything else is shown as unknown."""
OUTGOING = frozenset({"send", "sent", "delivered", "seen", "pending", "sending", "failed"})
NOTES_SUBTYPE = 5
CHANNEL_SUBTYPE = 3
SETTINGS = ("Settings.data", "../settings/Settings.data", "settings/Settings.data")
CODES = Codes(
    lost="RTV-V041",
    text="RTV-V045",
    wal="RTV-V046",
    said={
        "RTV-V042": "JSON columns beside messages that do not decode",
        "RTV-V043": "received messages that do not say from whom",
        "RTV-V044": "messages whose time is no plausible time",
    },
)
