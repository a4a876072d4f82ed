"""`ritrova trace`."""

from __future__ import annotations

from typing import Literal

import click

from ritrova.cli.common import Said, verb


@verb()
@click.argument("what", type=click.Choice(["join", "split"]))
@click.argument("ids", nargs=-1, required=True)
@click.option("--note", help="A note that stays with the decision.")
def trace(said: Said, what: Literal["join", "split"], ids: tuple[str, ...], note: str | None) -> None:
    """Join or split sightings of what may be one person (IDs of sightings or traces). Always reversible: undo."""
    from ritrova.case.trace import trace as keep
    from ritrova.model.canonical import form

    with said.open() as case:
        done = keep(case, what, ids, note=note, by=said.by)
        decision = done.decision
        if said.json:
            said.one(
                {
                    "decision": decision.id,
                    "verdict": decision.verdict,
                    "about": list(decision.about),
                    "traces": [form(t) for t in done.traces],
                }
            )
            return
        for one in done.traces:
            shown = form(one)
            said.result(
                f"{getattr(shown, 'id', '')}: {len(one.sightings)} sightings, strength {one.strength}, {one.state}"
            )
        said.result(f"{decision.id}: {decision.verdict} (take it back: ritrova undo {decision.id})")


command = trace
