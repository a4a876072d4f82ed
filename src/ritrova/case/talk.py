"""What a step says while it works: lines and progress. The command line and the page give their own; silence is the default."""

from __future__ import annotations

from typing import Protocol


class Talk(Protocol):
    """Somebody who listens to a long step."""

    def line(self, text: str) -> None:
        """One plain line for the user."""
        ...

    def progress(self, what: str, done: int, total: int | None, unit: str = "") -> None:
        """How far a piece of work is; called often, shown as the listener sees fit."""
        ...


class Silent:
    """Says nothing."""

    def line(self, text: str) -> None:
        """Nothing."""

    def progress(self, what: str, done: int, total: int | None, unit: str = "") -> None:
        """Nothing."""


SILENT = Silent()
