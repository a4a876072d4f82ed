"""The files that messages of a database name, and whether they lie beside it."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from ritrova.model.records import Attachment
from ritrova.model.shapes import Ask, Item
from ritrova.readers.whatsapp_android.codes import whole, words

_UNSAFE = re.compile(r"[\x00-\x1f\\]|(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:")


def hex_of(value: Any) -> str | None:
    """SHA-256 in hex from WhatsApp's base64; None where it is not one."""
    text = words(value)
    if text is None:
        return None
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == 32 else None


class Media:
    """Finds files by the path that the database names, and checks them against the hash that it names."""

    def __init__(self, item: Item, ask: Ask) -> None:
        self.item, self.ask = item, ask
        self.beside = {name.rpartition("/")[2]: name for name in item.siblings()}
        self.mismatches = 0

    def attachment(self, row: dict[str, Any], once: bool) -> Attachment:
        """The attachment that a row of ``message_media`` (or the old columns under the same names) describes."""
        path = words(row.get("file_path"))
        name = words(row.get("media_name")) or (path.rpartition("/")[2] if path else None)
        told = hex_of(row.get("file_hash")) or hex_of(row.get("original_file_hash"))
        size = whole(row.get("file_length")) or whole(row.get("file_size"))
        detail: dict[str, Any] = {}
        if path:
            detail["path"] = path
        for label in ("width", "height", "media_duration"):
            n = whole(row.get(label))
            if n:
                detail[label] = n
        for label in ("message_url", "raw_transcription_text", "file_hash", "enc_file_hash"):
            text = words(row.get(label))
            if text:
                detail[label] = text
        found = self._find(path)
        if found is None:
            why = "its file is not beside the database"
            if once:
                why = "can be opened once; its file is not kept"
            elif path is None:
                why = "the database names no file: never downloaded, or removed"
            return Attachment(name, False, told, words(row.get("mime_type")), why, size, None, detail or None)
        digest = found.sha256() if self.ask.media != "none" else told
        if told is not None and digest != told:
            self.mismatches += 1
            detail["hash_mismatch"] = f"the database names {told}, the file beside it is {digest}"
        return Attachment(
            name, True, digest, words(row.get("mime_type")), None, found.size, found.path, detail or None
        )

    def _find(self, path: str | None) -> Item | None:
        if path is None or _UNSAFE.search(path):
            return None
        for each in (path, self.beside.get(path.rpartition("/")[2])):
            if each is not None:
                found = self.item.sibling(each)
                if found is not None:
                    return found
        return None
