"""The river: folders import upstream only, no module imports in a circle, and each says what is inside."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "analysis"

CORE = ["base", "metrics", "models", "figures", "pages"]
SHELL = ["base", "ingest", "store", "example", "sealing", "workspace", "report", "forms", "delivery", "privacy", "cli"]
# what stands beside the strands: names of an older version, and the five that ask more than one of them
BOTH = set(CORE) | set(SHELL) - {"cli"}
LOOSE = {
    "moved": set(),
    "doctor": set(SHELL) - {"cli"},
    "proposals": BOTH,
    "precision": BOTH,
    "lifts": BOTH,
    "lab": BOTH,
}
NOT_FOR = {"example": set(SHELL) - {"base"}}  # made-up files are written as a user would, with nothing of ours

MODULES = sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    """The name of a module below `analysis`; a folder's `__init__` goes by the name of the folder."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(path): path for path in MODULES}


@cache
def imports(name: str) -> frozenset[str]:
    """The modules of the package that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(NAMES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "analysis":
            module = node.module.removeprefix("analysis").removeprefix(".")
            inner = {f"{module}.{alias.name}".removeprefix("."): module for alias in node.names}
            found |= {full if full in NAMES else module for full, module in inner.items()}
        elif isinstance(node, ast.Import):
            found |= {a.name.removeprefix("analysis.") for a in node.names if a.name.startswith("analysis.")}
    return frozenset(found - {name, ""})


def room(name: str) -> str:
    """The folder or loose module directly below `analysis`."""
    return name.split(".")[0]


def allowed(of: str) -> set[str]:
    """The rooms that a room may import from."""
    if of in LOOSE:
        return LOOSE[of] | {of}
    strand = CORE if of in CORE else SHELL
    upstream = set(strand[: strand.index(of) + 1]) - NOT_FOR.get(of, set())
    return upstream | {of, "moved"} | (set(LOOSE) if of == "cli" else set())


@pytest.mark.parametrize("name", [name for name in NAMES if name])
def test_imports_run_upstream_only(name):
    assert {room(one) for one in imports(name)} <= allowed(room(name))


def test_every_module_has_a_room_in_the_river():
    assert {room(name) for name in NAMES if name} == set(CORE) | set(SHELL) | set(LOOSE)


def test_no_module_imports_in_a_circle():
    done: set[str] = set()

    def follow(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name not in done:
            for one in imports(name) & set(NAMES):
                follow(one, (*path, name))
            done.add(name)

    for name in NAMES:
        follow(name, ())


@pytest.mark.parametrize("strand", ["metrics", "models"])
def test_the_pure_core_knows_no_files_and_no_plotly(strand):
    foreign = {"plotly", "pathlib", "os", "io", "sqlalchemy", "fsspec", "papermill"}
    for path in (PACKAGE / strand).rglob("*.py"):
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        names = {a.name.split(".")[0] for node in tree if isinstance(node, ast.Import) for a in node.names}
        assert not names & foreign, path


def test_every_module_says_what_it_is_for():
    silent = [name for name, path in NAMES.items() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []


def test_a_page_and_its_drawings_need_no_engine():
    report = {name for name in NAMES if room(name) == "report" and not name.startswith("report.engine")}
    assert not {one for name in report for one in imports(name) if one.startswith("report.engine")}
    drawing = {name for name in report if name.startswith("report.drawing")}
    assert {one for name in drawing for one in imports(name) if not one.startswith("base.")} <= drawing
