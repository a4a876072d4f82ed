"""The same chat in two forms, made by the real readers: joined once, never wrongly, and disagreements told.

Grounds: exports know minutes and no zone; databases know milliseconds of UTC; one account sends the same words to many chats.
"""

from __future__ import annotations

from collections import Counter

import pytest

from fake_view import FakeView
from ritrova.linkers import same_message
from ritrova.model.records import Difference, ItemSeen, Link, Message, Read, Reconciliation
from ritrova.model.shapes import Ask
from writers.whatsapp_attack import (
    KARIM,
    OMAR,
    START,
    TALK,
    Said,
    chatstorage,
    export,
    msgstore,
    read_all,
    talk,
)

TEXT = "WhatsApp Chat with Bana.txt"


class Case:
    """A case in memory with what the linker says about it."""

    def __init__(self, *files: tuple[str, bytes], ask: Ask | None = None) -> None:
        records: list[Read] = []
        for name, content in files:
            records += [r for r in read_all(name, content, ask=ask) if not isinstance(r, Reconciliation)]
        seen: dict[str, Message] = {}
        self.view = FakeView([r for r in records if not isinstance(r, ItemSeen)])
        for stored in self.view.messages():
            seen[stored.id] = stored.message
        said = list(same_message.link(self.view))
        self.pairs = [(seen[x.a], seen[x.b], x) for x in said if isinstance(x, Link)]
        self.told = Counter(d.kind for d in said if isinstance(d, Difference))
        self.why = [d.why[0] for d in said if isinstance(d, Difference)]

    def one_to_one(self) -> int:
        """How many messages are joined, after checking that none is joined twice and none within one file."""
        ends = Counter((m.at.source, m.at.spot) for a, b, _ in self.pairs for m in (a, b))
        assert not ends or max(ends.values()) == 1
        assert all(a.at.source != b.at.source for a, b, _ in self.pairs)
        return len(self.pairs)


def oks() -> list[Said]:
    """Twelve times «ok», then ten sentences."""
    return [(i * 3.0, i % 2, "ok") for i in range(12)] + [(40.0 + i, i % 2, w) for i, w in enumerate(TALK)]


@pytest.mark.parametrize("hours", [0, 3, 5.5, -5, 5.75])
def test_an_export_and_a_database_are_one_chat_in_any_zone(hours: float) -> None:
    case = Case((TEXT, export(talk(), hours=hours)), ("msgstore.db", msgstore(talk())))
    assert case.one_to_one() == 20 and not case.told


@pytest.mark.parametrize("zone", ["Asia/Baghdad", "Europe/Rome"])
def test_a_right_or_wrong_zone_does_not_part_them(zone: str) -> None:
    case = Case((TEXT, export(talk())), ("msgstore.db", msgstore(talk())), ask=Ask(zone=zone))
    assert case.one_to_one() == 20 and not case.told


def test_an_iphone_and_an_android_of_one_talk_are_one_chat() -> None:
    case = Case(("msgstore.db", msgstore(talk(), owner=0)), ("ChatStorage.sqlite", chatstorage(talk())))
    assert case.one_to_one() == 20


def test_three_forms_are_joined_in_pairs() -> None:
    case = Case(
        (TEXT, export(talk())),
        ("msgstore.db", msgstore(talk())),
        ("ChatStorage.sqlite", chatstorage(talk(), owner=0, jid=KARIM)),
    )
    ends = Counter((m.at.source, m.at.spot) for a, b, _ in case.pairs for m in (a, b))
    assert len(case.pairs) == 60 and set(ends.values()) == {2}


def test_short_words_said_often_are_joined_in_their_order_and_the_missing_one_is_told() -> None:
    case = Case((TEXT, export(oks())), ("msgstore.db", msgstore(oks())))
    assert case.one_to_one() == 22 and not case.told
    less = [e for i, e in enumerate(oks()) if i != 4]
    case = Case((TEXT, export(less)), ("msgstore.db", msgstore(oks())))
    assert case.one_to_one() == 21 and case.told.total() == 1


def test_two_answers_of_one_minute_are_joined_by_who_gave_them() -> None:
    first = [(0, 0, TALK[0]), (0, 1, "ok"), (0, 0, "ok"), (1, 1, TALK[1]), *talk()[2:]]
    second = [first[0], first[2], first[1], *first[3:]]
    case = Case((TEXT, export(first)), ("msgstore.db", msgstore(second)))
    assert case.one_to_one() == len(first)
    assert not case.told, case.why


