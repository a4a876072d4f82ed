"""`ritrova search`."""

from __future__ import annotations

import click

from ritrova.cli.common import Said, shown, verb


@verb()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=0), help="Stop after so many hits.")
@click.option(
    "--context", type=click.IntRange(min=0), default=2, show_default=True, help="Messages before and after."
)
def search(said: Said, query: tuple[str, ...], limit: int | None, context: int) -> None:
    """Search words, prefix*, "a phrase"; filters app: from: chat: before: after: (dates as 2016-03-02)."""
    from ritrova.case.search import Searched
    from ritrova.case.search import search as look
    from ritrova.model.view import StoredMessage

    def brief(m: StoredMessage) -> dict[str, object]:
        return {
            "id": m.id,
            "sender": m.message.sender_name,
            "sent": m.message.sent.local or m.message.sent.utc,
            "text": m.message.text,
        }

    with said.open() as case:
        for hit in look(case, " ".join(query), limit=limit, context=context):
            if isinstance(hit, Searched):
                if said.json:
                    said.one({"hits": hit.hits, "took_ms": hit.took_ms})
                else:
                    said.result(f"{hit.hits} hits in {hit.took_ms} ms")
                continue
            m = hit.message
            if said.json:
                said.one(
                    {
                        "message": m.id,
                        "conversation": m.conversation.id,
                        "text": m.message.text,
                        "spans": [list(s) for s in hit.spans],
                        "before": [brief(b) for b in hit.before],
                        "after": [brief(a) for a in hit.after],
                    }
                )
                continue
            said.result(f"{m.id}  {shown(m.conversation.name or m.conversation.id)}", bold=True)
            for b in hit.before:
                said.result(f"      {shown(b.message.sender_name)}: {shown(b.message.text[:160])}")
            said.result(f"    > {shown(m.message.sender_name)}: {shown(marked(m.message.text, hit.spans))}")
            for a in hit.after:
                said.result(f"      {shown(a.message.sender_name)}: {shown(a.message.text[:160])}")


def marked(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """The text with its hits between angle marks."""
    out, at = [], 0
    for start, end in sorted(spans):
        if start < at:
            continue
        out += [text[at:start], "‹", text[start:end], "›"]
        at = end
    return "".join([*out, text[at:]])


command = search
