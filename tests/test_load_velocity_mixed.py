"""Load-velocity profiles over sessions and athletes."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.base.config import Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.load_velocity import load_velocity_figure
from analysis.models.coverage import Coverage
from analysis.models.strength.load_velocity_mixed import profile_across_sessions
from analysis.models.strength.load_velocity_squad import profiles_of_lift, profiles_of_squad

LOADS_KG = np.array([60.0, 80.0, 100.0, 120.0])


def made_up(n_athletes: int, n_sessions: int, *, seed: int = 1, session_sd: float = 0.03, set_sd: float = 0.02):
    """Bar speeds about lines of v0 1.5 (SD 0.1) and slope -0.008 (SD 0.001), four sets a session."""
    rng = np.random.default_rng(seed)
    lines = rng.normal([1.5, -0.008], [0.1, 0.001], (n_athletes, 2))
    offsets = session_sd * rng.standard_normal((n_athletes, n_sessions))
    velocity = lines[:, :1, None] + lines[:, 1:, None] * LOADS_KG + offsets[:, :, None]
    velocity = velocity + set_sd * rng.standard_normal(velocity.shape)
    athlete, session, set_no = (grid.ravel() for grid in np.indices(velocity.shape))
    return pd.DataFrame(
        {
            "athlete_id": [f"a{number:02}" for number in athlete],
            "session_id": [f"a{number:02}s{day}" for number, day in zip(athlete, session, strict=True)],
            "set_no": set_no,
            "load_kg": LOADS_KG[set_no],
            "mean_velocity_m_s": velocity.ravel(),
            "exercise": "deadlift",
            "side": "B",
            "device": "encoder",
        }
    )


SQUAD = made_up(8, 4)
ONE = SQUAD[SQUAD["athlete_id"] == "a01"]
FITTED = profiles_of_squad(SQUAD, mvt_m_s=0.2, mvt_sd_m_s=0.02)
ALONE = profile_across_sessions(ONE, mvt_m_s=0.2)


def quietly(model, **how):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the optimum lies near a boundary
        return model.fit(reml=True, **how)


def test_an_athlete_alone_has_the_line_and_offsets_of_statsmodels():
    theirs = quietly(sm.MixedLM.from_formula("mean_velocity_m_s ~ load_kg", groups="session_id", data=ONE))
    assert [ALONE.v0_m_s, ALONE.slope_m_s_per_kg] == pytest.approx(theirs.fe_params.tolist(), rel=1e-6)
    assert ALONE.session_sd_m_s == pytest.approx(float(theirs.cov_re.iloc[0, 0]) ** 0.5, rel=1e-3)
    np.testing.assert_allclose(np.sqrt(np.diag(ALONE.covariance)), theirs.bse_fe, rtol=1e-3)
    offsets = [effect.iloc[0] for effect in theirs.random_effects.values()]
    np.testing.assert_allclose(ALONE.sessions["offset_m_s"], offsets, atol=1e-5)


def test_a_squad_has_the_likelihood_and_the_variances_of_statsmodels():
    scale = SQUAD["load_kg"].std()
    scaled = SQUAD.assign(x=(SQUAD["load_kg"] - SQUAD["load_kg"].mean()) / scale)
    by_session = {"session": "0 + C(session_id)"}
    model = sm.MixedLM.from_formula(
        "mean_velocity_m_s ~ x", groups="athlete_id", re_formula="~x", vc_formula=by_session, data=scaled
    )
    theirs = quietly(model, method=["bfgs"])
    assert FITTED.log_likelihood == pytest.approx(theirs.llf - np.log(scale), abs=1e-3)
    assert FITTED.slope_m_s_per_kg == pytest.approx(theirs.fe_params["x"] / scale, rel=1e-4)
    assert FITTED.session_sd_m_s == pytest.approx(theirs.vcomp[0] ** 0.5, rel=1e-2)
    assert FITTED.residual_sd_m_s == pytest.approx(theirs.scale**0.5, rel=1e-2)
    assert FITTED.settled


def test_noiseless_sessions_give_back_line_and_offsets():
    frame = ONE.assign(mean_velocity_m_s=1.5 - 0.008 * ONE["load_kg"] + 0.01 * (ONE["session_id"] == "a01s0"))
    profile = profile_across_sessions(frame, mvt_m_s=0.2)
    assert profile.slope_m_s_per_kg == pytest.approx(-0.008, abs=1e-6)
    offsets = profile.sessions["offset_m_s"]
    assert offsets[0] - offsets[1] == pytest.approx(0.01, rel=0.02)


def test_an_athlete_of_one_session_is_drawn_towards_the_squad_and_less_certain():
    sparse = SQUAD[(SQUAD["athlete_id"] != "a03") | (SQUAD["session_id"] == "a03s0")]
    squad = profiles_of_squad(sparse, mvt_m_s=0.2)
    own = squad.athletes.set_index("athlete_id")
    assert own.loc["a03", "n_sessions"] == 1
    width = own["e1rm_high_kg"] - own["e1rm_low_kg"]
    assert width["a03"] > width.drop("a03").max()


def test_an_athlete_of_a_squad_answers_as_one_alone_does():
    in_squad = FITTED.profile("a01")
    assert in_squad.e1rm_kg == pytest.approx(ALONE.e1rm_kg, rel=0.05)
    assert in_squad.tidy()["term"].tolist() == ALONE.tidy()["term"].tolist()


def test_a_new_session_is_less_certain_than_a_known_one_and_a_set_than_a_line():
    usual, known = ALONE.predict([100.0]).iloc[0], ALONE.predict([100.0], "a01s0").iloc[0]
    assert usual["pred_high_m_s"] - usual["pred_low_m_s"] > known["pred_high_m_s"] - known["pred_low_m_s"]
    assert usual["pred_high_m_s"] > usual["conf_high_m_s"]


def test_the_uncertainty_of_mvt_widens_the_e1rm():
    unsure = profile_across_sessions(ONE, mvt_m_s=0.2, mvt_sd_m_s=0.03)
    assert unsure.e1rm_low_kg < ALONE.e1rm_low_kg < ALONE.e1rm_kg < ALONE.e1rm_high_kg < unsure.e1rm_high_kg


def test_offsets_that_carry_over_widen_the_interval_and_their_order_is_that_of_the_sessions():
    days = np.repeat([f"a01s{day}" for day in range(12)], 3)
    load = np.tile([60.0, 90.0, 120.0], 12)
    slow = 0.04 * np.sin(np.arange(12) / 2).repeat(3)
    mixed_up = 0.04 * np.sin(np.arange(12) * 5 % 12 / 2).repeat(3)
    one, other = (
        profile_across_sessions(
            ONE.iloc[[0] * 36].assign(
                session_id=days, set_no=np.tile([1, 2, 3], 12), load_kg=load, mean_velocity_m_s=1.5 - 0.008 * load + way
            ),
            mvt_m_s=0.2,
        )
        for way in (slow, mixed_up)
    )
    assert one.covariance == pytest.approx(other.covariance, rel=1e-6)
    assert one.carried_variance > 1.2 * other.carried_variance
    assert one.e1rm_high_kg - one.e1rm_low_kg > other.e1rm_high_kg - other.e1rm_low_kg


def test_an_interval_that_was_measured_to_hold_too_seldom_is_withheld_and_says_why():
    low = replace(ALONE, promise=Coverage("the 1RM", 81.0, 0.95))
    row = low.tidy().set_index("term").loc["e1RM"]
    assert row["estimate"] == ALONE.e1rm_kg
    assert np.isnan([row["conf_low"], row["conf_high"], *low.sessions["e1rm_low_kg"]]).all()
    assert "is withheld: it was measured to hold in about 81 %" in low.glance()["remark"].item()
    shown = load_velocity_figure(low)
    assert "e1RM" not in [trace.name for trace in shown.data]
    assert "withheld" in shown.layout.title.text
    assert "do not bound" not in shown.layout.title.text


def test_a_bend_over_sessions_is_said_and_offsets_of_days_are_none():
    assert not ALONE.is_curved
    bent = ONE.assign(mean_velocity_m_s=ONE["mean_velocity_m_s"] - 1e-4 * (ONE["load_kg"] - 90) ** 2)
    profile = profile_across_sessions(bent, mvt_m_s=0.2)
    assert profile.glance()["is_curved"].item()
    assert "bends down" in profile.remark


def test_a_set_is_foreseen_from_the_other_sessions_alone():
    moved = ONE.assign(mean_velocity_m_s=ONE["mean_velocity_m_s"] + 0.2 * (ONE["session_id"] == "a01s0"))
    told = profile_across_sessions(moved, mvt_m_s=0.2).observations
    missed = (told["velocity_m_s"] - told["left_out_m_s"]).groupby(told["session_id"]).mean()
    assert missed["a01s0"] > 0.1
    others = ONE[ONE["session_id"] != "a01s0"]
    line = np.polyfit(others["load_kg"], others["mean_velocity_m_s"], 1)
    np.testing.assert_allclose(told["left_out_m_s"].head(4), np.polyval(line, told["load_kg"].head(4)), atol=1e-6)


def test_the_fastest_repetition_counts_a_missing_set_is_counted_and_the_callers_frame_untouched():
    slower = ONE.assign(mean_velocity_m_s=ONE["mean_velocity_m_s"] - 0.1)
    missing = ONE.head(1).assign(set_no=9, mean_velocity_m_s=np.nan)
    frame = pd.concat([ONE, slower, missing], ignore_index=True)
    before = frame.copy()
    profile = profile_across_sessions(frame, mvt_m_s=0.2)
    assert profile.n_missing == 1
    assert profile.slope_m_s_per_kg == pytest.approx(ALONE.slope_m_s_per_kg)
    pd.testing.assert_frame_equal(frame, before)


def test_devices_are_never_mixed():
    mixed = SQUAD.assign(device=np.where(SQUAD["athlete_id"] == "a01", "camera", "encoder"))
    with pytest.raises(DataProblem, match="one device; got encoder, camera"):
        profiles_of_squad(mixed, mvt_m_s=0.2)


def test_a_metric_that_is_no_velocity_is_refused():
    with pytest.raises(DataProblem, match="'power_w' is not a velocity"):
        profile_across_sessions(ONE, metric="power_w", mvt_m_s=0.2)


def test_two_sessions_and_five_athletes_are_too_few():
    with pytest.raises(NotEnoughData, match="3 sessions with bar speeds or more; got 2"):
        profile_across_sessions(ONE[ONE["session_id"].isin(["a01s0", "a01s1"])], mvt_m_s=0.2)
    with pytest.raises(NotEnoughData, match="6 athletes with bar speeds or more; got 5"):
        profiles_of_squad(SQUAD[SQUAD["athlete_id"] < "a05"], mvt_m_s=0.2)


def test_a_load_a_session_shows_no_slope():
    apart = ONE[ONE["load_kg"] == 60 + 20 * ONE["session_id"].str[-1].astype(int)]
    doubled = pd.concat([apart, apart.assign(set_no=8)])
    with pytest.raises(NotEnoughData, match="None of 4 sessions has 2 different loads"):
        profile_across_sessions(doubled, mvt_m_s=0.2)


def test_a_heavier_bar_that_moves_faster_is_refused():
    with pytest.raises(DataProblem, match="does not fall with load"):
        profile_across_sessions(ONE.assign(mean_velocity_m_s=0.005 * ONE["load_kg"] + 0.1), mvt_m_s=0.2)


def test_an_unknown_athlete_or_session_is_refused_by_name():
    with pytest.raises(DataProblem, match="'rowan' is not in this fit"):
        FITTED.profile("rowan")
    with pytest.raises(DataProblem, match="'monday' is not in this profile"):
        ALONE.predict([100.0], "monday")


def test_the_figure_of_one_profile_draws_it():
    shown = load_velocity_figure(ALONE)
    traces = {trace.name: trace for trace in shown.data}
    assert traces["e1RM"].x[0] == pytest.approx(ALONE.e1rm_kg)
    assert len(traces["sets"].x) == len(ONE)


def test_the_profiles_of_a_lift_are_of_recent_sets_on_the_device_of_most_athletes():
    measured = SQUAD.assign(local_date=pd.Timestamp("2026-01-05"), set_kind="work", rep_no=1)
    other = measured[measured["athlete_id"] == "a00"].assign(device="camera")
    other["session_id"] = "other" + other["session_id"]
    old = measured.assign(local_date=pd.Timestamp("2025-01-06"), session_id="old" + measured["session_id"])
    tables = pd.concat([measured, other, old], ignore_index=True)
    sets = tables.drop(columns=["mean_velocity_m_s", "device"])
    reps = tables[["session_id", "set_no", "rep_no", "device", "mean_velocity_m_s"]]
    lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100, mvt_m_s=0.2, mvt_sd_m_s=0.02)
    of_lift = profiles_of_lift(sets, reps, lift, pd.Timestamp("2026-01-11"))
    pd.testing.assert_frame_equal(of_lift.athletes, FITTED.athletes)
    with pytest.raises(NotEnoughData, match="6 athletes with bar speeds or more; got 0"):
        profiles_of_lift(sets, reps, lift, pd.Timestamp("2025-12-01"))
