"""Service lines of Telegram chats: which event each is, and why it may matter as evidence.

The codes are those of export_output_json.cpp (2025-08); an unknown code is kept as written and becomes an event `unknown`.
"""

from __future__ import annotations

from ritrova.model.records import EventKind

ACTIONS: dict[str, tuple[EventKind, str]] = {
    "create_group": ("membership", "the group was created, with these members"),
    "create_channel": ("membership", "the channel or supergroup was created"),
    "invite_members": ("membership", "members were brought in by another"),
    "remove_members": ("membership", "members were removed, or left (actor and member are the same)"),
    "join_group_by_link": ("membership", "somebody joined by an invite link"),
    "join_group_by_request": ("membership", "somebody was let in on request"),
    "migrate_to_supergroup": ("membership", "the basic group became a supergroup; ids are numbered anew"),
    "migrate_from_group": ("membership", "the supergroup continues a basic group; older ids are negative"),
    "joined_telegram": ("membership", "a contact joined Telegram"),
    "pin_message": ("pin", "a message was pinned"),
    "clear_history": ("revocation", "the history was cleared: messages before this line are gone"),
    "take_screenshot": ("unknown", "a screenshot of the chat was taken"),
    "set_messages_ttl": ("unknown", "messages were set to delete themselves, or no longer to"),
    "requested_phone_number": ("unknown", "a phone number was handed over"),
    "requested_peer": ("unknown", "a user or chat was handed to a bot"),
    "proximity_reached": ("unknown", "two people came near each other"),
    "phone_call": ("unknown", "a call"),
    "conference_call": ("unknown", "a call of several"),
    "group_call": ("unknown", "a group call or live broadcast"),
    "group_call_scheduled": ("unknown", "a group call was scheduled"),
    "invite_to_group_call": ("unknown", "members were called into a group call"),
    "send_payment": ("payment", "a payment was made"),
    "refunded_payment": ("payment", "a payment was refunded"),
    "send_premium_gift": ("payment", "a paid gift"),
    "gift_code_prize": ("payment", "a paid gift code"),
    "send_stars_gift": ("payment", "a paid gift"),
    "send_ton_gift": ("payment", "a paid gift"),
    "send_star_gift": ("payment", "a paid gift"),
    "stars_prize": ("payment", "a prize"),
    "giveaway_launch": ("payment", "a giveaway began"),
    "giveaway_results": ("payment", "a giveaway ended"),
    "boost_apply": ("payment", "a boost was given"),
    "paid_messages_refund": ("payment", "paid messages were refunded"),
    "paid_messages_price_change": ("payment", "the price of a message changed"),
    "suggested_post_success": ("payment", "a paid post was published"),
    "suggested_post_refund": ("payment", "a paid post was refunded"),
    "edit_group_title": ("edit", "the chat was renamed"),
    "edit_group_photo": ("edit", "the chat's picture was changed"),
    "delete_group_photo": ("edit", "the chat's picture was removed"),
    "topic_edit": ("edit", "a topic was changed"),
}
"""Action code -> kind of event, and what it says in words."""

CALLS = frozenset({"phone_call", "conference_call", "group_call"})
"""Actions that are calls."""


def event_of(action: object) -> tuple[EventKind, str]:
    """Kind and words for an action code; an unknown one stays unknown."""
    return ACTIONS.get(str(action), ("unknown", ""))
