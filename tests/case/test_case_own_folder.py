"""A case and what is not of it stay apart: no evidence of its own, nothing in clear inside, no folder of other files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ritrova.case.add import AddAsk, add
from ritrova.case.export import export, seal
from ritrova.case.opening import Case, new
from ritrova.model.errors import WrongUse

CHAT = "13/03/2021, 10:11 - Sami: hello\n13/03/2021, 10:12 - Mira: hello\n"


def listing(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def test_nothing_in_clear_is_written_into_the_folder_of_the_case(
    fresh: Callable[[str], Case], tmp_path: Path
) -> None:
    """A bundle inside would outlive the withdrawal of what it shows."""
    case = fresh("c")
    (tmp_path / "door").symlink_to(case.folder)
    before, logged = listing(case.folder), len(list(case.view().actions()))
    for place in (case.folder / "out", tmp_path / "door" / "deep" / "out", case.folder / "x" / ".." / "out"):
        with pytest.raises(WrongUse, match="in clear"):
            export(case, "jsonl", place)
        with pytest.raises(WrongUse, match="in clear"):
            seal(case, place)
    assert listing(case.folder) == before and len(list(case.view().actions())) == logged


def test_a_case_is_no_evidence_of_its_own(fresh: Callable[[str], Case], tmp_path: Path) -> None:
    case = fresh("c")
    chat = tmp_path / "chat.txt"
    chat.write_text(CHAT, encoding="utf-8")
    paths = [case.folder, case.folder / "case.db", case.folder.parent, chat]
    report = add(case, paths, AddAsk(only_read=True))
    assert [s.outcome for s in report.sources] == ["failed", "failed", "failed", "added"]
    assert all("this case" in (s.why or "") for s in report.sources[:3])
    assert len(list(case.view().sources())) == 1


def test_a_case_is_not_made_among_other_files(tmp_path: Path) -> None:
    """It would change the listing of a folder of evidence."""
    (tmp_path / "chat.txt").write_text(CHAT, encoding="utf-8")
    with pytest.raises(WrongUse, match="other files"):
        new(tmp_path, "a passphrase", by="me", basis="b")
    assert listing(tmp_path) == ["chat.txt"]
