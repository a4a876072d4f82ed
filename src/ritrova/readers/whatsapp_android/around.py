"""Reactions, votes, receipts, past members and calls: what happened around messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ritrova.formats.sqlite import Damaged, Lost, quoted
from ritrova.model import ids
from ritrova.model.records import Call, Contact, Event, EventKind, Locator, Moment, Native, Problem, Read
from ritrova.model.shapes import Item, at
from ritrova.readers.whatsapp_android.codes import CALL_RESULTS, NONE, direction, moment, whole, words
from ritrova.readers.whatsapp_android.people import People, number, split
from ritrova.readers.whatsapp_android.sides import KEYED, LISTED

ADD_ONS: dict[int, EventKind] = {56: "reaction", 67: "vote", 68: "unknown", 74: "edit"}
"""Add-on types seen; what is in the tables beside them decides first."""

ADDED = (
    "message_add_on_reaction", "message_add_on_poll_vote", "message_add_on_poll_vote_selected_option",
    "message_add_on_pin_in_chat", "message_add_on_keep_in_chat", "message_add_on_event_response",
)  # fmt: skip
"""Tables beside ``message_add_on``."""

CALL = (
    "jid_row_id", "from_me", "call_id", "timestamp", "video_call", "duration", "call_result", "bytes_transferred",
    "group_jid_row_id", "call_type", "call_creator_device_jid_row_id",
)  # fmt: skip
"""Columns of a call."""


class Around:
    """Yields events and calls. Damage in one table does not touch the others."""

    def __init__(self, people: People) -> None:
        self.people, self.db, self.item = people, people.db, people.item

    def records(self) -> Iterator[Read]:
        """All of them; each account before the record that names it."""
        for table, give in (
            ("message_add_on", self._add_ons), ("receipt_user", self._receipts), ("receipts", self._old_receipts),
            ("group_past_participant_user", self._past), ("group_participants_history", self._history), ("call_log", self._calls),
        ):  # fmt: skip
            if not self.db.has(table):
                continue
            try:
                for record in give():
                    if self.people.waiting:
                        yield from self.people.waiting
                        self.people.waiting.clear()
                    yield record
            except Damaged as error:
                yield Problem(
                    at(self.item), "RTV-W102", f"the table {table} could not be read to its end: {error}"
                )
        yield from self._uncounted()

    def _spot(self, table: str, row: int) -> Locator:
        return Locator(self.item.source, self.item.path, f"table {table} row {row}")

    def _message(self, there: Any) -> str | None:
        n = whole(there)
        return ids.message_id(self._spot("message", n)) if n is not None else None

    def _values(self, table: str, key: str, *columns: str) -> dict[int, tuple[Any, ...]]:
        if not self.db.has(table, key):
            return {}
        sql = f"SELECT {quoted(key)}, {self.db.pick(table, columns)} FROM {quoted(table)}"
        return {r[0]: r[1:] for r in self.db.rows(sql)}

    def _add_ons(self) -> Iterator[Event]:
        reactions = self._values(
            "message_add_on_reaction", "message_add_on_row_id", "reaction", "sender_timestamp"
        )
        pins = self._values(
            "message_add_on_pin_in_chat", "message_add_on_row_id", "pin_type", "sender_timestamp"
        )
        kept = self._values(
            "message_add_on_keep_in_chat", "message_add_on_row_id", "keep_in_chat_type", "sender_timestamp"
        )
        replies = self._values(
            "message_add_on_event_response", "message_add_on_row_id", "response", "sender_timestamp"
        )
        votes = self._values("message_add_on_poll_vote", "message_add_on_row_id", "sender_timestamp")
        options = self._values("message_poll_option", "_id", "option_name")
        chosen: dict[int, list[str]] = {}
        t = "message_add_on_poll_vote_selected_option"
        if self.db.has(t, "message_add_on_row_id", "message_poll_option_id"):
            for add_on, option in self.db.rows(
                f"SELECT message_add_on_row_id, message_poll_option_id FROM {t}"
            ):
                name = options.get(option, (None,))[0]
                chosen.setdefault(add_on, []).append(words(name) or f"option {option}")
        parent = self._parents("message_add_on", "parent_message_row_id")
        columns = ("chat_row_id", "from_me", "key_id", "sender_jid_row_id", "parent_message_row_id", "timestamp", "status", "message_add_on_type")  # fmt: skip
        pick = self.db.pick("message_add_on", columns, "a")
        for row, chat, mine, key, sender, _, sent, _, kind, there in self.db.rows(
            f"SELECT a.rowid, {pick}, {parent[0]} FROM message_add_on a {parent[1]}"
        ):
            detail: dict[str, Any] = {"type": whole(kind), "key": words(key)}
            what: EventKind = ADD_ONS.get(whole(kind) or -1, "unknown")
            when = sent
            if row in reactions:
                what, when = "reaction", reactions[row][1] or sent
                detail["reaction"] = words(reactions[row][0])
            elif row in votes or row in chosen:
                what, when = "vote", votes.get(row, (None,))[0] or sent
                detail["options"] = chosen.get(row, [])
            elif row in pins:
                what, detail["pin"] = "pin", whole(pins[row][0])
            elif row in kept:
                what, detail["kept"] = "unknown", whole(kept[row][0])
            elif row in replies:
                what, detail["response"] = "unknown", whole(replies[row][0])
            conversation, raw, shape = self.people.chat(chat)
            ours = direction(mine)
            if ours:
                who: str | None = self.people.me()
            else:
                who = self.people.account_of_row(sender)
                if who is None and ours is False and shape == "direct" and raw is not None:
                    who = self.people.account(raw)
            yield Event(
                self._spot("message_add_on", row), what, conversation, self._message(there), None, who,
                moment(when), detail,
            )  # fmt: skip

    def _parents(self, table: str, column: str) -> tuple[str, str]:
        if self.db.has("message") and self.db.has(table, column):
            own = "_id" if self.db.has("message", "_id") else "rowid"
            return (
                "m.rowid",
                f"LEFT JOIN message m ON m.{own} = {'a' if table == 'message_add_on' else 'r'}.{quoted(column)}",
            )
        return "NULL", ""

    def _receipts(self) -> Iterator[Event]:
        parent = self._parents("receipt_user", "message_row_id")
        columns = (
            "message_row_id",
            "receipt_user_jid_row_id",
            "receipt_timestamp",
            "read_timestamp",
            "played_timestamp",
        )
        chat = "m.chat_row_id" if parent[1] and self.db.has("message", "chat_row_id") else "NULL"
        sql = f"SELECT r.rowid, {self.db.pick('receipt_user', columns, 'r')}, {parent[0]}, {chat} FROM receipt_user r {parent[1]}"
        for row, _, who, got, read, played, there, chat_row in self.db.rows(sql):
            times = {
                label: moment(value).utc
                for label, value in (("received", got), ("read", read), ("played", played))
                if (whole(value) or 0) > 0
            }
            first = next((value for value in (got, read, played) if (whole(value) or 0) > 0), None)
            conversation = self.people.chat(chat_row)[0] if chat_row is not None else None
            yield Event(
                self._spot("receipt_user", row), "receipt", conversation, self._message(there), None,
                self.people.account_of_row(who), moment(first) if times else NONE, times,
            )  # fmt: skip

    def _old_receipts(self) -> Iterator[Event]:
        columns = ("key_remote_jid", "key_id", "remote_resource", "receipt_device_timestamp", "read_device_timestamp", "played_device_timestamp")  # fmt: skip
        for row, raw, key, who, got, read, played in self.db.rows(
            f"SELECT rowid, {self.db.pick('receipts', columns)} FROM receipts"
        ):
            times = {
                label: moment(value).utc
                for label, value in (("received", got), ("read", read), ("played", played))
                if (whole(value) or 0) > 0
            }
            named = words(who) or words(raw)
            yield Event(
                self._spot("receipts", row), "receipt", self.people.chat_of(str(raw))[0] if raw else None, None, words(key),
                self.people.account(named) if named and "@" in named else None,
                moment(got if (whole(got) or 0) > 0 else read) if times else NONE, times,
            )  # fmt: skip

    def _past(self) -> Iterator[Event]:
        columns = ("group_jid_row_id", "user_jid_row_id", "is_leave", "timestamp")
        for row, group, who, left, when in self.db.rows(
            f"SELECT rowid, {self.db.pick('group_past_participant_user', columns)} FROM group_past_participant_user"
        ):
            raw = self.people.jid(group)
            yield Event(
                self._spot("group_past_participant_user", row), "membership",
                self.people.chat_of(raw)[0] if raw is not None else None, None, None, self.people.account_of_row(who),
                moment(when), {"said": "left" if whole(left) == 1 else "removed", "left": whole(left)},
            )  # fmt: skip

    def _history(self) -> Iterator[Event]:
        for row, when, group, who, action in self.db.rows(
            f"SELECT rowid, {self.db.pick('group_participants_history', ('timestamp', 'gjid', 'jid', 'action'))} "
            "FROM group_participants_history"
        ):
            yield Event(
                self._spot("group_participants_history", row), "membership",
                self.people.chat_of(str(group))[0] if group else None, None, None,
                self.people.account(str(who)) if who and "@" in str(who) else None, moment(when), {"action": whole(action)},
            )  # fmt: skip

    def _lost(self, table: str, lost: Lost) -> Problem:
        what = f"rows {lost.first} to {lost.last} of {table} could not be read ({lost.rows} rows): {lost.why}"
        return Problem(at(self.item), "RTV-W102", what)

    def _calls(self) -> Iterator[Call | Problem]:
        there: dict[int, list[tuple[Any, Any]]] = {}
        t = "call_log_participant_v2"
        if self.db.has(t, "call_log_row_id"):
            for found in self.db.walk(t, ("call_log_row_id", "jid_row_id", "call_result")):
                if isinstance(found, tuple):
                    there.setdefault(found[1][0], []).append(found[1][1:])
                else:
                    yield self._lost(t, found)
        for found in self.db.walk("call_log", CALL):
            if not isinstance(found, tuple):
                yield self._lost("call_log", found)
                continue
            row = found[0]
            jid, mine, key, sent, video, lasted, result, size, group, kind, creator = found[1]
            raw = self.people.jid(group) or self.people.jid(jid)
            other = (
                self.people.account_of_row(jid)
                if raw is None or not raw.endswith("@g.us") or whole(group)
                else None
            )
            ours = direction(mine)
            caller = self.people.me() if ours else other if ours is False else None
            who = [a for a in (self.people.account_of_row(each) for each, _ in there.get(row, ())) if a]
            if other is not None:
                who.append(other)
            code = whole(result)
            detail: dict[str, Any] = {"from_me": ours}
            for label, value in (("bytes", size), ("call_type", kind)):
                if value is not None:
                    detail[label] = _number(value)
            if whole(creator):
                detail["creator"] = self.people.account_of_row(creator)
            results = {
                a: whole(r) for each, r in there.get(row, ()) if (a := self.people.account_of_row(each))
            }
            if results:
                detail["results"] = results
            shown = f"{code} ({CALL_RESULTS[code]})" if code in CALL_RESULTS else words(result)
            seconds = whole(lasted)
            yield Call(
                self._spot("call_log", row), "whatsapp", self.people.chat_of(raw)[0] if raw else None, caller,
                tuple(dict.fromkeys(who)), moment(sent), float(seconds) if seconds is not None else None,
                None if video is None else whole(video) == 1, shown, Native(words(key), whole(kind)), detail,
            )  # fmt: skip

    def _uncounted(self) -> Iterator[Problem]:
        """Rows that belong to no message here: counted, so that nobody takes them for nothing."""
        for table, what in (
            ("message_orphan", "message parts whose message has not arrived"),
            ("message_orphaned_edit", "edits or deletions whose message is not here"),
            ("message_add_on_orphan", "reactions or votes whose message is not here"),
            ("receipt_orphaned", "receipts whose message is not here"),
            ("message_future", "messages of a kind that this version of WhatsApp could not show"),
        ):
            if self.db.has(table):
                try:
                    n = self.db.count(table)
                except Damaged:
                    continue
                if n:
                    yield Problem(
                        at(self.item), "RTV-W105", f"{n} rows in {table}: {what}; they are not decoded"
                    )
        yield from self._left_over()

    def _left_over(self) -> Iterator[Problem]:
        """Parts (a file, a quote, a card) of messages that are gone: the part outlived its message, which is evidence."""
        owners = [t for t in ("message", "messages") if self.db.has(t, "_id")]
        parts = [(t, "message_row_id", owners) for t in (*KEYED, *LISTED) if "message" in owners]
        if self.db.has("call_log", "_id"):
            parts.append(("call_log_participant_v2", "call_log_row_id", ["call_log"]))
        parts += [
            (t, "message_add_on_row_id", ["message_add_on"])
            for t in ADDED
            if self.db.has("message_add_on", "_id")
        ]
        for table, key, named in parts:
            if not self.db.has(table, key):
                continue
            gone = " AND ".join(
                f"{quoted(key)} NOT IN (SELECT _id FROM {t} WHERE _id IS NOT NULL)" for t in named
            )
            try:
                n = sum(
                    r[0]
                    for r in self.db.rows(
                        f"SELECT count(*) FROM {quoted(table)} WHERE {quoted(key)} IS NULL OR ({gone})"
                    )
                )
            except Damaged:
                continue
            if n:
                what = (
                    f"{n} rows in {table}: parts of messages or calls that are not here; they are not decoded"
                )
                yield Problem(at(self.item), "RTV-W105", what)


def _number(value: Any) -> Any:
    n = whole(value)
    return n if n is not None else words(value)


def contacts(item: Item, db: Any) -> Iterator[Read]:
    """The address book wa.db: an account and a contact for every row."""
    from ritrova.model.records import Account

    seen: set[str] = set()
    columns = ("jid", "is_whatsapp_user", "number", "display_name", "given_name", "family_name", "wa_name", "nickname",
               "company", "title", "status", "status_timestamp", "phone_label")  # fmt: skip
    for found in db.walk("wa_contacts", columns):
        if not isinstance(found, tuple):
            what = f"rows {found.first} to {found.last} of wa_contacts could not be read: {found.why}"
            yield Problem(at(item), "RTV-W102", what, getattr(found, "rows", 0))
            continue
        row, values = found
        v = dict(zip(columns, values, strict=True))
        spot = at(item, f"table wa_contacts row {row}")
        raw = words(v["jid"])
        account = phone = None
        shown = words(v["display_name"]) or words(v["wa_name"]) or words(v["given_name"])
        if raw is not None:
            user, server = split(raw)
            phone = number(user, server)
            account = ids.account_id("whatsapp", phone or f"{user}@{server}")
            if account not in seen:
                seen.add(account)
                names = {
                    k: words(v[k]) for k in ("display_name", "wa_name", "nickname", "company") if words(v[k])
                }
                yield Account(
                    at(item), account, "whatsapp", shown, phone, None, f"{user}@{server}", False, "entry of the address book",
                    {"names": names} if names else None,
                )  # fmt: skip
        phones = tuple(dict.fromkeys(p for p in (words(v["number"]), phone) if p))
        detail = {
            k: words(v[k]) for k in columns if k not in ("jid", "number", "status_timestamp") and words(v[k])
        }
        when: Moment | None = (
            moment(v["status_timestamp"]) if (whole(v["status_timestamp"]) or 0) > 0 else None
        )
        yield Contact(spot, "whatsapp", account, shown, phones, None, when, detail or None)
