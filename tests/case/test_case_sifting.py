"""Columns of a conversation: sifted in blocks as if at once, cut at the same silences, in step with its messages."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from case.test_case_splits import chat
from ritrova import plugins
from ritrova.case import gates as gating
from ritrova.case.add import add
from ritrova.case.gates import LONE, Gates, Masks
from ritrova.case.opening import Case
from ritrova.case.sifted import Sifted
from ritrova.model.passages import cut, cut_at

Opener = Callable[[str], Case]


def random_masks(seed: int, count: int, gates: Gates) -> Masks:
    """Sparse masks of the bits that gates ask for, a few senders, some replies, some adverts that stand alone."""
    chance = random.Random(seed)
    bits = [1 << n for n in range(gating.BITS)]
    masks = []
    for _ in range(count):
        mask = 0
        if chance.random() < 0.3:
            for bit in chance.sample(bits, chance.randint(1, 9)):
                mask |= bit
            if chance.random() < 0.2:
                mask |= LONE
        masks.append(mask)
    return Masks(
        masks,
        [chance.randrange(-1, 4) for _ in range(count)],
        [chance.random() < 0.1 for _ in range(count)],
    )


@pytest.mark.parametrize("seed", range(5))
def test_blocks_open_the_same_stretches(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    gates = Gates((), list(plugins.load("detectors").values()))
    told = random_masks(seed, 1500, gates)
    chance = random.Random(seed)
    passages = list(cut_at(sorted(chance.sample(range(1, 1500), 12)), 1500))
    monkeypatch.setattr(gating, "BLOCK", 1_000_000)
    at_once = gates.stretches(told, passages)
    assert len(at_once) > 10
    for block in (1, 37, 400):
        monkeypatch.setattr(gating, "BLOCK", block)
        assert gates.stretches(told, passages) == at_once


def test_columns_stand_in_step_with_the_messages(fresh: Opener, tmp_path: Path) -> None:
    with fresh("case") as case:
        add(case, [chat(tmp_path / "WhatsApp Chat with Friends.txt", 3)])
        (key,) = case.store.conversation_rows()
        sifted = Sifted.of(case, key)
        rows, seconds = case.store.order(key)
        assert sifted.rows.tolist() == rows
        assert [None if np.isnan(s) else s for s in sifted.seconds] == seconds
        assert list(cut_at(sifted.breaks(), len(rows))) == list(cut(seconds))
        texts = {m.row: m.message.text for m in case.view().rows(rows)}
        analyst = case.analyst()
        masks = {texts[rows[n]]: mask for n, mask in enumerate(sifted.told.masks) if mask}
        assert any("سبية" in text for text in masks) and "ok" not in masks
        for _, looked in analyst.look(list(masks)):
            assert masks[looked.folded.written] == looked.mask
        assert len({int(s) for s in sifted.told.senders if s >= 0}) == 3


def test_silences_are_found_beside_messages_without_time() -> None:
    hour = 3600.0
    seconds = [0.0, None, 7 * hour, None, None, 8 * hour, 14 * hour, None]
    column = np.array([float("nan") if s is None else s for s in seconds])
    nothing = np.zeros(len(seconds), dtype=np.int64)
    sifted = Sifted(nothing, column, Masks(nothing, nothing, nothing.astype(bool)))
    assert sifted.breaks() == [2, 6]
    assert list(cut_at(sifted.breaks(), len(seconds))) == list(cut(seconds)) == [(0, 2), (2, 6), (6, 8)]
