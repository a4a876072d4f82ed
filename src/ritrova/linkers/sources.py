"""Which pieces of evidence are independent: not one conversation, one received file, one picture's bytes, or one forward chain."""

from __future__ import annotations

from collections.abc import Sequence

from ritrova.model.view import View


class Sources:
    """Knows which conversations and files are one witness: two forms of one chat, a message and its forwards."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._parent: dict[str, str] = {}
        chats: dict[str, str] = {}
        for kind in ("same_message", "forward"):
            for link in view.links(kind=kind):
                if kind == "forward":
                    self._join(link.a, link.b)
                    continue
                for id in (link.a, link.b):
                    if id not in chats:
                        stored = view.message(id)
                        chats[id] = stored.conversation.id if stored else id
                self._join(chats[link.a], chats[link.b])

    def _root(self, id: str) -> str:
        parent = self._parent
        while parent.get(id, id) != id:
            parent[id] = parent.get(parent[id], parent[id])
            id = parent[id]
        return id

    def _join(self, a: str, b: str) -> None:
        one, two = sorted((self._root(a), self._root(b)))
        if one != two:
            self._parent[two] = one

    def independent(self, groups: Sequence[Sequence[str]]) -> int:
        """How many of these groups of messages are independent of each other."""
        kept = dict(self._parent)
        roots = []
        for messages in groups:
            keys: list[str] = []
            for stored in self._view.messages(ids=list(messages)):
                keys += [stored.id, stored.conversation.id, stored.message.at.source]
                keys += [a.sha256 for a in stored.message.attachments if a.sha256]
                if stored.message.forwarded_from:
                    keys.append("forwarded from " + stored.message.forwarded_from)
            for key in keys[1:]:
                self._join(keys[0], key)
            if keys:
                roots.append(keys[0])
        count = len({self._root(key) for key in roots})
        self._parent = kept
        return count
