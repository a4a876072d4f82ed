"""What has no row in Messages: reactions, calls, contacts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ritrova.formats.sqlite import Damaged
from ritrova.formats.viber import (
    moment,
    phone,
    whole,
    words,
)
from ritrova.model.records import (
    Call,
    Contact,
    Event,
    Native,
    Problem,
    Read,
)
from ritrova.model.shapes import at
from ritrova.readers.viber_desktop.codes import (
    ENVELOPE,
    OWNER,
)
from ritrova.readers.viber_desktop.messages import Messages


class Reading(Messages):
    """One database on its way through the reader."""

    def lone_events(self) -> Iterator[Read]:
        """Rows of Events without a row in Messages or Calls: reactions, and envelopes whose content is gone."""
        if not self.db.has("Events", "EventID"):
            return
        targets: dict[int, int] = {}
        for _, (token, event) in self.table("LikeRelation", ("MessageToken", "LikeEventID")):
            if event is not None:
                targets[event] = token
        calls = "AND NOT EXISTS (SELECT 1 FROM Calls c WHERE c.EventID = e.EventID)"
        sql = (
            f"SELECT e.rowid, {self.db.pick('Events', (*ENVELOPE, 'Type'), 'e')} FROM Events e "
            "WHERE NOT EXISTS (SELECT 1 FROM Messages m WHERE m.EventID = e.EventID) "
            f"{calls if self.db.has('Calls', 'EventID') else ''} ORDER BY e.rowid"
        )
        try:
            for rowid, stamp, direction, chat, contact, token, event, kind in self.db.rows(sql):
                account = self.accounts.get(OWNER if whole(direction) == 1 else whole(contact) or -1)
                target = targets.get(event)
                yield Event(
                    at=at(self.item, f"table Events row {rowid}"),
                    kind="reaction" if target is not None else "unknown",
                    conversation=self.conversations.get(whole(chat)),
                    message_key=None if target is None else str(target),
                    account=None if account is None else account.id,
                    when=moment(stamp, whole(token)),
                    detail={"event_type": kind, "token": token}
                    if target is not None
                    else {"event_type": kind, "token": token, "ground": "a row in Events without content"},
                )
        except Damaged as error:
            yield Problem(at(self.item, "table Events row 0"), "RTV-V003", f"Events cannot be read: {error}")

    def calls(self) -> Iterator[Read]:
        """Rows of Calls with the envelope of their event."""
        if not self.db.has("Calls"):
            return
        name = next(t for t in self.db.tables if t.casefold() == "calls")
        columns = self.db.tables[name]
        envelopes: dict[Any, tuple[Any, ...]] = {}
        for _, values in self.table("Events", ENVELOPE):
            envelopes[values[-1]] = values
        none = (None,) * len(ENVELOPE)
        for rowid, values in self.table(name, columns):
            row = {c.casefold(): v for c, v in zip(columns, values, strict=True)}
            envelope = envelopes.get(row.get("eventid"), none)
            stamp, direction, chat, contact, token, _ = envelope
            tel = phone(row.get("number"))
            owner = self.accounts[OWNER]
            other = self.accounts.get(whole(contact) or -1)
            if other is None and tel:
                other = self.account(f"table {name} row {rowid}", -1, None, tel, None)
                yield other
            out = whole(direction) == 1
            kind = row.get("type")
            yield Call(
                at=at(self.item, f"table {name} row {rowid}"),
                app="viber",
                conversation=self.conversations.get(whole(chat)) if chat is not None else None,
                caller=owner.id if out else other.id if other else None,
                participants=tuple(a.id for a in (owner, other) if a is not None),
                when=moment(stamp if stamp is not None else row.get("timestamp"), whole(token)),
                seconds=float(row["duration"]) if isinstance(row.get("duration"), int | float) else None,
                video=None,
                result=None if row.get("status") is None else words(row["status"]),
                native=Native(None if not token else str(token), kind),
                detail={c: v for c, v in row.items() if v is not None and not isinstance(v, bytes)},
            )

    def contacts(self) -> Iterator[Read]:
        """Rows of Contact as address book entries; the app keeps there everybody it has heard of."""
        columns = ("ContactID", "Name", "ClientName", "Number", "MID")
        for rowid, (contact, name, client, number, mid) in self.table("Contact", columns):
            account = self.accounts.get(whole(contact) if contact is not None else rowid)  # type: ignore[arg-type]
            tel = phone(number)
            detail = {"client_name": words(client)} if client else {}
            if mid:
                detail["member_id"] = words(mid)
            yield Contact(
                at=at(self.item, f"table Contact row {rowid}"),
                app="viber",
                account=None if account is None else account.id,
                name=words(name) or words(client) or None,
                phones=(tel,) if tel else (),
                detail=detail or None,
            )
