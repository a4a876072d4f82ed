"""Link: ask every linker what may be the same. Links are hypotheses; nothing is merged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import msgspec

from ritrova import __version__, plugins
from ritrova.case.opening import Case
from ritrova.case.talk import SILENT, Talk
from ritrova.model.records import Link
from ritrova.model.shapes import Linker

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
        found = linker.link(case.view())
        batch = list(islice(found, BATCH))
        with case.change() as change:
            before = change.writer.said_before(name)
            change.writer.links_anew(name, batch, before)
        while batch:
            for one in batch:
                kind = one.kind if isinstance(one, Link) else type(one).__name__.lower()
                tally = links if isinstance(one, Link) else others
                tally[kind] = tally.get(kind, 0) + 1
            batch = list(islice(found, BATCH))
            if batch:
                with case.change() as change:
                    change.writer.links_anew(name, batch, before)
        if before.rows:
            with case.change() as change:
                change.writer.clear_links(name, before)
        talk.progress("linking", n + 1, len(linkers), "linkers")
    return LinkReport(dict(sorted(links.items())), dict(sorted(others.items())))


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
                for name, blob in made:
                    change.writer.prepared(name, batch.rows[-1], blob)
            seen += len(batch.rows)
            talk.progress("looking at texts", seen, None, "messages")
