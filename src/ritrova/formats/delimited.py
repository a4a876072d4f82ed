"""Tables as text (CSV and its kin): which encoding, which delimiter, and where in the file each record stands.

A record is found by its bytes, so that ranges of records tile the file. An encoding is never taken on faith: the ground
says why it was chosen. Quotes may hold line breaks; a quote that never closes costs one record and not the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

DELIMITERS = (",", ";", "\t", "|")
_ARABIC = frozenset("ايلمونرتبهةدعسكحفقجأإىشصطخءذغثضزئؤظآ")
_RUSSIAN = frozenset("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёОЕАИНТСРВЛКМДПУ")
_TURKISH = frozenset("ıİşŞğĞüÜöÖçÇâî")
_LATIN = frozenset("éèêëàâäáåôöóòœùûüúçñíîïìßøæÉÈÀÖÜÄÅÇÑØÆ’“”–—€«»…")
LEGACY: tuple[tuple[str, frozenset[str]], ...] = (
    ("cp1256", _ARABIC),
    ("cp1251", _RUSSIAN),
    ("cp1254", _TURKISH),
    ("cp1252", _LATIN),
)
"""Windows code pages of the languages at hand, each with the letters that make up its ordinary words."""
_RUN = re.compile(rb"([A-Za-z]?)[\x80-\xff]+([A-Za-z]?)")
LONGEST = 1 << 20
"""Bytes of a record at most; a quote that opens a longer one is taken for a letter."""


class Encoding(msgspec.Struct, frozen=True):
    """An encoding, why it was chosen, and how many bytes of a byte order mark stand before the text."""

    name: str
    ground: str
    skip: int = 0
    sure: bool = True


def encoding_of(stream: BinaryIO, asked: str | None = None) -> Encoding:
    """The encoding of a text file. Legacy code pages are told apart by their commonest letters."""
    stream.seek(0)
    head = stream.read(4)
    mark = 3 if head.startswith(b"\xef\xbb\xbf") else 2 if head[:2] in (b"\xff\xfe", b"\xfe\xff") else 0
    if asked:
        return Encoding(asked, "as asked for", mark)
    if mark == 3:
        return Encoding("utf-8", "byte order mark of UTF-8", 3)
    if mark == 2:
        name = "utf-16-le" if head[:2] == b"\xff\xfe" else "utf-16-be"
        return Encoding(name, "byte order mark of UTF-16", 2)
    if len(head) == 4 and (head[1] == head[3] == 0 != head[0] or head[0] == head[2] == 0 != head[1]):
        return Encoding("utf-16-le" if head[1] == 0 else "utf-16-be", "every other byte is zero")
    stream.seek(0)
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")()
    sample = bytearray()
    valid = True
    while chunk := stream.read(1 << 20):
        if valid:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                valid = False
        if len(sample) < 1 << 20 and not chunk.isascii():
            sample += chunk
    if valid:
        try:
            decoder.decode(b"", True)
            return Encoding("utf-8", "all of it is valid UTF-8" if sample else "plain ASCII")
        except UnicodeDecodeError:
            valid = False
    runs = _RUN.findall(sample)
    mixed = sum(1 for before, after in runs if before or after) / max(1, len(runs))
    high = sample.translate(None, bytes(range(128)))
    scores = {}
    for name, letters in LEGACY:
        if (letters in (_TURKISH, _LATIN)) == (mixed > 0.5):
            counted = Counter(high.decode(name, "replace"))
            scores[name] = sum(counted[letter] for letter in letters) / max(1, len(high))
    best, second = sorted(scores, key=scores.__getitem__, reverse=True)
    words = "Latin words with" if mixed > 0.5 else "words wholly of"
    ground = f"not UTF-8; {words} letters above ASCII; ordinary ones: {best} {scores[best]:.0%}, {second} {scores[second]:.0%}"
    return Encoding(best, ground, 0, scores[best] >= 0.6 and scores[best] - scores[second] >= 0.1)


def delimiter_of(lines: list[str], asked: str | None = None) -> str:
    """The delimiter that cuts these records into the same number of fields, more than one; a comma where none does."""
    if asked:
        return {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(
            asked.casefold(), asked
        )[:1]
    best, score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = Counter(len(fields(line, delimiter)) for line in lines)
        width, times = max(
            widths.items(), key=lambda pair: (pair[1] * (pair[0] > 1), pair[0]), default=(1, 0)
        )
        now = times / max(1, sum(widths.values())) * min(width, 12) if width > 1 else 0.0
        if now > score:
            best, score = delimiter, now
    return best


class Row(msgspec.Struct, frozen=True, gc=False):
    """A record: the bytes it stands in (with its line break), its text, and whether its quotes were unbalanced."""

    start: int
    end: int
    text: str
    bad: bool = False
    replaced: bool = False


def rows(stream: BinaryIO, encoding: Encoding, delimiter: str, size: int) -> Iterator[Row]:
    """The records of a file in order; their ranges tile it, blank lines and the byte order mark belong to a neighbour."""
    lines = _lines(stream, encoding)
    pending: list[tuple[int, int, str, bool]] = []
    start = 0
    queue: list[tuple[int, int, str, bool]] = []
    while True:
        line = queue.pop(0) if queue else next(lines, None)
        if line is None:
            if not pending:
                return
            first = pending[0]
            if not _apart(pending, delimiter):
                text = "".join(p[2] for p in pending)
                yield Row(start, pending[-1][1], text, True, any(p[3] for p in pending))
                return
            yield Row(start, first[1], first[2], True, first[3])
            start = first[1]
            queue = pending[1:]
            pending = []
            continue
        pending.append(line)
        text = line[2] if len(pending) == 1 else "".join(p[2] for p in pending)
        if '"' in text and _open(text, delimiter):
            if pending[-1][1] - pending[0][0] < LONGEST:
                continue
            first = pending[0]
            yield Row(start, first[1], first[2], True, first[3])
            start = first[1]
            queue = pending[1:] + queue
            pending = []
            continue
        yield Row(start, line[1], text, False, any(p[3] for p in pending))
        start = line[1]
        pending = []


def _apart(lines: list[tuple[int, int, str, bool]], delimiter: str) -> bool:
    """Where a quote is still open at the end of the file: whether the lines after it are records of their own.

    They are if they hold as many delimiters as the line that opens the quote; else they are its continuation, cut off.
    """
    marks = lines[0][2].count(delimiter)
    rest = [line[2].count(delimiter) for line in lines[1:] if line[2].strip()]
    return bool(rest) and marks > 0 and sum(n >= marks for n in rest) * 2 > len(rest)


def _open(text: str, delimiter: str) -> bool:
    """True where a quoted field is still open at the end. A quote opens a field only at its beginning."""
    inside = False
    fresh = True
    i, n = 0, len(text)
    while i < n:
        if inside:
            i = text.find('"', i)
            if i < 0:
                return True
            if i + 1 < n and text[i + 1] == '"':
                i += 2
                continue
            inside = False
            fresh = False
        else:
            c = text[i]
            if c == '"' and fresh:
                inside = True
            fresh = c == delimiter or c in "\r\n" or (fresh and c == " ")
        i += 1
    return inside


def _lines(stream: BinaryIO, encoding: Encoding) -> Iterator[tuple[int, int, str, bool]]:
    """Lines with their byte range: (start, end, text with its break, whether bytes were replaced)."""
    wide = encoding.name.startswith("utf-16")
    brk = "\n".encode(encoding.name) if wide else b"\n"
    stream.seek(encoding.skip)
    held = b""
    at = encoding.skip
    old = None
    while True:
        chunk = stream.read(1 << 18)
        if old is None:
            cr = "\r".encode(encoding.name) if wide else b"\r"
            old = brk not in chunk and cr in chunk
            if old:
                brk = cr
        held += chunk
        begin = 0
        while True:
            found = held.find(brk, begin)
            while wide and found >= 0 and (found - 0) % 2:
                found = held.find(brk, found + 1)
            if found < 0:
                break
            end = found + len(brk)
            yield (at + begin, at + end, *_decoded(held[begin:end], encoding.name))
            begin = end
        at += begin
        held = held[begin:]
        if not chunk:
            if held:
                yield (at, at + len(held), *_decoded(held, encoding.name))
            return


def _decoded(raw: bytes, name: str) -> tuple[str, bool]:
    try:
        return raw.decode(name), False
    except UnicodeDecodeError:
        return raw.decode(name, "replace"), True


def fields(text: str, delimiter: str) -> list[str]:
    """The fields of a record's text."""
    text = text.rstrip("\r\n")
    if '"' not in text:
        return text.split(delimiter)
    found: list[str] = []
    at, n = 0, len(text)
    while True:
        start = at
        while start < n and text[start] == " ":
            start += 1
        if start < n and text[start] == '"':
            parts: list[str] = []
            at = start + 1
            while True:
                close = text.find('"', at)
                if close < 0:
                    parts.append(text[at:])
                    at = n
                    break
                parts.append(text[at:close])
                at = close + 1
                if text[at : at + 1] != '"':
                    break
                parts.append('"')
                at += 1
            end = text.find(delimiter, at)
            end = n if end < 0 else end
            found.append("".join(parts) + text[at:end].rstrip(" "))
        else:
            end = text.find(delimiter, at)
            end = n if end < 0 else end
            found.append(text[at:end])
        if end >= n:
            return found
        at = end + len(delimiter)
        if at >= n:
            found.append("")
            return found
