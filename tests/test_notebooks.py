"""Notebooks are committed clean and stay thin."""

import ast
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
EXPLORING = [path for path in NOTEBOOKS if path.parent.name == "explore"]
MOST_STATEMENTS = 4


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    assert {path.name for path in NOTEBOOKS} >= {"athlete_week.ipynb", "01_first_look.ipynb"}


def test_no_outputs_counts_or_machine_metadata_are_committed(notebook):
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(notebook))
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata.get("language_info", {})) <= {"name"}


def test_cells_hold_one_thought_and_define_no_function(notebook):
    for cell in code_cells(notebook):
        if "parameters" in cell.metadata.get("tags", []):
            continue
        tree = ast.parse(cell.source)
        done = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
        assert len(done) <= MOST_STATEMENTS, cell.source
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)], cell.source
        explored = {id(inner) for call in explores(tree) for inner in ast.walk(call)}
        lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
        assert all(id(one) in explored for one in lambdas), f"a lambda stands outside aw.explore: {cell.source}"


def test_one_cell_holds_all_imports(notebook):
    kinds = ast.Import | ast.ImportFrom
    importing = [cell.source for cell in code_cells(notebook) if any_of(ast.parse(cell.source), kinds)]
    assert len(importing) == 1
    assert all(isinstance(one, kinds) for one in ast.parse(importing[0]).body)


@pytest.mark.parametrize("path", EXPLORING, ids=lambda path: path.stem)
def test_a_notebook_to_explore_with_imports_one_thing(path):
    sources = [cell.source for cell in code_cells(nbformat.read(path, as_version=4))]
    assert [source for source in sources if "import " in source] == ["import analysis as aw"]


@pytest.mark.parametrize("path", EXPLORING, ids=lambda path: path.stem)
def test_a_notebook_to_explore_with_ends_in_something_to_take_along(path):
    notebook = nbformat.read(path, as_version=4)
    last = [n for n, cell in enumerate(notebook.cells) if cell.source.startswith("## What to take along")]
    assert len(last) == 1
    assert all("aw.save_buttons(" in cell.source for cell in notebook.cells[last[0] + 1 :])
    assert len(notebook.cells) > last[0] + 1


@pytest.mark.parametrize("path", EXPLORING, ids=lambda path: path.stem)
def test_every_cell_that_shows_something_has_its_question_above(path):
    notebook = nbformat.read(path, as_version=4)
    headings = [
        cell.source for cell in notebook.cells if cell.cell_type == "markdown" and cell.source.startswith("## ")
    ]
    assert len(headings) >= 4
    assert all(heading.splitlines()[0].endswith("?") or "\n\n" in heading for heading in headings)


def explores(tree: ast.AST) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "explore"
    ]


def any_of(tree: ast.AST, kinds) -> bool:
    return any(isinstance(node, kinds) for node in ast.walk(tree))


def test_one_cell_of_parameters_with_typed_literals(notebook):
    tagged = [cell for cell in code_cells(notebook) if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    for statement in ast.parse(tagged[0].source).body:
        assert isinstance(statement, ast.AnnAssign)
        ast.literal_eval(statement.value)


def test_prose_comes_first(notebook):
    assert notebook.cells[0].cell_type == "markdown"


@pytest.mark.parametrize("path", EXPLORING, ids=lambda path: path.stem)
def test_one_cell_draws_the_picture_that_the_documentation_shows(path):
    tagged = [c for c in nbformat.read(path, as_version=4).cells if "picture" in c.metadata.get("tags", [])]
    assert [cell.cell_type for cell in tagged] == ["code"]
