"""A trace in time, the steps between its offers, and nodes that are one only where the evidence says one."""

from __future__ import annotations

import pytest

from fake_view import FakeView
from ritrova.model import ids
from ritrova.model.graph import Graph
from ritrova.model.moving import Moves, moves
from ritrova.model.network import Network
from ritrova.model.pseudonyms import Hide
from ritrova.model.records import (
    Account,
    Act,
    Attachment,
    Conversation,
    Finding,
    Link,
    Locator,
    Message,
    Moment,
    Observable,
    PictureSeen,
    Record,
    Sighting,
    Template,
    Trace,
)
from ritrova.model.selection import Chosen, Selection

SOURCE = "cd" * 32
MOSUL = {"name": "Mosul", "lat": 36.34, "lon": 43.13, "country": "IQ"}
RAQQA = {"name": "Raqqa", "lat": 35.95, "lon": 39.01, "country": "SY"}


def chat(n: int, name: str | None = "chat") -> Conversation:
    """A group."""
    return Conversation(Locator(SOURCE, f"{n}.txt"), f"c-{n:020}", "telegram", name, "group")


def account(n: int, name: str = "Karwan", phone: str | None = None) -> Account:
    """An account. All are called the same unless told otherwise."""
    return Account(Locator(SOURCE, "0.txt"), f"a-{n:020}", "telegram", name, phone)


def message(
    talk: Conversation, n: int, who: Account, when: str | None, *files: Attachment, text: str = "age 25"
) -> Message:
    """A message."""
    moment = Moment(when, utc=when) if when and when.endswith("Z") else Moment(when, local=when)
    return Message(
        Locator(SOURCE, talk.at.path, f"bytes {n * 10}-{n * 10 + 9}"), "telegram", talk.id, who.id, who.name, "text", text, moment,
        attachments=files,
    )  # fmt: skip


def told(m: Message, *, price: int = 3000, phone: str | None = None) -> list[Observable]:
    """An age, a price, a number."""
    id = ids.id_of(m)
    made = [
        Observable("age", id, "25", (4, 6), amount=25),
        Observable("price", id, str(price), (0, 3), amount=price, currency="USD"),
    ]
    return made + ([Observable("phone", id, phone, (0, 2), phone)] if phone else [])


def sighting(m: Message, *more: Message, place: dict[str, object] | None = None) -> Sighting:
    """A sighting told of in messages, the first of which carries time and photo."""
    photo = ids.attachment_id(ids.id_of(m), 0) if m.attachments else None
    return Sighting(tuple(ids.id_of(x) for x in (m, *more)), (), m.sent, place, ("25",), photo)


def offer(m: Message, *more: Message, act: Act = "offer") -> Finding:
    """A finding over messages."""
    return Finding(
        "person_sale", act, m.conversation, tuple(ids.id_of(x) for x in (m, *more)), why=("a price is asked",)
    )


def trace(*sightings: Sighting) -> Trace:
    """A trace of sightings."""
    return Trace(tuple(ids.sighting_id(s) for s in sightings), "B", len(sightings))


def read(records: list[Record], t: Trace) -> Moves:
    """Its moves."""
    return moves(FakeView([*records, t]), t)


def two(first: Message, second: Message, *more: Record, acts: tuple[Act, Act] = ("offer", "offer")) -> Moves:
    """The moves of a trace of two sightings."""
    a, b = sighting(first, place=MOSUL), sighting(second, place=RAQQA)
    talk = [chat(1), chat(2), account(1), account(2)]
    return read(
        [*talk, first, second, a, b, offer(first, act=acts[0]), offer(second, act=acts[1]), *more],
        trace(a, b),
    )


EARLY = message(chat(1), 1, account(1), "2016-03-02T10:00:00Z")
LATE = message(chat(2), 2, account(2), "2016-06-02T10:00:00Z")


def test_an_offer_by_another_account_is_a_step_with_its_prices_and_the_way_between() -> None:
    found = two(EARLY, LATE, *told(EARLY), *told(LATE, price=4500))
    (step,) = found.chain
    assert (step.kind, step.from_account, step.to_account) == (
        "another_account",
        account(1).id,
        account(2).id,
    )
    assert step.prices == ("3000 USD", "4500 USD")
    assert [s.place for s in found.stops] == ["Mosul", "Raqqa"]
    assert "km from Mosul" in found.stops[1].note[0]
    assert len(found.stops[1].note) == 1


