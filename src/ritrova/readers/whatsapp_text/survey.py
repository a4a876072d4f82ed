"""The first pass over an export: its frame, its dates in order, and who takes part.

Only after it can a line be attributed: a colon also stands in system lines and in names, and a pasted transcript has
headers that look as real as the real ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import msgspec

from ritrova.model.shapes import Ask, Item
from ritrova.readers.whatsapp_text import blocks
from ritrova.readers.whatsapp_text.bodies import classify
from ritrova.readers.whatsapp_text.dates import Clock, Order, decide, numbers, read_time
from ritrova.readers.whatsapp_text.frames import Frame, header, pattern
from ritrova.readers.whatsapp_text.words import MARKS, Words, named, plain, unmarked, words

BACK = 2 * 3600.0
"""Seconds by which time may step back inside one export (a clock set back, late deliveries) without being suspect."""
PHRASE = 70
"""Bytes of a marked body that are compared; a longer one is no word for media."""
LONG = 200
"""An excursion into the past longer than so many headers is no quotation but another clock or a joined export."""
_MEDIA_NAME = re.compile(
    rb"(?:IMG|VID|AUD|PTT|STK|DOC)-(\d{4})(\d\d)(\d\d)-WA\d+|\d{3,}-[A-Z]+-(\d{4})-(\d\d)-(\d\d)-\d\d-\d\d"
)
_MARKED = (b"\xe2\x80\x8e", b"\xe2\x80\x8f")
_QUOTE_BYTES = (b'"', b"\xe2\x80", b"\xc2\xab")


class Survey(msgspec.Struct):
    """What the first pass found out."""

    frame: Frame
    pattern: re.Pattern[bytes]
    clock: Clock
    headers: int
    names: dict[bytes, str]
    """Bytes before ``": "`` that are a participant's name -> the name."""
    group_name: bytes | None
    """The name under which an iPhone writes a group's system lines."""
    suspects: tuple[tuple[int, int], ...]
    """Byte ranges whose headers stand in the past between newer ones: quoted, or told by a wrong clock."""
    code: str
    other_frames: int
    """Header-like lines of another frame among the first lines."""
    marked_phrases: frozenset[bytes]
    """Bodies that begin with a mark and occur under two or more names: what WhatsApp writes for media, in any language."""
    lone: frozenset[bytes]
    """Names that head a single line."""


class _Found(msgspec.Struct):
    headers: int = 0
    runs: list[tuple[bytes, bytes, bytes, int, int]] = []
    """(day, first time, last time, place, headers) of consecutive headers of one day whose time does not step back."""
    counts: dict[bytes, int] = {}
    marked: dict[bytes, int] = {}
    seconds: dict[bytes, dict[bytes, int]] = {}
    """For each name, what stands between it and the second ``": "`` in its first lines ("" where there is none)."""
    phrases: dict[bytes, set[bytes]] = {}
    media: list[tuple[bytes, date]] = []
    quotes: dict[bytes, list[bytes]] = {}
    """For names with a quotation mark in them, what follows in the first lines."""


def choose(lines: Sequence[str]) -> tuple[Frame, bool, bool, int] | None:
    """The frame of a file from its first lines, whether marks and wide spaces occur in headers, and how many lines look
    like headers of another frame. A file begins with a message, so the first line decides if it is a header."""
    seen: Counter[Frame] = Counter()
    marks: Counter[Frame] = Counter()
    wide: Counter[Frame] = Counter()
    first: Frame | None = None
    begun = False
    for line in lines:
        if not begun and not plain(line):
            continue
        found = header(line)
        if found is not None:
            frame, m = found
            if not begun:
                first = frame
            seen[frame] += 1
            text = m[0]
            marks[frame] += any(c in MARKS for c in text)
            wide[frame] += any(c in "\u00a0\u202f\u2009\u3000" for c in text)
        begun = True
    if not seen:
        return None
    best, most = seen.most_common(1)[0]
    if first is not None and seen[first] * 20 >= most:
        best = first
    return best, marks[best] > 0, wide[best] > 0, sum(seen.values()) - seen[best]


