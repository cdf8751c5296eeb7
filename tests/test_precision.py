"""The noise of a squad and how soon a change would be seen, as the commands tell them."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.base.errors import NotEnoughData
from analysis.base.tables import TABLES
from analysis.cli import main
from analysis.pages.squad_noise import frequency, lasting_change, noise_rows, squad_exposures, squad_noise

COLUMNS = {"quantity", "device", "te", "rho", "n_athletes", "n_exposures", "mdc"}


@pytest.fixture(scope="module")
def workspace(squad_workspace):
    return squad_workspace.workspace


def printed(workspace, *words: str) -> str:
    done = CliRunner().invoke(main, [*words, "--workspace", str(workspace.folder)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_noise_of_the_squad_is_that_which_the_example_was_made_with(workspace):
    rows = {row["quantity"]: row for row in json.loads(printed(workspace, "noise", "--json"))}
    assert set(rows) == {
        *(one.exercise for one in workspace.config.lifts),
        *(one.test_id for one in workspace.config.checks),
    }
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


def exposures_of(workspace, n: int):
    squad = workspace.everyone()
    return squad_exposures(squad.athletes[:n], workspace.config, squad.until), squad.until


def test_below_three_athletes_the_stated_values_are_told(workspace):
    exposures, until = exposures_of(workspace, 2)
    rows = noise_rows(squad_noise(exposures, workspace.config), workspace.config)
    assert (rows["n_athletes"] == 0).all()
    assert rows["te"].tolist() == [0.028, 0.028, 0.03, 2.8, 5.8]
    with pytest.raises(NotEnoughData, match="3 athletes or more; 2 have it"):
        frequency(exposures, workspace.config.lifts[0], until)


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


def test_a_change_that_lasts_counts_only_the_newest_device(workspace):
    squad = workspace.everyone()
    lift = workspace.config.lifts[0]
    noise = squad_noise(squad_exposures(squad.athletes, workspace.config, squad.until), workspace.config)
    levels = [lasting_change(one, lift, noise, squad.until) for one in squad.athletes]
    swapped = [level for level in levels if level.events]
    assert swapped
    assert all(np.isnan(level.augment().loc[~level.used, ".fitted"]).all() for level in levels)
    assert all((level.exposures.loc[~level.used, "local_date"] < level.events[0].first).all() for level in swapped)


def test_values_of_labelled_days_are_kept_and_judge_nothing(workspace):
    squad = workspace.everyone()
    lift = workspace.config.lifts[0]
    noise = squad_noise(squad_exposures(squad.athletes, workspace.config, squad.until), workspace.config)
    one = squad.athletes[0]
    days = lasting_change(one, lift, noise, squad.until).exposures["local_date"]
    said = {"label_id": "x", "athlete_id": one.athlete_id, "kind": "ill", "source": "coach"}
    ill = pd.DataFrame([said | {"first_date": days.iloc[-8], "last_date": days.iloc[-5]}])
    labelled = replace(one, frames=one.frames | {"labels": TABLES["labels"].coerce(ill)})
    found = lasting_change(labelled, lift, noise, squad.until)
    assert found.used.tolist()[-9:] == [True, False, False, False, False, True, True, True, True]
    assert found.events[-1].kind == "ill"
