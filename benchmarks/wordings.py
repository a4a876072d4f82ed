"""Writes chats of any length in which a known part of the longer messages are adverts that somebody posted again and again.

A fifth of the messages have more than eight words, a tenth of those are versions of adverts for goods, five of each advert. The
words are those of `talk.py` and invented ones, used as unevenly as words are (Zipf). The same numbers give the same chats.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from talk import ARABIC, ENGLISH

VOCABULARY = 30_000
VERSIONS = 5
CHAT = 100_000
"""Messages of one exported chat."""
PEOPLE = [f"Member {n}" for n in range(200)]
HEADERS = ("Forwarded message ", "منقول ", "Forwarded from Market ")
SYLLABLES = (
    ["با", "تو", "مي", "سر", "كن", "لا", "رو", "شم", "دي", "قا", "نو", "حل"],
    ["ba", "to", "mir", "san", "ke", "lo", "ru", "shi", "den", "ga", "nu", "hol"],
)


def words(language: int) -> list[str]:
    """The vocabulary of a language, the commonest first."""
    rng = random.Random(language)
    known = dict.fromkeys(ARABIC if language == 0 else ENGLISH)
    while len(known) < VOCABULARY:
        known["".join(rng.choices(SYLLABLES[language], k=rng.choice((2, 3, 4, 5))))] = None
    return list(known)


def texts(messages: int, seed: int = 1) -> Iterator[tuple[int | None, str]]:
    """Each message with the number of its advert, None for the others, in mixed order."""
    rng = random.Random(seed)
    long = messages // 5
    planted = long // 10 // VERSIONS * VERSIONS
    vocabularies = (words(0), words(1))
    lengths = [rng.randrange(1, 9) for _ in range(messages - long)]
    lengths += [rng.randrange(9, 31) for _ in range(long - planted)]
    adverts = [rng.randrange(13, 25) for _ in range(planted // VERSIONS)]
    weights = 1 / np.arange(3, VOCABULARY + 3)
    chosen = np.random.default_rng(seed).choice(
        VOCABULARY, sum(lengths) + sum(adverts), p=weights / weights.sum()
    )
    at = 0
    said: list[tuple[int | None, str]] = []
    for length in lengths:
        known = vocabularies[rng.random() < 0.4]
        said.append((None, " ".join(known[n] for n in chosen[at : at + length].tolist())))
        at += length
    for advert, length in enumerate(adverts):
        known = vocabularies[rng.random() < 0.4]
        said += [
            (advert, version(rng, [known[n] for n in chosen[at : at + length].tolist()]))
            for _ in range(VERSIONS)
        ]
        at += length
    rng.shuffle(said)
    yield from said


def version(rng: random.Random, advert: list[str]) -> str:
    """The advert as somebody posts it again."""
    parts = [advert[n : n + 4] for n in range(0, len(advert), 4)]
    if rng.random() < 0.25:
        rng.shuffle(parts)
    made = [word for part in parts for word in part]
    if rng.random() < 0.3:
        made.pop(rng.randrange(len(made)))
    if rng.random() < 0.3:
        n = rng.randrange(len(made))
        if len(made[n]) > 4:
            made[n] = made[n][:2] + made[n][3:]
    if rng.random() < 0.2:
        made.insert(rng.randrange(len(made)), rng.choice(("✅", "📦", "🔥")))
    made += [f"{rng.randrange(2, 90) * 5}00", f"0770 000 {rng.randrange(1000, 9999)}"]
    if rng.random() < 0.1:
        made = made[: max(9, len(made) * 4 // 5)]
    return (rng.choice(HEADERS) if rng.random() < 0.2 else "") + " ".join(made)


def write(folder: Path, messages: int, seed: int = 1) -> tuple[list[Path], dict[str, int]]:
    """The chats as WhatsApp text exports (Android, day first), and the advert of each text that is a version of one."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(-seed)
    at = datetime(2019, 1, 1, 6, 0) + timedelta(days=seed)
    files: list[Path] = []
    advert: dict[str, int] = {}
    lines: list[str] = []
    for n, (which, text) in enumerate(texts(messages, seed), 1):
        at += timedelta(seconds=rng.choice((20, 40, 65, 130)))
        lines.append(f"{at.day:02d}/{at.month:02d}/{at.year}, {at:%H:%M} - {rng.choice(PEOPLE)}: {text}\n")
        if which is not None:
            advert[text] = which
        if n % CHAT == 0 or n == messages:
            files.append(folder / f"WhatsApp Chat with Market {seed} {len(files)}.txt")
            files[-1].write_text("".join(lines), "utf-8")
            lines.clear()
    return files, advert
