"""One chat in two forms is one witness; numbers and accounts link by what identifies them, hotlines and names never."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from fake_view import FakeView
from ritrova.linkers import forward, same_account, same_message, same_number
from ritrova.linkers.sources import Sources
from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Attachment,
    Conversation,
    Difference,
    Link,
    Locator,
    Message,
    Moment,
    Observable,
    Record,
)


def _links(said: Iterable[object]) -> list[Link]:
    return [one for one in said if isinstance(one, Link)]


def source(name: str) -> str:
    """A source's hash."""
    return hashlib.sha256(name.encode()).hexdigest()


class Made:
    """Builds a chat of one source."""

    def __init__(self, name: str, key: str | None = None) -> None:
        self.source = source(name)
        self.at = Locator(self.source, name)
        self.chat = Conversation(
            self.at, ids.conversation_id("whatsapp", key or name), "whatsapp", name, "group"
        )
        self.records: list[Record] = [self.chat]
        self.n = 0

    def account(self, key: str, *, phone: str | None = None, native: str | None = None) -> str:
        """An account."""
        one = Account(
            self.at, ids.account_id("whatsapp", key, self.source), "whatsapp", key, phone=phone, native=native
        )
        self.records.append(one)
        return one.id

    def say(self, who: str, text: str, minute: int, *, zone: int = 0, **more: object) -> Message:
        """A message some minutes after noon."""
        self.n += 1
        when = 12 * 60 + minute + zone * 60
        local = f"2016-03-{1 + when // 1440:02d}T{when % 1440 // 60:02d}:{when % 60:02d}:00"
        m = Message(
            Locator(self.source, self.chat.name or "", f"bytes {self.n * 100}-{self.n * 100 + 99}"),
            "whatsapp", self.chat.id, who, who, "text", text, Moment(local, local), **more,  # type: ignore[arg-type]
        )  # fmt: skip
        self.records.append(m)
        return m


def talk(made: Made, zone: int, left_out: int = -1, changed: int = -1) -> list[Message]:
    """Twenty messages of two people."""
    people = [made.account("Rana"), made.account("Sami")]
    return [
        made.say(
            people[n % 2],
            f"word{n} about the car number {n}" + (" changed" if n == changed else ""),
            7 * n,
            zone=zone,
        )
        for n in range(20)
        if n != left_out
    ]


def test_two_forms_are_linked_one_to_one_across_zones_and_differences_are_told() -> None:
    a, b = Made("export.txt"), Made("store.db")
    talk(a, 3)
    talk(b, 0, left_out=4, changed=9)
    said = list(same_message.link(FakeView([*a.records, *b.records])))
    links = [x for x in said if isinstance(x, Link)]
    differences = [x for x in said if isinstance(x, Difference)]
    assert [x.strength for x in links].count("strong") == 18
    assert [x.strength for x in links].count("weak") == 1, (
        "the message with another text is one message all the same"
    )
    assert sorted(d.kind for d in differences) == ["only_in_a", "text"] or sorted(
        d.kind for d in differences
    ) == ["only_in_b", "text"]
    assert all("+3" in x.why[1] or "-3" in x.why[1] for x in links)


def test_two_phones_of_one_group_are_two_forms_though_the_conversation_is_one() -> None:
    a, b = Made("one.db", "group@g"), Made("two.db", "group@g")
    talk(a, 0)
    talk(b, 0)
    links = [x for x in same_message.link(FakeView([*a.records, *b.records])) if isinstance(x, Link)]
    assert len(links) == 20


def test_groups_that_share_posts_and_greetings_are_not_one_chat() -> None:
    a, b = Made("one.txt"), Made("two.txt")
    for made in (a, b):
        people = [made.account("Rana"), made.account("Sami")]
        for n in range(30):
            shared = n % 5 == 0
            made.say(
                people[n % 2], f"notice number {n}" if shared else f"{made.chat.name} own words {n}", 9 * n
            )
    assert list(same_message.link(FakeView([*a.records, *b.records]))) == []


def test_an_empty_case_and_a_chat_without_times_give_nothing() -> None:
    assert list(same_message.link(FakeView([]))) == []
    made = Made("x.txt")
    who = made.account("Rana")
    made.records.append(
        Message(made.at, "whatsapp", made.chat.id, who, "Rana", "text", "no time here", Moment())
    )
    assert list(same_message.link(FakeView(made.records))) == []


def test_two_forms_of_one_chat_are_one_source() -> None:
    a, b, c = Made("export.txt"), Made("store.db"), Made("other.txt")
    first, second = talk(a, 3), talk(b, 0)
    third = c.say(c.account("Omar"), "seen by another", 5)
    records = [*a.records, *b.records, *c.records]
    links = [x for x in same_message.link(FakeView(records)) if isinstance(x, Link)]
    sources = Sources(FakeView([*records, *links]))
    groups = [[ids.id_of(first[0])], [ids.id_of(second[7])], [ids.id_of(third)]]
    assert sources.independent(groups) == 2
    assert Sources(FakeView(records)).independent(groups) == 3


