"""Bad input to every model: a sentence with the value in it and what to do, never a warning, a traceback or a NaN.

A new model adds a line to MODELS, or to ELSEWHERE where its own tests hold its refusals.
"""

import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import (
    ANKLE,
    FRIDAYS,
    HOP,
    LIFT,
    SPRINT,
    SUNDAY,
    birch,
    lifting,
    loaded,
    runs_at,
    screened,
    sprints,
    timed,
)
from soak_scale import few_of

import analysis.models
import analysis.report.page as page_module
from analysis.base.config import Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.best_efforts import BestEfforts
from analysis.metrics.strength import bar_speeds
from analysis.models.answers import answers_to
from analysis.models.checks import check_history
from analysis.models.fitness_fatigue.banister import fitness_fatigue
from analysis.models.fitness_fatigue.dose_response import fit_dose_response
from analysis.models.fitness_fatigue.kalman import StateParameters, filtered, fit_states
from analysis.models.fitness_fatigue.skill import review
from analysis.models.form.clean_reps import form_history, history_of_rated, rated_repetitions
from analysis.models.form.depth_drift import depth_drift
from analysis.models.form.hinge_depth import hinge_depth
from analysis.models.form.mobility_level import mobility_level
from analysis.models.form.sides import difference_of_dates, side_difference
from analysis.models.form.single_leg import single_leg_difference
from analysis.models.form.tempo_kept import tempo_kept
from analysis.models.running.critical_speed import (
    POWER_FORMS,
    SPEED_FORMS,
    critical_power,
    critical_speed,
)
from analysis.models.running.durability import durability
from analysis.models.running.pace_at_heart_rate import pace_at_heart_rate
from analysis.models.running.training_speed import training_speed
from analysis.models.sprint.profile import CORRECTIONS, sprint_profile_gates, sprint_profile_radar
from analysis.models.squad.bland_altman import bland_altman
from analysis.models.squad.growth import growth
from analysis.models.squad.reliability import intraclass_correlation, reliability
from analysis.models.squad.sensitivity import check_sensitivity, side_sensitivity, speed_sensitivity
from analysis.models.strength.e1rm import E1rmObservations, e1rm_of_lift, fused_e1rm
from analysis.models.strength.e1rm_by_day import e1rm_by_day
from analysis.models.strength.load_velocity import load_velocity_profile, profile_of_bar_speeds, profile_of_lift
from analysis.models.strength.load_velocity_mixed import profile_across_sessions
from analysis.models.strength.load_velocity_squad import profiles_of_squad
from analysis.models.strength.reps_of_squad import reps_curves_of_squad
from analysis.models.strength.reps_to_1rm import reps_load_curve
from analysis.models.strength.speed_at_load import speed_at_load, speed_of_bar_speeds
from analysis.report.page import SECTION_MIME, Page

# what the last sentence of a refusal begins with
TO_DO = (
    "Add", "Ask", "Check", "Choose", "Correct", "Cut", "Do", "Film", "Filter", "Give", "Leave", "List", "Log",
    "Measure", "Note", "Put", "Rate", "Record", "Repeat", "Run", "Sort", "State", "Test", "Use", "Wear",
)  # fmt: skip
# a number, what is infinite, or that there is none
A_VALUE = re.compile(r"\d|\binf\b|\bNo\b|\bNothing\b|\bone, other\b|\bone\b")


@dataclass(frozen=True)
class Asked:
    """A model, sound input to it, and which bad input it answers all the same, because it is data to this model."""

    fit: Callable[[pd.DataFrame], object]
    sound: pd.DataFrame
    value: str  # column of what is measured
    few: int  # rows of `sound` that are too few
    place: str | None = None  # column of the load, the time or the distance
    kind: str | None = None  # column of the device or the unit
    answers: frozenset[str] = field(default_factory=frozenset)

    def one(self, value: float) -> pd.DataFrame:
        """`sound` with one value replaced."""
        middle = np.arange(len(self.sound)) == len(self.sound) // 2
        return self.sound.assign(**{self.value: self.sound[self.value].astype(float).mask(middle, value)})


