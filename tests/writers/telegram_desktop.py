"""Writes Telegram Desktop exports in the exporter's layout (one space a level). Shares no code with the readers."""

from __future__ import annotations

import json
from typing import Any

BASE = 1_664_000_000


def message(number: int, text: Any = "hello", **more: Any) -> dict[str, Any]:
    """A message as version 3.7.6 and later write it, from Baghdad's clock (+03:00)."""
    import time

    unix = BASE + max(number, 0) * 60
    local = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(unix + 3 * 3600))
    entities = [text] if isinstance(text, str) and text else text or []
    return {
        "id": number,
        "type": "message",
        "date": local,
        "date_unixtime": str(unix),
        "from": "Samir",
        "from_id": "user501",
        **more,
        "text": text,
        "text_entities": [e if isinstance(e, dict) else {"type": "plain", "text": e} for e in entities],
    }


def service(number: int, action: str, **more: Any) -> dict[str, Any]:
    """A service line."""
    plain = message(number, "")
    return {
        "id": number,
        "type": "service",
        "date": plain["date"],
        "date_unixtime": plain["date_unixtime"],
        "actor": "Samir",
        "actor_id": "user501",
        "action": action,
        **more,
        "text": "",
        "text_entities": [],
    }


def chat(*messages: dict[str, Any], kind: str | None = "private_supergroup", **more: Any) -> dict[str, Any]:
    """One chat."""
    return {"name": "Market", "type": kind, "id": 1700, **more, "messages": list(messages)}


def account(*chats: dict[str, Any], left: tuple[dict[str, Any], ...] = (), **sections: Any) -> dict[str, Any]:
    """A whole account."""
    owner = {"user_id": 900, "first_name": "Owner", "last_name": "", "phone_number": "+964 770 000 00 01"}
    whole = {"about": "words", "personal_information": {**owner, "username": "@owner", "bio": ""}, **sections}
    whole["chats"] = {"about": "words", "list": list(chats)}
    if left:
        whole["left_chats"] = {"about": "words", "list": list(left)}
    return whole


def laid_out(value: Any) -> bytes:
    """The exporter's layout."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def minified(value: Any) -> bytes:
    """On one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
