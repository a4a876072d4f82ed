"""`ritrova show`."""

from __future__ import annotations

import click

from ritrova.cli.common import Said, shown, verb


@verb()
@click.argument("id", required=False)
@click.option("--context", type=int, default=5, show_default=True, help="Messages before and after.")
def show(said: Said, id: str | None, context: int) -> None:
    """Show the record with this ID and what stands around it; without an ID, the case."""
    from ritrova.case.reading_out import case_text, shown_json, shown_text
    from ritrova.case.show import show as look

    with said.open() as case:
        if id is None:
            if said.json:
                said.one(case.view().info())
            else:
                for line in case_text(case):
                    said.result(shown(line))
            return
        found = look(case, id, context=context)
        if said.json:
            said.one(shown_json(found))
        else:
            for line in shown_text(found):
                said.result(shown(line))


command = show
