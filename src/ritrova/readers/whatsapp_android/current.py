"""The table ``message`` (2021 to today) as messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ritrova.formats.sqlite import Damaged, Lost
from ritrova.model import ids
from ritrova.model.records import Attachment, Event, Locator, Message, Native, Problem, Read, Reply, Skip
from ritrova.model.shapes import Ask, at
from ritrova.readers.whatsapp_android.codes import (
    ACTIONS,
    BY_ONESELF,
    KINDS,
    MEMBERSHIP,
    NONE,
    ONCE,
    SHOWN,
    direction,
    moment,
    whole,
    words,
)
from ritrova.readers.whatsapp_android.media import Media
from ritrova.readers.whatsapp_android.people import People
from ritrova.readers.whatsapp_android.sides import KEYED, MORE_MEDIA, Around, Sides, batches

COLUMNS = (
    "chat_row_id", "from_me", "key_id", "sender_jid_row_id", "status", "timestamp", "received_timestamp",
    "receipt_server_timestamp", "message_type", "text_data", "starred", "sort_id", "translated_text", "broadcast", "_id",
)  # fmt: skip
BATCH = 500
Quoted = tuple[int, int | None, bool | None, str | None]
"""A quote: the quoting row, the chat, whether this phone sent the original, the quoted words."""
Keys = dict[tuple[str, int, str], tuple[int, int]]
"""Chat, direction and key id -> row and hash of the words."""
MEDIA = {c: n for n, c in enumerate(KEYED["message_media"])}


def is_sentinel(chat: Any, key: Any, kind: Any, sender: Any, text: Any) -> bool:
    """The row that WhatsApp itself puts first into the table: no chat, key -1, no type (or -1), no words."""
    return (
        whole(chat) == -1
        and str(key) == "-1"
        and kind in (None, 0, -1, "")
        and not whole(sender)
        and not text
    )


class Current:
    """Reads the table; keeps what the tables around it need to know."""

    def __init__(self, people: People, ask: Ask) -> None:
        self.people, self.item, self.db = people, people.item, people.db
        self.media = Media(self.item, ask)
        self.around = Around(self.db, at(self.item))
        self.quotes = self._quotes()
        self.unknown: dict[int, int] = {}
        self.keys: Keys | None = None
        """What was read, kept only where the old table must be compared."""

    def _quotes(self) -> dict[int, tuple[str, str | None]]:
        """For each quoting message: whether its original is gone, deleted or differs, and the original's place."""
        wanted: dict[str, list[Quoted]] = {}
        if not self.db.has("message_quoted", "message_row_id", "key_id"):
            return {}
        states: dict[int, tuple[str, str | None]] = {}
        try:
            pick = self.db.pick(
                "message_quoted",
                (
                    "message_row_id",
                    "key_id",
                    "parent_message_chat_row_id",
                    "chat_row_id",
                    "from_me",
                    "text_data",
                ),
            )
            for row, key, parent, chat, mine, text in self.db.rows(f"SELECT {pick} FROM message_quoted"):
                if key is not None:
                    there = parent if (whole(parent) or 0) > 0 else chat
                    wanted.setdefault(str(key), []).append((row, whole(there), direction(mine), words(text)))
                    states[row] = ("gone", None)
            if wanted:
                self._originals(wanted, states)
        except Damaged as error:
            self.around._lost("message_quoted", str(error))
            return {}
        return states

    def _originals(self, wanted: dict[str, list[Quoted]], states: dict[int, tuple[str, str | None]]) -> None:
        """Finds what is quoted: by its key, by the key it had before an edit or a deletion, in the old table."""
        first: dict[int, list[str]] = {}
        for table, column in (
            ("message_edit_info", "original_key_id"),
            ("message_revoked", "revoked_key_id"),
        ):
            if self.db.has(table, "message_row_id", column):
                for row, key in self.db.rows(f"SELECT message_row_id, {column} FROM {table}"):
                    if key is not None and str(key) in wanted:
                        first.setdefault(row, []).append(str(key))
        names = ("_id", "key_id", "chat_row_id", "from_me", "message_type", "text_data")
        pick = self.db.pick("message", names)
        captions = self.db.has("message_media", "message_row_id", "media_caption")
        for rowid, own, key, chat, mine, kind, text in self.db.rows(f"SELECT rowid, {pick} FROM message"):
            row = own if type(own) is int else rowid
            named = first.get(row, ()) if first else ()
            if key is not None and (str(key) in wanted if type(key) is not str else key in wanted):
                named = (*named, str(key))
            for each in named:
                for quoting, there, ours, said in wanted[each]:
                    if not self._same_chat(there, chat) or _opposed(ours, direction(mine)):
                        continue
                    held = words(text)
                    if held is None and said is not None and captions:
                        sql = "SELECT media_caption FROM message_media WHERE message_row_id = ?"
                        held = next((words(r[0]) for r in self.db.rows(sql, (row,))), None)
                    states[quoting] = (_state(kind, said, held), f"table message row {rowid}")
        if not self.db.has("messages", "key_remote_jid", "key_id") or all(s[1] for s in states.values()):
            return
        pick = self.db.pick(
            "messages", ("key_id", "key_remote_jid", "key_from_me", "media_wa_type", "data", "media_caption")
        )
        for rowid, key, raw, mine, kind, text, caption in self.db.rows(f"SELECT rowid, {pick} FROM messages"):
            for quoting, there, ours, said in wanted.get(str(key), ()):
                if states[quoting][1] is not None or words(raw) in (None, "-1"):
                    continue
                main = self.people.main_of_chat(there)
                if main not in (None, self.people.main(str(raw))) or _opposed(ours, direction(mine)):
                    continue
                state = _state(kind, said, words(text) or words(caption))
                states[quoting] = (state, f"table messages row {rowid}")

    def _same_chat(self, a: int | None, b: Any) -> bool:
        """The same row, or the two rows (number and LID) of one person; a chat that is not said matches any."""
        if a is None or a == whole(b):
            return True
        main = self.people.main_of_chat(a)
        return main is not None and main == self.people.main_of_chat(b)

    def records(self) -> Iterator[Read]:
        """Messages of the table, each after the accounts and the conversation it names."""
        order = self._order()
        found = self.db.walk("message", COLUMNS) if order is None else self._in_order(order)
        for batch in batches(found, BATCH):
            around = self.around.fetch([_own(each) for each in batch if isinstance(each, tuple)])
            for each in batch:
                if isinstance(each, tuple):
                    own = _own(each)
                    record = self._message(each[0], own, each[1], around.get(own))
                    if self.people.waiting:
                        yield from self.people.waiting
                        self.people.waiting.clear()
                    yield record
                    if isinstance(record, Message) and own in around:
                        yield from self._events(record, own, around[own])
                else:
                    rows = getattr(each, "rows", 0)
                    what = f"rows {each.first} to {each.last} of message could not be read: {each.why}"
                    yield Problem(at(self.item, f"table message row {each.first}"), "RTV-W102", what, rows)
        yield from self.around.problems

    def _order(self) -> list[int] | None:
        """Rows in the order of the app (``sort_id`` within the chat) where that is not the order of the rows."""
        if not self.db.has("message", "sort_id", "chat_row_id"):
            return None
        last: dict[int, int] = {}
        sorted_already = True
        self.db.count("message")
        if self.db.damaged:
            return None  # rows that cannot be found by their number must be walked, or some come twice and others never
        try:
            for chat, sort in self.db.rows(
                "SELECT chat_row_id, sort_id FROM message NOT INDEXED ORDER BY rowid"
            ):
                if type(sort) is not int:
                    continue
                if sort < last.get(chat, sort):
                    sorted_already = False
                    break
                last[chat] = sort
            if sorted_already:
                return None
            keys = [
                (chat if type(chat) is int else -1, sort if type(sort) is int else row, row)
                for row, chat, sort in self.db.rows(
                    "SELECT rowid, chat_row_id, sort_id FROM message NOT INDEXED ORDER BY rowid"
                )
            ]
        except Damaged:
            return None
        keys.sort()
        return [row for _, _, row in keys]

    def _in_order(self, order: list[int]) -> Iterator[Any]:
        sql = f"SELECT {self.db.pick('message', COLUMNS)} FROM message WHERE rowid = ?"
        for row in order:
            found = False
            try:
                for values in self.db.rows(sql, (row,)):
                    found = True
                    yield row, values
            except Damaged as error:
                yield Lost(row, row, str(error), 1)
                continue
            if not found:
                yield Lost(row, row, "met in the table, not found by its number", 1)

    def _message(self, row: int, own: int, values: tuple[Any, ...], sides: Sides | None) -> Message | Skip:
        (
            chat,
            mine,
            key,
            sender,
            status,
            sent,
            received,
            server,
            kind,
            text,
            starred,
            _sort,
            translated,
            _,
            _own,
        ) = values
        item, people = self.item, self.people
        spot = Locator(item.source, item.path, f"table message row {row}")
        code = whole(kind)
        if is_sentinel(chat, key, kind, sender, text):
            return Skip(spot, "the row that WhatsApp itself puts first: no message")
        conversation, raw, sort_of = people.chat(chat)
        ours = direction(mine)
        from_me = ours is True
        system = code == 7
        who: str | None
        if from_me:
            who, shown = people.me(), people.owner_name
        else:
            named = people.jid(sender)
            who = people.account_of_row(sender)
            if who is None and ours is False and sort_of in ("direct", "channel") and raw is not None:
                who, named = people.account(raw), raw
            shown = people.name(named) if named is not None else None
        shape = KINDS.get(code) if code is not None else "text" if text and kind is None else "unsupported"
        if shape is None:
            self.unknown[code or 0] = self.unknown.get(code or 0, 0) + 1
            shape = "unsupported"
        said = text if type(text) is str else words(text) or ""
        when = moment(sent)
        native = Native(None if key is None else str(key), code if code is not None else words(kind))
        flags: tuple[str, ...] = ()
        detail: dict[str, Any] = {}
        if ours is None:
            detail["direction"] = "the database does not say whether this phone sent or received it"
        if starred == 1:
            detail["starred"] = True
        if translated:
            detail["translated"] = words(translated)
        if from_me and status is not None:
            detail["status"] = whole(status)
        if not from_me and received:
            n = whole(received)
            if n and n > 0 and n != whole(sent):
                detail["received"] = moment(n).utc
        if server and (n := whole(server)) and n > 0:
            detail["server_received"] = moment(n).utc
        if shape == "unsupported" or code in SHOWN:
            detail["shown"] = SHOWN.get(code or -1, f"type {code if code is not None else kind}")
        if code in ONCE:
            flags = ("view_once",)
        by = None
        if system:
            by, who, shown = who, None, None
        elif who is None:
            detail["sender"] = "the database names no sender"
        if self.keys is not None and raw is not None and key not in (None, ""):
            words_here = said
            if not said and sides is not None and "message_media" in sides:
                words_here = words(sides["message_media"][MEDIA["media_caption"]]) or ""
            self.keys[(people.main(raw), 1 if from_me else 0, str(key))] = (row, hash(words_here))
        if sides is None:
            return Message(
                spot, "whatsapp", conversation, who, shown, shape, said, when, None, None, None, native, flags, (),
                detail or None,
            )  # fmt: skip
        return self._full(
            spot, conversation, who, shown, shape, said, when, native, flags, detail, sides, by, own, code
        )

    def _full(
        self, spot: Locator, conversation: str, who: str | None, shown: str | None, shape: Any, said: str, when: Any,
        native: Native, flags: tuple[str, ...], detail: dict[str, Any], sides: Sides, by: str | None, row: int,
        code: int | None,
    ) -> Message:  # fmt: skip
        """A message with what stands around it."""
        files: list[Attachment] = []
        edited = None
        media = sides.get("message_media")
        if media is not None:
            files.append(self.media.attachment(dict(zip(MEDIA, media, strict=True)), code in ONCE))
            for each in sides.get(MORE_MEDIA, ()):
                files.append(self.media.attachment(dict(zip(MEDIA, each, strict=True)), code in ONCE))
            said = said or words(media[MEDIA["media_caption"]]) or ""
            if shape in ("unsupported", "text") and code not in (0, None):
                shape = "media" if shape == "unsupported" and code in KINDS else shape
        edit = sides.get("message_edit_info")
        if edit is not None:
            edited = moment(edit[1] if whole(edit[1]) else edit[2])
            if edited == NONE:
                edited = moment(edit[2])
            detail["original_key"] = words(edit[0])
        if "message_revoked" in sides:
            shape = "deleted" if code in (15, 64, None) or not said else shape
            detail["revoked_key"] = words(sides["message_revoked"][0])
        forwarded = sides.get("message_forwarded")
        score = whole(forwarded[0]) if forwarded is not None else None
        if score:
            detail["forward_score"] = score
        if "message_view_once_media" in sides:
            flags = (*flags, "view_once") if "view_once" not in flags else flags
            detail["view_once_state"] = whole(sides["message_view_once_media"][0])
        ttl = sides.get("message_ephemeral")
        if ttl is not None:
            flags = (*flags, "ttl")
            detail["ephemeral"] = {
                "seconds": whole(ttl[0]),
                "expires": moment(ttl[1]).utc,
                "kept": whole(ttl[2]),
            }
        reply = self._reply(sides, conversation, row)
        if reply is not None and reply.detail is not None and reply.detail.get("recovered"):
            flags = (*flags, "recovered")
        self._structured(sides, detail, files)
        if "message_system" in sides or by is not None:
            self._system(sides, detail, by)
            if "message_system" in sides and shape != "system":
                detail["sender_of_notice"] = who
                who, shown, shape = None, None, "system"
        return Message(
            spot, "whatsapp", conversation, who, shown, shape, said, when, edited, reply,
            "forwarded" if score else None, native, flags, tuple(files), detail or None,
        )  # fmt: skip

    def _reply(self, sides: Sides, conversation: str, row: int) -> Reply | None:
        quote = sides.get("message_quoted")
        if quote is None:
            return None
        chat, parent, mine, sender, key, sent, kind, text = quote
        there = None
        if whole(parent) and whole(parent) != whole(chat):
            there = self.people.chat(parent)[0]
        snapshot = words(text)
        detail: dict[str, Any] = {"from_me": whole(mine) == 1, "type": whole(kind), "sent": moment(sent).utc}
        who = self.people.me() if whole(mine) == 1 else self.people.account_of_row(sender)
        if who is not None:
            detail["sender"] = who
        for table, names in (
            ("message_quoted_media", KEYED["message_quoted_media"]),
            ("message_quoted_location", KEYED["message_quoted_location"]),
            ("message_quoted_vcard", KEYED["message_quoted_vcard"]),
            ("message_quoted_product", KEYED["message_quoted_product"]),
            ("message_quoted_order", KEYED["message_quoted_order"]),
        ):
            if table in sides:
                held = {k: _plain(v) for k, v in zip(names, sides[table], strict=True) if v is not None}
                detail[table.removeprefix("message_quoted_")] = held
                snapshot = snapshot or words(held.get("media_caption")) or words(held.get("title"))
        state, original = self.quotes.get(row, ("", None))
        if original is not None:
            detail["message"] = ids.message_id(at(self.item, original))
        if state:
            detail["original"] = {
                "gone": "the quoted message is not in the database",
                "deleted": "the quoted message was deleted",
                "differs": "the quoted message now has another text (edited since)",
            }[state]
            if snapshot is not None:
                detail["recovered"] = True
        return Reply(words(key), there, snapshot, detail)

    def _structured(self, sides: Sides, detail: dict[str, Any], files: list[Attachment]) -> None:
        """Places, cards, polls, products, orders, invitations: kept as they are structured."""
        place = sides.get("message_location")
        if place is not None:
            names = (
                "latitude",
                "longitude",
                "name",
                "address",
                "url",
                "live_seconds",
                "last_latitude",
                "last_longitude",
                "last_time",
            )
            held = {k: _plain(v) for k, v in zip(names, place, strict=True) if v not in (None, "")}
            if whole(held.get("last_time")):
                held["last_time"] = moment(held["last_time"]).utc
            detail["location"] = held
        cards = [words(r[0]) for r in sides.get("message_vcard", ()) if words(r[0])]
        if cards:
            detail["contacts"] = [card(c) for c in cards if c]
        options = sides.get("message_poll_option")
        if options or "message_poll" in sides:
            held = {"options": [{"text": words(o[0]), "votes": whole(o[1])} for o in options or ()]}
            if "message_poll" in sides:
                held["selectable"] = whole(sides["message_poll"][0])
            detail["poll"] = held
        for table, label in (("message_product", "product"), ("message_order", "order"), ("message_payment", "payment"),
                             ("message_invoice", "invoice"), ("message_template", "template"), ("message_text", "link"),
                             ("message_future", "future"), ("message_external_ad_content", "advert"),
                             ("message_event", "event")):  # fmt: skip
            if table in sides:
                held = {
                    k: _plain(v)
                    for k, v in zip(KEYED[table], sides[table], strict=True)
                    if v not in (None, "")
                }
                for thousandth in ("amount_1000", "sale_amount_1000", "total_amount_1000"):
                    n = whole(held.get(thousandth))
                    if n is not None:
                        held[thousandth.removesuffix("_1000")] = n / 1000
                if held:
                    detail[label] = held
        invite = sides.get("message_group_invite")
        if invite is not None:
            detail["group_invite"] = {
                "group": self.people.jid(invite[0]), "name": words(invite[1]), "code": words(invite[2]),
                "expires": moment(invite[3]).utc,
            }  # fmt: skip
        mentions = [self.people.account_of_row(r[0]) for r in sides.get("message_mentions", ())]
        if mentions:
            detail["mentions"] = [m for m in mentions if m]
        for table, label in (("message_ui_elements", "elements"), ("message_template_button", "buttons")):
            held_rows = [words(r[-1]) for r in sides.get(table, ()) if words(r[-1])]
            if held_rows:
                detail[label] = held_rows
        missed = sides.get("missed_call_logs")
        if missed:
            detail["missed_call"] = {"when": moment(missed[0][0]).utc, "video": whole(missed[0][1]) == 1}

    def _system(self, sides: Sides, detail: dict[str, Any], by: str | None) -> None:
        """What a system line says, as code and in words, and about whom."""
        action = whole(sides["message_system"][0]) if "message_system" in sides else None
        held: dict[str, Any] = {"action": action, "said": ACTIONS.get(action or -1, f"action {action}")}
        if by is not None:
            held["by"] = by
        about = [self.people.account_of_row(r[0]) for r in sides.get("message_system_chat_participant", ())]
        if about:
            held["about"] = [a for a in about if a]
        for table in ("message_system_number_change", "message_system_lid_change"):
            if table in sides:
                held["old"] = self.people.account_of_row(sides[table][0])
                held["new"] = self.people.account_of_row(sides[table][1])
        if "message_system_value_change" in sides:
            held["before"] = words(sides["message_system_value_change"][0])
        if "message_system_group" in sides:
            held["me_joined"] = whole(sides["message_system_group"][0]) == 1
        if "message_system_block_contact" in sides:
            held["blocked"] = whole(sides["message_system_block_contact"][0]) == 1
        detail["system"] = held

    def _events(self, m: Message, row: int, sides: Sides) -> Iterator[Read]:
        """Deletions and changes of membership that stand at a message."""
        made = ids.message_id(m.at)
        revoked = sides.get("message_revoked")
        if revoked is not None:
            by = self.people.account_of_row(revoked[1])
            by_admin = by is not None
            if by is None:
                by = m.sender
            yield from self._waiting()
            here = at(self.item, f"table message_revoked row {row}")
            detail = {"key": words(revoked[0]), "by_admin": by_admin}
            yield Event(
                here, "revocation", m.conversation, made, words(revoked[0]), by, moment(revoked[2]), detail
            )
        system = (m.detail or {}).get("system")
        if system is not None and system["action"] in MEMBERSHIP:
            alone = system.get("by") if system["action"] in BY_ONESELF else None
            for n, who in enumerate(system.get("about") or [alone]):
                here = at(self.item, f"table message_system row {row}" + (f" person {n}" if n else ""))
                held = {"action": system["action"], "said": system["said"], "by": system.get("by")}
                yield Event(here, "membership", m.conversation, made, None, who, m.sent, held)

    def _waiting(self) -> Iterator[Read]:
        yield from self.people.waiting
        self.people.waiting.clear()


