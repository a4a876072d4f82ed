"""Where words begin and end for search: Han and kana letters stand singly, everything else as letters and digits run."""

from __future__ import annotations

import re
from collections.abc import Sequence

SINGLE = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff々〆぀-ヿㇰ-ㇿ"
_SINGLE = re.compile(f"([{SINGLE}])")
TOKEN = re.compile(f"[{SINGLE}]|(?:(?![{SINGLE}])[^\\W_]|[\u0300-\u0331\ue000-\uf8ff])+")
"""One token of a folded text, as the index (FTS5 unicode61) cuts it after `apart`."""


def apart(folded: Sequence[str]) -> Sequence[str]:
    """Folded texts with every Han and kana letter standing alone; other texts as they are."""
    if _SINGLE.search("\n".join(folded)) is None:
        return folded
    return [_SINGLE.sub(r" \1 ", text) for text in folded]
