"""The short way for message models of the common shape: read from their bytes in one sweep, without an XML event for every tag.

What the sweep takes is a part of XML that leaves no choice: fields with one value, fields that hold models, models, and the
white space between; no entity, no comment, no namespace prefix, no attribute twice. A message in which anything else stands,
or that does not end in the bytes at hand, is left to the XML parser. What was taken is handed to the parser as one empty
element of the same length, so that it alone decides in what the message stands, and every offset stays true.
"""

from __future__ import annotations

import re
from typing import Any

Model = dict[str, Any]

MARK = "ritrova-lane"
"""The element that stands for a message that was taken. One that a file itself holds stands at no place that was."""
_MARK = f"<{MARK}/>".encode()
_BEGINS = b'<model type="InstantMessage" '
_CLOSE = b"]]>"
_OPEN = b"<![CDATA["
_ATTRIBUTES = rb'(?: [A-Za-z_][\w.-]*+="[^"]*+")'
_TOKEN = re.compile(
    rb'\s*+<(?:field name="([^"]*+)"(?: type="[^"]*+")?+>\s*+'
    rb"<(?:value(" + _ATTRIBUTES + rb"*+)>"
    rb"(?:<!\[CDATA\[([^\]]*+(?:\](?!\]>)[^\]]*+)*+)\]\]>|([^<]*+))</value>|empty ?/>)\s*+</field>"
    rb"|(/?+)(modelField|multiModelField)(" + _ATTRIBUTES + rb"*+)( ?/)?+>"
    rb"|model(" + _ATTRIBUTES + rb"++)>"
    rb"|(/model>)"
    rb"|empty ?/>"
    rb'|multiField name="[^"]*+"(?: type="[^"]*+")?+ ?/>)'
)
_ATTRIBUTE = re.compile(rb' ([A-Za-z_][\w.-]*+)="([^"]*+)"')
_HARMLESS = rb'([^"&<\t\n\r]*+)'
_MARKED = rb"([^\]]*+(?:\](?!\]>)[^\]]*+)*+)"
_PLAIN = rb"([^<&\]]*+)"
SHAPES = 8
"""Shapes that are tried before a message is read token by token."""
MOST_SHAPES = 64
"""Shapes that are made in one report: each costs as much as a hundred messages."""
_ENCODING = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?\bencoding\s*=\s*["']([^"']*)""")


class _Part:
    """What one model of a shape takes from the groups: its attributes and fields."""

    __slots__ = ("above", "attributes", "end", "fields", "formats", "held", "keys", "kind", "names", "start")

    def __init__(self, above: int, held: str, kind: str) -> None:
        self.above = above
        self.held = held
        self.kind = kind
        self.start = self.end = 0
        self.keys: list[str] = []
        self.attributes: list[int] = []
        self.names: list[str] = []
        self.fields: list[int] = []
        self.formats: list[tuple[str, list[str], list[int]]] = []


class Shape:
    """Messages that differ from an example in their values alone: what stands between the values is the same, byte for byte.

    The example was read token by token before, so that it is known to be sound; a field that stands twice in one model is
    left to that way.
    """

    def __init__(self, example: bytes) -> None:
        self._pattern: list[bytes] = []
        self._groups = 0
        self._done = 0
        self._example = example
        self.parts: list[_Part] = []
        open_parts: list[int] = []
        holder = ""
        pos = 0
        while pos < len(example):
            token = _TOKEN.match(example, pos)
            assert token is not None
            field, value, marked, _, closing, held, attributes, empty, opened, closed = token.groups()
            pos = token.end()
            if value is not None:
                part = self.parts[open_parts[-1]]
                name = _harmless(field)
                if value.count(b'="') > 1:
                    part.formats.append((name, *self._attributes(token.start(2), value)))
                which, group = (3, _MARKED) if marked is not None else (4, _PLAIN)
                if name in part.names:
                    group = b"(?!)()"
                part.names.append(name)
                part.fields.append(self._group(token.start(which), token.end(which), group))
            elif opened is not None:
                kind = str(_attributes(opened).get("type", ""))
                part = _Part(open_parts[-1] if open_parts else 0, holder, kind)
                open_parts.append(len(self.parts))
                self.parts.append(part)
                part.start = self._group(token.start(9), token.start(9), b"()")
                part.keys, part.attributes = self._attributes(token.start(9), opened)
            elif closed is not None:
                self.parts[open_parts.pop()].end = self._group(pos, pos, b"()")
            elif held is not None and not empty and not closing:
                holder = str(_attributes(attributes)["name"])
        self.match = re.compile(b"".join((*self._pattern, re.escape(example[self._done :])))).match

    def _group(self, start: int, end: int, group: bytes) -> int:
        """A group in place of these bytes; gives its number."""
        self._pattern += [re.escape(self._example[self._done : start]), group]
        self._done = end
        self._groups += 1
        return self._groups

    def _attributes(self, start: int, written: bytes) -> tuple[list[str], list[int]]:
        names = []
        numbers = []
        for one in _ATTRIBUTE.finditer(written):
            names.append(one[1].decode())
            numbers.append(self._group(start + one.start(2), start + one.end(2), _HARMLESS))
        return names, numbers

    def made(self, found: re.Match[bytes], at: int) -> Model | None:
        """The message that was found; None where it must be looked at token by token."""
        said = ("", *map(bytes.decode, found.groups()))
        models: list[Model] = []
        for part in self.parts:
            model: Model = dict(zip(part.keys, [said[n] for n in part.attributes], strict=True))
            if model["type"] != part.kind:
                return None
            model["start"] = at + found.start(part.start) - len(b"<model")
            model["fields"] = dict(zip(part.names, [said[n] for n in part.fields], strict=True))
            model["models"] = {}
            model["end"] = at + found.end(part.end)
            if part.formats:
                model["formats"] = {
                    name: dict(zip(keys, [said[n] for n in numbers], strict=True))
                    for name, keys, numbers in part.formats
                }
            if models:
                model["held"] = part.held
                models[part.above]["models"].setdefault(part.held, []).append(model)
            models.append(model)
        return models[0]


class Lane:
    """Takes messages out of the bytes on their way to the parser. `taken` has them by the offset of their first byte."""

    def __init__(self, apart: frozenset[str]) -> None:
        self.apart = apart
        """Types of models that stand for themselves: a message that holds one goes the long way."""
        self.taken: dict[int, Model] = {}
        self._inside = False
        self._names: dict[bytes, str] = {}
        self._shut = False
        self._shapes: list[Shape] = []
        """The latest first."""
        self._seen: dict[tuple[object, ...], int] = {}
        self._built = 0

    def starts(self) -> None:
        """Reading begins anew, after damage; what was taken and not given out is taken again where it is met."""
        self.taken.clear()
        self._inside = False

    def sweep(self, part: bytes, at: int) -> bytes:
        """The bytes that begin at offset `at`, with each message that was taken made an empty element."""
        if at == 0:
            said = _ENCODING.match(part)
            self._shut = said is not None and said[1].lower() not in (b"utf-8", b"us-ascii")
        if self._shut or b"<!--" in part or part.find(b"<?", 1) >= 0:
            # In a comment tags are no tags; where one ends is not followed here.
            self._shut = self._shut or at > 0 or b"<!--" in part
            self._inside = self._within(part, len(part))
            return part
        out: bytearray | None = None
        place = part.find(_BEGINS)
        while place >= 0:
            end = 0
            if not self._within(part, place):
                model, end = self._shaped(part, place, at)
                if model is None:
                    model, end = self._model(part, place, at)
                if model is not None:
                    self.taken[at + place] = model
                    if out is None:
                        out = bytearray(part)
                    out[place:end] = _MARK.ljust(end - place)
            place = part.find(_BEGINS, max(end, place + 1))
        self._inside = self._within(part, len(part))
        return part if out is None else bytes(out)

    def _within(self, part: bytes, place: int) -> bool:
        """Whether a place may stand inside a CDATA section: only what is surely outside is taken."""
        opened, closed = part.rfind(_OPEN, 0, place), part.rfind(_CLOSE, 0, place)
        if opened < 0 and closed < 0:
            return self._inside
        return opened > closed

    def _shaped(self, part: bytes, place: int, at: int) -> tuple[Model | None, int]:
        """As `_model`, where the message is like one that came before."""
        for n, shape in enumerate(self._shapes):
            found = shape.match(part, place)
            if found is None:
                continue
            end = found.end()
            if part.find(b"\r", place, end) >= 0:
                return None, 0
            try:
                model = shape.made(found, at)
            except (ValueError, KeyError):
                return None, 0
            if n:
                self._shapes.insert(0, self._shapes.pop(n))
            return model, end
        return None, 0

    def _learn(self, example: bytes, order: tuple[str, ...]) -> None:
        """A message whose models and fields stand in this order was read. The third one makes it worth while to look for more of
        its shape at once."""
        if len(self._seen) > 4096:
            self._seen.clear()
        n = self._seen[order] = self._seen.get(order, 0) + 1
        if n == 3 and self._built < MOST_SHAPES:
            self._built += 1
            self._shapes.insert(0, Shape(example))
            del self._shapes[SHAPES:]

    def _model(self, part: bytes, place: int, at: int) -> tuple[Model | None, int]:
        """The message that begins at `place`, and where it ends; None where it is not of the common shape."""
        match = _TOKEN.match
        names = self._names
        models: list[Model] = []
        holders: list[tuple[bytes, str] | None] = []
        fields: dict[str, Any] = {}
        pos = place
        order: list[str] = []
        try:
            while True:
                token = match(part, pos)
                if token is None:
                    return None, 0
                field, value, marked, plain, closing, holder, held, empty, opened, closed = token.groups()
                pos = token.end()
                if value is not None:
                    name = names.get(field) or self._name(field)
                    if marked is not None:
                        text = marked.decode()
                    elif b"&" in plain or b"]" in plain:
                        return None, 0
                    else:
                        text = plain.decode()
                    if "\r" in text:
                        text = text.replace("\r\n", "\n").replace("\r", "\n")
                    told = value.count(b'="') > 1
                    order.append(name)
                    if name not in fields:
                        fields[name] = text
                        if told:
                            models[-1].setdefault("formats", {})[name] = _attributes(value)
                    elif fields[name] != text:
                        fields.setdefault("also:" + name, []).append(text)
                elif opened is not None:
                    model: Model = _attributes(opened)
                    kind = model.setdefault("type", "")
                    if models and kind in self.apart:
                        return None, 0
                    order.append(kind)
                    model["start"] = at + token.start(9) - len(b"<model")
                    model["fields"] = fields = {}
                    model["models"] = {}
                    models.append(model)
                    holders.append(None)
                elif closed is not None:
                    if holders.pop() is not None:
                        return None, 0
                    model = models.pop()
                    model["end"] = at + pos
                    if not models:
                        self._learn(part[place:pos], tuple(order))
                        return model, pos
                    above = holders[-1]
                    if above is None:
                        return None, 0
                    name = model["held"] = above[1]
                    fields = models[-1]["fields"]
                    models[-1]["models"].setdefault(name, []).append(model)
                elif holder is not None and not empty:
                    above = holders[-1]
                    if closing:
                        if above is None or above[0] != holder:
                            return None, 0
                        holders[-1] = None
                    elif above is not None:
                        return None, 0
                    else:
                        holders[-1] = (holder, _attributes(held)["name"])
        except (ValueError, KeyError, IndexError):
            return None, 0

    def _name(self, field: bytes) -> str:
        name = _harmless(field)
        if len(self._names) < 4096:
            self._names[field] = name
        return name


def _harmless(written: bytes) -> str:
    """The bytes of attributes as text. Raises KeyError where a parser would read them otherwise."""
    if b"&" in written or b"<" in written or b"\n" in written or b"\t" in written or b"\r" in written:
        raise KeyError("an attribute holds more than plain text")
    return written.decode()


def _attributes(written: bytes) -> dict[str, Any]:
    """Attributes by name. Raises KeyError where one stands twice."""
    made: dict[str, Any] = dict([pair.split('="') for pair in _harmless(written)[1:-1].split('" ')])
    if len(made) != written.count(b'="'):
        raise KeyError("an attribute stands twice")
    return made
