"""`ritrova decide`."""

from __future__ import annotations

import click

from ritrova.cli.common import Said, verb


@verb()
@click.argument("words", nargs=-1, required=True, metavar="ID... VERDICT")
@click.option(
    "--role", help="Role of an account: rescuer, journalist, survivor, witness, family, official ..."
)
@click.option("--note", help="A note that stays with the decision.")
def decide(said: Said, words: tuple[str, ...], role: str | None, note: str | None) -> None:
    """Keep a decision: one or more ids, and last the verdict (relevant, not_relevant, unsure, spam ...)."""
    from ritrova.case.decide import decide as keep
    from ritrova.model.errors import WrongUse

    if len(words) < 2:
        raise WrongUse("a decision needs an id and a verdict", "ritrova decide ID relevant")
    with said.open() as case:
        decision = keep(case, words[:-1], words[-1], role=role, note=note, by=said.by)
        if said.json:
            said.one({"decision": decision.id, "about": list(decision.about), "verdict": decision.verdict})
        else:
            said.result(f"{decision.id}: {decision.verdict} (take it back: ritrova undo {decision.id})")


command = decide
