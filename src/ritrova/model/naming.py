"""Names for people, numbers and files outside a case: keyed, so that the same thing has the same name in one case only."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from typing import Any, cast

from msgspec.structs import replace

from ritrova.model import looks
from ritrova.model.folding import digits, fold
from ritrova.model.masking import PRIVATE_KINDS, Known, Masked, Masker
from ritrova.model.records import Account, Conversation, Locator, Moment, Observable
from ritrova.model.view import StoredMessage, View

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DEPTH = 60
_KEPT = 200_000
"""Entries that a memory of pseudonyms holds, at most."""
_TIME_KEYS = ("time", "date", "when", "stamp", "expire", "until", "since", "second", "milli", "size", "duration", "bytes", "hash",
    "width", "height", "length", "offset", "position", "layer", "constructor", "flags")  # fmt: skip
CODE = re.compile(r"[a-z0-9_.:-]{1,60}|[^\s@]{0,40}@[a-z.]{1,40}|[A-Za-z0-9+/=_-]{20,}")
"""A word of the tool's, an address of an app or a random key: no sentence and no name."""
_WORDY = re.compile(r"[a-z][a-z0-9_.:@/+-]{0,40}")
_SAFE_KEYS = frozenset(
    (
        "reader",
        "readers",
        "format",
        "tool",
        "version",
        "verdict",
        "state",
        "detector",
        "linker",
        "exporter",
        "command",
        "unpacker",
    )
)


