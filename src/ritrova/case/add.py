"""Add: receive files, read them in a limited child, keep what was read, look at it, and say whether it adds up."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from ritrova import plugins
from ritrova.case import hashes
from ritrova.case.analysis import Analyst
from ritrova.case.clock import now
from ritrova.case.find import FindReport, find, keep_looked
from ritrova.case.link import LinkReport, link
from ritrova.case.opening import Case
from ritrova.case.talk import SILENT, Talk
from ritrova.custody import names, preserving, receiving
from ritrova.languages import fold as folding
from ritrova.model.errors import NotFound, RitrovaError, WrongUse
from ritrova.model.records import ItemSeen, Locator, Message, Problem, Read, Reconciliation, Source
from ritrova.model.shapes import Ask
from ritrova.workers import reading
from ritrova.workers.harness import UNKNOWN

ORIGINALS = "originals"
"""Folder of the case in which encrypted copies lie."""
PRESERVED = "preserved:"
"""Secrets under this name and a source's SHA-256 are the keys of the copies."""


STOPPED = frozenset({"RTV-R003", "RTV-R004", "RTV-R005", "RTV-R012"})
"""Problems after which a file was not read to its end, for a reason that may be gone when it is added again."""


class AddAsk(msgspec.Struct, frozen=True):
    """What the user said to `add`. The fields are the options of the command line."""

    reading: Ask = Ask()
    with_files: tuple[Path, ...] = ()
    from_whom: str | None = None
    basis: str | None = None
    preserve: bool = False
    only_read: bool = False
    packs: tuple[Path, ...] = ()


class Added(msgspec.Struct, frozen=True):
    """What became of one path: ``added``, ``already here``, or ``failed`` with the reason."""

    path: str
    outcome: str
    source: str | None = None
    name: str = ""
    size: int = 0
    counts: dict[str, int] = {}
    items: int = 0
    unknown: tuple[str, ...] = ()
    problems: dict[str, int] = {}
    reconciliations: tuple[Reconciliation, ...] = ()
    why: str = ""
    code: str = ""

    @property
    def adds_up(self) -> bool:
        """True when every reconciliation of the source adds up."""
        return all(r.adds_up for r in self.reconciliations)


class AddReport(msgspec.Struct, frozen=True):
    """What `add` did, path by path, and what was found and linked after it."""

    sources: tuple[Added, ...]
    found: FindReport | None = None
    linked: LinkReport | None = None

    @property
    def exit_code(self) -> int:
        """0 done, 3 done with problems recorded, 1 when nothing could be added at all."""
        if self.sources and all(s.outcome == "failed" for s in self.sources):
            return 1
        troubled = any(s.outcome == "failed" or s.problems or not s.adds_up for s in self.sources)
        return 3 if troubled else 0


def add(case: Case, paths: Sequence[Path], ask: AddAsk | None = None, talk: Talk = SILENT) -> AddReport:
    """Receive, read, find and link. One path that fails does not stop the others."""
    ask = ask or AddAsk()
    if not paths:
        raise WrongUse("nothing to add", "Name at least one file or folder.")
    if ask.reading.reader is not None and ask.reading.reader not in plugins.load("readers"):
        raise WrongUse(f"there is no reader {ask.reading.reader!r}", "`ritrova formats` lists them.")
    analyst = None if ask.only_read else case.analyst(ask.packs)
    fresh = case.store.scanned()[0] in ("", analyst.packs if analyst else "")
    added: list[Added] = []
    for path in paths:
        try:
            added.append(_add_one(case, path, ask, analyst if fresh else None, talk))
        except RitrovaError as error:
            added.append(_failed(case, path, error.what, error.next_step, error.code))
        except Exception as error:  # whatever one file does, the others go on and the user is told
            added.append(_failed(case, path, f"{type(error).__name__}: {error}", "", "RTV-E002"))
    found = linked = None
    if not ask.only_read:
        found = find(case, packs=ask.packs, talk=talk)
        analyst = None
        case.let_go_of_packs()
        linked = link(case, talk=talk)
    case.store.fold_back()
    return AddReport(tuple(added), found, linked)


def _failed(case: Case, path: Path, what: str, next_step: str, code: str) -> Added:
    why = f"{what.rstrip('.')}. {next_step}" if next_step else what
    with case.change() as change:
        change.act("add failed", detail={"path": names.text_of(path), "why": why, "code": code})
    return Added(
        names.text_of(path), "failed", name=names.text_of(path.name), why=why, code=code, problems={code: 1}
    )


