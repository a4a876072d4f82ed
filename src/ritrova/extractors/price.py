"""Prices: an amount with its currency, or an amount that the words beside it call a price.

Slang sums (a "book" of ten thousand dollars), ranges, running bids and shortened thousands are read; the currency stays
empty where neither the text nor its words imply one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ritrova.extractors.quantities import Quantity, longest, quantities
from ritrova.model.observing import NUMBER
from ritrova.model.records import Observable
from ritrova.model.shapes import Ask, Extractor
from ritrova.model.text import Cue, Folded, Hit, Term

_DIGIT: Final = re.compile(r"\d")
_NEAR: Final = re.compile(r"[ \-_'*~(.]{0,3}")
_LEFT: Final = re.compile(r"[ :.=\-*]{0,3}")
_RANGE: Final = re.compile(
    r"\s{0,2}(?:-|~|/|and|ve|e|и|u|to|until|till|or|الى|الي|ل|لحد|حتي|او|و|ila|bis|a|o|до|или|تا|يا|بو|heta|ta|an|veya|至|到|تاكو)\s{0,2}"
)
_CUED: Final = re.compile(
    r"[^\W\d]{0,3}[\s:=\-.*(>]{0,4}(?:(?:is|are|it|at|of|to|for|only|just|now|about|هو|فقط|بس|الان|حوالي|ب|لل|ال|في|هي|e|e'|da|di|a|su|за|на|до|около|в|مو|به|بو|ji|li|bi|是|为|到|了|约)\s?){0,2}[\s:=]{0,2}"
)
_CUES: Final = ("price_cue", "price_word", "price_reached", "last_price", "bid", "deposit", "price_question")
_HALF: Final = re.compile(r" ?و ?(?:نص|نصف)(?![^\W_])|ونيو(?![^\W_])")
_WITH: Final = re.compile(r"(?:^|[^\w])(?:ب ?|for |за |به |a |per |bi |بو |به |ji bo |için )$|ب$")
_STRONG: Final = ("price_cue", "price_word", "last_price")
_SCALED: Final = ("salary", "holder_demands", "family_pays", "runs_debt")
"""Words of money beside which a number in thousands is a sum."""
_ONLY: Final = re.compile(r"[\s!?.,،؟*~\-]*")
_CLOSING: Final = (
    "last_price", "price_word", "bid", "price_reached", "holder_demands", "who_wants", "runs_debt", "negotiable", "as_lot",
)  # fmt: skip
_DEALS: Final = ("buys", "sells")
_TRADED: Final = frozenset(
    (
        "for_sale", "sells", "buys", "exchange", "deposit", "deal", "handover", "last_price", "still_there", "weapon",
        "explosive", "tactical", "document", "captive", "maid", "vehicle", "phone_goods", "household_goods", "pet",
        "livestock", "sold_by_others", "wanted",
    )
)  # fmt: skip
"""Things and words of trade beside which a bare number is most likely its price."""
_PEOPLE: Final = frozenset(("person_by_origin", "girl", "woman", "slave", "bride", "lot_with_children"))
"""Words for one person, beside which a bare sum stands in a short advert."""
_SETTLED: Final = ("deposit", "deal", "handover", "last_price", "exchange", "negotiable", "reserved")
_HAS: Final = ("available", "bid", "price_reached")
_YEARS: Final = range(1900, 2100)
_OR: Final = re.compile(r" (?:or|او|veya|ya da|yan|an|или|o|oppure|یا|ئان|يان) ")
_ENDED: Final = re.compile(r"[^\w\d]{1,3}")
_ENDS: Final = re.compile(r" {0,2}(?:$|[\n.,;!?()*\-]|[^\w\s])")
_U: Final = re.compile(r" ?(?:usdt|u)(?![a-z0-9'])(?=[^\w]|[^\W\d_a-z]|$)")
_DATIVE: Final = re.compile(r"['’]?[yn]?[ea] ")
"""Turkish: the ending of the sum for which something goes ("5000e bırakırım")."""
_SHARE: Final = re.compile(r" ?%")
_NONE: Final = "XXX"
"""ISO 4217: no currency. Coins of the past and small change are sums of money without a code of their own."""
_MONEY: Final = {
    "IQ": "IQD", "SY": "SYP", "TR": "TRY", "KW": "KWD", "SA": "SAR", "AE": "AED", "QA": "QAR", "BH": "BHD", "OM": "OMR",
    "JO": "JOD", "LB": "LBP", "LY": "LYD", "TN": "TND", "DZ": "DZD", "MA": "MAD", "EG": "EGP", "SD": "SDG", "YE": "YER",
    "IR": "IRR", "RU": "RUB", "CN": "CNY", "US": "USD", "GB": "GBP", "CH": "CHF", "TH": "THB", "PH": "PHP", "IN": "INR",
}  # fmt: skip


def extract(folded: Folded, hits: Sequence[Hit], ask: Ask) -> Iterator[Observable]:
    """Each sum of money, with amount, ISO currency or None, and in `detail` the unit of a rate."""
    text = folded.text
    if not _may(text, hits):
        return
    numbers = quantities(text, hits)
    money = longest(h for h in hits if h.cue == "currency" and h.term is not None)
    used: set[int] = set()
    paired: dict[int, Hit] = {}
    for i, q in enumerate(numbers):
        for j, c in enumerate(money):
            if (
                j not in used
                and 0 <= c.start - q.end <= 4
                and not _leads(text, c)
                and _NEAR.fullmatch(text, q.end, c.start)
            ):
                paired[i] = c
                used.add(j)
                break
    for i, q in enumerate(numbers):
        if i in paired:
            continue
        for j, c in enumerate(money):
            if (
                j not in used
                and 0 <= q.start - c.end <= 4
                and _LEFT.fullmatch(text, c.end, q.start)
                and not _slang(c)
            ):
                paired[i] = c
                used.add(j)
                break
    tethers = {i: _tether(folded, q) for i, q in enumerate(numbers) if i not in paired}
    scaled = dict(enumerate(numbers))
    for i in range(len(numbers) - 2, -1, -1):
        q, after = scaled[i], scaled[i + 1]
        if i + 1 in paired and i not in paired and _RANGE.fullmatch(text, q.end, after.start):
            paired[i] = paired[i + 1]
        elif not (i in paired or i + 1 in paired or _RANGE.fullmatch(text, q.end, after.start)):
            continue
        if (
            _RANGE.fullmatch(text, q.end, after.start)
            and after.scaled
            and not q.scaled
            and q.value * after.factor <= after.value
        ):
            scaled[i] = Quantity(
                q.start, q.end, q.value * after.factor, q.digits, True, after.factor, q.written
            )
    shared: set[int] = set()
    for i in range(len(numbers)):
        q = scaled[i]
        if _SHARE.match(text, q.end) or q.value <= 0 or _runs_on(text, q):
            continue
        money_hit = paired.get(i)
        if end := tethers.get(i, 0):
            yield _price(folded, q.start, end, q.value, "USDT", "«u» behind a sum is USDT", text, hits)
            continue
        if money_hit is None:
            ranged = i - 1 in shared and _RANGE.fullmatch(text, numbers[i - 1].end, q.start)
            told = _called_price(text, q, hits) or _closes(text, q, hits) or _is_all(text, q)
            told = told or _own_clause(text, q, hits) or _headed(text, q, hits) or _in_short(text, q, hits)
            told = told or _by_time(text, q, hits) or _chinese(text, q) or _listed(text, q, hits, money)
            if not ranged and not told and not _rate(text, q.end, hits):
                continue
            if (q.value < 20 and not q.scaled) or _counts_things(text, q, hits):
                continue
            if q.digits and q.value in _YEARS and text[q.end : q.end + 1] == "'":
                continue
            shared.add(i)
            yield _price(
                folded, q.start, q.end, q.value, None, "the words before it call it a price", text, hits
            )
            continue
        c = money_hit
        term = _of_country(c, hits, ask)
        start, end = q.start, q.end
        if c.start >= q.end and numbers[i + 1 :][:1] != [] and c.start >= numbers[i + 1].end:
            end = q.end
        else:
            start, end = min(start, c.start), max(end, c.end)
        factor = term.value or 1.0
        code, ground = _code(term, ask)
        if code == "IRT" and q.value < 1000 and not q.scaled and q.value >= 1:
            factor = 1e6 if q.value < 100 else 1e3
            ground += ", of which less than a thousand are never asked: " + (
                "millions" if factor == 1e6 else "thousands"
            )
        if code is None and term.unit == _NONE and q.value < 10:
            continue
        half = _HALF.match(text, c.end) if factor > 1 and c.start >= q.end and _slang(c) else None
        count = q.value + 0.5 if half else q.value
        yield _price(folded, start, half.end() if half else end, count * factor, code, ground, text, hits)
    spoken = len(text.split()) <= 3
    for j, c in enumerate(money):
        if j in used or not _slang(c) or c.end - c.start < 2 or _foreign(c, hits):
            continue
        half = _HALF.match(text, c.end)
        dual = text[c.start : c.end].endswith("ين")
        if (
            half
            or spoken
            or dual
            or text[max(0, c.start - 1) : c.start] == "ب"
            or _called_price(text, c, hits)
        ):
            term = _of_country(c, hits, ask)
            code, ground = _code(term, ask)
            amount = (term.value or 1.0) * ((1.25 if dual else 1.5) if half else 1.0)
            yield _price(folded, c.start, half.end() if half else c.end, amount, code, ground, text, hits)


def _may(text: str, hits: Sequence[Hit]) -> bool:
    """Whether there can be a sum at all: a digit, a word for money, or words for numbers that make twenty or more (what is
    less is no price without a word for money)."""
    if _DIGIT.search(text):
        return True
    for h in hits:
        if h.cue == "currency":
            return True
        if h.cue == NUMBER and h.term is not None:
            value = h.term.value
            if value is None or value >= 20 or h.term.unit == "times":
                return True
    return False


def _tether(folded: Folded, q: Quantity) -> int:
    """Where a sum with the trade's short sign for USDT behind it ends ("7000u"); 0 where it is none, as in "1372 û"."""
    m = _U.match(folded.text, q.end)
    if m is None or q.value < 100 or not any(c.isdigit() for c in q.written):
        return 0
    start, end = folded.original(m.end() - len(m.group().strip()), m.end())
    return m.end() if folded.written[start:end] in ("u", "U", "USDT", "usdt", "Usdt") else 0


