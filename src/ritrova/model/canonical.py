"""The canonical form: how records leave a case, one JSON object a line, with a schema made from the same definitions.

The forms below are the schema: field names, order and types are stable. `form_*` functions turn records into them. Nothing here
hides anything: `model.pseudonyms` changes records before they come here.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Act,
    Action,
    App,
    Call,
    Category,
    Contact,
    Conversation,
    ConversationKind,
    Decision,
    Difference,
    Event,
    EventKind,
    Finding,
    ItemSeen,
    Link,
    LinkKind,
    Locator,
    Message,
    MessageKind,
    Moment,
    Native,
    Observable,
    ObservableKind,
    Problem,
    Reconciliation,
    Reply,
    Sighting,
    Source,
    Template,
    Trace,
)
from ritrova.model.view import StoredMessage


class AtForm(msgspec.Struct, frozen=True, gc=False):
    """Received bytes (SHA-256), item inside them, bytes or row."""

    source: str
    path: str
    spot: str


class MomentForm(msgspec.Struct, frozen=True, gc=False):
    """A time as written, without zone, in UTC where known, and the ground."""

    written: str | None
    local: str | None
    utc: str | None
    ground: str


class NativeForm(msgspec.Struct, frozen=True, gc=False):
    """The app's own key and type code."""

    key: str | None
    type: int | str | None


class SenderForm(msgspec.Struct, frozen=True, gc=False):
    """Who a message is from: the account, and its name as written at this message."""

    id: str
    name: str | None
    phone: str | None
    handle: str | None


class ChatForm(msgspec.Struct, frozen=True, gc=False):
    """The conversation that a message is in."""

    id: str
    name: str | None
    kind: ConversationKind


class QuoteForm(msgspec.Struct, frozen=True):
    """What a message answers, as the source has it: native key, other conversation, snapshot of the quoted text."""

    key: str | None
    conversation: str | None
    snapshot: str | None
    detail: dict[str, Any] | None


class AttachmentForm(msgspec.Struct, frozen=True):
    """A file that a message carries."""

    id: str
    name: str | None
    present: bool
    sha256: str | None
    mime: str | None
    missing: str | None
    size: int | None
    path: str | None
    detail: dict[str, Any] | None


class SignForm(msgspec.Struct, frozen=True):
    """An indicator that was seen, and the words that show it."""

    id: str
    reference: str
    status: Literal["tested", "expert", "refuted"]
    message: str
    span: tuple[int, int]


class Form(msgspec.Struct, frozen=True, tag_field="record", forbid_unknown_fields=True):
    """Base of the lines."""


class SourceForm(Form, frozen=True, tag="source"):
    """Received bytes. `id` is their SHA-256; where they lay on the receiving machine is never told."""

    id: str
    sha256: str
    name: str
    kind: Literal["file", "folder"]
    size: int
    received_at: str
    by: str
    basis: str
    from_whom: str | None
    state: Literal["present", "withdrawn"]
    preserved: bool
    manifest: tuple[tuple[str, int, str], ...]
    detail: dict[str, Any] | None
    at: AtForm


class ItemForm(Form, frozen=True, tag="item"):
    """An item inside a source, and which reader claimed it."""

    id: str
    size: int
    sha256: str | None
    mime: str | None
    reader: str | None
    unpacker: str | None
    parent: str | None
    note: str | None
    at: AtForm


class AccountForm(Form, frozen=True, tag="account"):
    """A name or number on one app; not a person."""

    id: str
    app: App
    name: str | None
    phone: str | None
    handle: str | None
    native: str | None
    owner: bool
    ground: str
    detail: dict[str, Any] | None
    at: AtForm


class ConversationForm(Form, frozen=True, tag="conversation"):
    """A chat, group or channel."""

    id: str
    app: App
    name: str | None
    kind: ConversationKind
    native: str | None
    members: tuple[str, ...]
    detail: dict[str, Any] | None
    at: AtForm


class MessageForm(Form, frozen=True, tag="message"):
    """A message. `reply_to` is the id of the answered message where it is in the case, `quote` what the source says of it."""

    id: str
    app: App
    conversation: ChatForm
    sender: SenderForm | None
    sender_name: str | None
    kind: MessageKind
    text: str
    sent: MomentForm
    edited: MomentForm | None
    reply_to: str | None
    quote: QuoteForm | None
    forwarded_from: str | None
    native: NativeForm | None
    language: str | None
    flags: tuple[str, ...]
    attachments: tuple[AttachmentForm, ...]
    detail: dict[str, Any] | None
    at: AtForm


