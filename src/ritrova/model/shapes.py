"""The shapes of plugins. A plugin is one constant in its own file: a name and plain functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Protocol

import msgspec

from ritrova.model.passages import Passage, PassageMessage
from ritrova.model.records import (
    Difference,
    Finding,
    Link,
    Locator,
    Observable,
    Read,
    Sighting,
    Template,
    Trace,
)
from ritrova.model.text import Cue, Folded, Hit


class Item(Protocol):
    """Something to read: a received file, a file of a received folder, or an entry of a container.

    `source` is the SHA-256 of the received bytes; `path` its place inside the source (``name`` for a single file,
    ``outer.zip!inner.txt`` in a container, the relative path in a folder). Items are read-only and live in private memory or
    encrypted scratch: no reader ever sees an original.
    """

    @property
    def source(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def name(self) -> str:
        """The last part of the path."""
        ...

    @property
    def size(self) -> int: ...
    @property
    def modified(self) -> float | None:
        """Modification time that the file system or the container states (epoch seconds), a hint only."""
        ...

    @property
    def parent(self) -> Item | None: ...
    def head(self, n: int = 4096) -> bytes:
        """The first `n` bytes."""
        ...

    def open(self) -> BinaryIO:
        """A seekable binary stream of the whole item."""
        ...

    def sha256(self) -> str:
        """Hex SHA-256 of the item's own bytes."""
        ...

    def sibling(self, name: str) -> Item | None:
        """Another item beside this one (same folder or container) or a companion given with `--with`."""
        ...

    def siblings(self) -> Sequence[str]:
        """Names (paths relative to this item's folder) of what lies beside it."""
        ...


def at(item: Item, spot: str = "") -> Locator:
    """The locator of a spot inside an item."""
    return Locator(item.source, item.path, spot)


class Ask(msgspec.Struct, frozen=True):
    """What the user said on the command line about how to read or work.

    `zone` is an IANA zone (an assumption that stays marked), `date_order` "dmy", "mdy" or "ymd", `country` ISO 3166 alpha-2
    (the case's default for national numbers), `key` and `password` what the lawful holder supplied, `column_map` the parsed
    TOML of `--map`, `media` one of none, hashes, copy.
    """

    zone: str | None = None
    date_order: str | None = None
    country: str | None = None
    key: bytes | None = None
    password: str | None = None
    column_map: dict[str, Any] | None = None
    media: str = "hashes"
    reader: str | None = None


class Tiles(msgspec.Struct, frozen=True):
    """Independent count by tiling: the byte ranges of messages, skips and problems must cover bytes 0..`size` exactly."""

    size: int


Counted = dict[str, int] | Tiles
"""What a reader's `count` gives: entries found by unit ("messages", "calls", "contacts", "events"), or Tiles."""


class Unpacker(msgspec.Struct, frozen=True):
    """Item in, items out."""

    name: str
    title: str
    sniff: Callable[[Item], bool]
    unpack: Callable[[Item, Ask], Iterator[Item | Read]]


class Reader(msgspec.Struct, frozen=True):
    """Item in, records out. `count` finds how many entries there are without using `read`.

    `facts` is what docs/reference/formats prints: {"versions": ..., "read": [...], "lost": [...], "recalled": [...]}.
    `related(item)` names siblings that this reader consumes with the item (a -wal, wa.db, media), so that they are not
    counted as unknown.
    """

    name: str
    title: str
    sniff: Callable[[Item], bool]
    read: Callable[[Item, Ask], Iterator[Read]]
    count: Callable[[Item, Ask], Counted]
    facts: dict[str, Any] = {}
    related: Callable[[Item], Iterable[str]] | None = None


class Extractor(msgspec.Struct, frozen=True):
    """Called only for messages in which one of its cues (or a term of one of its `concepts`) hit.

    `extract` yields Observables whose `message` is "" (the caller fills it in) and whose span is in the text as written.
    """

    name: str
    cues: tuple[Cue, ...]
    extract: Callable[[Folded, Sequence[Hit], Ask], Iterator[Observable]]
    concepts: tuple[str, ...] = ()
    """Concepts, or concept groups written ``group:currency``, whose terms also wake this extractor."""
    counts: bool = False
    """True where it finds nothing in a text without a digit and without a word for a number: it is not asked then."""


