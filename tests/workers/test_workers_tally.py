"""Remarks that stand one after the other fill a gap together; a remark too many, too short or too wide hides nothing."""

from __future__ import annotations

import pytest

from ritrova.workers.tally import _filled


@pytest.mark.parametrize(
    ("remarks", "whole"),
    [
        ([(10, 20)], True),
        ([(10, 14), (14, 17), (17, 20)], True),
        ([(0, 5), (10, 15), (10, 15), (15, 20), (30, 40)], True),
        ([(10, 14), (15, 20)], False),
        ([(10, 19)], False),
        ([(0, 20)], False),
        ([(10, 30)], False),
        ([(12, 20)], False),
        ([], False),
    ],
)
def test_a_gap_is_filled_to_its_last_byte_or_not_at_all(remarks: list[tuple[int, int]], whole: bool) -> None:
    assert _filled((10, 20), sorted(remarks)) is whole
