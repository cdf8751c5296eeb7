"""The river: imports run upstream only, and ARCHITECTURE.md says what is there."""

import ast
import sys
from pathlib import Path

import pytest

from analysis import example

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))

import architecture  # noqa: E402 - a script beside the page it writes

PACKAGE = ROOT / "src" / "analysis"

BASE = ["errors", "blocks", "tables", "units", "config", "decisions", "rules"]
CORE = ["metrics", "models", "figures"]
SHELL = [
    "ingest",
    "store",
    "bundle",
    "exclusions",
    "consent",
    "workspace",
    "audit",
    "traces",
    "leaving_out",
    "intake",
    "looking",
    "starter",
    "example",
    "demonstration",
    "rehearsal",
    "report",
    "delivery",
    "schedule",
    "own_notebook",
    "takeaway",
    "erasure",
    "backup",
    "doctor",
    "proposing",
    "cli",
]
MEETING = {"proposing"}  # the rooms of the shell that may ask the core
# what a room of the shell may use, besides the base, itself and what stands before it
NOT_FOR = {
    "report": {"leaving_out", "intake", "looking", "starter", "example", "demonstration"},
    "example": set(SHELL) - {"example"},
}

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
    met = set(CORE) if of in MEETING else set()
    return set(BASE) | met | set(strand[: strand.index(of) + 1]) - NOT_FOR.get(of, set())


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


def test_the_architecture_page_has_the_map_of_today():
    """`python docs/architecture.py` writes it."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert page == architecture.with_map(page)


def test_every_module_says_what_it_is_for():
    silent = [
        path for path in MODULES if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


def test_this_checkout_is_the_workspace_of_the_example_squad(tmp_path):
    example.write_example(tmp_path)
    assert (ROOT / "workbook.toml").read_bytes() == (tmp_path / "workbook.toml").read_bytes()
