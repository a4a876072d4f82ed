"""Every hard WhatsApp text export of the table is read exactly."""

from __future__ import annotations

import pytest

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Account, Conversation, Message, Problem, Read
from ritrova.readers.whatsapp_text import PROBLEMS, READER
from writers.whatsapp_cases import CASES, Case, tiles


def read(case: Case) -> tuple[MemoryItem, list[Read]]:
    """The item of a case and everything the reader says about it."""
    item = MemoryItem(case.name, case.text.encode(case.encoding), path=case.path, modified=case.modified)
    return item, list(READER.read(item, case.ask))


@pytest.mark.parametrize("name", CASES)
def test_a_hard_export_is_read_exactly(name: str) -> None:
    case = CASES[name]
    item, records = read(case)
    assert READER.sniff(item)
    messages = [r for r in records if isinstance(r, Message)]
    assert [(m.sent.local, m.sender_name, m.text) for m in messages] == list(case.rows)
    if case.kinds is not None:
        assert [m.kind for m in messages] == list(case.kinds)
    assert sorted({r.code for r in records if isinstance(r, Problem)}) == sorted(case.codes)
    for n, flag in case.flagged.items():
        assert flag in messages[n].flags
    assert not [m for n, m in enumerate(messages) if "quoted_transcript" in m.flags and n not in case.flagged]
    tiles(item, records)
    accounts = {r.id: r for r in records if isinstance(r, Account)}
    known = {r.id for r in records if isinstance(r, Conversation)}
    content = item.open().read()
    for m in messages:
        assert (m.sender is None) == (m.sender_name is None)
        assert m.sender is None or m.sender in accounts
        assert m.conversation in known
        assert m.sent.written is not None and m.sent.ground
        a, b = map(int, m.at.spot.removeprefix("bytes ").split("-"))
        assert m.text in content[a:b].decode(case.encoding)
        assert (m.sender is None) == (m.kind == "system")


def test_every_problem_is_explained() -> None:
    used = {code for case in CASES.values() for code in case.codes}
    assert used <= set(PROBLEMS)
