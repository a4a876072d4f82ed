"""Search finds the words as people type them, in the order of the evidence, and no query breaks it."""

from __future__ import annotations

import contextlib
import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ritrova.model.errors import WrongUse
from ritrova.model.text import Folded
from ritrova.store.casefile import Store
from store.store_evidence import at_minute, digest, fold, keep, new_case, said

TEXTS = [
    "Two boats for sale at the harbour",
    "the BOAT is sold, the other boat is not",
    "أبيعُ قـــارباً في الميناء",
    "قارب خشب للبيع: ٢٠٠ دولار",
    "出售中国渔船 very cheap",
    "中 and 国 apart",
    "50% off_season; don't (wait)",
    "🚤🚤 new engine",
    "",
    "boatyard visit on Monday",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("search") / "c"
    with new_case(folder) as made:
        keep(made, "a", [said("a", n, text, local=at_minute(n * 600)) for n, text in enumerate(TEXTS)])
    from ritrova.store.casefile import open_case
    from store.store_evidence import PASSPHRASE

    return open_case(folder, PASSPHRASE, fold=fold)


def hits(store: Store, query: str) -> list[int]:
    return [TEXTS.index(hit.message.message.text) for hit in store.search(query)]


def marked(store: Store, query: str) -> list[str]:
    return [hit.message.message.text[start:end] for hit in store.search(query) for start, end in hit.spans]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("boat", [1]),
        ("BOATS", [0]),
        ("boat*", [0, 1, 9]),
        ("boat sold", [1]),
        ("sold boat", [1]),
        ('"boat is"', [1]),
        ('"is boat"', []),
        ('"the other boat"', [1]),
        ("قاربا", [2]),
        ("قــاربا", [2]),
        ("اَبيع*", [2]),
        ("قارب*", [2, 3]),
        ("中国", [4]),
        ("国", [4, 5]),
        ("国中", []),
        ("渔*", [4]),
        ("渔船 cheap", [4]),
        ("don't", [6]),
        ("off_season", [6]),
        ("50%", [6]),
        ("🚤", [7]),
        ("🚤 engine", [7]),
        ("🛶", []),
        ("٢٠٠", [3]),
        ("200", [3]),
        ("absent", []),
        ('"unclosed boat', []),
        ('"other boat', [1]),
    ],
)
def test_words_prefixes_phrases_and_signs(store: Store, query: str, found: list[int]) -> None:
    assert hits(store, query) == found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("boat*", ["boats", "BOAT", "boat", "boatyard"]),
        ("قاربا", ["قـــاربا"]),
        ("中国", ["中国"]),
        ("渔船 cheap", ["渔船", "cheap"]),
        ('"other boat"', ["other boat"]),
        ("🚤", ["🚤", "🚤"]),
        ("200", ["٢٠٠"]),
    ],
)
def test_spans_are_in_the_text_as_written(store: Store, query: str, words: list[str]) -> None:
    assert marked(store, query) == words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("boat* after:2024-03-02", [9]),
        ("boat* before:2024-03-01T10:00", [0]),
        ("boat* after:2024-03-01T10:00 before:2024-03-02", [1]),
        ("after:2024-03-04", [8, 9]),
        ("after:2025", []),
        ("before:2024-04 boat", [1]),
        ("app:whatsapp boat", [1]),
        ("app:TELEGRAM boat", []),
        ("from:dara boat", [1]),
        ('from:"Dara Sam" boat', [1]),
        ("from:sipan boat", []),
        ("from:+1555-0104 boat", [1]),
        ("from:nobody", []),
        ("chat:HARBOUR boat", [1]),
        ("chat:desert boat", []),
        ("chat:harbour chat:desert boat", [1]),
        ("FROM:dara after:2024-03-04", [8, 9]),
    ],
)
def test_filters_narrow_and_stand_alone(store: Store, query: str, found: list[int]) -> None:
    assert hits(store, query) == found


@pytest.mark.parametrize(
    "query",
    [
        "", "   ", "\x00", "*", '""', '"', "app:", "from:", 'chat:""', "before:soon", "after:2024-3-1", "app:pigeon",
        "x" * 2001, "after:01/02/2024",
    ],
)  # fmt: skip
def test_a_query_without_sense_is_wrong_use(store: Store, query: str) -> None:
    with pytest.raises(WrongUse):
        store.search(query)


@pytest.mark.parametrize(
    "sign", ["🤔", "🪚", "₽", "🫠", "🏻", "۔", "、", "。", "！", "\u200d", "\u2066", "\ufe0f", "٪", "…"]
)
def test_a_sign_beside_a_word_does_not_hide_it(tmp_path: Path, sign: str) -> None:
    with new_case(tmp_path / "c") as made:
        keep(made, "a", [said("a", 0, f"{sign}boat{sign}قارب{sign}500{sign}")])
        for query in ("boat", "قارب", "500", "bo*", f"boat{sign}", '"boat قارب 500"'):
            (hit,) = made.search(query)
            assert hit.spans, query


