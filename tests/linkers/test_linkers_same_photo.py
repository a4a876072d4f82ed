"""same_photo: files and pictures that are the same, and pairs that must never be."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fake_view import FakeView
from ritrova.linkers.same_photo import LINKER
from ritrova.model import ids
from ritrova.model.records import (
    Attachment,
    Conversation,
    Link,
    Locator,
    Message,
    Moment,
    PictureSeen,
    Record,
)

SOURCE = "5" * 64
BASE = "0f" * 32


CHAT = Conversation(Locator(SOURCE, "chat.txt"), "c-1", "whatsapp")


def away(bits: int) -> str:
    """A hash that differs from BASE in so many bits."""
    return f"{int(BASE, 16) ^ ((1 << bits) - 1):064x}"


def message(n: int, *attachments: Attachment) -> Message:
    at = Locator(SOURCE, "chat.txt", f"bytes {n * 10}-{n * 10 + 10}")
    return Message(at, "whatsapp", "c-1", "a-1", "A", "media", "", Moment(), attachments=attachments)


def picture(name: str, sha256: str, pdq: str | None, quality: int = 90, **more: str) -> PictureSeen:
    at = Locator(SOURCE, name)
    return PictureSeen(at, sha256, "", "", pdq, quality, 10, 10, **more)  # type: ignore[arg-type]


def jpeg(sha256: str | None, path: str | None = None) -> Attachment:
    return Attachment(present=True, sha256=sha256, mime="image/jpeg", path=path)


def links(*records: Record) -> list[Link]:
    return [one for one in LINKER.link(FakeView([CHAT, *records])) if isinstance(one, Link)]


def ends(n: int) -> str:
    return ids.attachment_id(ids.message_id(message(n).at), 0)


def test_the_same_file_links_strongly_even_where_no_picture_was_read() -> None:
    found = links(message(1, jpeg("a" * 64)), message(2, jpeg("a" * 64)))
    assert [(one.kind, one.strength) for one in found] == [("same_photo", "strong")]
    assert {found[0].a, found[0].b} == {ends(1), ends(2)} and found[0].a < found[0].b


def test_the_same_voice_note_is_no_photo() -> None:
    note = Attachment(present=True, sha256="a" * 64, mime="audio/ogg")
    assert links(message(1, note), message(2, note)) == []


@pytest.mark.parametrize(("bits", "expected"), [(0, "strong"), (16, "strong"), (17, "weak"), (31, "weak")])
def test_a_copy_links_and_says_how_far_apart_the_hashes_are(bits: int, expected: str) -> None:
    found = links(
        message(1, jpeg("a" * 64)),
        message(2, jpeg("b" * 64)),
        picture("1.jpg", "a" * 64, BASE),
        picture("2.jpg", "b" * 64, away(bits)),
    )
    assert [one.strength for one in found] == [expected]
    assert f"differ in {bits} of 256 bits" in found[0].why[0]


NEVER = {
    "32 bits apart": (picture("1", "a" * 64, BASE), picture("2", "b" * 64, away(32))),
    "little in one of them": (picture("1", "a" * 64, BASE), picture("2", "b" * 64, BASE, 49)),
    "little in both": (picture("1", "a" * 64, BASE, 0), picture("2", "b" * 64, BASE, 0)),
    "one not decoded": (
        picture("1", "a" * 64, BASE),
        picture("2", "b" * 64, None, 0, state="not decoded"),
    ),
    "one named by a hash list": (
        picture("1", "a" * 64, BASE),
        picture("2", "b" * 64, BASE, state="listed"),
    ),
    "no picture read": (),
}


@pytest.mark.parametrize("why", sorted(NEVER))
def test_what_must_never_link(why: str) -> None:
    assert links(message(1, jpeg("a" * 64)), message(2, jpeg("b" * 64)), *NEVER[why]) == []


def test_a_picture_that_no_message_carries_links_nothing() -> None:
    both = (picture("1", "a" * 64, BASE), picture("2", "b" * 64, BASE))
    assert links(message(1, jpeg("a" * 64)), *both) == []


def test_an_attachment_is_joined_to_its_picture_by_path_where_the_reader_gave_no_hash() -> None:
    found = links(
        message(1, jpeg(None, "m/1.jpg")),
        message(2, jpeg(None, "m/2.jpg")),
        message(3, jpeg(None, None)),
        picture("m/1.jpg", "a" * 64, BASE),
        picture("m/2.jpg", "b" * 64, away(4)),
    )
    assert [{one.a, one.b} for one in found] == [{ends(1), ends(2)}]


def test_many_copies_make_a_chain_and_not_every_pair() -> None:
    files = [f"{n:064x}" for n in range(1, 21)]
    records = [message(n, jpeg(each)) for n, each in enumerate(files)]
    seen = [picture(f"{n}.jpg", each, away(n)) for n, each in enumerate(files)]
    assert len(links(*records, *seen)) == 19


def test_the_order_of_the_evidence_changes_nothing() -> None:
    records: list[Record] = [message(n, jpeg(f"{n % 4:064x}")) for n in range(8)]
    records += [picture(f"{n}.jpg", f"{n:064x}", away(5 * n)) for n in range(4)]
    first = links(*records)
    assert sorted(map(repr, links(*reversed(records)))) == sorted(map(repr, first))
    assert len(first) == 4 + 3
    assert all(a != b for a, b in pairwise(first))
