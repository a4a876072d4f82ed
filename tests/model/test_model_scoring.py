"""Scoring a labelled set."""

from __future__ import annotations

from ritrova.model.scoring import Labelled, LabelledMessage, Predicted, found, matches, score, table, wilson


def item(id: str, positive: bool, **more: object) -> Labelled:
    fields = {"lang": "en", "family": "person_sale" if positive else "news_report", **more}
    return Labelled(id=id, messages=(LabelledMessage("x", "A1"),), positive=positive, **fields)  # type: ignore[arg-type]


def finding(category: str, act: str, *messages: int) -> dict[str, object]:
    return {"category": category, "act": act, "messages": list(messages), "why": []}


def test_wilson_brackets_the_share_and_is_open_without_items() -> None:
    s = wilson(9, 10)
    assert s.share == 0.9 and 0.59 < s.low < 0.61 and 0.98 < s.high < 0.99
    assert wilson(0, 0).share is None
    assert (wilson(0, 20).low, wilson(20, 20).high) == (0.0, 1.0)


def test_a_positive_is_found_only_where_its_messages_are_touched() -> None:
    i = item("1", True, offer_messages=(2, 3))
    assert not found(i, Predicted("1", [finding("person_sale", "offer", 0, 1)]))
    assert found(i, Predicted("1", [finding("person_sale", "bargain", 3)]))


def test_a_rescue_finding_is_neither_recall_nor_false_alarm() -> None:
    items = [item("1", True, category="person_sale"), item("2", False)]
    rescue = finding("rescue_negotiation", "rescue", 0)
    table = score(items, [Predicted("1", [rescue]), Predicted("2", [rescue])]).families[0]
    assert table.recall.k == 0 and table.false_alarms.k == 0


def test_false_alarms_and_misses_are_named() -> None:
    items = [item("1", True, category="person_sale"), item("2", False), item("3", False)]
    given = [Predicted("2", [finding("weapon_sale", "offer", 0)]), Predicted("3")]
    result = score(items, given)
    assert result.families[0].missed == ("1",) and result.families[0].flagged == ("2",)
    assert result.absent == ("1",)
    assert {(f.lang, f.family) for f in result.families} >= {("all", "all"), ("en", "news_report")}


def test_the_category_counts_beside_recall() -> None:
    items = [item("1", True, category="captive_registry")]
    line = score(items, [Predicted("1", [finding("person_sale", "offer", 0)])]).families[0]
    assert line.recall.k == 1 and line.category.k == 0


def test_values_are_compared_in_normal_form() -> None:
    assert matches("phones", ["+964 770 000 0112"], ["+9647700000112"]) == 1
    assert matches("handles", ["@Box_5501"], ["box_5501"]) == 1
    assert (
        matches("prices", [{"amount": 3700, "currency": "USD"}], [{"amount": 3700.0, "currency": "USD"}]) == 1
    )
    assert matches("prices", [{"amount": 3700, "currency": "USD"}], [{"amount": 3700, "currency": None}]) == 0
    assert matches("ages", [25, 25], [25.0]) == 1


def test_extraction_counts_only_labelled_items_and_repeated_values_once() -> None:
    items = [item("1", True, extract={"ages": [25]}), item("2", False)]
    given = [Predicted("1", [], {"ages": [25, 25, 30]}), Predicted("2", [], {"ages": [7]})]
    line = next(v for v in score(items, given).values if v.lang == "all" and v.kind == "ages")
    assert (line.precision.k, line.precision.n, line.recall.k, line.recall.n) == (1, 2, 1, 1)


def test_plain_objects_of_a_set_are_scored_and_told_with_intervals() -> None:
    plain = {
        "id": "x",
        "lang": "ar",
        "family": "news_report",
        "messages": [{"text": "..."}],
        "positive": False,
    }
    text = table(score([plain], [Predicted("x", [finding("person_sale", "offer", 0)])]))
    assert "1/1 1.00 (0.21-1.00)" in text and "false alarms: x" in text
