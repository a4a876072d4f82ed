"""The words of the pages, in the languages they are shown in, and their direction."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

RIGHT_TO_LEFT = frozenset({"ar", "ckb", "fa"})
LANGUAGES = {"en": "English", "ar": "العربية"}


@lru_cache(maxsize=1)
def _all() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = tomllib.loads(
        (files("ritrova.web") / "words.toml").read_text("utf-8")
    )
    return loaded


class Words:
    """Words in one language; a word that is missing there is shown in English."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        self.direction = "rtl" if self.language in RIGHT_TO_LEFT else "ltr"
        self._own = _all().get(self.language, {})

    def __call__(self, key: str) -> str:
        """The words for a key; an unknown key is shown with spaces for its underscores."""
        return self._own.get(key) or _all()["en"].get(key) or key.replace("_", " ")


def missing(language: str) -> list[str]:
    """Keys that have English words and none in this language."""
    return sorted(set(_all()["en"]) - set(_all().get(language, {})))
