"""WhatsApp's encrypted backups (msgstore.db.crypt12, .crypt14, .crypt15), with the key that the holder supplies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ritrova.model.records import Problem, Read
from ritrova.model.shapes import Ask, Item, Unpacker, at

PROBLEMS: dict[str, str] = {
    "RTV-C110": "An encrypted WhatsApp backup, and no key was given. Its holder can export the 64-digit key, or the file `key` "
    "or `encrypted_backup.key` lies on the phone; give it with --key FILE. ritrova never tries to find a key.",
    "RTV-C111": "The key that was given does not open this WhatsApp backup: it belongs to another phone, another time or "
    "another kind of backup.",
    "RTV-C112": "The WhatsApp backup was opened, but it is damaged, cut, or was changed after it was made. What came out "
    "before the damage is read.",
}

ENDING = re.compile(r"\.crypt1[245]$", re.IGNORECASE)


def sniff(item: Item) -> bool:
    """By its header, together with the name that WhatsApp gives or a header that names the app's version."""
    from ritrova.formats.whatsapp_crypt import framed

    if not ENDING.search(item.name) and item.head(4)[:4] in (b"PK\x03\x04", b"SQLi"):
        return False
    frame = framed(item)
    return frame is not None and (
        ENDING.search(item.name) is not None or re.fullmatch(r"\d+(\.\d+){2,4}", frame.app) is not None
    )


def unpack(item: Item, ask: Ask) -> Iterator[Item | Read]:
    """The one file inside, under the backup's name without its ending."""
    from ritrova.formats.shelf import Shelf
    from ritrova.formats.whatsapp_crypt import framed, key_for, plain
    from ritrova.formats.zip_bytes import Unreadable
    from ritrova.model.errors import KeyRefused

    frame = framed(item)
    if frame is None:
        yield Problem(at(item), "RTV-C112", "the backup's header is damaged; it cannot be opened")
        return
    if ask.key is None:
        yield Problem(at(item), "RTV-C110", f"a {frame.form} backup; its key is needed (--key FILE)")
        return
    try:
        key = key_for(frame, ask.key)
        next(plain(item, frame, key))
    except KeyRefused as refused:
        yield Problem(at(item), "RTV-C111", f"{refused.what}. {refused.next_step}")
        return

    def chunks() -> Iterator[bytes]:
        try:
            yield from plain(item, frame, key)
        except Unreadable as error:
            inside.remarks.append(Problem(at(inside), "RTV-C112", str(error)))

    name = ENDING.sub("", item.name) or "unnamed"
    inside = Shelf(item).put(name, None, chunks, modified=item.modified)
    yield inside


UNPACKER = Unpacker("whatsapp.backup", "WhatsApp encrypted backup", sniff, unpack)
