"""What can go wrong with a Telegram Desktop JSON export, and what the reader is known to give and to lose."""

from __future__ import annotations

from typing import Any

PROBLEMS: dict[str, str] = {
    "RTV-T001": (
        "The file ends before it should: the export was interrupted or the file was cut when it was copied. Everything before "
        "the cut was read. Ask for the original file, or for a new export, and compare its size."
    ),
    "RTV-T002": (
        "A message could not be decoded, even after the known faults of Telegram's own writer were repaired. Its bytes stand "
        "at the place named; open the file there. The messages before and after it were read."
    ),
    "RTV-T003": (
        "Among the messages stands something that is no message (no object). Telegram never writes this: the file was changed "
        "by hand or made by another program."
    ),
    "RTV-T004": (
        "A section of the export other than messages (contacts, sessions ...) could not be decoded. Its bytes stand at the "
        "place named."
    ),
    "RTV-T005": (
        "The outline of the file is not that of an export at the place named; reading went on at the next chat or message "
        "that could be recognised. Compare the file with another copy."
    ),
    "RTV-T006": (
        "A message names a file by a path that must not be followed (it leaves the export's folder, is absolute, or is no "
        "plain name). The path was kept as written and not opened."
    ),
    "RTV-T007": (
        "A message's time is not a time, or its clock time and its unixtime cannot both be true (they differ by more than any "
        "time zone). Telegram writes both from one number, so the file may have been changed. Both are shown; UTC comes from "
        "unixtime."
    ),
    "RTV-T008": (
        "A message's `text` and `text_entities` say different things; Telegram writes both from one text, so the file may "
        "have been changed or made by another program. The words of `text_entities` are used, the other version is kept in "
        "the message's detail."
    ),
    "RTV-T009": (
        "A chat names neither an id nor a type, so that it cannot be recognised in another export; it is kept apart from "
        "every other chat."
    ),
}

FACTS: dict[str, Any] = {
    "versions": "written against tdesktop's writer from 1.4.8 (2018) to the source of 2025-08; eight real exports 2020-01 "
    "to 2024-01",
    "read": [
        "single chats and whole accounts, left chats included",
        "byte range of every message",
        "text with entities (code-point offsets), in both forms",
        "service actions, each also as an event",
        "replies (also into other chats), forwards, reactions, polls, contacts, locations, buttons, time to live",
        "negative ids of messages from before a group's migration",
        "contacts, frequent contacts, sessions and web sessions, profile pictures and stories of a whole account",
        "UTC where the file states it (since 3.7.6, June 2022); else the clock time alone, or with --zone an assumption",
        "control characters written as \\xNN, unquoted document_id (4.0.4 to 4.1.1), doubled keys, JSON inside strings",
    ],
    "lost": [
        "what Telegram Desktop does not export: secret chats, earlier wordings of edited messages, deleted messages "
        "(gaps in the ids of supergroups and channels are reported), who was forwarded by id",
        "a date range chosen at export leaves no trace in the file",
    ],
    "recalled": [
        "ids of private chats and basic groups are numbered per account, so that gaps say nothing there",
        "how old versions (to 2.7.1) typed a chat's number",
    ],
}
