"""Encrypted backups and iPhone backups as they really arrive: renamed, cut, damaged, with keys typed by people.

Grounds: reference of the formats (framing, key derivation, trailers of crypt12 to crypt15; hashed names of iPhone backups).
"""

from __future__ import annotations

import io
import sqlite3
import zipfile
from pathlib import Path

import pytest

from ritrova.model.records import ItemSeen, Message, Problem, Read, Reconciliation
from ritrova.model.shapes import Ask
from writers.reading import only, texts
from writers.whatsapp_attack import (
    BUSINESS,
    OMAR,
    ROOT,
    SHARED,
    backup,
    chatstorage,
    iphone_backup,
    key_file,
    msgstore,
    read_all,
    root_file,
    talk,
)

DIGITS = ROOT.hex().encode()
PARTS = [DIGITS[i : i + 4] for i in range(0, 64, 4)]
SAID = [text for _, _, text in talk(3)]


def opened(
    content: bytes, name: str = "msgstore.db.crypt15", key: bytes | None = DIGITS, **folder: bytes
) -> list[Read]:
    """What the backup gives, after checking that everything adds up."""
    records = read_all(name, content, folder, Ask(key=key))
    assert all(r.adds_up for r in only(Reconciliation, records))
    return records


def codes(records: list[Read]) -> set[str]:
    """The codes of all problems."""
    return {p.code for p in only(Problem, records)}


@pytest.mark.parametrize(
    ("form", "options", "key"),
    [
        (12, {}, key_file()),
        (14, {}, key_file()),
        (14, {"flag": False}, key_file()),
        (14, {"md5": False}, key_file()),
        (14, {}, DIGITS),
        (14, {}, ROOT),
        (15, {}, root_file()),
        (15, {}, DIGITS),
        (15, {"md5": False}, DIGITS),
        (15, {"packed": False}, DIGITS),
        (15, {"packed": False, "md5": False}, DIGITS),
    ],
)
def test_every_form_of_backup_opens_whole(form: int, options: dict[str, bool], key: bytes) -> None:
    records = opened(backup(msgstore(talk(3)), form, **options), f"msgstore.db.crypt{form}", key)  # type: ignore[arg-type]
    assert texts(records) == SAID and not codes(records)


@pytest.mark.parametrize("form", [14, 15])
def test_a_small_backup_in_several_files_loses_no_byte_to_an_md5_that_it_does_not_have(form: int) -> None:
    for n in range(1, 12):
        records = opened(
            backup(msgstore(talk(n)), form, md5=False), f"msgstore-increment-1.db.crypt{form}", DIGITS
        )
        assert len(texts(records)) == n and not codes(records)


@pytest.mark.parametrize(
    "typed",
    [
        DIGITS.upper(),
        b" ".join(PARTS),
        b"\r\n".join(PARTS) + b"\r\n",
        b"-".join(PARTS),
        b"\xef\xbb\xbf" + DIGITS + b"\r\n",
        DIGITS.decode().encode("utf-16"),
        "\ufeff".encode("utf-16-be") + DIGITS.decode().encode("utf-16-be"),
        "\u00a0".join(p.decode() for p in PARTS).encode(),
        "\u2013".join(p.decode() for p in PARTS).encode(),
    ],
)
def test_the_64_digits_open_a_backup_however_they_were_typed(typed: bytes) -> None:
    assert texts(opened(backup(msgstore(talk(3))), key=typed)) == SAID


@pytest.mark.parametrize("wrong", [DIGITS[:-1], DIGITS + b"0", b"", b"g" * 64, bytes(31), "٠" * 64])
def test_what_is_no_key_is_said_to_be_none(wrong: bytes | str) -> None:
    typed = wrong if isinstance(wrong, bytes) else wrong.encode()
    records = opened(backup(msgstore(talk(3))), key=typed)
    assert codes(records) == {"RTV-C111"} and not texts(records)
    assert "no WhatsApp key" in only(Problem, records)[0].what


def test_a_key_of_another_phone_opens_nothing_and_is_named() -> None:
    records = opened(
        backup(msgstore(talk(3)), 14), "msgstore.db.crypt14", key_file(b"z" * 32, salt=b"T" * 32)
    )
    assert codes(records) == {"RTV-C111"} and not texts(records)
    assert "another backup" in only(Problem, records)[0].what
    assert codes(opened(backup(msgstore(talk(3))), key=bytes(32).hex().encode())) == {"RTV-C111"}
    assert codes(opened(backup(msgstore(talk(3))), key=None)) == {"RTV-C110"}


