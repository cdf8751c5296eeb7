"""Made-up rated sets for the tests of form: a chance of a form break that is known, and angles that drift as told."""

import numpy as np
import pandas as pd

FIRST_DAY = pd.Timestamp("2026-01-05")


def rated_sets(
    n_athletes: int = 12,
    n_sessions: int = 12,
    *,
    rng: np.random.Generator,
    n_reps: int = 8,
    drift_deg: float = 0.0,
    load_kg: float | np.ndarray = 80.0,
    earlier: dict[str, float] | None = None,
    last_sessions: int = 3,
) -> pd.DataFrame:
    """Rated repetitions as `clean_reps.rated_repetitions` gives them, one set a session, one session a week.

    The log odds of a break are -5 + 0.6 rep + 0.06 (load - 80), and those of `earlier` more in the last sessions of
    the athletes named there. The hinge drifts by `drift_deg` a repetition.
    """
    keys = pd.MultiIndex.from_product(
        [[f"t{number:02d}" for number in range(n_athletes)], range(n_sessions), range(1, n_reps + 1)],
        names=["athlete_id", "week", "rep_no"],
    ).to_frame(index=False)
    load = np.resize(np.asarray(load_kg, dtype=float), n_athletes * n_sessions).repeat(n_reps)
    late = keys["week"] >= n_sessions - last_sessions
    more = np.where(late, keys["athlete_id"].map(earlier or {}).fillna(0.0), 0.0)
    log_odds = -5 + 0.6 * keys["rep_no"] + 0.06 * (load - 80) + more
    rep_no = keys["rep_no"]
    return keys.assign(
        session_id=keys["athlete_id"] + "-" + keys["week"].astype("str"),
        set_no=1,
        local_date=FIRST_DAY + pd.to_timedelta(7 * keys.pop("week"), unit="D"),
        exercise="romanian_deadlift",
        load_kg=load,
        is_clean=(clean := rng.random(len(keys)) > 1 / (1 + np.exp(-log_odds))),
        break_kind=np.where(clean, None, "flexion"),
        mean_velocity_m_s=rng.normal(0.7 - 0.005 * rep_no, 0.02),
        hinge_angle_deg=rng.normal(98 + drift_deg * rep_no, 1.5),
        rater="coach",
    )
