"""Single rules of the extractors, and the inputs that broke them."""

from __future__ import annotations

import pytest

from ritrova.model.observing import settle
from ritrova.model.records import Observable
from sentence_reading import read, values


@pytest.mark.parametrize(
    ("text", "country", "value", "trick"),
    [
        ("٠٧٧٠ ٠٠٠ ١١ ٢٢", "IQ", "+9647700001122", None),
        ("(+964) 770-000-1122", "IQ", "+9647700001122", None),
        ("00964(0)7700001122", "IQ", "+9647700001122", None),
        ("964 770 000 1122", None, "+9647700001122", None),
        ("7700001122", "IQ", "+9647700001122", None),
        ("0️⃣7️⃣7️⃣0️⃣0️⃣0️⃣0️⃣1️⃣1️⃣2️⃣2️⃣", "IQ", "+9647700001122", "emoji digits"),
        ("0 7 7 0 0 0 0 1 1 2 2", "IQ", "+9647700001122", "spaced digit by digit"),
        ("0770*000*11*22", "IQ", "+9647700001122", "unusual separators"),
        ("07٧0 ٠00 1122", "IQ", "+9647700001122", "digits of several scripts"),
        ("O77O OOO 1122", "IQ", "+9647700001122", "letters for digits"),
        ("𝟎𝟕𝟕𝟎𝟎𝟎𝟎𝟏𝟏𝟐𝟐", "IQ", "+9647700001122", "ornamental digits"),
        ("zero seven seven zero zero zero zero one one two two", "IQ", "+9647700001122", "digits in words"),
        ("wa.me/9647700001122", None, "+9647700001122", None),
        ("\u202a+964 770 000 1122\u202c", None, "+9647700001122", None),
        ("رقم:07700001122", "IQ", "+9647700001122", None),
        ("+1 202 555 0143", None, "+12025550143", None),
    ],
)
def test_a_number_is_read_however_it_is_hidden(
    text: str, country: str | None, value: str, trick: str | None
) -> None:
    (o,) = [o for o in read(text, country) if o.kind == "phone"]
    assert o.value == value
    assert (o.detail or {}).get("trick") == trick
    assert "\u202a" not in o.written


@pytest.mark.parametrize(
    "text",
    [
        "12/05/2019 10:30:15",
        "2014-2016",
        "3,700,000",
        "1.250.000 dinar",
        "25 000 000",
        "36.33451, 44.12892",
        "order 07700001122",
        "4111 1111 1111 1111",
        "IBAN DE89 3704 0044 0532 0130 00",
        "id: 1234567890",
        "t.me/c/1234567890/55",
        "1111111111",
        "https://example.org/07700001122",
        "abc07700001122def",
        "000000000",
    ],
)
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert [o for o in read(text) if o.kind == "phone" and o.value] == []


def test_two_numbers_in_a_row_are_two() -> None:
    assert values("07700001122 07800003344", "phone") == ["+9647700001122", "+9647800003344"]
    assert values("+9647700001122+9647800003344", "phone") == ["+9647700001122", "+9647800003344"]
    assert values("07700001122\n07800003344", "phone") == ["+9647700001122", "+9647800003344"]


def test_a_number_of_no_known_country_keeps_what_is_written() -> None:
    (o,) = [o for o in read("call 050 123 4567", None) if o.kind == "phone"]
    assert o.value is None and o.written == "050 123 4567" and "not known" in o.ground


@pytest.mark.parametrize(
    ("text", "prices"),
    [
        ("3.700$", [(3700.0, "USD")]),
        ("3,7k $", [(3700.0, "USD")]),
        ("$3,700.50", [(3700.5, "USD")]),
        ("1.234,50 €", [(1234.5, "EUR")]),
        ("£250 £300", [(250.0, "GBP"), (300.0, "GBP")]),
        ("دفتر ونص", [(15000.0, "USD")]),
        ("3 دفاتر", [(30000.0, "USD")]),
        ("مية وخمسين الف دينار", [(150000.0, "IQD")]),
        ("15-20 الف دينار", [(15000.0, "IQD"), (20000.0, "IQD")]),
        ("half a million IQD", [(500000.0, "IQD")]),
        ("20% off", []),
        ("3 سيارات", []),
        ("the price of 2 kg", []),
        ("won 3-2", []),
        ("0 $", []),
        ("version 3.7.1 $", []),
        ("25 سنة", []),
        ("1000000 دينار", [(1000000.0, "IQD")]),
        ("يوم 5 شهر 3", []),
        ("USD", []),
    ],
)
def test_sums(text: str, prices: list[tuple[float, str | None]]) -> None:
    assert values(text, "price") == prices


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("اسمها سميرة وعمرها 19 سنة", "سميرة"),
        ("اسمها سميرة خليل وعمرها 19 سنة", "سميرة خليل"),
        ("اسمها سميرة وسعرها 3700 دولار", "سميرة"),
        ("اسمها سميرة وهي من سنجار", "سميرة"),
        ("اسمه وليد وسام", "وليد وسام"),
    ],
)
def test_a_name_ends_before_and_her_age(text: str, name: str) -> None:
    assert [o.written for o in read(text) if o.kind == "name"] == [name]


