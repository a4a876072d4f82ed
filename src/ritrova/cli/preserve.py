"""`ritrova preserve`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, verb


@verb()
@click.argument("paths", nargs=-1, required=True, type=Place())
def preserve(said: Said, paths: tuple[Path, ...]) -> None:
    """Keep an encrypted copy of originals that were added by reference. PATHS are the same files again."""
    from ritrova.case.add import preserve as keep

    with said.open() as case, said.talk() as talk:
        kept = [keep(case, path, talk) for path in paths]
        if said.json:
            said.many(kept)
        else:
            for one in kept:
                said.result(
                    f"{one['name']}: preserved, encrypted with a key of its own ({str(one['source'])[:12]})"
                )


command = preserve