def test_two_accounts_of_one_name_are_not_taken_for_one() -> None:
    assert account(1).name == account(2).name
    assert two(EARLY, LATE, *told(EARLY), *told(LATE)).chain[0].kind == "another_account"


@pytest.mark.parametrize("kind", ["same_account", "same_number"])
def test_linked_accounts_are_no_change_of_hands(kind: str) -> None:
    link = Link(kind, account(1).id, account(2).id, ("one platform id",), "strong")  # type: ignore[arg-type]
    (step,) = two(EARLY, LATE, *told(EARLY), *told(LATE), link).chain
    assert step.kind == "same_account"
    assert "one platform id" in step.why[0]


def test_one_number_in_both_leaves_it_open_and_the_same_wording_says_nothing_of_the_person() -> None:
    worded = Template((ids.id_of(EARLY), ids.id_of(LATE)), "age 25")
    number = "+9647700000155"
    (step,) = two(EARLY, LATE, *told(EARLY, phone=number), *told(LATE, phone=number), worded).chain
    assert step.kind == "open"
    assert any(number in a for a in step.against)
    assert any("says nothing of the person" in a for a in step.against)
    (step,) = two(EARLY, LATE, *told(EARLY), *told(LATE), worded).chain
    assert step.kind == "another_account"


def test_who_answers_or_bids_is_not_the_one_who_offers() -> None:
    bid = message(chat(2), 3, account(1), "2016-06-02T10:05:00Z", text="2000")
    bids = [Observable("price", ids.id_of(bid), "2000", (0, 4), amount=2000, currency="USD")]
    a, b = sighting(EARLY), sighting(LATE, bid)
    records = [chat(1), chat(2), account(1), account(2), EARLY, LATE, bid, a, b, offer(EARLY), offer(LATE, bid)]  # fmt: skip
    (step,) = read([*records, *told(EARLY), *told(LATE), *bids], trace(a, b)).chain
    assert (step.from_account, step.to_account) == (account(1).id, account(2).id)
    assert step.prices == ("3000 USD", "3000 USD")


@pytest.mark.parametrize("act", ["request", "rescue", "report"])
def test_what_is_no_offer_is_no_step_and_is_named_with_the_reason(act: Act) -> None:
    found = two(EARLY, LATE, *told(EARLY), *told(LATE), acts=("offer", act))
    assert found.chain == ()
    assert act in found.aside[found.stops[1].sighting]


@pytest.mark.parametrize("kind", ["same_message", "forward"])
def test_the_same_message_again_and_a_forward_are_no_second_offer(kind: str) -> None:
    low, high = sorted((ids.id_of(EARLY), ids.id_of(LATE)))
    link = Link(kind, low, high, ("the same",), "strong")  # type: ignore[arg-type]
    found = two(EARLY, LATE, *told(EARLY), *told(LATE), link)
    assert found.chain == ()
    assert found.stops[0].sighting in found.aside[found.stops[1].sighting]


def test_too_far_in_too_short_a_time_is_said() -> None:
    soon = message(chat(2), 2, account(2), "2016-03-02T11:00:00Z")
    found = two(EARLY, soon, *told(EARLY), *told(soon))
    assert any("too few for that way" in n for n in found.stops[1].note)


def test_an_unknown_zone_leaves_the_order_open() -> None:
    local = message(chat(2), 2, account(2), "2016-03-02T13:00:00")
    found = two(EARLY, local, *told(EARLY), *told(local))
    assert any("no known zone" in n for n in found.stops[1].note)
    assert any("which came first is not sure" in a for a in found.chain[0].against)
    later = message(chat(2), 2, account(2), "2016-05-02T13:00:00")
    assert not two(EARLY, later, *told(EARLY), *told(later)).chain[0].against


