"""Quantities: numbers written in digits, in words, or in both ("15 الف", "two and a half thousand", "3,7k")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from ritrova.model.text import Hit

DIGITS: Final = re.compile(r"\d{1,3}(?: \d{3})+(?![\d]|[.,]\d)|\d+(?:[.,]\d+)*")
_LINK: Final = re.compile(r"[ \-]{0,2}(?:(?:و|and|ve|u|e|и|y|a|&)[ ]?)?")
_AND: Final = re.compile(r"[ ]{0,2}(?:و|and|ve|u|e|и|y|&)[ ]?")


_HALVES: Final = frozenset(("bucuk", "с половинои"))
"""Words for a half that hang on a number without "and", as folded."""
_TENTH: Final = re.compile(r"\d(?![\d.,:/%]|[个位人岁天年月号楼千百万])")
"""Chinese: one digit behind thousands is hundreds ("3千5"), where nothing is counted by it."""
_MIXED: Final = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")


class Quantity(msgspec.Struct, frozen=True):
    """A number in a folded text. `scaled` tells that a word such as thousand or k took part; `factor` is the last one."""

    start: int
    end: int
    value: float
    digits: bool = True
    scaled: bool = False
    factor: float = 1.0
    written: str = ""


def read_digits(text: str, scaled: bool = False) -> float | None:
    """The value of a number in digits: thousands or decimals by the usual grouping, None for what is no single number.

    "3,700", "3.700", "3 700" are 3700; "3.5" and "3,5" three and a half; before a word like thousand ("3.700 k") a
    single mark is a decimal one. Dates, versions and addresses ("1.2.2014") give None.
    """
    plain = text.replace(" ", "")
    marks = [c for c in plain if c in ".,"]
    if not marks:
        return float(plain)
    groups = re.split("[.,]", plain)
    if len(set(marks)) == 2:
        if marks[:-1] != [marks[0]] * (len(marks) - 1) or any(len(g) != 3 for g in groups[1:-1]):
            return None
        return float("".join(groups[:-1]) + "." + groups[-1])
    if len(marks) > 1:
        if len(groups[0]) > 3 or any(len(g) != 3 for g in groups[1:]):
            return None
        return float("".join(groups))
    if len(groups[1]) == 3 and len(groups[0]) <= 3 and groups[0] != "0" and not scaled:
        return float("".join(groups))
    return float(".".join(groups))


class _Token(msgspec.Struct, frozen=True):
    start: int
    end: int
    value: float
    times: bool = False
    digits: bool = False
    chinese: bool = False


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Of overlapping hits the longest, in order."""
    kept: list[Hit] = []
    for h in sorted(hits, key=lambda h: (h.start - h.end, h.start)):
        if all(h.end <= k.start or k.end <= h.start for k in kept):
            kept.append(h)
    return sorted(kept, key=lambda h: h.start)


def tokens(text: str, hits: Sequence[Hit]) -> list[_Token]:
    """Digits and number words of a text, one after the other."""
    words = [h for h in hits if h.cue == "number" and h.term is not None and h.term.value is not None]
    if len(words) > 1:
        words = longest(words)
    out = [
        _Token(h.start, h.end, h.term.value or 0.0, h.term.unit == "times", False, h.term.language == "zh")
        for h in words
        if h.term is not None
    ]
    if DIGITS.search(text) is None:
        return out
    taken = [(t.start, t.end) for t in out]
    # A digit inside a word, as in Arabic written with Latin letters, is a letter.
    taken += [
        (h.start, h.end)
        for h in hits
        if h.term is not None and h.cue != "currency" and _MIXED.search(text, h.start, h.end)
    ]
    for m in DIGITS.finditer(text):
        if any(a < m.end() and m.start() < b for a, b in taken):
            continue
        after = next(
            (t for t in out if t.times and t.start >= m.end() and not text[m.end() : t.start].strip(" -")),
            None,
        )
        near = after is not None and after.start - m.end() <= 1
        value = read_digits(m.group(), near)
        if value is not None:
            out.append(_Token(m.start(), m.end(), value, digits=True))
    return sorted(out, key=lambda t: t.start)


_latest: tuple[str, Sequence[Hit], list[Quantity]] = ("", (), [])
"""The numbers of the text that was read last: prices, ages and dates ask for them one after the other."""


def quantities(text: str, hits: Sequence[Hit]) -> list[Quantity]:
    """The numbers of a folded text in the order in which they stand."""
    global _latest
    known_text, known_hits, known = _latest
    if known_text is text and known_hits is hits:
        return known
    found = _quantities(text, hits)
    _latest = (text, hits, found)
    return found


def _quantities(text: str, hits: Sequence[Hit]) -> list[Quantity]:
    out: list[Quantity] = []
    row: list[_Token] = []
    for token in tokens(text, hits):
        if row and not _joins(text, row, token):
            out += _value(text, row)
            row = []
        row.append(token)
    out += _value(text, row)
    return out


def _joins(text: str, row: Sequence[_Token], token: _Token) -> bool:
    last = row[-1]
    gap = text[last.end : token.start]
    if not _LINK.fullmatch(gap):
        return False
    linked = bool(_AND.fullmatch(gap)) or token.chinese
    if token.times:
        return not (last.times and last.value > token.value) or token.value > 1
    if token.value == 0.5:
        return linked or text[token.start : token.end] in _HALVES
    if token.digits and last.chinese and last.times and last.value >= 1000 and not gap:
        return _TENTH.match(text, token.start) is not None
    if token.digits:
        return last.times and linked and token.value < last.value
    if last.digits:
        return False
    if last.times:
        return token.value < last.value
    if token.chinese:
        return False
    if last.value >= 1000 and last.value % 1000 == 0:
        return token.value < 1000
    if last.value >= 100 and last.value % 100 == 0:
        return token.value < 100
    if 20 <= last.value < 100 and last.value % 10 == 0:
        return 0 < token.value < 10
    return linked and 0 < last.value < 10 and 20 <= token.value < 100 and token.value % 10 == 0


def _value(text: str, row: Sequence[_Token]) -> list[Quantity]:
    if not row:
        return []
    first = row[0]
    lone = text[first.start : first.end]
    if first.times and len(lone) <= 2 and lone.isascii():
        return []  # a bare "k" or "m" is a letter
    total = current = 0.0
    factor = 1.0
    for i, t in enumerate(row):
        if t.times and i and row[i - 1].times and 1 < t.value < row[i - 1].value and total:
            gap = text[row[i - 1].end : t.start]
            if gap.strip() and _AND.fullmatch(gap):
                current += t.value  # a thousand and a hundred
                continue
        if t.times:
            current = (current or (1.0 if not total or i == 0 else 0.0)) * t.value
            if not current:
                total *= t.value
            factor = t.value
            if t.value >= 1000:
                total += current
                current = 0.0
        elif t.value == 0.5 and i and row[i - 1].times:
            current += 0.5 * factor
        elif (
            (t.chinese or (t.digits and i and row[i - 1].chinese))
            and i
            and i == len(row) - 1
            and row[i - 1].times
            and t.value < 10
            and row[i - 1].value >= 100
        ):
            current += t.value * row[i - 1].value / 10
        else:
            current += t.value
    if total % 1e6 == 0 and total and not first.digits and 100 <= current < 1000 and current % 50 == 0:
        current *= 1000  # nobody asks a million and two hundred: the thousands go without saying
    start, end = first.start, row[-1].end
    scaled = any(t.times and t.value >= 1000 for t in row)
    return [Quantity(start, end, total + current, first.digits, scaled, factor, text[start:end])]