def _leads(text: str, c: Hit) -> bool:
    """Whether a sign such as $ stands directly before a number and not directly behind one."""
    return (
        c.end - c.start == 1
        and not text[c.start].isalnum()
        and text[c.end : c.end + 1].isdigit()
        and not text[max(0, c.start - 1) : c.start].isalnum()
    )


def _foreign(c: Hit, hits: Sequence[Hit]) -> bool:
    """Whether a slang word for money stands among words of another language, of which it is then most likely an ordinary
    word ("شده")."""
    spoken: dict[str, int] = {}
    for h in hits:
        if h.term is not None and (h.start, h.end) != (c.start, c.end):
            spoken[h.term.language] = spoken.get(h.term.language, 0) + h.end - h.start
    assert c.term is not None
    return spoken.get(c.term.language, 0) * 2 < max(spoken.values(), default=0)


def _slang(hit: Hit) -> bool:
    return bool(hit.term is not None and hit.term.value is not None and hit.term.value > 1)


def _of_country(hit: Hit, hits: Sequence[Hit], ask: Ask) -> Term:
    """Of several readings of a currency word (dinar, lira, riyal), the one of the country asked for, else the one of the
    language in which most of the words stand."""
    assert hit.term is not None
    same = [
        h.term for h in hits if h.cue == "currency" and (h.start, h.end) == (hit.start, hit.end) and h.term
    ]
    own = _MONEY.get(ask.country or "")
    fits = [t for t in same if own and own in t.unit.split("|")]
    if fits:
        return fits[0]
    spoken: dict[str, int] = {}
    for h in hits:
        if h.term is not None and (h.start, h.end) != (hit.start, hit.end):
            spoken[h.term.language] = spoken.get(h.term.language, 0) + h.end - h.start
    return max(same, key=lambda t: spoken.get(t.language, 0), default=hit.term)