class Pseudonyms:
    """Pseudonyms for single values: names, numbers, handles, keys, ids, paths, texts and structured rests."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._view: View | None = None
        self._masker = Masker(Known(), self._call)
        self._given: dict[str, str] = {}
        self._owner_of: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._keyed: dict[str, str] = {}
        self._paths: dict[str, str] = {}
        self._moved: dict[str, Masked] = {}
        self._last: tuple[str, Masked] = ("\0", Masked(""))
        self._accounts: dict[str, Account] = {}
        self._conversations: dict[str, Conversation] = {}
        self._seen: dict[str, list[Observable]] = {}

    def _call(self, kind: str, key: str) -> str:
        full = f"{kind}\0{key}"
        shown = self._given.get(full)
        if shown is None:
            number = int.from_bytes(self._digest(full)[:16], "big")
            letters = ""
            while len(letters) < 20:
                number, at = divmod(number, len(_LETTERS))
                letters += _LETTERS[at]
            label = _LABELS.get(kind, kind)
            for length in (8, 12, 16, 20):
                shown = label + "-".join(letters[i : i + 4] for i in range(0, length, 4))
                if self._owner_of.setdefault(shown, full) == full:
                    break
            self._given[full] = shown = cast(str, shown)
        return shown

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")

    def id(self, id: str) -> str:
        """The id that stands for an id outside the case. Source hashes stay; the source and spot of a message stay readable."""
        if id.startswith("m-") and (match := looks.MESSAGE_ID.fullmatch(id)):
            item = match[2]
            if (code := self._keyed.get(item)) is None:
                self._keyed[item] = code = self._digest("item " + item)[:4].hex()
            return f"m-{match[1]}-{code}-{match[3]}"
        if (known := self._keyed.get(id)) is not None:
            return known
        if not looks.ID.fullmatch(id):
            return id
        made = id[:2] + self._digest("id " + id)[:10].hex()
        if len(self._keyed) < _KEPT:
            self._keyed[id] = made
        return made

    def ids(self, some: Iterable[str]) -> tuple[str, ...]:
        """Each of them."""
        return tuple(self.id(id) for id in some)

    def text(self, text: str) -> str:
        """A sentence about the evidence, or written in it, with names and numbers replaced."""
        if len(text) > 2000:
            return self._masker.mask(_IDS_INSIDE.sub(lambda m: self.id(m[0]), text)).text
        found = self._texts.get(text)
        if found is None:
            if len(self._texts) > 50_000:
                self._texts.clear()
            self._texts[text] = found = self._masker.mask(_IDS_INSIDE.sub(lambda m: self.id(m[0]), text)).text
        return found

    def texts(self, some: Iterable[str]) -> tuple[str, ...]:
        """Each of them."""
        return tuple(self.text(text) for text in some)

    def person(self, name: str) -> str:
        """A name standing for itself."""
        if len(digits(name)) >= 7 and not any(c.isalpha() for c in name):
            return self.phone(name)
        return self._call("name", " ".join(fold(name).split()))

    def phone(self, phone: str) -> str:
        """A phone number in a field of its own."""
        return self._call("phone", self._masker.phone(phone)) if digits(phone) else self._call("phone", phone)

    def handle(self, handle: str) -> str:
        """A handle in a field of its own."""
        return "@" + self._call("handle", fold(handle).lstrip("@"))

    def native(self, key: str) -> str:
        """An app's own key of an account or conversation: often a number or a JID."""
        number = re.fullmatch(r"\+?(\d{7,15})(@s\.whatsapp\.net|@c\.us)?", key)
        return self._call("phone", self._masker.phone(number[1])) if number else self._call("key", key)

    def key(self, key: str) -> str:
        """An app's own key of a message. Short numbers and random keys stay, what may be a number or address of a person not."""
        if looks.RANDOM_KEY.fullmatch(key) and not (
            6 < len(key) < 16 and key.isdigit() and self._masker.knows(key)
        ):
            return key
        return self._call("key", key)

    def path(self, path: str) -> str:
        """A path inside a source: names that an app gives stay, others are replaced and keep their extension."""
        shown = self._paths.get(path)
        if shown is None:
            parts = re.split(r"([/!])", path)
            shown = "".join(part if part in ("/", "!", "") else self._part(part) for part in parts)
            if len(self._paths) < _KEPT:
                self._paths[path] = shown
        return shown

    def _part(self, part: str) -> str:
        if looks.PLAIN_NAME.fullmatch(part) or part in (".", ".."):
            return part
        extension = looks.EXTENSION.search(part)
        return self._call("item", part) + (extension[0].lower() if extension else "")

    def at(self, at: Locator) -> Locator:
        """A locator."""
        return Locator(at.source, self.path(at.path), at.spot)

    def moment(self, moment: Moment) -> Moment:
        """A time; its ground may quote."""
        return moment if not moment.ground else replace(moment, ground=self.text(moment.ground))

    def anything(self, value: Any, key: str = "", depth: int = 0) -> Any:
        """A structured rest: strings as texts, ids as ids, long numbers that are no time or size as numbers of persons."""
        if isinstance(value, str):
            return self._string(value, key)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, float):
            return self._number(int(value), key) if value.is_integer() and abs(value) >= 1e6 else value
        if isinstance(value, int):
            return self._number(value, key)
        if depth > _DEPTH:
            return "withheld (nested too deeply)"
        if isinstance(value, dict):
            return self._mapping(value, depth + 1)
        if isinstance(value, (list, tuple)):
            return [self.anything(v, key, depth + 1) for v in value]
        return withheld(str(value))

    def _string(self, value: str, key: str) -> Any:
        if looks.ID.fullmatch(value) or looks.MESSAGE_ID.fullmatch(value):
            return self.id(value)
        if looks.SHA256.fullmatch(value):
            return value
        lower = key.lower()
        if lower in ("vcard", "card"):
            return self.text(value)
        if "path" in lower or "file" in lower:
            return self.path(value)
        if any(word in lower for word in ("jid", "native", "lid")) and value:
            return self.native(value)
        if "phone" in lower and len(digits(value)) >= 5:
            return self.phone(value)
        if "username" in lower and value:
            return self.handle(value)
        return self.text(value)

    def _number(self, value: int, key: str) -> Any:
        if abs(value) < 1_000_000:
            return value
        text = str(abs(value))
        lower = key.lower()
        known = self._masker.knows(text)
        if not known and (any(word in lower for word in _TIME_KEYS) or len(text) > 15):
            return value
        return self._call("phone", self._masker.phone(text)) if known else self._call("number", text)

    def _mapping(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        kind = value.get("kind")
        message = value.get("message")
        made: dict[str, Any] = {}
        for name, inner in value.items():
            shown = self._string(name, "") if isinstance(name, str) else str(name)
            if kind in PRIVATE_KINDS and name in ("value", "values", "written"):
                made[shown] = self._private(cast(str, kind), inner)
            elif name == "span" and isinstance(message, str) and _is_span(inner):
                made[shown] = list(self._masked(message).span((inner[0], inner[1])))
            elif name == "about" and isinstance(inner, (list, tuple)):
                made[shown] = [self.id(i) if isinstance(i, str) else i for i in inner]
            else:
                made[shown] = self.anything(inner, str(name), depth)
        return made

    def _private(self, kind: str, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [self._private(kind, v) for v in value]
        if not isinstance(value, str):
            return value if value is None else self._call(kind, str(value))
        if kind == "phone":
            return self.phone(value)
        if kind == "handle":
            return self.handle(value)
        return self.person(value) if kind == "name" else self._call(kind, fold(value))

    def moved(self, stored: StoredMessage) -> Masked:
        """The text of a message as `stored` shows it, with the way from the old spans to the new ones."""
        return self._mask_message(stored.id, stored.message.text, stored.message.kind == "system")

    def _mask_message(self, id: str, text: str, system: bool) -> Masked:
        seen = self._seen.get(id, ())
        if not seen:
            if self._last[0] != id:
                self._last = (id, self._masker.mask(text, (), system))
            return self._last[1]
        masked = self._moved.get(id)
        if masked is None:
            self._moved[id] = masked = self._masker.mask(text, seen, system)
        return masked

    def _masked(self, message: str) -> Masked:
        """The masked text of a message of the case, by its own id."""
        found = self._moved.get(message)
        if found is None:
            stored = self._view.message(message) if self._view is not None else None
            found = Masked("") if stored is None else self.moved(stored)
            if len(self._moved) > 200_000:
                self._moved.clear()
            self._moved[message] = found
        return found

    def _withheld(self, value: Any, key: str = "") -> Any:
        """Structured custody details: numbers, ids, hashes and words of the tool stay, other texts are withheld."""
        if isinstance(value, dict):
            return {
                (k if _WORDY.fullmatch(k) else self.text(k)): self._withheld(v, k) for k, v in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self._withheld(v, key) for v in value]
        if isinstance(value, str) and not looks.SHA256.fullmatch(value):
            if looks.ID.fullmatch(value) or looks.MESSAGE_ID.fullmatch(value):
                return self.id(value)
            return value if key in _SAFE_KEYS and _WORDY.fullmatch(value) else withheld(value)
        return self._number(value, key) if type(value) is int else value


_LABELS = {
    "account": "Account ",
    "conversation": "Conversation ",
    "name": "Name ",
    "phone": "phone-",
    "handle": "handle-",
    "email": "email-",
    "jid": "jid-",
    "key": "key-",
    "number": "number-",
    "item": "item-",
    "iban": "iban-",
    "crypto": "wallet-",
}
_IDS_INSIDE = re.compile(r"(?<![\w-])(?:m-[0-9a-f]{16}-[0-9a-f]{8}-[bxr][\w.]*|[a-z]-[0-9a-f]{20})(?![\w-])")


def withheld(text: str) -> str:
    return f"withheld ({len(text)} characters)"


def _is_span(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(type(v) is int for v in value)
