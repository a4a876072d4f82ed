"""Linking after each source gives what linking everything at once gives, and what was withdrawn leaves nothing behind."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from ritrova.case.add import AddAsk, add
from ritrova.case.find import find
from ritrova.case.link import link
from ritrova.case.opening import Case, new
from ritrova.case.withdraw import withdraw
from ritrova.linkers import same_wording
from ritrova.linkers.sketches import unpacked

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
KINDS = ("same_wording", "same_message", "forward")


def chat(folder: Path, seed: int) -> Path:
    """Adverts for goods, some of them shared with the other chats, among short talk."""
    shared = random.Random(0)
    rng = random.Random(seed)
    adverts = [" ".join(shared.sample(WORDS, 12)) for _ in range(6)]
    lines = []
    for n in range(60):
        text = f"{rng.choice(adverts)} price {rng.randrange(9, 99)}" if n % 3 == 0 else rng.choice(WORDS)
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


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_link_by_link_is_all_at_once(tmp_path: Path, seed: int) -> None:
    files = [chat(tmp_path, seed + n) for n in range(3)]
    by_one = made(tmp_path / "one", *files, together=False)
    at_once = made(tmp_path / "once", *files, together=True)
    assert by_one == at_once
    assert any("same_wording" in s for s in by_one)


def test_what_is_withdrawn_is_not_remembered(tmp_path: Path) -> None:
    a, b = chat(tmp_path, 1), chat(tmp_path, 2)
    alone = made(tmp_path / "alone", b, together=False)
    case, _ = new(tmp_path / "both", "a passphrase", by="tester", basis="a test", country="IQ")
    with case:
        first = add(case, [a]).sources[0].source
        add(case, [b])
        withdraw(case, str(first), basis="asked")
        there = {row for batch in case.view().texts() for row in batch.rows}
        for _, blob in case.view().prepared("same_wording"):
            assert set(unpacked(blob).rows.tolist()) <= there
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
