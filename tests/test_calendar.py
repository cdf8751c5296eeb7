"""Two years of plans where clocks change: each period once, also after a fortnight asleep and a clock set back."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from soak_scale import times

from analysis.base.config import Config, ReportPlan
from analysis.report.due import due_at, last_due, next_due, owed_ends, period_end

ZONES = ("Europe/Berlin", "America/Santiago", "Australia/Lord_Howe")
PLANS = (
    ReportPlan(),
    ReportPlan(weekday="sunday", at="02:30"),  # left out in spring and shown twice in autumn
    ReportPlan(weekday="sunday", at="00:15"),  # Santiago's clocks leave out this hour
    ReportPlan(every="fortnight", weekday="tuesday", at="23:59"),
    ReportPlan(every="month", at="00:00"),
)
BEGIN, END = pd.Timestamp("2025-01-06T12:00", tz="UTC"), pd.Timestamp("2027-01-06T12:00", tz="UTC")
MINUTE, HOUR, FORTNIGHT = pd.Timedelta(minutes=1), pd.Timedelta(hours=1), pd.Timedelta(days=14)
MOMENTS = st.integers(0, int((END - BEGIN) / MINUTE)).map(lambda minutes: BEGIN + minutes * MINUTE)


def rendered(
    plan: ReportPlan, config: Config, calls: list[pd.Timestamp], failing: dict[pd.Timestamp, int] | None = None
) -> dict[pd.Timestamp, list[pd.Timestamp]]:
    """When a renderer that leaves alone what is there would make a page, by the last day of its period.

    `failing` says how many tries of a page come to nothing.
    """
    made: dict[pd.Timestamp, list[pd.Timestamp]] = {}
    left = dict(failing or {})
    for now in calls:
        unmade = {end for end, tries in (failing or {}).items() if left[end] < tries and end not in made}
        for end in reversed(owed_ends(plan, now, max(made, default=None), config, unmade)):
            if left.get(end, 0):
                left[end] -= 1
            elif end not in made:
                made[end] = [now]
    return made


def moments(plan: ReportPlan, config: Config) -> dict[pd.Timestamp, pd.Timestamp]:
    """When each period of the two years becomes due, by its last day; found day by day."""
    days = pd.date_range("2025-01-01", "2027-01-31")
    ends = sorted({period_end(plan, day, config.week_start) for day in days})
    due = {end: due_at(plan, end, config.zone) for end in ends}
    return {end: moment for end, moment in due.items() if BEGIN < moment <= END}


@pytest.fixture(params=ZONES)
def config(request):
    return Config(time_zone=request.param)


@pytest.fixture(params=PLANS, ids=lambda plan: f"{plan.every}-{plan.weekday}-{plan.at.replace(':', '')}")
def plan(request):
    return request.param


@pytest.mark.parametrize("nap", ["2026-03-22", "2025-09-01", "2026-10-20"])
def test_each_period_is_rendered_once_and_at_the_first_call_after_it_is_due(plan, config, nap):
    expected = moments(plan, config)
    asleep = pd.Timestamp(nap, tz="UTC")
    calls = sorted({at + step for at in (BEGIN, *expected.values(), END) for step in (-MINUTE, 0 * MINUTE, HOUR)})
    awake = [now for now in calls if not asleep < now < asleep + FORTNIGHT]
    made = rendered(plan, config, awake)
    made.pop(min(made))  # what was due before the first call
    assert list(made) == list(expected)
    assert [at for (at,) in made.values()] == [min(now for now in awake if now >= due) for due in expected.values()]


@settings(max_examples=times(10, 10, 30))
@given(calls=st.lists(MOMENTS, min_size=1, max_size=20), plan=st.sampled_from(PLANS), zone=st.sampled_from(ZONES))
def test_nothing_is_rendered_before_it_is_due_and_the_last_call_leaves_nothing_owed(calls, plan, zone):
    config = Config(time_zone=zone)
    made = rendered(plan, config, sorted(calls))
    assert all(due_at(plan, end, config.zone) <= at for end, (at,) in made.items())
    assert set(owed_ends(plan, max(calls), max(made), config)) <= set(made)
    assert next_due(plan, max(calls), config) > max(calls)


@settings(max_examples=times(10, 10, 30))
@given(call=MOMENTS, back_days=st.integers(0, 21), plan=st.sampled_from(PLANS[:3]), zone=st.sampled_from(ZONES))
def test_a_clock_that_was_set_back_renders_nothing_again(call, back_days, plan, zone):
    config = Config(time_zone=zone)
    before = [call - pd.Timedelta(days=days) for days in (35, 28, 21, 14, 7, 0)]
    once = rendered(plan, config, before)
    assert rendered(plan, config, [*before, call - pd.Timedelta(days=back_days), call]) == once


@pytest.mark.parametrize("tries", [2, 4, 8])
def test_a_page_that_failed_is_tried_at_each_call_until_it_is_made_also_after_the_next_one_was(tries):
    calls = list(pd.date_range("2026-01-05T06:00", periods=12, freq="7D", tz="UTC"))
    ends = [last_due(ReportPlan(), now, Config()) for now in calls]
    made = rendered(ReportPlan(), Config(), calls, {ends[2]: tries - 1})
    assert made.pop(ends[2]) == [calls[2 + tries - 1]]
    assert made == {end: [now] for end, now in zip(ends, calls, strict=True) if end != ends[2]}


def test_a_page_that_fails_for_ever_is_tried_as_long_as_it_may_be_made_good():
    failed = pd.Timestamp("2026-05-31")
    calls = pd.date_range("2026-06-01T06:00", periods=5, freq="7D", tz="UTC")
    tried = [failed in owed_ends(ReportPlan(catch_up=3), now, failed + FORTNIGHT, Config(), {failed}) for now in calls]
    assert tried == [True, True, True, False, False]


def test_who_never_had_a_page_is_owed_what_followed_the_first_that_was_tried():
    now, tried = pd.Timestamp("2026-06-01T06:00", tz="UTC"), pd.Timestamp("2026-05-24")
    for unmade, ends in (
        (set(), ["2026-05-31"]),
        ({tried - 2 * FORTNIGHT}, ["2026-05-31", "2026-05-24", "2026-05-17"]),
    ):
        found = owed_ends(ReportPlan(catch_up=3), now, None, Config(), unmade)
        assert [f"{end:%Y-%m-%d}" for end in found] == ends


def test_only_so_many_periods_are_made_good_after_a_long_silence():
    now, newest = pd.Timestamp("2026-06-01T06:00", tz="UTC"), pd.Timestamp("2025-06-01")
    ends = owed_ends(ReportPlan(catch_up=3), now, newest, Config())
    assert [f"{end:%Y-%m-%d}" for end in ends] == ["2026-05-31", "2026-05-24", "2026-05-17"]


@pytest.mark.parametrize(
    ("zone", "plan", "end", "moment"),
    [
        ("Europe/Berlin", PLANS[0], "2026-03-29", "2026-03-30T04:00Z"),
        ("Europe/Berlin", PLANS[0], "2026-03-22", "2026-03-23T05:00Z"),
        ("Europe/Berlin", ReportPlan(weekday="sunday", at="02:30"), "2026-03-28", "2026-03-29T01:30Z"),
        ("Europe/Berlin", ReportPlan(weekday="sunday", at="02:30"), "2026-10-24", "2026-10-25T00:30Z"),
        ("America/Santiago", ReportPlan(weekday="sunday", at="00:15"), "2026-09-05", "2026-09-06T04:15Z"),
        ("Australia/Lord_Howe", ReportPlan(weekday="sunday", at="02:15"), "2026-10-03", "2026-10-03T15:45Z"),
    ],
)
def test_six_in_the_morning_is_six_on_the_wall(zone, plan, end, moment):
    assert due_at(plan, pd.Timestamp(end), Config(time_zone=zone).zone) == pd.Timestamp(moment)


def test_a_fortnight_begins_where_it_is_said_to():
    config, now = Config(), pd.Timestamp("2026-06-30T12:00", tz="UTC")
    ends = [
        last_due(ReportPlan(every="fortnight", fortnight_from=first), now, config)
        for first in (date(2026, 1, 5), date(2026, 1, 12))
    ]
    assert [f"{end:%Y-%m-%d}" for end in ends] == ["2026-06-21", "2026-06-28"]
