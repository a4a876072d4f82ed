"""What private things look like: numbers, addresses of apps, links, ids, and the file names that an app gives by itself."""

from __future__ import annotations

import re

DIGIT = r"[\d⁰¹²³⁴-⁹₀-₉①-⑨⓪❶-❾⓿]"
BETWEEN = r"[^\S\r\n]|[-.()\[\]/_*,'’·•‐-―ـ:|~+\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\u20e3\ufeff]"
NUMBER = re.compile(rf"[+＋]?(?:{BETWEEN})?{DIGIT}(?:(?:{BETWEEN}){{0,5}}{DIGIT}){{6,}}\u20e3?\ufe0f?\u20e3?")
GROUP = re.compile(
    rf"{DIGIT}(?:[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\u20e3\ufeff]*{DIGIT})*[\ufe0f\u20e3]*"
)
LINES = re.compile(rf"[+＋]?{DIGIT}(?:(?:{BETWEEN}|[\r\n]){{0,5}}{DIGIT}){{6,14}}")
DATE = re.compile(
    r"(?<!\d)(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{1,2})([-/.])(\d{1,2})\6(\d{4}|\d{2}))(?!\d)"
)
CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)")
GROUPED = re.compile(
    r"[1-9]\d{0,2}(?:[,.'’٬٫]\d{3})+(?:[.,]\d{1,2})?|[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3})* 000"
)
ROUND = re.compile(r"[1-9]\d{3,5}000|[1-9]\d{0,4}0000")
YEARS = re.compile(r"(?:19|20)\d\d(?:[^\w+]{1,3}(?:19|20)\d\d)+")
JID = re.compile(
    r"(?<![\w.+:-])[\w.+:-]+@(?:s\.whatsapp\.net|c\.us|g\.us|lid|broadcast|newsletter|call)(?![\w])",
    re.IGNORECASE,
)
MAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+[@＠][\w-]+(?:\.[\w-]+)+")
HANDLE = re.compile(r"(?<![\w])[@＠]\w[\w.]*\w")
LINK = re.compile(
    r"(?:(?:https?|tg|viber|whatsapp|sgnl|fb|instagram)://[^\s<>\"«»]*)|"
    r"(?:(?<![\w.])(?:www\.)?(?:t\.me|telegram\.(?:me|dog|org)|wa\.me|(?:api|chat|web)\.whatsapp\.com|whatsapp\.com|"
    r"(?:invite\.|chats\.)?viber\.com|vb\.me|m\.me|fb\.(?:com|me)|(?:\w+\.)?facebook\.com|instagram\.com|ig\.me|tiktok\.com|"
    r"(?:vm|vt)\.tiktok\.com|snapchat\.com|twitter\.com|x\.com|vk\.com|ok\.ru|signal\.(?:me|group)|line\.me|imo\.im|"
    r"youtube\.com|threads\.net)/[^\s<>\"«»]*)",
    re.IGNORECASE,
)
SOCIAL = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[\w-]+\.)*(?:t\.me|telegram\.(?:me|dog|org)|wa\.me|whatsapp\.com|viber\.com|vb\.me|m\.me|"
    r"fb\.(?:com|me)|facebook\.com|instagram\.com|ig\.me|tiktok\.com|snapchat\.com|twitter\.com|x\.com|vk\.com|ok\.ru|"
    r"signal\.(?:me|group)|line\.me|imo\.im|youtube\.com|threads\.net))(?:[/?#]|$)(.*)",
    re.IGNORECASE | re.DOTALL,
)
SCHEME = re.compile(r"(tg|viber|whatsapp|sgnl|fb|instagram)://(.*)", re.IGNORECASE | re.DOTALL)
ROUTE = re.compile(
    r"(?:joinchat|s|c|channel|g|i|user|in|add|invite|p|reel|send|resolve|contact|chat|forward)[/?]",
    re.IGNORECASE,
)
IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
WALLET = re.compile(
    r"(?<![A-Za-z0-9])(?:0x[0-9a-fA-F]{40}|T[1-9A-HJ-NP-Za-km-z]{33}|bc1[0-9a-z]{25,60}|[13][1-9A-HJ-NP-Za-km-z]{25,34})"
    r"(?![A-Za-z0-9])"
)
CARD_NAME = re.compile(r"(?m)^(?:item\d+\.)?(?:FN|N|NICKNAME|ORG)(?:;[^:\n]*)?:([^\r\n]+)", re.IGNORECASE)


ID = re.compile(r"[a-z]-[0-9a-f]{20}")
MESSAGE_ID = re.compile(r"m-([0-9a-f]{16})-([0-9a-f]{8})-(.+)", re.DOTALL)
SHA256 = re.compile(r"[0-9a-f]{64}")
PLAIN_NAME = re.compile(
    r"result\.json|messages\d*\.html|export_results\.html|_chat\.txt|msgstore(\.db)?|wa\.db|viber_messages|viber_data|"
    r"viber\.db|contacts\.data|settings\.data|cache4\.db|chatstorage\.sqlite|contactsv2\.sqlite|callhistory\.sqlite|"
    r"manifest\.(db|plist|mbdb)|info\.plist|status\.plist|report\.xml|[\w.]+-(wal|shm|journal)|"
    r"chats|chat_\d+|photos|files|video_files|voice_messages|stickers|round_video_messages|contacts|lists|media|"
    r"(img|vid|aud|ptt|stk|doc)-\d{8}-wa\d{4,6}(\.\w{1,5})?|\d{8}-(photo|video|audio|sticker|gif)-[\d-]+(\.\w{1,5})?|"
    r"(photo|video|audio|sticker|file|animation|round|contact)_\d+@[\d_-]+(\.\w{1,5})?",
    re.IGNORECASE,
)
EXTENSION = re.compile(r"(?:\.(?:tar|crypt\d\d))?\.[A-Za-z][A-Za-z0-9]{0,5}\Z")
RANDOM_KEY = re.compile(r"-?\d{1,8}|\d{16,}|(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{12,}|[0-9a-f-]{36}")
"""Keys of messages that name nobody: small numbers, long random ones."""
