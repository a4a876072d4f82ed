"""`ritrova demo`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, shown, verb


@verb(case=False)
@click.option(
    "--out",
    type=Place(),
    default=Path("demo-case"),
    show_default=True,
    help="Folder of the case.",
)
@click.option("--no-serve", is_flag=True, help="Do not open the review page.")
@click.option("--no-browser", is_flag=True, help="Only print the page's address.")
def demo(said: Said, out: Path, no_serve: bool, no_browser: bool) -> int:
    """Build a fictional case from three bundled files, say what was found, and open the review page."""
    from ritrova.case.demo import PASSPHRASE
    from ritrova.case.demo import demo as build

    folder = free(out)
    with said.talk() as talk:
        case, told = build(folder, talk)
    with case:
        if said.json:
            said.one(
                {
                    "case": told.folder,
                    "sources": len(told.added.sources),
                    "findings": len(told.waiting),
                    "rescue": len(told.rescue),
                    "links": len(told.linked),
                    "exit_code": told.added.exit_code,
                }
            )
        else:
            summary(said, told, PASSPHRASE)
        if not no_serve:
            from ritrova.web.serving import serve

            serve(case, port=0, browser=not no_browser, announce=said.result)
    return told.added.exit_code


def free(out: Path) -> Path:
    """The folder asked for, or the next free name beside it."""
    n, folder = 2, out
    while folder.exists() and any(folder.iterdir()):
        folder, n = out.with_name(f"{out.name}-{n}"), n + 1
    return folder


def summary(said: Said, told: object, passphrase: str) -> None:
    """What a person wants to know first."""
    from ritrova.case.demo import Demo
    from ritrova.cli.find import print_waiting

    assert isinstance(told, Demo)
    said.result("A fictional case. Every name, number and message in it is invented.", bold=True)
    said.result()
    said.result("WHAT CAME IN", bold=True)
    for source in told.added.sources:
        said.result(f"  {shown(source.name)}: {source.counts.get('message', 0)} messages")
        for r in source.reconciliations:
            state = "adds up" if r.adds_up else "DOES NOT ADD UP"
            said.result(
                f"    {r.reader}: found {r.found} = read {r.read} + skipped {r.skipped} + failed {r.failed}: {state}"
            )
    said.result()
    said.result("NEEDS EYES FIRST", bold=True)
    for n, waiting in enumerate(told.waiting, 1):
        said.result(f"{n}.")
        print_waiting(said, waiting)
    if told.rescue:
        said.result()
        said.result("RESCUE TALK (never among offers)", bold=True)
        for waiting in told.rescue:
            print_waiting(said, waiting)
    said.result()
    said.result("LINKED ACROSS THE APPS", bold=True)
    for link in told.linked:
        said.result(f"  {link.kind.replace('_', ' ')} ({link.strength}): {shown('; '.join(link.why))}")
    if not told.linked:
        said.result("  nothing")
    said.result()
    said.result(f"The case lies in {told.folder} (passphrase: {passphrase})")


command = demo
