"""A bundle: the same athlete as in the store, and nobody else, neither in what it opens nor on a page made of it."""

import json
from pathlib import Path

import pandas as pd
import pytest
import report_notebooks
from drop_folder import BAR_SPEED, CONFIG, ROSTER, drop, workspace

from analysis import open_workspace
from analysis.base import config as configuration
from analysis.base.config import Config
from analysis.base.errors import UnknownAthlete, UsageProblem
from analysis.report.due import Job
from analysis.report.engine import fan_out
from analysis.store import FileFacts
from analysis.workspace import Workspace, intake

pytestmark = pytest.mark.usefixtures("one_warm_parent")

UNTIL = "2026-06-07"
SPY = """\
import os
from pathlib import Path

from analysis import open_workspace
from analysis.base.blocks import Text
from analysis.report.page import Page

opened = open_workspace()
athlete = opened.athlete(athlete_id, until=until)
descriptors = Path("/proc/self/fd")
held = [os.readlink(link) for link in descriptors.iterdir() if link.exists()] if descriptors.is_dir() else []
stores = [path for path in held if "store.sqlite" in path] + list(Path(opened.folder).rglob("store.sqlite"))
page = Page("spy", subject=athlete_id, name=athlete.name, period=until, until=until)
"""
SHOW = """\
with page.section("seen", "Whom do I see?"):
    page.show(Text(f"Seen: {', '.join(opened.athletes()['name'])}; stores: {len(stores)}; sets: {len(athlete.sets)}"))
"""


def squad_in(folder: Path) -> Workspace:
    opened = workspace(folder, CONFIG)
    drop(opened.folder, "a.csv", ROSTER + "".join(f"{name},{name.lower()}1,,,,,\n" for name in ("Alder", "Birch")))
    rows = "".join(f"{name},2026-06-01,Deadlift,1,1,{load},0.8\n" for name, load in (("Alder", 60), ("Birch", 77)))
    drop(opened.folder, "b.csv", BAR_SPEED + rows)
    assert {o.state for o in intake.ingest(opened, intake.files_below([opened.raw_folder]))} == {"taken"}
    return opened


@pytest.fixture
def squad(tmp_path):
    opened = squad_in(tmp_path / "squad")
    yield opened
    opened.store.close()


@pytest.fixture
def packed(squad, tmp_path):
    folder = tmp_path / "packed"
    folder.mkdir()
    squad.pack("alder1", folder)
    return open_workspace(folder)


def test_an_athlete_of_a_bundle_is_the_athlete_of_the_store(squad, packed):
    here, there = packed.athlete("alder1", UNTIL), squad.athlete("alder1", UNTIL)
    for name, frame in there.frames.items():
        pd.testing.assert_frame_equal(here.frames[name], frame)
    pd.testing.assert_frame_equal(here.exclusions, there.exclusions)
    assert here.name == "Alder"


def test_nobody_else_is_in_a_bundle(packed):
    assert packed.athletes()["athlete_id"].tolist() == ["alder1"]
    with pytest.raises(UnknownAthlete):
        packed.athlete("birch1")
    content = b"".join(path.read_bytes() for path in packed.folder.rglob("*") if path.is_file())
    assert b"alder1" in content
    assert b"birch" not in content.lower()


FULL_CONFIG = (
    CONFIG
    + """
raw = "birch/drop"
[retention]
samples_days = 77
[[lifts]]
exercise = "deadlift"
name = "Deadlift"
anchor_load_kg = 60
anchor_by_athlete = { alder1 = 61.5, birch1 = 77.25, cedar1 = 88.75 }
[[checks]]
test_id = "sprint_20m"
name = "20 m sprint"
unit = "s"
swc = 0.05
[[reports]]
athletes = ["birch1"]
to = ["birch@example.org"]
[delivery]
sender = "birch@example.org"
[delivery.smtp]
host = "birch.example.org"
user = "birch"
[notify]
command = ["tell", "birch"]
to = ["birch@example.org"]
"""
)


@pytest.fixture
def configured(squad):
    """The same squad with all that a configuration may say."""
    (squad.folder / "workbook.toml").write_text(FULL_CONFIG, encoding="utf-8")
    return open_workspace(squad.folder)


