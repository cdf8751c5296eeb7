"""What the figures of load and speed say, and that every figure names its axes with units."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.base.config import Lift
from analysis.base.tables import LABELS
from analysis.figures import theme
from analysis.figures.change import change_figure
from analysis.figures.load import load_balance_figure, two_loads_figure, weekly_volume_figure
from analysis.figures.speed_at_load import speed_over_dates_figure
from analysis.metrics.load_balance import load_balance
from analysis.models.change import Event, change
from analysis.models.change.days import events_of_labels
from analysis.models.change.design import design
from analysis.models.noise import Noise
from analysis.models.series import Judging
from analysis.models.strength.speed_at_load import speed_at_load


def balance(values: list[float]) -> pd.DataFrame:
    days = pd.date_range("2026-01-05", periods=len(values), name="day")
    return load_balance(pd.Series(values, index=days))


def speeds(devices: list[str], values: list[float]):
    n = len(values)
    days = pd.date_range("2026-01-05", periods=n, freq="7D")
    key = {"session_id": [f"s{i}" for i in range(n)], "set_no": 1}
    sets = pd.DataFrame(
        key | {"local_date": days, "exercise": "deadlift", "side": "B", "set_kind": "work", "load_kg": 100.0}
    )
    reps = pd.DataFrame(key | {"rep_no": 1, "device": devices, "mean_velocity_m_s": values})
    lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    return speed_at_load(sets, reps, lift, 100, days[-1])


def test_days_with_unknown_load_are_counted_in_words():
    shown = load_balance_figure(balance([100.0, np.nan, 50.0]))
    assert "1 of 3 days have no known load" in shown.layout.title.text.replace("<br>", " ")
    assert shown.layout.yaxis.title.text == "Load (AU)"


def test_a_fully_logged_series_has_no_remark():
    assert load_balance_figure(balance([100.0, 0.0, 50.0])).layout.title.text is None


def test_fitness_fatigue_and_form_differ_in_more_than_colour():
    lines = [trace for trace in load_balance_figure(balance([100.0, 0.0])).data if trace.type == "scatter"]
    assert len({trace.line.dash for trace in lines}) == len(lines) == 3


def test_volume_of_a_week_is_stacked_by_exercise():
    volume = pd.DataFrame(
        {"week": pd.to_datetime(["2026-01-05"] * 2), "exercise": ["deadlift", None], "volume_load_kg": [5000.0, 300.0]}
    )
    shown = weekly_volume_figure(volume)
    assert [bar.name for bar in shown.data] == ["deadlift", "exercise not known"]
    assert shown.layout.barmode == "stack"


def test_lifting_and_running_are_never_added_up_and_days_not_logged_are_no_rest():
    weeks = pd.date_range("2026-01-05", periods=2, freq="7D")
    loads = {"volume_load_kg": [5000.0, np.nan], "run_distance_m": [12_000.0, np.nan]}
    weekly = pd.DataFrame({"week": weeks, **loads, "done": [4, 0], "rest": [2, 0], "off": [1, 0], "none": [0, 7]})
    shown = two_loads_figure(weekly)
    assert [bar.name for bar in shown.data] == ["lifted", "run", "trained", "rest", "off", "not logged"]
    assert [shown.layout[f"yaxis{n}"].title.text for n in ("", 2, 3)] == ["Lifted (t)", "Run (km)", "Days (count)"]
    assert np.isnan(shown.data[0].y[1])
    assert "7 days have nothing logged" in shown.layout.title.text.replace("<br>", " ")


def test_each_device_is_a_series_of_its_own():
    shown = speed_over_dates_figure(speeds(["encoder"] * 2 + ["camera"] * 4, [0.5, 0.51, 0.6, 0.61, 0.62, 0.63]))
    assert [(trace.name, len(trace.x)) for trace in shown.data] == [("encoder", 2), ("camera", 4)]
    assert [line.x0 for line in shown.layout.shapes] == [pd.Timestamp("2026-01-19")]  # the newest device
    assert len({trace.marker.symbol for trace in shown.data}) == 2
    assert shown.layout.yaxis.title.text == "Mean velocity (m/s)"


STEADY_M_S = [0.50, 0.52, 0.51, 0.50, 0.52, 0.51]


def test_level_and_usual_range_are_drawn_only_where_there_are_any():
    shown = speed_over_dates_figure(speeds(["encoder"] * 6, STEADY_M_S))
    assert [trace.name for trace in shown.data if trace.name and trace.fill is None] == ["level now", "encoder"]
    assert "shaded: usual range" in shown.layout.title.text.replace("<br>", " ")
    assert len(speed_over_dates_figure(speeds(["encoder"] * 3, STEADY_M_S[:3])).data) == 1


def test_both_levels_are_drawn_while_a_change_is_told():
    told = speeds(["encoder"] * 18, [*STEADY_M_S * 2, *(0.1 + np.array(STEADY_M_S))])
    shown = speed_over_dates_figure(told)
    lines = {trace.name: set(trace.y) for trace in shown.data if trace.mode == "lines" and trace.fill is None}
    assert (lines["level before"], lines["level now"]) == ({told.change.before}, {told.change.level})
    assert "clearly better since" in shown.layout.title.text.replace("<br>", " ")


def test_days_planned_light_are_shaded_and_named_where_they_are_in_reach():
    days = pd.to_datetime(["2026-01-20", "2026-01-25", "2024-01-01", "2024-01-05"])
    light = (Event("deload", days[0], days[1]), Event("ill", days[2], days[3]))
    shown = speed_over_dates_figure(
        dataclasses.replace(speeds(["encoder"] * 8, STEADY_M_S + STEADY_M_S[:2]), judging=Judging(events=light))
    )
    assert [note.text for note in shown.layout.annotations] == ["deload"]


@pytest.mark.parametrize("colour", ["paper_bgcolor", "plot_bgcolor"])
def test_figures_have_no_background_of_their_own(colour):
    assert theme.figure("Load (kg)", "Mean velocity (m/s)").layout.template.layout[colour] == "rgba(0, 0, 0, 0)"


STEPPED = np.r_[np.tile([0.70, 0.72, 0.71], 6), np.tile([0.78, 0.80, 0.79], 2)]


def level_figure(values, *events: Event):
    days = pd.date_range("2026-01-05", periods=len(values), freq="7D")
    noise = Noise(0.02, 40.0, 0.2, 0.2)
    found = change(days, values, noise=noise, swc=0.02, unit="m/s", events=events)
    return found, change_figure(found, "Mean velocity")


def test_a_change_that_lasts_is_drawn_with_both_levels_and_the_days_on_which_it_may_have_begun():
    found, shown = level_figure(STEPPED)
    lines = {trace.name: trace for trace in shown.data if trace.mode == "lines" and trace.fill is None and trace.name}
    assert set(lines["level before"].y) == {found.before}
    assert set(lines["level now"].y) == {found.level}
    assert lines["level now"].x[0] == lines["level before"].x[1] == found.since
    bands = {trace.name: trace.y for trace in shown.data if trace.fill == "tonexty"}
    assert bands["level now, 90 %"] == (found.level_high,) * 2
    assert bands["level before, 90 %"] == (found.before_high,) * 2
    (begun,) = shown.layout.shapes
    assert (pd.Timestamp(begun.x0), pd.Timestamp(begun.x1)) == (found.since_low, found.since_high)
    assert "clearly better since about 11 May 2026" in shown.layout.title.text.replace("<br>", " ")
    assert shown.layout.yaxis.title.text == "Mean velocity (m/s)"


def test_without_a_change_there_is_one_level_with_the_band_of_one_more_exposure():
    found, shown = level_figure(STEPPED[:18])
    names = [trace.name for trace in shown.data if trace.name]
    assert names == ["one more exposure, 95 %", "level now, 90 %", "level now", "counted"]
    assert shown.data[1].y == (found.band_high, found.band_high)


def test_a_ramp_is_a_line_that_rises_to_the_level_now():
    found, shown = level_figure(np.r_[np.tile([0.70, 0.72, 0.71], 4), 0.70 + 0.02 * np.arange(14)])
    (line,) = [trace for trace in shown.data if trace.name == "level"]
    assert found.shape == "ramp"
    assert line.y[0] == line.y[1] == found.before
    assert line.y[2] == found.predict(line.x[-1:])[0] > 0.9


def test_another_device_and_light_days_are_marked_and_their_exposures_hollow():
    ill = Event("ill", pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-08"))
    _, shown = level_figure(STEPPED[:18], Event("device", pd.Timestamp("2026-01-26")), ill)
    hollow = next(trace for trace in shown.data if trace.name == "not counted")
    assert [f"{day:%m-%d}" for day in pd.DatetimeIndex(hollow.x)] == ["01-05", "01-12", "01-19", "03-02"]
    assert [note.text for note in shown.layout.annotations] == ["another device", "ill"]


@pytest.mark.parametrize("kind", LABELS)
def test_labelled_days_are_shaded_with_their_word_both_ends_in_it(kind):
    days = pd.to_datetime(["2026-03-02", "2026-03-08"])
    labels = pd.DataFrame({"kind": [kind], "first_date": days[:1], "last_date": days[1:]})
    _, shown = level_figure(STEPPED[:18], *events_of_labels(labels))
    (span,) = shown.layout.shapes
    assert (pd.Timestamp(span.x0), pd.Timestamp(span.x1)) == (days[0], days[1] + pd.Timedelta(days=1))
    assert [note.text for note in shown.layout.annotations] == [kind]


def test_where_nothing_can_be_told_the_exposures_stand_alone():
    _, shown = level_figure(STEPPED[:3])
    assert [trace.name for trace in shown.data] == ["counted"]
    assert shown.layout.title.text == "Mean velocity: cannot tell"


def test_how_soon_a_change_is_found_is_a_line_a_protocol_over_its_size():
    plan = design(Noise(0.02, 100.0, 0.25, 0.2), [0.03, 0.06], per_week=2, n_before=24, unit="m/s")
    shown = plan.plot()
    assert shown.layout.xaxis.title.text == "Size of the change (m/s)"
    now = [trace for trace in shown.data if trace.name == "as now"]
    assert {trace.mode: (list(trace.x), list(trace.y)) for trace in now} == {
        mode: ([0.03, 0.06], [17.0, 2.0]) for mode in ("lines", "markers")
    }
    assert plan.sentence() in shown.layout.title.text.replace("<br>", " ")
