"""A clock that is set back: what came in last counts as last, and pages follow it."""

import pandas as pd
import pytest
import report_notebooks
from drop_folder import BAR_SPEED, CONFIG, ROSTER, drop, workspace

from analysis.report.due import Job
from analysis.report.engine import fan_out
from analysis.workspace import intake

LOADS = """\
from analysis import open_workspace
from analysis.base.blocks import Text
from analysis.report.page import Page

athlete = open_workspace().athlete(athlete_id, until=until)
page = Page("loads", subject=athlete_id, name=athlete.name, period=until, until=until)
with page.section("loads", "What did I lift?"):
    page.show(Text(f"Loads: {athlete.sets['load_kg'].tolist()}"))
"""
JOB = Job("loads", "alder1", "2026-06-07")


@pytest.fixture
def squad(tmp_path):
    """Alder, and a report of her loads."""
    opened = workspace(tmp_path / "squad", CONFIG)
    drop(opened.folder, "athletes.csv", ROSTER + "Alder,alder1,,,report,,\n")
    report_notebooks.write(opened.folder / "notebooks" / "reports" / "loads.ipynb", LOADS)
    yield opened
    opened.store.close()


class Clock(pd.Timestamp):
    """What time it is, as the test says."""

    says = "2026-06-08T12:00:00Z"

    @classmethod
    def now(cls, tz: str | None = None) -> pd.Timestamp:
        return pd.Timestamp(cls.says).tz_convert(tz)


def test_a_clock_set_back_hides_no_newer_file(squad, monkeypatch):
    monkeypatch.setattr(intake.pd, "Timestamp", Clock)
    for says, load_kg in (("2026-06-08T12:00:00Z", 60), ("2026-06-01T12:00:00Z", 80), ("1970-01-01T00:00:00Z", 90)):
        Clock.says = says
        drop(squad.folder, "speeds.csv", BAR_SPEED + f"Alder,2026-06-01,Deadlift,1,1,{load_kg},0.8\n")
        assert {one.state for one in intake.ingest(squad, intake.files_below([squad.raw_folder]))} <= {"taken", "known"}
        done = fan_out.render_job(squad, JOB, force=False, engine="kernel")
        assert done.state == "rendered", done.error
        assert f"{load_kg}.0]" in done.path.read_text(encoding="utf-8")
        assert fan_out.render_job(squad, JOB, force=False, engine="kernel").state == "unchanged"
    assert squad.store.frame("files")["imported_at"].is_monotonic_increasing is False
