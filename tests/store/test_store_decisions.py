"""What is found, linked and decided: kept, replaced, found again under a new id, never dropped in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ritrova.model import ids
from ritrova.model.errors import WrongUse
from ritrova.model.records import (
    Decision,
    Difference,
    Finding,
    Link,
    Observable,
    Sighting,
    Template,
    Trace,
)
from ritrova.model.view import View
from ritrova.store.casefile import Store
from store.store_evidence import digest, keep, new_case, said


def id_at(n: int, name: str = "a") -> str:
    return ids.message_id(said(name, n, "").at)


def finding(
    *anchors: int, category: Any = "weapon_sale", rank: float = 0.0, act: Any = "offer", name: str = "a"
) -> Finding:
    return Finding(
        category,
        act,
        said("a", 0, "").conversation,
        tuple(id_at(n, name) for n in anchors),
        why=("a price",),
        rank=rank,
    )


def decided(n: int, *about: str, **more: Any) -> Decision:
    return Decision(
        f"d-{n}", about, more.pop("verdict", "relevant"), "R. Tester", "2026-01-02T00:00:00Z", **more
    )


def with_messages(store: Store) -> int:
    keep(store, "a", [said("a", n, f"t{n}") for n in range(10)])
    return store.conversation_rows()[0]


def test_a_store_is_a_view(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        view: View = store
        assert view.info()["country"] == "IQ"


def test_findings_stand_in_the_order_of_the_queue(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        chat = with_messages(store)
        some = [finding(1, rank=1.0), finding(2, rank=3.0), finding(3, rank=3.0, act="rescue")]
        with store.writer() as w:
            w.findings(chat, some)
        ordered = list(store.findings())
        assert [f.rank for f in ordered] == [3.0, 3.0, 1.0]
        assert ids.finding_id(ordered[0]) < ids.finding_id(ordered[1])
        assert [f.act for f in store.findings(acts=["rescue"])] == ["rescue"]
        assert store.finding(ids.finding_id(some[0])) == some[0]
        assert store.findings_of([id_at(1), "m-x"]) == [some[0]]
        assert store.findings_in(some[0].conversation) == ordered
        (summary,) = store.conversations()
        assert (summary.findings, summary.messages) == (3, 10)
        with store.writer() as w:
            w.findings(chat, [finding(5)])
        assert [f.messages for f in store.findings()] == [(id_at(5),)]


def test_two_findings_of_one_claim_become_one_with_both_reasons(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        chat = with_messages(store)
        a, b = (
            finding(1, 2),
            Finding("weapon_sale", "offer", "c", (id_at(2), id_at(1)), why=("a place",), rank=2.0),
        )
        with store.writer() as w:
            w.findings(chat, [a, b])
        (one,) = store.findings()
        assert (set(one.why), one.rank) == ({"a price", "a place"}, 2.0)


def test_a_decision_follows_its_finding_to_a_new_id(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        chat = with_messages(store)
        old = finding(1, 2)
        for n, snapshot in enumerate((
            {"category": "weapon_sale", "messages": [id_at(1), id_at(2)]},
            {ids.finding_id(old): {"category": "weapon_sale", "messages": [id_at(1), id_at(2)], "why": ["x"]}},
        )):  # fmt: skip
            with store.writer() as w:
                w.findings(chat, [old])
                w.decision(decided(n, ids.finding_id(old), snapshot=snapshot))
        assert [d.id for d in store.decisions(ids.finding_id(old))] == ["d-0", "d-1"]
        for others, attached in (
            ([finding(2, 3)], True),
            ([finding(3, 4)], False),
            ([finding(1, 2, category="document_sale")], False),
            ([], False),
        ):
            with store.writer() as w:
                w.findings(chat, others)
            about = [d.id for f in others for d in store.decisions(ids.finding_id(f))]
            assert about == (["d-0", "d-1"] if attached else [])
            assert [d.id for d in store.unattached_decisions()] == ([] if attached else ["d-0", "d-1"])
        assert len(list(store.decisions())) == 2


def test_decisions_are_appended_and_undone_never_changed(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        with_messages(store)
        account = ids.account_id("whatsapp", "Dara")
        with store.writer() as w:
            w.decision(decided(1, account, role="rescuer"))
            w.decision(decided(2, account, role="journalist"))
        assert store.roles() == {account: ("journalist", "rescuer")}
        with pytest.raises(WrongUse), store.writer() as w:
            w.decision(decided(1, account, verdict="spam"))
        with pytest.raises(WrongUse), store.writer() as w:
            w.decision(decided(9, account, undoes="d-none"))
        with store.writer(urgent=True) as w:
            w.decision(decided(3, account, verdict="undo", undoes="d-1"))
        assert store.roles() == {account: ("journalist",)}
        assert [d.id for d in store.standing(account)] == ["d-2"]
        with store.writer() as w:
            w.decision(decided(4, verdict="undo", undoes="d-3"))
        assert store.roles() == {account: ("journalist", "rescuer")}
        assert [d.id for d in store.decisions()] == ["d-1", "d-2", "d-3", "d-4"]


def test_observables_come_back_by_message_kind_and_row(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        with_messages(store)
        rows = keep(store, "b", [said("b", 0, "ten dinar and 2 dinar")])
        price = Observable(
            "price", id_at(0, "b"), "2 dinar", (14, 21), None, 2.0, "IQD", "stated", {"unit": "x"}
        )
        first = Observable("price", id_at(0, "b"), "ten dinar", (0, 9), None, 10.0, "IQD")
        with store.writer() as w:
            w.observables([(rows[0], price), (rows[0], first)])
            w.observables([(rows[0], price)])
        assert list(store.observables(kind="price")) == [first, price] == list(store.observables())
        assert list(store.observables(kind="phone")) == list(store.observables(message=id_at(0))) == []
        assert store.observables_of([*rows, 999]) == {rows[0]: [first, price]}
        assert store.observable(ids.observable_id(price)) == price


def test_links_of_two_linkers_are_one_with_both_reasons(tmp_path: Path) -> None:
    a, b = id_at(1), id_at(2)
    link = Link("same_wording", a, b, ("nine words in common",), "weak", "wording")
    other = Link("same_wording", a, b, ("same photo beside",), "strong", "photos")
    template = Template((a, b), "boat for _", ({"kind": "price", "values": [1, 2]},))
    sighting = Sighting((a,), described=("a blue boat",))
    trace = Trace((ids.sighting_id(sighting),), "C", 1)
    difference = Difference("only_in_a", a, None, ("not there",))
    with new_case(tmp_path / "c") as store:
        with_messages(store)
        with store.writer() as w:
            w.links("wording", [link, template])
            w.links("photos", [other])
            w.links("people", [sighting, trace, difference])
            w.links("people", [sighting])
        (one,) = store.links()
        assert one.why == ("same photo beside", "nine words in common") and one.strength == "strong"
        assert list(store.links(of=b)) == [one] and not list(store.links(of="m-x"))
        assert not list(store.links(kind="forward"))
        assert [list(x) for x in (store.templates(), store.sightings(), store.traces(), store.differences())] == [
            [template], [sighting], [trace], [difference]
        ]  # fmt: skip
        assert len(store.said_of(a)) == 5
        with store.writer() as w:
            w.clear_links("wording")
        assert list(store.links()) == [other] and not list(store.templates())


def test_a_conversation_is_dirty_when_hit_and_again_when_it_grows(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        chat = with_messages(store)
        assert store.dirty() == []
        with store.writer() as w:
            w.wake([2, 3, 4], [0b101, 0b1, 0b10], [chat] * 3, [True, True, False])
        assert (store.dirty(), store.wake_rows(chat)) == ([chat], [2, 3])
        assert store.topics(chat) == {0: 2, 1: 1, 2: 1}
        with store.writer() as w:
            w.clear_dirty([chat])
        assert store.dirty() == []
        keep(store, "b", [said("b", 0, "more")])
        assert store.dirty() == [chat]
        with store.writer() as w:
            w.clear_dirty([chat])
            w.scanned("packs v1", 7)
        keep(store, "c", [said("c", 0, "elsewhere", key="desert")])
        assert (store.dirty(), store.scanned()) == ([], ("packs v1", 7))
        with store.writer() as w:
            w.clear_found(observables=True)
        assert (store.wake_rows(chat), store.scanned()) == ([], ("", 0))


def test_languages_are_kept_a_message(tmp_path: Path) -> None:
    with new_case(tmp_path / "c") as store:
        rows = keep(store, "a", [said("a", n, "x") for n in range(2500)])
        with store.writer() as w:
            w.languages(rows[:3], ["ar", None, "ckb"])
            w.languages(rows[2400:2402], ["en", "ar"])
            w.languages(rows[1:2], ["ku"])
        got = [m.language for m in store.rows([*rows[:4], *rows[2400:2403]])]
        assert got == ["ar", "ku", "ckb", None, "en", "ar", None]


def test_custody_rows_travel_with_what_they_record(tmp_path: Path) -> None:
    from ritrova.model.records import Action

    action = Action(
        0, "2026-01-02T00:00:00Z", "R. Tester", "receive", (digest("a"),), "basis", "ritrova", {"n": 1}
    )
    with new_case(tmp_path / "c") as store:
        with store.writer() as w:
            assert w.last_line() is None
            w.append_action(action, b"salt", b'{"n":0}\n')
            assert w.last_line() == (0, b'{"n":0}\n')
        with pytest.raises(WrongUse), store.writer() as w:
            w.append_action(action, b"salt", b"other")
        assert list(store.actions()) == [action]
        assert (list(store.lines()), list(store.disclosures())) == ([b'{"n":0}\n'], [(action, b"salt")])


def test_a_writer_s_thread_sees_what_it_has_just_kept_and_forgets_it_when_it_fails(tmp_path: Path) -> None:
    from store.store_evidence import source

    with new_case(tmp_path / "c") as store:
        chat = with_messages(store)
        value = Observable("phone", "", "555", (0, 3), "+555")
        with store.writer() as w:
            w.source(source("b"), "complete")
            kept = w.keep([said("b", 0, "555"), said("b", 1, "777")])
            assert store.message_ids(kept.rows) == [id_at(0, "b"), id_at(1, "b")]
            w.observables([(kept.rows[0], value)])
            assert len(store.order(chat)[0]) == 12
        (one,) = store.observables()
        assert (one.message, one.value) == (id_at(0, "b"), "+555")
        with pytest.raises(ZeroDivisionError), store.writer() as w:
            w.keep([said("b", 2, "lost")])
            assert len(store.order(chat)[0]) == 13
            raise ZeroDivisionError
        assert len(store.order(chat)[0]) == 12
        with store.writer() as w:
            w.keep([said("b", 3, "other")])
        assert {m.message.text for m in store.messages()} >= {"other", "t9", "777"}
        assert len(store.order(chat)[0]) == 13
