"""What a selection rests on: the part of a case that a seal or an export shows when it does not show everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from ritrova.model import ids
from ritrova.model.errors import NotFound
from ritrova.model.records import Action, Finding, Observable
from ritrova.model.view import StoredMessage, View

CONTEXT = 10
"""Messages before and after each anchor of a selected finding."""


class Selection(msgspec.Struct, frozen=True):
    """Ids of findings, conversations and sources. Nothing named means everything."""

    findings: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """True when nothing is named."""
        return not (self.findings or self.conversations or self.sources)

    def words(self) -> str:
        """In words, for a seal."""
        if self.everything:
            return "everything"
        parts = (("finding", self.findings), ("conversation", self.conversations), ("source", self.sources))
        return "; ".join(f"{name} {', '.join(some)}" for name, some in parts if some)


class Chosen:
    """The part of a case that a selection rests on. Raises NotFound for an id that the case does not have.

    The messages are: of a finding its anchors and indicators with ten messages before and after and what they answer; of a
    conversation or source all. With them go their accounts, conversations, sources, items and all that is said about them.
    """

    def __init__(self, view: View, selection: Selection) -> None:
        self.view = view
        self.everything = selection.everything
        self.conversations_whole = frozenset(selection.conversations)
        self.sources_whole = frozenset(selection.sources)
        self.findings: set[str] = set(selection.findings)
        self.single: set[str] = set()
        self.messages: set[str] = set()
        self.accounts: set[str] = set()
        self.conversations: set[str] = set(selection.conversations)
        self.sources: set[str] = set(selection.sources)
        self.items: set[tuple[str, str]] = set()
        if not self.everything:
            self._check(selection)
            for id in selection.findings:
                self._around(self._finding(id))
            self._walk()

    def _check(self, selection: Selection) -> None:
        have = {s.sha256 for s in self.view.sources()}
        for source in selection.sources:
            if source not in have:
                raise NotFound(f"There is no source {source}.", "`ritrova show` lists the sources.")
        for conversation in selection.conversations:
            if self.view.conversation(conversation) is None:
                raise NotFound(
                    f"There is no conversation {conversation}.", "`ritrova show` lists the conversations."
                )

    def _finding(self, id: str) -> Finding:
        finding = self.view.finding(id)
        if finding is None:
            raise NotFound(f"There is no finding {id}.", "`ritrova show` lists the findings.")
        return finding

    def _around(self, finding: Finding) -> None:
        named = {*finding.messages, *(s.message for s in finding.indicators)}
        for message in named:
            for stored in self.view.around(message, CONTEXT, CONTEXT):
                self.single.add(stored.id)
                if stored.reply_to is not None:
                    self.single.add(stored.reply_to)

    def _walk(self) -> None:
        for stored in self.stored():
            m = stored.message
            self.messages.add(stored.id)
            self.conversations.add(m.conversation)
            self.sources.add(m.at.source)
            self._item(m.at.source, m.at.path)
            if m.sender:
                self.accounts.add(m.sender)
        for call in self.view.calls():
            if call.at.source in self.sources_whole or call.conversation in self.conversations_whole:
                self.accounts.update(call.participants)
                self.accounts.update((call.caller,) if call.caller else ())
                self.sources.add(call.at.source)
                self._item(call.at.source, call.at.path)
        for event in self.view.events():
            if event.message in self.messages or event.conversation in self.conversations_whole:
                self.accounts.update((event.account,) if event.account else ())
        for conversation in self.conversations_whole:
            found = self.view.conversation(conversation)
            if found is not None:
                self.accounts.update(found.conversation.members)
                self.sources.add(found.conversation.at.source)
                self._item(found.conversation.at.source, found.conversation.at.path)
        for account in self.view.accounts():
            if (
                account.owner and account.at.source in self.sources
            ) or account.at.source in self.sources_whole:
                self.accounts.add(account.id)
        for id in self.accounts:
            if (known := self.view.account(id)) is not None:
                self.sources.add(known.at.source)
        if self.sources_whole:
            self.conversations.update(
                c.conversation.id
                for c in self.view.conversations()
                if c.conversation.at.source in self.sources_whole
            )

    def _item(self, source: str, path: str) -> None:
        parts = path.split("!")
        for n in range(1, len(parts) + 1):
            self.items.add((source, "!".join(parts[:n])))

    def stored(self) -> Iterator[StoredMessage]:
        """The chosen messages in canonical order."""
        if self.everything:
            yield from self.view.messages()
        elif not self.conversations_whole and not self.sources_whole:
            yield from self.view.messages(ids=sorted(self.single))
        elif not self.sources_whole and not self.single:
            for conversation in sorted(self.conversations_whole):
                yield from self.view.messages(conversation=conversation)
        elif len(self.sources_whole) == 1 and not self.conversations_whole and not self.single:
            yield from self.view.messages(source=next(iter(self.sources_whole)))
        else:
            for stored in self.view.messages():
                m = stored.message
                if (
                    m.conversation in self.conversations_whole
                    or m.at.source in self.sources_whole
                    or stored.id in self.single
                ):
                    yield stored

    def item(self, source: str, path: str) -> bool:
        """Whether what stands about this item is shown."""
        return self.everything or source in self.sources_whole or (source, path) in self.items

    def inside(self, messages: Iterable[str]) -> bool:
        """Whether all of these messages are shown (and there is one)."""
        some = list(messages)
        return self.everything or (bool(some) and all(m in self.messages for m in some))

    def finding(self, finding: Finding, id: str) -> bool:
        """A selected finding, or one that lies whole in a selected conversation or source."""
        if self.everything or id in self.findings:
            return True
        return finding.conversation in self.conversations_whole or (
            bool(self.sources_whole)
            and all(m.message.at.source in self.sources_whole for m in self._messages(finding))
        )

    def _messages(self, finding: Finding) -> list[StoredMessage]:
        return [m for id in finding.messages if (m := self.view.message(id)) is not None]

    def observable(self, o: Observable) -> bool:
        """Whether its message is shown."""
        return self.everything or o.message in self.messages

    def action(self, action: Action, known: set[str]) -> bool:
        """Custody of what is shown: the beginning of the case, and actions about shown sources, findings and decisions."""
        return self.everything or action.n == 0 or any(a in self.sources or a in known for a in action.about)


def actions_of(
    view: View, findings: Sequence[str], conversations: Sequence[str], sources: Sequence[str]
) -> list[Action]:
    """The custody actions that a seal of this selection discloses, in order."""
    selection = Selection(tuple(findings), tuple(conversations), tuple(sources))
    chosen = Chosen(view, selection)
    if chosen.everything:
        return list(view.actions())
    known = {*selection.findings, *selection.conversations}
    for finding in view.findings():
        if chosen.finding(finding, id := ids.finding_id(finding)):
            known.add(id)
    return [a for a in view.actions() if chosen.action(a, known)]