_TEL = re.compile(r"^(?:[\w-]+\.)?TEL[^:\r\n]*:([^\r\n]+)", re.MULTILINE | re.IGNORECASE)
_FN = re.compile(r"^(?:[\w-]+\.)?FN[^:\r\n]*:([^\r\n]+)", re.MULTILINE | re.IGNORECASE)


def card(text: str) -> dict[str, Any]:
    """Name and numbers of a contact card, with the card itself."""
    name = _FN.search(text)
    return {
        "name": name[1].strip() if name else None,
        "phones": [n.strip() for n in _TEL.findall(text)],
        "vcard": text,
    }


def _opposed(a: bool | None, b: bool | None) -> bool:
    """Both say who sent, and not the same."""
    return a is not None and b is not None and a != b


def _state(kind: Any, said: str | None, held: str | None) -> str:
    """How a quoted message stands today against what was quoted of it."""
    if KINDS.get(whole(kind) or 0) == "deleted":
        return "deleted"
    return "differs" if said is not None and said != held else ""


def _own(each: tuple[int, tuple[Any, ...]]) -> int:
    """The number by which other tables name a row: its ``_id``, which a copied table no longer ties to the rowid."""
    own = each[1][-1]
    return own if type(own) is int else each[0]


def _plain(value: Any) -> Any:
    """A stored value as plain JSON can carry it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
