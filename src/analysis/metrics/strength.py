"""Sets of a lift, bar speed by repetition and set, velocity loss, and the published ways from repetitions to a 1RM."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from scipy import integrate, stats

from analysis.base.config import Lift
from analysis.base.errors import DataProblem, NotEnoughData

VelocityMetric = Literal["mean_velocity_m_s", "mean_propulsive_velocity_m_s", "peak_velocity_m_s"]
VELOCITY_METRICS: tuple[VelocityMetric, ...] = (
    "mean_velocity_m_s",
    "mean_propulsive_velocity_m_s",
    "peak_velocity_m_s",
)

# beyond this the formulas from repetitions to 1RM disagree by more than the changes one looks for (LeSuer 1997)
TESTED_REPS = 10

# of a set, by repetitions in reserve (Zourdos et al. 2016): 10 is none, 9 is one; below 6 nobody can count them
RPE_OF_FAILURE, RPE_LEAST = 10.0, 6.0

_SET_KEY = ["session_id", "set_no"]
_OF_THE_SET = ["local_date", "exercise", "side", "set_kind", "load_kg"]


def sets_of_lift(sets: pd.DataFrame, lift: Lift, until: pd.Timestamp, *, days: int, side: str = "B") -> pd.DataFrame:
    """The loaded sets of a lift on one side in the `days` days up to `until`.

    Parameters
    ----------
    sets : DataFrame with exercise, side (L, R, B), local_date, load_kg.

    Examples
    --------
    >>> days = pd.to_datetime(["2026-01-05", "2026-03-02", "2026-03-02"])
    >>> sets = pd.DataFrame({"exercise": "deadlift", "side": "B", "local_date": days, "load_kg": [90.0, 100.0, 0.0]})
    >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    >>> sets_of_lift(sets, lift, pd.Timestamp("2026-03-08"), days=42)["load_kg"].tolist()
    [100.0]
    """
    of_lift = (sets["exercise"] == lift.exercise) & (sets["side"] == side) & (sets["load_kg"] > 0)
    recent = (sets["local_date"] > until - pd.Timedelta(days=days)) & (sets["local_date"] <= until)
    return sets[of_lift & recent]


def work_sets(sets: pd.DataFrame) -> pd.DataFrame:
    """Sets with a repetition or more that are no warm-up, and no copy where a column `counted` tells them.

    >>> sets = pd.DataFrame({"set_kind": ["warm_up", "work", "work"], "reps": [8.0, 5.0, 5.0],
    ...                      "counted": [True, True, False]})
    >>> len(work_sets(sets))
    1
    """
    kept = (sets["set_kind"] != "warm_up") & (sets["reps"] >= 1)
    return sets[kept & sets["counted"] if "counted" in sets else kept]


def reserve(sets: pd.DataFrame) -> pd.Series:
    """Repetitions that were left in each set, NaN where nothing says it.

    As rated; else 10 minus the RPE of the set from 6 on, the scale that training logs ask for; else none in a set that
    its log calls one to failure. A set without any of them is not taken to be one to failure.

    Parameters
    ----------
    sets : DataFrame with set_kind, rir, and rpe_cr10 where sets were rated so.

    References
    ----------
    Zourdos et al. 2016, J Strength Cond Res 30(1):267-275.

    Examples
    --------
    >>> sets = pd.DataFrame({"set_kind": ["work", "work", "work", "failure"], "rir": [3.0, None, None, None],
    ...                      "rpe_cr10": [None, 8.5, 5.0, None]})
    >>> reserve(sets).tolist()
    [3.0, 1.5, nan, 0.0]
    """
    told = sets["rir"].astype(float)
    rpe = sets["rpe_cr10"].astype(float) if "rpe_cr10" in sets else pd.Series(np.nan, sets.index)
    told = told.fillna(RPE_OF_FAILURE - rpe.where(rpe.between(RPE_LEAST, RPE_OF_FAILURE)))
    return told.mask(told.isna() & rpe.isna() & (sets["set_kind"] == "failure"), 0.0)


def bar_speeds(sets: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    """Every repetition that a device measured, with the set it belongs to.

    Parameters
    ----------
    sets : DataFrame with session_id, set_no, local_date, exercise, side, set_kind, load_kg.
    reps : DataFrame with session_id, set_no, rep_no, the velocities in m/s, device.

    Returns
    -------
    DataFrame, one row a repetition with at least one velocity, by date, session, set and repetition: session_id,
    set_no, rep_no, local_date, exercise, side, set_kind, load_kg, the three velocities (NaN where the device does
    not give that one), device. Repetitions that were only rated (no velocity) are not bar speeds.

    Raises
    ------
    DataProblem : a repetition whose set is not among `sets`, or a set that stands there twice.

    Examples
    --------
    >>> key = {"session_id": ["s"], "set_no": [1]}
    >>> sets = pd.DataFrame(key | {"local_date": pd.to_datetime(["2026-01-05"]), "exercise": ["deadlift"],
    ...                            "side": ["B"], "set_kind": ["work"], "load_kg": [100.0]})
    >>> reps = pd.DataFrame(key | {"rep_no": [1], "mean_velocity_m_s": [0.52], "device": ["encoder"]})
    >>> bar_speeds(sets, reps)[["exercise", "load_kg", "mean_velocity_m_s"]].values.tolist()
    [['deadlift', 100.0, 0.52]]
    """
    measured = reps.reindex(columns=[*_SET_KEY, "rep_no", *VELOCITY_METRICS, "device"])
    measured = measured[measured[list(VELOCITY_METRICS)].notna().any(axis=1)]
    # numbers in place of the text of session ids: merging and sorting by text takes twice as long
    of_set, names = pd.factorize(sets["session_id"], sort=True)
    session = pd.Index(names).get_indexer(measured["session_id"])
    place = _place_among(of_set, sets["set_no"].to_numpy(), session, measured["set_no"].to_numpy())
    orphans = int((place < 0).sum())
    if orphans:
        raise DataProblem(
            f"{orphans} repetitions belong to no set. Give all sets, also those that are not counted, or import the "
            "file of their sets again."
        )
    day = sets["local_date"].to_numpy()[place]
    order = np.lexsort((measured["rep_no"], measured["set_no"], session, day))
    measured = measured.take(order).reset_index(drop=True)
    of_the_set = sets[_OF_THE_SET].take(place[order]).reset_index(drop=True)
    return pd.concat([measured[[*_SET_KEY, "rep_no"]], of_the_set, measured[[*VELOCITY_METRICS, "device"]]], axis=1)


def speeds_of_lift(
    sets: pd.DataFrame, reps: pd.DataFrame, lift: Lift, until: pd.Timestamp, *, days: int = 42, side: str = "B"
) -> pd.DataFrame:
    """The bar speeds of a key lift in the last `days` days, by the newest device of these days.

    Parameters
    ----------
    sets, reps : as `bar_speeds` takes them.
    lift : names exercise and velocity; repetitions without that velocity are left out.
    until : last day that counts.
    side : L, R or B.

    Returns
    -------
    DataFrame as `bar_speeds`, one row a repetition.

    Raises
    ------
    NotEnoughData : no bar speed of the lift in these days.
    """
    measured = bar_speeds(sets, reps).dropna(subset=[lift.metric])
    since = until - pd.Timedelta(days=days)
    of_lift = measured[(measured["exercise"] == lift.exercise) & (measured["side"] == side)]
    recent = of_lift[(of_lift["local_date"] > since) & (of_lift["local_date"] <= until)]
    if recent.empty:
        raise NotEnoughData(
            f"No bar speed of {lift.name} in the {days} days up to {until.date()}. Measure 3 loads in one session."
        )
    device = recent["device"].fillna("")
    return recent[device == device.iloc[-1]]


def _place_among(session: np.ndarray, set_no: np.ndarray, of_session: np.ndarray, of_set_no: np.ndarray) -> np.ndarray:
    """Where each pair `of_` a session and a set number stands among the sets, -1 where it does not."""
    known = pd.MultiIndex.from_arrays([session, set_no])
    if not known.is_unique:
        raise DataProblem(f"{int(known.duplicated().sum())} sets stand twice. Leave one of each pair out.")
    return known.get_indexer(pd.MultiIndex.from_arrays([of_session, of_set_no]))


def set_speeds(bar_speeds: pd.DataFrame, *, metric: VelocityMetric = "mean_velocity_m_s") -> pd.DataFrame:
    """One row a set: its fastest, mean, first and last repetition in `metric`, and the loss in it.

    Parameters
    ----------
    bar_speeds : as `bar_speeds` returns it. Repetitions without `metric` are left out.

    Returns
    -------
    DataFrame: session_id, set_no, local_date, exercise, side, set_kind, load_kg, device, n_reps, best_m_s, mean_m_s,
    first_m_s, last_m_s, loss_from_best_pct, loss_from_first_pct.

    Examples
    --------
    >>> reps = pd.DataFrame({"session_id": "s", "set_no": 1, "rep_no": [1, 2], "local_date": pd.Timestamp("2026-01-05"),
    ...     "exercise": "deadlift", "side": "B", "set_kind": "work", "load_kg": 100.0, "device": "encoder",
    ...     "mean_velocity_m_s": [0.5, 0.4]})
    >>> set_speeds(reps)[["n_reps", "best_m_s", "loss_from_best_pct"]].round(2).values.tolist()
    [[2.0, 0.5, 20.0]]
    """
    known = bar_speeds.dropna(subset=[metric]).sort_values("rep_no")
    groups = known.groupby([*_SET_KEY, *_OF_THE_SET, "device"], dropna=False, sort=False)[metric]
    by_set = groups.agg(n_reps="size", best_m_s="max", mean_m_s="mean", first_m_s="first", last_m_s="last")
    by_set["loss_from_best_pct"] = 100 * (1 - by_set["last_m_s"] / by_set["best_m_s"])
    by_set["loss_from_first_pct"] = 100 * (1 - by_set["last_m_s"] / by_set["first_m_s"])
    return by_set.reset_index().sort_values(["local_date", *_SET_KEY], ignore_index=True)


def speed_kept(
    sets: pd.DataFrame, reps: pd.DataFrame, lift: Lift, until: pd.Timestamp, *, least_reps: int = 3
) -> pd.DataFrame:
    """How much of the first repetition's speed the last one of a set keeps, by day: a number to put one's own beside.

    Parameters
    ----------
    sets, reps, lift, until : as `speeds_of_lift` takes them; a year counts.
    least_reps : sets of fewer measured repetitions do not count.

    Returns
    -------
    DataFrame, one row a day with such a set: local_date, kept_pct (mean of its sets, in percent).

    Raises
    ------
    NotEnoughData : no bar speed of the lift.
    """
    by_set = set_speeds(speeds_of_lift(sets, reps, lift, until, days=365), metric=lift.metric)
    whole = by_set[by_set["n_reps"] >= least_reps]
    return (
        whole.assign(kept_pct=100 - whole["loss_from_first_pct"])
        .groupby("local_date", as_index=False)["kept_pct"]
        .mean()
    )


def loss_without_fatigue_pct(*, cv_pct: float, n_reps: int) -> float:
    """Mean loss from the best repetition when all repetitions are equal but for noise of `cv_pct` (normal).

    With M the largest of n and the last repetition any of them, E(last | M) = (M + (n - 1) E(x | x < M)) / n;
    integrated over the distribution of M.

    >>> round(loss_without_fatigue_pct(cv_pct=5, n_reps=8), 1)
    6.6
    """
    cv = cv_pct / 100

    def loss_at(z: float) -> float:
        best = 1 + cv * z
        others = 1 - cv * np.exp(stats.norm.logpdf(z) - stats.norm.logcdf(z))
        density = n_reps * stats.norm.pdf(z) * stats.norm.cdf(z) ** (n_reps - 1)
        return density * (1 - 1 / n_reps) * (1 - others / best)

    return 100 * integrate.quad(loss_at, -8, 8)[0]


# of load and repetitions, as listed by LeSuer et al. 1997, J Strength Cond Res 11(4):211-213
E1RM_FORMULAS: dict[str, Callable] = {
    "epley": lambda load_kg, reps: load_kg * (1 + reps / 30),
    "brzycki": lambda load_kg, reps: load_kg * 36 / (37 - reps),
    "lombardi": lambda load_kg, reps: load_kg * reps**0.10,
    "oconner": lambda load_kg, reps: load_kg * (1 + reps / 40),
    "wathan": lambda load_kg, reps: 100 * load_kg / (48.8 + 53.8 * np.exp(-0.075 * reps)),
    "mayhew": lambda load_kg, reps: 100 * load_kg / (52.2 + 41.9 * np.exp(-0.055 * reps)),
    "lander": lambda load_kg, reps: 100 * load_kg / (101.3 - 2.67123 * reps),
}


def e1rm_from_reps(load_kg: pd.Series, reps: pd.Series, *, formula: str = "epley") -> pd.DataFrame:
    """Estimated 1RM from repetitions to failure, by a published formula.

    Parameters
    ----------
    load_kg, reps : Series of float, shape (n,): the load and the repetitions done with it until no more could be.
    formula : a name of `E1RM_FORMULAS`.

    Returns
    -------
    DataFrame, index of `load_kg`: e1rm_kg (the load itself at 1 repetition, which several formulas overshoot; NaN
    where an input is NaN or reps is below 1), beyond_tested (bool: more than 10 repetitions, where the formulas
    are not to be trusted).

    Raises
    ------
    DataProblem : a formula of another name.

    References
    ----------
    LeSuer et al. 1997, J Strength Cond Res 11(4):211-213.

    Examples
    --------
    >>> e1rm_from_reps(pd.Series([120.0, 120.0]), pd.Series([5.0, 1.0]))["e1rm_kg"].tolist()
    [140.0, 120.0]
    """
    if formula not in E1RM_FORMULAS:
        raise DataProblem(f"{formula!r} is not a known formula. Use one of {', '.join(E1RM_FORMULAS)}.")
    possible = reps.where(reps >= 1)
    e1rm_kg = E1RM_FORMULAS[formula](load_kg, possible).mask(possible == 1, load_kg)
    return pd.DataFrame({"e1rm_kg": e1rm_kg, "beyond_tested": reps > TESTED_REPS})
