"""Writes small Viber Android databases after the app's published CREATE statements. Shares no code with the readers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

MESSAGES = """
CREATE TABLE conversations (_id INTEGER PRIMARY KEY autoincrement, conversation_type INTEGER DEFAULT 0,
  group_id INTEGER DEFAULT 0, deleted INTEGER DEFAULT 0, name TEXT, flags INTEGER DEFAULT 0, date INTEGER DEFAULT 0,
  timebomb_time INTEGER DEFAULT 60);
CREATE TABLE participants (_id INTEGER PRIMARY KEY autoincrement, conversation_id INTEGER DEFAULT 0,
  participant_info_id INTEGER DEFAULT 0, active INTEGER DEFAULT TRUE);
CREATE TABLE participants_info (_id INTEGER PRIMARY KEY autoincrement, number TEXT, encrypted_number TEXT,
  display_name TEXT, contact_name TEXT, contact_id INTEGER DEFAULT 0, viber_name TEXT, participant_type INTEGER DEFAULT 1,
  member_id TEXT);
CREATE TABLE messages (_id INTEGER PRIMARY KEY autoincrement, conversation_id INTEGER DEFAULT 0, order_key INTEGER,
  msg_date INTEGER, token INTEGER, conversation_type INTEGER DEFAULT 0, participant_id INTEGER DEFAULT 0,
  unread INTEGER DEFAULT 0, flag INTEGER DEFAULT 0, group_id INTEGER DEFAULT 0, extra_flags INTEGER DEFAULT 0,
  deleted INTEGER DEFAULT 0, send_type INTEGER, extra_mime INTEGER, user_id TEXT, status INTEGER DEFAULT 0,
  location_lat INTEGER, location_lng INTEGER, extra_uri TEXT, extra_duration INTEGER, body TEXT, description TEXT,
  msg_info TEXT, likes_count INTEGER DEFAULT 0, timebomb INTEGER DEFAULT 0, read_message_time INTEGER DEFAULT 0,
  quoted_message_data TEXT);
CREATE TABLE messages_calls (_id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id INTEGER, message_id INTEGER,
  canonized_number TEXT, viber_call_type INTEGER DEFAULT 1, date INTEGER, duration INTEGER, type INTEGER,
  end_reason INTEGER DEFAULT 0, start_reason INTEGER DEFAULT 0, token INTEGER DEFAULT 0);
CREATE TABLE messages_likes (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_token INTEGER NOT NULL,
  like_token INTEGER DEFAULT 0, seq INTEGER DEFAULT 0, participant_number TEXT NOT NULL, date INTEGER DEFAULT 0,
  type INTEGER);
"""
CONTACTS = """
CREATE TABLE calls (_id INTEGER PRIMARY KEY AUTOINCREMENT, call_id LONG, number TEXT, canonized_number TEXT,
  viber_call BOOLEAN DEFAULT TRUE, viber_call_type INTEGER DEFAULT 1, date LONG, duration LONG, type INT,
  end_reason INT DEFAULT 0, token LONG DEFAULT 0);
CREATE TABLE phonebookcontact (_id INTEGER PRIMARY KEY AUTOINCREMENT, native_id INTEGER, display_name TEXT);
CREATE TABLE phonebookdata (_id INTEGER PRIMARY KEY AUTOINCREMENT, contact_id INTEGER, data1 TEXT, data2 TEXT,
  data3 TEXT, mime_type INTEGER);
"""
START = 1_726_400_000_000


class AndroidWriter:
    """Collects rows and gives the bytes of the database."""

    def __init__(self, tables: str = MESSAGES) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.executescript(tables)
        self.messages = 0

    def row(self, table: str, **values: Any) -> None:
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))

    def person(
        self,
        id: int,
        number: str | None = None,
        name: str | None = None,
        member: str | None = None,
        type: int = 1,
    ) -> None:
        self.row(
            "participants_info",
            _id=id,
            number=number,
            display_name=name,
            member_id=member,
            participant_type=type,
        )

    def chat(
        self, id: int, members: Sequence[int], type: int = 0, group: int = 0, name: str | None = None
    ) -> None:
        """A conversation; the participant row of person p in it is id * 100 + p."""
        self.row("conversations", _id=id, conversation_type=type, group_id=group, name=name)
        for person in members:
            self.row("participants", _id=id * 100 + person, conversation_id=id, participant_info_id=person)

    def message(self, body: Any, **values: Any) -> int:
        """One message; by default an incoming text of participant 102 in chat 1. Returns its _id."""
        self.messages += 1
        row: dict[str, Any] = {
            "_id": self.messages,
            "conversation_id": 1,
            "participant_id": 102,
            "msg_date": START + self.messages * 60_000,
            "token": 9000 + self.messages,
            "send_type": 0,
            "extra_mime": 0,
            "user_id": "",
            "body": body,
        }
        for key, value in values.items():
            row[key] = json.dumps(value) if isinstance(value, Mapping) else value
        self.row("messages", **row)
        return self.messages

    def run(self, sql: str) -> None:
        self.db.execute(sql)

    def content(self) -> bytes:
        """The finished database."""
        self.db.commit()
        return self.db.serialize()


def small() -> AndroidWriter:
    """Owner (1) and two people; chat 1 is direct with person 2, chat 2 a group of all."""
    writer = AndroidWriter()
    writer.person(1, "+15550100000", "Me", "mid-owner", type=0)
    writer.person(2, "+9647700000021", "Sami K", "mid-sami")
    writer.person(3, None, "Dilan", "mid-dilan")
    writer.chat(1, (1, 2))
    writer.chat(2, (1, 2, 3), type=1, group=770100, name="Furniture")
    return writer
