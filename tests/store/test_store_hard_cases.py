"""Hard cases that the store was not written for at first."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ritrova.model import ids
from ritrova.model.errors import WrongUse
from ritrova.model.records import (
    Account,
    Attachment,
    Conversation,
    Decision,
    Event,
    ItemSeen,
    Locator,
    Message,
    Moment,
    Native,
    Problem,
    Reply,
)
from ritrova.store.casefile import Store, create, open_case
from store.store_evidence import (
    PASSPHRASE,
    at_minute,
    digest,
    fold,
    keep,
    new_case,
    said,
    source,
)

ODD_TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b\x00",
    "\ufeffbom",
    "\U0010ffff\ufffe\ufdd0",
    "\u202eright to left\u202c",
    "e\u0301" * 50,
    "\r\n\u2028\u2029\x0b\x85",
    "👩‍👩‍👧‍👦" * 100,
    "x" * 3_000_000,
    "' OR 1=1; --",
    "1e999",
    "0",
    "-1.5",
    "NULL",
]


def test_odd_texts_come_back_letter_for_letter(tmp_path: Path) -> None:
    records = [said("a", n, text, local=at_minute(n)) for n, text in enumerate(ODD_TEXTS)]
    with new_case(tmp_path / "c") as store:
        keep(store, "a", records)
        assert [m.message for m in store.messages()] == records
        assert [t for b in store.texts() for t in b.texts] == ODD_TEXTS


@pytest.mark.parametrize("odd", ["", "0", "-1.5", "NULL", "x"])
def test_what_looks_like_an_absent_value_is_not_one(tmp_path: Path, odd: str) -> None:
    m = msgspec.structs.replace(
        said("a", 0, odd),
        sender_name=odd,
        sent=Moment(odd, odd, odd, odd),
        native=Native(odd, odd),
        forwarded_from=odd,
    )
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [m])
        (stored,) = store.messages()
        assert stored.message == m


@pytest.mark.parametrize("code", [0, -1, 2**62, 2**63, -(2**70), ""])
def test_type_codes_of_any_size(tmp_path: Path, code: int | str) -> None:
    m = msgspec.structs.replace(said("a", 0, "x"), native=Native("k", code))
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [m])
        (stored,) = store.messages()
        assert stored.message.native is not None and str(stored.message.native.type) == str(code)


TIMES = [
    ("0001-01-01T00:00:00", True), ("9999-12-31T23:59:59", True), ("2024-02-30T10:00:00", False),
    ("2024-01-01T24:00:00", False), ("2024-01-01T10:00:60", False), ("2024-01-01", True), ("now", False), ("today", False),
    ("NaT", False), ("2024-01-01T10:00:00.123456", True), ("2024-01-01T10:00:00+03:00", True), ("1e5", False), ("", False),
    ("١٢٣٤-٠١-٠١T٠٠:٠٠:٠٠", False), ("2024-01-01 10:00:00", True), ("-271821-04-20T00:00", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "known"), TIMES)
def test_odd_times_stay_as_written_and_break_no_order(tmp_path: Path, text: str, known: bool) -> None:
    m = msgspec.structs.replace(said("a", 0, "x"), sent=Moment(text, text, None, "odd"))
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [m, said("a", 1, "y", local=at_minute(1))])
        assert [one.message.text for one in store.messages()] == ["x", "y"]
        assert next(iter(store.messages())).message == m
        _, seconds = store.order(store.conversation_rows()[0])
        assert (seconds[0] is not None) == known
        list(store.search("after:2000 x"))


def test_half_characters_are_mended_and_flagged(tmp_path: Path) -> None:
    m = said("a", 0, "boat \ud83d and \ud83d\ude00 end")
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", 1, "whole"), m])
        whole, mended = store.messages()
        assert (whole.message.text, whole.message.flags) == ("whole", ())
        assert mended.message.text == "boat \ufffd and 😀 end" and mended.message.flags == ("repaired",)
        inside = msgspec.structs.replace(
            said("a", 2, "ok"),
            detail={"k\udc00": ["\ud800"]},
            attachments=(Attachment("\udfff.jpg"),),
            sender_name="\ud800",
        )
        keep(store, "a", [inside])
        (last,) = store.rows(keep(store, "a", [said("a", 3, "z")]))[:1]
        assert last.message.text == "z"
        assert [m.message.detail for m in store.messages()][2] == {"k\ufffd": ["\ufffd"]}


def test_conversations_and_accounts_that_no_record_describes_still_stand(tmp_path: Path) -> None:
    m = msgspec.structs.replace(said("z", 0, "x"), conversation="c-nobody", sender="a-nobody")
    with new_case(tmp_path / "c") as store:
        with store.writer() as w:
            w.source(source("z"), "complete")
            w.keep([m])
        (stored,) = store.messages()
        assert stored.message == m
        assert stored.sender is not None and stored.sender.id == "a-nobody"
        assert list(store.accounts()) == []
        assert store.conversation("c-nobody") is not None


def test_the_sender_s_words_are_not_mixed_with_the_account_s(tmp_path: Path) -> None:
    first = said("a", 0, "x")
    second = msgspec.structs.replace(said("a", 1, "y"), sender_name="Dara (new phone)")
    third = msgspec.structs.replace(said("a", 2, "z"), sender_name=None)
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [first, second, third])
        assert [m.message.sender_name for m in store.messages()] == ["Dara Sample", "Dara (new phone)", None]


def test_two_items_with_one_short_code_are_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_case(tmp_path / "c") as store:
        with store.writer() as w:
            w.source(source("f"), "reading")
            monkeypatch.setattr(ids, "item_code", lambda path: "00000000")
            w.keep(
                [ItemSeen(Locator(digest("f"), "one.txt"), 1), ItemSeen(Locator(digest("f"), "two.txt"), 1)]
            )
        (problem,) = store.problems()
        assert problem.code == "RTV-S002" and problem.at.path == "two.txt" and "one.txt" in problem.what


def test_the_same_spot_in_two_items_and_two_sources_is_three_messages(tmp_path: Path) -> None:
    def at(name: str, path: str) -> Message:
        return msgspec.structs.replace(
            said(name, 0, f"{name}{path}"), at=Locator(digest(name), path, "bytes 0-9")
        )

    with new_case(tmp_path / "c") as store:
        keep(store, "b", [])
        keep(store, "a", [at("a", "1"), at("a", "2"), at("b", "1")])
        assert {m.message.text for m in store.messages()} == {"a1", "a2", "b1"}
        for m in store.messages():
            again = store.message(m.id)
            assert again is not None and again.message == m.message


@pytest.mark.parametrize("name", ["a?b#c%20", "dots..", "sp ace", "بحث", "q'uote\"", "new\nline"])
def test_a_case_may_lie_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    with new_case(tmp_path / name) as store:
        keep(store, "a", [said("a", 0, "x")])
    with open_case(tmp_path / name, PASSPHRASE, fold=fold) as store:
        assert len(list(store.messages())) == 1
    assert {path.name for path in tmp_path.iterdir()} == {name}


def test_a_folder_name_that_is_no_unicode(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    with new_case(folder) as store:
        keep(store, "a", [said("a", 0, "x")])
        assert len(list(store.messages())) == 1


def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", 0, "x")])
        assert oct((tmp_path / "c").stat().st_mode & 0o777) == "0o700"
        for path in (tmp_path / "c").iterdir():
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_case_is_not_made_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(WrongUse):
            create(folder, PASSPHRASE, name="x", country=None, fold=fold)


def test_writing_while_reading_the_same_store(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", n, f"boat{n}", local=at_minute(n)) for n in range(5000)])
        seen = 0
        for n, m in enumerate(store.messages()):
            seen += m.message.text.startswith("boat")
            if n % 1000 == 0:
                with store.writer() as w:
                    w.decision(Decision(f"d-{n}", (m.id,), "unsure", "R", "t"))
                keep(store, f"b{n}", [said(f"b{n}", 0, "later", local=at_minute(9000))])
        assert seen == 5000
        assert len(list(store.decisions())) == 5


def test_a_batch_of_many_chats_people_and_items(tmp_path: Path) -> None:
    records = [
        msgspec.structs.replace(
            said("a", n, f"t{n}", who=f"P{n}", key=f"chat{n % 700}", local=at_minute(n)),
            at=Locator(digest("a"), f"folder/{n % 300}.txt", f"bytes {n}-{n + 1}"),
        )
        for n in range(2100)
    ]
    with new_case(tmp_path / "c") as store:
        keep(store, "a", records)
        assert sorted(m.message.text for m in store.messages()) == sorted(m.text for m in records)
        assert len(list(store.conversations())) == 701
        for summary in store.conversations():
            chat = list(store.messages(conversation=summary.conversation.id))
            assert len(chat) == summary.messages
            assert [m.position for m in chat] == list(range(len(chat)))


def test_events_find_their_message_by_id_or_by_key_and_no_other(tmp_path: Path) -> None:
    chat = said("a", 0, "").conversation

    def numbered(n: int, key: str, chat_key: str = "harbour") -> Message:
        return msgspec.structs.replace(said("a", n, f"t{n}", key=chat_key), native=Native(key))

    def event(n: int, **more: Any) -> Event:
        return Event(Locator(digest("a"), "a", f"table e row {n}"), "reaction", **more)

    first, second, elsewhere = numbered(0, "7"), numbered(1, "8"), numbered(2, "7", "desert")
    events = [
        event(0, conversation=chat, message_key="7"),
        event(1, message=ids.message_id(second.at)),
        event(2, conversation=elsewhere.conversation, message_key="7"),
        event(3, conversation=chat, message_key="404"),
    ]
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [*events, first, second, elsewhere])
        assert list(store.events()) == events
        for m, n in ((first, 0), (second, 1), (elsewhere, 2)):
            assert list(store.events(ids.message_id(m.at))) == [events[n]]
        assert list(store.events("m-none")) == []


def test_replies_into_another_conversation_and_to_nothing(tmp_path: Path) -> None:
    there = msgspec.structs.replace(said("a", 0, "there", key="desert"), native=Native("5"))
    by_id = msgspec.structs.replace(said("a", 1, "by id"), reply_to=Reply("5", there.conversation))
    lost = msgspec.structs.replace(said("a", 2, "lost"), reply_to=Reply("5", "c-none"))
    here = msgspec.structs.replace(said("a", 3, "here"), reply_to=Reply("5"))
    none = msgspec.structs.replace(said("a", 4, "none"), reply_to=Reply(None, None, "a quote only"))
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [there, by_id, lost, here, none])
        answered = {m.message.text: m.reply_to for m in store.messages()}
        assert answered == {
            "there": None,
            "by id": ids.message_id(there.at),
            "lost": None,
            "here": None,
            "none": None,
        }


def test_a_source_goes_in_steps_and_may_be_read_again(tmp_path: Path) -> None:
    records = [said("a", n, f"boat{n}", local=at_minute(n)) for n in range(12_000)]
    with new_case(tmp_path / "c") as store:
        keep(store, "b", [said("b", 0, "boat stays", local=at_minute(3))])
        keep(store, "a", records)
        steps: list[int] = []
        assert store.thin_source(digest("a"), steps.append) == 12_000
        assert steps == [5000, 10_000, 12_000]
        assert (store.source_state(digest("a")), store.shred_due()) == ("reading", True)
        assert [m.message.text for m in store.messages()] == ["boat stays"]
        with store.writer() as w:
            w.drop_source(digest("a"))
        (summary,) = store.conversations()
        assert (summary.messages, summary.first, summary.last) == (1, at_minute(3), at_minute(3))
        keep(store, "a", records[:10])
        assert store.count_hits("boat*") == 11
        store.shred()
        assert not store.shred_due()


def test_a_withdrawn_source_may_come_again(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", 0, "x")])
        with store.writer() as w:
            w.drop_source(digest("a"), tombstone=True)
        assert store.source_state(digest("a")) == "withdrawn"
        with pytest.raises(WrongUse), store.writer() as w:
            w.drop_source(digest("never"))
        keep(store, "a", [said("a", 0, "x")])
        assert store.source_state(digest("a")) == "complete"
        assert [s.name for s in store.sources()] == ["a"]
        assert len(list(store.messages())) == 1


def told(order: list[str], folder: Path) -> list[Any]:
    """What a case says after three sources that disagree came in this order."""
    with new_case(folder) as store:
        for name in order:
            at = Locator(digest(name), name)
            with store.writer() as w:
                w.source(source(name), "complete")
                w.keep(
                    [
                        Account(at, "a-1", "whatsapp", name, None if name == "x" else f"+{name}", ground=f"by {name}"),
                        Conversation(at, "c-1", "whatsapp", f"chat {name}", "unknown" if name == "x" else "group", None, (name,)),
                        msgspec.structs.replace(said(name, 0, name, local=at_minute(5)), conversation="c-1", sender="a-1"),
                        msgspec.structs.replace(
                            said(name, 1, name), conversation="c-1", sender="a-1",
                            sent=Moment("w", None, "2024-03-01T00:05:00Z"),
                        ),
                        Problem(at, "RTV-X", name),
                        Event(at, "edit", "c-1", when=Moment(name)),
                    ]
                )  # fmt: skip
        return [
            list(store.accounts()),
            list(store.conversations()),
            [(m.id, m.position, m.message, m.sender) for m in store.messages()],
            list(store.problems()),
            list(store.events()),
            [hit.message.id for hit in store.search("after:2000")],
        ]


def test_sources_that_disagree_give_one_answer_in_any_order(tmp_path: Path) -> None:
    from itertools import permutations

    outcomes = [told(list(order), tmp_path / str(n)) for n, order in enumerate(permutations(["x", "y", "z"]))]
    assert all(outcome == outcomes[0] for outcome in outcomes)
    (account,) = outcomes[0][0]
    assert set(account.detail["names"]) == {"x", "y", "z"} and set(account.detail["phones"]) == {"+y", "+z"}
    (summary,) = outcomes[0][1]
    assert summary.conversation.kind == "group" and set(summary.conversation.members) == {"x", "y", "z"}


def test_a_page_is_not_kept_waiting_by_a_writer(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", n, f"t{n}") for n in range(3000)])
        chat = next(iter(store.conversations())).conversation.id
        inside, go = threading.Event(), threading.Event()

        def write() -> None:
            with store.writer():
                inside.set()
                go.wait(10)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            assert inside.wait(5)
            assert len(store.page(chat, 10, 20)) == 20
        finally:
            go.set()
            thread.join()


def test_a_long_wait_for_many_urgent_writers_ends(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store, open_case(tmp_path / "c", PASSPHRASE, fold=fold) as other:

        def write(which: Store, mark: str) -> None:
            for n in range(20):
                with which.writer(urgent=True) as w:
                    w.decision(Decision(f"d-{mark}{n}", (), "unsure", "R", "t"))

        threads = [
            threading.Thread(target=write, args=(which, mark))
            for which, mark in ((store, "a"), (store, "b"), (other, "c"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(list(store.decisions())) == 60


def test_masks_of_topics_have_a_limit_that_is_said(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        rows = keep(store, "a", [said("a", 0, "x")])
        with store.writer() as w:
            w.wake(rows, [2**63 - 1], [1])
        assert len(store.topics(1)) == 63
        with pytest.raises(WrongUse), store.writer() as w:
            w.wake(rows, [2**63], [1])
