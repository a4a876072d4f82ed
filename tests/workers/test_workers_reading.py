"""Reading in the child: everything in order, everything adds up, and nothing that a plugin does hurts the others."""

from __future__ import annotations

import io
import os
import tempfile
from hashlib import sha256
from pathlib import Path

import pytest

from ritrova.model.records import ItemSeen, Message, Problem, Reconciliation
from ritrova.model.shapes import Ask
from ritrova.workers import reading
from ritrova.workers.reading import Given, Plugged, read_source
from toys.reading import GOOD, HERE, adds_up, given, of, read, texts


def test_a_file_is_read_in_order_and_adds_up() -> None:
    records = read({"chat.txt": GOOD})
    assert texts(records) == ["one", "two", "three"]
    (seen,) = of(ItemSeen, records)
    assert (seen.reader, seen.size, seen.sha256) == ("toy.lines", len(GOOD), sha256(GOOD).hexdigest())
    assert adds_up(records) and not of(Problem, records)
    assert of(Reconciliation, records)[0].found == 3


def test_many_messages_come_in_batches_and_in_order() -> None:
    body = b"LINES\n" + b"".join(b"message %d\n" % n for n in range(10_000))
    progress: list[tuple[int, int]] = []
    g = given("chat.txt", body)
    batches = list(
        read_source(
            "s" * 64,
            "file",
            [g],
            [],
            Plugged(("toys.plugins:READER",), ()),
            Ask(),
            progress=lambda done, total: progress.append((done, total)),
            path=[HERE],
        )
    )
    assert [m.text for b in batches for m in of(Message, b)] == [f"message {n}" for n in range(10_000)]
    assert 4 <= len(batches) <= 8
    assert progress == sorted(progress) and progress[-1] == (len(body), len(body))


@pytest.mark.parametrize("reader", ["READER", "COUNTING"])
def test_a_dropped_record_breaks_the_sum(reader: str) -> None:
    records = read({"chat.txt": b"LINES\none\ndrop\nthree\n"}, reader)
    assert texts(records) == ["one", "three"]
    assert not adds_up(records)
    assert [p.code for p in of(Problem, records)] == ["RTV-R001"]


def test_what_a_reader_could_not_read_adds_up_as_failed() -> None:
    records = read({"chat.txt": b"LINES\none\nbad\nthree\n"}, "COUNTING")
    (sum_of,) = of(Reconciliation, records)
    assert (sum_of.found, sum_of.read, sum_of.failed) == (3, 2, 1)
    assert sum_of.reasons == {"RTV-X001": 1}


@pytest.mark.parametrize("reader", ["READER", "COUNTING"])
@pytest.mark.parametrize(
    "order,code",
    [
        ("fork", "RTV-R003"),
        ("socket", "RTV-R003"),
        ("environment", "RTV-R003"),
        ("allocate", "RTV-R004"),
        ("sysexit", "RTV-R003"),
        ("exit", "RTV-R005"),
        ("kill", "RTV-R005"),
        ("write", "RTV-R003"),
        ("exec", "RTV-R003"),
        ("raise", "RTV-R003"),
        ("strange", "RTV-R005"),
        ("recurse", "RTV-R003"),
    ],
)
def test_a_plugin_that_misbehaves_is_a_problem_and_the_rest_goes_on(
    reader: str, order: str, code: str
) -> None:
    files = {
        "a.txt": GOOD,
        "b.txt": b"LINES\nbefore\n!" + order.encode() + b"\nafter\n",
        "c.txt": GOOD,
    }
    records = read(files, reader)
    at_b = [p for p in of(Problem, records) if p.at.path == "b.txt"]
    assert [p.code for p in at_b] == [code], at_b
    assert len(of(ItemSeen, records)) == 3
    assert [m.text for m in of(Message, records) if m.at.path == "c.txt"] == ["one", "two", "three"]
    assert [m.text for m in of(Message, records) if m.at.path == "a.txt"] == ["one", "two", "three"]
    assert adds_up(records)
    assert len(of(Reconciliation, records)) == 3
    assert not Path(tempfile.gettempdir(), "ritrova-toy-was-here").exists()


def test_what_was_read_before_a_failure_is_kept() -> None:
    records = read({"a.txt": b"LINES\nbefore\n!raise\nafter\n"})
    assert texts(records) == ["before"]


