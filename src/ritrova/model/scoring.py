"""Scoring: predicted findings and values against a labelled set, with intervals always. Pure functions over plain records.

An item is one conversation. A positive item is found when a finding with one of the five acts of offers touches one of its
offer messages. A finding with one of these acts on any other item is a false alarm; rescue findings are none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from ritrova.model.records import OFFER_ACTS

EXTRACTS = ("phones", "prices", "ages", "places", "handles")
"""Kinds of values in a labelled set."""


class LabelledMessage(msgspec.Struct, frozen=True):
    """One message of an item; `attachments` may name pictures that lie in no file."""

    text: str = ""
    sender: str | None = None
    at: str | None = None
    attachments: tuple[dict[str, Any], ...] = ()


class Labelled(msgspec.Struct, frozen=True):
    """One item of a labelled set, as in DESIGN.md. `extract` is None where the values were not labelled."""

    id: str
    lang: str = "unknown"
    family: str = "unknown"
    messages: tuple[LabelledMessage, ...] = ()
    positive: bool = False
    app: str = "other"
    country: str = "IQ"
    category: str | None = None
    offer_messages: tuple[int, ...] = ()
    extract: dict[str, list[Any]] | None = None
    note: str | None = None


class Predicted(msgspec.Struct, frozen=True):
    """What was found on one item: findings {"category", "act", "messages" (indexes), "why"} and values as in `extract`."""

    id: str
    findings: list[dict[str, Any]] = []
    extract: dict[str, list[Any]] = {}


class Share(msgspec.Struct, frozen=True):
    """k of n, with the 95 % Wilson interval; `share` is None when n is 0."""

    k: int
    n: int
    share: float | None
    low: float
    high: float


class FamilyScore(msgspec.Struct, frozen=True):
    """A line of the table: one language and family (or "all")."""

    lang: str
    family: str
    items: int
    recall: Share
    """Found among the positive items."""
    category: Share
    """Right category among the found."""
    false_alarms: Share
    """Flagged among the others."""
    missed: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()


class ValueScore(msgspec.Struct, frozen=True):
    """Extraction of one kind in one language (or "all")."""

    lang: str
    kind: str
    precision: Share
    recall: Share
    f1: float | None


class Scores(msgspec.Struct, frozen=True):
    """Everything `evaluate` prints. Items without a prediction count as "nothing found" and are named in `absent`."""

    items: int
    families: tuple[FamilyScore, ...]
    values: tuple[ValueScore, ...]
    absent: tuple[str, ...] = ()
    raised: tuple[str, ...] = ()
    """Items with a message on which a rule failed; what was found beside it counts."""


def wilson(k: int, n: int, z: float = 1.959964) -> Share:
    """The share k of n with its Wilson score interval (95 % by default)."""
    if n == 0:
        return Share(0, 0, None, 0.0, 1.0)
    p = k / n
    base = 1 + z * z / n
    middle = (p + z * z / (2 * n)) / base
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / base
    return Share(
        k, n, p, 0.0 if k == 0 else max(0.0, middle - half), 1.0 if k == n else min(1.0, middle + half)
    )


def offers(predicted: Predicted | None) -> list[dict[str, Any]]:
    """The findings that count as offers."""
    return [f for f in predicted.findings if f.get("act") in OFFER_ACTS] if predicted else []


def found(item: Labelled, predicted: Predicted | None) -> list[dict[str, Any]]:
    """The offers found on a positive item that touch its offer messages (any message where none are labelled)."""
    wanted = set(item.offer_messages)
    return [f for f in offers(predicted) if not wanted or wanted & set(f.get("messages", ()))]


Same = Callable[[Any, Any], bool]
"""Whether two values of one kind mean the same."""


def score(
    items: Iterable[Labelled | Mapping[str, Any]],
    predictions: Iterable[Predicted],
    same: Mapping[str, Same] | None = None,
) -> Scores:
    """Recall, false alarms and extraction, by language and family. Items may be the plain objects of a labelled set.

    `same` says for a kind of values when two of them are equal, instead of the comparison by letters.
    """
    equal = {**_EQUAL, **(same or {})}
    labelled = [i if isinstance(i, Labelled) else msgspec.convert(i, Labelled, strict=False) for i in items]
    by_id = {p.id: p for p in predictions}
    return Scores(
        len(labelled),
        tuple(_families(labelled, by_id)),
        tuple(_values(labelled, by_id, equal)),
        tuple(i.id for i in labelled if i.id not in by_id),
    )


def _groups(items: Sequence[Labelled]) -> dict[tuple[str, str], list[Labelled]]:
    groups: dict[tuple[str, str], list[Labelled]] = {("all", "all"): list(items)}
    for item in items:
        for key in ((item.lang, "all"), ("all", item.family), (item.lang, item.family)):
            groups.setdefault(key, []).append(item)
    order = sorted(groups, key=lambda k: (k[0] != "all", k[0], k[1] != "all", k[1]))
    return {k: groups[k] for k in order}


def _families(items: Sequence[Labelled], by_id: Mapping[str, Predicted]) -> Iterable[FamilyScore]:
    for (lang, family), group in _groups(items).items():
        positive = [i for i in group if i.positive]
        others = [i for i in group if not i.positive]
        hits = [i for i in positive if found(i, by_id.get(i.id))]
        right = [i for i in hits if any(f.get("category") == i.category for f in found(i, by_id.get(i.id)))]
        flagged = [i for i in others if offers(by_id.get(i.id))]
        yield FamilyScore(
            lang,
            family,
            len(group),
            wilson(len(hits), len(positive)),
            wilson(len(right), len(hits)),
            wilson(len(flagged), len(others)),
            tuple(i.id for i in positive if i not in hits),
            tuple(i.id for i in flagged),
        )


def _values(
    items: Sequence[Labelled], by_id: Mapping[str, Predicted], equal: Mapping[str, Same]
) -> Iterable[ValueScore]:
    labelled = [i for i in items if i.extract is not None]
    for lang in ["all", *sorted({i.lang for i in labelled})]:
        group = [i for i in labelled if lang in ("all", i.lang)]
        for kind in EXTRACTS:
            right = expected = given = 0
            for item in group:
                want = list((item.extract or {}).get(kind, ()))
                predicted = by_id.get(item.id)
                got = list(predicted.extract.get(kind, ())) if predicted else []
                want, got = distinct(kind, want, equal), distinct(kind, got, equal)
                expected += len(want)
                given += len(got)
                right += matches(kind, want, got, equal)
            if not expected and not given:
                continue
            f1 = 2 * right / (expected + given) if expected + given else None
            yield ValueScore(lang, kind, wilson(right, given), wilson(right, expected), f1)


def matches(
    kind: str, wanted: Sequence[Any], given: Sequence[Any], equal: Mapping[str, Same] | None = None
) -> int:
    """How many wanted values have a given one of their own."""
    same = (equal or _EQUAL)[kind]
    left = list(given)
    n = 0
    for w in wanted:
        for g in left:
            if same(w, g):
                left.remove(g)
                n += 1
                break
    return n


def distinct(kind: str, values: Sequence[Any], equal: Mapping[str, Same] | None = None) -> list[Any]:
    """The values without repetitions."""
    same = (equal or _EQUAL)[kind]
    kept: list[Any] = []
    for v in values:
        if not any(same(v, k) for k in kept):
            kept.append(v)
    return kept


def _same_phone(a: Any, b: Any) -> bool:
    digits = ["".join(c for c in str(x) if c.isdigit()) for x in (a, b)]
    return digits[0] == digits[1]


def _same_price(a: Any, b: Any) -> bool:
    x, y = a.get("amount"), b.get("amount")
    if x is None or y is None:
        return False
    (x, first), (y, second) = _rials(float(x), a.get("currency")), _rials(float(y), b.get("currency"))
    return math.isclose(x, y, rel_tol=1e-6) and bool(first == second)


def _rials(amount: float, currency: Any) -> tuple[float, Any]:
    """A toman is ten rials: one sum, two ways to write it."""
    return (amount * 10, "IRR") if currency == "IRT" else (amount, currency)


def _same_number(a: Any, b: Any) -> bool:
    return float(a) == float(b)


def _same_name(a: Any, b: Any) -> bool:
    return str(a).strip().lstrip("@").casefold() == str(b).strip().lstrip("@").casefold()


_EQUAL: dict[str, Same] = {
    "phones": _same_phone,
    "prices": _same_price,
    "ages": _same_number,
    "places": _same_name,
    "handles": _same_name,
}


def table(scores: Scores) -> str:
    """The scores as lines of text: a block by language and family, then a block of extracted values, intervals always."""
    lines = [
        f"{scores.items} items, constructed text only unless the set says otherwise; intervals are Wilson's, 95 %",
        "",
        f"{'language':9} {'family':26} {'items':>5}  {'recall':27} {'category':>8}  {'false alarms':27}",
    ]
    for f in scores.families:
        category = "" if f.category.share is None else f"{f.category.share:8.2f}"
        lines.append(
            f"{f.lang:9} {f.family:26} {f.items:5}  {_told(f.recall):27} {category:>8}  {_told(f.false_alarms):27}".rstrip()
        )
    if scores.values:
        lines += ["", f"{'language':9} {'value':9} {'precision':27} {'recall':27} {'F1':>5}"]
        for v in scores.values:
            f1 = "" if v.f1 is None else f"{v.f1:5.3f}"
            lines.append(
                f"{v.lang:9} {v.kind:9} {_told(v.precision):27} {_told(v.recall):27} {f1:>5}".rstrip()
            )
    everything = scores.families[0] if scores.families else None
    if everything and everything.missed:
        lines += ["", "missed: " + " ".join(everything.missed)]
    if everything and everything.flagged:
        lines += ["", "false alarms: " + " ".join(everything.flagged)]
    if scores.absent:
        lines += ["", "without prediction: " + " ".join(scores.absent)]
    if scores.raised:
        lines += ["", "a rule failed on: " + " ".join(scores.raised)]
    return "\n".join(lines)


def _told(share: Share) -> str:
    if share.share is None:
        return "-"
    return f"{share.k}/{share.n} {share.share:.2f} ({share.low:.2f}-{share.high:.2f})"
