"""The tables around ``message``: media, quotes, places, edits and the rest, fetched for a batch of messages at a time.

Every table and column is optional; every join is an outer one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ritrova.formats.sqlite import Damaged, Database, quoted
from ritrova.model.records import Locator, Problem

KEYED: dict[str, tuple[str, ...]] = {
    "message_media": (
        "file_path", "file_size", "mime_type", "media_name", "media_caption", "file_hash", "original_file_hash",
        "message_url", "width", "height", "media_duration", "raw_transcription_text", "first_viewed_timestamp", "file_length",
        "enc_file_hash",
    ),
    "message_quoted": (
        "chat_row_id", "parent_message_chat_row_id", "from_me", "sender_jid_row_id", "key_id", "timestamp", "message_type",
        "text_data",
    ),
    "message_quoted_media": ("mime_type", "media_name", "media_caption", "file_hash", "file_path"),
    "message_quoted_location": ("latitude", "longitude", "place_name", "place_address"),
    "message_quoted_vcard": ("vcard",),
    "message_quoted_product": ("title", "currency_code", "amount_1000"),
    "message_quoted_order": ("order_title", "currency_code", "total_amount_1000"),
    "message_location": (
        "latitude", "longitude", "place_name", "place_address", "url", "live_location_share_duration",
        "live_location_final_latitude", "live_location_final_longitude", "live_location_final_timestamp",
    ),
    "message_edit_info": ("original_key_id", "edited_timestamp", "sender_timestamp"),
    "message_revoked": ("revoked_key_id", "admin_jid_row_id", "revoke_timestamp"),
    "message_forwarded": ("forward_score", "forward_origin"),
    "message_view_once_media": ("state",),
    "message_ephemeral": ("duration", "expire_timestamp", "keep_in_chat"),
    "message_group_invite": ("group_jid_row_id", "group_name", "invite_code", "expiration", "admin_jid_row_id"),
    "message_product": (
        "title", "description", "currency_code", "amount_1000", "sale_amount_1000", "product_id", "url", "retailer_id", "body",
    ),
    "message_order": (
        "order_id", "order_title", "item_count", "status", "message", "currency_code", "total_amount_1000",
    ),
    "message_payment": ("amount_with_symbol", "sender_jid_row_id", "receiver_jid_row_id", "remote_message_key"),
    "message_invoice": ("amount", "note", "status"),
    "message_poll": ("selectable_options_count", "poll_type"),
    "message_template": ("content_text_data", "footer_text_data"),
    "message_text": ("description", "page_title", "url"),
    "message_system": ("action_type",),
    "message_system_group": ("is_me_joined",),
    "message_system_number_change": ("old_jid_row_id", "new_jid_row_id"),
    "message_system_value_change": ("old_data",),
    "message_system_photo_change": ("new_photo_id",),
    "message_system_block_contact": ("is_blocked",),
    "message_system_lid_change": ("old_jid_row_id", "new_jid_row_id"),
    "message_future": ("version", "future_message_type"),
    "message_external_ad_content": ("title", "body", "source_url"),
    "message_event": ("name", "description", "start_time", "location"),
}  # fmt: skip
"""Tables with at most one row a message: columns, without the key."""

LISTED: dict[str, tuple[str, ...]] = {
    "message_vcard": ("vcard",),
    "message_mentions": ("jid_row_id",),
    "message_poll_option": ("option_name", "vote_total"),
    "message_system_chat_participant": ("user_jid_row_id",),
    "message_ui_elements": ("element_type", "element_content"),
    "message_template_button": ("text_data",),
    "missed_call_logs": ("timestamp", "video_call"),
}
"""Tables with any number of rows a message; often without an index on the message, so they are read once as a whole."""

Sides = dict[str, Any]
MORE_MEDIA = "message_media, further rows"
"""Files after the first of a message: the app keeps one, a merged or copied table may hold more."""


class Around:
    """Fetches what stands around messages."""

    def __init__(self, db: Database, here: Locator) -> None:
        self.db, self.here = db, here
        self.problems: list[Problem] = []
        self.keyed = {
            t: "SELECT message_row_id, "
            + db.pick(t, c)
            + f" FROM {quoted(t)} WHERE message_row_id BETWEEN ? AND ?"
            for t, c in KEYED.items()
            if db.has(t, "message_row_id") and self._holds(t)
        }
        self.lists: dict[int, list[tuple[str, tuple[Any, ...]]]] = {}
        for table, columns in LISTED.items():
            if db.has(table, "message_row_id"):
                for found in db.walk(table, ("message_row_id", *columns)):
                    if not isinstance(found, tuple):
                        self._lost(table, found.why)
                    elif isinstance(found[1][0], int):
                        self.lists.setdefault(found[1][0], []).append((table, found[1][1:]))

    def _holds(self, table: str) -> bool:
        try:
            return any(True for _ in self.db.rows(f"SELECT 1 FROM {quoted(table)} LIMIT 1"))
        except Damaged as error:
            self._lost(table, str(error))
            return False

    def _lost(self, table: str, why: str) -> None:
        what = f"part of the table {table} could not be read: {why}"
        if not any(p.what == what for p in self.problems):
            self.problems.append(Problem(self.here, "RTV-W102", what))

    def fetch(self, rows: Sequence[int]) -> dict[int, Sides]:
        """For each message of a batch that has any: table -> its row (KEYED) or rows (LISTED)."""
        around: dict[int, Sides] = {}
        if not rows:
            return around
        first, last = min(rows), max(rows)
        spans = [(first, last)] if last - first < 20 * len(rows) else _spans(rows)
        for table, sql in self.keyed.items():
            for first, last in spans:
                try:
                    for row in self.db.rows(sql, (first, last)):
                        sides = around.setdefault(row[0], {})
                        if table == "message_media" and table in sides:
                            sides.setdefault(MORE_MEDIA, []).append(row[1:])
                        else:
                            sides[table] = row[1:]
                except Damaged as error:
                    self._lost(table, str(error))
        if self.lists:
            for n in rows:
                for table, row in self.lists.get(n, ()):
                    around.setdefault(n, {}).setdefault(table, []).append(row)
        return around


def _spans(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches of rows that lie close together, whatever their order."""
    spans: list[tuple[int, int]] = []
    for n in sorted(rows):
        if spans and n - spans[-1][1] < 20:
            spans[-1] = (spans[-1][0], n)
        else:
            spans.append((n, n))
    return spans


def batches(found: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most `size` in order."""
    batch: list[Any] = []
    for each in found:
        batch.append(each)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
