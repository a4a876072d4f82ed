"""WhatsApp's "Export chat": a text file of one chat, from Android or iPhone, alone, in a zip or in a folder with its media.

The text has no zone, no message ids, no reactions, replies or receipts. Lines are in the phone's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ritrova.model.records import Read
from ritrova.model.shapes import Ask, Counted, Item, Reader, Tiles

PROBLEMS = {
    "RTV-W001": "The export holds no message: the file is empty, or no line begins with a date and a time as WhatsApp writes "
    "them. Check that the file was exported completely and not re-saved by another program.",
    "RTV-W002": "Day and month cannot be told apart in this export: no date has a day above 12, the messages are in order "
    "either way, and no media name or other evidence decides. Times stay empty. Find out how the exporting phone writes "
    "dates and add the file again with --date-order dmy, mdy or ymd.",
    "RTV-W003": "The file begins with text that belongs to no message. It may be the end of a message whose beginning was cut "
    "off, or a remark that somebody wrote into the file. It is kept as a problem with its bytes.",
    "RTV-W004": "Some headers have a date or time that cannot be: a day that does not exist, a word for before or after noon "
    "that is not known, an hour above 24. Those messages are kept, with the time as written only.",
    "RTV-W005": "Some messages are not valid UTF-8: the file was damaged, or re-saved in another encoding. They are kept, with "
    "the unreadable bytes replaced, and marked as repaired, or the file ends in zero bytes. The bytes themselves are at the message's locator.",
    "RTV-W006": "The dates are in another calendar. Buddhist years are read as the year less 543, which is exact; Hijri and "
    "Solar Hijri (Jalali) dates are kept as written and not converted.",
    "RTV-W007": "A message is longer than the reader keeps as text (4 MiB; WhatsApp allows 65,536 characters). Its first part "
    "is the message; the rest stands here with its bytes. The file may be damaged.",
    "RTV-W008": "Lines that look like message headers of another form occur. They are kept inside the message where they "
    "stand, because one export has one form. If two exports were joined into one file, split it and add both.",
    "RTV-W009": "Lines with the form of message headers lie in the past between newer messages, or in the future between older ones. Such lines are usually a "
    "transcript that somebody pasted. Where no other message is by the name they give, they stay inside the message "
    "they stand in; where the name is a participant's, they are messages. Both are marked quoted_transcript.",
    "RTV-W010": "A message names a file whose name has path separators or control characters. The name is kept as text and "
    "never used to look for a file.",
    "RTV-W011": "The order of day and month that was given with --date-order is not the file's: dates occur that do not exist "
    "in it and do in another. It was obeyed; times may be of a wrong month. Add the file again without --date-order, or "
    "with the order named.",
}


def sniff(item: Item) -> bool:
    """True for text whose lines begin like an export's messages, and for any text with an export's name: it is never passed
    over in silence."""
    from ritrova.readers.whatsapp_text.blocks import encoding, first_lines
    from ritrova.readers.whatsapp_text.frames import header
    from ritrova.readers.whatsapp_text.words import named, plain

    name = item.name.casefold()
    if re.search(r"\.(json|html?|csv|tsv|xml|db|sqlite\w*|zip|pdf|vcf|eml|md|py|toml|ya?ml)$", name):
        return False
    export = name == "_chat.txt" or (name.endswith(".txt") and named(item.name[:-4]) is not None)
    if item.size == 0:
        return export or (name.startswith("whatsapp") and name.endswith(".txt"))
    lines = [line for line in first_lines(item) if plain(line)]
    if not lines:
        return export
    if header(lines[0]) is not None:
        return True
    head = item.head(4096)
    if b"\x00" in head and encoding(head) == "utf-8":
        return False
    if export:
        return True
    needed = 1 if "whatsapp" in name or name.startswith("_chat") else 2
    return sum(1 for line in lines if header(line) is not None) >= needed


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """Accounts, the conversation, the messages in file order, and what is odd about the file."""
    from ritrova.readers.whatsapp_text.reading import read as records

    return records(item, ask)


def count(item: Item, ask: Ask) -> Counted:
    """The byte ranges of messages and problems tile the file."""
    return Tiles(item.size)


_MEDIA = re.compile(
    r"(?:(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d+|\d{3,}-[A-Z]+-\d{4}-\d\d-\d\d-.*|\d{8}-.+)\.[A-Za-z0-9]{1,8}$"
    r"|.+\.(?:jpe?g|png|webp|gif|heic|mp4|3gp|mov|opus|ogg|m4a|aac|mp3|amr|vcf|pdf)$",
    re.IGNORECASE,
)


def related(item: Item) -> Iterable[str]:
    """The media beside the export."""
    return [name for name in item.siblings() if _MEDIA.fullmatch(name.rpartition("/")[2])]


READER = Reader(
    name="whatsapp.text",
    title="WhatsApp chat export (text)",
    sniff=sniff,
    read=read,
    count=count,
    related=related,
    facts={
        "versions": "Android and iOS exports of 2013 to 2026 as described in public issues, parsers and samples",
        "read": [
            "messages with sender, local time and exact bytes",
            "system lines, attachments, omitted media, deleted and edited messages, polls, locations, contact cards, calls",
            "media beside the text, by name and SHA-256",
        ],
        "lost": [
            "time zone, message ids, reactions, replies, receipts (WhatsApp does not export them)",
            "the time of an edit, and what the text was before",
            "several exports joined in one file with different forms: lines of the second stay inside messages",
        ],
        "recalled": [
            "words for media, deletion, edits and calls in part of the languages",
            "markers of the half of the day in languages other than English, Spanish, Arabic, Persian, Chinese, Korean, Japanese",
            "Thai (Buddhist) years; no real Hijri or Jalali export was found",
        ],
    },
)
