"""What cells of a notebook that ran have left, by the id of the cell."""

import html
import re

from nbformat import NotebookNode

PLOTLY_MIME = "application/vnd.plotly.v1+json"
WARNED = "stderr"


def said(done: NotebookNode, cell_id: str) -> str:
    """What a cell printed."""
    return "".join(one.text for one in _outputs(done, cell_id) if one.get("name") == "stdout").strip()


def figures(done: NotebookNode, cell_id: str = "") -> list[dict]:
    """The figures of a cell, or of all cells."""
    return [one.data[PLOTLY_MIME] for one in _outputs(done, cell_id) if PLOTLY_MIME in one.get("data", {})]


def tables(done: NotebookNode, cell_id: str) -> list[list[dict[str, str]]]:
    """The tables of a cell: their rows by the names of the columns, as text."""
    found = [
        one.data["text/html"] for one in _outputs(done, cell_id) if "<table" in one.get("data", {}).get("text/html", "")
    ]
    return [_rows(text) for text in found]


def _rows(text: str) -> list[dict[str, str]]:
    rows = [
        [html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr.*?</tr>", text, re.S)
    ]
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]


def printed_as_warnings(done: NotebookNode) -> list[str]:
    return [one.text for one in _outputs(done, "") if one.get("name") == WARNED]


def silent_cells(done: NotebookNode) -> list[str]:
    """The ids of cells that explore something and have shown nothing."""
    return [cell.id for cell in done.cells if "aw.explore(" in cell.source and not cell.get("outputs")]


def _outputs(done: NotebookNode, cell_id: str) -> list:
    cells = [cell for cell in done.cells if not cell_id or cell.id == cell_id]
    assert cells, f"there is no cell {cell_id}"
    return [one for cell in cells for one in cell.get("outputs", [])]
