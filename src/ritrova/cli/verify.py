"""`ritrova verify`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, verb


@verb()
@click.argument("bundle", type=Place())
@click.option(
    "--signer",
    help="Fingerprint that the signature must have; it reaches you by another way than the bundle.",
)
def verify(said: Said, bundle: Path, signer: str | None) -> int:
    """Check BUNDLE: nothing added, changed, missing, renamed or reordered, the log's chain, the signature."""
    from ritrova.case.export import verify as check

    verdict = check(bundle, signer)
    if said.json:
        said.one(verdict)
    else:
        for fault in verdict.faults:
            said.result(f"FAULT: {fault}", fg="red")
        said.result(verdict.statement, bold=True, fg="green" if verdict.ok else "red")
    return 0 if verdict.ok else 4


command = verify
