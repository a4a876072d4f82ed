"""What leaves a case shows pseudonyms in place of names, numbers and handles, unless somebody asks otherwise and it is logged.

`Hide` turns records into records of the same kind. The same name, number or account has the same pseudonym everywhere in a
case, and another one in the next case: pseudonyms are keyed (HMAC-SHA-256) with a secret of the case. Ids are keyed anew too,
because an id derived from a phone number or a file name can be found by trying all numbers; source hashes stay, since they are
what the bundle proves. Words of a reviewer's note and free text in custody details are withheld, since nobody can know
whom they name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from msgspec.structs import replace

from ritrova.model import ids, looks
from ritrova.model.knowing import collect
from ritrova.model.masking import PRIVATE_KINDS, Masked, Masker
from ritrova.model.naming import CODE, Pseudonyms, withheld
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


class Hide(Pseudonyms):
    """Replaces what says who somebody is. `Hide(key)` with 16 bytes or more of the case's secret, or `Hide.none()`.

    `knowing(view)` gives one that knows the names of a case; exporters call it. `on` is False for `Hide.none()`, which gives
    every record back as it came.
    """

    on = True

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

    def _message(self, m: Message, id: str) -> Message:
        account = self._call("account", m.sender) if m.sender else None
        name = account or (self.person(m.sender_name) if m.sender_name else None)
        return replace(
            m,
            at=self.at(m.at),
            conversation=self.id(m.conversation),
            sender=self.id(m.sender) if m.sender else None,
            sender_name=name if m.sender_name is not None else None,
            text=self._mask_message(id, m.text, m.kind == "system").text if m.text else "",
            sent=self.moment(m.sent),
            edited=self.moment(m.edited) if m.edited is not None else None,
            reply_to=self._reply(m.reply_to) if m.reply_to is not None else None,
            forwarded_from=self.person(m.forwarded_from) if m.forwarded_from else m.forwarded_from,
            native=self._native(m.native),
            attachments=tuple(self._attachment(a) for a in m.attachments) if m.attachments else (),
            detail=self.anything(self._said_by_app(m.detail) if m.kind == "system" else m.detail),
        )

    def _said_by_app(self, value: Any) -> Any:
        """The rest of a system line: sentences and names in it are hidden as in the line itself, codes and keys stay."""
        if isinstance(value, dict):
            return {k: self._said_by_app(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._said_by_app(v) for v in value]
        if isinstance(value, str) and not CODE.fullmatch(value):
            return self._masker.mask(value, (), True).text
        return value

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
            when=self.moment(e.when) if e.when is not None else None,
            detail=self.anything(e.detail),
        )

    def _phone_call(self, c: Call) -> Call:
        return replace(
            c,
            at=self.at(c.at),
            conversation=self.id(c.conversation) if c.conversation else c.conversation,
            caller=self.id(c.caller) if c.caller else c.caller,
            participants=self.ids(c.participants),
            when=self.moment(c.when),
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
            when=self.moment(c.when) if c.when is not None else None,
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
            note=withheld(d.note) if d.note else d.note,
            undoes=self.id(d.undoes) if d.undoes else d.undoes,
            snapshot=self.anything(d.snapshot),
        )


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
        when=hide.moment(s.when) if s.when is not None else None,
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
