"""The review site over the fictional case, served as users get it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from ritrova.case.add import AddAsk, add
from ritrova.case.opening import new
from ritrova.model import ids

STORY = Path(__file__).resolve().parents[2] / "src" / "ritrova" / "case" / "demo_story"


class Served(NamedTuple):
    """A running site: its address that works once, its root, and ids of what is in the case."""

    address: str
    root: str
    finding: str
    conversation: str
    long: str


def long_chat(path: Path) -> Path:
    """A chat of 20,000 messages."""
    lines = (
        f"{1 + n // 1440 % 28:02d}/{1 + n // 40320 % 12:02d}/2020, {n // 60 % 24:02d}:{n % 60:02d} - {'Sami' if n % 3 else 'Mira'}: message {n}\n"
        for n in range(20_000)
    )
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def site_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fictional case, a long chat, and a chat with hostile text."""
    base = tmp_path_factory.mktemp("web")
    hostile = base / "WhatsApp Chat with Torture.txt"
    hostile.write_text(
        "01/02/2020, 10:00 - Sami: <script>alert(1)</script> & <b>bold</b>\n"
        "01/02/2020, 10:01 - Mira: number \u202e2410000077\u202c and \u2066isolate\u2069 \u200f.\n"
        "01/02/2020, 10:02 - Sami: مرحبا abc ١٢٣ شكرا\n",
        encoding="utf-8",
    )
    case, _ = new(base / "case", "web", by="Reviewer", basis="Invented", country="IQ")
    with case:
        add(
            case,
            [*sorted(STORY.iterdir()), hostile, long_chat(base / "WhatsApp Chat with Long.txt")],
            AddAsk(),
        )
    return base / "case"


@pytest.fixture
def served(site_case: Path, tmp_path: Path) -> Iterator[Served]:
    """A site of a fresh copy of the case."""
    from ritrova.case.opening import open_case

    folder = tmp_path / "case"
    shutil.copytree(site_case, folder)
    with open_case(folder, "web") as case:
        view = case.view()
        finding = next(f for f in view.findings(acts=("offer",)) if f.category == "person_sale")
        long = max(view.conversations(), key=lambda c: c.messages).conversation.id
        found = (ids.finding_id(finding), finding.conversation, long)
    with serving(folder) as address:
        yield Served(address, address.split("/enter", 1)[0], *found)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The review site of a case in a process of its own; its address, which works once."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from ritrova.cli import main; main()",
            "review",
            "--case",
            str(folder),
            "--no-browser",
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "RITROVA_PASSPHRASE": "web", "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    address = process.stdout.readline().split(": ", 1)[1].strip()
    try:
        yield address
    finally:
        process.terminate()
        process.wait(10)
