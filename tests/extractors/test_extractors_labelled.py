"""The extractors on labelled sentences: every value found, nothing else, in every language."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sentence_reading import read

FILE = Path(__file__).with_name("labelled.tsv")
KINDS = ("phone", "price", "age", "place", "handle", "link", "iban", "crypto")
COUNTRY = {"tr": "TR", "it": "IT", "ru": "RU", "fa": "IR", "zh": "CN"}


def rows() -> list[tuple[str, str, Counter[str]]]:
    out = []
    for line in FILE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            language, text, *rest = line.split("\t")
            out.append((language, text, Counter(filter(None, rest[0].split(";"))) if rest else Counter()))
    return out


def normal(counted: Counter[str]) -> Counter[str]:
    out: Counter[str] = Counter()
    for key, n in counted.items():
        kind, _, value = key.partition("=")
        if kind == "price":
            amount, currency = value.split(" ")
            key = f"price={float(amount):.2f} {currency}"
        out[key] += n
    return out


def figures() -> dict[tuple[str, str], tuple[int, int, int]]:
    """(language, kind) -> right, found, expected."""
    out: dict[tuple[str, str], tuple[int, int, int]] = {}
    for language, text, expected in rows():
        got = normal(read_values(text, COUNTRY.get(language, "IQ")))
        want = normal(expected)
        for kind in KINDS:
            g = Counter({k: n for k, n in got.items() if k.startswith(kind + "=")})
            w = Counter({k: n for k, n in want.items() if k.startswith(kind + "=")})
            r, f, e = out.get((language, kind), (0, 0, 0))
            out[language, kind] = (r + (g & w).total(), f + g.total(), e + w.total())
    return out


def read_values(text: str, country: str) -> Counter[str]:
    out: Counter[str] = Counter()
    for o in read(text, country):
        if o.kind == "price" and o.amount is not None:
            out[f"price={o.amount:.2f} {o.currency or '-'}"] += 1
        elif o.kind in KINDS and o.kind != "iban":
            out[f"{o.kind}={o.value}"] += 1
    return out


@pytest.mark.parametrize(("language", "text", "expected"), rows())
def test_a_sentence_gives_what_it_says(language: str, text: str, expected: Counter[str]) -> None:
    assert normal(read_values(text, COUNTRY.get(language, "IQ"))) == normal(expected)


def test_what_is_found_is_cut_from_the_text_as_written() -> None:
    for language, text, _ in rows():
        for o in read(text, COUNTRY.get(language, "IQ")):
            assert text[o.span[0] : o.span[1]] == o.written
            assert o.ground
