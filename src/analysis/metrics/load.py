"""Training load of days and weeks: session-RPE, volume load and time under tension.

A daily load is in arbitrary units, one value for every calendar day in order. 0 is a day known to be free of load, NaN
a day about which nothing is known. What is made of the series stands in `load_balance`.
"""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.metrics.adherence import day_states, week_days
from analysis.metrics.running import recorded_runs, week_of
from analysis.metrics.tempo import tempo_s
from analysis.moved import names_of

__getattr__ = names_of("metrics.load", "metrics.load_balance")  # for notebooks of version 0.1

_SIDE_COLUMNS = {"L": "left_kg", "R": "right_kg", "B": "both_kg"}

RAMP_WEEKS = 4  # before a week, that it is set against


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
    sessions = sessions.loc[sessions["kind"] != "measurement"]  # at rest, which is no load
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


def weekly_load(
    sessions: pd.DataFrame,
    sets: pd.DataFrame,
    runs: pd.DataFrame,
    until: pd.Timestamp,
    *,
    week_start: Literal["monday", "sunday", "saturday"] = "monday",
    labels: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Strength load and run load of every week, side by side and never added up, with what is known of its days.

    Parameters
    ----------
    sessions, sets, runs : DataFrame
        As `metrics.adherence.day_states` and `volume_load` take them; runs with sport, distance_m and counted.
    until : Timestamp
        Last day that is known; the last week is the one that holds it.
    labels : DataFrame, optional
        As `metrics.adherence.away` takes them: a day on which the athlete was ill or away is known to be off.

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
    states = day_states(days, sessions, sets, runs, labels)
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
