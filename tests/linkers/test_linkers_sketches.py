"""Sketches: the same text gives the same sketch whatever stands beside it, and candidates are those that share much."""

from __future__ import annotations

import random

import pytest

from ritrova.linkers.candidates import candidates
from ritrova.linkers.likeness import replaced
from ritrova.linkers.masking import masked
from ritrova.linkers.sketches import WORDS, sketched

LETTERS = "abcdefghijklmnopqrstuvwxyzабгде0123456789 ـكيهة،.!-_\n✅\x00"


def texts(seed: int, count: int = 200) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choices(LETTERS + " " * 12, k=rng.randrange(0, 160))) for _ in range(count)]


@pytest.mark.parametrize("seed", range(5))
def test_words_are_those_that_masking_gives(seed: int) -> None:
    some = [text.replace("\x00", " ") for text in texts(seed)]
    made = sketched(range(len(some)), some)
    long = [n for n, text in enumerate(some) if len(masked(text).split()) >= WORDS]
    assert made.rows.tolist() == long
    assert made.counts.tolist() == [len(masked(some[n]).split()) for n in long]
    words = [w for n in long for w in masked(some[n]).split()]
    known: dict[str, int] = {}
    for word, value in zip(words, made.words.tolist(), strict=True):
        assert known.setdefault(word, value) == value
    assert len(set(known.values())) == len(known)


@pytest.mark.parametrize("seed", range(5))
def test_a_sketch_depends_on_its_text_alone(seed: int) -> None:
    some = texts(seed)
    whole = sketched(range(len(some)), some)
    parts = [sketched(range(n, n + 20), some[n : n + 20]) for n in range(0, 200, 20)]
    for column in ("rows", "keys", "marks", "counts", "words"):
        assert getattr(whole, column).tolist() == [x for one in parts for x in getattr(one, column).tolist()]


def test_what_shares_most_of_its_letters_is_a_candidate_and_strangers_are_not() -> None:
    rng = random.Random(2)
    words = ["".join(rng.choices("abcdefghijklmnop", k=rng.randrange(3, 9))) for _ in range(3000)]
    some = []
    for _ in range(300):
        text = rng.sample(words, 14)
        edited = list(text)
        edited[rng.randrange(14)] = rng.choice(words)
        some += [" ".join(text), " ".join(edited[7:] + edited[:7])]
    found = {tuple(pair) for pair in candidates(sketched(range(600), some).marks).tolist()}
    assert len(found & {(n, n + 1) for n in range(0, 600, 2)}) >= 299
    assert len(found) <= 310


def test_one_word_replaced_between_the_same_neighbours() -> None:
    a, b = ["large", "fridge", "in", "great", "shape"], ["a", "big", "fridge", "in", "very", "good", "shape"]
    assert replaced(a, b, frozenset(a) & frozenset(b)) == (
        frozenset({"great"}),
        frozenset({"very", "good"}),
    )
    c = ["fridge", "in", "the", "kitchen", "beside", "a", "table", "of", "good", "shape"]
    assert replaced(a, c, frozenset(a) & frozenset(c)) == (frozenset(), frozenset())
