"""Who is who in Contacts.data, and which chats there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ritrova.formats.sqlite import Damaged, Database, looks_like_sqlite, opened
from ritrova.formats.viber import (
    direct_key,
    phone,
    whole,
    words,
)
from ritrova.formats.viber_walk import Walk
from ritrova.model.ids import account_id, conversation_id
from ritrova.model.records import (
    Account,
    Conversation,
    ConversationKind,
)
from ritrova.model.shapes import Item, at
from ritrova.readers.viber_ios.codes import (
    CHANNEL_SUBTYPE,
    CODES,
    NOTES_SUBTYPE,
    SETTINGS,
)


def settings(item: Item) -> dict[str, str]:
    """What Settings.data says of the owner: the values of its table Data by key."""
    names = [*SETTINGS, *(n for n in item.siblings() if n.endswith("Settings.data") and n not in SETTINGS)]
    for name in names:
        side = item.sibling(name)
        if side is not None and looks_like_sqlite(side):
            with opened(side) as db:
                if db.has("Data", "key", "value"):
                    try:
                        return {words(k): words(v) for k, v in db.rows("SELECT key, value FROM Data")}
                    except Damaged:
                        return {}
    return {}


class People(Walk):
    """Accounts by member and conversations by their row, as they become known."""

    def __init__(self, item: Item, db: Database) -> None:
        super().__init__(item, db, CODES)
        self.scope = f"{item.source}/{item.path}"
        self.people_by_pk: dict[int, Account] = {}
        self.by_number: dict[str, Account] = {}
        self.owner: Account
        self.members: dict[int, list[Account]] = {}
        self.conversations: dict[int | None, str] = {}
        self.interlocutors: dict[int, Account] = {}
        self.attachments: dict[int, tuple[Any, ...]] = {}
        self.locations: dict[int, tuple[Any, ...]] = {}

    def people(self) -> Iterator[Account]:
        """The owner out of Settings.data, and an account for each row of ZMEMBER."""
        own = settings(self.item)
        tel = next(
            (p for k in ("_myCanonizedPhoneNumber", "_myPhoneNumber") if (p := phone(own.get(k)))),
            None,
        )
        ground = "Settings.data beside it" if tel else "the owner of this database, whom no row names"
        self.owner = Account(
            at(self.item),
            account_id("viber", tel, "") if tel else account_id("viber", "owner", self.scope),
            "viber",
            name=own.get("_myUserName") or None,
            phone=tel,
            native=own.get("_uid") or None,
            owner=True,
            ground=ground,
        )
        numbers: dict[int, list[str]] = {}
        for _, (member, canonized, written) in self.table(
            "ZPHONENUMBER", ("ZMEMBER", "ZCANONIZEDPHONENUM", "ZPHONE")
        ):
            key = whole(member)
            if key is not None:
                numbers.setdefault(key, []).extend(words(n) for n in (canonized, written) if n)
        best: dict[str, Account] = {self.owner.id: self.owner}
        columns = ("Z_PK", "ZMEMBERID", "ZDISPLAYFULLNAME", "ZDISPLAYSHORTNAME", "ZNAME")
        for rowid, (pk, member, full, short, name) in self.table("ZMEMBER", columns):
            key = whole(pk)
            key = rowid if key is None else key
            account = self.account(
                rowid, key, words(member), words(full or name or short), numbers.get(key, [])
            )
            self.people_by_pk[key] = account
            for number in numbers.get(key, []):
                self.by_number.setdefault(number.removeprefix("+"), account)
            known = best.get(account.id)
            if known is None or (known.name is None and account.name):
                best[account.id] = account
        yield from best.values()

    def account(self, rowid: int, pk: int, member: str, name: str, numbers: Sequence[str]) -> Account:
        """The account of a member: by member id, else by number, else only inside this database."""
        tel = next((p for n in numbers if (p := phone(n))), None)
        if member and not phone(member):
            key, scope, ground = member, "", "member id (ZMEMBER.ZMEMBERID)"
        elif tel or phone(member):
            tel = tel or phone(member)
            key, scope, ground = str(tel), "", "number (ZPHONENUMBER)"
        else:
            key, scope, ground = f"member {pk}", self.scope, "row of ZMEMBER in this database only"
        return Account(
            at(self.item, f"table ZMEMBER row {rowid}"),
            account_id("viber", key, scope),
            "viber",
            name=name or None,
            phone=tel,
            native=member or (numbers[0] if numbers else None),
            ground=ground,
            detail={"numbers": sorted(set(numbers))} if len(set(numbers)) > 1 else None,
        )

    def unknown(self, pk: int) -> Account:
        """An account that is known only by the number of a row that is gone."""
        key = f"member {pk}"
        return Account(
            at(self.item), account_id("viber", key, self.scope), "viber", native=key, ground="its row is gone"
        )

    def chats(self) -> Iterator[Conversation]:
        """A conversation for each row of ZCONVERSATION, with the members that the join table names."""
        for table, columns in self.db.tables.items():
            if re.fullmatch(r"Z_\d+PHONENUMINDEXES", table):
                pair = [
                    next((c for c in columns if re.fullmatch(rf"Z_\d+{tail}", c)), "")
                    for tail in ("CONVERSATIONS", "PHONENUMINDEXES")
                ]
                for _, (chat, member) in self.table(table, pair) if all(pair) else ():
                    found = self.people_by_pk.get(whole(member) or -1)
                    if found is not None and whole(chat) is not None:
                        self.members.setdefault(whole(chat) or 0, []).append(found)
        columns = (
            *("Z_PK", "ZGROUPID", "ZNAME", "ZINTERLOCUTOR", "ZSUBTYPE", "ZBEINGDELETED", "ZTIMEBOMBDURATION"),
            *("ZFAVORITE", "ZTYPE"),
        )
        for rowid, (pk, group, name, peer, subtype, deleted, timed, favorite, kind) in self.table(
            "ZCONVERSATION", columns
        ):
            key = whole(pk)
            detail = {
                k: v
                for k, v in (("deleted", deleted), ("timed", timed), ("favorite", favorite), ("type", kind))
                if v
            }
            yield self.conversation(
                rowid if key is None else key,
                rowid,
                words(group),
                words(name),
                whole(peer),
                whole(subtype),
                detail,
            )

    def conversation(
        self,
        chat: int | None,
        rowid: int | None,
        group: str,
        name: str,
        peer: int | None,
        subtype: int | None,
        detail: dict[str, Any],
    ) -> Conversation:
        """The conversation of a chat. A group is known by its group id everywhere, a direct chat by its two accounts."""
        members = list({a.id: a for a in self.members.get(chat, [])}.values()) if chat is not None else []
        group = "" if group == "0" else group
        other = self.people_by_pk.get(peer) if peer is not None else None
        if other is None and not group and len(members) == 1:
            other = members[0]
        kind: ConversationKind = "unknown"
        if subtype == NOTES_SUBTYPE:
            kind = "self"
        elif subtype == CHANNEL_SUBTYPE:
            kind = "channel"
        elif group or len(members) > 1:
            kind = "group"
        elif other is not None:
            kind = "direct"
            if chat is not None:
                self.interlocutors[chat] = other
        key, scope = f"conversation {chat}", self.scope
        title: str | None = name or None
        if group:
            key, scope = f"group:{group}", ""
        elif kind == "direct" and other is not None:
            pair = direct_key(self.owner, other)
            if pair:
                key, scope = pair, ""
            if title is None and (other.name or other.phone):
                title = other.name or other.phone
                detail = {**detail, "name_ground": "the other member's name"}
        if subtype:
            detail = {**detail, "subtype": subtype}
        everybody = members if other is None or other in members else [*members, other]
        found = Conversation(
            at(self.item, "" if rowid is None else f"table ZCONVERSATION row {rowid}"),
            conversation_id("viber", key, scope),
            "viber",
            title,
            kind,
            group or (None if chat is None else str(chat)),
            (self.owner.id, *(a.id for a in everybody)),
            detail or None,
        )
        self.conversations[chat] = found.id
        return found
