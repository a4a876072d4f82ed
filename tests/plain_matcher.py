"""A small stand-in for the matcher and the extractors: enough to test detectors by themselves.

It folds letter by letter, finds the packs' terms word by word with Arabic clitics, and reads phones, prices, ages, handles
with plain patterns. Slow and simple on purpose.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from ritrova.model.passages import Passage, PassageMessage
from ritrova.model.records import Attachment, Observable
from ritrova.model.text import Folded, Hit, Term

PACKS = Path(__file__).resolve().parents[1] / "src" / "ritrova" / "languages" / "packs"
LETTERS = str.maketrans("أإآٱىؤئةکی٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "اااايويهكي01234567890123456789")
WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
PREFIXES = (
    "",
    "و",
    "ف",
    "ب",
    "ل",
    "ك",
    "ال",
    "وال",
    "بال",
    "لل",
    "فال",
    "ول",
    "وب",
    "كال",
    "ه",
    "هال",
    "ع",
    "عال",
)
SUFFIXES = ("", "ه", "ها", "هم", "ك", "كم", "نا", "ي", "هن", "و", "هه", "ج")


def fold(text: str) -> Folded:
    """Folded text with its map, letter by letter."""
    out: list[str] = []
    flat: list[int] = []
    for i, c in enumerate(text):
        for f in unicodedata.normalize("NFKC", c).casefold().translate(LETTERS):
            if unicodedata.category(f) in ("Mn", "Cf") or f == "ـ":
                continue
            out.append(f)
            flat += (i, i + 1)
    return Folded(text, "".join(out), lambda _: flat)


def words(text: str) -> list[tuple[str, int, int]]:
    return [(m.group().replace("’", "'"), m.start(), m.end()) for m in WORD.finditer(text)]


@lru_cache(maxsize=1)
def lexicon() -> dict[str, list[tuple[tuple[str, ...], Term]]]:
    """First word -> forms that begin with it."""
    table: dict[str, list[tuple[tuple[str, ...], Term]]] = {}
    for path in sorted(PACKS.glob("*/terms.toml")):
        code = path.parent.name
        for concept in tomllib.loads(path.read_text("utf-8"))["concept"]:
            for t in concept["terms"]:
                if isinstance(t, str):
                    t = {"text": t}
                term = Term(
                    concept["id"],
                    t["text"],
                    code,
                    t.get("gloss", ""),
                    alone=t.get("alone", concept.get("alone", True)),
                )
                form = tuple(w for w, _, _ in words(fold(t["text"]).text) if w not in "-_~*")
                table.setdefault(form[0], []).append((form, term))
    return table


def _stems(word: str, first: bool, last: bool) -> Iterator[str]:
    arabic = "\u0600" <= word[0] <= "\u06ff"
    for p in PREFIXES if arabic and first else ("",):
        if p and (not word.startswith(p) or len(word) - len(p) < 2):
            continue
        body = word[len(p) :]
        for s in SUFFIXES if arabic and last else ("",):
            if s and (not body.endswith(s) or len(body) - len(s) < 3):
                continue
            stem = body[: len(body) - len(s)] if s else body
            yield stem
            if s and arabic:
                yield stem[:-1] + "ه" if stem.endswith("ت") else stem


def hits(folded: Folded) -> tuple[Hit, ...]:
    table = lexicon()
    seq = [w for w in words(folded.text) if w[0] not in "-_~*"]
    found: dict[tuple[int, int, str], Hit] = {}
    for i, (w, start, _) in enumerate(seq):
        for stem in set(_stems(w, True, True)):
            for form, term in table.get(stem, ()):
                n = len(form)
                if i + n > len(seq):
                    continue
                if n == 1:
                    pass
                elif not _rest(form, seq[i : i + n], stem, w):
                    continue
                end = seq[i + n - 1][2]
                found[(start, end, term.concept)] = Hit(start, end, term.concept, term)
    return tuple(sorted(found.values(), key=lambda h: (h.start, h.end)))


def _rest(form: Sequence[str], seq: Sequence[tuple[str, int, int]], stem: str, w: str) -> bool:
    if stem not in _stems(w, True, False):
        return False
    for f, (x, _, _) in zip(form[1:-1], seq[1:-1], strict=True):
        if f != x:
            return False
    return form[-1] in set(_stems(seq[-1][0], False, True))


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
