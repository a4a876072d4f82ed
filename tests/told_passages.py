"""Passages from plain texts, for tests of detectors: real folding and matching, and values read with plain patterns.

The patterns stand in for the extractors, so that a test of a detector fails for the detector's reasons only.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ritrova.languages.fold import fold
from ritrova.languages.matcher import Matcher
from ritrova.languages.packs import load
from ritrova.model.passages import Passage, PassageMessage
from ritrova.model.records import Attachment, Observable
from ritrova.model.text import Folded, Hit


@lru_cache(maxsize=1)
def matcher() -> Matcher:
    return Matcher.build(load(), (), None)


def hits(folded: Folded) -> tuple[Hit, ...]:
    return next((tuple(found) for _, found in matcher().scan([folded.text])), ())


CURRENCY = r"(?:\$|€|usd|us\$|دولار|دولارات|دينار|ورقه|ورقات|ورق|دفتر|دفاتر|ليره|ريال|درهم|دك|د\.ك|kd|sar|aed|iqd|dollars?|bucks|euros?|eur|dinars?|riyals?|usdt|يورو|dolar|الف|مليون|k)"
NUMBER = r"\d[\d.,]*(?:\s?(?:الف|مليون|k))?"
PATTERNS = (
    ("phone", re.compile(r"(?<!\w)(?:\+|00)?\d[\d\s-]{7,}\d(?!\w)")),
    ("handle", re.compile(r"(?<![\w@])@[a-z][\w.]{3,}", re.I)),
    ("link", re.compile(r"(?:t\.me/|wa\.me/|https?://)\S+")),
    (
        "price",
        re.compile(
            rf"{NUMBER}\s?{CURRENCY}\b|{NUMBER}\s?[$€]|[$€]\s?{NUMBER}|(?<!\w)ب{NUMBER}|usd\s?{NUMBER}"
        ),
    ),
    (
        "age",
        re.compile(
            r"(?:عمرها|عمره|العمر|بعمر|سنها|عمر|aged|age|her age|3omorha|3omrha)\s*:?\s*(\d{1,2})(?:\s*(?:سنه|عام|سنوات))?"
            r"|(\d{1,2})\s*(?:سنه|عاما|عام|سنوات|years? old|yrs? old|yr old|y/?o|years|yrs)\b"
        ),
    ),
)


def observables(message: str, folded: Folded) -> tuple[Observable, ...]:
    found: list[Observable] = []
    taken: list[tuple[int, int]] = []
    for kind, pattern in PATTERNS:
        for m in pattern.finditer(folded.text):
            if any(m.start() < e and s < m.end() for s, e in taken):
                continue
            taken.append(m.span())
            span = folded.original(*m.span())
            number = re.search(r"\d+", m.group().replace(",", ""))
            amount = float(number.group()) if number and kind in ("price", "age") else None
            found.append(
                Observable(kind, message, folded.written[span[0] : span[1]], span, m.group(), amount)  # type: ignore[arg-type]
            )
    return tuple(sorted(found, key=lambda o: o.span))


def message(
    i: int,
    text: str,
    sender: str = "A1",
    *,
    reply_to: int | None = None,
    photo: bool = False,
    roles: tuple[str, ...] = (),
) -> PassageMessage:
    folded = fold(text)
    return PassageMessage(
        id=f"m{i}",
        text=text,
        sender=sender,
        seconds=1_450_000_000.0 + 60 * i,
        reply_to=None if reply_to is None else f"m{reply_to}",
        attachments=(Attachment("photo.jpg", True, mime="image/jpeg"),) if photo else (),
        roles=roles,
        folded=folded,
        hits=hits(folded),
        observables=observables(f"m{i}", folded),
    )


def passage(*texts: str | tuple[str, str], market: dict[str, int] | None = None) -> Passage:
    """A passage of texts; a tuple is (sender, text), a bare text is by A1. "[photo]" stands for a picture."""
    messages = []
    for i, t in enumerate(texts):
        sender, text = t if isinstance(t, tuple) else ("A1", t)
        messages.append(message(i, text.replace("[photo]", "").strip(), sender, photo="[photo]" in text))
    return Passage("c1", "telegram", tuple(messages), market=market or {})
