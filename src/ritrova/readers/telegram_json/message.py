"""One message of a Telegram JSON export, from its decoded object to records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ritrova.formats.jsonframe import Twice, plain
from ritrova.formats.telegram import MIGRATED_SHIFT, last_name, peer_key, placeholder, unsafe
from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Attachment,
    Call,
    Event,
    Locator,
    Message,
    MessageKind,
    Moment,
    Native,
    Problem,
    Read,
    Reply,
)
from ritrova.model.shapes import Ask, Item
from ritrova.readers.telegram_json.service import CALLS, event_of
from ritrova.readers.telegram_json.times import Clock

NAME_ONLY = "only the name as written; the export gives no id"
BY_ID = "Telegram id"

_TWICE_ENCODED = ("invoice_information", "peers")
_FILE_DETAIL = (
    "media_type",
    "width",
    "height",
    "duration_seconds",
    "performer",
    "title",
    "sticker_emoji",
    "thumbnail",
    "thumbnail_file_size",
    "media_spoiler",
)
_EXPECTED = ("id", "type", "date", "from", "from_id", "text", "text_entities", "actor", "actor_id", "action")


class Chat:
    """The conversation that the messages at hand belong to."""

    __slots__ = ("first", "gaps", "id", "key", "last", "missing", "numbered", "owner")

    def __init__(self, id_: str, key: str | None, owner: str | None, numbered: bool) -> None:
        self.id = id_
        self.key = key
        self.owner = owner
        self.numbered = numbered
        """True where ids are numbered per chat, so that a gap means something."""
        self.first: int | None = None
        self.last: int | None = None
        self.missing = 0
        self.gaps: list[tuple[int, int]] = []

    def seen(self, number: int) -> None:
        """Note the id of a message, in the file's order."""
        if number <= 0:
            return
        if self.last is None:
            self.first = number
        elif number > self.last + 1:
            self.missing += number - self.last - 1
            if len(self.gaps) < 50:
                self.gaps.append((self.last + 1, number - 1))
        if self.last is None or number > self.last:
            self.last = number