def test_a_sighting_without_a_time_stands_aside_and_is_not_lost() -> None:
    timeless = message(chat(2), 2, account(2), None)
    found = two(EARLY, timeless, *told(EARLY), *told(timeless))
    assert len(found.stops) == 2
    assert "no time is known" in found.aside[found.stops[1].sighting]


# ------------------------------------------------------------------ nodes


def network(*records: Record) -> Network:
    """The network of these."""
    return Network(Chosen(FakeView(records), Selection()), Hide.none())


def test_identical_names_never_make_one_node() -> None:
    tripolis = [
        Observable("place", ids.id_of(m), "Tripoli", (0, 3), "Tripoli", detail=d)
        for m, d in (
            (EARLY, {"lat": 32.89, "lon": 13.19, "country": "LY"}),
            (LATE, {"lat": 34.43, "lon": 35.84, "country": "LB"}),
        )
    ]
    made = network(chat(1), chat(2), account(1), account(2), EARLY, LATE, offer(EARLY), offer(LATE), *tripolis)  # fmt: skip
    kinds = [(n.kind, n.label) for n in made.nodes.values()]
    for twice in (("account", "Karwan"), ("conversation", "chat"), ("place", "Tripoli")):
        assert kinds.count(twice) == 2


def test_links_between_photos_are_ties_whether_their_hash_stands_with_the_message_or_with_the_item() -> None:
    first = message(chat(1), 1, account(1), "2016-03-02T10:00:00Z", Attachment("a.jpg", True, "11" * 32, "image/jpeg"))  # fmt: skip
    second = message(chat(2), 2, account(2), "2016-06-02T10:00:00Z", Attachment("b.jpg", True, None, "image/jpeg", path="b.jpg"))  # fmt: skip
    picture = PictureSeen(Locator(SOURCE, "b.jpg"), "22" * 32, "", "")
    ends = sorted(ids.attachment_id(ids.id_of(m), 0) for m in (first, second))
    link = Link("same_photo", ends[0], ends[1], ("they differ in 4 of 256 bits",), "strong")
    made = network(chat(1), chat(2), account(1), account(2), first, second, picture, link, offer(first), sighting(first))  # fmt: skip
    (tie,) = [e for e in made.edges if e.kind == "same_photo"]
    assert {made.nodes[tie.a].label, made.nodes[tie.b].label} == {"11" * 8, "22" * 8}
    assert "256 bits" in tie.why
    assert {made.node_of(end) for end in ends} == {tie.a, tie.b}
    shown = [e for e in made.edges if e.kind == "shows"]
    assert {made.nodes[e.a].kind for e in shown} == {"finding", "sighting"}


def test_every_tie_says_why_and_two_reasons_are_both_kept() -> None:
    worded = Template((ids.id_of(EARLY), ids.id_of(LATE)), "age 25")
    links = [
        Link("same_account", account(1).id, account(2).id, (why,), strength, linker)  # type: ignore[arg-type]
        for why, strength, linker in (("one id", "strong", "x"), ("one handle", "weak", "y"))
    ]
    made = network(chat(1), chat(2), account(1), account(2, phone="+9647700000155"), EARLY, LATE, worded, *links, offer(EARLY), *told(EARLY, phone="+9647700000155"))  # fmt: skip
    assert all(e.why for e in made.edges)
    (tie,) = [e for e in made.edges if e.kind == "same_account"]
    assert (tie.weight, tie.strength, tie.why) == (2, "strong", "one id; one handle")
    assert {"carries", "worded", "names", "writes", "stands_in"} <= {e.kind for e in made.edges}
    graph = Graph.of(made)
    assert len(graph.edges) == len(made.edges)


def test_a_message_that_nothing_speaks_of_can_be_brought_in_and_changes_no_graph_made_before() -> None:
    made = network(chat(1), chat(2), account(1), account(2), EARLY, LATE, *told(LATE, phone="+9647700000155"))
    before = Graph.of(made)
    assert made.node_of(ids.id_of(LATE)) is None
    assert made.bring(ids.id_of(LATE))
    assert made.node_of(ids.id_of(LATE)) == ids.id_of(LATE)
    assert len(Graph.of(made).nodes) == len(before.nodes) + 2
    assert not made.bring("m-0")
