"""The manifest: what stands is left alone unread, what died is begun again, what keeps dying is set aside."""

import pytest
import report_notebooks
from test_bundle import UNTIL, squad  # noqa: F401 - a fixture

from analysis.base.errors import RenderFailed, UsageProblem
from analysis.report.due import Job
from analysis.report.engine import fan_out, manifest
from analysis.report.engine.manifest import Manifest
from analysis.workspace import Workspace

pytestmark = pytest.mark.usefixtures("one_warm_parent")

PLAIN = """\
from analysis import open_workspace
from analysis.base.blocks import Text
from analysis.report.page import Page

athlete = open_workspace().athlete(athlete_id, until=until)
page = Page("plain", subject=athlete_id, name=athlete.name, period=until, until=until)
with page.section("seen", "What did I do?"):
    page.show(Text(f"{len(athlete.sets)} sets"))
"""
JOB = Job("plain", "alder1", UNTIL)


@pytest.fixture
def made(squad):  # noqa: F811
    """A squad with one page."""
    report_notebooks.write(squad.folder / "notebooks" / "reports" / "plain.ipynb", PLAIN)
    done = fan_out.render_job(squad, JOB, force=False)
    assert done.state == "rendered", done.error
    return squad


def test_an_unchanged_page_costs_no_reading_of_the_athlete(made, monkeypatch):
    for name in ("athlete", "everyone", "pack"):
        monkeypatch.setattr(Workspace, name, lambda *_: pytest.fail("the data was read"))
    assert [done.state for done in fan_out.render_all(made, [JOB], 1, False)] == ["unchanged"]


def test_an_altered_page_is_made_anew(made):
    page = JOB.page(made)
    whole = page.read_text(encoding="utf-8")
    page.write_text(whole.replace("1 sets", "9 sets"), encoding="utf-8")
    assert "altered" in manifest.explained(made, page)[-1]
    assert fan_out.render_job(made, JOB, force=False).state == "rendered"
    assert "1 sets" in page.read_text(encoding="utf-8")


def test_a_commit_that_changes_nothing_on_the_page_leaves_it(made):
    alias = made.store.frame("aliases").head(1).assign(external_name="A. Tree", athlete_id="alder1")
    made.store.put("aliases", alias)
    page = JOB.page(made)
    lines = manifest.explained(made, page)
    assert any(line.startswith("data ") and "CHANGED" in line for line in lines)
    assert fan_out.render_job(made, JOB, force=False).state == "unchanged"
    assert "Nothing has changed" in manifest.explained(made, page)[-1]


def test_the_manifest_says_what_became_of_a_page_and_is_no_data_of_the_athlete(made):
    revision = made.store.revision("alder1")
    fan_out.render_job(made, JOB, force=True)
    row = made.store.frame("pages").iloc[0]
    assert (row["state"], row["attempts"]) == ("rendered", 0)
    assert row["seconds"] > 0
    assert made.store.revision("alder1") == revision


def test_a_page_in_work_when_runs_died_is_begun_again_and_then_set_aside(made):
    resting = Manifest.read(made).entries[JOB].rests_on
    for _ in range(manifest.MOST_ATTEMPTS):
        Manifest.read(made).begin(JOB, resting)  # and the run dies
    with pytest.raises(RenderFailed, match="set aside"):
        Manifest.read(made).begin(JOB, resting)
    done = fan_out.render_job(made, JOB, force=False)
    assert done.state == "failed"
    assert "--force" in done.error
    assert fan_out.render_job(made, JOB, force=True).state == "rendered"


@pytest.mark.soak
def test_a_run_that_is_interrupted_leaves_no_page_in_work(made):
    jobs = [JOB, Job("plain", "birch1", UNTIL)]
    pages = fan_out.render_all(made, jobs, 1, True)
    next(pages)
    pages.close()
    assert "in work" not in set(made.store.frame("pages")["state"])


@pytest.mark.soak
def test_only_a_page_of_the_workspace_is_explained(made, tmp_path):
    with pytest.raises(UsageProblem, match="does not lie below"):
        manifest.explained(made, tmp_path / "x.html")
    with pytest.raises(UsageProblem, match="no page of this workspace"):
        manifest.explained(made, JOB.page(made).with_name("nobody.html"))