WRONGS: dict[str, Callable[[Asked], pd.DataFrame | None]] = {
    "nothing": lambda asked: asked.sound.head(0),
    "too few": lambda asked: asked.sound.head(asked.few),
    "one place": lambda asked: (
        asked.sound.assign(**{asked.place: asked.sound[asked.place].iloc[0]}) if asked.place else None
    ),
    "all equal": lambda asked: asked.sound.assign(**{asked.value: asked.sound[asked.value].iloc[0]}),
    "no value": lambda asked: asked.sound.assign(**{asked.value: np.nan}),
    "a missing value": lambda asked: asked.one(np.nan),
    "an infinite value": lambda asked: asked.one(np.inf),
    "a negative value": lambda asked: asked.one(-1.0),
    "mixed": lambda asked: (
        asked.sound.assign(**{asked.kind: np.resize(["one", "other"], len(asked.sound))}) if asked.kind else None
    ),
}

BIRCH = birch()
MONTHS = [str(day.date()) for day in pd.date_range(end="2026-06-23", periods=8, freq="28D")]
CHECKS = sprints(MONTHS, [3.30, 3.33, 3.31, 3.32, 3.30, 3.31, 3.33, 3.32])
TRIALS = pd.DataFrame(
    {
        "duration_s": [180.0, 360.0, 540.0, 720.0, 840.0],
        "distance_m": [1004.0, 1830.0, 2610.0, 3440.0, 3960.0],
        "power_w": [310.0, 275.0, 263.0, 259.0, 257.0],
        "session_id": list("abcde"),
    }
)
WEEKS = pd.DataFrame(
    {
        "day": pd.date_range("2026-01-05", periods=16, freq="7D"),
        "week": np.arange(16.0),
        "kg": [100.0, 101, 100, 99, 101, 100, 99, 100, 108, 109, 108, 107, 109, 108, 109, 108],
    }
)
SQUAD = pd.DataFrame({"athlete": np.repeat(list("abcdef"), 5), "week": np.tile(np.arange(5.0), 6)})
SQUAD["kg"] = np.random.default_rng(1).normal(100 + np.repeat(np.arange(6), 5) + 0.5 * SQUAD["week"], 1.0)
PAIRS = pd.DataFrame({"first": [0.30, 0.42, 0.36, 0.51, 0.45], "second": [0.31, 0.41, 0.38, 0.52, 0.47]})
TO_FAILURE = pd.DataFrame(
    {
        "athlete_id": ["alder", "birch", "cedar", "rowan"] * 3,
        "share_of_1rm": [0.9] * 4 + [0.8] * 4 + [0.7] * 4,
        "reps": [3.0, 4, 2, 4, 7, 8, 5, 8, 14, 17, 9, 13],
    }
)
OWN = TO_FAILURE[TO_FAILURE["athlete_id"] == "alder"].assign(load_kg=lambda sets: 120 * sets["share_of_1rm"])
GATES = pd.DataFrame({"distance_m": [5.0, 10, 15, 20, 30, 40], "time_s": [1.32, 2.07, 2.76, 3.40, 4.67, 5.91]})
RADAR = pd.DataFrame({"time_s": np.arange(11.0), "m_s": [0, 5.1, 6.9, 7.6, 7.9, 8, 7.95, 8.02, 8, 7.9, 8.1]})

