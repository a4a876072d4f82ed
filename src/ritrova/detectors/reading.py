"""What a passage says, in parts: the concepts and values of each message, with the words that carry them.

This is the only place where detectors look at hits, observables and attachments. Everything after it reasons over parts
and knows no language.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources

import msgspec

from ritrova.model.passages import Passage, PassageMessage
from ritrova.model.records import Observable, Span
from ritrova.model.text import Hit

FIGURE = "@figure"
"""A message that is nothing but a number, as a bid in a group is."""
AMOUNT = "@amount"
"""A short answer that begins with a number word and names no money ("three and a half"), as a price in a haggle is."""
PRICE, AGE, PHONE, HANDLE, LINK, PLACE, DATE, NAME, PHOTO = (
    "@price",
    "@age",
    "@phone",
    "@handle",
    "@link",
    "@place",
    "@date",
    "@name",
    "@photo",
)
"""Parts that come from observables and attachments rather than from a pack's terms."""

_INVITE = re.compile(
    r"(?:t|telegram|wa|viber|signal)\.(?:me|dog|group)\b|whatsapp\.com|viber\.com|tg://|m\.me/|instagram\.com",
    re.I,
)
"""Links that lead to a person or a group; other links are reading matter."""
_AFTER = re.compile(r"[\s,،:;()\-–]{1,3}(\d{2})(?=[\s,،.;:()!?؟]|$)(?!\s*(?:[$€£%x×]|[.,:]\d))")
_ONE_OF = re.compile(r"[一另]个")
_TWO_DIGITS = re.compile(r"(?<!\d)\d{2}(?![\d%$€£:/]|[.,]\d)")
_BETWEEN = re.compile(r"(?:^|[,،、:] ?|\s)(\d{2})(?=\s?(?:[,،、;]|$))(?!\s?[$€£%])")
"""Two digits between commas in a few words that tell of somebody's conduct or skills ("yes, 22, quiet")."""
_FIGURE = re.compile(r"[$€£]?\s?\d[\d.,٫٬]{1,7}\s?[k$€£]?\W{0,3}", re.IGNORECASE)
_OPENS = re.compile(r"\s?(\d{3,6})(?=[,،;.!?]? ?(?:\D|$))(?![.,]\d)")
"""A short answer that begins with a number of hundreds or thousands ("2900, come and collect")."""
_HAGGLED = re.compile(r"(?<![\w.,:+#@/-])\d{2,6}(?![\d%]|[.,:/-]\d)")
"""A number in a short message that bids or closes ("make it 750, I come and take her")."""
_HALVED = re.compile(
    r"[\s,،:](\w{2,9}\s?(?:و\s?(?:نص|نصف|نیم|نيم|نیو)|and a half|buçuk|с половиной)|\w{2,4}半)\W{0,2}$"
)
"""A sum of so many and a half that ends a short answer ("only the mother is left, three and a half")."""
_STRAY = frozenset(["realty", "food"])
_BESIDE = 10
"""Characters within which a word of trade is about a ware."""
_COUNTABLE = frozenset([PRICE, AGE, FIGURE, "@phone", "@date", "unit", "passenger", "time"])
"""Beside these a number word counts something else than money."""
_QUOTED = re.compile(r"[\"“„«‹「『](.{12,600}?)[\"”“»›」』]", re.S)
COUNTER = frozenset(
    [
        "news",
        "discussion",
        "testimony",
        "religion",
        "law",
        "history",
        "fiction",
        "joke",
        "insult",
        "sport",
        "marriage",
        "appeal",
        "medical",
        "play",
        "negation",
        "rescue",
    ]
)
"""Groups that speak against an offer: a look-alike from another language must not silence one."""
EXPLAINS = frozenset(
    ["animal", "vehicle", "realty", "phone", "household", "clothing", "food", "service", "job"]
)
"""Groups that explain trade as ordinary: a look-alike from another language explains nothing."""
COMMON = frozenset(["control", "bargain", "offer", "attribute", "journey", "contact", "transfer"])
"""Groups of everyday words, of which a short one easily looks like a word of another language."""
ENOUGH = 8
"""Characters of known words from which on a message says by itself in which language it is."""
_NONE: frozenset[str] = frozenset()
_MEASURES = ("age_word",)
"""Concepts of the extractors that detectors read too."""
_ALWAYS = ("compound_country",)
"""Concepts that stand beside the longer form they are part of ("work in ...")."""
_COUNTED = re.compile(r"\d\s{0,2}$")
_MANY = ("passenger", "lot_with_children")
_BREAK = re.compile(r"\n+|(?<=[.!?؟。！？;؛…])\s+|\s[•●▪◾➖|]+\s|\s-{2,}\s")


