"""The public contract finds readers that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ritrova.model.records import Message, Problem, Read
from ritrova.model.shapes import Ask, Item, Reader, Tiles, at
from ritrova.testing import check_reader
from toys import plugins as toy_plugins


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "input.txt").write_bytes(b"LINES\nfirst message\nsecond message\nthird message\n")
    (tmp_path / "README.md").write_text("invented")
    return tmp_path


def test_a_good_reader_passes_and_its_records_can_be_pinned(folder: Path) -> None:
    check_reader(toy_plugins.READER, folder, update=True)
    assert len((folder / "records.jsonl").read_text().splitlines()) == 6
    check_reader(toy_plugins.READER, folder)
    check_reader(toy_plugins.COUNTING, folder)
    (folder / "input.txt").write_bytes(b"LINES\nfirst message\nsecond massage\nthird message\n")
    with pytest.raises(AssertionError, match=r"records\.jsonl"):
        check_reader(toy_plugins.READER, folder)


Change = Callable[[Iterator[Read]], Iterator[Read]]


def altered(change: Change) -> Reader:
    def read(item: Item, ask: Ask) -> Iterator[Read]:
        return change(toy_plugins.lines(item, ask))

    return Reader("toy.altered", "Altered", toy_plugins.sniff, read, toy_plugins.tiles)


def drop_second(records: Iterator[Read]) -> Iterator[Read]:
    seen = 0
    for record in records:
        seen += isinstance(record, Message)
        if not (isinstance(record, Message) and seen == 2):
            yield record


def messages_first(records: Iterator[Read]) -> Iterator[Read]:
    held = list(records)
    yield from (r for r in held if isinstance(r, Message))
    yield from (r for r in held if not isinstance(r, Message))


def doubled(records: Iterator[Read]) -> Iterator[Read]:
    for record in records:
        yield record
        if isinstance(record, Message):
            yield record


def wrong_text(records: Iterator[Read]) -> Iterator[Read]:
    import msgspec

    for record in records:
        yield msgspec.structs.replace(record, text="quite another") if isinstance(record, Message) else record


def opens_a_file(records: Iterator[Read]) -> Iterator[Read]:
    with open("/etc/hostname") as stream:
        stream.read()
    yield from records


@pytest.mark.parametrize(
    "change,sentence",
    [
        (drop_second, "does not add up"),
        (messages_first, "not yielded before"),
        (doubled, "given twice|does not add up"),
        (wrong_text, "do not hold the text"),
        (opens_a_file, "opens a file"),
    ],
)
def test_a_reader_that_breaks_the_contract_is_told_in_a_sentence(
    folder: Path, change: Change, sentence: str
) -> None:
    with pytest.raises(AssertionError, match=sentence):
        check_reader(altered(change), folder)


def test_a_count_that_follows_the_readers_own_output_is_found_out(folder: Path) -> None:
    def fake(item: Item, ask: Ask) -> dict[str, int]:
        return {}

    with pytest.raises(AssertionError, match=r"still adds up|does not add up"):
        check_reader(Reader("toy.fake", "Fake", toy_plugins.sniff, toy_plugins.lines, fake), folder)


def test_a_reader_that_falls_over_a_cut_file_is_found_out(folder: Path) -> None:
    def fussy(item: Item, ask: Ask) -> Iterator[Read]:
        with item.open() as stream:
            if not stream.read().endswith(b"third message\n"):
                raise KeyError("end")
        yield from toy_plugins.lines(item, ask)

    with pytest.raises(AssertionError, match=r"cut after .* raises KeyError"):
        check_reader(Reader("toy.fussy", "Fussy", toy_plugins.sniff, fussy, toy_plugins.tiles), folder)


def test_a_problem_that_stands_for_bytes_adds_up(tmp_path: Path) -> None:
    (tmp_path / "input.txt").write_bytes(b"LINES\none message\nbad\nlast message\n")
    records = check_reader(toy_plugins.READER, tmp_path)
    assert [r.entries for r in records if isinstance(r, Problem)] == [1]


def test_an_empty_sample_is_tiled_by_nothing(tmp_path: Path) -> None:
    (tmp_path / "input.txt").write_bytes(b"LINES")

    def one(item: Item, ask: Ask) -> Iterator[Read]:
        yield Problem(at(item, f"bytes 0-{item.size}"), "RTV-X001", "nothing in it", 1)

    def tiles(item: Item, ask: Ask) -> Tiles:
        return Tiles(item.size)

    check_reader(Reader("toy.one", "One", toy_plugins.sniff, one, tiles), tmp_path)