class EventForm(Form, frozen=True, tag="event"):
    """Something that happened to or around a message."""

    id: str
    kind: EventKind
    conversation: str | None
    message: str | None
    message_key: str | None
    account: str | None
    when: MomentForm | None
    detail: dict[str, Any] | None
    at: AtForm


class CallForm(Form, frozen=True, tag="call"):
    """A call; `seconds` is its duration."""

    id: str
    app: App
    conversation: str | None
    caller: str | None
    participants: tuple[str, ...]
    when: MomentForm
    seconds: float | None
    video: bool | None
    result: str | None
    native: NativeForm | None
    detail: dict[str, Any] | None
    at: AtForm


class ContactForm(Form, frozen=True, tag="contact"):
    """An entry of an address book."""

    id: str
    app: App
    account: str | None
    name: str | None
    phones: tuple[str, ...]
    handle: str | None
    when: MomentForm | None
    detail: dict[str, Any] | None
    at: AtForm


class ProblemForm(Form, frozen=True, tag="problem"):
    """What could not be read, or needs a human's eye; `entries` it stands for in the sum."""

    code: str
    what: str
    entries: int
    at: AtForm


class ReconciliationForm(Form, frozen=True, tag="reconciliation"):
    """found = read + skipped + failed, found counted independently."""

    reader: str
    at: AtForm
    found: int
    read: int
    skipped: int
    failed: int
    reasons: dict[str, int]
    what: str
    method: str


class ObservableForm(Form, frozen=True, tag="observable"):
    """A value in a text, as written and in its normal form."""

    id: str
    kind: ObservableKind
    message: str
    written: str
    span: tuple[int, int]
    value: str | None
    amount: int | float | None
    currency: str | None
    ground: str
    detail: dict[str, Any] | None


class FindingForm(Form, frozen=True, tag="finding"):
    """What a passage may mean, and why."""

    id: str
    category: Category
    act: Act
    conversation: str
    messages: tuple[str, ...]
    indicators: tuple[SignForm, ...]
    why: tuple[str, ...]
    counter: tuple[str, ...]
    urgency: tuple[str, ...]
    offer: dict[str, Any]
    detector: str
    packs: str


class LinkForm(Form, frozen=True, tag="link"):
    """Two things that may be the same, and why."""

    id: str
    kind: LinkKind
    a: str
    b: str
    why: tuple[str, ...]
    strength: Literal["strong", "weak"]
    linker: str


class TemplateForm(Form, frozen=True, tag="template"):
    """A wording that several messages share."""

    id: str
    messages: tuple[str, ...]
    constant: str
    slots: tuple[dict[str, Any], ...]


class DifferenceForm(Form, frozen=True, tag="difference"):
    """Where two forms of one chat disagree."""

    kind: Literal["only_in_a", "only_in_b", "text", "time", "sender", "media"]
    a: str | None
    b: str | None
    why: tuple[str, ...]


class SightingForm(Form, frozen=True, tag="sighting"):
    """A passage, or photo, that may show a person at a time and place."""

    id: str
    messages: tuple[str, ...]
    observables: tuple[str, ...]
    when: MomentForm | None
    place: dict[str, Any] | None
    described: tuple[str, ...]
    photo: str | None


class TraceForm(Form, frozen=True, tag="trace", rename={"for_": "for"}):
    """Sightings that may be one person."""

    id: str
    sightings: tuple[str, ...]
    strength: Literal["A", "B", "C"]
    independent_sources: int
    for_: tuple[str, ...]
    against: tuple[str, ...]
    last_seen: dict[str, Any] | None
    state: Literal["proposed", "joined", "split"]


class DecisionForm(Form, frozen=True, tag="decision"):
    """What a person decided."""

    id: str
    about: tuple[str, ...]
    verdict: str
    role: str | None
    note: str | None
    by: str
    at_time: str
    undoes: str | None
    snapshot: dict[str, Any] | None


class ActionForm(Form, frozen=True, tag="action"):
    """What somebody did with evidence; `n` is its place in the custody log."""

    id: str
    n: int
    t: str
    by: str
    what: str
    about: tuple[str, ...]
    basis: str | None
    tool: str
    detail: dict[str, Any] | None
    at: None


AnyForm: TypeAlias = (
    SourceForm
    | ItemForm
    | AccountForm
    | ConversationForm
    | ContactForm
    | MessageForm
    | EventForm
    | CallForm
    | ProblemForm
    | ReconciliationForm
    | ObservableForm
    | FindingForm
    | LinkForm
    | TemplateForm
    | DifferenceForm
    | SightingForm
    | TraceForm
    | DecisionForm
    | ActionForm
)


def schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) that every line of `export jsonl` satisfies."""
    made = msgspec.json.schema(AnyForm)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ritrova, canonical form",
        **made,
    }


_encoder = msgspec.json.Encoder(order=None)


def line(form: Form) -> bytes:
    """One line of the canonical form, its line break included."""
    return _encoder.encode(form) + b"\n"


def decode(text: bytes) -> AnyForm:
    """The form on a line. Raises msgspec.ValidationError when it is none."""
    return msgspec.json.decode(text, type=AnyForm)


# From records to forms.


def form(record: Any) -> Form:
    """The form of any record that stands for itself (a message needs its `StoredMessage`)."""
    return _FORMS[type(record)](record)


def event_id(e: Event) -> str:
    """Where it stands, and what, who and when."""
    when = e.when.utc or e.when.local or e.when.written or "" if e.when else ""
    rest = _encoder.encode(e.detail).decode("utf-8", "replace") if e.detail else ""
    return ids.located_id("e", e.at, e.kind, e.account or "", e.message_key or e.message or "", when, rest)


def call_id(c: Call) -> str:
    """Where it stands."""
    return ids.located_id("v", c.at, c.caller or "", (c.native.key or "") if c.native else "")


def contact_id(c: Contact) -> str:
    """Where it stands, and whom it names."""
    return ids.located_id("k", c.at, c.account or "", c.name or "", *c.phones)


def item_id(item: ItemSeen) -> str:
    """Where it stands."""
    return ids.located_id("i", item.at)


def action_id(action: Action) -> str:
    """Its place in the log."""
    return f"n-{action.n}"


def at_form(at: Locator) -> AtForm:
    """A locator."""
    return AtForm(at.source, at.path, at.spot)


def moment_form(m: Moment) -> MomentForm:
    """A time."""
    return MomentForm(m.written, m.local, m.utc, m.ground)


def message_form(
    stored: StoredMessage, chat: ChatForm | None = None, sender: SenderForm | None = None
) -> MessageForm:
    """A message; `chat` and `sender` may be given by a caller who keeps them for the next message."""
    m = stored.message
    if sender is None and m.sender is not None:
        sender = sender_form(m, stored.sender)
    return MessageForm(
        id=stored.id,
        app=m.app,
        conversation=chat if chat is not None else chat_form(stored.conversation),
        sender=sender,
        sender_name=m.sender_name,
        kind=m.kind,
        text=m.text,
        sent=MomentForm(m.sent.written, m.sent.local, m.sent.utc, m.sent.ground),
        edited=moment_form(m.edited) if m.edited is not None else None,
        reply_to=stored.reply_to,
        quote=_quote(m.reply_to) if m.reply_to is not None else None,
        forwarded_from=m.forwarded_from,
        native=NativeForm(m.native.key, m.native.type) if m.native is not None else None,
        language=stored.language,
        flags=m.flags,
        attachments=_attachments(stored.id, m) if m.attachments else (),
        detail=m.detail,
        at=AtForm(m.at.source, m.at.path, m.at.spot),
    )


def chat_form(c: Conversation) -> ChatForm:
    """The conversation as a message shows it."""
    return ChatForm(c.id, c.name, c.kind)


def sender_form(m: Message, account: Account | None) -> SenderForm:
    """The sender as a message shows it: the name as written there, else the account's."""
    if account is None:
        return SenderForm(m.sender or "", m.sender_name, None, None)
    return SenderForm(account.id, m.sender_name or account.name, account.phone, _handle(account.handle))


def _handle(handle: str | None) -> str | None:
    return handle if not handle or handle.startswith("@") else "@" + handle


def _quote(r: Reply) -> QuoteForm:
    return QuoteForm(r.key, r.conversation, r.snapshot, r.detail)


def _attachments(message: str, m: Message) -> tuple[AttachmentForm, ...]:
    return tuple(
        AttachmentForm(
            ids.attachment_id(message, position, a),
            a.name,
            a.present,
            a.sha256,
            a.mime,
            a.missing,
            a.size,
            a.path,
            a.detail,
        )
        for position, a in enumerate(m.attachments)
    )


def _moment(m: Moment | None) -> MomentForm | None:
    return None if m is None else moment_form(m)


def _native(n: Native | None) -> NativeForm | None:
    return None if n is None else NativeForm(n.key, n.type)


def _source(s: Source) -> SourceForm:
    return SourceForm(
        id=s.sha256,
        sha256=s.sha256,
        name=s.name,
        kind=s.kind,
        size=s.size,
        received_at=s.received_at,
        by=s.by,
        basis=s.basis,
        from_whom=s.from_whom,
        state=s.state,
        preserved=s.preserved,
        manifest=s.manifest,
        detail=s.detail,
        at=AtForm(s.sha256, "", ""),
    )