@lru_cache(maxsize=1)
def groups() -> dict[str, str]:
    """Concept id -> group, from the catalogue (languages/concepts.toml)."""
    text = resources.files("ritrova").joinpath("languages/concepts.toml").read_text("utf-8")
    return {c["id"]: c["group"] for c in tomllib.loads(text)["concept"]}


class Part(msgspec.Struct, frozen=True, gc=False):
    """Words of one message that carry a concept or a value. `span` is in the text as written; a photo has no words."""

    at: int
    concept: str
    group: str
    span: Span
    words: str
    segment: int
    alone: bool = True
    amount: float | None = None


class Said(msgspec.Struct, frozen=True):
    """One message in parts. `kinds` maps concepts and groups (``group:offer``) to their parts."""

    at: int
    message: PassageMessage
    parts: tuple[Part, ...]
    concepts: frozenset[str]
    groups: frozenset[str]
    segments: int
    keys: frozenset[str]
    """Concepts and groups together."""

    def of(self, *names: str) -> list[Part]:
        """Parts whose concept or group is among the names, in the order of the text."""
        if self.keys.isdisjoint(names):
            return []
        return [p for p in self.parts if p.concept in names or p.group in names]

    def has(self, *names: str) -> bool:
        """True when any part has one of these concepts or groups."""
        return not self.keys.isdisjoint(names)

    @property
    def sender(self) -> str | None:
        return self.message.sender

    @property
    def length(self) -> int:
        return len(self.message.text)


def present(passage: Passage) -> frozenset[str]:
    """The concepts of a passage at a glance, without spans: the cheap first stage. Those of terms that may count alone stand
    a second time, with an exclamation mark."""
    seen: set[str] = set()
    for m in passage.messages:
        for h in m.hits:
            if h.term is not None:
                seen.add(h.term.concept)
                if h.term.alone:
                    seen.add(h.term.concept + "!")
            else:
                seen.add(h.cue)
        for o in m.observables:
            seen.add("@" + o.kind)
    return frozenset(seen)


def read(passage: Passage) -> list[Said]:
    """The messages of a passage, in parts. Context messages come first, at negative positions."""
    spoken = _spoken((*passage.context, *passage.messages))
    told = [_said(m, i - len(passage.context), spoken) for i, m in enumerate(passage.context)]
    told += [_said(m, i, spoken) for i, m in enumerate(passage.messages)]
    told = [_answered(s, told[max(0, n - 2) : n]) for n, s in enumerate(told)]
    return [_priced(s, told[max(0, n - 3) : n]) for n, s in enumerate(told)]


_SUM = re.compile(r"\s?[^\w\d]?(\d{1,3}(?:[.,٫]\d)?)(?!\s?[\d:/%$€£₽₺¥])")
"""A number of one to three digits at the head of an answer."""
ANSWER = 45
"""Characters of an answer to a question for the price."""


def _priced(s: Said, before: Sequence[Said]) -> Said:
    """A small number that heads the answer to a question for the price ("last?" - "35, for you 33"; "price?" - "5 and 4") is a sum
    with its thousands left out, and no age."""
    if s.length > ANSWER or s.has(FIGURE, AMOUNT, "age_word", "unit", "@date", "time"):
        return s
    if not any(b.has("price_question", "last_price") and b.sender != s.sender for b in before):
        return s
    m = _SUM.match(s.message.text)
    if m is None or any(p.concept == PRICE for p in s.parts):
        return s
    kept = tuple(
        p
        for p in s.parts
        if (p.concept != AGE or not p.words.isdigit()) and (p.group != "food" or len(p.words) > 3)
    )
    named = Part(s.at, FIGURE, "@", m.span(1), m[1], 0)
    concepts = frozenset(p.concept for p in kept) | {FIGURE}
    families = frozenset(p.group for p in kept) | {"@"}
    parts = tuple(sorted((*kept, named), key=lambda p: (p.span, p.concept)))
    return Said(s.at, s.message, parts, concepts, families, s.segments, concepts | families)


def by_itself(message: PassageMessage) -> Said | None:
    """A message in parts, where they are the same whatever stands around it; None where it says too little for that."""
    spoken = _spoken((message,))
    return _said(message, 0, spoken) if max(spoken.values(), default=0.0) >= ENOUGH else None


