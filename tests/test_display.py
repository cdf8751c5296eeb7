"""Units of display: what a page says in lb and mi is what is known in kg and km, and only pages are told in them."""

from pathlib import Path

import nbformat
import pytest
from made_up_athlete import CONFIG, SUNDAY, birch

from analysis.base.blocks import Fact, as_plain
from analysis.base.config import Shown
from analysis.base.display import Display
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.squad_week.proposals import week_subjects
from analysis.report.html import _numbers_text

REPORTS = sorted((Path(__file__).parents[1] / "notebooks" / "reports").glob("*.ipynb"))
IMPERIAL = Display("lb", "mi")


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_every_report_gives_its_page_the_units_of_its_reader(path):
    code = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert any(".display)" in source and "Page(" in source for source in code)


def test_the_numbers_behind_a_fact_are_told_in_the_units_of_the_page_and_kept_in_kg():
    fact = Fact("squat.e1rm", "…", "better", unit="kg", level=100.0, level_low=98.0, level_high=102.0, mdc=2.0, n=9)
    assert _numbers_text(as_plain(fact), IMPERIAL) == (
        "Level 220.5 lb (interval 216.1 to 224.9), two single values differ by up to 4.4, from 9 values."
    )
    assert _numbers_text(as_plain(fact), Display()).startswith("Level 100.0 kg (interval 98.0 to 102.0)")


def test_the_numbers_behind_a_pace_are_minutes_a_mile():
    fact = Fact("run.pace", "…", "better", unit="s/km", level=360.0, level_low=355.0, level_high=365.0)
    assert _numbers_text(as_plain(fact), IMPERIAL) == "Level 9:39 min/mi (interval 9:31 to 9:47)."


def in_lb(athlete):
    """The same athlete for readers of lb and mi."""
    return athlete.but(config=athlete.config.model_copy(update={"display": Shown(mass="lb", distance="mi")}))


def test_a_rule_names_the_load_in_the_unit_that_the_coach_reads():
    _, lift = week_subjects(athlete_week(in_lb(birch()), SUNDAY))
    assert lift.facts["anchor_kg"] == CONFIG.lifts[0].anchor_load_kg
    assert lift.facts["anchor"] == IMPERIAL.load(CONFIG.lifts[0].anchor_load_kg)
