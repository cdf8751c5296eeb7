"""Many pages: a failing one stops no other, an unchanged one is left alone, a changed one is made anew."""

import errno
import json
import os
import tempfile

import pytest
import report_notebooks
from drop_folder import BAR_SPEED, CONFIG, ROSTER, drop, workspace

from analysis.base.errors import RenderFailed, UsageProblem
from analysis.example import LAST_DAY
from analysis.report.due import Job, is_of_squad
from analysis.report.engine import fan_out
from analysis.report.engine import render as rendering
from analysis.report.engine.manifest import Manifest, explained
from analysis.report.engine.render import Rendered
from analysis.workspace import intake, shipped_notebooks

pytestmark = pytest.mark.usefixtures("one_warm_parent")

LOADS = """\
from analysis import open_workspace
from analysis.base.blocks import Text
from analysis.report.page import Page

athlete = open_workspace().athlete(athlete_id, until=until)
page = Page("loads", subject=athlete_id, name=athlete.name, period=until, until=until)
"""
SHOW = """\
with page.section("loads", "What did I lift?"):
    page.show(Text(f"Heaviest load: {athlete.sets['load_kg'].max():g} kg"))
"""
NOT_BIRCH = """\
import warnings

if athlete.name == "Birch":
    raise RuntimeError("no page for this one")
"""
TOTALS = """\
from analysis import open_workspace
from analysis.base.blocks import Text
from analysis.report.page import Page

squad = open_workspace().everyone(until)
page = Page("totals", subject="squad", name="Grove", period=until, until=until, audience="coach")
with page.section("loads", "What did we lift?"):
    page.show([Text(f"{one.name}: {len(one.sets)} sets") for one in squad.athletes])
"""
UNTIL = "2026-06-07"


@pytest.fixture
def squad(tmp_path):
    """Alder with a set, Birch with none, and a report that fails for Birch."""
    opened = workspace(tmp_path / "squad", CONFIG + 'reports_folder = "pages"\n')
    drop(opened.folder, "a.csv", ROSTER + "".join(f"{name},{name.lower()}1,,,,,\n" for name in ("Alder", "Birch")))
    grow(opened, 60)
    report_notebooks.write(opened.folder / "notebooks" / "reports" / "loads.ipynb", LOADS, NOT_BIRCH, SHOW)
    yield opened
    opened.store.close()


def grow(squad, load_kg: int) -> None:
    """One more set of Alder's."""
    drop(squad.folder, f"b_{load_kg}.csv", BAR_SPEED + f"Alder,2026-06-01,Deadlift,1,1,{load_kg},0.8\n")
    assert {o.state for o in intake.ingest(squad, intake.files_below([squad.raw_folder]))} <= {"taken", "known"}


def job(name: str) -> Job:
    return Job("loads", f"{name.lower()}1", UNTIL)


def test_one_athletes_failure_stops_no_other_and_leaves_its_reason(squad):
    done = {one.job.athlete_id: one for one in fan_out.render_all(squad, [job("Birch"), job("Alder")], 2, force=False)}
    assert (done["alder1"].state, done["birch1"].state) == ("rendered", "failed")
    assert "60 kg" in done["alder1"].path.read_text(encoding="utf-8")
    assert "no page for this one" in done["birch1"].error
    assert not done["birch1"].path.exists()
    (log,) = (squad.folder / "pages" / "log").iterdir()
    assert "RuntimeError" in log.read_text(encoding="utf-8")
    assert not (squad.folder / "reports").exists()


def test_a_page_that_cannot_be_planned_is_noted_as_failed(squad, monkeypatch):
    def full(*_bundle, **_said) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(fan_out, "_pack", full)
    (done,) = fan_out.render_all(squad, [job("Alder")], 1, force=False)
    entry = Manifest.read(squad).entries[job("Alder")]
    assert (done.state, entry.state, entry.error) == ("failed", "failed", done.error)
    assert "No space left" in done.error
    assert any("failed" in line for line in explained(squad, done.path))


