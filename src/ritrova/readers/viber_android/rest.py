"""Likes and calls."""

from __future__ import annotations

from collections.abc import Iterator

from ritrova.formats.viber import (
    moment,
    reaction,
    whole,
    words,
)
from ritrova.model.records import (
    Call,
    Event,
    Native,
)
from ritrova.model.shapes import at
from ritrova.readers.viber_android.messages import Messages


class Reading(Messages):
    """One database on its way through the reader."""

    def likes(self) -> Iterator[Event]:
        """Rows of messages_likes: who liked which message, and when."""
        for name in ("messages_likes", "messages_reactions"):
            columns = (
                "message_token",
                "participant_number",
                "member_id",
                "date",
                "type",
                "reaction",
                "like_token",
            )
            for rowid, (token, number, member, date, kind, other, like) in self.table(name, columns):
                account = self.by_key.get(words(member)) or self.by_key.get(words(number))
                yield Event(
                    at=at(self.item, f"table {name} row {rowid}"),
                    kind="reaction",
                    message_key=words(token) or None,
                    account=None if account is None else account.id,
                    when=moment(date, whole(like)),
                    detail={**reaction(kind or other or 1), "by_as_stored": words(number) or words(member)},
                )

    def calls(self) -> Iterator[Call]:
        """Rows of messages_calls: calls that a message stands for."""
        columns = (
            *("conversation_id", "message_id", "canonized_number", "viber_call_type", "date", "duration"),
            *("type", "end_reason", "start_reason", "token"),
        )
        for rowid, values in self.table("messages_calls", columns):
            row = dict(zip(columns, values, strict=True))
            kind = whole(row["type"])
            number = words(row["canonized_number"])
            other = self.by_key.get(number) or self.by_key.get(number.removeprefix("+"))
            ends = [self.owner.id] + ([other.id] if other else [])
            yield Call(
                at=at(self.item, f"table messages_calls row {rowid}"),
                app="viber",
                conversation=self.conversations.get(whole(row["conversation_id"])),
                caller=self.owner.id if kind == 2 else other.id if other and kind in (1, 3) else None,
                participants=tuple(ends),
                when=moment(row["date"], whole(row["token"])),
                seconds=float(row["duration"]) if isinstance(row["duration"], int | float) else None,
                video={1: False, 4: True}.get(whole(row["viber_call_type"]) or 0),
                result={1: "incoming", 2: "outgoing", 3: "missed"}.get(kind or 0)
                or words(row["type"])
                or None,
                native=Native(words(row["token"]) or None, row["type"]),
                detail={k: v for k, v in row.items() if v is not None},
            )
