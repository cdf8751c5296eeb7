"""Sprints past gates: what a longer run answers, flying starts, and what is kept apart from the times."""

import pandas as pd
import pytest

from analysis.base.config import Check
from analysis.base.errors import NotEnoughData
from analysis.base.sprint_tests import SprintTest
from analysis.ingest import registry
from analysis.ingest.reading import Options
from analysis.metrics.running import best_sprint
from analysis.metrics.sprints import up_to_gate
from analysis.models.checks import check_history
from analysis.models.sprint.profile import sprint_profile_gates

UNTIL = pd.Timestamp("2026-06-30")
NO_TRIALS = pd.DataFrame(columns=["test_id", "metric", "side"])


def check(distance_m=20, start="sprint"):
    return Check(test_id=f"{start}_{distance_m}m", name="Sprint", unit="s", distance_m=distance_m, swc=0.02)


def trial(test_id, gates, day="2026-06-01", trial_no=1, start_m=0.0):
    """The splits of one trial by the times at its gates."""
    rows, since_s = [], 0.0
    for split_no, (gate_m, time_s) in enumerate(gates.items(), 1):
        rows.append((split_no, start_m, gate_m - start_m, time_s - since_s))
        start_m, since_s = gate_m, time_s
    splits = pd.DataFrame(rows, columns=["split_no", "start_m", "distance_m", "time_s"])
    facts = {"session_id": f"{test_id} {day}", "trial_no": trial_no, "test_id": test_id, "device": "gates"}
    return splits.assign(local_date=pd.Timestamp(day), **facts)


def values(splits, asked):
    return check_history(splits, NO_TRIALS, asked, UNTIL).exposures["value"].round(3).tolist()


THIRTY = {5: 1.10, 10: 1.85, 20: 3.12, 30: 4.31}


@pytest.mark.parametrize(("distance_m", "time_s"), [(5, 1.10), (10, 1.85), (20, 3.12), (30, 4.31)])
def test_gates_answer_every_check_that_they_contain(distance_m, time_s):
    assert values(trial("sprint_30m", THIRTY), check(distance_m)) == [time_s]


@pytest.mark.parametrize("named", ["sprint_30m", "Sprint 30 m", "30m_sprint"])
def test_a_test_is_a_sprint_however_its_name_is_put(named):
    assert values(trial(named, THIRTY), check(20)) == [3.12]


def test_the_best_of_a_day_is_that_of_all_runs_and_their_number_is_told():
    splits = pd.concat(
        [trial("sprint_20m", {20: 3.20}), trial("sprint_30m", THIRTY), trial("sprint_40m", {20: 3.3, 40: 5})]
    )
    history = check_history(splits, NO_TRIALS, check(20), UNTIL)
    assert history.exposures[["value", "n_trials"]].round(3).values.tolist() == [[3.12, 3]]
    assert history.n_trials_left_out == 0


@pytest.mark.parametrize(
    "other",
    [
        trial("flying_30m", {10: 1.0, 20: 2.0, 30: 3.0}),  # from another start
        trial("sprint_30m", {15: 2.5, 30: 4.3}),  # without a gate at the distance
        trial("sprint_30m", {20: 1.3, 30: 2.5}, start_m=10.0),  # not from the line
        trial("sprint_10m", {10: 1.85}),  # shorter
        trial("time_trial_1200m", {20: 4.0, 1200: 300.0}),  # not all-out
    ],
    ids=["flying", "no gate", "later", "shorter", "time trial"],
)
def test_what_is_no_such_run_is_no_answer(other):
    with pytest.raises(NotEnoughData, match="No Sprint yet"):
        values(other, check(20))


def test_a_flying_run_answers_flying_checks_alone():
    flying = trial("flying_30m", {10: 1.0, 20: 2.0, 30: 3.0})
    assert values(flying, check(20, "flying")) == [2.0]
    assert SprintTest.of("flying_30m").answers(SprintTest.of("flying_10m"))


def test_a_trial_with_a_missing_time_is_left_out_and_counted():
    splits = pd.concat([trial("sprint_30m", THIRTY), trial("sprint_30m", {10: 1.9, 20: float("nan")}, trial_no=2)])
    history = check_history(splits, NO_TRIALS, check(20), UNTIL)
    assert (history.exposures["value"].tolist(), history.n_trials_left_out) == ([3.12], 1)


