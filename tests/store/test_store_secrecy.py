"""Nothing readable on disk, whatever happens; what is withdrawn is gone even for who holds the key."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ritrova.model import ids
from ritrova.model.errors import CaseLocked, WrongUse
from ritrova.model.records import (
    Account,
    Action,
    Attachment,
    Call,
    Contact,
    Conversation,
    Decision,
    Difference,
    Event,
    Finding,
    ItemSeen,
    Link,
    Locator,
    Message,
    Moment,
    Native,
    Observable,
    Problem,
    Read,
    Reconciliation,
    Reply,
    Sighting,
    Sign,
    Skip,
    Source,
    Template,
    Trace,
)
from ritrova.store.casefile import Store, open_case
from store.store_evidence import PASSPHRASE, at_minute, digest, fold, keep, new_case, said, source

CANARY = "kanarya"
SRC = Path(__file__).resolve().parents[2] / "src"
TESTS = Path(__file__).resolve().parents[1]


def canary(n: int) -> str:
    """A word that stands nowhere else."""
    return f"{CANARY}{n}zq"


def canaries(name: str) -> list[Read]:
    """Every field of every record holds a canary."""
    at = Locator(digest(name), f"{canary(1)}/{name}", "table message row 1")
    chat, who = ids.conversation_id("other", name), ids.account_id("other", name)
    moment = Moment(canary(3), "2024-01-01T00:00:00", None, canary(4))
    detail = {canary(5): canary(6)}
    return [
        ItemSeen(at, 1, None, canary(7), canary(8), None, None, canary(9)),
        Account(at, who, "other", canary(10), canary(11), canary(12), canary(13), False, canary(14), detail),
        Conversation(at, chat, "other", canary(15), "group", canary(16), (canary(17),), detail),
        Message(
            at, "other", chat, who, canary(18), "text", f"{canary(19)} hidden", moment, moment,
            Reply(canary(20), canary(21), canary(22), detail), canary(23), Native(canary(24), canary(25)),
            (canary(26),), (Attachment(canary(27), True, canary(28), canary(29), canary(30), 1, canary(31), detail),),
            detail,
        ),
        Event(at, "reaction", chat, None, canary(32), who, moment, detail),
        Call(at, "other", chat, who, (canary(33),), moment, 1.0, None, canary(34), None, detail),
        Contact(at, "other", who, canary(35), (canary(36),), canary(37), moment, detail),
        Problem(at, "RTV-X", canary(38), 0),
        Skip(at, canary(39), 0),
        Reconciliation(at, canary(40), 1, 1, 0, 0, {canary(41): 1}, "messages", canary(42)),
    ]  # fmt: skip


def conclude(w: Any, name: str, row: int, chat_row: int) -> None:
    """Everything that rests on the message of `canaries(name)`."""
    message = ids.message_id(canaries(name)[3].at)
    chat, who = ids.conversation_id("other", name), ids.account_id("other", name)
    observable = Observable("phone", message, canary(43), (0, 3), canary(44), None, None, canary(45))
    sighting = Sighting((message,), described=(canary(46),))
    w.index([row], [f"{canary(19)} hidden"])
    w.wake([row], [1], [chat_row])
    w.languages([row], ["ar"])
    w.observables([(row, observable)])
    w.findings(
        chat_row,
        [
            Finding(
                "job_lure", "offer", chat, (message,), (Sign("i", canary(47), "expert", message, (0, 1)),),
                (canary(48),), (canary(49),), (canary(50),), {"prices": [canary(51)]},
            )
        ],
    )  # fmt: skip
    w.links(
        "l",
        [
            Link("same_account", who, "a-x", (canary(52),)),
            Link("same_number", ids.observable_id(observable), "a-y", (canary(53),)),
            Template((message, "m-y"), canary(54)),
            sighting,
            Trace((ids.sighting_id(sighting),), "C", 1, (canary(55),)),
            Difference("text", "m-y", message, (canary(56),)),
        ],
    )
    w.decision(
        Decision(
            f"d-{name}", ("f-x",), "relevant", "R", "t",
            snapshot={"f-x": {"category": "job_lure", "messages": [message], "why": [canary(57)]}},
        )
    )  # fmt: skip


def fill(store: Store, name: str) -> None:
    with store.writer() as w:
        w.source(
            Source(digest(name), canary(60), "file", 1, "t", "R", "b", "a witness", canary(62)), "complete"
        )
        kept = w.keep(canaries(name))
        conclude(w, name, kept.rows[0], kept.conversations[0])
        list(store.search(canary(19)))


def found_in(folder: Path) -> list[str]:
    """Files of a folder in which a canary can be read, in UTF-8 or UTF-16."""
    needles = [CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode("utf-16-be")]
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


def test_no_canary_is_readable_on_disk_during_and_after_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(scratch))
    monkeypatch.setenv("HOME", str(scratch))
    with new_case(tmp_path / "c") as store:
        with store.writer() as w:
            w.source(source(canary(0)), "reading")
            w.set_meta(canary(70), canary(71))
            w.set_secret(canary(72), canary(73).encode())
            w.append_action(Action(0, "t", canary(74), canary(75)), b"s", b"line")
        fill(store, "a")
        for batch in range(5):
            records = [said(canary(0), 1000 * batch + n, f"{canary(n)} {'x' * 500}") for n in range(1000)]
            with store.writer() as w:
                kept = w.keep(records)
                w.index(kept.rows, fold(kept.texts))
                assert found_in(tmp_path) == []
            assert found_in(tmp_path) == []
        with store.writer() as w:
            w.drop_source(digest("a"), tombstone=True)
        store.shred()
        assert found_in(tmp_path) == []
    assert found_in(tmp_path) == []
    assert list(scratch.iterdir()) == []


def clear(folder: Path, tmp_path: Path) -> bytes:
    """Every byte of the case file as the holder of the key could see it, free pages and slack included."""
    from sqlcipher3 import dbapi2

    from ritrova.store import keys

    opened = keys.unlock(folder, PASSPHRASE)
    raw = (folder / "case.db").read_bytes() + (folder / "case.db-wal").read_bytes()
    assert raw
    connection = dbapi2.connect(str(folder / "case.db"), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{opened.key.hex()}'\"")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (folder / "case.db-wal").stat().st_size == 0
    connection.close()
    return decrypted((folder / "case.db").read_bytes(), opened.key)


def decrypted(raw: bytes, key: bytes) -> bytes:
    """SQLCipher 4 pages by hand: AES-256-CBC, the last 80 bytes of a page are IV and HMAC, the first 16 of the file salt."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    pages = []
    for n in range(0, len(raw), 4096):
        page = raw[n : n + 4096]
        body = page[16 if n == 0 else 0 : -80]
        decryptor = Cipher(algorithms.AES(key), modes.CBC(page[-80:-64])).decryptor()
        pages.append(decryptor.update(body) + decryptor.finalize())
    return b"".join(pages)


