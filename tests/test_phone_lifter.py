"""A lifter with a phone app alone: from an empty folder and one exported file to a page that says how strong."""

import csv
import io
import json
import tomllib
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from analysis import open_workspace
from analysis.base.config import Config
from analysis.base.display import Display
from analysis.base.units import KG_PER_LB
from analysis.cli import main
from analysis.pages.athlete_week.week import AthleteWeek, athlete_week
from analysis.pages.series import series_fact

LAST_DAY = date(2026, 7, 5)
GAINED_ON = LAST_DAY - timedelta(days=41)
K, SCATTER = 1 / 30, np.array([0.0, 0.02, -0.02, 0.01, -0.01])
LIFTS = {"Romanian Deadlift (Barbell)": 150.0, "Squat (Barbell)": 130.0, "Bench Press (Barbell)": 90.0}
HEVY = (
    *("title", "start_time", "end_time", "description", "exercise_title", "superset_id", "exercise_notes"),
    *("set_index", "set_type", "{load}", "reps", "distance_km", "duration_seconds", "rpe"),
)
STRONG = (
    *("Date", "Workout Name", "Duration", "Exercise Name", "Set Order", "Weight", "Reps", "Distance", "Seconds"),
    *("Notes", "Workout Notes", "RPE"),
)
FITNOTES = (
    *("Date", "Exercise", "Category", "Weight", "Weight Unit", "Reps", "Distance", "Distance Unit", "Time"),
    "Comment",
)


