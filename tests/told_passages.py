"""Passages from plain texts, for tests of detectors: folded, matched and extracted as `find` does it."""

from __future__ import annotations

from functools import lru_cache

from ritrova.case.analysis import Analyst
from ritrova.model.passages import Passage, PassageMessage
from ritrova.model.records import Attachment


@lru_cache(maxsize=1)
def analyst() -> Analyst:
    return Analyst(country="IQ")


def message(
    i: int,
    text: str,
    sender: str = "A1",
    *,
    reply_to: int | None = None,
    photo: bool = False,
    roles: tuple[str, ...] = (),
) -> PassageMessage:
    bare = PassageMessage(
        id=f"m{i}",
        text=text,
        sender=sender,
        seconds=1_450_000_000.0 + 60 * i,
        reply_to=None if reply_to is None else f"m{reply_to}",
        attachments=(Attachment("photo.jpg", True, mime="image/jpeg"),) if photo else (),
        roles=roles,
    )
    return analyst().prepared([bare])[0]


def passage(*texts: str | tuple[str, str], market: dict[str, int] | None = None) -> Passage:
    """A passage of texts; a tuple is (sender, text), a bare text is by A1. "[photo]" stands for a picture."""
    messages = []
    for i, t in enumerate(texts):
        sender, text = t if isinstance(t, tuple) else ("A1", t)
        messages.append(message(i, text.replace("[photo]", "").strip(), sender, photo="[photo]" in text))
    return Passage("c1", "telegram", tuple(messages), market=market or {})
