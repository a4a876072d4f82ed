"""Writes small report.xml files in the published shape. Shares no code with the reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

START = '<?xml version="1.0" encoding="utf-8"?>\n'


def field(name: str, value: Any, kind: str = "String", **attributes: str) -> str:
    """A field with one value in CDATA; None gives an empty one."""
    if value is None:
        return f'<field name="{name}" type="{kind}"><empty /></field>\n'
    more = "".join(f' {k}="{v}"' for k, v in attributes.items())
    body = f"<![CDATA[{value}]]>" if not attributes else value
    return f'<field name="{name}" type="{kind}"><value type="{kind}"{more}>{body}</value></field>\n'


def stamp(value: str | None, name: str = "TimeStamp", format: str = "TimeStampKnown") -> str:
    """A TimeStamp field."""
    if value is None:
        return field(name, None, "TimeStamp")
    return field(name, value, "TimeStamp", format=format, formattedTimestamp=value)


def model(
    kind: str,
    id: str,
    *inside: str,
    state: str = "Intact",
    confidence: str = "High",
    extraction: str = "0",
    **more: str,
) -> str:
    """A model with its fields."""
    extra = "".join(f' {k}="{v}"' for k, v in more.items())
    return (
        f'<model type="{kind}" id="{id}" deleted_state="{state}" decoding_confidence="{confidence}" '
        f'isrelated="False" source_index="1" extractionId="{extraction}"{extra}>\n{"".join(inside)}</model>\n'
    )


def held(name: str, kind: str, *models: str) -> str:
    """A multiModelField."""
    return f'<multiModelField name="{name}" type="{kind}">\n{"".join(models)}</multiModelField>\n'


def single(name: str, kind: str, inside: str | None) -> str:
    """A modelField."""
    return f'<modelField name="{name}" type="{kind}">\n{inside or "<empty />"}</modelField>\n'


def party(
    identifier: str | None, name: str | None, *, owner: bool = False, role: str = "From", **more: str
) -> str:
    """A Party."""
    return model(
        "Party",
        f"p-{identifier}-{name}-{role}",
        field("Identifier", identifier),
        field("Role", role, "PartyRole"),
        field("Name", name),
        field("IsPhoneOwner", str(owner), "Boolean"),
        *(stamp(v, k) for k, v in more.items()),
    )


def message(
    id: str,
    body: str | None,
    *extra: str,
    source: str = "WhatsApp",
    sender: str | None = "default",
    time: str | None = "2024-09-15T11:34:20.000+00:00",
    identifier: str | None = None,
    kind: str = "InstantMessage",
    **attributes: str,
) -> str:
    """An InstantMessage; `sender` is a Party or None."""
    who = party("9647700000021@s.whatsapp.net", "Sami K") if sender == "default" else sender
    return model(
        kind,
        id,
        field("Source", source),
        single("From", "Party", who),
        field("Body", body),
        field("Identifier", identifier),
        stamp(time),
        *extra,
        **attributes,
    )


def chat(
    id: str,
    *messages: str,
    native: str | None = "group-1@g.us",
    name: str | None = "Furniture",
    people: Sequence[str] = (),
    source: str = "WhatsApp",
    activity: Sequence[str] = (),
    **attributes: str,
) -> str:
    """A Chat with its messages."""
    return model(
        "Chat",
        id,
        field("Source", source),
        field("Id", native),
        field("Name", name),
        held("Participants", "Party", *people),
        held("Messages", "InstantMessage", *messages),
        held("ActivityLog", "ChatActivity", *activity),
        **attributes,
    )


def attachment(id: str, name: str, path: str | None = None, **attributes: str) -> str:
    """An Attachment."""
    return model(
        "Attachment",
        id,
        field("Filename", name),
        field("ContentType", "image/jpeg"),
        *([field("attachment_extracted_path", path)] if path else []),
        **attributes,
    )


def tagged(id: str, local: str, size: int = 5) -> str:
    """A listed file."""
    return (
        f'<file fs="f" path="/device/{id}" size="{size}" id="{id}" extractionId="0" deleted="Intact">\n'
        f'<metadata section="File"><item name="Local Path"><![CDATA[{local}]]></item></metadata></file>\n'
    )


def report(*models: str, files: Sequence[str] = (), kind: str = "Chat", namespace: str = "") -> bytes:
    """A whole report; `models` stand under one modelType."""
    ns = f' xmlns="{namespace}"' if namespace else ""
    return (
        f'{START}<project id="1" name="r" reportVersion="5.0" extractionType="Logical"{ns}>\n'
        f'<sourceExtractions><extractionInfo id="0" name="Phone"/></sourceExtractions>\n'
        f"<taggedFiles>{''.join(files)}</taggedFiles>\n<decodedData>\n"
        f'<modelType type="{kind}">\n{"".join(models)}</modelType>\n</decodedData>\n</project>\n'
    ).encode()