def test_a_sender_that_differs_is_told_by_name() -> None:
    other = [(m, 1 - w if i == 6 else w, t) for i, (m, w, t) in enumerate(talk())]
    case = Case((TEXT, export(talk())), ("msgstore.db", msgstore(other)))
    assert case.told == Counter({"sender": 1})
    assert "«Ali»" in case.why[0] or "+9647505550101" in case.why[0]
    assert "a-" not in case.why[0]


def test_an_edited_and_a_deleted_message_are_one_witness_and_the_change_is_told() -> None:
    changed = [(m, w, "other words now" if i == 5 else t) for i, (m, w, t) in enumerate(talk()) if i != 8]
    case = Case((TEXT, export(changed)), ("msgstore.db", msgstore(talk())))
    assert case.one_to_one() == 19
    assert Counter(link.strength for *_, link in case.pairs) == {"strong": 18, "weak": 1}
    assert case.told["text"] == 1 and case.told.total() == 2


def media(caption: str = "", name: str | None = None) -> bytes:
    """The talk with a picture where the fourth message was."""
    path = f"Media/{name}" if name else "Media/x.jpg"
    named, said = (f"'{x}'" if x else "null" for x in (name, caption))
    return msgstore(
        talk(),
        more="update message set message_type=1, text_data=null where _id=5;"
        f"insert into message_media values(5,'{path}','image/jpeg',null,{named},{said});",
    )


@pytest.mark.parametrize(
    ("written", "caption", "told"),
    [
        ("<Media omitted>", "", 0),
        ("IMG-20240713-WA0001.jpg (file attached)", "", 0),
        ("<Media omitted>\nmind the step", "mind the step", 0),
        ("<Media omitted>", "mind the step", 1),
    ],
)
def test_a_picture_left_out_of_the_export_is_the_picture_of_the_database(
    written: str, caption: str, told: int
) -> None:
    name = "IMG-20240713-WA0001.jpg" if written.startswith("IMG") else None
    said = [(m, w, written if i == 3 else t) for i, (m, w, t) in enumerate(talk())]
    case = Case((TEXT, export(said)), ("msgstore.db", media(caption, name)))
    assert case.one_to_one() == 20
    assert case.told.total() == told, case.why


def test_files_of_different_names_are_not_one() -> None:
    said = [
        (m, w, "IMG-20240713-WA0099.jpg (file attached)" if i == 3 else t)
        for i, (m, w, t) in enumerate(talk())
    ]
    case = Case((TEXT, export(said)), ("msgstore.db", media(name="IMG-20240713-WA0001.jpg")))
    strong = [x for x in case.pairs if x[2].strength == "strong"]
    assert len(strong) == 19 and case.told.total() == 1


def adverts(who: int = 0) -> list[Said]:
    """One account writes, nobody answers."""
    return [(m, who, t) for m, _, t in talk()]


def test_adverts_sent_to_two_groups_do_not_make_them_one_chat() -> None:
    case = Case(
        ("WhatsApp Chat with Market A.txt", export(adverts())),
        ("WhatsApp Chat with Market B.txt", export([(m + 0.1, w, t) for m, w, t in adverts()])),
    )
    assert case.one_to_one() == 0


def test_adverts_and_the_export_of_their_group_are_one_chat_by_its_name() -> None:
    rows = "".join(
        f"insert into message values({i + 300},1,1,'D{i}',null,{START + m * 60000},0,'{t}',{i + 300});"
        for i, (m, _, t) in enumerate(adverts())
    )
    case = Case(
        ("WhatsApp Chat with Market.txt", export(adverts())),
        ("msgstore.db", msgstore(adverts(), chat=2, more=rows)),
    )
    assert case.one_to_one() == 20
    rows_joined = {m.at.spot for a, b, _ in case.pairs for m in (a, b) if "table" in m.at.spot}
    assert all(int(spot.rpartition(" ")[2]) < 300 for spot in rows_joined), (
        "the chat of that name, not the other"
    )


def test_adverts_in_two_nameless_chats_of_a_database_are_joined_with_neither() -> None:
    rows = "insert into jid values(9,'9647505550109','s.whatsapp.net','9647505550109@s.whatsapp.net');"
    rows += "insert into chat values(3,9,null);" + "".join(
        f"insert into message values({i + 300},3,1,'D{i}',null,{START + m * 60000},0,'{t}',{i + 300});"
        for i, (m, _, t) in enumerate(adverts())
    )
    case = Case((TEXT, export(adverts())), ("msgstore.db", msgstore(adverts(), more=rows)))
    assert case.one_to_one() == 0