DEADLIFT = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=60, mvt_m_s=0.2, mvt_sd_m_s=0.02)
LIFTED = pd.MultiIndex.from_product(
    [list("abcdefgh"), [1, 2, 3], [1, 2, 3]], names=["athlete_id", "week", "set_no"]
).to_frame(index=False)
LIFTED = LIFTED.assign(
    session_id="s" + LIFTED["week"].astype("str"),
    local_date=pd.Timestamp("2026-06-01") + pd.to_timedelta(7 * LIFTED["week"], unit="D"),
    exercise="deadlift",
    side="B",
    device="encoder",
    set_kind="work",
    rep_no=1,
    reps=3.0,
    rir=1.0,
    load_kg=30 + 30.0 * LIFTED["set_no"],
)
LIFTED["mean_velocity_m_s"] = np.random.default_rng(1).normal(1.5 - 0.008 * LIFTED["load_kg"], 0.03)
ONE_LIFTER = LIFTED[LIFTED["athlete_id"] == "a"]
AT_ANCHOR = BIRCH.reps[BIRCH.reps["mean_velocity_m_s"].notna()]
RATED = BIRCH.reps[BIRCH.reps["rater"].notna()]
RATED = RATED.assign(hinge_angle_deg=RATED["hinge_angle_deg"] + np.resize([0.0, 1.0, -1.0], len(RATED)))
AT_LOADS = lifting(loaded(FRIDAYS, [100.0, 102.5, 97.5] * 3))["sets"]
TIMED = lifting(timed(FRIDAYS, [42.0, 39.0, 44.0] * 3))["sets"]
ANKLES = screened(FRIDAYS, [10.0, 10.4, 10.2] * 3)
SPLIT_SQUATS = pd.DataFrame(
    {
        "local_date": FRIDAYS.repeat(2),
        "session_id": FRIDAYS.repeat(2).astype("str"),
        "set_no": [1, 2] * len(FRIDAYS),
        "rep_no": 1,
        "exercise": "split_squat",
        "side": ["L", "R"] * len(FRIDAYS),
        "load_kg": 20.0,
        "device": "encoder",
        "mean_velocity_m_s": np.resize([0.50, 0.52, 0.51, 0.50, 0.49, 0.51], 2 * len(FRIDAYS)),
    }
)
MAXIMA = pd.DataFrame(
    {"local_date": WEEKS["day"], "source": ["tested"] + ["reps"] * 15, "e1rm_kg": WEEKS["kg"], "error_sd": 0.03}
).assign(k_loading=0.0, mvt_loading=0.0, slope_loading=0.0)
LONG_RUNS = pd.DataFrame(
    {"run": list("abcdefgh"), "bpm": np.resize([140.0, 142, 141, 139], 8), "device": "watch"}
).assign(m_s=np.resize([2.8, 2.82, 2.81, 2.79, 2.8], 8))
SEASON = pd.DataFrame({"load_au": np.resize([90.0, 0, 60, 0, 120, 30, 0, 45, 0], 126)})
SEASON["test_w"] = np.where(SEASON.index % 7 == 0, np.random.default_rng(3).normal(250, 4, 126), np.nan)
OF_SEASON = {"unit": "W", "convention": "next_day"}
STATE = StateParameters(250, 0.05, 0.05, 42, 7, test_sd=3, g_sd=1, h_sd=1)


def sets_of(told: pd.DataFrame) -> pd.DataFrame:
    columns = ["session_id", "set_no", "local_date", "exercise", "side", "set_kind", "load_kg", "reps", "rir"]
    return told[columns].drop_duplicates(["session_id", "set_no"])


def reps_of(told: pd.DataFrame) -> pd.DataFrame:
    return told[["session_id", "set_no", "rep_no", "device", "mean_velocity_m_s"]]


def of_runs(model: Callable) -> Callable[[pd.DataFrame], object]:
    """A model of runs, asked for runs of 70 minutes whose records keep one heart rate and one speed."""

    def fit(told: pd.DataFrame) -> object:
        runs = runs_at([360.0] * 8).head(len(told))
        runs = runs.assign(timer_s=4200.0, session_id=told["run"].to_numpy(), device=told["device"].to_numpy())
        t_s, by_run = np.arange(0.0, 4210.0, 10.0), told.set_index("run")
        return model(
            runs,
            lambda run: pd.DataFrame(
                {"t_s": t_s, "speed_m_s": by_run.loc[run, "m_s"], "heart_rate_bpm": by_run.loc[run, "bpm"]}
            ),
            SUNDAY,
        )

    return fit


