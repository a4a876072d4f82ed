"""Words as written, safely on a page: hits marked, controls of direction as boxed codes, nothing interpreted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

CODES = {
    0x00AD: "SHY", 0x034F: "CGJ", 0x061C: "ALM", 0x180E: "MVS", 0x200B: "ZWSP", 0x200E: "LRM", 0x200F: "RLM",
    0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF", 0x202D: "LRO", 0x202E: "RLO", 0x2060: "WJ", 0x2066: "LRI",
    0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0xFEFF: "BOM", 0x2028: "LS", 0x2029: "PS",
}  # fmt: skip
"""Characters that change how text looks and cannot be seen. ZWJ and ZWNJ stay: Persian and Kurdish need them to be read."""


QUOTED = re.compile(r"«([^«»]*)»")
"""Words of the evidence inside a reason."""


def written(text: str, spans: Iterable[tuple[int, int]] = ()) -> Markup:
    """The text as HTML: spans (half-open code points) in <mark>, invisible controls as <span class=code>."""
    clamped = {(max(0, s), min(len(text), e)) for s, e in spans}
    edges = sorted((s, e) for s, e in clamped if s < e)
    merged: list[tuple[int, int]] = []
    for start, end in edges:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    out: list[str] = []
    at = 0
    for start, end in merged:
        out += [_plain(text[at:start]), "<mark>", _plain(text[start:end]), "</mark>"]
        at = end
    out.append(_plain(text[at:]))
    return Markup("".join(out))


def label(text: str) -> str:
    """Words of the evidence where no markup can stand (a drawing, a tooltip): controls as codes, one line, isolated from what
    stands around them."""
    shown = []
    for c in text:
        code = ord(c)
        name = CODES.get(code)
        if name is None and (code < 32 or 127 <= code < 160 or 0xD800 <= code < 0xE000):
            name = "" if c in "\n\t" else f"{code:02X}"
        shown.append(c if name is None else f"[{name}]" if name else " ")
    return f"\u2068{''.join(shown)}\u2069"


def reason(text: str) -> Markup:
    """A sentence of ours with quoted words of the evidence, each quote isolated so that it keeps its own direction."""
    parts = QUOTED.split(text)
    return Markup("").join(
        Markup("«<bdi>{}</bdi>»").format(written(part)) if n % 2 else written(part)
        for n, part in enumerate(parts)
    )


def _plain(text: str) -> str:
    if text.isascii() and text.isprintable():
        return str(escape(text))
    out: list[str] = []
    start = 0
    for n, c in enumerate(text):
        code = ord(c)
        name = CODES.get(code)
        if name is None and c != "\n" and (code < 32 or 127 <= code < 160):
            name = f"{code:02X}"
        elif 0xD800 <= code < 0xE000:
            name = f"{code:04X}"
        if name is not None:
            out += [str(escape(text[start:n])), f'<span class="code" dir="ltr">{name}</span>']
            start = n + 1
    out.append(str(escape(text[start:])))
    return "".join(out)
