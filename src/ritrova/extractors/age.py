"""Ages and years of birth. Years that tell a stretch of time (experience, warranty, "ago") are no ages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ritrova.extractors.quantities import Quantity, quantities
from ritrova.model.records import Observable
from ritrova.model.shapes import Ask, Extractor
from ritrova.model.text import Cue, Folded, Hit

_TOUCH: Final = re.compile(r"[ \-/.]{0,2}")
_AFTER_WORD: Final = re.compile(
    r"[^\W\d]{0,3}[\s:=\-.*(]{0,4}(?:(?:is|was|are|of|about|around|هو|هي|حوالي|بحدود|حدود|يقارب|تقريبا|ال|في|e|di|da|около|است|شه|ه|是|约|岁|до|от|from|between|under|over|بين|من|tra i|fra i|li|di|we|wi|min|te)\s?){0,2}[\s:=]{0,2}"
)
_YEAR: Final = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|[4-9]\d|0\d)(?!\d)")
_YEAR_BEFORE: Final = re.compile(r"(?<!\d)((?:19|20)\d\d) ?$")
_SAID: Final = re.compile(
    r"(?:^|[^\w])(?:هي|هو|انا|اني|ana|i am|i'm|im|is|she's|he's|ha|ho|hai|di|aveva|еи|ему|мне|им|ew|ez|يهو|من|او|ben|她|他|我|avevo|avevamo|ha solo|ho|aveva solo|had|was|було|было|мне было|ей было|ما|sono) $"
)
"""Words that make the years behind them a person's age: she is, he has."""
_HERS: Final = re.compile(
    r"(?:^|[^\w])(?:(?:мне|ей|еи|ему|тебе) (?:было |всего |тогда |сейчас |сеичас |уже |под |около |за |лет )?|(?<!\d )лет (?:под |около |за )?)$"
)
_LIK: Final = re.compile(r"['’]?l[iu]k(?!\w)")
"""Turkish: somebody of so many years ("19luk", "20'lik")."""
_IS: Final = re.compile(r"(?:^|[^\w])(?:is|am|was|i'm|im|she's|he's) $")
_BESIDE: Final = re.compile(r"[\s,:;()\-]{1,3}")
_ALONE: Final = re.compile(r"[^\W\d_]{0,2}\s*(?:$|[\n,;:()!?|/](?!\d)|\.(?!\d)|[^\w\s.$€£%+*])")
"""What stands behind an age that has no word of its own: the end of its clause, no sum and no measure."""
_WHEN: Final = re.compile(r" ?,? ?(?:when|and|so|but|لما|لمن|عندما|وقت|و|wakhta|dema)(?![^\W_])")
_RANGE: Final = re.compile(
    r"\s?(?:-|–|~|heta|بو|ile|with|до|بين|ta|e i|e le|to|or|and|ve|e|и|u|او|الى|الي|و|до|تا|ila|veya|o|a|an|至|到)\s?"
)