def _code(term: Term, ask: Ask) -> tuple[str | None, str]:
    codes = term.unit.split("|")
    if codes == [_NONE]:
        return None, f"«{term.text}», which has no code"
    if term.value is not None and term.value > 1:
        return codes[0], f"«{term.text}» is slang for {term.value:g} {codes[0]}"
    if len(codes) == 1:
        return codes[0], f"«{term.text}»"
    own = _MONEY.get(ask.country or "")
    if own in codes:
        return own, f"«{term.text}» in {ask.country}"
    return None, f"«{term.text}» may be {', '.join(codes)}: neither the words nor the country say which"


def _called_price(text: str, q: Quantity | Hit, hits: Sequence[Hit]) -> bool:
    for h in hits:
        beside = h.cue in _CUES and 0 <= q.start - h.end <= 16 and _CUED.fullmatch(text, h.end, q.start)
        thousands = isinstance(q, Quantity) and q.scaled
        if beside and (h.cue in _STRONG or thousands or _ENDS.match(text, q.end)):
            return True
        if (
            h.cue in _DEALS
            and isinstance(q, Quantity)
            and 100 <= q.value not in _YEARS
            and 0 <= q.start - h.end <= 6
            and _CUED.fullmatch(text, h.end, q.start)
            and _ENDS.match(text, q.end)
        ):
            return True  # "letting her go for 5000"
        asked = h.cue != "salary" and isinstance(q, Quantity) and q.value >= 500
        if (
            (thousands or asked)
            and h.cue in _SCALED
            and 0 <= q.start - h.end <= 16
            and _CUED.fullmatch(text, h.end, q.start)
        ):
            return True
    return isinstance(q, Quantity) and q.scaled and bool(_WITH.search(text[max(0, q.start - 5) : q.start]))


