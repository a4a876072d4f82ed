"""The clock of the machine, in the one form that custody and decisions use."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """UTC to the second, ISO 8601 with ``Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
