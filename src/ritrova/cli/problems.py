"""`ritrova problems`."""

from __future__ import annotations

import click

from ritrova.cli.common import Said, shown, verb


@verb()
@click.argument("source", required=False)
@click.option("--code", help="Only this code.")
def problems(said: Said, source: str | None, code: str | None) -> None:
    """List what could not be read or needs a human's eye, for one SOURCE (name or SHA-256) or the whole case."""
    from ritrova.case.problems import problems as look
    from ritrova.case.reading_out import canonical

    with said.open() as case:
        n = 0
        for problem in look(case, source, code):
            n += 1
            if said.json:
                said.one(canonical(problem))
            else:
                said.result(f"{problem.code}  {shown(problem.at.path)}  {problem.at.spot}")
                said.result(f"    {shown(problem.what)}")
        if not said.json:
            said.result(f"{n} problems" + (" (ritrova explain CODE says what to do)" if n else ""))


command = problems
