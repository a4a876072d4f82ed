"""Telephone numbers, in any digits, also hidden on purpose (in words, letters for digits, odd separators, emoji digits).

The numbering plans are those of the `phonenumbers` library. A number without a country code is read in the country asked
for; where that does not settle it, the number is kept as written without a normal form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from ritrova.extractors.quantities import quantities, tokens
from ritrova.model.records import Observable
from ritrova.model.shapes import Ask, Extractor
from ritrova.model.text import Cue, Folded, Hit

_SEP: Final = r"[ \-.()/_•·*,|~:'+\[\]\\]"
_RUN: Final = re.compile(rf"(?<!\d)(?:\+ ?\(?)?\d(?:{_SEP}{{0,3}}\d){{6,40}}(?!\d)")
_DIGIT: Final = re.compile(r"\d")
_GROUP: Final = re.compile(r"\d+")
_LETTERS: Final = re.compile(
    r"(?<![^\W_])\+?(?=[\doilszbqg \-.]{8,26})(?=(?:[oilszbqg \-.]*\d){5})[\doilszbqg](?:[ \-.]{0,2}[\doilszbqg]){7,14}(?![^\W_])"
)
_DIGIT_OF: Final = str.maketrans("oilszbqg", "01152899")
_DATE: Final = re.compile(
    r"(?<!\d)(?<!\d[-/.])(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d)(?!\d)"
)
_DATES: Final = re.compile(
    rf"{_DATE.pattern}(?:[ ,\-]{{1,3}}\d{{1,2}}[:.]\d\d(?:[:.]\d\d)?)?|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d"
)
_AMOUNT: Final = re.compile(
    r"(?<!\d)(?!0)\d{1,3}(?:([., '])\d{3})(?:\1\d{3})+(?![ .,']?\d)|(?<!\d)(?!0)\d{1,3}[.,]\d{3}(?!\d)|(?<![\d.])\d+\.\d{4,}"
)
_ACCOUNT: Final = re.compile(
    r"(?<![^\W_])[a-z]{2}\d{2}(?:[ \-]?[a-z0-9]{4}){3,7}(?:[ \-]?[a-z0-9]{1,3})?(?![^\W_])"
)
_CARD: Final = re.compile(r"\d{4}([ \-]?)\d{4}\1\d{4}\1\d{4}")
_ID_BEFORE: Final = re.compile(r"(?:(?<![a-z])[a-z]{2}\d{2} ?|[#№$€£@=]|id ?:? ?|\d[.,]|/c/)$")
_WA: Final = re.compile(r"(?:wa\.me/|phone=|tel:)\+?(\d{8,15})")
_COUNTRIES: Final = (
    "IQ",
    "SY",
    "TR",
    "LB",
    "JO",
    "SA",
    "KW",
    "AE",
    "QA",
    "BH",
    "OM",
    "YE",
    "LY",
    "EG",
    "IR",
    "RU",
    "IT",
    "DE",
)
_COUNTRY_CODES: Final = ("964", "963", "90", "961", "962", "966", "965", "971", "974", "973", "968", "967", "218", "20", "98", "7", "39", "49", "44", "46", "86", "855", "95", "63", "251", "254", "212", "213", "216", "249")  # fmt: skip


_CHINESE: Final = re.compile(r"1[3-9]\d{9}")
_NEAR_CHINA: Final = frozenset(("MM", "KH", "LA", "TH", "VN", "PH", "MY", "SG", "AE", "HK", "MO", "TW"))
"""Countries in which Chinese is written in the trade and numbers of China are given without their code."""


class _Read:
    """A number understood: its E.164 form, or None with the reason."""

    __slots__ = ("ground", "value")

    def __init__(self, value: str | None, ground: str) -> None:
        self.value = value
        self.ground = ground


def _parse(number: str, region: str | None) -> Any:
    import phonenumbers

    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


@lru_cache(maxsize=65_536)
def _valid(number: str, region: str | None, mobile: bool = False) -> str | None:
    import phonenumbers

    parsed = _parse(number, region)
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        return None
    if region and parsed.country_code != phonenumbers.country_code_for_region(region):
        return None
    kind = phonenumbers.number_type(parsed)
    if mobile and kind not in (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    ):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=65_536)
def _shaped(digits: str, region: str) -> str | None:
    """A number with its trunk 0 that has the length and first digit of the country's mobile numbers: ranges are given out
    after a library is made."""
    import phonenumbers

    sample = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    parsed = _parse(digits, region)
    if sample is None or parsed is None or not digits.startswith("0") or digits.startswith("00"):
        return None
    ours, theirs = str(parsed.national_number), str(sample.national_number)
    if len(ours) != len(theirs) or ours[0] != theirs[0] or len(digits) != len(ours) + 1:
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _understood(digits: str, plus: bool, ask: Ask, told: bool) -> _Read | None:
    """What a run of digits is as a telephone number, or None for no such thing. `told`: a word says it is one."""
    import phonenumbers

    if not 7 <= len(digits) <= 17 or len(set(digits)) < 2:
        return None
    if plus or digits.startswith("00"):
        number = "+" + (digits if plus and not digits.startswith("00") else digits[2:])
        value = _valid(number, None)
        if value:
            return _Read(value, "the country code is written")
        trunk = re.fullmatch(r"\+(" + "|".join(_COUNTRY_CODES) + r")0(\d{7,})", number)
        if trunk and (value := _valid(f"+{trunk.group(1)}{trunk.group(2)}", None)):
            return _Read(value, "the country code is written (a 0 after it left out)")
        if trunk:
            number = f"+{trunk.group(1)}{trunk.group(2)}"
        parsed = _parse(number, None)
        if parsed is not None and phonenumbers.is_possible_number(parsed) and len(number) >= 10:
            form = str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
            return _Read(form, "the country code is written; the number is in no known range")
        if plus:
            return None
    if ask.country:
        value = _valid(digits, ask.country, mobile=True)
        if value is None and (digits.startswith("0") or told) and not _elsewhere(digits, ask):
            value = _valid(digits, ask.country)
        if value:
            return _Read(value, f"a number of {ask.country}, the country asked for")
        value = _shaped(digits, ask.country)
        if value:
            return _Read(value, f"written as mobile numbers of {ask.country} are, though in no known range")
    if len(digits) >= 10:
        bare = digits.lstrip("0")
        for code in _COUNTRY_CODES:
            if bare.startswith(code) and len(digits) - len(bare) <= 1:
                value = _valid("+" + bare, None, mobile=True)
                if value is None and bare[len(code) :].startswith("0"):
                    value = _valid("+" + code + bare[len(code) + 1 :], None, mobile=True)
                if value:
                    return _Read(value, "begins with a country code, without its plus")
    if (
        _CHINESE.fullmatch(digits)
        and (told or ask.country in _NEAR_CHINA)
        and (value := _valid(digits, "CN", True))
    ):
        return _Read(value, "written as mobile numbers of China are")
    if digits.startswith("0") or told:
        fits = _elsewhere(digits, ask)
        if len(fits) == 1 and digits.startswith("0"):
            return _Read(
                _valid(digits, fits[0]),
                f"fits the mobile numbers of {fits[0]} only, of the countries looked at",
            )
        if fits and (digits.startswith("0") or told):
            return _Read(None, f"may be a number of {', '.join(fits)}: the country is not known")
        if told and 9 <= len(digits) <= 15:
            return _Read(None, "called a number in the words before it; fits no country that was looked at")
    return None


def _elsewhere(digits: str, ask: Ask) -> list[str]:
    """Countries, other than the one asked for, in which this would be a mobile number."""
    return [r for r in _COUNTRIES if r != ask.country and _valid(digits, r, mobile=True)]


def extract(folded: Folded, hits: Sequence[Hit], ask: Ask) -> Iterator[Observable]:
    """Telephone numbers with E.164 as `value`; `detail["trick"]` names how a number was hidden."""
    text = folded.text
    taken: list[tuple[int, int]] = []
    woken = {h.cue for h in hits}
    if not woken.intersection(("phone.digits", "phone.letters")):
        yield from _in_words(folded, hits, ask, taken)
        return
    for m in _WA.finditer(text):
        read = _understood(m.group(1), True, ask, True)
        if read is not None:
            taken.append(m.span())
            yield _phone(folded, m.start(), m.end(), read, None)
    for m in _RUN.finditer(text):
        for start, end, read in _numbers(text, m, hits, ask):
            if not any(a < end and start < b for a, b in taken):
                taken.append((start, end))
                yield _phone(folded, start, end, read, _trick(folded, start, end))
    # As written: folding takes OOO for a stretched letter.
    lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in folded.written)
    for m in _LETTERS.finditer(lower):
        raw = m.group()
        if not re.search("[a-z]", raw):
            continue
        digits = re.sub(r"\D", "", raw.translate(_DIGIT_OF))
        read = _understood(digits, raw.startswith("+"), ask, False)
        if read is not None and read.value:
            ground = f"{read.ground}; hidden: letters for digits"
            written = folded.written[m.start() : m.end()]
            yield Observable(
                "phone",
                "",
                written,
                m.span(),
                value=read.value,
                ground=ground,
                detail={"trick": "letters for digits"},
            )
    yield from _in_words(folded, hits, ask, taken)


def _in_words(
    folded: Folded, hits: Sequence[Hit], ask: Ask, taken: Sequence[tuple[int, int]]
) -> Iterator[Observable]:
    text = folded.text
    words = sum([h.cue == "number" for h in hits])
    if not words or (words < 4 and len(_DIGIT.findall(text)) < 5):
        return
    done = list(taken)
    for start, end, digits in _spoken(text, hits):
        if any(a < end and start < b for a, b in done):
            continue
        plus = text[max(0, start - 2) : start].strip().endswith("+") or _says_plus(text, start)
        read = _understood(digits, plus, ask, False)
        if read is not None and read.value:
            done.append((start, end))
            yield _phone(folded, start, end, read, "digits in words")


def _says_plus(text: str, start: int) -> bool:
    return bool(
        re.search(r"(?:plus|زائد|زايد|بلس|плюс|artı|arti|più|piu|加)\s*$", text[max(0, start - 8) : start])
    )


def _numbers(text: str, m: re.Match[str], hits: Sequence[Hit], ask: Ask) -> Iterator[tuple[int, int, _Read]]:
    """The numbers inside a run of digits and separators: the longest understood one from each group on."""
    start, end = m.span()
    blocked = [d.span() for p in (_DATES, _AMOUNT) for d in p.finditer(text, max(0, start - 2), end)]
    blocked = [b for b in blocked if b[0] >= start or text[b[0] : start].strip()]
    blocked += [a.span() for a in _ACCOUNT.finditer(text)]
    told = any(
        h.cue in ("phone_cue", "call_me", "on_app", "contact") and 0 <= start - h.end <= 20 for h in hits
    )
    denied = any(
        h.cue == "not_phone" and 0 <= start - h.end <= 16 and "\n" not in text[h.end : start] for h in hits
    )
    groups = [(g.start(), g.end()) for g in _GROUP.finditer(text, start, end)]
    i = 0
    while i < len(groups):
        plus = _plus(text, groups[i][0])
        best: tuple[int, _Read] | None = None
        if not _refused(text, groups[i][0], plus, told, denied):
            best = _longest(text, groups, i, plus, ask, told, blocked, hits)
        if best is None:
            i += 1
            continue
        j, read = best
        first = groups[i][0] - (
            len(m.group()) - len(m.group().lstrip("+ (")) if i == 0 else (plus and 1) or 0
        )
        yield max(first, 0), groups[j][1], read
        i = j + 1


def _plus(text: str, at: int) -> bool:
    return bool(re.search(r"\+ ?\(?$", text[max(0, at - 3) : at]))


def _refused(text: str, at: int, plus: bool, told: bool, denied: bool) -> bool:
    if plus:
        return False
    if re.search(r"\d/$", text[max(0, at - 2) : at]):
        return denied
    if re.search(r"[a-z/=@#]$", text[max(0, at - 1) : at]) and not re.search(
        r"(?:no|tel|ph|wa|nr|to)$", text[max(0, at - 3) : at]
    ):
        return True
    return denied or (not told and bool(_ID_BEFORE.search(text[max(0, at - 6) : at])))


def _longest(
    text: str,
    groups: Sequence[tuple[int, int]],
    i: int,
    plus: bool,
    ask: Ask,
    told: bool,
    blocked: Sequence[tuple[int, int]],
    hits: Sequence[Hit],
) -> tuple[int, _Read] | None:
    digits = ""
    spans: list[tuple[int, str]] = []
    for j in range(i, len(groups)):
        if j > i and (_plus(text, groups[j][0]) or "\n" in text[groups[j - 1][1] : groups[j][0]]):
            break
        digits += text[groups[j][0] : groups[j][1]]
        if len(digits) > 17:
            break
        spans.append((j, digits))
    weak: tuple[int, _Read] | None = None
    for j, number in reversed(spans):
        a, b = groups[i][0], groups[j][1]
        crossed = [(x, y) for x, y in blocked if x < b and a < y]
        if number.startswith(
            "00"
        ):  # what looks like an amount inside belongs to the number: 00963 900 000 418
            crossed = [(x, y) for x, y in crossed if not (a < x and y <= b)]
        if len(number) < 7 or (not plus and crossed):
            continue
        if not plus and not told and (_CARD.fullmatch(text, a, b) or _money(a, b, text, hits)):
            continue
        read = _understood(number, plus, ask, told)
        if read is None:
            continue
        if read.value and "no known range" not in read.ground:
            return j, read
        weak = weak or (j, read)
    return weak


def _money(a: int, b: int, text: str, hits: Sequence[Hit]) -> bool:
    if text[a] == "0":
        return False
    for h in hits:
        if h.cue in ("currency", "number", "unit") and (
            (0 <= h.start - b <= 2 and not text[b : h.start].strip())
            or (h.cue == "currency" and 0 <= a - h.end <= 2)
        ):
            return True
    return False


def _spoken(text: str, hits: Sequence[Hit]) -> Iterator[tuple[int, int, str]]:
    """Rows of number words that spell a telephone number, digit by digit or in small numbers."""
    for row in (
        [(t.start, t.end, t.value, t.times) for t in tokens(text, hits)],
        [(q.start, q.end, q.value, False) for q in quantities(text, hits)],
    ):
        run: list[tuple[int, int, float, bool]] = []
        for item in [*row, None]:
            if (
                item is not None
                and not item[3]
                and item[2] == int(item[2])
                and (
                    not run
                    or re.fullmatch(
                        r"[ \-,.\n*_/]{0,3}(?:و ?)?(?:(?:double|triple) )?", text[run[-1][1] : item[0]]
                    )
                )
            ):
                run.append(item)
                continue
            digits = "".join(_spelled(text, r) for r in run)
            if len(run) >= 4 and 9 <= len(digits) <= 15 and any(not text[r[0]].isdigit() for r in run):
                yield run[0][0], run[-1][1], digits
            run = [item] if item is not None and not item[3] and item[2] == int(item[2]) else []


def _spelled(text: str, item: tuple[int, int, float, bool]) -> str:
    written = text[item[0] : item[1]]
    digits = written if written.isdigit() else str(int(item[2]))
    before = text[max(0, item[0] - 7) : item[0]]
    return digits * (2 if before.endswith("double ") else 3 if before.endswith("triple ") else 1)


def _trick(folded: Folded, start: int, end: int) -> str | None:
    """How a number that is written in digits was hidden, or None where it is written plainly."""
    a, b = folded.original(start, end)
    written = folded.written[a:b]
    kinds = set()
    for c in written:
        kind = unicodedata.category(c)
        if kind == "Nd":
            o = ord(c)
            kinds.add(
                "ascii" if o < 128 else "other" if 0xFF10 <= o <= 0xFF19 or o >= 0x1D7CE else f"{o >> 4}"
            )
        elif kind == "No":
            kinds.add("other")
    if "\u20e3" in folded.written[a : b + 2]:
        return "emoji digits"
    if "other" in kinds:
        return "ornamental digits"
    if len(kinds) > 1:
        return "digits of several scripts"
    text = folded.text[start:end]
    groups = _GROUP.findall(text)
    if len(groups) >= 7 and sum(len(g) == 1 for g in groups) >= 6:
        return "spaced digit by digit"
    if re.search(r"[*|~_,•·'\\\[\]:]", text):
        return "unusual separators"
    return None


def _phone(folded: Folded, start: int, end: int, read: _Read, trick: str | None) -> Observable:
    span = folded.original(start, end)
    detail = {"trick": trick} if trick else None
    ground = f"{read.ground}; hidden: {trick}" if trick else read.ground
    return Observable(
        "phone", "", folded.written[span[0] : span[1]], span, value=read.value, ground=ground, detail=detail
    )


EXTRACTOR = Extractor(
    "phone",
    (
        Cue("phone.digits", rf"(?<!\d)\d(?:{_SEP}{{0,3}}\d){{6}}"),
        Cue("phone.letters", r"[\doilszbqg](?:[ \-.]{0,2}[\doilszbqg]){7}(?![^\W_])"),
    ),
    extract,
    ("number",),
)