class Maker:
    """Makes the records of one file's messages; remembers which accounts it has already yielded."""

    def __init__(self, item: Item, ask: Ask) -> None:
        self.item = item
        self.ask = ask
        self.clock = Clock(ask.zone)
        self.known: dict[tuple[Any, Any], str] = {}
        """Accounts yielded so far, by key and name as written; those of a mere name are in `named`."""
        self.named: dict[str, str] = {}
        self.yielded: set[str] = set()
        self.files: dict[str, tuple[bool, str | None, int | None, str | None]] = {}

    def at(self, start: int, end: int) -> Locator:
        """The locator of a byte range of the file."""
        return Locator(self.item.source, self.item.path, f"bytes {start}-{end}")

    def account(self, written: object, name: object, at: Locator, new: list[Read]) -> str | None:
        """The id of an account by key or, where there is none, by name; a record for a new one is added to `new`."""
        shown = name if isinstance(name, str) and name else None
        try:
            known = self.known.get((written, shown))
        except TypeError:
            written, known = json.dumps(written, sort_keys=True), None
        if known is not None:
            return known
        key = peer_key(written)
        if key is None and shown in self.named:
            return self.named[shown]
        if key is not None:
            made = self.known[(written, shown)] = ids.account_id("telegram", key)
            ground = BY_ID if shown else f"{BY_ID}; no name in the export (deleted account)"
            record = Account(at, made, "telegram", name=shown, native=key, ground=ground)
        elif shown is not None:
            made = ids.account_id("telegram", shown, f"{self.item.source}/{self.item.path}")
            self.named[shown] = made
            record = Account(at, made, "telegram", name=shown, ground=NAME_ONLY)
        else:
            return None
        if made not in self.yielded:
            self.yielded.add(made)
            new.append(record)
        return made

    def attachment(self, written: object, detail: dict[str, Any], at: Locator, new: list[Read]) -> Attachment:
        """The attachment for a path (or the sentence in its place) as written."""
        if not isinstance(written, str):
            return Attachment(
                present=False, missing="the export names no file", detail={**detail, "written": written}
            )
        name = detail.pop("file_name", None)
        mime = detail.pop("mime_type", None)
        stated = detail.pop("file_size", None)
        size = stated if isinstance(stated, int) else None
        mime = mime if isinstance(mime, str) else None
        reason = placeholder(written)
        if reason is not None:
            shown = name if isinstance(name, str) else None
            return Attachment(shown, False, None, mime, reason, size, None, detail or None)
        shown = name if isinstance(name, str) and name else last_name(written)
        danger = unsafe(written)
        if danger is not None:
            new.append(Problem(at, "RTV-T006", f"the path {written!r} {danger}; it was not followed"))
            missing = f"the path as written {danger}"
            return Attachment(shown, False, None, mime, missing, size, None, {**detail, "written": written})
        beside = self.files.get(written)
        if beside is None:
            found = self.item.sibling(written)
            if found is None:
                beside = (False, None, None, None)
            else:
                digest = found.sha256() if self.ask.media != "none" else None
                beside = (True, digest, found.size, found.path)
            if len(self.files) < 100_000:
                self.files[written] = beside
        present, sha256, real, path = beside
        if not present:
            return Attachment(
                shown, False, None, mime, "not beside the export", size, None, {**detail, "written": written}
            )
        if size is not None and real is not None and size != real:
            detail["size_as_written"] = size
        return Attachment(shown, True, sha256, mime, None, real, path, detail or None)

    def records(
        self, d: dict[str, Any], chat: Chat, start: int, end: int, notes: list[str]
    ) -> Iterator[Read]:
        """The records of one message: new accounts, the message, its events, remarks."""
        at = self.at(start, end)
        rest = dict(d)
        detail: dict[str, Any] = {}
        flags: list[str] = []
        new: list[Read] = []
        if notes:
            flags.append("repaired")
            detail["repaired"] = notes
        doubled: dict[str, list[Any]] = {}
        if isinstance(d, Twice):
            flags.append("doubled_key")
            for key, value in d.earlier:
                doubled.setdefault(key, []).append(value)
            detail["doubled"] = doubled
        written_type = rest.pop("type", None)
        number = rest.pop("id", None)
        action = rest.pop("action", None)
        service = written_type == "service"
        if isinstance(number, int) and not isinstance(number, bool):
            if chat.numbered:
                chat.seen(number)
            if number < 0:
                detail["id_before_migration"] = number + MIGRATED_SHIFT
        native = Native(
            None if number is None else str(number),
            f"service:{action}" if service and action is not None else written_type,
        )
        sent = self.clock.moment(rest.pop("date", None), rest.pop("date_unixtime", None))
        if self.clock.conflict:
            flags.append("time_conflict")
            new.append(Problem(at, "RTV-T007", f"{sent.written!r}: {sent.ground}"))
        edited = self.clock.edited(rest.pop("edited", None), rest.pop("edited_unixtime", None))
        if self.clock.conflict and edited is not None:
            new.append(Problem(at, "RTV-T007", f"edited {edited.written!r}: {edited.ground}"))
        name, sender = self._sender(rest, service, at, new)
        if sender is not None and peer_key(d.get("actor_id") or d.get("from_id")) is None:
            flags.append("weak_identity")
            detail["sender_ground"] = NAME_ONLY
        text, entities = self._text(rest, doubled, detail, flags, at, new)
        reply = self._reply(rest, chat, detail)
        forwarded = None
        if "forwarded_from" in rest:
            flags.append("forwarded")
            origin = rest.pop("forwarded_from")
            forwarded = origin if isinstance(origin, str) else None
            if forwarded is None:
                detail["forwarded_from"] = None
        if "self_destruct_period_seconds" in rest:
            flags.append("ttl")
        for key in _TWICE_ENCODED:
            self._decode_again(rest, key, detail)
        attachments = self.attachments(rest, at, new)
        kind, text = self._kind(rest, written_type, action, text, attachments, detail)
        if entities:
            detail["entities"] = entities
        reactions = rest.pop("reactions", None)
        mid = ids.message_id(at)
        events = list(self.reactions(reactions, chat, native, mid, at, new, detail))
        if service:
            events.append(self._service(action, rest, d, chat, native, mid, sender, sent, at))
        for key, value in rest.items():
            detail[key] = value
        yield from new
        yield Message(
            at,
            "telegram",
            chat.id,
            sender,
            name,
            kind,
            text,
            sent,
            edited,
            reply,
            forwarded,
            native,
            tuple(flags),
            attachments,
            detail or None,
        )
        yield from events
        if isinstance(action, str) and action in CALLS:
            yield self._call(d, chat, native, sender, sent, at)

    def _sender(
        self, rest: dict[str, Any], service: bool, at: Locator, new: list[Read]
    ) -> tuple[str | None, str | None]:
        name = rest.pop("actor", None) if "actor" in rest else rest.pop("from", None)
        key = rest.pop("actor_id", None) if "actor_id" in rest else rest.pop("from_id", None)
        if service and "from" in rest:
            detail_name = rest.pop("from")
            name = name if name is not None else detail_name
        shown = name if isinstance(name, str) else None
        return shown, self.account(key, name, at, new)

    def _text(
        self,
        rest: dict[str, Any],
        doubled: dict[str, list[Any]],
        detail: dict[str, Any],
        flags: list[str],
        at: Locator,
        new: list[Read],
    ) -> tuple[str, list[dict[str, Any]]]:
        text, marks = flat(rest.pop("text", ""))
        if not text and doubled.get("text"):
            for earlier in doubled["text"]:
                other, found = flat(earlier)
                if other:
                    text, marks = other, found
        if "text_entities" in rest:
            other, found = flat(rest.pop("text_entities"))
            if other == text:
                marks = found or marks
            elif other:
                if text:
                    flags.append("text_conflict")
                    detail["text_as_written"] = text
                    new.append(Problem(at, "RTV-T008", "`text` and `text_entities` of this message differ"))
                text, marks = other, found
        return text, marks

    def _reply(self, rest: dict[str, Any], chat: Chat, detail: dict[str, Any]) -> Reply | None:
        if "reply_to_message_id" not in rest:
            return None
        key = str(rest.pop("reply_to_message_id"))
        peer = peer_key(rest.pop("reply_to_peer_id", None))
        if peer is None:
            return Reply(key)
        scope = chat.owner or "" if peer.startswith("user") else ""
        return Reply(key, ids.conversation_id("telegram", peer, scope), None, {"peer": peer})

    def _decode_again(self, rest: dict[str, Any], key: str, detail: dict[str, Any]) -> None:
        written = rest.get(key)
        if not isinstance(written, str):
            return
        try:
            inner = json.loads(written)
        except (ValueError, RecursionError):
            return
        if isinstance(inner, dict | list):
            rest[key] = plain(inner)
            detail.setdefault("decoded_twice", []).append(key)

    def attachments(self, rest: dict[str, Any], at: Locator, new: list[Read]) -> tuple[Attachment, ...]:
        """The attachments that the keys of a message name; those keys are taken out of `rest`."""
        made: list[Attachment] = []
        media = {
            key: rest.pop(key) for key in _FILE_DETAIL if key in rest and ("file" in rest or "photo" in rest)
        }
        if "photo" in rest and isinstance(rest["photo"], str | None):
            size = rest.pop("photo_file_size", None)
            more = (
                {"file_size": size, "mime_type": "image/jpeg"} if "file" not in rest else {"file_size": size}
            )
            made.append(
                self.attachment(rest.pop("photo"), {**({} if "file" in rest else media), **more}, at, new)
            )
        if "file" in rest:
            more = {k: rest.pop(k) for k in ("file_name", "file_size", "mime_type") if k in rest}
            made.append(self.attachment(rest.pop("file"), {**media, **more}, at, new))
        if "contact_vcard" in rest:
            size = rest.pop("contact_vcard_file_size", None)
            vcard = {"media_type": "contact_vcard", "file_size": size, "mime_type": "text/vcard"}
            made.append(self.attachment(rest.pop("contact_vcard"), vcard, at, new))
        return tuple(made)

    def _kind(
        self,
        rest: dict[str, Any],
        written_type: object,
        action: object,
        text: str,
        attachments: tuple[Attachment, ...],
        detail: dict[str, Any],
    ) -> tuple[MessageKind, str]:
        if written_type == "service":
            if isinstance(action, str) and action in CALLS:
                return "call", text
            words = rest.get("information_text")
            return "system", text or (words if isinstance(words, str) else "")
        if written_type == "unsupported":
            return "unsupported", text
        if "contact_information" in rest:
            written = rest.pop("contact_information")
            detail["contact"] = _contact(written)
            return "contact", text
        if "location_information" in rest:
            place = rest.pop("location_information")
            spot = dict(place) if isinstance(place, dict) else {}
            for key in ("place_name", "address", "live_location_period_seconds"):
                if key in rest:
                    spot[key] = rest.pop(key)
            detail["location"] = spot
            return "location", text
        if isinstance(rest.get("poll"), dict):
            poll = dict(rest.pop("poll"))
            question, _ = flat(poll.get("question", ""))
            poll["question"] = question
            if isinstance(poll.get("answers"), list):
                poll["answers"] = [
                    {**a, "text": flat(a.get("text", ""))[0]} if isinstance(a, dict) else a
                    for a in poll["answers"]
                ]
            detail["poll"] = poll
            return "poll", text or question
        if written_type != "message":
            detail["type"] = written_type
        return ("media" if attachments else "text"), text

    def reactions(
        self,
        written: object,
        chat: Chat,
        native: Native,
        mid: str,
        at: Locator,
        new: list[Read],
        detail: dict[str, Any],
    ) -> Iterator[Event]:
        """An event for each reaction whose giver is named, and one for those of a sort whose givers are not."""
        if written is None:
            return
        if not isinstance(written, list) or not all(isinstance(r, dict) for r in written):
            detail["reactions"] = written
            return
        for reaction in written:
            what = {"type": reaction["type"]} if "type" in reaction else {}
            what.update((k, v) for k, v in reaction.items() if k not in {"type", "recent", "count"})
            recent = reaction.get("recent")
            named = [r for r in recent if isinstance(r, dict)] if isinstance(recent, list) else []
            for one in named:
                who = self.account(one.get("from_id"), one.get("from"), at, new)
                when = self.clock.moment(one.get("date"), one.get("date_unixtime"))
                yield Event(at, "reaction", chat.id, mid, native.key, who, when, {**what, "count": 1})
            total = reaction.get("count")
            left = total - len(named) if isinstance(total, int) else 0
            if left > 0 or not named:
                yield Event(
                    at,
                    "reaction",
                    chat.id,
                    mid,
                    native.key,
                    None,
                    None,
                    {**what, "count": max(left, 0), "unnamed": True},
                )

    def _service(
        self,
        action: object,
        rest: dict[str, Any],
        d: dict[str, Any],
        chat: Chat,
        native: Native,
        mid: str,
        sender: str | None,
        sent: Moment,
        at: Locator,
    ) -> Event:
        kind, words = event_of(action)
        said: dict[str, Any] = {"action": action}
        if words:
            said["meaning"] = words
        for key, value in rest.items():
            said[key] = value
        target = d.get("message_id") if action == "pin_message" else None
        if target is not None:
            return Event(at, kind, chat.id, None, str(target), sender, sent, said)
        return Event(at, kind, chat.id, mid, native.key, sender, sent, said)

    def _call(
        self, d: dict[str, Any], chat: Chat, native: Native, sender: str | None, sent: Moment, at: Locator
    ) -> Call:
        seconds = d.get("duration_seconds", d.get("duration"))
        result = d.get("discard_reason")
        return Call(
            at,
            "telegram",
            chat.id,
            sender,
            (),
            sent,
            float(seconds) if isinstance(seconds, int | float) else None,
            None,
            result if isinstance(result, str) else None,
            native,
            {"action": d.get("action")},
        )


