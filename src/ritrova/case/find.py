"""Find: match, extract, cut into passages, detect. Runs over what is new, or over everything after a pack changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from ritrova.case.analysis import Analyst, Looked, Talked, Trouble, merged
from ritrova.case.answered import answered_in, keep_answers
from ritrova.case.opening import Case, Change
from ritrova.case.sifted import Sifted
from ritrova.case.talk import SILENT, Talk
from ritrova.model.passages import PassageMessage, cut_at, in_lots
from ritrova.model.records import OFFER_ACTS, Finding, Message, Moment, Problem
from ritrova.model.view import ConversationSummary, StoredMessage

BATCH = 20_000
"""Messages in a batch of the scan."""


class FindReport(msgspec.Struct, frozen=True):
    """What `find` did: messages looked at, conversations judged, findings by category, and what waits for eyes."""

    scanned: int
    conversations: int
    findings: dict[str, int]
    offers: int
    rescue: int
    unattached: int
    packs: str
    troubles: int = 0
    """Messages on which a detector raised in this run; each stands among the problems of its source."""


def find(case: Case, *, packs: Sequence[Path] = (), again: bool = False, talk: Talk = SILENT) -> FindReport:
    """Look for offers in everything not looked at yet; in all of it when `again`, or when a pack changed."""
    analyst = case.analyst(packs)
    scanned = scan(case, analyst, again=again, talk=talk)
    troubles: list[Trouble] = []
    judged = judge(case, analyst, talk=talk, troubles=troubles)
    counts: dict[str, int] = {}
    offers = rescue = 0
    for finding in case.view().findings():
        counts[finding.category] = counts.get(finding.category, 0) + 1
        offers += finding.act in OFFER_ACTS
        rescue += finding.act == "rescue"
    unattached = len(case.store.unattached_decisions())
    return FindReport(
        scanned,
        judged,
        dict(sorted(counts.items())),
        offers,
        rescue,
        unattached,
        analyst.packs,
        len(troubles),
    )


def scan(case: Case, analyst: Analyst, *, again: bool = False, talk: Talk = SILENT) -> int:
    """Match and extract over the messages that were not scanned with these packs. Returns how many."""
    packs, row = case.store.scanned()
    if again or packs != analyst.packs:
        row = 0
        with case.change() as change:
            change.writer.clear_found(None, observables=True)
            change.writer.scanned(analyst.packs, 0)
    done = 0
    total = case.store.count_since(row)
    for batch in case.view().texts(row, BATCH):
        looked = list(analyst.known(batch.texts))
        with case.change() as change:
            keep_looked(change, batch.rows, batch.conversations, looked)
            change.writer.scanned(analyst.packs, batch.rows[-1])
        done += len(batch.rows)
        talk.progress("matching", done, total, "messages")
    return done


def keep_looked(
    change: Change, rows: Sequence[int], conversations: Sequence[int], looked: Sequence[tuple[int, Looked]]
) -> None:
    """Keep what a look at consecutive messages gave: values, and the masks of topics and gates."""
    awake = [(n, one) for n, one in looked if one.mask or one.topics]
    change.writer.wake(
        [rows[n] for n, _ in awake],
        [one.topics for _, one in awake],
        [conversations[n] for n, _ in awake],
        [one.mask for _, one in awake],
    )
    valued = [(rows[n], one.observables) for n, one in looked if one.observables]
    if valued:
        change.writer.observables([(row, o) for row, observables in valued for o in observables])


def judge(case: Case, analyst: Analyst, *, talk: Talk = SILENT, troubles: list[Trouble] | None = None) -> int:
    """Detect anew in every conversation that changed since the last time. Returns how many there were. A message on which a
    detector raises is kept as a problem of its source (and told in `troubles`), and the run goes on."""
    dirty = case.store.dirty()
    roles = case.view().roles()
    for n, key in enumerate(dirty):
        raised: list[Trouble] = []
        sifted = Sifted.of(case, key)
        findings = merged(list(findings_of(case, analyst, key, roles, sifted, raised)))
        remarks = _problems(case, raised)
        if troubles is not None:
            troubles += raised
        keep, forget = answered_in(case, analyst, key, sifted)
        with case.change() as change:
            change.writer.keep(remarks)
            change.writer.findings(key, findings)
            keep_answers(change, keep, forget)
            change.writer.clear_dirty([key])
        talk.progress("detecting", n + 1, len(dirty), "conversations")
    return len(dirty)


def _problems(case: Case, troubles: Sequence[Trouble]) -> list[Problem]:
    """Problems for messages that a detector could not take, without those that an earlier run kept."""
    if not troubles:
        return []
    placed = {m.id: m.message.at for m in case.view().messages(ids=sorted({t.message for t in troubles}))}
    told = [
        Problem(placed[t.message], "RTV-C020", f"detector {t.detector}: {t.what}")
        for t in troubles
        if t.message in placed
    ]
    known = {p for source in {p.at.source for p in told} for p in case.view().problems(source)}
    return [p for p in dict.fromkeys(told) if p not in known]


def findings_of(
    case: Case,
    analyst: Analyst,
    key: int,
    roles: dict[str, tuple[str, ...]],
    sifted: Sifted,
    troubles: list[Trouble] | None = None,
) -> Iterator[Finding]:
    """Findings of one conversation, stretch by stretch; what opens no gate is not even loaded."""
    rows = sifted.rows
    stretches = analyst.gates.stretches(sifted.told, cut_at(sifted.breaks(), len(rows)))
    if not stretches:
        return
    talked = told(case.store.conversation_by_key(key), case, analyst, key)
    for some in in_lots(stretches):
        stored = {
            m.row: m
            for m in case.view().rows([row for start, end in some for row in rows[start:end].tolist()])
        }
        parts = [[stored[row] for row in rows[start:end].tolist() if row in stored] for start, end in some]
        outside = [{m.reply_to for m in part if m.reply_to} - {m.id for m in part} for part in parts]
        wanted = sorted(set().union(*outside))
        named = list(case.view().messages(ids=wanted)) if wanted else []
        # All of them are looked at in one call: a look at few texts costs nearly as much as one at many.
        told_all = analyst.prepared([passage_message(m, roles) for m in (*stored.values(), *named)])
        ready = {m.id: m for m in told_all}
        for part, answered in zip(parts, outside, strict=True):
            context = [ready[m.id] for m in named if m.id in answered]
            yield from analyst.judged(talked, [ready[m.id] for m in part], context, troubles)


def told(summary: ConversationSummary, case: Case, analyst: Analyst, key: int) -> Talked:
    """What the passages of a conversation need to know of it."""
    counts = case.store.topics(key)
    market = {name: counts[bit] for bit, name in enumerate(analyst.lexicon.topics) if counts.get(bit)}
    c = summary.conversation
    return Talked(c.id, c.app, c.name, c.kind, case.country, market)


def passage_message(stored: StoredMessage, roles: dict[str, tuple[str, ...]]) -> PassageMessage:
    """A stored message as a detector sees it."""
    m: Message = stored.message
    return PassageMessage(
        id=stored.id,
        text=m.text,
        sender=m.sender,
        sender_name=m.sender_name,
        kind=m.kind,
        seconds=seconds_of(m.sent),
        local=m.sent.local,
        reply_to=stored.reply_to,
        forwarded_from=m.forwarded_from,
        attachments=m.attachments,
        roles=roles.get(m.sender, ()) if m.sender else (),
    )


def seconds_of(moment: Moment) -> float | None:
    """Seconds since 1970 of UTC, else of the local clock taken as UTC; None where the evidence gives no time."""
    text = moment.utc or moment.local
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=_UTC)).timestamp()


_UTC = datetime.fromisoformat("1970-01-01T00:00:00+00:00").tzinfo
