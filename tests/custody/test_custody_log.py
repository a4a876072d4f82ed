"""The log, its mirror beside the case, keys, and preserved copies."""

from __future__ import annotations

import io
import json
import os
import random
import time
from pathlib import Path

import pytest

from ritrova.custody import log, mirror, preserving, receiving, signing
from ritrova.model.errors import CustodyBroken, WrongUse
from ritrova.model.records import Action

KEY = signing.new_key()


def lines(count: int) -> list[bytes]:
    made: list[bytes] = []
    for n in range(count):
        made.append(log.entry(made[-1] if made else None, Action(n, "t", "E", "add", detail={"n": n})).line)
    return made


def test_a_line_commits_and_says_nothing() -> None:
    action = Action(
        0, "2026-01-01T00:00:00Z", "E. One", "add", ("ab",), "told by Leyla", "ritrova", {"from": "Leyla"}
    )
    made = log.entry(None, action)
    assert sorted(json.loads(made.line)) == ["commit", "n", "prev"] and made.line.endswith(b"\n")
    assert log.agrees(made.line, action, made.salt)
    for other in (
        Action(0, "t", "E. One", "add"),
        Action(1, action.t, action.by, action.what, action.about, action.basis, action.tool, action.detail),
    ):
        assert not log.agrees(made.line, other, made.salt)
    assert not log.agrees(made.line, action, bytes(32)) and not log.agrees(b"no json", action, made.salt)
    assert log.entry(None, action).line != made.line, "the salt is new each time"


def test_the_number_must_be_the_next() -> None:
    first = log.entry(None, Action(0, "t", "E", "new")).line
    with pytest.raises(CustodyBroken):
        log.entry(first, Action(2, "t", "E", "add"))
    with pytest.raises(CustodyBroken):
        log.entry(None, Action(1, "t", "E", "add"))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda c: c[1:], lambda c: [c[0], *c[2:]], lambda c: [c[1], c[0], *c[2:]], lambda c: [*c, c[-1]], lambda c: [*c[:2], b"{}\n", *c[3:]],
        lambda c: [*c[:2], b"x\n", *c[3:]], lambda c: [*c[:2], c[2].replace(b'"n":2', b'"n": 2'), *c[3:]], lambda c: [c[0].rstrip(), *c[1:]],
        lambda c: [*c[:-1], c[-1][:-1]], lambda c: [b"[" * 100_000 + b"\n"], lambda c: [c[0].replace(b'"n":0', b'"n":false'), *c[1:]],
        lambda c: [c[0].replace(b'"commit":"', b'"commit":"0'), *c[1:]], lambda c: [b"\xff\n"], lambda c: [b"\n", *c],
    ],
)  # fmt: skip
def test_a_chain_that_was_touched_does_not_replay(break_it) -> None:  # type: ignore[no-untyped-def]
    chain = lines(5)
    assert log.replay(chain) == [] and log.replay([]) == []
    assert log.replay(break_it(chain))


def test_a_long_chain_replays_quickly() -> None:
    chain = lines(20_000)
    start = time.process_time()
    assert log.replay(chain) == []
    assert time.process_time() - start < 4


def test_odd_details_have_one_spelling() -> None:
    for detail in ({"b": 1, "a": [None, True, 1.5, "ا"]}, {"lone": "\ud800"}, {"": ""}, None):
        action = Action(0, "t", "E", "x", detail=detail)
        made = log.entry(None, action)
        assert log.agrees(made.line, action, made.salt)
    assert log.canonical({"b": 1, "a": "ا"}) == '{"a":"ا","b":1}'.encode()


def test_the_mirror_grows_heals_and_never_disagrees(tmp_path: Path) -> None:
    chain = lines(6)
    file, head = tmp_path / mirror.LOG, tmp_path / mirror.HEAD
    mirror.sync(tmp_path, chain[:2], KEY)
    inode = file.stat().st_ino
    mirror.sync(tmp_path, chain[:4], KEY)
    assert file.stat().st_ino == inode and mirror.check(tmp_path, chain[:4]) == []
    assert "behind" in mirror.check(tmp_path, chain)[0]
    for damage in (
        b"".join(chain[:4]) + chain[4][:30], b"".join(chain[:3]) + b"garbage", b"", b"".join(reversed(chain)), b"".join([*chain, chain[-1]]),
    ):  # fmt: skip
        file.write_bytes(damage)
        assert mirror.check(tmp_path, chain)
        mirror.sync(tmp_path, chain, KEY)
        assert mirror.check(tmp_path, chain) == [] and file.read_bytes() == b"".join(chain)
    for damage in (
        b"",
        b"{}",
        b"[]",
        b"\xff",
        mirror.head(chain[:2], KEY),
        head.read_bytes().replace(b'"n":6', b'"n":5'),
    ):
        head.write_bytes(damage)
        assert mirror.check(tmp_path, chain)
        mirror.sync(tmp_path, chain, KEY)
        assert mirror.check(tmp_path, chain) == []
    file.unlink()
    assert mirror.check(tmp_path, chain) == [f"{mirror.LOG} is missing."]
    mirror.sync(tmp_path, chain, KEY)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([mirror.LOG, mirror.HEAD])
    other = signing.fingerprint(signing.public_pem(signing.new_key()))
    assert "another key" in mirror.check(tmp_path, chain, other)[0]


