"""The quick way back from a folded text is the slow way's, wherever it is taken."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ritrova.languages import fold


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="ab سلٌّـ\u200f\u200c…½٣5Ａﷺ😂é\u0301\n!", max_size=24) | st.text(max_size=12))
def test_the_quick_way_back_is_the_slow_one(text: str) -> None:
    folded, slow = fold._fold_slowly(text)
    same = [x for i in range(len(text)) for x in (i, i + 1)]
    quick = fold._back(text, folded)
    assert (quick or (same if len(folded) == len(text) else [])) == slow
