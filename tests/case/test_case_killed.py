"""Killed in the middle: nothing readable is left, what was acknowledged stands, and the same command finishes the work."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from case.conftest import PASSPHRASE, STORY
from case.long_chat import long_chat
from case.test_case_splits import exported
from ritrova.case.add import add
from ritrova.case.opening import Case, open_case

Opener = Callable[[str], Case]
SRC = Path(__file__).resolve().parents[2] / "src"
WORDS = ("kanaryasoz", "Kanaryaad", "Kanaryadosya", "kanaryaara", "kanaryanot", "kanaryakim", "كناريا")
RITROVA = [sys.executable, "-c", "from ritrova.cli import main; main()"]
DECIDES = """
import sys, time
from pathlib import Path
from ritrova.case.opening import open_case
from ritrova.case.decide import decide
case = open_case(Path(sys.argv[1]), sys.argv[2])
for n in range(5):
    started = time.perf_counter()
    decided = decide(case, [sys.argv[3]], "relevant", note=f"kanaryanot {n}")
    print(decided.id, time.perf_counter() - started, flush=True)
    time.sleep(0.1)
time.sleep(60)
"""


class Place:
    """A machine of its own for a command: HOME and TMPDIR that nobody else uses."""

    def __init__(self, root: Path) -> None:
        self.homes = (root / "home", root / "tmp")
        for one in self.homes:
            one.mkdir()
        self.env = {
            **os.environ, "HOME": str(self.homes[0]), "TMPDIR": str(self.homes[1]), "PYTHONPATH": str(SRC),
            "RITROVA_PASSPHRASE": PASSPHRASE, "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMP", "TEMP"):
            self.env.pop(name, None)

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """Start the command line."""
        return subprocess.Popen(
            [*RITROVA, *map(str, words)],
            env=self.env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def readable(self, case: Path) -> list[str]:
        """Files in which one of the words stands, in any of the usual encodings, or whose name holds one."""
        wanted = [form for w in WORDS for form in _forms(w)]
        found = []
        for root in (case, *self.homes):
            for path in root.rglob("*"):
                if any(w.casefold() in str(path.relative_to(root)).casefold() for w in WORDS):
                    found.append(str(path))
                try:
                    content = path.read_bytes().lower() if path.is_file() else b""
                except FileNotFoundError:
                    continue
                found += [str(path) for form in wanted if form in content]
        return found


def _forms(word: str) -> list[bytes]:
    return [
        form.encode(code) for form in {word, word.casefold()} for code in ("utf-8", "utf-16-le", "utf-16-be")
    ]


def read_so_far(folder: Path) -> int:
    """Messages that stand in the case by now."""
    with open_case(folder, PASSPHRASE) as case:
        return sum(c.messages for c in case.view().conversations())


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_decisions_and_secrets_survive_a_long_add_that_is_killed(
    fresh: Opener, blank: Path, tmp_path: Path
) -> None:
    place = Place(tmp_path)
    (tmp_path / "evidence").mkdir()
    long = long_chat(
        tmp_path / "evidence" / "WhatsApp Chat with Kanaryadosya.txt",
        60_000,
        "kanaryasoz كناريا",
        "Kanaryaad",
    )
    folder = tmp_path / "killed"
    with fresh("killed") as case:
        add(case, [STORY / "result.json"])
        about = next(iter(case.view().conversations())).conversation.id
        before = sum(c.messages for c in case.view().conversations())
    adding = place.start("add", "--case", folder, "--from", "kanaryakim", long)
    reached = 0
    while adding.poll() is None and not reached:
        reached = read_so_far(folder) - before
        assert place.readable(folder) == []
    deciding = subprocess.Popen(
        [sys.executable, "-c", DECIDES, str(folder), PASSPHRASE, about],
        env=place.env, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert deciding.stdout is not None
    said = [deciding.stdout.readline().split() for _ in range(5)]
    assert adding.poll() is None, "the add was over before it could be killed; make the file longer"
    for process in (adding, deciding):
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert 0 < reached < 60_000
    assert max(float(seconds) for _, seconds in said) < 1.0
    assert place.readable(folder) == []
    with open_case(folder, PASSPHRASE) as case:
        assert {d.id for d in case.view().decisions(about=about)} == {id for id, _ in said}
        assert case.store.source_state(source_of(case, long)) == "reading"
        assert case.log_faults() == []
    searched = place.start("search", "--case", folder, "--json", "kanaryaara OR kanaryasoz")
    assert searched.communicate()[1] == "" and searched.returncode == 0
    finishing = place.start("add", "--case", folder, "--from", "kanaryakim", "--json", long)
    out, err = finishing.communicate()
    assert finishing.returncode == 0, out + err
    assert json.loads(out)["sources"][0]["counts"]["message"] == 60_000
    assert place.readable(folder) == []
    with open_case(folder, PASSPHRASE) as case:
        assert case.log_faults() == []
        resumed = exported(case, tmp_path / "killed.jsonl")
    with fresh("calm") as case:
        add(case, [STORY / "result.json"])
        started = time.perf_counter()
        add(case, [long])
        assert time.perf_counter() - started < 60
        assert without_sender(exported(case, tmp_path / "calm.jsonl")) == without_sender(resumed)


def source_of(case: Case, path: Path) -> str:
    """The SHA-256 under which a path stands in the case."""
    return next(s.sha256 for s in case.view().sources() if s.name == path.name)


def without_sender(lines: list[str]) -> list[str]:
    """Lines without from whom a source came, which is said on the command line."""
    return [line.replace('"from_whom": "kanaryakim"', '"from_whom": null') for line in lines]


def test_no_word_stands_readable_after_every_kind_of_work(fresh: Opener, tmp_path: Path) -> None:
    place = Place(tmp_path)
    (tmp_path / "evidence").mkdir()
    files = [
        long_chat(
            tmp_path / "evidence" / "WhatsApp Chat with Kanaryadosya.txt", 300, "kanaryasoz", "Kanaryaad"
        ),
        Path(shutil.copy2(STORY / "viber.db", tmp_path / "evidence" / "Kanaryadosya.db")),
    ]
    (tmp_path / "evidence" / "Kanaryadosya bad.zip").write_bytes(b"PK\x03\x04 kanaryasoz")
    with fresh("case") as case:
        folder = case.folder
    runs: tuple[tuple[str | Path, ...], ...] = (
        ("add", "--from", "kanaryakim", "--preserve", "--basis", "kanaryanot", tmp_path / "evidence"),
        ("add", "--from", "kanaryakim", *files, tmp_path / "Kanaryadosya is absent"),
        ("search", "kanaryaara كناريا"),
        ("search", '"kanaryasoz talk" from:Kanaryaad'),
        ("find",),
        ("link",),
        ("seal", "--out", tmp_path / "bag"),
        ("export", "jsonl", "--out", tmp_path / "h.jsonl"),
    )
    for words in runs:
        done = place.start(*words[:1], "--case", folder, *words[1:])
        out, err = done.communicate()
        assert done.returncode in (0, 3), (words, out, err)
        assert place.readable(folder) == [], words
    hidden = (tmp_path / "h.jsonl").read_text("utf-8")
    for word in ("Kanaryaad", "kanaryakim", "kanaryaara", "Kanaryadosya"):
        assert word not in hidden, word
