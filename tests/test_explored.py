"""Every notebook to explore with runs from the top: on the example squad, and where there is next to nothing yet."""

import pytest
from drop_folder import ROSTER, drop, strong, strong_row, workspace
from explored import figures, printed_as_warnings, silent_cells

from analysis.lab import buttons
from analysis.lab.saving import endings, written
from analysis.workspace import intake, shipped_notebooks

NOTEBOOKS = sorted((shipped_notebooks() / "explore").glob("*.ipynb"))
DAYS = ("2026-06-01", "2026-06-04", "2026-06-09", "2026-06-12")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def two_weeks(tmp_path_factory):
    """A workspace with one athlete and the log of two weeks; no key lift is named, nothing else is recorded."""
    opened = workspace(tmp_path_factory.mktemp("two") / "weeks")
    drop(opened.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,,,\n")
    drop(opened.folder, "Alder/strong.csv", strong(*(strong_row(day, number) for day in DAYS for number in (1, 2))))
    assert {one.state for one in intake.ingest(opened, intake.files_below([opened.raw_folder]))} == {"taken"}
    yield opened.folder
    opened.store.close()


@pytest.fixture
def pressed(monkeypatch, tmp_path):
    """Every button of a notebook is pressed but that for pictures; gives the files that were written."""
    files = []

    def press(thing, name):
        wanted = [ending for ending in endings(thing) if ending not in (".svg", ".png")]
        files.extend(written(thing, tmp_path / f"{name}{ending}") for ending in wanted)

    monkeypatch.setattr(buttons, "save_buttons", press)
    return files


@pytest.mark.soak
@every_notebook
def test_with_one_athlete_and_two_weeks_a_notebook_says_what_to_record(path, two_weeks, run_notebook, tmp_path):
    done = run_notebook(path, two_weeks, tmp_path)
    assert silent_cells(done) == []
    assert printed_as_warnings(done) == []


# the buttons are pressed from here, which a kernel of its own would not notice
@pytest.mark.soak
@pytest.mark.parametrize("run_notebook", ["in-process"], indirect=True)
@every_notebook
def test_on_the_example_squad_a_notebook_draws_and_writes(path, squad_workspace, run_notebook, tmp_path, pressed):
    done = run_notebook(path, squad_workspace.folder, tmp_path)
    assert silent_cells(done) == []
    assert printed_as_warnings(done) == []
    assert len(figures(done)) >= 1
    assert pressed
    assert [file.name for file in pressed if file.stat().st_size < 50] == []
