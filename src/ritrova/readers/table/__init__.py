"""Tables of messages: CSV and its kin, and XLSX, read by a column map.

XRY, Oxygen, mail exports and many people's own tools give tables. Which column means what is said in a small TOML file
(`--map`), whose starter `ritrova add --explain-columns FILE` writes. Without one a table is read only where its headers
leave no doubt.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, get_args

from msgspec.structs import replace

from ritrova.formats.delimited import Encoding, delimiter_of, encoding_of, fields, rows
from ritrova.model.errors import WrongUse
from ritrova.model.records import App, Problem, Read, Skip
from ritrova.model.shapes import Ask, Counted, Item, Reader, Tiles, at
from ritrova.readers.table.columns import ROLES, Map, guessed, plain, resolved, unmistakable
from ritrova.readers.table.reading import Rows, order_in

PROBLEMS: dict[str, str] = {
    "RTV-U020": "A table whose columns are not known. Nothing was read. Write a starter map with `ritrova add "
    "--explain-columns FILE`, correct it, and add the file with `--as table --map MAP.toml`.",
    "RTV-U021": "An XLSX table needs the library openpyxl, which is not installed. Install ritrova with its xlsx extra "
    "(`pip install 'ritrova[xlsx]'`), or save the sheet as CSV.",
    "RTV-U022": "Rows of a table whose quotes do not close, or that have more columns than the header. They were read as they "
    "stand, and flagged as repaired.",
    "RTV-U023": "Rows whose time could not be read for certain. Where day and month cannot be told apart, `--date-order dmy` "
    "or `date_order` in the column map settles it; another form can be given as `format`.",
    "RTV-U024": "Words in the direction column that are neither incoming nor outgoing to ritrova. Name them in the column map "
    "under `out` and `in`.",
    "RTV-U025": "The encoding of a table is not certain, or some of its bytes fit no letter. If names or texts look wrong, give "
    "`encoding` in the column map (cp1256 for Arabic Windows, cp1251 for Cyrillic, cp1254 for Turkish).",
    "RTV-U026": "The workbook cannot be opened: it is damaged, encrypted, or no workbook. Nothing was read.",
    "RTV-U027": "The column map does not fit this table. Nothing was read; the text says which column is not there.",
}
TEXT = (".csv", ".tsv", ".txt", ".tab")
SHEETS = (".xlsx", ".xlsm")


def is_workbook(item: Item) -> bool:
    """True for a zip that holds an office document and is named as a workbook."""
    return item.name.casefold().endswith(SHEETS) and item.head(4) == b"PK\x03\x04"


def sniff(item: Item) -> bool:
    """Claims a workbook, and a text table whose headers leave no doubt."""
    if is_workbook(item):
        return b"[Content_Types].xml" in item.head(4096) or b"xl/" in item.head(4096)
    if not item.name.casefold().endswith(TEXT[:2]) or item.size < 8:
        return False
    head = item.head(1 << 16)
    with item.open() as stream:
        encoding = encoding_of(stream)
        if b"\x00" in head[:1000] and not encoding.name.startswith("utf-16"):
            return False
        first = next(rows(stream, encoding, ",", item.size), None)
    if first is None:
        return False
    return any(unmistakable(fields(first.text, delimiter)) for delimiter in (",", ";", "\t", "|"))


def count(item: Item, ask: Ask) -> Counted:
    """Text: the bytes, which rows must tile. A workbook: rows of its sheets that hold something, by the sheets' own XML."""
    if is_workbook(item):
        from ritrova.readers.table.workbook import counted

        return counted(item, ask)
    return Tiles(item.size)


def read(item: Item, ask: Ask) -> Iterator[Read]:
    """One message a row."""
    if is_workbook(item):
        from ritrova.readers.table.workbook import read_workbook

        yield from read_workbook(item, ask)
    else:
        yield from read_text(item, ask)


def shape(item: Item, given: dict[str, Any] | None) -> tuple[Encoding, str, list[list[str]]]:
    """Encoding, delimiter and the first records of a text table."""
    given = given or {}
    with item.open() as stream:
        encoding = encoding_of(stream, given.get("encoding"))
        asked = given.get("delimiter")
        lines = [
            r.text for r in islice(rows(stream, encoding, asked or ",", item.size), 200) if r.text.strip()
        ]
        delimiter = delimiter_of(lines[:50], asked)
        found = [fields(r.text, delimiter) for r in islice(rows(stream, encoding, delimiter, item.size), 200)]
    return encoding, delimiter, [row for row in found if any(cell.strip() for cell in row)]


def headed(first: list[list[str]], given: dict[str, Any] | None) -> bool:
    """Whether the first record is a header: as the map says, or because it names columns and holds no time."""
    if given is not None and "header" in given:
        return bool(given["header"])
    if not first:
        return False
    if len(guessed(first[0])) >= 2:
        return True
    if given is not None:
        named = {
            plain(v) for v in (*given.values(), *(given.get("columns") or {}).values()) if isinstance(v, str)
        }
        return any(plain(cell) in named for cell in first[0])
    return False


