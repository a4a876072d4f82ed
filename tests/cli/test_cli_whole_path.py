"""One message through every rung, from a file on disk to a sealed bundle, by the command line alone."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cli.conftest import Ran, ritrova
from ritrova.cli import VERBS
from ritrova.model.canonical import schema


def lines(text: str) -> list[dict[str, Any]]:
    """JSON lines."""
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def queue(case: Path) -> list[dict[str, Any]]:
    """The findings that wait."""
    done = ritrova("find", "--case", case, "--json")
    assert done.code == 0, done.err
    waiting: list[dict[str, Any]] = json.loads(done.out)["queue"]
    return waiting


def test_every_file_adds_up_and_nothing_is_a_problem(built: tuple[Path, Ran]) -> None:
    report = json.loads(built[1].out)
    assert len(report["sources"]) == 3
    for source in report["sources"]:
        assert source["outcome"] == "added"
        assert source["problems"] == {}
        assert source["counts"]["message"] > 0
        assert source["reconciliations"]
        for r in source["reconciliations"]:
            assert r["adds_up"] and r["found"] == r["read"] + r["skipped"] + r["failed"]


def test_offers_are_found_in_all_three_apps_and_rescue_is_not_among_them(case: Path) -> None:
    waiting = queue(case)
    apps = set()
    for one in waiting:
        assert one["act"] in {"offer", "request", "bargain", "record", "bounty"}
        assert one["category"] != "rescue_negotiation"
        assert one["why"]
        shown = json.loads(ritrova("show", "--case", case, "--json", one["messages"][0]).out)
        if one["category"] in ("person_sale", "domestic_worker_transfer"):
            apps.add(shown["app"])
    assert apps == {"whatsapp", "telegram", "viber"}


def test_the_number_is_linked_across_the_apps(case: Path) -> None:
    done = ritrova(
        "export", "jsonl", "--case", case, "--out", case.parent / "all.jsonl", "--full", "--basis", "test"
    )
    assert done.code == 0, done.err
    records = lines((case.parent / "all.jsonl").read_text())
    observables = {r["id"]: r for r in records if r["record"] == "observable"}
    messages = {r["id"]: r for r in records if r["record"] == "message"}
    apps = set()
    for link in (r for r in records if r["record"] == "link" and r["kind"] == "same_number"):
        for end in (link["a"], link["b"]):
            if end in observables:
                assert observables[end]["value"] == "+9647700000142"
                apps.add(messages[observables[end]["message"]]["app"])
    assert apps == {"whatsapp", "telegram", "viber"}


def test_every_exported_line_satisfies_the_schema_and_says_where_it_stands(case: Path) -> None:
    for name, more in (("hidden.jsonl", ()), ("full.jsonl", ("--full", "--basis", "test"))):
        done = ritrova("export", "jsonl", "--case", case, "--out", case.parent / name, *more)
        assert done.code == 0, done.err
        validator = jsonschema.Draft202012Validator(schema())
        kinds = set()
        for record in lines((case.parent / name).read_text()):
            validator.validate(record)
            kinds.add(record["record"])
            if record["record"] in ("message", "account", "conversation", "reconciliation"):
                assert len(record["at"]["source"]) == 64
        assert {
            "source", "item", "action", "account", "conversation", "message", "reconciliation", "observable",
            "finding", "link",
        } <= kinds  # fmt: skip


def test_an_export_hides_names_and_numbers_unless_a_basis_is_given(case: Path) -> None:
    assert ritrova("export", "jsonl", "--case", case, "--out", case.parent / "h.jsonl").code == 0
    text = (case.parent / "h.jsonl").read_text()
    for secret in ("7700000142", "٠٧٧٠٠٠٠٠١٤٢", "0770 000 0142", "كريم", "Lana K.", "Nadia H.", "أبو سامر"):
        assert secret not in text, secret
    refused = ritrova("export", "jsonl", "--case", case, "--out", case.parent / "f.jsonl", "--full")
    assert refused.code == 2 and "basis" in refused.err
    assert not (case.parent / "f.jsonl").exists()


def test_search_folds_arabic_and_gives_context(case: Path) -> None:
    done = ritrova("search", "--case", case, "--json", "سبيه")
    records = lines(done.out)
    assert records[-1]["hits"] >= 3
    for hit in records[:-1]:
        for start, end in hit["spans"]:
            assert hit["text"][start:end].startswith("سبي")
    only = lines(ritrova("search", "--case", case, "--json", "app:viber", "سبية").out)
    assert only[-1]["hits"] == 1 and only[0]["before"]


def test_a_decision_is_kept_shown_and_taken_back(case: Path) -> None:
    id = queue(case)[0]["id"]
    decided = ritrova("decide", "--case", case, "--json", id, "relevant", "--note", "two readers")
    assert decided.code == 0, decided.err
    assert {w["id"]: w["decided"] for w in queue(case)}[id] == "relevant"
    decision = json.loads(decided.out)["decision"]
    assert ritrova("undo", "--case", case, decision).code == 0
    assert {w["id"]: w["decided"] for w in queue(case)}[id] is None
    assert ritrova("undo", "--case", case, decision).code == 2


def test_a_seal_is_checked_by_three_independent_ways(case: Path, tmp_path: Path) -> None:
    id = queue(case)[0]["id"]
    bag = tmp_path / "bag"
    sealed = ritrova("seal", "--case", case, "--json", "--finding", id, "--out", bag)
    assert sealed.code == 0, sealed.err
    signer = json.loads(sealed.out)["signer"]
    assert ritrova("verify", bag, "--signer", signer).code == 0
    unsigned = ritrova("verify", bag)
    assert unsigned.code == 0 and "signer not established" in unsigned.out
    assert (
        subprocess.run(["sha256sum", "-c", "--quiet", "manifest-sha256.txt"], cwd=bag, check=False).returncode
        == 0
    )
    own = subprocess.run([sys.executable, "verify.py"], cwd=bag, capture_output=True, text=True, check=False)
    assert own.returncode == 0, own.stdout + own.stderr
    assert len((bag / "verify.py").read_text().splitlines()) <= 60
    text = "".join(p.read_text(errors="replace") for p in sorted(bag.rglob("*")) if p.is_file())
    assert "7700000142" not in text


@pytest.mark.parametrize("how", ["changed", "added", "missing", "renamed", "reordered", "foreign signer"])
def test_a_tampered_bundle_does_not_verify(case: Path, tmp_path: Path, how: str) -> None:
    bag = tmp_path / "bag"
    assert ritrova("seal", "--case", case, "--out", bag).code == 0
    file = max((bag / "data").rglob("*.jsonl"), key=lambda p: p.stat().st_size)
    signer = "0" * 64 if how == "foreign signer" else None
    if how == "changed":
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif how == "added":
        (bag / "data" / "more.txt").write_text("one more")
    elif how == "missing":
        file.unlink()
    elif how == "renamed":
        file.rename(file.with_name("other.jsonl"))
    elif how == "reordered":
        content_lines = file.read_bytes().splitlines(keepends=True)
        file.write_bytes(b"".join(reversed(content_lines)))
        manifest = bag / "manifest-sha256.txt"
        fresh = hashlib.sha256(file.read_bytes()).hexdigest()
        name = file.relative_to(bag).as_posix()
        manifest.write_text(
            "".join(
                f"{fresh}  {name}\n" if line.endswith("  " + name) else line + "\n"
                for line in manifest.read_text().splitlines()
            )
        )
    done = ritrova("verify", bag, *(("--signer", signer) if signer else ()))
    assert done.code == 4, done.out
    assert "FAULT" in done.out


def test_a_report_shows_the_finding_on_one_page(case: Path, tmp_path: Path) -> None:
    id = queue(case)[0]["id"]
    out = tmp_path / "finding.html"
    done = ritrova("export", "report", "--case", case, "--finding", id, "--out", out)
    assert done.code == 0, done.err
    page = out.read_text()
    assert page.count("<mark") >= 3 and "<script" not in page
    assert "7700000142" not in page and "أبو سامر" not in page


def test_the_same_file_twice_is_in_the_case_once(case: Path, story: Path) -> None:
    again = ritrova("add", "--case", case, "--json", story / "result.json")
    assert again.code == 0
    assert json.loads(again.out)["sources"][0]["outcome"] == "already here"


def test_a_bad_file_does_not_stop_the_others(case: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_bytes(b'{"chats": {"list": [{"messages": [{"id": 1, ')
    fine = tmp_path / "chat.txt"
    fine.write_text(
        "12/03/2021, 10:11 - Sami: hello there\n12/03/2021, 10:12 - Mira: hello\n13/03/2021, 9:00 - Sami: bye\n"
    )
    done = ritrova("add", "--case", case, "--json", broken, tmp_path / "absent.txt", fine)
    assert done.code == 3, done.out
    outcomes = {Path(s["path"]).name: s for s in json.loads(done.out)["sources"]}
    assert outcomes["absent.txt"]["outcome"] == "failed"
    assert outcomes["chat.txt"]["counts"]["message"] == 3
    listed = lines(ritrova("problems", "--case", case, "--json").out)
    for problem in listed:
        assert ritrova("explain", problem["code"]).code == 0, problem


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_explains_itself(verb: str) -> None:
    done = ritrova(verb, "--help")
    assert done.code == 0 and len(done.out) > 80


def test_wrong_use_wrong_passphrase_and_no_case_each_say_so(case: Path, tmp_path: Path) -> None:
    assert ritrova("fnid").code == 2
    wrong = ritrova("show", "--case", case, env={"RITROVA_PASSPHRASE": "not this"})
    assert wrong.code == 1 and "RTV-E010" in wrong.err
    absent = ritrova("show", "--case", tmp_path / "nothing")
    assert absent.code == 2 and "RTV-E013" in absent.err
    assert ritrova("new", tmp_path / "c", "--by", "me").code == 2


def test_help_does_not_load_the_heavy_parts() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv=['ritrova','--help']\n"
            "from ritrova.cli import ritrova\n"
            "try: ritrova.main()\n"
            "except SystemExit: pass\n"
            "print('HEAVY', sorted({'numpy','msgspec','sqlcipher3','hyperscan','starlette','phonenumbers','rich'} & set(sys.modules)))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "HEAVY []" in done.stdout
