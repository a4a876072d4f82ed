"""File names of evidence: kept as they are, and never trusted.

A name may hold bytes that are no text, signs that turn the direction of what stands after them, or line breaks.
"""

from __future__ import annotations

import os
import unicodedata

TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of text and are themselves not seen."""


def written(raw: bytes) -> tuple[str, bool]:
    """A file name as text, and whether it was UTF-8. Bytes that are no text are shown as ``\\xNN``."""
    try:
        return raw.decode("utf-8"), True
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace"), False


def shown(text: str) -> str:
    """A name for a sentence on a terminal: nothing in it moves the cursor or turns the direction."""
    return "".join(f"[U+{ord(c):04X}]" if deceives(c) else c for c in text)


def deceives(character: str) -> bool:
    """True for characters that are not seen, or that change how others are seen."""
    return character in TURNS or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def text_of(path: str | os.PathLike[str]) -> str:
    """A path as text that can be written to a record."""
    return written(os.fsencode(path))[0]
