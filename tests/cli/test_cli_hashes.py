"""Pictures on the whole path: hashed when they come in, linked across apps, quarantined by a hash list, never shown."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.conftest import ritrova
from pictures_made import photo, sent
from ritrova.formats.pictures import hashed


def chat(*names: str) -> str:
    """A WhatsApp text export of two people in which each file is sent once, as an Android phone writes it."""
    lines = [f"23/04/2016, 21:{n:02} - Karam: {name} (file attached)" for n, name in enumerate(names)]
    return "\n".join(["23/04/2016, 20:00 - Dilan: good evening", *lines]) + "\n"


def export(path: Path, **files: bytes) -> Path:
    """The export as a zip, files by name (without `.jpg`)."""
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("WhatsApp Chat with Dilan.txt", chat(*(f"{name}.jpg" for name in files)))
        for name, raw in files.items():
            out.writestr(f"{name}.jpg", raw)
    return path


def said(done: Any, *codes: int) -> dict[str, Any]:
    assert done.code in codes, done.out + done.err
    made: dict[str, Any] = json.loads(done.out)
    return made


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    assert ritrova("new", folder, "--by", "M. K.", "--basis", "invented").code == 0
    return folder


def test_a_photo_is_linked_through_two_exports(fresh: Path, tmp_path: Path) -> None:
    original = photo(7)
    one = export(tmp_path / "one.zip", IMG_0001=original, IMG_0002=photo(8))
    two = export(tmp_path / "two.zip", IMG_0101=sent(original, "viber"), IMG_0102=b"\xff\xd8\xff cut")
    report = said(ritrova("add", "--case", fresh, "--json", one, two), 0)
    assert report["linked"]["links"]["same_photo"] == 1
    assert [s["counts"]["pictureseen"] for s in report["sources"]] == [2, 2]
    off = tmp_path / "off"
    assert ritrova("new", off, "--by", "M. K.", "--basis", "invented").code == 0
    report = said(ritrova("add", "--case", off, "--json", "--media", "none", one, two), 0)
    assert "same_photo" not in report["linked"]["links"]
    assert "pictureseen" not in report["sources"][0]["counts"]


def test_a_hash_list_before_the_evidence(fresh: Path, tmp_path: Path) -> None:
    raws = {f"IMG_{n:04}": photo(n, 320) for n in range(20, 25)}
    a, b, c, d, _ = raws.values()
    lists = tmp_path / "list.txt"
    code = hashed(io.BytesIO(d), "image/jpeg").pdq
    raws["IMG_0030"] = sent(d, "viber")
    lines = [hashlib.md5(a).hexdigest(), hashlib.sha1(b).hexdigest(), hashlib.sha256(c).hexdigest()]
    lists.write_text("\n".join([*lines, f"pdq:{code}", "no hash"]))
    done = ritrova("hashes", "--case", fresh, "--json", lists)
    first = said(done, 3)
    assert first["brought"] == {"md5": 1, "sha1": 1, "sha256": 1, "pdq": 1}
    assert (first["new"], first["unread"], first["files"]) == (4, [5], 0)
    source = export(tmp_path / "one.zip", **raws)
    report = said(ritrova("add", "--case", fresh, "--json", "--preserve", source), 3)
    assert report["sources"][0]["problems"] == {"RTV-M001": 5, "RTV-M002": 1}
    assert not (fresh / "originals").exists() or not any((fresh / "originals").iterdir())
    again = said(ritrova("hashes", "--case", fresh, "--json", lists), 3)
    assert (again["new"], again["files"], again["preserved"]) == (0, 5, 0)
    printed = ritrova("hashes", "--case", fresh, lists).out
    assert "IMG_" not in printed and code not in printed and lines[0] not in printed
    refused = ritrova("preserve", "--case", fresh, source)
    assert refused.code == 2 and "hash list" in refused.err


def test_a_hash_list_after_the_evidence(fresh: Path, tmp_path: Path) -> None:
    raw = photo(40, 320)
    source = export(tmp_path / "one.zip", IMG_0001=raw, IMG_0002=photo(41, 320))
    said(ritrova("add", "--case", fresh, "--json", "--preserve", source), 0)
    lists = tmp_path / "list.csv"
    lists.write_text(f"MD5,other\n{hashlib.md5(raw).hexdigest()},x\n")
    report = said(ritrova("hashes", "--case", fresh, "--json", lists), 0)
    assert (report["files"], report["attachments"], report["preserved"]) == (1, 1, 1)
    log = (fresh / "custody.jsonl").read_text()
    assert hashlib.md5(raw).hexdigest() not in log and "list.csv" not in log


def test_a_listed_file_of_a_folder_is_not_even_given_to_the_reading_process(
    fresh: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    raw = photo(50, 320)
    (folder / "IMG_0001.jpg").write_bytes(raw)
    (folder / "WhatsApp Chat with Dilan.txt").write_text(chat("IMG_0001.jpg"))
    lists = tmp_path / "list.txt"
    lists.write_text(hashlib.sha1(raw).hexdigest())
    said(ritrova("hashes", "--case", fresh, "--json", lists), 0)
    source = said(ritrova("add", "--case", fresh, "--json", folder), 3)["sources"][0]
    assert source["counts"]["message"] == 2 and source["problems"] == {"RTV-M001": 1}
    assert source["adds_up"] and source["items"] == 2 and source["unknown"] == []


def test_a_list_without_hashes_is_refused(fresh: Path, tmp_path: Path) -> None:
    for name, raw in (("empty.txt", b""), ("words.txt", b"nothing here\n"), ("x.jpg", photo(1, 64))):
        (tmp_path / name).write_bytes(raw)
        done = ritrova("hashes", "--case", fresh, tmp_path / name)
        assert done.code == 2 and "no MD5" in done.err
    assert ritrova("hashes", "--case", fresh, tmp_path / "missing").code == 2


def test_pictures_that_cannot_be_decoded_stop_nothing(fresh: Path, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("1", (8, 8)).save(out, "PNG")
    head = bytearray(out.getvalue())
    head[16:24] = (20_000).to_bytes(4, "big") * 2
    head[29:33] = zlib.crc32(head[12:29]).to_bytes(4, "big")
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "huge.png").write_bytes(head)
    (folder / "cut.jpg").write_bytes(photo(3)[:2000])
    (folder / "other.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "WhatsApp Chat with Dilan.txt").write_text(chat("huge.png", "cut.jpg"))
    source = said(ritrova("add", "--case", fresh, "--json", folder), 0)["sources"][0]
    assert source["counts"]["pictureseen"] == 3
    assert source["counts"]["message"] == 3
