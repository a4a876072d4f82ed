"""The contract that every reader must pass, over a folder with a sample: public, for readers of other packages too.

    from ritrova.testing import check_reader
    check_reader(READER, Path("tests/samples/myapp.text/one_chat"))

A sample folder holds ``input.*`` (or a folder ``input``) and, if you want the records pinned, ``records.jsonl``; other
files in it lie beside the input (a -wal, wa.db, media), except README files.
"""

from __future__ import annotations

import builtins
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

import msgspec

from ritrova.formats.items import MemoryItem
from ritrova.formats.sqlite import looks_like_sqlite, opened
from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Call,
    Contact,
    Conversation,
    Event,
    Message,
    Problem,
    Read,
    Reconciliation,
    Skip,
)
from ritrova.model.shapes import Ask, Item, Reader, Tiles
from ritrova.workers.harness import STOPS, Batch, Harness, Plugs
from ritrova.workers.tally import Sum, bytes_of, reconciled

CUTS = 20
Shows = Callable[[bytes, Message], bool]


def check_reader(
    reader: Reader,
    folder: Path,
    ask: Ask | None = None,
    *,
    shows: Shows | None = None,
    update: bool = False,
) -> list[Read]:
    """Hold a reader to the contract over one sample folder; AssertionError says in a plain sentence what is broken.

    `ask` is how the user would ask (default: as ``ask.json`` in the folder says, else empty). `shows(raw, message)` may
    replace the check that the bytes at a message's spot contain its text, for a format that codes its text. With `update`
    the file records.jsonl is written instead of compared. Gives the records, for further checks of the sample's own.
    """
    item = sample(folder)
    ask = ask or asked(folder)
    says(reader.sniff(item), f"{reader.name} does not claim {item.path}")
    with _no_files():
        records = _read(reader, item, ask)
        again = _read(reader, item, ask)
    says(records == again, "reading twice gives different records")
    _order(records)
    _unique(records)
    _sums(reader, item, ask, records)
    _drops(reader, item, ask, records)
    _spots(item, records, shows or _shows)
    _cuts(reader, item, ask, records)
    _pinned(folder, records, update)
    return records


def sample(folder: Path) -> Item:
    """The input of a sample folder as an item, with everything else in the folder beside it."""
    inputs = sorted(p for p in folder.iterdir() if p.name.startswith("input"))
    says(bool(inputs), f"{folder.name} holds no input")
    root = inputs[0] if inputs[0].is_dir() else folder
    beside = {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and (root != folder or not _about(p))
    }
    if root != folder:
        named = [n for n in beside if "/" not in n] or list(beside)
        main = (folder / "main.txt").read_text().strip() if (folder / "main.txt").exists() else named[0]
        return MemoryItem(main, beside[main], folder=beside)
    return MemoryItem(inputs[0].name, beside[inputs[0].name], folder=beside)


def asked(folder: Path) -> Ask:
    """What ``ask.json`` in the sample folder says, else an empty Ask."""
    place = folder / "ask.json"
    return msgspec.json.decode(place.read_bytes(), type=Ask) if place.exists() else Ask()


def _about(path: Path) -> bool:
    return path.name in ("records.jsonl", "ask.json", "main.txt") or path.name.upper().startswith("README")


def says(condition: bool, sentence: str) -> None:
    """An assertion with a sentence, also under ``python -O``."""
    if not condition:
        raise AssertionError(sentence)


def _read(reader: Reader, item: Item, ask: Ask) -> list[Read]:
    records = list(reader.read(item, ask))
    for record in records:
        says(
            isinstance(record, msgspec.Struct),
            f"{reader.name} yields a {type(record).__name__}, not a record",
        )
    packed = msgspec.msgpack.encode(records)
    says(
        msgspec.msgpack.decode(packed, type=list[Read]) == records,
        "a record does not come back the same after travelling between processes",
    )
    return records


def _refuse(what: str) -> Callable[..., NoReturn]:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError(f"the reader {what}; it may only read its item")

    return refuse


