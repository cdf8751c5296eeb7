"""The lines of the coach's page that answer who is out and what comes next."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from made_up_athlete import MONDAY, SUNDAY, birch, plan_lines
from made_up_squad import lifter, named, page_of, stepped, week_of

from analysis.base.blocks import Dumbbells
from analysis.base.boards import ByName
from analysis.pages.squad_week import sections
from analysis.pages.squad_week.week import SquadWeek

NEXT_MONDAY = MONDAY + pd.Timedelta(days=7)


def line(week: SquadWeek, head: str) -> str:
    return next((one.text for one in sections.lines(week) if isinstance(one, ByName) and one.head == head), "")


def labelled(kind: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    return pd.DataFrame({"kind": [kind], "first_date": [first], "last_date": [last], "note": [None]})


@pytest.mark.soak
@pytest.mark.parametrize(
    ("kind", "first", "last", "told"),
    [
        ("ill", 0, 0, "Birch (ill on 22 Jun)."),
        ("ill", 0, 1, "Birch (ill on 22 Jun and 23 Jun)."),
        ("travel", -3, 0, "Birch (travelling on 22 Jun)."),
        ("deload", 0, 6, "Birch (deload all week)."),
        ("ill", -9, 20, "Birch (ill all week)."),
        ("ill", -9, -1, "nobody this week."),
    ],
)
def test_who_is_ill_away_or_light_is_named_with_the_days_of_this_week(kind, first, last, told):
    labels = labelled(kind, MONDAY + pd.Timedelta(days=first), MONDAY + pd.Timedelta(days=last))
    week = week_of(replace(named("Birch"), labels=labels), named("Cedar"))
    assert line(week, "Ill, away or light") == told


def test_a_day_ill_in_a_light_week_is_called_ill():
    labels = pd.concat([labelled("deload", MONDAY, SUNDAY), labelled("ill", MONDAY, MONDAY)])
    told = line(week_of(replace(named("Birch"), labels=labels)), "Ill, away or light")
    assert told.startswith("Birch (ill on 22 Jun, deload on 23 Jun, ")


@pytest.mark.soak
def test_what_is_planned_next_week_stands_in_a_line_with_whom():
    plan = plan_lines(NEXT_MONDAY, 1)
    plan = plan[plan["role"] != "rest"].iloc[[0]]
    hinge = plan.assign(content="Hinge day: 5 x 3")
    birch, cedar = (replace(named(name), plan=hinge) for name in ("Birch", "Cedar"))
    day = f"{plan['local_date'].iloc[0]:%a} {plan['local_date'].iloc[0].day} Jun"
    assert line(week_of(birch, cedar), "Planned next week for everybody") == f"{day}, Hinge day."
    free = replace(named("Elm"), plan=plan.iloc[:0])
    assert line(week_of(birch, cedar, free), "Planned next week for Birch and Cedar") == f"{day}, Hinge day."
    assert line(week_of(free), "Planned next week for Elm") == ""
    longer = pd.concat([hinge, hinge.assign(line_no=2, role="other", content="Long run")])
    told = line(week_of(replace(birch, plan=longer), cedar), "Planned next week")
    assert told == f"{day}, Hinge day (everybody); {day}, Long run (Birch)."


def test_a_dumbbell_ends_at_the_newest_value_whether_its_level_changed_or_not():
    week = week_of(*(named(name) for name in ("Birch", "Cedar", "Elm")))
    (drawn,) = [block for block in sections.form(week) if isinstance(block, Dumbbells)]
    newest = [one.week.form_if_known.change.latest for one in week.members]
    assert [row.now for row in drawn.rows] == pytest.approx(newest)


def test_the_table_explains_only_the_signs_that_it_shows():
    def key(*athletes) -> str:
        (found,) = re.findall(r'<p class="key">(.*?)</p>', page_of(week_of(*athletes)), re.DOTALL)
        return re.sub(r"<[^>]*>", "", found)

    lifts_alone = {"plan": birch().plan.iloc[:0], "splits": birch().splits.iloc[:0], "trials": birch().trials.iloc[:0]}
    quiet = replace(named("Birch"), **lifts_alone)
    assert key(quiet) == "worse  better · the band is what good and bad days alone do"
    faster = replace(named("Cedar", lifter(stepped(0.15, 6))), **lifts_alone)
    assert key(quiet, faster).endswith("· ▲ ▼ a change that lasts, small ring before")
    told = key(named("Birch"))
    assert ("done" in told, "missed" in told, "ill or away" in told) == (True, False, False)
