"""The canonical form: records as they leave a case, one JSON object a line, with a schema made from `model.forms`.

Nothing here hides anything: `model.pseudonyms` changes records before they come here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ritrova.model import ids
from ritrova.model.forms import (
    AccountForm,
    ActionForm,
    AnyForm,
    AtForm,
    AttachmentForm,
    CallForm,
    ChatForm,
    ContactForm,
    ConversationForm,
    DecisionForm,
    DifferenceForm,
    EventForm,
    FindingForm,
    Form,
    ItemForm,
    LinkForm,
    MessageForm,
    MomentForm,
    NativeForm,
    ObservableForm,
    ProblemForm,
    QuoteForm,
    ReconciliationForm,
    SenderForm,
    SightingForm,
    SignForm,
    SourceForm,
    TemplateForm,
    TraceForm,
)
from ritrova.model.records import (
    Account,
    Action,
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
    Moment,
    Native,
    Observable,
    Problem,
    Reconciliation,
    Record,
    Reply,
    Sighting,
    Source,
    Template,
    Trace,
)
from ritrova.model.view import StoredMessage


def schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) that every line of `export jsonl` satisfies."""
    made = msgspec.json.schema(AnyForm)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ritrova, canonical form",
        **made,
    }


_decoder = msgspec.json.Decoder(AnyForm)
_encoder = msgspec.json.Encoder(order="deterministic")


def line(form: Form) -> bytes:
    """One line of the canonical form, its line break included."""
    return _encoder.encode(form) + b"\n"


def decode(text: bytes) -> AnyForm:
    """The form on a line. Raises msgspec.ValidationError when it is none."""
    made: AnyForm = _decoder.decode(text)
    return made


# From records to forms.


def form(record: Record, id: str | None = None) -> Form:
    """The form of any record but a message (see `message_form`). `id` is shown instead of the record's own."""
    made: Form = _FORMS[type(record)](record, id if id is not None else id_of(record))
    return made


def id_of(record: Record) -> str:
    """The id of a record as the canonical form shows it; "" for kinds that have none (problem, reconciliation, difference)."""
    own: str = _IDS[type(record)](record) if type(record) in _IDS else ""
    return own


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
    stored: StoredMessage,
    chat: ChatForm | None = None,
    sender: SenderForm | None = None,
    rename: Callable[[str], str] | None = None,
) -> MessageForm:
    """A message. `chat` and `sender` may be given by a caller who keeps them for the next message; `rename` changes the ids of
    the message, of what it answers and of its attachments.
    """
    m = stored.message
    if sender is None and m.sender is not None:
        sender = sender_form(m, stored.sender)
    reply_to = stored.reply_to
    return MessageForm(
        id=stored.id if rename is None else rename(stored.id),
        app=m.app,
        conversation=chat if chat is not None else chat_form(stored.conversation),
        sender=sender,
        sender_name=m.sender_name,
        kind=m.kind,
        text=m.text,
        sent=MomentForm(m.sent.written, m.sent.local, m.sent.utc, m.sent.ground),
        edited=moment_form(m.edited) if m.edited is not None else None,
        reply_to=reply_to if rename is None or reply_to is None else rename(reply_to),
        quote=_quote(m.reply_to) if m.reply_to is not None else None,
        forwarded_from=m.forwarded_from,
        native=NativeForm(m.native.key, m.native.type) if m.native is not None else None,
        language=stored.language,
        flags=m.flags,
        attachments=_attachments(stored.id, m, rename) if m.attachments else (),
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


def _attachments(message: str, m: Message, rename: Callable[[str], str] | None) -> tuple[AttachmentForm, ...]:
    made = []
    for position, a in enumerate(m.attachments):
        id = ids.attachment_id(message, position, a)
        made.append(
            AttachmentForm(
                id if rename is None else rename(id),
                a.name,
                a.present,
                a.sha256,
                a.mime,
                a.missing,
                a.size,
                a.path,
                a.detail,
            )
        )
    return tuple(made)


def _moment(m: Moment | None) -> MomentForm | None:
    return None if m is None else moment_form(m)


def _native(n: Native | None) -> NativeForm | None:
    return None if n is None else NativeForm(n.key, n.type)


def _source(s: Source, id: str) -> SourceForm:
    return SourceForm(
        id=id,
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


def _item(i: ItemSeen, id: str) -> ItemForm:
    return ItemForm(id, i.size, i.sha256, i.mime, i.reader, i.unpacker, i.parent, i.note, at_form(i.at))


def _account(a: Account, id: str) -> AccountForm:
    return AccountForm(
        id,
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


def _conversation(c: Conversation, id: str) -> ConversationForm:
    return ConversationForm(
        id, c.app, c.name, c.kind, c.native, tuple(sorted(c.members)), c.detail, at_form(c.at)
    )


def _event(e: Event, id: str) -> EventForm:
    return EventForm(
        id,
        e.kind,
        e.conversation,
        e.message,
        e.message_key,
        e.account,
        _moment(e.when),
        e.detail,
        at_form(e.at),
    )


def _call(c: Call, id: str) -> CallForm:
    return CallForm(
        id,
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


def _contact(c: Contact, id: str) -> ContactForm:
    return ContactForm(
        id,
        c.app,
        c.account,
        c.name,
        c.phones,
        _handle(c.handle),
        _moment(c.when),
        c.detail,
        at_form(c.at),
    )


def _problem(p: Problem, id: str) -> ProblemForm:
    return ProblemForm(p.code, p.what, p.entries, at_form(p.at))


def _reconciliation(r: Reconciliation, id: str) -> ReconciliationForm:
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


def _observable(o: Observable, id: str) -> ObservableForm:
    amount = int(o.amount) if o.amount is not None and o.amount.is_integer() else o.amount
    return ObservableForm(
        id,
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


def _finding(f: Finding, id: str) -> FindingForm:
    return FindingForm(
        id,
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


def _link(x: Link, id: str) -> LinkForm:
    return LinkForm(id, x.kind, x.a, x.b, x.why, x.strength, x.linker)


def _template(t: Template, id: str) -> TemplateForm:
    return TemplateForm(id, t.messages, t.constant, t.slots)


def _difference(d: Difference, id: str) -> DifferenceForm:
    return DifferenceForm(d.kind, d.a, d.b, d.why)


def _sighting(s: Sighting, id: str) -> SightingForm:
    return SightingForm(id, s.messages, s.observables, _moment(s.when), s.place, s.described, s.photo)


def _trace(t: Trace, id: str) -> TraceForm:
    return TraceForm(
        id,
        t.sightings,
        t.strength,
        t.independent_sources,
        t.for_,
        t.against,
        t.last_seen,
        t.state,
    )


def _decision(d: Decision, id: str) -> DecisionForm:
    return DecisionForm(id, d.about, d.verdict, d.role, d.note, d.by, d.at_time, d.undoes, d.snapshot)


def _action(a: Action, id: str) -> ActionForm:
    return ActionForm(id, a.n, a.t, a.by, a.what, a.about, a.basis, a.tool, a.detail, None)


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
_IDS: dict[type, Any] = {
    Source: lambda s: s.sha256,
    ItemSeen: item_id,
    Account: lambda a: a.id,
    Conversation: lambda c: c.id,
    Message: lambda m: ids.message_id(m.at),
    Event: event_id,
    Call: call_id,
    Contact: contact_id,
    Observable: ids.observable_id,
    Finding: ids.finding_id,
    Link: ids.link_id,
    Template: ids.template_id,
    Sighting: ids.sighting_id,
    Trace: ids.trace_id,
    Decision: lambda d: d.id,
    Action: action_id,
}
