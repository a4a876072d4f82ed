"""People on a list of the missing are found across scripts, and those who are somebody else are not called possible."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest

from linkers.sought_people import PEOPLE, listed, near_misses, telegram, true_messages
from ritrova.case.add import add
from ritrova.case.opening import Case, new
from ritrova.case.seek import Sought, seek

TALK = ["صباح الخير", "ok see you tomorrow", "baş e, spas", "متى نصل الى السوق", "the road is closed today"]


@pytest.fixture(scope="module")
def sought(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Case, dict[str, Sought], dict[str, str]]]:
    folder = tmp_path_factory.mktemp("seek")
    texts = [t for _, t in true_messages()] + [t for _, t in near_misses()]
    random.Random(5).shuffle(texts)
    spread = [
        line
        for n, t in enumerate(texts)
        for line in (TALK[n % 5], t, TALK[(n + 2) % 5], TALK[(n + 3) % 5], TALK[n % 3])
    ]
    (folder / "result.json").write_text(json.dumps(telegram(spread), ensure_ascii=False), "utf-8")
    (folder / "list.csv").write_text(listed(), "utf-8")
    case, _ = new(folder / "case", "a passphrase", by="T", basis="test", country="IQ")
    with case:
        add(case, [folder / "result.json"])
        by_text = {m.id: m.message.text for m in case.view().messages()}
        yield case, {one.id: one for one in seek(case, folder / "list.csv")}, by_text


def test_thirty_people_and_sixty_near_misses_are_told_apart(
    sought: tuple[Case, dict[str, Sought], dict[str, str]],
) -> None:
    _, found, text = sought
    assert len(PEOPLE) == 30 and len(near_misses()) == 60
    missed = []
    for person, wanted in true_messages():
        top = [text[m] for c in found[person].candidates[:3] if c.possible for m in c.messages]
        if wanted not in top:
            missed.append((person, wanted))
    wrong = []
    for person, other in near_misses():
        wrong += [
            (person, other, c.why)
            for c in found[person].candidates
            if c.possible and other in (text[m] for m in c.messages)
        ]
    assert len(missed) <= 0.05 * len(true_messages()), missed
    assert not wrong
