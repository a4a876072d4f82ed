"""Models into records: conversations, messages with their attachments and replies, calls, contacts, activity."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from ritrova.model.ids import conversation_id, message_id
from ritrova.model.records import (
    Account,
    App,
    Attachment,
    Call,
    Contact,
    Conversation,
    ConversationKind,
    Event,
    Locator,
    Message,
    MessageKind,
    Native,
    Read,
    Reply,
)
from ritrova.model.shapes import Ask, Item, at
from ritrova.readers.ufdr.people import Model, People, app_of, attached, many, moment, one, text
from ritrova.readers.ufdr.tagged import Beside, Tagged, safe

PLAIN = frozenset(
    {"Body", "Identifier", "TimeStamp", "Source", "SourceApplication", "UserMapping", "IsLocationSharing"}
)
"""Fields of a message that become fields of the record; the others are kept in its detail by name."""
TRIVIAL = frozenset({"", "False", "Unknown", "Default", "Normal", "00:00:00", "Decoding", "AppMessage"})
KINDS: dict[str, ConversationKind] = {
    "onetoone": "direct",
    "one2one": "direct",
    "group": "group",
    "broadcast": "broadcast",
    "channel": "channel",
}


class Making:
    """One report on its way into records."""

    def __init__(self, item: Item, ask: Ask, tagged: Tagged) -> None:
        self.item = item
        self.ask = ask
        self.people = People(item)
        self.tagged = tagged
        self.beside = Beside(item)
        self.scope = f"{item.source}/{item.path}"
        self.given: dict[str, Conversation] = {}
        self.starts = array("Q")
        """Where the messages given out so far begin, in the order of giving."""
        self.unsafe = 0
        self.repairs: array[int] = array("Q")
        self._repair = 0

    def spot(self, model: Model) -> Locator:
        """The bytes of a model."""
        return Locator(self.item.source, self.item.path, f"bytes {model['start']}-{model['end']}")

    # -- conversations

    def chat(self, model: Model) -> Iterator[Read]:
        """The conversation of a chat as far as it is known by now, if that is new."""
        app = app_of(text(model, "Source"))
        members: list[Account] = []
        for party in many(model, "Participants"):
            found = self.people.party(party, app)
            if found is not None and found not in members:
                members.append(found)
        yield from self.people.fresh()
        native = text(model, "Id")
        id = model.get("conversation")
        kind: ConversationKind = KINDS.get(text(model, "ChatType").casefold().replace(" ", ""), "unknown")
        group = native.endswith("@g.us") or len(members) > 2
        if kind == "unknown":
            kind = "broadcast" if native.endswith("@broadcast") else "group" if group else "unknown"
            if not group and len(members) == 2 and kind == "unknown":
                kind = "direct"
        if id is None:
            if native:
                scope = "" if native.endswith("@g.us") else self.scope
                id = conversation_id(app, native, scope)
            else:
                id = conversation_id(app, model.get("id") or str(model["start"]), self.scope)
            model["conversation"] = id
        name = text(model, "Name") or None
        detail: dict[str, Any] = {"source": text(model, "Source"), "model": model.get("id")}
        others = [m for m in members if not m.owner]
        if name is None and kind == "direct" and len(others) == 1 and (others[0].name or others[0].phone):
            name = others[0].name or others[0].phone
            detail["name_ground"] = "the other member's name"
        for key in ("extractionId", "deleted_state", "decoding_confidence"):
            if model.get(key):
                detail[key] = model[key]
        for field in ("StartTime", "LastActivity"):
            when = moment(model, field, self.ask.date_order)
            if when.written:
                detail[field] = when.utc or when.local or when.written
        record = Conversation(
            at=at(self.item, f"bytes {model['start']}-{model.get('end') or model['start'] + 6}"),
            id=id,
            app=app,
            name=name,
            kind=kind,
            native=native or model.get("id"),
            members=tuple(m.id for m in members),
            detail=detail,
        )
        before = self.given.get(id)
        if before is None or (len(before.members), before.name or "") < (
            len(record.members),
            record.name or "",
        ):
            self.given[id] = record
            yield record

    def lone(self, app: App, source: str, ends: list[Account], model: Model) -> Iterator[Read]:
        """The conversation of a message that stands in no chat: those who took part in it."""
        people = sorted({a.id for a in ends})
        id = conversation_id(app, "between " + " ".join(people) if people else "no chat", self.scope)
        model["conversation"] = id
        if id not in self.given:
            others = [a for a in ends if not a.owner]
            name = (others[0].name or others[0].phone) if len({a.id for a in others}) == 1 else None
            record = Conversation(
                at=at(self.item),
                id=id,
                app=app,
                name=name,
                kind="direct" if len(people) == 2 else "group" if len(people) > 2 else "unknown",
                members=tuple(people),
                detail={
                    "source": source,
                    "ground": "messages outside any chat, put together by who took part",
                },
            )
            self.given[id] = record
            yield record

    # -- messages

    def message(self, model: Model, chat: Model | None, outer: Model | None) -> Iterator[Read]:
        """The record of a message model, preceded by accounts and its conversation, followed by its events."""
        source = (
            text(model, "Source")
            or text(model, "SourceApplication")
            or (text(chat, "Source") if chat else "")
        )
        app = app_of(source, model["type"])
        flags: list[str] = []
        detail: dict[str, Any] = {"source": source} if app == "other" or source.casefold() != app else {}
        sender = self.people.party(one(model, "From"), app)
        held = model["models"]
        parties = many(model, "Parties", "Party", "To", "Cc", "Bcc") if len(held) > ("From" in held) else []
        ends: list[Account] = [] if sender is None else [sender]
        to: list[str] = []
        events: list[Event] = []
        me_at = self.spot(model)
        for party in parties:
            found = self.people.party(party, app)
            if found is None:
                continue
            ends.append(found)
            role = text(party, "Role").casefold()
            if role == "from" and sender is None:
                sender = found
            elif role != "from":
                to.append(found.id)
            events += self.receipts(party, found, me_at)
        yield from self.people.fresh()
        if chat is not None:
            if "conversation" not in chat:
                yield from self.chat(chat)
        elif outer is not None and "conversation" in outer:
            model["conversation"] = outer["conversation"]
        else:
            yield from self.lone(app, source, ends, model)
        conversation = str((chat or model)["conversation"])
        body = text(model, "Body")
        attachments = tuple(self.attachment(a, me_at) for a in attached(model))
        kind: MessageKind = "media" if attachments else "text"
        labels: set[str] = set()
        extra_data = many(model, "MessageExtraData")
        if extra_data or "Label" in model["fields"]:
            labels = {text(extra, "Label") for extra in extra_data} | {text(model, "Label")} - TRIVIAL
            labels -= {"", "Default"}
        place = next((p for name in ("Position", "Coordinate", "Location") if (p := one(model, name))), None)
        if place is not None:
            kind = "location" if not attachments else kind
            detail["location"] = {
                key: number(text(place, field)) or text(place, field)
                for key, field in (("lat", "Latitude"), ("lon", "Longitude"), ("address", "PositionAddress"))
                if text(place, field)
            }
        shared = many(model, "SharedContacts")
        if shared:
            kind = "contact" if not body else kind
            detail["contacts"] = [card(c) for c in shared]
        if "System" in labels or text(model, "Type").casefold().startswith("system"):
            kind = "system"
            if sender is not None:
                detail["actor"] = sender.id
                sender = None
        state = model.get("deleted_state", "")
        if state.casefold() == "deleted":
            flags.append("recovered")
        if state not in ("", "Intact"):
            detail["deleted_state"] = state
        if model.get("decoding_confidence"):
            detail["decoding_confidence"] = model["decoding_confidence"]
        if model.get("extractionId"):
            detail["extractionId"] = model["extractionId"]
        reply, forwarded = self.extras(extra_data, labels, detail) if extra_data else (None, None)
        if forwarded is None and "Forwarded" in labels:
            forwarded = "not said by whom"
        destruct = text(model, "SelfDestructDuration")
        if "SelfDestruct" in labels or destruct not in TRIVIAL:
            flags.append("ttl")
        if outer is not None:
            flags.append("quoted_transcript")
            detail["embedded_in"] = outer.get("id")
            detail["held_as"] = model["held"]
        elif chat is None:
            detail["outside_chat"] = True
        if labels:
            detail["labels"] = sorted(labels)
        if to:
            detail["to"] = to
        self.rest(model, detail)
        if self.repaired(model):
            flags.append("repaired")
        identifier = text(model, "Identifier")
        detail["model"] = model.get("id")
        if sender is not None and sender.ground.startswith("name only"):
            flags.append("weak_identity")
        self.starts.append(model["start"])
        yield Message(
            at=me_at,
            app=app,
            conversation=conversation,
            sender=None if sender is None else sender.id,
            sender_name=None
            if sender is None
            else text(one(model, "From") or {"fields": {}}, "Name") or sender.name,
            kind=kind,
            text=body,
            sent=moment(model, "TimeStamp", self.ask.date_order),
            reply_to=reply,
            forwarded_from=forwarded,
            native=Native(identifier or model.get("id"), text(model, "Type") or model["type"]),
            flags=tuple(flags),
            attachments=attachments,
            detail=detail,
        )
        for event in events:
            yield Event(
                event.at,
                event.kind,
                conversation,
                event.message,
                account=event.account,
                when=event.when,
                detail=event.detail,
            )

    def rest(self, model: Model, detail: dict[str, Any]) -> None:
        """Fields that no rule reads are kept by their names, so that nothing the examiner's tool said is lost."""
        fields = model["fields"]
        more = {}
        for name in fields.keys() - PLAIN:
            value = fields[name]
            if (isinstance(value, list) or value not in TRIVIAL) and not name.startswith("node:"):
                more[name] = value
        if more:
            detail["fields"] = dict(sorted(more.items()))

    def receipts(self, party: Model, account: Account, spot: Locator) -> list[Event]:
        """Who got and read a message when, as its recipients say."""
        found = []
        for field in ("DateDelivered", "DateRead", "DatePlayed"):
            if field in party["fields"]:
                when = moment(party, field, self.ask.date_order)
                detail = {"what": field}
                found.append(
                    Event(
                        spot, "receipt", None, message_id(spot), account=account.id, when=when, detail=detail
                    )
                )
        return found

    def extras(
        self, data: list[Model], labels: set[str], detail: dict[str, Any]
    ) -> tuple[Reply | None, str | None]:
        """Reply, quote and forward out of the extra data of a message."""
        reply: Reply | None = None
        forwarded: str | None = None
        for extra in data:
            kind = extra["type"]
            inner = one(extra, "InstantMessage")
            key = text(extra, "OriginalMessageID") or text(extra, "ReferenceId")
            if kind == "ForwardedMessageData":
                origin = one(extra, "OriginalSender") or one(extra, "From")
                forwarded = (
                    (text(origin, "Name") or text(origin, "Identifier"))
                    if origin
                    else forwarded or "not said by whom"
                )
                detail["forward"] = {k: v for k, v in extra["fields"].items() if v}
            elif kind in ("ReplyMessageData", "QuotedMessageData") and reply is None:
                body = text(inner, "Body") if inner else ""
                about: dict[str, Any] = {"as": kind}
                if inner is not None:
                    about["model"] = inner.get("id")
                if text(extra, "ReferenceId"):
                    about["reference"] = text(extra, "ReferenceId")
                if key or inner is not None:
                    reply = Reply(key or (inner or {}).get("id"), None, body or None, about)
            elif kind not in ("MessageLabel", "ReplyMessageData", "QuotedMessageData"):
                detail.setdefault("extra", []).append({"type": kind, **extra["fields"]})
        return reply, forwarded

    def attachment(self, model: Model, spot: Locator) -> Attachment:
        """An attachment: the file beside the report where it lies there, else why it does not."""
        name = text(model, "Filename")
        detail: dict[str, Any] = {"model": model.get("id")}
        for field in ("URL", "Title", "Transcript", "Charset"):
            if text(model, field):
                detail[field] = text(model, field)
        if model.get("deleted_state") not in (None, "Intact"):
            detail["deleted_state"] = model["deleted_state"]
        file = model.get("file_id") or next(iter(model["fields"].get("node:Data", ())), None)
        listed = self.tagged.find(file) if file else None
        if file:
            detail["file"] = file
        path = text(model, "attachment_extracted_path") or (listed or {}).get("local", "")
        size = whole(text(model, "length")) or whole((listed or {}).get("size", ""))
        for key in ("sha256", "md5", "path"):
            if listed and key in listed:
                detail[f"{key}_as_listed"] = listed[key]
        missing: str | None = "the report names no file"
        found = None
        sha256 = None
        if path:
            detail["path_as_written"] = path
            inside = safe(path)
            if inside is None:
                self.unsafe += 1
                missing = "its path leads outside the report's folder and was not followed"
            else:
                found = self.beside.find(inside)
                missing = "not beside the report" if found is None else None
        elif listed is None and file:
            missing = "its file is not listed in the report"
        if found is not None:
            size = found.size
            if self.ask.media != "none":
                sha256 = found.sha256()
        if not name and path:
            name = path.replace("\\", "/").rpartition("/")[2]
        return Attachment(
            name=name or None,
            present=found is not None,
            sha256=sha256,
            mime=text(model, "ContentType") or None,
            missing=missing,
            size=size,
            path=None if found is None else found.path,
            detail=detail,
        )

    def repaired(self, model: Model) -> bool:
        """Whether a byte of this model was replaced to make it readable."""
        if not self.repairs:
            return False
        place = bisect_left(self.repairs, model["start"])
        return place < len(self.repairs) and self.repairs[place] < model["end"]

    # -- the rest

    def activity(self, model: Model) -> Iterator[Read]:
        """What the activity log of a chat says: who joined, left, renamed; where the report says no more, as unknown."""
        app = app_of(text(model, "Source"))
        for one_activity in many(model, "ActivityLog"):
            account = self.people.party(one(one_activity, "Participant"), app)
            yield from self.people.fresh()
            action = text(one_activity, "Action")
            low = action.casefold()
            member = any(
                word in low for word in ("add", "remov", "join", "left", "leave", "creat", "admin", "invit")
            )
            fields = {k: v for k, v in one_activity["fields"].items() if v}
            when = next((f for f in ("TimeStamp", "SystemMessageTimeStamp") if fields.get(f)), "TimeStamp")
            yield Event(
                at=self.spot(one_activity),
                kind="membership" if member else "unknown",
                conversation=model["conversation"],
                account=None if account is None else account.id,
                when=moment(one_activity, when, self.ask.date_order),
                detail=fields,
            )

    def call(self, model: Model) -> Iterator[Read]:
        """A call: who called whom by their roles, how long, and with what result."""
        source = text(model, "Source")
        app = app_of(source)
        caller: Account | None = None
        everybody: list[Account] = []
        for party in many(model, "Parties", "Party", "From", "To"):
            found = self.people.party(party, app)
            if found is None:
                continue
            everybody.append(found)
            if text(party, "Role").casefold() == "from" or party["held"] == "From":
                caller = found
        yield from self.people.fresh()
        kind = text(model, "Direction") or text(model, "Type")
        detail = {"source": source, "model": model.get("id")}
        detail |= {
            k: v for k, v in model["fields"].items() if k not in ("Source", "TimeStamp", "Duration") and v
        }
        for key in ("deleted_state", "decoding_confidence", "extractionId"):
            if model.get(key):
                detail[key] = model[key]
        video = text(model, "VideoCall")
        yield Call(
            at=self.spot(model),
            app=app,
            conversation=None,
            caller=None if caller is None else caller.id,
            participants=tuple(dict.fromkeys(a.id for a in everybody)),
            when=moment(model, "TimeStamp", self.ask.date_order),
            seconds=seconds(text(model, "Duration")),
            video={"true": True, "false": False}.get(video.casefold()),
            result=text(model, "Status") or kind or None,
            native=Native(text(model, "Identifier") or model.get("id"), kind or None),
            detail=detail,
        )

    def contact(self, model: Model, outer: Model | None) -> Iterator[Read]:
        """An entry of an address book, or a contact that a message shares."""
        source = text(model, "Source")
        app = app_of(source) if source else app_of(text(outer, "Source")) if outer else "other"
        found = card(model)
        account = text(model, "Account")
        detail: dict[str, Any] = {"model": model.get("id"), "source": source, **found}
        for key in ("deleted_state", "decoding_confidence", "extractionId"):
            if model.get(key):
                detail[key] = model[key]
        if account:
            detail["account"] = account
        if outer is not None:
            detail["shared_in"] = outer.get("id")
        user = next((e["value"] for e in found["entries"] if e["type"] == "UserID"), None)
        known: Account | None = None
        if app != "other" and user:
            known = self.people.account(app, user, found["name"], False, model["start"], model["end"])
            yield from self.people.fresh()
        when = next((f for f in ("TimeCreated", "TimeContacted", "TimeModified") if text(model, f)), None)
        yield Contact(
            at=self.spot(model),
            app=app,
            account=None if known is None else known.id,
            name=found["name"] or None,
            phones=tuple(
                dict.fromkeys(tidy(e["value"]) for e in found["entries"] if e["type"] == "PhoneNumber")
            ),
            handle=user,
            when=moment(model, when, self.ask.date_order) if when else None,
            detail=detail,
        )


