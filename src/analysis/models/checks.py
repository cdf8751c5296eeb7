"""Periodic performance checks: has their level changed beyond the error of the check, and when is the next one due?

Model card
----------
Question: is the athlete better or worse in the check than before, by more than the check errs?
Data: the trials of one check by day, whole ones only, in the check's unit (s, m, cm ...). For a time, lower is better.
A longer sprint from the same start answers too, where a gate stood at the check's distance.
Formula: the value of a day is the best or the mean of its trials, as the check says; a trial is the sum of its splits.
Estimator: `models.change` on the days of the newest device, by the noise of the squad in this check, drawn to the
published error where there is one.
Interval: that of the change engine, whose card says how often it holds for checks every 4 weeks.
Refuses: a check that was never done, one measured side by side, a value in another unit or one that cannot be. "Cannot
tell" as the engine does, and when the latest is older than two intervals of the check.
Criticism: the first checks get better by practice alone. A best of more trials is better by chance alone, and a
published error is right only for the same protocol and the same kind of athletes. Weather and surface are part of the
error.

References
----------
Hopkins 2000, Sports Med 30(1):1-15 (typical error).
"""

from dataclasses import dataclass
from math import fsum
from statistics import fmean

import pandas as pd

from analysis.base.config import Check
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.frames import grouped
from analysis.metrics.sprints import DISTANCE_TOLERANCE, up_to_gate
from analysis.models import series
from analysis.models.noise import Published
from analysis.models.plausible import check_possible

STALE_AFTER_INTERVALS = 2
_OF_A_SPLIT = ["local_date", "session_id", "trial_no", "test_id", "start_m", "distance_m", "time_s", "device"]


@dataclass(frozen=True, eq=False, kw_only=True)
class CheckHistory(series.Series):
    """One check by day, with n_trials of each, what it says of its level, and the day of the next."""

    test_id: str
    name: str
    n_trials_left_out: int  # incomplete trials: a split missing, or not the distance of the check
    next_due: pd.Timestamp

    @property
    def lower_is_better(self) -> bool:
        return self.quantity.better == "lower"


def check_history(
    splits: pd.DataFrame,
    trials: pd.DataFrame,
    check: Check,
    until: pd.Timestamp,
    *,
    judging: series.Judging = series.ALONE,
) -> CheckHistory:
    """The values of one check by day, and what they say of its level.

    Parameters
    ----------
    splits : DataFrame
        Table splits with local_date. For the metric time_s a trial is the sum of its splits up to
        `check.distance_m`, or of all its splits where the check names no distance. Trials of longer sprints from the
        same start are among them, where a gate stands at the distance of the check.
    trials : DataFrame
        Table trials; the rows of this test and metric that are not of one side.
    check : Check
        Statistic of the trials of a day (best or mean), published error, smallest worthwhile change.
    until : Timestamp
        Last day that is known.
    judging : Judging
        The noise of the squad and what is known of days.

    Returns
    -------
    CheckHistory
        Trials with a missing split or of another distance (beyond 1 %) are counted, not used. Stale: nothing within
        two intervals of the check.

    Raises
    ------
    NotEnoughData
        The check has not been done.
    DataProblem
        The check was measured on one side at a time, or has a value that cannot be.

    Examples
    --------
    >>> splits = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05"] * 2), "session_id": "a", "trial_no": 1,
    ...     "split_no": [1, 2], "test_id": "sprint_20m", "start_m": [0.0, 10.0], "distance_m": 10.0,
    ...     "time_s": [1.9, 1.3], "device": "gates"})
    >>> check = Check(test_id="sprint_20m", name="20 m sprint", unit="s", distance_m=20, swc=0.02)
    >>> trials = pd.DataFrame(columns=["test_id", "metric", "side"])
    >>> history = check_history(splits, trials, check, pd.Timestamp("2026-01-11"))
    >>> history.exposures["value"].round(3).tolist(), str(history.next_due.date())
    ([3.2], '2026-02-02')
    """
    timed = _timed(splits, check) if check.metric == "time_s" else _NOTHING
    values = pd.concat([frame for frame in (timed, _measured(trials, check)) if len(frame)] or [_NOTHING])
    values = values[values["local_date"] <= until]
    complete = values[values["value"].notna()]
    if complete.empty:
        raise NotEnoughData(f"No {check.name} yet. Do one to start your line.")
    exposures = series.with_comparable(_by_day(complete, check))
    return CheckHistory(
        test_id=check.test_id,
        name=check.name,
        n_trials_left_out=len(values) - len(complete),
        next_due=exposures["local_date"].iloc[-1] + pd.Timedelta(days=check.every_days),
        exposures=exposures,
        until=until,
        judging=judging,
        quantity=check_quantity(check),
    )


