"""Mixed load-velocity profiles of a squad, against statsmodels' MixedLM of the same effects, and a fused 1RM."""

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import statsmodels.api as sm
from figure import Figure, in_ms, ratio, seconds

from analysis.models.strength.e1rm import OBSERVATION_COLUMNS, E1rmObservations, fused_e1rm
from analysis.models.strength.load_velocity_squad import SquadProfiles, profiles_of_squad

LOADS_KG = np.array([60.0, 80.0, 100.0, 120.0])
GOAL_MS = 2000.0


def squad(n_athletes: int, n_sessions: int) -> pd.DataFrame:
    """Bar speeds of four sets a session, athletes and sessions apart by 0.1 and 0.03 m/s."""
    rng = np.random.default_rng(1)
    lines = rng.normal([1.5, -0.008], [0.1, 0.001], (n_athletes, 2))
    offsets = rng.normal(0, 0.03, (n_athletes, n_sessions, 1))
    velocity = lines[:, :1, None] + lines[:, 1:, None] * LOADS_KG + offsets
    velocity = np.maximum(velocity + rng.normal(0, 0.02, velocity.shape), 0.05)  # nobody moves a bar backwards
    athlete, session, set_no = (grid.ravel() for grid in np.indices(velocity.shape))
    kind = {"exercise": "deadlift", "side": "B", "device": "encoder", "load_kg": LOADS_KG[set_no]}
    where = {"athlete_id": athlete, "session_id": session + n_sessions * athlete, "set_no": set_no}
    return pd.DataFrame({**where, **kind, "mean_velocity_m_s": velocity.ravel()})


def ours(reps: pd.DataFrame) -> SquadProfiles:
    return profiles_of_squad(reps, mvt_m_s=0.2, mvt_sd_m_s=0.02)


def by_mixed_lm(reps: pd.DataFrame):
    load = (reps["load_kg"] - reps["load_kg"].mean()) / reps["load_kg"].std()
    by_session = {"session": "0 + C(session_id)"}
    model = sm.MixedLM.from_formula(
        "mean_velocity_m_s ~ x", groups="athlete_id", re_formula="~x", vc_formula=by_session, data=reps.assign(x=load)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the likelihoods are compared below
        return model.fit(method=["bfgs"])


def figures() -> Iterator[Figure]:
    reps = squad(100, 4)
    theirs = by_mixed_lm(reps).llf - np.log(reps["load_kg"].std())
    np.testing.assert_allclose(ours(reps).log_likelihood, theirs, atol=1e-2)
    slow, fast = seconds(lambda: by_mixed_lm(reps), lambda: ours(reps).athletes, rounds=5)
    yield ratio("mixed load-velocity profiles of 100 athletes", "MixedLM, one optimiser", slow, fast)
    yield in_ms("the same, three optimisers and every e1RM", fast, GOAL_MS)
    days = pd.date_range("2026-01-05", periods=24, freq="7D")
    rows = [(day, "tested", 150.0 + week, 0.04, 0.0, 0.0, 0.0) for week, day in enumerate(days)]
    seen = E1rmObservations(pd.DataFrame(rows, columns=OBSERVATION_COLUMNS), 0.02, 0.0, {})
    (state,) = seconds(lambda: fused_e1rm(seen, days[-1]))
    yield in_ms("a fused 1RM from 24 observations", state)
