"""What pages told is kept as it was told: once, by the run that publishes, and gone with its athlete."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
import report_notebooks
from test_bundle import UNTIL, squad, squad_in  # noqa: F401 - a fixture

from analysis import open_workspace
from analysis.base.errors import RenderFailed
from analysis.base.tables import TABLES
from analysis.models.change import Claim
from analysis.models.change.kept import became
from analysis.privacy import backup, erasure, takeaway
from analysis.report.claims import claims_of_page, not_kept
from analysis.report.due import Job
from analysis.report.engine import fan_out
from analysis.store import DATABASE, Store
from analysis.workspace import verdicts

pytestmark = pytest.mark.usefixtures("one_warm_parent")

SUBJECT = "romanian_deadlift.speed_at_60kg"
TOLD = {
    "state": "clearly better",
    "found_on": "2026-05-31",
    "since": "2026-05-18",
    "level": 0.79,
    "before": 0.71,
    "unit": "m/s",
}
TELLS = """\
from analysis import open_workspace
from analysis.base.blocks import Fact
from analysis.report.page import Page

level = len(open_workspace().athlete(athlete_id, until=until).sets) / 10
page = Page("tells", subject=athlete_id, name="A", period=until, until=until)
told = {"level": level, "before": 0.0, "unit": "m/s", "since": "2026-05-18", "found_on": FOUND_ON}
with page.section("told", "What changed?"):
    page.show(Fact("deadlift.speed", "It rose.", "better", **told), Fact("hop.sides", "As before.", "steady", **told))
"""
JOB = Job("tells", "alder1", UNTIL)


def facts(*told: dict, folder: Path, schema: int = 2) -> Path:
    """A page with these facts beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "squad.html"
    page.with_suffix(".json").write_text(json.dumps({"schema": schema, "sections": [{"facts": list(told)}]}))
    return page


def fact(subject: str, **more) -> dict:
    return {"subject": subject, **TOLD, **more}


# --- from the facts beside a page --------------------------------------------------------------------------------


def test_a_page_of_an_athlete_tells_its_changes_and_nothing_else(tmp_path):
    quiet = {"state": "steady", "found_on": None, "since": None}
    page = facts(fact(SUBJECT), fact("sprint_20m", **quiet), fact("hop.sides", state=None), folder=tmp_path)
    (row,) = claims_of_page(Job("athlete_week", "k3vd", "2026-06-07"), page).to_dict("records")
    assert (row["athlete_id"], row["subject"], row["report"]) == ("k3vd", SUBJECT, "athlete_week")
    assert (row["state"], row["level"], row["before"], row["unit"]) == ("clearly better", 0.79, 0.71, "m/s")
    days = [f"{row[name]:%m-%d}" for name in ("found_on", "since", "first_told")]
    assert days == ["05-31", "05-18", "06-07"]


def test_a_page_of_the_squad_tells_its_reasons_to_talk_by_athlete(tmp_path):
    of_table, of_nobody = fact(f"k3vd.{SUBJECT}"), fact("talk.found", state=None, found_on=None)
    page = facts(of_nobody, fact(f"talk.k3vd.{SUBJECT}"), fact(f"talk.b2.{SUBJECT}"), of_table, folder=tmp_path)
    told = claims_of_page(Job("squad_week", "", "2026-06-07"), page)
    assert told[["athlete_id", "subject"]].values.tolist() == [["k3vd", SUBJECT], ["b2", SUBJECT]]


@pytest.mark.parametrize("wrong", [{"found_on": "soon"}, {"level": "high"}, {"since": None}])
def test_a_change_that_cannot_be_kept_is_refused_in_a_sentence(tmp_path, wrong):
    page = facts(fact(SUBJECT, **wrong), folder=tmp_path)
    with pytest.raises(RenderFailed, match=r"cannot be kept: .*Correct the notebook"):
        claims_of_page(Job("own", "k3vd", "2026-06-07"), page)


def test_the_same_change_found_by_another_look_is_not_told_anew(tmp_path):
    kept = claims_of_page(JOB, facts(fact(SUBJECT), folder=tmp_path))
    seen = [{}, {"found_on": "2026-06-07"}, {"since": "2026-05-21"}, {"level": 0.6}]
    new = [len(not_kept(claims_of_page(JOB, facts(fact(SUBJECT, **one), folder=tmp_path)), kept)) for one in seen]
    assert new == [0, 0, 1, 1]


# --- by the run that publishes -----------------------------------------------------------------------------------


def tells(opened, found_on: str = "2026-05-31") -> None:
    path = opened.folder / "notebooks" / "reports" / "tells.ipynb"
    report_notebooks.write(path, TELLS.replace("FOUND_ON", repr(found_on)))


