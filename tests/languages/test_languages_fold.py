"""Folding: the same by column and one by one, with an exact way back."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ritrova.languages.fold import fold, fold_column

ANY = st.text(st.characters(exclude_categories=()), max_size=60)
CHATTY = st.text(
    st.sampled_from("aAeélلـ ا ةڵێ\u200f\u200b\u0301\u064b0٣۴1️⃣😂\n\t.،!?ßﷺﻻ№аВсорκЖıİ½①❶\ud800\x1e"),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(ANY, CHATTY), max_size=5))
def test_a_column_folds_as_each_text_alone(texts: list[str]) -> None:
    assert fold_column(texts) == [fold(t).text for t in texts]


@settings(max_examples=400, deadline=None)
@given(st.one_of(ANY, CHATTY))
@example("ÆEE")
@example("ÆEEÆEE")
@example("ßssﬃii")
@example("Efﬃji")
@example("jfifﬃiĲĲ")
def test_the_way_back_is_exact(text: str) -> None:
    folded = fold(text)
    spans = [folded.original(i, i + 1) for i in range(len(folded.text))]
    assert all(0 <= a < b <= len(text) for a, b in spans)
    assert spans == sorted(spans)
    for (a, b), (c, d) in itertools.pairwise(spans):
        assert b <= c or (a, b) == (c, d)
    covered = {i for a, b in spans for i in range(a, b)}
    for i in set(range(len(text))) - covered:
        alone = fold(text[i]).text
        assert not alone, f"{text[i]!r} is lost"
    if folded.text:
        assert folded.original(0, len(folded.text)) == (spans[0][0], spans[-1][1])


@settings(max_examples=300, deadline=None)
@given(st.one_of(ANY, CHATTY))
def test_folding_a_folded_text_of_single_letters_changes_nothing_more_than_stretching(text: str) -> None:
    once = fold(text).text
    twice = fold(once).text
    assert len(twice) <= len(once)
    once.encode("utf-8")
    assert not any(unicodedata.category(c) in ("Mn", "Cf") for c in twice)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("للبَيْـــع", "للبيع"),
        ("ٱلسَّلَامُ عَلَيْكُمْ", "السلام عليكم"),
        ("أإ آٱ", "اا اا"),
        ("مدرسة", "مدرسه"),
        ("کتێب", "كتيب"),
        ("فرۆشتن", "فروشتن"),
        ("می‌فروشم", "ميفروشم"),
        ("Şengal Çiçek ığdır İZMİR", "sengal cicek igdir izmir"),
        ("Straße", "strasse"),
        ("٣٧٠٠ ۳۷۰۰ 3️⃣7️⃣ ３ ③ ❸", "3700 3700 37 3 3 3"),
        ("１٫٥", "1.5"),
        ("saaaale", "sale"),
        ("aa bee سلااااام", "aa bee سلام"),
        ("selllling", "selling"),
        ("1000 3333", "1000 3333"),
        ("sаle", "sale"),  # a Cyrillic а in a Latin word
        ("продaм", "продам"),  # a Latin a in a Cyrillic word
        ("Москва and London", "москва and london"),
        ("αlpha", "alpha"),
        ("ﺳﯿﺎﺭﺓ", "سياره"),
        ("ﻻ", "لا"),
        ("\u202a+964\u202c", "+964"),
        ("й и\u0306", "и и"),
        ("𝓼𝓪𝓵𝓮 🅢🅐🅛🅔", "sale sale"),
        ("a\u2028b\tc\u00a0d", "a\nb c d"),
        ("出售", "出售"),
        ("«x» “y” – z…", '"x" "y" - z.'),
        ("\ud800x", "\ufffdx"),
    ],
)
def test_what_is_typed_folds_to_what_packs_list(written: str, folded: str) -> None:
    assert fold(written).text == folded


def test_a_hit_is_shown_in_the_words_as_written() -> None:
    text = "عندي سَيَّارَةٌ للبيـــع"
    folded = fold(text)
    at = folded.text.index("سياره")
    a, b = folded.original(at, at + 5)
    assert text[a:b] == "سَيَّارَةٌ"
    at = folded.text.index("للبيع")
    a, b = folded.original(at, at + 5)
    assert text[a:b] == "للبيـــع"
    phone = fold("\u202a+964 770\u202c!")
    a, b = phone.original(0, 8)
    assert phone.written[a:b] == "+964 770"


def test_a_text_that_holds_the_separator_stands_in_its_own_row() -> None:
    assert fold_column(["a\x1eb", "", "C"]) == ["a b", "", "c"]


def test_a_stretched_letter_of_two_scripts_maps_back_whole() -> None:
    folded = fold("AA\u0410 b")
    assert folded.text == "a b"
    assert [folded.original(i, i + 1) for i in range(3)] == [(0, 3), (3, 4), (4, 5)]
