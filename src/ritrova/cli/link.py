"""`ritrova link`."""

from __future__ import annotations

from ritrova.cli.common import Said, verb


@verb()
def link(said: Said) -> None:
    """Link again: numbers, accounts, wordings, photos that may be the same."""
    from ritrova.case.link import link as tie
    from ritrova.cli.add import linked_line

    with said.open() as case, said.talk() as talk:
        report = tie(case, talk=talk)
        if said.json:
            said.one(report)
        else:
            said.result(linked_line(report))


command = link