def _answered(s: Said, before: Sequence[Said]) -> Said:
    """A bare number after the question for an age ("age?" - "21") is that age."""
    figure = next((p for p in s.parts if p.concept == FIGURE), None)
    if figure is None or not any(b.has("her_age", "age_word") and not b.has(AGE) for b in before):
        return s
    digits = "".join(c for c in figure.words if c.isdigit())
    if not digits or not 8 <= int(digits) <= 65:
        return s
    age = Part(s.at, AGE, "@", figure.span, figure.words, 0, True, float(int(digits)))
    return Said(
        s.at,
        s.message,
        tuple(age if p is figure else p for p in s.parts),
        s.concepts - {FIGURE} | {AGE},
        s.groups,
        s.segments,
        s.keys - {FIGURE} | {AGE},
    )


def _spoken(messages: Iterable[PassageMessage]) -> dict[str, float]:
    """How many characters of a passage each language's terms explain; what several languages know they share."""
    spoken: dict[str, float] = {}
    for m in messages:
        known: dict[tuple[int, int], set[str]] = {}
        for h in m.hits:
            if h.term is not None:
                known.setdefault((h.start, h.end), set()).add(h.term.language)
        for (start, end), languages in known.items():
            for language in languages:
                spoken[language] = spoken.get(language, 0.0) + (end - start) / len(languages)
    return spoken


def _foreign(languages: Iterable[str], spoken: Mapping[str, float]) -> bool:
    """True when a word is known only to languages that explain little of a passage which another language explains well:
    it is then most likely a word of that other language that looks the same."""
    return 2.0 * max(spoken.get(x, 0.0) for x in languages) < max(spoken.values())


def _said(message: PassageMessage, at: int, spoken: Mapping[str, float]) -> Said:
    text = message.text
    if not message.hits and not message.observables and not message.attachments and not text[:1].isdigit():
        return Said(at, message, (), _NONE, _NONE, 1, _NONE)
    breaks, raw = _words(message)
    here = _spoken((message,))
    around = here if max(here.values(), default=0.0) >= ENOUGH else spoken
    places = [o.span for o in message.observables if o.kind == "place"]
    addresses = [o.span for o in message.observables if o.kind in ("handle", "link")]
    measures = {span for concept, _, span, *_ in raw if concept == "unit"}
    parts = []
    for concept, group, span, words, segment, alone, known_to in raw:
        strange = _foreign(known_to, around)
        if any(a <= span[0] and span[1] <= b and (a, b) != span for a, b in places):
            continue
        if any(a <= span[0] and span[1] <= b for a, b in addresses):
            continue  # a handle says nothing: @maids_transfer
        short = 5 if group in COMMON else 3
        if group in EXPLAINS and span in measures and _COUNTED.search(text, 0, span[0]):
            continue  # 48 hours are no watch
        if strange and (group in EXPLAINS or len(words) <= (short if not alone else 3)):
            continue
        parts.append(
            Part(at, concept, group, span, words, segment, alone and not (strange and group in COUNTER))
        )
    for o in message.observables:
        parts.append(
            Part(
                at,
                "@" + o.kind,
                "detail" if _reaches(o, text) else "@",
                o.span,
                o.written.strip(),
                bisect_right(breaks, o.span[0]),
                True,
                o.amount,
            )
        )
    parts += _bare_ages(at, text, parts)
    if (
        len(parts) == 1
        and parts[0].concept == "price_word"
        and len(text.strip(" ?!.")) == len(parts[0].words)
    ):
        parts = [msgspec.structs.replace(parts[0], concept="price_question", group="bargain")]  # "price"
    if _FIGURE.fullmatch(text.strip()):
        parts.append(Part(at, FIGURE, "@", (0, len(text)), text.strip(), 0))
    elif (m := _OPENS.match(text)) and len(text) <= 40 and not any(p.span[0] < m.end(1) for p in parts):
        parts.append(Part(at, FIGURE, "@", m.span(1), m[1], 0, True, float(m[1])))
    elif (m := _HAGGLED.search(text)) and len(text) <= 40 and _haggles(parts):
        if not any(p.span[0] < m.end() and m.start() < p.span[1] for p in parts if p.concept != "number"):
            parts.append(Part(at, FIGURE, "@", m.span(), m[0], 0, True, float(m[0])))
    elif len(text) <= 40 and not any(p.concept in _COUNTABLE for p in parts):
        first = next((p for p in parts if p.concept == "number"), None)
        many = len([p for p in parts if p.concept == "number"]) > 1
        if first is not None and first.span[0] <= 8 and (many or len(text) <= 25):
            parts.append(Part(at, AMOUNT, "@", first.span, first.words, first.segment))
        elif many and (m := _HALVED.search(text)):
            parts.append(Part(at, AMOUNT, "@", m.span(1), m[1], 0))
    lone = parts[0] if len(parts) == 1 and parts[0].concept == "photo_word" else None
    if any(_is_picture(a.mime, a.name) for a in message.attachments) or (
        lone is not None and text.strip(" []()<>*_.") == lone.words
    ):  # "[photo]" stands where an export left the picture out
        parts.append(Part(at, PHOTO, "@", (0, 0), "", 0))
    parts = _without_stray(_own_words(text, parts))
    parts.sort(key=lambda p: (p.span, p.concept))
    concepts = frozenset(p.concept for p in parts)
    families = frozenset(p.group for p in parts)
    return Said(
        at,
        message,
        tuple(parts),
        concepts,
        families,
        len(breaks) + 1,
        concepts | families,
    )


