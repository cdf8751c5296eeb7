"""What the athlete's week knows of the hinge: breaks of form, tempo, sides of single-leg work, mobility, notes."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from made_up_athlete import FRIDAYS, MONDAY, MONDAYS, SUNDAY, birch, form_sets, labelled, lifting, timed

from analysis.base.tables import LABELS as LABEL_KINDS
from analysis.base.words import BREAKS, BREAKS_SEEN
from analysis.metrics.tempo import TempoCount
from analysis.models.form.clean_reps import set_breaks
from analysis.models.form.tempo_kept import tempo_kept
from analysis.pages.athlete_week.done import labelled_days
from analysis.pages.athlete_week.hinge_words import LABELS, break_text, label_text, tempo_text
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.series import series_fact, subject_of

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
    assert series_fact(tempo).sentence.startswith("Clearly further off since 12 Jun. Romanian deadlift, seconds a rep")


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


def test_every_break_and_every_label_has_words():
    assert set(BREAKS_SEEN) == set(BREAKS.known)
    assert set(LABELS) == set(LABEL_KINDS)


def test_named_days_are_those_of_the_week():
    labels = labelled(("ill", "2026-06-18", "2026-06-23"), ("deload", "2026-06-26", "2026-07-20"))
    week = athlete_week(birch().but(labels=labels), SUNDAY)
    assert [label_text(one) for one in week.labelled] == ["Ill from Monday to Tuesday", "Deload from Friday to Sunday"]
    whole = labelled(("deload", "2026-06-22", "2026-06-28"))
    assert [label_text(one) for one in athlete_week(birch().but(labels=whole), SUNDAY).labelled] == ["Deload all week"]
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
