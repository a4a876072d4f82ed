"""Telegram Desktop's HTML export: messages.html, messages2.html ... of one chat, read as one conversation.

The pages name people but give no ids, and print a zone's standard offset beside a clock that follows summer time.
"""

from __future__ import annotations

from typing import Any

from ritrova.model.shapes import Reader
from ritrova.readers.telegram_html.pages import count, read, related, sniff

PROBLEMS: dict[str, str] = {
    "RTV-T101": (
        "A page of the export is not there (messages2.html is missing between messages.html and messages3.html, say). "
        "Messages, and who wrote the first joined ones after it, are missing. Ask for the whole folder."
    ),
    "RTV-T102": "A message of a page has neither a time nor a text that could be recognised. It stands at the place named.",
    "RTV-T103": "The time printed at a message could not be understood; it is kept as written.",
    "RTV-T104": (
        "A page ends before its closing tag: it was cut when it was saved or copied. The last message may be incomplete. "
        "Compare with another copy."
    ),
    "RTV-T105": (
        "The JSON copy beside the pages disagrees with them about this message. Both are of one export and should agree: "
        "one of them was changed, or they are of different days."
    ),
    "RTV-T106": (
        "A message names a file by a path that must not be followed. It was kept as written and not opened."
    ),
    "RTV-T107": (
        "The zone given with --zone never had the offset that the pages print, so it cannot be the exporting computer's "
        "zone. UTC was left open. Check --zone."
    ),
}

FACTS: dict[str, Any] = {
    "versions": "written from tdesktop's export_output_html.cpp (2025-08), against samples of our own",
    "read": [
        "all pages in their order, joined messages (also across pages), replies, forwards with their date, via bots",
        "text with links and styles, files beside, reactions as printed, service lines",
        "clock times; UTC only with --zone or from a result.json beside",
        "byte range of every message in its page",
    ],
    "lost": ["the pages hold no ids of people or chats: names only, marked as weak identity"],
    "recalled": ["date lines carry negative ids that count down from -1"],
}

READER = Reader(
    name="telegram.html",
    title="Telegram Desktop export, HTML (messages.html ...)",
    sniff=sniff,
    read=read,
    count=count,
    facts=FACTS,
    related=related,
)

__all__ = ["PROBLEMS", "READER"]
