"""Compiled packs beside the packs: whole files only, few of them, and nothing of a user's own packs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ritrova.case import analysis
from ritrova.languages import beside
from ritrova.languages.beside import Beside


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    Beside(tmp_path / "c")["plan-1"] = b"words"
    assert Beside(tmp_path / "c")["plan-1"] == b"words"
    assert Beside(tmp_path / "c").get("plan-2") is None


def test_a_damaged_file_counts_as_absent(tmp_path: Path) -> None:
    kept = Beside(tmp_path)
    kept["plan-1"] = b"words"
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert kept.get("plan-1") is None


def test_only_the_newest_files_stay(tmp_path: Path) -> None:
    kept = Beside(tmp_path)
    for n in range(beside.KEPT + 5):
        kept[f"plan-{n}"] = b"%d" % n
    assert len(kept) == beside.KEPT
    assert kept[f"plan-{beside.KEPT + 4}"] == b"%d" % (beside.KEPT + 4)


def test_a_folder_that_cannot_be_written_keeps_nothing_and_says_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    kept = Beside(blocked)
    kept["plan-1"] = b"words"
    assert kept.get("plan-1") is None


def test_a_users_own_packs_leave_nothing_outside_the_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> Beside:
        raise AssertionError("own packs must not be kept beside the shipped ones")

    monkeypatch.setattr(analysis, "Beside", refused)
    pack = tmp_path / "packs" / "xx"
    pack.mkdir(parents=True)
    (pack / "pack.toml").write_text('code = "xx"\nname = "Own"\nscripts = ["Latn"]\n', "utf-8")
    (pack / "terms.toml").write_text(
        '[[concept]]\nid = "captive"\nterms = [{ text = "zorblax", gloss = "own word" }]\n', "utf-8"
    )
    held: dict[str, bytes] = {}
    analysis.Analyst([tmp_path / "packs"], cache=held)
    assert any(b"zorblax" in value for value in held.values())
