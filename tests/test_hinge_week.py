"""What the athlete's week knows of the hinge: breaks of form, tempo, sides of single-leg work, mobility, notes."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_athlete import (
    FRIDAYS,
    MONDAY,
    MONDAYS,
    SUNDAY,
    MadeUp,
    answers,
    birch,
    form_sets,
    labelled,
    lifting,
    loaded,
    screened,
    table,
    timed,
)

from analysis.base.display import Display
from analysis.base.tables import LABELS as LABEL_KINDS
from analysis.base.tables import TABLES
from analysis.base.wellness_items import wellness_items
from analysis.base.words import BREAKS, BREAKS_SEEN
from analysis.metrics.tempo import TempoCount
from analysis.models.form.clean_reps import set_breaks
from analysis.models.form.tempo_kept import tempo_kept
from analysis.pages.athlete_week.done import labelled_days
from analysis.pages.athlete_week.hinge_words import LABELS, break_text, label_text, tempo_text
from analysis.pages.athlete_week.milestones import milestones_of
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.series import series_fact, subject_of, wording_of

WEEK = pd.date_range(MONDAY, periods=7)


def test_the_week_says_which_break_came_first_and_at_which_rep():
    week = athlete_week(birch(), SUNDAY)  # clean for 6 of 8
    (broke,) = week.form_breaks
    assert (broke.rep_no, broke.n_reps, broke.kind, broke.load_kg) == (7, 8, "flexion", 50.0)
    assert break_text(broke) == "Back rounds first, at rep 7 of 8"


def test_a_set_that_held_to_the_end_broke_nowhere():
    (held,) = athlete_week(birch().but(**lifting(form_sets(MONDAYS[-1:], [8]))), SUNDAY).form_breaks
    assert (held.rep_no, held.kind) == (None, None)
    assert break_text(held) == "Clean to the last of 8 reps"


def test_rated_sets_of_other_weeks_are_none_of_this_week():
    assert athlete_week(birch().but(**lifting(form_sets(MONDAYS[:-1], [6] * 8))), SUNDAY).form_breaks == ()


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=6), min_size=1, max_size=4))
def test_the_rep_that_broke_is_the_first_that_was_not_clean(sets):
    rows = [
        {"session_id": "s", "set_no": number, "rep_no": rep, "exercise": "squat", "load_kg": 60.0, "rater": "coach"}
        | {"local_date": MONDAY, "is_clean": clean, "break_kind": None if clean else "shift"}
        for number, reps in enumerate(sets, start=1)
        for rep, clean in enumerate(reps, start=1)
    ]
    told = set_breaks(pd.DataFrame(rows))
    assert [one.rep_no for one in told] == [next((rep for rep, c in enumerate(s, 1) if not c), None) for s in sets]
    assert [one.n_reps for one in told] == [len(reps) for reps in sets]
    assert all((one.kind is None) == (one.rep_no is None) for one in told)


def test_the_week_counts_the_sets_that_kept_their_tempo():
    days = pd.DatetimeIndex(["2026-06-15", "2026-06-22", "2026-06-23", "2026-06-24", "2026-06-26"])
    sets = lifting(timed(days, [40.0, 41.0, 30.0, 50.0, np.nan]))
    week = athlete_week(birch().but(**sets), SUNDAY)
    assert week.tempo == TempoCount(n_sets=4, n_kept=1, n_faster=1, n_slower=1)
    assert tempo_text(week.tempo) == (
        "Tempo kept in 1 of 3 sets. 1 faster than asked. 1 slower than asked. 1 set had no time."
    )
    assert tempo_text(athlete_week(birch(), SUNDAY).tempo) == ""


def test_a_tempo_that_is_lost_for_good_is_told_as_worse():
    off = birch().but(**lifting(timed(FRIDAYS, [41.0, 42.0, 40.0, 41.0, 39.0, 42.0, 30.0, 29.0, 31.0])))
    (tempo,) = athlete_week(off, SUNDAY).tempos.known
    assert "romanian_deadlift.tempo" in {subject_of(one) for one in athlete_week(off, SUNDAY).followed}
    assert tempo.change.state == "clearly worse"
    assert series_fact(tempo, Display()).sentence.startswith(
        "Clearly further off plan since 12 Jun. Romanian deadlift, tempo off plan: "
    )


@given(st.lists(st.floats(10, 80), min_size=1, max_size=8), st.floats(1, 6))
def test_being_off_by_as_much_faster_or_slower_is_as_far(times_s, lowering_s):
    asked = f"{lowering_s:.1f}-1-1-0"
    prescribed = 8 * (round(lowering_s, 1) + 2)
    days = pd.date_range("2026-01-05", periods=len(times_s), freq="7D")
    mirrored = [2 * prescribed - time_s for time_s in times_s]
    told = [
        tempo_kept(lifting(timed(days, some, tempo=asked))["sets"], "romanian_deadlift", days[-1]).exposures["value"]
        for some in (times_s, mirrored)
        if min(some) >= 0
    ]
    for values in told:
        np.testing.assert_allclose(values, [abs(time_s - prescribed) / 8 for time_s in times_s], atol=1e-9)


def test_a_set_in_two_sources_keeps_its_tempo_once():
    rows, _ = timed(MONDAYS[-1:], [40.0])
    copy = {**rows[0], "session_id": "copy", "counted": False}
    both = birch().but(**lifting(([*rows, copy], [])))
    assert athlete_week(both, SUNDAY).tempo.n_sets == 1
    untimed = {**rows[0], "tempo": None, "duration_s": np.nan}
    assert athlete_week(birch().but(**lifting(([untimed, copy], []))), SUNDAY).tempo.n_kept == 1


SPLIT_SQUAT = {"exercise": "split_squat", "exercise_raw": "Split Squat"}


def one_legged(left: list[float], right: list[float], what: str) -> dict[str, pd.DataFrame]:
    """A set a side every Friday: the speeds of one rep at 20 kg, or the loads."""
    sets, reps = [], []
    for day, *both in zip(FRIDAYS[-len(left) :], left, right, strict=True):
        for set_no, (side, value) in enumerate(zip("LR", both, strict=True), start=1):
            (row,), _ = loaded(pd.DatetimeIndex([day]), [value if what == "load" else 20.0], **SPLIT_SQUAT)
            sets.append(row | {"side": side, "set_no": set_no})
            if what == "speed":
                key = {name: row[name] for name in ("session_id", "athlete_id", "local_date", "file_no", "row_no")}
                reps.append(key | {"set_no": set_no, "rep_no": 1, "mean_velocity_m_s": value, "device": "encoder"})
    return lifting((sets, reps))


def test_the_faster_leg_is_told_where_it_is_sure():
    left = [0.50, 0.51, 0.50, 0.49, 0.50, 0.51, 0.50, 0.51]
    week = athlete_week(birch().but(**one_legged(left, [1.1 * one for one in left[::-1]], "speed")), SUNDAY)
    (sides,) = week.leg_sides.known
    assert (sides.is_sure, sides.larger) == (True, "right")
    assert sides.estimate_pct == pytest.approx(100 * np.log(1.1), abs=0.5)
    assert "split_squat.speed.sides" in {subject_of(one) for one in week.followed}
    told = "Your right side is 9.5 % faster. Split squat, bar speed, on 8 of 8 dates."
    assert series_fact(sides, Display()).sentence == told


def test_loads_of_the_sides_are_compared_where_no_speed_is():
    (sides,) = athlete_week(birch().but(**one_legged([20.0] * 6, [22.5, 24] * 3, "load")), SUNDAY).leg_sides.known
    assert (sides.unit, sides.larger, sides.left) == ("kg", "right", pytest.approx(20.0))


def test_the_same_load_on_both_sides_tells_nothing_of_them():
    week = athlete_week(birch().but(**one_legged([20.0, 22, 24], [20.0, 22, 24], "load")), SUNDAY)
    assert week.leg_sides.known == ()
    assert week.leg_sides.missing[0].sentence == (
        "Split squat: left and right lifted the same on all 3 days. Measure bar speed to compare them."
    )
    assert athlete_week(birch(), SUNDAY).leg_sides.missing == ()


@given(st.floats(0.8, 1.25), st.floats(0.3, 0.9), st.integers(3, 8))
def test_a_ratio_of_the_legs_comes_back(ratio, left_m_s, n):
    left = [left_m_s * (1 + 0.01 * (-1) ** place) for place in range(n)]
    frames = one_legged(left, [ratio * one * (1 + 0.002 * (place % 2)) for place, one in enumerate(left)], "speed")
    (sides,) = athlete_week(birch().but(**frames), SUNDAY).leg_sides.known
    assert sides.estimate_pct == pytest.approx(100 * np.log(ratio), abs=0.25)


MONTHS = pd.date_range(end="2026-06-24", periods=8, freq="28D")


def test_an_ankle_that_moves_further_is_told_beside_depth():
    trials = screened(MONTHS, [10.0, 10.3, 10.1, 9.9, 10.2, 13.0, 13.1, 12.9])
    week = athlete_week(birch().but(trials=trials), SUNDAY)
    (ankle,) = week.mobility.known
    assert (subject_of(ankle), ankle.change.state) == ("ankle_dorsiflexion.mobility", "clearly better")
    assert ankle.exposures["value"].iloc[0] == pytest.approx(10.1)  # the mean of the sides
    assert (
        series_fact(ankle, Display()).sentence
        == "Clearly more mobile since 29 Apr. Ankle, knee to wall: 13.1 cm, before 10.2."
    )


def test_a_day_with_one_side_is_no_value_of_a_screen_of_both():
    trials = screened(MONTHS, [10.0] * 7 + [12.0])
    alone = trials[(trials["local_date"] < MONTHS[-1]) | (trials["side"] == "L")]
    (ankle,) = athlete_week(birch().but(trials=alone), SUNDAY).mobility.known
    assert ankle.last_date == MONTHS[-2]


def test_the_screen_of_depth_is_told_where_no_lift_has_an_angle():
    depth = screened(MONTHS, [98.0] * 8, right_more_cm=0.0, test_id="hinge_depth", metric="angle", unit="deg")
    depth = depth[depth["side"] == "L"].assign(side="B")
    assert athlete_week(birch().but(trials=depth), SUNDAY).mobility.known == ()
    unrated = birch().but(trials=depth, **lifting(timed(FRIDAYS, [40.0] * 9)))
    (screen,) = athlete_week(unrated, SUNDAY).mobility.known
    assert (screen.quantity.better, wording_of(screen, Display()).less) == ("lower", "deeper")


def measured_at_rest(item: str, values: list[float]) -> pd.DataFrame:
    days = pd.date_range(end=SUNDAY, periods=len(values))
    rows = answers(days, values, item)
    return table("wellness", [row | {"scale_min": None, "scale_max": None, "direction": "neutral"} for row in rows])


def test_a_resting_heart_rate_is_followed_in_beats_and_lower_is_better():
    rest = [52.0, 54, 53, 52, 55, 53, 54, 52] * 3 + [60.0, 61, 60, 62, 61, 60, 61, 62]
    week = athlete_week(birch().but(wellness=measured_at_rest("resting_heart_rate_bpm", rest)), SUNDAY)
    (one,) = week.answers.known
    assert (one.change.state, one.quantity.unit, wording_of(one, Display()).head) == (
        "clearly worse",
        "bpm",
        "Resting heart rate",
    )
    assert "Resting heart rate: 61 bpm, before 53." in series_fact(one, Display()).sentence
    assert set(week.wellness["name"] + ", " + week.wellness["scale"]) == {"Resting heart rate, bpm"}


def test_what_has_no_good_direction_is_named_and_not_judged():
    week = athlete_week(birch().but(wellness=measured_at_rest("rmssd_ms", [60.0] * 20)), SUNDAY)
    assert week.answers.known == ()
    assert week.wellness["name"].unique().tolist() == ["Heart rate variability (RMSSD)"]


def test_an_answer_has_the_end_of_its_scale():
    assert set(athlete_week(birch(), SUNDAY).wellness["scale"]) == {"of 10"}


def test_every_item_that_is_judged_in_a_unit_says_why():
    for item in wellness_items().values():
        assert bool(item.unit and item.better) == np.isfinite(item.swc)


def with_notes(*notes: tuple[str | None, str | None]) -> MadeUp:
    """Birch, with sets of Friday that have a note and a video each."""
    (row,), _ = loaded(FRIDAYS[-1:], [60.0])
    sets = [row | {"set_no": n, "notes": one, "video_url": video} for n, (one, video) in enumerate(notes, start=1)]
    return birch().but(**lifting((sets, [])))


def test_notes_and_videos_of_the_week_stand_by_day_and_set():
    link = "https://videos.example.org/rdl?v=1"
    week = athlete_week(with_notes(("Hips back", None), ("Hips back", None), (None, link), (None, None)), SUNDAY)
    told = [(one.exercise, one.sets, one.text, one.video_url) for one in week.notes]
    assert told == [("romanian_deadlift", (1, 2), "Hips back", None), ("romanian_deadlift", (3,), "", link)]
    sessions = birch().sessions.assign(notes="Slept badly")
    of_session = athlete_week(birch().but(sessions=sessions), SUNDAY).notes
    assert {(one.exercise, one.text) for one in of_session} == {(None, "Slept badly")}
    assert [one.local_date for one in of_session] == sorted(one.local_date for one in of_session)


@pytest.mark.parametrize(
    "address",
    ["http://example.org/a", "javascript:alert(1)", "https://a b", "https://", 'https://a"onclick', "data:text/html,x"],
)
def test_an_address_that_is_not_https_is_no_video(address):
    pattern = TABLES["sets"].by_name["video_url"].pattern
    assert re.match(pattern, address) is None
    assert re.match(pattern, "https://youtu.be/abc?t=1") is not None


def rated_days(clean: list[int], angles_deg: list[float], speeds_m_s: list[float]) -> MadeUp:
    sets, reps = form_sets(MONDAYS, clean, angles_deg=angles_deg)
    speeds = dict(zip(MONDAYS, speeds_m_s, strict=True))
    return birch().but(**lifting((sets, [row | {"mean_velocity_m_s": speeds[row["local_date"]]} for row in reps])))


def test_the_deepest_and_the_fastest_day_with_every_rep_clean_are_milestones():
    week = athlete_week(rated_days([8] * 9, [95, 94, 96, 95, 94, 95, 96, 95, 80], [0.70] * 8 + [0.74]), SUNDAY)
    found = {one.kind: one for one in milestones_of(week)}
    assert found["depth"].value == pytest.approx(84.5)  # from 81 to 88 degrees
    assert (found["depth"].unit, found["depth"].clear) == ("deg", True)
    level = [95, 94, 96, 95, 94, 95, 96, 95, 95]
    faster = milestones_of(athlete_week(rated_days([8] * 9, level, [0.70] * 8 + [0.74]), SUNDAY))
    assert [(one.what, one.value, one.clear) for one in faster if one.kind == "clean_speed"] == [
        ("Romanian deadlift at 50 kg", pytest.approx(0.74), False)
    ]


def test_depth_that_cost_form_is_no_milestone():
    week = athlete_week(rated_days([8] * 8 + [7], [95.0] * 8 + [80.0], [0.70] * 8 + [0.80]), SUNDAY)
    assert {one.kind for one in milestones_of(week)}.isdisjoint({"depth", "clean_speed"})


def test_every_break_and_every_label_has_words():
    assert set(BREAKS_SEEN) == set(BREAKS.known)
    assert set(LABELS) == set(LABEL_KINDS)


def test_named_days_are_those_of_the_week():
    labels = labelled(("ill", "2026-06-18", "2026-06-23"), ("deload", "2026-06-26", "2026-07-20"))
    week = athlete_week(birch().but(labels=labels), SUNDAY)
    assert [label_text(one) for one in week.labelled] == [
        "Ill from Monday to Tuesday",
        "Light (deload) from Friday to Sunday",
    ]
    whole = labelled(("deload", "2026-06-22", "2026-06-28"))
    assert [label_text(one) for one in athlete_week(birch().but(labels=whole), SUNDAY).labelled] == [
        "Light (deload) all week"
    ]
    day = labelled(("travel", "2026-06-24", "2026-06-24"))
    assert [label_text(one) for one in athlete_week(birch().but(labels=day), SUNDAY).labelled] == ["Away on Wednesday"]
    assert athlete_week(birch(), SUNDAY).labelled == ()


@given(st.lists(st.tuples(st.sampled_from(LABEL_KINDS), st.integers(-9, 9), st.integers(0, 9)), max_size=6))
def test_a_day_is_named_as_often_as_kinds_hold_it(spans):
    labels = labelled(
        *((kind, str(MONDAY + pd.Timedelta(days=at)), str(MONDAY + pd.Timedelta(days=at + n))) for kind, at, n in spans)
    )
    told = labelled_days(labels, WEEK)
    for day in WEEK:
        held = {kind for kind, at, n in spans if 0 <= (day - MONDAY).days - at <= n}
        named = [one.kind for one in told if one.first <= day <= one.last]
        assert sorted(named) == sorted(held)
