"""`ritrova passphrase`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, read_secret, verb


@verb()
@click.option("--new-passphrase-file", type=Place(), help="File with the new one (else a prompt).")
@click.option("--recovery-key-file", type=Place(), help="Open with the recovery key instead.")
def passphrase(said: Said, new_passphrase_file: Path | None, recovery_key_file: Path | None) -> None:
    """Change the passphrase of a case. The old one opens it no more; the recovery key stays."""
    from ritrova.case.opening import change_passphrase

    secret = read_secret(recovery_key_file) if recovery_key_file else said.passphrase()
    if new_passphrase_file is not None:
        fresh = read_secret(new_passphrase_file)
    else:
        fresh = click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True)
    change_passphrase(said.folder(), secret, fresh, recovery=recovery_key_file is not None)
    if said.json:
        said.one({"changed": True})
    else:
        said.result("The passphrase was changed.")


command = passphrase
