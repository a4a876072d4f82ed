"""The path of custody in one go: receive, log, mirror, preserve, seal, verify."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ritrova.custody import log, mirror, preserving, receiving, sealing, signing, verifying
from ritrova.model.errors import CustodyBroken
from ritrova.model.records import Action


def chain(*actions: Action) -> list[tuple[Action, log.Entry]]:
    made: list[tuple[Action, log.Entry]] = []
    for action in actions:
        made.append((action, log.entry(made[-1][1].line if made else None, action)))
    return made


def test_received_logged_mirrored_preserved_sealed_and_verified(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence"
    (evidence / "media").mkdir(parents=True)
    (evidence / "chat.txt").write_bytes("سلام\n".encode())
    (evidence / "media" / "a.jpg").write_bytes(b"x" * 3_000_000)
    received = receiving.receive(
        evidence, by="E. One", basis="order 1", from_whom="a witness", t="2026-01-01T00:00:00Z"
    )
    assert [f.path for f in received.files] == ["chat.txt", "media/a.jpg"] and not received.problems
    assert receiving.still_the_same(received, evidence) == []

    source = received.source
    entries = chain(
        Action(0, "2026-01-01T00:00:00Z", "E. One", "new", basis="order 1", tool="ritrova 0.1.0"),
        Action(
            1, "2026-01-01T00:00:01Z", "E. One", "add", about=(source.sha256,), detail={"from": "a witness"}
        ),
        Action(2, "2026-01-01T00:00:02Z", "E. One", "decide", about=("a-00",)),
    )
    lines = [e.line for _, e in entries]
    assert log.replay(lines) == []
    key = signing.new_key()
    case = tmp_path / "case"
    case.mkdir()
    mirror.sync(case, lines[:2], key)
    mirror.sync(case, lines, key)
    assert mirror.check(case, lines) == []
    assert b"witness" not in (case / "custody.jsonl").read_bytes()

    path, secret = preserving.preserve(received, case / "originals")
    for name, part in preserving.slices(source).items():
        with preserving.open_preserved(path, secret, part) as stream:
            assert stream.read() == (evidence / name).read_bytes()

    out = tmp_path / "bundle"
    with sealing.Bag(out) as bag:
        with bag.write("messages.jsonl") as stream:
            stream.write(b"{}\n")
        assert bag.written("messages.jsonl", 1).size == 3
        sealed = bag.finish(
            sealing.Seal("case-1", "E. One", "2026-01-02T00:00:00Z", "order 1", "ritrova 0.1.0", False),
            lines=lines,
            disclosed=[(a, e.salt) for a, e in entries],
            key=key,
        )
    assert verifying.verify(out).statement.startswith("Consistent, signer not established")
    verdict = verifying.verify(out, signing.grouped(sealed.fingerprint))
    assert verdict.ok and verdict.signer == sealed.fingerprint, verdict.faults
    done = subprocess.run([sys.executable, str(out / "verify.py")], capture_output=True, text=True)
    assert done.returncode == 0 and sealed.fingerprint in done.stdout, done
    done = subprocess.run(
        [sys.executable, str(out / "verify.py"), sealed.fingerprint], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.endswith("VERIFIED\n"), done
    summed = subprocess.run(
        ["sha256sum", "-c", "--quiet", "manifest-sha256.txt"], cwd=out, capture_output=True
    )
    assert summed.returncode == 0
    everything = b"".join(p.read_bytes() for p in out.rglob("*") if p.is_file())
    assert b"witness" not in everything
    (out / "data" / "messages.jsonl").write_bytes(b"[]\n")
    assert verifying.verify(out).faults == ["data/messages.jsonl was changed."]
    assert subprocess.run([sys.executable, str(out / "verify.py")], capture_output=True).returncode == 4


def test_a_file_that_changed_is_not_opened(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"one")
    received = receiving.receive(file, by="E", basis="b", from_whom=None, t="2026-01-01T00:00:00Z")
    file.write_bytes(b"two!")
    with pytest.raises(CustodyBroken):
        received.files[0].open()
    assert len(receiving.still_the_same(received, file)) == 1
