"""The notebooks people explore with run from the top: on the example, and in a workspace that is still empty."""

import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
from papermill.exceptions import PapermillExecutionError
from taken_along import copied_lines, with_copied_lines, written_files

from analysis.report.page import SECTION_MIME
from analysis.workspace import intake, open_workspace, shipped_notebooks, starter

FIRST_LOOK = shipped_notebooks() / "explore" / "01_first_look.ipynb"
LOAD_VELOCITY = shipped_notebooks() / "explore" / "02_load_velocity.ipynb"
FORM = shipped_notebooks() / "explore" / "05_form_and_sides.ipynb"
RUNNING = shipped_notebooks() / "explore" / "03_running_and_sprint.ipynb"
OWN_METRIC = shipped_notebooks() / "explore" / "08_your_own_metric.ipynb"
PLOTLY_MIME = "application/vnd.plotly.v1+json"
READ = {"athletes.csv", "bar_speed.csv", "splits.csv", "session_rpe.csv"}  # of the squad's files


@pytest.fixture
def run(run_notebook):
    """Runs a notebook from a folder of its workspace."""

    def running(
        folder: Path, notebook: Path | nbformat.NotebookNode = FIRST_LOOK, **parameters
    ) -> nbformat.NotebookNode:
        return run_notebook(notebook, folder, folder, **parameters)

    return running


@pytest.fixture
def run_and_take_along(run):
    """Runs a notebook for Alder, then the lines at its end; what they write is there and holds something."""

    def running(folder: Path, notebook: Path) -> nbformat.NotebookNode:
        done = run(folder, with_copied_lines(notebook), athlete="Alder")
        names = written_files(done.cells[-1].source)
        assert len(names) >= 2
        assert [name for name in names if (folder / name).stat().st_size < 50] == []
        return done

    return running


def outputs(done: nbformat.NotebookNode, mime: str) -> list:
    return [
        output.data[mime] for cell in done.cells for output in cell.get("outputs", []) if mime in output.get("data", {})
    ]


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


def test_a_first_look_answers_every_section(alder_alone, run_and_take_along):
    done = run_and_take_along(alder_alone, FIRST_LOOK)
    sections = {bundle["key"]: bundle for bundle in outputs(done, SECTION_MIME)}
    assert list(sections) == ["speed_at_load", "level", "load_velocity", "load", "critical_speed"]
    assert [bundle["problem"] for bundle in sections.values()] == [None] * 5
    assert len(outputs(done, PLOTLY_MIME)) == 5
    terms = {row[0]: row for row in sections["critical_speed"]["blocks"][0]["rows"]}
    assert 3 < terms["CS"][2] < 5


def test_a_question_that_the_data_do_not_answer_leaves_its_sentence_and_the_rest_goes_on(alder_alone, run):
    done = run(alder_alone, athlete="Alder", until="2026-01-09")
    problems = {bundle["key"]: bundle["problem"] for bundle in outputs(done, SECTION_MIME)}
    assert len(problems) == 5
    assert problems["critical_speed"].startswith("Critical speed needs 3 trials")
    assert problems["load"] is None


def test_running_and_sprint_answers_what_the_gates_and_runs_allow(alder_alone, run_and_take_along):
    done = run_and_take_along(alder_alone, RUNNING)
    sections = {bundle["key"]: bundle for bundle in outputs(done, SECTION_MIME)}
    problems = {key: bundle["problem"] for key, bundle in sections.items() if bundle["problem"]}
    assert set(problems) == {"in_situ_sprint"}
    assert "hold 5 speeds a second from one device; a profile needs 3." in problems["in_situ_sprint"]
    assert [row[0] for row in sections["sprint"]["blocks"][0]["rows"]] == ["MSS", "MAC", "tau", "Pmax"]
    assert [row[0] for row in sections["sprint"]["blocks"][1]["rows"]] == ["none", "time", "distance"]
    assert terms_of(sections["radar"])["MSS"] == pytest.approx(8.4, abs=0.05)
    assert terms_of(sections["force_velocity"])["F0"] == pytest.approx(82.5 * terms_of(sections["sprint"])["MAC"])
    assert 230 < terms_of(sections["critical_power"])["CP"] < 260
    assert {"sensitivity", "critical_speed", "pace", "decoupling", "late_speed", "best_efforts"} < set(sections)
    fastest = sections["best_efforts"]["blocks"][0]["rows"]
    assert [round(row[0]) for row in fastest] == [400, 1000, 1609, 3000, 5000, 10000]


