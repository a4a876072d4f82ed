"""The different wordings of a case, what each of their words says, and how alike two wordings are.

What was seen of pairs before (`likeness.Alike`) is taken over; only pairs with a text that came since are looked for and looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ritrova.linkers.candidates import fresh_pairs
from ritrova.linkers.comparing import Said, first_look
from ritrova.linkers.likeness import CLOSE, FIRST, NOT, Alike, Floats, look
from ritrova.linkers.masking import masked
from ritrova.linkers.sketches import Hashes, Rows, Stock, distinct, sketched
from ritrova.model.view import View

HALF = 0.6
"""Share of the weight of the shorter text that both must have."""
EVIDENCE = 22.0
"""How surprising the shared words must be together, in nats: words that everybody uses prove nothing, however many they are."""
SHARED = 5
"""Words, numbers left out, that both must have as they are."""
SURE = 0.45
"""Share of what is needed that exact words must give before slips of the hand are looked for."""
ENOUGH = 0.95
"""Share of the shorter text above which nothing more is looked for."""
LEAST = 1_000
"""Texts that a case is taken to have at least, so that words of a small one count as rare too."""
WORDS_AT_ONCE = 500_000
"""Words that are numbered or gathered in one go."""
HELD = 100_000
"""Texts that stay at hand."""
AT_ONCE = 20_000
"""Pairs whose words are weighed in one go."""
AT_FIRST = 5_000
"""Pairs whose words are compared in one go."""
ROUNDED = 1e-6
"""More than sums of the same weights in another order can differ by."""


class Wordings:
    """Wordings by number, in the order in which they came; `twins` are the rows of each.

    A word says the logarithm of how rarely it is used. Words are asked for in the texts only where two wordings are near enough
    to be looked at.
    """

    def __init__(self, view: View, stock: Stock, kept: Alike) -> None:
        self._view = view
        self._stock = stock
        order = np.argsort(stock.keys, kind="stable")
        keys = stock.keys[order]
        begin = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        by_place = np.argsort(order[begin])
        self.first: Rows = order[begin][by_place]
        """Place among the sketches of each wording's first message."""
        self.copies: Rows = np.diff(np.concatenate((begin, [len(keys)])))[by_place]
        self._begin, self._order = begin[by_place], order
        seen = int(np.searchsorted(stock.rows, kept.last, side="right"))
        self._came = stock.words(seen)
        self._count_words(seen, self._came, kept)
        self._texts: dict[int, str] = {}
        self._take_over(seen, kept)

    def twins(self, n: int) -> list[int]:
        """Rows of the messages with this wording."""
        begin = int(self._begin[n])
        rows: list[int] = self._stock.rows[self._order[begin : begin + int(self.copies[n])]].tolist()
        return rows

    def _count_words(self, seen: int, said: Hashes, kept: Alike) -> None:
        """In how many messages each word stands: what was counted before, and the sketches from `seen` on."""
        some_of = [distinct(said[at : at + WORDS_AT_ONCE]) for at in range(0, len(said), WORDS_AT_ONCE)]
        fresh = distinct(np.concatenate((kept.words[:0], *some_of)))
        self.words: Hashes = distinct(np.concatenate((kept.words, fresh)))
        self.used: Rows = np.zeros(len(self.words), np.int64)
        self.used[np.searchsorted(self.words, kept.words)] += kept.used
        for owner, some in _parts(said, self._stock.counts[seen:]):
            which = _told_by(owner, some, self.words) % max(len(self.words), 1)
            self.used += np.bincount(which, minlength=len(self.words))
        self.weight: Floats = np.log(max(len(self._stock), LEAST) / self.used)
        number = sketched([0], [" ".join("0" * 7)]).words[0]
        self._number = int(np.searchsorted(self.words, number)) if number in self.words else -1

    def _take_over(self, seen: int, kept: Alike) -> None:
        """Pairs from before and those that came; what the words of each wording in them say together."""
        came = fresh_pairs(self._stock, self.first, int(np.searchsorted(self.first, seen)))
        old = [self._numbers(rows) for rows in (kept.one, kept.two)]
        pairs = np.concatenate((np.stack(old, axis=1), came))
        fresh = np.ones(len(came), np.uint8)
        del came
        several = np.flatnonzero(self.copies > 1)
        self._involved: Rows = distinct(np.concatenate((pairs.ravel(), several)))
        self._hold(seen, self._came, kept)
        del self._came
        codes, differing = [np.zeros(0, np.int64)], np.zeros(len(self._involved), np.int64)
        for owner, some in _parts(self._said, self._lengths):
            told = _told_by(owner, some, self.words)
            differing += np.bincount(told // max(len(self.words), 1), minlength=len(differing))
            codes.append(told[told % max(len(self.words), 1) != self._number])
        self._differing: Rows = differing
        """How many different words each has, a number one of them: the one with fewer is the shorter."""
        self._codes: Rows = np.concatenate(codes)
        self._from: Rows = np.searchsorted(self._codes, np.arange(len(self._involved) + 1) * len(self.words))
        said_by = self._codes // max(len(self.words), 1)
        self._whole = _summed(
            said_by, self.weight[self._codes % max(len(self.words), 1)], len(self._involved)
        )
        common, both = self._weighed(pairs)
        was = len(kept.one)
        enough = (common >= SHARED) | (np.arange(len(pairs)) < was)
        self.pairs: Rows = pairs[enough]
        self._common, self.both = common[enough], both[enough]
        self.candidate = np.concatenate((kept.candidate, fresh))[enough]
        self._looked = np.concatenate((kept.looked, NOT * fresh))[enough]
        self._replaced, self._replaced_word = kept.replaced, kept.replaced_word
        self._maybe, self._maybe_word = kept.maybe, kept.maybe_word
        self._near, self._near_one, self._near_two = kept.near, kept.near_one, kept.near_two
        self._asked: list[tuple[int, int, int, list[int], list[tuple[int, int]]]] = []

    def _numbers(self, rows: Rows) -> Rows:
        """Wordings by the row of their first message."""
        return np.searchsorted(self.first, np.searchsorted(self._stock.rows, rows))

    def _hold(self, seen: int, words: Hashes, kept: Alike) -> None:
        """The words of the wordings involved: as they were kept, from the sketches that came (`words`), or else from the text."""
        places = self.first[self._involved]
        known = self._numbers(kept.held)
        lost = self._involved[places < seen]
        lost = lost[~np.isin(lost, known)]
        numbers, lengths, said = [known], [kept.lengths], [kept.said]
        for batch in self._view.texts(only=self._stock.rows[self.first[lost]].tolist()) if len(lost) else ():
            made = sketched(batch.rows, self._view.fold(batch.texts))
            numbers.append(self._numbers(made.rows))
            lengths.append(made.counts.astype(np.int64))
            said.append(made.words)
        fresh = places[places >= seen]
        numbers.append(self._involved[places >= seen])
        counts = self._stock.counts[seen:]
        lengths.append(counts[fresh - seen])
        said.append(_gathered(words, (np.cumsum(counts) - counts)[fresh - seen], counts[fresh - seen]))
        every, length = np.concatenate(numbers), np.concatenate(lengths)
        order = np.argsort(every)
        order = order[np.isin(every[order], self._involved)]
        self._lengths: Rows = length[order]
        self._said = _gathered(np.concatenate(said), (np.cumsum(length) - length)[order], self._lengths)
        self._begins: Rows = np.cumsum(self._lengths) - self._lengths

    def whole(self, n: Any) -> Any:
        """What the words of wordings say together, numbers left out. Of those in pairs, and those with several messages."""
        return self._whole[np.searchsorted(self._involved, n)]

    def _weighed(self, pairs: Rows) -> tuple[Rows, Floats]:
        """How many words the wordings of each pair share, and what these say."""
        counted, said = [np.zeros(0, np.int64)], [np.zeros(0)]
        many = len(self.words)
        for n in range(0, len(pairs), AT_ONCE):
            a, b = np.searchsorted(self._involved, pairs[n : n + AT_ONCE]).T
            lengths = self._from[a + 1] - self._from[a]
            which = np.repeat(np.arange(len(a)), lengths)
            place = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            words = self._codes[place + np.repeat(self._from[a], lengths)] % many
            asked = b[which] * many + words
            at = np.minimum(np.searchsorted(self._codes, asked), len(self._codes) - 1)
            there = self._codes[at] == asked
            counted.append(np.bincount(which[there], minlength=len(a)))
            said.append(_summed(which[there], self.weight[words[there]], len(a)))
        return np.concatenate(counted), np.concatenate(said)

    def reckon(self) -> Floats:
        """How alike the wordings of each pair are; looks at the pairs that nobody has looked at and that are near enough."""
        least = np.minimum(self.whole(self.pairs[:, 0]), self.whole(self.pairs[:, 1]))
        near = _open(self._common, self.both, least)
        self._look_first(np.flatnonzero(near & (self._looked == NOT)))
        count = len(self.pairs)
        instead = _summed(self._replaced, self._of(self._replaced_word), count)
        most = self.both + _summed(self._maybe, self._of(self._maybe_word), count) + ROUNDED
        may = near & (self._looked == FIRST) & (most >= EVIDENCE) & (most + instead >= _need(least))
        self._look_closely(np.flatnonzero(may))
        gained = _summed(self._near, np.minimum(self._of(self._near_one), self._of(self._near_two)), count)
        shares, self.like = _share(self._common, self.both, least, instead, gained)
        coded = (self.pairs[:, 0] << 32) | self.pairs[:, 1]
        order = np.argsort(coded, kind="stable")
        self._coded, self._shares = coded[order], shares[order]
        self._known: dict[tuple[int, int], float] = {}
        return self.like

    def _of(self, words: Hashes) -> Floats:
        return self.weight[np.searchsorted(self.words, words)] if len(words) else np.zeros(0)

    def _look_first(self, places: Rows) -> None:
        """Compare the words of these pairs without reading them."""
        number = self.words[self._number] if self._number >= 0 else np.uint64(0)
        said = Said(self._said, self._begins, self._lengths)
        replaced, gone, maybe, words = (
            [self._replaced],
            [self._replaced_word],
            [self._maybe],
            [self._maybe_word],
        )
        for start in range(0, len(places), AT_FIRST):
            some = places[start : start + AT_FIRST]
            one, two = self.pairs[some].T
            a, b = np.searchsorted(self._involved, one), np.searchsorted(self._involved, two)
            turned = self._differing[a] > self._differing[b]
            seen = first_look(np.where(turned, b, a), np.where(turned, a, b), said, number)
            replaced.append(some[seen.replaced])
            gone.append(seen.replaced_word)
            maybe.append(some[seen.maybe])
            words.append(seen.maybe_word)
        self._looked[places] = FIRST
        self._replaced, self._replaced_word = np.concatenate(replaced), np.concatenate(gone)
        self._maybe, self._maybe_word = np.concatenate(maybe), np.concatenate(words)

    def _look_closely(self, places: Rows) -> None:
        """Read these pairs and compare their words letter by letter."""
        near: list[tuple[int, int, int]] = []
        for start in range(0, len(places), AT_ONCE):
            some = places[start : start + AT_ONCE].tolist()
            self.read(n for pair in self.pairs[some].tolist() for n in pair)
            for place in some:
                near += [(place, one, two) for one, two in self._look(*self.pairs[place].tolist())[1]]
        self._looked[places] = CLOSE
        s = np.array(near, np.uint64).reshape(-1, 3)
        self._near = np.concatenate((self._near, s[:, 0].astype(np.int64)))
        self._near_one = np.concatenate((self._near_one, s[:, 1]))
        self._near_two = np.concatenate((self._near_two, s[:, 2]))

    def _look(self, one: int, two: int) -> tuple[list[int], list[tuple[int, int]]]:
        """What `look` sees in two wordings that were read, as hashes of words in rising order."""
        a, b = self._texts[one].split(), self._texts[two].split()
        if (len(set(a)), one) > (len(set(b)), two):
            one, two, a, b = two, one, b, a
        gone, slips = look(a, b)
        if not gone and not slips:
            return [], []
        mine, theirs = (
            dict(zip(a, self._hashes(one), strict=True)),
            dict(zip(b, self._hashes(two), strict=True)),
        )
        return sorted(mine[w] for w in gone), sorted((mine[w], theirs[v]) for w, v in slips)

    def _hashes(self, n: int) -> list[int]:
        at = np.searchsorted(self._involved, n)
        hashes: list[int] = self._said[self._begins[at] : self._begins[at] + self._lengths[at]].tolist()
        return hashes

    def read(self, wordings: Iterable[int]) -> None:
        """Have the words of these wordings at hand."""
        wanted = set(wordings)
        if len(self._texts) > HELD:
            self._texts = {n: self._texts[n] for n in wanted if n in self._texts}
        rows = {int(self._stock.rows[self.first[n]]): n for n in wanted if n not in self._texts}
        for batch in self._view.texts(only=sorted(rows)):
            for row, folded in zip(batch.rows, self._view.fold(batch.texts), strict=True):
                self._texts[rows[row]] = masked(folded)

    def text(self, n: int) -> str:
        """The words of a wording that was among the last that were read."""
        return self._texts[n]

    def likeness(self, one: int, two: int) -> float:
        """How alike two wordings are that stand in pairs, though perhaps not in one."""
        pair = (one, two) if one < two else (two, one)
        if pair not in self._known:
            code = (pair[0] << 32) | pair[1]
            at = int(np.searchsorted(self._coded, code, side="right")) - 1
            there = at >= 0 and self._coded[at] == code
            self._known[pair] = float(self._shares[at]) if there else self._likeness(*pair)
        return self._known[pair]

    def _likeness(self, one: int, two: int) -> float:
        common, both = self._weighed(np.array([(one, two)]))
        least = np.minimum(self.whole([one]), self.whole([two]))
        gone: list[int] = []
        slips: list[tuple[int, int]] = []
        unclear = CLOSE if _open(common, both, least)[0] else NOT
        if unclear:
            self.read((one, two))
            gone, slips = self._look(one, two)
        self._asked.append((one, two, unclear, gone, slips))
        near = np.array(slips, np.uint64).reshape(-1, 2)
        instead = _summed(np.zeros(len(gone), np.int64), self._of(np.array(gone, np.uint64)), 1)
        nearly = np.minimum(self._of(near[:, 0]), self._of(near[:, 1]))
        gained = _summed(np.zeros(len(near), np.int64), nearly, 1)
        return float(_share(common, both, least, instead, gained)[0][0])

    def kept(self) -> Alike:
        """What the next time need not be seen again. Lets go of what wordings are compared by: nothing can be asked after it."""
        self._texts, self._known = {}, {}
        self._codes = self._from = self._coded = self._differing = np.zeros(0, np.int64)
        self._shares = self.like = self._whole = np.zeros(0)
        more = len(self.pairs)
        asked = self._asked
        rows = self._stock.rows[self.first]
        pairs = np.concatenate((self.pairs, np.array([a[:2] for a in asked], np.int64).reshape(-1, 2)))
        near = np.array([s for a in asked for s in a[4]], np.uint64).reshape(-1, 2)
        held = distinct(np.concatenate((pairs.ravel(), np.flatnonzero(self.copies > 1))))
        place = np.searchsorted(self._involved, held)
        return Alike(
            rows[pairs[:, 0]],
            rows[pairs[:, 1]],
            np.concatenate((self.candidate, np.zeros(len(asked), np.uint8))),
            np.concatenate((self._looked, np.array([a[2] for a in asked], np.uint8))),
            np.concatenate((self._replaced, _places(more, [len(a[3]) for a in asked]))),
            np.concatenate((self._replaced_word, np.array([w for a in asked for w in a[3]], np.uint64))),
            self._maybe,
            self._maybe_word,
            np.concatenate((self._near, _places(more, [len(a[4]) for a in asked]))),
            np.concatenate((self._near_one, near[:, 0])),
            np.concatenate((self._near_two, near[:, 1])),
            self.words,
            self.used,
            rows[held],
            self._lengths[place],
            _gathered(self._said, self._begins[place], self._lengths[place]),
            int(self._stock.rows[-1]),
            len(self._stock),
        )


def _summed(which: Rows, weights: Floats, count: int) -> Floats:
    """Sums by place, each added up in the order in which it stands, so that it is the same among others and alone."""
    summed: npt.NDArray[Any] = np.bincount(which, weights=weights, minlength=count)
    return summed


def _gathered(values: Hashes, starts: Rows, lengths: Rows) -> Hashes:
    """The stretches of values that begin here and are so long, one after the other."""
    found: Hashes = np.empty(int(lengths.sum()), values.dtype)
    ends = np.cumsum(lengths)
    text = at = 0
    while text < len(ends):  # some at a time: the places are many times larger than what stands there
        past = max(text + 1, int(np.searchsorted(ends, at + WORDS_AT_ONCE, side="right")))
        some, end = lengths[text:past], int(ends[past - 1])
        shift = starts[text:past] - (ends[text:past] - some)
        found[at:end] = values[np.arange(at, end) + np.repeat(shift, some)]
        text, at = past, end
    return found


def _places(start: int, counts: Sequence[int]) -> Rows:
    return start + np.repeat(np.arange(len(counts)), counts)


def _need(least: Floats) -> Floats:
    need: Floats = np.maximum(EVIDENCE, HALF * least)
    return need


def _parts(words: Hashes, lengths: Rows | Sequence[int]) -> Iterator[tuple[Rows, Hashes]]:
    """Words of texts, one after the other, some texts at a time: to which text each word belongs, and the words."""
    ends = np.cumsum(np.asarray(lengths, np.int64))
    text = at = 0
    while text < len(ends):
        past = max(text + 1, int(np.searchsorted(ends, at + WORDS_AT_ONCE, side="right")))
        end = int(ends[past - 1])
        yield np.repeat(np.arange(text, past), np.asarray(lengths)[text:past]), words[at:end]
        text, at = past, end


def _told_by(owner: Rows, said: Hashes, words: Hashes) -> Rows:
    """Each text with each of its words, by number, in one number and once."""
    told: Rows = distinct(owner * len(words) + np.searchsorted(words, said))
    return told


def _open(common: Rows, both: Floats, least: Floats) -> npt.NDArray[np.bool_]:
    """Whether a look at the texts may change how alike two wordings are: exact words alone neither rule it out nor suffice."""
    need = _need(least)
    return (common >= SHARED) & (least >= need) & (both >= SURE * need) & (both < ENOUGH * least)


def _share(
    common: Rows, both: Floats, least: Floats, instead: Floats, gained: Floats
) -> tuple[Floats, Floats]:
    """The share of the shorter one that both say, in any order; and the same, 0 where that is too little or not surprising enough
    to make a pair.

    A slip of the hand in a longer word does not make it another word (`gained`), and one or two words that others replace between
    the same neighbours part nothing (`instead`), though they prove nothing either. Only pairs that are near enough are given that,
    and only those that it makes a pair: so it need not be known of others. What a look showed at another time, in a smaller case, counts only where one would look now.
    """
    need = _need(least)
    near = _open(common, both, least)
    instead = np.where(near, instead, 0.0)
    proven = both + np.where(near & (both + instead < ENOUGH * least), gained, 0.0)
    fit = (common >= SHARED) & (least >= need) & (both >= SURE * need)
    fit &= (proven >= EVIDENCE) & (proven + instead >= need)
    least = np.maximum(least, np.finfo(float).tiny)
    like = np.where(fit, np.minimum((proven + instead) / least, 1.0), 0.0)
    return np.where(fit, like, np.minimum(both / least, 1.0)), like
