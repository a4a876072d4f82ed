"""`ritrova languages`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, verb


@verb(case=False)
@click.option("--packs", multiple=True, type=Place(), help="Folder of further language packs.")
def languages(said: Said, packs: tuple[Path, ...]) -> None:
    """List the language packs: concepts, terms, sentences, and who reviewed them."""
    from ritrova.case.languages import languages as known

    for one in known(packs):
        if said.json:
            said.one(one)
            continue
        said.result(f"{one['code']:5} {one['name']}", bold=True)
        said.result(
            f"      {one['concepts']} concepts, {one['terms']} terms, {one['must']} sentences that must and"
            f" {one['must_not']} that must not give a finding"
        )
        said.result(f"      {one['reviewed']}")


command = languages
