"""The public names of the package, pinned: removing or renaming one is a decision, not an accident."""

from __future__ import annotations

from importlib.resources import files

import ritrova
from ritrova import testing


def test_public_names() -> None:
    assert sorted(ritrova.__all__) == ["Case", "__version__", "new", "open"]
    for name in ritrova.__all__:
        assert getattr(ritrova, name) is not None


def test_the_contract_for_readers_is_public() -> None:
    assert callable(testing.check_reader)


def test_the_package_is_typed() -> None:
    assert (files("ritrova") / "py.typed").is_file()