def _not_the_case(case: Case, path: Path) -> None:
    """A case is no evidence of its own, and a folder that holds it changes with every step that is logged."""
    own, given = case.folder.resolve(), path.resolve()
    if given.is_relative_to(own) or own.is_relative_to(given):
        raise WrongUse(
            f"{names.text_of(path)} holds this case or is part of it",
            "Name the evidence itself, or keep the case in a folder apart.",
        )


def _add_one(case: Case, path: Path, ask: AddAsk, analyst: Analyst | None, talk: Talk) -> Added:
    _not_the_case(case, path)
    basis = ask.basis or case.basis
    received = receiving.receive(
        path,
        by=case.by,
        basis=basis,
        from_whom=ask.from_whom,
        t=now(),
        progress=lambda done: talk.progress(f"hashing {path.name}", done, None, "bytes"),
    )
    source = received.source
    state = case.store.source_state(source.sha256)
    again = state == "reading"
    if state == "complete":
        known = next(s for s in case.view().sources() if s.sha256 == source.sha256)
        wanted = _another_reading(case, source.sha256, ask)
        if wanted is None:
            if ask.preserve and not known.preserved:
                preserve(case, path, talk)
            return Added(names.text_of(path), "already here", source.sha256, source.name, source.size)
        again, ask = True, wanted
        source = msgspec.structs.replace(source, preserved=known.preserved)
    if again:
        case.store.thin_source(source.sha256)
    with case.change() as change:
        if again:
            change.writer.drop_source(source.sha256)
        change.writer.source(source, "reading")
        change.act(
            "receive",
            [source.sha256],
            basis=basis,
            detail={
                "size": source.size,
                "from": ask.from_whom,
                "resumed": again,
                "ask": _plain(ask),
            },
        )
        change.writer.keep(list(received.problems))
    tally = Tally()
    tally.take(received.problems)
    lists = hashes.listed(case)
    files = list(received.files)
    aside: list[Read] = []
    if lists is not None:
        files, aside = hashes.set_aside(lists, received.files, source.sha256)
        aside = hashes.checked(lists, aside)
        _keep(case, aside, None)
        tally.take(aside)
    elif ask.preserve and not source.preserved:
        _preserve(case, received, "reading")
    companions = [
        one
        for file in ask.with_files
        for one in receiving.receive(file, by=case.by, basis=basis, from_whom=ask.from_whom, t=now()).files
    ]
    batches = reading.read_source(
        source.sha256,
        source.kind,
        [_given(f) for f in files],
        [_given(f) for f in companions],
        reading.Plugged(plugins.where("readers"), plugins.where("unpackers")),
        ask.reading,
        progress=lambda done, total: talk.progress(f"reading {source.name}", done, total, "bytes"),
        listed=lists.names if lists is not None else None,
    )
    held = bool(aside)
    for batch in batches:
        if lists is not None:
            batch = hashes.checked(lists, batch)
            held = held or hashes.holds(lists, batch)
        _keep(case, batch, analyst)
        tally.take(batch)
        talk.progress(f"reading {source.name}", tally.counts.get("message", 0), None, "messages")
    if ask.preserve and not source.preserved and lists is not None:
        if held:
            what = "not preserved: a hash list names something in it"
            aside = [Problem(Locator(source.sha256, source.name), "RTV-M002", what)]
            _keep(case, aside, None)
            tally.take(aside)
        else:
            _preserve(case, received, "reading")
    changed = receiving.still_the_same(received, path)
    with case.change() as change:
        if changed:
            problem = Problem(Locator(source.sha256, source.name), "RTV-C010", "; ".join(changed))
            change.writer.keep([problem])
            tally.take([problem])
        change.writer.source_state(source.sha256, "complete")
        change.act(
            "read",
            [source.sha256],
            basis=basis,
            detail={"counts": tally.counts, "problems": tally.problems, "unchanged": not changed},
        )
    return tally.report(path, source)


def _another_reading(case: Case, sha256: str, ask: AddAsk) -> AddAsk | None:
    """How to read anew what was read already: when it was not read to its end, or when something else is said about it now.

    What is not said anew stays as it was said the last time. None when the source is well as it is.
    """
    before: dict[str, Any] = {}
    for action in case.view().actions():
        if action.what == "receive" and sha256 in action.about:
            before = (action.detail or {}).get("ask") or {}
    told, silent = _plain(ask), _plain(AddAsk(reading=Ask(country=case.country)))
    said = {what: value for what, value in told.items() if value and value != silent[what]}
    codes = {p.code for p in case.view().problems(sha256)}
    stopped = codes & STOPPED or (codes and (said.get("key") or said.get("password")))
    if not stopped and all(before.get(what, silent[what]) == value for what, value in said.items()):
        return None
    kept = {
        field: before[what]
        for what, field in (
            ("zone", "zone"), ("date_order", "date_order"), ("country", "country"), ("reader", "reader"),
            ("media", "media"), ("map", "column_map"),
        )
        if what not in said and before.get(what) is not None
    }  # fmt: skip
    return msgspec.structs.replace(ask, reading=msgspec.structs.replace(ask.reading, **kept))


