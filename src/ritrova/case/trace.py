"""Trace: a person joins sightings that are of one person, or sets them apart. Decisions; `undo` takes them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from ritrova.case.clock import now
from ritrova.case.link import link
from ritrova.case.opening import Case
from ritrova.model.errors import NotFound, WrongUse
from ritrova.model.ids import digest, sighting_id, trace_id
from ritrova.model.records import Decision, Sighting, Trace


class Traced(msgspec.Struct, frozen=True):
    """The decision, and the traces that now hold the sightings it is about."""

    decision: Decision
    traces: tuple[Trace, ...]


def trace(
    case: Case,
    what: Literal["join", "split"],
    ids: Sequence[str],
    *,
    note: str | None = None,
    by: str | None = None,
) -> Traced:
    """Join the named sightings (those of a named trace, all of them), or split them.

    `split` of a trace alone sets all its sightings apart; `split` of sightings takes them, together, out of their trace.
    Raises NotFound for an unknown id, WrongUse where nothing is left to join or split.
    """
    view = case.view()
    sightings = {sighting_id(s): s for s in view.sightings()}
    traces = {trace_id(t): t for t in view.traces()}
    unknown = [id for id in ids if id not in sightings and id not in traces]
    if unknown:
        raise NotFound(
            f"no sighting or trace has the id {unknown[0]}",
            "Their ids begin with s- and p-; see `ritrova show`.",
        )
    named = dict.fromkeys(s for id in ids for s in (traces[id].sightings if id in traces else (id,)))
    if what == "join":
        groups = [list(named)]
        if len(named) < 2:
            raise WrongUse("joining needs two sightings or more", "ritrova trace join ID ID")
    else:
        groups = _split([id for id in ids if id in traces], [id for id in ids if id in sightings], traces)
        named |= dict.fromkeys(s for group in groups for s in group)
    decision = _keep(
        case, what, ids, groups, {id: sightings[id] for id in named if id in sightings}, note, by
    )
    link(case, only=("people",))
    return Traced(decision, tuple(t for t in case.view().traces() if set(t.sightings) & set(named)))


def _split(named: list[str], sightings: list[str], traces: dict[str, Trace]) -> list[list[str]]:
    groups = [[s] for id in named for s in traces[id].sightings if s not in sightings]
    if sightings:
        rest = {s for t in traces.values() if set(t.sightings) & set(sightings) for s in t.sightings}
        rest -= set(sightings) | {s for group in groups for s in group}
        groups = [sightings, *groups, *([sorted(rest)] if rest else [])]
        if len(groups) == 1:
            groups = [[s] for s in sightings]
    if len(groups) < 2:
        raise WrongUse("there is nothing to split", "Name a trace, or sightings that stand in one.")
    return groups


def _keep(
    case: Case,
    what: str,
    ids: Sequence[str],
    groups: list[list[str]],
    sightings: dict[str, Sighting],
    note: str | None,
    by: str | None,
) -> Decision:
    verdict = {"join": "joined", "split": "split"}[what]
    about = tuple(dict.fromkeys([*ids, *(s for group in groups for s in group)]))
    with case.change(urgent=True) as change:
        t = now()
        last = change.writer.last_line()
        decision = Decision(
            id=f"d-{digest(str(last[0] if last else 0), t, verdict, *about)}",
            about=about,
            verdict=verdict,
            by=by or case.by,
            at_time=t,
            note=note,
            snapshot={"groups": groups, "messages": {id: list(s.messages) for id, s in sightings.items()}},
        )
        change.writer.decision(decision)
        change.act(f"trace {what}", [decision.id, *about], detail={"verdict": verdict, "note": note})
    return decision
