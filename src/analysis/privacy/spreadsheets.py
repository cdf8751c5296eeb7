"""A spreadsheet without some of its rows, all else in it as it is.

Rows that go shift those below, so that a book in which something speaks of cells by their place is refused: formulas,
merged cells, rules for ranges, charts, comments, names for ranges.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import lxml.etree as etree
from python_calamine import CalamineWorkbook

PLAIN_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/\w+\.xml|xl/(workbook|styles|sharedStrings)\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/theme/theme\d+\.xml|xl/worksheets/[^/]+\.xml"
)
_PLAIN_IN_SHEET = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "phoneticPr"),
    *("printOptions", "pageMargins", "pageSetup", "headerFooter", "ignoredErrors"),
)
_PLAIN_IN_BOOK = (
    *("fileVersion", "fileSharing", "workbookPr", "workbookProtection", "AlternateContent"),
    *("bookViews", "sheets", "calcPr"),
)
_STRINGS, _BOOK, _RELATIONS = "xl/sharedStrings.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_TYPES, _ABOUT = "[Content_Types].xml", "docProps/app.xml"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class NotPlain(ValueError):
    """A book with something in it that would not survive, and what."""


def without_rows(
    path: Path,
    gone: Iterable[tuple[str, int]],
    read: Iterable[str],
    without: Callable[[str], str],
    above: Mapping[str, int] | None = None,
) -> bytes:
    """The bytes of a spreadsheet without rows, which are said by sheet and number behind the header.

    That is the first filled row, or as far below it as `above` says. `without` takes the name out of a text. A sheet
    that is called by the name and was not `read` goes whole.

    Raises NotPlain where something else would be lost or would speak of other cells than before.
    """
    with zipfile.ZipFile(path) as package:
        members = {info: package.read(info) for info in package.infolist()}
    parts = {info.filename: data for info, data in members.items()}
    for name in parts:
        if not PLAIN_PARTS.fullmatch(name):
            raise NotPlain(f"it holds {name}, which would be lost or speak of other rows")
    book = _tree(parts[_BOOK])
    _refuse(book, _PLAIN_IN_BOOK, "the book")
    changed = {_BOOK: book}
    places = _places_of_sheets(book, parts[_RELATIONS])
    begins = _first_rows(path)
    first = {title: row + (above or {}).get(title, 0) for title, row in begins.items()}
    sheets = {title: _tree(parts[place]) for title, place in places.items()}
    for title, sheet in sheets.items():
        _refuse(sheet, _PLAIN_IN_SHEET, f"the sheet {title!r}")
        if sheet.find(".//{*}f") is not None:
            raise NotPlain("it holds formulas, whose values and places would be lost")
    dropped = {title for title in sheets if title not in set(read) and without(title) != title and len(sheets) > 1}
    strings = _tree(parts[_STRINGS]) if _STRINGS in parts else None
    for title in set(sheets) - set(read) - dropped:
        if any(without(text) != text for text in _texts(sheets[title], strings)):
            raise NotPlain(f"no column mapping reads its sheet {title!r}, which says the name")
    for title in set(sheets) & set(read):
        rows = range(begins[title], first[title] + 1)
        if any(without(text) != text for row in rows for text in _texts(sheets[title], strings, row)):
            raise NotPlain(f"the header of its sheet {title!r} says the name")
    for title in dropped:
        _drop_sheet(parts, changed, book, title, places[title])
    for title, sheet in sheets.items():
        rows = {first[title] + number for where, number in gone if where == title}
        if title not in dropped:
            _drop_rows(sheet, rows)
            changed[places[title]] = sheet
    if strings is not None:
        changed[_STRINGS] = strings
        _empty_unused(strings, [sheet for title, sheet in sheets.items() if title not in dropped])
    for name, tree in [(name, _tree(parts[name])) for name in parts if name.startswith("docProps/")]:
        changed.setdefault(name, tree)
    for tree in changed.values():
        for text in tree.iter("{*}t", "{*}creator", "{*}lastModifiedBy", "{*}title", "{*}subject", "{*}description"):
            if text.text and without(text.text) != text.text:
                text.text = without(text.text)
    lost = {places[title] for title in dropped}
    return _packed({info: data for info, data in members.items() if info.filename not in lost}, changed)


def _tree(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    tree = etree.fromstring(data, parser)
    if tree.getroottree().docinfo.doctype:
        raise NotPlain("it carries a DOCTYPE")
    return tree


def _refuse(tree: etree._Element, plain: Iterable[str], where: str) -> None:
    for element in tree.iterchildren(tag=etree.Element):
        name = etree.QName(element).localname
        if name not in plain and (len(element) or element.attrib):
            raise NotPlain(f"{where} holds {name}, which would be lost or speak of other rows")


def _places_of_sheets(book: etree._Element, relations: bytes) -> dict[str, str]:
    """The part of each sheet by its title."""
    targets = {one.get("Id"): one.get("Target", "") for one in _tree(relations)}
    found = {str(sheet.get("name")): targets[sheet.get(_RELATION_ID)] for sheet in book.iterfind("{*}sheets/{*}sheet")}
    return {title: target.lstrip("/") if target.startswith("/") else f"xl/{target}" for title, target in found.items()}


def _first_rows(path: Path) -> dict[str, int]:
    """The number of the first filled row of each sheet, as the reader of tables finds it."""
    book = CalamineWorkbook.from_path(path)
    starts = {name: book.get_sheet_by_name(name).start for name in book.sheet_names}
    return {name: start[0] + 1 if start else 1 for name, start in starts.items()}


def _drop_rows(sheet: etree._Element, rows: set[int]) -> None:
    """Take rows out; those below move up, with their heights and formats."""
    last = moved = 0
    for row in list(sheet.iterfind("{*}sheetData/{*}row")):
        last = int(row.get("r", last + 1))
        moved = sum(gone < last for gone in rows)
        if last in rows:
            row.getparent().remove(row)
        elif moved:
            row.set("r", str(last - moved))
            for cell in row.iterfind("{*}c[@r]"):
                cell.set("r", re.sub(r"\d+$", str(last - moved), cell.get("r")))
    if rows and (dimension := sheet.find("{*}dimension")) is not None:
        sheet.remove(dimension)


def _texts(sheet: etree._Element, strings: etree._Element | None, row: int | None = None) -> Iterator[str]:
    """The texts of a sheet or of one row of it, shared and its own."""
    shared = [] if strings is None else ["".join(one.itertext()) for one in strings.iterfind("{*}si")]
    for cell in sheet.iter("{*}c") if row is None else sheet.iterfind(f"{{*}}sheetData/{{*}}row[@r='{row}']/{{*}}c"):
        yield "".join(cell.itertext()) if cell.get("t") != "s" else shared[int(cell.findtext("{*}v", "0"))]


def _empty_unused(strings: etree._Element, sheets: Iterable[etree._Element]) -> None:
    """Empty the texts that no cell shows any more."""
    cells = (cell for sheet in sheets for cell in sheet.iter("{*}c") if cell.get("t") == "s")
    used = {int(value) for cell in cells if (value := cell.findtext("{*}v"))}
    for number, text in enumerate(strings.iterfind("{*}si")):
        if number not in used:
            space = etree.QName(text).namespace
            for child in list(text):
                text.remove(child)
            etree.SubElement(text, f"{{{space}}}t")


def _drop_sheet(
    parts: dict[str, bytes], changed: dict[str, etree._Element], book: etree._Element, title: str, place: str
) -> None:
    """Take a sheet out of the book, and what speaks of it."""
    relations = changed.setdefault(_RELATIONS, _tree(parts[_RELATIONS]))
    types = changed.setdefault(_TYPES, _tree(parts[_TYPES]))
    sheet = next(one for one in book.iterfind("{*}sheets/{*}sheet") if one.get("name") == title)
    number = sheet.get(_RELATION_ID)
    sheet.getparent().remove(sheet)
    for tree, attribute, value in ((relations, "Id", number), (types, "PartName", f"/{place}")):
        for one in [one for one in tree if one.get(attribute) == value]:
            tree.remove(one)
    for view in book.iter("{*}workbookView"):
        view.attrib.pop("activeTab", None)
        view.attrib.pop("firstSheet", None)
    if _ABOUT in parts:
        about = changed.setdefault(_ABOUT, _tree(parts[_ABOUT]))
        for one in [one for one in about if etree.QName(one).localname in ("TitlesOfParts", "HeadingPairs")]:
            about.remove(one)


def _packed(members: dict[zipfile.ZipInfo, bytes], changed: dict[str, etree._Element]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for info, data in members.items():
            tree = changed.get(info.filename)
            if tree is not None:
                data = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
            package.writestr(info, data, info.compress_type)
    return out.getvalue()