def test_the_configuration_of_a_bundle_is_what_its_page_reads(configured, tmp_path):
    folder = tmp_path / "packed"
    folder.mkdir()
    here = configured.pack("alder1", folder, UNTIL)
    said = (folder / "bundle.json").read_text(encoding="utf-8").lower()
    for word in ("birch", "cedar", "77", "88.75", "@", "tell", "/drop"):
        assert word not in said, word
    there = open_workspace(folder).athlete("alder1", UNTIL)
    assert there.config.lift("deadlift").anchor_kg("alder1") == here.config.lift("deadlift").anchor_kg("alder1") == 61.5
    assert there.config.checks == here.config.checks
    assert there.fingerprint == here.fingerprint == configured.athlete("alder1", UNTIL).fingerprint


def test_the_load_of_somebody_else_makes_no_page_anew(configured):
    before = configured.athlete("alder1", UNTIL).fingerprint
    for old, new, same in (("77.25", "78.25", True), ("61.5", "62.5", False)):
        (configured.folder / "workbook.toml").write_text(FULL_CONFIG.replace(old, new), encoding="utf-8")
        assert (open_workspace(configured.folder).athlete("alder1", UNTIL).fingerprint == before) == same


def test_every_key_of_the_configuration_is_on_pages_or_is_not():
    """A new key is decided upon."""
    not_on_pages = {"store", "raw", "reports_folder", "retention", "reports", "delivery", "notify"}
    not_on_pages |= {"units", "ingest_before_run", "drop_folder", "drop_within_s", "form"}
    assert set(Config.model_fields) - not_on_pages == {*configuration._ON_PAGES, "lifts", "display"}


def test_a_bundle_holds_the_newest_watch_records(squad, tmp_path):
    session = squad.store.frame("sessions", ["alder1"]).iloc[0]["session_id"]
    for sha, speed in (("c" * 64, 3.0), ("d" * 64, 4.0)):
        facts = {
            "reader": "fit",
            "reader_version": 1,
            "dialect": "{}",
            "imported_at": pd.Timestamp("2026-06-08", tz="UTC"),
        }
        counts = dict.fromkeys(("rows_taken", "rows_rejected", "rows_waiting"), 0)
        samples = pd.DataFrame(
            {"session_id": session, "athlete_id": "alder1", "t_s": [0.0, 1.0], "seq": 0, "speed_m_s": speed}
        )
        revision = squad.store.revision("alder1")
        squad.store.append(FileFacts(sha, "run.fit", 1), facts | counts, {}, {"alder1": samples})
        assert squad.store.revision("alder1") == revision + 1
    folder = tmp_path / "packed"
    folder.mkdir()
    squad.pack("alder1", folder)
    athlete = open_workspace(folder).athlete("alder1", UNTIL)
    assert athlete.samples(session)["speed_m_s"].tolist() == [4.0, 4.0]
    assert athlete.samples("none").empty


def test_a_bundle_of_another_version_is_refused_in_words(packed):
    path = packed.folder / "bundle.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 99}))
    with pytest.raises(UsageProblem, match="version 99"):
        open_workspace(packed.folder)


@pytest.mark.soak
@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_the_process_of_a_page_has_no_store_and_sees_nobody_else(squad, engine):
    report_notebooks.write(squad.folder / "notebooks" / "reports" / "spy.ipynb", SPY, SHOW)
    done = fan_out.render_job(squad, Job("spy", "alder1", UNTIL), force=True, engine=engine)
    assert done.state == "rendered", done.error
    assert "Seen: Alder; stores: 0; sets: 1" in done.path.read_text(encoding="utf-8")


SQUAD_SPY = SPY.replace("athlete = opened.athlete(athlete_id, until=until)", "squad = opened.everyone(until)").replace(
    "subject=athlete_id, name=athlete.name", 'subject="squad", name="Grove"'
)
SQUAD_SHOW = """\
with page.section("seen", "Whom do I see?"):
    names = ", ".join(f"{one.name} {len(one.sets)}" for one in squad.athletes)
    page.show(Text(f"Seen: {names}; stores: {len(stores)}; pages: {sorted(opened.pages('plain', until))}"))
    page.show(Text(f"In reach: {', '.join(opened.athletes()['name'])}; withheld: {squad.withheld}"))
"""


