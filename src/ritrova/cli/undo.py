"""`ritrova undo`."""

from __future__ import annotations

import click

from ritrova.cli.common import Said, verb


@verb()
@click.argument("decision")
@click.option("--note", help="Why.")
def undo(said: Said, decision: str, note: str | None) -> None:
    """Take DECISION back. Both stay in the case."""
    from ritrova.case.decide import undo as take_back

    with said.open() as case:
        taken = take_back(case, decision, note=note, by=said.by)
        if said.json:
            said.one({"decision": taken.id, "undoes": decision})
        else:
            said.result(f"{decision} was taken back ({taken.id})")


command = undo