def test_what_is_withdrawn_cannot_be_recovered_with_the_key_either(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        keep(store, "other", [said("other", n, f"stays{n}") for n in range(50)])
        fill(store, "a")
        for start in range(0, 6000, 2000):
            with store.writer() as w:
                w.source(source("b"), "complete")
                kept = w.keep(
                    [said("b", start + n, f"{canary(start + n)} {canary(n % 7)}") for n in range(2000)]
                )
                w.index(kept.rows, fold(kept.texts))
        assert CANARY.encode() in clear(tmp_path / "c", tmp_path)
        with store.writer() as w:
            first = w.drop_source(digest("a"), tombstone=True)
            second = w.drop_source(digest("b"), tombstone=True)
        store.shred()
        assert (first["messages"], first["findings"], first["observables"], second["messages"]) == (
            1,
            1,
            1,
            6000,
        )
        left = clear(tmp_path / "c", tmp_path)
        assert b"stays49" in left
        assert re.findall(rb".{0,20}kanarya.{0,20}", left, re.DOTALL) == []
        tombs = [s for s in store.sources() if s.state == "withdrawn"]
        assert {(s.sha256, s.name, s.path) for s in tombs} == {
            (digest("a"), "", None),
            (digest("b"), "", None),
        }
        assert store.source_state(digest("a")) == "withdrawn"
        assert len(list(store.messages())) == 50 and store.count_hits("stays*") == 50
        assert not list(store.search(f"{CANARY}*"))
        assert [
            list(x) for x in (store.findings(), store.observables(), store.links(), store.templates())
        ] == [[]] * 4
        assert [
            list(x) for x in (store.traces(), store.sightings(), store.differences(), store.events())
        ] == [[]] * 4
        (decision,) = store.decisions()
        assert decision.snapshot is not None and decision.snapshot["f-x"]["category"] == "job_lure"


def test_what_two_sources_say_survives_the_withdrawal_of_one(tmp_path: Path) -> None:
    def told(of: str, **more: Any) -> Account:
        return Account(Locator(digest(of), of), "a-1", "whatsapp", **more)

    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", 0, "x"), told("a", name="Ari", phone="+15550100")])
        keep(store, "b", [said("b", 0, "y", local=at_minute(5)), told("b", name="Ari B", handle="@ari")])
        merged = store.account("a-1")
        assert merged is not None and (merged.phone, merged.handle) == ("+15550100", "@ari")
        assert merged.detail is not None and set(merged.detail["names"]) == {"Ari", "Ari B"}
        with store.writer() as w:
            w.drop_source(digest("a"))
        left = store.account("a-1")
        assert left is not None and (left.name, left.phone, left.handle, left.detail) == (
            "Ari B",
            None,
            "@ari",
            None,
        )
        (summary,) = store.conversations()
        assert (summary.messages, summary.first, summary.sources) == (1, at_minute(5), (digest("b"),))
        with store.writer() as w:
            w.drop_source(digest("b"))
        assert not list(store.accounts()) and not list(store.conversations()) and not list(store.messages())


def test_a_dropped_source_can_be_read_again_as_if_for_the_first_time(tmp_path: Path) -> None:
    records = [said("a", n, f"boat{n}", local=at_minute(n)) for n in range(20)]
    with new_case(tmp_path / "c") as store, open_case(tmp_path / "c", PASSPHRASE, fold=fold) as other:
        keep(store, "a", records[:12], "reading")
        before = [m.id for m in other.messages()]
        with other.writer() as w:
            w.drop_source(digest("a"))
        rows = keep(store, "a", records)
        assert rows[0] > 12
        assert [m.message for m in other.messages()] == records
        assert [m.id for m in store.messages()][:12] == before
        assert store.count_hits("boat5") == 1


def child(script: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that works on the same case."""
    prelude = (
        f"import sys; sys.path[:0] = [{str(SRC)!r}, {str(TESTS)!r}]\n"
        "from pathlib import Path\n"
        "from ritrova.store.casefile import open_case\n"
        "from store.store_evidence import *\n"
        "store = open_case(Path(sys.argv[1]), PASSPHRASE, fold=fold)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", prelude + script, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ},
    )


BATCHES = """
n = 0
with store.writer() as w:
    w.source(source("big"), "reading")
while True:
    with store.writer() as w:
        kept = w.keep([said("big", n + i, f"kanarya{n + i} and ten more words of talk") for i in range(5000)])
        w.index(kept.rows, fold(kept.texts))
    n += 5000
    print(n, flush=True)
"""


def test_killed_in_the_middle_a_case_is_whole_up_to_the_last_batch(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", 0, "before")])
    process = child(BATCHES, str(tmp_path / "c"))
    assert process.stdout is not None
    for _ in range(2):
        said_n = int(process.stdout.readline())
    time.sleep(0.03)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert found_in(tmp_path) == []
    with open_case(tmp_path / "c", PASSPHRASE, fold=fold) as store:
        n = sum(len(batch.rows) for batch in store.texts()) - 1
        assert n % 5000 == 0 and n >= said_n
        assert store.count_hits("and") == n
        assert store.source_state(digest("big")) == "reading"
        assert store.info()["counts"]["messages"] == n + 1
        with store.writer() as w:
            assert w.drop_source(digest("big"))["messages"] == n
        assert [m.message.text for m in store.messages()] == ["before"]


def test_a_decision_gets_in_while_another_process_writes_big_batches(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        process = child(BATCHES, str(tmp_path / "c"))
        assert process.stdout is not None
        try:
            process.stdout.readline()
            waits = []
            for n in range(8):
                started = time.monotonic()
                with store.writer(urgent=True) as w:
                    w.decision(Decision(f"d-{n}", ("m-x",), "relevant", "R", "t"))
                waits.append(time.monotonic() - started)
                assert next(iter(store.texts())).texts[0].startswith(CANARY)
                time.sleep(0.02)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        assert max(waits) < 1.0, waits
        assert len(list(store.decisions())) == 8


def test_who_holds_the_desk_too_long_is_named_a_lock(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        process = child(
            "with store.writer() as w:\n    print('in', flush=True)\n    sys.stdin.readline()\n    import time; time.sleep(20)",
            str(tmp_path / "c"),
        )
        assert process.stdout is not None
        process.stdout.readline()
        try:
            store.wait = 0.2
            with pytest.raises(CaseLocked), store.writer():
                raise AssertionError("got in")
            assert store.info()["name"] == "Invented"
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        with store.writer() as w:
            w.set_meta("x", "y")
        assert store.meta("x") == "y"


def test_a_database_held_exclusively_is_a_lock_not_damage(tmp_path: Path) -> None:
    from sqlcipher3 import dbapi2

    from ritrova.store import keys

    with new_case(tmp_path / "c"):
        pass
    holder = dbapi2.connect(str(tmp_path / "c" / "case.db"), isolation_level=None)
    holder.execute(f"PRAGMA key = \"x'{keys.unlock(tmp_path / 'c', PASSPHRASE).key.hex()}'\"")
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    holder.execute("INSERT INTO meta VALUES ('held', '1')")
    with pytest.raises(CaseLocked):
        open_case(tmp_path / "c", PASSPHRASE, fold=fold, wait=0.2)
    holder.execute("ROLLBACK")
    holder.close()
    open_case(tmp_path / "c", PASSPHRASE, fold=fold).close()


def test_many_threads_read_and_write_one_store(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", n, f"boat{n}") for n in range(3000)])
        chat = next(iter(store.conversations())).conversation.id

        def work(n: int) -> int:
            if n % 4 == 0:
                with store.writer(urgent=True) as w:
                    w.decision(Decision(f"d-{n}", ("m-x",), "relevant", "R", "t"))
            return len(store.page(chat, n * 10, 10)) + len(list(store.search(f"boat{n}")))

        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(work, range(48))) == [11] * 48
        assert len(list(store.decisions())) == 12


def test_a_store_says_when_it_is_closed_or_written_twice_by_one_thread(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        with store.writer(), pytest.raises(WrongUse), store.writer():
            raise AssertionError("got in")
        store.close()
        store.close()
        with pytest.raises(WrongUse):
            store.info()
        with pytest.raises(WrongUse), store.writer():
            raise AssertionError("got in")
