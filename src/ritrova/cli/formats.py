"""`ritrova formats`."""

from __future__ import annotations

import click

from ritrova.cli.common import Said, verb


@verb(case=False)
@click.option("--markdown", is_flag=True, help="The page of the manual.")
def formats(said: Said, markdown: bool) -> None:
    """List what can be read: versions, what is read, what is lost, what is only recalled."""
    from ritrova.case.formats import formats as known
    from ritrova.case.formats import page

    if markdown:
        said.result(page())
        return
    for one in known():
        if said.json:
            said.one(one)
            continue
        said.result(f"{one['name']}  {one['title']}", bold=True)
        if one.get("versions"):
            said.result(f"    {one['versions']}")


command = formats
