"""The public contract, run over every reader and every sample folder ``tests/samples/<reader>/<case>/``."""

from __future__ import annotations

from pathlib import Path

import pytest

from ritrova import plugins
from ritrova.model.shapes import Reader
from ritrova.testing import check_reader

SAMPLES = Path(__file__).parents[1] / "samples"
READERS: dict[str, Reader] = plugins.load("readers")
CASES = [
    (name, case)
    for name in READERS
    for case in sorted((SAMPLES / name).iterdir() if (SAMPLES / name).is_dir() else ())
    if case.is_dir()
]


@pytest.mark.parametrize("name,case", CASES, ids=[f"{name}/{case.name}" for name, case in CASES])
def test_a_reader_keeps_the_contract(name: str, case: Path) -> None:
    check_reader(READERS[name], case)


def test_every_sample_folder_belongs_to_a_reader() -> None:
    folders = {p.name for p in SAMPLES.iterdir() if p.is_dir()} if SAMPLES.is_dir() else set()
    assert folders <= set(READERS)
