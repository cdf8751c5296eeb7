import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import (
    COUNTED,
    FRIDAYS,
    MONDAY,
    MONDAYS,
    SUNDAY,
    birch,
    form_sets,
    hops,
    labelled,
    lifting,
    plan_lines,
    runs_at,
    session,
    table,
)
from made_up_week import week_of

import analysis
from analysis.base.blocks import Days, Fact
from analysis.base.errors import NotEnoughData
from analysis.metrics.adherence import away, day_states, plan_status, week_days
from analysis.pages.athlete_week import logged, sections
from analysis.pages.athlete_week.week import AthleteWeek


class TestAdherence:
    WEEK = week_days(SUNDAY)
    PLAN = plan_lines(MONDAY, 1)

    def status(self, *sessions, until: pd.Timestamp = SUNDAY, labels: pd.DataFrame | None = None):
        result = plan_status(self.PLAN, table("sessions", list(sessions)), self.WEEK, until, labels=labels)
        return dict(zip(result["role"], result["status"], strict=True))

    @pytest.mark.parametrize(
        ("start", "first"), [("monday", "2026-06-22"), ("sunday", "2026-06-28"), ("saturday", "2026-06-27")]
    )
    def test_the_week_begins_where_the_squad_says(self, start, first):
        days = week_days(SUNDAY, start)
        assert days[0] == pd.Timestamp(first)
        assert SUNDAY in days

    def test_done_moved_part_and_missed(self):
        got = self.status(
            session(MONDAY, "a", role="day_1"),
            session(MONDAY + pd.Timedelta(days=3), "b", role="day_3"),
            session(MONDAY + pd.Timedelta(days=4), "c", role="other"),
        )
        assert got == {"day_1": "done", "day_3": "moved", "day_5": "part"}
        assert set(self.status().values()) == {"missed"}

    def test_two_days_off_is_missed_not_moved(self):
        assert self.status(session(MONDAY + pd.Timedelta(days=2), "a", role="day_1"))["day_1"] == "missed"

    def test_a_strength_log_without_roles_takes_the_role_of_the_plan(self):
        assert self.status(session(MONDAY, "a"))["day_1"] == "done"
        assert self.status(session(MONDAY, "a"), session(MONDAY, "b", role="day_5"))["day_1"] == "part"

    def test_a_run_is_not_the_planned_strength_day(self):
        assert self.status(session(MONDAY, "a", kind="run"))["day_1"] == "missed"

    def test_one_session_is_never_counted_for_two_planned_days(self):
        plan = pd.concat([self.PLAN, self.PLAN.iloc[[0]].assign(local_date=MONDAY + pd.Timedelta(days=2), line_no=2)])
        once = table("sessions", [session(MONDAY + pd.Timedelta(days=1), "a", role="day_1")])
        status = plan_status(plan, once, self.WEEK, SUNDAY)
        assert (status["status"] == "moved").sum() == 1

    def test_what_may_still_be_done_is_planned(self):
        got = self.status(until=MONDAY + pd.Timedelta(days=2))
        assert got == {"day_1": "missed", "day_3": "planned", "day_5": "planned"}

    @pytest.mark.parametrize(
        ("kind", "became"),
        [
            ("ill", ["off", "off", "missed"]),
            ("travel", ["off", "off", "missed"]),
            ("deload", ["missed"] * 3),
            ("taper", ["missed"] * 3),
            ("return", ["missed"] * 3),
        ],
    )
    def test_nothing_is_due_of_who_is_ill_or_away(self, kind, became):
        labels = labelled((kind, "2026-06-22", "2026-06-24"))
        assert list(self.status(labels=labels).values()) == became

    def test_what_was_done_while_ill_is_done_and_what_was_not_is_not_due(self):
        labels = labelled(("ill", "2026-06-22", "2026-06-28"))
        got = self.status(session(MONDAY, "a", role="day_1"), session(self.WEEK[2], "b", role="other"), labels=labels)
        assert got == {"day_1": "done", "day_3": "part", "day_5": "off"}

    def test_what_is_still_to_come_is_not_due_while_ill(self):
        got = self.status(until=MONDAY, labels=labelled(("ill", "2026-06-22", "2026-06-24")))
        assert got == {"day_1": "off", "day_3": "off", "day_5": "planned"}

    @pytest.mark.parametrize(
        ("notes", "kind"), [("ill", "ill"), ("Away, family", "travel"), (None, "off"), ("", "off")]
    )
    def test_a_day_that_the_athlete_logged_as_off_is_not_due(self, notes, kind):
        logged_off = table("sessions", [session(MONDAY, "a", status="off", notes=notes)])
        status = plan_status(self.PLAN, logged_off, self.WEEK, SUNDAY, labels=labelled())
        assert status[["status", "away"]].fillna("").values.tolist() == [["off", kind], ["missed", ""], ["missed", ""]]

    def test_a_day_called_two_things_is_off_if_one_of_them_is_away(self):
        labels = labelled(("deload", "2026-06-22", "2026-06-28"), ("travel", "2026-06-22", "2026-06-22"))
        assert list(self.status(labels=labels).values()) == ["off", "missed", "missed"]
        both = labelled(("travel", "2026-06-22", "2026-06-23"), ("ill", "2026-06-23", "2026-06-24"))
        assert away(self.WEEK[:4], both).fillna("").tolist() == ["travel", "travel", "ill", ""]

    def test_the_days_of_who_is_ill_are_off_unless_trained(self):
        nothing = table("sets", [], **COUNTED), table("runs", [], **COUNTED)
        sessions = table("sessions", [session(MONDAY, "a"), session(self.WEEK[1], "b", status="rest", kind="other")])
        labels = labelled(("ill", "2026-06-22", "2026-06-24"), ("deload", "2026-06-25", "2026-06-26"))
        states = day_states(self.WEEK, sessions, *nothing, labels)["state"].tolist()
        assert states == ["done", "off", "off", "none", "none", "none", "none"]

    def test_a_day_without_a_log_is_neither_rest_nor_off(self):
        sessions = table(
            "sessions",
            [
                session(MONDAY, "a"),
                session(self.WEEK[1], "b", status="rest", kind="other"),
                session(self.WEEK[2], "c", status="off", kind="other"),
            ],
        )
        runs = table("runs", [], **COUNTED)
        sets = table("sets", [], **COUNTED)
        states = day_states(self.WEEK, sessions, sets, runs)["state"].tolist()
        assert states == ["done", "rest", "off", "none", "none", "none", "none"]


