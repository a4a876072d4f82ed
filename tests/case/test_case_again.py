"""A file that is added a second time: read anew where that can help, left alone where it cannot."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from case.long_chat import long_chat
from case.test_case_splits import chat, exported
from ritrova.case.add import AddAsk, add
from ritrova.case.decide import decide
from ritrova.case.opening import Case
from ritrova.model.errors import WrongUse
from ritrova.model.shapes import Ask

Opener = Callable[[str], Case]


def ambiguous(path: Path) -> Path:
    """A chat whose dates may be read in two ways."""
    path.write_text(
        "05/03/2021, 10:11 - Sami: hello there\n05/03/2021, 10:12 - Mira: hello\n", encoding="utf-8"
    )
    return path


def test_what_the_problem_asks_for_is_taken_when_the_file_is_added_again(
    fresh: Opener, tmp_path: Path
) -> None:
    file = ambiguous(tmp_path / "WhatsApp Chat with Sami.txt")
    with fresh("case") as case:
        first = add(case, [file])
        assert first.exit_code == 3
        chat_id = next(iter(case.view().conversations())).conversation.id
        message = case.view().page(chat_id, 0, 1)[0]
        assert message.message.sent.local is None
        decide(case, [message.id], "relevant")
        second = add(case, [file], AddAsk(reading=Ask(date_order="dmy")))
        assert second.sources[0].outcome == "added" and second.exit_code == 0
        settled = case.view().message(message.id)
        assert settled is not None and settled.message.sent.local == "2021-03-05T10:11:00"
        assert [d.verdict for d in case.view().decisions(about=message.id)] == ["relevant"]
        for ask in (AddAsk(), AddAsk(reading=Ask(date_order="dmy"))):
            assert add(case, [file], ask).sources[0].outcome == "already here"
        zoned = add(case, [file], AddAsk(reading=Ask(zone="Asia/Baghdad")))
        assert zoned.sources[0].outcome == "added"
        still = case.view().message(message.id)
        assert still is not None and still.message.sent.local == "2021-03-05T10:11:00"
        assert not case.log_faults()


def test_a_reader_that_does_not_exist_is_wrong_use_before_anything_is_touched(
    fresh: Opener, tmp_path: Path
) -> None:
    with fresh("case") as case:
        before = len(list(case.view().actions()))
        with pytest.raises(WrongUse):
            add(case, [chat(tmp_path / "a.txt", 1)], AddAsk(reading=Ask(reader="nope")))
        assert len(list(case.view().actions())) == before


def test_preserve_is_done_for_what_is_already_here(fresh: Opener, tmp_path: Path) -> None:
    file = chat(tmp_path / "WhatsApp Chat with Sami.txt", 1)
    with fresh("case") as case:
        add(case, [file])
        add(case, [file], AddAsk(preserve=True))
        assert next(iter(case.view().sources())).preserved
        assert len(list((case.folder / "originals").iterdir())) == 1


def children() -> list[int]:
    """Processes that this one started."""
    listed = Path(f"/proc/{os.getpid()}/task")
    return [int(pid) for task in listed.iterdir() for pid in (task / "children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
def test_a_killed_reading_process_is_told_and_the_next_add_reads_the_whole(
    fresh: Opener, tmp_path: Path
) -> None:
    file = long_chat(tmp_path / "WhatsApp Chat with Sami.txt", 14_000)
    known = set(children())

    def kill(what: str, done: int, total: int | None, unit: str = "") -> None:
        if unit == "messages" and what.startswith("reading") and done:
            for pid in set(children()) - known:
                os.kill(pid, signal.SIGKILL)

    class Killer:
        progress = staticmethod(kill)

        def line(self, text: str) -> None: ...

    with fresh("killed") as case:
        report = add(case, [file], AddAsk(), Killer())
        assert report.exit_code == 3 and "RTV-R005" in report.sources[0].problems
        again = add(case, [file])
        assert again.sources[0].outcome == "added" and again.exit_code == 0
        killed = exported(case, tmp_path / "killed.jsonl")
    with fresh("calm") as case:
        add(case, [file])
        assert exported(case, tmp_path / "calm.jsonl") == killed
