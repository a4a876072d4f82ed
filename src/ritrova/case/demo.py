"""The demonstration: a fictional case from three bundled, invented files."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import msgspec

from ritrova.case.add import AddAsk, AddReport, add
from ritrova.case.opening import Case, new
from ritrova.case.queue import Waiting, queue
from ritrova.case.talk import SILENT, Talk
from ritrova.model.errors import WrongUse
from ritrova.model.records import Link

PASSPHRASE = "demo"
"""The fictional case protects nobody; its passphrase is printed."""


class Demo(msgspec.Struct, frozen=True):
    """The fictional case: what came in, what needs eyes first, what was linked."""

    folder: str
    added: AddReport
    waiting: tuple[Waiting, ...]
    rescue: tuple[Waiting, ...]
    linked: tuple[Link, ...]


def demo(folder: Path, talk: Talk = SILENT) -> tuple[Case, Demo]:
    """Build the case in `folder`, which must not exist or be empty. Returns it open."""
    if folder.exists() and any(folder.iterdir()):
        raise WrongUse(f"{folder} exists and is not empty", "Name another with --out.")
    case, _ = new(
        folder,
        PASSPHRASE,
        by="Demo reviewer",
        basis="Fictional case for learning; every word in it is invented",
        country="IQ",
        name="Demo (fictional)",
    )
    with as_file(files("ritrova.case") / "demo_story") as story:
        paths = sorted(p for p in story.iterdir() if p.is_file())
        report = add(case, paths, AddAsk(from_whom="bundled with ritrova"), talk)
    links = sorted(case.view().links(), key=lambda x: (x.strength != "strong", x.kind, x.a, x.b))
    return case, Demo(str(folder), report, tuple(queue(case)), tuple(queue(case, rescue=True)), tuple(links))
