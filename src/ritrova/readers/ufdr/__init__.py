"""Cellebrite UFDR: `report.xml` of a .ufdr archive or of a folder.

The report holds what the examiner's tool decoded: chats with their messages, calls, contacts, with how sure the tool was
and whether an entry was deleted. It is read once, from front to back, in flat memory; every record carries the bytes of
its model. Facts: IPED's reader and test fragment, ufedlib-py, UFDR2DIR.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ritrova.model.records import Problem, Read, Skip
from ritrova.model.shapes import Ask, Counted, Item, Reader, at
from ritrova.readers.ufdr.making import Making
from ritrova.readers.ufdr.tagged import Tagged
from ritrova.readers.ufdr.tree import MESSAGES, Tree, scan

PROBLEMS: dict[str, str] = {
    "RTV-U001": "A protected UFDR: its report.xml is scrambled and only the maker's own viewer opens it. Nothing was read. "
    "Ask the examiner to export the report again without protection, as UFDR or as XML with its files.",
    "RTV-U002": "The report declares a document type (DOCTYPE). No genuine report does; it is how files are made that swell "
    "without limit when read. Reading stopped there. Ask where the file comes from.",
    "RTV-U003": "The report stops being XML at some place: it is cut off or damaged. What stands before and after was read; "
    "the entries counted here were not. Ask for a new export, and compare the number of messages with the tool's own.",
    "RTV-U004": "Bytes that XML forbids (control characters, broken letters, forbidden references) were replaced to read on. "
    "The messages concerned are flagged as repaired; the file itself still holds the bytes as they are.",
    "RTV-U005": "Attachments whose path in the report leads outside its folder. The paths were kept as written and not "
    "followed.",
    "RTV-U006": "The report is not in UTF-8. Such reports are not known from the tool itself; ask for the original export.",
}

PROTECTED = b"\x2d\x06\x52\x6d"


def sniff(item: Item) -> bool:
    """Claims a report.xml with models or a project in it, and a protected one by its first bytes."""
    name = item.name.casefold()
    if not name.endswith(".xml"):
        return False
    head = item.head(1 << 16)
    if head.startswith(PROTECTED):
        return name == "report.xml"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return name == "report.xml"
    if b"<model " in head or b"<model\t" in head or b":model " in head:
        return b"deleted_state" in head or b"decodedData" in head or b'type="Chat"' in head
    if b"<project" in head or b":project" in head:
        marks = (b"reportVersion", b"sourceExtractions", b"taggedFiles", b"decodedData", b"extractionType")
        return name == "report.xml" or any(mark in head for mark in marks)
    return name == "report.xml" and b"<!DOCTYPE" in head


def related(item: Item) -> Iterable[str]:
    """The files beside the report: what its attachments are."""
    return (name for name in item.siblings() if name.replace("\\", "/").casefold().startswith("files/"))


def count(item: Item, ask: Ask) -> Counted:
    """Start tags of models by type, found by a plain scan outside CDATA and without an XML parser.

    Calls and contacts are counted in a report that has its end: of one that is cut, only messages lost are told by number.
    """
    head = item.head(4)
    if head.startswith(PROTECTED) or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return {"messages": 0}
    messages = sum(1 for _ in scan(item, "|".join(sorted(MESSAGES))))
    with item.open() as stream:
        stream.seek(max(0, item.size - 256))
        if not stream.read().rstrip(b"\x00 \t\r\n").endswith((b"project>", b"model>")):
            return {"messages": messages}
    return {
        "messages": messages,
        "calls": sum(1 for _ in scan(item, "Call")),
        "contacts": sum(1 for _ in scan(item, "Contact")),
    }


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Records in the order in which their models close; a message inside another one comes before it."""
    head = item.head(4)
    if head.startswith(PROTECTED):
        yield Problem(at(item), "RTV-U001", "the report is protected (it begins with 2D 06 52 6D)")
        return
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield Problem(at(item), "RTV-U006", "the report is in UTF-16")
        return
    tree = Tree(item)
    tagged = Tagged()
    making = Making(item, ask, tagged)
    making.repairs = tree.sanitiser.repairs
    damages: list[tuple[int, int, str]] = []
    for what, given in tree.events():
        if what == "model":
            model, chat, outer = given
            kind = model["type"]
            if kind in MESSAGES:
                yield from making.message(model, chat, outer)
            elif kind == "Call":
                yield from making.call(model)
            else:
                yield from making.contact(model, outer)
        elif what == "chat":
            yield from making.chat(given)
            yield from making.activity(given)
        elif what == "file":
            tagged.add(given)
        elif what == "damage":
            damages.append(given)
        elif what == "refused":
            missed = len(unread(item, making))
            why = "the report declares a document type; nothing after it was read"
            yield Problem(at(item), "RTV-U002", why, missed)
            return
    yield from damaged(item, making, damages)
    yield from remarks(item, tree, making)


def unread(item: Item, making: Making) -> list[int]:
    """Where messages begin that a plain scan finds and that were not given out."""
    given = set(making.starts)
    found = [place for place, _ in scan(item, "|".join(sorted(MESSAGES)))]
    missing = sorted(place for place in found if place not in given)
    return missing[: max(0, len(found) - len(making.starts))]


def damaged(item: Item, making: Making, damages: list[tuple[int, int, str]]) -> Iterator[Problem]:
    """A Problem for each stretch that could not be read, with the messages that begin there and were not given out."""
    lost = unread(item, making) if damages else []
    for number, (start, end, why) in enumerate(damages):
        last = number == len(damages) - 1
        here = [place for place in lost if start <= place < end or last]
        taken = set(here)
        lost = [place for place in lost if place not in taken]
        what = f"bytes {start} to {end} are not readable XML ({why}); {len(here)} messages begin there"
        yield Problem(at(item, f"bytes {start}-{end}"), "RTV-U003", what, len(here))


def remarks(item: Item, tree: Tree, making: Making) -> Iterator[Problem | Skip]:
    """What is left to say: repairs, unsafe paths, and the models that are not of a kind this reader reads."""
    repairs = tree.sanitiser.repairs
    if repairs:
        spots = ", ".join(str(at) for at in repairs[:3])
        yield Problem(
            at(item, f"bytes {repairs[0]}-{repairs[0] + 1}"),
            "RTV-U004",
            f"{len(repairs)} places hold bytes that XML forbids and were replaced to read on; first: {spots}",
        )
    if making.unsafe:
        yield Problem(at(item), "RTV-U005", f"{making.unsafe} attachments have a path that leads elsewhere")
    for kind, number in sorted(tree.unread.items()):
        yield Skip(
            at(item), f"{number} models of type {kind or '(none)'} are not messages, calls or contacts", 0
        )


FACTS: dict[str, Any] = {
    "versions": "the shape of the public IPED test fragment and of the tools named above; local names, whatever the namespace",
    "read": [
        "Chat, InstantMessage (also embedded ones), SMS, MMS with parties, replies, quotes, forwards, labels, receipts",
        "attachments with the file beside the report, calls, contacts, activity of chats",
        "deleted_state, decoding_confidence, extractionId, and all other fields of a message by name",
    ],
    "lost": ["models of other types (counted by type)", "data ranges of the phone's image"],
    "recalled": [
        "attribute names of taggedFiles beyond id, path, size and Local Path",
        "fields of SMS, MMS and ForwardedMessageData; printed times of older versions",
    ],
}
READER = Reader(
    name="ufdr",
    title="Cellebrite UFDR report (report.xml)",
    sniff=sniff,
    read=read,
    count=count,
    related=related,
    facts=FACTS,
)
