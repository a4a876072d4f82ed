"""Linking wordings in a case, the store included, against datasketch on the same texts; and what 10,000 messages more cost.

    python benchmarks/linking.py [--messages 1000000] [--more 10000]

The case is made by `ritrova add` from the chats of `wordings.py`. Ours is the linker `same_wording` in a process of its own: it
opens the encrypted case, reads and folds every message, confirms what looks alike word by word, and writes links and templates.
The peer is MinHash of 128 permutations over character 5-grams and MinHashLSH at a Jaccard of 0.5, in its own environment. It is
given the texts of more than eight words, folded and masked already, one a line, and neither confirms nor keeps anything. Rates count
every message of the case for both. Recall and precision are of the pairs of one advert that stand in one cluster.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from measure import Run, peer, run
from wordings import write

SECRET = {"RITROVA_PASSPHRASE": "benchmark"}
RITROVA = str(Path(sys.executable).with_name("ritrova"))
OURS = """
import sys
from pathlib import Path
from ritrova.case.link import link
from ritrova.case.opening import open_case
with open_case(Path(sys.argv[1]), "benchmark", by="bench") as case:
    link(case, only=["same_wording"])
"""
DATASKETCH = """
import json, sys
from datasketch import MinHash, MinHashLSH
lsh = MinHashLSH(threshold=0.5, num_perm=128)
pairs = []
with open(sys.argv[1], encoding="utf-8") as lines:
    for n, line in enumerate(lines):
        text = line.rstrip("\\n")
        made = MinHash(num_perm=128)
        made.update_batch([text[k:k + 5].encode() for k in range(max(len(text) - 4, 1))])
        pairs += [(m, n) for m in lsh.query(made)]
        lsh.insert(n, made)
print(json.dumps(pairs))
"""


class Judged:
    """Pairs of one advert that stand in one cluster, of how many there are, and how many pairs in all touch an advert."""

    def __init__(self, adverts: dict[str, int], pairs: Iterable[tuple[str, str]]) -> None:
        home: dict[str, str] = {}

        def root(one: str) -> str:
            while home.setdefault(one, one) != one:
                home[one] = home[home[one]]
                one = home[one]
            return one

        for a, b in pairs:
            home[root(a)] = root(b)
        clusters: dict[str, list[int | None]] = {}
        for one in home:
            clusters.setdefault(root(one), []).append(adverts.get(one))
        self.there = sum(n * (n - 1) // 2 for n in Counter(adverts.values()).values())
        self.right = self.said = 0
        for some in clusters.values():
            own = Counter(advert for advert in some if advert is not None)
            self.right += sum(n * (n - 1) // 2 for n in own.values())
            none = len(some) - own.total()
            self.said += own.total() * (own.total() - 1) // 2 + own.total() * none

    def __str__(self) -> str:
        return f"recall {self.right / self.there:.4f}  precision {self.right / max(self.said, 1):.4f}"


def new(folder: Path) -> None:
    """A case."""
    said = ["--by", "bench", "--basis", "benchmark", "--country", "IQ", "--json"]
    run([RITROVA, "new", str(folder), *said], SECRET)


def add(folder: Path, files: list[Path], *more: str) -> Run:
    """Add files to it."""
    return run([RITROVA, "add", "--case", str(folder), "--json", "--quiet", *more, *map(str, files)], SECRET)


def linked(folder: Path, adverts: dict[str, int]) -> tuple[Judged, dict[str, int], list[tuple[str, str]]]:
    """How well the case's links join the adverts; the advert of each id; id and masked text of each message of more than eight words."""
    from ritrova.case.opening import open_case
    from ritrova.linkers.masking import masked

    long: list[tuple[str, str]] = []
    which: dict[str, int] = {}
    with open_case(folder, SECRET["RITROVA_PASSPHRASE"], by="bench") as case:
        view = case.view()
        for batch in view.texts():
            kept = [n for n, text in enumerate(batch.texts) if text in adverts or len(text.split()) > 8]
            texts = [batch.texts[n] for n in kept]
            ids = case.store.message_ids([batch.rows[n] for n in kept])
            long += zip(ids, map(masked, view.fold(texts)), strict=True)
            which.update((id, adverts[text]) for id, text in zip(ids, texts, strict=True) if text in adverts)
        judged = Judged(which, [(link.a, link.b) for link in view.links(kind="same_wording")])
    return judged, which, long


def compared(folder: Path, long: list[tuple[str, str]], which: dict[str, int]) -> tuple[Run, Judged] | None:
    """The peer on the same texts."""
    python = peer("datasketch", "datasketch")
    if python is None:
        return None
    texts = folder / "texts"
    texts.write_text("".join(f"{words}\n" for _, words in long), "utf-8")
    theirs = run([str(python), "-c", DATASKETCH, str(texts)])
    return theirs, Judged(which, [(long[a][0], long[b][0]) for a, b in json.loads(theirs.out)])


def main() -> None:
    """Print the figures of one run."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--messages", type=int, default=1_000_000)
    ask.add_argument("--more", type=int, default=10_000)
    said = ask.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files, adverts = write(folder / "chats", said.messages)
        case = folder / "case"
        new(case)
        added = add(case, files, "--only-read")
        found = run([RITROVA, "find", "--case", str(case), "--json", "--quiet"], SECRET)
        print(f"{said.messages:,} messages, {len(adverts):,} of them versions of adverts")
        print(f"  add --only-read, find      {added.cpu + found.cpu:8.1f} CPU s")
        ours = run([sys.executable, "-c", OURS, str(case)])
        judged, which, long = linked(case, adverts)
        tell("same_wording, with store", ours, said.messages, judged)
        theirs = compared(folder, long, which)
        if theirs is not None:
            tell("datasketch, 128 and LSH", theirs[0], said.messages, theirs[1])
            print(f"  ratio datasketch/ritrova   {theirs[0].cpu / ours.cpu:8.1f}")
        every = run([RITROVA, "link", "--case", str(case), "--json", "--quiet"], SECRET)
        print(f"  link, every linker, again  {every.cpu:8.1f} CPU s  peak {every.peak:5.0f} MiB")
        small = folder / "small"
        new(small)
        add(small, write(folder / "first", said.more, 2)[0])
        more = write(folder / "more", said.more, 3)[0]
        cheap, dear = add(small, more), add(case, more)
        print(
            f"  add of {said.more:,} more: {dear.cpu:.1f} CPU s in this case, {cheap.cpu:.1f} in one of {said.more:,}"
            f" (ratio {dear.cpu / cheap.cpu:.1f}; {dear.cpu / (added.cpu + found.cpu + ours.cpu):.3f} of making it)"
        )


def tell(what: str, done: Run, messages: int, judged: Judged) -> None:
    """A line."""
    rate = f"{messages / done.cpu:8,.0f} messages/CPU s"
    print(f"  {what:26} {done.cpu:8.1f} CPU s  peak {done.peak:5.0f} MiB  {rate}  {judged}", flush=True)


if __name__ == "__main__":
    main()
