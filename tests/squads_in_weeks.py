"""Made-up squads for transfer: a hinge value a week, a check every few weeks, linked or not, with a shared season."""

import numpy as np
import pandas as pd
from training_and_tests import carried

from analysis.models.transfer import SquadSeries

WEEKS = 26
FIRST_MONDAY = pd.Timestamp("2026-01-05")
HINGE_SD_M_S = 0.05  # of an athlete's weeks around her own mean
SPRINT_SD_S = 0.05


def made_up_squad(
    rng: np.random.Generator,
    *,
    n_athletes: int,
    slope: float,
    lag_weeks: int = 0,
    rho: float = 0.5,
    every_weeks: int = 2,
    season: float = 1.0,
) -> tuple[SquadSeries, SquadSeries]:
    """Deadlift speed and 20 m sprint of a squad; `slope` in s per m/s links the sprint to the hinge `lag_weeks` before.

    Both carry over from week to week with `rho` and share a season that levels off, by `season` SDs.
    """
    week = np.arange(-lag_weeks, WEEKS)
    curve = season * (1 - np.exp(-(week + lag_weeks) / 8))
    level = rng.normal(0, 1, (2, n_athletes, 1))
    hinge_own = HINGE_SD_M_S * carried(rng.standard_normal((len(week), n_athletes)), rho).T
    sprint_own = SPRINT_SD_S * carried(rng.standard_normal((len(week), n_athletes)), rho).T
    hinge = 0.65 + 0.1 * level[0] + HINGE_SD_M_S * curve + hinge_own
    linked = slope * np.roll(hinge_own, lag_weeks, axis=1)
    sprint = 3.2 + 0.1 * level[1] - SPRINT_SD_S * curve + linked + sprint_own
    tested = np.arange(lag_weeks, len(week), every_weeks)
    return (
        _series("deadlift", "m/s", 0.04, False, hinge[:, lag_weeks:], week[lag_weeks:]),
        _series("20 m sprint", "s", 0.03, True, sprint[:, tested], week[tested]),
    )


def _series(name: str, unit: str, swc: float, lower_is_better: bool, values: np.ndarray, week: np.ndarray):
    n_athletes = len(values)
    dates = FIRST_MONDAY + pd.to_timedelta(7 * week, unit="D")
    frame = pd.DataFrame(
        {
            "athlete_id": np.repeat([f"a{number:02d}" for number in range(n_athletes)], len(week)),
            "local_date": np.tile(dates, n_athletes),
            "value": values.ravel(),
        }
    )
    return SquadSeries(name, unit, swc, lower_is_better, frame, pd.DataFrame(columns=["athlete_id", "why"]))
