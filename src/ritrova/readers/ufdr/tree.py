"""Models of a report.xml as they close, in flat memory: a chat's messages are handed on one by one and never kept.

A model is a dict: "type", "id" and the other attributes of its tag, "start" and "end" (byte offsets), "fields" (name to
text, or to a list of texts), "formats" (name to attributes of a time stamp), "models" (name of the field that holds them
to the models in it). Names are compared without their namespace prefix.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ritrova.formats.xmlstream import Broken, Refused, Sanitiser, Stream, tags
from ritrova.model.shapes import Item
from ritrova.readers.ufdr.lane import MARK, Lane

Model = dict[str, Any]

MESSAGES = frozenset({"InstantMessage", "SMS", "MMS"})
"""Models that are messages, each of which becomes a record wherever it stands."""
RECORDS = MESSAGES | {"Call", "Contact"}
"""Models that are handed on when they close."""
AT_END = frozenset({"unclosed token", "no element found", "unclosed CDATA section", "partial character"})
"""Reasons that expat gives at the end of the file: what is open there is lost, and nothing can begin at that place."""
TAG = rb"<(?:[\w.-]+:)?model\b[^<]*?\btype\s*=\s*[\"'](%s)[\"']"


def scan(item: Item, types: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Offsets of the start tags of models of these types (joined by |), found by a plain scan outside CDATA."""
    for one in types.split("|"):
        wanted = TAG % one.encode()
        for quote in (b'"', b"'"):
            with item.open() as stream:
                for at, tag in tags(stream, start, end, wanted, one.encode() + quote):
                    if tag.endswith(quote):
                        yield at, tag


FIRST = ["name"]


def pairs(attributes: list[str]) -> dict[str, Any]:
    """Attributes by name, of the flat list that expat gives."""
    return dict(zip(attributes[::2], attributes[1::2], strict=True))


def named(attributes: list[str]) -> str:
    """The name attribute, wherever it stands in the tag."""
    return str(pairs(attributes).get("name", ""))


