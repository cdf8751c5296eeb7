"""What is due: the last period that is over, a page an athlete or one for the squad, each page once."""

import pandas as pd
import pytest
import report_notebooks
from drop_folder import CONFIG, workspace
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import UnknownAthlete, UsageProblem
from analysis.report.due import Job, due, month_end, week_end
from analysis.workspace import naming

DAYS = st.dates(pd.Timestamp("2020-01-01").date(), pd.Timestamp("2035-12-31").date()).map(pd.Timestamp)
FIRST_DAYS = {"monday": "Monday", "sunday": "Sunday", "saturday": "Saturday"}


@given(as_of=DAYS, week_start=st.sampled_from(list(FIRST_DAYS)))
def test_a_week_ends_before_its_first_day_and_is_the_last_that_is_over(as_of, week_start):
    end = week_end(as_of, week_start)
    assert (end + pd.Timedelta(days=1)).day_name() == FIRST_DAYS[week_start]
    assert end <= as_of < end + pd.Timedelta(days=7)


@given(as_of=DAYS)
def test_a_month_ends_on_its_last_day_and_is_the_last_that_is_over(as_of):
    end = month_end(as_of)
    assert end.is_month_end
    assert end <= as_of < end + pd.Timedelta(days=31)


def test_the_time_of_day_does_not_matter():
    assert week_end(pd.Timestamp("2026-07-05T23:59"), "monday") == pd.Timestamp("2026-07-05")
    assert month_end(pd.Timestamp("2026-06-30T23:59")) == pd.Timestamp("2026-06-30")


def planned(folder, plans: str, as_of: str = "2026-06-01") -> list[tuple[str, str]]:
    """Athlete's name (Squad for everybody) and last day of what is due for Alder and Birch."""
    squad = workspace(folder, CONFIG + plans)
    report_notebooks.write(folder / "notebooks" / "reports" / "everybody.ipynb", parameters='until: str = "2026-07-05"')
    names = {naming.bind_name(squad, name, None): name for name in ("Alder", "Birch")} | {"": "Squad"}
    return sorted((names[job.athlete_id], job.until) for job in due(squad, pd.Timestamp(as_of)))


def test_a_plan_for_all_is_a_page_an_athlete(tmp_path):
    assert planned(tmp_path, "[[reports]]\n") == [("Alder", "2026-05-31"), ("Birch", "2026-05-31")]


def test_a_plan_may_name_its_athletes(tmp_path):
    assert planned(tmp_path, '[[reports]]\nathletes = ["birch"]\n') == [("Birch", "2026-05-31")]


def test_a_week_and_a_month_that_end_together_are_one_page(tmp_path):
    plans = '[[reports]]\n[[reports]]\nevery = "month"\nathletes = ["Alder"]\n'
    assert planned(tmp_path, plans) == [("Alder", "2026-05-31"), ("Birch", "2026-05-31")]


def test_a_report_without_an_athlete_is_one_page_for_the_squad(tmp_path):
    plans = '[[reports]]\nreport = "everybody"\n[[reports]]\n'
    assert planned(tmp_path, plans) == [("Alder", "2026-05-31"), ("Birch", "2026-05-31"), ("Squad", "2026-05-31")]


def test_a_page_of_the_squad_is_not_planned_for_single_athletes(tmp_path):
    with pytest.raises(UsageProblem, match="one page for the squad"):
        planned(tmp_path, '[[reports]]\nreport = "everybody"\nathletes = ["Alder"]\n')


def test_a_squad_of_nobody_has_no_page(tmp_path):
    squad = workspace(tmp_path, CONFIG + '[[reports]]\nreport = "everybody"\n')
    report_notebooks.write(
        tmp_path / "notebooks" / "reports" / "everybody.ipynb", parameters='until: str = "2026-07-05"'
    )
    assert due(squad, pd.Timestamp("2026-06-01")) == []


def test_a_report_that_does_not_exist_is_one_page_that_will_say_so(tmp_path):
    plans = '[[reports]]\nreport = "lods"\n[[reports]]\nathletes = ["Alder"]\n'
    assert planned(tmp_path, plans) == [("Alder", "2026-05-31"), ("Squad", "2026-05-31")]


def test_a_plan_for_nobody_known_says_so(tmp_path):
    with pytest.raises(UnknownAthlete, match="'Cedar'"):
        planned(tmp_path, '[[reports]]\nathletes = ["Cedar"]\n')


def test_no_plan_is_wrong_usage(tmp_path):
    with pytest.raises(UsageProblem, match="plans no report"):
        planned(tmp_path, "")


def test_a_page_lies_under_the_pseudonymous_id(tmp_path):
    squad = workspace(tmp_path)
    page = Job("athlete_week", "k3vd", "2026-05-31").page(squad)
    assert page.relative_to(squad.folder).as_posix() == "reports/athlete_week/2026-05-31/k3vd.html"
    page = Job("squad_week", "", "2026-05-31").page(squad)
    assert page.relative_to(squad.folder).as_posix() == "reports/squad_week/2026-05-31/squad.html"
