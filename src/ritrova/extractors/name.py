"""Kunyas and personal names, as written: "father of", "mother of" with what follows, and what a word calls a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ritrova.model.records import Observable
from ritrova.model.shapes import Ask, Extractor
from ritrova.model.text import Folded, Hit

_NEXT: Final = re.compile(r"[ \-]((?:al-|el-)?[^\W\d_]{2,20}(?:-[^\W\d_]{2,15})?)(?![\w])")
_NISBA: Final = re.compile(r" (al[- ][^\W\d_]{3,15}|el[- ][^\W\d_]{3,15}|ال[^\W\d_]{3,12}ي)(?![\w])")
_NAMED: Final = re.compile(r"[^\W\d]{0,2}\s?[:=\-]?\s?([^\W\d_]{2,20}(?: [^\W\d_]{2,20}){0,2})(?![\w])")


def extract(folded: Folded, hits: Sequence[Hit], ask: Ask) -> Iterator[Observable]:
    """Names as written; `value` is the folded form, for comparing. No name is looked up anywhere."""
    text = folded.text
    common = {
        (h.start, h.end) for h in hits if h.term is not None and h.cue not in ("kunya", "name_cue", "place")
    }
    starts = {a for a, _ in common}
    joined = {h.start - 1 for h in hits if h.cue not in ("kunya", "name_cue", "place")}
    joined = {
        at for at in joined if text[at : at + 1] == "و"
    }  # "and her age": the word begins with its "and"
    last = 0
    for h in sorted((h for h in hits if h.cue in ("kunya", "name_cue")), key=lambda h: h.start):
        if h.start < last:
            continue
        m = (_NEXT if h.cue == "kunya" else _NAMED).match(text, h.end)
        if m is None or m.start(1) in starts or text[m.start(1) : m.end(1)].split()[0] in _SMALL:
            continue
        end = m.end(1)
        if h.cue == "kunya":
            more = _NISBA.match(text, end)
            end = more.end(1) if more and more.start(1) not in starts else end
            start = h.start
        else:
            start = m.start(1)
            for word in re.finditer(r"\S+", text[start:end]):
                at = start + word.start()
                if word.start() and (
                    at in starts
                    or at in joined
                    or word.group() in _SMALL
                    or (word.group()[0] == "و" and word.group()[1:] in _SMALL)
                ):
                    end = at - 1
                    break
            if not folded.written[folded.original(start, start + 1)[0]].isupper() and text[start].isascii():
                continue
        last = end
        span = folded.original(start, end)
        written = folded.written[span[0] : span[1]]
        ground = "a kunya" if h.cue == "kunya" else f"«{text[h.start : h.end]}» stands before it"
        yield Observable("name", "", written, span, value=" ".join(text[start:end].split()), ground=ground)


_SMALL: Final = frozenset(
    [
        "and",
        "or",
        "the",
        "is",
        "was",
        "are",
        "in",
        "at",
        "on",
        "from",
        "with",
        "for",
        "of",
        "to",
        "who",
        "she",
        "he",
        "it",
        "a",
        "an",
        "و",
        "في",
        "من",
        "على",
        "الى",
        "عن",
        "هو",
        "هي",
        "ما",
        "لا",
        "يا",
        "او",
        "هذا",
        "هذه",
        "التي",
        "الذي",
        "ve",
        "ile",
        "bir",
        "da",
        "de",
        "u",
        "li",
        "ji",
        "bi",
        "bo",
        "ku",
        "e",
        "i",
        "и",
        "в",
        "на",
        "с",
        "из",
        "он",
        "она",
        "è",
        "e",
        "il",
        "la",
        "di",
        "da",
        "un",
        "una",
        "che",
        "است",
        "و",
        "در",
        "از",
        "که",
    ]
)

EXTRACTOR = Extractor("name", (), extract, ("kunya", "name_cue"))