def season(weeks: int, gain: float = 0.0):
    """Two sessions a week: day, lift, whether it is a warm-up, load in kg, repetitions, RPE; a gain 6 weeks ago.

    Fives and eights in turn with about two repetitions left: what the day's form leaves is rated in half steps.
    """
    first = LAST_DAY - timedelta(days=7 * weeks - 1)
    for number in range(2 * weeks):
        day = first + timedelta(days=7 * (number // 2) + 3 * (number % 2))
        now = 1 + gain * (day >= GAINED_ON)
        for lift, e1rm_kg in LIFTS.items():
            yield day, lift, True, 40.0, 8, None
            reps = 5 if number % 2 else 8
            load_kg = round(e1rm_kg * now / (1 + K * (reps + 2)) / 2.5) * 2.5
            possible = (e1rm_kg * now * (1 + SCATTER[number % 5]) / load_kg - 1) / K
            yield day, lift, False, load_kg, reps, min(10 - round(2 * (possible - reps)) / 2, 10)
        yield day, "Pull Up", False, 0.0, 8, 8


def hevy(rows, *, unit: str = "kg") -> str:
    heads = [head.format(load=f"weight_{unit}") for head in HEVY]
    told = []
    for day, lift, warm_up, load_kg, reps, rpe in rows:
        load = round(load_kg if unit == "kg" else load_kg / KG_PER_LB, 1)
        at = f"{day.day} {day:%b} {day.year}"
        kind = "warmup" if warm_up else "normal"
        of_set = (0, kind, load or "", reps, "", "", "" if rpe is None else rpe)
        told.append(["Gym", f"{at}, 18:00", f"{at}, 19:00", "", lift, "", "", *of_set])
    return table(heads, told)


def strong(rows) -> str:
    told = [
        [f"{day} 18:00:00", "Gym", "1h", lift, "W" if warm_up else 1, load_kg, reps, 0, 0, "", "", rpe]
        for day, lift, warm_up, load_kg, reps, rpe in rows
    ]
    return table(STRONG, told)


def fitnotes(rows) -> str:
    told = [
        [day, lift, "Legs", load_kg, "kgs", reps, "", "", "", ""]
        for day, lift, warm_up, load_kg, reps, _ in rows
        if not warm_up
    ]
    return table(FITNOTES, told)


def table(heads, rows) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([heads, *rows])
    return text.getvalue()


FILES = {
    "Alder": ("hevy.csv", hevy(season(20, 0.12))),
    "Birch": ("hevy_lb.csv", hevy(season(20, 0.12), unit="lbs")),
    "Cedar": ("strong.csv", strong(season(12))),
    "Elm": ("FitNotes_Export.csv", fitnotes(season(20, 0.12))),
    "Hazel": ("hevy_new.csv", hevy(season(2))),
}


def run(*arguments) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A workspace as `workbook init` makes it, with the files of five lifters and nothing else."""
    folder = tmp_path_factory.mktemp("phone") / "gym"
    run("init", folder)
    config = folder / "workbook.toml"
    config.write_text(f'load_unit = "kg"\n{config.read_text()}')  # Strong does not say it
    for name, (file, text) in FILES.items():
        run("alias", name, "--new", "--workspace", folder)
        path = folder / "data" / "raw" / name / file
        path.parent.mkdir(parents=True)
        path.write_text(text)
    run("ingest", "--workspace", folder)
    return folder


@pytest.fixture(scope="module")
def weeks(folder) -> dict[str, AthleteWeek]:
    workspace = open_workspace(folder)
    squad = workspace.everyone(LAST_DAY.isoformat())
    return {one.name: athlete_week(one, LAST_DAY.isoformat()) for one in squad.athletes}


@pytest.mark.soak
def test_a_fresh_workspace_names_no_lift_and_every_page_follows_those_of_the_log(weeks):
    for week in weeks.values():
        lifts = [lift.exercise for lift in week.config.lifts]
        assert (lifts, week.has_proposed_lifts) == (["romanian_deadlift", "back_squat", "bench_press"], True)


@pytest.mark.soak
@pytest.mark.parametrize("name", ["Alder", "Birch", "Elm"])
def test_a_lasting_gain_is_told_of_every_lift_and_holds_what_is_true(weeks, name):
    told = weeks[name].e1rms.known
    assert [one.at_least for one in told] == [name == "Elm"] * 3
    for one, e1rm_kg in zip(told, LIFTS.values(), strict=True):
        assert str(one.change.state) in ("better", "clearly better")
        assert abs((one.change.since.date() - GAINED_ON).days) <= 10
        if name != "Elm":
            assert one.change.level_low < 1.12 * e1rm_kg < one.change.level_high


def test_pounds_and_kilograms_say_the_same(weeks):
    in_kg, in_lb = ([one.change.level for one in weeks[name].e1rms.known] for name in ("Alder", "Birch"))
    assert in_lb == pytest.approx(in_kg, rel=2e-3)


def test_an_unchanged_lifter_is_not_told_a_change(weeks):
    for one, e1rm_kg in zip(weeks["Cedar"].e1rms.known, LIFTS.values(), strict=True):
        assert str(one.change.state) in ("steady", "too close to call")
        assert one.change.level_low < e1rm_kg < one.change.level_high


@pytest.mark.soak
def test_the_page_says_it_and_how_lifts_were_chosen(folder):
    run("report", "athlete_week", "--athlete", "Alder", "--as-of", LAST_DAY, "--workspace", folder)
    (page,) = (folder / "reports" / "athlete_week" / LAST_DAY.isoformat()).glob("*.html")
    facts = json.dumps(json.loads(page.with_suffix(".json").read_text()))
    assert "Romanian deadlift, 1RM from reps: 168 kg, before 150" in facts
    assert "These lifts were chosen from your log. Your coach can name others." in page.read_text()


def test_after_two_weeks_the_page_says_what_is_missing(weeks):
    fact = series_fact(weeks["Hazel"].e1rms.known[0], Display())
    assert fact.sentence == "Two more sessions and we can tell. Romanian deadlift, 1RM from reps."


def test_the_command_prints_lifts_that_can_be_pasted(folder):
    assert "workbook lifts --suggest" in run("lifts", "--workspace", folder)
    printed = CliRunner().invoke(main, ["lifts", "--suggest", "--workspace", str(folder)]).stdout
    pasted = Config(**tomllib.loads(printed))
    assert [(lift.exercise, lift.name, lift.anchor_load_kg) for lift in pasted.lifts] == [
        ("romanian_deadlift", "Romanian deadlift", None),
        ("back_squat", "Back squat", None),
        ("bench_press", "Bench press", None),
    ]
