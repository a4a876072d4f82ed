"""An invented case in which every field that may name somebody holds a word that must not leave it.

`CANARIES` are those words. Names, numbers and files are fictional.
"""

from __future__ import annotations

from fake_view import FakeView
from ritrova.model import ids
from ritrova.model.records import (
    Account,
    Action,
    Attachment,
    Call,
    Contact,
    Conversation,
    Decision,
    Difference,
    Event,
    Finding,
    ItemSeen,
    Link,
    Locator,
    Message,
    Moment,
    Native,
    Observable,
    Problem,
    Reconciliation,
    Record,
    Reply,
    Sighting,
    Sign,
    Source,
    Template,
    Trace,
)

ONE = "11" * 32
TWO = "22" * 32
FILE = "WhatsApp Chat with Zerdana Quill.zip"
ITEM = FILE + "!_chat.txt"
PHONE = "+964770000017"
OTHER = "+15550142233"
CHAT = ids.conversation_id("whatsapp", "", f"{ONE} {ITEM}")
GROUP = ids.conversation_id("telegram", "9900112233")
QUILL = ids.account_id("whatsapp", PHONE)
ALBA = ids.account_id("telegram", "user9900112244")
SARNO = ids.account_id("whatsapp", "Dornwick Sarnolik", f"{ONE} {ITEM}")
OMARI = ids.account_id("whatsapp", "Tolbarek Vendas", f"{ONE} {ITEM}")

CANARIES = (
    "Zerdana", "Quill", "زردانة", "Tolbarek", "Vendas", "Albamir", "Kestrova", "quillhandle", "albahandle", "Fornulla",
    "Gravidor", "Hespertin", "Ilvandor", "Jorvelek", "Kunyavar", "Lumbrek", "Mirfanda", "Notemark", "Querysecret", "witnessname",
    "964770000017", "0770000017", "770000017", "770 000 017", "٧٧٠٠٠٠٠١٧", "۷۷۰۰۰۰۰۱۷", "７７０００００１７", "7️⃣7️⃣0️⃣0️⃣0️⃣0️⃣",
    "15550142233", "5550142233", "555-014-2233", "9900112233", "9900112244", "Oswindle", "Tranmor", "Peewicket", "Crannog", "شمردلان", "قنطوشي", "Yewbarrow", "Snorkwell", "Tragwellin", "Moopers", "Dornwick", "Sarnolik",
    "mail.person", "wa.me/964", "t.me/albahandle",
    "InviteCode77", "DE00123412341234123412", "home/investigator", QUILL, ALBA, CHAT, GROUP,
)  # fmt: skip
"""None of these may stand in anything that leaves the case under pseudonyms."""


def at(path: str = ITEM, spot: str = "", source: str = ONE) -> Locator:
    return Locator(source, path, spot)


def message(n: int, text: str, **more: object) -> Message:
    fields: dict[str, object] = {
        "at": at(spot=f"bytes {n * 1000}-{n * 1000 + 900}"),
        "app": "whatsapp",
        "conversation": CHAT,
        "sender": QUILL,
        "sender_name": "Zerdana Quill",
        "kind": "text",
        "text": text,
        "sent": Moment(
            written=f"1/2/2024, 10:{n:02}", local=f"2024-02-01T10:{n:02}:00", ground="day before month"
        ),
        "native": Native(f"3EB0{n:016X}"),
    }
    fields.update(more)
    return Message(**fields)  # type: ignore[arg-type]


TEXTS = [
    "hello from Zerdana, call +964 770 000 017 or 0770 000 017",
    "زردانة كويل: ٠٧٧٠ ٠٠٠ ٠١٧",
    "persian ۰۷۷۰۰۰۰۰۱۷ and full ０７７０００００１７ and emoji 0️⃣7️⃣7️⃣0️⃣0️⃣0️⃣0️⃣0️⃣1️⃣7️⃣",
    "TOLBAREK  VENDAS said 900 USD on 15/09/2024 at 10:30 for the sofa, 25,000,000 IQD",
    "ask @albahandle or t.me/albahandle or https://wa.me/964770000017?text=hi or https://chat.whatsapp.com/InviteCode77",
    "write to mail.person@example.org, or 964770000017@s.whatsapp.net",
    "number zero seven seven Kunyavar obscured",
    "DE00123412341234123412 is an account",
    "call 555-014-2233, ZerdanaQuill",
]