def terms_of(section: dict) -> dict[str, float]:
    """The estimates of the first table of a section, by term."""
    table = next(block for block in section["blocks"] if "rows" in block)
    return {row[0]: row[2] for row in table["rows"]}


def test_running_and_sprint_before_any_run_leaves_sentences(alder_alone, run):
    done = run(alder_alone, RUNNING, athlete="Alder", until="2026-01-06")
    problems = {bundle["key"]: bundle["problem"] for bundle in outputs(done, SECTION_MIME)}
    assert problems["best_efforts"].startswith("None of 0 runs in 90 days holds 400 m")
    assert problems["decoupling"].startswith("None of 0 runs of an hour or more")
    assert problems["radar"].startswith("No sprint under a radar or laser yet")
    assert problems["force_velocity"].startswith("No sprint of the test 'sprint_20m'")
    assert problems["critical_power"].startswith("No all-out trial with a power meter yet")
    assert all(problems.values())


def test_an_empty_workspace_says_what_to_do_in_a_sentence(tmp_path, run):
    starter.start(tmp_path / "empty")
    with pytest.raises(PapermillExecutionError) as stopped:
        run(tmp_path / "empty")
    assert stopped.value.evalue.startswith("There is no athlete in this workspace yet. Take in your files")
    assert len(stopped.value.traceback) == 1


def test_speed_against_load_ends_in_a_1rm(alder_alone, run_and_take_along):
    done = run_and_take_along(alder_alone, LOAD_VELOCITY)
    sections = {bundle["key"]: bundle for bundle in outputs(done, SECTION_MIME)}
    problems = {key: bundle["problem"] for key, bundle in sections.items() if bundle["problem"]}
    assert set(sections) - set(problems) == {"profile", "sessions", "e1rm", "squad_profiles"}
    assert "Rate the reserve of more sets" in problems["reps"]
    assert problems["squad_reps"].startswith("Nobody tested")
    assert len(sections["squad_profiles"]["blocks"][0]["rows"]) >= 6  # an athlete each
    assert len(outputs(done, PLOTLY_MIME)) == 2
    told = [row for block in sections["e1rm"]["blocks"] for row in block.get("rows", []) if row[0] == "e1RM"]
    assert 60 < told[0][2] < 250


def test_form_of_one_athlete_is_told_where_her_own_sets_tell_it(alder_alone, run_and_take_along):
    done = run_and_take_along(alder_alone, FORM)
    sections = {bundle["key"]: bundle for bundle in outputs(done, SECTION_MIME)}
    problems = {key: bundle["problem"] for key, bundle in sections.items() if bundle["problem"]}
    told = set(sections) - set(problems)
    assert told == {
        "bar_today",
        "clean_reps",
        "squad_form",
        "own_form",
        "lasting_form",
        "depth",
        "lost_speed",
        "swing_power",
        "tempo",
        "tension",
        "volume_by_side",
    }
    assert problems["cues"].startswith("No cue was written down for this lift")


def test_a_number_of_ones_own_is_judged_by_the_rules_of_the_reports(alder_alone, run_and_take_along):
    done = run_and_take_along(alder_alone, OWN_METRIC)
    sections = {bundle["key"]: bundle for bundle in outputs(done, SECTION_MIME)}
    assert {key: bundle["problem"] for key, bundle in sections.items()} == {"level": None}
    (fact,) = sections["level"]["facts"]
    assert (fact["state"], fact["unit"]) == ("too close to call", "%")
    assert not [output for cell in done.cells for output in cell.get("outputs", []) if output.get("name") == "stderr"]


def test_a_number_of_ones_own_on_one_day_says_what_is_missing(alder_alone, run):
    done = run(alder_alone, OWN_METRIC, athlete="Alder", until="2026-01-08")
    sections = {bundle["key"]: bundle for bundle in outputs(done, SECTION_MIME)}
    (fact,) = sections["level"]["facts"]
    assert (fact["state"], fact["reason"]) == ("cannot tell", "te_unknown")


@pytest.mark.parametrize("path", sorted((shipped_notebooks() / "explore").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_exploring_notebook_ends_in_a_table_and_a_figure_to_take_along(path):
    lines = copied_lines(nbformat.read(path, as_version=4))
    assert {"csv", "html"} <= {name.rsplit(".")[-1] for name in written_files(lines)}
