"""A fictional case, built once for all tests of the command line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Ran(NamedTuple):
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


def ritrova(*words: str | Path, env: dict[str, str] | None = None, cwd: Path | None = None) -> Ran:
    """Run the command line as its own process."""
    import os

    done = subprocess.run(
        [sys.executable, "-c", "from ritrova.cli import main; main()", *map(str, words)],
        capture_output=True,
        text=True,
        env={**os.environ, "RITROVA_PASSPHRASE": "a passphrase for tests", **(env or {})},
        cwd=cwd,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def story() -> Path:
    """The three bundled evidence files."""
    return ROOT / "src" / "ritrova" / "case" / "demo_story"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, story: Path) -> tuple[Path, Ran]:
    """A case made with `new` and `add` from the bundled files, and what `add` printed."""
    folder = tmp_path_factory.mktemp("cli") / "case"
    made = ritrova("new", folder, "--by", "M. K.", "--basis", "Order 12 (invented)", "--country", "IQ")
    assert made.code == 0, made.err
    files: Sequence[Path] = sorted(story.iterdir())
    added = ritrova("add", "--case", folder, "--json", "--from", "a witness", *files)
    assert added.code == 0, added.out + added.err
    return folder, added


@pytest.fixture
def case(built: tuple[Path, Ran], tmp_path: Path) -> Path:
    """A copy of that case which a test may change."""
    copy = tmp_path / "case"
    shutil.copytree(built[0], copy)
    return copy
