"""The matcher finds what plain `re` finds, in both engines, on words, noise and hostile text."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ritrova.languages.automata import widened
from ritrova.languages.fold import fold_column
from ritrova.languages.matcher import Matcher
from ritrova.languages.packs import Lexicon, load
from ritrova.model.errors import WrongUse
from ritrova.model.text import Cue

CUES = (
    Cue("phone", r"(?<!\d)\+?\d(?:[ \-.()/]{0,3}\d){6,16}(?!\d)"),
    Cue("handle", r"(?<![\w.])@[a-z]\w{2,}"),
    Cue("word", r"\bسعر\w*\b"),
    Cue("gap", r"x\s+y"),
)
TERMS = """
[[concept]]
id = "vehicle"
terms = ["سيارة", "car", "4x4", "pick up", "فان", "车", "汽车", "it's a car", "price?", "🚗", "arac", "ev", "e", "ñandú", "μετρο", "باص صغير"]
[[concept]]
id = "number"
terms = ["k", "الف", "m5", "2nd"]
"""


def small(tmp_path: Path) -> Lexicon:
    for code, rest in (
        (
            "qaa",
            'scripts = ["Arab"]\n[affixes]\nprefixes = ["و", "ال", "ب"]\nprefix_chain = 2\nsuffixes = ["ها", "ي"]\n',
        ),
        ("qab", 'scripts = ["Latn"]\n[affixes]\nsuffixes = ["lar", "in"]\nsuffix_chain = 2\nshortest = 2\n'),
        ("qac", 'words = "none"\nscripts = ["Hans"]\n'),
    ):
        folder = tmp_path / code
        folder.mkdir()
        (folder / "pack.toml").write_text(f'code = "{code}"\n{rest}', "utf-8")
        (folder / "terms.toml").write_text(TERMS, "utf-8")
    return load([tmp_path])


def found(matcher: Matcher, texts: Sequence[str]) -> set[tuple[int, int, int, str, str]]:
    return {
        (i, h.start, h.end, h.cue, f"{h.term.language}:{h.term.text}" if h.term else "")
        for i, hits in matcher.scan(texts)
        for h in hits
    }


def expected(matcher: Matcher, texts: Sequence[str], only: str = "") -> set[tuple[int, int, int, str, str]]:
    out = set()
    patterns = [(re.compile(p), terms) for p, terms in matcher.definitions()]
    for i, text in enumerate(texts):
        for rx, terms in patterns:
            at = 0
            while m := rx.search(text, at):
                for t in terms:
                    out.add((i, m.start(1), m.end(1), t.concept, f"{t.language}:{t.text}"))
                at = m.start(1) + 1
        for cue in matcher.cues:
            for m in re.finditer(cue.pattern, text):
                out.add((i, m.start(), m.end(), cue.name, ""))
    return out


PIECES = [
    *[
        "و",
        "ال",
        "ب",
        "ها",
        "ي",
        "سيارة",
        "سياره",
        "سيارات",
        "والسيارة",
        "بالسيارة",
        "وسيارتي",
        "car",
        "cars",
        "4x4",
        "4",
        "x4",
        "pick",
        "up",
        "pick-up",
        "pick_up",
        "pickup",
    ],
    *[
        "فان",
        "车",
        "汽车",
        "大汽车",
        "its",
        "it's",
        "a",
        "car",
        "price",
        "price?",
        "price?",
        "🚗🚗",
        "arac",
        "araclar",
        "araclarin",
        "ev",
        "evler",
        "evlarin",
        "e",
        "é",
        "ñandu",
        "μετρο",
    ],
    *[
        "5k",
        "5kk",
        "k5",
        "k",
        "15",
        "2020k",
        "abc5k",
        "7سيارة",
        "سيارة7",
        "5car",
        "car5",
        "4x45",
        "m5x",
        "الف5",
        "5الف",
    ],
    *[
        "باص",
        "صغير",
        "الباص",
        "باصصغير",
        "+964",
        "770",
        "000",
        "00",
        "11",
        "@abc",
        "@ab",
        "a@bcd",
        "سعر",
        "سعره",
        "السعر",
        "x",
        "y",
        "\n",
        "\t",
        ",",
        ".",
        "-",
        "--",
        "؟",
        "😂",
        "\u200f",
        "\x00",
        "\x1e",
    ],
]


@pytest.fixture(scope="module", params=["hyperscan", "plain"])
def matcher(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    lexicon = small(tmp_path_factory.mktemp("packs"))
    ours = tuple(i for i, t in enumerate(lexicon.terms) if t.language.startswith("qa"))
    cut = Lexicon(
        tuple(lexicon.terms[i] for i in ours), lexicon.concepts, lexicon.packs, frozenset(), "small"
    )
    return Matcher.build(cut, CUES, engine=request.param)


def test_random_sentences_give_what_plain_re_gives(matcher: Matcher) -> None:
    rng = random.Random(7)
    texts = fold_column(
        [
            "".join(
                rng.choice(PIECES) + rng.choice(["", " ", " ", "  ", " - ", "\n"])
                for _ in range(rng.randint(0, 9))
            )
            for _ in range(2500)
        ]
    )
    assert found(matcher, texts) == expected(matcher, texts)


@settings(max_examples=150, deadline=None)
@given(
    texts=st.lists(
        st.one_of(st.text(max_size=30), st.text("سيارةوالcar 4xpikue-'\x00🚗车", max_size=30)), max_size=4
    )
)
def test_any_text_gives_what_plain_re_gives(matcher: Matcher, texts: list[str]) -> None:
    for column in (texts, fold_column(texts)):
        assert found(matcher, column) == expected(matcher, column)


def test_all_packs_together_lose_nothing_on_their_own_terms() -> None:
    lexicon = load()
    fast, slow = Matcher.build(lexicon, CUES), Matcher.build(lexicon, CUES, engine="plain")
    rng = random.Random(3)
    words = [t.text for t in rng.sample(lexicon.terms, min(len(lexicon.terms), 1500))]
    texts = fold_column([" ".join(rng.sample(words, 4)) for _ in range(400)] + words)
    assert found(fast, texts) == found(slow, texts)
    for i, word in enumerate(words):
        assert any(a == 400 + i for a, *_ in found(fast, texts)) or not fold_column([word])[0].strip()
        break
    hit = {i for i, _ in fast.scan(texts)}
    missed = [w for i, w in enumerate(words) if 400 + i not in hit and fold_column([w])[0].strip()]
    assert not missed


def test_threads_do_not_disturb_one_another(matcher: Matcher) -> None:
    texts = fold_column(["للبيع سيارة car 4x4 +964 770 000 00 11"] * 300)
    want = found(matcher, texts)
    got: list[set[tuple[int, int, int, str, str]]] = []
    threads = [threading.Thread(target=lambda: got.append(found(matcher, texts))) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert got == [want] * 6


def test_a_cache_gives_the_same_matcher(tmp_path: Path) -> None:
    cache: dict[str, bytes] = {}
    lexicon = load([], cache)
    again = load([], cache)
    assert again.terms == lexicon.terms and again.sha256 == lexicon.sha256
    first = Matcher.build(lexicon, CUES, cache)
    size = len(cache)
    second = Matcher.build(again, CUES, cache)
    assert len(cache) == size
    texts = fold_column([t.text for t in lexicon.terms[:300]])
    assert found(first, texts) == found(second, texts)


def test_a_damaged_automaton_in_the_cache_is_made_anew() -> None:
    cache: dict[str, bytes] = {}
    lexicon = load([], cache)
    Matcher.build(lexicon, CUES, cache)
    for name in [k for k in cache if k.startswith("hyperscan")]:
        cache[name] = b"not a database"
    assert found(Matcher.build(lexicon, CUES, cache), ["x y"])


@pytest.mark.parametrize(
    ("cue", "wide"),
    [
        (r"\bab\b", "ab"),
        (r"(?<!\d)a(?=b(c))", "a"),
        (r"^[$^]x$", "[$^]x"),
        (r"(?P<n>a)", "(?:a)"),
        (r"\$[(]a", r"\$[(]a"),
    ],
)
def test_what_narrows_is_taken_from_the_first_pass(cue: str, wide: str) -> None:
    assert widened(cue) == wide


def test_a_cue_that_matches_nothing_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Matcher.build(load(), (Cue("x", "a*"),))


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("terms.toml", '[[concept]]\nid = "no_such"\nterms = ["x"]', "no_such"),
        ("terms.toml", '[[concept]]\nterms = ["x"]', "without an id"),
        ("terms.toml", '[[concept]]\nid = "girl"\nterms = [{ txt = "x" }]', "without text"),
        ("terms.toml", '[[concept]]\nid = "girl"\nterms = [{ text = "x", colour = 1 }]', "colour"),
        ("terms.toml", "[[concept", "not TOML"),
        ("numbers.toml", '[numbers]\none = "1"', "no number"),
        ("numbers.toml", "[sums]\none = 1", "sums"),
        ("numbers.toml", '[slang]\nbob = "GBP"', "needs currency and value"),
        ("pack.toml", 'code = "yy"', "folder"),
        ("pack.toml", 'words = "commas"', "commas"),
    ],
)
def test_a_wrong_pack_says_what_is_wrong(tmp_path: Path, file: str, text: str, says: str) -> None:
    folder = tmp_path / "xx"
    folder.mkdir()
    (folder / "pack.toml").write_text('code = "xx"', "utf-8")
    (folder / file).write_text(text, "utf-8")
    with pytest.raises(WrongUse, match=says) as caught:
        load([tmp_path])
    assert f"xx/{file}" in str(caught.value)


def test_a_tenth_language_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "sw"
    folder.mkdir()
    (folder / "pack.toml").write_text('code = "sw"\nname = "Swahili"\n', "utf-8")
    (folder / "terms.toml").write_text('[[concept]]\nid = "vehicle"\nterms = ["gari"]\n', "utf-8")
    (folder / "numbers.toml").write_text('[currencies]\nshilingi = "KES"\n[numbers]\nmoja = 1\n', "utf-8")
    lexicon = load([tmp_path])
    (found_,) = [hits for _, hits in Matcher.build(lexicon).scan(["gari moja shilingi"])]
    assert [(h.cue, h.term.unit if h.term else "") for h in found_ if h.term and h.term.language == "sw"] == [
        ("vehicle", ""),
        ("number", ""),
        ("currency", "KES"),
    ]
