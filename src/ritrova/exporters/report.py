"""A finding on one printable page: the words as written, why they were found, and the way back to the bytes.

The page holds no script, loads nothing and shows no media. Every text out of the evidence stands in its own `bdi`, so that its
direction changes nothing around it; characters that are not seen or that turn the direction are shown as boxed codes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from ritrova.model.errors import NotFound, WrongUse
from ritrova.model.pseudonyms import Hide
from ritrova.model.records import Finding, Moment, Observable, Source, Span
from ritrova.model.selection import CONTEXT
from ritrova.model.shapes import Exporter, Manifest, Out
from ritrova.model.view import StoredMessage, View

SHOWN = 20_000
"""Characters of one message that are printed, at most; what is left out is said."""
LISTED = 200
"""Entries of a list that are printed, at most; what is left out is said."""

_STYLE = """
:root { color-scheme: light; }
body { font: 11pt/1.5 "Noto Sans", "Noto Naskh Arabic", "Noto Sans Arabic", sans-serif; color: #111; background: #fff;
  max-width: 52rem; margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; border-bottom: 1px solid #888; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid #999; padding: .25rem .5rem; text-align: start;
  vertical-align: top; overflow-wrap: anywhere; }
article { border: 1px solid #bbb; border-inline-start-width: 4px; padding: .4rem .7rem; margin: .5rem 0; break-inside: avoid; }
article.anchor { border-color: #111; border-inline-start-width: 8px; }
.said { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; }
.small, footer { font-size: .85rem; color: #333; overflow-wrap: anywhere; }
mark { background: #ffe9a8; color: #000; border-bottom: 2px solid #8a5a00; }
.code { border: 1px solid #777; border-radius: 3px; font: .8em monospace; padding: 0 .2em; }
.limits { border: 2px solid #111; padding: .2rem 1rem; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } }
"""
_LIMITS = (
    "This page shows what a program found in evidence and why. It is no verdict on anybody, and the order of findings is no "
    "measure of guilt. People who negotiate a release use the same words as sellers.",
    "An account is a name or number on one app. It is not a person.",
    "Times are given as written; a time in UTC stands only where the evidence allows it, with the ground for it.",
    "Messages may be missing from the evidence. The sums below say what was read of it, not what was ever sent.",
    "Pictures, sound and video are not shown; their hashes stand for them.",
    "A printed page proves nothing by itself. A sealed bundle (`ritrova seal`) can be verified by anyone.",
)


def export(
    view: View, out: Out, hide: Hide, *, finding: str, t: str = "", by: str = "", tool: str = ""
) -> list[Manifest]:
    """Writes `finding-<id>.html`. `t`, `by` and `tool` say when, by whom and with what the page was made, where given.

    Raises NotFound when there is no such finding.
    """
    if not finding:
        raise WrongUse("A report is about one finding.", "Name it with --finding ID.")
    found = view.finding(finding)
    if found is None:
        raise NotFound(f"There is no finding {finding}.", "`ritrova show` lists the findings.")
    page = "".join(_page(_Report(view, hide.knowing(view), found, finding), t, by, tool))
    name = f"finding-{hide.knowing(view).id(finding)}.html"
    with out.write(name) as stream:
        stream.write(page.encode("utf-8", "replace"))
    return [out.written(name, 1)]


class _Report:
    """What the page shows, hidden as asked."""

    def __init__(self, view: View, hide: Hide, finding: Finding, id: str) -> None:
        self.view = view
        self.hide = hide
        self.id = id
        self.original = finding
        self.finding = hide.record(finding)
        self.anchors = set(finding.messages)
        self.messages = self._messages()
        self.sources = sorted({m.message.at.source for m in self.messages})
        self.items = {(m.message.at.source, m.message.at.path) for m in self.messages}

    def _messages(self) -> list[StoredMessage]:
        near: dict[str, StoredMessage] = {}
        for message in (*self.original.messages, *(s.message for s in self.original.indicators)):
            for stored in self.view.around(message, CONTEXT, CONTEXT):
                near[stored.id] = stored
        placed = [(m.message.conversation, self.view.position(m.id), m.id) for m in near.values()]
        self.places = {id: place for _, place, id in placed}
        return [near[id] for _, _, id in sorted(placed)]

    def spans(self, stored: StoredMessage) -> list[Span]:
        """The words that the finding rests on, in the text as it is shown."""
        own = [s.span for s in self.original.indicators if s.message == stored.id]
        own += _spans_inside(self.original.offer, stored.id)
        moved = self.hide.moved(stored)
        return [moved.span(span) for span in own]

    def observables(self) -> Iterator[Observable]:
        """Of the shown messages."""
        for stored in self.messages:
            for o in self.view.observables(message=stored.id):
                yield self.hide.record(o)


def _page(report: _Report, t: str, by: str, tool: str) -> Iterator[str]:
    f = report.finding
    title = f"Finding: {_plain(f.category)}, {_plain(f.act)}"
    yield (
        '<!DOCTYPE html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="referrer" content="no-referrer">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n"
    )
    case = report.view.info()
    hidden = "replaced by pseudonyms" if report.hide.on else "shown as written"
    yield _table(
        (
            ("Finding", _code(report.hide.id(report.id))),
            ("Case", _written(str(case.get("id" if report.hide.on else "name", "")))),
            ("Names and numbers", hidden),
            ("Made", " ".join(part for part in (_signs_of(t), "by " + _written(by) if by else "") if part)),
            ("Program", _written(tool)),
            ("Detector", _code(f.detector)),
            ("Language packs", _code(f.packs)),
        )
    )
    yield '<section class="limits">\n<h2>What this page is not</h2>\n' + _list(_LIMITS) + "</section>\n"
    yield "<h2>Why it was found</h2>\n" + (_list(f.why) or "<p>No reason is recorded.</p>\n")
    yield "<h2>What speaks against it</h2>\n" + (_list(f.counter) or "<p>Nothing was seen that does.</p>\n")
    if f.urgency:
        yield "<h2>Why it stands where it stands in the queue</h2>\n" + _list(f.urgency)
    yield from _signs(report)
    yield from _offer(f.offer)
    yield "<h2>The words</h2>\n"
    yield f"<p>Messages that the finding rests on have a thick edge; up to {CONTEXT} before and after them are shown.</p>\n"
    yield from _words(report)
    yield from _observed(report)
    yield from _decisions(report)
    yield from _origins(report)
    yield from _custody(report)
    yield "</main>\n</body>\n</html>\n"


def _signs(report: _Report) -> Iterator[str]:
    if not report.finding.indicators:
        return
    texts = {m.id: report.hide.moved(m).text for m in report.messages}
    rows = []
    for own, shown in zip(report.original.indicators, report.finding.indicators, strict=True):
        words = texts.get(own.message, "")[shown.span[0] : shown.span[1]]
        rows.append(
            (
                _code(shown.id),
                _signs_of(shown.reference),
                _signs_of(shown.status),
                _written(words),
                _code(shown.message),
            )
        )
    yield "<h2>Signs</h2>\n" + _grid(("Sign", "Reference", "Evidence for it", "Words", "Message"), rows)


def _offer(offer: dict[str, Any]) -> Iterator[str]:
    rows = []
    for part in sorted(offer):
        values = offer[part] if isinstance(offer[part], (list, tuple)) else [offer[part]]
        for value in values:
            if isinstance(value, dict):
                told = ((k, v) for k, v in value.items() if k not in ("span", "message") and v is not None)
                text = ", ".join(f"{_signs_of(str(k))}: {_written(str(v))}" for k, v in told)
                rows.append((_signs_of(part), text, _code(str(value.get("message") or ""))))
            else:
                rows.append((_signs_of(part), _written(str(value)), ""))
    if rows:
        yield "<h2>Parts</h2>\n" + _grid(("Part", "As read", "Message"), rows)


def _words(report: _Report) -> Iterator[str]:
    conversation, last = "", -2
    for stored in report.messages:
        place = report.places[stored.id]
        if stored.message.conversation != conversation:
            chat = report.hide.stored(stored).conversation
            yield f"<h3>{_written(chat.name or 'A conversation without a name')} ({_signs_of(chat.kind)}, {_signs_of(chat.app)})</h3>\n"
            conversation = stored.message.conversation
        elif place > last + 1:
            yield f'<p class="small">{place - last - 1} messages in between are not shown.</p>\n'
        last = place
        yield from _message(report, stored)


def _message(report: _Report, stored: StoredMessage) -> Iterator[str]:
    shown = report.hide.stored(stored)
    m = shown.message
    anchor = ' class="anchor"' if stored.id in report.anchors else ""
    sender = m.sender_name or (shown.sender.name if shown.sender else None)
    who = _written(sender) if sender else "no sender" if m.sender is None else _code(m.sender)
    yield f'<article{anchor}>\n<p class="small"><b>{who}</b> · {_moment(m.sent)} · {_signs_of(m.kind)}</p>\n'
    if m.reply_to is not None:
        quote = f": {_written(m.reply_to.snapshot[:500])}" if m.reply_to.snapshot else ""
        where = f" {_code(report.hide.id(stored.reply_to))}" if stored.reply_to else ""
        yield f'<p class="small">answers{where}{quote}</p>\n'
    if m.forwarded_from:
        yield f'<p class="small">forwarded from {_written(m.forwarded_from)}</p>\n'
    if m.text:
        yield f'<div class="said"{_language(stored.language)}>{marked(m.text, report.spans(stored))}</div>\n'
    for a in m.attachments:
        state = "present" if a.present else f"not present: {a.missing or 'the evidence does not say why'}"
        yield (
            f'<p class="small">Attachment, not shown: {_written(a.name or "without a name")}; {_signs_of(a.mime or "type unknown")}; '
            f"{_written(state)}; SHA-256 {_code(a.sha256 or 'none')}</p>\n"
        )
    if m.edited is not None:
        yield f'<p class="small">edited {_moment(m.edited)}</p>\n'
    if m.flags:
        yield f'<p class="small">flags: {_written(", ".join(m.flags))}</p>\n'
    yield (
        f'<p class="small">{_code(report.hide.id(stored.id))} at {_written(m.at.path)}, {_written(m.at.spot)}, '
        f"of source {_code(m.at.source)}</p>\n</article>\n"
    )


def _observed(report: _Report) -> Iterator[str]:
    rows = []
    for o in report.observables():
        value = o.value if o.amount is None else f"{o.amount:g} {o.currency or ''}".strip()
        rows.append(
            (
                _signs_of(o.kind),
                _written(o.written),
                _written(value or ""),
                _written(o.ground),
                _code(o.message),
            )
        )
    if rows:
        yield "<h2>Values in these messages</h2>\n" + _grid(
            ("Kind", "As written", "As read", "Ground", "Message"), rows
        )


def _decisions(report: _Report) -> Iterator[str]:
    rows = []
    for decision in report.view.decisions(about=report.id):
        d = report.hide.record(decision)
        undoes = f" (takes back {d.undoes})" if d.undoes else ""
        rows.append(
            (_signs_of(d.at_time), _written(d.by), _written(d.verdict + undoes), _written(d.note or ""))
        )
    yield "<h2>What reviewers decided</h2>\n"
    yield _grid(("When", "Who", "Verdict", "Note"), rows) if rows else "<p>Nothing yet.</p>\n"


def _origins(report: _Report) -> Iterator[str]:
    yield "<h2>Where it comes from, and whether it adds up</h2>\n"
    for source in report.view.sources():
        if source.sha256 not in report.sources:
            continue
        yield _source(report.hide.record(source))
        sums, problems = [], []
        for r in report.view.reconciliations(source.sha256):
            if (r.at.source, r.at.path) in report.items:
                shown = report.hide.record(r)
                good = "adds up" if r.adds_up else "DOES NOT ADD UP"
                numbers = (str(n) for n in (r.found, r.read, r.skipped, r.failed))
                reader = _signs_of(f"{r.reader}: {r.what}")
                sums.append((_written(shown.at.path), reader, *numbers, good))
        for p in report.view.problems(source.sha256):
            if (p.at.source, p.at.path) in report.items:
                hidden = report.hide.record(p)
                problems.append(
                    (_code(p.code), _written(hidden.what), _written(f"{hidden.at.path} {hidden.at.spot}"))
                )
        if sums:
            yield _grid(("Item", "Reader", "Found", "Read", "Skipped", "Failed", "Sum"), sums)
        if problems:
            yield "<h3>Problems in these items</h3>\n" + _grid(("Code", "What", "Where"), problems)


def _source(source: Source) -> str:
    return _table(
        (
            ("Source", _written(source.name)),
            ("SHA-256" if source.kind == "file" else "SHA-256 of its list of files", _code(source.sha256)),
            ("Size", f"{source.size} bytes"),
            ("Received", _signs_of(source.received_at) + " by " + _written(source.by)),
            ("From", _written(source.from_whom or "not stated")),
            ("Under what right", _written(source.basis)),
        )
    )


def _custody(report: _Report) -> Iterator[str]:
    rows = []
    for action in report.view.actions():
        if action.n == 0 or any(a == report.id or a in report.sources for a in action.about):
            a = report.hide.record(action)
            rows.append(
                (
                    str(a.n),
                    _signs_of(a.t),
                    _written(a.by),
                    _written(a.what),
                    _written(a.basis or ""),
                    _written(a.tool),
                )
            )
    yield "<h2>Custody</h2>\n" + _grid(("No.", "When", "Who", "What", "Basis", "Program"), rows)


# Small pieces of a page.


def marked(text: str, spans: Sequence[Span]) -> str:
    """A text out of the evidence, escaped and isolated, with the words at the spans marked."""
    cut = len(text) > SHOWN
    shown = min(len(text), SHOWN)
    pieces = []
    at = 0
    for start, end in _merged(spans, len(text)):
        if start >= shown:
            break
        end = min(end, shown)
        pieces.append(_signs_of(text[at:start]))
        pieces.append(f"<mark>{_signs_of(text[start:end])}</mark>")
        at = end
    pieces.append(_signs_of(text[at:shown]))
    rest = f' <span class="code">{len(text) - shown} more characters are not printed</span>' if cut else ""
    return f'<bdi dir="auto">{"".join(pieces)}</bdi>{rest}'


def _merged(spans: Sequence[Span], size: int) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted((max(0, s), min(e, size)) for s, e in spans if s < e):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def _spans_inside(value: Any, message: str) -> list[Span]:
    """Spans in the parts of an offer that are about this message."""
    found: list[Span] = []
    if isinstance(value, dict):
        span = value.get("span")
        if value.get("message") == message and isinstance(span, (list, tuple)) and len(span) == 2:
            found.append((int(span[0]), int(span[1])))
        for inner in value.values():
            found += _spans_inside(inner, message)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            found += _spans_inside(inner, message)
    return found


def _signs_of(text: str) -> str:
    """Escaped; what is not seen or turns the direction is shown as a boxed code."""
    if text.isascii() and text.isprintable():
        return escape(text)
    return "".join(
        f'<span class="code">U+{ord(c):04X}</span>' if _unseen(c) else escape(c)
        for c in text.replace("\r\n", "\n")
    )


def _unseen(character: str) -> bool:
    if character in "\n\t\u200c\u200d" or character.isprintable():
        return False
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _written(text: str | None) -> str:
    return f'<bdi dir="auto">{_signs_of(text[:SHOWN])}</bdi>' if text else ""


def _code(text: str) -> str:
    return f"<code>{_signs_of(text)}</code>" if text else ""


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _language(code: str | None) -> str:
    plain = code is not None and code.replace("-", "").isascii() and code.replace("-", "").isalnum()
    return f' lang="{code}"' if plain else ""


def _moment(m: Moment) -> str:
    told = [f"written {_written(m.written)}" if m.written else ""]
    told.append(f"local {_signs_of(m.local)}" if m.local else "")
    told.append(f"UTC {_signs_of(m.utc)}" if m.utc else "UTC not known")
    told.append(f"({_written(m.ground)})" if m.ground else "")
    return ", ".join(part for part in told if part)


def _list(sentences: Iterable[str]) -> str:
    entries = "".join(f"<li>{_written(s)}</li>\n" for s in sentences)
    return f"<ul>\n{entries}</ul>\n" if entries else ""


def _table(rows: Iterable[tuple[str, str]]) -> str:
    told = "".join(f'<tr><th scope="row">{name}</th><td>{value}</td></tr>\n' for name, value in rows if value)
    return f"<table>\n{told}</table>\n"


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows[:LISTED])
    more = f'<p class="small">{len(rows) - LISTED} more are not printed.</p>\n' if len(rows) > LISTED else ""
    return f"<table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n{more}"


EXPORTER = Exporter("report", "One finding on one printable page", export)
