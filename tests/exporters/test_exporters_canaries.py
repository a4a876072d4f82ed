"""Nothing that says who somebody is leaves a case under pseudonyms; with identities, everything does."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, BinaryIO

import jsonschema
import pytest

from canary_case import CANARIES, CHAT, GROUP, ONE, PHONE, QUILL, TWO, finding_id, records, view
from fake_view import FakeView
from ritrova.exporters import jsonl, report
from ritrova.model import canonical, ids
from ritrova.model.errors import NotFound
from ritrova.model.folding import fold
from ritrova.model.pseudonyms import Hide
from ritrova.model.records import Message
from ritrova.model.shapes import Manifest

KEY = b"k" * 32


class Memory:
    """An `Out` in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    @contextmanager
    def write(self, name: str) -> Iterator[BinaryIO]:
        stream = io.BytesIO()
        yield stream
        self.files[name] = stream.getvalue()

    def written(self, name: str, records: int) -> Manifest:
        return Manifest(name, sha256(self.files[name]).hexdigest(), len(self.files[name]), records)


def exported(hide: Hide, **selection: Any) -> bytes:
    out = Memory()
    [made] = jsonl.export(view(), out, hide, **selection)
    assert made.records == out.files[made.name].count(b"\n") and made.size == len(out.files[made.name])
    return out.files[made.name]


def rows(text: bytes, kind: str) -> list[dict[str, Any]]:
    return [row for line in text.splitlines() if (row := json.loads(line))["record"] == kind]


def page(hide: Hide) -> str:
    out = Memory()
    [made] = report.export(
        view(),
        out,
        hide,
        finding=finding_id(),
        t="2026-02-01T00:00:00Z",
        by="E. Examiner",
        tool="ritrova 0.1.0",
    )
    return out.files[made.name].decode()


def seen(text: str) -> list[str]:
    """Canaries in a text, also folded, and numbers also with everything between their digits taken out."""
    folded, plain = fold(text), text.casefold()
    squeezed = re.sub(r"[^\w\"]", "", folded)
    return [
        c
        for c in CANARIES
        if c.casefold() in plain or fold(c) in folded or (c.isdecimal() and fold(c) in squeezed)
    ]


def test_no_canary_leaves_in_the_canonical_form() -> None:
    text = exported(Hide(KEY)).decode()
    assert seen(text) == []
    assert "Unseenname" not in text


def test_no_canary_leaves_on_a_report() -> None:
    text = page(Hide(KEY))
    assert seen(re.sub(r"</?(mark|bdi|span|code)[^>]*>", "", html.unescape(text))) == []
    assert seen(text) == []


def test_the_canaries_are_really_there_with_identities() -> None:
    text = exported(Hide.none()).decode()
    assert [c for c in CANARIES if c not in seen(text)] == ["home/investigator"]


def test_what_is_no_identity_stays() -> None:
    text = exported(Hide(KEY)).decode()
    for kept in (
        "900 USD",
        "15/09/2024",
        "25,000,000 IQD",
        "2024-02-01T10:07:00",
        "Mosul",
        "1706781600",
        "3EB00000000000000001",
    ):
        assert kept in text, kept
    assert ONE in text and "IMG-20240201-WA0001.jpg" in text and "_chat.txt" in text and "result.json" in text


@pytest.mark.parametrize("hide", [Hide(KEY), Hide.none()], ids=["hidden", "shown"])
@pytest.mark.parametrize(
    "selection",
    [
        {},
        {"findings": [finding_id()]},
        {"conversations": [GROUP]},
        {"sources": [ONE]},
        {"sources": [TWO], "findings": [finding_id()]},
    ],
    ids=["everything", "finding", "conversation", "source", "both"],
)
def test_every_line_satisfies_the_schema_and_ids_meet(hide: Hide, selection: dict[str, Any]) -> None:
    text = exported(hide, **selection)
    validator = jsonschema.Draft202012Validator(canonical.schema())
    for line in text.splitlines():
        validator.validate(json.loads(line))
        assert canonical.line(canonical.decode(line)) == line + b"\n"
    known = {row["id"] for line in text.splitlines() if (row := json.loads(line)).get("id")}
    messages = {m["id"]: m for m in rows(text, "message")}
    known |= {a["id"] for m in messages.values() for a in m["attachments"]}
    for m in messages.values():
        assert m["conversation"]["id"] in known and m["at"]["source"] in known
        assert m["sender"] is None or m["sender"]["id"] in known
    for o in rows(text, "observable"):
        start, end = o["span"]
        assert messages[o["message"]]["text"][start:end] == o["written"]
    for f in rows(text, "finding"):
        assert set(f["messages"]) <= known and f["conversation"] in known
        for part in (*f["indicators"], *f["offer"]["prices"], *f["offer"]["contacts"]):
            start, end = part["span"]
            assert end > start and messages[part["message"]]["text"][start:end]
        assert (
            messages[f["offer"]["prices"][0]["message"]]["text"].find("900 USD")
            == f["offer"]["prices"][0]["span"][0]
        )
    for link in rows(text, "link"):
        assert link["a"] in known and link["b"] in known
    for s in rows(text, "sighting"):
        assert set(s["messages"]) <= known and set(s["observables"]) <= known


