"""Names of version 0.1 still work, say once where the module is now, and cost nothing who does not use them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import analysis
from analysis.moved import moved

PACKAGE = Path(analysis.__file__).parent
MOVED = moved()
# folders that were modules, each with the module that answers for it
ANSWERED = {
    found[1]: found[2]
    for path in PACKAGE.rglob("__init__.py")
    for found in [re.search(r'names_of\("([\w.]+)", "([\w.]+)"', path.read_text(encoding="utf-8"))]
    if found
}
HEAVY = {"numpy", "pandas", "sqlalchemy", "plotly", "statsmodels", "papermill", "pydantic"}

IMPORT_ALL = """
import importlib, json, sys, warnings
said = {}
for old, new in json.loads(sys.argv[1]).items():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        before = importlib.import_module(f"analysis.{new}")
        caught.clear()
        same = all(importlib.import_module(f"analysis.{old}") is before for _ in range(2))
    said[old] = [same, before.__spec__.name, [f"{one.category.__name__}: {one.message}" for one in caught]]
print(json.dumps(said))
"""


def run(*words: str) -> str:
    """What Python prints of these words, in a process of its own."""
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def imported() -> dict[str, list]:
    return json.loads(run("-c", IMPORT_ALL, json.dumps(MOVED)))


@pytest.mark.parametrize("old", MOVED)
def test_an_old_name_is_the_same_module_and_says_its_new_name_once(imported, old):
    same, name, warned = imported[old]
    assert (same, name) == (True, f"analysis.{MOVED[old]}")
    assert warned == [
        f"FutureWarning: analysis.{old} is analysis.{MOVED[old]} now; the old name goes with version 0.3."
    ]


@pytest.mark.parametrize("folder", ANSWERED)
def test_a_folder_that_was_a_module_answers_for_its_names(folder):
    module = pytest.importorskip(f"analysis.{ANSWERED[folder]}")
    name = next(name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__)
    with pytest.warns(FutureWarning, match=rf"analysis\.{folder}\.{name} is analysis\.{ANSWERED[folder]}\.{name} now"):
        assert getattr(sys.modules[f"analysis.{folder}"], name) is getattr(module, name)
    assert not hasattr(sys.modules[f"analysis.{folder}"], "nothing_of_that_name")


def test_an_old_name_stands_for_no_module_that_is_there():
    assert [old for old in MOVED if (PACKAGE / f"{old.replace('.', '/')}.py").exists()] == []
    assert len(ANSWERED) >= 6


def test_importing_the_package_alone_warns_of_nothing_and_imports_nothing_heavy():
    loaded = run("-W", "error", "-c", "import analysis, sys; print(*sys.modules)").split()
    assert HEAVY & set(loaded) == set()
    assert [name for name in loaded if name.startswith("analysis.")] == [
        "analysis.moved",
        "analysis.base",
        "analysis.base.drawing",
    ]
