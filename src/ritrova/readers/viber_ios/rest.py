"""Calls, which outlive their message, and the address book."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ritrova.formats.viber import (
    core_data_moment,
    phone,
    whole,
    words,
)
from ritrova.model.ids import account_id
from ritrova.model.records import (
    Account,
    Call,
    Contact,
    Native,
    Read,
)
from ritrova.model.shapes import at
from ritrova.readers.viber_ios.messages import Messages


class Reading(Messages):
    """One database on its way through the reader."""

    def calls(self) -> Iterator[Read]:
        """Rows of ZRECENT: every call, also those whose message was deleted (no ZCALLLOGMESSAGE)."""
        lines: dict[int, tuple[Any, ...]] = {}
        for rowid, row in self.table("ZRECENTSLINE", ("Z_PK", "ZPHONENUMBER", "ZPHONENUMINDEX")):
            lines[rowid] = row
        columns = ("Z_PK", "ZDATE", "ZDURATION", "ZCALLTYPE", "ZRECENTSLINE", "ZCALLLOGMESSAGE")
        for rowid, (_, date, duration, kind, line, message) in self.table("ZRECENT", columns):
            _, written, member = lines.get(whole(line) or -1, (None, None, None))
            number = words(written)
            other = self.by_number.get(number.removeprefix("+")) or self.people_by_pk.get(whole(member) or -1)
            tel = phone(number)
            if other is None and tel:
                spot = at(self.item, f"table ZRECENT row {rowid}")
                other = Account(
                    spot,
                    account_id("viber", tel),
                    "viber",
                    phone=tel,
                    native=number,
                    ground="number in ZRECENTSLINE",
                )
                self.by_number[number.removeprefix("+")] = other
                yield other
            word = words(kind)
            outgoing = word.startswith("outgoing")
            incoming = word.startswith(("incoming", "missed"))
            yield Call(
                at(self.item, f"table ZRECENT row {rowid}"),
                "viber",
                None,
                self.owner.id if outgoing else other.id if other is not None and incoming else None,
                tuple(a.id for a in (self.owner, other) if a is not None),
                core_data_moment(date),
                float(duration) if isinstance(duration, int | float) else None,
                word.endswith("with_video") if word else None,
                word or None,
                Native(None, word or None),
                {
                    "number_as_stored": number or None,
                    "message_row": message,
                    "message_gone": message is None,
                },
            )

    def contacts(self) -> Iterator[Contact]:
        """Rows of ZABCONTACT with their numbers; members of chats are not among them by themselves."""
        numbers: dict[int, list[str]] = {}
        names = [t for t in self.db.tables if t.upper() in ("ZABCONTACTNUMBER", "ZPHONENUMBERINDEX")]
        for table in names:
            for _, (contact, written, canonized) in self.table(
                table, ("ZCONTACT", "ZPHONE", "ZCANONIZEDPHONENUM")
            ):
                key = whole(contact)
                if key is not None:
                    numbers.setdefault(key, []).extend(words(n) for n in (canonized, written) if n)
        columns = ("Z_PK", "ZMAINNAME", "ZPREFIXNAME", "ZSUFFIXNAME", "ZCONTACTID")
        for rowid, (pk, main, prefix, suffix, _) in self.table("ZABCONTACT", columns):
            key = whole(pk)
            own = numbers.get(rowid if key is None else key, [])
            phones = tuple(dict.fromkeys(phone(n) or n for n in own))
            account = next((a for n in own if (a := self.by_number.get(n.removeprefix("+")))), None)
            parts = [words(part) for part in (main, prefix, suffix) if part]
            yield Contact(
                at(self.item, f"table ZABCONTACT row {rowid}"),
                "viber",
                None if account is None else account.id,
                " ".join(parts) or None,
                phones,
            )
