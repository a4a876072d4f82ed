"""Receiving: everything that can stand in a folder, and nothing of it changed."""

from __future__ import annotations

import os
import socket
from hashlib import sha256
from pathlib import Path

import pytest

from ritrova.custody import names, receiving
from ritrova.model.errors import CustodyBroken, WrongUse


def receive(path: Path) -> receiving.Received:
    return receiving.receive(path, by="E", basis="b", from_whom="W", t="2026-01-01T00:00:00Z")


def codes(received: receiving.Received) -> list[str]:
    return sorted(p.code for p in received.problems)


def put(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def state(root: Path) -> list[tuple[str, int, int, int]]:
    found = []
    for path in sorted([root, *root.rglob("*")]):
        s = path.lstat()
        found.append((str(path), s.st_size, s.st_mtime_ns, s.st_mode))
    return found


def test_a_file_is_its_hash_and_nothing_changes(tmp_path: Path) -> None:
    file = put(tmp_path / "chat.txt", b"abc")
    before, atime = state(tmp_path), file.stat().st_atime_ns
    received = receive(file)
    assert received.source.sha256 == sha256(b"abc").hexdigest() and received.source.kind == "file"
    assert [(f.path, f.size) for f in received.files] == [
        ("chat.txt", 3)
    ] and received.source.from_whom == "W"
    with received.files[0].open() as stream:
        assert stream.read() == b"abc" and not stream.writable()
    assert state(tmp_path) == before and file.stat().st_atime_ns == atime


def test_a_folder_is_its_manifest_wherever_it_lies(tmp_path: Path) -> None:
    for name in ("one", "two"):
        put(tmp_path / name / "b" / "z.txt", b"1")
        put(tmp_path / name / "a.txt", b"22")
        put(tmp_path / name / "b.txt", b"")
    one, two = receive(tmp_path / "one"), receive(tmp_path / "two")
    assert one.source.sha256 == two.source.sha256
    assert [p for p, _, _ in one.source.manifest] == ["a.txt", "b.txt", "b/z.txt"] and one.source.size == 3
    assert one.source.sha256 == sha256(receiving.manifest(one.source.manifest)).hexdigest()
    put(tmp_path / "two" / "new.txt")
    assert receive(tmp_path / "two").source.sha256 != one.source.sha256


def test_a_folder_that_may_only_be_read(tmp_path: Path) -> None:
    put(tmp_path / "e" / "a.txt")
    (tmp_path / "e" / "a.txt").chmod(0o400)
    (tmp_path / "e").chmod(0o500)
    before = state(tmp_path / "e")
    assert receive(tmp_path / "e").problems == () and state(tmp_path / "e") == before
    (tmp_path / "e").chmod(0o700)


def test_links_pipes_and_sockets_are_told_and_never_followed(tmp_path: Path) -> None:
    put(tmp_path / "outside.txt", b"secret")
    folder = tmp_path / "e"
    put(folder / "a.txt")
    (folder / "link").symlink_to(tmp_path / "outside.txt")
    (folder / "dead").symlink_to(tmp_path / "nothing")
    (folder / "dir").symlink_to(tmp_path)
    (folder / "self").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(folder)
    try:
        server.bind("sock")
    finally:
        os.chdir(here)
        server.close()
    received = receive(folder)
    assert [f.path for f in received.files] == ["a.txt"]
    assert codes(received) == ["RTV-C501"] * 4 + ["RTV-C502"] * 2
    assert {p.at.path for p in received.problems} == {"link", "dead", "dir", "self", "pipe", "sock"}
    assert all(
        p.at.source == received.source.sha256 and p.code in receiving.PROBLEMS for p in received.problems
    )


@pytest.mark.parametrize(
    ("raw", "shown", "code"),
    [
        (b"caf\xe9.txt", "caf\\xe9.txt", ["RTV-C504"]),
        ("a\u202egpj.exe".encode(), "a\u202egpj.exe", ["RTV-C505"]),
        (b"new\nline", "new\nline", ["RTV-C505"]),
        (b"\x1b[31mred", "\x1b[31mred", ["RTV-C505"]),
        (b"-rf", "-rf", []),
        ("صورة.jpg".encode(), "صورة.jpg", []),
        (b"a b'\"$(x)`.txt", "a b'\"$(x)`.txt", []),
        (b"x" * 255, "x" * 255, []),
        (b"\xff\xfe", "\\xff\\xfe", ["RTV-C504"]),
        (b"C:\\w\\x", "C:\\w\\x", []),
        ("e\u0301".encode(), "e\u0301", []),
        ("\u200f.txt".encode(), "\u200f.txt", ["RTV-C505"]),
    ],
)
def test_odd_names_are_kept_and_told(tmp_path: Path, raw: bytes, shown: str, code: list[str]) -> None:
    with open(os.fsencode(tmp_path) + b"/" + raw, "wb") as stream:
        stream.write(b"x")
    received = receive(tmp_path)
    assert [f.path for f in received.files] == [shown] and codes(received) == code
    with received.files[0].open() as stream:
        assert stream.read() == b"x"
    assert not any(names.deceives(c) for c in names.shown(shown))
    shown.encode("utf-8")


def test_two_names_that_would_look_the_same_stay_two(tmp_path: Path) -> None:
    for raw in (b"caf\xe9", b"caf\\xe9"):
        with open(os.fsencode(tmp_path) + b"/" + raw, "wb") as stream:
            stream.write(raw)
    received = receive(tmp_path)
    assert sorted(f.path for f in received.files) == ["caf\\xe9", "caf\\xe9#2"]
    assert "RTV-C508" in codes(received) and len({f.sha256 for f in received.files}) == 2


def test_a_name_cannot_pretend_to_be_inside_a_container(tmp_path: Path) -> None:
    for name in ("a.zip", "a.zip!b.txt", "c!d.txt"):
        put(tmp_path / name)
    received = receive(tmp_path)
    assert [f.path for f in received.files] == ["a.zip", "a.zip%21b.txt", "c!d.txt"] and codes(received) == [
        "RTV-C508"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    put(tmp_path / "a.txt").chmod(0)
    put(tmp_path / "b" / "c.txt")
    (tmp_path / "b").chmod(0)
    received = receive(tmp_path)
    (tmp_path / "b").chmod(0o700)
    assert received.files == () and codes(received) == ["RTV-C503", "RTV-C507"]


def test_what_vanishes_while_it_is_received_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a.txt")
    put(tmp_path / "b" / "c.txt")
    real = receiving._listing

    def listing(path: bytes) -> list[tuple[bytes, int]]:
        found = real(path)
        if path.endswith(b"/b"):
            raise OSError(13, "Permission denied")
        (tmp_path / "a.txt").unlink()
        return found

    monkeypatch.setattr(receiving, "_listing", listing)
    received = receive(tmp_path)
    assert received.files == () and codes(received) == ["RTV-C503", "RTV-C507"]


def test_a_file_that_changes_while_it_is_hashed_is_told(tmp_path: Path) -> None:
    file = put(tmp_path / "a.bin", b"x" * (3 << 20))

    def meddle(n: int) -> None:
        with file.open("ab") as stream:
            stream.write(b"y")

    received = receiving.receive(file, by="E", basis="b", from_whom=None, t="t", progress=meddle)
    assert codes(received) == ["RTV-C506"]
    with pytest.raises(CustodyBroken):
        received.files[0].open()


def test_a_file_that_grows_for_ever_ends(tmp_path: Path) -> None:
    file = put(tmp_path / "a.bin", b"x")

    def grow(n: int) -> None:
        with file.open("ab") as stream:
            stream.write(bytes(8 << 20))

    assert codes(receiving.receive(file, by="E", basis="b", from_whom=None, t="t", progress=grow)) == [
        "RTV-C506"
    ]


def test_the_path_itself_must_be_a_file_or_folder(tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "pipe")
    for name in ("nothing", "link", "pipe", "a.txt/b", "x" * 300):
        with pytest.raises(WrongUse):
            receive(tmp_path / name)


def test_progress_adds_up_and_empty_things_are_received(tmp_path: Path) -> None:
    told: list[int] = []
    put(tmp_path / "e" / "a", b"x" * 2_500_000)
    put(tmp_path / "e" / "b", b"")
    received = receiving.receive(
        tmp_path / "e", by="E", basis="b", from_whom=None, t="t", progress=told.append
    )
    assert sum(told) == received.source.size == 2_500_000
    (tmp_path / "none").mkdir()
    assert receive(tmp_path / "none").files == ()
    assert receive(put(tmp_path / "zero", b"")).source.size == 0


def test_differences_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "e"
    for name in ("same", "other", "gone", "touched"):
        put(folder / name, name.encode())
    received = receive(folder)
    assert receiving.still_the_same(received, folder) == []
    put(folder / "other", b"OTHER")
    (folder / "gone").unlink()
    put(folder / "new")
    os.utime(folder / "touched", (1, 1))
    (folder / "link").symlink_to("x")
    said = receiving.still_the_same(received, folder)
    assert [s.split()[0] for s in said] == ["gone", "new", "other", "touched", "link"]
    assert receiving.still_the_same(received, tmp_path / "nothing")[0].endswith("No such file or directory.")


def test_deep_folders_are_received_or_told(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("d" * 100, dir_fd=here)
        below = os.open("d" * 100, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("deep.txt", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    received = receive(tmp_path)
    assert received.files or codes(received) == ["RTV-C507"]