def _no_files() -> Any:
    """Within this block a plugin that opens a file, a socket or a process fails (imports of modules go on)."""
    real = builtins.open

    def only_modules(file: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if "r" in mode and "+" not in mode and str(file).endswith((".py", ".pyc", ".so", ".toml", ".json")):
            return real(file, mode, *rest, **more)
        raise AssertionError("the reader opens a file; it may only read its item")

    stack = mock.patch.multiple(os, system=_refuse("starts a program"), fork=_refuse("forks"), create=True)
    files = mock.patch.object(builtins, "open", only_modules)
    return _Both(stack, files)


class _Both:
    def __init__(self, *managers: Any) -> None:
        self._managers = managers

    def __enter__(self) -> None:
        for each in self._managers:
            each.__enter__()

    def __exit__(self, *error: Any) -> None:
        for each in reversed(self._managers):
            each.__exit__(*error)


def _order(records: Sequence[Read]) -> None:
    """Accounts and conversations come before what names them."""
    accounts: set[str] = set()
    conversations: set[str] = set()
    for record in records:
        if isinstance(record, Account):
            accounts.add(record.id)
        elif isinstance(record, Conversation):
            conversations.add(record.id)
        elif isinstance(record, Message):
            says(
                record.conversation in conversations,
                f"the message at {record.at.spot} names a conversation that was not yielded before it",
            )
            says(
                record.sender is None or record.sender in accounts,
                f"the message at {record.at.spot} names a sender that was not yielded before it",
            )
        elif isinstance(record, Call | Event | Contact):
            named = getattr(record, "caller", None) or getattr(record, "account", None)
            says(
                named is None or named in accounts,
                f"the {type(record).__name__.lower()} at {record.at.spot} names an account that was not yielded before it",
            )


def _unique(records: Sequence[Read]) -> None:
    """Each message has a spot, and so an id, of its own."""
    seen = Counter(ids.message_id(r.at) for r in records if isinstance(r, Message))
    twice = [each for each, n in seen.items() if n > 1]
    says(not twice, f"{len(twice)} message ids are given twice, the first is {twice[:1]}")
    kinds = Counter((type(r).__name__, r.id) for r in records if isinstance(r, Account | Conversation))
    twice = [f"{kind} {each}" for (kind, each), n in kinds.items() if n > 1]
    says(not twice, f"yielded more than once: {twice[:3]}")


def _sum(reader: Reader, item: Item, ask: Ask, records: Sequence[Read]) -> list[Problem | Reconciliation]:
    counted = reader.count(item, ask)
    total = Sum(counted if isinstance(counted, Tiles) else None)
    total.add(records)
    return reconciled(item, reader.name, counted, total)


def _sums(reader: Reader, item: Item, ask: Ask, records: Sequence[Read]) -> None:
    """What was found and what was read add up, in the harness too."""
    out = _sum(reader, item, ask, records)
    broken = [r.what for r in out if isinstance(r, Problem)]
    says(not broken, f"the sum does not add up: {broken[:1]}")
    harness = Harness(Plugs({reader.name: reader}, {}), ask)
    seen = [r for step in harness.run([item]) if isinstance(step, Batch) for r in step.records]
    sums = [r for r in seen if isinstance(r, Reconciliation)]
    says(bool(sums) and all(s.adds_up for s in sums), "the sum does not add up when the harness reads")


def _drops(reader: Reader, item: Item, ask: Ask, records: Sequence[Read]) -> None:
    """The count is independent: a record that goes missing breaks the sum."""
    places = [i for i, r in enumerate(records) if isinstance(r, Message)]
    for i in {places[0], places[len(places) // 2], places[-1]} if places else ():
        rest = [*records[:i], *records[i + 1 :]]
        out = _sum(reader, item, ask, rest)
        says(any(isinstance(r, Problem) for r in out), "a message was dropped and the sum still adds up")


def _spots(item: Item, records: Sequence[Read], shows: Shows) -> None:
    """Locators resolve: the bytes, or the row, at a message's spot exist and hold its text."""
    with item.open() as stream:
        content = stream.read()
    rows: dict[str, set[str]] = {}
    for record in records:
        says(record.at.source == item.source, f"a {type(record).__name__} names another source")
        if not isinstance(record, Message | Skip | Problem | Call | Contact | Event):
            continue
        place = bytes_of(record.at.spot)
        if place is not None:
            says(
                place[1] <= len(content),
                f"a {type(record).__name__} stands at {record.at.spot}, past the end ({len(content)} bytes)",
            )
            if isinstance(record, Message) and record.text:
                says(
                    shows(content[place[0] : place[1]], record),
                    f"the bytes at {record.at.spot} do not hold the text of the message that stands there",
                )
        elif isinstance(record, Message):
            says(bool(record.at.spot), "a message has no spot")
            if (
                record.at.spot.startswith("table ")
                and record.at.path == item.path
                and looks_like_sqlite(item)
            ):
                table, _, row = record.at.spot[6:].rpartition(" row ")
                if table not in rows:
                    rows[table] = _rowids(item, table)
                says(row in rows[table], f"there is no {record.at.spot}")


def _rowids(item: Item, table: str) -> set[str]:
    with opened(item) as db:
        return {str(n) for n in db.rowids(table)}


def _shows(raw: bytes, message: Message) -> bool:
    """True where the raw bytes hold a recognisable part of each line of the text, in a usual encoding or JSON's."""
    lines = [line.strip() for line in message.text.splitlines() if len(line.strip()) > 3]
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp1256", "cp1252", "cp1251", "cp1254"):
        seen = raw.decode(encoding, "replace")
        if all(_part(line, seen) for line in lines):
            return True
    return False


def _part(line: str, seen: str) -> bool:
    escaped = json.dumps(line)[1:-1]
    plain = json.dumps(line, ensure_ascii=False)[1:-1]
    words = sorted(line.split(), key=len, reverse=True)[:3]
    return line in seen or escaped in seen or plain in seen or any(word in seen for word in words)


def _cut(item: Item, size: int) -> MemoryItem:
    with item.open() as stream:
        content = stream.read(size)
    folder = {}
    for name in item.siblings():
        beside = item.sibling(name)
        if beside is not None and name != item.name:
            with beside.open() as stream:
                folder[name] = stream.read()
    return MemoryItem(item.name, content, source=item.source, folder={**folder, item.name: content})


def _cuts(reader: Reader, item: Item, ask: Ask, records: Sequence[Read]) -> None:
    """A cut file raises nothing, its messages add up, and there are no more of them than in the whole."""
    whole = sum(isinstance(r, Message) for r in records)
    for i in range(CUTS):
        cut = _cut(item, item.size * i // CUTS)
        where = f"cut after {cut.size} of {item.size} bytes"
        try:
            if not reader.sniff(cut):
                continue
            got = list(reader.read(cut, ask))
            counted = reader.count(cut, ask)
            out = _sum(reader, cut, ask, got)
        except STOPS as error:
            raise AssertionError(f"{where}, the reader raises {type(error).__name__}: {error}") from error
        n = sum(isinstance(r, Message) for r in got)
        says(n <= whole, f"{where}, {n} messages are read; the whole file has {whole}")
        lost = [r for r in out if isinstance(r, Reconciliation) and r.what == "messages" and not r.adds_up]
        gaps = [r.what for r in out if isinstance(r, Problem)] if isinstance(counted, Tiles) else []
        says(not lost and not gaps, f"{where}, the messages do not add up: {lost or gaps}")


def _pinned(folder: Path, records: Sequence[Read], update: bool) -> None:
    """The records are those that records.jsonl holds, one a line in the order of reading."""
    place = folder / "records.jsonl"
    lines = list(lines_of(records))
    if update:
        place.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    if place.exists():
        wanted = place.read_text(encoding="utf-8").splitlines()
        for n, (got, want) in enumerate(zip(lines, wanted, strict=False), 1):
            says(
                json.loads(got) == json.loads(want),
                f"record {n} is not the one in records.jsonl:\n  read     {got}\n  expected {want}",
            )
        says(len(lines) == len(wanted), f"{len(lines)} records were read, records.jsonl holds {len(wanted)}")


def lines_of(records: Sequence[Read]) -> Iterator[str]:
    """Records as lines of JSON with the names of their fields, empty ones left out."""
    for record in records:
        fields = {name: getattr(record, name) for name in record.__struct_fields__}
        kept = {name: value for name, value in fields.items() if value not in (None, "", (), {}, [])}
        yield json.dumps(
            {"record": type(record).__name__, **msgspec.to_builtins(_named(kept))}, ensure_ascii=False
        )


def _named(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {n: _named(getattr(value, n)) for n in value.__struct_fields__}
    if isinstance(value, dict):
        return {k: _named(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_named(v) for v in value]
    return value
