"""Training load: session-RPE, volume load, heart-rate impulses, and what is made of the daily series.

A daily series is a Series of load in arbitrary units, one value for every calendar day in order. 0 is a day known to
be free of load, NaN a day about which nothing is known; the two are never mixed up in silence.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.adherence import day_states, week_days
from analysis.metrics.running import recorded_runs, week_of
from analysis.metrics.tempo import tempo_s

Missing = Literal["refuse", "as_rest", "hold"]
Values = float | pd.Series  # one number, or one a row

_SIDE_COLUMNS = {"L": "left_kg", "R": "right_kg", "B": "both_kg"}

RAMP_WEEKS = 4  # before a week, that it is set against
CTL_TAU_D = 42.0
ATL_TAU_D = 7.0

# Banister 1991: factor and exponent of the heart-rate reserve
TRIMP_COEFFICIENTS: dict[str, tuple[float, float]] = {"M": (0.64, 1.92), "F": (0.86, 1.67)}


def srpe_load_au(rpe_cr10: pd.Series, duration_s: pd.Series) -> pd.Series:
    """Session-RPE training load: CR-10 rating times duration in minutes, in arbitrary units.

    Parameters
    ----------
    rpe_cr10 : Series of float, shape (n_sessions,)
        Rating of the whole session, 0 to 10, asked about 30 min after it.
    duration_s : Series of float, shape (n_sessions,)
        Session time including rests, in seconds.

    Returns
    -------
    Series of float, shape (n_sessions,), index of `rpe_cr10`; NaN where either input is NaN.

    References
    ----------
    Foster et al. 2001, J Strength Cond Res 15(1):109-115.

    Examples
    --------
    >>> srpe_load_au(pd.Series([5.0]), pd.Series([3600.0])).tolist()
    [300.0]
    """
    return rpe_cr10 * duration_s / 60


def volume_load(sets: pd.DataFrame, *, by: Sequence[str] = ("local_date",), warm_ups: bool = False) -> pd.DataFrame:
    """Volume load, the sum of load times repetitions, for each group of `by`.

    Warm-up sets are left out unless `warm_ups`; work, drop, failure and other sets count. Rows whose `counted` is
    False (the second record of the same set) are left out where that column is present. The load is the external one:
    body mass is not counted, a set without added load has a volume of 0.

    Parameters
    ----------
    sets : DataFrame with set_kind, load_kg, reps and the columns of `by`.

    Returns
    -------
    DataFrame, one row a group: the columns of `by`, volume_load_kg, sets, sets_unknown. A set without load or
    repetitions, or with a negative load (assistance: the mass moved is not known), adds nothing to volume_load_kg
    and is counted in sets_unknown; where every set is unknown volume_load_kg is NaN.

    Examples
    --------
    >>> day = pd.Timestamp("2026-01-05")
    >>> sets = pd.DataFrame({"local_date": [day] * 3, "set_kind": ["warm_up", "work", "work"],
    ...                      "load_kg": [40.0, 60.0, None], "reps": [5.0, 8.0, 8.0]})
    >>> volume_load(sets)[["volume_load_kg", "sets", "sets_unknown"]].values.tolist()
    [[480.0, 2.0, 1.0]]
    """
    rows = _counted(sets, warm_ups)
    moved_kg = rows["load_kg"].where(rows["load_kg"] >= 0) * rows["reps"]
    return _summed(rows.assign(volume_load_kg=moved_kg), "volume_load_kg", by)


def volume_by_side(sets: pd.DataFrame, *, by: Sequence[str] = ("pattern",)) -> pd.DataFrame:
    """Volume load of the left side, of the right and of both at once, and their total, for each group of `by`.

    A set of both sides is not shared out. Sets and their rules are those of `volume_load`.

    Returns
    -------
    DataFrame, one row a group: the columns of `by`, left_kg, right_kg, both_kg (0 without a set of that side, NaN
    where none of its sets is known), total_kg (of what is known; NaN where nothing is), sets_unknown.

    Examples
    --------
    >>> sets = pd.DataFrame({"pattern": "hinge", "side": ["L", "R", "B"], "set_kind": "work",
    ...                      "load_kg": [16.0, 20.0, 60.0], "reps": [8.0, 8.0, None]})
    >>> volume_by_side(sets)[["left_kg", "right_kg", "both_kg", "total_kg"]].values.tolist()
    [[128.0, 160.0, nan, 288.0]]
    """
    key = list(by)
    groups = volume_load(sets, by=key).set_index(key)
    sides = {}
    for side, column in _SIDE_COLUMNS.items():
        of_side = volume_load(sets[sets["side"] == side], by=key).set_index(key)["volume_load_kg"]
        sides[column] = of_side.reindex(groups.index).where(groups.index.isin(of_side.index), 0.0)
    whole = {"total_kg": groups["volume_load_kg"], "sets_unknown": groups["sets_unknown"]}
    return pd.DataFrame(sides | whole).reset_index()


def time_under_tension(
    sets: pd.DataFrame, *, by: Sequence[str] = ("local_date",), warm_ups: bool = False
) -> pd.DataFrame:
    """Time under tension as prescribed, the seconds of a repetition by its tempo times repetitions, for each group.

    Sets and their rules are those of `volume_load`. A set without a tempo has no known time: it adds nothing and is
    counted. `metrics.tempo` says whether the prescribed tempo was kept.

    Returns
    -------
    DataFrame, one row a group: the columns of `by`, tension_s (NaN where every set is unknown), sets, sets_unknown.

    Examples
    --------
    >>> day = pd.Timestamp("2026-01-05")
    >>> sets = pd.DataFrame({"local_date": [day] * 2, "set_kind": "work", "reps": [8.0, 8.0],
    ...                      "tempo": ["3-1-1-0", None]})
    >>> time_under_tension(sets)[["tension_s", "sets", "sets_unknown"]].values.tolist()
    [[40.0, 2.0, 1.0]]
    """
    rows = _counted(sets, warm_ups)
    return _summed(rows.assign(tension_s=tempo_s(rows["tempo"])["rep_s"] * rows["reps"]), "tension_s", by)


def _counted(sets: pd.DataFrame, warm_ups: bool) -> pd.DataFrame:
    rows = sets[sets["counted"]] if "counted" in sets else sets
    return rows if warm_ups else rows[rows["set_kind"] != "warm_up"]


def _summed(rows: pd.DataFrame, column: str, by: Sequence[str]) -> pd.DataFrame:
    """The sum of a column in each group, NaN where all of it is, with the sets it holds and those it lacks."""
    groups = rows.assign(unknown=rows[column].isna()).groupby(list(by), dropna=False)
    summed = groups[column].sum(min_count=1).to_frame()
    return summed.assign(sets=groups.size(), sets_unknown=groups["unknown"].sum()).reset_index()


def daily_load(
    sessions: pd.DataFrame, *, kinds: Sequence[str] | None = None, until: str | pd.Timestamp | None = None
) -> pd.DataFrame:
    """Session-RPE load of every calendar day from the first session to `until` (default: the last session).

    Parameters
    ----------
    sessions : DataFrame with local_date, kind, status, duration_s, rpe_cr10.
        All sessions of one athlete, also those of other kinds: they tell that the day was logged.
    kinds : kinds of session that count, e.g. ("run", "sprint"); default all.
        A logged day without a session of these kinds has load 0.

    Returns
    -------
    DataFrame, one row a day, index `day`:
    load_au : sum over rated sessions; 0 on a day logged as rest or off, or without these kinds; NaN on a day with
        nothing logged, and on a day whose sessions all lack rating or duration.
    rated : sessions in that sum.
    unrated : sessions done that it lacks. A session without a rating beside a rated one of its kind on the same day
        is taken for a second record of it (a bar-speed or watch file next to the log) and is not counted.

    Raises
    ------
    NotEnoughData : no session at all.

    Examples
    --------
    >>> sessions = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05", "2026-01-07"]), "kind": ["run", "other"],
    ...     "status": ["done", "rest"], "duration_s": [3600.0, None], "rpe_cr10": [5.0, None]})
    >>> daily_load(sessions)["load_au"].tolist()
    [300.0, nan, 0.0]
    """
    if sessions.empty:
        raise NotEnoughData("No session is logged. Import a training log, or widen the date range.")
    last = sessions["local_date"].max() if until is None else pd.Timestamp(until)
    days = pd.date_range(sessions["local_date"].min(), last, freq="D", name="day")
    done = sessions[(sessions["status"] == "done") & (True if kinds is None else sessions["kind"].isin(kinds))]
    done = done.assign(load_au=srpe_load_au(done["rpe_cr10"], done["duration_s"]))
    by_kind = done.groupby(["local_date", "kind"])["load_au"].agg(["sum", "count", "size"]).reset_index()
    by_kind["unrated"] = by_kind["size"].where(by_kind["count"] == 0, 0)
    by_day = by_kind.groupby("local_date")[["sum", "count", "unrated"]].sum().reindex(days)
    nothing_of_these = by_day["sum"].isna()
    counts = by_day[["count", "unrated"]].fillna(0).astype(int)
    load_au = by_day["sum"].where(counts["count"] > 0)
    load_au[nothing_of_these & days.isin(sessions["local_date"])] = 0.0
    return pd.DataFrame({"load_au": load_au, "rated": counts["count"], "unrated": counts["unrated"]}, index=days)


def daily_load_au(
    sessions: pd.DataFrame, *, kinds: Sequence[str] | None = None, until: str | pd.Timestamp | None = None
) -> pd.Series:
    """The column load_au of `daily_load`, whose rules for rest, unlogged and unrated days hold.

    >>> sessions = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05"]), "kind": ["run"],
    ...     "status": ["done"], "duration_s": [3600.0], "rpe_cr10": [5.0]})
    >>> daily_load_au(sessions, until="2026-01-06").tolist()
    [300.0, nan]
    """
    return daily_load(sessions, kinds=kinds, until=until)["load_au"]


def ctl_au(daily_load_au: pd.Series, *, tau_d: float = CTL_TAU_D, missing: Missing = "refuse") -> pd.Series:
    """Fitness (chronic training load) at the end of each day: exponential average with weight 1 - e^(-1/tau).

    Started at zero, so that the first 2 to 3 time constants read too low.

    Parameters
    ----------
    daily_load_au : Series of float, shape (n_days,), one value a calendar day.
    tau_d : time constant in days.
    missing : what a NaN day means. "refuse" raises DataProblem; "as_rest" counts it as a day without load, "hold"
        leaves the average where it was. `load_balance` shows which days were so filled.

    References
    ----------
    Banister & Calvert 1980, Can J Appl Sport Sci 5:170-176.

    Examples
    --------
    >>> ctl_au(pd.Series([100.0, 0.0])).round(3).tolist()
    [2.353, 2.297]
    """
    return _ewma_from_zero(daily_load_au, tau_d, missing)


def atl_au(daily_load_au: pd.Series, *, tau_d: float = ATL_TAU_D, missing: Missing = "refuse") -> pd.Series:
    """Fatigue (acute training load) at the end of each day; as `ctl_au` with a short time constant.

    >>> atl_au(pd.Series([100.0, 0.0])).round(3).tolist()
    [13.312, 11.54]
    """
    return _ewma_from_zero(daily_load_au, tau_d, missing)


def tsb_au(
    daily_load_au: pd.Series,
    *,
    ctl_tau_d: float = CTL_TAU_D,
    atl_tau_d: float = ATL_TAU_D,
    missing: Missing = "refuse",
) -> pd.Series:
    """Form on the morning of each day: CTL minus ATL of the evening before, both started at zero.

    >>> tsb_au(pd.Series([100.0, 0.0, 0.0])).round(2).tolist()
    [0.0, -10.96, -9.24]
    """
    evening = ctl_au(daily_load_au, tau_d=ctl_tau_d, missing=missing) - atl_au(
        daily_load_au, tau_d=atl_tau_d, missing=missing
    )
    return evening.shift(1, fill_value=0.0)


def load_balance(
    daily_load_au: pd.Series,
    *,
    ctl_tau_d: float = CTL_TAU_D,
    atl_tau_d: float = ATL_TAU_D,
    missing: Missing = "as_rest",
) -> pd.DataFrame:
    """Load, CTL, ATL and TSB day by day, with the days that had to be assumed marked.

    Returns
    -------
    DataFrame, index of `daily_load_au`: load_au (NaN kept), ctl_au and atl_au (end of the day), tsb_au (morning),
    assumed (bool: no load was known and `missing` filled in), start_up (bool: fewer than 3 `ctl_tau_d` days since
    the series began, so that CTL still carries its start at zero).

    Examples
    --------
    >>> load_balance(pd.Series([100.0, None]))["assumed"].tolist()
    [False, True]
    """
    return pd.DataFrame(
        {
            "load_au": daily_load_au,
            "ctl_au": ctl_au(daily_load_au, tau_d=ctl_tau_d, missing=missing),
            "atl_au": atl_au(daily_load_au, tau_d=atl_tau_d, missing=missing),
            "tsb_au": tsb_au(daily_load_au, ctl_tau_d=ctl_tau_d, atl_tau_d=atl_tau_d, missing=missing),
            "assumed": daily_load_au.isna(),
            "start_up": np.arange(len(daily_load_au)) < 3 * ctl_tau_d,
        }
    )


def ewma_au(daily_load_au: pd.Series, *, span_d: int, missing: Missing = "refuse") -> pd.Series:
    """Exponential average with weight 2 / (span + 1), started at the first day's load.

    References
    ----------
    Williams et al. 2017, Br J Sports Med 51:209-210.

    Examples
    --------
    >>> ewma_au(pd.Series([40.0, 0.0]), span_d=7).tolist()
    [40.0, 30.0]
    """
    return _filled(daily_load_au, missing).ewm(span=span_d, adjust=False, ignore_na=True).mean()


def ewma_acwr(
    daily_load_au: pd.Series, *, acute_d: int = 7, chronic_d: int = 28, missing: Missing = "refuse"
) -> pd.Series:
    """Acute over chronic load from exponential averages; NaN where the chronic load is 0.

    Descriptive only: see `acwr_coupled` for what the ratio does not say.

    >>> ewma_acwr(pd.Series([50.0, 50.0])).tolist()
    [1.0, 1.0]
    """
    chronic = ewma_au(daily_load_au, span_d=chronic_d, missing=missing)
    return ewma_au(daily_load_au, span_d=acute_d, missing=missing) / chronic.where(chronic > 0)


def rolling_load_au(daily_load_au: pd.Series, *, window_d: int) -> pd.Series:
    """Mean daily load of the last `window_d` days; NaN until the window is full and while it holds a NaN day.

    >>> rolling_load_au(pd.Series([10.0, 20.0, 30.0]), window_d=2).tolist()
    [nan, 15.0, 25.0]
    """
    return _over_windows(daily_load_au, window_d, lambda windows: windows.mean(axis=1))


def acwr_coupled(daily_load_au: pd.Series, *, acute_d: int = 7, chronic_d: int = 28) -> pd.Series:
    """Mean of the last `acute_d` days over the mean of the last `chronic_d` days, which contain them.

    Descriptive only. Acute and chronic load correlate at sqrt(acute_d / chronic_d), 0.5 for 7:28, by construction
    (Lolli et al. 2019, Br J Sports Med 53:921-922), and the ratio has no established use for foresight (Impellizzeri
    et al. 2020, Int J Sports Physiol Perform 15:907-913). NaN until the window is full, while it holds a NaN day, and
    where the chronic load is 0.

    >>> float(acwr_coupled(pd.Series([0.0] * 21 + [10.0] * 7)).iloc[-1])
    4.0
    """
    chronic = rolling_load_au(daily_load_au, window_d=chronic_d)
    return rolling_load_au(daily_load_au, window_d=acute_d) / chronic.where(chronic > 0)


def acwr_uncoupled(daily_load_au: pd.Series, *, acute_d: int = 7, chronic_d: int = 21) -> pd.Series:
    """Mean of the last `acute_d` days over the mean of the `chronic_d` days before them.

    Descriptive only, as `acwr_coupled`. Windt & Gabbett 2019, Br J Sports Med 53:988-990.

    >>> float(acwr_uncoupled(pd.Series([5.0] * 21 + [10.0] * 7)).iloc[-1])
    2.0
    """
    chronic = rolling_load_au(daily_load_au, window_d=chronic_d).shift(acute_d)
    return rolling_load_au(daily_load_au, window_d=acute_d) / chronic.where(chronic > 0)


def monotony(daily_load_au: pd.Series, *, window_d: int = 7) -> pd.Series:
    """Mean over SD (n - 1) of the last `window_d` daily loads.

    NaN until the window is full, while it holds a NaN day, and where all days are equal (SD 0: undefined, not large).
    Foster 1998, Med Sci Sports Exerc 30(7):1164-1168.

    >>> monotony(pd.Series([0.0, 100.0, 200.0]), window_d=3).tolist()
    [nan, nan, 1.0]
    """
    return _over_windows(daily_load_au, window_d, _mean_over_sd)


def strain_au(daily_load_au: pd.Series, *, window_d: int = 7) -> pd.Series:
    """Load of the last `window_d` days times their monotony; NaN where monotony is. Foster 1998, as `monotony`.

    >>> strain_au(pd.Series([0.0, 100.0, 200.0]), window_d=3).tolist()
    [nan, nan, 300.0]
    """
    week_au = rolling_load_au(daily_load_au, window_d=window_d) * window_d
    return week_au * monotony(daily_load_au, window_d=window_d)


def weekly_load(
    sessions: pd.DataFrame,
    sets: pd.DataFrame,
    runs: pd.DataFrame,
    until: pd.Timestamp,
    *,
    week_start: Literal["monday", "sunday", "saturday"] = "monday",
) -> pd.DataFrame:
    """Strength load and run load of every week, side by side and never added up, with what is known of its days.

    Parameters
    ----------
    sessions, sets, runs : DataFrame
        As `metrics.adherence.day_states` and `volume_load` take them; runs with sport, distance_m and counted.
    until : Timestamp
        Last day that is known; the last week is the one that holds it.

    Returns
    -------
    DataFrame, one row a week from the first with anything logged to that of `until`: week (its first day),
    volume_load_kg and run_distance_m (0 in a week with logged days and none of it, NaN in a week of which nothing is
    logged, and where no set or run tells it), sets_unknown, runs_unknown, and its days by state: done, rest, off and
    none. The days of the last week after `until` are in none of the four.

    Raises
    ------
    NotEnoughData : nothing is logged up to `until`.

    Examples
    --------
    >>> day = pd.to_datetime(["2026-01-05"])
    >>> sessions = pd.DataFrame({"local_date": day, "status": "done"})
    >>> sets = pd.DataFrame({"local_date": day, "set_kind": "work", "load_kg": 60.0, "reps": 8.0, "counted": True})
    >>> runs = pd.DataFrame({"local_date": day[:0], "sport": "", "distance_m": 0.0, "counted": True})
    >>> weekly_load(sessions, sets, runs, pd.Timestamp("2026-01-11"))[["volume_load_kg", "run_distance_m", "none"]]
       volume_load_kg  run_distance_m  none
    0           480.0             0.0     6
    """
    logged = pd.concat([frame.loc[frame["local_date"] <= until, "local_date"] for frame in (sessions, sets, runs)])
    if logged.empty:
        raise NotEnoughData("Nothing is logged. Import a training log, or widen the date range.")
    days = pd.date_range(week_days(logged.min(), week_start)[0], until)
    states = day_states(days, sessions, sets, runs)
    state_days = pd.crosstab(week_of(states["local_date"], week_start=week_start), states["state"])
    weeks = state_days.reindex(columns=["done", "rest", "off", "none"], fill_value=0)
    volume = volume_load(_with_week(sets[sets["local_date"] <= until], week_start), by=["week"]).set_index("week")
    ran = _with_week(recorded_runs(runs, until), week_start).groupby("week")["distance_m"]
    run = pd.DataFrame({"m": ran.sum(min_count=1), "unknown": ran.apply(lambda m: int(m.isna().sum()))})
    is_known = weeks[["done", "rest", "off"]].sum(axis=1) > 0
    return pd.DataFrame(
        {
            "volume_load_kg": _zero_without(volume["volume_load_kg"], weeks.index, is_known),
            "run_distance_m": _zero_without(run["m"], weeks.index, is_known),
            "sets_unknown": volume["sets_unknown"].reindex(weeks.index, fill_value=0),
            "runs_unknown": run["unknown"].reindex(weeks.index, fill_value=0),
            **{state: weeks[state] for state in weeks},
        }
    ).reset_index(names="week")


def week_over_week_pct(weekly: pd.Series) -> pd.Series:
    """Each week over the week before, minus 1, in percent; NaN where either is NaN or the week before is 0.

    >>> week_over_week_pct(pd.Series([100.0, 150.0, 0.0, 50.0])).tolist()
    [nan, 50.0, -100.0, nan]
    """
    return ramp_pct(weekly, n_before=1, least=1)


def ramp_pct(weekly: pd.Series, *, n_before: int = RAMP_WEEKS, least: int = 2) -> pd.Series:
    """Each week over the mean of the known ones of the `n_before` weeks before, minus 1, in percent.

    Against a mean of weeks one light week before is no ramp. A description, not a measure of what is safe: no limit
    of it is established. NaN where the week is NaN, fewer than `least` weeks before are known, or their mean is 0.

    >>> ramp_pct(pd.Series([100.0, 80.0, None, 120.0, 150.0])).tolist()[3:]
    [33.33333333333333, 50.0]
    """
    before = weekly.astype(float).rolling(n_before, min_periods=least).mean().shift(1)
    return 100 * (weekly / before.where(before > 0) - 1)


def _with_week(rows: pd.DataFrame, week_start: Literal["monday", "sunday", "saturday"]) -> pd.DataFrame:
    return rows.assign(week=week_of(rows["local_date"], week_start=week_start))


def _zero_without(by_week: pd.Series, weeks: pd.Index, is_known: pd.Series) -> pd.Series:
    """0 in the weeks that are known and have no row; NaN stays NaN."""
    absent = ~weeks.isin(by_week.index)
    return by_week.reindex(weeks).mask(pd.Series(absent, index=weeks) & is_known, 0.0)


def heart_rate_reserve(heart_rate_bpm: Values, *, rest_bpm: Values, max_bpm: Values) -> Values:
    """Heart rate as a share of the reserve: 0 at rest, 1 at the maximum; all in beats a minute.

    >>> float(heart_rate_reserve(130.0, rest_bpm=40.0, max_bpm=200.0))
    0.5625
    """
    if np.any(np.asarray(max_bpm) <= np.asarray(rest_bpm)):
        raise DataProblem("The maximal heart rate is not above the resting one. Correct the athlete's heart rates.")
    return (heart_rate_bpm - rest_bpm) / (max_bpm - rest_bpm)


def banister_trimp_au(duration_s: Values, reserve: Values, *, factor: float, exponent: float) -> Values:
    """Training impulse: minutes times reserve times factor times e^(exponent * reserve), in arbitrary units.

    `TRIMP_COEFFICIENTS` holds factor and exponent for men and women; there is no coefficient for anybody else, and
    the caller states which one is taken. A poor measure of lifting. NaN where an input is NaN.

    References
    ----------
    Banister 1991, in MacDougall et al., Physiological Testing of Elite Athletes; Morton et al. 1990,
    J Appl Physiol 69:1171-1177.

    Examples
    --------
    >>> factor, exponent = TRIMP_COEFFICIENTS["M"]
    >>> round(float(banister_trimp_au(1800.0, 0.5625, factor=factor, exponent=exponent)), 2)
    31.8
    """
    return duration_s / 60 * reserve * factor * np.exp(exponent * reserve)


def edwards_trimp_au(zone_duration_s: pd.DataFrame) -> pd.Series:
    """Minutes in five zones of maximal heart rate (50-60, ..., 90-100 %) weighted 1 to 5.

    `zone_duration_s` has one row a session and five columns, lowest zone first, in seconds. NaN where a zone is NaN.
    Edwards 1993, The Heart Rate Monitor Book.

    >>> edwards_trimp_au(pd.DataFrame([[600.0, 1200.0, 900.0, 300.0, 0.0]])).tolist()
    [115.0]
    """
    return _weighted_minutes(zone_duration_s, (1, 2, 3, 4, 5))


def lucia_trimp_au(zone_duration_s: pd.DataFrame) -> pd.Series:
    """Minutes below, between and above the two ventilatory thresholds weighted 1 to 3; shape as `edwards_trimp_au`.

    Lucia et al. 2003, Med Sci Sports Exerc 35(5):872-878.

    >>> lucia_trimp_au(pd.DataFrame([[2400.0, 600.0, 300.0]])).tolist()
    [75.0]
    """
    return _weighted_minutes(zone_duration_s, (1, 2, 3))


def _weighted_minutes(zone_duration_s: pd.DataFrame, weights: tuple[int, ...]) -> pd.Series:
    if zone_duration_s.shape[1] != len(weights):
        raise DataProblem(
            f"Got {zone_duration_s.shape[1]} heart-rate zones; this impulse has {len(weights)}. "
            "Give one column a zone, lowest first."
        )
    return (zone_duration_s * np.array(weights)).sum(axis=1, skipna=False) / 60


def _filled(daily_load_au: pd.Series, missing: Missing) -> pd.Series:
    """The series as an exponential average takes it: NaN days refused, made 0, or kept for `ignore_na`."""
    if missing == "as_rest":
        return daily_load_au.fillna(0.0)
    n_missing = int(daily_load_au.isna().sum())
    if missing == "refuse" and n_missing:
        raise DataProblem(
            f"{n_missing} of {len(daily_load_au)} days have no known load. "
            "Log them, or say missing='as_rest' or missing='hold'."
        )
    return daily_load_au


def _ewma_from_zero(daily_load_au: pd.Series, tau_d: float, missing: Missing) -> pd.Series:
    from_zero = np.concatenate([[0.0], _filled(daily_load_au, missing).to_numpy(dtype=float)])
    average = pd.Series(from_zero).ewm(alpha=-np.expm1(-1 / tau_d), adjust=False, ignore_na=True).mean()
    return pd.Series(average.to_numpy()[1:], index=daily_load_au.index)


def _mean_over_sd(windows: np.ndarray) -> np.ndarray:
    # equal days are told by their values: the SD of equal floats need not come out as exactly 0
    varies = windows.max(axis=1) > windows.min(axis=1)
    sd = np.where(varies, windows.std(axis=1, ddof=1), np.nan)
    return windows.mean(axis=1) / sd


def _over_windows(daily_load_au: pd.Series, window_d: int, statistic) -> pd.Series:
    """`statistic` of every full window of `window_d` days, NaN before the first and where a day is NaN."""
    values = daily_load_au.to_numpy(dtype=float)
    out = np.full(len(values), np.nan)
    if len(values) >= window_d:
        out[window_d - 1 :] = statistic(np.lib.stride_tricks.sliding_window_view(values, window_d))
    return pd.Series(out, index=daily_load_au.index)
