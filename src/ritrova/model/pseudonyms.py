"""What leaves a case shows pseudonyms in place of names, numbers and handles, unless somebody asks otherwise and it is logged.

`Hide` turns records into records of the same kind. The same name, number or account has the same pseudonym everywhere in a
case, and another one in the next case: pseudonyms are keyed (HMAC-SHA-256) with a secret of the case. Ids are keyed anew too,
because an id derived from a phone number or a file name can be found by trying all numbers; source hashes stay, since they are
what the bundle proves. Words of a reviewer's note and free text in custody details are withheld, since nobody can know
whom they name.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from msgspec.structs import replace

from ritrova.model import ids, looks
from ritrova.model.knowing import collect
from ritrova.model.masking import PRIVATE_KINDS, Known, Masked, Masker, digits, fold
from ritrova.model.records import (
    Account,
    Action,
    Attachment,
    Call,
    Contact,
    Conversation,
    Decision,
    Difference,
    Event,
    Finding,
    ItemSeen,
    Link,
    Locator,
    Message,
    Native,
    Observable,
    Problem,
    Reconciliation,
    Record,
    Reply,
    Sighting,
    Skip,
    Source,
    Template,
    Trace,
)
from ritrova.model.view import StoredMessage, View

R = TypeVar("R", bound=Record)

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DEPTH = 60
_KEPT = 200_000
"""Entries that a memory of pseudonyms holds, at most."""
_TIME_KEYS = ("time", "date", "when", "stamp", "expire", "until", "since", "second", "milli", "size", "duration", "bytes", "hash",
    "width", "height", "length", "offset", "position", "layer", "constructor", "flags")  # fmt: skip
_WORDY = re.compile(r"[a-z][a-z0-9_.:@/+-]{0,40}")
_SAFE_KEYS = frozenset(
    (
        "reader",
        "readers",
        "format",
        "tool",
        "version",
        "verdict",
        "state",
        "detector",
        "linker",
        "exporter",
        "command",
        "unpacker",
    )
)


class Hide:
    """Replaces what says who somebody is. `Hide(key)` with 16 bytes or more of the case's secret, or `Hide.none()`.

    `knowing(view)` gives one that knows the names of a case; exporters call it. `on` is False for `Hide.none()`, which gives
    every record back as it came.
    """

    on = True

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._view: View | None = None
        self._masker = Masker(Known(), self._call)
        self._given: dict[str, str] = {}
        self._owner_of: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._keyed: dict[str, str] = {}
        self._paths: dict[str, str] = {}
        self._moved: dict[str, Masked] = {}
        self._accounts: dict[str, Account] = {}
        self._conversations: dict[str, Conversation] = {}
        self._seen: dict[str, list[Observable]] = {}

    @staticmethod
    def none() -> Hide:
        """Hides nothing (`--identities`)."""
        return _Nothing(b"")

    def knowing(self, view: View) -> Hide:
        """One that knows the names, numbers and handles of this case. Reads the case once; the same view costs nothing again."""
        if self._view is view or not self.on:
            return self
        knowing = Hide(self._key)
        knowing._view = view
        knowing._masker = Masker(collect(view), knowing._call)
        grouped: dict[str, list[Observable]] = {}
        for o in view.observables():
            grouped.setdefault(o.message, []).append(o)
        knowing._seen = grouped
        return knowing

    # names of things

    def _call(self, kind: str, key: str) -> str:
        full = f"{kind}\0{key}"
        shown = self._given.get(full)
        if shown is None:
            number = int.from_bytes(self._digest(full)[:16], "big")
            letters = ""
            while len(letters) < 20:
                number, at = divmod(number, len(_LETTERS))
                letters += _LETTERS[at]
            label = _LABELS.get(kind, kind)
            for length in (8, 12, 16, 20):
                shown = label + "-".join(letters[i : i + 4] for i in range(0, length, 4))
                if self._owner_of.setdefault(shown, full) == full:
                    break
            self._given[full] = shown = cast(str, shown)
        return shown

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")

    def id(self, id: str) -> str:
        """The id that stands for an id outside the case. Source hashes stay; the source and spot of a message stay readable."""
        if id.startswith("m-") and (match := looks.MESSAGE_ID.fullmatch(id)):
            item = match[2]
            if (code := self._keyed.get(item)) is None:
                self._keyed[item] = code = self._digest("item " + item)[:4].hex()
            return f"m-{match[1]}-{code}-{match[3]}"
        if (known := self._keyed.get(id)) is not None:
            return known
        if not looks.ID.fullmatch(id):
            return id
        made = id[:2] + self._digest("id " + id)[:10].hex()
        if len(self._keyed) < _KEPT:
            self._keyed[id] = made
        return made

    def ids(self, some: Iterable[str]) -> tuple[str, ...]:
        """Each of them."""
        return tuple(self.id(id) for id in some)

    def text(self, text: str) -> str:
        """A sentence about the evidence, or written in it, with names and numbers replaced."""
        if len(text) > 2000:
            return self._masker.mask(text).text
        found = self._texts.get(text)
        if found is None:
            if len(self._texts) > 50_000:
                self._texts.clear()
            self._texts[text] = found = self._masker.mask(_IDS_INSIDE.sub(lambda m: self.id(m[0]), text)).text
        return found

    def texts(self, some: Iterable[str]) -> tuple[str, ...]:
        """Each of them."""
        return tuple(self.text(text) for text in some)

    def person(self, name: str) -> str:
        """A name standing for itself."""
        if len(digits(name)) >= 7 and not any(c.isalpha() for c in name):
            return self.phone(name)
        return self._call("name", " ".join(fold(name).split()))

    def phone(self, phone: str) -> str:
        """A phone number in a field of its own."""
        return self._call("phone", self._masker.phone(phone)) if digits(phone) else self._call("phone", phone)

    def handle(self, handle: str) -> str:
        """A handle in a field of its own."""
        return "@" + self._call("handle", fold(handle).lstrip("@"))

    def native(self, key: str) -> str:
        """An app's own key of an account or conversation: often a number or a JID."""
        number = re.fullmatch(r"\+?(\d{7,15})(@s\.whatsapp\.net|@c\.us)?", key)
        return self._call("phone", self._masker.phone(number[1])) if number else self._call("key", key)

    def key(self, key: str) -> str:
        """An app's own key of a message. Short numbers and random keys stay, what may be a number or address of a person not."""
        if looks.RANDOM_KEY.fullmatch(key) and not (
            6 < len(key) < 16 and key.isdigit() and self._masker.knows(key)
        ):
            return key
        return self._call("key", key)

    def path(self, path: str) -> str:
        """A path inside a source: names that an app gives stay, others are replaced and keep their extension."""
        shown = self._paths.get(path)
        if shown is None:
            parts = re.split(r"([/!])", path)
            shown = "".join(part if part in ("/", "!", "") else self._part(part) for part in parts)
            if len(self._paths) < _KEPT:
                self._paths[path] = shown
        return shown

    def _part(self, part: str) -> str:
        if looks.PLAIN_NAME.fullmatch(part) or part in (".", ".."):
            return part
        extension = looks.EXTENSION.search(part)
        return self._call("item", part) + (extension[0].lower() if extension else "")

    def at(self, at: Locator) -> Locator:
        """A locator."""
        return Locator(at.source, self.path(at.path), at.spot)

    def anything(self, value: Any, key: str = "", depth: int = 0) -> Any:
        """A structured rest: strings as texts, ids as ids, long numbers that are no time or size as numbers of persons."""
        if isinstance(value, str):
            return self._string(value, key)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, float):
            return self._number(int(value), key) if value.is_integer() and abs(value) >= 1e6 else value
        if isinstance(value, int):
            return self._number(value, key)
        if depth > _DEPTH:
            return "withheld (nested too deeply)"
        if isinstance(value, dict):
            return self._mapping(value, depth + 1)
        if isinstance(value, (list, tuple)):
            return [self.anything(v, key, depth + 1) for v in value]
        return _withheld(str(value))

    def _string(self, value: str, key: str) -> Any:
        if looks.ID.fullmatch(value) or looks.MESSAGE_ID.fullmatch(value):
            return self.id(value)
        if looks.SHA256.fullmatch(value):
            return value
        lower = key.lower()
        if lower in ("vcard", "card"):
            return self.text(value)
        if "path" in lower or "file" in lower:
            return self.path(value)
        if any(word in lower for word in ("jid", "native", "lid")) and value:
            return self.native(value)
        if "phone" in lower and len(digits(value)) >= 5:
            return self.phone(value)
        if "username" in lower and value:
            return self.handle(value)
        return self.text(value)

    def _number(self, value: int, key: str) -> Any:
        if abs(value) < 1_000_000:
            return value
        text = str(abs(value))
        lower = key.lower()
        known = self._masker.knows(text)
        if not known and (any(word in lower for word in _TIME_KEYS) or len(text) > 15):
            return value
        return self._call("phone", self._masker.phone(text)) if known else self._call("number", text)

    def _mapping(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        kind = value.get("kind")
        message = value.get("message")
        made: dict[str, Any] = {}
        for name, inner in value.items():
            shown = self._string(name, "") if isinstance(name, str) else str(name)
            if kind in PRIVATE_KINDS and name in ("value", "values", "written"):
                made[shown] = self._private(cast(str, kind), inner)
            elif name == "span" and isinstance(message, str) and _is_span(inner):
                made[shown] = list(self._masked(message).span((inner[0], inner[1])))
            elif name == "about" and isinstance(inner, (list, tuple)):
                made[shown] = [self.id(i) if isinstance(i, str) else i for i in inner]
            else:
                made[shown] = self.anything(inner, str(name), depth)
        return made

    def _private(self, kind: str, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [self._private(kind, v) for v in value]
        if not isinstance(value, str):
            return value if value is None else self._call(kind, str(value))
        if kind == "phone":
            return self.phone(value)
        if kind == "handle":
            return self.handle(value)
        return self.person(value) if kind == "name" else self._call(kind, fold(value))

    # records

    def record(self, record: R) -> R:
        """Any record. The ids of records that carry none of their own must be hidden by the caller, from the original."""
        change = cast("Callable[[Hide, R], R]", _CHANGES[type(record)])
        return change(self, record)

    def stored(self, stored: StoredMessage) -> StoredMessage:
        """A message with its conversation and sender; `id` and `reply_to` keep the case's own ids, for `canonical` to rename."""
        m = stored.message
        sender = stored.sender
        if sender is not None:
            if (hidden := self._accounts.get(sender.id)) is None:
                self._accounts[sender.id] = hidden = self.record(sender)
            sender = hidden
        if (chat := self._conversations.get(m.conversation)) is None:
            self._conversations[m.conversation] = chat = self.record(stored.conversation)
        return replace(stored, message=self._message(m, stored.id), conversation=chat, sender=sender)

    def moved(self, stored: StoredMessage) -> Masked:
        """The text of a message as `stored` shows it, with the way from the old spans to the new ones."""
        return self._mask_message(stored.id, stored.message.text)

    def _mask_message(self, id: str, text: str) -> Masked:
        seen = self._seen.get(id, ())
        if not seen:
            return self._masker.mask(text)
        masked = self._moved.get(id)
        if masked is None:
            self._moved[id] = masked = self._masker.mask(text, seen)
        return masked

    def _masked(self, message: str) -> Masked:
        """The masked text of a message of the case, by its own id."""
        found = self._moved.get(message)
        if found is None:
            stored = self._view.message(message) if self._view is not None else None
            found = Masked("") if stored is None else self._mask_message(message, stored.message.text)
            if len(self._moved) > 200_000:
                self._moved.clear()
            self._moved[message] = found
        return found

    def _message(self, m: Message, id: str = "") -> Message:
        account = self._call("account", m.sender) if m.sender else None
        name = account or (self.person(m.sender_name) if m.sender_name else None)
        return replace(
            m,
            at=self.at(m.at),
            conversation=self.id(m.conversation),
            sender=self.id(m.sender) if m.sender else None,
            sender_name=name if m.sender_name is not None else None,
            text=self._mask_message(id, m.text).text if m.text else "",
            sent=m.sent if not m.sent.ground else replace(m.sent, ground=self.text(m.sent.ground)),
            reply_to=self._reply(m.reply_to) if m.reply_to is not None else None,
            forwarded_from=self.person(m.forwarded_from) if m.forwarded_from else m.forwarded_from,
            native=self._native(m.native),
            attachments=tuple(self._attachment(a) for a in m.attachments) if m.attachments else (),
            detail=self.anything(m.detail),
        )

    def _reply(self, r: Reply) -> Reply:
        where = r.conversation
        if where is not None:
            where = self.id(where) if looks.ID.fullmatch(where) else self.native(where)
        return Reply(
            self.key(r.key) if r.key else r.key,
            where,
            self.text(r.snapshot) if r.snapshot else r.snapshot,
            self.anything(r.detail),
        )

    def _native(self, n: Native | None) -> Native | None:
        return None if n is None else Native(self.key(n.key) if n.key else n.key, n.type)

    def _attachment(self, a: Attachment) -> Attachment:
        return replace(
            a,
            name=self.path(a.name) if a.name else a.name,
            missing=self.text(a.missing) if a.missing else a.missing,
            path=self.path(a.path) if a.path else a.path,
            detail=self.anything(a.detail),
        )

    def _account(self, a: Account) -> Account:
        return replace(
            a,
            at=self.at(a.at),
            id=self.id(a.id),
            name=self._call("account", a.id),
            phone=self.phone(a.phone) if a.phone else a.phone,
            handle=self.handle(a.handle) if a.handle else a.handle,
            native=self.native(a.native) if a.native else a.native,
            ground=self.text(a.ground),
            detail=self.anything(a.detail),
        )

    def _conversation(self, c: Conversation) -> Conversation:
        return replace(
            c,
            at=self.at(c.at),
            id=self.id(c.id),
            name=self._call("conversation", c.id),
            native=self.native(c.native) if c.native else c.native,
            members=self.ids(c.members),
            detail=self.anything(c.detail),
        )

    def _event(self, e: Event) -> Event:
        return replace(
            e,
            at=self.at(e.at),
            conversation=self.id(e.conversation) if e.conversation else e.conversation,
            message=self.id(e.message) if e.message else e.message,
            message_key=self.key(e.message_key) if e.message_key else e.message_key,
            account=self.id(e.account) if e.account else e.account,
            detail=self.anything(e.detail),
        )

    def _phone_call(self, c: Call) -> Call:
        return replace(
            c,
            at=self.at(c.at),
            conversation=self.id(c.conversation) if c.conversation else c.conversation,
            caller=self.id(c.caller) if c.caller else c.caller,
            participants=self.ids(c.participants),
            result=self.text(c.result) if c.result else c.result,
            native=self._native(c.native),
            detail=self.anything(c.detail),
        )

    def _contact(self, c: Contact) -> Contact:
        return replace(
            c,
            at=self.at(c.at),
            account=self.id(c.account) if c.account else c.account,
            name=self.person(c.name) if c.name else c.name,
            phones=tuple(self.phone(p) for p in c.phones),
            handle=self.handle(c.handle) if c.handle else c.handle,
            detail=self.anything(c.detail),
        )

    def _observable(self, o: Observable) -> Observable:
        masked = self._masked(o.message)
        span = masked.span(o.span)
        written = masked.text[span[0] : span[1]] if masked.text else self.text(o.written)
        value = self._private(o.kind, o.value) if o.kind in PRIVATE_KINDS else o.value
        if value is not None and o.kind in ("link", "place", "photo", "date"):
            value = self.text(value)
        return replace(
            o,
            message=self.id(o.message),
            written=written,
            span=span,
            value=value,
            ground=self.text(o.ground),
            detail=self.anything(o.detail),
        )

    def _finding(self, f: Finding) -> Finding:
        return replace(
            f,
            conversation=self.id(f.conversation),
            messages=self.ids(f.messages),
            indicators=tuple(
                replace(s, message=self.id(s.message), span=self._masked(s.message).span(s.span))
                for s in f.indicators
            ),
            why=self.texts(f.why),
            counter=self.texts(f.counter),
            urgency=self.texts(f.urgency),
            offer=self.anything(f.offer),
        )

    def _source(self, s: Source) -> Source:
        return replace(
            s,
            name=self.path(s.name),
            basis=self.text(s.basis),
            from_whom=self.person(s.from_whom) if s.from_whom else s.from_whom,
            path=None,
            manifest=tuple((self.path(path), size, digest) for path, size, digest in s.manifest),
            detail=self._withheld(s.detail),
        )

    def _action(self, a: Action) -> Action:
        return replace(
            a,
            about=self.ids(a.about),
            basis=self.text(a.basis) if a.basis else a.basis,
            detail=self._withheld(a.detail),
        )

    def _decision(self, d: Decision) -> Decision:
        return replace(
            d,
            id=self.id(d.id),
            about=self.ids(d.about),
            note=_withheld(d.note) if d.note else d.note,
            undoes=self.id(d.undoes) if d.undoes else d.undoes,
            snapshot=self.anything(d.snapshot),
        )

    def _withheld(self, value: Any, key: str = "") -> Any:
        """Structured custody details: numbers, ids, hashes and words of the tool stay, other texts are withheld."""
        if isinstance(value, dict):
            return {
                (k if _WORDY.fullmatch(k) else self.text(k)): self._withheld(v, k) for k, v in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self._withheld(v, key) for v in value]
        if isinstance(value, str) and not looks.SHA256.fullmatch(value):
            if looks.ID.fullmatch(value) or looks.MESSAGE_ID.fullmatch(value):
                return self.id(value)
            return value if key in _SAFE_KEYS and _WORDY.fullmatch(value) else _withheld(value)
        return self._number(value, key) if type(value) is int else value


class _Nothing(Hide):
    on = False

    def id(self, id: str) -> str:
        return id

    def text(self, text: str) -> str:
        return text

    def path(self, path: str) -> str:
        return path

    def person(self, name: str) -> str:
        return name

    def phone(self, phone: str) -> str:
        return phone

    def handle(self, handle: str) -> str:
        return handle

    def native(self, key: str) -> str:
        return key

    def key(self, key: str) -> str:
        return key

    def anything(self, value: Any, key: str = "", depth: int = 0) -> Any:
        return value

    def record(self, record: R) -> R:
        return cast(R, replace(record, path=None)) if isinstance(record, Source) else record

    def stored(self, stored: StoredMessage) -> StoredMessage:
        return stored

    def moved(self, stored: StoredMessage) -> Masked:
        return Masked(stored.message.text)


_LABELS = {
    "account": "Account ",
    "conversation": "Conversation ",
    "name": "Name ",
    "phone": "phone-",
    "handle": "handle-",
    "email": "email-",
    "jid": "jid-",
    "key": "key-",
    "number": "number-",
    "item": "item-",
    "iban": "iban-",
    "crypto": "wallet-",
}
_IDS_INSIDE = re.compile(r"(?<![\w-])(?:m-[0-9a-f]{16}-[0-9a-f]{8}-[bxr][\w.]*|[a-z]-[0-9a-f]{20})(?![\w-])")


def _withheld(text: str) -> str:
    return f"withheld ({len(text)} characters)"


def _is_span(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(type(v) is int for v in value)


_CHANGES: dict[type, Any] = {
    Account: Hide._account,
    Conversation: Hide._conversation,
    Message: lambda hide, m: hide._message(m, ids.message_id(m.at)),
    Event: Hide._event,
    Call: Hide._phone_call,
    Contact: Hide._contact,
    Observable: Hide._observable,
    Finding: Hide._finding,
    Source: Hide._source,
    Action: Hide._action,
    Decision: Hide._decision,
    Problem: lambda hide, p: replace(p, at=hide.at(p.at), what=hide.text(p.what)),
    Skip: lambda hide, s: replace(s, at=hide.at(s.at), reason=hide.text(s.reason)),
    ItemSeen: lambda hide, i: replace(
        i,
        at=hide.at(i.at),
        parent=hide.path(hide.id(i.parent)) if i.parent else i.parent,
        note=hide.text(i.note) if i.note else i.note,
    ),
    Reconciliation: lambda hide, r: replace(
        r,
        at=hide.at(r.at),
        reasons={hide.text(k): v for k, v in r.reasons.items()},
        method=hide.text(r.method),
    ),
    Link: lambda hide, x: replace(x, a=hide.id(x.a), b=hide.id(x.b), why=hide.texts(x.why)),
    Template: lambda hide, t: replace(
        t,
        messages=hide.ids(t.messages),
        constant=hide.text(t.constant),
        slots=tuple(hide.anything(s) for s in t.slots),
    ),
    Difference: lambda hide, d: replace(
        d, a=hide.id(d.a) if d.a else d.a, b=hide.id(d.b) if d.b else d.b, why=hide.texts(d.why)
    ),
    Sighting: lambda hide, s: replace(
        s,
        messages=hide.ids(s.messages),
        observables=hide.ids(s.observables),
        place=hide.anything(s.place),
        described=hide.texts(s.described),
        photo=hide.id(s.photo) if s.photo else s.photo,
    ),
    Trace: lambda hide, t: replace(
        t,
        sightings=hide.ids(t.sightings),
        for_=hide.texts(t.for_),
        against=hide.texts(t.against),
        last_seen=hide.anything(t.last_seen),
    ),
}
