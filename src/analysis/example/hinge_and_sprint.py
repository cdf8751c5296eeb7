"""A made-up squad in weeks: the speed of a hinge every week, a sprint every few weeks, linked or not.

For learning what can be told of transfer, and for holding the model against a truth; never part of a report.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.example.training_and_tests import carried

WEEKS = 26
FIRST_MONDAY = pd.Timestamp("2026-01-05")
HINGE_SD_M_S = 0.05  # of an athlete's weeks around her own mean
SPRINT_SD_S = 0.05
LEVEL_SD = 0.1  # of the athletes' means, m/s and s
SEASON_W = 8.0  # weeks in which what all share has come by two thirds


@dataclass(frozen=True, eq=False)
class HingeAndSprint:
    """Two frames, one row an athlete and week: athlete_id, local_date, value."""

    hinge: pd.DataFrame  # m/s
    sprint: pd.DataFrame  # s


def hinge_and_sprint(
    rng: np.random.Generator | int,
    *,
    n_athletes: int,
    slope: float,
    lag_weeks: int = 0,
    rho: float = 0.5,
    every_weeks: int = 2,
    season: float = 1.0,
) -> HingeAndSprint:
    """Deadlift speed every week and a 20 m sprint every `every_weeks`, over 26 weeks.

    Parameters
    ----------
    rng : Generator or int
        What draws, or its seed.
    slope : float
        Seconds of the sprint for each m/s of the athlete's own hinge `lag_weeks` before; 0 links nothing.
    rho : float
        How far each athlete's own ups and downs carry over from week to week, in both.
    season : float
        How far a season that all share and that levels off moves both, in SDs.

    Examples
    --------
    >>> made = hinge_and_sprint(1, n_athletes=8, slope=-0.6)
    >>> len(made.hinge), len(made.sprint)
    (208, 104)
    """
    rng = np.random.default_rng(rng)
    week = np.arange(-lag_weeks, WEEKS)
    curve = season * (1 - np.exp(-(week + lag_weeks) / SEASON_W))
    hinge_level, sprint_level = LEVEL_SD * rng.normal(0, 1, (2, n_athletes, 1))
    hinge_own, sprint_own = (carried(rng.standard_normal((len(week), n_athletes)), rho).T for _ in range(2))
    hinge = 0.65 + hinge_level + HINGE_SD_M_S * (curve + hinge_own)
    linked = slope * HINGE_SD_M_S * np.roll(hinge_own, lag_weeks, axis=1)
    sprint = 3.2 + sprint_level + SPRINT_SD_S * (sprint_own - curve) + linked
    tested = np.arange(lag_weeks, len(week), every_weeks)
    return HingeAndSprint(_frame(hinge[:, lag_weeks:], week[lag_weeks:]), _frame(sprint[:, tested], week[tested]))


def _frame(values: np.ndarray, week: np.ndarray) -> pd.DataFrame:
    n_athletes = len(values)
    return pd.DataFrame(
        {
            "athlete_id": np.repeat([f"a{number:02d}" for number in range(n_athletes)], len(week)),
            "local_date": np.tile(FIRST_MONDAY + pd.to_timedelta(7 * week, unit="D"), n_athletes),
            "value": values.ravel(),
        }
    )
