"""Who left a form unanswered: on the coach's page among whom to ask, from the store to the line."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from form_letters import answer, put, sealed, take
from made_up_athlete import MONDAY, SUNDAY
from made_up_squad import forms, named, nothing_came, week_of

from analysis import open_workspace
from analysis.base.boards import ByName
from analysis.base.tables import TABLES
from analysis.forms.answered import answered
from analysis.pages.squad_week import sections
from analysis.pages.squad_week.people import on_a_phone
from analysis.pages.squad_week.week import SquadWeek
from analysis.workspace import Workspace, form_list

BEFORE = "2026-06-15"
UNANSWERED = "form not answered this week"


def a_week(*athletes, made=(), answered_on=(), **more) -> SquadWeek:
    """The week of athletes without other answers, with forms, and the days on which each answered."""
    answers = pd.DataFrame(answered_on, columns=["athlete_id", "local_date"])
    answers["local_date"] = pd.to_datetime(answers["local_date"])
    ledger = nothing_came() | {"forms": forms(*made, **more), "answers": answers}
    none = TABLES["wellness"].empty()
    return week_of(*(replace(one, wellness=none) for one in athletes), ledger=ledger)


def ask(week: SquadWeek) -> str:
    return next((block.text for block in sections.lines(week) if isinstance(block, ByName) and block.head == "Ask"), "")


def test_who_has_a_form_and_answered_on_no_day_of_the_week_is_to_be_asked_by_name():
    made = [(f"{name}1", BEFORE) for name in ("birch", "cedar")]
    trees = named("Birch"), named("Cedar"), named("Elm")
    week = a_week(*trees, made=made, answered_on=[("cedar1", "2026-06-24")])
    assert ask(week) == f"Birch ({UNANSWERED})."  # Elm has no form and misses nothing
    (fact,) = [fact for block in sections.lines(week) for fact in block.facts if fact.reason == "no_answer"]
    assert (fact.subject, fact.n) == ("birch1.form", None)
    assert fact.sentence == "Birch has a form and answered it on no day of this week."
    both = ask(a_week(*trees, made=made, answered_on=[("cedar1", "2026-06-19")]))  # of another week
    assert both == f"Birch ({UNANSWERED}); Cedar ({UNANSWERED})."


@pytest.mark.soak
@pytest.mark.parametrize(
    ("made", "is_asked"),
    [
        ("2026-06-24", True),  # from Thursday on, four days
        ("2026-06-25", True),
        ("2026-06-26", False),  # two days are too few to be told
        ("2026-06-29", False),  # after the week
        ("2026-05-20", True),  # held until Wednesday
        ("2026-05-19", False),  # over on Tuesday
        ("2026-04-01", False),
    ],
)
def test_a_form_asks_on_the_days_on_which_it_held(made, is_asked):
    assert bool(ask(a_week(named("Birch"), made=[("birch1", made)]))) is is_asked


def test_of_two_forms_each_asks_on_its_own_days():
    made = [("birch1", "2026-05-18"), ("birch1", "2026-06-24")]  # the first was over on Monday
    assert ask(a_week(named("Birch"), made=made)) == f"Birch ({UNANSWERED})."


@pytest.mark.soak
@pytest.mark.parametrize(("first", "last", "is_asked"), [(0, 6, False), (2, 6, False), (3, 6, True), (7, 9, True)])
def test_nothing_is_asked_of_days_on_which_somebody_was_ill(first, last, is_asked):
    days = [MONDAY + pd.Timedelta(days=n) for n in (first, last)]
    ill = pd.DataFrame({"kind": ["ill"], "first_date": [days[0]], "last_date": [days[1]], "note": [None]})
    week = a_week(replace(named("Birch"), labels=ill), made=[("birch1", BEFORE)])
    assert (UNANSWERED in ask(week)) is is_asked


def test_who_answered_in_another_way_is_not_asked():
    birch = named("Birch")
    wellness = pd.DataFrame([{"local_date": MONDAY, "item": "sleep", "value": 7.0, "athlete_id": "birch1"}])
    ledger = nothing_came() | {"forms": forms(("birch1", BEFORE))}
    rows = TABLES["wellness"].empty().reindex(range(1)).assign(**{name: wellness[name] for name in wellness})
    assert UNANSWERED in ask(week_of(replace(birch, wellness=rows.iloc[:0]), ledger=ledger))
    assert UNANSWERED not in ask(week_of(replace(birch, wellness=rows), ledger=ledger))


def test_the_coachs_form_is_named_where_it_can_answer():
    def told(*made) -> str:
        return on_a_phone(a_week(named("Birch"), made=made))

    assert "workbook form --coach" in told()
    assert told() == told(("", "2026-04-01"))  # that one is over
    assert told(("", f"{SUNDAY:%Y-%m-%d}")) == "On a phone you answer by the coach’s form of 28 Jun."
    older = told(("", "2026-06-20"))
    assert "that of 20 Jun is older than this week" in older
    assert "workbook form --coach" in older


# --- from the store -----------------------------------------------------------------------------------------------


def pass_days(squad: Workspace, monkeypatch, days: int) -> None:
    now = squad.now() + timedelta(days=days)
    monkeypatch.setattr(Workspace, "now", staticmethod(lambda: now))


def test_a_squads_bundle_says_who_was_asked_and_holds_no_answer_and_no_key(squad, tmp_path, monkeypatch):
    made = {one: form_list.new_form(squad, "athlete", one) for one in ("alder1", "birch1")} | {
        "coach": form_list.new_form(squad, "coach")
    }
    before = squad.rests_on()["data"]
    pass_days(squad, monkeypatch, 3)
    put(squad, "letter.txt", sealed(squad, answer(squad, made["alder1"], "alder1")))
    assert take(squad)[0].state == "taken"
    assert squad.rests_on()["data"] != before
    until = f"{squad.today():%Y-%m-%d}"
    (tmp_path / "packed").mkdir()
    squad.pack_squad(tmp_path / "packed", until)
    here, there = squad.everyone(until), open_workspace(tmp_path / "packed").everyone(until)
    assert here.fingerprint == there.fingerprint
    for name, columns in (
        ("forms", ["athlete_id", "kind", "made_on", "holds_to"]),
        ("answers", ["athlete_id", "local_date"]),
    ):
        assert there.ledger[name].columns.tolist() == columns
        pd.testing.assert_frame_equal(here.ledger[name], there.ledger[name])
    assert there.ledger["forms"]["athlete_id"].tolist() == ["", "alder1", "birch1"]
    assert there.ledger["answers"]["athlete_id"].tolist() == ["alder1"]
    stands = squad.store.frame("answers")
    content = b"".join(path.read_bytes() for path in (tmp_path / "packed").rglob("*") if path.is_file())
    for hidden in (*made.values(), *stands["answer_id"]):
        assert hidden.encode() not in content
    assert [(one.athlete_id, one.ask) for one in answered(squad)] == [("alder1", False), ("birch1", True)]


def test_a_page_of_an_older_day_knows_no_form_that_came_later(squad, monkeypatch):
    form_list.new_form(squad, "athlete", "alder1")
    first = squad.today()
    pass_days(squad, monkeypatch, 10)
    form_list.new_form(squad, "athlete", "birch1")
    then = squad.everyone(f"{first:%Y-%m-%d}")
    assert then.ledger["forms"]["athlete_id"].tolist() == ["alder1"]
    form_list.revoke(squad, "athlete", "alder1")
    assert squad.everyone(f"{first:%Y-%m-%d}").fingerprint == then.fingerprint
    now = squad.everyone(f"{squad.today():%Y-%m-%d}").ledger["forms"].set_index("athlete_id")["holds_to"]
    assert now["alder1"] == squad.today()
    assert squad.everyone(f"{first - timedelta(days=1):%Y-%m-%d}").ledger["forms"].empty
