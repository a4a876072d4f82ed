"""Folding a column of texts against the plain way: `unicodedata.normalize`, `casefold` and one `translate` a text.

    benchmarks/fold.py [--messages N]

The plain way neither shortens stretched letters nor unmixes look-alikes of other scripts, nor does it say where a folded letter
came from; it is the floor that anybody would write first. Both run in this process over the same texts, in turn; the least of
the rounds counts.
"""

from __future__ import annotations

import argparse
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence

from talk import lines

from ritrova.languages.fold import fold_column

ROUNDS = 5
BATCH = 2000
"""Texts in one call, as many as `add` hands over."""


def plain(texts: Sequence[str], table: dict[int, int | None]) -> list[str]:
    """Compatibility forms, case, then marks and tatweel away and letters and digits made alike."""
    normalize = unicodedata.normalize
    return [normalize("NFKD", t).casefold().translate(table) for t in texts]


def table() -> dict[int, int | None]:
    """What the plain way maps: marks and controls to nothing, digits to ASCII, alef, yeh, kaf and teh marbuta to one form."""
    out: dict[int, int | None] = {ord(a): ord(b) for a, b in zip("أإآىیکةٱ", "اااييكها", strict=True)}
    for code in range(sys.maxunicode + 1):
        c = chr(code)
        kind = unicodedata.category(c)
        if kind in ("Mn", "Cf") or c == "ـ":
            out[code] = None
        elif kind == "Nd":
            out[code] = ord("0") + unicodedata.digit(c)
    return out


def least(call: Callable[[], object]) -> float:
    """CPU seconds of the quickest of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Print messages per CPU second of both and the ratio."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--messages", type=int, default=200_000)
    said = ask.parse_args()
    texts = [line.partition(": ")[2].rstrip("\n") for line in lines(said.messages)]
    batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
    mapping = table()
    fold_column(texts[:10])  # its tables are made on the first call
    ours = least(lambda: [fold_column(b) for b in batches])
    theirs = least(lambda: [plain(b, mapping) for b in batches])
    for name, taken in (("plain", theirs), ("fold_column", ours)):
        print(f"  {name:12} {taken:6.2f} CPU s  {len(texts) / taken:11,.0f} messages per CPU s")
    print(f"  fold_column is {theirs / ours:.1f} times as fast")


if __name__ == "__main__":
    main()
