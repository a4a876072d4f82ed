"""Matching with spans, all packs and cues, against plain `re` on the very same patterns, and that nothing is missed.

    benchmarks/matcher.py [--messages N] [--sample N]

Plain `re` asks each pattern in turn, as `find all, overlapping` needs it: it reads a sample, because it would take hours over all.
Both give what they found as (text, start, end, concept or cue, form); they must be equal on the sample.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence

from talk import lines

from ritrova.case.analysis import Analyst
from ritrova.languages.fold import fold_column
from ritrova.languages.matcher import Matcher

Found = set[tuple[int, int, int, str, str]]


def ours(matcher: Matcher, texts: Sequence[str]) -> Found:
    """What the matcher finds."""
    return {
        (i, h.start, h.end, h.cue, f"{h.term.language}:{h.term.text}" if h.term else "")
        for i, hits in matcher.scan(texts)
        for h in hits
    }


def plain(
    matcher: Matcher,
    compiled: Sequence[tuple[re.Pattern[str], tuple[tuple[str, str], ...]]],
    texts: Sequence[str],
) -> Found:
    """What plain `re` finds: each form's pattern from each place on, each cue."""
    cues = [(re.compile(cue.pattern), cue.name) for cue in matcher.cues]
    out: Found = set()
    for i, text in enumerate(texts):
        for pattern, named in compiled:
            at = 0
            while m := pattern.search(text, at):
                out.update((i, m.start(1), m.end(1), concept, form) for concept, form in named)
                at = m.start(1) + 1
        for pattern, name in cues:
            out.update((i, m.start(), m.end(), name, "") for m in pattern.finditer(text))
    return out


def main() -> None:
    """Print messages per CPU second of both, and the ratio; exit 1 where they differ."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--messages", type=int, default=100_000)
    ask.add_argument("--sample", type=int, default=20)
    said = ask.parse_args()
    texts = fold_column([line.partition(": ")[2].rstrip("\n") for line in lines(said.messages)])
    matcher = Analyst().matcher
    compiled = [
        (re.compile(pattern), tuple((t.concept, f"{t.language}:{t.text}") for t in terms))
        for pattern, terms in matcher.definitions()
    ]
    sample = texts[:: max(1, len(texts) // said.sample)][: said.sample]
    ours(matcher, texts[:100])  # databases are opened on the first call
    start = time.process_time()
    held = sum(len(hits) for _, hits in matcher.scan(texts))
    quick = len(texts) / (time.process_time() - start)
    start = time.process_time()
    wanted = plain(matcher, compiled, sample)
    slow = len(sample) / (time.process_time() - start)
    found = ours(matcher, sample)
    print(
        f"  {len(compiled):,} patterns of forms, {len(matcher.cues)} cues; {held:,} hits in {len(texts):,} messages"
    )
    print(f"  plain re  {slow:12,.1f} messages per CPU s ({len(sample)} messages)")
    print(f"  ours      {quick:12,.1f} messages per CPU s")
    print(
        f"  ours is {quick / slow:,.0f} times as fast; missed {len(wanted - found)}, too many {len(found - wanted)}"
    )
    if wanted != found:
        sys.exit("they differ")


if __name__ == "__main__":
    main()
