"""Places of the gazetteer, with coordinates. A name that is an ordinary word too needs a word of place before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ritrova.extractors.quantities import longest
from ritrova.model.records import Observable
from ritrova.model.shapes import Ask, Extractor
from ritrova.model.text import Folded, Hit, Term

_IN: Final = re.compile(
    r"(?:^|[^\w])(?:in|at|from|to|near|city of|town of|via|towards|around|"
    r"في|من|الى|الي|ب|بال|قرب|مدينه|قريه|ناحيه|قضاء|قضا|محافظه|مخيم|ل|عند|صوب|طريق|حي|منطقه|"
    r"له|لە|ل|شاري|گوندي|كمپي|"
    r"li|ji|bo|ber|bajare|gunde|kampa|nav|"
    r"در|از|به|شهر|روستاي|"
    r"в|во|из|на|под|до|через|город|городе|г\.|"
    r"a|ad|da|di|dalla|per|citta di|presso|vicino a|verso|"
    r"在|从|到|去|来|于)\s?$"
)
_STOP: Final = re.compile(r"[\n.!?؟،,;]")
_AFTER: Final = re.compile(
    r"(?: (?:yolu|tarafi|civari|merkez|kampi|cephesi|yakini|ilce|disi|cikisi)|'?(?:da|de|dan|den|ta|te|tan|ten|ya|ye|a|e)(?![^\W_])| sehri| ilcesi| sehrinde| koyu| city\b| camp\b| district\b| province\b|市|县|省)"
)


def extract(folded: Folded, hits: Sequence[Hit], ask: Ask) -> Iterator[Observable]:
    """Each place named, with GeoNames' English name (else the supplement's) as `value`, and lat, lon in `detail`."""
    text = folded.text
    places = longest(h for h in hits if h.cue == "place" and h.term is not None)
    sure = [h for h in places if any(t.alone for t in _readings(h, hits))]
    for h in places:
        readings = _readings(h, hits)
        alone = any(t.alone for t in readings)
        if _counted(text, h, hits) or _NISBA.match(text, h.end):
            continue
        if not alone and _glued(text, h):
            continue
        readings = [t for t in readings if _ended(text, h, t, folded)]
        if not readings:
            continue
        alone = any(t.alone for t in readings) or _plain_here(text, h, folded.written)
        if not alone and not (_capital(folded, h) and (_placed(text, h, sure) or _signed(text, h, hits))):
            continue
        term = _best(readings, ask, alone)
        lat, lon, country, _ = term.note.split(",")
        span = folded.original(h.start, h.end)
        yield Observable(
            "place",
            "",
            folded.written[span[0] : span[1]],
            span,
            value=term.gloss,
            ground=term.unit,
            detail={"lat": float(lat), "lon": float(lon), "country": country},
        )


_NISBA: Final = re.compile(r"(?:ي|يه|يين|يات)(?![^\W_])")
"""Endings that make an adjective of a place's name: a Shirazi cat is not in Shiraz."""
_COUNT: Final = re.compile(r"\d ?$")
_LINE_START: Final = re.compile(r"(?:[,،/|\-.;؛]|\n)\s*$")


_BEFORE_WORD: Final = re.compile(r"[^\W\d_]*$")
_CLITICS: Final = frozenset(
    ("", "ب", "ل", "و", "ال", "لل", "بال", "وال", "وب", "ول", "ولل", "وبال", "عال", "هال")
)
_INTO: Final = frozenset(("ب", "ل", "لل", "بال", "وب", "ول", "ولل", "وبال"))
"""Clitics that say in or to."""
_CLAUSE_END: Final = re.compile(r"\s*(?:$|[\n,،.;؛!?؟)|/])")


def _glued(text: str, hit: Hit) -> bool:
    """Whether letters stand before an ambiguous name that no place name carries («كراوه» is no «راوه» with a clitic)."""
    head = _BEFORE_WORD.search(text, max(0, hit.start - 6), hit.start)
    return (
        head is not None
        and text[hit.start] > "\u05ff"
        and text[hit.start] < "\u0700"
        and head.group() not in _CLITICS
    )


