"""The forms in which records leave a case: one JSON object a line. These definitions are the schema.

Field names, order and types are stable. `model.canonical` turns records into forms.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from ritrova.model.records import (
    Act,
    App,
    Category,
    ConversationKind,
    EventKind,
    LinkKind,
    MessageKind,
    ObservableKind,
)


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
