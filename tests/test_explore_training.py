"""The notebooks on load, transfer, plans and tests on the example: they teach where it can tell nothing."""

import pytest
from explored import figures, said, tables

from analysis.workspace import shipped_notebooks


@pytest.fixture
def run(squad_workspace, tmp_path, run_notebook):
    """Runs a notebook by its name without number in the example's workspace."""

    def running(name: str, **parameters):
        (path,) = (shipped_notebooks() / "explore").glob(f"*_{name}.ipynb")
        return run_notebook(path, squad_workspace.folder, tmp_path, **parameters)

    return running


def test_load_that_foresees_nothing_is_said_to_and_a_simulated_one_that_does_is_shown(run):
    done = run("load_and_fitness_fatigue", athlete="Alder", exercise="romanian_deadlift")
    assert tables(done, "verdict")[0][0]["verdict"] == "not identifiable"
    assert said(done, "made-up").startswith("Load helps to foresee the next test")
    for cell in ("weeks", "profile", "shifts", "run-skill", "made-up-skill"):
        assert len(figures(done, cell)) == 1, cell
    assert [row["parameters"] for row in tables(done, "forms")[0]] == ["3", "5", "6", "8"]


def test_too_few_pairs_are_a_sentence_and_a_simulated_squad_shows_the_figure(run):
    done = run("transfer", exercise="romanian_deadlift", test_id="sprint_20m")
    assert said(done, "lags").startswith("Too few pairs to tell: ")
    assert said(done, "pairs").splitlines()[2] == "r = 0.3: 85 pairs"
    for cell in ("growth", "made-up-linked", "made-up-weeks", "made-up-unlinked"):
        assert figures(done, cell), cell


def test_no_plan_without_skill_and_a_simulated_athlete_gets_one(run):
    done = run("plan_a_block", athlete="Alder", exercise="romanian_deadlift")
    assert said(done, "best-block").startswith("No plan is simulated. Not identifiable")
    assert said(done, "own-plan").startswith("No plan is simulated")
    assert len(figures(done, "made-up-block")) == 1
    assert len(tables(done, "made-up-held-out")[0]) == 4


def test_every_measure_of_an_athlete_has_its_verdict_and_luck_is_counted(run):
    done = run("getting_better", athlete="Alder", exercise="romanian_deadlift", test_id="sprint_20m")
    verdicts = {row["quantity"]: row["state"] for row in tables(done, "verdicts")[0]}
    assert {"romanian_deadlift", "sprint_20m"} <= set(verdicts)
    assert "luck alone would name" in said(done, "luck")
    assert len(figures(done, "lift")) == len(figures(done, "check")) == 1


def test_how_many_tests_a_change_takes_is_told_of_the_squad_and_of_a_published_error(run):
    done = run("plan_the_tests")
    assert len(figures(done, "now")) == len(figures(done, "own")) == 1
    weeks = {float(row["size"]): row["weeks"] for row in tables(done, "asked")[0] if row["protocol"] == "as now"}
    found = [float(weeks[size]) for size in sorted(weeks) if weeks[size] != "NaN"]
    assert found == sorted(found, reverse=True)  # the larger a change, the sooner


def test_form_beside_the_day_is_told_over_the_squad_with_what_would_have_shown(run):
    done = run("form_and_recovery", athlete="Alder")
    assert len(figures(done, "own")) == len(figures(done, "squad-found")) == 1
    assert {row["term"] for row in tables(done, "squad-found")[0]} >= {"Sleep", "Soreness"}
    assert {"clean_reps", "sleep", "rest_s"} <= set(tables(done, "days")[0][0])
