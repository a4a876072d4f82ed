"""Opening: the right secret opens, every other state of the folder has its own clear error."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from ritrova.model.errors import CaseDamaged, NoCase, WrongPassphrase, WrongUse
from ritrova.store.casefile import change_passphrase, create, open_case
from store.store_evidence import PASSPHRASE, at_minute, fold, keep, new_case, said


@pytest.fixture
def case(tmp_path: Path) -> Path:
    with new_case(tmp_path / "case") as store:
        keep(store, "a.txt", [said("a.txt", n, f"word{n} tea", local=at_minute(n)) for n in range(300)])
    return tmp_path / "case"


def test_the_passphrase_opens_in_any_unicode_form(tmp_path: Path) -> None:
    store, _ = create(tmp_path / "c", "caf\u00e9 bleu", name="x", country=None, fold=fold)
    store.close()
    with open_case(tmp_path / "c", "cafe\u0301 bleu", fold=fold) as again:
        assert again.info()["name"] == "x"


def test_a_wrong_passphrase_is_told_from_damage(case: Path) -> None:
    with pytest.raises(WrongPassphrase):
        open_case(case, "seven quiet boat", fold=fold)
    with pytest.raises(WrongPassphrase):
        open_case(case, "", fold=fold)


def test_the_recovery_key_opens_as_people_type_it(tmp_path: Path) -> None:
    store, recovery = create(tmp_path / "c", PASSPHRASE, name="x", country=None, fold=fold)
    store.close()
    for typed in (recovery, recovery.lower().replace("-", " "), recovery.replace("O", "0").replace("I", "1")):
        with open_case(tmp_path / "c", typed, fold=fold, recovery=True) as again:
            assert again.info()["name"] == "x"
    wrong = ("B" if recovery[0] == "A" else "A") + recovery[1:]
    for bad in (wrong, "", recovery[:-1], PASSPHRASE):
        with pytest.raises(WrongPassphrase):
            open_case(tmp_path / "c", bad, fold=fold, recovery=True)


def test_a_changed_passphrase_replaces_the_old_and_leaves_the_recovery_key(tmp_path: Path) -> None:
    store, recovery = create(tmp_path / "c", PASSPHRASE, name="x", country=None, fold=fold)
    store.close()
    change_passphrase(tmp_path / "c", PASSPHRASE, "new words here")
    with pytest.raises(WrongPassphrase):
        open_case(tmp_path / "c", PASSPHRASE, fold=fold)
    open_case(tmp_path / "c", "new words here", fold=fold).close()
    change_passphrase(tmp_path / "c", recovery, "third words", recovery=True)
    open_case(tmp_path / "c", "third words", fold=fold).close()
    open_case(tmp_path / "c", recovery, fold=fold, recovery=True).close()
    with pytest.raises(WrongUse):
        change_passphrase(tmp_path / "c", "third words", "")


def test_no_case_is_said_so(tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(NoCase):
            open_case(folder, PASSPHRASE, fold=fold)
    with pytest.raises(NoCase):
        change_passphrase(tmp_path / "nowhere", PASSPHRASE, "x")
    assert not (tmp_path / "nowhere").exists()


def test_a_case_is_never_made_over_another(case: Path) -> None:
    with pytest.raises(WrongUse):
        create(case, "x", name="y", country=None, fold=fold)
    open_case(case, PASSPHRASE, fold=fold).close()


@pytest.mark.parametrize("keep_bytes", [0, 10, 100, 4095, 4096, 20_000])
def test_a_cut_database_is_damage(case: Path, keep_bytes: int) -> None:
    raw = (case / "case.db").read_bytes()
    (case / "case.db").write_bytes(raw[:keep_bytes])
    with pytest.raises(CaseDamaged):
        open_case(case, PASSPHRASE, fold=fold)


def test_a_plain_database_in_its_place_is_refused(case: Path) -> None:
    (case / "case.db").unlink()
    plain = sqlite3.connect(case / "case.db")
    plain.execute("CREATE TABLE meta(name, value)")
    plain.commit()
    plain.close()
    with pytest.raises(CaseDamaged, match="not encrypted"):
        open_case(case, PASSPHRASE, fold=fold)


def test_noise_in_its_place_is_damage(case: Path) -> None:
    (case / "case.db").write_bytes(bytes(range(256)) * 400)
    with pytest.raises(CaseDamaged):
        open_case(case, PASSPHRASE, fold=fold)


def test_a_flipped_bit_is_damage_and_never_wrong_text(case: Path) -> None:
    raw = bytearray((case / "case.db").read_bytes())
    for page in range(1, len(raw) // 4096):
        raw[page * 4096 + 100] ^= 1
    (case / "case.db").write_bytes(bytes(raw))
    with pytest.raises(CaseDamaged), open_case(case, PASSPHRASE, fold=fold) as store:
        list(store.messages())


@pytest.mark.parametrize("name", ["case.db", "case.key"])
@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_a_pipe_or_a_folder_in_its_place_is_damage_and_not_waited_for(
    case: Path, name: str, kind: str
) -> None:
    (case / name).unlink()
    (os.mkfifo if kind == "pipe" else os.mkdir)(case / name)
    with pytest.raises(CaseDamaged):
        open_case(case, PASSPHRASE, fold=fold)


def test_a_bit_flipped_anywhere_is_damage_also_when_searching(case: Path) -> None:
    """The index of words has pages of its own; the library names their damage in other words."""
    raw = (case / "case.db").read_bytes()
    for page in range(len(raw) // 4096):
        (case / "case.db").write_bytes(raw[: page * 4096 + 99] + b"\x55\xaa" + raw[page * 4096 + 101 :])
        with suppress(CaseDamaged), open_case(case, PASSPHRASE, fold=fold) as store:
            list(store.search("word"))
            list(store.messages())


def test_a_database_of_another_case_is_damage(case: Path, tmp_path: Path) -> None:
    with new_case(tmp_path / "other"):
        pass
    (case / "case.db").write_bytes((tmp_path / "other" / "case.db").read_bytes())
    with pytest.raises(CaseDamaged):
        open_case(case, PASSPHRASE, fold=fold)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"format": 1}'])
def test_a_spoiled_key_file_is_damage(case: Path, content: bytes) -> None:
    (case / "case.key").write_bytes(content)
    with pytest.raises(CaseDamaged):
        open_case(case, PASSPHRASE, fold=fold)


def test_an_altered_key_file_is_damage_not_a_wrong_passphrase(case: Path) -> None:
    record = json.loads((case / "case.key").read_text())
    record["passphrase"]["salt"] = "A" * 22 + "=="
    (case / "case.key").write_text(json.dumps(record))
    with pytest.raises(CaseDamaged):
        open_case(case, PASSPHRASE, fold=fold)


def test_a_missing_key_file_or_database_is_damage(case: Path) -> None:
    key = (case / "case.key").read_bytes()
    (case / "case.key").unlink()
    with pytest.raises(CaseDamaged):
        open_case(case, PASSPHRASE, fold=fold)
    (case / "case.key").write_bytes(key)
    (case / "case.db").unlink()
    with pytest.raises(CaseDamaged):
        open_case(case, PASSPHRASE, fold=fold)
    assert not (case / "case.db").exists()
