"""The same account seen twice: by the platform's own id, its number on that app, its handle, an invite link. Names never link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ritrova.linkers.same_number import number_of
from ritrova.linkers.spread import Spread
from ritrova.model import ids
from ritrova.model.records import Account, Link
from ritrova.model.shapes import Linker
from ritrova.model.view import View

_TELEGRAM = re.compile(r"(user|channel|chat|group|supergroup|peer)?[:_#]?(\d{4,})")
_HANDLE = re.compile(
    r"(?:https?://)?(?:t\.me|telegram\.me|wa\.me|instagram\.com)/@?([A-Za-z][\w.]{3,})/?|@?([A-Za-z][\w.]{3,})"
)
_INVITE = re.compile(
    r"(?:https?://)?((?:t\.me/(?:joinchat/|\+)|chat\.whatsapp\.com/(?:invite/)?|invite\.viber\.com/\?g2?=)[\w\-%]{8,})"
)


def link(view: View) -> Iterator[Link]:
    """Chains through the accounts, and the mentions in texts, of one identity."""
    carriers: dict[tuple[str, str], dict[str, str]] = {}
    for account in view.accounts():
        for key, why in keys(account):
            carriers.setdefault(key, {})[account.id] = why
    spread = Spread(view)
    for kind in ("handle", "link"):
        for o in view.observables(kind=kind):
            if (named := mentioned(o.value or o.written)) is not None:
                carriers.setdefault(named, {})[ids.observable_id(o)] = f"a message names it: «{o.written}»"
                spread.seen(" ".join(named), o.message)
    shared = sorted(key for key, known in carriers.items() if len(known) > 1)
    public = spread.public({" ".join(key) for key in shared})
    for key in shared:
        if " ".join(key) in public:
            continue
        sure = key[0].endswith((" id", " number"))
        for (a, why_a), (b, why_b) in pairwise(sorted(carriers[key].items())):
            said = tuple(dict.fromkeys((f"one {key[0]}: {key[1]}", why_a, why_b)))
            yield Link("same_account", a, b, said, "strong" if sure else "weak", "same_account")


def keys(account: Account) -> Iterator[tuple[tuple[str, str], str]]:
    """(what, value) that make an account the same wherever they stand, with the reason in words."""
    app = account.app
    native = account.native or ""
    if app == "telegram" and (match := _TELEGRAM.fullmatch(native)):
        kind = "user" if match[1] in (None, "user", "peer") else "chat"
        yield (
            (
                f"{app} {kind} id",
                match[2].removeprefix("100") if kind == "chat" and len(match[2]) > 12 else match[2],
            ),
            (f"the app's own id is {native}"),
        )
    elif (
        native
        and app != "telegram"
        and not native.startswith("+")
        and len(native) > 5
        and any(c.isdigit() for c in native)
    ):
        yield (f"{app} id", native.casefold()), f"the app's own id is {native}"
    number = number_of(account)
    if number:
        yield (f"{app} number", number), f"its number on {app} is {number}"
    if account.handle and (key := mentioned(account.handle)):
        yield key, f"its handle is {account.handle}"


def mentioned(text: str) -> tuple[str, str] | None:
    """The identity that a handle, profile link or invite link names."""
    text = text.strip()
    if invite := _INVITE.match(text):
        return "invite link", invite[1].replace("joinchat/", "+")
    match = _HANDLE.fullmatch(text)
    if match is None or ("." in text and "/" not in text and not text.startswith("@")):
        return None
    return "handle", (match[1] or match[2]).casefold()


LINKER = Linker("same_account", link)
