"""Trials past gates: what a run over a longer distance says of a shorter one."""

from dataclasses import replace

import pandas as pd

from analysis.base.sprint_tests import SprintTest, answering

DISTANCE_TOLERANCE = 0.01  # of the distance of a test


def up_to_gate(splits: pd.DataFrame, test_id: str, distance_m: float | None = None) -> pd.DataFrame:
    """The splits up to the distance of a sprint test, of the trials of longer sprints that have a gate there.

    Parameters
    ----------
    splits : DataFrame with session_id, trial_no, test_id, start_m, distance_m; gate to gate.
    test_id : str
        The test that is asked for; what is no sprint is answered by no other test.
    distance_m : float
        Its distance, where it is not that of its name.

    Returns
    -------
    DataFrame, the rows of `splits` of trials from the same start that begin at the line and have a gate within 1 % of
    the distance, up to that gate.

    Examples
    --------
    >>> splits = pd.DataFrame({"session_id": "a", "trial_no": 1, "test_id": "sprint_30m",
    ...     "start_m": [0.0, 10.0, 20.0], "distance_m": 10.0, "time_s": [1.9, 1.3, 1.2]})
    >>> up_to_gate(splits, "sprint_20m")["time_s"].sum().round(2), up_to_gate(splits, "sprint_15m").empty
    (np.float64(3.2), True)
    """
    asked = SprintTest.of(test_id)
    if asked is not None and distance_m is not None:
        asked = replace(asked, distance_m=distance_m)
    rows = splits[splits["test_id"].isin(answering(asked, splits["test_id"].dropna().unique()))]
    if asked is None or rows.empty:
        return rows.iloc[:0]
    end_m = rows["start_m"] + rows["distance_m"]
    rows = rows[end_m <= asked.distance_m * (1 + DISTANCE_TOLERANCE)]
    trial = rows.groupby(["session_id", "trial_no"])
    covered_m, first_m = trial["distance_m"].transform("sum"), trial["start_m"].transform("min")
    whole = (covered_m - asked.distance_m).abs() <= asked.distance_m * DISTANCE_TOLERANCE
    return rows[whole & (first_m == 0)]
