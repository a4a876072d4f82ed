"""Messages come back as they were kept, in one order, whatever the order in which their sources came."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ritrova.model import ids
from ritrova.model.errors import NotFound, WrongUse
from ritrova.model.records import Attachment, Locator, Message, Moment, Native, Reply
from ritrova.store.casefile import Store, open_case
from store.store_evidence import PASSPHRASE, at_minute, digest, fold, keep, new_case, said, source

FULL = Message(
    Locator(digest("full"), "full", "table message row 17"),
    "telegram",
    ids.conversation_id("whatsapp", "harbour"),
    ids.account_id("whatsapp", "Dara"),
    "Dara ✈",
    "media",
    "زورق للبيع\x00 end",
    Moment("١٥/٩/٢٠٢٤، ٨:٤٦ م", "2024-09-15T20:46:00.250", "2024-09-15T17:46:00.250Z", "offset in the file"),
    Moment("x", None, None, "cannot be read"),
    Reply("41", None, "quoted", {"a": [1, None]}),
    "Boats Channel",
    Native("00041", 7),
    ("repaired", "ttl"),
    (Attachment("a.jpg", True, "ab" * 32, "image/jpeg", None, 12, "full!a.jpg", {"w": 1}),),
    {"location": {"lat": 36.3, "lon": 43.1}},
)


def spots() -> list[str]:
    return [
        "",
        "bytes 0-0",
        "bytes 007-9",
        "bytes -5-9",
        "bytes 99999999999999999999-100000000000000000000",
        "bytes ٣-٤",
        "table a row b row -3",
        "table x\ny row 5",
        "table  row 5",
        "table m row 05",
        "page 3 line 9",
        "bytes 1-2-3",
        "table message row 9223372036854775807",
    ]


def test_every_field_comes_back(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        keep(store, "full", [FULL])
        (stored,) = store.messages()
        assert stored.message == FULL
        assert stored.id == ids.message_id(FULL.at)
        assert stored.sender is not None and stored.sender.name == "Dara Sample"
        assert stored.conversation.name == "Harbour talk"
        assert store.message(stored.id) == stored
        assert [a[:2] for a in store.attachments()] == [(ids.attachment_id(stored.id, 0), stored.id)]


@pytest.mark.parametrize("spot", spots())
def test_any_spot_makes_an_id_that_is_found_again(tmp_path: Path, spot: str) -> None:
    m = Message(
        Locator(digest("o"), "o", spot),
        "viber",
        ids.conversation_id("viber", "1"),
        None,
        None,
        "system",
        "x",
        Moment(),
    )
    with new_case(tmp_path / "c") as store:
        keep(store, "o", [m])
        found = store.message(ids.message_id(m.at))
        assert found is not None and found.message == m


@pytest.mark.parametrize(
    "native", [None, Native(), Native("12"), Native("012"), Native("", 0), Native("x", "y"), Native(None, 3)]
)
def test_native_keys_come_back_as_written(tmp_path: Path, native: Native | None) -> None:
    m = Message(
        Locator(digest("o"), "o", "bytes 0-1"), "sms", "c-1", None, None, "text", "", Moment(), native=native
    )
    with new_case(tmp_path / "c") as store:
        keep(store, "o", [m])
        assert [one.message.native for one in store.messages()] == [native]


def test_ids_that_name_nothing_find_nothing(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", 0, "x")])
        there = ids.message_id(said("a", 0, "x").at)
        assert store.message(there) is not None
        for id in (
            "",
            "m",
            "m-",
            "a-1",
            there[:-1],
            there + "0",
            there.replace("-b", "-r"),
            "m-%-%-b0",
            "x" * 10_000,
        ):
            assert store.message(id) is None
            with pytest.raises(NotFound):
                store.position(id)
        with pytest.raises(NotFound):
            store.page("c-none", 0, 5)


def test_the_same_records_again_are_not_new(tmp_path: Path) -> None:
    records = [said("a", n, f"t{n}", local=at_minute(n)) for n in range(10)]
    with new_case(tmp_path / "c") as store:
        keep(store, "a", records[:6])
        with store.writer() as w:
            kept = w.keep(records[3:])
        assert (kept.repeated, len(kept.rows), kept.texts) == (3, 4, ["t6", "t7", "t8", "t9"])
        assert [m.message for m in store.messages()] == records
        assert not list(store.problems())


def test_two_messages_on_one_spot_are_never_lost_in_silence(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", 0, "first")])
        with store.writer() as w:
            kept = w.keep([said("a", 0, "second"), said("a", 1, "third")])
        assert kept.texts == ["third"]
        (problem,) = store.problems()
        assert problem.code == "RTV-S001" and "second" in problem.what and problem.entries == 1
        assert kept.clashes == [problem]


def test_a_record_of_a_source_never_received_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", 0, "x")])
        with pytest.raises(WrongUse), store.writer() as w:
            w.keep([said("a", 1, "y"), said("b", 0, "z")])
        assert [m.message.text for m in store.messages()] == ["x"]
        keep(store, "b", [said("b", 0, "z")])
        assert len(list(store.messages())) == 2


def test_a_failed_transaction_leaves_no_memory_of_rows(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        with pytest.raises(ZeroDivisionError), store.writer() as w:
            w.source(source("a"), "reading")
            w.keep([said("a", 0, "x")])
            raise ZeroDivisionError
        assert not list(store.messages()) and not store.sources()
        keep(store, "a", [said("a", 0, "x")])
        assert len(list(store.messages())) == 1


def test_replies_point_to_the_message_of_the_same_source_first(tmp_path: Path) -> None:
    def numbered(name: str, n: int, key: str, reply: str | None = None) -> Message:
        m = said(name, n, f"{name}{n}")
        return Message(
            m.at,
            m.app,
            m.conversation,
            m.sender,
            m.sender_name,
            m.kind,
            m.text,
            m.sent,
            native=Native(key),
            reply_to=None if reply is None else Reply(reply),
        )

    with new_case(tmp_path / "c") as store:
        keep(store, "a", [numbered("a", 0, "7"), numbered("a", 1, "8", "7")])
        keep(store, "b", [numbered("b", 0, "7"), numbered("b", 1, "8", "7"), numbered("b", 2, "9", "404")])
        answered = {m.message.text: m.reply_to for m in store.messages()}
        assert answered["a1"] == ids.message_id(said("a", 0, "").at)
        assert answered["b1"] == ids.message_id(said("b", 0, "").at)
        assert answered["b2"] is None


def test_messages_without_or_with_odd_times_stay_beside_their_neighbours(tmp_path: Path) -> None:
    a = [
        said("a", 0, "a0"),
        said("a", 1, "a1", local=at_minute(10)),
        said("a", 2, "a2", local="1970-01-01T00:00:00"),
        said("a", 3, "a3"),
        said("a", 4, "a4", local=at_minute(30)),
    ]
    b = [said("b", 0, "b0", local=at_minute(20)), said("b", 1, "b1", local="not a time")]
    with new_case(tmp_path / "c") as store:
        keep(store, "b", b)
        keep(store, "a", a)
        assert [m.message.text for m in store.messages()] == ["a0", "a1", "a2", "a3", "b0", "b1", "a4"]
        rows, seconds = store.order(store.conversation_rows()[0])
        assert len(rows) == 7 and seconds[0] is None and seconds[2] == 0.0


Times = st.one_of(st.none(), st.integers(0, 5000))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    times=st.lists(st.lists(Times, min_size=1, max_size=12), min_size=1, max_size=4),
    seed=st.randoms(use_true_random=False),
)
def test_any_order_and_split_of_adds_gives_the_same_messages(
    tmp_path_factory: pytest.TempPathFactory, times: list[list[int | None]], seed: object
) -> None:
    import random

    assert isinstance(seed, random.Random)
    evidence = {
        f"s{i}": [
            said(f"s{i}", n, f"s{i}m{n}", local=None if t is None else at_minute(t), key="xy"[n % 2])
            for n, t in enumerate(some)
        ]
        for i, some in enumerate(times)
    }
    outcomes = []
    for turn in range(2):
        names = list(evidence)
        if turn:
            seed.shuffle(names)
        with new_case(tmp_path_factory.mktemp("c") / "case") as store:
            for name in names:
                records = evidence[name]
                cut = seed.randint(0, len(records)) if turn else len(records)
                keep(store, name, records[:cut])
                list(store.messages())
                keep(store, name, records[cut:])
            outcomes.append([(m.id, m.position, m.message) for m in store.messages()])
    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0]) == sum(len(some) for some in times)


def paged(store: Store, chat: str, size: int) -> list[str]:
    texts: list[str] = []
    while some := store.page(chat, len(texts), size):
        texts += [m.message.text for m in some]
    return texts


def test_a_long_conversation_is_paged_alike_by_every_store(tmp_path: Path) -> None:
    records = [said("a", n, f"t{n}", local=at_minute(n % 3000)) for n in range(9000)]
    chat = records[0].conversation
    with new_case(tmp_path / "c") as store:
        keep(store, "a", records)
        wanted = [f"t{n}" for n in range(9000)]
        assert paged(store, chat, 997) == wanted
        with open_case(tmp_path / "c", PASSPHRASE, fold=fold) as other:
            assert [m.message.text for m in other.page(chat, 4090, 12)] == wanted[4090:4102]
            spot = ids.message_id(records[8500].at)
            assert other.position(spot) == 8500
            assert [m.position for m in other.around(spot, 2, 1)] == [8498, 8499, 8500, 8501]
            keep(store, "b", [said("b", 0, "before all", local="2023-01-01T00:00:00")])
            assert other.position(spot) == 8501
            assert other.page(chat, 0, 1)[0].message.text == "before all"
        assert [m.position for m in store.around(ids.message_id(records[8999].at), 1, 5)] == [8999, 9000]


def test_filters_of_messages_add_up(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        keep(store, "a", [said("a", n, f"a{n}", key="xy"[n % 2], local=at_minute(n)) for n in range(6)])
        keep(store, "b", [said("b", n, f"b{n}", key="xy"[n % 2], local=at_minute(n)) for n in range(6)])
        x = ids.conversation_id("whatsapp", "x")
        some = {m.message.text for m in store.messages(source=digest("a"), conversation=x)}
        assert some == {"a0", "a2", "a4"}
        wanted = [ids.message_id(said("b", n, "").at) for n in (5, 0)] + ["m-no"]
        assert {m.message.text for m in store.messages(ids=wanted)} == {"b5", "b0"}
        assert list(store.messages(source="0" * 64)) == list(store.messages(conversation="c-no")) == []


def test_texts_give_columns_and_go_on_from_a_row(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        rows = keep(store, "a", [said("a", n, f"t{n}") for n in range(25)])
        batches = list(store.texts(batch=10))
        assert [len(b.rows) for b in batches] == [10, 10, 5]
        assert [t for b in batches for t in b.texts] == [f"t{n}" for n in range(25)]
        assert [b.rows for b in store.texts(since_row=rows[20])] == [rows[21:]]
        assert store.message_ids(rows[:2]) == [ids.message_id(said("a", n, "").at) for n in (0, 1)]
