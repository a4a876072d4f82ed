"""Who is who in viber_messages, and which chats there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from ritrova.readers.viber_android.codes import CHAT_KINDS, CODES


class People(Walk):
    """Accounts by participant and conversations by their row, as they become known."""

    def __init__(self, item: Item, db: Database) -> None:
        super().__init__(item, db, CODES)
        self.scope = f"{item.source}/{item.path}"
        self.by_info: dict[int, Account] = {}
        self.participants: dict[int, Account] = {}
        self.members: dict[int, list[Account]] = {}
        self.by_key: dict[str, Account] = {}
        self.owner: Account
        self.conversations: dict[int | None, str] = {}

    def people(self) -> Iterator[Account]:
        """An account for each row of participants_info; type 0 is the owner of the phone."""
        columns = (
            "_id",
            "number",
            "member_id",
            "display_name",
            "contact_name",
            "viber_name",
            "participant_type",
        )
        best: dict[str, Account] = {}
        owner = None
        for rowid, (id, number, member, *rest) in self.table("participants_info", columns):
            key = whole(id)
            account = self.account(rowid, number, member, rest)
            self.by_info[rowid if key is None else key] = account
            known = best.get(account.id)
            if known is None or (known.name is None and account.name is not None):
                best[account.id] = account
            if account.owner and owner is None:
                owner = account
            for value in (words(number), words(member)):
                if value:
                    self.by_key.setdefault(value, account)
        if owner is None:
            owner = Account(
                at(self.item),
                account_id("viber", "owner", self.scope),
                "viber",
                owner=True,
                ground="the owner of this database, whom no row names",
            )
            best[owner.id] = owner
        self.owner = owner
        yield from best.values()
        for rowid, (id, chat, info) in self.table(
            "participants", ("_id", "conversation_id", "participant_info_id")
        ):
            number = whole(info)
            found = self.by_info.get(number) if number is not None else None
            if found is None:
                if number is None:
                    continue
                found = self.by_info[number] = self.unknown(f"participant info {number}")
                yield found
            key = whole(id)
            self.participants[rowid if key is None else key] = found
            conversation = whole(chat)
            if conversation is not None:
                self.members.setdefault(conversation, []).append(found)

    def account(self, rowid: int, number: Any, member: Any, rest: Sequence[Any]) -> Account:
        """The account of a row of participants_info: by member id, else by number, else only inside this database."""
        display, contact, viber, kind = rest
        tel = phone(number)
        native = words(member) or None
        if native:
            key, scope, ground = native, "", "member id (participants_info.member_id)"
        elif tel:
            key, scope, ground = tel, "", "number (participants_info.number)"
        else:
            key, scope = f"participant info {rowid}", self.scope
            ground = "row of participants_info in this database only"
        names = {k: words(v) for k, v in (("display", display), ("contact", contact), ("viber", viber)) if v}
        return Account(
            at=at(self.item, f"table participants_info row {rowid}"),
            id=account_id("viber", key, scope),
            app="viber",
            name=words(contact or display or viber) or None,
            phone=tel,
            native=native or (words(number) or None),
            owner=whole(kind) == 0 and kind is not None,
            ground=ground,
            detail={"names": names} if len(set(names.values())) > 1 else None,
        )

    def unknown(self, key: str) -> Account:
        """An account that is known only by the number of a row that is gone."""
        return Account(
            at(self.item), account_id("viber", key, self.scope), "viber", native=key, ground="its row is gone"
        )

    def chats(self) -> Iterator[Conversation]:
        """A conversation for each row of conversations."""
        columns = (
            "_id",
            "conversation_type",
            "group_id",
            "name",
            "deleted",
            "flags",
            "timebomb_time",
            "recipient_number",
        )
        for rowid, (id, kind, group, name, deleted, _flags, timed, recipient) in self.table(
            "conversations", columns
        ):
            key = whole(id)
            detail = {k: v for k, v in (("deleted", deleted), ("timebomb_time", timed)) if v}
            yield self.conversation(
                rowid if key is None else key, rowid, kind, group, name, recipient, detail
            )

    def conversation(
        self,
        chat: int | None,
        rowid: int | None,
        kind_code: Any,
        group: Any,
        name: Any,
        recipient: Any = None,
        detail: dict[str, Any] | None = None,
    ) -> Conversation:
        """The conversation of a chat. A group is known by its group id everywhere, a direct chat by its two accounts."""
        members = list({a.id: a for a in self.members.get(chat, [])}.values()) if chat is not None else []
        others = [a for a in members if a.id != self.owner.id]
        code = whole(kind_code)
        kind: ConversationKind = CHAT_KINDS.get(code, "unknown") if code is not None else "unknown"
        token = words(group)
        token = "" if token == "0" else token
        if kind == "unknown" and code is None:
            kind = "group" if token or len(others) > 1 else "direct" if len(others) == 1 else "unknown"
        title = words(name) or None
        detail = dict(detail or {})
        if code is not None:
            detail["conversation_type"] = code
        key, scope = f"conversation {chat}", self.scope
        if token:
            key, scope = f"group:{token}", ""
        elif kind == "direct" and len(others) == 1:
            pair = direct_key(self.owner, others[0])
            if pair:
                key, scope = pair, ""
            if title is None:
                title = others[0].name or others[0].phone
                detail["name_ground"] = "the other member's name"
        elif kind == "direct" and recipient:
            detail["recipient_number"] = words(recipient)
        found = Conversation(
            at=at(self.item, "" if rowid is None else f"table conversations row {rowid}"),
            id=conversation_id("viber", key, scope),
            app="viber",
            name=title,
            kind=kind,
            native=token or (None if chat is None else str(chat)),
            members=tuple(a.id for a in members),
            detail=detail or None,
        )
        self.conversations[chat] = found.id
        return found
