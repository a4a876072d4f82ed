"""`ritrova seal`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, verb


@verb()
@click.option(
    "--out",
    required=True,
    type=Place(),
    help="Folder to write; must not exist or be empty.",
)
@click.option("--finding", "findings", multiple=True, help="Only this finding and what it rests on.")
@click.option("--conversation", "conversations", multiple=True, help="Only this conversation.")
@click.option("--source", "sources", multiple=True, help="Only this source.")
@click.option("--identities", is_flag=True, help="Show names and numbers (needs --basis; logged).")
@click.option("--basis", help="Why identities may be shown.")
def seal(
    said: Said,
    out: Path,
    findings: tuple[str, ...],
    conversations: tuple[str, ...],
    sources: tuple[str, ...],
    identities: bool,
    basis: str | None,
) -> None:
    """Write a signed bundle (BagIt) that anyone can verify without ritrova."""
    from ritrova.case.export import Selection
    from ritrova.case.export import seal as write

    with said.open() as case:
        done = write(
            case,
            out,
            selection=Selection(findings, conversations, sources),
            identities=identities,
            basis=basis,
        )
        if said.json:
            said.one(done)
            return
        said.result(f"Bundle written: {out}", bold=True)
        said.result(f"Signer: {done.signer}")
        said.result(
            "Names and numbers are shown." if identities else "Names and numbers are replaced by pseudonyms."
        )
        said.tell(f"Check it: ritrova verify {out} --signer {done.signer}")


command = seal
