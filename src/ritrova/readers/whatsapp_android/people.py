"""Who is who in an Android database: JIDs, phone numbers, hidden identities (LID), names, chats and their members.

Since 2024 a person may stand in a chat with a LID, a number that hides the phone number. ``jid_map`` leads from one to the
other; both are kept. A LID that nothing resolves stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ritrova.formats.sqlite import Damaged, Database, opened
from ritrova.model import ids
from ritrova.model.records import Account, Conversation, ConversationKind, Problem, Read
from ritrova.model.shapes import Item, at
from ritrova.readers.whatsapp_android.codes import whole, words

DIRECT = ("s.whatsapp.net", "c.us", "lid")


def split(raw: str) -> tuple[str, str]:
    """``user@server`` without the device: ``964770.0:3@s.whatsapp.net`` -> (``964770``, ``s.whatsapp.net``)."""
    user, _, server = raw.partition("@")
    return user.partition(":")[0].partition(".")[0] if server != "g.us" else user, server


def number(user: str, server: str) -> str | None:
    """The phone number of a JID in E.164, None where it has none."""
    digits = user.isascii() and user.isdecimal() and 5 <= len(user) <= 15 and user[0] != "0"
    if server in ("s.whatsapp.net", "c.us") and digits:
        return "+" + user
    return None


class People:
    """Accounts and conversations of one database, made when first named."""

    def __init__(self, item: Item, db: Database) -> None:
        self.item, self.db = item, db
        self.here = at(item)
        self.scope = f"{item.source}:{item.path}"
        self.waiting: list[Read] = []
        """Records that must go out before the next message."""
        self.jids: dict[int, str] = {}
        self.lids: dict[int, int] = {}
        self.lid_names: dict[str, str] = {}
        self.names: dict[str, dict[str, str]] = {}
        self.chats: dict[int, tuple[Any, ...]] = {}
        self.subjects: dict[str, str] = {}
        self.members: dict[str, list[tuple[str, int | None, int | None]]] = {}
        self._accounts: dict[str, str] = {}
        self._seen: set[str] = set()
        self._conversations: dict[str, str] = {}
        self._by_row: dict[int, str | None] = {}
        self._by_chat: dict[int, tuple[str, str | None, str]] = {}
        self.unmapped: set[str] = set()
        self._shown: dict[str, str | None] = {}
        self._jid_of_lid: dict[str, str] = {}
        self.owner_name: str | None = None
        self.owner = ids.account_id("whatsapp", "owner", self.scope)
        self._load()

    def _rows(self, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        if not self.db.has(table):
            return
        for found in self.db.walk(table, columns):
            if isinstance(found, tuple):
                yield (found[0], *found[1])
            else:
                what = f"rows {found.first} to {found.last} of {table} could not be read: {found.why}"
                self.waiting.append(Problem(self.here, "RTV-W102", what))

    @staticmethod
    def _key(rowid: int, own: Any) -> int:
        """The number other tables name a row by: its own column, which a copied table no longer ties to the rowid."""
        n = whole(own)
        return rowid if n is None else n

    def _load(self) -> None:
        for rowid, own, user, server, raw in self._rows("jid", "_id", "user", "server", "raw_string"):
            row = self._key(rowid, own)
            text = words(raw)
            if text is None or "@" not in text:
                text = f"{words(user) or ''}@{words(server) or ''}"
            self.jids[row] = text
        for rowid, own, to in self._rows("jid_map", "lid_row_id", "jid_row_id"):
            row = self._key(rowid, own)
            target = whole(to)
            if target is not None:
                self.lids[row] = target
                lid, phone = self.jids.get(row), self.jids.get(target)
                if lid is not None and phone is not None and split(phone)[1] in ("s.whatsapp.net", "c.us"):
                    self._jid_of_lid[lid] = phone
        for rowid, own, name, handle in self._rows(
            "lid_display_name", "lid_row_id", "display_name", "username"
        ):
            row = self._key(rowid, own)
            shown = words(name) or words(handle)
            if shown is not None and row in self.jids:
                self.lid_names[self.jids[row]] = shown
        for rowid, own, *rest in self._rows(
            "chat", "_id", "jid_row_id", "subject", "created_timestamp", "hidden", "archived", "ephemeral_expiration",
            "group_type", "chat_lock", "participation_status",
        ):  # fmt: skip
            self.chats[self._key(rowid, own)] = tuple(rest)
        for _, raw, subject in self._rows("chat_list", "key_remote_jid", "subject"):
            if words(raw) and words(subject):
                self.subjects[str(raw)] = str(subject)
        nobody = 0
        for _, group, user, rank, pending in self._rows(
            "group_participant_user", "group_jid_row_id", "user_jid_row_id", "rank", "pending"
        ):
            g, u = self.jids.get(whole(group) or -1), self.jids.get(whole(user) or -1)
            if g is None or u is None:
                nobody += 1
            else:
                self.members.setdefault(g, []).append((u, whole(rank), whole(pending)))
        if nobody:
            what = (
                f"{nobody} rows in group_participant_user: members whose JID, or whose group's, is not here"
            )
            self.waiting.append(Problem(self.here, "RTV-W105", what))
        for _, g, u, admin, pending in self._rows("group_participants", "gjid", "jid", "admin", "pending"):
            if words(g) and not any(m[0] == u for m in self.members.get(str(g), ())):
                self.members.setdefault(str(g), []).append((words(u) or "", whole(admin), whole(pending)))
        for _, key, value in self._rows("props", "key", "value"):
            if key == "user_push_name":
                self.owner_name = words(value)
        self._load_names()

    def _load_names(self) -> None:
        for name in ("wa.db", "WA.db"):
            beside = self.item.sibling(name)
            if beside is not None:
                break
        else:
            return
        try:
            with opened(beside) as db:
                wanted = (
                    "jid",
                    "display_name",
                    "wa_name",
                    "given_name",
                    "family_name",
                    "nickname",
                    "company",
                    "number",
                )
                for found in db.walk("wa_contacts", wanted) if db.has("wa_contacts") else ():
                    if isinstance(found, tuple):
                        self._name(found[1])
                for found in db.walk("wa_vnames", ("jid", "verified_name")) if db.has("wa_vnames") else ():
                    if isinstance(found, tuple) and words(found[1][0]) and words(found[1][1]):
                        raw = "@".join(split(str(found[1][0])))
                        self.names.setdefault(raw, {})["business"] = str(found[1][1])
        except Damaged as error:
            self.waiting.append(
                Problem(self.here, "RTV-W106", f"names of {beside.name} could not be read: {error}")
            )

    def _name(self, row: tuple[Any, ...]) -> None:
        raw = words(row[0])
        if raw is None:
            return
        kinds = ("saved", "push", "given", "family", "nickname", "company")
        named = {k: str(v) for k, v in zip(kinds, row[1:7], strict=True) if words(v)}
        if named:
            self.names["@".join(split(raw))] = named

    def jid(self, row: Any) -> str | None:
        """The JID that a row id names, None for nothing."""
        n = whole(row)
        return self.jids.get(n) if n is not None and n > 0 else None

    def account_of_row(self, row: Any) -> str | None:
        """The account of a jid row; a row that is missing gives an account of its own, so that nobody is confused."""
        n = whole(row)
        if n is None or n <= 0:
            return None
        if n in self._by_row:
            return self._by_row[n]
        raw = self.jids.get(n)
        made = self.account(raw) if raw is not None else self._lost(n)
        self._by_row[n] = made
        return made

    def _lost(self, row: int) -> str:
        made = ids.account_id("whatsapp", f"jid row {row}", self.scope)
        ground = f"jid row {row} is named but missing"
        self.waiting.append(Account(self.here, made, "whatsapp", native=f"jid row {row}", ground=ground))
        return made

    def account(self, raw: str) -> str:
        """The account of a JID; its record goes out before the next message."""
        known = self._accounts.get(raw)
        if known is not None:
            return known
        user, server = split(raw)
        bare = f"{user}@{server}"
        lid = None
        ground = "JID in the database"
        if server == "lid":
            mapped = self._jid_of_lid.get(raw) or self._jid_of_lid.get(bare)
            lid = bare
            if mapped is not None:
                user, server = split(mapped)
                bare, ground = f"{user}@{server}", "LID resolved through jid_map"
            else:
                self.unmapped.add(bare)
                ground = "LID without a number in this database"
        phone = number(user, server)
        made = ids.account_id("whatsapp", phone or bare)
        self._accounts[raw] = made
        if made not in self._seen:
            self._seen.add(made)
            named = self.names.get(bare) or self.names.get(lid or "") or {}
            shown = (
                named.get("saved")
                or named.get("push")
                or named.get("business")
                or self.lid_names.get(lid or "")
            )
            detail: dict[str, Any] = {}
            if named:
                detail["names"] = named
            if lid is None:
                lid = (
                    next((each for each, to in self._jid_of_lid.items() if split(to) == (user, server)), None)
                    if phone
                    else None
                )
            if lid is not None:
                detail["lid"] = lid
            if lid in self.lid_names:
                detail["lid_name"] = self.lid_names[lid]
            self.waiting.append(
                Account(self.here, made, "whatsapp", shown, phone, None, bare, False, ground, detail or None)
            )
        return made

    def name(self, raw: str | None) -> str | None:
        """The name under which a JID is known."""
        if raw is None:
            return None
        if raw not in self._shown:
            self._shown[raw] = self._name_of(raw)
        return self._shown[raw]

    def _name_of(self, raw: str) -> str | None:
        user, server = split(raw)
        bare = f"{user}@{server}"
        mapped = self._jid_of_lid.get(raw) or self._jid_of_lid.get(bare)
        named = (
            self.names.get(f"{user}@{server}")
            or self.names.get("@".join(split(mapped)) if mapped else "")
            or {}
        )
        return named.get("saved") or named.get("push") or named.get("business") or self.lid_names.get(bare)

    def main(self, raw: str) -> str:
        """The JID under which a chat is kept: without device, and the number instead of a LID that is resolved."""
        bare = "@".join(split(raw))
        mapped = self._jid_of_lid.get(raw) or self._jid_of_lid.get(bare)
        return "@".join(split(mapped)) if mapped is not None else bare

    def main_of_chat(self, row: Any) -> str | None:
        """The same for a chat row; None where it or its JID is missing."""
        n = whole(row)
        found = self.chats.get(n) if n is not None else None
        raw = self.jid(found[0]) if found is not None else None
        return None if raw is None else self.main(raw)

    def me(self) -> str:
        """The account of the phone's owner."""
        if self.owner not in self._seen:
            self._seen.add(self.owner)
            ground = "messages sent from this phone; the database does not hold its number"
            self.waiting.append(
                Account(self.here, self.owner, "whatsapp", self.owner_name, owner=True, ground=ground)
            )
        return self.owner

    def chat(self, row: Any) -> tuple[str, str | None, str]:
        """Conversation id, JID and kind of a chat row."""
        n = whole(row)
        key = n if n is not None else -1
        known = self._by_chat.get(key)
        if known is None:
            found = self.chats.get(key)
            raw = self.jid(found[0]) if found is not None else None
            if raw is None:
                raw_key = f"chat row {row}"
                known = (
                    self._conversation(raw_key, None, found, f"the JID of chat row {row} is missing"),
                    None,
                    "unknown",
                )
            else:
                known = (self._conversation(raw, raw, found, ""), raw, kind_of(raw))
            self._by_chat[key] = known
        return known

    def chat_of(self, raw: str) -> tuple[str, str | None, str]:
        """The same for a chat that is named by its JID (old schema)."""
        return self._conversation(raw, raw, None, ""), raw, kind_of(raw)

    def _conversation(self, key: str, raw: str | None, row: tuple[Any, ...] | None, why: str) -> str:
        bare = "@".join(split(raw)) if raw is not None else key
        main = self.main(raw) if raw is not None else key
        known = self._conversations.get(main)
        if known is not None:
            return known
        made = self._conversations[main] = ids.conversation_id("whatsapp", main, self.scope)
        kind = kind_of(raw) if raw is not None else "unknown"
        detail: dict[str, Any] = {}
        if why:
            detail["ground"] = why
        if main != bare:
            detail["lid"] = bare
        name = self.subjects.get(raw or "")
        if row is not None:
            name = words(row[1]) or name
            for label, value in zip(
                ("hidden", "archived", "ephemeral", "group_type", "locked"), row[3:8], strict=True
            ):
                if whole(value):
                    detail[label] = whole(value)
            if whole(row[2]):
                from ritrova.readers.whatsapp_android.codes import moment

                detail["created"] = moment(row[2]).utc
        members: list[str] = []
        admins: list[str] = []
        for who, rank, _ in self.members.get(raw or "", ()):
            each = self.account(who) if "@" in who else self.me()
            members.append(each)
            if rank:
                admins.append(each)
        if kind == "direct" and raw is not None:
            members = [self.account(raw)]
            name = name or self.name(raw) or number(*split(main))
        if admins:
            detail["admins"] = sorted(set(admins))
        self.waiting.append(
            Conversation(
                self.here, made, "whatsapp", name, kind, main, tuple(dict.fromkeys(members)), detail or None
            )
        )
        return made

    def rest(self) -> None:
        """Groups that hold no message are conversations too: their subject and members are evidence."""
        for row, found in self.chats.items():
            raw = self.jid(found[0])
            if raw is not None and (words(found[1]) or self.members.get(raw)):
                self.chat(row)
        for raw in (*self.members, *self.subjects):
            if "@" in raw:
                self.chat_of(raw)

    def empty(self) -> None:
        """After all else: chats of two that hold nothing. That they were opened, or emptied, is evidence."""
        for row, found in self.chats.items():
            if self.jid(found[0]) is not None:
                self.chat(row)


def kind_of(raw: str) -> ConversationKind:
    """What kind of conversation a JID names."""
    user, server = split(raw)
    if server == "g.us":
        return "group"
    if server in DIRECT:
        return "direct"
    if server == "newsletter":
        return "channel"
    if server in ("broadcast", "status_me") or user == "status":
        return "broadcast"
    return "unknown"