def test_a_key_that_opens_the_backup_is_not_refused_for_what_its_header_says() -> None:
    records = opened(
        backup(msgstore(talk(3)), 14, salt=b"Q" * 32), "msgstore.db.crypt14", key_file(salt=b"S" * 32)
    )
    assert texts(records) == SAID and not codes(records)


@pytest.mark.parametrize(
    ("form", "name", "key"),
    [
        (15, "msgstore.db.crypt14", DIGITS),
        (14, "msgstore.db.crypt15", key_file()),
        (12, "msgstore.db.crypt14", key_file()),
        (12, "msgstore.db.crypt15", key_file()),
        (15, "MSGSTORE.DB.CRYPT15", DIGITS),
        (15, "msgstore.db (1).crypt15", DIGITS),
        (15, "msgstore-2024-07-13.1.db.crypt15", DIGITS),
        (15, "backup.bin", DIGITS),
    ],
)
def test_a_renamed_backup_is_known_by_its_content(form: int, name: str, key: bytes) -> None:
    assert texts(opened(backup(msgstore(talk(3)), form), name, key)) == SAID


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("msgstore.db.crypt15", b""),
        ("msgstore.db.crypt14", b"\x10\x01\x08"),
        ("msgstore.db.crypt12", b"\x00" * 40),
        ("msgstore.db.crypt15", b"{}" * 100),
        ("msgstore.db.crypt8", b"\x00\x01" * 200),
        ("msgstore.db.crypt", b"\x7f" * 300),
    ],
)
def test_what_is_named_as_a_backup_and_is_none_is_never_passed_over(name: str, content: bytes) -> None:
    assert codes(opened(content, name)) == {"RTV-C113"}


def test_a_plain_database_under_a_backups_name_is_read() -> None:
    assert texts(opened(msgstore(talk(3)), "msgstore.db.crypt15")) == SAID


def test_other_content_of_a_backup_is_opened_too() -> None:
    pack = io.BytesIO()
    with zipfile.ZipFile(pack, "w") as z:
        z.writestr("media/note.txt", "hello")
    for packed in (False, True):
        records = opened(backup(pack.getvalue(), packed=packed), "wallpapers.backup.crypt15")
        assert not codes(records)
        assert any(i.at.path.endswith("!media/note.txt") for i in only(ItemSeen, records))


