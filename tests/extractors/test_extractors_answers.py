"""Sums that bare numbers mean by what was said before them, ages without a word of age, places by what they mean."""

from __future__ import annotations

import pytest

from ritrova.extractors.answers import Said, answers
from ritrova.languages.fold import fold
from ritrova.languages.placing import same_place
from sentence_reading import matcher, read, values


def said(text: str, country: str) -> Said:
    folded = fold(text)
    hits = next((h for _, h in matcher().scan([folded.text])), [])
    return Said(folded, hits, read(text, country))


@pytest.mark.parametrize(
    ("texts", "country", "amounts"),
    [
        (["fridge 24k", "last price?", "22.5", "21 cash tomorrow"], "GB", [22500, 21000]),
        (["sofa 9000 riyal", "7000 and I collect it tonight"], "QA", [7000]),
        (["Приора 280 тысяч", "270", "255 налом завтра заберу"], "RU", [270000, 255000]),
        (["koltuk 480 bin", "450 nakit yarın alırım"], "TR", [450000]),
        (["sofa 9000 riyal", "bring 2 chairs at 5", "room 12"], "QA", []),
        (["how are you", "21 cash tomorrow"], "GB", []),
        (["sofa 900 riyal", "my number ends 7000000"], "QA", []),
    ],
)
def test_a_number_after_a_price_is_a_sum_of_its_size(
    texts: list[str], country: str, amounts: list[float]
) -> None:
    found = list(answers([said(t, country) for t in texts], country))
    assert [a.observable.amount for a in found] == amounts
    for a in found:
        first, last = a.observable.span
        assert texts[a.message][first:last] == a.observable.written
        assert a.observable.currency is None


@pytest.mark.parametrize(
    ("country", "text", "ages"),
    [
        ("IT", "ha ventidue anni", [22]),
        ("IT", "una diciannovenne", [19]),
        ("RU", "мне было 19, когда мы уехали", [19]),
        ("RU", "сестре 24 года", [24]),
        ("CN", "男的25女的22", [25, 22]),
        ("IQ", "لە نێوان ٢٠ بۆ ٣٠ ساڵ", [20, 30]),
        ("IQ", "bîst û yek salî ye", [21]),
        ("GB", "two sisters 19 and 22", [19, 22]),
        ("GB", "5 years experience", []),
        ("GB", "6yo cob mare for sale", []),
        ("TR", "Oğlan 29 kız 26", [29, 26]),
    ],
)
def test_ages_as_people_write_them(country: str, text: str, ages: list[int]) -> None:
    assert values(text, "age", country) == ages


@pytest.mark.parametrize(
    ("country", "text", "number"),
    [
        ("IQ", "0770-441-22-91", "+9647704412291"),
        ("RU", "8 (900) 123-45-67", "+79001234567"),
        ("MM", "微信同号13900126644", "+8613900126644"),
        ("LB", "03 123 456", "+9613123456"),
    ],
)
def test_numbers_that_look_like_dates_or_sums(country: str, text: str, number: str) -> None:
    assert values(text, "phone", country) == [number]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ar Raqqah", "Raqqa", True),
        ("Tall ‘Afar", "Tal Afar", True),
        ("Sinjār", "Sinjar", True),
        ("Şanlıurfa", "Sanliurfa", True),
        ("Dihok", "Dohuk", True),
        ("Mosul", "Raqqa", False),
        ("Baghdad", "Karrada", False),
        ("Nowhere", "Mosul", False),
    ],
)
def test_places_are_compared_by_what_they_mean(one: str, other: str, same: bool) -> None:
    assert same_place(one, other) is same


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Rakka'dan geldi", ["Raqqa"]),
        ("в Мосуле", ["Mosul"]),
        ("ji Reqayê", ["Raqqa"]),
        ("لە ڕەقەوە", ["Raqqa"]),
        ("بالموصل", ["Mosul"]),
        ("سوريا بلدنا", []),
        ("السلطات قالت", []),
        ("موسڵمانان", []),
    ],
)
def test_names_of_places_take_the_endings_of_their_language(text: str, places: list[str]) -> None:
    assert values(text, "place") == places


def test_a_bid_that_its_own_words_call_a_price_needs_no_answer() -> None:
    run = [said("الثلاجة ٩٠٠ دينار", "KW"), said("خلها ٧٥٠ واييك العصر", "KW")]
    assert [o.amount for o in run[1].observables if o.kind == "price"] == [750]
    assert list(answers(run, "KW")) == []
