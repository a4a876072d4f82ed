"""Full text search: words, `prefix*`, "a phrase", and the filters app: from: chat: before: after:.

Every word must be there. Words are folded as the texts were; what people type is never handed to the index unquoted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ritrova.model.errors import WrongUse
from ritrova.model.text import Folded
from ritrova.model.view import SearchHit, StoredMessage
from ritrova.store.decoding import listed
from ritrova.store.judging import Judging
from ritrova.store.mending import mended
from ritrova.store.packing import APPS
from ritrova.store.words import TOKEN, apart

LONGEST = 2000
"""Characters of a query; what is longer is refused."""
_PART = re.compile(
    r"""(?P<filter>app|from|chat|before|after):(?:"(?P<quoted>[^"]*)"?|(?P<bare>\S*))"""
    r"""|"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)""",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?)?)?")


class Wanted(msgspec.Struct, frozen=True):
    """Tokens that must follow one another; the last may be the start of a longer one."""

    tokens: tuple[str, ...]
    prefix: bool = False
    text: str = ""


class Query(msgspec.Struct, frozen=True):
    """A query taken apart. `literal` are signs that the index does not hold (emoji): they are looked for in the text."""

    wanted: tuple[Wanted, ...] = ()
    literal: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    chats: tuple[str, ...] = ()
    before: str | None = None
    after: str | None = None

    def match(self) -> str:
        """The expression for the index: quoted strings only, joined by AND."""
        return " AND ".join(
            '"' + one.text.replace('"', " ") + '"' + (" *" if one.prefix else "") for one in self.wanted
        )


