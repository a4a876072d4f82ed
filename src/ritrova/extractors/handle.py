"""Handles and links: names on an app ("@name", t.me/name, "telegram: name"), and invite and other links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ritrova.model.records import Observable
from ritrova.model.shapes import Ask, Extractor
from ritrova.model.text import Cue, Folded, Hit

_DOT: Final = r"(?:\.| ?\(?(?:dot|نقطه|نقطة|punto|nokta|точка)\)? ?| \. ?)"
AT: Final = re.compile(r"(?<![\w.@/&+\-])@ ?([a-z](?:[a-z0-9_]|\.(?=[a-z0-9_])){2,31})(?![\w@])")
_LINK: Final = re.compile(
    rf"(?:https?://[^\s<>\"']+|(?<![\w@.\-])(?:www\.[^\s<>\"']+|(?:t ?{_DOT} ?me|telegram\.(?:me|dog)|chat\.whatsapp\.com|wa\.me|"
    r"invite\.viber\.com|viber\.me|signal\.group|m\.me|fb\.me|instagram\.com|facebook\.com|tiktok\.com|snapchat\.com)"
    r" ?/ ?[^\s<>\"']*|tg://[^\s<>\"']+|viber://[^\s<>\"']+|whatsapp://[^\s<>\"']+))"
)
_NAMED: Final = re.compile(
    r"(?<!\w)(?:telegram|telgram|tele|tg|insta(?:gram)?|ig|snap(?:chat)?|tiktok|user ?name|kik|wickr|session|twitter|facebook|"
    r"ت[لي]ي?[غجق]رام|تلي?|انستا(?:غرام|قرام|كرام)?|سناب(?: ?شات)?|يوزر(?: ?نيم)?|معرف|المعرف|اليوزر|معرفي|حسابي|"
    r"телеграм|телега|тг|инста(?:грам)?|ник|电报|飞机|微信|تلگرام|تيليكرام|ايدي|kullanici adi|utente)"
    r"(?: (?:user|id|acc(?:ount)?|name|is|me|على|علي|عال))?\s?[:=\-»>]\s?([a-z][a-z0-9_.]{3,31})(?![\w@])"
)
_TELEGRAM: Final = re.compile(
    rf"(?:https?://)?(?:www\.)?(?:t ?{_DOT} ?me|telegram\.(?:me|dog)) ?/ ?(?:s/)?([a-z]\w{{3,31}})(?:[/?]\S*)?/?"
)
_APP_LINKS: Final = re.compile(
    r"(?:https?://)?(?:www\.)?(?:instagram|tiktok|facebook|snapchat|twitter|x)\.com ?/ ?(?:add/)?@?([a-z0-9_.]{3,40})/?"
)
_INVITE: Final = re.compile(
    r"joinchat|/\+|chat\.whatsapp|invite\.viber|signal\.group|g2=|/c/\d|addlist|tg://join|addstickers"
)
_RESERVED: Final = frozenset(
    (
        "joinchat",
        "addstickers",
        "addlist",
        "share",
        "proxy",
        "socks",
        "iv",
        "setlanguage",
        "login",
        "groups",
        "watch",
        "reel",
        "profile",
    )
)


def extract(folded: Folded, hits: Sequence[Hit], ask: Ask) -> Iterator[Observable]:
    """Handles as "@name" in small letters; links as written, without spaces and with their scheme taken off."""
    text = folded.text
    taken: list[tuple[int, int]] = []
    for start, end in [(h.start, h.end) for h in hits if h.cue == "handle.link"]:
        while end > start and text[end - 1] in ".,;:!?)]}*'\"،":
            end -= 1
        if end - start < 6:
            continue
        taken.append((start, end))
        clean = text[start:end]
        named = _TELEGRAM.fullmatch(clean) or _APP_LINKS.fullmatch(clean)
        span = folded.original(start, end)
        written = folded.written[span[0] : span[1]]
        if named and not _INVITE.search(clean) and named.group(1) not in _RESERVED:
            yield Observable(
                "handle",
                "",
                written,
                span,
                value="@" + named.group(1).strip("."),
                ground="a link to the name",
            )
        elif re.match(r"(?:https?://)?(?:wa\.me|api\.whatsapp\.com)", clean) and re.search(r"\d{7,}", clean):
            continue
        else:
            value = re.sub(r"\s+", "", written)
            value = re.sub(r"(?i)^https?://(?:www\.)?|^www\.", "", value).rstrip("/")
            invite = "an invite link" if _INVITE.search(clean) else "a link"
            yield Observable("link", "", written, span, value=value, ground=invite)
    for pattern, cue, ground in (
        (AT, "handle.at", "written with @"),
        (_NAMED, "handle.named", "an app is named before it"),
    ):
        for m in [pattern.match(text, h.start) for h in hits if h.cue == cue]:
            assert m is not None  # the cue is the pattern
            start, end = (m.start(), m.end()) if pattern is AT else m.span(1)
            if any(a < end and start < b for a, b in taken):
                continue
            name = m.group(1).strip(".")
            if pattern is _NAMED and (name in _PLAIN or not re.search(r"[a-z]", name)):
                continue
            end -= len(m.group(1)) - len(m.group(1).rstrip("."))
            taken.append((start, end))
            span = folded.original(start, end)
            yield Observable(
                "handle", "", folded.written[span[0] : span[1]], span, value="@" + name, ground=ground
            )


_PLAIN: Final = frozenset(
    (
        "http",
        "https",
        "group",
        "channel",
        "only",
        "yes",
        "none",
        "same",
        "private",
        "number",
        "whatsapp",
        "viber",
        "telegram",
        "link",
        "below",
    )
)

EXTRACTOR = Extractor(
    "handle",
    (
        Cue("handle.at", AT.pattern),
        Cue("handle.link", _LINK.pattern),
        Cue("handle.named", _NAMED.pattern),
    ),
    extract,
)
