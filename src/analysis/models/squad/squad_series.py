"""Measures of a squad by day and by week: each athlete on her newest device, and pairs of two of them by lag."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import pandas as pd

from analysis.base.config import Check, Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.running import week_of
from analysis.models.checks import check_history
from analysis.models.series import Series
from analysis.models.strength.speed_at_load import speed_at_load

LAGS_WEEKS = tuple(range(9))


@dataclass(frozen=True, eq=False)
class SquadSeries:
    """One measure of a squad by day, each athlete on her newest device."""

    name: str
    unit: str
    swc: float  # smallest worthwhile change, in the unit
    lower_is_better: bool
    values: pd.DataFrame  # athlete_id, local_date, value
    # athlete_id, why: an athlete without a value, or values of an older device
    left_out: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["athlete_id", "why"]))

    @property
    def weeks(self) -> pd.Series:
        """How many weeks after the first of all each value was."""
        return (self.values["local_date"] - self.values["local_date"].min()).dt.days / 7

    def by_week(self) -> pd.DataFrame:
        """Mean of each week: athlete_id, week (its Monday), value."""
        weekly = self.values.assign(week=week_of(self.values["local_date"]))
        return weekly.groupby(["athlete_id", "week"], as_index=False)["value"].mean()


def hinge_series(frames: dict[str, pd.DataFrame], lift: Lift, until: str | pd.Timestamp) -> SquadSeries:
    """Speed of a lift at each athlete's anchor load, as `models.strength.speed_at_load` tells it.

    Parameters
    ----------
    frames : dict with sets and reps of a squad, as `Workspace.squad` gives them.

    Examples
    --------
    >>> none = {"sets": pd.DataFrame(columns=["athlete_id"]), "reps": pd.DataFrame(columns=["athlete_id"])}
    >>> hinge_series(none, Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100), "2026-07-05").name
    'Deadlift'
    """
    last = pd.Timestamp(until)

    def of(athlete_id: str) -> Series:
        sets, reps = (_of(frames[table], athlete_id) for table in ("sets", "reps"))
        return speed_at_load(sets, reps, lift, lift.anchor_kg(athlete_id), last)

    athletes = sorted(frames["sets"]["athlete_id"].unique())
    return _squad_series(lift.name, "m/s", lift.swc_m_s, False, athletes, of)


def check_series(frames: dict[str, pd.DataFrame], check: Check, until: str | pd.Timestamp) -> SquadSeries:
    """Values of a performance check, as `models.checks` tells them; `frames` with splits and trials of a squad.

    >>> none = {"splits": pd.DataFrame(columns=["athlete_id"]), "trials": pd.DataFrame(columns=["athlete_id"])}
    >>> check_series(none, Check(test_id="sprint_20m", name="20 m sprint", unit="s", swc=0.02), "2026-07-05").unit
    's'
    """
    last = pd.Timestamp(until)

    def of(athlete_id: str) -> Series:
        return check_history(*(_of(frames[table], athlete_id) for table in ("splits", "trials")), check, last)

    athletes = sorted({*frames["splits"]["athlete_id"], *frames["trials"]["athlete_id"]})
    return _squad_series(check.name, check.unit, check.swc, check.lower_is_better, athletes, of)


def next_athletes(series: SquadSeries) -> SquadSeries:
    """A placebo: each athlete is given the values of the next one, in the same weeks, so that only the season is left.

    >>> values = pd.DataFrame({"athlete_id": ["a", "b"], "local_date": pd.Timestamp("2026-01-05"), "value": [0.5, 0.6]})
    >>> series = SquadSeries("Deadlift", "m/s", 0.04, False, values)
    >>> next_athletes(series).values["athlete_id"].tolist()
    ['b', 'a']
    """
    names = sorted(series.values["athlete_id"].unique())
    takes = dict(zip(names, names[-1:] + names[:-1], strict=True))
    values = series.values.assign(athlete_id=series.values["athlete_id"].map(takes))
    return replace(series, name=f"{series.name} of the next athlete", values=values)


def weekly_pairs(hinge: SquadSeries, outcome: SquadSeries, lags_weeks: Iterable[int] = LAGS_WEEKS) -> pd.DataFrame:
    """Every week of the outcome with the hinge week that lies the lag before it, for each lag.

    Returns
    -------
    DataFrame, one row a pair: athlete_id, week (of the outcome), lag_weeks, hinge, outcome. Weeks that lack either are
    no pair.

    Examples
    --------
    >>> def series(weeks, values):
    ...     dates = pd.Timestamp("2026-01-05") + pd.to_timedelta([7 * week for week in weeks], unit="D")
    ...     frame = pd.DataFrame({"athlete_id": "a", "local_date": dates, "value": values})
    ...     return SquadSeries("x", "m/s", 0.04, False, frame)
    >>> pairs = weekly_pairs(series([0, 1], [0.5, 0.6]), series([1], [3.2]), lags_weeks=[0, 1])
    >>> pairs[["lag_weeks", "hinge", "outcome"]].values.tolist()
    [[0.0, 0.6, 3.2], [1.0, 0.5, 3.2]]
    """
    before, after = (
        part.by_week().rename(columns={"value": name}) for part, name in ((hinge, "hinge"), (outcome, "outcome"))
    )
    parts = []
    for lag in lags_weeks:
        moved = before.assign(week=before["week"] + pd.Timedelta(weeks=lag))
        parts.append(after.merge(moved, on=["athlete_id", "week"]).assign(lag_weeks=lag))
    columns = ["athlete_id", "week", "lag_weeks", "hinge", "outcome"]
    return pd.concat(parts, ignore_index=True)[columns].sort_values(columns[:3], ignore_index=True)


def _squad_series(
    name: str,
    unit: str,
    swc: float,
    lower_is_better: bool,
    athletes: Iterable[str],
    judged: Callable[[str], Series],
) -> SquadSeries:
    values, left_out = [], []
    for athlete_id in athletes:
        try:
            exposures = judged(athlete_id).exposures
        except (NotEnoughData, DataProblem) as problem:
            left_out.append((athlete_id, str(problem)))
            continue
        newest = exposures[exposures["comparable"]]
        values.append(newest[["local_date", "value"]].assign(athlete_id=athlete_id))
        if len(newest) < len(exposures):
            left_out.append((athlete_id, f"{len(exposures) - len(newest)} values of an older device"))
    empty = pd.DataFrame({"local_date": pd.Series(dtype="datetime64[us]"), "value": pd.Series(dtype=float)})
    frame = pd.concat(values or [empty.assign(athlete_id=pd.Series(dtype="str"))], ignore_index=True)
    why = pd.DataFrame(left_out, columns=["athlete_id", "why"])
    return SquadSeries(name, unit, swc, lower_is_better, frame[["athlete_id", "local_date", "value"]], why)


def _of(frame: pd.DataFrame, athlete_id: str) -> pd.DataFrame:
    return frame[frame["athlete_id"] == athlete_id]