class Tally:
    """Counts what comes by, without keeping it."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.problems: dict[str, int] = {}
        self.reconciliations: list[Reconciliation] = []
        self.unknown: list[str] = []
        self.items = 0

    def take(self, batch: Sequence[Read]) -> None:
        """Count a batch."""
        messages = 0
        for record in batch:
            if type(record) is Message:
                messages += 1
                continue
            if isinstance(record, Problem):
                self.problems[record.code] = self.problems.get(record.code, 0) + 1
            elif isinstance(record, Reconciliation):
                self.reconciliations.append(record)
            elif isinstance(record, ItemSeen):
                self.items += 1
                if record.note in UNKNOWN:
                    self.unknown.append(record.at.path)
            name = type(record).__name__.lower()
            self.counts[name] = self.counts.get(name, 0) + 1
        if messages:
            self.counts["message"] = self.counts.get("message", 0) + messages

    def report(self, path: Path, source: Source) -> Added:
        """What is said of the source at the end."""
        return Added(
            names.text_of(path),
            "added",
            source.sha256,
            source.name,
            source.size,
            dict(sorted(self.counts.items())),
            self.items,
            tuple(self.unknown),
            dict(sorted(self.problems.items())),
            tuple(self.reconciliations),
        )


def _keep(case: Case, batch: Sequence[Read], analyst: Analyst | None) -> None:
    """One batch, one transaction: the records, the search index over their folded text, and what the matcher saw."""
    with case.change() as change:
        kept = change.writer.keep(batch)
        if not kept.rows:
            return
        folded = folding.fold_column(kept.texts)
        change.writer.index(kept.rows, folded)
        if analyst is not None:
            keep_looked(change, kept.rows, kept.conversations, list(analyst.known(kept.texts, folded)))
            change.writer.scanned(analyst.packs, kept.rows[-1])


def _preserve(case: Case, received: receiving.Received, state: Literal["reading", "complete"]) -> None:
    source = received.source
    _, key = preserving.preserve(received, case.folder / ORIGINALS)
    with case.change() as change:
        change.writer.set_secret(PRESERVED + source.sha256, key)
        change.writer.source(msgspec.structs.replace(source, preserved=True), state)
        change.act("preserve", [source.sha256], basis=source.basis)


def preserve(case: Case, path: Path, talk: Talk = SILENT) -> dict[str, str]:
    """Keep an encrypted copy of an original that is in the case by reference. The same bytes must be given again."""
    received = receiving.receive(
        path,
        by=case.by,
        basis=case.basis,
        from_whom=None,
        t=now(),
        progress=lambda done: talk.progress(f"hashing {path.name}", done, None, "bytes"),
    )
    known = {s.sha256: s for s in case.view().sources() if s.state == "present"}
    source = known.get(received.source.sha256)
    if source is None:
        raise NotFound(
            f"{path.name} is not in this case with these bytes", "Add it first: ritrova add --preserve."
        )
    lists = hashes.listed(case)
    if lists is not None and any(source.sha256 in some for some in hashes.quarantined(case, lists).values()):
        raise WrongUse(
            f"{path.name} is not preserved: a hash list names something in it",
            "See: ritrova explain RTV-M002.",
        )
    if not source.preserved:
        _preserve(case, msgspec.structs.replace(received, source=source), "complete")
    return {"source": source.sha256, "name": source.name}


def _given(file: receiving.ReceivedFile) -> reading.Given:
    return reading.Given(file.path, file.size, file.sha256, file.modified, file.open)


def _plain(ask: AddAsk) -> dict[str, Any]:
    said = ask.reading
    return {
        "zone": said.zone,
        "date_order": said.date_order,
        "country": said.country,
        "reader": said.reader,
        "media": said.media,
        "map": said.column_map,
        "key": said.key is not None,
        "password": said.password is not None,
        "with": [names.text_of(p.name) for p in ask.with_files],
    }


def read_map(path: Path) -> dict[str, Any]:
    """The column map of `--map FILE.toml`."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongUse(
            f"{path.name} is not a column map: {error}", "See `ritrova add --explain-columns`."
        ) from error


__all__ = ["ORIGINALS", "PRESERVED", "AddAsk", "AddReport", "Added", "add", "preserve", "read_map"]
