"""The same number, however written: in texts, in the identity of accounts (JID, member, sender), in address books.

A number that many unrelated accounts write in words of their own (a hotline, a shop) says nothing and does not link.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from ritrova.linkers.before import Before, kept_of, key_of
from ritrova.linkers.spread import Spread
from ritrova.model import ids
from ritrova.model.records import Account, Link
from ritrova.model.shapes import Again, Kept, Linker
from ritrova.model.view import View

_JID = re.compile(r"(\d{8,15})(?:[.:]\d+)*@(?:s\.whatsapp\.net|c\.us)")
_PLAIN = re.compile(r"\+?\d{8,15}")
SHORTEST = 8
"""Digits; shorter numbers are those of services."""


def link(view: View) -> Iterator[Link | Again | Kept]:
    """Chains through all that carry one number: n things give n - 1 links, in stable order."""
    carriers: dict[str, dict[str, str]] = {}
    owned: dict[str, str] = {}
    for account in view.accounts():
        number = number_of(account)
        if number:
            carriers.setdefault(number, {})[account.id] = f"it is the number of an account on {account.app}"
            owned[account.id] = number
    for contact in view.contacts():
        for phone in contact.phones:
            number = _plain(phone)
            if number and contact.account:
                carriers.setdefault(number, {}).setdefault(
                    contact.account, "it stands with the account in an address book"
                )
    spread = Spread(view)
    for o in view.observables(kind="phone"):
        if o.value is None:
            continue
        carriers.setdefault(o.value, {})[ids.observable_id(o)] = f"it is written «{o.written}» in a message"
        spread.seen(o.value, o.message)
    chains = {n: sorted(known.items()) for n, known in sorted(carriers.items()) if len(known) > 1}
    pairs = Counter((a, b) for chain in chains.values() for (a, _), (b, _) in pairwise(chain))
    # Where two numbers link one pair, the last has the word: that is decided anew each time.
    alone = {n for n, chain in chains.items() if all(pairs[a, b] == 1 for (a, _), (b, _) in pairwise(chain))}
    before = Before(kept_of(view, LINKER.name).get(0, b""))
    # Those who carry a number are the messages too in which it stands, and with them how far it is spread.
    keys = {n: key_of(msgspec.msgpack.encode((n, chain))) for n, chain in chains.items()}
    known = {n: again for n in alone if (again := before.again(keys[n])) is not None}
    public = spread.public(chains.keys() - known.keys())
    for number, chain in chains.items():
        if number in known:
            yield from known[number]
            continue
        links = () if number in public or of_a_service(number) else _chain(number, chain)
        yield from before.said(keys[number], links) if number in alone else links
    yield before.kept()


def _chain(number: str, chain: Sequence[tuple[str, str]]) -> Iterator[Link]:
    for (a, why_a), (b, why_b) in pairwise(chain):
        yield Link("same_number", a, b, (f"both carry {number}", why_a, why_b), "strong", "same_number")


def number_of(account: Account) -> str | None:
    """The E.164 number that an account is known by, from its phone or its JID."""
    if account.phone:
        return _plain(account.phone) or account.phone
    match = _JID.fullmatch(account.native or "")
    return f"+{match[1]}" if match else None


def _plain(phone: str) -> str | None:
    bare = re.sub(r"[\s().\-\u200e\u200f\u202a\u202c]", "", phone)
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    return bare if bare.startswith("+") and _PLAIN.fullmatch(bare) else None


def of_a_service(number: str) -> bool:
    """True for short numbers, and for kinds that belong to no person (toll-free, shared cost, universal access)."""
    if len(number) - number.startswith("+") < SHORTEST:
        return True
    import phonenumbers
    from phonenumbers import PhoneNumberType as Kind

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(parsed) in (Kind.TOLL_FREE, Kind.PREMIUM_RATE, Kind.SHARED_COST, Kind.UAN)


LINKER = Linker("same_number", link)
