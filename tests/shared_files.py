"""Real files that stay outside the repository; a test that needs one is skipped where they are absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared(*parts: str) -> Path:
    """The path of a shared file or folder; skips the calling test when it is not beside this checkout."""
    root = Path(__file__).resolve().parents[1]
    places = [Path(os.environ["RITROVA_SHARED"])] if "RITROVA_SHARED" in os.environ else []
    places += [root.parent / "shared", root.parent.parent / "shared"]
    for place in places:
        path = place.joinpath(*parts)
        if path.exists():
            return path
    pytest.skip(f"needs the shared file {'/'.join(parts)}, which is not beside this checkout")