def _closes(text: str, q: Quantity, hits: Sequence[Hit]) -> bool:
    """A number right before a word for the last price or for asking it ("6500 last", "٧٠٠٠ نهائي"), or between a word such
    as "for" and one that buys or sells ("for 3500 I take her")."""
    if q.value < 100 or (q.digits and q.start and not text[q.start - 1].isspace()):
        return False
    after = [h.cue for h in hits if 1 <= h.start - q.end <= 3 and _ENDED.fullmatch(text, q.end, h.start)]
    if any(cue in _CLOSING for cue in after):
        return True
    if m := _DATIVE.match(text, q.end):
        return any(h.cue in _DEALS and h.start == m.end() for h in hits)
    return any(cue in _DEALS for cue in after) and bool(_WITH.search(text[max(0, q.start - 5) : q.start]))


def _headed(text: str, q: Quantity, hits: Sequence[Hit]) -> bool:
    """A number of hundreds behind a word for a head or for who brings somebody ("per head 800", "to whoever returns her 2000")."""
    return q.value >= 100 and any(
        h.cue in ("passenger", "reward", "bring_back")
        and 0 <= q.start - h.end <= 2
        and not text[h.end : q.start].strip(" :")
        and _ENDS.match(text, q.end)
        for h in hits
    )


_GOODS: Final = frozenset(
    ("household_goods", "phone_goods", "weapon", "tactical", "explosive", "vehicle", "pet", "livestock")
)


def _listed(text: str, q: Quantity, hits: Sequence[Hit], money: Sequence[Hit]) -> bool:
    """A number right behind a thing of a list in which another thing has a price ("fridge 200 dollars, stove 80")."""
    return (
        bool(money)
        and 20 <= q.value <= 500_000
        and q.value not in _YEARS
        and bool(_ENDS.match(text, q.end))
        and any(
            h.cue in _GOODS and 1 <= q.start - h.end <= 2 and not text[h.end : q.start].strip(" :")
            for h in hits
        )
    )


