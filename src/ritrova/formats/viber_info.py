"""The JSON that Viber keeps beside a message (Info on Desktop, msg_info on Android, ZMETADATA and ZCLIENTMETADATA on iOS).

Known keys are read for what they say; the whole object is kept beside it by the reader. Keys differ in case and name
between versions and platforms; names that are only recalled are accepted as well, since the object itself is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ritrova.formats.viber import inner, moment, phone, reaction, whole, words
from ritrova.model.records import Moment, Reply

QUOTE = ("quote", "quotedmessage", "quoted_message", "reply", "replyto")
TOKEN = ("token", "messagetoken", "message_token", "msgtoken")
TEXT = ("text", "body", "textorbody", "message")
FORWARD = ("generalfwdinfo", "forwardinfo", "forward_info", "fwdinfo")
ORIGIN = ("origname", "orignames", "groupname", "name", "origchatname", "sendername")
DELETE = ("delete", "deleted", "deleteforall", "deletedforall", "unsend", "deletemessage")
PIN = ("pin", "pininfo")
TIMED = ("timebomb", "timebombinsec", "ttl", "selfdestruct", "secretmessage", "disappearing")
EDIT = ("edit", "editinfo", "edited")
EDIT_DATE = ("date", "timestamp", "time", "editdate")
QUOTED = frozenset(QUOTE)
KNOWN = frozenset(
    {*QUOTE, *FORWARD, *DELETE, *PIN, *TIMED, *EDIT, "editdate", "edittoken", "messagereactions", "reactions"}
    | {
        "reaction_meta_info",
        "reactions1on1onmessagemetadata",
        "name",
        "phonenumber",
        "vibernumber",
        "contactname",
    }
    | {"locationinfo", "fileinfo"}
)
"""Every key that `said` looks at, in lower case."""


class Said(msgspec.Struct, frozen=True):
    """What the JSON beside a message says. `edits` is the token of the message that this row is an edit of, on iOS."""

    reply: Reply | None = None
    edited: Moment | None = None
    edit_token: str | None = None
    forwarded_from: str | None = None
    forward: Any = None
    deleted: Any = None
    pin: Any = None
    timed: Any = None
    reactions: tuple[dict[str, Any], ...] = ()
    contact: dict[str, Any] | None = None
    address: str | None = None
    file: dict[str, Any] = {}


NOTHING = Said()


def lowered(info: dict[str, Any]) -> dict[str, Any]:
    """The object with its keys in lower case; the first spelling wins."""
    found: dict[str, Any] = {}
    for key, value in info.items():
        found.setdefault(key.lower(), value)
    return found


def first(info: dict[str, Any], names: tuple[str, ...]) -> Any:
    """The first value that is not empty under one of these lower-case names."""
    for name in names:
        value = info.get(name)
        if value not in (None, "", 0, {}, [], False, "0"):
            return value
    return None


def said(info: dict[str, Any]) -> Said:
    """What an object of the JSON column says."""
    low = lowered(info)
    known = low.keys() & KNOWN
    if not known:
        return NOTHING
    if known <= QUOTED:
        return Said(reply=quoted(low))
    edit = first(low, EDIT) if any(name in low for name in EDIT) else None
    edited = None
    edit_token = None
    if any(name in low for name in EDIT) or first(low, ("editdate", "edittoken")):
        about = lowered(edit) if isinstance(edit, dict) else {}
        when = first(about, EDIT_DATE) or low.get("editdate")
        edited = moment(when) if whole(when) else Moment(None, None, None, "said to be edited, not when")
        edit_token = token_of(about)
    forward = first(low, FORWARD)
    origin = None
    if forward is not None:
        about = lowered(forward) if isinstance(forward, dict) else {}
        named = first(about, ORIGIN)
        if isinstance(named, list):
            named = ", ".join(words(one) for one in named)
        origin = words(named) or "not said by whom"
    pin = first(low, PIN)
    return Said(
        reply=quoted(low),
        edited=edited,
        edit_token=edit_token,
        forwarded_from=origin,
        forward=forward,
        deleted=first(low, DELETE),
        pin=pin if isinstance(pin, dict) else None,
        timed=first(low, TIMED),
        reactions=tuple(reactions(low)),
        contact=card(low),
        address=words(inner(low, "locationinfo").get("address")) or None,
        file=lowered(inner(low, "fileinfo")),
    )


def token_of(about: dict[str, Any]) -> str | None:
    """The message token of an object with lower-case keys; None for none and for zero."""
    value = first(about, TOKEN)
    return str(value) if value is not None and not isinstance(value, dict | list) else None


def quoted(low: dict[str, Any]) -> Reply | None:
    """The reply of an object with lower-case keys, if it holds a quote."""
    quote = first(low, QUOTE)
    return reply_from(quote) if isinstance(quote, dict) else None


def reply_from(quote: dict[str, Any]) -> Reply | None:
    """The reply that a quote object stands for: the token, and the words as they were when it was written."""
    about = lowered(quote)
    token, text = token_of(about), first(about, TEXT)
    if token is None and text is None:
        return None
    return Reply(token, None, words(text) or None if not isinstance(text, dict | list) else None, quote)


def reactions(low: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Reactions as counted in the object, or by side in a chat of two ("owner", "peer")."""
    counted = low.get("messagereactions")
    if isinstance(counted, list):
        for one in counted:
            if isinstance(one, dict) and whole(one.get("count")):
                yield {**reaction(one.get("type")), "count": whole(one["count"])}
    by_code = inner(low, "reactions").get("reactions")
    if isinstance(by_code, dict):
        for code, count in by_code.items():
            if whole(count):
                yield {**reaction(code), "count": whole(count)}
    sides = inner(low, "reaction_meta_info")
    if not counted:
        if sides.get("talker_current_reaction_token"):
            yield {"by": "peer", "count": 1}
        if sides.get("my_current_reaction_token"):
            yield {"by": "owner", "count": 1}
    pair = inner(low, "reactions1on1onmessagemetadata")
    for key, side in (("interlocutorReaction", "peer"), ("stableReaction", "owner")):
        kind = inner(pair, key).get("type")
        if kind:
            yield {**reaction(kind), "by": side, "count": 1}


def card(low: dict[str, Any]) -> dict[str, Any] | None:
    """A shared contact: the name and numbers as written, and the number in normal form where it is one."""
    found = {k: low[k] for k in ("name", "phonenumber", "vibernumber", "contactname") if low.get(k)}
    if not any(k in found for k in ("phonenumber", "vibernumber")):
        return None
    number = phone(found.get("phonenumber")) or phone(found.get("vibernumber"))
    return {**found, "phone": number} if number else found
