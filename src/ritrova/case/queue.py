"""The queue: findings in the order in which they need eyes, with the reason for the order line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from ritrova.case.clock import now
from ritrova.case.opening import Case
from ritrova.model import ids
from ritrova.model.records import OFFER_ACTS, Decision, Finding

RECENT_DAYS = 60
"""A finding whose newest message is not older than this is recent."""


class Waiting(msgspec.Struct, frozen=True):
    """A finding of the queue, why it stands where it stands, and what was decided about it so far."""

    id: str
    finding: Finding
    urgency: tuple[str, ...]
    latest: str | None
    decided: Decision | None
    excerpt: str
    chat: str


def queue(
    case: Case, *, acts: Sequence[str] | None = None, rescue: bool = False, limit: int | None = None
) -> list[Waiting]:
    """Offers waiting for eyes (or, with `rescue`, rescue talk, which never stands among offers), most urgent first.

    Undecided before decided; then the detector's order of urgency; then recency; then id. No number is shown.
    """
    view = case.view()
    wanted = tuple(acts) if acts else (("rescue",) if rescue else tuple(sorted(OFFER_ACTS)))
    undone = {d.undoes for d in view.decisions() if d.undoes}
    today = datetime.fromisoformat(now().replace("Z", "+00:00")).replace(tzinfo=None)
    waiting: list[tuple[tuple[object, ...], Waiting]] = []
    for finding in view.findings(acts=wanted):
        id = ids.finding_id(finding)
        latest = None
        excerpt = ""
        chat = ""
        for stored in view.messages(ids=list(finding.messages)):
            local = stored.message.sent.utc or stored.message.sent.local
            latest = max(latest or "", local or "") or None
            excerpt = excerpt or stored.message.text.strip()
            chat = stored.conversation.name or chat
        urgency = list(finding.urgency)
        recent = _days(latest, today)
        if recent is not None and 0 <= recent <= RECENT_DAYS:
            urgency.append(f"recent: its last message is {recent} days old")
        decisions = [d for d in view.decisions(about=id) if d.id not in undone and d.undoes is None]
        one = Waiting(
            id, finding, tuple(urgency), latest, decisions[-1] if decisions else None, excerpt[:200], chat
        )
        bonus = 1.0 if recent is not None and 0 <= recent <= RECENT_DAYS else 0.0
        waiting.append(((bool(decisions), -(finding.rank + bonus), id), one))
    waiting.sort(key=lambda pair: pair[0])
    return [one for _, one in waiting[:limit]]


def _days(latest: str | None, today: datetime) -> int | None:
    if not latest:
        return None
    try:
        at = datetime.fromisoformat(latest.replace("Z", "+00:00")).replace(tzinfo=None)
    except ValueError:
        return None
    return (today - at).days
