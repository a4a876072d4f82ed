"""Link: ask every linker what may be the same. Links are hypotheses; nothing is merged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import msgspec

from ritrova import plugins
from ritrova.case.opening import Case
from ritrova.case.talk import SILENT, Talk
from ritrova.model.records import Link

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
    for n, (name, linker) in enumerate(sorted(linkers.items(), key=lambda kv: (kv[1].after, kv[0]))):
        found = linker.link(case.view())
        first = True
        while True:
            batch = list(islice(found, BATCH))
            if not batch and not first:
                break
            with case.change() as change:
                if first:
                    change.writer.clear_links(name)
                change.writer.links(name, batch)
            first = False
            for one in batch:
                kind = one.kind if isinstance(one, Link) else type(one).__name__.lower()
                tally = links if isinstance(one, Link) else others
                tally[kind] = tally.get(kind, 0) + 1
        talk.progress("linking", n + 1, len(linkers), "linkers")
    return LinkReport(dict(sorted(links.items())), dict(sorted(others.items())))
