"""`ritrova find`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, shown, verb


@verb()
@click.option("--packs", multiple=True, type=Place(), help="Folder of further language packs.")
@click.option("--again", is_flag=True, help="Look at everything anew, even if nothing changed.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Findings to list.")
def find(said: Said, packs: tuple[Path, ...], again: bool, limit: int) -> None:
    """Look for offers in what was read, and list what needs eyes first."""
    from ritrova.case.find import find as look
    from ritrova.case.queue import queue
    from ritrova.cli.add import found_line

    with said.open() as case, said.talk() as talk:
        report = look(case, packs=packs, again=again, talk=talk)
        waiting = queue(case, limit=limit)
        if said.json:
            said.one({"report": report, "queue": [line(w) for w in waiting]})
            return
        said.result(found_line(report))
        for w in waiting:
            print_waiting(said, w)


def line(w: object) -> dict[str, object]:
    """A finding of the queue as an object."""
    from ritrova.case.queue import Waiting

    assert isinstance(w, Waiting)
    return {
        "id": w.id,
        "category": w.finding.category,
        "act": w.finding.act,
        "conversation": w.finding.conversation,
        "messages": list(w.finding.messages),
        "why": list(w.finding.why),
        "counter": list(w.finding.counter),
        "urgency": list(w.urgency),
        "latest": w.latest,
        "decided": w.decided.verdict if w.decided else None,
    }


def print_waiting(said: Said, w: object) -> None:
    """A finding of the queue for people."""
    from ritrova.case.queue import Waiting

    assert isinstance(w, Waiting)
    f = w.finding
    decided = f" [{w.decided.verdict}]" if w.decided else ""
    said.result(f"{w.id}  {f.category.replace('_', ' ')} ({f.act}){decided}  in {shown(w.chat)}", bold=True)
    said.result(f"    «{shown(w.excerpt[:120])}»")
    for why in f.why:
        said.result(f"    - {shown(why)}")
    for counter in f.counter:
        said.result(f"    - but {shown(counter)}")
    for urgency in w.urgency:
        said.result(f"    - urgent: {shown(urgency)}")


command = find