class TestIllOrAway:
    """What the page says of lifting days on which the athlete was ill or away."""

    WEEK = ("2026-06-22", "2026-06-28")

    def week(self, *labels: tuple[str, str, str], **frames) -> AthleteWeek:
        nothing = {name: table(name, [], **COUNTED) for name in ("sets", "runs")} | {"reps": birch().reps.iloc[:0]}
        nothing |= {"sessions": table("sessions", []), "splits": birch().splits.iloc[:0]}
        return week_of(birch().but(labels=labelled(*labels), **(nothing | frames)))

    @pytest.mark.parametrize(
        ("labels", "said"),
        [
            ([("ill", *WEEK)], "You were ill. Nothing was expected."),
            ([("travel", *WEEK)], "You were away. Nothing was expected."),
            (
                [("travel", "2026-06-22", "2026-06-24"), ("ill", "2026-06-25", "2026-06-28")],
                "You were away and ill. Nothing was expected.",
            ),
        ],
    )
    def test_of_a_week_away_nothing_is_expected_and_nothing_missed(self, labels, said):
        for week in (self.week(*labels), self.week(*labels, plan=table("plan", []))):
            assert sections.message(week)[0].sentence == said
            assert [type(block) for block in sections.header(week)] == [Days]
            assert sections.next_step(week) == []
            assert logged.done_fact(week).sentence == said
            assert set(week.plan["status"]) <= {"off"}
            assert (week.adherence.due, week.adherence.off) == (0, len(week.plan))

    def test_a_day_of_illness_is_told_beside_what_was_due(self):
        week = self.week(("ill", "2026-06-22", "2026-06-22"), sessions=table("sessions", [session(FRIDAYS[-1], "a")]))
        _, fact = sections.header(week)
        assert fact.sentence.startswith("1 of 2 lifting days. You were ill on 1 more; nothing was expected then.")
        (planned,) = logged.plan_table(week)
        assert [became for _, _, became in planned.rows] == ["ill", "missed", "done"]

    def test_all_that_was_due_is_all_that_was_planned_but_for_illness(self):
        done = [session(day, str(day), role=role) for day, role in ((FRIDAYS[-1], "day_5"), (MONDAY, "day_1"))]
        week = self.week(("ill", "2026-06-24", "2026-06-24"), sessions=table("sessions", done))
        assert (week.adherence.done, week.adherence.due, week.adherence.off) == (2, 2, 1)

    @pytest.mark.parametrize("kind", ["deload", "taper", "return"])
    def test_what_is_planned_light_is_due_as_planned(self, kind):
        week = self.week((kind, *self.WEEK))
        assert not week.excused
        assert week.adherence.due == 3
        assert sections.message(week)[0].sentence == (
            "You answered on 7 days. Log 2 sessions in a week and this page says more."
        )

    def test_a_week_half_away_without_a_plan_is_not_excused(self):
        week = self.week(
            ("ill", "2026-06-22", "2026-06-23"), plan=table("plan", []), wellness=birch().wellness.iloc[:0]
        )
        with pytest.raises(NotEnoughData, match="Nothing is logged this week"):
            logged.done_fact(week)

    def test_a_week_of_answers_alone_is_not_one_with_nothing_logged(self):
        week = self.week(plan=table("plan", []), trials=birch().trials.iloc[:0])
        assert sections.header(week)[1].sentence == "You answered on 7 days; no training is logged."
        assert set(week.day_states["state"]) == {"answered"}


