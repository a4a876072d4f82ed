"""Evaluate: run on labelled items exactly what `find` runs on a case, and count."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ritrova.case.analysis import Analyst, Talked, Trouble
from ritrova.case.find import seconds_of
from ritrova.languages.placing import same_place
from ritrova.model.errors import WrongUse
from ritrova.model.passages import PassageMessage
from ritrova.model.records import App, Attachment, Moment, Observable
from ritrova.model.scoring import Predicted, Scores, score


def evaluate(sets: Sequence[Path], *, packs: Sequence[Path] = (), predictions: Path | None = None) -> Scores:
    """Figures per language and family over labelled sets; with `predictions`, one line an item is written there."""
    if not sets:
        raise WrongUse("nothing to evaluate", "Name at least one SET.jsonl.")
    analyst = Analyst(packs)
    analysts: dict[str, Analyst] = {}
    items: list[dict[str, Any]] = []
    predicted: list[Predicted] = []
    troubles: list[Trouble] = []
    for path in sets:
        for item in read_set(path):
            country = str(item.get("country") or "IQ")
            if country not in analysts:
                analysts[country] = analyst.elsewhere(country)
            items.append(item)
            predicted.append(predict(analysts[country], item, troubles))
    if predictions is not None:
        with predictions.open("w", encoding="utf-8") as out:
            for one in predicted:
                out.write(json.dumps(msgspec.to_builtins(one), ensure_ascii=False) + "\n")
    raised = dict.fromkeys(t.message.rpartition("/")[0] for t in troubles)
    return msgspec.structs.replace(score(items, predicted, {"places": same_place}), raised=tuple(raised))


def read_set(path: Path) -> Iterator[dict[str, Any]]:
    """The items of a labelled set; a line that is no item is an error that names the line."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path.name} cannot be read: {error}", "A set is UTF-8 JSON lines.") from error
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except json.JSONDecodeError as error:
            raise WrongUse(f"{path.name}, line {n} is not JSON: {error}", "One item a line.") from error
        if not isinstance(item, dict) or not isinstance(item.get("messages"), list) or "id" not in item:
            raise WrongUse(f"{path.name}, line {n} is not an item", "It needs id and messages.")
        yield item


def predict(analyst: Analyst, item: dict[str, Any], troubles: list[Trouble] | None = None) -> Predicted:
    """What `find` says of one item, taken as a conversation of its own."""
    messages = [passage_message(item, n, m) for n, m in enumerate(item["messages"])]
    place = {m.id: n for n, m in enumerate(messages)}
    app: App = item.get("app") or "other"
    talked = Talked(
        str(item["id"]),
        app,
        item.get("name"),
        item.get("kind") or "unknown",
        str(item.get("country") or "IQ"),
        market(analyst, messages),
    )
    values = valued(analyst, messages)
    return Predicted(
        id=str(item["id"]),
        findings=[
            {
                "category": f.category,
                "act": f.act,
                "messages": sorted(place[m] for m in f.messages),
                "why": list(f.why),
            }
            for f in analyst.detect(talked, messages, troubles)
        ],
        extract=extract_of(values),
    )


def valued(analyst: Analyst, messages: Sequence[PassageMessage]) -> list[Observable]:
    """The values that `find` keeps of consecutive messages: those of each, and the sums said in answer."""
    ready = analyst.prepared(messages)
    answered = analyst.answered(ready)
    gone = {id(instead) for _, _, instead in answered if instead is not None}
    kept = [o for m in ready for o in m.observables if id(o) not in gone]
    return kept + [o for _, o, _ in answered]


def passage_message(item: dict[str, Any], n: int, message: dict[str, Any]) -> PassageMessage:
    """A labelled message as a detector sees it."""
    at = message.get("at")
    return PassageMessage(
        id=f"{item['id']}/{n}",
        text=str(message.get("text") or ""),
        sender=message.get("sender"),
        sender_name=message.get("sender"),
        kind=message.get("kind") or "text",
        seconds=seconds_of(Moment(local=at)) if at else None,
        local=at,
        reply_to=f"{item['id']}/{message['reply_to']}" if message.get("reply_to") is not None else None,
        forwarded_from=message.get("forwarded_from"),
        attachments=tuple(
            Attachment(name=a.get("name"), mime=a.get("mime")) for a in message.get("attachments") or ()
        ),
    )


def market(analyst: Analyst, messages: Sequence[PassageMessage]) -> dict[str, int]:
    """How often each kind of goods is named in the item, as `find` counts it over a conversation."""
    counts: dict[str, int] = {}
    for _, looked in analyst.look([m.text for m in messages]):
        for name, bit in analyst.gates.topics.items():
            if looked.topics & bit:
                counts[name] = counts.get(name, 0) + 1
    return counts


def extract_of(values: Sequence[Observable]) -> dict[str, Any]:
    """Observables in the shape of a labelled set."""
    out: dict[str, Any] = {"phones": [], "prices": [], "ages": [], "places": [], "handles": []}
    for o in values:
        if o.kind == "phone" and o.value:
            out["phones"].append(o.value)
        elif o.kind == "price":
            out["prices"].append({"amount": o.amount, "currency": o.currency})
        elif o.kind == "age" and o.amount is not None:
            out["ages"].append(o.amount)
        elif o.kind == "place" and o.value:
            out["places"].append(o.value)
        elif o.kind in ("handle", "link") and o.value:
            out["handles"].append(o.value)
    return {kind: _distinct(found) for kind, found in out.items()}


def _distinct(values: list[Any]) -> list[Any]:
    seen: list[Any] = []
    for value in values:
        if value not in seen:
            seen.append(value)
    return seen
