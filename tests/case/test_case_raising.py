"""A rule that fails on one message stops neither the run nor the findings beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from ritrova.case.add import AddAsk, add
from ritrova.case.analysis import Analyst, Talked
from ritrova.case.evaluate import evaluate
from ritrova.case.find import find
from ritrova.case.opening import Case
from ritrova.detectors import offers
from ritrova.model.passages import Passage, PassageMessage
from ritrova.model.records import Finding

ADVERT = "sabiya for sale, 24 years, 3000 dollars, write in private"
BAD = "captive for sale, 21 years, 2500 dollars, the rule fails here"


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A detector that raises on one text, in every analyst made from now on."""

    def detect(passage: Passage) -> Iterator[Finding]:
        if any(m.text == BAD for m in passage.messages):
            raise KeyError("contact")
        yield from offers.detect(passage)

    made = Analyst.__init__

    def init(self: Analyst, *given: object, **named: object) -> None:
        made(self, *given, **named)  # type: ignore[arg-type]
        self.detectors = [msgspec.structs.replace(d, detect=detect) for d in self.detectors]

    monkeypatch.setattr(Analyst, "__init__", init)


def test_find_names_the_message_once_and_goes_on(
    failing: None, fresh: Callable[[str], Case], tmp_path: Path
) -> None:
    chat = tmp_path / "WhatsApp Chat with Friends.txt"
    texts = [ADVERT, "ok", BAD, "thanks", ADVERT.replace("24", "27")]
    lines = [f"14/03/2016, 10:{n:02d} - {'AB'[n % 2]}: {t}" for n, t in enumerate(texts)]
    chat.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with fresh("case") as case:
        add(case, [chat], AddAsk())
        reports = [find(case, again=True), find(case, again=True)]
        found = list(case.view().findings())
        problems = [p for p in case.view().problems() if p.code == "RTV-C020"]
    assert [r.troubles for r in reports] == [1, 1]
    assert found and all(f.category == "person_sale" for f in found)
    assert len(problems) == 1 and "KeyError" in problems[0].what and problems[0].at.path == chat.name


def test_the_messages_beside_it_are_judged_and_without_a_list_the_fault_shows(failing: None) -> None:
    analyst = Analyst(country="IQ")
    told = [
        PassageMessage(id=f"c/{n}", text=t, sender="A", seconds=1e9 + n) for n, t in enumerate([ADVERT, BAD])
    ]
    troubles: list[object] = []
    found = analyst.detect(Talked("c", "other"), told, troubles)  # type: ignore[arg-type]
    assert [f.messages for f in found] == [("c/0",)] and len(troubles) == 1
    with pytest.raises(KeyError):
        analyst.detect(Talked("c", "other"), told)


def test_evaluate_goes_on_and_names_the_item(failing: None, tmp_path: Path) -> None:
    items = [
        {"id": f"x-{n}", "lang": "en", "family": "f", "messages": [{"text": t}], "positive": True}
        for n, t in enumerate([BAD, ADVERT])
    ]
    one = tmp_path / "set.jsonl"
    one.write_bytes(b"\n".join(msgspec.json.encode(i) for i in items))
    scores = evaluate([one])
    assert scores.raised == ("x-0",)
    assert scores.families[0].recall.k == 1
