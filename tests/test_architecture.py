"""The river: imports run upstream only, and ARCHITECTURE.md says what is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "analysis"

BASE = ["errors", "blocks", "tables", "units", "config", "decisions"]
CORE = ["metrics", "models", "figures"]
SHELL = ["ingest", "store", "workspace", "intake", "looking", "starter", "example", "demonstration", "report", "cli"]
# what a room of the shell may use, besides the base, itself and what stands before it
NOT_FOR = {"report": {"intake", "looking", "starter", "example", "demonstration"}, "example": set(SHELL) - {"example"}}

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room(path: Path) -> str:
    """The module or package directly below `analysis`."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "analysis":
            parts = node.module.split(".")
            rooms |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            rooms |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("analysis.")}
    return rooms - {"__version__", "open_workspace"}


def allowed(of: str) -> set[str]:
    if of in BASE:
        return set(BASE)
    strand = CORE if of in CORE else SHELL
    return set(BASE) | set(strand[: strand.index(of) + 1]) - NOT_FOR.get(of, set())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_run_upstream_only(path):
    assert imported_rooms(path) <= allowed(room(path))


def test_every_module_has_a_room_in_the_river():
    assert {room(path) for path in MODULES} == set(BASE) | set(CORE) | set(SHELL)


@pytest.mark.parametrize("strand", ["metrics", "models"])
def test_the_pure_core_knows_no_files_and_no_plotly(strand):
    foreign = {"plotly", "pathlib", "os", "io", "sqlalchemy", "fsspec", "papermill"}
    for path in (PACKAGE / strand).rglob("*.py"):
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        names = {a.name.split(".")[0] for node in tree if isinstance(node, ast.Import) for a in node.names}
        assert not names & foreign, path


def test_the_architecture_page_names_every_module_and_no_other():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([a-z_/]+\.py)`", page, flags=re.MULTILINE))
    there = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.read_text().strip()}
    assert named == there
