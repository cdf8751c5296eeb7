"""A notebook of one's own: copied from one that is there, and a report as soon as it lies among the reports."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from report_notebooks import write

from analysis import open_workspace
from analysis.base.errors import UnknownAthlete, UsageProblem
from analysis.cli import main
from analysis.report.notebook import parameters_of, read_notebook
from analysis.report.own_notebook import new_notebook, sources
from analysis.workspace import Workspace, intake, naming, starter

pytestmark = pytest.mark.usefixtures("one_warm_parent")

ROOT = Path(__file__).parents[1]
SETS = """\
athlete,date,exercise,set,rep,load_kg,mean_velocity_m_s
Rowan,2026-06-29,romanian_deadlift,1,1,60,0.70
Rowan,2026-06-29,romanian_deadlift,1,2,60,0.66
Rowan,2026-06-29,romanian_deadlift,1,3,60,0.62
"""
OWN_METRIC = '''
def speed_kept_pct(reps):
    """Speed of the last repetition in percent of the first."""
    speeds = reps.sort_values("rep_no")["mean_velocity_m_s"]
    return 100 * speeds.iloc[-1] / speeds.iloc[0]
'''
OWN_SECTION = """
with page.section("speed_kept", "How much speed was kept?"):
    kept = speed_kept_pct(athlete.reps)
    page.show(Fact("speed_kept", f"The last rep kept {kept:.0f} % of the first.", estimate=kept, unit="%"))
"""
OWN_START = """
import analysis
from analysis.base.blocks import Fact
from analysis.report.page import Page