def test_where_nobody_makes_pages_any_more_nothing_is_packed_for_the_others(squad, monkeypatch):
    list(fan_out.render_all(squad, [job("Alder")], 1, force=False))
    weeks_before = [Job("loads", "alder1", f"2026-05-{day}") for day in (17, 24, 31)]
    asked = []

    def render_each(requests, *_how):
        for request in requests:  # as many as are out on a cluster at a time
            asked.append(request)
            if len(asked) == 2:
                raise RenderFailed("The scheduler went away.")
        yield

    monkeypatch.setattr(fan_out, "render_each", render_each)
    done = list(fan_out.render_all(squad, [*weeks_before[:2], job("Alder"), weeks_before[2]], 1, force=False))
    assert [one.state for one in done] == ["failed", "failed", "unchanged", "failed"]
    assert {one.error for one in done if one.state == "failed"} == {"The scheduler went away."}
    assert len(asked) == 2


def test_pages_that_stand_are_told_before_the_first_one_is_made(squad, monkeypatch):
    list(fan_out.render_all(squad, [job("Alder")], 1, force=False))
    started = []

    def render_each(requests, *_how):
        for request in requests:
            started.append(request)
            yield request, {"failed": "Nobody is here."}

    monkeypatch.setattr(fan_out, "render_each", render_each)
    run = fan_out.render_all(squad, [job("Alder"), job("Birch")], 1, force=False)
    assert next(run).state == "unchanged"
    assert not started, "nothing is started before it has to be"
    assert [one.state for one in run] == ["failed"]
    assert len(started) == 1


@pytest.mark.soak
def test_a_page_is_made_anew_only_when_its_data_changed_or_it_is_forced(squad):
    first = fan_out.render_job(squad, job("Alder"), force=False)
    made = first.path.stat().st_mtime_ns
    assert fan_out.render_job(squad, job("Alder"), force=False).state == "unchanged"
    assert first.path.stat().st_mtime_ns == made
    grow(squad, 80)
    assert fan_out.render_job(squad, job("Alder"), force=False).state == "rendered"
    assert "80 kg" in first.path.read_text(encoding="utf-8")
    assert fan_out.render_job(squad, job("Alder"), force=True).state == "rendered"


@pytest.mark.soak
def test_a_page_of_the_squad_is_made_anew_when_any_athletes_data_changed(squad):
    report_notebooks.write(
        squad.folder / "notebooks" / "reports" / "totals.ipynb", TOTALS, parameters='until: str = "2026-07-05"'
    )
    first = fan_out.render_job(squad, Job("totals", "", UNTIL), force=False)
    assert first.path.name == "squad.html"
    assert json.loads(first.path.with_suffix(".json").read_text(encoding="utf-8"))["subject"] == "squad"
    assert fan_out.render_job(squad, Job("totals", "", UNTIL), force=False).state == "unchanged"
    grow(squad, 80)
    assert fan_out.render_job(squad, Job("totals", "", UNTIL), force=False).state == "rendered"
    assert "Alder: 2 sets" in first.path.read_text(encoding="utf-8")
    assert "Birch: 0 sets" in first.path.read_text(encoding="utf-8")
    assert (
        "has no parameter 'athlete_id'" in fan_out.render_job(squad, Job("totals", "alder1", UNTIL), force=True).error
    )


def test_a_page_whose_facts_are_damaged_is_made_anew(squad):
    page = job("Alder").page(squad)
    page.parent.mkdir(parents=True)
    page.write_text("old", encoding="utf-8")
    page.with_suffix(".json").write_text("{", encoding="utf-8")
    assert fan_out.render_job(squad, job("Alder"), force=False).state == "rendered"
    assert json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))["subject"] == "alder1"


