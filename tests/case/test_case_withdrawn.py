"""What is withdrawn is recoverable from nothing in the case, and what others said stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from case.conftest import PASSPHRASE
from case.test_case_splits import chat
from ritrova.case.add import AddAsk, add
from ritrova.case.decide import decide
from ritrova.case.export import export, seal
from ritrova.case.opening import Case, open_case
from ritrova.case.show import show
from ritrova.case.withdraw import withdraw
from ritrova.model.errors import NotFound, RitrovaError, WrongUse

Opener = Callable[[str], Case]
SECRET = "kanaryasoz"


def pages_in_clear(folder: Path) -> bytes:
    """Every byte of the case file as whoever holds the key sees it: AES-256-CBC pages, 80 bytes of IV and HMAC at their end."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    from ritrova.store import keys

    key = keys.unlock(folder, PASSPHRASE).key
    wal = folder / "case.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0
    raw = (folder / "case.db").read_bytes()
    out = []
    for start in range(0, len(raw), 4096):
        page = raw[start : start + 4096]
        opener = Cipher(algorithms.AES(key), modes.CBC(page[-80:-64])).decryptor()
        out.append(opener.update(page[0 if start else 16 : -80]) + opener.finalize())
    return b"".join(out)


def hits(case: Case, query: str) -> int:
    """How many messages a query finds; asked of the view, because the log keeps what people searched for."""
    return len(list(case.view().search(query, limit=None, context=0)))


def test_a_withdrawn_source_is_gone_from_every_answer(fresh: Opener, tmp_path: Path) -> None:
    gone = chat(tmp_path / "WhatsApp Chat with Kanaryaad.txt", 1)
    text = gone.read_text("utf-8").replace("thanks", "ok").replace("Sami", "Kanaryaad")
    gone.write_text(text.replace("see you", f"see you {SECRET}"), encoding="utf-8")
    kept = chat(tmp_path / "WhatsApp Chat with Friends.txt", 2)
    with fresh("case") as case:
        sha256 = add(case, [gone], AddAsk(preserve=True, from_whom="Kanaryakim")).sources[0].source or ""
        add(case, [kept])
        folder = case.folder
        first = next(c for c in case.view().conversations() if "Kanaryaad" in (c.conversation.name or ""))
        message = case.view().page(first.conversation.id, 3, 1)[0].id
        finding = next(f for f in case.view().findings() if f.conversation == first.conversation.id)
        decide(case, [message], "relevant", note="two readers")
        assert hits(case, SECRET) > 0
        withdraw(case, sha256, basis="the witness asked")
        assert hits(case, SECRET) == 0 and hits(case, "from:Kanaryaad") == 0
        for id in (message, first.conversation.id):
            with pytest.raises(NotFound):
                show(case, id)
        assert all(f.messages != finding.messages for f in case.view().findings())
        assert [s.state for s in case.view().sources() if s.sha256 == sha256] == ["withdrawn"]
        assert sum(c.messages for c in case.view().conversations()) == 60
        assert any(True for _ in case.view().findings())
        export(case, "jsonl", tmp_path / "full.jsonl", identities=True, basis="test")
        seal(case, tmp_path / "bag", identities=True, basis="test")
        written = (tmp_path / "full.jsonl").read_bytes() + b"".join(
            p.read_bytes() for p in sorted((tmp_path / "bag").rglob("*")) if p.is_file()
        )
        assert SECRET.encode() not in written and b"Kanaryaad" not in written
        assert not list((folder / "originals").iterdir())
        assert case.log_faults() == []
        with pytest.raises(WrongUse):
            withdraw(case, sha256, basis="again")
        with pytest.raises(RitrovaError):
            withdraw(case, sha256[:4], basis="too short to name one")
    clear = pages_in_clear(folder)
    assert len(clear) > 100_000 and b"Friends" in clear
    for word in (SECRET, "Kanaryaad"):
        assert word.encode() not in clear, word
        assert word.casefold().encode() not in clear, word
    with open_case(folder, PASSPHRASE) as case:
        assert add(case, [kept]).sources[0].outcome == "already here"
        assert add(case, [gone]).sources[0].outcome == "added"
        assert hits(case, SECRET) > 0