def answers(*wrongs: str) -> frozenset[str]:
    return frozenset(wrongs)


COUNTED = answers("a missing value")  # left out and counted
SIGNED = answers("a missing value", "a negative value")  # a quantity that may lie below 0
JUDGED = answers("too few", "all equal", "a missing value", "mixed")  # a change that cannot be told is an answer

SEASON_MODELS: dict[str, Callable[[pd.DataFrame], object]] = {
    "fitness_fatigue-fixed": lambda f: fitness_fatigue(f.load_au, f.test_w, **OF_SEASON),
    "fitness_fatigue-free": lambda f: fitness_fatigue(f.load_au, f.test_w, tau_d=None, **OF_SEASON),
    "review": lambda f: review(f.load_au, f.test_w, **OF_SEASON),
    "fit_dose_response": lambda f: fit_dose_response(f.load_au, f.test_w, **OF_SEASON),
    "fit_states": lambda f: fit_states(f.load_au, f.test_w, STATE, unit="W"),
}

MODELS: dict[str, Asked] = {
    **{f"{name}-tests": Asked(fit, SEASON, "test_w", 15, answers=SIGNED) for name, fit in SEASON_MODELS.items()},
    **{
        f"{name}-loads": Asked(fit, SEASON, "load_au", 15, answers=answers("all equal"))
        for name, fit in SEASON_MODELS.items()
    },
    "filtered": Asked(
        lambda f: filtered(f.load_au, f.test_w, STATE, unit="W"),
        SEASON, "load_au", 0, answers=answers("all equal"),
    ),
    "bland_altman": Asked(
        lambda f: bland_altman(f["first"], f["second"], unit="m"), PAIRS, "second", 2, answers=SIGNED | {"all equal"}
    ),
    "growth": Asked(lambda f: growth(f.athlete, f.week, f.kg, unit="kg"), SQUAD, "kg", 20, "week", answers=SIGNED),
    "check_history": Asked(
        lambda f: check_history(f, BIRCH.trials, SPRINT, SUNDAY),
        CHECKS, "time_s", 1, "distance_m", "device", JUDGED - {"too few"} | {"one place"},
    ),
    **{
        f"critical_speed-{form}": Asked(
            lambda f, form=form: critical_speed(f, form=form), TRIALS, "distance_m", 2, "duration_s"
        )
        for form in SPEED_FORMS
    },
    **{
        f"critical_power-{form}": Asked(
            lambda f, form=form: critical_power(f, form=form), TRIALS, "power_w", 2, "duration_s"
        )
        for form in POWER_FORMS
    },
    "training_speed": Asked(
        lambda f: training_speed(BestEfforts(f, 1, 0, 0)), TRIALS, "distance_m", 2, "duration_s"
    ),
    "durability-heart_rate": Asked(of_runs(durability), LONG_RUNS, "bpm", 1, kind="device", answers=JUDGED),
    "durability-speed": Asked(of_runs(durability), LONG_RUNS, "m_s", 1, kind="device", answers=JUDGED),
    "pace_at_heart_rate-heart_rate": Asked(
        of_runs(pace_at_heart_rate), LONG_RUNS, "bpm", 1, kind="device", answers=JUDGED
    ),
    "pace_at_heart_rate-speed": Asked(of_runs(pace_at_heart_rate), LONG_RUNS, "m_s", 1, kind="device", answers=JUDGED),
    "fused_e1rm": Asked(
        lambda f: fused_e1rm(E1rmObservations(f, 0.02, 0.0, {}), WEEKS["day"].iloc[-1]),
        MAXIMA, "e1rm_kg", 0, "local_date", answers=answers("all equal", "one place"),
    ),
    "e1rm_of_lift-speeds": Asked(
        lambda f: e1rm_of_lift(sets_of(f), reps_of(f), DEADLIFT, SUNDAY),
        ONE_LIFTER.assign(rir=np.nan), "mean_velocity_m_s", 2, "load_kg", "device", COUNTED,
    ),
    "e1rm_of_lift-reps": Asked(
        lambda f: e1rm_of_lift(sets_of(f), reps_of(f).head(0), DEADLIFT, SUNDAY),
        ONE_LIFTER, "rir", 0, "load_kg", answers=answers("all equal", "one place", *COUNTED),
    ),
    "form_history": Asked(
        lambda f: form_history(BIRCH.sets, f, SUNDAY), RATED, "hinge_angle_deg", 0, kind="rater",
        answers=frozenset(WRONGS) - {"nothing", "too few"},  # counts repetitions, whatever their angle
    ),
    "history_of_rated": Asked(
        lambda f: history_of_rated(rated_repetitions(BIRCH.sets, f, SUNDAY), SUNDAY), RATED, "hinge_angle_deg", 0,
        kind="rater", answers=frozenset(WRONGS) - {"nothing", "too few"},
    ),
    "hinge_depth": Asked(
        lambda f: hinge_depth(BIRCH.sets, f, "romanian_deadlift", SUNDAY), RATED, "hinge_angle_deg", 0, kind="rater",
        answers=JUDGED - {"too few"},
    ),
    "tempo_kept": Asked(
        lambda f: tempo_kept(f, "romanian_deadlift", SUNDAY), TIMED, "duration_s", 0,
        answers=JUDGED - {"too few"},
    ),
    "mobility_level": Asked(
        lambda f: mobility_level(f, ANKLE, SUNDAY), ANKLES, "value", 0, kind="unit",
        answers=answers("all equal", "a missing value"),
    ),
    "single_leg_difference": Asked(
        lambda f: single_leg_difference(f.assign(set_kind="work", reps=1), f, "split_squat", SUNDAY, name="Squat"),
        SPLIT_SQUATS, "mean_velocity_m_s", 2, kind="device", answers=COUNTED,
    ),
    "answers_to": Asked(
        lambda f: answers_to(f, "sleep", "form", SUNDAY), BIRCH.wellness, "value", 3,
        answers=JUDGED | {"a negative value"},  # a scale may reach below 0
    ),
    "e1rm_by_day": Asked(
        lambda f: e1rm_by_day(f, LIFT, SUNDAY), AT_LOADS, "load_kg", 3,
        answers=JUDGED | {"a negative value"},  # a set with a load that is none tells nothing
    ),
    "load_velocity_profile": Asked(
        lambda f: load_velocity_profile(f.load_kg, f.mean_velocity_m_s, mvt_m_s=0.2),
        ONE_LIFTER, "mean_velocity_m_s", 2, "load_kg", answers=COUNTED,
    ),
    "profile_of_bar_speeds": Asked(
        lambda f: profile_of_bar_speeds(f, mvt_m_s=0.2),
        ONE_LIFTER, "mean_velocity_m_s", 2, "load_kg", "device", COUNTED,
    ),
    "profile_of_lift": Asked(
        lambda f: profile_of_lift(sets_of(f), reps_of(f), DEADLIFT, SUNDAY),
        ONE_LIFTER, "mean_velocity_m_s", 2, "load_kg", "device", COUNTED | {"mixed"},  # the newest device alone
    ),
    "profile_across_sessions": Asked(
        lambda f: profile_across_sessions(f, mvt_m_s=0.2),
        ONE_LIFTER, "mean_velocity_m_s", 6, "load_kg", "device", COUNTED,
    ),
    "profiles_of_squad": Asked(
        lambda f: profiles_of_squad(f, mvt_m_s=0.2), LIFTED, "mean_velocity_m_s", 45, "load_kg", "device", COUNTED
    ),
    "reliability": Asked(lambda f: reliability(f, unit="m"), PAIRS, "second", 2, answers=SIGNED | {"all equal"}),
    "intraclass_correlation": Asked(intraclass_correlation, PAIRS, "second", 2, answers=SIGNED | {"all equal"}),
    "reps_load_curve": Asked(
        lambda f: reps_load_curve(f.load_kg, f.reps), OWN, "reps", 2, "load_kg", answers=frozenset()
    ),
    "reps_curves_of_squad": Asked(
        reps_curves_of_squad, TO_FAILURE, "reps", 3, "share_of_1rm", answers=answers("all equal", "one place")
    ),
    "speed_sensitivity": Asked(
        lambda f: speed_sensitivity(BIRCH.sets, f, LIFT, 60.0, SUNDAY),
        AT_ANCHOR, "mean_velocity_m_s", 3, kind="device", answers=JUDGED - {"too few"},
    ),
    "check_sensitivity": Asked(
        lambda f: check_sensitivity(f, BIRCH.trials, SPRINT, SUNDAY),
        CHECKS, "time_s", 1, "distance_m", "device", JUDGED - {"too few"} | {"one place"},
    ),
    "side_sensitivity": Asked(
        lambda f: side_sensitivity(f, HOP, SUNDAY), BIRCH.trials, "value", 1, kind="unit",
        answers=COUNTED,
    ),
    "side_difference": Asked(
        lambda f: side_difference(f, HOP, SUNDAY), BIRCH.trials, "value", 1, kind="unit",
        answers=COUNTED,
    ),
    "difference_of_dates": Asked(
        lambda f: difference_of_dates(f, HOP, SUNDAY), side_difference(BIRCH.trials, HOP, SUNDAY).dates,
        "difference_pct", 0, answers=answers("a negative value"),
    ),
    "speed_at_load": Asked(
        lambda f: speed_at_load(BIRCH.sets, f, LIFT, 60.0, SUNDAY),
        AT_ANCHOR, "mean_velocity_m_s", 3, kind="device", answers=JUDGED,
    ),
    "speed_of_bar_speeds": Asked(
        lambda f: speed_of_bar_speeds(bar_speeds(BIRCH.sets, f), LIFT, 60.0, SUNDAY),
        AT_ANCHOR, "mean_velocity_m_s", 3, kind="device", answers=JUDGED,
    ),
    "depth_drift": Asked(
        lambda f: depth_drift(f, cluster="session_id"), RATED, "hinge_angle_deg", 24, "rep_no", answers=COUNTED
    ),
    **{
        f"sprint_profile_gates-{correction}": Asked(
            lambda f, correction=correction: sprint_profile_gates(f.distance_m, f.time_s, correction=correction),
            GATES, "time_s", 2, "distance_m",
        )
        for correction in CORRECTIONS
    },
    "sprint_profile_radar": Asked(lambda f: sprint_profile_radar(f.time_s, f.m_s), RADAR, "m_s", 3, "time_s"),
}  # fmt: skip

