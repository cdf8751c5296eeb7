"""Depth within the set, tempo kept, screens beside depth, sessions around a cue, and the figures of these."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_sets import rated_sets
from soak_scale import declared

from analysis.base.config import SideTest
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.cues import cue_facts, cues_figure
from analysis.figures.depth_drift import depth_drift_figure
from analysis.figures.mobility import mobility_figure
from analysis.figures.sides import side_difference_figure
from analysis.figures.tempo import tempo_figure
from analysis.metrics.mobility import beside_depth, mobility
from analysis.metrics.tempo import tempo_compliance, tempo_s, tempo_summary
from analysis.models.form.clean_reps import form_history
from analysis.models.form.cues import NO_PROOF, cue_sessions
from analysis.models.form.depth_drift import depth_drift
from analysis.models.form.sides import side_difference
from analysis.models.noise import noise_of_squad
from analysis.models.series import Judging, Quantity

UNTIL = pd.Timestamp("2026-12-31")
CLEAN = Quantity("clean_reps", "reps", 1.0, resolution=1.0)


def drifting(drift_deg: float, *, n_athletes: int = 1, n_sessions: int = 12, seed: int = 1) -> pd.DataFrame:
    return rated_sets(n_athletes, n_sessions, rng=np.random.default_rng(seed), drift_deg=drift_deg)


def note(figure) -> str:
    return figure.layout.title.text.replace("<br>", " ")


# depth within the set


@pytest.mark.parametrize(
    ("drift_deg", "state"), [(1.5, "shallower"), (-1.5, "deeper"), (0.0, "about the same")], ids=["up", "down", "none"]
)
def test_a_drift_of_depth_is_told_with_its_direction(drift_deg, state):
    result = depth_drift(drifting(drift_deg), cluster="session_id")
    assert result.state == state
    assert result.slope_interval.low < drift_deg < result.slope_interval.high


def test_depths_of_days_and_athletes_drop_out():
    reps = drifting(0.8, n_athletes=8)
    levels = reps["session_id"].map(dict(zip(reps["session_id"].unique(), np.arange(96) * 5.0 % 61, strict=True)))
    moved = reps.assign(hinge_angle_deg=reps["hinge_angle_deg"] + levels)
    told = [depth_drift(frame, cluster="athlete_id").slope_deg_per_rep for frame in (reps, moved)]
    assert told[0] == pytest.approx(told[1])


@pytest.mark.scaled
def test_no_drift_is_called_one_in_about_one_squad_in_twenty():
    squads = declared(40, 120)
    wrong = [
        not (low < 0 < high)
        for low, high in (
            depth_drift(drifting(0.0, n_sessions=6, seed=seed), cluster="session_id").slope_interval
            for seed in range(squads)
        )
    ]
    assert np.mean(wrong) <= 0.05 + 3 * (0.05 * 0.95 / squads) ** 0.5


def test_a_sure_drift_that_a_single_video_cannot_show_says_so():
    result = depth_drift(drifting(0.9), cluster="session_id")
    assert result.state == "shallower"
    assert not result.seen_in_one_set
    assert result.sentence.endswith("a single set cannot show it.")


def test_sets_with_two_angles_are_left_out_and_counted():
    reps = drifting(0.8)
    reps.loc[(reps["session_id"] == "t00-0") & (reps["rep_no"] > 2), "hinge_angle_deg"] = np.nan
    result = depth_drift(reps, cluster="session_id")
    assert result.n_missing == 8
    assert result.fit.n_clusters == 11


@pytest.mark.parametrize(
    ("reps", "more", "error", "words"),
    [
        (drifting(0.0, n_sessions=5), {}, NotEnoughData, "6 sessions with 3 angles in a set or more; got 5"),
        (drifting(0.0, n_athletes=2), {}, DataProblem, "Sessions of 2 athletes are not one athlete's"),
        (drifting(0.0), {"video_sem_deg": 0.0}, DataProblem, "An error of 0 degrees is none"),
    ],
    ids=["few", "two", "error"],
)
def test_depth_that_cannot_be_told_is_refused_in_words(reps, more, error, words):
    with pytest.raises(error, match=words):
        depth_drift(reps, cluster="session_id", **more)


def test_nobody_in_the_example_squad_has_a_drift_that_a_video_shows(squad_workspace):
    athlete = squad_workspace.workspace.athlete("Hazel")
    reps = athlete.reps.dropna(subset=["hinge_angle_deg"])
    assert depth_drift(reps, cluster="session_id").state == "about the same"


def test_the_figure_of_depth_says_its_sentence():
    result = depth_drift(drifting(1.5), cluster="session_id")
    shown = depth_drift_figure(result)
    assert note(shown) == result.sentence
    assert shown.layout.yaxis.title.text == "Hinge angle from the first rep (°)"


# tempo


def tempo_sets(**columns) -> pd.DataFrame:
    n = max(len(values) for values in columns.values())
    frame = pd.DataFrame({"session_id": "s", "set_no": range(1, n + 1), "local_date": UNTIL, "exercise": "deadlift"})
    return frame.assign(**({"reps": 8.0, "tempo": "3-1-1-0", "duration_s": np.nan} | columns))


@given(phases=st.tuples(*[st.integers(0, 9)] * 4), reps=st.integers(1, 20))
def test_a_set_done_as_prescribed_is_kept(phases, reps):
    tempo = "-".join(map(str, phases))
    done = tempo_compliance(tempo_sets(tempo=[tempo], reps=[float(reps)], duration_s=[float(reps * sum(phases))]))
    assert done["off_s_per_rep"].tolist() == [0.0]
    assert done["kept"].tolist() == ["kept"]


def test_what_is_missing_is_neither_kept_nor_missed():
    sets = tempo_sets(
        tempo=["3-1-1-0", "3-1-1-0", "3-1-X-0", "3110", None],
        reps=[8.0, 0.0, 8.0, 8.0, 8.0],
        duration_s=[np.nan, 40.0, 40.0, 40.0, 40.0],
    )
    done = tempo_compliance(sets)
    assert done["kept"].tolist() == [None] * 4  # a set without a tempo was not asked for one
    assert tempo_summary(done)[["n_sets", "n_known", "n_kept"]].values.tolist() == [[4, 0, 0]]


def test_faster_and_slower_are_told_apart_beyond_the_tolerance():
    done = tempo_compliance(tempo_sets(duration_s=[43.0, 30.0, 50.0]))
    assert done["kept"].tolist() == ["kept", "faster", "slower"]
    assert note(tempo_figure(done)) == "1 of 3 sets kept the tempo"


def test_sets_without_any_tempo_are_no_problem_and_no_answer():
    done = tempo_compliance(tempo_sets(tempo=[None, None]))
    assert done.empty
    assert tempo_summary(done).empty
    with pytest.raises(NotEnoughData, match="0 have a tempo"):
        tempo_figure(done)


def test_a_decimal_phase_is_read():
    assert tempo_s(pd.Series(["2.5-0-1-0"]))["rep_s"].tolist() == [3.5]


def test_tempo_without_times_says_what_to_log():
    with pytest.raises(NotEnoughData, match=r"2 have a tempo\. Log how long"):
        tempo_figure(tempo_compliance(tempo_sets(duration_s=[np.nan, np.nan])))


# screens beside depth


@pytest.fixture(scope="module")
def hazel(squad_workspace):
    return squad_workspace.workspace.athlete("Hazel")


def test_every_screen_stands_beside_depth_by_date(hazel):
    wide = beside_depth(mobility(hazel.trials, hazel.until))
    assert wide.columns[0] == "hinge_depth (deg)"
    assert {"ankle_dorsiflexion L (cm)", "hip_external_rotation R (deg)", "thoracic_rotation L (deg)"} <= set(wide)
    assert wide.index.is_monotonic_increasing


def test_a_screen_not_done_on_a_date_is_not_carried_over(hazel):
    last = hazel.trials["local_date"].max()
    trials = hazel.trials[(hazel.trials["local_date"] < last) | (hazel.trials["test_id"] != "hinge_depth")]
    assert np.isnan(beside_depth(mobility(trials, hazel.until)).loc[last, "hinge_depth (deg)"])


def test_a_screen_in_two_units_is_refused(hazel):
    mixed = hazel.trials.assign(unit=hazel.trials["unit"].mask(hazel.trials["trial_no"] == 2, "mm"))
    with pytest.raises(DataProblem, match="ankle_dorsiflexion is in cm and in mm"):
        mobility(mixed, hazel.until, tests=("ankle_dorsiflexion",))


def test_no_screen_yet_says_when_to_screen(hazel):
    with pytest.raises(NotEnoughData, match="Screen every four weeks"):
        mobility(hazel.trials, pd.Timestamp("2025-01-01"))


def test_the_figure_of_screens_has_depth_on_top_and_no_cause(hazel):
    shown = mobility_figure(mobility(hazel.trials, hazel.until))
    assert shown.layout.annotations[0].text == "Hinge depth"
    assert "does not make one the cause" in note(shown)


# cues


def weeks(*values: float, **more) -> pd.DataFrame:
    days = pd.date_range("2026-01-05", periods=len(values), freq="7D")
    return pd.DataFrame({"local_date": days, "value": values, "device": "coach"} | more)


def cue_in_week(*numbers: int) -> pd.DataFrame:
    days = pd.Timestamp("2026-01-05") + pd.to_timedelta(7 * np.array(numbers), unit="D")
    return pd.DataFrame({"local_date": days, "exercise": "deadlift", "cue": [f"cue {number}" for number in numbers]})


def around(exposures: pd.DataFrame, *numbers: int, **judging):
    return cue_sessions(cue_in_week(*numbers), exposures, CLEAN, **judging)


def test_the_day_of_the_cue_is_on_neither_side():
    (one,) = around(weeks(5, 6, 5, 1, 6, 5, 6), 3)
    assert one.before["value"].tolist() == [5, 6, 5]
    assert one.after["value"].tolist() == [6, 5, 6]


def test_a_change_after_a_cue_is_told_beyond_or_within_the_noise():
    (clear,), (none,) = around(weeks(3, 4, 3, 3, 8, 8, 8), 3), around(weeks(5, 6, 5, 5, 6, 5, 6), 3)
    assert (clear.flagged, none.flagged) == (True, False)
    assert clear.sentence.startswith("“cue 3”: 3.3 reps before, 8.0 reps after, +4.8 reps (95 % interval +")
    assert none.sentence.endswith("within the noise.")


def test_the_noise_of_the_squad_says_what_one_athlete_alone_cannot():
    quiet = np.random.default_rng(3).normal(6, 0.4, (8, 40))
    squad = pd.DataFrame({"value": quiet.ravel(), "athlete_id": np.repeat(list("abcdefgh"), 40), "device": "coach"})
    squad = squad.assign(quantity="clean_reps", local_date=np.tile(pd.date_range("2025-01-05", periods=40), 8))
    exposures = weeks(5, 6, 5, 5, 7, 6, 7)
    (alone,), (in_squad,) = around(exposures, 3), around(exposures, 3, judging=Judging(noise_of_squad(squad)))
    assert in_squad.interval.high - in_squad.interval.low < alone.interval.high - alone.interval.low


def test_sessions_around_a_cue_that_does_nothing_seldom_differ():
    rng = np.random.default_rng(np.random.SeedSequence([16, 1]))
    cued = [around(weeks(*rng.normal(6, 1, 20)), 12)[0] for _ in range(100)]
    assert np.mean([one.flagged for one in cued]) <= 0.05


def test_too_few_sessions_after_a_cue_say_how_many_are_missing():
    (one,) = around(weeks(5, 6, 5, 5, 6, 5), 3)
    assert one.sentence == "“cue 3”: cannot tell, 1 more session after it needed."
    assert one.null_probability == 0


def test_another_rater_in_between_cannot_tell():
    (one,) = around(weeks(5, 6, 5, 5, 6, 5, 6, device=["a"] * 4 + ["b"] * 3), 3)
    assert one.sentence == "“cue 3”: cannot tell, another rater or device began in between."


def test_cues_of_the_example_squad_are_followed_by_no_more_changes_than_chance(squad_workspace):
    cued = []
    for name in ("Cedar", "Larch", "Juniper", "Ginkgo", "Fir", "Ivy"):  # in whom nothing of form was built in
        athlete = squad_workspace.workspace.athlete(name)
        cued += cue_sessions(athlete.cues, form_history(athlete.sets, athlete.reps, athlete.until).exposures, CLEAN)
    expected = sum(one.null_probability for one in cued)
    assert expected > 1
    assert sum(one.flagged for one in cued) <= expected + 3 * expected**0.5


def test_the_figure_of_cues_says_that_nothing_is_proved():
    cued = around(weeks(5, 6, 5, 5, 6, 5, 6), 3)
    shown = cues_figure(cued, "Clean reps (reps)")
    assert note(shown) == NO_PROOF
    assert shown.data[1].x[0] == pd.Timestamp("2026-01-26")
    told = [fact.sentence for fact in cue_facts(cued)]
    assert told[0].startswith("26 Jan, “cue 3”: 5.2 reps before, 5.8 reps after, +0.5 reps")
    assert told[1].startswith("0 of 1 beyond the noise; 0.1 expected by chance.")


def test_no_cue_yet_says_what_to_log():
    with pytest.raises(NotEnoughData, match="Log one with its date"):
        cue_facts([])


# sides


def test_the_figure_of_sides_says_a_difference_only_where_it_is_sure(squad_workspace):
    ws = squad_workspace.workspace
    test: SideTest = ws.config.side_tests[0]
    notes = {}
    for name in ("Fir", "Ginkgo"):
        athlete = ws.athlete(name)
        notes[name] = note(side_difference_figure(side_difference(athlete.trials, test, athlete.until)))
    assert "right" in notes["Fir"]
    assert "larger on" in notes["Fir"]
    assert "no difference we can be sure of" in notes["Ginkgo"]
