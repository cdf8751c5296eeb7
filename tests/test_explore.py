"""What the notebooks people explore with say of a known athlete: numbers, verdicts, and what is missing."""

import shutil
from pathlib import Path

import motions
import nbformat
import numpy as np
import pytest
from explored import figures, said, tables
from papermill.exceptions import PapermillExecutionError

from analysis.workspace import intake, open_workspace, shipped_notebooks, starter

READ = {"athletes.csv", "bar_speed.csv", "splits.csv", "session_rpe.csv"}  # of the squad's files
ESTIMATED = ("sprint", "radar", "force", "power")
RECORDING = "opencap_rdl_2026-07-02_80kg.mot"


@pytest.fixture
def run(run_notebook):
    """Runs a notebook by its name without number, from a folder of its workspace."""

    def running(folder: Path, name: str, **parameters) -> nbformat.NotebookNode:
        (path,) = (shipped_notebooks() / "explore").glob(f"*_{name}.ipynb")
        return run_notebook(path, folder, folder, **parameters)

    return running


SCREENS = """athlete,date,test,trial,side,metric,value,unit
Alder,2026-06-29,body_mass,1,B,mass,82.5,kg
Alder,2026-06-30,power_3min,1,B,mean_power,330,W
Alder,2026-06-30,power_3min,1,B,duration,180,s
Alder,2026-07-01,power_6min,1,B,mean_power,290,W
Alder,2026-07-01,power_6min,1,B,duration,6,min
Alder,2026-07-03,power_12min,1,B,mean_power,268,W
Alder,2026-07-03,power_12min,1,B,duration,12,min
"""


def write_measured(folder: Path) -> None:
    """What the example squad does not have: a weighing, trials with a power meter, and a sprint under a laser."""
    since_s = np.arange(0, 5, 0.05)
    speed_m_s = [0.1] * 20 + (8.4 * (1 - np.exp(-since_s / 1.2))).round(3).tolist()
    laser = "".join(f"{0.05 * moment:.2f},{speed}\n" for moment, speed in enumerate(speed_m_s))
    (folder / "Alder").mkdir(parents=True)
    (folder / "screens.csv").write_text(SCREENS, encoding="utf-8")
    (folder / "Alder" / "laser_2026-07-01.csv").write_text(f"time,velocity\n{laser}", encoding="utf-8")


@pytest.fixture(scope="module")
def alder_alone(squad_workspace, tmp_path_factory) -> Path:
    """A workspace with one athlete of the example squad, the runs of a month, and what the example does not have."""
    folder, squads = tmp_path_factory.mktemp("alder"), squad_workspace.files
    shutil.copy(squads / "workbook.toml", folder)
    workspace = open_workspace(folder)
    wanted = {
        path: root
        for path, root in intake.files_below([squads]).items()
        if (path.parent == squads and path.name in READ)
        or (path.parent.name == "Alder" and path.name.startswith(("strong", "2026-06")))
    }
    write_measured(folder / "data" / "raw")
    wanted |= intake.files_below([folder / "data" / "raw"])
    assert all(outcome.state == "taken" for outcome in intake.ingest(workspace, wanted))
    return folder


def test_a_first_look_answers_every_question(alder_alone, run):
    done = run(alder_alone, "first_look", athlete="Alder", exercise="romanian_deadlift")
    (row,) = [row for row in tables(done, "critical-speed")[0] if row["term"] == "CS"]
    assert 3 < float(row["estimate"]) < 5
    for cell in ("speed", "level", "profile", "runs", "load"):
        assert len(figures(done, cell)) == 1, cell
    assert {row["quantity"] for row in tables(done, "noise")[0]} >= {"romanian_deadlift", "sprint_20m"}


def test_a_question_that_the_data_do_not_answer_leaves_its_sentence_and_the_rest_goes_on(alder_alone, run):
    done = run(alder_alone, "first_look", athlete="Alder", until="2026-01-09")
    assert said(done, "critical-speed").startswith("Critical speed needs 3 trials")
    assert said(done, "runs") == "No run yet. Take in the files of a watch."
    assert len(figures(done, "load")) == 1