# models whose refusals stand in a test file of their own, most of which take a fitted result
ELSEWHERE = {
    "test_after_cue.py": ("after_cue",),
    "test_asked_of_tables.py": (
        "profile_of_sessions", "readiness_of_lift", "sprint_of_test", "sprint_under_radar", "swing_history",
    ),
    "test_change.py": ("change", "design", "noise_of_squad"),
    "test_clean_reps.py": ("change_of_counts", "form_history", "with_hazards"),
    "test_daily_state.py": ("loss_in_sets", "readiness"),
    "test_e1rm_by_day.py": ("with_constants",),
    "test_fitness_fatigue.py": (
        "dose_response", "forecast_skill", "profile_likelihood", "bootstrap",
    ),
    "test_form_and_day.py": ("form_and_day",),
    "test_form_break.py": ("form_break",),
    "test_in_situ_sprint.py": ("in_situ_sprint",),
    "test_plan_simulation.py": ("simulate_plan", "simulate_weeks", "best_block"),
    "test_kept.py": ("kept",),
    "test_mechanics.py": ("mechanics",),
    "test_load_velocity_mixed.py": ("profiles_of_lift",),
    "test_reps_to_1rm.py": ("reps_curve_of_lift",),
    "test_sprint.py": ("force_velocity_profile", "force_of_best_sprint"),
    "test_transfer.py": ("transfer",),
}  # fmt: skip