def test_every_kind_of_record_is_covered() -> None:
    kinds = {json.loads(line)["record"] for line in exported(Hide.none()).splitlines()}
    names = {
        d["properties"]["record"]["enum"][0]
        for d in canonical.schema()["$defs"].values()
        if "record" in d["properties"]
    }
    assert kinds == names


def test_pseudonyms_are_the_same_everywhere_and_others_in_the_next_case() -> None:
    text = exported(Hide(KEY))
    assert text == exported(Hide(KEY)) != exported(Hide(b"x" * 32))
    quill = next(m for m in rows(text, "message") if "hello from" in m["text"])
    phones = set(re.findall(r"phone-[A-Z-]+[A-Z]", quill["text"]))
    assert phones == {quill["sender"]["phone"]}
    numbers = {p for m in rows(text, "message") for p in re.findall(r"phone-[A-Z]{4}-[A-Z]{4}", m["text"])}
    assert quill["sender"]["phone"] in numbers and len(numbers) == 2
    account = next(a for a in rows(text, "account") if a["id"] == quill["sender"]["id"])
    assert account["name"] == quill["sender"]["name"] and account["phone"] == quill["sender"]["phone"]


def test_ids_cannot_be_found_by_trying_numbers() -> None:
    text = exported(Hide(KEY)).decode()
    assert QUILL not in text and ids.item_code(records()[2].at.path) not in text  # type: ignore[attr-defined]
    assert ids.account_id("whatsapp", PHONE) not in text


def test_order_of_what_came_in_changes_nothing() -> None:
    out, other = Memory(), Memory()
    some = records()
    jsonl.export(FakeView(some), out, Hide.none())
    messages = [r for r in some if isinstance(r, Message)]
    rest = [r for r in some if not isinstance(r, Message)]
    jsonl.export(FakeView([*reversed(rest), *messages]), other, Hide.none())
    assert out.files == other.files


def test_a_finding_brings_its_own_and_not_the_rest() -> None:
    text = exported(Hide.none(), findings=[finding_id()])
    assert {c["id"] for c in rows(text, "conversation")} == {CHAT}
    assert {s["id"] for s in rows(text, "source")} == {ONE, TWO}, "an account of the second source reacted"
    assert all(m["at"]["source"] == ONE for m in rows(text, "message"))
    assert "Friends of" not in text.decode()
    assert {a["what"] for a in rows(text, "action")} == {"new", "add", "decide"}
    assert (
        len(rows(text, "decision")) == 1
        and len(rows(text, "reconciliation")) == 1
        and len(rows(text, "problem")) == 1
    )
    assert rows(text, "template") == []


def test_what_does_not_exist_is_refused() -> None:
    for selection in ({"findings": ["f-" + "0" * 20]}, {"sources": ["00"]}, {"conversations": ["c-0"]}):
        with pytest.raises(NotFound):
            exported(Hide.none(), **selection)
    with pytest.raises(NotFound):
        report.export(view(), Memory(), Hide.none(), finding="f-none")


def test_notes_and_searches_are_withheld_and_decisions_kept() -> None:
    text = exported(Hide(KEY))
    [decision] = rows(text, "decision")
    assert decision["verdict"] == "relevant" and decision["note"] == "withheld (25 characters)"
    [search] = [a for a in rows(text, "action") if a["what"] == "search"]
    assert search["detail"] == {"query": "withheld (11 characters)", "hits": 3}


def test_the_report_says_what_it_is_and_is_not() -> None:
    text = page(Hide.none())
    for part in (
        "What this page is not",
        "What speaks against it",
        "also says: Tolbarek",
        ONE,
        "RTV-W001",
        "adds up",
        "E. Examiner",
    ):
        assert part in text, part
    assert "<mark>900 USD</mark>" in text
    assert "<script" not in text and "http-equiv" in text and "http://" not in text