def card(model: Model) -> dict[str, Any]:
    """A contact as plain values: its name, and its entries by type with value and category as written."""
    entries = []
    for entry in many(model, "Entries"):
        value = text(entry, "Value")
        if value:
            entries.append({"type": entry["type"], "value": value, "category": text(entry, "Category")})
    return {"name": text(model, "Name"), "entries": entries}


def tidy(written: str) -> str:
    """A number with its country (+...) without spaces and marks; any other as written."""
    bare = re.sub(r"[\s().-]", "", written)
    return bare if re.fullmatch(r"\+[1-9]\d{6,14}", bare) else written


def number(written: str) -> float | None:
    """A decimal number, or None."""
    try:
        return float(written)
    except ValueError:
        return None


def whole(written: str) -> int | None:
    """A whole number, or None."""
    return int(written) if written.isascii() and written.isdigit() else None


def seconds(written: str) -> float | None:
    """Seconds of a duration written as 00:01:02 (days before, fractions after where there are any)."""
    found = re.fullmatch(r"(?:(\d+)\.)?(\d+):(\d\d):(\d\d)(?:\.(\d+))?", written.strip())
    if found is None:
        return None
    days, hours, minutes, rest = (int(found[i] or 0) for i in range(1, 5))
    return days * 86400.0 + hours * 3600 + minutes * 60 + rest + (float("0." + found[5]) if found[5] else 0.0)
