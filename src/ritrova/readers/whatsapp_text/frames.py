"""The header of a message: its grammar in general, and the exact pattern of one file.

Every message begins with a date, a time and usually a name: ``15/9/2024, 8:46 PM - Name: `` (Android) or
``[15/09/2024, 20:46:10] Name: `` (iOS). Order, digits, separators, spaces, invisible marks and the words for before and
after noon depend on the phone's language; one export has one form. So the first lines say which form a file has, and a
byte pattern made for that form finds the messages; a line in another form is part of somebody's message.
"""

from __future__ import annotations

import re

import msgspec

from ritrova.readers.whatsapp_text.words import MARKS, plain, quiet, words

M = f"[{MARKS}]*"
SP = "[ \t\u00a0\u202f\u2009\u3000]"
DATE = rf"\d{{1,4}}{M}(?P<sep>{SP}?[/.\-‐‑年]{SP}?){M}\d{{1,2}}{M}{SP}?[/.\-‐‑月]{SP}?{M}\d{{1,4}}{M}[.日]?(?:{SP}?[гр]\.)?"
CLOCK = rf"\d{{1,2}}{M}(?P<colon>[:.٫:]|{SP}?h{SP}?){M}\d{{2}}(?P<seconds>{M}[:.٫:]{M}\d{{2}})?"
HALF = r"[^\W\d_][^\d\[\](){}<>:;،,/\-–—\n\r]{0,17}"
HEADER = re.compile(
    rf"(?P<lead>(?:{SP}|[{MARKS}])*)(?P<open>\[)?(?:{SP}|[{MARKS}])*"
    rf"(?P<date>{DATE})(?P<joint>[,،、]?(?:{SP}|[{MARKS}])*(?:{HALF})??(?:{SP}|[{MARKS}])*)"
    rf"(?P<clock>{CLOCK})(?P<half>(?:{SP}|[{MARKS}])*(?:{HALF})?)(?:{SP}|[{MARKS}])*"
    rf"(?P<close>\]{SP}?|[-–—](?:{SP}|(?=\S)|$)|:{SP})"
)
"""A header in general, at the start of a line."""

TIME_FIRST = re.compile(
    rf"(?P<lead>(?:{SP}|[{MARKS}])*)(?P<open>\[)?(?:{SP}|[{MARKS}])*"
    rf"(?P<clock>{CLOCK})(?P<half>(?:{SP}|[{MARKS}])*(?:{HALF})?)(?P<joint>[,،、]?(?:{SP}|[{MARKS}])+)"
    rf"(?P<date>{DATE})(?:{SP}|[{MARKS}])*"
    rf"(?P<close>\]{SP}?|[-–—](?:{SP}|(?=\S)|$)|:{SP})"
)
"""A header with the time before the date: ``15:05, 13/07/2024 - `` (phones set to Vietnamese), ``[15:05, 13/7/2024] ``
(messages copied out of WhatsApp in a browser)."""


LONGEST = 160
"""Characters within which a header ends; what is longer is no header, and hostile lines cost nothing."""


class Frame(msgspec.Struct, frozen=True):
    """The form of one file's headers. Two headers of one export differ in none of these."""

    bracket: bool
    close: str
    separator: str
    joint: str
    colon: str
    seconds: bool
    half: str
    """Where the marker of the half of the day stands: "", "before" or "after" the time."""
    digits: str
    """"ascii", "arabic" (U+0660..), "persian" (U+06F0..) or "other"."""
    time_first: bool = False


_ARABIC = re.compile("[٠-٩]")
_PERSIAN = re.compile("[۰-۹]")
_ASCII = re.compile("[0-9]")


def _digits(text: str) -> str:
    kinds = [k for k, p in (("ascii", _ASCII), ("arabic", _ARABIC), ("persian", _PERSIAN)) if p.search(text)]
    return kinds[0] if len(kinds) == 1 else "other"


def header(line: str) -> tuple[Frame, re.Match[str]] | None:
    """The frame of a line that begins like a message of any export, else None."""
    m = HEADER.match(line[:LONGEST])
    time_first = m is None
    if m is None:
        m = TIME_FIRST.match(line[:LONGEST])
    if m is None:
        return None
    bracket = m["open"] is not None
    close = m["close"].strip()
    if bracket != (close == "]"):
        return None
    numbers = [int(n) for n in re.findall(r"\d+", m["date"])]
    if len(numbers) != 3 or sum(n > 31 for n in numbers) > 1:
        return None
    before = plain(m["joint"]).lstrip(",،、 ")
    after = plain(m["half"])
    table = words().half
    half = "after" if after else "before" if quiet(before) in table else ""
    if after and quiet(after) not in table and (close == ":" or len(after) > 12):
        return None
    frame = Frame(
        bracket=bracket,
        close="-" if close in "-–—" else close,
        separator=m["sep"].strip() or m["sep"],
        joint="" if half == "before" else plain(m["joint"]),
        colon=m["colon"].strip(),
        seconds=m["seconds"] is not None,
        half=half,
        digits=_digits(m["date"] + m["clock"]),
        time_first=time_first,
    )
    return frame, m


