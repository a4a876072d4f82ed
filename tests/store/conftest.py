"""The store's tests make many cases: here deriving a key is cheap."""

from __future__ import annotations

import pytest

from ritrova.store import keys


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """8 MiB and one pass instead of the real Argon2id cost."""
    monkeypatch.setattr(keys, "MEMORY_KIB", 8_192)
    monkeypatch.setattr(keys, "PASSES", 1)
