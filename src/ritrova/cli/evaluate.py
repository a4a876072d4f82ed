"""`ritrova evaluate`."""

from __future__ import annotations

from pathlib import Path

import click

from ritrova.cli.common import Place, Said, verb


@verb(case=False)
@click.argument("sets", nargs=-1, required=True, type=Place())
@click.option("--predictions", type=Place(), help="Write what was predicted, one item a line.")
@click.option("--packs", multiple=True, type=Place(), help="Folder of further language packs.")
def evaluate(said: Said, sets: tuple[Path, ...], predictions: Path | None, packs: tuple[Path, ...]) -> None:
    """Measure recall, false alarms and extraction on labelled SETS (JSON lines)."""
    from ritrova.case.evaluate import evaluate as measure
    from ritrova.model.scoring import table

    scores = measure(sets, packs=packs, predictions=predictions)
    if said.json:
        said.one(scores)
    else:
        said.result(table(scores))


command = evaluate
