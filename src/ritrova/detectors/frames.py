"""Frames: words that put talk of people and goods into another light (news, testimony, scripture, football, jokes ...).

A frame is counter-evidence. It is weighed against how directly a message offers, and whatever is found in spite of it
lists it. Weights are in units of one direct sign; they order reasons and are shown nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ritrova.detectors.reading import Part, Said

WEIGHT: dict[str, float] = {
    "news": 1.5,
    "discussion": 1.5,
    "testimony": 2.0,
    "religion": 1.5,
    "law": 1.5,
    "history": 1.5,
    "fiction": 1.5,
    "joke": 2.0,
    "insult": 2.0,
    "sport": 2.0,
    "marriage": 1.5,
    "appeal": 1.5,
    "medical": 1.5,
    "play": 2.0,
    "negation": 3.0,
}
"""How heavily a group of concepts speaks against an offer, once."""

HEAVY: dict[str, float] = {"quoting": 2.0, "sold_by_others": 2.0, "licensed_agency": 1.5}
"""Concepts that weigh otherwise than their group."""

SAYS: dict[str, str] = {
    "news": "news",
    "discussion": "talk about it",
    "testimony": "testimony",
    "religion": "religion",
    "law": "a court or the law",
    "history": "history",
    "fiction": "a film, book or song",
    "joke": "laughter or a joke",
    "insult": "an insult",
    "sport": "sport",
    "marriage": "a wedding or dowry",
    "appeal": "an appeal",
    "medical": "hospital or blood donation",
    "play": "a toy or game",
    "negation": "«not for sale»",
    "job": "ordinary work",
    "rescue": "rescue",
}
"""How a frame is named in `counter`."""

WEAK = 0.4
"""A frame word that is also an ordinary word counts this much of its weight."""


def against(said: Iterable[Said], ignore: Sequence[str] = ()) -> list[Part]:
    """The frame parts of some messages, but for the groups and concepts to ignore."""
    return [
        p
        for s in said
        for p in s.parts
        if (p.group in WEIGHT or p.concept in HEAVY) and p.group not in ignore and p.concept not in ignore
    ]


def weight(parts: Iterable[Part]) -> float:
    """The weight of frame parts: each concept counts once a message, a repeated strong one half as much again."""
    best: dict[tuple[int, str], float] = {}
    words: dict[tuple[int, str], set[str]] = {}
    for p in parts:
        w = HEAVY.get(p.concept, WEIGHT.get(p.group, 0.0)) * (1.0 if p.alone else WEAK)
        key = (p.at, p.concept)
        best[key] = max(best.get(key, 0.0), w)
        words.setdefault(key, set()).add(p.words.casefold())
    return sum(w * (1.0 + 0.5 * min(len(words[k]) - 1, 2)) for k, w in best.items())


def names(parts: Iterable[Part]) -> list[str]:
    """Counter-reasons in words, one a frame, quoting what was said."""
    said: dict[str, list[str]] = {}
    for p in parts:
        name = SAYS.get(p.group, p.concept.replace("_", " "))
        quoted = said.setdefault(name, [])
        if p.words and p.words not in quoted:
            quoted.append(p.words)
    return [f"also says: {name} ({', '.join(f'«{w}»' for w in words[:3])})" for name, words in said.items()]
