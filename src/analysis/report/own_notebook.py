"""A notebook of one's own: a copy of one that is there, named anew, with its parameters set."""

import ast
import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import nbformat

from analysis.base.errors import UsageProblem
from analysis.report.notebook import Value, checked_parameters, parameters_of, read_notebook
from analysis.workspace import Workspace, day, shipped_notebooks

Kind = Literal["explore", "reports"]

_KINDS: tuple[Kind, ...] = ("explore", "reports")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_WHOSE = ("athlete", "athlete_id")  # the parameter that says of whom a notebook is
_NUMBER = re.compile(r"^\d+_")


@dataclass(frozen=True)
class OwnNotebook:
    """A notebook that was made for somebody."""

    path: Path
    kind: Kind
    parameters: dict[str, Value]

    @property
    def is_of_squad(self) -> bool:
        """Whether it is about nobody in particular."""
        return not set(_WHOSE) & self.parameters.keys()


def sources(workspace: Workspace) -> dict[str, Path]:
    """Every notebook that can be copied, by its name without number: those of the workspace before the shipped ones."""
    folders = [shipped_notebooks(), workspace.folder / "notebooks"]
    paths = [path for folder in folders for kind in _KINDS for path in sorted((folder / kind).glob("*.ipynb"))]
    return {_NUMBER.sub("", path.stem): path for path in paths}


def new_notebook(
    workspace: Workspace, name: str, source: str, *, athlete: str | None = None, until: str | None = None
) -> OwnNotebook:
    """Copy the notebook `source` to `name`, beside its kind in the workspace, with whose it is and its last day set.

    Parameters
    ----------
    name : str
        Small letters, digits, `-` and `_`. A copy of a report is a report of that name.
    source : str
        One of `sources`, with or without its number.
    athlete : str, optional
        Id, name or alias; the copy holds the id.
    until : str, optional
        ISO date.

    Raises
    ------
    UsageProblem
        A name that cannot be one or is taken, no such source, a parameter that the source does not have, no date.
    UnknownAthlete
        Nobody of that name.
    """
    if not _NAME.fullmatch(name):
        raise UsageProblem(f"{name!r} cannot name a notebook. Use small letters, digits, '-' and '_', a letter first.")
    known = sources(workspace)
    original = _chosen(known, source)
    if name in known:
        raise UsageProblem(f"There is a notebook {name!r} already: {known[name].name}. Choose another name.")
    kind: Kind = "reports" if original.parent.name == "reports" else "explore"
    notebook = read_notebook(original)
    given = _given(notebook, original.name, workspace.athlete_id(athlete) if athlete else None, until)
    values = checked_parameters(parameters_of(notebook, original.name), given, original.name)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = _with_values(cell.source, given)
        elif cell.cell_type == "code":
            cell.source = cell.source.replace(f'Page("{_NUMBER.sub("", original.stem)}"', f'Page("{name}"')
    path = workspace.folder / "notebooks" / kind / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        nbformat.write(notebook, file)
    return OwnNotebook(path, kind, values)


def _chosen(known: dict[str, Path], source: str) -> Path:
    stem = _NUMBER.sub("", source.removesuffix(".ipynb"))
    if stem not in known:
        near = difflib.get_close_matches(stem, known, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(sorted(known))}."
        raise UsageProblem(f"There is no notebook {source!r} to copy. {hint}")
    return known[stem]


def _given(notebook: nbformat.NotebookNode, name: str, athlete_id: str | None, until: str | None) -> dict[str, Value]:
    """The parameters to set, under the names that the notebook has for them."""
    given: dict[str, Value] = {}
    if athlete_id is not None:
        whose = [one for one in _WHOSE if one in parameters_of(notebook, name)]
        if not whose:
            raise UsageProblem(f"{name} is about the whole squad. Leave --athlete out.")
        given[whose[0]] = athlete_id
    if until is not None:
        given["until"] = day(until).date().isoformat()
    return given


def _with_values(source: str, given: dict[str, Value]) -> str:
    """The source of a parameters cell with other defaults; comments and all else stay.

    >>> _with_values('# last day, ISO\\nuntil: str = ""\\ndays: int = 42', {"until": "2026-07-05"})
    '# last day, ISO\\nuntil: str = "2026-07-05"\\ndays: int = 42'
    """
    lines = source.splitlines(keepends=True)
    for statement in reversed(ast.parse(source).body):  # from the end, so that lines above keep their places
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if name in given:
                first, last = value.lineno - 1, value.end_lineno or value.lineno
                head = lines[first].encode()[: value.col_offset].decode()
                tail = lines[last - 1].encode()[value.end_col_offset :].decode()
                lines[first:last] = [f'{head}"{given[name]}"{tail}']
    return "".join(lines)