def test_a_profile_is_fitted_to_all_gates_of_the_longer_run():
    splits = pd.concat([trial("sprint_20m", {10: 1.9, 20: 3.2}), trial("sprint_30m", THIRTY)])
    gates = best_sprint(splits, "sprint_20m")
    assert gates["distance_m"].tolist() == [5, 10, 20, 30]
    assert sprint_profile_gates(gates["distance_m"], gates["time_s"]).mss_m_s > 7


def test_the_answer_of_a_longer_run_leaves_the_splits_as_they_were():
    splits = trial("sprint_30m", THIRTY)
    before = splits.copy()
    assert up_to_gate(splits, "sprint_20m")["time_s"].sum() == pytest.approx(3.12)
    pd.testing.assert_frame_equal(splits, before)


# at the door


def read(folder, text, name="gates.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return registry.read(path, Options())


def times_by(reading):
    return reading.tables["splits"].groupby("test_id")["time_s"].sum().round(3).to_dict()


FREELAP = "Date,Time,Athlete,Exercise,Distance (m),Run,Total time (s),10m (s),20m (s)\n"


@pytest.mark.parametrize(
    "exercise",
    ["Flying 20m", "20 m fly", "Fliegender Sprint", "20m lancé", "20 m lanzados", "20 m lanciati", "20 m lançados"],
)
def test_a_flying_start_is_another_test_than_a_standing_one(tmp_path, exercise):
    rows = "03/13/2026,10:00:00,Alder,Sprint 20m,20,1,3.10,1.80,3.10\n"
    rows += f"03/13/2026,10:09:00,Alder,{exercise},20,2,2.20,1.11,2.20\n"
    assert times_by(read(tmp_path, FREELAP + rows)) == {"sprint_20m": 3.1, "flying_20m": 2.2}


@pytest.mark.parametrize(
    "text",
    [
        "Athlete,Date,Start,10 m,20 m\nAlder,2026-03-13,standing,1.80,3.10\nAlder,2026-03-13,flying,1.11,2.20\n",
        "Athlete,Date,Exercise,10 m,20 m\nAlder,2026-03-13,20 m,1.80,3.10\nAlder,2026-03-13,20 m fliegend,1.11,2.20\n",
        "Athlet;Datum;Starttyp;10 m;20 m\nAlder;2026-03-13;Hochstart;1,80;3,10\nAlder;2026-03-13;fliegend;1,11;2,20\n",
        "athlete,date,trial,start,distance,time\nAlder,2026-03-13,1,standing,20,3.10\nAlder,2026-03-13,2,flying,20,2.20\n",
    ],
    ids=["start", "exercise", "german", "long"],
)
def test_a_sheet_says_the_start_in_a_column(tmp_path, text):
    assert times_by(read(tmp_path, text)) == {"sprint_20m": 3.1, "flying_20m": 2.2}


@pytest.mark.parametrize(
    ("header", "cell", "metric", "value"),
    [
        ("Reaction time (s)", "0.18", "start_delay", 0.18),
        ("Reaktionszeit (ms)", "180", "start_delay", 0.18),
        ("Start delay", "0.18", "start_delay", 0.18),
        ("Start offset (cm)", "50", "start_offset", 0.5),
    ],
)
def test_a_delay_or_offset_of_the_start_is_kept_apart(tmp_path, header, cell, metric, value):
    text = f"Athlete,Date,{header},10 m,20 m\nAlder,2026-03-13,{cell},1.80,3.10\nAlder,2026-03-13,,1.82,3.15\n"
    reading = read(tmp_path, text)
    assert reading.tables["splits"].groupby("trial_no")["time_s"].sum().round(3).tolist() == [3.1, 3.15]
    trials = reading.tables["trials"]
    assert trials[["test_id", "trial_no", "metric"]].values.tolist() == [["sprint_20m", 1, metric]]
    assert trials["value"].tolist() == pytest.approx([value])
    assert reading.notes == (f"Kept apart from the times of the gates, as trials of their own: {metric} 1.",)
