"""Problems: what could not be read, by source and code."""

from __future__ import annotations

from collections.abc import Iterator

from ritrova.case.opening import Case
from ritrova.model.errors import NotFound
from ritrova.model.records import Problem


def problems(case: Case, source: str | None = None, code: str | None = None) -> Iterator[Problem]:
    """The problems of a source (its name, or the beginning of its SHA-256), or of the whole case."""
    view = case.view()
    wanted: list[str | None] = [None]
    if source is not None:
        wanted = [s.sha256 for s in view.sources() if s.name == source or s.sha256.startswith(source.lower())]
        if not wanted:
            raise NotFound(
                f"no source is called {source!r}", "`ritrova show` and the sources page list them."
            )
    for one in wanted:
        for problem in view.problems(one):
            if code is None or problem.code.upper().endswith(code.upper()):
                yield problem
