"""What an exploring notebook says can be copied at its end: the lines, and the files that they write."""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
_FILE = re.compile(r'\.(?:to_csv|to_parquet|write_html)\("([^"/]+)"')


def with_copied_lines(path: Path) -> NotebookNode:
    """The notebook at `path` with the lines of its last cell in a cell below, as somebody copies them."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(copied_lines(notebook)))
    return notebook


def copied_lines(notebook: NotebookNode) -> str:
    return "\n".join(_BLOCK.findall(notebook.cells[-1].source))


def written_files(lines: str) -> list[str]:
    """The names of the files that the lines write, beside the notebook."""
    return _FILE.findall(lines)
