"""Who a case knows of: names, numbers and handles, gathered in one pass before anything is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ritrova.model import app_words, looks
from ritrova.model.folding import card_names, digits
from ritrova.model.masking import PRIVATE_KINDS, Known
from ritrova.model.view import View

_NAME_KEYS = (
    "name", "author", "actor", "inviter", "member", "participant", "sender", "from", "nick", "who", "contact",
    "owner", "creator", "admin", "push", "user",
)  # fmt: skip


def collect(view: View) -> Known:
    """One pass over everything in the case that names somebody."""
    known = Known()
    for source in view.sources():
        known.titles.update(_stems(source.name))
        if source.from_whom:
            known.people.add(source.from_whom)
    for item in view.items():
        for part in re.split(r"[/!]", item.at.path):
            known.titles.update(_stems(part))
    groups: set[str] = set()
    for summary in view.conversations():
        c = summary.conversation
        if c.name:
            (known.people if c.kind in ("direct", "self", "unknown") else groups).add(c.name)
        if c.native:
            _add_native(known, c.native)
        _names_inside(c.detail, known)
    known.titles |= groups
    themselves: set[str] = set()
    for a in view.accounts():
        if a.name:
            of_group = a.name in groups and _is_a_group(a.native)
            (themselves if of_group else known.people).add(a.name)
        if a.phone:
            known.phones.add(a.phone)
        if a.handle:
            known.handles.add(a.handle)
        if a.native:
            _add_native(known, a.native)
        _names_inside(a.detail, known)
    for contact in view.contacts():
        known.people.update((contact.name,) if contact.name else ())
        known.phones.update(contact.phones)
        if contact.handle:
            known.handles.add(contact.handle)
        _names_inside(contact.detail, known)
    for stored in view.messages():
        m = stored.message
        if m.sender_name and m.sender_name not in (groups if m.sender is None else themselves):
            known.people.add(m.sender_name)
        if m.kind == "system":
            known.titles.update(m.text[a:b] for a, b in app_words.others(m.text) if b - a <= 60)
        for attached in m.attachments:
            if attached.name:
                known.titles.update(_stems(attached.name))
                if m.kind == "contact" and (extension := looks.EXTENSION.search(attached.name)):
                    known.people.add(attached.name[: extension.start()])
        if m.forwarded_from:
            known.titles.add(m.forwarded_from)
        for detail in (
            m.detail,
            m.reply_to.detail if m.reply_to else None,
            *(a.detail for a in m.attachments),
        ):
            if detail:
                _names_inside(detail, known)
    for event in view.events():
        _names_inside(event.detail, known)
    for o in view.observables():
        if o.kind == "name":
            known.people.add(o.written)
        elif o.kind in PRIVATE_KINDS:
            if o.kind == "phone" and o.value:
                known.phones.add(o.value)
            known.written.setdefault(o.written, (o.kind, o.value or o.written))
    known.phones = {p for p in known.phones if len(digits(p)) >= 7}
    return known


def _is_a_group(native: str | None) -> bool:
    """The account is a channel or group that speaks under its own name, not a person who is called like one."""
    return native is not None and (native.startswith(("channel", "chat", "-")) or native.endswith("@g.us"))


def _stems(name: str) -> Iterator[str]:
    if name and not looks.PLAIN_NAME.fullmatch(name):
        yield name
        extension = looks.EXTENSION.search(name)
        if extension:
            yield name[: extension.start()]


def _add_native(known: Known, native: str) -> None:
    user = native.rpartition("@")[0] or native
    if user.lstrip("+").isdigit() and 7 <= len(user.lstrip("+")) <= 15:
        known.phones.add(user)


def _names_inside(value: Any, known: Known, key: str = "", depth: int = 0) -> None:
    """Names in a structured rest: under keys that say so, and in contact cards."""
    if depth > 20:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(name, str):
                _names_inside(inner, known, name.lower(), depth + 1)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _names_inside(inner, known, key, depth + 1)
    elif isinstance(value, str) and value:
        if "BEGIN:VCARD" in value.upper():
            known.people.update(card_names(value))
        elif any(word in key for word in ("phone", "tel", "jid", "number")):
            if 7 <= len(digits(value)) <= 15:
                known.phones.add(value)
        elif len(value) <= 120 and not looks.SHA256.fullmatch(value) and not looks.ID.fullmatch(value):
            if "title" in key or "file" in key or "path" in key:
                known.titles.add(value)
            elif any(word in key for word in _NAME_KEYS):
                known.people.add(value)