def test_a_mirror_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    case = tmp_path / "case"
    case.mkdir()
    (case / mirror.LOG).symlink_to(outside)
    assert "link" in mirror.check(case, lines(2))[0]
    mirror.sync(case, lines(2), KEY)
    assert outside.read_text() == "mine" and not (case / mirror.LOG).is_symlink()


def test_keys() -> None:
    pem = signing.public_pem(KEY)
    assert len(KEY) == 32 and signing.verify(pem, b"m", signing.sign(KEY, b"m"))
    assert not signing.verify(pem, b"n", signing.sign(KEY, b"m"))
    finger = signing.fingerprint(pem)
    assert (
        signing.ungrouped(signing.grouped(finger)) == finger == signing.ungrouped("SHA256:" + finger.upper())
    )
    for wrong in ("", "zz", finger[:-1], finger + "0"):
        with pytest.raises(WrongUse):
            signing.ungrouped(wrong)
    with pytest.raises(ValueError):
        signing.fingerprint(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")


@pytest.mark.parametrize(
    "size",
    [0, 1, preserving.CHUNK - 1, preserving.CHUNK, preserving.CHUNK + 1, 2 * preserving.CHUNK, 2_500_000],
)
def test_a_preserved_copy_gives_back_every_byte(tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)
    (tmp_path / "e.bin").write_bytes(content)
    received = receiving.receive(tmp_path / "e.bin", by="E", basis="b", from_whom=None, t="t")
    path, key = preserving.preserve(received, tmp_path / "case" / "originals")
    assert path == preserving.path_of(path.parent, key) and len(list(path.parent.iterdir())) == 1
    with preserving.open_preserved(path, key) as stream:
        assert stream.read() == content
        assert stream.seek(size // 2) == size // 2 and stream.read(10) == content[size // 2 :][:10]
        assert stream.seek(-min(size, 3), io.SEEK_END) == size - min(size, 3)
        assert stream.read() == content[size - min(size, 3) :] and stream.read(1) == b""
    assert size < 64 or content[:64] not in path.read_bytes()


def test_a_preserved_copy_that_was_touched_is_refused(tmp_path: Path) -> None:
    (tmp_path / "e.bin").write_bytes(os.urandom(2_500_000))
    received = receiving.receive(tmp_path / "e.bin", by="E", basis="b", from_whom=None, t="t")
    path, key = preserving.preserve(received, tmp_path)
    whole = path.read_bytes()
    step = preserving.CHUNK + 16
    chunks = [whole[8:][i : i + step] for i in range(0, len(whole) - 8, step)]
    for bad in (
        whole[:-1], whole[: 8 + step], whole[:8], b"", b"x" + whole[1:], whole[:100] + b"!" + whole[101:], whole + b"\0",
        whole[:8] + chunks[1] + chunks[0] + chunks[2], whole[:8] + chunks[0] + chunks[2],
    ):  # fmt: skip
        path.write_bytes(bad)
        with pytest.raises(CustodyBroken):
            preserving.open_preserved(path, key).read()
    path.write_bytes(whole)
    with pytest.raises(CustodyBroken):
        preserving.open_preserved(path, bytes(32))
    with pytest.raises(CustodyBroken):
        preserving.open_preserved(path, key, (2_000_000, 600_000))


def test_a_file_that_changed_is_not_preserved(tmp_path: Path) -> None:
    (tmp_path / "e.bin").write_bytes(b"abc")
    received = receiving.receive(tmp_path / "e.bin", by="E", basis="b", from_whom=None, t="t")
    stamp = (tmp_path / "e.bin").stat()
    with open(tmp_path / "e.bin", "r+b") as stream:
        stream.write(b"xyz")
    os.utime(tmp_path / "e.bin", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    with pytest.raises(CustodyBroken):
        preserving.preserve(received, tmp_path / "originals")
    assert list((tmp_path / "originals").iterdir()) == []