@pytest.fixture(scope="module")
def told_once(tmp_path_factory) -> Path:
    opened = squad_in(tmp_path_factory.mktemp("told") / "squad")
    tells(opened)
    jobs = [JOB, Job("tells", "birch1", UNTIL)]
    assert {done.state for done in fan_out.render_all(opened, jobs, 2, False)} == {"rendered"}
    opened.store.close()
    return opened.folder


@pytest.fixture
def told(told_once, tmp_path):
    """A squad of whom one page told one change each."""
    opened = open_workspace(shutil.copytree(told_once, tmp_path / "squad"))
    yield opened
    opened.store.close()


def test_the_process_that_publishes_keeps_what_pages_of_workers_told(told):
    rows = told.store.frame("claims")
    assert rows[["athlete_id", "subject"]].values.tolist() == [[one, "deadlift.speed"] for one in ("alder1", "birch1")]
    assert told.store.revision("alder1") == told.store.revisions()["alder1"]


def test_the_first_telling_stays_whatever_is_told_later(told):
    before, revision = told.store.frame("claims"), told.store.revision("alder1")
    told.store.drop("sets", athlete_id=["alder1", "birch1"])
    for job in (JOB, Job("tells", "alder1", "2026-06-14")):
        assert fan_out.render_job(told, job, force=True).state == "rendered"
    pd.testing.assert_frame_equal(told.store.frame("claims"), before)
    assert told.store.revision("alder1") == revision
    tells(told, "2026-06-14")
    assert fan_out.render_job(told, Job("tells", "alder1", "2026-06-14"), force=False).state == "rendered"
    assert told.store.frame("claims", ["alder1"])["found_on"].dt.strftime("%m-%d").tolist() == ["05-31", "06-14"]


def test_a_page_whose_change_cannot_be_kept_fails_and_stops_no_other(told):
    tells(told, "soon")
    done = {one.job: one for one in fan_out.render_all(told, [JOB, Job("tells", "birch1", UNTIL)], 2, False)}
    assert {one.state for one in done.values()} == {"failed"}
    assert "cannot be kept" in done[JOB].error
    assert set(told.store.frame("pages")["state"]) == {"failed"}


def test_a_page_elsewhere_is_not_published_and_tells_nothing(squad, tmp_path):  # noqa: F811
    tells(squad)
    assert fan_out.render_job(squad, JOB, force=False, output=tmp_path / "mine.html").state == "rendered"
    assert squad.store.frame("claims").empty


# --- who sees them -----------------------------------------------------------------------------------------------


def test_a_page_of_the_squad_sees_what_pages_of_earlier_days_told(told, tmp_path):
    assert told.everyone(UNTIL).ledger["claims"].empty
    later = told.everyone("2026-06-14")
    assert later.ledger["claims"]["athlete_id"].tolist() == ["alder1", "birch1"]
    told.pack_squad(_new(tmp_path / "packed"), "2026-06-14")
    packed = open_workspace(tmp_path / "packed").everyone("2026-06-14")
    pd.testing.assert_frame_equal(packed.ledger["claims"], later.ledger["claims"])
    assert packed.fingerprint == later.fingerprint


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_who_is_not_shown_to_the_squad_has_no_claim_on_its_pages(told):
    rows = told.store.frame("athletes", ["alder1"]).assign(consent="report")
    told.store.put("athletes", rows)
    assert told.everyone("2026-06-14").ledger["claims"]["athlete_id"].tolist() == ["birch1"]


def test_what_pages_told_is_taken_away_backed_up_and_gone_with_its_athlete(told, tmp_path):
    told.store.put(
        "verdicts_before", pd.DataFrame({"athlete_id": ["alder1"], "subject": [SUBJECT], "state": ["better"]})
    )
    taken = takeaway.export(told, "Alder", tmp_path / "hers")
    assert (taken.rows["claims"], taken.rows["verdicts_before"]) == (1, 1)
    backup.back_up(told, tmp_path / "kept.zip")
    backup.restore(tmp_path / "kept.zip", tmp_path / "again")
    again = open_workspace(tmp_path / "again")
    pd.testing.assert_frame_equal(again.store.frame("claims"), told.store.frame("claims"))
    again.store.close()
    erased = erasure.erase(told, "Alder", raw=True)
    assert (erased.rows["claims"], erased.rows["verdicts_before"], erased.left) == (1, 1, [])
    assert told.store.frame("claims")["athlete_id"].tolist() == ["birch1"]


# --- what became of them -----------------------------------------------------------------------------------------


def claim(found_on: str, *, rises: bool = True, withdrawn: str | None = None) -> Claim:
    day = pd.Timestamp(found_on)
    gone = None if withdrawn is None else pd.Timestamp(withdrawn)
    return Claim(day, day - pd.Timedelta(days=13), rises, gone, day + pd.Timedelta(days=56))