def test_two_groups_with_keys_of_their_own_are_never_one_chat() -> None:
    other = msgstore(
        talk(), chat=2, senders={1: 3}, more="update jid set raw_string='120363999@g.us' where _id=2"
    )
    case = Case(("a.db", msgstore(talk(), chat=2, senders={1: 3})), ("b.db", other))
    assert case.one_to_one() == 0


def test_a_group_on_two_phones_is_one_chat_even_where_it_is_short() -> None:
    case = Case(
        ("a.db", msgstore(talk(2), chat=2, owner=0, senders={1: 3})),
        ("b.db", msgstore(talk(2), chat=2, owner=1, senders={0: 1}, late=1500)),
    )
    assert case.one_to_one() == 2


def test_the_same_short_words_in_two_chats_join_nothing() -> None:
    few = [(i * 3.0, i % 2, "ok") for i in range(12)]
    case = Case((TEXT, export(few)), ("WhatsApp Chat with Omar.txt", export(few, names=("Ali", "Omar"))))
    assert case.one_to_one() == 0
    greeting = [(0, 0, TALK[0]), (5, 1, "yes"), (9, 0, TALK[1])]
    other = [(0, 0, TALK[0]), (6, 1, "no"), (9, 0, TALK[1])]
    case = Case(
        (TEXT, export(greeting)), ("WhatsApp Chat with Omar.txt", export(other, names=("Ali", "Omar")))
    )
    assert case.one_to_one() == 0


def test_adverts_with_different_answers_are_two_chats() -> None:
    first: list[Said] = []
    second: list[Said] = []
    for m, _, t in talk():
        first += [(m, 0, t), (m + 2, 1, f"how much is number {m:g}")]
        second += [(m, 0, t), (m + 3, 1, f"not for me {m:g} thanks")]
    case = Case((TEXT, export(first)), ("WhatsApp Chat with Omar.txt", export(second, names=("Ali", "Omar"))))
    assert case.one_to_one() == 0


def test_exports_of_different_days_share_what_both_have() -> None:
    later = talk() + [(500 + i, i % 2, f"{w} later") for i, w in enumerate(TALK)]
    case = Case((TEXT, export(talk())), ("WhatsApp Chat with Bana (2).txt", export(later)))
    assert case.one_to_one() == 20 and not case.told


def test_two_phones_of_one_talk_name_people_differently_and_are_one_chat() -> None:
    case = Case(
        (TEXT, export(talk())),
        (
            "WhatsApp Chat with Ali.txt",
            export([(m + 0.4, w, t) for m, w, t in talk()], names=("Brother", "Me 2")),
        ),
    )
    assert case.one_to_one() == 20 and not case.told


def test_line_ends_and_marks_are_no_difference() -> None:
    said = [(m, w, t + "\r\nsecond line" if i == 6 else t) for i, (m, w, t) in enumerate(talk())]
    plain = [(m, w, t + "\nsecond line" if i == 6 else t) for i, (m, w, t) in enumerate(talk())]
    ios = export(said, form="[%d/%m/%Y, %H:%M:%S] ", end=" \u200e<This message was edited>\r\n")
    case = Case(("_chat.txt", ios), ("msgstore.db", msgstore(plain)))
    assert case.one_to_one() == 20 and not case.told


def test_databases_with_the_same_keys_and_other_words_are_two_chats() -> None:
    other = [(m + 9000, w, "other " + t[::-1]) for m, w, t in talk()]
    case = Case(("a.db", msgstore(talk())), ("b.db", msgstore(other)))
    assert case.one_to_one() == 0


def test_direct_chats_of_two_owners_with_one_partner_are_two_chats() -> None:
    case = Case(
        ("a.db", msgstore([(0, 1, TALK[0]), (4, 0, "first owner")])),
        ("b.db", msgstore([(0, 1, TALK[0]), (5, 0, "second owner")], key="L")),
    )
    assert case.one_to_one() == 0


@pytest.mark.parametrize("n", [2, 3])
def test_a_short_chat_in_two_backups_of_one_phone_is_one_by_the_keys_of_its_messages(n: int) -> None:
    assert Case(("a.db", msgstore(talk(n))), ("b.db", msgstore(talk(4)))).one_to_one() == n


def test_a_message_sent_to_a_list_joins_no_chats_by_its_key() -> None:
    first, second = [(0.0, 0, TALK[0])], [(0.0, 0, TALK[0]), (5.0, 1, "thanks")]
    assert Case(("a.db", msgstore(first)), ("b.db", msgstore(second))).one_to_one() == 0
    more = f"update jid set raw_string='{OMAR}' where _id=1; delete from jid where _id=3"
    assert Case(("a.db", msgstore(second)), ("b.db", msgstore(second, more=more))).one_to_one() == 0
