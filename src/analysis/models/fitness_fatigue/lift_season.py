"""One athlete's season as the models take it: the load of some kinds of session, and the speed of a lift as the tests.

Speeds are those at the anchor load on the newest device (`models.strength.speed_at_load`); a load counts from the day
after it; days without a known load are held, they neither add nor fade.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pandas as pd

from analysis.base.config import Lift
from analysis.metrics.load import daily_load_au
from analysis.models.fitness_fatigue.banister import FitnessFatigue, fitness_fatigue
from analysis.models.fitness_fatigue.forms import Form, fitted_forms
from analysis.models.fitness_fatigue.impulse import FIXED_TAU1_D, FIXED_TAU2_D
from analysis.models.fitness_fatigue.skill import Review, review
from analysis.models.strength.speed_at_load import speed_at_load

STRENGTH = ("strength",)
RUNNING = ("run", "sprint", "time_trial")

_SETTINGS = {"unit": "m/s", "convention": "next_day", "missing": "hold"}


class Season(Protocol):
    """What is read of an athlete."""

    @property
    def athlete_id(self) -> str: ...
    @property
    def sessions(self) -> pd.DataFrame: ...
    @property
    def sets(self) -> pd.DataFrame: ...
    @property
    def reps(self) -> pd.DataFrame: ...


@dataclass(frozen=True, eq=False)
class LiftSeason:
    """Daily load (AU) and tests (m/s) by date. Made by `lift_season`."""

    name: str  # of the lift
    daily_load_au: pd.Series
    tests: pd.Series

    def fit(self, tau_d: tuple[float, float] | None = (FIXED_TAU1_D, FIXED_TAU2_D)) -> FitnessFatigue:
        """The fit with given time constants in days, or with free ones (None); errors as `fitness_fatigue`."""
        return fitness_fatigue(self.daily_load_au, self.tests, tau_d=tau_d, **_SETTINGS)

    @cached_property
    def forms(self) -> dict[str, Form]:
        """Each form of the model through the same tests; errors as `forms.fitted_forms`."""
        return fitted_forms(self.daily_load_au, self.tests, unit="m/s")

    def review(self) -> Review:
        """What may be said of it; errors as `skill.review`."""
        return review(self.daily_load_au, self.tests, **_SETTINGS)

    def verdict(self) -> pd.DataFrame:
        """The verdict of the review with its skill and p value, in one row."""
        return self.review().glance()[["verdict", "skill", "p_value"]]


def lift_season(athlete: Season, lift: Lift, until: pd.Timestamp, *, kinds: Sequence[str] = STRENGTH) -> LiftSeason:
    """The load of sessions of `kinds` and the speeds of `lift`, up to `until`.

    Raises
    ------
    NotEnoughData
        No session, or no bar speed at the anchor load.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> day = pd.to_datetime(["2026-01-05"])
    >>> sessions = pd.DataFrame({"local_date": day, "kind": "strength", "status": "done", "duration_s": [3600.0],
    ...                          "rpe_cr10": [5.0]})
    >>> sets = pd.DataFrame({"session_id": ["a"], "set_no": 1, "local_date": day, "exercise": "deadlift", "side": "B",
    ...                      "set_kind": "work", "load_kg": 100.0})
    >>> reps = pd.DataFrame({"session_id": ["a"], "set_no": 1, "rep_no": 1, "device": "encoder",
    ...                      "mean_velocity_m_s": [0.5]})
    >>> alder = SimpleNamespace(athlete_id="alder", sessions=sessions, sets=sets, reps=reps)
    >>> season = lift_season(alder, Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100), day[-1])
    >>> season.daily_load_au.tolist(), season.tests.tolist()
    ([300.0], [0.5])
    """
    speed = speed_at_load(athlete.sets, athlete.reps, lift, lift.anchor_kg(athlete.athlete_id), until)
    own = speed.exposures[speed.exposures["comparable"]]
    return LiftSeason(
        name=lift.name,
        daily_load_au=daily_load_au(athlete.sessions, kinds=kinds, until=until),
        tests=own.set_index("local_date")["value"],
    )
