"""The engines behind the matcher's first pass: hyperscan, or Aho-Corasick and re2 where hyperscan is missing.

Each may find too much and never too little; the matcher verifies.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, MutableMapping, Sequence
from hashlib import sha256
from typing import Any, Final

import numpy as np

VERSION: Final = 1


def widened(source: str) -> str:
    """A cue without what narrows it (``\\b``, look-around, anchors, names of groups): it matches wherever the cue does."""
    out: list[str] = []
    i = 0
    n = len(source)
    in_class = False
    while i < n:
        c = source[i]
        if c == "\\" and i + 1 < n:
            if not in_class and source[i + 1] in "bBAZ":
                i += 2
                continue
            out.append(source[i : i + 2])
            i += 2
            continue
        if in_class:
            in_class = c != "]" or source[i - 1] == "["
        elif c == "[":
            in_class = True
        elif c in "^$":
            i += 1
            continue
        elif source.startswith(("(?=", "(?!", "(?<=", "(?<!"), i):
            i = _closing(source, i) + 1
            continue
        elif source.startswith("(?P<", i):
            out.append("(?:")
            i = source.index(">", i) + 1
            continue
        out.append(c)
        i += 1
    return "".join(out)


def _closing(source: str, i: int) -> int:
    depth = 0
    in_class = False
    while i < len(source):
        c = source[i]
        if c == "\\":
            i += 2
            continue
        if in_class:
            in_class = c != "]"
        elif c == "[":
            in_class = True
        elif c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
            if depth == 0:
                return i
        i += 1
    raise ValueError(f"unbalanced brackets in the cue {source!r}")


class Search:
    """One automaton. `find` gives ids and ends over bytes; `find_texts` the distinct (text, pattern) pairs over texts."""

    def find(self, block: bytes) -> tuple[list[int], list[int]]:
        raise AssertionError("each engine has its own")

    def find_texts(self, texts: Sequence[str]) -> list[tuple[int, int]]:
        """Over UTF-8, by the ends of what `find` gives."""
        joined = "\x00".join(texts).encode("utf-8", "replace")
        ids, ends = self.find(joined)
        if not ids:
            return []
        bounds = np.flatnonzero(np.frombuffer(joined, dtype=np.uint8) == 0)
        if bounds.size != len(texts) - 1:
            return [
                (i, w) for i, t in enumerate(texts) for w in set(self.find(t.encode("utf-8", "replace"))[0])
            ]
        where = np.searchsorted(bounds, np.array(ends, dtype=np.int64) - 1, side="right")
        return sorted(set(zip(where.tolist(), ids, strict=True)))


class _Hyperscan(Search):
    """A hyperscan block database, with scratch space of its own for each thread."""

    def __init__(self, database: Any, always: Sequence[tuple[int, re.Pattern[str]]] = ()) -> None:
        self._database = database
        self._always = always
        self._local = threading.local()

    def find(self, block: bytes) -> tuple[list[int], list[int]]:
        import hyperscan

        scratch = getattr(self._local, "scratch", None)
        if scratch is None:
            scratch = self._local.scratch = hyperscan.Scratch(self._database)
        ids: list[int] = []
        ends: list[int] = []
        add, end = ids.append, ends.append

        def on(which: int, _start: int, stop: int, _flags: int, _context: object) -> None:
            add(which)
            end(stop)

        self._database.scan(block, match_event_handler=on, scratch=scratch)
        return ids, ends

    def find_texts(self, texts: Sequence[str]) -> list[tuple[int, int]]:
        pairs = super().find_texts(texts)
        for which, rx in self._always:
            pairs += [(i, which) for i, t in enumerate(texts) if rx.search(t)]
        return pairs


class _Automaton(Search):
    """Aho-Corasick over bytes, where hyperscan is missing."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        from ahocorasick_rs import BytesAhoCorasick

        self._automaton = BytesAhoCorasick(list(literals))

    def find(self, block: bytes) -> tuple[list[int], list[int]]:
        found = self._automaton.find_matches_as_indexes(block, overlapping=True)
        return [f[0] for f in found], [f[2] for f in found]


