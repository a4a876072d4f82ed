"""The in-memory view that tests stand on keeps the rules of the View it stands for."""

from __future__ import annotations

from fake_view import FakeView
from ritrova.model import ids
from ritrova.model.records import Account, Conversation, Locator, Message, Moment, Native, Reply
from ritrova.model.view import View

SOURCE = "ab" * 32
CHAT = ids.conversation_id("telegram", "1")
WRITER = ids.account_id("telegram", "user1")


def spot(n: int) -> Locator:
    return Locator(SOURCE, "result.json", f"bytes {n}-{n + 1}")


def message(n: int, text: str, minute: int | None, reply: str | None = None) -> Message:
    sent = Moment() if minute is None else Moment(utc=f"2024-01-01T00:{minute:02}:00Z")
    return Message(
        at=spot(n),
        app="telegram",
        conversation=CHAT,
        sender=WRITER,
        sender_name="Sami",
        kind="text",
        text=text,
        sent=sent,
        native=Native(str(n)),
        reply_to=Reply(key=reply) if reply else None,
    )


def view(*messages: Message) -> View:
    return FakeView(
        [
            Account(at=spot(0), id=WRITER, app="telegram", name="Sami"),
            Conversation(at=spot(0), id=CHAT, app="telegram", name="Market"),
            *messages,
        ]
    )


def test_messages_without_a_time_stay_behind_the_one_before_them() -> None:
    shown = view(message(1, "a", 5), message(2, "b", None), message(3, "c", 4), message(4, "d", 9))
    assert [m.message.text for m in shown.messages()] == ["a", "b", "c", "d"]


def test_a_reply_resolves_by_native_key() -> None:
    shown = view(message(1, "a", 1), message(2, "b", 2, reply="1"))
    answered = [m.reply_to for m in shown.messages()]
    assert answered == [None, ids.message_id(spot(1))]


def test_search_gives_spans_context_and_filters() -> None:
    shown = view(message(1, "hello", 1), message(2, "two cars, one car", 2), message(3, "bye", 3))
    [hit] = shown.search("car from:sami chat:market", context=1)
    assert [hit.message.message.text[s:e] for s, e in hit.spans] == ["car"]
    assert [m.message.text for m in (*hit.before, *hit.after)] == ["hello", "bye"]
    assert len(list(shown.search("car*"))) == 1
    assert not list(shown.search("car from:nobody"))


def test_paging_and_positions_agree() -> None:
    shown = view(*(message(n, str(n), n) for n in range(1, 30)))
    [fifth] = shown.page(CHAT, 4, 1)
    assert shown.position(fifth.id) == 4
    assert [m.message.text for m in shown.around(fifth.id, 1, 1)] == ["4", "5", "6"]
    [batch] = shown.texts(since_row=27)
    assert batch.texts == ["28", "29"]
