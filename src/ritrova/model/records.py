"""Records: what each rung of the ladder leaves behind.

Every record is frozen and says where it comes from (`at`). What was written stays as written; what is inferred stands
beside it with its ground. An empty value means "the evidence does not say"; what could not be read is a `Problem`.
Records travel between processes as compact arrays; the form in which they leave a case is `model/canonical.py`.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

App: TypeAlias = Literal["whatsapp", "telegram", "viber", "signal", "messenger", "instagram", "sms", "other"]
ConversationKind: TypeAlias = Literal["direct", "group", "channel", "broadcast", "self", "unknown"]
MessageKind: TypeAlias = Literal[
    "text", "media", "system", "call", "location", "contact", "poll", "deleted", "unsupported"
]
EventKind: TypeAlias = Literal[
    "reaction", "receipt", "vote", "edit", "revocation", "membership", "pin", "payment", "session", "unknown"
]
ObservableKind: TypeAlias = Literal[
    "phone", "price", "age", "place", "handle", "link", "date", "crypto", "iban", "name", "photo"
]
Category: TypeAlias = Literal[
    "person_sale",
    "domestic_worker_transfer",
    "captive_registry",
    "runaway_bounty",
    "smuggling",
    "job_lure",
    "organ_sale",
    "weapon_sale",
    "explosive_sale",
    "tactical_gear",
    "document_sale",
    "rescue_negotiation",
]
Act: TypeAlias = Literal[
    "offer",
    "request",
    "bargain",
    "record",
    "bounty",
    "report",
    "testimony",
    "discussion",
    "religious",
    "legal",
    "history",
    "fiction",
    "joke",
    "insult",
    "job",
    "rescue",
    "appeal",
    "trade",
]
LinkKind: TypeAlias = Literal[
    "same_account",
    "same_number",
    "same_message",
    "same_wording",
    "same_photo",
    "same_person_described",
    "forward",
]
Span: TypeAlias = tuple[int, int]
"""Half-open code-point range of a message's `text` as written."""

OFFER_ACTS: frozenset[str] = frozenset({"offer", "request", "bargain", "record", "bounty"})
"""The acts that the queues of offers and the evaluation count."""


