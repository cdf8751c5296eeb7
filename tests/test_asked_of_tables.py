"""Models that take an athlete's tables as they are: without rows each says so, and with some it is what it wraps."""

import numpy as np
import pandas as pd
import pytest

from analysis.base.config import Lift
from analysis.base.errors import NotEnoughData
from analysis.base.tables import TABLES
from analysis.models.sprint.profile import sprint_profile_gates
from analysis.models.sprint.recorded import sprint_of_test, sprint_under_radar
from analysis.models.strength.load_velocity_mixed import profile_of_sessions
from analysis.models.strength.readiness import readiness_of_lift
from analysis.models.strength.swing_check import swing_history

UNTIL = pd.Timestamp("2026-06-28")
LIFT = Lift(exercise="romanian_deadlift", name="Romanian deadlift", anchor_load_kg=60)
NO_SPLITS, *_ = EMPTY = [
    TABLES[name].empty().assign(local_date=pd.Series(dtype="datetime64[us]")) for name in ("splits", "sets", "reps")
]
NO_ROWS = dict(zip(("sets", "reps"), EMPTY[1:], strict=True))
GATES_M, TIMES_S = [5.0, 10.0, 20.0, 30.0], [1.32, 2.10, 3.40, 4.60]


def no_samples(_session_id: str) -> pd.DataFrame:
    return TABLES["samples"].empty()


ASKED = {
    "profile_of_sessions": lambda: profile_of_sessions(**NO_ROWS, lift=LIFT, until=UNTIL),
    "readiness_of_lift": lambda: readiness_of_lift(**NO_ROWS, lift=LIFT, anchor_kg=60.0, until=UNTIL),
    "swing_history": lambda: swing_history(**NO_ROWS, until=UNTIL),
    "sprint_of_test": lambda: sprint_of_test(NO_SPLITS, "sprint_30m"),
    "sprint_under_radar": lambda: sprint_under_radar(TABLES["sessions"].empty(), no_samples),
}


@pytest.mark.parametrize("name", ASKED)
def test_without_rows_it_is_said_in_words(name):
    with pytest.raises(NotEnoughData) as refusal:
        ASKED[name]()
    assert str(refusal.value).count(".") >= 1
    assert str(refusal.value)[0].isupper()


def test_a_sprint_of_a_test_is_that_of_its_fastest_trial():
    best_s = np.diff(TIMES_S, prepend=0)  # from gate to gate, as splits are
    trials = [(1, best_s), (2, best_s + 0.1)]
    splits = pd.DataFrame(
        [
            {"trial_no": trial, "split_no": gate, "distance_m": split_m, "time_s": split_s}
            for trial, times_s in trials
            for gate, (split_m, split_s) in enumerate(zip(np.diff(GATES_M, prepend=0), times_s, strict=True), 1)
        ]
    ).assign(session_id="s1", local_date=UNTIL, test_id="sprint_30m")
    found, meant = sprint_of_test(splits, "sprint_30m"), sprint_profile_gates(np.array(GATES_M), np.array(TIMES_S))
    pd.testing.assert_frame_equal(found.tidy(), meant.tidy())