def read_text(item: Item, ask: Ask) -> Iterator[Read]:
    """A text table, record by record with its bytes."""
    given = ask.column_map
    whole = f"bytes 0-{item.size}"
    try:
        encoding, delimiter, first = shape(item, given)
    except LookupError as error:
        yield Problem(
            at(item, whole), "RTV-U027", f"the column map names an encoding that is not known: {error}", 1
        )
        return
    if not first:
        yield Skip(at(item, whole), "an empty table", 0)
        return
    header = headed(first, given)
    width = max(len(row) for row in first)
    try:
        map = resolved(given, first[0] if header else None, width)
    except WrongUse as error:
        yield Problem(at(item, whole), "RTV-U027", f"{error.what} {error.next_step}", 1)
        return
    if not map.at.keys() & {"text", "attachment"}:
        yield Problem(
            at(item, whole), "RTV-U020", f"a table with the columns {first[0]}; use --explain-columns", 1
        )
        return
    with item.open() as stream:
        sample = (
            fields(r.text, delimiter) for r in islice(rows(stream, encoding, delimiter, item.size), 5000)
        )
        order = order_in(islice(sample, int(header), None), map, ask.date_order)
        if not encoding.sure:
            yield Problem(at(item), "RTV-U025", f"encoding taken as {encoding.name}: {encoding.ground}")
        making = Rows(item, ask, map, order, width)
        bad: list[str] = []
        replaced = 0
        begun = False
        for row in rows(stream, encoding, delimiter, item.size):
            start = 0 if not begun else row.start
            begun = True
            spot = f"bytes {start}-{row.end}"
            cells = fields(row.text, delimiter)
            if header:
                header = False
                yield Skip(at(item, spot), "the header of the table", 0)
                continue
            if not any(cell.strip() for cell in cells):
                yield Skip(at(item, spot), "a row without content", 0)
                continue
            wrong = row.bad or row.replaced or len(cells) > width
            replaced += row.replaced
            if row.bad or len(cells) > width:
                bad.append(spot)
            yield from making.row(spot, list(cells), ("repaired",) if wrong else ())
    yield from making.remarks()
    if bad:
        what = f"{len(bad)} rows with unbalanced quotes or too many columns; first: {', '.join(bad[:3])}"
        yield Problem(at(item), "RTV-U022", what)
    if replaced:
        yield Problem(at(item), "RTV-U025", f"{replaced} rows hold bytes that are no {encoding.name}")


def named_after(item: Item, map: Map) -> Map:
    """The map with the app that the path of a table names, where no map says which app it is."""
    path = item.path.casefold()
    named = [app for app in get_args(App) if app != "other" and app in path]
    return replace(map, app=named[0]) if len(named) == 1 else map


def explain_columns(item: Item) -> str:
    """A starter column map for a table, as TOML: what the headers suggest, with samples of what each column holds."""
    note: list[str] = []
    if is_workbook(item):
        from ritrova.readers.table.workbook import first_rows

        sheet, first = first_rows(item)
        settings = [f'sheet = "{escaped(sheet)}"']
    else:
        encoding, delimiter, first = shape(item, None)
        shown = {"\t": "tab"}.get(delimiter, delimiter)
        settings = [
            f'encoding = "{encoding.name}"  # {encoding.ground}',
            f'delimiter = "{shown}"',
        ]
    header = headed(first, None)
    if not header and first and not any(any(c.isdigit() for c in cell) for cell in first[0]):
        header = True
        note.append("# The first row holds no digits and is taken for a header.")
    names = first[0] if header else []
    roles = guessed(names)
    width = max((len(row) for row in first), default=0)
    lines = [
        f"# Column map for {item.name}. Correct it, then: ritrova add --as table --map THIS.toml {item.name}",
        "# A column is named by its header, or by its number from 1. Delete the lines that do not apply.",
        *note,
        'app = "other"  # whatsapp, telegram, viber, signal, messenger, instagram, sms, other',
        *settings,
        f"header = {'true' if header else 'false'}",
        '# zone = "Asia/Baghdad"      # the clock that the times were printed by, if somebody knows it',
        '# date_order = "dmy"         # or "mdy"',
        '# format = "%d.%m.%Y %H:%M"  # where times have another form',
        '# owner = "+15550100000"     # who wrote outgoing rows that name nobody',
        '# conversation_name = "..."  # where the whole table is one chat',
        '# out = ["sent"]             # words in the direction column',
        '# in = ["received"]',
        "",
        "[columns]",
    ]
    for role in ROLES:
        if role in roles:
            lines.append(f"{role} = {quoted(names[roles[role]], roles[role], names)}")
        else:
            lines.append(f"# {role} = ")
    lines += ["", "# What the columns hold:"]
    for place in range(width):
        name = names[place] if place < len(names) else ""
        samples = [row[place] for row in first[int(header) :] if place < len(row) and row[place].strip()][:3]
        shown = " | ".join(" ".join(sample.split())[:40] for sample in samples)
        line = f"# {place + 1}. {' '.join(name.split()) or '(no header)'}: {shown}"
        lines.append("".join(c if c.isprintable() else "?" for c in line))
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text inside a TOML basic string."""
    out = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04X}" for c in out)


def quoted(name: str, place: int, names: list[str]) -> str:
    """How a map names a column: by its header, by its number where the header is empty or there twice."""
    alike = [n for n in names if plain(n) == plain(name)]
    return f'"{escaped(name.strip())}"' if plain(name) and len(alike) == 1 else str(place + 1)


__all__ = ["PROBLEMS", "READER", "Map", "explain_columns"]

READER = Reader(
    name="table",
    title="Table of messages (CSV, TSV, XLSX) by a column map",
    sniff=sniff,
    read=read,
    count=count,
    facts={
        "versions": "any; columns by a map (--map) or by unmistakable headers in twelve languages",
        "read": [
            "one message a row: time, sender, number, text, conversation, direction, recipient, id, reply, attachment, app",
            "UTF-8, UTF-16, Windows Arabic, Cyrillic, Turkish and Western code pages; delimiters , ; tab |; quoted line breaks",
            "columns that no role takes are kept in the message's detail by number",
        ],
        "lost": ["formulas and formatting of workbooks (their last values are read)"],
        "recalled": [],
    },
)