class TestTotals:
    def facts(self, **frames) -> dict[str, Fact]:
        return {fact.subject: fact for fact in logged.totals_facts(week_of(birch().but(**frames)).totals)}

    def test_tonnage_is_the_volume_load_of_the_weeks_counted_work_sets(self):
        sets, reps = form_sets(MONDAYS[-2:], [6, 6])
        copy, warm_up = ({**sets[-1], "set_no": 2, "counted": False}, {**sets[-1], "set_no": 3, "set_kind": "warm_up"})
        fact = self.facts(**lifting((([*sets, copy, warm_up]), reps)))["your_week.volume_load"]
        assert (fact.estimate, fact.unit, fact.n) == (8 * 50.0, "kg", 1)
        assert fact.sentence == "You lifted 400 kg in 1 set."

    def test_a_set_without_a_load_is_said_and_not_taken_for_zero(self):
        sets, reps = form_sets(MONDAYS[-1:], [6])
        unknown = {**sets[-1], "set_no": 2, "load_kg": np.nan}
        fact = self.facts(**lifting(([*sets, unknown], reps)))["your_week.volume_load"]
        assert fact.sentence == "You lifted 400 kg in 2 sets. 1 of the sets has no known load and adds nothing."
        fact = self.facts(**lifting(([unknown], reps)))["your_week.volume_load"]
        assert (fact.estimate, fact.sentence) == (None, "You did 1 set. No load is known, so there is no total.")

    def test_body_weight_sets_are_sets(self):
        sets, reps = form_sets(MONDAYS[-1:], [6])
        fact = self.facts(**lifting(([{**sets[-1], "load_kg": 0.0}], reps)))["your_week.volume_load"]
        assert (fact.estimate, fact.sentence) == (0.0, "You did 1 set without added load.")

    def test_distance_is_that_of_the_weeks_counted_runs(self):
        runs = runs_at([400, 400], distance_m=8123.4)
        fact = self.facts(runs=runs)["your_week.run_distance"]
        assert (fact.estimate, fact.unit, fact.sentence) == (8123.4, "m", "You ran 8.1 km in 1 run.")
        assert "your_week.run_distance" not in self.facts(runs=runs.assign(counted=False))
        unknown = self.facts(runs=runs.assign(distance_m=np.nan))["your_week.run_distance"]
        assert unknown.sentence == "You did 1 run. No distance is known, so there is no total."

    def test_what_was_left_out_of_the_weeks_runs_is_said_by_day(self):
        runs = runs_at([400, 400], distance_m=8123.4)
        assert "your_week.left_out" not in self.facts(runs=runs)
        told = self.facts(runs=runs.assign(left_out="1 point off the way"))["your_week.left_out"]
        assert (told.sentence, told.n) == (f"Left out on {runs['local_date'].max():%A}: 1 point off the way.", 1)
        assert "your_week.left_out" not in self.facts(runs=runs.assign(left_out=None))

    def test_a_ride_is_no_run(self):
        ride = self.facts(runs=runs_at([400], distance_m=30000.0).assign(sport="cycling"))["your_week.run_distance"]
        assert (ride.estimate, ride.sentence) == (None, "No run. 1 activity of another sport.")
        rides = runs_at([400], distance_m=30000.0).assign(sport="9", kind="ride")
        told = self.facts(runs=rides)["your_week.run_distance"]
        assert (told.estimate, told.sentence) == (None, "No run. 1 ride.")

    def test_the_kind_of_its_session_makes_a_run_whatever_the_word_of_the_app(self):
        runs = runs_at([400], distance_m=8000.0).assign(sport="9", kind="run")
        assert self.facts(runs=runs)["your_week.run_distance"].sentence == "You ran 8.0 km in 1 run."

    def test_a_measurement_at_rest_is_nothing_that_was_done(self):
        runs = runs_at([400], distance_m=0.0).assign(sport="generic", kind="measurement")
        assert "your_week.run_distance" not in self.facts(runs=runs)


