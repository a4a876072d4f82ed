"""custody.jsonl and its head: whatever is done to them, the next opening puts them right or says what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from case.conftest import PASSPHRASE
from ritrova.case.decide import decide
from ritrova.case.opening import Case, new, open_case
from ritrova.case.search import search
from ritrova.custody import mirror, signing

Opener = Callable[[str], Case]
SRC = Path(__file__).resolve().parents[2] / "src"


def worked(fresh: Opener) -> Path:
    """A case with a few lines in its log."""
    with fresh("case") as case:
        for word in ("one", "two", "three", "four"):
            list(search(case, word))
        return case.folder


HARM: dict[str, Callable[[Path, Path], object]] = {
    "deleted": lambda log, head: log.unlink(),
    "both deleted": lambda log, head: [step() for step in (log.unlink, head.unlink)],
    "emptied": lambda log, head: log.write_bytes(b""),
    "cut within a line": lambda log, head: log.write_bytes(log.read_bytes()[:-20]),
    "last line gone": lambda log, head: log.write_bytes(b"".join(log.read_bytes().splitlines(True)[:-1])),
    "a bit changed": lambda log, head: log.write_bytes(log.read_bytes().replace(b'"n":1', b'"n":7')),
    "lines swapped": lambda log, head: log.write_bytes(b"".join(log.read_bytes().splitlines(True)[::-1])),
    "a line added": lambda log, head: log.write_bytes(log.read_bytes() + b'{"commit":"00","n":5,"prev":"00"}\n'),
    "not text": lambda log, head: log.write_bytes(b"\xff\x00" * 400),
    "head deleted": lambda log, head: head.unlink(),
    "head not json": lambda log, head: head.write_bytes(b"[[["),
    "a folder in its place": lambda log, head: [step() for step in (log.unlink, log.mkdir)],
}  # fmt: skip


@pytest.mark.parametrize("how", sorted(HARM))
def test_what_is_done_to_the_files_is_noticed_and_put_right(fresh: Opener, how: str) -> None:
    folder = worked(fresh)
    log, head = folder / mirror.LOG, folder / mirror.HEAD
    before = log.read_bytes(), head.read_bytes()
    HARM[how](log, head)
    if how == "a folder in its place":
        with pytest.raises(OSError):
            open_case(folder, PASSPHRASE).close()
        log.rmdir()
    else:
        with open_case(folder, PASSPHRASE) as case:
            whole = list(case.store.lines())
        assert mirror.check(folder, whole) == []
    with open_case(folder, PASSPHRASE) as case:
        assert case.log_faults() == []
        assert log.read_bytes() == before[0]
        assert json.loads(head.read_bytes())["head"] == json.loads(before[1])["head"]


def test_the_log_of_another_case_is_not_taken_for_this_one(fresh: Opener, tmp_path: Path) -> None:
    folder = worked(fresh)
    other, _ = new(tmp_path / "other", "x", by="Somebody", basis="Invented")
    with other:
        foreign = signing.fingerprint(signing.public_pem(other.signing_key))
    before = (folder / mirror.LOG).read_bytes()
    for name in (mirror.LOG, mirror.HEAD):
        shutil.copy2(tmp_path / "other" / name, folder / name)
    with open_case(folder, PASSPHRASE) as case:
        assert case.log_faults() == []
        own = signing.fingerprint(signing.public_pem(case.signing_key))
        assert (folder / mirror.LOG).read_bytes() == before
        assert mirror.check(folder, list(case.store.lines()), own) == []
        assert any(
            "another key" in fault for fault in mirror.check(folder, list(case.store.lines()), foreign)
        )


def test_a_death_between_the_case_and_its_mirror_is_healed(fresh: Opener) -> None:
    folder = worked(fresh)
    script = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from ritrova.case import opening\nfrom ritrova.case.decide import decide\n"
        "case = opening.open_case(Path(sys.argv[1]), sys.argv[2])\n"
        "case.mirror = lambda: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from ritrova.case.search import search\nlist(search(case, 'five'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder), PASSPHRASE],
        env={**os.environ, "PYTHONPATH": str(SRC)}, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    lines = (folder / mirror.LOG).read_bytes().count(b"\n")
    with open_case(folder, PASSPHRASE) as case:
        assert case.log_faults() == []
        assert [a.detail for a in case.view().actions()][-1]["query"] == "five"  # type: ignore[index]
    assert (folder / mirror.LOG).read_bytes().count(b"\n") == lines + 1


def test_one_id_named_twice_is_decided_once(fresh: Opener, tmp_path: Path) -> None:
    from case.test_case_splits import chat
    from ritrova.case.add import add

    with fresh("case") as case:
        add(case, [chat(tmp_path / "WhatsApp Chat with Sami.txt", 1)])
        about = next(iter(case.view().conversations())).conversation.id
        assert decide(case, [about, about], "relevant").about == (about,)
