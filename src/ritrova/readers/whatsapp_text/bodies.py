"""What the body of a message is: words, a file, a poll, a place, a deleted message.

Structure decides first (a mark, a file name in brackets, a link to a map), the word tables only where it is silent.
The text of a message stays as written; what the application put into it is named beside it.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from ritrova.model.records import Attachment, MessageKind, Moment
from ritrova.readers.whatsapp_text.words import MARKS, plain, unmarked, words

_FILE = r"[^<>:\"|?*\x00-\x1f][^<>\"|?*\x00-\x1f]{0,250}?\.[A-Za-z0-9]{1,8}"
_IOS = re.compile(
    rf"<(?:[^<>:\n]{{1,40}}?[ \u00a0\u202f]?[:：][ \u00a0]*(?P<a>{_FILE})|(?P<b>{_FILE})[ \u00a0][^<>:\n]{{1,30}})>\s*$"
)
_IOS_LOOSE = re.compile(
    r"<[^<>:\n]{1,40}?[ \u00a0\u202f]?[:：][ \u00a0]*(?P<a>[^<>\n]+\.[A-Za-z0-9]{1,8})>\s*$"
)
_ANDROID = re.compile(r"^(?P<f>[^\n]{1,255}?\.[A-Za-z0-9]{1,8}) (?P<s>\([^()\n]{3,40}\))[ \u00a0]*$")
_ANDROID_NAME = re.compile(r"^(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d+\.[A-Za-z0-9]{1,8}$")
_EDITED = re.compile(r"[ \u00a0]*\u200e<[^<>\n:：.]{4,60}\.?>$")
_ANGLES = re.compile(r"<(?=[^<>]*[\s\u0080-\uffff])[^<>\n/=]{3,40}>")
_COORDINATES = re.compile(
    r"https?://(?:www\.)?maps\.google\.com/\?q=(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)"
)
_PLACE = re.compile(
    r"^[^\n]*?(https?://(?:www\.)?(?:foursquare\.com/v/\S+|maps\.google\.com/\S+))[ \u00a0]*$"
)
_VOTES = re.compile(r"^(?P<o>.*?)[ \u00a0]*[(（](?P<n>\d+)\b[^()（）]*[)）]\s*$")
_TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif", "heic": "image/heic",
    "mp4": "video/mp4", "3gp": "video/3gpp", "mov": "video/quicktime", "opus": "audio/ogg", "ogg": "audio/ogg", "m4a": "audio/mp4",
    "aac": "audio/aac", "mp3": "audio/mpeg", "amr": "audio/amr", "wav": "audio/wav", "pdf": "application/pdf", "vcf": "text/vcard",
    "doc": "application/msword", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain", "zip": "application/zip", "apk": "application/vnd.android.package-archive",
}  # fmt: skip


def mime(name: str) -> str | None:
    """The media type that a file name promises."""
    return _TYPES.get(name.rpartition(".")[2].casefold())


class Body(msgspec.Struct, frozen=True):
    """What a body is. `text` lacks only a mark of editing, which `edited` carries."""

    kind: MessageKind = "text"
    text: str = ""
    files: tuple[Attachment, ...] = ()
    edited: Moment | None = None
    flags: tuple[str, ...] = ()
    detail: dict[str, Any] | None = None


_LETTERS = frozenset({"IMG", "VID", "AUD", "PTT", "STK", "DOC"})


def ordinary(text: str) -> bool:
    """True where the body can be nothing but words: the quick test that most messages pass."""
    if not text:
        return False
    last = text[-1]
    if (
        last in ">)."
        or text[0] in "<\u200e\u200f\u202a\u202b\u2068"
        or "://" in text
        or "\u200e" in text
        or ")\n" in text
        or ")\r" in text
    ):
        return False
    if text[3:4] == "-" and text[:3] in _LETTERS:
        return False
    return len(text) > 60 or (last not in MARKS and text.casefold() not in _exact())


def _exact() -> frozenset[str]:
    global _known
    if not _known:
        t = words()
        _known = frozenset((*t.omitted, *t.deleted, *t.missed, *t.calls, *t.live, "null"))
    return _known


_known: frozenset[str] = frozenset()


def classify(text: str) -> Body:
    """The body that a text is."""
    table = words()
    edited: Moment | None = None
    stripped = text.rstrip(MARKS + " \u00a0")
    if stripped.endswith(">"):
        for phrase in table.edited:
            if stripped.endswith(phrase) and len(stripped) > len(phrase):
                edited = Moment(phrase, None, None, "marked as edited; the export does not say when")
                text = stripped[: -len(phrase)].rstrip(MARKS + " \u00a0")
                break
        else:
            # in a language that the table lacks: a mark and words in angles at the end, that are no file
            m = _EDITED.search(stripped)
            if m is not None and m.start() > 0 and plain(m[0]).casefold() not in table.omitted:
                edited = Moment(
                    plain(m[0]), None, None, "marked as edited, by the form of the mark; when is not said"
                )
                text = stripped[: m.start()].rstrip(MARKS + " \u00a0")
    marked = text[:1] in ("\u200e", "\u200f")
    bare = plain(text) if len(text) < 400 else text
    folded = bare.casefold()
    if not bare:
        return Body("text", text, edited=edited, detail={"empty": True})
    if folded in table.deleted:
        return Body("deleted", text, edited=edited, detail={"deleted_by": table.deleted[folded]})
    if folded in table.omitted:
        what = table.omitted[folded]
        kind: MessageKind = "contact" if what == "contact" else "media"
        flags = ("view_once",) if what == "once" else ()
        return Body(kind, text, (_left_out(text, what),), edited, flags)
    if folded == "null":
        return Body("unsupported", text, edited=edited, detail={"null": True})
    if folded.startswith(table.missed) and (marked or len(bare) < 60):
        return Body("call", text, edited=edited, detail={"missed": True})
    if folded.startswith(table.calls) and (marked or folded in table.calls):
        return Body("call", text, edited=edited)
    if folded.startswith(table.live) and (marked or folded in table.live):
        return Body("location", text, edited=edited, detail={"live": True})
    if _ANGLES.fullmatch(bare):
        return Body(
            "media",
            text,
            (_left_out(text, "any"),),
            edited,
            detail={"ground": "words in angles, by their form"},
        )
    found = _poll(text) or _place(text) or _file(text, marked)
    if found is not None:
        return msgspec.structs.replace(found, edited=edited) if edited is not None else found
    # "document omitted" of an iPhone follows the document's name: "Plan.pdf • 3 pages <mark>document omitted"
    name, mark, tail = text.rpartition("\u200e")
    if mark and name.strip(MARKS + " ") and plain(tail).casefold() in table.omitted:
        what = table.omitted[plain(tail).casefold()]
        shown = plain(name).split(" • ")[0]
        return Body("media", text, (_left_out(tail, what, shown),), edited)
    return Body("text", text, edited=edited, flags=("marked",) if marked else ())


def _left_out(written: str, what: str, name: str | None = None) -> Attachment:
    guess = {
        "image": "image/*",
        "video": "video/*",
        "audio": "audio/*",
        "sticker": "image/webp",
        "gif": "image/gif",
        "contact": "text/vcard",
    }
    return Attachment(
        name=name,
        mime=guess.get(what),
        missing=f"left out of the export: {plain(written)}",
        detail={"kind": what},
    )


def _poll(text: str) -> Body | None:
    lines = re.split("\r\n|\n", text)
    table = words()
    if len(lines) < 2 or plain(lines[0]).upper() not in {p.upper() for p in table.polls}:
        # in a language that the table lacks: a marked first line of one word in capitals, and marked options with votes
        head = plain(lines[0])
        if len(lines) < 3 or text[:1] != "\u200e" or not head.endswith(":") or len(head) > 25:
            return None
        if not any(line[:1] == "\u200e" and _VOTES.match(unmarked(line)) for line in lines[2:]):
            return None
    question: list[str] = []
    options: list[dict[str, Any]] = []
    for line in lines[1:]:
        bare = plain(line)
        word = next((w for w in table.options if bare.upper().startswith(w.upper())), None)
        if word is None and line[:1] == "\u200e" and ":" in bare:
            word = bare[: bare.index(":") + 1]
        if word is not None:
            rest = bare[len(word) :].strip()
            m = _VOTES.match(rest)
            options.append({"text": m["o"] if m else rest, "votes": int(m["n"]) if m else None})
        elif options and bare:
            options[-1]["text"] += "\n" + bare
        elif bare:
            question.append(bare)
    return Body("poll", text, detail={"poll": {"question": "\n".join(question), "options": options}})


def _place(text: str) -> Body | None:
    if "http" not in text or len(text) > 2000:
        return None
    m = _COORDINATES.search(text)
    p = _PLACE.match(unmarked(text))
    if p is None:
        return None
    before = plain(unmarked(text)[: p.start(1)])
    detail: dict[str, Any] = {"url": p[1]}
    # a bare link that somebody typed is a text with a link; WhatsApp writes a word or the place's name before it
    if not before.endswith((":", ")")) and not before.endswith("："):
        return None
    if m is not None:
        detail["latitude"], detail["longitude"] = float(m[1]), float(m[2])
    if before.endswith((":", "：")):
        name = before[:-1].strip()
        place = re.fullmatch(r"(.*?) \((.*)\)", name)
        if place:
            detail["name"], detail["address"] = place[1], place[2]
        elif m is None:
            detail["name"] = name
    return Body("location", text, detail={"location": detail})


def _file(text: str, marked: bool) -> Body | None:
    if text.rstrip(MARKS + " \r\n").endswith(">"):
        m = _IOS.search(unmarked(text)) or _IOS_LOOSE.search(unmarked(text))
        if m is not None:
            name = (m.groupdict().get("a") or m.groupdict().get("b") or "").strip()
            caption = unmarked(text)[: m.start()].strip()
            return _with_file(text, name, caption, m[0].strip())
    first, _, rest = text.partition("\n")
    m = _ANDROID.match(unmarked(first.rstrip("\r")))
    if m is not None:
        name = m["f"].strip()
        if m["s"] in words().attached or marked or _ANDROID_NAME.match(name):
            return _with_file(text, name, rest, m["s"])
    bare = plain(first)
    if _ANDROID_NAME.match(bare):
        return _with_file(text, bare, rest, "")
    if bare.startswith("<") and bare.endswith(">") and bare.casefold() in words().omitted:
        return Body("media", text, (_left_out(bare, "any"),), detail={"caption": rest} if rest else None)
    return None


def _with_file(text: str, name: str, caption: str, written: str) -> Body:
    kind: MessageKind = "contact" if name.casefold().endswith(".vcf") else "media"
    detail = {"caption": caption} if caption else None
    return Body(
        kind, text, (Attachment(name=name, mime=mime(name), detail={"written": written}),), detail=detail
    )
