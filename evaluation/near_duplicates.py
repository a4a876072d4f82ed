"""Near-duplicate adverts: of adverts for goods planted in real background and edited as people edit them, how many pairs are joined.

    PYTHONPATH=tests .venv/bin/python evaluation/near_duplicates.py ../shared/corpora [--background 10000] [--adverts 30] [--versions 6] [--seed 1]

Every advert is made of clauses of its own language; adverts share clauses, as sellers' texts do, so that precision can fail. A
version may have its clauses in another order, a clause dropped or added, words replaced by others of the same sense, other
sums and numbers, emoji, line breaks, drawn-out letters, slips of the hand, other spellings of the same letters, its end cut off,
or a forward header before it. Recall counts pairs of one advert that stand in one cluster, precision the pairs of clusters that
are of one advert (a background message in a cluster with an advert counts as wrong). The corpora are not part of the project.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import other_edits
from ordinary import texts

from fake_view import FakeView
from ritrova.languages import fold
from ritrova.linkers import same_wording
from ritrova.model import ids
from ritrova.model.records import Account, Conversation, Link, Locator, Message, Moment, Record
from ritrova.model.scoring import wilson

CLAUSES: dict[str, list[str]] = {
    "ar": [
        "ثلاجة كبيرة بحالة ممتازة",
        "غسالة سبعة كيلو شغالة",
        "طاولة خشب مع ستة كراسي",
        "السبب السفر نهاية الشهر",
        "التوصيل داخل المدينة مجانا",
        "استعمال سنة واحدة فقط",
        "مكيف هواء نوعية أصلية",
        "دراجة هوائية لون أحمر",
        "مولدة كهرباء صوتها هادئ",
        "خزان ماء ألف لتر",
        "فرن غاز أربع عيون",
        "سجادة يدوية ثلاثة أمتار",
        "ماكينة خياطة مع طاولتها",
        "شاشة تلفزيون مع الريموت",
        "المعاينة بعد صلاة العصر",
        "السعر قابل للتفاوض البسيط",
        "مكتبة كتب رفوفها متينة",
        "مضخة ماء جديدة بالكارتون",
    ],
    "ckb": [
        "سەلاجەی گەورە زۆر پاکە",
        "غەسالەی حەوت کیلۆ کاردەکات",
        "مێزی دار لەگەڵ شەش کورسی",
        "هۆکاری فرۆشتن سەفەرە",
        "گەیاندن لەناو شار بەخۆڕایی",
        "تەنها ساڵێک بەکارهاتووە",
        "ئەم سپلیتە ئەسڵییە و نوێیە",
        "پایسکلی سوور بۆ گەنجان",
        "مۆلیدەی کارەبا دەنگی نییە",
        "تانکی ئاو هەزار لیتر",
        "تەباخی غاز چوار چاو",
        "فەرشی دەستکرد سێ مەتر",
        "مەکینەی دوورین لەگەڵ مێزەکەی",
        "شاشەی تەلەفزیۆن لەگەڵ ڕیمۆت",
        "بینین دوای نوێژی عەسر",
        "نرخەکە کەمێک گۆڕانی تێدایە",
        "کتێبخانەی دار ڕەفەکانی بەهێزن",
        "پەمپی ئاو لەناو کارتۆنە",
    ],
    "kmr": [
        "sarinc mezin gelek paqij e",
        "cilşok heft kîlo dixebite",
        "maseya darîn bi şeş kursiyan",
        "sedema firotinê rêwîtî ye",
        "gihandin li nav bajêr belaş",
        "tenê salek hatiye bikaranîn",
        "klîma orîjînal û nû ye",
        "duçerxe sor ji bo ciwanan",
        "jeneratora elektrîkê bêdeng e",
        "tanka avê hezar lître",
        "firna gazê çar çav",
        "xalîça destçêkirî sê metre",
        "makîneya dirûtinê bi maseya xwe",
        "ekrana televîzyonê bi rîmotê",
        "dîtin piştî nimêja esrê",
        "biha hinekî tê guhertin",
        "pirtûkxaneya darîn refên xurt",
        "pompa avê di kartonê de",
    ],
    "en": [
        "large fridge in great shape",
        "washing machine seven kilos runs fine",
        "oak table and six chairs",
        "leaving town end of month",
        "delivery inside the city included",
        "used for a single year",
        "original air conditioner cools fast",
        "red bicycle with new tyres",
        "quiet generator for one house",
        "water tank thousand litres",
        "gas cooker four burners",
        "handmade carpet three metres long",
        "sewing machine with its table",
        "television screen with remote",
        "viewing after four in the afternoon",
        "price slightly open to talk",
        "bookcase with strong shelves",
        "water pump still in carton",
    ],
}
OTHERS: dict[str, dict[str, str]] = {
    "ar": {
        "كبيرة": "ضخمة",
        "ممتازة": "جيدة",
        "مجانا": "بلاش",
        "شغالة": "تعمل",
        "جديدة": "حديثة",
        "فقط": "بس",
    },
    "ckb": {"گەورە": "زل", "نوێیە": "تازەیە", "بەخۆڕایی": "بێ بەرامبەر", "تەنها": "هەر", "کەمێک": "تۆزێک"},
    "kmr": {"mezin": "gir", "belaş": "bê pere", "tenê": "bes", "hinekî": "piçekî", "gelek": "pir"},
    "en": {"large": "big", "great": "very good", "included": "free", "slightly": "a bit", "strong": "solid"},
}
"""Words of the same sense."""
SPELLINGS = {
    "أ": "ا",
    "ة": "ه",
    "ى": "ي",
    "ي": "ی",
    "ك": "ک",
    "ی": "ي",
    "ک": "ك",
    "ş": "s",
    "ê": "e",
    "î": "i",
    "û": "u",
}
"""Letters that people write one for the other."""
HEADERS = ("Forwarded message\n", "Forwarded from Market\n", "منقول:\n", "🔁 ")
EMOJI = ("✅", "📦", "👍", "🔥", "☎️")
DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def version(rng: random.Random, language: str, clauses: list[str]) -> str:
    """The advert as somebody posts it again: every edit may happen, most versions have two to four of them."""
    parts = list(clauses)
    if rng.random() < 0.3:
        rng.shuffle(parts)
    if rng.random() < 0.15:
        parts.pop(rng.randrange(len(parts)))
    words = rng.choice((" ", "\n", " - ", "، ", f" {rng.choice(EMOJI)} ")).join(parts).split(" ")
    if rng.random() < 0.3:
        words = [OTHERS[language].get(w, w) for w in words]
    if rng.random() < 0.25:
        for _ in range(2):
            n = rng.randrange(len(words))
            word = words[n]
            if len(word) > 4:
                k = rng.randrange(1, len(word) - 1)
                words[n] = rng.choice((word[:k] + word[k + 1 :], word[:k] + word[k] + word[k:], word[:k] + word[k + 1] + word[k] + word[k + 2 :]))  # fmt: skip
    if rng.random() < 0.2:
        n = rng.randrange(len(words))
        words[n] = words[n][:-1] + words[n][-1:] * 4
    text = " ".join(words)
    if rng.random() < 0.3:
        text = "".join(SPELLINGS.get(c, c) if rng.random() < 0.6 else c for c in text)
    text += f" {rng.choice(('السعر', '', '💰')) if language in ('ar', 'ckb') else 'price'} {rng.randrange(2, 90) * 5000}"
    text += f" 0770 000 {rng.randrange(1000, 9999)}"
    if rng.random() < 0.3:
        text = text.translate(DIGITS)
    if rng.random() < 0.2:
        text = text[: int(len(text) * rng.uniform(0.7, 0.95))]
    if rng.random() < 0.25:
        text = rng.choice(HEADERS) + text
    return text


class Folding(FakeView):
    """A case in memory that folds letters as the store does."""

    def fold(self, texts: Sequence[str]) -> list[str]:
        """The folded texts."""
        return fold.fold_column(texts)


def background(folder: Path, count: int, rng: random.Random) -> list[str]:
    """`count` messages of the corpora, as they stand; where there are fewer, neighbours are put together for the rest."""
    lines: list[str] = []
    for file in sorted(folder.iterdir()):
        if file.suffix in (".csv", ".tsv", ".txt", ".jsonl"):
            lines += [text for text in texts(file) if text.strip()]
    rng.shuffle(lines)
    found = lines[:count]
    while len(found) < count:
        a, b = rng.choice(lines).split(), rng.choice(lines).split()
        found.append(" ".join(a[len(a) // 2 :] + b[: len(b) // 2 + 1]))
    return found


def planted(language: str, adverts: int, versions: int, rng: random.Random) -> Iterator[tuple[int, str]]:
    """Versions of adverts, each with the number of its advert. Two adverts share at most three of six clauses."""
    chosen: list[list[str]] = []
    while len(chosen) < adverts:
        some = rng.sample(CLAUSES[language], 6)
        if all(len(set(some) & set(other)) <= 3 for other in chosen):
            chosen.append(some)
    for n, clauses in enumerate(chosen):
        for _ in range(versions):
            yield n, version(rng, language, clauses)


def main() -> None:
    """Print a line a language."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("corpora", type=Path)
    ask.add_argument("--background", type=int, default=10_000)
    ask.add_argument("--adverts", type=int, default=30)
    ask.add_argument("--versions", type=int, default=6)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--edits", choices=("first", "second"), default="first", help="model of edits")
    ask.add_argument(
        "--list", action="store_true", help="print the versions that stand apart from most of their advert"
    )
    said = ask.parse_args()
    rng = random.Random(said.seed)
    at = Locator("cd" * 32, "x")
    people = [Account(at, f"a-{n}", "telegram", str(n)) for n in range(40)]
    rows: list[tuple[tuple[str, int] | None, str]] = [
        (None, text) for text in background(said.corpora, said.background, rng)
    ]
    for language in CLAUSES:
        make = planted if said.edits == "first" else other_edits.planted
        for n, text in make(language, said.adverts, said.versions, rng):
            rows.append(((language, n), text))
    rng.shuffle(rows)
    records: list[Record] = [Conversation(at, "c-1", "telegram", "x", "group"), *people]
    advert: dict[str, tuple[str, int]] = {}
    home: dict[str, str] = {}
    for n, (which, text) in enumerate(rows):
        message = Message(
            Locator(at.source, "x", f"bytes {n}-{n + 1}"), "telegram", "c-1", people[n % 40].id, "x", "text", text, Moment()
        )  # fmt: skip
        records.append(message)
        id = ids.id_of(message)
        home[id] = id
        if which is not None:
            advert[id] = which

    def root(id: str) -> str:
        while home[id] != id:
            home[id] = home[home[id]]
            id = home[id]
        return id

    for link in same_wording.link(Folding(records)):
        if isinstance(link, Link):
            home[root(link.a)] = root(link.b)
    clusters: dict[str, Counter[tuple[str, int] | None]] = {}
    for id in home:
        clusters.setdefault(root(id), Counter())[advert.get(id)] += 1
    print(f"{len(rows):,} messages, {len(advert)} of them versions of adverts")
    if said.list:
        main_home: dict[tuple[str, int], Counter[str]] = {}
        for id, which in advert.items():
            main_home.setdefault(which, Counter())[root(id)] += 1
        words = {ids.id_of(r): r.text for r in records if isinstance(r, Message)}
        for id, which in advert.items():
            most = main_home[which].most_common(1)[0][0]
            if root(id) != most:
                print(which, repr(words[id]), "| apart from |", repr(words[most]))
    print("language   pair recall                    precision")
    for language in (*CLAUSES, "all"):
        right = wrong = 0
        for counted in clusters.values():
            mine = {w: k for w, k in counted.items() if w is not None and language in (w[0], "all")}
            right += sum(k * (k - 1) // 2 for k in mine.values())
            total, own = sum(counted.values()), sum(mine.values())
            inside = own * (own - 1) // 2 - sum(k * (k - 1) // 2 for k in mine.values())
            wrong += inside + own * (total - own)
        there = (
            said.adverts
            * said.versions
            * (said.versions - 1)
            // 2
            * (len(CLAUSES) if language == "all" else 1)
        )
        share = wilson(right, there)
        print(
            f"{language:10} {right}/{there} {right / there:.3f} ({share.low:.2f}-{share.high:.2f})   "
            f"{right}/{right + wrong} {right / max(right + wrong, 1):.3f}"
        )


if __name__ == "__main__":
    main()
