"""One message of an HTML page: the parts that the exporter marks by class names."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

_VOID = frozenset({"br", "img", "input", "meta", "link", "hr", "source", "wbr"})
_STYLES = {
    "strong": "bold",
    "b": "bold",
    "em": "italic",
    "i": "italic",
    "code": "code",
    "pre": "pre",
    "s": "strikethrough",
    "u": "underline",
    "blockquote": "blockquote",
}
_LAST = re.compile(r"\n[ \t]*\Z")
_REPLY = re.compile(r"(?:([\w.-]+\.html))?#go_to_message(-?\d+)")


class Block(HTMLParser):
    """Parses one message's HTML; read the attributes afterwards."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.classes: list[tuple[str, frozenset[str]]] = []
        self.date: str | None = None
        self.name: str | None = None
        self.via: str | None = None
        self.forwarded: str | None = None
        self.is_forwarded = False
        self.forward_date: str | None = None
        self.reply: tuple[str | None, str] | None = None
        self.reply_words: list[str] = []
        self.parts: list[str] = []
        self.length = 0
        self.entities: list[dict[str, Any]] = []
        self.body: list[str] = []
        self.signature: list[str] = []
        self.files: list[dict[str, Any]] = []
        self.reactions: list[dict[str, Any]] = []
        self.buttons: list[str] = []
        self._open: list[tuple[int, dict[str, Any]]] = []
        self._names: dict[bool, list[str]] = {False: [], True: []}
        self._via: list[str] = []
        self.feed(html)
        self.close()
        self._finish()

    def inside(self, name: str) -> bool:
        """True within an element of that class."""
        return any(name in classes for _, classes in self.classes)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        given = {key: value or "" for key, value in attrs}
        classes = frozenset(given.get("class", "").split())
        if tag == "br":
            self._text("\n")
        if tag not in _VOID:
            self.classes.append((tag, classes))
        if "date" in classes and "title" in given:
            if self.inside("forwarded"):
                self.forward_date = given["title"]
            elif self.date is None:
                self.date = given["title"]
        if "forwarded" in classes:
            self.is_forwarded = True
        if "reaction" in classes:
            self.reactions.append({"emoji": "", "count": "", "names": []})
        if self.reactions and "userpic" in classes and self.inside("reaction") and given.get("title"):
            self.reactions[-1]["names"].append(given["title"])
        href = given.get("href", "")
        if tag == "a" and self.inside("reply_to"):
            found = _REPLY.search(href)
            if found:
                self.reply = (found[1], found[2])
        elif tag == "a" and self.inside("media_wrap") and href and not self.inside("bot_buttons_table"):
            self.files.append({"href": href, "classes": sorted(classes), "words": []})
        elif "media" in classes and self.inside("media_wrap"):
            self.files.append({"href": None, "classes": sorted(classes), "words": []})
        if self._in_text():
            mark: dict[str, Any] | None = None
            if tag == "a":
                mark = {"type": "text_link", "href": href} if href else {"type": "link"}
            elif tag in _STYLES:
                mark = {"type": _STYLES[tag]}
            elif "spoiler" in classes:
                mark = {"type": "spoiler"}
            if mark is not None:
                mark["start"] = self.length
                self.entities.append(mark)
                self._open.append((len(self.classes), mark))

    def handle_endtag(self, tag: str) -> None:
        """Close an element; a stray closing tag is passed over."""
        if not any(name == tag for name, _ in self.classes):
            return
        while self.classes:
            name, _ = self.classes.pop()
            while self._open and self._open[-1][0] > len(self.classes):
                self._open.pop()[1]["end"] = self.length
            if name == tag:
                return

    def _in_text(self) -> bool:
        return any("text" in classes and tag == "div" for tag, classes in self.classes) and not self.inside(
            "reply_to"
        )

    def _text(self, words: str) -> None:
        if self._in_text():
            if not self.parts and words.startswith("\n") and words != "\n":
                words = words.lstrip("\n")
            self.parts.append(words)
            self.length += len(words)

    def handle_data(self, data: str) -> None:
        """Text between tags, to the part it belongs to."""
        if self._in_text():
            self._text(data)
        elif self.inside("from_name"):
            if self.inside("details"):
                self._via.append(data)
            else:
                self._names[self.inside("forwarded")].append(data)
        elif self.inside("reply_to"):
            self.reply_words.append(data)
        elif self.inside("signature"):
            self.signature.append(data)
        elif self.inside("reaction") and self.reactions:
            key = "emoji" if self.inside("emoji") else "count" if self.inside("count") else ""
            if key:
                self.reactions[-1][key] += data.strip()
        elif self.inside("bot_buttons_table"):
            if data.strip():
                self.buttons.append(data.strip())
        elif self.inside("media_wrap") and self.files:
            if data.strip():
                self.files[-1]["words"].append(data.strip())
        elif self.inside("body") and not self.inside("date") and not self.inside("userpic_wrap"):
            self.body.append(data)

    def _finish(self) -> None:
        for _, mark in self._open:
            mark["end"] = self.length
        for mark in self.entities:
            mark.setdefault("end", self.length)
        self.name = "".join(self._names[False]).strip() or None
        self.forwarded = "".join(self._names[True]).strip() or None
        words = "".join(self._via).strip()
        found = re.search(r"via\s+(@\S+)", words)
        self.via = found[1] if found else None

    @property
    def text(self) -> str:
        """The message's words; the writer's own line break and indentation at the end are not part of them."""
        return _LAST.sub("", "".join(self.parts))

    @property
    def sentence(self) -> str:
        """The words of a service line."""
        return " ".join("".join(self.body).split())
