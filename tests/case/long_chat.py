"""A long chat of ordinary talk, with an advert now and then."""

from __future__ import annotations

from pathlib import Path


def long_chat(path: Path, messages: int, word: str = "ordinary", name: str = "Sami") -> Path:
    """Write it; `word` stands in every text, `name` is one of two senders."""
    with path.open("w", encoding="utf-8") as out:
        for n in range(messages):
            day, month, year = 13 + n // 1440 % 15, 1 + n // 21_600 % 12, 2016
            text = f"{word} talk number {n} of the two"
            if n % 5_000 == 77:
                text = (
                    f"للبيع سبية عمرها 22 والسعر 3500 دولار للتواصل 0770000{n % 10_000:04d} في الموصل {word}"
                )
            out.write(
                f"{day}/{month:02d}/{year}, {n // 60 % 24:02d}:{n % 60:02d} - {name if n % 3 else 'Mira'}: {text}\n"
            )
    return path