def test_one_picture_by_its_bytes_is_one_source() -> None:
    a, b = Made("a.txt"), Made("b.txt")
    picture = Attachment("p.jpg", True, "ab" * 32, "image/jpeg")
    one = a.say(a.account("Rana"), "x", 1, attachments=(picture,))
    two = b.say(b.account("Sami"), "y", 2, attachments=(picture,))
    assert Sources(FakeView([*a.records, *b.records])).independent([[ids.id_of(one)], [ids.id_of(two)]]) == 1


def phone(m: Message, number: str, written: str) -> Observable:
    """A number in a message."""
    return Observable("phone", ids.id_of(m), written, (0, len(written)), number)


def test_a_number_links_texts_accounts_and_jids_however_written() -> None:
    made = Made("a.txt")
    by_phone = made.account("Rana", phone="+9647700000142")
    by_jid = made.account("x", native="9647700000142@s.whatsapp.net")
    m = made.say(made.account("Sami"), "call 07700000142", 1)
    links = _links(same_number.link(FakeView([*made.records, phone(m, "+9647700000142", "07700000142")])))
    assert len(links) == 2
    assert {x for link in links for x in (link.a, link.b)} >= {by_phone, by_jid}


def test_a_hotline_that_unrelated_accounts_write_in_their_own_words_links_nothing() -> None:
    made = Made("a.txt")
    seen: list[Record] = []
    for n in range(7):
        m = made.say(
            made.account(f"Writer {n}"), f"{'abcdefgh'[n] * 4} call 07700000111 {'hgfedcba'[n] * 5}", n
        )
        seen.append(phone(m, "+9647700000111", "07700000111"))
    assert _links(same_number.link(FakeView([*made.records, *seen]))) == []


def test_an_advert_that_many_pass_on_still_links() -> None:
    made = Made("a.txt")
    seen: list[Record] = []
    for n in range(7):
        m = made.say(made.account(f"Writer {n}"), "for sale, call 07700000112", n)
        seen.append(phone(m, "+9647700000112", "07700000112"))
    assert len(_links(same_number.link(FakeView([*made.records, *seen])))) == 6


def test_short_and_toll_free_numbers_link_nothing() -> None:
    made = Made("a.txt")
    who = made.account("Rana")
    for number in ("116000", "+18005550199"):
        pair = [made.say(who, f"{number} {n}", n) for n in range(2)]
        assert (
            _links(same_number.link(FakeView([*made.records, *(phone(m, number, number) for m in pair)])))
            == []
        )


def test_accounts_are_the_same_by_id_number_or_handle_and_never_by_name() -> None:
    a, b = Made("a.txt"), Made("b.txt")
    for made in (a, b):
        made.account("Rana")
    assert list(same_account.link(FakeView([*a.records, *b.records]))) == []
    one, two = a.account("x", native="user4455667"), b.account("y", native="4455667")
    tele = [
        Account(a.at, one + "t", "telegram", "x", native="user4455667"),
        Account(b.at, two + "t", "telegram", "y", native="4455667"),
        Account(b.at, two + "c", "telegram", "z", native="channel4455667"),
    ]
    (link,) = same_account.link(FakeView([*tele]))
    assert {link.a, link.b} == {one + "t", two + "t"} and link.strength == "strong"
    named = [
        Account(a.at, "a-1", "telegram", "x", handle="@Some_Name"),
        Account(b.at, "a-2", "telegram", "y", handle="some_name"),
    ]
    (weak,) = same_account.link(FakeView([*named]))
    assert weak.strength == "weak"


def test_handles_and_invite_links_in_texts_join_the_account_they_name() -> None:
    made = Made("a.txt")
    account = Account(made.at, "a-1", "telegram", "x", handle="@Some_Name")
    one = made.say(made.account("Rana"), "https://t.me/some_name", 1)
    two = made.say(made.account("Sami"), "t.me/+AbCdEfGhIjK", 2)
    three = made.say(made.account("Omar"), "https://t.me/joinchat/AbCdEfGhIjK", 3)
    seen = [Observable("link", ids.id_of(m), m.text, (0, len(m.text)), m.text) for m in (one, two, three)]
    links = list(same_account.link(FakeView([*made.records, account, *seen])))
    assert len(links) == 2
    assert any("a-1" in (x.a, x.b) for x in links)


def test_a_forward_is_linked_to_the_account_it_names_and_else_to_the_copy_before() -> None:
    made = Made("a.txt")
    text = "a notice that several people pass on"
    first = made.say(made.account("Rana"), text, 1)
    second = made.say(made.account("Sami"), text, 2, forwarded_from="Rana")
    made.say(made.account("Omar"), text, 3)
    links = _links(forward.link(FakeView(made.records)))
    assert [x.strength for x in links] in (["strong"], ["weak"])
    assert {links[0].a, links[0].b} == {ids.id_of(first), ids.id_of(second)}
    assert _links(forward.link(FakeView([*made.records[:3]]))) == []
