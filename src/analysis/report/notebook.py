"""A notebook as a report: its parameters, whether it ran to the end, and what it emitted."""

import ast
import base64
import contextlib
import difflib
import functools
import json
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html
import nbformat
from nbformat import NotebookNode

from analysis.base.blocks import SECTION_MIME
from analysis.base.errors import RenderFailed, UsageProblem

END_MIME = "application/vnd.workbook.end.v1+json"
PLOTLY_MIME = "application/vnd.plotly.v1+json"
_IMAGES = ("image/svg+xml", "image/png", "image/jpeg")
_TYPES = {"str": str, "int": int, "float": float, "bool": bool, "list": list}
_HALF_A_LETTER = re.compile("[\ud800-\udfff]")  # what UTF-8 cannot hold
_COLOUR_CODE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

Scalar = str | int | float | bool | None
Value = Scalar | list[Any]


@dataclass(frozen=True)
class Parameter:
    """One line of the cell tagged `parameters`."""

    name: str
    default: Value
    types: tuple[type, ...]  # what a value may be; None is checked apart
    optional: bool  # None is allowed


def read_notebook(path: Path) -> NotebookNode:
    """The notebook at `path`, without outputs.

    Raises UsageProblem where there is none or it is no notebook.
    """
    return _parsed(_text_of(path), path.name)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageProblem(f"There is no notebook {path.name}. Give the path of an .ipynb file.") from None
    except UnicodeDecodeError:
        raise _no_notebook(path.name) from None


def _parsed(text: str, name: str) -> NotebookNode:
    try:
        notebook = nbformat.reads(text, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError):
        raise _no_notebook(name) from None
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _no_notebook(name: str) -> UsageProblem:
    return UsageProblem(f"{name} is not a notebook. Open it in JupyterLab and save it again.")


def parameters_at(path: Path) -> dict[str, Parameter]:
    """`parameters_of` the notebook at `path`; a text is looked at once, however many pages it makes.

    Raises UsageProblem as `read_notebook` and `parameters_of`.
    """
    return dict(_parameters_in(_text_of(path), path.name))


@functools.lru_cache(maxsize=64)
def _parameters_in(text: str, name: str) -> dict[str, Parameter]:
    return parameters_of(_parsed(text, name), name)


def parameters_of(notebook: NotebookNode, name: str = "The notebook") -> dict[str, Parameter]:
    """The parameters, by name, from the one cell tagged `parameters`.

    Raises UsageProblem unless there is exactly one such cell and it holds nothing but assignments of literals: what
    is computed there would keep the default's value, because given values are assigned after it.
    """
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1 or cells[0].cell_type != "code":
        tags = sorted({tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])} - {"parameters"})
        near = difflib.get_close_matches("parameters", tags, n=1)
        hint = f" Did you mean {near[0]!r} to be 'parameters'?" if near and not cells else ""
        raise UsageProblem(
            f"{name} has {len(cells)} code cells tagged 'parameters'. Tag exactly one, the one with the defaults.{hint}"
        )
    try:
        statements = ast.parse(cells[0].source).body
    except SyntaxError as problem:
        raise UsageProblem(f"{name}: the parameters cell is not Python, line {problem.lineno}. Correct it.") from None
    found: dict[str, Parameter] = {}
    for statement in statements:
        parameter = _parameter(statement, name)
        if parameter.name in found:
            raise UsageProblem(f"{name}: parameter {parameter.name!r} is assigned twice. Keep one of the lines.")
        found[parameter.name] = parameter
    return found


def _parameter(statement: ast.stmt, notebook: str) -> Parameter:
    line = ast.unparse(statement)
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            pass
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            annotation = None
        case _:
            raise UsageProblem(
                f"{notebook}: {line!r} does not belong in the parameters cell. "
                "Only `name = literal` does; move it below."
            )
    try:
        default = ast.literal_eval(value)
    except ValueError:
        raise UsageProblem(
            f"{notebook}: the default in {line!r} is computed, and would not follow a given value. "
            "Write a literal, and compute in a later cell."
        ) from None
    if not _is_plain(default):
        raise UsageProblem(
            f"{notebook}: the default in {line!r} is a {type(default).__name__}. "
            "Use text, a finite number, True, False, None or a list of these."
        )
    return Parameter(name, default, *_allowed(annotation, default))