def extract(folded: Folded, hits: Sequence[Hit], ask: Ask) -> Iterator[Observable]:
    """Ages in years as `amount`; a year of birth as `detail["birth_year"]`, without an amount."""
    text = folded.text
    numbers = quantities(text, hits)
    born = [h for h in hits if h.cue == "born"]
    taken: set[int] = set()
    for h in born:
        m = _YEAR.search(text, h.end, h.end + 24)
        back = _YEAR_BEFORE.search(text, max(0, h.start - 8), h.start)
        if back is not None:
            taken.add(back.start(1))
            yield _born(folded, back.start(1), h.end, int(back.group(1)))
        elif m and not re.search(r"[\n،!?;]", text[h.end : m.start()]):
            year = int(m.group())
            if len(m.group()) == 2:
                year += 2000 if year < 20 else 1900
            taken.add(m.start())
            yield _born(folded, h.start, m.end(), year)
    ranged: set[int] = set()
    told_in: dict[int, tuple[str, int, int]] = {}
    for i in range(len(numbers) - 1, -1, -1):
        q = numbers[i]
        if (
            q.start in taken
            or q.scaled
            or q.value != int(q.value)
            or not 0 < q.value < 100
            or "." in q.written
        ):
            continue
        ground, start, end = _ground(text, q, hits)
        if ground and q.value <= 25 and _of_a_beast(text, start, end, hits):
            continue
        if not ground and i and q.value <= 65:
            ground, start, end = _span_of_ages(text, numbers[i - 1], q, hits)
        if not ground:
            ground, start, end = _told_of(text, q, numbers, i, hits)
        if not ground and i + 1 in ranged and _RANGE.fullmatch(text, q.end, numbers[i + 1].start):
            ground, start, end = "the lower end of a range of ages", q.start, q.end
        if not ground:
            continue
        ranged.add(i)
        told_in[i] = (ground, start, end)
    for i, q in enumerate(numbers):
        up = i - 1 in told_in and i not in told_in and q.value == int(q.value) and not q.scaled
        up = up and numbers[i - 1].value < q.value < 76 and not _measured(text, q.end, hits)
        if up and _RANGE.fullmatch(text, numbers[i - 1].end, q.start):
            told_in[i] = ("the upper end of a range of ages", q.start, q.end)
    for i in sorted(told_in, reverse=True):
        q, (ground, start, end) = numbers[i], told_in[i]
        span = folded.original(start, end)
        yield Observable(
            "age",
            "",
            folded.written[span[0] : span[1]],
            span,
            value=str(int(q.value)),
            amount=q.value,
            ground=ground,
        )


def _born(folded: Folded, start: int, end: int, year: int) -> Observable:
    span = folded.original(start, end)
    return Observable(
        "age",
        "",
        folded.written[span[0] : span[1]],
        span,
        value=f"born {year}",
        ground="a year of birth is written",
        detail={"birth_year": year},
    )


def _ground(text: str, q: Quantity, hits: Sequence[Hit]) -> tuple[str, int, int]:
    """Why a number is an age, and the span that says so; "" where it is none."""
    nothing = ("", 0, 0)
    after = [h for h in hits if h.start >= q.end]
    before = [h for h in hits if h.end <= q.start]
    if any(h.cue == "currency" and _TOUCH.fullmatch(text, q.end, h.start) for h in after):
        return nothing
    unit = next(
        (
            h
            for h in after
            if h.cue == "unit" and h.term and h.start - q.end <= 3 and _TOUCH.fullmatch(text, q.end, h.start)
        ),
        None,
    )
    named = next(
        (
            h
            for h in before
            if h.cue in _AGE
            and not re.search(r"\d ?[\-/]?$", text[max(0, h.start - 3) : h.start])
            and q.start - h.end <= 16
            and _AFTER_WORD.fullmatch(text, h.end, q.start)
        ),
        None,
    )
    if unit is not None and unit.term is not None and (unit.term.unit != "year" or unit.term.text == "年"):
        return nothing
    if text[q.start : q.end].endswith("enne"):
        return "a word for somebody of that age", q.start, q.end
    if unit is not None and q.value >= 14 and _somebody_about(text, q, hits):
        return "years of somebody spoken of", q.start, unit.end
    whole = unit is not None and any(
        h.cue == "her_age" and h.start <= unit.start and unit.end <= h.end and h.end - h.start > 4
        for h in hits
    )
    if unit is not None and not whole and _tells_time(text, q, unit, hits):
        return nothing
    tail = unit.end if unit is not None else q.end
    told = next(
        (
            h
            for h in after
            if h.cue in _AGE
            and h.start >= q.end
            and h.start - tail <= 2
            and not text[tail : h.start].strip(" -/.")
        ),
        None,
    )
    if told is not None and any(n.cue == "number" and told.start <= n.start < told.end for n in hits):
        told = None  # a word such as "diciannovenne" says its own number
    if unit is not None and told is None:
        told = next((h for h in after if h.cue in _AGE and h.start <= unit.start and h.end > unit.end), None)
    if named is not None:
        return f"beside «{text[named.start : named.end]}»", named.start, tail
    if told is not None:
        return f"beside «{text[told.start : told.end]}»", q.start, max(told.end, tail)
    if unit is None:
        return _bare(text, q, hits)
    if q.value >= 10 and _SAID.search(text[max(0, q.start - 9) : q.start]):
        return "said of a person", q.start, unit.end
    if q.value >= 10 and (_stands_apart(text, q.start, unit.end) or _near_person(hits, q.start, unit.end)):
        return "years that stand by themselves or beside a person, without a word of time", q.start, unit.end
    return nothing


