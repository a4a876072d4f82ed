"""Decide: what a person says about records. Appended, never changed; taken back by another decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ritrova.case.clock import now
from ritrova.case.link import link
from ritrova.case.opening import Case
from ritrova.case.show import find_record
from ritrova.model.errors import NotFound, WrongUse
from ritrova.model.ids import digest
from ritrova.model.records import Decision, Finding

VERDICTS = (
    "relevant",
    "not_relevant",
    "unsure",
    "spam",
    "escalate",
    "described",
    "joined",
    "split",
    "same",
    "not_same",
)
"""Words that screens and figures know. Others may be used; they are kept as said."""

ROLES = ("rescuer", "journalist", "survivor", "witness", "family", "official", "researcher", "offers")
"""Roles that a reviewer may give to an account. Roles are what a person decided, never what the tool says."""


def decide(
    case: Case,
    about: Sequence[str],
    verdict: str,
    *,
    role: str | None = None,
    note: str | None = None,
    by: str | None = None,
) -> Decision:
    """Keep a decision about one or more records, with a snapshot of what was judged."""
    about = tuple(dict.fromkeys(about))
    verdict = verdict.strip().lower().replace("-", "_").replace(" ", "_")
    if not about:
        raise WrongUse("a decision needs at least one id", "See `ritrova show` or the review page.")
    if not verdict or not verdict.replace("_", "").isalnum():
        raise WrongUse(f"{verdict!r} is not a verdict", f"Use one of: {', '.join(VERDICTS)}.")
    if role is not None and role not in ROLES:
        raise WrongUse(f"{role!r} is not a known role", f"Use one of: {', '.join(ROLES)}.")
    return _keep(case, about, verdict, role, note, by, None, {id: _snapshot(case, id) for id in about})


def undo(case: Case, decision: str, *, note: str | None = None, by: str | None = None) -> Decision:
    """Take a decision back. Both stay in the case."""
    known = {d.id: d for d in case.view().decisions()}
    taken = known.get(decision)
    if taken is None:
        raise NotFound(f"there is no decision {decision}", "See `ritrova show` of the record it was about.")
    if any(d.undoes == decision for d in known.values()):
        raise WrongUse(f"{decision} was already undone", "Decide anew instead.")
    done = _keep(case, taken.about, "undo", None, note, by, decision, {})
    if "groups" in (taken.snapshot or {}):
        link(case, only=("people",))
    return done


def _keep(
    case: Case,
    about: Sequence[str],
    verdict: str,
    role: str | None,
    note: str | None,
    by: str | None,
    undoes: str | None,
    snapshot: dict[str, Any],
) -> Decision:
    with case.change(urgent=True) as change:
        t = now()
        last = change.writer.last_line()
        decision = Decision(
            id=f"d-{digest(str(last[0] if last else 0), t, verdict, *about)}",
            about=tuple(about),
            verdict=verdict,
            by=by or case.by,
            at_time=t,
            role=role,
            note=note,
            undoes=undoes,
            snapshot=snapshot or None,
        )
        change.writer.decision(decision)
        change.act(
            "undo" if undoes else "decide",
            [decision.id, *about],
            detail={"verdict": verdict, "role": role, "note": note, "undoes": undoes},
        )
    return decision


def _snapshot(case: Case, id: str) -> dict[str, Any]:
    record = find_record(case, id)
    if isinstance(record, Finding):
        return {
            "category": record.category,
            "act": record.act,
            "conversation": record.conversation,
            "messages": list(record.messages),
            "why": list(record.why),
        }
    return {"kind": type(record).__name__.lower()}
