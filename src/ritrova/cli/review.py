"""`ritrova review`."""

from __future__ import annotations

import click

from ritrova.cli.common import Said, verb


@verb()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port on loopback (default: any free one)."
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def review(said: Said, port: int, no_browser: bool) -> None:
    """Open the review page on this machine only. Its address works once; Ctrl-C ends it."""
    from ritrova.web.serving import serve

    with said.open() as case:
        serve(case, port=port, browser=not no_browser, announce=said.result)


command = review