class Searching(Judging):
    """`search` of `model.view.View`. Part of `Store`."""

    def understood(self, query: str) -> Query:
        """Take a query apart. Raises WrongUse for an empty or overlong one, an unknown app or a date that is none."""
        if len(query) > LONGEST:
            raise WrongUse(f"The query has {len(query)} characters; at most {LONGEST} make sense.")
        wanted: list[Wanted] = []
        literal: list[str] = []
        filters: dict[str, list[str]] = {"app": [], "from": [], "chat": [], "before": [], "after": []}
        for match in _PART.finditer(mended(query).replace("\x00", " ")):
            if match["filter"] is not None:
                value = match["quoted"] if match["quoted"] is not None else match["bare"]
                filters[match["filter"].lower()].append(value.strip())
                continue
            text = match["phrase"] if match["phrase"] is not None else match["word"]
            prefix = match["phrase"] is None and len(text) > 1 and text.endswith("*")
            folded = apart(self.fold([text]))[0].replace("\x00", " ")
            tokens = tuple(TOKEN.findall(folded))
            if tokens:
                wanted.append(Wanted(tokens, prefix, folded))
            elif text.strip().strip("*"):
                literal.append(text.strip())
        for app in filters["app"]:
            if app.lower() not in APPS:
                raise WrongUse(f"There is no app {app!r}.", f"One of: {', '.join(APPS)}.")
        for name, values in filters.items():
            if any(not value for value in values):
                raise WrongUse(f"The filter {name}: needs a value.", f'For example {name}:X or {name}:"X Y".')
        made = Query(
            tuple(dict.fromkeys(wanted)),
            tuple(dict.fromkeys(literal)),
            tuple(app.lower() for app in filters["app"]),
            tuple(filters["from"]),
            tuple(filters["chat"]),
            min((_day(value) for value in filters["before"]), default=None),
            max((_day(value) for value in filters["after"]), default=None),
        )
        if made == Query():
            raise WrongUse(
                "The query is empty.", 'Give a word, a prefix*, a "phrase" or a filter such as chat:NAME.'
            )
        return made

    def search(self, query: str, *, limit: int | None = None, context: int = 2) -> Iterator[SearchHit]:
        """Hits in the order of the evidence (source, item, place in it). Dates compare with the time as written locally,
        else with UTC; `after:` includes the day, `before:` does not. Several `from:`, `chat:`, `app:` are alternatives.

        Raises WrongUse at once for a query that makes no sense.
        """
        return self._hits(self.understood(query), limit, context)

    def count_hits(self, query: str) -> int:
        """How many messages a query finds."""
        return sum(len(rows) for rows in self._found(self.understood(query)))

    def _hits(self, query: Query, limit: int | None, context: int) -> Iterator[SearchHit]:
        left = None if limit is None else max(limit, 0)
        for rows in self._found(query):
            if left is not None:
                rows = rows[:left]
                left -= len(rows)
            for start in range(0, len(rows), 50):
                for stored in self._stored(rows[start : start + 50]):
                    yield self._hit(query, stored, context)
            if left is not None and left <= 0:
                return

    def _hit(self, query: Query, stored: StoredMessage, context: int) -> SearchHit:
        spans = self._spans(query, stored.message.text)
        if context <= 0:
            return SearchHit(stored, spans)
        chat = self.conversation_row(stored.conversation.id)
        window = self._neighbours(chat or 0, stored.row, context, context)
        here = next((n for n, one in enumerate(window) if one.row == stored.row), len(window))
        if here < len(window):
            stored = window[here]
        return SearchHit(stored, spans, tuple(window[:here]), tuple(window[here + 1 :]))

    # ------------------------------------------------------------------ which rows

    def _found(self, query: Query) -> Iterator[list[int]]:
        """Row keys of hits, in the order of the evidence, in slices."""
        conditions, parameters = self._conditions(query)
        if conditions is None:
            return
        if query.wanted:
            rows = [
                row for (row,) in self._rows("SELECT rowid FROM words WHERE words MATCH ?", (query.match(),))
            ]
            for some in self._evidence_order(rows, 2000):
                if conditions:
                    kept = {
                        row
                        for (row,) in self._rows(
                            f"SELECT row FROM message m WHERE row IN (SELECT value FROM json_each(?)) AND {conditions}",
                            (listed(some), *parameters),
                        )
                    }
                    some = [row for row in some if row in kept]
                if some:
                    yield some
            return
        rows = [row for (row,) in self._rows(f"SELECT row FROM message m WHERE {conditions}", parameters)]
        yield from self._evidence_order(rows, 2000)

    def _evidence_order(self, rows: Sequence[int], size: int) -> Iterator[list[int]]:
        """Row keys by source and item, in slices; within an item they count up."""
        import numpy as np

        if not rows:
            return
        array = np.array(rows, dtype="<i8")
        ordered: list[int] = array[np.lexsort((array, self._ranks_of(array)))].tolist()
        for start in range(0, len(ordered), size):
            yield ordered[start : start + size]

    def _conditions(self, query: Query) -> tuple[str | None, list[Any]]:
        """SQL conditions on message m for the filters; None when nothing can match."""
        conditions: list[str] = []
        parameters: list[Any] = []
        for text in query.literal:
            conditions.append("instr(m.text, ?) > 0")
            parameters.append(text)
        if query.apps:
            conditions.append(f"m.kind / 32 IN ({','.join('?' * len(query.apps))})")
            parameters += [APPS.index(app) for app in query.apps]
        if query.before is not None:
            conditions.append("coalesce(m.local, m.utc) < ?")
            parameters.append(query.before)
        if query.after is not None:
            conditions.append("coalesce(m.local, m.utc) >= ?")
            parameters.append(query.after)
        if query.chats:
            chats = self._chats_named(query.chats)
            if not chats:
                return None, []
            conditions.append("m.conversation IN (SELECT value FROM json_each(?))")
            parameters.append(listed(chats))
        if query.senders:
            accounts, names = self._accounts_named(query.senders)
            if not accounts and not names:
                return None, []
            conditions.append(
                "(m.sender IN (SELECT value FROM json_each(?)) OR m.name IN (SELECT value FROM json_each(?)))"
            )
            parameters += [listed(accounts), listed(names)]
        return " AND ".join(conditions), parameters

    def _chats_named(self, wanted: Sequence[str]) -> set[int]:
        found = set()
        parts = [part for part in self.fold(list(wanted)) if part]
        after = ""
        while rows := self._rows(
            "SELECT id, row FROM conversation WHERE id > ? ORDER BY id LIMIT 2000", (after,)
        ):
            after = rows[-1][0]
            memory = self._memory()
            self._conversations(memory, [row for _, row in rows])
            names = self.fold([memory.conversations[row].name or "" for _, row in rows])
            for (id, row), name in zip(rows, names, strict=True):
                native = memory.conversations[row].native
                if id in wanted or (native and native in wanted) or any(part in name for part in parts):
                    found.add(row)
        return found

    def _accounts_named(self, wanted: Sequence[str]) -> tuple[set[int], set[int]]:
        """Accounts by name, handle, id or phone digits; and names as written at messages."""
        parts = [part for part in self.fold(list(wanted)) if part]
        digits = [d for d in (_digits(one).lstrip("0") for one in self.fold(list(wanted))) if len(d) >= 4]
        accounts: set[int] = set()
        after = ""
        while rows := self._rows("SELECT id, row FROM account WHERE id > ? ORDER BY id LIMIT 2000", (after,)):
            after = rows[-1][0]
            memory = self._memory()
            self._accounts(memory, [row for _, row in rows])
            people = [memory.accounts[row] for _, row in rows]
            texts = self.fold(["\n".join((p.name or "", p.handle or "", p.native or "")) for p in people])
            for (id, row), person, text in zip(rows, people, texts, strict=True):
                phone = _digits(person.phone or "")
                if id in wanted or any(part in text for part in parts) or any(d in phone for d in digits):
                    accounts.add(row)
        names: set[int] = set()
        last = 0
        while strings := self._rows(
            "SELECT row, text FROM string WHERE row > ? ORDER BY row LIMIT 5000", (last,)
        ):
            last = strings[-1][0]
            for (row, _), text in zip(strings, self.fold([text for _, text in strings]), strict=True):
                if any(part in text for part in parts) or any(d in _digits(text) for d in digits):
                    names.add(row)
        return accounts, names

    # ------------------------------------------------------------------ where in the text

    def _spans(self, query: Query, text: str) -> tuple[tuple[int, int], ...]:
        folded = self.fold_one(text) if self.fold_one is not None else self._letter_by_letter(text)
        tokens = [(match.group(), match.start(), match.end()) for match in TOKEN.finditer(folded.text)]
        spans = set()
        for one in query.wanted:
            for start in range(len(tokens) - len(one.tokens) + 1):
                if _fits(one, tokens[start : start + len(one.tokens)]):
                    end = tokens[start + len(one.tokens) - 1][2]
                    spans.add(folded.original(tokens[start][1], end))
        for sign in query.literal:
            start = text.find(sign)
            while start >= 0:
                spans.add((start, start + len(sign)))
                start = text.find(sign, start + 1)
        return tuple(sorted(spans))

    def _letter_by_letter(self, text: str) -> Folded:
        """A folded text with its way back, from folding each letter by itself; good where folding is letter by letter."""
        letters = self.fold(list(text))

        def back(_: str, __: str) -> list[int]:
            flat: list[int] = []
            for n, letter in enumerate(letters):
                flat += (n, n + 1) * len(letter)
            return flat

        return Folded(text, "".join(letters), back)


def _fits(wanted: Wanted, tokens: Sequence[tuple[str, int, int]]) -> bool:
    last = len(wanted.tokens) - 1
    return all(
        found == token or (n == last and wanted.prefix and found.startswith(token))
        for n, (token, (found, _, _)) in enumerate(zip(wanted.tokens, tokens, strict=True))
    )


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _day(text: str) -> str:
    """The text as the store writes dates, with digits of any script read. Raises WrongUse for a day that no calendar has."""
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    try:
        if _DATE.fullmatch(plain) is None:
            raise ValueError(plain)
        datetime.fromisoformat((plain + "-01-01"[len(plain) - 4 :])[:10] + plain[10:])
    except ValueError:
        raise WrongUse(
            f"{text!r} is not a date.", "Write it as 2016-03-02, 2016-03 or 2016-03-02T21:05."
        ) from None
    return plain.replace(" ", "T")
