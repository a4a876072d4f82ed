"""The same number, however written: in texts, in the identity of accounts, in contact cards.

A number that many unrelated accounts carry (a hotline, a shop) says nothing and does not link.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ritrova.model import ids
from ritrova.model.records import Link
from ritrova.model.shapes import Linker
from ritrova.model.view import View

SPREAD = 12
"""A number written by more accounts than this is public, like a hotline, and links nothing."""


def link(view: View) -> Iterator[Link]:
    """Chains through all that carry one number: n things give n - 1 links, in stable order."""
    carriers: dict[str, dict[str, str]] = {}
    writers: dict[str, set[str]] = {}
    for account in view.accounts():
        if account.phone:
            carriers.setdefault(account.phone, {})[account.id] = (
                f"it is the number of an account on {account.app}"
            )
    senders = {}
    for o in view.observables(kind="phone"):
        if o.value is None:
            continue
        carriers.setdefault(o.value, {})[ids.observable_id(o)] = f"it is written «{o.written}» in a message"
        if o.message not in senders:
            stored = view.message(o.message)
            senders[o.message] = stored.message.sender if stored else None
        writers.setdefault(o.value, set()).add(senders[o.message] or o.message)
    for number in sorted(carriers):
        known = sorted(carriers[number].items())
        if len(known) < 2 or len(writers.get(number, ())) > SPREAD:
            continue
        for (a, why_a), (b, why_b) in pairwise(known):
            yield Link("same_number", a, b, (f"both carry {number}", why_a, why_b), "strong", "same_number")


LINKER = Linker("same_number", link)
