"""Where words begin and end for search: Han and kana letters stand singly, everything else as letters and digits run.

SQLite's tables of letters are older than many signs (emoji since 2016, the rouble sign), and it takes what it does not know
for part of a word: «boat» followed by such a sign would not be found. So whatever Python knows to be no letter is blanked
before a text reaches the index, and before a query does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SINGLE = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff々〆぀-ヿㇰ-ㇿ"
_SINGLE = re.compile(f"([{SINGLE}])")
_NO_LETTER = re.compile(r"[^\w\x00-\x7f\u0300-\u0331]+")
TOKEN = re.compile(f"[{SINGLE}]|(?:(?![{SINGLE}])[^\\W_]|[\u0300-\u0331])+")
"""One token of a folded text, as the index (FTS5 unicode61) cuts it after `apart`."""


def apart(folded: Sequence[str]) -> Sequence[str]:
    """Folded texts as the index takes them: no signs beyond ASCII, and every Han and kana letter standing alone."""
    joined = "\x00".join(folded)
    if joined.isascii():
        return folded
    spaced = _NO_LETTER.sub(" ", joined)
    if _SINGLE.search(spaced) is not None:
        spaced = _SINGLE.sub(r" \1 ", spaced)
    texts = spaced.split("\x00")
    if len(texts) == len(folded):
        return texts
    return [_SINGLE.sub(r" \1 ", _NO_LETTER.sub(" ", text)) for text in folded]