_TAIL: Final = re.compile(r"[^\W\d_]*")
_TAILS: Final = {
    "ckb": frozenset(
        [
            "ی",
            "ه",
            "وه",
            "یه",
            "ي",
            "يه",
            "دا",
            "يش",
            "ش",
            "ا",
            "يدا",
            "يهوه",
            "هوه",
            "يي",
            "هدا",
            "هش",
            "ه\u200cوه",
            "يان",
            "ه\u200cدا",
        ]
    ),
    "kmr": frozenset(["e", "a", "ye", "ya", "an", "yan", "de", "da", "eye", "eya", "i"]),
    "tr": frozenset(
        [
            "da",
            "de",
            "ta",
            "te",
            "dan",
            "den",
            "tan",
            "ten",
            "a",
            "e",
            "ya",
            "ye",
            "i",
            "u",
            "yi",
            "yu",
            "in",
            "un",
            "nin",
            "nun",
            "daki",
            "deki",
            "taki",
            "teki",
            "dayim",
            "dayiz",
            "la",
            "le",
            "yla",
            "yle",
        ]
    ),
    "ru": frozenset(["а", "у", "е", "ом", "ем"]),
}
"""Endings that a name of a place carries, as folded. Those of Arabic, Persian and others are none: «سوريا» is not «سوري»."""


def _ended(text: str, hit: Hit, term: Term, folded: Folded) -> bool:
    """Whether what is glued to the end of a name may be an ending of a place's name."""
    if not term.language or term.language == "zh":
        return True
    tail = _TAIL.match(text, hit.end)
    ending = tail.group() if tail else ""
    if not ending:
        return True
    if ending not in _TAILS.get(term.language, ()):
        return False
    if term.language == "ru":
        name = text[hit.start : hit.end]
        return name[-1] not in "аоуыиеэюяйь" and (_capital(folded, hit) or not name.endswith("ск"))
    return term.alone or term.language == "ckb" or ending in _FROM


_FROM: Final = frozenset(("dan", "den", "tan", "ten", "daki", "deki", "taki", "teki"))
"""Turkish endings that say from or at, and that only names of places and things carry."""
_ARABIC_WORDS: Final = frozenset(("رقه", "مشهد"))
"""Names that are ordinary words in Arabic, and in Persian nothing but the place."""
_PERSIAN: Final = re.compile("[\u06cc\u06a9]")
_NOT_PERSIAN: Final = re.compile("[\u064a\u0643\u06d5\u06ce\u06c6\u0695\u06b5]")


def _plain_here(text: str, hit: Hit, written: str) -> bool:
    """Whether a name that is a word elsewhere is none in this text: in Persian, or with a Turkish ending of place."""
    name = text[hit.start : hit.end]
    if name in _ARABIC_WORDS:
        return bool(_PERSIAN.search(written)) and not _NOT_PERSIAN.search(written)
    tail = _TAIL.match(text, hit.end)
    return name.isascii() and len(name) >= 5 and tail is not None and tail.group() in _FROM


def _counted(text: str, hit: Hit, hits: Sequence[Hit]) -> bool:
    """Whether the name is a unit here, behind its number («20 سنه» is twenty years, not the town)."""
    unit = any(h.cue == "unit" and h.start < hit.end and hit.start < h.end for h in hits)
    return unit and _COUNT.search(text, max(0, hit.start - 3), hit.start) is not None


def _signed(text: str, hit: Hit, hits: Sequence[Hit]) -> bool:
    """Whether the name is a clause of an advert by itself, as in "1500 riyals, Jeddah"."""
    return (
        bool(_CLAUSE_END.match(text, hit.end))
        and bool(_LINE_START.search(text[max(0, hit.start - 3) : hit.start]))
        and any(h.cue == "currency" for h in hits)
    )


def _capital(folded: Folded, hit: Hit) -> bool:
    """Whether a name in Latin or Cyrillic letters is written with a capital (other scripts have none)."""
    at = folded.original(hit.start, hit.start + 1)[0]
    return not folded.written[at].islower()


def _readings(hit: Hit, hits: Sequence[Hit]) -> list[Term]:
    return [
        h.term
        for h in hits
        if h.cue == "place" and (h.start, h.end) == (hit.start, hit.end) and h.term is not None
    ]


def _placed(text: str, hit: Hit, sure: Sequence[Hit]) -> bool:
    if _IN.search(text[max(0, hit.start - 14) : hit.start]):
        return True
    head = _BEFORE_WORD.search(text, max(0, hit.start - 6), hit.start)
    if head is not None and head.group() in _INTO:
        return True
    if _AFTER.match(text, hit.end):
        return True
    for s in sure:
        between = text[hit.end : s.start] if s.start >= hit.end else text[s.end : hit.start]
        near = len(between) <= 24 and text[hit.start] > "\u05ff" and not _STOP.search(between)
        if s is not hit and (len(between) <= 3 or near):
            return True
    return False


def _best(readings: Sequence[Term], ask: Ask, alone: bool) -> Term:
    """Of several places of one name: one of the country asked for, else the largest."""

    def weight(t: Term) -> tuple[bool, bool, int]:
        _, _, country, population = t.note.split(",")
        return (t.alone or not alone, country == ask.country, int(population))

    return max(readings, key=weight)


EXTRACTOR = Extractor("place", (), extract, ("place",))
