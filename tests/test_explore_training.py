"""The notebooks on load, transfer and plans run from the top on the example, and teach where it can tell nothing."""

import pytest
from taken_along import with_copied_lines, written_files

from analysis.report.page import SECTION_MIME
from analysis.workspace import shipped_notebooks


@pytest.fixture
def sections(squad_workspace, tmp_path, run_notebook):
    """Runs a notebook in the example's workspace and gives its sections by key."""

    def run(name: str, **parameters) -> dict[str, dict]:
        notebook = with_copied_lines(shipped_notebooks() / "explore" / f"{name}.ipynb")
        ran = run_notebook(notebook, squad_workspace.folder, tmp_path, **parameters)
        names = written_files(notebook.cells[-1].source)
        assert [name for name in names if (tmp_path / name).stat().st_size < 50] == []
        outputs = [output.get("data", {}) for cell in ran.cells for output in cell.get("outputs", [])]
        return {data[SECTION_MIME]["key"]: data[SECTION_MIME] for data in outputs if SECTION_MIME in data}

    return run


def test_load_that_foresees_nothing_is_said_to_and_a_simulated_one_that_does_is_shown(sections):
    told = sections("04_load_and_fitness_fatigue", athlete="Alder")
    assert all(section["problem"] is None for section in told.values())
    verdict = told["strength_verdict"]["blocks"][0]
    assert verdict["rows"][0][verdict["columns"].index("verdict")] == "not identifiable"
    assert {"weeks", "profile", "shifts", "run_skill", "made_up_skill"} < set(told)
    forms = told["forms"]["blocks"][0]
    assert [row[forms["columns"].index("parameters")] for row in forms["rows"]] == [3, 5, 6, 8]


def test_too_few_pairs_are_a_sentence_and_a_simulated_squad_shows_the_figure(sections):
    told = sections("06_transfer")
    assert told["lags"]["problem"].startswith("Too few pairs to tell: ")
    assert told["growth"]["problem"] is told["numbers"]["problem"] is None
    assert len(told["made_up_linked"]["figures"]) == 2


def test_no_plan_without_skill_and_a_simulated_athlete_gets_one(sections):
    told = sections("07_plan_a_block", athlete="Alder")
    assert told["best_block"]["problem"].startswith("No plan is simulated. Not identifiable")
    assert told["own_plan"]["problem"].startswith("No plan is simulated")
    assert told["made_up_block"]["problem"] is None
    assert len(told["made_up_held_out"]["blocks"][0]["rows"]) == 4