def models_of_the_package() -> set[str]:
    """Names of the public functions below analysis.models that return a result."""
    names = set()
    for info in pkgutil.walk_packages(analysis.models.__path__, "analysis.models."):
        for name, function in vars(importlib.import_module(info.name)).items():
            if inspect.isfunction(function) and function.__module__ == info.name and not name.startswith("_"):
                returned = typing.get_type_hints(function).get("return")
                if inspect.isclass(returned) and hasattr(returned, "tidy"):
                    names.add(name)
    return names


def test_every_model_of_the_package_is_asked_here_or_elsewhere():
    asked = {name.split("-")[0] for name in MODELS} | {name for names in ELSEWHERE.values() for name in names}
    assert models_of_the_package() - asked == set()


@pytest.mark.parametrize("file", ELSEWHERE)
def test_elsewhere_the_model_is_called_and_refusals_are_asserted(file):
    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    assert re.search(r"pytest\.raises\(\(?(NotEnoughData|DataProblem)", text)
    assert [name for name in ELSEWHERE[file] if f"{name}(" not in text] == []


@pytest.mark.parametrize("name", MODELS)
def test_sound_input_is_answered(name):
    assert len(MODELS[name].fit(MODELS[name].sound).tidy())


CASES = [(name, wrong) for name, asked in MODELS.items() for wrong, spoil in WRONGS.items() if spoil(asked) is not None]