HOSTILE = [
    "AND", "OR NOT", "NEAR(a b)", "boat OR 1=1", "a:b", "text:boat", "-boat", "^boat", "(boat", "boat)", "bo'at; DROP",
    'a"b', '"a""b"', "{a b}:", "boat +sold", "\\", "%", "_", "* boat", "boat**", "b*t", "\ud83d", "a\x00b", "from:%",
    "chat:_", "\u202eboat", "'" * 50, '"' * 51, "(" * 200, "a " * 900, "from:\"a\"b\"", "rowid:1", "words", "\u0301",
    "before:2024-13-45", "after:0000-00", "ﷺ", "\u200b", "\ufeffboat", "app:whatsapp app:telegram", "from:'",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_queries_give_hits_or_wrong_use(store: Store, query: str) -> None:
    try:
        for hit in store.search(query):
            assert hit.message.message.text in TEXTS
            assert all(0 <= a < b <= len(hit.message.message.text) for a, b in hit.spans)
    except WrongUse:
        pass


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\"*:()^-+ '\x00{}")), max_size=40))
def test_any_query_gives_hits_or_wrong_use(store: Store, query: str) -> None:
    with contextlib.suppress(WrongUse):
        list(store.search(query))


WORDS = ["boat", "قارب", "中", "国", "sold", "x1", "été", "Straße", "i̇"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_every_word_of_a_text_finds_it_and_is_marked(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance = random.Random(seed)
    texts = [
        "".join(
            chance.choice(WORDS)
            + chance.choice([" ", ", ", "-", "_", "، ", "\n", "🚤", "🤔", "🪚", "₽", "🥺🏻"])
            for _ in range(5)
        )
        for _ in range(6)
    ]
    with new_case(tmp_path_factory.mktemp("s") / "c") as made:
        keep(made, "a", [said("a", n, text) for n, text in enumerate(texts)])
        for word in WORDS:
            found = {hit.message.message.text: hit.spans for hit in made.search(f'"{word}"')}
            for text in texts:
                assert (word in text) == (text in found), (word, text)
                assert not found.get(text) or any(text[a:b] == word for a, b in found[text])


def test_a_fold_that_knows_the_way_back_is_used(tmp_path: Path) -> None:
    from ritrova.store.casefile import open_case
    from store.store_evidence import PASSPHRASE

    def fold_one(text: str) -> Folded:
        return Folded(text, text.replace("ae", "ä"), lambda _, __: [0, 1, 1, 3, 3, 4])

    with new_case(tmp_path / "c"):
        pass
    with open_case(
        tmp_path / "c", PASSPHRASE, fold=lambda ts: [t.replace("ae", "ä") for t in ts], fold_one=fold_one
    ) as store:
        with store.writer() as w:
            from store.store_evidence import source

            w.source(source("a"), "complete")
            kept = w.keep([said("a", 0, "baed")])
            w.index(kept.rows, ["bäd"])
        assert [hit.spans for hit in store.search("bäd")] == [((0, 4),)]
        assert [hit.spans for hit in store.search("baed")] == [((0, 4),)]


@pytest.mark.parametrize("day", ["2016-13-45", "2016-02-30", "0000-01", "2016-03-02T25:00", "x", "2016-3-2"])
def test_a_day_that_no_calendar_has_is_refused_and_not_searched_for(tmp_path: Path, day: str) -> None:
    with new_case(tmp_path / "c") as store, pytest.raises(WrongUse):
        store.search(f"before:{day}")


@pytest.mark.parametrize("day", ["٢٠١٦-٠٣-٠٢", "۲۰۱۶-۰۳", "2016-03-02T21:05", "2016"])
def test_a_day_is_read_in_digits_of_any_script(tmp_path: Path, day: str) -> None:
    with new_case(tmp_path / "c") as store:
        said_ = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in day)
        assert store.understood(f"after:{day}").after == said_


def test_hits_stand_in_the_order_of_the_evidence_with_context(tmp_path: Path) -> None:
    outcomes = []
    for turn, names in enumerate((["a", "b"], ["b", "a"])):
        with new_case(tmp_path / f"c{turn}") as store:
            for name in names:
                keep(
                    store, name, [said(name, n, f"boat {name}{n}", local=at_minute(10 * n)) for n in range(5)]
                )
            found = list(store.search("boat"))
            outcomes.append(
                [(h.message.message.text, [b.message.text for b in h.before], len(h.after)) for h in found]
            )
            assert [h.message.message.text for h in store.search("boat", limit=3)] == [
                o[0] for o in outcomes[-1][:3]
            ]
            assert store.count_hits("boat") == 10
            assert list(store.search("boat", limit=0)) == []
            assert all(h.before == h.after == () for h in store.search("boat", context=0))
    assert outcomes[0] == outcomes[1]
    first = "a" if digest("a") < digest("b") else "b"
    assert [o[0] for o in outcomes[0][:5]] == [f"boat {first}{n}" for n in range(5)]
    assert outcomes[0][0][1:] == ([], 2) or outcomes[0][0][1] == [f"boat {'b' if first == 'a' else 'a'}0"]