def test_a_salary_names_its_month() -> None:
    (o,) = [o for o in read("350 usd per month") if o.kind == "price"]
    assert o.detail == {"unit": "month"}


def test_dinar_is_of_the_country() -> None:
    assert values("50 dinar", "price", "KW") == [(50.0, "KWD")]
    assert values("50 dinar", "price", "IQ") == [(50.0, "IQD")]


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("عمرها ٢٥", [25]),
        ("العمر: 30 سنة", [30]),
        ("age 22", [22]),
        ("22 yo", [22]),
        ("between 20 and 25 years old", [20, 25]),
        ("25 years ago", []),
        ("for 25 years", []),
        ("25 سنة سجن", []),
        ("250 years old", []),
        ("عمرها 25 الف", []),
        ("عمر السيارة", []),
        ("مواليد 92", ["born 1992"]),
        ("born in 1992", ["born 1992"]),
        ("25 kg", []),
        ("25 days old", []),
        ("2.5 years old", []),
    ],
)
def test_ages(text: str, ages: list[object]) -> None:
    assert values(text, "age") == ages


@pytest.mark.parametrize(
    ("text", "handles", "links"),
    [
        ("@Noor_Shop", ["@noor_shop"], []),
        ("t.me/Noor_Shop?start=1", ["@noor_shop"], []),
        ("t . me / noor_shop", ["@noor_shop"], []),
        ("t(dot)me/noor_shop", ["@noor_shop"], []),
        ("me@example.org", [], []),
        ("@ab", [], []),
        ("see (https://t.me/+AbCdEf123456).", [], ["t.me/+AbCdEf123456"]),
        ("https://www.Example.org/A/b", [], ["Example.org/A/b"]),
        ("instagram.com/noor.shop/", ["@noor.shop"], []),
        ("snap: noorshop", ["@noorshop"], []),
        ("telegram: only", [], []),
        ("etc.Now", [], []),
        ("@noor.", ["@noor"], []),
    ],
)
def test_handles_and_links(text: str, handles: list[str], links: list[str]) -> None:
    assert values(text, "handle") == handles
    assert values(text, "link") == links


@pytest.mark.parametrize(
    ("text", "order", "dates"),
    [
        ("25/12/2019", None, ["2019-12-25"]),
        ("05/04/2019", None, [None]),
        ("05/04/2019", "dmy", ["2019-04-05"]),
        ("2019-02-30", None, [None]),
        ("٣ آب ٢٠١٤", None, ["2014-08-03"]),
        ("March 3, 2014", None, ["2014-03-03"]),
        ("the 3rd of March", None, ["--03-03"]),
        ("2014年8月3日", None, ["2014-08-03"]),
        ("7 رمضان 1435", None, [None]),
        ("may be later", None, []),
        ("17:45", None, ["T17:45"]),
    ],
)
def test_dates(text: str, order: str | None, dates: list[str | None]) -> None:
    assert values(text, "date", date_order=order) == dates


def test_accounts_are_taken_only_with_right_check_digits() -> None:
    assert values("DE89 3704 0044 0532 0130 00", "iban") == ["DE89370400440532013000"]
    assert values("DE88 3704 0044 0532 0130 00", "iban") == []
    assert values("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "crypto") == ["1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"]
    assert values("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", "crypto") == []
    assert values("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "crypto") != []
    assert values("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "crypto") == []


def test_places_with_particles_and_camps() -> None:
    (o,) = [o for o in read("بالموصل") if o.kind == "place"]
    assert (o.written, o.value) == ("الموصل", "Mosul")
    assert o.detail and abs(o.detail["lat"] - 36.34) < 0.1
    assert values("from Kocho to the al-Hol camp", "place") == ["Kocho", "Al-Hol camp"]
    assert values("nice weather, of course", "place") == []


def test_a_kunya_is_kept_as_written() -> None:
    assert values("كلمت ابو سامر التاجر", "name") == ["ابو سامر"] or values(
        "كلمت ابو سامر اليوم", "name"
    ) == ["ابو سامر"]


def test_the_stricter_claim_keeps_the_stretch() -> None:
    def of(kind: str, a: int, b: int, value: str = "") -> Observable:
        return Observable(kind, "", "x", (a, b), value=value)  # type: ignore[arg-type]

    phone, price, age = of("phone", 0, 9), of("price", 5, 12), of("age", 13, 15)
    assert settle([age, price, phone]) == [phone, age]
    assert settle([of("price", 0, 5, "1"), of("price", 0, 5, "2")]) != [of("price", 0, 5, "1")]
    assert settle([of("price", 0, 5), of("price", 0, 9)]) == [of("price", 0, 9)]


def test_nothing_is_found_in_nothing() -> None:
    for text in (
        "",
        " ",
        "\n",
        "😂",
        "\u200f",
        "...",
        "\ud800",
        "a" * 5000,
        "1" * 3000,
        "+" * 500,
        "@" * 300,
    ):
        assert read(text) == []
