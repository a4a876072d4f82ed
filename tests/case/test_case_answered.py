"""Sums said in answer follow what they answer, also when it goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ritrova.case.add import add
from ritrova.case.opening import Case
from ritrova.case.withdraw import withdraw

Opener = Callable[[str], Case]


def export(path: Path, said: Sequence[tuple[int, str]]) -> Path:
    """A Telegram chat that holds these messages, by number; the numbers are also their minutes."""
    messages: list[dict[str, Any]] = [
        {
            "id": n, "type": "message", "date": f"2023-05-01T10:{n:02}:00", "date_unixtime": str(1682935200 + 60 * n),
            "from": "Sami" if n % 2 else "Mira", "from_id": f"user{1 + n % 2}", "text": text, "text_entities": [],
        }
        for n, text in said
    ]  # fmt: skip
    chat = {"name": "Sofas", "type": "private_group", "id": 4242, "messages": messages}
    path.write_text(json.dumps(chat), encoding="utf-8")
    return path


def prices(case: Case) -> dict[str, list[float | None]]:
    """Text of a message → the sums in it."""
    view = case.view()
    (chat,) = view.conversations()
    stored = {m.row: m.message.text for m in view.page(chat.conversation.id, 0, 100)}
    values = case.store.observables_of(sorted(stored))
    return {stored[row]: [o.amount for o in there if o.kind == "price"] for row, there in values.items()}


def test_an_answer_goes_with_what_it_answered(fresh: Opener, tmp_path: Path) -> None:
    first = export(tmp_path / "first.json", [(1, "sofa for sale, 24k dollars"), (2, "nice one")])
    then = export(tmp_path / "then.json", [(3, "21 cash tomorrow"), (4, "price 22"), (5, "see you")])
    with fresh("case") as case:
        source = add(case, [first]).sources[0].source or ""
        add(case, [then])
        together = prices(case)
        assert together["21 cash tomorrow"] == [21000.0]
        withdraw(case, source, basis="asked")
        left = prices(case)
    with fresh("other") as other:
        add(other, [then])
        alone = prices(other)
    assert not alone["21 cash tomorrow"]
    assert together != alone and left == alone


def test_a_price_that_stood_back_for_an_answer_returns(fresh: Opener, tmp_path: Path) -> None:
    first = export(tmp_path / "first.json", [(1, "Honda for sale, 24000 dollars"), (2, "ok")])
    then = export(tmp_path / "then.json", [(3, "take it for 22"), (4, "price 23 final")])
    with fresh("case") as case:
        add(case, [then])
        alone = prices(case)
        source = add(case, [first]).sources[0].source or ""
        together = prices(case)
        assert together["take it for 22"] == [22000.0] and alone["take it for 22"] == [22.0]
        withdraw(case, source, basis="asked")
        assert prices(case) == alone
