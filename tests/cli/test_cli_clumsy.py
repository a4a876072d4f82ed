"""A clumsy user and an unfriendly machine: odd locales, closed streams, interrupts, wrong words. Each exit code is shown once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.conftest import ritrova

PASS = "a passphrase for tests"
C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
MAIN = [sys.executable, "-c", "from ritrova.cli import main; main()"]


def raw(*words: str | bytes | Path, **more: object) -> subprocess.CompletedProcess[bytes]:
    """The command line with words that need not be text."""
    env = {**os.environ, "RITROVA_PASSPHRASE": PASS}
    env.update(more.pop("env", {}))  # type: ignore[call-overload]
    return subprocess.run([*MAIN, *words], env=env, capture_output="stdout" not in more, check=False, **more)  # type: ignore[call-overload, no-any-return]


def test_words_of_any_script_pass_under_the_plainest_locale(tmp_path: Path) -> None:
    folder = tmp_path / "دعوى"
    made = raw("new", folder, "--by", "م. ك.", "--basis", "أمر", "--json", env=C_LOCALE)
    assert made.returncode == 0, made.stderr
    assert raw("search", "--case", folder, "سوق", env=C_LOCALE).returncode == 0
    out = tmp_path / "out.jsonl"
    done = raw("export", "jsonl", "--case", folder, "--out", out, "--full", "--basis", "سبب", env=C_LOCALE)
    assert done.returncode == 0, done.stderr
    actions = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert {a["by"] for a in actions if a["record"] == "action"} == {"م. ك."}
    assert "سوق" in out.read_text("utf-8")


def test_bytes_that_are_no_text_are_kept_as_codes_and_stop_nothing(case: Path, tmp_path: Path) -> None:
    fine = tmp_path / "chat.txt"
    fine.write_text("13/03/2021, 10:11 - Sami: hello\n13/03/2021, 10:12 - Mira: hello\n", encoding="utf-8")
    gone = os.fsencode(tmp_path) + b"/gone\xff.txt"
    done = raw("add", "--case", case, "--json", "--from", b"w\xff", gone, fine)
    assert done.returncode == 3, done.stderr
    said = json.loads(done.stdout)["sources"]
    assert [s["outcome"] for s in said] == ["failed", "added"] and "gone\\xff.txt" in said[0]["path"]
    assert ".." not in said[0]["why"]
    assert raw("search", "--case", case, b"a\xffb").returncode == 0
    for words in (("show", b"c-\xff"), ("decide", b"c-\xff", "relevant"), ("undo", b"d-\xff")):
        done = raw(words[0], "--case", case, *words[1:])
        assert done.returncode in (1, 2) and b"Traceback" not in done.stderr, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_streams_that_are_full_or_closed_are_no_fault_of_the_program(case: Path, tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = raw("show", "--case", case, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1 and b"RTV-E003" in done.stderr and b"Traceback" not in done.stderr
    shell = " ".join(f"'{word}'" for word in [*MAIN, "show", "--case", str(case)])
    for closing in (">&-", "2>&-", ">&- 2>&- <&-"):
        closed = raw("show", "--case", case)  # the same command, whole
        assert closed.returncode == 0
        env = {**os.environ, "RITROVA_PASSPHRASE": PASS}
        assert (
            subprocess.run(
                ["sh", "-c", f"{shell} {closing}"], env=env, capture_output=True, check=False
            ).returncode
            == 0
        )
    early = subprocess.run(
        ["sh", "-c", f"{shell} 2>'{tmp_path}/said' | true"],
        env={**os.environ, "RITROVA_PASSPHRASE": PASS}, check=False,
    )  # fmt: skip
    assert early.returncode == 0 and "Traceback" not in (tmp_path / "said").read_text()
    refused = raw("export", "jsonl", "--case", case, "--out", "/proc/none")
    assert refused.returncode == 1 and b"RTV-E003" in refused.stderr and b"Traceback" not in refused.stderr


def test_json_is_all_there_is_on_stdout(case: Path, tmp_path: Path) -> None:
    id = json.loads(ritrova("find", "--case", case, "--json").out)["queue"][0]["id"]
    message = json.loads(ritrova("show", "--case", case, "--json", id).out)
    assert message
    runs = [
        ("new", tmp_path / "other", "--by", "me", "--basis", "b"), ("add", "--case", case, tmp_path / "none"),
        ("find", "--case", case), ("link", "--case", case), ("search", "--case", case, "سبية"),
        ("show", "--case", case), ("decide", "--case", case, id, "unsure"), ("problems", "--case", case),
        ("export", "jsonl", "--case", case, "--out", tmp_path / "o"), ("seal", "--case", case, "--out", tmp_path / "bag"),
        ("verify", tmp_path / "bag"), ("explain", "RTV-E010"), ("formats",), ("languages",), ("doctor",),
    ]  # fmt: skip
    for words in runs:
        done = ritrova(*words, "--json", "--quiet")
        assert done.out.strip() or words[0] == "problems", words
        for line in done.out.splitlines():
            assert isinstance(json.loads(line), dict), words
        assert done.err == "" or done.code not in (0, 3), (words, done.err)
        assert "\x1b" not in done.out + done.err


def test_each_exit_code(case: Path, tmp_path: Path) -> None:
    fine, bad = tmp_path / "fine.txt", tmp_path / "bad.txt"
    fine.write_text("13/03/2021, 10:11 - Sami: hello\n13/03/2021, 10:12 - Mira: hello\n", encoding="utf-8")
    bad.write_text("05/03/2021, 10:11 - Sami: hello\n05/03/2021, 10:12 - Mira: hello\n", encoding="utf-8")
    assert ritrova("add", "--case", case, fine).code == 0
    assert ritrova("add", "--case", case, tmp_path / "none").code == 1
    assert ritrova("add", "--case", case, "--as", "nope", fine).code == 2
    assert ritrova("add", "--case", case, "--country", "12345", fine).code == 2
    assert ritrova("add", "--case", case, bad).code == 3
    assert ritrova("verify", tmp_path).code == 4
    assert ritrova("review", "--case", case, "--port", "70000").code == 2


def test_an_interrupt_ends_with_130_a_sentence_and_a_case_that_opens(case: Path, tmp_path: Path) -> None:
    long = tmp_path / "WhatsApp Chat with Long.txt"
    long.write_text(
        "".join(f"{13 + n // 1440 % 15}/{1 + n // 21600:02d}/2020, {n // 60 % 24:02d}:{n % 60:02d} - Sami: word {n}\n" for n in range(60_000)),
        encoding="utf-8",
    )  # fmt: skip
    adding = subprocess.Popen(
        [*MAIN, "add", "--case", str(case), "--json", str(long)],
        env={**os.environ, "RITROVA_PASSPHRASE": PASS}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None, start_new_session=True,
    )  # fmt: skip
    wal = case / "case.db-wal"
    deadline = time.monotonic() + 30
    while (not wal.exists() or wal.stat().st_size < 2_000_000) and time.monotonic() < deadline:
        time.sleep(0.02)
        assert adding.poll() is None
    os.killpg(adding.pid, signal.SIGINT)
    out, err = adding.communicate(timeout=30)
    assert adding.returncode == 130 and out == "", (adding.returncode, out[-200:], err[-500:])
    assert "interrupted" in err and "Traceback" not in err
    again = ritrova("add", "--case", case, "--json", long)
    assert again.code == 0, again.err
    assert json.loads(again.out)["sources"][0]["counts"]["message"] == 60_000


def test_the_passphrase_changes_and_the_recovery_key_stays(tmp_path: Path) -> None:
    made = ritrova("new", tmp_path / "c", "--by", "me", "--basis", "b", "--json")
    (tmp_path / "recovery").write_text(json.loads(made.out)["recovery_key"].lower() + "\n")
    (tmp_path / "second").write_text("a second one\n")
    (tmp_path / "third").write_text("a third one\r\n")
    (tmp_path / "wrong").write_text("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG-HHHH-JJJJ\n")
    change = ("passphrase", "--case", tmp_path / "c", "--new-passphrase-file")
    assert ritrova(*change, tmp_path / "second").code == 0
    refused = ritrova("show", "--case", tmp_path / "c")
    assert refused.code == 1 and "RTV-E010" in refused.err
    assert ritrova("show", "--case", tmp_path / "c", "--passphrase-file", tmp_path / "second").code == 0
    assert ritrova(*change, tmp_path / "third", "--recovery-key-file", tmp_path / "wrong").code == 1
    assert ritrova(*change, tmp_path / "third", "--recovery-key-file", tmp_path / "recovery").code == 0
    assert ritrova("show", "--case", tmp_path / "c", env={"RITROVA_PASSPHRASE": "a third one"}).code == 0
    assert ritrova("show", "--case", tmp_path / "c", "--passphrase-file", tmp_path / "second").code == 1


def test_a_guest_package_joins_every_verb_without_an_edit(case: Path, tmp_path: Path) -> None:
    from plugins.test_plugins import MODULE
    from ritrova.languages import packs

    root = tmp_path / "site"
    pack = root / "guest_package" / "pack" / "xx"
    pack.mkdir(parents=True)
    (root / "guest_package" / "__init__.py").write_text(MODULE)
    (root / "guest_package" / "pack" / "__init__.py").write_text("")
    for file in (packs.HOME / "packs" / "en").iterdir():
        if file.name in ("pack.toml", "terms.toml", "numbers.toml"):
            text = file.read_text("utf-8")
            (pack / file.name).write_text(text.replace('"en"', '"xx"').replace('"English"', '"Guestish"'))
    meta = root / "guest_package-1.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: guest-package\nVersion: 1.0\n")
    (meta / "entry_points.txt").write_text(
        "[ritrova.readers]\nguest = guest_package:READER\n[ritrova.unpackers]\nguest = guest_package\n"
        "[ritrova.packs]\nguest = guest_package.pack\n"
    )
    env = {"PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])}
    assert "guest.text" in ritrova("formats", env=env).out and "guest.box" in ritrova("formats", env=env).out
    assert '"xx"' in ritrova("languages", "--json", env=env).out
    (tmp_path / "some.box").write_bytes(b"BOX:GUEST person for sale, age 22, 3000 dollars, call 07700000142")
    done = ritrova("add", "--case", case, "--json", tmp_path / "some.box", env=env)
    assert done.code == 0, done.out + done.err
    (told,) = json.loads(done.out)["sources"]
    assert told["counts"]["message"] == 1 and told["reconciliations"][0]["reader"] == "guest.text"


@pytest.mark.parametrize(
    "words",
    [
        ("add", ""), ("add", "chat.txt", "--with", ""), ("add",), ("add", "--explain-columns"), ("new", "", "--basis", "b"),
        ("seal", "--out", ""), ("verify", ""), ("search", "x", "--limit", "-1"), ("search", "x", "--context", "-1"),
        ("find", "--limit", "-1"), ("show", "--context", "-1"),
    ],
)  # fmt: skip
def test_an_empty_path_or_a_negative_count_is_wrong_use_and_touches_nothing(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty word comes from an unset variable of a script, and would otherwise mean the working folder."""
    from click.testing import CliRunner

    from ritrova.cli import ritrova as main

    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, [*words, "--case", str(tmp_path / "none"), "--by", "me"])
    assert getattr(done.exception, "exit_code", done.exit_code) == 2, (done.output, done.exception)
    assert list(tmp_path.iterdir()) == []