class _Re2(Search):
    """re2 over one text at a time, where hyperscan is missing; what re2 does not read is left to Python's `re`."""

    def __init__(self, patterns: Sequence[str]) -> None:
        import re2

        options = re2.Options()
        options.max_mem = 64 << 20
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        self._ids: list[int] = []
        self._always: list[tuple[int, re.Pattern[str]]] = []
        for i, source in enumerate(patterns):
            try:
                self._set.Add(_for_re2(source))
                self._ids.append(i)
            except re2.error:
                self._always.append((i, re.compile(source)))
        if self._ids:
            self._set.Compile()

    def find_texts(self, texts: Sequence[str]) -> list[tuple[int, int]]:
        pairs: list[tuple[int, int]] = []
        for i, text in enumerate(texts):
            if self._ids:
                pairs += [(i, self._ids[w]) for w in self._set.Match(text.encode("utf-8", "replace")) or ()]
            pairs += [(i, which) for which, rx in self._always if rx.search(text)]
        return pairs


_UNICODE: Final = {"w": r"\p{L}\p{N}_", "d": r"\p{Nd}", "s": r"\s\x0b\x1c-\x1f\x85\p{Z}"}


def _for_re2(source: str) -> str:
    """re2's ``\\w``, ``\\d`` and ``\\s`` know ASCII only: spelled out in Unicode."""
    out: list[str] = []
    i = 0
    in_class = False
    while i < len(source):
        c = source[i]
        if c == "\\" and i + 1 < len(source):
            d = source[i + 1]
            inner = _UNICODE.get(d)
            if inner:
                out.append(inner if in_class else f"[{inner}]")
            elif d in "WDS" and not in_class:
                out.append("[^" + _UNICODE[d.lower()] + "]")
            else:
                out.append(source[i : i + 2])
            i += 2
            continue
        if in_class:
            in_class = c != "]"
        elif c == "[":
            in_class = True
        out.append(c)
        i += 1
    return "".join(out)


def _key(kind: str, parts: Sequence[bytes]) -> str:
    import hyperscan

    h = sha256(f"{VERSION}|{getattr(hyperscan, '__version__', '')}|{sys.platform}|{_machine()}".encode())
    for part in parts:
        h.update(b"%d:" % len(part))
        h.update(part)
    return f"hyperscan-{kind}-{h.hexdigest()}"


def _machine() -> str:
    import platform

    return platform.machine()


def _hyperscan(
    kind: str, parts: Sequence[bytes], cache: MutableMapping[str, bytes] | None, make: Callable[[], Any]
) -> Any:
    import hyperscan

    key = _key(kind, parts) if cache is not None else ""
    if cache is not None and (stored := cache.get(key)) is not None:
        try:
            return hyperscan.loadb(stored, hyperscan.HS_MODE_BLOCK)
        except hyperscan.error:
            pass  # Compiled for another processor: made anew below.
    database = make()
    if cache is not None:
        cache[key] = hyperscan.dumpb(database)
    return database


def literal_search(
    literals: Sequence[bytes], engine: str, cache: MutableMapping[str, bytes] | None
) -> Search:
    if engine != "hyperscan":
        return _Automaton(literals)
    import hyperscan

    def make() -> Any:
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(
            expressions=list(literals),
            ids=list(range(len(literals))),
            elements=len(literals),
            literal=True,
            flags=0,
        )
        return database

    return _Hyperscan(_hyperscan("words", literals, cache, make))


def pattern_search(patterns: Sequence[str], engine: str, cache: MutableMapping[str, bytes] | None) -> Search:
    if engine != "hyperscan":
        return _Re2(patterns)
    import hyperscan

    flags = hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_UCP

    def made(which: Sequence[int]) -> Any:
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        sources = [patterns[i].encode("utf-8") for i in which]
        database.compile(
            expressions=sources, ids=list(which), elements=len(sources), flags=[flags] * len(sources)
        )
        return database

    refused: list[int] = []

    def make() -> Any:
        try:
            return made(range(len(patterns)))
        except hyperscan.error:
            good: list[int] = []
            for i in range(len(patterns)):
                try:
                    made([i])
                    good.append(i)
                except hyperscan.error:
                    refused.append(i)
            return made(good)

    database = _hyperscan("cues", [p.encode("utf-8") for p in patterns], cache, make)
    if refused and cache is not None:
        cache.pop(_key("cues", [p.encode("utf-8") for p in patterns]), None)
    return _Hyperscan(database, [(i, re.compile(patterns[i])) for i in refused])
