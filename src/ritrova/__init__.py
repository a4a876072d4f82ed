"""ritrova: find again. An offline evidence workbench for the people who look for trafficking victims."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Case", "__version__", "new", "open"]

if TYPE_CHECKING:
    from ritrova.case.opening import Case, new
    from ritrova.case.opening import open_case as open


def __getattr__(name: str) -> object:
    if name in ("Case", "new", "open"):
        from ritrova.case import opening

        return getattr(opening, "open_case" if name == "open" else name)
    raise AttributeError(f"module 'ritrova' has no attribute {name!r}")
