"""Work on one leg as trials of both sides: the speed, or else the load, of left and right on one day."""

from statistics import fmean

import pandas as pd

from analysis.base.frames import grouped
from analysis.metrics.strength import VelocityMetric, work_sets

LOAD_STEP_KG = 0.5  # loads closer than this are one
FIRST_REPS = 3  # of each set, so that a longer set with its loss of speed does not read as a slower side
LOAD = "load_kg"

_COLUMNS = ["local_date", "test_id", "trial_no", "side", "metric", "value", "unit", "device"]


def side_speed_trials(
    speeds: pd.DataFrame, exercise: str, *, metric: VelocityMetric = "mean_velocity_m_s"
) -> pd.DataFrame:
    """The sets of one lift on one leg as trials: the mean speed of their first 3 repetitions, both sides at one load.

    Parameters
    ----------
    speeds : DataFrame
        As `metrics.strength.bar_speeds` returns it, in its order. Repetitions without `metric` are left out.
    exercise : str
        Canonical name.

    Returns
    -------
    DataFrame as the table trials, one row a set, test_id "EXERCISE.speed", in m/s. Of a day and device the heaviest
    load that both sides lifted, to half a kilogram; a day without one is absent.

    Examples
    --------
    >>> speeds = pd.DataFrame({"session_id": "s", "set_no": [1, 2, 3], "rep_no": 1, "exercise": "split_squat",
    ...     "side": ["L", "R", "R"], "load_kg": [20.0, 20.0, 24.0], "local_date": pd.Timestamp("2026-01-05"),
    ...     "device": "encoder", "mean_velocity_m_s": [0.50, 0.55, 0.45]})
    >>> side_speed_trials(speeds, "split_squat")[["side", "value"]].values.tolist()
    [['L', 0.5], ['R', 0.55]]
    """
    of_lift = (speeds["exercise"] == exercise) & speeds["side"].isin(["L", "R"])
    known = speeds[of_lift].dropna(subset=[metric, "load_kg"])
    reps = known.groupby(["session_id", "set_no"], sort=False).head(FIRST_REPS)
    keys = (reps[name] for name in ("session_id", "set_no", "side", "load_kg"))
    of_sets = grouped(reps[metric], reps["local_date"], reps["device"].fillna(""), *keys)
    sets = [
        (day, device, side, round(load_kg / LOAD_STEP_KG), fmean(values))
        for (day, device, _, _, side, load_kg), values in sorted(of_sets.items())
    ]
    left, right = ({(*place, step) for *place, of, step, _ in sets if of == side} for side in "LR")
    heaviest = {(day, device): step for day, device, step in sorted(left & right)}
    kept = [(*place, side, value) for *place, side, step, value in sets if heaviest.get(tuple(place)) == step]
    rows = pd.DataFrame(kept, columns=["local_date", "device", "side", "value"])
    return _as_trials(rows, f"{exercise}.speed", metric, "m/s")


def side_load_trials(sets: pd.DataFrame, exercise: str) -> pd.DataFrame:
    """The heaviest set of each side of one lift on one leg as trials.

    Parameters
    ----------
    sets : DataFrame
        Table sets with local_date. Warm-ups, and sets without a load above 0, are left out.
    exercise : str
        Canonical name.

    Returns
    -------
    DataFrame as the table trials, one row a day and side, test_id "EXERCISE.load", in kg; a day with one side is there
    too, and no comparison.

    Examples
    --------
    >>> sets = pd.DataFrame({"exercise": "split_squat", "side": ["L", "R", "R"], "set_kind": "work", "reps": 8.0,
    ...     "load_kg": [20.0, 20.0, 24.0], "local_date": pd.Timestamp("2026-01-05")})
    >>> side_load_trials(sets, "split_squat")[["side", "value"]].values.tolist()
    [['L', 20.0], ['R', 24.0]]
    """
    worked = work_sets(sets)
    of_lift = (worked["exercise"] == exercise) & worked["side"].isin(["L", "R"]) & (worked["load_kg"] > 0)
    heaviest = worked[of_lift].groupby(["local_date", "side"])["load_kg"].max().rename("value").reset_index()
    return _as_trials(heaviest.assign(device=""), f"{exercise}.load", LOAD, "kg")


def _as_trials(rows: pd.DataFrame, test_id: str, metric: str, unit: str) -> pd.DataFrame:
    numbers = rows.groupby(["local_date", "device", "side"]).cumcount() + 1
    device = rows["device"].replace("", None)
    about = {"test_id": test_id, "metric": metric, "unit": unit}
    return rows.assign(**about, trial_no=numbers, device=device)[_COLUMNS].reset_index(drop=True)
