"""iPhone backups as iTunes and Finder make them: files under hashed names, named by Manifest.db.

The item that stands for the backup is Manifest.db; every other file of the folder (or zip) is reached through it. Where it is
missing or damaged, Manifest.plist stands for the backup, and the files whose names are known are found by their hash. Known
against the description of the format from iOS 10 on; older backups (Manifest.mbdb) are recognised and said.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from ritrova.model.records import ItemSeen, Locator, Problem, Read
from ritrova.model.shapes import Ask, Item, Unpacker, at

PROBLEMS: dict[str, str] = {
    "RTV-C140": "An encrypted iPhone backup. Its owner's backup password is needed; give it with --password-file. ritrova "
    "never tries to find a password.",
    "RTV-C141": "The password that was given does not open this iPhone backup.",
    "RTV-C142": "A file that the backup's manifest names is not there. The backup is not whole, or only a part of it was "
    "handed over.",
    "RTV-C143": "The backup's manifest, or a file's entry in it, is damaged or missing. Chats whose place in the backup is "
    "known are read under their names; all other files only under their hashed names.",
    "RTV-C145": "A file's name in the backup points outside its domain or holds control characters. It is read under a "
    "harmless name.",
    "RTV-C144": "A backup of an old kind (iOS 9 or older, Manifest.mbdb). Its files are not named; read them one by one.",
}

WANTED = (
    "AppDomainGroup-group.net.whatsapp.WhatsApp.shared",
    "AppDomainGroup-group.net.whatsapp.WhatsAppSMB.shared",
    "AppDomainGroup-group.viber.share.container",
    "AppDomain-com.viber",
)
"""Domains whose missing files are worth a problem each; of others only the number is told."""

KNOWN = ("ChatStorage.sqlite", "ContactsV2.sqlite", "CallHistory.sqlite")
"""Databases at the top of the WhatsApp domains: found without a manifest too, because a file's name in the backup is the
SHA-1 of ``domain-path``. A -wal is only known to belong to its database by these names."""


def sniff(item: Item) -> bool:
    """Manifest.db, an old Manifest.mbdb, or Manifest.plist where neither is beside it."""
    if item.name == "Manifest.mbdb":
        return item.head(4) == b"mbdb"
    if item.name == "Manifest.plist":
        others = (item.sibling("Manifest.db"), item.sibling("Manifest.mbdb"))
        return others == (None, None) and item.head(8).startswith((b"bplist", b"<?xml"))
    if item.name != "Manifest.db":
        return False
    from ritrova.formats.sqlite import looks_like_sqlite

    return looks_like_sqlite(item) or item.sibling("Manifest.plist") is not None


def encrypted(item: Item) -> bool:
    """True where Manifest.plist beside it says so (Manifest.db itself is then encrypted too)."""
    return bool(manifest(item).get("IsEncrypted"))


def manifest(item: Item) -> dict[str, Any]:
    """Manifest.plist beside the item, empty where it is missing or damaged."""
    import plistlib
    from xml.parsers.expat import ExpatError

    beside = item.sibling("Manifest.plist")
    if beside is None or beside.size > 1 << 26:
        return {}
    try:
        with beside.open() as stream:
            value = plistlib.loads(stream.read())
    except (
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
        ExpatError,
    ):
        return {}
    return value if isinstance(value, dict) else {}


def unpack(item: Item, ask: Ask) -> Iterator[Item | Read]:
    """Every file of the manifest under ``domain/relative path``."""
    from ritrova.formats import keybag
    from ritrova.formats.shelf import Shelf, harmless
    from ritrova.formats.sqlite import Damaged, opened
    from ritrova.model.errors import KeyRefused

    if item.name == "Manifest.mbdb":
        yield Problem(at(item), "RTV-C144", "an iPhone backup of iOS 9 or older; its manifest is not read")
        return
    if item.name == "Manifest.plist":
        yield Problem(at(item), "RTV-C143", "Manifest.db is missing: the backup's files have no names")
        yield from _known(item)
        return
    classes: dict[int, bytes] = {}
    database: Item = item
    if encrypted(item):
        if ask.password is None:
            yield Problem(at(item), "RTV-C140", "an encrypted iPhone backup; its password is needed")
            return
        stated = manifest(item)
        try:
            classes = keybag.unlocked(keybag.parsed(stated.get("BackupKeyBag", b"")), ask.password)
            wrapped = stated.get("ManifestKey", b"")
            key = keybag.unwrapped(classes, int.from_bytes(wrapped[:4], "little"), wrapped[4:])
        except KeyRefused as refused:
            yield Problem(at(item), "RTV-C141", f"{refused.what}. {refused.next_step}")
            return
        except (ValueError, TypeError) as error:
            yield Problem(at(item), "RTV-C143", f"the keybag cannot be read: {error}")
            return
        database = Shelf(item).put("Manifest.db", item.size, _plain(item, key, None))
    shelf = Shelf(item)
    missing: dict[str, int] = {}
    try:
        with opened(database) as db:
            if not db.has("Files", "fileID", "domain", "relativePath"):
                yield Problem(at(item), "RTV-C143", "Manifest.db has no table Files")
                if not classes:
                    yield from _known(item)
                return
            sql = (
                f"SELECT {db.pick('Files', ['fileID', 'domain', 'relativePath', 'flags', 'file'])} FROM Files"
            )
            for name, domain, path, flags, blob in db.rows(sql):
                if flags in (2, 4) or not isinstance(name, str) or len(name) < 3:
                    continue
                inner = f"{domain}/{path}"
                if harmless(inner) != inner:
                    what = f"a file named {inner[:200]!r} is read as {harmless(inner)[:200]!r}"
                    yield Problem(at(item), "RTV-C145", what)
                there = item.sibling(f"{name[:2]}/{name}") or item.sibling(name)
                where = Locator(item.source, f"{item.path}!{inner}")
                if there is None:
                    missing[str(domain)] = missing.get(str(domain), 0) + 1
                    if domain in WANTED:
                        yield ItemSeen(where, 0, parent=item.path, note="named by the backup, not in it")
                        yield Problem(
                            where,
                            "RTV-C142",
                            f"the backup names {posixpath.basename(inner)}, but it is not in it",
                        )
                    continue
                if not classes:
                    yield _borrowed(shelf, inner, there)
                    continue
                try:
                    size, place, wrapped = entry(blob)
                    key = keybag.unwrapped(classes, place, wrapped)
                except ValueError as error:
                    yield Problem(where, "RTV-C143", f"{posixpath.basename(inner)} cannot be opened: {error}")
                    continue
                yield shelf.put(inner, size, _plain(there, key, size), borrowed=there.path)
    except Damaged as error:
        yield Problem(
            at(item), "RTV-C143", f"Manifest.db is damaged: {error}; the files after it are not named"
        )
        if not shelf.entries and not classes:
            yield from _known(item)
    others = {domain: n for domain, n in missing.items() if domain not in WANTED}
    if others:
        what = f"{sum(others.values())} files of {len(others)} other domains are named by the backup and not in it"
        yield Problem(at(item), "RTV-C142", what)


def _known(item: Item) -> Iterator[Item]:
    """The chats of a backup without a readable manifest, as far as their files lie in it unencrypted."""
    from hashlib import sha1

    from ritrova.formats.shelf import Shelf

    if encrypted(item):
        return
    shelf = Shelf(item)
    for domain in WANTED[:2]:
        for path in KNOWN:
            for inner in (path, path + "-wal", path + "-shm"):
                name = sha1(f"{domain}-{inner}".encode(), usedforsecurity=False).hexdigest()
                there = item.sibling(f"{name[:2]}/{name}") or item.sibling(name)
                if there is not None:
                    yield _borrowed(shelf, f"{domain}/{inner}", there)


def _borrowed(shelf: Any, inner: str, there: Item) -> Item:
    """A file of the backup under its own name."""
    put: Item = shelf.put(
        inner,
        there.size,
        _pieces(there),
        direct=there.open,
        digest=there.sha256,
        modified=there.modified,
        borrowed=there.path,
    )
    return put


def entry(blob: object) -> tuple[int, int, bytes]:
    """Size, protection class and wrapped key of a file, from its archived entry (a binary plist of NSKeyedArchiver)."""
    import plistlib

    if not isinstance(blob, bytes):
        raise ValueError("it has no entry")
    try:
        archive = plistlib.loads(blob, fmt=plistlib.FMT_BINARY)
        objects = archive["$objects"]
        root = objects[archive["$top"]["root"].data]
        key = objects[root["EncryptionKey"].data]
        raw = key["NS.data"] if isinstance(key, dict) else key
        return int(root["Size"]), int(root["ProtectionClass"]), bytes(raw)[4:]
    except (
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        ValueError,
        OverflowError,
        RecursionError,
    ) as error:
        raise ValueError("its entry is damaged") from error


def _pieces(item: Item) -> Callable[[], Iterator[bytes]]:
    def chunks() -> Iterator[bytes]:
        from ritrova.formats.scratch import chunks_of

        with item.open() as stream:
            yield from chunks_of(stream)

    return chunks


def _plain(item: Item, key: bytes, size: int | None) -> Callable[[], Iterator[bytes]]:
    def chunks() -> Iterator[bytes]:
        from ritrova.formats.keybag import decrypted

        stream: BinaryIO
        with item.open() as stream:
            yield from decrypted(stream, key, size)

    return chunks


UNPACKER = Unpacker("itunes.backup", "iPhone backup (iTunes, Finder)", sniff, unpack)