class TestWithoutAPlan:
    """What is said was done where no plan says what was to be done."""

    def said(self, *done: tuple[str, str], runs: pd.DataFrame | None = None, **frames) -> str:
        sessions = table("sessions", [session(pd.Timestamp(day), kind, kind=kind) for day, kind in done])
        nothing = {name: table(name, [], **COUNTED) for name in ("sets", "runs")} | {"reps": birch().reps.iloc[:0]}
        nothing |= {"plan": table("plan", []), "sessions": sessions}
        nothing |= {name: getattr(birch(), name).iloc[:0] for name in ("trials", "splits")}
        frames |= {} if runs is None else {"runs": runs}
        return logged.counts_fact(week_of(birch().but(**(nothing | frames)))).sentence

    def test_sprints_and_tests_are_told(self):
        assert self.said(("2026-06-23", "sprint")) == "You logged 1 sprint session."
        assert self.said(trials=hops(["2026-06-23"], [150.0], [151.0])) == "You did tests on 1 day."
        both = self.said(("2026-06-23", "strength"), ("2026-06-24", "time_trial"))
        assert both == "You lifted on 1 day and logged 1 time trial."
        assert self.said(splits=birch().splits) == "You did tests on 1 day."

    def test_rides_and_swims_are_told_as_what_they_are(self):
        runs = pd.concat([runs_at([400], sport=kind).assign(kind=kind) for kind in ("ride", "ride", "swim")])
        assert self.said(runs=runs) == "You logged 2 rides and 1 swim."

    def test_a_log_of_a_recorded_run_is_no_second_one(self):
        run = runs_at([400], sport="9").assign(kind="run")
        assert self.said(("2026-06-23", "run"), ("2026-06-24", "run"), runs=run) == "You logged 2 runs."

    def test_a_measurement_at_rest_is_no_training(self):
        assert self.said(("2026-06-23", "measurement")) == "You answered on 7 days; no training is logged."


def test_planned_runs_stand_beside_the_lifting_days_and_in_the_plan_of_the_week():
    lines = pd.DataFrame(
        {"local_date": [MONDAY, *MONDAY + pd.to_timedelta([1, 5], "D")], "role": ["day_1", "other", "other"]}
    ).assign(line_no=1, content=["drills", "Easy run", "Long run"])
    ran = [session(MONDAY + pd.Timedelta(days=2), "easy", kind="run"), session(MONDAY, "lift", role="day_1")]
    week = week_of(birch().but(plan=lines, sessions=table("sessions", ran)))
    told = [block.sentence for block in sections.header(week) if isinstance(block, Fact)]
    assert told == ["1 of 1 lifting day.", "1 of 2 runs."]
    (plan,) = logged.plan_table(week)
    assert plan.rows == (
        ("Mon", "Day 1, drills", "done"),
        ("Tue", "Easy run", "done on Wed"),
        ("Sat", "Long run", "missed"),
    )


def test_a_lifting_day_spent_on_something_else_is_not_called_a_day_without_lifting():
    otherwise = [session(day, str(day), role="day_5") for day in (MONDAY, MONDAY + pd.Timedelta(days=2))]
    week = week_of(birch().but(sessions=table("sessions", otherwise)))
    told = [block.sentence for block in sections.header(week) if isinstance(block, Fact)]
    assert told[0].startswith("0 of 3 lifting days. 2 days trained otherwise.")
    (planned,) = logged.plan_table(week)
    assert [became for _, _, became in planned.rows] == ["trained otherwise", "trained otherwise", "missed"]


def test_what_is_counted_of_a_plan_has_one_name_on_every_page():
    package = Path(analysis.__file__).parent
    texts = [*package.glob("pages/**/*.py"), package / "base/rules.toml", *package.glob("report/template/*.jinja")]
    for path in texts:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if '"""' not in line]
        assert not [line for line in lines if re.search(r"\b[Pp]lanned days?\b.*[\"']", line)], path
    plan = pd.DataFrame({"local_date": pd.date_range(MONDAY, periods=4), "role": ["day_1", "other", "day_3", "rest"]})
    became = plan_status(plan.assign(content=None), birch().sessions, week_days(SUNDAY), SUNDAY)
    assert became["role"].tolist() == ["day_1", "day_3"], "lifting days; a planned run is no such day"
