"""Pages that leave the house and the index of those that stay: what is in them, and what is not."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from report_notebooks import write_week

from analysis import open_workspace
from analysis.base.errors import ConsentMissing, UsageProblem
from analysis.base.tables import TABLES
from analysis.example import LAST_DAY
from analysis.report.engine.render import render
from analysis.report.index import PERIODS, _reason, write_index
from analysis.report.scripts import PLOTLY, put_library
from analysis.report.share import FORMS, share, shared

NOW = pd.Timestamp("2026-07-08T10:00", tz="UTC")
BIG = 200_000  # bytes of a page in a folder, at most
ATHLETE_PAGE = 60_000  # bytes


@pytest.fixture
def squad(tmp_path):
    """A workspace with two athletes and a page of one report each, written by hand."""
    plan = '[[reports]]\nreport = "athlete_week"\n'
    (tmp_path / "workbook.toml").write_text(f'squad = "Grove"\ntime_zone = "Europe/Berlin"\n{plan}', encoding="utf-8")
    workspace = open_workspace(tmp_path)
    consents = {"alder1": "squad", "birch1": ""}
    rows = [{"athlete_id": one, "name": one[:-1].title(), "consent": said} for one, said in consents.items()]
    workspace.store.put("athletes", pd.DataFrame(rows))
    yield workspace
    workspace.store.close()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Path:
    """A page of an own notebook, with figures, among the reports."""
    folder = tmp_path_factory.mktemp("drawn")
    notebook, page = write_week(folder / "week.ipynb"), folder / "page.html"
    render(notebook, {}, page, workspace=folder, library="../plotly.min.js", engine="in-process")
    return page


def page_at(workspace, athlete_id: str, until: str = "2026-07-05", report: str = "athlete_week") -> Path:
    path = workspace.reports_folder / report / until / f"{athlete_id}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("<p>A page.", encoding="utf-8")
    return path


def failed(workspace, athlete_id: str, error: str | None, state: str = "failed") -> None:
    row = {
        **{"report": "athlete_week", "athlete_id": athlete_id, "until": pd.Timestamp("2026-07-05"), "run": "r"},
        **{"state": state, "attempts": 0, "seconds": None, "error": error, "rests_on": "{}", "page_hash": None},
        "changed_at": NOW,
    }
    workspace.store.put("pages", pd.DataFrame([row]))


def words(path: Path) -> str:
    text = re.sub(r"<style>.*?</style>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


# --- forms --------------------------------------------------------------------------------------------------------


def test_pages_among_the_reports_are_small_and_have_one_plotly_for_all(squad_workspace):
    reports = squad_workspace.folder / "reports"
    assert [path.relative_to(reports).as_posix() for path in reports.rglob("*.js")] == [PLOTLY]
    for page in reports.glob("*/*/*.html"):
        assert page.stat().st_size <= BIG, page
        assert 'id="plotly">' not in page.read_text(encoding="utf-8")


def test_the_page_of_an_athlete_is_one_light_file_without_a_script_in_every_form(squad_workspace):
    page = squad_workspace.page("Alder")
    assert len(page.html.encode()) <= ATHLETE_PAGE
    assert shared(page.path, "single") == shared(page.path, "folder") == page.html
    assert "<script" not in page.html
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page.html)[1]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")


def test_a_single_file_holds_plotly_and_its_policy_knows_it_by_its_hash(drawn):
    single = shared(drawn, "single")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', single)[1]
    assert single.startswith("<!doctype html>")
    assert len(single.encode()) <= 2_500_000
    assert "self" not in policy
    assert "file:" not in policy
    assert policy.count("'sha256-") == 2
    assert "data-address" not in single


def test_a_page_that_is_single_already_stays_as_it_is(drawn, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(shared(drawn, "single"), encoding="utf-8")
    assert shared(page, "single") == page.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", [form for form in FORMS if form != "locked"])
def test_what_is_delivered_is_of_one_athlete_and_leads_nowhere(squad_workspace, tmp_path, form):
    whose = squad_workspace.ids["Alder"]
    done = share(squad_workspace.workspace, "athlete_week", "Alder", form, tmp_path)
    delivered = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != PLOTLY]
    assert delivered == [done.path]
    text = done.path.read_text(encoding="utf-8")
    others = {name: one for name, one in squad_workspace.ids.items() if one != whose}
    told = re.sub(r'id="plotly">[^<]*', "", text)  # in a million letters of packed code any four stand somewhere
    assert [one for one in others.values() if one in told or one in done.path.name] == []
    assert [name for name in others if re.search(rf"\b{name}\b", told)] == []
    for trace in (str(squad_workspace.folder), "/home/", "/tmp/", ".ipynb", "Traceback", "<a href"):
        assert trace not in told


def test_the_squads_page_leads_to_pages_beside_it_until_it_is_shared(squad_workspace, tmp_path):
    page = squad_workspace.squad_page
    links = re.findall(r'<a href="([^"]*)"', page.html)
    assert links
    assert all((page.path.parent / link).is_file() for link in links)
    done = share(squad_workspace.workspace, "squad_week", None, "single", tmp_path)
    text = done.path.read_text(encoding="utf-8")
    told = re.sub(r'id="plotly">[^<]*', "", text)
    assert "<a " not in told
    assert "Alder" in told
    assert [one for one in squad_workspace.ids.values() if one in told] == []


def test_a_locked_page_comes_with_a_passphrase_that_is_in_no_file(squad_workspace, tmp_path):
    done = share(squad_workspace.workspace, "athlete_week", "Alder", "locked", tmp_path)
    assert done.path.name.endswith("_locked.html")  # it does not replace a page that is shared in the open
    assert len(done.passphrase) == 29
    for path in [*tmp_path.rglob("*"), *squad_workspace.folder.rglob("*")]:
        if path.is_file():
            assert done.passphrase.encode() not in path.read_bytes()
    assert done.path.stat().st_size <= 2_500_000
    assert "Alder" not in done.path.read_text(encoding="utf-8")


def test_the_page_of_somebody_who_withdrew_is_not_shared(squad, tmp_path):
    page_at(squad, "alder1")
    page_at(squad, "birch1")
    with pytest.raises(ConsentMissing, match="a page of their own"):
        share(squad, "athlete_week", "alder1", "single", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert share(squad, "athlete_week", "birch1", "single", tmp_path / "out").path.is_file()


def test_the_latest_page_is_shared_or_the_latest_up_to_a_day(squad, tmp_path):
    for until in ("2026-06-28", "2026-07-05"):
        page_at(squad, "birch1", until)
    out = tmp_path / "out"
    assert share(squad, "athlete_week", "birch1", "single", out).path.name == "athlete_week_2026-07-05_birch1.html"
    assert share(squad, "athlete_week", "birch1", "folder", out, "2026-07-04").until == "2026-06-28"
    assert (out / "athlete_week" / "2026-06-28" / "birch1.html").is_file()
    with pytest.raises(UsageProblem, match="workbook report athlete_week --athlete birch1"):
        share(squad, "athlete_week", "birch1", "single", out, "2026-06-01")


def test_a_page_is_not_shared_into_the_folder_of_reports(squad):
    page_at(squad, "birch1")
    with pytest.raises(UsageProblem, match="among the reports"):
        share(squad, "athlete_week", "birch1", "folder", squad.reports_folder)


def test_what_cannot_be_shared_is_said(tmp_path):
    with pytest.raises(UsageProblem, match="no page"):
        shared(tmp_path / "none.html", "single")
    with pytest.raises(UsageProblem, match="'zip' is no form"):
        shared(tmp_path / "none.html", "zip")
    with pytest.raises(UsageProblem, match="every locked page has one"):
        shared(tmp_path / "none.html", "locked")


def test_a_damaged_plotly_is_put_right_and_a_whole_one_is_left_alone(tmp_path):
    put_library(tmp_path)
    whole = (tmp_path / PLOTLY).stat()
    put_library(tmp_path)
    assert (tmp_path / PLOTLY).stat().st_ino == whole.st_ino
    (tmp_path / PLOTLY).write_text("cut", encoding="utf-8")
    put_library(tmp_path)
    assert (tmp_path / PLOTLY).stat().st_size == whole.st_size


# --- the index ----------------------------------------------------------------------------------------------------


def test_the_index_lists_pages_by_period_and_says_what_is_due_next(squad):
    for until in ("2026-06-28", "2026-07-05"):
        page_at(squad, "alder1", until)
    page_at(squad, "squad", report="squad_week")
    index = write_index(squad, NOW)
    links = re.findall(r'<a href="([^"]*)"', index.read_text(encoding="utf-8"))
    assert all((index.parent / link).is_file() for link in links)
    assert len(links) == 3
    said = words(index)
    assert "Athlete week Next due on Monday, 13 July 2026, at 06:00. To 5 July 2026 Alder" in said
    assert "To 28 June 2026, 1 page Alder" in said
    assert "Squad week Not planned in workbook.toml. To 5 July 2026 The squad" in said


def test_the_index_says_what_failed_and_why(squad):
    page_at(squad, "alder1")
    failed(squad, "alder1", "notebook.ipynb took longer than its 300 s and was ended.")
    failed(squad, "birch1", None, state="in work")
    said = words(write_index(squad, NOW))
    assert "Alder ▼ Not made anew: notebook.ipynb took longer than its 300 s and was ended." in said
    assert "Birch ▼ No page: A run was ended while it was in work." in said


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (
            "Cell 4 of week.ipynb (fit(sets)) stopped with ValueError: body mass 61.5 kg. Correct the notebook.",
            "Cell 4 of week.ipynb stopped with ValueError.",
        ),
        (
            "KeyError: 61.5. `workbook report` for this page alone shows where.",
            "The workbook itself stopped with KeyError.",
        ),
        ("There is no report 'x'; there are: y.", "There is no report 'x'; there are: y."),
    ],
)
def test_the_reason_holds_nothing_of_what_the_data_said(error, why):
    assert _reason(error) == why


def test_the_index_of_an_empty_workspace_says_what_to_do(squad):
    assert "No page yet. workbook run --due makes what is due." in words(write_index(squad, NOW))


def test_older_periods_are_counted_when_they_are_not_listed(squad):
    for day in pd.date_range("2026-01-04", periods=PERIODS + 2, freq="7D"):
        page_at(squad, "alder1", day.date().isoformat())
    index = write_index(squad, NOW)
    assert index.read_text(encoding="utf-8").count("<a href") == PERIODS
    assert "2 older periods are in the folder" in words(index)


def test_a_run_leaves_an_index_of_its_pages_that_tells_no_health_data(squad_workspace):
    index = squad_workspace.folder / "reports" / "index.html"
    said = words(index)
    links = set(re.findall(r'<a href="([^"]*)"', index.read_text(encoding="utf-8")))
    assert f"athlete_week/{LAST_DAY}/{squad_workspace.ids['Alder']}.html" in links
    assert f"squad_week/{LAST_DAY}/squad.html" in links
    assert "No page" not in said
    sentences = [fact["sentence"] for fact in squad_workspace.page("Alder").facts.values()]
    assert [sentence for sentence in sentences if sentence in said] == []
    assert [column for column in TABLES["wellness"].columns if f" {column.name} " in said] == []


def test_the_index_runs_nothing_and_hostile_names_stay_text(squad):
    rows = [{"athlete_id": "elm1", "name": "<script>alert(1)</script>", "consent": ""}]
    squad.store.put("athletes", pd.DataFrame(rows))
    page_at(squad, "elm1")
    text = write_index(squad, NOW).read_text(encoding="utf-8")
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert json.dumps("http")[1:-1] not in re.sub("http-equiv", "", text)