class Tree:
    """Feeds a file through expat and gives out closed models, chats that open, and damage."""

    def __init__(self, item: Item, report: bool = True) -> None:
        self.item = item
        self.sanitiser = Sanitiser()
        self.lane = Lane(RECORDS | {"Chat"})
        self.out: list[tuple[str, Any]] = []
        self.stack: list[Model] = []
        """Open models, outermost first."""
        self.names: list[str] = []
        """For each open model, the name of the field of its parent that holds it."""
        self.unread: dict[str, int] = {}
        self.project: dict[str, str] = {}
        self.path: list[tuple[str, dict[str, str]]] = []
        """Open elements around the outermost open model, with their attributes."""

    def events(self) -> Iterator[tuple[str, Any]]:
        """("model", model), ("chat", model), ("file", attributes and items), ("damage", (start, end, why)), ("refused", None)."""
        began, before = 0, b""
        with self.item.open() as stream:
            while True:
                run = Stream(stream, self.sanitiser, began=began, before=before)
                self._hook(run)
                self.lane.starts()
                run.sweep = self.lane.sweep
                try:
                    for _ in run.run():
                        if self.out:
                            yield from self.out
                            self.out.clear()
                    return
                except Refused:
                    yield from self.out
                    yield "refused", None
                    return
                except Broken as error:
                    yield from self.out
                    self.out.clear()
                    lost = self._broken_from(error.at)
                    resumed = self._resume(max(error.at + (str(error) in AT_END), began + 1))
                    until = resumed[0] if resumed else self.item.size
                    if resumed or not before or not self._only_ends(error.at):
                        yield "damage", (lost, until, str(error))
                    if resumed is None:
                        return
                    began, before = resumed
                    self.sanitiser = self._again(began)

    def _again(self, began: int) -> Sanitiser:
        self.sanitiser.starts(began)
        return self.sanitiser

    # -- after damage

    def _broken_from(self, at: int) -> int:
        """Where what is lost begins: at the outermost open model that would have been handed on, or at the broken tag."""
        for model in self.stack:
            if model["type"] in RECORDS:
                return int(model["start"])
        near = max(0, at - 4096)
        with self.item.open() as stream:
            stream.seek(near)
            text = stream.read(at - near + 1)
        tag = text.rfind(b"<")
        return near + tag if tag >= 0 else at

    def _only_ends(self, at: int) -> bool:
        """True where nothing but end tags follows: the elements around a place where reading was resumed."""
        with self.item.open() as stream:
            stream.seek(at)
            rest = stream.read(4096)
        return len(rest) < 4096 and re.search(rb"<[^/]", rest) is None

    def _resume(self, start: int) -> tuple[int, bytes] | None:
        """Where reading can go on, and the tags that stand open there; None where nothing more can be read.

        A message of the open chat may follow; where another chat, model or section begins first, the chat is over.
        """
        chat = next((m for m in self.stack if m["type"] == "Chat"), None)
        first = next(scan(self.item, "Chat", start), None)
        section = self._section(start)
        best: tuple[int, bytes] | None = None
        if first is not None:
            best = (first[0], b"<project><decodedData><modelType>")
        if section is not None and (best is None or section < best[0]):
            best = (section, b"<project><decodedData>")
        for type in sorted(RECORDS):
            found = next(scan(self.item, type, start, best[0] if best else None), None)
            if found is not None and (best is None or found[0] < best[0]):
                best = (found[0], b"<project><decodedData><modelType>")
                if chat is not None and type == "InstantMessage":
                    best = (
                        found[0],
                        b'<project><decodedData><modelType><model type="Chat"><multiModelField name="Messages">',
                    )
        keep = chat if best is not None and b"Chat" in best[1] else None
        self.stack.clear()
        self.names.clear()
        self.path.clear()
        self.resumed_chat = keep
        return best

    def _section(self, start: int) -> int | None:
        with self.item.open() as stream:
            for at, _ in tags(stream, start, None, rb"<(?:[\w.-]+:)?modelType\b", b"modelType "):
                return at
        return None

    resumed_chat: Model | None = None

    # -- handlers

    def _hook(self, run: Stream) -> None:
        """Sets expat's handlers. They run once for every tag, so what they need lives in local names, the commonest tag is
        asked for first, and attributes come as a flat list of names and values.
        """
        parser = run.parser
        parser.ordered_attributes = True
        stack, names, out, unread = self.stack, self.names, self.out, self.unread
        offset = run.offset
        lane = self.lane.taken
        replaying = bool(run.before)
        fields: dict[str, Any] = stack[-1]["fields"] if stack else {}
        """Of the innermost open model."""
        field = ""
        value: list[str] = []
        multi = False
        holder: list[str] = []
        format: list[str] | None = None
        files: dict[str, str] | None = None
        item_name = ""
        catch: Callable[[str], None] = value.append
        forget = value.clear

        def start(name: str, attributes: list[str]) -> None:
            nonlocal field, multi, format
            if name == "field":
                field = attributes[1] if attributes[:1] == FIRST else named(attributes)
                multi = False
            elif name == "value":
                forget()
                format = attributes if len(attributes) > 2 else None
                parser.CharacterDataHandler = catch
            elif name == "empty":
                return
            elif name == "model":
                open_model(pairs(attributes))
            elif name == "modelField" or name == "multiModelField":
                holder.append(named(attributes))
            elif name == "multiField" or name == "nodeField":
                field = named(attributes)
                multi = True
            elif name == "id" or name == "targetid":
                forget()
                parser.CharacterDataHandler = catch
            elif name == MARK:
                taken(lane.pop(offset(), None))
            elif ":" in name:
                start(name.rpartition(":")[2], attributes)
            else:
                start_around(name, pairs(attributes))

        def start_around(name: str, attributes: dict[str, str]) -> None:
            nonlocal files, item_name
            if name == "source" and stack:
                if "length" in attributes:
                    fields.setdefault("length", attributes["length"])
            elif name == "file" and not stack:
                files = attributes
            elif name == "item" and files is not None:
                item_name = attributes.get("name", "")
                forget()
                parser.CharacterDataHandler = catch
            elif name == "project":
                self.project = attributes or self.project
            elif name == "extractionInfo":
                out.append(("extraction", attributes))

        def end(name: str) -> None:
            if name == "field" or name == "empty":
                return
            if name == "value":
                parser.CharacterDataHandler = None
                if stack:
                    text = value[0] if len(value) == 1 else "".join(value)
                    if multi or field in fields:
                        put(text)
                    else:
                        fields[field] = text
                        if format is not None:
                            stack[-1].setdefault("formats", {})[field] = pairs(format)
            elif name == "model":
                close_model(8)
            elif name == "modelField" or name == "multiModelField":
                if holder:
                    holder.pop()
            elif name == "id" or name == "targetid":
                parser.CharacterDataHandler = None
                if stack and value:
                    node = "node:" + (field if name == "id" else "jump")
                    fields.setdefault(node, []).append("".join(value))
            else:
                end_around(name)

        def end_around(name: str) -> None:
            nonlocal files, item_name
            if ":" in name:
                bare = name.rpartition(":")[2]
                if bare == "model":
                    close_model(len(name) + 3)
                else:
                    end(bare)
            elif name == "item":
                parser.CharacterDataHandler = None
                if files is not None and item_name:
                    files.setdefault("item:" + item_name, "".join(value))
                    item_name = ""
            elif name == "file" and files is not None:
                out.append(("file", files))
                files = None

        def put(text: str) -> None:
            if multi:
                fields.setdefault(field, []).append(text)
            elif fields[field] != text:
                fields.setdefault("also:" + field, []).append(text)

        def open_model(model: Model) -> None:
            nonlocal replaying, fields
            kind = model.setdefault("type", "")
            model["start"] = offset()
            model["fields"] = {}
            model["models"] = {}
            if replaying and kind == "Chat" and self.resumed_chat is not None:
                model = self.resumed_chat
                self.resumed_chat = None
                fields = model["fields"]
                stack.append(model)
                names.append("")
                return
            replaying = False
            fields = model["fields"]
            stack.append(model)
            names.append(holder[-1] if holder else "")
            holder.append("")

        def close_model(tag: int) -> None:
            nonlocal fields
            if not stack:
                return
            model = stack.pop()
            name = names.pop()
            if holder:
                holder.pop()
            model["end"] = place = offset() + tag
            if not model["fields"] and not model["models"] and _of_one_tag(parser):
                model["end"] = place - tag
            kind = model["type"]
            parent = stack[-1] if stack else None
            if parent is not None:
                fields = parent["fields"]
            model["held"] = name
            if kind in RECORDS:
                give(model, name)
            elif parent is None:
                if kind == "Chat":
                    out.append(("chat", model))
                else:
                    unread[kind] = unread.get(kind, 0) + 1
            else:
                if kind == "Chat":
                    out.append(("chat", model))
                parent["models"].setdefault(name, []).append(model)

        def give(model: Model, name: str) -> None:
            """Hands on a record, with the chat and the message in which it stands."""
            chat = None
            outer = None
            for one in reversed(stack):
                if one["type"] == "Chat":
                    chat = one
                    break
                if outer is None and one["type"] in MESSAGES:
                    outer = one
            out.append(("model", (model, chat, outer)))
            if stack and not (stack[-1]["type"] == "Chat" and model["type"] in MESSAGES):
                stack[-1]["models"].setdefault(name, []).append(model)

        def taken(model: Model | None) -> None:
            """A message that was read from its bytes stands here."""
            nonlocal replaying
            if model is not None:
                replaying = False
                model["held"] = holder[-1] if holder else ""
                give(model, model["held"])

        parser.StartElementHandler = start
        parser.EndElementHandler = end


def _of_one_tag(parser: Any) -> bool:
    """Whether the end tag that expat tells of is not there, because the tag closes itself; it then stands behind that tag."""
    follows = parser.GetInputContext()
    return follows is None or not follows.startswith(b"</")


PREFIXED = re.compile(rb"<([\w.-]+:)?model\b")