def check_quantity(check: Check) -> series.Quantity:
    """What a check measures."""
    return series.Quantity(
        name=check.test_id,
        unit=check.unit,
        swc=check.swc,
        better="lower" if check.lower_is_better else "higher",
        published=Published(check.te, check.te_df, check.te_source or "stated value") if check.te else None,
        stale_after_days=STALE_AFTER_INTERVALS * check.every_days,
        measure=check.test_id if check.metric == "time_s" else check.metric,
    )


_NOTHING = pd.DataFrame(
    {"local_date": pd.Series(dtype="datetime64[us]"), "device": pd.Series(dtype="str"), "value": pd.Series(dtype=float)}
)


def _timed(splits: pd.DataFrame, check: Check) -> pd.DataFrame:
    """One row a trial: the sum of its splits in s, NaN where a split is missing or the distance is another."""
    splits = splits.loc[:, _OF_A_SPLIT]
    own = splits["test_id"] == check.test_id
    longer = up_to_gate(splits[~own], check.test_id, check.distance_m)
    rows = pd.concat([splits[own], longer]) if len(longer) else splits[own]
    check_possible(rows["time_s"], f"split of {check.name}", "s", sign="positive")
    if check.distance_m is not None:
        end_m = rows["start_m"].fillna(0) + rows["distance_m"]
        rows = rows[~(end_m > check.distance_m * (1 + DISTANCE_TOLERANCE))]  # a split of unknown end stays
    told = zip(rows["device"].tolist(), rows["time_s"], rows["distance_m"], strict=True)
    trials = grouped(told, rows["local_date"], rows["session_id"], rows["trial_no"])
    of_trials = [(day, *_whole(trials[day, session_id, no], check)) for day, session_id, no in sorted(trials)]
    return pd.DataFrame(of_trials, columns=["local_date", "device", "value"])


def _whole(splits: list[tuple[str | None, float, float]], check: Check) -> tuple[str | None, float]:
    """The device and time of a trial, NaN where a split is missing or the distance is another."""
    devices, times_s, distances_m = zip(*splits, strict=True)
    device = next((one for one in devices if isinstance(one, str)), None)
    asked_m = check.distance_m
    is_other = asked_m is not None and abs(fsum(distances_m) - asked_m) > DISTANCE_TOLERANCE * asked_m
    return device, float("nan") if is_other else fsum(times_s)


def _measured(trials: pd.DataFrame, check: Check) -> pd.DataFrame:
    """One row a trial of the table trials, in the unit of the check."""
    of_check = (trials["test_id"] == check.test_id) & (trials["metric"] == check.metric)
    if not of_check.any():
        return _NOTHING
    rows = trials[of_check]
    if (rows["side"] != "B").any():
        raise DataProblem(
            f"{check.name} was measured side by side. List it under [[side_tests]] instead of [[checks]]."
        )
    if (rows["unit"] != check.unit).any():
        other = rows.loc[rows["unit"] != check.unit, "unit"].iloc[0]
        raise DataProblem(f"{check.name} has values in {other}, not {check.unit}. Correct the unit in the file.")
    check_possible(rows["value"], f"value of {check.name}", check.unit)
    return rows[["local_date", "device", "value"]]


def _by_day(values: pd.DataFrame, check: Check) -> pd.DataFrame:
    best = min if check.lower_is_better else max
    of_day = best if check.statistic == "best" else fmean
    return series.by_day(values.sort_values("local_date", kind="stable"), "value", of_day, count="n_trials")
