"""Writes Telegram Desktop HTML pages after the published writer's markup. Shares no code with the readers."""

from __future__ import annotations

from html import escape


def page(*blocks: str, title: str = "Market", more: str = "") -> bytes:
    """One page; `more` names the next one."""
    link = f'<a class="pagination block_link" href="{more}">\nNext messages\n</a>' if more else ""
    body = "\n".join(blocks)
    return f"""<!DOCTYPE html>
<html>
 <head>
  <meta charset="utf-8"/>
<title>Exported Data</title>
 </head>
 <body onload="CheckLocation();">
  <div class="page_wrap">
   <div class="page_header">
    <div class="content">
     <div class="text bold">
{escape(title)}
     </div>
    </div>
   </div>
   <div class="page_body chat_page">
    <div class="history">
{body}
{link}
    </div>
   </div>
  </div>
 </body>
</html>
""".encode()


def message(
    number: int,
    text: str = "",
    *,
    name: str | None = "Samir",
    date: str = "24.09.2022 09:14:20 UTC+03:00",
    extra: str = "",
    wrap: str = "",
) -> str:
    """A message; without a name it is joined to the one before. `text` is HTML already."""
    joined = "" if name is not None else " joined"
    who = f'<div class="from_name">\n{name} \n       </div>\n' if name is not None else ""
    words = f'       <div class="text">\n{text}\n       </div>\n' if text else ""
    if wrap:
        words = wrap.replace("{}", words)
    return f"""     <div class="message default clearfix{joined}" id="message{number}">
      <div class="body">
       <div class="pull_right date details" title="{date}">
09:14
       </div>
       {who}{extra}{words}      </div>
     </div>
"""


def service(number: int, words: str) -> str:
    """A service line, or with a negative number a date line."""
    return f"""     <div class="message service" id="message{number}">
      <div class="body details">
{words}
      </div>
     </div>
"""


def forwarded(name: str, date: str) -> str:
    """The wrapping of a forwarded body, with {} for what it holds."""
    return (
        '<div class="forwarded body">\n<div class="from_name">\n'
        f'{name}<span class="date details" title="{date}"> {date[:10]}</span>\n</div>\n{{}}</div>\n'
    )