@pytest.fixture
def grove(squad):
    """Alder and Birch, and Cedar, who agreed to an own page and not to be shown on the squad's."""
    drop(squad.folder, "c.csv", ROSTER + "Cedar,cedar1,,,report,,\n")
    drop(squad.folder, "d.csv", BAR_SPEED + "Cedar,2026-06-01,Deadlift,1,1,99,0.8\n")
    assert {o.state for o in intake.ingest(squad, intake.files_below([squad.raw_folder]))} <= {"taken", "known"}
    return squad


@pytest.fixture
def packed_squad(grove, tmp_path):
    folder = tmp_path / "packed"
    folder.mkdir()
    grove.pack_squad(folder, UNTIL, [("plain", "birch1"), ("plain", "cedar1")])
    return open_workspace(folder)


def test_a_squad_of_a_bundle_is_the_squad_of_the_store(grove, packed_squad):
    here, there = packed_squad.everyone(UNTIL), grove.everyone(UNTIL)
    assert [one.name for one in here.athletes] == ["Alder", "Birch"]
    assert here.fingerprint == there.fingerprint
    assert (here.withheld, there.withheld) == (1, 1)
    for name, frame in grove.squad(UNTIL).items():
        pd.testing.assert_frame_equal(packed_squad.squad(UNTIL)[name], frame)
    for name, frame in there.ledger.items():
        pd.testing.assert_frame_equal(here.ledger[name].reset_index(drop=True), frame.reset_index(drop=True))
    assert packed_squad.athlete("Birch", UNTIL).fingerprint == grove.athlete("Birch", UNTIL).fingerprint


def test_who_is_not_shown_to_the_squad_is_not_in_its_bundle(packed_squad):
    assert packed_squad.athletes()["name"].tolist() == ["Alder", "Birch"]
    assert packed_squad.pages("plain", UNTIL) == {"birch1"}
    assert not packed_squad.pages("plain", "2026-05-31")
    with pytest.raises(UnknownAthlete):
        packed_squad.athlete("Cedar")
    content = b"".join(path.read_bytes() for path in packed_squad.folder.rglob("*") if path.is_file())
    assert b"birch1" in content
    assert b"cedar" not in content.lower()


def test_the_configuration_of_a_squads_bundle_names_who_is_shown(grove, tmp_path):
    (grove.folder / "workbook.toml").write_text(FULL_CONFIG, encoding="utf-8")
    (tmp_path / "packed").mkdir()
    open_workspace(grove.folder).pack_squad(tmp_path / "packed", UNTIL)
    anchors = open_workspace(tmp_path / "packed").config.lift("deadlift").anchor_by_athlete
    assert anchors == {"alder1": 61.5, "birch1": 77.25}
    assert "@" not in (tmp_path / "packed" / "bundle.json").read_text(encoding="utf-8")


def test_a_page_of_the_squad_has_no_store_and_knows_the_pages_made_before_it(grove):
    notebooks = grove.folder / "notebooks" / "reports"
    report_notebooks.write(notebooks / "spy.ipynb", SQUAD_SPY, SQUAD_SHOW, parameters='until: str = "2026-07-05"')
    report_notebooks.write(notebooks / "plain.ipynb", SPY, SHOW)
    jobs = [Job("plain", "alder1", UNTIL), Job("plain", "birch1", UNTIL), Job("spy", "", UNTIL)]
    assert [one.error for one in fan_out.render_all(grove, jobs, 2, force=False)] == ["", "", ""]
    page = jobs[-1].page(grove).read_text(encoding="utf-8")
    assert "Seen: Alder 1, Birch 1; stores: 0; pages: [&#39;alder1&#39;, &#39;birch1&#39;]" in page
    assert "In reach: Alder, Birch; withheld: 1" in page


def test_an_athlete_is_read_once_to_plan_a_page(squad, monkeypatch):
    report_notebooks.write(squad.folder / "notebooks" / "reports" / "spy.ipynb", SPY, SHOW)
    read, frames = [], type(squad.store).frames
    monkeypatch.setattr(type(squad.store), "frames", lambda *told: read.append(told) or frames(*told))
    done = fan_out.render_job(squad, Job("spy", "alder1", UNTIL), force=True)
    assert done.state == "rendered", done.error
    assert len(read) == 1
