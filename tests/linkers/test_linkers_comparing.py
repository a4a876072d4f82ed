"""The first look, in columns, against looking at each pair of texts letter by letter."""

from __future__ import annotations

import random

import numpy as np
import pytest

from ritrova.linkers.comparing import Said, first_look
from ritrova.linkers.likeness import look
from ritrova.linkers.masking import masked
from ritrova.linkers.sketches import LONGEST, length_of, letters_of, sketched

WORDS = [
    *[
        "سيارة",
        "للبيع",
        "موديل",
        "نظيفة",
        "بغداد",
        "تواصل",
        "خاص",
        "السعر",
        "نهائي",
        "كاش",
        "توصيل",
        "مجاني",
        "بالتقسيط",
        "معارض",
    ],
    *[
        "table",
        "chair",
        "lamp",
        "oak",
        "walnut",
        "delivery",
        "today",
        "price",
        "firm",
        "contact",
        "clean",
        "condition",
        "tablet",
        "chairs",
    ],
    *[
        "0",
        "1200",
        "45",
        "сервиз",
        "тарелка",
        "沙发",
        "转让",
        "ab",
        "a",
        "xyz",
        "straßenbahnhaltestellenverzeichnis",
    ],
]


def slip(rng: random.Random, word: str) -> str:
    """A word with one letter gone, doubled or another."""
    at = rng.randrange(len(word))
    return rng.choice(
        (word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word[:at] + "k" + word[at + 1 :])
    )


def edited(rng: random.Random, words: list[str]) -> list[str]:
    """Some words slipped, replaced, swapped, gone or said twice."""
    out: list[str] = []
    for word in words:
        change = rng.random()
        if change < 0.15:
            out.append(slip(rng, word) or word)
        elif change < 0.3:
            out += rng.choices(WORDS, k=rng.randint(1, 3))
        elif change < 0.35:
            out += [word, word]
        elif change > 0.06 + 0.3:
            out.append(word)
    if rng.random() < 0.3:
        rng.shuffle(out)
    return [*out, *rng.choices(WORDS, k=8)][: max(len(words), 8)]


@pytest.mark.parametrize("seed", range(4))
def test_replaced_words_are_those_a_close_look_sees_and_no_slip_is_missed(seed: int) -> None:
    rng = random.Random(seed)
    texts: list[str] = []
    for _ in range(150):
        words = rng.choices(WORDS, k=rng.randint(7, 20))
        texts += [" ".join(words), " ".join(edited(rng, words))]
    made = sketched(range(len(texts)), texts)
    kept = [masked(texts[row]).split() for row in made.rows.tolist()]
    counts = made.counts.astype(np.int64)
    said = Said(made.words, np.cumsum(counts) - counts, counts)
    hashes = np.split(made.words, np.cumsum(counts)[:-1])
    number = sketched([0], ["0 " * 7]).words[0]
    one = np.arange(0, len(kept) - 1)
    two = one + 1
    seen = first_look(one, two, said, number)
    replaced, slips = 0, 0
    for place, (a, b) in enumerate(zip(one.tolist(), two.tolist(), strict=True)):
        gone, near = look(kept[a], kept[b])
        named = dict(zip(kept[a], hashes[a].tolist(), strict=True))
        assert seen.replaced_word[seen.replaced == place].tolist() == sorted(named[w] for w in gone)
        maybe = seen.maybe_word[seen.maybe == place].tolist()
        assert maybe == sorted(set(maybe))
        assert {named[w] for w, _ in near} <= set(maybe)
        replaced, slips = replaced + len(gone), slips + len(near)
    assert replaced > 50
    assert slips > 50
    assert len(seen.maybe) < 12 * len(one)


def test_a_hash_tells_length_and_letters() -> None:
    words = ["ab", "كتاب", "a" * 40, "abcab", "cabba", "沙发转让"]
    hashes = sketched([0], [" ".join([*words, "x", "y"])]).words[: len(words)]
    assert length_of(hashes).tolist() == [min(len(w), LONGEST) for w in words]
    marks = letters_of(hashes).tolist()
    assert marks[3] == marks[4]
    assert hashes[3] != hashes[4]
    assert marks[0] & ~marks[3] == 0


def test_nothing_to_compare() -> None:
    none = np.zeros(0, np.int64)
    made = sketched([0], ["one two three four five six seven"])
    seen = first_look(none, none, Said(made.words, none, none), np.uint64(0))
    assert [len(column) for column in seen] == [0, 0, 0, 0]
