"""Mobility: the screens of hip, ankle and thoracic spine beside hinge depth, by date. Beside, not as its cause."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.base.errors import DataProblem, NotEnoughData

DEPTH_TEST = "hinge_depth"


@dataclass(frozen=True)
class Screen:
    """A screen of the trials table, as people read it, and which way is better."""

    test_id: str
    name: str
    better: Literal["higher", "lower"] = "higher"


SCREENS = (
    Screen(DEPTH_TEST, "Hinge depth, screen", "lower"),  # 180 degrees is upright
    Screen("hip_flexion", "Hip, bending"),
    Screen("active_straight_leg_raise", "Straight leg raise"),
    Screen("hip_internal_rotation", "Hip, turning in"),
    Screen("hip_external_rotation", "Hip, turning out"),
    Screen("ankle_dorsiflexion", "Ankle, knee to wall"),
    Screen("thoracic_rotation", "Upper back, turning"),
)
MOBILITY_TESTS = tuple(screen.test_id for screen in SCREENS if screen.test_id != DEPTH_TEST)

_OF_A_SERIES = ["test_id", "metric", "side"]


def mobility(
    trials: pd.DataFrame, until: pd.Timestamp, *, tests: tuple[str, ...] = (DEPTH_TEST, *MOBILITY_TESTS)
) -> pd.DataFrame:
    """The screens of an athlete, one row a date, test and side.

    Parameters
    ----------
    trials : DataFrame
        Table trials of one athlete. NaN is no trial.
    until : Timestamp
        Last day that is known.
    tests : tuple of str
        The screens looked at.

    Returns
    -------
    DataFrame, by test, side and date: test_id, metric, side, unit, local_date, value (mean of the day's trials, in the
    unit), n_trials, method. A screen not done on a date has no row there.

    Raises
    ------
    NotEnoughData : none of these screens was done.
    DataProblem : one screen in two units.

    Examples
    --------
    >>> trials = pd.DataFrame({"local_date": pd.Timestamp("2026-01-07"), "test_id": "hinge_depth", "metric": "angle",
    ...     "side": "B", "unit": "deg", "trial_no": [1, 2], "value": [96.0, 98.0], "method": "video"})
    >>> mobility(trials, pd.Timestamp("2026-01-11"))[["test_id", "value", "n_trials"]].values.tolist()
    [['hinge_depth', 97.0, 2]]
    """
    done = trials[trials["test_id"].isin(tests) & (trials["local_date"] <= until)].dropna(subset=["value"])
    if done.empty:
        raise NotEnoughData(f"No screen of hip, ankle or back up to {until.date()}. Screen every four weeks.")
    units = done.groupby(_OF_A_SERIES)["unit"].unique()
    for (test_id, _, _), found in units.items():
        if len(found) > 1:
            raise DataProblem(f"{test_id} is in {' and in '.join(sorted(found))}. Correct the unit in the file.")
    by_date = done.groupby([*_OF_A_SERIES, "unit", "local_date"], sort=True)
    return by_date.agg(value=("value", "mean"), n_trials=("value", "size"), method=("method", "last")).reset_index()


def beside_depth(screens: pd.DataFrame) -> pd.DataFrame:
    """The screens of each date side by side, hinge depth first.

    Parameters
    ----------
    screens : as `mobility` returns it.

    Returns
    -------
    DataFrame, index local_date, one column a test and side, as "hip_internal_rotation L (deg)"; NaN where a screen was
    not done on that date. Nothing is carried over from date to date.

    Examples
    --------
    >>> screens = pd.DataFrame({"test_id": ["ankle", "hinge_depth"], "metric": "angle", "side": ["L", "B"],
    ...     "unit": "deg", "local_date": pd.Timestamp("2026-01-07"), "value": [36.0, 97.0]})
    >>> list(beside_depth(screens).columns)
    ['hinge_depth (deg)', 'ankle L (deg)']
    """
    sides = screens["side"].map({"L": " L", "R": " R", "B": ""})
    named = screens.assign(column=screens["test_id"] + sides + " (" + screens["unit"] + ")")
    wide = named.pivot_table(index="local_date", columns="column", values="value", aggfunc="mean")
    depth_first = sorted(wide.columns, key=lambda column: (not column.startswith(DEPTH_TEST), column))
    return wide[depth_first].rename_axis(columns=None)