@pytest.mark.parametrize(("name", "wrong"), few_of(CASES, enumerate, others=pytest.mark.soak))
def test_bad_input_gets_a_sentence_or_an_honest_answer(name, wrong):
    asked = MODELS[name]
    told = WRONGS[wrong](asked)
    before = told.copy()
    if wrong in asked.answers:
        result = asked.fit(told)
        unsure = result.glance().get("state", pd.Series(["told"])).item() == "cannot tell"
        assert unsure or np.isfinite(result.tidy()["estimate"].astype(float)).all()
    else:
        with pytest.raises((NotEnoughData, DataProblem)) as refusal:
            asked.fit(told)
        check_sentences(str(refusal.value))
    pd.testing.assert_frame_equal(told, before)


def check_sentences(text: str) -> None:
    """One says what is wrong, with the value in it, and the last what to do."""
    *wrong, to_do = re.split(r"(?<=[.)]) (?=[A-Z])", text)
    assert wrong, f"{text!r} says one thing only"
    assert A_VALUE.search(" ".join(wrong)), f"{text!r} has no value in it"
    assert to_do.startswith(TO_DO), f"{to_do!r} is nothing to do"
    assert to_do.endswith(".")


ON_A_PAGE = [
    pytest.param(MODELS[name], wrong, id=f"{name}-{wrong.replace(' ', '_')}")
    for name in ("profile_of_bar_speeds", "profile_across_sessions", "check_history", "speed_at_load")
    for wrong, spoil in WRONGS.items()
    if wrong not in MODELS[name].answers and spoil(MODELS[name]) is not None
]


@pytest.mark.parametrize(("asked", "wrong"), ON_A_PAGE)
def test_the_page_of_such_an_athlete_prints_the_sentence(monkeypatch, asked, wrong):
    told = WRONGS[wrong](asked)
    shown = []
    monkeypatch.setattr(page_module, "get_ipython", lambda: "a kernel")
    monkeypatch.setattr(page_module, "display", lambda data, **_: shown.append(data))
    monkeypatch.setenv(page_module.RENDERING, "1")
    page = Page("athlete_week", subject="b1rc", name="Birch", period="a week", until=str(SUNDAY.date()))
    with page.section("lift", "Is she getting stronger?"):
        page.show(asked.fit(told).tidy())
    with pytest.raises((NotEnoughData, DataProblem)) as refusal:
        asked.fit(told)
    [fact] = shown[0][SECTION_MIME]["facts"]
    assert fact["state"] == "cannot tell"
    assert fact["sentence"] == str(refusal.value)