def survey(item: Item, ask: Ask) -> Survey | None:
    """The first pass; None where no header is found."""
    lines = blocks.first_lines(item, 1 << 18)
    chosen = choose(lines)
    if chosen is None:
        return None
    frame, _, wide, others = chosen
    head = item.head(1 << 18)
    code = blocks.encoding(head)
    carriage = code != "utf-8" or re.search(rb"\r(?!\n)", head) is not None
    rule = pattern(frame, marks=True, carriage=carriage, wide=wide or frame.half != "")
    found = _scan(item, rule, code, frame.half == "")
    if not found.headers:
        return None
    clock = Clock(_order(found, frame, item, ask), ask.zone)

    def strange(place: tuple[int, int]) -> float:
        inside = _names_in(item, rule, code, (place,))
        return sum(n for name, n in inside.items() if found.counts[name] <= n) / max(1, sum(inside.values()))

    suspects = _excursions(found, clock, strange)
    counts = found.counts
    if suspects:
        counts = dict(counts)
        for name, n in _names_in(item, rule, code, suspects).items():
            counts[name] = counts.get(name, 0) - n
    names = _participants(found, counts, item)
    group = _group_name(found, names, item) if frame.bracket else None
    if group is not None:
        names.pop(group, None)
    return Survey(
        frame=frame,
        pattern=rule,
        clock=clock,
        headers=found.headers,
        names=names,
        group_name=group,
        suspects=suspects,
        code=code,
        other_frames=others,
        marked_phrases=frozenset(
            p for p, under in found.phrases.items() if len(p) < PHRASE and len(under - {group or b""}) > 1
        ),
        lone=frozenset(name for name in names if counts.get(name, 0) == 1),
    )


def _scan(item: Item, rule: re.Pattern[bytes], code: str, plain_clock: bool) -> _Found:
    """`plain_clock` says that times of one length sort as their bytes do (no word for the half of the day)."""
    found = _Found()
    counts, marked, after = found.counts, found.marked, found.seconds
    headers = in_run = begin = 0
    day = first = last = high = b""
    with item.open() as stream:
        for block in blocks.whole_messages(stream, code, rule):
            text = block.text
            for m in rule.finditer(text):
                headers += 1
                d, t = m.groups()
                if d != day:
                    new, high = True, b""
                elif t == last or (t > last and len(t) == len(last) and not high and plain_clock):
                    new = False
                elif _steps_back(last, t):
                    new, high = True, last
                elif high and not _steps_back(high, t):
                    # back from an excursion into the same day's past
                    new, high = True, b""
                else:
                    new = False
                if new:
                    if in_run:
                        found.runs.append((day, first, last, begin, in_run))
                    day, first, in_run = d, t, 0
                    begin = block.first + blocks.width(text[1 : m.start() + 1], code)
                last = t
                in_run += 1
                end = m.end()
                colon = text.find(b": ", end, end + 400)
                if colon < 0:
                    continue
                name = text[end:colon]
                n = counts.get(name, 0)
                counts[name] = n + 1
                if text[colon + 2 : colon + 3] == b"\xe2" and text[colon + 2 : colon + 5] in _MARKED:
                    marked[name] = marked.get(name, 0) + 1
                    line = _line(text, colon + 2, 80)
                    line = line[:PHRASE]
                    if line in found.phrases or len(found.phrases) < 5000:
                        found.phrases.setdefault(line, set()).add(name)
                if n < 40:
                    line = _line(text, colon + 2, 300)
                    part, sep, _ = line.partition(b": ")
                    seen = after.setdefault(name, {})
                    key = part if sep else b"\x00" + line
                    seen[key] = seen.get(key, 0) + 1
                    if n < 5 and any(mark in name for mark in _QUOTE_BYTES):
                        found.quotes.setdefault(name, []).append(line)
            if b"-WA" in text or b"-20" in text:
                _media_dates(text, rule, found)
    if in_run:
        found.runs.append((day, first, last, begin, in_run))
    found.headers = headers
    return found


def _line(text: bytes, start: int, longest: int) -> bytes:
    return text[start : start + longest].split(b"\n", 1)[0].rstrip(b"\r")


@lru_cache(maxsize=100_000)
def _minutes(written: bytes) -> int | None:
    time, _ = read_time(written.decode("utf-8", "replace"))
    return None if time is None else time[0] * 60 + time[1]


def _steps_back(last: bytes, now: bytes) -> bool:
    a, b = _minutes(last), _minutes(now)
    return a is not None and b is not None and (a - b) * 60 > BACK


def _media_dates(text: bytes, rule: re.Pattern[bytes], found: _Found) -> None:
    """Pairs the dates in media names with the headers that they follow (a few hundred are enough)."""
    for m in _MEDIA_NAME.finditer(text):
        if len(found.media) >= 400:
            return
        y, mo, d = (int(g) for g in m.groups() if g is not None)
        line = max(text.rfind(b"\n", 0, m.start()), text.rfind(b"\r", 0, m.start()), 0)
        headed = rule.match(text, line)
        if headed is not None:
            try:
                found.media.append((headed[1], date(y, mo, d)))
            except ValueError:
                continue


