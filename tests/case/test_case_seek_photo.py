"""A family's photo is found in the case as it is, sent through an app, or as a part; without anybody seeing it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pictures_made import cropped, photo, sent
from ritrova.case import hashes
from ritrova.case.add import add
from ritrova.case.missing import unpacked
from ritrova.case.opening import Case, new
from ritrova.case.seek import LIST, seek
from ritrova.formats.pictures import Hashed
from ritrova.workers.showing import fingerprinted

HEAD = "id,name,photos,requested_by,basis,consent\n"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A folder of an export with six pictures: of three people, and of three others."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "photos").mkdir()
    pictures = [
        photo(1),
        sent(photo(2), "whatsapp"),
        cropped(photo(3), 0.15),
        photo(11),
        sent(photo(12), "viber"),
        photo(13),
    ]
    messages = []
    for n, raw in enumerate(pictures, 1):
        (folder / "photos" / f"{n}.jpg").write_bytes(raw)
        messages.append(
            {
                "id": n,
                "type": "message",
                "date": "2021-08-03T10:00:00",
                "from": "Mira",
                "from_id": "user1",
                "photo": f"photos/{n}.jpg",
                "text": f"number {n}",
            }
        )
    said = {"name": "chat", "type": "private_group", "id": 7, "messages": messages}
    (folder / "result.json").write_text(json.dumps(said), encoding="utf-8")
    made, _ = new(tmp_path_factory.mktemp("kept") / "case", "p", by="T", basis="Invented", country="IQ")
    with made:
        add(made, [folder])
        yield made


@pytest.fixture
def people(tmp_path: Path) -> Path:
    for n in (1, 2, 3, 4):
        (tmp_path / f"{n}.jpg").write_bytes(photo(n))
    (tmp_path / "words.jpg").write_text("no picture", "utf-8")
    lines = [f"x{n},,{n}.jpg,a family,request,case" for n in (1, 2, 3, 4)]
    path = tmp_path / "list.csv"
    path.write_text(HEAD + "\n".join([*lines, "x5,,words.jpg,a family,request,case"]) + "\n", "utf-8")
    return path


def test_a_photo_is_found_as_it_is_sent_through_an_app_and_cut(case: Case, people: Path) -> None:
    pytest.importorskip("cv2")
    text = {m.id: m.message.text for m in case.view().messages()}
    found = {one.id: one for one in seek(case, people)}
    told = {
        id: [(text[c.messages[0]], c.possible) for c in one.candidates] for id, one in sorted(found.items())
    }
    assert told == {
        "x1": [("number 1", True)],
        "x2": [("number 2", True)],
        "x3": [("number 3", True)],
        "x4": [],
        "x5": [],
    }
    assert "byte for byte" in found["x1"].candidates[0].why[0]
    assert "PDQ" in found["x2"].candidates[0].why[0] and found["x2"].candidates[0].against
    assert found["x5"].unread == ("photo 'words.jpg' is compared as a file only: it is no picture",)


def test_the_list_kept_in_the_case_finds_them_again_without_the_files(case: Case, people: Path) -> None:
    first = seek(case, people)
    for each in people.parent.glob("*.jpg"):
        each.unlink()
    assert seek(case) == first
    kept = unpacked(case.store.secret(LIST) or b"")
    assert [len(p.looks) for p in kept] == [1, 1, 1, 1, 0]


def test_a_photo_that_a_hash_list_names_is_not_decoded(
    tmp_path: Path, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = new(tmp_path / "case", "p", by="T", basis="Invented", country="IQ")
    with made:
        listed = tmp_path / "hashes.txt"
        listed.write_text(hashlib.sha256(photo(1)).hexdigest() + "\n", "utf-8")
        hashes.bring(made, listed)
        asked: list[bytes] = []

        def counted(raw: bytes, mime: str) -> Hashed:
            asked.append(raw)
            return fingerprinted(raw, mime)

        monkeypatch.setattr("ritrova.case.seek.fingerprinted", counted)
        found = {one.id: one for one in seek(made, people)}
    assert photo(1) not in asked and photo(2) in asked
    assert found["x1"].unread == (
        "photo '1.jpg' is compared as a file only: a hash list names it, so it was not decoded",
    )
