"""Results in one figure: each under its name, over each other where the axes agree, else side by side."""

import pandas as pd
import plotly.graph_objects as go
import pytest
from test_results import PROFILE, RESULTS, TRIALS

from analysis.base.errors import UsageProblem
from analysis.figures import compare, theme, weekly_distance_figure, weekly_volume_figure
from analysis.models import critical_speed, load_velocity_profile

SLOWER = load_velocity_profile([50, 60, 70, 80], [0.95, 0.83, 0.68, 0.55], mvt_m_s=0.2, mvt_sd_m_s=0.02)
BOTH = {"Alder": PROFILE, "Birch": SLOWER}
WEEKS = pd.date_range("2026-01-05", periods=2, freq="7D")
LIFTED = weekly_volume_figure(
    pd.DataFrame({"week": WEEKS, "pattern": ["hinge", "squat"], "volume_load_kg": [5000.0, 900.0]}), group="pattern"
)
RUN = weekly_distance_figure(pd.DataFrame({"week": WEEKS, "distance_m": [12_000.0, 0.0]}))


def legend(shown: go.Figure) -> list[str]:
    return [trace.name for trace in shown.data if trace.showlegend is not False]


def colours(shown: go.Figure, name: str) -> set[str]:
    return {trace.line.color or trace.marker.color for trace in shown.data if trace.legendgroup == name}


def test_profiles_of_two_athletes_are_laid_over_each_other_each_in_its_colour():
    shown = compare(BOTH)
    assert legend(shown) == ["Alder", "Birch"]
    assert (colours(shown, "Alder"), colours(shown, "Birch")) == ({theme.BLUE}, {theme.VERMILLION})
    assert shown.layout.yaxis.title.text == "Mean velocity (m/s)"
    assert len(shown.layout.shapes) == 1, "the velocity of a 1RM is the same for both and drawn once"
    assert len(shown.data) == 2 * len(PROFILE.plot().data)


def test_side_by_side_panels_have_their_names_one_legend_and_one_range():
    shown = compare(BOTH, overlay=False)
    assert [note.text for note in shown.layout.annotations][:2] == ["Alder", "Birch"]
    assert legend(shown) == legend(PROFILE.plot())
    assert {trace.xaxis for trace in shown.data} == {"x", "x2"}
    assert shown.layout.yaxis2.matches == "y"
    assert {shape.xref for shape in shown.layout.shapes} == {"x domain", "x2 domain"}
    assert {shape.yref for shape in shown.layout.shapes} == {"y", "y2"}


def test_different_quantities_over_the_same_weeks_lie_below_each_other():
    shown = compare({"Lifted": LIFTED, "Run": RUN})
    assert legend(shown) == ["hinge", "squat", "run"]
    assert [axis.title.text for axis in shown.select_yaxes()] == ["Volume load (kg)", "Run (km)"]
    assert [axis.title.text for axis in shown.select_xaxes()] == [None, "Week"]
    assert shown.layout.barmode == "stack"
    assert shown.layout.yaxis2.matches is None
    assert shown.layout.yaxis2.domain[1] < shown.layout.yaxis.domain[0]
    assert shown.data[2].y.tolist() == [12.0, 0.0]


def test_different_axes_are_not_laid_over_each_other():
    with pytest.raises(UsageProblem, match=r"Lifted: Volume load \(kg\) against Week; Run: Run \(km\) against Week"):
        compare({"Lifted": LIFTED, "Run": RUN}, overlay=True)


def test_more_than_can_be_told_apart_by_colour_are_side_by_side():
    seven = {str(n): PROFILE for n in range(len(theme.COLOURS) + 1)}
    assert len({trace.xaxis for trace in compare(seven).data}) == 7
    assert len({trace.xaxis for trace in compare(seven, overlay=True).data}) == 1


def test_without_names_results_are_numbered_and_what_is_given_stays_as_it_is():
    before = PROFILE.plot()
    given = go.Figure(before)
    assert legend(compare([given, SLOWER])) == ["1", "2"]
    assert given == before


def test_ranges_of_panels_hold_all_values():
    both = {"a": RESULTS["speed_at_load"], "b": RESULTS["speed_at_load"].plot().update_yaxes(range=[-1, 2])}
    low, high = RESULTS["speed_at_load"].plot().layout.yaxis.range
    assert compare(both, overlay=False).layout.yaxis.range == (min(low, -1), max(high, 2))
    assert compare(both).layout.yaxis.range == (min(low, -1), max(high, 2))


def test_what_each_figure_says_above_itself_is_said_after_its_name():
    shown = compare({"Alder": RESULTS["change"], "Birch": RESULTS["change"]})
    assert [line.partition(":")[0] for line in shown.layout.title.text.split("<br>")] == ["Alder", "Birch"]


@pytest.mark.parametrize("overlay", [True, False])
def test_a_name_is_text(overlay):
    shown = compare({"<b>Alder</b>": PROFILE}, overlay=overlay)
    assert "<b>" not in str([trace.name for trace in shown.data]) + str(shown.layout.annotations)


def test_nothing_and_several_panels_are_refused():
    with pytest.raises(UsageProblem, match="nothing to compare"):
        compare({})
    panels = go.Figure().set_subplots(2, 1)
    with pytest.raises(UsageProblem, match="'screens' has several panels already"):
        compare({"screens": panels})


def test_a_result_without_a_figure_says_so():
    with pytest.raises(UsageProblem, match="Reliability has no figure"):
        compare({"a": RESULTS["reliability"]})


@pytest.mark.parametrize("overlay", [True, False])
@pytest.mark.parametrize("name", ["critical_speed-distance_on_time", "growth", "e1rm", "sprint-none", "transfer"])
def test_any_result_can_be_compared_with_itself(name, overlay):
    shown = compare({"one": RESULTS[name], "other": RESULTS[name]}, overlay=overlay)
    assert len(shown.data) == 2 * len(RESULTS[name].plot().data)


def test_a_faster_runner_lies_above():
    faster = TRIALS.assign(distance_m=1.1 * TRIALS["distance_m"])
    shown = compare({"Alder": critical_speed(TRIALS), "Birch": critical_speed(faster)})
    alder, birch = (next(one for one in shown.data if one.name == name) for name in ("Alder", "Birch"))
    assert (birch.y > alder.y).all()
