"""Linking after each source gives what linking everything at once gives, and what was withdrawn leaves nothing behind."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ritrova.case.add import AddAsk, add
from ritrova.case.find import find
from ritrova.case.link import link
from ritrova.case.opening import Case, new
from ritrova.case.withdraw import withdraw
from ritrova.linkers import same_wording
from ritrova.linkers.likeness import unpacked as alike
from ritrova.linkers.sketches import Stock, distinct
from ritrova.linkers.wordings import Wordings

WORDS = [
    "table",
    "chair",
    "lamp",
    "carpet",
    "fridge",
    "stove",
    "ladder",
    "window",
    "curtain",
    "kettle",
    "heater",
    "pump",
    "shelf",
    "bicycle",
    "wooden",
    "steel",
    "red",
]
KINDS = ("same_wording", "same_message", "forward", "same_number", "same_account")
PHONES = [f"0770 000 {n}" for n in (1101, 1102, 1103, 1104)]


def chat(folder: Path, seed: int) -> Path:
    """Adverts for goods, some of them shared with the other chats, among short talk."""
    shared = random.Random(0)
    rng = random.Random(seed)
    adverts = [" ".join(shared.sample(WORDS, 12)) for _ in range(6)]
    lines = []
    for n in range(60):
        text = f"{rng.choice(adverts)} price {rng.randrange(9, 99)}" if n % 3 == 0 else rng.choice(WORDS)
        if n % 9 == 0:
            text += " call " + " or ".join(rng.sample(PHONES, 2))
        if n % 5 == 0:  # a slip of the hand
            text = text[:4] + text[5:]
        if n % 7 == 0:
            text = " ".join(w for w in text.split() if rng.random() > 0.1) or "yes"
        who = rng.choice(("Karim", "Lana", "Mira"))
        lines.append(f"{1 + n // 30:02d}/03/2019, {n % 24:02d}:{n % 60:02d} - {who}: {text}\n")
    file = folder / f"WhatsApp Chat with Group {seed}.txt"
    file.write_text("".join(lines), "utf-8")
    return file


def said(case: Case) -> list[str]:
    """Everything that is linked, in one order."""
    view = case.view()
    everything = [one for kind in KINDS for one in view.links(kind=kind)]
    return sorted(repr(msgspec.to_builtins(one)) for one in [*everything, *view.templates()])


def made(folder: Path, *files: Path, together: bool) -> list[str]:
    case, _ = new(folder, "a passphrase", by="tester", basis="a test", country="IQ")
    with case:
        if together:
            add(case, files, AddAsk(only_read=True))
            find(case)
            link(case)
        else:
            for file in files:
                add(case, [file])
        return said(case)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("seed", [1, 4])
def test_link_by_link_is_all_at_once_in_any_order(tmp_path: Path, seed: int, order: Sequence[int]) -> None:
    files = [chat(tmp_path, seed + n) for n in order]
    by_one = made(tmp_path / "one", *files, together=False)
    at_once = made(tmp_path / "once", *files, together=True)
    assert by_one == at_once
    assert {kind for kind in ("same_wording", "same_number") if any(f"'{kind}'" in s for s in by_one)} == {
        "same_wording",
        "same_number",
    }


def test_two_numbers_that_link_one_pair_of_accounts_and_the_last_has_the_word(tmp_path: Path) -> None:
    def card(name: str, *phones: str) -> Path:
        lines = [f"TEL:{phone}\n" for phone in phones]
        file = tmp_path / f"{name}.vcf"
        file.write_text(f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\n{''.join(lines)}END:VCARD\n", "utf-8")
        return file

    files = [
        card("Karim", "+9647700001101", "+9647700001102"),
        card("Lana", "+9647700001102"),
        chat(tmp_path, 1),
    ]
    files += [card("Mira", "+9647700001101"), chat(tmp_path, 2)]
    assert made(tmp_path / "one", *files, together=False) == made(tmp_path / "once", *files, together=True)


def test_withdrawing_after_several_additions_leaves_what_the_others_give(tmp_path: Path) -> None:
    files = [chat(tmp_path, n) for n in (1, 2, 3, 4)]
    alone = made(tmp_path / "alone", files[0], files[2], files[3], together=False)
    case, _ = new(tmp_path / "all", "a passphrase", by="tester", basis="a test", country="IQ")
    with case:
        sources = [add(case, [file]).sources[0].source for file in files[:3]]
        withdraw(case, str(sources[1]), basis="asked")
        left = Stock(case.view(), "same_wording", same_wording.make)
        kept = alike(dict(case.view().prepared("same_wording kept"))[same_wording.PAIRS])
        assert kept.words.tolist() == distinct(left.words(0)).tolist()
        assert {*kept.one.tolist(), *kept.two.tolist()} <= set(left.rows.tolist())
        add(case, [files[3]])
        assert said(case) == alone


def counted(monkeypatch: pytest.MonkeyPatch, where: Any, name: str) -> list[int]:
    """A list that grows by one with each call."""
    calls: list[int] = []
    real = getattr(where, name)

    def call(*args: Any) -> Any:
        calls.append(1)
        return real(*args)

    monkeypatch.setattr(where, name, call)
    return calls


def test_only_what_came_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case, _ = new(tmp_path / "case", "a passphrase", by="tester", basis="a test", country="IQ")
    with case:
        add(case, [chat(tmp_path, n) for n in range(4)])
        looked, told = counted(monkeypatch, Wordings, "_look"), counted(monkeypatch, same_wording, "_cluster")
        link(case)
        assert (looked, told) == ([], [])
        report = link(case)
        assert report.links["same_wording"] == len(list(case.view().links(kind="same_wording")))
        assert report.others["template"] == len(list(case.view().templates()))
        add(case, [chat(tmp_path, 9)])
        assert looked
        assert told


def test_what_was_kept_is_not_trusted_where_the_case_does_not_hold_it(tmp_path: Path) -> None:
    case, _ = new(tmp_path / "case", "a passphrase", by="tester", basis="a test", country="IQ")
    with case:
        add(case, [chat(tmp_path, 1)])
        before = said(case)
        with case.change() as change:
            change.writer.clear_links("same_wording")
        assert said(case) != before
        link(case)
        assert said(case) == before


def test_matching_anew_drops_what_rests_on_it(tmp_path: Path) -> None:
    case, _ = new(tmp_path / "case", "a passphrase", by="tester", basis="a test", country="IQ")
    with case:
        add(case, [chat(tmp_path, 1)])
        assert list(case.view().prepared("same_wording kept"))
        find(case, again=True)
        assert not list(case.view().prepared("same_wording kept"))


def test_what_is_withdrawn_is_not_remembered(tmp_path: Path) -> None:
    a, b = chat(tmp_path, 1), chat(tmp_path, 2)
    alone = made(tmp_path / "alone", b, together=False)
    case, _ = new(tmp_path / "both", "a passphrase", by="tester", basis="a test", country="IQ")
    with case:
        first = add(case, [a]).sources[0].source
        add(case, [b])
        withdraw(case, str(first), basis="asked")
        there = {row for batch in case.view().texts() for row in batch.rows}
        assert set(Stock(case.view(), "same_wording", same_wording.make).rows.tolist()) <= there
        link(case)
        assert said(case) == alone


def test_linking_again_writes_nothing_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case, _ = new(tmp_path / "case", "a passphrase", by="tester", basis="a test", country="IQ")
    with case:
        add(case, [chat(tmp_path, 1)])
        before = case.store._rows("SELECT row, id FROM linked ORDER BY row")
        assert before
        monkeypatch.setattr(same_wording, "long_enough", None)  # no text is looked at again
        link(case)
        assert case.store._rows("SELECT row, id FROM linked ORDER BY row") == before
