"""``ContactsV2.sqlite`` and ``CallHistory.sqlite``: the address book and the calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ritrova.formats.sqlite import Damaged, Database
from ritrova.model import ids
from ritrova.model.records import Account, Call, Contact, Native, Problem, Read
from ritrova.model.shapes import Item, at
from ritrova.readers.whatsapp_ios.codes import OUTCOMES, moment, real, whole, words
from ritrova.readers.whatsapp_ios.people import number, split

CONTACT = (
    "ZWHATSAPPID", "ZFULLNAME", "ZGIVENNAME", "ZHIGHLIGHTEDNAME", "ZPHONENUMBER", "ZLOCALIZEDPHONENUMBER",
    "ZPHONENUMBERLABEL", "ZABOUTTEXT", "ZABOUTTIMESTAMP", "ZLID", "ZUSERNAME", "ZBUSINESSNAME",
)  # fmt: skip


def contacts(item: Item, db: Database) -> Iterator[Read]:
    """A contact for every row; an account where the row names a WhatsApp id."""
    seen: set[str] = set()
    for found in db.walk("ZWAADDRESSBOOKCONTACT", CONTACT):
        if not isinstance(found, tuple):
            what = (
                f"rows {found.first} to {found.last} of ZWAADDRESSBOOKCONTACT could not be read: {found.why}"
            )
            yield Problem(at(item), "RTV-W202", what, getattr(found, "rows", 0))
            continue
        row, values = found
        v = dict(zip(CONTACT, values, strict=True))
        raw = words(v["ZWHATSAPPID"])
        name = words(v["ZFULLNAME"]) or words(v["ZGIVENNAME"]) or words(v["ZBUSINESSNAME"])
        account = phone = None
        if raw is not None:
            bare = "@".join(split(raw))
            phone = number(bare)
            account = ids.account_id("whatsapp", phone or bare)
            if account not in seen:
                seen.add(account)
                detail = {"lid": words(v["ZLID"])} if words(v["ZLID"]) else None
                ground = "entry of the address book"
                yield Account(at(item), account, "whatsapp", name, phone, None, bare, False, ground, detail)
        phones = tuple(dict.fromkeys(p for p in (words(v["ZPHONENUMBER"]), phone) if p))
        about = {
            k[1:].lower(): words(v[k])
            for k in CONTACT[2:]
            if k not in ("ZPHONENUMBER", "ZABOUTTIMESTAMP") and words(v[k])
        }
        when = moment(v["ZABOUTTIMESTAMP"]) if v["ZABOUTTIMESTAMP"] is not None else None
        spot = at(item, f"table ZWAADDRESSBOOKCONTACT row {row}")
        yield Contact(spot, "whatsapp", account, name, phones, words(v["ZUSERNAME"]), when, about or None)


CALL = (
    "ZOUTCOME", "Z1CALLEVENTS", "ZDATE", "ZDURATION", "ZGROUPCALLCREATORUSERJIDSTRING", "ZGROUPJIDSTRING", "ZBYTESRECEIVED",
    "ZBYTESSENT", "ZCALLIDSTRING",
)  # fmt: skip


def calls(item: Item, db: Database) -> Iterator[Read]:
    """A call for every event; who took part and in which direction stand in the tables beside it."""
    seen: set[str] = set()
    waiting: list[Read] = []

    def account(raw: str) -> str:
        bare = "@".join(split(raw))
        made = ids.account_id("whatsapp", number(bare) or bare)
        if made not in seen:
            seen.add(made)
            waiting.append(
                Account(
                    at(item), made, "whatsapp", None, number(bare), None, bare, False, "takes part in a call"
                )
            )
        return made

    there: dict[int, list[tuple[str, Any]]] = {}
    together: dict[int, tuple[Any, ...]] = {}
    for table in ("ZWACDCALLEVENTPARTICIPANT", "ZWAAGGREGATECALLEVENT"):
        if not db.has(table):
            continue
        columns = ("Z1PARTICIPANTS", "ZJIDSTRING", "ZOUTCOME") if table.endswith("PANT") else ("ZINCOMING", "ZMISSED", "ZVIDEO", "ZFIRSTDATE")  # fmt: skip
        for found in db.walk(table, columns):
            if not isinstance(found, tuple):
                what = f"rows {found.first} to {found.last} of {table} could not be read: {found.why}"
                yield Problem(at(item), "RTV-W202", what)
            elif table.endswith("PANT"):
                if words(found[1][1]):
                    there.setdefault(whole(found[1][0]) or -1, []).append((str(found[1][1]), found[1][2]))
            else:
                together[found[0]] = found[1]
    for found in db.walk("ZWACDCALLEVENT", CALL):
        if not isinstance(found, tuple):
            what = f"rows {found.first} to {found.last} of ZWACDCALLEVENT could not be read: {found.why}"
            yield Problem(at(item), "RTV-W202", what, getattr(found, "rows", 0))
            continue
        row, values = found
        v = dict(zip(CALL, values, strict=True))
        others = [(account(raw), result) for raw, result in there.get(row, ())]
        creator = words(v["ZGROUPCALLCREATORUSERJIDSTRING"])
        caller = account(creator) if creator and "@" in creator else None
        group = together.get(whole(v["Z1CALLEVENTS"]) or -1)
        detail: dict[str, Any] = {}
        video = None
        if group is not None:
            detail["incoming"], detail["missed"] = whole(group[0]) == 1, whole(group[1]) == 1
            video = whole(group[2]) == 1
            if caller is None and detail["incoming"] and len(others) == 1:
                caller = others[0][0]
        for label, key in (("bytes_received", "ZBYTESRECEIVED"), ("bytes_sent", "ZBYTESSENT")):
            if whole(v[key]) is not None:
                detail[label] = whole(v[key])
        if words(v["ZGROUPJIDSTRING"]):
            detail["group"] = words(v["ZGROUPJIDSTRING"])
        code = whole(v["ZOUTCOME"])
        result = f"{code} ({OUTCOMES[code]})" if code in OUTCOMES else words(v["ZOUTCOME"])
        yield from waiting
        waiting.clear()
        who = tuple(dict.fromkeys([a for a, _ in others] + ([caller] if caller else [])))
        spot = at(item, f"table ZWACDCALLEVENT row {row}")
        yield Call(
            spot, "whatsapp", None, caller, who, moment(v["ZDATE"]), real(v["ZDURATION"]), video, result,
            Native(words(v["ZCALLIDSTRING"])), detail or None,
        )  # fmt: skip
    yield from _joinable(item, db)


LEFT_OVER = (
    ("ZWAMEDIAITEM", "files, places or cards of messages that are not here",
     (("ZWAMESSAGE", "ZMEDIAITEM"),), ("ZWAMEDIAITEM", "ZMESSAGE", "ZWAMESSAGE")),
    ("ZWAGROUPMEMBER", "members of groups that are not here", (), ("ZWAGROUPMEMBER", "ZCHATSESSION", "ZWACHATSESSION")),
    ("ZWAGROUPMEMBERSCHANGE", "changes of members", (), None),
)  # fmt: skip
"""Table, what its rows are, (table, column) that name such a row, (table, column, owner) by which it names its owner."""


def left_over(item: Item, db: Database) -> Iterator[Problem]:
    """Rows that no record holds: parts that outlived their message, members of a chat that is gone, undecoded tables."""
    for table, what, named_by, names in LEFT_OVER:
        if not db.has(table):
            continue
        tests: list[str] = []
        for other, column in named_by:
            if db.has(other, column):
                tests.append(f"rowid NOT IN (SELECT {column} FROM {other} WHERE {column} IS NOT NULL)")
        if names is not None:
            if not db.has(names[0], names[1]):
                continue
            held = f"SELECT rowid FROM {names[2]}" if db.has(names[2]) else "SELECT NULL WHERE 0"
            tests.append(f"({names[1]} IS NULL OR {names[1]} NOT IN ({held}))")
        where = " WHERE " + " AND ".join(tests) if tests else ""
        try:
            n = sum(row[0] for row in db.rows(f"SELECT count(*) FROM {table}{where}"))
        except Damaged:
            continue
        if n:
            yield Problem(at(item), "RTV-W205", f"{n} rows in {table}: {what}; they are not decoded")


def _joinable(item: Item, db: Database) -> Iterator[Problem]:
    if db.has("ZWAJOINABLECALLEVENT"):
        try:
            n = db.count("ZWAJOINABLECALLEVENT")
        except Damaged:
            return
        if n:
            yield Problem(
                at(item),
                "RTV-W205",
                f"{n} rows in ZWAJOINABLECALLEVENT (calls one could join) are not decoded",
            )
