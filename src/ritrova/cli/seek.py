"""`ritrova seek`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, shown, verb


@verb()
@click.argument("people", metavar="[LIST.csv]", required=False, type=Place())
def seek(said: Said, people: Path | None) -> int:
    """Look in the case for the people on a list of the missing; without a list, for those on the list kept in the case."""
    from ritrova.case.seek import seek as look
    from ritrova.case.seek import sought_json

    with said.open() as case, said.talk() as talk:
        found = look(case, people, talk=talk)
        if said.json:
            said.many(sought_json(one) for one in found)
        for one in found:
            if one.refused:
                said.tell(f"row {one.row}: not looked for: {one.refused}")
            for fault in one.unread:
                said.tell(f"row {one.row}: {shown(fault)}")
            if said.json or one.refused:
                continue
            possible = [c for c in one.candidates if c.possible]
            said.result(shown(f"{one.id} (row {one.row}): {len(possible)} possible sightings"), bold=True)
            for c in one.candidates:
                said.result(
                    f"  {'possible sighting' if c.possible else 'not likely'}: {', '.join(c.messages)}"
                )
                for why in c.why:
                    said.result(shown(f"    for: {why}"))
                for why in c.against:
                    said.result(shown(f"    against: {why}"))
                if c.trace:
                    said.result(f"    trace: {c.trace}")
    return 3 if any(one.refused for one in found) else 0


command = seek
