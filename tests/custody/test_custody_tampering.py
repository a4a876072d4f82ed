"""A sealed bundle, and everything that somebody may do to it afterwards. Both verifiers must notice."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from ritrova.custody import log, mirror, sealing, signing, verifying
from ritrova.model.errors import CustodyBroken, WrongUse
from ritrova.model.records import Action

KEY = signing.new_key()
MANIFEST = "manifest-sha256.txt"
TAGS = "tagmanifest-sha256.txt"


def actions(count: int = 4) -> tuple[list[bytes], list[tuple[Action, bytes]]]:
    lines: list[bytes] = []
    salted: list[tuple[Action, bytes]] = []
    for n in range(count):
        action = Action(
            n,
            f"2026-01-01T00:00:0{n}Z",
            "E. One",
            "add",
            ("ab" * 32,),
            f"order {n}",
            "ritrova 0.1.0",
            {"k": n},
        )
        made = log.entry(lines[-1] if lines else None, action)
        lines.append(made.line)
        salted.append((action, made.salt))
    return lines, salted


LINES, SALTED = actions()


def seal(out: Path, key: bytes = KEY, identities: bool = True) -> Path:
    with sealing.Bag(out) as bag:
        for name, text in (
            ("records.jsonl", b'{"a":1}\n{"b":2}\n'),
            ("media/صورة.jpg", b"xyz"),
            ("empty.txt", b""),
        ):
            with bag.write(name) as stream:
                stream.write(text)
        bag.finish(
            sealing.Seal("case-1", "E. One", "2026-01-02T00:00:00Z", "order 1", "ritrova 0.1.0", identities),
            lines=LINES,
            disclosed=SALTED,
            key=key,
        )
    return out


def script(bundle: Path, *words: str) -> subprocess.CompletedProcess[str]:
    mine = bundle.parent / "verify-mine"
    mine.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-I", str(bundle / "verify.py"), *words], capture_output=True, text=True, timeout=60
    )


def relist(bundle: Path, key: bytes | None = None) -> None:
    """What a forger without (or with another) key can do: make all lists fit again."""
    payload = sorted(p for p in bundle.joinpath("data").rglob("*") if p.is_file())
    listed = [f"{sha256(p.read_bytes()).hexdigest()}  {p.relative_to(bundle).as_posix()}\n" for p in payload]
    bundle.joinpath(MANIFEST).write_text("".join(sorted(listed, key=lambda line: line[66:])))
    size = sum(p.stat().st_size for p in payload)
    info = bundle.joinpath("bag-info.txt").read_text().splitlines()
    info = [
        f"Payload-Oxum: {size}.{len(payload)}" if line.startswith("Payload-Oxum") else line for line in info
    ]
    bundle.joinpath("bag-info.txt").write_text("\n".join(info) + "\n")
    retag(bundle, key)


def retag(bundle: Path, key: bytes | None = None) -> None:
    tags = sorted(p for p in bundle.iterdir() if p.is_file() and not p.name.startswith("tagmanifest"))
    bundle.joinpath(TAGS).write_text(
        "".join(f"{sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in tags)
    )
    if key is not None:
        bundle.joinpath(TAGS + ".sig").write_bytes(signing.sign(key, bundle.joinpath(TAGS).read_bytes()))


def edit(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    def apply(bundle: Path) -> None:
        path = bundle / name
        path.write_bytes(change(path.read_bytes()))

    return apply


def then(*steps: Callable[[Path], object]) -> Callable[[Path], object]:
    def apply(bundle: Path) -> None:
        for step in steps:
            step(bundle)

    return apply


def rename(old: str, new: str) -> Callable[[Path], object]:
    return lambda bundle: (bundle / old).rename(bundle / new)


def reverse_lines(text: bytes) -> bytes:
    return b"".join(reversed(text.splitlines(keepends=True)))


def fifo(bundle: Path) -> None:
    os.mkfifo(bundle / "data" / "pipe")


def folder_for_file(bundle: Path) -> None:
    (bundle / "data" / "empty.txt").unlink()
    (bundle / "data" / "empty.txt").mkdir()


def stale_head(bundle: Path) -> None:
    (bundle / "custody.head").write_bytes(mirror.head(LINES[:2], KEY))
    retag(bundle)


def other_signer(bundle: Path) -> None:
    other = signing.new_key()
    (bundle / "signer.pem").write_bytes(signing.public_pem(other))
    relist(bundle, other)


def to_link(bundle: Path) -> None:
    path = bundle / "data" / "records.jsonl"
    kept = bundle.parent / "elsewhere.jsonl"
    kept.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(kept)


def cut_log(bundle: Path) -> None:
    (bundle / "custody.jsonl").write_bytes(b"".join(LINES[:-1]))
    retag(bundle)


def forged_log(bundle: Path) -> None:
    lines, _ = actions()
    (bundle / "custody.jsonl").write_bytes(b"".join(lines))
    (bundle / "custody.head").write_bytes(mirror.head(lines, signing.new_key()))
    retag(bundle)


def escape(bundle: Path) -> None:
    (bundle.parent / "outside.txt").write_bytes(b"out")
    line = f"{sha256(b'out').hexdigest()}  data/../../outside.txt\n"
    (bundle / MANIFEST).write_text(line + (bundle / MANIFEST).read_text())
    retag(bundle)


def twice(bundle: Path) -> None:
    text = (bundle / MANIFEST).read_text()
    (bundle / MANIFEST).write_text(text.splitlines(keepends=True)[0] + text)
    retag(bundle)


def lists_itself(bundle: Path) -> None:
    with (bundle / TAGS).open("a") as stream:
        stream.write(f"{'0' * 64}  {TAGS}\n")


TAMPERINGS: dict[str, Callable[[Path], object]] = {
    "one byte changed": edit("data/records.jsonl", lambda b: b.replace(b"1", b"7")),
    "one byte appended": edit("data/empty.txt", lambda b: b + b" "),
    "file added": lambda b: (b / "data" / "new.txt").write_text("x"),
    "file added beside data": lambda b: (b / "note.txt").write_text("x"),
    "empty file added": lambda b: (b / "data" / "nothing").touch(),
    "hidden file added": lambda b: (b / "data" / ".hidden").touch(),
    "file missing": lambda b: (b / "data" / "empty.txt").unlink(),
    "file renamed": rename("data/records.jsonl", "data/recordz.jsonl"),
    "file renamed in case": rename("data/records.jsonl", "data/Records.jsonl"),
    "renamed and listed again": then(rename("data/records.jsonl", "data/recordz.jsonl"), relist),
    "two files swapped": then(
        rename("data/empty.txt", "data/t"),
        rename("data/records.jsonl", "data/empty.txt"),
        rename("data/t", "data/records.jsonl"),
    ),
    "lines reordered": edit("data/records.jsonl", reverse_lines),
    "lines reordered and listed again": then(edit("data/records.jsonl", reverse_lines), relist),
    "manifest reordered": then(edit(MANIFEST, reverse_lines), retag),
    "tag manifest reordered": edit(TAGS, reverse_lines),
    "manifest line twice": twice,
    "manifest line removed": then(edit(MANIFEST, lambda b: b.split(b"\n", 1)[1]), retag),
    "manifest lists the outside": escape,
    "tag manifest lists itself": lists_itself,
    "hash in capitals": edit(MANIFEST, lambda b: b.upper()),
    "signature of another": then(other_signer, lambda b: None),
    "signature cut": edit(TAGS + ".sig", lambda b: b[:-1]),
    "signature missing": lambda b: (b / (TAGS + ".sig")).unlink(),
    "signature old": lambda b: (b / (TAGS + ".sig")).write_bytes(signing.sign(KEY, b"old")),
    "key replaced": lambda b: (b / "signer.pem").write_bytes(signing.public_pem(signing.new_key())),
    "key is no key": edit("signer.pem", lambda b: b"no key"),
    "log line changed": edit("custody.jsonl", lambda b: b.replace(b'"n":1', b'"n":9')),
    "log reordered": edit("custody.jsonl", reverse_lines),
    "log cut": cut_log,
    "log forged": forged_log,
    "log empty": edit("custody.jsonl", lambda b: b""),
    "head stale": stale_head,
    "head is no head": edit("custody.head", lambda b: b"[]"),
    "head missing": lambda b: (b / "custody.head").unlink(),
    "disclosed changed": then(
        edit("data/custody-disclosed.jsonl", lambda b: b.replace(b"order 1", b"order 9")), relist
    ),
    "disclosed unknown line": then(
        edit("data/custody-disclosed.jsonl", lambda b: b.replace(b'{"n":1', b'{"n":8')), relist
    ),
    "statement changed": then(edit("data/seal.json", lambda b: b.replace(b"E. One", b"E. Two")), relist),
    "info changed": edit("bag-info.txt", lambda b: b.replace(b"E. One", b"E. Two")),
    "verifier changed": edit("VERIFY.txt", lambda b: b + b"\n"),
    "link instead of file": to_link,
    "link added": lambda b: (b / "data" / "link").symlink_to("/etc/hostname"),
    "linked folder added": lambda b: (b / "data" / "more").symlink_to("/etc"),
    "pipe added": fifo,
    "empty folder added": lambda b: (b / "data" / "more" / "deep").mkdir(parents=True),
    "empty folder added on top": lambda b: (b / "more").mkdir(),
    "bagit missing": lambda b: (b / "bagit.txt").unlink(),
    "manifest missing": lambda b: (b / MANIFEST).unlink(),
    "tag manifest missing": lambda b: (b / TAGS).unlink(),
    "data missing": lambda b: shutil.rmtree(b / "data"),
    "manifest not UTF-8": edit(MANIFEST, lambda b: b + b"\xff\n"),
    "manifest is binary": edit(MANIFEST, lambda b: bytes(range(256))),
    "folder instead of file": folder_for_file,
}


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seal(tmp_path_factory.mktemp("sealed") / "bundle")


@pytest.mark.parametrize("how", TAMPERINGS)
def test_every_tampering_is_noticed(how: str, sealed: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(sealed, bundle)
    TAMPERINGS[how](bundle)
    signer = signing.fingerprint(signing.public_pem(KEY))
    verdict = verifying.verify(bundle, signer)
    assert not verdict.ok and verdict.faults and verdict.statement.startswith("Not verified")
    assert all(sentence.endswith(".") for sentence in verdict.faults)
    said = script(bundle, signer)
    assert said.returncode == 4 and said.stdout.startswith("NOT VERIFIED") and said.stderr == ""
    if how != "signature of another":
        assert not verifying.verify(bundle).ok


def test_a_foreign_signature_is_consistent_until_the_signer_is_known(sealed: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(sealed, bundle)
    other = signing.new_key()
    (bundle / "signer.pem").write_bytes(signing.public_pem(other))
    (bundle / "custody.head").write_bytes(mirror.head(LINES, other))
    relist(bundle, other)
    verdict = verifying.verify(bundle)
    assert verdict.ok and "signer not established" in verdict.statement
    assert not verifying.verify(bundle, signing.fingerprint(signing.public_pem(KEY))).ok


def test_random_bytes_changed_anywhere_are_noticed(sealed: Path, tmp_path: Path) -> None:
    chance = random.Random(7)
    files = sorted(p for p in sealed.rglob("*") if p.is_file() and p.stat().st_size)
    bundle = tmp_path / "bundle"
    shutil.copytree(sealed, bundle)
    for _ in range(300):
        path = bundle / chance.choice(files).relative_to(sealed)
        whole = path.read_bytes()
        place = chance.randrange(len(whole))
        path.write_bytes(
            whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :]
        )
        assert not verifying.verify(bundle).ok, (path.name, place)
        path.write_bytes(whole)
    assert verifying.verify(bundle).ok


def test_a_clean_bundle_has_no_false_alarm(sealed: Path, tmp_path: Path) -> None:
    moved = tmp_path / "a folder with spaces"
    shutil.copytree(sealed, moved)
    (moved / (TAGS + ".tsr")).write_bytes(b"a stamp")
    signer = signing.fingerprint(signing.public_pem(KEY))
    for typed in (
        signer,
        signer.upper(),
        signing.grouped(signer),
        ":".join(signer[i : i + 2] for i in range(0, 64, 2)),
    ):
        assert verifying.verify(moved, typed).ok
    assert script(moved, *signing.grouped(signer).split()).stdout.endswith("VERIFIED\n")
    assert "Signer not established" in script(moved).stdout
    with pytest.raises(WrongUse):
        verifying.verify(moved, "abc")
    assert len(sealing.verifier().decode().splitlines()) <= 60


def test_pseudonymised_bundles_open_only_what_names_nobody(tmp_path: Path) -> None:
    lines: list[bytes] = []
    salted = []
    for n, about in enumerate([("ab" * 32,), ("a-" + "0" * 20,), ("f-" + "1" * 20, "c-" + "0" * 20)]):
        action = Action(n, "2026-01-01T00:00:00Z", "E", "x", about, "told by Leyla", "", {"from": "Leyla"})
        made = log.entry(lines[-1] if lines else None, action)
        lines.append(made.line)
        salted.append((action, made.salt))
    out = tmp_path / "b"
    with sealing.Bag(out) as bag:
        bag.finish(sealing.Seal("c", "E", "2026", "b", "r", False), lines=lines, disclosed=salted, key=KEY)
    told = (out / "data" / "custody-disclosed.jsonl").read_text()
    assert "Leyla" not in told and "a-000" not in told and "c-000" not in told
    assert [sorted(json.loads(line)["open"]) for line in told.splitlines()] == [["about"], [], []]
    assert verifying.verify(out).ok and script(out).returncode == 0


def test_a_salt_that_is_disclosed_opens_no_closed_field() -> None:
    action, salt = SALTED[1]
    shown = json.loads(log.disclose(action, salt, ()))
    for value in (action.basis, action.detail, list(action.about)):
        guess = sha256(bytes.fromhex(shown["salt"]) + log.canonical(value)).hexdigest()
        assert guess not in shown["plain"]
    assert salt.hex() not in json.dumps(shown)


def test_sealing_refuses_a_folder_in_use_odd_names_and_a_broken_log(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("here")
    with pytest.raises(WrongUse):
        sealing.Bag(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(WrongUse):
        sealing.Bag(tmp_path / "link")
    bag = sealing.Bag(tmp_path / "out")
    for name in (
        "../x",
        "/x",
        "a//b",
        "a\nb",
        "a\u202eb",
        ".x",
        "con.txt",
        "a%20b",
        "a\\b",
        "x ",
        "x.",
        "",
        "a/../b",
        "-r",
    ):
        with pytest.raises(WrongUse), bag.write(name):
            pass
    with bag.write("Name.txt"):
        pass
    with pytest.raises(WrongUse), bag.write("name.txt"):
        pass
    statement = sealing.Seal("c", "E", "2026", "b", "r", True)
    with pytest.raises(CustodyBroken):
        bag.finish(statement, lines=list(reversed(LINES)), disclosed=(), key=KEY)
    changed = Action(1, "2026", "somebody else", "add")
    with pytest.raises(CustodyBroken):
        sealing.Bag(tmp_path / "other").finish(
            statement, lines=LINES, disclosed=[(changed, SALTED[1][1])], key=KEY
        )


def test_a_file_that_fails_half_way_is_not_there(tmp_path: Path) -> None:
    bag = sealing.Bag(tmp_path / "out")
    with pytest.raises(RuntimeError), bag.write("a.txt") as stream:
        stream.write(b"half")
        raise RuntimeError
    assert not [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
