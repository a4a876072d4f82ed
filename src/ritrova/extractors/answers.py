"""Sums said in answer to a price: "last price?" - "three and a half" - "3200 and I come tonight".

A bare number becomes a sum only by what was said before it: a price a few messages earlier gives its size (15 behind 17,000 is
15,000), a question for the price makes room for one. The currency stays empty: nobody said it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from ritrova.extractors.quantities import Quantity, quantities
from ritrova.model.records import Observable
from ritrova.model.text import Folded, Hit

WITHIN: Final = 6
"""Messages after a price in which a bare number may answer it."""
LEAST: Final = 0.25
MOST: Final = 2.5
"""How far from the price before it a bid may be, as its multiple."""
LONGEST: Final = 160
"""Characters of a message that still may be an answer."""
_ASKING: Final = frozenset(("price_question", "last_price", "price_word"))
_SETTLING: Final = frozenset(
    (
        "deal",
        "handover",
        "deposit",
        "buys",
        "sells",
        "last_price",
        "price_word",
        "bid",
        "negotiable",
        "reserved",
    )
)
_MEASURED: Final = frozenset(
    ("unit", "month", "clock", "per", "age_word", "typing_skill", "phone_goods", "vehicle")
)
_CLAUSE: Final = re.compile(r"[\n!?؟;؛:،。，！？()]|[.,](?!\d)|\s[-–—]\s")
_AND: Final = re.compile(r" ?(?:و|and|ve|e|u|и|&)(?=[ \w])")
_ONLY: Final = re.compile(
    r" {0,2}(?:بس|فقط|only|just|cash|net|max|nakit|pesin|نقد|كاش|نقدا|налом|наличными|contanti|naqd|bes|tene|tenê|usd|吧|现金|出不出|成交|就|行|ok|tops)"
)
_HAN: Final = re.compile("[\u3400-\u9fff]")
_FOR: Final = re.compile(r"(?:^|[^\w])(?:for|at|за|по|به|با|a|per|bi|بو|به|ب|make it|call it|خلها|خليها) ?$")
_YEARS: Final = range(1990, 2031)
_CURRENCY_GLUE: Final = re.compile(r"[#№%@/:+*=]$")


class Said(msgspec.Struct, frozen=True):
    """One message of a run, as it was looked at."""

    folded: Folded
    hits: Sequence[Hit]
    observables: Sequence[Observable]


class Answer(msgspec.Struct, frozen=True):
    """A sum that message number `message` of the run says, and the observable whose place it takes, if any."""

    message: int
    observable: Observable
    instead: Observable | None = None


def answers(run: Sequence[Said], country: str | None = None) -> Iterator[Answer]:
    """The sums that bare numbers of consecutive messages mean by what was said before them."""
    last: tuple[int, float] | None = None
    asked = -WITHIN
    for n, said in enumerate(run):
        given = [o for o in said.observables if o.kind == "price" and o.amount]
        room = last is not None and n - last[0] <= WITHIN
        closing = n > 0 and any(h.cue == "last_price" for h in said.hits)
        if len(said.folded.text) <= LONGEST and (room or n - asked <= 2 or closing):
            unsaid = (1e6 if country == "IR" else 1e3) if n - asked == 1 else 0.0
            for one in _of(n, said, last[1] if room and last else None, unsaid):
                yield one
                given = [o for o in given if o is not one.instead] + [one.observable]
        sums = [o.amount for o in given if o.amount and o.amount >= 100]
        if sums:
            last = (n, sums[-1])
        if any(h.cue in _ASKING for h in said.hits):
            asked = n


def _of(n: int, said: Said, before: float | None, unsaid: float) -> Iterator[Answer]:
    text = said.folded.text
    if not text.strip():
        return
    numbers = quantities(text, said.hits)
    for i, q in enumerate(numbers):
        if i + 1 < len(numbers) and _AND.fullmatch(text[q.end : numbers[i + 1].start].rstrip(" ") + " "):
            continue  # one of several that belong together
        if q.value <= 0 or _measured(text, q, said.hits) or (q.digits and int(q.value) in _YEARS):
            continue
        span = said.folded.original(q.start, q.end)
        over = [o for o in said.observables if o.span[0] < span[1] and span[0] < o.span[1]]
        instead = over[0] if len(over) == 1 and over[0].kind == "price" else None
        if over and (instead is None or instead.currency is not None or q.scaled):
            continue
        read = _size(text, q, said.hits, before, unsaid)
        if read is None or (instead is not None and read == instead.amount):
            continue
        ground = (
            f"said in answer to a price of {before:g}"
            if before
            else "said in answer to a question for the price"
        )
        if read != q.value:
            ground += ", its thousands left out"
        yield Answer(
            n,
            Observable(
                "price",
                "",
                said.folded.written[span[0] : span[1]],
                span,
                value=f"{read:g}" if read < 1e6 else str(int(read)),
                amount=round(read, 2),
                ground=ground,
                detail={"answers": True, "instead": True} if instead else {"answers": True},
            ),
            instead,
        )


def _size(text: str, q: Quantity, hits: Sequence[Hit], before: float | None, unsaid: float) -> float | None:
    """The sum that a number means here, or None where it is none."""
    lead, trail = _around(text, q)
    if before is None:
        if lead > 1:
            return None
        if q.scaled or (q.digits and q.value >= 100 and q.value == int(q.value)):
            return q.value if q.value >= 100 and (trail <= 4) else None
        if unsaid and _words(text) == 1 and 1 < q.value < 100 and q.digits:
            return q.value * unsaid
        half = q.value % 1 == 0.5 and 1 < q.value < 20 and not q.digits
        return q.value * 1000 if half and _closed(text, q, hits) else None
    for factor in (1.0, 1e3, 1e6):
        amount = q.value * factor
        if not LEAST * before <= amount <= MOST * before:
            continue
        if factor == 1.0:
            if amount >= 100 and ((lead <= 3 and trail <= 4) or (lead == 0 and trail <= 8)):
                return amount
        elif (
            not q.scaled
            and (3 if not q.digits else 1) <= q.value < 1000
            and (lead == 0 or (lead <= 3 and (not q.digits or _FOR.search(text[: q.start]) is not None)))
            and _closed(text, q, hits)
        ):
            return amount
    return None


def _around(text: str, q: Quantity) -> tuple[int, int]:
    """How many words stand before and after the number in its clause; two Chinese characters count as a word."""
    start = 0
    for m in _CLAUSE.finditer(text, 0, q.start):
        start = m.end()
    stop = _CLAUSE.search(text, q.end)
    return _words(text[start : q.start]), _words(text[q.end : stop.start() if stop else len(text)])


def _words(text: str) -> int:
    han = len(_HAN.findall(text))
    return (han + 1) // 2 + len(_HAN.sub(" ", text).split())


def _closed(text: str, q: Quantity, hits: Sequence[Hit]) -> bool:
    """Whether nothing that could be counted follows: the clause ends, goes on with "and", or settles a deal."""
    rest = text[q.end :]
    if not rest.strip(" *_~") or _CLAUSE.match(rest.lstrip(" ")) or _ONLY.match(rest):
        return True
    joined = _AND.match(rest)
    if joined is not None:
        return not rest[joined.end() :].lstrip(" ")[:1].isdigit()
    return any(h.cue in _SETTLING and 0 <= h.start - q.end <= 2 for h in hits)


def _measured(text: str, q: Quantity, hits: Sequence[Hit]) -> bool:
    """Whether a word behind the number says what is counted, or a sign beside it that it is no sum."""
    if _CURRENCY_GLUE.search(text[max(0, q.start - 1) : q.start]) or text[q.end : q.end + 1] in (
        "%",
        "/",
        ":",
        "+",
    ):
        return True
    return any(
        h.cue in _MEASURED
        and h.term is not None
        and 0 <= h.start - q.end <= 2
        and not text[q.end : h.start].strip(" -.")
        for h in hits
    )