def flat(written: object) -> tuple[str, list[dict[str, Any]]]:
    """Plain text of a string-or-array, and its entities (all but `plain`) with half-open code-point offsets."""
    if isinstance(written, str):
        return written, []
    if isinstance(written, dict):
        written = [written]
    if not isinstance(written, list):
        return ("" if written is None else str(written)), []
    parts: list[str] = []
    marks: list[dict[str, Any]] = []
    here = 0
    for part in written:
        if isinstance(part, str):
            words = part
        elif isinstance(part, dict):
            inner = part.get("text", "")
            words = inner if isinstance(inner, str) else flat(inner)[0]
            if part.get("type") != "plain":
                more = {k: v for k, v in part.items() if k != "text"}
                first = {"type": more.pop("type")} if "type" in more else {}
                place = {"start": here, "end": here + len(words)}
                marks.append({**first, **place, **more, **place})
        elif part is None:
            continue
        else:
            words = str(part)
        parts.append(words)
        here += len(words)
    return "".join(parts), marks


def _contact(written: object) -> dict[str, Any]:
    if not isinstance(written, dict):
        return {"name": None, "phones": [], "written": written}
    known = [written.get("first_name"), written.get("last_name")]
    name = " ".join(part for part in known if isinstance(part, str) and part)
    phone = written.get("phone_number")
    card: dict[str, Any] = {
        "name": name or None,
        "phones": [phone] if isinstance(phone, str) and phone else [],
    }
    for key, value in written.items():
        if key not in {"first_name", "last_name", "phone_number"}:
            card[key] = value
    return card