def _order(found: _Found, frame: Frame, item: Item, ask: Ask) -> Order:
    days: list[tuple[int, int, int]] = []
    weights: list[int] = []
    for day, _, _, _, n in found.runs:
        three = numbers(day.decode("utf-8", "replace"))
        if three is None:
            continue
        if days and days[-1] == three:
            weights[-1] += n
        else:
            days.append(three)
            weights.append(n)
    media = []
    for written, dated in found.media:
        three = numbers(written.decode("utf-8", "replace"))
        if three is not None:
            media.append((three, dated))
    arabic = any("\u200f" in day.decode("utf-8", "replace") for day, *_ in found.runs[:50])
    return decide(
        days, weights, frame, media=media, modified=item.modified, asked=ask.date_order, marked=arabic
    )


def _excursions(
    found: _Found, clock: Clock, strange: Callable[[tuple[int, int]], float]
) -> tuple[tuple[int, int], ...]:
    """Byte ranges whose headers lie in the past between newer ones and soon return to the present, or in the future between
    older ones. `strange` gives the share of headers in a range whose names stand nowhere else."""
    runs = found.runs
    times = [(clock.seconds(r[0], r[1]), clock.seconds(r[0], r[2])) for r in runs]
    ranges: list[tuple[int, int]] = []
    total = 0
    front: float | None = None
    i = jumps = 0
    while i < len(runs):
        first, last = times[i]
        if first is None or last is None or front is None or first >= front - BACK:
            if last is not None:
                front = last if front is None else max(front, last)
            i += 1
            continue
        j, inside, returned = i, 0, False
        while j < len(runs) and inside <= LONG:
            t = times[j][0]
            if t is not None and t >= front - BACK:
                returned = True
                break
            inside += runs[j][4]
            j += 1
        end = runs[j][3] if j < len(runs) else 1 << 62
        ahead = _ahead(runs, times, i, first)
        if ahead is not None and not returned:
            n = sum(runs[k][4] for k in range(ahead, i))
            future, past = (runs[ahead][3], runs[i][3]), (runs[i][3], end)
            odd, even = strange(future), strange(past)
            if n <= LONG and (odd > even or (odd == even and n < inside)):
                ranges.append(future)
                total += n
                front = max((t for _, t in times[:ahead] if t is not None), default=None)
                continue
        at_end = j == len(runs) and inside <= 20 and found.headers - inside >= 4
        if returned or (at_end and not jumps):
            ranges.append((runs[i][3], end))
            total += inside
        else:
            front = last
            jumps += 1
            j = i + 1
        i = j
    return tuple(ranges) if total * 2 <= found.headers else ()


def _ahead(
    runs: Sequence[tuple[bytes, bytes, bytes, int, int]],
    times: Sequence[tuple[float | None, float | None]],
    here: int,
    now: float,
) -> int | None:
    """The first of the runs right before `here` that are later than it, where something older stands before them."""
    at, inside = here, 0
    while at > 0 and inside <= LONG:
        first = times[at - 1][0]
        if first is None or first <= now + BACK:
            break
        inside += runs[at - 1][4]
        at -= 1
    return at if 0 < at < here and inside <= LONG else None


def _names_in(
    item: Item, rule: re.Pattern[bytes], code: str, ranges: Sequence[tuple[int, int]]
) -> dict[bytes, int]:
    """How often each name heads a line inside the ranges."""
    counts: dict[bytes, int] = {}
    with item.open() as stream:
        for start, end in ranges:
            stream.seek(start)
            raw = stream.read(min(end - start, blocks.LONGEST))
            text = b"\n" + (
                raw if code == "utf-8" else raw.decode(code, "replace").encode("utf-8", "replace")
            )
            for m in rule.finditer(text):
                colon = text.find(b": ", m.end(), m.end() + 400)
                if colon >= 0:
                    name = text[m.end() : colon]
                    counts[name] = counts.get(name, 0) + 1
    return counts


_PAIRS = (("“", "”"), ("«", "»"), ("„", "“"), ("‘", "’"))


def _open_quote(text: str) -> bool:
    """Whether a quotation begins in the text and does not end: then the colon behind it stands in somebody's words."""
    if text.count('"') % 2:
        return True
    for left, right in _PAIRS:
        opened = text.count(left)
        if opened and opened > text.count(right) and (left != "„" or "”" not in text):
            return True
    return False