def test_the_environment_and_the_arguments_of_the_child_are_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RITROVA_PASSPHRASE", "canary-in-the-environment")
    records = read({"a.txt": b"LINES\n!environment\n"})
    (problem,) = of(Problem, records)
    assert "environment [" in problem.what
    assert "RITROVA" not in problem.what and "canary" not in problem.what


@pytest.mark.parametrize("order", ["loop", "sleep", "deaf"])
def test_a_reader_that_never_ends_is_ended(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "GRACE", 1.0)
    files = {"a.txt": b"LINES\nbefore\n!" + order.encode() + b"\n", "b.txt": GOOD}
    records = read(files, seconds=0.4)
    at_a = [p for p in of(Problem, records) if p.at.path == "a.txt"]
    assert [p.code for p in at_a] == ["RTV-R004"]
    assert [m.text for m in of(Message, records) if m.at.path == "b.txt"] == ["one", "two", "three"]
    assert adds_up(records)


def test_a_plugin_that_prints_disturbs_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    records = read({"a.txt": b"LINES\none\n!print\ntwo\n"})
    assert texts(records) == ["one", "!print", "two"]
    out, err = capfd.readouterr()
    assert "evidence" not in out + err


def test_a_value_that_is_no_record_is_counted_as_failed() -> None:
    records = read({"a.txt": b"LINES\none\nnumber\nthree\n"}, "COUNTING")
    assert texts(records) == ["one", "three"]
    assert [p.code for p in of(Problem, records)] == ["RTV-R008"]
    assert adds_up(records)


def test_half_a_character_is_replaced_and_said() -> None:
    records = read({"a.txt": b"LINES\none\nsurrogate\nthree\n"})
    assert texts(records) == ["one", "� half", "three"]
    assert [p.code for p in of(Problem, records)] == ["RTV-R007"]
    assert adds_up(records)


def test_two_readers_that_claim_one_item_read_nothing_until_the_user_decides() -> None:
    records = read({"a.txt": GOOD}, "READER", "OTHER")
    assert [p.code for p in of(Problem, records)] == ["RTV-R002"]
    assert "--as" in of(Problem, records)[0].what
    assert texts(records) == [] and of(ItemSeen, records)[0].reader is None
    records = read({"a.txt": GOOD}, "READER", "OTHER", ask=Ask(reader="toy.other"))
    assert len(texts(records)) == 3 and adds_up(records)


def test_a_sniff_that_fails_is_a_problem_and_the_others_are_asked() -> None:
    records = read({"a.txt": b"LINES\nsniff me\n"}, "BAD_SNIFF", "READER")
    assert [p.code for p in of(Problem, records)] == ["RTV-R006"]
    assert texts(records) == ["sniff me"]


def test_an_unknown_file_is_no_failure() -> None:
    records = read({"a.bin": b"\x00\x01\x02"})
    (seen,) = of(ItemSeen, records)
    assert seen.reader is None and seen.note == "not evidence of a known kind"
    assert not of(Problem, records)


def test_media_that_a_reader_names_are_seen_with_it_and_never_copied() -> None:
    opened: list[str] = []

    def watched(path: str, content: bytes) -> Given:
        def start() -> io.BytesIO:
            stream = io.BytesIO(content)
            opened.append(path)
            return stream

        return Given(path, 10**12, sha256(content).hexdigest(), 0.0, start)

    files = [given("x/chat.txt", GOOD), watched("x/big.jpg", b"\xff\xd8\xff jpeg")]
    records = read(files, "RELATED")
    by_path = {s.at.path: s for s in of(ItemSeen, records)}
    assert by_path["x/big.jpg"].note == "read with x/chat.txt"
    assert by_path["x/big.jpg"].mime == "image/jpeg"
    assert not of(Problem, records)


def test_a_file_that_changed_since_it_was_received_is_not_read() -> None:
    wrong = Given("a.txt", len(GOOD), "0" * 64, 0.0, lambda: io.BytesIO(GOOD))
    records = read([wrong])
    assert [p.code for p in of(Problem, records)] == ["RTV-R010"] * len(of(Problem, records))
    assert texts(records) == []


def test_no_child_and_no_descriptor_is_left_when_the_caller_stops_early() -> None:
    before = set(os.listdir("/proc/self/fd"))
    body = b"LINES\n" + b"".join(b"message %d\n" % n for n in range(20_000))
    batches = read_source(
        "s" * 64, "file", [given("a", body)], [], Plugged(("toys.plugins:READER",), ()), Ask(), path=[HERE]
    )
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    assert set(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
