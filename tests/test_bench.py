"""What the bench measures is there: its light notebook runs, and all that it imports and asks of a week exists."""

import importlib
from pathlib import Path

import nbformat
import pytest

from analysis.pages.athlete_week.week import AthleteWeek

BENCH = Path(__file__).parents[1] / "bench"
LIGHT = BENCH / "light.ipynb"


@pytest.mark.parametrize("name", sorted(path.stem for path in BENCH.glob("bench_*.py")))
def test_what_a_bench_imports_is_there(name, monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    assert callable(importlib.import_module(name).figures)


def test_the_parts_of_a_week_that_are_timed_are_parts_of_it(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    parts = importlib.import_module("bench_models").PARTS
    assert [part for part in parts if not hasattr(AthleteWeek, part)] == []


def test_the_light_notebook_of_the_bench_runs():
    names: dict[str, object] = {}
    for cell in nbformat.read(LIGHT, as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, LIGHT.name, "exec"), names)
    assert len(names["forms"]) == 3
    assert names["forms"][0].tidy()["term"].iloc[0] == "CS"
