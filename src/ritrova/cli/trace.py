"""`ritrova trace`."""

from __future__ import annotations

import click

from ritrova.cli.common import Said, verb


@verb()
@click.argument("what", type=click.Choice(["join", "split"]))
@click.argument("ids", nargs=-1, required=True)
def trace(said: Said, what: str, ids: tuple[str, ...]) -> None:
    """Join or split sightings of what may be one person (IDs of sightings or traces). Always reversible: undo."""
    from ritrova.model.errors import NotYet

    raise NotYet(f"trace {what} is not built yet", "Decide on the sightings with `ritrova decide`.")


command = trace
