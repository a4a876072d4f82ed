"""XLSX tables, through openpyxl (an optional extra), one message a row of a sheet."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError, iterparse

from ritrova.model.errors import WrongUse
from ritrova.model.records import Problem, Read, Skip
from ritrova.model.shapes import Ask, Counted, Item, at
from ritrova.readers.table.columns import guessed, resolved
from ritrova.readers.table.reading import Rows, order_in

BROKEN = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    OSError,
    ParseError,
    TypeError,
    AttributeError,
    IndexError,
)


def sheets(item: Item) -> Iterator[tuple[str, list[tuple[int, list[Any]]]]]:
    """Each sheet's name and its rows that hold something, as (row number, values). ImportError without openpyxl."""
    from openpyxl import load_workbook

    with item.open() as stream:
        book = load_workbook(stream, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                found = []
                for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                    cells = ["" if value is None else value for value in row]
                    if any(str(cell).strip() for cell in cells):
                        found.append((number, cells))
                yield sheet.title, found
        finally:
            book.close()


def first_rows(item: Item) -> tuple[str, list[list[str]]]:
    """Name and first rows of the first sheet that holds something, as text."""
    try:
        for name, found in sheets(item):
            if found:
                return name, [[str(cell) for cell in cells] for _, cells in found[:200]]
    except ImportError as error:
        raise WrongUse(
            "an XLSX table needs openpyxl.", "Install ritrova[xlsx], or save the sheet as CSV."
        ) from error
    except BROKEN as error:
        raise WrongUse(f"the workbook cannot be opened: {error}", "Save it again, or as CSV.") from error
    return "", []


def header_at(found: list[tuple[int, list[Any]]], given: dict[str, Any] | None) -> bool:
    """Whether the first row of a sheet is its header."""
    if given is not None and "header" in given:
        return bool(given["header"])
    return bool(found) and (
        len(guessed([str(c) for c in found[0][1]])) >= 2
        or (given is not None and all(isinstance(c, str) for c in found[0][1]))
    )


def read_workbook(item: Item, ask: Ask) -> Iterator[Read]:
    """The rows of every sheet, or of the one that the map names."""
    given = ask.column_map
    wanted = (given or {}).get("sheet")
    try:
        for name, found in sheets(item):
            if not found or (wanted and name != wanted):
                if found:
                    yield Skip(
                        at(item, f"table {name} row {found[0][0]}"), "a sheet that the map does not name", 0
                    )
                continue
            header = header_at(found, given)
            width = max(len(cells) for _, cells in found)
            rows = len(found) - int(header)
            spot = f"table {name} row {found[0][0]}"
            try:
                map = resolved(given, [str(c) for c in found[0][1]] if header else None, width)
            except WrongUse as error:
                yield Problem(at(item, spot), "RTV-U027", f"{name}: {error.what} {error.next_step}", rows)
                continue
            if not map.at.keys() & {"text", "attachment"}:
                shown = ", ".join(str(c) for c in found[0][1])
                what = f"the sheet {name} has the columns {shown}; use --explain-columns"
                yield Problem(at(item, spot), "RTV-U020", what, rows)
                continue
            if header:
                yield Skip(at(item, spot), "the header of the table", 0)
            body = found[int(header) :]
            order = order_in((cells for _, cells in body[:5000]), map, ask.date_order)
            making = Rows(item, ask, map, order, width)
            for number, cells in body:
                yield from making.row(f"table {name} row {number}", cells)
            yield from making.remarks()
    except ImportError:
        yield Problem(
            at(item), "RTV-U021", "openpyxl is not installed; nothing was read", _messages(item, ask)
        )
    except BROKEN as error:
        yield Problem(at(item), "RTV-U026", f"the workbook cannot be opened: {type(error).__name__}: {error}")


def counted(item: Item, ask: Ask) -> Counted:
    """Rows that hold something, by the XML of the sheets alone, less a header in each; 0 for a workbook that is broken."""
    return {"messages": _messages(item, ask)}


def _messages(item: Item, ask: Ask) -> int:
    given = ask.column_map
    wanted = (given or {}).get("sheet")
    total = 0
    try:
        with item.open() as stream, zipfile.ZipFile(stream) as book:
            shared = _shared(book)
            for name, part in _parts(book):
                if wanted and name != wanted:
                    continue
                rows = 0
                first: list[str] | None = None
                all_text = True
                with book.open(part) as sheet:
                    for _, element in iterparse(sheet):
                        if not element.tag.endswith("}row"):
                            continue
                        values = []
                        for cell in element:
                            kind = cell.get("t", "")
                            text = "".join(
                                t
                                for part in cell.iter()
                                if part.tag.endswith(("}v", "}t"))
                                for t in [part.text or ""]
                            )
                            if kind == "s" and text.isdigit() and int(text) < len(shared):
                                text = shared[int(text)]
                            values.append(text)
                            if first is None and text and kind not in ("s", "inlineStr", "str"):
                                all_text = False
                        element.clear()
                        if any(value.strip() for value in values):
                            rows += 1
                            if first is None:
                                first = values
                if first is not None:
                    if given is not None and "header" in given:
                        rows -= bool(given["header"])
                    elif len(guessed(first)) >= 2 or (given is not None and all_text):
                        rows -= 1
                total += rows
    except BROKEN:
        return 0
    return total


def _shared(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    found = []
    with book.open("xl/sharedStrings.xml") as part:
        for _, element in iterparse(part):
            if element.tag.endswith("}si"):
                found.append("".join(t.text or "" for t in element.iter() if t.tag.endswith("}t")))
                element.clear()
    return found


def _parts(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Names of sheets and the parts that hold them, by the workbook's own relations."""
    targets = {}
    with book.open("xl/_rels/workbook.xml.rels") as part:
        for _, element in iterparse(part):
            if "Target" in element.attrib:
                targets[element.get("Id")] = element.attrib["Target"]
    with book.open("xl/workbook.xml") as part:
        for _, element in iterparse(part):
            if element.tag.endswith("}sheet"):
                relation = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
                target = targets.get(relation, "")
                place = target.lstrip("/") if target.startswith("/") else "xl/" + target
                if "worksheets" in place:
                    yield element.get("name", ""), place