def _item(i: ItemSeen) -> ItemForm:
    return ItemForm(
        item_id(i), i.size, i.sha256, i.mime, i.reader, i.unpacker, i.parent, i.note, at_form(i.at)
    )


def _account(a: Account) -> AccountForm:
    return AccountForm(
        a.id,
        a.app,
        a.name,
        a.phone,
        _handle(a.handle),
        a.native,
        a.owner,
        a.ground,
        a.detail,
        at_form(a.at),
    )


def _conversation(c: Conversation) -> ConversationForm:
    return ConversationForm(
        c.id, c.app, c.name, c.kind, c.native, tuple(sorted(c.members)), c.detail, at_form(c.at)
    )


def _event(e: Event) -> EventForm:
    return EventForm(
        event_id(e),
        e.kind,
        e.conversation,
        e.message,
        e.message_key,
        e.account,
        _moment(e.when),
        e.detail,
        at_form(e.at),
    )


def _call(c: Call) -> CallForm:
    return CallForm(
        call_id(c),
        c.app,
        c.conversation,
        c.caller,
        c.participants,
        moment_form(c.when),
        c.seconds,
        c.video,
        c.result,
        _native(c.native),
        c.detail,
        at_form(c.at),
    )


def _contact(c: Contact) -> ContactForm:
    return ContactForm(
        contact_id(c),
        c.app,
        c.account,
        c.name,
        c.phones,
        _handle(c.handle),
        _moment(c.when),
        c.detail,
        at_form(c.at),
    )


def _problem(p: Problem) -> ProblemForm:
    return ProblemForm(p.code, p.what, p.entries, at_form(p.at))


def _reconciliation(r: Reconciliation) -> ReconciliationForm:
    return ReconciliationForm(
        r.reader,
        at_form(r.at),
        r.found,
        r.read,
        r.skipped,
        r.failed,
        dict(sorted(r.reasons.items())),
        r.what,
        r.method,
    )


def _observable(o: Observable) -> ObservableForm:
    amount = int(o.amount) if o.amount is not None and o.amount.is_integer() else o.amount
    return ObservableForm(
        ids.observable_id(o),
        o.kind,
        o.message,
        o.written,
        o.span,
        o.value,
        amount,
        o.currency,
        o.ground,
        o.detail,
    )


def _finding(f: Finding) -> FindingForm:
    return FindingForm(
        ids.finding_id(f),
        f.category,
        f.act,
        f.conversation,
        f.messages,
        tuple(SignForm(s.id, s.reference, s.status, s.message, s.span) for s in f.indicators),
        f.why,
        f.counter,
        f.urgency,
        f.offer,
        f.detector,
        f.packs,
    )


def _link(x: Link) -> LinkForm:
    return LinkForm(ids.link_id(x), x.kind, x.a, x.b, x.why, x.strength, x.linker)


def _template(t: Template) -> TemplateForm:
    return TemplateForm(ids.template_id(t), t.messages, t.constant, t.slots)


def _difference(d: Difference) -> DifferenceForm:
    return DifferenceForm(d.kind, d.a, d.b, d.why)


def _sighting(s: Sighting) -> SightingForm:
    return SightingForm(
        ids.sighting_id(s), s.messages, s.observables, _moment(s.when), s.place, s.described, s.photo
    )


def _trace(t: Trace) -> TraceForm:
    return TraceForm(
        ids.trace_id(t),
        t.sightings,
        t.strength,
        t.independent_sources,
        t.for_,
        t.against,
        t.last_seen,
        t.state,
    )


def _decision(d: Decision) -> DecisionForm:
    return DecisionForm(d.id, d.about, d.verdict, d.role, d.note, d.by, d.at_time, d.undoes, d.snapshot)


def _action(a: Action) -> ActionForm:
    return ActionForm(action_id(a), a.n, a.t, a.by, a.what, a.about, a.basis, a.tool, a.detail, None)


_FORMS: dict[type, Any] = {
    Source: _source,
    ItemSeen: _item,
    Account: _account,
    Conversation: _conversation,
    Event: _event,
    Call: _call,
    Contact: _contact,
    Problem: _problem,
    Reconciliation: _reconciliation,
    Observable: _observable,
    Finding: _finding,
    Link: _link,
    Template: _template,
    Difference: _difference,
    Sighting: _sighting,
    Trace: _trace,
    Decision: _decision,
    Action: _action,
}