def records() -> list[Record]:
    messages = [message(n, text) for n, text in enumerate(TEXTS, 1)]
    kunya = messages[6].text.index("Kunyavar")
    messages += [
        message(
            20,
            "answers",
            sender=OMARI,
            sender_name="Tolbarek Vendas",
            reply_to=Reply(
                key=f"3EB0{1:016X}", snapshot="Zerdana Quill: 0770 000 017", detail={"participant": PHONE}
            ),
            forwarded_from="Albamir Kestrova",
            attachments=(
                Attachment(
                    "Fornulla scan 0770000017.pdf",
                    True,
                    "ab" * 32,
                    "application/pdf",
                    None,
                    12,
                    FILE + "!Fornulla scan.pdf",
                ),
                Attachment("IMG-20240201-WA0001.jpg", False, missing="omitted by Zerdana"),
            ),
            detail={
                "poll": {"question": "who?", "options": ["Zerdana", "Tolbarek Vendas"]},
                "contact": {
                    "name": "Gravidor Hespertin",
                    "phones": [OTHER],
                    "vcard": "BEGIN:VCARD\nFN:Ilvandor\nTEL:5550142233\nEND:VCARD",
                },
                "votes": {"964770000017@s.whatsapp.net": 1},
                "user_id": 9900112244,
                "timestamp": 1706781600,
            },
        ),
        message(
            22,
            "Oswindle Tranmor added Peewicket Crannog and ~ Noor",
            kind="system",
            sender=None,
            sender_name=None,
        ),
        message(
            23,
            "\u200fأضاف Oswindle Tranmor شمردلان قنطوشي",
            kind="system",
            sender=None,
            sender_name=None,
            detail={"system": {"action": "membership", "said": "Yewbarrow was here"}},
        ),
        message(24, "Oswindle created group “Snorkwell”", kind="system", sender=None, sender_name=None),
        message(25, "Oswindle   Tranmor; #Peewicket_Crannog; Friends-of-\nLumbrek; Sarnolik spoke"),
        message(
            26,
            "Tragwellin Moopers.vcf (file attached)",
            kind="contact",
            attachments=(Attachment("Tragwellin Moopers.vcf", False),),
        ),
        message(27, "Tragwellin called", sender=SARNO, sender_name="Dornwick Sarnolik"),
        message(21, "Gravidor and Ilvandor and Jorvelek came", kind="system", sender=None, sender_name=None),
        Message(
            at=at("result.json", "bytes 10-20", TWO),
            app="telegram",
            conversation=GROUP,
            sender=ALBA,
            sender_name="Albamir Kestrova",
            kind="text",
            text="same wording, Albamir",
            sent=Moment(utc="2024-02-01T08:00:00Z"),
            native=Native("12"),
        ),
    ]
    first, seventh, last = ids.id_of(messages[0]), ids.id_of(messages[6]), ids.id_of(messages[-1])
    phone = Observable(
        "phone",
        first,
        "+964 770 000 017",
        _span(messages[0].text, "+964 770 000 017"),
        PHONE,
        ground="written Zerdana",
    )
    name = Observable(
        "name", seventh, "Kunyavar", (kunya, kunya + 8), "Kunyavar", detail={"name": "Kunyavar"}
    )
    price = Observable(
        "price", ids.id_of(messages[3]), "900 USD", _span(messages[3].text, "900 USD"), None, 900.0, "USD"
    )
    offer = {
        "prices": [{"amount": 900, "currency": "USD", "message": price.message, "span": list(price.span)}],
        "contacts": [{"kind": "phone", "value": PHONE, "message": first, "span": list(phone.span)}],
    }
    finding = Finding(
        "person_sale",
        "offer",
        CHAT,
        (first, price.message),
        (Sign("sign.price", "ILO 2009", "expert", price.message, price.span),),
        why=("a price stands beside it: 900 USD", "names «Zerdana» and 0770 000 017"),
        counter=("also says: Tolbarek",),
        urgency=("a meeting is named by Zerdana",),
        offer=offer,
        detector="offers@1",
        packs="cd" * 32,
        rank=1.0,
    )
    found = ids.finding_id(finding)
    sighting = Sighting(
        (seventh,),
        (ids.observable_id(name),),
        Moment(local="2024-02-01T10:07:00"),
        {"name": "Mosul"},
        ("Kunyavar",),
    )
    trace = Trace(
        (ids.sighting_id(sighting),),
        "C",
        1,
        ("named Kunyavar",),
        ("Jorvelek says no",),
        {"earliest": "2024", "latest": "2024"},
    )
    return [
        Source(ONE, FILE, "file", 9000, "2026-01-01T00:00:00Z", "E. Examiner", "consent of Hespertin", "witnessname",
               "/home/investigator/" + FILE, detail={"zone": "Querysecret"}),
        Source(TWO, "Lumbrek export", "folder", 500, "2026-01-01T00:01:00Z", "E. Examiner", "order 1", None,
               manifest=(("result.json", 400, "ef" * 32), ("Mirfanda.jpg", 100, "aa" * 32))),
        ItemSeen(at(FILE), 9000, ONE, unpacker="zip"),
        ItemSeen(at(), 8000, "bb" * 32, reader="whatsapp.text", parent=FILE, note="of Zerdana"),
        ItemSeen(at("result.json", "", TWO), 400, "ef" * 32, reader="telegram.json"),
        Account(at(spot="bytes 1-2"), QUILL, "whatsapp", "Zerdana Quill", PHONE, "quillhandle", "964770000017@s.whatsapp.net",
                ground="number 964770000017", detail={"names": ["زردانة كويل"]}),
        Account(at(spot="bytes 1-2"), OMARI, "whatsapp", "Tolbarek Vendas", ground="a mere name"),
        Account(at("result.json", "bytes 1-2", TWO), ALBA, "telegram", "Albamir Kestrova", handle="@albahandle", native="user9900112244"),
        Account(at(spot="bytes 1-2"), SARNO, "whatsapp", "Dornwick Sarnolik", ground="a mere name"),
        Conversation(at("result.json", "", TWO), ids.conversation_id("telegram", "77"), "telegram", "Dornwick Sarnolik", "group", "77"),
        Conversation(at(), CHAT, "whatsapp", "Zerdana Quill", "direct", "964770000017@s.whatsapp.net"),
        Conversation(at("result.json", "", TWO), GROUP, "telegram", "Friends of Lumbrek", "group", "9900112233", (ALBA,)),
        *messages,
        Event(at(spot="bytes 5-6"), "membership", CHAT, None, None, QUILL, Moment(), {"member_names": ["Jorvelek"], "jid": PHONE}),
        Event(at(spot="bytes 6-7"), "reaction", CHAT, first, f"3EB0{1:016X}", ALBA, Moment(utc="2024-02-01T08:00:00Z"), {"emoji": "x"}),
        Call(at(spot="bytes 7-8"), "whatsapp", CHAT, QUILL, (QUILL, OMARI), Moment(), 3.5, False, "missed by Zerdana", Native("call:964770000017")),
        Contact(at(spot="bytes 8-9"), "whatsapp", QUILL, "Gravidor (Zerdana's friend)", (OTHER,), "quillhandle", detail={"note": "Vendas"}),
        Problem(at(spot="bytes 9-10"), "RTV-W001", "cannot read «Zerdana Quill: 0770 000 017» of " + FILE, 1),
        Reconciliation(at(), "whatsapp.text", 12, 11, 0, 1, {"line of Tolbarek": 1}),
        phone, name, price, finding, sighting, trace,
        Link("same_number", QUILL, ids.observable_id(phone), ("both say 0770 000 017",), "strong", "numbers"),
        Template((first, last), "call Zerdana on", ({"kind": "phone", "values": ["0770 000 017"]}, {"kind": "name", "values": ["Unseenname"]})),
        Difference("text", first, None, ("Zerdana here, nothing there",)),
        Decision("d-" + "0" * 20, (found, QUILL), "relevant", "E. Examiner", "2026-01-02T00:00:00Z", "rescuer", "Notemark spoke to Zerdana",
                 snapshot={"messages": [first], "text": "hello from Zerdana", "category": "person_sale"}),
        Action(0, "2026-01-01T00:00:00Z", "E. Examiner", "new", basis="order 1", tool="ritrova 0.1.0"),
        Action(1, "2026-01-01T00:00:01Z", "E. Examiner", "add", (ONE,), "consent of Hespertin", "ritrova 0.1.0", {"from": "witnessname", "name": FILE}),
        Action(2, "2026-01-01T00:01:01Z", "E. Examiner", "add", (TWO,), "order 1", "ritrova 0.1.0"),
        Action(3, "2026-01-02T00:00:00Z", "E. Examiner", "search", (), None, "ritrova 0.1.0", {"query": "Querysecret", "hits": 3}),
        Action(4, "2026-01-02T00:00:01Z", "E. Examiner", "decide", (found, QUILL), None, "ritrova 0.1.0", {"note": "Notemark"}),
    ]  # fmt: skip


def _span(text: str, part: str) -> tuple[int, int]:
    start = text.index(part)
    return (start, start + len(part))


def view() -> FakeView:
    return FakeView(records(), name="case of Zerdana")


def finding_id() -> str:
    return next(ids.finding_id(r) for r in records() if isinstance(r, Finding))
