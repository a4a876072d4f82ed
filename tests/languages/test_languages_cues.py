"""Every cue can be compiled, so that what was compiled is kept and a command does not begin with compiling."""

from __future__ import annotations

import pytest

from ritrova import plugins
from ritrova.languages.automata import pattern_search, widened


def test_the_compiled_cues_are_kept() -> None:
    pytest.importorskip("hyperscan")
    cues = {c.name: c for e in plugins.load("extractors").values() for c in e.cues}
    cues.update((c.name, c) for d in plugins.load("detectors").values() for c in d.cues)
    kept: dict[str, bytes] = {}
    pattern_search([widened(c.pattern) for c in cues.values()], "hyperscan", kept)
    assert [name.split("-")[1] for name in kept] == ["cues"]
