"""Who is who in an iPhone's database: sessions, group members, push names, the address book beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ritrova.formats.sqlite import Damaged, Database, opened
from ritrova.model import ids
from ritrova.model.records import Account, Conversation, ConversationKind, Problem, Read
from ritrova.model.shapes import Item, at
from ritrova.readers.whatsapp_ios.codes import moment, whole, words

KINDS: dict[int, ConversationKind] = {0: "direct", 1: "group", 2: "broadcast", 3: "broadcast", 5: "channel"}


def split(raw: str) -> tuple[str, str]:
    """``user@server`` without the device."""
    user, _, server = raw.partition("@")
    return user.partition(":")[0].partition(".")[0] if server != "g.us" else user, server


def number(raw: str) -> str | None:
    """The phone number of a JID in E.164, None where it has none."""
    user, server = split(raw)
    digits = user.isascii() and user.isdecimal() and 5 <= len(user) <= 15 and user[0] != "0"
    return "+" + user if digits and server in ("s.whatsapp.net", "c.us") else None


class People:
    """Accounts and conversations of one database, made when first named."""

    def __init__(self, item: Item, db: Database) -> None:
        self.item, self.db, self.here = item, db, at(item)
        self.scope = f"{item.source}:{item.path}"
        self.waiting: list[Read] = []
        self.sessions: dict[int, tuple[Any, ...]] = {}
        self.members: dict[int, tuple[Any, ...]] = {}
        self.names: dict[str, dict[str, str]] = {}
        self.unmapped: set[str] = set()
        self.owner_jid: str | None = None
        self._seen: dict[str, str] = {}
        self._chats: dict[int, tuple[str, str | None, ConversationKind]] = {}
        self._lids: dict[str, str] = {}
        self._load()
        self.owner = self._owner()

    def walk(self, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Rows of an optional table; damage becomes a problem."""
        if not self.db.has(table):
            return
        for found in self.db.walk(table, columns):
            if isinstance(found, tuple):
                yield (found[0], *found[1])
            else:
                what = f"rows {found.first} to {found.last} of {table} could not be read: {found.why}"
                self.waiting.append(Problem(self.here, "RTV-W202", what))

    def _load(self) -> None:
        for row, *rest in self.walk(
            "ZWACHATSESSION", "ZCONTACTJID", "ZPARTNERNAME", "ZSESSIONTYPE", "ZGROUPINFO", "ZARCHIVED", "ZHIDDEN", "ZREMOVED",
            "ZCONTACTIDENTIFIER",
        ):  # fmt: skip
            self.sessions[row] = tuple(rest)
            raw, other = words(rest[0]), words(rest[7])
            if raw and other and raw.endswith("@lid") and number(other):
                self._lids[raw] = other
            if raw and not raw.endswith("@g.us") and words(rest[1]):
                self.names.setdefault(raw, {})["saved"] = words(rest[1]) or ""
        for row, *rest in self.walk(
            "ZWAGROUPMEMBER",
            "ZMEMBERJID",
            "ZCONTACTNAME",
            "ZFIRSTNAME",
            "ZISADMIN",
            "ZISACTIVE",
            "ZCHATSESSION",
        ):
            self.members[row] = tuple(rest)
            raw = words(rest[0])
            if raw and (words(rest[1]) or words(rest[2])):
                self.names.setdefault(raw, {}).setdefault("saved", words(rest[1]) or words(rest[2]) or "")
        self.groups = {
            row: tuple(rest)
            for row, *rest in self.walk(
                "ZWAGROUPINFO", "ZCREATIONDATE", "ZCREATORJID", "ZOWNERJID", "ZPICTUREPATH"
            )
        }
        for _, raw, name in self.walk("ZWAPROFILEPUSHNAME", "ZJID", "ZPUSHNAME"):
            if words(raw) and words(name):
                self.names.setdefault(str(raw), {})["push"] = str(name)
        self._address_book()

    def _address_book(self) -> None:
        beside = self.item.sibling("ContactsV2.sqlite")
        if beside is None:
            return
        try:
            with opened(beside) as db:
                wanted = ("ZWHATSAPPID", "ZFULLNAME", "ZGIVENNAME", "ZLID")
                for found in (
                    db.walk("ZWAADDRESSBOOKCONTACT", wanted) if db.has("ZWAADDRESSBOOKCONTACT") else ()
                ):
                    if isinstance(found, tuple):
                        raw, lid = words(found[1][0]), words(found[1][3])
                        name = words(found[1][1]) or words(found[1][2])
                        if raw and name:
                            self.names.setdefault(raw, {})["saved"] = name
                        if raw and lid:
                            self._lids[lid] = raw
        except Damaged as error:
            what = f"names of {beside.name} could not be read: {error}"
            self.waiting.append(Problem(self.here, "RTV-W203", what))

    def _owner(self) -> str:
        """The phone's owner: incoming messages name the receiver where the phone stored it."""
        if self.db.has("ZWAMESSAGE", "ZTOJID", "ZISFROMME"):
            try:
                sql = (
                    "SELECT ZTOJID, count(*) FROM ZWAMESSAGE WHERE ZISFROMME = 0 AND ZTOJID LIKE '%@s.whatsapp.net' "
                    "GROUP BY ZTOJID LIMIT 2"
                )
                found = [str(r[0]) for r in self.db.rows(sql)]
            except Damaged:
                found = []
            if len(found) == 1:
                self.owner_jid = found[0]
                return ids.account_id("whatsapp", number(found[0]) or found[0])
        return ids.account_id("whatsapp", "owner", self.scope)

    def me(self) -> str:
        """The account of the phone's owner."""
        if self.owner not in self._seen.values():
            raw = self.owner_jid
            self._seen[raw or "owner"] = self.owner
            ground = "the receiver of all incoming messages" if raw else "messages sent from this phone"
            named = self.names.get(raw or "", {})
            self.waiting.append(
                Account(
                    self.here,
                    self.owner,
                    "whatsapp",
                    named.get("saved") or named.get("push"),
                    number(raw) if raw else None,
                    None,
                    raw,
                    True,
                    ground,
                )
            )
        return self.owner

    def account(self, raw: str) -> str:
        """The account of a JID."""
        known = self._seen.get(raw)
        if known is not None:
            return known
        bare = "@".join(split(raw))
        lid, ground = None, "JID in the database"
        if bare.endswith("@lid"):
            lid = bare
            if bare in self._lids:
                bare, ground = "@".join(split(self._lids[bare])), "LID with its number in the same database"
            else:
                self.unmapped.add(bare)
                ground = "LID without a number in this database"
        made = ids.account_id("whatsapp", number(bare) or bare)
        if made == self.owner:
            self.me()
        if made not in self._seen.values():
            named = {**self.names.get(lid or "", {}), **self.names.get(bare, {})}
            detail: dict[str, Any] = {"names": named} if named else {}
            if lid is not None:
                detail["lid"] = lid
            shown = named.get("saved") or named.get("push")
            self.waiting.append(
                Account(
                    self.here,
                    made,
                    "whatsapp",
                    shown,
                    number(bare),
                    None,
                    bare,
                    False,
                    ground,
                    detail or None,
                )
            )
        self._seen[raw] = made
        return made

    def name(self, raw: str | None) -> str | None:
        """The name under which a JID is known."""
        if raw is None:
            return None
        bare = "@".join(split(raw))
        named = self.names.get(raw) or self.names.get(bare) or self.names.get(self._lids.get(bare, "")) or {}
        return named.get("saved") or named.get("push")

    def chat(self, row: Any) -> tuple[str, str | None, ConversationKind]:
        """Conversation id, JID and kind of a session."""
        n = whole(row)
        key = n if n is not None else -1
        known = self._chats.get(key)
        if known is not None:
            return known
        found = self.sessions.get(key)
        raw = words(found[0]) if found is not None else None
        kind: ConversationKind = (
            KINDS.get(whole(found[2]) or 0, "unknown") if found is not None else "unknown"
        )
        if raw and raw.endswith("@g.us"):
            kind = "group"
        main = self._lids.get(raw or "", raw or f"session {row}")
        made = ids.conversation_id("whatsapp", main, self.scope)
        known = self._chats[key] = (made, raw, kind)
        if any(c[0] == made for k, c in self._chats.items() if k != key):
            return known
        detail: dict[str, Any] = {}
        name, members = None, []
        if found is None:
            detail["ground"] = f"session {row} is named but missing"
        else:
            name = words(found[1])
            for label, value in zip(("archived", "hidden", "removed"), found[4:7], strict=True):
                if whole(value):
                    detail[label] = whole(value)
            group = self.groups.get(whole(found[3]) or -1)
            if group is not None:
                detail["created"] = moment(group[0]).utc
                for label, value in (("creator", group[1]), ("owner", group[2])):
                    if words(value):
                        detail[label] = self.account(str(value))
        admins = []
        for who in self.members.values():
            if whole(who[5]) == key and words(who[0]):
                each = self.account(str(who[0]))
                members.append(each)
                if whole(who[3]):
                    admins.append(each)
        if admins:
            detail["admins"] = admins
        if main != raw and raw is not None:
            detail["lid"] = raw
        if kind == "direct" and raw is not None:
            members = [self.account(raw)]
        self.waiting.append(
            Conversation(
                self.here,
                made,
                "whatsapp",
                name or self.name(raw),
                kind,
                main if raw else None,
                tuple(dict.fromkeys(members)),
                detail or None,
            )
        )
        return known
