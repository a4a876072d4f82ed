"""Link: ask every linker what may be the same. Links are hypotheses; nothing is merged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import msgspec

from ritrova import __version__, plugins
from ritrova.case.opening import Case
from ritrova.case.talk import SILENT, Talk
from ritrova.model.records import Link
from ritrova.model.shapes import Again, Kept, Linker

BATCH = 5_000
"""Links written in one transaction."""


class LinkReport(msgspec.Struct, frozen=True):
    """What `link` found: links by kind, and the other records by name."""

    links: dict[str, int]
    others: dict[str, int]


def link(case: Case, *, talk: Talk = SILENT, only: Sequence[str] = ()) -> LinkReport:
    """Run every linker (or `only` those named) over the case and replace what each had said before."""
    links: dict[str, int] = {}
    others: dict[str, int] = {}
    linkers = {name: one for name, one in plugins.load("linkers").items() if not only or name in only}
    _prepare(case, list(linkers.values()), talk)
    for n, (name, linker) in enumerate(sorted(linkers.items(), key=lambda kv: (kv[1].after, kv[0]))):
        _still_valid(case, linker)
        told = _run(case, linker)
        if told is None:  # what it kept speaks of what is no longer there: it is asked without
            with case.change() as change:
                change.writer.clear_prepared(_kept(name))
            told = _run(case, linker)
        for record, kind, count in told or ():
            (links if record == "Link" else others)[kind] = count
        talk.progress("linking", n + 1, len(linkers), "linkers")
    return LinkReport(dict(sorted(links.items())), dict(sorted(others.items())))


def _kept(name: str) -> str:
    return f"{name} kept"


def _still_valid(case: Case, linker: Linker) -> None:
    """Drop what a linker kept where another version made it, or where messages were matched anew since, or not all were."""
    packs, row = case.store.scanned()
    state = f"{__version__} {linker.prepares} {packs}" if not case.store.count_since(row) else ""
    name = _kept(linker.name)
    if not state or case.store.meta(name) != state:
        with case.change() as change:
            change.writer.clear_prepared(name)
            change.writer.set_meta(name, state)


def _run(case: Case, linker: Linker) -> list[tuple[str, str, int]] | None:
    """Ask one linker and replace what it had said before. Returns (record, kind, how many), or None when it says again what is
    not there."""
    name = linker.name
    tally: dict[tuple[str, str], int] = {}
    kept: list[Kept] = []
    found = iter(linker.link(case.view()))
    with case.change() as change:
        before = change.writer.said_before(name)
    while some := list(islice(found, BATCH)):
        fresh = []
        for one in some:
            if isinstance(one, Kept):
                kept.append(one)
                continue
            if isinstance(one, Again):
                record, kind = one.record, one.kind or one.record.lower()
                if before.rows.pop((record, one.id), None) is None:
                    return None
                before.anew.add((record, one.id))
            else:
                record = type(one).__name__
                kind = one.kind if isinstance(one, Link) else record.lower()
                fresh.append(one)
            tally[record, kind] = tally.get((record, kind), 0) + 1
        if fresh:
            with case.change() as change:
                change.writer.links_anew(name, fresh, before)
    if before.rows or kept:
        with case.change() as change:
            change.writer.clear_links(name, before)
            if case.store.meta(_kept(name)):
                for each in kept:
                    change.writer.prepared(_kept(name), each.number, each.made)
    return [(record, kind, count) for (record, kind), count in tally.items()]


def _prepare(case: Case, linkers: Sequence[Linker], talk: Talk) -> None:
    """Let linkers look at the texts they have not seen, and keep what they make of them."""
    waiting: dict[int, list[Linker]] = {}
    for linker in linkers:
        if linker.prepare is None:
            continue
        made_by = f"{__version__} {linker.prepares}"
        if case.store.meta(f"prepared {linker.name}") != made_by:
            with case.change() as change:
                change.writer.clear_prepared(linker.name)
                change.writer.set_meta(f"prepared {linker.name}", made_by)
        waiting.setdefault(case.store.prepared_up_to(linker.name), []).append(linker)
    for after, some in sorted(waiting.items()):
        seen = 0
        for batch in case.view().texts(after):
            made = [(linker.name, linker.prepare(case.view(), batch)) for linker in some if linker.prepare]
            with case.change() as change:
                for name, parts in made:
                    for part, blob in parts.items():
                        change.writer.prepared(name, batch.rows[-1], blob, part)
            seen += len(batch.rows)
            talk.progress("looking at texts", seen, None, "messages")
