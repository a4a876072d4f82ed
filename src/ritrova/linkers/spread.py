"""How far a number or handle is spread: what many unrelated accounts write, each in its own words, is public and links nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection

from ritrova.model.view import View

OWN_WORDS = 5
"""A value that more accounts than this write, in as many different wordings and not forwarded, is public."""
ANY_WORDS = 12
"""So is one that more accounts than this write, whatever the words."""
_FILLED = re.compile(r"[^\W\d_]+")


class Spread:
    """Who wrote which value."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._messages: dict[str, list[str]] = defaultdict(list)

    def seen(self, value: str, message: str) -> None:
        """A value stands in a message."""
        self._messages[value].append(message)

    def public(self, values: Collection[str]) -> set[str]:
        """Those of the values that are public."""
        asked = {v: self._messages[v] for v in values if len(self._messages.get(v, ())) > OWN_WORDS}
        found = set()
        for value, messages in asked.items():
            writers: set[str] = set()
            own: set[str] = set()
            wordings: set[str] = set()
            for stored in self._view.messages(ids=messages):
                writer = stored.message.sender or stored.id
                writers.add(writer)
                if stored.message.forwarded_from is None:
                    own.add(writer)
                    wordings.add(" ".join(sorted(set(_FILLED.findall(stored.message.text.casefold())))))
            if len(writers) > ANY_WORDS or min(len(own), len(wordings)) > OWN_WORDS:
                found.add(value)
        return found
