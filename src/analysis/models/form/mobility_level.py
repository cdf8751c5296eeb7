"""Mobility: does a joint move further than before, by more than the screen errs from day to day?

Model card
----------
Question: has what an athlete reaches in a screen of hip, ankle or back changed for good, since when, and by how much?
Data: the trials of one screen; a day is the mean of its sides, each the mean of its trials, in degrees or centimetres.
Of a screen of both sides a day with one of them is no value. Where the device is not known, the rater is one.
Model: the reach of a day is a level and an error that carries over from day to day.
Estimator: `models.change` on the days of the newest device, by the noise of the squad in this screen.
Interval: that of the change engine, whose card says how often it holds and how many unchanged series are named.
Refuses: no day of the screen; one in several units or in one that it does not know; a value that is infinite or
negative. "Cannot tell" as the engine does, and when the latest day is more than half a year old.
Criticism: the sides are told apart by `models.form.sides`; a gain of one alone is seen here by half. More reach is
better only up to what the hinge needs, which no screen says. The smallest worthwhile changes of 5 degrees and 1 cm are
practical choices; two screens of knee to wall differ by 1.6 to 1.9 cm by error alone, 95 % (Powden et al. 2015).

References
----------
Powden et al. 2015, Man Ther 20(4):524-532 (knee to wall); Ekstrand et al. 1982, Arch Phys Med Rehabil 63(4):171-175
(goniometer and inclinometer of the leg).
"""

from dataclasses import dataclass
from statistics import fmean

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.frames import grouped
from analysis.metrics.mobility import Screen
from analysis.models import series
from analysis.models.plausible import check_possible

STALE_AFTER_DAYS = 182
SWC = {"deg": 5.0, "cm": 1.0, "mm": 10.0, "m": 0.01}
RESOLUTION = {"deg": 1.0, "cm": 0.1, "mm": 1.0, "m": 0.001}


@dataclass(frozen=True, eq=False, kw_only=True)
class MobilityLevel(series.Series):
    """What is reached in one screen by day, the mean of the sides, with n_trials of each, and what it says of its
    level. `exposures` has left and right too, NaN for a screen without sides."""

    test_id: str
    name: str


def mobility_level(
    trials: pd.DataFrame, screen: Screen, until: pd.Timestamp, *, judging: series.Judging = series.ALONE
) -> MobilityLevel:
    """What is reached in a screen by day, and what it says of its level.

    Parameters
    ----------
    trials : DataFrame
        Table trials of one athlete. NaN is no trial.
    screen : Screen
        Test, name, and which way is better.
    until : Timestamp
        Last day that is known.
    judging : Judging
        The noise of the squad and what is known of days.

    Raises
    ------
    NotEnoughData
        No day of the screen, or none with both sides.
    DataProblem
        Several units or metrics, a unit that is not deg, cm, mm or m, or a value that is infinite or negative.

    Examples
    --------
    >>> days = pd.date_range("2026-01-05", periods=8, freq="28D").repeat(2)
    >>> trials = pd.DataFrame({"local_date": days, "test_id": "ankle_dorsiflexion", "metric": "distance", "unit": "cm",
    ...     "side": ["L", "R"] * 8, "value": [10.0, 10.4] * 2 + [10.2, 10.0] * 2 + [13.0, 13.2] * 4})
    >>> result = mobility_level(trials, Screen("ankle_dorsiflexion", "Ankle"), pd.Timestamp("2026-07-20"))
    >>> str(result.change.state), result.exposures["value"].round(1).tolist()[:2]
    ('clearly better', [10.2, 10.2])
    """
    of_screen = (trials["test_id"] == screen.test_id) & (trials["local_date"] <= until)
    done = trials[of_screen & trials["value"].notna()]
    if done.empty:
        raise NotEnoughData(f"No screen of {screen.name} yet. Test it every four weeks.")
    unit = _only(done["unit"], screen.name)
    _only(done["metric"], screen.name)
    if unit not in SWC:
        raise DataProblem(f"{screen.name} is in {unit}, not one of {', '.join(SWC)}. Correct the unit in the file.")
    check_possible(done["value"], f"value of {screen.name}", unit, sign="not negative")
    exposures = _by_day(done)
    if exposures.empty:
        raise NotEnoughData(f"No day with both sides of {screen.name} yet. Test left and right on one day.")
    return MobilityLevel(
        test_id=screen.test_id,
        name=screen.name,
        exposures=series.with_comparable(exposures),
        until=until,
        judging=judging,
        quantity=series.Quantity(
            name=f"{screen.test_id}.mobility",
            unit=unit,
            swc=SWC[unit],
            better=screen.better,
            resolution=RESOLUTION[unit],
            stale_after_days=STALE_AFTER_DAYS,
        ),
    )


def _only(told: pd.Series, name: str) -> str:
    found = sorted(told.unique())
    if len(found) > 1:
        raise DataProblem(f"{name} is in {' and in '.join(found)}, not in one of them. Correct the file.")
    return str(found[0])


def _by_day(done: pd.DataFrame) -> pd.DataFrame:
    """One row a day and device: the mean of the sides, which are both there where any day has one."""
    trials = grouped(done["value"], done["local_date"], _measured_by(done), done["side"])
    has_sides = any(side != "B" for *_, side in trials)
    rows = []
    for day, device in sorted({(day, device) for day, device, _ in trials}):
        both, left, right = (trials.get((day, device, side), []) for side in "BLR")
        of_both, of_left, of_right = (fmean(of_side) if of_side else np.nan for of_side in (both, left, right))
        value = (of_left + of_right) / 2 if has_sides else of_both
        if not np.isnan(value):
            rows.append((day, device or None, value, of_left, of_right, len(both) + len(left) + len(right)))
    return pd.DataFrame(rows, columns=["local_date", "device", "value", "left", "right", "n_trials"])


def _measured_by(done: pd.DataFrame) -> pd.Series:
    """The device of each trial, else its rater, else nothing."""
    rater = done["rater"].astype("str").fillna("") if "rater" in done else pd.Series("", index=done.index)
    return done["device"].astype("str").fillna(rater) if "device" in done else rater
