"""`ritrova withdraw`."""

from __future__ import annotations

import click

from ritrova.cli.common import Said, verb


@verb()
@click.argument("source")
@click.option("--basis", required=True, help="Why this source must go.")
def withdraw(said: Said, source: str, basis: str) -> None:
    """Delete SOURCE (its SHA-256 or the beginning of it) and everything read from it, for good."""
    from ritrova.case.withdraw import withdraw as take_out

    with said.open() as case, said.talk() as talk:
        gone = take_out(case, source, basis=basis, talk=talk)
        if said.json:
            said.one(gone)
        else:
            what = ", ".join(f"{n:,} {k}" for k, n in gone.counts.items() if n)
            said.result(f"{gone.source[:12]} withdrawn: {what or 'it held no records'}")


command = withdraw
