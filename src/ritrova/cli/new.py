"""`ritrova new`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, verb


@verb()
@click.argument("folder", type=Place())
@click.option("--basis", required=True, help="The right under which this case is kept (law, order, consent).")
@click.option("--country", help="Two letters, such as IQ: how national phone numbers are read.")
@click.option("--name", help="Name of the case (default: its folder).")
def new(said: Said, folder: Path, basis: str, country: str | None, name: str | None) -> None:
    """Make a case in FOLDER. Prints the recovery key once: write it down and keep it apart."""
    from ritrova.case.opening import new as make
    from ritrova.model.errors import WrongUse

    if not said.by:
        raise WrongUse("a case needs a name of who keeps it", "Say --by NAME.")
    case, recovery = make(
        folder, said.passphrase(twice=True), by=said.by, basis=basis, country=country, name=name
    )
    with case:
        info = case.view().info()
        if said.json:
            said.one({"case": str(folder), "id": info.get("id"), "recovery_key": recovery})
            return
        said.result(f"Case made: {folder}", bold=True)
        said.result(f"Recovery key (shown once): {recovery}")
        said.tell(f"Next: ritrova add --case {folder} FILE...")


command = new