def _haggles(parts: Sequence[Part]) -> bool:
    """Whether a short message bids or closes, so that a bare number in it is a sum."""
    return any(p.concept in ("bid", "handover", "deal", "buys", "last_price", "reserved") for p in parts)


def _own_words(text: str, parts: list[Part]) -> list[Part]:
    """The parts of a message without those that it quotes from somebody else's advert: where a text in quotation marks holds the
    person and the trade, and the words around it report, judge or warn, the quoted words are not the writer's own."""
    for m in _QUOTED.finditer(text):
        inside = [p for p in parts if m.start() <= p.span[0] and p.span[1] <= m.end() and p.span[1] > 0]
        groups_in = {p.group for p in inside}
        if "person" not in groups_in or not (
            groups_in & {"offer", "transfer", "bargain"} or any(p.concept == PRICE for p in inside)
        ):
            continue
        around = [p for p in parts if p not in inside]
        if any(p.group in COUNTER - {"rescue", "negation", "marriage"} for p in around):
            parts = around
    return parts


def _without_stray(parts: list[Part]) -> list[Part]:
    """The parts of a message without a lone word for a house, food, clothes or a service that is told beside somebody but is not
    what is traded ("runs the whole house", "bakes bread", a pronoun that looks like "tea"): the only such word, and neither a
    price nor a word of sale, purchase or search stands close to it."""
    stray = [p for p in parts if p.group in _STRAY]
    if not stray or len({p.words.casefold() for p in stray}) > 1:
        return parts
    if any(p.group in EXPLAINS - _STRAY - {"job"} for p in parts):
        return parts
    told = any(
        p.group in ("person", "transfer", "control", "bounty")
        or (p.group == "attribute" and p.concept != "her_age")
        for p in parts
    )
    traded = any(
        distance(p, s) <= (_BESIDE if p.concept != PRICE else 2 * _BESIDE)
        for p in parts
        for s in stray
        if p.concept
        in (
            PRICE,
            "for_sale",
            "buys",
            "sells",
            "wanted",
            "exchange",
            "price_question",
            "still_there",
            "available",
            "who_wants",
        )
        and p.span != s.span
    )
    held = any(
        p.concept in ("slave", "captive", "maid", "traded_worker")
        or p.group in ("transfer", "control", "bounty")
        for p in parts
    )
    handed = any(p.group == "transfer" for p in parts) and any(p.group == "realty" for p in stray)
    if handed and not any(p.concept == AGE or p.group in ("attribute", "control") for p in parts):
        return parts  # a shop or a flat is what is handed on
    if any(p.group == "food" and len(p.words) > 3 for p in stray) and any(
        p.group in ("offer", "request") for p in parts
    ):
        traded, held = True, False
    if not told or (traded and not held):
        return parts
    return [p for p in parts if p.group not in _STRAY]


_Words = tuple[list[int], list[tuple[str, str, Span, str, int, bool, frozenset[str]]]]
_seen: dict[str, tuple[tuple[Hit, ...], _Words]] = {}
"""What was read in texts that may come again, with the hits it was read from."""


