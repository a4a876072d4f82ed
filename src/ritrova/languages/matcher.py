"""One matcher for all packs and cues: a wide first pass over a whole column of texts, then exact verification.

First pass for terms: the texts are written in an alphabet of one byte a character (letters that occur in packs have their own
byte, rarer ones share; everything that is no letter or digit is a blank), and hyperscan or an Aho-Corasick automaton looks
for one word of each term. First pass for cues: hyperscan (or re2) over UTF-8 with everything that narrows (``\b``,
look-around, anchors) taken away. What passes is verified in the folded text; `pattern` and the cue itself, as Python `re`
reads them, say what a hit is, and the tests hold both engines to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping, Sequence
from importlib.util import find_spec
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from ritrova.languages.automata import Search, literal_search, pattern_search, widened
from ritrova.languages.fold import VERSION as FOLD_VERSION
from ritrova.languages.fold import fold_column
from ritrova.languages.packs import Lexicon, Pack
from ritrova.model.text import Cue, Hit, Term

VERSION: Final = 7
GAP: Final = r"[ \-_'*~]{1,3}"
"""What may stand between the words of a term."""
_WORD: Final = re.compile(r"[^\W_]+")
GLUED: Final = frozenset(
    ("number", "currency", "unit", "month", "age_word", "born", "price_cue", "phone_cue", "per", "clock")
)
"""Concepts whose words may touch a digit: ``15k``, ``25yo``, ``3700usd``. Other words in Arabic letters may too."""
_SOFT: Final = frozenset(" -_'*~")
_OWN: Final = "ابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگڤ" + "абвгдежзиклмнопрстуфхцчшщъыьэюяієґ"
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789" + _OWN)
_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")


def _alphabet() -> npt.NDArray[np.uint8]:
    """Code point -> byte. Blank for what is no letter or digit, an own byte for common letters, a shared one for others."""
    table = np.full(0x110000, 0x20, dtype=np.uint8)
    shared = [*range(0x01, 0x0A), *range(0x0B, 0x20), *range(0x41, 0x5B), *range(0x80 + len(_OWN), 0x100)]
    spread = np.array(shared, dtype=np.uint8)
    whole = ((0x80, 0x323B0),)
    for first, end in whole:
        codes = np.arange(first, end, dtype=np.uint32)
        letters = np.fromiter(
            (chr(c).isalnum() for c in range(first, end)), dtype=np.bool_, count=end - first
        )
        table[first:end][letters] = spread[(codes[letters] * np.uint32(40503)) % np.uint32(len(shared))]
    for i in range(0x80):
        if chr(i).isalnum():
            table[i] = i
    for i, c in enumerate(_OWN):
        table[ord(c)] = 0x80 + i
    return table


_TABLE: npt.NDArray[np.uint8] | None = None


def _table() -> npt.NDArray[np.uint8]:
    global _TABLE
    if _TABLE is None:
        _TABLE = _alphabet()
    return _TABLE


def _encoded(text: str) -> bytes:
    return _table()[np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)].tobytes()


class _Form(msgspec.Struct, frozen=True, array_like=True):
    """One folded form: the terms it stands for, its words as a pattern, and which sides are open for affixes."""

    text: str
    terms: tuple[int, ...]
    prefixes: str = ""
    suffixes: str = ""
    han: bool = False
    glued: bool = False
    single: bool = True


class _Plan(msgspec.Struct, frozen=True, array_like=True):
    """What the automata look for: literals, the forms each may be, and patterns for forms without letters."""

    forms: tuple[_Form, ...]
    literals: tuple[bytes, ...]
    owners: tuple[tuple[int, ...], ...]
    signs: tuple[int, ...]
    limits: tuple[_Limits, ...]


class _Limits(msgspec.Struct, frozen=True, array_like=True):
    """What a literal may be, as a whole and with something attached."""

    heads: int
    tails: int
    glues: bool
    affixed: str
    """The one pack whose affixes it takes, or "" where there is none or more than one."""
    sure: bool
    """Whether, as a whole word, it can be nothing else."""


def _parted(spelled: bytes) -> bytes:
    """A blank between digits and letters, as in the block that is scanned."""
    return re.sub(rb"(?<=[0-9])(?=[^0-9 ])|(?<=[^0-9 ])(?=[0-9])", b" ", spelled)


def forms_of(folded: str) -> tuple[str, ...]:
    """The folded text of a term, and how it looks when an apostrophe is left out."""
    folded = folded.strip()
    if "'" in folded and _WORD.search(folded):
        return (folded, folded.replace("'", ""))
    return (folded,)


def core(text: str) -> str:
    """The pattern of a folded form, without its edges."""
    parts: list[str] = []
    last = 0
    for word in _WORD.finditer(text):
        parts += _between(text[last : word.start()], bool(last or word.start() == 0))
        parts.append(word.group())
        last = word.end()
    parts += _between(text[last:], False)
    return "".join(parts)


def _between(gap: str, inner: bool) -> list[str]:
    if not gap:
        return []
    if inner and set(gap) <= _SOFT:
        return [GAP]
    marks = [c for c in gap if c not in " "]
    return [r" {0,2}" + re.escape(c) + (r" {0,2}" if inner else "") for c in marks]


def pattern(
    text: str,
    prefixes: Sequence[str] = (),
    suffixes: Sequence[str] = (),
    han: bool = False,
    glued: bool = False,
) -> str:
    """What a hit of a folded form is, as plain Python `re`; group 1 is the form itself, without affixes."""
    body = core(text)
    if han or not _WORD.search(text):
        return f"({body})" if _WORD.search(text) else f"({re.escape(text)})"
    head = f"(?:{'|'.join(map(re.escape, prefixes))})?" if prefixes else ""
    tail = f"(?:{'|'.join(map(re.escape, suffixes))})?" if suffixes else ""
    left = f"(?<![^\\W{_digit(text[0], glued)}_])" if text[0].isalnum() else ""
    right = f"(?![^\\W{_digit(text[-1], glued)}_])" if text[-1].isalnum() else ""
    return f"{left}{head}({body}){tail}{right}"


def _digit(edge: str, glued: bool) -> str:
    """A word that may be glued to digits, and does not itself begin or end with one, needs no edge against them."""
    return "0-9" if glued and edge not in _DIGITS else ""


_DIGITS: Final = frozenset("0123456789")


def _scripts(text: str) -> str:
    for c in text:
        if "\u0600" <= c <= "\u06ff":
            return "Arab"
        if "\u0400" <= c <= "\u052f":
            return "Cyrl"
        if "a" <= c <= "z":
            return "Latn"
    return ""


def _plan(lexicon: Lexicon) -> _Plan:
    texts = fold_column([t.text for t in lexicon.terms])
    made: dict[tuple[str, str, str, bool, bool], list[int]] = {}
    for i, (term, folded) in enumerate(zip(lexicon.terms, texts, strict=True)):
        pack = lexicon.packs.get(term.language)
        for form in forms_of(folded):
            if not form:
                continue
            han = bool(_HAN.search(form)) or bool(pack and pack.words == "none" and not form.isascii())
            owner = ""
            if pack and i not in lexicon.bare and not han and _takes_affixes(pack, form, term):
                owner = pack.code
            prefixes = owner if pack and pack.prefixes and form[0].isalnum() else ""
            suffixes = owner if pack and pack.suffixes and form[-1].isalnum() else ""
            glued = not han and (term.concept in GLUED or _scripts(form) == "Arab")
            owned = made.setdefault((form, prefixes, suffixes, han, glued), [])
            if i not in owned:
                owned.append(i)
    forms: list[_Form] = []
    literals: dict[bytes, list[int]] = {}
    signs: list[int] = []
    for (form, prefixes, suffixes, han, glued), owned in made.items():
        words = list(_WORD.finditer(form))
        single = len(words) == 1 and words[0].span() == (0, len(form))
        position = len(forms)
        forms.append(_Form(form, tuple(owned), prefixes, suffixes, han, glued, single))
        if not words:
            signs.append(position)
            continue
        literal = _parted(_encoded(" ".join(w.group() for w in words)))
        if not han:
            literal = (b"" if prefixes else b" ") + literal + (b"" if suffixes else b" ")
        literals.setdefault(literal, []).append(position)
    owners = tuple(map(tuple, literals.values()))
    limits = tuple(_limits([forms[o] for o in each], lexicon) for each in owners)
    return _Plan(tuple(forms), tuple(literals), owners, tuple(signs), limits)


def _limits(forms: Sequence[_Form], lexicon: Lexicon) -> _Limits:
    if any(f.han for f in forms):
        return _Limits(1 << 40, 1 << 40, True, "", False)
    packs = lexicon.packs
    affixed = {f.prefixes or f.suffixes for f in forms}
    return _Limits(
        max((len(p) for f in forms if f.prefixes for p in packs[f.prefixes].prefixes), default=0),
        max((len(x) for f in forms if f.suffixes for x in packs[f.suffixes].suffixes), default=0),
        any(f.glued for f in forms),
        affixed.pop() if len(affixed) == 1 else "",
        all(_whole(f) and f.text == forms[0].text for f in forms),
    )


def _takes_affixes(pack: Pack, form: str, term: Term) -> bool:
    letters = sum(map(len, _WORD.findall(form)))
    return letters >= (2 if term.concept in GLUED else pack.shortest) and _scripts(form) in pack.affixed


class Matcher:
    """All terms and cues at once. Make it with `build`; `scan` may be called from several threads."""

    def __init__(
        self, lexicon: Lexicon, cues: Sequence[Cue], plan: _Plan, words: Search | None, rest: Search | None
    ) -> None:
        self.lexicon = lexicon
        self.cues = tuple(cues)
        self._plan = plan
        self._words = words
        self._rest = rest
        self._terms = [tuple(lexicon.terms[i] for i in f.terms) for f in plan.forms]
        self._patterns: dict[int, re.Pattern[str]] = {}
        self._prefixes = {c: frozenset(("", *p.prefixes)) for c, p in lexicon.packs.items()}
        self._suffixes = {c: frozenset(("", *p.suffixes)) for c, p in lexicon.packs.items()}
        self._terms_of = [
            tuple(t for o in owners for t in self._terms[o]) if limits.sure else None
            for owners, limits in zip(plan.owners, plan.limits, strict=True)
        ]
        self._measure()
        self._before = np.array([lit.startswith(b" ") for lit in plan.literals], dtype=np.int64)
        self._after = np.array([lit.endswith(b" ") for lit in plan.literals], dtype=np.int64)
        self._length = np.array([len(lit) for lit in plan.literals], dtype=np.int64)

    def _measure(self) -> None:
        """The limits of all literals as columns."""
        limits = self._plan.limits
        codes = {code: i for i, code in enumerate(sorted(self.lexicon.packs))}
        self._heads = np.array([x.heads for x in limits], dtype=np.int64)
        self._tails = np.array([x.tails for x in limits], dtype=np.int64)
        self._glues = np.array([x.glues for x in limits], dtype=np.bool_)
        self._closed = np.array([bool(x.affixed) for x in limits], dtype=np.bool_)
        self._pack = np.array([codes.get(x.affixed, 0) for x in limits], dtype=np.int64)
        self._ends = [_edges(self._prefixes[c], -1) for c in codes]
        self._begins = [_edges(self._suffixes[c], 0) for c in codes]

    @classmethod
    def build(
        cls,
        lexicon: Lexicon,
        cues: Sequence[Cue] = (),
        cache: MutableMapping[str, bytes] | None = None,
        engine: str | None = None,
    ) -> Matcher:
        """The matcher of a lexicon and cues.

        `cache` keeps compiled automata under names that change with the packs, the cues, the versions and the platform;
        whoever stores it decides where (the case keeps it encrypted). `engine` is "hyperscan" or "plain"; by default
        hyperscan where it is installed.
        """
        engine = engine or ("hyperscan" if find_spec("hyperscan") else "plain")
        key = f"plan-{VERSION}-{FOLD_VERSION}-{lexicon.sha256}"
        stored = cache.get(key) if cache is not None else None
        plan = msgspec.msgpack.decode(stored, type=_Plan) if stored is not None else _plan(lexicon)
        if cache is not None and stored is None:
            cache[key] = msgspec.msgpack.encode(plan)
        for cue in cues:
            if re.compile(cue.pattern).match(""):
                raise ValueError(f"the cue {cue.name} matches the empty text")
        wide = [re.escape(plan.forms[i].text) for i in plan.signs] + [widened(c.pattern) for c in cues]
        words = literal_search(plan.literals, engine, cache) if plan.literals else None
        rest = pattern_search(wide, engine, cache) if wide else None
        return cls(lexicon, cues, plan, words, rest)

    def scan(self, folded: Sequence[str]) -> Iterator[tuple[int, list[Hit]]]:
        """For each folded text with at least one hit: its position, and its hits sorted by start, then end."""
        for first in range(0, len(folded), _BLOCK):
            part = folded[first : first + _BLOCK]
            for i, hits in self._scan(part):
                yield first + i, hits

    def _scan(self, texts: Sequence[str]) -> list[tuple[int, list[Hit]]]:
        found: dict[int, list[Hit]] = {}
        if self._words is not None:
            self._find_words(texts, found)
        if self._rest is not None:
            self._find_rest(texts, found)
        out: list[tuple[int, list[Hit]]] = []
        for i in sorted(found):
            hits = found[i]
            if len(hits) > 1:
                hits.sort(key=_order)
            out.append((i, hits))
        return out

    def _find_words(self, texts: Sequence[str], found: dict[int, list[Hit]]) -> None:
        assert self._words is not None
        joined = "\n".join(("", *texts, ""))
        spelled = _table()[np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)]
        # Blanks in a row become one, so that the words of a term stand beside one another.
        blank = spelled == 0x20
        kept = np.empty(spelled.size, dtype=np.bool_)
        kept[0] = True
        np.logical_and(blank[1:], blank[:-1], out=kept[1:])
        np.logical_not(kept[1:], out=kept[1:])
        place = np.flatnonzero(kept)
        spelled = spelled[place]
        # Digits and letters that touch are parted, so that 15k is found by k; `glued` remembers where.
        digit = (spelled >= 0x30) & (spelled <= 0x39)
        full = spelled != 0x20
        touch = np.flatnonzero((digit[1:] != digit[:-1]) & full[1:] & full[:-1]) + 1
        if touch.size:
            spelled = np.insert(spelled, touch, 0x20)
            place = np.insert(place, touch, -1)
        block = spelled.tobytes()
        ids, ends = self._words.find(block)
        if not ids:
            return
        starts = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1, out=starts[1:])
        starts += 1
        which = np.array(ids, dtype=np.int64)
        last = np.array(ends, dtype=np.int64) - 1 - self._after[which]
        first = np.array(ends, dtype=np.int64) - self._length[which] + self._before[which]
        side = (place[first - 1] < 0) + 2 * (place[np.minimum(last + 1, place.size - 1)] < 0)
        keep, bare = self._sift(spelled, which, first, last, side)
        which, first, last, side, bare = which[keep], first[keep], last[keep], side[keep], bare[keep]
        begin, stop = place[first], place[last] + 1
        where = np.searchsorted(starts, begin, side="right") - 1
        begin -= starts[where]
        stop -= starts[where]
        terms_of = self._terms_of
        owners = self._plan.owners
        rows = zip(
            which.tolist(),
            first.tolist(),
            last.tolist(),
            begin.tolist(),
            stop.tolist(),
            where.tolist(),
            side.tolist(),
            bare.tolist(),
            strict=True,
        )
        for literal, left, right, start, end, i, glue, alone in rows:
            terms = terms_of[literal]
            if alone and terms is not None:
                into = found.get(i)
                if into is None:
                    into = found[i] = []
                for term in terms:
                    into.append(Hit(start, end, term.concept, term))
                continue
            text = texts[i]
            for position in owners[literal]:
                form = self._plan.forms[position]
                if glue and not form.han and not _may_touch(form, glue):
                    continue
                span = self._stands(text, start, end, form, position, block, left, right + 1)
                if span:
                    for term in self._terms[position]:
                        found.setdefault(i, []).append(Hit(*span, term.concept, term))

    def _sift(
        self,
        spelled: npt.NDArray[np.uint8],
        which: npt.NDArray[np.int64],
        first: npt.NDArray[np.int64],
        last: npt.NDArray[np.int64],
        side: npt.NDArray[np.int64],
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which candidates may stand where they are, and which are whole words without anything attached or glued.

        What is before and behind a candidate within its word must be as long as some affix of its language, and end or
        begin with the same letters; whether it is one is decided by `_stands`.
        """
        blanks = np.flatnonzero(spelled == 0x20)
        at = np.searchsorted(blanks, first)
        head = first - blanks[at - 1] - 1
        tail = blanks[np.searchsorted(blanks, last + 1)] - last - 1
        bare = (head == 0) & (tail == 0) & (side == 0)
        keep = (
            (head <= self._heads[which]) & (tail <= self._tails[which]) & ((side == 0) | self._glues[which])
        )
        with_head = np.flatnonzero(keep & (head > 0) & self._closed[which])
        keep[with_head] = _allowed(
            self._ends, self._pack[which[with_head]], spelled[first[with_head] - 1], head[with_head]
        )
        with_tail = np.flatnonzero(keep & (tail > 0) & self._closed[which])
        keep[with_tail] = _allowed(
            self._begins, self._pack[which[with_tail]], spelled[last[with_tail] + 1], tail[with_tail]
        )
        return keep, bare

    def _stands(
        self, text: str, start: int, end: int, form: _Form, position: int, block: bytes, left: int, right: int
    ) -> tuple[int, int] | None:
        """The span of the form that seems to stand here, or None if it is something else."""
        if form.prefixes and left:
            head = left - block.rfind(b" ", 0, left) - 1
            if head:
                before = start - head
                if text[before:start] not in self._prefixes[form.prefixes]:
                    return None
                if not form.glued and before and text[before - 1].isalnum():
                    return None
        if form.suffixes:
            tail = block.find(b" ", right) - right
            if tail:
                after = end + tail
                if text[end:after] not in self._suffixes[form.suffixes]:
                    return None
                if not form.glued and text[after : after + 1].isalnum():
                    return None
        if form.single:
            return (start, end) if text[start:end] == form.text else None
        if form.text[0].isalnum():
            m = self._body(position).match(text, start)
            return m.span() if m else None
        first = max(0, start - 4 * len(form.text))
        return next(
            (m.span() for m in self._body(position).finditer(text, first) if m.start() <= start < m.end()),
            None,
        )

    def _body(self, position: int) -> re.Pattern[str]:
        known = self._patterns.get(position)
        if known is None:
            known = self._patterns[position] = re.compile(core(self._plan.forms[position].text))
        return known

    def plain(self, position: int) -> str:
        """The plain `re` of a form (group 1 is the hit): the definition that tests compare the engines with."""
        form = self._plan.forms[position]
        packs = self.lexicon.packs
        prefixes = packs[form.prefixes].prefixes if form.prefixes else ()
        suffixes = packs[form.suffixes].suffixes if form.suffixes else ()
        return pattern(form.text, prefixes, suffixes, form.han, form.glued)

    def definitions(self) -> Iterator[tuple[str, tuple[Term, ...]]]:
        """Each form's plain `re` and the terms that it stands for."""
        for position, terms in enumerate(self._terms):
            yield self.plain(position), terms

    def _find_rest(self, texts: Sequence[str], found: dict[int, list[Hit]]) -> None:
        assert self._rest is not None
        signs = self._plan.signs
        for i, which in self._rest.find_texts(texts):
            text = texts[i]
            if which < len(signs):
                form = self._plan.forms[signs[which]]
                at = text.find(form.text)
                while at >= 0:
                    for term in self._terms[signs[which]]:
                        found.setdefault(i, []).append(Hit(at, at + len(form.text), term.concept, term))
                    at = text.find(form.text, at + len(form.text))
                continue
            cue = self.cues[which - len(signs)]
            for m in _compiled(cue.pattern).finditer(text):
                found.setdefault(i, []).append(Hit(m.start(), m.end(), cue.name))