def _by_time(text: str, q: Quantity, hits: Sequence[Hit]) -> bool:
    """A number of thousands, or one behind a word for a rate, that closes its clause: "a day 25 thousand"."""
    return (q.scaled or q.value >= 100) and any(
        (h.cue == "per" or (h.cue == "unit" and q.scaled and h.term is not None and h.term.unit in _SPANS))
        and 0 <= q.start - h.end <= 2
        and not text[h.end : q.start].strip(" :")
        and not (h.start and text[: h.start].rstrip()[-1:].isdigit())
        and _ENDS.match(text, q.end)
        for h in hits
    )


_SPANS: Final = ("month", "day", "hour", "week")
_ZH: Final = re.compile("[\u3400-\u9fff]")
_ZH_BEFORE: Final = re.compile(
    "(?:要|给|给我|给你|付|付了|付过|价|凑到|凑了|赎金|费|收|补|出|只要|卖|卖了|最低|一口价|押金|彩礼|月薪|工资|身价|才|交|赔|欠|加到|涨到|降到|到|开价|报价|就|各|共|总共|一共|花了|底薪|拿|先|再)[：: ]?$"
)
_ZH_AFTER: Final = re.compile(
    "(?:包邮|包吃|转让|转手|带走|打包|成交|起步|以内|左右|一个人|一个|一位|一人|每人|就行|就换|就卖|才放|才卖|出不出|行不行|可以吗|卖不卖|可刀|不议价|可议|全包|到手|出手|放人|出|吧|拿走|领走|换)|[ ]?(?:$|[，。！？,.!?;；\n)）、])"
)
_ZH_COUNT: Final = re.compile(
    "(?:多)?(?:人|名|个(?!人)|位|字|次|天|年|月|日|号|岁|公里|米|斤|粉|条|张|台|辆|部|件|点|分|度|平|楼|栋|室|户|元|块|刀|美|u|小时|分钟|匹|克|吨|级|层|期|届|页|章|卷)"
)


def _chinese(text: str, q: Quantity) -> bool:
    """In Chinese: thousands, or a number of hundreds, between words that ask, pay or end the clause, and nothing counted."""
    if not (q.scaled or 100 <= q.value < 1_000_000) or _ZH_COUNT.match(text, q.end):
        return False
    if len(text) > 120 or not _ZH.search(text) or (not q.scaled and q.value in _YEARS):
        return False
    before = text[max(0, q.start - 5) : q.start]
    after = _ZH_AFTER.match(text, q.end)
    if _ZH_BEFORE.search(before):
        return after is not None or (q.scaled and q.value >= 1000) or q.value >= 500
    apart = not before.strip() or before[-1] in "，。！？,.!?;；\n：: "
    return (
        apart
        and after is not None
        and (bool(after.group().strip("，。！？,.!?;；\n)）、 ")) or (q.scaled and q.value >= 1000))
    )


def _in_short(text: str, q: Quantity, hits: Sequence[Hit]) -> bool:
    """A short message's thousands at the end of a clause ("like new, 38 k"), or a message that is a round number: said in
    answer to a price, it is one."""
    if q.digits and not q.scaled:
        whole = text.strip(" .!?،,")
        return (
            whole == q.written and 100 <= q.value <= 100_000 and q.value % 50 == 0 and q.value not in _YEARS
        )
    if not (q.scaled and q.value >= 1000 and _ENDS.match(text, q.end)):
        return False
    return len(text) <= 80 or (len(text) <= 300 and any(h.cue in _TRADED for h in hits))


def _own_clause(text: str, q: Quantity, hits: Sequence[Hit]) -> bool:
    """A number of hundreds or thousands that is a clause of its own where something is traded ("3 mags, 850, cash only",
    "3000 or swap", "got 500"); years and numbers of things are none."""
    if not q.digits or not 100 <= q.value <= 500_000 or q.value != int(q.value) or q.value in _YEARS:
        return False
    if not any(h.cue in _TRADED or (h.cue in _PEOPLE and len(text) <= 160) for h in hits):
        return False
    if any(h.cue in _SETTLED and 1 <= h.start - q.end <= 2 for h in hits):
        return not any(h.cue in ("phone_cue", "not_phone") and 0 <= q.start - h.end <= 6 for h in hits)
    if any(h.cue == "available" and 1 <= h.start - q.end <= 4 for h in hits):
        return True  # "I have 500": in some languages the number stands first
    if not (_ENDS.match(text, q.end) or _OR.match(text, q.end)):
        return False
    before = text[: q.start].rstrip(" ")
    if any(h.cue in ("phone_cue", "not_phone", "clock", "unit") and 0 <= q.start - h.end <= 6 for h in hits):
        return False
    if any(h.cue in _HAS and 0 <= q.start - h.end <= 2 for h in hits):
        return True
    return not before or before[-1] in "\n,،;!?.-–—"


