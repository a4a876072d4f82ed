"""Text as the matcher sees it: folded, with the way back to the words as written; terms, cues and hits."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ritrova.model.records import Span


class Term(msgspec.Struct, frozen=True):
    """One surface form of a concept, from a language pack.

    `gloss` is English for reviewers; `alone` is False where the word must not fire by itself; `note` says in which sense.
    `variety` names a dialect, script or slang ("iraqi", "gulf", "arabizi") where it matters.
    """

    concept: str
    text: str
    language: str
    gloss: str = ""
    note: str = ""
    alone: bool = True
    variety: str = ""
    value: float | None = None
    unit: str = ""


class Cue(msgspec.Struct, frozen=True):
    """A pattern (Python `re` syntax, over folded text) that wakes an extractor."""

    name: str
    pattern: str


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A term or cue found in a folded text; `start` and `end` are code points of the folded text."""

    start: int
    end: int
    cue: str
    term: Term | None = None


class Folded:
    """A folded text that knows the way back. The map is built only when somebody asks for it.

    `back(written, text)` gives pairs (first, past-last) for each folded code point, or an empty list where every one stayed in its
    place.

    `original(start, end)` gives the half-open span of the written text that the folded span came from.
    """

    __slots__ = ("_back", "_map", "text", "written")

    def __init__(self, written: str, text: str, back: Callable[[str, str], list[int]]) -> None:
        self.written = written
        self.text = text
        self._back = back
        self._map: list[int] | None = None

    def original(self, start: int, end: int) -> Span:
        """The span of `written` behind the folded span; a character folded to several maps back whole."""
        if self._map is None:
            self._map = self._back(self.written, self.text)
        table = self._map
        if not table:
            return (start, max(start, end))
        if start >= end:
            at = table[2 * start] if 2 * start < len(table) else len(self.written)
            return (at, at)
        return (table[2 * start], table[2 * (end - 1) + 1])
