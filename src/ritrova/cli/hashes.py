"""`ritrova hashes`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, verb


@verb()
@click.argument("hash_list", metavar="LIST", type=Place())
def hashes(said: Said, hash_list: Path) -> int:
    """Bring in a list of hashes (MD5, SHA-1, SHA-256, PDQ): what it names is quarantined and never shown.

    The list is kept encrypted in the case and asked before a picture is copied or decoded. Only counts are printed.
    """
    from ritrova.case.hashes import bring

    with said.open() as case:
        report = bring(case, hash_list)
    code = 3 if report.unread else 0
    if said.json:
        said.one(report)
        return code
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in report.brought.items())
    said.result(f"brought in: {kinds} ({report.new:,} of them new)")
    if report.unread:
        lines = ", ".join(map(str, report.unread[:5])) + (" ..." if len(report.unread) > 5 else "")
        said.result(f"{len(report.unread):,} lines hold no hash: {lines}")
    said.result(f"named in this case: {report.files:,} files, carried by {report.attachments:,} attachments")
    if report.files:
        said.result("they are never shown and never exported (see: ritrova explain RTV-M001)")
    if report.preserved:
        said.result(
            f"{report.preserved} preserved originals hold them; to destroy such a copy: ritrova withdraw"
        )
    return code


command = hashes
