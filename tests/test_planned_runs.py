"""What became of planned runs: done, moved, missed, off, and nothing said of who writes no run down."""

import pandas as pd
import pytest

from analysis.metrics.planned_runs import names_run, planned_runs

WEEK = pd.date_range("2026-06-01", periods=7)
PLAN = pd.DataFrame(
    {
        "local_date": [WEEK[0], WEEK[1], WEEK[3], WEEK[3], WEEK[5], WEEK[6]],
        "role": ["day_1", "other", "other", "other", "other", "rest"],
        "content": ["Warm up with a run", "Easy run", "Easy jog", "then running drills", "20 m sprint", "No run"],
    }
)
NO_LABEL = pd.DataFrame({"kind": [], "first_date": pd.to_datetime([]), "last_date": pd.to_datetime([])})


def sessions(*days, kind="run", status="done"):
    return pd.DataFrame({"local_date": pd.to_datetime(list(days)), "kind": kind, "status": status})


def recorded(*days, sport="running", counted=True):
    return pd.DataFrame({"local_date": pd.to_datetime(list(days)), "sport": sport, "counted": counted})


def became(logged, runs, *, until=WEEK[-1], labels=NO_LABEL):
    found = planned_runs(PLAN, logged, runs, WEEK, until, labels=labels)
    return list(zip(found["local_date"].dt.day, found["status"], found["done_on"].dt.day, strict=True))


def test_a_run_by_the_watch_or_by_the_log_is_done_on_its_day():
    assert became(sessions("2026-06-02"), recorded("2026-06-04")) == [(2, "done", 2), (4, "done", 4)]


def test_lines_of_a_day_are_one_run():
    found = planned_runs(PLAN, sessions("2026-06-04"), recorded("2026-06-02"), WEEK, WEEK[-1], labels=NO_LABEL)
    assert found["content"].tolist() == ["Easy run", "Easy jog; then running drills"]


def test_one_run_between_two_planned_days_is_that_of_one_of_them():
    told = became(sessions("2026-06-03"), recorded("2026-05-20"))
    assert [status for _, status, _ in told] == ["moved", "missed"]


def test_the_run_of_the_next_weeks_first_day_is_not_that_of_this_weeks_last():
    both = PLAN.assign(local_date=[*PLAN["local_date"][:4], WEEK[6], WEEK[6] + pd.Timedelta(days=1)])
    both = both.assign(role=[*PLAN["role"][:4], "other", "other"], content=[*PLAN["content"][:4], "Run", "Run"])
    done = sessions("2026-06-02", "2026-06-04", "2026-06-08")
    found = planned_runs(both, done, recorded(sport="x")[:0], WEEK, WEEK[6] + pd.Timedelta(days=7), labels=NO_LABEL)
    assert found["status"].tolist() == ["done", "done", "missed"]


@pytest.mark.parametrize(
    ("logged", "runs"),
    [
        (sessions("2026-06-02", kind="strength"), recorded("2026-05-20")),
        (sessions("2026-06-02", status="rest"), recorded("2026-05-20")),
        (sessions(), recorded("2026-05-20").assign(counted=True)),
        (sessions("2026-05-20"), recorded("2026-06-02", sport="cycling")),
        (sessions("2026-05-20"), recorded("2026-06-02", counted=False)),
    ],
)
def test_what_is_no_run_does_not_count(logged, runs):
    assert [status for _, status, _ in became(logged, runs)] == ["missed", "missed"]


def test_of_who_logged_no_run_in_four_weeks_nothing_is_said():
    assert became(sessions("2026-06-02", kind="strength"), recorded("2026-05-03")) == []
    assert became(sessions(), recorded()[:0].astype({"sport": "str"})) == []


def test_what_an_athlete_was_too_ill_for_was_not_due():
    ill = pd.DataFrame({"kind": ["ill"], "first_date": [WEEK[1]], "last_date": [WEEK[2]]})
    found = planned_runs(PLAN, sessions("2026-05-20"), recorded("2026-06-04"), WEEK, WEEK[-1], labels=ill)
    assert found[["status", "away"]].values.tolist()[0] == ["off", "ill"]
    assert found["status"].tolist() == ["off", "done"]


def test_a_day_to_come_is_planned_and_a_later_run_not_known():
    assert became(sessions("2026-06-02"), recorded("2026-06-04"), until=WEEK[2])[1][:2] == (4, "planned")


@pytest.mark.parametrize(
    ("role", "content", "asks"),
    [
        ("other", "Long RUN, 80 min", True),
        ("other", "Jogging", True),
        ("day_3", "Run", False),
        ("rest", "no run", False),
        ("other", "Trunk", False),
        ("other", float("nan"), False),
    ],
)
def test_a_line_asks_for_a_run_in_words(role, content, asks):
    assert names_run(role, content) is asks
