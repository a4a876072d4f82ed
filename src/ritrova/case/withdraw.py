"""Withdraw: a source leaves the case for good. Its records go, its preserved copy becomes unreadable, a tombstone stays."""

from __future__ import annotations

import msgspec

from ritrova.case.add import ORIGINALS, PRESERVED
from ritrova.case.find import judge
from ritrova.case.link import link
from ritrova.case.opening import Case
from ritrova.case.talk import SILENT, Talk
from ritrova.custody import preserving
from ritrova.model.errors import NotFound, WrongUse


class Withdrawn(msgspec.Struct, frozen=True):
    """What went: counts by record."""

    source: str
    counts: dict[str, int]


def withdraw(case: Case, source: str, *, basis: str, talk: Talk = SILENT) -> Withdrawn:
    """Delete every record of a source and the key of its copy. Only its hash and who withdrew it when remain."""
    if not basis.strip():
        raise WrongUse("withdrawing a source needs a basis", "Say --basis TEXT.")
    matching = [s for s in case.view().sources() if s.sha256.startswith(source.lower()) and len(source) >= 6]
    if len(matching) != 1:
        raise NotFound(f"no single source begins with {source!r}", "Give more of its SHA-256.")
    sha256 = matching[0].sha256
    if matching[0].state == "withdrawn" and case.store.shred_due():
        case.store.shred()
        return Withdrawn(sha256, {})
    if matching[0].state == "withdrawn":
        raise WrongUse(f"{sha256[:12]} was already withdrawn", "Nothing is left to delete.")
    case.store.thin_source(sha256)
    key = case.store.secret(PRESERVED + sha256)
    with case.change() as change:
        counts = change.writer.drop_source(sha256, tombstone=True)
        change.writer.set_secret(PRESERVED + sha256, None)
        change.act("withdraw", [sha256], basis=basis, detail={"counts": counts})
    if key:
        preserving.path_of(case.folder / ORIGINALS, key).unlink(missing_ok=True)
    talk.line("deleting for good (the case file is written anew)")
    judge(case, case.analyst(), talk=talk)
    link(case, talk=talk)
    case.store.shred()
    return Withdrawn(sha256, counts)