def _words(message: PassageMessage) -> _Words:
    """Where the text breaks, and its hits as the fields of parts, each with the languages that know the word."""
    text = message.text
    known = _seen.get(text)
    if known is not None and known[0] is message.hits:
        return known[1]
    breaks = [m.end() for m in _BREAK.finditer(text)]
    of_group = groups()
    known_to: dict[tuple[int, int, str], set[str]] = {}
    unsure: set[tuple[int, int, str]] = set()
    """Forms that some language knows in this sense only where something else is beside them."""
    sure: dict[str, list[tuple[int, int]]] = {}
    """Where forms stand that may count alone, by concept."""
    for h in message.hits:
        term = h.term
        if term is not None:
            here = (h.start, h.end, term.concept)
            known_to.setdefault(here, set()).add(term.language)
            if term.alone:
                sure.setdefault(term.concept, []).append((h.start, h.end))
            else:
                unsure.add(here)
    raw = []
    for hit in _longest(message.hits, message.folded.text if message.folded else text):
        assert hit.term is not None
        span = message.folded.original(hit.start, hit.end) if message.folded else (hit.start, hit.end)
        words = text[span[0] : span[1]].strip()
        if hit.end - hit.start == 1 and span[1] - span[0] < 3 and words.isalpha():
            continue  # one letter counts only where it was written long, as laughter is
        concept = hit.term.concept
        group = of_group.get(concept, "other")
        here = (hit.start, hit.end, concept)
        languages = frozenset(known_to[here])
        if group in COUNTER and group != "rescue":
            alone = here not in unsure  # in every language that knows it in this sense
        else:  # or it holds another form of its concept that may ("glock" in "glock 19")
            alone = any(hit.start <= a and b <= hit.end for a, b in sure.get(concept, ()))
        raw.append((concept, group, span, words, bisect_right(breaks, span[0]), alone, languages))
    if len(_seen) >= 20_000:
        _seen.clear()
    _seen[text] = (message.hits, (breaks, raw))
    return breaks, raw


def _bare_ages(at: int, text: str, parts: Sequence[Part]) -> list[Part]:
    """Two digits right after a word for a person ("woman, 24,"): an age, unless another value claims them."""
    taken = [p.span for p in parts if p.concept.startswith("@")]
    found = []
    if len(text) <= 100 and any(p.group == "attribute" and p.concept != "her_age" for p in parts):
        m = _BETWEEN.search(text)
        if m and 15 <= int(m[1]) <= 60 and not any(m.start(1) < e and s < m.end(1) for s, e in taken):
            found.append(Part(at, AGE, "@", m.span(1), m[1], 0, True, float(m[1])))
            taken.append(m.span(1))
    found += _each_an_age(at, text, parts, taken)
    found += _row_age(at, text, parts, taken)
    for p in parts:
        if p.group != "person" or p.concept in _MANY:
            continue
        m = _AFTER.match(text, p.span[1])
        if not m or any(m.start(1) < e and s < m.end(1) for s, e in taken):
            continue
        years = int(m[1])
        if 8 <= years <= 65:
            segment = next((q.segment for q in parts if q.span == p.span), 0)
            found.append(Part(at, AGE, "@", m.span(1), m[1], segment, True, float(years)))
            taken.append(m.span(1))
    return found


_TO_NAME = 25
"""Characters between an age and the holder's name in an entry of a list."""
_ROW = re.compile(r"(?<![\d.,:/#№])\d{2}(?![\d%$€£:/)]|[.,-]\d)")


def _row_age(at: int, text: str, parts: Sequence[Part], taken: Sequence[Span]) -> list[Part]:
    """The ages in a list that gives owners ("3) name, 24, owner Abu ..."): numbers of two digits shortly before the holder's name,
    or the only one in a line behind the line's own number."""
    held = any(p.concept in ("owner", "captive", "checkpoint", "registry") for p in parts)
    if not held or any(p.concept == AGE for p in parts):
        return []
    names = [p.span[0] for p in parts if p.concept in ("@name", "owner")]
    beside = [
        m
        for m in _ROW.finditer(text)
        if 12 <= int(m[0]) <= 60
        and m.start() > 1
        and any(0 <= n - m.end() <= _TO_NAME and not re.search(r"\d", text[m.end() : n]) for n in names)
        and not any(m.start() < e and s < m.end() for s, e in taken)
    ]
    if len(beside) > 1:
        return [Part(at, AGE, "@", m.span(), m[0], 0, True, float(m[0])) for m in beside]
    if len(text) > 120:
        return []
    free = [
        m
        for m in _ROW.finditer(text)
        if m.start() > 1 and not any(m.start() < e and s < m.end() for s, e in taken)
    ]
    if len(free) != 1 or not 12 <= int(free[0][0]) <= 60 or not any(p.concept == "@name" for p in parts):
        return []
    return [Part(at, AGE, "@", free[0].span(), free[0][0], 0, True, float(free[0][0]))]


