"""Ids, derived from where a record stands and what it is: the same input gives the same ids on any machine, in any order.

A message's id is its locator in short form, so that the store finds its row without an index of random keys:
``m-<16 hex of the source>-<8 hex of the item's path>-b<first byte>`` or ``...-r<row>.<table>``.
All other ids are a letter and 80 bits of BLAKE2b over the parts that make the thing what it is.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from ritrova.model.records import (
    Attachment,
    Finding,
    Link,
    Locator,
    Message,
    Observable,
    Sighting,
    Template,
    Trace,
)


def digest(*parts: str) -> str:
    """20 hex characters of BLAKE2b over the parts, each preceded by its length so that no two lists collide."""
    h = blake2b(digest_size=10)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        h.update(b"%d:" % len(raw))
        h.update(raw)
    return h.hexdigest()


@lru_cache(maxsize=4096)
def item_code(path: str) -> str:
    """8 hex characters for an item's path inside its source."""
    return blake2b(path.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def spot_code(spot: str) -> str:
    """``bytes 120-188`` -> ``b120``; ``table message row 17`` -> ``r17.message``; anything else -> ``x`` and a digest."""
    if spot.startswith("bytes "):
        return "b" + spot[6:].partition("-")[0]
    if spot.startswith("table "):
        table, _, row = spot[6:].rpartition(" row ")
        if table:
            return f"r{row}.{table}"
    return "x" + digest(spot) if spot else "x"


def message_id(at: Locator) -> str:
    """The id of the message that stands at this locator."""
    return f"m-{at.source[:16]}-{item_code(at.path)}-{spot_code(at.spot)}"


def located_id(letter: str, at: Locator, *more: str) -> str:
    """The id of another record that stands at a locator (event, call, contact, problem, item)."""
    return f"{letter}-{digest(at.source, at.path, at.spot, *more)}"


def account_id(app: str, key: str, scope: str = "") -> str:
    """The id of an account. `key` is the strongest identity the app gives: a platform id, an E.164 phone, else the name as
    written. `scope` is empty for identities that hold across sources, and names the source and item for mere names."""
    return f"a-{digest(app, key, scope)}"


def conversation_id(app: str, key: str, scope: str = "") -> str:
    """The id of a conversation; `key` and `scope` as for accounts (a text export has no native key: scope is its locator)."""
    return f"c-{digest(app, key, scope)}"


def observable_id(o: Observable) -> str:
    """Kind, message and span make an observable."""
    return f"o-{digest(o.kind, o.message, str(o.span[0]), str(o.span[1]))}"


def attachment_id(message: str, position: int, a: Attachment | None = None) -> str:
    """An attachment is its message and its place in it."""
    return f"t-{digest(message, str(position))}"


def finding_id(f: Finding) -> str:
    """Category and anchor messages make a finding, so that it survives a new pack."""
    return f"f-{digest(f.category, *sorted(f.messages))}"


def link_id(link: Link) -> str:
    """Kind and the two ends make a link."""
    return f"l-{digest(link.kind, *sorted((link.a, link.b)))}"


def template_id(t: Template) -> str:
    """The messages make a template."""
    return f"w-{digest(*sorted(t.messages))}"


def sighting_id(s: Sighting) -> str:
    """The messages and the photo make a sighting."""
    return f"s-{digest(*sorted(s.messages), s.photo or '')}"


def trace_id(t: Trace) -> str:
    """The sightings make a trace."""
    return f"p-{digest(*sorted(t.sightings))}"


def id_of(message: Message) -> str:
    """Shorthand for `message_id(message.at)`."""
    return message_id(message.at)
