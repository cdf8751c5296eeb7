"""Consent: what an athlete has agreed to decides which page is made, who is on the squad's page, and what it shows."""

import pandas as pd
import pytest
from drop_folder import CONFIG, ROSTER, drop, strong, strong_row, workspace
from hypothesis import given
from hypothesis import strategies as st
from made_up_squad import named, week_of
from test_cli import DONE, FAILED, run

from analysis import open_workspace
from analysis.base.blocks import Fact
from analysis.base.config import Config
from analysis.base.errors import ConsentMissing
from analysis.pages.squad_week import sections
from analysis.report.due import due
from analysis.workspace import intake
from analysis.workspace.consent import SCOPES, consents

TODAY = pd.Timestamp("2026-07-05")
SCREENS = "athlete,date,test,trial,side,metric,value,unit\n"


def consent(cell: str | None = None, birth_year: float = 2000, guardian: str | None = None, default: str = "granted"):
    row = {"athlete_id": ["alder1"], "birth_year": [birth_year], "consent": [cell], "guardian": [guardian]}
    return consents(pd.DataFrame(row), Config(consent_default=default), TODAY)["alder1"]


@pytest.mark.parametrize(
    ("cell", "default", "agreed"),
    [
        (None, "granted", {"report", "squad", "delivery"}),
        (None, "refused", set()),
        ("  ", "granted", {"report", "squad", "delivery"}),
        ("report, body_mass", "granted", {"report", "body_mass"}),
        ("Report Squad", "refused", {"report", "squad"}),
        ("none", "granted", set()),
        ("reprot", "granted", set()),
    ],
    ids=["empty granted", "empty refused", "blank", "some", "capitals", "none", "misspelt"],
)
def test_the_cell_decides_and_the_default_speaks_only_for_an_empty_one(cell, default, agreed):
    found = consent(cell, default=default)
    assert {scope for scope in SCOPES if found.allows(scope)} == agreed


def test_a_word_that_is_no_scope_is_kept_to_be_told():
    assert consent("reprot squad").unknown == ("reprot",)
    assert consent("none").unknown == ()


@given(birth_year=st.integers(2009, 2020), scope=st.sampled_from(SCOPES))
def test_nothing_of_a_minor_is_shown_before_a_guardian_is_on_record(birth_year, scope):
    every = " ".join(SCOPES)
    assert not consent(every, birth_year).allows(scope)
    assert consent(every, birth_year, "by way of the club").allows(scope)


def test_who_comes_of_age_this_year_may_still_be_a_minor():
    assert not consent("report", 2008).allows("report")
    assert consent("report", 2007).allows("report")
    assert consent("report", float("nan")).allows("report")


def test_a_refusal_says_whom_to_ask_and_where_to_write_the_answer():
    with pytest.raises(ConsentMissing, match=r"alder1 has not agreed to a page .* 'report' into the roster"):
        consent("squad").require("report")
    with pytest.raises(ConsentMissing, match="minor without a guardian"):
        consent("report", 2012).require("report")


@pytest.fixture
def grove(tmp_path):
    """Alder agreed to all but body mass, Birch to no row among the squad, Cedar to nothing; each lifted once."""
    planned = '[[reports]]\nreport = "athlete_week"\n[[reports]]\nreport = "squad_week"\n'
    opened = workspace(tmp_path / "grove", CONFIG + planned)
    people = "Alder,alder1,F,2000,report squad,,\nBirch,birch1,M,2000,report body_mass,,\nCedar,cedar1,M,2000,none,,\n"
    drop(opened.folder, "athletes.csv", ROSTER + people)
    for load, name in enumerate(("Alder", "Birch", "Cedar"), start=100):
        drop(opened.folder, f"{name}/strong.csv", strong(strong_row(load=load)))
    mass = "".join(f"{name},2026-06-01,body_mass,1,B,mass,70.0,kg\n" for name in ("Alder", "Birch"))
    drop(opened.folder, "screens.csv", SCREENS + mass)
    outcomes = list(intake.ingest(opened, intake.files_below([opened.raw_folder])))
    assert {outcome.state for outcome in outcomes} == {"taken"}
    yield opened
    opened.store.close()


def test_only_who_agreed_is_among_the_squad_and_the_others_are_counted(grove):
    squad = grove.everyone("2026-06-07")
    assert [one.athlete_id for one in squad.athletes] == ["alder1"]
    assert squad.withheld == 2
    assert set(grove.squad("2026-06-07")["sets"]["athlete_id"]) == {"alder1"}
    assert len(grove.everyone("2026-06-07", agreed=False).athletes) == 3


def test_the_squads_page_says_how_many_are_left_out():
    def told(withheld: int) -> dict[str, str]:
        blocks = sections.data_state(week_of(named("Birch"), withheld=withheld))
        return {block.subject: block.sentence for block in blocks if isinstance(block, Fact)}

    assert told(2)["data.withheld"].startswith("2 athletes are left out")
    assert "data.withheld" not in told(0)


def test_body_mass_is_seen_only_of_who_agreed_to_that(grove):
    assert grove.athlete("Alder").trials.empty
    assert grove.athlete("Birch").trials["value"].tolist() == [70.0]


def test_no_page_is_planned_for_who_refused_one(grove):
    whose = {job.athlete_id for job in due(grove, pd.Timestamp("2026-06-08")) if job.report == "athlete_week"}
    assert whose == {"alder1", "birch1"}


def test_a_page_that_is_asked_for_is_refused_in_words_and_not_made(grove):
    said = run("report", "athlete_week", "--athlete", "Cedar", "--workspace", grove.folder, code=FAILED)
    assert "cedar1 has not agreed to a page of their own" in said
    assert not list(grove.reports_folder.rglob("*cedar1*.html"))


def test_the_squads_page_is_another_one_after_a_withdrawal(grove):
    before = grove.everyone("2026-06-07").fingerprint
    drop(grove.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2000,report,,\n")
    run("ingest", "--workspace", grove.folder, code=DONE)
    assert open_workspace(grove.folder).everyone("2026-06-07").fingerprint != before