def _somebody_about(text: str, q: Quantity, hits: Sequence[Hit]) -> bool:
    """Whether "about" stands before the years, and somebody before it in the sentence ("a slave, about 25 years")."""
    about = _ABOUT.search(text, max(0, q.start - 14), q.start)
    return about is not None and any(
        h.cue in _SOMEBODY
        and 0 <= about.start() - h.end <= 40
        and not _SENTENCE.search(text[h.end : about.start()])
        for h in hits
    )


def _tells_time(text: str, q: Quantity, unit: Hit, hits: Sequence[Hit]) -> bool:
    """Whether years tell how long something took or lasts ("6 years experience", "for 2 yrs")."""
    left = text.rfind("\n", 0, q.start) + 1
    for h in hits:
        if h.cue != "span_word" or (h.term and unit.term and h.term.language != unit.term.language):
            continue
        if 0 <= h.start - unit.end <= 8 and not re.search(r"[\n.,;!?]", text[unit.end : h.start]):
            return True
        beside = left <= h.end <= q.start and q.start - h.end <= 14
        if beside and not re.search(r"[.,;!?]", text[h.end : q.start]):
            return True
    return False


def _bare(text: str, q: Quantity, hits: Sequence[Hit]) -> tuple[str, int, int]:
    """An age without any word of age: said of a person, right after a word for one, or at the head of a description."""
    nothing = ("", 0, 0)
    hers = _HERS.search(text[max(0, q.start - 16) : q.start]) or text[: q.start].endswith(("她", "他"))
    if not q.digits and 16 <= q.value <= 60 and hers and _ALONE.match(text, q.end):
        return "said of a person", q.start, q.end
    if not q.digits or len(q.written) != 2 or not 12 <= q.value <= 80:
        return nothing
    if m := _LIK.match(text, q.end):
        if _near_person(hits, q.start, m.end()):
            return "a word for somebody of that age", q.start, m.end()
        return nothing
    before = text[max(0, q.start - 9) : q.start]
    closed = _IS.search(before) and (_CLOSE.match(text, q.end) or _WHEN.match(text, q.end))
    if _HERS.search(text[max(0, q.start - 16) : q.start]) and _ALONE.match(text, q.end):
        return "said of a person", q.start, q.end
    if closed and (_near_person(hits, q.start, q.end) or _SAID.search(before) or before.endswith("i was ")):
        return "said of a person", q.start, q.end
    if _IS.search(before) and any(h.cue in _SEX and 0 < h.start - q.end <= 2 for h in hits):
        return "said of a person", q.start, q.end
    han = text[max(0, q.start - 1) : q.start] >= "\u3400"
    paired = any(h.cue == "person_word" and 1 <= h.start - q.end <= 4 for h in hits)
    if (
        not _ALONE.match(text, q.end)
        and not paired
        and not (han and any(h.cue == "person_word" and h.start == q.end for h in hits))
    ):
        return nothing
    if han and any(h.cue in _SOMEBODY and h.end == q.start for h in hits):
        return "right after a word for a person", q.start, q.end
    for h in hits:
        one = h.cue in _PERSON or h.cue in ("kin", "person_word")
        if one and h.end <= q.start and _BESIDE.fullmatch(text, h.end, q.start):
            return f"right after «{text[h.start : h.end]}»", q.start, q.end
    head = q.start == 0 or text[q.start - 1] == "\n"
    if head and any(h.cue in _PERSON and 0 < h.start - q.end <= 3 for h in hits):
        return "at the head of what is told of a person", q.start, q.end
    return nothing


