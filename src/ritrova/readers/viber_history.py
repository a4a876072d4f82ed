"""Viber's own "message history" as the app mails it: a zip with one text or CSV file a chat.

No specification and no real sample could be had: the form is recalled (date, time, name, number, text; local time; order
of day and month by the phone's locale; bodies may hold line breaks; no media). So this reader is tolerant: it learns the
delimiter from the file, takes a line that does not begin like a message for the continuation of the one before, and says
in the ground of every time how it was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ritrova.formats.delimited import Encoding, encoding_of, fields, rows
from ritrova.formats.printed import Order, clean, moment, order_of, seen
from ritrova.formats.viber import phone
from ritrova.model.ids import account_id, conversation_id
from ritrova.model.records import Account, Conversation, Locator, Message, Native, Problem, Read, Skip
from ritrova.model.shapes import Ask, Counted, Item, Reader, Tiles, at

PROBLEMS: dict[str, str] = {
    "RTV-V060": "Lines before the first message of a Viber history that are no message (a title, or a form that is not known). "
    "They were kept as left out. If they are messages, use a column map: `ritrova add --explain-columns FILE`.",
    "RTV-V061": "Day and month of a Viber history cannot be told apart, so its messages have no time. `--date-order dmy` (or "
    "mdy) settles it.",
    "RTV-V062": "The encoding of a Viber history is not certain, or some of its bytes fit no letter.",
}
_LINE = re.compile(
    r"\s*\[?\"?(?P<date>\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.?)\"?(?:\s*[,;\t|]\s*|\s+)"
    r"\"?(?P<time>\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?(?:[AaPp]\.?\s?[Mm]\.?|ص|م|صباحا|مساء))?)\"?\]?"
    r"(?:\s*(?P<mark>[,;\t|])\s*|\s*-?\s+)(?P<rest>.*)",
    re.DOTALL,
)
_SAID = re.compile(
    r"(?P<name>[^:\n]{1,80}?)(?:\s*[(,]\s*(?P<number>\+?[\d][\d\s()-]{5,20}\d)\s*\)?)?\s*:\s(?P<text>.*)",
    re.DOTALL,
)
_NAMED = re.compile(r"(?P<name>.*?)\s*[(_]?\s*(?P<number>\+?\d[\d -]{6,18}\d)\s*\)?$")
OWNERS = frozenset({"me", "you", "i", "ich", "moi", "io", "yo", "أنا", "انا", "ben", "я", "من", "min"})


class Line(tuple[str, str, str, str, str]):
    """A message line: date, time, name, number, text."""

    __slots__ = ()


def parsed(text: str) -> Line | None:
    """A line that begins like a message, taken apart; None for any other."""
    found = _LINE.match(clean_start(text))
    if found is None:
        return None
    rest, mark = found["rest"], found["mark"]
    if mark:
        cells = fields(rest, mark)
        while cells and not cells[-1].strip() and len(cells) > 3:
            cells.pop()
        if len(cells) >= 3 and (
            phone(re.sub(r"[\s()-]", "", clean(cells[1]))) or not cells[1].strip() or "*" in cells[1]
        ):
            return Line(
                (found["date"], found["time"], cells[0].strip(), cells[1].strip(), body(rest, mark, 2))
            )
        if len(cells) >= 2:
            number = cells[0].strip()
            named = phone(re.sub(r"[\s()-]", "", clean(number))) is not None
            who = ("", number) if named else (number, "")
            return Line((found["date"], found["time"], *who, body(rest, mark, 1)))
        return None
    said = _SAID.match(rest)
    if said is None:
        return None
    return Line(
        (
            found["date"],
            found["time"],
            said["name"].strip(),
            said["number"] or "",
            said["text"].rstrip("\r\n"),
        )
    )


def clean_start(text: str) -> str:
    """The line with ASCII digits and without marks in its first part; the message itself stays as written."""
    return clean(text[:40]) + text[40:] if len(text) > 40 and not text[:40].isascii() else text


def body(rest: str, mark: str, skip: int) -> str:
    """The text after `skip` fields: unquoted if it is quoted, else everything to the end, delimiters included."""
    cells = fields(rest, mark)
    if len(cells) == skip + 1:
        return cells[skip]
    at = 0
    for _ in range(skip):
        if rest[at : at + 1] == '"':
            close = rest.find('"', at + 1)
            at = rest.find(mark, close) + 1
        else:
            at = rest.find(mark, at) + 1
    return rest[at:].rstrip("\r\n")


def sniff(item: Item) -> bool:
    """Claims a text or CSV file whose lines begin like messages with a number, or that lies in something named Viber."""
    name = item.name.casefold()
    if not name.endswith((".csv", ".txt")) or item.size < 12:
        return False
    head = item.head(1 << 16)
    if b"\x00" in head[:1000] and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return False
    with item.open() as stream:
        encoding = encoding_of(stream)
        lines = [r.text for r in islice(rows(stream, encoding, ",", item.size), 60)]
    if lines and a_header(lines[0]):
        return False
    found = [line for text in lines if (line := parsed(text)) is not None]
    told = any("viber" in part for part in re.split(r"[/!\\]", item.path.casefold())[-2:])
    if told:
        return len(found) >= 1 and parsed_share(lines, found) >= 0.3
    numbered = [line for line in found if line[3]]
    return (
        name.endswith(".csv")
        and len(numbered) >= 2
        and len(numbered) * 3 >= len(found)
        and parsed_share(lines, found) >= 0.5
    )


def a_header(line: str) -> bool:
    """True for a first line of at least three names of columns and no digit: a table, which the table reader takes."""
    cells = max((line.split(mark) for mark in ",;\t|"), key=len)
    return len(cells) >= 3 and not any(c.isdigit() for c in line) and all(len(c.strip()) < 40 for c in cells)


def parsed_share(lines: list[str], found: list[Line]) -> float:
    """What share of the lines that hold something begin like a message."""
    return len(found) / max(1, sum(1 for line in lines if line.strip()))


def count(item: Item, ask: Ask) -> Counted:
    """The bytes of the file, which messages and what is left out must tile."""
    return Tiles(item.size)


def records(item: Item, encoding: Encoding) -> Iterator[tuple[int, int, str, bool]]:
    """Messages with their continuation lines: (start, end, text, whether bytes were replaced)."""
    open_: tuple[int, int, str, bool] | None = None
    with item.open() as stream:
        for row in rows(stream, encoding, ",", item.size):
            start = 0 if open_ is None else row.start
            for_next = parsed(row.text) is not None
            if open_ is not None and not for_next:
                open_ = (open_[0], row.end, open_[2] + row.text, open_[3] or row.replaced)
                continue
            if open_ is not None:
                yield open_
            open_ = (start, row.end, row.text, row.replaced)
    if open_ is not None:
        yield open_


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """One message an entry, in the order of the file."""
    with item.open() as stream:
        encoding = encoding_of(stream, (ask.column_map or {}).get("encoding"))
    sample = (parsed(text) for _, _, text, _ in islice(records(item, encoding), 5000))
    dates = [found for line in sample if line and (found := seen(f"{line[0]} {line[1]}")) is not None]
    order: Order = order_of(dates, ask.date_order)
    scope = f"{item.source}/{item.path}"
    title = item.name.rpartition(".")[0]
    named = _NAMED.match(title)
    peer = phone(re.sub(r"[^\d+]", "", named["number"])) if named else None
    chat = conversation_id("viber", title, scope)
    name = (named["name"] or None) if named else title
    yield Conversation(
        at(item),
        chat,
        "viber",
        name or title,
        "direct" if peer else "unknown",
        detail={"file": item.name, "number": peer},
    )
    if not encoding.sure:
        yield Problem(at(item), "RTV-V062", f"encoding taken as {encoding.name}: {encoding.ground}")
    accounts: dict[tuple[str, str], Account] = {}
    undated: list[str] = []
    left_out = replaced = 0
    for start, end, text, wrong in records(item, encoding):
        spot = f"bytes {start}-{end}"
        line = parsed(text)
        if line is None:
            left_out += bool(text.strip())
            yield Skip(at(item, spot), "lines before the first message", 0)
            continue
        day, clock, who, number, said = line
        key = (who, number)
        account = accounts.get(key)
        if account is None and (who or number):
            tel = phone(re.sub(r"[\s()-]", "", clean(number))) or phone(re.sub(r"[\s()-]", "", clean(who)))
            account = accounts[key] = Account(
                at(item, spot),
                account_id("viber", tel) if tel else account_id("viber", who, scope),
                "viber",
                name=who or None,
                phone=tel,
                native=number or None,
                owner=who.casefold() in OWNERS,
                ground="number as written in the history" if tel else "name as written in the history",
            )
            yield account
        sent = moment(f"{day} {clock}", order, ask.zone)
        if sent.local is None:
            undated.append(spot)
        flags = ("repaired",) if wrong else ()
        replaced += wrong
        if account is None or account.phone is None:
            flags = (*flags, "weak_identity")
        yield Message(
            at=Locator(item.source, item.path, spot),
            app="viber",
            conversation=chat,
            sender=None if account is None else account.id,
            sender_name=who or None,
            kind="text",
            text=said.rstrip("\r\n"),
            sent=sent,
            native=Native(None, "history"),
            flags=flags,
        )
    if left_out:
        yield Problem(at(item), "RTV-V060", f"{left_out} stretches before the first message are no messages")
    if undated:
        what = (
            f"{len(undated)} messages have no certain time ({order.ground}); first: {', '.join(undated[:3])}"
        )
        yield Problem(at(item, undated[0]), "RTV-V061", what)
    if replaced:
        yield Problem(at(item), "RTV-V062", f"{replaced} messages hold bytes that are no {encoding.name}")


READER = Reader(
    name="viber.history",
    title="Viber message history (the app's own mail export)",
    sniff=sniff,
    read=read,
    count=count,
    facts={
        "versions": "recalled form, not verified against a real export",
        "read": ["date, time, name, number, text; continuation lines; any delimiter; Windows code pages"],
        "lost": ["media, stickers, edits, deletions: the export holds none"],
        "recalled": ["the whole form"],
    },
)
