"""The words of a text that stay the same when a price or a number changes."""

from __future__ import annotations

import re

DIGITS = re.compile(r"\d+")
LETTERS = re.compile(r"[^\w]+|_+")


def masked(folded: str) -> str:
    """The words of a folded text: digits become 0, punctuation a space."""
    return LETTERS.sub(" ", DIGITS.sub("0", folded)).strip()