class PictureExtractor(msgspec.Struct, frozen=True):
    """Runs over a decoded picture, in a limited child."""

    name: str
    extract: Callable[[Any], Iterator[Observable]]


Kind = frozenset[str]
"""Concepts of which any one will do. ``@price`` and the like stand for an observable of that kind; a concept with an
exclamation mark behind it (``captive!``) for a term that may count alone."""


class Need(msgspec.Struct, frozen=True):
    """At least `least` of some different kinds."""

    kinds: tuple[Kind, ...]
    least: int = 1


class Gate(msgspec.Struct, frozen=True):
    """What a stretch of `within` messages in a row must hold for a detector to look at it and what stands around it.

    All of `needs` must be met somewhere in the stretch, and all of `core` within `core_within` messages of it. In a `thread`
    only the messages count that go on with the first one, of the same sender or joining as `Joining` says, and `core` must be
    met where the stretch begins.
    """

    needs: tuple[Need, ...] = ()
    within: int = 10
    core: tuple[Need, ...] = ()
    core_within: int = 1
    thread: bool = False


class Joining(msgspec.Struct, frozen=True):
    """How the message of another sender goes on with a thread: by words that `answer`, or, in a message of at most `short`
    characters, by words that `talk` about the thing."""

    answers: Kind = frozenset()
    talks: Kind = frozenset()
    short: int = 60
    trade: Kind = frozenset()
    lone: Callable[[PassageMessage], bool] | None = None
    """Whether a message, which says one of `trade`, speaks of a thing of its own: whatever stands before it, it goes on with
    nothing unless it is a reply."""


class Detector(msgspec.Struct, frozen=True):
    """Says what a passage may mean, and why. Pure: same passage, same findings. `cues` are further patterns it wants."""

    name: str
    version: int
    detect: Callable[[Passage], Iterator[Finding]]
    cues: tuple[Cue, ...] = ()
    gates: tuple[Gate, ...] = ()
    """A stretch of messages that opens none of these cannot give a finding, and is not even loaded. Without gates every
    passage with a hit is."""
    joining: Joining = Joining()


class Kept(msgspec.Struct, frozen=True):
    """What a linker wants to find again the next time, by number: the case gives it back under the linker's name and " kept" by
    `View.prepared`, as long as no text was taken away and nothing was matched anew."""

    number: int
    made: bytes


class Again(msgspec.Struct, frozen=True):
    """A linker says once more, in the same words, what the case holds from the last time."""

    record: str
    """The name of the record's type."""
    id: str
    kind: str = ""
    """Of a link."""


class Linker(msgspec.Struct, frozen=True):
    """Asks the store (a `model.view.View`) and says what may be the same."""

    name: str
    link: Callable[[Any], Iterator[Link | Template | Sighting | Trace | Difference | Again | Kept]]
    after: int = 0
    """Linkers run in rising order of this: one that builds on the links of others says 1, or 2."""
    prepare: Callable[[Any, Any], Mapping[str, bytes]] | None = None
    """(view, batch of texts) -> what depends on each text alone, by the name of the part (one is named ""): parts that are not
    needed together are read apart. The case keeps it and gives it back by `View.prepared`, so that it is made once for each
    message; a linker makes what is missing itself."""
    prepares: int = 0
    """Version of what `prepare` makes and of what the linker keeps (`Kept`): what another version made is made anew."""


class Manifest(msgspec.Struct, frozen=True):
    """One file that an exporter wrote: its name inside `out`, SHA-256 (hex), size in bytes, and how many records it holds."""

    name: str
    sha256: str
    size: int
    records: int


class Out(Protocol):
    """Where an exporter writes. Every file is hashed while it is written; nothing is written beside it.

    `write` refuses names that are unsafe on some file system and names already written (WrongUse).
    """

    def write(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A new file, by a relative name with `/` between its parts."""
        ...

    def written(self, name: str, records: int) -> Manifest:
        """Hash and size of a file whose `write` is over."""
        ...


class Exporter(msgspec.Struct, frozen=True):
    """A case in other people's words. Reads only; writes through `out`, which hashes.

    `export(view, out, hide, **what)` takes a `model.view.View`, an `Out` and a `model.pseudonyms.Hide`; `what` is the
    exporter's own (a finding, a selection). It gives what it wrote.
    """

    name: str
    title: str
    export: Callable[..., list[Manifest]]
