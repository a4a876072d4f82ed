"""Invented evidence for the store's tests: one story of goods, small and neutral."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Conversation,
    ItemSeen,
    Locator,
    Message,
    Moment,
    Read,
    Source,
)
from ritrova.store.casefile import Store, create

PASSPHRASE = "seven quiet boats"
_FOLDED = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ة": "ه",
        "ى": "ي",
        "ـ": "",
        **dict(zip("٠١٢٣٤٥٦٧٨٩", "0123456789", strict=True)),
    }
)


def fold(texts: Sequence[str]) -> list[str]:
    """A small stand-in for languages.fold: case, Arabic letter variants, tatweel and marks."""
    return [
        "".join(
            letter
            for letter in unicodedata.normalize("NFKC", text).casefold().translate(_FOLDED)
            if not "\u064b" <= letter <= "\u065f"
        )
        for text in texts
    ]


def digest(name: str) -> str:
    """A SHA-256 for an invented source."""
    return sha256(name.encode()).hexdigest()


def source(name: str) -> Source:
    """An invented received file."""
    return Source(
        digest(name),
        name,
        "file",
        1000,
        "2026-01-02T03:04:05Z",
        "R. Tester",
        "court order 7",
        "a witness",
        f"x/{name}",
    )


def chat(name: str, *, app: str = "whatsapp", key: str = "harbour") -> Conversation:
    """A conversation as the source `name` tells it."""
    return Conversation(
        Locator(digest(name), name), ids.conversation_id(app, key), "whatsapp", "Harbour talk", "group"
    )


def person(name: str, who: str) -> Account:
    """An account as the source `name` tells it."""
    return Account(
        Locator(digest(name), name),
        ids.account_id("whatsapp", who),
        "whatsapp",
        f"{who} Sample",
        f"+1555010{len(who)}",
    )


def said(
    name: str,
    n: int,
    text: str,
    *,
    who: str | None = "Dara",
    local: str | None = None,
    key: str = "harbour",
) -> Message:
    """The n-th message of the source `name`."""
    return Message(
        Locator(digest(name), name, f"bytes {n * 100}-{n * 100 + 100}"),
        "whatsapp",
        ids.conversation_id("whatsapp", key),
        None if who is None else ids.account_id("whatsapp", who),
        None if who is None else f"{who} Sample",
        "text",
        text,
        Moment(local, local, None, "as written"),
    )


def at_minute(minute: int) -> str:
    """A local time, `minute` minutes into an invented day."""
    return f"2024-03-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00"


def keep(store: Store, name: str, records: Sequence[Read], state: str = "complete") -> list[int]:
    """Receive a source, keep its records and index them."""
    with store.writer() as w:
        w.source(source(name), "complete" if state == "complete" else "reading")
        w.keep(
            [
                ItemSeen(Locator(digest(name), name), 1000),
                chat(name),
                person(name, "Dara"),
                person(name, "Sipan"),
            ]
        )
        kept = w.keep(records)
        w.index(kept.rows, fold(kept.texts))
    return kept.rows


@contextmanager
def new_case(folder: Path) -> Iterator[Store]:
    """A new case with the stand-in fold."""
    store, _ = create(folder, PASSPHRASE, name="Invented", country="IQ", fold=fold)
    with store:
        yield store