def _allowed(annotation: ast.expr | None, default: Value) -> tuple[tuple[type, ...], bool]:
    """The types that a value may have, from the annotation or else the default, and whether None is one."""
    said = set(re.findall(r"\w+", ast.unparse(annotation).split("[")[0])) if annotation else set()
    if annotation and ast.unparse(annotation).rstrip().endswith("None"):
        said.add("None")
    types = tuple(_TYPES[word] for word in said if word in _TYPES)
    if not types:
        types = tuple(_TYPES.values()) if default is None else (type(default),)
    if float in types:
        types = (*types, int)
    return types, default is None or "None" in said


def _is_plain(value: Any) -> bool:
    """True for what travels into a notebook unchanged: exact built-in types, whole text, finite numbers, lists."""
    if type(value) is str:
        return not _HALF_A_LETTER.search(value)
    if type(value) is list:
        return all(_is_plain(inner) for inner in value)
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in (int, bool)


def checked_parameters(
    parameters: dict[str, Parameter], given: dict[str, Any], name: str = "The notebook"
) -> dict[str, Value]:
    """Every parameter with the value it will have: the given one, else the default.

    Raises UsageProblem for a name that the notebook does not have or a value of another type.
    """
    for key, value in given.items():
        if key not in parameters:
            near = difflib.get_close_matches(key, parameters, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(parameters) or 'none'}."
            raise UsageProblem(f"{name} has no parameter {key!r}. {hint}")
        _check_value(parameters[key], value, name)
    return {key: given.get(key, parameter.default) for key, parameter in parameters.items()}


def values_at(path: Path, given: dict[str, Any]) -> dict[str, Value]:
    """`checked_parameters` of the notebook at `path`."""
    return checked_parameters(parameters_at(path), given, path.name)


def _check_value(parameter: Parameter, value: Any, notebook: str) -> None:
    if not _is_plain(value):
        raise UsageProblem(
            f"{notebook}: {parameter.name} = {value!r} is a {type(value).__name__}. "
            "Give text that UTF-8 can hold, a finite number, True, False, None or a list of these; a date as ISO text."
        )
    if not (parameter.optional if value is None else type(value) in parameter.types):
        wanted = " or ".join(kind.__name__ for kind in parameter.types)
        raise UsageProblem(f"{notebook}: {parameter.name} = {value!r} should be of type {wanted}. Correct the value.")


def with_plugged_sections(notebook: NotebookNode, parameters: Collection[str]) -> NotebookNode:
    """The notebook with one more cell where it makes a page of an athlete's week: it shows the sections of plug-ins.

    It does where it asks for an athlete and makes a `page` and a `week`, as the one of the package and its copies do.
    """
    if "athlete_id" in parameters and {"page", "week"} <= _assigned(notebook):
        source = "from analysis.report.plugged import show_plugged\n\nshow_plugged(page, week)"
        notebook.cells.append(nbformat.v4.new_code_cell(source, metadata={"tags": ["plugins"]}))
    return notebook


def _assigned(notebook: NotebookNode) -> set[str]:
    """The names that cells of Python assign, one to a statement."""
    found = set()
    for cell in _code_cells(notebook):
        with contextlib.suppress(SyntaxError):  # it fails when it runs
            statements = (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Assign))
            found |= {target.id for one in statements for target in one.targets if isinstance(target, ast.Name)}
    return found


def with_end_marker(notebook: NotebookNode, token: str) -> NotebookNode:
    """The notebook with one more cell that says the end was reached."""
    marker = json.dumps({END_MIME: token, "text/plain": ""})
    source = f"from IPython.display import display\n\ndisplay({marker}, raw=True)"
    notebook.cells.append(nbformat.v4.new_code_cell(source, metadata={"tags": ["end"]}))
    return notebook


def check_complete(notebook: NotebookNode, token: str, name: str = "The notebook") -> None:
    """Refuse a notebook that ended early, whatever its exit said.

    Raises RenderFailed naming the first cell that did not run, or that stopped the notebook.
    """
    for place, cell in enumerate(_code_cells(notebook), start=1):
        for output in cell.outputs:
            if output.output_type == "error":
                raise RenderFailed(
                    f"Cell {place} of {name} ({first_line(cell.source)}) ended with {output.ename}. "
                    "A report runs to its end; take that out."
                )
        if cell.source.strip() and cell.execution_count is None:
            raise RenderFailed(f"Cell {place} of {name} ({first_line(cell.source)}) did not run. Run it in JupyterLab.")
    ends = [
        output.data.get(END_MIME)
        for output in notebook.cells[-1].get("outputs", [])
        if output.output_type == "display_data"
    ]
    if ends != [token]:
        raise RenderFailed(f"{name} did not reach its end. Run it in JupyterLab to see where it stops.")


def _code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells as a reader of the notebook counts them: without the one that papermill adds."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", [])
    ]


