"""Hash lists in the forms that offices hand them over, and what they name."""

from __future__ import annotations

import hashlib

import pytest

from ritrova.media.listed import PROBLEMS, Listed, read

FILE = b"invented bytes"
MD5, SHA1, SHA256 = (hashlib.new(name, FILE).hexdigest() for name in ("md5", "sha1", "sha256"))
PDQ = "324df443cb488cf5e2b7fbcc0ec9364348d06972622529cdaf93d433319c5776"


def kinds(text: str | bytes) -> tuple[list[str], list[int]]:
    brought = read(text.encode() if isinstance(text, str) else text)
    return sorted(k for k, some in brought.hashes.items() if some), brought.unread


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MD5, ["md5"]),
        (SHA1.upper() + "\r\n", ["sha1"]),
        (SHA256, ["sha256"]),
        (f"# a remark\n\n{MD5}\n", ["md5"]),
        (f"{MD5}  name of a file.jpg", ["md5"]),
        (f"pdq:{PDQ}", ["pdq"]),
        (f"pdq {PDQ}", ["pdq"]),
        (f"PDQ,{PDQ}", ["pdq"]),
        (f"pdq_hash,quality\n{PDQ},100", ["pdq"]),
        (f"MD5,SHA-1,SHA-256\n{MD5},{SHA1},{SHA256}", ["md5", "sha1", "sha256"]),
        (f'"md5";"category"\n"{MD5}";"2"', ["md5"]),
        (f"hash\n{MD5}", ["md5"]),
        (f"type,hash\npdq,{PDQ}\nsha256,{SHA256}", ["pdq", "sha256"]),
        (f"hash\ttype\n{PDQ}\tPDQ", ["pdq"]),
        (f"sha256:{SHA256}", ["sha256"]),
        (f"0x{MD5}", ["md5"]),
        (f"\ufeff{MD5}", ["md5"]),
        (f"{SHA1},{MD5},file,with,commas", ["md5", "sha1"]),
    ],
)
def test_a_list_in_many_forms(text: str, expected: list[str]) -> None:
    assert kinds(text) == (expected, [])


def test_a_list_in_utf16() -> None:
    assert kinds(f"{MD5}\n".encode("utf-16")) == (["md5"], [])


@pytest.mark.parametrize("bad", ["nothing", "abc123", MD5[:-1], "g" * 32, "md5:" + SHA1, MD5 + "00"])
def test_a_line_without_a_hash_is_named(bad: str) -> None:
    assert kinds(f"{SHA256}\n{bad}\n{MD5}") == (["md5", "sha256"], [2])


def test_nothing_in_it() -> None:
    assert kinds("") == ([], [])
    assert kinds(b"\x00\xff\xfe\x80" * 20)[0] == []


def test_what_is_named_by_any_digest_is_named() -> None:
    for one in (MD5, SHA1, SHA256):
        lists = Listed({}).with_more(read(one.encode()).hashes)
        assert lists.names(SHA256, SHA1, MD5)
        assert not lists.names("0" * 64, "0" * 40, "0" * 32)
        assert not lists.names("", "", "")
    assert not Listed({}).names(SHA256, SHA1, MD5)


def test_a_pdq_names_what_looks_like_it_and_a_sha256_of_the_same_digits_does_not() -> None:
    near = f"{int(PDQ, 16) ^ 0x7FFFFFFF:064x}"
    far = f"{int(PDQ, 16) ^ 0xFFFFFFFF:064x}"
    lists = Listed({}).with_more({"pdq": {bytes.fromhex(PDQ)}})
    assert lists.looks_like(PDQ, 100) and lists.looks_like(near, 100)
    assert not lists.looks_like(far, 100) and not lists.looks_like(None, 0)
    assert lists.looks_like(PDQ, 10) and not lists.looks_like(near, 10)
    assert not lists.names(PDQ)
    assert not Listed({}).with_more({"sha256": {bytes.fromhex(PDQ)}}).looks_like(PDQ, 100)


def test_lists_add_up_and_repeat_nothing() -> None:
    many = {hashlib.sha256(bytes([n])).digest() for n in range(200)}
    lists = Listed({}).with_more({"sha256": many}).with_more({"sha256": many, "md5": {bytes(16)}})
    assert len(lists) == 201
    assert all(lists.has("sha256", each.hex()) for each in many)


def test_its_problems_are_explained() -> None:
    assert set(PROBLEMS) == {"RTV-M001", "RTV-M002"} and all(len(text) > 80 for text in PROBLEMS.values())
