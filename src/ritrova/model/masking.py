"""Replace names, numbers and handles inside a text, and know afterwards where everything else went.

What is replaced: names, numbers and handles that the case knows (however they are folded), what observables point at, and what looks
like a phone number in any digit system, a handle, an e-mail address, an app's address (JID), an invite or profile link, an
IBAN or a wallet address. A number of seven digits or more is taken for a phone number unless it is a date, a sum grouped by
thousands, a round sum, or a price or age that an extractor found: to hide too much is the lesser fault here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

import msgspec

from ritrova.model import app_words, looks
from ritrova.model.folding import STOP_WORDS, digits, fold, stands_alone, way_back, words
from ritrova.model.records import Observable, Span

PRIVATE_KINDS: frozenset[str] = frozenset({"phone", "handle", "crypto", "iban", "name"})
"""Kinds of observables whose words are replaced."""
_PLAIN_KINDS = frozenset({"price", "age", "date", "place"})


class Masked(msgspec.Struct, frozen=True):
    """A text with replacements. `moves` are (start, end, new start, new end) of what was replaced, in order."""

    text: str
    moves: tuple[tuple[int, int, int, int], ...] = ()

    def span(self, span: Span) -> Span:
        """Where a span of the text as written is now; one that touches a replacement covers all of it."""
        return (self._place(span[0], False), self._place(span[1], True))

    def _place(self, at: int, end: bool) -> int:
        shift = 0
        for start, stop, new_start, new_stop in self.moves:
            if at < start or (at == start and (end or start == stop)):
                break
            if at < stop:
                return new_stop if end and at > start else new_start
            if at == stop and end:
                return new_stop
            shift = new_stop - stop
        return at + shift


class Known(msgspec.Struct):
    """What the case knows of people, as it was written: collected before anything is hidden."""

    people: set[str] = msgspec.field(default_factory=set)
    """Names of accounts, contacts and persons described: hidden whole, word by word, and run together."""
    titles: set[str] = msgspec.field(default_factory=set)
    """Names of groups, channels and files: hidden whole."""
    phones: set[str] = msgspec.field(default_factory=set)
    handles: set[str] = msgspec.field(default_factory=set)
    written: dict[str, tuple[str, str]] = msgspec.field(default_factory=dict)
    """Words that an extractor took for a private value -> (kind, normal form)."""


class Masker:
    """Finds what must be replaced. `call(kind, key)` gives the replacement for a phone, handle, name ... in its normal form."""

    def __init__(self, known: Known, call: Callable[[str, str], str]) -> None:
        self._call = call
        self._phones: dict[str, str] = {}
        for phone in known.phones:
            self._phones[digits(phone)] = digits(phone)
        self._tails: dict[str, set[str]] = {}
        for number in self._phones:
            for length in range(7, len(number)):
                self._tails.setdefault(number[-length:], set()).add(number)
        self._terms: dict[str, tuple[str, str, bool]] = {}
        self._spread: dict[str, str] = {}
        self._learn(known)
        self._find: Callable[[str], Iterator[tuple[str, str, int, int]]] | None = None

    def _learn(self, known: Known) -> None:
        for written, (kind, value) in known.written.items():
            self._term(fold(written), kind, value, kind == "name")
        for handle in known.handles:
            self._term(fold(handle).lstrip("@"), "handle", fold(handle).lstrip("@"), True)
        for name in known.titles:
            if len(words(name)) > 1 or any(c.isdigit() for c in name):
                whole = " ".join(fold(name).split())
                self._term(whole, "name", whole, True)
                self._apart(whole)
        for name in known.people:
            whole = " ".join(fold(name).split())
            self._apart(whole)
            parts = words(name)
            letters = re.findall(r"[^\W_]+", whole)
            self._term(whole, "name", whole, len(whole) < 6)
            if len(parts) >= 1 and letters:
                self._term(" ".join(letters), "name", whole, len("".join(letters)) < 6)
            if len(letters) > 1 and len("".join(letters)) >= 6:
                self._term("".join(letters), "name", whole, False)
            for word in parts:
                self._term(word, "name", word, len(word) < 6)
                if len(word) >= 6 and "\u0400" <= word[0] <= "\u04ff":
                    self._term(word[:-1], "name", word[:-1], False)  # Slavic names change their ending

    def _apart(self, whole: str) -> None:
        """Remember a name of several words however they are set apart: by two spaces, a line end, a hyphen, nothing."""
        letters = re.findall(r"[^\W_]+", whole)
        if len(letters) > 1 and len("".join(letters)) >= 6:
            self._spread.setdefault(" ".join(letters), whole)
            if len("".join(letters)) >= 8:
                self._spread.setdefault("".join(letters), whole)

    def _term(self, folded: str, kind: str, key: str, bounded: bool) -> None:
        meaning = [c for c in folded if c.isalnum()]
        if (
            not meaning
            or (len(meaning) < 2 and ord(meaning[0]) < 0x2E80)
            or (len(meaning) < 5 and kind in ("phone", "iban"))
        ):
            return
        if folded in STOP_WORDS or (len(meaning) < 3 and meaning[0].isascii()) or len(folded) > 400:
            return
        if kind == "name" and all(c.isdigit() for c in meaning) and len(meaning) < 7:
            return
        self._terms.setdefault(folded, (kind, key, bounded))

    def phone(self, number: str) -> str:
        """The key of a phone number: the number that the case knows if it is the only one that ends so, else its digits."""
        plain = digits(number)
        if plain in self._phones:
            return plain
        national = plain.removeprefix("00").lstrip("0")
        if national in self._phones:
            return national
        fits = self._tails.get(national, set())
        return next(iter(fits)) if len(fits) == 1 else national

    def knows(self, number: str) -> bool:
        """True when this number, however prefixed, is one that the case knows."""
        return self.phone(number) in self._phones

    def mask(self, text: str, observables: Sequence[Observable] = (), system: bool = False) -> Masked:
        """The text with everything private replaced. `observables` are those of this text (spans in it as written).
        Of a line that the app wrote (`system`) only the app's own words stay.
        """
        if not text:
            return Masked(text)
        found: list[tuple[int, int, int, str]] = []
        kept: list[Span] = []
        for o in observables:
            if o.kind in PRIVATE_KINDS:
                key = self.phone(o.value or o.written) if o.kind == "phone" else fold(o.value or o.written)
                found.append((*o.span, 0, self._called(o.kind, key)))
            elif o.kind in _PLAIN_KINDS and not self._phone_after_all(o.written):
                kept.append(o.span)
        if "@" in text or "＠" in text:
            found += ((m.start(), m.end(), 1, self._jid(m[0])) for m in looks.JID.finditer(text))
            found += (
                (m.start(), m.end(), 2, self._call("email", fold(m[0]))) for m in looks.MAIL.finditer(text)
            )
            found += ((m.start(), m.end(), 4, self._handle(m[0])) for m in looks.HANDLE.finditer(text))
        if "/" in text:
            for m in looks.LINK.finditer(text):
                if (shown := self.link(m[0])) is not None:
                    found.append((m.start(), m.start() + len(m[0].rstrip(".,;:!?)]}،؛؟")), 3, shown))
        found += self._numbers(text, kept)
        found += self._names(text)
        if system:
            for start, end in app_words.others(text):
                found.append((start, end, 7, self._call("name", " ".join(fold(text[start:end]).split()))))
        if not text.isascii() or any(c.isdigit() for c in text):
            found += (
                (m.start(), m.end(), 1, self._call("iban", m[0].replace(" ", "")))
                for m in looks.IBAN.finditer(text)
            )
            found += (
                (m.start(), m.end(), 1, self._call("crypto", m[0])) for m in looks.WALLET.finditer(text)
            )
        return _replaced(text, found) if found else Masked(text)

    def _phone_after_all(self, written: str) -> bool:
        number = digits(written)
        return len(number) >= 7 and (number[0] == "0" or "+" in written or self.phone(number) in self._phones)

    def _called(self, kind: str, key: str) -> str:
        return self._handle(key) if kind == "handle" else self._call(kind, key)

    def _handle(self, written: str) -> str:
        if written[1:].isdigit() and len(written) > 7:
            return self._call("phone", self.phone(written))
        return "@" + self._call("handle", fold(written).lstrip("@＠"))

    def _jid(self, written: str) -> str:
        user = written.rpartition("@")[0].partition(":")[0]
        if user.isdigit() and written.lower().endswith(("whatsapp.net", "c.us")):
            return self._call("phone", self.phone(user))
        return self._call("jid", fold(written))

    def link(self, written: str) -> str | None:
        """What a link to a person or a group is shown as; None for other links."""
        plain = written.rstrip(".,;:!?)]}،؛؟")
        match = looks.SOCIAL.fullmatch(plain)
        if match is None:
            scheme = looks.SCHEME.fullmatch(plain)
            return None if scheme is None else f"{scheme[1].lower()}://{self._target(scheme[2])}"
        return f"{match[1].lower()}/{self._target(match[2])}" if match[2] else None

    def _target(self, rest: str) -> str:
        rest = looks.ROUTE.sub("", rest.lstrip("/"), count=2)
        number = re.search(r"(?:phone=|number=|^)[+ ]?(?:%2B)?(\d{7,15})", rest)
        if number:
            return self._call("phone", self.phone(number[1]))
        name = re.search(r"(?:domain=|invite=|text=)?([^/?&#]+)", rest)
        return self._call("handle", fold(name[1]).lstrip("@+") if name else "")

    def _numbers(self, text: str, kept: Sequence[Span]) -> Iterable[tuple[int, int, int, str]]:
        for m in looks.NUMBER.finditer(text):
            for start, end in _without(text, m.start(), m.end(), kept):
                yield from self._stretch(text, start, end)
        if "\n" in text:
            for m in looks.LINES.finditer(text):
                if "\n" in m[0] and (key := self.phone(m[0])) in self._phones:
                    yield m.start(), m.end(), 5, self._call("phone", key)

    def _stretch(self, text: str, start: int, end: int) -> Iterable[tuple[int, int, int, str]]:
        """The phone numbers in a stretch of digits and signs: known ones first, then long groups, then what is left."""
        if len(digits(text[start:end])) < 7:
            return
        groups = [m.span() for m in looks.GROUP.finditer(text, start, end)]
        single = (self.phone(text[start:end]) in self._phones) or len(groups) == 1
        found = (start, end) if single else self._inside(text, groups)
        if found is None:
            if not _sum(text[start:end]):
                yield start, end, 5, self._call("phone", self.phone(text[start:end]))
            return
        first, last = found
        while first > start and text[first - 1] in "+＋":
            first -= 1
        key = self.phone(text[first:last])
        if key in self._phones or not _sum(text[first:last]):
            yield first, last, 5, self._call("phone", key)
        if (first, last) != (start, end):
            yield from self._stretch(text, *_trimmed(text, start, first))
            yield from self._stretch(text, *_trimmed(text, last, end))

    def _inside(self, text: str, groups: list[Span]) -> Span | None:
        """A known number made of neighbouring groups of digits, else the first group that is long enough by itself."""
        if len(groups) <= 40:
            for length in range(min(len(groups), 8), 0, -1):
                for at in range(len(groups) - length + 1):
                    span = (groups[at][0], groups[at + length - 1][1])
                    if self.phone(text[span[0] : span[1]]) in self._phones:
                        return span
        return next((span for span in groups if len(digits(text[span[0] : span[1]])) >= 9), None)

    def _engines(self) -> Callable[[str], Iterator[tuple[str, str, int, int]]]:
        """Two matchers: words that must stand alone are tried wherever they occur, the others leftmost and longest first."""
        from ahocorasick_rs import AhoCorasick, MatchKind

        bounded = [term for term, (_, _, alone) in self._terms.items() if alone]
        free = [term for term, (_, _, alone) in self._terms.items() if not alone]
        words, whole = AhoCorasick(bounded), AhoCorasick(free, matchkind=MatchKind.LeftmostLongest)
        spread = list(self._spread)
        loose = AhoCorasick(spread)

        def find(folded: str) -> Iterator[tuple[str, str, int, int]]:
            for term, start, end in whole.find_matches_as_indexes(folded):
                yield (*self._terms[free[term]][:2], start, end)
            for term, start, end in words.find_matches_as_indexes(folded, overlapping=True):
                if stands_alone(folded, start, end):
                    yield (*self._terms[bounded[term]][:2], start, end)
            even = _BETWEEN.sub(" ", folded)
            if hits := loose.find_matches_as_indexes(even, overlapping=True) if spread else ():
                there = _way_from_even(folded)
                for term, start, end in hits:
                    if stands_alone(even, start, end):
                        yield "name", self._spread[spread[term]], there[start], there[end - 1] + 1

        return find

    def _names(self, text: str) -> Iterable[tuple[int, int, int, str]]:
        if not self._terms and not self._spread:
            return
        if self._find is None:
            self._find = self._engines()
        folded = fold(text)
        back: list[int] | None = None
        for kind, key, start, end in self._find(folded):
            if back is None:
                back = way_back(text)
            last = back[end - 1] + 1
            shown = self._call(kind, self.phone(key) if kind == "phone" else key)
            yield back[start], max(last, back[end] if end == len(folded) else last), 6, shown


_BETWEEN = re.compile(r"[\W_]+")
"""What may stand between the words of a name."""


def _way_from_even(folded: str) -> list[int]:
    """For each character of a text whose words are set apart by one space each, its place in the text."""
    way: list[int] = []
    at = 0
    for m in _BETWEEN.finditer(folded):
        way += range(at, m.start())
        way.append(m.start())
        at = m.end()
    return [*way, *range(at, len(folded))]


def _without(text: str, start: int, end: int, kept: Sequence[Span]) -> Iterable[Span]:
    """The stretch without dates, clock times and spans that an extractor explained otherwise."""
    cuts = [s for s in kept if s[0] < end and s[1] > start]
    cuts += [m.span() for m in looks.DATE.finditer(text, start, end) if _is_date(m)]
    cuts += [m.span() for m in looks.CLOCK.finditer(text, start, end)]
    at = start
    for first, last in sorted(cuts):
        if first > at:
            yield _trimmed(text, at, first)
        at = max(at, last)
    if at < end:
        yield _trimmed(text, at, end)


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and unicodedata.digit(text[start], None) is None and text[start] not in "+＋":
        start += 1
    while (
        end > start and unicodedata.digit(text[end - 1], None) is None and text[end - 1] not in "\ufe0f\u20e3"
    ):
        end -= 1
    return start, end


def _is_date(m: re.Match[str]) -> bool:
    year, month, day = (m[1], m[3], m[4]) if m[1] else (m[8], m[7], m[5])
    numbers = int(year), int(month), int(day)
    years = 1900 <= numbers[0] <= 2100 or len(year) == 2
    for one, two in ((numbers[1], numbers[2]), (numbers[2], numbers[1])):
        if years and 1 <= one <= 12 and 1 <= two <= 31:
            try:
                date(2000 if len(year) == 2 else numbers[0], one, two)
            except ValueError:
                continue
            return True
    return False


def _sum(piece: str) -> bool:
    """Looks like an amount (grouped by thousands, or round), or like years."""
    plain = "".join(str(unicodedata.digit(c)) if unicodedata.digit(c, None) is not None else c for c in piece)
    return any(look.fullmatch(plain) for look in (looks.GROUPED, looks.ROUND, looks.YEARS))


def _replaced(text: str, found: list[tuple[int, int, int, str]]) -> Masked:
    """Overlapping stretches become one, shown as the most telling of them (an observable, an address, ... a name)."""
    found.sort(key=lambda f: (f[0], -f[1], f[2]))
    merged: list[tuple[int, int, int, int, str]] = []
    for start, end, weight, shown in found:
        if start >= end:
            continue
        if merged and start < merged[-1][1]:
            a, b, best, length, best_shown = merged[-1]
            if (-weight, end - start) > (-best, length):
                best, length, best_shown = weight, end - start, shown
            merged[-1] = (a, max(b, end), best, length, best_shown)
        else:
            merged.append((start, end, weight, end - start, shown))
    pieces: list[str] = []
    moves: list[tuple[int, int, int, int]] = []
    at = size = 0
    for start, end, _, _, shown in merged:
        pieces += (text[at:start], shown)
        size += start - at
        moves.append((start, end, size, size + len(shown)))
        size += len(shown)
        at = end
    pieces.append(text[at:])
    return Masked("".join(pieces), tuple(moves))
