"""Writes small Viber Desktop databases from the published schema. Shares no code with the reader."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

TABLES = """
CREATE TABLE Contact (ContactID integer primary key, Name varchar(200), ClientName varchar(200), Number varchar(50),
  MID varchar(100));
CREATE TABLE ChatInfo (ChatID integer primary key, Name varchar(200), Token varchar(50), Flags integer default 0,
  TimeStamp longint not null default 0, PGType integer);
CREATE TABLE ChatRelation (ChatID integer NOT NULL, ContactID integer NOT NULL, primary key (ChatID, ContactID));
CREATE TABLE Events (EventID integer primary key, TimeStamp longint, Direction unsigned integer, Type smallint,
  ContactLongitude signed long default 0, ContactLatitude signed long default 0, ChatID integer, ContactID integer,
  Token unsigned long);
CREATE TABLE Messages (EventID integer primary key, Type unsigned integer, Status integer not null default 0,
  Subject varchar(500), Body varchar(5000), Flag unsigned integer default 0, PayloadPath varchar(1000),
  ThumbnailPath varchar(100), StickerID unsigned long default 0, PttID varchar(100), Duration signed default 0,
  PGIsLiked integer, Info varchar(7000), AdminsReactions varchar(255), MembersReactions varchar(255),
  SelfReaction varchar(10));
CREATE TABLE Calls (EventID integer primary key, Type integer, Status integer, Duration integer, Number varchar(50));
CREATE TABLE LikeRelation (MessageToken INTEGER NOT NULL, LikeEventID INTEGER NOT NULL,
  primary key(MessageToken, LikeEventID));
"""

START = 1_726_400_000_000


class DesktopWriter:
    """Collects rows and gives the bytes of the database."""

    def __init__(self, tables: str = TABLES) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.executescript(tables)
        self.next_event = 1

    def contact(
        self, id: int, name: str | None = None, number: str | None = None, mid: str | None = None
    ) -> None:
        self.row("Contact", ContactID=id, Name=name, Number=number, MID=mid)

    def chat(
        self,
        id: int,
        members: Sequence[int],
        name: str | None = None,
        token: str | None = None,
        flags: int = 0,
        group_type: int = 255,
    ) -> None:
        self.row("ChatInfo", ChatID=id, Name=name, Token=token, Flags=flags, PGType=group_type)
        for member in members:
            self.row("ChatRelation", ChatID=id, ContactID=member)

    def row(self, table: str, **values: Any) -> None:
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))

    def message(
        self,
        body: Any,
        *,
        chat: int | None = 1,
        contact: int | None = 2,
        out: int | None = 0,
        type: Any = 1,
        time: Any = None,
        token: Any = None,
        info: Mapping[str, Any] | str | bytes | None = None,
        event: Mapping[str, Any] | None = None,
        **content: Any,
    ) -> int:
        """One message; `event` adds columns to its envelope, other names go to Messages. Returns the EventID."""
        id = self.next_event
        self.next_event += 1
        self.row(
            "Events",
            EventID=id,
            TimeStamp=START + id * 60_000 if time is None else time,
            Direction=out,
            Type=0,
            ChatID=chat,
            ContactID=contact,
            Token=9000 + id if token is None else token,
            **(event or {}),
        )
        stored = json.dumps(info) if isinstance(info, Mapping) else info
        self.row("Messages", EventID=id, Type=type, Body=body, Info=stored, **content)
        return id

    def run(self, sql: str) -> None:
        self.db.execute(sql)

    def content(self) -> bytes:
        """The finished database."""
        self.db.commit()
        with TemporaryDirectory() as folder:
            path = Path(folder) / "out.db"
            copy = sqlite3.connect(path)
            copy.execute("PRAGMA page_size=1024")
            self.db.backup(copy)
            copy.close()
            return path.read_bytes()


def small() -> DesktopWriter:
    """Owner, two contacts, one direct chat (1) and one group (2)."""
    writer = DesktopWriter()
    writer.contact(1, None, "+15550100000", "mid-owner")
    writer.contact(2, "Sami K", "+9647700000021", "mid-sami")
    writer.contact(3, "Dilan", "+9647700000022", "mid-dilan")
    writer.chat(1, (1, 2))
    writer.chat(2, (1, 2, 3), "Furniture", "770100")
    return writer