athlete = analysis.open_workspace().athlete(athlete_id, until=until)
page = Page("speed_kept", subject=athlete.athlete_id, name=athlete.name, period=f"up to {until}", until=until)
"""


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """A workspace with one athlete, Rowan, and three repetitions."""
    starter.start(tmp_path / "squad")
    made = open_workspace(tmp_path / "squad")
    naming.bind_name(made, "Rowan", None)
    file = tmp_path / "squad" / "data" / "raw" / "bar_speed.csv"
    file.write_text(SETS, encoding="utf-8")
    assert [outcome.state for outcome in intake.ingest(made, intake.files_below([file]))] == ["taken"]
    return made


def call(workspace: Workspace, *words: str):
    return CliRunner().invoke(main, [*words, "--workspace", str(workspace.folder)])


def test_a_copy_has_its_parameters_set_and_is_otherwise_the_notebook(workspace):
    made = new_notebook(workspace, "my-question", "load_velocity", athlete="Rowan", until="2026-07-05")
    original = read_notebook(sources(workspace)["load_velocity"])
    copy = read_notebook(made.path)
    rowan = workspace.athlete_id("Rowan")
    assert made.path == workspace.folder / "notebooks" / "explore" / "my-question.ipynb"
    set_now = {name: one.default for name, one in parameters_of(copy).items()}
    asked = {name: one.default for name, one in parameters_of(original).items()}
    assert set_now == asked | {"athlete": rowan, "until": "2026-07-05"}
    assert len(copy.cells) == len(original.cells)
    differing = [new.source for new, old in zip(copy.cells, original.cells, strict=True) if new.source != old.source]
    assert len(differing) == 1, "the parameters alone"
    assert "# id, name or alias" in differing[0], "the comments stay"


@pytest.mark.parametrize("source", ["02_load_velocity", "load_velocity.ipynb", "load_velocity"])
def test_a_notebook_is_known_by_its_name_with_or_without_number(workspace, source):
    assert new_notebook(workspace, "mine", source).path.exists()


def test_every_shipped_notebook_can_be_copied(workspace):
    shipped = sorted((ROOT / "notebooks").rglob("*.ipynb"))
    for source in list(sources(workspace)):
        made = new_notebook(workspace, f"my-{source}", source, until="2026-07-05")
        assert parameters_of(read_notebook(made.path))["until"].default == "2026-07-05"
    assert len(list((workspace.folder / "notebooks").rglob("my-*.ipynb"))) == len(shipped)


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("mine", "load_velocty", "Did you mean 'load_velocity'?"),
        ("mine", "zzz", "There are: athlete_week, "),
        ("../mine", "load_velocity", "cannot name a notebook"),
        ("load_velocity", "load_velocity", "Choose another name"),
    ],
)
def test_a_wrong_name_is_a_sentence_and_nothing_is_written(workspace, name, source, said):
    with pytest.raises(UsageProblem, match=re.escape(said)):
        new_notebook(workspace, name, source)
    assert not list((workspace.folder / "notebooks").rglob("*.ipynb"))


def test_a_wrong_athlete_or_day_is_a_sentence(workspace):
    with pytest.raises(UnknownAthlete, match="'Rown' is no athlete"):
        new_notebook(workspace, "mine", "load_velocity", athlete="Rown")
    with pytest.raises(UsageProblem, match="is not a date"):
        new_notebook(workspace, "mine", "load_velocity", until="tomorrow")
    with pytest.raises(UsageProblem, match=r"about the whole squad\. Leave --athlete out"):
        new_notebook(workspace, "mine", "transfer", athlete="Rowan")


def test_a_notebook_of_that_name_is_never_overwritten(workspace):
    made = new_notebook(workspace, "mine", "load_velocity")
    before = made.path.read_bytes()
    with pytest.raises(UsageProblem, match="There is a notebook 'mine' already"):
        new_notebook(workspace, "mine", "first_look")
    assert made.path.read_bytes() == before


def test_the_command_says_where_the_notebook_is_and_how_to_go_on(workspace):
    explored = call(workspace, "new", "my-question", "--from", "load_velocity", "--athlete", "Rowan")
    assert explored.exit_code == 0, explored.output
    assert "explore/my-question.ipynb" in explored.output
    assert "workbook lab" in explored.output
    assert "workbook report" not in explored.output
    reported = call(workspace, "new", "my-report", "--from", "athlete_week", "--athlete", "Rowan")
    assert "workbook report my-report --athlete Rowan" in reported.output
    assert 'report = "my-report"' in reported.output
    misspelt = call(workspace, "new", "mine", "--from", "athlete_weak")
    assert (misspelt.exit_code, "Did you mean 'athlete_week'?" in misspelt.output) == (2, True)
    as_json = call(workspace, "new", "mine", "--from", "squad_week", "--json")
    assert json.loads(as_json.output)["kind"] == "reports"


def test_a_metric_of_ones_own_becomes_a_report_that_renders_and_is_planned(workspace):
    notebook = workspace.folder / "notebooks" / "reports" / "speed_kept.ipynb"
    write(notebook, "# md\n# Speed kept", OWN_METRIC, OWN_START, OWN_SECTION)
    config = workspace.folder / "workbook.toml"
    planned = re.sub(r"(?s)\[\[reports\]\].*", '[[reports]]\nreport = "speed_kept"\n', config.read_text())
    config.write_text(planned, encoding="utf-8")
    due = call(workspace, "run", "--due", "--as-of", "2026-07-05")
    assert due.exit_code == 0, due.output
    page = workspace.folder / "reports" / "speed_kept" / "2026-07-05" / f"{workspace.athlete_id('Rowan')}.html"
    assert "The last rep kept 89 % of the first." in " ".join(page.read_text(encoding="utf-8").split())
    (section,) = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))["sections"]
    assert section["facts"][0]["estimate"] == pytest.approx(100 * 0.62 / 0.70)


def test_a_copied_report_names_itself_in_its_facts(workspace):
    made = new_notebook(workspace, "my-report", "athlete_week", athlete="Rowan", until="2026-07-05")
    assert any('Page("my-report"' in cell.source for cell in nbformat.read(made.path, as_version=4).cells)
    done = call(workspace, "report", "my-report", "--athlete", "Rowan", "--as-of", "2026-07-05")
    assert done.exit_code == 0, done.output
    (facts,) = (workspace.folder / "reports" / "my-report").rglob("*.json")
    assert json.loads(facts.read_text(encoding="utf-8"))["report"] == "my-report"


def test_an_old_module_name_renders_and_is_said_by_the_run_and_not_on_the_page(workspace):
    old = OWN_START.replace("analysis.base.blocks", "analysis.blocks")
    assert old != OWN_START
    write(workspace.folder / "notebooks" / "reports" / "speed_kept.ipynb", OWN_METRIC, old, OWN_SECTION)
    words = ("report", "speed_kept", "--athlete", "Rowan", "--as-of", "2026-07-05")
    said = call(workspace, *words)
    assert said.exit_code == 0, said.output
    assert re.search(r"(?m)^warnings  \S+\.log$", said.output)
    log = Path(json.loads(call(workspace, *words, "--json").output)["log"])
    assert "analysis.blocks is analysis.base.blocks now" in log.read_text(encoding="utf-8")
    (page,) = (workspace.folder / "reports" / "speed_kept").rglob("*.html")
    shown = page.read_text(encoding="utf-8")
    assert "The last rep kept 89" in shown
    assert not {word for word in ("Warning", "is analysis.base", "version 0.3") if word in shown}