@pytest.mark.parametrize(
    ("today", "what"),
    [
        ([claim("2026-05-03")], "held"),
        ([claim("2026-05-03", withdrawn="2026-06-07")], "held"),
        ([claim("2026-05-03", withdrawn="2026-05-31")], "gone"),
        ([claim("2026-05-03"), claim("2026-05-24", rises=False)], "gone"),
        ([claim("2026-05-03"), claim("2026-05-24")], "held"),
        ([claim("2026-05-10")], "moved by later data"),
        ([claim("2026-05-03", rises=False)], "moved by later data"),
        ([], "moved by later data"),
    ],
)
def test_what_a_page_told_held_is_gone_or_was_moved(today, what):
    assert became(today, pd.Timestamp("2026-05-03"), True) == what


# --- a store of version 0.1 --------------------------------------------------------------------------------------


def old(folder: Path, until: str, schema: int = 1, **state: str | None) -> Path:
    """The facts of a page of the squad, with the verdict on one series of each athlete."""
    said = [{"subject": f"{whose}.{SUBJECT}", "state": word} for whose, word in state.items()]
    return facts(*said, folder=folder / "squad_week" / until, schema=schema)


def test_the_newest_page_of_that_version_speaks(tmp_path):
    old(tmp_path, "2026-06-28", k3vd="better")
    old(tmp_path, "2026-07-05", k3vd="about the same", b2="worse")
    old(tmp_path, "2026-07-12", schema=2, k3vd="steady")
    old(tmp_path, "2026-07-19").with_suffix(".json").write_text('{"schema": 1')
    said = verdicts.verdicts_of_last_page(tmp_path)
    assert said.values.tolist() == [["k3vd", SUBJECT, "about the same"], ["b2", SUBJECT, "worse"]]
    assert verdicts.verdicts_of_last_page(tmp_path / "nowhere").empty


def test_of_facts_without_a_state_only_a_difference_of_the_sides_is_a_verdict(tmp_path):
    said = [{"subject": f"k3vd.{name}", "state": None} for name in ("hop.sides", "no_data")]
    facts(
        *said,
        {"subject": "talk.k3vd.sprint_20m", "state": "worse"},
        folder=tmp_path / "squad_week" / "2026-07-05",
        schema=1,
    )
    kept = verdicts.verdicts_of_last_page(tmp_path)
    assert kept["subject"].tolist() == ["hop.sides", "sprint_20m"]
    assert kept["state"].isna().tolist() == [True, False]


@pytest.fixture
def of_version_0_1(tmp_path) -> Path:
    """A workspace whose store is of that version."""
    (tmp_path / "data" / "store").mkdir(parents=True)
    (tmp_path / "workbook.toml").write_text('time_zone = "Pacific/Auckland"\n')
    with closing(sqlite3.connect(tmp_path / "data" / "store" / DATABASE)) as store:
        store.executescript((Path(__file__).parent / "stores" / "1.sql").read_text())
    return tmp_path


def test_the_upgrade_keeps_its_day_and_the_verdicts_of_athletes_who_are_there(of_version_0_1):
    old(of_version_0_1 / "reports", "2026-07-05", h3jp="better", nobody="worse")
    opened = open_workspace(of_version_0_1)
    assert abs(opened.judged_anew_on - opened.today()) <= pd.Timedelta(days=1)
    opened.store.keep_fact("judged_anew_at", "2026-07-05T20:00:00+00:00")
    opened.store.close()
    old(of_version_0_1 / "reports", "2026-07-05", h3jp="worse")
    again = open_workspace(of_version_0_1)
    assert again.store.frame("verdicts_before").values.tolist() == [["h3jp", SUBJECT, "better"]]
    assert f"{again.judged_anew_on:%m-%d}" == "07-06"  # where the squad is


def test_a_new_store_and_one_of_this_layout_were_never_judged_by_another_rule(tmp_path):
    store = Store.open(tmp_path / "new", lambda: pytest.fail("there is nothing to ask"))
    assert (store.judged_anew_at, store.frame("verdicts_before").empty) == (None, True)
    store.close()
    (tmp_path / "this").mkdir()
    with closing(sqlite3.connect(tmp_path / "this" / DATABASE)) as database:
        database.executescript((Path(__file__).parent / "stores" / "2.sql").read_text())
    store = Store.open(tmp_path / "this")
    assert store.judged_anew_at is None
    assert len(store.frame("claims")) == 1
    store.close()


@pytest.mark.sqlite("looks into the file of an older version after it could not be opened")
def test_an_upgrade_that_fails_while_the_verdicts_are_read_leaves_the_store(of_version_0_1):
    place = of_version_0_1 / "data" / "store"
    with pytest.raises(OSError, match="gone"):
        Store.open(place, lambda: (_ for _ in ()).throw(OSError("gone")))
    with closing(sqlite3.connect(place / DATABASE)) as store:
        tables = {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "claims" not in tables
    Store.open(place).close()


def test_the_tables_of_what_pages_told_are_of_one_athlete_each():
    assert TABLES["claims"].of_one_athlete
    assert TABLES["verdicts_before"].of_one_athlete
