"""Power of the kettlebell swing as trials of a check: the mean power that lifts the bell."""

import pandas as pd

GRAVITY_M_S2 = 9.80665
SWING = "kettlebell_swing"


def lifting_power_w(load_kg: pd.Series, mean_velocity_m_s: pd.Series) -> pd.Series:
    """Mean power that lifts a load which begins and ends at rest: m g v.

    Its kinetic energy is none at both ends, so that the mean over the way up is the work against gravity alone, m g h,
    by the time h / v. What the body's own mass takes is not in it.

    Parameters
    ----------
    load_kg, mean_velocity_m_s : Series of float, shape (n,)
        Load, and mean vertical velocity of the way up. NaN gives NaN.

    Returns
    -------
    Series of float, index of `load_kg`, in W.

    References
    ----------
    Lake & Lauder 2012, J Strength Cond Res 26(12):3209-3216 (mechanical demands of the kettlebell swing).

    Examples
    --------
    >>> lifting_power_w(pd.Series([24.0]), pd.Series([1.25])).round(1).tolist()
    [294.2]
    """
    return load_kg * GRAVITY_M_S2 * mean_velocity_m_s


def swing_power_trials(speeds: pd.DataFrame, *, exercise: str = SWING) -> pd.DataFrame:
    """The measured swings as trials of a check of the metric power_w, at the load of the newest day.

    Parameters
    ----------
    speeds : DataFrame
        As `metrics.strength.bar_speeds` returns it. Repetitions without a mean velocity or a load are left out; power
        at another load is another measure.
    exercise : str
        Canonical name.

    Returns
    -------
    DataFrame as the table trials, one row a set, the mean of its repetitions: local_date, test_id (`exercise`),
    trial_no, side, metric, value, unit, device, load_kg. Empty where no swing was measured.

    Examples
    --------
    >>> speeds = pd.DataFrame({"session_id": "s", "set_no": 1, "rep_no": [1, 2], "exercise": "kettlebell_swing",
    ...     "load_kg": 24.0, "local_date": pd.Timestamp("2026-01-05"), "device": "encoder",
    ...     "mean_velocity_m_s": [1.25, 1.35]})
    >>> swing_power_trials(speeds)["value"].round(1).tolist()
    [306.0]
    """
    swings = speeds[speeds["exercise"] == exercise].dropna(subset=["mean_velocity_m_s", "load_kg"])
    newest = swings.sort_values(["local_date", "set_no"])["load_kg"].iloc[-1:]
    at_load = swings[swings["load_kg"].isin(newest)]
    power = at_load.assign(value=lifting_power_w(at_load["load_kg"], at_load["mean_velocity_m_s"]))
    keys = ["local_date", "session_id", "set_no", "device", "load_kg"]
    sets = power.groupby(keys, dropna=False, sort=True)["value"].mean().reset_index()
    about = {"test_id": exercise, "side": "B", "metric": "power_w", "unit": "W"}
    columns = ["local_date", "test_id", "trial_no", "side", "metric", "value", "unit", "device", "load_kg"]
    return sets.assign(**about, trial_no=sets.groupby("local_date").cumcount() + 1)[columns]
