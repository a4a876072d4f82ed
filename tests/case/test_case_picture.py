"""A picture is opened by one person, on the record, after the hash lists, and never as the bytes that were received."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from pictures_made import saved, shapes
from ritrova.case import picture as pictures
from ritrova.case.add import AddAsk, add
from ritrova.case.hashes import bring
from ritrova.case.opening import Case, new
from ritrova.formats.pictures import Unreadable
from ritrova.model.errors import NotFound, RitrovaError, WrongUse
from ritrova.workers.showing import made_anew

SECRET = b"GPS 36.34 43.13 of a phone"


def file(seed: int) -> bytes:
    """A picture with an EXIF comment that must not be shown on."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    Image.fromarray(shapes(seed, 900, 1300)).save(out, "JPEG", quality=85, exif=exif)
    return out.getvalue()


@pytest.fixture(params=[False, True], ids=["reference", "preserved"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    """A folder of an export with two pictures, years apart."""
    folder = tmp_path / "export"
    (folder / "photos").mkdir(parents=True)
    messages = []
    for n, year in ((1, 2014), (2, 2021)):
        (folder / "photos" / f"{n}.jpg").write_bytes(file(n))
        when = f"{year}-08-03T10:00:00"
        messages.append({"id": n, "type": "message", "date": when, "from": "Mira", "from_id": "user1", "photo": f"photos/{n}.jpg", "text": "one"})  # fmt: skip
    (folder / "result.json").write_text(
        json.dumps({"name": "chat", "type": "private_group", "id": 7, "messages": messages}), encoding="utf-8"
    )
    made, _ = new(tmp_path / "case", "p", by="Reviewer", basis="Invented", country="IQ")
    with made:
        add(made, [folder], AddAsk(preserve=request.param))
        if request.param:
            shutil.rmtree(folder)
        yield made


def attached(case: Case) -> list[str]:
    """Ids of its attachments."""
    return [id for id, _, a in case.view().attachments() if a.present]


def openings(case: Case) -> list[str]:
    """How pictures were opened, by the log."""
    return [str((a.detail or {})["look"]) for a in case.view().actions() if a.what == pictures.OPENED]


def test_small_and_grey_comes_first_and_every_opening_is_logged(case: Case) -> None:
    first, second = attached(case)
    with pytest.raises(WrongUse, match="small and grey before"):
        pictures.open_picture(case, first, "large")
    assert openings(case) == []
    small = pictures.open_picture(case, first)
    with Image.open(io.BytesIO(small.jpeg)) as seen:
        assert seen.mode == "L"
        assert max(seen.size) == 160
    large = pictures.open_picture(case, first, "large")
    with Image.open(io.BytesIO(large.jpeg)) as seen:
        assert seen.mode == "RGB"
        assert max(seen.size) == 1024
        assert not seen.getexif()
    assert SECRET not in small.jpeg + large.jpeg
    with pytest.raises(WrongUse, match="small and grey before"):
        pictures.open_picture(case, second, "large")
    assert openings(case) == ["small", "large"]
    assert case.log_faults() == []
    both = [pictures.picture(case, id) for id in (first, second)]
    assert pictures.years_between(both) == 7.0


def test_the_first_viewers_words_take_the_pictures_place(case: Case) -> None:
    id = attached(case)[0]
    with pytest.raises(WrongUse, match="only who opened"):
        pictures.describe(case, id, "coloured shapes")
    pictures.open_picture(case, id)
    made = pictures.describe(case, id, " coloured shapes ")
    known = pictures.picture(case, id).description
    assert known is not None
    assert (known.id, known.note, known.by) == (made.id, "coloured shapes", "Reviewer")
    with pytest.raises(WrongUse, match="nobody need open it"):
        pictures.open_picture(case, id)
    with pytest.raises(WrongUse, match="described already"):
        pictures.describe(case, id, "other words")
    pictures.open_picture(case, id, basis="a family asks")
    assert [a.basis for a in case.view().actions() if a.what == pictures.OPENED] == [None, "a family asks"]


def test_what_a_hash_list_names_is_never_shown_even_when_the_list_comes_later(case: Case, tmp_path: Path) -> None:  # fmt: skip
    first, second = attached(case)
    for n, hashed in ((1, hashlib.sha256), (2, hashlib.md5)):
        listed = tmp_path / f"list{n}.txt"
        listed.write_text(hashed(file(n)).hexdigest() + "\n", encoding="utf-8")
        bring(case, listed)
    for id in (first, second):
        with pytest.raises(WrongUse, match="a hash list names this picture"):
            pictures.open_picture(case, id)
    assert openings(case) == []


def test_what_was_changed_or_is_gone_is_not_shown(case: Case) -> None:
    folder = Path(case.view().sources()[0].path or "")
    if case.view().sources()[0].preserved:
        (copy,) = (case.folder / "originals").iterdir()
        copy.write_bytes(copy.read_bytes()[:-3] + b"abc")
    else:
        (folder / "photos" / "1.jpg").write_bytes(file(9))
        (folder / "photos" / "2.jpg").unlink()
    for id in attached(case):
        with pytest.raises(RitrovaError):
            pictures.open_picture(case, id)
    assert openings(case) == []
    with pytest.raises(NotFound):
        pictures.picture(case, "t-00000000000000000000")


def test_what_does_not_decode_gives_words_and_no_bytes() -> None:
    good = saved(Image.fromarray(shapes(1, 200, 200)), 80)
    assert made_anew(good, "image/jpeg", 100, True).startswith(b"\xff\xd8")
    for raw, kind in ((b"nothing", "image/jpeg"), (good, "image/png"), (good, "text/html"), (good[:40], "image/jpeg")):  # fmt: skip
        with pytest.raises(Unreadable):
            made_anew(raw, kind, 100, True)
