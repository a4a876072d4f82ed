"""`ritrova export`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, verb


@verb()
@click.argument("format")
@click.option("--out", required=True, type=Place(), help="File or folder to write.")
@click.option("--finding", "findings", multiple=True, help="Only this finding and what it rests on.")
@click.option("--conversation", "conversations", multiple=True, help="Only this conversation.")
@click.option("--source", "sources", multiple=True, help="Only this source.")
@click.option("--full", is_flag=True, help="The complete form with identities (needs --basis; logged).")
@click.option("--identities", is_flag=True, help="Show names and numbers (needs --basis; logged).")
@click.option("--basis", help="Why identities may be shown.")
def export(
    said: Said,
    format: str,
    out: Path,
    findings: tuple[str, ...],
    conversations: tuple[str, ...],
    sources: tuple[str, ...],
    full: bool,
    identities: bool,
    basis: str | None,
) -> None:
    """Write FORMAT (jsonl, report, ...) to --out. Names and numbers become pseudonyms unless asked otherwise."""
    from ritrova.case.export import Selection
    from ritrova.case.export import export as write

    with said.open() as case:
        done = write(
            case,
            format,
            out,
            selection=Selection(findings, conversations, sources),
            identities=identities or full,
            basis=basis,
        )
        if said.json:
            said.one(done)
            return
        for file in done.files:
            said.result(f"{out}: {file.records:,} records, SHA-256 {file.sha256}")


command = export
