"""`ritrova seek`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Said, verb


@verb()
@click.argument("people", metavar="LIST.csv", type=click.Path(path_type=Path))
def seek(said: Said, people: Path) -> None:
    """Look in the case for the people on a list of the missing."""
    from ritrova.model.errors import NotYet

    raise NotYet("seek is not built yet", "Search for the names with `ritrova search`.")


command = seek
