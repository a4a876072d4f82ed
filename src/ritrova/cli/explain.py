"""`ritrova explain`."""

from __future__ import annotations

import click

from ritrova.cli.common import Said, verb


@verb(case=False)
@click.argument("code", required=False)
@click.option("--all", "everything", is_flag=True, help="List every code.")
def explain(said: Said, code: str | None, everything: bool) -> None:
    """Say what CODE (such as RTV-W003) means and what to do."""
    from ritrova.case.explain import codes
    from ritrova.case.explain import explain as look
    from ritrova.model.errors import WrongUse

    if everything:
        known = sorted(codes().items())
        if said.json:
            said.many({"code": c, "what": w} for c, w in known)
        else:
            for c, w in known:
                said.result(f"{c}  {w.split('. ')[0]}.")
        return
    if code is None:
        raise WrongUse("no code", "ritrova explain RTV-..., or --all.")
    what = look(code)
    if said.json:
        said.one({"code": code, "what": what})
    else:
        said.result(what)


command = explain