@pytest.mark.parametrize("form", [12, 14, 15])
def test_a_bad_bit_costs_what_lies_behind_it_and_is_no_wrong_key(form: int) -> None:
    whole = backup(msgstore(talk(3000)), form)
    last = 0
    for part in (20, 50, 80):
        hurt = bytearray(whole)
        hurt[len(whole) * part // 100] ^= 0x10
        records = opened(bytes(hurt), f"msgstore.db.crypt{form}", key_file() if form != 15 else DIGITS)
        assert "RTV-C112" in codes(records) and "RTV-C111" not in codes(records)
        assert len(texts(records)) >= last
        last = len(texts(records))
    assert last > 1500


def test_a_cut_backup_gives_what_came_before_the_cut_and_the_rest_is_counted() -> None:
    whole = backup(msgstore(talk(3000)))
    counts = []
    for left in (30, 60, 90):
        records = opened(whole[: len(whole) * left // 100])
        assert "RTV-C112" in codes(records)
        counts.append(len(texts(records)))
    assert counts == sorted(counts) and 0 < counts[0] < counts[2] < 3000
    assert len(texts(opened(whole[:-10]))) == 3000, "only the seal was cut"


@pytest.mark.parametrize("form", [12, 14, 15])
def test_bytes_behind_a_backup_cost_nothing_and_are_told(form: int) -> None:
    key = key_file() if form != 15 else DIGITS
    records = opened(backup(msgstore(talk(200)), form) + bytes(100), f"msgstore.db.crypt{form}", key)
    assert len(texts(records)) == 200 and codes(records) == {"RTV-C112"}


def test_several_backups_of_one_folder_are_each_opened_or_named() -> None:
    pack = io.BytesIO()
    with zipfile.ZipFile(pack, "w") as z:
        z.writestr("Databases/msgstore.db.crypt15", backup(msgstore(talk(3))))
        z.writestr("Databases/msgstore-increment-1.db.crypt15", backup(msgstore(talk(2)), md5=False))
        z.writestr("Databases/msgstore-2024-07-12.1.db.crypt15", backup(msgstore(talk(2)), secret=b"q" * 32))
    records = opened(pack.getvalue(), "phone.zip")
    assert sorted(texts(records)) == sorted(SAID + SAID[:2])
    refused = [p.at.path for p in only(Problem, records) if p.code == "RTV-C111"]
    assert refused == ["phone.zip!Databases/msgstore-2024-07-12.1.db.crypt15"]


def with_log(tmp_path: Path) -> dict[tuple[str, str], bytes]:
    """A ChatStorage with a message that stands in its -wal only."""
    place = tmp_path / "c.sqlite"
    place.write_bytes(chatstorage(talk(2)))
    db = sqlite3.connect(place)
    db.execute("pragma journal_mode=wal")
    db.execute("pragma wal_autocheckpoint=0")
    db.execute(
        "insert into ZWAMESSAGE(Z_PK,ZISFROMME,ZMESSAGETYPE,ZSORT,ZCHATSESSION,ZMESSAGEDATE,ZSTANZAID,ZTEXT) "
        "values(9,1,0,9,1,742000100,'W','only in the log')"
    )
    db.commit()
    log = Path(f"{place}-wal").read_bytes()
    content = place.read_bytes()
    db.close()
    return {(SHARED, "ChatStorage.sqlite"): content, (SHARED, "ChatStorage.sqlite-wal"): log}


def phone(folder: dict[str, bytes], main: str = "Manifest.db") -> list[Read]:
    """What a backup folder gives."""
    records = read_all(main, folder[main], folder)
    assert all(r.adds_up for r in only(Reconciliation, records))
    return records


@pytest.mark.parametrize("manifest", [None, b"", bytes(8192), b"SQLite format 3\x00" + bytes(3000)])
def test_a_chat_and_its_log_are_found_whatever_the_manifest_is(
    tmp_path: Path, manifest: bytes | None
) -> None:
    records = phone(iphone_backup(with_log(tmp_path), manifest))
    assert "only in the log" in texts(records) and len(texts(records)) == 3
    assert codes(records) == ({"RTV-W207"} if manifest is None else {"RTV-C143", "RTV-W207"})
    assert all("ChatStorage.sqlite" in m.at.path for m in only(Message, records))


def test_a_backup_without_its_manifest_keeps_its_chats_and_says_so(tmp_path: Path) -> None:
    folder = iphone_backup(with_log(tmp_path))
    del folder["Manifest.db"]
    records = phone(folder, "Manifest.plist")
    assert "only in the log" in texts(records)
    assert codes(records) == {"RTV-C143", "RTV-W207"}


def test_two_whatsapps_on_one_phone_are_two_databases() -> None:
    records = phone(
        iphone_backup(
            {
                (SHARED, "ChatStorage.sqlite"): chatstorage(talk(3)),
                (BUSINESS, "ChatStorage.sqlite"): chatstorage(talk(2), jid=OMAR),
            }
        )
    )
    assert len(texts(records)) == 5 and not codes(records)
    assert len({m.conversation for m in only(Message, records)}) == 2


@pytest.mark.parametrize("lost", ["ChatStorage.sqlite", "ContactsV2.sqlite"])
def test_a_file_that_the_manifest_names_and_the_folder_lacks_is_told(lost: str) -> None:
    files = {
        (SHARED, "ChatStorage.sqlite"): chatstorage(talk(3)),
        (SHARED, "ContactsV2.sqlite"): chatstorage([]),
    }
    records = phone(iphone_backup(files, without=[lost]))
    told = [p for p in only(Problem, records) if p.code == "RTV-C142"]
    assert [p.at.path.rpartition("/")[2] for p in told] == [lost]
    assert len(texts(records)) == (0 if lost.startswith("Chat") else 3)


@pytest.mark.parametrize("name", ["../../x.txt", "/etc/x.txt", "a\x00b/x.txt", "a/../../b.txt"])
def test_a_name_that_leads_out_of_the_backup_is_made_harmless_and_told(name: str) -> None:
    records = phone(iphone_backup({(SHARED, name): b"hello"}))
    assert codes(records) == {"RTV-C145"}
    seen = [i.at.path for i in only(ItemSeen, records) if "x.txt" in i.at.path or "b.txt" in i.at.path]
    assert seen and not any(".." in p.split("/") or "\x00" in p or "//" in p for p in seen)


def test_media_of_a_message_is_found_inside_the_backup() -> None:
    more = (
        "insert into ZWAMEDIAITEM values(1,1,'Media/k/p.jpg',null);"
        "update ZWAMESSAGE set ZMEDIAITEM=1, ZMESSAGETYPE=1, ZTEXT=null where Z_PK=1"
    )
    records = phone(
        iphone_backup(
            {
                (SHARED, "ChatStorage.sqlite"): chatstorage(talk(3), more=more),
                (SHARED, "Message/Media/k/p.jpg"): b"\xff\xd8\xff\xe0 made",
            }
        )
    )
    files = only(Message, records)[0].attachments
    assert [(f.name, f.present) for f in files] == [("p.jpg", True)]
