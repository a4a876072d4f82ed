"""`ritrova show`."""

from __future__ import annotations

import click

from ritrova.cli.common import Said, shown, verb


@verb()
@click.argument("id", required=False)
@click.option(
    "--context", type=click.IntRange(min=0), default=5, show_default=True, help="Messages before and after."
)
@click.option("--no-network", is_flag=True, help="Leave out the network around it (quicker in a large case).")
def show(said: Said, id: str | None, context: int, no_network: bool) -> None:
    """Show the record with this ID and what stands around it; without an ID, the case; "network" shows the whole network."""
    from ritrova.case.network import Charts
    from ritrova.case.reading_out import case_text, overview_text, shown_json, shown_text
    from ritrova.case.show import show as look

    with said.open() as case:
        if id is None:
            if said.json:
                said.one(case.view().info())
            else:
                for line in case_text(case):
                    said.result(shown(line))
            return
        if id == "network":
            overview = Charts(case).overview()
            if said.json:
                said.one(overview)
            else:
                for line in overview_text(overview):
                    said.result(shown(line))
            return
        found = look(case, id, context=context, network=not no_network)
        if said.json:
            said.one(shown_json(found))
        else:
            for line in shown_text(found):
                said.result(shown(line))


command = show