def _is_all(text: str, q: Quantity) -> bool:
    """A message that says a number of thousands and nothing else ("14 الف", "10k")."""
    return (
        q.scaled
        and q.value >= 1000
        and _ONLY.fullmatch(text, 0, q.start) is not None
        and _ONLY.fullmatch(text, q.end, len(text)) is not None
    )


def _runs_on(text: str, q: Quantity) -> bool:
    """Long runs of digits, or digits that go on in a date or a number with marks, are no sums."""
    return q.digits and (
        re.match(r"\d{10}|0\d{5}", q.written) is not None
        or (
            re.search(r"\d[.,:/\-]$|[^\W\d_]$", text[max(0, q.start - 2) : q.start]) is not None
            and re.search(r"\d[:/]$", text[max(0, q.start - 2) : q.start]) is not None
        )
    )


def _counts_things(text: str, q: Quantity, hits: Sequence[Hit]) -> bool:
    return any(
        h.cue in ("unit", "month", "clock")
        and 0 <= h.start - q.end <= 2
        and not text[q.end : h.start].strip(" -")
        for h in hits
    )


def _rate(text: str, end: int, hits: Sequence[Hit]) -> Hit | None:
    """The word that makes a sum a rate (a month, per day), close behind it."""
    return next(
        (
            h
            for h in hits
            if h.cue == "per"
            and 0 <= h.start - end <= 8
            and not re.search(r"[\d\n,;،，。.]", text[end : h.start])
        ),
        None,
    )


def _price(
    folded: Folded,
    start: int,
    end: int,
    amount: float,
    code: str | None,
    ground: str,
    text: str,
    hits: Sequence[Hit],
) -> Observable:
    span = folded.original(start, end)
    rate = _rate(text, end, hits)
    detail = {"unit": rate.term.unit or "month" if rate.term else "month"} if rate is not None else None
    return Observable(
        "price",
        "",
        folded.written[span[0] : span[1]],
        span,
        value=f"{amount:g}" if amount < 1e6 else str(int(amount)),
        amount=round(amount, 2),
        currency=code,
        ground=ground,
        detail=detail,
    )


EXTRACTOR = Extractor(
    "price",
    (
        Cue("price.short", r"(?<![\w.])\d+(?:[.,]\d+)?[kк](?!\w)"),
        Cue("price.tether", r"(?:\d{3}|[万千百]) ?u(?![a-z0-9])"),
        Cue(
            "price.only",
            r"^\W*\d+(?:[.,]\d+)? ?(?:الف|الاف|k|thousand|مليون|ملايين|ميليون|bin|hezar|هزار|ههزار|milyon|тыс\w*)\W*$",
        ),
        Cue("price.bare", r"^\W*\d{3,6}\W*$"),
        Cue(
            "price.end",
            r"\d ?(?:الف|ألف|الاف|k|к|thousand|مليون|ميليون|milyon|bin|hezar|هزار|ههزار|тыс\w*|mila|万|千)\W*(?:[\n.,;!?،]|$)",
        ),
        Cue("price.words", r"(?<!\w)ب ?\w{2,7} (?:الاف|الف|ميه)(?!\w)"),
        Cue("price.chinese", "(?:\\d|[一二三四五六七八九两])(?:[万千百]|[\u3400-\u9fff])"),
        Cue("price.with", r"(?<!\w)(?:ب|for|за|به|per|a|bi|بو) ?\d[\d.,]* ?[^\W\d]{2}"),
    ),
    extract,
    (
        "group:currency",
        "per",
        *_CUES,
        *_SCALED,
        *_DEALS,
        "exchange",
        "handover",
        "deal",
        "available",
        "weapon",
    ),
)