def test_running_and_sprint_answers_what_the_gates_and_runs_allow(alder_alone, run):
    done = run(alder_alone, "running_and_sprint", athlete="Alder")
    terms = {cell: {row["term"]: float(row["estimate"]) for row in tables(done, cell)[0]} for cell in ESTIMATED}
    assert "hold 5 speeds a second from one device; a profile needs 3." in said(done, "in-situ")
    assert list(terms["sprint"]) == ["MSS", "MAC", "tau", "Pmax"]
    assert [row["correction"] for row in tables(done, "corrections")[0]] == ["none", "time", "distance"]
    assert terms["radar"]["MSS"] == pytest.approx(8.4, abs=0.05)
    assert terms["force"]["F0"] == pytest.approx(82.5 * terms["sprint"]["MAC"], rel=1e-4)
    assert 230 < terms["power"]["CP"] < 260
    assert len(figures(done, "critical-forms")) == len(figures(done, "sensitivity")) == 1
    fastest = [round(float(row["distance_m"])) for row in tables(done, "best-efforts")[0]]
    assert fastest == [400, 1000, 1609, 3000, 5000, 10000]


def test_running_and_sprint_before_any_run_leaves_sentences(alder_alone, run):
    done = run(alder_alone, "running_and_sprint", athlete="Alder", until="2026-01-06")
    assert said(done, "best-efforts").startswith("None of 0 runs in 90 days holds 400 m")
    assert said(done, "decoupling").startswith("None of 0 runs of an hour or more")
    assert said(done, "radar").startswith("No sprint under a radar or laser yet")
    assert said(done, "force").startswith("No sprint of the test 'sprint_20m'")
    assert said(done, "power").startswith("No all-out trial with a power meter yet")
    assert figures(done) == []


def test_an_empty_workspace_says_what_to_do_in_a_sentence(tmp_path, run):
    starter.start(tmp_path / "empty")
    with pytest.raises(PapermillExecutionError) as stopped:
        run(tmp_path / "empty", "first_look")
    assert stopped.value.evalue.startswith("There is no athlete in this workspace yet. Take in your files")
    assert len(stopped.value.traceback) == 1


def test_speed_against_load_ends_in_a_1rm(alder_alone, run):
    done = run(alder_alone, "load_velocity", athlete="Alder", exercise="romanian_deadlift")
    assert "Rate the reserve of more sets" in said(done, "reps")
    assert said(done, "squad-reps").startswith("Nobody tested")
    assert len(tables(done, "squad-profiles")[-1]) >= 6  # an athlete each
    (e1rm,) = [float(row["estimate"]) for row in tables(done, "e1rm")[0] if row["term"] == "e1RM"]
    assert 60 < e1rm < 250
    assert {trace.get("legendgroup") for trace in figures(done, "beside")[0]["data"]} >= {"Alder"}


def test_form_of_one_athlete_is_told_where_her_own_sets_tell_it(alder_alone, run):
    done = run(alder_alone, "form_and_sides", athlete="Alder", exercise="romanian_deadlift")
    for cell in ("bar-today", "clean-reps", "squad-form", "depth", "lost-speed", "swing", "tempo"):
        assert len(figures(done, cell)) == 1, cell
    assert len(figures(done, "own-form")) == 2
    assert tables(done, "tension")
    assert tables(done, "volume-by-side")
    assert said(done, "cues").startswith("No cue was written down for this lift")
    assert said(done, "felt-today").startswith("No answers on how you feel")


def test_a_number_of_ones_own_is_judged_by_the_rules_of_the_reports(alder_alone, run):
    done = run(alder_alone, "your_own_metric", athlete="Alder", exercise="romanian_deadlift")
    assert "too close to call" in said(done, "level").lower()
    assert len(figures(done, "level")) == 1


def test_a_number_of_ones_own_on_one_day_says_what_is_missing(alder_alone, run):
    done = run(alder_alone, "your_own_metric", athlete="Alder", exercise="romanian_deadlift", until="2026-01-08")
    assert said(done, "level").startswith("? ")


def test_a_recording_is_looked_at_before_it_is_taken_in(alder_alone, run):
    (alder_alone / RECORDING).write_text(motions.RDL, encoding="utf-8")
    done = run(alder_alone, "video_to_depth", athlete="Alder", exercise="romanian_deadlift", file=RECORDING)
    angles = [float(row["hinge_angle_deg"]) for row in tables(done, "file")[0]]
    assert angles == pytest.approx([180 - depth for depth in motions.SET.depths_deg], abs=1.0)
    assert len(figures(done, "level")) == 1
