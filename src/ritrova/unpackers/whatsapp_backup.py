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
    "RTV-C113": "By its name this is an encrypted WhatsApp backup, but it is empty, cut in its header, damaged there, or of a "
    "form that is not read (crypt to crypt10, before 2016). It was not opened; nothing of it is in the case. Ask for a whole "
    "copy, or for a later backup.",
}

ENDING = re.compile(r"\.crypt\d{0,2}$", re.IGNORECASE)
PLAIN = (b"PK\x03\x04", b"SQLi", b"\x1f\x8b")
"""A zip, a database, gzip: what begins so is no encrypted backup, whatever it is named."""


def sniff(item: Item) -> bool:
    """By the name that WhatsApp gives, or by a header that names the app's version."""
    from ritrova.formats.whatsapp_crypt import framed

    if ENDING.search(item.name):
        return framed(item) is not None or not item.head(4).startswith(PLAIN)
    if item.head(4).startswith(PLAIN):
        return False
    frame = framed(item)
    return frame is not None and re.fullmatch(r"\d+(\.\d+){2,4}", frame.app) is not None


def unpack(item: Item, ask: Ask) -> Iterator[Item | Read]:
    """The one file inside, under the backup's name without its ending."""
    from ritrova.formats.shelf import Shelf
    from ritrova.formats.whatsapp_crypt import framed, key_for, opens, plain, refusal
    from ritrova.formats.zip_bytes import Unreadable
    from ritrova.model.errors import KeyRefused

    frame = framed(item)
    if frame is None:
        what = "it is empty" if not item.size else "its header is none that is known, is cut or is damaged"
        yield Problem(
            at(item), "RTV-C113", f"named as an encrypted WhatsApp backup, but {what}; it was not opened"
        )
        return
    if ask.key is None:
        yield Problem(at(item), "RTV-C110", f"a {frame.form} backup; its key is needed (--key FILE)")
        return
    try:
        key = key_for(frame, ask.key)
        if not opens(item, frame, key):
            raise refusal(frame, ask.key)
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
