"""An empty case whose word matcher is already compiled, so that a test need not wait for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ritrova.case.opening import Case, new, open_case

PASSPHRASE = "a passphrase for tests"
STORY = Path(__file__).resolve().parents[2] / "src" / "ritrova" / "case" / "demo_story"


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a case that holds nothing yet."""
    folder = tmp_path_factory.mktemp("blank") / "case"
    case, _ = new(folder, PASSPHRASE, by="Tester", basis="Invented", country="IQ")
    with case:
        case.analyst()
    return folder


@pytest.fixture
def fresh(blank: Path, tmp_path: Path) -> Callable[[str], Case]:
    """Opens a copy of the empty case under the name that is asked for."""

    def opened(name: str) -> Case:
        folder = tmp_path / name
        if not folder.exists():
            shutil.copytree(blank, folder)
        return open_case(folder, PASSPHRASE)

    return opened
