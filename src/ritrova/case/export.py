"""Export and seal: what leaves the case. Pseudonymised unless somebody gives a basis for showing identities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

import ritrova
from ritrova import plugins
from ritrova.case.clock import now
from ritrova.case.opening import Case
from ritrova.case.outfile import OneFile
from ritrova.custody import sealing, verifying
from ritrova.model.canonical import form
from ritrova.model.errors import NotFound, WrongUse
from ritrova.model.pseudonyms import Hide
from ritrova.model.shapes import Exporter, Manifest
from ritrova.model.view import View


class Selection(msgspec.Struct, frozen=True):
    """What is to leave the case; nothing named means everything."""

    findings: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """True when nothing is named."""
        return not (self.findings or self.conversations or self.sources)


class Exported(msgspec.Struct, frozen=True):
    """What was written where."""

    format: str
    out: str
    files: tuple[Manifest, ...]
    identities: bool
    signer: str | None = None


def outside(case: Case, out: Path) -> None:
    """What leaves the case must leave it: nothing in clear lies in its folder, where it would outlive a withdrawal."""
    if out.resolve().is_relative_to(case.folder.resolve()):
        raise WrongUse(
            f"{out} lies in the folder of the case, where nothing may stand in clear",
            "Name a place outside with --out.",
        )


def exporter(name: str) -> Exporter:
    """The exporter of this name."""
    known = plugins.load("exporters")
    if name not in known:
        raise WrongUse(f"there is no export format {name!r}", f"Known: {', '.join(sorted(known))}.")
    found: Exporter = known[name]
    return found


def hide(case: Case, identities: bool, basis: str | None) -> Hide:
    """Pseudonyms of this case, or none when identities are to be shown and a basis is given."""
    if not identities:
        return Hide(case.hiding_key).knowing(case.view())
    if not (basis or "").strip():
        raise WrongUse("showing identities needs a basis", "Say --basis TEXT; it is logged.")
    return Hide.none()


def export(
    case: Case,
    format: str,
    out: Path,
    *,
    selection: Selection | None = None,
    identities: bool = False,
    basis: str | None = None,
) -> Exported:
    """Write one export. It is logged before it is written."""
    outside(case, out)
    selection = checked(case, selection or Selection())
    plugin = exporter(format)
    hidden = hide(case, identities, basis)
    with case.change() as change:
        change.act(
            "export",
            [*selection.findings, *selection.conversations, *selection.sources],
            basis=basis,
            detail={"format": format, "identities": identities, "out": out.name},
        )
    files = tuple(plugin.export(case.view(), OneFile(out), hidden, **_words(case, format, selection)))
    return Exported(format, str(out), files, identities)


def seal(
    case: Case,
    out: Path,
    *,
    selection: Selection | None = None,
    identities: bool = False,
    basis: str | None = None,
) -> Exported:
    """Write a signed bundle that anyone can verify without ritrova."""
    outside(case, out)
    selection = checked(case, selection or Selection())
    hidden = hide(case, identities, basis)
    view = case.view()
    sources = selection.sources or tuple(s.sha256 for s in view.sources())
    with case.change() as change:
        change.act(
            "seal",
            [*selection.findings, *selection.conversations, *selection.sources],
            basis=basis,
            detail={"identities": identities, "out": out.name, "sources": list(sources)},
        )
    with sealing.Bag(out) as bag:
        exporter("jsonl").export(view, bag, hidden, **_named(selection))
        for finding in selection.findings:
            exporter("report").export(view, bag, hidden, **_words(case, "report", Selection((finding,))))
        info = view.info()
        done = bag.finish(
            sealing.Seal(
                case=str(info.get("id") or ""),
                by=case.by,
                t=now(),
                basis=hidden.text(basis or case.basis),
                tool=f"ritrova {ritrova.__version__}",
                identities=identities,
                chosen=_said(selection),
                sources=tuple(_source(view, sha256, hidden) for sha256 in sources),
            ),
            lines=case.store.lines(),
            disclosed=case.store.disclosures(),
            key=case.signing_key,
        )
    return Exported("bundle", str(out), done.files, identities, done.fingerprint)


def _said(selection: Selection) -> str:
    if selection.everything:
        return "everything"
    parts = [f"{len(ids)} {name}" for name, ids in _named(selection).items() if ids]
    return ", ".join(parts)


def _source(view: View, sha256: str, hidden: Hide) -> dict[str, object]:
    shown = hidden.record(next(s for s in view.sources() if s.sha256 == sha256))
    told = msgspec.to_builtins(form(shown))
    return {key: told.get(key) for key in ("sha256", "name", "received_at", "by", "from_whom", "basis")}


def verify(bundle: Path, signer: str | None = None) -> verifying.Verdict:
    """Check a bundle; needs no case."""
    return verifying.verify(bundle, signer)


def checked(case: Case, selection: Selection) -> Selection:
    """The selection with sources by their full hash; unknown ids are an error, not an empty bundle."""
    view = case.view()
    for id in selection.findings:
        if view.finding(id) is None:
            raise NotFound(f"there is no finding {id}", "See `ritrova find` or the review page.")
    for id in selection.conversations:
        if view.conversation(id) is None:
            raise NotFound(f"there is no conversation {id}", "See the review page.")
    known = [s.sha256 for s in view.sources()]
    sources = tuple(_whole(known, s) for s in selection.sources)
    return Selection(selection.findings, selection.conversations, sources)


def _whole(known: list[str], beginning: str) -> str:
    matching = [s for s in known if s.startswith(beginning.lower())]
    if len(beginning) < 6 or len(matching) != 1:
        raise NotFound(f"no single source begins with {beginning!r}", "Give more of its SHA-256.")
    return matching[0]


def _words(case: Case, format: str, selection: Selection) -> dict[str, Any]:
    """What an exporter is asked: one finding for a report, a selection for the others."""
    if format != "report":
        return _named(selection)
    if len(selection.findings) != 1 or selection.conversations or selection.sources:
        raise WrongUse("a report is about one finding", "Say --finding ID, once.")
    tool = f"ritrova {ritrova.__version__}"
    return {"finding": selection.findings[0], "t": now(), "by": case.by, "tool": tool}


def _named(selection: Selection) -> dict[str, Any]:
    return {
        "findings": selection.findings,
        "conversations": selection.conversations,
        "sources": selection.sources,
    }