class Locator(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where a record stands: which received bytes, which item inside them, which bytes or row.

    `source` is the SHA-256 (hex) of the received file, or of a folder's manifest. `path` is the item inside it: the file's
    name for a single file, `chat.zip!_chat.txt` inside a container, the relative path in a folder. `spot` is
    ``"bytes 120-188"`` (half-open, in the item's own bytes), ``"table message row 17"``, or ``""`` for the whole item.
    """

    source: str
    path: str
    spot: str = ""


class Moment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A time as written, and what can be said about it.

    `local` is ISO 8601 without zone in the clock of the writing device; `utc` ends in ``Z`` and is given only when known.
    `ground` says in words how `local` and `utc` were reached, or why they could not be.
    """

    written: str | None = None
    local: str | None = None
    utc: str | None = None
    ground: str = ""


class Attachment(msgspec.Struct, frozen=True, array_like=True):
    """A file that a message carries. `missing` says why it is not present; `path` is its item inside the source."""

    name: str | None = None
    present: bool = False
    sha256: str | None = None
    mime: str | None = None
    missing: str | None = None
    size: int | None = None
    path: str | None = None
    detail: dict[str, Any] | None = None


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """What a message answers: the native key of the message, in which conversation if another, and the quote's snapshot."""

    key: str | None = None
    conversation: str | None = None
    snapshot: str | None = None
    detail: dict[str, Any] | None = None


class Native(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The app's own key and type code of a message, as stored."""

    key: str | None = None
    type: int | str | None = None


class Record(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Base of everything that travels between processes; the tag is the class name.

    A record is made once, from what was there before it, so none can hold itself: the collector of cycles need not walk them.
    """


class Account(Record, frozen=True, tag="Account"):
    """A name or number on one app. Not a person. `id` comes from `ids.account_id`; `ground` says how identity is known."""

    at: Locator
    id: str
    app: App
    name: str | None = None
    phone: str | None = None
    handle: str | None = None
    native: str | None = None
    owner: bool = False
    ground: str = ""
    detail: dict[str, Any] | None = None


class Conversation(Record, frozen=True, tag="Conversation"):
    """A chat, group or channel. `native` is the app's own key, `members` are account ids where the source lists them."""

    at: Locator
    id: str
    app: App
    name: str | None = None
    kind: ConversationKind = "unknown"
    native: str | None = None
    members: tuple[str, ...] = ()
    detail: dict[str, Any] | None = None


class Message(Record, frozen=True, tag="Message"):
    """One message as the source holds it. Order of messages of one item is the source's own order.

    `conversation` and `sender` are ids of records that the reader yields before the message. `sender` is None for a
    system line; `sender_name` is the name as written at this message. `sender_ground` is set where identity is weak.
    `detail` holds structured rest (location, contact, poll, entities, order, event codes ...), as plain JSON values.
    """

    at: Locator
    app: App
    conversation: str
    sender: str | None
    sender_name: str | None
    kind: MessageKind
    text: str
    sent: Moment
    edited: Moment | None = None
    reply_to: Reply | None = None
    forwarded_from: str | None = None
    native: Native | None = None
    flags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    detail: dict[str, Any] | None = None


class Event(Record, frozen=True, tag="Event"):
    """Something that happened to or around a message: a reaction, receipt, vote, edit, revocation, membership, session.

    `message_key` is the native key of the message within `conversation`, `message` its id if the reader knows it.
    """

    at: Locator
    kind: EventKind
    conversation: str | None = None
    message: str | None = None
    message_key: str | None = None
    account: str | None = None
    when: Moment | None = None
    detail: dict[str, Any] | None = None


class Call(Record, frozen=True, tag="Call"):
    """A call. `seconds` is its duration; `result` is the app's own code or word."""

    at: Locator
    app: App
    conversation: str | None
    caller: str | None
    participants: tuple[str, ...] = ()
    when: Moment = Moment()
    seconds: float | None = None
    video: bool | None = None
    result: str | None = None
    native: Native | None = None
    detail: dict[str, Any] | None = None


class Contact(Record, frozen=True, tag="Contact"):
    """An entry of an address book (not a member of a chat)."""

    at: Locator
    app: App
    account: str | None = None
    name: str | None = None
    phones: tuple[str, ...] = ()
    handle: str | None = None
    when: Moment | None = None
    detail: dict[str, Any] | None = None


class Problem(Record, frozen=True, tag="Problem"):
    """What could not be read, or needs a human's eye. `code` is stable (`ritrova explain CODE`).

    A problem whose spot is a byte range or row stands for evidence that was found and not read; `entries` says how many
    entries (messages, rows) it stands for in the reconciliation (0 for a remark that costs no entry).
    """

    at: Locator
    code: str
    what: str
    entries: int = 0


class Skip(Record, frozen=True, tag="Skip"):
    """Entries that a reader knowingly leaves out, with the reason; they add up in the reconciliation."""

    at: Locator
    reason: str
    entries: int = 1


class ItemSeen(Record, frozen=True, tag="ItemSeen"):
    """An item of a source: the file itself, a container's entry, a folder's file. `reader` is None where none claims it."""

    at: Locator
    size: int
    sha256: str | None = None
    mime: str | None = None
    reader: str | None = None
    unpacker: str | None = None
    parent: str | None = None
    note: str | None = None


class Reconciliation(Record, frozen=True, tag="Reconciliation"):
    """For one item: found = read + skipped + failed, where found was counted independently of the reader's output."""

    at: Locator
    reader: str
    found: int
    read: int
    skipped: int = 0
    failed: int = 0
    reasons: dict[str, int] = {}
    what: str = "messages"
    method: str = ""

    @property
    def adds_up(self) -> bool:
        """True when nothing was lost or invented."""
        return self.found == self.read + self.skipped + self.failed


class PictureSeen(Record, frozen=True, tag="PictureSeen"):
    """A picture of a source, never kept itself: the SHA-256 of its file (hex) and what can be compared without seeing it.

    `sha1` and `md5` are those of the file too, because hash lists name them; `pdq` is its perceptual hash (64 hex digits) with `quality` 0 to 100, `width` and `height` are pixels as the file's header
    says. `state` is "hashed", "not decoded" (`note` says why), or "listed": a hash list of the user names it, so it was
    not decoded (or its perceptual hash is forgotten) and is never shown. `marks` are small details and their places (`formats/landmarks.py`), empty without the
    `media` extra.
    """

    at: Locator
    sha256: str
    sha1: str
    md5: str
    pdq: str | None = None
    quality: int = 0
    width: int = 0
    height: int = 0
    state: Literal["hashed", "not decoded", "listed"] = "hashed"
    note: str = ""
    marks: bytes = b""


Read: TypeAlias = (
    Account
    | Conversation
    | Message
    | Event
    | Call
    | Contact
    | Problem
    | Skip
    | ItemSeen
    | Reconciliation
    | PictureSeen
)
"""What readers yield, and (ItemSeen, Reconciliation) what the child that runs them adds."""


class Observable(Record, frozen=True, tag="Observable"):
    """A value in a text: what was written, where, and its normal form. `span` is in the message's text as written.

    `value` is the normal form (E.164 phone, GeoNames' English place name, ISO date ...). `amount` is a number (price, age);
    `currency` ISO 4217 or None. `detail` carries e.g. lat, lon, unit, trick. `ground` says how it was reached.
    """

    kind: ObservableKind
    message: str
    written: str
    span: Span
    value: str | None = None
    amount: float | None = None
    currency: str | None = None
    ground: str = ""
    detail: dict[str, Any] | None = None


class Sign(msgspec.Struct, frozen=True, array_like=True):
    """An indicator seen: its id and reference in the catalogue, evidence status, and the words that show it."""

    id: str
    reference: str
    status: Literal["tested", "expert", "refuted"]
    message: str
    span: Span


class Finding(Record, frozen=True, tag="Finding"):
    """What a passage may mean, and why, in words. Never a score on a person.

    `messages` are the anchors; `offer` holds the parts {"prices": [...], "ages": [...], "places": [...], "contacts": [...]}.
    `urgency` are reasons for the order in the queue, most urgent first; `rank` orders the queue and is shown nowhere.
    """

    category: Category
    act: Act
    conversation: str
    messages: tuple[str, ...]
    indicators: tuple[Sign, ...] = ()
    why: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    offer: dict[str, Any] = {}
    detector: str = ""
    packs: str = ""
    rank: float = 0.0


class Link(Record, frozen=True, tag="Link"):
    """Two things that may be the same, and why. A hypothesis: it merges nothing by itself. `a` < `b` as text."""

    kind: LinkKind
    a: str
    b: str
    why: tuple[str, ...] = ()
    strength: Literal["strong", "weak"] = "weak"
    linker: str = ""


class Template(Record, frozen=True, tag="Template"):
    """A wording that several messages share: the constant words, and what varies (price, age, name, phone ...)."""

    messages: tuple[str, ...]
    constant: str
    slots: tuple[dict[str, Any], ...] = ()


class Difference(Record, frozen=True, tag="Difference"):
    """Where two forms of one chat disagree."""

    kind: Literal["only_in_a", "only_in_b", "text", "time", "sender", "media"]
    a: str | None
    b: str | None
    why: tuple[str, ...] = ()


class Sighting(Record, frozen=True, tag="Sighting"):
    """A passage, or photo, that may show a person at a time and place. `described` are the words as written."""

    messages: tuple[str, ...]
    observables: tuple[str, ...] = ()
    when: Moment | None = None
    place: dict[str, Any] | None = None
    described: tuple[str, ...] = ()
    photo: str | None = None


class Trace(Record, frozen=True, tag="Trace"):
    """Sightings that may be one person, ordered in time; joined and split by people, always reversible."""

    sightings: tuple[str, ...]
    strength: Literal["A", "B", "C"]
    independent_sources: int
    for_: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    last_seen: dict[str, Any] | None = None
    state: Literal["proposed", "joined", "split"] = "proposed"


class Decision(Record, frozen=True, tag="Decision"):
    """What a person decided about records. Appended, never changed; `undoes` names the decision it takes back."""

    id: str
    about: tuple[str, ...]
    verdict: str
    by: str
    at_time: str
    role: str | None = None
    note: str | None = None
    undoes: str | None = None
    snapshot: dict[str, Any] | None = None


class Source(Record, frozen=True, tag="Source"):
    """Received bytes: who brought them, from whom, under what right, and their SHA-256 (of the manifest, for a folder)."""

    sha256: str
    name: str
    kind: Literal["file", "folder"]
    size: int
    received_at: str
    by: str
    basis: str
    from_whom: str | None = None
    path: str | None = None
    state: Literal["present", "withdrawn"] = "present"
    preserved: bool = False
    manifest: tuple[tuple[str, int, str], ...] = ()
    detail: dict[str, Any] | None = None


class Action(Record, frozen=True, tag="Action"):
    """What somebody did with evidence. `n` is its place in the custody log; `detail` stays encrypted in the case."""

    n: int
    t: str
    by: str
    what: str
    about: tuple[str, ...] = ()
    basis: str | None = None
    tool: str = ""
    detail: dict[str, Any] | None = None
