"""Originals stay as they were: bytes, names, times, and what lies beside them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from case.conftest import STORY
from case.test_case_splits import chat
from ritrova.case.add import AddAsk, add
from ritrova.case.opening import Case

Opener = Callable[[str], Case]


def seen(folder: Path) -> dict[str, tuple[object, ...]]:
    """Everything that can be seen of a folder: names, kinds, sizes, times, owners, bytes."""
    out: dict[str, tuple[object, ...]] = {}
    for path in sorted([folder, *folder.rglob("*")]):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else None
        out[str(path)] = (status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns,
                          status.st_nlink, content)  # fmt: skip
    return out


@pytest.fixture
def brought(tmp_path: Path) -> Path:
    """What a witness brought: chats, a database with its -wal, a zip, a picture."""
    folder = tmp_path / "brought"
    folder.mkdir()
    chat(folder / "WhatsApp Chat with Friends.txt", 1)
    for one in STORY.iterdir():
        shutil.copy2(one, folder / one.name)
    live = sqlite3.connect(folder / "viber.db")
    live.execute("PRAGMA journal_mode=WAL")
    live.execute("PRAGMA wal_autocheckpoint=0")
    live.execute("CREATE TABLE left_in_the_wal (x)")
    live.commit()
    for name in ("viber.db", "viber.db-wal"):
        shutil.copy2(folder / name, folder / ("copy " + name))
    live.close()
    for name in ("viber.db", "viber.db-wal"):
        (folder / ("copy " + name)).replace(folder / name)
    (folder / "IMG-20160301-WA0001.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(500))
    for path in (*folder.iterdir(), folder):
        os.utime(path, (1_500_000_000, 1_500_000_000))
    return folder


@pytest.mark.parametrize("preserve", [False, True])
def test_nothing_about_the_originals_changes(fresh: Opener, brought: Path, preserve: bool) -> None:
    before = seen(brought)
    with fresh("case") as case:
        report = add(case, [brought], AddAsk(preserve=preserve))
        assert set(report.sources[0].problems) <= {"RTV-V009"}, [str(p) for p in case.view().problems()]
        assert report.sources[0].counts["message"] > 60
    assert seen(brought) == before
    assert (brought / "viber.db-wal").stat().st_size > 0


def test_a_folder_on_a_read_only_mount_is_read(fresh: Opener, brought: Path) -> None:
    if os.geteuid() == 0:
        made = subprocess.run(["mount", "--bind", brought, brought], capture_output=True, check=False)
        if made.returncode:
            pytest.skip("mounts are not allowed here")
        subprocess.run(["mount", "-o", "remount,ro,bind", brought], check=True)
    else:
        brought.chmod(0o500)
    try:
        with pytest.raises(OSError):
            (brought / "x").write_text("no")
        with fresh("case") as case:
            assert set(add(case, [brought]).sources[0].problems) <= {"RTV-V009"}
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", brought], check=True)
        else:
            brought.chmod(0o700)


def test_a_file_that_grows_while_it_is_read_is_told_and_hurts_no_other(fresh: Opener, tmp_path: Path) -> None:
    growing, steady = (
        chat(tmp_path / "WhatsApp Chat with A.txt", 1),
        chat(tmp_path / "WhatsApp Chat with B.txt", 2),
    )
    done: list[str] = []

    class Writer:
        def progress(self, what: str, at: int, total: int | None, unit: str = "") -> None:
            if what.startswith("reading") and not done:
                done.append(what)
                with growing.open("a") as out:
                    out.write("17/03/2016, 09:10 - Sami: one more\n")

        def line(self, text: str) -> None: ...

    with fresh("case") as case:
        report = add(case, [growing, steady], AddAsk(), Writer())
        assert done and report.exit_code == 3
        assert [s.outcome for s in report.sources][1] == "added" and report.sources[1].problems == {}
        told = report.sources[0]
        assert told.problems, told
        later = add(case, [growing])
        assert later.sources[0].outcome == "added" and later.sources[0].source != told.source


def test_an_export_with_its_media_is_whole_and_strangers_are_counted(fresh: Opener, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "WhatsApp Chat with Sami.txt").write_text(
        "13/03/2021, 10:11 - Sami: IMG-20210313-WA0001.jpg (file attached)\n13/03/2021, 10:12 - Mira: thanks\n",
        encoding="utf-8",
    )
    (folder / "IMG-20210313-WA0001.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(500))
    with fresh("case") as case:
        report = add(case, [folder])
        assert report.exit_code == 0 and report.sources[0].problems == {} and report.sources[0].unknown == ()
        (folder / "odd.xyz").write_bytes(b"\x07\x01\x02 nobody knows")
        (folder / "empty.txt").write_bytes(b"")
        report = add(case, [folder])
        assert report.exit_code == 0 and "odd.xyz" in report.sources[0].unknown, list(case.view().items())
        seen_items = {i.at.path for i in case.view().items(report.sources[0].source)}
        assert seen_items >= {p.name for p in folder.iterdir()}