def cell_number(notebook: NotebookNode, index: int) -> int:
    """The place of cell `index` among the code cells, from 1."""
    return len(_code_cells(NotebookNode(cells=notebook.cells[: index + 1])))


def first_line(source: str, longest: int = 60) -> str:
    """The first line of a text, short enough for a sentence."""
    line = next((line.strip() for line in source.splitlines() if line.strip()), "")
    return line if len(line) <= longest else line[: longest - 1] + "…"


def parts_of(notebook: NotebookNode) -> list[dict[str, Any]]:
    """What the notebook emitted, in order, for the page: sections, and plain outputs as the nearest safe thing.

    Markdown cells are printed where the page is for the scientist or the notebook has no section. What is printed to
    stderr goes to the log, see `stderr_of`. Everything else is on the page.

    Raises RenderFailed for two sections of one key or a section of another version.
    """
    outputs = [part for cell in notebook.cells for part in _parts_of_cell(cell)]
    bundles = [part["bundle"] for part in outputs if part["kind"] == "section"]
    keys = [bundle["key"] for bundle in bundles]
    for key in keys:
        if keys.count(key) > 1:
            raise RenderFailed(f"Section {key!r} is there twice. Give each section of a page its own key.")
    if bundles and bundles[0]["page"]["audience"] != "scientist":
        return [part for part in outputs if part["kind"] != "markdown" or part.get("emitted")]
    return outputs


def stderr_of(notebook: NotebookNode) -> str:
    """What the cells printed to stderr, as warnings."""
    return "".join(
        output.text
        for cell in _code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    )


def _parts_of_cell(cell: NotebookNode) -> list[dict[str, Any]]:
    if cell.cell_type == "markdown":
        return [{"kind": "markdown", "text": cell.source}]
    if cell.cell_type != "code":
        return [{"kind": "text", "text": cell.source}]
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name == "stdout":
                parts.append({"kind": "text", "text": _COLOUR_CODE.sub("", output.text)})
        elif END_MIME not in output.data:
            parts.append(_part(output.data))
    return parts


def _part(data: dict[str, Any]) -> dict[str, Any]:
    """One output as the richest thing that is safe."""
    text = str(data.get("text/plain", ""))
    if SECTION_MIME in data:
        bundle = data[SECTION_MIME]
        if bundle.get("version") != 1:
            raise RenderFailed(
                f"A section of version {bundle.get('version')!r} came from another version of the workbook. "
                "Install the same version where notebooks run and where pages are made."
            )
        return {"kind": "section", "bundle": bundle}
    if PLOTLY_MIME in data:
        return {"kind": "figure", "figure": _plain_figure(data[PLOTLY_MIME])}
    for mime in _IMAGES:
        if mime in data:
            return {"kind": "image", "mime": mime, "base64": _base64(mime, data[mime]), "text": text}
    if "text/markdown" in data:
        return {"kind": "markdown", "text": data["text/markdown"], "emitted": True}
    if "text/html" in data:
        frame = _frame_of_html(data["text/html"])
        if frame is not None:
            return {"kind": "frame", "frame": frame}
        return {"kind": "text", "text": _text_of_html(data["text/html"]) if text.startswith("<IPython") else text}
    return {"kind": "text", "text": _COLOUR_CODE.sub("", text) or f"[{', '.join(data)}]"}


def _plain_figure(content: dict[str, Any]) -> dict[str, Any]:
    title = (content.get("layout") or {}).get("title") or {}
    return {"title": (title.get("text") if isinstance(title, dict) else title) or "", "json": content}


def _base64(mime: str, content: str) -> str:
    """An image's bytes for a data address; SVG travels as text in a notebook."""
    raw = content.encode() if mime == "image/svg+xml" else base64.b64decode(content)
    return base64.b64encode(raw).decode()


def _text_of_html(markup: str) -> str:
    """The words of markup that is not shown as such."""
    return lxml.html.fragment_fromstring(markup, create_parent=True).text_content().strip() or markup


def _frame_of_html(markup: str) -> dict[str, Any] | None:
    """The table that pandas printed as a block of texts; None where the markup is anything else."""
    if not markup.strip():
        return None
    tables = lxml.html.fragment_fromstring(markup, create_parent=True).xpath(".//table")
    if len(tables) != 1:
        return None
    rows = [[cell.text_content().strip() for cell in row.xpath("./th|./td")] for row in tables[0].xpath(".//tr")]
    width = max((len(row) for row in rows), default=0)
    if not width:
        return None
    padded = [[""] * (width - len(row)) + row for row in rows]
    heads, body = padded[0], padded[1:]
    return {"kind": "frame", "title": "", "columns": heads, "rows": body}