def test_a_fault_of_the_workbook_fails_its_page_and_no_other(squad, monkeypatch):
    def faulty(*, parameters, output, **_more):
        if parameters["athlete_id"] == "birch1":
            raise ZeroDivisionError("division by zero")
        return Rendered(output, output.with_suffix(".json"), 0.1)

    monkeypatch.setattr(rendering, "render", faulty)
    pages = fan_out.render_all(squad, [job("Birch"), job("Alder")], 1, False, "kernel")
    done = {one.job.athlete_id: one for one in pages}
    assert done["alder1"].state == "rendered"
    assert done["birch1"].error.startswith("ZeroDivisionError: division by zero. `workbook report`")


def test_forks_are_not_promised_where_there_are_none(squad, monkeypatch):
    monkeypatch.setattr(fan_out, "can_fork", False)
    with pytest.raises(UsageProblem, match="cannot fork"):
        list(fan_out.render_all(squad, [job("Alder")], 1, False, "forked"))
    assert fan_out._chosen(None) == "kernel"


@pytest.mark.soak
def test_both_engines_make_the_same_page(squad):
    kept = {}
    for engine in ("kernel", "forked"):
        done = fan_out.render_job(squad, job("Alder"), force=True, engine=engine)
        assert done.state == "rendered", done.error
        facts = json.loads(done.path.with_suffix(".json").read_text(encoding="utf-8"))
        kept[engine] = facts | {"rendered_at": ""}, done.path.read_text(encoding="utf-8")
    assert kept["forked"] == kept["kernel"]


@pytest.mark.full
def test_both_engines_make_the_same_pages_of_the_example(squad_workspace, tmp_path):
    workspace, kept = squad_workspace.workspace, {}
    for engine in ("kernel", "forked"):
        for report in sorted(path.stem for path in (shipped_notebooks() / "reports").glob("*.ipynb")):
            of_squad = is_of_squad(workspace.notebook(report))
            asked = Job(report, "" if of_squad else squad_workspace.ids["Elm"], LAST_DAY)
            output = tmp_path / f"{report}.html"
            done = fan_out.render_job(workspace, asked, force=True, output=output, engine=engine)
            assert done.state == "rendered", done.error
            kept[engine, report] = output.read_text(encoding="utf-8")
    for engine, report in kept:
        assert kept[engine, report] == kept["kernel", report]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Job("lods", "alder1", UNTIL), "There is no report 'lods'"),
        (Job("loads", "elm1", UNTIL), "'elm1' is no athlete"),
        (Job("loads", "", UNTIL), "'' is no athlete"),
    ],
)
def test_a_job_that_cannot_work_is_a_failed_page_with_the_sentence(squad, broken, said):
    (done,) = fan_out.render_all(squad, [broken], 1, force=False)
    assert (done.state, done.done) == ("failed", False)
    assert said in done.error


def test_a_folder_that_cannot_be_written_is_a_failed_page(squad):
    (squad.folder / "pages").write_text("a file in the way", encoding="utf-8")
    done = fan_out.render_job(squad, job("Alder"), force=False)
    assert done.state == "failed"
    assert "cannot be written" in done.error


@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_without_a_temporary_folder_each_page_fails_in_words(squad, tmp_path, monkeypatch, engine):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    done = list(fan_out.render_all(squad, [job("Alder"), job("Birch")], 1, False, engine))
    assert [one.state for one in done] == ["failed", "failed"]
    assert all(one.error.startswith(str(tmp_path / "gone")) for one in done)
    assert all("cannot be written: No such file or directory" in one.error for one in done)


def test_a_page_tells_other_programs_what_became_of_it(tmp_path):
    facts = fan_out.Done(job("Alder"), tmp_path / "page.html", "failed", 1.234, "why").as_dict()
    assert facts == {
        "report": "loads",
        "athlete_id": "alder1",
        "until": UNTIL,
        "path": str(tmp_path / "page.html"),
        "state": "failed",
        "seconds": 1.23,
        "error": "why",
        "log": "",
    }
