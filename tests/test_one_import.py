"""`import analysis as aw` and tab: what a person types is there, is told in a docstring, and costs nothing before."""

import importlib
import importlib.resources
import json
import re
import subprocess
import sys
from types import ModuleType

import pytest

import analysis

ROOMS = ("figures", "metrics", "models")
HEAVY = {"numpy", "pandas", "scipy", "statsmodels", "plotly", "sqlalchemy"}


def after(*lines: str) -> set[str]:
    """The top names of the modules that a new Python has loaded after these lines."""
    program = "\n".join([*lines, "import json, sys", "print(json.dumps(sorted(sys.modules)))"])
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_the_package_lists_what_a_notebook_begins_with():
    assert dir(analysis) == sorted(analysis.__all__)
    assert {"__version__", "open_workspace", *ROOMS} <= set(analysis.__all__)
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", analysis.__version__)


def test_a_name_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(AttributeError, match=r"no attribute 'metric'; it has .*metrics, models"):
        analysis.metric  # noqa: B018


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_lists_what_its_docstring_tells_and_each_of_it_is_there(room):
    module = getattr(analysis, room)
    assert isinstance(module, ModuleType)
    assert sorted(dir(module)) == sorted(set(module.__all__))
    told = set(re.findall(r"`([a-z_A-Z]\w*)`", module.__doc__))
    assert told == set(module.__all__)
    assert all(callable(getattr(module, name)) for name in module.__all__ if name not in ("mobility", "NO_SQUAD"))


@pytest.mark.parametrize("room", ROOMS)
def test_type_checkers_are_told_the_same_names(room):
    stub = importlib.resources.files(f"analysis.{room}").joinpath("__init__.pyi").read_text(encoding="utf-8")
    listed = re.findall(r'^    "(\w+)",$', stub.partition("__all__")[2], re.MULTILINE)
    assert sorted(listed) == sorted(getattr(analysis, room).__all__)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("import analysis.report.engine.fan_out, analysis.report.engine.cluster", {"papermill", "IPython", "plotly"}),
        ("from analysis.report.engine import forks", {"papermill", "IPython", "plotly"}),
        ("from analysis.models.form import hinge_depth", {"analysis.models.form.clean_reps"}),
        ("from analysis.ingest.sprints import laser", {"analysis.ingest.sprints.gates"}),
    ],
)
def test_a_module_of_a_folder_that_was_a_module_is_fetched_without_the_old_names(line, left):
    assert after(line) & left == set()


def test_a_room_is_loaded_when_it_is_touched_and_no_more_of_it():
    assert after("import analysis") & HEAVY == set()
    assert after("import analysis as aw", "aw.metrics, aw.models, aw.figures") & HEAVY == set()
    touched = after("import analysis as aw", "aw.metrics.volume_load")
    assert "analysis.metrics.load" in touched
    assert touched & {"plotly", "scipy", "analysis.metrics.wellness"} == set()


@pytest.mark.parametrize(
    ("room", "name"),
    [("metrics", "load_balance"), ("metrics", "run_load"), ("models", "change"), ("models", "fitness_fatigue")],
)
def test_a_function_is_not_hidden_by_the_module_of_its_name(room, name):
    module = importlib.import_module(f"analysis.{room}.{name}")
    assert isinstance(module, ModuleType)
    assert getattr(analysis, room).__getattr__(name) is getattr(getattr(analysis, room), name)
    assert not isinstance(getattr(getattr(analysis, room), name), ModuleType)