def _participants(found: _Found, counts: Mapping[bytes, int], item: Item) -> dict[bytes, str]:
    """The names among everything that stands before a colon, as bytes in the file -> as shown."""
    table = words()
    asked = plain(file_title(item) or "")
    sure: dict[bytes, str] = {}
    doubtful: dict[bytes, str] = {}
    for raw, n in counts.items():
        if n <= 0 or b"\n" in raw or b"\r" in raw or not raw:
            continue
        shown = _shown(raw)
        if not shown or len(shown) > (300 if n > 1 else 100):
            continue
        if _open_quote(shown) and any(
            not _open_quote(f"{shown}: {line.decode('utf-8', 'replace')}")
            for line in found.quotes.get(raw, ())
        ):
            continue
        (sure if n > 1 else doubtful)[raw] = shown
    short = sorted({plain(s) for s in (*sure.values(), *doubtful.values())}, key=len)
    names: dict[bytes, str] = {}
    for raw, shown in (*sure.items(), *doubtful.items()):
        bare = plain(shown)
        if table.system.search(bare) and plain(shown) != asked:
            headed = any(bare.startswith(other + " ") for other in short if len(other) < len(bare))
            if raw in doubtful or headed:
                continue
        elif (
            raw in doubtful
            and any(c in bare for c in '"“«„')
            and any(bare.startswith(other + " ") for other in short if len(other) < len(bare))
        ):
            continue
        longer = _longer(raw, shown, counts[raw], found.seconds.get(raw, {}), asked, table, short)
        if longer is not None:
            names[longer] = _shown(longer)
        else:
            names[raw] = shown
    return names


def _shown(raw: bytes) -> str:
    """A name as it is shown: as written, less the marks around it. Bytes that are no UTF-8 stay told apart."""
    return raw.decode("utf-8", "backslashreplace").strip(MARKS + " \u00a0")


def _longer(
    raw: bytes,
    shown: str,
    n: int,
    after: Mapping[bytes, int],
    asked: str,
    table: Words,
    others: Sequence[str],
) -> bytes | None:
    """The name with a colon in it that every line under `raw` begins with, if that is what the evidence says.

    Where what follows is the name of another participant, somebody speaks to that participant.
    """
    with_colon = [k for k in after if not k.startswith(b"\x00")]
    if len(with_colon) != 1:
        return None
    second = with_colon[0]
    rest = [k[1:] for k in after if k.startswith(b"\x00")]
    if any(not k.startswith(second + b" ") for k in rest):
        return None
    word = second.decode("utf-8", "replace")
    whole = raw + b": " + second
    title = plain(_shown(whole))
    if asked and _loose(title) == _loose(asked):
        return whole
    bare = plain(word)
    if (
        not bare
        or plain(shown).lstrip("~ ").startswith("+")
        or len(bare) > 30
        or bare in others
        or bare.casefold() in table.labels
        or bare.split(" ")[-1].casefold() in table.labels
    ):
        return None
    told = any(table.system.search(k.decode("utf-8", "replace")) for k in rest)
    enough = after[second] >= 3 or (told and after[second] >= 1)
    return whole if enough else None


def _loose(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _group_name(found: _Found, names: Mapping[bytes, str], item: Item) -> bytes | None:
    """The name that only ever introduces lines with a mark: an iPhone writes a group's system lines under the group's name."""
    only = [raw for raw in names if found.marked.get(raw, 0) == found.counts.get(raw, 0) > 0]
    if not only:
        return None
    title = _loose(file_title(item) or "")
    for raw in only:
        if title and _loose(names[raw]) == title and len(names) > 2:
            return raw
    first = next(iter(found.counts), None)
    if first in only and first is not None and len(names) > 1:
        phrases = [p.decode("utf-8", "replace") for p, under in found.phrases.items() if under == {first}]
        told = [p for p in phrases if classify(p).kind == "text" and not plain(p).endswith(":")]
        if len(told) * 2 > len(phrases):
            return first
    return None


_EXTENSION = re.compile(r"\.(txt|zip|text)$", re.IGNORECASE)
_COPY = re.compile(r"\s*(\(\d+\)|- copy|_copy)$", re.IGNORECASE)


def file_title(item: Item) -> str | None:
    """The chat's name from the name of the file, of the container or of the folder it lies in."""
    places = [item.name]
    outer = item.path.replace("\\", "/")
    for part in reversed(re.split(r"[/!]", outer)[:-1]):
        places.append(part)
    for place in places:
        stem = unmarked(place)
        while (cut := _EXTENSION.sub("", stem)) != stem:
            stem = cut
        stem = _COPY.sub("", stem).strip()
        title = named(stem)
        if title is not None:
            return title
    return None
