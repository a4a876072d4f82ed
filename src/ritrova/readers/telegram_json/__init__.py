"""Telegram Desktop's JSON export (result.json): one chat, or a whole account.

Messages are framed by the exporter's own indentation and decoded one at a time, so that each has its byte range and a
broken one costs only itself. Facts about fields come from tdesktop's export_output_json.cpp and its history (2025-08).
"""

from __future__ import annotations

from ritrova.model.shapes import Reader
from ritrova.readers.telegram_json.count import count
from ritrova.readers.telegram_json.problems import FACTS, PROBLEMS
from ritrova.readers.telegram_json.sniff import related, sniff
from ritrova.readers.telegram_json.walk import read

READER = Reader(
    name="telegram.json",
    title="Telegram Desktop export, JSON (result.json)",
    sniff=sniff,
    read=read,
    count=count,
    facts=FACTS,
    related=related,
)

__all__ = ["PROBLEMS", "READER"]