def _whole(form: _Form) -> bool:
    """One word whose letters have bytes of their own: nothing else is spelled so. Digits and letters are parted in the
    block, so a word that mixes them is looked at."""
    mixed = any(c.isdigit() for c in form.text) and not form.text.isdigit()
    return form.single and not form.han and not mixed and _PLAIN.issuperset(form.text)


def _edges(affixes: frozenset[str], at: int) -> npt.NDArray[np.bool_]:
    """A table [length, byte]: whether an affix of that length has that byte at its inner edge."""
    longest = max(map(len, affixes))
    table = np.zeros((longest + 1, 256), dtype=np.bool_)
    for affix in affixes:
        if affix:
            # Seen from the word: a prefix ends where the word begins, a suffix begins where it ends.
            table[len(affix), _encoded(affix[at])[0]] = True
    return table


def _allowed(
    tables: Sequence[npt.NDArray[np.bool_]],
    pack: npt.NDArray[np.int64],
    edge: npt.NDArray[np.uint8],
    length: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    out = np.zeros(pack.size, dtype=np.bool_)
    for code, table in enumerate(tables):
        mine = np.flatnonzero(pack == code)
        if mine.size:
            short = np.minimum(length[mine], table.shape[0] - 1)
            out[mine] = table[short, edge[mine]] & (length[mine] < table.shape[0])
    return out


def _may_touch(form: _Form, side: int) -> bool:
    """Whether a form may stand with a digit on its left (1), right (2) or both (3) sides."""
    if not form.glued:
        return False
    return not (side & 1 and form.text[0] in _DIGITS) and not (side & 2 and form.text[-1] in _DIGITS)


_BLOCK: Final = 4096
_NONE: Final = frozenset(("",))


def _order(hit: Hit) -> tuple[int, int, str]:
    return (hit.start, hit.end, hit.cue)


def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)
