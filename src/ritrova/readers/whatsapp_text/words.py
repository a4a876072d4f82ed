"""The words that WhatsApp writes into an export, loaded once from ``words.toml``."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

import msgspec

MARKS = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c"
"""Invisible marks of writing direction (and the byte order mark) that WhatsApp or an editor sets anywhere."""
_DROP = str.maketrans("", "", MARKS)
_SPACES = re.compile(r"[ \t\u00a0\u202f\u2009\u3000]+")
_QUIET = re.compile(r"[\s.\u00a0\u202f\"'״׳’”‌\u200d]+")


def unmarked(text: str) -> str:
    """`text` without direction marks."""
    return text.translate(_DROP)


def plain(text: str) -> str:
    """Without marks, spaces of every kind as one blank, trimmed: for comparing names and phrases, never for showing."""
    return _SPACES.sub(" ", unmarked(text)).strip()


def quiet(word: str) -> str:
    """A marker of the half of the day in its comparable form."""
    return _QUIET.sub("", unmarked(word)).casefold()


class Words(msgspec.Struct, frozen=True):
    """The tables of ``words.toml`` in the shapes in which the reader asks."""

    half: dict[str, str]
    joints: frozenset[str]
    you: frozenset[str]
    omitted: dict[str, str]
    attached: tuple[str, ...]
    deleted: dict[str, str]
    edited: tuple[str, ...]
    polls: tuple[str, ...]
    options: tuple[str, ...]
    missed: tuple[str, ...]
    calls: tuple[str, ...]
    live: tuple[str, ...]
    system: re.Pattern[str]
    labels: frozenset[str]
    file_names: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=1)
def words() -> Words:
    """The tables, read on first use."""
    t = tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))
    half = {quiet(w): kind for kind in ("am", "pm", "noon") for w in t["markers"][kind]}
    omitted = {w.casefold(): kind for kind, many in t["omitted"].items() for w in many}
    deleted = {w.casefold(): by for by, many in t["deleted"].items() for w in many}
    patterns = []
    for p in t["file_name"]["patterns"]:
        before, _, after = p.partition("{name}")
        patterns.append(re.compile(f"{re.escape(before)}(.+?){re.escape(after)}", re.IGNORECASE))
    return Words(
        half=half,
        joints=frozenset(w.casefold() for w in t["joints"]["words"]),
        you=frozenset(t["you"]["words"]),
        omitted=omitted,
        attached=tuple(t["attached"]["suffix"]),
        deleted=deleted,
        edited=tuple(t["edited"]["suffix"]),
        polls=tuple(t["poll"]["title"]),
        options=tuple(t["poll"]["option"]),
        missed=tuple(w.casefold() for w in t["call"]["missed"]),
        calls=tuple(w.casefold() for w in t["call"]["done"]),
        live=tuple(w.casefold() for w in t["live_location"]["words"]),
        system=re.compile("|".join(re.escape(s) for s in t["system"]["stems"]), re.IGNORECASE),
        labels=frozenset(w.casefold() for w in t["labels"]["words"]),
        file_names=tuple(patterns),
    )


def named(stem: str) -> str | None:
    """The chat in a name that WhatsApp gives to exports, None where it is no such name."""
    for p in words().file_names:
        m = p.fullmatch(stem)
        if m is not None:
            return str(m[1]).strip()
    return None
