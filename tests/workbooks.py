"""XLSX workbooks of one sheet, written part by part, so that a sheet may hold what no program would write."""

import zipfile
from pathlib import Path
from typing import IO, TypeVar

Place = TypeVar("Place", Path, IO[bytes])

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Tests" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def cell(text: str, place: str = "") -> str:
    """A cell of text; one without a place stands behind the one before."""
    said = f' r="{place}"' if place else ""
    return f'<c{said} t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, *texts: str) -> str:
    """A row of cells from the first column on, up to Z."""
    cells = "".join(cell(text, f"{chr(65 + place)}{number}") for place, text in enumerate(texts))
    return f'<row r="{number}">{cells}</row>'


def write(path: Place, rows: str) -> Place:
    """A workbook whose sheet has these rows."""
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            packed.writestr(name, content)
    return path


def bar_speed(path: Place, more: str = "") -> Place:
    """A workbook with one repetition of Alder, and whatever else is to stand below it."""
    header = ("athlete", "date", "exercise", "set", "rep", "load_kg", "mean_velocity_m_s")
    return write(path, row(1, *header) + row(2, "Alder", "2026-06-01", "Deadlift", "1", "1", "60", "0.8") + more)
