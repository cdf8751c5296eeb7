"""One contract over every result: the same questions under the same names. A new model adds a line to RESULTS.

The module of a result carries the model's card, which has the parts of CARD.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from contract import Result
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
from made_up_sets import rated_sets
from squads_in_weeks import made_up_squad

import analysis.models
from analysis.example.training_and_tests import true_season
from analysis.metrics.best_efforts import BestEfforts
from analysis.models.answers import answers_to
from analysis.models.change import change
from analysis.models.change.design import design
from analysis.models.change.kept import claim_rows, kept
from analysis.models.checks import check_history
from analysis.models.fitness_fatigue.banister import fitness_fatigue
from analysis.models.fitness_fatigue.dose_response import fit_dose_response
from analysis.models.fitness_fatigue.kalman import StateParameters, filtered
from analysis.models.fitness_fatigue.plan_simulation import best_block
from analysis.models.fitness_fatigue.skill import forecast_skill, review
from analysis.models.fitness_fatigue.uncertainty import bootstrap, profile_likelihood
from analysis.models.form.after_cue import after_cue
from analysis.models.form.change_of_counts import change_of_counts
from analysis.models.form.clean_reps import form_history
from analysis.models.form.depth_drift import depth_drift
from analysis.models.form.form_and_day import Circumstance, form_and_day
from analysis.models.form.form_break import form_break
from analysis.models.form.hinge_depth import hinge_depth
from analysis.models.form.mobility_level import mobility_level
from analysis.models.form.sides import side_difference
from analysis.models.form.tempo_kept import tempo_kept
from analysis.models.form.watched import watched_repetitions
from analysis.models.noise import Noise, noise_of_squad
from analysis.models.result import TIDY_COLUMNS
from analysis.models.running import critical_speed as cs
from analysis.models.running.durability import durability
from analysis.models.running.mechanics import mechanics
from analysis.models.running.pace_at_heart_rate import pace_at_heart_rate
from analysis.models.running.training_speed import training_speed
from analysis.models.sprint.force import force_velocity_profile
from analysis.models.sprint.in_situ import in_situ_sprint
from analysis.models.sprint.profile import CORRECTIONS, sprint_profile_gates, sprint_profile_radar
from analysis.models.squad import reliability
from analysis.models.squad.bland_altman import bland_altman
from analysis.models.squad.growth import growth
from analysis.models.squad.sensitivity import check_sensitivity, side_sensitivity, speed_sensitivity
from analysis.models.squad.transfer import transfer
from analysis.models.strength import load_velocity
from analysis.models.strength.e1rm import OBSERVATION_COLUMNS, E1rmObservations, fused_e1rm
from analysis.models.strength.e1rm_by_day import e1rm_by_day
from analysis.models.strength.load_velocity_mixed import profile_across_sessions
from analysis.models.strength.load_velocity_squad import profiles_of_squad
from analysis.models.strength.readiness import readiness
from analysis.models.strength.reps_of_squad import reps_curves_of_squad
from analysis.models.strength.reps_to_1rm import reps_load_curve
from analysis.models.strength.speed_at_load import speed_at_load
from analysis.models.strength.velocity_loss import loss_in_sets

TRIALS = pd.DataFrame(
    {
        "duration_s": [180.0, 360.0, 540.0, 720.0],
        "distance_m": [1004.0, 1830.0, 2610.0, 3440.0],
        "power_w": [310.0, 275.0, 263.0, 259.0],
    }
)
JUMPS = pd.DataFrame({"first": [0.30, 0.42, 0.36, 0.51], "second": [0.31, 0.41, 0.38, 0.52]})
PROFILE = load_velocity.load_velocity_profile(
    [60, 80, 100, 120], [1.00, 0.86, 0.69, 0.55], mvt_m_s=0.2, mvt_sd_m_s=0.02
)

GATES = [5, 10, 15, 20, 30, 40], [1.32, 2.07, 2.76, 3.40, 4.67, 5.91]
TO_FAILURE = pd.DataFrame(
    {
        "athlete_id": ["alder", "birch", "cedar", "rowan"] * 2,
        "share_of_1rm": [0.9] * 4 + [0.7] * 4,
        "reps": [3, 4, 2, 4, 14, 17, 9, 13],
    }
)

BIRCH = birch()
MONTHS = [str(day.date()) for day in pd.date_range(end="2026-06-23", periods=8, freq="28D")]
CHECKS = sprints(MONTHS, [3.30, 3.33, 3.31, 3.32, 3.30, 3.31, 3.33, 3.32])
LONG_RUNS = runs_at([360.0] * 8).assign(timer_s=4200.0, session_id=list("abcdefgh"))
LONG_RUN = pd.DataFrame({"t_s": np.arange(0.0, 4210.0, 10.0), "speed_m_s": 2.8})
DRIFTS_BPM_H = dict(zip("abcdefgh", [4, 6, 5, 3, 5, 4, 6, 5], strict=True))

WEEKS = pd.date_range("2026-01-05", periods=16, freq="7D")
E1RM_KG = [100.0, 101, 100, 99, 101, 100, 99, 100, 108, 109, 108, 107, 109, 108, 109, 108]
SQUAD = pd.DataFrame({"athlete": np.repeat(list("abcdef"), 5), "week": np.tile(np.arange(5.0), 6)})
SQUAD_KG = np.random.default_rng(1).normal(100 + np.repeat(np.arange(6), 5) + 0.5 * SQUAD["week"], 1.0)

SEASON = true_season(16, np.random.default_rng(5), noise_w=3)
OF_SEASON = {"unit": "W", "convention": "next_day"}
FREE_TAU = fitness_fatigue(SEASON.load, SEASON.tests, tau_d=None, **OF_SEASON)
FIXED_TAU = fitness_fatigue(SEASON.load, SEASON.tests, **OF_SEASON)
STATE = StateParameters(250, 0.08, 0.16, 42, 7, test_sd=3, g_sd=5, h_sd=5)

BAR_SPEEDS = pd.MultiIndex.from_product(
    [list("abcdef"), ["s1", "s2", "s3"], [1, 2, 3]], names=["athlete_id", "session_id", "set_no"]
).to_frame(index=False)
BAR_SPEEDS = BAR_SPEEDS.assign(
    exercise="deadlift", side="B", device="encoder", load_kg=30 + 30.0 * BAR_SPEEDS["set_no"]
)
BAR_SPEEDS["mean_velocity_m_s"] = np.random.default_rng(2).normal(1.5 - 0.008 * BAR_SPEEDS["load_kg"], 0.03)
MAXIMA = pd.DataFrame(
    [(WEEKS[0], "tested", 140.0, 0.042, 0, 0, 0), (WEEKS[2], "reps", 144.0, 0.03, -4, 0, 0)],
    columns=OBSERVATION_COLUMNS,
)

SPRINTED_S = np.arange(0, 6, 0.1)
SPRINTED = pd.DataFrame({"t_s": SPRINTED_S, "speed_m_s": 8.4 * -np.expm1(-SPRINTED_S / 1.2) + 0.1 * np.sin(SPRINTED_S)})

LONG_SEASON = true_season(30, np.random.default_rng(5), noise_w=2)
BLOCK = best_block(review(LONG_SEASON.load, LONG_SEASON.tests, **OF_SEASON), weeks=3, seed=1, n_draws=30)

RATED = rated_sets(8, 8, rng=np.random.default_rng(4))
FORM_BREAK = form_break(watched_repetitions(RATED), cluster="athlete_id")
FORM_SPEEDS = RATED[RATED["athlete_id"] == "t00"].assign(side="B", set_kind="work", device="encoder")
DAILY_SPEEDS = BAR_SPEEDS[BAR_SPEEDS["athlete_id"] == "a"].assign(rep_no=1)
DAILY_SPEEDS = pd.concat(
    [DAILY_SPEEDS.assign(local_date=WEEKS[0])]
    + [DAILY_SPEEDS.assign(session_id=DAILY_SPEEDS["session_id"] + str(n), local_date=WEEKS[n]) for n in (1, 2, 3)]
)

LEVEL_NOISE = Noise(1.0, 40.0, 0.2, 0.2)
BREAKS = np.array([0] * 12 + [1, 1, 0, 1])
EXPOSURES = SQUAD.assign(athlete_id=SQUAD["athlete"], quantity="lift", device="", local_date=WEEKS[0], value=SQUAD_KG)

RATED_DAYS = pd.DataFrame({"athlete_id": np.repeat(list("abcdefgh"), 12), "local_date": np.tile(WEEKS[:12], 8)})
RATED_DAYS = RATED_DAYS.assign(exercise="deadlift", rater="coach", load_kg=60.0)
RATED_DAYS["clean_reps"], RATED_DAYS["sleep"] = np.random.default_rng(6).normal([[6.0], [7.0]], 1.0, (2, 96))

OF_E1RM = change(WEEKS, E1RM_KG, noise=LEVEL_NOISE, swc=1.0)
CLAIMS = pd.DataFrame(claim_rows(OF_E1RM.claims, WEEKS[0], WEEKS[-1])).assign(athlete="alder", series="deadlift.e1rm")
IN_RANGE = pd.DataFrame({"athlete": "alder", "series": "deadlift.e1rm", "local_date": WEEKS, "in_range": True})

RESULTS: dict[str, Result] = {
    "change": OF_E1RM,
    "kept": kept(CLAIMS, IN_RANGE, CLAIMS.assign(became="held"), named_a_season=0.05, days=84),
    "change_of_counts": change_of_counts(WEEKS, BREAKS, np.where(BREAKS, 3, 8)),
    "noise": noise_of_squad(EXPOSURES),
    "design": design(LEVEL_NOISE, [1.0, 2.0], per_week=2, n_before=20),
    "load_velocity": PROFILE,
    "load_velocity-sessions": profile_across_sessions(BAR_SPEEDS[BAR_SPEEDS["athlete_id"] == "a"], mvt_m_s=0.2),
    "load_velocity-squad": profiles_of_squad(BAR_SPEEDS, mvt_m_s=0.2),
    "e1rm": fused_e1rm(E1rmObservations(MAXIMA, 0.02, 0.0, {}), WEEKS[3]),
    **{f"critical_speed-{form}": cs.critical_speed(TRIALS, form=form) for form in cs.SPEED_FORMS},
    **{f"critical_power-{form}": cs.critical_power(TRIALS, form=form) for form in cs.POWER_FORMS},
    "fitness_fatigue-free": FREE_TAU,
    "fitness_fatigue-fixed": FIXED_TAU,
    "fitness_fatigue-two-inputs": fitness_fatigue(
        {"run": SEASON.load, "strength": SEASON.load[::-1].set_axis(SEASON.load.index)}, SEASON.tests, **OF_SEASON
    ),
    "fitness_fatigue-profile": profile_likelihood(FREE_TAU),
    "fitness_fatigue-bootstrap": bootstrap(FREE_TAU, n_draws=30, seed=1),
    "fitness_fatigue-skill": forecast_skill(FIXED_TAU),
    "fitness_fatigue-review": review(SEASON.load, SEASON.tests, **OF_SEASON),
    "dose_response": fit_dose_response(SEASON.load, SEASON.tests, **OF_SEASON),
    "states-given": filtered(SEASON.load, SEASON.tests, STATE, unit="W"),
    **{f"sprint-{name}": sprint_profile_gates(*GATES, correction=name) for name in CORRECTIONS},
    "sprint-radar": sprint_profile_radar(range(11), [0, 5.1, 6.9, 7.6, 7.9, 8, 7.95, 8.02, 8, 7.9, 8.1]),
    "in_situ_sprint": in_situ_sprint(LONG_RUNS, lambda _session_id: SPRINTED, SUNDAY),
    "force_velocity": force_velocity_profile(sprint_profile_gates(*GATES), body_mass_kg=70, height_m=1.75),
    "reps_load_curve": reps_load_curve([120, 110, 100, 90], [2, 5, 9, 13]),
    "reps_curves_of_squad": reps_curves_of_squad(TO_FAILURE),
    "reliability": reliability.reliability(JUMPS, unit="m"),
    "intraclass_correlation": reliability.intraclass_correlation(JUMPS),
    "typical_error": reliability.reliability(JUMPS, unit="m").typical_error,
    "bland_altman": bland_altman(JUMPS["first"], JUMPS["second"], unit="m"),
    "speed_at_load": speed_at_load(BIRCH.sets, BIRCH.reps, LIFT, LIFT.anchor_load_kg, SUNDAY),
    "check_history": check_history(CHECKS, BIRCH.trials, SPRINT, SUNDAY),
    "e1rm_by_day": e1rm_by_day(lifting(loaded(FRIDAYS, [100.0, 102.5, 97.5] * 3))["sets"], LIFT, SUNDAY),
    "answers": answers_to(BIRCH.wellness, "sleep", "form", SUNDAY),
    "hinge_depth": hinge_depth(BIRCH.sets, BIRCH.reps, LIFT.exercise, SUNDAY),
    "mobility_level": mobility_level(screened(FRIDAYS, [10.0, 10.4, 10.2] * 3), ANKLE, SUNDAY),
    "tempo_kept": tempo_kept(lifting(timed(FRIDAYS, [42.0, 39.0, 44.0] * 3))["sets"], LIFT.exercise, SUNDAY),
    "form_history": form_history(BIRCH.sets, BIRCH.reps, SUNDAY),
    "form_break": FORM_BREAK,
    "form_against_expected": FORM_BREAK.against_expected("t00", WEEKS[8]),
    "depth_drift": depth_drift(RATED, cluster="athlete_id"),
    "velocity_loss": loss_in_sets(FORM_SPEEDS),
    "readiness": readiness(DAILY_SPEEDS, WEEKS[3], anchor_kg=90, mvt_m_s=0.2),
    "growth": growth(SQUAD["athlete"], SQUAD["week"], SQUAD_KG, unit="kg"),
    "side_difference": side_difference(BIRCH.trials, HOP, SUNDAY),
    "durability": durability(
        LONG_RUNS, lambda run: LONG_RUN.assign(heart_rate_bpm=140 + DRIFTS_BPM_H[run] * LONG_RUN["t_s"] / 3600), SUNDAY
    ),
    "form_and_day": form_and_day(RATED_DAYS, [Circumstance("sleep", "Sleep", "points")]),
    "after_cue": after_cue(RATED_DAYS, RATED_DAYS[RATED_DAYS["clean_reps"] < 6]),
    "mechanics": mechanics(
        LONG_RUNS.assign(athlete_id=list("abcdefgh")),
        dict.fromkeys(
            "abcdefgh", lambda run: LONG_RUN.assign(cadence_spm=170 + LONG_RUN["t_s"] / 1e3 + DRIFTS_BPM_H[run])
        ),
        SUNDAY,
    ),
    "pace_at_heart_rate": pace_at_heart_rate(
        LONG_RUNS,
        lambda run: LONG_RUN.assign(heart_rate_bpm=141.0, speed_m_s=2.8 + 0.01 * DRIFTS_BPM_H[run]),
        SUNDAY,
    ),
    "training_speed": training_speed(BestEfforts(TRIALS.assign(session_id="a"), 1, 0, 0)),
    "speed_sensitivity": speed_sensitivity(BIRCH.sets, BIRCH.reps, LIFT, LIFT.anchor_load_kg, SUNDAY),
    "check_sensitivity": check_sensitivity(CHECKS, BIRCH.trials, SPRINT, SUNDAY),
    "plan_simulation": BLOCK.best,
    "plan_difference": BLOCK.gain,
    "best_block": BLOCK,
    "transfer": transfer(*made_up_squad(np.random.default_rng(5), n_athletes=8, slope=-0.6), lags_weeks=[0, 1]),
    "side_sensitivity": side_sensitivity(BIRCH.trials, HOP, SUNDAY),
}

every_result = pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS.keys())
with_fitted_values = pytest.mark.parametrize(
    "result", [pytest.param(result, id=name) for name, result in RESULTS.items() if hasattr(result, "augment")]
)


@every_result
def test_every_result_is_frozen_and_of_the_contract(result):
    assert isinstance(result, Result)
    assert type(result).__hash__ is object.__hash__, "a result is compared by identity: eq=False"
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, dataclasses.fields(result)[0].name, None)


@every_result
def test_every_result_tells_its_terms_with_unit_and_interval(result):
    tidy = result.tidy()
    assert list(tidy.columns) == TIDY_COLUMNS
    assert tidy["term"].is_unique
    assert tidy["estimate"].notna().all()
    assert tidy["conf_level"].between(0.5, 1, inclusive="neither").all()
    bounded = tidy.dropna(subset=["conf_low", "conf_high"])
    assert (bounded["conf_low"] <= bounded["estimate"]).all()
    assert (bounded["estimate"] <= bounded["conf_high"]).all()
    assert not (tidy["std_error"] < 0).any()


@every_result
def test_every_result_is_summed_up_in_one_row(result):
    assert len(result.glance()) == 1


@with_fitted_values
def test_fitted_and_residual_add_up_to_what_was_measured(result):
    augmented = result.augment()
    total = augmented[".fitted"] + augmented[".resid"]
    measured = augmented.drop(columns=[".fitted", ".resid"]).select_dtypes("number")
    assert any((measured[column] - total).abs().max() < 1e-9 for column in measured)


@every_result
def test_asking_a_result_does_not_change_it(result):
    pd.testing.assert_frame_equal(result.tidy(), result.tidy())
    pd.testing.assert_frame_equal(result.glance(), result.glance())


CARD = {
    "question": r"^Question:",
    "formula": r"^(Model|Formulas?):",
    "units": r"\b(units?|percent|kg|m/s|degrees|repetitions|AU|W)\b",
    "estimator": r"^Estimator( and interval)?:",
    "interval": r"^(Estimator and interval|Intervals?)\b",
    "refusal": r"^Refuse[sd]:",
    "criticism": r"^(Criticism|Limits):",
    "source": r"^References\n-{3,}\n",
}


def modules_of_results() -> list[ModuleType]:
    """Every module of the models in which a frozen result is made."""
    found = pkgutil.walk_packages(analysis.models.__path__, "analysis.models.")
    modules = [importlib.import_module(module.name) for module in found]
    return [module for module in modules if any(is_made_in(module, thing) for thing in vars(module).values())]


def is_made_in(module: ModuleType, thing: object) -> bool:
    is_result = isinstance(thing, type) and dataclasses.is_dataclass(thing) and issubclass(thing, Result)
    return is_result and thing.__module__ == module.__name__ and not thing.__subclasses__()  # what others inherit


@pytest.mark.parametrize("module", modules_of_results(), ids=lambda module: module.__name__)
def test_every_model_carries_its_card(module):
    _, heading, card = inspect.getdoc(module).partition("\nModel card\n----------\n")
    assert heading, "the docstring of the module has no model card"
    missing = [part for part, words in CARD.items() if not re.search(words, card, re.MULTILINE)]
    assert not missing, f"the card lacks {', '.join(missing)}"


def test_every_module_with_a_result_is_in_the_list_of_results():
    listed = {type(result).__module__ for result in RESULTS.values()}
    assert {module.__name__ for module in modules_of_results()} <= listed