def _each_an_age(at: int, text: str, parts: Sequence[Part], taken: Sequence[Span]) -> list[Part]:
    """Two or more numbers of two digits that each follow a word for "one" ("one 19, the other 27"): ages, where no price or
    measure is."""
    if len(text) > 80 or any(p.concept == AGE for p in parts):
        return []
    ones = [p.span[1] for p in parts if p.concept == "number"] + [m.end() for m in _ONE_OF.finditer(text)]
    found = []
    for m in _TWO_DIGITS.finditer(text):
        if not 14 <= int(m[0]) <= 55 or any(m.start() < e and s < m.end() for s, e in taken):
            continue
        if any(0 <= m.start() - end <= 4 for end in ones):
            found.append(Part(at, AGE, "@", m.span(), m[0], 0, True, float(m[0])))
    return found if len(found) > 1 else []


def _reaches(o: Observable, text: str) -> bool:
    """True for values through which somebody can be written to: a number, an invite, a handle that is not a mere mention
    at the head of a reply or of a repost."""
    if o.kind == "phone":
        return True
    if o.kind == "link":
        return bool(_INVITE.search(o.written) or _INVITE.search(o.value or ""))
    if o.kind == "handle":
        before = text[: o.span[0]].strip(" \t\n\"'“”«»:.,").split()
        return bool(before) and not all(w.startswith("@") or w.upper() in ("RT", "MT") for w in before)
    return False


def _is_picture(mime: str | None, name: str | None) -> bool:
    if mime:
        return mime.startswith(("image/", "video/"))
    return name is not None and name.lower().endswith((".jpg", ".jpeg", ".png", ".webp", ".heic", ".mp4"))


def _longest(hits: Sequence[Hit], text: str) -> Iterator[Hit]:
    """Hits of terms, without those that a more precise one explains.

    A form over several words explains what lies inside it. Within one word a form that is the whole word explains those
    that need something attached; where none is, the forms that leave at most one letter more than the best one stay.
    """
    reach: dict[tuple[int, int], int] = {}
    wide: list[tuple[int, int, Hit]] = []
    known = groups()
    last = start, end = -1, -1
    for h in hits:
        if h.term is None or (h.term.concept not in known and h.term.concept not in _MEASURES):
            continue
        if h.term.concept in _ALWAYS:
            yield h
            continue
        if (h.start, h.end) != last:  # several languages may know the same form
            last = start, end = h.start, h.end
            while start > 0 and _in_word(text[start - 1]) and _in_word(text[start]):
                start -= 1
            while end < len(text) and _in_word(text[end]) and _in_word(text[end - 1]):
                end += 1
        wide.append((start, end, h))
        reach[start, end] = max(reach.get((start, end), 0), h.end - h.start)
    wide.sort(key=lambda w: (w[0], -w[1], w[2].start, -w[2].end))
    best = (-1, -1)
    seen: set[tuple[int, int, str]] = set()
    for start, end, h in wide:
        if best[0] <= start and end <= best[1] and (start, end) != best:
            continue
        if end > best[1]:
            best = (start, end)
        length = h.end - h.start
        if length < reach[start, end] - (0 if reach[start, end] == end - start else 1):
            continue
        assert h.term is not None
        key = (start, end, h.term.concept)
        if key not in seen:
            seen.add(key)
            yield h


def _in_word(c: str) -> bool:
    """Whether a character can be part of a longer word; Chinese characters are words of their own."""
    return (c.isalnum() and not "\u3400" <= c <= "\u9fff") or c == "_"


def distance(a: Part, b: Part) -> int:
    """Characters between two parts of one message (0 when they touch); very far for different messages."""
    if a.at != b.at:
        return 1 << 30
    return max(0, max(a.span[0], b.span[0]) - min(a.span[1], b.span[1]))


def near(parts: Iterable[Part], others: Iterable[Part], reach: int) -> list[Part]:
    """Those of `parts` that stand within `reach` characters of one of `others`."""
    targets = list(others)
    return [p for p in parts if any(distance(p, o) <= reach for o in targets)]