_BEASTS: Final = frozenset(("pet", "livestock", "vehicle"))


def _of_a_beast(text: str, start: int, end: int, hits: Sequence[Hit]) -> bool:
    """Whether the years are those of an animal or a car that is named beside them, and no person is."""
    close = [
        h
        for h in hits
        if -40 <= h.start - end <= 30 and "\n" not in text[min(h.start, start) : max(h.end, end)]
    ]
    return any(h.cue in _BEASTS for h in close) and not any(h.cue in _SOMEBODY for h in close)


def _span_of_ages(text: str, low: Quantity, q: Quantity, hits: Sequence[Hit]) -> tuple[str, int, int]:
    """Years behind the upper end of a range such as "between 20 and 35 years"."""
    years = next(
        (
            h
            for h in hits
            if h.cue == "unit" and h.term and h.term.unit == "year" and _TOUCH.fullmatch(text, q.end, h.start)
        ),
        None,
    )
    fits = 14 <= low.value < q.value <= low.value + 35 and not low.scaled
    if (
        years is None
        or not fits
        or not _RANGE.fullmatch(text, low.end, q.start)
        or _tells_time(text, q, years, hits)
    ):
        return "", 0, 0
    return "the upper end of a range of ages", q.start, years.end


_ABOUT: Final = re.compile(
    r"(?:^|[\s,(])(?:about|around|approx|circa|около|примерно|تقريبا|حوالي|yaklasik|حدود|حدودا|nezika|نزيكهي|大约|约|大概|才|只有|刚|aged|lei|lui|sui) ?$"
)
_FROM_LEAD: Final = re.compile(
    r"(?:^|[\n.,،!?؟] ?)(?:from|из|ji|من|از|da|dalla|dall'|aus|له) ?[^\W\d_]{3,16}(?: [^\W\d_]{3,16})?[,،]? ?$"
)
_SENTENCE: Final = re.compile(r"[\n.!?؟。！？]")
_PAIR: Final = re.compile(r" ?(?:and|و|ve|e|и|u|&|,|،|和|、|/|-|to|до|a|ile|heta|بو|تا|الى|ta|e i) ?(?:ال)?")


def _told_of(
    text: str, q: Quantity, numbers: Sequence[Quantity], i: int, hits: Sequence[Hit]
) -> tuple[str, int, int]:
    """A bare number of years that is a clause of its own, alone or with a second one, where a person is spoken of in the same
    sentence ("a maid here, 24, cooks", "two brothers, 23 and 25")."""
    nothing = ("", 0, 0)
    if not 14 <= q.value <= 75 or _measured(text, q.end, hits) or (q.digits and len(q.written) != 2):
        return nothing
    first = last = q
    for j, pair in ((i + 1, True), (i - 1, False)):
        if 0 <= j < len(numbers):
            other = numbers[j]
            a, b = (q, other) if pair else (other, q)
            same = 14 <= other.value <= 75 and other.value == int(other.value) and not other.scaled
            if same and other.value != q.value and _PAIR.fullmatch(text, a.end, b.start):
                first, last = a, b
    if first is last and not q.digits:
        return nothing
    if _measured(text, last.end, hits) or not (_ALONE.match(text, last.end) or _UNTIL.match(text, last.end)):
        return nothing
    before = text[max(0, first.start - 24) : first.start]
    opened = bool(_OPEN.search(before[-3:])) or not before or bool(_ABOUT.search(before))
    told = first is not last and (
        opened
        or bool(_BETWEEN.search(before))
        or any(
            h.cue in _SOMEBODY
            and 0 <= first.start - h.end <= 24
            and not _SENTENCE.search(text[h.end : first.start])
            for h in hits
        )
    )
    if not (told or (first is last and opened)):
        return nothing
    if first is last and _FROM_LEAD.search(text[max(0, q.start - 40) : q.start]):
        return "a clause behind where somebody is from", q.start, q.end
    begin = 0
    for m in _SENTENCE.finditer(text, 0, first.start):
        begin = m.end()
    who = next((h for h in hits if h.cue in _SOMEBODY and begin <= h.start and h.end <= first.start), None)
    if who is None or any(h.cue in _NO_AGE and -3 <= h.start - last.end <= 3 for h in hits):
        return nothing
    if first.start - who.end > 60:
        return nothing
    return f"a clause of its own, told of «{text[who.start : who.end]}»", q.start, q.end


