"""The same wording: adverts that differ in price, number or name, and share their words.

Own MinHash in NumPy over folded text with digits masked: recall first, then a comparison of the words to confirm. It speaks of
who wrote, never of the person offered.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ritrova.model.records import Link, Template
from ritrova.model.shapes import Linker
from ritrova.model.view import View

WORDS = 7
"""Messages with fewer words than this share their wording by chance."""
GRAM = 6
PERMUTATIONS = 48
BANDS = 24
HALF = 0.6
"""Share of the weight of the shorter text that both must have."""
TOGETHER = 0.72
"""What members of two clusters must share on average to become one: a chain of half likenesses is no wording."""
ASKED = 4
"""Members of each cluster that are asked."""
EVIDENCE = 22.0
"""How surprising the shared words must be together, in nats: words that everybody uses prove nothing, however many they are."""
SHARED = 5
"""Words, numbers left out, that both must have as they are."""
ESTIMATE = 0.2
"""Candidates whose signatures agree less than this are not looked at."""
SURE = 0.45
"""Share of what is needed that exact words must give before slips of the hand are looked for."""
NEAR = 78
"""Letters that two words must share (rapidfuzz ratio) to count as one word with a slip of the hand."""

DIGITS = re.compile(r"\d+")
LETTERS = re.compile(r"[^\w]+|_+")
Grid = npt.NDArray[np.uint64]


def masked(folded: str) -> str:
    """The words that stay the same when a price or a number changes: digits become 0, punctuation a space."""
    return LETTERS.sub(" ", DIGITS.sub("0", folded)).strip()


def signatures(texts: Sequence[str]) -> Grid:
    """MinHash signatures, one row a text, over character 5-grams; the same for the same text on every machine."""
    rng = np.random.default_rng(20140803)
    mult = rng.integers(1, 2**63, PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
    plus = rng.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64)
    joined = "\x00".join(f" {t} " for t in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    breaks = np.flatnonzero(codes == 0)
    starts = np.concatenate(([0], breaks + 1))
    grams = np.zeros(len(codes) - GRAM + 1, dtype=np.uint64)
    for k in range(GRAM):
        grams = grams * np.uint64(1_000_003) + codes[k : len(codes) - GRAM + 1 + k]
    grams ^= grams >> np.uint64(29)
    grams *= np.uint64(0xBF58476D1CE4E5B9)
    crossing = np.zeros(len(codes), dtype=bool)
    for k in range(GRAM):
        crossing[np.maximum(breaks - k, 0)] = True
    crossing = crossing[: len(grams)]
    out = np.empty((len(texts), PERMUTATIONS), dtype=np.uint64)
    for n in range(PERMUTATIONS):
        hashed = (grams * mult[n] + plus[n]) >> np.uint64(16)
        hashed[crossing] = np.uint64(2**63)
        out[:, n] = np.minimum.reduceat(hashed, np.minimum(starts, len(hashed) - 1))
    return out


def candidates(grid: Grid) -> npt.NDArray[np.int64]:
    """Pairs of rows (shape n x 2, first below second) that agree in a band and whose signatures are not too far apart."""
    rows = PERMUTATIONS // BANDS
    found: list[npt.NDArray[np.int64]] = []
    for band in range(BANDS):
        key = grid[:, band * rows].copy()
        for k in range(1, rows):
            key = key * np.uint64(0x9E3779B97F4A7C15) + grid[:, band * rows + k]
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        same = np.flatnonzero(ordered[1:] == ordered[:-1])
        low = np.minimum(order[same], order[same + 1])
        found.append(low * len(grid) + np.maximum(order[same], order[same + 1]))
    coded = np.unique(np.concatenate(found))
    pairs = np.stack((coded // len(grid), coded % len(grid)), axis=1)
    kept = []
    for n in range(0, len(pairs), 100_000):
        some = pairs[n : n + 100_000]
        agree = (grid[some[:, 0]] == grid[some[:, 1]]).mean(axis=1)
        kept.append(some[agree >= ESTIMATE])
    return np.concatenate(kept) if kept else pairs


class Weights:
    """How much each word says: the logarithm of how rarely it is used in this case."""

    def __init__(self, texts: Sequence[str], copies: Sequence[int]) -> None:
        seen: Counter[str] = Counter()
        for text, n in zip(texts, copies, strict=True):
            for word in set(text.split()):
                seen[word] += n
        total = max(sum(copies), 1_000)
        self._of = {word: math.log(total / n) for word, n in seen.items()}

    def of(self, words: Iterable[str]) -> float:
        """Together."""
        weights = self._of
        return sum(weights.get(w, 0.0) for w in words)

    def likeness(self, a: frozenset[str], b: frozenset[str]) -> float:
        """The share of the shorter one that both say, in any order; 0 when that is too little or not surprising enough.

        A slip of the hand in a longer word does not make it another word; only pairs that are near enough are asked for that.
        """
        common = a & b
        if len(common) < SHARED:
            return 0.0
        both = self.of(common)
        least = min(self.of(a), self.of(b))
        need = max(EVIDENCE, HALF * least)
        if least < need or both < SURE * need:
            return 0.0
        if both < 0.95 * least:
            both += self._near(a - b, b - a, least - both)
        return min(both / least, 1.0) if both >= need else 0.0

    def _near(self, mine: frozenset[str], theirs: frozenset[str], missing: float) -> float:
        rest = [w for w in theirs if len(w) > 3]
        loose = sorted((w for w in mine if len(w) > 3), key=lambda w: (-self._of.get(w, 0.0), w))
        if not rest or not loose:
            return 0.0
        from rapidfuzz import fuzz
        from rapidfuzz.process import extractOne

        gained = 0.0
        for word in loose:
            best = extractOne(word, rest, scorer=fuzz.ratio, score_cutoff=NEAR)
            if best is not None:
                rest.remove(best[0])
                gained += min(self._of.get(word, 0.0), self._of.get(best[0], 0.0))
                if gained >= missing or not rest:
                    break
        return gained


def link(view: View) -> Iterator[Link | Template]:
    """Chains of messages that share a wording, and a template for each chain."""
    rows: list[int] = []
    texts: list[str] = []
    exact: dict[bytes, int] = {}
    twins: dict[int, list[int]] = {}
    for batch in view.texts():
        for row, folded in zip(batch.rows, view.fold(batch.texts), strict=True):
            if folded.count(" ") + 1 < WORDS:
                continue
            words = masked(folded)
            if words.count(" ") + 1 < WORDS:
                continue
            key = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=12).digest()
            first = exact.setdefault(key, len(rows))
            if first == len(rows):
                rows.append(row)
                texts.append(words)
            else:
                twins.setdefault(first, []).append(row)
    if not rows:
        return
    weights = Weights(texts, [1 + len(twins.get(n, ())) for n in range(len(texts))])
    if len(texts) > 1:
        grid = np.concatenate([signatures(texts[n : n + 20_000]) for n in range(0, len(texts), 20_000)])
        bags = [frozenset(w for w in text.split() if w != "0") for text in texts]
        pairs = candidates(grid).tolist()
        found = [(-like, a, b) for a, b in pairs if (like := weights.likeness(bags[a], bags[b])) >= HALF]
        groups = _agglomerated(sorted(found), bags, weights, len(rows))
    else:
        groups = [[0]]
    for members in groups:
        if len(members) == 1 and (
            members[0] not in twins or weights.of(texts[members[0]].split()) < EVIDENCE
        ):
            continue
        yield from _cluster(view, rows, texts, twins, members)


def _agglomerated(
    found: Sequence[tuple[float, int, int]], bags: Sequence[frozenset[str]], weights: Weights, count: int
) -> list[list[int]]:
    """Clusters from pairs, the likest first; two become one when their members agree on average."""
    members: dict[int, list[int]] = {}
    home: dict[int, int] = {}
    refused: set[tuple[int, int, int, int]] = set()
    for unlike, a, b in found:
        one, two = home.get(a, a), home.get(b, b)
        if one == two:
            continue
        left, right = members.get(one, [one]), members.get(two, [two])
        state = (one, two, len(left), len(right))
        if state in refused:
            continue
        if len(left) > 1 or len(right) > 1:
            asked = [(x, y) for x in _spread(left) for y in _spread(right)]
            if sum(weights.likeness(bags[x], bags[y]) for x, y in asked) < TOGETHER * len(asked):
                refused.add(state)
                continue
        elif -unlike < TOGETHER:
            continue
        if len(left) < len(right):
            one, two, left, right = two, one, right, left
        joined = left + right
        members[one] = joined
        members.pop(two, None)
        for n in right:
            home[n] = one
        home[one] = one
    alone = [[n] for n in range(count) if n not in home]
    return sorted([*(sorted(some) for some in members.values()), *alone])


def _spread(members: Sequence[int]) -> Sequence[int]:
    return (
        members
        if len(members) <= ASKED
        else [members[n * (len(members) - 1) // (ASKED - 1)] for n in range(ASKED)]
    )


def _cluster(
    view: View, rows: Sequence[int], texts: Sequence[str], twins: dict[int, list[int]], members: Sequence[int]
) -> Iterator[Link | Template]:
    wording: dict[int, str] = {}
    for n in members:
        for row in (rows[n], *twins.get(n, ())):
            wording[row] = texts[n]
    stored = sorted(view.rows(sorted(wording)), key=lambda m: m.id)
    words = {m.id: set(wording[m.row].split()) for m in stored}
    if len({m.message.sender or m.id for m in stored}) < 2 and len({m.conversation.id for m in stored}) < 2:
        return
    constant = set.intersection(*words.values())
    first = min(stored, key=lambda m: (len(m.message.text), m.id))
    kept = [w for w in wording[first.row].split() if w in constant]
    for a, b in pairwise(stored):
        same = len(words[a.id] & words[b.id])
        why = (
            f"{same} of {max(len(words[a.id]), len(words[b.id]))} words are the same: «{' '.join(kept[:12])}»"
        )
        yield Link("same_wording", a.id, b.id, (why,), "strong" if same >= 8 else "weak", "same_wording")
    yield Template(tuple(m.id for m in stored), " ".join(kept), _slots(view, [m.id for m in stored]))


def _slots(view: View, messages: Sequence[str]) -> tuple[dict[str, object], ...]:
    values: dict[str, list[str]] = {}
    for message in messages:
        for o in view.observables(message=message):
            said = (
                f"{o.amount:g} {o.currency or ''}".strip() if o.amount is not None else (o.value or o.written)
            )
            known = values.setdefault(o.kind, [])
            if said not in known:
                known.append(said)
    return tuple({"kind": kind, "values": found} for kind, found in sorted(values.items()))


LINKER = Linker("same_wording", link)
