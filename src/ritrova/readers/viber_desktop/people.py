"""Who is who in viber.db, and which chats there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ritrova.formats.sqlite import Database
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
from ritrova.readers.viber_desktop.codes import (
    CHANNEL,
    CODES,
    NOTES_FLAG,
    OWNER,
)


class People(Walk):
    """Accounts by ContactID and conversations by ChatID, as they become known."""

    def __init__(self, item: Item, db: Database) -> None:
        super().__init__(item, db, CODES)
        self.scope = f"{item.source}/{item.path}"
        self.accounts: dict[int, Account] = {}
        self.conversations: dict[int | None, str] = {}
        self.members: dict[int, list[int]] = {}

    def people(self) -> Iterator[Account]:
        """An account for each row of Contact and for the owner, who is contact 1."""
        columns = ("ContactID", "Name", "ClientName", "Number", "MID")
        best: dict[str, Account] = {}
        for rowid, (contact, name, client, number, mid) in self.table("Contact", columns):
            key = whole(contact)
            key = rowid if key is None else key
            account = self.account(f"table Contact row {rowid}", key, name or client, number, mid)
            if key in self.accounts:
                continue
            self.accounts[key] = account
            known = best.get(account.id)
            if known is None or (known.name is None and account.name):
                best[account.id] = account
        if OWNER not in self.accounts:
            owner = self.account("", OWNER, None, None, None)
            self.accounts[OWNER] = best[owner.id] = owner
        yield from best.values()

    def account(self, spot: str, contact: int, name: Any, number: Any, mid: Any) -> Account:
        """The account of a contact, known by member id, else by number, else only inside this database."""
        owner = contact == OWNER
        ground = "member id (Contact.MID)"
        tel = phone(number)
        mid = words(mid) or None
        if owner and tel is None:
            tel = self.folder_phone()
            if tel:
                ground = "number that the database's folder is named after"
        if mid:
            key, scope = mid, ""
        elif tel:
            key, scope = tel, ""
            if not (owner and ground.startswith("number that")):
                ground = "number (Contact.Number)"
        else:
            key, scope = f"contact {contact}", self.scope
            ground = "row of Contact in this database only" if spot else "no row in Contact"
        return Account(
            at=at(self.item, spot),
            id=account_id("viber", key, scope),
            app="viber",
            name=words(name) or None,
            phone=tel,
            native=mid or (words(number) or None),
            owner=owner,
            ground=ground,
            detail={"contact": contact},
        )

    def folder_phone(self) -> str | None:
        """The owner's number where the folder around viber.db is named after it, as the app does."""
        parts = self.item.path.replace("\\", "/").replace("!", "/").split("/")
        return phone(parts[-2]) if len(parts) > 1 and len(parts[-2]) >= 7 else None

    def chats(self) -> Iterator[Conversation]:
        """A conversation for each row of ChatInfo."""
        for _, (chat, contact) in self.table("ChatRelation", ("ChatID", "ContactID")):
            chat, contact = whole(chat), whole(contact)
            if chat is not None and contact is not None:
                self.members.setdefault(chat, []).append(contact)
        for rowid, (chat, name, token, flags, group) in self.table(
            "ChatInfo", ("ChatID", "Name", "Token", "Flags", "PGType")
        ):
            number = whole(chat)
            number = rowid if number is None else number
            if number not in self.conversations:
                spot = f"table ChatInfo row {rowid}"
                yield self.conversation(spot, number, words(name), words(token), whole(flags), whole(group))

    def conversation(
        self, spot: str, chat: int | None, name: str, token: str, flags: int | None, group: int | None
    ) -> Conversation:
        """The conversation of a chat. A group is known by its token everywhere, a direct chat by its two accounts."""
        members = self.members.get(chat, []) if chat is not None else []
        others = [m for m in dict.fromkeys(members) if m != OWNER]
        kind: ConversationKind = "unknown"
        if token == "0":
            token = ""
        if flags is not None and flags & NOTES_FLAG:
            kind = "self"
        elif group == CHANNEL:
            kind = "channel"
        elif token or len(others) > 1:
            kind = "group"
        elif len(others) == 1 and not name:
            kind = "direct"
        key, scope = f"chat {chat}", self.scope
        detail: dict[str, Any] = {"chat": chat}
        title: str | None = name or None
        if token:
            key, scope = f"group:{token}", ""
        elif kind == "direct":
            peer = self.accounts.get(others[0])
            pair = direct_key(self.accounts[OWNER], peer) if peer is not None else None
            if pair:
                key, scope = pair, ""
            if peer is not None and (peer.name or peer.phone):
                title = peer.name or peer.phone
                detail["name_ground"] = "the other member's name"
        if flags:
            detail["flags"] = flags
        if group is not None and group not in (0, 255):
            detail["type"] = group
        found = Conversation(
            at=at(self.item, spot),
            id=conversation_id("viber", key, scope),
            app="viber",
            name=title,
            kind=kind,
            native=token or (None if chat is None else str(chat)),
            members=tuple(self.accounts[m].id for m in dict.fromkeys(members) if m in self.accounts),
            detail=detail,
        )
        self.conversations[chat] = found.id
        return found
