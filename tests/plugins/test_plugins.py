"""Plugins of other packages: a reader, an unpacker and a language pack join without an edit anywhere."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from ritrova import plugins
from ritrova.model.records import ItemSeen, Message, Problem, Reconciliation
from ritrova.model.shapes import Ask, Reader, Unpacker
from ritrova.workers.reading import Given, Plugged, read_source

MODULE = """
from ritrova.model import ids
from ritrova.model.records import Conversation, Message, Moment
from ritrova.model.shapes import Reader, Unpacker, at
from ritrova.formats.shelf import Shelf

def read(item, ask):
    chat = ids.conversation_id("other", item.path, item.source)
    yield Conversation(at(item), chat, "other")
    with item.open() as stream:
        text = stream.read().decode()
    yield Message(at(item, "bytes 0-%d" % item.size), "other", chat, None, None, "text", text, Moment())

READER = Reader("guest.text", "Guest", lambda item: item.head(5) == b"GUEST", read, lambda item, ask: {"messages": 1})

def unpack(item, ask):
    with item.open() as stream:
        content = stream.read()[4:]
    yield Shelf(item).put("inner", len(content), lambda: iter([content]))

UNPACKER = Unpacker("guest.box", "Guest box", lambda item: item.head(4) == b"BOX:", unpack)
NOT_A_READER = 17
"""


@pytest.fixture
def guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that is installed in a folder of its own, with one broken entry point among the good ones."""
    package = tmp_path / "guest_package"
    (package / "pack" / "xx").mkdir(parents=True)
    (package / "__init__.py").write_text(MODULE)
    (package / "pack" / "__init__.py").write_text("")
    meta = tmp_path / "guest_package-1.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: guest-package\nVersion: 1.0\n")
    (meta / "entry_points.txt").write_text(
        "[ritrova.readers]\nguest = guest_package:READER\nbad = guest_package:NOT_A_READER\ngone = nowhere:READER\n"
        "[ritrova.unpackers]\nguest = guest_package\n"
        "[ritrova.packs]\nguest = guest_package.pack\nbad = guest_package:NOT_A_READER\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins.forget()
    yield tmp_path
    plugins.forget()
    sys.modules.pop("guest_package", None)


def test_a_guest_takes_part_in_reading_without_an_edit(guest: Path) -> None:
    assert isinstance(plugins.load("readers")["guest.text"], Reader)
    assert isinstance(plugins.load("unpackers")["guest.box"], Unpacker)
    assert plugins.packs()[0] == [guest / "guest_package" / "pack"]
    plugged = Plugged(plugins.where("readers"), plugins.where("unpackers"))
    assert "guest_package:READER" in plugged.readers
    content = b"BOX:GUEST hello"
    given = Given("b.box", len(content), sha256(content).hexdigest(), None, lambda: io.BytesIO(content))
    batches = read_source("s" * 64, "file", [given], [], plugged, Ask(), path=[str(guest)])
    records = [r for batch in batches for r in batch]
    assert [r.text for r in records if isinstance(r, Message)] == ["GUEST hello"]
    assert [r.at.path for r in records if isinstance(r, ItemSeen)] == ["b.box", "b.box!inner"]
    assert all(r.adds_up for r in records if isinstance(r, Reconciliation))
    assert not [r for r in records if isinstance(r, Problem)]


def test_a_broken_guest_is_reported_and_hurts_nobody(guest: Path) -> None:
    where = [each.where for each in plugins.broken()]
    assert any("NOT_A_READER" in each for each in where)
    assert any("nowhere" in each for each in where)
    assert any(each.startswith("ritrova.packs bad") for each in where)
    assert "guest.text" in plugins.load("readers")


def test_the_houses_own_plugins_are_all_whole() -> None:
    assert plugins.broken() == []
    assert set(plugins.load("unpackers")) >= {"zip"}


def test_every_problem_code_is_explained_once_in_words() -> None:
    found = plugins.problems()
    assert "RTV-R001" in found
    for code, text in found.items():
        assert code.startswith("RTV-") and len(text) > 40, code


def test_listing_plugins_loads_nothing_heavy() -> None:
    heavy = "numpy hyperscan apsw cryptography PIL cv2 phonenumbers openpyxl sqlcipher3"
    code = (
        "import sys; from ritrova import plugins\n"
        "[plugins.load(k) for k in ('readers', 'unpackers', 'exporters')]\n"
        f"print([m for m in {heavy!r}.split() if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert out.stdout.strip() == "[]"
