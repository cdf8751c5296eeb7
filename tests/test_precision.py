"""The noise of a squad and how soon a change would be seen, as the commands tell them."""

import functools
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.base.errors import NotEnoughData
from analysis.base.tables import TABLES
from analysis.cli import main
from analysis.metrics.mobility import MOBILITY_TESTS
from analysis.models.noise import SquadNoise
from analysis.pages import squad_noise
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.squad_noise import frequency, noise_rows, noise_table, squad_exposures

COLUMNS = {"quantity", "device", "te", "rho", "n_athletes", "n_exposures", "mdc"}


@pytest.fixture(scope="module")
def workspace(squad_workspace):
    """The example squad, which nothing here writes to: of a day its exposures are gathered once for all commands."""
    gather = functools.cache(lambda until: squad_exposures(squad_workspace.workspace.everyone(until).athletes, until))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(squad_noise, "squad_exposures", lambda _, until: gather(until))
        yield squad_workspace.workspace


@pytest.fixture(scope="module")
def table(workspace):
    squad = workspace.everyone()
    return noise_table(squad.athletes, squad.until)


def printed(workspace, *words: str) -> str:
    done = CliRunner().invoke(main, [*words, "--workspace", str(workspace.folder)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_noise_of_the_squad_is_that_which_the_example_was_made_with(workspace):
    rows = {row["quantity"]: row for row in json.loads(printed(workspace, "noise", "--json"))}
    assert set(rows) == {
        *(one.exercise for one in workspace.config.lifts),
        *(one.test_id for one in workspace.config.checks),
        *(f"{one.test_id}.sides" for one in workspace.config.side_tests),
        *("wellness.energy.1_to_5", "wellness.sleep.1_to_10", "wellness.soreness.1_to_10"),
        *("wellness.resting_heart_rate_bpm", "wellness.sleep_h"),
        *("run.pace_at_heart_rate", "run.decoupling_pct", "romanian_deadlift.hinge_angle", "romanian_deadlift.tempo"),
        "single_leg_romanian_deadlift.speed.sides",
        *(f"{screen}.mobility" for screen in MOBILITY_TESTS if screen != "hip_flexion"),
    }
    assert list(rows)[:2] == [one.exercise for one in workspace.config.lifts]  # what is followed by name stands first
    assert all(set(row) > COLUMNS for row in rows.values())
    assert rows["romanian_deadlift"]["te"] == pytest.approx(0.028, abs=0.004)
    assert rows["sprint_20m"]["te"] == pytest.approx(0.03, abs=0.006)
    assert rows["sprint_20m"]["mdc"] == pytest.approx(2.77 * rows["sprint_20m"]["te"], rel=0.01)


def test_the_table_of_noise_names_no_athlete(workspace):
    told = printed(workspace, "noise")
    assert told.startswith("quantity")
    assert "squad of 12" in told
    people = workspace.athletes()
    assert not [word for word in (*people["athlete_id"], *people["name"]) if word in told]


def test_below_three_athletes_the_stated_values_are_told(workspace):
    squad = workspace.everyone()
    rows = noise_rows(SquadNoise(noise_table(squad.athletes[:2], squad.until)), workspace.config)
    assert (rows["n_athletes"] == 0).all()
    assert rows["te"].tolist() == [0.028, 0.028, 0.03, 2.8, 5.8]
    with pytest.raises(NotEnoughData, match="3 athletes or more; 2 have it"):
        frequency(squad_exposures(squad.athletes[:2], squad.until), workspace.config.lifts[0], squad.until)


def test_before_any_exposure_the_table_tells_the_stated_values_without_a_device(workspace):
    line = printed(workspace, "noise", "--as-of", "2025-01-01").splitlines()[1]
    assert line.split()[:8] == ["romanian_deadlift", "-", "m/s", "0.028", "0.25", "0.078", "0", "0"]
    rows = json.loads(printed(workspace, "noise", "--as-of", "2025-01-01", "--json"))
    assert {row["device"] for row in rows} == {None}


def test_a_workspace_that_follows_nothing_says_where_to_add_it(tmp_path):
    (tmp_path / "workbook.toml").write_text("", encoding="utf-8")
    done = CliRunner().invoke(main, ["noise", "--workspace", str(tmp_path)])
    assert done.exit_code == 1
    assert "Add one under [[lifts]]" in done.stderr


def test_a_lift_is_found_sooner_by_more_exposures(workspace):
    now = json.loads(printed(workspace, "design", "romanian_deadlift", "--json"))
    assert {"as now", "the mean of two trials", "twice as often"} < {row["protocol"] for row in now["table"]}
    assert now["sentence"].startswith("A change of 0.04 m/s is found in")
    often = json.loads(printed(workspace, "design", "romanian_deadlift", "--per-week", "3", "--json"))
    assert often["per_week"] == 3 > now["per_week"]
    assert often["table"][0]["weeks"] < now["table"][0]["weeks"]


def test_a_check_goes_by_its_interval_and_says_what_it_cannot_find(workspace):
    told = printed(workspace, "design", "sprint_20m")
    assert told.startswith("20 m sprint, 0.25 exposures a week")
    assert "A change of 0.03 s is not found within 26 weeks." in told


def test_without_a_name_the_first_key_lift_is_asked_about_and_a_wrong_one_lists_them(workspace):
    assert printed(workspace, "design").startswith("Romanian deadlift")
    wrong = CliRunner().invoke(main, ["design", "deadlif", "--workspace", str(workspace.folder)])
    assert wrong.exit_code == 2
    assert "There are: romanian_deadlift, trap_bar_deadlift, sprint_20m" in wrong.stderr


def test_where_fewer_than_three_athletes_show_how_often_the_command_asks(workspace):
    asked = CliRunner().invoke(main, ["design", "--as-of", "2025-01-01", "--workspace", str(workspace.folder)])
    assert asked.exit_code == 2
    assert "--per-week 2 --before 24" in asked.stderr
    stated = ("--as-of", "2025-01-01", "--per-week", "2", "--before", "24")
    assert "2 exposures a week, 24 before" in printed(workspace, "design", *stated)


def test_a_page_judges_by_the_noise_that_the_command_tells(workspace):
    rows = {row["quantity"]: row for row in json.loads(printed(workspace, "noise", "--json"))}
    one, *_ = athlete_week(workspace.everyone().athletes[0], workspace.everyone().until).speeds.known
    noise = one.change.noise
    assert noise.source == rows["romanian_deadlift"]["source"]
    assert noise.rho == pytest.approx(rows["romanian_deadlift"]["rho"])
    assert noise.typical_error == pytest.approx(rows["romanian_deadlift"]["te"], rel=0.3)  # the own drawn to it


def test_values_of_another_device_make_no_noise_of_this_one(workspace, table):
    exposures = squad_noise.squad_exposures([], workspace.everyone().until)
    swapped = exposures[(exposures["quantity"] == "romanian_deadlift") & ~exposures["comparable"].astype(bool)]
    assert set(swapped["device"]) == {"encoder one"}
    assert len(set(swapped["athlete_id"])) == 1
    lift = table[table["quantity"] == "romanian_deadlift"]
    assert lift["device"].tolist() == ["encoder one"]  # the other has one athlete alone


def test_values_of_labelled_days_are_kept_and_judge_nothing(workspace, table):
    squad = workspace.everyone()
    one, *others = squad.athletes
    (speed, *_) = athlete_week(one, squad.until).speeds.known
    days = speed.exposures["local_date"]
    said = {"label_id": "x", "athlete_id": one.athlete_id, "kind": "ill", "source": "coach"}
    ill = pd.DataFrame([said | {"first_date": days.iloc[-8], "last_date": days.iloc[-5]}])
    labelled = replace(one, frames=one.frames | {"labels": TABLES["labels"].coerce(ill)})
    found = athlete_week(labelled, squad.until).speeds.known[0].change
    assert found.used.tolist()[-9:] == [True, False, False, False, False, True, True, True, True]
    assert found.events[-1].kind == "ill"
    n = [
        of.set_index(["quantity", "device"]).loc["romanian_deadlift"]
        for of in (table, noise_table([labelled, *others], squad.until))
    ]
    assert (n[0]["n_exposures"] - n[1]["n_exposures"]).tolist() == [4]


def test_clean_repetitions_have_a_hazard_in_the_table_and_no_typical_error(workspace, table):
    clean = table.set_index("quantity").loc["romanian_deadlift.clean_reps"]
    assert (clean["n_athletes"], clean["hazard"] > 0, np.isnan(clean["te"])) == (12, True, True)
    told = noise_rows(SquadNoise(table), workspace.config)
    assert "romanian_deadlift.clean_reps" not in set(told["quantity"])
