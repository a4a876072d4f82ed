"""The same evidence gives the same export, however it is divided among adds, in whatever order, under whatever name."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from case.conftest import PASSPHRASE, STORY
from ritrova.case.add import AddAsk, add
from ritrova.case.export import export
from ritrova.case.find import find
from ritrova.case.link import link
from ritrova.case.opening import Case, open_case

Opener = Callable[[str], Case]


def chat(path: Path, seed: int, messages: int = 60) -> Path:
    """A chat with adverts of the same wording as in its sister chats, and a number that comes again and again."""
    noise = random.Random(seed)
    lines = []
    for n in range(messages):
        day, hour = 14 + n // 20, n % 20
        text = noise.choice(["صباح الخير", "شكرا", "ok", "see you", "وينك", "تمام"])
        if n % 17 == 5:
            text = f"للبيع سبية عمرها {20 + seed} والسعر {3000 + seed * 100} دولار للتواصل 07700000{seed:03d} التسليم في الموصل"
        if n % 17 == 9:
            text = "mobile phone for sale, very good condition, last price 300 dollars, call 0770 000 0999"
        lines.append(
            f"{day:02d}/03/2016, {hour:02d}:10 - {noise.choice(['Sami', 'Mira', 'Karim'])}: {text}\n"
        )
    path.write_text("".join(lines), encoding="utf-8")
    return path


def evidence(folder: Path) -> list[Path]:
    """Files of several apps, two of which hold the same chat."""
    folder.mkdir()
    files = [chat(folder / f"WhatsApp Chat with Friends {n}.txt", n) for n in range(3)]
    for one in sorted(STORY.iterdir()):
        files.append(Path(shutil.copy2(one, folder / one.name)))
    more = json.loads((STORY / "result.json").read_text("utf-8"))
    more["about"] = "the same chats, exported a second time"
    (folder / "again.json").write_text(json.dumps(more, ensure_ascii=False), encoding="utf-8")
    return [*files, folder / "again.json"]


def exported(case: Case, out: Path) -> list[str]:
    """The full export without what tells of the work and its times."""
    export(case, "jsonl", out, identities=True, basis="test")
    kept = []
    for line in out.read_text("utf-8").splitlines():
        kind = line[: line.index(",")]
        if '"action"' in kind or '"decision"' in kind:
            continue
        if '"source"' in kind:
            record: dict[str, Any] = json.loads(line)
            del record["received_at"]
            line = json.dumps(record, ensure_ascii=False)
        kept.append(line)
    return kept


def put(case: Case, parts: Sequence[Sequence[Path]], *, only_read: bool = False) -> None:
    """Add part by part."""
    for part in parts:
        report = add(case, part, AddAsk(only_read=only_read))
        assert {s.outcome for s in report.sources} <= {"added", "already here"}, report
    if only_read:
        find(case)
        link(case)


@pytest.fixture(scope="module")
def at_once(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], list[str]]:
    """The files, and the export of a case to which they were added all at once."""
    folder = tmp_path_factory.mktemp("splits")
    files = evidence(folder / "evidence")
    shutil.copytree(blank, folder / "whole")
    with open_case(folder / "whole", PASSPHRASE) as case:
        put(case, [files])
        return files, exported(case, folder / "whole.jsonl")


@pytest.mark.parametrize("way", ["one by one backwards", "read first", "shuffled"])
def test_any_split_and_order_gives_the_same_export(
    at_once: tuple[list[Path], list[str]], fresh: Opener, tmp_path: Path, way: str
) -> None:
    files, whole = at_once
    shuffled = files[:]
    random.Random(7).shuffle(shuffled)
    parts: list[list[Path]] = {
        "one by one backwards": [[f] for f in reversed(files)],
        "read first": [files[4:], files[:4]],
        "shuffled": [shuffled[:3], shuffled[3:4], shuffled[4:]],
    }[way]
    with fresh("parts") as case:
        put(case, parts, only_read=way == "read first")
        divided = exported(case, tmp_path / "parts.jsonl")
    assert sum('"record":"finding"' in line for line in whole) >= 3
    assert sum('"record":"link"' in line for line in whole) >= 3
    assert sorted(divided) == sorted(whole)
    assert divided == whole


def test_one_file_under_two_names_is_one_source(fresh: Opener, tmp_path: Path) -> None:
    one = chat(tmp_path / "WhatsApp Chat with Sami.txt", 1)
    other = Path(shutil.copy2(one, tmp_path / "renamed.bin"))
    with fresh("once") as case:
        report = add(case, [one, other, one])
        assert [s.outcome for s in report.sources] == ["added", "already here", "already here"]
        assert sum(c.messages for c in case.view().conversations()) == 60
        assert len(list(case.view().sources())) == 1


def test_finding_and_linking_again_changes_nothing(fresh: Opener, tmp_path: Path) -> None:
    with fresh("again") as case:
        put(case, [evidence(tmp_path / "evidence")])
        before = exported(case, tmp_path / "before.jsonl")
        find(case, again=True)
        link(case)
        assert exported(case, tmp_path / "after.jsonl") == before
