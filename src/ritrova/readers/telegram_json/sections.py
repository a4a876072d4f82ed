"""Sections of a whole account other than chats: the owner, contacts, sessions, pictures; whatever else is kept as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ritrova.formats.telegram import peer_key
from ritrova.model import ids
from ritrova.model.records import Account, Contact, Event, Problem, Read, Skip
from ritrova.readers.telegram_json.message import Maker

_TEXTS = frozenset({"about", "name"})
_LARGEST_KEPT = 256 * 1024


def records(make: Maker, key: str, value: Any, start: int, end: int, owner: str | None) -> Iterator[Read]:
    """Records of one section; every entry of a list becomes one, an unknown section is kept whole."""
    at = make.at(start, end)
    entries = _entries(value)
    if key in _TEXTS or value in (None, [], {}, ""):
        return
    if key == "personal_information" and isinstance(value, dict):
        account = _owner(make, value, start, end)
        if account.id in make.yielded:
            yield Event(at, "unknown", account=account.id, detail={"section": key, "value": value})
        else:
            make.yielded.add(account.id)
            yield account
    elif key in {"contacts", "frequent_contacts"} and entries is not None:
        for n, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield from _contact(make, key, entry, n, start, end)
            else:
                yield Problem(at, "RTV-T004", f"section {key}: entry {n} is no contact but {entry!r}")
    elif key in {"sessions", "web_sessions"} and entries is not None:
        new: list[Read] = []
        whose = make.account(owner, None, at, new)
        yield from new
        for n, entry in enumerate(entries):
            known = entry if isinstance(entry, dict) else {"written": entry}
            when = make.clock.moment(known.get("last_active"), known.get("last_active_unixtime"))
            yield Event(at, "session", account=whose, when=when, detail={"section": key, "entry": n, **known})
    elif key in {"profile_pictures", "stories"} and entries is not None:
        new = []
        whose = make.account(owner, None, at, new)
        yield from new
        for n, entry in enumerate(entries):
            known = entry if isinstance(entry, dict) else {"written": entry}
            when = make.clock.moment(known.get("date"), known.get("date_unixtime"))
            yield Event(at, "unknown", account=whose, when=when, detail={"section": key, "entry": n, **known})
    elif len(msgspec.json.encode(value)) <= _LARGEST_KEPT:
        yield Event(at, "unknown", detail={"section": key, "value": value})
    else:
        yield Skip(at, f"section {key}: kept in the file only, it is larger than {_LARGEST_KEPT} bytes", 0)


def _entries(value: Any) -> list[Any] | None:
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and isinstance(value.get("list"), list):
        return list(value["list"])
    return None


def _full_name(value: dict[str, Any]) -> str | None:
    parts = [value.get("first_name"), value.get("last_name")]
    return " ".join(part for part in parts if isinstance(part, str) and part) or None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _owner(make: Maker, value: dict[str, Any], start: int, end: int) -> Account:
    key = peer_key(value.get("user_id"))
    name = _full_name(value)
    scope = "" if key else f"{make.item.source}/{make.item.path}"
    return Account(
        make.at(start, end),
        ids.account_id("telegram", key or name or "", scope),
        "telegram",
        name,
        _text(value.get("phone_number")),
        _text(value.get("username")),
        key,
        True,
        "personal_information of the exported account",
        value,
    )


def _contact(
    make: Maker, section: str, entry: dict[str, Any], n: int, start: int, end: int
) -> Iterator[Read]:
    at = make.at(start, end)
    key = peer_key(entry.get("user_id") or entry.get("id"))
    name = _full_name(entry) or _text(entry.get("name"))
    new: list[Read] = []
    account = make.account(key, name, at, new) if key else None
    yield from new
    phone = _text(entry.get("phone_number"))
    written = entry.get("date")
    when = make.clock.moment(written, entry.get("date_unixtime")) if written is not None else None
    detail = {"section": section, "entry": n, **entry}
    phones = (phone,) if phone else ()
    yield Contact(at, "telegram", account, name, phones, _text(entry.get("username")), when, detail)
