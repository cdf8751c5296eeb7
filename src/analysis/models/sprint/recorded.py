"""The sprint profile of what an athlete has recorded last, by gates or under a radar: `models.sprint.profile` of it."""

from collections.abc import Callable

import pandas as pd

from analysis.metrics.running import best_sprint, recorded_sprint
from analysis.models.sprint.profile import (
    SprintProfile,
    corrections_compared,
    sprint_profile_gates,
    sprint_profile_radar,
)


def sprint_of_test(splits: pd.DataFrame, test_id: str) -> SprintProfile:
    """The profile of the fastest trial of a test's newest day past its gates.

    Errors as `metrics.running.best_sprint` and `sprint_profile_gates`.
    """
    return sprint_profile_gates(*best_sprint(splits, test_id)[["distance_m", "time_s"]].to_numpy().T)


def corrections_of_test(splits: pd.DataFrame, test_id: str) -> pd.DataFrame:
    """The same trial under each correction of its start, as `corrections_compared` tells them."""
    return corrections_compared(*best_sprint(splits, test_id)[["distance_m", "time_s"]].to_numpy().T)


def sprint_under_radar(sessions: pd.DataFrame, samples: Callable[[str], pd.DataFrame]) -> SprintProfile:
    """The profile of the fastest sprint of the newest day that a radar gun or a laser recorded.

    Errors as `metrics.running.recorded_sprint` and `sprint_profile_radar`.
    """
    return sprint_profile_radar(*recorded_sprint(sessions, samples)[["t_s", "speed_m_s"]].to_numpy().T)