_MARK_BYTES = rb"(?:\xe2\x80[\x8b\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xef\xbb\xbf|\xd8\x9c)"
# Inside a header, bytes that only marks and spaces have: a set of bytes is matched ten times faster than the marks in full,
# and what it would let through besides (an ellipsis within a date) does not occur there. Before a header it would.
_MARK_SET = rb"\xe2\xef\xd8\x80\x81\x8b\x8e\x8f\x9c\xa6-\xae\xbb\xbf"
_MARK_CLASS = rb"[" + _MARK_SET + rb"]"
_GAP_CLASS = rb"[ \t" + _MARK_SET + rb"]"
_WIDE_CLASS = rb"[ \t\xc2\xa0\xaf\x89\xe3" + _MARK_SET + rb"]"
_SPACE_BYTES = rb"(?:[ \t]|\xc2\xa0|\xe2\x80[\xaf\x89]|\xe3\x80\x80)"
_DIGIT_BYTES = {
    "ascii": rb"[0-9]",
    "arabic": rb"(?:\xd9[\xa0-\xa9])",
    "persian": rb"(?:\xdb[\xb0-\xb9])",
    "other": rb"(?:[0-9]|\xd9[\xa0-\xa9]|\xdb[\xb0-\xb9]|\xe0[\xa5-\xb5][\x80-\xbf]|\xe1[\x81\x9f][\x80-\xbf])",
}
_HALF_BYTES = rb"(?:[A-Za-z\x80-\xff][^0-9\[\](){}<>:;,/\-\n\r]{0,40}?)"


def pattern(frame: Frame, *, marks: bool, carriage: bool, wide: bool = False) -> re.Pattern[bytes]:
    """The byte pattern of a file's headers: group 1 the date, group 2 the time with its markers, whichever stands first.

    It begins with the line end before the header. `marks` allows invisible marks between the parts, `carriage` a bare CR
    as a line end, `wide` spaces other than the blank.
    """
    d = _DIGIT_BYTES[frame.digits]
    k = _MARK_CLASS + b"{0,12}" if marks else b""
    sp = _SPACE_BYTES if wide else b"[ \t]"
    if not (marks or wide):
        gap = b"[ \t]{0,8}"
    elif frame.half or frame.joint.strip(",،、 "):
        # beside a word the set of bytes would eat part of a letter
        gap = b"(?:" + sp + b"|" + _MARK_BYTES + b"){0,8}"
    else:
        gap = (_WIDE_CLASS if wide else _GAP_CLASS) + b"{0,24}"
    if frame.separator in "年月":
        s1, s2, end = "年".encode(), "月".encode(), "日?".encode()
        end = b"(?:" + "日".encode() + b")?"
    else:
        s1 = s2 = gap + re.escape(frame.separator.encode()) + gap
        end = rb"\.?(?:" + sp + rb"?(?:\xd0\xb3|\xd1\x80)\.)?"
    date = d + b"{1,4}" + k + s1 + k + d + b"{1,2}" + k + s2 + k + d + b"{1,4}" + k + end
    colon = re.escape(frame.colon.encode())
    if frame.colon == "h":
        colon = gap + b"h" + gap
    clock = d + b"{1,2}" + k + colon + k + d + b"{2}"
    if frame.seconds:
        clock += k + rb"(?:[:.]|\xd9\xab)" + k + d + b"{2}"
    if frame.half == "after":
        clock += gap + _HALF_BYTES
    joint = b""
    pieces = frame.joint.split()
    if frame.joint[:1] in (",", "،", "、"):
        joint = re.escape(frame.joint[0].encode())
        pieces = frame.joint[1:].split()
    if frame.half == "before":
        joint = rb"(?:,|\xd8\x8c|\xe3\x80\x81)?"
        clock = _HALF_BYTES + gap + clock
    joint += gap
    for p in pieces:
        joint += re.escape(p.encode()) + gap
    if frame.bracket:
        tail = gap + rb"\]" + b"(?:" + sp + b")?"
    elif frame.close == ":":
        tail = b":" + sp
    else:
        tail = gap + rb"(?:-|\xe2\x80[\x93\x94])" + sp + b"?"
    lead = b"(?:" + _MARK_BYTES + b"|" + sp + b"){0,16}" if marks or wide else _MARK_BYTES + b"{0,16}"
    opening = lead + (rb"\[" + gap if frame.bracket else b"")
    start = rb"[\r\n]" if carriage else rb"\n"
    if frame.time_first:
        # the date is caught ahead of the time, so that it is group 1 here too
        ahead = b"(?=" + clock + joint + b"(" + date + b"))"
        return re.compile(start + opening + ahead + b"(" + clock + b")" + joint + date + tail)
    return re.compile(start + opening + b"(" + date + b")" + joint + b"(" + clock + b")" + tail)
