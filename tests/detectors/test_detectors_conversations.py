"""Conversations written afterwards, to break the rules: `+` must give an offer, `-` must not. One a line, in conversations.txt.

`##` parts messages, `A: ` before a message names its sender.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ritrova.detectors.offers import detect
from ritrova.model.records import OFFER_ACTS
from told_passages import passage

LINES = [
    line.partition("|")[::2]
    for line in Path(__file__).with_name("conversations.txt").read_text("utf-8").splitlines()
    if line.strip()
]


def told(body: str) -> list[tuple[str, str]]:
    out = []
    for text in body.split(" ## "):
        named = len(text) > 2 and text[1:3] == ": " and text[0].isupper()
        out.append((text[0], text[3:]) if named else ("A", text))
    return out


@pytest.mark.parametrize("sign", ["+", "-"])
def test_conversations_written_to_break_the_rules(sign: str) -> None:
    wrong = [
        body
        for s, body in LINES
        if s == sign and any(f.act in OFFER_ACTS for f in detect(passage(*told(body)))) != (sign == "+")
    ]
    assert len([1 for s, _ in LINES if s == sign]) >= 80
    assert not wrong