_UNTIL: Final = re.compile(r" (?:arasi|arasinda|years|aralig|between)")
_BETWEEN: Final = re.compile(
    r"(?:between|بين|arasi|tra i|fra i|от|از|من|له|ji|from|di navbera|aged|ages|age) ?(?:ال)?$"
)
_NO_AGE: Final = frozenset(("unit", "currency", "month", "clock", "number"))


def _measured(text: str, end: int, hits: Sequence[Hit]) -> bool:
    return any(
        h.cue in _NO_AGE
        and 0 <= h.start - end <= 2
        and not text[end : h.start].strip(" -")
        and h.end - h.start > 1
        for h in hits
    )


_SEX: Final = ("woman", "man", "girl", "person_by_origin")
_OPEN: Final = re.compile(r"(?:^|[\n,;:()*|/\-.!?]|[^\w\s])\s*$")
_CLOSE: Final = re.compile(r"[^\W\d_]{0,2}\s*(?:$|[\n,;:()*|/\-.!?]|[^\w\s])")


def _stands_apart(text: str, start: int, end: int) -> bool:
    """Whether the words are a clause of their own, as in "Ali, 25 years, Mosul"."""
    return bool(_OPEN.search(text[max(0, start - 3) : start]) or start == 0) and bool(_CLOSE.match(text, end))


def _near_person(hits: Sequence[Hit], start: int, end: int) -> bool:
    return any(
        (h.cue in _PERSON and (0 <= start - h.end <= 30 or 0 <= h.start - end <= 12))
        or (h.cue in ("person_word", "kin") and 0 <= start - h.end <= 12)
        for h in hits
    )


_PERSON: Final = frozenset(
    (
        "captive", "slave", "girl", "woman", "man", "child", "person_by_origin", "maid", "household_driver", "worker",
        "traded_worker", "bride", "marital_state", "healthy", "obedience", "household_skill", "lot_with_children",
    )
)  # fmt: skip


_SOMEBODY: Final = _PERSON - {"healthy", "obedience", "household_skill"} | {"kin", "person_word", "passenger"}
_AGE: Final = ("age_word", "her_age")

EXTRACTOR = Extractor(
    "age",
    (
        Cue("age.short", r"(?<![\w.,/:])[1-7]\d ?(?:yo|y\.o\.?|y/o|yrs?|[mf])(?![\w])"),
        Cue(
            "age.from", r"[,،] [1-7]\d(?!\w)"
        ),  # what stands before it is asked by the extractor: as a pattern it is too large
        Cue(
            "age.hers",
            r"(?:^|\W)(?:мне|ей|ему|тебе) (?:было |всего |тогда |сеичас |уже |под |около |за |лет )?(?:[1-7]\d(?!\w)|двадцат|тридцат|сорок)",
        ),
        Cue("age.told", r"(?:^|\W)(?:is|am|was|i'm|im|she's|he's) [1-7]\d(?!\w)"),
    ),
    extract,
    ("age_word", "born", "unit", "her_age", "kin", "person_word", *sorted(_PERSON)),
    counts=True,
)
