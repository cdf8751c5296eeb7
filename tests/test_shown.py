"""A result draws its own figure, says so where it has none, and shows table and figure below a cell."""

import importlib
import inspect
import typing

import nbformat
import plotly.graph_objects as go
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from test_results import PROFILE, RESULTS, every_result

import analysis
from analysis.base.errors import UsageProblem
from analysis.figures.shown import FIGURES, figure_of
from analysis.models.result import Result

WITHOUT = {  # results whose numbers are told in tables
    *("kept", "change_of_counts", "form_history", "noise"),
    *("load_velocity-squad", "fitness_fatigue-review", "dose_response", "states-given"),
    *("reliability", "intraclass_correlation", "typical_error", "bland_altman"),
    *("after_cue", "mechanics", "training_speed", "plan_difference"),
}


@every_result
def test_every_result_inherits_what_shows_it(result):
    assert isinstance(result, Result)
    assert type(result).plot is Result.plot


@pytest.mark.parametrize("name", sorted(set(RESULTS) - WITHOUT))
def test_a_result_draws_its_figure(name):
    shown = RESULTS[name].plot()
    assert isinstance(shown, go.Figure)
    assert len(shown.data) > 0
    assert shown == figure_of(RESULTS[name])


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_a_result_without_a_figure_says_where_its_numbers_are(name):
    with pytest.raises(UsageProblem, match=rf"^{type(RESULTS[name]).__name__} has no figure. Its numbers are in .tidy"):
        RESULTS[name].plot()


@pytest.mark.parametrize(("result", "drawing"), FIGURES.items())
def test_what_draws_a_result_takes_that_result(result, drawing):
    module, _, name = drawing.partition(".")
    function = getattr(importlib.import_module(f"analysis.figures.{module}"), name)
    first = next(iter(typing.get_type_hints(function).values()))
    takes = {each.__name__ for one in typing.get_args(first) or (first,) for each in (one, *one.__subclasses__())}
    assert result in takes
    choices = list(inspect.signature(function).parameters.values())[1:]
    assert all(each.default is not inspect.Parameter.empty for each in choices), "plot() alone is enough"


def test_choices_of_a_figure_are_passed_on_and_wrong_ones_refused():
    assert RESULTS["change"].plot(quantity="1RM").layout.yaxis.title.text == "1RM ()"
    with pytest.raises(TypeError, match="colour"):
        RESULTS["change"].plot(colour="red")


CELL = """import analysis as aw
import pandas as pd
trials = pd.DataFrame({"duration_s": [180.0, 360.0, 720.0], "distance_m": [1004.0, 1830.0, 3440.0]})
aw.models.critical_speed(trials)
"""


def test_a_result_shows_its_table_and_its_figure_below_a_cell(run_notebook, tmp_path):
    v4 = nbformat.v4
    done = run_notebook(v4.new_notebook(cells=[v4.new_code_cell(CELL)]), tmp_path, tmp_path)
    table, figure = done.cells[-1].outputs
    assert "conf_low" in table.data["text/html"]
    assert [trace["name"] for trace in figure.data["application/vnd.plotly.v1+json"]["data"]] == ["CS model", "trials"]


def test_in_a_terminal_a_result_shows_its_table_alone():
    shell = InteractiveShell.instance()
    try:
        with capture_output() as captured:
            shell.display_formatter.format(PROFILE)
    finally:
        InteractiveShell.clear_instance()
    (table,) = captured.outputs
    assert "conf_low" in table.data["text/html"]


def test_the_package_says_who_draws():
    assert analysis.figures.figure_of is figure_of
