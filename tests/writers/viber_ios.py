"""Writes small Contacts.data and Settings.data from the published queries. Shares no code with the reader."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

TABLES = """
CREATE TABLE ZMEMBER (Z_PK INTEGER PRIMARY KEY, ZMEMBERID VARCHAR, ZDISPLAYFULLNAME VARCHAR, ZDISPLAYSHORTNAME VARCHAR);
CREATE TABLE ZPHONENUMBER (Z_PK INTEGER PRIMARY KEY, ZMEMBER INTEGER, ZCANONIZEDPHONENUM VARCHAR, ZPHONE VARCHAR);
CREATE TABLE Z_5PHONENUMINDEXES (Z_5CONVERSATIONS INTEGER, Z_10PHONENUMINDEXES INTEGER);
CREATE TABLE ZCONVERSATION (Z_PK INTEGER PRIMARY KEY, ZGROUPID INTEGER, ZNAME VARCHAR, ZINTERLOCUTOR INTEGER,
  ZSUBTYPE INTEGER, ZBEINGDELETED INTEGER, ZFAVORITE INTEGER, ZTIMEBOMBDURATION INTEGER);
CREATE TABLE ZATTACHMENT (Z_PK INTEGER PRIMARY KEY, ZTYPE VARCHAR, ZNAME VARCHAR, ZFILESIZE INTEGER, ZID VARCHAR);
CREATE TABLE ZVIBERLOCATION (Z_PK INTEGER PRIMARY KEY, ZLATITUDE FLOAT, ZLONGITUDE FLOAT, ZADDRESS VARCHAR);
CREATE TABLE ZVIBERMESSAGE (Z_PK INTEGER PRIMARY KEY, ZSTATE VARCHAR, ZSYSTEMTYPE VARCHAR, ZATTACHMENT INTEGER,
  ZCONVERSATION INTEGER, ZDATE TIMESTAMP, ZSTATEDATE TIMESTAMP, ZTOKEN INTEGER, ZPHONENUMINDEX INTEGER, ZTEXT VARCHAR,
  ZMETADATA VARCHAR, ZCLIENTMETADATA VARCHAR, ZCALLTYPE VARCHAR, ZLIKESCOUNT INTEGER, ZLOCATION INTEGER,
  ZTIMEBOMBDURATION INTEGER, ZTIMEBOMBTIMESTAMP TIMESTAMP, ZBEINGDELETED INTEGER, ZFORWARDTYPE INTEGER);
CREATE TABLE ZRECENT (Z_PK INTEGER PRIMARY KEY, ZDATE TIMESTAMP, ZDURATION INTEGER, ZCALLTYPE VARCHAR,
  ZRECENTSLINE INTEGER, ZCALLLOGMESSAGE INTEGER);
CREATE TABLE ZRECENTSLINE (Z_PK INTEGER PRIMARY KEY, ZPHONENUMBER VARCHAR, ZPHONENUMINDEX INTEGER);
CREATE TABLE ZABCONTACT (Z_PK INTEGER PRIMARY KEY, ZMAINNAME VARCHAR, ZPREFIXNAME VARCHAR, ZSUFFIXNAME VARCHAR,
  ZCONTACTID VARCHAR);
CREATE TABLE ZABCONTACTNUMBER (Z_PK INTEGER PRIMARY KEY, ZCONTACT INTEGER, ZPHONE VARCHAR, ZCANONIZEDPHONENUM VARCHAR);
"""
START = 748_092_800.0
"""Seconds since 2001: 15 September 2024, 11:33:20 UTC."""


class IosWriter:
    """Collects rows and gives the bytes of the database."""

    def __init__(self, tables: str = TABLES) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.executescript(tables)
        self.messages = 0

    def row(self, table: str, **values: Any) -> None:
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))

    def member(self, pk: int, member: str | None, name: str | None, number: str | None) -> None:
        self.row("ZMEMBER", Z_PK=pk, ZMEMBERID=member, ZDISPLAYFULLNAME=name)
        if number:
            self.row("ZPHONENUMBER", Z_PK=pk + 40, ZMEMBER=pk, ZCANONIZEDPHONENUM=number)

    def message(self, text: Any, **values: Any) -> int:
        """One message; by default received from member 2 in chat 10. Returns its Z_PK."""
        self.messages += 1
        row: dict[str, Any] = {
            "Z_PK": self.messages,
            "ZSTATE": "received",
            "ZSYSTEMTYPE": "",
            "ZCONVERSATION": 10,
            "ZDATE": START + self.messages * 60,
            "ZTOKEN": 9000 + self.messages,
            "ZPHONENUMINDEX": 2,
            "ZTEXT": text,
        }
        for key, value in values.items():
            row[key] = json.dumps(value) if isinstance(value, Mapping) else value
        self.row("ZVIBERMESSAGE", **row)
        return self.messages

    def mine(self, text: Any, **values: Any) -> int:
        return self.message(text, **{"ZSTATE": "delivered", "ZPHONENUMINDEX": None, **values})

    def run(self, sql: str) -> None:
        self.db.execute(sql)

    def content(self) -> bytes:
        """The finished database."""
        self.db.commit()
        return self.db.serialize()


def small() -> IosWriter:
    """Two members; chat 10 is direct with member 2, chat 20 a group with both."""
    writer = IosWriter()
    writer.member(2, "mid-sami", "Sami K", "+9647700000021")
    writer.member(3, "mid-dilan", "Dilan", None)
    writer.row("ZCONVERSATION", Z_PK=10, ZINTERLOCUTOR=2)
    writer.row("ZCONVERSATION", Z_PK=20, ZGROUPID=770100, ZNAME="Furniture")
    for chat, member in ((10, 2), (20, 2), (20, 3)):
        writer.row("Z_5PHONENUMINDEXES", Z_5CONVERSATIONS=chat, Z_10PHONENUMINDEXES=member)
    return writer


def settings(name: str = "Owner", number: str = "+15550100000") -> bytes:
    """A Settings.data that names the owner."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE Data (key TEXT PRIMARY KEY, value BLOB)")
    rows = [("_myUserName", name), ("_myPhoneNumber", number), ("_appVersion", "0.0")]
    db.executemany("INSERT INTO Data VALUES (?,?)", rows)
    db.commit()
    return db.serialize()
